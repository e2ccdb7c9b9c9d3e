//! A worker's scratch: it simulates a chunk block by block, then adds the chunk to what all workers share.

use super::draws::{ChunkDraws, YearValues};
use super::non_finite::NonFinite;
use super::observer::Observer;
use super::options::{CHUNK_PATHS, FACTOR_PATHS, QUANTILE_PATHS, SAMPLE_PATHS};
use super::shared::Shared;
use super::sums::{Rest, SharedSums, Sums, lock, no_events};
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::kernel::timeline::TIME_SLACK;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::model::run::Replicates;
use crate::simd_fn;
use crate::stats::bins::Bins;
use crate::stats::moments::{ChunkCoMoments, ChunkMoments};
use crate::stats::replicates::ChunkReplicates;
use crate::stats::summary::MetricSummary;

/// A worker's own scratch; empty between chunks.
pub(super) struct Worker {
    block: Block,
    metrics: MetricScratch,
    years: YearScratch,
    inputs: InputScratch,
    /// Paths of the chunk on which an event happened: `[deal][event][period]`.
    events: Vec<Vec<Vec<u64>>>,
    /// The same by replicate, `[deal][event][period × replicate]`; empty under plain sampling.
    event_replicates: Vec<Vec<Vec<u64>>>,
    /// Series by period of the first paths: `[path][deal][period][series]`.
    samples: Vec<Vec<Vec<Vec<f64>>>>,
    non_finite: NonFinite,
}

/// Metrics of a chunk, per deal and then per difference.
struct MetricScratch {
    values: Vec<Vec<Vec<f64>>>,
    moments: Vec<Vec<ChunkMoments>>,
    replicates: ChunkReplicates,
}

/// Yearly series of a chunk.
struct YearScratch {
    moments: Vec<Vec<Vec<ChunkMoments>>>,
    replicates: ChunkReplicates,
    /// Values for the yearly bins: a chunk of one series after the other, so that its bins stay in the cache. One piece of
    /// memory, given back when no more chunks go to the bins.
    values: Vec<f64>,
    /// Paths of the chunk whose values are there.
    paths: usize,
    /// For each deal, its first column and its number of series.
    deals: Vec<(usize, usize)>,
}

/// What is kept of a block beside what is added up.
#[derive(Clone, Copy)]
struct Kept {
    /// The inputs, for draws.
    draws: bool,
    /// The yearly series, for bins or draws.
    years: bool,
}

/// Uncertain numbers of a chunk, in the rows of the plan's inputs.
struct InputScratch {
    values: Vec<Vec<f64>>,
    moments: Vec<ChunkMoments>,
    pairs: Vec<ChunkCoMoments>,
}

impl Worker {
    pub(super) fn new(plan: &Plan) -> Worker {
        let block = Block::new(plan);
        let replicates = plan.replicates().map(Replicates::get);
        Worker {
            metrics: MetricScratch::new(&block, replicates),
            years: YearScratch::new(&block, replicates),
            inputs: InputScratch::new(plan),
            events: no_events(plan, 1),
            event_replicates: no_events(plan, replicates.unwrap_or(0)),
            samples: Vec::new(),
            non_finite: NonFinite::default(),
            block,
        }
    }

    /// Simulates the chunk whose turn it is and adds it to what is shared.
    pub(super) fn run(&mut self, plan: &Plan, shared: &Shared, turn: u64, observer: &dyn Observer) {
        let work = shared.work(turn);
        let paths = shared.paths(work);
        let draws = observer.wants_draws();
        let years = draws && observer.wants_years();
        let binned = paths.start < QUANTILE_PATHS;
        if !binned && !years {
            self.years.values = Vec::new();
        }
        for path in paths.clone().step_by(LANES) {
            let count = (paths.end - path).min(LANES as u64) as usize;
            let asked = BlockOptions {
                periods: path < SAMPLE_PATHS,
                factor_pairs: if path < FACTOR_PATHS { count } else { 0 },
            };
            self.block.run(plan, path, asked);
            self.gather(plan, path, count, Kept { draws, years: binned || years });
        }
        if work.added {
            shared.add(work, |sums| self.flush(plan.isa(), sums, binned));
        } else {
            // The shared sums already have this chunk; the scratch must still be empty for the next one.
            self.flush(plan.isa(), &SharedSums::new(Sums::new(plan)), binned);
        }
        if draws {
            let draws = ChunkDraws {
                first_path: paths.start,
                paths: (paths.end - paths.start) as usize,
                inputs: &self.inputs.values,
                metrics: &self.metrics.values,
                years: years.then(|| self.years.kept()),
            };
            shared.deliver(work, observer.encode(&draws), observer);
        }
        for column in self.metrics.values.iter_mut().flatten().chain(&mut self.inputs.values) {
            column.clear();
        }
        self.years.paths = 0;
        shared.report(observer);
    }

