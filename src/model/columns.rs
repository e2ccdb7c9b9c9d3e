//! Access to the CSV columns that `empirical` inputs name, and the problems they can have.

use crate::config::spelling::nearest;
use crate::config::{Code, Located, Number, Problem};

/// Reads the CSV columns that `empirical` inputs name. The caller implements it, because this room opens no
/// files.
pub trait EmpiricalColumns {
    /// The numbers of `column` in the file `csv` (path as written in the scenario), in the order of the file.
    fn column(&self, csv: &str, column: &str) -> Result<Vec<f64>, ColumnError>;
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
    /// A cell is empty or not a finite number.
    #[error("`{csv}` line {line}: the cell of `{column}` is not a finite number")]
    Cell {
        /// The file as written in the scenario.
        csv: String,
        /// The column asked for.
        column: String,
        /// Line of the file; the header is line 1.
        line: u64,
        /// The text of the cell.
        text: String,
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
    fn column(&self, csv: &str, _: &str) -> Result<Vec<f64>, ColumnError> {
        Err(ColumnError::Unreadable { csv: csv.to_owned(), reason: "no files are read here".to_owned() })
    }
}

/// The problem that a column cannot be read, placed at the `csv` or `column` key of the number.
pub(super) fn column_problem(
    number: &Number,
    csv: &Located<String>,
    column: &Located<String>,
    error: &ColumnError,
) -> Problem {
    let message = format!("`{}`: {error}", number.key);
    match error {
        ColumnError::Unreadable { .. } => Problem::error(Code::CsvMissing, csv.place, message)
            .found(csv.value.clone())
            .help("the path is relative to the folder of the scenario"),
        ColumnError::TooLarge { bytes, most, .. } => Problem::error(Code::CsvTooLarge, csv.place, message)
            .found(format!("{bytes} bytes"))
            .allowed(format!("at most {most} bytes"))
            .help("take a sample of its rows, or describe it with quantiles"),
        ColumnError::NoColumn { columns, .. } => {
            let near = nearest(&column.value, columns.iter().map(String::as_str));
            let problem = Problem::error(Code::CsvColumn, column.place, message)
                .found(column.value.clone())
                .allowed(columns.join(", "));
            match near {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("its columns are {}", columns.join(", "))),
            }
        }
        ColumnError::Cell { text, .. } => Problem::error(Code::CsvCell, csv.place, message)
            .found(if text.is_empty() { "an empty cell".to_owned() } else { text.clone() })
            .allowed("a finite number in every row")
            .help("fill the cell, or take the row out"),
        ColumnError::NoRows { .. } => Problem::error(Code::CsvCell, csv.place, message)
            .found("no rows")
            .allowed("at least one number")
            .help("check that the file has more than a header"),
    }
}
