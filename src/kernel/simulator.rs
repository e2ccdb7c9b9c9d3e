//! Simulation of paths, from draws to metrics: the kernel's table of contents, which calls the nouns in the
//! order of the business (methodology: order within a period) and writes results into the block's columns.
//!
//! Neither the code of a path nor its state fits the processor's nearest cache. Therefore the world is
//! simulated a few periods ahead of the deals, and several lane groups take turns, so that code and state are
//! each fetched once for several periods.

use super::columns::{BlockOptions, Columns};
use super::deal_metrics::DealMetrics;
use super::deal_state::DealState;
use super::innovation::Scratch;
use super::metric::Series;
use super::plan::Plan;
use super::present_values::PresentValues;
use super::readiness::Readiness;
use super::record::YearSums;
use super::sharing::DealGroup;
use super::timeline::StepRef;
use super::trailing;
use super::world::{AHEAD, World};
use crate::math::lanes::{LANES, Lanes};
use crate::math::vector::{Vector, WIDTH};
use crate::outlined;
use std::ops::Range;

/// Number of lane groups that take turns. Four amortise the fetching of instructions; with many deals the
/// state of one fills the cache.
fn lane_groups(plan: &Plan) -> usize {
    const MANY_DEALS: usize = 5;
    if plan.deals.len() < MANY_DEALS { 4 } else { 1 }
}

/// State of several lane groups, allocated once per worker.
pub struct Simulator<V: Vector> {
    lane_groups: Vec<LaneGroup<V>>,
    /// Memory in which the innovations of all lane groups are computed.
    scratch: Scratch<V>,
    /// Sums of one period alone, for sample paths.
    period: YearSums<V>,
    /// By deal group, whether any result reads the sums over its years.
    recorded: Vec<bool>,
}

/// State of eight paths, one per lane of a vector.
struct LaneGroup<V: Vector> {
    world: World<V>,
    /// States of the deals, by deal group.
    states: Vec<DealState<V>>,
    /// Present values, by deal.
    values: Vec<PresentValues<V>>,
    /// Sales by cloud in the year of the mix metrics, by deal group.
    mix_year_sold: Vec<Vec<V>>,
    /// 1 on paths where a result is not finite.
    non_finite: V,
}

impl<V: Vector> LaneGroup<V> {
    fn new(plan: &Plan) -> LaneGroup<V> {
        let sold = if plan.mix_year.is_some() { plan.model.clouds.len() } else { 0 };
        LaneGroup {
            world: World::new(plan),
            states: (0..plan.deal_groups.len()).map(|group| DealState::of_group(plan, group)).collect(),
            values: plan.deals.iter().map(|_| PresentValues::new(plan.steps.periods.len())).collect(),
            mix_year_sold: vec![vec![V::zero(); sold]; plan.deal_groups.len()],
            non_finite: V::zero(),
        }
    }

    /// Goes to time 0 with the paths that begin at `first_path`. `lane_group` is their index in the block.
    #[inline(always)]
    fn start(
        &mut self,
        plan: &Plan,
        first_path: u64,
        lane_group: usize,
        columns: &Columns,
        scratch: &mut Scratch<V>,
    ) {
        self.non_finite = V::zero();
        self.world.start(plan, &columns.values, &columns.exponential, lane_group, first_path, scratch);
        for group in 0..self.states.len() {
            let (before, rest) = self.states.split_at_mut(group);
            match plan.deal_groups[group].shares_with {
                Some(base) => outlined!(V, rest[0].start_from(&before[base], plan, &self.world)),
                None => outlined!(V, rest[0].start(plan, &self.world)),
            }
        }
        for (deal, values) in self.values.iter_mut().enumerate() {
            values.start(plan, deal, &self.world);
        }
    }

    /// Simulates some periods of the world: first all their draws, then period by period.
    #[inline(always)]
    fn advance_world(
        &mut self,
        plan: &Plan,
        periods: Range<usize>,
        first_path: u64,
        lane_group: usize,
        scratch: &mut Scratch<V>,
        options: BlockOptions,
        columns: &mut Columns,
    ) {
        self.world.draw(plan, periods.clone(), scratch);
        for period in periods {
            let at = plan.steps.at(period);
            self.world.step(plan, at, first_path);
            if options.factor_pairs > 0 {
                for (pair, &(_, a, b)) in plan.innovations.pairs.iter().enumerate() {
                    let [first, second] = &mut columns.factors[period][pair];
                    self.world.innovation(a, at).store(first.group_mut(lane_group));
                    self.world.innovation(b, at).store(second.group_mut(lane_group));
                }
            }
            if !columns.noise.is_empty() {
                add_noise(plan, &self.world, at, lane_group, columns);
            }
        }
    }

