//! `capstake verify`: simulates a run again from its manifest and compares every file.

use std::path::{Path, PathBuf};

use serde_json::json;

use capstake::config::Code;
use capstake::job::comparison;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::file_names::{self, is_ours};
use capstake::job::folder_failure;
use capstake::job::formats::Format;
use capstake::job::lock::{Lock, LockError};
use capstake::job::manifest::{self, CommandPart, FilePart, Manifest, RunPart, Status};
use capstake::job::manifest_check;
use capstake::job::reason::reason;
use capstake::job::regular_file;
use capstake::job::request::Request;
use capstake::job::results;
use capstake::job::saved::SavedRun;
use capstake::job::words::{counted, cut, quoted, thousands};
use capstake::report::tables::exact_figures;
use capstake::run::{State, Task};

use super::arguments::paths_argument;
use super::file_check::FileCheck;
use super::resume_options::{Continuation, ResumeOptions};
use super::session::Session;
use super::show::{Extent, Show};
use super::simulate::{RunJob, simulate};
use super::{output, prefix, signal};

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Simulate only the first N paths, and compare what depends on them
    #[arg(short = 'n', long, value_name = "N", value_parser = paths_argument, allow_hyphen_values = true)]
    pub paths: Option<u64>,
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: ResumeOptions,
}

/// Verifies a folder.
pub fn verify(arguments: &VerifyArguments) -> Result<Exit, Failure> {
    let how = arguments.how.continuation(Extent::Screen);
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
    if saved.manifest.run.shard.is_some() && saved.manifest.status == Status::Partial {
        return Err(Failure::told(Exit::Usage, format!("`{name}` is a part that is not finished"))
            .help(format!("finish it first: capstake resume {}", quoted(&name.to_string()))));
    }
    signal::listen();
    let done = saved.manifest.run.paths_done;
    let mut checks = edited(&saved);
    let whole = arguments.paths.is_none_or(|paths| paths >= done);
    match arguments.paths {
        Some(paths) if !whole => {
            checks.extend(stated(&saved, &how)?);
            checks.extend(prefix::compare(&saved, paths, &how)?);
        }
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
    let listed = saved.manifest.files.iter().filter(|file| is_ours(&file.name));
    let judged = listed.map(|file| {
        let difference = match regular_file::digest(&saved.folder.join(&file.name), file.bytes) {
            // A stated size that is too large is found by comparing with a new run, which first names the number that differs.
            Ok((bytes, digest)) if bytes <= file.bytes && digest == file.blake3 => None,
            Ok((bytes, _)) if bytes != file.bytes => {
                let (found, stated) = (thousands(bytes), thousands(file.bytes));
                Some(format!("it has {found} bytes, the manifest says {stated}"))
            }
            Ok(_) => Some("its digest is not the manifest's: it was changed after the run".to_owned()),
            Err(error) => Some(reason(&error)),
        };
        FileCheck { name: file.name.clone(), what: "digest", difference }
    });
    judged.filter(|verdict| verdict.difference.is_some()).collect()
}

/// The paths of the folder. A run that was stopped is repeated as far as it came, which is a whole number of chunks.
fn task(saved: &SavedRun) -> Result<Task, Failure> {
    let run = &saved.manifest.run;
    saved.task(if run.shard.is_some() { run.paths_asked } else { run.paths_done })
}

/// The request of the run with the options that decide which files it writes.
fn request(saved: &SavedRun, how: &Continuation) -> Result<Request, Failure> {
    Continuation { checkpoint: None, ..*how }.request(saved)
}

/// Checks of what the manifest says, as far as no path decides it: facts, and which files there are.
fn stated(saved: &SavedRun, how: &Continuation) -> Result<Vec<FileCheck>, Failure> {
    let request = request(saved, how)?;
    let found = &saved.manifest;
    let mut run = request.manifest(CommandPart::run(), &[&saved.scenario]);
    run.run = RunPart { paths_done: task(saved)?.paths_asked(), ..found.run.clone() };
    (run.undefined, run.non_finite) = (found.undefined.clone(), found.non_finite.clone());
    // A part has no figures yet.
    run.exact = if found.run.shard.is_some() { Vec::new() } else { exact_figures(&saved.plan) };
    let mut checks = vec![facts(found, &run)];
    let names = request.file_names();
    // The workbook is left out where it would not fit its format.
    let workbook = Format::Xlsx.file();
    let absent =
        names.iter().filter(|name| Some(name.as_str()) != workbook && listed(found, name).is_empty());
    checks.extend(absent.map(|name| {
        let difference = Some("the manifest does not list it, and such a run writes it".to_owned());
        FileCheck { name: name.clone(), what: "files", difference }
    }));
    checks.extend(too_many(&saved.folder, found, |name| names.iter().any(|one| one == name)));
    Ok(checks)
}

/// The check of what the manifest says beside the files.
fn facts(found: &Manifest, again: &Manifest) -> FileCheck {
    let difference = manifest_check::first_difference(found, again);
    FileCheck { name: manifest::FILE.to_owned(), what: "facts that a run decides", difference }
}

fn listed<'a>(manifest: &'a Manifest, name: &str) -> Vec<&'a FilePart> {
    manifest.files.iter().filter(|file| file.name == name).collect()
}

