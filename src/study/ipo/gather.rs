//! What a run shows about IPO readiness: counts by gate and period, and summaries of the company on the day
//! of its offer.

use super::board::{self, Board, Paths, Walked, each, paths};
use super::company::{Company, Frame};
use super::offer::OfferMetric;
use super::standards::STANDARDS;
use crate::kernel::block::Block;
use crate::kernel::plan::Plan;
use crate::kernel::readiness::Readiness;
use crate::math::lanes::{LANES, Lanes};
use crate::model::ipo::GateKind;
use crate::model::run::Replicates;
use crate::run::{NonFinite, Observer, Options, SimulatedBlock, visit};
use crate::stats::mean_error::MeanError;
use crate::stats::replicates::{error_of_fraction, paths_by_replicate};
use crate::stats::summary::CoarseSummary;

/// Counts of paths for one gate.
#[derive(Clone, Debug, Default)]
pub struct GateCounts {
    /// Per period, paths on which the gate is met and the company alive.
    pub met: Vec<u64>,
    /// Per period, paths on which all other gates hold and this one does not.
    pub alone: Vec<u64>,
    /// Paths on which the gate was among the last to open before readiness.
    pub last: u64,
    /// Paths on which it was the only last one.
    pub last_alone: u64,
    /// Paths on which it closed again before the listing.
    pub closed: u64,
    /// Per period, paths that would become ready if this gate did not count.
    pub ready_without: Vec<u64>,
    /// Per period, paths that would be listed if this gate did not count.
    pub listed_without: Vec<u64>,
}

/// Readiness under one deal.
#[derive(Clone, Debug)]
pub struct DealReadiness {
    /// Counts per gate, in the model's order.
    pub gates: Vec<GateCounts>,
    /// Per period, paths on which all gates hold.
    pub all: Vec<u64>,
    /// Per period, paths on which the company is ready.
    pub ready: Vec<u64>,
    /// Per period, paths on which it becomes ready.
    pub first_ready: Vec<u64>,
    /// Per period, paths on which it is listed.
    pub listed: Vec<u64>,
    /// Paths on which all gates held from the first test until readiness.
    pub open_from_the_start: u64,
    /// Companies that would meet a standard if offered at the end of a period: `[standard][period]`.
    pub standards: Vec<Vec<u64>>,
    /// Per period, living companies with a value, which could be offered.
    pub candidates: Vec<u64>,
    /// Per standard, companies that meet it on the day of their offer.
    pub standards_on_the_day: Vec<u64>,
    /// Summaries over the paths with a listing, in the order of [`OfferMetric::ALL`].
    pub day: Vec<CoarseSummary>,
}

/// IPO readiness over a run.
pub struct IpoReadiness {
    /// Readiness per deal.
    pub deals: Vec<DealReadiness>,
    /// The same counts by replicate, `[deal][replicate]`, without summaries; one of all paths under plain sampling.
    pub by_replicate: Vec<Vec<DealReadiness>>,
    /// Paths simulated.
    pub paths: u64,
    /// Number of replicates; `None` under plain sampling.
    pub replicates: Option<Replicates>,
    /// Paths that are not finite.
    pub non_finite: NonFinite,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

impl DealReadiness {
    /// Nothing counted yet, and nothing of the day of the offer.
    fn empty(periods: usize, gates: usize) -> DealReadiness {
        let zeros = || vec![0; periods];
        let gate = || GateCounts {
            met: zeros(),
            alone: zeros(),
            ready_without: zeros(),
            listed_without: zeros(),
            ..GateCounts::default()
        };
        DealReadiness {
            gates: (0..gates).map(|_| gate()).collect(),
            all: zeros(),
            ready: zeros(),
            first_ready: zeros(),
            listed: zeros(),
            open_from_the_start: 0,
            standards: vec![zeros(); STANDARDS.len()],
            candidates: zeros(),
            standards_on_the_day: vec![0; STANDARDS.len()],
            day: Vec::new(),
        }
    }

