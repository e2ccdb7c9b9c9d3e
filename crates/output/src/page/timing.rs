//! The sections on timing: the cap, the IPO and failure, by year and by date.

use super::chart::{Chart, Exact, Key, Mark, Readings, Value, Width};
use super::plot::{Axis, Dash, Layer, Plot, Tone, Weight};
use super::section::{Block, Section};
use super::view::View;
use super::wording::measure;
use capstake::report::date_axis::{date, on_axis, period_label};
use capstake::report::tables::EventRow;

/// Combined width of the bars of a year; neighbouring years are 1 apart.
const BARS: f64 = 0.76;

/// The section on when the cap is reached.
pub fn cap(view: &View) -> Section {
    let capped: Vec<usize> = (0..view.deals.len()).filter(|&deal| view.is_capped(view.deals[deal])).collect();
    let mut blocks = Vec::new();
    if capped.is_empty() {
        blocks.push(Block::Absent("No deal of this scenario has a cap.".to_owned()));
    } else {
        let drawn = [
            CapYears::of(view, &capped).map(|years| years.chart()),
            ByDate::of(
                view,
                ["cap-by-date", "Reached by the end of", "The cap is reached"],
                &[("cap_reached", Dash::Whole)],
                &capped,
            )
            .map(|by_date| by_date.chart()),
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

/// The chart of the year in which the cap is reached: one group of bars per year, one bar per capped deal.
struct CapYears<'a> {
    view: &'a View<'a>,
    /// Indices of the deals with a cap.
    capped: &'a [usize],
    /// All calendar years of the run.
    years: Vec<i32>,
    /// By capped deal: the probability of each year, then of never.
    probabilities: Vec<Vec<f64>>,
    /// Indices that are drawn: into `years`, and one past their end for never.
    slots: Vec<usize>,
}

impl<'a> CapYears<'a> {
    /// Reads the probabilities; `None` where no cap is ever reached.
    fn of(view: &'a View, capped: &'a [usize]) -> Option<CapYears<'a>> {
        let years: Vec<i32> =
            view.by_year(view.deals[capped[0]], "cap_reached").iter().map(|&(year, _)| year).collect();
        let probabilities: Vec<Vec<f64>> = capped
            .iter()
            .map(|&deal| {
                let by_year = view.by_year(view.deals[deal], "cap_reached");
                let mut parts: Vec<f64> = by_year.iter().map(|&(_, part)| part).collect();
                parts.push(1.0 - parts.iter().sum::<f64>());
                parts
            })
            .collect();
        // Years before the first and after the last in which it happens carry no information.
        let happens = |y: &usize| probabilities.iter().any(|parts| parts[*y] > 0.0);
        let last = (0..years.len()).rev().find(happens)?;
        let first = (0..years.len()).find(happens)?;
        let slots = (first..=last).chain([years.len()]).collect();
        Some(CapYears { view, capped, years, probabilities, slots })
    }

    /// The year of a slot, or `never`.
    fn name(&self, slot: usize) -> String {
        let facts = &self.view.results.facts;
        self.years.get(slot).map_or("never".to_owned(), |&year| facts.year_label(year))
    }

    fn std_error(&self, probability: f64) -> f64 {
        let paths = self.view.results.facts.paths as f64;
        (probability.max(0.0) * (1.0 - probability).max(0.0) / paths).sqrt()
    }

    fn layers(&self) -> Vec<Layer> {
        let width = BARS / self.capped.len() as f64;
        let mut layers = Vec::new();
        for (i, &deal) in self.capped.iter().enumerate() {
            for (at, &slot) in self.slots.iter().enumerate() {
                let part = 100.0 * self.probabilities[i][slot];
                let left = at as f64 - BARS / 2.0 + width * i as f64;
                let tone = if slot == self.years.len() { Tone::Sum } else { Tone::Deal(deal) };
                layers.push(Layer::Bar { tone, corners: [left, 0.0, left + width, part] });
                if self.capped.len() == 1 && part > 0.0 {
                    let text = if part < 0.5 { "<1%".to_owned() } else { format!("{part:.0}%") };
                    layers.push(Layer::Words { at: (left + width / 2.0, part), text });
                }
            }
        }
        layers
    }

    fn plot(&self) -> Plot {
        let names: Vec<String> = self.slots.iter().map(|&slot| self.name(slot)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let drawn = |parts: &'_ Vec<f64>| self.slots.iter().map(|&slot| parts[slot]).fold(0.0, f64::max);
        let highest = self.probabilities.iter().map(drawn).fold(0.0, f64::max);
        let percent = measure("probability");
        let described = self.slots.iter().map(|&slot| {
            let parts: Vec<String> =
                self.probabilities.iter().map(|parts| percent.value(parts[slot], 2)).collect();
            format!("{} {}", self.name(slot), parts.join(" and "))
        });
        Plot {
            x: Axis::names(&names),
            y: Axis::linear(0.0, 108.0 * highest, 5, "%"),
            layers: self.layers(),
            rows: 0,
            strips: Vec::new(),
            anchors: (0..self.slots.len()).map(|i| i as f64).collect(),
            described: format!("Bars by year: {}.", described.collect::<Vec<_>>().join(", ")),
        }
    }

    fn readings(&self) -> Readings {
        let mut columns = vec!["Year".to_owned()];
        columns.extend(self.capped.iter().map(|&deal| self.view.deals[deal].to_owned()));
        let row = |&slot: &usize| {
            let cell = |(&deal, parts): (&usize, &Vec<f64>)| {
                self.view.within_a_year(self.view.deals[deal], "cap_reached", parts[slot])
            };
            std::iter::once(self.name(slot))
                .chain(self.capped.iter().zip(&self.probabilities).map(cell))
                .collect()
        };
        Readings {
            title: "Share of futures in which the cap is reached, by year".to_owned(),
            columns,
            rows: self.slots.iter().map(row).collect(),
            main: Vec::new(),
        }
    }

    fn exact(&self) -> Exact {
        let mut rows = Vec::new();
        for (&deal, parts) in self.capped.iter().zip(&self.probabilities) {
            for &slot in &self.slots {
                let year = self.years.get(slot).map_or(Value::from("never"), |&year| Value::from(year));
                let part = parts[slot];
                rows.push(vec![
                    Value::from(self.view.deals[deal]),
                    year,
                    part.into(),
                    self.std_error(part).into(),
                ]);
            }
        }
        Exact { columns: vec!["deal", "year", "probability", "std_error"], rows }
    }

    fn chart(&self) -> Chart {
        Chart {
            id: "cap-year".to_owned(),
            title: "Year in which the cap is reached".to_owned(),
            caption: "Share of futures. “Never” means not before the payments end or the horizon, whichever comes first."
                .to_owned(),
            legend: self.capped.iter().map(|&deal| key(self.view, deal, Mark::Area, "")).collect(),
            plot: self.plot(),
            log: None,
            readings: self.readings(),
            exact: self.exact(),
            width: Width::Half,
            deal: None,
            choice: None,
        }
    }
}

fn key(view: &View, deal: usize, mark: Mark, what: &str) -> Key {
    Key { tone: Tone::Deal(deal), mark, text: format!("{}{what}", view.deals[deal]) }
}

/// The section on when the company is ready, is listed, or fails.
pub fn listing_and_failure(view: &View) -> Section {
    let all = |part: &str| -> Vec<usize> {
        if view.has_part(part) { (0..view.deals.len()).collect() } else { Vec::new() }
    };
    let mut blocks = Vec::new();
    let mut charts = Vec::new();
    let (listed, cash) = (all("ipo"), all("cash"));
    match listed.is_empty() {
        true => blocks.push(Block::Absent("This scenario has no IPO.".to_owned())),
        false => match ByDate::of(
            view,
            ["ipo", "Listed by the end of", "Listed on the exchange"],
            &[("listed", Dash::Whole), ("ready", Dash::Broken)],
            &listed,
        ) {
            Some(by_date) => charts.push(by_date.chart()),
            None => blocks.push(Block::Absent("The company is listed in no future.".to_owned())),
        },
    }
    match cash.is_empty() {
        true => blocks
            .push(Block::Absent(view.tell("This scenario has no cash balance, so {company} cannot fail."))),
        false => match ByDate::of(
            view,
            ["failure", "Failed by the end of", "{company} has failed"],
            &[("failed", Dash::Whole)],
            &cash,
        ) {
            Some(by_date) => charts.push(by_date.chart()),
            None => blocks.push(Block::Absent(view.tell("{company} fails in no future."))),
        },
    }
    if !charts.is_empty() {
        blocks.insert(0, Block::Charts(charts));
    }
    Section { id: "events", name: "IPO, failure", heading: "IPO and failure".to_owned(), blocks }
}

/// Probability of an event under a deal, date by date.
struct Course<'s> {
    deal: usize,
    event: &'s str,
    dash: Dash,
    rows: &'s [&'s EventRow],
}

