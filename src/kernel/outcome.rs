//! A block of paths from draws to metrics: calls the nouns in the order of the business (methodology: order within a
//! period), and puts the metrics together from what they give. The few products and quotients of that last step stand at
//! the end of the file.

mod readiness;

pub use readiness::Readiness;

use super::cloud_mix::{Mix, MixTerms, reversion};
use super::cost::{self, Books, CostTerms};
use super::deal::{self, Demand, Sales, Share};
use super::decay::Decay;
use super::equity::{self, Holding};
use super::innovation::FactorIndex;
use super::ipo::{self, Listing};
use super::licence::{self, OwnBusiness};
use super::metric::Metric;
use super::plan::{Plan, StepRef, TIME_SLACK};
use super::record::{PeriodFigures, YearSums};
use super::segment::{ProcessKernel, booking_weights, exp_lanes, half_life_rate, ln_lanes, s_curve};
use super::shock::{ShockKernel, jump};
use super::trailing;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::model::dependence::Factor;
use crate::model::equity::{EbitdaBasis, Method};
use crate::model::funding::PreMoney;
use crate::model::ipo::GateKind;
use crate::model::ledger::{Law, Num};
use crate::model::segment::{ShockTarget, Trend};
use crate::simd_fn;
use crate::stats::moments::ChunkCoMoments;

/// What one block is asked for beyond the metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// Keep every period's series (sample paths).
    pub periods: bool,
    /// Gather the products of correlated factors over so many of the block's paths.
    pub factor_pairs: usize,
}

/// A fading trend: its numbers and the decay of its deviation.
struct TrendKernel {
    trend: Trend,
    fade: Decay,
}

/// Everything that a worker needs to run blocks, allocated once.
pub struct Block {
    values: Vec<Lanes>,
    normal: Vec<Lanes>,
    exponential: Lanes,
    zeta: Vec<[Lanes; 2]>,
    mix_rows: Vec<usize>,
    multiple_row: FactorIndex,
    segments: Vec<ProcessKernel>,
    inference: Vec<TrendKernel>,
    shocks: Vec<ShockKernel>,
    ai: Option<ProcessKernel>,
    research: TrendKernel,
    opex: TrendKernel,
    discounts: Discounts,
    mix_terms: MixTerms,
    mixes: Vec<Mix>,
    multiple: MultipleKernel,
    drawn: Vec<Lanes>,
    flex_home: Lanes,
    cloud_demand: Lanes,
    interest: Vec<Lanes>,
    grants: Vec<Lanes>,
    deals: Vec<DealBlock>,
    /// Metrics of the block: per deal, then per difference, in the plan's order.
    pub metrics: Vec<Vec<Lanes>>,
    /// Yearly series of the block: per deal, year, series.
    pub years: Vec<Vec<Vec<Lanes>>>,
    /// Series by period, where asked for: per deal, period, series.
    pub periods: Vec<Vec<Vec<Lanes>>>,
    /// 1 on the paths that are not finite.
    pub broken: Lanes,
    /// Products of correlated factors, where asked for, one per pair of the plan's innovations.
    pub factor_pairs: Vec<ChunkCoMoments>,
    /// What a prospectus would say, per deal and period; empty in a block without room for it, or a plan without an IPO.
    pub readiness: Vec<Vec<Readiness>>,
}

struct Discounts {
    share: Decay,
    equity: Decay,
    cloud: Decay,
    licence: Decay,
    revenue: Decay,
    /// `ln(1 + rate)` of the share, for lags and for what is owed.
    share_rate: Lanes,
}

struct MultipleKernel {
    log: Lanes,
    level: Lanes,
    centre: Lanes,
    keep: Vec<Lanes>,
    noise: Vec<Lanes>,
}

/// State of one deal over a block.
struct DealBlock {
    share: Share,
    sales: Sales,
    books: Books,
    holding: Holding,
    listing: Listing,
    own: OwnBusiness,
    lag_factor: Lanes,
    stake_mark: Lanes,
    revenue_kept: Lanes,
    net: Vec<Lanes>,
    fcf: Vec<Lanes>,
    ebitda: Vec<Lanes>,
    paid_pv: Vec<Lanes>,
    due_pv: Vec<Lanes>,
    trailing_revenue: Lanes,
    year_ago_ratio: Lanes,
    growth: Lanes,
    alive_before: Lanes,
    year: YearSums,
    period: YearSums,
    mix_year_sold: Vec<Lanes>,
}

const ONE: Lanes = Lanes::splat(1.0);

