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
    ///
    /// Total, like all axes: whatever the two ends are, the axis is finite, encloses the finite ones, and has
    /// few ticks.
    pub fn linear(low: f64, high: f64, most: usize, title: impl Into<String>) -> Axis {
        let (low, high) = drawable(low, high);
        let step = round_step(low, high, most.max(1));
        let first = (low / step).floor() as i64;
        let last = (high / step - 1e-9).ceil() as i64;
        let at = |i: i64| (step * i as f64).clamp(-f64::MAX, f64::MAX);
        let tick = |i: i64| Tick { at: at(i), label: tick_label(at(i), step) };
        Axis {
            low: at(first),
            high: at(last),
            scale: Scale::Linear,
            ticks: (first..=last).filter(|&i| (step * i as f64).is_finite()).map(tick).collect(),
            title: title.into(),
        }
    }

    /// A logarithmic axis from `low` to `high`, both above 0, with ticks at 1, 2 and 5 times powers of ten,
    /// or at powers of ten only if there are many.
    pub fn log(low: f64, high: f64, title: impl Into<String>) -> Axis {
        let inside = |end: f64| if end.is_nan() { 1.0 } else { end.clamp(WIDTH_DRAWN, 1.0 / WIDTH_DRAWN) };
        let (low, high) = (inside(low), inside(high));
        let (low, high) = (low.min(high), low.max(high));
        let marks: Vec<(f64, i32)> = (exponent(low) - 1..=exponent(high) + 1)
            .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| (digit * power_of_ten(power), power)))
            .collect();
        let from = marks.iter().rposition(|&(at, _)| at <= low * (1.0 + 1e-12)).unwrap_or(0);
        let to = marks.iter().position(|&(at, _)| at >= high).unwrap_or(marks.len() - 1).max(from + 1);
        let inside = &marks[from..=to];
        let sparse = inside.len() > 8;
        // Of very many powers every second, third, …
        let every = (inside.len() as i32).div_euclid(3 * 8).max(1);
        let is_labelled = |&&(at, power): &&(f64, i32)| {
            !sparse || (at < 1.5 * power_of_ten(power) && power.rem_euclid(every) == 0)
        };
        Axis {
            low: inside[0].0,
            high: inside[inside.len() - 1].0,
            scale: Scale::Log,
            ticks: inside
                .iter()
                .filter(is_labelled)
                .map(|&(at, power)| Tick { at, label: tick_label(at, power_of_ten(power)) })
                .collect(),
            title: title.into(),
        }
    }

    /// An axis of calendar years from `low` to `high`, with ticks between the years `first` and `last`.
    pub fn years(low: f64, high: f64, first: i32, last: i32) -> Axis {
        let (low, high) = drawable(low, high);
        let (first, last) = (i64::from(first), i64::from(last));
        let step = round_step(0.0, (last - first).max(1) as f64, 12).max(1.0).ceil() as i64;
        let start = first + (-first).rem_euclid(step);
        let ticks = (0..).map(|i| start + i * step).take_while(|&year| year <= last);
        Axis {
            low,
            high,
            scale: Scale::Linear,
            ticks: ticks.map(|year| Tick { at: year as f64, label: year.to_string() }).collect(),
            title: String::new(),
        }
    }

    /// An axis of names at 0, 1, 2, …
    pub fn names(names: &[&str]) -> Axis {
        Axis {
            low: -0.5,
            high: names.len().max(1) as f64 - 0.5,
            scale: Scale::Linear,
            ticks: names
                .iter()
                .enumerate()
                .map(|(i, name)| Tick { at: i as f64, label: (*name).to_owned() })
                .collect(),
            title: String::new(),
        }
    }

    /// Labels a value, in place of the tick that may stand there.
    pub fn mark(&mut self, at: f64, label: String) {
        match self.ticks.iter_mut().find(|tick| tick.at == at) {
            Some(tick) => tick.label = label,
            None => {
                let place = self.ticks.partition_point(|tick| tick.at < at);
                self.ticks.insert(place, Tick { at, label });
            }
        }
    }

    /// Values inside the axis, `per_step` to each step between neighbouring ticks.
    pub fn readings(&self, per_step: u32) -> Vec<f64> {
        let between = |pair: &[Tick]| -> Vec<f64> {
            let part = |i: u32| f64::from(i) / f64::from(per_step);
            (0..per_step).map(|i| pair[0].at * (1.0 - part(i)) + pair[1].at * part(i)).collect()
        };
        self.ticks.windows(2).flat_map(between).skip(1).collect()
    }

    /// Position of a value on the axis, from 0 at its lower end to 1.
    pub fn part(&self, value: f64) -> f64 {
        let (low, high) = (self.low, self.high);
        let at = match self.scale {
            Scale::Linear if (high - low).is_finite() => (value - low) / (high - low),
            Scale::Linear => (value / 4.0 - low / 4.0) / (high / 4.0 - low / 4.0),
            // The ratio of the ends may be no number; that of their logarithms is.
            Scale::Log => (value.max(low).ln() - low.ln()) / (high.ln() - low.ln()),
        };
        if at.is_nan() { 0.0 } else { at.clamp(0.0, 1.0) }
    }
}

