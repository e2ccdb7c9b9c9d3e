//! Access to the CSV columns that `empirical` inputs name, and the problems they can have.

use crate::config::spelling::{listed, nearest, shortened};
use crate::config::{Code, Dialect, Located, Number, Place, Problem};

/// Reads the CSV columns that `empirical` inputs name. The caller implements it, because this room opens no
/// files.
pub trait EmpiricalColumns {
    /// The numbers of `column` in the file `csv` (path as written in the scenario), in the order of the file.
    fn column(&self, csv: &str, column: &str, dialect: Dialect) -> Result<Vec<f64>, ColumnError>;

    /// Bytes of all files, which are in memory while the scenario is validated.
    fn bytes(&self) -> u64;
}

/// A place in a text file, for people: line and column in characters, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPlace {
    /// The line; that of the header is 1.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl std::fmt::Display for TextPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a column cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// The file cannot be opened or read.
    #[error("`{csv}` cannot be read: {reason}")]
    Unreadable {
        /// The file as written in the scenario.
        csv: String,
        /// The message of the operating system or the reader.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The file is larger than allowed.
    #[error("`{csv}` has {bytes} bytes; at most {most} are read")]
    TooLarge {
        /// The file as written in the scenario.
        csv: String,
        /// Size of the file, bytes.
        bytes: u64,
        /// Largest allowed size, bytes.
        most: u64,
    },
    /// The file is no table of the dialect: another encoding, other separators, a quote without its end.
    #[error("`{csv}` {place}: {what}")]
    Layout {
        /// The file as written in the scenario.
        csv: String,
        /// Where.
        place: TextPlace,
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// The header has no such column.
    #[error("`{csv}` has no column `{column}`")]
    NoColumn {
        /// The file as written in the scenario.
        csv: String,
        /// The column asked for.
        column: String,
        /// The columns of the file.
        columns: Vec<String>,
    },
    /// The header has the column more than once.
    #[error("`{csv}` {}: {} columns are named `{column}`", places[0], places.len())]
    SeveralColumns {
        /// The file as written in the scenario.
        csv: String,
        /// The column asked for.
        column: String,
        /// Where each of them is named.
        places: Vec<TextPlace>,
    },
    /// A cell is empty or not a finite number.
    #[error("`{csv}` {place}: the cell of `{column}` is not a finite number")]
    Cell {
        /// The file as written in the scenario.
        csv: String,
        /// The column asked for.
        column: String,
        /// Where the cell begins.
        place: TextPlace,
        /// The text of the cell.
        text: String,
        /// What to do.
        remedy: String,
    },
    /// The file has no rows.
    #[error("`{csv}` has no rows below its header")]
    NoRows {
        /// The file as written in the scenario.
        csv: String,
    },
}

/// For scenarios without `empirical` inputs: every column is unreadable.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoColumns;

impl EmpiricalColumns for NoColumns {
    fn column(&self, csv: &str, _: &str, _: Dialect) -> Result<Vec<f64>, ColumnError> {
        let reason = "no files are read here".to_owned();
        Err(ColumnError::Unreadable {
            csv: csv.to_owned(),
            reason,
            remedy: "write the values in the scenario",
        })
    }

    fn bytes(&self) -> u64 {
        0
    }
}

/// The problem that a column cannot be read, placed at the `csv` or `column` key of the number.
pub(super) fn column_problem(
    number: &Number,
    csv: &Located<String>,
    column: &Located<String>,
    error: &ColumnError,
) -> Problem {
    let at = |code: Code, place: Place| Problem::error(code, place, format!("`{}`: {error}", number.key));
    match error {
        ColumnError::Unreadable { remedy, .. } => {
            at(Code::CsvMissing, csv.place).found(csv.value.clone()).help(*remedy)
        }
        ColumnError::TooLarge { bytes, most, .. } => at(Code::CsvTooLarge, csv.place)
            .found(format!("{bytes} bytes"))
            .allowed(format!("at most {most} bytes"))
            .help("take a sample of its rows, or describe it with quantiles"),
        ColumnError::Layout { remedy, .. } => at(Code::CsvLayout, csv.place).help(remedy.clone()),
        ColumnError::NoColumn { columns, .. } => {
            let near = nearest(&column.value, columns.iter().map(String::as_str));
            let names: Vec<String> = columns.iter().map(|name| shortened(name)).collect();
            let problem =
                at(Code::CsvColumn, column.place).found(shortened(&column.value)).allowed(listed(&names));
            match near {
                Some(near) => problem.help(format!("did you mean `{}`?", shortened(near))),
                None => problem.help(format!("its columns are {}", listed(&names))),
            }
        }
        ColumnError::SeveralColumns { places, .. } => {
            let places: Vec<String> = places.iter().map(TextPlace::to_string).collect();
            at(Code::CsvColumn, column.place)
                .found(places.join(" and "))
                .allowed("one column of that name")
                .help("give each column its own name in the header, or take the other out")
        }
        ColumnError::Cell { text, remedy, .. } => at(Code::CsvCell, csv.place)
            .found(if text.is_empty() { "an empty cell".to_owned() } else { shortened(text) })
            .allowed("a finite number in every row")
            .help(remedy.clone()),
        ColumnError::NoRows { .. } => at(Code::CsvCell, csv.place)
            .found("no rows")
            .allowed("at least one number")
            .help("check that the file has more than a header"),
    }
}
