//! The command line: all subcommands, and which file runs each.

use std::ffi::OsString;
use std::sync::Once;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use capstake::job::build::Build;
use capstake::job::error::{Exit, Failure};
use capstake::job::visible::visible;
use capstake_output::guarded;

#[cfg(feature = "serve")]
use super::serve;
use super::{
    bridge, check, compare, completions, diff, explain, init, ipo, man, merge, output, replay, report,
    resume, run, scenario, schema, sensitivity, signal, solve, sweep, verify,
};

const ABOUT: &str = "Who gets what from OpenAI's growth: the capped revenue share, the stake, the clouds";

const LONG_ABOUT: &str = "\
capstake simulates OpenAI's revenue, costs, funding and IPO in many possible futures. For each deal of a scenario it values what \
Microsoft gets (the capped revenue share, the stake, resale, hosting, licence) and what OpenAI's other holders keep.

A scenario is a TOML file: numbers, distributions, deals. The answer fits on one screen; a folder has all tables, a page and a \
workbook. The same scenario, seed and number of paths give identical results on any number of threads.";

const EXAMPLES: &str = "\
Examples:
  capstake init my.toml                 a commented scenario to start from
  capstake check my.toml                its problems, and everything it assumes
  capstake run my.toml                  1,000,000 paths into output/<name>
  capstake run my.toml -n 10M -o long   more paths, another folder
  capstake run my.toml --draws csv      every path's inputs and metrics as well
  capstake run my.toml --set deal.today.cap_usd_bn=60 -o other
                                        one key changed for one run
  capstake explain dilution             a term, metric, key, file, error code, …

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
  capstake run base.toml -n 1e9 -o long --resume
                                             begins, or goes on after a stop
  capstake run base.toml --set segment.business.growth_now=0.5
                                             entries of lists go by name
  capstake run base.toml --set 'run.booking=\"end\"'
                                             texts need quotes inside quotes

The default folder is replaced, except a run in it that was stopped with more
than a minute of work saved: --resume goes on with it, --force begins again. A
folder named with -o is replaced if it holds the same scenario, seed, paths and
version; that of another run needs --force. A folder with anything else in it is
never touched. Ctrl-C saves the paths that are done and exits with 130.";

const RESUME_EXAMPLES: &str = "\
Examples:
  capstake run base.toml -n 1e9 --checkpoint 30s -o long    (killed after hours)
  capstake resume long                                      goes on

The results are identical to those of a run that was never stopped. Scenario,
seed and options come from the folder's manifest. If the scenario file has
changed since, resume refuses and lists the keys that changed.";

const EXTEND_EXAMPLES: &str = "\
Examples:
  capstake run base.toml -n 1e6 -o out
  capstake extend out --paths +9e6     ten million in all
  capstake extend out --paths 10e6     the same

The result is identical to one run of that many paths. Only the added paths are
simulated; a file of draws is rewritten, which simulates all paths again.";

const MERGE_EXAMPLES: &str = "\
Examples:
  for i in 1 2 3 4; do
    capstake run base.toml -n 1e8 --shard $i/4 -o part-$i &
  done; wait
  capstake merge part-* -o whole

The result is identical to that of one run, whatever the order of the parts and
the machines they ran on. All parts must have the same scenario, seed, number of
paths and build of the program. Overlapping and missing parts are named (exit 7).";

const REPLAY_EXAMPLES: &str = "\
Examples:
  capstake replay base.toml --path 48231
  capstake replay base.toml --path 48231 --csv > path.csv
  capstake replay base.toml --path 0 --set deal.amended-2026.cap_usd_bn=60

Quantities are listed in the order a period computes them: innovations,
shocks, demand, mix, sales, revenue share, costs, tax, cash, equity, funding,
gates, IPO. The path is that of a run with this scenario and seed.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  capstake verify output/base               all paths, every file, every digit
  capstake verify output/base --paths 1e5   the first paths only, in a tenth of
                                            the time of a million

