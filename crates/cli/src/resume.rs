//! `capstake resume` finishes a run that was stopped; `capstake extend` adds paths to a run.

use std::path::{Path, PathBuf};

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Folder;
use capstake::job::manifest::Status;
use capstake::job::request::{MAX_PATHS, Request};
use capstake::job::results;
use capstake::job::saved::SavedRun;
use capstake::job::state_file::{self, OnChange};
use capstake::job::words::{self, quoted, thousands};
use capstake::run::{CHUNK_PATHS, State};
use capstake::sink;

use super::output;
use super::precise::RunPrecision;
use super::resume_options::{Continuation, ResumeOptions};
use super::session::Session;
use super::show::{FullFlag, Show};
use super::simulate::{RunJob, simulate};

/// Arguments of `resume`.
#[derive(Debug, clap::Args)]
pub struct ResumeArguments {
    /// The folder of a run that was stopped, killed, or ran out of disk
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// How much to print.
    #[command(flatten)]
    pub full: FullFlag,
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: ResumeOptions,
}

/// Arguments of `extend`.
#[derive(Debug, clap::Args)]
pub struct ExtendArguments {
    /// The folder of a run
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Paths to add (+9e6), or paths in all (10e6)
    #[arg(short = 'n', long, value_name = "N", value_parser = paths_target_argument, allow_hyphen_values = true)]
    pub paths: PathsTarget,
    /// How much to print.
    #[command(flatten)]
    pub full: FullFlag,
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: ResumeOptions,
}

/// How many paths a run is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathsTarget {
    /// Paths to add.
    Added(u64),
    /// Paths in total.
    Total(u64),
}

fn paths_target_argument(text: &str) -> Result<PathsTarget, String> {
    let (more, number) = match text.strip_prefix('+') {
        Some(number) => (true, number),
        None => (false, text),
    };
    match words::count(number) {
        Ok(0) => Err("at least one path is needed".to_owned()),
        Ok(count) if more => Ok(PathsTarget::Added(count)),
        Ok(count) => Ok(PathsTarget::Total(count)),
        Err(error) => Err(error.to_string()),
    }
}

/// Resumes a run that was stopped.
pub fn resume(arguments: &ResumeArguments) -> Result<Exit, Failure> {
    let how = arguments.how.continuation(arguments.full.extent());
    let (saved, folder) = open(&arguments.folder, &how)?;
    go_on(&saved, folder, &how)
}

/// Simulates what a run lacks.
pub fn go_on(saved: &SavedRun, folder: Folder, how: &Continuation) -> Result<Exit, Failure> {
    match saved.manifest.status {
        Status::Complete => return already_complete(saved, &how.show),
        Status::Failed => return Err(failed(saved)),
        Status::Running | Status::Partial => {}
    }
    let state = how.state(saved)?;
    state.iter().try_for_each(|state| refuse_other_state(saved, state))?;
    if state.is_none() && !how.show.quiet {
        output::status_line("no state was saved yet: the run begins from the first path\n");
    }
    let run = &saved.manifest.run;
    let asked = run.precision.as_ref().map(|part| RunPrecision::of_manifest(saved, part)).transpose()?;
    continue_run(saved, folder, state, run.paths_asked, asked, how)
}

/// Reports that nothing is left to simulate; with `--json`, prints the object that the run printed.
fn already_complete(saved: &SavedRun, show: &Show) -> Result<Exit, Failure> {
    if show.json {
        output::json(&object(saved)?)?;
    }
    if !show.quiet {
        let folder = quoted(&saved.folder.display().to_string());
        let more = match saved.manifest.run.shard {
            Some(_) => "when all parts are done: capstake merge PART... -o DIR".to_owned(),
            None => format!("more: capstake extend {folder} --paths +N"),
        };
        output::status_line(&format!(
            "`{}` is complete: {} paths; {more}\n",
            saved.folder.display(),
            thousands(saved.manifest.run.paths_done),
        ));
    }
    Ok(Exit::Done)
}

/// The JSON object of a run, from its tables; a shard has no rows.
fn object(saved: &SavedRun) -> Result<String, Failure> {
    let (folder, manifest) = (&saved.folder, &saved.manifest);
    let rows = match manifest.files.iter().any(|file| file.name == "summary.csv") {
        true => results::load(folder)?.1.tables.summary,
        false => Vec::new(),
    };
    let precision = manifest.run.precision.as_ref().map(|part| serde_json::json!(part));
    let facts = sink::json::RunFacts {
        status: manifest.status.word(),
        out: &folder.display().to_string(),
        paths: manifest.run.paths_done,
        seconds: manifest.run.wall_seconds,
        precision: precision.as_ref(),
        failed: None,
    };
    Ok(format!("{}\n", sink::json::summary(&facts, &rows, &manifest.exact)))
}

