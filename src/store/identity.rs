//! What two states must share to be parts of one run: scenario, seed and program.

use serde::{Deserialize, Serialize};

/// Runs of one identity have the same paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Digest of the scenario.
    pub scenario: String,
    /// Seed of all streams.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// Revision that it was built from.
    pub revision: String,
    /// Version of the mapping from seeds to draws.
    pub streams: u32,
}

/// One thing that two identities do not share, with what each has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What: `scenario`, `seed`, `version`, `revision` or `streams`.
    pub what: &'static str,
    /// Here.
    pub here: String,
    /// There.
    pub there: String,
}

impl Identity {
    /// What differs, in the order of the fields.
    pub fn differences(&self, other: &Identity) -> Vec<Difference> {
        let pairs = [
            ("scenario", self.scenario.clone(), other.scenario.clone()),
            ("seed", self.seed.to_string(), other.seed.to_string()),
            ("version", self.version.clone(), other.version.clone()),
            ("revision", self.revision.clone(), other.revision.clone()),
            ("streams", self.streams.to_string(), other.streams.to_string()),
        ];
        pairs
            .into_iter()
            .filter(|(_, here, there)| here != there)
            .map(|(what, here, there)| Difference { what, here, there })
            .collect()
    }
}
