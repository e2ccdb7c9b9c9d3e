//! What errors propose is right: the proposed text, put in place of the bad one, leaves no error.

use std::path::Path;

use capstake::config::{Problem, Severity};
use capstake::job::error::Failure;
use capstake::job::scenario::ScenarioFile;
use capstake::job::vary::{bracket_argument, vary_argument};

/// A scenario with a line for each key below; a line is found by the full key behind it.
const SCENARIO: &str = r#"
name = "words" # name
description = "sound" # description

[names]
company = "Kestrel" # names.company
partner = "Northgate" # names.partner

[run]
paths = 1000 # run.paths
booking = "middle" # run.booking

[timeline]
valuation_date = 2026-07-01 # timeline.valuation_date
horizon = 2030-12-31 # timeline.horizon
period = "quarter" # timeline.period

[discount]
share = 0.10 # discount.share
equity = 0.10
revenue = 0.10

[[segment]]
name = "all"
process = "gbm" # segment.all.process
rate_now_usd_bn = 25.0 # segment.all.rate_now_usd_bn
growth = 0.40 # segment.all.growth
volatility = 0.30 # segment.all.volatility

[costs]
tax_rate = 0.21 # costs.tax_rate

[equity]
multiple_now = 10.0 # equity.multiple_now
multiple_long_run = 6.0
half_life_years = 3.0 # equity.half_life_years
lockup_months = 6 # equity.lockup_months

[ipo]
earliest = 2027-01-01 # ipo.earliest
preparation_months = 3 # ipo.preparation_months
shares_bn = 1.0 # ipo.shares_bn

[ipo.gate]
equity_usd_bn = 500 # ipo.gate.equity_usd_bn
owed_to_revenue = 5 # ipo.gate.owed_to_revenue

[[deal]]
name = "capped"
share_ends = 2030-12-31 # deal.capped.share_ends
rate = 0.20 # deal.capped.rate
cap_usd_bn = 38.0 # deal.capped.cap_usd_bn
payment_lag_years = 0.25 # deal.capped.payment_lag_years
licence_ends = 2032-12-31 # deal.capped.licence_ends
licence_exclusive = false # deal.capped.licence_exclusive
stake = 0.27 # deal.capped.stake
"#;

