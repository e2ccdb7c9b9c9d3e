//! What all studies share: results folder, progress, Ctrl-C, tables, page, manifest and exit code.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Folder;
use capstake::job::formats::Format;
use capstake::job::manifest::{ANSWER, CommandPart, Manifest, Status};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario::Scenario;
use capstake::job::words::{counted, size, span, thousands};
use capstake::kernel::plan::Plan;
use capstake::report::answer::{Answer, Table};
use capstake::run::paired::{self, PairedResult};
use capstake::run::{Observer, Options, PairedSums, Progress};
use capstake::sink;
use capstake::sink::csv::Dialect;
use capstake::study::sensitivity::pick_freeze;
use capstake_output::made::Made;
use capstake_output::terminal_answer::{self, Size};

use super::portioned::{self, Portion, RunSums};
use super::progress::ProgressDisplay;
use super::session::{Closing, Session};
use super::show::Show;
use super::{output, signal};

/// A study, ready to be simulated.
pub struct Study<'a> {
    /// The command: `compare`, `sweep`, …
    pub command: &'static str,
    /// The arguments that determine its answer, as typed.
    pub arguments: Vec<String>,
    /// The scenarios; the first names the folder.
    pub scenarios: Vec<&'a Scenario>,
    /// What each run simulates, and where the results go.
    pub request: Request,
    /// What to show.
    pub show: Show,
    /// Estimated wall time, seconds.
    pub seconds: f64,
    /// Estimated size of the tables, bytes.
    pub bytes: f64,
}

/// The default results folder of a study.
pub fn folder_of(scenario: &Scenario, command: &str) -> PathBuf {
    Path::new("output").join(format!("{}-{command}", scenario.model.name))
}

/// The outcome of a study.
pub struct StudyOutcome {
    /// The answer; `None` if nothing was simulated.
    pub answer: Option<Answer>,
    /// Simulated paths per run.
    pub paths: u64,
    /// Whether a signal stopped it.
    pub interrupted: bool,
    /// A failure to report after the answer, such as a search without a root.
    pub failure: Option<Failure>,
}

impl StudyOutcome {
    /// The outcome of a study that was stopped before it had an answer.
    pub fn interrupted() -> StudyOutcome {
        StudyOutcome { answer: None, paths: 0, interrupted: true, failure: None }
    }
}

/// Why a study has no answer.
pub enum StudyError {
    /// Any failure.
    Failure(Failure),
    /// A path was not finite.
    NonFinite(NonFinitePaths),
}

impl From<Failure> for StudyError {
    fn from(failure: Failure) -> StudyError {
        StudyError::Failure(failure)
    }
}

/// Gives a study the options and observers of its runs.
pub struct StudyContext<'a> {
    request: &'a Request,
    show: &'a Show,
    /// Estimated wall time of all runs, seconds.
    seconds: f64,
    portion: Portion,
    /// Runs whose sums were taken from what is known.
    taken: Cell<usize>,
}

/// A study that takes less than this names none of its runs, seconds: the lines would push its answer off the screen.
const BRIEF: f64 = 2.0;

