//! The page of a run: its content, that it is well-formed and safe, and that run and folder give the same
//! page.

#[cfg(unix)]
pub(crate) mod browser;
#[cfg(unix)]
pub(crate) mod chromium;
mod marks;
#[cfg(unix)]
mod what_if;

use crate::scenario;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::report::results::{Facts, Results, SourceFacts};
use capstake::report::tables::{self, Tables};
use capstake::run::{self, Options, Silent};
use capstake::study::bridge;
use capstake::study::valuation::valuation;
use capstake_output::page::{Page, page};
use capstake_output::{html, svg};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Results of a run with facts that do not depend on the day.
pub(crate) fn results(model: &Model, paths: u64) -> Results {
    let plan = Plan::from_model(model, 1, Isa::detect());
    let result = run::execute(&plan, Options { paths, threads: 2 }, &Silent);
    let facts = Facts {
        scenario: model.name.clone(),
        names: model.names.clone(),
        file: format!("configs/{}.toml", model.name),
        further_files: Vec::new(),
        command: vec!["run".to_owned()],
        overrides: Vec::new(),
        resolved: "name = \"test\"\n".to_owned(),
        written: None,
        empirical: Vec::new(),
        digest: "0123abcd".to_owned(),
        valuation_date: model.timeline.valuation_date().to_string(),
        horizon: model.timeline.horizon().to_string(),
        period_months: model.timeline.period_length().months(),
        sources: Vec::new(),
        seed: "1".to_owned(),
        replicates: None,
        sampling: None,
        precision: None,
        paths,
        paths_asked: paths,
        partial: false,
        started: "2026-07-01T12:00:00Z".to_owned(),
        seconds: 1.5,
        threads: 2,
        version: "0.1.0".to_owned(),
        revision: "abc".to_owned(),
        target: "x86_64-unknown-linux-gnu".to_owned(),
        stream_version: 2,
    };
    let bridge =
        bridge::of_first_deals(&plan, paths.min(1_000), 2).as_ref().map(tables::bridge).unwrap_or_default();
    Results { facts, tables: Tables { bridge, ..tables::tables(&valuation(&plan, &result)) } }
}

fn written(page: &Page) -> String {
    let mut bytes = Vec::new();
    html::write(page, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Elements without an end tag.
const VOID: [&str; 5] = ["meta", "link", "input", "wbr", "br"];

/// Tags of a document with their attributes, in order; panics if it is not well-formed.
fn elements(document: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = document.strip_prefix("<!doctype html>").expect("a document type");
    while let Some(at) = rest.find('<') {
        let words = &rest[..at];
        assert!(!words.contains('>'), "a bare >: {}", &words[words.len().saturating_sub(80)..]);
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "the element that ends is the last that began");
            continue;
        }
        let is_closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()), "<{tag}>");
        let mut pairs = Vec::new();
        while !attributes.trim_start().is_empty() {
            attributes = attributes.trim_start();
            let name_end = attributes.find([' ', '=']).unwrap_or(attributes.len());
            let name = attributes[..name_end].to_owned();
            attributes = &attributes[name_end..];
            let value = match attributes.strip_prefix("=\"") {
                Some(inside) => {
                    let (value, after) = inside.split_once('"').expect("an attribute's value ends");
                    attributes = after;
                    value.to_owned()
                }
                None => String::new(),
            };
            assert!(!value.contains('<'), "{value}");
            assert!(pairs.iter().all(|(known, _)| *known != name), "{name} twice in <{tag}>");
            pairs.push((name, value));
        }
        found.push((name.to_owned(), pairs));
        if name == "script" || name == "style" {
            // Their text is no markup; what is in it was checked where it was made.
            let close = format!("</{name}>");
            rest = &rest[rest.find(&close).expect("its end") + close.len()..];
        } else if !is_closed && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert_eq!(open, Vec::<String>::new(), "every element ends");
    found
}

fn attribute<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Shipped scenarios and those of the tests: with and without clouds, cash, equity, IPO and caps, with one
/// deal or more.
fn models() -> Vec<Model> {
    let shipped = ["base", "july-2026", "company-plan", "minimal", "capped-share", "schwartz-moon-2000"];
    let others = scenario::beyond_base();
    let mut models: Vec<Model> = shipped.into_iter().map(scenario::shipped).collect();
    models.extend(others.into_iter().map(|(name, text)| scenario::from_text(name, text, &[])));
    models
}

