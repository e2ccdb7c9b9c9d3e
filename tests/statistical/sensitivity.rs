//! Sensitivity indices and Shapley effects: the estimators on functions whose indices are known, and on the engine itself.

use crate::engine::{TWO_STAKES, plan};
use crate::verdict::{Case, Section};
use capstake::kernel::metric::Metric;
use capstake::kernel::redraw::TwoSeeds;
use capstake::math::normal::cdf;
use capstake::rng::stream::{StreamKey, normal_of_draw};
use capstake::run::{CHUNK_PATHS, MetricIndex, Options, Silent};
use capstake::study::quantity::{Of, Quantity};
use capstake::study::sensitivity::estimate::Estimate;
use capstake::study::sensitivity::pick_freeze::{Effort, Evaluate, Function, PlanFunction};
use capstake::study::sensitivity::plain::plain;
use capstake::study::sensitivity::shapley::shapley;
use capstake::study::sensitivity::sobol::sobol;
use ndarray::Array2;
use std::f64::consts::PI;
use std::sync::OnceLock;

/// A function of independent uniform variables on 0..1.
struct Uniform {
    variables: usize,
    function: fn(&[f64]) -> f64,
    /// Of the two sources of randomness.
    seeds: [u64; 2],
}

impl Function for Uniform {
    fn variables(&self) -> usize {
        self.variables
    }

    fn outputs(&self) -> usize {
        1
    }

    fn evaluator(&self) -> Box<dyn Evaluate + '_> {
        Box::new(Evaluator(self))
    }
}

struct Evaluator<'a>(&'a Uniform);

impl Evaluate for Evaluator<'_> {
    fn evaluate(&mut self, first_path: u64, _order: &[usize], redrawn: &[bool], out: &mut Array2<f64>) {
        let keys = self.0.seeds.map(|seed| StreamKey::new(seed, "a test"));
        let mut x = vec![0.0; self.0.variables];
        for (lane, y) in out.row_mut(0).iter_mut().enumerate() {
            for (i, x) in x.iter_mut().enumerate() {
                let key = keys[usize::from(redrawn[i])];
                *x = cdf(normal_of_draw(key, first_path + lane as u64, i as u32));
            }
            *y = (self.0.function)(&x);
        }
    }
}

/// Ishigami and Homma 1990 with a = 7, b = 0.1, on −π..π.
fn ishigami(u: &[f64]) -> f64 {
    let [x, y, z] = [0, 1, 2].map(|i| PI * (2.0 * u[i] - 1.0));
    x.sin() + 7.0 * y.sin().powi(2) + 0.1 * z.powi(4) * x.sin()
}

/// Sobol's G with a = (0, 1, 4.5, 9, 99, 99, 99, 99).
fn g(u: &[f64]) -> f64 {
    const A: [f64; 8] = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
    u.iter().zip(A).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product()
}

/// A company whose stake at the horizon is cash, plus income, less fixed costs, each normal and of weight 1, 1, 2; income
/// and costs are correlated so that their contributions have a correlation of one half.
const LINEAR: &str = r#"
[timeline]
valuation_date = 2026-01-01
horizon = 2029-12-31
period = "year"
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 100.0
growth = 0.0
volatility = 0.0
[[cloud]]
name = "home"
home = true
share_now = 1.0
[licence]
income_usd_bn_per_year = { dist = "normal", mean = 50.0, sd = 0.25 }
[costs]
fixed_usd_bn_per_year = { dist = "normal", mean = 50.0, sd = 0.5 }
[cash]
now_usd_bn = { dist = "normal", mean = 100.0, sd = 1.0 }
[equity]
method = "revenue-multiple"
multiple_now = 5.0
[[deal]]
name = "plain"
stake = 1.0
home_keeps = 0.0
[[correlation]]
between = ["licence.income_usd_bn_per_year", "costs.fixed_usd_bn_per_year"]
value = -0.5
"#;

fn case(name: String, truth: f64, estimate: &Estimate) -> Case {
    Case { name, truth, truth_error: 0.0, estimate: estimate.value, std_error: estimate.std_error }
}

fn effort(paths: u64) -> Effort<'static> {
    Effort::whole(paths, 0, 1)
}

const FIRST_G: [f64; 8] = [
    0.716192168879,
    0.179048042220,
    0.0236757741778,
    0.00716192168879,
    7.16192e-5,
    7.16192e-5,
    7.16192e-5,
    7.16192e-5,
];
const TOTAL_G: [f64; 8] = [
    0.787144126659,
    0.242198192818,
    0.0343169101541,
    0.0104603870652,
    1.04949e-4,
    1.04949e-4,
    1.04949e-4,
    1.04949e-4,
];

