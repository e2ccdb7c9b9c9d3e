//! The answer of `sweep`: curves over one key, or a grid of two.

use super::answer::{Answer, Axis, Chart, Column, Curve, Mark, Point, Role, Shown, Table, Value};
use super::digits::{
    Estimate, Seen, amount_in_passing, condition, in_words, probability, probability_in_words, significant,
    thousands,
};
use super::label;
use super::panel::Panel;
use crate::config::Unit;
use crate::model::PartyNames;
use crate::study::sweep::{Measured, Named, Sweep};

/// Builds the answer; sentences and charts call the parties by `names`.
pub fn sweep(sweep: &Sweep, names: &PartyNames) -> Answer {
    let grid = sweep.keys.len() == 2;
    let mut tables = Vec::new();
    if grid && !sweep.quantities.is_empty() {
        tables.push(grid_table(sweep, names));
    }
    tables.push(points_table(
        sweep,
        names,
        if grid { Shown::None } else { Shown::First(sweep.points.len()) },
    ));
    tables.push(base_table(sweep));
    Answer {
        study: "sweep".into(),
        title: title(sweep),
        warnings: warnings(sweep, names),
        sentences: sentences(sweep, names),
        tables,
        charts: if grid { heats(sweep, names) } else { curves(sweep, names) },
        screen: panel(sweep, names).into_iter().collect(),
    }
}

fn title(sweep: &Sweep) -> String {
    format!(
        "{} · {} points · {} paths each · seed {}",
        sweep.scenario,
        thousands(sweep.points.len() as u64),
        thousands(sweep.paths),
        sweep.seed
    )
}

fn warnings(sweep: &Sweep, names: &PartyNames) -> Vec<String> {
    let mut warnings = Vec::new();
    if sweep.paths < sweep.asked {
        warnings.push(format!(
            "PARTIAL: stopped early; all below is over {} of {} paths.",
            thousands(sweep.paths),
            thousands(sweep.asked)
        ));
    }
    let flat = |holds: &dyn Fn(usize) -> bool| {
        let found = sweep.quantities.iter().enumerate().filter(|(i, _)| sweep.is_flat(*i) && holds(*i));
        found.map(|(_, quantity)| subject(quantity, names)).collect::<Vec<_>>().join("; ")
    };
    let keys: Vec<String> = sweep.keys.iter().map(|key| label::of_key(key, names)).collect();
    let keys = keys.join(" and ");
    match flat(&|i| sweep.is_independent(i)) {
        none if none.is_empty() => {}
        found => warnings.push(format!("Does not depend on {keys}: {found}.")),
    }
    match flat(&|i| !sweep.is_independent(i)) {
        none if none.is_empty() => {}
        found => warnings.push(format!(
            "No path of {} differs between these values of {keys}: {found}.",
            thousands(sweep.paths)
        )),
    }
    warnings
}

/// A quantity as the subject of a sentence or the title of a chart.
pub(super) fn subject(quantity: &Named, names: &PartyNames) -> String {
    label::of_quantity(&quantity.of, &quantity.metric, names)
}

/// A mean with its unit for a sentence; of a probability what its sample can say. Tables have the errors.
pub(super) fn words(measured: &Measured, unit: Unit) -> String {
    let mean = match measured.events {
        Some(events) => probability_in_words(seen(measured, events)),
        None if measured.std_error > 0.0 => amount_in_passing(measured.mean, measured.std_error, unit),
        None => in_words(measured.mean, measured.std_error, measured.exact, unit),
    };
    match condition(measured.paths, measured.undefined) {
        Some(some) => format!("{mean} ({})", some.split_once(';').map_or(some.as_str(), |(part, _)| part)),
        None => mean,
    }
}

/// The factor by which values of a unit are shown on screens, and the unit behind a label: `, $bn`.
pub(super) fn shown_in(unit: Unit) -> (f64, String) {
    match unit {
        Unit::Fraction | Unit::Probability | Unit::Flag => (100.0, ", %".to_owned()),
        unit => (1.0, unit_words(unit)),
    }
}

