//! The command line: the only room with files, a clock, a terminal and exit codes.

pub mod check;
pub mod columns;
pub mod completions;
pub mod cost;
pub mod exit;
pub mod explain;
pub mod folder;
pub mod init;
pub mod ipo;
pub mod man;
pub mod manifest;
pub mod output;
pub mod progress;
pub mod run;
pub mod scenario;
pub mod schema;
pub mod screen;
pub mod sensitivity;
pub mod signal;
pub mod simulation;
pub mod single;
pub mod study;
pub mod sweep;
pub mod vary;
pub mod watch;
pub mod words;

use std::ffi::OsString;
use std::sync::Once;

use clap::{CommandFactory, Parser, Subcommand};

use exit::Exit;

const ABOUT: &str = "Who gets what from OpenAI's growth: the capped revenue share, the stake, the clouds";

const LONG_ABOUT: &str = "\
capstake simulates OpenAI's revenue, costs, funding and listing over many paths and values, for each deal of a scenario, what \
Microsoft takes (the capped revenue share and the stake, resale, hosting, licence) and what OpenAI's other holders keep.

A scenario is a TOML file: numbers, distributions, deals. Results are tables in a folder, and a headline table on the \
terminal. Equal scenario, seed and number of paths give equal bits, on any number of threads.";

const EXAMPLES: &str = "\
Examples:
  capstake init my.toml                 a commented scenario to start from
  capstake check my.toml                its problems, and everything it assumes
  capstake run my.toml                  1,000,000 paths into output/<name>
  capstake run my.toml -n 10M -o long   more paths, another folder
  capstake run my.toml --draws csv      every path's inputs and metrics as well
  capstake run my.toml --set deal.today.cap_usd_bn=60 -o other
                                        one key changed for one run
  capstake explain microsoft_take_pv    a metric, key, file, error code, …

Exit codes:
  0  done                               6    output could not be written
  1  a bug                              7    results do not match
  2  usage                              8    precision not reached
  3  the scenario cannot be read        130  interrupted; finished work is saved
  4  the scenario has problems
  5  a path was not finite";

const RUN_EXAMPLES: &str = "\
Examples:
  capstake run base.toml -n 100k             a quick look
  capstake run base.toml --json | jq .paths  results for another program
  capstake run base.toml --only-path 48231   one path, alone
  capstake run base.toml --set segment.business.growth_now=0.5
                                             entries of lists go by name
  capstake run base.toml --set 'run.booking=\"end\"'
                                             texts need quotes inside quotes

A results folder is replaced if it holds the same scenario, seed, paths and
version. That of another run needs --force. A folder with anything else in it
is never touched. Ctrl-C saves the paths that are done and exits with 130.";

const SWEEP_EXAMPLES: &str = "\
Examples:
  capstake sweep base.toml --vary deal.amended-2026.cap_usd_bn=10:60:11
                                what each side has at caps of 10, 15, … 60
  capstake sweep base.toml --vary deal.amended-2026.cap_usd_bn=0:80:41 \\
      --vary deal.amended-2026.rate=0.1,0.15,0.2 --metric share_pv
                                a grid of two keys
  capstake sweep base.toml --vary equity.multiple_long_run=4:8:5 -n 200k
                                any number of the scenario
  capstake sweep base.toml --vary deal.amended-2026.cap_usd_bn=20,38,60 \\
      --metric 'prior-2025 - amended-2026.microsoft_take_pv'
                                the difference of two deals

All points see the same draws, so that their differences are known far better
than their values. Terms of a deal are cheap: revenue is simulated once for all
values. Every point is that of a run with --set, to the bit.";

const SENSITIVITY_EXAMPLES: &str = "\
Examples:
  capstake sensitivity base.toml             tornado of both sides' values
  capstake sensitivity base.toml --metric cap_saving_pv
                                             of another metric
  capstake sensitivity base.toml --metric 'prior-2025 - amended-2026.microsoft_take_pv'
                                             of the difference of two deals
  capstake sensitivity base.toml --method shapley
                                             the variance shared out
  capstake sensitivity base.toml --method sobol --by kind
                                             all inputs against all noise

A plain run takes as long as `capstake run`. Sobol indices of k variables take
k + 2 runs of -n paths, Shapley effects k + 1 [default: 100,000 paths each].
Inputs that are correlated move together: the swing of one carries the others
along, and only Shapley effects share out what they do together.";