    /// Takes what is kept of the block just run.
    fn gather(&mut self, plan: &Plan, path: u64, count: usize, kept: Kept) {
        let replicate = plan.replicates().map_or(0, |replicates| replicates.of_path(path));
        self.metrics.gather(plan.isa(), &self.block, count, replicate);
        self.years.gather(plan.isa(), &self.block, count, replicate, kept.years);
        self.inputs.gather(plan, &self.block, count, kept.draws);
        self.gather_events(plan, count, replicate);
        self.non_finite.add_block(&self.block, path, count);
        if path == 0 {
            self.gather_samples(count);
        }
    }

    fn gather_events(&mut self, plan: &Plan, count: usize, replicate: usize) {
        let block = &self.block;
        let replicates = plan.replicates().map_or(0, Replicates::get);
        for (d, events) in self.events.iter_mut().enumerate() {
            let times = [block.cap_time(d), block.ready_time(d), block.ipo_time(d), block.failure_time(d)];
            for (time, (counts, by_replicate)) in
                times.into_iter().zip(events.iter_mut().zip(&mut self.event_replicates[d]))
            {
                for &time in time[..count].iter().filter(|time| **time < f64::INFINITY) {
                    let period = plan.steps().periods.partition_point(|p| p.end < time - TIME_SLACK);
                    counts[period] += 1;
                    if replicates > 0 {
                        by_replicate[period * replicates + replicate] += 1;
                    }
                }
            }
        }
    }

    fn gather_samples(&mut self, count: usize) {
        let periods = &self.block.periods;
        let series_of = |lane: usize| {
            periods
                .iter()
                .map(|deal| deal.iter().map(|p| p.iter().map(|lanes| lanes[lane]).collect()).collect())
                .collect()
        };
        self.samples = (0..count.min(SAMPLE_PATHS as usize)).map(series_of).collect();
    }

    /// Adds the finished chunk to sums and empties the scratch, but for the values that draws are made of.
    fn flush(&mut self, isa: Isa, sums: &SharedSums, binned: bool) {
        self.metrics.flush(isa, sums);
        self.years.flush(isa, sums, binned);
        let mut rest = lock(&sums.rest);
        self.inputs.flush(&mut rest);
        for (total, pair) in rest.factor_pairs.iter_mut().zip(&mut self.block.factor_pairs) {
            total.add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
        let Rest { events, event_replicates, .. } = &mut *rest;
        let totals = events.iter_mut().chain(event_replicates).flatten().flatten();
        let counts = self.events.iter_mut().chain(&mut self.event_replicates).flatten().flatten();
        for (total, count) in totals.zip(counts) {
            *total += std::mem::take(count);
        }
        if !self.samples.is_empty() {
            rest.samples = std::mem::take(&mut self.samples);
        }
        rest.non_finite.merge(&std::mem::take(&mut self.non_finite));
    }
}

impl MetricScratch {
    fn new(block: &Block, replicates: Option<usize>) -> MetricScratch {
        let values = |metrics: &Vec<Lanes>| vec![Vec::with_capacity(CHUNK_PATHS as usize); metrics.len()];
        let moments = |metrics: &Vec<Lanes>| vec![ChunkMoments::EMPTY; metrics.len()];
        MetricScratch {
            values: block.metrics.iter().map(values).collect(),
            moments: block.metrics.iter().map(moments).collect(),
            replicates: ChunkReplicates::new(replicates, block.metrics.iter().map(Vec::len).sum()),
        }
    }

    fn gather(&mut self, isa: Isa, block: &Block, count: usize, replicate: usize) {
        let scratch = self.values.iter_mut().flatten().zip(self.moments.iter_mut().flatten());
        for (lanes, (values, moments)) in block.metrics.iter().flatten().zip(scratch) {
            values.extend_from_slice(&lanes[..count]);
            add_lanes(isa, lanes, count, moments);
        }
        if self.replicates.is_kept() {
            for (column, moments) in self.moments.iter().flatten().enumerate() {
                self.replicates.note(column, replicate, moments);
            }
        }
    }

