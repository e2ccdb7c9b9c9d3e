//! `capstake run`: simulates a scenario, writes its results folder and prints the answer.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::{Path, PathBuf};

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Folder;
use capstake::job::folder_failure;
use capstake::job::folder_state::FolderState;
use capstake::job::formats::Draws;
use capstake::job::identity::{FoundRun, Identity};
use capstake::job::manifest::{CommandPart, Manifest, Outputs};
use capstake::job::portion::{Checkpoint, Shard, checkpoint_argument};
use capstake::job::request::Request;
use capstake::job::series;
use capstake::job::state_file::OnChange;
use capstake::job::words::cut;
use capstake::kernel::plan::Plan;
use capstake::run::State;

use super::arguments::{Simulation, draws_argument};
use super::precise::RunPrecision;
use super::resume_options::Continuation;
use super::session::Session;
use super::shard_auto::{self, ShardChoice, shard_choice_argument};
use super::show::{FullFlag, Show};
use super::simulate::{RunJob, simulate};
use super::{output, resume, single, study, what_if};

/// Options about many paths or files, which do not apply to a single path.
const OF_MANY_PATHS: [&str; 16] = [
    "what_if",
    "precision",
    "full",
    "paths",
    "out",
    "threads",
    "formats",
    "csv_dialect",
    "csv_bom",
    "open",
    "force",
    "resume",
    "draws",
    "series",
    "checkpoint",
    "shard",
];

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
    /// Also write every path's inputs and metrics, draws.FORMAT (csv, parquet, xlsx)
    #[arg(long, value_name = "FORMAT", value_parser = draws_argument)]
    pub draws: Option<Draws>,
    /// Stop when the 95% interval of this figure is at most so wide on either side: microsoft_take_pv=0.5%, prior-2025:p95:share_pv=0.2; may be repeated
    ///
    /// Judged after 4,096 paths, 8,192, 16,384, …; -n is the most that may be spent. Exit code 8 where that is not enough, or where the
    /// figure has no value on any of the first 4,096 paths: the results are written all the same.
    #[arg(long, value_name = "FIGURE=WIDTH", conflicts_with = "shard")]
    pub precision: Vec<String>,
    /// Also write these yearly series of every path, paths.FORMAT, in the format of --draws (csv, parquet)
    ///
    /// For discounting of your own: net_revenue, payments, … by path, deal and calendar year. annual.csv has all their names.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "draws")]
    pub series: Vec<String>,
    /// A slider of the page: KEY=FROM:TO or KEY=FROM:TO:STEPS; may be repeated; none leaves them out [default: the first deal's cap, if it has one]
    ///
    /// Every node is simulated on the first 20,000 paths of the run, each key alone and each pair of terms of one deal, so that the
    /// page shows without a server what a change does: --what-if deal.amended-2026.cap_usd_bn=0:80 --what-if discount.share=0.06:0.14:9
    #[arg(long, value_name = "KEY=FROM:TO")]
    pub what_if: Vec<String>,
    /// Save progress this often (30s, 200ms, 5min; none) [default: 30s where the run takes more than a minute]
    ///
    /// After a crash, a kill or a power cut `capstake resume DIR` goes on from the last checkpoint. The state is also saved
    /// at the end, for `capstake extend`; `none` saves nothing.
    #[arg(long, value_name = "TIME", value_parser = checkpoint_argument)]
    pub checkpoint: Option<Checkpoint>,
    /// Simulate part I of N only, for `capstake merge`: 3/16, or auto in a job array
    ///
    /// `auto` takes I and N from Slurm (SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT) or AWS Batch (AWS_BATCH_JOB_ARRAY_INDEX, _SIZE),
    /// `auto/N` takes I from Kubernetes too (JOB_COMPLETION_INDEX), and says which it took.
    #[arg(long, value_name = "I/N", value_parser = shard_choice_argument)]
    pub shard: Option<ShardChoice>,
    /// Continue this run if the folder holds it, or start it if the folder is new or empty; otherwise say what differs
    ///
    /// The same command begins a run, goes on after a stop or a kill, and does nothing once the run is complete: for job scripts.
    #[arg(long, conflicts_with = "force")]
    pub resume: bool,
    /// How much to print.
    #[command(flatten)]
    pub full: FullFlag,
    /// Run path K alone, counted from 0, print its inputs and metrics, write nothing
    ///
    /// Goes with --seed, --set, --simd, --json and --quiet (the exit code alone); `capstake replay` shows the path by period.
    #[arg(long, value_name = "K", conflicts_with_all = OF_MANY_PATHS)]
    pub only_path: Option<u64>,
}

/// The part to simulate; of a job array, the part is said.
fn shard(choice: Option<ShardChoice>, quiet: bool) -> Result<Option<Shard>, Failure> {
    match choice {
        None => Ok(None),
        Some(ShardChoice::Part(shard)) => Ok(Some(shard)),
        Some(ShardChoice::Auto(of)) => {
            let found = shard_auto::find(&|name| std::env::var(name).ok(), of)?;
            if !quiet {
                output::status_line(&format!("part {}, by {}\n", found.shard, found.source));
            }
            Ok(Some(found.shard))
        }
    }
}

