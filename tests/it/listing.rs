//! Listing standards against the thresholds of the rule books, typed here a second time.

use capstake::study::ipo::standards::{Bound, Kind, Measure, STANDARDS};

/// A requirement as the rule book states it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asks {
    /// At least so many millions of dollars, or of shares.
    Millions(f64),
    /// Less than so many millions.
    BelowMillions(f64),
    /// At least so much: dollars a share, months, a fraction.
    AtLeast(f64),
    /// At most so much.
    AtMost(f64),
    /// More than nothing.
    Positive,
    /// Nothing or more.
    NotNegative,
}

use Asks::{AtLeast, AtMost, BelowMillions, Millions, NotNegative, Positive};
use Measure::{
    Cash, CashFlow, CashFlowAhead, CashFlowOfThreeYears, Fee, GrossMargin, Growth, LargestCloud, MarketCap,
    Pretax, PretaxOfThreeYears, Price, PublicFloat, PublicShares, Revenue, RuleOfForty, Runway,
};

/// A rule: venue, rule, what the model can test, and words on what it cannot.
type Rule = (&'static str, &'static str, &'static [(Measure, Asks)], &'static str);

/// NYSE Listed Company Manual 102.01; Nasdaq Listing Rules 5315 and 5405, the float of 5405(b)(1) as amended on 17 January 2026 (SEC
/// release 34-104450); Securities Act rule 405; ASC 280-10-50-42 and 205-40; then what buyers and banks are used to.
const RULE_BOOKS: &[Rule] = &[
    (
        "NYSE",
        "102.01C (I)",
        &[
            (PretaxOfThreeYears, Millions(10.0)),
            (Pretax(0), Millions(2.0)),
            (Pretax(1), Millions(2.0)),
            (Pretax(2), Positive),
        ],
        "",
    ),
    ("NYSE", "102.01C (II)", &[(MarketCap, Millions(200.0))], ""),
    (
        "NYSE",
        "IPO distribution",
        &[(PublicFloat, Millions(40.0)), (PublicShares, Millions(1.1)), (Price, AtLeast(4.0))],
        "400 holders of round lots",
    ),
    (
        "Nasdaq Global Select",
        "5315, earnings",
        &[
            (PretaxOfThreeYears, Millions(11.0)),
            (Pretax(0), Millions(2.2)),
            (Pretax(1), Millions(2.2)),
            (Pretax(2), NotNegative),
        ],
        "",
    ),
    (
        "Nasdaq Global Select",
        "5315, capitalisation with cash flow",
        &[
            (CashFlowOfThreeYears, Millions(27.5)),
            (CashFlow(0), NotNegative),
            (CashFlow(1), NotNegative),
            (CashFlow(2), NotNegative),
            (MarketCap, Millions(550.0)),
            (Revenue, Millions(110.0)),
        ],
        "average capitalisation",
    ),
    (
        "Nasdaq Global Select",
        "5315, capitalisation with revenue",
        &[(MarketCap, Millions(850.0)), (Revenue, Millions(90.0))],
        "average capitalisation",
    ),
    (
        "Nasdaq Global Select",
        "5315, assets with equity",
        &[(MarketCap, Millions(160.0)), (Cash, Millions(80.0))],
        "equity of 55 million",
    ),
    (
        "Nasdaq Global Select",
        "5315, liquidity",
        &[(PublicFloat, Millions(45.0)), (PublicShares, Millions(1.25)), (Price, AtLeast(4.0))],
        "450 holders of round lots",
    ),
    (
        "Nasdaq Global",
        "5405, income",
        &[(Pretax(0), Millions(1.0)), (PublicFloat, Millions(15.0))],
        "equity of 15 million",
    ),
    (
        "Nasdaq Global",
        "5405, market value",
        &[(MarketCap, Millions(75.0)), (PublicFloat, Millions(20.0))],
        "",
    ),
    (
        "Nasdaq Global",
        "5405, assets with revenue",
        &[(Cash, Millions(75.0)), (Revenue, Millions(75.0)), (PublicFloat, Millions(20.0))],
        "",
    ),
    ("SEC", "emerging growth company", &[(Revenue, BelowMillions(1_235.0))], ""),
    ("FASB", "ASC 280-10-50-42", &[(LargestCloud, AtLeast(0.10))], ""),
    ("FASB", "ASC 205-40", &[(Runway, AtLeast(12.0))], ""),
    (
        "software IPOs",
        "Redpoint, Clouded Judgement 2020",
        &[(Revenue, Millions(200.0)), (Growth, AtLeast(0.50)), (GrossMargin, AtLeast(0.72))],
        "",
    ),
    (
        "software IPOs",
        "after 2023, secondary pages",
        &[
            (Revenue, Millions(400.0)),
            (Growth, AtLeast(0.25)),
            (RuleOfForty, AtLeast(0.40)),
            (GrossMargin, AtLeast(0.75)),
            (CashFlowAhead, Positive),
        ],
        "",
    ),
    ("banks", "PwC, cost of an IPO", &[(Fee, AtMost(0.04))], "4% to 7%"),
];

/// A millionth below and above a threshold, and the threshold itself, must be judged as the rule book says.
fn judges_alike(bound: Bound, asks: Asks) -> bool {
    let billions = |millions: f64| format!("{millions}e-3").parse::<f64>().expect("a number");
    let (limit, takes_the_limit, takes_more) = match asks {
        Millions(millions) => (billions(millions), true, true),
        BelowMillions(millions) => (billions(millions), false, false),
        AtLeast(limit) => (limit, true, true),
        AtMost(limit) => (limit, true, false),
        Positive => (0.0, false, true),
        NotNegative => (0.0, true, true),
    };
    let step = 1e-6 * limit.max(1e-3);
    bound.holds(limit) == takes_the_limit
        && bound.holds(limit + step) == takes_more
        && bound.holds(limit - step) != takes_more
}

#[test]
fn thresholds_are_those_of_the_rule_books() {
    let known: Vec<(&str, &str)> = RULE_BOOKS.iter().map(|(venue, rule, ..)| (*venue, *rule)).collect();
    let listed: Vec<(&str, &str)> = STANDARDS.iter().map(|one| (one.venue, one.rule)).collect();
    assert_eq!(listed, known);
    for (standard, (venue, rule, asks, outside)) in STANDARDS.iter().zip(RULE_BOOKS) {
        let name = format!("{venue} {rule}");
        assert_eq!(standard.requirements.len(), asks.len(), "{name}");
        for ((measure, bound), (asked, limit)) in standard.requirements.iter().zip(*asks) {
            assert_eq!(measure, asked, "{name}");
            assert!(judges_alike(*bound, *limit), "{name}: {bound:?} for {asked:?} {limit:?}");
        }
        assert!(standard.outside.contains(outside), "{name}: {outside:?} in {:?}", standard.outside);
        // Distributions have a number of holders, which the model does not know.
        assert!(standard.kind != Kind::Distribution || standard.outside.contains("holders"), "{name}");
    }
}
