//! Scenarios that a caller of the library hands over by name, in place of files.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use capstake::job::error::Failure;
use capstake::job::scenario::ScenarioFile;

/// A scenario by name.
#[derive(Clone)]
pub struct Given {
    /// The name that stands among the arguments.
    pub name: PathBuf,
    /// The scenario's files, as they were read.
    pub file: ScenarioFile,
    /// Its own settings, for a command with several scenarios.
    pub overrides: Vec<String>,
}

thread_local! {
    static ALL: RefCell<Vec<Given>> = const { RefCell::new(Vec::new()) };
}

/// Makes these the scenarios of the calling thread.
pub(super) fn set(all: Vec<Given>) {
    ALL.with_borrow_mut(|given| *given = all);
}

fn found(name: &Path) -> Option<Given> {
    ALL.with_borrow(|all| all.iter().find(|given| given.name == name).cloned())
}

/// The scenario that was handed over by that name, else the file.
pub(super) fn read(path: &Path) -> Result<ScenarioFile, Failure> {
    found(path).map_or_else(|| ScenarioFile::read(path), |given| Ok(given.file))
}

/// Settings of the scenario that was handed over by that name.
pub(super) fn overrides(name: &Path) -> Vec<String> {
    found(name).map(|given| given.overrides).unwrap_or_default()
}

/// What to call a scenario beside others: its name, if it was handed over by one.
pub(super) fn label(name: &Path) -> Option<String> {
    found(name).map(|given| given.name.display().to_string())
}
