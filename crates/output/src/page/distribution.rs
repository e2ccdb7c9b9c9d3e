//! The sections on distributions: what each side gets, and the difference between deals.

use super::chart::{Chart, Exact, Key, Mark, Readings, Value, Width};
use super::plot::{Axis, Layer, Plot, Strip, Tone};
use super::section::{Block, Section};
use super::view::View;
use super::wording::measure;
use capstake::report::digits::{condition, percent_in_passing};
use capstake::report::tables::{HistogramRow, SummaryRow};

/// Number of readings between two ticks.
const READINGS: u32 = 5;

/// Distributions of what Microsoft and the other holders get, all deals in one chart.
pub fn takes(view: &View) -> Section {
    let metrics = [
        ("microsoft_take_pv", "take", "present value"),
        ("openai_retained_pv", "retained", "after dilution, present value"),
        ("revenue_kept_pv", "kept", "present value"),
    ];
    let has = |metric: &str| view.deals.iter().any(|deal| view.summary(deal, metric).is_some());
    let mut charts: Vec<Chart> = Vec::new();
    let mut blocks = Vec::new();
    // Without equity, the revenue kept replaces what the holders keep.
    for (metric, id, subtitle) in metrics {
        if charts.len() < 2 && has(metric) {
            let title = view.metric_label(metric);
            match overlay(view, metric, id, &title, subtitle) {
                Some(chart) => charts.push(chart),
                None => blocks.push(Block::Absent(format!(
                    "{title} is the same in every future: no distribution to draw."
                ))),
            }
        }
    }
    if !has("openai_retained_pv") {
        blocks.push(Block::Absent(view.tell(
            "This scenario has no equity value: there is no value for what holders of {company} keep.",
        )));
    }
    if !charts.is_empty() {
        blocks.insert(0, Block::Charts(charts));
    }
    Section {
        id: "distributions",
        name: "Distributions",
        heading: "How far futures differ".to_owned(),
        blocks,
    }
}

/// The distributions of a metric under all deals; `None` if it is certain under every deal.
fn overlay(view: &View, metric: &str, id: &str, title: &str, subtitle: &str) -> Option<Chart> {
    let present: Vec<(usize, &SummaryRow)> = view
        .deals
        .iter()
        .enumerate()
        .filter_map(|(i, deal)| Some((i, view.summary(deal, metric)?)))
        .filter(|(_, row)| row.max > row.min && row.p99 > row.p01)
        .collect();
    let unit = &present.first()?.1.unit;
    let low = present.iter().map(|(_, row)| row.p01).fold(0.0, f64::min);
    let high = present.iter().map(|(_, row)| row.p99).fold(f64::NEG_INFINITY, f64::max);
    let x = Axis::linear(low, high, 8, "");
    let curves: Vec<Curve> = present
        .iter()
        .map(|&(i, row)| Curve {
            tone: Tone::Deal(i),
            name: view.deals[i],
            row,
            bins: view.histogram(view.deals[i], metric),
        })
        .collect();
    let legend = curves
        .iter()
        .map(|curve| Key { tone: curve.tone, mark: Mark::Area, text: curve.name.to_owned() })
        .collect();
    let layers = curves.iter().map(|curve| curve.steps(&x)).collect();
    Some(Chart {
        id: id.to_owned(),
        title: format!("{title}, {}", measure(unit).axis),
        caption: format!(
            "{}. Height is how many futures end there; below, the median and the range of nine futures in ten. \
             {} beyond the right edge.{}",
            capital(subtitle),
            beyond(&curves, &x),
            over_some(&curves)
        ),
        legend,
        readings: below(&curves, &x, unit),
        exact: exact(&curves),
        log: None,
        width: Width::Half,
        deal: None,
        choice: None,
        plot: plot(view, metric, title, curves.as_slice(), x, layers),
    })
}

/// Histogram of a metric under a deal, or of a difference.
struct Curve<'a> {
    tone: Tone,
    name: &'a str,
    row: &'a SummaryRow,
    bins: &'a [&'a HistogramRow],
}

