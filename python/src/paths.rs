//! Single paths as batches of columns, simulated while somebody reads: a path is a function of seed and index, so nothing is kept.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchReader, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::math::lanes::LANES;
use capstake::model::Model;
use capstake::run::{CHUNK_PATHS, share_out};
use capstake::sink::path_series::{self, SeriesColumn};
use capstake::study::quantity::{Of, Quantity};
use capstake::study::variant::Variants;
use pyo3::Python;

use super::arrow::{double_field, doubles};
use super::columns::{DrawColumn, Drawn};

/// What is read of each path.
enum What {
    /// A row for each deal: inputs, and metrics by their place in each deal.
    Draws(Vec<(DrawColumn, Vec<Option<usize>>)>),
    /// A row for each deal and calendar year.
    Years(Vec<SeriesColumn>),
}

/// A range of paths and what is read of them.
pub(crate) struct Source {
    plan: Plan,
    what: What,
    range: Range<u64>,
    threads: usize,
    schema: SchemaRef,
    /// The columns that are the same in every whole chunk: deal, and of yearly rows the year.
    repeated: Vec<ArrayRef>,
    /// A reading was interrupted by the user: who reads sees an error of his library.
    interrupted: AtomicBool,
}

impl Source {
    /// Inputs and metrics of paths; `pruned` simulates no more than these columns need.
    pub(crate) fn draws(
        model: &Model,
        of: &Plan,
        columns: Vec<DrawColumn>,
        pruned: bool,
        range: Range<u64>,
        threads: usize,
    ) -> Source {
        let metrics = |column: &DrawColumn| match column.drawn {
            Drawn::Metric(metric) => Some(metric),
            Drawn::Input(_) => None,
        };
        let wanted: Vec<Metric> = columns.iter().filter_map(metrics).collect();
        let mut plan = Plan::from_model(model, of.seed(), of.isa());
        if pruned {
            plan = lean(plan, &wanted);
        }
        let placed = columns.into_iter().map(|column| {
            let place = |metric: Metric| {
                let deals = plan.deals().iter();
                deals.map(|deal| deal.metrics.iter().position(|&own| own == metric)).collect()
            };
            let places = metrics(&column).map_or(Vec::new(), place);
            (column, places)
        });
        let placed: Vec<_> = placed.collect();
        let names = placed.iter().map(|(column, _)| column.name.clone()).collect();
        Source::new(plan, What::Draws(placed), names, range, threads)
    }

    /// Yearly series of paths.
    pub(crate) fn years(
        model: &Model,
        of: &Plan,
        columns: Vec<SeriesColumn>,
        range: Range<u64>,
        threads: usize,
    ) -> Source {
        let plan = Plan::from_model(model, of.seed(), of.isa());
        debug_assert!(columns.iter().all(|column| path_series::all(&plan).contains(column)));
        let names = columns.iter().map(|column| column.name.clone()).collect();
        Source::new(plan, What::Years(columns), names, range, threads)
    }

    fn new(plan: Plan, what: What, names: Vec<String>, range: Range<u64>, threads: usize) -> Source {
        let deals: Vec<&str> = plan.model().deals.iter().map(|deal| deal.name.as_str()).collect();
        let paths = CHUNK_PATHS.min(range.end - range.start) as usize;
        let mut fields =
            vec![Field::new("path", DataType::Int64, false), Field::new("deal", DataType::Utf8, false)];
        let repeated: Vec<ArrayRef> = match &what {
            What::Draws(_) => {
                let names = (0..paths).flat_map(|_| deals.iter().copied());
                vec![Arc::new(StringArray::from_iter_values(names))]
            }
            What::Years(_) => {
                let years: Vec<i64> = plan.steps().years.iter().map(|year| i64::from(year.year)).collect();
                let of_deal = |deal| std::iter::repeat_n(deal, years.len());
                let names = (0..paths).flat_map(|_| deals.iter().copied().flat_map(of_deal));
                fields.push(Field::new("year", DataType::Int64, false));
                let numbers = (0..paths * deals.len()).flat_map(|_| years.iter().copied());
                vec![
                    Arc::new(StringArray::from_iter_values(names)),
                    Arc::new(Int64Array::from_iter_values(numbers)),
                ]
            }
        };
        fields.extend(names.iter().map(|name| double_field(name)));
        let schema = Arc::new(Schema::new(fields));
        Source { plan, what, range, threads, schema, repeated, interrupted: AtomicBool::new(false) }
    }

    /// Names and types of the columns.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Whether a reading was interrupted since this was last asked.
    pub(crate) fn take_interrupted(&self) -> bool {
        self.interrupted.swap(false, Ordering::Relaxed)
    }

    /// Number of rows in all.
    pub(crate) fn rows(&self) -> u64 {
        (self.range.end - self.range.start) * self.rows_of_path() as u64
    }

    fn rows_of_path(&self) -> usize {
        let deals = self.plan.deals().len();
        match &self.what {
            What::Draws(_) => deals,
            What::Years(_) => deals * self.plan.steps().years.len(),
        }
    }

