//! The answer of `sweep`: curves over one key, or a grid of two.

use super::answer::{Answer, Axis, Chart, Column, Curve, Mark, Point, Role, Shown, Table, Value};
use super::digits::{in_words, probability_in_words, significant, thousands};
use crate::config::Unit;
use crate::study::sweep::{Measured, Named, Sweep};

/// Builds the answer.
pub fn sweep(sweep: &Sweep) -> Answer {
    let grid = sweep.keys.len() == 2;
    let mut tables = Vec::new();
    if grid && !sweep.quantities.is_empty() {
        tables.push(grid_table(sweep));
    }
    tables.push(points_table(sweep, if grid { Shown::None } else { Shown::First(sweep.points.len()) }));
    tables.push(base_table(sweep));
    Answer {
        study: "sweep".into(),
        title: title(sweep),
        warnings: warnings(sweep),
        sentences: sentences(sweep),
        tables,
        charts: if grid { heats(sweep) } else { curves(sweep) },
    }
}

fn title(sweep: &Sweep) -> String {
    format!(
        "{} · {} points · {} paths each, seed {}, on common draws",
        sweep.scenario,
        thousands(sweep.points.len() as u64),
        thousands(sweep.paths),
        sweep.seed
    )
}

fn warnings(sweep: &Sweep) -> Vec<String> {
    let mut warnings = Vec::new();
    if sweep.paths < sweep.asked {
        warnings.push(format!(
            "PARTIAL: stopped before its end; all below is over {} of {} paths.",
            thousands(sweep.paths),
            thousands(sweep.asked)
        ));
    }
    let all = |i: usize| sweep.measured.iter().map(|point| &point[i]).chain([&sweep.base[i]]).collect();
    warnings.extend(partly(&sweep.quantities, all));
    let flat = |holds: &dyn Fn(usize) -> bool| {
        let found = sweep.quantities.iter().enumerate().filter(|(i, _)| sweep.is_flat(*i) && holds(*i));
        found.map(|(_, quantity)| quantity.name()).collect::<Vec<_>>().join(", ")
    };
    let keys = sweep.keys.join(" and ");
    match flat(&|i| sweep.is_independent(i)) {
        none if none.is_empty() => {}
        names => warnings.push(format!("Does not depend on {keys}: {names}.")),
    }
    match flat(&|i| !sweep.is_independent(i)) {
        none if none.is_empty() => {}
        names => warnings.push(format!(
            "No path of {} differs between these values of {keys}: {names}.",
            thousands(sweep.paths)
        )),
    }
    warnings
}

/// A mean with its error and unit, for a sentence; of a probability what its sample can say.
pub(super) fn words(measured: &Measured, unit: Unit) -> String {
    match measured.events {
        Some(events) => probability_in_words(events, measured.paths, measured.exact),
        None => in_words(measured.mean, measured.std_error, measured.exact, unit),
    }
}

/// Names the quantities that have no value on some paths, each with the part of the paths that its means are over.
pub(super) fn partly<'a>(
    quantities: &'a [Named],
    measured: impl Fn(usize) -> Vec<&'a Measured>,
) -> Option<String> {
    let part = |(i, quantity): (usize, &Named)| {
        let parts: Vec<f64> = measured(i)
            .iter()
            .filter(|m| m.undefined > 0 && m.paths > 0)
            .map(|m| 100.0 * m.paths as f64 / (m.paths + m.undefined) as f64)
            .collect();
        let low = parts.iter().copied().fold(f64::INFINITY, f64::min);
        let high = parts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let [low, high] = [low, high].map(|percent| significant(percent, 3));
        let range = if low == high { format!("{low}%") } else { format!("{low} to {high}%") };
        (!parts.is_empty()).then(|| format!("{} ({range} of paths)", quantity.name()))
    };
    let found: Vec<String> = quantities.iter().enumerate().filter_map(part).collect();
    (!found.is_empty())
        .then(|| format!("Means over some of the paths, the others have no value: {}.", found.join(", ")))
}

fn place(sweep: &Sweep, point: usize) -> String {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let values = sweep.keys.iter().zip(&sweep.points[point]);
    values.map(|(key, value)| format!("{} {}", last(key), short(value))).collect::<Vec<_>>().join(", ")
}

