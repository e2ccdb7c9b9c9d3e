//! Paths on which a figure was not finite, and what a person is told about them.

use super::error::{Exit, Failure};
use super::scenario::Scenario;
use super::words::{quoted, thousands};
use crate::config::Code;
use crate::run::NonFinite;

/// Indices that are shown of many.
const SHOWN: usize = 5;

/// Paths that are not finite, in one variant of a scenario.
#[derive(Clone, Debug)]
pub struct NonFinitePaths {
    /// Which variant, in words; empty for the scenario itself.
    pub of: String,
    /// Which paths.
    pub broken: NonFinite,
    /// Paths simulated.
    pub simulated: u64,
    /// `--set` flags that make the variant, beside those that the scenario was read with.
    pub flags: Vec<String>,
    /// Index of the scenario, where there are several.
    pub scenario: usize,
}

impl NonFinitePaths {
    /// Paths of a scenario itself.
    pub fn of_scenario(broken: NonFinite, simulated: u64) -> NonFinitePaths {
        NonFinitePaths { of: String::new(), broken, simulated, flags: Vec::new(), scenario: 0 }
    }

    /// What is said of them, with the command that shows the first one.
    pub fn failure(&self, scenario: &Scenario, seed: u64) -> Failure {
        let NonFinitePaths { of, broken, simulated, flags, .. } = self;
        let first: Vec<String> = broken.first.iter().take(SHOWN).map(u64::to_string).collect();
        let were = if broken.count == 1 { "was" } else { "were" };
        let place = if of.is_empty() { String::new() } else { format!(" at {of}") };
        let message = format!(
            "{} of {} paths {were} not finite{place} with seed {seed}: {}{}",
            thousands(broken.count),
            thousands(*simulated),
            first.join(", "),
            if broken.count > first.len() as u64 { ", …" } else { "" }
        );
        let mut command = format!("capstake run {}", quoted(&scenario.path.display().to_string()));
        for flag in scenario.overrides.iter().chain(flags) {
            command.push_str(&format!(" --set {}", quoted(flag)));
        }
        let path = broken.first.first().copied().unwrap_or(0);
        command.push_str(&format!(" --seed {seed} --only-path {path}"));
        Failure::coded(Exit::Failed, Code::PathNotFinite, message)
            .help(format!("look at the first of them: {command}"))
            .help("no file of results was written; such paths are never left out")
    }
}
