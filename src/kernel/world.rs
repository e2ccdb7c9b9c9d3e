//! What all deals of a scenario see alike on eight paths: draws, demand, mixes, costs, discount factors, the multiple.

use super::cloud_mix::{Mix, MixTerms};
use super::cost::Costs;
use super::deal::Demand;
use super::discount::Discounts;
use super::equity::{MultiplePaths, left_by_grants};
use super::numbers::Numbers;
use super::plan::{Plan, StepRef};
use super::planned::booking_weights;
use super::segment::ProcessPaths;
use super::shock::ShockPaths;
use super::trend::TrendPaths;
use crate::math::lanes::Lanes;
use crate::math::vector::{Vector, WIDTH};
use crate::model::dependence::Factor;
use crate::model::equity::Multiple;
use crate::model::segment::ShockTarget;
use crate::piece;

/// The state of the world in the current period.
pub struct World<V> {
    /// The scenario's numbers.
    pub numbers: Numbers<V>,
    /// Unit exponential behind the time of termination.
    pub exponential: V,
    /// Innovations of the current two periods, by factor.
    pub zeta: Vec<[V; 2]>,
    /// Jumps of the period, in logs, one a shock.
    pub jumps: Vec<V>,
    segments: Vec<SegmentPaths<V>>,
    shocks: Vec<ShockPaths<V>>,
    /// Microsoft's own AI revenue.
    ai: Option<ProcessPaths<V>>,
    mix_terms: MixTerms<V>,
    mix_rows: Vec<usize>,
    mixes: Vec<Mix<V>>,
    /// What deals spend on beside their sales.
    pub costs: Costs<V>,
    /// Discount factors.
    pub discounts: Discounts<V>,
    /// The equity multiple.
    pub multiple: MultiplePaths<V>,
    /// What grants leave of a stake over a period of each distinct length.
    grants: Vec<V>,
    /// Demand of the period.
    pub demand: Demand<V>,
    /// Relief from royalty in the period before the licence's terms, discounted, billions.
    pub royalty: V,
}

/// A segment's process and its cost of inference.
struct SegmentPaths<V> {
    process: ProcessPaths<V>,
    inference: TrendPaths<V>,
    /// The fraction that clouds sell; `None`: none sells any.
    through_clouds: Option<V>,
}

fn multiple(plan: &Plan) -> Option<&Multiple> {
    plan.model.equity.as_ref().and_then(|equity| equity.method.multiple())
}

