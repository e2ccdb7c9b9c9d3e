//! A few simulated paths of revenue, drawn over the fan of all paths.

use super::chart::{Chart, Exact, Key, Mark, Readings, Value, Width};
use super::plot::{Axis, Dash, Layer, Plot, Tone, Weight};
use super::section::{Block, Section};
use super::view::View;
use super::wording::{Measure, measure};
use super::years::{DIGITS, WORTH_A_LOG, along, bands, legend};
use capstake::report::date_axis::date;
use capstake::report::tables::AnnualRow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The section with sample paths of revenue.
pub fn paths(view: &View) -> Section {
    let mut blocks: Vec<Block> = Vec::new();
    let charts: Vec<Chart> = (0..view.deals.len())
        .filter_map(|deal| SamplePaths::of(view, deal))
        .map(|paths| paths.chart())
        .collect();
    match charts.is_empty() {
        true => blocks.push(Block::Absent("No sample paths were kept.".to_owned())),
        false => {
            blocks.push(Block::Words(
                "A fan hides how a single future moves. These are the first paths of the run, as simulated; they are \
                 too few to read probabilities from."
                    .to_owned(),
            ));
            blocks.push(Block::Charts(charts));
        }
    }
    Section { id: "paths", name: "Paths", heading: "Single futures".to_owned(), blocks }
}

/// Revenue of each sample path by calendar year, whole years only.
fn by_path(view: &View, deal: &str, years: &RangeInclusive<i32>) -> BTreeMap<u64, BTreeMap<i32, f64>> {
    let mut paths: BTreeMap<u64, BTreeMap<i32, f64>> = BTreeMap::new();
    for row in &view.results.tables.sample_paths {
        if *row.series == *"net_revenue" && *row.deal == *deal && row.value.is_finite() {
            let (year, ..) = date(&row.period_end);
            if years.contains(&year) {
                *paths.entry(row.path).or_default().entry(year).or_insert(0.0) += row.value;
            }
        }
    }
    paths
}

/// The sample paths of revenue under one deal, and the fan that they lie on.
struct SamplePaths<'a> {
    deal: usize,
    name: &'a str,
    /// The axis of the whole years.
    axis: Axis,
    /// Statistics of the whole years.
    rows: Vec<&'a AnnualRow>,
    /// Revenue by path and year.
    paths: BTreeMap<u64, BTreeMap<i32, f64>>,
    scale: Measure,
}

impl<'a> SamplePaths<'a> {
    /// Reads the paths; `None` if none was kept or there are fewer than two whole years.
    fn of(view: &View<'a>, deal: usize) -> Option<SamplePaths<'a>> {
        let name = view.deals[deal];
        let mut rows = view.annual(name, "net_revenue");
        // Paths begin at the valuation date and end at the horizon, so a year that one of them divides is left out.
        rows.retain(|row| view.results.facts.is_whole_year(row.year));
        let first = rows.first()?;
        let years = first.year..=rows[rows.len() - 1].year;
        let (scale, paths) = (measure(&first.unit), by_path(view, name, &years));
        let axis = along(view, &rows);
        (!paths.is_empty() && rows.len() >= 2).then_some(SamplePaths { deal, name, axis, rows, paths, scale })
    }

    fn first(&self) -> &'a AnnualRow {
        self.rows[0]
    }

    fn last(&self) -> &'a AnnualRow {
        self.rows[self.rows.len() - 1]
    }

    /// Revenue of every path in a year.
    fn in_year(&self, year: i32) -> impl Iterator<Item = f64> {
        self.paths.values().filter_map(move |years| years.get(&year).copied())
    }

    /// The fan, the paths on top of it, and the median on top of both.
    fn layers(&self) -> Vec<Layer> {
        let mut layers = bands(self.deal, &self.rows, &self.scale);
        let median = layers.swap_remove(2);
        layers.truncate(2);
        layers.extend(self.paths.values().map(|years| Layer::Line {
            tone: Tone::Deal(self.deal),
            weight: Weight::Faint,
            dash: Dash::Whole,
            points: years.iter().map(|(&year, &value)| (f64::from(year), value)).collect(),
        }));
        layers.push(median);
        layers
    }

    fn plot(&self, y: Axis) -> Plot {
        let (first, last) = (self.first().year, self.last().year);
        let ends = || self.in_year(last);
        Plot {
            x: self.axis.clone(),
            y,
            layers: self.layers(),
            rows: 0,
            strips: Vec::new(),
            anchors: self.rows.iter().map(|row| f64::from(row.year)).collect(),
            described: format!(
                "{} simulated paths of revenue under {}, {first} to {last}, over the fan of all paths. In {last} they \
                 end between {} and {}.",
                self.paths.len(),
                self.name,
                self.scale.value(ends().fold(f64::INFINITY, f64::min), DIGITS),
                self.scale.value(ends().fold(f64::NEG_INFINITY, f64::max), DIGITS)
            ),
        }
    }

    fn readings(&self) -> Readings {
        let row = |row: &&AnnualRow| {
            let mut sorted: Vec<f64> = self.in_year(row.year).collect();
            sorted.sort_by(f64::total_cmp);
            let pick = |i: usize| sorted.get(i).map_or(f64::NAN, |&value| value);
            vec![
                row.year.to_string(),
                self.scale.value(pick(0), DIGITS),
                self.scale.value(pick(sorted.len() / 2), DIGITS),
                self.scale.value(pick(sorted.len().saturating_sub(1)), DIGITS),
                self.scale.value(row.p50, DIGITS),
            ]
        };
        Readings {
            title: format!("Lowest, middle and highest of the {} paths by year", self.paths.len()),
            columns: ["Year", "Lowest path", "Middle path", "Highest path", "Median of all"]
                .map(str::to_owned)
                .to_vec(),
            rows: self.rows.iter().map(row).collect(),
            main: Vec::new(),
        }
    }

    fn exact(&self) -> Exact {
        let mut rows = Vec::new();
        for (&path, years) in &self.paths {
            for (&year, &value) in years {
                rows.push(vec![
                    Value::from(path),
                    Value::from(self.name),
                    Value::from(year),
                    Value::from("net_revenue"),
                    Value::from("usd_bn"),
                    Value::from(value),
                ]);
            }
        }
        Exact { columns: vec!["path", "deal", "year", "series", "unit", "value"], rows }
    }

    fn chart(&self) -> Chart {
        let values = || self.paths.values().flat_map(|years| years.values().copied());
        let high = values().fold(self.last().p95, f64::max);
        let least = values().fold(self.first().p05, f64::min);
        let mut legend = legend(self.deal);
        legend[1] = Key { tone: Tone::Deal(self.deal), mark: Mark::ThinLine, text: "a path".to_owned() };
        legend.swap(0, 1);
        let is_wide = least > 0.0 && high / least > WORTH_A_LOG;
        Chart {
            id: format!("paths-{}", self.deal + 1),
            title: format!("{} paths of revenue, {}", self.paths.len(), self.name),
            caption:
                "Revenue by calendar year, whole years only. Paths are independent of the number of paths \
                      simulated."
                    .to_owned(),
            legend,
            plot: self.plot(Axis::linear(0.0, high, 6, self.scale.axis)),
            log: is_wide.then(|| self.plot(Axis::log(least, high, self.scale.axis))),
            readings: self.readings(),
            exact: self.exact(),
            width: Width::Full,
            deal: Some(self.deal),
            choice: None,
        }
    }
}
