//! A finished run as its readers get it: the facts of the manifest and the tables, from the run itself or read back.

use super::tables::Tables;

/// What a workbook or a page is made of. Equal whether it comes from the run or from its folder.
#[derive(Clone, Debug)]
pub struct Results {
    /// What was run, and by what.
    pub facts: Facts,
    /// The tables of the folder.
    pub tables: Tables,
}

/// What was run, and by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Name of the scenario.
    pub scenario: String,
    /// The file as named on the command line.
    pub file: String,
    /// Further scenarios of a study of several, as named.
    pub further_files: Vec<String>,
    /// The command, with those of its arguments that decide what it answers: `run`; `sweep`, `--vary`, …
    pub command: Vec<String>,
    /// The `--set` flags, as given.
    pub overrides: Vec<String>,
    /// Every key that is set, after overrides, as TOML that runs.
    pub resolved: String,
    /// Digest of the scenario (hex).
    pub digest: String,
    /// The day that values are of, as ISO text.
    pub valuation_date: String,
    /// Sources that the scenario's numbers name by their keys.
    pub sources: Vec<SourceFacts>,
    /// The seed, as text.
    pub seed: String,
    /// Paths simulated.
    pub paths: u64,
    /// Paths asked for.
    pub paths_asked: u64,
    /// Whether the run was stopped before its end.
    pub partial: bool,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// Wall time of the simulation, seconds.
    pub seconds: f64,
    /// Worker threads.
    pub threads: usize,
    /// Version of the program.
    pub version: String,
    /// Commit it was built from.
    pub revision: String,
    /// Target triple.
    pub target: String,
    /// Version of the mapping from seeds to draws.
    pub stream_version: u32,
}

/// A source of figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Key by which numbers name it.
    pub key: String,
    /// Title; empty where there is none.
    pub title: String,
    /// Address; empty where there is none.
    pub url: String,
    /// Date, as ISO text; empty where there is none.
    pub date: String,
}
