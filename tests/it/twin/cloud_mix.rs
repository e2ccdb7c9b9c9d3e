//! The mix of clouds under a deal, and what each cloud sells of a segment's demand.

use super::Draws;
use super::timeline::{decayed_length, reached, reversion_speed, s_curve};
use capstake::model::Terms;
use capstake::model::cloud_mix::{Cloud, InHouse};
use capstake::model::dependence::Factor;

/// Shares below it count as it, so that logs exist.
const FLOOR: f64 = 1e-6;

/// Shares of cloud sales after home first, `w'_0..w'_J`, at time 0 and in each period.
#[derive(Clone, Debug)]
pub struct Mix {
    /// At time 0.
    pub today: Vec<f64>,
    /// In each period.
    pub periods: Vec<Vec<f64>>,
}

/// The mix of a deal; empty shares where there are no clouds.
pub fn mix(model: &Terms, exclusive_until: Option<f64>, draws: &dyn Draws) -> Mix {
    let clouds = &model.clouds;
    if clouds.is_empty() {
        return Mix { today: Vec::new(), periods: vec![Vec::new(); model.timeline.periods().len()] };
    }
    let n = |num| draws.number(num);
    let first_at_home = model.home_first.map_or(0.0, |first| {
        home_only(n(first.lead_months), n(first.cycle_months), n(first.decline_probability))
    });
    let open_at = |time: f64| -> Vec<bool> {
        let free = exclusive_until.is_none_or(|until| reached(time, until));
        clouds.iter().map(|cloud| free && reached(time, cloud.opens)).collect()
    };
    let long_run: Vec<f64> = clouds.iter().map(|cloud| n(cloud.long_run_share).max(FLOOR)).collect();
    let mut y: Vec<f64> =
        clouds.iter().map(|cloud| (start_share(cloud, draws) / n(clouds[0].share_now)).ln()).collect();
    let today = home_first(&softmax(&y, &open_at(0.0)), first_at_home);
    let mut periods = Vec::new();
    for (p, period) in model.timeline.periods().iter().enumerate() {
        let open = open_at(period.middle);
        for j in 1..clouds.len() {
            if open[j] {
                y[j] = log_ratio_step(
                    y[j],
                    (long_run[j] / long_run[0]).ln(),
                    reversion_speed(n(clouds[j].half_life)),
                    n(clouds[j].volatility),
                    period.length,
                    draws.factor(p, Factor::CloudMix(j)),
                );
            }
        }
        periods.push(home_first(&softmax(&y, &open), first_at_home));
    }
    Mix { today, periods }
}

/// `start_j = share_now`, or `entry_share` where that is 0, floored.
fn start_share(cloud: &Cloud, draws: &dyn Draws) -> f64 {
    let now = draws.number(cloud.share_now);
    if now == 0.0 { draws.number(cloud.entry_share).max(FLOOR) } else { now.max(FLOOR) }
}

/// `y(p) = ȳ + (y(p-1) - ȳ)·e^(-θΔ) + ξ √((1 - e^(-2θΔ))/(2θ))·ζ`
pub fn log_ratio_step(y: f64, y_bar: f64, theta: f64, xi: f64, delta: f64, zeta: f64) -> f64 {
    y_bar + (y - y_bar) * (-theta * delta).exp() + xi * decayed_length(2.0 * theta, delta).sqrt() * zeta
}

