//! Single numbers: in another unit, far from usual, dates decades away.

use capstake::config::section::Section;
use capstake::config::tables::rows;
use capstake::config::{Code, Config, Problem, Unit};

use super::{BASE, MINIMAL, changed, problems, silent, told};

#[test]
fn slips_of_unit_and_size_are_told_with_what_was_meant() {
    let minimal = [
        ("segment.all.growth=40", "is 4,000% a year (continuous); usual is -100% to 300% a year", "0.4"),
        ("segment.all.volatility=30", "is 3,000% a year; usual is 0% to 250% a year", "0.3"),
        (
            "segment.all.rate_now_usd_bn=25000",
            "is $25 trillion a year; usual is $100,000 to $1 trillion a year",
            "25",
        ),
        (
            "deal.capped.cap_usd_bn=38000000000",
            "is $38,000,000 trillion; usual is $1 million to $10 trillion",
            "38",
        ),
        ("deal.capped.payment_lag_years=100", "; usual is 0 to 2.5 years", "0.274"),
        ("deal.capped.payment_lag_years=90", "; usual is 0 to 2.5 years", "0.25"),
        ("discount.share=10", "is 1,000% a year; usual is -5% to 100% a year", "0.1"),
        ("discount.share=1050", "is 105,000% a year; usual is -5% to 100% a year", "0.105"),
    ];
    let base = [
        ("discount.equity=14", "is 1,400% a year; usual is -5% to 100% a year", "0.14"),
        ("discount.licence=8.8", "is 880% a year; usual is -5% to 100% a year", "0.088"),
        ("cash.now_usd_bn=78000", "is $78 trillion; usual is $100,000 to $2 trillion", "78"),
        ("cash.yield=4", "is 400% a year; usual is -2% to 30% a year", "0.04"),
        ("microsoft.invested_usd_bn=11800", "is $11.8 trillion; usual is $100,000 to $1 trillion", "11.8"),
        ("ipo.gate.equity_usd_bn=0.58", "is $580 million; usual is $1 billion to $20 trillion", "580"),
        ("equity.multiple_long_run=410", "; usual is 0.1 to 100 times", "4.1"),
        ("equity.lockup_months=180", "is 15 years; usual is 0 to 4 years", "6"),
        ("ipo.preparation_months=365", "is 30.4 years; usual is 0 to 5 years", "12"),
        (
            "costs.fixed_usd_bn_per_year=1500",
            "is $1.5 trillion a year; usual is $0 to $500 billion a year",
            "1.5",
        ),
        ("shock.competitor-leap.rate_per_year=20", "; usual is 0 to 1.5 times a year", "0.2"),
        ("contract.azure-a.total_usd_bn=70000", "is $70 trillion; usual is $100,000 to $5 trillion", "70"),
        ("shock.competitor-leap.rate_per_year=2", "; usual is 0 to 1.5 times a year", "0.02"),
        ("shock.competitor-leap.mean=-1.8", "is -180%; usual is -100% to 100%", "-0.018"),
    ];
    let all = minimal.map(|row| (MINIMAL, row)).into_iter().chain(base.map(|row| (BASE, row)));
    for (text, (flag, said, meant)) in all {
        let (key, value) = flag.split_once('=').expect("a flag");
        let space = if said.starts_with(';') { "" } else { " " };
        let said = format!("`{key}` = {value}{space}{said}");
        told(Code::UnusualNumber, text, &[flag], &said, &format!("did you mean `{meant}`?"));
    }
}

