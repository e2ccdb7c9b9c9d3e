//! A worker's chunk of paths, and the summaries that all workers share.

use super::draws::InOrder;
use super::observer::{Observer, Progress};
use super::{
    BROKEN_KEPT, Broken, CHUNK_PATHS, ChunkDraws, Event, QUANTILE_PATHS, RunResult, SAMPLE_PATHS, YearSummary,
};
use crate::kernel::metric::Metric;
use crate::kernel::block::{Asked, Block};
use crate::kernel::plan::Plan;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::simd_fn;
use crate::stats::bins::Bins;
use crate::stats::moments::{ChunkCoMoments, ChunkMoments, CoMoments, Moments};
use crate::stats::summary::MetricSummary;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What all workers add to.
pub(super) struct Shared {
    paths: u64,
    next: AtomicU64,
    done: AtomicU64,
    stopped: AtomicBool,
    metrics: Vec<Vec<Mutex<MetricSummary>>>,
    years: Vec<Vec<Mutex<Vec<YearSummary>>>>,
    rest: Mutex<Rest>,
    in_order: InOrder,
    take: Option<usize>,
}

#[derive(Default)]
struct Rest {
    events: Vec<Vec<Vec<u64>>>,
    inputs: Vec<Moments>,
    input_pairs: Vec<CoMoments>,
    factor_pairs: Vec<CoMoments>,
    samples: Vec<Vec<Vec<Vec<f64>>>>,
    broken: Broken,
}

impl Shared {
    pub(super) fn new(plan: &Plan, paths: u64) -> Shared {
        let subjects = plan
            .deals
            .iter()
            .map(|deal| deal.metrics.len())
            .chain(plan.differences.iter().map(|difference| difference.metrics.len()));
        Shared {
            paths,
            next: AtomicU64::new(0),
            done: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            metrics: subjects.map(|n| (0..n).map(|_| Mutex::default()).collect()).collect(),
            years: plan
                .deals
                .iter()
                .map(|deal| {
                    let year = || Mutex::new(vec![YearSummary::default(); deal.series.len()]);
                    plan.steps.years.iter().map(|_| year()).collect()
                })
                .collect(),
            rest: Mutex::new(Rest {
                events: vec![vec![vec![0; plan.steps.periods.len()]; Event::ALL.len()]; plan.deals.len()],
                inputs: vec![Moments::EMPTY; plan.inputs.nums.len()],
                input_pairs: vec![CoMoments::default(); plan.inputs.pairs.len()],
                factor_pairs: vec![CoMoments::default(); plan.innovations.pairs.len()],
                ..Rest::default()
            }),
            in_order: InOrder::new(),
            take: plan.deals[0].metrics.iter().position(|&metric| metric == Metric::MicrosoftTakePv),
        }
    }

    /// The next chunk to run, unless the observer stops.
    pub(super) fn next_chunk(&self, observer: &dyn Observer) -> Option<u64> {
        if self.stopped.load(Ordering::Relaxed) || observer.stops() {
            self.stopped.store(true, Ordering::Relaxed);
            return None;
        }
        let chunk = self.next.fetch_add(1, Ordering::Relaxed);
        (chunk * CHUNK_PATHS < self.paths).then_some(chunk)
    }

    pub(super) fn into_result(self, plan: &Plan) -> RunResult {
        fn inner<T>(mutex: Mutex<T>) -> T {
            mutex.into_inner().expect("no worker panicked")
        }
        let rest = inner(self.rest);
        let done = self.done.into_inner();
        let events = rest
            .events
            .into_iter()
            .map(|deal| {
                deal.into_iter()
                    .map(|counts| {
                        let mut sum = 0;
                        counts
                            .into_iter()
                            .map(|count| {
                                sum += count;
                                sum
                            })
                            .collect()
                    })
                    .collect()
            })
            .collect();
        RunResult {
            paths: done,
            asked: self.paths,
            metrics: self
                .metrics
                .into_iter()
                .map(|subject| subject.into_iter().map(inner).collect())
                .collect(),
            years: self.years.into_iter().map(|deal| deal.into_iter().map(inner).collect()).collect(),
            events,
            inputs: rest.inputs,
            correlations: super::correlations(plan, &rest.input_pairs, &rest.factor_pairs),
            samples: rest.samples,
            broken: rest.broken,
            interrupted: done < self.paths,
        }
    }
}

