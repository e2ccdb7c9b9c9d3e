//! The sheet *Inputs*, made for editing, and the hidden sheet that says what it held when it was written.

use super::digits::day_number;
use super::sheet::{Choice, Digits, Lit, Look, Sheet, Style, Texts, cell_name};
use crate::inputs::SHEET;
use crate::inputs::cell::CellValue;
use crate::inputs::column::{COLUMNS, Column, NONE, kinds_of_number};
use crate::inputs::layout::{KeyRow, Layout, Line, ListTable, SPARE_ENTRIES, SPARE_KEYS};
use crate::inputs::list::{Field, Holds, UNCERTAIN, marker};
use crate::inputs::origin::{self, HIDDEN};
use capstake::config::place::{Origin, Place};
use capstake::config::spec::{KeySpec, ValueKind};
use capstake::config::tree::{self, Node, Value};
use capstake::report::results::Results;

/// Row of the header of the table of keys.
const HEADER: u32 = 6;
/// Widths of the columns, in characters.
const WIDTHS: [f64; 18] =
    [48.0, 52.0, 16.0, 12.0, 19.0, 13.0, 13.0, 13.0, 9.0, 9.0, 9.0, 9.0, 9.0, 34.0, 9.0, 9.0, 24.0, 64.0];
/// What the reader is told first: a word, in the look that it is about, and what it means.
const WORDS: [(&str, Look, &str); 4] = [
    (
        "yellow",
        Look::Input,
        "Yours to change. Then save the file and run it: capstake run FILE (capstake check FILE names the cell of every mistake).",
    ),
    (
        "kind",
        Look::Input,
        "A constant or a distribution, from its list. The cells that it needs turn yellow; those of the kind before are ignored. none takes the key out of the scenario.",
    ),
    (
        "framed",
        Look::Open,
        "May be filled too: sources, notes, and rows to add. An entry of a list is taken out by emptying its row. The rest is locked, without a password.",
    ),
    (
        "units",
        Look::Plain,
        "Money in billions of US dollars; shares, rates and growth as fractions: 0.12, or 12%; times in years from the valuation date.",
    ),
];

/// Lays out the sheet of a run.
pub fn sheet(results: &Results) -> Sheet {
    let root = tree::document(&results.facts.resolved, Origin::File)
        .unwrap_or(Node { place: Place::FILE, value: Value::Table(Vec::new()) });
    let layout = Layout::of(&root);
    let mut sheet = Sheet::new(SHEET);
    sheet.text(0, 0, format!("{SHEET}: {}", results.facts.title()), Look::Title);
    sheet.heights.push((0, 2));
    sheet.text(0, Column::Note.index(), origin::mark(&results.facts.digest), Look::Aside);
    for (row, (word, look, words)) in (1..).zip(WORDS) {
        sheet.text(row, Column::Key.index(), word, look);
        sheet.text(row, Column::Label.index(), words, Look::Aside);
    }
    for column in COLUMNS {
        let look = if column.is_numeric() { Look::HeaderRight } else { Look::Header };
        sheet.text(HEADER, column.index(), column.header(), look);
    }
    let first = HEADER + 1;
    let mut row = first;
    for line in &layout.keys {
        match line {
            Line::Heading(path, words) => {
                sheet.text(row, Column::Key.index(), path, Look::Strong);
                sheet.text(row, Column::Label.index(), words, Look::Note);
            }
            Line::Key(key) => key_row(&mut sheet, row, key),
        }
        row += 1;
    }
    sheet.text(row, 0, "further keys, each with its full path", Look::Strong);
    row += 1;
    for _ in 0..SPARE_KEYS {
        for column in COLUMNS.into_iter().filter(|column| !matches!(column, Column::Label | Column::Unit)) {
            sheet.blank(row, column.index(), look_of(column, false));
        }
        row += 1;
    }
    kinds(&mut sheet, &layout, first, row - 1);
    lights(&mut sheet, first, row - 1);
    row += 1;
    for table in &layout.lists {
        row = list(&mut sheet, row, table) + 1;
    }
    sheet.measure(&WIDTHS);
    sheet.frozen = (HEADER + 1, 1);
    sheet.repeated = Some(HEADER);
    // Printed are the assumptions.
    sheet.print_first_page();
    sheet.protected = true;
    sheet
}