impl Block {
    /// Room for the blocks of a plan.
    pub fn new(plan: &Plan) -> Block {
        let (model, steps) = (&plan.model, &plan.steps);
        let values = model
            .ledger
            .entries()
            .iter()
            .map(|entry| match entry.law {
                Law::Constant(value) => Lanes::splat(value),
                Law::Distributed(_) => Lanes::ZERO,
            })
            .collect();
        let row = |factor| plan.innovations.row(factor);
        let process = |process, level, growth| {
            ProcessKernel::new(process, row(level), row(growth), model.run.scheme, model.run.booking, steps)
        };
        let trend = |trend| TrendKernel { trend, fade: Decay::new(steps) };
        let per_step = || vec![Lanes::ZERO; steps.lengths.len()];
        let per_period = || vec![Lanes::ZERO; steps.periods.len()];
        let clouds = model.clouds.len();
        let deals = model
            .deals
            .iter()
            .map(|_| DealBlock {
                share: Share {
                    ends: Lanes::ZERO,
                    terminated: Lanes::ZERO,
                    room: Lanes::ZERO,
                    cap_left: Lanes::ZERO,
                    cumulative: Lanes::ZERO,
                    cumulative_due: Lanes::ZERO,
                    revenue_in_share: Lanes::ZERO,
                    hit_time: Lanes::ZERO,
                    paid: Lanes::ZERO,
                    pv: Lanes::ZERO,
                    due_pv: Lanes::ZERO,
                    owed: Lanes::ZERO,
                },
                sales: Sales::default(),
                books: Books::default(),
                holding: Holding::default(),
                listing: Listing::default(),
                own: OwnBusiness::default(),
                lag_factor: ONE,
                stake_mark: Lanes::ZERO,
                revenue_kept: Lanes::ZERO,
                net: per_period(),
                fcf: per_period(),
                ebitda: per_period(),
                paid_pv: per_period(),
                due_pv: per_period(),
                trailing_revenue: Lanes::ZERO,
                year_ago_ratio: Lanes::ZERO,
                growth: Lanes::ZERO,
                alive_before: ONE,
                year: YearSums::new(clouds),
                period: YearSums::new(clouds),
                mix_year_sold: vec![Lanes::ZERO; clouds],
            })
            .collect();
        let series = |deal: usize| vec![Lanes::ZERO; plan.deals[deal].series.len()];
        let metric_counts = plan
            .deals
            .iter()
            .map(|deal| deal.metrics.len())
            .chain(plan.differences.iter().map(|difference| difference.metrics.len()));
        Block {
            values,
            normal: vec![Lanes::ZERO; plan.inputs.rows()],
            exponential: Lanes::ZERO,
            zeta: vec![[Lanes::ZERO; 2]; plan.innovations.factors.len()],
            mix_rows: (1..clouds).map(|j| row(Factor::CloudMix(j)).0).collect(),
            multiple_row: row(Factor::Multiple),
            segments: model
                .segments
                .iter()
                .enumerate()
                .map(|(k, segment)| {
                    process(&segment.process, Factor::SegmentLevel(k), Factor::SegmentGrowth(k))
                })
                .collect(),
            inference: model.segments.iter().map(|segment| trend(segment.inference_cost)).collect(),
            shocks: model.shocks.iter().map(|_| ShockKernel::new(steps)).collect(),
            ai: model
                .microsoft
                .ai
                .as_ref()
                .map(|ai| process(ai, Factor::MicrosoftAiLevel, Factor::MicrosoftAiGrowth)),
            research: trend(model.costs.research),
            opex: trend(model.costs.opex),
            discounts: Discounts {
                share: Decay::new(steps),
                equity: Decay::new(steps),
                cloud: Decay::new(steps),
                licence: Decay::new(steps),
                revenue: Decay::new(steps),
                share_rate: Lanes::ZERO,
            },
            mix_terms: MixTerms::new(clouds, steps),
            mixes: plan.mixes.iter().map(|_| Mix::new(clouds)).collect(),
            multiple: MultipleKernel {
                log: Lanes::ZERO,
                level: ONE,
                centre: Lanes::ZERO,
                keep: per_step(),
                noise: per_step(),
            },
            drawn: vec![Lanes::ZERO; model.contracts.len()],
            flex_home: ONE,
            cloud_demand: Lanes::ZERO,
            interest: per_step(),
            grants: per_step(),
            deals,
            metrics: metric_counts.map(|n| vec![Lanes::ZERO; n]).collect(),
            years: (0..model.deals.len()).map(|d| vec![series(d); steps.years.len()]).collect(),
            periods: (0..model.deals.len()).map(|d| vec![series(d); steps.periods.len()]).collect(),
            broken: Lanes::ZERO,
            factor_pairs: vec![ChunkCoMoments::EMPTY; plan.innovations.pairs.len()],
            readiness: Vec::new(),
        }
    }

    /// Room for blocks that also note what a prospectus would say.
    pub fn with_readiness(plan: &Plan) -> Block {
        let mut block = Block::new(plan);
        if plan.model.ipo.is_some() {
            block.readiness = vec![vec![Readiness::EMPTY; plan.steps.periods.len()]; plan.deals.len()];
        }
        block
    }

    /// Pre-money value at the offer price where a deal's company is listed, billions.
    pub fn ipo_equity(&self, deal: usize) -> &Lanes {
        &self.deals[deal].listing.ipo_equity
    }

    /// Values of a number on the block's paths.
    pub fn value(&self, num: Num) -> &Lanes {
        &self.values[num.index()]
    }

    /// The normals behind the inputs, after correlation, in the rows of the plan's inputs.
    pub fn normals(&self) -> &[Lanes] {
        &self.normal
    }

    /// When the cap first binds on each path of a deal, years; infinite: never.
    pub fn cap_time(&self, deal: usize) -> &Lanes {
        &self.deals[deal].share.hit_time
    }

    /// When a deal's company is first ready, years; infinite: never.
    pub fn ready_time(&self, deal: usize) -> &Lanes {
        &self.deals[deal].listing.ready_time
    }

    /// When a deal's company is listed, years; infinite: never.
    pub fn ipo_time(&self, deal: usize) -> &Lanes {
        &self.deals[deal].listing.ipo_time
    }

    /// When a deal's company fails, years; infinite: never.
    pub fn failure_time(&self, deal: usize) -> &Lanes {
        &self.deals[deal].holding.failed_at
    }

    /// Simulates the 64 paths from `first_path` (a multiple of 64) on.
    pub fn run(&mut self, plan: &Plan, first_path: u64, asked: Asked) {
        plan.inputs.draw(plan.isa, first_path, &mut self.normal, &mut self.values, &mut self.exponential);
        self.prepare(plan);
        let zero = StepRef { period: 0, step: 0, parity: 0, length: 0.0, start: 0.0, middle: 0.0, end: 0.0 };
        self.start(plan, zero);
        let mut year = 0;
        self.broken = Lanes::ZERO;
        for period in 0..plan.steps.periods.len() {
            let at = plan.steps.at(period);
            if at.parity == 0 {
                plan.innovations.fill(plan.isa, first_path, (period / 2) as u32, &mut self.zeta);
            }
            for (pair, &(_, a, b)) in self.factor_pairs.iter_mut().zip(&plan.innovations.pairs) {
                let (a, b) = (&self.zeta[a][at.parity], &self.zeta[b][at.parity]);
                match asked.factor_pairs {
                    0 => {}
                    LANES => multiply(plan.isa, a, b, pair),
                    count => pair.add_all(&a[..count], &b[..count]),
                }
            }
            self.step(plan, at, first_path);
            self.write_down(plan, at, &mut year, asked);
        }
        self.finish(plan);
    }

