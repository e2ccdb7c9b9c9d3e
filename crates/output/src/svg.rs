//! Charts as SVG, inside a page or as standalone pictures.

use crate::html::escape::escape;
use crate::page::chart::{Chart, Key, Mark};
use crate::page::plot::{Axis, Dash, Layer, Plot, Scale, Strip, Tone, Weight};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Style sheet of the drawings, in a page and standalone.
pub const STYLE: &str = include_str!("html/plot.css");

/// The space that a drawing is made for, in units of about a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Full width of a page.
    Full,
    /// Half the width of a page.
    Half,
    /// Width of a phone.
    Narrow,
    /// A standalone picture.
    Picture,
}

impl Frame {
    /// Width, and height without the intervals below the axis.
    fn size(self) -> (f64, f64) {
        match self {
            Frame::Full => (800.0, 350.0),
            Frame::Half => (540.0, 270.0),
            Frame::Narrow => (380.0, 250.0),
            Frame::Picture => (800.0, 200.0),
        }
    }

    /// CSS class of its drawings.
    fn class(self) -> &'static str {
        match self {
            Frame::Narrow => "narrow",
            _ => "wide",
        }
    }

    /// Approximate width of a letter.
    fn letter(self) -> f64 {
        if self == Frame::Narrow { 5.8 } else { 6.4 }
    }
}

/// Height of a row in a drawing of rows, such as a tornado.
const ROW: f64 = 40.0;
/// Height of an interval below the axis.
const STRIP: f64 = 32.0;
/// Height of the tick labels of the x axis.
const FOOT: f64 = 24.0;
/// Smallest gap between the labels of an interval.
const APART: f64 = 7.0;

/// The plot area in drawing units, and the axes that map values to it.
struct Place<'a> {
    plot: &'a Plot,
    frame: Frame,
    left: f64,
    right: f64,
    top: f64,
    base: f64,
    height: f64,
}

