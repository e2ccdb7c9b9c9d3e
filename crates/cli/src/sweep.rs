//! `capstake sweep`: computes metrics over the values of one or two keys, on common draws.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::{Code, Unit};
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::request::Request;
use capstake::job::varied_scenario::{Layout, VariedScenario};
use capstake::job::vary::{self, Vary};
use capstake::job::words::{size, span, thousands};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::report;
use capstake::run::paired::PairedResult;
use capstake::study::precision::Target;
use capstake::study::precision::metric::VariantFigure;
use capstake::study::quantity::{Of, Quantity};
use capstake::study::sweep::{Measured, Named, Sweep, measured};
use capstake::study::variant::Variants;

use super::arguments::Simulation;
use super::given;
use super::measuring::Measuring;
use super::precise::{self, Precision};
use super::show::Show;
use super::study::{self, Study, StudyContext, StudyError, StudyOutcome};

/// Examples and notes at the end of the help.
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
values. Every point is identical to a run with --set.";

/// Arguments of `sweep`.
#[derive(Debug, clap::Args)]
pub struct SweepArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// A key and its values: KEY=from:to:steps or KEY=a,b,c; once, or twice for a grid
    #[arg(long, value_name = "KEY=VALUES", required = true, value_parser = vary::vary_argument)]
    pub vary: Vec<Vary>,
    /// What to measure: METRIC, DEAL.METRIC or 'DEAL - DEAL.METRIC'; may be repeated [default: microsoft_take_pv and
    /// openai_retained_pv of the deals that vary]
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// Stop when the 95% interval of this figure is at most so wide on either side at every point: microsoft_take_pv=0.5%, prior-2025:p95:share_pv=0.2; with difference: before it, of its difference from the unchanged scenario; may be repeated
    ///
    /// Judged after 4,096 paths, 8,192, 16,384, …; -n is the most that may be spent at each point, and all points get the same paths. Exit
    /// code 8 where that is not enough: the results are written all the same.
    #[arg(long, value_name = "FIGURE=WIDTH")]
    pub precision: Vec<String>,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
}

/// The largest number of points.
const MAX_POINTS: usize = 10_000;
/// The longest sweep that is run, a month, seconds.
const MAX_SECONDS: f64 = 30.0 * 86_400.0;
/// Copies of a deal in one plan: as many as fit a worker's cache.
const COPIES: usize = 64;
/// Plans per batch.
const PLANS: usize = 16;
/// Bytes per row of the table.
const ROW_BYTES: f64 = 170.0;

/// What to vary and what to measure.
struct Question<'a> {
    vary: &'a [Vary],
    metrics: &'a [String],
}

/// Runs a sweep.
pub fn sweep(arguments: &SweepArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let question = Question { vary: &arguments.vary, metrics: &arguments.metric };
    vary::refuse_keys(&question.keys())?;
    if question.vary.len() > 2 {
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, "a sweep varies one key or two")
            .help("hold the others with --set, or sweep twice"));
    }
    let file = given::read(&arguments.scenario)?;
    let base = simulation.scenario.judge(&file, &[])?;
    let plan = simulation.plan(&base);
    let quantities = question.quantities(&plan)?;
    let paths = simulation.paths(&plan, &Cost::of(&plan))?;
    let request = simulation.request(&plan, paths, study::folder_of(&base, "sweep"));
    let keys = question.keys();
    let varied = VariedScenario::new(keys, &file, &base, &plan);
    simulation.judge_ends(&varied, &question.ends())?;
    let (targets, figures) =
        precise::targets(&arguments.precision, |figure| VariantFigure::named(&plan, &quantities, figure))?;
    let measured = Asked { quantities: &quantities, figures: &figures };
    let sweeper = Sweeper::new(&question, &varied, &plan, measured)?;
    sweeper.conduct(&question, request, simulation.show(), Precision::new(targets, paths))
}

