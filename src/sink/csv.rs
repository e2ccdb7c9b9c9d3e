//! Tables as CSV and back: UTF-8, comma, `\n`, a header row, shortest decimals, and an empty cell for NaN.

use super::number;
use crate::report::answer::{Role, Table, Value};
use crate::report::row::{BadField, Cell, Kind, Row};
use std::borrow::Cow;
use std::io::{self, Write};

/// Separators of a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Field separator.
    separator: u8,
    /// Decimal separator.
    point: u8,
    /// Whether the file begins with a byte order mark, by which spreadsheets recognise UTF-8.
    bom: bool,
}

/// UTF-8 byte order mark.
const BOM: &[u8] = "\u{feff}".as_bytes();

impl Dialect {
    /// Comma, decimal point, no byte order mark.
    pub const STANDARD: Dialect = Dialect { separator: b',', point: b'.', bom: false };
    /// Semicolon, decimal comma and byte order mark, as spreadsheets in most of Europe expect.
    pub const EXCEL_EU: Dialect = Dialect { separator: b';', point: b',', bom: true };

    /// The same with a byte order mark.
    pub const fn with_bom(self) -> Dialect {
        Dialect { bom: true, ..self }
    }

    /// Begins a file with the byte order mark, if the dialect has one.
    pub fn begin(self) -> &'static [u8] {
        if self.bom { BOM } else { b"" }
    }

    /// The field separator.
    pub fn separator(self) -> u8 {
        self.separator
    }

    /// Appends a number.
    pub fn push(self, out: &mut Vec<u8>, number: f64) {
        let from = out.len();
        number::push(out, number);
        if self.point != b'.' {
            // At most one.
            if let Some(at) = out[from..].iter().position(|&byte| byte == b'.') {
                out[from + at] = self.point;
            }
        }
    }

    fn writer<W: Write>(self, mut out: W) -> io::Result<csv::Writer<W>> {
        out.write_all(self.begin())?;
        Ok(csv::WriterBuilder::new().delimiter(self.separator).from_writer(out))
    }

    /// Digits of a number rewritten with a decimal point.
    fn pointed(self, text: &str) -> Cow<'_, str> {
        match self.point {
            b'.' => Cow::Borrowed(text),
            _ => Cow::Owned(text.replace(char::from(self.point), ".")),
        }
    }
}

/// Writes a table: its header, even if there are no rows, and its rows.
///
/// # Errors
/// What `out` reports.
pub fn write<R: Row>(rows: &[R], out: impl Write) -> io::Result<()> {
    write_as(Dialect::STANDARD, rows, out)
}

/// Writes a table in a dialect.
///
/// # Errors
/// What `out` reports.
pub fn write_as<R: Row>(dialect: Dialect, rows: &[R], out: impl Write) -> io::Result<()> {
    let mut lines = Lines::begin::<R>(dialect, out)?;
    rows.iter().try_for_each(|row| lines.add(row))?;
    lines.writer.flush()
}

/// Writes a table whose rows come one by one and are not held in memory: `rows` receives the function that
/// writes a row.
///
/// # Errors
/// What `out` reports.
pub fn write_each<R: Row>(
    dialect: Dialect,
    rows: impl FnOnce(&mut dyn FnMut(&R) -> io::Result<()>) -> io::Result<()>,
    out: impl Write,
) -> io::Result<()> {
    let mut lines = Lines::begin::<R>(dialect, out)?;
    rows(&mut |row| lines.add(row))?;
    lines.writer.flush()
}

/// A table that is being written.
struct Lines<W: Write> {
    dialect: Dialect,
    writer: csv::Writer<W>,
    record: csv::ByteRecord,
    digits: Vec<u8>,
}

impl<W: Write> Lines<W> {
    /// Writes the header.
    fn begin<R: Row>(dialect: Dialect, out: W) -> io::Result<Lines<W>> {
        let mut writer = dialect.writer(out)?;
        writer.write_record(R::COLUMNS)?;
        Ok(Lines { dialect, writer, record: csv::ByteRecord::new(), digits: Vec::new() })
    }

