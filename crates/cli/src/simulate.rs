//! Completes a run from its state: simulates the missing paths, writes the results and prints them.

use std::time::Instant;

use capstake::job::cost::Cost;
use capstake::job::draft::Draft;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::EncodedFile;
use capstake::job::formats::{Draws, Format};
use capstake::job::manifest::{Manifest, RunPart, Status};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::portion::Checkpoint;
use capstake::job::request::Request;
use capstake::job::resources::{Requirements, Resources};
use capstake::job::scenario::Scenario;
use capstake::job::scenario_files::STANDARD_INPUT;
use capstake::job::series;
use capstake::job::state_file::{self, Checkpointer};
use capstake::job::tables::{encode, encode_each, encode_tables};
use capstake::job::what_if as sliders;
use capstake::job::words::{counted, quoted, size, span, thousands};
use capstake::kernel::plan::Plan;
use capstake::report::results::Results;
use capstake::report::tables::{self, Tables};
use capstake::run::{self, Finished, Options, RunResult, State, Task};
use capstake::sink;
use capstake::sink::csv::Dialect;
use capstake::store::{self, Head};
use capstake::study::bridge;
use capstake::study::sensitivity::origins;
use capstake::study::valuation::{Valuation, valuation};
use capstake_output::draws::DrawsFile;
use capstake_output::made::Made;
use capstake_output::{first_screen, headline, terminal};

use super::output;
use super::part_draws::Parts;
use super::precise::{self, RunPrecision};
use super::progress::ProgressDisplay;
use super::run_observer::{Encoding, PathFiles, RunObserver};
use super::session::{self, Closing, Session};
use super::show::{Extent, Show};
use super::what_if;

/// A run, ready to be simulated.
pub struct RunJob<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The plan, with the seed.
    pub plan: &'a Plan,
    /// The cost estimates of the plan.
    pub cost: &'a Cost,
    /// The chunks to simulate.
    pub task: Task,
    /// The manifest entry of the run that this one repeats, for `verify`.
    pub repeats: Option<&'a RunPart>,
    /// What to do with missing paths.
    pub missing: Missing,
    /// Files with the paths that are done already, instead of simulating these again.
    pub parts: Option<Parts<'a>>,
}

/// What to do with paths that the state lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Simulate them.
    Simulate,
    /// Leave them out; the result is partial.
    LeaveOut,
}