/// Key, what somebody writes, what the help proposes; nothing where the key is to be left out.
const SLIPS: &[(&str, &str, &str)] = &[
    // Money, in billions of US dollars.
    ("deal.capped.cap_usd_bn", "60bn", "60"),
    ("deal.capped.cap_usd_bn", "60 bn", "60"),
    ("deal.capped.cap_usd_bn", "60B", "60"),
    ("deal.capped.cap_usd_bn", "$60bn", "60"),
    ("deal.capped.cap_usd_bn", "60 billion USD", "60"),
    ("deal.capped.cap_usd_bn", "$60", "60"),
    ("deal.capped.cap_usd_bn", "$60,000,000,000", "60"),
    ("deal.capped.cap_usd_bn", "500m", "0.5"),
    ("deal.capped.cap_usd_bn", "1.2tn", "1200"),
    ("deal.capped.cap_usd_bn", "38,0", "38.0"),
    ("deal.capped.cap_usd_bn", "1.234,5", "1234.5"),
    ("deal.capped.cap_usd_bn", "1,234.5", "1234.5"),
    ("deal.capped.cap_usd_bn", ".5", "0.5"),
    ("deal.capped.cap_usd_bn", "038", "38"),
    ("segment.all.rate_now_usd_bn", "25bn a year", "25"),
    ("segment.all.rate_now_usd_bn", "$25bn/yr", "25"),
    ("ipo.gate.equity_usd_bn", "500bn", "500"),
    ("ipo.shares_bn", "1200m", "1.2"),
    // No cap.
    ("deal.capped.cap_usd_bn", "inf", ""),
    ("deal.capped.cap_usd_bn", "none", ""),
    ("deal.capped.cap_usd_bn", "unlimited", ""),
    ("deal.capped.cap_usd_bn", "no cap", ""),
    ("deal.capped.licence_ends", "never", ""),
    ("ipo.gate.owed_to_revenue", "inf", ""),
    ("equity.half_life_years", "infinite", "inf"),
    // Fractions and rates.
    ("deal.capped.rate", "20%", "0.20"),
    ("deal.capped.rate", "20 %", "0.20"),
    ("deal.capped.rate", "20 percent", "0.20"),
    ("deal.capped.rate", "20", "0.20"),
    ("deal.capped.rate", "0,2", "0.2"),
    ("deal.capped.rate", "50bp", "0.005"),
    ("deal.capped.stake", "27", "0.27"),
    ("costs.tax_rate", "21", "0.21"),
    ("discount.share", "8.5%", "0.085"),
    ("segment.all.growth", "40% p.a.", "0.40"),
    ("segment.all.growth", "-5%", "-0.05"),
    ("segment.all.growth", "\u{2212}5%", "-0.05"),
    ("segment.all.volatility", "30%", "0.30"),
    ("equity.multiple_now", "10x", "10"),
    // Durations.
    ("deal.capped.payment_lag_years", "6 months", "0.5"),
    ("deal.capped.payment_lag_years", "1q", "0.25"),
    ("deal.capped.payment_lag_years", "90 days", "0.25"),
    ("equity.half_life_years", "3y", "3"),
    ("ipo.preparation_months", "1 year", "12"),
    ("ipo.preparation_months", "18 months", "18"),
    ("equity.lockup_months", "2 quarters", "6"),
    // Dates; a year, quarter or month is its last day where the key is one.
    ("timeline.horizon", "12/31/2040", "2040-12-31"),
    ("timeline.horizon", "31/12/2040", "2040-12-31"),
    ("timeline.horizon", "31.12.2040", "2040-12-31"),
    ("timeline.horizon", "2040/12/31", "2040-12-31"),
    ("timeline.horizon", "31 December 2040", "2040-12-31"),
    ("timeline.horizon", "Dec 31, 2040", "2040-12-31"),
    ("timeline.horizon", "51501", "2040-12-31"),
    ("timeline.horizon", "2040", "2040-12-31"),
    ("timeline.horizon", "Q4 2040", "2040-12-31"),
    ("timeline.horizon", "2030-11-31", "2030-11-30"),
    ("timeline.horizon", "2040-12-31T00:00:00", "2040-12-31"),
    ("timeline.valuation_date", "12 May 2026", "2026-05-12"),
    ("timeline.valuation_date", "46387", "2026-12-31"),
    ("timeline.valuation_date", "2026-5-1", "2026-05-01"),
    ("timeline.valuation_date", "05/06/2026", "2026-05-06"),
    ("ipo.earliest", "Q1 2028", "2028-01-01"),
    ("deal.capped.share_ends", "end of 2029", "2029-12-31"),
    // Words, names, flags, counts, texts.
    ("run.booking", "\u{201c}end\u{201d}", "\"end\""),
    ("run.booking", "End", "\"end\""),
    ("timeline.period", "quarterly", "\"quarter\""),
    ("segment.all.process", "GBM", "\"gbm\""),
    ("name", "Amended 2026", "\"amended-2026\""),
    ("name", "\u{201e}base\u{201c}", "\"base\""),
    ("name", "2025", "\"2025\""),
    ("description", "My scenario", "\"My scenario\""),
    ("description", "\u{2018}mine\u{2019}", "\"mine\""),
    ("deal.capped.licence_exclusive", "yes", "true"),
    ("deal.capped.licence_exclusive", "FALSE", "false"),
    ("deal.capped.licence_exclusive", "1", "true"),
    ("run.paths", "10M", "10000000"),
    ("run.paths", "1e6", "1000000"),
    ("run.paths", "1,000,000", "1000000"),
    // Distributions.
    (
        "segment.all.growth",
        "{ dist = uniform, low = 10%, high = 20% }",
        "{ dist = \"uniform\", low = 0.10, high = 0.20 }",
    ),
    (
        "segment.all.growth",
        "{ dist = \u{201c}uniform\u{201d}, low = 0,1, high = 0,2 }",
        "{ dist = \"uniform\", low = 0.1, high = 0.2 }",
    ),
    (
        "segment.all.growth",
        "{ dist = \"uniform\", min = 0.1, max = 0.2 }",
        "{ dist = \"uniform\", low = 0.1, high = 0.2 }",
    ),
    (
        "segment.all.growth",
        "{ dist = \"normal\", mean = 0.3, sigma = 0.1 }",
        "{ dist = \"normal\", sd = 0.1, mean = 0.3 }",
    ),
    (
        "segment.all.growth",
        "{ dist = \"normal\", p5 = 0.1, p50 = 0.2, p95 = 0.3 }",
        "{ dist = \"quantiles\", p05 = 0.1, p50 = 0.2, p95 = 0.3 }",
    ),
    (
        "segment.all.growth",
        "{ dist = \"quantiles\", p05 = 10%, p50 = 20%, p95 = 30% }",
        "{ dist = \"quantiles\", p05 = 0.10, p50 = 0.20, p95 = 0.30 }",
    ),
    (
        "deal.capped.rate",
        "{ dist = \"quantiles\", p25 = 10, p50 = 20, p75 = 30, lower = 0, upper = 100 }",
        "{ dist = \"quantiles\", p25 = 0.1, p50 = 0.2, p75 = 0.3, lower = 0.0, upper = 1.0 }",
    ),
    ("segment.all.rate_now_usd_bn", "{ dist = \"lognormal\", mean = 25, sd = 0 }", "25.0"),
    ("segment.all.growth", "{ value = 50%, basis = annual }", "{ value = 0.50, basis = \"annual\" }"),
    (
        "segment.all.growth",
        "{ dist = \"normal\", p10 = 0.1, p50 = 0.2, p90 = 0.3 }",
        "{ dist = \"quantiles\", p10 = 0.1, p50 = 0.2, p90 = 0.3 }",
    ),
    ("segment.all.growth", "{ dist = \"normal\", mean = 0.3, sd = 0 }", "0.3"),
    ("segment.all.rate_now_usd_bn", "{ dist = \"lognormal\", median = 25, sigma = 0 }", "25.0"),
    ("segment.all.growth", "{ dist = \"quantiles\", p10 = 0.3, p50 = 0.3, p90 = 0.3 }", "0.3"),
    ("segment.all.growth", "{ dist = \"uniform\", low = 0.3, high = 0.3 }", "0.3"),
    ("segment.all.growth", "{ dist = \"normal\", mean = 0.3, sd = 0.1, min = 0.2, max = 0.2 }", "0.2"),
    (
        "deal.capped.rate",
        "{ dist = \"uniform\", low = 10, high = 30 }",
        "{ dist = \"uniform\", low = 0.1, high = 0.3 }",
    ),
    // Names of the company and its partner.
    ("names.company", "Kestrel", "\"Kestrel\""),
    ("names.company", "\"\"", "\"Acme Robotics\""),
    ("names.company", "\"…\"", "\"Acme Robotics\""),
    ("names.partner", "\" Northgate\\n\"", "\"Northgate\""),
    (
        "names.partner",
        "\"Northgate Distribution and Logistics of North America\"",
        "\"Northgate Distribution and Logistics of\"",
    ),
    ("deal.capped.rate", "[{ from = 10/1/2027, rate = 20% }]", "[{ from = 2027-10-01, rate = 0.20 }]"),
];

