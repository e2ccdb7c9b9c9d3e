//! Charts as SVG, inside a page or as standalone pictures.

use crate::html::markup::{Markup, put};
use crate::page::chart::{Chart, Key, Mark};
use crate::page::plot::{Dash, Layer, Plot, Strip, Tone, Weight};
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
        self.left + self.plot.x.part(value) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        self.base - self.plot.y.part(value) * (self.base - self.top)
    }
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
pub fn push(out: &mut Markup, plot: &Plot, frame: Frame) {
    let place = Place::new(plot, frame);
    let (width, _) = frame.size();
    let anchors: Vec<String> = plot.anchors.iter().map(|&x| c(place.x(x))).collect();
    put!(
        out,
        "<svg class=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" data-at=\"{}\" data-top=\"{}\" \
         data-base=\"{}\">",
        frame.class(),
        c(width),
        c(place.height),
        plot.described,
        anchors.join(" "),
        c(place.top),
        c(place.base)
    );
    body(out, &place);
    out.raw("</svg>");
}

fn body(out: &mut Markup, place: &Place) {
    axes(out, place);
    for layer in &place.plot.layers {
        push_layer(out, place, layer);
    }
    put!(
        out,
        "<line class=\"base\" x1=\"{0}\" y1=\"{2}\" x2=\"{1}\" y2=\"{2}\"/>",
        c(place.left),
        c(place.right),
        c(place.base)
    );
    for (i, strip) in place.plot.strips.iter().enumerate() {
        push_strip(out, place, strip, place.base + FOOT + STRIP * i as f64);
    }
}

fn axes(out: &mut Markup, place: &Place) {
    let plot = place.plot;
    for tick in &plot.y.ticks {
        let y = c(place.y(tick.at));
        // A drawing of rows needs no grid lines.
        if plot.rows == 0 {
            let (left, right) = (c(place.left), c(place.right));
            put!(out, "<line class=\"grid\" x1=\"{0}\" y1=\"{1}\" x2=\"{2}\" y2=\"{1}\"/>", left, y, right);
        }
        put!(
            out,
            "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            c(place.left - 7.0),
            c(place.y(tick.at) + 4.0),
            tick.label
        );
    }
    if !plot.y.title.is_empty() {
        put!(out, "<text class=\"tick\" x=\"0\" y=\"11\">{}</text>", plot.y.title);
    }
    let width = |label: &str| place.frame.letter() * label.chars().count() as f64;
    // The first label may be longer than the others, as of a cut year: those that it reaches give way.
    let longest = plot.x.ticks.iter().skip(1).map(|tick| width(&tick.label)).fold(0.0, f64::max);
    let space = (place.right - place.left) / plot.x.ticks.len().max(1) as f64;
    let every = ((longest + 4.0) / space).ceil().max(1.0) as usize;
    let mut taken = 0.0;
    for (i, tick) in plot.x.ticks.iter().enumerate() {
        let half = width(&tick.label) / 2.0;
        let middle = if i == 0 { place.x(tick.at).max(half) } else { place.x(tick.at) };
        let x = c(place.x(tick.at));
        if plot.y.ticks.is_empty() {
            put!(
                out,
                "<line class=\"grid\" x1=\"{2}\" y1=\"{0}\" x2=\"{2}\" y2=\"{1}\"/>",
                c(place.top),
                c(place.base),
                x
            );
        }
        if i % every == 0 && middle - half >= taken {
            put!(
                out,
                "<text class=\"tick\" x=\"{2}\" y=\"{0}\" text-anchor=\"middle\">{1}</text>",
                c(place.base + 17.0),
                tick.label,
                c(middle)
            );
            taken = if i == 0 { middle + half + 4.0 } else { 0.0 };
        }
    }
}

