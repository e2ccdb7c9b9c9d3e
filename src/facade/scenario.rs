//! A scenario that has been read and judged, ready to be changed, run, or drawn from path by path.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;

use super::error::{Error, not_computed, unknown};
use super::options::Options;
use super::result::RunResult;
use crate::config::Code;
use crate::job::cost::Cost;
use crate::job::error::{Exit, Failure};
use crate::job::non_finite::NonFinitePaths;
use crate::job::request::{self, MAX_PATHS};
use crate::job::resources::{Requirements, Resources};
use crate::job::scenario::{self, ScenarioFile};
use crate::job::screen;
use crate::kernel::block::{Block, BlockOptions};
use crate::kernel::plan::Plan;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::model::parameters::ParamId;
use crate::run::{self, CHUNK_PATHS, Silent, share_out};
use crate::study::quantity::{Of, Quantity, position};

/// A scenario: a file or text, the settings made to it, and what they mean.
///
/// Cloning is cheap; a scenario never changes.
#[derive(Clone)]
pub struct Scenario {
    file: Arc<ScenarioFile>,
    judged: Arc<scenario::Scenario>,
}

/// A column of [`Scenario::draws`].
enum Column {
    /// Positions of the deal or difference, and of its metric.
    Metric(usize, usize),
    Number(ParamId),
}

impl Scenario {
    /// Reads and judges a scenario file, with the CSV files that it names.
    ///
    /// # Errors
    /// Where the file cannot be read or has problems. The error displays as the screen that the program prints: every problem
    /// with its line and what to write instead.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Scenario, Error> {
        Scenario::judged(ScenarioFile::read(path.as_ref())?)
    }

    /// Reads a scenario from text. CSV files that it names are looked for relative to `name`, which stands for its file in
    /// messages.
    ///
    /// # Errors
    /// As for [`Scenario::from_path`].
    pub fn from_text(name: &str, text: &str) -> Result<Scenario, Error> {
        Scenario::judged(ScenarioFile::of_text(Path::new(name), text))
    }

    fn judged(file: ScenarioFile) -> Result<Scenario, Error> {
        let judged = file.judge(&[])?;
        Ok(Scenario { file: Arc::new(file), judged: Arc::new(judged) })
    }

    /// This scenario with one key set, as with the program's `--set KEY=VALUE`: the value is TOML.
    ///
    /// # Errors
    /// Where there is no such key, or the value is not valid there.
    pub fn set(&self, key: &str, value: &str) -> Result<Scenario, Error> {
        let mut overrides = self.judged.overrides.clone();
        overrides.push(format!("{key}={value}"));
        let judged = self.file.judge(&overrides)?;
        Ok(Scenario { file: Arc::clone(&self.file), judged: Arc::new(judged) })
    }

    /// Its name: the one that it gives itself, else its file's stem.
    pub fn name(&self) -> &str {
        &self.judged.model.name
    }

    /// Names of its deals, in order.
    pub fn deals(&self) -> impl Iterator<Item = &str> {
        self.judged.model.deals.iter().map(|deal| deal.name.as_str())
    }

    /// Digest of everything that decides its results but seed and paths: equal digests mean equal results.
    pub fn digest(&self) -> &str {
        &self.judged.model.digest
    }

    /// Every key that is set, as TOML that reads back to this scenario (from the same folder, where it names CSV files).
    pub fn to_toml(&self) -> &str {
        &self.judged.resolved
    }

    /// Warnings, as the program prints them; `None` where there are none.
    pub fn warnings(&self) -> Option<String> {
        let warnings = &self.judged.warnings;
        (!warnings.is_empty()).then(|| screen::problems(&self.judged.sources, warnings, false))
    }

    /// Simulates it.
    ///
    /// Equal scenario, seed and paths give equal results, on any machine and any number of threads.
    ///
    /// # Errors
    /// Where the number of paths is 0 or too large, or a figure on some path is not finite (the error names the paths).
    pub fn run(&self, options: Options) -> Result<RunResult, Error> {
        let model = &self.judged.model;
        let plan = Plan::from_model(
            model,
            request::randomness(options.seed, options.sampling, &self.judged),
            options.isa,
        );
        let threads = request::threads(options.threads);
        let paths = request::paths(options.paths, &plan, &Cost::of(&plan), threads)?;
        let result = run::execute(&plan, run::Options { paths, threads }, &Silent);
        if result.non_finite.count > 0 {
            let found = NonFinitePaths::of_scenario(result.non_finite.clone(), result.paths);
            return Err(found.failure(&self.judged, plan.seed()).into());
        }
        Ok(RunResult::new(plan, result))
    }

    /// Draws of single paths: an array of paths × columns, with NaN where a metric has no value on a path.
    ///
    /// `deal` names a deal, or a later deal minus the first (`"prior-2025 - amended-2026"`). A column is a metric of it, or the key of a number of the
    /// scenario, in the unit that `capstake explain` gives. `paths` counts from 0; path 48,231 is the same whichever range holds it.
    ///
    /// # Errors
    /// Where the deal or a column does not exist, the range runs backwards or past the last path that can be run, the array does not fit
    /// into the free memory, or a path is not finite.
    pub fn draws(
        &self,
        deal: &str,
        columns: &[&str],
        paths: Range<u64>,
        seed: u64,
    ) -> Result<Array2<f64>, Error> {
        let rows = drawable(&paths, columns.len())?;
        let plan = Plan::from_model(&self.judged.model, seed, Isa::detect());
        let of = Of::named(&plan, deal).map_err(unknown)?;
        let columns: Vec<Column> =
            columns.iter().map(|name| column(&plan, of, name)).collect::<Result<_, _>>()?;
        if columns.is_empty() || rows == 0 {
            return Ok(Array2::zeros((rows, columns.len())));
        }
        let (values, non_finite) = simulate(&plan, &columns, paths.clone());
        if non_finite.count > 0 {
            let found = NonFinitePaths::of_scenario(non_finite, paths.end - paths.start);
            return Err(found.failure(&self.judged, seed).into());
        }
        Ok(Array2::from_shape_vec((rows, columns.len()), values).expect("every path has every column"))
    }
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name()).field("digest", &self.digest()).finish()
    }
}

