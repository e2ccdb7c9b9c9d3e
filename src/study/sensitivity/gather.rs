//! What a plain run says of each input: sums of metrics near its 10% and 90% quantiles and over its whole range; and the
//! first paths in columns, for ranks and for groups.

use super::variables::Variable;
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::kernel::redraw::{StreamKind, TwoSeeds};
use crate::math::lanes::LANES;
use crate::math::normal::{cdf, quantile};
use crate::model::ledger::{Law, Num};
use crate::run::{Broken, Observer, Options, Seen, Subject, visit};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Paths that are kept in columns at most.
pub const KEPT_PATHS: u64 = 131_072;
/// Parts of an input's range with equal probability.
pub const BINS: usize = 32;
/// Parts of the run that are held apart, so that what is chosen by one is valued by another.
pub const FOLDS: usize = 16;
/// Paths whose sums are taken together.
const RECORD: u64 = 512;
/// A value that has this probability by itself is a window of its own.
const ATOM: f64 = 0.05;

/// Count, sum and sum of squares about a centre, of the paths near the 10% quantile and near the 90% quantile.
pub type Ends = [[f64; 3]; 2];

/// What to gather.
pub struct Wanted<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its streams.
    pub seeds: &'a TwoSeeds,
    /// The inputs, each of one stream.
    pub inputs: &'a [Variable],
    /// Metrics in columns.
    pub columns: &'a [Subject],
    /// Sets of columns, one a deal, among which somebody chooses.
    pub choices: &'a [Vec<usize>],
}

/// Sums over a fold of the run.
#[derive(Clone)]
pub struct Sums {
    /// Per column, input.
    pub ends: Vec<Vec<Ends>>,
    /// Per choice, input, bin: paths, then the sum of each of its columns.
    pub bins: Vec<Vec<f64>>,
    /// Per choice: paths, sum of the best of its columns, then the sum of each.
    pub best: Vec<Vec<f64>>,
    /// Per column: paths on which it has a value, sum, sum of squares about the centre.
    pub own: Vec<[f64; 3]>,
}

/// The first paths of the run.
pub struct Kept {
    /// Paths.
    pub paths: usize,
    /// Per input: its values (the normal behind the time of termination).
    pub values: Vec<Vec<f32>>,
    /// Normal scores of inputs; sums of a factor's innovations and of a shock's jumps over a calendar year.
    pub scores: Vec<Vec<f32>>,
    /// The stream of each score.
    pub score_stream: Vec<usize>,
    /// Per column: the metric; NaN: no value.
    pub columns: Vec<Vec<f64>>,
}