    /// Simulates one period of every deal; the world has gone through it already.
    #[inline(always)]
    fn step(&mut self, plan: &Plan, at: StepRef) {
        let (world, groups, mut group) = (&self.world, &plan.deal_groups, 0);
        while group < groups.len() {
            let (before, rest) = self.states.split_at_mut(group);
            let Some(base) = groups[group].shares_with else {
                rest[0].step(plan, world, at);
                group += 1;
                continue;
            };
            // All deal groups with the same base, one after the other.
            let count = groups[group..].iter().take_while(|next| next.shares_with == Some(base)).count();
            outlined!(
                V,
                for state in &mut rest[..count] {
                    state.step_from(&before[base], plan, world, at);
                }
            );
            group += count;
        }
        outlined!(V, {
            let view = world.view(Some(at.period));
            for (deal, values) in self.values.iter_mut().enumerate() {
                let state = &self.states[plan.deals[deal].group];
                if !state.stopped {
                    values.add_period(plan, deal, &state.share, view, at);
                }
            }
        });
    }
}

impl<V: Vector> Simulator<V> {
    /// Allocates the simulator of a plan.
    pub fn new(plan: &Plan) -> Simulator<V> {
        let is_recorded = |group: &DealGroup| group.deals.iter().any(|&deal| plan.deals[deal].is_recorded());
        Simulator {
            lane_groups: (0..lane_groups(plan)).map(|_| LaneGroup::new(plan)).collect(),
            scratch: World::scratch(plan),
            period: YearSums::new(plan.model.clouds.len()),
            recorded: plan.deal_groups.iter().map(is_recorded).collect(),
        }
    }

    /// Makes the deals record prospectus figures from now on.
    pub fn note_readiness(&mut self) {
        for state in self.lane_groups.iter_mut().flat_map(|group| &mut group.states) {
            state.note = Some(Box::new(Readiness::all(V::zero())));
        }
    }

    /// Simulates a block whose inputs are drawn.
    #[inline(always)]
    pub fn run(&mut self, plan: &Plan, first_path: u64, options: BlockOptions, columns: &mut Columns) {
        // Everything is compiled for this vector's instruction set: code between outlined parts uses vectors
        // too.
        outlined!(V, {
            for first in (0..LANES / WIDTH).step_by(self.lane_groups.len()) {
                self.run_lane_groups(plan, first_path, first, options, columns);
            }
        });
    }

    /// Simulates some lane groups of a block, beginning with that of index `first`; `first_path` is the
    /// block's first path.
    #[inline(always)]
    fn run_lane_groups(
        &mut self,
        plan: &Plan,
        first_path: u64,
        first: usize,
        options: BlockOptions,
        columns: &mut Columns,
    ) {
        let all = plan.steps.periods.len();
        outlined!(V, {
            for (i, group) in self.lane_groups.iter_mut().enumerate() {
                let lane_group = first + i;
                let first_path = first_path + (lane_group * WIDTH) as u64;
                group.start(plan, first_path, lane_group, columns, &mut self.scratch);
            }
        });
        let mut year = 0;
        for from in (0..all).step_by(AHEAD) {
            let periods = from..all.min(from + AHEAD);
            for (i, group) in self.lane_groups.iter_mut().enumerate() {
                let lane_group = first + i;
                let first_path = first_path + (lane_group * WIDTH) as u64;
                group.advance_world(
                    plan,
                    periods.clone(),
                    first_path,
                    lane_group,
                    &mut self.scratch,
                    options,
                    columns,
                );
            }
            let mut year_after = year;
            for i in 0..self.lane_groups.len() {
                year_after = year;
                for period in periods.clone() {
                    let at = plan.steps.at(period);
                    self.lane_groups[i].step(plan, at);
                    outlined!(V, self.record_period(plan, at, year_after, i, first + i, options, columns));
                    year_after += usize::from(plan.steps.years[year_after].last == period);
                }
            }
            year = year_after;
        }
        outlined!(V, {
            for (i, group) in self.lane_groups.iter_mut().enumerate() {
                group.finish(plan, first + i, columns);
            }
        });
    }

    /// Records a period of the `i`-th lane group: yearly sums, the series of a year that ends, prospectus
    /// figures, and the period's series on request. `lane_group` is its index in the block.
    #[inline(always)]
    fn record_period(
        &mut self,
        plan: &Plan,
        at: StepRef,
        year: usize,
        i: usize,
        lane_group: usize,
        options: BlockOptions,
        columns: &mut Columns,
    ) {
        let LaneGroup { world, states, mix_year_sold, non_finite, .. } = &mut self.lane_groups[i];
        let view = world.view(Some(at.period));
        let year_ends = plan.steps.years[year].last == at.period;
        let is_mix_year = plan.mix_year == Some(year);
        for (group, state) in states.iter_mut().enumerate() {
            let deal = state.deal;
            if let Some(note) = &mut state.note {
                note.store(lane_group, &mut columns.readiness[deal][at.period]);
            }
            if !self.recorded[group] && !options.periods {
                continue;
            }
            let flows = state.flows(plan, view);
            let series = &plan.deals[deal].series;
            if !series.is_empty() {
                state.year.add(&flows);
            } else if is_mix_year {
                // Only the mix metrics read its yearly sums.
                state.year.add_sold(&flows);
            } else {
                continue;
            }
            if options.periods && !series.is_empty() {
                self.period.clear();
                self.period.add(&flows);
                let (stocks, sold) = (state.stocks(view, at), self.period.sold_in_all());
                for (column, &series) in columns.periods[deal][at.period].iter_mut().zip(series) {
                    self.period.series(series, &stocks, sold, V::zero()).store(column.group_mut(lane_group));
                }
            }
            if year_ends {
                if !series.is_empty() {
                    let column = &mut columns.years[deal][year];
                    close_year(plan, year, state, world, at, non_finite, lane_group, column);
                }
                if is_mix_year {
                    mix_year_sold[group].copy_from_slice(state.year.sold());
                }
                state.year.clear();
            }
        }
    }
}

