//! Segments of demand and the processes their annual rates follow (methodology: demand).

use super::ledger::Num;

/// `trend(t) = long_run + (now - long_run)·2^(-t/half_life)`.
#[derive(Clone, Copy, Debug)]
pub struct Trend {
    /// At time 0, a fraction of revenue.
    pub now: Num,
    /// In the long run, a fraction of revenue.
    pub long_run: Num,
    /// Years; may be infinite.
    pub half_life: Num,
}

/// The law of an annual rate over time.
#[derive(Clone, Debug)]
pub enum Process {
    /// Schwartz and Moon (2000): growth reverts to its long-run mean, volatilities decay.
    MeanRevertingGrowth {
        /// `R(0)`, billions a year.
        rate_now: Num,
        /// `g(0)`, a year, continuous.
        growth_now: Num,
        /// `ḡ`, a year.
        growth_long_run: Num,
        /// Half-life of the growth's deviation, years.
        growth_half_life: Num,
        /// `η_0`, a year per root year.
        growth_volatility_now: Num,
        /// `σ_0`, per root year.
        volatility_now: Num,
        /// `σ̄`, per root year.
        volatility_long_run: Num,
        /// Half-life of both volatilities' deviations, years.
        volatility_half_life: Num,
        /// `λ`.
        price_of_risk: Num,
        /// `λ_g`.
        growth_price_of_risk: Num,
    },
    /// Geometric Brownian motion.
    Gbm {
        /// `R(0)`, billions a year.
        rate_now: Num,
        /// A year, continuous.
        growth: Num,
        /// Per root year.
        volatility: Num,
    },
    /// A plan through dated annual rates, times a driftless deviation.
    Plan {
        /// The plan.
        shape: PlanShape,
        /// Per root year.
        volatility: Num,
    },
    /// An S-curve towards a ceiling, times a driftless deviation.
    Logistic {
        /// Billions a year.
        ceiling: Num,
        /// Time of half the ceiling, years from the valuation date.
        midpoint: Num,
        /// Years from 10% to 90%.
        ramp: Num,
        /// Per root year.
        volatility: Num,
    },
}

/// How a plan is given.
#[derive(Clone, Debug)]
pub enum PlanShape {
    /// (time in years, annual rate), in order of time; log-linear between, end slopes beyond; never empty. One point: constant.
    Points(Vec<(f64, Num)>),
    /// (index of the timeline's year, total), in order: one point in the middle of each year's part of the timeline
    /// (of its booked periods), solved so that the booked periods of the year add up to the total.
    AnnualTotals(Vec<(usize, Num)>),
}

/// A line of business.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name; factors are `factor.segment.NAME.level` and `.growth`.
    pub name: String,
    /// Law of its annual rate `R_k`.
    pub process: Process,
    /// `φ_k`, the share sold through clouds.
    pub cloud_sold: Num,
    /// Cost of inference as a fraction of sales.
    pub inference_cost: Trend,
}

/// What a shock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShockTarget {
    /// The log level of the segment of that index.
    Segment(usize),
    /// The log of the equity multiple.
    Multiple,
}

/// A jump that strikes at most once a period; streams `shock.NAME.strike` (uniform) and `shock.NAME.size` (normal).
#[derive(Clone, Debug)]
pub struct Shock {
    /// Its name.
    pub name: String,
    /// Strikes a year.
    pub rate: Num,
    /// Mean of the size `J`, in logs.
    pub mean: Num,
    /// Standard deviation of the size.
    pub sd: Num,
    /// What it moves, and by what multiple of the size.
    pub loadings: Vec<(ShockTarget, Num)>,
}
