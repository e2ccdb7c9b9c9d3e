//! `capstake compare`: compares scenarios on the same draws, with paired differences and the keys that differ.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::spelling::nearest;
use capstake::config::{self, Code, resolved};
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario::{Scenario, ScenarioFile};
use capstake::job::scenario_files::STANDARD_INPUT;
use capstake::kernel::plan::Plan;
use capstake::report;
use capstake::run::paired::PairedResult;
use capstake::study::compare::{self, Comparison};
use capstake::study::precision::Target;
use capstake::study::precision::metric::VariantFigure;
use capstake::study::quantity::Quantity;
use capstake::study::sweep::{Named, measured};
use capstake::study::variant::{Variant, Variants};

use super::arguments::Simulation;
use super::changes::{Changes, pair_argument};
use super::given;
use super::measuring::Measuring;
use super::precise::{self, Precision};
use super::show::Show;
use super::study::{self, Study, StudyContext, StudyError, StudyOutcome};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake compare base.toml slow.toml        every metric, with the difference
  capstake compare a.toml b.toml c.toml -n 1e5
  capstake compare base.toml --with deal.amended-2026.cap_usd_bn=60
                                              a scenario and a change of it
  capstake compare base.toml --with cash.now_usd_bn=30 'costs.tax_rate=0.25' \\
    --with timeline.horizon=2032-12-31        two sets of changes
  capstake compare a.toml b.toml --pair now=today
                                              deals under different names
  capstake compare a.toml b.toml --set discount.share=0.1
                                              the same key set in all of them

Inputs of the same name see the same draws in all scenarios, so that a difference
has a far smaller error than two runs give. Deals of the same name stand side by
side, others by --pair. The keys that differ are listed. For one key of one scenario: sweep.";

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
pub struct CompareArguments {
    /// The scenario files (TOML), - for standard input; the others are compared with the first
    #[arg(value_name = "SCENARIO", num_args = 1.., required = true)]
    pub scenarios: Vec<PathBuf>,
    /// Changes of the first scenario.
    #[command(flatten)]
    pub changes: Changes,
    /// Put a deal of the first scenario beside one of another name in the others; may be repeated
    #[arg(long, value_name = "A=B", value_parser = pair_argument)]
    pub pair: Vec<(String, String)>,
    /// Stop when the 95% interval of this figure is at most so wide on either side in every scenario: microsoft_take_pv=0.5%, prior-2025:p95:share_pv=0.2; with difference: before it, of its difference from the first scenario; may be repeated
    ///
    /// Judged after 4,096 paths, 8,192, 16,384, …; -n is the most that may be spent. Exit code 8 where that is not enough: the results
    /// are written all the same.
    #[arg(long, value_name = "FIGURE=WIDTH")]
    pub precision: Vec<String>,
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
    let scenarios = load(arguments)?;
    let subjects = Subjects {
        labels: labels(&scenarios[..arguments.scenarios.len()], &arguments.scenarios, &arguments.changes),
        pairs: &arguments.pair,
        scenarios: &scenarios,
    };
    subjects.check_pairs()?;
    let first = &scenarios[0].model;
    let randomness = simulation.randomness(&scenarios[0]).for_model(first);
    let plans: Vec<Plan> = scenarios
        .iter()
        .map(|scenario| Plan::from_model(&scenario.model, randomness.clone(), simulation.simd))
        .collect();
    let paths = simulation.paths(&plans[0], &Cost::of(&plans[0]))?;
    let request = simulation.request(&plans[0], paths, study::folder_of(&scenarios[0], "compare"));
    let compared = Compared::new(subjects, plans)?;
    let (targets, figures) = precise::targets(&arguments.precision, |figure| {
        VariantFigure::named(&compared.variants.plans[0], &compared.quantities, figure)
    })?;
    compared.conduct(request, simulation.show(), Precision::new(targets, paths), &figures)
}