    fn add<R: Row>(&mut self, row: &R) -> io::Result<()> {
        let Lines { dialect, writer, record, digits } = self;
        record.clear();
        row.cells(&mut |cell| match cell {
            Cell::Text(text) => record.push_field(guard(text).as_bytes()),
            Cell::Whole(number) => record.push_field(itoa::Buffer::new().format(number).as_bytes()),
            Cell::Number(number) => {
                digits.clear();
                dialect.push(digits, number);
                record.push_field(digits);
            }
        });
        Ok(writer.write_byte_record(record)?)
    }
}

/// Writes a table of a study in a dialect.
///
/// # Errors
/// What `out` reports.
pub fn write_table(dialect: Dialect, table: &Table, out: impl Write) -> io::Result<()> {
    let mut writer = dialect.writer(out)?;
    writer.write_record(table.columns.iter().map(|column| &column.name))?;
    let mut record = csv::ByteRecord::new();
    let mut digits = Vec::new();
    for row in &table.rows {
        record.clear();
        for (column, value) in table.columns.iter().zip(row) {
            match value {
                // The error of an exact figure.
                Value::Whole(0) if column.role == Role::Error => {
                    digits.clear();
                    dialect.push(&mut digits, 0.0);
                    record.push_field(&digits);
                }
                Value::Text(text) => record.push_field(guard(text).as_bytes()),
                Value::Whole(number) => record.push_field(number.to_string().as_bytes()),
                Value::Number(number) => {
                    digits.clear();
                    dialect.push(&mut digits, *number);
                    record.push_field(&digits);
                }
            }
        }
        writer.write_byte_record(&record)?;
    }
    writer.flush()
}

/// Puts a `'` before text that a spreadsheet would read as a formula.
pub fn guard(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Undoes [`guard`].
fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inner) if matches!(guard(inner), Cow::Owned(_)) => inner,
        _ => text,
    }
}

/// Why a file cannot be read as a table.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not CSV or not UTF-8.
    #[error("{0}")]
    Form(#[from] csv::Error),
    /// It has other columns.
    #[error("its columns are not those of {table}: {found}")]
    Columns {
        /// Name of the table.
        table: &'static str,
        /// The header found.
        found: String,
    },
    /// A field does not fit its column.
    #[error("line {line}: `{found}` in column {column}")]
    Field {
        /// Line at which the row begins, counted from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// The text found.
        found: String,
    },
}

