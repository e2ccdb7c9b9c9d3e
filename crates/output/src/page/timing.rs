//! When things happen: the cap, the IPO, a failure; by year and by date.

use super::chart::{Chart, Exact, Key, Mark, Readings, Value, Width};
use super::distribution::line;
use super::plot::{Axis, Dash, Layer, Plot, Tone, Weight};
use super::section::{Block, Section};
use super::view::View;
use super::wording::measure;
use capstake::report::date_axis::{date, on_axis};
use capstake::report::tables::EventRow;

/// Room that the bars of a year share; years stand 1 apart.
const BARS: f64 = 0.76;

/// When the cap is reached, and how likely by each date.
pub fn cap(view: &View) -> Section {
    let capped: Vec<usize> = (0..view.deals.len()).filter(|&deal| view.is_capped(view.deals[deal])).collect();
    let mut blocks = Vec::new();
    if capped.is_empty() {
        blocks.push(Block::Absent("No deal of this scenario has a cap.".to_owned()));
    } else {
        let drawn = [
            timing(view, &capped),
            by_date(
                view,
                "cap-by-date",
                "Reached by",
                "The cap is reached",
                &[("cap_reached", Dash::Whole)],
                &capped,
            ),
        ];
        let charts: Vec<Chart> = drawn.into_iter().flatten().collect();
        let without: Vec<&str> = (0..view.deals.len())
            .filter(|deal| !capped.contains(deal))
            .map(|deal| view.deals[deal])
            .collect();
        if charts.is_empty() {
            blocks.push(Block::Absent("The cap is reached in no future.".to_owned()));
        } else {
            blocks.push(Block::Charts(charts));
        }
        if !without.is_empty() {
            blocks.push(Block::Absent(format!("No cap under {}.", without.join(", "))));
        }
    }
    Section { id: "cap", name: "Cap", heading: "When the cap is reached".to_owned(), blocks }
}

