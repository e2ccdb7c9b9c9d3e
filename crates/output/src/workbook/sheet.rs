//! The parts of a workbook: sheets, cells, styles, tables and charts, without file bytes.

use super::chart::Chart;
use crate::address::is_link;
use capstake::job::visible::visible_line;
use std::collections::BTreeMap;

/// Largest number of rows of a sheet (Microsoft, "Excel specifications and limits").
pub const MAX_ROWS: u64 = 1_048_576;
/// Largest number of columns of a sheet.
pub const MAX_COLUMNS: u64 = 16_384;
/// Longest text of a cell, in UTF-16 units.
pub const MAX_TEXT: u64 = 32_767;
/// Longest formula, in characters.
const MAX_FORMULA: u64 = 8_192;
/// Largest number of links of a sheet.
const MAX_LINKS: u64 = 65_530;
/// Letters of running text per column-width unit, allowing for words that do not fit at the end of a line.
const LETTERS_A_WIDTH: f64 = 0.95;
/// Rows of the printed page of a sheet that is not for printing.
const PRINTED_ROWS: u32 = 40;
/// Longest name of a sheet, in characters.
pub const MAX_NAME: usize = 31;

/// A workbook.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// Document properties.
    pub properties: Properties,
    /// Its sheets, in order.
    pub sheets: Vec<Sheet>,
    /// Names of single cells.
    pub names: Vec<Name>,
}

/// Document properties of a file.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Properties {
    pub title: String,
    pub subject: String,
    pub keywords: String,
    pub comment: String,
    /// Start of the run, RFC 3339 in UTC; not the time of writing, so that equal results give equal bytes.
    pub created: String,
}

/// A defined name of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// The sheet.
    pub sheet: &'static str,
    /// Row and column, counted from 0.
    pub cell: (u32, u16),
}

/// A sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its cells.
    pub cells: Vec<(u32, u16, Cell)>,
    /// Widths of the columns, in characters.
    pub widths: Vec<f64>,
    /// Rows with a height of their own: row and number of text lines.
    pub heights: Vec<(u32, u32)>,
    /// Number of frozen rows and columns.
    pub frozen: (u32, u16),
    /// Tables with filters.
    pub tables: Vec<Table>,
    /// The row repeated on each printed page.
    pub repeated: Option<u32>,
    /// Cells with a drop-down list.
    pub choices: Vec<Choice>,
    /// Charts and their positions.
    pub charts: Vec<Placed>,
    /// Rows before which a new printed page begins.
    pub breaks: Vec<u32>,
    /// Number of rows that are printed, of a sheet whose rows are for charts and formulas; `None` for all.
    pub printed: Option<u32>,
    /// Ranges of numbers, first and last cell, with larger numbers shaded darker.
    pub shaded: Vec<((u32, u16), (u32, u16))>,
    /// Ranges that look like input cells, or no longer do, where a formula is true.
    pub lit: Vec<Lit>,
    /// Whether only cells for input can be changed; there is no password.
    pub protected: bool,
    /// Whether the sheet is not shown.
    pub hidden: bool,
}

/// A range whose cells change their look where a formula is true.
#[derive(Clone, Debug)]
pub struct Lit {
    /// First and last cell.
    pub range: ((u32, u16), (u32, u16)),
    /// The formula, for the first cell.
    pub formula: String,
    /// Whether they look like input cells then; otherwise they look empty.
    pub on: bool,
}

/// A table with a header row and a filter.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name in formulas.
    pub name: String,
    /// Row of the header, first column.
    pub corner: (u32, u16),
    /// Headers of the columns.
    pub headers: Vec<String>,
    /// Rows below the header; at least one.
    pub rows: u32,
}

/// Cells with a drop-down list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// First and last cell.
    pub range: ((u32, u16), (u32, u16)),
    /// The texts.
    pub from: Texts,
}

/// Texts of a drop-down list.
#[derive(Clone, Debug)]
pub enum Texts {
    /// Those in a range, as in a formula.
    Range(String),
    /// These, at most 255 characters with the commas between them.
    Words(Vec<String>),
}

/// A chart on a sheet.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Row and column of its upper left corner.
    pub cell: (u32, u16),
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// The chart.
    pub chart: Chart,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its content.
    pub value: Value,
    /// Its style.
    pub style: Style,
}

