//! The world on eight paths, the same for all deals: demand, cloud mixes, costs, discount factors, the
//! valuation multiple.
//!
//! It does not depend on any deal. It is simulated several periods ahead of the deals, so that its own state
//! and then theirs stay in the processor's nearest cache.

use super::cloud_mix::{Mix, MixTerms};
use super::cost::Costs;
use super::deal::Demand;
use super::discount::Discounts;
use super::equity::{MultiplePaths, left_by_grants};
use super::innovation::Scratch;
use super::numbers::Numbers;
use super::plan::Plan;
use super::planned::booking_weights;
use super::points::PlanPoints;
use super::segment::ProcessPaths;
use super::shock::ShockPaths;
use super::timeline::StepRef;
use super::trend::TrendPaths;
use super::view::View;
use crate::math::lanes::Lanes;
use crate::math::vector::Vector;
use crate::model::dependence::Factor;
use crate::model::equity::Multiple;
use crate::model::shock::ShockTarget;
use crate::outlined;
use crate::rng::stream::Sequence;
use std::ops::Range;

/// Number of periods that the world is ahead of the deals; even, because innovations are drawn in pairs.
pub const AHEAD: usize = 4;
const _: () = assert!(AHEAD.is_multiple_of(2));

/// State of the world.
pub struct World<V: Vector> {
    /// Parameters of the scenario.
    pub numbers: Numbers<V>,
    /// Unit exponential that determines the time of termination.
    pub exponential: V,
    /// Random sequences of the innovations.
    sequences: Vec<Sequence<V>>,
    /// Number of periods drawn so far.
    drawn: usize,
    /// Innovations of the periods ahead, or under Sobol sampling of all periods, by period and factor.
    zeta: Vec<V>,
    /// Number of factors.
    rows: usize,
    /// Picks a period's place in `zeta` from its index.
    kept: usize,
    /// Jumps of the last period in logs, by shock.
    pub jumps: Vec<V>,
    segments: Vec<SegmentPaths<V>>,
    shocks: Vec<ShockPaths<V>>,
    /// Process of Microsoft's own AI revenue.
    ai: Option<ProcessPaths<V>>,
    mix_terms: MixTerms<V>,
    mix_rows: Vec<usize>,
    mixes: Vec<Mix<V>>,
    /// Costs that do not depend on the deal.
    pub costs: Costs<V>,
    /// Discount factors.
    pub discounts: Discounts<V>,
    multiple: MultiplePaths<V>,
    /// Fraction of a stake that grants leave over a period of each distinct length.
    grants: Vec<V>,
    /// Views of the periods ahead; before the first period, the first view is that of time 0.
    views: [View<V>; AHEAD],
}

/// Revenue and cost of inference of a segment.
struct SegmentPaths<V> {
    process: ProcessPaths<V>,
    inference: TrendPaths<V>,
    /// Fraction sold through clouds; `None`: 0.
    through_clouds: Option<V>,
}

fn multiple(plan: &Plan) -> Option<&Multiple> {
    plan.model.equity.as_ref().and_then(|equity| equity.method.multiple())
}

