//! The page as one HTML file: no network access, drawings as SVG, readable without scripts.
//!
//! It uses no charting library. uPlot, the lightest one considered, draws on a canvas: it would repeat with
//! other code the
//! static pictures that paper, screen readers and browsers without scripts need anyway,
//! and it has neither waterfalls nor stacked areas. Of scripts, `page.js` draws nothing: it hides,
//! shows, and moves a
//! line over the static pictures; `what_if.js` draws the distributions of the sliders, whose numbers stand in tables too.

pub mod chart;
pub mod markup;
pub mod what_if;

use crate::address::is_link;
use crate::page::Page;
use crate::page::answer::Answer;
use crate::page::assumptions::{Assumptions, Group, Number, Source};
use crate::page::chart::{Chart, Value};
use crate::page::provenance::Provenance;
use crate::page::section::{Block, Section};
use markup::{Markup, put};
use serde_json::json;
use std::io::{self, Write};

/// Style sheet of the page.
pub const STYLE: &str =
    concat!(include_str!("plot.css"), include_str!("page.css"), include_str!("what_if.css"));
/// Script for pointer and keyboard; without it the page has the same content.
pub const SCRIPT: &str = concat!(
    include_str!("page.js"),
    include_str!("digits.js"),
    include_str!("answer.js"),
    include_str!("what_if.js")
);
/// The part of it that tells an answer, for pages that are not files.
pub const ANSWER_SCRIPT: &str = concat!(include_str!("digits.js"), include_str!("answer.js"));
/// SHA-256 of [`STYLE`] for the content security policy, which then allows no other style; a failing test
/// prints the new hash.
pub const STYLE_HASH: &str = "sha256-BCLiSOafDQCR6CdZf0SYPILgqUURfvhILSklAb96wkQ=";
/// SHA-256 of [`SCRIPT`] for the content security policy, which then allows no other script; a failing test
/// prints the new hash.
pub const SCRIPT_HASH: &str = "sha256-Z0KratEdggpLon19gmNQX/sL5s+SQpIXqTLELEG7VTY=";

/// Number of choices shown unfolded when scripts are off.
const OPEN_CHOICES: usize = 4;

/// Writes the page as HTML.
///
/// # Errors
/// What `out` reports.
pub fn write(page: &Page, out: &mut impl Write) -> io::Result<()> {
    out.write_all(document(page).as_str().as_bytes())
}

fn document(page: &Page) -> Markup {
    let mut out = Markup::new();
    put!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src \
         &#39;{1}&#39;; \
         script-src &#39;{2}&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{0}</title>\n<style>{3}</style>\n</head>\n<body>\n",
        page.title,
        STYLE_HASH,
        SCRIPT_HASH,
        Markup::literal(STYLE)
    );
    out.raw("<a class=\"skip\" href=\"#answer\">Skip to the answer</a>\n");
    bar(&mut out, page);
    out.raw("<main>\n");
    first_screen(&mut out, page);
    for (i, section) in page.sections.iter().enumerate() {
        push_section(&mut out, page, section);
        if i == 0 {
            contents(&mut out, page);
        }
    }
    if let Some(numbers) = &page.assumptions {
        assumptions(&mut out, numbers);
    }
    provenance(&mut out, page, &page.provenance);
    out.raw("</main>\n");
    put!(
        out,
        "<footer><p>Made by capstake from {}. It turns assumptions into distributions; it does not forecast, and \
         it is no \
         investment advice.</p></footer>\n",
        page.run
    );
    put!(
        out,
        "<script type=\"application/json\" id=\"data\">{0}</script>\n<script>{1}</script>\n</body>\n</html>\n",
        Markup::json(&data(page)),
        Markup::literal(SCRIPT)
    );
    out
}

/// The fixed bar at the top: name of the run, choice of deal, light or dark.
fn bar(out: &mut Markup, page: &Page) {
    put!(
        out,
        "<header class=\"bar\" id=\"top\"><div class=\"row\"><a class=\"brand\" href=\"#top\">capstake</a>"
    );
    if page.deals.len() > 1 {
        out.raw("<fieldset class=\"switch scripted\"><legend class=\"unseen\">Deal shown</legend>");
        for (i, deal) in page.deals.iter().enumerate() {
            let checked = Markup::literal(if i == 0 { " checked" } else { "" });
            put!(
                out,
                "<label class=\"{0}\"><input type=\"radio\" name=\"deal\" \
                 value=\"{2}\"{3}><span>{1}</span></label>",
                crate::svg::tone(crate::page::plot::Tone::Deal(i)),
                deal,
                i,
                checked
            );
        }
        out.raw("</fieldset>");
    }
    out.raw(
        "<button type=\"button\" class=\"theme scripted\" aria-pressed=\"false\"><span \
         aria-hidden=\"true\">◐</span><span \
         class=\"unseen\">Dark colours</span></button></div>",
    );
    if let Some(done) = &page.partial {
        put!(
            out,
            "<p class=\"warning\" role=\"status\"><strong>Partial run.</strong> It was stopped after {}; every \
             number on this \
             page is over those.</p>",
            done
        );
    }
    out.raw("</header>\n");
}

