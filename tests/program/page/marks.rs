//! Every mark of a page is read back from its SVG, by the labels of the axes, and compared with the figures beside it.
//!
//! The reader knows no axis of the program: what a position means it learns from the tick labels, as a person does. What each kind of
//! figure draws is written down here a second time, from the tables.

use super::{attribute, elements, models, results, written};
use crate::cli::Place;
use capstake::report::answer::{Answer, Chart as Asked};
use capstake::report::results::Results;
use capstake_output::page::chart::{Chart, Value};
use capstake_output::page::page;

/// Largest distance, in units of the drawing, between a mark and its value: coordinates are written to a tenth.
const APART: f64 = 0.25;
/// How far a label at an end of an axis is moved inward at most, if it is short; a long one by half its width.
const EDGE: f64 = 16.0;
/// Characters of a label that is moved far inward: `2026-03-17 to 2026-12-31`.
const LONG: usize = 8;

/// A mark: in units of the drawing as it is read, in values of the axes as it is expected.
#[derive(Clone, Debug, PartialEq)]
enum Mark {
    /// The corners of a line or of a band's outline.
    Path(Vec<(f64, f64)>),
    /// Left, bottom, right and top of a bar.
    Bar([f64; 4]),
    /// A line across at an x.
    Rule(f64),
    /// The ends of a strip and the dot on it.
    Strip([f64; 3]),
}

/// A drawing as read.
struct Drawing {
    /// The kind of its y axis.
    is_log: bool,
    /// Labels along the bottom and up the side, with their positions.
    across: Vec<(String, f64)>,
    up: Vec<(String, f64)>,
    /// Edges of the plot: left, bottom, right, top.
    edges: [f64; 4],
    marks: Vec<Mark>,
    /// Labels of strips.
    values: Vec<String>,
}

/// How values of an axis become positions.
enum Ruler {
    /// By labels that are numbers; `true` if their logarithms are equally spaced.
    Numbers(bool),
    /// Names at 0, 1, 2, …, each in the middle of an equal part of the axis.
    Names(Vec<String>),
    /// No labels: heights in proportion from the base on.
    Heights,
    /// Rows whose places along this axis are not compared.
    Rows,
}

/// What a figure should show.
struct Expected {
    x: Ruler,
    y: Ruler,
    marks: Vec<Mark>,
}