/// Content of a cell.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text, never read as a formula.
    Text(String),
    /// A number.
    Number(f64),
    /// Nothing, in a cell with a style.
    Blank,
    /// Text that links to a web address.
    Link {
        /// The text.
        text: String,
        /// The address.
        address: String,
    },
    /// Text that links to a sheet.
    Inside {
        /// Name of the sheet, which is also the text.
        sheet: String,
    },
    /// A live formula.
    Formula {
        /// The formula with its equals sign.
        formula: String,
        /// Its stored result.
        result: Outcome,
    },
}

/// Result of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

/// Style of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Style {
    /// Font and colours.
    pub look: Look,
    /// Number format.
    pub digits: Digits,
}

/// Font and colours of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Look {
    /// The default.
    Plain,
    /// Title of a sheet.
    Title,
    /// Heading of a block.
    Heading,
    /// Header of a column of text.
    Header,
    /// Header of a column of numbers.
    HeaderRight,
    /// Emphasised.
    Strong,
    /// A remark.
    Note,
    /// A remark next to numbers.
    Aside,
    /// A warning.
    Warning,
    /// Long text, wrapped.
    Wrapped,
    /// Text among numbers, aligned right.
    Right,
    /// An input cell.
    Input,
    /// An input cell that may stay empty.
    Open,
    /// An input cell for long text, wrapped.
    OpenWrapped,
    /// An input cell that nothing marks until it is needed.
    Free,
}

/// Number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digits {
    /// The default format of the spreadsheet program.
    General,
    /// A number of decimals, and commas between thousands.
    Decimals(u8),
    /// A year, without commas.
    Year,
    /// A fraction shown as a percentage with a number of decimals.
    Percent(u8),
    /// Days since 1899-12-30 shown as a date.
    Date,
}

impl Style {
    /// Text in the default style.
    pub const PLAIN: Style = Style { look: Look::Plain, digits: Digits::General };

    /// A number in the default style.
    pub const fn numbers(digits: Digits) -> Style {
        Style { look: Look::Plain, digits }
    }

    /// A style without a number format.
    pub const fn look(look: Look) -> Style {
        Style { look, digits: Digits::General }
    }
}

impl From<Look> for Style {
    fn from(look: Look) -> Style {
        Style::look(look)
    }
}

impl From<Digits> for Style {
    fn from(digits: Digits) -> Style {
        Style::numbers(digits)
    }
}

/// Something that exceeds the limits of the format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} takes {found} {unit}, {limit} fit")]
pub struct TooLarge {
    /// A sheet, or a cell.
    pub what: String,
    /// The unit of the count.
    pub unit: &'static str,
    /// The count.
    pub found: u64,
    /// The limit.
    pub limit: u64,
}

impl Sheet {
    /// An empty sheet.
    pub fn new(name: impl Into<String>) -> Sheet {
        Sheet {
            name: name.into(),
            cells: Vec::new(),
            widths: Vec::new(),
            heights: Vec::new(),
            frozen: (0, 0),
            tables: Vec::new(),
            repeated: None,
            choices: Vec::new(),
            charts: Vec::new(),
            breaks: Vec::new(),
            printed: None,
            shaded: Vec::new(),
            lit: Vec::new(),
            protected: false,
            hidden: false,
        }
    }

    fn put(&mut self, row: u32, column: u16, value: Value, style: impl Into<Style>) {
        self.cells.push((row, column, Cell { value, style: style.into() }));
    }

    /// Puts text into a cell.
    pub fn text(&mut self, row: u32, column: u16, text: impl Into<String>, style: impl Into<Style>) {
        self.put(row, column, Value::Text(text.into()), style);
    }

    /// Puts a number into a cell: nothing for NaN, `inf` or `-inf` as text for an infinite one.
    pub fn number(&mut self, row: u32, column: u16, number: f64, style: impl Into<Style>) {
        if number.is_finite() {
            self.put(row, column, Value::Number(number), style);
        } else if !number.is_nan() {
            let text = if number > 0.0 { "inf" } else { "-inf" };
            self.put(row, column, Value::Text(text.into()), style);
        }
    }

