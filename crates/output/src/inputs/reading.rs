//! The state of reading the sheet *Inputs*: its cells, the scenario as it was and as it is so far, the problems.

use super::cell::{CellValue, in_words};
use super::column::{COLUMNS, Column};
use super::layout::{KeyRow, SHEET};
use super::places::Places;
use super::route::forget_places;
use super::sheet_cells::SheetCells;
use crate::workbook::sheet::cell_name;
use capstake::config::Code;
use capstake::config::place::Place;
use capstake::config::problem::{Problem, Problems};
use capstake::config::tree::Node;
use std::collections::HashMap;

/// Values and weights of a discrete distribution, with the row of the first.
pub(super) type Weighted = HashMap<String, ([Node; 2], u32)>;

/// The state of reading a sheet.
pub(super) struct Reading<'a> {
    /// Its cells.
    pub(super) sheet: &'a SheetCells,
    /// The scenario as it was written.
    pub(super) before: Node,
    /// The scenario as it is now.
    pub(super) root: Node,
    /// Places of cells.
    pub(super) places: Places,
    /// Problems so far.
    pub(super) problems: Problems,
    /// The column of each header of the table of keys.
    pub(super) columns: HashMap<Column, u16>,
    /// Values and weights of the table of discrete distributions.
    pub(super) discrete: Weighted,
}

impl<'a> Reading<'a> {
    /// Begins with the scenario as it was written.
    pub(super) fn new(sheet: &'a SheetCells, mut before: Node) -> Reading<'a> {
        forget_places(&mut before);
        Reading {
            sheet,
            root: before.clone(),
            before,
            places: Places::default(),
            problems: Problems::new(),
            columns: HashMap::new(),
            discrete: HashMap::new(),
        }
    }

    /// The place of a cell.
    pub(super) fn place(&mut self, row: u32, column: u16) -> Place {
        self.places.at(row, column)
    }

    /// The key of a row, for the beginning of a message; nothing if it has none.
    fn whose(&self, row: u32) -> String {
        match self.sheet.value(row, 0).words() {
            "" => String::new(),
            key => format!("`{key}`: "),
        }
    }

    /// Problems of merged cells below the row `header`, in the columns of the sheet.
    pub(super) fn look_at_merged(&mut self, header: u32) {
        for &((top, left), (bottom, right)) in &self.sheet.merged.clone() {
            let is_one_of_them = |column: &u16| (left..=right).contains(column);
            if !(header..self.sheet.rows()).contains(&top) || !self.columns.values().any(is_one_of_them) {
                continue;
            }
            let place = self.place(top, left);
            let range = format!("{}:{}", cell_name(top, left), cell_name(bottom, right));
            self.problems.push(
                Problem::error(
                    Code::CellsMerged,
                    place,
                    format!("the cells {range} of the sheet {SHEET} are merged"),
                )
                .help("unmerge them, and write each value into its own cell"),
            );
        }
    }

    /// A cell that is read as a value: nothing if it has none that counts, which is a problem then.
    pub(super) fn checked(&mut self, row: u32, column: u16) -> Option<(&'a CellValue, Place)> {
        let sheet: &'a SheetCells = self.sheet;
        let place = self.place(row, column);
        match sheet.value(row, column) {
            CellValue::Error(error) => {
                let message = format!("{}this cell holds the error {error}", self.whose(row));
                self.problems.push(
                    Problem::error(Code::CellError, place, message)
                        .found(error.clone())
                        .help("correct its formula, or type the number"),
                );
                None
            }
            CellValue::Empty if sheet.formulas.contains(&(row, column)) => {
                let message = format!("{}this formula has no result that the file holds", self.whose(row));
                self.problems.push(
                    Problem::error(Code::CellError, place, message)
                        .help("open the file in a spreadsheet and save it, or type the number"),
                );
                None
            }
            cell if sheet.formulas.contains(&(row, column)) => {
                let (whose, value) = (self.whose(row), in_words(cell));
                let message = format!("{whose}this is a formula; its stored result counts: {value}");
                let help = format!(
                    "if that is not what the formula gives now, save the file in a spreadsheet, or type {value}"
                );
                self.problems.push(Problem::warning(Code::CellFormula, place, message).help(help));
                Some((cell, place))
            }
            cell => Some((cell, place)),
        }
    }

    /// Whether the cells of a row hold what they did when it was written.
    pub(super) fn is_unchanged(&self, row: u32, before: Option<&KeyRow>) -> bool {
        before.is_some()
            && COLUMNS[Column::Kind as usize..]
                .iter()
                .all(|&column| self.sheet.value(row, self.columns[&column]).is_same(former(before, column)))
    }

    /// Warns of changed cells of a key that are not shown.
    pub(super) fn warn_of_hidden(&mut self, row: u32, before: Option<&KeyRow>) {
        if self.is_unchanged(row, before) {
            return;
        }
        if self.sheet.hidden.contains(&row) {
            let place = self.place(row, self.columns[&Column::Key]);
            let key = in_words(self.sheet.value(row, self.columns[&Column::Key]));
            return self.hidden_row(&format!("the row of `{key}`"), place);
        }
        for column in &COLUMNS[Column::Kind as usize..] {
            let at = self.columns[column];
            if !self.sheet.value(row, at).is_same(former(before, *column)) {
                let place = self.place(row, at);
                self.hidden_column(at, place);
            }
        }
    }

    /// Warns that a row was changed and is not shown.
    pub(super) fn hidden_row(&mut self, what: &str, place: Place) {
        let message = format!("{what} is hidden, and was changed; it counts");
        let help = "show the row, and look whether the change is meant";
        self.problems.push(Problem::warning(Code::RowHidden, place, message).help(help));
    }

    /// Warns that a cell was changed whose column is not shown, if it is not.
    pub(super) fn hidden_column(&mut self, column: u16, place: Place) {
        if self.sheet.hidden_columns.contains(&column) {
            let name = cell_name(0, column);
            let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let message = format!("the column {name} is hidden, and this cell in it was changed; it counts");
            let help = "show the column, and look whether the change is meant";
            self.problems.push(Problem::warning(Code::RowHidden, place, message).help(help));
        }
    }
}

/// What a cell of a key's row held when it was written.
pub(super) fn former(before: Option<&KeyRow>, column: Column) -> &CellValue {
    let found = before.and_then(|before| before.cells.iter().find(|(at, _)| *at == column));
    found.map_or(&CellValue::Empty, |(_, cell)| cell)
}