#[test]
fn distributions_are_judged_by_their_tails_and_rescaled_as_a_whole() {
    let growth = "segment.business.growth_now={dist=\"quantiles\",p10=46,p50=86,p90=109}";
    told(
        Code::UnusualNumber,
        BASE,
        &[growth],
        "`segment.business.growth_now`: one future in a hundred is above 13,000% a year (continuous); usual is -100% to 300% a year",
        "did you mean `{ dist = \"quantiles\", p10 = 0.46, p50 = 0.86, p90 = 1.09 }`? a percentage",
    );
    told(
        Code::UnusualNumber,
        MINIMAL,
        &["segment.all.rate_now_usd_bn={dist=\"lognormal\",median=25,sigma=5}"],
        "`segment.all.rate_now_usd_bn`: one future in a hundred is above $2,820 trillion a year; its mean is $6,710 trillion a year; usual is $100,000 to $1 trillion a year",
        "did you mean `{ dist = \"lognormal\", median = 25.0, sigma = 0.05 }`? sigma is of the logarithm",
    );
    told(
        Code::UnusualNumber,
        BASE,
        &["equity.lockup_months={dist=\"discrete\",values=[180,365],weights=[1,3],note=\"as agreed\"}"],
        "`equity.lockup_months`: one future in a hundred is above 30.4 years; usual is 0 to 4 years",
        "did you mean `{ dist = \"discrete\", values = [6.0, 12.0], weights = [1.0, 3.0], note = \"as agreed\" }`?",
    );
    told(
        Code::UnusualNumber,
        BASE,
        &["ipo.gate.equity_usd_bn={dist=\"quantiles\",p10=0.4,p50=0.58,p90=0.88,lower=0.1,upper=3}"],
        "`ipo.gate.equity_usd_bn`: half of all futures are below $580 million; usual is $1 billion to $20 trillion",
        "did you mean `{ dist = \"quantiles\", p10 = 400.0, p50 = 580.0, p90 = 880.0, lower = 100.0, upper = 3000.0 }`?",
    );
    // What is truncated away does not count, and a chance of 0 is no slip.
    silent(
        Code::UnusualNumber,
        MINIMAL,
        &["segment.all.rate_now_usd_bn={dist=\"lognormal\",median=25,sigma=5,max=900}"],
    );
    let maybe = "contract.azure-a.total_usd_bn={dist=\"discrete\",values=[0,70],weights=[3,1]}";
    silent(Code::UnusualNumber, BASE, &[maybe]);
    // The same draw in another unit.
    let shared = "equity.lockup_months={same_as=\"ipo.gate.trailing_revenue_usd_bn\"}";
    let flags = ["ipo.gate.trailing_revenue_usd_bn=300", shared];
    told(
        Code::UnusualNumber,
        BASE,
        &flags,
        "`equity.lockup_months` = 300 is 25 years; usual is 0 to 4 years",
        "is `ipo.gate.",
    );
}

#[test]
fn a_calendar_year_is_no_number_of_years() {
    told(
        Code::UnusualNumber,
        BASE,
        &["deal.prior-2025.share_ends_years=2030", "deal.prior-2025.exclusive_until_years=3"],
        "`deal.prior-2025.share_ends_years` = 2030; usual is -10 to 30 years",
        "`share_ends_years` counts from the valuation date; did you mean `share_ends = 2030-12-31`?",
    );
}

