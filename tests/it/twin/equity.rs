//! Enterprise value by each method, equity, and the multiple's process.

use super::Draws;
use super::timeline::{decayed_length, reversion_speed};
use capstake::model::dependence::Factor;
use capstake::model::equity::{EbitdaBasis, Method, Multiple};
use capstake::model::timeline::Timeline;

/// `ln mult(T_0), ..., ln mult(T_N)`: `m_p = m̄ + (m_{p-1} - m̄)·e^(-θΔ) + σ√((1 - e^(-2θΔ))/(2θ))·ζ + jump`.
/// The jump is part of the state, so it fades from the next period on.
pub fn log_multiples(multiple: &Multiple, jumps: &[f64], timeline: &Timeline, draws: &dyn Draws) -> Vec<f64> {
    let mean = draws.number(multiple.long_run).ln();
    let theta = reversion_speed(draws.number(multiple.half_life));
    let sigma = draws.number(multiple.volatility);
    let mut log = draws.number(multiple.now).ln();
    let mut path = vec![log];
    for (p, period) in timeline.periods().iter().enumerate() {
        let noise =
            sigma * decayed_length(2.0 * theta, period.length).sqrt() * draws.factor(p, Factor::Multiple);
        log = mean + (log - mean) * (-theta * period.length).exp() + noise + jumps[p];
        path.push(log);
    }
    path
}

/// What enterprise value is made of at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// The multiple, where the method has one.
    pub multiple: Option<f64>,
    /// Annual net revenue without licence income, billions.
    pub run_rate: f64,
    /// `1 - inference/net revenue`, none without net revenue.
    pub gross_margin: Option<f64>,
    /// Trailing EBITDA, or the last period's, as the method says, billions.
    pub ebitda: Option<f64>,
    /// Trailing free cash flow, billions.
    pub fcf: Option<f64>,
}

/// Enterprise value, billions; none where a figure that it needs has no value.
pub fn enterprise_value(method: &Method, figures: &Figures, draws: &dyn Draws) -> Option<f64> {
    match *method {
        Method::RevenueMultiple { margin, .. } => {
            let factor = margin.map_or(1.0, |(elasticity, reference)| {
                margin_factor(figures.gross_margin, draws.number(elasticity), draws.number(reference))
            });
            Some(figures.multiple? * factor * figures.run_rate)
        }
        Method::EbitdaMultiple { .. } => Some(figures.multiple? * figures.ebitda?),
        Method::PerpetualGrowth { growth, discount_rate } => {
            perpetuity(figures.fcf?, draws.number(growth), draws.number(discount_rate))
        }
    }
}

/// `(gross margin/reference)^elasticity`; a negative margin, or none, counts 0.
pub fn margin_factor(gross_margin: Option<f64>, elasticity: f64, reference: f64) -> f64 {
    (gross_margin.unwrap_or(0.0).max(0.0) / reference).powf(elasticity)
}

/// `fcf·(1 + g)/(r - g)`; none where `r <= g + 1%`.
pub fn perpetuity(fcf: f64, growth: f64, rate: f64) -> Option<f64> {
    (rate > growth + 0.01).then(|| fcf * (1.0 + growth) / (rate - growth))
}

/// `equity = max(EV + cash - owed, 0)`
pub fn equity(enterprise_value: Option<f64>, cash: f64, owed: f64) -> Option<f64> {
    enterprise_value.map(|value| (value + cash - owed).max(0.0))
}

/// Whether the method looks at the last period's EBITDA and not at a year's.
pub fn on_last_period(method: &Method) -> bool {
    matches!(method, Method::EbitdaMultiple { basis: EbitdaBasis::LastPeriod, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perpetuity_needs_a_rate_well_above_its_growth() {
        assert!((perpetuity(10.0, 0.05, 0.15).unwrap() - 105.0).abs() < 1e-12);
        assert_eq!(perpetuity(10.0, 0.05, 0.06), None);
        assert_eq!(perpetuity(10.0, 0.05, 0.03), None);
        assert!(perpetuity(-10.0, 0.05, 0.15).unwrap() < 0.0);
    }

    #[test]
    fn a_margin_above_its_reference_raises_the_multiple() {
        assert!((margin_factor(Some(0.6), 0.5, 0.15) - 2.0).abs() < 1e-15);
        assert_eq!(margin_factor(Some(-0.6), 0.5, 0.15), 0.0);
        assert_eq!(margin_factor(Some(-0.6), 0.0, 0.15), 1.0);
    }

    #[test]
    fn equity_is_never_negative() {
        assert_eq!(equity(Some(10.0), 5.0, 3.0), Some(12.0));
        assert_eq!(equity(Some(-10.0), 5.0, 3.0), Some(0.0));
        assert_eq!(equity(None, 5.0, 3.0), None);
    }
}