/// A worker's own room.
pub(super) struct Worker {
    block: Block,
    metric_values: Vec<Vec<Vec<f64>>>,
    metric_moments: Vec<Vec<ChunkMoments>>,
    year_moments: Vec<Vec<Vec<ChunkMoments>>>,
    /// Values of the yearly series, of chunks that go to the yearly bins: a chunk of one series at a time keeps its bins
    /// in the cache.
    year_values: Vec<Vec<Vec<Vec<f64>>>>,
    input_values: Vec<Vec<f64>>,
    input_moments: Vec<ChunkMoments>,
    input_pairs: Vec<ChunkCoMoments>,
    events: Vec<Vec<Vec<u64>>>,
}

impl Worker {
    pub(super) fn new(plan: &Plan) -> Worker {
        let block = Block::new(plan);
        let chunk = CHUNK_PATHS as usize;
        Worker {
            metric_values: block
                .metrics
                .iter()
                .map(|subject| vec![Vec::with_capacity(chunk); subject.len()])
                .collect(),
            metric_moments: block
                .metrics
                .iter()
                .map(|subject| vec![ChunkMoments::EMPTY; subject.len()])
                .collect(),
            year_moments: block
                .years
                .iter()
                .map(|deal| deal.iter().map(|year| vec![ChunkMoments::EMPTY; year.len()]).collect())
                .collect(),
            year_values: block
                .years
                .iter()
                .map(|deal| deal.iter().map(|year| vec![Vec::new(); year.len()]).collect())
                .collect(),
            input_values: vec![Vec::new(); plan.inputs.nums.len()],
            input_moments: vec![ChunkMoments::EMPTY; plan.inputs.nums.len()],
            input_pairs: vec![ChunkCoMoments::EMPTY; plan.inputs.pairs.len()],
            events: vec![vec![vec![0; plan.steps.periods.len()]; Event::ALL.len()]; plan.deals.len()],
            block,
        }
    }

    /// Simulates a chunk and adds it to what is shared.
    pub(super) fn run(&mut self, plan: &Plan, shared: &Shared, chunk: u64, observer: &dyn Observer) {
        let first = chunk * CHUNK_PATHS;
        let end = (first + CHUNK_PATHS).min(shared.paths);
        let draws = observer.wants_draws();
        let mut broken = Broken::default();
        for path in (first..end).step_by(LANES) {
            let count = (end - path).min(LANES as u64) as usize;
            let asked = Asked {
                periods: path < SAMPLE_PATHS,
                factor_pairs: if path < QUANTILE_PATHS { count } else { 0 },
            };
            self.block.run(plan, path, asked);
            self.gather(plan, shared, path, count, draws, &mut broken);
        }
        self.flush(plan.isa, shared, broken);
        if draws {
            let draws = ChunkDraws {
                first_path: first,
                paths: (end - first) as usize,
                inputs: &self.input_values,
                metrics: &self.metric_values,
            };
            let bytes = observer.encode(&draws);
            shared.in_order.deliver(chunk, bytes, |bytes| observer.write(bytes));
        }
        for column in self.metric_values.iter_mut().flatten().chain(&mut self.input_values) {
            column.clear();
        }
        let done = shared.done.fetch_add(end - first, Ordering::Relaxed) + (end - first);
        let (mean, std_error) = shared.take.map_or((f64::NAN, f64::NAN), |take| {
            let summary = shared.metrics[0][take].lock().expect("no worker panicked");
            (summary.moments().mean(), summary.moments().std_error())
        });
        observer.progress(&Progress { done, paths: shared.paths, mean, std_error });
    }

