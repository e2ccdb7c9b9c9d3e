//! The answer of `compare`: every metric of every scenario side by side, paired differences, and what was
//! changed.

use super::answer::{Answer, Axis, Chart, Column, Role, Shown, Table, Value};
use super::digits::{in_words, thousands};
use super::sweep::{partly, words};
use crate::kernel::metric::Metric;
use crate::study::compare::Comparison;
use crate::study::sweep::{Measured, Named};

/// Metrics that the sentences report.
const TOLD: [Metric; 2] = [Metric::MicrosoftTakePv, Metric::OpenaiRetainedPv];
/// Rows of the table of changes that a terminal shows.
const CHANGES_SHOWN: usize = 20;

/// Builds the answer.
pub fn compare(comparison: &Comparison) -> Answer {
    Answer {
        study: "compare".into(),
        title: format!(
            "{} · {} paths each, seed {}, on common draws",
            comparison.scenarios.join(" · "),
            thousands(comparison.paths),
            comparison.seed
        ),
        warnings: warnings(comparison),
        sentences: sentences(comparison),
        tables: vec![side_by_side(comparison), tidy(comparison), changes(comparison)],
        charts: charts(comparison),
    }
}

fn warnings(comparison: &Comparison) -> Vec<String> {
    let mut warnings = Vec::new();
    if comparison.paths < comparison.asked {
        warnings.push(format!(
            "PARTIAL: stopped after {} of {} paths; all below is over those.",
            thousands(comparison.paths),
            thousands(comparison.asked)
        ));
    }
    // Of the deal that a terminal shows; the files have the counts of all.
    let first = comparison.quantities.first().map(|quantity| &quantity.of);
    let shown = comparison.quantities.iter().take_while(|quantity| Some(&quantity.of) == first).count();
    let all = |i: usize| comparison.measured.iter().map(|scenario| &scenario[i]).collect();
    warnings.extend(partly(&comparison.quantities[..shown], all));
    for (deal, scenarios) in &comparison.alone {
        warnings.push(format!("Not compared: deal {deal}, which only {} has.", scenarios.join(" and ")));
    }
    warnings
}

fn sentences(comparison: &Comparison) -> Vec<String> {
    let mut sentences: Vec<String> = comparison
        .pairs
        .iter()
        .map(|(a, b)| {
            format!("Deal {a} of {} stands beside deal {b} of the others.", comparison.scenarios[0])
        })
        .collect();
    if comparison.is_same() {
        sentences.push(format!("No figure differs on any of {} paths.", thousands(comparison.paths)));
        return sentences;
    }
    for metric in TOLD {
        for (i, quantity) in comparison.quantities.iter().enumerate() {
            if quantity.metric != metric.key() || quantity.of.contains(" - ") {
                continue;
            }
            for (name, measured) in comparison.scenarios.iter().zip(&comparison.measured).skip(1) {
                let m = &measured[i];
                let first = &comparison.measured[0][i];
                if m.difference == 0.0 && m.difference_error == 0.0 {
                    let both = words(m, quantity.unit);
                    sentences.push(format!(
                        "{}: {both} in {name} too, the same on all {} paths.",
                        quantity.name(),
                        thousands(m.paths)
                    ));
                    continue;
                }
                sentences.push(format!(
                    "{}: {} in {name} against {} in {}: a difference of {}.",
                    quantity.name(),
                    words(m, quantity.unit),
                    words(first, quantity.unit),
                    comparison.scenarios[0],
                    in_words(m.difference, m.difference_error, m.difference_exact, quantity.unit)
                ));
            }
        }
    }
    sentences
}

