//! `capstake replay --csv`, by the built program, against the scalar twin: every quantity that both have, period by period.

use std::collections::{BTreeMap, HashMap};

use super::Place;
use crate::scalar_draws::{ScalarDraws, ScalarPoints};
use crate::scenario;
use crate::twin::{self, DealOutcome, PeriodTrace};
use capstake::model::Model;

/// Names of quantities of a deal, in the replay and in the twin.
const OWN: [(&str, &str); 21] = [
    ("net_revenue", "net_revenue"),
    ("gross", "gross"),
    ("run_rate", "run_rate"),
    ("due", "due"),
    ("paid", "paid"),
    ("cap_left", "cap_left"),
    ("inference", "inference"),
    ("compute", "compute"),
    ("ebitda", "ebitda"),
    ("pretax", "pretax"),
    ("tax", "tax"),
    ("losses", "losses"),
    ("fcf", "fcf"),
    ("cash", "cash"),
    ("owed", "owed"),
    ("ev", "enterprise_value"),
    ("equity", "equity"),
    ("dilution", "dilution"),
    ("ready", "ready"),
    ("listed", "listed"),
    ("alive", "alive"),
];

/// By deal, period end and quantity.
type Replayed = HashMap<(String, String, String), Option<f64>>;

fn replayed(place: &Place, path: u64, sampling: &str) -> Replayed {
    let seen = place.run(&format!("replay s.toml --path {path} --csv --sampling {sampling}")).ends(0);
    let mut lines = seen.stdout.lines();
    assert_eq!(lines.next(), Some("deal,period_end,quantity,unit,value"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [deal, end, quantity, _, value] = cells[..] else { panic!("{line}") };
            let value = (!value.is_empty()).then(|| value.parse().expect("a number"));
            ((deal.to_owned(), end.to_owned(), quantity.to_owned()), value)
        })
        .collect()
}

/// The n-th quantity of that name in a period of the twin; of stocks that are noted twice the last is meant.
fn of_twin(period: &PeriodTrace, name: &str, n: usize) -> Option<f64> {
    period.iter().filter(|(known, _)| *known == name).nth(n).map(|&(_, value)| value)
}

/// Compares so many paths; gives how often each quantity was compared, and the largest difference.
fn compare(model: &Model, place: &Place, paths: &[u64], tolerance: f64) -> (BTreeMap<String, usize>, f64) {
    compare_under(model, place, paths, tolerance, None)
}

/// The same, with the points of Sobol sampling if they are given.
fn compare_under(
    model: &Model,
    place: &Place,
    paths: &[u64],
    tolerance: f64,
    points: Option<&ScalarPoints>,
) -> (BTreeMap<String, usize>, f64) {
    let sampling = if points.is_some() { "sobol" } else { "plain" };
    let (mut compared, mut worst, mut different) = (BTreeMap::new(), 0.0_f64, Vec::new());
    for &path in paths {
        let replay = replayed(place, path, sampling);
        let seed = model.run.seed.unwrap_or(1);
        let draws = ScalarDraws { points, ..ScalarDraws::plain(model, seed, path) };
        let outcome = twin::path(model, &draws);
        for (d, deal) in model.deals.iter().enumerate() {
            let shared = model.segments.iter().enumerate().flat_map(|(k, segment)| {
                let name = &segment.name;
                [
                    (format!("segment.{name}.rate_end"), "rate", k),
                    (format!("segment.{name}.booked"), "demand", k),
                ]
            });
            let shared = shared.chain([("multiple".to_owned(), "multiple", 0)]);
            let shared = shared.map(|(name, twin, n)| (String::new(), name, twin, n));
            // What a cloud sells, of the twin, is its mix of what is demanded through clouds.
            for (j, cloud) in model.clouds.iter().enumerate() {
                for (period, trace) in model.timeline.periods().iter().zip(&outcome.deals[d].trace) {
                    let of = |subject: &str, name: String| {
                        replay[&(subject.to_owned(), period.last_day.to_string(), name)].expect("a number")
                    };
                    let Some(twin) = of_twin(trace, "sold", j) else { continue };
                    let name = format!("mix.{}", cloud.name);
                    let engine = of("", "demand.cloud".to_owned()) * of(&deal.name, name.clone());
                    let off = (engine - twin).abs() / (1.0 + twin.abs());
                    assert!(
                        off <= tolerance,
                        "path {path}, {name} in {}: {engine}, twin {twin}",
                        period.last_day
                    );
                    worst = worst.max(off);
                    *compared.entry(name).or_insert(0) += 1;
                }
            }
            let own = OWN.iter().map(|&(name, twin)| (deal.name.clone(), name.to_owned(), twin, 0));
            for (subject, name, twin_name, n) in shared.chain(own) {
                for (period, trace) in model.timeline.periods().iter().zip(&outcome.deals[d].trace) {
                    let key = (subject.clone(), period.last_day.to_string(), name.clone());
                    // A scenario without equity or clouds has none of their rows; after a failure the twin notes stocks alone.
                    let Some(engine) = replay.get(&key) else { continue };
                    let Some(twin) = of_twin(trace, twin_name, n) else { continue };
                    let engine = engine.unwrap_or(f64::NAN);
                    // Without a cap both are infinite; what has no value is an empty cell.
                    if engine != twin && !(engine.is_nan() && twin.is_nan()) {
                        let off = (engine - twin).abs() / (1.0 + twin.abs());
                        if off.is_nan() || off > tolerance {
                            different.push(format!("path {path}, {key:?}: {engine}, twin {twin}"));
                        }
                        worst = worst.max(off);
                    }
                    *compared.entry(name.clone()).or_insert(0) += 1;
                }
            }
        }
    }
    assert!(
        different.is_empty(),
        "{} differ, first {}",
        different.len(),
        different[..different.len().min(10)].join("\n")
    );
    (compared, worst)
}