fn number(text: &str) -> f64 {
    // A cut year stands where its year would: `2026 H2`, `2026-03-17 to …`.
    let text = text.split([' ', '-']).next().expect("a first word");
    let plain: String = text.replace('−', "-").chars().filter(|c| !matches!(c, ',' | '$' | '%')).collect();
    plain.parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

/// Drawings of a page by figure: its id and each of its drawings.
fn figures(document: &str) -> Vec<(String, Vec<Drawing>)> {
    // Its grammar is checked elsewhere; here it may be cut apart.
    document
        .split("<figure ")
        .skip(1)
        .map(|figure| {
            let figure = figure.split("</figure>").next().expect("a part");
            let id = figure.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
            let scales = figure.split("data-scale=\"").skip(1);
            let drawings = scales.flat_map(|part| {
                let is_log = part.starts_with("log");
                part.split("<svg ").skip(1).map(move |svg| drawing(svg, is_log))
            });
            (id.to_owned(), drawings.collect())
        })
        .collect()
}

fn drawing(svg: &str, is_log: bool) -> Drawing {
    let svg = format!("<!doctype html><svg {}</svg>", svg.split("</svg>").next().expect("a part"));
    let texts: Vec<&str> = svg
        .split("<text")
        .skip(1)
        .map(|t| &t[t.find('>').unwrap() + 1..t.find("</text>").unwrap()])
        .collect();
    let mut read =
        Drawing { is_log, across: vec![], up: vec![], edges: [0.0; 4], marks: vec![], values: vec![] };
    let (mut text, mut range) = (0, [0.0; 2]);
    for (tag, pairs) in elements(&svg) {
        let at = |name: &str| attribute(&pairs, name).map_or(f64::NAN, number);
        let class = attribute(&pairs, "class").unwrap_or("").split(' ').next().unwrap_or("");
        match (tag.as_str(), class) {
            ("svg", _) => (read.edges[1], read.edges[3]) = (at("data-base"), at("data-top")),
            ("text", class) => {
                let words = texts[text].to_owned();
                text += 1;
                match (class, attribute(&pairs, "text-anchor")) {
                    ("tick", Some("end")) => read.up.push((words, at("y") - 4.0)),
                    ("tick", Some("middle")) => read.across.push((words, at("x"))),
                    ("value", _) => read.values.push(words),
                    _ => {}
                }
            }
            ("line", "base") => (read.edges[0], read.edges[2]) = (at("x1"), at("x2")),
            ("line", "rule") => read.marks.push(Mark::Rule(at("x1"))),
            ("line", "range") => range = [at("x1"), at("x2")],
            ("circle", "dot") => read.marks.push(Mark::Strip([range[0], at("cx"), range[1]])),
            ("line", "grid") => {}
            ("path", "band" | "line" | "area") => {
                let corners = path(attribute(&pairs, "d").expect("a path"));
                // An area is its line down to the base; the line follows it.
                if class != "area" {
                    read.marks.push(Mark::Path(corners));
                }
            }
            ("rect", "bar" | "shade") => {
                let [left, top] = [at("x"), at("y")];
                read.marks.push(Mark::Bar([left, top + at("height"), left + at("width"), top]));
            }
            other => panic!("an element that nobody reads: {other:?}"),
        }
    }
    read
}

/// Corners of a path of moves, lines and level lines.
fn path(d: &str) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    let mut rest = d.trim_end_matches('Z');
    while let Some(letter) = rest.chars().next() {
        let end = rest[1..].find(['M', 'L', 'H']).map_or(rest.len(), |end| end + 1);
        let numbers: Vec<f64> = rest[1..end].split(' ').map(number).collect();
        corners.push(match (letter, numbers.as_slice()) {
            ('M' | 'L', &[x, y]) => (x, y),
            ('H', &[x]) => (x, corners.last().expect("a corner before").1),
            _ => panic!("{d}"),
        });
        rest = &rest[end..];
    }
    corners
}

/// Positions of values along one axis, given its labels and its two ends; `None` where they are not compared.
fn scale<'a>(
    ruler: &'a Ruler,
    labels: &[(String, f64)],
    ends: [f64; 2],
    heights: Option<f64>,
) -> Box<dyn Fn(f64) -> Option<f64> + 'a> {
    let inside = move |at: f64| at.clamp(ends[0].min(ends[1]), ends[0].max(ends[1]));
    match ruler {
        Ruler::Numbers(is_log) => {
            let of = |value: f64| if *is_log { value.max(1e-300).ln() } else { value };
            let mut marks: Vec<(f64, f64)> =
                labels.iter().map(|(text, at)| (of(number(text)), *at)).collect();
            // Where fewer than two labels are sure to stand in their place, the ends of the axis are those of its years.
            if marks.len() < 4 {
                for (i, end) in [(0, ends[0]), (marks.len() - 1, ends[1])] {
                    marks[i].1 = if labels[i].0.len() > LONG { end } else { marks[i].1 };
                }
            }
            assert!(marks.len() >= 2, "fewer than two labels: {labels:?}");
            let mut slopes: Vec<f64> =
                marks.windows(2).map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0)).collect();
            slopes.sort_by(f64::total_cmp);
            let (start, at) = marks[marks.len() / 2];
            // Labels stand on tenths: the farther apart two of them, the better the slope.
            let slope = match marks.as_slice() {
                [_, (x, here), .., (end, there), _] => (there - here) / (end - x),
                _ => slopes[slopes.len() / 2],
            };
            for (i, mark) in marks.iter().enumerate() {
                // A label at an end of the axis is moved inward where it would be cut off.
                let is_end = i == 0 || i + 1 == marks.len();
                let most = if is_end { EDGE.max(3.0 * labels[i].0.chars().count() as f64) } else { APART };
                assert!((at + slope * (mark.0 - start) - mark.1).abs() < most, "{labels:?}");
            }
            Box::new(move |value| Some(inside(at + slope * (of(value) - start))))
        }
        Ruler::Names(names) => {
            let part = (ends[1] - ends[0]) / names.len() as f64;
            for (text, at) in labels {
                // A cut year has a longer label than its name in the table, moved inward at an end.
                let word = text.split([' ', '-']).next().unwrap_or_default();
                let most = if text.len() > LONG { 3.0 * text.len() as f64 } else { APART };
                let found = names.iter().enumerate().any(|(i, name)| {
                    (name == text || name == word) && (ends[0] + part * (i as f64 + 0.5) - at).abs() < most
                });
                assert!(found, "{text} at {at} is not among {names:?}");
            }
            Box::new(move |value| Some(ends[0] + part * (value + 0.5)))
        }
        Ruler::Heights => Box::new(move |value| heights.map(|slope| inside(ends[0] + slope * value))),
        Ruler::Rows => Box::new(|_| None),
    }
}