/// Loads the scenarios: those of the files, then the first under each set of changes.
fn load(arguments: &CompareArguments) -> Result<Vec<Scenario>, Failure> {
    let (files, changes) = (&arguments.scenarios, &arguments.changes);
    let count = files.len() + changes.sets.len();
    if count > MAX_SCENARIOS {
        let message = format!("{count} scenarios; at most {MAX_SCENARIOS} are compared");
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message)
            .help("for many values of one key: capstake sweep SCENARIO --vary KEY=…"));
    }
    if count < 2 {
        return Err(Failure::coded(
            Exit::Usage,
            Code::Incomparable,
            "one scenario, and nothing to compare it with",
        )
        .help("name another scenario, or a change of this one: --with KEY=VALUE"));
    }
    if changes.labels.len() > changes.sets.len() {
        let message =
            format!("--with-label is there {} times, --with {}", changes.labels.len(), changes.sets.len());
        return Err(Failure::told(Exit::Usage, message).help("give each --with one --with-label at most"));
    }
    let standard_input = files.iter().filter(|file| file.as_os_str() == STANDARD_INPUT).count();
    if standard_input > 1 {
        return Err(Failure::told(Exit::Usage, "standard input can be read once only")
            .help("save the scenarios to files and name those; a change of one scenario: --with KEY=VALUE"));
    }
    let options = &arguments.simulation.scenario;
    let read: Result<Vec<ScenarioFile>, Failure> = files.iter().map(|path| given::read(path)).collect();
    let read = read?;
    let of_files = read.iter().zip(files).map(|(file, path)| options.judge(file, &given::overrides(path)));
    of_files.chain(changes.sets.iter().map(|set| options.judge(&read[0], set))).collect()
}

/// The scenarios that are compared.
struct Subjects<'a> {
    scenarios: &'a [Scenario],
    /// Distinct names of the scenarios.
    labels: Vec<String>,
    /// Deals of the first scenario, each with the one of the others that stands beside it.
    pairs: &'a [(String, String)],
}

impl Subjects<'_> {
    /// Keys of every scenario; those of a deal that stands beside one of another name go by that name.
    fn keys(&self) -> Vec<Vec<(String, String)>> {
        let renamed = |key: String| {
            let pair = self.pairs.iter().find(|(_, b)| key.starts_with(&format!("deal.{b}.")));
            match pair {
                Some((a, b)) => key.replacen(&format!("deal.{b}."), &format!("deal.{a}."), 1),
                None => key,
            }
        };
        let of = |(at, scenario): (usize, &Scenario)| match at {
            0 => keys(scenario),
            _ => keys(scenario).into_iter().map(|(key, value)| (renamed(key), value)).collect(),
        };
        self.scenarios.iter().enumerate().map(of).collect()
    }

    /// The valuation date of every scenario.
    fn valuation_dates(&self) -> Vec<String> {
        self.scenarios.iter().map(|one| one.model.timeline.valuation_date().to_string()).collect()
    }

    /// The arguments that decide the answer beside the scenarios themselves, for the manifest.
    fn arguments(&self) -> Vec<String> {
        self.pairs.iter().flat_map(|(a, b)| ["--pair".to_owned(), format!("{a}={b}")]).collect()
    }

    /// Refuses pairs of deals that do not exist, and a deal with two others.
    fn check_pairs(&self) -> Result<(), Failure> {
        let names = |scenarios: &[Scenario]| -> Vec<String> {
            let mut names: Vec<String> =
                scenarios.iter().flat_map(|one| &one.model.deals).map(|deal| deal.name.clone()).collect();
            names.dedup();
            names
        };
        let (first, others) = (names(&self.scenarios[..1]), names(&self.scenarios[1..]));
        for (at, (a, b)) in self.pairs.iter().enumerate() {
            for (name, known, of) in [(a, &first, "the first scenario has"), (b, &others, "the others have")]
            {
                if !known.contains(name) {
                    let message = format!("--pair {a}={b}: {of} no deal `{name}`");
                    let near = nearest(name, known.iter().map(String::as_str));
                    return Err(Failure::coded(Exit::Usage, Code::UnknownQuantity, message).help(
                        match near {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => format!("{of} {}", known.join(", ")),
                        },
                    ));
                }
            }
            if self.pairs[..at].iter().any(|(other, to)| other == a || to == b) {
                let message = format!("--pair {a}={b}: one of the two stands beside another deal already");
                return Err(Failure::told(Exit::Usage, message).help("name each deal in one --pair only"));
            }
        }
        Ok(())
    }
}

/// Scenarios with their deals matched by name.
struct Compared<'a> {
    subjects: Subjects<'a>,
    variants: Variants,
    quantities: Vec<Quantity>,
    /// The names of the quantities in the first scenario.
    named: Vec<Named>,
    /// Deals that some scenarios lack, with the scenarios that have them.
    alone: Vec<(String, Vec<String>)>,
}