impl<V: Vector> World<V> {
    /// Room for the paths of a plan.
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
            numbers: Numbers::new(&model.ledger),
            exponential: zero,
            zeta: vec![[zero; 2]; plan.innovations.factors.len()],
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
            demand: Demand::none(),
            royalty: zero,
        }
    }

    /// Takes the draws of eight paths of a block, and stands at time 0: today's rates count for a year.
    #[inline(always)]
    pub fn start(&mut self, plan: &Plan, values: &[Lanes], exponential: &Lanes, eight: usize) {
        let model = &plan.model;
        self.numbers.take(&plan.inputs, values, eight);
        self.exponential = V::load(exponential.eight(eight));
        let numbers = &self.numbers;
        for (segment, terms) in self.segments.iter_mut().zip(&model.segments) {
            segment.process.prepare(&plan.steps, numbers);
            segment.inference.prepare(&plan.steps, numbers);
            if let Some(through) = &mut segment.through_clouds {
                *through = numbers[terms.cloud_sold];
            }
        }
        for (paths, shock) in self.shocks.iter_mut().zip(&model.shocks) {
            paths.prepare(&plan.steps, shock, numbers);
        }
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
        self.mix_terms.prepare(plan, numbers);
        self.mix_terms.displace(plan, 0.0);
        for (mix, until) in self.mixes.iter_mut().zip(&plan.mixes) {
            mix.start(plan, &self.mix_terms, exclusive(*until, numbers));
        }
        self.ask(When::Today);
    }

    /// One period of the worlds of neighbouring eights, `first_path` the first path of the first: innovations, growth,
    /// level, shocks, demand, mix, and what deals need of costs and factors. Each step is taken by all eights before the
    /// next: its code is then in the processor's nearest cache.
    #[inline(always)]
    pub fn step(worlds: &mut [World<V>], plan: &Plan, at: StepRef, first_path: u64) {
        if at.parity == 0 {
            piece!(V, {
                for (i, world) in worlds.iter_mut().enumerate() {
                    plan.innovations.fill(of_eight(first_path, i), (at.period / 2) as u32, &mut world.zeta);
                }
            });
        }
        piece!(
            V,
            for world in &mut *worlds {
                world.grow(plan, at)
            }
        );
        piece!(V, {
            for (i, world) in worlds.iter_mut().enumerate() {
                world.shake(plan, at, of_eight(first_path, i));
            }
        });
        piece!(
            V,
            for world in &mut *worlds {
                world.book(plan, at)
            }
        );
        piece!(
            V,
            for world in &mut *worlds {
                world.spread(plan, at)
            }
        );
        piece!(
            V,
            for world in &mut *worlds {
                world.pass(plan, at)
            }
        );
    }

    /// Growth and levels, before shocks.
    #[inline(always)]
    fn grow(&mut self, plan: &Plan, at: StepRef) {
        for segment in &mut self.segments {
            segment.process.step(at, &self.zeta);
            segment.inference.advance(at.step);
        }
        if let Some(ai) = &mut self.ai {
            ai.step(at, &self.zeta);
        }
        if multiple(plan).is_some() {
            self.multiple.step(at, &self.zeta);
        }
    }

    /// Rates, after shocks, and the demand booked.
    #[inline(always)]
    fn book(&mut self, plan: &Plan, at: StepRef) {
        let booking = booking_weights(plan.model.run.booking);
        for segment in &mut self.segments {
            segment.process.book(at, booking);
        }
        if let Some(ai) = &mut self.ai {
            ai.book(at, booking);
        }
        if multiple(plan).is_some() {
            self.multiple.settle();
        }
    }

    /// The cloud mixes.
    #[inline(always)]
    fn spread(&mut self, plan: &Plan, at: StepRef) {
        self.mix_terms.displace(plan, at.middle);
        for mix in &mut self.mixes {
            mix.step(plan, &self.mix_terms, at, &self.zeta, &self.mix_rows);
        }
    }

    /// Costs and factors of the period, demand over all segments, and the relief from royalty.
    #[inline(always)]
    fn pass(&mut self, plan: &Plan, at: StepRef) {
        self.costs.advance(plan, at, &self.numbers);
        self.discounts.advance(at.step);
        if let Some(ai) = &self.ai {
            let kept = V::one() - self.mix_terms.in_house;
            let rate = self.numbers[plan.model.licence.royalty_rate];
            self.royalty = ai.booked * rate * kept * self.discounts.licence.at_middle;
        }
        self.ask(When::Period);
    }

    /// Shocks of the period.
    #[inline(always)]
    fn shake(&mut self, plan: &Plan, at: StepRef, first_path: u64) {
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

    /// Demand over all segments.
    #[inline(always)]
    fn ask(&mut self, when: When) {
        let mut demand = Demand::none();
        for segment in &self.segments {
            let rate = segment.process.rate_end;
            let booked = match when {
                When::Today => rate,
                When::Period => segment.process.booked,
            };
            demand.add(booked, rate, segment.inference.at_middle(), segment.through_clouds);
        }
        self.demand = demand;
    }

    /// Of a segment in the period: its rate at the start and at the end, billions a year, what it booked, billions, and its
    /// cost of inference as a fraction.
    pub fn segment(&self, index: usize) -> [V; 4] {
        let SegmentPaths { process, inference, .. } = &self.segments[index];
        [process.rate_start, process.rate_end, process.booked, inference.at_middle()]
    }

    /// In-house models' share at the period's middle.
    pub fn in_house(&self) -> V {
        self.mix_terms.in_house
    }

    /// Microsoft's own AI revenue of the period, billions, where there is any.
    pub fn own_revenue(&self) -> Option<V> {
        self.ai.as_ref().map(|ai| ai.booked)
    }

    /// The mix that a deal sees.
    #[inline(always)]
    pub fn mix(&self, plan: &Plan, deal: usize) -> &Mix<V> {
        &self.mixes[plan.deals[deal].mix]
    }

    /// What grants leave of a stake over the period.
    #[inline(always)]
    pub fn left_by_grants(&self, at: StepRef) -> V {
        self.grants[at.step]
    }
}

/// The first path of the eight so many places after that of `first_path`.
#[inline(always)]
fn of_eight(first_path: u64, places: usize) -> u64 {
    first_path + (places * WIDTH) as u64
}

/// Whose demand is asked for.
#[derive(Clone, Copy)]
enum When {
    /// A year at today's rates.
    Today,
    /// The period's own.
    Period,
}

/// Until when other clouds are closed.
#[inline(always)]
fn exclusive<V: Vector>(until: Option<crate::model::ledger::Num>, numbers: &Numbers<V>) -> Option<V> {
    until.map(|num| numbers[num])
}
