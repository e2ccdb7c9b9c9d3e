//! Reads one column of numbers from the text of a CSV file, strictly: what a lenient reader would repair or skip is refused
//! with its place and what to do about it.
//!
//! The reader is our own because the `csv` crate takes an open quote to the end of the file as one cell, so that rows vanish
//! without a word, and does not say where a cell stands.

use std::borrow::Cow;
use std::ops::Range;

use crate::config::Dialect;
use crate::config::spelling::shortened;
use crate::model::{ColumnError, TextPlace};
use crate::sink;

const SAVE_AS: &str = "save it as CSV UTF-8, with commas between cells and decimal points";
const SAY_EXCEL_EU: &str = "semicolons and decimal commas: save as CSV UTF-8 with commas between cells and decimal points, or say \
                            `dialect = \"excel-eu\"`";

/// Reads one column of a CSV file, in file order; `csv` names the file in errors.
pub fn parse(csv: &str, bytes: &[u8], column: &str, dialect: Dialect) -> Result<Vec<f64>, ColumnError> {
    let text = text_of(csv, bytes)?;
    let file = File { csv, text, dialect };
    file.refuse_first_line_of_excel()?;
    if text.trim().is_empty() {
        return Err(file.layout(0, "the file is empty".to_owned(), "name the right file".to_owned()));
    }
    let mut rows = Rows { text, separator: separator(dialect), at: 0 };
    let mut header = Vec::new();
    rows.next(&mut header).map_err(|fault| file.quote_problem(&fault))?;
    rows.refuse_rows_inside(&header, header.len()).map_err(|fault| file.quote_problem(&fault))?;
    let index = file.find_column(&header, column)?;
    let mut cells = Vec::new();
    // A number and its separator have two bytes at least; blank lines are rare.
    let mut numbers = Vec::with_capacity(text.bytes().filter(|byte| *byte == b'\n').count());
    // Where a line without text began: an empty cell, if a row follows.
    let mut blank = None;
    loop {
        let start = rows.at;
        if !rows.next(&mut cells).map_err(|fault| file.quote_problem(&fault))? {
            break;
        }
        rows.refuse_rows_inside(&cells, header.len()).map_err(|fault| file.quote_problem(&fault))?;
        if let [only] = cells.as_slice()
            && !only.quoted
            && file.text(only).is_empty()
        {
            blank = blank.or(Some(start));
            continue;
        }
        if let Some(blank) = blank.filter(|_| header.len() == 1) {
            return Err(file.cell_problem(blank, column, ""));
        }
        if header.len() > 1 && cells.iter().all(|cell| file.text(cell).is_empty()) {
            let what = "the row has empty cells only".to_owned();
            let remedy = "delete the rows below the data in the spreadsheet and save it again: a formatted row is written as \
                          separators";
            return Err(file.layout(start, what, remedy.to_owned()));
        }
        if cells.len() != header.len() {
            return Err(file.ragged(start, &cells, header.len()));
        }
        let cell = &cells[index];
        let text = file.text(cell);
        match number(&text, dialect) {
            Some(value) => numbers.push(value),
            None => return Err(file.cell_problem(cell.start(), column, &text)),
        }
    }
    if numbers.is_empty() {
        return Err(ColumnError::NoRows { csv: csv.to_owned() });
    }
    Ok(numbers)
}

/// The separator that `--csv-dialect` writes in the dialect.
fn separator(dialect: Dialect) -> u8 {
    match dialect {
        Dialect::Comma => sink::csv::Dialect::STANDARD.separator(),
        Dialect::ExcelEu => sink::csv::Dialect::EXCEL_EU.separator(),
    }
}

