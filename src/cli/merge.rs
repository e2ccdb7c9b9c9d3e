//! `capstake merge`: parts of a run, simulated apart, put together to the result of the whole.

use std::path::{Path, PathBuf};

use super::cost::Cost;
use super::exit::{Exit, Failure};
use super::folder::{self, Folder, Replace};
use super::job::Job;
use super::lock::{Lock, Taken};
use super::manifest::{Manifest, Status};
use super::resume::How;
use super::run::{manifest, simulate};
use super::saved::{Saved, keys_of};
use super::state_file;
use super::words::{counted, thousands};
use super::{output, results, signal, simulation};
use crate::config::Code;
use crate::run::{CHUNK_PATHS, ChunkSet, State, Task};
use crate::study::difference::changed_keys;

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
    /// How to go on, and what is shown.
    #[command(flatten)]
    pub how: How,
}

/// A part that has been read.
struct Part {
    folder: PathBuf,
    manifest: Manifest,
    chunks: ChunkSet,
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
    let mut whole: Option<(Saved, State)> = None;
    for folder in &arguments.parts {
        // There is a manifest before there is anything to wait for.
        results::load_manifest(folder)?;
        locks.push(quiet(folder)?);
        let saved = Saved::open(folder, how.simd, how.other_build())?;
        if let Some(first) = parts.first() {
            same_run(first, folder, &saved.manifest)?;
        }
        let state = state_file::load(folder, &saved.plan, how.other_build())?.ok_or_else(|| {
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
    let job = Job {
        scenario: &saved.scenario,
        plan: &saved.plan,
        task: Task::whole(asked),
        threads: simulation::threads(how.threads),
        out: &arguments.out,
        cost: &cost,
        as_in: None,
        only_put_together: !complete,
    };
    let run_arguments = saved.arguments(how)?;
    job.fits(&run_arguments)?;
    let mut manifest = manifest(&run_arguments, &job);
    manifest.run.started =
        parts.iter().map(|part| part.manifest.run.started.clone()).min().unwrap_or_default();
    let replace = if arguments.replace { Replace::AnyRun } else { Replace::SameRun };
    signal::listen();
    let folder = Folder::open(&arguments.out, &manifest, replace)?;
    if !how.quiet {
        output::told(&format!("{} read\n", counted(parts.len(), "part")));
    }
    simulate(&run_arguments, &job, state, folder, &mut manifest)
}

/// The right to read a part that nobody writes.
fn quiet(folder: &Path) -> Result<Lock, Failure> {
    match Lock::shared(folder) {
        Ok(lock) => Ok(lock),
        Err(Taken::ByAnother) => Err(folder::busy(folder)),
        Err(Taken::Unknown(error)) => {
            let message =
                format!("`{}` cannot be opened: {}", folder.display(), super::scenario::reason(&error));
            Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message))
        }
    }
}

fn misfit(message: String) -> Failure {
    Failure::coded(Exit::Mismatch, Code::PartsDoNotFit, message)
}

/// Refuses a part of another run, with what differs.
fn same_run(first: &Part, folder: &Path, other: &Manifest) -> Result<(), Failure> {
    let (a, b) = (&first.manifest, other);
    let rows = [
        ("scenario", &a.scenario.digest, &b.scenario.digest),
        ("seed", &a.run.seed, &b.run.seed),
        ("paths of the whole run", &thousands(a.run.paths_asked), &thousands(b.run.paths_asked)),
        ("version", &a.build.version, &b.build.version),
        ("revision", &a.build.git_revision, &b.build.git_revision),
    ];
    let differences: Vec<_> = rows.into_iter().filter(|(_, a, b)| a != b).collect();
    if differences.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` is not a part of the run of `{}`", folder.display(), first.folder.display());
    let mut failure = misfit(message);
    for (what, a, b) in differences {
        failure = failure.help(format!("{what}: {b}, and {a} in the first"));
    }
    if let (Some(before), Some(after)) = (keys_of(&a.scenario.resolved), keys_of(&b.scenario.resolved)) {
        for change in changed_keys(&before, &after).iter().take(5) {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
            let (first, here) = (text(&change.before), text(&change.after));
            failure = failure.help(format!("{}: {here}, and {first} in the first", change.key));
        }
    }
    Err(failure)
}

/// Refuses a part that is not done, unless what there is will do.
fn ended(folder: &Path, manifest: &Manifest, partial: bool) -> Result<(), Failure> {
    let name = folder.display();
    match manifest.status {
        Status::Complete => Ok(()),
        Status::Running | Status::Partial if partial => Ok(()),
        Status::Running | Status::Partial => Err(misfit(format!("`{name}` is not finished"))
            .help(format!("capstake resume {}", super::words::quoted(&name.to_string())))
            .help("or put together what there is with --partial")),
        Status::Failed => {
            let first = manifest.failed_paths.first.first().copied().unwrap_or(0);
            let message = format!("the run of `{name}` failed: path {first} was not finite");
            Err(Failure::coded(Exit::Failed, Code::PathNotFinite, message)
                .help("mend the scenario and run all parts again"))
        }
    }
}

fn overlap(parts: &[Part], folder: &Path, common: &ChunkSet) -> Failure {
    let other = parts.iter().find(|part| !part.chunks.common(common).is_empty());
    let other = other.map_or(String::new(), |part| format!(" and `{}`", part.folder.display()));
    misfit(format!("paths {} are in `{}`{other}", paths_of(common), folder.display()))
        .help("name each part once; parts of different splits do not go together")
}

fn gaps(parts: &[Part], missing: &ChunkSet) -> Failure {
    let mut failure = misfit(format!("paths {} are in none of the parts", paths_of(missing)));
    let named: Vec<_> = parts.iter().filter_map(|part| part.manifest.run.shard.as_deref()).collect();
    let of: Option<u64> = named.first().and_then(|shard| shard.split('/').nth(1)?.parse().ok());
    if let Some(of) = of.filter(|of| *of <= 100_000) {
        let absent: Vec<String> =
            (1..=of).map(|i| format!("{i}/{of}")).filter(|shard| !named.contains(&shard.as_str())).collect();
        if !absent.is_empty() {
            let more = if absent.len() > 8 { ", …" } else { "" };
            failure =
                failure.help(format!("missing: shard {}{more}", absent[..absent.len().min(8)].join(", ")));
        }
    }
    failure.help("run them, or put together what there is with --partial")
}

/// `0 to 4,095 and 8,192 to 12,287`.
fn paths_of(chunks: &ChunkSet) -> String {
    let ranges: Vec<String> = chunks
        .ranges()
        .iter()
        .take(3)
        .map(|range| {
            format!("{} to {}", thousands(range.start * CHUNK_PATHS), thousands(range.end * CHUNK_PATHS - 1))
        })
        .collect();
    let more = if chunks.ranges().len() > 3 { " and more" } else { "" };
    format!("{}{more}", ranges.join(" and "))
}