/// Reads a table that [`write_as`] wrote in the same dialect; the rows are equal to the bit.
///
/// # Errors
/// If the bytes are not CSV, have other columns, or a field does not fit its column.
pub fn read<R: Row>(dialect: Dialect, bytes: &[u8]) -> Result<Vec<R>, ReadError> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(dialect.separator).from_reader(bytes);
    let header = reader.headers()?;
    if !header.iter().eq(R::COLUMNS.iter().copied()) {
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(ReadError::Columns { table: R::TABLE, found });
    }
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let fields = record.iter().zip(R::KINDS).map(|(field, kind)| match kind {
            Kind::Number => dialect.pointed(field),
            Kind::Whole | Kind::Text => Cow::Borrowed(unguard(field)),
        });
        let fields: Vec<Cow<'_, str>> = fields.collect();
        let row = R::from_fields(fields.iter().map(|field| &**field))
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
             \"two, with \"\"quotes\"\"\",usd_bn,2026,1000000,-2.0\n\
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
        assert_eq!(read::<TestRow>(Dialect::STANDARD, text(&rows).as_bytes()).unwrap(), rows);
        let lost: Vec<TestRow> = read(Dialect::STANDARD, text(&[row("x", f64::NAN)]).as_bytes()).unwrap();
        assert!(lost[0].value.is_nan());
        assert_eq!(read::<TestRow>(Dialect::STANDARD, text(&[]).as_bytes()).unwrap(), []);
    }

    #[test]
    fn dialects() {
        let rows =
            [row("1,5; two", 0.5), row("=1+1", -1e-300), row("whole", 187.0), row("none", f64::INFINITY)];
        let spelled = |dialect| {
            let mut out = Vec::new();
            write_as(dialect, &rows, &mut out).unwrap();
            out
        };
        let european = spelled(Dialect::EXCEL_EU);
        assert_eq!(
            std::str::from_utf8(&european).unwrap(),
            "\u{feff}name;unit;year;paths;value\n\
             \"1,5; two\";usd_bn;2026;1000000;0,5\n\
             '=1+1;usd_bn;2026;1000000;-1e-300\n\
             whole;usd_bn;2026;1000000;187,0\n\
             none;usd_bn;2026;1000000;inf\n"
        );
        let marked = spelled(Dialect::STANDARD.with_bom());
        assert!(marked.starts_with(BOM) && marked[BOM.len()..] == *spelled(Dialect::STANDARD));
        for dialect in [Dialect::STANDARD, Dialect::STANDARD.with_bom(), Dialect::EXCEL_EU] {
            assert_eq!(read::<TestRow>(dialect, &spelled(dialect)).unwrap(), rows);
        }
        assert!(read::<TestRow>(Dialect::STANDARD, &european).is_err());
    }

    #[test]
    fn what_is_not_the_table_is_refused() {
        let refused =
            |text: &str| read::<TestRow>(Dialect::STANDARD, text.as_bytes()).unwrap_err().to_string();
        assert!(refused("name,unit\n").contains("its columns are not those of test: name,unit"));
        let bad = "name,unit,year,paths,value\nx,u,2026,1,1\nx,u,2026,many,1\n";
        assert_eq!(refused(bad), "line 3: `many` in column paths");
        assert!(refused("name,unit,year,paths,value\nx,u,2026\n").contains("found record with 3 fields"));
        assert!(
            read::<TestRow>(Dialect::STANDARD, b"name,unit,year,paths,value\n\xff,u,2026,1,1\n").is_err()
        );
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
        let each = |capacity| {
            let rows = |take: &mut dyn FnMut(&TestRow) -> io::Result<()>| {
                (0..3).try_for_each(|_| take(&row("plain", 0.1)))
            };
            write_each(Dialect::STANDARD, rows, Full(capacity))
        };
        for capacity in 0..whole {
            assert_eq!(write(&rows, Full(capacity)).unwrap_err().kind(), io::ErrorKind::StorageFull);
            assert_eq!(each(capacity).unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
        write(&rows, Full(whole)).unwrap();
        each(whole).unwrap();
    }

    #[test]
    fn rows_that_come_one_by_one_are_written_alike() {
        for dialect in [Dialect::STANDARD, Dialect::EXCEL_EU, Dialect::STANDARD.with_bom()] {
            let rows = [row("plain", 0.1), row("two, with \"quotes\"", -2.5), row("=1", f64::NAN)];
            let (mut together, mut one_by_one) = (Vec::new(), Vec::new());
            write_as(dialect, &rows, &mut together).unwrap();
            let each = |take: &mut dyn FnMut(&TestRow) -> io::Result<()>| rows.iter().try_for_each(take);
            write_each(dialect, each, &mut one_by_one).unwrap();
            assert_eq!(together, one_by_one);
        }
    }

    #[test]
    fn a_row_that_cannot_be_made_ends_the_table() {
        let each = |take: &mut dyn FnMut(&TestRow) -> io::Result<()>| {
            take(&row("plain", 0.1))?;
            Err(io::ErrorKind::InvalidData.into())
        };
        let mut out = Vec::new();
        assert_eq!(
            write_each(Dialect::STANDARD, each, &mut out).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }
}