    /// Coefficients of the block, from its inputs.
    fn prepare(&mut self, plan: &Plan) {
        let (isa, model, steps) = (plan.isa, &plan.model, &plan.steps);
        for (kernel, segment) in self.segments.iter_mut().zip(&mut self.inference) {
            kernel.prepare(isa, steps, &self.values);
            segment.prepare(plan, &self.values);
        }
        for (kernel, shock) in self.shocks.iter_mut().zip(&model.shocks) {
            kernel.prepare(isa, steps, shock, &self.values);
        }
        if let Some(ai) = &mut self.ai {
            ai.prepare(isa, steps, &self.values);
        }
        self.research.prepare(plan, &self.values);
        self.opex.prepare(plan, &self.values);
        let mut rate = Lanes::ZERO;
        let d = &mut self.discounts;
        for (decay, num) in [
            (&mut d.equity, model.discount.equity),
            (&mut d.cloud, model.discount.cloud),
            (&mut d.licence, model.discount.licence),
            (&mut d.revenue, model.discount.revenue),
            (&mut d.share, model.discount.share),
        ] {
            deal::log_rate(isa, &self.values[num.index()], &mut rate);
            decay.prepare(isa, steps, &rate);
        }
        d.share_rate = rate;
        self.mix_terms.prepare(plan, &self.values);
        for mix in &mut self.mixes {
            mix.start(&self.mix_terms);
        }
        for (drawn, contract) in self.drawn.iter_mut().zip(&model.contracts) {
            times(isa, &self.values[contract.total.index()], &self.values[contract.draw.index()], drawn);
        }
        if !model.clouds.is_empty() {
            let mut total = Lanes::ZERO;
            for cloud in &model.clouds {
                plus(isa, &self.values[cloud.flex_share.index()], &mut total);
            }
            flexible_home(isa, &self.values[model.clouds[0].flex_share.index()], &total, &mut self.flex_home);
        }
        for (i, &length) in steps.lengths.iter().enumerate() {
            if let Some(cash) = &model.cash {
                compound(isa, &self.values[cash.interest.index()], length, &mut self.interest[i]);
            }
            if let Some(equity) = &model.equity {
                dilution(isa, &self.values[equity.grant_rate.index()], length, &mut self.grants[i]);
            }
        }
        if let Some(multiple) = model.equity.as_ref().and_then(|equity| equity.method.multiple()) {
            let value = |num: Num| &self.values[num.index()];
            ln_lanes(isa, value(multiple.now), &mut self.multiple.log);
            ln_lanes(isa, value(multiple.long_run), &mut self.multiple.centre);
            half_life_rate(isa, value(multiple.half_life), &mut rate);
            for (i, &length) in steps.lengths.iter().enumerate() {
                let (keep, noise) = (&mut self.multiple.keep[i], &mut self.multiple.noise[i]);
                reversion(isa, &rate, value(multiple.volatility), length, keep, noise);
            }
            self.multiple.level = *value(multiple.now);
        }
    }

    /// Every deal at time 0: what is owed, and the equity value that the scenario itself implies.
    fn start(&mut self, plan: &Plan, zero: StepRef) {
        let (isa, model) = (plan.isa, &plan.model);
        self.displace(plan, 0.0);
        let demand = self.demand(plan, true);
        for (mix, exclusive) in self.mixes.iter_mut().zip(&plan.mixes) {
            let until = exclusive.map(|num| &self.values[num.index()]);
            mix.spread(plan, &self.mix_terms, 0.0, until, &self.values);
        }
        for (d, terms) in model.deals.iter().enumerate() {
            let value = |num: Num| &self.values[num.index()];
            let block = &mut self.deals[d];
            let deal_plan = &plan.deals[d];
            let share = &mut block.share;
            share.ends = terms.share_ends.map_or(Lanes::splat(model.timeline.end()), |num| *value(num));
            deal::termination(isa, &self.exponential, value(terms.termination_rate), &mut share.terminated);
            match terms.cap {
                Some(cap) => deal::room(isa, value(cap), value(terms.paid_to_date), &mut share.room),
                None => share.room = Lanes::splat(f64::INFINITY),
            }
            share.cap_left = share.room;
            share.cumulative = Lanes::ZERO;
            share.cumulative_due = Lanes::ZERO;
            share.revenue_in_share = Lanes::ZERO;
            share.hit_time = Lanes::splat(f64::INFINITY);
            share.pv = Lanes::ZERO;
            share.due_pv = Lanes::ZERO;
            share.owed = Lanes::ZERO;
            deal::discount(isa, &self.discounts.share_rate, value(terms.payment_lag), &mut block.lag_factor);
            block.holding = Holding::default();
            block.listing = Listing::default();
            block.own = OwnBusiness::default();
            block.alive_before = ONE;
            block.books.losses = *value(model.costs.losses);
            block.books.cash = model.cash.map_or(Lanes::ZERO, |cash| *value(cash.now));
            block.revenue_kept = Lanes::ZERO;
            block.year.clear();
            // Today's run-rate: a period of one year at today's rates.
            block.sell(plan, d, &demand, &self.mixes[deal_plan.mix], &self.values, None, 1.0);
            if model.equity.is_none() {
                continue;
            }
            match plan.history_growth {
                Some(((now, now_length), (before, before_length))) => {
                    let mut annual = [Lanes::ZERO; 2];
                    scale(isa, 1.0 / now_length, value(now), &mut annual[0]);
                    scale(isa, 1.0 / before_length, value(before), &mut annual[1]);
                    deal::ratio(isa, &annual[0], &annual[1], &mut block.year_ago_ratio);
                }
                None => block.year_ago_ratio = Lanes::splat(f64::NAN),
            }
            block.owe(
                plan,
                d,
                deal_plan.rate_at_start,
                StepRef { length: 1.0, ..zero },
                &self.discounts,
                &self.values,
            );
            block.value(plan, None, &self.multiple.level, &self.values);
            equity::value_equity(isa, &block.books.cash, &block.share.owed, &mut block.holding);
            match terms.stake {
                Some(stake) => mark(isa, value(stake), &block.holding, &mut block.stake_mark),
                None => block.stake_mark = Lanes::ZERO,
            }
        }
    }

    /// What in-house models displace at a time.
    fn displace(&mut self, plan: &Plan, time: f64) -> Lanes {
        let mut share = Lanes::ZERO;
        if let Some(own) = &plan.model.in_house {
            let value = |num: Num| &self.values[num.index()];
            s_curve(plan.isa, value(own.ceiling), value(own.midpoint), value(own.ramp), time, &mut share);
            self.mix_terms.displace(plan.isa, &share, value(own.substitution));
        }
        share
    }

    /// Demand over all segments; `now`: a year at today's rates, instead of what the period booked.
    fn demand(&self, plan: &Plan, now: bool) -> Demand {
        let mut demand = Demand::default();
        let through_clouds = if plan.model.clouds.is_empty() { 0.0 } else { 1.0 };
        for ((kernel, segment), inference) in
            self.segments.iter().zip(&plan.model.segments).zip(&self.inference)
        {
            let mut cost = Lanes::ZERO;
            let t = &inference.trend;
            let fade = if now { &ONE } else { &inference.fade.at_middle };
            cost::trend(
                plan.isa,
                &self.values[t.now.index()],
                &self.values[t.long_run.index()],
                fade,
                &mut cost,
            );
            let booked = if now { &kernel.rate_end } else { &kernel.booked };
            let cloud_sold = &self.values[segment.cloud_sold.index()];
            deal::add_segment(
                plan.isa,
                [booked, &kernel.rate_end, cloud_sold, &cost],
                through_clouds,
                &mut demand,
            );
        }
        demand
    }

