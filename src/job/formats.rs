//! The formats of result files by name: tables, draws of every path, and how CSV is spelled.

use serde::{Deserialize, Serialize};

use super::words::listed;
use crate::sink::csv::Dialect;

/// A format of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tables, one file each.
    Csv,
    /// A workbook.
    Xlsx,
    /// A page.
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Xlsx, Format::Html];

    /// Its name on the command line and in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Html => "html",
        }
    }

    /// The single file that holds everything, for formats that have one.
    pub const fn file(self) -> Option<&'static str> {
        match self {
            Format::Csv => None,
            Format::Xlsx => Some("results.xlsx"),
            Format::Html => Some("report.html"),
        }
    }

    /// The format of that name.
    ///
    /// # Errors
    /// The names that exist, where this is none of them.
    pub fn named(text: &str) -> Result<Format, String> {
        let text = text.trim();
        Format::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
            format!("the formats are {}", listed(&known))
        })
    }
}

/// Names of formats, for the manifest.
pub fn names(formats: &[Format]) -> Vec<String> {
    formats.iter().map(|format| format.name().to_owned()).collect()
}

/// The format of the file that holds every path's inputs and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draws {
    /// Text.
    Csv,
    /// Columns of doubles.
    Parquet,
    /// A workbook, as far as a sheet goes.
    Xlsx,
}

impl Draws {
    const ALL: [Draws; 3] = [Draws::Csv, Draws::Parquet, Draws::Xlsx];

    /// Its name on the command line and in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Draws::Csv => "csv",
            Draws::Parquet => "parquet",
            Draws::Xlsx => "xlsx",
        }
    }

    /// The file.
    pub const fn file(self) -> &'static str {
        match self {
            Draws::Csv => "draws.csv",
            Draws::Parquet => "draws.parquet",
            Draws::Xlsx => "draws.xlsx",
        }
    }

    /// The format of that name.
    ///
    /// # Errors
    /// The names that exist, where this is none of them.
    pub fn named(text: &str) -> Result<Draws, String> {
        Draws::ALL
            .into_iter()
            .find(|draws| draws.name() == text)
            .ok_or_else(|| "the formats are csv, parquet and xlsx".to_owned())
    }
}

/// How CSV files separate cells and write decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CsvDialect {
    /// Commas and decimal points.
    #[default]
    Standard,
    /// Semicolons and decimal commas.
    ExcelEu,
}

/// How CSV files are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Separators and decimals.
    pub dialect: CsvDialect,
    /// Whether a byte order mark comes first.
    pub bom: bool,
}

impl CsvOptions {
    /// The writer's form.
    pub fn dialect(self) -> Dialect {
        let dialect = match self.dialect {
            CsvDialect::Standard => Dialect::STANDARD,
            CsvDialect::ExcelEu => Dialect::EXCEL_EU,
        };
        if self.bom { dialect.with_bom() } else { dialect }
    }
}
