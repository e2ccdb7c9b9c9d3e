//! `capstake run`: simulates a scenario, writes the results folder, prints the headline table.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::cost::Cost;
use super::draws::{Draws, DrawsFile, draws_argument};
use super::exit::{Exit, Failure};
use super::folder::{Encoded, Folder, Replace};
use super::formats::{self, Format, Made};
use super::job::{Job, first_line};
use super::manifest::{
    Build, CommandPart, FailedPaths, Manifest, Outputs, RunPart, SCHEMA_VERSION, Status, Undefined,
};
use super::portion::{Checkpoint, Shard, checkpoint_argument, shard_argument};
use super::progress::Display;
use super::scenario;
use super::simulation::{Simulation, paths_to_run};
use super::state_file::{self, Keeper};
use super::watch::Watch;
use super::words::{self, quoted, span, thousands};
use super::{output, signal};
use crate::config::Code;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::report::headline;
use crate::report::results::Results;
use crate::report::tables::{self, Tables};
use crate::run::{self, RunResult, State, Task};
use crate::sink;
use crate::sink::csv::Dialect;
use crate::store::{self, Head};
use crate::study::valuation::{Valuation, valuation};

/// Options that say something of many paths or of files: nothing that one path alone could do.
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
    let scenario = scenario::load(&arguments.scenario, &arguments.simulation.overrides)?;
    let simulation = &arguments.simulation;
    let plan = Plan::from_model(&scenario.model, simulation.seed(&scenario.model), simulation.simd);
    if !simulation.quiet && !scenario.warnings.is_empty() {
        output::told(&super::screen::problems(
            &scenario.sources,
            &scenario.warnings,
            output::styled_errors(),
        ));
    }
    if let Some(path) = arguments.only_path {
        return super::single::print(&plan, &scenario.path, path, simulation);
    }
    let threads = simulation.threads();
    let cost = Cost::of(&plan);
    let paths = paths_to_run(simulation.paths, &scenario.model, &cost, threads)?;
    let out = match &simulation.out {
        Some(out) => out.clone(),
        None => Path::new("output").join(&scenario.model.name),
    };
    let replace = if simulation.force { Replace::AnyRun } else { Replace::SameRun };
    let job = Job {
        task: match arguments.shard {
            Some(Shard { number, of }) => Task::shard(paths, number, of),
            None => Task::whole(paths),
        },
        scenario: &scenario,
        plan: &plan,
        threads,
        out: &out,
        cost: &cost,
        as_in: None,
        only_put_together: false,
    };
    job.fits(arguments)?;
    signal::listen();
    let mut manifest = manifest(arguments, &job);
    let folder = Folder::open(job.out, &manifest, replace)?;
    simulate(arguments, &job, State::new(&plan), folder, &mut manifest)
}

