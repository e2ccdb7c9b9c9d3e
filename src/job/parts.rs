//! Checks that the parts of a run fit together: same run, finished, no overlaps, no gaps.

use std::path::{Path, PathBuf};

use super::error::{Exit, Failure};
use super::identity::keys_of;
use super::manifest::{Manifest, Status};
use super::words::{cut, quoted, thousands};
use crate::config::Code;
use crate::run::{CHUNK_PATHS, ChunkSet, Task};
use crate::store::same_revision;
use crate::study::difference::changed_keys;

/// Whether paths of the whole run may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// They are an error.
    Refuse,
    /// They are accepted, and the result is partial (`--partial`).
    Accept,
}

/// One part of a run.
pub struct Part {
    /// The part's folder.
    pub folder: PathBuf,
    /// The part's manifest.
    pub manifest: Manifest,
    /// The chunks in its state.
    pub chunks: ChunkSet,
}

fn misfit(message: String) -> Failure {
    Failure::coded(Exit::Mismatch, Code::PartsDoNotFit, message)
}

/// Refuses a part of another run and names what differs.
pub fn refuse_other_run(first: &Part, folder: &Path, other: &Manifest) -> Result<(), Failure> {
    let (a, b) = (&first.manifest, other);
    let rows = [
        ("scenario", &a.scenario.digest, &b.scenario.digest),
        ("seed", &a.run.seed, &b.run.seed),
        ("sampling", &a.run.sampling.in_words(), &b.run.sampling.in_words()),
        ("paths of the whole run", &thousands(a.run.paths_asked), &thousands(b.run.paths_asked)),
        ("version", &a.build.version, &b.build.version),
        ("revision", &a.build.git_revision, &b.build.git_revision),
    ];
    let differs = |what: &str, a: &str, b: &str| match what {
        "revision" => !same_revision(a, b),
        _ => a != b,
    };
    let differences: Vec<_> = rows.into_iter().filter(|(what, a, b)| differs(what, a, b)).collect();
    if differences.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` is not a part of the run of `{}`", folder.display(), first.folder.display());
    let mut failure = misfit(message);
    for (what, a, b) in differences {
        failure = failure.help(format!("{what}: {}, and {} in the first", cut(b), cut(a)));
    }
    if let (Some(before), Some(after)) = (keys_of(&a.scenario.resolved), keys_of(&b.scenario.resolved)) {
        for change in changed_keys(&before, &after).iter().take(5) {
            let text = |value: &Option<String>| cut(value.as_deref().unwrap_or("not set")).into_owned();
            let (first, here) = (text(&change.before), text(&change.after));
            failure = failure.help(format!("{}: {here}, and {first} in the first", cut(&change.key)));
        }
    }
    Err(failure)
}

/// Refuses an unfinished part, unless gaps are accepted. What `merge --partial` put together is as whole as its parts.
pub fn refuse_unfinished(folder: &Path, manifest: &Manifest, gaps: Gaps) -> Result<(), Failure> {
    let name = folder.display();
    match manifest.status {
        Status::Complete => Ok(()),
        Status::Partial if manifest.run.shard.is_none() => Ok(()),
        Status::Running | Status::Partial if gaps == Gaps::Accept => Ok(()),
        Status::Running | Status::Partial => Err(misfit(format!("`{name}` is not finished"))
            .help(format!("capstake resume {}", quoted(&name.to_string())))
            .help("or put together what there is with --partial")),
        Status::Failed => {
            let first = manifest.non_finite.first.first().copied().unwrap_or(0);
            let message = format!("the run of `{name}` failed: path {first} was not finite");
            Err(Failure::coded(Exit::Failed, Code::PathNotFinite, message)
                .help("mend the scenario and run all parts again"))
        }
    }
}

/// The failure for a part that shares chunks with earlier parts.
pub fn overlap(parts: &[Part], folder: &Path, common: &ChunkSet) -> Failure {
    let other = parts.iter().find(|part| !part.chunks.common(common).is_empty());
    let other = other.map_or(String::new(), |part| format!(" and `{}`", part.folder.display()));
    misfit(format!("paths {} are in `{}`{other}", paths_of(common), folder.display()))
        .help("name each part once; what is merged already has its parts")
}

/// The failure for parts that leave chunks out; names the missing shards.
pub fn gaps(parts: &[Part], missing: &ChunkSet) -> Failure {
    let mut failure = misfit(format!("paths {} are in none of the parts", paths_of(missing)));
    if let Some(of) = count_of(parts) {
        let lacks = |number: &u64| {
            let chunks = Task::shard(parts[0].manifest.run.paths_asked, *number, of).chunks;
            missing.common(&ChunkSet::of(chunks.clone())) == ChunkSet::of(chunks)
        };
        let absent: Vec<String> = (1..=of).filter(lacks).map(|i| format!("{i}/{of}")).collect();
        if !absent.is_empty() {
            let more = if absent.len() > 8 { ", …" } else { "" };
            failure =
                failure.help(format!("missing: shard {}{more}", absent[..absent.len().min(8)].join(", ")));
        }
    }
    failure.help("run them, or put together what there is with --partial")
}

/// Into how many equal parts the run was split; `None` where no part says so.
fn count_of(parts: &[Part]) -> Option<u64> {
    let shard = parts.iter().find_map(|part| part.manifest.run.shard.as_deref())?;
    let of: u64 = shard.split('/').nth(1)?.parse().ok()?;
    (1..=100_000).contains(&of).then_some(of)
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
