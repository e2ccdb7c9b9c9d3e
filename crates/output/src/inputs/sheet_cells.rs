//! The cells of a sheet as they were read from a file, with what else about them matters.

use super::cell::CellValue;
use std::collections::{BTreeSet, HashMap};

/// The cells of a sheet.
#[derive(Clone, Debug, Default)]
pub struct SheetCells {
    cells: HashMap<(u32, u16), CellValue>,
    /// Cells with a formula.
    pub formulas: BTreeSet<(u32, u16)>,
    /// Merged ranges: first and last cell.
    pub merged: Vec<((u32, u16), (u32, u16))>,
    /// Rows that are not shown.
    pub hidden: BTreeSet<u32>,
    /// Columns that are not shown.
    pub hidden_columns: BTreeSet<u16>,
    rows: u32,
}

const EMPTY: &CellValue = &CellValue::Empty;

impl SheetCells {
    /// Puts a cell.
    pub fn put(&mut self, row: u32, column: u16, value: CellValue) {
        if value != CellValue::Empty {
            self.rows = self.rows.max(row + 1);
            self.cells.insert((row, column), value);
        }
    }

    /// A cell.
    pub fn value(&self, row: u32, column: u16) -> &CellValue {
        self.cells.get(&(row, column)).unwrap_or(EMPTY)
    }

    /// Number of rows up to the last that has something.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Number of cells that hold something.
    pub fn count(&self) -> usize {
        self.cells.len()
    }
}
