//! What is written down of a deal's periods: sums and stocks by calendar year, and by period for sample paths.

use super::metric::Series;
use crate::math::vector::Vector;

/// Flows of one period, in the deal's terms.
pub struct Flows<'a, V> {
    /// Net revenue.
    pub net: V,
    /// Cost of inference.
    pub inference: V,
    /// Payments of the revenue share.
    pub paid: V,
    /// Paid for compute.
    pub compute: V,
    /// Paid to the home cloud for compute.
    pub compute_home: V,
    /// Free cash flow.
    pub fcf: V,
    /// Demand through clouds, 0 after failure.
    pub cloud_demand: V,
    /// Sold by each cloud per unit of it.
    pub sold: &'a [V],
}

/// Stocks at a period's end, in the deal's terms.
pub struct Stocks<V> {
    /// Payments from the valuation date on.
    pub cumulative: V,
    /// What may still be paid.
    pub cap_left: V,
    /// Cash.
    pub cash: V,
    /// Equity.
    pub equity: V,
    /// Whether it is defined.
    pub equity_defined: V,
    /// The multiple.
    pub multiple: V,
    /// Microsoft's stake at time 0, where it has one.
    pub stake_now: V,
    /// Dilution so far.
    pub dilution_factor: V,
    /// Ready.
    pub ready: V,
    /// Time of the IPO.
    pub ipo_time: V,
    /// Alive at the period's end.
    pub alive: V,
    /// `T_p`, years.
    pub end: f64,
}

/// Sums over the current year.
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
    /// Nothing yet, over so many clouds.
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

    /// Back to nothing.
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

    /// Adds a period.
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

    /// Adds a period's sales of each cloud alone.
    #[inline(always)]
    pub fn add_sold(&mut self, flows: &Flows<'_, V>) {
        for (sum, part) in self.sold.iter_mut().zip(flows.sold) {
            *sum = flows.cloud_demand.mul_add(*part, *sum);
        }
    }

    /// Sales of each cloud.
    pub fn sold(&self) -> &[V] {
        &self.sold
    }

    /// Sold by all clouds together.
    #[inline(always)]
    pub fn sold_in_all(&self) -> V {
        let mut total = V::zero();
        for part in &self.sold {
            total = total + *part;
        }
        total
    }

    /// Value of a series for the year (or for a period, from sums of that period alone) whose last period's stocks are
    /// given; `sold`: by all clouds; `before`: the figure of the part of the year before the valuation date.
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
            // After failure equity is 0, whatever it would have been before.
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