/// One row per quantity: the means of all scenarios and the differences from the first.
fn side_by_side(comparison: &Comparison) -> Table {
    let mut columns = vec![
        Column::key("deal").as_role(Role::Detail),
        Column::key("metric"),
        Column::key("unit").as_role(Role::Detail),
    ];
    for (i, name) in comparison.scenarios.iter().enumerate() {
        columns.push(Column::quantity(name, None));
        columns.push(Column::error(format!("{name}_std_error"), None));
        columns.extend(
            ["low95", "high95"]
                .map(|end| Column::quantity(format!("{name}_{end}"), None).as_role(Role::Detail)),
        );
        if i > 0 {
            columns.push(Column::quantity(format!("{name}_difference"), None));
            columns.push(Column::error(format!("{name}_difference_std_error"), None));
        }
    }
    let row = |(i, quantity): (usize, &Named)| {
        let mut row: Vec<Value> =
            vec![quantity.of.clone().into(), quantity.metric.clone().into(), quantity.unit.name().into()];
        for (at, measured) in comparison.measured.iter().enumerate() {
            let m = &measured[i];
            row.extend([
                m.mean.into(),
                Value::error(m.std_error, m.exact),
                m.interval.0.into(),
                m.interval.1.into(),
            ]);
            if at > 0 {
                row.extend([m.difference.into(), Value::error(m.difference_error, m.difference_exact)]);
            }
        }
        row
    };
    let first = comparison.quantities.first().map(|quantity| &quantity.of);
    let shown = comparison.quantities.iter().take_while(|quantity| Some(&quantity.of) == first).count();
    Table {
        name: "side_by_side".into(),
        title: format!(
            "{}: means; differences are from {}, path by path",
            first.map_or("", String::as_str),
            comparison.scenarios[0]
        ),
        columns,
        rows: comparison.quantities.iter().enumerate().map(row).collect(),
        shown: Shown::First(shown),
    }
}

/// One row per quantity and scenario.
fn tidy(comparison: &Comparison) -> Table {
    let columns = vec![
        Column::key("deal"),
        Column::key("metric"),
        Column::key("unit"),
        Column::key("scenario"),
        Column::quantity("mean", None),
        Column::error("std_error", None),
        Column::quantity("low95", None).as_role(Role::Detail),
        Column::quantity("high95", None).as_role(Role::Detail),
        Column::quantity("p05", None),
        Column::quantity("p50", None),
        Column::quantity("p95", None),
        Column::quantity("difference", None),
        Column::error("difference_std_error", None),
        Column::quantity("paths", None).as_role(Role::Detail),
        Column::quantity("undefined", None).as_role(Role::Detail),
    ];
    let mut rows = Vec::new();
    for (i, quantity) in comparison.quantities.iter().enumerate() {
        for (name, measured) in comparison.scenarios.iter().zip(&comparison.measured) {
            let m: &Measured = &measured[i];
            let mut row: Vec<Value> = vec![
                quantity.of.clone().into(),
                quantity.metric.clone().into(),
                quantity.unit.name().into(),
                name.clone().into(),
                m.mean.into(),
                Value::error(m.std_error, m.exact),
                m.interval.0.into(),
                m.interval.1.into(),
            ];
            row.extend(m.quantiles.map(Value::from));
            row.extend([
                m.difference.into(),
                Value::error(m.difference_error, m.difference_exact),
                m.paths.into(),
                m.undefined.into(),
            ]);
            rows.push(row);
        }
    }
    Table { name: "compare".into(), title: "By scenario".to_owned(), columns, rows, shown: Shown::None }
}

fn changes(comparison: &Comparison) -> Table {
    let mut columns = vec![Column::key("key")];
    columns.extend(comparison.scenarios.iter().map(Column::key));
    let rows = comparison
        .changes
        .iter()
        .map(|change| {
            let value = |value: &Option<String>| Value::Text(value.clone().unwrap_or_default());
            std::iter::once(change.key.clone().into()).chain(change.values.iter().map(value)).collect()
        })
        .collect();
    Table {
        name: "changes".into(),
        title: "Keys that differ".to_owned(),
        columns,
        rows,
        shown: Shown::First(CHANGES_SHOWN),
    }
}

/// Heat maps of the reported metrics with scenarios as rows and deals as columns.
fn charts(comparison: &Comparison) -> Vec<Chart> {
    let chart = |metric: Metric| {
        let of: Vec<(usize, &Named)> = comparison
            .quantities
            .iter()
            .enumerate()
            .filter(|(_, quantity)| quantity.metric == metric.key())
            .collect();
        let cells =
            comparison.measured.iter().map(|measured| of.iter().map(|(i, _)| measured[*i].mean).collect());
        (!of.is_empty()).then(|| Chart::Heat {
            title: format!("Mean of {}", metric.key()),
            x: Axis { name: "deal".to_owned(), unit: None },
            y: Axis { name: "scenario".to_owned(), unit: None },
            z: Axis { name: metric.key().to_owned(), unit: Some(metric.unit()) },
            columns: of.iter().map(|(_, quantity)| quantity.of.clone()).collect(),
            rows: comparison.scenarios.clone(),
            cells: cells.collect(),
        })
    };
    TOLD.into_iter().filter_map(chart).collect()
}
