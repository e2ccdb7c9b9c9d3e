//! Raising money: what it dilutes, what a shortfall needs, and when it fails.

use super::timeline::TIE;

/// What remains of every stake when `amount` is raised at `value`: `1 - A/(E + A)`.
pub fn dilution(amount: f64, value: f64) -> f64 {
    1.0 - amount / (value + amount)
}

/// Whether a dated round falls in a period: `T_{p-1} <= t < T_p`.
pub fn falls_in(time: f64, start: f64, end: f64) -> bool {
    start - TIE <= time && time < end - TIE
}

/// `A = minimum - cash + runway_years·max(-fcf/Δ, 0)`
pub fn shortfall_amount(minimum: f64, cash: f64, runway_years: f64, fcf: f64, delta: f64) -> f64 {
    minimum - cash + runway_years * (-fcf / delta).max(0.0)
}

/// What happens to a company at a period's end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shortfall {
    /// Cash suffices.
    None,
    /// It raises this amount (billions) at this value.
    Raises {
        /// `A`.
        amount: f64,
        /// `E`, after the round's discount.
        value: f64,
    },
    /// It fails.
    Fails,
}

/// Terms of shortfall funding on a path.
#[derive(Clone, Copy, Debug)]
pub struct FundingTerms {
    /// Whether it may raise.
    pub enabled: bool,
    /// Below it money is raised, billions.
    pub minimum: f64,
    /// Years of burn raised on top.
    pub runway_years: f64,
    /// Discount on equity.
    pub round_discount: f64,
    /// Largest part given up at once.
    pub max_dilution: f64,
}

/// With funding: below the minimum it raises `A` at `E = (1 - discount)·equity`, and fails if `A/(E + A)` exceeds
/// `max_dilution` or `E` is 0 (or has no value). Without: it fails below 0.
pub fn shortfall(terms: &FundingTerms, cash: f64, fcf: f64, delta: f64, equity: Option<f64>) -> Shortfall {
    if !terms.enabled {
        return if cash < 0.0 { Shortfall::Fails } else { Shortfall::None };
    }
    if cash >= terms.minimum {
        return Shortfall::None;
    }
    let amount = shortfall_amount(terms.minimum, cash, terms.runway_years, fcf, delta);
    let value = (1.0 - terms.round_discount) * equity.unwrap_or(0.0);
    if value <= 0.0 || amount / (value + amount) > terms.max_dilution {
        Shortfall::Fails
    } else {
        Shortfall::Raises { amount, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: FundingTerms = FundingTerms {
        enabled: true,
        minimum: 10.0,
        runway_years: 1.5,
        round_discount: 0.25,
        max_dilution: 0.5,
    };

    #[test]
    fn a_shortfall_is_raised_with_years_of_burn() {
        // 10 - 4 + 1.5·(5/0.25) = 36, at 0.75·400
        let outcome = shortfall(&TERMS, 4.0, -5.0, 0.25, Some(400.0));
        assert_eq!(outcome, Shortfall::Raises { amount: 36.0, value: 300.0 });
        assert_eq!(shortfall(&TERMS, 10.0, -5.0, 0.25, Some(400.0)), Shortfall::None);
        assert_eq!(shortfall_amount(10.0, 4.0, 1.5, 5.0, 0.25), 6.0);
    }

    #[test]
    fn a_company_fails_that_must_give_up_too_much() {
        // 36 at 36 is half: allowed; at less: not
        assert!(matches!(shortfall(&TERMS, 4.0, -5.0, 0.25, Some(48.0)), Shortfall::Raises { .. }));
        assert_eq!(shortfall(&TERMS, 4.0, -5.0, 0.25, Some(47.0)), Shortfall::Fails);
        let all = FundingTerms { max_dilution: 1.0, ..TERMS };
        assert_eq!(shortfall(&all, 4.0, -5.0, 0.25, Some(0.0)), Shortfall::Fails);
        assert_eq!(shortfall(&all, 4.0, -5.0, 0.25, None), Shortfall::Fails);
    }

    #[test]
    fn without_funding_it_fails_below_zero() {
        let off = FundingTerms { enabled: false, ..TERMS };
        assert_eq!(shortfall(&off, 4.0, -5.0, 0.25, Some(400.0)), Shortfall::None);
        assert_eq!(shortfall(&off, -1e-9, -5.0, 0.25, Some(400.0)), Shortfall::Fails);
    }

    #[test]
    fn a_raise_dilutes_by_its_part_of_the_value_after_it() {
        assert_eq!(dilution(25.0, 75.0), 0.75);
    }

    #[test]
    fn a_round_on_a_period_boundary_belongs_to_the_period_that_begins() {
        assert!(!falls_in(0.25, 0.0, 0.25) && falls_in(0.25, 0.25, 0.5));
        assert!(!falls_in(0.25 - 1e-12, 0.0, 0.25) && falls_in(0.25 - 1e-12, 0.25, 0.5));
    }
}
