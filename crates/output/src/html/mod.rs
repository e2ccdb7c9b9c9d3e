//! The page as one HTML file: no network access, drawings as SVG, readable without scripts.
//!
//! It uses no charting library. uPlot, the lightest one considered, draws on a canvas: it would repeat with
//! other code the
//! static pictures that paper, screen readers and browsers without scripts need anyway,
//! and it has neither waterfalls nor stacked areas. The script here (`page.js`) draws nothing: it hides,
//! shows, and moves a
//! line over the static pictures.

pub mod chart;
pub mod escape;

use crate::page::Page;
use crate::page::answer::Answer;
use crate::page::assumptions::{Assumptions, Group, Number, Source};
use crate::page::chart::{Chart, Value};
use crate::page::provenance::Provenance;
use crate::page::section::{Block, Section};
use escape::{address, escape};
use serde_json::json;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Style sheet of the page.
pub const STYLE: &str = concat!(include_str!("plot.css"), include_str!("page.css"));
/// Script for pointer and keyboard; without it the page has the same content.
pub const SCRIPT: &str = include_str!("page.js");
/// SHA-256 of [`STYLE`] for the content security policy, which then allows no other style; a failing test
/// prints the new hash.
pub const STYLE_HASH: &str = "sha256-1DF4ESr6I501GF7Avx2IzddwkauIyNLEkXSk1OSJZ8w=";
/// SHA-256 of [`SCRIPT`] for the content security policy, which then allows no other script; a failing test
/// prints the new hash.
pub const SCRIPT_HASH: &str = "sha256-8vpGhxNWAzq20lrc/uHFo523TiIHyEM0UZeqwOkjLkc=";

/// Number of choices shown unfolded when scripts are off.
const OPEN_CHOICES: usize = 4;

/// Writes the page as HTML.
///
/// # Errors
/// What `out` reports.
pub fn write(page: &Page, out: &mut impl Write) -> io::Result<()> {
    out.write_all(document(page).as_bytes())
}

fn document(page: &Page) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src \
         &#39;{STYLE_HASH}&#39;; \
         script-src &#39;{SCRIPT_HASH}&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        escape(&page.title)
    );
    out.push_str("<a class=\"skip\" href=\"#answer\">Skip to the answer</a>\n");
    bar(&mut out, page);
    out.push_str("<main>\n");
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
    out.push_str("</main>\n");
    let _ = writeln!(
        out,
        "<footer><p>Made by capstake from {}. It turns assumptions into distributions; it does not forecast, and \
         it is no \
         investment advice.</p></footer>",
        escape(&page.run)
    );
    let _ = write!(
        out,
        "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        escape::json(&data(page))
    );
    out
}

/// The fixed bar at the top: name of the run, choice of deal, light or dark.
fn bar(out: &mut String, page: &Page) {
    let _ = write!(
        out,
        "<header class=\"bar\" id=\"top\"><div class=\"row\"><a class=\"brand\" href=\"#top\">capstake</a>"
    );
    if page.deals.len() > 1 {
        out.push_str("<fieldset class=\"switch scripted\"><legend class=\"unseen\">Deal shown</legend>");
        for (i, deal) in page.deals.iter().enumerate() {
            let checked = if i == 0 { " checked" } else { "" };
            let _ = write!(
                out,
                "<label class=\"{}\"><input type=\"radio\" name=\"deal\" \
                 value=\"{i}\"{checked}><span>{}</span></label>",
                crate::svg::tone(crate::page::plot::Tone::Deal(i)),
                escape(deal)
            );
        }
        out.push_str("</fieldset>");
    }
    out.push_str(
        "<button type=\"button\" class=\"theme scripted\" aria-pressed=\"false\"><span \
         aria-hidden=\"true\">◐</span><span \
         class=\"unseen\">Dark colours</span></button></div>",
    );
    if let Some(done) = &page.partial {
        let _ = write!(
            out,
            "<p class=\"warning\" role=\"status\"><strong>Partial run.</strong> It was stopped after {}; every \
             number on this \
             page is over those.</p>",
            escape(done)
        );
    }
    out.push_str("</header>\n");
}

