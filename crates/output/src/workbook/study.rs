//! The workbook of a study: its answer in sentences, one sheet per table, and native charts with a sheet of
//! their data.

use super::chart::{Axis, COLOURS, Chart, Kind, Paint, Range, Series, UNNAMED, colour};
use super::digits::{by_error, by_size};
use super::front;
use super::sheet::{Digits, Look, Placed, Properties, Sheet, Style, TooLarge, Workbook};
use crate::page::study::name;
use crate::reading::heading;
use capstake::config::Unit;
use capstake::report::answer::{self, Answer, Curve, Point, Role, Shown, Table, Value, unique_headers};
use capstake::report::digits::thousands;
use capstake::report::label;
use capstake::report::results::Facts;

/// Name of the sheet of chart data.
const DATA: &str = "Chart data";
const CHARTS: &str = "Charts";
const HEATS: &str = "Heat maps";
/// Row of the header of a table.
const HEADER: u32 = 3;
/// Half-width of a 95% interval in standard errors.
const HALF_INTERVAL: f64 = 1.96;
/// Smallest and largest width of a column, in characters.
const WIDTHS: (usize, usize) = (9, 44);
/// Number of first rows from which a column's width is measured.
const MEASURED: usize = 200;

/// Width of a chart, height of a chart of curves, and height of a row, in pixels.
const WIDTH: u32 = 620;
const HEIGHT: u32 = 360;
const ROW: u32 = 20;
/// Columns per chart, and empty rows below a chart.
const STEP: (u16, u32) = (10, 2);

/// Lays out the workbook of a study; equal answers give equal workbooks.
///
/// # Errors
/// What exceeds the limits of the format, with its count.
pub fn workbook(facts: &Facts, answer: &Answer) -> Result<Workbook, TooLarge> {
    let mut sheets: Vec<Sheet> = answer.tables.iter().map(|one| table(facts, one)).collect();
    let (charts, data) = charts(facts, &answer.charts);
    sheets.extend(heats(facts, &answer.charts));
    if !charts.charts.is_empty() {
        sheets.extend([charts, data]);
    }
    let about = |sheet: &Sheet| match answer.tables.iter().find(|table| sheet_name(table) == sheet.name) {
        Some(table) => {
            format!("{} ({} rows; {}.csv)", table.title, thousands(table.rows.len() as u64), table.name)
        }
        None if sheet.name == CHARTS => "charts on the cells of the sheet Chart data".to_owned(),
        None if sheet.name == HEATS => "means over two keys; the darker, the larger".to_owned(),
        None => "the figures that the charts show".to_owned(),
    };
    let what: Vec<(String, String)> = sheets.iter().map(|sheet| (sheet.name.clone(), about(sheet))).collect();
    sheets.insert(0, front(facts, answer, &what));
    for sheet in &sheets {
        sheet.fits()?;
    }
    let properties = Properties {
        title: format!("capstake {}: {}", answer.study, facts.title()),
        subject: name(&answer.study).to_owned(),
        ..super::properties(facts)
    };
    Ok(Workbook { properties, sheets, names: Vec::new() })
}