impl Curve<'_> {
    /// Bins inside the axis as (low, high, density).
    fn inside(&self, x: &Axis) -> Vec<(f64, f64, f64)> {
        self.bins
            .iter()
            .filter_map(|bin| {
                let density = bin.count as f64 / self.row.paths as f64 / (bin.high - bin.low);
                let (low, high) = (bin.low.max(x.low), bin.high.min(x.high));
                (high > low && density.is_finite()).then_some((low, high, density))
            })
            .collect()
    }

    fn steps(&self, x: &Axis) -> Layer {
        Layer::Steps { tone: self.tone, bins: self.inside(x) }
    }

    /// Approximate probability of less than `value`; the paths of a bin count as spread evenly over it.
    fn part_below(&self, value: f64) -> f64 {
        let below: f64 = self
            .bins
            .iter()
            .map(|bin| bin.count as f64 * ((value - bin.low) / (bin.high - bin.low)).clamp(0.0, 1.0))
            .sum();
        below / self.row.paths as f64
    }

    /// Standard error of a probability.
    fn error(&self, part: f64) -> f64 {
        (part * (1.0 - part) / self.row.paths as f64).sqrt()
    }
}

fn plot(view: &View, metric: &str, title: &str, curves: &[Curve], x: Axis, layers: Vec<Layer>) -> Plot {
    let tallest = curves
        .iter()
        .flat_map(|curve| curve.inside(&x))
        .fold(0.0_f64, |tallest, (.., density)| tallest.max(density));
    let strips: Vec<Strip> = curves.iter().map(|curve| strip(view, metric, curve)).collect();
    let dollars = measure(&curves[0].row.unit);
    let words: Vec<String> = strips
        .iter()
        .map(|strip| {
            let [low, middle, high] = &strip.labels;
            format!(
                "{}: median {middle}{after}, nine futures in ten from {low} to {high}{after}",
                strip.name,
                after = dollars.after
            )
        })
        .collect();
    Plot {
        anchors: x.readings(READINGS),
        x,
        y: Axis {
            low: 0.0,
            high: if tallest > 0.0 { (tallest * 1.04).min(f64::MAX) } else { 1.0 },
            scale: super::plot::Scale::Linear,
            ticks: Vec::new(),
            title: String::new(),
        },
        layers,
        rows: 0,
        strips,
        described: format!("Distribution. {title}. {}.", words.join("; ")),
    }
}

fn strip(view: &View, metric: &str, curve: &Curve) -> Strip {
    let dollars = measure(&curve.row.unit);
    let values = [curve.row.p05, curve.row.p50, curve.row.p95];
    let mut labels = [String::new(), String::new(), String::new()];
    for ((label, value), q) in labels.iter_mut().zip(values).zip([0.05, 0.50, 0.95]) {
        let digits = view
            .quantile(&curve.row.deal, metric, q)
            .unwrap_or_else(|| capstake::report::digits::significant(value, 4));
        *label = dollars.number(&digits);
    }
    Strip { tone: curve.tone, name: curve.name.to_owned(), values, labels }
}

/// The probability of less than each value.
fn below(curves: &[Curve], x: &Axis, unit: &str) -> Readings {
    let dollars = measure(unit);
    let mut columns = vec!["Less than".to_owned()];
    columns.extend(curves.iter().map(|curve| curve.name.to_owned()));
    let rows = x.readings(READINGS).into_iter().map(|value| {
        let mut cells = vec![dollars.value(value, 6)];
        cells.extend(curves.iter().map(|curve| {
            let part = curve.part_below(value);
            part_in_words(part, curve.error(part))
        }));
        cells
    });
    Readings {
        title: "Share of futures below a value (read from the histogram)".to_owned(),
        columns,
        rows: rows.collect(),
        main: Vec::new(),
    }
}

fn part_in_words(part: f64, error: f64) -> String {
    match part {
        p if p <= 0.0 => "none".to_owned(),
        p if p >= 1.0 => "all".to_owned(),
        p => percent_in_passing(p, error),
    }
}

fn beyond(curves: &[Curve], x: &Axis) -> String {
    let most = curves.iter().map(|curve| 1.0 - curve.part_below(x.high)).fold(0.0, f64::max);
    match most {
        m if m <= 0.0 => "No future lies".to_owned(),
        m if m < 0.01 => "Under 1% of futures lie".to_owned(),
        m => format!("At most {:.0}% of futures lie", (100.0 * m).ceil()),
    }
}

/// Of distributions over some of the paths, a sentence for each that says so.
fn over_some(curves: &[Curve]) -> String {
    let words = curves.iter().filter_map(|curve| {
        let condition = condition(curve.row.paths, curve.row.undefined)?;
        Some(format!(" {}: {condition}.", curve.name))
    });
    words.collect()
}

