//! Charts of a study as plots: curves with error bands, grids as heat maps, bars as tornado charts.

use super::chart::{Chart, Exact, Key, Mark, Readings, Value, Width};
use super::plot::{Axis, Dash, Layer, Plot, Tone, Weight};
use super::wording::{Measure, measure};
use capstake::config::Unit;
use capstake::report::answer::{self, Bar, Curve, Point};
use capstake::report::digits::{NONE, significant};

/// Half-width of a 95% interval in standard errors.
const HALF_INTERVAL: f64 = 1.96;
/// Significant digits of numbers without an error.
const DIGITS: i32 = 4;
/// Number of deal colours; further curves are dashed.
const COLOURS: usize = 5;
/// Largest number of grid columns that leaves room for the numbers.
const NUMBERS_FIT: usize = 12;

/// The plot of a study's chart, number `i` on its page; `None` if there is nothing to draw.
pub fn chart(i: usize, asked: &answer::Chart) -> Option<Chart> {
    if !asked.is_drawn() {
        return None;
    }
    let id = format!("chart-{}", i + 1);
    Some(match asked {
        answer::Chart::Curves { title, x, y, curves, marks } => {
            Curves { x: of(x.unit), y: of(y.unit), across: x, up: y, curves, marks }.chart(id, title)
        }
        answer::Chart::Heat { title, x, y, z, columns, rows, cells } => {
            Grid { across: x, down: y, value: of(z.unit), columns, rows, cells }.chart(id, title)
        }
        answer::Chart::Bars { title, x, centre, ends, bars } => {
            Bars { along: x, value: of(x.unit), centre: *centre, ends, bars }.chart(id, title)
        }
        answer::Chart::Waterfall { title, x, from, steps, to } => {
            Waterfall { value: of(x.unit), from: from.as_ref(), steps, to }.chart(id, title)
        }
    })
}

fn of(unit: Option<Unit>) -> Measure {
    measure(unit.map_or("", Unit::name))
}

/// The smallest and the largest finite value.
fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    values
        .filter(|value| value.is_finite())
        .fold(start, |(low, high), value| (low.min(value), high.max(value)))
}

/// A value axis that includes zero if that costs little space.
fn axis((low, high): (f64, f64), most: usize, title: &str) -> Axis {
    let near = |end: f64, other: f64| end.abs() <= 0.5 * other.abs();
    let low = if low > 0.0 && near(low, high) { 0.0 } else { low };
    let high = if high < 0.0 && near(high, low) { 0.0 } else { high };
    Axis::linear(low, high, most, title)
}

struct Curves<'a> {
    x: Measure,
    y: Measure,
    across: &'a answer::Axis,
    up: &'a answer::Axis,
    curves: &'a [Curve],
    marks: &'a [answer::Mark],
}