/// Every number of the format at a typical value, with the flags that it needs beside it.
const TYPICAL: &[(&str, f64, &[&str])] = &[
    ("discount.share", 0.1, &[]),
    ("discount.equity", 0.14, &[]),
    ("discount.cloud", 0.1, &[]),
    ("discount.licence", 0.088, &[]),
    ("discount.revenue", 0.12, &[]),
    ("history.period.2026-01-01.net_revenue_usd_bn", 5.7, &[]),
    ("history.period.2026-01-01.fcf_usd_bn", -3.7, &[]),
    ("history.period.2026-01-01.ebitda_usd_bn", -4.2, &[]),
    ("segment.business.cloud_sold", 0.37, &[]),
    ("segment.business.inference_cost_now", 0.52, &[]),
    ("segment.business.inference_cost_long_run", 0.37, &[]),
    ("segment.business.inference_cost_half_life_years", 2.2, &[]),
    ("segment.business.rate_now_usd_bn", 17.4, &[]),
    ("segment.business.growth_now", 0.86, &[]),
    ("segment.business.growth_long_run", 0.045, &[]),
    ("segment.business.growth_half_life_years", 1.5, &[]),
    ("segment.business.growth_volatility_now", 0.12, &[]),
    ("segment.business.volatility_now", 0.14, &[]),
    ("segment.business.volatility_long_run", 0.08, &[]),
    ("segment.business.volatility_half_life_years", 2.0, &[]),
    ("segment.business.price_of_risk", 0.3, &[]),
    ("segment.business.growth_price_of_risk", 0.3, &[]),
    ("segment.gbm.growth", 0.4, &[]),
    ("segment.gbm.volatility", 0.3, &[]),
    ("segment.points.plan.2026-07-01.rate_usd_bn", 30.0, &[]),
    ("segment.totals.annual_totals.2027", 62.0, &[]),
    ("segment.ads-and-new.ceiling_usd_bn", 95.0, &[]),
    ("segment.ads-and-new.midpoint_years", 4.5, &[]),
    ("segment.ads-and-new.ramp_years", 4.0, &[]),
    ("shock.competitor-leap.rate_per_year", 0.15, &[]),
    ("shock.competitor-leap.mean", -0.18, &[]),
    ("shock.competitor-leap.sd", 0.12, &[]),
    ("shock.competitor-leap.loading.consumer", 0.8, &[]),
    ("cloud.aws.share_now", 0.05, &[]),
    ("cloud.google.entry_share", 0.02, &[]),
    ("cloud.aws.long_run_share", 0.3, &[]),
    ("cloud.aws.half_life_years", 1.0, &[]),
    ("cloud.aws.volatility", 0.45, &[]),
    ("cloud.aws.fee", 0.12, &[]),
    ("cloud.aws.flex_share", 0.28, &[]),
    ("home_first.lead_months", 3.0, &[]),
    ("home_first.cycle_months", 9.0, &[]),
    ("home_first.decline_probability", 0.15, &[]),
    ("reach.uplift", 0.1, &[]),
    ("in_house.ceiling", 0.45, &[]),
    ("in_house.midpoint_years", 3.0, &[]),
    ("in_house.ramp_years", 5.0, &[]),
    ("in_house.substitution", 0.5, &[]),
    ("contract.azure-a.total_usd_bn", 70.0, &[]),
    ("contract.azure-a.draw", 0.46, &[]),
    ("microsoft.invested_usd_bn", 11.8, &[]),
    ("microsoft.received_before_usd_bn", 5.9, &[]),
    ("microsoft.resale_margin", 0.45, &[]),
    ("microsoft.hosting_margin", 0.28, &[]),
    ("microsoft.take_or_pay_margin", 0.4, &[]),
    ("licence.royalty_rate", 0.08, &[]),
    ("licence.non_exclusive_discount", 0.35, &[]),
    ("licence.income_usd_bn_per_year", 1.0, &[]),
    ("deal.prior-2025.share_ends_years", 4.5, &["deal.prior-2025.exclusive_until_years=3"]),
    ("deal.amended-2026.rate", 0.2, &[]),
    ("deal.amended-2026.rate.2026-07-01.rate", 0.2, &["deal.amended-2026.rate=[{from=2026-07-01,rate=0.2}]"]),
    ("deal.amended-2026.eligible", 0.98, &[]),
    ("deal.amended-2026.cap_usd_bn", 38.0, &[]),
    ("deal.amended-2026.paid_to_date_usd_bn", 2.4, &[]),
    ("deal.amended-2026.termination_rate_per_year", 0.02, &[]),
    ("deal.amended-2026.payment_lag_years", 0.25, &[]),
    ("deal.amended-2026.home_keeps", 0.8, &[]),
    ("deal.amended-2026.stake", 0.24, &[]),
    ("deal.prior-2025.exclusive_until_years", 4.5, &[]),
    ("costs.research_now", 1.0, &[]),
    ("costs.research_long_run", 0.11, &[]),
    ("costs.research_half_life_years", 1.9, &[]),
    ("costs.opex_now", 0.42, &[]),
    ("costs.opex_long_run", 0.22, &[]),
    ("costs.opex_half_life_years", 2.5, &[]),
    ("costs.fixed_usd_bn_per_year", 1.5, &[]),
    ("costs.tax_rate", 0.21, &[]),
    ("costs.offset_limit", 0.8, &[]),
    ("costs.losses_usd_bn", 45.0, &[]),
    ("cash.now_usd_bn", 78.0, &[]),
    ("cash.yield", 0.04, &[]),
    ("cash.minimum_usd_bn", 10.0, &[]),
    ("round.softbank-last.amount_usd_bn", 10.0, &[]),
    ("round.softbank-last.pre_money_usd_bn", 842.0, &[]),
    ("funding.runway_years", 1.5, &[]),
    ("funding.round_discount", 0.15, &[]),
    ("funding.max_dilution", 0.2, &[]),
    ("funding.recovery", 0.35, &[]),
    ("equity.multiple_now", 29.5, &[]),
    ("equity.multiple_long_run", 4.1, &[]),
    ("equity.half_life_years", 2.3, &[]),
    ("equity.volatility", 0.23, &[]),
    ("equity.grant_rate_per_year", 0.012, &[]),
    ("equity.lockup_months", 6.0, &[]),
    ("equity.marketability_discount", 0.11, &[]),
    ("equity.perpetual_growth", 0.03, &[]),
    ("equity.discount_rate", 0.12, &[]),
    ("equity.margin_elasticity", 0.5, &["equity.margin_reference=0.6"]),
    ("equity.margin_reference", 0.6, &["equity.margin_elasticity=0.5"]),
    ("equity.owed_growth_half_life_years", 1.5, &[]),
    ("ipo.ready_months", 6.0, &[]),
    ("ipo.preparation_months", 9.0, &[]),
    ("ipo.primary", 0.06, &[]),
    ("ipo.fee", 0.015, &[]),
    ("ipo.underpricing", 0.1, &[]),
    ("ipo.shares_bn", 3.0, &[]),
    ("ipo.gate.trailing_revenue_usd_bn", 22.0, &[]),
    ("ipo.gate.growth", 0.2, &[]),
    ("ipo.gate.gross_margin", 0.35, &[]),
    ("ipo.gate.fcf_margin", 0.05, &[]),
    ("ipo.gate.runway_months", 6.0, &[]),
    ("ipo.gate.largest_cloud_share", 0.5, &[]),
    ("ipo.gate.commitments_to_revenue", 2.5, &[]),
    ("ipo.gate.owed_to_revenue", 0.8, &[]),
    ("ipo.gate.equity_usd_bn", 580.0, &[]),
];