/// Compares a drawing with what it should show.
fn compare(name: &str, drawing: &Drawing, expected: &Expected) {
    let [left, bottom, right, top] = drawing.edges;
    assert_eq!(drawing.marks.len(), expected.marks.len(), "{name}: marks");
    // Without labels the highest corner tells the scale, and all others must keep to it.
    let mut tallest = (0.0, f64::NAN);
    for (read, mark) in drawing.marks.iter().zip(&expected.marks) {
        if let (Mark::Path(read), Mark::Path(mark)) = (read, mark) {
            for (read, mark) in read.iter().zip(mark) {
                if mark.1 > tallest.0 {
                    tallest = (mark.1, (read.1 - bottom) / mark.1);
                }
            }
        }
    }
    let x = scale(&expected.x, &drawing.across, [left, right], None);
    let y = scale(&expected.y, &drawing.up, [bottom, top], Some(tallest.1));
    let near =
        |read: f64, at: Option<f64>, slack: f64| at.is_none_or(|at| (read - at).abs() <= APART + slack);
    for (i, (read, mark)) in drawing.marks.iter().zip(&expected.marks).enumerate() {
        let agrees = match (read, mark) {
            (Mark::Path(read), Mark::Path(mark)) => {
                read.len() == mark.len()
                    && read.iter().zip(mark).all(|(r, m)| near(r.0, x(m.0), 0.0) && near(r.1, y(m.1), 0.0))
            }
            // Bars are at least 0.6 high; shades leave a unit on every side.
            (Mark::Bar(read), Mark::Bar([l, b, r, t])) => {
                let slack = if matches!(expected.y, Ruler::Names(_)) { 1.0 } else { 0.0 };
                // A total begins where the axis does.
                (l.is_nan() || near(read[0], x(*l), slack))
                    && near(read[2], x(*r), slack)
                    && near(read[1], y(*b), slack.max(0.6))
                    && near(read[3], y(*t), slack)
            }
            (Mark::Rule(read), Mark::Rule(at)) => near(*read, x(*at), 0.0),
            (Mark::Strip(read), Mark::Strip(at)) => read.iter().zip(at).all(|(r, at)| near(*r, x(*at), 0.0)),
            _ => false,
        };
        let places = |mark: &Mark| match mark {
            Mark::Path(corners) => {
                format!("{:?}", corners.iter().map(|c| (x(c.0), y(c.1))).collect::<Vec<_>>())
            }
            Mark::Bar([l, b, r, t]) => format!("{:?}", [x(*l), y(*b), x(*r), y(*t)]),
            Mark::Rule(at) => format!("{:?}", x(*at)),
            Mark::Strip(at) => format!("{:?}", at.map(&x)),
        };
        assert!(agrees, "{name}, mark {i}: {read:?} stands for {mark:?}, at {}", places(mark));
    }
}

/// Rows of a figure's exact table, by the names of its columns.
struct Rows<'a>(&'a Chart);