/// Adds paths to a run.
pub fn extend(arguments: &ExtendArguments) -> Result<Exit, Failure> {
    let how = arguments.how.continuation(arguments.full.extent());
    let (saved, folder) = open(&arguments.folder, &how)?;
    let before = saved.manifest.run.paths_asked;
    let place = arguments.folder.display();
    if saved.manifest.status == Status::Failed {
        return Err(failed(&saved));
    }
    if let Some(shard) = &saved.manifest.run.shard {
        let message = format!("`{place}` holds part {shard} of a run: a part cannot be extended");
        return Err(Failure::told(Exit::Usage, message)
            .help("put the parts together with `capstake merge`, and extend what comes out"));
    }
    let paths = match arguments.paths {
        PathsTarget::Added(more) => before.saturating_add(more),
        PathsTarget::Total(paths) => paths,
    };
    if paths > MAX_PATHS {
        let message = format!("at most {} paths are run, not {}", thousands(MAX_PATHS), thousands(paths));
        return Err(Failure::coded(Exit::Usage, Code::PathsOption, message));
    }
    if paths < before {
        let message =
            format!("`{place}` has {} paths asked for, more than {}", thousands(before), thousands(paths));
        return Err(Failure::coded(Exit::Usage, Code::PathsOption, message)
            .help(format!("+{paths} adds so many; a shorter run goes into another folder")));
    }
    let state = how.state(&saved)?;
    if state.is_none() {
        let message = format!("`{}` has no {}", place, state_file::FILE);
        return Err(Failure::coded(Exit::Mismatch, Code::StateUnusable, message).help(
            "without it the paths that are done would have to be simulated again: run the scenario again",
        ));
    }
    state.iter().try_for_each(|state| refuse_other_state(&saved, state))?;
    if saved.manifest.run.precision.is_some() && !how.show.quiet {
        output::status_line("the paths added are all simulated: `extend` does not go by --precision\n");
    }
    continue_run(&saved, folder, state, paths, None, &how)
}

/// Refuses a state with paths outside the run's request, as after copying the state of another run into the folder.
fn refuse_other_state(saved: &SavedRun, state: &State) -> Result<(), Failure> {
    let asked = saved.task(saved.manifest.run.paths_asked)?.chunks;
    let inside = asked.end - asked.start - state.chunks().missing(asked.clone()).count();
    if inside == state.chunks().count() {
        return Ok(());
    }
    let path = |chunk: u64| thousands(chunk * CHUNK_PATHS);
    let ranges = state.chunks().ranges().iter();
    let ranges: Vec<String> =
        ranges.map(|range| format!("{} to {}", path(range.start), path(range.end))).collect();
    let place = saved.folder.join(state_file::FILE);
    let message = format!("`{}` is not of this run: it has paths that were not asked for", place.display());
    Err(Failure::coded(Exit::Mismatch, Code::StateOfAnother, message)
        .help(format!("it has paths {}", ranges.join(", ")))
        .help(format!("whole chunks of the run are {} to {}", path(asked.start), path(asked.end)))
        .help("bring back the state that belongs here, or delete the file and run the scenario again"))
}

/// Locks a folder and restores its run.
fn open(path: &Path, how: &Continuation) -> Result<(SavedRun, Folder), Failure> {
    // A missing folder is reported as unreadable rather than as unwritable.
    results::load_manifest(path)?;
    let folder = Folder::reopen(path)?;
    let saved = how.open(path)?;
    if how.on_change == OnChange::Refuse {
        saved.scenario_unchanged()?;
    }
    Ok((saved, folder))
}

fn failed(saved: &SavedRun) -> Failure {
    let failed = &saved.manifest.non_finite;
    let first = failed.first.first().copied().unwrap_or(0);
    let message = format!("`{}` is a run that failed: path {first} was not finite", saved.folder.display());
    Failure::coded(Exit::Failed, Code::PathNotFinite, message)
        .help("more paths do not mend it; mend the scenario and run it again")
}

/// Simulates the missing paths of a run of `paths`.
fn continue_run(
    saved: &SavedRun,
    folder: Folder,
    state: Option<State>,
    paths: u64,
    precision: Option<RunPrecision>,
    how: &Continuation,
) -> Result<Exit, Failure> {
    let request = Request { paths, ..how.request(saved)? };
    let cost = Cost::of(&saved.plan);
    let job = RunJob::new(&saved.scenario, &saved.plan, &cost, saved.task(paths)?);
    job.fits(&request)?;
    let mut manifest = saved.manifest.clone();
    manifest.status = Status::Running;
    manifest.run.paths_asked = paths;
    manifest.run.precision = precision.as_ref().map(|precision| precision.levels.part.clone());
    manifest.run.threads = request.threads;
    manifest.run.simd = saved.plan.isa().name().to_owned();
    manifest.outputs.no_state = !request.keeps_state();
    let session = Session::resume(&request, &how.show, folder, manifest)?;
    let from = state.unwrap_or_else(|| State::new(&saved.plan));
    simulate(session, &job, from, precision)
}
