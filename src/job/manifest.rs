//! `manifest.json`: what a results folder holds and which scenario, seed, program and machine made it.

use serde::{Deserialize, Serialize};

use super::build::Build;
use super::formats::{CsvDialect, CsvOptions, Format};
use super::words::thousands;
use crate::config::choice::Choice;
use crate::config::{self, Config, Problems};
use crate::kernel::dimensions::Dimensions;
use crate::kernel::plan::Plan;
use crate::kernel::randomness::Randomness;
use crate::model::PartyNames;
use crate::model::run::{Replicates, Sampling};
use crate::model::timeline::PeriodLength;
use crate::report::digits::significant;
use crate::report::results::{Facts, SourceFacts};
use crate::report::tables::{ExactFigures, exact_figures};
use crate::run::RunResult;
pub use crate::sink::json::SCHEMA_VERSION;
use crate::study::subjects::subjects;

/// The file name of the manifest.
pub const FILE: &str = "manifest.json";

/// The most that is read of a manifest, bytes: it holds the scenarios, of at most a megabyte each.
pub const MOST: u64 = 256 << 20;

/// The file with the whole answer of a study; `report` makes the workbook and the page from it.
pub const ANSWER: &str = "answer.json";

/// The command of a folder whose files `report` made from the results in another.
pub const REPORT: &str = "report";

/// The status of a results folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A command is writing the folder, or was killed.
    Running,
    /// All paths and all files are there.
    Complete,
    /// Paths or files are missing: the run was stopped, or the disk was full.
    Partial,
    /// There are no results: a path was not finite.
    Failed,
}

impl Status {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Complete => "complete",
            Status::Partial => "partial",
            Status::Failed => "failed",
        }
    }
}

/// The manifest, with the fields in the order of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Always `capstake`; marks a folder as one of this program.
    pub program: String,
    /// How far the folder is.
    pub status: Status,
    /// The build of the program.
    pub build: Build,
    /// The command and its arguments.
    pub command: CommandPart,
    /// The first or only scenario.
    pub scenario: ScenarioPart,
    /// The further scenarios of a study.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_scenarios: Vec<ScenarioPart>,
    /// What was requested and simulated.
    pub run: RunPart,
    /// What is written beside the tables, and how.
    #[serde(default)]
    pub outputs: Outputs,
    /// The result files, in the order in which they were written.
    pub files: Vec<FilePart>,
    /// Paths on which metrics have no value.
    pub undefined: Vec<Undefined>,
    /// Paths that were not finite.
    pub non_finite: NonFiniteCount,
    /// The figures that no draw can move; all others are estimates, also where all paths agree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exact: Vec<ExactFigures>,
}

/// The command that wrote the folder, with the arguments that determine its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPart {
    /// `run`, or the name of the study.
    pub name: String,
    /// The arguments in the order given, without scenario, seed and paths.
    pub arguments: Vec<String>,
}

impl Manifest {
    /// The manifest of a folder for files that `report` makes from the results in this one's.
    pub fn of_report(&self) -> Manifest {
        let of = std::iter::once(&self.command.name).chain(&self.command.arguments).cloned();
        let command = CommandPart { name: REPORT.to_owned(), arguments: of.collect() };
        let outputs = Outputs {
            formats: Some(Vec::new()),
            draws: None,
            series: Vec::new(),
            what_if: Vec::new(),
            no_state: true,
            ..self.outputs.clone()
        };
        Manifest { command, outputs, files: Vec::new(), ..self.clone() }
    }
}

impl Manifest {
    /// Records which figures of a run are exact, and on how many paths metrics have no value.
    pub fn record_figures(&mut self, plan: &Plan, result: &RunResult) {
        self.exact = exact_figures(plan);
        self.undefined = Vec::new();
        for ((name, metrics), summaries) in subjects(plan).iter().zip(&result.metrics) {
            for (metric, summary) in metrics.iter().zip(summaries) {
                if summary.moments().undefined() > 0 {
                    self.undefined.push(Undefined {
                        deal: name.clone(),
                        metric: metric.name(plan.model().run.mix_year),
                        paths: summary.moments().undefined(),
                    });
                }
            }
        }
    }
}

