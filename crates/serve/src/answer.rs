//! The answer to a change: every figure of the setting beside that of the scenario, with paired differences, as JSON.

use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::scenario::Scenario;
use capstake::report::digits::Estimate;
use capstake::report::{command, label};
use capstake::run::{Observer, Options};
use capstake::study::bridge::{self, PATHS_OF_RUNS};
use capstake::study::sweep::Named;
use capstake::study::variant::{Variant, Variants};
use capstake::study::what_if::{AtNode, Collector, Node, Unmeasured, measure, quantities};
use capstake_output::page::wording;
use serde_json::{Value, json};

use super::subject::{LEVELS, Subject};

/// Why there is no answer.
pub enum NoAnswer {
    /// The changes are refused.
    Refused(Failure),
    /// A newer change came.
    Superseded,
}

impl From<Failure> for NoAnswer {
    fn from(failure: Failure) -> NoAnswer {
        NoAnswer::Refused(failure)
    }
}

/// Answers at a level.
///
/// # Errors
/// The changes are refused, or a newer one came.
pub fn answer(
    subject: &Subject,
    set: &[String],
    level: usize,
    observer: &dyn Observer,
) -> Result<Value, NoAnswer> {
    let changed = subject.changed(set)?;
    same_deals(&subject.base, &changed)?;
    let plans = vec![subject.plan(&subject.base), subject.plan(&changed)];
    // What both have is compared; a change may add or take away what a metric needs.
    let both = |plan: usize| quantities(&plans[plan], None);
    let compared: Vec<_> = both(0).into_iter().filter(|quantity| both(1).contains(quantity)).collect();
    let deals: Vec<usize> = (0..subject.base.model.deals.len()).collect();
    let variants = [0, 1].map(|plan| Variant { plan, deals: deals.clone() }).to_vec();
    let mut variants = Variants { plans, variants };
    variants.lean(&compared);
    let options = Options { paths: LEVELS[level], threads: subject.threads };
    let batch = measure(&variants, compared, options, observer).map_err(|why| match why {
        Unmeasured::Stopped => NoAnswer::Superseded,
        Unmeasured::NonFinite(plan, paths) => {
            let found = NonFinitePaths::of_scenario(paths, options.paths);
            let scenario = if plan == 0 { &subject.base } else { &changed };
            NoAnswer::Refused(found.failure(scenario, subject.randomness.seed))
        }
    })?;
    let mut collector = Collector::default();
    collector.widen(&batch);
    collector.add(&variants.plans[0], &batch, vec![Vec::new()]);
    let answer = collector.into_answer();
    let names = subject.names();
    let sides = ["{partner’s} take", "{company’s} other holders keep", "{company} keeps revenue of"];
    let warnings: Vec<String> = changed
        .warnings
        .iter()
        .filter(|warning| !subject.base.warnings.iter().any(|known| known.message == warning.message))
        .map(|warning| warning.message.clone())
        .collect();
    Ok(json!({
        "level": level,
        "last": level + 1 == LEVELS.len(),
        "paths": options.paths,
        "sides": sides.map(|side| names.tell(side)),
        "quantities": answer.quantities.iter().zip(0..).map(|(named, i)| quantity(subject, named, &answer.nodes[0], i)).collect::<Vec<_>>(),
        "scenario": figures(&answer.nodes[0], answer.quantities.len(), true),
        "figures": figures(&answer.nodes[1], answer.quantities.len(), set.is_empty()),
        "settings": set.iter().map(|text| setting(subject, &changed, text)).collect::<Vec<_>>(),
        "warnings": warnings,
        "command": command_of(subject, &changed, set, options.paths),
    }))
}

/// Refuses changes of which deals there are: figures are compared deal by deal.
fn same_deals(base: &Scenario, changed: &Scenario) -> Result<(), Failure> {
    let names =
        |scenario: &Scenario| scenario.model.deals.iter().map(|deal| deal.name.clone()).collect::<Vec<_>>();
    if names(base) == names(changed) {
        return Ok(());
    }
    Err(Failure::told(Exit::Usage, "the live page compares the deals of the scenario, no others")
        .help("add or remove deals in the file, and serve that"))
}