impl<'a> Rows<'a> {
    fn column(&self, name: &str) -> usize {
        let columns = &self.0.exact.columns;
        columns.iter().position(|column| *column == name).unwrap_or_else(|| panic!("{name} in {columns:?}"))
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        let of = |row: &Vec<Value>| match &row[self.column(name)] {
            Value::Number(number) => *number,
            Value::Whole(whole) => *whole as f64,
            Value::Text(text) => panic!("{text}"),
        };
        self.0.exact.rows.iter().map(of).collect()
    }

    fn texts(&self, name: &str) -> Vec<String> {
        let of = |row: &Vec<Value>| match &row[self.column(name)] {
            Value::Text(text) => text.clone(),
            Value::Whole(whole) => whole.to_string(),
            Value::Number(number) => number.to_string(),
        };
        self.0.exact.rows.iter().map(of).collect()
    }

    /// Ranges of rows that agree in some columns, one after the other.
    fn groups(&self, names: &[&str]) -> Vec<std::ops::Range<usize>> {
        let keys: Vec<Vec<String>> = names.iter().map(|name| self.texts(name)).collect();
        let key = |row: usize| keys.iter().map(|column| &column[row]).collect::<Vec<_>>();
        let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
        for row in 0..self.0.exact.rows.len() {
            match groups.last_mut() {
                Some(last) if key(last.start) == key(row) => last.end = row + 1,
                _ => groups.push(row..row + 1),
            }
        }
        groups
    }

    /// What turns values of the table into those of the axis.
    fn factor(&self) -> f64 {
        match self.0.exact.columns.contains(&"unit").then(|| self.texts("unit").remove(0)).as_deref() {
            Some("fraction" | "probability" | "flag" | "per_year") => 100.0,
            _ => 1.0,
        }
    }
}

fn band(x: &[f64], low: &[f64], high: &[f64]) -> Mark {
    let there = x.iter().copied().zip(high.iter().copied());
    let back = x.iter().copied().zip(low.iter().copied()).rev();
    Mark::Path(there.chain(back).collect())
}

fn line(x: &[f64], y: &[f64]) -> Mark {
    Mark::Path(x.iter().copied().zip(y.iter().copied()).collect())
}

fn scaled(values: Vec<f64>, factor: f64) -> Vec<f64> {
    values.into_iter().map(|value| factor * value).collect()
}

/// The smallest and the largest label of an axis.
fn span(labels: &[(String, f64)]) -> [f64; 2] {
    let numbers: Vec<f64> = labels.iter().map(|(text, _)| number(text)).collect();
    [numbers[0], numbers[numbers.len() - 1]]
}

/// Outline of a histogram within the labels of its axis; `None` if it is empty.
fn outline(bins: &[(f64, f64, f64)]) -> Option<Mark> {
    let corners = bins.iter().flat_map(|&(low, high, height)| [(low, height), (high, height)]);
    (!bins.is_empty()).then(|| Mark::Path(corners.collect()))
}

/// Steps from 0 in the order of bridge.csv, each from where the one before ends; then the whole, from the left end of the axis.
fn expected_of_bridge(results: &Results, metric: &str) -> Expected {
    let mut at = 0.0;
    let mut marks = Vec::new();
    for row in results.tables.bridge.iter().filter(|row| row.metric == metric) {
        let (low, high) = (f64::min(at, at + row.shapley), f64::max(at, at + row.shapley));
        at += row.shapley;
        marks.extend((row.shapley != 0.0).then_some(Mark::Bar([low, 0.0, high, 0.0])));
    }
    marks.push(Mark::Bar([at.min(0.0), 0.0, at.max(0.0), 0.0]));
    Expected { x: Ruler::Numbers(false), y: Ruler::Rows, marks }
}

