//! Options of the commands that continue a run in a results folder: threads, output, checkpoints and `--force`.

use std::path::Path;

use capstake::job::error::Failure;
use capstake::job::portion::{Checkpoint, checkpoint_argument};
use capstake::job::request::{self, Request};
use capstake::job::saved::SavedRun;
use capstake::job::state_file::{self, OnChange};
use capstake::math::simd::Isa;
use capstake::run::State;
use capstake_output::made;

use super::arguments::simd_argument;
use super::progress::ProgressMode;
use super::show::{Extent, Show};

/// How to go on, and what is shown.
#[derive(Debug, clap::Args)]
pub struct ResumeOptions {
    /// Worker threads; results do not depend on them [default: one per core]
    #[arg(short = 'j', long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
    /// How to show progress on stderr
    #[arg(long, value_name = "HOW", value_enum, default_value_t = ProgressMode::Auto)]
    pub progress: ProgressMode,
    /// Say nothing but errors: no progress, no table
    #[arg(short, long)]
    pub quiet: bool,
    /// Save progress this often (30s, 200ms, 5min; none) [default: 30s where it takes more than a minute]
    #[arg(long, value_name = "TIME", value_parser = checkpoint_argument)]
    pub checkpoint: Option<Checkpoint>,
    /// Continue even if the scenario file or the revision of the program has changed
    #[arg(long)]
    pub force: bool,
    /// Instruction set of the hot loop: auto, avx512, avx2, scalar; results do not depend on it
    #[arg(long, value_name = "SET", env = "CAPSTAKE_SIMD", default_value = "auto", value_parser = simd_argument)]
    pub simd: Isa,
}

/// How a command continues with the run in a results folder.
#[derive(Clone, Copy, Debug)]
pub struct Continuation {
    /// Worker threads, at least one.
    pub threads: usize,
    /// Instruction set.
    pub isa: Isa,
    /// How often the state is saved, if requested.
    pub checkpoint: Option<Checkpoint>,
    /// Whether a changed scenario file, or a state of another revision of the program, is accepted.
    pub on_change: OnChange,
    /// What to show.
    pub show: Show,
}

impl ResumeOptions {
    /// What these options mean; `extent` is how much of the results is printed.
    pub fn continuation(&self, extent: Extent) -> Continuation {
        Continuation {
            threads: request::threads(self.threads),
            isa: self.simd,
            checkpoint: self.checkpoint,
            on_change: if self.force { OnChange::Accept } else { OnChange::Refuse },
            show: Show { json: self.json, extent, quiet: self.quiet, progress: self.progress, open: false },
        }
    }
}

impl Continuation {
    /// Restores the run in a folder.
    pub fn open(&self, folder: &Path) -> Result<SavedRun, Failure> {
        SavedRun::open(folder, self.isa, self.on_change)
    }

    /// Reads the state of a run, if there is one.
    pub fn state(&self, saved: &SavedRun) -> Result<Option<State>, Failure> {
        state_file::load(&saved.folder, &saved.plan, self.on_change)
    }

    /// The run's request, with the threads and checkpoints of this command.
    pub fn request(&self, saved: &SavedRun) -> Result<Request, Failure> {
        saved.request(self.threads, self.checkpoint, made::BUILT_IN)
    }
}
