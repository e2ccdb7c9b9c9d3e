//! The files of a run with rows for every path, compared row by row with what its first paths give again.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Mutex, PoisonError};

use capstake::job::comparison;
use capstake::job::error::{Exit, Failure};
use capstake::job::formats::Draws;
use capstake::job::reason::reason;
use capstake::job::regular_file;
use capstake::job::saved::SavedRun;
use capstake::job::series;
use capstake::job::words::thousands;
use capstake::kernel::plan::Plan;
use capstake::run::{CHUNK_PATHS, ChunkDraws};
use capstake::sink::csv::Dialect;
use capstake::sink::draws_csv;
use capstake::sink::path_series::{self, SeriesColumn};
use capstake_output::draws::{self, DrawsFile};
use capstake_output::draws_stored::StoredDraws;

use super::file_check::FileCheck;

/// The files of draws and of yearly series in a folder.
pub struct Rows {
    format: Draws,
    dialect: Dialect,
    series: Vec<SeriesColumn>,
    draws: Mutex<Stored>,
    paths: Option<Mutex<Stored>>,
}

/// A file that is read along.
struct Stored {
    name: &'static str,
    kind: Kind,
    /// Rows seen so far.
    row: u64,
    difference: Option<String>,
}

enum Kind {
    Text(BufReader<File>),
    Columns(StoredDraws),
}

fn unreadable(error: io::Error) -> Failure {
    Failure::told(Exit::Unreadable, format!("the results cannot be read: {}", reason(&error)))
}

impl Rows {
    /// Opens the files; `None` where the run has none that this build can compare.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn of(saved: &SavedRun) -> Result<Option<Rows>, Failure> {
        let listed = |name: &str| saved.manifest.files.iter().any(|file| file.name == name);
        let format = saved.manifest.outputs.draws.as_deref().and_then(|name| Draws::named(name).ok());
        let comparable = |format: &Draws| {
            *format != Draws::Xlsx && draws::BUILT_IN.contains(format) && listed(format.file())
        };
        let Some(format) = format.filter(comparable) else { return Ok(None) };
        let (plan, dialect) = (&saved.plan, saved.dialect());
        let of_chunk = CHUNK_PATHS as usize * plan.deals().len();
        let mut rows = Rows {
            format,
            dialect,
            series: Vec::new(),
            draws: Mutex::new(Stored::open(saved, format, format.file(), of_chunk)?),
            paths: None,
        };
        if format == Draws::Csv {
            rows.draws
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .compare_text(&draws_csv::header(dialect, plan));
        }
        if let Some(name) = format.paths_file().filter(|name| listed(name)) {
            rows.series = series::named(plan, &saved.manifest.outputs.series)?;
            let mut stored = Stored::open(saved, format, name, of_chunk * path_series::years(plan).len())?;
            if format == Draws::Csv {
                stored.compare_text(&path_series::csv_header(dialect, &rows.series));
            }
            rows.paths = Some(Mutex::new(stored));
        }
        Ok(Some(rows))
    }

    /// Whether yearly series are compared.
    pub fn has_years(&self) -> bool {
        self.paths.is_some()
    }

    /// The rows of a chunk as the files have them.
    pub fn encode(&self, plan: &Plan, chunk: &ChunkDraws<'_>) -> Vec<u8> {
        let draws = DrawsFile::encode(self.format, self.dialect, plan, chunk);
        let mut bytes = (draws.len() as u64).to_le_bytes().to_vec();
        bytes.extend(draws);
        if self.has_years() {
            bytes.extend(DrawsFile::encode_paths(self.format, self.dialect, plan, &self.series, chunk));
        }
        bytes
    }

    /// Compares the rows of the next chunk.
    pub fn compare(&self, bytes: &[u8]) {
        let Some((length, bytes)) = bytes.split_first_chunk() else { return };
        let (draws, years) = bytes.split_at(u64::from_le_bytes(*length) as usize);
        self.draws.lock().unwrap_or_else(PoisonError::into_inner).compare(draws);
        if let Some(paths) = &self.paths {
            paths.lock().unwrap_or_else(PoisonError::into_inner).compare(years);
        }
    }

    /// What was found.
    pub fn checks(self) -> Vec<FileCheck> {
        let check = |stored: Mutex<Stored>| {
            let stored = stored.into_inner().unwrap_or_else(PoisonError::into_inner);
            FileCheck {
                name: stored.name.to_owned(),
                what: "the rows of these paths",
                difference: stored.difference,
            }
        };
        std::iter::once(self.draws).chain(self.paths).map(check).collect()
    }
}

impl Stored {
    fn open(saved: &SavedRun, format: Draws, name: &'static str, rows: usize) -> Result<Stored, Failure> {
        let file = regular_file::open(&saved.folder.join(name)).map_err(unreadable)?;
        let kind = match format {
            Draws::Csv => Kind::Text(BufReader::new(file)),
            _ => Kind::Columns(StoredDraws::open(format, file, rows).map_err(unreadable)?),
        };
        Ok(Stored { name, kind, row: 0, difference: None })
    }

    fn compare(&mut self, expected: &[u8]) {
        match self.kind {
            Kind::Text(_) => self.compare_text(expected),
            Kind::Columns(_) => self.compare_columns(expected),
        }
    }

    /// Compares the next lines.
    fn compare_text(&mut self, expected: &[u8]) {
        let Kind::Text(file) = &mut self.kind else { return };
        let mut line = Vec::new();
        for wanted in expected.split_inclusive(|byte| *byte == b'\n') {
            if self.difference.is_some() {
                return;
            }
            line.clear();
            // A line that is longer than the row differs from it, wherever it ends.
            let most = wanted.len() as u64 + 1;
            match file.by_ref().take(most).read_until(b'\n', &mut line) {
                Err(error) => self.difference = Some(reason(&error)),
                Ok(0) => self.difference = Some(format!("it ends after {} rows", thousands(self.row))),
                Ok(_) if line == wanted => {}
                Ok(_) => {
                    let difference = comparison::first_difference("row", &line, wanted);
                    let difference = difference.unwrap_or_default();
                    self.difference = Some(format!("row {}: {difference}", thousands(self.row)));
                }
            }
            self.row += 1;
        }
    }

    /// Compares the columns of the next chunk.
    fn compare_columns(&mut self, expected: &[u8]) {
        let Kind::Columns(file) = &mut self.kind else { return };
        if self.difference.is_some() {
            return;
        }
        let words = |bytes: &[u8]| -> Vec<u64> {
            bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect()
        };
        let wanted = words(expected);
        let [first_path, rows, wanted @ ..] = wanted.as_slice() else { return };
        let found = match file.next_rows(*first_path, *rows as usize) {
            Ok(found) => words(&found),
            Err(error) => {
                self.difference = Some(format!("row {}: {}", thousands(self.row + 1), reason(&error)));
                return;
            }
        };
        let found = found.get(2..).unwrap_or_default();
        let (here, there) = (f64::from_bits, f64::from_bits);
        // What has no value has none in either.
        let same = |(a, b): (&u64, &u64)| a == b || (here(*a).is_nan() && there(*b).is_nan());
        if found.len() != wanted.len() {
            self.difference = Some("it has other columns than a new run".to_owned());
        } else if let Some(at) = found.iter().zip(wanted).position(|pair| !same(pair)) {
            let row = self.row + at as u64 % rows + 1;
            let (found, wanted) = (here(found[at]), there(wanted[at]));
            self.difference = Some(format!("row {}: {found}; a new run gives {wanted}", thousands(row)));
        }
        self.row += rows;
    }
}
