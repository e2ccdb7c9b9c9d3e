//! Paths from draws to metrics: the kernel's table of contents. It calls the nouns in the order of the business
//! (methodology: order within a period) and writes their answers into the block's columns.
//!
//! A path's code is larger than the processor's nearest cache, and so is its state. Therefore the world goes a few periods
//! ahead, then the companies go through the same periods; several eights of paths take each of these turns one after the
//! other. So code is fetched once for some periods of some eights, and state once for some periods.

use super::block::{Asked, Columns};
use super::company::Company;
use super::innovation::Room;
use super::metric::Series;
use super::plan::{Plan, StepRef};
use super::readiness::Readiness;
use super::record::YearSums;
use super::take::Take;
use super::trailing;
use super::world::{AHEAD, World};
use crate::math::lanes::{LANES, Lanes};
use crate::math::vector::{Vector, WIDTH};
use crate::outlined;
use std::ops::Range;

/// Eights that take turns. More share the fetching of code, fewer leave the state in the cache: the many deals of a sweep
/// fill it with one.
fn eights(plan: &Plan) -> usize {
    const MANY_DEALS: usize = 5;
    if plan.deals.len() < MANY_DEALS { 4 } else { 1 }
}

/// The state of several eights of paths, allocated once a worker.
pub struct Outcome<V: Vector> {
    eights: Vec<Eight<V>>,
    /// Where the innovations of all of them are made.
    room: Room<V>,
    /// Sums of one period alone, for sample paths.
    period: YearSums<V>,
    /// By deal, whether something reads the sums over its years.
    recorded: Vec<bool>,
}

/// The state of eight paths.
struct Eight<V: Vector> {
    world: World<V>,
    /// By deal.
    companies: Vec<Company<V>>,
    /// By deal, the sales of each cloud in the year of the mix metrics.
    mix_year_sold: Vec<Vec<V>>,
    /// 1 on the paths that are not finite.
    broken: V,
}

impl<V: Vector> Eight<V> {
    fn new(plan: &Plan) -> Eight<V> {
        let sold = if plan.mix_year.is_some() { plan.model.clouds.len() } else { 0 };
        Eight {
            world: World::new(plan),
            companies: (0..plan.deals.len()).map(|deal| Company::new(plan, deal)).collect(),
            mix_year_sold: vec![vec![V::zero(); sold]; plan.deals.len()],
            broken: V::zero(),
        }
    }

    /// Time 0. `first_path`: the first of the eight; `place`: which eight of the block.
    #[inline(always)]
    fn start(&mut self, plan: &Plan, first_path: u64, place: usize, columns: &Columns) {
        self.broken = V::zero();
        self.world.start(plan, &columns.values, &columns.exponential, place, first_path);
        for deal in 0..self.companies.len() {
            let (before, rest) = self.companies.split_at_mut(deal);
            let leader = plan.deals[deal].follows.map(|leader| &before[leader]);
            outlined!(V, rest[0].start(leader, plan, &self.world));
        }
    }

    /// Some periods of the world: draws first, then period by period. `first_path`: the first of the eight.
    #[inline(always)]
    fn go_ahead(
        &mut self,
        plan: &Plan,
        periods: Range<usize>,
        first_path: u64,
        place: usize,
        room: &mut Room<V>,
        asked: Asked,
        columns: &mut Columns,
    ) {
        self.world.draw(plan, periods.clone(), room);
        for period in periods {
            let at = plan.steps.at(period);
            self.world.step(plan, at, first_path);
            if asked.factor_pairs > 0 {
                for (pair, &(_, a, b)) in plan.innovations.pairs.iter().enumerate() {
                    let [first, second] = &mut columns.factors[period][pair];
                    self.world.innovation(a, at).store(first.group_mut(place));
                    self.world.innovation(b, at).store(second.group_mut(place));
                }
            }
            if !columns.noise.is_empty() {
                add_noise(plan, &self.world, at, place, columns);
            }
        }
    }

    /// One period of every company, the world ahead of them.
    #[inline(always)]
    fn step(&mut self, plan: &Plan, at: StepRef) {
        let (world, mut deal) = (&self.world, 0);
        while deal < self.companies.len() {
            let (before, rest) = self.companies.split_at_mut(deal);
            let Some(leader) = plan.deals[deal].follows else {
                rest[0].step(plan, world, at);
                deal += 1;
                continue;
            };
            // All that follow the same company, one after the other.
            let followers = plan.deals[deal..].iter().take_while(|next| next.follows == Some(leader)).count();
            outlined!(
                V,
                for company in &mut rest[..followers] {
                    company.step_after(&before[leader], plan, world, at);
                }
            );
            deal += followers;
        }
    }
}