/// A mean with its error as a cell: `205.69 ± 0.10`; of a probability what its sample can say: `0 (95%: below 0.15)`.
pub(super) fn mean_cell(measured: &Measured, unit: Unit) -> String {
    let m = measured;
    let Some(events) = m.events else { return cell_words(m.mean, m.std_error, m.exact, unit) };
    match probability(seen(m, events)) {
        (value, precision) if precision.is_empty() => value,
        (value, precision) if precision.starts_with('±') => format!("{value} {precision}"),
        // An interval needs no more words, a bound does.
        (value, precision) if precision.contains('–') => {
            format!("{value} ({})", precision.trim_start_matches("95%: "))
        }
        (value, precision) => format!("{value} ({precision})"),
    }
}

/// A flag's mean as a probability with its error.
fn seen(m: &Measured, events: u64) -> Seen {
    Seen::new(events, m.paths, m.exact).with_error(m.std_error, m.error_df)
}

/// The heading of such cells.
pub(super) const MEAN_HEAD: &str = "mean ± error or (95%)";

/// A difference with its error as a cell: `205.69 ± 0.10`.
pub(super) fn cell_words(mean: f64, std_error: f64, exact: bool, unit: Unit) -> String {
    let factor = shown_in(unit).0;
    Estimate::new(factor * mean, factor * std_error).exact_if(exact).words()
}

/// Names the quantities that have no value on some paths, each with the part of the paths that its means are over.
pub(super) fn partly<'a>(
    quantities: &'a [Named],
    names: &PartyNames,
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
        (!parts.is_empty()).then(|| format!("{} ({range} of paths)", subject(quantity, names)))
    };
    let found: Vec<String> = quantities.iter().enumerate().filter_map(part).collect();
    (!found.is_empty())
        .then(|| format!("Means over some of the paths, the others have no value: {}.", found.join("; ")))
}

/// A point of the sweep in words: `cap $10 bn`.
fn place(sweep: &Sweep, names: &PartyNames, point: usize) -> String {
    let of = |(i, (key, text)): (usize, (&String, &String))| {
        let name = label::of_key(key.rsplit('.').next().unwrap_or_default(), names);
        format!("{name} {}", amount(&short(text), sweep.units[i]))
    };
    sweep.keys.iter().zip(&sweep.points[point]).enumerate().map(of).collect::<Vec<_>>().join(", ")
}

/// A value of a key as text with its unit, where that is an amount of money or a time.
pub(super) fn amount(text: &str, unit: Option<Unit>) -> String {
    match unit.filter(|_| text.parse::<f64>().is_ok()) {
        Some(Unit::UsdBn) => format!("${text} bn").replace("$-", "−$"),
        Some(Unit::UsdBnPerYear) => format!("${text} bn a year").replace("$-", "−$"),
        Some(Unit::Years) => format!("{text} years"),
        Some(Unit::Months) => format!("{text} months"),
        _ => text.to_owned(),
    }
}

/// A value as people write it: `20` for `20.0`, and at most six digits.
fn short(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => significant(number, 6),
        _ => value.trim_matches('"').to_owned(),
    }
}

fn sentences(sweep: &Sweep, names: &PartyNames) -> Vec<String> {
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
            "{}: {} at {}, {} at {}; as the scenario stands, {}.",
            label::capital(&subject(quantity, names)),
            words(&sweep.measured[least][i], quantity.unit),
            place(sweep, names, least),
            words(&sweep.measured[most][i], quantity.unit),
            place(sweep, names, most),
            words(&sweep.base[i], quantity.unit)
        ));
    }
    let all = |i: usize| sweep.measured.iter().map(|point| &point[i]).chain([&sweep.base[i]]).collect();
    sentences.extend(partly(&sweep.quantities, names, all));
    sentences
}