fn push_layer(out: &mut Markup, place: &Place, layer: &Layer) {
    match layer {
        Layer::Band { tone: t, weight: w, points } => {
            let mut path = String::new();
            for (i, &(x, _, high)) in points.iter().enumerate() {
                step(&mut path, i, place.x(x), place.y(high));
            }
            for &(x, low, _) in points.iter().rev() {
                step(&mut path, 1, place.x(x), place.y(low));
            }
            put!(out, "<path class=\"band {0} {1}\" d=\"{2}Z\"/>", tone(*t), weight(*w), path);
        }
        Layer::Line { tone: t, weight: w, dash, points } => {
            let mut path = String::new();
            for (i, &(x, y)) in points.iter().enumerate() {
                step(&mut path, i, place.x(x), place.y(y));
            }
            let dashed = if *dash == Dash::Broken { " dash" } else { "" };
            put!(out, "<path class=\"line {0} {1}{2}\" d=\"{3}\"/>", tone(*t), weight(*w), dashed, path);
        }
        Layer::Steps { tone: t, bins } => steps(out, place, *t, bins),
        Layer::Bar { tone: t, corners: [left, bottom, right, top] } => {
            let (x, y) = (place.x(*left), place.y(*top));
            put!(
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
            put!(
                out,
                "<rect class=\"shade\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{}\"/>",
                c(x + 1.0),
                c(y + 1.0),
                c((place.x(*right) - x - 2.0).max(0.6)),
                c((place.y(*bottom) - y - 2.0).max(0.6)),
                format!("{:.2}", 0.06 + 0.56 * part.clamp(0.0, 1.0))
            );
        }
        Layer::Inside { at, text } => push_text(out, place, *at, 4.0, ["", MIDDLE], text),
        Layer::Label { at, text } => push_text(out, place, *at, 0.0, ["", ""], text),
        Layer::Words { at, text } => push_text(out, place, *at, -6.0, [" class=\"value\"", MIDDLE], text),
        Layer::Rule { x } => {
            let x = c(place.x(*x));
            put!(
                out,
                "<line class=\"rule\" x1=\"{2}\" y1=\"{0}\" x2=\"{2}\" y2=\"{1}\"/>",
                c(place.top),
                c(place.base),
                x
            );
        }
    }
}

/// Attribute of a text that is centred on its point.
const MIDDLE: &str = " text-anchor=\"middle\"";

/// Appends a text `below` pixels under a point, with attributes before and after its position.
fn push_text(
    out: &mut Markup,
    place: &Place,
    (x, y): (f64, f64),
    below: f64,
    [before, after]: [&'static str; 2],
    text: &str,
) {
    let (x, y) = (c(place.x(x)), c(place.y(y) + below));
    put!(
        out,
        "<text{1} x=\"{2}\" y=\"{3}\"{4}>{0}</text>",
        text,
        Markup::literal(before),
        x,
        y,
        Markup::literal(after)
    );
}

/// Appends one point of a path: a move to the first, a line to the others.
fn step(path: &mut String, i: usize, x: f64, y: f64) {
    let _ = write!(path, "{}{} {}", if i == 0 { 'M' } else { 'L' }, c(x), c(y));
}

fn steps(out: &mut Markup, place: &Place, t: Tone, bins: &[(f64, f64, f64)]) {
    let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return };
    let mut path = String::new();
    for (i, &(low, high, density)) in bins.iter().enumerate() {
        step(&mut path, i, place.x(low), place.y(density));
        let _ = write!(path, "H{}", c(place.x(high)));
    }
    put!(
        out,
        "<path class=\"area {3}\" d=\"M{0} {4}L{1}L{2} {4}Z\"/><path class=\"line {3} w2\" d=\"{5}\"/>",
        c(place.x(first.0)),
        &path[1..],
        c(place.x(last.1)),
        tone(t),
        c(place.base),
        path
    );
}

fn push_strip(out: &mut Markup, place: &Place, strip: &Strip, top: f64) {
    let [low, middle, high] = strip.values.map(|value| place.x(value));
    let y = top + 24.0;
    let t = tone(strip.tone);
    put!(
        out,
        "<line class=\"range {3}\" x1=\"{0}\" y1=\"{4}\" x2=\"{1}\" y2=\"{4}\"/><circle class=\"dot {3}\" cx=\"{2}\" \
         cy=\"{4}\" r=\"5\"/>",
        c(low),
        c(high),
        c(middle),
        t,
        c(y)
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
        put!(
            out,
            "<text class=\"value\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            c(left + width / 2.0),
            c(y - 9.0),
            label
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
    let mut text = Markup::new();
    put!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {1} {2}\" width=\"{1}\" height=\"{2}\" role=\"img\" \
         aria-label=\"{0}\">\n<style>{3}</style>\n<rect class=\"paper\" width=\"{1}\" height=\"{2}\" rx=\"8\"/>\n",
        described.join(" "),
        c(width + 2.0 * PAD),
        c(height),
        Markup::literal(STYLE)
    );
    let mut top = 8.0;
    for (chart, place) in charts.iter().zip(&places) {
        put!(
            text,
            "<g transform=\"translate({2} {0})\"><text class=\"title\" x=\"0\" y=\"24\">{1}</text>",
            c(top),
            chart.title,
            c(PAD)
        );
        let mut x = 0.0;
        for key in &chart.legend {
            push_key(&mut text, key, x);
            x += 40.0 + 6.8 * key.text.chars().count() as f64;
        }
        put!(text, "<g transform=\"translate(0 {})\">", c(HEAD - 8.0));
        body(&mut text, place);
        text.raw("</g></g>\n");
        top += place.height + HEAD;
    }
    put!(
        text,
        "<text class=\"tick\" x=\"{2}\" y=\"{0}\">{1}</text>\n</svg>\n",
        c(height - 12.0),
        note,
        c(PAD)
    );
    out.write_all(text.as_str().as_bytes())
}

fn push_key(out: &mut Markup, key: &Key, x: f64) {
    let t = tone(key.tone);
    let line = |out: &mut Markup, class: &str| {
        put!(out, "<path class=\"line {} {}\" d=\"M{} 42h18\"/>", t, class, c(x));
    };
    let area = |out: &mut Markup, class: &str| {
        put!(out, "<rect class=\"{} {}\" x=\"{}\" y=\"37\" width=\"14\" height=\"10\"/>", class, t, c(x));
    };
    match key.mark {
        Mark::Area => area(out, "bar"),
        Mark::InnerArea => area(out, "band w2"),
        Mark::OuterArea => area(out, "band w1"),
        Mark::Line => line(out, "w3"),
        Mark::BrokenLine => line(out, "w2 dash"),
        Mark::ThinLine => line(out, "w1"),
    }
    put!(out, "<text class=\"tick\" x=\"{}\" y=\"46\">{}</text>", c(x + 22.0), key.text);
}
