//! The build of the program: version, commit and target machine.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::store::UNKNOWN;

/// The build of the program that wrote a results folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Build {
    /// The program's version.
    pub version: String,
    /// The commit; ends in `+changes` if tracked files differed. Outside a checkout it is `sources-` with a digest of the sources, and
    /// `unknown` if the program has declared none.
    pub git_revision: String,
    /// The target triple; `unknown` if the program has not declared it.
    pub target: String,
    /// Version of the mapping from seeds to random draws.
    pub stream_version: u32,
}

/// Commit and target from [`declare`]. If the engine read them itself, every commit would recompile it.
static DECLARED: OnceLock<(String, String)> = OnceLock::new();

/// Sets the commit and the target of the calling program; only the first call has an effect.
pub fn declare(revision: &str, target: &str) {
    DECLARED.get_or_init(|| (revision.to_owned(), target.to_owned()));
}

impl Build {
    /// The build of the running program.
    pub fn current() -> Build {
        let unknown = || UNKNOWN.to_owned();
        let (git_revision, target) = DECLARED.get().cloned().unwrap_or_else(|| (unknown(), unknown()));
        Build {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_revision,
            target,
            stream_version: crate::rng::stream::STREAM_VERSION,
        }
    }
}
