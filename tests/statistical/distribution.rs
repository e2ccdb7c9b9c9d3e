//! Every family of uncertain numbers, drawn by the engine, against closed forms of its mean, deviation and probabilities.

use crate::engine::{Columns, draws, input_keys, model};
use crate::verdict::{Case, Family, Sample, Section, for_seeds};
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::run::Options;
use std::f64::consts::PI;
use std::sync::OnceLock;

const SEEDS: std::ops::Range<u64> = 9_000..9_016;
const PATHS: u64 = 65_536;
const COLUMN: [f64; 7] = [0.9, -0.4, 0.1, 0.35, 0.2, -1.1, 0.62];

/// A law of the scenario and what is exactly known of it.
struct Distribution {
    /// Name of the segment whose growth has it.
    name: &'static str,
    /// As the scenario says it.
    text: String,
    mean: f64,
    sd: f64,
    /// (x, probability of at most x)
    below: Vec<(f64, f64)>,
}

fn law(name: &'static str, text: &str, mean: f64, sd: f64, below: Vec<(f64, f64)>) -> Distribution {
    Distribution { name, text: text.into(), mean, sd, below }
}

/// Normal quantiles at .01, .05, .25, .5, .75, .95, .99.
const NORMAL: [(f64, f64); 7] = [
    (-2.3263478740408408, 0.01),
    (-1.6448536269514722, 0.05),
    (-0.6744897501960817, 0.25),
    (0.0, 0.5),
    (0.6744897501960817, 0.75),
    (1.6448536269514722, 0.95),
    (2.3263478740408408, 0.99),
];

/// The distribution function of Student's t with an even number of degrees of freedom (a finite sum).
fn student_even(t: f64, df: u32) -> f64 {
    let n = f64::from(df);
    let c2 = n / (n + t * t);
    let (mut term, mut sum) = (1.0, 1.0);
    for i in 1..df / 2 {
        term *= (2.0 * f64::from(i) - 1.0) / (2.0 * f64::from(i)) * c2;
        sum += term;
    }
    0.5 + 0.5 * t / (n + t * t).sqrt() * sum
}

/// Quantile of the three-term metalog in its own scale at the odds `e^u` (Keelin 2016), through x10, x50, x90.
fn metalog(x: [f64; 3], u: f64) -> f64 {
    let nine = 9.0_f64.ln();
    let y = 1.0 / (1.0 + (-u).exp());
    x[1] + (x[2] - x[0]) / (2.0 * nine) * u + (x[2] + x[0] - 2.0 * x[1]) / (0.8 * nine) * (y - 0.5) * u
}

/// A metalog whose quantile at odds `e^u` is `to(metalog)`: moments by the trapezoid over u, which is exact to rounding here.
fn metalog_law(name: &'static str, text: &str, own: [f64; 3], to: impl Fn(f64) -> f64) -> Distribution {
    let moment = |f: &dyn Fn(f64) -> f64| -> f64 {
        let h = 0.01;
        (-6_000..=6_000)
            .map(|i| {
                let u = h * f64::from(i);
                let density = 1.0 / (2.0 + u.exp() + (-u).exp());
                h * density * f(to(metalog(own, u)))
            })
            .sum()
    };
    let mean = moment(&|x| x);
    let sd = moment(&|x| (x - mean).powi(2)).sqrt();
    let below = [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99_f64];
    let below = below.map(|p| (to(metalog(own, (p / (1.0 - p)).ln())), p)).to_vec();
    law(name, text, mean, sd, below)
}