    fn merge(&mut self, other: &DealReadiness) {
        fn add(a: &mut [u64], b: &[u64]) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        for (own, its) in self.gates.iter_mut().zip(&other.gates) {
            add(&mut own.met, &its.met);
            add(&mut own.alone, &its.alone);
            add(&mut own.ready_without, &its.ready_without);
            add(&mut own.listed_without, &its.listed_without);
            own.last += its.last;
            own.last_alone += its.last_alone;
            own.closed += its.closed;
        }
        add(&mut self.all, &other.all);
        add(&mut self.ready, &other.ready);
        add(&mut self.first_ready, &other.first_ready);
        add(&mut self.listed, &other.listed);
        add(&mut self.candidates, &other.candidates);
        add(&mut self.standards_on_the_day, &other.standards_on_the_day);
        self.standards.iter_mut().zip(&other.standards).for_each(|(a, b)| add(a, b));
        self.open_from_the_start += other.open_from_the_start;
    }
}

impl IpoReadiness {
    /// The error of a fraction of paths of a deal, given how the fraction's counts are read: those that count, and those of which.
    pub fn error(&self, deal: usize, of: impl Fn(&DealReadiness, u64) -> (u64, u64)) -> MeanError {
        let Some(replicates) = self.replicates else {
            let (count, of) = of(&self.deals[deal], self.paths);
            let p = count as f64 / of as f64;
            return MeanError::independent((p * (1.0 - p) / of as f64).sqrt());
        };
        let paths = paths_by_replicate(self.paths, replicates.get());
        let parts = self.by_replicate[deal].iter().zip(paths).map(|(part, paths)| of(part, paths));
        let (counted, counts): (Vec<f64>, Vec<u64>) = parts.map(|(count, of)| (count as f64, of)).unzip();
        error_of_fraction(&counted, &counts)
    }
}

/// A worker's scratch.
struct Scratch {
    /// Counts by replicate, `[deal][replicate]`; under plain sampling one of all paths.
    counts: Vec<Vec<DealReadiness>>,
    /// Summaries of the day of the offer, `[deal][figure]`.
    day: Vec<Vec<CoarseSummary>>,
    /// Values of the chunk on that day, `[deal][figure]`, in path order; under Sobol sampling NaN on a path without an offer.
    values: Vec<Vec<Vec<f64>>>,
    met: Vec<Vec<Paths>>,
    alive: Vec<Paths>,
    valued: Vec<Paths>,
    /// The walk with all gates.
    walked: Walked,
    /// The walk with one gate left out.
    without: Walked,
    /// Per gate, the paths on which it was among the last to open.
    last: Vec<Paths>,
    /// Per requirement of the standards, the paths on which it holds.
    answers: Vec<Paths>,
}

/// Runs the plan once and counts; `None` if the scenario has no IPO. Goes on from what the first paths gave, where `before` has it: what
/// comes out is that of one run.
pub fn gather(
    plan: &Plan,
    before: Option<IpoReadiness>,
    options: Options,
    observer: &dyn Observer,
) -> Option<IpoReadiness> {
    let ipo = plan.model().ipo.as_ref()?;
    let periods = plan.steps().periods.len();
    let (deals, gates) = (plan.deals().len(), ipo.gates.len());
    let frame = Frame::new(plan, ipo);
    let replicates = plan.replicates();
    let nothing =
        || vec![vec![DealReadiness::empty(periods, gates); replicates.map_or(1, Replicates::get)]; deals];
    let day = || {
        let summary = CoarseSummary::of_replicates(replicates.map(Replicates::get));
        vec![vec![summary; OfferMetric::ALL.len()]; deals]
    };
    let scratch = || Scratch {
        counts: nothing(),
        day: day(),
        values: vec![vec![Vec::new(); OfferMetric::ALL.len()]; deals],
        met: vec![vec![0; gates]; periods],
        alive: vec![0; periods],
        valued: vec![0; periods],
        walked: Walked::new(periods),
        without: Walked::new(periods),
        last: vec![0; gates],
        answers: vec![0; frame.asked.len()],
    };
    let begun = before.as_ref().map_or(0, |before| before.paths);
    let visited = visit(plan, begun, options, Block::with_readiness, observer, scratch, |scratch, seen| {
        scratch.gather(&frame, seen)
    });
    let (mut by_replicate, mut day, mut non_finite) = match before {
        None => (nothing(), day(), NonFinite::default()),
        Some(before) => {
            let days = before.deals.into_iter().map(|deal| deal.day).collect();
            (before.by_replicate, days, before.non_finite)
        }
    };
    non_finite.merge(&visited.non_finite);
    for scratch in &visited.scratch {
        let counts = by_replicate.iter_mut().flatten().zip(scratch.counts.iter().flatten());
        counts.for_each(|(sum, own)| sum.merge(own));
        let days = day.iter_mut().flatten().zip(scratch.day.iter().flatten());
        days.for_each(|(sum, own)| sum.merge(own));
    }
    let whole = |(parts, day): (&Vec<DealReadiness>, Vec<CoarseSummary>)| {
        let mut whole = DealReadiness::empty(periods, gates);
        parts.iter().for_each(|part| whole.merge(part));
        DealReadiness { day, ..whole }
    };
    Some(IpoReadiness {
        deals: by_replicate.iter().zip(day).map(whole).collect(),
        by_replicate,
        replicates,
        paths: visited.paths,
        non_finite,
        interrupted: visited.interrupted,
    })
}

/// Number of paths in a set.
fn number(set: Paths) -> u64 {
    u64::from(set.count_ones())
}

impl Scratch {
    fn gather(&mut self, frame: &Frame<'_>, seen: &SimulatedBlock<'_>) {
        let replicate = frame.plan.replicates().map_or(0, |replicates| replicates.of_path(seen.first_path));
        for deal in 0..self.counts.len() {
            self.gather_deal(frame, seen, deal, replicate);
            if seen.ends_chunk {
                for (values, summary) in self.values[deal].iter_mut().zip(&mut self.day[deal]) {
                    summary.add_path_values(values);
                    values.clear();
                }
            }
        }
    }

