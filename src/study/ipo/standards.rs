//! Listing standards: what exchanges, law and custom ask of a company, with rule numbers and dates, all to be
//! checked again before use.
//!
//! Exchanges ask for one of several financial tests and for a distribution of shares. The model knows
//! revenue, income before tax, free cash flow, cash, the offer price and the shares sold. It knows no balance
//! sheet beyond cash, no number of holders and no share classes: what a rule asks of those is listed with the
//! rule as outside the model, and no rule is ever reported as fully met.

/// A measure of the company at the end of a quarter, or on the day of its offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Income before tax of the year that ended this many years ago, billions; unknown before the valuation
    /// date.
    Pretax(usize),
    /// Income before tax of the last three years, billions.
    PretaxOfThreeYears,
    /// Free cash flow of the year that ended this many years ago, billions.
    CashFlow(usize),
    /// Free cash flow of the last three years, billions.
    CashFlowOfThreeYears,
    /// Free cash flow of the twelve months to come, billions.
    CashFlowAhead,
    /// Value of all shares at the offer price, including the new ones, billions.
    MarketCap,
    /// Value of the shares sold in the offer, billions.
    PublicFloat,
    /// Price of a share, dollars; unknown without `ipo.shares_bn`.
    Price,
    /// Shares sold in the offer, billions; unknown without `ipo.shares_bn`.
    PublicShares,
    /// Net revenue of the last year, billions.
    Revenue,
    /// Growth of net revenue over a year.
    Growth,
    /// Gross margin.
    GrossMargin,
    /// Growth plus free-cash-flow margin.
    RuleOfForty,
    /// Cash: a lower bound of total assets, billions.
    Cash,
    /// Share of the largest cloud in gross sales.
    LargestCloud,
    /// Months that cash lasts at the burn rate of the period.
    Runway,
    /// Fee of the offer as a fraction of its proceeds.
    Fee,
}

impl Measure {
    /// Whether the measure is known only if the scenario gives the number of shares.
    fn needs_shares(self) -> bool {
        matches!(self, Measure::Price | Measure::PublicShares)
    }
}

/// The bound that a measure must meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// At least this.
    AtLeast(f64),
    /// More than this.
    Above(f64),
    /// Less than this.
    Below(f64),
}

impl Bound {
    /// Whether a measure meets the bound; an unknown one (NaN) does not.
    pub fn holds(self, figure: f64) -> bool {
        match self {
            Bound::AtLeast(limit) => figure >= limit,
            Bound::Above(limit) => figure > limit,
            Bound::Below(limit) => figure < limit,
        }
    }
}

/// The kind of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A financial test of an exchange; passing one of an exchange's tests is enough.
    Financial,
    /// What an exchange also asks of the shares in public hands.
    Distribution,
    /// A rule of law or accounting that changes what the prospectus must disclose.
    Disclosure,
    /// What buyers and banks usually expect.
    Yardstick,
}

impl Kind {
    /// The word used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Financial => "financial test",
            Kind::Distribution => "distribution",
            Kind::Disclosure => "disclosure",
            Kind::Yardstick => "yardstick",
        }
    }
}

/// A rule for a listing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standard {
    /// Who makes the rule.
    pub venue: &'static str,
    /// Number of the rule, with the test's name if one number has several tests; or the source of the rule.
    pub rule: &'static str,
    /// Name of the test.
    pub test: &'static str,
    /// Kind of the rule.
    pub kind: Kind,
    /// Requirements that the model knows; all must hold.
    pub requirements: &'static [(Measure, Bound)],
    /// What else the rule asks, outside the model.
    pub outside: &'static str,
    /// Date of the rule, or where it was read.
    pub as_of: &'static str,
}

impl Standard {
    /// The requirements that are known, with or without a number of shares in the scenario.
    pub fn known(&self, shares: bool) -> impl Iterator<Item = &'static (Measure, Bound)> {
        self.requirements.iter().filter(move |(figure, _)| shares || !figure.needs_shares())
    }

    /// Whether the rule asks for a price or a number of shares.
    pub fn asks_for_shares(&self) -> bool {
        self.requirements.iter().any(|(figure, _)| figure.needs_shares())
    }
}

