//! Finds where two files first differ: the row, column and values of a table, or the byte of another file.

use super::words::thousands;

/// Describes the first difference between a file of the folder (`here`) and the same file of a new run (`there`).
pub fn first_difference(name: &str, here: &[u8], there: &[u8]) -> Option<String> {
    if here == there {
        return None;
    }
    let in_table = if name.ends_with(".csv") { table_difference(here, there) } else { None };
    Some(in_table.unwrap_or_else(|| byte_difference(here, there)))
}

fn byte_difference(here: &[u8], there: &[u8]) -> String {
    let at = here.iter().zip(there).take_while(|(a, b)| a == b).count();
    format!(
        "byte {} of {}; a new run writes {} bytes",
        thousands(at as u64 + 1),
        thousands(here.len() as u64),
        thousands(there.len() as u64)
    )
}

/// `row 3, mean: 1.5; a new run gives 1.25`; `None` if the cells are equal or a file is not a table.
fn table_difference(here: &[u8], there: &[u8]) -> Option<String> {
    let reader = |bytes| csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let (mut mine, mut theirs) = (reader(here), reader(there));
    let (mut a, mut b) = (csv::ByteRecord::new(), csv::ByteRecord::new());
    let mut header: Vec<String> = Vec::new();
    let text = |field: Option<&[u8]>| match field {
        Some(b"") => "an empty cell".to_owned(),
        Some(field) => String::from_utf8_lossy(field).into_owned(),
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
            let name = header.get(column).map_or("a further column", String::as_str);
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
        .map(|(_, cell)| String::from_utf8_lossy(cell).into_owned())
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