    /// Simulates the paths of a chunk that are asked for.
    fn chunk(&self, block: &mut Block, chunk: u64) -> RecordBatch {
        let from = (chunk * CHUNK_PATHS).max(self.range.start);
        let to = ((chunk + 1) * CHUNK_PATHS).min(self.range.end);
        let (paths, of_path) = ((to - from) as usize, self.rows_of_path());
        let columns = self.schema.fields().len() - 1 - self.repeated.len();
        let mut values: Vec<Vec<f64>> = (0..columns).map(|_| Vec::with_capacity(paths * of_path)).collect();
        for first in (from - from % LANES as u64..to).step_by(LANES) {
            block.run(&self.plan, first, BlockOptions::default());
            let lanes = (from.max(first) - first) as usize..(to.min(first + LANES as u64) - first) as usize;
            self.gather(block, lanes, &mut values);
        }
        let path = (from..to).flat_map(|path| std::iter::repeat_n(path as i64, of_path));
        let path: ArrayRef = Arc::new(Int64Array::from_iter_values(path));
        let repeated = self.repeated.iter().map(|column| column.slice(0, paths * of_path));
        let values = values.into_iter().map(|column| Arc::new(doubles(column)) as ArrayRef);
        let arrays = std::iter::once(path).chain(repeated).chain(values).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).expect("columns are of one length")
    }

    fn gather(&self, block: &Block, lanes: Range<usize>, values: &mut [Vec<f64>]) {
        let deals = self.plan.deals().len();
        match &self.what {
            What::Draws(columns) => {
                for ((column, places), values) in columns.iter().zip(values) {
                    match column.drawn {
                        Drawn::Input(id) => {
                            let own = &block.value(id)[lanes.clone()];
                            values.extend(own.iter().flat_map(|&value| std::iter::repeat_n(value, deals)));
                        }
                        Drawn::Metric(_) => {
                            let own: Vec<Option<&[f64]>> = places
                                .iter()
                                .zip(&block.metrics)
                                .map(|(place, deal)| place.map(|place| &deal[place][..]))
                                .collect();
                            for lane in lanes.clone() {
                                values.extend(own.iter().map(|own| own.map_or(f64::NAN, |own| own[lane])));
                            }
                        }
                    }
                }
            }
            What::Years(columns) => {
                for (column, values) in columns.iter().zip(values) {
                    for lane in lanes.clone() {
                        for (place, years) in column.places.iter().zip(&block.years) {
                            let of = |year: &Vec<_>| -> f64 {
                                let year: &[capstake::math::lanes::Lanes] = year;
                                place.map_or(f64::NAN, |place| year[place][lane])
                            };
                            values.extend(years.iter().map(of));
                        }
                    }
                }
            }
        }
    }
}

/// The plan without what these metrics do not need. Their values are the same bits.
fn lean(plan: Plan, metrics: &[Metric]) -> Plan {
    let quantities: Vec<Quantity> =
        metrics.iter().map(|&metric| Quantity { of: Of::Deal(0), metric }).collect();
    let mut variants = Variants { plans: vec![plan], variants: Vec::new() };
    variants.lean(&quantities);
    variants.plans.remove(0)
}

/// Reads paths batch by batch: each time what is at hand runs out, the next chunks are simulated on all threads.
pub(crate) struct Reader {
    source: Arc<Source>,
    next_chunk: u64,
    ready: VecDeque<RecordBatch>,
    blocks: Vec<Block>,
}

/// Chunks that a thread simulates before the reader gets them: enough to share out, few enough to wait for.
const CHUNKS_OF_THREAD: u64 = 2;

impl Reader {
    pub(crate) fn new(source: &Arc<Source>) -> Reader {
        Reader {
            next_chunk: source.range.start / CHUNK_PATHS,
            source: Arc::clone(source),
            ready: VecDeque::new(),
            blocks: Vec::new(),
        }
    }

    fn refill(&mut self) {
        let source = &self.source;
        let end = if source.range.is_empty() { 0 } else { source.range.end.div_ceil(CHUNK_PATHS) };
        let threads = capstake::job::request::threads(u16::try_from(source.threads).ok().filter(|&n| n > 0));
        let pieces = end.saturating_sub(self.next_chunk).min(CHUNKS_OF_THREAD * threads as u64);
        if pieces == 0 {
            return;
        }
        let (first, spare) = (self.next_chunk, Mutex::new(std::mem::take(&mut self.blocks)));
        let make = || {
            let spare = spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            (spare.unwrap_or_else(|| Block::new(&source.plan)), Vec::new())
        };
        let work = |(block, done): &mut (Block, Vec<(u64, RecordBatch)>), piece| {
            done.push((piece, source.chunk(block, first + piece)));
        };
        let out = share_out(threads, pieces, make, work, |_| {}, || false);
        let mut batches = Vec::new();
        for (block, done) in out.scratch {
            self.blocks.push(block);
            batches.extend(done);
        }
        batches.sort_unstable_by_key(|(piece, _)| *piece);
        self.ready.extend(batches.into_iter().map(|(_, batch)| batch));
        self.next_chunk += pieces;
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            if interrupted() {
                self.source.interrupted.store(true, Ordering::Relaxed);
                return Some(Err(ArrowError::ExternalError(
                    "KeyboardInterrupt: interrupted by Ctrl-C".into(),
                )));
            }
            self.refill();
        }
        self.ready.pop_front().map(Ok)
    }
}

impl RecordBatchReader for Reader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.source.schema)
    }
}

/// Whether the user has interrupted the reading. Only Python's first thread hears of it; on others Python's lock is not touched,
/// which another thread may hold while it waits for them.
fn interrupted() -> bool {
    if !is_first_thread() {
        return false;
    }
    Python::attach(|py| py.check_signals().is_err())
}

#[cfg(target_os = "linux")]
fn is_first_thread() -> bool {
    // SAFETY: both only ask the system for a number.
    unsafe { libc::gettid() == libc::getpid() }
}

#[cfg(target_os = "macos")]
fn is_first_thread() -> bool {
    // SAFETY: it only asks the system for a number.
    unsafe { libc::pthread_main_np() == 1 }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn is_first_thread() -> bool {
    false
}