impl<V: Vector> World<V> {
    /// Allocates the world of a plan.
    pub fn new(plan: &Plan) -> World<V> {
        let (model, steps, zero) = (&plan.model, &plan.steps, V::zero());
        let row = |factor| plan.innovations.row(factor);
        let process = |process, level, growth| {
            ProcessPaths::new(process, row(level), row(growth), model.run.scheme, model.run.booking, steps)
        };
        let segments = model.segments.iter().enumerate().map(|(k, segment)| SegmentPaths {
            process: process(&segment.process, Factor::SegmentLevel(k), Factor::SegmentGrowth(k)),
            inference: TrendPaths::new(segment.inference_cost, steps),
            through_clouds: plan.through_clouds[k].then(V::zero),
        });
        let ai = model.microsoft.ai.as_ref();
        World {
            numbers: Numbers::new(&model.parameters),
            exponential: zero,
            sequences: Vec::with_capacity(plan.innovations.drawn.len()),
            drawn: 0,
            zeta: vec![
                zero;
                plan.points.as_ref().map_or(AHEAD, |_| steps.periods.len())
                    * plan.innovations.factors.len()
            ],
            rows: plan.innovations.factors.len(),
            kept: plan.points.as_ref().map_or(AHEAD - 1, |_| usize::MAX),
            jumps: vec![zero; model.shocks.len()],
            segments: segments.collect(),
            shocks: model.shocks.iter().map(|shock| ShockPaths::new(shock, steps)).collect(),
            ai: ai.map(|ai| process(ai, Factor::MicrosoftAiLevel, Factor::MicrosoftAiGrowth)),
            mix_terms: MixTerms::new(model.clouds.len(), steps),
            mix_rows: (1..model.clouds.len()).map(|j| row(Factor::CloudMix(j)).0).collect(),
            mixes: plan.mixes.iter().map(|_| Mix::new(model.clouds.len())).collect(),
            costs: Costs::new(plan),
            discounts: Discounts::new(steps),
            multiple: MultiplePaths::new(row(Factor::Multiple), steps),
            grants: vec![V::one(); steps.lengths.len()],
            views: std::array::from_fn(|_| View::new(plan)),
        }
    }

    /// Allocates the memory in which innovations are computed.
    pub fn scratch(plan: &Plan) -> Scratch<V> {
        Scratch::new(&plan.innovations, plan.points.as_ref(), AHEAD)
    }

    /// Loads the draws of a lane group, whose first path is `first_path`, and goes to time 0, where today's
    /// annual rates count as a year's demand.
    #[inline(always)]
    pub fn start(
        &mut self,
        plan: &Plan,
        values: &[Lanes],
        exponential: &Lanes,
        lane_group: usize,
        first_path: u64,
        scratch: &mut Scratch<V>,
    ) {
        outlined!(V, self.start_draws(plan, first_path, scratch));
        outlined!(V, {
            self.numbers.load(&plan.inputs, values, lane_group);
            self.exponential = V::load(exponential.group(lane_group));
        });
        outlined!(V, self.start_shocks(plan, first_path, scratch));
        outlined!(V, self.start_segments(plan));
        outlined!(V, self.start_rates(plan));
        outlined!(V, self.start_mixes(plan));
    }

    /// Takes the first draws of the innovations.
    #[inline(always)]
    fn start_draws(&mut self, plan: &Plan, first_path: u64, scratch: &mut Scratch<V>) {
        match &plan.points {
            None => plan.innovations.start(first_path, &mut self.sequences),
            Some(points) => outlined!(V, self.draw_points(plan, points, first_path, scratch)),
        }
        self.drawn = 0;
    }

    /// Goes to time 0 with the shocks.
    #[inline(always)]
    fn start_shocks(&mut self, plan: &Plan, first_path: u64, scratch: &Scratch<V>) {
        for (i, (paths, shock)) in self.shocks.iter_mut().zip(&plan.model.shocks).enumerate() {
            paths.prepare(&plan.steps, shock, &self.numbers);
            match &plan.points {
                None => paths.start(&plan.shocks[i], first_path),
                Some(points) => {
                    paths.start_points(
                        &plan.shocks[i],
                        &points.shocks[i],
                        points,
                        &scratch.words,
                        first_path,
                    );
                }
            }
        }
    }

    /// Goes to time 0 with demand.
    #[inline(always)]
    fn start_segments(&mut self, plan: &Plan) {
        let numbers = &self.numbers;
        for (segment, terms) in self.segments.iter_mut().zip(&plan.model.segments) {
            segment.process.prepare(&plan.steps, numbers);
            segment.inference.prepare(&plan.steps, numbers);
            if let Some(through) = &mut segment.through_clouds {
                *through = numbers[terms.cloud_sold];
            }
        }
    }

