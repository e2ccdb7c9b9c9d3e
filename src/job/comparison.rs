//! Finds where two files first differ: the row, column and values of a table, or the byte of another file.

use std::fs::File;
use std::io::{self, Read, Seek};

use super::words::{cut, thousands};

/// Describes the first difference between two texts of a table or other file, which a folder has (`here`) and a new run gives
/// (`there`).
pub fn first_difference(name: &str, here: &[u8], there: &[u8]) -> Option<String> {
    if here == there {
        return None;
    }
    let in_table = if name.ends_with(".csv") { table_difference(here, there) } else { None };
    Some(in_table.unwrap_or_else(|| {
        let at = here.iter().zip(there).take_while(|(a, b)| a == b).count();
        byte_difference(at as u64, here.len() as u64, there.len() as u64)
    }))
}

/// The same for files, which are read piece by piece: a file of draws does not fit into memory.
pub fn first_difference_of_files(name: &str, mut here: File, mut there: File) -> io::Result<Option<String>> {
    let lengths = (here.metadata()?.len(), there.metadata()?.len());
    let Some(at) = first_byte(&here, &there)? else { return Ok(None) };
    here.rewind()?;
    there.rewind()?;
    let in_table = if name.ends_with(".csv") { table_difference(here, there) } else { None };
    Ok(Some(in_table.unwrap_or_else(|| byte_difference(at, lengths.0, lengths.1))))
}

/// The first byte in which two files differ, counted from 0; `None` if they are equal.
fn first_byte(here: &File, there: &File) -> io::Result<Option<u64>> {
    const PIECE: u64 = 1 << 20;
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for piece in 0.. {
        a.clear();
        b.clear();
        here.take(PIECE).read_to_end(&mut a)?;
        there.take(PIECE).read_to_end(&mut b)?;
        if a != b {
            let equal = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
            return Ok(Some(piece * PIECE + equal as u64));
        }
        if a.is_empty() {
            break;
        }
    }
    Ok(None)
}

fn byte_difference(at: u64, here: u64, there: u64) -> String {
    format!("byte {} of {}; a new run writes {} bytes", thousands(at + 1), thousands(here), thousands(there))
}

/// `row 3, mean: 1.5; a new run gives 1.25`; `None` if the cells are equal or a file is not a table.
fn table_difference(here: impl Read, there: impl Read) -> Option<String> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true);
    // The reader has a buffer of its own.
    let (mut mine, mut theirs) = (builder.from_reader(here), builder.from_reader(there));
    let (mut a, mut b) = (csv::ByteRecord::new(), csv::ByteRecord::new());
    let mut header: Vec<String> = Vec::new();
    let text = |field: Option<&[u8]>| match field {
        Some(b"") => "an empty cell".to_owned(),
        Some(field) => cut(&String::from_utf8_lossy(field)).into_owned(),
        None => "nothing".to_owned(),
    };
    for row in 0_u64.. {
        match (mine.read_byte_record(&mut a).ok()?, theirs.read_byte_record(&mut b).ok()?) {
            (false, false) => return None,
            (false, true) => {
                return Some(format!(
                    "it ends after {} rows; a new run has more",
                    thousands(row.saturating_sub(1))
                ));
            }
            (true, false) => {
                return Some(format!(
                    "it goes on after row {}, where a new run ends",
                    thousands(row.saturating_sub(1))
                ));
            }
            (true, true) => {}
        }
        if row == 0 {
            header = b.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        }
        if a != b {
            let column = (0..a.len().max(b.len())).find(|&i| a.get(i) != b.get(i))?;
            let place = match row {
                0 => "the header".to_owned(),
                row => format!("row {}{}", thousands(row), subject(&header, &b)),
            };
            let name = header.get(column).map_or("a further column".into(), |name| cut(name));
            let (found, expected) = (text(a.get(column)), text(b.get(column)));
            return Some(format!("{place}, {name}: {found}; a new run gives {expected}"));
        }
    }
    None
}

/// ` (capped microsoft_take_pv)`: the cells that identify a row; empty if the table has no such columns.
fn subject(header: &[String], row: &csv::ByteRecord) -> String {
    let naming = ["path", "deal", "metric", "year", "series", "q", "event", "key"];
    let names: Vec<String> = header
        .iter()
        .zip(row)
        .filter(|(column, _)| naming.contains(&column.as_str()))
        .map(|(_, cell)| cut(&String::from_utf8_lossy(cell)).into_owned())
        .collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_differs_is_named() {
        let table = b"deal,metric,mean\na,share_pv,1.5\na,stake_pv,2\n";
        assert_eq!(first_difference("summary.csv", table, table), None);
        let other = b"deal,metric,mean\na,share_pv,1.5\na,stake_pv,2.25\n";
        assert_eq!(
            first_difference("summary.csv", table, other).unwrap(),
            "row 2 (a stake_pv), mean: 2; a new run gives 2.25"
        );
        let shorter = b"deal,metric,mean\na,share_pv,1.5\n";
        assert_eq!(
            first_difference("summary.csv", table, shorter).unwrap(),
            "it goes on after row 1, where a new run ends"
        );
        assert_eq!(
            first_difference("summary.csv", shorter, table).unwrap(),
            "it ends after 1 rows; a new run has more"
        );
        let empty = b"deal,metric,mean\na,share_pv,\na,stake_pv,2\n";
        assert!(
            first_difference("summary.csv", table, empty)
                .unwrap()
                .ends_with("1.5; a new run gives an empty cell")
        );
        // The same cells in other bytes.
        let quoted = b"deal,metric,mean\na,share_pv,\"1.5\"\na,stake_pv,2\n";
        assert_eq!(
            first_difference("summary.csv", quoted, table).unwrap(),
            "byte 29 of 47; a new run writes 45 bytes"
        );
        assert_eq!(
            first_difference("state.capstake", b"abcd", b"abxd").unwrap(),
            "byte 3 of 4; a new run writes 4 bytes"
        );
    }
}
