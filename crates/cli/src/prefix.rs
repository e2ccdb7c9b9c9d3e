//! Verifies a result by its first paths: compares their draws bit for bit, and means within their standard errors.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Mutex;

use capstake::job::comparison;
use capstake::job::error::{Exit, Failure};
use capstake::job::reason::reason;
use capstake::job::regular_file;
use capstake::job::saved::SavedRun;
use capstake::job::words::{cut, cut_to, thousands};
use capstake::report::tables::{self, SamplePathRow, SummaryRow};
use capstake::run::{self, ChunkDraws, Finished, Observer, Progress, SAMPLE_PATHS, State, Task};
use capstake::sink;
use capstake::sink::draws_csv;
use capstake::study::valuation::valuation;

use super::file_check::FileCheck;
use super::progress::ProgressDisplay;
use super::resume_options::Continuation;
use super::{output, signal};

/// Standard errors between a mean of the first paths and of all paths that chance exceeds once in 10⁹ means.
const WORST_Z: f64 = 6.0;

// The files that can be compared with the first paths of a run.
const DRAWS: &str = "draws.csv";
const SAMPLES: &str = "sample_paths.csv";
const SUMMARY: &str = "summary.csv";

/// Simulates the first paths again and compares what they decide.
///
/// # Errors
/// Somebody stops it, the tables of the folder cannot be read, or none of them can be compared.
pub fn compare(saved: &SavedRun, paths: u64, how: &Continuation) -> Result<Vec<FileCheck>, Failure> {
    let (draws, summary) = (has(saved, DRAWS), has(saved, SUMMARY));
    let sample_paths = paths >= SAMPLE_PATHS && has(saved, SAMPLES);
    if !draws && !summary && !sample_paths {
        return Err(nothing_to_compare(saved));
    }
    if !how.show.quiet {
        let name = &saved.scenario.model.name;
        output::status_line(&format!("{name}: the first {} paths again\n", thousands(paths)));
    }
    let (finished, draws_check) = simulate(saved, paths, how)?;
    let result = finished.into_result(&saved.plan);
    let tables = tables::tables(&valuation(&saved.plan, &result));
    let mut checks: Vec<FileCheck> = draws_check.into_iter().collect();
    if sample_paths {
        checks.push(check_sample_paths(saved, &tables.sample_paths)?);
    }
    if summary {
        checks.push(check_summary(saved, &tables.summary)?);
    }
    Ok(checks)
}

fn has(saved: &SavedRun, name: &str) -> bool {
    saved.manifest.files.iter().any(|file| file.name == name)
}

fn nothing_to_compare(saved: &SavedRun) -> Failure {
    let message =
        format!("`{}` has no file that its first paths alone could be compared with", saved.folder.display());
    Failure::told(Exit::Usage, message)
        .help("verify all of it: leave out --paths; a part (--shard) is compared by its state")
}

/// Simulates the first paths and compares the rows of `draws.csv` as they arrive.
fn simulate(
    saved: &SavedRun,
    paths: u64,
    how: &Continuation,
) -> Result<(Finished, Option<FileCheck>), Failure> {
    let display = ProgressDisplay::new(how.show.progress(), paths, 0);
    let stored = match has(saved, DRAWS) {
        true => Some(BufReader::new(regular_file::open(&saved.folder.join(DRAWS)).map_err(unreadable)?)),
        false => None,
    };
    let draws = stored.map(|file| Mutex::new(StoredDraws::new(file)));
    let observer = PrefixObserver { saved, display: &display, draws };
    observer.header();
    let (start, task) = (State::new(&saved.plan), Task::whole(paths));
    let finished = run::resume(&saved.plan, start, &task, how.threads, &observer);
    display.close();
    if !finished.complete() {
        return Err(Failure::told(Exit::Interrupted, "stopped before everything was compared"));
    }
    let check = observer.draws.map(|draws| FileCheck {
        name: DRAWS.to_owned(),
        what: "the rows of these paths",
        difference: draws.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).difference,
    });
    Ok((finished, check))
}

fn check_sample_paths(saved: &SavedRun, rows: &[SamplePathRow]) -> Result<FileCheck, Failure> {
    let mut again = Vec::new();
    sink::csv::write_as(saved.dialect(), rows, &mut again).map_err(unreadable)?;
    let here = regular_file::read(&saved.folder.join(SAMPLES), regular_file::MOST).map_err(unreadable)?;
    let difference = comparison::first_difference(SAMPLES, &here, &again);
    Ok(FileCheck { name: SAMPLES.to_owned(), what: "all bytes", difference })
}

