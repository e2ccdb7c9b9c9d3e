//! Units of numbers, and domains: the sets of values that numbers may take.

/// The unit of a number; files show its [`name`](Unit::name).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Billions of US dollars.
    UsdBn,
    /// Billions of US dollars a year.
    UsdBnPerYear,
    /// A fraction of 1.
    Fraction,
    /// Per year: growth, discount rates, hazards.
    PerYear,
    /// Per square root of a year: volatilities.
    PerSqrtYear,
    /// Years.
    Years,
    /// Months.
    Months,
    /// A multiple of something: of a run-rate, of an amount invested, of a shock's size.
    Multiple,
    /// A probability.
    Probability,
    /// 0 or 1.
    Flag,
    /// Billions of shares.
    SharesBn,
    /// US dollars a share.
    UsdPerShare,
}

impl Unit {
    /// All units.
    pub const ALL: [Unit; 12] = [
        Unit::UsdBn,
        Unit::UsdBnPerYear,
        Unit::Fraction,
        Unit::PerYear,
        Unit::PerSqrtYear,
        Unit::Years,
        Unit::Months,
        Unit::Multiple,
        Unit::Probability,
        Unit::Flag,
        Unit::SharesBn,
        Unit::UsdPerShare,
    ];

    /// The name in files: `usd_bn`, `per_sqrt_year`, …
    pub const fn name(self) -> &'static str {
        match self {
            Unit::UsdBn => "usd_bn",
            Unit::UsdBnPerYear => "usd_bn_per_year",
            Unit::Fraction => "fraction",
            Unit::PerYear => "per_year",
            Unit::PerSqrtYear => "per_sqrt_year",
            Unit::Years => "years",
            Unit::Months => "months",
            Unit::Multiple => "multiple",
            Unit::Probability => "probability",
            Unit::Flag => "flag",
            Unit::SharesBn => "shares_bn",
            Unit::UsdPerShare => "usd_per_share",
        }
    }
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The values that a number may take. Constants are checked against it; distributions are truncated to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Domain {
    /// Any finite number.
    #[default]
    Any,
    /// 0 and above.
    NotNegative,
    /// Above 0.
    Positive,
    /// Above 0, including `inf`. For half-lives: `inf` means no mean reversion.
    PositiveOrInfinite,
    /// 0 to 1, including both ends.
    Fraction,
    /// Above 0 and at most 1.
    PositiveFraction,
    /// At most 1.
    AtMostOne,
    /// Above -1.
    AboveMinusOne,
}

impl Domain {
    /// Whether the domain contains `value`.
    pub fn contains(self, value: f64) -> bool {
        match self {
            Domain::PositiveOrInfinite => value > 0.0,
            _ => {
                let (low, high) = self.bounds();
                let above = if self.low_is_open() { value > low } else { value >= low };
                value.is_finite() && above && value <= high
            }
        }
    }

    /// The lower and upper ends; infinite where there is no bound.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Domain::Any => (f64::NEG_INFINITY, f64::INFINITY),
            Domain::NotNegative | Domain::Positive | Domain::PositiveOrInfinite => (0.0, f64::INFINITY),
            Domain::Fraction | Domain::PositiveFraction => (0.0, 1.0),
            Domain::AtMostOne => (f64::NEG_INFINITY, 1.0),
            Domain::AboveMinusOne => (-1.0, f64::INFINITY),
        }
    }

    /// Whether the lower end is excluded.
    pub fn low_is_open(self) -> bool {
        match self {
            Domain::Positive
            | Domain::PositiveOrInfinite
            | Domain::PositiveFraction
            | Domain::AboveMinusOne
            | Domain::Any
            | Domain::AtMostOne => true,
            Domain::NotNegative | Domain::Fraction => false,
        }
    }

    /// The domain in words, to follow "must be".
    pub const fn words(self) -> &'static str {
        match self {
            Domain::Any => "any finite number",
            Domain::NotNegative => "0 or more",
            Domain::Positive => "above 0",
            Domain::PositiveOrInfinite => "above 0 (inf allowed)",
            Domain::Fraction => "0 to 1",
            Domain::PositiveFraction => "above 0, at most 1",
            Domain::AtMostOne => "at most 1",
            Domain::AboveMinusOne => "above -1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_hold_their_ends_and_nothing_that_is_not_a_number() {
        assert!(Domain::Fraction.contains(0.0) && Domain::Fraction.contains(1.0));
        assert!(!Domain::Fraction.contains(1.0 + f64::EPSILON));
        assert!(!Domain::Positive.contains(0.0) && !Domain::Positive.contains(f64::INFINITY));
        assert!(Domain::PositiveOrInfinite.contains(f64::INFINITY));
        assert!(!Domain::AboveMinusOne.contains(-1.0) && Domain::AboveMinusOne.contains(-0.99));
        assert!(Domain::AtMostOne.contains(-1e300) && !Domain::AtMostOne.contains(1.1));
        for domain in [Domain::Any, Domain::PositiveOrInfinite, Domain::Fraction] {
            assert!(!domain.contains(f64::NAN));
        }
        assert!(!Domain::Any.contains(f64::NEG_INFINITY));
    }
}