    /// Gathers the paths of a block under one deal.
    fn gather_deal(&mut self, frame: &Frame<'_>, seen: &SimulatedBlock<'_>, deal: usize, replicate: usize) {
        let records = &seen.block.readiness[deal];
        let company = Company { frame, records, block: seen.block, deal };
        self.mark(frame, seen, records);
        self.count_gates(frame, seen.block, deal, replicate);
        self.count_standards(&company, replicate);
        self.keep_offers(&company, seen.count);
    }

    /// Marks where each gate is met, the company is alive and its equity is above 0, period by period.
    fn mark(&mut self, frame: &Frame<'_>, seen: &SimulatedBlock<'_>, records: &[Readiness<Lanes>]) {
        let present = Paths::MAX >> (LANES - seen.count);
        for (period, record) in records.iter().enumerate() {
            for (met, &(kind, threshold)) in self.met[period].iter_mut().zip(&frame.ipo.gates) {
                let threshold = seen.block.value(threshold);
                board::compare(frame.plan.isa(), record.figure(kind), threshold, kind.is_upper(), met);
            }
            let equity = record.figure(GateKind::Equity);
            self.alive[period] = present & paths(|lane| record.alive[lane] != 0.0);
            self.valued[period] = paths(|lane| equity[lane] > 0.0);
        }
    }

