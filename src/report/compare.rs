//! The answer of `compare`: every metric of every scenario side by side, paired differences, and what was
//! changed.

use super::answer::{Answer, Axis, Chart, Column, Role, Shown, Table, Value};
use super::digits::{amount_in_passing, in_words, thousands};
use super::label;
use super::panel::Panel;
use super::sweep::{MEAN_HEAD, cell_words, mean_cell, partly, shown_in, subject, words};
use crate::kernel::metric::Metric;
use crate::model::PartyNames;
use crate::study::compare::Comparison;
use crate::study::sweep::{Measured, Named};

/// Metrics that the sentences report.
const TOLD: [Metric; 2] = [Metric::MicrosoftTakePv, Metric::OpenaiRetainedPv];
/// Rows of the table of changes that a terminal shows.
const CHANGES_SHOWN: usize = 20;

/// Metrics that a terminal shows first, in this order.
const FIRST: [Metric; 9] = [
    Metric::MicrosoftTakePv,
    Metric::SharePv,
    Metric::StakePv,
    Metric::MicrosoftTotalPv,
    Metric::OpenaiRetainedPv,
    Metric::CapSavingPv,
    Metric::CapHit,
    Metric::Ipo,
    Metric::Failed,
];

/// Builds the answer; sentences and charts call the parties by `names`.
pub fn compare(comparison: &Comparison, names: &PartyNames) -> Answer {
    Answer {
        study: "compare".into(),
        title: format!(
            "{} · {} paths each · seed {}",
            comparison.scenarios.join(" · "),
            thousands(comparison.paths),
            comparison.seed
        ),
        warnings: warnings(comparison),
        sentences: sentences(comparison, names),
        tables: vec![side_by_side(comparison), tidy(comparison), changes(comparison)],
        charts: charts(comparison, names),
        screen: vec![side_by_side_panel(comparison, names), changes_panel(comparison, names)],
    }
}

fn warnings(comparison: &Comparison) -> Vec<String> {
    let mut warnings = Vec::new();
    if comparison.paths < comparison.asked {
        warnings.push(format!(
            "PARTIAL: stopped early; all below is over {} of {} paths.",
            thousands(comparison.paths),
            thousands(comparison.asked)
        ));
    }
    warnings.extend(dates(comparison));
    for (deal, scenarios) in &comparison.alone {
        warnings.push(format!("Not compared: deal {deal}, which only {} has.", scenarios.join(" and ")));
    }
    warnings
}

/// What scenarios of different valuation dates have in common and what they have not.
fn dates(comparison: &Comparison) -> Option<String> {
    let dates = &comparison.valuation_dates;
    if dates.windows(2).all(|pair| pair[0] == pair[1]) {
        return None;
    }
    let of_each: Vec<String> =
        comparison.scenarios.iter().zip(dates).map(|(name, date)| format!("{name} at {date}")).collect();
    Some(format!(
        "Each value is at its own valuation date: {}. Draws pair by period, not by calendar: the first period after one date \
         goes with the first after the other.",
        of_each.join(", ")
    ))
}

/// Number of quantities of the first deal, which is the one shown.
fn of_first_deal(comparison: &Comparison) -> usize {
    let first = comparison.quantities.first().map(|quantity| &quantity.of);
    comparison.quantities.iter().take_while(|quantity| Some(&quantity.of) == first).count()
}

fn sentences(comparison: &Comparison, names: &PartyNames) -> Vec<String> {
    let mut sentences: Vec<String> = comparison
        .pairs
        .iter()
        .map(|(a, b)| {
            format!("Deal {a} of {} is compared with deal {b} of the others.", comparison.scenarios[0])
        })
        .collect();
    if comparison.is_same() {
        sentences.push(format!("No figure differs on any of {} paths.", thousands(comparison.paths)));
        return sentences;
    }
    let mut unchanged = Vec::new();
    for metric in TOLD {
        for (i, quantity) in comparison.quantities.iter().enumerate() {
            if quantity.metric != metric.key() || quantity.of.contains(" - ") {
                continue;
            }
            for (name, measured) in comparison.scenarios.iter().zip(&comparison.measured).skip(1) {
                let (m, first) = (&measured[i], &comparison.measured[0][i]);
                if m.difference == 0.0 && m.difference_error == 0.0 {
                    unchanged.push(format!(
                        "{}: {} in {name} too, the same on all {} paths.",
                        label::capital(&subject(quantity, names)),
                        words(m, quantity.unit),
                        thousands(m.paths)
                    ));
                    continue;
                }
                let difference = match m.difference_error > 0.0 {
                    true => amount_in_passing(m.difference.abs(), m.difference_error, quantity.unit),
                    false => {
                        in_words(m.difference.abs(), m.difference_error, m.difference_exact, quantity.unit)
                    }
                };
                let direction = if m.difference < 0.0 { "less" } else { "more" };
                sentences.push(format!(
                    "{}: {} in {name}, {} in {}: {difference} {direction}.",
                    label::capital(&subject(quantity, names)),
                    words(m, quantity.unit),
                    words(first, quantity.unit),
                    comparison.scenarios[0]
                ));
            }
        }
    }
    sentences.append(&mut unchanged);
    let all = |i: usize| comparison.measured.iter().map(|scenario| &scenario[i]).collect();
    // Of the deal that a terminal shows; the files have the counts of all.
    sentences.extend(partly(&comparison.quantities[..of_first_deal(comparison)], names, all));
    sentences
}