fn first_screen(out: &mut String, page: &Page) {
    let _ = write!(
        out,
        "<section id=\"answer\" aria-labelledby=\"h-answer\"><h1 id=\"h-answer\" class=\"kicker\">{}</h1><p \
         class=\"run\">{}</p>",
        escape(&page.title),
        escape(&page.run)
    );
    for warning in &page.warnings {
        let _ = write!(out, "<p class=\"careful\">{}</p>", escape(warning));
    }
    out.push_str("<div aria-live=\"polite\">");
    for answer in &page.answers {
        push_answer(out, page, answer);
    }
    for (i, sentence) in page.sentences.iter().enumerate() {
        let class = if i == 0 { "said" } else { "lede" };
        let _ = write!(out, "<p class=\"{class}\">{}{}</p>", escape(sentence), chart::stopped(page));
    }
    if page.answers.is_empty() && page.sentences.is_empty() {
        out.push_str("<p class=\"headline\">No path was kept: there is no answer.</p>");
    }
    out.push_str("</div></section>\n");
}

fn push_answer(out: &mut String, page: &Page, answer: &Answer) {
    let [before, number, after] = &answer.lead;
    let _ = write!(
        out,
        "<div class=\"answer {}\" data-deal=\"{}\"><p class=\"headline\">{}<strong>{}</strong>{}</p><p \
         class=\"lede\">{}</p>",
        crate::svg::tone(crate::page::plot::Tone::Deal(answer.deal)),
        answer.deal,
        escape(before),
        escape(number),
        escape(after),
        escape(&answer.sentences.join(" "))
    );
    out.push_str("<dl class=\"cards\">");
    for card in &answer.cards {
        let _ = write!(
            out,
            "<div><dt>{}</dt><dd><span class=\"number\">{}</span> <span class=\"error\">{}</span>{}<span \
             class=\"remark\">{}</span></dd></div>",
            escape(&card.name),
            escape(&card.value),
            escape(&card.error),
            chart::stopped(page),
            escape(&card.remark)
        );
    }
    out.push_str("</dl></div>");
}

fn contents(out: &mut String, page: &Page) {
    out.push_str("<nav aria-label=\"Contents\"><ul>");
    let inputs = page.assumptions.iter().map(|_| ("assumptions", "Assumptions"));
    let parts = page.sections.iter().map(|section| (section.id, section.name)).chain(inputs);
    for (id, name) in parts.chain([("provenance", "Run")]) {
        let _ = write!(out, "<li><a href=\"#{id}\">{}</a></li>", escape(name));
    }
    out.push_str("</ul></nav>\n");
}

fn push_section(out: &mut String, page: &Page, section: &Section) {
    let id = section.id;
    let _ = write!(
        out,
        "<section id=\"{id}\" aria-labelledby=\"h-{id}\"><h2 id=\"h-{id}\">{}</h2>",
        escape(&section.heading)
    );
    for block in &section.blocks {
        match block {
            Block::Words(words) => {
                let _ = write!(out, "<p class=\"words\">{}</p>", escape(words));
            }
            Block::Absent(words) => {
                let _ = write!(out, "<p class=\"absent\">{}</p>", escape(words));
            }
            Block::Charts(charts) => {
                out.push_str("<div class=\"figures\">");
                for drawn in charts {
                    chart::push(out, page, drawn);
                }
                out.push_str("</div>");
            }
            Block::Chosen(choices, charts) => {
                out.push_str("<div class=\"chosen\"><label class=\"choice scripted\">Series <select>");
                for (i, choice) in choices.iter().enumerate() {
                    let _ = write!(out, "<option value=\"{i}\">{}</option>", escape(&choice.name));
                }
                out.push_str("</select></label><div class=\"figures\">");
                let is_open = |chart: &&Chart| chart.choice.is_none_or(|choice| choice < OPEN_CHOICES);
                for drawn in charts.iter().filter(is_open) {
                    chart::push(out, page, drawn);
                }
                out.push_str("</div>");
                if choices.len() > OPEN_CHOICES {
                    out.push_str(
                        "<details class=\"rest\"><summary>Other series</summary><div class=\"figures\">",
                    );
                    for drawn in charts.iter().filter(|chart| !is_open(chart)) {
                        chart::push(out, page, drawn);
                    }
                    out.push_str("</div></details>");
                }
                out.push_str("</div>");
            }
            Block::Table(readings) => chart::push_table(out, page, readings, "table stacked"),
        }
    }
    out.push_str("</section>\n");
}

