//! What all studies share: results folder, progress, Ctrl-C, tables, page, manifest and exit code.

use std::cell::{Cell, RefCell};
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
use capstake::run::{self, Observer, Options, PairedSums, Progress};
use capstake::sink;
use capstake::sink::csv::Dialect;
use capstake::study::precision::{Estimate, Target};
use capstake::study::sensitivity::pick_freeze;
use capstake_output::made::Made;
use capstake_output::terminal_answer::{self, Size};

use super::portioned::{self, Portion, RunSums};
use super::precise::{Precision, Verdict};
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
    /// The precision asked for; `None` if all paths are to be simulated.
    pub precision: Option<Precision>,
    /// What to show.
    pub show: Show,
    /// Estimated wall time, seconds.
    pub seconds: f64,
    /// Estimated size of the tables, bytes.
    pub bytes: f64,
}

/// The default results folder of a study.
pub fn folder_of(scenario: &Scenario, command: &str) -> PathBuf {
    default_folder(scenario, &format!("-{command}"))
}

/// The default results folder. A workbook's own folder is left alone: its results would replace the workbook.
pub fn default_folder(scenario: &Scenario, ending: &str) -> PathBuf {
    let real = |path: &Path| path.canonicalize().ok();
    let near = scenario.path.parent().filter(|_| scenario.is_workbook());
    let own = near.and_then(|folder| real(if folder == Path::new("") { Path::new(".") } else { folder }));
    // The next one after a workbook's own: `base-edited-2` after `base-edited`.
    let beside = own
        .as_ref()
        .filter(|own| !scenario.is_edited() && own.parent() == real(Path::new("output")).as_deref());
    let name = beside.and_then(|own| own.file_name()).map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| scenario.folder_name());
    let numbered = (1..).map(|number| match number {
        1 => format!("{name}{ending}"),
        number => format!("{name}{ending}-{number}"),
    });
    let mut folders = numbered.map(|name| Path::new("output").join(name));
    folders.find(|folder| own.is_none() || real(folder) != own).expect("there are more numbers than folders")
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
    /// The precision asked for, and the levels judged.
    precision: RefCell<Option<Precision>>,
    /// What the last level reached, in words.
    reached: RefCell<String>,
}

/// A study that takes less than this names none of its runs, seconds: the lines would push its answer off the screen.
const BRIEF: f64 = 2.0;