/// Shares over the open clouds: `w_j = e^(y_j)/Σ e^(y_i)`; home (`j = 0`, `y = 0`) is always open.
pub fn softmax(y: &[f64], open: &[bool]) -> Vec<f64> {
    let weight = |j: usize| match j {
        0 => 1.0,
        j if open[j] => y[j].exp(),
        _ => 0.0,
    };
    let weights: Vec<f64> = (0..y.len()).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// `n = (1 - decline_probability)·min(1, lead_months/cycle_months)`
pub fn home_only(lead_months: f64, cycle_months: f64, decline_probability: f64) -> f64 {
    (1.0 - decline_probability) * (lead_months / cycle_months).min(1.0)
}

/// `w_0' = w_0 + n(1 - w_0)`, `w_j' = (1 - n)w_j`; with none open but home it changes nothing.
pub fn home_first(w: &[f64], n: f64) -> Vec<f64> {
    let share = |(j, w): (usize, &f64)| if j == 0 { w + n * (1.0 - w) } else { (1.0 - n) * w };
    w.iter().enumerate().map(share).collect()
}

/// `h(t) = ceiling/(1 + e^(-k(t - midpoint)))`, `k = 2 ln 9/ramp`; 0 without in-house models.
pub fn in_house_share(in_house: Option<&InHouse>, time: f64, draws: &dyn Draws) -> f64 {
    in_house.map_or(0.0, |own| {
        let [ceiling, midpoint, ramp] = [own.ceiling, own.midpoint, own.ramp].map(|num| draws.number(num));
        ceiling * s_curve(time, midpoint, ramp)
    })
}

/// What is sold of one segment.
#[derive(Clone, Debug)]
pub struct Sales {
    /// `(1 - φ)Q`, billions.
    pub direct: f64,
    /// By cloud, billions.
    pub sold: Vec<f64>,
}

/// `direct = (1 - φ)Q`, `sold_0 = φ Q w_0'·(1 - displaced)`, `sold_j = φ Q w_j'·(1 + uplift)`,
/// where displaced = substitution·h. Without clouds everything is direct.
pub fn sell(demand: f64, cloud_sold: f64, shares: &[f64], displaced: f64, uplift: f64) -> Sales {
    if shares.is_empty() {
        return Sales { direct: demand, sold: Vec::new() };
    }
    let reach = |j: usize| if j == 0 { 1.0 - displaced } else { 1.0 + uplift };
    let sold = shares.iter().enumerate().map(|(j, w)| cloud_sold * demand * w * reach(j)).collect();
    Sales { direct: (1.0 - cloud_sold) * demand, sold }
}

/// Herfindahl index of amounts: the sum of squared shares; none where there are no sales.
pub fn concentration(sold: &[f64]) -> Option<f64> {
    let sum: f64 = sold.iter().sum();
    (sum > 0.0).then(|| sold.iter().map(|s| (s / sum).powi(2)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_clouds_have_no_share() {
        let y = [0.0, 3f64.ln(), 4f64.ln()];
        let all = softmax(&y, &[true, true, true]);
        for (w, expected) in all.iter().zip([0.125, 0.375, 0.5]) {
            assert!((w - expected).abs() < 1e-15);
        }
        assert_eq!(softmax(&y, &[true, false, false]), [1.0, 0.0, 0.0]);
        assert_eq!(softmax(&y, &[false, false, false]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn products_that_come_home_first_move_shares_home() {
        let n = home_only(3.0, 9.0, 0.25);
        assert!((n - 0.25).abs() < 1e-15);
        assert_eq!(home_only(20.0, 9.0, 0.25), 0.75);
        let shares = home_first(&[0.5, 0.25, 0.25], 0.5);
        assert_eq!(shares, [0.75, 0.125, 0.125]);
        assert_eq!(home_first(&[1.0, 0.0], 0.5), [1.0, 0.0]);
    }

    #[test]
    fn own_models_displace_at_home_and_reach_adds_elsewhere() {
        let sales = sell(10.0, 0.5, &[0.5, 0.25, 0.25], 0.5 * 0.5, 0.5);
        assert_eq!((sales.direct, sales.sold), (5.0, vec![1.875, 1.875, 1.875]));
        assert_eq!(sell(10.0, 0.5, &[], 0.2, 0.1).direct, 10.0);
    }

    #[test]
    fn log_ratios_revert_half_way_in_a_half_life() {
        let theta = reversion_speed(0.5);
        assert!((log_ratio_step(3.0, 1.0, theta, 0.0, 0.5, 9.0) - 2.0).abs() < 1e-15);
        // the noise of a long step has the stationary variance ξ²/(2θ)
        let noise = log_ratio_step(0.0, 0.0, theta, 0.4, 100.0, 1.0);
        assert!((noise - 0.4 / (2.0 * theta).sqrt()).abs() < 1e-15);
        assert!((log_ratio_step(0.0, 0.0, 0.0, 0.4, 0.25, 1.0) - 0.2).abs() < 1e-15);
    }

    #[test]
    fn concentration_of_equal_sellers_is_one_over_their_number() {
        assert_eq!(concentration(&[2.0, 2.0, 2.0, 2.0]), Some(0.25));
        assert_eq!(concentration(&[0.0, 0.0]), None);
    }
}