impl Question<'_> {
    fn keys(&self) -> Vec<String> {
        self.vary.iter().map(|vary| vary.key.clone()).collect()
    }

    /// The arguments that decide the answer, for the manifest.
    fn arguments(&self) -> Vec<String> {
        let vary = self.vary.iter().map(|vary| ["--vary".to_owned(), vary.argument()]);
        let metrics = self.metrics.iter().map(|metric| ["--metric".to_owned(), metric.clone()]);
        vary.chain(metrics).flatten().collect()
    }

    /// What to measure; by default both sides' values under the deals whose keys vary, or under all deals.
    fn quantities(&self, plan: &Plan) -> Result<Vec<Quantity>, Failure> {
        if self.metrics.is_empty() {
            return Ok(default_quantities(plan, &self.keys()));
        }
        let mut quantities = Vec::new();
        for text in self.metrics {
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

    fn point_count(&self) -> usize {
        self.vary.iter().fold(1_usize, |count, vary| count.saturating_mul(vary.values.len()))
    }

    /// The first and the last value of every key.
    fn ends(&self) -> [Vec<String>; 2] {
        let first = self.vary.iter().map(|vary| vary.values[0].clone()).collect();
        let last = self.vary.iter().map(|vary| vary.values[vary.values.len() - 1].clone()).collect();
        [first, last]
    }

    /// Every value of the first key with every value of the second.
    fn grid(&self) -> Vec<Vec<String>> {
        self.vary.iter().fold(vec![Vec::new()], |points, vary| {
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
}

fn default_quantities(plan: &Plan, keys: &[String]) -> Vec<Quantity> {
    let varies = |deal: usize| {
        let stem = format!("deal.{}.", plan.model().deals[deal].name);
        keys.iter().all(|key| !key.starts_with("deal.")) || keys.iter().any(|key| key.starts_with(&stem))
    };
    let concerned = |of: &Of| match *of {
        Of::Deal(deal) => varies(deal),
        Of::Difference { later, first } => varies(later) || varies(first),
    };
    let wanted = [Metric::MicrosoftTakePv, Metric::OpenaiRetainedPv];
    Of::all(plan)
        .into_iter()
        .filter(concerned)
        .flat_map(|of| wanted.map(|metric| Quantity { of, metric }))
        .filter(|quantity| quantity.of.metrics(plan).contains(&quantity.metric))
        .collect()
}

/// What is measured, and what of it is to be precise.
#[derive(Clone, Copy)]
struct Asked<'a> {
    quantities: &'a [Quantity],
    /// The figures of the targets of a precision.
    figures: &'a [VariantFigure],
}

/// A batch of points that has been simulated.
struct Batch {
    paths: u64,
    /// The unchanged scenario, then each point.
    measured: Vec<Vec<Measured>>,
    /// The levels that it judged.
    levels: Option<Precision>,
    interrupted: bool,
}

/// Simulates the points of a grid, batch after batch.
struct Sweeper<'a> {
    varied: &'a VariedScenario<'a>,
    plan: &'a Plan,
    asked: Asked<'a>,
    /// All points, or the two ends of a grid that is too large to be run.
    grid: Vec<Vec<String>>,
    /// Points per batch.
    batch: usize,
    first_batch: Variants,
}

impl<'a> Sweeper<'a> {
    /// Lays out the first batch of the grid.
    fn new(
        question: &Question<'_>,
        varied: &'a VariedScenario<'a>,
        plan: &'a Plan,
        asked: Asked<'a>,
    ) -> Result<Sweeper<'a>, Failure> {
        let fits = question.point_count() <= MAX_POINTS;
        let grid = if fits { question.grid() } else { question.ends().to_vec() };
        let batch = match varied.layout(&grid) {
            Layout::Copies(_) => COPIES,
            Layout::Plans => PLANS,
        };
        let mut first_batch = varied.lay_out(&grid[..grid.len().min(batch)])?;
        first_batch.lean(asked.quantities);
        Ok(Sweeper { varied, plan, asked, grid, batch, first_batch })
    }

    fn conduct(
        self,
        question: &Question<'_>,
        request: Request,
        show: Show,
        precision: Option<Precision>,
    ) -> Result<Exit, Failure> {
        let cost = |plan| Cost::of(plan).seconds(request.paths, request.threads);
        let per_batch: f64 = self.first_batch.plans.iter().map(cost).sum();
        let points = question.point_count();
        let seconds = per_batch * points as f64 / self.grid.len().min(self.batch) as f64;
        let bytes = points as f64 * self.asked.quantities.len() as f64 * ROW_BYTES;
        if points > MAX_POINTS || seconds > MAX_SECONDS {
            return Err(too_large(points, request.paths, seconds, bytes));
        }
        let study = Study {
            command: "sweep",
            arguments: question.arguments(),
            scenarios: vec![self.varied.base],
            request,
            precision,
            show,
            seconds,
            bytes,
        };
        study.conduct(|context| self.run(context))
    }

    fn run(mut self, context: &StudyContext<'_>) -> Result<StudyOutcome, StudyError> {
        let mut batches: Vec<Batch> = Vec::new();
        let mut first_batch = Some(std::mem::take(&mut self.first_batch));
        let count = self.grid.len().div_ceil(self.batch);
        let mut interrupted = false;
        // All points get as many paths as the one that needs most; batches that stopped earlier are run again.
        let mut paths = 0;
        // Batches of which a part was simulated, where that is all that is asked for.
        let mut in_part = 0;
        while !interrupted
            && let Some(at) =
                (in_part..count).find(|&at| batches.get(at).is_none_or(|batch| batch.paths < paths))
        {
            let Some(batch) = self.run_batch(context, at, first_batch.take(), paths)? else {
                in_part += 1;
                continue;
            };
            interrupted = batch.interrupted;
            paths = paths.max(batch.paths);
            // An interrupted batch has fewer paths than those before it.
            if interrupted && !batches.is_empty() {
                break;
            }
            match batches.get_mut(at) {
                Some(former) => *former = batch,
                None => batches.push(batch),
            }
        }
        if batches.is_empty() {
            return Ok(StudyOutcome::interrupted());
        }
        Ok(self.outcome(context, batches, interrupted))
    }

    /// Runs one batch until it is precise enough, but up to `at_least` paths.
    fn run_batch(
        &self,
        context: &StudyContext<'_>,
        at: usize,
        laid_out: Option<Variants>,
        at_least: u64,
    ) -> Result<Option<Batch>, StudyError> {
        let first = at * self.batch;
        let points = &self.grid[first..self.grid.len().min(first + self.batch)];
        let variants = match laid_out {
            Some(variants) => variants,
            None => {
                let mut variants = self.varied.lay_out(points)?;
                variants.lean(self.asked.quantities);
                variants
            }
        };
        let label = match first {
            _ if self.grid.len() <= self.batch => String::new(),
            first => format!("points {} to {} of {}", first + 1, first + points.len(), self.grid.len()),
        };
        let measuring = Measuring::new(&variants, self.asked.quantities, self.asked.figures);
        let mut levels = context.unjudged();
        let sound = |result: &PairedResult| match result.first_non_finite() {
            None => Ok(()),
            Some((at, paths)) => {
                let (paths, simulated) = (paths.clone(), result.paths);
                let found = self.varied.non_finite_paths(points, &variants, at, paths, simulated);
                Err(StudyError::NonFinite(found))
            }
        };
        let estimates = |result: &PairedResult, targets: &[Target]| measuring.estimates(result, targets);
        let result = context.paired_by(&mut levels, at_least, &measuring.run(&label), sound, estimates)?;
        Ok(result.map(|result| Batch {
            paths: result.paths,
            measured: measured(&result, &measuring.columns),
            levels,
            interrupted: result.interrupted,
        }))
    }

    fn outcome(
        self,
        context: &StudyContext<'_>,
        mut batches: Vec<Batch>,
        was_interrupted: bool,
    ) -> StudyOutcome {
        let done = batches.first().map_or(0, |batch| batch.paths);
        // After an interruption some have more paths than others.
        let alike = batches.iter().take_while(|batch| batch.paths == done).count();
        batches.truncate(alike);
        let mut levels: Option<Precision> = None;
        for its in batches.iter_mut().filter_map(|batch| batch.levels.take()) {
            match &mut levels {
                Some(levels) => levels.take_worse(&its),
                None => levels = Some(its),
            }
        }
        let all_paths = context.options().paths;
        let asked = if levels.is_some() && !was_interrupted { done } else { all_paths };
        if let Some(levels) = levels {
            context.take_levels(Some(levels));
        }
        let (mut base, mut all): (Vec<Measured>, Vec<Vec<Measured>>) = (Vec::new(), Vec::new());
        for mut batch in batches {
            base = batch.measured.remove(0);
            all.extend(batch.measured);
        }
        let points = self.grid[..all.len()].to_vec();
        let interrupted = was_interrupted || done < asked || points.len() < self.grid.len();
        let Asked { quantities, .. } = self.asked;
        let sweep = Sweep {
            scenario: self.plan.model().name.clone(),
            seed: self.plan.seed(),
            paths: done,
            asked,
            keys: self.varied.keys.clone(),
            units: self.varied.keys.iter().map(|key| unit_of(self.plan, key)).collect(),
            points,
            quantities: quantities.iter().map(|&quantity| Named::new(self.plan, quantity)).collect(),
            base,
            measured: all,
        };
        let answer = (done > 0).then(|| report::sweep::sweep(&sweep, &self.plan.model().names));
        StudyOutcome { answer, paths: done, interrupted, failure: None }
    }
}

/// The failure for a sweep with too many points or too long a time.
fn too_large(points: usize, paths: u64, seconds: f64, bytes: f64) -> Failure {
    let message = format!(
        "{} points of {} paths would take about {} here and {} of disk",
        thousands(points as u64),
        thousands(paths),
        span(seconds),
        size(bytes)
    );
    Failure::coded(Exit::Usage, Code::StudyTooLarge, message).help(format!(
        "at most {} points and a month are run: fewer values, or fewer paths with -n",
        thousands(MAX_POINTS as u64)
    ))
}

/// The unit of a key; `None` if it is not a number.
pub(super) fn unit_of(plan: &Plan, key: &str) -> Option<Unit> {
    plan.model().parameters.entries().iter().find(|entry| entry.key == key).map(|entry| entry.unit)
}