    /// One period of every deal.
    fn step(&mut self, plan: &Plan, at: StepRef, first_path: u64) {
        let (isa, model) = (plan.isa, &plan.model);
        let booking = booking_weights(model.run.booking);
        let last = at.period + 1 == plan.steps.periods.len();
        // Innovations, growth, level, shocks.
        for kernel in &mut self.segments {
            kernel.step(isa, at, &self.values, &self.zeta);
        }
        if let Some(ai) = &mut self.ai {
            ai.step(isa, at, &self.values, &self.zeta);
            ai.book(isa, at, booking, &self.values);
        }
        let has_multiple = model.equity.as_ref().and_then(|equity| equity.method.multiple()).is_some();
        if has_multiple {
            equity::multiple_step(
                isa,
                &self.multiple.centre,
                &self.multiple.keep[at.step],
                &self.multiple.noise[at.step],
                &self.zeta[self.multiple_row.0][at.parity],
                &mut self.multiple.log,
            );
        }
        for (i, kernel) in self.shocks.iter_mut().enumerate() {
            kernel.strike(plan, i, first_path, at, &self.values);
            if !kernel.strikes {
                continue;
            }
            for &(target, loading) in &model.shocks[i].loadings {
                let state = match target {
                    ShockTarget::Segment(k) => &mut self.segments[k].x,
                    ShockTarget::Multiple => &mut self.multiple.log,
                };
                jump(isa, &self.values[loading.index()], &kernel.jump, state);
            }
        }
        // Demand and mix.
        for kernel in &mut self.segments {
            kernel.book(isa, at, booking, &self.values);
        }
        for inference in &mut self.inference {
            inference.fade.advance(isa, at.step);
        }
        let in_house = self.displace(plan, at.middle);
        for (mix, exclusive) in self.mixes.iter_mut().zip(&plan.mixes) {
            let until = exclusive.map(|num| &self.values[num.index()]);
            mix.step(plan, &self.mix_terms, at, until, &self.values, &self.zeta, &self.mix_rows);
        }
        let demand = self.demand(plan, false);
        self.cloud_demand = demand.cloud;
        let terms = self.cost_terms(plan, at);
        let d = &mut self.discounts;
        for decay in [&mut d.share, &mut d.equity, &mut d.cloud, &mut d.licence, &mut d.revenue] {
            decay.advance(isa, at.step);
        }
        if has_multiple {
            exp_lanes(isa, &self.multiple.log, &mut self.multiple.level);
        }
        let mut royalty = Lanes::ZERO;
        if let Some(ai) = &self.ai {
            let rate = &self.values[model.licence.royalty_rate.index()];
            let factor = &self.discounts.licence.at_middle;
            licence::royalty(isa, [&ai.booked, rate, &in_house, factor], &mut royalty);
        }
        let has_cash = if model.cash.is_some() { 1.0 } else { 0.0 };
        for d in 0..self.deals.len() {
            let values = &self.values;
            let value = |num: Num| &values[num.index()];
            let deal_terms = &model.deals[d];
            let deal_plan = &plan.deals[d];
            let block = &mut self.deals[d];
            let mix = &self.mixes[deal_plan.mix];
            block.alive_before = block.holding.alive;
            // Sales and net revenue.
            block.sell(plan, d, &demand, mix, values, Some(at), at.length);
            block.net[at.period] = block.sales.net;
            // The revenue share.
            let base = match deal_terms.base {
                crate::model::deal::ShareBase::Net => &block.sales.net,
                crate::model::deal::ShareBase::Gross => &block.sales.gross,
            };
            let rate = deal_plan.rate[at.period].map_or(&Lanes::ZERO, value);
            deal::pay(
                isa,
                [
                    rate,
                    value(deal_terms.eligible),
                    base,
                    &block.sales.net,
                    &self.discounts.share.at_middle,
                    &block.lag_factor,
                ],
                deal_terms.effective,
                (at.start, at.end),
                &mut block.share,
                &mut block.paid_pv[at.period],
                &mut block.due_pv[at.period],
            );
            keep(
                isa,
                &block.sales.net,
                &block.share.paid,
                &self.discounts.revenue.at_middle,
                &mut block.revenue_kept,
            );
            // Costs, tax, cash.
            cost::spend(
                isa,
                [
                    &block.sales.net,
                    &block.sales.inference,
                    &block.share.paid,
                    &block.alive_before,
                    &self.flex_home,
                    value(model.costs.fixed),
                    value(model.costs.tax_rate),
                    value(model.costs.offset_limit),
                    &self.interest[at.step],
                ],
                &terms,
                at.length,
                has_cash,
                &mut block.books,
            );
            block.fcf[at.period] = block.books.fcf;
            block.ebitda[at.period] = block.books.ebitda;
            // Microsoft's own business.
            let licensed = if deal_plan.licensed[at.period] { 1.0 } else { 0.0 };
            let cloud_factor = &self.discounts.cloud.at_middle;
            if let Some(home) = model.clouds.first() {
                let (margin, keeps) = (value(model.microsoft.resale_margin), value(deal_terms.home_keeps));
                licence::resell(
                    isa,
                    [&block.sales.home, margin, keeps, value(home.fee), cloud_factor],
                    licensed,
                    &mut block.own,
                );
                licence::host(
                    isa,
                    [
                        &block.books.compute_home,
                        &block.books.unused_home,
                        value(model.microsoft.hosting_margin),
                        value(model.microsoft.take_or_pay_margin),
                        cloud_factor,
                    ],
                    &mut block.own,
                );
            } else {
                block.books.compute_home = Lanes::ZERO;
            }
            if deal_plan.licensed[at.period] {
                let exclusive = if deal_terms.licence_exclusive { 1.0 } else { 0.0 };
                let discount = value(model.licence.non_exclusive_discount);
                licence::license(isa, &royalty, discount, exclusive, &mut block.own);
            }
            // Scheduled rounds, at the equity value of the period before.
            for &i in &plan.rounds[at.period] {
                let round = &model.rounds[i];
                let before = block.holding.equity;
                let pre_money = match round.pre_money {
                    PreMoney::Value(num) => value(num),
                    PreMoney::Market => &before,
                };
                let Holding { kept, alive, .. } = &mut block.holding;
                equity::raise(
                    isa,
                    value(round.amount),
                    pre_money,
                    alive,
                    has_cash,
                    &mut block.books.cash,
                    kept,
                );
            }
            // Multiple and equity.
            block.look_back(plan, at, values);
            if model.equity.is_some() {
                block.owe(plan, d, deal_plan.rate[at.period], at, &self.discounts, values);
                block.value(plan, Some(at.period), &self.multiple.level, values);
                equity::value_equity(isa, &block.books.cash, &block.share.owed, &mut block.holding);
            }
            // Shortfall funding or failure.
            if let Some(cash) = &model.cash {
                let funding = &model.funding;
                equity::survive(
                    isa,
                    [
                        &block.books.fcf,
                        &block.share.owed,
                        value(cash.minimum),
                        value(funding.runway_years),
                        value(funding.round_discount),
                        value(funding.max_dilution),
                        value(funding.recovery),
                        &self.discounts.equity.at_end,
                    ],
                    at.length,
                    at.end,
                    if funding.enabled { 1.0 } else { 0.0 },
                    &mut block.books.cash,
                    &mut block.holding,
                );
            }
            // Grants, gates, IPO, exit.
            if let Some(equity_terms) = &model.equity {
                equity::grant(isa, &self.grants[at.step], &mut block.holding.kept);
                if model.ipo.is_some() {
                    let mut record = self.readiness.get_mut(d).map(|periods| &mut periods[at.period]);
                    if let Some(record) = &mut record {
                        let period = readiness::Period {
                            at,
                            committed_next_year: &terms.committed_next_year,
                            mix,
                            demand: &demand,
                            discounts: &self.discounts,
                            values,
                        };
                        block.note(plan, d, &period, record);
                    }
                    block.list(plan, at, &terms.committed_next_year, mix, &demand, values);
                    if let Some(record) = record {
                        record.kept_after = block.holding.kept;
                    }
                }
                equity::exit(
                    isa,
                    [
                        &block.listing.ipo_time,
                        value(equity_terms.lockup_months),
                        value(equity_terms.marketability_discount),
                        &self.discounts.equity.at_end,
                    ],
                    at.end,
                    if last { 1.0 } else { 0.0 },
                    &mut block.holding,
                );
            }
        }
    }
    /// What all deals spend alike in a period.
    fn cost_terms(&mut self, plan: &Plan, at: StepRef) -> CostTerms {
        let isa = plan.isa;
        let mut terms = CostTerms::default();
        self.research.at_middle(isa, at, &self.values, &mut terms.research);
        self.opex.at_middle(isa, at, &self.values, &mut terms.opex);
        for ((contract, part), drawn) in plan.model.contracts.iter().zip(&plan.contracts).zip(&self.drawn) {
            let weight = part.in_period[at.period];
            if weight > 0.0 {
                cost::commit(isa, weight, drawn, &mut terms.committed);
                if contract.cloud == 0 {
                    cost::commit(isa, weight, drawn, &mut terms.committed_home);
                }
            }
            if part.next_year[at.period] > 0.0 {
                cost::commit(isa, part.next_year[at.period], drawn, &mut terms.committed_next_year);
            }
        }
        terms
    }

