//! What a command shows on the terminal.

use super::progress::ProgressMode;

/// What to show, and whether to open the results.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    /// Whether to print one JSON object instead of tables.
    pub json: bool,
    /// Whether to print errors only.
    pub quiet: bool,
    /// How to show progress.
    pub progress: ProgressMode,
    /// Whether to open the results at the end.
    pub open: bool,
}

impl Show {
    /// How to show progress; a quiet command shows none.
    pub fn progress(&self) -> ProgressMode {
        if self.quiet { ProgressMode::None } else { self.progress }
    }
}