const IPO_EXAMPLES: &str = "\
Examples:
  capstake ipo base.toml                     the readiness calendar
  capstake ipo base.toml --set ipo.shares_bn=1.2
                                             with the price of a share
  capstake ipo base.toml --set ipo.gate.growth=0.4 -o strict
                                             a stricter gate
  capstake ipo base.toml --json | jq .tables.gates
                                             which gate is the last to open

The tables are in the results folder: times, readiness and calendar (each gate,
each quarter), gates (left out one by one), offer, dilution, standards of
exchanges and custom. Rules change: their dates stand beside them, and each is
to be checked again before use.";

/// Everything that can be typed.
#[derive(Debug, Parser)]
#[command(name = "capstake", version, long_version = long_version(), about = ABOUT, long_about = LONG_ABOUT,
    after_help = EXAMPLES, arg_required_else_help = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Simulate a scenario, write the results, print the headline table
    #[command(after_help = RUN_EXAMPLES)]
    Run(run::RunArguments),
    /// Metrics over the values of one or two keys, on common draws
    #[command(after_help = SWEEP_EXAMPLES)]
    Sweep(sweep::SweepArguments),
    /// What drives a metric: tornado, Sobol indices, Shapley effects, worth of knowing
    #[command(after_help = SENSITIVITY_EXAMPLES)]
    Sensitivity(sensitivity::SensitivityArguments),
    /// When the company is ready for an IPO, what keeps it from it, and what the offer would be
    #[command(after_help = IPO_EXAMPLES)]
    Ipo(ipo::IpoArguments),
    /// Judge a scenario: problems, assumptions, what is absent, what a run takes
    Check(check::CheckArguments),
    /// The long text of an error code, metric, series, distribution, key, file or exit code
    Explain(explain::ExplainArguments),
    /// Write a commented scenario to start from
    Init(init::InitArguments),
    /// Print the JSON Schema of the scenario format
    Schema,
    /// Print the completion script of a shell
    Completions(completions::CompletionsArguments),
    /// Print the manual page (roff)
    Man,
}

fn long_version() -> &'static str {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| {
        let build = manifest::Build::current();
        format!(
            "{}\nrevision {}\ntarget   {}\nstreams  {}",
            build.version, build.git_revision, build.target, build.stream_version
        )
    })
}

/// The whole program: arguments in, exit code out.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    watch_for_bugs();
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    let outcome = match &arguments.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Sweep(arguments) => sweep::sweep(arguments),
        Command::Sensitivity(arguments) => sensitivity::sensitivity(arguments),
        Command::Ipo(arguments) => ipo::ipo(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Explain(arguments) => explain::explain(arguments),
        Command::Init(arguments) => init::init(arguments),
        Command::Schema => schema::schema(),
        Command::Completions(arguments) => completions::completions(arguments, Arguments::command()),
        Command::Man => man::man(Arguments::command()),
    };
    match outcome {
        Ok(exit) => exit,
        Err(failure) => {
            output::told(&failure.screen(output::styled_errors()));
            failure.exit()
        }
    }
}

/// Help and version go to stdout; wrong arguments to stderr.
fn refused(error: &clap::Error) -> Exit {
    if error.use_stderr() {
        let _ = error.print();
        return Exit::Usage;
    }
    let text = error.render();
    let text = if output::styled_results() { text.ansi().to_string() } else { text.to_string() };
    match output::results(&text) {
        Ok(()) => Exit::Done,
        Err(failure) => failure.exit(),
    }
}

/// A panic is a bug: says so once, on any thread, and ends the program. Other workers may wait for the one that
/// panicked, so that unwinding would hang.
fn watch_for_bugs() {
    static ONCE: Once = Once::new();
    std::panic::set_hook(Box::new(|panic| {
        ONCE.call_once(|| {
            let place = panic.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
            let message = panic.payload_as_str().unwrap_or("no message");
            output::told(&format!(
                "\nthis is a bug in capstake {}: {message}{place}\nplease report it with the command and the scenario; results of this run are not to be used\n",
                env!("CARGO_PKG_VERSION")
            ));
            std::process::exit(i32::from(Exit::Bug.code()));
        });
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_consistent() {
        Arguments::command().debug_assert();
    }
}