/// The chart of event probabilities by date, all deals in one plot.
struct ByDate<'a> {
    view: &'a View<'a>,
    /// Anchor of the chart.
    id: &'static str,
    /// Heading of the column of dates.
    column: &'static str,
    /// Title: what happens.
    title: String,
    /// Whether more than one event is drawn, so that each curve must name its own.
    several_events: bool,
    /// Events that happen on some path.
    curves: Vec<Course<'a>>,
    /// One row per date, from any of the curves.
    dates: &'a [&'a EventRow],
}

impl<'a> ByDate<'a> {
    /// Reads the probabilities; `None` where none of the events ever happens.
    fn of(
        view: &'a View,
        [id, column, title]: [&'static str; 3],
        events: &[(&'static str, Dash)],
        deals: &[usize],
    ) -> Option<ByDate<'a>> {
        let curves: Vec<Course> = deals
            .iter()
            .flat_map(|&deal| events.iter().map(move |&(event, dash)| (deal, event, dash)))
            .map(|(deal, event, dash)| {
                let rows = view.events(view.deals[deal], event);
                Course { deal, event, dash, rows }
            })
            .filter(|course| course.rows.iter().any(|row| row.probability > 0.0))
            .collect();
        let dates = curves.first()?.rows;
        Some(ByDate {
            view,
            id,
            column,
            title: view.tell(title),
            several_events: events.len() > 1,
            curves,
            dates,
        })
    }

    /// What a curve's name says after the name of its deal.
    fn suffix(&self, event: &str) -> &'static str {
        match event {
            "ready" => " – ready",
            "listed" if self.several_events => " – listed",
            _ => "",
        }
    }

    /// The period that ends on a date, as `Q2 2027`.
    fn period(&self, row: &EventRow) -> String {
        period_label(&row.date, self.view.results.facts.period_months)
    }

    fn last_date(&self) -> usize {
        self.dates.len() - 1
    }

    /// The axis of dates, from the valuation date where the results name it.
    fn axis(&self) -> Axis {
        let start = self.view.results.facts.valuation_date.as_str();
        let (first, ..) = date(if start.is_empty() { &self.dates[0].date } else { start });
        let begin = match start.is_empty() {
            true => on_axis(&self.dates[0].date),
            false => on_axis(start) - 1.0 / 360.0,
        };
        let end = on_axis(&self.dates[self.last_date()].date);
        Axis::years(begin, end, first + 1, end.floor() as i32)
    }

    fn layer(&self, curve: &Course, begin: f64) -> Layer {
        let mut points = vec![(begin, 0.0)];
        points.extend(curve.rows.iter().map(|row| (on_axis(&row.date), 100.0 * row.probability)));
        let weight = if curve.dash == Dash::Broken { Weight::Plain } else { Weight::Strong };
        Layer::Line { tone: Tone::Deal(curve.deal), weight, dash: curve.dash, points }
    }

    fn plot(&self) -> Plot {
        let last = self.last_date();
        let highest = self.curves.iter().map(|curve| curve.rows[last].probability).fold(0.0, f64::max);
        let described = self.curves.iter().map(|curve| {
            let (deal, row) = (self.view.deals[curve.deal], curve.rows[last]);
            let probability = self.view.by_then(row);
            format!("{deal}{} {probability}", self.suffix(curve.event))
        });
        let described = described.collect::<Vec<_>>().join(", ");
        let x = self.axis();
        Plot {
            layers: self.curves.iter().map(|curve| self.layer(curve, x.low)).collect(),
            x,
            y: Axis::linear(0.0, 100.0 * highest.max(1e-6), 5, "%"),
            rows: 0,
            strips: Vec::new(),
            anchors: self.dates.iter().map(|row| on_axis(&row.date)).collect(),
            described: format!("Lines by date. By {}: {described}.", self.period(self.dates[last])),
        }
    }

    fn readings(&self) -> Readings {
        let name = |curve: &Course| format!("{}{}", self.view.deals[curve.deal], self.suffix(curve.event));
        let row = |(i, day): (usize, &&EventRow)| {
            let cell = |curve: &Course| self.view.by_then(curve.rows[i]);
            std::iter::once(self.period(day)).chain(self.curves.iter().map(cell)).collect()
        };
        Readings {
            title: format!("{}: probability by date", self.title),
            columns: std::iter::once(self.column.to_owned()).chain(self.curves.iter().map(name)).collect(),
            rows: self.dates.iter().enumerate().map(row).collect(),
            main: Vec::new(),
        }
    }

    fn exact(&self) -> Exact {
        let row = |row: &&EventRow| {
            vec![
                Value::from(row.deal.as_str()),
                Value::from(row.event.as_str()),
                Value::from(row.date.as_str()),
                Value::from(row.probability),
                Value::from(row.std_error),
            ]
        };
        Exact {
            columns: vec!["deal", "event", "date", "probability", "std_error"],
            rows: self.curves.iter().flat_map(|curve| curve.rows.iter()).map(row).collect(),
        }
    }

    fn chart(&self) -> Chart {
        let entry = |curve: &Course| {
            let mark = if curve.dash == Dash::Whole { Mark::Line } else { Mark::BrokenLine };
            key(self.view, curve.deal, mark, self.suffix(curve.event))
        };
        Chart {
            id: self.id.to_owned(),
            title: format!("{}, by date", self.title),
            caption: match self.several_events {
                false => "Probability that it has happened by the end of each period.".to_owned(),
                true => "Probability that it has happened by the end of each period; dashed: the gates of an IPO have been met \
                         at least once."
                    .to_owned(),
            },
            legend: self.curves.iter().map(entry).collect(),
            plot: self.plot(),
            log: None,
            readings: self.readings(),
            exact: self.exact(),
            width: Width::Half,
            deal: None,
            choice: None,
        }
    }
}
