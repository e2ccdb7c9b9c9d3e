//! Eight paths from draws to metrics: the kernel's table of contents. It calls the nouns in the order of the business
//! (methodology: order within a period) and writes their answers into the block's columns.

use super::block::{Asked, Columns};
use super::company::Company;
use super::metric::Series;
use super::plan::{Plan, StepRef};
use super::readiness::Readiness;
use super::record::{PeriodFigures, YearSums};
use super::take::Take;
use super::trailing;
use super::world::World;
use crate::math::lanes::Lanes;
use crate::math::vector::Vector;
use crate::piece;

/// The state of eight paths, allocated once a worker.
pub struct Outcome<V> {
    world: World<V>,
    companies: Vec<Company<V>>,
    /// Sums of one period alone, for sample paths.
    period: YearSums<V>,
    /// By deal, the sales of each cloud in the year of the mix metrics.
    mix_year_sold: Vec<Vec<V>>,
    /// By deal, whether something reads the sums over its years.
    recorded: Vec<bool>,
    /// 1 on the paths that are not finite.
    broken: V,
}

impl<V: Vector> Outcome<V> {
    /// Room for the paths of a plan.
    pub fn new(plan: &Plan) -> Outcome<V> {
        let clouds = plan.model.clouds.len();
        let sold = if plan.mix_year.is_some() { clouds } else { 0 };
        Outcome {
            world: World::new(plan),
            companies: (0..plan.deals.len()).map(|deal| Company::new(plan, deal)).collect(),
            period: YearSums::new(clouds),
            mix_year_sold: vec![vec![V::zero(); sold]; plan.deals.len()],
            recorded: plan.deals.iter().map(|deal| deal.is_recorded()).collect(),
            broken: V::zero(),
        }
    }

    /// From now on the companies note what a prospectus would say.
    pub fn note_readiness(&mut self) {
        for company in &mut self.companies {
            company.note = Some(Box::new(Readiness::all(V::zero())));
        }
    }

    /// Simulates the eight paths of that index of a block whose inputs are drawn; `first_path` is the first of the eight.
    #[inline(always)]
    pub fn run(&mut self, plan: &Plan, first_path: u64, eight: usize, asked: Asked, columns: &mut Columns) {
        self.broken = V::zero();
        self.start(plan, eight, columns);
        let mut year = 0;
        for period in 0..plan.steps.periods.len() {
            let at = plan.steps.at(period);
            self.world.step(plan, at, first_path);
            for deal in 0..self.companies.len() {
                let (before, rest) = self.companies.split_at_mut(deal);
                match plan.deals[deal].follows {
                    Some(leader) => rest[0].step_after(&before[leader], plan, &self.world, at),
                    None => rest[0].step(plan, &self.world, at),
                }
            }
            piece!(V, self.write_down(plan, at, &mut year, eight, asked, columns));
        }
        piece!(V, self.finish(plan, eight, columns));
    }

    /// Time 0.
    #[inline(always)]
    fn start(&mut self, plan: &Plan, eight: usize, columns: &Columns) {
        piece!(V, self.world.start(plan, &columns.values, &columns.exponential, eight));
        for company in &mut self.companies {
            piece!(V, company.start(plan, &self.world));
        }
    }

    /// Yearly sums and, at a year's end, its series; every period's where asked for.
    #[inline(always)]
    fn write_down(
        &mut self,
        plan: &Plan,
        at: StepRef,
        year: &mut usize,
        eight: usize,
        asked: Asked,
        columns: &mut Columns,
    ) {
        let year_ends = plan.steps.years[*year].last == at.period;
        for (pair, &(_, a, b)) in plan.innovations.pairs.iter().enumerate() {
            if asked.factor_pairs > 0 {
                let [first, second] = &mut columns.factors[at.period][pair];
                self.world.zeta[a][at.parity].store(first.eight_mut(eight));
                self.world.zeta[b][at.parity].store(second.eight_mut(eight));
            }
        }
        if !columns.noise.is_empty() {
            self.add_noise(plan, at, *year, eight, columns);
        }
        for d in 0..self.companies.len() {
            if let Some(note) = &mut self.companies[d].note {
                note.store(eight, &mut columns.readiness[d][at.period]);
            }
            if !self.recorded[d] && !asked.periods {
                continue;
            }
            let figures = self.companies[d].figures(plan, &self.world, at);
            self.companies[d].year.add(&figures);
            if asked.periods {
                self.period.clear();
                self.period.add(&figures);
                for (column, &series) in columns.periods[d][at.period].iter_mut().zip(&plan.deals[d].series) {
                    self.period.series(series, &figures, V::zero()).store(column.eight_mut(eight));
                }
            }
            if year_ends {
                let column = &mut columns.years[d][*year];
                let company = &mut self.companies[d];
                close_year(plan, d, *year, company, &figures, &self.world, &mut self.broken, eight, column);
                if plan.mix_year == Some(*year) {
                    self.mix_year_sold[d].copy_from_slice(company.year.sold());
                }
                company.year.clear();
            }
        }
        if year_ends {
            *year += 1;
        }
    }

