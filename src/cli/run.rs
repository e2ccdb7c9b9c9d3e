//! `capstake run`: simulates a scenario, writes the results folder, prints the headline table.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use super::cost::Cost;
use super::exit::{Exit, Failure};
use super::folder::{Folder, Replace};
use super::manifest::{
    Build, CommandPart, FailedPaths, Manifest, RunPart, SCHEMA_VERSION, Status, Undefined,
};
use super::progress::Display;
use super::scenario::{self, Scenario};
use super::simulation::{Simulation, paths_to_run};
use super::watch::Watch;
use super::words::{self, quoted, size, span, thousands};
use super::{output, signal};
use crate::config::Code;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::report::row::Row;
use crate::report::{headline, tables};
use crate::run::{self, Options, RunResult};
use crate::sink;
use crate::study::valuation::{Valuation, valuation};

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// The scenario file (TOML)
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
    /// Also write every path's inputs and metrics, draws.FORMAT (csv)
    #[arg(long, value_name = "FORMAT", value_parser = draws_argument)]
    pub draws: Option<Draws>,
    /// Run path K alone, print its inputs and metrics, write nothing
    #[arg(long, value_name = "K")]
    pub only_path: Option<u64>,
}

/// A format of the draws file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draws {
    /// `draws.csv`.
    Csv,
}

fn draws_argument(text: &str) -> Result<Draws, String> {
    match text {
        "csv" => Ok(Draws::Csv),
        "parquet" | "xlsx" => Err(format!("{text} is not built into this program; csv is")),
        _ => Err("there is csv".to_owned()),
    }
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
        return super::single::print(&plan, &scenario.path, path, arguments.simulation.json);
    }
    let threads = simulation.threads();
    let cost = Cost::of(&plan);
    let paths = paths_to_run(simulation.paths, &scenario.model, &cost, threads)?;
    let out = match &simulation.out {
        Some(out) => out.clone(),
        None => Path::new("output").join(&scenario.model.name),
    };
    simulate(arguments, &Job { scenario: &scenario, plan: &plan, paths, threads, out: &out, cost: &cost })
}

/// A run with everything settled.
struct Job<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    paths: u64,
    threads: usize,
    out: &'a Path,
    cost: &'a Cost,
}

fn simulate(arguments: &RunArguments, job: &Job) -> Result<Exit, Failure> {
    let mut manifest = manifest(job);
    let replace = if arguments.simulation.force { Replace::AnyRun } else { Replace::SameRun };
    signal::listen();
    let mut folder = Folder::open(job.out, &manifest, replace)?;
    if !arguments.simulation.quiet {
        output::told(&first_line(arguments, job));
    }
    let draws = match arguments.draws {
        Some(Draws::Csv) => Some(folder.draft("draws.csv")?),
        None => None,
    };
    let display = Display::new(arguments.simulation.wish(), job.paths);
    let watch = Watch::new(job.plan, &display, draws);
    let began = Instant::now();
    let result = run::execute(job.plan, Options { paths: job.paths, threads: job.threads }, &watch);
    let seconds = began.elapsed().as_secs_f64();
    display.close();
    settle(&mut manifest, job.plan, &result, seconds);
    let draws = match watch.finish() {
        Ok(draws) => draws,
        Err(error) => {
            let failure = folder.failed("draws.csv", &error);
            return Err(give_up(&mut folder, manifest, failure));
        }
    };
    if result.broken.count > 0 {
        drop(draws);
        manifest.status = Status::Failed;
        folder.put_manifest(&manifest)?;
        return Err(broken(arguments, job, &result));
    }
    let answer = (result.paths > 0).then(|| valuation(job.plan, &result));
    let tables = answer.as_ref().map(tables::tables);
    let written = match &tables {
        Some(tables) => {
            write_tables(&mut folder, tables).and_then(|()| draws.map_or(Ok(()), |draft| folder.keep(draft)))
        }
        None => Ok(()),
    };
    if let Err(failure) = written {
        return Err(give_up(&mut folder, manifest, failure));
    }
    manifest.files = folder.files().to_vec();
    manifest.status = if result.interrupted { Status::Partial } else { Status::Complete };
    folder.put_manifest(&manifest)?;
    report(arguments, job, &manifest, answer.as_ref(), tables.as_ref())?;
    Ok(if result.interrupted { Exit::Interrupted } else { Exit::Done })
}

/// The folder keeps the files that are finished and says `partial`.
fn give_up(folder: &mut Folder, mut manifest: Manifest, failure: Failure) -> Failure {
    manifest.files = folder.files().to_vec();
    manifest.status = Status::Partial;
    let kept = match manifest.files.len() {
        0 => "no file of results is finished".to_owned(),
        _ => {
            let names: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
            format!("finished and kept: {}", names.join(", "))
        }
    };
    match folder.put_manifest(&manifest) {
        Ok(()) => failure.help(kept),
        Err(_) => {
            failure.help(kept).help("manifest.json could not be brought up to date: it still says `running`")
        }
    }
}

