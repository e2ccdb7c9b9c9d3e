//! Numbers for the cells of the sheet *Inputs*, by which the values of a scenario know their cells.

use super::layout::SHEET;
use crate::workbook::sheet::cell_name;
use capstake::config::place::{Origin, Place};
use std::collections::HashMap;

/// The cells that have a number so far.
#[derive(Debug, Default)]
pub struct Places {
    numbers: HashMap<(u32, u16), usize>,
    names: Vec<String>,
}

impl Places {
    /// The place of a cell.
    pub fn at(&mut self, row: u32, column: u16) -> Place {
        let names = &mut self.names;
        let number = *self.numbers.entry((row, column)).or_insert_with(|| {
            names.push(format!("{SHEET}!{}", cell_name(row, column)));
            names.len() - 1
        });
        Place::new(Origin::File, number..number + 1)
    }

    /// The names of the cells, by number.
    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_one_number() {
        let mut places = Places::default();
        let (a, b) = (places.at(11, 5), places.at(0, 0));
        assert_eq!((a, places.at(11, 5)), (places.at(11, 5), a));
        assert_ne!(a, b);
        assert!(!a.is_file() && !b.is_file());
        assert_eq!(places.into_names(), ["Inputs!F12", "Inputs!A1"]);
    }
}
