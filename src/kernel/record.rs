//! Recorded series of a deal: sums and stocks by calendar year, and by period for sample paths.

use super::metric::Series;
use crate::math::vector::Vector;

/// Flows of one period under a deal, billions.
pub struct Flows<'a, V> {
    /// Net revenue.
    pub net: V,
    /// Cost of inference.
    pub inference: V,
    /// Payments of the revenue share.
    pub paid: V,
    /// Cost of compute.
    pub compute: V,
    /// Part of it paid to the home cloud.
    pub compute_home: V,
    /// Free cash flow.
    pub fcf: V,
    /// Demand through clouds, 0 after failure.
    pub cloud_demand: V,
    /// Sales by cloud per unit of that demand.
    pub sold: &'a [V],
}

/// Stocks at a period's end under a deal, billions where not said otherwise.
pub struct Stocks<V> {
    /// Payments since the valuation date.
    pub cumulative: V,
    /// Payments that the cap still allows.
    pub cap_left: V,
    /// Cash.
    pub cash: V,
    /// Equity.
    pub equity: V,
    /// 1 where equity is defined.
    pub equity_defined: V,
    /// Valuation multiple.
    pub multiple: V,
    /// Microsoft's stake at time 0; 0 if it has none.
    pub stake_now: V,
    /// Fraction of a stake of time 0 that dilution leaves.
    pub dilution_factor: V,
    /// 1 where OpenAI is ready for an IPO.
    pub ready: V,
    /// Time of the IPO, years; infinite if never.
    pub ipo_time: V,
    /// 1 where OpenAI is alive at the period's end.
    pub alive: V,
    /// Period's end `T_p`, years.
    pub end: f64,
}

/// Sums of flows over the current calendar year.
pub struct YearSums<V> {
    net: V,
    inference: V,
    paid: V,
    compute: V,
    compute_home: V,
    fcf: V,
    sold: Vec<V>,
}

impl<V: Vector> YearSums<V> {
    /// Empty sums, for `clouds` clouds.
    pub fn new(clouds: usize) -> YearSums<V> {
        let zero = V::zero();
        YearSums {
            net: zero,
            inference: zero,
            paid: zero,
            compute: zero,
            compute_home: zero,
            fcf: zero,
            sold: vec![zero; clouds],
        }
    }

    /// Resets all sums to 0.
    #[inline(always)]
    pub fn clear(&mut self) {
        let zero = V::zero();
        self.net = zero;
        self.inference = zero;
        self.paid = zero;
        self.compute = zero;
        self.compute_home = zero;
        self.fcf = zero;
        for sold in &mut self.sold {
            *sold = zero;
        }
    }

    /// Adds the flows of a period.
    #[inline(always)]
    pub fn add(&mut self, flows: &Flows<'_, V>) {
        self.net = self.net + flows.net;
        self.inference = self.inference + flows.inference;
        self.paid = self.paid + flows.paid;
        self.compute = self.compute + flows.compute;
        self.compute_home = self.compute_home + flows.compute_home;
        self.fcf = self.fcf + flows.fcf;
        self.add_sold(flows);
    }

    /// Adds only a period's sales by cloud.
    #[inline(always)]
    pub fn add_sold(&mut self, flows: &Flows<'_, V>) {
        for (sum, part) in self.sold.iter_mut().zip(flows.sold) {
            *sum = flows.cloud_demand.mul_add(*part, *sum);
        }
    }

    /// Sales by cloud, billions.
    pub fn sold(&self) -> &[V] {
        &self.sold
    }

    /// Sales of all clouds together, billions.
    #[inline(always)]
    pub fn sold_in_all(&self) -> V {
        let mut total = V::zero();
        for part in &self.sold {
            total = total + *part;
        }
        total
    }

    /// Value of a series for the year, or for a period if only that period was added. `figures` are the
    /// stocks at the end, `sold` the sales of all clouds, and `before` the flow in the part of the year
    /// before the valuation date.
    #[inline(always)]
    pub fn series(&self, series: Series, figures: &Stocks<V>, sold: V, before: V) -> V {
        let undefined = V::splat(f64::NAN);
        match series {
            Series::NetRevenue => self.net,
            Series::Payments => self.paid,
            Series::Compute => self.compute,
            Series::ComputeHome => self.compute_home,
            Series::FreeCashFlow => self.fcf,
            Series::NetRevenueFullYear => self.net + before,
            Series::FreeCashFlowFullYear => self.fcf + before,
            Series::GrossMargin => {
                let margin = V::one() - self.inference / self.net;
                V::select(self.net.is_set(), margin, undefined)
            }
            Series::CumulativePayments => figures.cumulative,
            Series::CapLeft => figures.cap_left,
            Series::CloudShare(j) => self.sold[j] / sold,
            Series::Cash => figures.cash,
            // After a failure equity is 0, even if it was undefined before.
            Series::Equity => {
                let sound = figures.equity_defined.is_set() | figures.alive.eq(V::zero());
                V::select(sound, figures.equity, undefined)
            }
            Series::Multiple => figures.multiple,
            Series::Stake => figures.stake_now * figures.dilution_factor * figures.alive,
            Series::Ready => figures.ready,
            Series::Listed => figures.alive.select_or_zero(figures.ipo_time.le(V::splat(figures.end))),
            Series::Alive => figures.alive,
        }
    }
}
