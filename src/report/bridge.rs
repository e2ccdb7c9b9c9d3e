//! The answer of `bridge`: what each clause of a change is worth to each side, in a sentence, tables and a waterfall.

use super::answer::{Answer, Axis, Bar, Chart, Column, Role, Shown, Table, Value};
use super::digits::{Estimate as Shape, at_place, in_words, place_of_error, significant, thousands};
use crate::config::Unit;
use crate::study::bridge::{Bridge, Estimate, MetricBridge, hybrid_name};

/// Significant digits of figures without an error.
const DIGITS: i32 = 4;

/// Builds the answer; `terms` says for each clause what it was and what it is, as TOML.
pub fn bridge(bridge: &Bridge, terms: &[[String; 2]]) -> Answer {
    let Bridge { scenario, from, to, seed, paths, .. } = bridge;
    Answer {
        study: "bridge".into(),
        title: format!("{scenario}: from {from} to {to} · {} paths, seed {seed}", thousands(*paths)),
        warnings: warnings(bridge),
        sentences: bridge.metrics.iter().map(|metric| sentence(bridge, metric)).collect(),
        tables: vec![shapley(bridge), clauses(bridge, terms), worth(bridge), hybrids(bridge)],
        charts: bridge.metrics.iter().map(|metric| waterfall(bridge, metric)).collect(),
    }
}

fn warnings(bridge: &Bridge) -> Vec<String> {
    let mut warnings = Vec::new();
    if bridge.paths < bridge.asked {
        warnings.push(format!(
            "PARTIAL: stopped after {} of {} paths; all below is over those.",
            thousands(bridge.paths),
            thousands(bridge.asked)
        ));
    }
    for metric in bridge.metrics.iter().filter(|metric| metric.paths < bridge.paths) {
        warnings.push(format!(
            "{} has a value under every combination of clauses on {} of {} paths; its figures are over those.",
            metric.metric,
            thousands(metric.paths),
            thousands(bridge.paths)
        ));
    }
    warnings
}

/// `microsoft_take_pv: −$18.42 ± 0.04 bn from prior-2025 to amended-2026. By Shapley: cap −27.7, exclusivity +22.5, …`.
fn sentence(bridge: &Bridge, metric: &MetricBridge) -> String {
    let total = in_words(metric.total.mean, metric.total.std_error, metric.total.exact, metric.unit);
    let mut parts: Vec<(f64, String)> = bridge
        .clauses
        .iter()
        .zip(&metric.clauses)
        .map(|(clause, worth)| {
            (worth.shapley.mean.abs(), format!("{} {}", clause.name, signed(worth.shapley)))
        })
        .collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let parts: Vec<String> = parts.into_iter().map(|(_, words)| words).collect();
    format!("{} changes by {total}: {} (Shapley values).", metric.metric, parts.join(", "))
}

/// A change with its sign and the digits that its error supports: `+22.5`, `−8.0`.
pub fn signed(estimate: Estimate) -> String {
    let text = match estimate.std_error > 0.0 {
        true => at_place(estimate.mean.abs(), place_of_error(estimate.std_error)),
        false => significant(estimate.mean.abs(), DIGITS),
    };
    match text.chars().all(|c| matches!(c, '0' | '.')) {
        true => "0".to_owned(),
        false => format!("{}{text}", if estimate.mean < 0.0 { "−" } else { "+" }),
    }
}

/// The unit of all metrics, if they have one in common.
fn common_unit(bridge: &Bridge) -> Option<Unit> {
    let first = bridge.metrics.first()?.unit;
    bridge.metrics.iter().all(|metric| metric.unit == first).then_some(first)
}

/// From the old deal to the new one: a row for each deal and for each clause's Shapley value, a column for each metric.
fn shapley(bridge: &Bridge) -> Table {
    let mut columns = vec![Column::key("clause")];
    for metric in &bridge.metrics {
        columns.push(Column::quantity(metric.metric.clone(), metric.unit));
        columns.push(Column::error(format!("{}_error", metric.metric), metric.unit));
    }
    let row = |name: &String, figure: &dyn Fn(&MetricBridge) -> Estimate| {
        let figures = bridge.metrics.iter().map(figure);
        let cells = figures.flat_map(|one| [one.mean.into(), Value::error(one.std_error, one.exact)]);
        std::iter::once(name.clone().into()).chain(cells).collect::<Vec<Value>>()
    };
    let last = (1 << bridge.clauses.len()) - 1;
    let mut rows = vec![row(&bridge.from, &|metric| metric.hybrids[0])];
    for (i, clause) in bridge.clauses.iter().enumerate() {
        rows.push(row(&clause.name, &|metric| metric.clauses[i].shapley));
    }
    rows.push(row(&bridge.to, &|metric| metric.hybrids[last]));
    Table {
        name: "bridge_shapley".into(),
        title: format!(
            "From {} to {}: what each clause adds, on average over all orders in which the clauses can be changed",
            bridge.from, bridge.to
        ),
        columns,
        rows,
        shown: Shown::All,
    }
}

