//! Warnings about the scenario as a whole: amounts beside today's revenue, today's equity beside the last round, next year's demand, deals beside each other.

use crate::config::{Code, Config, Place, Problem, Problems};
use crate::kernel::plan::Plan;
use crate::math::simd::Isa;
use crate::model::unit_words::{dollars, plain};
use crate::model::{Model, left_out};
use crate::study::today;

use super::scale;

/// How many times the price of the last round equity may be worth, or the other way round.
const USUAL_FACTOR: f64 = 3.0;

/// Next year's usual growth of demand.
const USUAL_GROWTH: std::ops::RangeInclusive<f64> = -0.5..=4.0;

/// Adds the warnings that need more than one number of the scenario, or a look at its first year.
pub fn warn(config: &Config, model: &Model, problems: &mut Problems) {
    left_out(config).into_iter().for_each(|problem| problems.push(problem));
    // One seed for all, so that a warning does not come and go with it.
    let plan = Plan::from_model(model, 1, Isa::detect());
    scale::warn(config, &plan, problems);
    // One number in another unit moves these figures too, and has been told.
    if problems.iter().any(|problem| matches!(problem.code, Code::UnusualNumber | Code::OutOfScale)) {
        return;
    }
    equity_far_from_round(config, &plan).into_iter().for_each(|problem| problems.push(problem));
    demand_growth(config, &plan).into_iter().for_each(|problem| problems.push(problem));
}

fn equity_far_from_round(config: &Config, plan: &Plan) -> Option<Problem> {
    let (round, price) = today::last_round(plan)?;
    let equity = today::equity(plan)?.p50;
    let ratio = equity / price;
    if (1.0 / USUAL_FACTOR..=USUAL_FACTOR).contains(&ratio) || price <= 0.0 {
        return None;
    }
    let written = config.equity.as_ref()?;
    let place = written.multiple_now.as_ref().map_or(written.place, |multiple| multiple.place);
    let message = format!(
        "equity is worth {} today (median), and the round `{}` values it at {} before the money",
        dollars(equity * 1e9),
        plan.model().rounds[round].name,
        dollars(price * 1e9)
    );
    let priced = config.round.get(round).map_or(Place::FILE, |round| round.place);
    let help = "look at `[equity]`, at today's rates of revenue and at the round: one of them is off by more than a factor of 3";
    Some(Problem::warning(Code::EquityFarFromRound, place, message).also(priced, "the round").help(help))
}

fn demand_growth(config: &Config, plan: &Plan) -> Option<Problem> {
    let growth = today::median_demand_growth(plan)?;
    if USUAL_GROWTH.contains(&growth) {
        return None;
    }
    let place = config.segment.first().map_or(Place::FILE, |segment| segment.place);
    let verb = if growth < 0.0 { "shrinks" } else { "grows" };
    let message = format!(
        "demand {verb} by {}% in the first year, with every number at its median",
        plain(100.0 * growth.abs())
    );
    let help = "growth is continuous and a fraction of 1: 50% a year is ln 1.5 = 0.405";
    Some(Problem::warning(Code::DemandGrowth, place, message).help(help))
}