    /// Yearly sums and, at a year's end, its series.
    fn write_down(&mut self, plan: &Plan, at: StepRef, year: &mut usize, asked: Asked) {
        let isa = plan.isa;
        let zeros = Lanes::ZERO;
        let year_ends = plan.steps.years[*year].last == at.period;
        for (d, block) in self.deals.iter_mut().enumerate() {
            let mix = &self.mixes[plan.deals[d].mix];
            let figures = PeriodFigures {
                net: &block.sales.net,
                inference: &block.sales.inference,
                paid: &block.share.paid,
                cumulative: &block.share.cumulative,
                cap_left: &block.share.cap_left,
                compute: &block.books.compute,
                compute_home: &block.books.compute_home,
                fcf: &block.books.fcf,
                cash: &block.books.cash,
                equity: &block.holding.equity,
                equity_defined: &block.holding.defined,
                multiple: &self.multiple.level,
                stake_now: plan.model.deals[d].stake.map_or(&zeros, |num| &self.values[num.index()]),
                kept: &block.holding.kept,
                ready: &block.listing.ready,
                ipo_time: &block.listing.ipo_time,
                alive: &block.holding.alive,
                alive_before: &block.alive_before,
                cloud_demand: &self.cloud_demand,
                sold: &mix.sold,
                end: at.end,
            };
            block.year.add(isa, &figures);
            if asked.periods {
                block.period.clear();
                block.period.add(isa, &figures);
                for (i, &series) in plan.deals[d].series.iter().enumerate() {
                    block.period.series(isa, series, &figures, &zeros, &mut self.periods[d][at.period][i]);
                }
            }
            if year_ends {
                let mut before = [Lanes::ZERO; 2];
                if *year == 0 {
                    for (sum, rows) in before.iter_mut().zip([&plan.first_year.revenue, &plan.first_year.fcf])
                    {
                        for &(num, weight) in rows {
                            cost::commit(isa, weight, &self.values[num.index()], sum);
                        }
                    }
                }
                for (i, &series) in plan.deals[d].series.iter().enumerate() {
                    let before = match series {
                        super::metric::Series::FreeCashFlowFullYear => &before[1],
                        _ => &before[0],
                    };
                    block.year.series(isa, series, &figures, before, &mut self.years[d][*year][i]);
                    if series.may_be_undefined() {
                        mark_infinite(isa, &self.years[d][*year][i], &mut self.broken);
                    } else {
                        settle(isa, &ONE, &mut self.years[d][*year][i], &mut self.broken);
                    }
                    // A cut first year alone has the full-year series.
                    if *year > 0 && series.is_full_year() {
                        self.years[d][*year][i] = Lanes::splat(f64::NAN);
                    }
                }
                if plan.mix_year == Some(*year) {
                    block.mix_year_sold.copy_from_slice(block.year.sold());
                }
                block.year.clear();
            }
        }
        if year_ends {
            *year += 1;
        }
    }

