//! The section on which clouds sell OpenAI's models.

use super::chart::{Chart, Key, Mark, Readings, Width};
use super::plot::{Axis, Layer, Plot, Tone, Weight};
use super::section::{Block, Section};
use super::view::View;
use super::wording::measure;
use super::years::{along, exact, label};
use capstake::report::tables::AnnualRow;

/// Mean share of each cloud in all cloud sales, stacked by year.
pub fn mix(view: &View) -> Section {
    let charts: Vec<Chart> = (0..view.deals.len()).filter_map(|deal| chart(view, deal)).collect();
    let blocks = match charts.is_empty() {
        true => vec![Block::Absent("This scenario has no clouds.".to_owned())],
        false => vec![
            Block::Words(
                view.tell(
                    "Each cloud’s share of {company’s} cloud sales, on average over the futures. The fans under “Year by \
                     year” show how uncertain each share is.",
                ),
            ),
            Block::Charts(charts),
        ],
    };
    Section {
        id: "clouds",
        name: "Clouds",
        heading: view.tell("Which clouds sell {company’s} models"),
        blocks,
    }
}

fn chart(view: &View, deal: usize) -> Option<Chart> {
    let name = view.deals[deal];
    let clouds = view.series_after(name, "cloud_share.");
    let shares: Vec<Vec<&AnnualRow>> =
        clouds.iter().map(|cloud| view.annual(name, &format!("cloud_share.{cloud}"))).collect();
    let years = shares.first()?;
    if years.len() < 2 || shares.iter().any(|rows| rows.len() != years.len()) {
        return None;
    }
    let percent = measure("fraction");
    let last = label(view, years[years.len() - 1]);
    let at_end: Vec<String> = clouds
        .iter()
        .zip(&shares)
        .map(|(cloud, rows)| format!("{cloud} {}", percent.value(rows[rows.len() - 1].mean, 2)))
        .collect();
    let mut columns = vec!["Year".to_owned()];
    columns.extend(clouds.iter().map(|cloud| (*cloud).to_owned()));
    Some(Chart {
        id: format!("clouds-{}", deal + 1),
        title: format!("Cloud sales by cloud, {name}"),
        caption: "Mean share of each cloud in all sales through clouds, stacked to 100%.".to_owned(),
        // From top to bottom, as in the drawing.
        legend: clouds
            .iter()
            .enumerate()
            .rev()
            .map(|(i, cloud)| Key { tone: Tone::Cloud(i), mark: Mark::Area, text: (*cloud).to_owned() })
            .collect(),
        plot: Plot {
            x: along(view, years),
            y: Axis::linear(0.0, 100.0, 5, "%"),
            layers: stacked(&shares, percent.factor),
            rows: 0,
            strips: Vec::new(),
            anchors: years.iter().map(|row| f64::from(row.year)).collect(),
            described: format!("Stacked areas for {name}. In {last}: {}.", at_end.join(", ")),
        },
        log: None,
        readings: Readings {
            title: format!("Mean shares by year under {name}"),
            columns,
            rows: years
                .iter()
                .enumerate()
                .map(|(y, row)| {
                    let mut cells = vec![label(view, row)];
                    cells.extend(shares.iter().map(|rows| view.mean_of_year(rows[y])));
                    cells
                })
                .collect(),
            main: Vec::new(),
        },
        exact: exact(&shares.concat()),
        width: Width::Full,
        deal: Some(deal),
        choice: None,
    })
}

/// A band per cloud, each on top of those before it; `factor` turns a share into its axis unit.
fn stacked(shares: &[Vec<&AnnualRow>], factor: f64) -> Vec<Layer> {
    let mut floor = vec![0.0; shares[0].len()];
    let mut layers = Vec::new();
    for (i, rows) in shares.iter().enumerate() {
        let points = rows
            .iter()
            .zip(&mut floor)
            .map(|(row, floor)| {
                let low = *floor;
                *floor += factor * row.mean;
                (f64::from(row.year), low, *floor)
            })
            .collect();
        layers.push(Layer::Band { tone: Tone::Cloud(i), weight: Weight::Strong, points });
    }
    layers
}