    /// Adds the period's innovations and jumps to the year's sums.
    #[inline(always)]
    fn add_noise(&mut self, plan: &Plan, at: StepRef, year: usize, eight: usize, columns: &mut Columns) {
        let begins = year == 0 || plan.steps.years[year - 1].last + 1 == at.period;
        let begins = begins && (year > 0 || at.period == 0);
        let innovations = self.world.zeta.iter().map(|pair| pair[at.parity]);
        let jumps = self.world.jumps.iter().copied();
        for (source, drawn) in columns.noise.iter_mut().zip(innovations.chain(jumps)) {
            let sum = source[year].eight_mut(eight);
            let before = if begins { V::zero() } else { V::load(sum) };
            (before + drawn).store(sum);
        }
    }

    /// Metrics of every deal and difference, and which paths are not finite.
    #[inline(always)]
    fn finish(&mut self, plan: &Plan, eight: usize, columns: &mut Columns) {
        for (d, company) in self.companies.iter().enumerate() {
            let take = Take::new(plan, d, company, &self.mix_year_sold[d], &self.world.numbers);
            for (column, &metric) in columns.metrics[d].iter_mut().zip(&plan.deals[d].metrics) {
                let (value, exists) = take.metric(metric);
                settle(value, exists, &mut self.broken).store(column.eight_mut(eight));
            }
            let share = &company.share;
            let listing = &company.listing;
            let times = [share.hit_time, listing.ready_time, listing.ipo_time, company.holding.failed_at];
            for (column, time) in columns.times[d].iter_mut().zip(times) {
                time.store(column.eight_mut(eight));
            }
        }
        for (i, difference) in plan.differences.iter().enumerate() {
            let (deals, differences) = columns.metrics.split_at_mut(plan.deals.len());
            for (column, &(_, later, first)) in differences[i].iter_mut().zip(&difference.metrics) {
                let later = V::load(deals[difference.later][later].eight(eight));
                (later - V::load(deals[0][first].eight(eight))).store(column.eight_mut(eight));
            }
        }
        self.broken.store(columns.broken.eight_mut(eight));
    }
}

/// Writes a year's series of a deal.
#[inline(always)]
fn close_year<V: Vector>(
    plan: &Plan,
    deal: usize,
    year: usize,
    company: &Company<V>,
    figures: &PeriodFigures<'_, V>,
    world: &World<V>,
    broken: &mut V,
    eight: usize,
    columns: &mut [Lanes],
) {
    let always = V::zero().same(V::zero());
    for (column, &series) in columns.iter_mut().zip(&plan.deals[deal].series) {
        // A cut first year alone has the full-year series.
        let value = if series.is_full_year() && year > 0 {
            V::splat(f64::NAN)
        } else {
            let before = match series {
                Series::NetRevenueFullYear => trailing::rows(&plan.first_year.revenue, &world.numbers),
                Series::FreeCashFlowFullYear => trailing::rows(&plan.first_year.fcf, &world.numbers),
                _ => V::zero(),
            };
            let value = company.year.series(series, figures, before);
            if series.may_be_undefined() {
                let infinite = value.abs().same(V::splat(f64::INFINITY));
                *broken = V::select(infinite, V::one(), *broken);
                value
            } else {
                settle(value, always, broken)
            }
        };
        value.store(column.eight_mut(eight));
    }
}

/// NaN where a figure does not exist; where one that does is not finite, infinite, and the path is marked.
#[inline(always)]
fn settle<V: Vector>(value: V, exists: V::Mask, broken: &mut V) -> V {
    let wild = exists & !value.is_finite();
    *broken = V::select(wild, V::one(), *broken);
    V::select(wild, V::splat(f64::INFINITY), V::select(exists, value, V::splat(f64::NAN)))
}
