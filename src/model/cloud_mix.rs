//! Clouds through which sales run, the head start of the home cloud, reach, and in-house models (methodology: cloud mix).

use super::ledger::Num;

/// A cloud that sells and hosts. The home cloud stands first; its mix keys are absent.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// Its name; its factor is `factor.cloud.NAME.mix`.
    pub name: String,
    /// Share of cloud sales at time 0.
    pub share_now: Num,
    /// Where `share_now` is 0, the share it enters with.
    pub entry_share: Num,
    /// Long-run share (before normalising).
    pub long_run_share: Num,
    /// Half-life of the log-ratio's deviation, years (unused for the home cloud).
    pub half_life: Num,
    /// Volatility of the log-ratio, per root year (unused for the home cloud).
    pub volatility: Num,
    /// Fraction of its sales that it keeps (home: once the deal's licence has ended).
    pub fee: Num,
    /// Weight for compute beyond the commitments.
    pub flex_share: Num,
    /// Years from the valuation date at which it opens; `-inf`: always open.
    pub opens: f64,
}

/// Products come to the home cloud first.
#[derive(Clone, Copy, Debug)]
pub struct HomeFirst {
    /// Months of lead.
    pub lead_months: Num,
    /// Months between product generations.
    pub cycle_months: Num,
    /// Chance that the home cloud declines a product.
    pub decline_probability: Num,
}

/// Microsoft's own models displace part of what its cloud sells.
#[derive(Clone, Copy, Debug)]
pub struct InHouse {
    /// Largest share of workloads on own models.
    pub ceiling: Num,
    /// Time of half the ceiling, years from the valuation date.
    pub midpoint: Num,
    /// Years from 10% to 90%.
    pub ramp: Num,
    /// Part of the displaced workloads that would have been OpenAI's sales.
    pub substitution: Num,
}