/// Simulates what is missing, writes the folder, says what came out.
pub fn simulate(
    arguments: &RunArguments,
    job: &Job,
    from: State,
    mut folder: Folder,
    manifest: &mut Manifest,
) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let before = from.paths();
    if !simulation.quiet && !job.only_put_together {
        output::told(&first_line(arguments, job, before));
    }
    let dialect = simulation.csv.dialect();
    let draws = match arguments.draws {
        Some(format) => {
            let file = folder.draft(format.file()).and_then(|draft| {
                DrawsFile::begin(format, dialect, job.plan, draft)
                    .map_err(|error| folder.failed(format.file(), &error))
            });
            Some(file?)
        }
        None => None,
    };
    let format = arguments.draws.unwrap_or(Draws::Csv);
    let display = Display::new(simulation.wish(), job.task.paths_asked(), before);
    let every = Checkpoint::every(arguments.checkpoint, job.seconds(arguments, before));
    let keeper = every.map(|every| Keeper::new(job.out, job.plan, every));
    let watch = Watch::new(job.plan, &display, draws, format, dialect, keeper);
    let began = Instant::now();
    let finished = match job.only_put_together {
        false => run::go_on(job.plan, from, &job.task, job.threads, &watch),
        true => run::Finished::put_together(from, &job.task),
    };
    let seconds = began.elapsed().as_secs_f64();
    display.close();
    let draws = watch.finish();
    let head = Head { identity: state_file::identity(job.plan), draws: None };
    let wanted = arguments.shard.is_some() || arguments.checkpoint != Some(Checkpoint::None);
    let sound = finished.broken() == 0;
    let state = (wanted && sound).then(|| {
        let mut draft = folder.draft(state_file::FILE)?;
        let written = store::write(&head, finished.state(), &mut draft);
        written.map(|()| draft).map_err(|error| folder.failed(state_file::FILE, &error))
    });
    let complete = finished.complete();
    manifest.run.path_ranges = ranges(&finished);
    let result = finished.into_result(job.plan);
    settle(manifest, job.plan, &result, seconds, before);
    if let Some(as_in) = job.as_in {
        manifest.run = as_in.clone();
    }
    if result.broken.count > 0 {
        manifest.status = Status::Failed;
        manifest.files = Vec::new();
        folder.drop_results()?;
        folder.put_manifest(manifest)?;
        if simulation.json {
            report(arguments, job, manifest, None, None)?;
        }
        return Err(broken(arguments, job, &result));
    }
    manifest.status = if complete { Status::Complete } else { Status::Partial };
    let formats = arguments.simulation.formats();
    let csv = formats.contains(&Format::Csv).then_some(dialect);
    let others = formats.iter().any(|&format| format != Format::Csv);
    let asked = arguments.shard.is_none() && result.paths > 0 && draws.is_ok();
    // The state is put away on a thread that mostly waits for the disk, while the answers are made.
    let (answered, saved) = run::both(
        2,
        || asked.then(|| answered(job, &result, csv, others)),
        || state.map_or(Ok(()), |state| state.and_then(|draft| folder.keep(draft))),
    );
    // Of both faults that of the draws came first; a state that could be saved lets the run go on all the same.
    let draws = match draws {
        Ok(draws) => draws,
        Err(error) => {
            let failure = folder.failed(format.file(), &error);
            return Err(give_up(&mut folder, manifest, failure));
        }
    };
    if let Err(failure) = saved {
        return Err(give_up(&mut folder, manifest, failure));
    }
    folder.drop_results()?;
    if arguments.shard.is_some() {
        return shard_done(arguments, job, folder, manifest);
    }
    let (answer, results, files) = match answered {
        Some((answer, tables, files)) => {
            (Some(answer), Some(Results { facts: manifest.facts(), tables }), files)
        }
        None => (None, None, Vec::new()),
    };
    let written = match &results {
        Some(results) => write(&mut folder, results, files, &formats)
            .and_then(|()| keep_draws(&mut folder, arguments, job, manifest, draws)),
        None => Ok(()),
    };
    if let Err(failure) = written {
        return Err(give_up(&mut folder, manifest, failure));
    }
    manifest.files = folder.files().to_vec();
    folder.put_manifest(manifest)?;
    report(arguments, job, manifest, answer.as_ref(), results.as_ref().map(|results| &results.tables))?;
    if arguments.simulation.open {
        super::opening::open(job.out, &formats);
    }
    Ok(if complete || job.only_put_together { Exit::Done } else { Exit::Interrupted })
}

/// Ends the run of one part: its folder holds the state alone.
fn shard_done(
    arguments: &RunArguments,
    job: &Job,
    mut folder: Folder,
    manifest: &mut Manifest,
) -> Result<Exit, Failure> {
    manifest.files = folder.files().to_vec();
    folder.put_manifest(manifest)?;
    report(arguments, job, manifest, None, None)?;
    Ok(if manifest.status == Status::Complete { Exit::Done } else { Exit::Interrupted })
}

/// The paths that are done, where they are not the first ones of the run.
fn ranges(finished: &run::Finished) -> Vec<(u64, u64)> {
    let chunks = finished.state().chunks();
    if chunks.prefix() == chunks.end() {
        return Vec::new();
    }
    let paths = |chunk: u64| chunk * run::CHUNK_PATHS;
    chunks.ranges().iter().map(|range| (paths(range.start), paths(range.end))).collect()
}

/// Ends the draws file, if there is one, and puts it in its place.
fn keep_draws(
    folder: &mut Folder,
    arguments: &RunArguments,
    job: &Job,
    manifest: &Manifest,
    draws: Option<DrawsFile>,
) -> Result<(), Failure> {
    let (Some(file), Some(format)) = (draws, arguments.draws) else { return Ok(()) };
    let finished = file.finish(job.plan, manifest);
    let (draft, remark) = finished.map_err(|error| folder.failed(format.file(), &error))?;
    if let Some(remark) = remark.filter(|_| !arguments.simulation.quiet) {
        output::told(&remark);
    }
    folder.keep(draft)
}

