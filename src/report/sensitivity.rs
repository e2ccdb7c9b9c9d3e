//! The answer of `sensitivity`: tornado, groups and value of information, or Sobol indices, or Shapley
//! effects.

use super::answer::{Answer, Axis, Bar, Chart, Column, Role, Shown, Table, Value};
use super::digits::{NONE, amount_in_passing, percent_in_passing, significant, thousands};
use super::label;
use super::panel::{Panel, Span};
use crate::config::Unit;
use crate::kernel::plan::Plan;
use crate::study::quantity::Quantity;
use crate::study::sensitivity::estimate::Estimate;
use crate::study::sensitivity::information::InformationValue;
use crate::study::sensitivity::plain::{Drivers, Plain};
use crate::study::sensitivity::shapley::{ShapleyAnswer, ShapleyEffects};
use crate::study::sensitivity::sobol::SobolAnswer;
use crate::study::sensitivity::variables::{INPUTS, NOISE, Variable};

/// Rows of a table that a terminal shows per metric.
const SHOWN: usize = 12;
/// Rows of a panel of bars.
const BARS: usize = 20;

fn title(plan: &Plan, rest: &str) -> String {
    format!("{} · {rest} · seed {}", plan.model().name, plan.seed())
}

/// An estimate in passing: `$141 bn`.
fn about(estimate: &Estimate, unit: Unit) -> String {
    amount_in_passing(estimate.value, estimate.std_error, unit)
}

/// A quantity as the subject of a sentence.
fn subject(plan: &Plan, quantity: Quantity) -> String {
    let metric = quantity.metric.name(plan.model().run.mix_year);
    label::of_quantity(&quantity.of.name(plan), &metric, &plan.model().names)
}

fn key_label(plan: &Plan, key: &str) -> String {
    label::of_key(key, &plan.model().names)
}

/// The first columns of every table: subject, metric and unit.
fn quantity_columns(quantities: &[Quantity]) -> Vec<Column> {
    let deal = Column::key("deal");
    let one = quantities.iter().all(|quantity| quantity.of == quantities[0].of);
    vec![
        if one { deal.as_role(Role::Detail) } else { deal },
        Column::key("metric"),
        Column::key("unit").as_role(Role::Detail),
    ]
}

fn quantity_values(plan: &Plan, quantity: Quantity) -> Vec<Value> {
    vec![
        quantity.of.name(plan).into(),
        quantity.metric.name(plan.model().run.mix_year).into(),
        quantity.unit().name().into(),
    ]
}

/// Columns of an estimate: value, standard error and interval; `shown` says whether a terminal shows the
/// interval.
fn estimate_columns(name: &str, unit: Option<Unit>, shown: bool) -> [Column; 4] {
    let low = if shown { Role::Low } else { Role::Detail };
    let high = if shown { Role::High } else { Role::Detail };
    [
        Column::quantity(name, unit),
        Column::error(format!("{name}_std_error"), unit),
        Column::quantity(format!("{name}_low95"), unit).as_role(low),
        Column::quantity(format!("{name}_high95"), unit).as_role(high),
    ]
}

fn estimate_values(estimate: &Estimate) -> [Value; 4] {
    [estimate.value, estimate.std_error, estimate.low95, estimate.high95].map(Value::from)
}

/// The answer from a single run.
pub fn plain(plan: &Plan, answer: &Plain, asked: u64) -> Answer {
    let quantities: Vec<Quantity> = answer.drivers.iter().map(|drivers| drivers.quantity).collect();
    let mut warnings = partial(answer.paths, asked);
    for drivers in answer.drivers.iter().filter(|drivers| drivers.undefined > 0) {
        warnings.push(format!(
            "{} has no value on {} of {} paths: what follows is over the others, without groups.",
            label::capital(&subject(plan, drivers.quantity)),
            thousands(drivers.undefined),
            thousands(answer.paths)
        ));
    }
    let mut sentences: Vec<String> =
        answer.drivers.iter().enumerate().filter_map(|(i, drivers)| driven(plan, drivers, i)).collect();
    sentences.extend(answer.information.iter().map(|worth| {
        let name = label::noun(worth.metric, &plan.model().names);
        let deal = &plan.model().deals[worth.uninformed].name;
        let unit = worth.metric.unit();
        let InformationValue { gain: all, .. } = &worth.choice.everything;
        let value = match worth.choice.inputs.first() {
            Some(first) if first.gain.high95 > 0.0 && first.gain.value > 0.0 => format!(
                "the value of information is {} for {} and {} for everything",
                about(&first.gain, unit),
                key_label(plan, &first.about),
                about(all, unit)
            ),
            _ => format!(
                "no single input would change that; the value of information about everything is {}",
                about(all, unit)
            ),
        };
        format!("By {name}, {deal} is the better deal; {value}.")
    }));
    let mut tables = vec![tornado_table(plan, &quantities, answer)];
    if answer.drivers.iter().any(|drivers| !drivers.groups.is_empty()) {
        tables.push(groups_table(plan, &quantities, answer));
    }
    if !answer.information.is_empty() {
        tables.push(information_table(plan, answer));
    }
    Answer {
        study: "sensitivity".into(),
        title: title(plan, &format!("{} paths", thousands(answer.paths))),
        warnings,
        sentences,
        tables,
        charts: answer.drivers.iter().flat_map(|drivers| tornados(plan, drivers)).collect(),
        screen: answer.drivers.first().map(|drivers| tornado_panel(plan, drivers)).into_iter().collect(),
    }
}