/// A finite number in the decimal mark of the dialect.
fn number(text: &str, dialect: Dialect) -> Option<f64> {
    let pointed = match dialect {
        Dialect::Comma => Cow::Borrowed(text),
        // A point would be a mark of thousands there.
        Dialect::ExcelEu if text.contains('.') => return None,
        Dialect::ExcelEu => Cow::Owned(text.replace(',', ".")),
    };
    pointed.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The text of a file without byte order mark; refuses what is no UTF-8 text.
fn text_of<'a>(csv: &str, bytes: &'a [u8]) -> Result<&'a str, ColumnError> {
    let refuse = |place: TextPlace, what: &str| {
        let (csv, what) = (csv.to_owned(), what.to_owned());
        Err(ColumnError::Layout { csv, place, what, remedy: SAVE_AS.to_owned() })
    };
    let first = TextPlace { line: 1, column: 1 };
    const WORKBOOK: &str = "the file is a workbook or another archive, not CSV";
    let starts: [(&[u8], &str); 7] = [
        (b"\xff\xfe\0\0", "the file is UTF-32, not UTF-8"),
        (b"\xff\xfe", "the file is UTF-16, not UTF-8"),
        (b"\xfe\xff", "the file is UTF-16, not UTF-8"),
        (b"PK\x03\x04", WORKBOOK),
        (b"\xd0\xcf\x11\xe0", WORKBOOK),
        (b"\x1f\x8b", WORKBOOK),
        (b"PAR1", "the file is Parquet, not CSV"),
    ];
    if let Some((_, what)) = starts.iter().find(|(start, _)| bytes.starts_with(start)) {
        return refuse(first, what);
    }
    // Latin letters in UTF-16 have every second byte 0.
    let half = |from: usize| bytes.iter().skip(from).step_by(2).take(8).filter(|byte| **byte == 0).count();
    if bytes.len() >= 4 && half(0).max(half(1)) * 4 >= bytes.len().min(16) {
        return refuse(first, "the file is UTF-16 without a byte order mark, not UTF-8");
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            let byte = bytes[error.valid_up_to()];
            let what =
                format!("byte 0x{byte:02X} is not UTF-8: most likely the file is Latin-1 or Windows-1252");
            return refuse(place_of(valid, valid.len()), &what);
        }
    };
    match text.find('\0') {
        Some(at) => refuse(place_of(text, at), "a NUL byte, which no text has"),
        None => Ok(text),
    }
}

/// Line and column of a byte of a text. Lines end with LF, CR LF or CR.
fn place_of(text: &str, at: usize) -> TextPlace {
    let before = &text[..at];
    let ends =
        |text: &str| text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count();
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    TextPlace { line: ends(before) as u64 + 1, column: before[start..].chars().count() as u64 + 1 }
}

/// A cell: its bytes without quotes, and whether it was quoted.
struct Cell {
    range: Range<usize>,
    quoted: bool,
}

impl Cell {
    /// Its first byte, which is the quote of a quoted cell.
    fn start(&self) -> usize {
        self.range.start - usize::from(self.quoted)
    }
}

/// Why a quoted cell cannot be read.
enum QuoteFault {
    /// The quote at this byte has no end.
    Open(usize),
    /// A text at the second byte follows the end of the cell whose quote is at the first.
    After(usize, usize),
    /// The quote at the first byte ends at the second, and there is a row between them.
    AcrossRows(usize, usize),
}

/// Splits a text into rows and cells.
struct Rows<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
}

impl Rows<'_> {
    /// Reads a row; `false` at the end. A line without text is a row of one empty cell.
    fn next(&mut self, cells: &mut Vec<Cell>) -> Result<bool, QuoteFault> {
        cells.clear();
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return Ok(false);
        }
        let ends = |byte: u8| byte == self.separator || byte == b'\n' || byte == b'\r';
        loop {
            let start = self.at;
            if bytes.get(start) == Some(&b'"') {
                let end = closing_quote(bytes, start).ok_or(QuoteFault::Open(start))?;
                self.at = end + 1;
                while bytes.get(self.at) == Some(&b' ') {
                    self.at += 1;
                }
                if bytes.get(self.at).is_some_and(|byte| !ends(*byte)) {
                    return Err(QuoteFault::After(start, self.at));
                }
                cells.push(Cell { range: start + 1..end, quoted: true });
            } else {
                let length = bytes[start..].iter().position(|byte| ends(*byte));
                self.at = length.map_or(bytes.len(), |length| start + length);
                cells.push(Cell { range: start..self.at, quoted: false });
            }
            match bytes.get(self.at) {
                Some(byte) if *byte == self.separator => self.at += 1,
                Some(b'\r') if bytes.get(self.at + 1) == Some(&b'\n') => {
                    self.at += 2;
                    break;
                }
                Some(_) => {
                    self.at += 1;
                    break;
                }
                None => break,
            }
        }
        Ok(true)
    }

    /// Refuses quoted cells that hold what looks like rows of so many cells: most likely a quote was forgotten before them.
    fn refuse_rows_inside(&self, cells: &[Cell], width: usize) -> Result<(), QuoteFault> {
        for cell in cells.iter().filter(|cell| cell.quoted) {
            let inside = &self.text[cell.range.clone()];
            let separators = |line: &str| line.bytes().filter(|byte| *byte == self.separator).count();
            if width > 1 && inside.split(['\n', '\r']).skip(1).any(|line| separators(line) + 1 >= width) {
                return Err(QuoteFault::AcrossRows(cell.start(), cell.range.end));
            }
        }
        Ok(())
    }
}

/// The byte of the quote that ends the cell whose quote is at `start`; two quotes stand for one.
fn closing_quote(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += bytes[at..].iter().position(|byte| *byte == b'"')?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// A file that is being read, for its errors.
struct File<'a> {
    csv: &'a str,
    text: &'a str,
    dialect: Dialect,
}