impl CommandPart {
    /// The command `run`.
    pub fn run() -> CommandPart {
        CommandPart { name: "run".to_owned(), arguments: Vec::new() }
    }

    /// Whether the command is `run` rather than a study.
    pub fn is_run(&self) -> bool {
        self.name == "run"
    }
}

/// The scenario of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScenarioPart {
    /// The scenario's name.
    pub name: String,
    /// The file as named on the command line.
    pub file: String,
    /// The blake3 digest of `resolved` and of the empirical files' digests.
    pub digest: String,
    /// The `--set` flags as given.
    pub overrides: Vec<String>,
    /// The scenario after overrides, as TOML that can be run.
    pub resolved: String,
    /// The text of the scenario file, with its comments, if it extends no other. `scenario` writes out an edited workbook by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Default values of the numbers that the scenario leaves out.
    pub defaults: serde_json::Map<String, serde_json::Value>,
    /// CSV files that the scenario reads.
    pub empirical_files: Vec<EmpiricalFile>,
}

/// A CSV file that an `empirical` input reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EmpiricalFile {
    /// The path as written in the scenario.
    pub csv: String,
    /// The blake3 digest of the file.
    pub blake3: String,
    /// The absolute path, so that `resume` and `verify` find it from any folder.
    #[serde(default)]
    pub path: String,
}

/// What was requested and simulated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunPart {
    /// The seed as text, since JSON readers round integers above 2⁵³.
    pub seed: String,
    /// Where the random numbers came from.
    #[serde(default)]
    pub sampling: SamplingPart,
    /// The precision asked for with `--precision`, and what was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<PrecisionPart>,
    /// Requested paths; of a run that stopped when it was precise enough, those that it needed.
    pub paths_asked: u64,
    /// Simulated paths.
    pub paths_done: u64,
    /// The part of the run, as in `--shard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Half-open ranges of the simulated paths, if these are not the first paths of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path_ranges: Vec<(u64, u64)>,
    /// The start time, RFC 3339, UTC.
    pub started: String,
    /// Wall time of the simulation since the last resume, seconds; 0 while running.
    pub wall_seconds: f64,
    /// Paths simulated per second of that time; 0 while running.
    pub paths_per_second: f64,
    /// Worker threads.
    pub threads: usize,
    /// Instruction set of the hot loop.
    pub simd: String,
}

/// Where the random numbers of a run came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingPart {
    /// `plain` or `sobol`.
    pub method: String,
    /// Number of replicates of Sobol points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u64>,
    /// Which dimension of the points each variable has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<DimensionsPart>,
}

/// The order of dimensions of a run under Sobol sampling; variables of the scenario that it lacks come after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionsPart {
    /// The blake3 digest of the order.
    pub digest: String,
    /// Keys of the inputs.
    pub inputs: Vec<String>,
    /// How many of the inputs come before components 1 and 2 of factors and shocks.
    #[serde(default)]
    pub leading: usize,
    /// Names of the factors.
    pub factors: Vec<String>,
    /// Names of the shocks.
    pub shocks: Vec<String>,
    /// The period, from 0, of each component of factors and shocks.
    pub visits: Vec<usize>,
}

impl DimensionsPart {
    /// The order with its digest.
    pub fn of(order: &Dimensions) -> DimensionsPart {
        let Dimensions { inputs, leading, factors, shocks, visits } = order.clone();
        let text =
            serde_json::to_vec(&(&inputs, leading, &factors, &shocks, &visits)).expect("names and numbers");
        let digest = blake3::hash(&text).to_hex().to_string();
        DimensionsPart { digest, inputs, leading, factors, shocks, visits }
    }

    /// The order; `None` where it is not that of the digest.
    pub fn order(&self) -> Option<Dimensions> {
        let DimensionsPart { inputs, leading, factors, shocks, visits, .. } = self.clone();
        let leading_fits = leading <= inputs.len();
        let order = Dimensions { inputs, leading, factors, shocks, visits };
        (leading_fits && DimensionsPart::of(&order).digest == self.digest).then_some(order)
    }
}

impl Default for SamplingPart {
    fn default() -> SamplingPart {
        SamplingPart { method: config::Sampling::Plain.word().to_owned(), replicates: None, dimensions: None }
    }
}

