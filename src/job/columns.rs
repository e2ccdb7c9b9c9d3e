//! Columns of numbers from the CSV files that `empirical` inputs name, and the digests of those files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::csv_column;
use super::file::{self, ReadError};
use crate::config::{Config, Dialect, ScenarioBytes, resolved};
use crate::model::{ColumnError, EmpiricalColumns};

/// The largest CSV file that is read, bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// The CSV files of a scenario, each read once.
#[derive(Debug, Default)]
pub struct Columns {
    files: BTreeMap<String, Result<Vec<u8>, ColumnError>>,
}

impl Columns {
    /// Reads every file that the scenario names from the path that `place` gives for it, unless it is among those that came along.
    pub fn read(config: &Config, carried: &[ScenarioBytes], place: impl Fn(&str) -> PathBuf) -> Columns {
        let mut names = Vec::new();
        collect(&resolved::to_json(config), &mut names);
        names.sort();
        names.dedup();
        let bytes_of = |csv: &str| match carried.iter().find(|file| file.name == csv) {
            Some(file) => Ok(file.bytes.clone()),
            None => read_file(csv, &place(csv)),
        };
        let files = names.into_iter().map(|csv| (csv.clone(), bytes_of(&csv))).collect();
        Columns { files }
    }

    /// The files that can be read, by their names as written.
    pub fn into_files(self) -> Vec<ScenarioBytes> {
        let readable = self.files.into_iter();
        readable.filter_map(|(name, file)| Some(ScenarioBytes { name, bytes: file.ok()? })).collect()
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
    file::read_regular(path, MAX_BYTES).map_err(|error| match error {
        ReadError::TooLarge(bytes) => ColumnError::TooLarge { csv: csv.to_owned(), bytes, most: MAX_BYTES },
        other => {
            let remedy = match &other {
                ReadError::Missing | ReadError::Folder => {
                    "the path is relative to the folder of the scenario"
                }
                ReadError::Forbidden => "you may not read it; ask its owner",
                ReadError::Special => "save what it gives to a file, and name that: a run reads it again",
                ReadError::Changed => "wait until it is complete, or copy it",
                ReadError::TooLarge(_) | ReadError::Other(_) => "look at the path and the disk",
            };
            ColumnError::Unreadable { csv: csv.to_owned(), reason: other.to_string(), remedy }
        }
    })
}

impl EmpiricalColumns for Columns {
    fn column(&self, csv: &str, column: &str, dialect: Dialect) -> Result<Vec<f64>, ColumnError> {
        match self.files.get(csv) {
            Some(Ok(bytes)) => csv_column::parse(csv, bytes, column, dialect),
            Some(Err(error)) => Err(error.clone()),
            None => Err(ColumnError::Unreadable {
                csv: csv.to_owned(),
                reason: "the scenario does not name it".to_owned(),
                remedy: "name it as `csv` of an empirical number",
            }),
        }
    }

    fn bytes(&self) -> u64 {
        self.files.values().flatten().map(|bytes| bytes.len() as u64).sum()
    }
}