/// Goes on with the run in the folder if it is the one of `manifest`.
fn go_on(found: &FoundRun, manifest: &Manifest, request: &Request, show: &Show) -> Result<Exit, Failure> {
    let wanted = Identity::of(manifest);
    if found.identity.as_ref() != Some(&wanted) {
        return Err(folder_failure::other_run(&request.out, found, &wanted, &manifest.scenario.resolved));
    }
    let folder = Folder::reopen(&request.out)?;
    let how = Continuation {
        threads: request.threads,
        isa: request.isa,
        checkpoint: request.checkpoint,
        on_change: OnChange::Refuse,
        show: *show,
    };
    let saved = how.open(&request.out)?;
    refuse_other_files(&saved.manifest.outputs, &manifest.outputs, &request.out)?;
    resume::go_on(&saved, folder, &how)
}

/// Refuses a folder whose run writes other files than are asked for; `report` may have added formats.
fn refuse_other_files(there: &Outputs, here: &Outputs, out: &Path) -> Result<(), Failure> {
    let formats =
        |outputs: &Outputs| outputs.formats.as_ref().map_or("all".to_owned(), |names| names.join(","));
    let covered = match (&there.formats, &here.formats) {
        (None, None) => true,
        (Some(there), Some(here)) => here.iter().all(|name| there.contains(name)),
        _ => false,
    };
    let draws = |outputs: &Outputs| outputs.draws.clone().unwrap_or_else(|| "none".to_owned());
    let mut differences = Vec::new();
    if !covered {
        differences.push(format!("--formats: {} there, {} here", cut(&formats(there)), formats(here)));
    }
    if there.series != here.series {
        let series = |outputs: &Outputs| match outputs.series.as_slice() {
            [] => "none".to_owned(),
            names => cut(&names.join(",")).into_owned(),
        };
        differences.push(format!("--series: {} there, {} here", series(there), series(here)));
    }
    if there.what_if != here.what_if {
        let sliders = |outputs: &Outputs| match outputs.what_if.as_slice() {
            [] => "none".to_owned(),
            sliders => cut(&sliders.join(" ")).into_owned(),
        };
        differences.push(format!("--what-if: {} there, {} here", sliders(there), sliders(here)));
    }
    if there.draws != here.draws {
        differences.push(format!("--draws: {} there, {} here", cut(&draws(there)), draws(here)));
    }
    if there.csv() != here.csv() {
        differences.push("--csv-dialect or --csv-bom".to_owned());
    }
    if differences.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` holds this run with other files", out.display());
    let failure = Failure::coded(Exit::Output, Code::FolderOtherRun, message);
    let failure = differences.into_iter().fold(failure, Failure::help);
    Err(failure.help("ask for the same files, or name another folder with -o"))
}

/// The yearly series that are asked for, each once.
///
/// # Errors
/// There is none of some name, or the format has none.
fn series_of(arguments: &RunArguments, plan: &Plan) -> Result<Vec<String>, Failure> {
    if arguments.series.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(format) = arguments.draws.filter(|format| format.paths_file().is_none()) {
        let message = format!("--series cannot be written as {}", format.name());
        return Err(Failure::told(Exit::Usage, message).help("write --draws parquet or --draws csv"));
    }
    let columns = series::named(plan, &arguments.series)?;
    Ok(columns.into_iter().map(|column| column.name).collect())
}

/// Runs a scenario.
pub fn run(arguments: &RunArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let show = Show { extent: arguments.full.extent(), ..simulation.show() };
    let scenario = simulation.scenario.load(&arguments.scenario)?;
    let plan = simulation.plan(&scenario);
    if !show.quiet {
        output::warnings(&scenario);
    }
    if let Some(path) = arguments.only_path {
        return single::print(&plan, &scenario.path, path, &show);
    }
    let cost = Cost::of(&plan);
    let paths = simulation.paths(&plan, &cost)?;
    let precision = RunPrecision::read(&plan, &arguments.precision, paths)?;
    let out = study::default_folder(&scenario, "");
    if arguments.shard.is_some() && arguments.draws == Some(Draws::Xlsx) {
        return Err(Failure::told(
            Exit::Usage,
            "the sheets of parts cannot be put together: --draws xlsx with --shard",
        )
        .help("write --draws parquet or --draws csv; `capstake merge` puts those together"));
    }
    let request = Request {
        shard: shard(arguments.shard, show.quiet)?,
        draws: arguments.draws,
        series: series_of(arguments, &plan)?,
        checkpoint: arguments.checkpoint,
        what_if: what_if::of_page(&arguments.what_if, &simulation.formats(), &scenario)?,
        precision: precision.as_ref().map(|precision| precision.levels.part.clone()),
        ..simulation.request(&plan, paths, out)
    };
    let job = RunJob::new(&scenario, &plan, &cost, request.task());
    let manifest = request.manifest(CommandPart::run(), &[&scenario]);
    if arguments.resume
        && let FolderState::Results(found) = FolderState::of(&request.out)?
    {
        return go_on(&found, &manifest, &request, &show);
    }
    job.fits(&request)?;
    let session = Session::open(&request, &show, manifest)?;
    simulate(session, &job, State::new(&plan), precision)
}
