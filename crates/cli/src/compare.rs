//! `capstake compare`: compares scenarios on the same draws, with paired differences and the keys that differ.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::{self, Code, resolved};
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario::Scenario;
use capstake::kernel::plan::Plan;
use capstake::report;
use capstake::run::paired::Keep;
use capstake::study::compare::{self, Comparison};
use capstake::study::quantity::Quantity;
use capstake::study::sweep::{Named, measured};
use capstake::study::variant::{Variant, Variants};

use super::arguments::Simulation;
use super::show::Show;
use super::study::{self, Study, StudyContext, StudyError, StudyOutcome};
use super::sweep::simulate;

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake compare base.toml slow.toml        every metric, with the difference
  capstake compare a.toml b.toml c.toml -n 1e5
  capstake compare a.toml b.toml --set discount.share=0.1
                                              the same key set in all of them

Inputs of the same name see the same draws in all scenarios, so that a difference
has a far smaller error than two runs give. Deals of the same name stand side by
side. The keys that differ are listed. For one key of one scenario: sweep.";

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
pub struct CompareArguments {
    /// The scenario files (TOML), two or more; the others are compared with the first
    #[arg(value_name = "SCENARIO", num_args = 2.., required = true)]
    pub scenarios: Vec<PathBuf>,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
}

/// The largest number of scenarios; wider tables cannot be read.
const MAX_SCENARIOS: usize = 20;
/// Bytes per row of the tables.
const ROW_BYTES: f64 = 260.0;

/// Compares scenarios.
pub fn compare(arguments: &CompareArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    if arguments.scenarios.len() > MAX_SCENARIOS {
        let message =
            format!("{} scenarios; at most {MAX_SCENARIOS} are compared", arguments.scenarios.len());
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message)
            .help("for many values of one key: capstake sweep SCENARIO --vary KEY=…"));
    }
    let loaded: Result<Vec<Scenario>, Failure> =
        arguments.scenarios.iter().map(|path| simulation.load(path)).collect();
    let scenarios = loaded?;
    let first = &scenarios[0].model;
    let seed = simulation.seed(first);
    let plans: Vec<Plan> =
        scenarios.iter().map(|scenario| Plan::from_model(&scenario.model, seed, simulation.simd)).collect();
    let paths = simulation.paths(first, &Cost::of(&plans[0]))?;
    let request = simulation.request(first, paths, study::folder_of(&scenarios[0], "compare"));
    Compared::new(&scenarios, plans)?.conduct(request, simulation.show())
}

/// Scenarios with their deals matched by name.
struct Compared<'a> {
    scenarios: &'a [Scenario],
    variants: Variants,
    quantities: Vec<Quantity>,
    /// The names of the quantities in the first scenario.
    named: Vec<Named>,
    /// Deals that some scenarios lack, with the scenarios that have them.
    alone: Vec<(String, Vec<String>)>,
}

