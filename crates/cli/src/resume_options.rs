//! The options of every command that goes on with a results folder: threads, what is shown, whose results are trusted.

use capstake::job::portion::{Checkpoint, checkpoint_argument};
use capstake::job::state_file::OnChange;
use capstake::math::simd::Isa;

use super::arguments::simd_argument;
use super::progress::ProgressMode;
use super::show::Show;

/// How to go on, and what is shown.
#[derive(Debug, clap::Args)]
pub struct ResumeOptions {
    /// Worker threads; results do not depend on them [default: one a core]
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
    /// Save what is done so often (30s, 200ms, 5min; none) [default: 30s where it takes more than a minute]
    #[arg(long, value_name = "TIME", value_parser = checkpoint_argument)]
    pub checkpoint: Option<Checkpoint>,
    /// Go on though the scenario's file, or the revision of the program, is not what it was
    #[arg(long)]
    pub force: bool,
    /// Instruction set of the hot loop: auto, avx512, avx2, scalar; results do not depend on it
    #[arg(long, value_name = "SET", env = "CAPSTAKE_SIMD", default_value = "auto", value_parser = simd_argument)]
    pub simd: Isa,
}

impl ResumeOptions {
    /// What `--force` says of another build.
    pub fn on_change(&self) -> OnChange {
        if self.force { OnChange::Accept } else { OnChange::Refuse }
    }

    /// What is shown.
    pub fn show(&self) -> Show {
        Show { json: self.json, quiet: self.quiet, progress: self.progress, open: false }
    }
}
