//! Formats of result files and draws files by name, and CSV dialects.

use serde::{Deserialize, Serialize};

use super::words::listed;
use crate::sink::csv::Dialect;

/// A format of result files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One CSV file per table.
    Csv,
    /// One workbook.
    Xlsx,
    /// One HTML page.
    Html,
}

impl Format {
    /// All result formats.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Xlsx, Format::Html];

    /// The name on the command line and in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Html => "html",
        }
    }

    /// The file name, for formats with a single file.
    pub const fn file(self) -> Option<&'static str> {
        match self {
            Format::Csv => None,
            Format::Xlsx => Some("results.xlsx"),
            Format::Html => Some("report.html"),
        }
    }

    /// Finds a format by name.
    ///
    /// # Errors
    /// Lists the known names if this is none of them.
    pub fn named(text: &str) -> Result<Format, String> {
        let text = text.trim();
        Format::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            format!("the formats are {}", listed(&known))
        })
    }
}

/// The names of formats, for the manifest.
pub fn names(formats: &[Format]) -> Vec<String> {
    formats.iter().map(|format| format.name().to_owned()).collect()
}

/// A format of the draws file, which holds the inputs and metrics of every path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draws {
    /// CSV text.
    Csv,
    /// Parquet, with columns of doubles.
    Parquet,
    /// A workbook; rows beyond the limit of a sheet are left out.
    Xlsx,
}

impl Draws {
    /// All formats of draws.
    pub const ALL: [Draws; 3] = [Draws::Csv, Draws::Parquet, Draws::Xlsx];

    /// The name on the command line and in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Draws::Csv => "csv",
            Draws::Parquet => "parquet",
            Draws::Xlsx => "xlsx",
        }
    }

    /// The file name.
    pub const fn file(self) -> &'static str {
        match self {
            Draws::Csv => "draws.csv",
            Draws::Parquet => "draws.parquet",
            Draws::Xlsx => "draws.xlsx",
        }
    }

    /// The file of yearly series of single paths; workbooks have none.
    pub const fn paths_file(self) -> Option<&'static str> {
        match self {
            Draws::Csv => Some("paths.csv"),
            Draws::Parquet => Some("paths.parquet"),
            Draws::Xlsx => None,
        }
    }

    /// Finds a format by name.
    ///
    /// # Errors
    /// Lists the known names if this is none of them.
    pub fn named(text: &str) -> Result<Draws, String> {
        Draws::ALL
            .into_iter()
            .find(|draws| draws.name() == text)
            .ok_or_else(|| "the formats are csv, parquet and xlsx".to_owned())
    }
}

/// Separators and decimal marks of CSV files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CsvDialect {
    /// Commas and decimal points.
    #[default]
    Standard,
    /// Semicolons and decimal commas.
    ExcelEu,
}

/// Options for writing CSV files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Separators and decimal marks.
    pub dialect: CsvDialect,
    /// Whether files begin with a byte order mark.
    pub bom: bool,
}

impl CsvOptions {
    /// The dialect for the CSV writer.
    pub fn dialect(self) -> Dialect {
        let dialect = match self.dialect {
            CsvDialect::Standard => Dialect::STANDARD,
            CsvDialect::ExcelEu => Dialect::EXCEL_EU,
        };
        if self.bom { dialect.with_bom() } else { dialect }
    }
}
