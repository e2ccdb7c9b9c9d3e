//! Tables as CSV and back: UTF-8, comma, `\n`, a header row, shortest floats, an empty cell for what is not a number.

use super::number;
use crate::report::answer::{Table, Value};
use crate::report::row::{BadField, Cell, Row};
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

/// Writes a table of a study, as [`write`] does.
///
/// # Errors
/// What `out` says.
pub fn write_table(table: &Table, out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(table.columns.iter().map(|column| &column.name))?;
    let mut record = csv::ByteRecord::new();
    let mut digits = Vec::new();
    for row in &table.rows {
        record.clear();
        for value in row {
            match value {
                Value::Text(text) => record.push_field(guard(text).as_bytes()),
                Value::Whole(number) => record.push_field(number.to_string().as_bytes()),
                Value::Figure(figure) => {
                    digits.clear();
                    number::push(&mut digits, *figure);
                    record.push_field(&digits);
                }
            }
        }
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

/// The text that [`guard`] was given.
fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inner) if matches!(guard(inner), Cow::Owned(_)) => inner,
        _ => text,
    }
}

/// What keeps a file from being read as a table.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not CSV, or not text.
    #[error("{0}")]
    Form(#[from] csv::Error),
    /// Its columns are others.
    #[error("its columns are not those of {table}: {found}")]
    Columns {
        /// Name of the table.
        table: &'static str,
        /// The header found.
        found: String,
    },
    /// A field is not what its column holds.
    #[error("line {line}: `{found}` in column {column}")]
    Field {
        /// Line of the row's beginning, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What stands there.
        found: String,
    },
}

/// Reads a table that [`write`] wrote: equal rows, to the bit.
///
/// # Errors
/// Where the bytes are not CSV, have other columns, or a field does not fit its column.
pub fn read<R: Row>(bytes: &[u8]) -> Result<Vec<R>, ReadError> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers()?;
    if !header.iter().eq(R::COLUMNS.iter().copied()) {
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(ReadError::Columns { table: R::TABLE, found });
    }
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let row = R::from_fields(record.iter().map(unguard))
            .map_err(|BadField { column, found }| ReadError::Field { line, column, found })?;
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::row::row;

    row! {
        /// A row with every kind of cell.
        #[allow(missing_docs)]
        TestRow in "test" {
            name: String,
            unit: String,
            year: i32,
            paths: u64,
            value: f64,
        }
    }

    fn text(rows: &[TestRow]) -> String {
        let mut out = Vec::new();
        write(rows, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn row(name: &str, value: f64) -> TestRow {
        TestRow { name: name.into(), unit: "usd_bn".into(), year: 2026, paths: 1_000_000, value }
    }

    #[test]
    fn a_header_always() {
        assert_eq!(text(&[]), "name,unit,year,paths,value\n");
    }

    #[test]
    fn cells() {
        let rows = [
            row("plain", 0.1),
            row("two, with \"quotes\"", -2.0),
            row("a line\nand another", f64::NAN),
            row("=1+1", f64::INFINITY),
            row("café – naïve", 1e-300),
        ];
        assert_eq!(
            text(&rows),
            "name,unit,year,paths,value\n\
             plain,usd_bn,2026,1000000,0.1\n\
             \"two, with \"\"quotes\"\"\",usd_bn,2026,1000000,-2\n\
             \"a line\nand another\",usd_bn,2026,1000000,\n\
             '=1+1,usd_bn,2026,1000000,inf\n\
             café – naïve,usd_bn,2026,1000000,1e-300\n"
        );
    }

    #[test]
    fn reading_back() {
        let rows = [
            row("plain", 0.1 + 0.2),
            row("two, with \"quotes\"", -2.0),
            row("a line\nand another", f64::NEG_INFINITY),
            row("=1+1", 1e-300),
            row("'quoted'", 0.0),
        ];
        assert_eq!(read::<TestRow>(text(&rows).as_bytes()).unwrap(), rows);
        let lost: Vec<TestRow> = read(text(&[row("x", f64::NAN)]).as_bytes()).unwrap();
        assert!(lost[0].value.is_nan());
        assert_eq!(read::<TestRow>(text(&[]).as_bytes()).unwrap(), []);
    }

    #[test]
    fn what_is_not_the_table_is_refused() {
        let refused = |text: &str| read::<TestRow>(text.as_bytes()).unwrap_err().to_string();
        assert!(refused("name,unit\n").contains("its columns are not those of test: name,unit"));
        let bad = "name,unit,year,paths,value\nx,u,2026,1,1\nx,u,2026,many,1\n";
        assert_eq!(refused(bad), "line 3: `many` in column paths");
        assert!(refused("name,unit,year,paths,value\nx,u,2026\n").contains("found record with 3 fields"));
        assert!(read::<TestRow>(b"name,unit,year,paths,value\n\xff,u,2026,1,1\n").is_err());
    }

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=SUM(A1)", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(guard(text), format!("'{text}"));
        }
        for text in ["", "a=b", "'=x", " =x", "1-2", "–"] {
            assert_eq!(guard(text), text);
        }
    }

    #[test]
    fn a_writer_that_fails_is_told_of() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                match self.0 {
                    0 => Err(io::Error::from(io::ErrorKind::StorageFull)),
                    left => {
                        let taken = left.min(bytes.len());
                        self.0 -= taken;
                        Ok(taken)
                    }
                }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let rows = vec![row("plain", 0.1); 3];
        let whole = text(&rows).len();
        for room in 0..whole {
            assert_eq!(write(&rows, Full(room)).unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
        write(&rows, Full(whole)).unwrap();
    }
}
