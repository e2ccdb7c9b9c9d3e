//! `run --only-path K`: prints the inputs and metrics of one path.

use std::path::Path;

use serde_json::{Map, Value, json};

use capstake::job::error::{Exit, Failure};
use capstake::job::request;
use capstake::kernel::plan::Plan;
use capstake::run::{SinglePath, single};
use capstake::study::subjects::subjects;

use super::output;
use super::show::Show;

/// Simulates one path and prints it; a path that is not finite is printed too, with exit code 5.
pub fn print(plan: &Plan, file: &Path, path: u64, show: &Show) -> Result<Exit, Failure> {
    request::within_points(plan, path.saturating_add(1), Exit::Usage)?;
    let one = single(plan, path);
    if show.json {
        output::json(&format!("{}\n", object(plan, &one)))?;
    } else if !show.quiet {
        output::results(&page(plan, file, &one))?;
    }
    Ok(if one.non_finite { Exit::Failed } else { Exit::Done })
}

/// The value of a metric on a path.
#[derive(Clone, Copy, Debug, PartialEq)]
enum MetricValue {
    /// A finite value.
    Is(f64),
    /// The metric has no value: no IPO, no stake.
    Undefined,
    /// The value is infinite.
    NotFinite,
}

impl MetricValue {
    fn of(value: f64) -> MetricValue {
        match value {
            value if value.is_nan() => MetricValue::Undefined,
            value if value.is_infinite() => MetricValue::NotFinite,
            value => MetricValue::Is(value),
        }
    }

    fn text(self) -> String {
        match self {
            MetricValue::Is(value) => digits(value),
            MetricValue::Undefined => "undefined".to_owned(),
            MetricValue::NotFinite => "not finite".to_owned(),
        }
    }

    fn json(self) -> Value {
        match self {
            MetricValue::Is(value) => value.into(),
            MetricValue::Undefined | MetricValue::NotFinite => Value::Null,
        }
    }
}

/// A metric's name, unit and value.
type Row = (String, String, MetricValue);

/// The metrics of all deals, then of all differences of deals.
fn figures(plan: &Plan, one: &SinglePath) -> Vec<(String, Vec<Row>)> {
    let mix_year = plan.model().run.mix_year;
    let deals = plan.deals().len();
    subjects(plan)
        .into_iter()
        .enumerate()
        .map(|(subject, (name, metrics))| {
            let row = metrics.iter().enumerate().map(|(i, metric)| {
                let mut value = MetricValue::of(one.metrics[subject][i]);
                if let Some(difference) = subject.checked_sub(deals).map(|at| &plan.differences()[at]) {
                    // A difference with an infinite side is not finite rather than undefined.
                    let (_, later, first) = difference.metrics[i];
                    let sides = [one.metrics[difference.later][later], one.metrics[0][first]];
                    if sides.iter().all(|side| !side.is_nan()) && sides.iter().any(|side| side.is_infinite())
                    {
                        value = MetricValue::NotFinite;
                    }
                }
                (metric.name(mix_year), metric.unit().to_string(), value)
            });
            (name, row.collect())
        })
        .collect()
}

fn page(plan: &Plan, file: &Path, one: &SinglePath) -> String {
    let parameters = &plan.model().parameters;
    let mut out = format!("path {} of {}, seed {}\n", one.path, file.display(), plan.seed());
    if one.non_finite {
        out.push_str("this path is not finite: capstake replay shows in which period that begins\n");
    }
    out.push_str("\ninputs\n");
    let keys: Vec<&str> = plan.inputs().nums.iter().map(|&num| parameters.entry(num).key.as_str()).collect();
    let width = keys.iter().map(|key| key.chars().count()).max().unwrap_or(0);
    for ((key, &num), value) in keys.iter().zip(&plan.inputs().nums).zip(&one.inputs) {
        out.push_str(&format!("  {key:<width$}  {:<22}  {}\n", digits(*value), parameters.entry(num).unit));
    }
    if keys.is_empty() {
        out.push_str("  none: no number of the scenario is uncertain\n");
    }
    let subjects = figures(plan, one);
    let names = subjects.iter().flat_map(|(_, row)| row).map(|(name, ..)| name.len());
    let width = names.max().unwrap_or(0);
    for (subject, row) in &subjects {
        out.push_str(&format!("\n{subject}\n"));
        for (name, unit, value) in row {
            out.push_str(&format!("  {name:<width$}  {:<22}  {unit}\n", value.text()));
        }
    }
    out
}

/// The shortest digits that parse to the same bits, with an exponent for very small or large numbers.
fn digits(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn object(plan: &Plan, one: &SinglePath) -> Value {
    let inputs: Map<String, Value> = plan
        .inputs()
        .nums
        .iter()
        .zip(&one.inputs)
        .map(|(&num, &value)| (plan.model().parameters.entry(num).key.clone(), value.into()))
        .collect();
    let subjects = figures(plan, one);
    let metrics: Map<String, Value> = subjects
        .iter()
        .map(|(subject, row)| {
            let row: Map<String, Value> =
                row.iter().map(|(name, _, value)| (name.clone(), value.json())).collect();
            (subject.clone(), row.into())
        })
        .collect();
    // A null value that is not listed here is undefined.
    let not_finite: Map<String, Value> = subjects
        .iter()
        .filter_map(|(subject, row)| {
            let names: Vec<&str> = row
                .iter()
                .filter(|(_, _, value)| *value == MetricValue::NotFinite)
                .map(|(name, ..)| name.as_str())
                .collect();
            (!names.is_empty()).then(|| (subject.clone(), json!(names)))
        })
        .collect();
    json!({
        "schema_version": 1,
        "path": one.path,
        "seed": plan.seed(),
        "finite": !one.non_finite,
        "inputs": inputs,
        "metrics": metrics,
        "not_finite": not_finite,
    })
}
