//! The sheet *Summary*: the headline, the parts of Microsoft's total, then every metric of every deal and
//! difference.

use super::digits::by_error;
use super::heading::title;
use super::sheet::{Digits, Look, Name, Sheet, Style, cell_name, elsewhere};
use super::subjects::Subjects;
use crate::page::wording;
use capstake::model::PartyNames;
use capstake::report::digits::condition;
use capstake::report::results::Results;
use capstake::report::row::{Cell, Row};
use capstake::report::tables::SummaryRow;

/// Name of the sheet.
pub const SHEET: &str = "Summary";

/// Metrics of the headline, in order.
const HEADLINE: [&str; 7] = [
    "microsoft_take_pv",
    "share_pv",
    "stake_pv",
    "cap_saving_pv",
    "microsoft_total_pv",
    "openai_retained_pv",
    "revenue_kept_pv",
];
/// Metrics that add up to Microsoft's total.
const COMPONENTS: [&str; 5] = ["share_pv", "stake_pv", "resale_pv", "hosting_pv", "licence_pv"];
const TOTAL: &str = "microsoft_total_pv";

/// Number of columns of text (deal, metric and unit) before the numbers.
const WORDS: u16 = 3;
const MEAN: u16 = 3;
const STD_ERROR: u16 = 4;
/// Header row of the headline; it is frozen because the table below has the same columns.
const HEADER: u32 = 4;

/// Positions of the summary's numbers, for other sheets.
pub struct Places<'a> {
    subjects: &'a Subjects<'a>,
    first_row: u32,
    /// Components of Microsoft's total by deal, if there are any.
    pub components: Option<Components>,
}

/// Microsoft's total by component: rows are components, columns deals.
pub struct Components {
    /// Row of the deals' names; components follow.
    pub header: u32,
    /// Column of the first deal.
    pub first_column: u16,
    /// Number of deals.
    pub deals: u16,
    /// The components, in order.
    pub names: Vec<&'static str>,
}

impl Places<'_> {
    /// Reference to a number of the table, for a formula in another sheet.
    pub fn cell(&self, subject: &str, metric: &str, column: &str) -> Option<String> {
        let at = self.subjects.place(subject, metric)?;
        Some(elsewhere(SHEET, self.first_row + at as u32, self::column(column)))
    }
}

/// The column of a statistic.
fn column(name: &str) -> u16 {
    SummaryRow::COLUMNS.iter().position(|column| *column == name).expect("a column of the summary") as u16
}

/// Lays the sheet out.
pub fn sheet<'a>(results: &Results, subjects: &'a Subjects<'a>) -> (Sheet, Places<'a>, Vec<Name>) {
    let rows = &results.tables.summary;
    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "Summary", &results.facts);
    sheet.text(HEADER - 1, 0, "Headline", Look::Heading);
    // The headline refers to the table below it, so its size comes first.
    let lines: Vec<(&str, &SummaryRow)> = headline(subjects);
    let components: Vec<&'static str> = COMPONENTS
        .into_iter()
        .filter(|metric| subjects.deals().any(|deal| subjects.place(deal, metric).is_some()))
        .collect();
    let has_total = subjects.deals().any(|deal| subjects.place(deal, TOTAL).is_some());
    let after_headline = HEADER + 1 + lines.len() as u32 + 1;
    let block = after_headline + 1;
    let table_header = match has_total {
        true => block + components.len() as u32 + 5 + 2,
        false => after_headline + 1,
    };
    let mut places = Places { subjects, first_row: table_header + 1, components: None };
    let names = headline_block(&mut sheet, subjects, &lines, places.first_row, &results.facts.names);
    if has_total {
        let heading = results.facts.names.tell("Where {partner's} total comes from: means");
        sheet.text(after_headline, 0, heading, Look::Heading);
        places.components = Some(component_block(
            &mut sheet,
            subjects,
            components,
            block,
            places.first_row,
            &results.facts.names,
        ));
    }
    sheet.text(table_header - 1, 0, "All metrics", Look::Heading);
    table(&mut sheet, subjects, rows, table_header, &results.facts.names);
    sheet.widths = vec![34.0, 38.0, 10.0];
    sheet.widths.extend([11.0; SummaryRow::COLUMNS.len() - WORDS as usize]);
    sheet.widths.extend([17.0, 40.0]);
    sheet.frozen = (HEADER + 1, 2);
    sheet.repeated = Some(HEADER);
    (sheet, places, names)
}

fn headers() -> Vec<(&'static str, Look)> {
    let words = usize::from(WORDS);
    let look = |i: usize| if i < words { Look::Header } else { Look::HeaderRight };
    SummaryRow::COLUMNS.iter().enumerate().map(|(i, name)| (*name, look(i))).collect()
}

