//! The answer of `sensitivity`: tornado, groups and value of information, or Sobol indices, or Shapley
//! effects.

use super::answer::{Answer, Axis, Bar, Chart, Column, Role, Shown, Table, Value};
use super::digits::{Estimate as Words, percent, significant, thousands};
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
/// Significant digits of the values of an input.
const INPUT_DIGITS: i32 = 4;

fn title(plan: &Plan, rest: &str) -> String {
    format!("{} · {rest} · seed {}", plan.model().name, plan.seed())
}

fn money(estimate: &Estimate, unit: Unit) -> String {
    let words = Words::new(estimate.value, estimate.std_error).words();
    match unit {
        Unit::UsdBn => format!("${words} bn"),
        _ => words,
    }
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
            "{} has no value on {} of {} paths: all below is over the others, and its groups are left out.",
            drivers.quantity.name(plan),
            thousands(drivers.undefined),
            thousands(answer.paths)
        ));
    }
    let mut sentences: Vec<String> =
        answer.drivers.iter().flat_map(|drivers| driven(plan, drivers)).collect();
    sentences.extend(answer.information.iter().map(|worth| {
        let name = worth.metric.name(plan.model().run.mix_year);
        let deal = &plan.model().deals[worth.uninformed].name;
        let unit = worth.metric.unit();
        let InformationValue { gain: all, .. } = &worth.choice.everything;
        match worth.choice.inputs.first() {
            Some(first) if first.gain.high95 > 0.0 && first.gain.value > 0.0 => format!(
                "By the mean of {name} {deal} is the better deal; to know {} before choosing is worth {}, to know everything {}.",
                first.about,
                money(&first.gain, unit),
                money(all, unit)
            ),
            _ => format!(
                "By the mean of {name} {deal} is the better deal, and no single input would change that; to know everything before choosing is worth {}.",
                money(all, unit)
            ),
        }
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
    }
}

fn partial(paths: u64, asked: u64) -> Vec<String> {
    if paths >= asked {
        return Vec::new();
    }
    vec![format!(
        "PARTIAL: stopped before its end; all below is over {} of {} paths.",
        thousands(paths),
        thousands(asked)
    )]
}

fn driven(plan: &Plan, drivers: &Drivers) -> Vec<String> {
    let unit = drivers.quantity.unit();
    let name = drivers.quantity.name(plan);
    let mut sentences = Vec::new();
    if let Some(first) = drivers.inputs.first().filter(|first| !first.swing.value.is_nan()) {
        let at = |i: usize| match first.at[i] {
            value if value.is_nan() => String::new(),
            value => format!(" ({})", significant(value, INPUT_DIGITS)),
        };
        sentences.push(format!(
            "{name}, {} in the mean, goes most with {}: {} where that is near its 10% quantile{}, {} near its 90% quantile{}.",
            money(&drivers.mean, unit),
            first.key,
            money(&first.means[0], unit),
            at(0),
            money(&first.means[1], unit),
            at(1)
        ));
    }
    let of = |name: &str| drivers.groups.iter().find(|group| group.name == name);
    if let (Some(inputs), Some(noise)) = (of(INPUTS), of(NOISE)) {
        let part = |e: &Estimate| percent(e.value, e.std_error);
        sentences.push(format!(
            "Straight lines in all inputs explain {} of its variance, in all noise along the path {}; the rest is curvature and interaction.",
            part(&inputs.explained),
            part(&noise.explained)
        ));
    }
    sentences
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
        title: "Tornado: mean of the metric where an input is near its 90% quantile, less that near its 10% quantile"
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
        title: "Groups: mean of the metric near the 90% quantile of the best straight line in the group, less that near its 10% quantile; and the \
             part of the variance that the line explains"
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
        title: "Value of information, to someone who picks the deal with the highest mean of the metric"
            .to_owned(),
        columns,
        rows,
        shown: Shown::FirstOfEach { rows: SHOWN, alike: 1 },
    }
}

fn tornados(plan: &Plan, drivers: &Drivers) -> Vec<Chart> {
    let quantity = drivers.quantity;
    let name = quantity.name(plan);
    let x = || Axis { name: quantity.metric.name(plan.model().run.mix_year), unit: Some(quantity.unit()) };
    let bar = |label: &str, means: &[Estimate; 2]| Bar {
        label: label.to_owned(),
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
            title: format!("Mean of {name} {what}, from its 10% to its 90% quantile"),
            x: x(),
            centre: drivers.mean.value,
            ends: ["near its 10% quantile", "near its 90% quantile"].map(str::to_owned),
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
    let (mut rows, mut sentences, mut charts) = (Vec::new(), Vec::new(), Vec::new());
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
        let total =
            |&i: &usize| Bar { label: variables[i].name.clone(), low: 0.0, high: indices.total[i].value };
        charts.push(Chart::Bars {
            title: format!("Total Sobol indices of {}", quantity.name(plan)),
            x: Axis::new("part of the variance", Unit::Fraction),
            centre: 0.0,
            ends: ["", "part of the variance, interactions included"].map(str::to_owned),
            bars: order.iter().take(20).map(total).collect(),
        });
        let most = order[0];
        let alone: f64 = indices.first.iter().map(|first| first.value).sum();
        sentences.push(format!(
            "{} has a standard deviation of {}; of its variance goes with {} {}, {} with it alone. What goes with one variable alone \
             adds up to {}%.",
            quantity.name(plan),
            spread(&indices.variance, quantity.unit()),
            variables[most].name,
            percent(indices.total[most].value, indices.total[most].std_error),
            percent(indices.first[most].value, indices.first[most].std_error),
            significant(100.0 * alone, 3)
        ));
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
            title: "Sobol indices: part of the variance with a variable at all (total) and by itself (first order)".to_owned(),
            columns,
            rows,
            shown: Shown::FirstOfEach { rows: SHOWN, alike: 2 },
        }],
        charts,
    }
}

/// The standard deviation of an estimated variance, as text.
fn spread(variance: &Estimate, unit: Unit) -> String {
    let root = variance.value.max(0.0).sqrt();
    let error = if root > 0.0 { 0.5 * variance.std_error / root } else { f64::NAN };
    money(&Estimate::normal(root, error), unit)
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
    let (mut rows, mut sentences, mut charts) = (Vec::new(), Vec::new(), Vec::new());
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
            title: "Shapley effects: the variance shared out, correlations included; they add up to 1"
                .to_owned(),
            columns,
            rows,
            shown: Shown::FirstOfEach { rows: 20, alike: 2 },
        }],
        charts,
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
            format!("{} {}", variables[i].name, percent(effect.value, effect.std_error))
        })
        .collect();
    format!(
        "{} has a standard deviation of {}; of its variance belong to {}.",
        quantity.name(plan),
        spread(&effects.variance, quantity.unit()),
        named.join(", to ")
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
        title: format!("Shapley effects on {}", quantity.name(plan)),
        x: Axis { name: "part of the variance".to_owned(), unit: Some(Unit::Fraction) },
        centre: 0.0,
        ends: ["", "part of the variance"].map(str::to_owned),
        bars: order
            .iter()
            .take(20)
            .map(|&i| Bar { label: variables[i].name.clone(), low: 0.0, high: effects.effect[i].value })
            .collect(),
    }
}
