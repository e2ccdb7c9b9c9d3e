//! Scenarios read, printed, overridden and refused.

use super::*;
use super::{resolved, template};

/// The base scenario as it once was: tests of figures and places stay true when the shipped one is brought up to date.
const FROZEN_BASE: &str = include_str!("../../tests/engine/scenarios/frozen-base.toml");

const SCENARIOS: [(&str, &str); 8] = [
    ("minimal.toml", include_str!("../../configs/minimal.toml")),
    ("capped-share.toml", include_str!("../../configs/capped-share.toml")),
    ("company-plan.toml", include_str!("../../configs/company-plan.toml")),
    ("base.toml", include_str!("../../configs/base.toml")),
    ("july-2026.toml", include_str!("../../configs/july-2026.toml")),
    ("frozen-base.toml", FROZEN_BASE),
    ("schwartz-moon-2000.toml", include_str!("../../configs/schwartz-moon-2000.toml")),
    ("template.toml", template::TEXT),
];

fn read(text: &str, flags: &[&str]) -> (Sources, Result<Config, Problems>) {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    parse("test.toml", text, &flags)
}

fn good(text: &str, flags: &[&str]) -> Config {
    let (sources, result) = read(text, flags);
    result.unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| problem.one_line(&sources)).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// Every problem as `place code` with its help, in order.
fn bad(text: &str, flags: &[&str]) -> Vec<(String, String)> {
    let (sources, result) = read(text, flags);
    let problems = result.expect_err("there is no problem");
    problems
        .iter()
        .map(|problem| {
            let place = sources.locate(problem.place());
            (
                format!("{}:{}:{} {}", place.name, place.line, place.column, problem.code),
                problem.help.clone().unwrap_or_default(),
            )
        })
        .collect()
}

fn codes(text: &str, flags: &[&str]) -> Vec<Code> {
    read(text, flags).1.expect_err("there is no problem").iter().map(|problem| problem.code).collect()
}

fn minimal() -> &'static str {
    SCENARIOS[0].1
}

fn base() -> &'static str {
    FROZEN_BASE
}

fn constant(number: &Option<Number>) -> f64 {
    match number.as_ref().map(|number| &number.content) {
        Some(NumberContent::Constant(value)) => *value,
        other => panic!("not a constant: {other:?}"),
    }
}

fn table(number: &Option<Number>) -> &NumberTable {
    match number.as_ref().map(|number| &number.content) {
        Some(NumberContent::Table(table)) => table,
        other => panic!("not a table: {other:?}"),
    }
}

#[test]
fn every_scenario_reads_without_a_problem() {
    for (_, text) in SCENARIOS {
        let config = good(text, &[]);
        assert!(config.timeline.is_some() && !config.segment.is_empty() && !config.deal.is_empty());
    }
}

#[test]
fn places_keys_and_units_are_those_of_the_file() {
    let (sources, result) = read(base(), &[]);
    let config = result.unwrap();
    let segment = &config.segment[1];
    let number = segment.keys.growth_now.as_ref().unwrap();
    assert_eq!(number.key, "segment.business.growth_now");
    assert_eq!((number.unit, number.domain), (Unit::PerYear, Domain::Any));
    assert!(sources.excerpt(number.place).starts_with("{ dist = \"quantiles\", p10 = 0.46"));
    let table = table(&segment.keys.growth_now);
    assert_eq!(sources.excerpt(table.p50.as_ref().unwrap().place), "0.86");
    assert_eq!(sources.excerpt(segment.place), "[[segment]]");
    assert_eq!(sources.excerpt(config.timeline.as_ref().unwrap().place), "[timeline]");
    let shock = &config.shock[0].loading.as_ref().unwrap().list[0];
    assert_eq!(shock.factor.key, "shock.competitor-leap.loading.ads-and-new");
    assert_eq!(sources.excerpt(shock.target.place), "ads-and-new");
    let history = &config.history.as_ref().unwrap().period[0];
    assert_eq!(
        history.net_revenue_usd_bn.as_ref().unwrap().key,
        "history.period.2025-04-01.net_revenue_usd_bn"
    );
    let ai = config.microsoft.as_ref().unwrap().ai.as_ref().unwrap();
    assert_eq!(ai.growth_now.as_ref().unwrap().key, "microsoft.ai.growth_now");
    assert_eq!(ai.process.as_ref().unwrap().value, Process::MeanRevertingGrowth);
    let gate = config.ipo.as_ref().unwrap().gate.as_ref().unwrap();
    assert_eq!(constant(&gate.growth), 0.2);
    let between = config.correlation[0].between.as_ref().unwrap();
    assert_eq!(between[1].value, "segment.business.growth_now");
    assert_eq!(constant(&config.cash.as_ref().unwrap().yield_rate), 0.04);
}

