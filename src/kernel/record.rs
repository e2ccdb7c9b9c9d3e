//! What is written down of a deal's periods: sums and stocks by calendar year, and by period for sample paths.

use super::metric::Series;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::simd_fn;

/// Flows and stocks of one period, in the deal's terms.
pub struct PeriodFigures<'a> {
    /// Net revenue.
    pub net: &'a Lanes,
    /// Cost of inference.
    pub inference: &'a Lanes,
    /// Payments of the revenue share.
    pub paid: &'a Lanes,
    /// Payments from the valuation date on.
    pub cumulative: &'a Lanes,
    /// What may still be paid.
    pub cap_left: &'a Lanes,
    /// Paid for compute.
    pub compute: &'a Lanes,
    /// Paid to the home cloud for compute.
    pub compute_home: &'a Lanes,
    /// Free cash flow.
    pub fcf: &'a Lanes,
    /// Cash.
    pub cash: &'a Lanes,
    /// Equity.
    pub equity: &'a Lanes,
    /// Whether it is defined.
    pub equity_defined: &'a Lanes,
    /// The multiple.
    pub multiple: &'a Lanes,
    /// Microsoft's stake at time 0, where it has one.
    pub stake_now: &'a Lanes,
    /// Dilution so far.
    pub kept: &'a Lanes,
    /// Ready.
    pub ready: &'a Lanes,
    /// Time of the IPO.
    pub ipo_time: &'a Lanes,
    /// Alive at the period's end.
    pub alive: &'a Lanes,
    /// Alive at the period's start: its flows count.
    pub alive_before: &'a Lanes,
    /// Demand through clouds.
    pub cloud_demand: &'a Lanes,
    /// Sold by each cloud per unit of it.
    pub sold: &'a [Lanes],
    /// `T_p`, years.
    pub end: f64,
}

/// Sums over the current year.
#[derive(Clone)]
pub struct YearSums {
    net: Lanes,
    inference: Lanes,
    paid: Lanes,
    compute: Lanes,
    compute_home: Lanes,
    fcf: Lanes,
    sold: Vec<Lanes>,
}

impl YearSums {
    /// Nothing yet, over so many clouds.
    pub fn new(clouds: usize) -> YearSums {
        YearSums {
            net: Lanes::ZERO,
            inference: Lanes::ZERO,
            paid: Lanes::ZERO,
            compute: Lanes::ZERO,
            compute_home: Lanes::ZERO,
            fcf: Lanes::ZERO,
            sold: vec![Lanes::ZERO; clouds],
        }
    }

    /// Back to nothing.
    pub fn clear(&mut self) {
        for lanes in [
            &mut self.net,
            &mut self.inference,
            &mut self.paid,
            &mut self.compute,
            &mut self.compute_home,
            &mut self.fcf,
        ] {
            *lanes = Lanes::ZERO;
        }
        self.sold.fill(Lanes::ZERO);
    }

    /// Adds a period.
    pub fn add(&mut self, isa: Isa, figures: &PeriodFigures<'_>) {
        let YearSums { net, inference, paid, compute, compute_home, fcf, sold } = self;
        add_flows(
            isa,
            [
                figures.net,
                figures.inference,
                figures.paid,
                figures.compute,
                figures.compute_home,
                figures.fcf,
            ],
            net,
            inference,
            paid,
            compute,
            compute_home,
            fcf,
        );
        for (sum, part) in sold.iter_mut().zip(figures.sold) {
            add_sold(isa, figures.cloud_demand, part, figures.alive_before, sum);
        }
    }

    /// Sales of each cloud.
    pub fn sold(&self) -> &[Lanes] {
        &self.sold
    }

    /// Value of a series for the year (or for a period, from sums of that period alone) whose last period's stocks are
    /// given; `before`: the figure of the part of the year before the valuation date.
    pub fn series(
        &self,
        isa: Isa,
        series: Series,
        figures: &PeriodFigures<'_>,
        before: &Lanes,
        out: &mut Lanes,
    ) {
        match series {
            Series::NetRevenue => *out = self.net,
            Series::Payments => *out = self.paid,
            Series::Compute => *out = self.compute,
            Series::ComputeHome => *out = self.compute_home,
            Series::FreeCashFlow => *out = self.fcf,
            Series::NetRevenueFullYear => sum(isa, &self.net, before, out),
            Series::FreeCashFlowFullYear => sum(isa, &self.fcf, before, out),
            Series::GrossMargin => margin(isa, &self.inference, &self.net, out),
            Series::CumulativePayments => *out = *figures.cumulative,
            Series::CapLeft => *out = *figures.cap_left,
            Series::CloudShare(j) => {
                let mut total = Lanes::ZERO;
                for part in &self.sold {
                    let so_far = total;
                    sum(isa, &so_far, part, &mut total);
                }
                super::deal::ratio(isa, &self.sold[j], &total, out);
            }
            Series::Cash => *out = *figures.cash,
            Series::Equity => defined(isa, figures.equity, figures.equity_defined, figures.alive, out),
            Series::Multiple => *out = *figures.multiple,
            Series::Stake => product(isa, figures.stake_now, figures.kept, figures.alive, out),
            Series::Ready => *out = *figures.ready,
            Series::Listed => listed(isa, figures.ipo_time, figures.end, figures.alive, out),
            Series::Alive => *out = *figures.alive,
        }
    }
}

simd_fn! {
    fn add_flows(
        t: [&Lanes; 6], net: &mut Lanes, inference: &mut Lanes, paid: &mut Lanes, compute: &mut Lanes,
        compute_home: &mut Lanes, fcf: &mut Lanes,
    ) {
        for l in 0..LANES {
            net[l] += t[0][l];
            inference[l] += t[1][l];
            paid[l] += t[2][l];
            compute[l] += t[3][l];
            compute_home[l] += t[4][l];
            fcf[l] += t[5][l];
        }
    }
}

simd_fn! {
    fn add_sold(demand: &Lanes, part: &Lanes, alive: &Lanes, sum: &mut Lanes) {
        for l in 0..LANES {
            sum[l] = (demand[l] * alive[l]).mul_add(part[l], sum[l]);
        }
    }
}

simd_fn! {
    fn sum(a: &Lanes, b: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = a[l] + b[l];
        }
    }
}

simd_fn! {
    fn margin(inference: &Lanes, net: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            let margin = 1.0 - inference[l] / net[l];
            out[l] = if net[l] == 0.0 { f64::NAN } else { margin };
        }
    }
}

simd_fn! {
    fn defined(value: &Lanes, defined: &Lanes, alive: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            // After failure equity is 0, whatever it would have been before.
            let sound = (defined[l] != 0.0) | (alive[l] == 0.0);
            out[l] = if sound { value[l] } else { f64::NAN };
        }
    }
}

simd_fn! {
    fn product(a: &Lanes, b: &Lanes, c: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = a[l] * b[l] * c[l];
        }
    }
}

simd_fn! {
    fn listed(ipo_time: &Lanes, time: f64, alive: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = if ipo_time[l] <= time { alive[l] } else { 0.0 };
        }
    }
}