/// The answers, in tables, and these as CSV where it is wanted. The sample paths, half of the work, need no answers; their
/// rows are kept only where `others`, formats beside CSV, read them.
fn answered<'a>(
    job: &Job<'a>,
    result: &'a RunResult,
    csv: Option<Dialect>,
    others: bool,
) -> (Valuation<'a>, Tables, Vec<Encoded>) {
    let questions = || {
        let answer = valuation(job.plan, result);
        let tables = tables::all_but_sample_paths(&answer);
        let files = csv.map(|dialect| formats::encode_tables(&tables, dialect));
        (answer, tables, files.unwrap_or_default())
    };
    let paths = || {
        if !others {
            let rows = |take: &mut dyn FnMut(&_) -> _| tables::each_sample_path(job.plan, result, take);
            return (Vec::new(), csv.map(|dialect| formats::encode_each(rows, dialect)));
        }
        let rows = tables::sample_paths(job.plan, result);
        let file = csv.map(|dialect| formats::encode(&rows, dialect));
        (rows, file)
    };
    let ((answer, tables, mut files), (sample_paths, file)) = run::both(job.threads, questions, paths);
    files.extend(file);
    (answer, Tables { sample_paths, ..tables }, files)
}

/// The tables, then what is made of them.
fn write(
    folder: &mut Folder,
    results: &Results,
    files: Vec<Encoded>,
    formats: &[Format],
) -> Result<(), Failure> {
    folder.put_all(&files)?;
    drop(files);
    formats::write(folder, Made::Run(results), formats)
}

/// The folder keeps the files that are finished and says `partial`.
fn give_up(folder: &mut Folder, manifest: &mut Manifest, failure: Failure) -> Failure {
    manifest.files = folder.files().to_vec();
    manifest.status = Status::Partial;
    let kept = match manifest.files.len() {
        0 => "no file of results is finished".to_owned(),
        _ => {
            let names: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
            format!("finished and kept: {}", names.join(", "))
        }
    };
    let again = format!("then go on: capstake resume {}", quoted(&folder.path().display().to_string()));
    match folder.put_manifest(manifest) {
        Ok(()) => failure.help(kept).help(again),
        Err(_) => {
            let stale = "manifest.json could not be brought up to date: it still says `running`";
            failure.help(kept).help(stale).help(again)
        }
    }
}

/// The manifest of a run that begins.
pub fn manifest(arguments: &RunArguments, job: &Job) -> Manifest {
    Manifest {
        schema_version: SCHEMA_VERSION,
        program: "capstake".to_owned(),
        status: Status::Running,
        build: Build::current(),
        command: CommandPart::run(),
        scenario: job.scenario.part(),
        other_scenarios: Vec::new(),
        run: RunPart {
            seed: job.plan.seed().to_string(),
            paths_asked: job.task.paths,
            paths_done: 0,
            shard: arguments.shard.map(|shard| shard.to_string()),
            path_ranges: Vec::new(),
            started: now(),
            wall_seconds: 0.0,
            paths_per_second: 0.0,
            threads: job.threads,
            simd: job.plan.isa().name().to_owned(),
        },
        outputs: Outputs {
            formats: arguments.simulation.formats.as_deref().map(formats::names),
            draws: arguments.draws.map(|draws| draws.name().to_owned()),
            csv_dialect: arguments.simulation.csv.csv_dialect,
            csv_bom: arguments.simulation.csv.csv_bom,
        },
        files: Vec::new(),
        undefined: Vec::new(),
        failed_paths: FailedPaths::default(),
    }
}

/// The time, RFC 3339; a clock before 1970 or after 9999 says the nearest of the two.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let last = Duration::from_secs(253_402_300_799);
    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since.min(last)).to_string()
}

/// Enters what the run did, of which `before` paths had been done when it began.
fn settle(manifest: &mut Manifest, plan: &Plan, result: &RunResult, seconds: f64, before: u64) {
    manifest.run.paths_done = result.paths;
    manifest.run.wall_seconds = seconds;
    manifest.run.paths_per_second = (result.paths - before) as f64 / seconds.max(1e-9);
    manifest.undefined = Vec::new();
    manifest.failed_paths = FailedPaths { count: result.broken.count, first: result.broken.first.clone() };
    for ((name, metrics), summaries) in subjects(plan).iter().zip(&result.metrics) {
        for (metric, summary) in metrics.iter().zip(summaries) {
            if summary.moments().undefined() > 0 {
                manifest.undefined.push(Undefined {
                    deal: name.clone(),
                    metric: metric.name(plan.model().run.mix_year),
                    paths: summary.moments().undefined(),
                });
            }
        }
    }
}