/// The number of paths of a range whose array of so many columns can be made.
fn drawable(paths: &Range<u64>, columns: usize) -> Result<usize, Error> {
    let refused =
        |message: String, help: &str| Failure::coded(Exit::Usage, Code::PathsOption, message).help(help);
    if paths.start > paths.end {
        let message = format!("paths {} to {} run backwards", paths.start, paths.end);
        return Err(refused(message, "write the lower number first: 0..10_000").into());
    }
    if paths.end > MAX_PATHS {
        let message = format!("path {} is beyond the last one that can be run", paths.end - 1);
        return Err(refused(message, "paths count from 0; at most 100 billion are run").into());
    }
    let rows = paths.end - paths.start;
    // The chunks, and the array that they are put together in.
    let memory = 2.0 * rows as f64 * columns as f64 * size_of::<f64>() as f64;
    let here = Path::new(".");
    Resources::of(here).take(Requirements { memory, disk: 0.0 }, here)?;
    Ok(usize::try_from(rows).expect("rows that fit into memory"))
}

fn column(plan: &Plan, of: Of, name: &str) -> Result<Column, Error> {
    let parameters = &plan.model().parameters;
    if let Some(id) = parameters.named(name) {
        return Ok(Column::Number(id));
    }
    let quantity = Quantity::of_name(plan, of, name).map_err(unknown)?;
    match position(plan, quantity) {
        Some((who, metric)) => Ok(Column::Metric(who, metric)),
        None => Err(not_computed(plan, of)),
    }
}

/// Rows of columns, path after path, on all cores.
fn simulate(plan: &Plan, columns: &[Column], paths: Range<u64>) -> (Vec<f64>, run::NonFinite) {
    let (first_chunk, last) = (paths.start / CHUNK_PATHS, paths.end.div_ceil(CHUNK_PATHS));
    struct Scratch {
        block: Block,
        chunks: Vec<(u64, Vec<f64>)>,
        non_finite: run::NonFinite,
    }
    let make =
        || Scratch { block: Block::new(plan), chunks: Vec::new(), non_finite: run::NonFinite::default() };
    let work = |scratch: &mut Scratch, piece: u64| {
        let chunk = first_chunk + piece;
        let from = (chunk * CHUNK_PATHS).max(paths.start);
        let to = ((chunk + 1) * CHUNK_PATHS).min(paths.end);
        let mut rows = Vec::with_capacity((to - from) as usize * columns.len());
        for block_start in (from - from % LANES as u64..to).step_by(LANES) {
            scratch.block.run(plan, block_start, BlockOptions::default());
            let lanes: Vec<&Lanes> = columns
                .iter()
                .map(|column| match *column {
                    Column::Metric(who, metric) => &scratch.block.metrics[who][metric],
                    Column::Number(id) => scratch.block.value(id),
                })
                .collect();
            for path in from.max(block_start)..to.min(block_start + LANES as u64) {
                let lane = (path - block_start) as usize;
                if scratch.block.non_finite[lane] != 0.0 {
                    scratch.non_finite.merge(&run::NonFinite { count: 1, first: vec![path] });
                }
                rows.extend(lanes.iter().map(|lanes| lanes[lane]));
            }
        }
        scratch.chunks.push((chunk, rows));
    };
    let out = share_out(0, last.saturating_sub(first_chunk), make, work, |_| {}, || false);
    let (mut chunks, mut non_finite) = (Vec::new(), run::NonFinite::default());
    for scratch in out.scratch {
        chunks.extend(scratch.chunks);
        non_finite.merge(&scratch.non_finite);
    }
    chunks.sort_unstable_by_key(|(chunk, _)| *chunk);
    (chunks.into_iter().flat_map(|(_, rows)| rows).collect(), non_finite)
}