    /// Gives an empty cell a style.
    pub fn blank(&mut self, row: u32, column: u16, style: impl Into<Style>) {
        self.put(row, column, Value::Blank, style);
    }

    /// Puts a formula with its result into a cell; nothing if the result is not finite.
    pub fn formula(&mut self, row: u32, column: u16, formula: String, result: f64, style: impl Into<Style>) {
        if result.is_finite() {
            self.put(row, column, Value::Formula { formula, result: Outcome::Number(result) }, style);
        }
    }

    /// Puts a formula with a text result into a cell.
    pub fn formula_in_words(
        &mut self,
        row: u32,
        column: u16,
        formula: String,
        result: &str,
        style: impl Into<Style>,
    ) {
        self.put(row, column, Value::Formula { formula, result: Outcome::Text(result.into()) }, style);
    }

    /// Puts text that links to a web address; plain text if the address cannot be linked.
    pub fn link(&mut self, row: u32, column: u16, text: &str, address: &str) {
        let value = if is_link(address) && !text.is_empty() {
            Value::Link { text: text.into(), address: address.into() }
        } else {
            Value::Text(text.into())
        };
        self.put(row, column, value, Style::PLAIN);
    }

    /// Puts the name of a sheet as a link to it.
    pub fn inside(&mut self, row: u32, column: u16, sheet: &str) {
        self.put(row, column, Value::Inside { sheet: sheet.into() }, Style::PLAIN);
    }

    /// Puts a header row, with a filter if there are rows below it.
    pub fn table(&mut self, name: &str, row: u32, column: u16, headers: &[(&str, Look)], rows: u32) {
        for (at, (header, look)) in (column..).zip(headers) {
            self.text(row, at, visible_line(header), *look);
        }
        if rows > 0 {
            self.tables.push(Table {
                name: name.into(),
                corner: (row, column),
                headers: headers.iter().map(|(header, _)| visible_line(header).into_owned()).collect(),
                rows,
            });
        } else {
            self.text(row + 1, column, "none", Look::Note);
        }
    }

    /// Sets the widths of the columns and the heights of rows with wrapped text, which few programs compute
    /// by
    /// themselves.
    pub fn measure(&mut self, widths: &[f64]) {
        self.widths = widths.to_vec();
        let mut lines: BTreeMap<u32, u32> = BTreeMap::new();
        for (row, column, cell) in &self.cells {
            let (Value::Text(text), Look::Wrapped | Look::OpenWrapped) = (&cell.value, cell.style.look)
            else {
                continue;
            };
            let width = widths.get(usize::from(*column)).map_or(8.0, |width| width * LETTERS_A_WIDTH);
            let needed =
                text.lines().map(|line| (line.chars().count() as f64 / width).ceil().max(1.0) as u32);
            let row = lines.entry(*row).or_insert(1);
            *row = (*row).max(needed.sum());
        }
        self.heights.extend(lines.into_iter().filter(|(_, lines)| *lines > 1));
    }

    /// Number of rows in use.
    pub fn rows(&self) -> u32 {
        self.cells.iter().map(|(row, ..)| row + 1).max().unwrap_or(0)
    }

    /// Prints one page of the sheet only: its rows are for charts and formulas, and the CSV file has them.
    pub fn print_first_page(&mut self) {
        self.printed = Some(PRINTED_ROWS.min(self.rows()));
    }

    /// Number of columns in use.
    pub fn columns(&self) -> u64 {
        self.cells.iter().map(|(_, column, _)| u64::from(*column) + 1).max().unwrap_or(0)
    }