impl Curves<'_> {
    /// Whether the curves are mean and quantiles of one quantity.
    fn is_fan(&self) -> bool {
        ["mean", "p05", "p50", "p95"].iter().all(|name| self.curve(name).is_some())
    }

    fn curve(&self, name: &str) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.name == name)
    }

    /// Finite points as (x, y, standard error) in the units of the axes.
    fn points(&self, curve: &Curve) -> Vec<(f64, f64, f64)> {
        let drawn = |point: &&Point| point.x.is_finite() && point.y.is_finite();
        let scaled = |p: &Point| (self.x.factor * p.x, self.y.factor * p.y, self.y.factor * p.std_error);
        curve.points.iter().filter(drawn).map(scaled).collect()
    }

    fn chart(&self, id: String, title: &str) -> Chart {
        let ends = |(x, y, error): (f64, f64, f64)| {
            let half = if error.is_finite() { HALF_INTERVAL * error } else { 0.0 };
            [(x, y - half), (x, y + half)]
        };
        let all: Vec<_> = self.curves.iter().flat_map(|curve| self.points(curve)).flat_map(ends).collect();
        let (left, right) = span(all.iter().map(|(x, _)| *x));
        let (bottom, top) = span(all.iter().map(|(_, y)| *y));
        let probability = self.up.unit == Some(Unit::Probability);
        let y = match probability {
            true => Axis::linear(0.0, 100.0, 5, "%"),
            false => axis((bottom, top), 6, &self.axis_title()),
        };
        let x = match self.across.is_calendar() {
            true => Axis::years(left.floor(), right, left.floor() as i32, right.floor() as i32),
            false => Axis::linear(left, right, 8, ""),
        };
        let (mut layers, legend) = if self.is_fan() { self.fan() } else { self.lines() };
        for mark in self.marks.iter().filter(|mark| mark.x.is_finite()) {
            let at = self.x.factor * mark.x;
            layers.push(Layer::Rule { x: at });
            layers.push(Layer::Words { at: (at, y.high), text: mark.text.clone() });
        }
        let along = match self.across.is_calendar() {
            true => String::new(),
            false => format!(" over {}", self.across.name),
        };
        let unit = if self.x.axis.is_empty() { String::new() } else { format!(", {}", self.x.axis) };
        let bottom = match self.across.is_calendar() {
            true => "Along the bottom the date.".to_owned(),
            false => format!("Along the bottom {}{unit}.", self.across.name),
        };
        Chart {
            id,
            title: format!("{title}{along}"),
            caption: format!("{bottom} {}", self.error_words()),
            legend,
            plot: Plot {
                x,
                y,
                layers,
                rows: 0,
                strips: Vec::new(),
                anchors: self.xs().iter().map(|x| self.x.factor * x).collect(),
                described: self.described(title),
            },
            log: None,
            readings: self.readings(title),
            exact: self.exact(),
            width: Width::Full,
            deal: None,
            choice: None,
        }
    }

    fn axis_title(&self) -> String {
        match (self.y.axis, self.up.unit) {
            ("", Some(unit)) => unit.name().to_owned(),
            (axis, _) => axis.to_owned(),
        }
    }

    fn error_words(&self) -> &'static str {
        let known = |point: &Point| point.std_error > 0.0;
        match (self.is_fan(), self.curves.iter().flat_map(|curve| &curve.points).any(known)) {
            (true, _) => {
                "The wide band holds nine futures in ten; the narrow one, where it can be seen, is the simulation error of the mean."
            }
            (false, true) => {
                "Bands: 95% intervals for the simulation error; where none can be seen, it is thinner than the line."
            }
            (false, false) => "",
        }
    }

    fn line(tone: Tone, weight: Weight, dash: Dash, points: &[(f64, f64, f64)]) -> Layer {
        Layer::Line { tone, weight, dash, points: points.iter().map(|&(x, y, _)| (x, y)).collect() }
    }

    /// The band of the Monte Carlo error; `None` if there is no error.
    fn errors(tone: Tone, weight: Weight, points: &[(f64, f64, f64)]) -> Option<Layer> {
        let half = |error: f64| if error > 0.0 { HALF_INTERVAL * error } else { 0.0 };
        points.iter().any(|&(.., error)| error > 0.0).then(|| Layer::Band {
            tone,
            weight,
            points: points.iter().map(|&(x, y, error)| (x, y - half(error), y + half(error))).collect(),
        })
    }

    /// Layers and legend for the mean and quantiles of one quantity.
    fn fan(&self) -> (Vec<Layer>, Vec<Key>) {
        let tone = Tone::Deal(0);
        let points = |name: &str| self.curve(name).map_or(Vec::new(), |curve| self.points(curve));
        let (low, high) = (points("p05"), points("p95"));
        let band = low
            .iter()
            .filter_map(|&(x, low, _)| {
                high.iter().find(|other| other.0 == x).map(|&(_, high, _)| (x, low, high))
            })
            .collect();
        let mean = points("mean");
        let mut layers = vec![Layer::Band { tone, weight: Weight::Light, points: band }];
        layers.extend(Self::errors(tone, Weight::Plain, &mean));
        layers.push(Self::line(tone, Weight::Plain, Dash::Broken, &points("p50")));
        layers.push(Self::line(tone, Weight::Strong, Dash::Whole, &mean));
        let key = |mark, text: &str| Key { tone, mark, text: text.to_owned() };
        let legend =
            vec![key(Mark::Line, "mean"), key(Mark::BrokenLine, "median"), key(Mark::OuterArea, "p5 to p95")];
        (layers, legend)
    }

    /// Layers and legend with one line per curve.
    fn lines(&self) -> (Vec<Layer>, Vec<Key>) {
        let (mut layers, mut legend) = (Vec::new(), Vec::new());
        for (i, curve) in self.curves.iter().enumerate() {
            let (tone, dash, mark) = match i {
                i if i < COLOURS => (Tone::Deal(i), Dash::Whole, Mark::Line),
                i => (Tone::Deal(i), Dash::Broken, Mark::BrokenLine),
            };
            let points = self.points(curve);
            layers.extend(Self::errors(tone, Weight::Light, &points));
            layers.push(Self::line(tone, Weight::Strong, dash, &points));
            legend.push(Key { tone, mark, text: curve.name.clone() });
        }
        if legend.len() == 1 {
            legend.clear();
        }
        (layers, legend)
    }

    /// All x values of all curves, in rising order.
    fn xs(&self) -> Vec<f64> {
        let all = self.curves.iter().flat_map(|curve| &curve.points).map(|point| point.x);
        let mut xs: Vec<f64> = all.filter(|x| x.is_finite()).collect();
        xs.sort_by(f64::total_cmp);
        xs.dedup();
        xs
    }

    fn place(&self, x: f64) -> String {
        match self.across.is_calendar() {
            true => calendar(x),
            false => self.x.value(x, 12),
        }
    }

    fn cell(&self, point: &Point) -> String {
        match point.std_error > 0.0 {
            true => self.y.estimate(point.y, point.std_error),
            false => self.y.value(point.y, DIGITS),
        }
    }

    fn readings(&self, title: &str) -> Readings {
        let first = if self.across.is_calendar() { "end of" } else { self.across.name.as_str() };
        let names = self.curves.iter().map(|curve| curve.name.clone());
        let row = |&x: &f64| {
            let cell = |curve: &Curve| match curve.points.iter().find(|point| point.x == x) {
                Some(point) => self.cell(point),
                None => NONE.to_owned(),
            };
            std::iter::once(self.place(x)).chain(self.curves.iter().map(cell)).collect()
        };
        Readings {
            title: title.to_owned(),
            columns: std::iter::once(first.to_owned()).chain(names).collect(),
            rows: self.xs().iter().map(row).collect(),
            main: Vec::new(),
        }
    }

    fn described(&self, title: &str) -> String {
        let ends = self.curves.iter().filter_map(|curve| {
            let drawn = || curve.points.iter().filter(|point| point.y.is_finite());
            let (first, last) = (drawn().next()?, drawn().next_back()?);
            Some(format!(
                "{}: {} at {}, {} at {}",
                curve.name,
                self.cell(first),
                self.place(first.x),
                self.cell(last),
                self.place(last.x)
            ))
        });
        format!("Curves of {title}. {}.", ends.collect::<Vec<_>>().join("; "))
    }

    fn exact(&self) -> Exact {
        let row = |curve: &Curve, point: &Point| {
            vec![Value::from(curve.name.as_str()), point.x.into(), point.y.into(), point.std_error.into()]
        };
        Exact {
            columns: vec!["curve", "x", "y", "std_error"],
            rows: self
                .curves
                .iter()
                .flat_map(|curve| curve.points.iter().map(|point| row(curve, point)).collect::<Vec<_>>())
                .collect(),
        }
    }
}

