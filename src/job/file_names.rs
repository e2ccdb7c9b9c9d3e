//! Names of the files that commands write into a results folder; only these are ever read, replaced or removed there.

use super::formats::{Draws, Format};
use super::manifest::{self, ANSWER};
use super::state_file;
use crate::report::row::Row;
use crate::report::tables::{
    AnnualRow, BridgeRow, CorrelationRow, EventRow, HistogramRow, InputRow, OriginRow, QuantileRow,
    SamplePathRow, SummaryRow,
};
use crate::report::what_if::WhatIfRow;

/// Tables of a run, as CSV.
pub const TABLES_OF_RUNS: [&str; 10] = [
    SummaryRow::TABLE,
    QuantileRow::TABLE,
    AnnualRow::TABLE,
    HistogramRow::TABLE,
    InputRow::TABLE,
    CorrelationRow::TABLE,
    EventRow::TABLE,
    SamplePathRow::TABLE,
    BridgeRow::TABLE,
    OriginRow::TABLE,
];

/// The table of a run with sliders, as CSV.
pub const SLIDERS: &str = WhatIfRow::TABLE;

/// Tables of studies, as CSV.
const TABLES_OF_STUDIES: [&str; 24] = [
    "as_it_stands",
    "bridge_clauses",
    "bridge_hybrids",
    "bridge_shapley",
    "calendar",
    "changes",
    "compare",
    "dilution",
    "effects",
    "gates",
    "grid",
    "groups",
    "indices",
    "information",
    "offer",
    "readiness",
    "root",
    "side_by_side",
    "standards",
    "standards_calendar",
    "sweep",
    "times",
    "tornado",
    "tried",
];

/// Whether a run writes a file of that name beside the manifest.
pub fn of_runs(name: &str) -> bool {
    let made = Format::ALL.iter().filter_map(|format| format.file());
    let draws = Draws::ALL.iter().map(|draws| draws.file());
    let paths = Draws::ALL.iter().filter_map(|draws| draws.paths_file());
    let ours = made.chain(draws).chain(paths).any(|ours| ours == name);
    is_table(name, &TABLES_OF_RUNS) || is_table(name, &[SLIDERS]) || ours || name == state_file::FILE
}

/// Whether any command writes a file of that name.
pub fn is_ours(name: &str) -> bool {
    let of_studies = is_table(name, &TABLES_OF_STUDIES) || name == ANSWER;
    of_runs(name) || of_studies || name == manifest::FILE
}

fn is_table(name: &str, tables: &[&str]) -> bool {
    name.strip_suffix(".csv").is_some_and(|table| tables.contains(&table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_not_ours() {
        for ours in [
            "summary.csv",
            "draws.parquet",
            "paths.csv",
            "paths.parquet",
            "report.html",
            "answer.json",
            "tried.csv",
            manifest::FILE,
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "thesis.docx",
            ".bashrc",
            "../summary.csv",
            "/etc/passwd",
            "summary",
            "Summary.csv",
            ".csv",
            "",
            "tried.csv/",
        ] {
            assert!(!is_ours(other), "{other}");
        }
        assert!(of_runs("annual.csv") && !of_runs("sweep.csv") && !of_runs(ANSWER));
    }
}