/// What was gathered.
pub struct Gathered {
    /// Paths of the run.
    pub paths: u64,
    /// Centre of each column's squares.
    pub centres: Vec<f64>,
    /// Sums over each fold.
    pub folds: Vec<Sums>,
    /// The first paths.
    pub kept: Kept,
    /// Per input: the probabilities between which a path is near its 10% and near its 90% quantile.
    pub windows: Vec<[(f64, f64); 2]>,
    /// Paths that are not finite.
    pub broken: Broken,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl Sums {
    fn empty(wanted: &Wanted<'_>) -> Sums {
        let inputs = wanted.inputs.len();
        Sums {
            ends: vec![vec![[[0.0; 3]; 2]; inputs]; wanted.columns.len()],
            bins: wanted.choices.iter().map(|set| vec![0.0; inputs * BINS * (1 + set.len())]).collect(),
            best: wanted.choices.iter().map(|set| vec![0.0; 2 + set.len()]).collect(),
            own: vec![[0.0; 3]; wanted.columns.len()],
        }
    }

    fn flat(&mut self) -> impl Iterator<Item = &mut f64> {
        let ends = self.ends.iter_mut().flatten().flatten().flatten();
        let bins = self.bins.iter_mut().chain(&mut self.best).flatten();
        ends.chain(bins).chain(self.own.iter_mut().flatten())
    }

    /// Adds another's sums.
    pub fn add(&mut self, other: &mut Sums) {
        self.flat().zip(other.flat()).for_each(|(sum, x)| *sum += *x);
    }
}

/// Records put in order before they are added up, so that rounding is the same on any number of threads.
struct InOrder {
    next: u64,
    waiting: BTreeMap<u64, Sums>,
    folds: Vec<Sums>,
}

impl InOrder {
    fn deliver(&mut self, record: u64, sums: Sums) {
        self.waiting.insert(record, sums);
        while let Some(mut sums) = self.waiting.remove(&self.next) {
            self.folds[self.next as usize % FOLDS].add(&mut sums);
            self.next += 1;
        }
    }
}

/// Runs the plan once and gathers.
pub fn gather(wanted: &Wanted<'_>, options: Options, observer: &dyn Observer) -> Gathered {
    let plan = wanted.plan;
    let centres = centres(wanted);
    let windows: Vec<[(f64, f64); 2]> = wanted.inputs.iter().map(|input| windows(wanted, input)).collect();
    // In terms of the normals behind the inputs.
    let limits: Vec<[(f64, f64); 2]> = windows
        .iter()
        .map(|ends| {
            ends.map(|(from, to)| {
                (quantile(from.max(1e-300)), if to < 1.0 { quantile(to) } else { f64::INFINITY })
            })
        })
        .collect();
    let in_order =
        Mutex::new(InOrder { next: 0, waiting: BTreeMap::new(), folds: vec![Sums::empty(wanted); FOLDS] });
    let visited = visit(
        plan,
        options,
        Block::with_noise,
        observer,
        || Room::new(wanted),
        |room, seen| room.look(wanted, &centres, &limits, seen, &in_order),
    );
    let InOrder { folds, waiting, .. } = in_order.into_inner().expect("no worker panicked");
    debug_assert!(waiting.is_empty() || visited.interrupted, "every record is added");
    let score_stream = Scores::new(wanted).streams;
    let mut chunks: Vec<(u64, Columns)> = visited.rooms.into_iter().flat_map(|room| room.kept).collect();
    chunks.sort_unstable_by_key(|(chunk, _)| *chunk);
    let mut all = Columns::empty(wanted, score_stream.len());
    for (_, columns) in &chunks {
        all.extend(columns);
    }
    let Columns { values, scores, columns } = all;
    let paths = columns.first().map_or(0, Vec::len);
    Gathered {
        paths: visited.paths,
        centres,
        folds,
        kept: Kept { paths, values, scores, score_stream, columns },
        windows,
        broken: visited.broken,
        interrupted: visited.interrupted,
    }
}

/// Means of the columns on the first block.
fn centres(wanted: &Wanted<'_>) -> Vec<f64> {
    let mut block = Block::new(wanted.plan);
    block.run(wanted.plan, 0, BlockOptions::default());
    wanted
        .columns
        .iter()
        .map(|subject| {
            let lanes = &block.metrics[subject.who][subject.metric];
            let defined: Vec<f64> = lanes.iter().copied().filter(|x| x.is_finite()).collect();
            if defined.is_empty() { 0.0 } else { defined.iter().sum::<f64>() / defined.len() as f64 }
        })
        .collect()
}

/// The probabilities between which a path is near the 10% and near the 90% quantile of an input: 7.5% to 12.5% and 87.5% to
/// 92.5%; where the quantile is a value with a probability of 5% or more, those of that value.
fn windows(wanted: &Wanted<'_>, input: &Variable) -> [(f64, f64); 2] {
    let law = number(wanted, input).and_then(|num| match &wanted.plan.model.ledger.entry(num).law {
        Law::Distributed(law) => Some(law),
        Law::Constant(_) => None,
    });
    [0.1, 0.9].map(|q| {
        if let Some(law) = law {
            let at = law.quantile(q);
            let (below, through) = (law.probability_below(at), law.cdf(at));
            if through - below >= ATOM {
                return (below, through);
            }
        }
        (q - 0.025, q + 0.025)
    })
}

/// The number of an input; `None` for the time of termination.
pub fn number(wanted: &Wanted<'_>, input: &Variable) -> Option<Num> {
    wanted.plan.inputs.nums.get(input.streams[0]).copied()
}

/// What a worker keeps of the first paths.
#[derive(Default)]
struct Columns {
    values: Vec<Vec<f32>>,
    scores: Vec<Vec<f32>>,
    columns: Vec<Vec<f64>>,
}

impl Columns {
    fn empty(wanted: &Wanted<'_>, scores: usize) -> Columns {
        Columns {
            values: vec![Vec::new(); wanted.inputs.len()],
            scores: vec![Vec::new(); scores],
            columns: vec![Vec::new(); wanted.columns.len()],
        }
    }

    fn extend(&mut self, other: &Columns) {
        self.values.iter_mut().zip(&other.values).for_each(|(a, b)| a.extend_from_slice(b));
        self.scores.iter_mut().zip(&other.scores).for_each(|(a, b)| a.extend_from_slice(b));
        self.columns.iter_mut().zip(&other.columns).for_each(|(a, b)| a.extend_from_slice(b));
    }
}

/// The scores of a block: what each stream drew, a few numbers a path.
struct Scores {
    /// The stream of each score.
    streams: Vec<usize>,
    /// Rows of the inputs that move anything.
    inputs: Vec<usize>,
    /// Positions in the block's noise of the factors and shocks that do.
    noise: Vec<usize>,
}

impl Scores {
    fn new(wanted: &Wanted<'_>) -> Scores {
        let years = wanted.plan.steps.years.len();
        let rows = wanted.plan.inputs.rows();
        let all = wanted.seeds.streams();
        let used = |input: bool| {
            let kind = move |i: &usize| all[*i].used && (all[*i].kind == StreamKind::Input) == input;
            (0..all.len()).filter(kind)
        };
        let inputs: Vec<usize> = used(true).collect();
        let noise: Vec<usize> = used(false).map(|stream| stream - rows).collect();
        let by_year = noise.iter().flat_map(|&source| std::iter::repeat_n(rows + source, years));
        Scores { streams: inputs.iter().copied().chain(by_year).collect(), inputs, noise }
    }