impl SamplingPart {
    /// What a run with this randomness notes.
    pub fn of(randomness: &Randomness) -> SamplingPart {
        match randomness.sampling {
            Sampling::Plain => SamplingPart::default(),
            Sampling::Sobol(replicates) => SamplingPart {
                method: config::Sampling::Sobol.word().to_owned(),
                replicates: Some(replicates.get() as u64),
                dimensions: randomness.dimensions.as_deref().map(DimensionsPart::of),
            },
        }
    }

    /// `plain`, or `sobol, 32 replicates, dimensions 5f0c1a2b3c4d`: equal words mean equal draws of one scenario and seed.
    pub fn in_words(&self) -> String {
        let mut words = self.method.clone();
        if let Some(replicates) = self.replicates {
            words.push_str(&format!(", {replicates} replicates"));
        }
        if let Some(dimensions) = &self.dimensions {
            let digest: String = dimensions.digest.chars().take(12).collect();
            words.push_str(&format!(", dimensions {digest}"));
        }
        words
    }

    /// The word for it, where a scenario by itself is sampled otherwise.
    pub fn unless_of(&self, config: &config::Config) -> Option<&'static str> {
        let of_scenario = config.run.as_ref().and_then(|run| run.sampling.as_ref());
        let of_scenario = of_scenario.map_or(config::Sampling::Plain, |sampling| sampling.value);
        let here = config::Sampling::from_word(&self.method)?;
        (here != of_scenario).then(|| here.word())
    }

    /// The sampling that is noted; `None` if no run notes this.
    pub fn sampling(&self) -> Option<Sampling> {
        match config::Sampling::from_word(&self.method)? {
            config::Sampling::Plain => Some(Sampling::Plain),
            config::Sampling::Sobol => {
                self.dimensions.as_ref()?.order()?;
                Replicates::new(self.replicates?).map(Sampling::Sobol)
            }
        }
    }
}

/// The precision asked for, and how far a run came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrecisionPart {
    /// The targets, as in `--precision`.
    pub targets: Vec<String>,
    /// Paths that may be spent.
    pub most_paths: u64,
    /// Whether all targets were reached; `None` while running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// The levels that were judged.
    pub levels: Vec<PrecisionLevel>,
}

impl PrecisionPart {
    /// `reached after 65,536 paths: microsoft_take_pv=0.5% (95% interval ±1.2)`; `None` before the first level.
    pub fn in_words(&self) -> Option<String> {
        let level = self.levels.last()?;
        let targets = self.targets.iter().zip(&level.half_widths).map(|(target, half)| match half {
            Some(half) => format!("{target} (95% interval ±{})", significant(*half, 2)),
            None => format!("{target} (no interval)"),
        });
        let reached = match self.reached {
            Some(true) => "reached",
            Some(false) => "not reached",
            None => "not yet reached",
        };
        let paths = thousands(level.paths);
        Some(format!("{reached} after {paths} paths: {}", targets.collect::<Vec<_>>().join("; ")))
    }
}

/// What a run had reached after a number of paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrecisionLevel {
    /// Paths at the end of the level.
    pub paths: u64,
    /// The figure of each target; `None` where it has no value yet.
    pub values: Vec<Option<f64>>,
    /// The half-width of the 95% interval of each.
    pub half_widths: Vec<Option<f64>>,
}

/// Requested formats and CSV options, for a resumed run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// The formats of `--formats`, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formats: Option<Vec<String>>,
    /// The format of `--draws`, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draws: Option<String>,
    /// The yearly series of `--series`, if given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<String>,
    /// The sliders of the page, as in `--what-if`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what_if: Vec<String>,
    /// The dialect of `--csv-dialect`; left out of the file if standard.
    #[serde(default, skip_serializing_if = "is_standard")]
    pub csv_dialect: CsvDialect,
    /// Whether `--csv-bom` was given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub csv_bom: bool,
    /// Whether no state is kept at the end (`--checkpoint none`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_state: bool,
}

/// Serde passes a reference.
fn is_standard(dialect: &CsvDialect) -> bool {
    *dialect == CsvDialect::Standard
}

