//! `run --only-path K`: one path alone, its inputs and its metrics.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::exit::{Exit, Failure};
use super::output;
use super::run::subjects;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::run::{SinglePath, single};

/// Runs path `path` and prints it; a path that is not finite is printed too, and is a failure.
pub fn print(plan: &Plan, file: &Path, path: u64, as_json: bool) -> Result<Exit, Failure> {
    let one = single(plan, path);
    let text = if as_json { format!("{}\n", object(plan, &one)) } else { page(plan, file, &one) };
    output::results(&text)?;
    Ok(if one.broken { Exit::Failed } else { Exit::Done })
}

fn page(plan: &Plan, file: &Path, one: &SinglePath) -> String {
    let ledger = &plan.model.ledger;
    let mut out = format!("path {} of {}, seed {}\n", one.path, file.display(), plan.seed);
    if one.broken {
        out.push_str("this path is not finite\n");
    }
    out.push_str("\ninputs\n");
    let keys: Vec<&str> = plan.inputs.nums.iter().map(|&num| ledger.entry(num).key.as_str()).collect();
    let width = keys.iter().map(|key| key.chars().count()).max().unwrap_or(0);
    for ((key, &num), value) in keys.iter().zip(&plan.inputs.nums).zip(&one.inputs) {
        out.push_str(&format!("  {key:<width$}  {:<22}  {}\n", digits(*value), ledger.entry(num).unit));
    }
    if keys.is_empty() {
        out.push_str("  none: no number of the scenario is uncertain\n");
    }
    let width =
        Metric::ALL.iter().map(|metric| metric.name(plan.model.run.mix_year).len()).max().unwrap_or(0);
    for ((name, metrics), values) in subjects(plan).iter().zip(&one.metrics) {
        out.push_str(&format!("\n{name}\n"));
        for (metric, value) in metrics.iter().zip(values) {
            let text = if value.is_nan() { "-".to_owned() } else { digits(*value) };
            let name = metric.name(plan.model.run.mix_year);
            out.push_str(&format!("  {name:<width$}  {text:<22}  {}\n", metric.unit()));
        }
    }
    out
}

/// The shortest digits that read back to the same bits, with an exponent where the number is very small or large.
fn digits(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn object(plan: &Plan, one: &SinglePath) -> Value {
    let inputs: Map<String, Value> = plan
        .inputs
        .nums
        .iter()
        .zip(&one.inputs)
        .map(|(&num, &value)| (plan.model.ledger.entry(num).key.clone(), value.into()))
        .collect();
    let deals: Map<String, Value> = subjects(plan)
        .into_iter()
        .zip(&one.metrics)
        .map(|((name, metrics), values)| {
            let mix_year = plan.model.run.mix_year;
            let row: Map<String, Value> = metrics
                .iter()
                .zip(values)
                .map(|(metric, &value)| (metric.name(mix_year), value.into()))
                .collect();
            (name, row.into())
        })
        .collect();
    json!({
        "schema_version": 1,
        "path": one.path,
        "seed": plan.seed,
        "finite": !one.broken,
        "inputs": inputs,
        "metrics": deals,
    })
}