fn front(facts: &Facts, answer: &Answer, others: &[(String, String)]) -> Sheet {
    let mut sheet = Sheet::new(front::SHEET);
    sheet.text(0, 0, format!("{}: {}", name(&answer.study), facts.scenario), Look::Title);
    sheet.heights.push((0, 2));
    sheet.text(1, 0, answer.title.clone(), Look::Note);
    let mut row = 3;
    for warning in &answer.warnings {
        sheet.text(row, 0, warning.clone(), Look::Warning);
        row += 1;
    }
    if !answer.warnings.is_empty() {
        row += 1;
    }
    row = front::heading(&mut sheet, row, "The answer");
    for sentence in &answer.sentences {
        sheet.text(row, 1, sentence.clone(), Look::Wrapped);
        row += 1;
    }
    row = front::pairs(&mut sheet, row + 1, "This study", &front::run(facts));
    row = front::heading(&mut sheet, row, "Sheets");
    for (name, what) in others {
        sheet.inside(row, 0, name);
        sheet.text(row, 1, what.clone(), Look::Wrapped);
        row += 1;
    }
    let reading = [
        (
            "standard error",
            "The standard error says how far the simulation may be off the figure before it; of a difference it is that of the \
             difference path by path on common draws. It says nothing about whether the assumptions are right.",
        ),
        ("95% from, 95% to", "Ends of the 95% interval for the simulation error."),
        ("empty cells", "There is no such figure: the event happens on no path, or nothing is known of the error."),
        ("labels", "Sheets label metrics and keys in words; the tables in CSV have the keys, in the same order."),
        (
            "equal results",
            "Scenarios, arguments, seed, paths and version determine every figure, on any number of threads. `capstake report` \
             makes this file again from the results folder.",
        ),
    ]
    .map(|(label, text)| (label.to_owned(), text.to_owned()));
    row = front::pairs(&mut sheet, row + 1, "How to read it", &reading);
    front::pairs(&mut sheet, row, "Units", &front::units());
    sheet.measure(&[26.0, 118.0]);
    sheet
}

/// Sheet name of a table: `Side by side` for `side_by_side`.
fn sheet_name(table: &Table) -> String {
    let words = table.name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number,
        Value::Whole(number) => *number as f64,
        Value::Text(_) => f64::NAN,
    }
}

fn digits(unit: Option<Unit>, number: f64, error: Option<f64>) -> Digits {
    let unit = unit.map_or("", Unit::name);
    match error {
        Some(error) if error > 0.0 => by_error(unit, error),
        _ => by_size(unit, number),
    }
}

fn table(facts: &Facts, table: &Table) -> Sheet {
    let mut sheet = Sheet::new(sheet_name(table));
    super::heading::title(&mut sheet, &sheet_name(table), facts);
    let is_cut = table.shown != Shown::None && table.shown_rows().len() < table.rows.len();
    let title = if is_cut { table.title_of_all() } else { table.title.clone() };
    sheet.text(2, 0, title, Look::Note);
    let is_words = |at: usize| table.rows.iter().any(|row| matches!(row[at], Value::Text(_)));
    let labels = table.columns.iter().map(|column| heading(table, column, &facts.names));
    let headers = unique_headers(labels.collect());
    let looks = (0..headers.len()).map(|at| if is_words(at) { Look::Header } else { Look::HeaderRight });
    let heads: Vec<(&str, Look)> = headers.iter().map(String::as_str).zip(looks).collect();
    sheet.table(&format!("{}_table", table.name), HEADER, 0, &heads, table.rows.len() as u32);
    let mut widths: Vec<usize> = headers.iter().map(|header| header.chars().count() + 3).collect();
    for (at, row) in table.rows.iter().enumerate() {
        for (column, (value, about)) in row.iter().zip(&table.columns).enumerate() {
            let (line, place) = (HEADER + 1 + at as u32, column as u16);
            match value {
                Value::Text(text) => {
                    let text = label::of_cell(&about.name, text, &facts.names);
                    if at < MEASURED {
                        widths[column] = widths[column].max(text.chars().count() + 1);
                    }
                    if !text.is_empty() {
                        sheet.text(line, place, text, Style::PLAIN);
                    }
                }
                Value::Whole(whole) => sheet.number(line, place, *whole as f64, Digits::Decimals(0)),
                Value::Number(number) => {
                    let next = table.columns.get(column + 1);
                    let error = match about.role {
                        Role::Error => Some(*number),
                        _ => {
                            next.filter(|next| next.role == Role::Error).map(|_| as_number(&row[column + 1]))
                        }
                    };
                    sheet.number(line, place, *number, digits(about.unit, *number, error));
                }
            }
        }
    }
    sheet.widths = widths.into_iter().map(|width| width.clamp(WIDTHS.0, WIDTHS.1) as f64).collect();
    let keys = table.columns.iter().take_while(|column| column.role == Role::Key).count();
    sheet.frozen = (HEADER + 1, keys.min(2) as u16);
    sheet.repeated = Some(HEADER);
    sheet
}

