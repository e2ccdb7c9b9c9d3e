//! Columns of numbers from the CSV files that `empirical` inputs name, and the digests of those files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::config::{Config, resolved};
use crate::model::{ColumnError, EmpiricalColumns};

/// The largest CSV file that is read, bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// The CSV files of a scenario, each read once.
#[derive(Debug, Default)]
pub struct Columns {
    files: BTreeMap<String, Result<Vec<u8>, ColumnError>>,
}

impl Columns {
    /// Reads every file that the scenario names, relative to the scenario's folder.
    pub fn read(config: &Config, folder: &Path) -> Columns {
        Columns::read_from(config, |csv| folder.join(csv))
    }

    /// Reads every file that the scenario names, from the path that `place` gives for it.
    pub fn read_from(config: &Config, place: impl Fn(&str) -> PathBuf) -> Columns {
        let mut names = Vec::new();
        collect(&resolved::to_json(config), &mut names);
        names.sort();
        names.dedup();
        let files = names.into_iter().map(|csv| (csv.clone(), read_file(&csv, &place(&csv)))).collect();
        Columns { files }
    }

    /// The name as written and the blake3 digest of every readable file, sorted by name.
    pub fn digests(&self) -> Vec<(String, String)> {
        self.files
            .iter()
            .filter_map(|(csv, file)| {
                Some((csv.clone(), blake3::hash(file.as_ref().ok()?).to_hex().to_string()))
            })
            .collect()
    }
}

/// Collects the `csv` of every empirical number inside `value`.
fn collect(value: &serde_json::Value, names: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(table) => {
            if let (Some("empirical"), Some(csv)) = (
                table.get("dist").and_then(|dist| dist.as_str()),
                table.get("csv").and_then(|csv| csv.as_str()),
            ) {
                names.push(csv.to_owned());
            }
            table.values().for_each(|inner| collect(inner, names));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| collect(inner, names)),
        _ => {}
    }
}

fn read_file(csv: &str, path: &Path) -> Result<Vec<u8>, ColumnError> {
    let unreadable = |reason: String| ColumnError::Unreadable { csv: csv.to_owned(), reason };
    let file = File::open(path).map_err(|error| unreadable(super::reason::reason(&error)))?;
    let about = file.metadata().map_err(|error| unreadable(super::reason::reason(&error)))?;
    if about.is_dir() {
        return Err(unreadable("it is a folder".to_owned()));
    }
    if about.len() > MAX_BYTES {
        return Err(ColumnError::TooLarge { csv: csv.to_owned(), bytes: about.len(), most: MAX_BYTES });
    }
    let mut bytes = Vec::with_capacity(about.len() as usize);
    // One byte more than allowed shows whether a pipe has more to give.
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(super::reason::reason(&error)))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ColumnError::TooLarge {
            csv: csv.to_owned(),
            bytes: bytes.len() as u64,
            most: MAX_BYTES,
        });
    }
    Ok(bytes)
}

impl EmpiricalColumns for Columns {
    fn column(&self, csv: &str, column: &str) -> Result<Vec<f64>, ColumnError> {
        match self.files.get(csv) {
            Some(Ok(bytes)) => parse(csv, bytes, column),
            Some(Err(error)) => Err(error.clone()),
            None => Err(ColumnError::Unreadable {
                csv: csv.to_owned(),
                reason: "the scenario does not name it".to_owned(),
            }),
        }
    }
}

/// The line number of a row. The reader reports the end of the previous row, so blank lines must be added.
fn line_of(bytes: &[u8], at: &csv::Position) -> u64 {
    let after = bytes.get(at.byte() as usize..).unwrap_or_default();
    let blank = after.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    at.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// Parses one column of a CSV file, in file order; `csv` names the file in errors.
pub fn parse(csv: &str, bytes: &[u8], column: &str) -> Result<Vec<f64>, ColumnError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let unreadable = |error: &csv::Error| {
        let reason = match error.kind() {
            csv::ErrorKind::UnequalLengths { pos: Some(at), expected_len, len } => {
                format!("line {} has {len} cells, the header {expected_len}", at.line())
            }
            csv::ErrorKind::Utf8 { pos: Some(at), .. } => format!("line {} is not UTF-8", at.line()),
            csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
            _ => error.to_string(),
        };
        ColumnError::Unreadable { csv: csv.to_owned(), reason }
    };
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let header = reader.headers().map_err(|error| unreadable(&error))?;
    let Some(index) = header.iter().position(|name| name.trim() == column) else {
        let columns = header.iter().map(|name| name.trim().to_owned()).collect();
        return Err(ColumnError::NoColumn { csv: csv.to_owned(), column: column.to_owned(), columns });
    };
    let header_cells = header.len();
    let mut numbers = Vec::new();
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(|error| unreadable(&error))? {
        // In a table of one column a blank line is an empty cell, which the reader skips.
        let blank = row.position().filter(|at| header_cells == 1 && line_of(bytes, at) > at.line());
        if let Some(at) = blank {
            let (csv, column) = (csv.to_owned(), column.to_owned());
            return Err(ColumnError::Cell { csv, column, line: at.line(), text: String::new() });
        }
        let text = row.get(index).unwrap_or("").trim();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => numbers.push(number),
            _ => {
                return Err(ColumnError::Cell {
                    csv: csv.to_owned(),
                    column: column.to_owned(),
                    line: row.position().map_or(0, |at| line_of(bytes, at)),
                    text: text.to_owned(),
                });
            }
        }
    }
    if numbers.is_empty() {
        return Err(ColumnError::NoRows { csv: csv.to_owned() });
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_by_name_and_faults_have_their_line() {
        let table = b"\xef\xbb\xbfdate, growth\n2026,0.5\n2027, -1e-3\n";
        assert_eq!(parse("a.csv", table, "growth"), Ok(vec![0.5, -1e-3]));
        assert!(matches!(
            parse("a.csv", table, "x"),
            Err(ColumnError::NoColumn { columns, .. }) if columns == ["date", "growth"]
        ));
        for bad in ["", "n/a", "nan", "inf", "1,2"] {
            let table = format!("x,y\n1,2\n\n\"{bad}\",3\n");
            let error = parse("a.csv", table.as_bytes(), "x").unwrap_err();
            assert!(matches!(&error, ColumnError::Cell { line: 4, text, .. } if text == bad), "{error:?}");
        }
        let hole = parse("a.csv", b"x\n1\n\n5\n", "x").unwrap_err();
        assert!(matches!(&hole, ColumnError::Cell { line: 3, text, .. } if text.is_empty()), "{hole:?}");
        assert!(matches!(parse("a.csv", b"x\n", "x"), Err(ColumnError::NoRows { .. })));
        assert!(matches!(parse("a.csv", b"", "x"), Err(ColumnError::NoColumn { .. })));
        let uneven = parse("a.csv", b"x,y\n1,2\n3\n", "x").unwrap_err();
        assert!(uneven.to_string().contains("line 3 has 1 cells"), "{uneven}");
        let foreign = parse("a.csv", b"x\n1\n\xff\n", "x").unwrap_err();
        assert!(foreign.to_string().contains("line 3 is not UTF-8"), "{foreign}");
    }
}
