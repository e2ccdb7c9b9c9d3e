//! The sheet *Summary*, on which the workbook opens: the answer, the headline, the parts of Microsoft's total, a chart.

use super::chart::Chart;
use super::components::{Components, SHEET};
use super::digits::by_error;
use super::heading::title;
use super::metrics::Places;
use super::pictures::{self, SIZE};
use super::sheet::{Cell, Look, Name, Placed, Sheet, Style, cell_name};
use super::subjects::Subjects;
use crate::page::view::View;
use crate::page::wording::measure;
use crate::sentences::{Sentences, sentences};
use capstake::report::tables::SummaryRow;

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
/// Columns of the headline: three of text, then statistics by their names in the tables.
const WORDS: [&str; 3] = ["Deal", "Present value of", "Unit"];
const STATISTICS: [(&str, &str); 5] =
    [("mean", "Mean"), ("std_error", "± error"), ("p05", "p5"), ("p50", "Median"), ("p95", "p95")];
const MEAN: u16 = 3;
const STD_ERROR: u16 = 4;
/// Column of the chart, right of the headline and an empty column.
const CHART: u16 = 9;
/// Row of the first sentence.
const ANSWER: u32 = 2;

/// Lays the sheet out without its chart, which [`draw`] puts; with the cells that have names and those of the components.
pub fn sheet(view: &View, subjects: &Subjects, places: &Places) -> (Sheet, Option<Components>, Vec<Name>) {
    let mut sheet = Sheet::new(SHEET);
    title(&mut sheet, "Summary", &view.results.facts);
    let mut row = ANSWER;
    if view.results.facts.paths > 0 && !view.deals.is_empty() {
        let Sentences { first, further } = sentences(view, 0);
        for (i, sentence) in std::iter::once(first.concat()).chain(further).enumerate() {
            sheet.text(row, 0, sentence, if i == 0 { Look::Strong } else { Look::Plain });
            row += 1;
        }
    }
    let header = row + 1;
    let lines: Vec<(&str, &SummaryRow)> = headline(subjects);
    let names = headline_block(&mut sheet, view, subjects, places, &lines, header);
    let below = header + 1 + lines.len() as u32 + 1;
    let components = Components::put(&mut sheet, view, subjects, places, below);
    sheet.widths = vec![34.0, 38.0, 8.0, 11.0, 11.0, 11.0, 11.0, 11.0, 3.0];
    (sheet, components, names)
}

/// Puts a chart beside the headline: what the total is made of, else another.
pub fn draw(
    sheet: &mut Sheet,
    view: &View,
    components: Option<&Components>,
    otherwise: impl FnOnce() -> Option<Chart>,
) {
    let names = &view.results.facts.names;
    let chart = components.and_then(|parts| pictures::parts_of_total(parts, names)).or_else(otherwise);
    let is_header = |cell: &&(u32, u16, Cell)| cell.2.style.look == Look::Header;
    let row = sheet.cells.iter().find(is_header).map_or(0, |(row, ..)| *row);
    sheet.charts.extend(chart.map(|chart| Placed { cell: (row, CHART), size: SIZE, chart }));
}

/// Rows of the headline, ordered by metric so that deals are next to each other.
fn headline<'a>(subjects: &Subjects<'a>) -> Vec<(&'static str, &'a SummaryRow)> {
    let of = |metric: &'static str| {
        subjects.all.iter().filter_map(move |subject| Some((metric, subjects.row(subject.name, metric)?)))
    };
    HEADLINE.into_iter().flat_map(of).collect()
}

/// Puts the headline: its numbers are formulas of the table of metrics, and the mean of a difference is computed from the deals'
/// means.
fn headline_block(
    sheet: &mut Sheet,
    view: &View,
    subjects: &Subjects,
    places: &Places,
    lines: &[(&str, &SummaryRow)],
    header: u32,
) -> Vec<Name> {
    for (column, words) in (0..).zip(WORDS) {
        sheet.text(header, column, words, Look::Header);
    }
    for (column, (_, words)) in (MEAN..).zip(STATISTICS) {
        sheet.text(header, column, words, Look::HeaderRight);
    }
    let row_of = |deal: &str, metric: &str| {
        let at = lines.iter().position(|(name, row)| *name == metric && row.deal == deal)?;
        Some((header + 1 + at as u32, lines[at].1.mean))
    };
    let mut names: Vec<Name> = Vec::new();
    for (row, (metric, line)) in (header + 1..).zip(lines) {
        let look = if *metric == HEADLINE[0] { Look::Strong } else { Look::Plain };
        let style = Style { look, digits: by_error(&line.unit, line.std_error) };
        sheet.text(row, 0, &line.deal, look);
        sheet.text(row, 1, view.metric_label(metric), look);
        sheet.text(row, 2, measure(&line.unit).axis, look);
        let subject = subjects.all.iter().find(|subject| subject.name == line.deal);
        let sides = subject
            .and_then(|subject| subject.difference)
            .and_then(|(later, first)| Some((row_of(later, metric)?, row_of(first, metric)?)));
        let values = [line.mean, line.std_error, line.p05, line.p50, line.p95];
        for (column, ((name, _), value)) in (MEAN..).zip(STATISTICS.into_iter().zip(values)) {
            let there = places.cell(&line.deal, metric, name).expect("the line is of the table");
            let (formula, value) = match sides {
                Some(((a, mean_a), (b, mean_b))) if column == MEAN => {
                    (format!("={}-{}", cell_name(a, MEAN), cell_name(b, MEAN)), mean_a - mean_b)
                }
                _ => (format!("={there}"), value),
            };
            sheet.formula(row, column, formula, value, style);
        }
        for (suffix, column) in [("", MEAN), ("_error", STD_ERROR)] {
            let name = unused(&names, &format!("{metric}_{}{suffix}", spelled(&line.deal)));
            names.push(Name { name, sheet: SHEET, cell: (row, column) });
        }
    }
    names
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
