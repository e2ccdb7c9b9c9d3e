//! The sheet *Metrics*: every statistic of every metric of every deal and difference.

use super::digits::by_error;
use super::heading::title;
use super::sheet::{Digits, Look, Sheet, Style, cell_name, elsewhere};
use super::subjects::Subjects;
use crate::page::wording;
use capstake::report::results::Results;
use capstake::report::row::{Cell, Row};
use capstake::report::tables::SummaryRow;

/// Name of the sheet.
pub const SHEET: &str = "Metrics";

/// Row of the header.
const HEADER: u32 = 3;
/// Number of columns of text (deal, metric and unit) before the numbers.
const WORDS: usize = 3;
/// Column of the mean.
const MEAN: u16 = 3;

/// Positions of the table's numbers, for other sheets.
pub struct Places<'a> {
    subjects: &'a Subjects<'a>,
}

impl<'a> Places<'a> {
    /// The positions of the rows of these subjects.
    pub fn of(subjects: &'a Subjects<'a>) -> Places<'a> {
        Places { subjects }
    }

    /// Reference to a number of the table, for a formula in another sheet.
    pub fn cell(&self, subject: &str, metric: &str, column: &str) -> Option<String> {
        let at = self.subjects.place(subject, metric)?;
        Some(elsewhere(SHEET, HEADER + 1 + at as u32, self::column(column)))
    }
}

/// The column of a statistic.
fn column(name: &str) -> u16 {
    SummaryRow::COLUMNS.iter().position(|column| *column == name).expect("a column of the summary") as u16
}

/// Lays the sheet out.
pub fn sheet(results: &Results, subjects: &Subjects) -> Sheet {
    let rows = &results.tables.summary;
    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "All metrics", &results.facts);
    let look = |i: usize| if i < WORDS { Look::Header } else { Look::HeaderRight };
    let mut headers: Vec<(&str, Look)> =
        SummaryRow::COLUMNS.iter().enumerate().map(|(i, name)| (*name, look(i))).collect();
    let later_less_first = headers.len() as u16;
    headers.push(("later_less_first", Look::HeaderRight));
    headers.push(("label", Look::Header));
    sheet.table("metrics", HEADER, 0, &headers, rows.len() as u32);
    let row_of = |deal: &str, metric: &str| subjects.place(deal, metric).map(|at| HEADER + 1 + at as u32);
    for (at, line) in (HEADER + 1..).zip(rows) {
        let digits = by_error(&line.unit, line.std_error);
        cells(&mut sheet, at, line, digits);
        let label = wording::metric(&line.metric, &results.facts.names);
        sheet.text(at, later_less_first + 1, label, Look::Plain);
        let subject = subjects.all.iter().find(|subject| subject.name == line.deal);
        let Some((later, first)) = subject.and_then(|subject| subject.difference) else { continue };
        let both = (subjects.row(later, &line.metric), subjects.row(first, &line.metric));
        let rows = (row_of(later, &line.metric), row_of(first, &line.metric));
        if let ((Some(a), Some(b)), (Some(row_a), Some(row_b))) = (both, rows) {
            let formula = format!("={}-{}", cell_name(row_a, MEAN), cell_name(row_b, MEAN));
            sheet.formula(at, later_less_first, formula, a.mean - b.mean, digits);
        }
    }
    sheet.widths = vec![34.0, 38.0, 10.0];
    sheet.widths.extend([11.0; SummaryRow::COLUMNS.len() - WORDS]);
    sheet.widths.extend([17.0, 40.0]);
    sheet.frozen = (HEADER + 1, 2);
    sheet.repeated = Some(HEADER);
    sheet
}

/// Puts the cells of a row next to each other.
fn cells(sheet: &mut Sheet, row: u32, line: &SummaryRow, digits: Digits) {
    let mut at = 0;
    line.cells(&mut |cell| {
        match cell {
            Cell::Text(text) if !text.is_empty() => sheet.text(row, at, text, Style::PLAIN),
            Cell::Text(_) => {}
            Cell::Whole(number) => sheet.number(row, at, number as f64, Digits::Decimals(0)),
            Cell::Number(number) => sheet.number(row, at, number, digits),
        }
        at += 1;
    });
}