impl<V: Vector> LaneGroup<V> {
    /// Writes metrics and times of events of every deal, differences of deals, and the flags of non-finite
    /// paths. `lane_group` is the index in the block.
    #[inline(always)]
    fn finish(&mut self, plan: &Plan, lane_group: usize, columns: &mut Columns) {
        for (deal, values) in self.values.iter().enumerate() {
            let terms = &plan.deals[deal];
            let (state, sold) = (&self.states[terms.group], &self.mix_year_sold[terms.group]);
            let metrics = DealMetrics::new(plan, deal, state, values, sold, &self.world.numbers);
            for (column, &metric) in columns.metrics[deal].iter_mut().zip(&terms.metrics) {
                let (value, exists) = metrics.metric(metric);
                mark_non_finite(value, exists, &mut self.non_finite).store(column.group_mut(lane_group));
            }
            let DealState { share, listing, equity_state, .. } = state;
            let times = [share.hit_time, listing.ready_time, listing.ipo_time, equity_state.failed_at];
            for (column, time) in columns.times[deal].iter_mut().zip(times) {
                time.store(column.group_mut(lane_group));
            }
        }
        for (k, difference) in plan.differences.iter().enumerate() {
            let (deals, differences) = columns.metrics.split_at_mut(plan.deals.len());
            for (column, &(_, later, first)) in differences[k].iter_mut().zip(&difference.metrics) {
                let later = V::load(deals[difference.later][later].group(lane_group));
                (later - V::load(deals[0][first].group(lane_group))).store(column.group_mut(lane_group));
            }
        }
        self.non_finite.store(columns.non_finite.group_mut(lane_group));
    }
}

/// Adds the period's innovations and jumps to the sums of its calendar year.
#[inline(always)]
fn add_noise<V: Vector>(
    plan: &Plan,
    world: &World<V>,
    at: StepRef,
    lane_group: usize,
    columns: &mut Columns,
) {
    let year = plan.steps.years.partition_point(|year| year.last < at.period);
    let begins = match year.checked_sub(1) {
        Some(before) => plan.steps.years[before].last + 1 == at.period,
        None => at.period == 0,
    };
    let drawn = world.innovations(at).iter().chain(&world.jumps);
    for (source, &drawn) in columns.noise.iter_mut().zip(drawn) {
        let sum = source[year].group_mut(lane_group);
        let before = if begins { V::zero() } else { V::load(sum) };
        (before + drawn).store(sum);
    }
}

/// Writes the yearly series of a deal.
#[inline(always)]
fn close_year<V: Vector>(
    plan: &Plan,
    year: usize,
    state: &DealState<V>,
    world: &World<V>,
    at: StepRef,
    non_finite: &mut V,
    lane_group: usize,
    columns: &mut [Lanes],
) {
    let (stocks, sold) = (state.stocks(world.view(Some(at.period)), at), state.year.sold_in_all());
    let infinite = V::splat(f64::INFINITY);
    let mut bad = V::zero().gt(V::zero());
    for (column, &series) in columns.iter_mut().zip(&plan.deals[state.deal].series) {
        // Only a cut first year has full-year series; in later years the block's columns stay NaN.
        if series.is_full_year() && year > 0 {
            continue;
        }
        let before = match series {
            Series::NetRevenueFullYear => trailing::rows(&plan.first_year.revenue, &world.numbers),
            Series::FreeCashFlowFullYear => trailing::rows(&plan.first_year.fcf, &world.numbers),
            _ => V::zero(),
        };
        let value = state.year.series(series, &stocks, sold, before);
        let size = value.abs();
        bad = bad | if series.may_be_undefined() { size.eq(infinite) } else { !size.lt(infinite) };
        value.store(column.group_mut(lane_group));
    }
    *non_finite = V::select(bad, V::one(), *non_finite);
}

/// Returns NaN where a value is undefined, and infinity where it is defined but not finite; such paths are
/// marked.
#[inline(always)]
fn mark_non_finite<V: Vector>(value: V, exists: V::Mask, non_finite: &mut V) -> V {
    let bad = exists & !value.is_finite();
    *non_finite = V::select(bad, V::one(), *non_finite);
    V::select(bad, V::splat(f64::INFINITY), V::select(exists, value, V::splat(f64::NAN)))
}
