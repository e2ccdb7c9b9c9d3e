//! The parts of a workbook's archive: limits on what they unpack to, and what the reader of cells does not say of a sheet.

use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The largest file that is read, bytes.
pub const MAX_BYTES: u64 = 64 << 20;
/// The most that all parts of a file may unpack to, bytes.
const MAX_UNPACKED: u64 = 512 << 20;
/// How often larger than its packed bytes a part may be, from [`RATIO_FROM`] on.
const MAX_RATIO: u64 = 400;
/// Parts up to this size are not asked for their ratio, bytes.
const RATIO_FROM: u64 = 8 << 20;
/// The most parts.
const MAX_PARTS: usize = 10_000;
/// The most cells of a sheet that is read. The largest scenario that ships has some 4,000.
pub const MAX_CELLS: usize = 100_000;
/// The most cells that the sheets of an ODS file may take, repeated ones as often as they are.
const MAX_REPEATED: u64 = 20_000_000;

/// The format of a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excel's.
    Xlsx,
    /// LibreOffice's.
    Ods,
}

/// The last row that a sheet has, from 0.
const LAST_ROW: u32 = 1_048_575;
/// The last column that a sheet has, from 0.
const LAST_COLUMN: u16 = 16_383;
/// The most spaces that the texts of an ODS file may have as a count (`text:c`), which the reader of cells writes out.
const MAX_SPACES: u64 = 1_000_000;

/// What a sheet hides or merges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Rows that are not shown, from 0.
    pub rows: Vec<u32>,
    /// Columns that are not shown, from 0.
    pub columns: Vec<u16>,
    /// Merged ranges of an ODS file: first and last cell.
    pub merged: Vec<((u32, u16), (u32, u16))>,
}

/// The archive of a workbook.
pub struct Parts<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Its format.
    pub format: Format,
}

impl<'a> Parts<'a> {
    /// Opens an archive and checks that it unpacks to no more than a workbook does.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn open(bytes: &'a [u8]) -> Result<Parts<'a>, String> {
        let damaged = |error: zip::result::ZipError| format!("it is damaged: {error}");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.len() > MAX_PARTS {
            return Err(format!("it has {} parts; a workbook has at most {MAX_PARTS}", archive.len()));
        }
        let mut left = MAX_UNPACKED;
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).map_err(damaged)?;
            // What a part says about its size may be wrong: it is unpacked to be measured.
            let most = match part.compressed_size().saturating_mul(MAX_RATIO) {
                most if most < left => most.max(RATIO_FROM.min(left)),
                _ => left,
            };
            let mut sink = Measure { bytes: 0, most };
            let unpacked = std::io::copy(&mut part.by_ref().take(most + 1), &mut sink);
            unpacked.map_err(|error| format!("it is damaged: {error}"))?;
            if sink.bytes > sink.most {
                let name: String = part.name().unwrap_or_default().chars().take(60).collect();
                return Err(format!(
                    "its part `{name}` unpacks to more than {} MiB, {} bytes packed: no workbook of capstake is so large",
                    most >> 20,
                    part.compressed_size()
                ));
            }
            left -= sink.bytes;
        }
        let mut parts = Parts { archive, format: Format::Xlsx };
        if parts.text("mimetype").is_some_and(|mime| mime.contains("opendocument.spreadsheet")) {
            parts.format = Format::Ods;
            let content = parts.text("content.xml").unwrap_or_default();
            let repeated = repeated_cells(&content);
            if repeated > MAX_REPEATED {
                return Err(format!("its sheets have {repeated} cells; at most {MAX_REPEATED} are read"));
            }
            let spaces = counted_spaces(&content);
            if spaces > MAX_SPACES {
                return Err(format!(
                    "its texts have {spaces} spaces in a row; at most {MAX_SPACES} are read"
                ));
            }
        } else if parts.archive.by_name("xl/workbook.xml").is_err() {
            return Err("it is no workbook: neither .xlsx nor .ods".to_owned());
        }
        Ok(parts)
    }

    /// A part as text.
    fn text(&mut self, name: &str) -> Option<String> {
        let mut bytes = Vec::new();
        self.archive.by_name(name).ok()?.take(MAX_UNPACKED).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What a sheet hides or merges; nothing where that cannot be made out.
    pub fn hidden(&mut self, sheet: &str) -> Hidden {
        match self.format {
            Format::Xlsx => self.xlsx_hidden(sheet).unwrap_or_default(),
            Format::Ods => ods_hidden(&self.text("content.xml").unwrap_or_default(), sheet),
        }
    }

    fn xlsx_hidden(&mut self, sheet: &str) -> Option<Hidden> {
        let book = self.text("xl/workbook.xml")?;
        let own = tags(&book).find(|tag| tag.name() == "sheet" && tag.attribute("name") == Some(sheet))?;
        let id = own.attribute("r:id")?;
        let links = self.text("xl/_rels/workbook.xml.rels")?;
        let link =
            tags(&links).find(|tag| tag.name() == "Relationship" && tag.attribute("Id") == Some(id))?;
        let target = link.attribute("Target")?;
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let text = self.text(&path)?;
        Some(of_xlsx_sheet(&text))
    }
}