/// Checks of files that the manifest lists, or that stand in the folder as if they were results, and that the run does not write.
fn too_many(folder: &Path, found: &Manifest, writes: impl Fn(&str) -> bool) -> Vec<FileCheck> {
    let mut names: Vec<String> = found.files.iter().map(|file| file.name.clone()).collect();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    names.extend(
        entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| file_names::of_runs(name)),
    );
    names.sort();
    names.dedup();
    let foreign = names.into_iter().filter(|name| !writes(name));
    let check = |name: String| {
        let difference = Some("a new run does not write such a file".to_owned());
        FileCheck { name: cut(&name).into_owned(), what: "files", difference }
    };
    foreign.map(check).collect()
}

/// Repeats the whole run in a temporary folder and compares its files and its manifest.
fn again(saved: &SavedRun, how: &Continuation) -> Result<Vec<FileCheck>, Failure> {
    let place = tempfile::Builder::new().prefix("capstake-verify-").tempdir().map_err(|error| {
        let message = format!("a temporary folder cannot be made: {}", reason(&error));
        Failure::coded(Exit::Output, Code::FolderUnwritable, message).help("set TMPDIR to a folder with room")
    })?;
    let out = place.path().join("again");
    let cost = Cost::of(&saved.plan);
    let job = RunJob {
        repeats: Some(&saved.manifest.run),
        ..RunJob::new(&saved.scenario, &saved.plan, &cost, task(saved)?)
    };
    let request = Request { out: out.clone(), ..request(saved, how)? };
    job.fits(&request)?;
    let manifest = request.manifest(CommandPart::run(), &[&saved.scenario]);
    let show =
        Show { json: false, extent: Extent::Screen, quiet: true, progress: how.show.progress(), open: false };
    let session = Session::open(&request, &show, manifest)?;
    if !how.show.quiet {
        output::status_line(&format!(
            "{}: {} paths again, {}\n",
            saved.scenario.model.name,
            thousands(job.task.paths_asked()),
            counted(request.threads, "thread")
        ));
    }
    if simulate(session, &job, State::new(&saved.plan), None)? != Exit::Done {
        return Err(Failure::told(Exit::Interrupted, "stopped before everything was compared"));
    }
    let run = results::load_manifest(&out)?;
    let files = run.files.iter().map(|file| FileCheck {
        name: file.name.clone(),
        what: "all bytes",
        difference: difference(&saved.folder, &out, &file.name),
    });
    let mut checks: Vec<FileCheck> = files.collect();
    // After the bytes: a number that differs is worth more than an entry.
    checks.extend(run.files.iter().filter_map(|file| {
        let difference = manifest_check::entry_difference(&listed(&saved.manifest, &file.name), file)?;
        Some(FileCheck {
            name: file.name.clone(),
            what: "entry in the manifest",
            difference: Some(difference),
        })
    }));
    checks.extend(too_many(&saved.folder, &saved.manifest, |name| !listed(&run, name).is_empty()));
    checks.push(facts(&saved.manifest, &run));
    Ok(checks)
}

/// The first difference between the files of one name in two folders.
fn difference(folder: &Path, again: &Path, name: &str) -> Option<String> {
    let files = regular_file::open(&folder.join(name))
        .and_then(|here| Ok((here, regular_file::open(&again.join(name))?)))
        .and_then(|(here, there)| comparison::first_difference_of_files(name, here, there));
    files.unwrap_or_else(|error| Some(reason(&error)))
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
