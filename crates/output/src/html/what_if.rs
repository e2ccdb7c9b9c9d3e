//! The sliders of a run's page as HTML, and their nodes as data for the script.

use super::chart;
use super::markup::{Markup, put};
use crate::page::Page;
use crate::page::section::Block;
use crate::page::sliders::{Figure, Node, Own, Panel, Slider};
use serde_json::{Value, json};

/// Stops of a slider between two computed values.
const STOPS: f64 = 4.0;
/// Digits of a number in the data: more than any text shows.
const DIGITS: usize = 7;

/// Appends sliders, the places that the script fills, and the tables.
pub fn push(out: &mut Markup, page: &Page, panel: &Panel) {
    out.raw("<div class=\"what-if scripted\"><div class=\"sliders\">");
    for (i, slider) in panel.sliders.iter().enumerate() {
        push_slider(out, i, slider);
    }
    put!(
        out,
        "</div><div class=\"told\" aria-live=\"polite\"><p class=\"said\"></p><p class=\"lede\"></p><p \
         class=\"between\"></p></div><div class=\"shown\"><div class=\"drawn\"></div><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"This setting and the \
         scenario\"><table class=\"table stacked setting\"><caption>Means with their standard errors over {} \
         futures{}</caption><thead><tr><th scope=\"col\">Present values</th><th scope=\"col\">This setting</th><th \
         scope=\"col\">Nine in ten</th><th scope=\"col\">Scenario</th><th \
         scope=\"col\">Difference</th></tr></thead><tbody></tbody></table></div></div><p \
         class=\"words\">The same with all futures of a run:</p><div class=\"command\"><pre><code></code></pre><button \
         type=\"button\" class=\"copy\">Copy</button></div></div>",
        capstake::report::digits::thousands(panel.paths),
        chart::stopped(page)
    );
    out.raw("<details class=\"nodes\" open><summary>All computed values</summary>");
    for table in &panel.tables {
        chart::push_table(out, page, table, "table stacked");
    }
    out.raw("</details>");
}

fn push_slider(out: &mut Markup, at: usize, slider: &Slider) {
    let (from, to) = ends(slider);
    let value = |value: f64| slider.measure.value(value, 6);
    let own = match slider.own {
        Own::Value(own) => format!("in the scenario {}", value(own)),
        Own::Median(own) => format!("in the scenario uncertain, with median {}", value(own)),
        Own::Unset => "not set in the scenario".to_owned(),
    };
    put!(
        out,
        "<div class=\"slider\" role=\"group\" aria-labelledby=\"what-if-name-{0}\"><p><label id=\"what-if-name-{0}\" \
         for=\"what-if-{0}\">{1}</label> <output for=\"what-if-{0}\"></output></p><div \
         class=\"track\"><input type=\"range\" id=\"what-if-{0}\" min=\"{2}\" max=\"{3}\" step=\"{4}\" \
         aria-describedby=\"what-if-note-{0}\"><span class=\"own\" hidden></span></div><p class=\"exactly\"><label>Value \
         <input type=\"number\" min=\"{2}\" max=\"{3}\" step=\"any\"></label> <button type=\"button\" \
         disabled>As in the scenario</button></p><p class=\"note\" id=\"what-if-note-{0}\"><code>{5}</code>: {6}; {7} \
         values from {8} to {9} were computed.</p></div>",
        at,
        slider.label,
        number(from),
        number(to),
        number(step(slider)),
        slider.key,
        own,
        slider.nodes.len(),
        value(from),
        value(to)
    );
}

fn ends(slider: &Slider) -> (f64, f64) {
    (slider.nodes[0], slider.nodes[slider.nodes.len() - 1])
}

fn step(slider: &Slider) -> f64 {
    let (from, to) = ends(slider);
    (to - from) / (slider.nodes.len() as f64 - 1.0) / STOPS
}

/// A number for an attribute of an input.
fn number(value: f64) -> String {
    format!("{}", rounded(value, 12))
}

/// Rounds to a number of significant digits.
fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits - 1).parse().unwrap_or(value)
}

