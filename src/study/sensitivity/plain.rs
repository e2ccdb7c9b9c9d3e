//! What one plain run says of what drives its metrics: inputs, groups, and the value of information.

use super::bootstrap::Estimate;
use super::gather::{Gathered, KEPT_PATHS, Wanted, gather};
use super::group::{GroupEffect, fit, group_effects};
use super::information::{Choice, information};
use super::pick_freeze::NoAnswer;
use super::tornado::{InputEffect, input_effects, whole};
use super::variables::{By, Variable, variables};
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::run::{Observer, Options, Subject};
use crate::study::quantity::{Of, Quantity};

/// What drives one metric.
#[derive(Clone, Debug)]
pub struct Drivers {
    /// The metric.
    pub quantity: Quantity,
    /// Its mean.
    pub mean: Estimate,
    /// Its standard deviation.
    pub std_dev: f64,
    /// Paths on which it has no value.
    pub undefined: u64,
    /// Inputs, the largest swing first.
    pub inputs: Vec<InputEffect>,
    /// Groups, the largest swing first; none where the metric lacks values on some paths.
    pub groups: Vec<GroupEffect>,
}

/// What knowing is worth to who takes the deal with the highest mean of a metric.
#[derive(Clone, Debug)]
pub struct Worth {
    /// The metric.
    pub metric: Metric,
    /// The deals among which one is taken.
    pub deals: Vec<usize>,
    /// The deal that is taken without knowing more.
    pub without: usize,
    /// What it is worth.
    pub choice: Choice,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Plain {
    /// Metric by metric.
    pub drivers: Vec<Drivers>,
    /// Metric by metric, where more than one deal has it.
    pub worth: Vec<Worth>,
    /// Paths of the run.
    pub paths: u64,
    /// Paths behind ranks and groups.
    pub kept: u64,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

/// The column of a metric in a plan, if the run computes it: differences are from the first deal.
pub fn subject(plan: &Plan, quantity: Quantity) -> Option<Subject> {
    match quantity.of {
        Of::Deal(who) => {
            let metric = plan.deals()[who].metrics.iter().position(|&metric| metric == quantity.metric)?;
            Some(Subject { who, metric })
        }
        Of::Difference { later, first: 0 } => {
            let at = plan.differences().iter().position(|difference| difference.later == later)?;
            let metrics = &plan.differences()[at].metrics;
            let metric = metrics.iter().position(|&(metric, _, _)| metric == quantity.metric)?;
            Some(Subject { who: plan.deals().len() + at, metric })
        }
        Of::Difference { .. } => None,
    }
}

/// Groups of streams: by noun, and all inputs and all noise.
pub fn groups(seeds: &TwoSeeds) -> Vec<Variable> {
    let mut groups = variables(seeds.streams(), By::Group);
    for kind in variables(seeds.streams(), By::Kind) {
        if !groups.iter().any(|group| group.streams == kind.streams) {
            groups.push(kind);
        }
    }
    groups
}

/// Runs the plan once and asks what drives the quantities, each of which the run computes.
///
/// # Panics
/// If a quantity is none that the run computes.
pub fn plain(
    plan: &Plan,
    seeds: &TwoSeeds,
    quantities: &[Quantity],
    options: Options,
    observer: &dyn Observer,
) -> Result<Plain, NoAnswer> {
    let inputs: Vec<Variable> =
        variables(seeds.streams(), By::Input).into_iter().filter(|variable| !variable.noise).collect();
    let mut columns: Vec<Subject> = Vec::new();
    let mut column = |quantity: Quantity| {
        let wanted = subject(plan, quantity).expect("a quantity that the run computes");
        columns.iter().position(|&subject| subject == wanted).unwrap_or_else(|| {
            columns.push(wanted);
            columns.len() - 1
        })
    };
    let asked: Vec<usize> = quantities.iter().map(|&quantity| column(quantity)).collect();
    let mut metrics: Vec<Metric> = Vec::new();
    for quantity in quantities.iter().filter(|quantity| matches!(quantity.of, Of::Deal(_))) {
        if !metrics.contains(&quantity.metric) {
            metrics.push(quantity.metric);
        }
    }
    let deals = |metric: Metric| -> Vec<usize> {
        (0..plan.deals().len()).filter(|&deal| plan.deals()[deal].metrics.contains(&metric)).collect()
    };
    metrics.retain(|&metric| deals(metric).len() > 1);
    let choices: Vec<Vec<usize>> = metrics
        .iter()
        .map(|&metric| {
            deals(metric).into_iter().map(|deal| column(Quantity { of: Of::Deal(deal), metric })).collect()
        })
        .collect();
    let wanted = Wanted { plan, seeds, inputs: &inputs, columns: &columns, choices: &choices };
    let gathered: Gathered = gather(&wanted, options, observer);
    if gathered.non_finite.count > 0 {
        return Err(NoAnswer::NonFinite(gathered.non_finite));
    }
    if gathered.paths == 0 {
        return Err(NoAnswer::Interrupted);
    }
    let groups = groups(seeds);
    let lines = fit(&gathered, &groups, plan.isa(), options.threads);
    let drivers = quantities
        .iter()
        .zip(asked)
        .map(|(&quantity, column)| {
            let (mean, std_dev, undefined) = whole(&gathered, column);
            Drivers {
                quantity,
                mean,
                std_dev,
                undefined,
                inputs: input_effects(&wanted, &gathered, column),
                groups: group_effects(&gathered, &groups, &lines, column),
            }
        })
        .collect();
    let worth = metrics
        .into_iter()
        .enumerate()
        .filter_map(|(set, metric)| {
            let choice = information(&wanted, &gathered, &groups, &lines, set)?;
            let deals = deals(metric);
            Some(Worth { metric, without: deals[choice.without], deals, choice })
        })
        .collect();
    Ok(Plain {
        drivers,
        worth,
        paths: gathered.paths,
        kept: gathered.paths.min(KEPT_PATHS),
        interrupted: gathered.interrupted,
    })
}