impl<'a> RunJob<'a> {
    /// Creates a run that simulates all of its task.
    pub fn new(scenario: &'a Scenario, plan: &'a Plan, cost: &'a Cost, task: Task) -> RunJob<'a> {
        RunJob { scenario, plan, cost, task, repeats: None, missing: Missing::Simulate, parts: None }
    }

    fn need(&self, request: &Request) -> Requirements {
        let paths = self.task.paths_asked();
        Requirements::of(self.cost, paths, request.threads, request.files_bytes(self.cost, paths))
    }

    /// Refuses a run that does not fit into memory or on the disk.
    pub fn fits(&self, request: &Request) -> Result<(), Failure> {
        Resources::of(&request.out).take(self.need(request), &request.out)
    }

    fn seconds(&self, request: &Request, before: u64) -> f64 {
        request.seconds(self.cost, self.task.paths_asked(), before)
    }
}

/// The first line on stderr: paths, seed, threads, and estimates of time, memory and disk.
fn first_line(request: &Request, job: &RunJob, before: u64, extent: Extent) -> String {
    let asked = job.task.paths_asked();
    let sliders = match request.shard {
        Some(_) => 0.0,
        None => {
            let options = Options { paths: asked, threads: request.threads };
            sliders::seconds(&request.what_if, job.scenario, job.plan, job.cost, options)
        }
    };
    let seconds = job.seconds(request, before) + job.cost.files_seconds(&request.formats) + sliders;
    let what = match (&request.shard, before) {
        (Some(shard), 0) => {
            format!("part {shard}, {} of {} paths", thousands(asked), thousands(job.task.paths))
        }
        (_, 0) if request.precision.is_some() => format!("at most {}", counted(asked as usize, "path")),
        (_, 0) => counted(asked as usize, "path"),
        (_, before) => format!("goes on from {} of {} paths", thousands(before), thousands(asked)),
    };
    let again = match request.draws {
        Some(draws) if before > 0 && job.parts.is_none() => format!(
            "{} is written whole: the {} paths that are done are simulated again for it, and not counted twice\n",
            draws.file(),
            thousands(before)
        ),
        _ => String::new(),
    };
    format!(
        "{}: {what}, seed {}{}; about {}, {} of memory, {} on disk\n",
        job.scenario.model.name,
        job.plan.seed(),
        match extent {
            Extent::Full => format!(", {} ({})", counted(request.threads, "thread"), job.plan.isa().name()),
            Extent::Screen => String::new(),
        },
        span(seconds),
        size(job.cost.memory_bytes(request.threads)),
        size(job.need(request).disk),
    ) + &again
}

/// Simulates the paths that a state lacks, then writes and prints the results.
pub fn simulate(
    mut session: Session<'_>,
    job: &RunJob,
    from: State,
    mut precision: Option<RunPrecision>,
) -> Result<Exit, Failure> {
    let (request, before) = (session.request, from.paths());
    if !session.show.quiet && job.missing == Missing::Simulate {
        output::status_line(&first_line(request, job, before, session.show.extent));
    }
    let (finished, draws, seconds) = execute(&mut session, job, from, &mut precision)?;
    let state = drafted_state(&session, job, &finished);
    let complete = finished.complete();
    session.manifest.run.path_ranges = ranges(&finished);
    let result = finished.into_result(job.plan);
    session.record(result.paths, result.paths - before, seconds);
    record_result(&mut session.manifest, job, &result);
    if result.non_finite.count > 0 {
        return Err(non_finite(session, job, &result));
    }
    let status = if complete { Status::Complete } else { Status::Partial };
    let wanted = request.shard.is_none() && result.paths > 0 && draws.is_ok();
    let has_paths = result.paths > 0;
    // Saving the state mostly waits for the disk, so the answers are made at the same time.
    let (answered, saved) = run::join(
        2,
        || wanted.then(|| answered(request, job, &result, complete)),
        || state.map_or(Ok(()), |state| state.and_then(|draft| session.folder.keep(draft))),
    );
    let again = format!("then go on: {}", session::resume_command(request));
    // If both failed, the draws failed first; with a saved state the run can be resumed all the same.
    let draws = match (draws, saved) {
        (Err(failure), _) | (Ok(_), Err(failure)) => return Err(session.end_unwritten(failure, &again)),
        (Ok(draws), Ok(())) => draws,
    };
    session.folder.drop_results()?;
    if !request.keeps_state() {
        session.folder.drop_state()?;
    }
    let (answer, results) = match answered {
        Some((answer, tables, files)) => {
            if tables.what_if.is_empty() {
                session.manifest.outputs.what_if.clear();
            }
            let results = Results { facts: session.manifest.facts(), tables };
            if let Err(failure) = session.folder.put_all(&files) {
                return Err(session.end_unwritten(failure, &again));
            }
            drop(files);
            session.write_reports(Made::Run(&results));
            (Some(answer), Some(results))
        }
        None => (None, None),
    };
    if let Some(files) = draws.filter(|_| has_paths)
        && let Err(failure) = keep_paths(&mut session, job, files)
    {
        return Err(session.end_unwritten(failure, &again));
    }
    let show = session.show;
    session.finish(status, |manifest| Closing {
        results: printed(show, request, manifest, answer.as_ref(), results.as_ref()),
        partial: partial_in_words(job, manifest),
        next: next_steps(request, job, manifest, show.extent),
    })?;
    let stopped = !complete && job.missing == Missing::Simulate;
    if let Some(precision) = precision.filter(|precision| precision.levels.part.reached == Some(false)) {
        return Err(precision.levels.failure());
    }
    Ok(if stopped { Exit::Interrupted } else { Exit::Done })
}

/// The text for stdout: the first screen, the tables in full, or one JSON object.
fn printed(
    show: &Show,
    request: &Request,
    manifest: &Manifest,
    answer: Option<&Valuation<'_>>,
    results: Option<&Results>,
) -> String {
    match answer {
        _ if show.json => json(request, manifest, results.map(|results| &results.tables)),
        Some(answer) if !show.quiet => {
            let results = results.expect("an answer comes with its tables");
            let screen = first_screen::first_screen(results);
            let (width, colour) = (output::width(), output::styled_results());
            match show.extent {
                Extent::Full => terminal::full(&screen, &headline::sections(answer), width, colour),
                Extent::Screen => terminal::first_screen(&screen, width, colour),
            }
        }
        _ => String::new(),
    }
}

type Executed = (Finished, Result<Option<PathFiles>, Failure>, f64);

/// Runs the missing chunks with draws and checkpoints; also returns the wall time, seconds.
fn execute(
    session: &mut Session<'_>,
    job: &RunJob,
    from: State,
    precision: &mut Option<RunPrecision>,
) -> Result<Executed, Failure> {
    let request = session.request;
    let before = from.paths();
    let series = match request.paths_file() {
        Some(_) => series::named(job.plan, &request.series)?,
        None => Vec::new(),
    };
    let encoding = Encoding {
        format: request.draws.unwrap_or(Draws::Csv),
        dialect: request.csv.dialect(),
        series: &series,
    };
    let mut files = request.draws.map(|_| begin_paths(session, job, encoding)).transpose()?;
    if let (Some(parts), Some(files)) = (&job.parts, &mut files) {
        parts.copy(job.plan, from.chunks(), encoding, files)?;
    }
    let display = ProgressDisplay::new(session.show.progress(), job.task.paths_asked(), before);
    let every = Checkpoint::every(request.checkpoint, job.seconds(request, before));
    let checkpointer = every.map(|every| Checkpointer::new(&request.out, job.plan, every));
    let observer = RunObserver::new(job.plan, &display, files, job.parts.is_some(), encoding, checkpointer);
    let began = Instant::now();
    let finished = match (job.missing, precision) {
        (Missing::LeaveOut, _) => Finished::from_state(from, &job.task),
        (Missing::Simulate, None) => run::resume(job.plan, from, &job.task, request.threads, &observer),
        (Missing::Simulate, Some(precision)) => {
            by_levels(session, job, from, precision, &observer, &display)?
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    display.close();
    let draws =
        observer.finish().map_err(|error| session.folder.cannot_write(encoding.format.file(), &error));
    Ok((finished, draws, seconds))
}

/// Runs level after level, and has what each level reached in the manifest before the next one begins.
fn by_levels(
    session: &mut Session<'_>,
    job: &RunJob,
    from: State,
    precision: &mut RunPrecision,
    observer: &RunObserver<'_>,
    display: &ProgressDisplay,
) -> Result<Finished, Failure> {
    let threads = session.request.threads;
    // It had stopped, and only the writing of its results was left.
    if precision.levels.part.reached.is_some() {
        return Ok(run::resume(job.plan, from, &job.task, threads, observer));
    }
    precise::by_levels(job.plan, from, precision, threads, observer, |levels, level, ends| {
        if ends {
            session.manifest.run.paths_asked = level;
        }
        session.manifest.run.precision = Some(levels.part.clone());
        if !ends {
            session.folder.put_manifest(&session.manifest)?;
            display.say(levels.so_far());
        }
        Ok(())
    })
}

/// Drafts the state of the run; `None` if it is not to be kept or has non-finite paths.
fn drafted_state(session: &Session<'_>, job: &RunJob, finished: &Finished) -> Option<Result<Draft, Failure>> {
    let request = session.request;
    if !request.keeps_state() || finished.non_finite() > 0 {
        return None;
    }
    let head = Head { identity: state_file::identity(job.plan), draws: None };
    let drafted = session.folder.draft(state_file::FILE).and_then(|mut draft| {
        let written = store::write(&head, finished.state(), &mut draft);
        written.map(|()| draft).map_err(|error| session.folder.cannot_write(state_file::FILE, &error))
    });
    Some(drafted)
}

/// Half-open ranges of the finished paths; empty if these are the first paths of the run.
fn ranges(finished: &Finished) -> Vec<(u64, u64)> {
    let chunks = finished.state().chunks();
    if chunks.prefix() == chunks.end() {
        return Vec::new();
    }
    let paths = |chunk: u64| chunk * run::CHUNK_PATHS;
    chunks.ranges().iter().map(|range| (paths(range.start), paths(range.end))).collect()
}

/// Records what the run gave in the manifest; a repeated run keeps the times and the paths asked for of the original.
fn record_result(manifest: &mut Manifest, job: &RunJob, result: &RunResult) {
    let plan = job.plan;
    if let Some(repeated) = job.repeats {
        let RunPart { paths_done, path_ranges, .. } = std::mem::replace(&mut manifest.run, repeated.clone());
        (manifest.run.paths_done, manifest.run.path_ranges) = (paths_done, path_ranges);
    }
    manifest.record_figures(plan, result);
}

fn non_finite(session: Session<'_>, job: &RunJob, result: &RunResult) -> Failure {
    let found = NonFinitePaths::of_scenario(result.non_finite.clone(), result.paths);
    let (request, show) = (session.request, session.show);
    let (manifest, failure) = session.end_non_finite(&found, job.scenario);
    if show.json {
        // The failure is reported on stderr; an error on stdout would only hide it.
        let _ = output::json(&json(request, &manifest, None));
    }
    failure
}

/// Makes the answers, their tables and CSV files. The sample paths, half of the work, are made in parallel; their rows
/// are kept only if other formats than CSV need them.
fn answered<'a>(
    request: &Request,
    job: &RunJob<'a>,
    result: &'a RunResult,
    complete: bool,
) -> (Valuation<'a>, Tables, Vec<EncodedFile>) {
    let csv: Option<Dialect> = request.formats.contains(&Format::Csv).then(|| request.csv.dialect());
    let others = request.formats.iter().any(|&format| format != Format::Csv);
    let questions = || {
        let answer = valuation(job.plan, result);
        let tables = tables::all_but_sample_paths(&answer);
        let files = csv.map(|dialect| encode_tables(&tables, dialect));
        (answer, tables, files.unwrap_or_default())
    };
    let paths = || {
        if !others {
            let rows = |take: &mut dyn FnMut(&_) -> _| tables::each_sample_path(job.plan, result, take);
            return (Vec::new(), csv.map(|dialect| encode_each(rows, dialect)));
        }
        let rows = tables::sample_paths(job.plan, result);
        let file = csv.map(|dialect| encode(&rows, dialect));
        (rows, file)
    };
    let ((answer, tables, mut files), (sample_paths, file)) = run::join(request.threads, questions, paths);
    files.extend(file);
    let bridge = bridge::of_first_deals(job.plan, result.paths, request.threads);
    let bridge = bridge.as_ref().map(tables::bridge).unwrap_or_default();
    files.extend(csv.map(|dialect| encode(&bridge, dialect)));
    let origins = origins::of_first_deal(job.plan, result.paths, request.threads);
    let origins = origins.map(|origins| tables::origins(job.plan, &origins)).unwrap_or_default();
    files.extend(csv.map(|dialect| encode(&origins, dialect)));
    let what_if = what_if::rows(request, job.scenario, job.plan, result.paths, complete);
    files.extend(csv.filter(|_| !what_if.is_empty()).map(|dialect| encode(&what_if, dialect)));
    (answer, Tables { sample_paths, bridge, origins, what_if, ..tables }, files)
}

/// Begins the files with every path.
fn begin_paths(session: &Session<'_>, job: &RunJob, encoding: Encoding<'_>) -> Result<PathFiles, Failure> {
    let Encoding { format, dialect, series } = encoding;
    let folder = &session.folder;
    let begun = DrawsFile::begin(format, dialect, job.plan, folder.draft(format.file())?);
    let draws = begun.map_err(|error| folder.cannot_write(format.file(), &error))?;
    let Some(name) = session.request.paths_file() else { return Ok(PathFiles { draws, paths: None }) };
    let begun = DrawsFile::begin_paths(format, dialect, job.plan, series, folder.draft(name)?);
    let paths = begun.map_err(|error| folder.cannot_write(name, &error))?;
    Ok(PathFiles { draws, paths: Some(paths) })
}

/// Completes the files with every path.
fn keep_paths(session: &mut Session<'_>, job: &RunJob, files: PathFiles) -> Result<(), Failure> {
    let request = session.request;
    let named = [(Some(files.draws), request.draws.map(Draws::file)), (files.paths, request.paths_file())];
    for (file, name) in named {
        let (Some(file), Some(name)) = (file, name) else { continue };
        let finished = file.finish(job.plan, &session.manifest);
        let (draft, remark) = finished.map_err(|error| session.folder.cannot_write(name, &error))?;
        if let Some(remark) = remark.filter(|_| !session.show.quiet) {
            output::status_line(&remark);
        }
        session.folder.keep(draft)?;
    }
    Ok(())
}

/// The JSON object on stdout.
fn json(request: &Request, manifest: &Manifest, tables: Option<&Tables>) -> String {
    let failed = &manifest.non_finite;
    let precision = manifest.run.precision.as_ref().map(|part| serde_json::json!(part));
    let facts = sink::json::RunFacts {
        status: manifest.status.word(),
        out: &request.out.display().to_string(),
        paths: manifest.run.paths_done,
        seconds: manifest.run.wall_seconds,
        precision: precision.as_ref(),
        failed: (manifest.status == Status::Failed).then_some((failed.count, &failed.first)),
    };
    let rows = tables.map_or(&[][..], |tables| &tables.summary);
    format!("{}\n", sink::json::summary(&facts, rows, &manifest.exact))
}

fn partial_in_words(job: &RunJob, manifest: &Manifest) -> String {
    format!(
        "{} after {} of {} paths",
        match job.missing {
            Missing::LeaveOut => "put together",
            Missing::Simulate => "stopped",
        },
        thousands(manifest.run.paths_done),
        thousands(job.task.paths_asked())
    )
}

/// Commands that a person may want to run next.
fn next_steps(request: &Request, job: &RunJob, manifest: &Manifest, extent: Extent) -> String {
    if manifest.status == Status::Partial {
        return format!("next: go on where it stopped    {}\n", session::resume_command(request));
    }
    if request.shard.is_some() {
        return "next: when all parts are done    capstake merge PART... -o DIR\n".to_owned();
    }
    let file = quoted(&job.scenario.path.display().to_string());
    let means = "what a figure means capstake explain microsoft_take_pv\n";
    match extent {
        Extent::Screen => String::new(),
        Extent::Full if file == STANDARD_INPUT => format!("next: {means}"),
        Extent::Full => format!(
            "next: what it assumes     capstake check {file}\n      {means}      \
             what a change does  capstake compare {file} --with KEY=VALUE\n"
        ),
    }
}
