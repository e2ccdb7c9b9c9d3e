//! The page of a study: its answer in sentences, its charts and its tables.

use super::chart::Readings;
use super::provenance::{self, Provenance};
use super::section::{Block, Section};
use super::{Page, study_chart, wording};
use crate::reading::read;
use capstake::model::PartyNames;
use capstake::report::answer::{Answer, Column, Role, Shown, Table};
use capstake::report::digits::thousands;
use capstake::report::results::Facts;

/// Largest table that a page shows whole, in cells; of a larger one it shows what a terminal shows.
const MOST_CELLS: usize = 2_000;
/// Largest number of rows that a page shows of any table.
const MOST_ROWS: usize = 500;

/// Lays out the page of a study.
pub fn page(facts: &Facts, answer: &Answer) -> Page {
    let charts: Vec<_> =
        answer.charts.iter().enumerate().filter_map(|(i, one)| study_chart::chart(i, one)).collect();
    let mut sections = Vec::new();
    if !charts.is_empty() {
        sections.push(Section {
            id: "charts",
            name: "Charts",
            heading: "In pictures".to_owned(),
            blocks: vec![Block::Charts(charts)],
        });
    }
    let blocks: Vec<Block> = answer.tables.iter().flat_map(|one| table(one, &facts.names)).collect();
    sections.push(Section { id: "tables", name: "Tables", heading: "In figures".to_owned(), blocks });
    Page {
        title: format!("{}: {}", name(&answer.study), facts.title()),
        run: answer.title.clone(),
        changes: facts.changes_listed(),
        partial: wording::partial(facts),
        warnings: answer.warnings.clone(),
        sentences: answer.sentences.clone(),
        deals: Vec::new(),
        answers: Vec::new(),
        sections,
        assumptions: None,
        provenance: Provenance {
            facts: provenance::run_facts(facts),
            command: capstake::report::command::again(facts),
            checks: provenance::always(),
            scenario: facts.resolved.clone(),
        },
    }
}

/// Title of a study by its command.
pub fn name(study: &str) -> &str {
    match study {
        "bridge" => "What each clause is worth",
        "compare" => "Scenarios compared",
        "sweep" => "Over the values of a key",
        "solve" => "What would have to be true",
        "sensitivity" => "What drives it",
        "ipo" => "Ready for an IPO",
        other => other,
    }
}

/// The table with the columns that tell its rows apart; a terminal leaves these out when it shows the rows of
/// one quantity only.
fn with_row_names(table: &Table) -> Table {
    let charts = |column: &Column| matches!(column.role, Role::Quantity | Role::Low);
    let first = table.columns.iter().position(charts).unwrap_or(table.columns.len());
    let mut table = table.clone();
    for column in table.columns[..first].iter_mut().filter(|column| column.role == Role::Detail) {
        column.role = Role::Key;
    }
    table
}

/// The blocks of a table, with a note on what is left out.
fn table(table: &Table, names: &PartyNames) -> Vec<Block> {
    let whole = with_row_names(table);
    let fits = table.rows.len() * table.columns.len() <= MOST_CELLS && table.shown != Shown::None;
    let mut rows = if fits { whole.rows.iter().collect() } else { whole.shown_rows() };
    rows.truncate(MOST_ROWS);
    let file = format!("{}.csv", table.name);
    if rows.is_empty() {
        let words = match table.rows.len() {
            0 => format!("{}: none.", table.title),
            count => format!("{}: {} rows in {file}.", table.title, thousands(count as u64)),
        };
        return vec![Block::Words(words)];
    }
    let laid = read(&whole, &rows, names);
    // Rows of several quantities need the columns that tell them apart.
    let of_one = whole == *table || rows.len() == table.shown_rows().len();
    let mut blocks = vec![Block::Table(Readings {
        title: if of_one { table.title.clone() } else { table.title_of_all() },
        columns: laid.iter().map(|column| column.heading.clone()).collect(),
        rows: (0..rows.len())
            .map(|row| laid.iter().map(|column| column.cells[row].clone()).collect())
            .collect(),
        main: Vec::new(),
    })];
    let rest = table.rows.len() - rows.len();
    if rest > 0 {
        blocks.push(Block::Words(format!("… and {} more rows in {file}.", thousands(rest as u64))));
    }
    blocks
}
