//! The sheet *Years*: the main series of each deal with years as columns.

use super::heading::title;
use super::sheet::{Digits, Look, Sheet, Style};
use crate::page::view::View;
use crate::page::years_across::{self, Line, YearsAcross};
use capstake::report::digits::exponent;
use capstake::report::tables::AnnualRow;

/// Name of the sheet.
pub const SHEET: &str = "Years";

/// Column of the statistics' names; years follow.
const STATISTIC: u16 = 2;
/// Row of the note.
const NOTE: u32 = 2;
/// A statistic: its name, and its value in a year.
type Statistic = (&'static str, fn(&AnnualRow) -> f64);
/// The statistics of a series, each a row.
const STATISTICS: [Statistic; 4] =
    [("mean", |row| row.mean), ("p5", |row| row.p05), ("median", |row| row.p50), ("p95", |row| row.p95)];

/// Lays the sheet out.
pub fn sheet(view: &View) -> Sheet {
    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "Years", &view.results.facts);
    let tables = years_across::all(view);
    let note = years_across::note(&tables);
    sheet.text(NOTE, 0, format!("{note} Errors and more quantiles are on the sheet By year."), Look::Note);
    let mut row = NOTE + 2;
    for table in &tables {
        if table.deal > 0 {
            sheet.breaks.push(row);
        }
        row = deal(&mut sheet, row, table);
    }
    if tables.is_empty() {
        sheet.text(row, 0, "No series has a value.", Look::Note);
    }
    let years = tables.iter().map(|table| table.years.len()).max().unwrap_or(0);
    sheet.widths = vec![36.0, 8.0, 9.0];
    sheet.widths.extend(vec![11.0; years]);
    sheet
}

/// Puts the table of a deal; returns the row below it.
fn deal(sheet: &mut Sheet, top: u32, table: &YearsAcross) -> u32 {
    sheet.text(top, 0, table.name, Look::Heading);
    let header = top + 1;
    for (column, words) in ["", "Unit", ""].into_iter().enumerate() {
        sheet.text(header, column as u16, words, Look::Header);
    }
    for (column, year) in (STATISTIC + 1..).zip(&table.years) {
        sheet.text(header, column, &year.label, Look::HeaderRight);
    }
    let mut row = header + 1;
    for line in &table.lines {
        series(sheet, row, line);
        row += STATISTICS.len() as u32;
    }
    row + 1
}

fn series(sheet: &mut Sheet, top: u32, line: &Line) {
    sheet.text(top, 0, &line.label, Look::Strong);
    sheet.text(top, 1, line.unit, Look::Plain);
    for (row, (i, (name, value))) in (top..).zip(STATISTICS.iter().enumerate()) {
        let look = if i == 0 { Look::Strong } else { Look::Plain };
        sheet.text(row, STATISTIC, *name, look);
        for (column, year) in (STATISTIC + 1..).zip(&line.rows) {
            if let Some(year) = year {
                sheet.number(row, column, value(year), Style { look, digits: digits(line) });
            }
        }
    }
}

/// One number format for a series: percentages and amounts with the decimals that its largest value leaves three digits for.
fn digits(line: &Line) -> Digits {
    if line.unit.starts_with('%') {
        return Digits::Percent(1);
    }
    let ends = line.rows.iter().flatten().flat_map(|row| [row.p05, row.p95, row.mean]);
    let largest = ends.fold(0.0, |largest: f64, value| largest.max(value.abs()));
    Digits::Decimals((2 - exponent(largest)).clamp(0, 3) as u8)
}