    /// Metrics of every deal and difference, and which paths are not finite.
    fn finish(&mut self, plan: &Plan) {
        let (isa, model) = (plan.isa, &plan.model);
        for (d, block) in self.deals.iter_mut().enumerate() {
            let values = &self.values;
            let value = |num: Num| &values[num.index()];
            let terms = &model.deals[d];
            block.recover(plan, value(terms.payment_lag), value(model.funding.recovery));
            let zeros = Lanes::ZERO;
            let stake = terms.stake.map_or(&zeros, value);
            let mut now = Lanes::ZERO;
            let (mut stake_exit, mut stake_pv, mut retained) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
            exit_values(isa, stake, &block.holding, &mut stake_exit, &mut stake_pv, &mut retained);
            let has_equity = model.equity.is_some();
            let staked = has_equity && terms.stake.is_some();
            let sound = if staked { &block.holding.exit_defined } else { &ONE };
            for (i, &metric) in plan.deals[d].metrics.iter().enumerate() {
                let out = &mut self.metrics[d][i];
                let share = &block.share;
                let mut defined: Option<Lanes> = None;
                match metric {
                    Metric::SharePv => *out = share.pv,
                    Metric::ShareUncappedPv => *out = share.due_pv,
                    Metric::CapSavingPv => minus(isa, &share.due_pv, &share.pv, out),
                    Metric::StakeMark => {
                        *out = block.stake_mark;
                        defined = Some(block.holding.defined_at_start);
                    }
                    Metric::StakePv => {
                        *out = stake_pv;
                        defined = Some(*sound);
                    }
                    Metric::MicrosoftTakePv => {
                        *out = share.pv;
                        plus(isa, &stake_pv, out);
                        defined = Some(*sound);
                    }
                    Metric::ResalePv => *out = block.own.resale,
                    Metric::HostingPv => *out = block.own.hosting,
                    Metric::LicencePv => *out = block.own.licence,
                    Metric::OutboundPv => *out = block.own.outbound,
                    Metric::MicrosoftTotalPv => {
                        *out = share.pv;
                        for part in [&stake_pv, &block.own.resale, &block.own.hosting, &block.own.licence] {
                            plus(isa, part, out);
                        }
                        defined = Some(*sound);
                    }
                    Metric::OpenaiRetainedPv => {
                        *out = retained;
                        defined = Some(*sound);
                    }
                    Metric::RevenueKeptPv => *out = block.revenue_kept,
                    Metric::ShareNominal => *out = share.cumulative,
                    Metric::ShareUncappedNominal => *out = share.cumulative_due,
                    Metric::CapHit => reached(isa, &share.hit_time, out),
                    Metric::CapHitTime => {
                        reached(isa, &share.hit_time, &mut now);
                        *out = share.hit_time;
                        defined = Some(now);
                    }
                    Metric::EffectiveRate => {
                        *out = share.cumulative;
                        over(isa, &share.revenue_in_share, out, &mut now);
                        defined = Some(now);
                    }
                    Metric::TakeMultiple => {
                        let invested = model.microsoft.invested.map_or(&ONE, value);
                        let received = value(model.microsoft.received_before);
                        take_multiple(
                            isa,
                            [received, &share.cumulative, &stake_exit, invested],
                            &block.holding,
                            out,
                        );
                        defined = Some(*sound);
                    }
                    Metric::Ipo => reached(isa, &block.listing.ipo_time, out),
                    Metric::IpoTime => {
                        reached(isa, &block.listing.ipo_time, &mut now);
                        *out = block.listing.ipo_time;
                        defined = Some(now);
                    }
                    Metric::IpoEquity => {
                        *out = block.listing.ipo_equity;
                        defined = Some(block.listing.ipo_defined);
                    }
                    Metric::Failed => reached(isa, &block.holding.failed_at, out),
                    Metric::StakeAtExit => {
                        *out = stake_exit;
                        defined = Some(*sound);
                    }
                    Metric::FundingRaised => *out = block.holding.raised,
                    Metric::HomeShare | Metric::CloudConcentration => {
                        if plan.mix_year.is_none() || model.clouds.is_empty() {
                            *out = Lanes::splat(f64::NAN);
                            continue;
                        }
                        let mut total = Lanes::ZERO;
                        for sold in &block.mix_year_sold {
                            plus(isa, sold, &mut total);
                        }
                        if metric == Metric::HomeShare {
                            *out = block.mix_year_sold[0];
                        } else {
                            *out = Lanes::ZERO;
                            for sold in &block.mix_year_sold {
                                add_square(isa, sold, &total, out);
                            }
                        }
                        if metric == Metric::HomeShare {
                            over(isa, &total, out, &mut now);
                        } else {
                            positive(isa, &total, &mut now);
                        }
                        defined = Some(now);
                    }
                }
                settle(isa, defined.as_ref().unwrap_or(&ONE), out, &mut self.broken);
            }
        }
        for (i, difference) in plan.differences.iter().enumerate() {
            let (deals, differences) = self.metrics.split_at_mut(plan.deals.len());
            for (out, &(_, later, first)) in differences[i].iter_mut().zip(&difference.metrics) {
                minus(isa, &deals[difference.later][later], &deals[0][first], out);
            }
        }
    }
}

impl TrendKernel {
    fn prepare(&mut self, plan: &Plan, values: &[Lanes]) {
        let mut rate = Lanes::ZERO;
        half_life_rate(plan.isa, &values[self.trend.half_life.index()], &mut rate);
        self.fade.prepare(plan.isa, &plan.steps, &rate);
    }

    fn at_middle(&mut self, isa: Isa, at: StepRef, values: &[Lanes], out: &mut Lanes) {
        self.fade.advance(isa, at.step);
        let t = &self.trend;
        cost::trend(isa, &values[t.now.index()], &values[t.long_run.index()], &self.fade.at_middle, out);
    }
}

impl DealBlock {
    /// Sales of a period, or of a year at today's rates (`at` absent).
    fn sell(
        &mut self,
        plan: &Plan,
        d: usize,
        demand: &Demand,
        mix: &Mix,
        values: &[Lanes],
        at: Option<StepRef>,
        length: f64,
    ) {
        let model = &plan.model;
        let value = |num: Num| &values[num.index()];
        let licensed = match at {
            Some(at) => plan.deals[d].licensed[at.period],
            None => plan.deals[d].licensed_at_start,
        };
        let zeros = Lanes::ZERO;
        let mut fee = Lanes::ZERO;
        let sold_home = match model.clouds.first() {
            Some(home) => {
                fee = if licensed { *value(model.deals[d].home_keeps) } else { *value(home.fee) };
                &mix.sold[0]
            }
            None => &zeros,
        };
        deal::sell(
            plan.isa,
            [
                sold_home,
                &mix.sold_elsewhere,
                &mix.kept_elsewhere,
                &fee,
                value(model.licence.income),
                &self.alive_before,
            ],
            demand,
            length,
            if licensed { 1.0 } else { 0.0 },
            &mut self.sales,
        );
    }

    /// Trailing revenue and the growth over a year before.
    fn look_back(&mut self, plan: &Plan, at: StepRef, values: &[Lanes]) {
        if plan.model.equity.is_none() {
            return;
        }
        let mut before = Lanes::ZERO;
        match &plan.revenue_windows.year_before[at.period] {
            Some(window) => {
                trailing::over(plan.isa, window, &self.net, values, &mut before);
                deal::ratio(plan.isa, &self.net[at.period], &before, &mut self.year_ago_ratio);
            }
            None => self.year_ago_ratio = Lanes::splat(f64::NAN),
        }
    }