/// The month that ends at a position on an axis of years: `Sep 2027`.
fn calendar(x: f64) -> String {
    // The end of a month is the start of the next; days within a month are rounded away.
    let months = ((x * 12.0 - 1e-6).ceil() as i64).max(1) - 1;
    format!("{} {}", super::wording::MONTHS[(months % 12) as usize], months / 12)
}

struct Grid<'a> {
    across: &'a answer::Axis,
    down: &'a answer::Axis,
    value: Measure,
    columns: &'a [String],
    rows: &'a [String],
    cells: &'a [Vec<f64>],
}

impl Grid<'_> {
    /// The smallest and the largest value.
    fn span(&self) -> (f64, f64) {
        span(self.cells.iter().flatten().copied())
    }

    /// A shaded cell per value, with the number if it fits.
    fn layers(&self) -> Vec<Layer> {
        let (least, most) = self.span();
        let part = |value: f64| if most > least { (value - least) / (most - least) } else { 0.5 };
        let mut layers = Vec::new();
        for (i, row) in self.cells.iter().enumerate() {
            let up = (self.rows.len() - 1 - i) as f64;
            for (j, &value) in row.iter().enumerate().filter(|(_, value)| value.is_finite()) {
                let across = j as f64;
                let corners = [across - 0.5, up - 0.5, across + 0.5, up + 0.5];
                layers.push(Layer::Shade { corners, part: part(value) });
                if row.len() <= NUMBERS_FIT {
                    let text = significant(self.value.factor * value, DIGITS);
                    layers.push(Layer::Inside { at: (across, up), text });
                }
            }
        }
        layers
    }

    fn readings(&self, title: &str) -> Readings {
        Readings {
            title: title.to_owned(),
            columns: std::iter::once(self.down.name.clone())
                .chain(self.columns.iter().map(|name| format!("{} {name}", &self.across.name)))
                .collect(),
            rows: self
                .rows
                .iter()
                .zip(self.cells)
                .map(|(name, cells)| {
                    let cells = cells.iter().map(|&value| self.value.value(value, DIGITS));
                    std::iter::once(name.clone()).chain(cells).collect()
                })
                .collect(),
            main: Vec::new(),
        }
    }

    fn exact(&self) -> Exact {
        Exact {
            columns: vec!["down", "across", "value"],
            rows: self
                .rows
                .iter()
                .zip(self.cells)
                .flat_map(|(row, cells)| {
                    let cell = |(column, value): (&String, &f64)| {
                        vec![Value::from(row.as_str()), Value::from(column.as_str()), (*value).into()]
                    };
                    self.columns.iter().zip(cells).map(cell).collect::<Vec<_>>()
                })
                .collect(),
        }
    }

    fn chart(&self, id: String, title: &str) -> Chart {
        let (least, most) = self.span();
        let across: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let down: Vec<&str> = self.rows.iter().rev().map(String::as_str).collect();
        let mut y = Axis::names(&down);
        y.title = self.down.name.clone();
        let unit = if self.value.axis.is_empty() { String::new() } else { format!(", {}", self.value.axis) };
        Chart {
            id,
            title: format!("{title}{unit}"),
            caption: format!(
                "Across: {}; down: {}. The darker, the larger. The files have the errors.",
                self.across.name, self.down.name
            ),
            legend: Vec::new(),
            plot: Plot {
                x: Axis::names(&across),
                y,
                layers: self.layers(),
                rows: self.rows.len(),
                strips: Vec::new(),
                anchors: Vec::new(),
                described: format!(
                    "Grid of {title}: least {}, greatest {}.",
                    self.value.value(least, DIGITS),
                    self.value.value(most, DIGITS)
                ),
            },
            log: None,
            readings: self.readings(title),
            exact: self.exact(),
            width: Width::Full,
            deal: None,
            choice: None,
        }
    }
}

