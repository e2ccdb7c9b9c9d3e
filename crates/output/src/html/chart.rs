//! Charts and tables of the page as HTML.

use super::escape::escape;
use crate::page::Page;
use crate::page::chart::{Chart, Key, Mark, Readings, Width};
use crate::svg::{self, Frame};
use std::fmt::Write as _;

/// The mark next to numbers of a run that was stopped early; empty for a complete run.
pub fn stopped(page: &Page) -> String {
    match &page.partial {
        Some(done) => format!(" <span class=\"stopped\">partial: {}</span>", escape(done)),
        None => String::new(),
    }
}

/// Appends a chart: title, drawings for wide and narrow screens, legend, caption and numbers.
pub fn push(out: &mut String, page: &Page, chart: &Chart) {
    let frame = match chart.width {
        Width::Half => Frame::Half,
        Width::Full => Frame::Full,
    };
    let class = if chart.width == Width::Half { "half" } else { "full" };
    let mut belongs = String::new();
    if let Some(deal) = chart.deal {
        let _ = write!(belongs, " data-deal=\"{deal}\"");
    }
    if let Some(choice) = chart.choice {
        let _ = write!(belongs, " data-choice=\"{choice}\"");
    }
    let _ = write!(
        out,
        "<figure class=\"figure {class}\" id=\"{id}\"{belongs} aria-labelledby=\"t-{id}\"><h3 \
         id=\"t-{id}\">{}{}</h3><div class=\"plot\" \
         data-scale=\"linear\">",
        escape(&chart.title),
        stopped(page),
        id = chart.id
    );
    svg::push(out, &chart.plot, frame);
    svg::push(out, &chart.plot, Frame::Narrow);
    out.push_str("</div>");
    if let Some(log) = &chart.log {
        out.push_str("<div class=\"plot\" data-scale=\"log\" hidden>");
        svg::push(out, log, frame);
        svg::push(out, log, Frame::Narrow);
        out.push_str("</div>");
    }
    out.push_str("<figcaption>");
    if !chart.legend.is_empty() {
        out.push_str("<ul class=\"legend\">");
        for key in &chart.legend {
            push_key(out, key);
        }
        out.push_str("</ul>");
    }
    let _ = write!(out, "<p>{}</p></figcaption>", escape(&chart.caption));
    out.push_str("<details class=\"numbers\"><summary>Numbers</summary>");
    push_table(out, page, &chart.readings, "table");
    out.push_str("</details></figure>");
}

fn push_key(out: &mut String, key: &Key) {
    let form = match key.mark {
        Mark::Area => "swatch",
        Mark::InnerArea => "swatch inner",
        Mark::OuterArea => "swatch outer",
        Mark::Line => "stroke",
        Mark::BrokenLine => "stroke broken",
        Mark::ThinLine => "stroke thin",
    };
    let _ = write!(
        out,
        "<li><span class=\"{form} {}\" aria-hidden=\"true\"></span>{}</li>",
        svg::tone(key.tone),
        escape(&key.text)
    );
}

/// Appends a table whose first column names the rows.
pub fn push_table(out: &mut String, page: &Page, readings: &Readings, class: &str) {
    let title = escape(&readings.title);
    let _ = write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><table \
         class=\"{class}\"><caption>{title}{}</caption>\
         <thead><tr>",
        stopped(page)
    );
    for column in &readings.columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(column));
    }
    out.push_str("</tr></thead><tbody>");
    for (i, row) in readings.rows.iter().enumerate() {
        out.push_str(if readings.main.contains(&i) { "<tr class=\"main\">" } else { "<tr>" });
        for (i, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            let _ = match i {
                0 => write!(out, "<th scope=\"row\">{cell}</th>"),
                _ => write!(out, "<td data-name=\"{}\">{cell}</td>", escape(&readings.columns[i])),
            };
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
}
