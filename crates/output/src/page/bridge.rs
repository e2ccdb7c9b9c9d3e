//! What each clause of the change from the second deal to the first is worth: a waterfall for each metric.

use super::chart::Chart;
use super::section::{Block, Section};
use super::study_chart;
use super::view::View;
use capstake::kernel::metric::Metric;
use capstake::report::answer::{self, Axis, Bar};
use capstake::report::digits::{Estimate, thousands};
use capstake::report::tables::BridgeRow;
use capstake::study::bridge::PATHS_OF_RUNS;

/// The section; `None` where the run has no bridge.
pub fn bridge(view: &View) -> Option<Section> {
    let rows = &view.results.tables.bridge;
    let [to, from, ..] = view.deals.as_slice() else { return None };
    let charts: Vec<Chart> = rows
        .chunk_by(|a, b| a.metric == b.metric)
        .enumerate()
        .filter_map(|(i, rows)| {
            let chart = study_chart::chart(i, &waterfall(view, rows, from, to))?;
            Some(Chart { id: format!("bridge-{}", rows[0].metric), ..chart })
        })
        .collect();
    if charts.is_empty() {
        return None;
    }
    let paths = thousands(view.results.facts.paths.min(PATHS_OF_RUNS));
    let words = format!(
        "From {from} to {to}, clause by clause, over the first {paths} futures of this run; capstake bridge does it over more futures, for other deals and in other orders."
    );
    Some(Section {
        id: "bridge",
        name: "Clauses",
        heading: "What each clause of the change is worth".to_owned(),
        blocks: vec![Block::Words(words), Block::Charts(charts)],
    })
}

/// The steps of a metric from 0 to its whole change.
fn waterfall(view: &View, rows: &[BridgeRow], from: &str, to: &str) -> answer::Chart {
    let label = view.metric_label(&rows[0].metric);
    let unit = Metric::ALL.into_iter().find(|metric| metric.key() == rows[0].metric).map(Metric::unit);
    let mut at = 0.0;
    let steps = rows.iter().map(|row| {
        let low = at;
        at += row.shapley;
        let worth = Estimate::new(row.shapley, row.shapley_error).words().replace('-', "−");
        let sign = if row.shapley > 0.0 { "+" } else { "" };
        Bar { label: format!("{}: {sign}{worth}", row.clause), low, high: at }
    });
    let steps: Vec<Bar> = steps.collect();
    answer::Chart::Waterfall {
        title: format!("{label}: {to} less {from}"),
        x: Axis::new(label, unit),
        from: None,
        to: Bar { label: "all together".to_owned(), low: 0.0, high: at },
        steps,
    }
}