    /// Takes what is kept of the block just run.
    fn gather(
        &mut self,
        plan: &Plan,
        shared: &Shared,
        path: u64,
        count: usize,
        draws: bool,
        broken: &mut Broken,
    ) {
        let isa = plan.isa;
        let add = |moments: &mut ChunkMoments, lanes: &Lanes| {
            if count == LANES {
                add_block(isa, lanes, moments)
            } else {
                moments.add_partial_block(&lanes[..count])
            }
        };
        let block = &self.block;
        for ((lanes, values), moments) in block
            .metrics
            .iter()
            .flatten()
            .zip(self.metric_values.iter_mut().flatten())
            .zip(self.metric_moments.iter_mut().flatten())
        {
            values.extend_from_slice(&lanes[..count]);
            add(moments, lanes);
        }
        for (lanes, moments) in
            block.years.iter().flatten().flatten().zip(self.year_moments.iter_mut().flatten().flatten())
        {
            add(moments, lanes);
        }
        if path < QUANTILE_PATHS {
            let columns = self.year_values.iter_mut().flatten().flatten();
            for (lanes, values) in block.years.iter().flatten().flatten().zip(columns) {
                values.extend_from_slice(&lanes[..count]);
            }
        }
        for (&num, moments) in plan.inputs.nums.iter().zip(&mut self.input_moments) {
            add(moments, block.value(num));
        }
        if draws {
            for (&num, values) in plan.inputs.nums.iter().zip(&mut self.input_values) {
                values.extend_from_slice(&block.value(num)[..count]);
            }
        }
        for (&(_, a, b), pair) in plan.inputs.pairs.iter().zip(&mut self.input_pairs) {
            pair.add_all(&block.normals()[a][..count], &block.normals()[b][..count]);
        }
        for (d, events) in self.events.iter_mut().enumerate() {
            let times = [block.cap_time(d), block.ready_time(d), block.ipo_time(d), block.failure_time(d)];
            for (time, counts) in times.into_iter().zip(events) {
                for &time in &time[..count] {
                    if time < f64::INFINITY {
                        let slack = crate::kernel::plan::TIME_SLACK;
                        counts[plan.steps.periods.partition_point(|p| p.end < time - slack)] += 1;
                    }
                }
            }
        }
        for lane in 0..count {
            if block.broken[lane] != 0.0 {
                broken.count += 1;
                if broken.first.len() < BROKEN_KEPT {
                    broken.first.push(path + lane as u64);
                }
            }
        }
        if path == 0 {
            let paths = count.min(SAMPLE_PATHS as usize);
            let lanes_of = |lane: usize| {
                block
                    .periods
                    .iter()
                    .map(|deal| deal.iter().map(|p| p.iter().map(|lanes| lanes[lane]).collect()).collect())
                    .collect()
            };
            shared.rest.lock().expect("no worker panicked").samples = (0..paths).map(lanes_of).collect();
        }
    }

    /// Adds the finished chunk to what is shared.
    fn flush(&mut self, isa: Isa, shared: &Shared, broken: Broken) {
        for ((summary, moments), values) in shared
            .metrics
            .iter()
            .flatten()
            .zip(self.metric_moments.iter_mut().flatten())
            .zip(self.metric_values.iter().flatten())
        {
            let mut summary = summary.lock().expect("no worker panicked");
            summary.add_moments(moments);
            summarise(isa, values, &mut summary);
            *moments = ChunkMoments::EMPTY;
        }
        let year_values = self.year_values.iter_mut();
        for ((shared_years, years), values) in
            shared.years.iter().zip(&mut self.year_moments).zip(year_values)
        {
            for ((shared_year, year), values) in shared_years.iter().zip(years).zip(values) {
                let mut summaries = shared_year.lock().expect("no worker panicked");
                for ((summary, moments), values) in summaries.iter_mut().zip(year).zip(values) {
                    summary.moments.add_chunk(moments);
                    *moments = ChunkMoments::EMPTY;
                    bin_coarsely(isa, values, &mut summary.bins);
                    values.clear();
                }
            }
        }
        let mut rest = shared.rest.lock().expect("no worker panicked");
        for (total, moments) in rest.inputs.iter_mut().zip(&mut self.input_moments) {
            total.add_chunk(moments);
            *moments = ChunkMoments::EMPTY;
        }
        for (total, pair) in rest.input_pairs.iter_mut().zip(&mut self.input_pairs) {
            total.add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
        for (total, pair) in rest.factor_pairs.iter_mut().zip(&mut self.block.factor_pairs) {
            total.add_chunk(pair);
            *pair = ChunkCoMoments::EMPTY;
        }
        for (total, count) in
            rest.events.iter_mut().flatten().flatten().zip(self.events.iter_mut().flatten().flatten())
        {
            *total += *count;
            *count = 0;
        }
        rest.broken.count += broken.count;
        rest.broken.first.extend(broken.first);
        rest.broken.first.sort_unstable();
        rest.broken.first.truncate(BROKEN_KEPT);
    }
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
