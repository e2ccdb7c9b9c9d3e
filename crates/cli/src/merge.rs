//! `capstake merge`: parts of a run, simulated apart, put together to the result of the whole.

use std::path::{Path, PathBuf};

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::{self, Replace};
use capstake::job::lock::{Lock, LockError};
use capstake::job::manifest::CommandPart;
use capstake::job::parts::{Part, ended, gaps, overlap, same_run};
use capstake::job::request::Request;
use capstake::job::results;
use capstake::job::saved::SavedRun;
use capstake::job::state_file;
use capstake::job::words::counted;
use capstake::run::{CHUNK_PATHS, State, Task};
use capstake_output::made;

use super::output;
use super::resume_options::ResumeOptions;
use super::session::Session;
use super::simulate::{RunJob, simulate};

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
    /// ResumeOptions to go on, and what is shown.
    #[command(flatten)]
    pub how: ResumeOptions,
}

/// Merges parts.
pub fn merge(arguments: &MergeArguments) -> Result<Exit, Failure> {
    let how = &arguments.how;
    let whole_place = std::fs::canonicalize(&arguments.out).ok();
    for part in &arguments.parts {
        if whole_place.is_some() && std::fs::canonicalize(part).ok() == whole_place {
            let message =
                format!("`{}` is one of the parts and the folder of the whole (-o)", part.display());
            return Err(
                Failure::told(Exit::Usage, message).help("name another folder with -o; parts are only read")
            );
        }
    }
    let mut locks = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut whole: Option<(SavedRun, State)> = None;
    for folder in &arguments.parts {
        // There is a manifest before there is anything to wait for.
        results::load_manifest(folder)?;
        locks.push(quiet(folder)?);
        let saved = SavedRun::open(folder, how.simd, how.on_change())?;
        if let Some(first) = parts.first() {
            same_run(first, folder, &saved.manifest)?;
        }
        let state = state_file::load(folder, &saved.plan, how.on_change())?.ok_or_else(|| {
            let message = format!("`{}` has no {}", folder.display(), state_file::FILE);
            Failure::coded(Exit::Mismatch, Code::StateUnusable, message)
                .help("run the part again; with `capstake resume` if it was stopped")
        })?;
        ended(folder, &saved.manifest, arguments.partial)?;
        let chunks = state.chunks().clone();
        let manifest = saved.manifest.clone();
        match &mut whole {
            None => whole = Some((saved, state)),
            Some((_, all)) => all.merge(&state).map_err(|common| overlap(&parts, folder, &common))?,
        }
        parts.push(Part { folder: folder.clone(), manifest, chunks });
    }
    let (mut saved, state) = whole.expect("at least one part is named");
    let asked = saved.manifest.run.paths_asked;
    let missing = state.chunks().missing(0..asked / CHUNK_PATHS);
    let complete = missing.is_empty();
    if !complete && !arguments.partial {
        return Err(gaps(&parts, &missing));
    }
    saved.manifest.run.shard = None;
    saved.folder.clone_from(&arguments.out);
    let cost = Cost::of(&saved.plan);
    let job = RunJob {
        only_put_together: !complete,
        ..RunJob::new(&saved.scenario, &saved.plan, &cost, Task::whole(asked))
    };
    let request = Request {
        replace: if arguments.replace { Replace::AnyRun } else { Replace::SameRun },
        ..saved.request(how.threads, how.checkpoint, made::BUILT_IN)?
    };
    job.fits(&request)?;
    let mut manifest = request.manifest(CommandPart::run(), &[&saved.scenario]);
    manifest.run.started =
        parts.iter().map(|part| part.manifest.run.started.clone()).min().unwrap_or_default();
    let show = how.show();
    let session = Session::open(&request, &show, manifest)?;
    if !show.quiet {
        output::status_line(&format!("{} read\n", counted(parts.len(), "part")));
    }
    simulate(session, &job, state)
}

/// The right to read a part that nobody writes.
fn quiet(folder: &Path) -> Result<Lock, Failure> {
    match Lock::shared(folder) {
        Ok(lock) => Ok(lock),
        Err(LockError::HeldByAnother) => Err(folder::busy(folder)),
        Err(LockError::Io(error)) => {
            let message =
                format!("`{}` cannot be opened: {}", folder.display(), capstake::job::reason::reason(&error));
            Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message))
        }
    }
}