/// In which year the cap is reached, or never.
fn timing(view: &View, capped: &[usize]) -> Option<Chart> {
    let years: Vec<i32> =
        view.by_year(view.deals[capped[0]], "cap_reached").iter().map(|&(year, _)| year).collect();
    let parts: Vec<Vec<f64>> = capped
        .iter()
        .map(|&deal| {
            let by_year = view.by_year(view.deals[deal], "cap_reached");
            let mut parts: Vec<f64> = by_year.iter().map(|&(_, part)| part).collect();
            parts.push(1.0 - parts.iter().sum::<f64>());
            parts
        })
        .collect();
    // Years after the last in which it happens say nothing.
    let happens = |y: &usize| parts.iter().any(|parts| parts[*y] > 0.0);
    let last = (0..years.len()).rev().find(happens)?;
    let first = (0..years.len()).find(happens)?;
    let slots: Vec<usize> = (first..=last).chain([years.len()]).collect();
    let name = |slot: usize| years.get(slot).map_or("never".to_owned(), i32::to_string);
    let names: Vec<String> = slots.iter().map(|&slot| name(slot)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let percent = measure("probability");
    let paths = view.results.facts.paths as f64;
    let error = |p: f64| (p.max(0.0) * (1.0 - p).max(0.0) / paths).sqrt();
    let width = BARS / capped.len() as f64;
    let mut layers = Vec::new();
    for (i, &deal) in capped.iter().enumerate() {
        for (at, &slot) in slots.iter().enumerate() {
            let part = 100.0 * parts[i][slot];
            let left = at as f64 - BARS / 2.0 + width * i as f64;
            let tone = if slot == years.len() { Tone::Sum } else { Tone::Deal(deal) };
            layers.push(Layer::Bar { tone, corners: [left, 0.0, left + width, part] });
            if capped.len() == 1 && part > 0.0 {
                let text = if part < 0.5 { "<1%".to_owned() } else { format!("{part:.0}%") };
                layers.push(Layer::Words { at: (left + width / 2.0, part), text });
            }
        }
    }
    let highest = parts.iter().flat_map(|parts| slots.iter().map(|&slot| parts[slot])).fold(0.0, f64::max);
    let mut columns = vec!["Year".to_owned()];
    columns.extend(capped.iter().map(|&deal| view.deals[deal].to_owned()));
    let described: Vec<String> = slots
        .iter()
        .map(|&slot| {
            let parts: Vec<String> = parts.iter().map(|parts| percent.value(parts[slot], 2)).collect();
            format!("{} {}", name(slot), parts.join(" and "))
        })
        .collect();
    Some(Chart {
        id: "cap-year".to_owned(),
        title: "Year in which the cap is reached".to_owned(),
        caption:
            "Part of the futures. “Never” is until the payments end or the horizon, whichever comes first."
                .to_owned(),
        legend: capped.iter().map(|&deal| key(view, deal, Mark::Area, "")).collect(),
        plot: Plot {
            x: Axis::names(&names),
            y: Axis::linear(0.0, 108.0 * highest, 5, "%"),
            layers,
            rows: 0,
            strips: Vec::new(),
            anchors: (0..slots.len()).map(|i| i as f64).collect(),
            described: format!("Bars by year: {}.", described.join(", ")),
        },
        log: None,
        readings: Readings {
            title: "Part of the futures in which the cap is reached in a year".to_owned(),
            columns,
            rows: slots
                .iter()
                .map(|&slot| {
                    let mut cells = vec![name(slot)];
                    cells.extend(parts.iter().map(|parts| percent.estimate(parts[slot], error(parts[slot]))));
                    cells
                })
                .collect(),
            main: Vec::new(),
        },
        exact: Exact {
            columns: vec!["deal", "year", "probability", "std_error"],
            rows: capped
                .iter()
                .enumerate()
                .flat_map(|(i, &deal)| {
                    let parts = &parts[i];
                    slots.iter().map(move |&slot| (deal, slot, parts[slot]))
                })
                .map(|(deal, slot, part)| {
                    let year = years.get(slot).map_or(Value::from("never"), |&year| Value::from(year));
                    vec![Value::from(view.deals[deal]), year, Value::from(part), Value::from(error(part))]
                })
                .collect(),
        },
        width: Width::Half,
        deal: None,
        choice: None,
    })
}

fn key(view: &View, deal: usize, mark: Mark, what: &str) -> Key {
    Key { tone: Tone::Deal(deal), mark, text: format!("{}{what}", view.deals[deal]) }
}

/// When the company is ready and listed, and when it fails.
pub fn listing_and_failure(view: &View) -> Section {
    let all = |part: &str| -> Vec<usize> {
        if view.has_part(part) { (0..view.deals.len()).collect() } else { Vec::new() }
    };
    let mut blocks = Vec::new();
    let mut charts = Vec::new();
    let (listed, cash) = (all("ipo"), all("cash"));
    match listed.is_empty() {
        true => blocks.push(Block::Absent("This scenario has no IPO.".to_owned())),
        false => match by_date(
            view,
            "ipo",
            "Listed by",
            "Listed on the exchange",
            &[("listed", Dash::Whole), ("ready", Dash::Broken)],
            &listed,
        ) {
            Some(chart) => charts.push(chart),
            None => blocks.push(Block::Absent("The company is listed in no future.".to_owned())),
        },
    }
    match cash.is_empty() {
        true => blocks.push(Block::Absent("This scenario keeps no cash: nothing can fail.".to_owned())),
        false => match by_date(
            view,
            "failure",
            "Failed by",
            "OpenAI has failed",
            &[("failed", Dash::Whole)],
            &cash,
        ) {
            Some(chart) => charts.push(chart),
            None => blocks.push(Block::Absent("OpenAI fails in no future.".to_owned())),
        },
    }
    if !charts.is_empty() {
        blocks.insert(0, Block::Charts(charts));
    }
    Section { id: "events", name: "IPO, failure", heading: "IPO and failure".to_owned(), blocks }
}

/// An event of a deal, date by date.
struct Course<'s> {
    deal: usize,
    event: &'s str,
    dash: Dash,
    rows: &'s [&'s EventRow],
}

