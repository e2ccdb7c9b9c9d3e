//! `capstake bridge`: which clause of a change from one deal to another is worth how much.

// Comments on options are their help texts too, where <...> is a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::spelling::nearest;
use capstake::config::{self, Code, resolved};
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario::Scenario;
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::model::Model;
use capstake::model::term::Term;
use capstake::report;
use capstake::run::paired::PairedResult;
use capstake::study::bridge::{
    Bridge, BridgeColumns, Clause, MOST_CLAUSES, USUAL_METRICS, differing_clauses, hybrids, lean,
    usual_clauses,
};
use capstake::study::precision::Target;
use capstake::study::precision::clause::ClauseFigure;
use capstake::study::quantity::metric_named;

use super::arguments::Simulation;
use super::precise::{self, Precision};
use super::show::Show;
use super::study::{self, PairedRun, Study, StudyContext, StudyError, StudyOutcome};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake bridge base.toml                  from the second deal to the first
  capstake bridge base.toml --from prior-2025 --to amended-2026 \\
    --metric cap_saving_pv --metric openai_retained_pv
  capstake bridge base.toml --clause price=rate,cap_usd_bn,paid_to_date_usd_bn
                                             terms that are negotiated together
  capstake bridge base.toml --order exclusivity,cap
                                             these first, then the others

alone_first is what a clause adds to the old deal, alone_last what it adds once
all others have changed, in_order what it adds after those before it, and shapley
the average over all orders. in_order and shapley each add up to the difference.
The clauses are share, cap, exclusivity, home-margin, timing, licence,
termination and stake; those that do not change are left out.";

/// Bytes per row of the tables.
const ROW_BYTES: f64 = 120.0;

/// Arguments of `bridge`.
#[derive(Debug, clap::Args)]
pub struct BridgeArguments {
    /// The scenario: a TOML file or a results.xlsx
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// The deal that is changed [default: the second]
    #[arg(long, value_name = "DEAL")]
    pub from: Option<String>,
    /// The deal that it becomes [default: the first]
    #[arg(long, value_name = "DEAL")]
    pub to: Option<String>,
    /// What is explained; may be repeated [default: microsoft_take_pv, microsoft_total_pv, openai_retained_pv]
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// Put keys of the deals into one clause; may be repeated
    #[arg(long, value_name = "NAME=KEY,KEY", value_parser = clause_argument)]
    pub clause: Vec<(String, Vec<String>)>,
    /// The order of the clauses, with commas between; those left out follow in their usual order
    #[arg(long, value_name = "CLAUSE,...", value_delimiter = ',')]
    pub order: Vec<String>,
    /// Stop when the 95% intervals of what clauses are worth to a metric are at most so wide on either side: microsoft_take_pv=0.5 for all of them, cap:share_pv=0.1 for one, total:share_pv=1% for the whole change; may be repeated
    ///
    /// A percentage is one of the whole change. Judged after 4,096 paths, 8,192, 16,384, …; -n is the most that may be spent. Exit code 8
    /// where that is not enough: the results are written all the same.
    #[arg(long, value_name = "FIGURE=WIDTH")]
    pub precision: Vec<String>,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
}

fn clause_argument(text: &str) -> Result<(String, Vec<String>), String> {
    let form = "write a name, an equals sign and keys of a deal: price=rate,cap_usd_bn";
    let (name, keys) = text.split_once('=').ok_or(form)?;
    let keys: Vec<String> = keys.split(',').map(|key| key.trim().to_owned()).collect();
    if !config::names::is_name(name.trim()) || keys.iter().any(String::is_empty) {
        return Err(form.to_owned());
    }
    Ok((name.trim().to_owned(), keys))
}

/// Builds a bridge.
pub fn bridge(arguments: &BridgeArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let scenario = simulation.scenario.load(&arguments.scenario)?;
    let model = &scenario.model;
    let (from, to) = deals(model, arguments)?;
    let own = own_clauses(&arguments.clause)?;
    let clauses = differing_clauses(model, from, to, &own);
    let names = [from, to].map(|deal| model.deals[deal].name.clone());
    check_count(&names, &clauses)?;
    if let Some(same) = own.iter().find(|own| !clauses.iter().any(|clause| clause.name == own.name)) {
        let message =
            format!("--clause {}: its keys are the same in `{}` and `{}`", same.name, names[0], names[1]);
        let changed: Vec<&str> = clauses.iter().map(|clause| clause.name.as_str()).collect();
        return Err(Failure::told(Exit::Usage, message)
            .help(format!("the clauses that change are {}", changed.join(", "))));
    }
    let clauses = ordered(clauses, &arguments.order)?;
    // The dimensions are those of the scenario: hybrids draw what a run of it draws.
    let randomness = simulation.randomness(&scenario).for_model(model);
    let plan = Plan::from_model(&hybrids(model, from, to, &clauses), randomness, simulation.simd);
    let metrics = metrics(&plan, &arguments.metric)?;
    let (plan, metrics) = lean(plan, &metrics);
    let paths = simulation.paths(&plan, &Cost::of(&plan))?;
    let request = simulation.request(&plan, paths, study::folder_of(&scenario, "bridge"));
    let (targets, figures) = precise::targets(&arguments.precision, |figure| {
        ClauseFigure::named(&plan, &metrics, &clauses, figure)
    })?;
    let asked = Asked { scenario: &scenario, arguments, plan, names, clauses, metrics, figures };
    asked.conduct(request, simulation.show(), Precision::new(targets, paths))
}