#[test]
fn every_scenario_has_a_page_that_is_well_formed() {
    for model in models() {
        let results = results(&model, 400);
        let page = page(&results);
        let document = written(&page);
        let elements = elements(&document);
        let name = &model.name;
        let ids: Vec<&str> = elements.iter().filter_map(|(_, pairs)| attribute(pairs, "id")).collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "{name}: an id twice");
        for (tag, pairs) in &elements {
            if let Some(inside) = attribute(pairs, "href").and_then(|href| href.strip_prefix('#')) {
                assert!(known.contains(inside), "{name}: #{inside} leads nowhere");
            }
            if let Some(label) = attribute(pairs, "aria-labelledby") {
                assert!(known.contains(label), "{name}: {label} labels nothing");
            }
            for (attribute, value) in pairs {
                assert!(
                    !attribute.starts_with("on") && attribute != "style",
                    "{name}: {attribute} in <{tag}>"
                );
                let outside = ["src", "srcset", "action", "poster", "data"].contains(&attribute.as_str());
                assert!(!outside, "{name}: <{tag} {attribute}=\"{value}\"> asks for something");
            }
            assert!(
                !["img", "iframe", "object", "embed", "base", "form"].contains(&tag.as_str()),
                "{name}: <{tag}>"
            );
        }
        let drawn = elements.iter().filter(|(tag, _)| tag == "svg").count();
        let expected: usize = page.charts().map(|chart| 2 + 2 * usize::from(chart.log.is_some())).sum();
        assert_eq!(drawn, expected, "{name}");
        assert!(
            !document.contains("NaN") && !document.contains("inf\"") && !document.contains("undefined"),
            "{name}"
        );
        assert!(document.len() < 1_500_000, "{name}: {} bytes", document.len());
        for chart in page.charts() {
            // Rows that lie one under another are read without a pointer.
            let anchors = if chart.plot.rows > 0 { 0 } else { chart.readings.rows.len() };
            assert_eq!(chart.plot.anchors.len(), anchors, "{name} {}", chart.id);
            for row in &chart.readings.rows {
                assert_eq!(row.len(), chart.readings.columns.len(), "{name} {}", chart.id);
            }
            assert!(chart.exact.rows.iter().all(|row| row.len() == chart.exact.columns.len()));
            assert!(
                !chart.exact.rows.is_empty() && chart.plot.described.ends_with('.'),
                "{name} {}",
                chart.id
            );
        }
    }
}

#[test]
fn what_is_not_well_formed_is_seen() {
    let seen = |text: &str| std::panic::catch_unwind(|| elements(text)).is_err();
    assert!(!seen("<!doctype html><p class=\"a\">x<br></p>"));
    for text in ["<p>", "<p></b></p>", "<p class=\"a>x</p>", "<p>a > b</p>", "<p a=\"1\" a=\"2\"></p>"] {
        assert!(seen(&format!("<!doctype html>{text}")), "{text}");
    }
}

/// The text of the page without drawings and tables of numbers, as a reader skims it.
fn skimmed(page: &Page) -> String {
    use capstake_output::page::section::Block;
    let mut text = format!("{}\n{}\n", page.title, page.run);
    for answer in &page.answers {
        text.push_str(&format!("\n[{}] {}\n", page.deals[answer.deal], answer.lead.concat()));
        for sentence in &answer.sentences {
            text.push_str(&format!("  {sentence}\n"));
        }
        for card in &answer.cards {
            text.push_str(&format!("  {}: {} {}, {}\n", card.name, card.value, card.error, card.remark));
        }
    }
    for section in &page.sections {
        text.push_str(&format!("\n# {}\n", section.heading));
        for block in &section.blocks {
            match block {
                Block::Words(words) => text.push_str(&format!("{words}\n")),
                Block::Absent(words) => text.push_str(&format!("({words})\n")),
                Block::Charts(charts) | Block::Chosen(_, charts) => {
                    for chart in charts {
                        text.push_str(&format!(
                            "  {}: {}\n    {}\n",
                            chart.id, chart.title, chart.plot.described
                        ));
                    }
                }
                Block::Years(tables) => {
                    for table in tables {
                        text.push_str(&format!("  {}\n  {}\n", table.title, table.columns.join(" | ")));
                        for (label, cells) in &table.rows {
                            let cells: Vec<String> = cells.iter().map(|cell| cell.join(" ")).collect();
                            text.push_str(&format!("  {label} | {}\n", cells.join(" | ")));
                        }
                    }
                }
                Block::WhatIf(panel) => {
                    for table in &panel.tables {
                        text.push_str(&format!("  {}\n  {}\n", table.title, table.columns.join(" | ")));
                    }
                }
                Block::Table(table) => {
                    text.push_str(&format!("  {}\n", table.columns.join(" | ")));
                    for row in &table.rows {
                        text.push_str(&format!("  {}\n", row.join(" | ")));
                    }
                }
            }
        }
    }
    text.push_str(&format!(
        "\n{}\n{}\n",
        page.assumptions.as_ref().map_or("", |inputs| inputs.words.as_str()),
        page.provenance.command
    ));
    for check in &page.provenance.checks {
        text.push_str(&format!("- {check}\n"));
    }
    text
}

