//! What other programs call: the facade gives the figures of the tables, errors read as screens, and the examples hold.

use capstake::{Options, Scenario};

#[path = "../../examples/naive.rs"]
mod naive;
#[path = "../../examples/own_metric.rs"]
mod own_metric;
#[path = "../../examples/quickstart.rs"]
mod quickstart;

fn base() -> Scenario {
    Scenario::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/configs/base.toml")).expect("a sound scenario")
}

#[test]
fn the_examples_run_and_their_claims_hold() {
    quickstart::main().expect("quickstart");
    naive::main().expect("naive");
    own_metric::main().expect("own_metric");
}

#[test]
fn metrics_are_those_of_the_summary() {
    let result = base().run(Options::new().paths(5_000).seed(3)).expect("a run");
    let rows = result.summary();
    assert!(rows.len() > 80, "{}", rows.len());
    for row in rows {
        let metric = result.metric(&row.deal, &row.metric).expect("a row's metric");
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        assert!(same(metric.mean(), row.mean) && same(metric.std_error(), row.std_error), "{}", row.metric);
        assert!(same(metric.quantile(0.95).expect("a probability"), row.p95), "{}", row.metric);
        assert_eq!((metric.unit(), metric.undefined()), (row.unit.as_str(), row.undefined));
    }
}

#[test]
fn draws_are_the_paths_of_the_run_from_any_range() {
    let scenario = base();
    let columns = ["microsoft_take_pv", "share_pv", "segment.business.growth_now", "cap_hit_time"];
    let all = scenario.draws("amended-2026", &columns, 0..10_000, 7).expect("draws");
    assert_eq!(all.dim(), (10_000, 4));
    let result = scenario.run(Options::new().paths(10_000).seed(7)).expect("a run");
    for (at, name) in ["microsoft_take_pv", "share_pv"].into_iter().enumerate() {
        let mean = all.column(at).sum() / 10_000.0;
        let metric = result.metric("amended-2026", name).expect("a metric").mean();
        assert!((mean - metric).abs() < 1e-9 * metric.abs(), "{name}: {mean} {metric}");
    }
    let part = scenario.draws("amended-2026", &columns, 4_090..4_230, 7).expect("draws");
    for (row, path) in (4_090..4_230).enumerate() {
        for column in 0..columns.len() {
            let (a, b) = (part[[row, column]], all[[path, column]]);
            assert!(a.to_bits() == b.to_bits(), "path {path}, column {column}: {a} {b}");
        }
    }
    assert!(all.column(3).iter().any(|time| time.is_nan()), "some futures never reach the cap");
    assert_eq!(scenario.draws("amended-2026", &columns, 5..5, 7).expect("no paths").dim(), (0, 4));
}

#[test]
fn differences_are_path_by_path() {
    let scenario = base();
    let draws = |deal: &str| scenario.draws(deal, &["microsoft_take_pv"], 0..300, 1).expect("draws");
    let difference = draws("prior-2025 - amended-2026");
    assert_eq!(difference, draws("prior-2025") - draws("amended-2026"));
}

#[test]
fn a_changed_scenario_is_a_new_one() {
    let (scenario, options) = (base(), Options::new().paths(2_000).threads(1));
    let cap = scenario.set("deal.amended-2026.cap_usd_bn", "10").expect("a cap");
    let share = |scenario: &Scenario| {
        scenario.run(options).expect("a run").metric("amended-2026", "share_pv").expect("a share").mean()
    };
    assert!(share(&cap) < share(&scenario));
    assert_ne!(cap.digest(), scenario.digest());
    let again = Scenario::from_text("again.toml", cap.to_toml()).expect("what is printed reads back");
    assert_eq!(share(&again), share(&cap));
}

#[test]
fn errors_read_as_the_screens_of_the_program() {
    let error = base().set("deal.amended-2026.cap_usd_bn", "\"sixty\"").expect_err("no number");
    let text = error.to_string();
    assert!(text.starts_with("error[S") && text.contains("cap_usd_bn") && text.contains("--set"), "{text}");
    assert_eq!(error.exit_code(), 4);
    let run = base().run(Options::new().paths(100)).expect("a run");
    let error = run.metric("amended-2026", "microsoft_take").expect_err("no such metric");
    assert!(error.to_string().contains("did you mean `microsoft_take_pv`?"), "{error}");
    let error = run.metric("amended", "share_pv").expect_err("no such deal");
    assert!(error.to_string().contains("amended-2026"), "{error}");
    assert!(run.metric("amended-2026", "share_pv").expect("a metric").quantile(95.0).is_err());
    let error = Scenario::from_path("nowhere.toml").expect_err("no such file");
    assert_eq!((error.exit_code(), error.code()), (3, Some("S001")));
    let error = base().run(Options::new().paths(0)).expect_err("no paths");
    assert_eq!(error.exit_code(), 2);
    let error = base().draws("amended-2026", &["growth"], 0..10, 1).expect_err("no such column");
    assert!(error.to_string().contains("growth"), "{error}");
    let error = run.metric("amended-2026 - prior-2025", "share_pv").expect_err("not computed");
    assert!(error.to_string().contains("write `prior-2025 - amended-2026`"), "{error}");
}

#[test]
fn ranges_of_draws_that_cannot_be_are_refused() {
    let draws =
        |paths: std::ops::Range<u64>, columns: &[&str]| base().draws("amended-2026", columns, paths, 1);
    let backwards = std::ops::Range { start: 10, end: 5 };
    for paths in [backwards, 0..u64::MAX, u64::MAX - 5..u64::MAX, 0..100_000_000_000] {
        let error = draws(paths.clone(), &["share_pv"]).expect_err("no such paths");
        assert!(error.code().is_some() && error.exit_code() == 2, "{paths:?}: {error}");
    }
    assert_eq!(draws(3..7, &[]).expect("no columns").dim(), (4, 0));
    assert_eq!(draws(99_999_999_999..100_000_000_000, &["share_pv"]).expect("the last path").dim(), (1, 1));
}