/// The two deals, by index: the old one and the new one.
fn deals(model: &Model, arguments: &BridgeArguments) -> Result<(usize, usize), Failure> {
    let names: Vec<&str> = model.deals.iter().map(|deal| deal.name.as_str()).collect();
    let find = |wanted: &Option<String>, usual: usize| {
        match wanted {
        Some(name) => names.iter().position(|other| other == name).ok_or_else(|| {
            let failure =
                Failure::coded(Exit::Usage, Code::UnknownQuantity, format!("there is no deal `{name}`"));
            failure.help(match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the deals are {}", names.join(", ")),
            })
        }),
        None if usual < names.len() => Ok(usual),
        None => Err(Failure::coded(Exit::Usage, Code::Incomparable, "a bridge needs two deals, and the scenario has one")
            .help("add a deal that is like it but for some terms: --set 'deal.mine.like=\"NAME\"' --set deal.mine.KEY=VALUE")),
    }
    };
    let to = find(&arguments.to, 0)?;
    let from = find(&arguments.from, if to == 1 { 0 } else { 1 })?;
    if from == to {
        let message = format!("the bridge goes from `{0}` to `{0}`", names[from]);
        return Err(Failure::coded(Exit::Usage, Code::Incomparable, message)
            .help(format!("name two of {}: --from DEAL --to DEAL", names.join(", "))));
    }
    Ok((from, to))
}

/// The clauses that `--clause` makes.
fn own_clauses(asked: &[(String, Vec<String>)]) -> Result<Vec<Clause>, Failure> {
    let usual = usual_clauses();
    let keys: Vec<&str> = Term::ALL.iter().flat_map(|term| term.keys()).copied().collect();
    let mut clauses: Vec<Clause> = Vec::new();
    for (name, wanted) in asked {
        let refuse = |message: String| Failure::told(Exit::Usage, format!("--clause {name}: {message}"));
        if clauses.iter().any(|clause| clause.name == *name) {
            return Err(
                refuse("there are two clauses of this name".to_owned()).help("give each a name of its own")
            );
        }
        if usual.iter().any(|clause| {
            clause.name == *name
                && !wanted
                    .iter()
                    .any(|key| Term::of_key(key).is_some_and(|term| clause.terms.contains(&term)))
        }) {
            return Err(refuse("this is the name of a usual clause with other keys".to_owned())
                .help("give it another name"));
        }
        let mut terms = Vec::new();
        for key in wanted {
            let term = Term::of_key(key).ok_or_else(|| {
                let failure = refuse(format!("`{key}` is no key of a deal's terms"));
                failure.help(match nearest(key, keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are {}", keys.join(", ")),
                })
            })?;
            if terms.contains(&term) || clauses.iter().any(|clause| clause.terms.contains(&term)) {
                return Err(refuse(format!("`{key}` is named twice")).help("a term belongs to one clause"));
            }
            terms.push(term);
        }
        clauses.push(Clause { name: name.clone(), terms });
    }
    Ok(clauses)
}

/// Refuses deals that do not differ, and more clauses than can be combined.
fn check_count([from, to]: &[String; 2], clauses: &[Clause]) -> Result<(), Failure> {
    if clauses.is_empty() {
        let message = format!("`{from}` and `{to}` have the same terms: no clause is worth anything");
        return Err(Failure::coded(Exit::Usage, Code::Incomparable, message)
            .help("name two deals that differ: --from DEAL --to DEAL"));
    }
    if clauses.len() > MOST_CLAUSES {
        let names: Vec<&str> = clauses.iter().map(|clause| clause.name.as_str()).collect();
        let message = format!("{} clauses change; at most {MOST_CLAUSES} can be combined", clauses.len());
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message)
            .help(format!("put some of {} into one: --clause NAME=KEY,KEY", names.join(", "))));
    }
    Ok(())
}

/// The clauses in the order asked for; those that it leaves out follow.
fn ordered(clauses: Vec<Clause>, order: &[String]) -> Result<Vec<Clause>, Failure> {
    let names: Vec<&str> = clauses.iter().map(|clause| clause.name.as_str()).collect();
    for (at, name) in order.iter().enumerate() {
        if !names.contains(&name.as_str()) {
            let message = format!("--order: no clause `{name}` changes");
            return Err(Failure::told(Exit::Usage, message).help(
                match nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the clauses that change are {}", names.join(", ")),
                },
            ));
        }
        if order[..at].contains(name) {
            return Err(Failure::told(Exit::Usage, format!("--order names `{name}` twice"))
                .help("name each clause once"));
        }
    }
    let place = |clause: &Clause| order.iter().position(|name| *name == clause.name).unwrap_or(order.len());
    let mut clauses = clauses;
    clauses.sort_by_key(place);
    Ok(clauses)
}

