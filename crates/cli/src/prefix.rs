//! Verifies a result by its first paths: compares their draws and yearly series bit for bit, and means within their standard errors.

use std::io;

use capstake::job::comparison;
use capstake::job::error::{Exit, Failure};
use capstake::job::reason::reason;
use capstake::job::regular_file;
use capstake::job::saved::SavedRun;
use capstake::job::words::{cut, cut_to, thousands};
use capstake::report::tables::{self, SamplePathRow, SummaryRow};
use capstake::run::{self, ChunkDraws, Finished, Observer, Progress, SAMPLE_PATHS, State, Task};
use capstake::sink;
use capstake::study::valuation::valuation;

use super::file_check::FileCheck;
use super::prefix_rows::Rows;
use super::progress::ProgressDisplay;
use super::resume_options::Continuation;
use super::{output, signal};

/// Standard errors between a mean of the first paths and of all paths that chance exceeds once in 10⁹ means.
const WORST_Z: f64 = 6.0;

// The files that can be compared with the first paths of a run.
const SAMPLES: &str = "sample_paths.csv";
const SUMMARY: &str = "summary.csv";

/// Simulates the first paths again and compares what they decide.
///
/// # Errors
/// Somebody stops it, the tables of the folder cannot be read, or none of them can be compared.
pub fn compare(saved: &SavedRun, paths: u64, how: &Continuation) -> Result<Vec<FileCheck>, Failure> {
    let (rows, summary) = (Rows::of(saved)?, has(saved, SUMMARY));
    let sample_paths = paths >= SAMPLE_PATHS && has(saved, SAMPLES);
    if rows.is_none() && !summary && !sample_paths {
        return Err(nothing_to_compare(saved));
    }
    if !how.show.quiet {
        let name = &saved.scenario.model.name;
        output::status_line(&format!("{name}: the first {} paths again\n", thousands(paths)));
    }
    let (finished, row_checks) = simulate(saved, rows, paths, how)?;
    let result = finished.into_result(&saved.plan);
    let tables = tables::tables(&valuation(&saved.plan, &result));
    let mut checks = row_checks;
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

/// Simulates the first paths and compares the rows of files with every path as they arrive.
fn simulate(
    saved: &SavedRun,
    rows: Option<Rows>,
    paths: u64,
    how: &Continuation,
) -> Result<(Finished, Vec<FileCheck>), Failure> {
    let display = ProgressDisplay::new(how.show.progress(), paths, 0);
    let observer = PrefixObserver { saved, display: &display, rows };
    let (start, task) = (State::new(&saved.plan), Task::whole(paths));
    let finished = run::resume(&saved.plan, start, &task, how.threads, &observer);
    display.close();
    if !finished.complete() {
        return Err(Failure::told(Exit::Interrupted, "stopped before everything was compared"));
    }
    Ok((finished, observer.rows.map_or(Vec::new(), Rows::checks)))
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

struct PrefixObserver<'a> {
    saved: &'a SavedRun,
    display: &'a ProgressDisplay,
    rows: Option<Rows>,
}

impl Observer for PrefixObserver<'_> {
    fn progress(&self, progress: &Progress) {
        self.display.show(progress);
    }

    fn stops(&self) -> bool {
        signal::stopped()
    }

    fn wants_draws(&self) -> bool {
        self.rows.is_some()
    }

    fn wants_years(&self) -> bool {
        self.rows.as_ref().is_some_and(Rows::has_years)
    }

    fn encode(&self, draws: &ChunkDraws<'_>) -> Vec<u8> {
        self.rows.as_ref().map_or(Vec::new(), |rows| rows.encode(&self.saved.plan, draws))
    }

    fn write(&self, bytes: Vec<u8>) {
        if let Some(rows) = &self.rows {
            rows.compare(&bytes);
        }
    }
}
