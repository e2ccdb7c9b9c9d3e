//! `capstake serve`: a live page on this machine, where every change of an assumption is simulated at once.

use std::path::PathBuf;

use capstake::job::error::{Exit, Failure};
use capstake::job::reason::reason;
use capstake::job::request;
use capstake::math::simd::Isa;
use capstake_serve::server::SILENCE;
use capstake_serve::{Server, Subject};

use super::arguments::{ScenarioOptions, sampling_argument, simd_argument};
use super::{given, opening, output, signal};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake serve base.toml                 prints an address; open it
  capstake serve base.toml --open          opens it
  capstake serve base.toml --set deal.amended-2026.cap_usd_bn=60
                                           begins with a change

Every change is answered after 4,096 paths, 16,384 and 131,072, each a longer run
of the same paths; the last is that of `run` with --set, to the bit. Nothing is
written here: the page saves the changed scenario, a report or a workbook where
you download files to.

It listens on 127.0.0.1 alone, and answers only who has opened the address with
its token. Ctrl-C ends it.";

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// Port on 127.0.0.1 [default: one that is free]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Seed of all random numbers [default: the scenario's [run] seed, else 1]
    #[arg(short, long, value_name = "S")]
    pub seed: Option<u64>,
    /// How random numbers are drawn: plain or sobol [default: the scenario's [run] sampling, else plain]
    #[arg(long, value_name = "HOW", value_parser = sampling_argument)]
    pub sampling: Option<capstake::config::Sampling>,
    /// Worker threads; results do not depend on them [default: one per core]
    #[arg(short = 'j', long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Changes that the page begins with, and how the scenario is judged.
    #[command(flatten)]
    pub scenario_options: ScenarioOptions,
    /// Instruction set of the hot loop: auto, avx512, avx2, scalar; results do not depend on it
    #[arg(long, value_name = "SET", env = "CAPSTAKE_SIMD", default_value = "auto", value_parser = simd_argument)]
    pub simd: Isa,
    /// Say nothing but the address
    #[arg(short, long)]
    pub quiet: bool,
}

/// Serves a scenario until a signal ends it.
pub fn serve(arguments: &ServeArguments) -> Result<Exit, Failure> {
    let file = given::read(&arguments.scenario)?;
    // Changes are judged before the page begins with them.
    arguments.scenario_options.judge(&file, &[])?;
    let base = file.judge(&[])?;
    if !arguments.quiet {
        output::warnings(&base);
    }
    let randomness = request::randomness(arguments.seed, arguments.sampling, &base);
    let threads = request::threads(arguments.threads);
    let subject = Subject::new(file, base, randomness, arguments.simd, threads);
    let server = Server::bind(subject, arguments.port, SILENCE).map_err(|error| {
        let message = format!("127.0.0.1:{} cannot be listened on: {}", arguments.port, reason(&error));
        Failure::told(Exit::Output, message).help("name another port, or none for one that is free")
    })?;
    signal::listen();
    let address = server.address(&arguments.scenario_options.overrides);
    output::results(&format!("{address}\n"))?;
    if !arguments.quiet {
        output::status_line("open the address above in a browser on this machine; Ctrl-C ends it\n");
    }
    if arguments.open {
        opening::open_address(&address);
    }
    server.serve(&signal::is_set);
    Ok(Exit::Done)
}
