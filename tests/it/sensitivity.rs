//! Drawing again, tornado and value of information on the engine: laws that hold path by path, and cases known in closed form.

use crate::engine::{TWO_STAKES, draws, metric_index, plan, shipped};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::kernel::redraw::TwoSeeds;
use capstake::run::{MetricIndex, Options, Redrawn, Silent};
use capstake::study::quantity::{Of, Quantity};
use capstake::study::sensitivity::pick_freeze::{Effort, NoAnswer, PlanFunction};
use capstake::study::sensitivity::plain::{Plain, plain};
use capstake::study::sensitivity::sobol::sobol;
use capstake::study::sensitivity::variables::{By, ties, variables};
use ndarray::Array2;

fn take(plan: &Plan) -> MetricIndex {
    MetricIndex { subject: 0, metric: metric_index(plan, 0, Metric::MicrosoftTakePv) }
}

fn members(seeds: &TwoSeeds, by: By) -> Vec<Vec<usize>> {
    variables(seeds.streams(), by).into_iter().map(|variable| variable.streams).collect()
}

#[test]
fn nothing_drawn_anew_is_the_run_and_everything_is_the_run_of_the_other_seed() {
    let (first, second) = (plan(&shipped("base"), 5), plan(&shipped("base"), 6));
    let seeds = TwoSeeds::new(&first, 6);
    let variables = members(&seeds, By::Kind);
    let subjects = [take(&first)];
    let mut evaluator = Redrawn::new(&first, &seeds, &variables, &subjects);
    let mut column = |redrawn: &[bool], order: &[usize]| {
        let mut out = Array2::zeros((1, 192));
        evaluator.evaluate(64, order, redrawn, &mut out);
        out.row(0).to_vec()
    };
    let run = |plan: &Plan| {
        let all = draws(plan, Options { paths: 256, threads: 1 });
        all.metrics[0][subjects[0].metric][64..].to_vec()
    };
    assert_eq!(column(&[false, false], &[0, 1]), run(&first));
    assert_eq!(column(&[true, true], &[1, 0]), run(&second));
    let half = column(&[true, false], &[0, 1]);
    assert_ne!(half, run(&first));
    assert_ne!(half, run(&second));
    assert_eq!(column(&[false, false], &[0, 1]), run(&first), "back again");
}

#[test]
fn drawing_one_input_anew_leaves_the_independent_ones() {
    let plan = plan(&shipped("base"), 1);
    let seeds = TwoSeeds::new(&plan, 2);
    let all = variables(seeds.streams(), By::Input);
    let at = |name: &str| all.iter().position(|v| v.name == name).expect("an input of base");
    let redrawn = at("deal.amended-2026.cap_usd_bn");
    let mut changed = Plan::from_model(plan.model(), 1, plan.isa());
    seeds.apply(&mut changed, |_| 0, |stream| all[redrawn].streams.contains(&stream));
    let options = Options { paths: 128, threads: 1 };
    let (before, after) = (draws(&plan, options), draws(&changed, options));
    for (row, (a, b)) in before.inputs.iter().zip(&after.inputs).enumerate() {
        assert_eq!(a != b, all[redrawn].streams[0] == row, "{row}");
    }
}

#[test]
fn an_order_changes_what_is_drawn_but_not_its_law() {
    let plan = plan(&shipped("base"), 1);
    let seeds = TwoSeeds::new(&plan, 2);
    let streams = seeds.streams().len();
    let mut reversed = Plan::from_model(plan.model(), 1, plan.isa());
    seeds.apply(&mut reversed, |stream| streams - stream, |_| false);
    let options = Options { paths: 40_000, threads: 2 };
    let (a, b) = (draws(&plan, options), draws(&reversed, options));
    let mut moved = 0;
    for (pair, other) in a.result.correlations.iter().zip(&b.result.correlations) {
        let (x, y) = (pair.expect("sampled"), other.expect("sampled"));
        // Two samples of 40,000: a standard deviation of at most 0.007.
        assert!((x - y).abs() < 0.035, "{x} {y}");
        moved += usize::from(x != y);
    }
    assert!(moved > 10, "the order does matter");
    // A column whose order is reversed is still correlated as asked: checked above against the same matrix.
}

fn asked(text: &str, paths: u64, threads: usize, metric: Metric) -> Plain {
    let plan = plan(text, 1);
    let seeds = TwoSeeds::new(&plan, 2);
    let quantities = [Quantity { of: Of::Deal(0), metric }];
    plain(&plan, &seeds, &quantities, Options { paths, threads }, &Silent).expect("paths are finite")
}

