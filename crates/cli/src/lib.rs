//! The capstake program as a library: arguments in, results and an exit code out. The only crate with a terminal and signals.

mod arguments;
mod bridge;
mod changes;
mod check;
mod compare;
mod completions;
mod diff;
mod diff_scenarios;
mod dimensions;
pub mod embedded;
mod explain;
mod file_check;
mod given;
mod init;
mod ipo;
mod man;
mod measuring;
mod merge;
mod opening;
mod output;
mod own_file;
mod part_draws;
mod picture;
mod portioned;
mod precise;
mod prefix;
mod prefix_rows;
mod program;
mod progress;
mod replay;
mod report;
mod resume;
mod resume_options;
mod run;
mod run_observer;
mod scenario;
mod schema;
mod sensitivity;
#[cfg(feature = "serve")]
mod serve;
mod session;
mod shard_auto;
mod show;
mod signal;
mod simulate;
mod single;
mod solve;
mod study;
mod sweep;
mod verify;
mod what_if;

use std::ffi::OsString;

use capstake::job;
use capstake::job::error::Exit;

/// Runs the program: the first argument is its name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    declare();
    program::main(arguments)
}

/// Tells the engine which build it is part of.
pub fn declare() {
    job::build::declare(env!("CAPSTAKE_REVISION"), env!("CAPSTAKE_TARGET"));
}
