//! Where Microsoft's total comes from: part upon part, from the revenue share to the total.

use super::chart::{Chart, Exact, Key, Mark, Readings, Value, Width};
use super::plot::{Axis, Layer, Plot, Tone, grouped};
use super::section::{Block, Section};
use super::view::View;
use super::wording::{measure, metric};
use capstake::report::digits::{at_place, exponent, place_of_error};
use capstake::report::tables::SummaryRow;

/// Parts and sums, from left to right, with their short names.
const STEPS: [(&str, &str, Step); 7] = [
    ("share_pv", "Share", Step::Part),
    ("stake_pv", "Stake", Step::Part),
    ("microsoft_take_pv", "Take", Step::Sum),
    ("resale_pv", "Resale", Step::Part),
    ("hosting_pv", "Hosting", Step::Part),
    ("licence_pv", "Licence", Step::Part),
    ("microsoft_total_pv", "Total", Step::Sum),
];
/// Half the width of a bar; bars stand 1 apart.
const HALF_BAR: f64 = 0.36;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Part,
    Sum,
}

/// The parts of Microsoft's total, deal by deal.
pub fn waterfall(view: &View) -> Section {
    let charts: Vec<Chart> = (0..view.deals.len()).filter_map(|deal| chart(view, deal)).collect();
    let mut blocks = Vec::new();
    if charts.is_empty() {
        let alone = view.deals.iter().filter_map(|deal| {
            let total =
                view.summary(deal, "microsoft_total_pv").filter(|row| row.min != 0.0 || row.max != 0.0)?;
            let amount = measure(&total.unit).estimate(total.mean, total.std_error);
            let part = if is_nothing(view, deal, "share_pv") { "stake" } else { "revenue share" };
            Some(format!("Under {deal} the {part} is all that Microsoft gets: {amount}."))
        });
        let alone: Vec<String> = alone.collect();
        blocks.push(Block::Absent(match alone.is_empty() {
            true => "Under no deal of this scenario does Microsoft get anything.".to_owned(),
            false => alone.join(" "),
        }));
    } else {
        let missing: Vec<&str> = ["stake_pv", "resale_pv", "hosting_pv", "licence_pv"]
            .into_iter()
            .filter(|part| view.deals.iter().all(|deal| is_nothing(view, deal, part)))
            .map(|part| match part {
                "stake_pv" => "stake",
                "resale_pv" => "reselling",
                "hosting_pv" => "hosting",
                _ => "licence",
            })
            .collect();
        if !missing.is_empty() {
            blocks.push(Block::Absent(format!("Not in this scenario: {}.", missing.join(", "))));
        }
        blocks.insert(0, Block::Charts(charts));
    }
    Section { id: "parts", name: "Parts", heading: "Where Microsoft’s total comes from".to_owned(), blocks }
}

fn is_nothing(view: &View, deal: &str, metric: &str) -> bool {
    view.summary(deal, metric).is_none_or(|row| row.min == 0.0 && row.max == 0.0)
}

fn chart(view: &View, deal: usize) -> Option<Chart> {
    let name = view.deals[deal];
    let mut rows: Vec<(&SummaryRow, &str, Step)> = Vec::new();
    for &(metric, short, step) in STEPS.iter().filter(|(metric, ..)| !is_nothing(view, name, metric)) {
        let Some(row) = view.summary(name, metric) else { continue };
        // A sum of one part, or of what the sum before has, is that again.
        let parts = rows.iter().rev().take_while(|(_, _, step)| *step == Step::Part).count();
        let sums = rows.iter().any(|(_, _, step)| *step == Step::Sum);
        if step == Step::Part || parts + usize::from(sums) > 1 {
            rows.push((row, short, step));
        }
    }
    if rows.len() < 2 {
        return None;
    }
    let unit = &rows.first()?.0.unit;
    let dollars = measure(unit);
    let total = rows[rows.len() - 1].0;
    let place = (exponent(total.mean) - 3).max(match total.std_error > 0.0 {
        true => place_of_error(total.std_error),
        false => i32::MIN,
    });
    let mut layers = Vec::new();
    let mut level = 0.0;
    let (mut lowest, mut highest) = (0.0_f64, 0.0_f64);
    let mut bars = Vec::new();
    for (i, (row, _, step)) in rows.iter().enumerate() {
        let (from, to) = match step {
            Step::Part => (level, level + row.mean),
            Step::Sum => (0.0, row.mean),
        };
        level = to;
        (lowest, highest) = (lowest.min(from.min(to)), highest.max(from.max(to)));
        bars.push((i as f64, from, to, *step));
    }
    for pair in bars.windows(2) {
        let (x, _, to, _) = pair[0];
        layers.push(Layer::Line {
            tone: Tone::Soft,
            weight: super::plot::Weight::Light,
            dash: super::plot::Dash::Whole,
            points: vec![(x + HALF_BAR, to), (x + 1.0 - HALF_BAR, to)],
        });
    }
    for ((x, from, to, step), (row, ..)) in bars.iter().zip(&rows) {
        let tone = if *step == Step::Sum { Tone::Sum } else { Tone::Deal(deal) };
        layers.push(Layer::Bar { tone, corners: [x - HALF_BAR, from.min(*to), x + HALF_BAR, from.max(*to)] });
        // To one place for all bars: parts are compared with each other, and the table has every digit.
        let text = grouped(&at_place(row.mean, place));
        layers.push(Layer::Words { at: (*x, from.max(*to)), text });
    }
    let names: Vec<&str> = rows.iter().map(|&(_, short, _)| short).collect();
    let y = Axis::linear(lowest, highest * 1.08, 6, dollars.axis);
    let readings = Readings {
        title: format!("Parts under {name}, present values"),
        columns: vec!["Part".to_owned(), "Mean".to_owned(), "Of the total".to_owned()],
        rows: rows
            .iter()
            .map(|(row, ..)| {
                let part = row.mean / total.mean;
                vec![
                    metric(&row.metric),
                    dollars.estimate(row.mean, row.std_error),
                    measure("fraction").value(part, 3),
                ]
            })
            .collect(),
        main: Vec::new(),
    };
    let described = rows
        .iter()
        .map(|(row, short, _)| format!("{short} {}", dollars.estimate(row.mean, row.std_error)))
        .collect::<Vec<_>>()
        .join(", ");
    Some(Chart {
        id: format!("parts-{}", deal + 1),
        title: format!("From share to total, {name}"),
        caption: "Means over all futures, present values. Parts add up to the sums beside them.".to_owned(),
        legend: vec![
            Key { tone: Tone::Deal(deal), mark: Mark::Area, text: "part".to_owned() },
            Key { tone: Tone::Sum, mark: Mark::Area, text: "sum".to_owned() },
        ],
        plot: Plot {
            x: Axis::names(&names),
            y,
            layers,
            rows: 0,
            strips: Vec::new(),
            anchors: (0..rows.len()).map(|i| i as f64).collect(),
            described: format!("Waterfall for {name}: {described}."),
        },
        log: None,
        readings,
        exact: Exact {
            columns: vec!["deal", "metric", "unit", "mean", "std_error"],
            rows: rows
                .iter()
                .map(|(row, ..)| {
                    vec![
                        Value::from(name),
                        Value::from(row.metric.as_str()),
                        Value::from(row.unit.as_str()),
                        Value::from(row.mean),
                        Value::from(row.std_error),
                    ]
                })
                .collect(),
        },
        width: Width::Full,
        deal: Some(deal),
        choice: None,
    })
}