/// Everything wrong with a scenario, judged with `--set` flags.
fn errors(text: &str, flags: &[String]) -> Vec<Problem> {
    match ScenarioFile::of_text(Path::new("words.toml"), text).judge(flags) {
        Ok(_) => Vec::new(),
        Err(Failure::Scenario { problems, .. }) => {
            problems.iter().filter(|problem| problem.severity == Severity::Error).cloned().collect()
        }
        Err(other) => panic!("{other}"),
    }
}

/// The scenario with another value of a key; without the key where there is no value.
fn with(key: &str, value: &str) -> String {
    let mark = format!(" # {key}");
    let mut found = false;
    let lines = SCENARIO.lines().filter_map(|line| {
        let Some(line) = line.strip_suffix(&mark) else { return Some(line.to_owned()) };
        found = true;
        let (name, _) = line.split_once('=').expect("key = value");
        (!value.is_empty()).then(|| format!("{name}= {value}"))
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    assert!(found, "{key} has no line");
    text
}

/// Every error of a scenario must propose the text: one slip may be several errors, all with the same help.
fn propose(problems: &[Problem], proposed: &str, what: &str) {
    assert!(!problems.is_empty(), "{what} has no error");
    for problem in problems {
        let help = problem.help.as_deref().unwrap_or_default();
        let wanted = if proposed.is_empty() { "leave `" } else { proposed };
        assert!(help.contains(wanted), "{what}: no {wanted:?} in the help: {help:?}");
        assert!(proposed.is_empty() || !help.contains("leave `"), "{what}: {help:?}");
    }
}

#[test]
fn every_proposal_is_right_in_a_file_and_in_a_flag() {
    assert_eq!(errors(SCENARIO, &[]), []);
    for &(key, bad, proposed) in SLIPS {
        propose(&errors(&with(key, bad), &[]), proposed, &format!("{key} = {bad}"));
        let by_flag = errors(SCENARIO, &[format!("{key}={bad}")]);
        match bad {
            // A flag takes the key out.
            "none" => assert_eq!(by_flag, [], "--set {key}=none"),
            _ => propose(&by_flag, proposed, &format!("--set {key}={bad}")),
        }
        // In quotes the same is a text of the wrong type.
        if !bad.contains(['"', '{', '[']) && !["name", "description", "names.company"].contains(&key) {
            propose(&errors(&with(key, &format!("\"{bad}\"")), &[]), proposed, &format!("{key} = \"{bad}\""));
        }
        assert_eq!(errors(&with(key, proposed), &[]), [], "{key} = {proposed}, as proposed for {bad}");
        if !proposed.is_empty() {
            assert_eq!(errors(SCENARIO, &[format!("{key}={proposed}")]), [], "--set {key}={proposed}");
        }
    }
}

#[test]
fn a_value_that_will_do_gets_no_proposal() {
    for (key, value) in [
        ("deal.capped.cap_usd_bn", "60"),
        ("deal.capped.rate", "{ dist = \"uniform\", low = 0.1, high = 0.3 }"),
        ("timeline.horizon", "2040-12-31"),
        ("equity.half_life_years", "inf"),
        ("run.paths", "1_000_000"),
        ("description", "\"20%\""),
    ] {
        assert_eq!(capstake::config::instead(key, value), None, "{key} = {value}");
        assert_eq!(errors(&with(key, value), &[]), []);
    }
}

#[test]
fn sweeps_and_searches_propose_too() {
    let refused = |text: &str| vary_argument(text).expect_err(text);
    let key = "deal.capped.cap_usd_bn";
    assert!(refused(&format!("{key}=20bn:60bn:3")).contains("write `20`"));
    assert!(refused(&format!("{key}=20:60bn:3")).contains("write `60`"));
    assert!(refused(&format!("{key}=20bn,38,60bn")).ends_with(&format!("write {key}=20,38,60")));
    assert!(refused("deal.capped.rate=10%,20%").ends_with("write deal.capped.rate=0.10,0.20"));
    assert!(refused("run.booking=start,end").ends_with("write 'run.booking=\"start\",\"end\"'"));
    assert!(refused("timeline.horizon=12/31/2030,12/31/2040").ends_with("=2030-12-31,2040-12-31"));
    assert!(refused("timeline.horizon=2030-12-31:2040-12-31:3").contains("list dates with commas"));
    assert!(bracket_argument(&format!("{key}=5bn:80")).expect_err("5bn").contains("write `5`"));
    for proposed in [
        "deal.capped.rate=0.10,0.20",
        "run.booking=\"start\",\"end\"",
        "timeline.horizon=2030-12-31,2040-12-31",
    ] {
        assert!(vary_argument(proposed).is_ok(), "{proposed}");
    }
}

/// Correlations of three inputs, and the flags that make them uncertain.
fn correlated(values: [f64; 3]) -> (String, [String; 3]) {
    let pairs = [("rate", "cap_usd_bn"), ("cap_usd_bn", "stake"), ("rate", "stake")];
    let entry = |((a, b), value): ((&str, &str), f64)| {
        format!("[[correlation]]\nbetween = [\"deal.capped.{a}\", \"deal.capped.{b}\"]\nvalue = {value}\n")
    };
    let flags = ["rate", "cap_usd_bn", "stake"]
        .map(|key| format!("deal.capped.{key}={{ dist = \"uniform\", low = 0.1, high = 0.2 }}"));
    (pairs.into_iter().zip(values).map(entry).collect(), flags)
}

#[test]
fn windows_quantiles_and_matrices_name_what_passes() {
    // A window of one day on the 30th of a month with 31 days.
    let day =
        with("timeline.valuation_date", "2026-07-30").replace("horizon = 2030-12-31", "horizon = 2026-07-30");
    let found = errors(&day, &[]);
    let window = found.iter().find(|problem| problem.message.contains("no time passes")).expect("a window");
    let help = window.help.as_deref().expect("help");
    assert!(help.contains("`horizon = 2026-07-31` or later"), "{help}");
    assert_eq!(window.allowed.as_deref(), Some("2026-07-31 or later"));
    // A median that is not between its neighbours has the range at once, and its ends pass.
    let pairs = [("p10", "p90"), ("p05", "p95"), ("p01", "p99"), ("p25", "p75")];
    for ((first, last), p50) in pairs.into_iter().flat_map(|pair| [0.1, 0.5, 0.11].map(|p50| (pair, p50))) {
        let law = |p50: &str| format!("{{ dist = \"quantiles\", {first} = 0.1, p50 = {p50}, {last} = 0.3 }}");
        let found = errors(&with("segment.all.growth", &law(&p50.to_string())), &[]);
        let allowed = found[0].allowed.clone().expect("a range");
        for end in allowed.split(" to ") {
            assert_eq!(errors(&with("segment.all.growth", &law(end)), &[]), [], "{allowed}");
        }
    }
    // Probabilities and eigenvalues are numbers that a reader can believe.
    let far =
        errors(&with("segment.all.growth", "{ dist = \"normal\", mean = 0.3, sd = 0.1, min = 10 }"), &[]);
    let texts = format!("{:?}", far[0]);
    assert!(texts.contains("probability 0;") && !texts.contains("0e0"), "{texts}");
    let (singular, flags) = correlated([0.5, 0.5, -0.5]);
    let found = errors(&format!("{SCENARIO}{singular}"), &flags);
    let [problem] = found.as_slice() else { panic!("{found:#?}") };
    let texts = format!("{problem:?}");
    assert!(texts.contains("smallest eigenvalue is 0") && !texts.contains("-0.0000"), "{texts}");
}

#[test]
fn a_repair_is_proposed_only_where_it_works() {
    // Three strong pairs contradict each other: no choice of other pairs helps, so `complete` is not proposed.
    let (pairs, flags) = correlated([0.9, 0.9, -0.9]);
    let text = format!("{SCENARIO}{pairs}");
    let found = errors(&text, &flags);
    let help = found[0].help.as_deref().expect("help");
    assert!(help.contains("correlation_repair = \"nearest\"") && !help.contains("complete"), "{help}");
    let repaired = text.replace("[run]", "[run]\ncorrelation_repair = \"nearest\"");
    assert_eq!(errors(&repaired, &flags), []);
}

#[test]
fn the_documentation_of_a_distribution_has_the_limits_of_its_errors() {
    for (table, family) in [
        ("dist = \"beta\", a = 0, b = 1", "beta"),
        ("dist = \"beta\", a = 1, b = 1e10", "beta"),
        ("dist = \"student-t\", df = 0, mean = 0, scale = 1", "student-t"),
        ("dist = \"pert\", low = 0, mode = 0.1, high = 1, weight = -1", "pert"),
    ] {
        let found = errors(&with("segment.all.growth", &format!("{{ {table} }}")), &[]);
        let allowed = found[0].allowed.clone().expect("a range");
        let text = capstake::config::explain::explain_key(family).expect("a family");
        assert!(text.contains(&allowed), "{family}: {allowed:?} is not in {text}");
    }
}
