//! A run or study as meant, made once from arguments or from a manifest.

use std::path::PathBuf;

use super::build::Build;
use super::clock;
use super::cost::Cost;
use super::error::{Exit, Failure};
use super::file_names::{SLIDERS, TABLES_OF_RUNS};
use super::folder::Replace;
use super::formats::{self, CsvOptions, Draws, Format};
use super::manifest::{
    CommandPart, Manifest, NonFiniteCount, Outputs, PrecisionPart, RunPart, SCHEMA_VERSION, SamplingPart,
    Status,
};
use super::portion::{Checkpoint, Shard};
use super::scenario::Scenario;
use super::state_file;
use super::what_if::Slider;
use super::words::{span, thousands};
use crate::config::{self, Code};
use crate::kernel::plan::Plan;
use crate::kernel::randomness::Randomness;
use crate::math::simd::Isa;
use crate::model::run::Sampling;
use crate::rng::sobol::INDEX_BITS;
use crate::run::Task;

/// The largest number of paths.
pub const MAX_PATHS: u64 = 100_000_000_000;
/// Number of paths under plain sampling if neither the caller nor the scenario gives one.
pub const DEFAULT_PATHS: u64 = 1_000_000;
/// The same under Sobol sampling: 4,096 points in each of 32 replicates. The means of most metrics are then as precise as those of a
/// million plain paths.
pub const DEFAULT_SOBOL_PATHS: u64 = 131_072;
/// Seed if neither the caller nor the scenario gives one.
pub const DEFAULT_SEED: u64 = 1;

/// What to simulate, how, and where the results go.
#[derive(Clone, Debug)]
pub struct Request {
    /// Seed and sampling.
    pub randomness: Randomness,
    /// Paths of the run, or of each run of a study.
    pub paths: u64,
    /// The precision asked for; `None` if all paths are to be simulated.
    pub precision: Option<PrecisionPart>,
    /// The part of the run to simulate; `None` for the whole run.
    pub shard: Option<Shard>,
    /// Worker threads, at least one.
    pub threads: usize,
    /// Instruction set.
    pub isa: Isa,
    /// The results folder.
    pub out: PathBuf,
    /// Which results in the folder may be replaced.
    pub replace: Replace,
    /// Formats of the result files.
    pub formats: Vec<Format>,
    /// Whether the formats were named; otherwise they are all that the program can make.
    pub formats_named: bool,
    /// Options for CSV files.
    pub csv: CsvOptions,
    /// Format of the draws file, if it is requested.
    pub draws: Option<Draws>,
    /// Yearly series of every path that are written beside the draws, in the same format.
    pub series: Vec<String>,
    /// Sliders of the page.
    pub what_if: Vec<Slider>,
    /// How often the state is saved, if requested.
    pub checkpoint: Option<Checkpoint>,
}

impl Request {
    /// A run in memory that writes nothing by itself: no folder, no files.
    pub fn in_memory(plan: &Plan, paths: u64, threads: usize) -> Request {
        Request {
            randomness: plan.randomness().clone(),
            paths,
            precision: None,
            shard: None,
            threads,
            isa: plan.isa(),
            out: PathBuf::new(),
            replace: Replace::SameRun,
            formats: Vec::new(),
            formats_named: false,
            csv: CsvOptions::default(),
            draws: None,
            series: Vec::new(),
            what_if: Vec::new(),
            checkpoint: None,
        }
    }

    /// Creates the manifest of a starting run or study; `scenarios` must not be empty.
    pub fn manifest(&self, command: CommandPart, scenarios: &[&Scenario]) -> Manifest {
        Manifest {
            schema_version: SCHEMA_VERSION,
            program: "capstake".to_owned(),
            status: Status::Running,
            build: Build::current(),
            command,
            scenario: scenarios[0].part(),
            other_scenarios: scenarios[1..].iter().map(|scenario| scenario.part()).collect(),
            run: RunPart {
                seed: self.randomness.seed.to_string(),
                sampling: SamplingPart::of(&self.randomness),
                precision: self.precision.clone(),
                paths_asked: self.paths,
                paths_done: 0,
                shard: self.shard.map(|shard| shard.to_string()),
                path_ranges: Vec::new(),
                started: clock::now(),
                wall_seconds: 0.0,
                paths_per_second: 0.0,
                threads: self.threads,
                simd: self.isa.name().to_owned(),
            },
            outputs: Outputs {
                formats: self.formats_named.then(|| formats::names(&self.formats)),
                draws: self.draws.map(|draws| draws.name().to_owned()),
                series: self.series.clone(),
                csv_dialect: self.csv.dialect,
                csv_bom: self.csv.bom,
                what_if: self.what_if.iter().map(Slider::argument).collect(),
                no_state: !self.keeps_state(),
            },
            files: Vec::new(),
            undefined: Vec::new(),
            non_finite: NonFiniteCount::default(),
            exact: Vec::new(),
        }
    }

    /// Whether the state is kept at the end: of a part always, since it is its result.
    pub fn keeps_state(&self) -> bool {
        self.shard.is_some() || self.checkpoint != Some(Checkpoint::None)
    }