Scenario, seed and options come from the manifest. The first number that
differs is named (exit 7). With --paths, files that hold single paths (draws.csv,
sample_paths.csv) must be identical, and summary.csv must agree within its error.";

/// The arguments of the program.
#[derive(Debug, Parser)]
#[command(name = "capstake", version, long_version = long_version(), about = ABOUT, long_about = LONG_ABOUT,
    after_help = EXAMPLES, arg_required_else_help = true, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Simulate a scenario, write the results, print the answer
    #[command(after_help = RUN_EXAMPLES)]
    Run(run::RunArguments),
    /// Which clause of the change from one deal to another moved how much
    #[command(after_help = bridge::EXAMPLES)]
    Bridge(bridge::BridgeArguments),
    /// Scenarios side by side on the same draws, with paired differences
    #[command(after_help = compare::EXAMPLES)]
    Compare(compare::CompareArguments),
    /// Metrics over a range of values of one or two keys, on the same draws
    #[command(after_help = sweep::EXAMPLES)]
    Sweep(sweep::SweepArguments),
    /// What drives a metric: tornado, Sobol indices, Shapley effects, value of information
    #[command(after_help = sensitivity::EXAMPLES)]
    Sensitivity(sensitivity::SensitivityArguments),
    /// When the company is ready for an IPO, what holds it up, and what the offer would be
    #[command(after_help = ipo::EXAMPLES)]
    Ipo(ipo::IpoArguments),
    /// Find the value of a key at which a mean, a quantile or a probability reaches its target
    #[command(after_help = solve::EXAMPLES)]
    Solve(solve::SolveArguments),
    /// Continue a run that was stopped or killed, from its last checkpoint
    #[command(after_help = RESUME_EXAMPLES)]
    Resume(resume::ResumeArguments),
    /// Add paths to a run; the result is identical to one longer run
    #[command(after_help = EXTEND_EXAMPLES)]
    Extend(resume::ExtendArguments),
    /// Put the parts of a run together (run --shard)
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(merge::MergeArguments),
    /// One path period by period: every quantity of the model
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(replay::ReplayArguments),
    /// Simulate a run again from its manifest and compare every file
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(verify::VerifyArguments),
    /// Why two results differ, and which figures moved most
    #[command(after_help = diff::EXAMPLES)]
    Diff(diff::DiffArguments),
    /// Rebuild the workbook and the page of a results folder, without simulating
    #[command(after_help = report::EXAMPLES)]
    Report(report::ReportArguments),
    /// A live page: every change of an assumption is simulated at once
    #[cfg(feature = "serve")]
    #[command(after_help = serve::EXAMPLES)]
    Serve(serve::ServeArguments),
    /// Check a scenario: problems, assumptions, what is left out, time and memory of a run
    Check(check::CheckArguments),
    /// Explain a term, error code, metric, series, distribution, key, file or exit code
    Explain(explain::ExplainArguments),
    /// Print a scenario as one file, with what it extends and --set applied
    #[command(after_help = scenario::EXAMPLES)]
    Scenario(scenario::ScenarioArguments),
    /// Write a commented scenario to start from
    #[command(after_help = init::EXAMPLES)]
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
        let build = Build::current();
        format!(
            "{}\nrevision {}\ntarget   {}\nstreams  {}",
            build.version, build.git_revision, build.target, build.stream_version
        )
    })
}

/// Runs the program: arguments in, exit code out.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    watch_for_bugs();
    signal::survive_file_limit();
    let written: Vec<OsString> = arguments.into_iter().collect();
    match execute(&written) {
        Ok(exit) => exit,
        Err(Refused::Arguments(error)) => refused(&error),
        Err(Refused::Failure(failure)) => {
            output::painted_status(&failure.screen(output::styled_errors()));
            failure.exit()
        }
    }
}

/// Why a command line was not carried out.
pub enum Refused {
    /// It cannot be read, or asks for help.
    Arguments(clap::Error),
    /// The command failed.
    Failure(Failure),
}