/// The warning shown with every use of these rules.
pub const CHECK: &str = "re-check before use";

use Bound::{Above, AtLeast, Below};
use Measure::{
    Cash, CashFlow, CashFlowAhead, CashFlowOfThreeYears, Fee, GrossMargin, Growth, LargestCloud, MarketCap,
    Pretax, PretaxOfThreeYears, Price, PublicFloat, PublicShares, Revenue, RuleOfForty, Runway,
};

/// All rules: exchanges in the order of their rule books, then law, then yardsticks. Amounts are in billions
/// of US dollars.
pub const STANDARDS: &[Standard] = &[
    Standard {
        venue: "NYSE",
        rule: "102.01C (I)",
        test: "earnings",
        kind: Kind::Financial,
        requirements: &[
            (PretaxOfThreeYears, AtLeast(0.010)),
            (Pretax(0), AtLeast(0.002)),
            (Pretax(1), AtLeast(0.002)),
            (Pretax(2), Above(0.0)),
        ],
        outside: "adjustments of income; audited fiscal years",
        as_of: "2026",
    },
    Standard {
        venue: "NYSE",
        rule: "102.01C (II)",
        test: "global market capitalisation",
        kind: Kind::Financial,
        requirements: &[(MarketCap, AtLeast(0.200))],
        outside: "",
        as_of: "2026",
    },
    Standard {
        venue: "NYSE",
        rule: "IPO distribution",
        test: "shares in public hands",
        kind: Kind::Distribution,
        requirements: &[
            (PublicFloat, AtLeast(0.040)),
            (PublicShares, AtLeast(0.0011)),
            (Price, AtLeast(4.0)),
        ],
        outside: "400 holders of round lots",
        as_of: "2026; older texts have a float of 60 million",
    },
    Standard {
        venue: "Nasdaq Global Select",
        rule: "5315, earnings",
        test: "earnings",
        kind: Kind::Financial,
        requirements: &[
            (PretaxOfThreeYears, AtLeast(0.011)),
            (Pretax(0), AtLeast(0.0022)),
            (Pretax(1), AtLeast(0.0022)),
            (Pretax(2), AtLeast(0.0)),
        ],
        outside: "audited fiscal years",
        as_of: "2026, secondary page",
    },
    Standard {
        venue: "Nasdaq Global Select",
        rule: "5315, capitalisation with cash flow",
        test: "capitalisation with cash flow",
        kind: Kind::Financial,
        requirements: &[
            (CashFlowOfThreeYears, AtLeast(0.0275)),
            (CashFlow(0), AtLeast(0.0)),
            (CashFlow(1), AtLeast(0.0)),
            (CashFlow(2), AtLeast(0.0)),
            (MarketCap, AtLeast(0.550)),
            (Revenue, AtLeast(0.110)),
        ],
        outside: "average capitalisation over twelve months",
        as_of: "2026, secondary page",
    },
    Standard {
        venue: "Nasdaq Global Select",
        rule: "5315, capitalisation with revenue",
        test: "capitalisation with revenue",
        kind: Kind::Financial,
        requirements: &[(MarketCap, AtLeast(0.850)), (Revenue, AtLeast(0.090))],
        outside: "average capitalisation over twelve months",
        as_of: "2026, secondary page",
    },
    Standard {
        venue: "Nasdaq Global Select",
        rule: "5315, assets with equity",
        test: "assets with equity",
        kind: Kind::Financial,
        requirements: &[(MarketCap, AtLeast(0.160)), (Cash, AtLeast(0.080))],
        outside: "stockholders' equity of 55 million; of the assets of 80 million only cash is known",
        as_of: "2026, secondary page",
    },
    Standard {
        venue: "Nasdaq Global Select",
        rule: "5315, liquidity",
        test: "liquidity",
        kind: Kind::Distribution,
        requirements: &[
            (PublicFloat, AtLeast(0.045)),
            (PublicShares, AtLeast(0.00125)),
            (Price, AtLeast(4.0)),
        ],
        outside: "450 holders of round lots",
        as_of: "2026, secondary page",
    },
    Standard {
        venue: "Nasdaq Global",
        rule: "5405, income",
        test: "income",
        kind: Kind::Financial,
        requirements: &[(Pretax(0), AtLeast(0.001)), (PublicFloat, AtLeast(0.015))],
        outside: "stockholders' equity of 15 million",
        as_of: "float since 17 January 2026 (SEC release 34-104450; 8 million before)",
    },
    Standard {
        venue: "Nasdaq Global",
        rule: "5405, market value",
        test: "market value",
        kind: Kind::Financial,
        requirements: &[(MarketCap, AtLeast(0.075)), (PublicFloat, AtLeast(0.020))],
        outside: "",
        as_of: "2026",
    },
    Standard {
        venue: "Nasdaq Global",
        rule: "5405, assets with revenue",
        test: "assets with revenue",
        kind: Kind::Financial,
        requirements: &[(Cash, AtLeast(0.075)), (Revenue, AtLeast(0.075)), (PublicFloat, AtLeast(0.020))],
        outside: "of the assets only cash is known",
        as_of: "2026",
    },
    Standard {
        venue: "SEC",
        rule: "emerging growth company",
        test: "may file as an emerging growth company",
        kind: Kind::Disclosure,
        requirements: &[(Revenue, Below(1.235))],
        outside: "revenue is that of the last fiscal year",
        as_of: "2026",
    },
    Standard {
        venue: "FASB",
        rule: "ASC 280-10-50-42",
        test: "a customer of 10% of revenue must be disclosed (largest cloud)",
        kind: Kind::Disclosure,
        requirements: &[(LargestCloud, AtLeast(0.10))],
        outside: "who counts as the customer where a cloud resells",
        as_of: "2026",
    },
    Standard {
        venue: "FASB",
        rule: "ASC 205-40",
        test: "cash for twelve months: no doubt about going concern",
        kind: Kind::Disclosure,
        requirements: &[(Runway, AtLeast(12.0))],
        outside: "management's plans; counted from the issue of the statements",
        as_of: "2026",
    },
    Standard {
        venue: "software IPOs",
        rule: "Redpoint, Clouded Judgement 2020",
        test: "typical of 36 IPOs: revenue of 200 million, growth 50%, gross margin 72%",
        kind: Kind::Yardstick,
        requirements: &[(Revenue, AtLeast(0.200)), (Growth, AtLeast(0.50)), (GrossMargin, AtLeast(0.72))],
        outside: "recurring revenue",
        as_of: "2020",
    },
    Standard {
        venue: "software IPOs",
        rule: "after 2023, secondary pages",
        test: "revenue of 400 million, growth 25%, rule of 40, gross margin 75%, cash flow positive within a year",
        kind: Kind::Yardstick,
        requirements: &[
            (Revenue, AtLeast(0.400)),
            (Growth, AtLeast(0.25)),
            (RuleOfForty, AtLeast(0.40)),
            (GrossMargin, AtLeast(0.75)),
            (CashFlowAhead, Above(0.0)),
        ],
        outside: "recurring revenue",
        as_of: "2026",
    },
    Standard {
        venue: "banks",
        rule: "PwC, cost of an IPO",
        test: "fee within the usual 4% of proceeds or less",
        kind: Kind::Yardstick,
        requirements: &[(Fee, Below(0.04 + 1e-12))],
        outside: "4% to 7% in ordinary deals, far less in the largest; about half of IPOs disclose a material weakness (PwC; KPMG 2024)",
        as_of: "2026",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_whole_and_bounds_do_what_they_say() {
        for standard in STANDARDS {
            assert!(!standard.requirements.is_empty() && !standard.as_of.is_empty(), "{standard:?}");
        }
        let mut names: Vec<_> = STANDARDS.iter().map(|s| (s.venue, s.rule)).collect();
        names.dedup();
        assert_eq!(names.len(), STANDARDS.len(), "venue and rule name a row");
        assert!(AtLeast(1.0).holds(1.0) && !Above(1.0).holds(1.0) && !Below(1.0).holds(1.0));
        for bound in [AtLeast(0.0), Above(0.0), Below(0.0)] {
            assert!(!bound.holds(f64::NAN), "what is unknown is not met");
        }
    }
}