impl File<'_> {
    /// The text of a cell, without the space around it.
    fn text(&self, cell: &Cell) -> Cow<'_, str> {
        let text = self.text[cell.range.clone()].trim();
        if cell.quoted { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
    }

    fn layout(&self, at: usize, what: String, remedy: String) -> ColumnError {
        ColumnError::Layout { csv: self.csv.to_owned(), place: place_of(self.text, at), what, remedy }
    }

    /// Refuses the line `sep=;`, which tells Excel the separator and is no row of the table.
    fn refuse_first_line_of_excel(&self) -> Result<(), ColumnError> {
        let line = self.text.lines().next().unwrap_or_default().trim().trim_matches('"');
        let separator = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &line[4..]);
        let Some(separator) = separator.filter(|rest| rest.chars().count() <= 1) else { return Ok(()) };
        let what = format!("`{line}` is a line for Excel, not the header");
        let remedy = match separator {
            ";" => format!("take the line out; then {SAY_EXCEL_EU}"),
            "," | "" => "take the line out".to_owned(),
            _ => format!("take the line out and {SAVE_AS}"),
        };
        Err(self.layout(0, what, remedy))
    }

    /// The index of the column in the header.
    fn find_column(&self, header: &[Cell], column: &str) -> Result<usize, ColumnError> {
        let named = |cell: &&Cell| !column.trim().is_empty() && self.text(cell) == column.trim();
        let found: Vec<&Cell> = header.iter().filter(named).collect();
        let csv = self.csv.to_owned();
        match found.as_slice() {
            [] => {}
            [only] => {
                let index = header.iter().position(|cell| cell.range == only.range);
                return Ok(index.expect("a cell of the header"));
            }
            several => {
                let places = several.iter().map(|cell| place_of(self.text, cell.start())).collect();
                return Err(ColumnError::SeveralColumns { csv, column: column.to_owned(), places });
            }
        }
        self.refuse_other_separators(header)?;
        if number(column, self.dialect).is_none()
            && header.iter().all(|cell| number(&self.text(cell), self.dialect).is_some())
        {
            let remedy = format!("write the names of the columns above the numbers: `{}`", shortened(column));
            return Err(self.layout(0, "the first line has numbers and no names".to_owned(), remedy));
        }
        let columns = header.iter().map(|cell| self.text(cell).into_owned()).collect();
        Err(ColumnError::NoColumn { csv, column: column.to_owned(), columns })
    }

    /// Refuses a header of one cell that has separators of another flavour.
    fn refuse_other_separators(&self, header: &[Cell]) -> Result<(), ColumnError> {
        let [only] = header else { return Ok(()) };
        let names = &self.text[only.range.clone()];
        let other = match self.dialect {
            Dialect::Comma => ';',
            Dialect::ExcelEu => ',',
        };
        let Some((at, found)) = names.char_indices().find(|(_, c)| [other, '\t', '|'].contains(c)) else {
            return Ok(());
        };
        let (what, remedy) = match (found, self.dialect) {
            ('\t', _) => ("tabs", SAVE_AS.to_owned()),
            ('|', _) => ("bars", SAVE_AS.to_owned()),
            (_, Dialect::ExcelEu) => ("commas", "leave `dialect = \"excel-eu\"` out".to_owned()),
            // The other dialect helps only where decimals have commas too.
            (_, Dialect::Comma) if self.has_decimal_points() => {
                ("semicolons", "semicolons and decimal points: write commas between the cells".to_owned())
            }
            (_, Dialect::Comma) => ("semicolons", SAY_EXCEL_EU.to_owned()),
        };
        Err(self.layout(only.range.start + at, format!("the cells are separated by {what}"), remedy))
    }

    /// Whether a number between semicolons in the second line has a decimal point.
    fn has_decimal_points(&self) -> bool {
        let second =
            self.text.lines().map(str::trim).filter(|line| !line.is_empty()).nth(1).unwrap_or_default();
        second.split(';').any(|cell| cell.contains('.') && number(cell.trim(), Dialect::Comma).is_some())
    }

    fn quote_problem(&self, fault: &QuoteFault) -> ColumnError {
        match *fault {
            QuoteFault::Open(quote) => self.layout(
                quote,
                "a quote opens here and never closes: all that follows would be one cell".to_owned(),
                "close the quote, or take it out".to_owned(),
            ),
            QuoteFault::After(quote, at) => self.layout(
                at,
                format!("a text follows the end of a cell whose quote opens in {}", place_of(self.text, quote)),
                "a quote before or here is missing, or one is too many; inside quotes write two for one".to_owned(),
            ),
            QuoteFault::AcrossRows(quote, end) => self.layout(
                quote,
                format!(
                    "a quote opens here and closes in {}: the rows between would be lost",
                    place_of(self.text, end)
                ),
                "close the quote in its own line; a line break inside a cell is read only where no row could be meant"
                    .to_owned(),
            ),
        }
    }

    /// The problem that a row has more or fewer cells than the header.
    fn ragged(&self, start: usize, cells: &[Cell], width: usize) -> ColumnError {
        let count = |count: usize| format!("{count} cell{}", if count == 1 { "" } else { "s" });
        let what = format!("the row has {}, the header {width}", count(cells.len()));
        let joined = cells.iter().map(|cell| self.text(cell)).collect::<Vec<_>>().join(",");
        let remedy = if cells.iter().any(|cell| !cell.quoted && self.text(cell).contains('"')) {
            "a quote counts only directly behind the separator or at the start of the line: take the space before it out".to_owned()
        } else if cells.len() < width {
            "write the cells that are missing, or take the row out".to_owned()
        } else if self.dialect == Dialect::ExcelEu {
            "put quotes around a cell that has a semicolon in it".to_owned()
        } else if joined.contains(';') || number(&joined, Dialect::ExcelEu).is_some() {
            SAY_EXCEL_EU.to_owned()
        } else {
            "decimal commas become decimal points; put quotes around any other cell that has a comma in it"
                .to_owned()
        };
        self.layout(start, what, remedy)
    }

    /// The problem that a cell is no number, with what to write instead.
    fn cell_problem(&self, at: usize, column: &str, text: &str) -> ColumnError {
        ColumnError::Cell {
            csv: self.csv.to_owned(),
            column: shortened(column),
            place: place_of(self.text, at),
            text: text.to_owned(),
            remedy: remedy_of_cell(text, self.dialect),
        }
    }
}

