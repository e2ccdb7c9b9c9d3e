//! The sheets *Assumptions* and *Correlations*: what the scenario specifies, its sources, and what was drawn.

use super::digits::by_size;
use super::heading::title;
use super::sheet::{Digits, Look, Sheet, cell_name};
use capstake::report::assumptions::{Origin, in_words, rests_on};
use capstake::report::results::Results;
use capstake::report::tables::InputRow;
use std::collections::HashMap;

/// Name of the sheet of inputs.
pub const ASSUMPTIONS: &str = "Assumptions";
/// Name of the sheet of correlated pairs.
pub const CORRELATIONS: &str = "Correlations";

const HEADER: u32 = 3;
const INPUTS: [(&str, Look); 15] = [
    ("key", Look::Header),
    ("unit", Look::Header),
    ("distribution", Look::Header),
    ("mean", Look::HeaderRight),
    ("std_dev", Look::HeaderRight),
    ("p05", Look::HeaderRight),
    ("p50", Look::HeaderRight),
    ("p95", Look::HeaderRight),
    ("source", Look::Header),
    ("informed_by", Look::Header),
    ("source_date", Look::Header),
    ("note", Look::Header),
    ("sampled_mean", Look::HeaderRight),
    ("sampled_std_dev", Look::HeaderRight),
    ("off_in_std_errors", Look::HeaderRight),
];
/// Columns of texts and of what was drawn.
const SOURCE: u16 = 8;
const INFORMED_BY: u16 = 9;
const SOURCE_DATE: u16 = 10;
const NOTE: u16 = 11;
const SAMPLED_MEAN: u16 = 12;
const SAMPLED_STD_DEV: u16 = 13;
const OFF: u16 = 14;
const PAIRS: [(&str, Look); 6] = [
    ("a", Look::Header),
    ("b", Look::Header),
    ("target", Look::HeaderRight),
    ("repaired", Look::HeaderRight),
    ("sampled", Look::HeaderRight),
    ("sampled_less_used", Look::HeaderRight),
];

/// The sheet of all inputs of the scenario.
pub fn assumptions(results: &Results) -> Sheet {
    let rows = &results.tables.inputs;
    let sources: HashMap<&str, (&str, &str)> = results
        .facts
        .sources
        .iter()
        .map(|source| (source.key.as_str(), (source.title.as_str(), source.url.as_str())))
        .collect();
    let mut sheet = Sheet::new(ASSUMPTIONS);
    title(&mut sheet, "Assumptions", &results.facts);
    let changed = match rows.iter().any(|row| results.facts.is_changed(&row.key)) {
        true => "; keys in red were changed with --set",
        false => "",
    };
    let rests = rests_on(&results.tables.origins, &results.facts.names);
    let rests = rests.map_or(String::new(), |sentence| format!(" {sentence}"));
    let words = format!(
        "{}; sampled moments are those of this run's draws{changed}.{rests} To change a number, edit the sheet {}: nothing here is read back.",
        in_words(rows),
        crate::inputs::SHEET
    );
    sheet.text(2, 0, words, Look::Note);
    sheet.table("assumptions", HEADER, 0, &INPUTS, rows.len() as u32);
    for (at, row) in (HEADER + 1..).zip(rows) {
        let look = if results.facts.is_changed(&row.key) { Look::Warning } else { Look::Plain };
        sheet.text(at, 0, &row.key, look);
        input(&mut sheet, at, row, results.facts.paths);
        // The words of the page: a judgement, or what the number was derived from.
        match Origin::of(row) {
            Origin::Sourced => source(&mut sheet, at, SOURCE, &row.source, &sources),
            Origin::InformedBy(key) => source(&mut sheet, at, INFORMED_BY, key, &sources),
            Origin::Judgement => sheet.text(at, SOURCE, "judgement", Look::Note),
            Origin::SameAs(_) => {}
        }
    }
    sheet
        .measure(&[44.0, 16.0, 36.0, 11.0, 11.0, 11.0, 11.0, 11.0, 40.0, 40.0, 12.0, 70.0, 12.0, 12.0, 12.0]);
    sheet.frozen = (HEADER + 1, 1);
    sheet.repeated = Some(HEADER);
    sheet
}

/// A source in a cell: its title with its address, or its key where the scenario does not list it.
fn source(sheet: &mut Sheet, at: u32, column: u16, key: &str, sources: &HashMap<&str, (&str, &str)>) {
    match sources.get(key) {
        Some((title, url)) => sheet.link(at, column, if title.is_empty() { key } else { title }, url),
        None => sheet.text(at, column, key, Look::Plain),
    }
}

fn input(sheet: &mut Sheet, at: u32, row: &InputRow, paths: u64) {
    sheet.text(at, 1, &row.unit, Look::Plain);
    sheet.text(at, 2, &row.distribution, Look::Wrapped);
    let of_law = (3..).zip([row.mean, row.std_dev, row.p05, row.p50, row.p95]);
    let drawn = [(SAMPLED_MEAN, row.sampled_mean), (SAMPLED_STD_DEV, row.sampled_std_dev)];
    for (column, number) in of_law.chain(drawn) {
        sheet.number(at, column, number, by_size(&row.unit, number));
    }
    if row.std_dev > 0.0 {
        let [mean, std_dev, sampled] = [3, 4, SAMPLED_MEAN].map(|column| cell_name(at, column));
        let formula = format!("=({sampled}-{mean})/({std_dev}/SQRT({paths}))");
        let off = (row.sampled_mean - row.mean) / (row.std_dev / (paths as f64).sqrt());
        sheet.formula(at, OFF, formula, off, Digits::Decimals(1));
    }
    if !row.source_date.is_empty() {
        sheet.text(at, SOURCE_DATE, &row.source_date, Look::Plain);
    }
    if !row.note.is_empty() {
        sheet.text(at, NOTE, &row.note, Look::Wrapped);
    }
}

/// The sheet of all correlated pairs.
pub fn correlations(results: &Results) -> Sheet {
    let rows = &results.tables.correlations;
    let mut sheet = Sheet::new(CORRELATIONS);
    title(&mut sheet, "Correlations of the underlying normals", &results.facts);
    sheet.table("correlations", HEADER, 0, &PAIRS, rows.len() as u32);
    let digits = Digits::Decimals(4);
    for (at, row) in (HEADER + 1..).zip(rows) {
        sheet.text(at, 0, &row.a, Look::Plain);
        sheet.text(at, 1, &row.b, Look::Plain);
        for (column, number) in (2..).zip([row.target, row.repaired, row.sampled]) {
            sheet.number(at, column, number, digits);
        }
        let (used, column) = if row.repaired.is_nan() { (row.target, 2) } else { (row.repaired, 3) };
        let formula = format!("={}-{}", cell_name(at, 4), cell_name(at, column));
        sheet.formula(at, 5, formula, row.sampled - used, digits);
    }
    sheet.widths = vec![46.0, 46.0, 12.0, 12.0, 12.0, 18.0];
    sheet.frozen = (HEADER + 1, 2);
    sheet.repeated = Some(HEADER);
    sheet
}