fn first_screen(out: &mut Markup, page: &Page) {
    put!(
        out,
        "<section id=\"answer\" aria-labelledby=\"h-answer\"><h1 id=\"h-answer\" class=\"kicker\">{}</h1><p \
         class=\"run\">{}</p>",
        page.title,
        page.run
    );
    if let Some(change) = &page.changes {
        put!(out, "<p class=\"run\">{}</p>", change);
    }
    for warning in &page.warnings {
        put!(out, "<p class=\"careful\">{}</p>", warning);
    }
    out.raw("<div aria-live=\"polite\">");
    for answer in &page.answers {
        push_answer(out, page, answer);
    }
    for (i, sentence) in page.sentences.iter().enumerate() {
        let class = if i == 0 { "said" } else { "lede" };
        put!(out, "<p class=\"{2}\">{0}{1}</p>", sentence, chart::stopped(page), class);
    }
    if page.answers.is_empty() && page.sentences.is_empty() {
        out.raw("<p class=\"headline\">No path was kept: there is no answer.</p>");
    }
    out.raw("</div></section>\n");
}

fn push_answer(out: &mut Markup, page: &Page, answer: &Answer) {
    let [before, number, after] = &answer.lead;
    put!(
        out,
        "<div class=\"answer {}\" data-deal=\"{}\"><p class=\"headline\">{}<strong>{}</strong>{}</p><p \
         class=\"lede\">{}</p>",
        crate::svg::tone(crate::page::plot::Tone::Deal(answer.deal)),
        answer.deal,
        before,
        number,
        after,
        answer.sentences.join(" ")
    );
    out.raw("<dl class=\"cards\">");
    for card in &answer.cards {
        put!(
            out,
            "<div><dt>{}</dt><dd><span class=\"number\">{}</span> <span class=\"error\">{}</span>{}<span \
             class=\"remark\">{}</span></dd></div>",
            card.name,
            card.value,
            card.error,
            chart::stopped(page),
            card.remark
        );
    }
    out.raw("</dl></div>");
}

fn contents(out: &mut Markup, page: &Page) {
    out.raw("<nav aria-label=\"Contents\"><ul>");
    let inputs = page.assumptions.iter().map(|_| ("assumptions", "Assumptions"));
    let parts = page.sections.iter().map(|section| (section.id, section.name)).chain(inputs);
    for (id, name) in parts.chain([("provenance", "Run")]) {
        put!(out, "<li><a href=\"#{1}\">{0}</a></li>", name, id);
    }
    out.raw("</ul></nav>\n");
}

fn push_section(out: &mut Markup, page: &Page, section: &Section) {
    let id = section.id;
    put!(out, "<section id=\"{1}\" aria-labelledby=\"h-{1}\"><h2 id=\"h-{1}\">{0}</h2>", section.heading, id);
    for block in &section.blocks {
        match block {
            Block::Words(words) => {
                put!(out, "<p class=\"words\">{}</p>", words);
            }
            Block::Absent(words) => {
                put!(out, "<p class=\"absent\">{}</p>", words);
            }
            Block::Charts(charts) => {
                out.raw("<div class=\"figures\">");
                for drawn in charts {
                    chart::push(out, page, drawn);
                }
                out.raw("</div>");
            }
            Block::Chosen(choices, charts) => {
                out.raw("<div class=\"chosen\"><label class=\"choice scripted\">Series <select>");
                for (i, choice) in choices.iter().enumerate() {
                    put!(out, "<option value=\"{1}\">{0}</option>", choice.name, i);
                }
                out.raw("</select></label><div class=\"figures\">");
                let is_open = |chart: &&Chart| chart.choice.is_none_or(|choice| choice < OPEN_CHOICES);
                for drawn in charts.iter().filter(is_open) {
                    chart::push(out, page, drawn);
                }
                out.raw("</div>");
                if choices.len() > OPEN_CHOICES {
                    out.raw("<details class=\"rest\"><summary>Other series</summary><div class=\"figures\">");
                    for drawn in charts.iter().filter(|chart| !is_open(chart)) {
                        chart::push(out, page, drawn);
                    }
                    out.raw("</div></details>");
                }
                out.raw("</div>");
            }
            Block::WhatIf(panel) => what_if::push(out, page, panel),
            Block::Table(readings) => chart::push_table(out, page, readings, "table stacked"),
            Block::Years(tables) => {
                tables.iter().for_each(|table| chart::push_years(out, page, table));
            }
        }
    }
    out.raw("</section>\n");
}