impl<'a> Compared<'a> {
    fn new(subjects: Subjects<'a>, plans: Vec<Plan>) -> Result<Compared<'a>, Failure> {
        let by_reference: Vec<&Plan> = plans.iter().collect();
        let beside = compare::beside(&by_reference, subjects.pairs);
        let quantities = compare::quantities(&by_reference, &beside);
        if quantities.is_empty() {
            return Err(incomparable(subjects.scenarios));
        }
        let named = quantities.iter().map(|&quantity| Named::new(&plans[0], quantity)).collect();
        let alone = alone(&subjects, &beside);
        // A deal that some scenario lacks is in no quantity.
        let place = |places: &Option<Vec<usize>>, plan: usize| {
            places.as_ref().map_or(usize::MAX, |places| places[plan])
        };
        let variants = (0..plans.len())
            .map(|plan| Variant { plan, deals: beside.iter().map(|places| place(places, plan)).collect() })
            .collect();
        let mut variants = Variants { plans, variants };
        variants.lean(&quantities);
        Ok(Compared { subjects, variants, quantities, named, alone })
    }

    fn conduct(
        self,
        request: Request,
        show: Show,
        precision: Option<Precision>,
        figures: &[VariantFigure],
    ) -> Result<Exit, Failure> {
        let plans = &self.variants.plans;
        let study = Study {
            command: "compare",
            arguments: self.subjects.arguments(),
            scenarios: self.subjects.scenarios.iter().collect(),
            seconds: plans.iter().map(|plan| Cost::of(plan).seconds(request.paths, request.threads)).sum(),
            bytes: self.quantities.len() as f64 * plans.len() as f64 * ROW_BYTES,
            request,
            precision,
            show,
        };
        study.conduct(|context| self.run(context, figures))
    }

    fn run(self, context: &StudyContext<'_>, figures: &[VariantFigure]) -> Result<StudyOutcome, StudyError> {
        let measuring = Measuring::new(&self.variants, &self.quantities, figures);
        let sound = |result: &PairedResult| match result.first_non_finite() {
            None => Ok(()),
            Some((at, paths)) => Err(StudyError::NonFinite(NonFinitePaths {
                variant: self.subjects.labels[at].clone(),
                paths: paths.clone(),
                simulated: result.paths,
                flags: Vec::new(),
                scenario: at,
            })),
        };
        let estimates = |result: &PairedResult, targets: &[Target]| measuring.estimates(result, targets);
        let result = context.paired(&measuring.run(""), sound, estimates)?;
        let Some(result) = result else { return Ok(StudyOutcome::interrupted()) };
        let columns = &measuring.columns;
        let comparison = Comparison {
            scenarios: self.subjects.labels.clone(),
            valuation_dates: self.subjects.valuation_dates(),
            pairs: self.subjects.pairs.to_vec(),
            seed: self.variants.plans[0].seed(),
            paths: result.paths,
            asked: result.asked,
            quantities: self.named,
            measured: measured(&result, columns),
            changes: compare::changes(&self.subjects.keys()),
            alone: self.alone,
        };
        Ok(StudyOutcome {
            answer: (result.paths > 0)
                .then(|| report::compare::compare(&comparison, &self.variants.plans[0].model().names)),
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
        .help("put deals that belong together side by side: --pair A=B")
}

/// Labels of the scenarios: their names, or their files if two share a name, then those of the changes.
fn labels(scenarios: &[Scenario], files: &[PathBuf], changes: &Changes) -> Vec<String> {
    let name = |scenario: &Scenario| scenario.model.name.clone();
    let twice = |name: &String| scenarios.iter().filter(|other| other.model.name == *name).count() > 1;
    let of_files = scenarios.iter().zip(files).map(|(scenario, file)| {
        let own = given::label(file).unwrap_or_else(|| name(scenario));
        if twice(&own) { scenario.path.display().to_string() } else { own }
    });
    let mut names: Vec<String> = Vec::new();
    for own in of_files.chain(changes.labels()) {
        // A scenario compared with itself.
        let times =
            names.iter().filter(|other| **other == own || other.starts_with(&format!("{own} #"))).count();
        names.push(if times > 0 { format!("{own} #{}", times + 1) } else { own });
    }
    names
}

/// Deals that some scenarios lack, with the labels of the scenarios that have them.
fn alone(subjects: &Subjects<'_>, beside: &[Option<Vec<usize>>]) -> Vec<(String, Vec<String>)> {
    let Subjects { scenarios, labels, pairs } = subjects;
    if beside.iter().flatten().count() == 1
        && scenarios.iter().all(|scenario| scenario.model.deals.len() == 1)
    {
        return Vec::new();
    }
    let mut alone: Vec<(String, Vec<String>)> = Vec::new();
    for deal in scenarios.iter().flat_map(|scenario| &scenario.model.deals) {
        let has = |scenario: &Scenario| scenario.model.deals.iter().any(|other| other.name == deal.name);
        let is_paired = pairs.iter().any(|(a, b)| [a, b].contains(&&deal.name));
        if is_paired || scenarios.iter().all(has) || alone.iter().any(|(name, _)| *name == deal.name) {
            continue;
        }
        let with = scenarios.iter().zip(labels).filter(|(scenario, _)| has(scenario));
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
