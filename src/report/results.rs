//! A finished run for readers: facts from the manifest and all tables, from the run itself or read from its
//! folder.

use super::tables::Tables;
use crate::config::Date;
use crate::model::PartyNames;

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Name of the scenario.
    pub scenario: String,
    /// What the company and its partner are called.
    pub names: PartyNames,
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
    /// Last day of the timeline in ISO format.
    pub horizon: String,
    /// Calendar months of a whole period.
    pub period_months: u32,
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

impl Facts {
    /// The label of a calendar year's results: `2027`, but `2026 H2` or `2026-09-15 to 2026-12-31` of a year that the valuation
    /// date or the horizon cuts. Every screen, page and workbook writes years so.
    pub fn year_label(&self, year: i32) -> String {
        let within = |text: &str| Date::parse(text).filter(|date| date.year() == year);
        let (first, last) = (Date::new(year, 1, 1), Date::new(year, 12, 31));
        let (begins, ends) = (within(&self.valuation_date).or(first), within(&self.horizon).or(last));
        let (Some(begins), Some(ends)) = (begins, ends) else { return year.to_string() };
        match ((begins.month(), begins.day()), (ends.month(), ends.day())) {
            ((1, 1), (12, 31)) => year.to_string(),
            ((1, 1), (6, 30)) => format!("{year} H1"),
            ((7, 1), (12, 31)) => format!("{year} H2"),
            _ => format!("{begins} to {ends}"),
        }
    }

    /// Whether the timeline has all days of a calendar year.
    pub fn is_whole_year(&self, year: i32) -> bool {
        self.year_label(year) == year.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_that_is_cut_says_so() {
        let label = |valuation_date: &str, horizon: &str, year| {
            let facts = Facts {
                valuation_date: valuation_date.to_owned(),
                horizon: horizon.to_owned(),
                ..Facts::default()
            };
            assert_eq!(facts.is_whole_year(year), facts.year_label(year).len() == 4);
            facts.year_label(year)
        };
        assert_eq!(label("2026-07-01", "2035-12-31", 2026), "2026 H2");
        assert_eq!(label("2026-07-01", "2035-12-31", 2027), "2027");
        assert_eq!(label("2026-07-01", "2035-12-31", 2035), "2035");
        assert_eq!(label("2026-01-01", "2035-06-30", 2026), "2026");
        assert_eq!(label("2026-01-01", "2035-06-30", 2035), "2035 H1");
        assert_eq!(label("2026-05-12", "2035-12-31", 2026), "2026-05-12 to 2026-12-31");
        assert_eq!(label("2026-07-01", "2035-03-31", 2035), "2035-01-01 to 2035-03-31");
        assert_eq!(label("2026-07-01", "2026-09-30", 2026), "2026-07-01 to 2026-09-30");
        // A manifest that does not say.
        assert_eq!(label("", "", 2026), "2026");
    }
}
