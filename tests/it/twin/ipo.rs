//! Gates of readiness, the time of the IPO, and its terms.

use super::timeline::{TIE, reached};
use capstake::model::ipo::GateKind;

/// What the gates measure at a period's end; none where a figure has no value.
#[derive(Clone, Copy, Debug)]
pub struct Measures {
    /// Billions.
    pub trailing_revenue: Option<f64>,
    /// Ratio to the same span a year before, less 1.
    pub growth: Option<f64>,
    /// `1 - inference/net revenue`.
    pub gross_margin: Option<f64>,
    /// Trailing free cash flow, billions.
    pub trailing_fcf: Option<f64>,
    /// Months; infinite without burn.
    pub runway_months: f64,
    /// Fraction of gross sales.
    pub largest_cloud_share: Option<f64>,
    /// Of the next twelve months, billions.
    pub commitments: f64,
    /// Billions.
    pub owed: f64,
    /// Billions.
    pub equity: Option<f64>,
}

impl Measures {
    /// The figure of a gate.
    fn figure(&self, gate: GateKind) -> Option<f64> {
        let over_revenue = |amount: f64| ratio(amount, self.trailing_revenue?);
        match gate {
            GateKind::TrailingRevenue => self.trailing_revenue,
            GateKind::Growth => self.growth,
            GateKind::GrossMargin => self.gross_margin,
            GateKind::FcfMargin => over_revenue(self.trailing_fcf?),
            GateKind::RunwayMonths => Some(self.runway_months),
            GateKind::LargestCloudShare => self.largest_cloud_share,
            GateKind::CommitmentsToRevenue => over_revenue(self.commitments),
            GateKind::OwedToRevenue => over_revenue(self.owed),
            GateKind::Equity => self.equity,
        }
    }

    /// Whether a gate holds: at least its threshold, or at most for shares and ratios of obligations; a figure without
    /// value does not.
    pub fn holds(&self, gate: GateKind, threshold: f64) -> bool {
        let at_most = matches!(
            gate,
            GateKind::LargestCloudShare | GateKind::CommitmentsToRevenue | GateKind::OwedToRevenue
        );
        self.figure(gate)
            .is_some_and(|figure| if at_most { figure <= threshold } else { figure >= threshold })
    }
}

/// A quotient; none where the denominator is not above 0.
pub fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}

/// Cash over the period's burn, months: `12·cash/(-fcf/Δ)`; infinite where fcf is not negative.
pub fn runway_months(cash: f64, fcf: f64, delta: f64) -> f64 {
    if fcf >= 0.0 { f64::INFINITY } else { 12.0 * cash / (-fcf / delta) }
}

/// How long the gates have held, and since when the company has once been ready.
#[derive(Clone, Copy, Debug, Default)]
pub struct Readiness {
    /// Years of the latest periods in a row at whose ends all gates held.
    held: f64,
    /// Whether it is ready now.
    pub ready: bool,
    /// When it first was, years.
    pub first: Option<f64>,
}

impl Readiness {
    /// At the end of a period.
    pub fn step(&mut self, all_hold: bool, length: f64, end: f64, ready_months: f64) {
        self.held = if all_hold { self.held + length } else { 0.0 };
        self.ready = all_hold && self.held >= ready_months / 12.0 - TIE;
        if self.ready && self.first.is_none() {
            self.first = Some(end);
        }
    }
}

/// Whether the IPO takes place at a period's end: prepared since first ready, and equity above 0 and not below the gate.
pub fn takes_place(
    end: f64,
    first_ready: Option<f64>,
    preparation_months: f64,
    equity: Option<f64>,
    gate: Option<f64>,
) -> bool {
    let prepared = first_ready.is_some_and(|first| reached(end, first + preparation_months / 12.0));
    prepared && equity.is_some_and(|value| value > 0.0 && gate.is_none_or(|gate| value >= gate))
}

