//! Plots as data: axes with ticks, and layers of bands, lines, bars and steps in the units of the axes.

use capstake::report::digits::{at_place, exponent};

/// A plot, independent of size, colours and file format.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Layers from back to front.
    pub layers: Vec<Layer>,
    /// Number of rows that decide the height of the plot, as in a tornado; 0 for the default height.
    pub rows: usize,
    /// Intervals below the axis, one per row.
    pub strips: Vec<Strip>,
    /// The x value of each row of the chart's readings.
    pub anchors: Vec<f64>,
    /// Description of the plot for readers who cannot see it.
    pub described: String,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Spacing of values.
    pub scale: Scale,
    /// Labelled values.
    pub ticks: Vec<Tick>,
    /// Title, usually the unit; empty if none is needed.
    pub title: String,
}

/// Spacing of values on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Linear.
    Linear,
    /// Logarithmic; the axis begins above 0.
    Log,
}

/// A labelled value of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value.
    pub at: f64,
    /// Its label.
    pub label: String,
}

/// What a part of a plot represents, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The deal with that index.
    Deal(usize),
    /// The cloud with that index.
    Cloud(usize),
    /// A sum of other parts.
    Sum,
    /// Background.
    Soft,
}

/// How strongly a band or line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Very light, for one of many lines.
    Faint,
    /// Light, for the outer of two bands.
    Light,
    /// Medium, for the inner of two bands.
    Plain,
    /// Strong, for the main line.
    Strong,
}

/// A part of a plot.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// The area between two curves.
    Band {
        /// What it represents.
        tone: Tone,
        /// How strongly it is drawn.
        weight: Weight,
        /// The horizontal axis.
        points: Vec<(f64, f64, f64)>,
    },
    /// A curve.
    Line {
        /// What it represents.
        tone: Tone,
        /// How strongly it is drawn.
        weight: Weight,
        /// Whether it is dashed.
        dash: Dash,
        /// The horizontal axis.
        points: Vec<(f64, f64)>,
    },
    /// A histogram: its outline over a filled area.
    Steps {
        /// What it represents.
        tone: Tone,
        /// The horizontal axis.
        bins: Vec<(f64, f64, f64)>,
    },
    /// A bar.
    Bar {
        /// What it represents.
        tone: Tone,
        /// Left, bottom, right and top.
        corners: [f64; 4],
    },
    /// A cell of a heat map, darker for larger values.
    Shade {
        /// Left, bottom, right and top.
        corners: [f64; 4],
        /// Position of its value between the smallest, 0, and the largest, 1.
        part: f64,
    },
    /// Text centred in a cell.
    Inside {
        /// Its centre.
        at: (f64, f64),
        /// The text.
        text: String,
    },
    /// Text that starts at a point.
    Label {
        /// Its start.
        at: (f64, f64),
        /// The text.
        text: String,
    },
    /// Text above a point.
    Words {
        /// The position.
        at: (f64, f64),
        /// The text.
        text: String,
    },
    /// A vertical line.
    Rule {
        /// The position.
        x: f64,
    },
}

/// Whether a line is dashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    /// Solid.
    Whole,
    /// Dashed.
    Broken,
}

/// An interval with a middle value, drawn below the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// What it represents.
    pub tone: Tone,
    /// Its name.
    pub name: String,
    /// Lower end, middle and upper end.
    pub values: [f64; 3],
    /// The same values as text.
    pub labels: [String; 3],
}

impl Axis {
    /// A linear axis that covers `low` to `high`, extended to round values, with at most `most` intervals
    /// between ticks.
    pub fn linear(low: f64, high: f64, most: usize, title: impl Into<String>) -> Axis {
        let high = if high > low { high } else { low + 1.0 };
        let step = round_step(high - low, most);
        let first = (low / step).floor() as i64;
        let last = (high / step - 1e-9).ceil() as i64;
        let tick = |i: i64| {
            let at = step * i as f64;
            Tick { at, label: tick_label(at, step) }
        };
        Axis {
            low: step * first as f64,
            high: step * last as f64,
            scale: Scale::Linear,
            ticks: (first..=last).map(tick).collect(),
            title: title.into(),
        }
    }

