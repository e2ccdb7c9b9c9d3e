//! What a command shows on the terminal.

use super::progress::ProgressMode;

/// How much of the results of a run is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The answer on one screen.
    Screen,
    /// The tables of all deals.
    Full,
}

/// The flag of the commands that print the results of a run.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct FullFlag {
    /// Print the tables of every deal with quantiles and histograms
    #[arg(long)]
    pub full: bool,
}

impl FullFlag {
    /// What the flag asks for.
    pub fn extent(self) -> Extent {
        if self.full { Extent::Full } else { Extent::Screen }
    }
}

/// What to show, and whether to open the results.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    /// Whether to print one JSON object instead of tables.
    pub json: bool,
    /// How much of the results of a run to print.
    pub extent: Extent,
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