fn partial(paths: u64, asked: u64) -> Vec<String> {
    if paths >= asked {
        return Vec::new();
    }
    vec![format!(
        "PARTIAL: stopped early; all below is over {} of {} paths.",
        thousands(paths),
        thousands(asked)
    )]
}

/// Which input moves a metric most; of the first metric also how far assumptions and luck explain it.
fn driven(plan: &Plan, drivers: &Drivers, position: usize) -> Option<String> {
    let unit = drivers.quantity.unit();
    let name = subject(plan, drivers.quantity);
    let mut sentences = Vec::new();
    if let Some(first) = drivers.inputs.first().filter(|first| !first.swing.value.is_nan()) {
        sentences.push(format!(
            "{} matters most to {name}: {} if it is low (one in ten), {} if high.",
            label::capital(&key_label(plan, &first.key)),
            about(&first.means[0], unit),
            about(&first.means[1], unit)
        ));
    }
    let of = |name: &str| drivers.groups.iter().find(|group| group.name == name);
    if let (Some(inputs), Some(noise)) = (of(INPUTS), of(NOISE)) {
        let part = |e: &Estimate| percent_in_passing(e.value, e.std_error);
        let rest = if position == 0 { "; the rest is curvature and interaction" } else { "" };
        sentences.push(format!(
            "Assumptions explain {} of the variance, year-to-year luck {}{rest}.",
            part(&inputs.explained),
            part(&noise.explained)
        ));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// The largest swings of a metric as bars from the mean where the input is low to the mean where it is high.
fn tornado_panel(plan: &Plan, drivers: &Drivers) -> Panel {
    let unit = drivers.quantity.unit();
    let metric = label::short(drivers.quantity.metric, &plan.model().names);
    let head = format!("{metric}: {}", about(&drivers.mean, unit));
    let mut panel = Panel::new(&[&head, "if low", "if high"], "tornado.csv");
    panel.least = 9;
    panel.centre = drivers.mean.value;
    panel.more = "other metrics".to_owned();
    let finite = drivers.inputs.iter().filter(|input| input.swing.value.is_finite());
    for input in finite.take(BARS) {
        let [low, high] = &input.means;
        panel.rows.push(vec![key_label(plan, &input.key), about(low, unit), about(high, unit)]);
        panel.bars.push(Span { low: low.value, high: high.value });
    }
    panel
}

/// Parts of a variance as bars.
fn parts_panel(plan: &Plan, heads: &[&str], file: &str, parts: &[(&str, Vec<&Estimate>)]) -> Panel {
    let mut panel = Panel::new(heads, file);
    panel.least = 5;
    for (name, estimates) in parts.iter().take(BARS) {
        let cells = estimates.iter().map(|e| match e.value.is_nan() {
            true => NONE.to_owned(),
            false => percent_in_passing(e.value, e.std_error),
        });
        panel.rows.push(std::iter::once(key_label(plan, name)).chain(cells).collect());
        panel.bars.push(Span { low: 0.0, high: estimates[0].value });
    }
    panel
}

fn tornado_table(plan: &Plan, quantities: &[Quantity], answer: &Plain) -> Table {
    let mut columns = quantity_columns(quantities);
    columns.push(Column::key("input"));
    columns.extend(estimate_columns("swing", None, false));
    columns.push(Column::quantity("rank_correlation", None));
    columns.push(Column::quantity("rank_low95", None).as_role(Role::Low));
    columns.push(Column::quantity("rank_high95", None).as_role(Role::High));
    columns.push(Column::quantity("mean_at_p10", None));
    columns.push(Column::error("mean_at_p10_std_error", None));
    columns.push(Column::quantity("mean_at_p90", None));
    columns.push(Column::error("mean_at_p90_std_error", None));
    columns.push(Column::key("input_unit").as_role(Role::Detail));
    let details = ["input_p10", "input_p90", "paths_at_p10", "paths_at_p90", "rank_paths"];
    columns.extend(details.map(|name| Column::quantity(name, None).as_role(Role::Detail)));
    let mut rows = Vec::new();
    for drivers in &answer.drivers {
        for input in &drivers.inputs {
            let mut row = quantity_values(plan, drivers.quantity);
            row.push(input.key.clone().into());
            row.extend(estimate_values(&input.swing));
            row.extend([input.rank.value, input.rank.low95, input.rank.high95].map(Value::from));
            for mean in &input.means {
                row.extend([mean.value, mean.std_error].map(Value::from));
            }
            row.push(input.unit.map_or("", Unit::name).into());
            row.extend(input.at.map(Value::from));
            row.extend(input.paths.map(Value::from));
            row.push(answer.kept.into());
            rows.push(row);
        }
    }
    Table {
        name: "tornado".into(),
        title: "Tornado: mean of the metric where an input is high (near its p90), less that where it is low (near its p10)"
            .to_owned(),
        columns,
        rows,
        shown: Shown::FirstOfEach { rows: SHOWN, alike: 2 },
    }
}

fn groups_table(plan: &Plan, quantities: &[Quantity], answer: &Plain) -> Table {
    let mut columns = quantity_columns(quantities);
    columns.push(Column::key("group"));
    columns.push(Column::key("kind").as_role(Role::Detail));
    columns.push(Column::quantity("members", None).as_role(Role::Detail));
    columns.extend(estimate_columns("swing", None, false));
    columns.extend(estimate_columns("explained", Some(Unit::Fraction), false));
    columns.push(Column::quantity("mean_at_p10", None));
    columns.push(Column::error("mean_at_p10_std_error", None));
    columns.push(Column::quantity("mean_at_p90", None));
    columns.push(Column::error("mean_at_p90_std_error", None));
    columns.push(Column::quantity("paths", None).as_role(Role::Detail));
    let mut rows = Vec::new();
    for drivers in &answer.drivers {
        for group in &drivers.groups {
            let mut row = quantity_values(plan, drivers.quantity);
            row.push(group.name.clone().into());
            row.push(if group.noise { NOISE } else { INPUTS }.into());
            row.push((group.members as u64).into());
            row.extend(estimate_values(&group.swing));
            row.extend(estimate_values(&group.explained));
            for mean in &group.means {
                row.extend([mean.value, mean.std_error].map(Value::from));
            }
            row.push(answer.kept.into());
            rows.push(row);
        }
    }
    Table {
        name: "groups".into(),
        title: "Groups: mean of the metric at the p90 of the best straight line in the group, less that at its p10, and the share of \
             the variance that the line explains"
            .to_owned(),
        columns,
        rows,
        shown: Shown::All,
    }
}

fn information_table(plan: &Plan, answer: &Plain) -> Table {
    let mut columns = vec![
        Column::key("metric"),
        Column::key("unit").as_role(Role::Detail),
        Column::key("without_it").as_role(Role::Detail),
        Column::key("kind").as_role(Role::Detail),
        Column::key("knowing"),
    ];
    columns.extend(estimate_columns("worth", None, true));
    columns.push(Column::quantity("changes_the_choice", Some(Unit::Probability)));
    let mut rows = Vec::new();
    for worth in &answer.information {
        let choice = &worth.choice;
        let parts = [
            ("all", std::slice::from_ref(&choice.everything)),
            ("group", &choice.groups),
            ("input", &choice.inputs),
        ];
        for (kind, list) in parts {
            for information in list {
                let mut row: Vec<Value> = vec![
                    worth.metric.name(plan.model().run.mix_year).into(),
                    worth.metric.unit().name().into(),
                    plan.model().deals[worth.uninformed].name.clone().into(),
                    kind.into(),
                    information.about.clone().into(),
                ];
                row.extend(estimate_values(&information.gain));
                row.push(information.changes.into());
                rows.push(row);
            }
        }
    }
    Table {
        name: "information".into(),
        title: "Value of information to someone who picks the deal with the highest mean of the metric"
            .to_owned(),
        columns,
        rows,
        shown: Shown::FirstOfEach { rows: SHOWN, alike: 1 },
    }
}

fn tornados(plan: &Plan, drivers: &Drivers) -> Vec<Chart> {
    let quantity = drivers.quantity;
    let name = subject(plan, quantity);
    let x =
        || Axis { name: label::metric(quantity.metric, &plan.model().names), unit: Some(quantity.unit()) };
    let bar = |key: &str, means: &[Estimate; 2]| Bar {
        label: key_label(plan, key),
        low: means[0].value,
        high: means[1].value,
    };
    let whole = |bar: &Bar| bar.low.is_finite() && bar.high.is_finite();
    let inputs: Vec<Bar> =
        drivers.inputs.iter().take(20).map(|input| bar(&input.key, &input.means)).filter(whole).collect();
    let groups: Vec<Bar> =
        drivers.groups.iter().map(|group| bar(&group.name, &group.means)).filter(whole).collect();
    [("by input", inputs), ("by group", groups)]
        .into_iter()
        .filter(|(_, bars)| !bars.is_empty())
        .map(|(what, bars)| Chart::Bars {
            title: format!("{} {what}: mean where it is low and where it is high", label::capital(&name)),
            x: x(),
            centre: drivers.mean.value,
            ends: ["if low (p10)", "if high (p90)"].map(str::to_owned),
            bars,
        })
        .collect()
}

/// The answer with Sobol indices.
pub fn sobol(
    plan: &Plan,
    quantities: &[Quantity],
    variables: &[Variable],
    answer: &SobolAnswer,
    asked: u64,
) -> Answer {
    let mut columns = quantity_columns(quantities);
    columns.push(Column::key("variable"));
    columns.push(Column::key("kind").as_role(Role::Detail));
    columns.extend(estimate_columns("total", Some(Unit::Fraction), true));
    columns.extend(estimate_columns("first_order", Some(Unit::Fraction), true));
    for name in ["first_order_jansen", "total_janon"] {
        columns.extend(estimate_columns(name, Some(Unit::Fraction), false).map(|c| c.as_role(Role::Detail)));
    }
    let (mut rows, mut sentences, mut charts, mut screen) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (&quantity, indices) in quantities.iter().zip(&answer.outputs) {
        let mut order: Vec<usize> = (0..variables.len()).collect();
        order.sort_by(|&a, &b| indices.total[b].value.total_cmp(&indices.total[a].value));
        for &i in &order {
            let mut row = quantity_values(plan, quantity);
            row.push(variables[i].name.clone().into());
            row.push(if variables[i].noise { NOISE } else { INPUTS }.into());
            for part in [&indices.total, &indices.first, &indices.first_jansen, &indices.total_janon] {
                row.extend(estimate_values(&part[i]));
            }
            rows.push(row);
        }
        let total = |&i: &usize| Bar {
            label: key_label(plan, &variables[i].name),
            low: 0.0,
            high: indices.total[i].value,
        };
        charts.push(Chart::Bars {
            title: format!("Total Sobol indices of {}", subject(plan, quantity)),
            x: Axis::new("share of the variance", Unit::Fraction),
            centre: 0.0,
            ends: ["", "share of the variance, interactions included"].map(str::to_owned),
            bars: order.iter().take(20).map(total).collect(),
        });
        let most = order[0];
        let alone: f64 = indices.first.iter().map(|first| first.value).sum();
        sentences.push(format!(
            "The largest share of the variance of {} comes from {}: {} with interactions, {} without. Shares without \
             interactions add up to {}%; the standard deviation is {}.",
            subject(plan, quantity),
            key_label(plan, &variables[most].name),
            percent_in_passing(indices.total[most].value, indices.total[most].std_error),
            percent_in_passing(indices.first[most].value, indices.first[most].std_error),
            significant(100.0 * alone, 3),
            spread(&indices.variance, quantity.unit())
        ));
        if screen.is_empty() {
            let parts: Vec<(&str, Vec<&Estimate>)> = order
                .iter()
                .map(|&i| (variables[i].name.as_str(), vec![&indices.total[i], &indices.first[i]]))
                .collect();
            screen.push(parts_panel(
                plan,
                &["Share of the variance", "total", "alone"],
                "indices.csv",
                &parts,
            ));
        }
    }
    Answer {
        study: "sensitivity".into(),
        title: title(
            plan,
            &format!("Sobol indices from {} evaluations of {} paths", answer.evaluations, thousands(answer.paths)),
        ),
        warnings: partial(answer.paths, asked),
        sentences,
        tables: vec![Table {
            name: "indices".into(),
            title: "Sobol indices: share of the variance of a variable with its interactions (total) and on its own (first order)".to_owned(),
            columns,
            rows,
            shown: Shown::FirstOfEach { rows: SHOWN, alike: 2 },
        }],
        charts,
        screen,
    }
}

/// The standard deviation of an estimated variance, as text.
fn spread(variance: &Estimate, unit: Unit) -> String {
    let root = variance.value.max(0.0).sqrt();
    let error = if root > 0.0 { 0.5 * variance.std_error / root } else { f64::NAN };
    about(&Estimate::normal(root, error), unit)
}

/// The answer with Shapley effects.
pub fn shapley(
    plan: &Plan,
    quantities: &[Quantity],
    variables: &[Variable],
    answer: &ShapleyAnswer,
    asked: u64,
) -> Answer {
    let mut columns = quantity_columns(quantities);
    columns.push(Column::key("variable"));
    columns.push(Column::key("kind").as_role(Role::Detail));
    columns.extend(estimate_columns("effect", Some(Unit::Fraction), true));
    columns.push(Column::quantity("variance", None).as_role(Role::Detail));
    for name in ["first_order", "total"] {
        columns.extend(estimate_columns(name, Some(Unit::Fraction), true));
    }
    let (mut rows, mut sentences, mut charts, mut screen) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (&quantity, effects) in quantities.iter().zip(&answer.outputs) {
        let mut order: Vec<usize> = (0..variables.len()).collect();
        order.sort_by(|&a, &b| effects.effect[b].value.total_cmp(&effects.effect[a].value));
        for &i in &order {
            let mut row = quantity_values(plan, quantity);
            row.push(variables[i].name.clone().into());
            row.push(if variables[i].noise { NOISE } else { INPUTS }.into());
            row.extend(estimate_values(&effects.effect[i]));
            row.push((effects.effect[i].value * effects.variance.value).into());
            row.extend(estimate_values(&effects.first[i]));
            row.extend(estimate_values(&effects.total[i]));
            rows.push(row);
        }
        sentences.push(largest_effects(plan, quantity, variables, effects, &order));
        charts.push(effects_chart(plan, quantity, variables, effects, &order));
        if screen.is_empty() {
            let parts: Vec<(&str, Vec<&Estimate>)> =
                order.iter().map(|&i| (variables[i].name.as_str(), vec![&effects.effect[i]])).collect();
            screen.push(parts_panel(plan, &["Share of the variance", "effect"], "effects.csv", &parts));
        }
    }
    Answer {
        study: "sensitivity".into(),
        title: title(
            plan,
            &format!(
                "Shapley effects from {} evaluations of {} paths in {} orders",
                answer.evaluations,
                thousands(answer.paths),
                thousands(answer.orders)
            ),
        ),
        warnings: partial(answer.paths, asked),
        sentences,
        tables: vec![Table {
            name: "effects".into(),
            title: "Shapley effects: how the variance divides among the variables, correlations included; they add up to 1"
                .to_owned(),
            columns,
            rows,
            shown: Shown::FirstOfEach { rows: 20, alike: 2 },
        }],
        charts,
        screen,
    }
}

/// A sentence on the three variables with the largest effects.
fn largest_effects(
    plan: &Plan,
    quantity: Quantity,
    variables: &[Variable],
    effects: &ShapleyEffects,
    order: &[usize],
) -> String {
    let named: Vec<String> = order
        .iter()
        .take(3)
        .map(|&i| {
            let effect = &effects.effect[i];
            format!(
                "{} ({})",
                key_label(plan, &variables[i].name),
                percent_in_passing(effect.value, effect.std_error)
            )
        })
        .collect();
    format!(
        "The variance of {} comes mostly from {}; the standard deviation is {}.",
        subject(plan, quantity),
        named.join(", "),
        spread(&effects.variance, quantity.unit())
    )
}

/// The largest effects as bars.
fn effects_chart(
    plan: &Plan,
    quantity: Quantity,
    variables: &[Variable],
    effects: &ShapleyEffects,
    order: &[usize],
) -> Chart {
    Chart::Bars {
        title: format!("Shapley effects on {}", subject(plan, quantity)),
        x: Axis::new("share of the variance", Unit::Fraction),
        centre: 0.0,
        ends: ["", "share of the variance"].map(str::to_owned),
        bars: order
            .iter()
            .take(20)
            .map(|&i| Bar {
                label: key_label(plan, &variables[i].name),
                low: 0.0,
                high: effects.effect[i].value,
            })
            .collect(),
    }
}
