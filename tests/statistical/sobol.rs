//! Sobol points against plain sampling: exact values are met with far smaller errors, and no figure of any scenario is worse.

use crate::engine::{TestScenario, model, no_columns, shipped};
use crate::verdict::{Case, Section};
use capstake::kernel::dimensions::Dimensions;
use capstake::kernel::exact::Movable;
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::model::run::{Replicates, Sampling};
use capstake::run::{self, Options, RunResult, Silent};
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::sync::{Arc, OnceLock};

const THREADS: usize = 2;

fn sobol(model: &Model, seed: u64, dimensions: Option<Dimensions>) -> Plan {
    let randomness = Randomness::new(seed, Sampling::Sobol(Replicates::DEFAULT));
    let randomness = Randomness { dimensions: dimensions.map(Arc::new), ..randomness };
    Plan::from_model(model, randomness, Isa::detect())
}

/// Simulates so many points in each replicate.
fn run(plan: &Plan, points: u64) -> RunResult {
    let paths = points * Replicates::DEFAULT.get() as u64;
    run::execute(plan, Options { paths, threads: THREADS }, &Silent)
}

/// Caps, and the exact present value of the capped share under each.
const CAPS: [(f64, f64); 2] = [(10.0, 6.395_958_40), (30.0, 12.613_585_86)];
const CAPPED_POINTS: u64 = 16_384;

/// The capped share of the shipped scenario with another cap, and the factor by which more paths would give its error under plain
/// sampling.
fn capped_share(cap: f64, truth: f64) -> (Case, f64) {
    let text = shipped("capped-share").replace("cap_usd_bn = 10.0", &format!("cap_usd_bn = {cap:?}"));
    assert!(text.contains(&format!("cap_usd_bn = {cap:?}")), "the scenario has a cap of 10");
    let plan = sobol(&model(&text, &no_columns()), 7, None);
    let result = run(&plan, CAPPED_POINTS);
    let at = plan.deals()[0].metrics.iter().position(|&metric| metric == Metric::SharePv).expect("a share");
    let summary = &result.metrics[0][at];
    let case = Case {
        name: format!("present value; growth 0.3, volatility 0.4, cap {cap}, 40 quarters"),
        truth,
        truth_error: 0.0,
        estimate: summary.moments().mean(),
        std_error: summary.mean_error().std_error,
    };
    let factor = (summary.moments().std_error() / case.std_error).powi(2);
    (case, factor)
}

/// The rows of the validation page.
pub fn section() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| Section {
        title: "Sobol points",
        text: "\
The capped shares of the first section under `--sampling sobol`, with 32 replicates of 16,384 points each; the standard error is that of
the replicates. Plain sampling would need more than a hundred times the paths for that error. Tests of their own (`tests/README.md`) show
that no figure of the shipped scenarios and of three others is less precise than under plain sampling beyond chance, and that intervals
cover.",
        exact: Vec::new(),
        cases: CAPS.iter().map(|&(cap, truth)| capped_share(cap, truth).0).collect(),
        families: Vec::new(),
    })
}

/// Capped shares against exact values: within 4 standard errors, each of which plain sampling would need more than a hundred times the
/// paths for.
#[test]
fn capped_shares_are_exact_to_errors_that_plain_sampling_would_need_a_hundred_times_the_paths_for() {
    for (cap, truth) in CAPS {
        let (case, factor) = capped_share(cap, truth);
        println!(
            "cap {cap}: {} ± {:.1e}, z {:+.2}, factor {factor:.0}",
            case.estimate,
            case.std_error,
            case.z()
        );
        assert!(case.z().abs() < 4.0, "z {}", case.z());
        assert!(factor > 100.0, "factor {factor}");
        // An error of three parts in ten thousand is seen.
        case.assert_fails(0.0003 * truth);
    }
}

/// Whether no draw can move a metric of a deal or difference of the plan.
fn is_exact(plan: &Plan, subject: usize, metric: Metric) -> bool {
    match subject.checked_sub(plan.deals().len()) {
        None => Movable::of(plan, subject).is_exact(metric),
        Some(i) => plan.is_exact_difference(plan.differences()[i].later, 0, metric),
    }
}

