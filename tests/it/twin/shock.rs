//! Shocks: whether one strikes in a period, its size, and what it moves.

use super::Draws;
use capstake::model::shock::{Shock, ShockTarget};
use capstake::model::timeline::Timeline;

/// Strikes with probability `1 - e^(-rate Δ)`, when the uniform is below it.
pub fn strikes(uniform: f64, rate: f64, delta: f64) -> bool {
    uniform < -(-rate * delta).exp_m1()
}

/// What the shocks add to the log of a target in each period: `Σ_s loading·J_s`, `J = mean + sd·ζ`.
pub fn log_jumps(target: ShockTarget, shocks: &[Shock], timeline: &Timeline, draws: &dyn Draws) -> Vec<f64> {
    let jump = |p: usize, delta: f64| -> f64 {
        let struck = shocks
            .iter()
            .enumerate()
            .filter(|(s, shock)| strikes(draws.strike(p, *s), draws.number(shock.rate), delta));
        let sizes = struck.flat_map(|(s, shock)| {
            let size = draws.number(shock.mean) + draws.number(shock.sd) * draws.size(p, s);
            let loadings = shock.loadings.iter().filter(move |(moved, _)| *moved == target);
            loadings.map(move |&(_, loading)| draws.number(loading) * size)
        });
        sizes.sum()
    };
    timeline.periods().iter().enumerate().map(|(p, period)| jump(p, period.length)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shock_strikes_below_its_probability() {
        let probability = 1.0 - (-0.15f64 * 0.25).exp(); // 3.68% a quarter
        assert!(strikes(probability - 1e-12, 0.15, 0.25));
        assert!(!strikes(probability + 1e-12, 0.15, 0.25));
        assert!(!strikes(1e-300, 0.0, 0.25));
    }
}