/// What a figure of a run should show, from its exact table and the summary.
fn expected(results: &Results, chart: &Chart, drawing: &Drawing) -> Expected {
    let rows = Rows(chart);
    if let Some(metric) = chart.id.strip_prefix("bridge-") {
        return expected_of_bridge(results, metric);
    }
    let f = rows.factor();
    let years = |y| Expected { x: Ruler::Numbers(false), y, marks: Vec::new() };
    let log = Ruler::Numbers(drawing.is_log);
    let start = chart.id.split('-').next().unwrap_or("");
    match (start, chart.exact.columns.as_slice()) {
        ("take" | "retained" | "kept" | "difference", ["deal", "metric", "unit", "low", "high", "count"]) => {
            let [least, most] = span(&drawing.across);
            let (low, high, count) = (rows.numbers("low"), rows.numbers("high"), rows.numbers("count"));
            let (deals, metrics) = (rows.texts("deal"), rows.texts("metric"));
            let (mut marks, mut strips) = (Vec::new(), Vec::new());
            for group in rows.groups(&["deal"]) {
                let of = |row: &&capstake::report::tables::SummaryRow| {
                    *row.deal == *deals[group.start] && *row.metric == *metrics[group.start]
                };
                let row = results.tables.summary.iter().find(of).expect("a row of the summary");
                let bins: Vec<(f64, f64, f64)> = group
                    .map(|i| {
                        let height = count[i] / row.paths as f64 / (high[i] - low[i]);
                        (low[i].max(least), high[i].min(most), height)
                    })
                    .filter(|(low, high, height)| high > low && height.is_finite())
                    .collect();
                match start {
                    "difference" => {
                        for gives_less in [true, false] {
                            let side = |bin: &&(f64, f64, f64)| (bin.0 + bin.1 < 0.0) == gives_less;
                            marks.extend(outline(&bins.iter().filter(side).copied().collect::<Vec<_>>()));
                        }
                        marks.push(Mark::Rule(0.0));
                    }
                    _ => marks.extend(outline(&bins)),
                }
                strips.push([row.p05, row.p50, row.p95]);
            }
            let shown: Vec<f64> = drawing.values.iter().map(|text| number(text)).collect();
            for (shown, value) in shown.iter().zip(strips.iter().flatten()) {
                // Half a unit of the last digit that is shown: a quantile of few paths has few.
                let zeros = shown.to_string().bytes().rev().take_while(|&byte| byte == b'0').count() as i32;
                let half = 0.5 * 10_f64.powi(if shown.fract() == 0.0 && *shown != 0.0 { zeros } else { 0 });
                assert!(
                    (shown - value).abs() <= (0.03 * value.abs() + 0.1).max(half * 1.01),
                    "{}: {shown} for {value}",
                    chart.id
                );
            }
            assert_eq!(shown.len(), 3 * strips.len(), "{}", chart.id);
            marks.extend(strips.into_iter().map(Mark::Strip));
            Expected { x: Ruler::Numbers(false), y: Ruler::Heights, marks }
        }
        ("year", ["deal", "year", "series", "unit", "mean", ..]) => {
            let year = rows.numbers("year");
            let [mean, p05, p25, p50, p75, p95] =
                ["mean", "p05", "p25", "p50", "p75", "p95"].map(|name| scaled(rows.numbers(name), f));
            let marks =
                vec![band(&year, &p05, &p95), band(&year, &p25, &p75), line(&year, &p50), line(&year, &mean)];
            Expected { marks, ..years(log) }
        }
        ("clouds", ["deal", "year", "series", "unit", "mean", ..]) => {
            let (year, mean) = (rows.numbers("year"), scaled(rows.numbers("mean"), f));
            let groups = rows.groups(&["series"]);
            let mut floor = vec![0.0; groups[0].len()];
            let stacked = groups.into_iter().map(|group| {
                let top: Vec<f64> =
                    floor.iter().zip(&mean[group.clone()]).map(|(low, own)| low + own).collect();
                let mark = band(&year[group], &floor, &top);
                floor = top;
                mark
            });
            let marks = stacked.collect();
            Expected { marks, ..years(Ruler::Numbers(false)) }
        }
        ("paths", ["path", "deal", "year", "series", "unit", "value"]) => {
            let (year, value, deal) =
                (rows.numbers("year"), rows.numbers("value"), rows.texts("deal").remove(0));
            let of_fan = |row: &&capstake::report::tables::AnnualRow| {
                *row.deal == *deal && *row.series == *"net_revenue" && f64::from(row.year) >= year[0]
            };
            let fan: Vec<_> = results.tables.annual.iter().filter(of_fan).collect();
            let at: Vec<f64> = fan.iter().map(|row| f64::from(row.year)).collect();
            let q = |of: fn(&capstake::report::tables::AnnualRow) -> f64| -> Vec<f64> {
                fan.iter().map(|row| of(row)).collect()
            };
            let mut marks = vec![
                band(&at, &q(|row| row.p05), &q(|row| row.p95)),
                band(&at, &q(|row| row.p25), &q(|row| row.p75)),
            ];
            let path = |group: std::ops::Range<usize>| line(&year[group.clone()], &value[group]);
            marks.extend(rows.groups(&["path"]).into_iter().map(path));
            marks.push(line(&at, &q(|row| row.p50)));
            Expected { marks, ..years(log) }
        }
        ("cap", ["deal", "year", "probability", "std_error"]) => {
            let (name, part) = (rows.texts("year"), scaled(rows.numbers("probability"), 100.0));
            let groups = rows.groups(&["deal"]);
            let width = 0.76 / groups.len() as f64;
            let bars = groups.iter().enumerate().flat_map(|(deal, group)| {
                let left = -0.38 + width * deal as f64;
                let bar = move |(at, part): (usize, &f64)| {
                    Mark::Bar([at as f64 + left, 0.0, at as f64 + left + width, *part])
                };
                part[group.clone()].iter().enumerate().map(bar).collect::<Vec<_>>()
            });
            let marks = bars.collect();
            Expected { x: Ruler::Names(name[groups[0].clone()].to_vec()), y: Ruler::Numbers(false), marks }
        }
        ("cap" | "ipo" | "failure", ["deal", "event", "date", "probability", "std_error"]) => {
            let (date, part) = (rows.texts("date"), scaled(rows.numbers("probability"), 100.0));
            let ends_of_months = |date: &str| {
                let [year, month] =
                    [&date[..4], &date[5..7]].map(|part| part.parse::<f64>().expect("a date"));
                year + month / 12.0
            };
            let at: Vec<f64> = date.iter().map(|date| ends_of_months(date)).collect();
            // From 0 at the left edge, which is the valuation date.
            let curve = |group: std::ops::Range<usize>| {
                let points = at[group.clone()].iter().copied().zip(part[group].iter().copied());
                Mark::Path(std::iter::once((f64::NEG_INFINITY, 0.0)).chain(points).collect())
            };
            let marks = rows.groups(&["deal", "event"]).into_iter().map(curve).collect();
            Expected { marks, ..years(Ruler::Numbers(false)) }
        }
        ("parts", ["deal", "metric", "unit", "mean", "std_error"]) => {
            let (metric, mean) = (rows.texts("metric"), rows.numbers("mean"));
            let mut level = 0.0;
            let mut bars = Vec::new();
            for (metric, mean) in metric.iter().zip(&mean) {
                let is_sum = ["microsoft_take_pv", "microsoft_total_pv"].contains(&metric.as_str());
                let from = if is_sum { 0.0 } else { level };
                level = from + mean;
                bars.push([from, level]);
            }
            let mut marks: Vec<Mark> = (0..bars.len() - 1)
                .map(|i| Mark::Path(vec![(i as f64 + 0.36, bars[i][1]), (i as f64 + 0.64, bars[i][1])]))
                .collect();
            marks.extend(bars.iter().enumerate().map(|(i, [from, to])| {
                Mark::Bar([i as f64 - 0.36, from.min(*to), i as f64 + 0.36, from.max(*to)])
            }));
            let names = metric.iter().map(|name| match name.as_str() {
                "microsoft_take_pv" => "Take",
                "microsoft_total_pv" => "Total",
                "share_pv" => "Share",
                "stake_pv" => "Stake",
                "resale_pv" => "Resale",
                "hosting_pv" => "Hosting",
                "licence_pv" => "Licence",
                other => panic!("{other}"),
            });
            let names = names.map(str::to_owned).collect();
            Expected { x: Ruler::Names(names), y: Ruler::Numbers(false), marks }
        }
        other => panic!("a kind of figure that nobody reads: {other:?}"),
    }
}

