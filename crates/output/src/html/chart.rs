//! Charts and tables of the page as HTML.

use super::markup::{Markup, put};
use crate::page::Page;
use crate::page::chart::{Chart, Key, Mark, Readings, Width};
use crate::page::years_across::YearsTable;
use crate::svg::{self, Frame};

/// The mark next to numbers of a run that was stopped early; empty for a complete run.
pub fn stopped(page: &Page) -> Markup {
    let mut mark = Markup::new();
    if let Some(done) = &page.partial {
        put!(mark, " <span class=\"stopped\">partial: {}</span>", done);
    }
    mark
}

/// Appends a chart: title, drawings for wide and narrow screens, legend, caption and numbers.
pub fn push(out: &mut Markup, page: &Page, chart: &Chart) {
    let frame = match chart.width {
        Width::Half => Frame::Half,
        Width::Full => Frame::Full,
    };
    let class = if chart.width == Width::Half { "half" } else { "full" };
    let mut belongs = Markup::new();
    if let Some(deal) = chart.deal {
        put!(belongs, " data-deal=\"{0}\"", deal);
    }
    if let Some(choice) = chart.choice {
        put!(belongs, " data-choice=\"{0}\"", choice);
    }
    put!(
        out,
        "<figure class=\"figure {2}\" id=\"{3}\"{4} aria-labelledby=\"t-{3}\"><h3 \
         id=\"t-{3}\">{0}{1}</h3><div class=\"plot\" \
         data-scale=\"linear\">",
        chart.title,
        stopped(page),
        class,
        chart.id,
        belongs
    );
    svg::push(out, &chart.plot, frame);
    svg::push(out, &chart.plot, Frame::Narrow);
    out.raw("</div>");
    if let Some(log) = &chart.log {
        out.raw("<div class=\"plot\" data-scale=\"log\" hidden>");
        svg::push(out, log, frame);
        svg::push(out, log, Frame::Narrow);
        out.raw("</div>");
    }
    out.raw("<figcaption>");
    if !chart.legend.is_empty() {
        out.raw("<ul class=\"legend\">");
        for key in &chart.legend {
            push_key(out, key);
        }
        out.raw("</ul>");
    }
    put!(out, "<p>{}</p></figcaption>", chart.caption);
    out.raw("<details class=\"numbers\"><summary>Numbers</summary>");
    push_table(out, page, &chart.readings, "table");
    out.raw("</details></figure>");
}

fn push_key(out: &mut Markup, key: &Key) {
    let form = match key.mark {
        Mark::Area => "swatch",
        Mark::InnerArea => "swatch inner",
        Mark::OuterArea => "swatch outer",
        Mark::Line => "stroke",
        Mark::BrokenLine => "stroke broken",
        Mark::ThinLine => "stroke thin",
    };
    put!(
        out,
        "<li><span class=\"{2} {0}\" aria-hidden=\"true\"></span>{1}</li>",
        svg::tone(key.tone),
        key.text,
        form
    );
}

/// Appends a table whose first column names the rows.
pub fn push_table(out: &mut Markup, page: &Page, readings: &Readings, class: &str) {
    let title = &readings.title;
    put!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{1}\"><table \
         class=\"{2}\"><caption>{1}{0}</caption>\
         <thead><tr>",
        stopped(page),
        title,
        class
    );
    for column in &readings.columns {
        put!(out, "<th scope=\"col\">{}</th>", column);
    }
    out.raw("</tr></thead><tbody>");
    for (i, row) in readings.rows.iter().enumerate() {
        out.raw(if readings.main.contains(&i) { "<tr class=\"main\">" } else { "<tr>" });
        for (i, cell) in row.iter().enumerate() {
            match i {
                0 => put!(out, "<th scope=\"row\">{}</th>", cell),
                _ => put!(out, "<td data-name=\"{}\">{}</td>", readings.columns[i], cell),
            }
        }
        out.raw("</tr>");
    }
    out.raw("</tbody></table></div>");
}

/// Appends a table with years as columns, which narrow screens scroll sideways: a mean to a cell, its range beneath.
pub fn push_years(out: &mut Markup, page: &Page, table: &YearsTable) {
    put!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{1}\" data-deal=\"{2}\"><table \
         class=\"table across\"><caption>{1}{0}</caption><thead><tr>",
        stopped(page),
        table.title,
        table.deal
    );
    for column in &table.columns {
        put!(out, "<th scope=\"col\">{}</th>", column);
    }
    out.raw("</tr></thead><tbody>");
    for (label, cells) in &table.rows {
        put!(out, "<tr><th scope=\"row\">{}</th>", label);
        for [mean, range] in cells {
            put!(out, "<td>{}<small>{}</small></td>", mean, range);
        }
        out.raw("</tr>");
    }
    out.raw("</tbody></table></div>");
}
