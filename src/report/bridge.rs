//! The answer of `bridge`: what each clause of a change is worth to each side, in a sentence, tables and a waterfall.

use super::answer::{Answer, Axis, Bar, Chart, Column, Role, Shown, Table, Value};
use super::digits::{
    Estimate as Shape, Precision, amount_in_passing, at_place, exponent, place_of_error, significant,
    thousands,
};
use super::label;
use super::panel::Panel;
use crate::config::Unit;
use crate::kernel::metric::Metric;
use crate::model::PartyNames;
use crate::study::bridge::{Bridge, Estimate, MetricBridge, hybrid_name};

/// Significant digits of figures without an error.
const DIGITS: i32 = 4;

/// Builds the answer; `terms` says for each clause what it was and what it is, as TOML. Sentences and charts call the parties by
/// `names`.
pub fn bridge(bridge: &Bridge, terms: &[[String; 2]], names: &PartyNames) -> Answer {
    let Bridge { scenario, from, to, seed, paths, .. } = bridge;
    Answer {
        study: "bridge".into(),
        title: format!("{scenario}: from {from} to {to} · {} paths, seed {seed}", thousands(*paths)),
        warnings: warnings(bridge, names),
        sentences: by_interest(bridge).map(|metric| sentence(bridge, metric, names)).collect(),
        tables: vec![shapley(bridge), clauses(bridge, terms), worth(bridge), hybrids(bridge)],
        charts: bridge
            .metrics
            .iter()
            .filter(|metric| metric.total.mean.is_finite())
            .map(|metric| waterfall(bridge, metric, names))
            .collect(),
        screen: vec![shapley_panel(bridge, names)],
    }
}

/// The metrics as people ask for them: what a side has in all stands behind the rest.
fn by_interest(bridge: &Bridge) -> impl Iterator<Item = &MetricBridge> {
    let (total, rest): (Vec<_>, Vec<_>) =
        bridge.metrics.iter().partition(|metric| metric.of == Metric::MicrosoftTotalPv);
    rest.into_iter().chain(total)
}

fn warnings(bridge: &Bridge, names: &PartyNames) -> Vec<String> {
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
            label::of_metric(&metric.metric, names),
            thousands(metric.paths),
            thousands(bridge.paths)
        ));
    }
    warnings
}

/// `From prior-2025 to amended-2026 Microsoft’s take falls by $18.4 bn: cap −27.7, exclusivity +22.5, …`.
fn sentence(bridge: &Bridge, metric: &MetricBridge, names: &PartyNames) -> String {
    let Estimate { mean, std_error, .. } = metric.total;
    let what = label::noun(metric.of, names);
    if !mean.is_finite() {
        let what = label::capital(&what);
        return format!(
            "{what} has no value under every combination of clauses in any future: no clause can be valued."
        );
    }
    let is_part = matches!(metric.unit, Unit::Fraction | Unit::Probability | Unit::Flag);
    let scale = if is_part { 100.0 } else { 1.0 };
    let change = match mean {
        0.0 => "does not change".to_owned(),
        mean => {
            let verb = if mean < 0.0 { "falls" } else { "rises" };
            let amount = amount_in_passing(mean.abs(), std_error, metric.unit);
            format!("{verb} by {}", if is_part { amount.replace('%', " pp") } else { amount })
        }
    };
    let mut parts: Vec<(&str, Estimate)> = bridge
        .clauses
        .iter()
        .zip(&metric.clauses)
        .map(|(clause, worth)| (clause.name.as_str(), worth.shapley.times(scale)))
        .filter(|(_, shapley)| shapley.mean != 0.0)
        .collect();
    parts.sort_by(|(_, a), (_, b)| b.mean.abs().total_cmp(&a.mean.abs()));
    // In passing: three digits of the largest are enough for all.
    let least = parts.first().map_or(i32::MIN, |(_, largest)| exponent(largest.mean) - 2);
    let parts: Vec<String> =
        parts.into_iter().map(|(name, shapley)| format!("{name} {}", signed(shapley, least))).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("From {} to {} {what} {change}{parts}.", bridge.from, bridge.to)
}

/// From the old deal to the new one, a row for each clause and a column for each metric.
fn shapley_panel(bridge: &Bridge, names: &PartyNames) -> Panel {
    let money = common_unit(bridge) == Some(Unit::UsdBn);
    let mut panel = Panel::new(&[if money { "$bn, mean ± error" } else { "mean ± error" }], "bridge.csv")
        .titled("What each clause adds, on average over all orders of the clauses:".to_owned());
    panel.heads.extend(by_interest(bridge).map(|metric| label::short(metric.of, names)));
    let cell = |one: Estimate| Shape::new(one.mean, one.std_error).exact_if(one.exact);
    let row = |name: &str, figure: &dyn Fn(&MetricBridge) -> String| {
        std::iter::once(name.to_owned()).chain(by_interest(bridge).map(figure)).collect::<Vec<String>>()
    };
    let short = |shape: Shape| match shape.precision {
        _ if shape.value.contains("NaN") => "–".to_owned(),
        Precision::Error(error) => format!("{} ± {error}", shape.value),
        _ => shape.value,
    };
    let last = (1 << bridge.clauses.len()) - 1;
    panel.rows.push(row(&bridge.from, &|metric| short(cell(metric.hybrids[0]))));
    for (i, clause) in bridge.clauses.iter().enumerate() {
        panel.rows.push(row(&format!("  {}", clause.name), &|metric| {
            let worth = metric.clauses[i].shapley;
            plus(worth.mean, short(cell(worth)))
        }));
    }
    panel.rows.push(row(&bridge.to, &|metric| short(cell(metric.hybrids[last]))));
    panel.least = panel.rows.len();
    panel.more = "added alone, last and in order; what the clauses say: bridge_clauses.csv".to_owned();
    panel
}

/// A change with its sign and the digits that its error supports, none below the place `least`: `+22.5`, `−8.0`.
fn signed(estimate: Estimate, least: i32) -> String {
    let text = match estimate.std_error > 0.0 {
        true => at_place(estimate.mean.abs(), place_of_error(estimate.std_error).max(least)),
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
fn waterfall(bridge: &Bridge, metric: &MetricBridge, names: &PartyNames) -> Chart {
    let old = metric.hybrids.first().map_or(f64::NAN, |estimate| estimate.mean);
    let new = metric.hybrids.last().map_or(f64::NAN, |estimate| estimate.mean);
    let mut at = old;
    let steps = bridge.clauses.iter().zip(&metric.clauses).map(|(clause, worth)| {
        let low = at;
        at += worth.shapley.mean;
        let text = Shape::new(worth.shapley.mean, worth.shapley.std_error)
            .exact_if(worth.shapley.exact)
            .words()
            .replace('-', "−");
        Bar { label: format!("{}: {}", clause.name, plus(worth.shapley.mean, text)), low, high: at }
    });
    Chart::Waterfall {
        title: format!(
            "{} from {} to {}",
            label::capital(&label::noun(metric.of, names)),
            bridge.from,
            bridge.to
        ),
        x: Axis::new(label::metric(metric.of, names), metric.unit),
        steps: steps.collect(),
        from: Some(Bar { label: bridge.from.clone(), low: 0.0, high: old }),
        to: Bar { label: bridge.to.clone(), low: 0.0, high: new },
    }
}

/// A plus sign before a text that has no sign.
fn plus(value: f64, text: String) -> String {
    if value > 0.0 { format!("+{text}") } else { text }
}