/// The sheet of charts and the sheet of their data.
fn charts(facts: &Facts, all: &[answer::Chart]) -> (Sheet, Sheet) {
    let (mut sheet, mut data) = (Sheet::new(CHARTS), Sheet::new(DATA));
    super::heading::title(&mut sheet, CHARTS, facts);
    super::heading::title(&mut data, DATA, facts);
    let mut column = 0;
    let mut drawn: Vec<(u32, Chart)> = Vec::new();
    for chart in all.iter().filter(|chart| chart.is_drawn()) {
        match chart {
            answer::Chart::Curves { title, x, y, curves, .. } => {
                drawn.push((HEIGHT, curves_chart(&mut data, &mut column, title, [x, y], curves)));
            }
            answer::Chart::Bars { title, x, centre, ends, bars } => {
                let height = 130 + 24 * bars.len() as u32;
                drawn.push((
                    height.max(220),
                    bars_chart(&mut data, &mut column, title, x, *centre, ends, bars),
                ));
            }
            answer::Chart::Waterfall { title, x, from, steps, to } => {
                let chart = waterfall_chart(&mut data, &mut column, title, x, (from.as_ref(), to), steps);
                drawn.push((HEIGHT, chart));
            }
            answer::Chart::Heat { .. } => {}
        }
    }
    let mut row = HEADER;
    for (i, pair) in drawn.chunks(2).enumerate() {
        let tallest = pair.iter().map(|(height, _)| *height).max().unwrap_or(0);
        if i > 0 && (i % 2 == 0 || tallest > HEIGHT) {
            sheet.breaks.push(row);
        }
        for (side, (height, chart)) in (0..).zip(pair) {
            let cell = (row, side * STEP.0);
            sheet.charts.push(Placed { cell, size: (WIDTH, *height), chart: chart.clone() });
        }
        row += tallest.div_ceil(ROW) + STEP.1;
    }
    sheet.widths = vec![8.43; 2 * usize::from(STEP.0)];
    data.widths = vec![16.0; usize::from(column)];
    data.frozen = (HEADER + 1, 0);
    (sheet, data)
}

/// Number format of an axis, and its name with the unit.
fn axis(axis: &answer::Axis) -> Axis {
    let part = matches!(axis.unit, Some(Unit::Fraction | Unit::Probability | Unit::Flag));
    let title = match axis.unit {
        Some(unit) if !part && !axis.name.ends_with(unit.name()) => format!("{} ({unit})", axis.name),
        _ if axis.is_calendar() => String::new(),
        _ => axis.name.clone(),
    };
    let bounds = (axis.unit == Some(Unit::Probability)).then_some((0.0, 1.0));
    let format = if axis.is_calendar() {
        "0"
    } else if part {
        "0%"
    } else {
        ""
    };
    Axis { title, format, bounds, every: None }
}

/// Puts a column of chart data with its header; returns the range of the cells.
fn put(data: &mut Sheet, column: &mut u16, header: &str, unit: Option<Unit>, numbers: &[f64]) -> Range {
    data.text(HEADER, *column, header, Look::HeaderRight);
    for (row, &number) in (HEADER + 1..).zip(numbers) {
        data.number(row, *column, number, digits(unit, number, None));
    }
    *column += 1;
    Range::column(DATA, HEADER + 1, numbers.len() as u32, *column - 1)
}