    /// The file of yearly series of every path, if it is asked for.
    pub fn paths_file(&self) -> Option<&'static str> {
        self.draws.filter(|_| !self.series.is_empty()).and_then(Draws::paths_file)
    }

    /// Names of the files that the run writes beside the manifest: of a part, the state and what is asked for of every path.
    pub fn file_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        if self.shard.is_none() {
            for format in &self.formats {
                match format.file() {
                    Some(name) => names.push(name.to_owned()),
                    None => {
                        let sliders = (!self.what_if.is_empty()).then_some(SLIDERS);
                        let tables = TABLES_OF_RUNS.into_iter().chain(sliders);
                        names.extend(tables.map(|table| format!("{table}.csv")));
                    }
                }
            }
        }
        names.extend(self.draws.map(|draws| draws.file().to_owned()));
        names.extend(self.paths_file().map(str::to_owned));
        if self.keeps_state() {
            names.push(state_file::FILE.to_owned());
        }
        names
    }

    /// The chunks to simulate.
    pub fn task(&self) -> Task {
        match self.shard {
            Some(Shard { number, of }) => Task::shard(self.paths, number, of),
            None => Task::whole(self.paths),
        }
    }

    /// Estimates the wall time of the simulation if `before` paths are done already, seconds. A draws file needs those
    /// paths simulated again.
    pub fn seconds(&self, cost: &Cost, paths: u64, before: u64) -> f64 {
        match self.draws {
            Some(_) => cost.seconds(paths, self.threads) + cost.draws_seconds(paths, self.threads),
            None => cost.seconds(paths.saturating_sub(before), self.threads),
        }
    }

    /// Estimates the disk space that the files of a run of `paths` take while they are written, bytes.
    pub fn files_bytes(&self, cost: &Cost, paths: u64) -> f64 {
        let draws = self
            .draws
            .map_or(0.0, |format| cost.draws_bytes(paths, format) + cost.draws_scratch_bytes(paths, format));
        let series = self
            .paths_file()
            .and(self.draws)
            .map_or(0.0, |format| cost.series_bytes(paths, self.series.len(), format));
        cost.files_bytes(&self.formats) + draws + series
    }
}

/// Picks seed and sampling: the caller's, else the scenario's, else seed 1 and plain sampling.
pub fn randomness(seed: Option<u64>, sampling: Option<config::Sampling>, scenario: &Scenario) -> Randomness {
    let model = &scenario.model;
    let sampling = match sampling.or(model.run.sampling).unwrap_or(config::Sampling::Plain) {
        config::Sampling::Plain => Sampling::Plain,
        config::Sampling::Sobol => Sampling::Sobol(model.run.replicates),
    };
    let seed = seed.or(model.run.seed).unwrap_or(DEFAULT_SEED);
    Randomness { dimensions: scenario.dimensions.clone(), ..Randomness::new(seed, sampling) }
}

/// Picks the number of worker threads: the caller's, else one per core.
pub fn threads(asked: Option<u16>) -> usize {
    match asked {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    }
}

/// Picks the number of paths of a plan: the caller's, else the scenario's, else a million, under Sobol sampling 131,072.
///
/// # Errors
/// The number is 0 or above [`MAX_PATHS`], or a replicate would have more points than there are.
pub fn paths(asked: Option<u64>, plan: &Plan, cost: &Cost, threads: usize) -> Result<u64, Failure> {
    let usual = if plan.replicates().is_some() { DEFAULT_SOBOL_PATHS } else { DEFAULT_PATHS };
    let paths = asked.or(plan.model().run.paths).unwrap_or(usual);
    let exit = if asked.is_some() { Exit::Usage } else { Exit::Problems };
    if paths == 0 {
        return Err(Failure::coded(exit, Code::PathsOption, "0 paths cannot be run")
            .help("at least one path is needed; 1e6 is usual"));
    }
    if paths > MAX_PATHS {
        let message = format!(
            "{} paths would take about {} here; at most {} are run",
            thousands(paths),
            span(cost.seconds(paths, threads)),
            thousands(MAX_PATHS)
        );
        return Err(Failure::coded(exit, Code::PathsOption, message).help(
            "the error of a mean falls with the root of the paths: 1e6 give three digits, 1e8 give four",
        ));
    }
    within_points(plan, paths, exit)?;
    Ok(paths)
}

/// Refuses paths that a plan's Sobol points do not reach.
///
/// # Errors
/// `paths` are more than 2³² points in each replicate.
pub fn within_points(plan: &Plan, paths: u64, exit: Exit) -> Result<(), Failure> {
    let Some(replicates) = plan.replicates() else { return Ok(()) };
    let most = (replicates.get() as u64) << INDEX_BITS;
    if paths <= most {
        return Ok(());
    }
    let message = format!(
        "{} paths are more than 2^32 points in each of {} replicates; Sobol points end at {} paths",
        thousands(paths),
        replicates.get(),
        thousands(most)
    );
    Err(Failure::coded(exit, Code::PathsOption, message)
        .help("more replicates ([run] replicates = 64), or plain random numbers: --sampling plain"))
}