impl StudyContext<'_> {
    /// Options of each run.
    pub fn options(&self) -> Options {
        Options { paths: self.request.paths, threads: self.request.threads }
    }

    /// Simulates several plans on the same draws; `None` where a part of the run was simulated and its sums are kept.
    ///
    /// # Errors
    /// The sums that are known are of another study.
    pub fn paired(
        &self,
        plans: &[&Plan],
        question: paired::Question<'_>,
        label: &str,
    ) -> Result<Option<PairedResult>, Failure> {
        let options = self.options();
        match &self.portion {
            Portion::Whole => {
                let observer = self.observer(options.paths, label);
                Ok(Some(paired::execute(plans, question, options, &observer)))
            }
            Portion::Part { number, of } => {
                let observer = self.observer(options.paths, label);
                let sums = PairedSums::simulate(plans, question, options, (*number, *of), &observer);
                sums.into_iter().for_each(|sums| portioned::collect(RunSums::Paired(sums)));
                Ok(None)
            }
            Portion::Known(_) => match self.known()? {
                RunSums::Paired(sums) => {
                    sums.into_result(options.paths).map(Some).ok_or_else(portioned::misfit)
                }
                RunSums::Batches(_) => Err(portioned::misfit()),
            },
        }
    }

    /// Evaluates a function with redrawn variables by `study`, which is told which batches to evaluate.
    ///
    /// # Errors
    /// The sums that are known are of another study.
    pub fn redrawn<T>(&self, study: impl FnOnce(pick_freeze::Portion<'_>) -> T) -> Result<T, Failure> {
        match &self.portion {
            Portion::Whole => Ok(study(pick_freeze::Portion::Whole)),
            Portion::Part { number, of } => {
                let batches = Mutex::new(None);
                let out = study(pick_freeze::Portion::Part { number: *number, of: *of, batches: &batches });
                let sums = batches.into_inner().unwrap_or_else(PoisonError::into_inner);
                sums.into_iter().for_each(|sums| portioned::collect(RunSums::Batches(sums)));
                Ok(out)
            }
            Portion::Known(_) => match self.known()? {
                RunSums::Batches(batches) => Ok(study(pick_freeze::Portion::Known(&batches))),
                RunSums::Paired(_) => Err(portioned::misfit()),
            },
        }
    }

    /// The sums of the next run.
    fn known(&self) -> Result<RunSums, Failure> {
        let Portion::Known(known) = &self.portion else { return Err(portioned::misfit()) };
        let at = self.taken.replace(self.taken.get() + 1);
        known.runs.get(at).cloned().ok_or_else(portioned::misfit)
    }

    /// Creates the observer of one run of `paths`; `label` names the run if there are several.
    pub fn observer(&self, paths: u64, label: &str) -> StudyObserver {
        if !label.is_empty() && !self.show.quiet && self.seconds >= BRIEF {
            output::status_line(&format!("{label}\n"));
        }
        StudyObserver { display: ProgressDisplay::new(self.show.progress(), paths, 0) }
    }
}

/// Shows the progress of one run and stops it on signals; removes the bar when dropped.
pub struct StudyObserver {
    display: ProgressDisplay,
}

impl Observer for StudyObserver {
    fn progress(&self, progress: &Progress) {
        self.display.show(progress);
    }

    fn stops(&self) -> bool {
        signal::stopped()
    }
}

impl Drop for StudyObserver {
    fn drop(&mut self) {
        self.display.close();
    }
}

impl Study<'_> {
    /// Opens the folder, runs `work`, and writes the answer.
    pub fn conduct(
        &self,
        work: impl FnOnce(&StudyContext<'_>) -> Result<StudyOutcome, StudyError>,
    ) -> Result<Exit, Failure> {
        let (request, show) = (&self.request, &self.show);
        let portion = portioned::portion();
        if let Portion::Part { .. } = portion {
            return self.conduct_part(portion, work);
        }
        if !show.quiet {
            self.scenarios.iter().for_each(|scenario| output::warnings(scenario));
        }
        let command = CommandPart { name: self.command.to_owned(), arguments: self.arguments.clone() };
        let mut session = Session::open(request, show, request.manifest(command, &self.scenarios))?;
        if !show.quiet {
            output::status_line(&self.first_line());
        }
        let began = Instant::now();
        let outcome = work(&self.context(portion));
        let seconds = began.elapsed().as_secs_f64();
        session.record(0, 0, seconds);
        let outcome = match outcome {
            Ok(outcome) => {
                StudyOutcome { answer: outcome.answer.map(Answer::with_headers_of_their_own), ..outcome }
            }
            Err(StudyError::Failure(failure)) => return Err(session.end_failed(failure)),
            Err(StudyError::NonFinite(found)) => {
                return Err(session.end_non_finite(&found, self.scenarios[found.scenario]).1);
            }
        };
        session.record(outcome.paths, outcome.paths, seconds);
        let answer = outcome.answer.as_ref();
        if let Some(Err(failure)) = answer.map(|answer| write(&mut session, answer)) {
            return Err(session.end_unwritten(failure, "then ask again with the same command"));
        }
        let status = if outcome.interrupted { Status::Partial } else { Status::Complete };
        session.finish(status, |manifest| Closing {
            results: answer.map_or(String::new(), |answer| printed(show, request, manifest, answer)),
            partial: "stopped before its end".to_owned(),
            next: String::new(),
        })?;
        match outcome.failure {
            Some(failure) => Err(failure),
            None if outcome.interrupted => Ok(Exit::Interrupted),
            None => Ok(Exit::Done),
        }
    }

    fn context(&self, portion: Portion) -> StudyContext<'_> {
        let (request, show) = (&self.request, &self.show);
        StudyContext { request, show, seconds: self.seconds, portion, taken: Cell::new(0) }
    }

    /// Simulates a part of each run and writes nothing.
    fn conduct_part(
        &self,
        portion: Portion,
        work: impl FnOnce(&StudyContext<'_>) -> Result<StudyOutcome, StudyError>,
    ) -> Result<Exit, Failure> {
        let command = CommandPart { name: self.command.to_owned(), arguments: self.arguments.clone() };
        let manifest = self.request.manifest(command, &self.scenarios);
        portioned::begin(portioned::identity(&manifest, &self.arguments));
        match work(&self.context(portion)) {
            Err(StudyError::Failure(failure)) => Err(failure),
            _ if signal::stopped() => Ok(Exit::Interrupted),
            _ => Ok(Exit::Done),
        }
    }

    /// Estimated size of all files, bytes: the answer is about as long as the tables, the workbook half as long, the page as long
    /// plus its style.
    fn files_bytes(&self) -> f64 {
        let of = |format: &Format| match format {
            Format::Csv => self.bytes,
            Format::Xlsx => 15e3 + 0.5 * self.bytes,
            Format::Html => 60e3 + self.bytes,
        };
        // The manifest contains the resolved scenario.
        30e3 + self.bytes + self.request.formats.iter().map(of).sum::<f64>()
    }

    fn first_line(&self) -> String {
        format!(
            "{} {}: {} paths, {} ({}), about {} and {}\n",
            self.command,
            self.scenarios[0].model.name,
            thousands(self.request.paths),
            counted(self.request.threads, "thread"),
            self.request.isa.name(),
            span(self.seconds),
            size(self.files_bytes())
        )
    }
}