fn typical() -> impl Iterator<Item = (&'static str, f64, &'static [&'static str])> {
    TYPICAL.iter().copied()
}

/// The base scenario with a segment of every process.
fn broad() -> String {
    let more = r#"
[[segment]]
name = "gbm"
process = "gbm"
rate_now_usd_bn = 1.0
growth = 0.1
volatility = 0.1
[[segment]]
name = "points"
process = "plan"
[[segment.plan]]
date = 2026-07-01
rate_usd_bn = 1.0
[[segment]]
name = "totals"
process = "plan"
[segment.annual_totals]
2026 = 1.0
2027 = 3.0
"#;
    changed(BASE, "[[shock]]", &format!("{more}[[shock]]"))
}

/// Whether a full key is of a pattern of the format.
fn is_of(pattern: &str, key: &str) -> bool {
    let (pattern, key): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), key.split('.').collect());
    pattern.len() == key.len()
        && pattern
            .iter()
            .zip(&key)
            .all(|(part, text)| ["NAME", "DATE", "YEAR"].contains(part) || part == text)
}

/// The unit of a key.
fn unit_of(key: &str) -> Unit {
    let row = rows(Config::SPEC).into_iter().find(|row| row.spec.usual.is_some() && is_of(&row.pattern, key));
    row.and_then(|row| row.spec.unit).unwrap_or_else(|| panic!("{key} is a number of the format"))
}