    /// What is owed at the end of a period (of length 1 and end 0: today).
    fn owe(
        &mut self,
        plan: &Plan,
        d: usize,
        rate: Option<Num>,
        at: StepRef,
        discounts: &Discounts,
        values: &[Lanes],
    ) {
        let terms = &plan.model.deals[d];
        let from = at.end.max(terms.effective);
        let (Some(rate), Some(equity)) = (rate, &plan.model.equity) else {
            self.share.owed = Lanes::ZERO;
            return;
        };
        if self.share.ends.iter().all(|&end| end <= from) {
            self.share.owed = Lanes::ZERO;
            return;
        }
        let value = |num: Num| &values[num.index()];
        deal::log_growth(plan.isa, &self.year_ago_ratio, &mut self.growth);
        let base = match terms.base {
            crate::model::deal::ShareBase::Net => &self.sales.net,
            crate::model::deal::ShareBase::Gross => &self.sales.gross,
        };
        deal::owe(
            plan.isa,
            [
                value(rate),
                value(terms.eligible),
                base,
                &self.growth,
                value(equity.owed_growth_half_life),
                &discounts.share_rate,
                &self.holding.alive,
            ],
            terms.effective,
            at.length,
            at.end,
            &mut self.share,
        );
    }

    /// Enterprise value at the end of a period, or today (`period` absent).
    fn value(&mut self, plan: &Plan, period: Option<usize>, multiple: &Lanes, values: &[Lanes]) {
        let Some(equity) = &plan.model.equity else { return };
        let isa = plan.isa;
        let value = |num: Num| &values[num.index()];
        let Holding { ev, defined, .. } = &mut self.holding;
        *defined = ONE;
        let mut figure = Lanes::ZERO;
        match equity.method {
            Method::RevenueMultiple { margin, .. } => {
                equity::multiple_value(isa, multiple, &self.sales.run_rate, ev);
                if let Some((elasticity, reference)) = margin {
                    equity::margin_factor(
                        isa,
                        &self.sales.net,
                        &self.sales.inference,
                        value(elasticity),
                        value(reference),
                        ev,
                    );
                }
            }
            Method::EbitdaMultiple { basis: EbitdaBasis::LastPeriod, .. } => {
                match (period, &plan.last_ebitda) {
                    (Some(p), _) => equity::multiple_value(isa, multiple, &self.ebitda[p], ev),
                    (None, Some(window)) => {
                        trailing::over(isa, window, &self.ebitda, values, &mut figure);
                        equity::multiple_value(isa, multiple, &figure, ev);
                    }
                    (None, None) => (*ev, *defined) = (Lanes::ZERO, Lanes::ZERO),
                }
            }
            Method::EbitdaMultiple { basis: EbitdaBasis::TrailingYear, .. } => {
                match plan.ebitda_windows.year_to(period) {
                    Some(window) => {
                        trailing::over(isa, window, &self.ebitda, values, &mut figure);
                        equity::multiple_value(isa, multiple, &figure, ev);
                    }
                    None => (*ev, *defined) = (Lanes::ZERO, Lanes::ZERO),
                }
            }
            Method::PerpetualGrowth { growth, discount_rate } => match plan.fcf_windows.year_to(period) {
                Some(window) => {
                    trailing::over(isa, window, &self.fcf, values, &mut figure);
                    equity::perpetuity(isa, &figure, value(growth), value(discount_rate), ev, defined);
                }
                None => (*ev, *defined) = (Lanes::ZERO, Lanes::ZERO),
            },
        }
        if period.is_none() {
            self.holding.defined_at_start = self.holding.defined;
        }
    }

    /// Gates, readiness and the offer.
    fn list(
        &mut self,
        plan: &Plan,
        at: StepRef,
        committed_next_year: &Lanes,
        mix: &Mix,
        demand: &Demand,
        values: &[Lanes],
    ) {
        let Some(terms) = &plan.model.ipo else { return };
        let isa = plan.isa;
        let value = |num: Num| &values[num.index()];
        let has_cash = if plan.model.cash.is_some() { 1.0 } else { 0.0 };
        let mut met = ONE;
        let mut value_met = ONE;
        let mut figure = Lanes::ZERO;
        trailing::over(
            isa,
            &plan.revenue_windows.year[at.period],
            &self.net,
            values,
            &mut self.trailing_revenue,
        );
        for &(kind, threshold) in &terms.gates {
            let threshold = value(threshold);
            match kind {
                GateKind::TrailingRevenue => ipo::at_least(isa, &self.trailing_revenue, threshold, &mut met),
                GateKind::Growth => {
                    ipo::growth(isa, &self.year_ago_ratio, &mut figure);
                    ipo::at_least(isa, &figure, threshold, &mut met);
                }
                GateKind::GrossMargin => {
                    ipo::one_less_ratio(isa, &self.sales.inference, &self.sales.net, &mut figure);
                    ipo::at_least(isa, &figure, threshold, &mut met);
                }
                GateKind::FcfMargin => {
                    let mut fcf = Lanes::ZERO;
                    trailing::over(isa, &plan.fcf_windows.year[at.period], &self.fcf, values, &mut fcf);
                    deal::ratio(isa, &fcf, &self.trailing_revenue, &mut figure);
                    ipo::at_least(isa, &figure, threshold, &mut met);
                }
                GateKind::RunwayMonths => {
                    if plan.model.cash.is_some() {
                        ipo::runway(isa, &self.books.cash, &self.books.fcf, at.length, &mut figure);
                        ipo::at_least(isa, &figure, threshold, &mut met);
                    }
                }
                GateKind::LargestCloudShare => {
                    largest_share(isa, &demand.cloud, &mix.largest, &self.sales.gross, &mut figure);
                    ipo::at_most(isa, &figure, threshold, &mut met);
                }
                GateKind::CommitmentsToRevenue => {
                    deal::ratio(isa, committed_next_year, &self.trailing_revenue, &mut figure);
                    ipo::at_most(isa, &figure, threshold, &mut met);
                }
                GateKind::OwedToRevenue => {
                    deal::ratio(isa, &self.share.owed, &self.trailing_revenue, &mut figure);
                    ipo::at_most(isa, &figure, threshold, &mut met);
                }
                GateKind::Equity => {
                    ipo::defined_equity(isa, &self.holding, &mut figure);
                    ipo::at_least(isa, &figure, threshold, &mut value_met);
                }
            }
        }
        times_in_place(isa, &value_met, &mut met);
        let tested = if plan.tested[at.period] { 1.0 } else { 0.0 };
        ipo::prepare_offer(
            isa,
            [
                &met,
                &value_met,
                value(terms.ready_months),
                value(terms.preparation_months),
                &self.holding.alive,
                &self.holding.defined,
            ],
            tested,
            at.length,
            at.end,
            &mut self.listing,
        );
        if self.listing.offers.iter().all(|&offers| offers == 0.0) {
            return;
        }
        // Conditional rounds first, each at the value of its moment.
        for &i in &plan.ipo_rounds {
            let round = &plan.model.rounds[i];
            let before = self.holding.equity;
            let pre_money = match round.pre_money {
                PreMoney::Value(num) => value(num),
                PreMoney::Market => &before,
            };
            equity::raise(
                isa,
                value(round.amount),
                pre_money,
                &self.listing.offers,
                has_cash,
                &mut self.books.cash,
                &mut self.holding.kept,
            );
            equity::value_equity(isa, &self.books.cash, &self.share.owed, &mut self.holding);
        }
        ipo::offer(
            isa,
            [value(terms.underpricing), value(terms.primary), value(terms.fee)],
            has_cash,
            &mut self.listing,
            &mut self.books.cash,
            &mut self.holding,
        );
        equity::value_equity(isa, &self.books.cash, &self.share.owed, &mut self.holding);
    }