/// How much smaller than under plain sampling the variance of a mean is, on as many paths.
struct Factor {
    name: String,
    factor: f64,
    /// Independent numbers behind the variance of the mean.
    df: f64,
}

impl Factor {
    /// The probability that a figure whose true factor is 0.8 shows one this small.
    fn chance(&self) -> f64 {
        let law = ChiSquared::new(self.df).expect("degrees of freedom above 0");
        1.0 - law.cdf(self.df * 0.8 / self.factor)
    }
}

/// The factors of all metrics that draws can move and that at least half of the paths have.
fn factors(plan: &Plan, result: &RunResult) -> Vec<Factor> {
    let mut all = Vec::new();
    for (subject, summaries) in result.metrics.iter().enumerate() {
        let metrics: Vec<Metric> = match subject.checked_sub(plan.deals().len()) {
            None => plan.deals()[subject].metrics.clone(),
            Some(i) => plan.differences()[i].metrics.iter().map(|&(metric, _, _)| metric).collect(),
        };
        for (metric, summary) in metrics.into_iter().zip(summaries) {
            let (error, independent) = (summary.mean_error(), summary.moments().std_error());
            if is_exact(plan, subject, metric) || error.std_error.is_nan() || error.std_error == 0.0 {
                continue;
            }
            all.push(Factor {
                name: format!("{}.{}", plan.subject_name(subject), metric.name(plan.model().run.mix_year)),
                factor: (independent / error.std_error).powi(2),
                df: error.df,
            });
        }
    }
    all
}

const SHIPPED: [&str; 5] = ["base", "minimal", "capped-share", "company-plan", "schwartz-moon-2000"];
const POINTS: [u64; 3] = [1_024, 4_096, 16_384];

/// The level of the whole family of tests.
const LEVEL: f64 = 1e-4;

/// Over every metric of every shipped scenario and of three written for this, at three sizes, no figure is less precise than 0.8 of
/// plain sampling beyond chance (a χ² test of the variance of the replicates' means, Bonferroni over the family).
#[test]
fn no_figure_is_worse_than_under_plain_sampling() {
    let shipped = SHIPPED.iter().map(|name| ((*name).to_owned(), model(&shipped(name), &no_columns())));
    let written = TestScenario::ALL.iter().map(|one| (one.name.to_owned(), model(one.text, &no_columns())));
    let mut family = Vec::new();
    for (name, model) in shipped.chain(written) {
        for points in POINTS {
            let plan = sobol(&model, 11, None);
            let mut found = factors(&plan, &run(&plan, points));
            found.sort_by(|a, b| a.factor.total_cmp(&b.factor));
            let median = found.get(found.len() / 2).map_or(f64::NAN, |factor| factor.factor);
            if let Some(least) = found.first() {
                println!(
                    "{name}, {points} points: {} figures, least {:.2} ({}), median {median:.1}",
                    found.len(),
                    least.factor,
                    least.name
                );
            }
            family.extend(found.into_iter().map(|factor| (format!("{name}, {points} points"), factor)));
        }
    }
    assert!(family.len() > 500, "{} figures", family.len());
    let bound = LEVEL / family.len() as f64;
    for (place, factor) in &family {
        assert!(
            factor.chance() > bound,
            "{place}: {} has factor {:.2}, by chance in {:.0e}",
            factor.name,
            factor.factor,
            factor.chance()
        );
    }
    // The order of the file fails: the frozen base's cap and share are worse than under plain sampling.
    let base = model(&crate::engine::frozen_base(), &no_columns());
    let own = Dimensions::of(&base);
    let keys = base.parameters.uncertain().map(|id| base.parameters.entry(id).key.clone());
    let inputs: Vec<String> = keys.chain(["termination.time".to_owned()]).collect();
    let plan = sobol(&base, 11, Some(Dimensions { leading: inputs.len(), inputs, ..own }));
    let found = factors(&plan, &run(&plan, 4_096));
    let worst = found.iter().min_by(|a, b| a.chance().total_cmp(&b.chance())).expect("base has figures");
    println!("in the order of the file: {} has factor {:.2}", worst.name, worst.factor);
    assert!(worst.chance() < bound, "the order of the file passes: {} {:.2}", worst.name, worst.factor);
}
