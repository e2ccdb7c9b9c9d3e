//! Sensitivity from one plain run: effects of inputs and groups, and the value of information.

use super::estimate::Estimate;
use super::gather::{Wanted, gather};
use super::group::{GroupEffect, fit, group_effects};
use super::information::{Choice, information};
use super::kept::KEPT_PATHS;
use super::pick_freeze::NoAnswer;
use super::tornado::{InputEffect, input_effects, whole};
use super::variables::{By, Variable, variables};
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::run::{MetricIndex, Observer, Options};
use crate::study::quantity::{Of, Quantity};

/// The drivers of one metric.
#[derive(Clone, Debug)]
pub struct Drivers {
    /// The metric.
    pub quantity: Quantity,
    /// Mean of the metric.
    pub mean: Estimate,
    /// Standard deviation of the metric.
    pub std_dev: f64,
    /// Number of paths on which the metric has no value.
    pub undefined: u64,
    /// Effects of inputs, the largest swing first.
    pub inputs: Vec<InputEffect>,
    /// Effects of groups, the largest swing first; empty if the metric lacks values on some paths.
    pub groups: Vec<GroupEffect>,
}

/// The value of information to someone who chooses the deal with the highest mean of a metric.
#[derive(Clone, Debug)]
pub struct ValueOfInformation {
    /// The metric.
    pub metric: Metric,
    /// The deals among which one is chosen.
    pub deals: Vec<usize>,
    /// The deal that is chosen without knowing more.
    pub uninformed: usize,
    /// The value of knowing more.
    pub choice: Choice,
}

/// The answer of a plain sensitivity study.
#[derive(Clone, Debug)]
pub struct Plain {
    /// Drivers of each quantity asked for.
    pub drivers: Vec<Drivers>,
    /// The value of information for each metric that several deals have.
    pub information: Vec<ValueOfInformation>,
    /// Paths of the run.
    pub paths: u64,
    /// Number of paths behind ranks and groups.
    pub kept: u64,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

/// The index of a quantity in a plan; `None` if the run does not compute it. Runs compute differences from
/// the first deal only.
pub fn subject(plan: &Plan, quantity: Quantity) -> Option<MetricIndex> {
    match quantity.of {
        Of::Deal(subject) => {
            let metric =
                plan.deals()[subject].metrics.iter().position(|&metric| metric == quantity.metric)?;
            Some(MetricIndex { subject, metric })
        }
        Of::Difference { later, first: 0 } => {
            let at = plan.differences().iter().position(|difference| difference.later == later)?;
            let metrics = &plan.differences()[at].metrics;
            let metric = metrics.iter().position(|&(metric, _, _)| metric == quantity.metric)?;
            Some(MetricIndex { subject: plan.deals().len() + at, metric })
        }
        Of::Difference { .. } => None,
    }
}

/// Groups of streams: one per segment, clouds, deals and so on, then all inputs and all noise.
pub fn groups(seeds: &TwoSeeds) -> Vec<Variable> {
    let mut groups = variables(seeds.streams(), By::Group);
    for kind in variables(seeds.streams(), By::Kind) {
        if !groups.iter().any(|group| group.streams == kind.streams) {
            groups.push(kind);
        }
    }
    groups
}

/// The columns of a study, each once.
struct Columns<'a> {
    plan: &'a Plan,
    columns: Vec<MetricIndex>,
}

impl Columns<'_> {
    /// Finds or adds the column of a quantity.
    fn of(&mut self, quantity: Quantity) -> usize {
        let wanted = subject(self.plan, quantity).expect("a quantity that the run computes");
        self.columns.iter().position(|&subject| subject == wanted).unwrap_or_else(|| {
            self.columns.push(wanted);
            self.columns.len() - 1
        })
    }
}

/// A choice among all deals that have a metric.
struct Alternatives {
    metric: Metric,
    deals: Vec<usize>,
}

/// The choices that the quantities pose: one for each metric that several deals have.
fn alternatives(plan: &Plan, quantities: &[Quantity]) -> Vec<Alternatives> {
    let mut all: Vec<Alternatives> = Vec::new();
    for quantity in quantities.iter().filter(|quantity| matches!(quantity.of, Of::Deal(_))) {
        let metric = quantity.metric;
        if !all.iter().any(|one| one.metric == metric) {
            let has = |deal: &usize| plan.deals()[*deal].metrics.contains(&metric);
            all.push(Alternatives { metric, deals: (0..plan.deals().len()).filter(has).collect() });
        }
    }
    all.retain(|one| one.deals.len() > 1);
    all
}

/// Runs the plan once and finds what drives the quantities, each of which the run must compute.
///
/// # Errors
/// If paths are not finite, or the run was stopped before its first chunk.
///
/// # Panics
/// If the run does not compute one of the quantities.
pub fn plain(
    plan: &Plan,
    seeds: &TwoSeeds,
    quantities: &[Quantity],
    options: Options,
    observer: &dyn Observer,
) -> Result<Plain, NoAnswer> {
    let inputs: Vec<Variable> =
        variables(seeds.streams(), By::Input).into_iter().filter(|variable| !variable.noise).collect();
    let mut columns = Columns { plan, columns: Vec::new() };
    let asked: Vec<usize> = quantities.iter().map(|&quantity| columns.of(quantity)).collect();
    let alternatives = alternatives(plan, quantities);
    let mut choice = |Alternatives { metric, deals }: &Alternatives| -> Vec<usize> {
        deals.iter().map(|&deal| columns.of(Quantity { of: Of::Deal(deal), metric: *metric })).collect()
    };
    let choices: Vec<Vec<usize>> = alternatives.iter().map(&mut choice).collect();
    let wanted =
        Wanted { plan, seeds, inputs: &inputs, columns: &columns.columns, choices: &choices, noise: true };
    let gathered = gather(&wanted, options, observer);
    if gathered.non_finite.count > 0 {
        return Err(NoAnswer::NonFinite(gathered.non_finite));
    }
    if gathered.paths == 0 {
        return Err(NoAnswer::Interrupted);
    }
    let groups = groups(seeds);
    let lines = fit(&gathered, &groups, plan.isa(), options.threads);
    let drivers = |(&quantity, column): (&Quantity, usize)| {
        let (mean, std_dev, undefined) = whole(&gathered, column);
        Drivers {
            quantity,
            mean,
            std_dev,
            undefined,
            inputs: input_effects(&wanted, &gathered, column),
            groups: group_effects(&gathered, &groups, &lines, column),
        }
    };
    let value = |(set, Alternatives { metric, deals }): (usize, Alternatives)| {
        let choice = information(&wanted, &gathered, &groups, &lines, set)?;
        Some(ValueOfInformation { metric, uninformed: deals[choice.uninformed], deals, choice })
    };
    Ok(Plain {
        drivers: quantities.iter().zip(asked).map(drivers).collect(),
        information: alternatives.into_iter().enumerate().filter_map(value).collect(),
        paths: gathered.paths,
        kept: gathered.paths.min(KEPT_PATHS),
        interrupted: gathered.interrupted,
    })
}