/// Carries out a command line, whose first argument is the program's name.
pub fn execute(written: &[OsString]) -> Result<Exit, Refused> {
    let (arguments, command) = match parsed(written) {
        Ok(arguments) => arguments,
        Err(error) => {
            // The message repeats arguments: without the escapes that clap would take out of them in silence.
            let shown: Vec<OsString> =
                written.iter().map(|text| visible(&text.to_string_lossy()).into_owned().into()).collect();
            return Err(Refused::Arguments(parsed(&shown).err().unwrap_or(error)));
        }
    };
    let outcome = match &arguments.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Bridge(arguments) => bridge::bridge(arguments),
        Command::Compare(arguments) => compare::compare(arguments),
        Command::Sweep(arguments) => sweep::sweep(arguments),
        Command::Sensitivity(arguments) => sensitivity::sensitivity(arguments),
        Command::Ipo(arguments) => ipo::ipo(arguments),
        Command::Solve(arguments) => solve::solve(arguments),
        Command::Resume(arguments) => resume::resume(arguments),
        Command::Extend(arguments) => resume::extend(arguments),
        Command::Merge(arguments) => merge::merge(arguments),
        Command::Replay(arguments) => replay::replay(arguments),
        Command::Verify(arguments) => verify::verify(arguments),
        Command::Diff(arguments) => diff::diff(arguments),
        Command::Report(arguments) => report::report(arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::serve(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Explain(arguments) => explain::explain(arguments),
        Command::Scenario(arguments) => scenario::scenario(arguments),
        Command::Init(arguments) => init::init(arguments),
        Command::Schema => schema::schema(),
        Command::Completions(arguments) => completions::completions(arguments, Arguments::command()),
        Command::Man => man::man(Arguments::command()),
    };
    outcome.map_err(|failure| Refused::Failure(failure.for_command(|option| has_option(&command, option))))
}

/// The arguments, and the name of the command.
fn parsed(arguments: &[OsString]) -> Result<(Arguments, String), clap::Error> {
    let matches = Arguments::command().try_get_matches_from(arguments)?;
    let command = matches.subcommand_name().unwrap_or_default().to_owned();
    Ok((Arguments::from_arg_matches(&matches)?, command))
}

/// Whether a command has an option of this long name.
fn has_option(command: &str, option: &str) -> bool {
    let all = Arguments::command();
    let command = all.find_subcommand(command);
    command.is_some_and(|command| command.get_arguments().any(|one| one.get_long() == Some(option)))
}

/// Prints help and version on stdout, argument errors on stderr.
fn refused(error: &clap::Error) -> Exit {
    let text = error.render();
    let (plain, painted) = (text.to_string(), text.ansi().to_string());
    if error.use_stderr() {
        output::painted_status(if output::styled_errors() { &painted } else { &plain });
        return Exit::Usage;
    }
    match output::painted(if output::styled_results() { &painted } else { &plain }) {
        Ok(()) => Exit::Done,
        Err(failure) => failure.exit(),
    }
}

/// Reports a panic on any thread once as a bug and ends the program. Unwinding could hang, since other workers may wait
/// for the one that panicked. A panic of the workbook or the page is a failure of that file alone.
fn watch_for_bugs() {
    static ONCE: Once = Once::new();
    std::panic::set_hook(Box::new(|panic| {
        if guarded::takes(panic) {
            return;
        }
        ONCE.call_once(|| {
            let place = panic.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
            let message = panic.payload_as_str().unwrap_or("no message");
            output::status_line(&format!(
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
    fn a_panic_of_the_page_does_not_end_the_program() {
        watch_for_bugs();
        let panicked = guarded::guarded(|| panic!("planted"));
        let _ = std::panic::take_hook();
        let said: String = panicked.expect_err("it panics");
        assert!(said.starts_with("planted at ") && said.contains("program.rs:"), "{said}");
    }

    #[test]
    fn the_commands_are_consistent() {
        Arguments::command().debug_assert();
    }
}