/// Every figure of every clause.
fn worth(bridge: &Bridge) -> Table {
    let unit = common_unit(bridge);
    let mut columns = vec![Column::key("metric"), Column::key("clause")];
    for figure in ["alone_first", "alone_last", "in_order", "shapley"] {
        columns.push(Column::quantity(figure, unit));
        columns.push(Column::error(format!("{figure}_error"), unit));
    }
    if unit.is_none() {
        columns.push(Column::key("unit").as_role(Role::Detail));
    }
    let row = |metric: &MetricBridge, i: usize| {
        let worth = &metric.clauses[i];
        let mut row: Vec<Value> = vec![metric.metric.clone().into(), bridge.clauses[i].name.clone().into()];
        for estimate in [worth.alone_first, worth.alone_last, worth.in_order, worth.shapley] {
            row.extend([estimate.mean.into(), Value::error(estimate.std_error, estimate.exact)]);
        }
        if unit.is_none() {
            row.push(metric.unit.name().into());
        }
        row
    };
    Table {
        name: "bridge".into(),
        title: "What each clause is worth: added to the old deal, added last, in order, and on average over all orders"
            .to_owned(),
        columns,
        rows: bridge
            .metrics
            .iter()
            .flat_map(|metric| (0..bridge.clauses.len()).map(move |i| row(metric, i)))
            .collect(),
        shown: Shown::First(0),
    }
}

fn clauses(bridge: &Bridge, terms: &[[String; 2]]) -> Table {
    let row = |(clause, [old, new]): (&crate::study::bridge::Clause, &[String; 2])| {
        vec![clause.name.clone().into(), old.clone().into(), new.clone().into()]
    };
    Table {
        name: "bridge_clauses".into(),
        title: "What the clauses say".to_owned(),
        columns: vec![Column::key("clause"), Column::key(&bridge.from), Column::key(&bridge.to)],
        rows: bridge.clauses.iter().zip(terms).map(row).collect(),
        shown: Shown::All,
    }
}

fn hybrids(bridge: &Bridge) -> Table {
    let unit = common_unit(bridge);
    let mut columns = vec![
        Column::key("metric"),
        Column::key("clauses"),
        Column::quantity("mean", unit),
        Column::error("std_error", unit),
    ];
    if unit.is_none() {
        columns.push(Column::key("unit").as_role(Role::Detail));
    }
    let row = |metric: &MetricBridge, set: usize| {
        let estimate = metric.hybrids[set];
        let mut row = vec![
            metric.metric.clone().into(),
            hybrid_name(&bridge.clauses, set).into(),
            estimate.mean.into(),
            Value::error(estimate.std_error, estimate.exact),
        ];
        if unit.is_none() {
            row.push(metric.unit.name().into());
        }
        row
    };
    Table {
        name: "bridge_hybrids".into(),
        title: format!(
            "Deals between {} and {}, by the clauses of which they have the new terms",
            bridge.from, bridge.to
        ),
        columns,
        rows: bridge
            .metrics
            .iter()
            .flat_map(|metric| (0..metric.hybrids.len()).map(move |set| row(metric, set)))
            .collect(),
        shown: Shown::None,
    }
}

/// From the old deal to the new one in steps of Shapley values, in the bridge's order.
fn waterfall(bridge: &Bridge, metric: &MetricBridge) -> Chart {
    let old = metric.hybrids.first().map_or(f64::NAN, |estimate| estimate.mean);
    let new = metric.hybrids.last().map_or(f64::NAN, |estimate| estimate.mean);
    let mut at = old;
    let steps = bridge.clauses.iter().zip(&metric.clauses).map(|(clause, worth)| {
        let low = at;
        at += worth.shapley.mean;
        let text =
            Shape::new(worth.shapley.mean, worth.shapley.std_error).exact_if(worth.shapley.exact).words();
        Bar { label: format!("{}: {}", clause.name, plus(worth.shapley.mean, text)), low, high: at }
    });
    Chart::Waterfall {
        title: format!("{} from {} to {}", metric.metric, bridge.from, bridge.to),
        x: Axis::new(metric.metric.clone(), metric.unit),
        steps: steps.collect(),
        from: Some(Bar { label: bridge.from.clone(), low: 0.0, high: old }),
        to: Bar { label: bridge.to.clone(), low: 0.0, high: new },
    }
}

/// A plus sign before a text that has no sign.
fn plus(value: f64, text: String) -> String {
    if value > 0.0 { format!("+{text}") } else { text }
}