#[test]
fn the_tornado_of_a_sum_is_that_of_its_terms() {
    let answer = asked(TWO_STAKES, 100_000, 2, Metric::StakePv);
    let drivers = &answer.drivers[0];
    // Half of equity 200 + cash 100 − costs 100 + revenue 100, in normal terms: sd 1.5 and 2.
    let effect = |key: &str| drivers.inputs.iter().find(|input| input.key == key).expect("an input");
    for (key, slope) in [("cash.now_usd_bn", 0.5), ("costs.fixed_usd_bn_per_year", -0.5)] {
        let input = effect(key);
        let sd = if slope > 0.0 { 3.0 } else { 4.0 };
        // The mean of a normal between its quantiles 87.5% and 92.5%: (φ(1.15035) − φ(1.43953))/0.05.
        let score = 1.2859622;
        let truth = 2.0 * slope * sd * score;
        let z = (input.swing.value - truth) / input.swing.std_error;
        assert!(z.abs() < 4.5, "{key}: {} for {truth}, z {z}", input.swing.value);
        // Spearman of a bivariate normal: 6/π asin(ρ/2).
        let rho = slope * sd / 2.5;
        let rank = 6.0 / std::f64::consts::PI * (rho / 2.0).asin();
        assert!((input.rank.value - rank).abs() < 0.01, "{key}: {} for {rank}", input.rank.value);
        assert!(input.rank.low95 < rank && rank < input.rank.high95, "{key}");
    }
    assert_eq!(drivers.inputs[0].key, "costs.fixed_usd_bn_per_year", "the largest swing first");
    let stake = effect("deal.sure.stake");
    assert!((stake.swing.value / stake.swing.std_error).abs() < 4.5, "the other deal's stake moves nothing");
    let group = |name: &str| drivers.groups.iter().find(|group| group.name == name).expect("a group");
    assert!((group("costs").explained.value - 0.64).abs() < 0.01);
    assert!((group("funding").explained.value - 0.36).abs() < 0.01);
    assert!((group("inputs").explained.value - 1.0).abs() < 1e-6);
    assert!(group("deals").explained.value.abs() < 4.5 * group("deals").explained.std_error);
}

#[test]
fn knowing_the_stake_is_worth_what_the_integral_says() {
    let answer = asked(TWO_STAKES, 100_000, 2, Metric::StakePv);
    let worth = &answer.information[0];
    let about = |name: &str| {
        let mut all = worth.choice.inputs.iter().chain(&worth.choice.groups);
        all.find(|information| information.about == name).expect("it is listed").gain
    };
    // The deals differ by (u − 1/2)·equity, u uniform on 0.4..0.6, equity 300 in the mean: E max(0, ·) is 300·0.1/4 = 7.5.
    // In 32 bins of u nothing is lost: a bin ends at 1/2.
    for name in ["deal.sure.stake", "deals"] {
        let worth = about(name);
        let z = (worth.value - 7.5) / worth.std_error;
        assert!(z.abs() < 4.5, "{name}: {worth:?}");
    }
    let all = worth.choice.everything.gain;
    assert!((all.value - 7.5).abs() < 4.5 * all.std_error, "{all:?}");
    let nothing = about("cash.now_usd_bn");
    assert!(nothing.value < 4.5 * nothing.std_error, "{nothing:?}");
}

#[test]
fn equal_bits_for_any_number_of_threads() {
    let one = asked(&shipped("base"), 6_000, 1, Metric::MicrosoftTakePv);
    let five = asked(&shipped("base"), 6_000, 5, Metric::MicrosoftTakePv);
    // As text, which has every digit: NaN, of which there are some, is not equal to itself.
    assert!(format!("{:?}", one.drivers) == format!("{:?}", five.drivers));
    assert!(format!("{:?}", one.information) == format!("{:?}", five.information));
}

#[test]
fn correlated_inputs_are_found_and_kinds_are_independent() {
    let plan = plan(&shipped("base"), 1);
    let seeds = TwoSeeds::new(&plan, 2);
    let tied = ties(&seeds, &variables(seeds.streams(), By::Input));
    assert!(tied[0].correlation.abs() >= tied[tied.len() - 1].correlation.abs());
    assert!(tied.iter().any(|tie| tie.a.starts_with("segment.") && tie.b.starts_with("segment.")));
    assert!(ties(&seeds, &variables(seeds.streams(), By::Kind)).is_empty());
}

#[test]
fn a_metric_without_a_value_on_some_paths_has_no_indices() {
    let plan = plan(&shipped("base"), 1);
    let seeds = TwoSeeds::new(&plan, 2);
    let variables = members(&seeds, By::Kind);
    let subjects = [MetricIndex { subject: 0, metric: metric_index(&plan, 0, Metric::IpoTime) }];
    let function = PlanFunction { plan: &plan, seeds: &seeds, variables: &variables, subjects: &subjects };
    let answer = sobol(&function, Effort { paths: 512, threads: 1, seed: 1 }, &Silent);
    assert!(matches!(answer, Err(NoAnswer::Undefined { output: 0, .. })), "{answer:?}");
}
