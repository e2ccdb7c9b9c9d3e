//! Several plans over the same paths: the figures of a plain run, differences path by path, equal bits on any threads.

use crate::scenario::{shipped, shipped_with};
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::model::run::{Replicates, Sampling};
use capstake::run::paired::{self, Column, Keep, PairedResult, PathValue, Question};
use capstake::run::{self, Observer, Options, Progress, Silent};
use std::sync::atomic::{AtomicU64, Ordering};

const PATHS: u64 = 2 * 4_096 + 133;

fn plan(model: &Model) -> Plan {
    Plan::from_model(model, 1, Isa::detect())
}

fn shipped_plan(name: &str) -> Plan {
    plan(&shipped(name))
}

fn options(threads: usize) -> Options {
    Options { paths: PATHS, threads }
}

fn metric(plan: usize, subject: usize, metric: usize, keep: Keep) -> Column {
    Column { value: PathValue::Metric { plan, subject, metric }, keep }
}

fn json(result: &PairedResult) -> String {
    let columns: Vec<String> = result
        .columns
        .iter()
        .enumerate()
        .map(|(i, summary)| {
            let values: Vec<u64> = result.values(i).into_iter().flatten().map(|x| x.to_bits()).collect();
            serde_json::to_string(&(summary, values)).expect("plain data")
        })
        .collect();
    format!("{} {columns:?} {}", result.paths, serde_json::to_string(&result.pairs).expect("plain data"))
}

/// All metrics of a plan, with their bins.
fn all_metrics(plan: &Plan, index: usize) -> Vec<Column> {
    let deals = plan.deals().iter().map(|deal| deal.metrics.len());
    let differences = plan.differences().iter().map(|difference| difference.metrics.len());
    let of =
        |(subject, metrics): (usize, usize)| (0..metrics).map(move |m| metric(index, subject, m, Keep::Bins));
    deals.chain(differences).enumerate().flat_map(of).collect()
}

#[test]
fn figures_are_those_of_a_plain_run() {
    let plan = shipped_plan("base");
    let columns = all_metrics(&plan, 0);
    let question = Question { columns: &columns, pairs: &[], ..Question::default() };
    let paired = paired::execute(&[&plan], question, options(2), &Silent);
    let plain = run::execute(&plan, options(1), &Silent);
    let summaries: Vec<_> = plain.metrics.iter().flatten().collect();
    assert_eq!(paired.columns.len(), summaries.len());
    for (column, summary) in paired.columns.iter().zip(summaries) {
        assert!(column == summary, "a metric differs");
    }
    assert_eq!((paired.paths, paired.interrupted, paired.first_non_finite().is_none()), (PATHS, false, true));
}

#[test]
fn a_difference_of_columns_is_that_of_the_plan_and_of_a_plan_with_itself_nothing() {
    let plan = shipped_plan("base");
    let (_, later, first) = plan.differences()[0].metrics[5];
    let columns = [
        metric(0, 0, first, Keep::Values),
        metric(0, 1, later, Keep::Values),
        Column { value: PathValue::Difference { later: 1, first: 0 }, keep: Keep::Bins },
        metric(0, 2, 5, Keep::Bins),
        metric(1, 0, first, Keep::Moments),
        Column { value: PathValue::Difference { later: 4, first: 0 }, keep: Keep::Moments },
    ];
    let question = Question { columns: &columns, pairs: &[(0, 1), (0, 4)], ..Question::default() };
    let result = paired::execute(&[&plan, &plan], question, options(2), &Silent);
    assert!(result.columns[2] == result.columns[3]);
    assert_eq!((result.estimate(5).0, result.estimate(5).1.std_error), (0.0, 0.0));
    assert!((result.pairs[1].correlation() - 1.0).abs() < 1e-12);
    assert!(result.pairs[0].correlation() > 0.5);
    let values = result.values(0).expect("kept");
    assert_eq!(values.len(), PATHS as usize);
    assert!(result.values(2).is_none(), "only bins were asked for");
    let mean = values.iter().sum::<f64>() / PATHS as f64;
    assert!((mean / result.estimate(0).0 - 1.0).abs() < 1e-12);
    // The difference's error is far below that of two runs.
    let apart = result.estimate(0).1.std_error.hypot(result.estimate(1).1.std_error);
    assert!(result.estimate(2).1.std_error < 0.4 * apart, "{} {apart}", result.estimate(2).1.std_error);
}

