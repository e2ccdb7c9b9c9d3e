//! `capstake merge`: merges the parts of a run into the result of the whole.

use std::path::{Path, PathBuf};

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Replace;
use capstake::job::folder_failure;
use capstake::job::lock::{Lock, LockError};
use capstake::job::manifest::CommandPart;
use capstake::job::parts::{self, Gaps, Part, overlap, refuse_other_run, refuse_unfinished};
use capstake::job::reason::reason;
use capstake::job::request::Request;
use capstake::job::results;
use capstake::job::saved::SavedRun;
use capstake::job::state_file;
use capstake::job::words::counted;
use capstake::run::{CHUNK_PATHS, State, Task};

use super::output;
use super::part_draws::{Parts, refuse_other_files};
use super::resume_options::{Continuation, ResumeOptions};
use super::session::Session;
use super::show::{FullFlag, Show};
use super::simulate::{Missing, RunJob, simulate};

/// Arguments of `merge`.
#[derive(Debug, clap::Args)]
pub struct MergeArguments {
    /// Folders of parts, in any order
    #[arg(value_name = "PART", required = true, num_args = 1..)]
    pub parts: Vec<PathBuf>,
    /// Folder for the results of the whole
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// Put together what is there, though paths are missing; the result is marked partial
    #[arg(long)]
    pub partial: bool,
    /// Replace the results of another run in the folder
    #[arg(long)]
    pub replace: bool,
    /// How much to print.
    #[command(flatten)]
    pub full: FullFlag,
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: ResumeOptions,
}

/// Merges parts.
pub fn merge(arguments: &MergeArguments) -> Result<Exit, Failure> {
    let how = arguments.how.continuation(arguments.full.extent());
    let gaps = if arguments.partial { Gaps::Accept } else { Gaps::Refuse };
    refuse_whole_among_parts(&arguments.parts, &arguments.out)?;
    let merged = Merged::read(&arguments.parts, gaps, &how)?;
    let asked = merged.first.manifest.run.paths_asked;
    let missing = merged.state.chunks().missing(0..asked / CHUNK_PATHS);
    if !missing.is_empty() && gaps == Gaps::Refuse {
        return Err(parts::gaps(&merged.parts, &missing));
    }
    let request = Request {
        shard: None,
        out: arguments.out.clone(),
        replace: if arguments.replace { Replace::AnyRun } else { Replace::SameRun },
        ..how.request(&merged.first)?
    };
    let missing = if missing.is_empty() { Missing::Simulate } else { Missing::LeaveOut };
    write_whole(merged, &request, missing, &how.show)
}

fn refuse_whole_among_parts(parts: &[PathBuf], out: &Path) -> Result<(), Failure> {
    // A folder that does not exist yet is no part.
    let Ok(whole) = std::fs::canonicalize(out) else { return Ok(()) };
    match parts.iter().find(|part| std::fs::canonicalize(part).is_ok_and(|part| part == whole)) {
        None => Ok(()),
        Some(part) => {
            let message =
                format!("`{}` is one of the parts and the folder of the whole (-o)", part.display());
            Err(Failure::told(Exit::Usage, message).help("name another folder with -o; parts are only read"))
        }
    }
}

/// Parts of one run, with their states merged.
struct Merged {
    first: SavedRun,
    state: State,
    parts: Vec<Part>,
    /// Keeps other programs from writing a part until the whole is written.
    _locks: Vec<Lock>,
}

impl Merged {
    /// Reads all parts and refuses those that do not fit together.
    fn read(folders: &[PathBuf], gaps: Gaps, how: &Continuation) -> Result<Merged, Failure> {
        let mut locks = Vec::new();
        let mut parts: Vec<Part> = Vec::new();
        let mut whole: Option<(SavedRun, State)> = None;
        for folder in folders {
            // A folder without a manifest is refused before it is locked.
            results::load_manifest(folder)?;
            locks.push(lock_for_reading(folder)?);
            let saved = how.open(folder)?;
            if let Some(first) = parts.first() {
                refuse_other_run(first, folder, &saved.manifest)?;
                refuse_other_files(first, folder, &saved.manifest)?;
            }
            let state = how.state(&saved)?.ok_or_else(|| {
                let message = format!("`{}` has no {}", folder.display(), state_file::FILE);
                Failure::coded(Exit::Mismatch, Code::StateUnusable, message)
                    .help("run the part again; with `capstake resume` if it was stopped")
            })?;
            refuse_unfinished(folder, &saved.manifest, gaps)?;
            let (manifest, chunks) = (saved.manifest.clone(), state.chunks().clone());
            match &mut whole {
                None => whole = Some((saved, state)),
                Some((_, all)) => all.merge(&state).map_err(|common| overlap(&parts, folder, &common))?,
            }
            parts.push(Part { folder: folder.clone(), manifest, chunks });
        }
        let (first, state) = whole.expect("at least one part is named");
        Ok(Merged { first, state, parts, _locks: locks })
    }
}

/// Writes the result of the whole run.
fn write_whole(merged: Merged, request: &Request, missing: Missing, show: &Show) -> Result<Exit, Failure> {
    let Merged { first, state, parts, _locks } = merged;
    let cost = Cost::of(&first.plan);
    let task = Task::whole(request.paths);
    let job = RunJob {
        missing,
        parts: Some(Parts(&parts)),
        ..RunJob::new(&first.scenario, &first.plan, &cost, task)
    };
    job.fits(request)?;
    let mut manifest = request.manifest(CommandPart::run(), &[&first.scenario]);
    manifest.run.started =
        parts.iter().map(|part| part.manifest.run.started.clone()).min().unwrap_or_default();
    let session = Session::open(request, show, manifest)?;
    if !show.quiet {
        output::status_line(&format!("{} read\n", counted(parts.len(), "part")));
    }
    simulate(session, &job, state, None)
}

/// Locks a part for reading, and refuses one that another program is writing.
fn lock_for_reading(folder: &Path) -> Result<Lock, Failure> {
    match Lock::shared(folder) {
        Ok(lock) => Ok(lock),
        Err(LockError::HeldByAnother) => Err(folder_failure::busy(folder)),
        Err(LockError::Io(error)) => {
            let message = format!("`{}` cannot be opened: {}", folder.display(), reason(&error));
            Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message))
        }
    }
}
