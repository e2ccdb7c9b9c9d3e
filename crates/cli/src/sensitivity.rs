//! `capstake sensitivity`: what drives a metric, by one plain run, by Sobol indices or by Shapley effects.

// Comments on options are their help texts too, where <...> is a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request;
use capstake::job::scenario::{self, Scenario};
use capstake::job::words::{span, thousands};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::kernel::redraw::TwoSeeds;
use capstake::report;
use capstake::rng::stream::StreamKey;
use capstake::run::Subject;
use capstake::study::quantity::{Of, Quantity};
use capstake::study::sensitivity::pick_freeze::{BATCH, Effort, NoAnswer, PlanFunction};
use capstake::study::sensitivity::plain::{plain, subject};
use capstake::study::sensitivity::shapley::{shapley, shapley_evaluations};
use capstake::study::sensitivity::sobol::{sobol, sobol_evaluations};
use capstake::study::sensitivity::variables::{By, Variable, ties, variables};

use super::arguments::Simulation;
use super::study::{self, Study, StudyContext, StudyError, StudyOutcome};

/// Paths of each evaluation of `sobol` and `shapley`, where `-n` does not say.
const DEFAULT_PATHS: u64 = 100_000;
/// Longer than a month is refused, seconds.
const MAX_SECONDS: f64 = 30.0 * 86_400.0;

/// What a path costs more than in a plain run: bins of every input, lines through the paths that are kept.
const PLAIN: f64 = 2.7;

/// Ends the help of the command.
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
    /// The scenario file (TOML)
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// What is driven: METRIC (of the first deal that has it), DEAL.METRIC or 'DEAL - DEAL.METRIC'; may be repeated
    /// [default: microsoft_take_pv and openai_retained_pv]
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// How it is found out
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = Method::Plain)]
    pub method: Method,
    /// How finely sobol and shapley take the uncertainty apart [default: input with sobol, group with shapley]
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
    /// Shapley effects; correlated variables are welcome
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

/// Finds out what drives the metrics.
pub fn sensitivity(arguments: &SensitivityArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let scenario = scenario::load(&arguments.scenario, &simulation.overrides)?;
    let plan = Plan::from_model(&scenario.model, simulation.seed(&scenario.model), simulation.simd);
    let quantities = quantities(&plan, &arguments.metric)?;
    // Of two neighbouring seeds the streams are unrelated; this one is no seed that a person types.
    let seeds = TwoSeeds::new(&plan, StreamKey::new(plan.seed(), "study.second-seed").0);
    if variables(seeds.streams(), By::Kind).is_empty() {
        let message = format!("nothing is uncertain in `{}`", scenario.model.name);
        return Err(Failure::coded(Exit::Problems, Code::NothingUncertain, message)
            .help("give a number a distribution, or a segment a volatility"));
    }
    let job = Job { arguments, scenario: &scenario, plan: &plan, seeds: &seeds, quantities: &quantities };
    match arguments.method {
        Method::Plain => job.plain(),
        Method::Sobol | Method::Shapley => job.redrawn(),
    }
}

/// What is asked about, each computed by a run.
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

struct Job<'a> {
    arguments: &'a SensitivityArguments,
    scenario: &'a Scenario,
    plan: &'a Plan,
    seeds: &'a TwoSeeds,
    quantities: &'a [Quantity],
}

