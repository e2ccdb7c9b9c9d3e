//! Which program this is: its version, the commit it was built from, the machine it was built for.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The program that wrote a results folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Build {
    /// Version of the program.
    pub version: String,
    /// Commit it was built from; `+changes` where tracked files differed; `unknown` outside a checkout.
    pub git_revision: String,
    /// Target triple; `unknown` where the program does not say.
    pub target: String,
    /// Version of the mapping from seeds to draws.
    pub stream_version: u32,
}

/// What [`declare`] was told. The engine does not find it out itself: it would be compiled again after every commit.
static DECLARED: OnceLock<(String, String)> = OnceLock::new();

/// Says which commit and which target the calling program was built from. The first call counts.
pub fn declare(revision: &str, target: &str) {
    DECLARED.get_or_init(|| (revision.to_owned(), target.to_owned()));
}

impl Build {
    /// This program.
    pub fn current() -> Build {
        let unknown = || "unknown".to_owned();
        let (git_revision, target) = DECLARED.get().cloned().unwrap_or_else(|| (unknown(), unknown()));
        Build {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            git_revision,
            target,
            stream_version: crate::rng::stream::STREAM_VERSION,
        }
    }
}
