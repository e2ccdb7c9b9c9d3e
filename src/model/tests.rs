//! Scenarios that are accepted and scenarios that are not, at least one for every kind of problem.

use super::day_count::years_between;
use super::deal::Rate;
use super::dependence::{Factor, InputVariable};
use super::equity::Method;
use super::funding::RoundTime;
use super::parameters::{Distribution, Origin, ParamId, Provenance};
use super::process::{PlanShape, Process};
use super::shock::ShockTarget;
use super::timeline::{PeriodLength, Timeline};
use super::*;
use crate::config::{self, Choice, Code, Config, Date, Dialect, Problem, Problems, Severity};

const MINIMAL: &str = include_str!("../../configs/minimal.toml");
const BASE: &str = include_str!("../../configs/base.toml");
const SCENARIOS: [(&str, &str); 5] = [
    ("minimal", MINIMAL),
    ("capped-share", include_str!("../../configs/capped-share.toml")),
    ("company-plan", include_str!("../../configs/company-plan.toml")),
    ("base", BASE),
    ("schwartz-moon-2000", include_str!("../../configs/schwartz-moon-2000.toml")),
];

/// Two columns, and a way to fail for every error.
struct Columns;

impl EmpiricalColumns for Columns {
    fn column(&self, csv: &str, column: &str, dialect: Dialect) -> Result<Vec<f64>, ColumnError> {
        let csv = csv.to_owned();
        let place = TextPlace { line: 7, column: 3 };
        match (csv.as_str(), column) {
            ("good.csv", "growth") => Ok(vec![0.3, 0.1, 0.2]),
            ("good.csv", "wide") => Ok(vec![-0.5, 0.1, 0.2]),
            ("good.csv", _) => Err(ColumnError::NoColumn {
                csv,
                column: column.to_owned(),
                columns: vec!["growth".to_owned(), "wide".to_owned()],
            }),
            ("gap.csv", _) => {
                let (column, remedy) = (column.to_owned(), "fill the cell".to_owned());
                Err(ColumnError::Cell { csv, column, place, text: "x".repeat(100), remedy })
            }
            ("twice.csv", _) => {
                let places = vec![TextPlace { line: 1, column: 1 }, place];
                Err(ColumnError::SeveralColumns { csv, column: column.to_owned(), places })
            }
            ("semicolons.csv", _) => {
                let what = format!("the cells are separated as in {}", dialect.word());
                Err(ColumnError::Layout { csv, place, what, remedy: "save it as CSV UTF-8".to_owned() })
            }
            ("large.csv", _) => Err(ColumnError::TooLarge { csv, bytes: 70 << 20, most: 64 << 20 }),
            ("empty.csv", _) => Err(ColumnError::NoRows { csv }),
            _ => {
                let reason = "there is no such file".to_owned();
                Err(ColumnError::Unreadable { csv, reason, remedy: "the path is relative to the folder" })
            }
        }
    }

    fn bytes(&self) -> u64 {
        70
    }
}

fn validated(text: &str, flags: &[&str]) -> (config::Sources, Result<(Model, Problems), Problems>) {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    let (sources, result) = config::parse("test.toml", text, &flags);
    let config: Config = result.unwrap_or_else(|problems| panic!("spelling: {problems}"));
    (sources, Model::from_config(&config, "test", "digest", &Columns))
}

fn accept(text: &str, flags: &[&str]) -> (Model, Problems) {
    let (sources, result) = validated(text, flags);
    result.unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| problem.one_line(&sources)).collect();
        panic!("{}", lines.join("\n"))
    })
}

fn model(text: &str, flags: &[&str]) -> Model {
    accept(text, flags).0
}

fn codes(problems: &Problems, severity: Severity) -> Vec<Code> {
    problems.iter().filter(|problem| problem.severity == severity).map(|problem| problem.code).collect()
}

/// The one error of a scenario: it must have this code, and `word` somewhere in its texts.
#[track_caller]
fn refuse(code: Code, word: &str, text: &str, flags: &[&str]) -> Problem {
    let (_, result) = validated(text, flags);
    let problems = result.expect_err("there is no error");
    assert_eq!(codes(&problems, Severity::Error), [code], "{problems}");
    let problem =
        problems.iter().find(|problem| problem.severity == Severity::Error).expect("an error").clone();
    expect_word(&problem, word);
    problem
}

/// A warning of this code, with `word` in its texts, and no error.
#[track_caller]
fn warn(code: Code, word: &str, text: &str, flags: &[&str]) -> Model {
    let (model, problems) = accept(text, flags);
    let problem = problems
        .iter()
        .find(|problem| problem.code == code && texts(problem).contains(word))
        .unwrap_or_else(|| panic!("no {code} with {word:?} in: {problems}"));
    expect_word(problem, word);
    model
}

fn texts(problem: &Problem) -> String {
    let parts =
        [Some(&problem.message), problem.found.as_ref(), problem.allowed.as_ref(), problem.help.as_ref()];
    parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" | ")
}

#[track_caller]
fn expect_word(problem: &Problem, word: &str) {
    let texts = texts(problem);
    assert!(texts.contains(word), "no {word:?} in: {texts}");
    assert!(problem.help.is_some() || problem.allowed.is_some(), "nothing is proposed: {texts}");
}

/// The minimal scenario with more tables behind it; its deal has the term that clouds ask for.
fn with(more: &str) -> String {
    format!("{MINIMAL}home_keeps = 0.0\n{more}\n")
}

/// The minimal scenario with a text replaced.
#[track_caller]
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

const CLOUDS: &str =
    "[[cloud]]\nname = \"azure\"\nhome = true\nshare_now = 0.9\n[[cloud]]\nname = \"aws\"\nshare_now = 0.1\n";

fn date(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

// ---- What is accepted

#[test]
fn the_scenarios_are_accepted() {
    for (name, text) in SCENARIOS {
        let (model, warnings) = accept(text, &[]);
        assert_eq!((model.name.as_str(), model.digest.as_str()), (name, "digest"));
        assert!(!warnings.has_errors());
        assert!(warnings.is_empty(), "{warnings}");
        for entry in model.parameters.entries() {
            assert!(!entry.wording.is_empty(), "{}", entry.key);
            match &entry.distribution {
                Distribution::Constant(value) => assert!(!value.is_nan(), "{}", entry.key),
                Distribution::Uncertain(law) => assert!(!law.is_constant(), "{}", entry.key),
            }
        }
    }
    assert!(accept(BASE, &[]).1.is_empty());
}

#[test]
fn the_parameters_have_every_key_once_with_unit_origin_source_and_wording() {
    let model = model(BASE, &[]);
    let keys: Vec<&str> = model.parameters.entries().iter().map(|entry| entry.key.as_str()).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), keys.len());
    let row = |key: &str| model.parameters.entries().iter().find(|entry| entry.key == key).expect(key);
    let eligible = row("deal.amended-2026.eligible");
    assert_eq!(eligible.wording, "quantiles(p10 0.93, p50 0.98, p90 0.995; bounds 0..1)");
    assert_eq!((eligible.origin.clone(), eligible.provenance), (Origin::Scenario, Provenance::Judgement));
    assert!(eligible.note.as_ref().is_some_and(|note| note.starts_with("6 of 30")));
    let rate = row("deal.amended-2026.rate");
    let Provenance::Source(at) = rate.provenance else { panic!("{:?}", rate.provenance) };
    assert_eq!((rate.wording.as_str(), model.sources[at].key.as_str()), ("0.2", "cnbc-20"));
    assert_eq!(row("shock.law-or-regulation.sd").wording, "0.06");
    assert_eq!(row("in_house.substitution").origin, Origin::Scenario);
    assert_eq!(row("deal.prior-2025.paid_to_date_usd_bn").origin, Origin::Default);
    let cap = row("deal.amended-2026.cap_usd_bn");
    assert_eq!(cap.wording, "discrete(34: 0.05, 36: 0.04, 38: 0.85, 40: 0.06)");
    let share_ends = row("deal.amended-2026.share_ends");
    assert_eq!((share_ends.wording.as_str(), share_ends.unit), ("2030-12-31", config::Unit::Years));
}

#[test]
fn aliases_share_the_draw_also_through_chains_and_for_keys_of_other_units() {
    let model = model(BASE, &[]);
    let (amended, prior) = (&model.deals[0], &model.deals[1]);
    assert_eq!(amended.eligible, prior.eligible);
    assert_eq!(amended.stake, prior.stake);
    assert_eq!(prior.exclusive_until, prior.share_ends);
    assert!(model.parameters.aliases().iter().any(|alias| alias.key == "deal.prior-2025.stake"));
    let chain = with(
        "[[deal]]\nname = \"b\"\neligible = { same_as = \"deal.c.eligible\" }\n[[deal]]\nname = \"c\"\neligible = { same_as = \"deal.d.eligible\" }\n[[deal]]\nname = \"d\"\neligible = { dist = \"uniform\", low = 0.2, high = 0.4 }",
    );
    let model = self::model(&chain, &[]);
    assert_eq!(model.deals[1].eligible, model.deals[3].eligible);
    assert_eq!(model.deals[2].eligible, model.deals[3].eligible);
}