impl Outputs {
    /// Adds formats that `report` made; if none were named, the list is implicit and stays so.
    pub fn add(&mut self, made: &[Format]) {
        if let Some(formats) = &mut self.formats {
            let known = |format: &Format| formats.iter().any(|name| name == format.name());
            let new: Vec<Format> = made.iter().copied().filter(|format| !known(format)).collect();
            formats.extend(super::formats::names(&new));
        }
    }

    /// The CSV options of the run.
    pub fn csv(&self) -> CsvOptions {
        CsvOptions { dialect: self.csv_dialect, bom: self.csv_bom }
    }
}

/// A result file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// The name in the folder.
    pub name: String,
    /// The size, bytes.
    pub bytes: u64,
    /// The blake3 digest.
    pub blake3: String,
}

/// A metric that has no value on some paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undefined {
    /// The deal, or the difference of two deals.
    pub deal: String,
    /// The metric's name.
    pub metric: String,
    /// Number of such paths.
    pub paths: u64,
}

/// Paths that were not finite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonFiniteCount {
    /// Number of such paths.
    pub count: u64,
    /// The lowest of their indices.
    pub first: Vec<u64>,
}

impl Manifest {
    /// The first scenario.
    fn config(&self) -> Result<Config, Problems> {
        config::parse(&self.scenario.file, &self.scenario.resolved, &[]).1
    }

    /// Whether company and partner have names that a scenario may give them.
    pub fn has_sound_names(&self) -> bool {
        self.config().map_or(true, |config| PartyNames::of(&config).1.is_empty())
    }

    /// The facts that workbooks and pages show.
    pub fn facts(&self) -> Facts {
        // A manifest of another version may have other keys; then the date and the sources' titles are left out.
        let config = self.config().ok();
        let timeline = config.as_ref().and_then(|config| config.timeline.as_ref());
        let valued = timeline.and_then(|timeline| timeline.valuation_date.as_ref());
        let period = timeline.and_then(|timeline| timeline.period.as_ref());
        let horizon = timeline.and_then(|timeline| timeline.horizon.as_ref());
        Facts {
            scenario: self.scenario.name.clone(),
            names: config.as_ref().map(|config| PartyNames::of(config).0).unwrap_or_default(),
            file: self.scenario.file.clone(),
            further_files: self.other_scenarios.iter().map(|other| other.file.clone()).collect(),
            command: std::iter::once(&self.command.name).chain(&self.command.arguments).cloned().collect(),
            overrides: self.scenario.overrides.clone(),
            resolved: self.scenario.resolved.clone(),
            written: self.scenario.written.clone(),
            empirical: self
                .scenario
                .empirical_files
                .iter()
                .map(|file| (file.csv.clone(), file.blake3.clone(), file.path.clone()))
                .collect(),
            digest: self.scenario.digest.clone(),
            valuation_date: valued.map(|date| date.value.to_string()).unwrap_or_default(),
            horizon: horizon.map(|date| date.value.to_string()).unwrap_or_default(),
            period_months: period.map_or(3, |period| PeriodLength::from(period.value).months()),
            sources: config.iter().flat_map(|config| &config.source).map(source).collect(),
            seed: self.run.seed.clone(),
            replicates: self.run.sampling.replicates,
            sampling: config.as_ref().and_then(|config| self.run.sampling.unless_of(config)),
            precision: self.run.precision.as_ref().and_then(PrecisionPart::in_words),
            paths: self.run.paths_done,
            paths_asked: self.run.paths_asked,
            partial: self.run.paths_done < self.run.paths_asked,
            started: self.run.started.clone(),
            seconds: self.run.wall_seconds,
            threads: self.run.threads,
            version: self.build.version.clone(),
            revision: self.build.git_revision.clone(),
            target: self.build.target.clone(),
            stream_version: self.build.stream_version,
        }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec_pretty(self).expect("a manifest has no maps with other keys than texts");
        bytes.push(b'\n');
        bytes
    }
}

fn source(source: &config::Source) -> SourceFacts {
    let text =
        |value: &Option<config::Located<String>>| value.as_ref().map(|v| v.value.clone()).unwrap_or_default();
    SourceFacts {
        key: text(&source.key),
        title: text(&source.title),
        url: text(&source.url),
        date: source.date.as_ref().map(|date| date.value.to_string()).unwrap_or_default(),
    }
}
