//! Paths from draws to metrics: the kernel's table of contents. It calls the nouns in the order of the business
//! (methodology: order within a period) and writes their answers into the block's columns.
//!
//! Several eights of paths go through a period side by side, each step by all of them before the next step: a period's
//! code is larger than the processor's nearest cache, a step's is not.

use super::block::{Asked, Columns};
use super::company::Company;
use super::metric::Series;
use super::plan::{Plan, StepRef};
use super::readiness::Readiness;
use super::record::YearSums;
use super::take::Take;
use super::trailing;
use super::world::World;
use crate::math::lanes::{LANES, Lanes};
use crate::math::vector::{Vector, WIDTH};
use crate::piece;

/// Eights that go through a period side by side. More share the fetching of code, fewer leave the state in the cache: the
/// many deals of a sweep fill it with one.
fn eights(plan: &Plan) -> usize {
    const MANY_DEALS: usize = 5;
    if plan.deals.len() < MANY_DEALS { 4 } else { 1 }
}

/// The state of several eights of paths, allocated once a worker.
pub struct Outcome<V> {
    worlds: Vec<World<V>>,
    /// By deal, then eight.
    companies: Vec<Vec<Company<V>>>,
    /// Sums of one period alone, for sample paths.
    period: YearSums<V>,
    /// By deal and eight, the sales of each cloud in the year of the mix metrics.
    mix_year_sold: Vec<Vec<Vec<V>>>,
    /// By deal, whether something reads the sums over its years.
    recorded: Vec<bool>,
    /// By eight, 1 on the paths that are not finite.
    broken: Vec<V>,
}

impl<V: Vector> Outcome<V> {
    /// Room for the paths of a plan.
    pub fn new(plan: &Plan) -> Outcome<V> {
        let clouds = plan.model.clouds.len();
        let sold = if plan.mix_year.is_some() { clouds } else { 0 };
        let eights = eights(plan);
        let companies = |deal| (0..eights).map(|_| Company::new(plan, deal)).collect();
        Outcome {
            worlds: (0..eights).map(|_| World::new(plan)).collect(),
            companies: (0..plan.deals.len()).map(companies).collect(),
            period: YearSums::new(clouds),
            mix_year_sold: vec![vec![vec![V::zero(); sold]; eights]; plan.deals.len()],
            recorded: plan.deals.iter().map(|deal| deal.is_recorded()).collect(),
            broken: vec![V::zero(); eights],
        }
    }

    /// From now on the companies note what a prospectus would say.
    pub fn note_readiness(&mut self) {
        for company in self.companies.iter_mut().flatten() {
            company.note = Some(Box::new(Readiness::all(V::zero())));
        }
    }

    /// Simulates a block whose inputs are drawn.
    #[inline(always)]
    pub fn run(&mut self, plan: &Plan, first_path: u64, asked: Asked, columns: &mut Columns) {
        // All of it for this vector's instruction set: what lies between the pieces works with vectors too.
        piece!(V, {
            for first in (0..LANES / WIDTH).step_by(self.worlds.len()) {
                self.run_eights(plan, first_path + (first * WIDTH) as u64, first, asked, columns);
            }
        });
    }

    /// Simulates some eights of a block from that of index `first` on.
    #[inline(always)]
    fn run_eights(
        &mut self,
        plan: &Plan,
        first_path: u64,
        first: usize,
        asked: Asked,
        columns: &mut Columns,
    ) {
        self.broken.fill(V::zero());
        piece!(V, self.start(plan, first, columns));
        let mut year = 0;
        for period in 0..plan.steps.periods.len() {
            let at = plan.steps.at(period);
            World::step(&mut self.worlds, plan, at, first_path);
            let mut deal = 0;
            while deal < self.companies.len() {
                let (before, rest) = self.companies.split_at_mut(deal);
                let worlds = &self.worlds;
                let Some(leader) = plan.deals[deal].follows else {
                    Company::step(&mut rest[0], plan, worlds, at);
                    deal += 1;
                    continue;
                };
                // All that follow the same company, one after the other.
                let followers =
                    plan.deals[deal..].iter().take_while(|next| next.follows == Some(leader)).count();
                piece!(V, {
                    for (i, (leader, world)) in before[leader].iter().zip(worlds).enumerate() {
                        for companies in &mut rest[..followers] {
                            companies[i].step_after(leader, plan, world, at);
                        }
                    }
                });
                deal += followers;
            }
            let ends = plan.steps.years[year].last == period;
            piece!(V, {
                for i in 0..self.worlds.len() {
                    self.write_down(plan, at, year, i, first + i, asked, columns);
                }
            });
            year += usize::from(ends);
        }
        piece!(V, {
            for i in 0..self.worlds.len() {
                self.finish(plan, i, first + i, columns);
            }
        });
    }