    fn flush(&mut self, isa: Isa, sums: &SharedSums) {
        let scratch = self.values.iter().flatten().zip(self.moments.iter_mut().flatten());
        for (column, (summary, (values, moments))) in sums.metrics.iter().flatten().zip(scratch).enumerate() {
            let mut summary = lock(summary);
            summary.add_moments(moments);
            if self.replicates.is_kept() {
                summary.add_replicates(&self.replicates, column, moments);
            }
            summarise(isa, values, &mut summary);
            *moments = ChunkMoments::EMPTY;
        }
        self.replicates.clear();
    }
}

impl YearScratch {
    fn new(block: &Block, replicates: Option<usize>) -> YearScratch {
        let moments = |year: &Vec<Lanes>| vec![ChunkMoments::EMPTY; year.len()];
        let mut series = 0;
        let mut deals = Vec::new();
        for deal in &block.years {
            deals.push((series, deal.first().map_or(0, Vec::len)));
            series += deal.iter().map(Vec::len).sum::<usize>();
        }
        YearScratch {
            moments: block.years.iter().map(|deal| deal.iter().map(moments).collect()).collect(),
            replicates: ChunkReplicates::new(replicates, series),
            values: vec![0.0; CHUNK_PATHS as usize * series],
            paths: 0,
            deals,
        }
    }

    fn kept(&self) -> YearValues<'_> {
        YearValues { values: &self.values, deals: &self.deals, paths: self.paths }
    }

    fn gather(&mut self, isa: Isa, block: &Block, count: usize, replicate: usize, kept: bool) {
        let moments = self.moments.iter_mut().flatten().flatten();
        for (lanes, moments) in block.years.iter().flatten().flatten().zip(moments) {
            add_lanes(isa, lanes, count, moments);
        }
        if self.replicates.is_kept() {
            for (column, moments) in self.moments.iter().flatten().flatten().enumerate() {
                self.replicates.note(column, replicate, moments);
            }
        }
        if kept {
            let columns = self.values.chunks_exact_mut(CHUNK_PATHS as usize);
            for (lanes, column) in block.years.iter().flatten().flatten().zip(columns) {
                column[self.paths..self.paths + count].copy_from_slice(&lanes[..count]);
            }
            self.paths += count;
        }
    }

    fn flush(&mut self, isa: Isa, sums: &SharedSums, binned: bool) {
        let values = if binned { self.values.as_slice() } else { &[] };
        let mut columns = values.chunks_exact(CHUNK_PATHS as usize);
        let mut column = 0;
        for (shared, moments) in sums.years.iter().flatten().zip(self.moments.iter_mut().flatten()) {
            for (summary, moments) in lock(shared).iter_mut().zip(moments) {
                summary.moments.add_chunk(moments);
                if self.replicates.is_kept() {
                    summary.replicates.add_chunk(&self.replicates, column, moments);
                    column += 1;
                }
                *moments = ChunkMoments::EMPTY;
                let values = columns.next().map_or(&[][..], |column| &column[..self.paths]);
                bin_coarsely(isa, values, &mut summary.bins);
            }
        }
        self.replicates.clear();
    }
}

impl InputScratch {
    fn new(plan: &Plan) -> InputScratch {
        let rows = plan.inputs().nums.len();
        InputScratch {
            values: vec![Vec::new(); rows],
            moments: vec![ChunkMoments::EMPTY; rows],
            pairs: vec![ChunkCoMoments::EMPTY; plan.inputs().pairs.len()],
        }
    }

    fn gather(&mut self, plan: &Plan, block: &Block, count: usize, draws: bool) {
        for (&num, moments) in plan.inputs().nums.iter().zip(&mut self.moments) {
            add_lanes(plan.isa(), block.value(num), count, moments);
        }
        if draws {
            for (&num, values) in plan.inputs().nums.iter().zip(&mut self.values) {
                values.extend_from_slice(&block.value(num)[..count]);
            }
        }
        for (&(_, a, b), pair) in plan.inputs().pairs.iter().zip(&mut self.pairs) {
            pair.add_all(&block.normals()[a][..count], &block.normals()[b][..count]);
        }
    }

    fn flush(&mut self, rest: &mut Rest) {
        for (total, moments) in rest.inputs.iter_mut().zip(&mut self.moments) {
            total.add_chunk(moments);
            *moments = ChunkMoments::EMPTY;
        }
        for (total, pair) in rest.input_pairs.iter_mut().zip(&mut self.pairs) {
            total.add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
    }
}

/// Adds the first `count` lanes of a block to moments.
#[inline]
pub(super) fn add_lanes(isa: Isa, lanes: &Lanes, count: usize, moments: &mut ChunkMoments) {
    if count == LANES { add_block(isa, lanes, moments) } else { moments.add_partial_block(&lanes[..count]) }
}

simd_fn! {
    fn add_block(values: &Lanes, moments: &mut ChunkMoments) {
        moments.add_block(values);
    }
}

simd_fn! {
    fn summarise(values: &[f64], summary: &mut MetricSummary) {
        summary.add_values(values);
    }
}

simd_fn! {
    fn bin_coarsely(values: &[f64], bins: &mut Bins<8>) {
        bins.add_all(values);
    }
}