fn assumptions(out: &mut String, assumptions: &Assumptions) {
    let _ = write!(
        out,
        "<section id=\"assumptions\" aria-labelledby=\"h-assumptions\"><h2 id=\"h-assumptions\">What goes in</h2>\
         <p class=\"words\">{}</p>\
         <p class=\"scripted filter\"><label>Find <input type=\"search\" autocomplete=\"off\"></label> \
         <label><input type=\"checkbox\"> only judgements</label> <span role=\"status\"></span></p>",
        escape(&assumptions.words)
    );
    for group in &assumptions.groups {
        push_group(out, group);
    }
    out.push_str("</section>\n");
}

fn push_group(out: &mut String, group: &Group) {
    let _ = write!(
        out,
        "<table class=\"inputs\"><caption>{}</caption><thead><tr><th scope=\"col\">Key</th><th \
         scope=\"col\">Value or mean</th>\
         <th scope=\"col\">p5 to p95</th><th scope=\"col\">Where from</th></tr></thead><tbody>",
        escape(&group.name)
    );
    for number in &group.numbers {
        push_number(out, number);
    }
    out.push_str("</tbody></table>");
}

fn push_number(out: &mut String, number: &Number) {
    let judged = if number.source == Source::Judgement { " class=\"judged\"" } else { "" };
    let _ = write!(
        out,
        "<tr{judged}><th scope=\"row\"><code>{}</code></th><td data-name=\"Value or mean\">{}</td><td \
         data-name=\"p5 to p95\">{}{}</td><td \
         data-name=\"Where from\">",
        breakable(&number.key),
        escape(&number.value),
        escape(&number.range),
        match number.law.as_str() {
            "" => String::new(),
            law => format!("<span class=\"law\">{}</span>", escape(law)),
        }
    );
    match &number.source {
        Source::Judgement => out.push_str("<span class=\"mark\">judgement</span>"),
        Source::SameAs(key) => {
            let _ = write!(out, "same as <code>{}</code>", breakable(key));
        }
        Source::Text { title, url, date } => {
            let title = escape(title);
            match address(url) {
                Some(url) => {
                    let _ = write!(out, "<a href=\"{url}\" rel=\"noopener noreferrer\">{title}</a>");
                }
                None => out.push_str(&title),
            }
            if !date.is_empty() {
                let _ = write!(out, " <time>{}</time>", escape(date));
            }
        }
    }
    if !number.note.is_empty() {
        let _ = write!(out, "<span class=\"note\">{}</span>", escape(&number.note));
    }
    out.push_str("</td></tr>");
}

/// A key with optional line breaks at its dots and underscores.
fn breakable(key: &str) -> String {
    escape(key).replace('.', ".<wbr>").replace('_', "_<wbr>")
}

fn provenance(out: &mut String, page: &Page, provenance: &Provenance) {
    out.push_str(
        "<section id=\"provenance\" aria-labelledby=\"h-provenance\"><h2 id=\"h-provenance\">Can this be \
         believed, and made \
         again?</h2>",
    );
    out.push_str("<ul class=\"checks\">");
    for check in &provenance.checks {
        let _ = write!(out, "<li>{}{}</li>", escape(check), chart::stopped(page));
    }
    out.push_str("</ul>");
    let _ = write!(
        out,
        "<h3>The same again</h3><div class=\"command\"><pre><code>{}</code></pre><button type=\"button\" \
         class=\"copy \
         scripted\">Copy</button></div><dl class=\"facts\">",
        escape(&provenance.command)
    );
    for (label, text) in &provenance.facts {
        let _ = write!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(label), escape(text));
    }
    let _ = writeln!(
        out,
        "</dl><details class=\"scenario\"><summary>The scenario as run (TOML)</summary><pre \
         tabindex=\"0\"><code>{}</code></pre></details></section>",
        escape(&provenance.scenario)
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
    json!({"partial": page.partial.is_some(), "figures": all})
}
