//! What a scenario is warned of: numbers in another unit, terms that are forgotten, dates and values that do not fit together; and
//! that no shipped scenario is.

use std::path::Path;

use capstake::config::section::Section;
use capstake::config::tables::rows;
use capstake::config::{Code, Config, Problem, Problems, Unit};
use capstake::job::error::Failure;
use capstake::job::scenario::ScenarioFile;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::study::today;

use crate::scenario::{from_text, shipped, shipped_with};

const MINIMAL: &str = include_str!("../../configs/minimal.toml");
const BASE: &str = include_str!("../../configs/base.toml");

/// The problems of a scenario with these flags, whether it can be run or not.
fn problems(text: &str, flags: &[&str]) -> Problems {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    match ScenarioFile::of_text(Path::new("test.toml"), text).judge(&flags) {
        Ok(scenario) => scenario.warnings,
        Err(Failure::Scenario { problems, .. }) => problems,
        Err(_) => panic!("the scenario is text"),
    }
}

/// The problems with this code.
fn of(code: Code, text: &str, flags: &[&str]) -> Vec<Problem> {
    problems(text, flags).iter().filter(|problem| problem.code == code).cloned().collect()
}

/// The one problem of this code: its sentence must be `said`, and its help begin with `help`.
#[track_caller]
fn told(code: Code, text: &str, flags: &[&str], said: &str, help: &str) {
    let found = of(code, text, flags);
    let lines: Vec<String> = found
        .iter()
        .map(|one| format!("{} | {}", one.message, one.help.clone().unwrap_or_default()))
        .collect();
    assert_eq!(found.len(), 1, "{flags:?}: {lines:?} among {}", problems(text, flags));
    assert_eq!(found[0].message, said);
    assert!(found[0].help.as_ref().is_some_and(|found| found.starts_with(help)), "{lines:?}");
}

/// No problem of this code.
#[track_caller]
fn silent(code: Code, text: &str, flags: &[&str]) {
    let found = of(code, text, flags);
    assert!(found.is_empty(), "{flags:?}: {}", found[0].message);
}

/// A text with another in place of one that occurs in it.
#[track_caller]
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn no_shipped_scenario_warns() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|place| place.join("configs"));
    let folder = folder.into_iter().find(|place| place.join("base.toml").exists()).expect("configs");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).expect("a scenario");
            assert!(problems(&text, &[]).is_empty(), "{}: {}", path.display(), problems(&text, &[]));
            seen += 1;
        }
    }
    assert!(seen >= 5, "{seen}");
    let starter = capstake::config::template::TEXT;
    assert!(problems(starter, &[]).is_empty(), "{}", problems(starter, &[]));
}

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

#[test]
fn equity_today_is_compared_with_the_last_round() {
    told(
        Code::EquityFarFromRound,
        BASE,
        &["equity.multiple_now=3"],
        "equity is worth $122 billion today (median), and the round `softbank-last` values it at $842 billion before the money",
        "look at `[equity]`",
    );
    // A round of long ago or far ahead says nothing of today, and neither does the market's.
    silent(Code::EquityFarFromRound, BASE, &["equity.multiple_now=3", "round.softbank-last.date=2027-10-01"]);
    silent(Code::EquityFarFromRound, BASE, &["equity.multiple_now=12"]);
}

#[test]
fn equity_today_is_the_mark_of_the_stake_over_the_stake() {
    let scenario = capstake::Scenario::from_text("base.toml", BASE).expect("a scenario");
    let columns = ["stake_mark", "deal.amended-2026.stake"];
    let draws = scenario.draws("amended-2026", &columns, 0..512, 1).expect("draws");
    let mut values: Vec<f64> = draws.rows().into_iter().map(|row| row[0] / row[1]).collect();
    values.sort_by(f64::total_cmp);
    let plan = Plan::from_model(&shipped("base"), 1, Isa::detect());
    let today = today::equity(&plan).expect("equity has a value");
    for (shown, at) in [(today.p05, 26), (today.p50, 256), (today.p95, 485)] {
        assert!((shown / values[at] - 1.0).abs() < 1e-12, "{shown} {}", values[at]);
    }
}

