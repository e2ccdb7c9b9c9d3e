//! `manifest.json`: what a results folder holds, from which scenario, seed, program and machine.

use serde::{Deserialize, Serialize};

use super::build::Build;
use super::formats::{CsvDialect, CsvOptions, Format};
use crate::config;
use crate::report::results::{Facts, SourceFacts};
pub use crate::sink::json::SCHEMA_VERSION;

/// Its file name.
pub const FILE: &str = "manifest.json";

/// The file with the whole answer of a study, from which workbook and page can be made again.
pub const ANSWER: &str = "answer.json";

/// How far a results folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A run is at work, or was killed at it.
    Running,
    /// All paths, all files.
    Complete,
    /// Some paths or some files: the run was stopped, or the disk was full.
    Partial,
    /// No results: a path was not finite.
    Failed,
}

impl Status {
    /// As in the file.
    pub fn word(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Complete => "complete",
            Status::Partial => "partial",
            Status::Failed => "failed",
        }
    }
}

/// The manifest; the fields stand in the file in this order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// `capstake`: what tells its folders from others.
    pub program: String,
    /// How far the folder is.
    pub status: Status,
    /// The program.
    pub build: Build,
    /// What was asked for.
    pub command: CommandPart,
    /// The scenario; of several, the first.
    pub scenario: ScenarioPart,
    /// Further scenarios of a study of several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_scenarios: Vec<ScenarioPart>,
    /// What was asked and done.
    pub run: RunPart,
    /// What is written beside the tables, and how.
    #[serde(default)]
    pub outputs: Outputs,
    /// The files of results, in the order in which they were written.
    pub files: Vec<FilePart>,
    /// Paths on which metrics have no value.
    pub undefined: Vec<Undefined>,
    /// Paths that were not finite.
    pub non_finite: NonFiniteCount,
}

/// The command that wrote the folder, with those of its arguments that decide what it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPart {
    /// `run`, or the study.
    pub name: String,
    /// In the order in which they were given; scenario, seed and paths stand elsewhere.
    pub arguments: Vec<String>,
}

impl CommandPart {
    /// A plain run.
    pub fn run() -> CommandPart {
        CommandPart { name: "run".to_owned(), arguments: Vec::new() }
    }

    /// Whether it is a plain run, rather than a study.
    pub fn is_run(&self) -> bool {
        self.name == "run"
    }
}

/// The scenario that was run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScenarioPart {
    /// Its name.
    pub name: String,
    /// The file as named on the command line.
    pub file: String,
    /// blake3 over `resolved` and the digests of the empirical files.
    pub digest: String,
    /// The `--set` flags, as given.
    pub overrides: Vec<String>,
    /// Every key that is set, after overrides, as TOML that runs.
    pub resolved: String,
    /// Numbers that the scenario leaves to their defaults.
    pub defaults: serde_json::Map<String, serde_json::Value>,
    /// Files that the scenario reads.
    pub empirical_files: Vec<EmpiricalFile>,
}

/// A CSV file that an `empirical` input reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EmpiricalFile {
    /// As written in the scenario.
    pub csv: String,
    /// Of its bytes.
    pub blake3: String,
    /// Where it was found, so that `resume` and `verify` find it from any folder.
    #[serde(default)]
    pub path: String,
}

/// What was asked and done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunPart {
    /// The seed, as text: JSON readers round numbers above 2⁵³.
    pub seed: String,
    /// Paths asked for.
    pub paths_asked: u64,
    /// Paths simulated.
    pub paths_done: u64,
    /// Of a part of a run: which, as `--shard` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Where the paths done are not the first ones of the run: their ranges, from the first to one after the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path_ranges: Vec<(u64, u64)>,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// Wall time of the simulation, seconds, of a run that was resumed since then; 0 while it runs.
    pub wall_seconds: f64,
    /// Paths simulated in that time, over it; 0 while it runs.
    pub paths_per_second: f64,
    /// Worker threads.
    pub threads: usize,
    /// Instruction set of the block functions.
    pub simd: String,
}

/// What is written beside the tables, and how: what a resumed run must know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// `--formats`, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formats: Option<Vec<String>>,
    /// `--draws`, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draws: Option<String>,
    /// `--csv-dialect`, where it is not the standard.
    #[serde(default, skip_serializing_if = "is_standard")]
    pub csv_dialect: CsvDialect,
    /// `--csv-bom`, where given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub csv_bom: bool,
}

/// For serde, which hands over a reference.
fn is_standard(dialect: &CsvDialect) -> bool {
    *dialect == CsvDialect::Standard
}

impl Outputs {
    /// Enters formats that were made later; where none were named, all were made already.
    pub fn add(&mut self, made: &[Format]) {
        if let Some(formats) = &mut self.formats {
            let known = |format: &Format| formats.iter().any(|name| name == format.name());
            let new: Vec<Format> = made.iter().copied().filter(|format| !known(format)).collect();
            formats.extend(super::formats::names(&new));
        }
    }

    /// How CSV files are spelled.
    pub fn csv(&self) -> CsvOptions {
        CsvOptions { dialect: self.csv_dialect, bom: self.csv_bom }
    }
}

/// A file of results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePart {
    /// Name in the folder.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// Digest.
    pub blake3: String,
}

/// Paths on which a metric has no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undefined {
    /// A deal, or a difference of two.
    pub deal: String,
    /// The metric.
    pub metric: String,
    /// How many paths.
    pub paths: u64,
}

/// Paths that were not finite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonFiniteCount {
    /// How many.
    pub count: u64,
    /// The lowest indices.
    pub first: Vec<u64>,
}

impl Manifest {
    /// What the manifest says to readers of a workbook or a page.
    pub fn facts(&self) -> Facts {
        // Written by another version, whose keys may be others: no date, and sources without their titles.
        let config = config::parse(&self.scenario.file, &self.scenario.resolved, &[]).1.ok();
        let timeline = config.as_ref().and_then(|config| config.timeline.as_ref());
        let valued = timeline.and_then(|timeline| timeline.valuation_date.as_ref());
        Facts {
            scenario: self.scenario.name.clone(),
            file: self.scenario.file.clone(),
            further_files: self.other_scenarios.iter().map(|other| other.file.clone()).collect(),
            command: std::iter::once(&self.command.name).chain(&self.command.arguments).cloned().collect(),
            overrides: self.scenario.overrides.clone(),
            resolved: self.scenario.resolved.clone(),
            digest: self.scenario.digest.clone(),
            valuation_date: valued.map(|date| date.value.to_string()).unwrap_or_default(),
            sources: config.iter().flat_map(|config| &config.source).map(source).collect(),
            seed: self.run.seed.clone(),
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
