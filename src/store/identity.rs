//! What two saved states must share to be parts of one run: scenario, seed and program.

use serde::{Deserialize, Serialize};

/// Everything that determines a run's paths; runs with equal identities have equal paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Digest of the scenario's text and files.
    pub scenario: String,
    /// Seed of all streams.
    pub seed: u64,
    /// Where the random numbers come from, in words.
    pub sampling: String,
    /// Version of the program.
    pub version: String,
    /// Revision that the program was built from.
    pub revision: String,
    /// Version of the mapping from seeds to draws.
    pub streams: u32,
}

/// The revision of a build that knows none.
pub const UNKNOWN: &str = "unknown";

/// Whether two builds are of one revision. Two that do not know theirs may differ in anything.
pub fn same_revision(a: &str, b: &str) -> bool {
    a == b && a != UNKNOWN
}

/// A field in which two identities differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field: `scenario`, `seed`, `sampling`, `version`, `revision` or `streams`.
    pub what: &'static str,
    /// Its value here.
    pub here: String,
    /// Its value in the other identity.
    pub there: String,
}

impl Identity {
    /// The fields that differ, in their order.
    pub fn differences(&self, other: &Identity) -> Vec<Difference> {
        let pairs = [
            ("scenario", self.scenario.clone(), other.scenario.clone()),
            ("seed", self.seed.to_string(), other.seed.to_string()),
            ("sampling", self.sampling.clone(), other.sampling.clone()),
            ("version", self.version.clone(), other.version.clone()),
            ("revision", self.revision.clone(), other.revision.clone()),
            ("streams", self.streams.to_string(), other.streams.to_string()),
        ];
        pairs
            .into_iter()
            .filter(|(what, here, there)| match *what {
                "revision" => !same_revision(here, there),
                _ => here != there,
            })
            .map(|(what, here, there)| Difference { what, here, there })
            .collect()
    }
}