/// Rows and columns that a sheet of an xlsx file does not show: hidden, or lower than half a point or narrower than half a digit.
fn of_xlsx_sheet(sheet: &str) -> Hidden {
    let is_out_of_sight = |tag: Tag<'_>, size: &str| {
        matches!(tag.attribute("hidden"), Some("1" | "true"))
            || tag.attribute(size).and_then(|size| size.parse().ok()).is_some_and(|size: f64| size < 0.5)
    };
    let mut hidden = Hidden::default();
    // A row without a number follows the one before it.
    let mut next = 1_u32;
    for tag in tags(sheet) {
        match tag.name() {
            "row" if !tag.is_end() => {
                let row = tag.attribute("r").and_then(|row| row.parse().ok()).unwrap_or(next);
                next = row.saturating_add(1);
                if is_out_of_sight(tag, "ht") {
                    hidden.rows.extend(row.checked_sub(1));
                }
            }
            "col" if is_out_of_sight(tag, "width") && hidden.columns.len() <= usize::from(LAST_COLUMN) => {
                let number = |name: &str| tag.attribute(name)?.parse::<u16>().ok()?.checked_sub(1);
                if let Some((first, last)) = number("min").zip(number("max")) {
                    hidden.columns.extend(first..=last.min(LAST_COLUMN));
                }
            }
            _ => {}
        }
    }
    hidden
}

/// Counts bytes up to a limit.
struct Measure {
    bytes: u64,
    most: u64,
}

impl std::io::Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A tag of an XML text, without its brackets.
#[derive(Clone, Copy)]
struct Tag<'a>(&'a str);

impl<'a> Tag<'a> {
    fn name(self) -> &'a str {
        self.0.split(|c: char| c.is_whitespace() || c == '/').find(|name| !name.is_empty()).unwrap_or("")
    }

    fn attribute(self, name: &str) -> Option<&'a str> {
        let mut rest = self.0;
        while let Some(at) = rest.find(name) {
            let (before, after) = (&rest[..at], &rest[at + name.len()..]);
            rest = after;
            if !before.ends_with(char::is_whitespace) {
                continue;
            }
            let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else { continue };
            let quote = value.chars().next().filter(|c| ['"', '\''].contains(c))?;
            return value[1..].split(quote).next();
        }
        None
    }

    fn is_end(self) -> bool {
        self.0.starts_with('/')
    }

    fn is_alone(self) -> bool {
        self.0.ends_with('/')
    }

    fn count(self, name: &str) -> u64 {
        self.attribute(name).and_then(|count| count.parse().ok()).unwrap_or(1)
    }
}

/// The tags of an XML text, in order.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[rest.find('<')? + 1..];
        let mut quote = None;
        for (at, c) in rest.char_indices() {
            match (quote, c) {
                (None, '>') => {
                    let tag = Tag(&rest[..at]);
                    rest = &rest[at + 1..];
                    return Some(tag);
                }
                (None, '"' | '\'') => quote = Some(c),
                (Some(mark), c) if c == mark => quote = None,
                _ => {}
            }
        }
        None
    })
}

fn is_cell(tag: Tag<'_>) -> bool {
    matches!(tag.name(), "table:table-cell" | "table:covered-table-cell") && !tag.is_end()
}