/// A value as people write it: `20` for `20.0`.
fn short(value: &str) -> &str {
    value.strip_suffix(".0").unwrap_or(value)
}

fn sentences(sweep: &Sweep) -> Vec<String> {
    let mut sentences = Vec::new();
    for (i, quantity) in sweep.quantities.iter().enumerate() {
        if sweep.is_flat(i) {
            continue;
        }
        let mean = |point: &usize| sweep.measured[*point][i].mean;
        let points = || (0..sweep.points.len()).filter(|point| mean(point).is_finite());
        let least = points().min_by(|a, b| mean(a).total_cmp(&mean(b)));
        let most = points().max_by(|a, b| mean(a).total_cmp(&mean(b)));
        let (Some(least), Some(most)) = (least, most) else { continue };
        sentences.push(format!(
            "{}: mean from {} at {} to {} at {}; as the scenario stands {}.",
            quantity.name(),
            words(&sweep.measured[least][i], quantity.unit),
            place(sweep, least),
            words(&sweep.measured[most][i], quantity.unit),
            place(sweep, most),
            words(&sweep.base[i], quantity.unit)
        ));
    }
    sentences
}

/// A value of a key as a cell: a number if it is one.
pub(super) fn value(text: &str) -> Value {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::Number(number),
        _ => Value::Text(text.trim_matches('"').to_owned()),
    }
}

/// Columns of the results; `names` is the role of the columns that name the quantity.
fn measured_columns(names: Role) -> Vec<Column> {
    vec![
        Column::key("deal").as_role(names),
        Column::key("metric").as_role(names),
        Column::key("unit").as_role(Role::Detail),
        Column::quantity("mean", None),
        Column::error("std_error", None),
        Column::quantity("low95", None).as_role(Role::Detail),
        Column::quantity("high95", None).as_role(Role::Detail),
        Column::quantity("p05", None),
        Column::quantity("p50", None),
        Column::quantity("p95", None),
    ]
}

fn measured_values(named: &Named, measured: &Measured) -> Vec<Value> {
    let mut values: Vec<Value> = vec![
        named.of.clone().into(),
        named.metric.clone().into(),
        named.unit.name().into(),
        measured.mean.into(),
        Value::error(measured.std_error, measured.exact),
        measured.interval.0.into(),
        measured.interval.1.into(),
    ];
    values.extend(measured.quantiles.map(Value::from));
    values
}

fn points_table(sweep: &Sweep, shown: Shown) -> Table {
    let mut columns: Vec<Column> = sweep.keys.iter().map(Column::key).collect();
    // A terminal shows the first quantity only, and the title names it.
    columns.extend(measured_columns(Role::Detail));
    columns.extend([
        Column::quantity("difference", None),
        Column::error("difference_std_error", None),
        Column::quantity("paths", None).as_role(Role::Detail),
        Column::quantity("undefined", None).as_role(Role::Detail),
    ]);
    let mut rows = Vec::new();
    for (i, quantity) in sweep.quantities.iter().enumerate() {
        for (point, measured) in sweep.points.iter().zip(&sweep.measured) {
            let mut row: Vec<Value> = point.iter().map(|text| value(text)).collect();
            let m = &measured[i];
            row.extend(measured_values(quantity, m));
            row.extend([
                m.difference.into(),
                Value::error(m.difference_error, m.difference_exact),
                m.paths.into(),
                m.undefined.into(),
            ]);
            rows.push(row);
        }
    }
    Table {
        name: "sweep".into(),
        title: match sweep.quantities.first() {
            Some(quantity) => format!(
                "{} ({}); the difference is from the scenario as it stands, path by path",
                quantity.name(),
                quantity.unit
            ),
            None => String::new(),
        },
        columns,
        rows,
        shown,
    }
}

fn base_table(sweep: &Sweep) -> Table {
    let mut columns = measured_columns(Role::Key);
    columns.push(Column::quantity("paths", None).as_role(Role::Detail));
    columns.push(Column::quantity("undefined", None).as_role(Role::Detail));
    let row = |(quantity, measured): (&Named, &Measured)| {
        let mut row = measured_values(quantity, measured);
        row.extend([measured.paths.into(), measured.undefined.into()]);
        row
    };
    Table {
        name: "as_it_stands".into(),
        title: "The scenario as it stands".to_owned(),
        columns,
        rows: sweep.quantities.iter().zip(&sweep.base).map(row).collect(),
        shown: Shown::All,
    }
}