impl<'a> Place<'a> {
    fn new(plot: &'a Plot, frame: Frame) -> Place<'a> {
        let (width, height) = frame.size();
        let longest = plot.y.ticks.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(0);
        let left = if longest == 0 { 10.0 } else { 12.0 + frame.letter() * longest as f64 };
        let top = if plot.y.title.is_empty() { 10.0 } else { 26.0 };
        let height = match plot.rows {
            0 => height,
            rows => top + ROW * rows as f64 + FOOT,
        } + STRIP * plot.strips.len() as f64;
        let base = height - FOOT - STRIP * plot.strips.len() as f64;
        Place { plot, frame, left, right: width - 18.0, top, base, height }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + part(&self.plot.x, value) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.base - part(&self.plot.y, value) * (self.base - self.top)
    }
}

/// Position of a value on an axis, from 0 to 1.
fn part(axis: &Axis, value: f64) -> f64 {
    let at = match axis.scale {
        Scale::Linear => (value - axis.low) / (axis.high - axis.low),
        Scale::Log => (value.max(axis.low) / axis.low).ln() / (axis.high / axis.low).ln(),
    };
    at.clamp(0.0, 1.0)
}

/// Formats a coordinate to a tenth of a unit, which is enough for the eye.
fn c(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// CSS class of a tone.
pub fn tone(tone: Tone) -> String {
    match tone {
        Tone::Deal(i) => format!("d{}", i % 5),
        Tone::Cloud(i) => format!("k{}", i % 8),
        Tone::Sum => "sum".to_owned(),
        Tone::Soft => "soft".to_owned(),
    }
}

fn weight(weight: Weight) -> &'static str {
    match weight {
        Weight::Faint => "w0",
        Weight::Light => "w1",
        Weight::Plain => "w2",
        Weight::Strong => "w3",
    }
}

/// Appends a drawing inside a page.
pub fn push(out: &mut String, plot: &Plot, frame: Frame) {
    let place = Place::new(plot, frame);
    let (width, _) = frame.size();
    let anchors: Vec<String> = plot.anchors.iter().map(|&x| c(place.x(x))).collect();
    let _ = write!(
        out,
        "<svg class=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" data-at=\"{}\" data-top=\"{}\" \
         data-base=\"{}\">",
        frame.class(),
        c(width),
        c(place.height),
        escape(&plot.described),
        anchors.join(" "),
        c(place.top),
        c(place.base)
    );
    body(out, &place);
    out.push_str("</svg>");
}

fn body(out: &mut String, place: &Place) {
    axes(out, place);
    for layer in &place.plot.layers {
        push_layer(out, place, layer);
    }
    let _ = write!(
        out,
        "<line class=\"base\" x1=\"{}\" y1=\"{base}\" x2=\"{}\" y2=\"{base}\"/>",
        c(place.left),
        c(place.right),
        base = c(place.base)
    );
    for (i, strip) in place.plot.strips.iter().enumerate() {
        push_strip(out, place, strip, place.base + FOOT + STRIP * i as f64);
    }
}

fn axes(out: &mut String, place: &Place) {
    let plot = place.plot;
    for tick in &plot.y.ticks {
        let y = c(place.y(tick.at));
        // A drawing of rows needs no grid lines.
        if plot.rows == 0 {
            let (left, right) = (c(place.left), c(place.right));
            let _ = write!(out, "<line class=\"grid\" x1=\"{left}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\"/>");
        }
        let _ = write!(
            out,
            "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            c(place.left - 7.0),
            c(place.y(tick.at) + 4.0),
            escape(&tick.label)
        );
    }
    if !plot.y.title.is_empty() {
        let _ = write!(out, "<text class=\"tick\" x=\"0\" y=\"11\">{}</text>", escape(&plot.y.title));
    }
    let longest = plot.x.ticks.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(0) as f64;
    let space = (place.right - place.left) / plot.x.ticks.len().max(1) as f64;
    let every = ((place.frame.letter() * longest + 4.0) / space).ceil().max(1.0) as usize;
    for (i, tick) in plot.x.ticks.iter().enumerate() {
        let x = c(place.x(tick.at));
        if plot.y.ticks.is_empty() {
            let _ = write!(
                out,
                "<line class=\"grid\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{}\"/>",
                c(place.top),
                c(place.base)
            );
        }
        if i % every == 0 {
            let _ = write!(
                out,
                "<text class=\"tick\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                c(place.base + 17.0),
                escape(&tick.label)
            );
        }
    }
}

fn push_layer(out: &mut String, place: &Place, layer: &Layer) {
    match layer {
        Layer::Band { tone: t, weight: w, points } => {
            let mut path = String::new();
            for (i, &(x, _, high)) in points.iter().enumerate() {
                step(&mut path, i, place.x(x), place.y(high));
            }
            for &(x, low, _) in points.iter().rev() {
                step(&mut path, 1, place.x(x), place.y(low));
            }
            let _ = write!(out, "<path class=\"band {} {}\" d=\"{path}Z\"/>", tone(*t), weight(*w));
        }
        Layer::Line { tone: t, weight: w, dash, points } => {
            let mut path = String::new();
            for (i, &(x, y)) in points.iter().enumerate() {
                step(&mut path, i, place.x(x), place.y(y));
            }
            let dashed = if *dash == Dash::Broken { " dash" } else { "" };
            let _ = write!(out, "<path class=\"line {} {}{dashed}\" d=\"{path}\"/>", tone(*t), weight(*w));
        }
        Layer::Steps { tone: t, bins } => steps(out, place, *t, bins),
        Layer::Bar { tone: t, corners: [left, bottom, right, top] } => {
            let (x, y) = (place.x(*left), place.y(*top));
            let _ = write!(
                out,
                "<rect class=\"bar {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                tone(*t),
                c(x),
                c(y),
                c(place.x(*right) - x),
                c((place.y(*bottom) - y).max(0.6))
            );
        }
        Layer::Shade { corners: [left, bottom, right, top], part } => {
            let (x, y) = (place.x(*left), place.y(*top));
            let _ = write!(
                out,
                "<rect class=\"shade\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{:.2}\"/>",
                c(x + 1.0),
                c(y + 1.0),
                c((place.x(*right) - x - 2.0).max(0.6)),
                c((place.y(*bottom) - y - 2.0).max(0.6)),
                0.06 + 0.56 * part.clamp(0.0, 1.0)
            );
        }
        Layer::Inside { at, text } => push_text(out, place, *at, 4.0, ["", MIDDLE], text),
        Layer::Label { at, text } => push_text(out, place, *at, 0.0, ["", ""], text),
        Layer::Words { at, text } => push_text(out, place, *at, -6.0, [" class=\"value\"", MIDDLE], text),
        Layer::Rule { x } => {
            let x = c(place.x(*x));
            let _ = write!(
                out,
                "<line class=\"rule\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{}\"/>",
                c(place.top),
                c(place.base)
            );
        }
    }
}

/// Attribute of a text that is centred on its point.
const MIDDLE: &str = " text-anchor=\"middle\"";

/// Appends a text `below` pixels under a point, with attributes before and after its position.
fn push_text(
    out: &mut String,
    place: &Place,
    (x, y): (f64, f64),
    below: f64,
    [before, after]: [&str; 2],
    text: &str,
) {
    let (x, y) = (c(place.x(x)), c(place.y(y) + below));
    let _ = write!(out, "<text{before} x=\"{x}\" y=\"{y}\"{after}>{}</text>", escape(text));
}

/// Appends one point of a path: a move to the first, a line to the others.
fn step(path: &mut String, i: usize, x: f64, y: f64) {
    let _ = write!(path, "{}{} {}", if i == 0 { 'M' } else { 'L' }, c(x), c(y));
}

fn steps(out: &mut String, place: &Place, t: Tone, bins: &[(f64, f64, f64)]) {
    let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return };
    let mut path = String::new();
    for (i, &(low, high, density)) in bins.iter().enumerate() {
        step(&mut path, i, place.x(low), place.y(density));
        let _ = write!(path, "H{}", c(place.x(high)));
    }
    let _ = write!(
        out,
        "<path class=\"area {t}\" d=\"M{} {base}L{}L{} {base}Z\"/><path class=\"line {t} w2\" d=\"{path}\"/>",
        c(place.x(first.0)),
        &path[1..],
        c(place.x(last.1)),
        base = c(place.base),
        t = tone(t)
    );
}