    /// Present values of payments that OpenAI failed to make before they were received: recovery times themselves.
    fn recover(&mut self, plan: &Plan, lag: &Lanes, recovery: &Lanes) {
        for l in 0..LANES {
            let failed = self.holding.failed_at[l];
            if failed == f64::INFINITY {
                continue;
            }
            let (mut paid, mut due) = (0.0, 0.0);
            for (p, period) in plan.steps.periods.iter().enumerate() {
                let received = period.middle + lag[l];
                let factor = if failed <= received + TIME_SLACK { recovery[l] } else { 1.0 };
                paid += factor * self.paid_pv[p][l];
                due += factor * self.due_pv[p][l];
            }
            self.share.pv[l] = paid;
            self.share.due_pv[l] = due;
        }
    }
}

simd_fn! {
    fn multiply(a: &Lanes, b: &Lanes, pair: &mut ChunkCoMoments) {
        pair.add_block(a, b);
    }
}

simd_fn! {
    fn times(a: &Lanes, b: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = a[l] * b[l];
        }
    }
}

simd_fn! {
    fn times_in_place(a: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] *= a[l];
        }
    }
}

simd_fn! {
    fn scale(factor: f64, a: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = factor * a[l];
        }
    }
}

simd_fn! {
    fn plus(a: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] += a[l];
        }
    }
}

simd_fn! {
    fn minus(a: &Lanes, b: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = a[l] - b[l];
        }
    }
}

simd_fn! {
    /// Home's part of flexible compute; all of it where no cloud has a weight.
    fn flexible_home(home: &Lanes, total: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            let part = home[l] / total[l];
            out[l] = if total[l] > 0.0 { part } else { 1.0 };
        }
    }
}

simd_fn! {
    /// `(1 + rate)^length - 1`.
    fn compound(rate: &Lanes, length: f64, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = crate::math::elementary::exp(length * crate::math::elementary::ln(1.0 + rate[l])) - 1.0;
        }
    }
}

simd_fn! {
    /// `(1 - rate)^length`.
    fn dilution(rate: &Lanes, length: f64, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = crate::math::elementary::exp(length * crate::math::elementary::ln(1.0 - rate[l]));
        }
    }
}

simd_fn! {
    fn mark(stake: &Lanes, holding: &Holding, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = stake[l] * holding.equity[l];
        }
    }
}

simd_fn! {
    /// Revenue kept: net revenue less the payment, discounted.
    fn keep(net: &Lanes, paid: &Lanes, factor: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = (net[l] - paid[l]).mul_add(factor[l], out[l]);
        }
    }
}

simd_fn! {
    fn largest_share(demand: &Lanes, largest: &Lanes, gross: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = demand[l] * largest[l] / gross[l];
        }
    }
}

simd_fn! {
    /// Stake at exit, its present value, and what today's other holders keep.
    fn exit_values(stake: &Lanes, holding: &Holding, at_exit: &mut Lanes, stake_pv: &mut Lanes, retained: &mut Lanes) {
        for l in 0..LANES {
            let held = stake[l] * holding.exit_kept[l];
            let value = holding.exit_equity[l] * holding.exit_discount[l];
            at_exit[l] = held;
            stake_pv[l] = held * value * holding.exit_market[l];
            retained[l] = (1.0 - stake[l]) * holding.exit_kept[l] * value;
        }
    }
}

simd_fn! {
    /// `t`: received before, nominal share, stake at exit, invested.
    fn take_multiple(t: [&Lanes; 4], holding: &Holding, out: &mut Lanes) {
        let [received, share, stake, invested] = t;
        for l in 0..LANES {
            let sold = stake[l] * holding.exit_equity[l] * holding.exit_market[l];
            out[l] = (received[l] + share[l] + sold) / invested[l];
        }
    }
}

simd_fn! {
    /// 1 where a time is finite, else 0.
    fn reached(time: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = if time[l] < f64::INFINITY { 1.0 } else { 0.0 };
        }
    }
}

simd_fn! {
    fn positive(a: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = if a[l] > 0.0 { 1.0 } else { 0.0 };
        }
    }
}

simd_fn! {
    /// `out /= total`, defined where the total is positive.
    fn over(total: &Lanes, out: &mut Lanes, defined: &mut Lanes) {
        for l in 0..LANES {
            out[l] /= total[l];
            defined[l] = if total[l] > 0.0 { 1.0 } else { 0.0 };
        }
    }
}

simd_fn! {
    fn add_square(part: &Lanes, total: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            let share = part[l] / total[l];
            out[l] = share.mul_add(share, out[l]);
        }
    }
}

simd_fn! {
    /// Marks paths on which a figure that may be undefined (NaN) is infinite.
    fn mark_infinite(figure: &Lanes, broken: &mut Lanes) {
        for l in 0..LANES {
            broken[l] = if figure[l].abs() == f64::INFINITY { 1.0 } else { broken[l] };
        }
    }
}

simd_fn! {
    /// NaN where a metric is undefined; marks paths on which a defined one is not finite.
    fn settle(defined: &Lanes, out: &mut Lanes, broken: &mut Lanes) {
        for l in 0..LANES {
            let exists = defined[l] != 0.0;
            let finite = out[l].abs() < f64::INFINITY;
            broken[l] = if exists & !finite { 1.0 } else { broken[l] };
            out[l] = if exists { out[l] } else { f64::NAN };
        }
    }
}