#[test]
fn every_mark_of_a_run_stands_where_its_value_is() {
    let mut read = std::collections::BTreeMap::new();
    for model in models() {
        let results = results(&model, 1_000);
        let page = page(&results);
        let figures = figures(&written(&page));
        let charts: Vec<&Chart> = page.charts().collect();
        assert_eq!(figures.len(), charts.len(), "{}", model.name);
        for ((id, drawings), chart) in figures.iter().zip(charts) {
            assert_eq!(*id, chart.id);
            // Single paths are drawn over whole years: a year that the horizon cuts is in their table alone.
            if id.starts_with("paths-") && !model.timeline.horizon().to_string().ends_with("12-31") {
                continue;
            }
            assert_eq!(drawings.len(), 2 + 2 * usize::from(chart.log.is_some()), "{id}");
            for drawing in drawings {
                let expected = expected(&results, chart, drawing);
                compare(&format!("{}, {id}", model.name), drawing, &expected);
                *read.entry(chart.id.split('-').next().unwrap_or("").to_owned()).or_insert(0) +=
                    drawing.marks.len();
            }
        }
    }
    println!("marks read: {read:?}");
    let kinds: Vec<&str> = read.keys().map(String::as_str).collect();
    for kind in [
        "bridge",
        "cap",
        "clouds",
        "difference",
        "failure",
        "ipo",
        "parts",
        "paths",
        "retained",
        "take",
        "year",
    ] {
        assert!(kinds.contains(&kind), "no figure {kind} in {kinds:?}");
    }
}