/// The narrowest range that is drawn to scale: narrower ones, near the smallest numbers that there are, look like
/// a constant.
const WIDTH_DRAWN: f64 = 1e-300;
/// The narrowest range that is drawn to scale, as a part of its larger end: ticks of a narrower one would coincide.
const PART_DRAWN: f64 = 1e-12;

/// Two finite ends in order that enclose both and are far enough apart to be told from each other.
fn drawable(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = match (low.is_finite(), high.is_finite()) {
        (true, true) => (low.min(high), low.max(high)),
        (true, false) => (low, low),
        (false, true) => (high, high),
        (false, false) => (0.0, 0.0),
    };
    let size = low.abs().max(high.abs());
    if high - low > (PART_DRAWN * size).max(WIDTH_DRAWN) {
        return (low, high);
    }
    // A constant: an axis of width 1, or of a millionth of a large number.
    let apart = 1e-6 * size.max(1e6);
    match low + apart {
        high if high.is_finite() => (low, high),
        _ => (low - apart, high),
    }
}

/// A power of ten, correctly rounded; 0 or infinite beyond the range of numbers.
fn power_of_ten(power: i32) -> f64 {
    format!("1e{power}").parse().expect("a number")
}

/// The smallest step of 1, 2, 2.5 or 5 times a power of ten that divides the span of a [`drawable`] range into at most
/// `most` parts.
fn round_step(low: f64, high: f64, most: usize) -> f64 {
    // The span of the largest numbers is not a number itself.
    if !(high - low).is_finite() {
        return (2.0 * round_step(low / 2.0, high / 2.0, most)).min(f64::MAX);
    }
    let span = high - low;
    let power = power_of_ten((span / most as f64).log10().floor() as i32);
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|step| span / step <= most as f64 * (1.0 + 1e-9))
        .unwrap_or(20.0 * power);
    step.min(f64::MAX)
}

/// Powers of ten of steps that are written with all their digits; others in scientific notation.
const PLAIN_STEPS: std::ops::RangeInclusive<i32> = -9..=14;