fn exact(curves: &[Curve]) -> Exact {
    let rows = curves.iter().flat_map(|curve| {
        curve.bins.iter().map(|bin| {
            vec![
                Value::from(bin.deal.as_str()),
                Value::from(bin.metric.as_str()),
                Value::from(bin.unit.as_str()),
                Value::from(bin.low),
                Value::from(bin.high),
                Value::from(bin.count),
            ]
        })
    });
    Exact { columns: vec!["deal", "metric", "unit", "low", "high", "count"], rows: rows.collect() }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// The section on who gains from which deal, path by path.
pub fn differences(view: &View) -> Section {
    let mut blocks = Vec::new();
    if view.differences.is_empty() {
        blocks.push(Block::Absent(
            "This scenario has one deal: no one gains or loses by a change of it.".to_owned(),
        ));
    }
    for (i, difference) in view.differences.iter().enumerate() {
        let sides = [
            ("microsoft_take_pv", "{partner} takes"),
            ("openai_retained_pv", "Today’s other holders keep"),
            ("revenue_kept_pv", "{company} keeps"),
        ];
        let mut words = Vec::new();
        let mut charts = Vec::new();
        for (metric, verb) in sides {
            let Some(row) = view.summary(difference.name, metric) else { continue };
            if charts.len() == 2 {
                continue;
            }
            let bins = view.histogram(difference.name, metric);
            let curve = Curve { tone: Tone::Sum, name: difference.name, row, bins };
            words.push(gain(view, &curve, &view.tell(verb), difference.later));
            charts.extend(gap(view, &curve, metric, &view.metric_label(metric), i, difference.later));
        }
        blocks.extend((!words.is_empty()).then(|| Block::Words(words.join(" "))));
        match charts.is_empty() {
            true => blocks.push(Block::Absent(format!(
                "{} makes the same difference in every future.",
                difference.later
            ))),
            false => blocks.push(Block::Charts(charts)),
        }
    }
    Section { id: "differences", name: "Who gains", heading: "Who gains under each deal".to_owned(), blocks }
}

/// A sentence on who has more, how much and how often.
fn gain(view: &View, curve: &Curve, verb: &str, later: &str) -> String {
    let row = curve.row;
    let dollars = measure(&row.unit);
    let side = if row.mean < 0.0 { "less" } else { "more" };
    let size = dollars.written(view.estimate(row, row.mean.signum() * dollars.factor));
    let first = view.deals[0];
    let less = curve.part_below(0.0);
    let often = match side {
        "less" => format!(
            "less in {} of futures",
            part_in_words(less, curve.error(less)).replace("none", "0%").replace("all", "100%")
        ),
        _ => format!(
            "at least as much in {} of futures",
            part_in_words(1.0 - less, curve.error(less)).replace("none", "0%").replace("all", "100%")
        ),
    };
    let only = condition(row.paths, row.undefined).map_or(String::new(), |words| format!(" ({words})"));
    format!("{verb} {size} {side} under {later} than under {first}{only}, and {often}.")
}

/// The distribution of a difference; each side of 0 has the colour of the deal that gives more there.
fn gap(view: &View, curve: &Curve, metric: &str, title: &str, index: usize, later: &str) -> Option<Chart> {
    let row = curve.row;
    if row.p99 <= row.p01 {
        return None;
    }
    let first = view.deals[0];
    let deal = view.deals.iter().position(|name| *name == later)?;
    let x = Axis::linear(row.p01.min(0.0), row.p99.max(0.0), 8, "");
    let bins = curve.inside(&x);
    let side = |tone, wanted: fn(f64, f64) -> bool| Layer::Steps {
        tone,
        bins: bins.iter().copied().filter(|&(low, high, _)| wanted(low, high)).collect(),
    };
    let layers = vec![
        side(Tone::Deal(0), |low, high| low + high < 0.0),
        side(Tone::Deal(deal), |low, high| low + high >= 0.0),
        Layer::Rule { x: 0.0 },
    ];
    let legend = vec![
        Key { tone: Tone::Deal(0), mark: Mark::Area, text: format!("{first} gives more") },
        Key { tone: Tone::Deal(deal), mark: Mark::Area, text: format!("{later} gives more") },
    ];
    let curves = [Curve { tone: Tone::Sum, name: "difference", row, bins: curve.bins }];
    let id =
        format!("difference-{}-{}", index + 1, if metric == "microsoft_take_pv" { "take" } else { "kept" });
    Some(Chart {
        id,
        title: format!("Difference: {title}, {}", measure(&row.unit).axis),
        caption: format!(
            "{later} minus {first}, future by future on the same draws. Below, the median and the range of nine \
             futures in ten.{}",
            over_some(&curves)
        ),
        legend,
        readings: below(&curves, &x, &row.unit),
        exact: exact(&curves),
        log: None,
        width: Width::Half,
        deal: None,
        choice: None,
        plot: plot(view, metric, &format!("{title}, {later} minus {first}"), &curves, x, layers),
    })
}