/// The look of a cell for input; `used`: the row's kind needs it.
fn look_of(column: Column, used: bool) -> Look {
    match column {
        _ if used => Look::Input,
        Column::Other | Column::Source | Column::Note => Look::OpenWrapped,
        Column::Key | Column::Kind => Look::Open,
        _ => Look::Free,
    }
}

fn key_row(sheet: &mut Sheet, row: u32, key: &KeyRow) {
    sheet.text(row, Column::Key.index(), &key.key, Look::Plain);
    sheet.text(row, Column::Label.index(), &key.label, Look::Wrapped);
    sheet.text(row, Column::Unit.index(), key.unit, Look::Plain);
    let cell = |column: Column| key.cells.iter().find(|(at, _)| *at == column).map(|(_, cell)| cell);
    let kind = cell(Column::Kind).map(CellValue::words).unwrap_or_default();
    if !matches!(key.kind, ValueKind::Number) {
        put(sheet, row, Column::Kind.index(), cell(Column::Kind), Look::Open);
        put(sheet, row, Column::Value.index(), cell(Column::Value), Look::Input);
        return;
    }
    for column in COLUMNS[Column::Kind as usize..].iter().copied() {
        let used = column == Column::Kind
            || column.kinds().contains(&kind) && !matches!(column, Column::Source | Column::Note);
        // Texts with other parameters are wrapped.
        let look = if column == Column::Other { Look::OpenWrapped } else { look_of(column, used) };
        put(sheet, row, column.index(), cell(column), look);
    }
}

/// Puts the content of a cell; an empty one keeps its look.
fn put(sheet: &mut Sheet, row: u32, column: u16, cell: Option<&CellValue>, look: Look) {
    match cell {
        Some(CellValue::Number(number)) => sheet.number(row, column, *number, look),
        Some(CellValue::Text(text) | CellValue::Error(text)) => sheet.text(row, column, text, look),
        Some(CellValue::Date(date)) => match day_number(&date.to_string()) {
            Some(day) => sheet.number(row, column, day, Style { look, digits: Digits::Date }),
            None => sheet.text(row, column, date.to_string(), look),
        },
        Some(CellValue::Flag(flag)) => sheet.text(row, column, flag.to_string(), look),
        Some(CellValue::Empty) | None => sheet.blank(row, column, look),
    }
}

/// Drop-down lists of kinds and words.
fn kinds(sheet: &mut Sheet, layout: &Layout, first: u32, last: u32) {
    let column = Column::Kind.index();
    let mut numbers: Vec<(u32, u32)> = vec![(last + 1 - SPARE_KEYS as u32, last)];
    for (row, line) in (first..).zip(&layout.keys) {
        let Line::Key(key) = line else { continue };
        match key.kind {
            ValueKind::Number => match numbers.iter_mut().find(|(_, end)| *end + 1 == row) {
                Some((_, end)) => *end = row,
                None => numbers.push((row, row)),
            },
            kind => {
                let words = key.cells.first().map(|(_, cell)| cell.words().to_owned()).unwrap_or_default();
                choose(sheet, row, column, vec![words, NONE.to_owned()]);
                if let Some(words) = words_of(kind) {
                    choose(sheet, row, Column::Value.index(), words);
                }
            }
        }
    }
    let words: Vec<String> = kinds_of_number().into_iter().map(str::to_owned).collect();
    for (first, last) in numbers {
        let range = ((first, column), (last, column));
        sheet.choices.push(Choice { range, from: Texts::Words(words.clone()) });
    }
}