/// The first path on which that holds of a deal.
fn first(model: &Model, holds: impl Fn(&DealOutcome) -> bool) -> u64 {
    let seed = model.run.seed.unwrap_or(1);
    let outcome = |path| twin::path(model, &ScalarDraws::plain(model, seed, path));
    (0..2_000).find(|&path| outcome(path).deals.iter().any(&holds)).expect("such a path")
}

/// A path under Sobol sampling is replayed from its points, in the first chunk and beyond the digits that short runs need; one that
/// has no point is refused.
#[test]
fn a_replayed_path_under_sobol_sampling_is_that_of_the_twin() {
    let place = Place::new();
    let text = crate::scenario::FROZEN_BASE;
    place.write("s.toml", text);
    let model = scenario::from_text("base", text, &[]);
    let points = ScalarPoints::new(&model, 32);
    let (compared, worst) = compare_under(&model, &place, &[0, 77, 4_095, 1_000_003], 1e-9, Some(&points));
    println!("{} quantities, largest difference {worst:e}", compared.len());
    let seen = place.run("replay s.toml --path 137438953472 --sampling sobol").ends(2);
    seen.says("[S701]").says("2^32 points").says("--sampling plain");
}

/// Base has segments of all kinds, clouds, two deals, IPO; the other has failures, raises, recovery and what is owed to equity.
#[test]
fn a_replayed_path_is_that_of_the_twin() {
    let base = crate::scenario::FROZEN_BASE;
    let funding = include_str!("../../it/scenarios/elasticity-funding.toml");
    let monthly = include_str!("../../it/scenarios/monthly-stub.toml");
    for (name, text) in [("base", base), ("elasticity-funding", funding), ("monthly-stub", monthly)] {
        let place = Place::new();
        place.write("s.toml", text);
        let model = scenario::from_text(name, text, &[]);
        let mut paths = vec![0, 5, 77, 4_711, 48_231];
        if name != "monthly-stub" {
            paths.push(first(&model, |deal| deal.failed_time.is_some()));
            paths.push(first(&model, |deal| deal.listed_time.is_some()));
        }
        let (compared, worst) = compare(&model, &place, &paths, 1e-9);
        let count: usize = compared.values().sum();
        println!("{name}: {} quantities, {count} figures, largest difference {worst:e}", compared.len());
        for (quantity, _) in OWN.iter().filter(|_| name == "base") {
            assert!(compared.contains_key(*quantity), "{name}: {quantity} was not compared");
        }
        assert!(count > 1_000, "{name}: {compared:?}");
    }
}

#[test]
#[should_panic(expected = "path 0")]
fn another_scenario_is_seen() {
    let place = Place::new();
    place.write("s.toml", crate::scenario::FROZEN_BASE);
    let other = scenario::frozen_base_with(&["in_house.substitution=0.500001"]);
    compare(&other, &place, &[0], 1e-9);
}