/// The first quantity at every point, or over the grid.
fn panel(sweep: &Sweep, names: &PartyNames) -> Option<Panel> {
    let quantity = sweep.quantities.first()?;
    let unit = quantity.unit;
    let (factor, shown_unit) = shown_in(unit);
    let key = |at: usize| {
        // A key's values stand as they are written.
        let unit = sweep.units[at].map_or(String::new(), unit_words);
        format!("{}{unit}", label::of_key(&sweep.keys[at], names))
    };
    let is_partial = sweep.measured.iter().any(|point| point[0].undefined > 0);
    let over = if is_partial { " (over the paths that have a value)" } else { "" };
    let what = format!("{}{shown_unit}{over}", subject(quantity, names));
    let more = if sweep.quantities.len() > 1 { "other quantities" } else { "" };
    let panel = match sweep.keys.len() {
        2 => {
            let (down, across) = (axis(sweep, 0), axis(sweep, 1));
            let last =
                |at: usize| label::of_key(sweep.keys[at].rsplit('.').next().unwrap_or_default(), names);
            let corner = format!("{} ↓  {} →", last(0), last(1));
            let mut panel = Panel::new(&[&corner], "sweep.csv").titled(format!("Mean of {what}"));
            panel.heads.extend(across.iter().map(|value| short(value)));
            panel.rows.extend(down.iter().map(|row| {
                let cells = across.iter().map(|column| significant(factor * cell(sweep, 0, row, column), 4));
                std::iter::once(short(row)).chain(cells).collect()
            }));
            panel
        }
        _ => {
            let head = if sweep.base[0].events.is_some() { MEAN_HEAD } else { "mean ± error" };
            let mut panel = Panel::new(&[&key(0), head, "p5", "p95", "change ± error"], "sweep.csv")
                .titled(label::capital(&what));
            panel.rows.extend(sweep.points.iter().zip(&sweep.measured).map(|(point, measured)| {
                let m = &measured[0];
                let end = |x: f64| if x.is_finite() { significant(factor * x, 4) } else { "–".to_owned() };
                vec![
                    short(&point[0]),
                    mean_cell(m, unit),
                    end(m.quantiles[0]),
                    end(m.quantiles[2]),
                    cell_words(m.difference, m.difference_error, m.difference_exact, unit),
                ]
            }));
            panel
        }
    };
    Some(Panel { least: 9, more: more.to_owned(), ..panel })
}

/// A value of a key as a cell: a number if it is one.
pub(super) fn value(text: &str) -> Value {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::Number(number),
        _ => Value::Text(text.trim_matches('"').to_owned()),
    }
}

/// The unit of a table's numbers behind a label, where parts are parts of 1.
pub(super) fn unit_words(unit: Unit) -> String {
    match label::of_unit(unit) {
        "" => String::new(),
        words => format!(", {words}"),
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

fn points_table(sweep: &Sweep, names: &PartyNames, shown: Shown) -> Table {
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
                "{}{}; differences are from the scenario as it stands, path by path",
                label::capital(&subject(quantity, names)),
                unit_words(quantity.unit)
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
fn grid_table(sweep: &Sweep, names: &PartyNames) -> Table {
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
        title: format!("Mean of {}{}", subject(quantity, names), unit_words(quantity.unit)),
        columns,
        rows,
        shown: Shown::All,
    }
}

fn cell(sweep: &Sweep, quantity: usize, first: &str, second: &str) -> f64 {
    let at = sweep.points.iter().position(|point| point[0] == first && point[1] == second);
    at.map_or(f64::NAN, |at| sweep.measured[at][quantity].mean)
}

fn heats(sweep: &Sweep, names: &PartyNames) -> Vec<Chart> {
    let (down, across) = (axis(sweep, 0), axis(sweep, 1));
    let chart = |(i, quantity): (usize, &Named)| Chart::Heat {
        title: format!("Mean of {}", subject(quantity, names)),
        x: Axis { name: label::of_key(&sweep.keys[1], names), unit: sweep.units[1] },
        y: Axis { name: label::of_key(&sweep.keys[0], names), unit: sweep.units[0] },
        z: Axis { name: subject(quantity, names), unit: Some(quantity.unit) },
        columns: across.iter().map(|value| short(value)).collect(),
        rows: down.iter().map(|value| short(value)).collect(),
        cells: down
            .iter()
            .map(|row| across.iter().map(|column| cell(sweep, i, row, column)).collect())
            .collect(),
    };
    sweep.quantities.iter().enumerate().map(chart).collect()
}

/// One chart per quantity if the values of the key are numbers.
fn curves(sweep: &Sweep, names: &PartyNames) -> Vec<Chart> {
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
            title: label::capital(&subject(quantity, names)),
            x: Axis { name: label::of_key(&sweep.keys[0], names), unit: sweep.units[0] },
            y: Axis { name: label::short_of_metric(&quantity.metric, names), unit: Some(quantity.unit) },
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