/// An offer of new shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Equity at the offer price, before the money, billions.
    pub pre_money: f64,
    /// Proceeds after the fee, billions.
    pub proceeds: f64,
    /// What remains of every stake: `1/(1 + primary)`.
    pub dilution: f64,
}

/// `pre = (1 - underpricing)·equity`, new shares worth `primary·pre`, dilution `primary/(1 + primary)`.
pub fn offer(equity: f64, underpricing: f64, primary: f64, fee: f64) -> Offer {
    let pre_money = (1.0 - underpricing) * equity;
    Offer {
        pre_money,
        proceeds: primary * pre_money * (1.0 - fee),
        dilution: 1.0 - primary / (1.0 + primary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURES: Measures = Measures {
        trailing_revenue: Some(20.0),
        growth: None,
        gross_margin: Some(0.4),
        trailing_fcf: Some(-5.0),
        runway_months: f64::INFINITY,
        largest_cloud_share: Some(0.5),
        commitments: 50.0,
        owed: 10.0,
        equity: Some(500.0),
    };

    #[test]
    fn gates_hold_on_their_side_of_the_threshold() {
        for (gate, threshold, holds) in [
            (GateKind::TrailingRevenue, 20.0, true),
            (GateKind::TrailingRevenue, 20.1, false),
            (GateKind::Growth, -9.0, false), // no value
            (GateKind::GrossMargin, 0.35, true),
            (GateKind::FcfMargin, -0.25, true),
            (GateKind::FcfMargin, -0.24, false),
            (GateKind::RunwayMonths, 1e9, true),
            (GateKind::LargestCloudShare, 0.5, true),
            (GateKind::LargestCloudShare, 0.49, false),
            (GateKind::CommitmentsToRevenue, 2.5, true),
            (GateKind::CommitmentsToRevenue, 2.4, false),
            (GateKind::OwedToRevenue, 0.5, true),
            (GateKind::Equity, 500.1, false),
        ] {
            assert_eq!(MEASURES.holds(gate, threshold), holds, "{gate:?} {threshold}");
        }
    }

    #[test]
    fn readiness_counts_periods_in_a_row_and_can_be_lost() {
        let mut state = Readiness::default();
        let held = [true, true, false, true, true];
        let ready: Vec<bool> = held
            .iter()
            .enumerate()
            .map(|(p, &held)| {
                state.step(held, 0.25, 0.25 * (p + 1) as f64, 6.0);
                state.ready
            })
            .collect();
        assert_eq!(ready, [false, true, false, false, true]);
        assert_eq!(state.first, Some(0.5));
    }

    #[test]
    fn the_offer_waits_for_preparation_and_for_value() {
        assert!(!takes_place(0.5, Some(0.5), 3.0, Some(9.0), Some(8.0)));
        assert!(takes_place(0.75, Some(0.5), 3.0, Some(9.0), Some(8.0)));
        assert!(!takes_place(0.75, Some(0.5), 3.0, Some(7.0), Some(8.0)));
        assert!(!takes_place(0.75, Some(0.5), 3.0, None, None));
        assert!(!takes_place(0.75, Some(0.5), 3.0, Some(0.0), Some(0.0)));
        assert!(takes_place(0.75, Some(0.5), 3.0, Some(f64::MIN_POSITIVE), Some(0.0)));
        assert!(!takes_place(0.75, None, 0.0, Some(9.0), None));
    }

    #[test]
    fn an_offer_sells_new_shares_below_value() {
        let offer = offer(1000.0, 0.1, 0.25, 0.02);
        assert!((offer.pre_money - 900.0).abs() < 1e-12);
        assert!((offer.proceeds - 225.0 * 0.98).abs() < 1e-12);
        assert!((offer.dilution - 0.8).abs() < 1e-15);
    }

    #[test]
    fn runway_is_cash_over_burn() {
        assert_eq!(runway_months(10.0, -5.0, 0.25), 6.0);
        assert_eq!(runway_months(10.0, 0.0, 0.25), f64::INFINITY);
    }
}
