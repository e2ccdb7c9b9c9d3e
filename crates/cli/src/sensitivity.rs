//! `capstake sensitivity`: finds what drives a metric, by one plain run, Sobol indices or Shapley effects.

// Comments on options are their help texts too, where <...> is a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::{self, Request};
use capstake::job::scenario::Scenario;
use capstake::job::words::{counted, span, thousands};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::kernel::redraw::TwoSeeds;
use capstake::model::run::Sampling;
use capstake::report;
use capstake::rng::stream::StreamKey;
use capstake::run::{MetricIndex, NonFinite, Options};
use capstake::study::quantity::{Of, Quantity};
use capstake::study::sensitivity::pick_freeze::{BATCH, Effort, NoAnswer, PlanFunction};
use capstake::study::sensitivity::plain::{plain, subject};
use capstake::study::sensitivity::shapley::{shapley, shapley_evaluations};
use capstake::study::sensitivity::sobol::{sobol, sobol_evaluations};
use capstake::study::sensitivity::variables::{By, Variable, ties, variables};

use super::arguments::Simulation;
use super::output;
use super::show::Show;
use super::study::{self, Study, StudyError, StudyObserver, StudyOutcome};

/// Default paths per evaluation of `sobol` and `shapley`.
const DEFAULT_PATHS: u64 = 100_000;
/// The longest study that is run, a month, seconds.
const MAX_SECONDS: f64 = 30.0 * 86_400.0;

/// Cost of a path relative to `run`: it bins every input and fits lines to the kept paths.
const PLAIN: f64 = 2.7;
/// Bytes per variable and metric in all tables.
const VARIABLE_BYTES: f64 = 900.0;

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
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

A plain run takes about three times as long as `capstake run`. Sobol indices
of k variables take k + 2 runs of -n paths, Shapley effects k + 1 [default:
100,000 paths each]. Inputs that are correlated move together: the swing of
one carries the others along, and only Shapley effects share out what they do
together.";

/// Arguments of `sensitivity`.
#[derive(Debug, clap::Args)]
pub struct SensitivityArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// The metric to explain: METRIC (of the first deal that has it), DEAL.METRIC or 'DEAL - DEAL.METRIC'; may be repeated
    /// [default: microsoft_take_pv and openai_retained_pv]
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// How to measure it
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = Method::Plain)]
    pub method: Method,
    /// How finely sobol and shapley divide the uncertainty [default: input with sobol, group with shapley]
    #[arg(long, value_name = "PARTS", value_enum)]
    pub by: Option<Parts>,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
}

/// How a sensitivity is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Method {
    /// One plain run: tornado, rank correlations, groups, value of information
    Plain,
    /// First-order and total indices; for independent variables
    Sobol,
    /// Shapley effects; for correlated variables too
    Shapley,
}

/// How finely the uncertainty is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Parts {
    /// Every uncertain input, factor and shock
    Input,
    /// The inputs and the noise of each segment, of the clouds, of the deals, …
    Group,
    /// All inputs, all noise along the path
    Kind,
}

/// The analysis, from options that fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Analysis {
    /// One plain run.
    Plain,
    /// Runs with some variables redrawn.
    Redrawn { indices: Indices, by: By },
}

/// What redrawn variables are used to estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Indices {
    Sobol,
    Shapley,
}

impl Analysis {
    fn of(method: Method, parts: Option<Parts>) -> Result<Analysis, Failure> {
        let by = parts.map(|parts| match parts {
            Parts::Input => By::Input,
            Parts::Group => By::Group,
            Parts::Kind => By::Kind,
        });
        match (method, by) {
            (Method::Plain, None) => Ok(Analysis::Plain),
            (Method::Plain, Some(_)) => {
                Err(Failure::told(Exit::Usage, "`--by` goes with --method sobol and --method shapley")
                    .help("a plain run shows inputs and groups together: leave it out"))
            }
            (Method::Sobol, by) => {
                Ok(Analysis::Redrawn { indices: Indices::Sobol, by: by.unwrap_or(By::Input) })
            }
            (Method::Shapley, by) => {
                Ok(Analysis::Redrawn { indices: Indices::Shapley, by: by.unwrap_or(By::Group) })
            }
        }
    }