struct Bars<'a> {
    along: &'a answer::Axis,
    value: Measure,
    centre: f64,
    ends: &'a [String; 2],
    bars: &'a [Bar],
}

impl Bars<'_> {
    /// Bars with two finite ends.
    fn drawn(&self) -> impl Iterator<Item = &Bar> {
        self.bars.iter().filter(|bar| bar.low.is_finite() && bar.high.is_finite())
    }

    /// Per row two bars from its ends to the centre, and its label at the left edge.
    fn layers(&self, left_edge: f64) -> Vec<Layer> {
        let scale = |value: f64| self.value.factor * value;
        let count = self.drawn().count();
        let mut layers = Vec::new();
        for (i, bar) in self.drawn().enumerate() {
            let up = (count - 1 - i) as f64;
            for (end, value) in [bar.low, bar.high].into_iter().enumerate() {
                let (left, right) = (scale(value.min(self.centre)), scale(value.max(self.centre)));
                if right > left {
                    layers.push(Layer::Bar {
                        tone: Tone::Deal(1 - end),
                        corners: [left, up - 0.46, right, up + 0.06],
                    });
                }
            }
            layers.push(Layer::Label { at: (left_edge, up + 0.17), text: bar.label.clone() });
        }
        if self.centre != 0.0 {
            layers.push(Layer::Rule { x: scale(self.centre) });
        }
        layers
    }

    fn chart(&self, id: String, title: &str) -> Chart {
        let scale = |value: f64| self.value.factor * value;
        let count = self.drawn().count();
        let (least, most) =
            span(self.drawn().flat_map(|bar| [bar.low, bar.high]).chain([self.centre]).map(scale));
        let x = Axis::linear(least, most, 8, "");
        let layers = self.layers(x.low);
        let unit = if self.value.axis.is_empty() { String::new() } else { format!(", {}", self.value.axis) };
        let heads = self.ends.each_ref().map(|end| match end.as_str() {
            "" => "from".to_owned(),
            words => words.to_owned(),
        });
        let key = |i: usize| Key { tone: Tone::Deal(1 - i), mark: Mark::Area, text: self.ends[i].clone() };
        let legend = (0..2).filter(|&i| !self.ends[i].is_empty()).map(key).collect();
        let row = |bar: &Bar| {
            let [low, high] = [bar.low, bar.high].map(|value| self.value.value(value, DIGITS));
            vec![bar.label.clone(), low, high]
        };
        let middle = match self.centre {
            0.0 => String::new(),
            centre => format!(" The line across is the mean, {}.", self.value.value(centre, DIGITS)),
        };
        Chart {
            id,
            title: format!("{title}{unit}"),
            caption: format!("Along the bottom {}{unit}; the longest bar first.{middle}", self.along.name),
            legend,
            plot: Plot {
                x,
                y: Axis {
                    low: -0.5,
                    high: count as f64 - 0.5,
                    scale: super::plot::Scale::Linear,
                    ticks: Vec::new(),
                    title: String::new(),
                },
                layers,
                rows: count,
                strips: Vec::new(),
                anchors: Vec::new(),
                described: format!(
                    "Bars of {title}. {}.",
                    self.drawn().take(3).map(|bar| row(bar).join(" ")).collect::<Vec<_>>().join("; ")
                ),
            },
            log: None,
            readings: Readings {
                title: title.to_owned(),
                columns: vec![String::new(), heads[0].clone(), heads[1].clone()],
                rows: self.drawn().map(row).collect(),
                main: Vec::new(),
            },
            exact: Exact {
                columns: vec!["bar", "low", "high", "centre"],
                rows: self
                    .drawn()
                    .map(|bar| {
                        vec![bar.label.as_str().into(), bar.low.into(), bar.high.into(), self.centre.into()]
                    })
                    .collect(),
            },
            width: Width::Full,
            deal: None,
            choice: None,
        }
    }
}

