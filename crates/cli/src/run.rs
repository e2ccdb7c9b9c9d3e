//! `capstake run`: simulates a scenario, writes its results folder and prints the headline table.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::{Path, PathBuf};

use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::formats::Draws;
use capstake::job::manifest::CommandPart;
use capstake::job::portion::{Checkpoint, Shard, checkpoint_argument, shard_argument};
use capstake::job::request::Request;
use capstake::run::State;

use super::arguments::{Simulation, draws_argument};
use super::session::Session;
use super::simulate::{RunJob, simulate};
use super::{output, single};

/// Options about many paths or files, which do not apply to a single path.
const OF_MANY_PATHS: [&str; 11] = [
    "paths",
    "out",
    "threads",
    "formats",
    "csv_dialect",
    "csv_bom",
    "open",
    "force",
    "draws",
    "checkpoint",
    "shard",
];

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// The scenario file (TOML)
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
    /// Also write every path's inputs and metrics, draws.FORMAT (csv, parquet, xlsx)
    #[arg(long, value_name = "FORMAT", value_parser = draws_argument)]
    pub draws: Option<Draws>,
    /// Save what is done so often (30s, 200ms, 5min; none) [default: 30s where the run takes more than a minute]
    ///
    /// After a crash, a kill or a power cut `capstake resume DIR` goes on from the last checkpoint. The state is also saved
    /// at the end, for `capstake extend`; `none` saves nothing.
    #[arg(long, value_name = "TIME", value_parser = checkpoint_argument)]
    pub checkpoint: Option<Checkpoint>,
    /// Simulate part I of N only, for `capstake merge`: 3/16
    #[arg(long, value_name = "I/N", value_parser = shard_argument, conflicts_with = "draws")]
    pub shard: Option<Shard>,
    /// Run path K alone, counted from 0, print its inputs and metrics, write nothing
    ///
    /// Goes with --seed, --set, --simd, --json and --quiet (the exit code alone); `capstake replay` shows the path by period.
    #[arg(long, value_name = "K", conflicts_with_all = OF_MANY_PATHS)]
    pub only_path: Option<u64>,
}

/// Runs a scenario.
pub fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let (simulation, show) = (&arguments.simulation, arguments.simulation.show());
    let scenario = simulation.load(&arguments.scenario)?;
    let plan = simulation.plan(&scenario.model);
    if !show.quiet {
        output::warnings(&scenario);
    }
    if let Some(path) = arguments.only_path {
        return single::print(&plan, &scenario.path, path, &show);
    }
    let cost = Cost::of(&plan);
    let paths = simulation.paths(&scenario.model, &cost)?;
    let out = Path::new("output").join(&scenario.model.name);
    let request = Request {
        shard: arguments.shard,
        draws: arguments.draws,
        checkpoint: arguments.checkpoint,
        ..simulation.request(&scenario.model, paths, out)
    };
    let job = RunJob::new(&scenario, &plan, &cost, request.task());
    job.fits(&request)?;
    let manifest = request.manifest(CommandPart::run(), &[&scenario]);
    let session = Session::open(&request, &show, manifest)?;
    simulate(session, &job, State::new(&plan))
}
