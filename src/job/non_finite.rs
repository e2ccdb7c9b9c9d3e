//! Paths that were not finite, and the failure that reports them.

use super::error::{Exit, Failure};
use super::scenario::Scenario;
use super::words::{quoted, thousands};
use crate::config::Code;
use crate::run::NonFinite;

/// Path indices shown in the message.
const SHOWN: usize = 5;

/// Paths of one variant of a scenario that were not finite.
#[derive(Clone, Debug)]
pub struct NonFinitePaths {
    /// The variant in words; empty for the scenario as it stands.
    pub variant: String,
    /// The number of paths, and their first indices.
    pub paths: NonFinite,
    /// Simulated paths.
    pub simulated: u64,
    /// `--set` flags that make the variant, in addition to those of the scenario.
    pub flags: Vec<String>,
    /// Index of the scenario in a study of several.
    pub scenario: usize,
}

impl NonFinitePaths {
    /// Creates the record for a scenario as it stands.
    pub fn of_scenario(paths: NonFinite, simulated: u64) -> NonFinitePaths {
        NonFinitePaths { variant: String::new(), paths, simulated, flags: Vec::new(), scenario: 0 }
    }

    /// The failure that names the paths, with the command that replays the first.
    pub fn failure(&self, scenario: &Scenario, seed: u64) -> Failure {
        let NonFinitePaths { variant, paths, simulated, flags, .. } = self;
        let first: Vec<String> = paths.first.iter().take(SHOWN).map(u64::to_string).collect();
        let were = if paths.count == 1 { "was" } else { "were" };
        let place = if variant.is_empty() { String::new() } else { format!(" at {variant}") };
        let message = format!(
            "{} of {} paths {were} not finite{place} with seed {seed}: {}{}",
            thousands(paths.count),
            thousands(*simulated),
            first.join(", "),
            if paths.count > first.len() as u64 { ", …" } else { "" }
        );
        let mut command = format!("capstake run {}", quoted(&scenario.path.display().to_string()));
        for flag in scenario.overrides.iter().chain(flags) {
            command.push_str(&format!(" --set {}", quoted(flag)));
        }
        let path = paths.first.first().copied().unwrap_or(0);
        command.push_str(&format!(" --seed {seed} --only-path {path}"));
        Failure::coded(Exit::Failed, Code::PathNotFinite, message)
            .help(format!("look at the first of them: {command}"))
            .help("no file of results was written; such paths are never left out")
    }
}