/// A tick label with the digits that steps of `step` need: `−1,500`, `0.25`, `2.5e−12`.
fn tick_label(value: f64, step: f64) -> String {
    let place = exponent((step * (1.0 + 1e-9)).min(f64::MAX));
    // Steps of 2.5 have a digit more.
    let finer = (step / power_of_ten(place)).fract().abs() > 1e-6;
    if value == 0.0 && !PLAIN_STEPS.contains(&place) {
        return "0".to_owned();
    }
    if !PLAIN_STEPS.contains(&place) {
        let digits = (exponent(value) - place).max(0) as usize + usize::from(finer);
        return format!("{value:.digits$e}").replace('-', "−");
    }
    grouped(&at_place(value, place.min(0) - i32::from(finer && place <= 0)))
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
    use proptest::prelude::*;

    fn labels(axis: &Axis) -> String {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_and_enclose() {
        let axis = Axis::linear(0.0, 583.9, 8, "$bn");
        assert_eq!(labels(&axis), "0 100 200 300 400 500 600");
        assert_eq!((axis.low, axis.high), (0.0, 600.0));
        assert_eq!(
            axis.readings(2),
            [50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0, 450.0, 500.0, 550.0]
        );
        assert_eq!(labels(&Axis::linear(-69.3, 132.6, 8, "")), "−100 −50 0 50 100 150");
        assert_eq!(labels(&Axis::linear(0.0, 1.0, 5, "")), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(
            labels(&Axis::linear(0.0, 0.2, 8, "")),
            "0.000 0.025 0.050 0.075 0.100 0.125 0.150 0.175 0.200"
        );
        assert_eq!(labels(&Axis::linear(0.0, 4200.0, 5, "")), "0 1,000 2,000 3,000 4,000 5,000");
        // One value alone still has an axis.
        assert!(Axis::linear(3.0, 3.0, 5, "").high > 3.0);
        assert_eq!(labels(&Axis::linear(0.0, 2.5e-12, 5, "")), "0 5e−13 1.0e−12 1.5e−12 2.0e−12 2.5e−12");
        assert_eq!(labels(&Axis::linear(0.0, 1e-308, 5, "")), labels(&Axis::linear(0.0, 0.0, 5, "")));
        assert_eq!(labels(&Axis::linear(0.0, 1e300, 5, "")), "0 2e299 4e299 6e299 8e299 1.0e300");
    }

    /// Numbers at which arithmetic is apt to end: zeros, subnormals, neighbours, the largest, and none.
    fn end() -> impl Strategy<Value = f64> {
        let edges = [
            0.0,
            -0.0,
            5e-324,
            -5e-324,
            1e-320,
            1e-308,
            f64::MIN_POSITIVE,
            1e-300,
            1e-12,
            1.0,
            1e15,
            1e16,
            u64::MAX as f64,
            1e300,
            1e308,
            f64::MAX,
            f64::MIN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        prop_oneof![
            prop::sample::select(edges.to_vec()),
            any::<f64>(),
            (any::<bool>(), -330.0..309.0_f64).prop_map(|(minus, power)| {
                if minus { -(10_f64.powf(power)) } else { 10_f64.powf(power) }
            }),
        ]
    }

    /// Ends in order, equal, and one step of a double apart.
    fn ends() -> impl Strategy<Value = (f64, f64)> {
        prop_oneof![
            (end(), end()),
            end().prop_map(|at| (at, at)),
            end().prop_map(|at| (at, f64::from_bits(at.to_bits() ^ 1))),
        ]
    }

    /// What every axis keeps, whatever it is made from.
    fn is_sound(axis: &Axis, most: usize) {
        assert!(axis.low.is_finite() && axis.high.is_finite() && axis.low < axis.high, "{axis:?}");
        assert!(axis.ticks.len() <= most, "{} ticks", axis.ticks.len());
        assert!(
            axis.ticks.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].label != pair[1].label),
            "{axis:?}"
        );
        for tick in &axis.ticks {
            assert!(tick.at.is_finite() && tick.label.chars().count() < 40, "{axis:?}");
        }
        for value in [axis.low, axis.high, 0.0, f64::MAX, f64::MIN, f64::NAN, f64::INFINITY] {
            assert!((0.0..=1.0).contains(&axis.part(value)), "{value} on {axis:?}");
        }
        assert_eq!((axis.part(axis.low), axis.part(axis.high)), (0.0, 1.0), "{axis:?}");
        assert!(axis.readings(5).iter().all(|value| value.is_finite()), "{axis:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn every_range_has_a_linear_axis((low, high) in ends(), most in 1..20_usize) {
            let axis = Axis::linear(low, high, most, "");
            is_sound(&axis, most + 3);
            let slack = 1e-8 * (axis.high / 2.0 - axis.low / 2.0);
            for end in [low, high].into_iter().filter(|end| end.is_finite()) {
                prop_assert!(axis.low - slack <= end && end <= axis.high + slack, "{end} {axis:?}");
            }
        }

        #[test]
        fn every_range_has_a_logarithmic_axis((low, high) in ends()) {
            let axis = Axis::log(low, high, "");
            is_sound(&axis, 30);
            let drawn = WIDTH_DRAWN..=1.0 / WIDTH_DRAWN;
            for end in [low, high].into_iter().filter(|end| drawn.contains(end)) {
                prop_assert!(axis.low <= end * (1.0 + 1e-9) && end <= axis.high * (1.0 + 1e-9), "{end} {axis:?}");
            }
        }

        #[test]
        fn every_range_has_an_axis_of_years((low, high) in ends(), first: i32, last: i32, near in 0..400) {
            is_sound(&Axis::years(low, high, first, last), 14);
            is_sound(&Axis::years(low, high, first, first.saturating_add(near)), 14);
        }
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
