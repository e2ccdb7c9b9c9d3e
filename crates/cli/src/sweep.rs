//! `capstake sweep`: metrics over the values of one or two keys, on common draws.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::{Code, Unit};
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::request;
use capstake::job::scenario::ScenarioFile;
use capstake::job::vary::{self, Layout, Points, Vary};
use capstake::job::words::{size, span, thousands};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::report;
use capstake::run::paired::{self, Keep, PairedResult, Question};
use capstake::study::quantity::{Of, Quantity};
use capstake::study::sweep::{Measured, Named, Sweep, measured};
use capstake::study::variant::{Columns, Variants};

use super::arguments::Simulation;
use super::study::{self, Study, StudyContext, StudyError, StudyOutcome};

/// Ends the help of the command.
pub const EXAMPLES: &str = "\
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

/// Arguments of `sweep`.
#[derive(Debug, clap::Args)]
pub struct SweepArguments {
    /// The scenario file (TOML)
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// A key and its values: KEY=from:to:steps or KEY=a,b,c; once, or twice for a grid
    #[arg(long, value_name = "KEY=VALUES", required = true, value_parser = vary::vary_argument)]
    pub vary: Vec<Vary>,
    /// What to measure: METRIC, DEAL.METRIC or 'DEAL - DEAL.METRIC'; may be repeated [default: microsoft_take_pv and
    /// openai_retained_pv of the deals that vary]
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
}

/// More points than this are refused.
const MAX_POINTS: usize = 10_000;
/// Longer than a month is refused, seconds.
const MAX_SECONDS: f64 = 30.0 * 86_400.0;
/// Copies of a deal in one plan: as many as leave a worker's blocks in its cache.
const COPIES: usize = 64;
/// Plans side by side.
const PLANS: usize = 16;
/// Bytes of a row of the table.
const ROW_BYTES: f64 = 170.0;

/// Runs a sweep.
pub fn sweep(arguments: &SweepArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let keys: Vec<String> = arguments.vary.iter().map(|vary| vary.key.clone()).collect();
    vary::refuse_keys(&keys)?;
    if keys.len() > 2 {
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, "a sweep varies one key or two")
            .help("hold the others with --set, or sweep twice"));
    }
    let file = ScenarioFile::read(&arguments.scenario)?;
    let base = file.judge(&simulation.overrides, &[])?;
    let seed = simulation.seed(&base.model);
    let plan = Plan::from_model(&base.model, seed, simulation.simd);
    let quantities = quantities(&plan, &arguments.metric, &keys)?;
    let threads = simulation.threads();
    let paths = request::paths(simulation.paths, &base.model, &Cost::of(&plan), threads)?;
    let points = Points { keys, file: &file, base: &base, seed, isa: simulation.simd };
    let count = arguments.vary.iter().fold(1_usize, |count, vary| count.saturating_mul(vary.values.len()));
    // The ends first: what is wrong there is said before anything is laid out.
    let (first, last) = ends(&arguments.vary);
    points.judge(&first)?;
    points.judge(&last)?;
    let grid = if count <= MAX_POINTS { grid(&arguments.vary) } else { vec![first, last] };
    let batch = match points.layout(&grid) {
        Layout::Copies(_) => COPIES,
        Layout::Plans => PLANS,
    };
    let mut sample = points.lay_out(&grid[..grid.len().min(batch)])?;
    sample.lean(&quantities);
    let per_batch: f64 = sample.plans.iter().map(|plan| Cost::of(plan).seconds(paths, threads)).sum();
    let seconds = per_batch * count as f64 / grid.len().min(batch) as f64;
    let bytes = count as f64 * quantities.len() as f64 * ROW_BYTES;
    if count > MAX_POINTS || seconds > MAX_SECONDS {
        let message = format!(
            "{} points of {} paths would take about {} here and {} of disk",
            thousands(count as u64),
            thousands(paths),
            span(seconds),
            size(bytes)
        );
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message).help(format!(
            "at most {} points and a month are run: fewer values, or fewer paths with -n",
            thousands(MAX_POINTS as u64)
        )));
    }
    let mut typed: Vec<String> = Vec::new();
    for (vary, key) in arguments.vary.iter().zip(&points.keys) {
        typed.extend(["--vary".to_owned(), format!("{key}={}", vary.values.join(","))]);
    }
    for metric in &arguments.metric {
        typed.extend(["--metric".to_owned(), metric.clone()]);
    }
    let study = Study {
        command: "sweep",
        arguments: typed,
        scenarios: vec![&base],
        request: simulation.request(&base.model, paths, study::folder_of(&base, "sweep")),
        show: simulation.show(),
        seconds,
        bytes,
    };
    study.conduct(|context| {
        let job = Job { points: &points, plan: &plan, quantities: &quantities, grid: &grid, batch };
        job.work(context, sample)
    })
}