impl<V: Vector> Outcome<V> {
    /// Room for the paths of a plan.
    pub fn new(plan: &Plan) -> Outcome<V> {
        Outcome {
            eights: (0..eights(plan)).map(|_| Eight::new(plan)).collect(),
            room: Room::new(&plan.innovations, AHEAD),
            period: YearSums::new(plan.model.clouds.len()),
            recorded: plan.deals.iter().map(|deal| deal.is_recorded()).collect(),
        }
    }

    /// From now on the companies note what a prospectus would say.
    pub fn note_readiness(&mut self) {
        for company in self.eights.iter_mut().flat_map(|eight| &mut eight.companies) {
            company.note = Some(Box::new(Readiness::all(V::zero())));
        }
    }

    /// Simulates a block whose inputs are drawn.
    #[inline(always)]
    pub fn run(&mut self, plan: &Plan, first_path: u64, asked: Asked, columns: &mut Columns) {
        // All of it for this vector's instruction set: what lies between the pieces works with vectors too.
        outlined!(V, {
            for first in (0..LANES / WIDTH).step_by(self.eights.len()) {
                self.run_eights(plan, first_path, first, asked, columns);
            }
        });
    }

    /// Simulates some eights of the block of `first_path`, from that of index `first` on.
    #[inline(always)]
    fn run_eights(
        &mut self,
        plan: &Plan,
        first_path: u64,
        first: usize,
        asked: Asked,
        columns: &mut Columns,
    ) {
        let all = plan.steps.periods.len();
        outlined!(V, {
            for (i, eight) in self.eights.iter_mut().enumerate() {
                let place = first + i;
                eight.start(plan, first_path + (place * WIDTH) as u64, place, columns);
            }
        });
        let mut year = 0;
        for from in (0..all).step_by(AHEAD) {
            let periods = from..all.min(from + AHEAD);
            for (i, eight) in self.eights.iter_mut().enumerate() {
                let place = first + i;
                let first_path = first_path + (place * WIDTH) as u64;
                eight.go_ahead(plan, periods.clone(), first_path, place, &mut self.room, asked, columns);
            }
            let mut year_after = year;
            for i in 0..self.eights.len() {
                year_after = year;
                for period in periods.clone() {
                    let at = plan.steps.at(period);
                    self.eights[i].step(plan, at);
                    outlined!(V, self.write_down(plan, at, year_after, i, first + i, asked, columns));
                    year_after += usize::from(plan.steps.years[year_after].last == period);
                }
            }
            year = year_after;
        }
        outlined!(V, {
            for (i, eight) in self.eights.iter_mut().enumerate() {
                eight.finish(plan, first + i, columns);
            }
        });
    }

    /// Yearly sums of an eight and, at a year's end, its series; every period's where asked for. `i`: which of the eights
    /// that take turns; `place`: which of the block.
    #[inline(always)]
    fn write_down(
        &mut self,
        plan: &Plan,
        at: StepRef,
        year: usize,
        i: usize,
        place: usize,
        asked: Asked,
        columns: &mut Columns,
    ) {
        let year_ends = plan.steps.years[year].last == at.period;
        let Eight { world, companies, mix_year_sold, broken } = &mut self.eights[i];
        let view = world.view(Some(at.period));
        for (d, company) in companies.iter_mut().enumerate() {
            if let Some(note) = &mut company.note {
                note.store(place, &mut columns.readiness[d][at.period]);
            }
            if !self.recorded[d] && !asked.periods {
                continue;
            }
            let flows = company.flows(plan, view);
            if plan.deals[d].series.is_empty() {
                // Nothing but the mix metrics reads its years.
                if plan.mix_year == Some(year) {
                    company.year.add_sold(&flows);
                    if year_ends {
                        mix_year_sold[d].copy_from_slice(company.year.sold());
                        company.year.clear();
                    }
                }
                continue;
            }
            company.year.add(&flows);
            if asked.periods {
                self.period.clear();
                self.period.add(&flows);
                let (stocks, sold) = (company.stocks(view, at), self.period.sold_in_all());
                for (column, &series) in columns.periods[d][at.period].iter_mut().zip(&plan.deals[d].series) {
                    self.period.series(series, &stocks, sold, V::zero()).store(column.group_mut(place));
                }
            }
            if year_ends {
                let column = &mut columns.years[d][year];
                close_year(plan, d, year, company, world, at, broken, place, column);
                if plan.mix_year == Some(year) {
                    mix_year_sold[d].copy_from_slice(company.year.sold());
                }
                company.year.clear();
            }
        }
    }
}