fn push_strip(out: &mut String, place: &Place, strip: &Strip, top: f64) {
    let [low, middle, high] = strip.values.map(|value| place.x(value));
    let y = top + 24.0;
    let t = tone(strip.tone);
    let _ = write!(
        out,
        "<line class=\"range {t}\" x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/><circle class=\"dot {t}\" cx=\"{}\" \
         cy=\"{y}\" r=\"5\"/>",
        c(low),
        c(high),
        c(middle),
        y = c(y)
    );
    // Labels must not overlap or leave the drawing: push them right first, then back from the edge.
    let widths =
        strip.labels.each_ref().map(|label| (place.frame.letter() + 0.8) * label.chars().count() as f64);
    let mut lefts = [low - widths[0] / 2.0, middle - widths[1] / 2.0, high - widths[2] / 2.0];
    let mut least = 0.0;
    for (left, width) in lefts.iter_mut().zip(widths) {
        *left = left.max(least);
        least = *left + width + APART;
    }
    let mut most = place.right + 16.0;
    for (left, width) in lefts.iter_mut().zip(widths).rev() {
        *left = left.min(most - width);
        most = *left - APART;
    }
    for ((left, width), label) in lefts.into_iter().zip(widths).zip(&strip.labels) {
        let _ = write!(
            out,
            "<text class=\"value\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            c(left + width / 2.0),
            c(y - 9.0),
            escape(label)
        );
    }
}

/// Writes a standalone picture: charts below each other, each with its title and legend.
///
/// # Errors
/// What `out` reports.
pub fn picture(charts: &[&Chart], note: &str, out: &mut impl Write) -> io::Result<()> {
    const HEAD: f64 = 64.0;
    const PAD: f64 = 20.0;
    let frame = if charts.len() == 1 { Frame::Full } else { Frame::Picture };
    let (width, _) = frame.size();
    let places: Vec<Place> = charts.iter().map(|chart| Place::new(&chart.plot, frame)).collect();
    let height: f64 = places.iter().map(|place| place.height + HEAD).sum::<f64>() + 34.0;
    let described: Vec<&str> = charts.iter().map(|chart| chart.plot.described.as_str()).collect();
    let mut text = String::new();
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" \
         aria-label=\"{}\">\n<style>{STYLE}</style>\n<rect class=\"paper\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>\n",
        escape(&described.join(" ")),
        w = c(width + 2.0 * PAD),
        h = c(height)
    );
    let mut top = 8.0;
    for (chart, place) in charts.iter().zip(&places) {
        let _ = write!(
            text,
            "<g transform=\"translate({PAD} {})\"><text class=\"title\" x=\"0\" y=\"24\">{}</text>",
            c(top),
            escape(&chart.title)
        );
        let mut x = 0.0;
        for key in &chart.legend {
            push_key(&mut text, key, x);
            x += 40.0 + 6.8 * key.text.chars().count() as f64;
        }
        let _ = write!(text, "<g transform=\"translate(0 {})\">", c(HEAD - 8.0));
        body(&mut text, place);
        text.push_str("</g></g>\n");
        top += place.height + HEAD;
    }
    let _ = writeln!(
        text,
        "<text class=\"tick\" x=\"{PAD}\" y=\"{}\">{}</text>\n</svg>",
        c(height - 12.0),
        escape(note)
    );
    out.write_all(text.as_bytes())
}

fn push_key(out: &mut String, key: &Key, x: f64) {
    let t = tone(key.tone);
    let line = |class: &str| format!("<path class=\"line {t} {class}\" d=\"M{} 42h18\"/>", c(x));
    let area = |class: &str| {
        format!("<rect class=\"{class} {t}\" x=\"{}\" y=\"37\" width=\"14\" height=\"10\"/>", c(x))
    };
    out.push_str(&match key.mark {
        Mark::Area => area("bar"),
        Mark::InnerArea => area("band w2"),
        Mark::OuterArea => area("band w1"),
        Mark::Line => line("w3"),
        Mark::BrokenLine => line("w2 dash"),
        Mark::ThinLine => line("w1"),
    });
    let _ = write!(out, "<text class=\"tick\" x=\"{}\" y=\"46\">{}</text>", c(x + 22.0), escape(&key.text));
}