fn check_summary(saved: &SavedRun, rows: &[SummaryRow]) -> Result<FileCheck, Failure> {
    let bytes = regular_file::read(&saved.folder.join(SUMMARY), regular_file::MOST).map_err(unreadable)?;
    let difference = match sink::csv::read::<SummaryRow>(saved.dialect(), &bytes) {
        Ok(stored) => improbable(&stored, rows),
        Err(error) => Some(cut_to(&error.to_string(), 200).into_owned()),
    };
    let what = "extremes, and means within 6 standard errors";
    Ok(FileCheck { name: SUMMARY.to_owned(), what, difference })
}

fn unreadable(error: io::Error) -> Failure {
    Failure::told(Exit::Unreadable, format!("the results cannot be read: {}", reason(&error)))
}

/// The first number of the whole result that the first paths contradict.
fn improbable(whole: &[SummaryRow], first: &[SummaryRow]) -> Option<String> {
    if whole.len() != first.len() {
        return Some(format!("{} rows; a new run has {}", whole.len(), first.len()));
    }
    for (all, few) in whole.iter().zip(first) {
        let name = format!("{} {}", cut(&all.deal), cut(&all.metric));
        if (&all.deal, &all.metric) != (&few.deal, &few.metric) {
            return Some(format!("{name}, where a new run has {} {}", few.deal, few.metric));
        }
        // The extremes of all paths include those of the first.
        if few.min < all.min {
            return Some(format!("{name}, min: {}; a path of these has {}", all.min, few.min));
        }
        if few.max > all.max {
            return Some(format!("{name}, max: {}; a path of these has {}", all.max, few.max));
        }
        // The mean of the first n paths differs from that of all N with variance σ²(1/n − 1/N).
        let (n, total) = (few.paths as f64, all.paths as f64);
        let error = few.std_dev * (1.0 / n - 1.0 / total).max(0.0).sqrt();
        let z = (few.mean - all.mean) / error;
        // Means of a constant differ by rounding alone.
        let apart = (few.mean - all.mean).abs() > 1e-9 * all.mean.abs();
        if few.paths > 30 && apart && z.abs() > WORST_Z {
            let (all, few) = (all.mean, few.mean);
            return Some(format!("{name}, mean: {all}; these paths have {few}, {z:.1} standard errors off"));
        }
    }
    None
}

/// The stored draws, read row by row.
struct StoredDraws {
    file: BufReader<File>,
    row: u64,
    difference: Option<String>,
}

impl StoredDraws {
    fn new(file: BufReader<File>) -> StoredDraws {
        StoredDraws { file, row: 0, difference: None }
    }

    /// Compares the next lines.
    fn compare(&mut self, expected: &[u8]) {
        let mut line = Vec::new();
        for wanted in expected.split_inclusive(|byte| *byte == b'\n') {
            if self.difference.is_some() {
                return;
            }
            line.clear();
            // A line that is longer than the row differs from it, wherever it ends.
            let most = wanted.len() as u64 + 1;
            match self.file.by_ref().take(most).read_until(b'\n', &mut line) {
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
}

struct PrefixObserver<'a> {
    saved: &'a SavedRun,
    display: &'a ProgressDisplay,
    draws: Option<Mutex<StoredDraws>>,
}

impl PrefixObserver<'_> {
    fn header(&self) {
        if self.draws.is_some() {
            self.write(draws_csv::header(self.saved.dialect(), &self.saved.plan));
        }
    }
}

impl Observer for PrefixObserver<'_> {
    fn progress(&self, progress: &Progress) {
        self.display.show(progress);
    }

    fn stops(&self) -> bool {
        signal::stopped()
    }

    fn wants_draws(&self) -> bool {
        self.draws.is_some()
    }

    fn encode(&self, draws: &ChunkDraws<'_>) -> Vec<u8> {
        draws_csv::rows(self.saved.dialect(), &self.saved.plan, draws)
    }

    fn write(&self, bytes: Vec<u8>) {
        if let Some(draws) = &self.draws
            && let Ok(mut draws) = draws.lock()
        {
            draws.compare(&bytes);
        }
    }
}