    /// Checks the limits of the format.
    ///
    /// # Errors
    /// The first count that exceeds its limit.
    pub fn fits(&self) -> Result<(), TooLarge> {
        let refuse = |what: String, unit, found: u64, limit: u64| {
            if found > limit { Err(TooLarge { what, unit, found, limit }) } else { Ok(()) }
        };
        let sheet = || format!("sheet `{}`", self.name);
        refuse(sheet(), "rows", u64::from(self.rows()), MAX_ROWS)?;
        refuse(sheet(), "columns", self.columns(), MAX_COLUMNS)?;
        let mut links = 0;
        for (row, column, cell) in &self.cells {
            let place = || format!("cell {} of sheet `{}`", cell_name(*row, *column), self.name);
            match &cell.value {
                Value::Text(text) => refuse(place(), "characters", units(text), MAX_TEXT)?,
                Value::Formula { formula, result } => {
                    refuse(place(), "characters of a formula", units(formula), MAX_FORMULA)?;
                    if let Outcome::Text(text) = result {
                        refuse(place(), "characters", units(text), MAX_TEXT)?;
                    }
                }
                Value::Link { text, .. } => {
                    links += 1;
                    refuse(place(), "characters", units(text), MAX_TEXT)?;
                }
                Value::Inside { .. } | Value::Number(_) | Value::Blank => {}
            }
        }
        refuse(sheet(), "links", links, MAX_LINKS)
    }
}

fn units(text: &str) -> u64 {
    text.encode_utf16().count() as u64
}

/// Letters of a column: `A` for 0, `AA` for 26.
fn column_name(column: u16) -> String {
    let mut letters = Vec::new();
    let mut left = u32::from(column) + 1;
    while left > 0 {
        letters.push(b'A' + ((left - 1) % 26) as u8);
        left = (left - 1) / 26;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

/// Reference to a cell: `A1` for row 0 and column 0.
pub fn cell_name(row: u32, column: u16) -> String {
    format!("{}{}", column_name(column), u64::from(row) + 1)
}

/// Absolute reference to a cell: `$A$1` for row 0 and column 0.
pub fn fixed(row: u32, column: u16) -> String {
    format!("${}${}", column_name(column), u64::from(row) + 1)
}

/// Absolute reference to a cell of another sheet.
pub fn elsewhere(sheet: &str, row: u32, column: u16) -> String {
    format!("'{sheet}'!{}", fixed(row, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cells() {
        assert_eq!(cell_name(0, 0), "A1");
        assert_eq!(cell_name(9, 25), "Z10");
        assert_eq!(cell_name(0, 26), "AA1");
        assert_eq!(cell_name(0, 701), "ZZ1");
        assert_eq!(cell_name(1_048_575, 16_383), "XFD1048576");
        assert_eq!(elsewhere("By year", 4, 3), "'By year'!$D$5");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_count() {
        let refused = |fill: &dyn Fn(&mut Sheet)| {
            let mut sheet = Sheet::new("Data");
            fill(&mut sheet);
            sheet.fits().map_err(|error| error.to_string())
        };
        assert_eq!(refused(&|sheet| sheet.number(1_048_575, 16_383, 1.0, Style::PLAIN)), Ok(()));
        assert_eq!(
            refused(&|sheet| sheet.number(1_048_576, 0, 1.0, Style::PLAIN)),
            Err("sheet `Data` takes 1048577 rows, 1048576 fit".into())
        );
        assert_eq!(
            refused(&|sheet| sheet.number(0, 16_384, 1.0, Style::PLAIN)),
            Err("sheet `Data` takes 16385 columns, 16384 fit".into())
        );
        assert_eq!(refused(&|sheet| sheet.text(0, 0, "é".repeat(32_767), Style::PLAIN)), Ok(()));
        assert_eq!(
            refused(&|sheet| sheet.text(2, 1, "😀".repeat(16_384), Style::PLAIN)),
            Err("cell B3 of sheet `Data` takes 32768 characters, 32767 fit".into())
        );
    }

    #[test]
    fn figures_that_are_none_leave_no_cell_and_endless_ones_are_words() {
        let mut sheet = Sheet::new("x");
        sheet.number(0, 0, f64::NAN, Style::PLAIN);
        sheet.formula(0, 1, "=0/0".into(), f64::NAN, Style::PLAIN);
        assert!(sheet.cells.is_empty());
        sheet.number(0, 0, f64::INFINITY, Style::PLAIN);
        assert!(matches!(&sheet.cells[0].2.value, Value::Text(text) if text == "inf"));
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        let mut sheet = Sheet::new("x");
        for address in ["https://example.org/a", "file:///etc/passwd", "javascript:alert(1)", ""] {
            sheet.link(0, 0, "words", address);
        }
        let links = sheet.cells.iter().filter(|(.., cell)| matches!(cell.value, Value::Link { .. })).count();
        assert_eq!(links, 1);
    }
}