/// The probability of events by date, all deals in one drawing; nothing where none of them ever happens.
fn by_date(
    view: &View,
    id: &str,
    column: &str,
    title: &str,
    events: &[(&str, Dash)],
    deals: &[usize],
) -> Option<Chart> {
    let curves: Vec<Course> = deals
        .iter()
        .flat_map(|&deal| events.iter().map(move |&(event, dash)| (deal, event, dash)))
        .map(|(deal, event, dash)| Course { deal, event, dash, rows: view.events(view.deals[deal], event) })
        .filter(|course| course.rows.iter().any(|row| row.probability > 0.0))
        .collect();
    let dates = curves.first()?.rows;
    let start = view.results.facts.valuation_date.as_str();
    let (first, ..) = date(if start.is_empty() { &dates[0].date } else { start });
    let begin = if start.is_empty() { on_axis(&dates[0].date) } else { on_axis(start) - 1.0 / 360.0 };
    let end = on_axis(&dates[dates.len() - 1].date);
    let highest = curves.iter().map(|curve| curve.rows[dates.len() - 1].probability).fold(0.0, f64::max);
    let percent = measure("probability");
    let layers = curves
        .iter()
        .map(|curve| {
            let mut points = vec![(begin, 0.0)];
            points.extend(curve.rows.iter().map(|row| (on_axis(&row.date), 100.0 * row.probability)));
            match line(curve.deal, points) {
                Layer::Line { tone, points, .. } if curve.dash == Dash::Broken => {
                    Layer::Line { tone, weight: Weight::Plain, dash: Dash::Broken, points }
                }
                whole => whole,
            }
        })
        .collect();
    let said = |event: &str| match event {
        "ready" => " – ready",
        "listed" if events.len() > 1 => " – listed",
        _ => "",
    };
    let marks = |dash| if dash == Dash::Whole { Mark::Line } else { Mark::BrokenLine };
    let words: Vec<String> = curves
        .iter()
        .map(|curve| {
            let last = &curve.rows[dates.len() - 1];
            format!(
                "{}{} {}",
                view.deals[curve.deal],
                said(curve.event),
                percent.estimate(last.probability, last.std_error)
            )
        })
        .collect();
    let mut columns = vec![column.to_owned()];
    columns.extend(curves.iter().map(|curve| format!("{}{}", view.deals[curve.deal], said(curve.event))));
    Some(Chart {
        id: id.to_owned(),
        title: format!("{title}, by date"),
        caption: match events.len() {
            1 => "Probability that it has happened by each date.".to_owned(),
            _ => "Probability that it has happened by each date; broken: the gates of an IPO have been met \
             once."
                .to_owned(),
        },
        legend: curves
            .iter()
            .map(|curve| key(view, curve.deal, marks(curve.dash), said(curve.event)))
            .collect(),
        plot: Plot {
            x: Axis::years(begin, end, first + 1, end.floor() as i32),
            y: Axis::linear(0.0, 100.0 * highest.max(1e-6), 5, "%"),
            layers,
            rows: 0,
            strips: Vec::new(),
            anchors: dates.iter().map(|row| on_axis(&row.date)).collect(),
            described: format!("Lines by date. By {}: {}.", dates[dates.len() - 1].date, words.join(", ")),
        },
        log: None,
        readings: Readings {
            title: format!("{title}: probability by date"),
            columns,
            rows: dates
                .iter()
                .enumerate()
                .map(|(i, day)| {
                    let mut cells = vec![day.date.clone()];
                    cells.extend(curves.iter().map(|curve| {
                        let row = &curve.rows[i];
                        percent.estimate(row.probability, row.std_error)
                    }));
                    cells
                })
                .collect(),
            main: Vec::new(),
        },
        exact: Exact {
            columns: vec!["deal", "event", "date", "probability", "std_error"],
            rows: curves
                .iter()
                .flat_map(|curve| curve.rows.iter())
                .map(|row| {
                    vec![
                        Value::from(row.deal.as_str()),
                        Value::from(row.event.as_str()),
                        Value::from(row.date.as_str()),
                        Value::from(row.probability),
                        Value::from(row.std_error),
                    ]
                })
                .collect(),
        },
        width: Width::Half,
        deal: None,
        choice: None,
    })
}