/// The first deal's metrics side by side, the headline metrics first; of the others those that every path has.
fn side_by_side_panel(comparison: &Comparison, names: &PartyNames) -> Panel {
    let mut heads = vec![MEAN_HEAD.to_owned()];
    for (i, name) in comparison.scenarios.iter().enumerate() {
        heads.push(name.clone());
        if i > 0 {
            heads.push("change".to_owned());
        }
    }
    let mut panel = Panel { heads, least: 7, ..Panel::new(&[], "side_by_side.csv") };
    let Some(first) = comparison.quantities.first() else { return panel };
    panel.more = "other deals".to_owned();
    let rank = |quantity: &Named| {
        FIRST.iter().position(|metric| metric.key() == quantity.metric).unwrap_or(FIRST.len())
    };
    let mut order: Vec<usize> = (0..of_first_deal(comparison)).collect();
    let any = |i: usize, is: &dyn Fn(&Measured) -> bool| {
        comparison.measured.iter().any(|scenario| is(&scenario[i]))
    };
    let is_partial = |i: usize| any(i, &|m| m.undefined > 0);
    order.retain(|&i| rank(&comparison.quantities[i]) < FIRST.len() || !is_partial(i));
    // What no scenario has.
    order.retain(|&i| any(i, &|m| m.mean != 0.0 || !m.exact));
    order.sort_by_key(|&i| rank(&comparison.quantities[i]));
    let note = if order.iter().any(|&i| is_partial(i)) { "; * over the paths that have a value" } else { "" };
    panel.title = format!("Under {}; changes are from {}{note}", first.of, comparison.scenarios[0]);
    for i in order {
        let quantity = &comparison.quantities[i];
        let unit = quantity.unit;
        let star = if is_partial(i) { "*" } else { "" };
        let label = label::short_of_metric(&quantity.metric, names);
        let mut row = vec![format!("{label}{star}{}", shown_in(unit).1)];
        for (at, scenario) in comparison.measured.iter().enumerate() {
            let m = &scenario[i];
            row.push(mean_cell(m, unit));
            if at > 0 {
                row.push(cell_words(m.difference, m.difference_error, m.difference_exact, unit));
            }
        }
        panel.rows.push(row);
    }
    panel
}

/// The keys that differ.
fn changes_panel(comparison: &Comparison, names: &PartyNames) -> Panel {
    let mut panel = Panel::new(&["Differs"], "changes.csv");
    panel.heads.extend(comparison.scenarios.iter().cloned());
    panel.rows.extend(comparison.changes.iter().map(|change| {
        let values = change.values.iter().map(|value| value.clone().unwrap_or_else(|| "–".to_owned()));
        std::iter::once(label::of_key(&change.key, names)).chain(values).collect()
    }));
    panel
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
    Table {
        name: "side_by_side".into(),
        title: format!(
            "{}: means; differences are from {}, path by path",
            first.map_or("", String::as_str),
            comparison.scenarios[0]
        ),
        columns,
        rows: comparison.quantities.iter().enumerate().map(row).collect(),
        shown: Shown::First(of_first_deal(comparison)),
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
fn charts(comparison: &Comparison, names: &PartyNames) -> Vec<Chart> {
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
            title: format!("Mean of {}", label::noun(metric, names)),
            x: Axis { name: "deal".to_owned(), unit: None },
            y: Axis { name: "scenario".to_owned(), unit: None },
            z: Axis { name: label::metric(metric, names), unit: Some(metric.unit()) },
            columns: of.iter().map(|(_, quantity)| quantity.of.clone()).collect(),
            rows: comparison.scenarios.clone(),
            cells: cells.collect(),
        })
    };
    TOLD.into_iter().filter_map(chart).collect()
}