/// What a figure of a study should show, from the answer that stands beside the page.
fn expected_of_study(asked: &Asked) -> Expected {
    let factor = |unit: Option<capstake::config::Unit>| match unit.map_or("", |unit| unit.name()) {
        "fraction" | "probability" | "flag" | "per_year" => 100.0,
        _ => 1.0,
    };
    match asked {
        Asked::Curves { x, y, curves, marks: rules, .. } => {
            let (fx, fy) = (factor(x.unit), factor(y.unit));
            let drawn = |name: &str| {
                let curve = curves.iter().find(|curve| curve.name == name).expect("a curve");
                let points = curve.points.iter().filter(|point| point.x.is_finite() && point.y.is_finite());
                let points: Vec<[f64; 3]> =
                    points.map(|point| [fx * point.x, fy * point.y, fy * point.std_error]).collect();
                [0, 1, 2].map(|i| points.iter().map(|point| point[i]).collect::<Vec<f64>>())
            };
            let errors = |[x, y, error]: &[Vec<f64>; 3]| {
                let half = |error: &f64| if *error > 0.0 { 1.96 * error } else { 0.0 };
                let end = |sign: f64| -> Vec<f64> {
                    y.iter().zip(error).map(|(y, error)| y + sign * half(error)).collect()
                };
                error.iter().any(|error| *error > 0.0).then(|| band(x, &end(-1.0), &end(1.0)))
            };
            let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
            let mut marks = Vec::new();
            if ["mean", "p05", "p50", "p95"].iter().all(|name| names.contains(name)) {
                let [mean, low, middle, high] = ["mean", "p05", "p50", "p95"].map(drawn);
                marks.push(band(&low[0], &low[1], &high[1]));
                marks.extend(errors(&mean));
                marks.push(line(&middle[0], &middle[1]));
                marks.push(line(&mean[0], &mean[1]));
            } else {
                for name in names {
                    let curve = drawn(name);
                    marks.extend(errors(&curve));
                    marks.push(line(&curve[0], &curve[1]));
                }
            }
            marks.extend(rules.iter().filter(|rule| rule.x.is_finite()).map(|rule| Mark::Rule(fx * rule.x)));
            Expected { x: Ruler::Numbers(false), y: Ruler::Numbers(false), marks }
        }
        Asked::Heat { columns, rows, cells, .. } => {
            let mut marks = Vec::new();
            for (i, row) in cells.iter().enumerate() {
                let up = (rows.len() - 1 - i) as f64;
                for (j, _) in row.iter().enumerate().filter(|(_, value)| value.is_finite()) {
                    marks.push(Mark::Bar([j as f64 - 0.5, up - 0.5, j as f64 + 0.5, up + 0.5]));
                }
            }
            let down = rows.iter().rev().cloned().collect();
            Expected { x: Ruler::Names(columns.clone()), y: Ruler::Names(down), marks }
        }
        Asked::Bars { x, centre, bars, .. } => {
            let f = factor(x.unit);
            let mut marks = Vec::new();
            for bar in bars.iter().filter(|bar| bar.low.is_finite() && bar.high.is_finite()) {
                for end in [bar.low, bar.high].into_iter().filter(|end| end != centre) {
                    marks.push(Mark::Bar([f * end.min(*centre), 0.0, f * end.max(*centre), 0.0]));
                }
            }
            marks.extend((*centre != 0.0).then_some(Mark::Rule(f * centre)));
            Expected { x: Ruler::Numbers(false), y: Ruler::Rows, marks }
        }
        // Totals begin at 0 or at the left end of the axis, steps where the one before ends.
        Asked::Waterfall { x, from, steps, to, .. } => {
            let f = factor(x.unit);
            let bar = |start: f64, end: f64| Mark::Bar([f * start.min(end), 0.0, f * start.max(end), 0.0]);
            let total = |high: f64| Mark::Bar([f64::NAN, 0.0, f * high, 0.0]);
            let mut marks: Vec<Mark> = from.iter().map(|from| total(from.high)).collect();
            marks.extend(
                steps.iter().filter(|step| step.low != step.high).map(|step| bar(step.low, step.high)),
            );
            marks.push(total(to.high));
            Expected { x: Ruler::Numbers(false), y: Ruler::Rows, marks }
        }
    }
}