/// Rows of the headline, ordered by metric so that deals are next to each other.
fn headline<'a>(subjects: &Subjects<'a>) -> Vec<(&'static str, &'a SummaryRow)> {
    let of = |metric: &'static str| {
        subjects.all.iter().filter_map(move |subject| Some((metric, subjects.row(subject.name, metric)?)))
    };
    HEADLINE.into_iter().flat_map(of).collect()
}

/// Puts the headline: its numbers are formulas of the table, and the mean of a difference is computed from
/// the deals' means.
fn headline_block(
    sheet: &mut Sheet,
    subjects: &Subjects,
    lines: &[(&str, &SummaryRow)],
    first_row: u32,
    parties: &PartyNames,
) -> Vec<Name> {
    for (at, (header, look)) in (0..).zip(headers()) {
        sheet.text(HEADER, at, header, look);
    }
    let row_of = |deal: &str, metric: &str| {
        lines
            .iter()
            .position(|(name, row)| *name == metric && row.deal == deal)
            .map(|i| HEADER + 1 + i as u32)
    };
    let mut names: Vec<Name> = Vec::new();
    for (row, (metric, line)) in (HEADER + 1..).zip(lines) {
        let place = subjects.place(&line.deal, metric).expect("the line is of the table");
        let look = if *metric == HEADLINE[0] { Look::Strong } else { Look::Plain };
        let digits = by_error(&line.unit, line.std_error);
        sheet.text(row, 0, &line.deal, look);
        sheet.text(row, 1, wording::metric(metric, parties), look);
        sheet.text(row, 2, &line.unit, look);
        let mut at = 0;
        line.cells(&mut |cell| {
            let style = Style { look, digits: if matches!(cell, Cell::Whole(_)) { WHOLE } else { digits } };
            let there = cell_name(first_row + place as u32, at);
            match cell {
                Cell::Number(number) => sheet.formula(row, at, format!("={there}"), number, style),
                Cell::Whole(count) => sheet.formula(row, at, format!("={there}"), count as f64, style),
                Cell::Text(_) => {}
            }
            at += 1;
        });
        let subject = subjects.all.iter().find(|subject| subject.name == line.deal);
        if let Some((later, first)) = subject.and_then(|subject| subject.difference) {
            difference(
                sheet,
                subjects,
                (later, first),
                metric,
                row,
                [row_of(later, metric), row_of(first, metric)],
            );
        }
        for (suffix, column) in [("", MEAN), ("_error", STD_ERROR)] {
            let name = unused(&names, &format!("{metric}_{}{suffix}", spelled(&line.deal)));
            names.push(Name { name, sheet: SHEET, cell: (row, column) });
        }
    }
    names
}

const WHOLE: Digits = Digits::Decimals(0);

/// Puts the mean of a difference as a formula of the deals' means.
fn difference(
    sheet: &mut Sheet,
    subjects: &Subjects,
    (later, first): (&str, &str),
    metric: &str,
    row: u32,
    rows: [Option<u32>; 2],
) {
    let (Some(a), Some(b)) = (subjects.row(later, metric), subjects.row(first, metric)) else { return };
    let [Some(row_a), Some(row_b)] = rows else { return };
    let formula = format!("={}-{}", cell_name(row_a, MEAN), cell_name(row_b, MEAN));
    let at = sheet.cells.iter().position(|(r, c, _)| (*r, *c) == (row, MEAN));
    let Some(at) = at else { return };
    let style = sheet.cells[at].2.style;
    sheet.cells.remove(at);
    sheet.formula(row, MEAN, formula, a.mean - b.mean, style);
}