fn curves_chart(
    data: &mut Sheet,
    column: &mut u16,
    title: &str,
    [x, y]: [&answer::Axis; 2],
    curves: &[Curve],
) -> Chart {
    data.text(HEADER - 1, *column, title, Look::Strong);
    let is_drawn = |point: &&Point| point.x.is_finite() && point.y.is_finite();
    let mut series = Vec::new();
    let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
    let fan = ["mean", "p05", "p50", "p95"].iter().all(|name| curves.iter().any(|curve| curve.name == *name));
    for (i, curve) in curves.iter().enumerate() {
        let points: Vec<&Point> = curve.points.iter().filter(is_drawn).collect();
        if points.is_empty() {
            continue;
        }
        let xs: Vec<f64> = points.iter().map(|point| point.x).collect();
        ends = xs.iter().fold(ends, |(low, high), &x| (low.min(x), high.max(x)));
        let ys: Vec<f64> = points.iter().map(|point| point.y).collect();
        let categories = put(data, column, &x.name, x.unit, &xs);
        let values = put(data, column, &curve.name, y.unit, &ys);
        let known = points.iter().any(|point| point.std_error > 0.0);
        let halves: Vec<f64> = points.iter().map(|point| HALF_INTERVAL * point.std_error.max(0.0)).collect();
        let errors = known.then(|| put(data, column, "half of 95% interval", y.unit, &halves));
        let [strong, middle, _] = if fan { colour(0) } else { colour(i) };
        let paint = match curve.name.as_str() {
            "p05" | "p95" if fan => Paint::Dashes(middle),
            "p50" if fan => Paint::Dashes(strong),
            _ if i >= COLOURS.len() => Paint::Dashes(strong),
            _ => Paint::Colour(strong),
        };
        series.push(Series { name: curve.name.clone(), categories, values, paint, errors });
    }
    *column += 1;
    let across = Axis {
        bounds: (x.is_calendar() && ends.0 <= ends.1).then(|| (ends.0.floor(), ends.1.ceil())),
        ..axis(x)
    };
    Chart {
        title: title.to_owned(),
        description: described(&format!(
            "Curves of {title}; error bars are 95% intervals for the Monte Carlo error."
        )),
        kind: Kind::Points,
        series,
        lines: Vec::new(),
        x: across,
        y: axis(y),
        gap: 0,
    }
}

fn bars_chart(
    data: &mut Sheet,
    column: &mut u16,
    title: &str,
    x: &answer::Axis,
    centre: f64,
    ends: &[String; 2],
    bars: &[answer::Bar],
) -> Chart {
    data.text(HEADER - 1, *column, title, Look::Strong);
    data.text(HEADER, *column, "bar", Look::Header);
    // Bar charts are drawn from the bottom up, so the longest comes last.
    let drawn: Vec<&answer::Bar> =
        bars.iter().rev().filter(|bar| bar.low.is_finite() && bar.high.is_finite()).collect();
    for (row, bar) in (HEADER + 1..).zip(&drawn) {
        data.text(row, *column, bar.label.clone(), Style::PLAIN);
    }
    let labels = Range::column(DATA, HEADER + 1, drawn.len() as u32, *column);
    *column += 1;
    let mut series = Vec::new();
    for (end, words) in ends.iter().enumerate().filter(|(_, words)| !words.is_empty()) {
        let value = |bar: &&answer::Bar| if end == 0 { bar.low } else { bar.high } - centre;
        let values: Vec<f64> = drawn.iter().map(value).collect();
        series.push(Series {
            name: words.clone(),
            categories: labels.clone(),
            values: put(data, column, words, x.unit, &values),
            paint: Paint::Colour(colour(1 - end)[0]),
            errors: None,
        });
    }
    *column += 1;
    let along = axis(x);
    let from = match centre {
        0.0 => along.title,
        centre => {
            format!("{}, from its mean {}", along.title, capstake::report::digits::significant(centre, 5))
        }
    };
    Chart {
        title: title.to_owned(),
        description: described(&format!("Bars of {title}, the longest on top.")),
        kind: Kind::Bars,
        series,
        lines: Vec::new(),
        x: Axis { title: from, bounds: None, ..along },
        y: Axis::default(),
        gap: 40,
    }
}

/// Height of one part of a column: of the bar at an index.
type PartOf<'a> = &'a dyn Fn(usize, &answer::Bar) -> f64;

