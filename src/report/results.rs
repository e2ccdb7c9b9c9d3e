//! A finished run for readers: facts from the manifest and all tables, from the run itself or read from its
//! folder.

use super::tables::Tables;

/// The results from which workbook and page are made; equal whether taken from the run or read from its
/// folder.
#[derive(Clone, Debug)]
pub struct Results {
    /// Facts about a run and the program that made it.
    pub facts: Facts,
    /// All tables.
    pub tables: Tables,
}

/// Facts about a run and the program that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Name of the scenario.
    pub scenario: String,
    /// The file as named on the command line.
    pub file: String,
    /// Further scenario files of a study with several, as named.
    pub further_files: Vec<String>,
    /// The command with the arguments that define its question: `run`; `sweep`, `--vary`, …
    pub command: Vec<String>,
    /// The `--set` flags, as given.
    pub overrides: Vec<String>,
    /// The scenario after overrides, as TOML that can be run.
    pub resolved: String,
    /// Digest of the scenario in hexadecimal.
    pub digest: String,
    /// Valuation date in ISO format.
    pub valuation_date: String,
    /// Sources to which the scenario's numbers refer.
    pub sources: Vec<SourceFacts>,
    /// Seed as text.
    pub seed: String,
    /// Paths simulated.
    pub paths: u64,
    /// Number of paths requested.
    pub paths_asked: u64,
    /// Whether the run was stopped early.
    pub partial: bool,
    /// Start time, RFC 3339 in UTC.
    pub started: String,
    /// Wall-clock time of the simulation in seconds.
    pub seconds: f64,
    /// Number of worker threads.
    pub threads: usize,
    /// Version of the program.
    pub version: String,
    /// Commit from which the program was built.
    pub revision: String,
    /// Target triple.
    pub target: String,
    /// Version of the mapping from seeds to draws.
    pub stream_version: u32,
}

/// A source of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Key by which numbers refer to it.
    pub key: String,
    /// Title; empty if there is none.
    pub title: String,
    /// Web address; empty if there is none.
    pub url: String,
    /// Date in ISO format; empty if there is none.
    pub date: String,
}