/// Whether a number stands in one of the answer's tables.
fn stands_in_a_table(answer: &Answer, number: f64) -> bool {
    use capstake::report::answer::Value;
    let is_it = |value: &Value| match value {
        Value::Number(cell) => *cell == number,
        Value::Whole(cell) => *cell as f64 == number,
        Value::Text(_) => false,
    };
    answer.tables.iter().flat_map(|table| &table.rows).flatten().any(is_it)
}

#[test]
fn every_mark_of_a_study_stands_where_its_value_is() {
    let place = Place::new();
    place.write("base.toml", include_str!("../../../configs/base.toml"));
    place.write(
        "other.toml",
        include_str!("../../../configs/base.toml").replace("name = \"base\"", "name = \"other\""),
    );
    for study in [
        "sweep base.toml --vary deal.amended-2026.cap_usd_bn=20,40,60",
        "sweep base.toml --vary deal.amended-2026.cap_usd_bn=20,60 --vary discount.revenue=0.08,0.12",
        "sensitivity base.toml",
        "sensitivity base.toml --method shapley",
        "sensitivity base.toml --method sobol --by kind",
        "ipo base.toml",
        "compare base.toml other.toml",
        "bridge base.toml",
    ] {
        let mut words: Vec<&str> = study.split(' ').collect();
        words.extend(["-n", "2560", "-q", "--force", "-o", "out"]);
        place.run_with(&words).ends(0);
        let read =
            |name: &str| std::fs::read_to_string(place.at("out").join(name)).expect("a file of the study");
        let answer: Answer = serde_json::from_str(&read("answer.json")).expect("an answer");
        let figures = figures(&read("report.html"));
        let asked: Vec<&Asked> = answer.charts.iter().filter(|chart| chart.is_drawn()).collect();
        println!("{study}: {} figures", figures.len());
        assert_eq!(figures.len(), asked.len(), "{study}");
        for ((id, drawings), asked) in figures.iter().zip(asked) {
            assert_eq!(drawings.len(), 2, "{id}");
            for drawing in drawings {
                compare(&format!("{study}, {id}"), drawing, &expected_of_study(asked));
            }
            if let Asked::Bars { bars, .. } = asked {
                for end in bars
                    .iter()
                    .flat_map(|bar| [bar.low, bar.high])
                    .filter(|end| end.is_finite() && *end != 0.0)
                {
                    assert!(stands_in_a_table(&answer, end), "{study}, {id}: {end} is in no table");
                }
            }
        }
    }
}