#[test]
fn printing_and_reading_again_gives_the_same_text() {
    for (_, text) in SCENARIOS {
        let printed = resolved::to_toml(&good(text, &[]));
        assert_eq!(resolved::to_toml(&good(&printed, &[])), printed);
    }
}

#[test]
fn all_problems_of_file_and_flags_are_reported_together_in_order() {
    let text = r#"
nam = "x"
[timeline]
valuation_date = "2026-07-01"
horizon = 2030-12-31T00:00:00
period = "quarterly"
[deal]
name = "a"
[run]
paths = 1e6
seed = -1
[[segment]]
name = "s"
process = "gbm"
growth = { dist = "normal", mean = 0.3, sdd = 0.1 }
volatility = "0.3"
cap_usd_bn = 3
[segment.annual_totals]
"27" = 3.0
[[correlation]]
between = ["a"]
value = 0.5
"#;
    let seen = bad(text, &["deal.a.rate", "run.booking=end", "timeline.horizon.year=3"]);
    let places: Vec<&str> = seen.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(
        places,
        [
            "test.toml:2:1 S101",
            "test.toml:4:18 S102",
            "test.toml:5:11 S102",
            "test.toml:6:10 S103",
            "test.toml:7:1 S102",
            "test.toml:10:9 S102",
            "test.toml:11:8 S104",
            "test.toml:15:41 S101",
            "test.toml:16:14 S102",
            "test.toml:17:1 S101",
            "test.toml:19:1 S105",
            "test.toml:21:11 S102",
            "command line:1:7 S111",
            "command line:1:19 S112",
            "command line:1:24 S114",
        ]
    );
    assert_eq!(seen[0].1, "did you mean `name`?");
    assert_eq!(seen[1].1, "leave out the quotes: 2026-07-01");
    assert_eq!(seen[3].1, "did you mean \"quarter\"?");
    assert_eq!(seen[4].1, "write [[deal]] with two brackets: there may be several");
    assert_eq!(seen[5].1, "write `1000000`: a whole number has digits only");
    assert_eq!(seen[7].1, "did you mean `sd`?");
    assert_eq!(seen[8].1, "leave out the quotes: 0.3");
    assert_eq!(seen[9].1, "`cap_usd_bn` is a key of [[deal]]");
    assert!(seen[13].1.contains("--set 'run.booking=\"end\"'"), "{}", seen[13].1);
}