/// What is measured where nothing is named: the two sides' values under the deals whose keys vary, or under all.
fn quantities(plan: &Plan, named: &[String], keys: &[String]) -> Result<Vec<Quantity>, Failure> {
    if named.is_empty() {
        let varies = |deal: usize| {
            let stem = format!("deal.{}.", plan.model().deals[deal].name);
            keys.iter().all(|key| !key.starts_with("deal.")) || keys.iter().any(|key| key.starts_with(&stem))
        };
        let concerned = |of: &Of| match *of {
            Of::Deal(deal) => varies(deal),
            Of::Difference { later, first } => varies(later) || varies(first),
        };
        let of: Vec<Of> = Of::all(plan).into_iter().filter(concerned).collect();
        let wanted = [Metric::MicrosoftTakePv, Metric::OpenaiRetainedPv];
        return Ok(of
            .iter()
            .flat_map(|&of| wanted.map(|metric| Quantity { of, metric }))
            .filter(|quantity| quantity.of.metrics(plan).contains(&quantity.metric))
            .collect());
    }
    let mut quantities = Vec::new();
    for text in named {
        let found = Quantity::named(plan, text).map_err(|unknown| {
            Failure::coded(Exit::Usage, Code::UnknownQuantity, unknown.message).help(unknown.help)
        })?;
        for quantity in found {
            if !quantities.contains(&quantity) {
                quantities.push(quantity);
            }
        }
    }
    Ok(quantities)
}

fn ends(vary: &[Vary]) -> (Vec<String>, Vec<String>) {
    let first = vary.iter().map(|vary| vary.values[0].clone()).collect();
    let last = vary.iter().map(|vary| vary.values[vary.values.len() - 1].clone()).collect();
    (first, last)
}

/// Every value of the first key with every value of the second.
fn grid(vary: &[Vary]) -> Vec<Vec<String>> {
    vary.iter().fold(vec![Vec::new()], |points, vary| {
        let with = |point: &Vec<String>, value: &String| {
            let mut point = point.clone();
            point.push(value.clone());
            point
        };
        points
            .iter()
            .flat_map(|point| vary.values.iter().map(|value| with(point, value)).collect::<Vec<_>>())
            .collect()
    })
}

struct Job<'a> {
    points: &'a Points<'a>,
    plan: &'a Plan,
    quantities: &'a [Quantity],
    grid: &'a [Vec<String>],
    batch: usize,
}

impl Job<'_> {
    /// Batch after batch; `sample` is the first, laid out.
    fn work(&self, context: &StudyContext<'_>, sample: Variants) -> Result<StudyOutcome, StudyError> {
        let options = context.options();
        let mut base: Vec<Measured> = Vec::new();
        let mut all: Vec<Vec<Measured>> = Vec::new();
        let mut sample = Some(sample);
        let mut done = options.paths;
        for (i, batch) in self.grid.chunks(self.batch).enumerate() {
            let variants = match sample.take() {
                Some(variants) => variants,
                None => {
                    let mut variants = self.points.lay_out(batch)?;
                    variants.lean(self.quantities);
                    variants
                }
            };
            let label = if self.grid.len() > self.batch {
                let first = i * self.batch;
                format!("points {} to {} of {}", first + 1, first + batch.len(), self.grid.len())
            } else {
                String::new()
            };
            let (columns, result) = simulate(&variants, self.quantities, Keep::Bins, context, &label);
            if let Some((found, broken)) = result.first_non_finite() {
                let not_finite =
                    self.points.not_finite(batch, &variants, found, broken.clone(), result.paths);
                return Err(StudyError::NonFinite(not_finite));
            }
            if result.interrupted {
                // A batch that was cut short has other paths than those before it.
                if all.is_empty() {
                    done = result.paths;
                } else {
                    break;
                }
            }
            let mut found = measured(&result, &columns);
            base = found.remove(0);
            all.extend(found);
            if result.interrupted {
                break;
            }
        }
        let points = self.grid[..all.len()].to_vec();
        let interrupted = done < options.paths || points.len() < self.grid.len();
        let sweep = Sweep {
            scenario: self.plan.model().name.clone(),
            seed: self.plan.seed(),
            paths: done,
            asked: options.paths,
            keys: self.points.keys.clone(),
            units: self.points.keys.iter().map(|key| unit_of(self.plan, key)).collect(),
            points,
            quantities: self.quantities.iter().map(|&quantity| Named::new(self.plan, quantity)).collect(),
            base,
            measured: all,
        };
        let answer = (done > 0).then(|| report::sweep::sweep(&sweep));
        Ok(StudyOutcome { answer, paths: done, interrupted, failure: None })
    }
}

/// The unit of a key that is a number of the scenario.
pub(super) fn unit_of(plan: &Plan, key: &str) -> Option<Unit> {
    plan.model().parameters.entries().iter().find(|entry| entry.key == key).map(|entry| entry.unit)
}

/// One paired run of variants.
pub(super) fn simulate(
    variants: &Variants,
    quantities: &[Quantity],
    keep: Keep,
    context: &StudyContext<'_>,
    label: &str,
) -> (Columns, PairedResult) {
    let columns = Columns::new(variants, quantities, keep);
    let plans: Vec<&Plan> = variants.plans.iter().collect();
    let question = Question { columns: &columns.columns, pairs: &[] };
    let options = context.options();
    let result = paired::execute(&plans, question, options, &context.watch(options.paths, label));
    (columns, result)
}
