//! Time 0 and the year after it, without the rest of the timeline: today's equity on drawn paths, and revenue and the growth of
//! demand on the median path.

use super::deal_state::DealState;
use super::numbers::Numbers;
use super::plan::Plan;
use super::planned::booking_weights;
use super::segment::ProcessPaths;
use super::timeline::TIME_SLACK;
use super::world::World;
use crate::math::lanes::{LANES, Lanes};
use crate::math::portable::Portable;
use crate::math::vector::{Real, Vector, WIDTH};
use crate::model::dependence::Factor;
use crate::model::segment::Segment;

/// Equity at time 0 under a deal on the first paths, billions; only of paths on which it has a value.
pub fn equity(plan: &Plan, deal: usize, paths: u64) -> Vec<f64> {
    let mut values = medians(plan);
    let mut normals = vec![Lanes::ZERO; plan.inputs.rows()];
    let mut exponential = Lanes::ZERO;
    let mut world: World<Portable> = World::new(plan);
    let mut scratch = World::scratch(plan);
    let mut state: DealState<Portable> = DealState::new(plan, deal);
    let mut equity = Vec::new();
    for first in (0..paths).step_by(LANES) {
        plan.draw_inputs(first, &mut normals, &mut values, &mut exponential);
        for lane_group in 0..LANES / WIDTH {
            let first = first + (lane_group * WIDTH) as u64;
            world.start(plan, &values, &exponential, lane_group, first, &mut scratch);
            state.start(plan, &world);
            let (value, defined) =
                (state.equity_state.equity.to_array(), state.equity_state.defined.to_array());
            equity.extend(
                value.into_iter().zip(defined).filter(|(_, defined)| *defined != 0.0).map(|(value, _)| value),
            );
        }
    }
    equity
}

/// Annual rate of revenue of all segments at time 0 where every number is its median, billions.
pub fn median_revenue(plan: &Plan) -> f64 {
    revenue(&still_processes(plan))
}

/// Growth of demand over the first year, or a year's growth at the pace of a shorter timeline, where every number is its median and
/// no innovation moves anything; `None` without demand today.
pub fn median_demand_growth(plan: &Plan) -> Option<f64> {
    let (booking, steps) = (plan.model.run.booking, &plan.steps);
    let still = vec![Portable::zero(); plan.innovations.factors.len()];
    let last = steps.periods.iter().position(|period| period.end >= 1.0 - TIME_SLACK);
    let last = last.unwrap_or(steps.periods.len() - 1);
    let mut processes = still_processes(plan);
    let today = revenue(&processes);
    for process in &mut processes {
        for period in 0..=last {
            let at = steps.at(period);
            process.step(at, &still);
            process.book(at, booking_weights(booking));
        }
    }
    let growth = (revenue(&processes) / today).powf(1.0 / steps.periods[last].end) - 1.0;
    growth.is_finite().then_some(growth)
}

/// The processes of the segments at time 0, every number at its median.
fn still_processes(plan: &Plan) -> Vec<ProcessPaths<Portable>> {
    let (model, steps) = (&plan.model, &plan.steps);
    let mut numbers: Numbers<Portable> = Numbers::new(&model.parameters);
    numbers.load(&plan.inputs, &medians(plan), 0);
    let row = |factor| plan.innovations.row(factor);
    let at_start = |(k, segment): (usize, &Segment)| {
        let (level, growth) = (row(Factor::SegmentLevel(k)), row(Factor::SegmentGrowth(k)));
        let (scheme, booking) = (model.run.scheme, model.run.booking);
        let mut process = ProcessPaths::new(&segment.process, level, growth, scheme, booking, steps);
        process.prepare(steps, &numbers);
        process
    };
    model.segments.iter().enumerate().map(at_start).collect()
}

/// The sum of the segments' annual rates at the end of the last step.
fn revenue(processes: &[ProcessPaths<Portable>]) -> f64 {
    processes.iter().map(|process| process.rate_end.to_array()[0]).sum()
}

/// Every parameter at its median, in columns of a block.
fn medians(plan: &Plan) -> Vec<Lanes> {
    let parameters = &plan.model.parameters;
    parameters.ids().map(|id| Lanes([parameters.median(id); LANES])).collect()
}
