//! Dependence: sampled correlations of inputs and factors, rank correlation, and joint normality of what lies behind.

use crate::engine::{draws, input_keys, plan};
use crate::verdict::{Family, Sample, Section, for_seeds};
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::plan::Plan;
use capstake::math::lanes::LANES;
use capstake::run::Options;
use std::f64::consts::PI;
use std::sync::OnceLock;

const INPUTS: [(&str, &str); 4] = [
    ("a", r#"{ dist = "normal", mean = 0.1, sd = 0.2 }"#),
    ("b", r#"{ dist = "lognormal", median = 0.5, sigma = 0.4 }"#),
    ("c", r#"{ dist = "triangular", low = 0, mode = 1, high = 3 }"#),
    ("d", r#"{ dist = "beta", a = 2, b = 5 }"#),
];
/// Correlations of inputs, then of factors.
const INPUT_PAIRS: [(&str, &str, f64); 4] =
    [("a", "b", 0.6), ("b", "c", -0.3), ("c", "d", 0.45), ("a", "d", 0.2)];
const FACTOR_PAIRS: [(&str, &str, f64); 3] = [("a", "b", 0.4), ("b", "c", -0.35), ("c", "d", 0.8)];
const SEEDS: std::ops::Range<u64> = 11_000..11_240;
const PATHS: u64 = 4_096;

fn text() -> String {
    let segments: String = INPUTS
        .iter()
        .map(|(name, growth)| {
            format!(
                "[[segment]]\nname = \"{name}\"\nprocess = \"gbm\"\nrate_now_usd_bn = 1.0\ngrowth = {growth}\n\
                 volatility = 0.1\n"
            )
        })
        .collect();
    let pair = |a: String, b: String, value: f64| {
        format!("[[correlation]]\nbetween = [\"{a}\", \"{b}\"]\nvalue = {value:?}\n")
    };
    let inputs = INPUT_PAIRS
        .map(|(a, b, value)| pair(format!("segment.{a}.growth"), format!("segment.{b}.growth"), value))
        .concat();
    let factors = FACTOR_PAIRS
        .map(|(a, b, value)| {
            pair(format!("factor.segment.{a}.level"), format!("factor.segment.{b}.level"), value)
        })
        .concat();
    // The time of termination is one of the correlated variables too.
    let ending = pair("segment.a.growth".into(), "termination.time".into(), -0.25);
    format!(
        "[timeline]\nvaluation_date = 2026-01-01\nhorizon = 2026-12-31\nperiod = \"quarter\"\n{segments}\
         [[deal]]\nname = \"one\"\nrate = 0.2\ntermination_rate_per_year = 0.3\n{inputs}{factors}{ending}"
    )
}

/// Spearman's rank correlation of continuous samples.
fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |values: &[f64]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        let mut ranks = vec![0.0; values.len()];
        order.iter().enumerate().for_each(|(rank, &i)| ranks[i] = rank as f64);
        ranks
    };
    let n = a.len() as f64;
    let squares: f64 = ranks(a).iter().zip(ranks(b)).map(|(a, b)| (a - b).powi(2)).sum();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

/// Its expectation under a bivariate normal of correlation r and n pairs (Moran 1948).
fn expected_rank_correlation(r: f64, n: f64) -> f64 {
    6.0 / (PI * (n + 1.0)) * (r.asin() + (n - 2.0) * (r / 2.0).asin())
}

struct Batch {
    /// Sampled correlations that the run reports, in the order of the scenario.
    reported: Vec<f64>,
    /// Rank correlations of the inputs' values.
    ranks: Vec<f64>,
    /// For each input pair: product, product of squares, both positive.
    joint: Vec<[Sample; 3]>,
}

fn joint_truth(r: f64) -> [f64; 3] {
    [r, 1.0 + 2.0 * r * r, 0.25 + r.asin() / (2.0 * PI)]
}

fn rows(plan: &Plan) -> Vec<(usize, usize)> {
    let keys = input_keys(plan);
    let row = |name: &str| {
        let key = format!("segment.{name}.growth");
        keys.iter().position(|k| *k == key).expect("an uncertain number has a row")
    };
    INPUT_PAIRS.iter().map(|(a, b, _)| (row(a), row(b))).collect()
}

/// Correlations.
pub fn section() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| {
        let text = text();
        let batches: Vec<Batch> = for_seeds(SEEDS, |seed| {
            let plan = plan(&text, seed);
            let drawn = draws(&plan, Options { paths: PATHS, threads: 1 });
            let rows = rows(&plan);
            let ranks = rows.iter().map(|&(a, b)| rank_correlation(&drawn.inputs[a], &drawn.inputs[b])).collect();
            let mut joint: Vec<[Sample; 3]> =
                INPUT_PAIRS.iter().map(|&(_, _, r)| joint_truth(r).map(Sample::about)).collect();
            let mut block = Block::new(&plan);
            for first in (0..PATHS).step_by(LANES) {
                block.run(&plan, first, BlockOptions::default());
                for (&(a, b), joint) in rows.iter().zip(&mut joint) {
                    for (&a, &b) in block.normals()[a].iter().zip(block.normals()[b].iter()) {
                        joint[0].add(a * b);
                        joint[1].add(a * a * b * b);
                        joint[2].add(if (a > 0.0) & (b > 0.0) { 1.0 } else { 0.0 });
                    }
                }
            }
            let reported = drawn.result.correlations.iter().map(|r| r.expect("two that vary")).collect();
            Batch { reported, ranks, joint }
        });
        let mut cases = Vec::new();
        let targets: Vec<(String, f64, f64)> = INPUT_PAIRS
            .iter()
            .map(|(a, b, r)| (format!("inputs {a}, {b}"), *r, 1.0))
            .chain(FACTOR_PAIRS.iter().map(|(a, b, r)| (format!("factors {a}, {b}"), *r, 4.0)))
            .chain([("input a, time of termination".to_string(), -0.25, 1.0)])
            .collect();
        let mean_of = |name: String, truth: f64, values: &dyn Fn(&Batch) -> f64| {
            let mut sample = Sample::about(truth);
            batches.iter().for_each(|batch| sample.add(values(batch)));
            sample.case(name, truth)
        };
        // The sample correlation's own bias is -r(1 - r²)/(2n).
        let biased = |r: f64, n: f64| r - r * (1.0 - r * r) / (2.0 * n);
        for (i, (name, r, periods)) in targets.iter().enumerate() {
            let truth = biased(*r, periods * PATHS as f64);
            cases.push(mean_of(format!("correlation of {name}"), truth, &|batch| batch.reported[i]));
        }
        for (i, (a, b, r)) in INPUT_PAIRS.iter().enumerate() {
            let truth = expected_rank_correlation(*r, PATHS as f64);
            cases.push(mean_of(format!("rank correlation of inputs {a}, {b}"), truth, &|batch| batch.ranks[i]));
            for (j, what) in ["mean product", "mean product of squares", "both positive"].iter().enumerate() {
                let mut sum = Sample::about(joint_truth(*r)[j]);
                batches.iter().for_each(|batch| sum.merge(&batch.joint[i][j]));
                cases.push(sum.case(format!("normals behind {a}, {b}: {what}"), joint_truth(*r)[j]));
            }
        }
        // By theory the error of a correlation is (1 - r²)/√n: the pairs take turns over the seeds.
        let z = batches
            .iter()
            .enumerate()
            .map(|(i, batch)| {
                let (_, r, periods) = &targets[i % targets.len()];
                let n = periods * PATHS as f64;
                (batch.reported[i % targets.len()] - biased(*r, n)) / ((1.0 - r * r) / n.sqrt())
            })
            .collect();
        Section {
            title: "Dependence",
            text: "\
Four inputs of different families, their factors and the time of termination, correlated by named pairs. What the run reports are
correlations of the underlying normals. The rank correlation of the values is that of a Gaussian copula,
6/π·asin(ρ/2) for many pairs (Moran 1948, with the term for finite samples); squares and quadrants are those of a joint normal.",
            exact: Vec::new(),
            cases,
            families: vec![Family::new("sampled correlations: 8 pairs in turn over 240 seeds, error (1 − ρ²)/√n", z)],
        }
    })
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn correlations_and_ranks() {
    section().check(|case| if case.name.contains("squares") { 0.05 } else { 0.012 });
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn values_are_quantiles_of_the_normals() {
    let plan = plan(&text(), 5);
    let mut block = Block::new(&plan);
    block.run(&plan, 640, BlockOptions::default());
    let keys = input_keys(&plan);
    let row = |key: &str| keys.iter().position(|k| k == key).expect("an uncertain number has a row");
    let (a, b) = (row("segment.a.growth"), row("segment.b.growth"));
    for lane in 0..LANES {
        let normal = |row: usize| block.normals()[row][lane];
        let value = |row: usize| block.value(plan.inputs().nums[row])[lane];
        assert!((value(a) - (0.1 + 0.2 * normal(a))).abs() < 1e-12);
        assert!((value(b) / (0.5 * (0.4 * normal(b)).exp()) - 1.0).abs() < 1e-9);
    }
}
