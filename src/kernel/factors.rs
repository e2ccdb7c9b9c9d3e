//! The factors of a model: in which order they stand, and which of them have an effect.

use crate::model::Model;
use crate::model::dependence::Factor;
use crate::model::parameters::ParamId;
use crate::model::process::Process;

/// Whether a factor has any effect: whether its volatility can differ from 0.
pub(super) fn moves(model: &Model, factor: Factor) -> bool {
    let volatile = |num: ParamId| model.parameters.constant(num) != Some(0.0);
    let level = |process: &Process| match process {
        &Process::MeanRevertingGrowth {
            volatility_now, volatility_long_run, growth_volatility_now, ..
        } => volatile(volatility_now) || volatile(volatility_long_run) || volatile(growth_volatility_now),
        &Process::Gbm { volatility, .. }
        | &Process::Plan { volatility, .. }
        | &Process::Logistic { volatility, .. } => volatile(volatility),
    };
    let growth = |process: &Process| match process {
        &Process::MeanRevertingGrowth { growth_volatility_now, .. } => volatile(growth_volatility_now),
        _ => false,
    };
    match factor {
        Factor::SegmentLevel(k) => level(&model.segments[k].process),
        Factor::SegmentGrowth(k) => growth(&model.segments[k].process),
        Factor::CloudMix(j) => volatile(model.clouds[j].volatility),
        Factor::Multiple => model
            .equity
            .and_then(|equity| equity.method.multiple().map(|multiple| volatile(multiple.volatility)))
            .unwrap_or(false),
        Factor::MicrosoftAiLevel => model.microsoft.ai.as_ref().is_some_and(level),
        Factor::MicrosoftAiGrowth => model.microsoft.ai.as_ref().is_some_and(growth),
    }
}

/// All factors, by row.
pub(super) fn all_factors(model: &Model) -> Vec<Factor> {
    let mut factors = Vec::new();
    for k in 0..model.segments.len() {
        factors.push(Factor::SegmentLevel(k));
        factors.push(Factor::SegmentGrowth(k));
    }
    factors.extend((1..model.clouds.len()).map(Factor::CloudMix));
    factors.extend([Factor::Multiple, Factor::MicrosoftAiLevel, Factor::MicrosoftAiGrowth]);
    factors
}

/// The factors that are drawn, in the order of their rows: those with an effect, and all of a correlated group.
pub(super) fn drawn_factors(model: &Model) -> Vec<Factor> {
    let grouped =
        |factor: &Factor| model.dependence.factors.iter().any(|group| group.members.contains(factor));
    all_factors(model).into_iter().filter(|factor| moves(model, *factor) || grouped(factor)).collect()
}
