//! `capstake resume` and `capstake extend`: a run that was stopped goes on, a run that has ended gets more paths.

use std::path::{Path, PathBuf};

use super::cost::Cost;
use super::exit::{Exit, Failure};
use super::folder::Folder;
use super::job::Job;
use super::manifest::Status;
use super::portion::{Checkpoint, checkpoint_argument};
use super::progress::Wish;
use super::run::simulate;
use super::saved::Saved;
use super::simulation::{self, MAX_PATHS, simd_argument};
use super::state_file::{self, OtherBuild};
use super::words::{self, quoted, thousands};
use super::{output, results, signal};
use crate::config::Code;
use crate::math::simd::Isa;
use crate::run::{CHUNK_PATHS, State, Task};
use crate::sink;

/// How to go on, and what is shown.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Worker threads; results do not depend on them [default: one a core]
    #[arg(short = 'j', long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
    /// How to show progress on stderr
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Wish::Auto)]
    pub progress: Wish,
    /// Say nothing but errors: no progress, no table
    #[arg(short, long)]
    pub quiet: bool,
    /// Save what is done so often (30s, 200ms, 5min; none) [default: 30s where it takes more than a minute]
    #[arg(long, value_name = "TIME", value_parser = checkpoint_argument)]
    pub checkpoint: Option<Checkpoint>,
    /// Go on though the scenario's file, or the revision of the program, is not what it was
    #[arg(long)]
    pub force: bool,
    /// Instruction set of the hot loop: auto, avx512, avx2, scalar; results do not depend on it
    #[arg(long, value_name = "SET", env = "CAPSTAKE_SIMD", default_value = "auto", value_parser = simd_argument)]
    pub simd: Isa,
}

impl How {
    /// What `--force` says of another build.
    pub fn other_build(&self) -> OtherBuild {
        if self.force { OtherBuild::Trusted } else { OtherBuild::Refused }
    }
}

/// Arguments of `resume`.
#[derive(Debug, clap::Args)]
pub struct ResumeArguments {
    /// The folder of a run that was stopped, killed, or ran out of disk
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: How,
}

/// Arguments of `extend`.
#[derive(Debug, clap::Args)]
pub struct ExtendArguments {
    /// The folder of a run
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Paths to add (+9e6), or paths in all (10e6)
    #[arg(short = 'n', long, value_name = "N", value_parser = more_argument, allow_hyphen_values = true)]
    pub paths: More,
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: How,
}

/// How many paths a run is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// So many more.
    Added(u64),
    /// So many in all.
    Total(u64),
}

fn more_argument(text: &str) -> Result<More, String> {
    let (more, number) = match text.strip_prefix('+') {
        Some(number) => (true, number),
        None => (false, text),
    };
    match words::count(number) {
        Ok(0) => Err("at least one path is needed".to_owned()),
        Ok(count) if more => Ok(More::Added(count)),
        Ok(count) => Ok(More::Total(count)),
        Err(error) => Err(error.to_string()),
    }
}

/// Goes on with a run that did not end.
pub fn resume(arguments: &ResumeArguments) -> Result<Exit, Failure> {
    let (saved, folder) = open(&arguments.folder, &arguments.how)?;
    match saved.manifest.status {
        Status::Complete => {
            if arguments.how.json {
                already_done(&arguments.folder, &saved)?;
            }
            if !arguments.how.quiet {
                output::told(&format!(
                    "`{}` is complete: {} paths; more: capstake extend {} --paths +N\n",
                    arguments.folder.display(),
                    thousands(saved.manifest.run.paths_done),
                    quoted(&arguments.folder.display().to_string())
                ));
            }
            return Ok(Exit::Done);
        }
        Status::Failed => return Err(failed(&saved)),
        Status::Running | Status::Partial => {}
    }
    let state = state_file::load(&saved.folder, &saved.plan, arguments.how.other_build())?;
    state.iter().try_for_each(|state| of_this_run(&saved, state))?;
    if state.is_none() && !arguments.how.quiet {
        output::told("no state was saved yet: the run begins from the first path\n");
    }
    let paths = saved.manifest.run.paths_asked;
    go_on(saved, folder, state, paths, &arguments.how)
}