fn quantity(subject: &Subject, named: &Named, scenario: &Node, at: usize) -> Value {
    let measure = wording::measure(named.unit.name());
    let bins = scenario.figures.iter().find(|one| one.quantity == at).and_then(|one| one.bins.as_ref());
    json!({
        "deal": named.of,
        "metric": named.metric,
        "label": label::of_metric(&named.metric, subject.names()),
        "measure": [json!(measure.factor), json!(measure.before), json!(measure.after)],
        "flag": named.unit.name() == "flag" && !named.of.contains(" - "),
        "ends": bins.map(|bins| (bins.low, bins.high)),
    })
}

/// Figures by quantity, in the order in which the page's script reads them.
fn figures(node: &Node, count: usize, is_scenario: bool) -> Vec<Value> {
    let of = |at: usize| node.figures.iter().find(|one| one.quantity == at);
    (0..count).map(|at| of(at).map_or(Value::Null, |one| figure(one, is_scenario))).collect()
}

fn figure(one: &AtNode, is_scenario: bool) -> Value {
    let m = &one.measured;
    let of_difference = |figure: f64| if is_scenario { f64::NAN } else { figure };
    let counts = one.bins.as_ref().map_or(&[][..], |bins| &bins.counts);
    let mut all = vec![
        json!(m.mean),
        error(m.std_error, m.exact),
        json!(m.quantiles[0]),
        json!(m.quantiles[1]),
        json!(m.quantiles[2]),
        json!(of_difference(m.difference)),
        error(of_difference(m.difference_error), m.difference_exact && !is_scenario),
        json!(m.interval.0),
        json!(m.interval.1),
        json!(counts),
    ];
    if m.undefined > 0 {
        all.extend([json!(m.paths), json!(m.undefined)]);
    }
    Value::Array(all)
}

fn error(std_error: f64, exact: bool) -> Value {
    if exact { json!("exact") } else { json!(std_error) }
}

/// A change in words: `the cap of amended-2026 at $60 bn`.
fn setting(subject: &Subject, changed: &Scenario, text: &str) -> String {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let (key, value) = (key.trim(), value.trim());
    let entries = changed.model.parameters.entries();
    let unit = entries.iter().find(|entry| key == entry.key || key.starts_with(&format!("{}.", entry.key)));
    let measure = wording::measure(unit.map_or("", |entry| entry.unit.name()));
    let text = || value.trim_matches('"').to_owned();
    let written = value.parse().map_or_else(|_| text(), |number: f64| measure.value(number, 6));
    format!("{} at {written}", capstake_output::page::what_if::phrase_of(key, subject.names()))
}

/// The command that gives this answer in full.
fn command_of(subject: &Subject, changed: &Scenario, set: &[String], paths: u64) -> String {
    let file = command::quoted(&subject.base.path.display().to_string());
    let set: String = set.iter().map(|text| format!(" --set {}", command::quoted(text))).collect();
    format!("capstake run {file}{set} {}", subject.flags(changed, paths))
}

/// What each clause of the change from the second deal to the first is worth under the changes: for each metric its label, and the
/// clauses with their Shapley values and errors in words.
///
/// # Errors
/// The changes are refused, or a newer one came.
pub fn bridge(subject: &Subject, set: &[String], observer: &dyn Observer) -> Result<Value, NoAnswer> {
    let changed = subject.changed(set)?;
    let plan = subject.plan(&changed);
    let found = bridge::of_first_deals_unless(&plan, PATHS_OF_RUNS, subject.threads, observer);
    if observer.stops() {
        return Err(NoAnswer::Superseded);
    }
    let metrics = found.as_ref().map_or(&[][..], |bridge| &bridge.metrics);
    let of_metric = |metric: &bridge::MetricBridge| {
        let clauses = found.iter().flat_map(|bridge| &bridge.clauses).zip(&metric.clauses);
        let clauses: Vec<Value> = clauses
            .map(|(clause, worth)| {
                let shapley = worth.shapley;
                let words = Estimate::new(shapley.mean, shapley.std_error).exact_if(shapley.exact).words();
                json!({"clause": clause.name, "value": shapley.mean, "words": words.replace('-', "−")})
            })
            .collect();
        json!({"label": label::of_metric(&metric.metric, subject.names()), "clauses": clauses})
    };
    let ends = found.as_ref().map(|bridge| (bridge.from.clone(), bridge.to.clone()));
    Ok(json!({
        "ends": ends, "paths": PATHS_OF_RUNS, "metrics": metrics.iter().map(of_metric).collect::<Vec<_>>(),
    }))
}