    /// Walks all paths to the IPO, with all gates and with each of them left out, and counts.
    fn count_gates(&mut self, frame: &Frame<'_>, block: &Block, deal: usize, replicate: usize) {
        let isa = frame.plan.isa();
        let board = Board {
            ends: &frame.ends,
            lengths: &frame.lengths,
            tested: &frame.plan.schedule.tested,
            met: &self.met,
            alive: &self.alive,
            valued: &self.valued,
            ready_months: block.value(frame.ipo.ready_months),
            preparation_months: block.value(frame.ipo.preparation_months),
            value_gate: frame.value_gate,
        };
        board::walk(isa, &board, None, &mut self.walked);
        let counts = &mut self.counts[deal][replicate];
        count(counts, &board, &self.walked, &mut self.last);
        for (gate, counts) in counts.gates.iter_mut().enumerate() {
            board::walk(isa, &board, Some(gate), &mut self.without);
            for period in 0..frame.ends.len() {
                counts.ready_without[period] += number(self.without.first_ready[period]);
                counts.listed_without[period] += number(self.without.listed[period]);
            }
        }
    }

    /// Counts the companies for which each standard holds, at the end of every period and on the day of the offer.
    fn count_standards(&mut self, company: &Company<'_>, replicate: usize) {
        let standards = &company.frame.standards;
        let counts = &mut self.counts[company.deal][replicate];
        for period in 0..company.records.len() {
            let candidates = self.alive[period] & self.valued[period];
            if candidates == 0 {
                continue;
            }
            counts.candidates[period] += number(candidates);
            company.answer(period, &mut self.answers);
            for (of, counts) in standards.iter().zip(&mut counts.standards) {
                counts[period] += number(of.iter().fold(candidates, |met, &i| met & self.answers[i]));
            }
            let offered = self.walked.listed[period];
            if offered != 0 {
                company.answer_on_the_day(period, &mut self.answers);
                for (of, count) in standards.iter().zip(&mut counts.standards_on_the_day) {
                    *count += number(of.iter().fold(offered, |met, &i| met & self.answers[i]));
                }
            }
        }
    }

    /// Keeps what each company is like on the day of its offer.
    fn keep_offers(&mut self, company: &Company<'_>, count: usize) {
        let mut listed_in = [None; LANES];
        for (period, &offered) in self.walked.listed.iter().enumerate() {
            each(offered).for_each(|lane| listed_in[lane] = Some(period));
        }
        for (lane, &period) in listed_in[..count].iter().enumerate() {
            debug_assert_eq!(
                period.map_or(f64::INFINITY, |period| company.frame.ends[period]),
                company.block.ipo_time(company.deal)[lane],
                "the kernel lists the same company"
            );
            let by_path = company.frame.plan.replicates().is_some();
            for (values, day) in self.values[company.deal].iter_mut().zip(OfferMetric::ALL) {
                match period {
                    Some(period) => values.push(company.on_the_day(day, period, lane)),
                    None if by_path => values.push(f64::NAN),
                    None => {}
                }
            }
        }
    }
}

fn count(deal: &mut DealReadiness, board: &Board<'_>, walked: &Walked, last: &mut [Paths]) {
    for period in 0..board.ends.len() {
        deal.all[period] += number(walked.holds[period]);
        deal.ready[period] += number(walked.ready[period]);
        deal.first_ready[period] += number(walked.first_ready[period]);
        deal.listed[period] += number(walked.listed[period]);
        let (met, alive) = (&board.met[period], board.alive[period]);
        for (bit, gate) in deal.gates.iter_mut().enumerate() {
            gate.met[period] += number(met[bit] & alive);
            if board.tested[period] {
                let others = met.iter().enumerate().filter(|&(other, _)| other != bit);
                gate.alone[period] += number(others.fold(alive & !met[bit], |all, (_, &other)| all & other));
            }
        }
        if walked.first_ready[period] != 0 {
            deal.open_from_the_start += number(board.last_to_open(walked, period, last));
            for (bit, gate) in deal.gates.iter_mut().enumerate() {
                let others = last.iter().enumerate().filter(|&(other, _)| other != bit);
                gate.last += number(last[bit]);
                gate.last_alone += number(others.fold(last[bit], |alone, (_, &other)| alone & !other));
            }
        }
    }
    for (gate, closed) in deal.gates.iter_mut().zip(board.closed_again(walked)) {
        gate.closed += number(closed);
    }
}

const _: () = assert!(LANES == Paths::BITS as usize);
