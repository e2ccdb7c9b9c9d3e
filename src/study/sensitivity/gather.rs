//! Sums that a plain run gathers for sensitivity: metrics near each input's 10% and 90% quantiles, choices
//! among deals, and the first paths in columns.

use super::estimate::{CentredSums, centre};
use super::kept::{KEPT_PATHS, Kept, KeptChunk, KeptColumns, number};
use super::variables::Variable;
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::kernel::redraw::TwoSeeds;
use crate::math::lanes::{LANES, Lanes};
use crate::math::normal::{cdf, quantile};
use crate::model::parameters::Distribution;
use crate::run::{MetricIndex, NonFinite, Observer, Options, SimulatedBlock, visit};
use ndarray::{Array1, Array2, Array3};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Number of parts, of equal probability, into which an input's range is divided.
pub const BINS: usize = 32;
/// Number of folds: parts of the run kept apart, so that a choice made on some is valued on the others.
pub const FOLDS: usize = 16;
/// Number of paths whose sums are added to a fold together.
const RECORD: u64 = 512;
/// A single value with at least this probability is a window of its own.
const ATOM: f64 = 0.05;

/// What to gather from a run.
pub struct Wanted<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The plan's streams under two seeds.
    pub seeds: &'a TwoSeeds,
    /// The inputs; each has one stream.
    pub inputs: &'a [Variable],
    /// The metrics, one per column.
    pub columns: &'a [MetricIndex],
    /// Sets of columns, one column per deal, among which a decision maker chooses.
    pub choices: &'a [Vec<usize>],
    /// Whether the scores of factors and shocks are kept beside those of inputs.
    pub noise: bool,
}

/// Sums over one fold of the run.
#[derive(Clone)]
pub struct Sums {
    /// Sums of each column over all paths.
    pub whole: Array1<CentredSums>,
    /// Sums of each column over the paths near an input's 10% and near its 90% quantile: `[column][input]`.
    pub ends: Array2<[CentredSums; 2]>,
    /// Sums of each choice.
    pub choices: Vec<ChoiceSums>,
}

/// Sums over the paths on which every column of a choice has a value, about the centre of its first column.
#[derive(Clone)]
pub struct ChoiceSums {
    /// Number of paths.
    pub paths: f64,
    /// Sum of the best column of each path.
    pub best: f64,
    /// Sum of each column.
    pub columns: Array1<f64>,
    /// Number of paths and sum of each column, by part of an input's range: `[input][bin][paths, then each
    /// column]`.
    pub bins: Array3<f64>,
}

/// What a run gathered.
pub struct Gathered {
    /// Paths of the run.
    pub paths: u64,
    /// The centre of each column's sums.
    pub centres: Vec<f64>,
    /// Sums per fold.
    pub folds: Vec<Sums>,
    /// The first paths.
    pub kept: Kept,
    /// Per input, the two ranges of probability that count as near its 10% and near its 90% quantile.
    pub windows: Vec<[(f64, f64); 2]>,
    /// Paths that are not finite.
    pub non_finite: NonFinite,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
}

impl Sums {
    fn zeros(wanted: &Wanted<'_>) -> Sums {
        let (columns, inputs) = (wanted.columns.len(), wanted.inputs.len());
        let choice = |set: &Vec<usize>| ChoiceSums {
            paths: 0.0,
            best: 0.0,
            columns: Array1::zeros(set.len()),
            bins: Array3::zeros((inputs, BINS, 1 + set.len())),
        };
        Sums {
            whole: Array1::from_elem(columns, CentredSums::default()),
            ends: Array2::from_elem((columns, inputs), [CentredSums::default(); 2]),
            choices: wanted.choices.iter().map(choice).collect(),
        }
    }

    fn add(&mut self, other: &Sums) {
        self.whole.zip_mut_with(&other.whole, CentredSums::merge);
        self.ends.zip_mut_with(&other.ends, |ends, more| {
            ends.iter_mut().zip(more).for_each(|(end, more)| end.merge(more));
        });
        for (choice, more) in self.choices.iter_mut().zip(&other.choices) {
            choice.paths += more.paths;
            choice.best += more.best;
            choice.columns += &more.columns;
            choice.bins += &more.bins;
        }
    }
}

/// Puts records in order before adding them, so that rounding is the same for any number of threads.
struct InOrder {
    next: u64,
    waiting: BTreeMap<u64, Sums>,
    folds: Vec<Sums>,
}

impl InOrder {
    fn deliver(&mut self, record: u64, sums: Sums) {
        self.waiting.insert(record, sums);
        while let Some(sums) = self.waiting.remove(&self.next) {
            self.folds[self.next as usize % FOLDS].add(&sums);
            self.next += 1;
        }
    }
}

/// What all workers share while they gather.
struct Frame<'a> {
    wanted: &'a Wanted<'a>,
    centres: Vec<f64>,
    /// Per input, its windows in terms of the standard normal behind the input.
    limits: Vec<[(f64, f64); 2]>,
    kept: KeptColumns<'a>,
    in_order: Mutex<InOrder>,
}