/// What to write instead of a cell that is no number.
fn remedy_of_cell(text: &str, dialect: Dialect) -> String {
    const GAP: &str = "fill the cell, or take the row out";
    let point = if dialect == Dialect::ExcelEu { ',' } else { '.' };
    let written = |value: f64| value.to_string().replace('.', &point.to_string());
    // A rounding error of the division by 100 must not show.
    let percent = |value: f64| written(format!("{:.12}", value / 100.0).parse().unwrap_or(value / 100.0));
    if text.chars().count() > 40 {
        return GAP.to_owned();
    }
    if let Some(value) = text.strip_suffix('%').and_then(|rest| any_number(rest, dialect)) {
        return format!("percent signs: write fractions, here {}", percent(value));
    }
    if let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && let Some(value) = any_number(inside, dialect)
    {
        return format!("parentheses for negative numbers: write {}", written(-value));
    }
    let bare = text.trim_matches(|c: char| "$€£¥".contains(c) || c.is_whitespace());
    if bare != text
        && let Some(value) = any_number(bare, dialect)
    {
        return format!("currency signs: write the number alone, here {}", written(value));
    }
    match dialect {
        Dialect::Comma if number(text, Dialect::ExcelEu).is_some() && !is_grouped(text, ',') => {
            format!(
                "decimal commas: write {}, or say `dialect = \"excel-eu\"` if semicolons separate the cells",
                text.replace(',', ".")
            )
        }
        Dialect::ExcelEu if number(text, Dialect::Comma).is_some() && !is_grouped(text, '.') => {
            format!(
                "decimal points: write {}, or leave `dialect = \"excel-eu\"` out if commas separate the cells",
                text.replace('.', ",")
            )
        }
        _ => match any_number(text, dialect) {
            Some(value) if text.contains('\u{2212}') => {
                format!("a minus sign of print: write {}", written(value))
            }
            Some(value) => format!("separators of thousands: write {}", written(value)),
            None => GAP.to_owned(),
        },
    }
}

/// Whether a mark stands before groups of three digits only, as separators of thousands do: `1,234`.
fn is_grouped(text: &str, mark: char) -> bool {
    let mut groups = text.trim_start_matches(['+', '-']).split(mark);
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    (1..=3).contains(&first.len())
        && digits(first)
        && first != "0"
        && rest.peek().is_some()
        && rest.all(|group| group.len() == 3 && digits(group))
}

/// A number once separators of thousands and the minus sign of print are taken away.
fn any_number(text: &str, dialect: Dialect) -> Option<f64> {
    let thousands = if dialect == Dialect::ExcelEu { '.' } else { ',' };
    let plain: String = text
        .chars()
        .filter(|c| *c != thousands && !c.is_whitespace() && !matches!(c, '\'' | '\u{2019}'))
        .map(|c| if c == '\u{2212}' { '-' } else { c })
        .collect();
    number(&plain, dialect)
}

#[cfg(test)]
mod tests;
