//! What is called exact is: the same on every path of any seed, in shipped, special and generated scenarios.

use capstake::kernel::exact::Movable;
use capstake::kernel::metric::{Metric, Series};
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::run::Event;
use proptest::strategy::{Strategy, ValueTree};

use super::engine::{execute, plan};
use super::{laws, scenario};

/// Figures that are exact, and all figures, of a model; every exact one must have one value on all paths of two seeds.
fn assert_exact_is_exact(what: &str, model: &Model) -> (usize, usize) {
    let plans = [1, 2].map(|seed| Plan::from_model(model, seed, Isa::detect()));
    let results = plans.each_ref().map(|plan| execute(plan, 512));
    let plan = &plans[0];
    let (mut exact, mut all) = (0, 0);
    let mut same = |figure: String, is_exact: bool, ranges: [(f64, f64, u64); 2]| {
        all += 1;
        exact += usize::from(is_exact);
        let values = [ranges[0].0, ranges[0].1, ranges[1].0, ranges[1].1];
        let one_value =
            values.iter().all(|x| x.to_bits() == values[0].to_bits() || (x.is_nan() && values[0].is_nan()));
        assert!(
            !is_exact || (one_value && ranges[0].2 == ranges[1].2),
            "{what}: {figure} is exact and has {ranges:?}"
        );
    };
    let moved: Vec<Movable> = (0..plan.deals().len()).map(|deal| Movable::of(plan, deal)).collect();
    for (d, deal) in plan.deals().iter().enumerate() {
        for (m, &metric) in deal.metrics.iter().enumerate() {
            let range = |i: usize| {
                let moments = results[i].metrics[d][m].moments();
                (moments.min(), moments.max(), moments.count())
            };
            same(metric.key().to_owned(), moved[d].is_exact(metric), [range(0), range(1)]);
        }
        for (s, &series) in deal.series.iter().enumerate() {
            for y in 0..results[0].years[d].len() {
                let range = |i: usize| {
                    let moments = &results[i].years[d][y][s].moments;
                    (moments.min(), moments.max(), moments.count())
                };
                same(
                    format!("{series:?} of year {y}"),
                    moved[d].is_exact_series(series),
                    [range(0), range(1)],
                );
            }
        }
        for event in Event::ALL {
            for period in 0..plan.steps().periods.len() {
                let part =
                    |i: usize| results[i].events[d][event as usize][period] as f64 / results[i].paths as f64;
                let is_exact = moved[d].is_exact_series(event.series());
                assert!(!is_exact || [0.0, 1.0].contains(&part(0)), "{what}: {event:?}");
                same(format!("{event:?}"), is_exact, [(part(0), part(0), 0), (part(1), part(1), 0)]);
            }
        }
    }
    for (i, difference) in plan.differences().iter().enumerate() {
        for (m, &(metric, ..)) in difference.metrics.iter().enumerate() {
            let range = |r: usize| {
                let moments = results[r].metrics[plan.deals().len() + i][m].moments();
                (moments.min(), moments.max(), moments.count())
            };
            let is_exact = plan.is_exact_difference(difference.later, 0, metric);
            same(format!("difference of {}", metric.key()), is_exact, [range(0), range(1)]);
        }
    }
    (exact, all)
}

#[test]
fn exact_figures_have_one_value_on_every_path() {
    for name in ["base", "capped-share", "company-plan", "minimal", "schwartz-moon-2000"] {
        let (exact, all) = assert_exact_is_exact(name, &scenario::shipped(name));
        // The plan of the company has no randomness; everywhere else something is random, and some parts are absent.
        let expected = if name == "company-plan" { all..all + 1 } else { 1..all };
        assert!(expected.contains(&exact), "{name}: {exact} of {all}");
    }
    for (name, text) in scenario::beyond_base() {
        assert_exact_is_exact(name, &scenario::from_text(name, text, &[]));
    }
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut exact, mut all) = (0, 0);
    for _ in 0..if cfg!(debug_assertions) { 12 } else { 60 } {
        let draft = laws::drafts().new_tree(&mut runner).expect("a draft").current();
        let (some, of) = assert_exact_is_exact("generated", draft.plan().model());
        (exact, all) = (exact + some, all + of);
    }
    assert!(20 * exact > all && exact < all, "{exact} of {all}");
}

