//! What OpenAI spends: trends, commitments, where compute is bought, tax.

use super::Draws;
use super::timeline::{halving, overlap};
use capstake::model::cost::Contract;
use capstake::model::reversion::Trend;

/// `trend(t) = long_run + (now - long_run)·2^(-t/half_life)`
pub fn trend(trend: &Trend, time: f64, draws: &dyn Draws) -> f64 {
    let [now, long_run, half_life] =
        [trend.now, trend.long_run, trend.half_life].map(|num| draws.number(num));
    faded(now, long_run, half_life, time)
}

/// `long_run + (now - long_run)·2^(-t/half_life)`
pub fn faded(now: f64, long_run: f64, half_life: f64, time: f64) -> f64 {
    long_run + (now - long_run) * halving(time, half_life)
}

/// What a contract commits in `start..end`: total·draw in equal parts over its dates.
pub fn committed(contract: &Contract, start: f64, end: f64, draws: &dyn Draws) -> f64 {
    let amount = draws.number(contract.total) * draws.number(contract.draw);
    amount * overlap(start, end, contract.from, contract.to) / (contract.to - contract.from)
}

/// Commitments by cloud in `start..end`, billions.
pub fn committed_by_cloud(
    contracts: &[Contract],
    clouds: usize,
    start: f64,
    end: f64,
    draws: &dyn Draws,
) -> Vec<f64> {
    let mut by_cloud = vec![0.0; clouds];
    for contract in contracts {
        by_cloud[contract.cloud] += committed(contract, start, end, draws);
    }
    by_cloud
}

/// Compute bought.
#[derive(Clone, Debug)]
pub struct Compute {
    /// `max(need, Σ committed)`, billions.
    pub total: f64,
    /// What each cloud is paid, billions.
    pub paid: Vec<f64>,
    /// The part of it that is not used, billions.
    pub unused: Vec<f64>,
}

/// Need beyond the commitments goes by `flex` (to home where all are 0); commitments beyond need,
/// `max(Σ committed - need, 0)`, are unused in proportion to them.
pub fn place(need: f64, committed: &[f64], flex: &[f64]) -> Compute {
    let bound: f64 = committed.iter().sum();
    let beyond = (need - bound).max(0.0);
    let idle = (bound - need).max(0.0);
    let flexible: f64 = flex.iter().sum();
    let part = |j: usize| match flexible {
        0.0 if j == 0 => 1.0,
        0.0 => 0.0,
        sum => flex[j] / sum,
    };
    Compute {
        total: need.max(bound),
        paid: committed.iter().enumerate().map(|(j, c)| c + beyond * part(j)).collect(),
        unused: committed.iter().map(|c| if idle > 0.0 { idle * c / bound } else { 0.0 }).collect(),
    }
}

/// Interest on cash over a period: `cash·((1 + yield)^Δ - 1)`.
pub fn interest(cash: f64, rate: f64, delta: f64) -> f64 {
    cash * (delta * rate.ln_1p()).exp_m1()
}

/// Tax and losses carried forward.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taxed {
    /// Billions.
    pub tax: f64,
    /// Losses at the period's end, billions.
    pub losses: f64,
}

/// `offset = min(losses, limit·max(pretax, 0))`, `tax = rate·(max(pretax, 0) - offset)`,
/// `losses' = losses - offset + max(-pretax, 0)`.
pub fn tax(pretax: f64, losses: f64, rate: f64, offset_limit: f64) -> Taxed {
    let profit = pretax.max(0.0);
    let offset = losses.min(offset_limit * profit);
    Taxed { tax: rate * (profit - offset), losses: losses - offset + (-pretax).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Schwartz and Moon (2000), Amazon, per quarter in millions: cost of goods 75%, variable 19%, fixed 75, interest
    /// 5% a year continuous, tax 35%, losses used before tax. Revenue, then expected pre-tax, tax, cash and losses.
    #[test]
    fn the_accounts_of_schwartz_and_moon() {
        let rows = [
            (356.0, -42.2439229042, 0.0, 863.7560770958, 601.2439229042),
            (400.0, -40.1352860413, 0.0, 823.6207910545, 641.3792089455),
            (2000.0, 55.3598742081, 0.0, 878.9806652626, 586.0193347374),
            (5000.0, 236.0562157032, 0.0, 1115.0368809658, 349.9631190342),
            (20000.0, 1139.0254373732, 276.1718114187, 1977.8905069204, 0.0),
        ];
        let (mut cash, mut losses) = (906.0, 559.0);
        for (revenue, pretax_expected, tax_expected, cash_expected, losses_expected) in rows {
            let ebitda = revenue - 0.75 * revenue - 0.19 * revenue - 75.0;
            let pretax = ebitda + interest(cash, 0.05f64.exp_m1(), 0.25);
            let taxed = tax(pretax, losses, 0.35, 1.0);
            cash += pretax - taxed.tax;
            losses = taxed.losses;
            for (value, expected) in [
                (pretax, pretax_expected),
                (taxed.tax, tax_expected),
                (cash, cash_expected),
                (losses, losses_expected),
            ] {
                assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
            }
        }
    }

    #[test]
    fn losses_offset_only_a_part_of_a_profit() {
        assert_eq!(tax(10.0, 45.0, 0.25, 0.75), Taxed { tax: 0.625, losses: 37.5 });
        assert_eq!(tax(10.0, 3.0, 0.25, 0.75), Taxed { tax: 1.75, losses: 0.0 });
        assert_eq!(tax(-10.0, 3.0, 0.25, 0.75), Taxed { tax: 0.0, losses: 13.0 });
    }

    #[test]
    fn compute_beyond_the_commitments_goes_by_flexible_shares() {
        let compute = place(20.0, &[4.0, 6.0, 0.0], &[0.25, 0.25, 0.5]);
        assert_eq!((compute.total, compute.paid), (20.0, vec![6.5, 8.5, 5.0]));
        assert_eq!(compute.unused, [0.0, 0.0, 0.0]);
        assert_eq!(place(20.0, &[4.0, 6.0], &[0.0, 0.0]).paid, [14.0, 6.0]);
    }

    #[test]
    fn commitments_beyond_the_need_are_paid_and_unused() {
        let compute = place(5.0, &[4.0, 6.0, 0.0], &[0.25, 0.25, 0.5]);
        assert_eq!((compute.total, compute.paid), (10.0, vec![4.0, 6.0, 0.0]));
        assert_eq!(compute.unused, [2.0, 3.0, 0.0]);
        let none = place(5.0, &[], &[]);
        assert_eq!((none.total, none.paid.len()), (5.0, 0));
    }

    #[test]
    fn a_trend_is_half_way_after_its_half_life() {
        assert!((faded(1.0, 0.2, 2.0, 2.0) - 0.6).abs() < 1e-15);
        assert_eq!(faded(1.0, 0.2, f64::INFINITY, 2.0), 1.0);
    }
}