#[test]
fn counting_below_a_threshold_is_the_share_of_values() {
    let plan = shipped_plan("base");
    let columns = [
        metric(0, 0, 0, Keep::Values),
        Column { value: PathValue::AtMost { column: 0, threshold: 27.0 }, keep: Keep::Moments },
        // When the cap is hit: without a value on some paths.
        metric(0, 0, 16, Keep::Values),
        Column { value: PathValue::AtMost { column: 2, threshold: 3.0 }, keep: Keep::Moments },
    ];
    let result = paired::execute(
        &[&plan],
        Question { columns: &columns, pairs: &[], ..Question::default() },
        options(1),
        &Silent,
    );
    for (values, counted, threshold) in [(0, 1, 27.0), (2, 3, 3.0)] {
        let defined: Vec<f64> =
            result.values(values).expect("kept").iter().copied().filter(|value| !value.is_nan()).collect();
        let below = defined.iter().filter(|value| **value <= threshold).count() as f64;
        assert!(below > 100.0 && below < defined.len() as f64);
        let (share, error) = result.estimate(counted);
        let error = error.std_error;
        assert!((share - below / defined.len() as f64).abs() < 1e-15);
        let truth = (share * (1.0 - share) / (defined.len() - 1) as f64).sqrt();
        assert!((error / truth - 1.0).abs() < 1e-9, "{error} {truth}");
    }
    assert!(result.columns[3].moments().undefined() > 0);
}

#[test]
fn threads_leave_no_trace() {
    let a = shipped_plan("base");
    let b =
        plan(&shipped_with("base", &["deal.amended-2026.cap_usd_bn=60", "segment.business.growth_now=0.5"]));
    let columns = [
        metric(0, 0, 5, Keep::Bins),
        metric(1, 0, 5, Keep::Values),
        Column { value: PathValue::Difference { later: 1, first: 0 }, keep: Keep::Bins },
        Column { value: PathValue::Input { plan: 0, num: a.inputs().nums[3] }, keep: Keep::Values },
    ];
    let question = Question { columns: &columns, pairs: &[(0, 2), (3, 0)], ..Question::default() };
    let one = json(&paired::execute(&[&a, &b], question, options(1), &Silent));
    for threads in [2, 5] {
        assert!(
            json(&paired::execute(&[&a, &b], question, options(threads), &Silent)) == one,
            "{threads} threads"
        );
    }
}

/// Stops after the first chunk.
struct Impatient(AtomicU64);

impl Observer for Impatient {
    fn progress(&self, progress: &Progress) {
        self.0.store(progress.done, Ordering::Relaxed);
    }
    fn stops(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

#[test]
fn what_is_stopped_is_the_run_of_so_many_paths() {
    let plan = shipped_plan("minimal");
    let columns = [metric(0, 0, 0, Keep::Values)];
    let question = Question { columns: &columns, pairs: &[(0, 0)], ..Question::default() };
    let stopped = paired::execute(&[&plan], question, options(1), &Impatient(AtomicU64::new(0)));
    assert!(stopped.interrupted && stopped.paths == 4_096 && stopped.asked == PATHS);
    let whole = Options { paths: stopped.paths, threads: 1 };
    let whole = paired::execute(&[&plan], question, whole, &Silent);
    assert!(json(&stopped) == json(&whole));
}

#[test]
fn paths_that_are_not_finite_are_found_in_their_plan() {
    let good = shipped_plan("minimal");
    let bad = plan(&shipped_with("minimal", &["segment.all.growth=200"]));
    let columns = [metric(0, 0, 0, Keep::Moments), metric(1, 0, 0, Keep::Moments)];
    let question = Question { columns: &columns, pairs: &[], ..Question::default() };
    let result = paired::execute(&[&good, &bad], question, options(2), &Silent);
    let (at, broken) = result.first_non_finite().expect("a plan with such paths");
    assert_eq!((at, broken.count, broken.first[0]), (1, PATHS, 0));
    assert_eq!(result.non_finite[0].count, 0);
}

/// Columns that keep bins, values or moments, differences and pairs: what goes on from the first chunk is one run.
#[test]
fn a_run_in_levels_is_one_run() {
    let plans = [shipped_plan("base"), plan(&shipped_with("base", &["deal.amended-2026.cap_usd_bn=60"]))];
    let sobol = plans.each_ref().map(|plan| {
        let sampling = Sampling::Sobol(Replicates::DEFAULT);
        Plan::from_model(plan.model(), Randomness::new(1, sampling), Isa::detect())
    });
    for [first, second] in [&plans, &sobol] {
        let columns = [
            metric(0, 0, 0, Keep::Bins),
            metric(1, 0, 0, Keep::Values),
            Column { value: PathValue::Difference { later: 1, first: 0 }, keep: Keep::Moments },
        ];
        let question = Question { columns: &columns, pairs: &[(0, 1)], ..Question::default() };
        let plans = [first, second];
        let whole = paired::execute(&plans, question, options(2), &Silent);
        let level = Options { paths: 4_096, threads: 1 };
        let before = paired::execute(&plans, question, level, &Silent);
        assert_ne!(json(&before), json(&whole));
        for threads in [1, 2] {
            let resumed = paired::resume(&plans, question, Some(before.clone()), options(threads), &Silent);
            assert_eq!(json(&resumed), json(&whole));
            assert_eq!((resumed.asked, resumed.interrupted), (PATHS, false));
        }
    }
}