impl Job<'_> {
    fn study(&self, paths: u64, evaluations: u64, by: Option<By>) -> Result<Study<'_>, Failure> {
        let simulation = &self.arguments.simulation;
        let threads = simulation.threads();
        let more = if self.arguments.method == Method::Plain { PLAIN } else { 1.0 };
        let seconds = more * Cost::of(self.plan).seconds(paths.saturating_mul(evaluations), threads);
        if seconds > MAX_SECONDS {
            let message = format!(
                "{} evaluations of {} paths would take about {} here",
                thousands(evaluations),
                thousands(paths),
                span(seconds)
            );
            return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message)
                .help("a month at most is run: fewer paths with -n, or coarser parts with --by group"));
        }
        let mut typed = Vec::new();
        for metric in &self.arguments.metric {
            typed.extend(["--metric".to_owned(), metric.clone()]);
        }
        let method = match self.arguments.method {
            Method::Plain => "plain",
            Method::Sobol => "sobol",
            Method::Shapley => "shapley",
        };
        typed.extend(["--method".to_owned(), method.to_owned()]);
        if let Some(by) = by {
            typed.extend(["--by".to_owned(), by.name().to_owned()]);
        }
        Ok(Study {
            command: "sensitivity",
            arguments: typed,
            scenarios: vec![self.scenario],
            request: simulation.request(
                &self.scenario.model,
                paths,
                study::folder_of(self.scenario, "sensitivity"),
            ),
            show: simulation.show(),
            seconds,
            // About so many bytes have the rows of a variable in all tables.
            bytes: 900.0 * (self.seeds.streams().len() * self.quantities.len()) as f64,
        })
    }

    fn plain(&self) -> Result<Exit, Failure> {
        let simulation = &self.arguments.simulation;
        if self.arguments.by.is_some() {
            return Err(Failure::told(Exit::Usage, "`--by` goes with --method sobol and --method shapley")
                .help("a plain run shows inputs and groups together: leave it out"));
        }
        let cost = Cost::of(self.plan);
        let paths = request::paths(simulation.paths, &self.scenario.model, &cost, simulation.threads())?;
        self.study(paths, 1, None)?.conduct(|context| {
            let options = context.options();
            let watch = context.watch(paths, "");
            let answer = match plain(self.plan, self.seeds, self.quantities, options, &watch) {
                Ok(answer) => answer,
                Err(NoAnswer::NonFinite(broken)) => {
                    return Err(StudyError::NonFinite(NonFinitePaths::of_scenario(broken, paths)));
                }
                Err(_) => {
                    return Ok(StudyOutcome { answer: None, paths: 0, interrupted: true, failure: None });
                }
            };
            Ok(StudyOutcome {
                paths: answer.paths,
                interrupted: answer.interrupted,
                answer: Some(report::sensitivity::plain(self.plan, &answer, paths)),
                failure: None,
            })
        })
    }

    fn redrawn(&self) -> Result<Exit, Failure> {
        let simulation = &self.arguments.simulation;
        let by = match (self.arguments.by, self.arguments.method) {
            (Some(Parts::Input), _) | (None, Method::Sobol | Method::Plain) => By::Input,
            (Some(Parts::Group), _) | (None, Method::Shapley) => By::Group,
            (Some(Parts::Kind), _) => By::Kind,
        };
        let variables = variables(self.seeds.streams(), by);
        let (evaluations, cycle) = match self.arguments.method {
            Method::Shapley => (shapley_evaluations(variables.len()), 6),
            Method::Sobol | Method::Plain => {
                self.refuse_ties(&variables)?;
                (sobol_evaluations(variables.len()), 1)
            }
        };
        let threads = simulation.threads();
        let asked = simulation.paths.or(Some(DEFAULT_PATHS));
        let asked = request::paths(asked, &self.scenario.model, &Cost::of(self.plan), threads)?;
        // Whole batches, whatever the number of variables.
        let paths = asked.div_ceil(BATCH * cycle) * BATCH * cycle;
        let subjects: Vec<Subject> =
            self.quantities.iter().filter_map(|&quantity| subject(self.plan, quantity)).collect();
        let members: Vec<Vec<usize>> = variables.iter().map(|variable| variable.streams.clone()).collect();
        let study = self.study(paths, evaluations, Some(by))?;
        study.conduct(|context| {
            let function =
                PlanFunction { plan: self.plan, seeds: self.seeds, variables: &members, subjects: &subjects };
            let effort = Effort { paths, threads, seed: self.plan.seed() };
            self.evaluate(context, &function, effort, evaluations, &variables)
        })
    }

    fn evaluate(
        &self,
        context: &StudyContext<'_>,
        function: &PlanFunction<'_>,
        effort: Effort,
        evaluations: u64,
        variables: &[Variable],
    ) -> Result<StudyOutcome, StudyError> {
        let watch = context.watch(effort.paths * evaluations, "");
        let (plan, quantities) = (self.plan, self.quantities);
        let answered = match self.arguments.method {
            Method::Shapley => shapley(function, effort, &watch).map(|answer| {
                let page = report::sensitivity::shapley(plan, quantities, variables, &answer, effort.paths);
                (page, answer.paths, answer.interrupted)
            }),
            Method::Sobol | Method::Plain => sobol(function, effort, &watch).map(|answer| {
                let page = report::sensitivity::sobol(plan, quantities, variables, &answer, effort.paths);
                (page, answer.paths, answer.interrupted)
            }),
        };
        drop(watch);
        match answered {
            Ok((page, paths, interrupted)) => {
                Ok(StudyOutcome { answer: Some(page), paths, interrupted, failure: None })
            }
            Err(NoAnswer::Interrupted) => {
                Ok(StudyOutcome { answer: None, paths: 0, interrupted: true, failure: None })
            }
            Err(NoAnswer::Undefined { output, undefined, evaluations }) => {
                let name = quantities[output].name(plan);
                let message = format!(
                    "`{name}` has no value on {} of {} evaluations: it has no variance to share out",
                    thousands(undefined),
                    thousands(evaluations)
                );
                Err(Failure::coded(Exit::Usage, Code::QuantityUndefined, message)
                    .help("take a metric that has a value on every path, such as cap_hit for cap_hit_time")
                    .help("--method plain takes the paths on which it has one")
                    .into())
            }
            Err(NoAnswer::NonFinite(broken)) => {
                let first: Vec<String> = broken.first.iter().take(5).map(u64::to_string).collect();
                let message = format!(
                    "{} evaluations were not finite, on paths {}, with some variables drawn anew",
                    thousands(broken.count),
                    first.join(", ")
                );
                Err(Failure::coded(Exit::Failed, Code::PathNotFinite, message)
                    .help("`capstake run` with many paths finds one that can be looked at alone")
                    .into())
            }
        }
    }

    /// Sobol indices are of independent variables.
    fn refuse_ties(&self, variables: &[Variable]) -> Result<(), Failure> {
        let ties = ties(self.seeds, variables);
        let Some(strongest) = ties.first() else { return Ok(()) };
        let message = format!(
            "Sobol indices are of independent variables; correlated here: {}, most of all {} with {} ({:+.2})",
            capstake::job::words::counted(ties.len(), "pair"),
            strongest.a,
            strongest.b,
            strongest.correlation
        );
        Err(Failure::coded(Exit::Usage, Code::CorrelatedVariables, message)
            .help("--method shapley shares the variance out among correlated variables")
            .help("--by kind sets all inputs against all noise, which are independent"))
    }
}