/// Runs the plan once and gathers the sums.
pub fn gather(wanted: &Wanted<'_>, options: Options, observer: &dyn Observer) -> Gathered {
    let windows: Vec<[(f64, f64); 2]> = wanted.inputs.iter().map(|input| windows(wanted, input)).collect();
    let limit = |(from, to): (f64, f64)| {
        (quantile(from.max(1e-300)), if to < 1.0 { quantile(to) } else { f64::INFINITY })
    };
    let folds = vec![Sums::zeros(wanted); FOLDS];
    let frame = Frame {
        wanted,
        centres: centres(wanted),
        limits: windows.iter().map(|ends| ends.map(limit)).collect(),
        kept: KeptColumns::new(wanted.plan, wanted.seeds, wanted.inputs, wanted.columns, wanted.noise),
        in_order: Mutex::new(InOrder { next: 0, waiting: BTreeMap::new(), folds }),
    };
    let visited = visit(
        wanted.plan,
        0,
        options,
        Block::with_noise,
        observer,
        || Scratch { sums: Sums::zeros(wanted), kept: Vec::new() },
        |scratch, seen| scratch.gather(&frame, seen),
    );
    let InOrder { folds, waiting, .. } = frame.in_order.into_inner().expect("no worker panicked");
    debug_assert!(waiting.is_empty() || visited.interrupted, "every record is added");
    Gathered {
        paths: visited.paths,
        centres: frame.centres,
        folds,
        kept: frame.kept.join(visited.scratch.into_iter().flat_map(|scratch| scratch.kept).collect()),
        windows,
        non_finite: visited.non_finite,
        interrupted: visited.interrupted,
    }
}

/// Centres of the columns, from the first block of paths.
fn centres(wanted: &Wanted<'_>) -> Vec<f64> {
    let mut block = Block::new(wanted.plan);
    block.run(wanted.plan, 0, BlockOptions::default());
    let of_column = |metric: &MetricIndex| centre(metric.lanes(&block).iter().copied());
    wanted.columns.iter().map(of_column).collect()
}

/// The ranges of probability that count as near the 10% and near the 90% quantile of an input: 7.5% to 12.5%
/// and 87.5% to 92.5%, or the range of the value itself if one value has a probability of 5% or more.
fn windows(wanted: &Wanted<'_>, input: &Variable) -> [(f64, f64); 2] {
    let law = number(wanted.plan, input).and_then(|num| {
        match &wanted.plan.model().parameters.entry(num).distribution {
            Distribution::Uncertain(law) => Some(law),
            Distribution::Constant(_) => None,
        }
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

/// A worker's scratch.
struct Scratch {
    sums: Sums,
    kept: Vec<KeptChunk>,
}

impl Scratch {
    fn gather(&mut self, frame: &Frame<'_>, seen: &SimulatedBlock<'_>) {
        self.sum_columns(frame, seen);
        for (choice, set) in frame.wanted.choices.iter().enumerate() {
            self.sums.choices[choice].gather(frame, set, seen);
        }
        if seen.first_path < KEPT_PATHS {
            frame.kept.keep(seen, &mut self.kept);
        }
        let next = seen.first_path + LANES as u64;
        if seen.ends_chunk || next.is_multiple_of(RECORD) {
            let sums = std::mem::replace(&mut self.sums, Sums::zeros(frame.wanted));
            let mut in_order = frame.in_order.lock().expect("no worker panicked");
            in_order.deliver(seen.first_path / RECORD, sums);
        }
    }

    /// Sums each column over all paths and over those near the ends of each input.
    fn sum_columns(&mut self, frame: &Frame<'_>, seen: &SimulatedBlock<'_>) {
        let block = seen.block;
        for (c, (metric, &centre)) in frame.wanted.columns.iter().zip(&frame.centres).enumerate() {
            let column = &metric.lanes(block)[..seen.count];
            for &y in column.iter().filter(|y| !y.is_nan()) {
                self.sums.whole[c].add(y - centre);
            }
            for (i, (input, limits)) in frame.wanted.inputs.iter().zip(&frame.limits).enumerate() {
                let ends = &mut self.sums.ends[[c, i]];
                for (&z, &y) in block.normals()[input.streams[0]][..seen.count].iter().zip(column) {
                    for (end, &(from, to)) in ends.iter_mut().zip(limits) {
                        if z >= from && z < to && !y.is_nan() {
                            end.add(y - centre);
                        }
                    }
                }
            }
        }
    }
}

impl ChoiceSums {
    /// Adds a block of paths for a choice among the columns of `set`.
    fn gather(&mut self, frame: &Frame<'_>, set: &[usize], seen: &SimulatedBlock<'_>) {
        let block = seen.block;
        let columns: Vec<&Lanes> = set.iter().map(|&c| frame.wanted.columns[c].lanes(block)).collect();
        // One centre for the whole set, because only differences within it matter.
        let centre = frame.centres[set[0]];
        let defined = |l: &usize| columns.iter().all(|column| !column[*l].is_nan());
        let paths: Vec<usize> = (0..seen.count).filter(defined).collect();
        for &l in &paths {
            self.paths += 1.0;
            self.best += columns.iter().map(|column| column[l] - centre).fold(f64::NEG_INFINITY, f64::max);
            for (sum, column) in self.columns.iter_mut().zip(&columns) {
                *sum += column[l] - centre;
            }
        }
        for (input, mut bins) in frame.wanted.inputs.iter().zip(self.bins.outer_iter_mut()) {
            let normals = &block.normals()[input.streams[0]];
            // Computed for all lanes, so that it vectorises.
            let mut bin = [0; LANES];
            for (bin, &z) in bin.iter_mut().zip(normals.iter()) {
                *bin = ((cdf(z) * BINS as f64) as usize).min(BINS - 1);
            }
            let cells = bins.as_slice_mut().expect("in one piece");
            for &l in &paths {
                let cell = &mut cells[bin[l] * (1 + set.len())..][..1 + set.len()];
                cell[0] += 1.0;
                for (sum, column) in cell[1..].iter_mut().zip(&columns) {
                    *sum += column[l] - centre;
                }
            }
        }
    }
}
