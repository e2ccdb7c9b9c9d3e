//! Messages for a results folder that cannot be written: locked, foreign, of another run, or refused by the system.

use std::io;
use std::path::Path;

use super::error::{Exit, Failure};
use super::identity::{FoundRun, Identity, keys_of};
use super::reason::reason;
use super::words::{cut, quoted, span, thousands};
use crate::config::Code;
use crate::study::difference::changed_keys;

/// Number of changed keys that a message shows.
const SHOWN: usize = 5;

/// The failure for a folder that another process is writing.
pub fn busy(path: &Path) -> Failure {
    let message = format!("`{}` is being written by another capstake", path.display());
    Failure::coded(Exit::Output, Code::FolderBusy, message)
        .help("wait until it has ended")
        .help_by("out", "or name another folder with -o")
}

/// The failure for a folder with files that capstake did not write.
pub fn foreign(path: &Path) -> Failure {
    let message = format!("`{}` holds files that capstake did not write", path.display());
    Failure::coded(Exit::Output, Code::FolderForeign, message)
        .help_by("out", "name another folder with -o, or empty this one yourself; --force does not touch it")
}

/// The failure for a path that the system refuses; `what` is the predicate, such as "cannot be made".
pub fn unwritable(path: &Path, what: &str, error: &io::Error) -> Failure {
    let message = format!("`{}` {what}: {}", path.display(), reason(error));
    let failure = Failure::coded(Exit::Output, Code::FolderUnwritable, message);
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            failure.help("make room on the disk").help_by("out", "or name a folder on another disk with -o")
        }
        _ => failure.help_by("out", "name another folder with -o"),
    }
}

/// The failure for a stopped run with so many seconds of saved work, which is not replaced unasked; `same` if it is the very run
/// that was asked for.
pub fn stopped(path: &Path, found: &FoundRun, saved: f64, same: bool) -> Failure {
    let name = path.display();
    let message = format!(
        "`{name}` holds a run that was stopped, with {} of work saved: {}",
        span(saved),
        found.in_words()
    );
    let failure = Failure::coded(Exit::Output, Code::FolderOtherRun, message);
    let failure = match same {
        true => failure.help("go on with it: --resume"),
        false => failure.help(format!("go on with it: capstake resume {}", quoted(&name.to_string()))),
    };
    failure.help("replace it with --force, or name another folder with -o")
}

/// The failure for a folder with results of another run; names what differs, and the keys that differ between its scenario and
/// the `resolved` one that is wanted.
pub fn other_run(path: &Path, found: &FoundRun, wanted: &Identity, resolved: &str) -> Failure {
    let differs = match &found.identity {
        None => "of another version of capstake".to_owned(),
        Some(other) => {
            let mut parts = Vec::new();
            if other.command != wanted.command {
                parts.push(format!("command ({})", cut(&other.command)));
            }
            if other.digest != wanted.digest {
                parts.push(match &found.name {
                    Some(name) => format!("scenario ({}, as it was then)", cut(name)),
                    None => "scenario".to_owned(),
                });
            }
            if other.seed != wanted.seed {
                parts.push(format!("seed ({})", cut(&other.seed)));
            }
            if other.sampling != wanted.sampling {
                parts.push(format!("sampling ({})", cut(&other.sampling)));
            }
            if other.precision != wanted.precision {
                let precision = other.precision.as_deref().unwrap_or("none");
                parts.push(format!("precision ({})", cut(precision)));
            }
            if other.paths != wanted.paths {
                parts.push(format!("number of paths ({})", thousands(other.paths)));
            }
            if other.shard != wanted.shard {
                let shard = other.shard.as_deref().unwrap_or("the whole");
                parts.push(format!("part ({})", cut(shard)));
            }
            if other.version != wanted.version {
                parts.push(format!("version ({})", cut(&other.version)));
            }
            format!("of another {}", parts.join(" and "))
        }
    };
    let message = format!("`{}` holds results {differs}", path.display());
    let mut failure = Failure::coded(Exit::Output, Code::FolderOtherRun, message);
    let keys = (found.resolved.as_deref().and_then(keys_of), keys_of(resolved));
    if let (Some(there), Some(here)) = keys {
        let text = |value: &Option<String>| cut(value.as_deref().unwrap_or("not set")).into_owned();
        for change in changed_keys(&there, &here).iter().take(SHOWN) {
            let (key, there, here) = (cut(&change.key), text(&change.before), text(&change.after));
            failure = failure.help(format!("{key}: {there} there, {here} here"));
        }
    }
    failure
        .help("name another folder with -o")
        .help_by("force", "or replace those results: --force, without --resume")
        .help_by("replace", "or replace those results: --replace")
}