/// The cases, from runs whose seeds are fixed.
pub fn section() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| {
        let mut cases = Vec::new();
        let mut add = |name: &str, kind: &str, truths: &[f64], estimates: &[Estimate]| {
            for (i, (&truth, estimate)) in truths.iter().zip(estimates).enumerate() {
                let of = if truths.len() == 1 { String::new() } else { format!(" of x{}", i + 1) };
                cases.push(case(format!("{name}: {kind}{of}"), truth, estimate));
            }
        };
        let function = Uniform { variables: 3, function: ishigami, seeds: [1, 2] };
        let answer = sobol(&function, effort(1 << 17), &Silent).expect("it has values");
        let one = &answer.outputs[0];
        add("Ishigami", "variance", &[13.844587940719], &[one.variance]);
        add("Ishigami", "first order", &[0.313905191148, 0.442411144790, 0.0], &one.first);
        add("Ishigami", "total", &[0.557588855210, 0.442411144790, 0.243683664062], &one.total);
        add("Ishigami", "first order (Jansen)", &[0.313905191148, 0.442411144790, 0.0], &one.first_jansen);
        add("Ishigami", "total (Janon)", &[0.557588855210, 0.442411144790, 0.243683664062], &one.total_janon);
        let answer = shapley(&function, effort(1 << 17), &Silent).expect("it has values");
        add(
            "Ishigami",
            "Shapley effect",
            &[0.435747023179, 0.442411144790, 0.121841832031],
            &answer.outputs[0].effect,
        );
        let answer = sobol(&Uniform { variables: 8, function: g, seeds: [1, 2] }, effort(1 << 17), &Silent);
        let answer = answer.expect("it has values");
        add("G", "first order", &FIRST_G, &answer.outputs[0].first);
        add("G", "total", &TOTAL_G, &answer.outputs[0].total);
        let plan = plan(LINEAR, 1);
        let seeds = TwoSeeds::new(&plan, 2);
        let position = |name: &str| {
            let found = seeds.streams().iter().position(|stream| stream.name == name);
            vec![found.expect("a stream of the scenario")]
        };
        let variables = [
            position("cash.now_usd_bn"),
            position("licence.income_usd_bn_per_year"),
            position("costs.fixed_usd_bn_per_year"),
        ];
        let metric = plan.deals()[0].metrics.iter().position(|&metric| metric == Metric::StakePv);
        let subjects = [MetricIndex { subject: 0, metric: metric.expect("a stake") }];
        let function =
            PlanFunction { plan: &plan, seeds: &seeds, variables: &variables, subjects: &subjects };
        let answer = shapley(&function, effort(1 << 17), &Silent).expect("it has values");
        let one = &answer.outputs[0];
        // Variance 1 + (1 + 4 + 2·0.5·1·2) = 8.
        add("linear Gaussian company", "variance", &[8.0], &[one.variance]);
        add("linear Gaussian company", "Shapley effect", &[0.125, 0.296875, 0.578125], &one.effect);
        add("linear Gaussian company", "first order", &[0.125, 0.5, 0.78125], &one.first);
        add("linear Gaussian company", "total", &[0.125, 0.09375, 0.375], &one.total);
        Section {
            title: "Sensitivity indices",
            text: "\
Sobol indices by Janon's and Jansen's estimators and Shapley effects by pairs of evaluations that share some variables, for the
functions of Ishigami (a = 7, b = 0.1) and of Sobol (a = 0, 1, 4.5, 9, 99 four times), whose indices are known in closed form, and
for a company whose stake is a sum of three normal inputs with standard deviations 1, 1 and 2, the last two with a correlation of
one half: simulated by the engine from a scenario, its effects are those of a linear Gaussian model (Owen and Prieur 2017). Its
totals are below the first orders where inputs are correlated, which is right. Standard errors are those of a Poisson bootstrap over batches.",
            exact: Vec::new(),
            cases,
            families: Vec::new(),
        }
    })
}