#[test]
fn defaults_are_those_of_the_format() {
    let model = model(MINIMAL, &[]);
    let constant = |id: ParamId| model.parameters.constant(id).expect("a constant");
    let deal = &model.deals[0];
    assert_eq!(
        (constant(deal.eligible), constant(deal.paid_to_date), constant(deal.home_keeps)),
        (1.0, 0.0, 0.0)
    );
    assert_eq!((deal.licence_ends, deal.effective), (f64::INFINITY, 0.0));
    assert_eq!((constant(model.costs.offset_limit), constant(model.costs.tax_rate)), (1.0, 0.0));
    assert_eq!(constant(model.costs.research.half_life), f64::INFINITY);
    assert_eq!(model.costs.research.long_run, model.costs.research.now);
    assert_eq!(model.microsoft.take_or_pay_margin, model.microsoft.hosting_margin);
    assert!(!model.funding.enabled);
    assert_eq!(constant(model.funding.max_dilution), 1.0);
    assert_eq!((model.run.mix_year, model.run.paths, model.run.scheme), (2030, None, Scheme::Exact));
    assert!(model.equity.is_none() && model.ipo.is_none() && model.cash.is_none() && model.clouds.is_empty());
    assert_eq!(constant(model.discount.revenue), 0.0);
    let equity = self::model(&with("[equity]\nmethod = \"revenue-multiple\"\nmultiple_now = 20"), &[]).equity;
    let Some(Method::RevenueMultiple { multiple, margin: None }) = equity.map(|equity| equity.method) else {
        panic!("{equity:?}");
    };
    assert_eq!(multiple.now, multiple.long_run);
}

#[test]
fn dates_become_times_of_the_day_or_of_the_day_after() {
    let text = with(
        "[[history.period]]\nfrom = 2026-04-01\nto = 2026-06-30\nnet_revenue_usd_bn = 6\n[[contract]]\nname = \"k\"\ncloud = \"aws\"\ntotal_usd_bn = 10\nfrom = 2027-01-01\nto = 2027-12-31\n[equity]\nmethod = \"ebitda-multiple\"\nmultiple_now = 9\n[ipo]\nearliest = 2026-09-30\n[cash]\nnow_usd_bn = 1\n[[round]]\nname = \"r\"\ndate = 2026-10-01\namount_usd_bn = 1\npre_money = \"market\"\n",
    ) + CLOUDS
        + "opens = 2027-04-01\n[in_house]\nceiling = 0.2\nmidpoint = 2028-07-01\nramp_years = 2\n";
    let model = model(
        &text,
        &[
            "deal.capped.licence_ends=2032-12-31",
            "deal.capped.exclusive_until=2027-06-30",
            "deal.capped.effective=2026-01-01",
        ],
    );
    let deal = &model.deals[0];
    let constant = |id: Option<ParamId>| id.and_then(|id| model.parameters.constant(id));
    assert_eq!((constant(deal.share_ends), deal.licence_ends), (Some(4.5), 6.5));
    assert_eq!((constant(deal.exclusive_until), deal.effective), (Some(1.0), -0.5));
    assert_eq!((model.history[0].from, model.history[0].to), (-0.25, 0.0));
    assert_eq!((model.contracts[0].from, model.contracts[0].to, model.contracts[0].cloud), (0.5, 1.5, 1));
    let ipo = model.ipo.as_ref().expect("an IPO");
    assert!(close(ipo.earliest, 89.0 / 360.0));
    assert_eq!(model.rounds[0].when, funding::RoundTime::At(0.25));
    assert_eq!((model.clouds[0].name.as_str(), model.clouds[1].opens), ("azure", 0.75));
    assert_eq!(constant(model.in_house.map(|own| own.midpoint)), Some(2.0));
}

