//! Formats of the result files: which are asked for, and the workbook of a results folder, after a run or read back.

use super::folder::{Encoded, Folder};
use super::{output, words};
use crate::cli::exit::Failure;
use crate::report::answer::Answer;
use crate::report::page::{self, Page};
use crate::report::results::{Facts, Results};
use crate::report::row::Row;
use crate::report::tables::Tables;
use crate::report::workbook;
use crate::report::workbook::sheet::{TooLarge, Workbook};
use crate::sink;
use crate::sink::csv::Dialect;
use std::io;

/// A format of the result files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One CSV file a table.
    Csv,
    /// A workbook, `results.xlsx`.
    Xlsx,
    /// A page, `report.html`.
    Html,
}

impl Format {
    /// All that are built in.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Xlsx, Format::Html];

    /// As `--formats` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Html => "html",
        }
    }

    /// The one file that is made of the results as a whole.
    pub const fn file(self) -> Option<&'static str> {
        match self {
            Format::Csv => None,
            Format::Xlsx => Some("results.xlsx"),
            Format::Html => Some("report.html"),
        }
    }
}

/// How CSV files are spelled.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum CsvDialect {
    /// Comma between fields, decimal point
    #[default]
    Standard,
    /// Semicolon, decimal comma, byte order mark: opens by a double click where Excel is set up for most of Europe
    ExcelEu,
}

/// Options of all CSV files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct CsvOptions {
    /// How CSV files are spelled
    #[arg(long, value_name = "DIALECT", value_enum, default_value_t)]
    pub csv_dialect: CsvDialect,
    /// Begin CSV files with a byte order mark, by which Excel knows UTF-8
    #[arg(long)]
    pub csv_bom: bool,
}

impl CsvOptions {
    /// The dialect.
    pub fn dialect(self) -> Dialect {
        let dialect = match self.csv_dialect {
            CsvDialect::Standard => Dialect::STANDARD,
            CsvDialect::ExcelEu => Dialect::EXCEL_EU,
        };
        if self.csv_bom { dialect.with_bom() } else { dialect }
    }
}

/// Reads a format of `--formats`.
pub fn format_argument(text: &str) -> Result<Format, String> {
    let text = text.trim();
    Format::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
        let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        format!("the formats are {}", words::listed(&known))
    })
}

/// Reads a format of `report --formats`: the tables are what it reads, and are not made.
pub fn made_argument(text: &str) -> Result<Format, String> {
    let made: Vec<&str> =
        Format::ALL.iter().filter(|format| format.file().is_some()).map(|f| f.name()).collect();
    match format_argument(text) {
        Ok(format) if format.file().is_some() => Ok(format),
        _ => Err(format!("what can be made is {}", words::listed(&made))),
    }
}

/// What workbook and page are made of.
#[derive(Clone, Copy)]
pub enum Made<'a> {
    /// A run.
    Run(&'a Results),
    /// A study, with what was asked.
    Study(&'a Facts, &'a Answer),
}

impl Made<'_> {
    fn workbook(self) -> Result<Workbook, TooLarge> {
        match self {
            Made::Run(results) => workbook::workbook(results),
            Made::Study(facts, answer) => workbook::study::workbook(facts, answer),
        }
    }

    /// Its page.
    pub fn page(self) -> Page {
        match self {
            Made::Run(results) => page::page(results),
            Made::Study(facts, answer) => page::study::page(facts, answer),
        }
    }
}

/// Writes the files that are made of the results as a whole, as far as they are among the formats. What does not fit its
/// format is left out, and stderr says so with counts.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(folder: &mut Folder, made: Made<'_>, formats: &[Format]) -> Result<(), Failure> {
    for format in formats {
        match format {
            Format::Csv => {}
            // The writer of workbooks reads the clock and takes none before 1970.
            Format::Xlsx if std::time::SystemTime::now() < std::time::SystemTime::UNIX_EPOCH => output::told(
                "warning: results.xlsx is not written: the clock of this machine is before 1970; set it, then `capstake report`\n",
            ),
            Format::Xlsx => match made.workbook() {
                Ok(book) => put(folder, *format, |out| sink::xlsx::write(&book, out))?,
                Err(large) => output::told(&format!(
                    "warning: results.xlsx is not written: {large}; the tables in CSV have everything\n"
                )),
            },
            Format::Html => put(folder, *format, |out| sink::html::write(&made.page(), out))?,
        }
    }
    Ok(())
}

/// Names of formats for the manifest.
pub fn names(formats: &[Format]) -> Vec<String> {
    formats.iter().map(|format| format.name().to_owned()).collect()
}

fn put(
    folder: &mut Folder,
    format: Format,
    write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let Some(name) = format.file() else { return Ok(()) };
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| folder.failed(name, &error))?;
    folder.put(name, &bytes)
}

/// The tables but that of the sample paths as CSV.
pub fn encode_tables(tables: &Tables, dialect: Dialect) -> Vec<Encoded> {
    vec![
        encode(&tables.summary, dialect),
        encode(&tables.quantiles, dialect),
        encode(&tables.annual, dialect),
        encode(&tables.histogram, dialect),
        encode(&tables.inputs, dialect),
        encode(&tables.correlations, dialect),
        encode(&tables.events, dialect),
    ]
}

/// A table as CSV.
pub fn encode<R: Row>(rows: &[R], dialect: Dialect) -> Encoded {
    let mut bytes = Vec::new();
    let written = sink::csv::write_as(dialect, rows, &mut bytes);
    Encoded::table::<R>(written.map(|()| bytes))
}

/// The same of a table whose rows come one by one.
pub fn encode_each<R: Row>(
    rows: impl FnOnce(&mut dyn FnMut(&R) -> io::Result<()>) -> io::Result<()>,
    dialect: Dialect,
) -> Encoded {
    let mut bytes = Vec::new();
    let written = sink::csv::write_each(dialect, rows, &mut bytes);
    Encoded::table::<R>(written.map(|()| bytes))
}
