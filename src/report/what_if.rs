//! The table of a run's sliders: every quantity at every node, with its difference from the scenario.

use super::row::row;
use crate::study::what_if::{AtNode, Bins, Node, WhatIf};

row! {
    /// A quantity at a node. Without keys it is that of the scenario itself; `counts` are the paths in equal bins between `low` and
    /// `high`, with spaces between them, the outer ones with what lies beyond;
    /// `exact` is 1 of a figure that no draw can move.
    #[allow(missing_docs)]
    WhatIfRow in "what_if" {
        key: String,
        value: f64,
        second_key: String,
        second_value: f64,
        deal: String,
        metric: String,
        unit: String,
        mean: f64,
        std_error: f64,
        low95: f64,
        high95: f64,
        error_df: f64,
        p05: f64,
        p50: f64,
        p95: f64,
        difference: f64,
        difference_error: f64,
        paths: u64,
        undefined: u64,
        low: f64,
        high: f64,
        counts: String,
        exact: u64,
        difference_exact: u64,
    }
}

/// The rows of all nodes.
pub fn rows(what_if: &WhatIf) -> Vec<WhatIfRow> {
    what_if.nodes.iter().flat_map(|node| node.figures.iter().map(|one| row(what_if, node, one))).collect()
}

fn row(what_if: &WhatIf, node: &Node, one: &AtNode) -> WhatIfRow {
    let (named, m) = (&what_if.quantities[one.quantity], &one.measured);
    let set = |at: usize| node.set.get(at).cloned().unwrap_or((String::new(), f64::NAN));
    let ((key, value), (second_key, second_value)) = (set(0), set(1));
    let (low, high, counts) = one.bins.as_ref().map_or((f64::NAN, f64::NAN, String::new()), cells);
    // The scenario has no difference from itself.
    let is_scenario = node.set.is_empty();
    let of_difference = |figure: f64| if is_scenario { f64::NAN } else { figure };
    WhatIfRow {
        key,
        value,
        second_key,
        second_value,
        deal: named.of.clone(),
        metric: named.metric.clone(),
        unit: named.unit.name().to_owned(),
        mean: m.mean,
        std_error: m.std_error,
        low95: m.interval.0,
        high95: m.interval.1,
        error_df: m.error_df,
        p05: m.quantiles[0],
        p50: m.quantiles[1],
        p95: m.quantiles[2],
        difference: of_difference(m.difference),
        difference_error: of_difference(m.difference_error),
        paths: m.paths,
        undefined: m.undefined,
        low,
        high,
        counts,
        exact: m.exact.into(),
        difference_exact: (m.difference_exact && !is_scenario).into(),
    }
}

fn cells(bins: &Bins) -> (f64, f64, String) {
    let counts: Vec<String> = bins.counts.iter().map(u64::to_string).collect();
    (bins.low, bins.high, counts.join(" "))
}

/// The counts of a row; none where it has no histogram or its text is not a list of counts.
pub fn counts(row: &WhatIfRow) -> Option<Vec<u64>> {
    let counts: Result<Vec<u64>, _> = row.counts.split_whitespace().map(str::parse).collect();
    counts.ok().filter(|counts| !counts.is_empty())
}
