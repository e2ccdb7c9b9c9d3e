//! `capstake verify`: simulates a run again from its manifest and compares every file.

use std::path::{Path, PathBuf};

use serde_json::json;

use capstake::config::Code;
use capstake::job::comparison;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder_failure;
use capstake::job::lock::{Lock, LockError};
use capstake::job::manifest::{CommandPart, Status};
use capstake::job::reason::reason;
use capstake::job::request::Request;
use capstake::job::results;
use capstake::job::saved::SavedRun;
use capstake::job::words::{counted, thousands};
use capstake::run::State;

use super::arguments::paths_argument;
use super::file_check::FileCheck;
use super::resume_options::{Continuation, ResumeOptions};
use super::session::Session;
use super::show::Show;
use super::simulate::{RunJob, simulate};
use super::{output, prefix, signal};

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Simulate only so many of the first paths, and compare what they decide
    #[arg(short = 'n', long, value_name = "N", value_parser = paths_argument, allow_hyphen_values = true)]
    pub paths: Option<u64>,
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: ResumeOptions,
}

/// Verifies a folder.
pub fn verify(arguments: &VerifyArguments) -> Result<Exit, Failure> {
    let how = arguments.how.continuation();
    results::load_manifest(&arguments.folder)?;
    let _lock = match Lock::shared(&arguments.folder) {
        Err(LockError::HeldByAnother) => return Err(folder_failure::busy(&arguments.folder)),
        lock => lock.ok(),
    };
    let saved = how.open(&arguments.folder)?;
    let name = arguments.folder.display();
    if matches!(saved.manifest.status, Status::Running | Status::Failed) {
        let message = format!("`{name}` has no results: its status is `{}`", saved.manifest.status.word());
        return Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("wait for the run to end, or `capstake resume` it"));
    }
    if saved.manifest.run.shard.is_none() && !saved.manifest.run.path_ranges.is_empty() {
        let message = format!("`{name}` holds paths from here and there: no single run has these");
        return Err(Failure::told(Exit::Usage, message).help("`capstake resume` simulates the paths between"));
    }
    signal::listen();
    let done = saved.manifest.run.paths_done;
    let mut checks = edited(&saved);
    let whole = arguments.paths.is_none_or(|paths| paths >= done);
    match arguments.paths {
        Some(paths) if !whole => checks.extend(prefix::compare(&saved, paths, &how)?),
        _ => checks.extend(again(&saved, &how)?),
    }
    let truth = match arguments.paths {
        Some(paths) if !whole => format!("what the first {} of its paths give", thousands(paths)),
        _ => format!("what a run of {} paths gives", thousands(done)),
    };
    report(&arguments.folder, &checks, &truth, &how.show)
}

/// Checks of files whose digests differ from the manifest's.
fn edited(saved: &SavedRun) -> Vec<FileCheck> {
    let listed = saved.manifest.files.iter();
    let judged = listed.map(|file| {
        let difference = match std::fs::read(saved.folder.join(&file.name)) {
            Ok(bytes) if blake3::hash(&bytes).to_hex().as_str() == file.blake3 => None,
            Ok(_) => Some("its digest is not the manifest's: it was changed after the run".to_owned()),
            Err(error) => Some(reason(&error)),
        };
        FileCheck { name: file.name.clone(), what: "digest", difference }
    });
    judged.filter(|verdict| verdict.difference.is_some()).collect()
}

/// Repeats the whole run in a temporary folder and compares its files.
fn again(saved: &SavedRun, how: &Continuation) -> Result<Vec<FileCheck>, Failure> {
    let place = tempfile::Builder::new().prefix("capstake-verify-").tempdir().map_err(|error| {
        let message = format!("a temporary folder cannot be made: {}", reason(&error));
        Failure::coded(Exit::Output, Code::FolderUnwritable, message).help("set TMPDIR to a folder with room")
    })?;
    let out = place.path().join("again");
    let cost = Cost::of(&saved.plan);
    // A run that was stopped is repeated as far as it came, which is a whole number of chunks.
    let task = match saved.manifest.run.shard {
        Some(_) => saved.task(saved.manifest.run.paths_asked)?,
        None => saved.task(saved.manifest.run.paths_done)?,
    };
    let job = RunJob {
        repeats: Some(&saved.manifest.run),
        ..RunJob::new(&saved.scenario, &saved.plan, &cost, task)
    };
    let request = Request { out: out.clone(), ..how.request(saved)? };
    job.fits(&request)?;
    let manifest = request.manifest(CommandPart::run(), &[&saved.scenario]);
    let show = Show { json: false, quiet: true, progress: how.show.progress(), open: false };
    let session = Session::open(&request, &show, manifest)?;
    if !how.show.quiet {
        output::status_line(&format!(
            "{}: {} paths again, {}\n",
            saved.scenario.model.name,
            thousands(job.task.paths_asked()),
            counted(request.threads, "thread")
        ));
    }
    if simulate(session, &job, State::new(&saved.plan))? != Exit::Done {
        return Err(Failure::told(Exit::Interrupted, "stopped before everything was compared"));
    }
    Ok(saved
        .manifest
        .files
        .iter()
        .map(|file| FileCheck {
            name: file.name.clone(),
            what: "all bytes",
            difference: difference(&saved.folder, &out, &file.name),
        })
        .collect())
}

/// The first difference between the files of one name in two folders.
fn difference(folder: &Path, again: &Path, name: &str) -> Option<String> {
    match (std::fs::read(folder.join(name)), std::fs::read(again.join(name))) {
        (Ok(here), Ok(there)) => comparison::first_difference(name, &here, &there),
        (Err(error), _) => Some(reason(&error)),
        (Ok(_), Err(_)) => Some("a new run does not write such a file".to_owned()),
    }
}

/// Prints the checks and returns the exit code.
fn report(folder: &Path, checks: &[FileCheck], truth: &str, show: &Show) -> Result<Exit, Failure> {
    let name = folder.display();
    let wrong = checks.iter().filter(|verdict| verdict.difference.is_some()).count();
    if show.json {
        let files: Vec<_> = checks
            .iter()
            .map(|one| {
                let equal = one.difference.is_none();
                json!({ "file": one.name, "compared": one.what, "equal": equal, "difference": one.difference })
            })
            .collect();
        let object = json!({
            "schema_version": 1, "folder": name.to_string(), "compared_with": truth, "equal": wrong == 0, "files": files
        });
        output::json(&format!("{object}\n"))?;
    } else if !show.quiet {
        let width = checks.iter().map(|one| one.name.len()).max().unwrap_or(0);
        let mut page = String::new();
        for one in checks {
            let verdict = match &one.difference {
                None => format!("equal      {}", one.what),
                Some(difference) => format!("DIFFERENT  {}: {difference}", one.what),
            };
            page.push_str(&format!("{:<width$}  {verdict}\n", one.name));
        }
        output::results(&page)?;
    }
    if wrong == 0 {
        if !show.quiet && !show.json {
            output::status_line(&format!("`{name}` is {truth}\n"));
        }
        return Ok(Exit::Done);
    }
    let first = checks.iter().find_map(|one| Some((&one.name, one.difference.as_ref()?)));
    let (file, difference) = first.expect("one is wrong");
    let message = format!("`{name}` is not {truth}: {file}: {difference}");
    Err(Failure::coded(Exit::Mismatch, Code::ResultsDiffer, message)
        .help("was a file edited? if not, please report this with the manifest"))
}