/// How many times a number is too large that is written in another unit.
fn slips(unit: Unit) -> &'static [f64] {
    match unit {
        Unit::UsdBn | Unit::UsdBnPerYear => &[1e3, 1e9],
        Unit::SharesBn => &[1e3],
        Unit::Months => &[365.25 / 12.0],
        Unit::Years => &[12.0, 365.25],
        _ => &[100.0],
    }
}

/// Whether an amount has a usual size beside today's revenue: not a plan, which may begin small, nor a result that may be near 0.
fn has_a_scale(key: &str) -> bool {
    let amount = matches!(unit_of(key), Unit::UsdBn | Unit::UsdBnPerYear);
    let small = [".fcf_usd_bn", ".ebitda_usd_bn", ".rate_usd_bn"].iter().any(|end| key.ends_with(end));
    amount && !small && !key.contains(".annual_totals.")
}

fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().expect("a number")
}

#[test]
fn every_number_of_the_format_has_a_typical_value_here() {
    // The keys of Microsoft's own process are those of segments.
    for row in rows(Config::SPEC).iter().filter(|row| row.spec.usual.is_some()) {
        let of_process = row.pattern.strip_prefix("microsoft.ai.").map(|key| format!("segment.NAME.{key}"));
        let pattern = of_process.as_ref().unwrap_or(&row.pattern);
        assert!(typical().any(|(key, ..)| is_of(pattern, key)), "{pattern}");
    }
}