impl StudyContext<'_> {
    /// Options of each run.
    pub fn options(&self) -> Options {
        Options { paths: self.request.paths, threads: self.request.threads }
    }

    /// Simulates several plans on the same draws, level after level until every figure asked for is precise enough: `sound` says
    /// whether a result can be used, `estimates` reads the figure of each target where it is farthest from precise. `None` where a part
    /// of the run was simulated and its sums are kept.
    ///
    /// # Errors
    /// That of `sound`; the sums that are known are of another study.
    pub fn paired(
        &self,
        run: &PairedRun<'_>,
        sound: impl Fn(&PairedResult) -> Result<(), StudyError>,
        estimates: impl Fn(&PairedResult, &[Target]) -> Vec<Estimate>,
    ) -> Result<Option<PairedResult>, StudyError> {
        let mut precision = self.precision.take();
        let result = self.paired_by(&mut precision, 0, run, sound, estimates);
        self.precision.replace(precision);
        result
    }

    /// The same for one part of a study, which goes by a `precision` of its own and does not stop before `at_least` paths.
    pub fn paired_by(
        &self,
        precision: &mut Option<Precision>,
        at_least: u64,
        run: &PairedRun<'_>,
        sound: impl Fn(&PairedResult) -> Result<(), StudyError>,
        estimates: impl Fn(&PairedResult, &[Target]) -> Vec<Estimate>,
    ) -> Result<Option<PairedResult>, StudyError> {
        let PairedRun { plans, question, label } = *run;
        let options = self.options();
        let result = match &self.portion {
            Portion::Whole => {
                let level = |before, options, observer: &StudyObserver| {
                    let result = paired::resume(plans, question, before, options, observer);
                    sound(&result)?;
                    Ok(LevelResult { interrupted: result.interrupted, result })
                };
                return self.by_levels_of(precision, at_least, label, level, estimates).map(Some);
            }
            Portion::Part { number, of } => {
                let observer = self.observer(options.paths, label);
                let sums = PairedSums::simulate(plans, question, options, (*number, *of), &observer);
                sums.into_iter().for_each(|sums| portioned::collect(RunSums::Paired(sums)));
                return Ok(None);
            }
            Portion::Known(_) => match self.known()? {
                RunSums::Paired(sums) => sums.into_result(options.paths).ok_or_else(portioned::misfit)?,
                RunSums::Batches(_) => return Err(portioned::misfit().into()),
            },
        };
        sound(&result)?;
        Ok(Some(result))
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

    /// The paths at which runs end and are judged: one level of all of them without `--precision`.
    pub fn levels(&self) -> Vec<u64> {
        self.levels_of(self.precision.borrow().is_some())
    }

    fn levels_of(&self, is_judged: bool) -> Vec<u64> {
        let most = self.request.paths;
        if is_judged { run::levels(most).collect() } else { vec![most] }
    }

    /// Runs level after level until every figure asked for is precise enough, and goes on from one to the next: `run` simulates up to so
    /// many paths, `estimates` reads the figure of each target where it is farthest from precise. Without `--precision`, one run of all
    /// paths.
    pub fn by_levels<R>(
        &self,
        label: &str,
        run: impl FnMut(Option<R>, Options, &StudyObserver) -> Result<LevelResult<R>, StudyError>,
        estimates: impl Fn(&R, &[Target]) -> Vec<Estimate>,
    ) -> Result<R, StudyError> {
        let mut precision = self.precision.take();
        let result = self.by_levels_of(&mut precision, 0, label, run, estimates);
        self.precision.replace(precision);
        result
    }

    /// The same for one part of a study, which goes by a `precision` of its own and does not stop before `at_least` paths.
    pub fn by_levels_of<R>(
        &self,
        precision: &mut Option<Precision>,
        at_least: u64,
        label: &str,
        mut run: impl FnMut(Option<R>, Options, &StudyObserver) -> Result<LevelResult<R>, StudyError>,
        estimates: impl Fn(&R, &[Target]) -> Vec<Estimate>,
    ) -> Result<R, StudyError> {
        let mut before = None;
        let mut done = 0;
        for paths in self.levels_of(precision.is_some()) {
            let observer = self.observer_from(done, paths, if done == 0 { label } else { "" });
            let LevelResult { result, interrupted } =
                run(before.take(), Options { paths, ..self.options() }, &observer)?;
            drop(observer);
            let Some(precision) = precision.as_mut().filter(|_| !interrupted) else { return Ok(result) };
            let estimates = estimates(&result, precision.targets());
            let verdict = precision.judge(paths, &estimates);
            self.reached.replace(precision.so_far());
            if verdict != Verdict::GoesOn && paths >= at_least {
                return Ok(result);
            }
            (before, done) = (Some(result), paths);
        }
        Ok(before.expect("there is at least one level"))
    }

    /// Judges a level of a study that runs all of its paths again for each.
    pub fn judge(&self, paths: u64, estimates: &[Estimate]) -> Verdict {
        match &mut *self.precision.borrow_mut() {
            None => Verdict::Reached,
            Some(precision) => {
                let verdict = precision.judge(paths, estimates);
                self.reached.replace(precision.so_far());
                verdict
            }
        }
    }

    /// The precision asked for, with no level judged.
    pub fn unjudged(&self) -> Option<Precision> {
        self.precision.borrow().clone()
    }

    /// Takes the levels that the parts of a study judged.
    pub fn take_levels(&self, judged: Option<Precision>) {
        self.precision.replace(judged);
    }

    /// Creates the observer of one run of `paths`; `label` names the run if there are several.
    pub fn observer(&self, paths: u64, label: &str) -> StudyObserver {
        self.observer_from(0, paths, label)
    }

    fn observer_from(&self, before: u64, paths: u64, label: &str) -> StudyObserver {
        if !label.is_empty() && !self.show.quiet && self.seconds >= BRIEF {
            output::status_line(&format!("{label}\n"));
        }
        let display = ProgressDisplay::new(self.show.progress(), paths, before);
        display.say(self.reached.borrow().clone());
        StudyObserver { display }
    }
}