#[test]
fn files_that_are_no_scenario_are_refused_with_their_code() {
    let code = |bytes: &[u8]| {
        let problems = read_bytes("x.toml", bytes, &[]).2;
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(code(b""), [Code::FileEmpty]);
    assert_eq!(code(b" \n# only words\n"), [Code::FileEmpty]);
    assert_eq!(code(b"name = \"\xff\""), [Code::FileNotText]);
    assert_eq!(code(b"PK\x03\x04\0\0"), [Code::FileNotText]);
    assert_eq!(code(&vec![b' '; MAX_BYTES + 1]), [Code::FileTooLarge]);
    assert_eq!(code(&vec![b' '; MAX_BYTES]), [Code::FileEmpty]);
    assert_eq!(code(b"[timeline\nx=1"), [Code::Syntax]);
    assert_eq!(code(b"a = 1\na = 2"), [Code::Syntax]);
    assert_eq!(code(b"a = 2026-02-30"), [Code::Syntax]);
    let deep = "a = ".to_owned() + &"[".repeat(100_000);
    assert_eq!(code(deep.as_bytes()), [Code::Syntax]);
    let windows = minimal().replace('\n', "\r\n");
    assert!(read_bytes("x.toml", format!("\u{feff}{windows}").as_bytes(), &[]).2.is_empty());
}

#[test]
fn numbers_may_be_whole_infinite_or_not_numbers_at_all() {
    let config =
        good(minimal(), &["segment.all.volatility=inf", "segment.all.growth=nan", "deal.capped.rate=1"]);
    assert_eq!(constant(&config.segment[0].keys.volatility), f64::INFINITY);
    assert!(constant(&config.segment[0].keys.growth).is_nan());
    assert!(
        matches!(&config.deal[0].rate, Some(RateContent::Number(n)) if n.content == NumberContent::Constant(1.0))
    );
    let seed = u64::MAX.to_string();
    let config = good(minimal(), &[&format!("run.seed={seed}")]);
    assert_eq!(config.run.as_ref().unwrap().seed.as_ref().unwrap().value, u64::MAX);
    assert!(resolved::to_toml(&config).contains(&seed));
    let huge = good(minimal(), &["deal.capped.cap_usd_bn=100000000000000000000"]);
    assert_eq!(constant(&huge.deal[0].cap_usd_bn), 1e20);
}

#[test]
fn a_flag_replaces_merges_or_makes() {
    let flags = [
        "deal.amended-2026.cap_usd_bn=60",
        "deal.amended-2026.eligible.p50=0.97",
        "deal.amended-2026.rate.value=0.3",
        "history.period.2026-01-01.fcf_usd_bn=-4",
        "shock.law-or-regulation.loading.equity.multiple=0.5",
        "shock.law-or-regulation.loading.consumer.value=2",
        "run.mix_year = 2031",
        "cash.yield={ dist = \"uniform\", low = 0.01, high = 0.05 }",
        "costs.opex_half_life_years.source=\"q1-2026\"",
        "correlation.1.value=0.6",
        "segment.consumer.process='gbm'",
        "ipo.earliest=2027-01-01",
        "\"deal\".\"prior-2025\".stake=0.3",
        "microsoft.ai.growth_now=0.4",
    ];
    let (sources, result) = read(base(), &flags);
    let config = result.unwrap();
    assert_eq!(constant(&config.deal[0].cap_usd_bn), 60.0);
    let place = config.deal[0].cap_usd_bn.as_ref().unwrap().place;
    assert_eq!((place.origin, sources.excerpt(place)), (Origin::Flag(0), "60"));
    let eligible = table(&config.deal[0].eligible);
    assert_eq!(eligible.p50.as_ref().unwrap().value, 0.97);
    assert_eq!(eligible.p10.as_ref().unwrap().value, 0.93);
    assert!(matches!(&config.deal[0].rate, Some(RateContent::Number(_))));
    assert_eq!(constant(&config.history.as_ref().unwrap().period[3].fcf_usd_bn), -4.0);
    let loading = config.shock[2].loading.as_ref().unwrap();
    let multiple = loading.list.iter().find(|one| one.target.value == "equity.multiple").unwrap();
    assert_eq!(multiple.factor.content, NumberContent::Constant(0.5));
    assert_eq!(multiple.factor.key, "shock.law-or-regulation.loading.equity.multiple");
    assert_eq!(
        table(&config.cash.as_ref().unwrap().yield_rate).dist.as_ref().unwrap().value,
        Family::Uniform
    );
    let opex = table(&config.costs.as_ref().unwrap().opex_half_life_years);
    assert_eq!(opex.value.as_ref().unwrap().value, 2.5);
    assert_eq!(config.correlation[0].value.as_ref().unwrap().value, 0.6);
    assert_eq!(config.segment[0].keys.process.as_ref().unwrap().value, Process::Gbm);
    assert_eq!(constant(&config.deal[1].stake), 0.3);

    // Tables that are missing are made.
    let config = good(minimal(), &["costs.tax_rate=0.21", "ipo.gate.growth=0.2", "discount.share.p50=0.1"]);
    assert_eq!(constant(&config.costs.as_ref().unwrap().tax_rate), 0.21);
    assert_eq!(constant(&config.ipo.as_ref().unwrap().gate.as_ref().unwrap().growth), 0.2);
    // The later of two flags holds.
    let config = good(minimal(), &["costs.tax_rate=0.21", "costs.tax_rate=0.3"]);
    assert_eq!(constant(&config.costs.as_ref().unwrap().tax_rate), 0.3);
}

#[test]
fn dated_entries_go_by_their_date() {
    let text = r#"
[[deal]]
name = "x"
rate = [{ from = 2026-07-01, rate = 0.2 }, { from = 2027-10-01, rate = 0.15 }]
[[segment]]
name = "s"
[[segment.plan]]
date = 2027-01-01
rate_usd_bn = 30
[[segment]]
name = "t"
[segment.annual_totals]
2027 = 62.0
[[shock]]
name = "leap"
loading = { s = 1.0, equity.multiple = 0.5 }
"#;
    let flags = [
        "deal.x.rate.2027-10-01.rate=0.1",
        "segment.s.plan.2027-01-01.rate_usd_bn={ dist = \"normal\", mean = 30, sd = 2 }",
        "segment.t.annual_totals.2027.note=\"n\"",
        "segment.t.annual_totals.2026=40",
    ];
    let config = good(text, &flags);
    let Some(RateContent::Schedule(steps)) = &config.deal[0].rate else { panic!("no schedule") };
    assert_eq!(constant(&steps[1].rate), 0.1);
    assert_eq!(steps[1].rate.as_ref().unwrap().key, "deal.x.rate.2027-10-01.rate");
    let point = &config.segment[0].keys.plan[0];
    assert_eq!(point.rate_usd_bn.as_ref().unwrap().key, "segment.s.plan.2027-01-01.rate_usd_bn");
    let totals = &config.segment[1].keys.annual_totals.as_ref().unwrap().list;
    assert_eq!(totals.iter().map(|total| total.year.value).collect::<Vec<_>>(), [2026, 2027]);
    assert_eq!(totals[1].total.key, "segment.t.annual_totals.2027");
    let targets: Vec<&str> =
        config.shock[0].loading.as_ref().unwrap().list.iter().map(|one| one.target.value.as_str()).collect();
    assert_eq!(targets, ["equity.multiple", "s"]);
    let printed = resolved::to_toml(&config);
    assert_eq!(resolved::to_toml(&good(&printed, &[])), printed);
    assert_eq!(
        bad(text, &["deal.x.rate.2027-11-01.rate=0.1"])[0],
        ("command line:1:19 S113".to_owned(), "did you mean `2027-10-01`?".to_owned())
    );
    // A constant rate replaces the steps.
    let config = good(text, &["deal.x.rate=0.3"]);
    assert!(matches!(config.deal[0].rate, Some(RateContent::Number(_))));
}

#[test]
fn flags_that_name_nothing_say_what_is_near() {
    let help = |flag: &str| bad(base(), &[flag])[0].clone();
    assert_eq!(help("deal.amended.cap_usd_bn=6").1, "did you mean `amended-2026`?");
    assert_eq!(help("deal.amended-2026.cap=6").1, "did you mean `deal.amended-2026.cap_usd_bn`?");
    let caps = "write the full key: deal.amended-2026.cap_usd_bn, deal.prior-2025.cap_usd_bn";
    assert_eq!(help("cap=6").1, caps);
    assert_eq!(help("deal.cap_usd_bn=6").1, caps);
    assert_eq!(help("horizon=2031-12-31").1, "did you mean `timeline.horizon`?");
    assert_eq!(help("deals.amended-2026.cap_usd_bn=6").1, "did you mean `deal`?");
    assert!(help("deal.zzz.cap_usd_bn=6").1.contains("amended-2026, prior-2025"));
    assert_eq!(help("deal.amended-2026.cap_usd_bn.p55=6").1, "did you mean `p05`?");
    assert!(help("deal.amended-2026=6").0.ends_with("S114"));
    assert!(help("=6").0.ends_with("S111"));
    assert!(help("a..b=6").0.ends_with("S111"));
    assert!(help("run.paths=").0.ends_with("S112"));
    assert!(help("run.paths={").0.ends_with("S112"));
    assert!(help("run.paths=1 2").0.ends_with("S112"));
    assert!(help("run.booking=true").0.ends_with("S102"));
    assert!(help("ipo.earliest=\"2027-01-01\"").1.contains("leave out the quotes"));
    let nested = "[[segment]]\nname = \"s\"\n[segment.plan]\ndate = 2027-01-01\n";
    assert_eq!(bad(nested, &[])[0].1, "write [[segment.plan]] with two brackets: there may be several");
    assert_eq!(codes(minimal(), &["cloud.azure.fee=0.1", "name.x=1"]), [Code::SetEntry, Code::SetPath]);
    assert!(bad(minimal(), &["cloud.azure.fee=0.1"])[0].1.contains("entries are made in the file"));
}

#[test]
fn spelling_and_order_leave_no_trace_in_the_canonical_text() {
    let a =
        "[timeline]\nhorizon = 2030-12-31\nvaluation_date = 2026-01-01\n[cash]\nnow_usd_bn = { value = 3 }\n";
    let b = "cash = { now_usd_bn = 3.0 } # three\ntimeline.valuation_date = 2026-01-01\ntimeline.horizon = 2030-12-31\n";
    assert_eq!(resolved::to_toml(&good(a, &[])), resolved::to_toml(&good(b, &[])));
    let json = resolved::to_json(&good(a, &[]));
    assert_eq!(json["timeline"]["horizon"], "2030-12-31");
    assert_eq!(json["cash"]["now_usd_bn"], 3.0);
    let set = resolved::to_toml(&good(a, &["cash.now_usd_bn=4"]));
    assert_eq!(set, resolved::to_toml(&good(&a.replace("value = 3", "value = 4"), &[])));
}

#[test]
fn a_key_with_two_spellings_is_one_key() {
    let growth = |flags: &[&str]| good(minimal(), flags).segment[0].keys.growth.clone();
    let table = "segment.all.growth={ dist = \"quantiles\", p5 = 0.1, p50 = 0.2, p95 = 0.4 }";
    let canonical = table.replace("p5 =", "p05 =");
    let text = |flags: &[&str]| resolved::to_toml(&good(minimal(), flags));
    assert_eq!(text(&[table]), text(&[&canonical]));
    // A flag reaches the key in either spelling, whichever the scenario has.
    for (set, key) in [(table, "p05"), (&canonical, "p5"), (table, "p5")] {
        let flag = format!("segment.all.growth.{key}=0.15");
        let Some(Number { content: NumberContent::Table(table), .. }) = growth(&[set, &flag]) else {
            panic!()
        };
        assert_eq!(table.p05.as_ref().unwrap().value, 0.15);
    }
    let both = "segment.all.growth={ dist = \"quantiles\", p5 = 0.1, p05 = 0.1, p50 = 0.2, p95 = 0.4 }";
    let (place, help) = bad(minimal(), &[both])[0].clone();
    assert!(place.ends_with("S122") && help == "keep one: `p5` or `p05`", "{place} {help}");
}

#[test]
fn numbers_are_compared_without_what_says_where_they_are_from() {
    let flat = |number: &str| resolved::flat(&good(minimal(), &[&format!("segment.all.growth={number}")]));
    let plain = flat("0.5");
    for told in ["source = \"s\"", "informed_by = \"s\"", "note = \"n\""] {
        assert_eq!(flat(&format!("{{ value = 0.5, {told} }}")), plain, "{told}");
    }
    assert_ne!(flat("{ value = 0.5, basis = \"annual\" }"), plain);
}

#[test]
fn a_basis_belongs_to_growth_rates_of_revenue() {
    let annual = |key: &str| format!("{key}={{ value = 0.1, basis = \"annual\" }}");
    for key in ["segment.consumer.growth_now", "segment.consumer.growth_long_run", "microsoft.ai.growth_now"]
    {
        good(base(), &[&annual(key)]);
    }
    for key in ["discount.equity", "ipo.gate.growth", "equity.perpetual_growth", "deal.amended-2026.rate"] {
        let (place, help) = bad(base(), &[&annual(key)])[0].clone();
        assert!(place.ends_with("S101"), "{key}: {place}");
        assert!(
            help.contains("`segment.NAME.growth_now`") && help.contains("`microsoft.ai.growth`"),
            "{help}"
        );
        assert!(!help.contains("ipo.gate"), "{help}");
    }
    assert!(
        bad(minimal(), &["segment.all.growth={ value = 0.1, basis = \"yearly\" }"])[0].0.ends_with("S103")
    );
}

mod laws {
    use super::section::Section;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn parse_inverts_print(
            rate in proptest::num::f64::ANY,
            p50 in proptest::num::f64::NORMAL,
            title in "\\PC{0,12}|[\\x00-\\x7f]{0,12}",
            seed in any::<u64>(),
            year in 1000i32..9999,
        ) {
            let mut config = good(base(), &[&format!("run.seed={seed}")]);
            config.discount.as_mut().unwrap().revenue.as_mut().unwrap().content = NumberContent::Constant(rate);
            if let NumberContent::Table(table) = &mut config.deal[0].eligible.as_mut().unwrap().content {
                table.p50.as_mut().unwrap().value = p50;
            }
            config.source[0].title.as_mut().unwrap().value = title.clone();
            let total = Number { key: String::new(), ..config.cash.as_ref().unwrap().now_usd_bn.clone().unwrap() };
            let year = Located { value: year, place: Place::FILE };
            config.segment[0].keys.annual_totals =
                Some(AnnualTotals { place: Place::FILE, list: vec![YearTotal { year, total }] });
            let printed = resolved::to_toml(&config);
            let again = good(&printed, &[]);
            prop_assert_eq!(resolved::to_toml(&again), printed);
            let back = constant(&again.discount.as_ref().unwrap().revenue);
            prop_assert!(back.to_bits() == rate.to_bits() || back.is_nan() && rate.is_nan());
            prop_assert_eq!(&again.source[0].title.as_ref().unwrap().value, &title);
        }

        #[test]
        fn every_form_of_a_number_reads_back_as_it_was_printed(
            family in prop::sample::select(Family::all().collect::<Vec<_>>()),
            form in any::<prop::sample::Index>(),
            values in prop::collection::vec(proptest::num::f64::NORMAL, 8),
            basis in prop::sample::select(vec!["", ", basis = \"annual\"", ", basis = \"continuous\""]),
            from in prop::sample::select(vec!["", ", source = \"s\"", ", informed_by = \"s\""]),
        ) {
            let names = form.get(family.forms()).iter().chain(family.optional());
            let parameters = names.zip(&values).map(|(name, value)| match *name {
                "values" | "weights" => format!("{name} = [{value:?}, 1.0]"),
                "csv" | "column" => format!("{name} = \"x\""),
                "dialect" => "dialect = \"excel-eu\"".to_owned(),
                _ => format!("{name} = {value:?}"),
            });
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            let flag = format!("segment.all.growth={{ dist = \"{}\", {parameters}{basis}{from} }}", family.word());
            let config = good(minimal(), &[&flag]);
            let printed = resolved::to_toml(&config);
            let again = good(&printed, &[]);
            prop_assert_eq!(&resolved::to_toml(&again), &printed);
            let written = |config: &Config| table(&config.segment[0].keys.growth).print();
            prop_assert_eq!(written(&again), written(&config));
            prop_assert_eq!(written(&config).len(), 1 + parameters.split(" = ").count() - 1
                + usize::from(!basis.is_empty()) + usize::from(!from.is_empty()));
        }

        #[test]
        fn no_text_and_no_flag_makes_the_reader_panic(text in "\\PC{0,60}", flag in "[a-z.=\"'\\[{ é0-9-]{0,24}") {
            let _ = read(&text, &[&flag]);
            let _ = read(minimal(), &[&flag, &format!("deal.capped.{flag}"), &format!("run.paths={text}")]);
        }
    }
}