#[test]
fn the_words_of_the_page() {
    for name in ["base", "minimal"] {
        let said = skimmed(&page(&results(&scenario::shipped(name), 4_096)));
        let file = format!("{}/tests/program/golden/page-{name}.txt", crate::ROOT);
        if std::env::var_os("CAPSTAKE_BLESS").is_some() {
            std::fs::write(&file, &said).unwrap();
        }
        let golden = std::fs::read_to_string(&file).expect("CAPSTAKE_BLESS=1 writes it");
        assert_eq!(said, golden, "{name}: CAPSTAKE_BLESS=1 writes the new words");
    }
}

#[test]
fn a_partial_run_says_so_beside_its_numbers() {
    let mut results = results(&scenario::shipped("base"), 1_000);
    assert!(!written(&page(&results)).contains("class=\"stopped\""));
    (results.facts.partial, results.facts.paths_asked) = (true, 1_000_000);
    let page = page(&results);
    let document = written(&page);
    assert!(document.contains("It was stopped after 1,000 of 1,000,000 paths"));
    let marks = document.matches("class=\"stopped\">partial: 1,000 of 1,000,000 paths<").count();
    let cards: usize = page.answers.iter().map(|answer| answer.cards.len()).sum();
    // At every card, figure and table of numbers, and at every check.
    assert!(marks >= cards + 2 * page.charts().count() + page.provenance.checks.len(), "{marks}");
    assert!(
        page.provenance
            .facts
            .contains(&("Status", "partial: stopped after 1,000 of 1,000,000 paths".to_owned()))
    );
}

#[test]
fn texts_of_a_scenario_stay_texts() {
    let mut results = results(&scenario::frozen_base(), 400);
    let evil = "</script></style><img src=x onerror=alert(1)> & \"'\u{1b}";
    for row in &mut results.tables.inputs {
        row.note = evil.to_owned();
    }
    results.facts.sources = ["javascript:alert(1)", "https://a.example/?q=\"><script>"]
        .into_iter()
        .zip(["run-rate-25", "gurufocus-wacc"])
        .map(|(url, key)| SourceFacts {
            key: key.into(),
            title: evil.into(),
            url: url.into(),
            date: String::new(),
        })
        .collect();
    results.facts.file = evil.to_owned();
    results.facts.resolved = evil.to_owned();
    let document = written(&page(&results));
    elements(&document);
    assert!(
        !document.contains("<img") && !document.contains("href=\"javascript") && !document.contains('\u{1b}')
    );
    assert!(document.contains("href=\"https://a.example/?q=&quot;&gt;&lt;script&gt;\""));
    assert_eq!(document.matches("</script>").count(), 2);
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut bits = [0; 4];
        bits[1..=three.len()].copy_from_slice(three);
        let bits = u32::from_be_bytes(bits);
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i)) as usize & 63] as char;
            text.push(if i <= three.len() { letter } else { '=' });
        }
    }
    text
}

#[test]
fn style_and_script_are_those_that_the_page_allows() {
    let hash = |text: &str| format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())));
    assert_eq!(html::STYLE_HASH, hash(html::STYLE), "the hash of the style in crates/output/src/html/mod.rs");
    assert_eq!(
        html::SCRIPT_HASH,
        hash(html::SCRIPT),
        "the hash of the script in crates/output/src/html/mod.rs"
    );
    let document = written(&page(&results(&scenario::shipped("minimal"), 400)));
    assert!(document.contains("default-src &#39;none&#39;"));
    for asset in [html::STYLE, html::SCRIPT] {
        for asking in ["</", "url(", "@import", "import(", "fetch(", "XMLHttpRequest", "http:", "https:"] {
            let named = asset.replace("http://www.w3.org/2000/svg", "");
            assert!(!named.contains(asking), "{asking}");
        }
    }
}

#[test]
fn pictures_stand_alone() {
    let results = results(&scenario::shipped("base"), 1_000);
    let page = page(&results);
    let charts: Vec<_> = page.charts().take(2).collect();
    let mut bytes = Vec::new();
    svg::picture(&charts, &page.run, &mut bytes).unwrap();
    let picture = String::from_utf8(bytes).unwrap();
    elements(&format!("<!doctype html>{picture}"));
    assert!(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox="));
    assert!(picture.contains("prefers-color-scheme:dark") && picture.contains("base · 1,000 paths"));
    assert_eq!(picture.matches("class=\"title\"").count(), 2);
}

#[test]
fn a_writer_that_fails_is_told_of() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let page = page(&results(&scenario::shipped("minimal"), 64));
    assert_eq!(html::write(&page, &mut Full).unwrap_err().kind(), std::io::ErrorKind::StorageFull);
}