impl<'a> Compared<'a> {
    fn new(scenarios: &'a [Scenario], plans: Vec<Plan>) -> Result<Compared<'a>, Failure> {
        let by_reference: Vec<&Plan> = plans.iter().collect();
        let beside = compare::beside(&by_reference);
        let quantities = compare::quantities(&by_reference, &beside);
        if quantities.is_empty() {
            return Err(incomparable(scenarios));
        }
        let named = quantities.iter().map(|&quantity| Named::new(&plans[0], quantity)).collect();
        let alone = alone(scenarios, &beside);
        // A deal that some scenario lacks is in no quantity.
        let place = |places: &Option<Vec<usize>>, plan: usize| {
            places.as_ref().map_or(usize::MAX, |places| places[plan])
        };
        let variants = (0..plans.len())
            .map(|plan| Variant { plan, deals: beside.iter().map(|places| place(places, plan)).collect() })
            .collect();
        let mut variants = Variants { plans, variants };
        variants.lean(&quantities);
        Ok(Compared { scenarios, variants, quantities, named, alone })
    }

    fn conduct(self, request: Request, show: Show) -> Result<Exit, Failure> {
        let plans = &self.variants.plans;
        let study = Study {
            command: "compare",
            arguments: Vec::new(),
            scenarios: self.scenarios.iter().collect(),
            seconds: plans.iter().map(|plan| Cost::of(plan).seconds(request.paths, request.threads)).sum(),
            bytes: self.quantities.len() as f64 * plans.len() as f64 * ROW_BYTES,
            request,
            show,
        };
        study.conduct(|context| self.run(context))
    }

    fn run(self, context: &StudyContext<'_>) -> Result<StudyOutcome, StudyError> {
        let (columns, result) = simulate(&self.variants, &self.quantities, Keep::Bins, context, "");
        if let Some((at, paths)) = result.first_non_finite() {
            return Err(StudyError::NonFinite(NonFinitePaths {
                variant: self.scenarios[at].path.display().to_string(),
                paths: paths.clone(),
                simulated: result.paths,
                flags: Vec::new(),
                scenario: at,
            }));
        }
        let comparison = Comparison {
            scenarios: names(self.scenarios),
            seed: self.variants.plans[0].seed(),
            paths: result.paths,
            asked: result.asked,
            quantities: self.named,
            measured: measured(&result, &columns),
            changes: compare::changes(&self.scenarios.iter().map(keys).collect::<Vec<_>>()),
            alone: self.alone,
        };
        Ok(StudyOutcome {
            answer: (result.paths > 0).then(|| report::compare::compare(&comparison)),
            paths: result.paths,
            interrupted: result.interrupted,
            failure: None,
        })
    }
}

/// The failure for scenarios without a common deal.
fn incomparable(scenarios: &[Scenario]) -> Failure {
    let deals = |scenario: &Scenario| {
        let names: Vec<&str> = scenario.model.deals.iter().map(|deal| deal.name.as_str()).collect();
        format!("{} has {}", scenario.path.display(), names.join(", "))
    };
    Failure::coded(Exit::Usage, Code::Incomparable, "the scenarios have no deal in common")
        .help(scenarios.iter().map(deals).collect::<Vec<_>>().join("; "))
        .help("give the deals that belong together the same name")
}

/// Labels of the scenarios: their names, or their files if two share a name.
fn names(scenarios: &[Scenario]) -> Vec<String> {
    let name = |scenario: &Scenario| scenario.model.name.clone();
    let twice = |name: &String| scenarios.iter().filter(|other| other.model.name == *name).count() > 1;
    let mut names: Vec<String> = Vec::new();
    for scenario in scenarios {
        let own = name(scenario);
        let own = if twice(&own) { scenario.path.display().to_string() } else { own };
        // A scenario compared with itself.
        let times =
            names.iter().filter(|other| **other == own || other.starts_with(&format!("{own} #"))).count();
        names.push(if times > 0 { format!("{own} #{}", times + 1) } else { own });
    }
    names
}

/// Deals that some scenarios lack, with the labels of the scenarios that have them.
fn alone(scenarios: &[Scenario], beside: &[Option<Vec<usize>>]) -> Vec<(String, Vec<String>)> {
    let names = names(scenarios);
    if beside.iter().flatten().count() == 1
        && scenarios.iter().all(|scenario| scenario.model.deals.len() == 1)
    {
        return Vec::new();
    }
    let mut alone: Vec<(String, Vec<String>)> = Vec::new();
    for deal in scenarios.iter().flat_map(|scenario| &scenario.model.deals) {
        let has = |scenario: &Scenario| scenario.model.deals.iter().any(|other| other.name == deal.name);
        if scenarios.iter().all(has) || alone.iter().any(|(name, _)| *name == deal.name) {
            continue;
        }
        let with = scenarios.iter().zip(&names).filter(|(scenario, _)| has(scenario));
        alone.push((deal.name.clone(), with.map(|(_, name)| name.clone()).collect()));
    }
    alone
}

/// Keys that affect the simulation, with their values.
fn keys(scenario: &Scenario) -> Vec<(String, String)> {
    let apart = |key: &str| {
        ["name", "description"].contains(&key)
            || ["source.", "run.paths", "run.seed"].iter().any(|stem| key.starts_with(stem))
    };
    let (_, config) = config::parse("", &scenario.resolved, &[]);
    let config = config.expect("what was printed reads back");
    resolved::flat(&config).into_iter().filter(|(key, _)| !apart(key)).collect()
}