    /// Time 0.
    #[inline(always)]
    fn start(&mut self, plan: &Plan, first: usize, columns: &Columns) {
        for (i, world) in self.worlds.iter_mut().enumerate() {
            world.start(plan, &columns.values, &columns.exponential, first + i);
        }
        for deal in 0..self.companies.len() {
            let (before, rest) = self.companies.split_at_mut(deal);
            let leader = plan.deals[deal].follows.map(|leader| &before[leader]);
            for (i, (company, world)) in rest[0].iter_mut().zip(&self.worlds).enumerate() {
                piece!(V, company.start(leader.map(|leader| &leader[i]), plan, world));
            }
        }
    }

    /// Yearly sums of an eight and, at a year's end, its series; every period's where asked for. `i`: its place among
    /// those side by side; `eight`: in the block.
    #[inline(always)]
    fn write_down(
        &mut self,
        plan: &Plan,
        at: StepRef,
        year: usize,
        i: usize,
        eight: usize,
        asked: Asked,
        columns: &mut Columns,
    ) {
        let year_ends = plan.steps.years[year].last == at.period;
        let world = &self.worlds[i];
        if asked.factor_pairs > 0 {
            for (pair, &(_, a, b)) in plan.innovations.pairs.iter().enumerate() {
                let [first, second] = &mut columns.factors[at.period][pair];
                world.zeta[a][at.parity].store(first.eight_mut(eight));
                world.zeta[b][at.parity].store(second.eight_mut(eight));
            }
        }
        if !columns.noise.is_empty() {
            add_noise(plan, world, at, year, eight, columns);
        }
        for d in 0..self.companies.len() {
            let company = &mut self.companies[d][i];
            if let Some(note) = &mut company.note {
                note.store(eight, &mut columns.readiness[d][at.period]);
            }
            if !self.recorded[d] && !asked.periods {
                continue;
            }
            let flows = company.flows(plan, world);
            if plan.deals[d].series.is_empty() {
                // Nothing but the mix metrics reads its years.
                if plan.mix_year == Some(year) {
                    company.year.add_sold(&flows);
                    if year_ends {
                        self.mix_year_sold[d][i].copy_from_slice(company.year.sold());
                        company.year.clear();
                    }
                }
                continue;
            }
            company.year.add(&flows);
            if asked.periods {
                self.period.clear();
                self.period.add(&flows);
                let (stocks, sold) = (company.stocks(world, at), self.period.sold_in_all());
                for (column, &series) in columns.periods[d][at.period].iter_mut().zip(&plan.deals[d].series) {
                    self.period.series(series, &stocks, sold, V::zero()).store(column.eight_mut(eight));
                }
            }
            if year_ends {
                let column = &mut columns.years[d][year];
                close_year(plan, d, year, company, world, at, &mut self.broken[i], eight, column);
                if plan.mix_year == Some(year) {
                    self.mix_year_sold[d][i].copy_from_slice(company.year.sold());
                }
                company.year.clear();
            }
        }
    }

    /// Metrics of every deal and difference on an eight, and which paths are not finite.
    #[inline(always)]
    fn finish(&mut self, plan: &Plan, i: usize, eight: usize, columns: &mut Columns) {
        for (d, companies) in self.companies.iter().enumerate() {
            let company = &companies[i];
            let take = Take::new(plan, d, company, &self.mix_year_sold[d][i], &self.worlds[i].numbers);
            for (column, &metric) in columns.metrics[d].iter_mut().zip(&plan.deals[d].metrics) {
                let (value, exists) = take.metric(metric);
                settle(value, exists, &mut self.broken[i]).store(column.eight_mut(eight));
            }
            let share = &company.share;
            let listing = &company.listing;
            let times = [share.hit_time, listing.ready_time, listing.ipo_time, company.holding.failed_at];
            for (column, time) in columns.times[d].iter_mut().zip(times) {
                time.store(column.eight_mut(eight));
            }
        }
        for (k, difference) in plan.differences.iter().enumerate() {
            let (deals, differences) = columns.metrics.split_at_mut(plan.deals.len());
            for (column, &(_, later, first)) in differences[k].iter_mut().zip(&difference.metrics) {
                let later = V::load(deals[difference.later][later].eight(eight));
                (later - V::load(deals[0][first].eight(eight))).store(column.eight_mut(eight));
            }
        }
        self.broken[i].store(columns.broken.eight_mut(eight));
    }
}

/// Adds the period's innovations and jumps of an eight to the year's sums.
#[inline(always)]
fn add_noise<V: Vector>(
    plan: &Plan,
    world: &World<V>,
    at: StepRef,
    year: usize,
    eight: usize,
    columns: &mut Columns,
) {
    let begins = year == 0 || plan.steps.years[year - 1].last + 1 == at.period;
    let begins = begins && (year > 0 || at.period == 0);
    let innovations = world.zeta.iter().map(|pair| pair[at.parity]);
    let jumps = world.jumps.iter().copied();
    for (source, drawn) in columns.noise.iter_mut().zip(innovations.chain(jumps)) {
        let sum = source[year].eight_mut(eight);
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
    eight: usize,
    columns: &mut [Lanes],
) {
    let (stocks, sold) = (company.stocks(world, at), company.year.sold_in_all());
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
        bad = bad | if series.may_be_undefined() { size.same(infinite) } else { !size.lt(infinite) };
        value.store(column.eight_mut(eight));
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