#[test]
fn growth_of_demand_follows_the_formulas_of_the_processes() {
    let growth = |name: &str, flags: &[&str]| {
        let plan = Plan::from_model(&shipped_with(name, flags), 1, Isa::detect());
        today::median_demand_growth(&plan).expect("there is demand today")
    };
    // Geometric Brownian motion: its median.
    assert!((growth("minimal", &[]) - (0.4_f64 - 0.045).exp_m1()).abs() < 1e-12);
    // Schwartz and Moon by the paper's own step, four quarters without innovations; lambda sigma lowers them.
    let flags = ["segment.amazon.volatility_now=0", "segment.amazon.volatility_long_run=0"];
    let (mut level, mut rate) = (0.0, 0.44);
    for _ in 0..4 {
        level += 0.25 * rate;
        rate = 0.06 + (rate - 0.06) * 0.5_f64.powf(0.25 / 2.475525644856947);
    }
    assert!((growth("schwartz-moon-2000", &flags) - f64::exp_m1(level)).abs() < 1e-12);
    // A plan of two points that double in a year, seen from half a year on.
    let points = "[[segment]]\nname = \"p\"\nprocess = \"plan\"\n[[segment.plan]]\ndate = 2026-07-01\nrate_usd_bn = 10\n[[segment.plan]]\ndate = 2027-07-01\nrate_usd_bn = 20\n";
    let start = MINIMAL.find("[[segment]]").expect("the segment");
    let end = MINIMAL.find("[[deal]]").expect("the deal");
    let text = format!("{}{points}{}", &MINIMAL[..start], &MINIMAL[end..]);
    for flags in [&[][..], &["timeline.horizon=2026-12-31", "deal.capped.share_ends=2026-12-31"]] {
        let plan = Plan::from_model(&from_text("plan", &text, flags), 1, Isa::detect());
        assert!((today::median_demand_growth(&plan).expect("demand") - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_growth_of_demand_that_is_hardly_meant_is_told() {
    told(
        Code::DemandGrowth,
        MINIMAL,
        &["segment.all.growth=2.5", "segment.all.volatility=0"],
        "demand grows by 1,120% in the first year, with every number at its median",
        "growth is continuous",
    );
    told(
        Code::DemandGrowth,
        MINIMAL,
        &["segment.all.growth=-0.9", "segment.all.volatility=0"],
        "demand shrinks by 59.3% in the first year, with every number at its median",
        "growth is continuous",
    );
    // A timeline of half a year: at that pace.
    let half = [
        "segment.all.growth=2.5",
        "segment.all.volatility=0",
        "timeline.horizon=2026-12-31",
        "deal.capped.share_ends=2026-12-31",
    ];
    assert_eq!(of(Code::DemandGrowth, MINIMAL, &half).len(), 1);
    silent(Code::DemandGrowth, MINIMAL, &["segment.all.growth=1.5"]);
    silent(Code::DemandGrowth, MINIMAL, &["segment.all.rate_now_usd_bn=0"]);
}

#[test]
fn margins_below_0_on_average_are_told() {
    told(
        Code::NegativeMargin,
        BASE,
        &["microsoft.resale_margin=0.05"],
        "under `deal.prior-2025` reselling at home loses 15% of its sales on average: `microsoft.resale_margin` is 5%, and 20% is passed on (1 - `home_keeps`)",
        "`resale_margin` is on gross sales",
    );
    told(
        Code::NegativeMargin,
        BASE,
        &["microsoft.hosting_margin={dist=\"uniform\",low=-0.5,high=0.3}"],
        "hosting loses money: `microsoft.hosting_margin` is -10% on average",
        "a margin",
    );
    silent(Code::NegativeMargin, BASE, &["microsoft.resale_margin=0.2"]);
    silent(Code::NegativeMargin, BASE, &["microsoft.resale_margin=0.05", "segment.business.cloud_sold=0"]);
}

#[test]
fn long_run_values_that_are_never_approached_are_told() {
    let told = |flag: &str, said: &str| told(Code::NeverReverts, BASE, &[flag], said, "");
    let rest = "for the 9.5 years to the horizon";
    told(
        "segment.business.growth_half_life_years=inf",
        &format!(
            "`segment.business.growth_long_run` has no effect: with `growth_half_life_years = inf`, `growth_now` stays at 86% a year (continuous) {rest}"
        ),
    );
    told(
        "segment.business.volatility_half_life_years=inf",
        &format!(
            "`segment.business.volatility_long_run` has no effect: with `volatility_half_life_years = inf`, `volatility_now` stays at 14% a year {rest}"
        ),
    );
    told(
        "equity.half_life_years=inf",
        &format!(
            "`equity.multiple_long_run` has no effect: with `half_life_years = inf`, `multiple_now` stays at 29.5 times {rest}"
        ),
    );
    told(
        "cloud.aws.half_life_years=inf",
        &format!(
            "`cloud.aws.long_run_share` has no effect: with `half_life_years = inf`, `share_now` stays at 5% {rest}"
        ),
    );
    told(
        "cloud.google.half_life_years=inf",
        &format!(
            "`cloud.google.long_run_share` has no effect: with `half_life_years = inf`, `entry_share` stays at 2% {rest}"
        ),
    );
    for key in ["costs.research", "costs.opex", "segment.consumer.inference_cost", "microsoft.ai.growth"] {
        let flag = format!("{key}_half_life_years=inf");
        assert_eq!(of(Code::NeverReverts, BASE, &[&flag]).len(), 1, "{flag}");
    }
    // By default, too; and without a word of the long run.
    let process = "process = \"gbm\"";
    let with = |more: &str| {
        let text = changed(MINIMAL, process, "process = \"mean-reverting-growth\"");
        changed(
            &changed(&text, "growth = 0.40", &format!("growth_now = 0.40\n{more}")),
            "volatility = 0.30\n",
            "",
        )
    };
    let years = "for the 4.5 years to the horizon";
    let said = format!(
        "`segment.all.growth_long_run` has no effect: without `growth_half_life_years`, `growth_now` stays at 40% a year (continuous) {years}"
    );
    self::told(
        Code::NeverReverts,
        &with("growth_long_run = 0.05"),
        &[],
        &said,
        "write `growth_half_life_years = 2`",
    );
    let said = format!(
        "`segment.all.growth_now` never slows: without `growth_half_life_years`, `growth_now` stays at 40% a year (continuous) {years}"
    );
    self::told(Code::NeverReverts, &with(""), &[], &said, "add `growth_long_run` and");
    // Said on purpose, or nothing to revert to.
    silent(Code::NeverReverts, &with("growth_half_life_years = inf"), &[]);
    silent(Code::NeverReverts, &with("growth_long_run = 0.40"), &[]);
    silent(Code::NeverReverts, &with("growth_long_run = 0.05\ngrowth_half_life_years = 2"), &[]);
}

#[test]
fn terms_that_other_deals_set_are_asked_for() {
    let mine = format!("{BASE}\n[[deal]]\nname = \"mine\"\nhome_keeps = 1.0\ncap_usd_bn = 60\n");
    told(
        Code::TermsLeftOut,
        &mine,
        &[],
        "`deal.mine` leaves out `effective` (the valuation date), `share_ends` (the horizon), `rate` (0), `base` (net), `eligible` (1), `paid_to_date_usd_bn` (0), `termination_rate_per_year` (0), `payment_lag_years` (0), `licence_ends` (never), `licence_exclusive` (false) and `stake` (none: its take is the share alone), which `deal.amended-2026` sets",
        "add them, or write `like = \"amended-2026\"`",
    );
    // Nothing is paid: how it would be does not matter.
    let rest = "licence_ends = 2032-12-31\nlicence_exclusive = true\n";
    let nothing = format!("{BASE}\n[[deal]]\nname = \"none\"\nrate = 0\nhome_keeps = 1.0\n{rest}");
    told(
        Code::TermsLeftOut,
        &nothing,
        &[],
        "`deal.none` leaves out `stake` (none: its take is the share alone), which `deal.amended-2026` sets",
        "add it, or write `like = \"amended-2026\"` to take what is left out from that deal, its cap too",
    );
    silent(Code::TermsLeftOut, &format!("{nothing}stake = 0.24\n"), &[]);
    // A cap is a term, not an omission; with one, what is paid already matters.
    let capped = ["deal.prior-2025.cap_usd_bn=60"];
    let said = "`deal.prior-2025` leaves out `paid_to_date_usd_bn` (0), which `deal.amended-2026` sets";
    told(Code::TermsLeftOut, BASE, &capped, said, "add it");
    silent(
        Code::TermsLeftOut,
        BASE,
        &["deal.prior-2025.cap_usd_bn=60", "deal.prior-2025.paid_to_date_usd_bn=0"],
    );
    silent(Code::TermsLeftOut, MINIMAL, &[]);
}

#[test]
fn growth_from_one_year_to_the_next_is_judged_as_it_is_written() {
    let growth = |value: &str| format!("segment.all.growth={{ value = {value}, basis = \"annual\" }}");
    told(
        Code::UnusualNumber,
        MINIMAL,
        &[&growth("40")],
        "`segment.all.growth` = 40 is 4,000% a year (annual); usual is -63% to 900% a year",
        "did you mean `0.4`?",
    );
    silent(Code::UnusualNumber, MINIMAL, &[&growth("5")]);
    told(
        Code::UnusualNumber,
        MINIMAL,
        &["segment.all.growth={ dist = \"normal\", mean = 40, sd = 8, min = 0, basis = \"annual\" }"],
        "`segment.all.growth`: one future in a hundred is above 5,860% a year (annual); usual is -63% to 900% a year",
        "did you mean `{ dist = \"normal\", mean = 0.4, sd = 0.08, min = 0.0, basis = \"annual\" }`?",
    );
}

#[test]
fn copies_of_deals_in_studies_are_asked_for_nothing() {
    let copy = ["deal.capped--0.like=\"capped\"", "deal.capped--0.eligible=0.9"].map(str::to_owned);
    let file = ScenarioFile::of_text(Path::new("test.toml"), MINIMAL);
    let scenario = file.variant(&copy).expect("a scenario");
    assert!(scenario.warnings.is_empty(), "{}", scenario.warnings);
    assert_eq!(scenario.model.deals.len(), 2);
}

#[test]
fn gaps_in_the_history_are_told() {
    let last = "[[history.period]]\nfrom = 2026-04-01\nto = 2026-06-30\n";
    let at = BASE.find(last).expect("the last row");
    let end = at + BASE[at..].find("\n# ---").expect("what follows");
    let without = format!("{}{}", &BASE[..at], &BASE[end..]);
    told(
        Code::HistoryGap,
        &without,
        &[],
        "no history covers the 3 months between 2026-03-31 and the valuation date 2026-07-01: figures of the last year are those of 9 months, scaled up",
        "add the row",
    );
    told(
        Code::HistoryGap,
        BASE,
        &["history.period.2026-01-01.to=2026-02-28"],
        "no history covers the month between 2026-02-28 and the row from 2026-04-01: figures of the last year are those of 11 months, scaled up",
        "add the row",
    );
    silent(Code::HistoryGap, BASE, &[]);
    silent(Code::HistoryGap, MINIMAL, &[]);
}

#[test]
fn ends_off_the_timeline_on_part_of_the_paths_are_told() {
    let exclusive = "deal.prior-2025.exclusive_until_years=3";
    let share = |law: &str| format!("deal.prior-2025.share_ends_years={law}");
    let law = share("{dist=\"uniform\",low=4.5,high=14.5}");
    told(
        Code::OffTimeline,
        BASE,
        &[exclusive, &law],
        "the revenue share of `deal.prior-2025` ends after the horizon in 50% of futures: there payments are counted to 2035-12-31 only",
        "move `timeline.horizon`",
    );
    let law = share("{dist=\"uniform\",low=-1,high=4}");
    told(
        Code::OffTimeline,
        BASE,
        &[exclusive, &law],
        "the revenue share of `deal.prior-2025` ends before the valuation date in 20% of futures: there nothing is paid",
        "it counts years",
    );
    silent(Code::OffTimeline, BASE, &[]);
}

#[test]
fn amounts_out_of_scale_with_the_company_are_told() {
    let base = [
        ("deal.amended-2026.cap_usd_bn=0.038", "is $38 million, 0.118%", "38"),
        ("contract.azure-a.total_usd_bn=0.07", "is $70 million, 0.217%", "70"),
        ("cash.now_usd_bn=0.078", "is $78 million, 0.242%", "78"),
        ("microsoft.invested_usd_bn=0.0118", "is $11.8 million, 0.0366%", "11.8"),
        ("ipo.gate.trailing_revenue_usd_bn=0.022", "is $22 million, 0.0682%", "22"),
        ("round.softbank-last.pre_money_usd_bn=0.842", "is $842 million, 2.61%", "842"),
        ("history.period.2026-04-01.net_revenue_usd_bn=0.0062", "is $24.8 million a year, 0.0768%", "6.2"),
    ];
    for (flag, said, meant) in base {
        let (key, value) = flag.split_once('=').expect("a flag");
        let said = format!("`{key}` = {value} {said} of today's revenue of $32.3 billion a year");
        let help = format!("did you mean `{meant}`? amounts are in billions");
        told(Code::OutOfScale, BASE, &[flag], &said, &help);
        assert_eq!(problems(BASE, &[flag]).warning_count(), 1, "{flag}: {}", problems(BASE, &[flag]));
    }
    told(
        Code::OutOfScale,
        BASE,
        &["segment.business.rate_now_usd_bn=0.0174"],
        "`segment.business.rate_now_usd_bn` = 0.0174 is $17.4 million a year, 0.117% of today's revenue of $14.9 billion a year",
        "did you mean `17.4`?",
    );
    told(
        Code::OutOfScale,
        BASE,
        &["cash.now_usd_bn={dist=\"uniform\",low=0.07,high=0.08}"],
        "`cash.now_usd_bn`: half of all futures are below $75 million, 0.232% of today's revenue of $32.3 billion a year",
        "did you mean `{ dist = \"uniform\", low = 70.0, high = 80.0 }`?",
    );
    // A small amount that no factor of 1,000 explains, and a shared draw, are not.
    silent(Code::OutOfScale, BASE, &["cash.minimum_usd_bn=0.00001"]);
    silent(Code::OutOfScale, BASE, &["cash.now_usd_bn=0.2"]);
}

/// A company of $1.2 billion a year with cash and a year of history.
fn small() -> String {
    let text = changed(MINIMAL, "rate_now_usd_bn = 25.0", "rate_now_usd_bn = 1.2");
    let text = changed(&text, "cap_usd_bn = 38.0", "cap_usd_bn = 2.0");
    format!(
        "{text}\n[cash]\nnow_usd_bn = 1.4\n\n[[history.period]]\nfrom = 2025-07-01\nto = 2026-06-30\nnet_revenue_usd_bn = 1.0\n"
    )
}

#[test]
fn revenue_that_does_not_go_with_its_history_is_told() {
    let text = small();
    assert!(problems(&text, &[]).is_empty(), "{}", problems(&text, &[]));
    told(
        Code::OutOfScale,
        &text,
        &["cash.now_usd_bn=1400"],
        "`cash.now_usd_bn` = 1400 is $1.4 trillion, 1,170 times today's revenue of $1.2 billion a year",
        "did you mean `1.4`?",
    );
    told(
        Code::OutOfScale,
        &text,
        &["segment.all.rate_now_usd_bn=60"],
        "revenue is $60 billion a year today (medians), and `history.period.2025-07-01` has $1 billion a year",
        "look at today's rates",
    );
    let thousandth = ["segment.all.rate_now_usd_bn=0.0012"];
    told(
        Code::OutOfScale,
        &text,
        &thousandth,
        "revenue is $1.2 million a year today (medians), and `history.period.2025-07-01` has $1 billion a year",
        "did you mean `1.2`?",
    );
    assert_eq!(problems(&text, &thousandth).warning_count(), 1);
    // Ninefold in a year is much, and possible.
    silent(Code::OutOfScale, &text, &["segment.all.rate_now_usd_bn=9"]);
}

#[test]
fn shares_of_clouds_that_do_not_add_up_to_1_are_told() {
    told(
        Code::CloudSharesSum,
        BASE,
        &["cloud.aws.share_now=0.86"],
        "the clouds' `share_now` add up to 1.81: they are taken in proportion, so that azure sells 51.9%, aws sells 47.5%, other sells 0.552%",
        "did you mean `cloud.azure.share_now = 0.13`? shares of the clouds add up to 1",
    );
    told(
        Code::CloudSharesSum,
        BASE,
        &["cloud.azure.share_now=0.5", "cloud.aws.share_now=0.99"],
        "the clouds' `share_now` add up to 1.5: they are taken in proportion, so that azure sells 33.3%, aws sells 66%, other sells 0.667%",
        "write shares of all cloud sales",
    );
    silent(Code::CloudSharesSum, BASE, &["cloud.aws.share_now=0.065"]);
    // Weights of the long run may add up to anything.
    silent(Code::CloudSharesSum, BASE, &["cloud.aws.long_run_share=0.9"]);
}

#[test]
fn a_conditional_round_waits_for_an_ipo_that_can_be() {
    let never = |flags: &[&str], until: &str, help: &str| {
        let said = format!(
            "`round.amazon-tranche`: `until` is {until}: the round never takes place, since there is no IPO by then"
        );
        told(Code::KeyWithoutEffect, BASE, flags, &said, help);
    };
    // Tested at the end of September, met for six months at the end of December, and three months of preparation.
    let first = "the first IPO that the model can have is at the end of 2027-03-31: write that day";
    never(&["round.amazon-tranche.until=2026-12-31"], "2026-12-31", first);
    never(&["round.amazon-tranche.until=2027-03-30"], "2027-03-30", first);
    silent(Code::KeyWithoutEffect, BASE, &["round.amazon-tranche.until=2027-03-31"]);
    let at_once = ["ipo.ready_months=0", "ipo.preparation_months=0", "round.amazon-tranche.until=2026-09-30"];
    silent(Code::KeyWithoutEffect, BASE, &at_once);
    let late =
        ["ipo.preparation_months=60", "ipo.earliest=2031-06-30", "round.amazon-tranche.until=2030-12-31"];
    never(&late, "2030-12-31", "take the round out: no IPO can be before the horizon");
}

#[test]
fn percentages_beside_a_bound_that_is_right_are_told() {
    for more in ["", ", basis = \"annual\""] {
        let table = |values: &str| format!("{{ dist = \"quantiles\", {values}, lower = -1.0{more} }}");
        let flag = format!("segment.business.growth_now={}", table("p05 = -5, p50 = 25, p95 = 50"));
        let help = format!(
            "percentages are written as fractions of 1: `{}`",
            table("p05 = -0.05, p50 = 0.25, p95 = 0.5")
        );
        told(
            Code::DistributionParameter,
            BASE,
            &[&flag],
            "`segment.business.growth_now`: quantiles: `lower` is -1; it must be below `p05` = -5",
            &help,
        );
    }
    told(
        Code::UnusualNumber,
        BASE,
        &["segment.business.growth_now={dist=\"quantiles\",p10=46,p50=86,p90=109,lower=-1,basis=\"annual\"}"],
        "`segment.business.growth_now`: one future in a hundred is above 12,900% a year (annual); usual is -63% to 900% a year",
        "did you mean `{ dist = \"quantiles\", p10 = 0.46, p50 = 0.86, p90 = 1.09, lower = -1.0, basis = \"annual\" }`?",
    );
}

#[test]
fn growth_that_stays_is_told_as_it_is_written() {
    told(
        Code::NeverReverts,
        BASE,
        &[
            "segment.business.growth_now={value=1.36,basis=\"annual\"}",
            "segment.business.growth_half_life_years=inf",
        ],
        "`segment.business.growth_long_run` has no effect: with `growth_half_life_years = inf`, `growth_now` stays at 136% a year (annual) for the 9.5 years to the horizon",
        "write `growth_half_life_years = 2`",
    );
}

#[test]
fn a_licence_without_an_end_is_not_asked_for() {
    let ends = changed(MINIMAL, "cap_usd_bn = 38.0", "cap_usd_bn = 38.0\nlicence_ends = 2032-12-31");
    let second = "[[deal]]\nname = \"second\"\nshare_ends = 2030-12-31\nrate = 0.1\n";
    silent(Code::TermsLeftOut, &format!("{ends}\n{second}"), &[]);
}
