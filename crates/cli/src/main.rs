//! The capstake program: arguments in, results and an exit code out. The only crate with a terminal and signals.

mod arguments;
mod bridge;
mod changes;
mod check;
mod compare;
mod completions;
mod diff;
mod dimensions;
mod explain;
mod file_check;
mod init;
mod ipo;
mod man;
mod merge;
mod opening;
mod output;
mod own_file;
mod picture;
mod precise;
mod prefix;
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

use capstake::job;

fn main() -> std::process::ExitCode {
    job::build::declare(env!("CAPSTAKE_REVISION"), env!("CAPSTAKE_TARGET"));
    program::main(std::env::args_os()).into()
}