/// The cells that the tables of an ODS file take in memory: each row up to its last cell with something, then all rows up to the last
/// such row, as often as they are repeated, as wide as the widest.
fn repeated_cells(content: &str) -> u64 {
    let mut total = 0_u64;
    // Of a table: rows so far, rows up to the last that holds something, the widest; of a row: its width, empty cells behind it.
    let (mut rows, mut last, mut widest, mut times, mut width, mut pending) =
        (0_u64, 0_u64, 0_u64, 1_u64, 0_u64, 0_u64);
    for tag in tags(content) {
        match (tag.name(), tag.is_end()) {
            ("table:table-row", false) => {
                (width, pending, times) = (0, 0, tag.count("table:number-rows-repeated"));
                rows = rows.saturating_add(if tag.is_alone() { times } else { 0 });
            }
            ("table:table-row", true) => {
                rows = rows.saturating_add(times);
                if width > 0 {
                    total = total.saturating_add(width);
                    (last, widest) = (rows, widest.max(width));
                }
            }
            ("table:table", true) => {
                total = total.saturating_add(last.saturating_mul(widest));
                (rows, last, widest) = (0, 0, 0);
            }
            _ if is_cell(tag) => {
                let holds = ["office:value", "office:value-type", "table:formula", "office:string-value"];
                pending = pending.saturating_add(tag.count("table:number-columns-repeated"));
                if !tag.is_alone() || holds.iter().any(|name| tag.attribute(name).is_some()) {
                    width = width.saturating_add(std::mem::take(&mut pending));
                }
            }
            _ => {}
        }
    }
    total
}

/// The spaces of an ODS file's texts that are written as a count.
fn counted_spaces(content: &str) -> u64 {
    let counts = tags(content).filter(|tag| tag.name() == "text:s").map(|tag| tag.count("text:c"));
    counts.fold(0, u64::saturating_add)
}