fn assumptions(out: &mut Markup, assumptions: &Assumptions) {
    put!(
        out,
        "<section id=\"assumptions\" aria-labelledby=\"h-assumptions\"><h2 id=\"h-assumptions\">What goes in</h2>\
         <p class=\"words\">{}</p>\
         <p class=\"scripted filter\"><label>Find <input type=\"search\" autocomplete=\"off\"></label> \
         <label><input type=\"checkbox\"> only judgements</label> <span role=\"status\"></span></p>",
        assumptions.words
    );
    for group in &assumptions.groups {
        push_group(out, group);
    }
    out.raw("</section>\n");
}

fn push_group(out: &mut Markup, group: &Group) {
    put!(
        out,
        "<table class=\"inputs\"><caption>{}</caption><thead><tr><th scope=\"col\">Key</th><th \
         scope=\"col\">Value or mean</th>\
         <th scope=\"col\">p5 to p95</th><th scope=\"col\">Where from</th></tr></thead><tbody>",
        group.name
    );
    for number in &group.numbers {
        push_number(out, number);
    }
    out.raw("</tbody></table>");
}

fn push_number(out: &mut Markup, number: &Number) {
    let mut law = Markup::new();
    if !number.law.is_empty() {
        put!(law, "<span class=\"law\">{}</span>", number.law);
    }
    let judged = Markup::literal(if number.source == Source::Judgement { " class=\"judged\"" } else { "" });
    let changed =
        Markup::literal(if number.is_changed { " <span class=\"mark\">changed</span>" } else { "" });
    put!(
        out,
        "<tr{4}><th scope=\"row\"><code>{0}</code>{5}</th><td data-name=\"Value or mean\">{1}</td><td \
         data-name=\"p5 to p95\">{2}{3}</td><td \
         data-name=\"Where from\">",
        breakable(&number.key),
        number.value,
        number.range,
        law,
        judged,
        changed
    );
    match &number.source {
        Source::Judgement => out.raw("<span class=\"mark\">judgement</span>"),
        Source::SameAs(key) => {
            put!(out, "same as <code>{}</code>", breakable(key));
        }
        Source::Text { states, title, url, date } => {
            if !states {
                out.raw("derived from ");
            }
            if is_link(url) {
                put!(out, "<a href=\"{0}\" rel=\"noopener noreferrer\">{1}</a>", url, title);
            } else {
                put!(out, "{}", title);
            }
            if !date.is_empty() {
                put!(out, " <time>{}</time>", date);
            }
        }
    }
    if !number.note.is_empty() {
        put!(out, "<span class=\"note\">{}</span>", number.note);
    }
    out.raw("</td></tr>");
}

/// A key with optional line breaks at its dots and underscores.
fn breakable(key: &str) -> Markup {
    let mut out = Markup::new();
    for part in key.split_inclusive(['.', '_']) {
        put!(out, "{}", part);
        if part.ends_with(['.', '_']) {
            out.raw("<wbr>");
        }
    }
    out
}

fn provenance(out: &mut Markup, page: &Page, provenance: &Provenance) {
    out.raw(
        "<section id=\"provenance\" aria-labelledby=\"h-provenance\"><h2 id=\"h-provenance\">Can this be \
         believed, and made \
         again?</h2>",
    );
    out.raw("<ul class=\"checks\">");
    for check in &provenance.checks {
        put!(out, "<li>{}{}</li>", check, chart::stopped(page));
    }
    out.raw("</ul>");
    put!(
        out,
        "<h3>The same again</h3><div class=\"command\"><pre><code>{}</code></pre><button type=\"button\" \
         class=\"copy \
         scripted\">Copy</button></div><dl class=\"facts\">",
        provenance.command
    );
    for (label, text) in &provenance.facts {
        put!(out, "<div><dt>{}</dt><dd>{}</dd></div>", label, text);
    }
    put!(
        out,
        "</dl><details class=\"scenario\"><summary>The scenario as run (TOML)</summary><pre \
         tabindex=\"0\"><code>{}</code></pre></details></section>\n",
        provenance.scenario
    );
}

/// The data behind all charts as JSON, for the script that offers downloads.
fn data(page: &Page) -> serde_json::Value {
    let mut all = serde_json::Map::new();
    for chart in page.charts() {
        let cell = |value: &Value| match value {
            Value::Text(text) => json!(text),
            Value::Whole(number) => json!(number),
            Value::Number(number) => json!(number),
        };
        let rows: Vec<serde_json::Value> =
            chart.exact.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        all.insert(chart.id.clone(), json!({"columns": chart.exact.columns, "rows": rows}));
    }
    json!({"partial": page.partial.is_some(), "figures": all, "whatIf": what_if::data(page)})
}