/// The object that the run printed, of its tables; a part, or a run without tables, has none.
fn already_done(folder: &Path, saved: &Saved) -> Result<(), Failure> {
    let manifest = &saved.manifest;
    let rows = match manifest.files.iter().any(|file| file.name == "summary.csv") {
        true => results::load(folder)?.1.tables.summary,
        false => Vec::new(),
    };
    let facts = sink::json::RunFacts {
        status: manifest.status.word(),
        out: &folder.display().to_string(),
        paths: manifest.run.paths_done,
        seconds: manifest.run.wall_seconds,
        failed: None,
    };
    output::results(&format!("{}\n", sink::json::summary(&facts, &rows)))
}

/// Adds paths to a run.
pub fn extend(arguments: &ExtendArguments) -> Result<Exit, Failure> {
    let (saved, folder) = open(&arguments.folder, &arguments.how)?;
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
        More::Added(more) => before.saturating_add(more),
        More::Total(paths) => paths,
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
    let state = state_file::load(&saved.folder, &saved.plan, arguments.how.other_build())?;
    if state.is_none() {
        let message = format!("`{}` has no {}", place, state_file::FILE);
        return Err(Failure::coded(Exit::Mismatch, Code::StateUnusable, message).help(
            "without it the paths that are done would have to be simulated again: run the scenario anew",
        ));
    }
    state.iter().try_for_each(|state| of_this_run(&saved, state))?;
    go_on(saved, folder, state, paths, &arguments.how)
}

/// Refuses a state that has paths which its run was not asked for: the state of another run, put into the folder.
fn of_this_run(saved: &Saved, state: &State) -> Result<(), Failure> {
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

/// Locks a folder, then reads it.
fn open(path: &Path, how: &How) -> Result<(Saved, Folder), Failure> {
    // A folder that is not there is a matter of reading it.
    results::load_manifest(path)?;
    let folder = Folder::reopen(path)?;
    let saved = Saved::open(path, how.simd, how.other_build())?;
    if !how.force {
        saved.scenario_unchanged()?;
    }
    Ok((saved, folder))
}

fn failed(saved: &Saved) -> Failure {
    let failed = &saved.manifest.failed_paths;
    let first = failed.first.first().copied().unwrap_or(0);
    let message = format!("`{}` is a run that failed: path {first} was not finite", saved.folder.display());
    Failure::coded(Exit::Failed, Code::PathNotFinite, message)
        .help("more paths do not mend it; mend the scenario and run it again")
}

fn go_on(
    saved: Saved,
    mut folder: Folder,
    state: Option<State>,
    paths: u64,
    how: &How,
) -> Result<Exit, Failure> {
    let mut arguments = saved.arguments(how)?;
    arguments.simulation.paths = Some(paths);
    let task: Task = saved.task(paths)?;
    let cost = Cost::of(&saved.plan);
    let job = Job {
        scenario: &saved.scenario,
        plan: &saved.plan,
        task,
        threads: simulation::threads(how.threads),
        out: &saved.folder,
        cost: &cost,
        as_in: None,
        only_put_together: false,
    };
    job.fits(&arguments)?;
    let mut manifest = saved.manifest.clone();
    manifest.status = Status::Running;
    manifest.run.paths_asked = paths;
    manifest.run.threads = job.threads;
    manifest.run.simd = saved.plan.isa().name().to_owned();
    signal::listen();
    folder.begin_again(&manifest)?;
    let from = state.unwrap_or_else(|| State::new(&saved.plan));
    simulate(&arguments, &job, from, folder, &mut manifest)
}
