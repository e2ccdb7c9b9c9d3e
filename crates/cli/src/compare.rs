//! `capstake compare`: scenarios side by side on the same draws, with paired differences and the keys that differ.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::{self, Code, resolved};
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request;
use capstake::job::scenario::{self, Scenario};
use capstake::kernel::plan::Plan;
use capstake::report;
use capstake::run::paired::Keep;
use capstake::study::compare::{self, Comparison};
use capstake::study::sweep::{Named, measured};
use capstake::study::variant::{Variant, Variants};

use super::arguments::Simulation;
use super::study::{self, Study, StudyError, StudyOutcome};
use super::sweep::simulate;

/// Ends the help of the command.
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

/// More scenarios than this are refused: nobody reads such a table.
const MAX_SCENARIOS: usize = 20;

/// Compares scenarios.
pub fn compare(arguments: &CompareArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    if arguments.scenarios.len() > MAX_SCENARIOS {
        let message =
            format!("{} scenarios; at most {MAX_SCENARIOS} are compared", arguments.scenarios.len());
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message)
            .help("for many values of one key: capstake sweep SCENARIO --vary KEY=…"));
    }
    let scenarios: Vec<Scenario> = arguments
        .scenarios
        .iter()
        .map(|path| scenario::load(path, &simulation.overrides))
        .collect::<Result<_, _>>()?;
    let first = &scenarios[0].model;
    let seed = simulation.seed(first);
    let plans: Vec<Plan> =
        scenarios.iter().map(|scenario| Plan::from_model(&scenario.model, seed, simulation.simd)).collect();
    let threads = simulation.threads();
    let paths = request::paths(simulation.paths, first, &Cost::of(&plans[0]), threads)?;
    let by_reference: Vec<&Plan> = plans.iter().collect();
    let beside = compare::beside(&by_reference);
    let quantities = compare::quantities(&by_reference, &beside);
    if quantities.is_empty() {
        let deals = |scenario: &Scenario| {
            let names: Vec<&str> = scenario.model.deals.iter().map(|deal| deal.name.as_str()).collect();
            format!("{} has {}", scenario.path.display(), names.join(", "))
        };
        return Err(Failure::coded(Exit::Usage, Code::Incomparable, "the scenarios have no deal in common")
            .help(scenarios.iter().map(deals).collect::<Vec<_>>().join("; "))
            .help("give the deals that belong together the same name"));
    }
    let named: Vec<Named> = quantities.iter().map(|&quantity| Named::new(&plans[0], quantity)).collect();
    let alone = alone(&scenarios, &beside);
    let place = |(plan, _): (usize, &Plan)| Variant {
        plan,
        // A deal without its like in all scenarios is in no quantity.
        deals: beside
            .iter()
            .map(|places| places.as_ref().map_or(usize::MAX, |places| places[plan]))
            .collect(),
    };
    let places = plans.iter().enumerate().map(place).collect();
    let mut variants = Variants { plans, variants: places };
    variants.lean(&quantities);
    let study = Study {
        command: "compare",
        arguments: Vec::new(),
        scenarios: scenarios.iter().collect(),
        request: simulation.request(first, paths, study::folder_of(&scenarios[0], "compare")),
        show: simulation.show(),
        seconds: variants.plans.iter().map(|plan| Cost::of(plan).seconds(paths, threads)).sum(),
        bytes: quantities.len() as f64 * variants.plans.len() as f64 * 260.0,
    };
    study.conduct(|context| {
        let (columns, result) = simulate(&variants, &quantities, Keep::Bins, context, "");
        if let Some((at, broken)) = result.first_non_finite() {
            return Err(StudyError::NonFinite(NonFinitePaths {
                of: scenarios[at].path.display().to_string(),
                broken: broken.clone(),
                simulated: result.paths,
                flags: Vec::new(),
                scenario: at,
            }));
        }
        let comparison = Comparison {
            scenarios: names(&scenarios),
            seed,
            paths: result.paths,
            asked: result.asked,
            quantities: named,
            measured: measured(&result, &columns),
            changes: compare::changes(&scenarios.iter().map(keys).collect::<Vec<_>>()),
            alone,
        };
        Ok(StudyOutcome {
            answer: (result.paths > 0).then(|| report::compare::compare(&comparison)),
            paths: result.paths,
            interrupted: result.interrupted,
            failure: None,
        })
    })
}

/// What scenarios are called: by name, or by file where two have one name.
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

/// Deals that not all scenarios have.
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

/// Keys of a scenario that change what is simulated, with their values.
fn keys(scenario: &Scenario) -> Vec<(String, String)> {
    let apart = |key: &str| {
        ["name", "description"].contains(&key)
            || ["source.", "run.paths", "run.seed"].iter().any(|stem| key.starts_with(stem))
    };
    let (_, config) = config::parse("", &scenario.resolved, &[]);
    let config = config.expect("what was printed reads back");
    resolved::flat(&config).into_iter().filter(|(key, _)| !apart(key)).collect()
}