    /// The arguments that decide the answer, for the manifest.
    fn arguments(self) -> Vec<String> {
        let words: &[&str] = match self {
            Analysis::Plain => &["--method", "plain"],
            Analysis::Redrawn { indices: Indices::Sobol, by } => &["--method", "sobol", "--by", by.name()],
            Analysis::Redrawn { indices: Indices::Shapley, by } => {
                &["--method", "shapley", "--by", by.name()]
            }
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// Finds out what drives the metrics.
pub fn sensitivity(arguments: &SensitivityArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let scenario = simulation.scenario.load(&arguments.scenario)?;
    // Taking variance apart needs independent paths; of Sobol points it has not been shown to gain.
    let randomness = simulation.randomness(&scenario);
    if randomness.sampling != Sampling::Plain && !simulation.quiet {
        output::status_line("sensitivity draws plain random numbers: its estimates need independent paths\n");
    }
    let randomness = Randomness::new(randomness.seed, Sampling::Plain);
    let plan = Plan::from_model(&scenario.model, randomness, simulation.simd);
    let quantities = quantities(&plan, &arguments.metric)?;
    // Neighbouring seeds have unrelated streams; nobody would type this one.
    let seeds = TwoSeeds::new(&plan, StreamKey::new(plan.seed(), "study.second-seed").0);
    if variables(seeds.streams(), By::Kind).is_empty() {
        let message = format!("nothing is uncertain in `{}`", scenario.model.name);
        return Err(Failure::coded(Exit::Problems, Code::NothingUncertain, message)
            .help("give a number a distribution, or a segment a volatility"));
    }
    let analysis = Analysis::of(arguments.method, arguments.by)?;
    let default_paths = match analysis {
        Analysis::Plain => None,
        Analysis::Redrawn { .. } => Some(DEFAULT_PATHS),
    };
    let (asked, threads) = (simulation.paths.or(default_paths), simulation.threads());
    let paths = request::paths(asked, &plan, &Cost::of(&plan), threads)?;
    let request = simulation.request(&plan, paths, study::folder_of(&scenario, "sensitivity"));
    let metrics = arguments.metric.iter().flat_map(|metric| ["--metric".to_owned(), metric.clone()]);
    let question = Question {
        arguments: metrics.chain(analysis.arguments()).collect(),
        scenario: &scenario,
        plan: &plan,
        seeds: &seeds,
        quantities: &quantities,
        request,
        show: simulation.show(),
    };
    match analysis {
        Analysis::Plain => question.plain(),
        Analysis::Redrawn { indices, by } => question.redrawn(indices, by),
    }
}

/// Finds the quantities to explain, each of which a run computes.
fn quantities(plan: &Plan, named: &[String]) -> Result<Vec<Quantity>, Failure> {
    let refuse = |message: String, help: String| {
        Failure::coded(Exit::Usage, Code::UnknownQuantity, message).help(help)
    };
    if named.is_empty() {
        let of = Of::Deal(0);
        let wanted = [Metric::MicrosoftTakePv, Metric::OpenaiRetainedPv];
        let exists = |metric: &Metric| of.metrics(plan).contains(metric);
        return Ok(wanted.into_iter().filter(exists).map(|metric| Quantity { of, metric }).collect());
    }
    let mut quantities: Vec<Quantity> = Vec::new();
    for text in named {
        let found = Quantity::named(plan, text).map_err(|unknown| refuse(unknown.message, unknown.help))?;
        let quantity = found[0];
        if subject(plan, quantity).is_none() {
            return Err(refuse(
                format!("`{text}` is not computed: differences are taken from the first deal"),
                format!("swap the two deals, or put `{}` second", plan.model().deals[0].name),
            ));
        }
        if !quantities.contains(&quantity) {
            quantities.push(quantity);
        }
    }
    Ok(quantities)
}

/// A sensitivity study, ready to be simulated.
struct Question<'a> {
    /// The arguments that decide the answer, for the manifest.
    arguments: Vec<String>,
    scenario: &'a Scenario,
    plan: &'a Plan,
    seeds: &'a TwoSeeds,
    quantities: &'a [Quantity],
    request: Request,
    show: Show,
}

impl Question<'_> {
    /// Creates the study of a number of evaluations per path, each costing `factor` times a path of `run`.
    fn study(&self, request: Request, evaluations: u64, factor: f64) -> Result<Study<'_>, Failure> {
        let paths = request.paths.saturating_mul(evaluations);
        let seconds = factor * Cost::of(self.plan).seconds(paths, request.threads);
        if seconds > MAX_SECONDS {
            let message = format!(
                "{} evaluations of {} paths would take about {} here",
                thousands(evaluations),
                thousands(request.paths),
                span(seconds)
            );
            return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message)
                .help("a month at most is run: fewer paths with -n, or coarser parts with --by group"));
        }
        Ok(Study {
            command: "sensitivity",
            arguments: self.arguments.clone(),
            scenarios: vec![self.scenario],
            request,
            precision: None,
            show: self.show,
            seconds,
            bytes: VARIABLE_BYTES * (self.seeds.streams().len() * self.quantities.len()) as f64,
        })
    }

    fn plain(&self) -> Result<Exit, Failure> {
        self.study(self.request.clone(), 1, PLAIN)?.conduct(|context| {
            let options = context.options();
            let observer = context.observer(options.paths, "");
            let answer = match plain(self.plan, self.seeds, self.quantities, options, &observer) {
                Ok(answer) => answer,
                Err(NoAnswer::NonFinite(found)) => {
                    return Err(StudyError::NonFinite(NonFinitePaths::of_scenario(found, options.paths)));
                }
                Err(_) => return Ok(StudyOutcome::interrupted()),
            };
            Ok(StudyOutcome {
                paths: answer.paths,
                interrupted: answer.interrupted,
                answer: Some(report::sensitivity::plain(self.plan, &answer, options.paths)),
                failure: None,
            })
        })
    }

    fn redrawn(&self, indices: Indices, by: By) -> Result<Exit, Failure> {
        let variables = variables(self.seeds.streams(), by);
        let (evaluations, cycle) = match indices {
            Indices::Shapley => (shapley_evaluations(variables.len()), 6),
            Indices::Sobol => {
                self.refuse_ties(&variables)?;
                (sobol_evaluations(variables.len()), 1)
            }
        };
        // Round up to whole batches.
        let paths = self.request.paths.div_ceil(BATCH * cycle) * BATCH * cycle;
        let subjects: Vec<MetricIndex> =
            self.quantities.iter().filter_map(|&quantity| subject(self.plan, quantity)).collect();
        let members: Vec<Vec<usize>> = variables.iter().map(|variable| variable.streams.clone()).collect();
        let function =
            PlanFunction { plan: self.plan, seeds: self.seeds, variables: &members, subjects: &subjects };
        let study = self.study(Request { paths, ..self.request.clone() }, evaluations, 1.0)?;
        study.conduct(|context| {
            let Options { paths, threads } = context.options();
            let observer = context.observer(paths * evaluations, "");
            context.redrawn(|portion| {
                let effort = Effort { paths, threads, seed: self.plan.seed(), portion };
                self.estimate(indices, &function, effort, &variables, &observer)
            })?
        })
    }

    fn estimate(
        &self,
        indices: Indices,
        function: &PlanFunction<'_>,
        effort: Effort<'_>,
        variables: &[Variable],
        observer: &StudyObserver,
    ) -> Result<StudyOutcome, StudyError> {
        let (plan, quantities) = (self.plan, self.quantities);
        let answered = match indices {
            Indices::Shapley => shapley(function, effort, observer).map(|answer| {
                let page = report::sensitivity::shapley(plan, quantities, variables, &answer, effort.paths);
                (page, answer.paths, answer.interrupted)
            }),
            Indices::Sobol => sobol(function, effort, observer).map(|answer| {
                let page = report::sensitivity::sobol(plan, quantities, variables, &answer, effort.paths);
                (page, answer.paths, answer.interrupted)
            }),
        };
        match answered {
            Ok((page, paths, interrupted)) => {
                Ok(StudyOutcome { answer: Some(page), paths, interrupted, failure: None })
            }
            Err(NoAnswer::Interrupted) => Ok(StudyOutcome::interrupted()),
            Err(NoAnswer::Undefined { output, undefined, evaluations }) => {
                Err(undefined_quantity(&quantities[output].name(plan), undefined, evaluations).into())
            }
            Err(NoAnswer::NonFinite(found)) => Err(redrawn_non_finite(&found).into()),
        }
    }

    /// Refuses correlated variables, for which Sobol indices are not defined.
    fn refuse_ties(&self, variables: &[Variable]) -> Result<(), Failure> {
        let ties = ties(self.seeds, variables);
        let Some(strongest) = ties.first() else { return Ok(()) };
        let message = format!(
            "Sobol indices are of independent variables; correlated here: {}, most of all {} with {} ({:+.2})",
            counted(ties.len(), "pair"),
            strongest.a,
            strongest.b,
            strongest.correlation
        );
        Err(Failure::coded(Exit::Usage, Code::CorrelatedVariables, message)
            .help("--method shapley shares the variance out among correlated variables")
            .help("--by kind sets all inputs against all noise, which are independent"))
    }
}

/// The failure for a metric without a value on some evaluations.
fn undefined_quantity(name: &str, undefined: u64, evaluations: u64) -> Failure {
    let message = format!(
        "`{name}` has no value on {} of {} evaluations: it has no variance to share out",
        thousands(undefined),
        thousands(evaluations)
    );
    Failure::coded(Exit::Usage, Code::QuantityUndefined, message)
        .help("take a metric that has a value on every path, such as cap_hit for cap_hit_time")
        .help("--method plain takes the paths on which it has one")
}

/// The failure for evaluations that were not finite, though every path of a plain run may be finite.
fn redrawn_non_finite(found: &NonFinite) -> Failure {
    let first: Vec<String> = found.first.iter().take(5).map(u64::to_string).collect();
    let message = format!(
        "{} evaluations were not finite, on paths {}, with some variables redrawn",
        thousands(found.count),
        first.join(", ")
    );
    Failure::coded(Exit::Failed, Code::PathNotFinite, message)
        .help("`capstake run` with many paths finds one that can be looked at alone")
}