    /// A logarithmic axis from `low` to `high`, both above 0, with ticks at 1, 2 and 5 times powers of ten,
    /// or at powers of ten only if there are many.
    pub fn log(low: f64, high: f64, title: impl Into<String>) -> Axis {
        let marks: Vec<(f64, i32)> = (exponent(low)..=exponent(high) + 1)
            .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| (digit * 10_f64.powi(power), power)))
            .collect();
        let from = marks.iter().rposition(|&(at, _)| at <= low * (1.0 + 1e-12)).unwrap_or(0);
        let to = marks.iter().position(|&(at, _)| at >= high).unwrap_or(marks.len() - 1).max(from + 1);
        let inside = &marks[from..=to];
        let sparse = inside.len() > 8;
        Axis {
            low: inside[0].0,
            high: inside[inside.len() - 1].0,
            scale: Scale::Log,
            ticks: inside
                .iter()
                .filter(|&&(at, power)| !sparse || at < 1.5 * 10_f64.powi(power))
                .map(|&(at, power)| Tick { at, label: tick_label(at, 10_f64.powi(power)) })
                .collect(),
            title: title.into(),
        }
    }

    /// An axis of calendar years from `low` to `high`, with ticks between the years `first` and `last`.
    pub fn years(low: f64, high: f64, first: i32, last: i32) -> Axis {
        let step = round_step(f64::from(last - first).max(1.0), 12).max(1.0).ceil() as i32;
        let mark = |&year: &i32| step == 1 || year % step == 0;
        Axis {
            low,
            high,
            scale: Scale::Linear,
            ticks: (first..=last)
                .filter(mark)
                .map(|year| Tick { at: f64::from(year), label: year.to_string() })
                .collect(),
            title: String::new(),
        }
    }

    /// An axis of names at 0, 1, 2, …
    pub fn names(names: &[&str]) -> Axis {
        Axis {
            low: -0.5,
            high: names.len() as f64 - 0.5,
            scale: Scale::Linear,
            ticks: names
                .iter()
                .enumerate()
                .map(|(i, name)| Tick { at: i as f64, label: (*name).to_owned() })
                .collect(),
            title: String::new(),
        }
    }

    /// Distance between neighbouring ticks; 1 if there are fewer than two.
    pub fn step(&self) -> f64 {
        match self.ticks.as_slice() {
            [first, second, ..] => second.at - first.at,
            _ => 1.0,
        }
    }
}

/// The smallest step of 1, 2, 2.5 or 5 times a power of ten that divides `span` into at most `most` parts.
fn round_step(span: f64, most: usize) -> f64 {
    let power = 10_f64.powi((span / most as f64).log10().floor() as i32);
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|step| span / step <= most as f64 * (1.0 + 1e-9))
        .unwrap_or(20.0 * power)
}

/// A tick label with the digits that steps of `step` need: `−1,500`, `0.25`.
fn tick_label(value: f64, step: f64) -> String {
    let place = exponent(step * (1.0 + 1e-9));
    // Steps of 2.5 have a digit more.
    let finer = (step / 10_f64.powi(place)).fract().abs() > 1e-6 && place <= 0;
    grouped(&at_place(value, place.min(0) - i32::from(finer)))
}

/// A number with commas between thousands and a typographic minus sign.
pub fn grouped(number: &str) -> String {
    let (sign, size) = match number.strip_prefix('-') {
        Some(size) => ("−", size),
        None => ("", number),
    };
    let (whole, rest) = match size.find('.') {
        Some(at) => size.split_at(at),
        None => (size, ""),
    };
    let mut text = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.bytes().all(|b| b.is_ascii_digit()) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> String {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_and_enclose() {
        let axis = Axis::linear(0.0, 583.9, 8, "$bn");
        assert_eq!(labels(&axis), "0 100 200 300 400 500 600");
        assert_eq!((axis.low, axis.high, axis.step()), (0.0, 600.0, 100.0));
        assert_eq!(labels(&Axis::linear(-69.3, 132.6, 8, "")), "−100 −50 0 50 100 150");
        assert_eq!(labels(&Axis::linear(0.0, 1.0, 5, "")), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(
            labels(&Axis::linear(0.0, 0.2, 8, "")),
            "0.000 0.025 0.050 0.075 0.100 0.125 0.150 0.175 0.200"
        );
        assert_eq!(labels(&Axis::linear(0.0, 4200.0, 5, "")), "0 1,000 2,000 3,000 4,000 5,000");
        // One value alone still has an axis.
        assert!(Axis::linear(3.0, 3.0, 5, "").high > 3.0);
    }

    #[test]
    fn logarithmic_ticks() {
        assert_eq!(labels(&Axis::log(12.0, 480.0, "")), "10 20 50 100 200 500");
        assert_eq!(labels(&Axis::log(0.013, 480.0, "")), "0.01 0.1 1 10 100");
        let axis = Axis::log(5.0, 5.0, "");
        assert!(axis.low <= 5.0 && axis.high > axis.low);
    }

    #[test]
    fn years_and_names() {
        assert_eq!(labels(&Axis::years(2026.0, 2030.0, 2026, 2030)), "2026 2027 2028 2029 2030");
        assert_eq!(
            labels(&Axis::years(2000.0, 2024.0, 2000, 2024)),
            "2000 2002 2004 2006 2008 2010 2012 2014 2016 2018 2020 2022 2024"
        );
        assert_eq!(Axis::names(&["a", "b"]).high, 1.5);
    }

    #[test]
    fn thousands_and_minus() {
        assert_eq!(["-1234.5", "999", "1000", "–", "inf"].map(grouped).join(" "), "−1,234.5 999 1,000 – inf");
    }
}
