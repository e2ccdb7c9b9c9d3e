//! What a command shows: once decided by arguments, the same for every command.

use super::progress::ProgressMode;

/// What is shown on the terminal and when the results are there.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    /// One JSON object on stdout instead of tables.
    pub json: bool,
    /// Nothing but errors.
    pub quiet: bool,
    /// How progress is shown.
    pub progress: ProgressMode,
    /// Whether the results are opened at the end.
    pub open: bool,
}

impl Show {
    /// How progress is shown; a quiet command shows none.
    pub fn progress(&self) -> ProgressMode {
        if self.quiet { ProgressMode::None } else { self.progress }
    }
}