impl<V: Vector> Eight<V> {
    /// Metrics of every deal and difference, and which paths are not finite.
    #[inline(always)]
    fn finish(&mut self, plan: &Plan, place: usize, columns: &mut Columns) {
        for (d, company) in self.companies.iter().enumerate() {
            let take = Take::new(plan, d, company, &self.mix_year_sold[d], &self.world.numbers);
            for (column, &metric) in columns.metrics[d].iter_mut().zip(&plan.deals[d].metrics) {
                let (value, exists) = take.metric(metric);
                settle(value, exists, &mut self.broken).store(column.group_mut(place));
            }
            let share = &company.share;
            let listing = &company.listing;
            let times = [share.hit_time, listing.ready_time, listing.ipo_time, company.holding.failed_at];
            for (column, time) in columns.times[d].iter_mut().zip(times) {
                time.store(column.group_mut(place));
            }
        }
        for (k, difference) in plan.differences.iter().enumerate() {
            let (deals, differences) = columns.metrics.split_at_mut(plan.deals.len());
            for (column, &(_, later, first)) in differences[k].iter_mut().zip(&difference.metrics) {
                let later = V::load(deals[difference.later][later].group(place));
                (later - V::load(deals[0][first].group(place))).store(column.group_mut(place));
            }
        }
        self.broken.store(columns.broken.group_mut(place));
    }
}

/// Adds the period's innovations and jumps of an eight to the year's sums.
#[inline(always)]
fn add_noise<V: Vector>(plan: &Plan, world: &World<V>, at: StepRef, place: usize, columns: &mut Columns) {
    let year = plan.steps.years.partition_point(|year| year.last < at.period);
    let begins = match year.checked_sub(1) {
        Some(before) => plan.steps.years[before].last + 1 == at.period,
        None => at.period == 0,
    };
    let drawn = world.innovations(at).iter().chain(&world.jumps);
    for (source, &drawn) in columns.noise.iter_mut().zip(drawn) {
        let sum = source[year].group_mut(place);
        let before = if begins { V::zero() } else { V::load(sum) };
        (before + drawn).store(sum);
    }
}

/// Writes a year's series of a deal.
#[inline(always)]
fn close_year<V: Vector>(
    plan: &Plan,
    deal: usize,
    year: usize,
    company: &Company<V>,
    world: &World<V>,
    at: StepRef,
    broken: &mut V,
    place: usize,
    columns: &mut [Lanes],
) {
    let (stocks, sold) = (company.stocks(world.view(Some(at.period)), at), company.year.sold_in_all());
    let infinite = V::splat(f64::INFINITY);
    let mut bad = V::zero().gt(V::zero());
    for (column, &series) in columns.iter_mut().zip(&plan.deals[deal].series) {
        // A cut first year alone has the full-year series; the block has NaN in the others' columns.
        if series.is_full_year() && year > 0 {
            continue;
        }
        let before = match series {
            Series::NetRevenueFullYear => trailing::rows(&plan.first_year.revenue, &world.numbers),
            Series::FreeCashFlowFullYear => trailing::rows(&plan.first_year.fcf, &world.numbers),
            _ => V::zero(),
        };
        let value = company.year.series(series, &stocks, sold, before);
        let size = value.abs();
        bad = bad | if series.may_be_undefined() { size.eq(infinite) } else { !size.lt(infinite) };
        value.store(column.group_mut(place));
    }
    *broken = V::select(bad, V::one(), *broken);
}

/// NaN where a figure does not exist; where one that does is not finite, infinite, and the path is marked.
#[inline(always)]
fn settle<V: Vector>(value: V, exists: V::Mask, broken: &mut V) -> V {
    let wild = exists & !value.is_finite();
    *broken = V::select(wild, V::one(), *broken);
    V::select(wild, V::splat(f64::INFINITY), V::select(exists, value, V::splat(f64::NAN)))
}
