//! Messages for a results folder that cannot be written: locked, foreign, of another run, or refused by the system.

use std::io;
use std::path::Path;

use super::error::{Exit, Failure};
use super::identity::{FoundRun, Identity};
use super::reason::reason;
use super::words::thousands;
use crate::config::Code;

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

/// The failure for a folder with results of another run; names what differs.
pub fn other_run(path: &Path, found: &FoundRun, wanted: &Identity) -> Failure {
    let differs = match &found.identity {
        None => "of another version of capstake".to_owned(),
        Some(other) => {
            let mut parts = Vec::new();
            if other.command != wanted.command {
                parts.push(format!("command ({})", other.command));
            }
            if other.digest != wanted.digest {
                parts.push(match &found.name {
                    Some(name) => format!("scenario ({name}, as it was then)"),
                    None => "scenario".to_owned(),
                });
            }
            if other.seed != wanted.seed {
                parts.push(format!("seed ({})", other.seed));
            }
            if other.paths != wanted.paths {
                parts.push(format!("number of paths ({})", thousands(other.paths)));
            }
            if other.shard != wanted.shard {
                let shard = other.shard.as_deref().unwrap_or("the whole");
                parts.push(format!("part ({shard})"));
            }
            if other.version != wanted.version {
                parts.push(format!("version ({})", other.version));
            }
            format!("of another {}", parts.join(" and "))
        }
    };
    let message = format!("`{}` holds results {differs}", path.display());
    Failure::coded(Exit::Output, Code::FolderOtherRun, message)
        .help("name another folder with -o, or replace those results with --force (of `merge`: --replace)")
}
