//! `draws.xlsx`: as many of the first rows as a sheet can hold, and a sheet that says how many they are.

use crate::draws_writer::{DrawsWriter, damaged};
use crate::first_fault::Watched;
use crate::guarded::guarded_writing;
use crate::workbook::sheet::{Digits, Look, MAX_ROWS, Style};
use crate::xlsx::{as_io, format};
use capstake::job::draft::Draft;
use capstake::job::manifest::Manifest;
use capstake::kernel::plan::Plan;
use capstake::report::digits::thousands;
use capstake::sink::draws_columns::{Column, DEPENDENT, Rows, columns, unpack};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use std::io::{self, Write};
use std::path::Path;

/// Largest number of rows below the header.
const MOST_ROWS: u64 = MAX_ROWS - 1;
/// Largest number of cells that spreadsheet programs open in practice; a wide table stops before the last row
/// of the sheet.
const CELLS: u64 = 32 << 20;
/// Indices of the sheets in the workbook.
const ABOUT: usize = 0;
const DRAWS: usize = 1;

/// A workbook that is being written. Rows are kept in a temporary file beside the results, not in memory; the crate panics where
/// that file cannot be written.
pub struct Writer {
    book: Workbook,
    deals: Vec<String>,
    columns: Vec<Column>,
    rows: u64,
    capacity: u64,
}

/// Number of rows that fit for a number of columns, rounded down to whole paths.
fn rows_that_fit(deals: u64, columns: u64) -> u64 {
    MOST_ROWS.min(CELLS / columns) / deals * deals
}

impl Writer {
    /// Creates the workbook with its header row, and its temporary file in `folder`.
    ///
    /// # Errors
    /// If no temporary file can be created, or there are too many columns.
    pub fn new(deals: &[String], columns: &[Column], folder: &Path) -> io::Result<Writer> {
        let begin = || -> Result<Workbook, XlsxError> {
            let mut book = Workbook::new();
            book.set_tempdir(folder)?;
            book.add_worksheet().set_name("About")?;
            let sheet = book.add_worksheet_with_constant_memory()?;
            sheet.set_freeze_panes(1, 2)?;
            sheet.set_column_range_width(0, columns.len() as u16 + 1, 14.0)?;
            let header = format(Look::HeaderRight.into());
            let names = ["path", "deal"].into_iter().chain(columns.iter().map(|column| column.name.as_str()));
            for (at, name) in (0..).zip(names) {
                sheet.write_string_with_format(0, at, name, &header)?;
            }
            Ok(book)
        };
        Ok(Writer {
            book: guarded_writing(|| begin().map_err(as_io))?,
            deals: deals.to_vec(),
            columns: columns.to_vec(),
            rows: 0,
            capacity: rows_that_fit(deals.len() as u64, columns.len() as u64 + 2),
        })
    }

    /// Whether no further row fits.
    pub fn is_full(&self) -> bool {
        self.rows >= self.capacity
    }

