//! Tables as CSV: UTF-8, comma, `\n`, a header row, shortest floats, an empty cell for what is not a number.

use super::number;
use crate::report::row::{Cell, Row};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a table: its header, also where there are no rows, and its rows.
///
/// # Errors
/// What `out` says.
pub fn write<R: Row>(rows: &[R], out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(R::COLUMNS)?;
    let mut record = csv::ByteRecord::new();
    let mut digits = Vec::new();
    for row in rows {
        record.clear();
        row.cells(&mut |cell| match cell {
            Cell::Text(text) => record.push_field(guard(text).as_bytes()),
            Cell::Whole(number) => record.push_field(number.to_string().as_bytes()),
            Cell::Figure(figure) => {
                digits.clear();
                number::push(&mut digits, figure);
                record.push_field(&digits);
            }
        });
        writer.write_byte_record(&record)?;
    }
    writer.flush()
}

/// A text that a spreadsheet would take for a formula gets a `'` before it.
pub fn guard(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}