/// Columns that stand on an invisible base: totals, and the steps between them.
fn waterfall_chart(
    data: &mut Sheet,
    column: &mut u16,
    title: &str,
    x: &answer::Axis,
    (from, to): (Option<&answer::Bar>, &answer::Bar),
    steps: &[answer::Bar],
) -> Chart {
    data.text(HEADER - 1, *column, title, Look::Strong);
    data.text(HEADER, *column, "clause", Look::Header);
    let bars: Vec<&answer::Bar> = from.into_iter().chain(steps).chain([to]).collect();
    for (row, bar) in (HEADER + 1..).zip(&bars) {
        data.text(row, *column, bar.label.clone(), Style::PLAIN);
    }
    let labels = Range::column(DATA, HEADER + 1, bars.len() as u32, *column);
    *column += 1;
    let last = bars.len() - 1;
    let is_total = |i: usize| i == last || (i == 0 && from.is_some());
    // Columns stack from 0, so that a step which crosses 0 is drawn on either side of it.
    let parts: [(&str, Paint, PartOf); 4] = [
        (UNNAMED, Paint::Nothing, &|i, bar| if is_total(i) { 0.0 } else { bar.low.min(bar.high) }),
        ("total", Paint::Colour(colour(0)[0]), &|i, bar| if is_total(i) { bar.high } else { 0.0 }),
        ("adds", Paint::Colour(colour(2)[0]), &|i, bar| {
            if is_total(i) { 0.0 } else { (bar.high - bar.low).max(0.0) }
        }),
        ("takes away", Paint::Colour(colour(1)[0]), &|i, bar| {
            if is_total(i) { 0.0 } else { (bar.low - bar.high).max(0.0) }
        }),
    ];
    let series = parts.into_iter().map(|(name, paint, value)| {
        let values: Vec<f64> = bars.iter().enumerate().map(|(i, bar)| value(i, bar)).collect();
        let header = if name == UNNAMED { "below" } else { name };
        let values = put(data, column, header, x.unit, &values);
        Series { name: name.to_owned(), categories: labels.clone(), values, paint, errors: None }
    });
    let series = series.collect();
    *column += 1;
    Chart {
        title: title.to_owned(),
        description: described(&format!("Waterfall of {title}, clause by clause.")),
        kind: Kind::StackedColumns,
        series,
        lines: Vec::new(),
        x: Axis::default(),
        y: axis(x),
        gap: 40,
    }
}

/// Shortens a description to the limit of the format.
fn described(text: &str) -> String {
    text.chars().take(255).collect()
}

/// Puts the grids, one below the other.
fn heats(facts: &Facts, all: &[answer::Chart]) -> Option<Sheet> {
    let mut sheet = Sheet::new(HEATS);
    super::heading::title(&mut sheet, HEATS, facts);
    let mut row = HEADER;
    let mut widest = 0;
    for chart in all.iter().filter(|chart| chart.is_drawn()) {
        let answer::Chart::Heat { title, x, y, z, columns, rows, cells } = chart else { continue };
        let unit = z.unit.map_or(String::new(), |unit| format!(" ({unit})"));
        sheet.text(row, 0, format!("{title}{unit}"), Look::Heading);
        sheet.text(row + 1, 0, format!("down {}, across {}", y.name, x.name), Look::Note);
        let name =
            |sheet: &mut Sheet, row: u32, column: u16, text: &str, look: Look| match text.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    let digits = by_size("", number);
                    sheet.number(row, column, number, Style { look, digits });
                }
                _ => sheet.text(row, column, text, look),
            };
        sheet.text(row + 2, 0, "", Look::Header);
        for (column, text) in (1..).zip(columns) {
            name(&mut sheet, row + 2, column, text, Look::HeaderRight);
        }
        for (down, (text, cells)) in (row + 3..).zip(rows.iter().zip(cells)) {
            name(&mut sheet, down, 0, text, Look::Strong);
            for (column, &value) in (1..).zip(cells) {
                sheet.number(down, column, value, digits(z.unit, value, None));
            }
        }
        widest = widest.max(columns.len());
        sheet.shaded.push(((row + 3, 1), (row + 2 + rows.len() as u32, columns.len() as u16)));
        row += rows.len() as u32 + 5;
    }
    sheet.widths = std::iter::once(26.0).chain((0..widest).map(|_| 14.0)).collect();
    (!sheet.shaded.is_empty()).then_some(sheet)
}