#[test]
fn none_takes_a_key_a_table_or_an_entry_out() {
    let config = good(base(), &["deal.prior-2025=none", "ipo=none", "deal.amended-2026.cap_usd_bn=none"]);
    assert_eq!(config.deal.len(), 1);
    assert!(config.ipo.is_none() && config.deal[0].cap_usd_bn.is_none());
    // What is not set is out already, but a key must exist.
    good(
        minimal(),
        &["ipo.fee=none", "deal.capped.stake=none", "ipo=none", "equity.multiple_now.source=none"],
    );
    assert!(good(minimal(), &["ipo.fee=none"]).ipo.is_none());
    assert_eq!(codes(minimal(), &["ipo.fees=none"]), [Code::UnknownKey]);
    assert_eq!(codes(minimal(), &["deal.other=none"]), [Code::SetEntry]);
    assert_eq!(codes(minimal(), &["deal.other.cap_usd_bn=none"]), [Code::SetEntry]);
    // The word in quotes is a value.
    assert!(good(base(), &["run.correlation_repair=\"none\""]).run.is_some());
}

#[test]
fn a_flag_replaces_the_other_form_of_a_key() {
    let config = good(base(), &["deal.amended-2026.share_ends_years=3"]);
    assert!(config.deal[0].share_ends.is_none() && config.deal[0].share_ends_years.is_some());
}