#[test]
fn a_typical_number_is_silent_and_the_same_in_another_unit_is_told() {
    let text = broad();
    for (key, typical, beside) in typical() {
        let with = |value: String| -> Vec<String> {
            beside.iter().map(|flag| (*flag).to_owned()).chain([format!("{key}={value}")]).collect()
        };
        let ask = |value: String| {
            let flags = with(value);
            problems(&text, &flags.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let seen = ask(format!("{typical:?}"));
        assert!(!seen.has_errors(), "{key}: {seen}");
        assert!(seen.iter().all(|problem| problem.code != Code::UnusualNumber), "{key}: {seen}");
        assert!(seen.iter().all(|problem| problem.code != Code::OutOfScale), "{key}: {seen}");
        let down = if has_a_scale(key) { &[1e-3][..] } else { &[] };
        for &factor in slips(unit_of(key)).iter().chain(down) {
            // Rounded, since no one writes 0.037999999999999999.
            let seen = ask(format!("{}", three_digits(typical * factor)));
            let told: Vec<&Problem> = seen
                .iter()
                .filter(|problem| {
                    matches!(problem.code, Code::UnusualNumber | Code::OutsideDomain | Code::OutOfScale)
                        && problem.message.contains(&format!("`{key}`"))
                })
                .collect();
            assert_eq!(told.len(), 1, "{key} times {factor}: {seen}");
            let problem = told[0];
            // One slip, one warning.
            let whole = [Code::OutOfScale, Code::EquityFarFromRound, Code::DemandGrowth];
            assert_eq!(
                seen.iter().filter(|problem| whole.contains(&problem.code)).count(),
                usize::from(problem.code == Code::OutOfScale),
                "{key} times {factor}: {seen}"
            );
            // A part of a whole above 1 was an error before: its help is another's.
            if problem.code != Code::OutsideDomain {
                let help = problem.help.clone().unwrap_or_default();
                let meant = help.split('`').nth(1).and_then(|meant| meant.parse::<f64>().ok());
                let close = meant.is_some_and(|meant| (meant / typical - 1.0).abs() < 0.02);
                assert!(help.starts_with("did you mean `") && close, "{key} times {factor}: {help}");
            }
        }
    }
}

#[test]
fn a_distribution_in_another_unit_is_told_at_every_number_too() {
    let text = broad();
    for (key, typical, beside) in typical() {
        let factor = slips(unit_of(key))[0];
        let mut ends = [0.9 * typical * factor, 1.1 * typical * factor];
        ends.sort_by(f64::total_cmp);
        let law = format!("{key}={{dist=\"uniform\",low={:?},high={:?}}}", ends[0], ends[1]);
        let flags: Vec<&str> = beside.iter().copied().chain([law.as_str()]).collect();
        let seen = problems(&text, &flags);
        let told = seen.iter().any(|problem| {
            matches!(problem.code, Code::UnusualNumber | Code::LeavesDomain)
                && problem.message.contains(&format!("`{key}`"))
                && problem
                    .help
                    .as_ref()
                    .is_some_and(|help| help.contains("dist = \"uniform\"") || help.contains("move"))
        });
        assert!(told, "{law}: {seen}");
    }
}

#[test]
fn a_zero_means_none_and_an_infinite_half_life_is_one() {
    let text = broad();
    for (key, _, beside) in typical() {
        let flag = format!("{key}=0");
        let flags: Vec<&str> = beside.iter().copied().chain([flag.as_str()]).collect();
        silent(Code::UnusualNumber, &text, &flags);
    }
    silent(Code::UnusualNumber, BASE, &["equity.half_life_years=inf"]);
}

#[test]
fn dates_decades_away_are_told() {
    let far = |flag: &str, said: &str, help: &str| told(Code::UnusualNumber, BASE, &[flag], said, help);
    let years = "years after the valuation date; usual is up to 50";
    far(
        "timeline.horizon=2126-12-31",
        &format!("`timeline.horizon` = 2126-12-31 is 100 {years}"),
        "correct the year",
    );
    far(
        "timeline.horizon=2135-12-31",
        &format!("`timeline.horizon` = 2135-12-31 is 109 {years}"),
        "did you mean 2035-12-31?",
    );
    // The end of a deal lies after the valuation date, a row of history before it.
    far(
        "deal.amended-2026.share_ends=2130-12-31",
        &format!("`deal.amended-2026.share_ends` = 2130-12-31 is 104 {years}"),
        "did you mean 2030-12-31?",
    );
    // Keys in full, as `--set` takes them.
    far(
        "deal.amended-2026.rate=[{from=2026-07-01,rate=0.2},{from=2127-07-01,rate=0.1}]",
        &format!("`deal.amended-2026.rate.2127-07-01.from` = 2127-07-01 is 101 {years}"),
        "did you mean 2027-07-01?",
    );
    let early = changed(BASE, "from = 2025-04-01\n", "from = 1925-04-01\n");
    told(
        Code::UnusualNumber,
        &early,
        &[],
        "`history.period.1925-04-01.from` = 1925-04-01 is 101 years before the valuation date; usual is up to 50",
        "did you mean 2025-04-01?",
    );
    far(
        "deal.prior-2025.licence_ends=3032-12-31",
        &format!("`deal.prior-2025.licence_ends` = 3032-12-31 is 1,010 {years}"),
        "did you mean 2032-12-31?",
    );
    far(
        "contract.oracle.from=1927-07-01",
        "`contract.oracle.from` = 1927-07-01 is 99 years before the valuation date; usual is up to 50",
        "did you mean 2027-07-01?",
    );
    far(
        "timeline.valuation_date=2006-07-01",
        "`timeline.valuation_date` = 2006-07-01 is 20 years before the latest source, of 2026-06-26",
        "did you mean 2026-07-01?",
    );
    let no_sources = "timeline.valuation_date=1926-07-01";
    told(
        Code::UnusualNumber,
        MINIMAL,
        &[no_sources],
        "`timeline.valuation_date` = 1926-07-01 is outside 1980 to 2060",
        "correct the year",
    );
}