fn choose(sheet: &mut Sheet, row: u32, column: u16, words: Vec<String>) {
    sheet.choices.push(Choice { range: ((row, column), (row, column)), from: Texts::Words(words) });
}

/// The words that a key takes, if it takes one of a few.
fn words_of(kind: ValueKind) -> Option<Vec<String>> {
    match kind {
        ValueKind::Choice(words) => Some(words.iter().map(|word| word.word.to_owned()).collect()),
        ValueKind::Flag => Some(vec!["true".to_owned(), "false".to_owned()]),
        _ => None,
    }
}

/// The cells that a kind needs are yellow, also after another was chosen.
fn lights(sheet: &mut Sheet, first: u32, last: u32) {
    let kind = format!("${}", cell_name(first, Column::Kind.index()));
    let is_one_of = |kinds: &[&str]| {
        let tests: Vec<String> = kinds.iter().map(|word| format!("{kind}=\"{word}\"")).collect();
        format!("=OR({})", tests.join(","))
    };
    for column in COLUMNS.into_iter().filter(|column| column.is_numeric() || *column == Column::Other) {
        let own = column.kinds();
        let others: Vec<&str> = kinds_of_number().into_iter().filter(|word| !own.contains(word)).collect();
        let at = column.index();
        let range = ((first, at), (last, at));
        sheet.lit.push(Lit { range, formula: is_one_of(&own), on: true });
        if column != Column::Other {
            sheet.lit.push(Lit { range, formula: is_one_of(&others), on: false });
        }
    }
}

/// Puts the table of a list; returns the row after it.
fn list(sheet: &mut Sheet, row: u32, table: &ListTable) -> u32 {
    let ListTable { list, rows } = table;
    sheet.text(row, 0, marker(list.path), Look::Heading);
    sheet.text(row, 1, list.title, Look::Heading);
    let header = row + 1;
    for Field { header: text, column, holds } in &list.fields {
        let look = if holds.is_number() { Look::HeaderRight } else { Look::Header };
        sheet.text(header, column.index(), *text, look);
    }
    let first = header + 1;
    let is_named = list.fields.iter().any(|field| field.column == Column::Key);
    for (row, entry) in (first..).zip(rows) {
        if !is_named {
            sheet.text(row, Column::Key.index(), &entry.path, Look::Plain);
        }
        for (column, cell) in &entry.cells {
            let look = match cell {
                CellValue::Text(text) if text == UNCERTAIN => Look::Aside,
                CellValue::Empty => Look::Open,
                // Addresses run on to the right.
                CellValue::Text(_) if *column == Column::Source => Look::Open,
                CellValue::Text(_) if matches!(column, Column::Key | Column::Label) => Look::OpenWrapped,
                _ => Look::Input,
            };
            put(sheet, row, column.index(), Some(cell), look);
        }
    }
    let end = first + rows.len() as u32 + SPARE_ENTRIES as u32;
    for row in first + rows.len() as u32..end {
        for Field { column, holds, .. } in &list.fields {
            let digits = if holds.is_date() { Digits::Date } else { Digits::General };
            sheet.blank(row, column.index(), Style { look: Look::Open, digits });
        }
    }
    for Field { column, holds, .. } in &list.fields {
        if let Holds::Key(KeySpec { kind, .. }) = holds
            && let Some(words) = words_of(*kind)
        {
            let range = ((first, column.index()), (end - 1, column.index()));
            sheet.choices.push(Choice { range, from: Texts::Words(words) });
        }
    }
    end
}

/// The hidden sheet.
pub fn as_written(results: &Results) -> Sheet {
    let mut sheet = Sheet::new(HIDDEN);
    for (row, (word, text)) in (0..).zip(origin::rows(&results.facts)) {
        sheet.text(row, 0, word, Look::Plain);
        sheet.text(row, 1, text, Look::Plain);
    }
    sheet.widths = vec![12.0, 120.0];
    sheet.hidden = true;
    sheet
}