/// Totals and the steps between them, from top to bottom.
struct Waterfall<'a> {
    value: Measure,
    from: Option<&'a Bar>,
    steps: &'a [Bar],
    to: &'a Bar,
}

impl Waterfall<'_> {
    /// All bars in their rows; a total has no step.
    fn rows(&self) -> Vec<(&Bar, bool)> {
        let steps = self.steps.iter().map(|step| (step, true));
        self.from.map(|from| (from, false)).into_iter().chain(steps).chain([(self.to, false)]).collect()
    }

    fn scaled(&self, value: f64) -> f64 {
        self.value.factor * value
    }

    /// An axis on which the steps can be seen: from 0 only where that costs little space.
    fn axis(&self) -> Axis {
        let (least, most) = span(self.rows().iter().map(|(bar, _)| self.scaled(bar.high)));
        let margin = 0.1 * (most - least).max(f64::MIN_POSITIVE);
        axis((least - margin, most + margin), 8, "")
    }

    fn layers(&self, x: &Axis) -> Vec<Layer> {
        let rows = self.rows();
        let mut layers = Vec::new();
        for (i, &(bar, is_step)) in rows.iter().enumerate() {
            let up = (rows.len() - 1 - i) as f64;
            let start = if is_step { self.scaled(bar.low) } else { 0.0_f64.clamp(x.low, x.high) };
            let (left, right) = (start.min(self.scaled(bar.high)), start.max(self.scaled(bar.high)));
            let tone = match (is_step, bar.high >= bar.low) {
                (false, _) => Tone::Deal(0),
                (true, true) => Tone::Deal(2),
                (true, false) => Tone::Deal(1),
            };
            if right > left {
                layers.push(Layer::Bar { tone, corners: [left, up - 0.46, right, up + 0.06] });
            }
            let text = if is_step { bar.label.clone() } else { self.total(bar) };
            layers.push(Layer::Label { at: (x.low, up + 0.17), text });
        }
        layers
    }

    fn total(&self, bar: &Bar) -> String {
        format!("{}: {}", bar.label, self.value.value(bar.high, DIGITS))
    }

    fn chart(&self, id: String, title: &str) -> Chart {
        let rows = self.rows();
        let x = self.axis();
        let layers = self.layers(&x);
        let unit = if self.value.axis.is_empty() { String::new() } else { format!(", {}", self.value.axis) };
        let cut = if x.low > 0.0 { " The axis does not begin at 0." } else { "" };
        let key =
            |tone: usize, text: &str| Key { tone: Tone::Deal(tone), mark: Mark::Area, text: text.to_owned() };
        let words = |bar: &Bar, is_step: bool| if is_step { bar.label.clone() } else { self.total(bar) };
        Chart {
            id,
            title: format!("{title}{unit}"),
            caption: format!(
                "Each clause is worth its Shapley value: the mean of what it adds over all orders in which the clauses can be changed.{cut}"
            ),
            legend: vec![key(2, "adds"), key(1, "takes away")],
            plot: Plot {
                x,
                y: Axis {
                    low: -0.5,
                    high: rows.len() as f64 - 0.5,
                    scale: super::plot::Scale::Linear,
                    ticks: Vec::new(),
                    title: String::new(),
                },
                layers,
                rows: rows.len(),
                strips: Vec::new(),
                anchors: Vec::new(),
                described: format!(
                    "Waterfall of {title}. {}.",
                    rows.iter().map(|&(bar, step)| words(bar, step)).collect::<Vec<_>>().join("; ")
                ),
            },
            log: None,
            readings: Readings {
                title: title.to_owned(),
                columns: vec!["clause".to_owned(), "from".to_owned(), "to".to_owned()],
                rows: rows
                    .iter()
                    .map(|(bar, _)| {
                        let ends = [bar.low, bar.high].map(|value| self.value.value(value, DIGITS));
                        std::iter::once(bar.label.clone()).chain(ends).collect()
                    })
                    .collect(),
                main: Vec::new(),
            },
            exact: Exact {
                columns: vec!["bar", "from", "to"],
                rows: rows
                    .iter()
                    .map(|(bar, _)| vec![bar.label.as_str().into(), bar.low.into(), bar.high.into()])
                    .collect(),
            },
            width: Width::Full,
            deal: None,
            choice: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_months_have_names() {
        assert_eq!(calendar(2027.0), "Dec 2026");
        assert_eq!(calendar(2026.0 + 9.0 / 12.0), "Sep 2026");
        assert_eq!(calendar(2026.0 + 8.5 / 12.0), "Sep 2026");
        assert_eq!(calendar(2028.0 + 2.0 / 12.0), "Feb 2028");
    }

    #[test]
    fn an_axis_shows_nought_where_that_costs_little() {
        assert_eq!(axis((20.0, 80.0), 6, "").low, 0.0);
        assert_eq!(axis((60.0, 80.0), 6, "").low, 60.0);
        assert_eq!(axis((-80.0, -20.0), 6, "").high, 0.0);
        assert!(axis((-30.0, 20.0), 6, "").low <= -30.0);
    }
}