const CERTAIN: &str = r#"
[timeline]
valuation_date = 2026-01-01
horizon = 2028-12-31
period = "quarter"
[discount]
share = 0.1
equity = 0.1
revenue = 0.1
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 10
growth = 0.2
[equity]
multiple_now = 10
[[deal]]
name = "capped"
rate = 0.2
cap_usd_bn = 5
stake = 0.27
"#;

/// What one addition to a scenario without randomness moves, and what it leaves exact.
#[test]
fn one_source_of_randomness_moves_what_lies_behind_it() {
    let exact = |change: &str, addition: &str, metric: Metric| {
        let text = match change.split_once(" = ") {
            None => CERTAIN.to_owned(),
            Some((key, _)) => {
                let line = CERTAIN.lines().find(|line| line.starts_with(key)).expect("the key is there");
                CERTAIN.replace(line, change)
            }
        };
        Movable::of(&plan(&format!("{text}{addition}"), 1), 0).is_exact(metric)
    };
    for metric in [
        Metric::SharePv,
        Metric::StakeMark,
        Metric::MicrosoftTakePv,
        Metric::CapHit,
        Metric::OpenaiRetainedPv,
    ] {
        assert!(exact("", "", metric), "{metric:?}");
    }
    // A volatility, a shock, a hazard and a law behind demand move the share; today's mark waits for none but the law.
    let shock =
        "[[shock]]\nname = \"s\"\nrate_per_year = 0.1\nmean = -0.5\nsd = 0.1\nloading = { all = 1 }\n";
    let law = "rate_now_usd_bn = { dist = \"normal\", mean = 10, sd = 1 }";
    for (change, addition, mark) in [
        ("growth = 0.2\nvolatility = 0.1", "", true),
        ("", shock, true),
        ("", "termination_rate_per_year = 0.1\n", true),
        (law, "", false),
    ] {
        assert!(!exact(change, addition, Metric::SharePv), "{change}{addition}");
        assert!(!exact(change, addition, Metric::CapSavingPv), "{change}{addition}");
        assert_eq!(exact(change, addition, Metric::StakeMark), mark, "{change}{addition}");
    }
    // A shock that never strikes moves nothing.
    assert!(exact("", &shock.replace("0.1", "0"), Metric::SharePv));
    // A discount rate moves the values that it discounts.
    let rate = "share = { dist = \"uniform\", low = 0.05, high = 0.1 }";
    assert!(!exact(rate, "", Metric::SharePv) && exact(rate, "", Metric::ShareNominal));
    assert!(!exact(rate, "", Metric::MicrosoftTakePv) && exact(rate, "", Metric::CapHit));
    // The multiple moves the stake and not the share.
    let multiple = "multiple_now = 10\nvolatility = 0.3";
    assert!(exact(multiple, "", Metric::SharePv) && !exact(multiple, "", Metric::StakePv));
    // A cap that is drawn moves what is left of it, also where nothing is paid.
    let cap = CERTAIN
        .replace("rate = 0.2", "rate = 0.0")
        .replace("cap_usd_bn = 5", "cap_usd_bn = { dist = \"uniform\", low = 5, high = 6 }");
    let moved = Movable::of(&plan(&cap, 1), 0);
    assert!(!moved.is_exact_series(Series::CapLeft) && moved.is_exact(Metric::SharePv));
    // What the deal lacks is exact whatever else is random: no cap, no saving.
    let volatile =
        CERTAIN.replace("growth = 0.2", "growth = 0.2\nvolatility = 0.3").replace("cap_usd_bn = 5\n", "");
    let moved = Movable::of(&plan(&volatile, 1), 0);
    assert!(
        moved.is_exact(Metric::CapSavingPv)
            && moved.is_exact(Metric::CapHit)
            && !moved.is_exact(Metric::SharePv)
    );
    assert!(moved.is_exact_series(Series::Alive) && moved.is_exact_series(Series::Listed));
}