    /// Normals of the inputs, sums of the noise by year.
    fn take(&self, seen: &Seen<'_>, out: &mut [Vec<f32>]) {
        let normals = self.inputs.iter().map(|&row| &seen.block.normals()[row]);
        let noise = self.noise.iter().flat_map(|&source| &seen.block.noise[source]);
        for (column, lanes) in out.iter_mut().zip(normals.chain(noise)) {
            column.extend(lanes[..seen.count].iter().map(|&x| x as f32));
        }
    }
}

/// A worker's room.
struct Room {
    scores: Scores,
    sums: Sums,
    kept: Vec<(u64, Columns)>,
    bin: [usize; LANES],
}

impl Room {
    fn new(wanted: &Wanted<'_>) -> Room {
        Room { scores: Scores::new(wanted), sums: Sums::empty(wanted), kept: Vec::new(), bin: [0; LANES] }
    }

    fn look(
        &mut self,
        wanted: &Wanted<'_>,
        centres: &[f64],
        limits: &[[(f64, f64); 2]],
        seen: &Seen<'_>,
        in_order: &Mutex<InOrder>,
    ) {
        let block = seen.block;
        let column = |c: usize| &block.metrics[wanted.columns[c].who][wanted.columns[c].metric][..seen.count];
        let normals = |i: usize| &block.normals()[wanted.inputs[i].streams[0]][..seen.count];
        for (c, &centre) in centres.iter().enumerate() {
            for &y in column(c).iter().filter(|y| !y.is_nan()) {
                let y = y - centre;
                add3(&mut self.sums.own[c], y);
            }
            for (i, limits) in limits.iter().enumerate() {
                let ends = &mut self.sums.ends[c][i];
                for (&z, &y) in normals(i).iter().zip(column(c)) {
                    for (end, &(from, to)) in ends.iter_mut().zip(limits) {
                        if z >= from && z < to && !y.is_nan() {
                            add3(end, y - centre);
                        }
                    }
                }
            }
        }
        if !wanted.choices.is_empty() {
            self.choose(wanted, centres, seen);
        }
        if seen.first_path < KEPT_PATHS {
            if self.kept.last().is_none_or(|(chunk, _)| *chunk != seen.chunk) {
                self.kept.push((seen.chunk, Columns::empty(wanted, self.scores.streams.len())));
            }
            let (_, kept) = self.kept.last_mut().expect("one was pushed");
            self.scores.take(seen, &mut kept.scores);
            for (i, values) in kept.values.iter_mut().enumerate() {
                match number(wanted, &wanted.inputs[i]) {
                    Some(num) => values.extend(block.value(num)[..seen.count].iter().map(|&x| x as f32)),
                    None => values.extend(normals(i).iter().map(|&x| x as f32)),
                }
            }
            for (c, values) in kept.columns.iter_mut().enumerate() {
                values.extend_from_slice(column(c));
            }
        }
        let next = seen.first_path + LANES as u64;
        if seen.ends_chunk || next.is_multiple_of(RECORD) {
            let sums = std::mem::replace(&mut self.sums, Sums::empty(wanted));
            in_order.lock().expect("no worker panicked").deliver(seen.first_path / RECORD, sums);
        }
    }

    /// Sums for those who choose among deals.
    fn choose(&mut self, wanted: &Wanted<'_>, centres: &[f64], seen: &Seen<'_>) {
        let block = seen.block;
        let lanes = |c: usize| &block.metrics[wanted.columns[c].who][wanted.columns[c].metric];
        for (s, set) in wanted.choices.iter().enumerate() {
            // One centre for a whole set: only differences within it matter.
            let centre = centres[set[0]];
            let defined = |l: usize| set.iter().all(|&c| !lanes(c)[l].is_nan());
            let best = &mut self.sums.best[s];
            for l in (0..seen.count).filter(|&l| defined(l)) {
                best[0] += 1.0;
                best[1] += set.iter().map(|&c| lanes(c)[l] - centre).fold(f64::NEG_INFINITY, f64::max);
                for (d, &c) in set.iter().enumerate() {
                    best[2 + d] += lanes(c)[l] - centre;
                }
            }
            let width = 1 + set.len();
            for (i, input) in wanted.inputs.iter().enumerate() {
                let normals = &block.normals()[input.streams[0]];
                for (bin, &z) in self.bin.iter_mut().zip(normals.iter()) {
                    *bin = ((cdf(z) * BINS as f64) as usize).min(BINS - 1);
                }
                for l in (0..seen.count).filter(|&l| defined(l)) {
                    let at = (i * BINS + self.bin[l]) * width;
                    let cell = &mut self.sums.bins[s][at..at + width];
                    cell[0] += 1.0;
                    for (sum, &c) in cell[1..].iter_mut().zip(set) {
                        *sum += lanes(c)[l] - centre;
                    }
                }
            }
        }
    }
}

fn add3(sums: &mut [f64; 3], y: f64) {
    sums[0] += 1.0;
    sums[1] += y;
    sums[2] += y * y;
}