fn ods_hidden(content: &str, sheet: &str) -> Hidden {
    let mut hidden = Hidden::default();
    let (mut within, mut row, mut column, mut times) = (false, 0_u64, 0_u64, 1_u64);
    let is_out_of_sight =
        |tag: Tag<'_>| matches!(tag.attribute("table:visibility"), Some("collapse" | "filter"));
    for tag in tags(content) {
        if tag.is_end() {
            match tag.0.trim() {
                "/table:table" => within = false,
                "/table:table-row" => row = row.saturating_add(times),
                _ => {}
            }
            continue;
        }
        match tag.name() {
            "table:table" => {
                within = tag.attribute("table:name") == Some(sheet);
                (row, column) = (0, 0);
            }
            "table:table-column" if within => {
                let first = column;
                column = column.saturating_add(tag.count("table:number-columns-repeated"));
                if is_out_of_sight(tag) && hidden.columns.len() <= usize::from(LAST_COLUMN) {
                    let columns = first..column.min(u64::from(LAST_COLUMN) + 1);
                    hidden.columns.extend(columns.filter_map(|column| u16::try_from(column).ok()));
                }
            }
            "table:table-row" if within => {
                (column, times) = (0, tag.count("table:number-rows-repeated"));
                if is_out_of_sight(tag) && hidden.rows.len() <= LAST_ROW as usize {
                    let rows = row..row.saturating_add(times).min(u64::from(LAST_ROW) + 1);
                    hidden.rows.extend(rows.filter_map(|row| u32::try_from(row).ok()));
                }
                if tag.is_alone() {
                    row = row.saturating_add(times);
                }
            }
            _ if within && is_cell(tag) => {
                let (wide, high) =
                    (tag.count("table:number-columns-spanned"), tag.count("table:number-rows-spanned"));
                if wide > 1 || high > 1 {
                    let cell = |row: u64, column: u64| {
                        (u32::try_from(row).unwrap_or(u32::MAX), u16::try_from(column).unwrap_or(u16::MAX))
                    };
                    let last = cell(row.saturating_add(high) - 1, column.saturating_add(wide) - 1);
                    hidden.merged.push((cell(row, column), last));
                }
                column = column.saturating_add(tag.count("table:number-columns-repeated"));
            }
            _ => {}
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn refused(bytes: &[u8]) -> String {
        Parts::open(bytes).err().expect("it is refused")
    }

    #[test]
    fn what_unpacks_to_far_more_than_a_workbook_is_refused() {
        let bomb = archive(&[
            ("xl/workbook.xml", b"<workbook/>"),
            ("xl/worksheets/sheet1.xml", &vec![b' '; 64 << 20]),
        ]);
        assert!(bomb.len() < 100_000);
        let said = refused(&bomb);
        assert!(said.contains("`xl/worksheets/sheet1.xml` unpacks to more than"), "{said}");
        let many: Vec<(String, &[u8])> =
            (0..MAX_PARTS + 1).map(|i| (format!("p{i}"), b"".as_slice())).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        assert!(refused(&archive(&many)).contains("10001 parts"));
        assert!(refused(&archive(&[("a.txt", b"x")])).contains("neither .xlsx nor .ods"));
        assert!(refused(b"PK\x03\x04 and no more").contains("damaged"));
    }

    #[test]
    fn repeated_cells_count_as_often_as_they_are() {
        let row = |cells: &str, times: u64| {
            format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}</table:table-row>")
        };
        let table = |rows: &str| format!("<table:table table:name=\"a\">{rows}</table:table>");
        let cell = "<table:table-cell office:value=\"1\" table:number-columns-repeated=\"16000\"/>";
        assert!(repeated_cells(&table(&row(cell, 1_000_000))) > MAX_REPEATED);
        let apart = row("<table:table-cell office:value=\"1\"/>", 1)
            + &row("<table:table-cell/>", 1_000_000)
            + &row(cell, 1);
        assert!(repeated_cells(&table(&apart)) > MAX_REPEATED);
        // The rest of a row, and of a sheet, is empty cells that take nothing.
        let ends = row(
            "<table:table-cell office:value=\"1\"/><table:table-cell table:number-columns-repeated=\"16383\"/>",
            1,
        );
        let rest = row("<table:table-cell table:number-columns-repeated=\"16384\"/>", 1_048_575);
        assert!(repeated_cells(&table(&(ends.repeat(500) + &rest))) < 5_000);
    }

    #[test]
    fn hidden_rows_and_merged_cells_of_an_ods_file_are_seen() {
        let content = "<table:table table:name='x'><table:table-row table:visibility=\"collapse\"/></table:table>\
            <table:table table:name=\"Inputs\"><table:table-column table:number-columns-repeated=\"3\"/>\
            <table:table-column table:visibility=\"collapse\" table:number-columns-repeated=\"2\"/><table:table-row table:number-rows-repeated=\"2\"><table:table-cell/></table:table-row>\
            <table:table-row table:visibility=\"filter\"><table:table-cell table:number-columns-repeated=\"3\"/>\
            <table:table-cell table:number-columns-spanned=\"2\" table:number-rows-spanned=\"1\"><text:p>a &gt; b</text:p></table:table-cell></table:table-row></table:table>";
        let hidden = ods_hidden(content, "Inputs");
        assert_eq!((hidden.rows, hidden.columns), (vec![2], vec![3, 4]));
        assert_eq!(hidden.merged, [((2, 3), (2, 4))]);
    }

    #[test]
    fn what_has_no_height_or_width_is_hidden_too() {
        let sheet = "<sheetFormatPr defaultRowHeight=\"15\"/><cols><col min=\"2\" max=\"3\" width=\"9\" hidden=\"1\"/>\
            <col min=\"5\" max=\"5\" width=\"0\" customWidth=\"1\"/><col min=\"6\" max=\"6\" width=\"8.5\"/></cols>\
            <sheetData><row r=\"3\" hidden=\"true\"/><row ht=\"0.25\" customHeight=\"1\"></row><row r=\"9\" ht=\"15\"/></sheetData>";
        let hidden = of_xlsx_sheet(sheet);
        assert_eq!((hidden.rows, hidden.columns), (vec![2, 3], vec![1, 2, 4]));
    }

    #[test]
    fn spaces_that_stand_there_as_a_number_are_counted() {
        assert_eq!(counted_spaces("<text:p>a<text:s/>b<text:s text:c=\"4\"/></text:p>"), 5);
        let content = b"<text:p><text:s text:c=\"9000000000\"/></text:p>".as_slice();
        let mime = b"application/vnd.oasis.opendocument.spreadsheet".as_slice();
        let said = refused(&archive(&[("mimetype", mime), ("content.xml", content)]));
        assert!(said.contains("9000000000 spaces"), "{said}");
    }
}