/// Deals, then differences of deals, with the metrics that exist for them.
pub fn subjects(plan: &Plan) -> Vec<(String, Vec<Metric>)> {
    let deals = &plan.model().deals;
    let own = deals.iter().zip(plan.deals()).map(|(deal, laid)| (deal.name.clone(), laid.metrics.clone()));
    let differences = plan.differences().iter().map(|difference| {
        let name = format!("{} - {}", deals[difference.later].name, deals[0].name);
        (name, difference.metrics.iter().map(|(metric, ..)| *metric).collect())
    });
    own.chain(differences).collect()
}

fn broken(arguments: &RunArguments, job: &Job, result: &RunResult) -> Failure {
    let broken = &result.broken;
    let first: Vec<String> = broken.first.iter().take(5).map(u64::to_string).collect();
    let paths = if broken.count == 1 { "path was" } else { "paths were" };
    let message = format!(
        "{} of {} {paths} not finite with seed {}: {}{}",
        thousands(broken.count),
        thousands(result.paths),
        job.plan.seed(),
        first.join(", "),
        if broken.count > first.len() as u64 { ", …" } else { "" }
    );
    let mut command = format!("capstake run {}", quoted(&arguments.scenario.display().to_string()));
    for flag in &arguments.simulation.overrides {
        command.push_str(&format!(" --set {}", quoted(flag)));
    }
    let path = broken.first.first().copied().unwrap_or(0);
    command.push_str(&format!(" --seed {} --only-path {path}", job.plan.seed()));
    Failure::coded(Exit::Failed, Code::PathNotFinite, message)
        .help(format!("look at the first of them: {command}"))
        .help("no file of results was written; such paths are never left out")
}

/// The table, or the JSON object, on stdout.
fn report(
    arguments: &RunArguments,
    job: &Job,
    manifest: &Manifest,
    answer: Option<&Valuation>,
    tables: Option<&tables::Tables>,
) -> Result<(), Failure> {
    let out = job.out.display().to_string();
    let partial = manifest.status == Status::Partial;
    if arguments.simulation.json {
        let facts = sink::json::RunFacts {
            status: manifest.status.word(),
            out: &out,
            paths: manifest.run.paths_done,
            seconds: manifest.run.wall_seconds,
            failed: (manifest.status == Status::Failed)
                .then_some((manifest.failed_paths.count, &manifest.failed_paths.first)),
        };
        let rows = tables.map_or(&[][..], |tables| &tables.summary);
        return output::results(&format!("{}\n", sink::json::summary(&facts, rows)));
    }
    if arguments.simulation.quiet {
        return Ok(());
    }
    if let Some(answer) = answer {
        let page = headline::headline(answer);
        output::results(&format!(
            "{}\n",
            sink::terminal::headline(&page, output::width(), output::styled_results()).trim_end()
        ))?;
    }
    let stopped = match partial {
        true => format!(
            "partial: {} after {} of {} paths; ",
            if job.only_put_together { "put together" } else { "stopped" },
            thousands(manifest.run.paths_done),
            thousands(job.task.paths_asked())
        ),
        false => String::new(),
    };
    let speed = match manifest.run.paths_per_second as u64 {
        0 => String::new(),
        speed => format!(" ({} paths/s)", thousands(speed)),
    };
    output::told(&format!(
        "{stopped}{} paths in {}{speed}, {} in {out}\n",
        thousands(manifest.run.paths_done),
        span(manifest.run.wall_seconds),
        words::counted(manifest.files.len() + 1, "file"),
    ));
    let out = quoted(&out);
    if partial {
        output::told(&format!("next: go on where it stopped    capstake resume {out}\n"));
        return Ok(());
    }
    if arguments.shard.is_some() {
        output::told("next: when all parts are done    capstake merge PART... -o DIR\n");
        return Ok(());
    }
    let file = arguments.scenario.display();
    let page = Format::Html.file().filter(|page| manifest.files.iter().any(|file| file.name == *page));
    let look = page.map_or(String::new(), |page| {
        format!("look at it          {}\n      ", job.out.join(page).display())
    });
    output::told(&format!(
        "next: {look}what it assumes     capstake check {file}\n      \
         what a figure means capstake explain microsoft_take_pv\n      \
         change a number     capstake run {file} --set KEY=VALUE -o {out}-changed\n"
    ));
    Ok(())
}