/// The data of the page's sliders; `None` without any.
pub fn data(page: &Page) -> Option<Value> {
    let panel = page.sections.iter().flat_map(|section| &section.blocks).find_map(|block| match block {
        Block::WhatIf(panel) => Some(panel),
        _ => None,
    })?;
    let most = panel.nodes.iter().flat_map(|node| &node.figures).flatten();
    let most = most.flat_map(|figure| &figure.counts).copied().max().unwrap_or_default().max(1);
    let sliders = panel.sliders.iter().map(|slider| {
        let own = match slider.own {
            Own::Value(own) => json!({"value": own}),
            Own::Median(own) => json!({"median": own}),
            Own::Unset => json!({}),
        };
        json!({
            "key": slider.key, "phrase": slider.phrase, "measure": measure(&slider.measure), "nodes": slider.nodes, "own": own,
        })
    });
    let quantities = panel.quantities.iter().map(|quantity| {
        json!({
            "deal": quantity.deal, "metric": quantity.metric, "label": quantity.label,
            "measure": measure(&quantity.measure), "flag": quantity.is_flag, "ends": quantity.ends,
        })
    });
    let nodes = panel.nodes.iter().map(|node| of_node(node, most));
    Some(json!({
        "command": panel.command,
        "paths": panel.paths,
        "sides": panel.sides,
        "most": most,
        "sliders": sliders.collect::<Vec<_>>(),
        "quantities": quantities.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(),
    }))
}

fn measure(measure: &crate::page::wording::Measure) -> Value {
    json!([measure.factor, measure.before, measure.after])
}

/// The setting of a node, then its figures by quantity.
fn of_node(node: &Node, most: u64) -> Value {
    let set: Vec<Value> = node.set.iter().map(|(slider, value)| json!([slider, value])).collect();
    let figures: Vec<Value> = node
        .figures
        .iter()
        .map(|figure| figure.as_ref().map_or(Value::Null, |figure| of_figure(figure, most)))
        .collect();
    json!([set, figures])
}

/// Mean, error, p5, p50, p95, difference, its error, 95% interval, histogram, paths with and without a value. What all figures have
/// alike or none of the later ones need is left out.
fn of_figure(figure: &Figure, most: u64) -> Value {
    let row = &figure.row;
    let numbers = [
        row.mean,
        row.std_error,
        row.p05,
        row.p50,
        row.p95,
        row.difference,
        row.difference_error,
        row.low95,
        row.high95,
    ];
    let is_flag = row.unit == "flag";
    let short = |(i, value): (usize, &f64)| match i {
        // A flag has an interval and no quantiles, an amount quantiles and no interval.
        // Where no draw can move a figure, it has no error.
        1 if row.exact == 1 => json!("exact"),
        6 if row.difference_exact == 1 => json!("exact"),
        2..=4 if is_flag => json!(0),
        7..=8 if !is_flag => json!(0),
        _ => compact(*value),
    };
    let mut all: Vec<Value> = numbers.iter().enumerate().map(short).collect();
    all.push(json!(packed(&figure.counts, most)));
    if row.undefined > 0 {
        all.extend([json!(row.paths), json!(row.undefined)]);
    }
    Value::Array(all)
}

/// A number with the digits that a page can show; whole where it is.
fn compact(value: f64) -> Value {
    let short = rounded(value, DIGITS);
    match short {
        whole if whole == whole.trunc() && whole.abs() < 1e9 => json!(whole as i64),
        short => json!(short),
    }
}

/// Digits of packed counts.
const LETTERS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/// Counts relative to the largest of all, two letters each.
fn packed(counts: &[u64], most: u64) -> String {
    let letters = counts.iter().flat_map(|&count| {
        let part = (count as f64 / most as f64 * 4095.0).round() as usize;
        [LETTERS[part >> 6], LETTERS[part & 63]]
    });
    letters.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_packed_to_a_part_in_4095() {
        assert_eq!(packed(&[0, 4095, 1, 64], 4095), "00__0110");
        assert_eq!(packed(&[], 7), "");
        // The largest is whole, half of it half.
        assert_eq!(packed(&[20_000, 10_000], 20_000), "__W0");
    }

    #[test]
    fn numbers_keep_the_digits_that_are_shown() {
        assert_eq!(compact(205.525_634_91).to_string(), "205.5256");
        assert_eq!(compact(-4.0).to_string(), "-4");
        assert_eq!(compact(f64::NAN).to_string(), "null");
        assert_eq!(number(0.1 + 0.2), "0.3");
    }
}
