//! The waterfall of Microsoft's total: each part added, from the revenue share to the total.

use super::chart::{Chart, Exact, Key, Mark, Readings, Value, Width};
use super::plot::{Axis, Dash, Layer, Plot, Tone, Weight, grouped};
use super::section::{Block, Section};
use super::view::View;
use super::wording::{Measure, measure};
use capstake::report::digits::{at_place, condition, exponent, place_of_error};
use capstake::report::tables::SummaryRow;

/// Parts and sums from left to right, with their short names.
const STEPS: [(&str, &str, Step); 7] = [
    ("share_pv", "Share", Step::Part),
    ("stake_pv", "Stake", Step::Part),
    ("microsoft_take_pv", "Take", Step::Sum),
    ("resale_pv", "Resale", Step::Part),
    ("hosting_pv", "Hosting", Step::Part),
    ("licence_pv", "Licence", Step::Part),
    ("microsoft_total_pv", "Total", Step::Sum),
];
/// Half the width of a bar; neighbouring bars are 1 apart.
const HALF_BAR: f64 = 0.36;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Part,
    Sum,
}

/// The parts of Microsoft's total, one waterfall per deal.
pub fn waterfall(view: &View) -> Section {
    let charts: Vec<Chart> =
        (0..view.deals.len()).filter_map(|deal| Waterfall::of(view, deal)).map(|w| w.chart()).collect();
    let partner = &view.results.facts.names.partner;
    let mut blocks = Vec::new();
    if charts.is_empty() {
        let alone = view.deals.iter().filter_map(|deal| {
            let total =
                view.summary(deal, "microsoft_total_pv").filter(|row| row.min != 0.0 || row.max != 0.0)?;
            let amount = view.mean_in_full(total);
            let part = if is_nothing(view, deal, "share_pv") { "stake" } else { "revenue share" };
            Some(format!("Under {deal} the {part} is all that {partner} gets: {amount}."))
        });
        let alone: Vec<String> = alone.collect();
        blocks.push(Block::Absent(match alone.is_empty() {
            true => format!("Under no deal of this scenario does {partner} get anything."),
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
    Section { id: "parts", name: "Parts", heading: view.tell("Where {partner’s} total comes from"), blocks }
}

fn is_nothing(view: &View, deal: &str, metric: &str) -> bool {
    view.summary(deal, metric).is_none_or(|row| row.min == 0.0 && row.max == 0.0)
}

/// A bar of the waterfall: a part that is added, or the sum of the parts to its left.
struct Bar<'a> {
    row: &'a SummaryRow,
    short: &'static str,
    step: Step,
    /// Its two ends, in the unit of the row.
    from: f64,
    to: f64,
}

/// The parts of Microsoft's total under one deal, from left to right.
struct Waterfall<'a> {
    view: &'a View<'a>,
    deal: usize,
    name: &'a str,
    bars: Vec<Bar<'a>>,
}

impl<'a> Waterfall<'a> {
    /// Reads the means; `None` where there is only one part.
    fn of(view: &'a View<'a>, deal: usize) -> Option<Waterfall<'a>> {
        let name = view.deals[deal];
        let mut bars: Vec<Bar> = Vec::new();
        let mut level = 0.0;
        for &(metric, short, step) in STEPS.iter().filter(|(metric, ..)| !is_nothing(view, name, metric)) {
            let Some(row) = view.summary(name, metric) else { continue };
            // A sum of a single part, or of nothing beyond the previous sum, would only repeat it.
            let parts = bars.iter().rev().take_while(|bar| bar.step == Step::Part).count();
            let sums = bars.iter().any(|bar| bar.step == Step::Sum);
            if step == Step::Sum && parts + usize::from(sums) <= 1 {
                continue;
            }
            let (from, to) = match step {
                Step::Part => (level, level + row.mean),
                Step::Sum => (0.0, row.mean),
            };
            level = to;
            bars.push(Bar { row, short, step, from, to });
        }
        (bars.len() >= 2).then_some(Waterfall { view, deal, name, bars })
    }

    fn total(&self) -> &'a SummaryRow {
        self.bars[self.bars.len() - 1].row
    }

    fn measure(&self) -> Measure {
        measure(&self.bars[0].row.unit)
    }

    fn layers(&self) -> Vec<Layer> {
        let total = self.total();
        let place =
            (exponent(total.mean) - 3).max(match total.std_error > 0.0 && total.std_error.is_finite() {
                true => place_of_error(total.std_error),
                false => i32::MIN,
            });
        let links = (0..self.bars.len() - 1).map(|i| {
            let (x, y) = (i as f64, self.bars[i].to);
            Layer::Line {
                tone: Tone::Soft,
                weight: Weight::Light,
                dash: Dash::Whole,
                points: vec![(x + HALF_BAR, y), (x + 1.0 - HALF_BAR, y)],
            }
        });
        let mut layers: Vec<Layer> = links.collect();
        for (i, bar) in self.bars.iter().enumerate() {
            let (x, low, high) = (i as f64, bar.from.min(bar.to), bar.from.max(bar.to));
            let tone = if bar.step == Step::Sum { Tone::Sum } else { Tone::Deal(self.deal) };
            layers.push(Layer::Bar { tone, corners: [x - HALF_BAR, low, x + HALF_BAR, high] });
            // All bars are rounded to the same decimal place because readers compare them; the table has
            // every digit.
            let text = grouped(&at_place(bar.row.mean, place));
            layers.push(Layer::Words { at: (x, high), text });
        }
        layers
    }

    fn plot(&self) -> Plot {
        let dollars = self.measure();
        let ends = || self.bars.iter().flat_map(|bar| [bar.from, bar.to]);
        let (lowest, highest) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
        let names: Vec<&str> = self.bars.iter().map(|bar| bar.short).collect();
        let described = self
            .bars
            .iter()
            .map(|bar| format!("{} {}", bar.short, self.view.mean_in_full(bar.row)))
            .collect::<Vec<_>>()
            .join(", ");
        Plot {
            x: Axis::names(&names),
            y: Axis::linear(lowest, highest * 1.08, 6, dollars.axis),
            layers: self.layers(),
            rows: 0,
            strips: Vec::new(),
            anchors: (0..self.bars.len()).map(|i| i as f64).collect(),
            described: format!("Waterfall for {}: {described}.", self.name),
        }
    }

    fn readings(&self) -> Readings {
        let total = self.total();
        let row = |bar: &Bar| {
            vec![
                self.view.metric_label(&bar.row.metric),
                self.view.mean_in_full(bar.row),
                measure("fraction").value(bar.row.mean / total.mean, 3),
            ]
        };
        Readings {
            title: format!("Parts under {}, present values", self.name),
            columns: ["Part", "Mean", "Of the total"].map(str::to_owned).to_vec(),
            rows: self.bars.iter().map(row).collect(),
            main: Vec::new(),
        }
    }

    fn exact(&self) -> Exact {
        let row = |bar: &Bar| {
            vec![
                Value::from(self.name),
                Value::from(bar.row.metric.as_str()),
                Value::from(bar.row.unit.as_str()),
                Value::from(bar.row.mean),
                Value::from(bar.row.std_error),
            ]
        };
        Exact {
            columns: vec!["deal", "metric", "unit", "mean", "std_error"],
            rows: self.bars.iter().map(row).collect(),
        }
    }

    fn chart(&self) -> Chart {
        let key = |tone, text: &str| Key { tone, mark: Mark::Area, text: text.to_owned() };
        Chart {
            id: format!("parts-{}", self.deal + 1),
            title: format!("From share to total, {}", self.name),
            caption: match self.bars.iter().find_map(|bar| condition(bar.row.paths, bar.row.undefined)) {
                None => {
                    "Means over all futures, present values. Parts add up to the sums beside them.".to_owned()
                }
                Some(condition) => format!(
                    "Means, present values; some have a value on some futures alone ({condition}), and then the parts do \
                     not add up."
                ),
            },
            legend: vec![key(Tone::Deal(self.deal), "part"), key(Tone::Sum, "sum")],
            plot: self.plot(),
            log: None,
            readings: self.readings(),
            exact: self.exact(),
            width: Width::Full,
            deal: Some(self.deal),
            choice: None,
        }
    }
}