/// The text for stdout: the answer as a page, or one JSON object.
fn printed(show: &Show, request: &Request, manifest: &Manifest, answer: &Answer) -> String {
    if show.json {
        let facts = sink::json::RunFacts {
            precision: None,
            failed: None,
            status: manifest.status.word(),
            out: &request.out.display().to_string(),
            paths: manifest.run.paths_done,
            seconds: manifest.run.wall_seconds,
        };
        return format!("{}\n", sink::json::answer(&facts, answer));
    }
    if show.quiet {
        return String::new();
    }
    let names = &manifest.facts().names;
    terminal_answer::answer(answer, names, screen(), output::styled_results())
}

/// Lines that a study prints around its answer: what it is about to do, what it replaces, and what it wrote.
const AROUND: usize = 3;
/// Lines of a terminal whose height is not known.
const LINES: usize = 24;

/// The space for an answer on one screen: the lines of the variable `LINES`, else of the terminal, else 24, less those around it.
fn screen() -> Size {
    let of_terminal = || {
        let (_, terminal_size::Height(lines)) = terminal_size::terminal_size()?;
        Some(usize::from(lines))
    };
    let asked = std::env::var("LINES").ok().and_then(|text| text.trim().parse().ok());
    let lines = asked.filter(|&lines| lines > 0).or_else(of_terminal).unwrap_or(LINES);
    Size { columns: output::width(), lines: lines.max(LINES) - AROUND }
}

/// Writes the tables, the answer, the workbook and the page.
fn write(session: &mut Session<'_>, answer: &Answer) -> Result<(), Failure> {
    let request = session.request;
    if request.formats.contains(&Format::Csv) {
        let dialect = request.csv.dialect();
        answer.tables.iter().try_for_each(|table| put(&mut session.folder, table, dialect))?;
    }
    let mut bytes = Vec::new();
    sink::json::keep(answer, &mut bytes).map_err(|error| session.folder.cannot_write(ANSWER, &error))?;
    session.folder.put(ANSWER, &bytes)?;
    let facts = session.manifest.facts();
    session.write_reports(Made::Study(&facts, answer));
    Ok(())
}

fn put(folder: &mut Folder, table: &Table, dialect: Dialect) -> Result<(), Failure> {
    let name = format!("{}.csv", table.name);
    let mut bytes = Vec::new();
    sink::csv::write_table(dialect, table, &mut bytes).map_err(|error| folder.cannot_write(&name, &error))?;
    folder.put(&name, &bytes)
}