    /// Goes to time 0 with the partner's AI revenue, costs, discounts, the equity multiple and grants.
    #[inline(always)]
    fn start_rates(&mut self, plan: &Plan) {
        let (model, numbers) = (&plan.model, &self.numbers);
        if let Some(ai) = &mut self.ai {
            ai.prepare(&plan.steps, numbers);
        }
        self.costs.prepare(plan, numbers);
        self.discounts.prepare(plan, numbers);
        if let Some(multiple) = multiple(plan) {
            self.multiple.prepare(multiple, &plan.steps, numbers);
        }
        if let Some(equity) = &model.equity {
            for (left, &length) in self.grants.iter_mut().zip(&plan.steps.lengths) {
                *left = left_by_grants(numbers[equity.grant_rate], length);
            }
        }
    }

    /// Goes to time 0 with the cloud mixes; needs the rest at time 0.
    #[inline(always)]
    fn start_mixes(&mut self, plan: &Plan) {
        let numbers = &self.numbers;
        self.mix_terms.prepare(plan, numbers);
        self.mix_terms.displace(plan, 0.0);
        let view = &mut self.views[0];
        for ((mix, until), sold) in self.mixes.iter_mut().zip(&plan.mixes).zip(view.mixes_mut()) {
            mix.start(plan, &self.mix_terms, exclusive(*until, numbers), sold);
        }
        view.multiple = self.multiple.level;
        view.demand = total_demand(&self.segments, When::Today);
    }

    /// Draws the innovations of all periods from Sobol points.
    #[inline(always)]
    fn draw_points(&mut self, plan: &Plan, points: &PlanPoints, first_path: u64, scratch: &mut Scratch<V>) {
        let group = points.group(first_path);
        group.words(&mut scratch.words);
        plan.innovations.fill_from_points(points, &group, first_path, scratch, &mut self.zeta);
    }

    /// Draws the innovations of the next periods: [`AHEAD`] of them, or fewer at the end of the timeline.
    #[inline(always)]
    pub fn draw(&mut self, plan: &Plan, periods: Range<usize>, scratch: &mut Scratch<V>) {
        debug_assert!(
            periods.start == self.drawn && periods.start.is_multiple_of(AHEAD) && periods.len() <= AHEAD
        );
        self.drawn = periods.end;
        if plan.points.is_some() {
            return;
        }
        outlined!(V, plan.innovations.fill(&mut self.sequences, periods.len(), scratch, &mut self.zeta));
    }

    /// Simulates one period whose innovations have been drawn.
    #[inline(always)]
    pub fn step(&mut self, plan: &Plan, at: StepRef, first_path: u64) {
        outlined!(V, self.step_processes(plan, at));
        outlined!(V, self.apply_shocks(plan, at, first_path));
        outlined!(V, self.book_demand(plan, at));
        outlined!(V, self.update_mixes(plan, at));
        outlined!(V, self.update_view(plan, at));
    }

    /// Steps growth and levels, before shocks.
    #[inline(always)]
    fn step_processes(&mut self, plan: &Plan, at: StepRef) {
        let zeta = of_period(&self.zeta, self.rows, self.kept & at.period);
        for segment in &mut self.segments {
            segment.process.step(at, zeta);
            segment.inference.advance(at.step);
        }
        if let Some(ai) = &mut self.ai {
            ai.step(at, zeta);
        }
        if multiple(plan).is_some() {
            self.multiple.step(at, zeta);
        }
    }

    /// Computes rates after shocks and the revenue booked.
    #[inline(always)]
    fn book_demand(&mut self, plan: &Plan, at: StepRef) {
        let booking = booking_weights(plan.model.run.booking);
        for segment in &mut self.segments {
            segment.process.book(at, booking);
        }
        if let Some(ai) = &mut self.ai {
            ai.book(at, booking);
        }
        if multiple(plan).is_some() {
            self.multiple.update_level();
        }
    }

    /// Steps the cloud mixes.
    #[inline(always)]
    fn update_mixes(&mut self, plan: &Plan, at: StepRef) {
        self.mix_terms.displace(plan, at.middle);
        let zeta = of_period(&self.zeta, self.rows, self.kept & at.period);
        let view = &mut self.views[at.period % AHEAD];
        for (mix, sold) in self.mixes.iter_mut().zip(view.mixes_mut()) {
            mix.step(plan, &self.mix_terms, at, zeta, &self.mix_rows, sold);
        }
    }