fn laws() -> Vec<Distribution> {
    let affine = |mean: f64, sd: f64| NORMAL.map(|(z, p)| (mean + sd * z, p)).to_vec();
    let sigma2 = 1.25_f64.ln();
    let sigma = sigma2.sqrt();
    let median = 10.0 / 1.25_f64.sqrt();
    // N(0, 1) between -1/2 and 2: Φ and φ from tables.
    let (below_low, below_high) = (0.308_537_538_725_987, 0.977_249_868_051_821);
    let (density_low, density_high) = (0.352_065_326_764_300, 0.053_990_966_513_188);
    let mass = below_high - below_low;
    let cut_mean = (density_low - density_high) / mass;
    let cut_square = 1.0 + (-0.5 * density_low - 2.0 * density_high) / mass;
    let beta = |x: f64| 1.0 - (1.0 - x).powi(6) - 6.0 * x * (1.0 - x).powi(5);
    let mut sorted = COLUMN;
    sorted.sort_by(f64::total_cmp);
    let seventh = COLUMN.iter().sum::<f64>() / 7.0;
    let spread = (COLUMN.iter().map(|x| (x - seventh).powi(2)).sum::<f64>() / 7.0).sqrt();
    let logit = |x: f64| (x / (1.0 - x)).ln();
    vec![
        law(
            "uniform",
            r#"{ dist = "uniform", low = -1.0, high = 3.0 }"#,
            1.0,
            4.0 / 12.0_f64.sqrt(),
            vec![(-0.96, 0.01), (0.0, 0.25), (1.0, 0.5), (2.0, 0.75), (2.96, 0.99)],
        ),
        law(
            "triangular",
            r#"{ dist = "triangular", low = 0, mode = 2, high = 10 }"#,
            4.0,
            (14.0_f64 / 3.0).sqrt(),
            vec![(1.0, 0.05), (2.0, 0.2), (3.675444680, 0.5), (8.0, 0.95)],
        ),
        law(
            "pert",
            r#"{ dist = "pert", low = 0, mode = 2, high = 10 }"#,
            3.0,
            3.0_f64.sqrt(),
            vec![(0.58977388, 0.05), (2.76672259, 0.5), (6.21276724, 0.95)],
        ),
        law("normal", r#"{ dist = "normal", mean = 0.3, sd = 0.2 }"#, 0.3, 0.2, affine(0.3, 0.2)),
        law(
            "lognormal",
            &format!(r#"{{ dist = "lognormal", median = {median:?}, sigma = {sigma:?} }}"#),
            10.0,
            5.0,
            NORMAL.map(|(z, p)| (median * (sigma * z).exp(), p)).to_vec(),
        ),
        law(
            "student-t",
            r#"{ dist = "student-t", df = 12, mean = 0.1, scale = 0.2 }"#,
            0.1,
            0.2 * (12.0_f64 / 10.0).sqrt(),
            [-3.0, -1.5, -0.5, 0.0, 0.7, 1.8, 3.2].map(|t| (0.1 + 0.2 * t, student_even(t, 12))).to_vec(),
        ),
        law(
            "beta",
            r#"{ dist = "beta", a = 2, b = 5 }"#,
            2.0 / 7.0,
            (10.0_f64 / (49.0 * 8.0)).sqrt(),
            [0.03, 0.1, 0.25, 0.4, 0.6].map(|x| (x, beta(x))).to_vec(),
        ),
        law(
            "beta-between",
            r#"{ dist = "beta", a = 2, b = 5, low = -1.0, high = 3.0 }"#,
            4.0 * 2.0 / 7.0 - 1.0,
            4.0 * (10.0_f64 / (49.0 * 8.0)).sqrt(),
            [0.03, 0.1, 0.25, 0.4, 0.6].map(|x| (4.0 * x - 1.0, beta(x))).to_vec(),
        ),
        law(
            "discrete",
            r#"{ dist = "discrete", values = [3, 1, 2], weights = [2, 1, 5] }"#,
            (6.0 + 1.0 + 10.0) / 8.0,
            ((18.0 + 1.0 + 20.0) / 8.0 - (17.0_f64 / 8.0).powi(2)).sqrt(),
            vec![(1.0, 0.125), (2.0, 0.75)],
        ),
        law(
            "empirical",
            r#"{ dist = "empirical", csv = "sample.csv", column = "growth" }"#,
            seventh,
            spread,
            (0..6).map(|i| (sorted[i], (i + 1) as f64 / 7.0)).collect(),
        ),
        metalog_law(
            "metalog",
            r#"{ dist = "quantiles", p10 = -0.2, p50 = 0.3, p90 = 1.0 }"#,
            [-0.2, 0.3, 1.0],
            |x| x,
        ),
        metalog_law(
            "metalog-lower",
            r#"{ dist = "quantiles", p10 = 1.2, p50 = 1.4, p90 = 1.7, lower = 0.5 }"#,
            [0.7, 0.9, 1.2].map(f64::ln),
            |x| 0.5 + x.exp(),
        ),
        metalog_law(
            "metalog-upper",
            r#"{ dist = "quantiles", p10 = 0.2, p50 = 0.4, p90 = 0.6, upper = 2.0 }"#,
            [1.8, 1.6, 1.4].map(|x: f64| -x.ln()),
            |x| 2.0 - (-x).exp(),
        ),
        metalog_law(
            "metalog-both",
            r#"{ dist = "quantiles", p10 = 0.2, p50 = 0.35, p90 = 0.7, lower = 0.0, upper = 1.0 }"#,
            [0.2, 0.35, 0.7].map(logit),
            |x| 1.0 / (1.0 + (-x).exp()),
        ),
        law(
            "truncated",
            r#"{ dist = "normal", mean = 0, sd = 1, min = -0.5, max = 2.0 }"#,
            cut_mean,
            (cut_square - cut_mean * cut_mean).sqrt(),
            vec![(0.0, (0.5 - below_low) / mass), (0.674489750196082, (0.75 - below_low) / mass)],
        ),
    ]
}

/// Means, deviations and probabilities of every family.
pub fn section() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| {
        let laws = laws();
        let segments: String = laws
            .iter()
            .map(|law| {
                let Distribution { name, text, .. } = law;
                format!("[[segment]]\nname = \"{name}\"\nprocess = \"gbm\"\nrate_now_usd_bn = 1.0\ngrowth = {text}\n")
            })
            .collect();
        let text = format!(
            "[timeline]\nvaluation_date = 2026-01-01\nhorizon = 2026-01-31\nperiod = \"month\"\n{segments}\
             [[deal]]\nname = \"none\"\n"
        );
        struct Batch {
            mean: Sample,
            square: Sample,
            below: Vec<u64>,
        }
        let batches: Vec<Vec<Batch>> = for_seeds(SEEDS, |seed| {
            let columns = Columns(&[("sample.csv", "growth", &COLUMN)]);
            let plan = Plan::from_model(&model(&text, &columns), seed, Isa::detect());
            let drawn = draws(&plan, Options { paths: PATHS, threads: 1 });
            let keys = input_keys(&plan);
            laws.iter()
                .map(|law| {
                    let key = format!("segment.{}.growth", law.name);
                    let row = keys.iter().position(|k| *k == key).expect("an uncertain number has a row");
                    let mut batch = Batch {
                        mean: Sample::about(law.mean),
                        square: Sample::about(law.sd * law.sd),
                        below: vec![0; law.below.len()],
                    };
                    for &x in &drawn.inputs[row] {
                        batch.mean.add(x);
                        batch.square.add((x - law.mean).powi(2));
                        for (count, (bound, _)) in batch.below.iter_mut().zip(&law.below) {
                            *count += u64::from(x <= *bound);
                        }
                    }
                    // What the run itself reports of the number is that of the draws.
                    let reported = &drawn.result.inputs[row];
                    let drawn = batch.mean.case("", law.mean);
                    assert!((reported.mean() - drawn.estimate).abs() < 1e-12 * (1.0 + law.mean.abs()));
                    assert!((reported.std_error() / drawn.std_error - 1.0).abs() < 1e-9);
                    batch
                })
                .collect()
        });
        let mut cases = Vec::new();
        let mut z = Vec::new();
        for (i, law) in laws.iter().enumerate() {
            let (mut mean, mut square) = (Sample::about(law.mean), Sample::about(law.sd * law.sd));
            let mut below = vec![0; law.below.len()];
            for batch in &batches {
                mean.merge(&batch[i].mean);
                square.merge(&batch[i].square);
                below.iter_mut().zip(&batch[i].below).for_each(|(sum, part)| *sum += part);
                z.push(batch[i].mean.case("", law.mean).z());
            }
            cases.push(mean.case(format!("{}: mean", law.name), law.mean));
            cases.push(square.case(format!("{}: variance", law.name), law.sd * law.sd));
            let paths = PATHS * batches.len() as u64;
            for ((x, p), count) in law.below.iter().zip(below) {
                cases.push(Case::probability(format!("{}: at most {x:.6}", law.name), *p, count, paths));
            }
        }
        Section {
            title: "Distributions",
            text: "\
Every family of uncertain numbers, as the growth of a segment each, drawn by a run. The references are closed forms: finite sums for
beta and Student's t with whole parameters, Keelin's quantile formula for the metalogs in their four forms (their moments by
quadrature of it), tabulated quantiles for PERT(0, 2, 10).",
            exact: Vec::new(),
            cases,
            families: vec![Family::new("distributions, means: 15 laws × 16 seeds", z)],
        }
    })
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn families_of_distributions() {
    section().check(
        |case| {
            if case.name.contains("at most") { 0.006 } else { 0.03 * case.truth.abs() + 0.004 }
        },
    );
}

#[test]
fn closed_forms_agree_with_published_values() {
    // Student's t, 12 degrees of freedom: tables give 1.782288 and 2.680998 for .95 and .99.
    assert!((student_even(1.782287556, 12) - 0.95).abs() < 1e-8);
    assert!((student_even(2.680997993, 12) - 0.99).abs() < 1e-8);
    // The mean of a metalog is a1 + a3/2.
    let laws = laws();
    let plain = laws.iter().find(|law| law.name == "metalog").expect("in the list");
    let a3 = (1.0 - 0.2 - 0.6) / (0.8 * 9.0_f64.ln());
    assert!((plain.mean - (0.3 + a3 / 2.0)).abs() < 1e-12);
    let a2 = 1.2 / (2.0 * 9.0_f64.ln());
    let variance = PI * PI * a2 * a2 / 3.0 + a3 * a3 * (1.0 / 12.0 + PI * PI / 36.0);
    assert!((plain.sd * plain.sd - variance).abs() < 1e-12);
    let lognormal = laws.iter().find(|law| law.name == "lognormal").expect("in the list");
    assert!((lognormal.below[5].0 - 19.4531783801).abs() < 1e-9);
}