fn write_tables(folder: &mut Folder, tables: &tables::Tables) -> Result<(), Failure> {
    put(folder, &tables.summary)?;
    put(folder, &tables.quantiles)?;
    put(folder, &tables.annual)?;
    put(folder, &tables.histogram)?;
    put(folder, &tables.inputs)?;
    put(folder, &tables.correlations)?;
    put(folder, &tables.events)?;
    put(folder, &tables.sample_paths)
}

fn put<R: Row>(folder: &mut Folder, rows: &[R]) -> Result<(), Failure> {
    let name = format!("{}.csv", R::TABLE);
    let mut bytes = Vec::new();
    sink::csv::write(rows, &mut bytes).map_err(|error| folder.failed(&name, &error))?;
    folder.put(&name, &bytes)
}

/// `base: 1,000,000 paths, seed 1, 2 threads (avx2), about 12 s and 3 MB to output/base`.
fn first_line(arguments: &RunArguments, job: &Job) -> String {
    let threads = words::counted(job.threads, "thread");
    let disk =
        job.cost.tables_bytes + if arguments.draws.is_some() { job.cost.draws_bytes(job.paths) } else { 0.0 };
    format!(
        "{}: {} paths, seed {}, {threads} ({}); about {} and {} in {}\n",
        job.scenario.model.name,
        thousands(job.paths),
        job.plan.seed,
        job.plan.isa.name(),
        span(job.cost.seconds(job.paths, job.threads)),
        size(disk),
        job.out.display()
    )
}

fn manifest(job: &Job) -> Manifest {
    Manifest {
        schema_version: SCHEMA_VERSION,
        program: "capstake",
        status: Status::Running,
        build: Build::current(),
        command: CommandPart::run(),
        scenario: job.scenario.part(),
        other_scenarios: Vec::new(),
        run: RunPart {
            seed: job.plan.seed.to_string(),
            paths_asked: job.paths,
            paths_done: 0,
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            wall_seconds: 0.0,
            paths_per_second: 0.0,
            threads: job.threads,
            simd: job.plan.isa.name(),
        },
        files: Vec::new(),
        undefined: Vec::new(),
        failed_paths: FailedPaths::default(),
    }
}

/// Enters what the run did.
fn settle(manifest: &mut Manifest, plan: &Plan, result: &RunResult, seconds: f64) {
    manifest.run.paths_done = result.paths;
    manifest.run.wall_seconds = seconds;
    manifest.run.paths_per_second = result.paths as f64 / seconds.max(1e-9);
    manifest.failed_paths = FailedPaths { count: result.broken.count, first: result.broken.first.clone() };
    for ((name, metrics), summaries) in subjects(plan).iter().zip(&result.metrics) {
        for (metric, summary) in metrics.iter().zip(summaries) {
            if summary.moments().undefined() > 0 {
                manifest.undefined.push(Undefined {
                    deal: name.clone(),
                    metric: metric.name(plan.model.run.mix_year),
                    paths: summary.moments().undefined(),
                });
            }
        }
    }
}

/// Deals, then differences of deals, with the metrics that exist for them.
pub fn subjects(plan: &Plan) -> Vec<(String, Vec<Metric>)> {
    let deals = &plan.model.deals;
    let own = deals.iter().zip(&plan.deals).map(|(deal, laid)| (deal.name.clone(), laid.metrics.clone()));
    let differences = plan.differences.iter().map(|difference| {
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
        job.plan.seed,
        first.join(", "),
        if broken.count > first.len() as u64 { ", …" } else { "" }
    );
    let mut command = format!("capstake run {}", quoted(&arguments.scenario.display().to_string()));
    for flag in &arguments.simulation.overrides {
        command.push_str(&format!(" --set {}", quoted(flag)));
    }
    let path = broken.first.first().copied().unwrap_or(0);
    command.push_str(&format!(" --seed {} --only-path {path}", job.plan.seed));
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
    if arguments.simulation.json {
        let facts = sink::json::RunFacts {
            status: manifest.status.word(),
            out: &out,
            paths: manifest.run.paths_done,
            seconds: manifest.run.wall_seconds,
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
    let partial = match manifest.status {
        Status::Partial => format!(
            "partial: stopped after {} of {} paths; ",
            thousands(manifest.run.paths_done),
            thousands(manifest.run.paths_asked)
        ),
        _ => String::new(),
    };
    output::told(&format!(
        "{partial}{} paths in {} ({} paths/s), {} in {out}\n",
        thousands(manifest.run.paths_done),
        span(manifest.run.wall_seconds),
        thousands(manifest.run.paths_per_second as u64),
        words::counted(manifest.files.len() + 1, "file"),
    ));
    let file = arguments.scenario.display();
    output::told(&format!(
        "next: what it assumes    capstake check {file}\n      \
         what a figure means capstake explain microsoft_take_pv\n      \
         change a number     capstake run {file} --set KEY=VALUE -o {out}-changed\n"
    ));
    Ok(())
}