/// The metrics asked for, which every hybrid must have; by default those of the usual ones that all have.
fn metrics(plan: &Plan, asked: &[String]) -> Result<Vec<Metric>, Failure> {
    let has = |metric: &Metric| plan.deals().iter().all(|deal| deal.metrics.contains(metric));
    if asked.is_empty() {
        return Ok(USUAL_METRICS.to_vec());
    }
    let mut metrics = Vec::new();
    for name in asked {
        let metric = metric_named(plan, name).map_err(|unknown| {
            Failure::coded(Exit::Usage, Code::UnknownQuantity, unknown.message).help(unknown.help)
        })?;
        if !has(&metric) {
            let message = format!("`{name}` does not exist under every combination of clauses");
            return Err(Failure::coded(Exit::Usage, Code::UnknownQuantity, message)
                .help(format!("`capstake explain {name}` says what it needs; both deals must have it")));
        }
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    Ok(metrics)
}

/// A bridge as asked for, laid out.
struct Asked<'a> {
    scenario: &'a Scenario,
    arguments: &'a BridgeArguments,
    plan: Plan,
    names: [String; 2],
    clauses: Vec<Clause>,
    metrics: Vec<Metric>,
    /// The figures of the targets of a precision.
    figures: Vec<ClauseFigure>,
}

impl Asked<'_> {
    /// The arguments that decide the answer, for the manifest.
    fn words(&self) -> Vec<String> {
        let [from, to] = &self.names;
        let mut words = vec!["--from".to_owned(), from.clone(), "--to".to_owned(), to.clone()];
        for metric in &self.arguments.metric {
            words.extend(["--metric".to_owned(), metric.clone()]);
        }
        for (name, keys) in &self.arguments.clause {
            words.extend(["--clause".to_owned(), format!("{name}={}", keys.join(","))]);
        }
        if !self.arguments.order.is_empty() {
            words.extend(["--order".to_owned(), self.arguments.order.join(",")]);
        }
        words
    }

    fn conduct(self, request: Request, show: Show, precision: Option<Precision>) -> Result<Exit, Failure> {
        let hybrids = self.plan.deals().len();
        let study = Study {
            command: "bridge",
            arguments: self.words(),
            scenarios: vec![self.scenario],
            seconds: Cost::of(&self.plan).seconds(request.paths, request.threads),
            bytes: (hybrids * self.metrics.len()) as f64 * ROW_BYTES,
            request,
            precision,
            show,
        };
        study.conduct(|context| self.run(context))
    }

    fn run(self, context: &StudyContext<'_>) -> Result<StudyOutcome, StudyError> {
        let columns = BridgeColumns::new(&self.plan, self.clauses.len(), &self.metrics);
        let plan = &self.plan;
        let sound = |result: &PairedResult| match result.first_non_finite() {
            None => Ok(()),
            Some((_, paths)) => Err(StudyError::NonFinite(NonFinitePaths {
                variant: String::new(),
                paths: paths.clone(),
                simulated: result.paths,
                flags: Vec::new(),
                scenario: 0,
            })),
        };
        let estimates = |result: &PairedResult, targets: &[Target]| {
            let worst = |(target, figure): (&Target, &ClauseFigure)| {
                let estimates = figure.estimates(plan, &columns, result);
                target.worst(estimates).expect("a bridge has figures")
            };
            targets.iter().zip(&self.figures).map(worst).collect()
        };
        let run = PairedRun { plans: &[plan], question: columns.question(), label: "" };
        let result = context.paired(&run, sound, estimates)?;
        let Some(result) = result else { return Ok(StudyOutcome::interrupted()) };
        let terms = terms(self.scenario, &self.names, &self.clauses);
        let bridge = Bridge::new(&self.plan, self.names, self.clauses, &columns, &result);
        Ok(StudyOutcome {
            answer: (result.paths > 0)
                .then(|| report::bridge::bridge(&bridge, &terms, &self.scenario.model.names)),
            paths: result.paths,
            interrupted: result.interrupted,
            failure: None,
        })
    }
}

/// What each clause says in the old deal and in the new one: `cap_usd_bn = 38.0`; `none` where nothing is written.
fn terms(scenario: &Scenario, deals: &[String; 2], clauses: &[Clause]) -> Vec<[String; 2]> {
    let (_, config) = config::parse("", &scenario.resolved, &[]);
    let keys = resolved::flat(&config.expect("what was printed reads back"));
    let written = |deal: &str, clause: &Clause| {
        let stem = format!("deal.{deal}.");
        let of_clause = |key: &str| {
            let own = key.strip_prefix(&stem)?;
            let first = own.split('.').next().unwrap_or(own);
            Term::of_key(first).filter(|term| clause.terms.contains(term)).map(|_| own.to_owned())
        };
        let words: Vec<String> =
            keys.iter().filter_map(|(key, value)| Some(format!("{} = {value}", of_clause(key)?))).collect();
        if words.is_empty() { "none".to_owned() } else { words.join(", ") }
    };
    clauses.iter().map(|clause| deals.each_ref().map(|deal| written(deal, clause))).collect()
}