    /// Adds as many of the rows as fit; they are ordered by path and then by deal.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn write(&mut self, rows: &Rows) -> io::Result<()> {
        let deals = self.deals.len();
        let taken = (rows.rows as u64).min(self.capacity - self.rows) as usize;
        let mut put = || -> Result<(), XlsxError> {
            let sheet = self.book.worksheet_from_index(DRAWS)?;
            for i in 0..taken {
                let row = self.rows as u32 + 1 + i as u32;
                sheet.write_number(row, 0, (rows.first_path + (i / deals) as u64) as f64)?;
                sheet.write_string(row, 1, &self.deals[i % deals])?;
                for (at, column) in (2..).zip(&rows.columns) {
                    if column[i].is_finite() {
                        sheet.write_number(row, at, column[i])?;
                    }
                }
            }
            Ok(())
        };
        guarded_writing(|| put().map_err(as_io))?;
        self.rows += taken as u64;
        Ok(())
    }

    /// Completes the workbook and returns the number of rows in it. `all` is the number of rows of the run;
    /// `facts` (label, text) describe the run on the first sheet.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn finish(
        mut self,
        all: u64,
        created: &str,
        facts: &[(String, String)],
        out: impl Write + Send,
    ) -> io::Result<u64> {
        let rows = self.rows;
        guarded_writing(|| self.about(all, created, facts).map_err(as_io))?;
        let (mut out, fault) = Watched::new(out);
        guarded_writing(|| self.book.save_to_writer(&mut out).map_err(|error| fault.or(|| as_io(error))))?;
        out.finish()?;
        Ok(rows)
    }

    fn about(&mut self, all: u64, created: &str, facts: &[(String, String)]) -> Result<(), XlsxError> {
        let created =
            ExcelDateTime::parse_from_str(created).or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))?;
        let properties = DocProperties::new()
            .set_title("capstake: draws")
            .set_author("capstake")
            .set_creation_datetime(&created);
        self.book.set_properties(&properties);
        let rows = self.rows;
        let name = if rows < all { format!("first {rows} rows") } else { "draws".to_owned() };
        self.book.worksheet_from_index(DRAWS)?.set_name(name)?;
        let [title, plain, strong] =
            [Look::Title, Look::Wrapped, Look::Strong].map(|look| format(look.into()));
        let count = format(Style { look: Look::Strong, digits: Digits::Decimals(0) });
        let sheet = self.book.worksheet_from_index(ABOUT)?;
        sheet.set_column_width(0, 34)?.set_column_width(1, 100)?;
        sheet.write_string_with_format(0, 0, "Every path's inputs and metrics", &title)?;
        sheet.write_string_with_format(2, 0, "rows in this file", &strong)?;
        sheet.write_number_with_format(2, 1, rows as f64, &count)?;
        sheet.write_string_with_format(3, 0, "rows of the run", &strong)?;
        sheet.write_number_with_format(3, 1, all as f64, &count)?;
        let words = if rows < all {
            format!(
                "The first {} of {} rows: a sheet takes 1,048,576, and programs open about 32 million cells. All of them: --draws \
                 parquet or --draws csv.",
                thousands(rows),
                thousands(all)
            )
        } else {
            "All rows of the run.".to_owned()
        };
        sheet.write_string_with_format(4, 1, words, &plain)?;
        let units = self.columns.iter().map(|column| (column.name.as_str(), column.unit));
        let facts = facts.iter().map(|(label, text)| (label.as_str(), text.as_str()));
        let units = std::iter::once(("", "")).chain(std::iter::once(("column", "unit"))).chain(units);
        for (row, (label, text)) in (6..).zip(facts.chain(units)) {
            sheet.write_string_with_format(row, 0, label, &plain)?;
            sheet.write_string_with_format(row, 1, text, &plain)?;
        }
        Ok(())
    }
}

/// `draws.xlsx` in the making: the workbook, and the draft that receives it at the end.
struct XlsxFile {
    writer: Writer,
    draft: Draft,
}

/// Begins `draws.xlsx` for the deals and columns of a plan.
///
/// # Errors
/// What the disk reports.
pub fn begin(plan: &Plan, draft: Draft) -> io::Result<impl DrawsWriter + use<>> {
    let folder = draft.folder().to_owned();
    let deals: Vec<String> = plan.model().deals.iter().map(|deal| deal.name.clone()).collect();
    Ok(XlsxFile { writer: Writer::new(&deals, &columns(plan), &folder)?, draft })
}

impl DrawsWriter for XlsxFile {
    fn is_full(&self) -> bool {
        self.writer.is_full()
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.writer.write(&unpack(chunk).ok_or_else(damaged)?)
    }

    fn finish(self: Box<Self>, plan: &Plan, manifest: &Manifest) -> io::Result<(Draft, Option<String>)> {
        let XlsxFile { writer, mut draft } = *self;
        let all = manifest.run.paths_done * plan.deals().len() as u64;
        let rows = writer.finish(all, &manifest.run.started, &facts(manifest), &mut draft)?;
        let remark = (rows < all).then(|| {
            format!(
                "draws.xlsx has the first {} of {} rows, which a spreadsheet can open; --draws parquet has all\n",
                thousands(rows),
                thousands(all)
            )
        });
        Ok((draft, remark))
    }
}

fn facts(manifest: &Manifest) -> Vec<(String, String)> {
    let facts = manifest.facts();
    [
        ("scenario", facts.scenario.clone()),
        ("seed", facts.seed.clone()),
        ("paths", thousands(facts.paths)),
        ("digest of the scenario", facts.digest.clone()),
        ("program", format!("capstake {}, revision {}", facts.version, facts.revision)),
        ("run again with", capstake::report::command::again(&facts)),
    ]
    .into_iter()
    .chain(facts.errors().map(|_| ("replicate", DEPENDENT.to_owned())))
    .map(|(label, text)| (label.to_owned(), text))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_paths_fit() {
        assert_eq!(rows_that_fit(1, 32), 1_048_575);
        assert_eq!(rows_that_fit(2, 32), 1_048_574);
        assert_eq!(rows_that_fit(4, 32), 1_048_572);
        assert_eq!(rows_that_fit(2, 200), 167_772);
    }
}