    /// Writes the period's costs, discount factors, demand and royalty relief to its view.
    #[inline(always)]
    fn update_view(&mut self, plan: &Plan, at: StepRef) {
        let view = &mut self.views[at.period % AHEAD];
        self.costs.advance(plan, at, &self.numbers, &mut view.costs);
        view.discounts = self.discounts.advance(at.step);
        view.multiple = self.multiple.level;
        if let Some(ai) = &self.ai {
            let kept = V::one() - self.mix_terms.in_house;
            let rate = self.numbers[plan.model.licence.royalty_rate];
            view.royalty = ai.booked * rate * kept * view.discounts.licence;
        }
        view.demand = total_demand(&self.segments, When::Period);
    }

    /// Draws the period's shocks and applies them to levels.
    #[inline(always)]
    fn apply_shocks(&mut self, plan: &Plan, at: StepRef, first_path: u64) {
        for (i, shock) in plan.model.shocks.iter().enumerate() {
            let struck = self.shocks[i].strike(&plan.shocks[i], at, first_path);
            self.jumps[i] = struck.unwrap_or(V::zero());
            let Some(jump) = struck else { continue };
            for (&(target, _), loading) in shock.loadings.iter().zip(&self.shocks[i].loadings) {
                let state = match target {
                    ShockTarget::Segment(k) => &mut self.segments[k].process.x,
                    ShockTarget::Multiple => &mut self.multiple.log,
                };
                *state = loading.mul_add(jump, *state);
            }
        }
    }

    /// View of a period drawn last, or of time 0 (`None`), before the first period.
    #[inline(always)]
    pub fn view(&self, period: Option<usize>) -> &View<V> {
        &self.views[period.map_or(0, |period| period % AHEAD)]
    }

    /// Innovations of a period, by factor.
    #[inline(always)]
    pub fn innovations(&self, at: StepRef) -> &[V] {
        of_period(&self.zeta, self.rows, self.kept & at.period)
    }

    /// Innovation of one factor in a period.
    #[inline(always)]
    pub fn innovation(&self, row: usize, at: StepRef) -> V {
        self.innovations(at)[row]
    }

    /// Rates of a segment at the period's start and end (billions a year), its booked revenue (billions), and
    /// its cost of inference as a fraction of revenue.
    pub fn segment(&self, index: usize) -> [V; 4] {
        let SegmentPaths { process, inference, .. } = &self.segments[index];
        [process.rate_start, process.rate_end, process.booked, inference.at_middle]
    }

    /// Share of Microsoft's in-house models at the period's middle.
    pub fn in_house(&self) -> V {
        self.mix_terms.in_house
    }

    /// Microsoft's own AI revenue of the period, billions; `None` if the scenario has none.
    pub fn own_revenue(&self) -> Option<V> {
        self.ai.as_ref().map(|ai| ai.booked)
    }

    /// Fraction of a stake that grants leave over a period.
    #[inline(always)]
    pub fn left_by_grants(&self, at: StepRef) -> V {
        self.grants[at.step]
    }
}

/// Innovations of a period, by factor; `place` is its place among those that are kept.
#[inline(always)]
fn of_period<V>(zeta: &[V], factors: usize, place: usize) -> &[V] {
    &zeta[place * factors..][..factors]
}

/// Demand summed over all segments.
#[inline(always)]
fn total_demand<V: Vector>(segments: &[SegmentPaths<V>], when: When) -> Demand<V> {
    let mut demand = Demand::none();
    for segment in segments {
        let rate = segment.process.rate_end;
        let booked = match when {
            When::Today => rate,
            When::Period => segment.process.booked,
        };
        demand.add(booked, rate, segment.inference.at_middle, segment.through_clouds);
    }
    demand
}

/// Time for which demand is summed.
#[derive(Clone, Copy)]
enum When {
    /// A year at the rates of time 0.
    Today,
    /// The current period.
    Period,
}

/// Time until which other clouds may not sell, years.
#[inline(always)]
fn exclusive<V: Vector>(until: Option<crate::model::parameters::ParamId>, numbers: &Numbers<V>) -> Option<V> {
    until.map(|num| numbers[num])
}