/// A run of several plans on the same draws.
pub struct PairedRun<'a> {
    /// The plans.
    pub plans: &'a [&'a Plan],
    /// What is measured.
    pub question: paired::Question<'a>,
    /// Its name, if there are several runs.
    pub label: &'a str,
}

/// What a run gave up to the end of a level.
pub struct LevelResult<R> {
    /// The result.
    pub result: R,
    /// Whether a signal stopped it before.
    pub interrupted: bool,
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
        if self.precision.is_some() && !matches!(portion, Portion::Whole) {
            let message = "a study in parts simulates all of its paths: it does not go by --precision";
            return Err(Failure::told(Exit::Usage, message).help("leave one of the two out"));
        }
        if let Portion::Part { .. } = portion {
            return self.conduct_part(portion, work);
        }
        if !show.quiet {
            self.scenarios.iter().for_each(|scenario| output::warnings(scenario));
        }
        let command = CommandPart { name: self.command.to_owned(), arguments: self.arguments.clone() };
        let mut manifest = request.manifest(command, &self.scenarios);
        manifest.run.precision = self.precision.as_ref().map(|precision| precision.part.clone());
        let mut session = Session::open(request, show, manifest)?;
        if !show.quiet {
            output::status_line(&self.first_line());
        }
        let began = Instant::now();
        let context = self.context(portion);
        let outcome = work(&context);
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
        let imprecise = match context.precision.into_inner() {
            Some(precision) => note(&mut session.manifest, precision, outcome.interrupted),
            None => None,
        };
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
        match outcome.failure.or(imprecise) {
            Some(failure) => Err(failure),
            None if outcome.interrupted => Ok(Exit::Interrupted),
            None => Ok(Exit::Done),
        }
    }

    fn context(&self, portion: Portion) -> StudyContext<'_> {
        let (request, show) = (&self.request, &self.show);
        StudyContext {
            request,
            show,
            seconds: self.seconds,
            portion,
            taken: Cell::new(0),
            precision: RefCell::new(self.precision.clone()),
            reached: RefCell::default(),
        }
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
            "{} {}: {}{} paths, {} ({}), about {} and {}\n",
            self.command,
            self.scenarios[0].model.name,
            if self.precision.is_some() { "at most " } else { "" },
            thousands(self.request.paths),
            counted(self.request.threads, "thread"),
            self.request.isa.name(),
            span(self.seconds),
            size(self.files_bytes())
        )
    }
}

/// Notes in the manifest how far a study came; also returns the failure of one that is not precise enough.
fn note(manifest: &mut Manifest, mut precision: Precision, interrupted: bool) -> Option<Failure> {
    let last = precision.part.levels.last().map(|level| level.paths).filter(|_| !interrupted);
    if let Some(paths) = last {
        let reached = precision.is_reached(precision.part.levels.len());
        precision.part.reached = Some(reached);
        manifest.run.paths_asked = paths;
    }
    manifest.run.precision = Some(precision.part.clone());
    (precision.part.reached == Some(false)).then(|| precision.failure())
}

/// The text for stdout: the answer as a page, or one JSON object.
fn printed(show: &Show, request: &Request, manifest: &Manifest, answer: &Answer) -> String {
    if show.json {
        let precision = manifest.run.precision.as_ref().map(|part| serde_json::json!(part));
        let facts = sink::json::RunFacts {
            precision: precision.as_ref(),
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
    terminal_answer::answer(answer, &manifest.facts(), screen(), output::styled_results())
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