#[test]
fn rates_and_plans_are_put_in_order_of_time() {
    let text = changed(
        MINIMAL,
        "rate = 0.20",
        "rate = [{ from = 2028-01-01, rate = 0.1 }, { from = 2026-07-01, rate = 0.2 }]",
    );
    let model = model(&text, &[]);
    let Rate::Schedule(steps) = &model.deals[0].rate else { panic!() };
    assert_eq!(steps.iter().map(|step| step.0).collect::<Vec<_>>(), [0.0, 1.5]);
    assert_eq!(model.parameters.entry(steps[0].1).key, "deal.capped.rate.2026-07-01.rate");
    let text = with(
        "[[segment]]\nname = \"p\"\nprocess = \"plan\"\n[[segment.plan]]\ndate = 2028-01-01\nrate_usd_bn = 9\n[[segment.plan]]\ndate = 2026-07-01\nrate_usd_bn = 5",
    );
    let model = self::model(&text, &[]);
    let Process::Plan { shape: PlanShape::Points(points), .. } = &model.segments[1].process else { panic!() };
    assert_eq!(points.iter().map(|point| point.0).collect::<Vec<_>>(), [0.0, 1.5]);
    let company = self::model(SCENARIOS[2].1, &[]);
    let Process::Plan { shape: PlanShape::AnnualTotals(totals), .. } = &company.segments[0].process else {
        panic!()
    };
    assert_eq!(totals.iter().map(|total| total.0).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn shocks_name_segments_and_the_multiple_in_either_spelling() {
    for target in ["\"equity.multiple\" = 0.5", "equity.multiple = 0.5"] {
        let text = with(&format!(
            "[[shock]]\nname = \"s\"\nrate_per_year = 0.1\nmean = -0.1\nloading = {{ all = 1.0, {target} }}\n[equity]\nmethod = \"revenue-multiple\"\nmultiple_now = 20"
        ));
        let model = model(&text, &[]);
        let targets: Vec<ShockTarget> = model.shocks[0].loadings.iter().map(|loading| loading.0).collect();
        assert_eq!(targets, [ShockTarget::Segment(0), ShockTarget::Multiple]);
    }
}

#[test]
fn a_law_is_cut_to_its_domain_only_where_a_little_of_it_is_outside() {
    // Below 0 with probability 9.9e-10: cut; far from 0: left as it is.
    let text = |sd: f64| {
        changed(
            MINIMAL,
            "volatility = 0.30",
            &format!("volatility = {{ dist = \"normal\", mean = 0.6, sd = {sd} }}"),
        )
    };
    let law = |model: &Model| match &model.parameters.entries()
        [model.parameters.uncertain().next().expect("one").index()]
    .distribution
    {
        Distribution::Uncertain(law) => law.clone(),
        Distribution::Constant(_) => panic!(),
    };
    let cut = law(&model(&text(0.1), &[]));
    assert_eq!((cut.support().0, cut.probability_below(0.0)), (0.0, 0.0));
    refuse(Code::LeavesDomain, "min = 0.0", &text(0.1001), &[]);
    let uniform = model(BASE, &[]);
    let entry = uniform
        .parameters
        .entries()
        .iter()
        .find(|entry| entry.key == "cloud.azure.long_run_share")
        .expect("it");
    let Distribution::Uncertain(law) = &entry.distribution else { panic!() };
    assert_eq!(law.support(), (0.12, 0.32));
}

#[test]
fn absences_are_listed_and_their_tables_are_not_where_they_stand() {
    let minimal = absences(&model(MINIMAL, &[])).join("\n");
    for word in [
        "history",
        "shock",
        "cloud",
        "home_first",
        "reach",
        "in_house",
        "contract",
        "microsoft",
        "licence",
        "deal.capped.stake",
        "costs",
        "cash",
        "round",
        "funding",
        "equity",
        "ipo",
        "correlation",
    ] {
        assert!(minimal.contains(&format!("no {word}")), "{word}: {minimal}");
    }
    assert!(minimal.contains("no discount rate for equity, cloud, licence: 0 is taken"));
    assert_eq!(absences(&model(BASE, &[])), ["no deal.prior-2025.cap_usd_bn: payments have no cap"]);
}

// ---- Time

fn periods(from: &str, to: &str, period: PeriodLength) -> Timeline {
    Timeline::new(date(from), date(to), period).expect("a timeline")
}

#[test]
fn whole_quarters_are_a_quarter_and_add_up() {
    let timeline = periods("2026-07-01", "2035-12-31", PeriodLength::Quarter);
    assert_eq!((timeline.periods().len(), timeline.end()), (38, 9.5));
    assert!(timeline.periods().iter().all(|period| period.length == 0.25));
    assert_eq!(timeline.periods()[0].last_day, date("2026-09-30"));
    assert_eq!(timeline.periods()[0].middle, 0.125);
    let first = timeline.years()[0];
    assert_eq!((first.year, first.first, first.last, first.cut_at_start), (2026, 0, 1, true));
    assert!(timeline.years()[1..].iter().all(|year| !year.cut_at_start && year.last - year.first == 3));
    assert_eq!(timeline.first_year_start(), -0.5);
}

#[test]
fn periods_are_cut_by_valuation_date_and_horizon() {
    let timeline = periods("2026-02-14", "2026-11-10", PeriodLength::Quarter);
    let lengths: Vec<f64> = timeline.periods().iter().map(|period| period.length * 360.0).collect();
    assert_eq!(lengths, [47.0, 90.0, 90.0, 40.0]);
    let months = periods("2024-02-29", "2024-04-30", PeriodLength::Month);
    let lengths: Vec<f64> = months.periods().iter().map(|period| period.length * 360.0).collect();
    assert_eq!(lengths, [2.0, 30.0, 30.0]);
    let years = periods("2026-01-01", "2028-06-30", PeriodLength::Year);
    let lengths: Vec<f64> = years.periods().iter().map(|period| period.length).collect();
    assert_eq!(lengths, [1.0, 1.0, 0.5]);
    assert!(years.years().iter().all(|year| !year.cut_at_start && year.first == year.last));
    let one_day = periods("2026-01-31", "2026-01-31", PeriodLength::Month);
    assert_eq!((one_day.periods().len(), one_day.end()), (1, 1.0 / 360.0));
    // The 30th and the 31st are one day: no time passes on a 30th that is not the last of its month.
    assert!(Timeline::new(date("2026-01-30"), date("2026-01-30"), PeriodLength::Month).is_none());
    assert!(Timeline::new(date("2026-02-28"), date("2026-02-28"), PeriodLength::Month).is_some());
}

#[test]
fn periods_of_any_timeline_touch_and_sum_to_the_years_between() {
    let days = ["2026-07-01", "2026-07-15", "2024-02-29", "2027-12-31", "2026-01-31", "2025-10-30"];
    let ends = ["2030-12-31", "2031-02-28", "2032-02-29", "2029-08-30", "2028-05-17"];
    for from in days {
        for to in ends {
            for length in [PeriodLength::Month, PeriodLength::Quarter, PeriodLength::Year] {
                let timeline = periods(from, to, length);
                let list = timeline.periods();
                let sum: f64 = list.iter().map(|period| period.length).sum();
                assert!(
                    (sum - timeline.end()).abs() < 1e-9 && timeline.end() == timeline.time_after(date(to))
                );
                assert_eq!((list[0].start, list[list.len() - 1].last_day), (0.0, date(to)));
                for pair in list.windows(2) {
                    assert_eq!(pair[0].end, pair[1].start);
                    assert!(pair[0].last_day < pair[1].last_day && pair[0].year <= pair[1].year);
                }
                assert!(list.iter().all(|period| period.length > 0.0
                    && period.start < period.middle
                    && period.middle < period.end
                    && period.last_day.year() == period.year));
                assert_eq!(
                    timeline.years().iter().map(|year| year.last - year.first + 1).sum::<usize>(),
                    list.len()
                );
            }
        }
    }
    assert!(close(years_between(date("2026-01-31"), date("2026-02-28")), 28.0 / 360.0));
    assert_eq!(years_between(date("2027-01-01"), date("2026-07-01")), -0.5);
}

#[test]
fn timelines_that_cannot_be_are_refused() {
    refuse(
        Code::EndBeforeStart,
        "2026-07-01 or later",
        MINIMAL,
        &["timeline.horizon=2026-06-30", "deal.capped.effective=2026-01-01"],
    );
    refuse(
        Code::TimelineTooLong,
        "at most 1200",
        MINIMAL,
        &["timeline.horizon=2200-12-31", "timeline.period=\"month\""],
    );
    assert_eq!(
        model(MINIMAL, &["timeline.horizon=2126-06-30", "timeline.period=\"month\""])
            .timeline
            .periods()
            .len(),
        1200
    );
    refuse(Code::KeyMissing, "horizon", &changed(MINIMAL, "horizon = 2030-12-31", ""), &[]);
    let without = changed(
        MINIMAL,
        "[timeline]\nvaluation_date = 2026-07-01\nhorizon = 2030-12-31               # included\nperiod = \"quarter\"",
        "",
    );
    refuse(Code::TableMissing, "[timeline]", &without, &[]);
}

// ---- Keys

#[test]
fn keys_that_are_missing_or_exclude_each_other_are_refused() {
    refuse(Code::KeyMissing, "`growth`", &changed(MINIMAL, "growth = 0.40", ""), &[]);
    refuse(
        Code::KeyMissing,
        "`process`",
        &changed(MINIMAL, "process = \"gbm\"", ""),
        &[
        // Keys of no process at all are not validated.
    ],
    );
    let both = changed(MINIMAL, "share_ends = 2030-12-31", "share_ends = 2030-12-31\nshare_ends_years = 3");
    refuse(Code::KeysExclusive, "share_ends_years", &both, &[]);
    refuse(Code::KeyMissing, "multiple_now", &with("[equity]\nmethod = \"ebitda-multiple\""), &[]);
    refuse(Code::KeyMissing, "perpetual_growth", &with("[equity]\nmethod = \"perpetual-growth\""), &[]);
    refuse(
        Code::KeyMissing,
        "margin_reference",
        &with("[equity]\nmethod = \"revenue-multiple\"\nmultiple_now = 9\nmargin_elasticity = 1"),
        &[],
    );
    refuse(
        Code::KeyMissing,
        "amount_usd_bn",
        &with("[[round]]\nname = \"r\"\ndate = 2027-01-01\npre_money_usd_bn = 5"),
        &[],
    );
    let round = "[[round]]\nname = \"r\"\namount_usd_bn = 1\n";
    refuse(Code::KeyNeither, "on_ipo", &with(&format!("{round}pre_money_usd_bn = 5")), &[]);
    refuse(Code::KeyNeither, "pre_money", &with(&format!("{round}date = 2027-01-01")), &[]);
    refuse(
        Code::KeysExclusive,
        "on_ipo",
        &with(&format!("{round}date = 2027-01-01\non_ipo = true\npre_money_usd_bn = 5")),
        &[],
    );
    refuse(
        Code::KeysExclusive,
        "pre_money",
        &with(&format!(
            "{round}date = 2027-01-01\npre_money = \"market\"\npre_money_usd_bn = 5\n[equity]\nmethod = \"revenue-multiple\"\nmultiple_now = 9"
        )),
        &[],
    );
    refuse(
        Code::TableMissing,
        "[equity]",
        &with(&format!("{round}date = 2027-01-01\npre_money = \"market\"")),
        &[],
    );
    refuse(Code::KeyMissing, "step", &changed(MINIMAL, "rate = 0.20", "rate = []"), &[]);
    refuse(Code::KeyMissing, "title", &with("[[source]]\nkey = \"a\""), &[]);
}

#[test]
fn processes_take_their_own_keys() {
    refuse(
        Code::KeyWithoutEffect,
        "mean-reverting-growth",
        MINIMAL,
        &["segment.all.growth_half_life_years=2"],
    );
    let segment = |keys: &str| with(&format!("[[segment]]\nname = \"b\"\n{keys}"));
    refuse(Code::KeyNeither, "annual_totals", &segment("process = \"plan\""), &[]);
    refuse(
        Code::KeysExclusive,
        "annual_totals",
        &segment(
            "process = \"plan\"\nannual_totals = { 2027 = 3 }\nplan = [{ date = 2027-01-01, rate_usd_bn = 1 }]",
        ),
        &[],
    );
    refuse(
        Code::OffTimeline,
        "2026 to 2030",
        &segment("process = \"plan\"\nannual_totals = { 2031 = 3 }"),
        &[],
    );
    refuse(Code::OutsideDomain, "above 0", &segment("process = \"plan\"\nannual_totals = { 2027 = 0 }"), &[]);
    refuse(
        Code::OutsideDomain,
        "above 0",
        &segment("process = \"plan\"\nplan = [{ date = 2027-01-01, rate_usd_bn = 0 }]"),
        &[],
    );
    for second in ["2027-01-30", "2027-01-31"] {
        refuse(
            Code::DuplicateDate,
            second,
            &segment(&format!(
                "process = \"plan\"\nplan = [{{ date = 2027-01-30, rate_usd_bn = 1 }}, {{ date = {second}, rate_usd_bn = 2 }}]"
            )),
            &[],
        );
    }
    let logistic = "process = \"logistic\"\nceiling_usd_bn = 5\nramp_years = 2\n";
    refuse(Code::KeyNeither, "midpoint_years", &segment(logistic), &[]);
    refuse(
        Code::KeysExclusive,
        "midpoint",
        &segment(&format!("{logistic}midpoint = 2028-01-01\nmidpoint_years = 2")),
        &[],
    );
    refuse(
        Code::DuplicateDate,
        "twice",
        &changed(
            MINIMAL,
            "rate = 0.20",
            "rate = [{ from = 2027-01-01, rate = 0.1 }, { from = 2027-01-01, rate = 0.2 }]",
        ),
        &[],
    );
    warn(Code::KeyWithoutEffect, "cloud_sold", MINIMAL, &["segment.all.cloud_sold=0.4"]);
}

// ---- Names

#[test]
fn names_are_validated() {
    refuse(
        Code::NoSegment,
        "[[segment]]",
        &changed(
            MINIMAL,
            &MINIMAL[MINIMAL.find("[[segment]]").unwrap()..MINIMAL.find("[[deal]]").unwrap()],
            "",
        ),
        &[],
    );
    refuse(Code::NoDeal, "[[deal]]", &MINIMAL[..MINIMAL.find("[[deal]]").unwrap()], &[]);
    refuse(Code::DuplicateName, "rename", &with("[[deal]]\nname = \"capped\""), &[]);
    refuse(
        Code::DuplicateName,
        "source",
        &with("[[source]]\nkey = \"a\"\ntitle = \"A\"\n[[source]]\nkey = \"a\"\ntitle = \"B\""),
        &[],
    );
    refuse(Code::BadName, "amended-2026", &with("[[deal]]\nname = \"Amended 2026\""), &[]);
    refuse(Code::KeyMissing, "name", &with("[[deal]]\nrate = 0.1"), &[]);
    refuse(
        Code::BadName,
        "my-scenario",
        &changed(MINIMAL, "name = \"minimal\"", "name = \"My Scenario\""),
        &[],
    );
    let (_, config) = config::parse("test.toml", &changed(MINIMAL, "name = \"minimal\"", ""), &[]);
    let config = config.expect("a scenario");
    let from_stem = |stem| Model::from_config(&config, stem, "", &NoColumns);
    assert_eq!(from_stem("a-b_3").expect("a name").0.name, "a-b_3");
    for stem in ["", "-a", "A", "a.b", "é", &"a".repeat(65)] {
        assert_eq!(codes(&from_stem(stem).expect_err("no name"), Severity::Error), [Code::BadName], "{stem}");
    }
}

#[test]
fn names_of_company_and_partner_are_judged() {
    let named = |keys: &str| with(&format!("[names]\n{keys}"));
    let called = |keys: &str| model(&named(keys), &[]).names.tell("{company} and {partner}");
    assert_eq!(called(""), "OpenAI and Microsoft");
    assert_eq!(called("company = \"Kestrel\""), "Kestrel and Microsoft");
    assert_eq!(called("company = \"Microsoft\"\npartner = \"OpenAI\""), "Microsoft and OpenAI");
    for (word, keys) in [
        ("`names.company` is empty", "company = \" \""),
        ("no letter and no digit", "company = \"--\""),
        ("partner = \"Northgate\"", "partner = \"North\\u0007gate\""),
        ("begins or ends with a space", "partner = \"Northgate \""),
        ("42 characters", "company = \"Kestrel Robotics and Automation Enterprise\""),
        ("both called \"Kestrel\"", "company = \"Kestrel\"\npartner = \"Kestrel\""),
        ("add the partner's name", "company = \"Microsoft\""),
        ("add the company's name", "partner = \"OpenAI\""),
    ] {
        refuse(Code::PartyName, word, &named(keys), &[]);
    }
    let (_, result) = validated(&named("company = \"\"\npartner = \"\""), &[]);
    assert_eq!(codes(&result.expect_err("two errors"), Severity::Error), [Code::PartyName; 2]);
}

#[test]
fn references_are_judged_and_near_names_proposed() {
    refuse(
        Code::UnknownSource,
        "cnbc-20",
        &with("[[source]]\nkey = \"cnbc-20\"\ntitle = \"A\""),
        &["deal.capped.rate={ value = 0.2, source = \"cnbc-2\" }"],
    );
    refuse(
        Code::UnknownCloud,
        "did you mean \"azure\"",
        &with(&format!(
            "{CLOUDS}[[contract]]\nname = \"k\"\ncloud = \"azur\"\ntotal_usd_bn = 1\nfrom = 2027-01-01\nto = 2027-12-31"
        )),
        &[],
    );
    refuse(
        Code::UnknownCloud,
        "no [[cloud]]",
        &with(
            "[[contract]]\nname = \"k\"\ncloud = \"azure\"\ntotal_usd_bn = 1\nfrom = 2027-01-01\nto = 2027-12-31",
        ),
        &[],
    );
    let shock = |target: &str| {
        with(&format!(
            "[[shock]]\nname = \"s\"\nrate_per_year = 0.1\nmean = -0.1\nloading = {{ {target} = 1.0 }}"
        ))
    };
    refuse(Code::UnknownSegment, "did you mean \"all\"", &shock("al"), &[]);
    refuse(Code::UnknownSegment, "[equity]", &shock("\"equity.multiple\""), &[]);
    warn(
        Code::KeyWithoutEffect,
        "moves nothing",
        &with("[[shock]]\nname = \"s\"\nrate_per_year = 0.1\nmean = -0.1\nloading = {}"),
        &[],
    );
    refuse(
        Code::UnknownSameAs,
        "did you mean `deal.capped.cap_usd_bn`",
        MINIMAL,
        &["deal.capped.paid_to_date_usd_bn={ same_as = \"deal.capped.cap\" }"],
    );
    refuse(
        Code::SameAsCycle,
        "deal.capped.eligible -> deal.capped.eligible",
        MINIMAL,
        &["deal.capped.eligible={ same_as = \"deal.capped.eligible\" }"],
    );
    let (_, result) = validated(
        MINIMAL,
        &[
            "deal.capped.eligible={ same_as = \"deal.capped.home_keeps\" }",
            "deal.capped.home_keeps={ same_as = \"deal.capped.eligible\" }",
            "deal.capped.stake={ same_as = \"deal.capped.eligible\" }",
        ],
    );
    assert_eq!(codes(&result.expect_err("a circle"), Severity::Error), [Code::SameAsCycle]);
    refuse(
        Code::KeysExclusive,
        "`min`",
        MINIMAL,
        &["deal.capped.eligible={ same_as = \"deal.capped.rate\", min = 0 }"],
    );
}

#[test]
fn an_alias_must_suit_its_own_key_too() {
    refuse(
        Code::OutsideDomain,
        "0 to 1",
        MINIMAL,
        &["deal.capped.eligible={ same_as = \"deal.capped.cap_usd_bn\" }"],
    );
    refuse(
        Code::LeavesDomain,
        "0.5000",
        MINIMAL,
        &[
            "deal.capped.cap_usd_bn={ dist = \"uniform\", low = 0, high = 2 }",
            "deal.capped.eligible={ same_as = \"deal.capped.cap_usd_bn\" }",
        ],
    );
}

// ---- Numbers

fn eligible(number: &str) -> Vec<String> {
    vec![format!("deal.capped.eligible={number}")]
}

#[track_caller]
fn refuse_eligible(code: Code, word: &str, number: &str) -> Problem {
    let flags = eligible(number);
    refuse(code, word, MINIMAL, &[flags[0].as_str()])
}

#[test]
fn numbers_are_validated() {
    refuse_eligible(Code::OutsideDomain, "0 to 1", "24");
    refuse_eligible(Code::OutsideDomain, "0 to 1", "{ value = -0.1, note = \"n\" }");
    refuse_eligible(Code::NotFinite, "NaN", "nan");
    refuse_eligible(Code::NotFinite, "inf", "inf");
    refuse_eligible(Code::OutsideDomain, "0..0.1", "{ value = 0.5, min = 0, max = 0.1 }");
    refuse_eligible(Code::KeysExclusive, "`dist`", "{ value = 0.5, dist = \"uniform\", low = 0, high = 1 }");
    refuse_eligible(Code::NumberEmpty, "value = …", "{ note = \"n\" }");
    refuse_eligible(Code::NumberEmpty, "dist = \"normal\"", "{ mean = 0.5, sd = 0.01 }");
    refuse_eligible(Code::DistributionParameterForeign, "value", "{ value = 0.5, low = 0.1 }");
    refuse_eligible(
        Code::DistributionParameterMissing,
        "low, mode, high, and optionally weight",
        "{ dist = \"pert\", low = 0, high = 1 }",
    );
    let foreign = refuse_eligible(
        Code::DistributionParameterForeign,
        "mean, sd",
        "{ dist = \"normal\", mean = 0.5, sd = 0.01, sigma = 0.1 }",
    );
    assert_eq!(foreign.found.as_deref(), Some("sigma"));
    refuse(Code::OutsideDomain, "above -1", MINIMAL, &["discount.share=-1"]);
    // A half-life may be infinite, nothing else.
    let text = with("[costs]\nresearch_now = 0.5\nresearch_half_life_years = inf");
    model(&text, &[]);
    refuse(Code::NotFinite, "0 or more", &text, &["costs.research_now=inf"]);
}

#[test]
fn parameters_are_pointed_at() {
    let at = |number: &str, word: &str, code: Code| {
        let flags: Vec<String> = eligible(number);
        let (sources, result) = validated(MINIMAL, &[flags[0].as_str()]);
        let problems = result.expect_err("an error");
        assert_eq!(codes(&problems, Severity::Error), [code], "{problems}");
        let problem = problems.iter().find(|problem| problem.severity == Severity::Error).expect("it");
        assert_eq!(sources.excerpt(problem.place()), word, "{problem:?}");
        assert!(problem.help.is_some() || problem.allowed.is_some());
    };
    at("{ dist = \"triangular\", low = 0.1, mode = 0.7, high = 0.5 }", "0.7", Code::DistributionParameter);
    at("{ dist = \"normal\", mean = 0.5, sd = -0.01 }", "-0.01", Code::DistributionParameter);
    at("{ dist = \"uniform\", low = 0.5, high = 0.5 }", "0.5", Code::DistributionParameter);
    at("{ dist = \"discrete\", values = [0.1, 0.2], weights = [1, -2] }", "-2", Code::DistributionParameter);
    at("{ dist = \"discrete\", values = [0.1, 0.2], weights = [1] }", "[1]", Code::DistributionParameter);
    at("{ dist = \"quantiles\", p10 = 0.1, p50 = 0.11, p90 = 0.9 }", "0.11", Code::QuantilesInfeasible);
    at("{ dist = \"uniform\", low = 0.1, high = 0.2, min = 0.3 }", "0.3", Code::TruncationEmpty);
    at("{ dist = \"uniform\", low = 0.1, high = 0.2, min = 0.2, max = 0.1 }", "0.1", Code::TruncationEmpty);
}

#[test]
fn quantiles_take_any_one_pair_in_either_spelling() {
    let law = |number: &str| {
        let model = model(MINIMAL, &[eligible(number)[0].as_str()]);
        let entry = model.parameters.entry(model.deals[0].eligible).clone();
        let Distribution::Uncertain(law) = entry.distribution else { panic!("{number}") };
        (entry.wording, *law)
    };
    for (low, high, alpha) in
        [("p10", "p90", 0.1), ("p05", "p95", 0.05), ("p01", "p99", 0.01), ("p25", "p75", 0.25)]
    {
        let bounds = "lower = 0, upper = 1";
        let (wording, found) =
            law(&format!("{{ dist = \"quantiles\", {low} = 0.3, p50 = 0.5, {high} = 0.6, {bounds} }}"));
        assert_eq!(wording, format!("quantiles({low} 0.3, p50 0.5, {high} 0.6; bounds 0..1)"));
        assert!(close(found.quantile(alpha), 0.3) && close(found.quantile(1.0 - alpha), 0.6));
        let short = low.replace('0', "");
        if ["p5", "p1"].contains(&short.as_str()) && low != "p10" {
            let again =
                format!("{{ dist = \"quantiles\", {short} = 0.3, p50 = 0.5, {high} = 0.6, {bounds} }}");
            assert_eq!(law(&again), (wording, found));
        }
    }
}

#[test]
fn pairs_of_quantiles_that_do_not_go_together_are_told_what_does() {
    let foreign =
        |number: &str, word: &str| refuse_eligible(Code::DistributionParameterForeign, word, number);
    let mixed = foreign(
        "{ dist = \"quantiles\", p10 = 0.3, p50 = 0.5, p95 = 0.6 }",
        "`p10` and `p95` of quantiles do not",
    );
    assert_eq!(mixed.help.as_deref(), Some("`p10` goes with `p90`: give that in place of `p95`"));
    foreign(
        "{ dist = \"quantiles\", p50 = 0.5, p05 = 0.1, p10 = 0.3, p90 = 0.6, p95 = 0.7 }",
        "take `p05` and `p95` out, or `p10` and `p90`",
    );
    foreign("{ dist = \"lognormal\", median = 0.3, sd = 0.1 }", "median, sigma; or mean, sd");
    foreign("{ dist = \"lognormal\", median = 0.3, sigma = 0.1, mean = 0.3, sd = 0.1 }", "keep one set");
    let missing =
        |number: &str, word: &str| refuse_eligible(Code::DistributionParameterMissing, word, number);
    missing("{ dist = \"quantiles\", p25 = 0.3, p50 = 0.5 }", "needs `p75`");
    missing("{ dist = \"quantiles\", p01 = 0.3, p99 = 0.5 }", "needs `p50`");
    missing("{ dist = \"lognormal\", mean = 0.3 }", "needs `sd`");
    // What is wrong within a pair names its own parameters.
    refuse_eligible(
        Code::DistributionParameter,
        "exchange them: `p25 = 0.3`, `p75 = 0.6`",
        "{ dist = \"quantiles\", p25 = 0.6, p50 = 0.5, p75 = 0.3 }",
    );
    refuse_eligible(
        Code::QuantilesInfeasible,
        "between these `p05` and `p95` it must be from",
        "{ dist = \"quantiles\", p05 = 0.1, p50 = 0.11, p95 = 0.7 }",
    );
    refuse_eligible(
        Code::LeavesDomain,
        "p05 = 0.1, p50 = 0.2, p95 = 0.3",
        "{ dist = \"quantiles\", p05 = 10, p50 = 20, p95 = 30, lower = 0, upper = 100 }",
    );
}

#[test]
fn a_lognormal_by_mean_and_sd_has_them() {
    let by = |number: &str| model(MINIMAL, &[&format!("deal.capped.cap_usd_bn={number}")]);
    let model = by("{ dist = \"lognormal\", mean = 30, sd = 12 }");
    let entry = model.parameters.entry(model.deals[0].cap.expect("a cap"));
    assert_eq!(entry.wording, "lognormal(mean 30, sd 12)");
    let Distribution::Uncertain(law) = &entry.distribution else { panic!() };
    assert!(close(law.mean().unwrap(), 30.0) && close(law.std_dev().unwrap(), 12.0));
    refuse(
        Code::DistributionParameter,
        "written alone: `30.0`",
        MINIMAL,
        &["deal.capped.cap_usd_bn={ dist = \"lognormal\", mean = 30, sd = 0 }"],
    );
}

const GROWTH: &str = "segment.all.growth";

#[test]
fn annual_growth_rates_become_continuous_ones() {
    let growth = |number: &str| {
        let model = model(MINIMAL, &[&format!("{GROWTH}={number}")]);
        model.parameters.entry(model.parameters.named(GROWTH).expect("it")).clone()
    };
    let half = growth("{ value = 0.5, basis = \"annual\" }");
    assert_eq!(half.wording, "annual 0.5; continuous 0.4055");
    let Distribution::Constant(rate) = half.distribution else { panic!() };
    assert!(close(rate, 1.5_f64.ln()));
    let same = growth("{ value = 0.5, basis = \"continuous\" }");
    assert!(matches!(same.distribution, Distribution::Constant(0.5)));
    let law =
        growth("{ dist = \"quantiles\", p05 = 0.2, p50 = 0.5, p95 = 1.1, lower = -1, basis = \"annual\" }");
    assert!(
        law.wording
            .starts_with("annual quantiles(p05 0.2, p50 0.5, p95 1.1; lower -1); continuous p05 0.1823")
    );
    let Distribution::Uncertain(law) = law.distribution else { panic!() };
    assert!([(0.05, 1.2), (0.5, 1.5), (0.95, 2.1_f64)].iter().all(|&(u, x)| close(law.quantile(u), x.ln())));
    // A law with one value is that value's rate.
    let one = growth("{ dist = \"discrete\", values = [0.5, 9.0], weights = [1, 0], basis = \"annual\" }");
    assert!(matches!(one.distribution, Distribution::Constant(rate) if close(rate, 1.5_f64.ln())));
    // What is the same as it has its rate, not its number.
    let text = changed(MINIMAL, "growth = 0.40", "growth = { value = 0.5, basis = \"annual\" }")
        + "[[segment]]\nname = \"b\"\nprocess = \"gbm\"\nrate_now_usd_bn = 1\ngrowth = { same_as = \"segment.all.growth\" }\n";
    let model = model(&text, &[]);
    let id = model.parameters.named("segment.b.growth").expect("it");
    assert_eq!(model.parameters.constant(id), Some(rate));
}

#[test]
fn annual_numbers_that_are_no_rates_are_refused() {
    let refuse_growth = |code: Code, word: &str, number: &str| {
        refuse(code, word, MINIMAL, &[&format!("{GROWTH}={number}")]);
    };
    refuse_growth(Code::OutsideDomain, "above -1", "{ value = -1, basis = \"annual\" }");
    refuse_growth(
        Code::LeavesDomain,
        "min = -1.0",
        "{ dist = \"normal\", mean = 0.4, sd = 0.3, basis = \"annual\" }",
    );
    refuse_growth(
        Code::LeavesDomain,
        "lower = -1.0",
        "{ dist = \"quantiles\", p10 = 0.1, p50 = 0.4, p90 = 0.7, basis = \"annual\" }",
    );
    // The bounds proposed are accepted.
    for bounded in [
        "{ dist = \"normal\", mean = 0.4, sd = 0.3, basis = \"annual\", min = -1.0 }",
        "{ dist = \"quantiles\", p10 = 0.1, p50 = 0.4, p90 = 0.7, basis = \"annual\", lower = -1.0 }",
    ] {
        model(MINIMAL, &[&format!("{GROWTH}={bounded}")]);
    }
    refuse_growth(
        Code::KeysExclusive,
        "takes the rate of the other number",
        "{ same_as = \"segment.all.volatility\", basis = \"annual\" }",
    );
}

#[test]
fn a_number_is_stated_by_a_source_or_derived_from_one() {
    let text = with("[[source]]\nkey = \"paper\"\ntitle = \"A paper\"");
    let of = |number: &str| {
        let model = model(&text, &[&format!("{GROWTH}={number}")]);
        model.parameters.entry(model.parameters.named(GROWTH).expect("it")).provenance
    };
    assert_eq!(of("{ value = 0.5, source = \"paper\" }"), Provenance::Source(0));
    assert_eq!(of("{ value = 0.5, informed_by = \"paper\" }"), Provenance::InformedBy(0));
    assert_eq!(of("{ value = 0.5, note = \"n\" }"), Provenance::Judgement);
    let growth = |number: &str| format!("{GROWTH}={number}");
    refuse(
        Code::KeysExclusive,
        "`source` where the publication states this number, `informed_by` where",
        &text,
        &[&growth("{ value = 0.5, source = \"paper\", informed_by = \"paper\" }")],
    );
    refuse(
        Code::UnknownSource,
        "did you mean \"paper\"?",
        &text,
        &[&growth("{ value = 0.5, informed_by = \"papers\" }")],
    );
    let shared =
        model(&text, &[&growth("{ same_as = \"segment.all.volatility\", informed_by = \"paper\" }")]);
    assert_eq!(shared.parameters.aliases()[0].provenance, Provenance::InformedBy(0));
}

#[test]
fn infeasible_quantiles_come_with_the_feasible_range() {
    let problem = refuse_eligible(
        Code::QuantilesInfeasible,
        "to",
        "{ dist = \"quantiles\", p10 = 0.1, p50 = 0.11, p90 = 0.7 }",
    );
    let allowed = problem.allowed.expect("a range");
    let ends: Vec<f64> = allowed.split(" to ").map(|end| end.parse().expect("a number")).collect();
    assert!((ends[0] - 0.2).abs() < 1e-3 && (ends[1] - 0.6).abs() < 1e-3, "{allowed}");
}

#[test]
fn laws_that_leave_their_domain_come_with_the_probability_and_bounds_that_help() {
    let quantiles = "dist = \"quantiles\", p10 = 0.93, p50 = 0.98, p90 = 0.995";
    let problem =
        refuse_eligible(Code::LeavesDomain, "lower = 0.0", &format!("{{ {quantiles}, upper = 1.0 }}"));
    assert!(!problem.help.expect("help").contains("upper ="));
    refuse_eligible(
        Code::LeavesDomain,
        "lower = 0.0, upper = 1.0",
        "{ dist = \"quantiles\", p10 = 0.3, p50 = 0.5, p90 = 0.7 }",
    );
    // The bounds proposed are accepted.
    model(MINIMAL, &[eligible(&format!("{{ {quantiles}, lower = 0.0, upper = 1.0 }}"))[0].as_str()]);
    let problem =
        refuse_eligible(Code::LeavesDomain, "max = 1.0", "{ dist = \"normal\", mean = 0.9, sd = 0.1 }");
    assert!(texts(&problem).contains("0.1587"), "{}", texts(&problem));
    model(MINIMAL, &[eligible("{ dist = \"normal\", mean = 0.9, sd = 0.1, max = 1.0 }")[0].as_str()]);
    refuse_eligible(
        Code::LeavesDomain,
        "take out",
        "{ dist = \"discrete\", values = [0.5, 1.5], weights = [1, 1] }",
    );
    // An end that is outside itself counts where the law has an atom on it.
    let multiple =
        |number: &str| with(&format!("[equity]\nmethod = \"revenue-multiple\"\nmultiple_now = {number}"));
    refuse(
        Code::LeavesDomain,
        "above 0",
        &multiple("{ dist = \"discrete\", values = [0, 5], weights = [1, 9] }"),
        &[],
    );
    model(&multiple("{ dist = \"uniform\", low = 0, high = 5 }"), &[]);
}

#[test]
fn empirical_inputs_are_read_and_their_files_validated() {
    let growth = |csv: &str, column: &str| {
        format!("segment.all.growth={{ dist = \"empirical\", csv = \"{csv}\", column = \"{column}\" }}")
    };
    let model = model(MINIMAL, &[&growth("good.csv", "growth")]);
    let entry =
        model.parameters.entries().iter().find(|entry| entry.key == "segment.all.growth").expect("it");
    assert_eq!((entry.wording.as_str(), model.empirical_bytes), ("empirical(growth of good.csv)", 70));
    let Distribution::Uncertain(law) = &entry.distribution else { panic!() };
    assert_eq!((law.quantile(0.01), law.quantile(0.99)), (0.1, 0.3));
    refuse(Code::CsvMissing, "relative to the folder", MINIMAL, &[&growth("none.csv", "growth")]);
    refuse(Code::CsvColumn, "did you mean `growth`", MINIMAL, &[&growth("good.csv", "groth")]);
    let gap = refuse(Code::CsvCell, "line 7, column 3", MINIMAL, &[&growth("gap.csv", "growth")]);
    assert_eq!(gap.found, Some(format!("{}…", "x".repeat(80))));
    refuse(
        Code::CsvColumn,
        "line 1, column 1 and line 7, column 3",
        MINIMAL,
        &[&growth("twice.csv", "growth")],
    );
    refuse(Code::CsvLayout, "as in comma", MINIMAL, &[&growth("semicolons.csv", "growth")]);
    let european = growth("semicolons.csv", "growth").replace(" }", ", dialect = \"excel-eu\" }");
    refuse(Code::CsvLayout, "as in excel-eu", MINIMAL, &[&european]);
    let foreign = "segment.all.growth={ dist = \"normal\", mean = 0.1, sd = 0.1, dialect = \"comma\" }";
    refuse(Code::DistributionParameterForeign, "`dialect`", MINIMAL, &[foreign]);
    refuse(Code::CsvCell, "no rows", MINIMAL, &[&growth("empty.csv", "growth")]);
    refuse(Code::CsvTooLarge, "67108864", MINIMAL, &[&growth("large.csv", "growth")]);
    refuse(
        Code::LeavesDomain,
        "0.3333",
        MINIMAL,
        &["deal.capped.eligible={ dist = \"empirical\", csv = \"good.csv\", column = \"wide\" }"],
    );
}

// ---- Time in sections

#[test]
fn dates_in_sections_are_validated() {
    let row = |from: &str, to: &str| {
        format!("[[history.period]]\nfrom = {from}\nto = {to}\nnet_revenue_usd_bn = 5\n")
    };
    refuse(Code::HistoryAfterStart, "before 2026-07-01", &with(&row("2026-04-01", "2026-07-01")), &[]);
    refuse(
        Code::HistoryOverlap,
        "after 2026-03-31",
        &with(&(row("2026-03-31", "2026-06-30") + &row("2026-01-01", "2026-03-31"))),
        &[],
    );
    refuse(Code::EndBeforeStart, "before `from`", &with(&row("2026-04-01", "2026-03-31")), &[]);
    refuse(Code::EndBeforeStart, "360 days", &with(&row("2026-01-30", "2026-01-30")), &[]);
    let sorted = model(&with(&(row("2026-04-01", "2026-06-30") + &row("2026-01-01", "2026-03-31"))), &[]);
    assert!(sorted.history[0].from < sorted.history[1].from && sorted.history[0].fcf.is_none());
    refuse(Code::EndBeforeStart, "share_ends", MINIMAL, &["deal.capped.effective=2031-01-01"]);
    warn(
        Code::OffTimeline,
        "nothing is paid",
        MINIMAL,
        &["deal.capped.effective=2020-01-01", "deal.capped.share_ends=2026-06-30"],
    );
    let round = with("[[round]]\nname = \"r\"\ndate = 2031-01-01\namount_usd_bn = 1\npre_money_usd_bn = 5");
    warn(Code::RoundOffTimeline, "2026-07-01 to 2030-12-31", &round, &[]);
    warn(Code::MixYear, "2026 to 2030", &with("[run]\nmix_year = 2031"), &[]);
}

/// No warning but that of the missing discount rate.
#[track_caller]
fn silent(text: &str, flags: &[&str]) {
    let (_, problems) = accept(text, flags);
    assert!(problems.iter().all(|problem| problem.code == Code::DiscountMissing), "{problems}");
}

#[test]
fn dates_off_the_timeline_warn_with_what_they_imply() {
    let off = |words: &str, text: &str, flags: &[&str]| {
        warn(Code::OffTimeline, words, text, flags);
    };
    // The revenue share.
    off("nothing is paid", MINIMAL, &["deal.capped.share_ends=2020-01-01"]);
    off("counted to 2030-12-31 only", MINIMAL, &["deal.capped.share_ends=2031-01-01"]);
    silent(MINIMAL, &["deal.capped.share_ends=2030-12-31"]);
    silent(MINIMAL, &["deal.capped.share_ends=2026-07-01"]);
    let free = changed(MINIMAL, "share_ends = 2030-12-31", "#");
    off("begins after the horizon: nothing is paid", &free, &["deal.capped.effective=2031-01-01"]);
    silent(&free, &["deal.capped.effective=2030-12-30"]);
    off("0 of its cap counts as paid", MINIMAL, &["deal.capped.effective=2025-10-28"]);
    silent(MINIMAL, &["deal.capped.effective=2025-10-28", "deal.capped.paid_to_date_usd_bn=0"]);
    off("counted to 2030-12-31 only", &free, &["deal.capped.share_ends_years=4.6"]);
    off("nothing is paid", &free, &["deal.capped.share_ends_years=-1"]);
    silent(&free, &["deal.capped.share_ends_years=4.5"]);
    let partly = "deal.capped.share_ends_years={ dist = \"uniform\", low = 3, high = 6 }";
    off(
        "after the horizon in 50% of futures: there payments are counted to 2030-12-31 only",
        &free,
        &[partly],
    );
    silent(&free, &["deal.capped.share_ends_years={ dist = \"uniform\", low = 3, high = 4.5 }"]);
    off("counted to", &free, &["deal.capped.share_ends_years={ dist = \"uniform\", low = 5, high = 6 }"]);
    let early = ["deal.capped.effective=2029-01-01", "deal.capped.share_ends_years=2"];
    warn(Code::EndBeforeStart, "more than 2.50 years", &free, &early);
    let steps = "deal.capped.rate=[{ from = 2026-07-01, rate = 0.2 }, { from = 2031-01-01, rate = 0.1 }]";
    off("from 2031-01-01 on never applies", MINIMAL, &[steps]);
    silent(MINIMAL, &[&steps.replace("2031", "2030").replace("2026", "2020")]);
    // Licence and exclusivity.
    off("worth 0, and `home_keeps` never applies", MINIMAL, &["deal.capped.licence_ends=2026-06-30"]);
    silent(MINIMAL, &["deal.capped.licence_ends=2032-12-31"]);
    off("what it saves is counted to 2028-12-31 only", BASE, &["timeline.horizon=2028-12-31"]);
    off("other clouds sell from the start", MINIMAL, &["deal.capped.exclusive_until=2026-06-30"]);
    off("other clouds sell from the start", MINIMAL, &["deal.capped.exclusive_until_years=0"]);
    silent(MINIMAL, &["deal.capped.exclusive_until=2032-12-31"]);
    // Clouds, contracts, IPO.
    let clouds = with(CLOUDS);
    off("`cloud.aws` opens after the horizon: it sells nothing", &clouds, &["cloud.aws.opens=2031-01-01"]);
    silent(&clouds, &["cloud.aws.opens=2020-01-01"]);
    let contract = |from: &str, to: &str| {
        format!(
            "{clouds}[[contract]]\nname = \"c\"\ncloud = \"aws\"\ntotal_usd_bn = 1\nfrom = {from}\nto = {to}\n"
        )
    };
    off("ended before the valuation date: no compute", &contract("2025-01-01", "2026-06-30"), &[]);
    off("begins after the horizon: no compute", &contract("2031-01-01", "2032-06-30"), &[]);
    silent(&contract("2025-01-01", "2032-06-30"), &[]);
    let ipo = with("[equity]\nmultiple_now = 10\n[ipo]\nearliest = 2028-01-01");
    silent(&ipo, &[]);
    silent(&ipo, &["ipo.earliest=2020-01-01"]);
    off("the probability of an IPO is 0", &ipo, &["ipo.earliest=2031-01-02"]);
    silent(&ipo, &["ipo.earliest=2030-12-31"]);
}

#[test]
fn a_plan_that_is_extended_warns_with_the_rate_that_follows() {
    let plan = |points: &str| {
        let start = MINIMAL.find("process = \"gbm\"").expect("the process");
        let end = start + MINIMAL[start..].find("[[deal]]").expect("the deal");
        format!("{}process = \"plan\"\n{points}\n{}", &MINIMAL[..start], &MINIMAL[end..])
    };
    let points = |list: &[(&str, f64)]| {
        let point =
            |(date, rate): &(&str, f64)| format!("[[segment.plan]]\ndate = {date}\nrate_usd_bn = {rate}\n");
        plan(&list.iter().map(point).collect::<String>())
    };
    silent(&points(&[("2026-07-01", 20.0), ("2030-12-31", 80.0)]), &[]);
    silent(&points(&[("2025-01-01", 20.0), ("2032-01-01", 80.0)]), &[]);
    silent(&points(&[("2026-07-01", 20.0)]), &[]);
    // Doubling every year: half of it a year before, and two years after eight times the first.
    let short = points(&[("2027-07-01", 20.0), ("2028-12-31", 56.5)]);
    warn(
        Code::OffTimeline,
        "back along its first slope to about 10.0 billion a year on 2026-07-01",
        &short,
        &[],
    );
    warn(Code::OffTimeline, "along its last slope to about 227 billion a year on 2030-12-31", &short, &[]);
    let late = points(&[("2028-01-01", 40.0)]);
    warn(Code::OffTimeline, "it is constant to about 40.0 billion a year on 2026-07-01", &late, &[]);
    let totals = |years: &str| plan(&format!("[segment.annual_totals]\n{years}"));
    silent(&totals("2026 = 10\n2028 = 60\n2030 = 80"), &[]);
    let some = totals("2028 = 40\n2029 = 80");
    warn(
        Code::OffTimeline,
        "no total before 2028: it is extended back to about 11.9 billion a year in 2026",
        &some,
        &[],
    );
    warn(
        Code::OffTimeline,
        "no total after 2029: it is extended to about 160 billion a year in 2030",
        &some,
        &[],
    );
}

#[test]
fn names_that_other_programs_misread_warn() {
    let named = changed(MINIMAL, "name = \"capped\"", "name = \"may-2026\"");
    warn(Code::MisreadName, "\"deal-may-2026\"", &named, &[]);
    warn(Code::MisreadName, "a number", MINIMAL, &["name=\"2025\""]);
    let round = |name: &str| {
        with(&format!("[[round]]\n{name}date = 2027-01-01\namount_usd_bn = 1\npre_money_usd_bn = 5"))
    };
    warn(Code::MisreadName, "a missing value", &round("name = \"na\"\n"), &[]);
    silent(&round(""), &[]);
    let others = with(&(CLOUDS.replace("aws", "1e5") + "[[source]]\nkey = \"0123\"\ntitle = \"t\""));
    let (_, problems) = accept(&others, &[]);
    assert_eq!(problems.iter().filter(|problem| problem.code == Code::MisreadName).count(), 2, "{problems}");
    // The name of a file counts as the scenario's own.
    let (_, config) = config::parse("test.toml", &changed(MINIMAL, "name = \"minimal\"", ""), &[]);
    let (_, problems) =
        Model::from_config(&config.expect("spelling"), "2026-01", "", &Columns).expect("it is valid");
    assert!(problems.iter().any(|problem| problem.code == Code::MisreadName), "{problems}");
}

#[test]
fn checks_look_at_the_default_where_a_key_is_not_written() {
    let shock = "[equity]\nmultiple_now = 10\n[[shock]]\nname = \"s\"\nrate_per_year = 0.1\nmean = -0.2\n[shock.loading]\n\"equity.multiple\" = 1\n";
    let model = model(&with(shock), &[]);
    assert_eq!(model.shocks[0].loadings[0].0, ShockTarget::Multiple);
    refuse(
        Code::UnknownSegment,
        "there is none",
        &with(shock),
        &["equity.method=\"perpetual-growth\"", "equity.perpetual_growth=0.02"],
    );
    // The year of the mix is 2030 if none is written, and matters where there is a mix.
    warn(
        Code::MixYear,
        "its default,",
        &with(CLOUDS),
        &["timeline.horizon=2029-12-31", "deal.capped.share_ends=2029-12-31"],
    );
    silent(MINIMAL, &["timeline.horizon=2029-12-31", "deal.capped.share_ends=2029-12-31"]);
    // A royalty that is 0 by default is worth nothing, whatever it is discounted at.
    let ai = "[microsoft]\n[microsoft.ai]\nprocess = \"gbm\"\nrate_now_usd_bn = 1\ngrowth = 0\n[licence]\n";
    let missing = |text: &str| {
        let (_, problems) = accept(text, &[]);
        problems.iter().any(|problem| problem.message.contains("discount.licence"))
    };
    assert!(!missing(&with(ai)));
    assert!(missing(&with(&format!("{ai}royalty_rate = 0.1"))));
}

// ---- What a scenario says

#[test]
fn a_deal_says_what_the_home_cloud_keeps_wherever_there_are_clouds() {
    let text = format!("{MINIMAL}\n{CLOUDS}");
    let problem =
        refuse(Code::KeyMissing, "`deal.capped` needs `home_keeps` (where there are clouds)", &text, &[]);
    expect_word(&problem, "0 if all of them are passed on to OpenAI, 1 if all are kept");
    assert_eq!(model(&text, &["deal.capped.home_keeps=1"]).deals.len(), 1);
    // Without clouds nothing is sold at home.
    let model = model(MINIMAL, &[]);
    assert_eq!(model.parameters.constant(model.deals[0].home_keeps), Some(0.0));
}

#[test]
fn clouds_are_validated() {
    let text = with(CLOUDS);
    refuse(Code::HomeCloudMissing, "exactly one", &changed(&text, "home = true\n", ""), &[]);
    refuse(Code::HomeCloudSeveral, "2 home clouds", &text, &["cloud.aws.home=true"]);
    refuse(Code::HomeShareZero, "above 0", &text, &["cloud.azure.share_now=0"]);
    refuse(
        Code::OutsideDomain,
        "above 0",
        &text,
        &["cloud.azure.share_now={ same_as = \"cloud.azure.fee\" }", "cloud.azure.fee=0"],
    );
    // A start of 0 is floored in the mix: no problem.
    assert_eq!(model(&text, &["cloud.aws.share_now=0"]).clouds.len(), 2);
    let model = model(&text, &["cloud.aws.share_now=0", "cloud.aws.entry_share=0.01"]);
    assert_eq!(model.clouds[1].long_run_share, model.clouds[1].share_now);
    warn(Code::KeyWithoutEffect, "home cloud", &text, &["cloud.azure.volatility=0.2"]);
    warn(
        Code::KeyWithoutEffect,
        "[home_first]",
        &with("[home_first]\nlead_months = 1\ncycle_months = 9"),
        &[],
    );
    warn(Code::KeyWithoutEffect, "[reach]", &with("[reach]\nuplift = 0.1"), &[]);
    let last = with(
        "[[cloud]]\nname = \"aws\"\nshare_now = 0.1\n[[cloud]]\nname = \"gcp\"\nshare_now = 0.1\n[[cloud]]\nname = \"azure\"\nhome = true\nshare_now = 0.9\n",
    );
    let names: Vec<String> = self::model(&last, &[]).clouds.iter().map(|cloud| cloud.name.clone()).collect();
    assert_eq!(names, ["azure", "aws", "gcp"]);
}

#[test]
fn tables_without_what_they_need_are_warned_of() {
    warn(Code::DiscountMissing, "discount.revenue", &changed(MINIMAL, "revenue = 0.0", ""), &[]);
    warn(Code::CapAlreadyReached, "nothing is paid", MINIMAL, &["deal.capped.paid_to_date_usd_bn=38"]);
    let model = warn(Code::GateWithoutEquity, "[equity]", &with("[ipo]\nready_months = 6"), &[]);
    assert!(model.ipo.is_none());
    warn(Code::KeyWithoutEffect, "[cash]", &with("[funding]\nrunway_years = 1"), &[]);
    warn(
        Code::KeyWithoutEffect,
        "[ipo]",
        &with("[[round]]\nname = \"r\"\non_ipo = true\namount_usd_bn = 1\npre_money_usd_bn = 5"),
        &[],
    );
    warn(
        Code::KeyWithoutEffect,
        "equity.perpetual_growth",
        &with("[equity]\nmethod = \"revenue-multiple\"\nmultiple_now = 9\nperpetual_growth = 0.02"),
        &[],
    );
    refuse(Code::PathsOption, "1 or more", &with("[run]\npaths = 0"), &[]);
}

#[test]
fn a_round_on_the_ipo_may_have_a_last_day() {
    const IPO: &str =
        "[equity]\nmethod = \"revenue-multiple\"\nmultiple_now = 20\n[ipo]\nearliest = 2027-02-01\n";
    let round = |keys: &str| {
        with(&format!("{IPO}[[round]]\nname = \"r\"\namount_usd_bn = 1\npre_money_usd_bn = 5\n{keys}"))
    };
    let when = |keys: &str| model(&round(keys), &[]).rounds[0].when;
    assert_eq!(when("on_ipo = true"), RoundTime::OnIpo { until: f64::INFINITY });
    // The last day is included: its time is that of the next day.
    assert_eq!(when("on_ipo = true\nuntil = 2027-03-31"), RoundTime::OnIpo { until: 0.75 });
    silent_rounds(&round("on_ipo = true\nuntil = 2027-03-31"));
    silent_rounds(&round("on_ipo = true\nuntil = 2030-12-31"));
    let no_effect = |words: &str, keys: &str| {
        warn(Code::KeyWithoutEffect, words, &round(keys), &[]);
    };
    // The first test is on 2027-03-31, the first period end from `earliest` on.
    no_effect("never takes place", "on_ipo = true\nuntil = 2027-03-30");
    no_effect("at the end of 2027-03-31", "on_ipo = true\nuntil = 2027-01-31");
    no_effect("never takes place", "on_ipo = true\nuntil = 2026-06-30");
    no_effect("after the horizon", "on_ipo = true\nuntil = 2031-01-01");
    refuse(Code::KeysExclusive, "waits for the IPO", &round("date = 2027-01-01\nuntil = 2027-06-30"), &[]);
    refuse(
        Code::KeysExclusive,
        "waits for the IPO",
        &round("date = 2027-01-01\non_ipo = false\nuntil = 2027-06-30"),
        &[],
    );
    refuse(Code::KeyNeither, "on_ipo", &round("until = 2027-06-30"), &[]);
}

/// No warning of a key without effect.
#[track_caller]
fn silent_rounds(text: &str) {
    let (_, problems) = accept(text, &[]);
    assert!(problems.iter().all(|problem| problem.code != Code::KeyWithoutEffect), "{problems}");
}

#[test]
fn all_problems_come_at_once_in_order_of_place() {
    let (sources, result) = validated(
        MINIMAL,
        &[
            "deal.capped.eligible=2",
            "segment.all.volatility=nan",
            "timeline.horizon=2020-01-01",
            "deal.capped.stake={ same_as = \"nothing\" }",
        ],
    );
    let problems = result.expect_err("problems");
    assert_eq!(
        codes(&problems, Severity::Error),
        [Code::OutsideDomain, Code::NotFinite, Code::EndBeforeStart, Code::UnknownSameAs]
    );
    assert!(problems.iter().all(|problem| sources.locate(problem.place()).line > 0));
}

// ---- Dependence

/// Four uncertain numbers and two segments.
fn dependent(pairs: &[(&str, &str, &str)]) -> String {
    let mut text = with(
        "[[segment]]\nname = \"b\"\nprocess = \"gbm\"\nrate_now_usd_bn = 1\ngrowth = { dist = \"normal\", mean = 0.1, sd = 0.1 }\nvolatility = 0.1\n",
    );
    for (key, number) in [
        ("growth = 0.40", "growth = { dist = \"normal\", mean = 0.4, sd = 0.1 }"),
        ("rate_now_usd_bn = 25.0", "rate_now_usd_bn = { dist = \"uniform\", low = 20, high = 30 }"),
        (
            "rate = 0.20",
            "rate = { dist = \"uniform\", low = 0.1, high = 0.3 }\nstake = { same_as = \"deal.capped.rate\" }",
        ),
    ] {
        text = changed(&text, key, number);
    }
    for (a, b, value) in pairs {
        text += &format!("[[correlation]]\nbetween = [\"{a}\", \"{b}\"]\nvalue = {value}\n");
    }
    text
}

const A: &str = "segment.all.growth";
const B: &str = "segment.b.growth";
const C: &str = "segment.all.rate_now_usd_bn";
const D: &str = "deal.capped.rate";

#[test]
fn groups_are_connected_and_in_order_of_name() {
    let model = model(
        &dependent(&[
            (B, A, "0.5"),
            (A, "termination.time", "-0.2"),
            ("factor.segment.b.level", "factor.segment.all.level", "0.4"),
            ("deal.capped.stake", C, "0.3"),
        ]),
        &[],
    );
    let names: Vec<Vec<String>> = model.dependence.inputs.iter().map(|group| group.names.clone()).collect();
    assert_eq!(
        names,
        [vec![D.to_owned(), C.to_owned()], vec![A.to_owned(), B.to_owned(), "termination.time".to_owned()]]
    );
    let group = &model.dependence.inputs[1];
    assert_eq!(group.members[2], InputVariable::TerminationTime);
    assert_eq!(
        (group.correlation[[0, 1]], group.correlation[[0, 2]], group.correlation[[1, 2]]),
        (0.5, -0.2, 0.0)
    );
    let product = group.cholesky.dot(&group.cholesky.t());
    assert!((&product - &group.correlation).iter().all(|error| error.abs() < 1e-12));
    assert_eq!(model.dependence.factors[0].members, [Factor::SegmentLevel(0), Factor::SegmentLevel(1)]);
    assert_eq!(model.dependence.pairs.len(), 4);
    assert_eq!((model.dependence.pairs[3].a.as_str(), model.dependence.pairs[3].target), (D, Some(0.3)));
    assert!(model.dependence.pairs.iter().all(|pair| pair.repaired.is_none()));
}

#[test]
fn pairs_are_validated() {
    let one = |a: &str, b: &str, value: &str| dependent(&[(a, b, value)]);
    refuse(Code::UnknownInput, "did you mean `segment.all.growth`", &one("segment.all.grwth", B, "0.1"), &[]);
    refuse(
        Code::UnknownSegment,
        "factor.segment",
        &one("factor.segment.c.level", "factor.segment.b.level", "0.1"),
        &[],
    );
    refuse(
        Code::UnknownInput,
        "the factors here are",
        &one("factor.equity.multiple", "factor.segment.b.level", "0.1"),
        &[],
    );
    refuse(Code::PairOfInputAndFactor, "two inputs", &one(A, "factor.segment.b.level", "0.1"), &[]);
    for value in ["1", "-1.0", "nan", "2"] {
        refuse(Code::CorrelationRange, "above -1", &one(A, B, value), &[]);
    }
    refuse(Code::DuplicatePair, "given twice", &dependent(&[(A, B, "0.1"), (B, A, "0.2")]), &[]);
    refuse(
        Code::DuplicatePair,
        "given twice",
        &dependent(&[(D, A, "0.1"), ("deal.capped.stake", A, "0.2")]),
        &[],
    );
    refuse(Code::PairWithItself, "with itself", &one(A, A, "0.1"), &[]);
    refuse(Code::PairWithItself, "the same draw", &one("deal.capped.stake", D, "0.1"), &[]);
    refuse(
        Code::KeyMissing,
        "value",
        &with("[[correlation]]\nbetween = [\"termination.time\", \"deal.capped.rate\"]"),
        &[],
    );
    let model =
        warn(Code::PairWithConstant, "segment.b.volatility", &one(A, "segment.b.volatility", "0.1"), &[]);
    assert!(model.dependence.inputs.is_empty() && model.dependence.pairs.is_empty());
    // A key that has only its default is a constant too.
    warn(Code::PairWithConstant, "eligible", &one(A, "deal.capped.eligible", "0.1"), &[]);
    warn(
        Code::KeyWithoutEffect,
        "growth of its process",
        &one("factor.segment.all.growth", "factor.segment.b.growth", "0.1"),
        &[],
    );
}

/// Three correlations that contradict one another, and one that has nothing to do with them.
fn contradicting() -> String {
    dependent(&[(A, B, "0.9"), (B, C, "0.9"), (A, C, "-0.9"), (C, D, "0.1")])
}

#[test]
fn contradicting_pairs_come_with_the_eigenvalue_and_their_rank() {
    let problem = refuse(Code::NotPositiveDefinite, "smallest eigenvalue", &contradicting(), &[]);
    let found = problem.found.expect("the pairs");
    // The eigenvalues of the three alone are 1.9, 1.9 and -0.8; the fourth changes little.
    assert!(found.contains("eigenvalue -0.80"), "{found}");
    assert!(
        found.find("(0.3").expect("a rank") < found.find(&format!("{C} with {D}")).expect("last"),
        "{found}"
    );
}

#[test]
fn repairs_act_where_they_are_asked_for() {
    let nearest = model(&(contradicting() + "[run]\ncorrelation_repair = \"nearest\"\n"), &[]);
    let group = &nearest.dependence.inputs[0];
    assert!((0..4).all(|i| (group.correlation[[i, i]] - 1.0).abs() < 1e-9));
    assert!(
        nearest.dependence.pairs.iter().take(4).all(|pair| pair.target.is_some() && pair.repaired.is_some())
    );
    assert!((nearest.dependence.pairs[0].repaired.expect("it") - 0.5).abs() < 0.05);
    // Nothing to repair: nothing changes.
    let sound = [(A, B, "0.9"), (B, C, "0.3")];
    let left = model(&(dependent(&sound) + "[run]\ncorrelation_repair = \"nearest\"\n"), &[]);
    assert!(left.dependence.pairs.iter().all(|pair| pair.repaired.is_none()));
    // Completion keeps the named and sets the one between: the product along the chain.
    let complete = model(&(dependent(&sound) + "[run]\ncorrelation_repair = \"complete\"\n"), &[]);
    let pairs = &complete.dependence.pairs;
    assert_eq!(pairs.len(), 3);
    assert!(close(pairs[0].repaired.expect("kept"), 0.9) && close(pairs[1].repaired.expect("kept"), 0.3));
    assert_eq!((pairs[2].a.as_str(), pairs[2].b.as_str(), pairs[2].target), (A, C, None).clone());
    assert!((pairs[2].repaired.expect("set") - 0.27).abs() < 1e-9);
    refuse(
        Code::RepairFailed,
        "complete",
        &(contradicting() + "[run]\ncorrelation_repair = \"complete\"\n"),
        &[],
    );
}

#[test]
fn factors_are_those_of_what_the_scenario_has() {
    let names: Vec<String> = model(BASE, &[]).factors().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 6 + 3 + 1 + 2);
    assert!(names.contains(&"factor.cloud.google.mix".to_owned()));
    assert!(!names.iter().any(|name| name.contains("azure")));
    assert_eq!(model(MINIMAL, &[]).factors().len(), 2);
}