fn component_block(
    sheet: &mut Sheet,
    subjects: &Subjects,
    names: Vec<&'static str>,
    header: u32,
    first_row: u32,
    parties: &PartyNames,
) -> Components {
    let deals: Vec<&str> = subjects.deals().collect();
    let total = header + 1 + names.len() as u32;
    sheet.text(header, 0, "component", Look::Header);
    sheet.text(header, 1, "", Look::Header);
    sheet.text(header, 2, "unit", Look::Header);
    for (row, name) in (header + 1..).zip(&names) {
        sheet.text(row, 0, wording::metric(name, parties), Look::Plain);
        sheet.text(row, 2, "usd_bn", Look::Plain);
    }
    sheet.text(total, 0, "sum of the components", Look::Strong);
    sheet.text(total, 2, "usd_bn", Look::Plain);
    sheet.text(total + 1, 0, wording::metric(TOTAL, parties), Look::Plain);
    sheet.text(total + 1, 2, "usd_bn", Look::Plain);
    sheet.text(total + 2, 0, "sum less total: rounding only", Look::Note);
    for (column, deal) in (WORDS..).zip(&deals) {
        sheet.text(header, column, *deal, Look::HeaderRight);
        let mut sum = 0.0;
        for (row, name) in (header + 1..).zip(&names) {
            let Some(summary) = subjects.row(deal, name) else { continue };
            let place = first_row + subjects.place(deal, name).expect("it has a row") as u32;
            let style = by_error(&summary.unit, summary.std_error);
            sheet.formula(row, column, format!("={}", cell_name(place, MEAN)), summary.mean, style);
            sum += summary.mean;
        }
        let Some(summary) = subjects.row(deal, TOTAL) else { continue };
        if let Some(condition) = condition(summary.paths, summary.undefined) {
            sheet.text(total + 3, column, condition, Look::Note);
        }
        let style = Style { look: Look::Strong, digits: by_error(&summary.unit, summary.std_error) };
        let (top, bottom) = (cell_name(header + 1, column), cell_name(total - 1, column));
        sheet.formula(total, column, format!("=SUM({top}:{bottom})"), sum, style);
        let place = first_row + subjects.place(deal, TOTAL).expect("it has a row") as u32;
        sheet.formula(total + 1, column, format!("={}", cell_name(place, MEAN)), summary.mean, style.digits);
        let (above, below) = (cell_name(total, column), cell_name(total + 1, column));
        sheet.formula(
            total + 2,
            column,
            format!("=ROUND({above}-{below},9)"),
            round_9(sum - summary.mean),
            Style { look: Look::Note, digits: Digits::Decimals(6) },
        );
    }
    Components { header, first_column: WORDS, deals: deals.len() as u16, names }
}

/// Rounds to nine decimals, as `ROUND` does.
fn round_9(x: f64) -> f64 {
    let rounded = (x * 1e9).round() / 1e9;
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn table(sheet: &mut Sheet, subjects: &Subjects, rows: &[SummaryRow], header: u32, parties: &PartyNames) {
    let mut headers = headers();
    let later_less_first = headers.len() as u16;
    headers.push(("later_less_first", Look::HeaderRight));
    headers.push(("label", Look::Header));
    sheet.table("metrics", header, 0, &headers, rows.len() as u32);
    let row_of = |deal: &str, metric: &str| subjects.place(deal, metric).map(|at| header + 1 + at as u32);
    for (at, line) in (header + 1..).zip(rows) {
        let digits = by_error(&line.unit, line.std_error);
        cells(sheet, at, 0, line, |_| digits);
        sheet.text(at, later_less_first + 1, wording::metric(&line.metric, parties), Look::Plain);
        let subject = subjects.all.iter().find(|subject| subject.name == line.deal);
        let Some((later, first)) = subject.and_then(|subject| subject.difference) else { continue };
        let both = (subjects.row(later, &line.metric), subjects.row(first, &line.metric));
        let rows = (row_of(later, &line.metric), row_of(first, &line.metric));
        if let ((Some(a), Some(b)), (Some(row_a), Some(row_b))) = (both, rows) {
            let formula = format!("={}-{}", cell_name(row_a, MEAN), cell_name(row_b, MEAN));
            sheet.formula(at, later_less_first, formula, a.mean - b.mean, digits);
        }
    }
}

/// The name of a deal or difference as part of a defined name: letters, digits and underscores.
fn spelled(deal: &str) -> String {
    deal.replace(" - ", "_less_").replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', "_")
}

/// A unique defined name: with a number appended if it is taken.
fn unused(names: &[Name], name: &str) -> String {
    let taken = |wanted: &str| names.iter().any(|name| name.name.eq_ignore_ascii_case(wanted));
    let mut wanted = name.to_owned();
    let mut count = 2;
    while taken(&wanted) {
        wanted = format!("{name}_{count}");
        count += 1;
    }
    wanted
}

/// Puts the cells of a row next to each other; `digits` gives the number format of a column.
fn cells<R: Row>(sheet: &mut Sheet, row: u32, first: u16, line: &R, digits: impl Fn(&'static str) -> Digits) {
    let mut columns = R::COLUMNS.iter();
    let mut at = first;
    line.cells(&mut |cell| {
        let name = columns.next().expect("as many columns as cells");
        match cell {
            Cell::Text(text) if !text.is_empty() => sheet.text(row, at, text, Style::PLAIN),
            Cell::Text(_) => {}
            Cell::Whole(number) if *name == "year" => sheet.number(row, at, number as f64, Digits::Year),
            Cell::Whole(number) => sheet.number(row, at, number as f64, Digits::Decimals(0)),
            Cell::Number(number) => sheet.number(row, at, number, digits(name)),
        }
        at += 1;
    });
}