/// The smallest error that each kind is claimed to show.
fn shift(case: &Case) -> f64 {
    if case.name.contains("variance") {
        0.02 * case.truth
    } else if case.name.starts_with("G:") && case.truth < 0.03 {
        // The weak variables: their totals are known far better than their first orders.
        if case.name.contains("total") { 0.1 * case.truth } else { 0.03 }
    } else {
        0.03
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn indices_and_effects() {
    section().check(shift);
}

/// To know the stake u, uniform on 0.4..0.6, before choosing between it and 0.49 of an equity of 300 in the mean is worth
/// E max(0, u − 0.49)·300 − 3 = 6.075. The interval is to cover it on 95 seeds of 100 or more: its upper end allows for a rule that
/// is not the best. Seen to fail: with the truth moved by 2%, and with intervals of a quarter of the width. (Between deals that
/// are equal in the mean it covers less often: docs/sensitivity.md.)
#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn the_interval_of_perfect_information_covers_as_often_as_it_says() {
    const SEEDS: u64 = 60;
    let truth = 6.075;
    let text = TWO_STAKES.replace("stake = 0.5\n", "stake = 0.49\n");
    assert_ne!(text, TWO_STAKES);
    let worths: Vec<Estimate> = (1..=SEEDS)
        .map(|seed| {
            let plan = plan(&text, seed);
            let seeds = TwoSeeds::new(&plan, 1_000 + seed);
            let quantities = [Quantity { of: Of::Deal(0), metric: Metric::StakePv }];
            let options = Options { paths: 16 * CHUNK_PATHS, threads: 0 };
            let answer = plain(&plan, &seeds, &quantities, options, &Silent).expect("paths are finite");
            let inputs = &answer.information[0].choice.inputs;
            inputs.iter().find(|one| one.about == "deal.sure.stake").expect("an input").gain
        })
        .collect();
    let covered = |truth: f64, part: f64| {
        let inside = |worth: &&Estimate| {
            let end = |end: f64| worth.value + part * (end - worth.value);
            end(worth.low95) <= truth && truth <= end(worth.high95)
        };
        worths.iter().filter(inside).count()
    };
    let z_squares: f64 = worths.iter().map(|worth| ((worth.value - truth) / worth.std_error).powi(2)).sum();
    println!("{} of {SEEDS} intervals cover, Σz² {z_squares:.1}", covered(truth, 1.0));
    // 57 of 60 with a standard deviation of 1.7.
    assert!(covered(truth, 1.0) >= 52, "{} of {SEEDS}", covered(truth, 1.0));
    // Of Student's law with 15 degrees of freedom: 60·15/13 = 69, with a standard deviation of 16.
    assert!((20.0..135.0).contains(&z_squares), "{z_squares}");
    assert!(covered(1.02 * truth, 1.0) < 45, "the truth moved by 2%: {}", covered(1.02 * truth, 1.0));
    assert!(covered(truth, 0.25) < 45, "a quarter of the width: {}", covered(truth, 0.25));
}

/// Of 100 seeds, 95 intervals should cover the truth, with a standard deviation of 2.2; percentile intervals of 64 units a little
/// fewer. Intervals of half the width should cover with 67 seeds. Σz² of 100 is 100 ± 14.
#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn the_intervals_of_indices_and_effects_cover_as_often_as_they_say() {
    const SEEDS: u64 = 100;
    let mut estimates: [Vec<Estimate>; 3] = Default::default();
    for seed in 1..=SEEDS {
        let function = Uniform { variables: 3, function: ishigami, seeds: [2 * seed, 2 * seed + 1] };
        let effort = Effort::whole(1 << 14, 0, seed);
        let sobol = sobol(&function, effort, &Silent).expect("it has values");
        let shapley = shapley(&function, effort, &Silent).expect("it has values");
        estimates[0].push(sobol.outputs[0].first[0]);
        estimates[1].push(sobol.outputs[0].total[2]);
        estimates[2].push(shapley.outputs[0].effect[0]);
    }
    for (truth, estimates) in [0.313905191148, 0.243683664062, 0.435747023179].into_iter().zip(estimates) {
        let covered = |part: f64| {
            let inside = |one: &&Estimate| {
                let end = |end: f64| one.value + part * (end - one.value);
                end(one.low95) <= truth && truth <= end(one.high95)
            };
            estimates.iter().filter(inside).count()
        };
        let z_squares: f64 = estimates.iter().map(|one| ((one.value - truth) / one.std_error).powi(2)).sum();
        println!(
            "{truth}: {} of {SEEDS} cover, half the width {}, Σz² {z_squares:.1}",
            covered(1.0),
            covered(0.5)
        );
        assert!(covered(1.0) >= 86, "{truth}: {} of {SEEDS}", covered(1.0));
        assert!(covered(0.5) < 86, "{truth}: half the width covers {}", covered(0.5));
        assert!((50.0..180.0).contains(&z_squares), "{truth}: {z_squares}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn effects_add_up_to_the_variance() {
    let function = Uniform { variables: 8, function: g, seeds: [1, 2] };
    let answer = shapley(&function, effort(1 << 12), &Silent).expect("it has values");
    let sum: f64 = answer.outputs[0].effect.iter().map(|effect| effect.value).sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
}