/// Distinct values of each of two keys, in order of first appearance.
fn axis(sweep: &Sweep, key: usize) -> Vec<&String> {
    let mut values = Vec::new();
    for point in &sweep.points {
        if !values.contains(&&point[key]) {
            values.push(&point[key]);
        }
    }
    values
}

/// Means of the first quantity, with the first key as rows and the second as columns.
fn grid_table(sweep: &Sweep) -> Table {
    let (down, across) = (axis(sweep, 0), axis(sweep, 1));
    let mut columns = vec![Column::key(sweep.keys[0].clone())];
    columns.extend(across.iter().map(|value| {
        Column::quantity(
            format!("{}={}", sweep.keys[1].rsplit('.').next().unwrap_or_default(), short(value)),
            None,
        )
    }));
    let rows = down
        .iter()
        .map(|row| {
            let mut values = vec![value(row)];
            values.extend(across.iter().map(|column| Value::Number(cell(sweep, 0, row, column))));
            values
        })
        .collect();
    let quantity = &sweep.quantities[0];
    Table {
        name: "grid".into(),
        title: format!("Mean of {} ({})", quantity.name(), quantity.unit),
        columns,
        rows,
        shown: Shown::All,
    }
}

fn cell(sweep: &Sweep, quantity: usize, first: &str, second: &str) -> f64 {
    let at = sweep.points.iter().position(|point| point[0] == first && point[1] == second);
    at.map_or(f64::NAN, |at| sweep.measured[at][quantity].mean)
}

fn heats(sweep: &Sweep) -> Vec<Chart> {
    let (down, across) = (axis(sweep, 0), axis(sweep, 1));
    let chart = |(i, quantity): (usize, &Named)| Chart::Heat {
        title: format!("Mean of {}", quantity.name()),
        x: Axis { name: sweep.keys[1].clone(), unit: sweep.units[1] },
        y: Axis { name: sweep.keys[0].clone(), unit: sweep.units[0] },
        z: Axis { name: quantity.name(), unit: Some(quantity.unit) },
        columns: across.iter().map(|value| short(value).to_owned()).collect(),
        rows: down.iter().map(|value| short(value).to_owned()).collect(),
        cells: down
            .iter()
            .map(|row| across.iter().map(|column| cell(sweep, i, row, column)).collect())
            .collect(),
    };
    sweep.quantities.iter().enumerate().map(chart).collect()
}

/// One chart per quantity if the values of the key are numbers.
fn curves(sweep: &Sweep) -> Vec<Chart> {
    let numbers: Option<Vec<f64>> = sweep.points.iter().map(|point| point[0].parse().ok()).collect();
    let Some(xs) = numbers else { return Vec::new() };
    let mut order: Vec<usize> = (0..xs.len()).collect();
    order.sort_by(|&a, &b| xs[a].total_cmp(&xs[b]));
    let chart = |(i, quantity): (usize, &Named)| {
        let curve = |name: &str, y: &dyn Fn(&Measured) -> (f64, f64)| Curve {
            name: name.to_owned(),
            points: order
                .iter()
                .map(|&at| {
                    let (y, std_error) = y(&sweep.measured[at][i]);
                    Point { x: xs[at], y, std_error }
                })
                .collect(),
        };
        Chart::Curves {
            title: quantity.name(),
            x: Axis { name: sweep.keys[0].clone(), unit: sweep.units[0] },
            y: Axis { name: quantity.metric.clone(), unit: Some(quantity.unit) },
            curves: vec![
                curve("mean", &|m| (m.mean, m.std_error)),
                curve("p05", &|m| (m.quantiles[0], f64::NAN)),
                curve("p50", &|m| (m.quantiles[1], f64::NAN)),
                curve("p95", &|m| (m.quantiles[2], f64::NAN)),
            ],
            marks: Vec::<Mark>::new(),
        }
    };
    sweep.quantities.iter().enumerate().map(chart).collect()
}
