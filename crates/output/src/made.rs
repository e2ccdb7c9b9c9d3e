//! Files made from the complete results: the workbook and the page, after a run or from a results folder.

use crate::html;
use crate::page::{self, Page};
#[cfg(feature = "xlsx")]
use crate::workbook::{
    self,
    sheet::{TooLarge, Workbook},
};
use capstake::job::error::Failure;
use capstake::job::folder::Folder;
use capstake::job::formats::Format;
use capstake::report::answer::Answer;
use capstake::report::results::{Facts, Results};

/// Complete results, from which workbook and page are made.
#[derive(Clone, Copy)]
pub enum Made<'a> {
    /// Results of a run.
    Run(&'a Results),
    /// Answer of a study and the facts about it.
    Study(&'a Facts, &'a Answer),
}

impl Made<'_> {
    #[cfg(feature = "xlsx")]
    fn workbook(self) -> Result<Workbook, TooLarge> {
        match self {
            Made::Run(results) => workbook::workbook(results),
            Made::Study(facts, answer) => workbook::study::workbook(facts, answer),
        }
    }

    /// Lays out the page.
    pub fn page(self) -> Page {
        match self {
            Made::Run(results) => page::page(results),
            Made::Study(facts, answer) => page::study::page(facts, answer),
        }
    }
}

/// Formats that this build can write.
pub const BUILT_IN: &[Format] = if cfg!(feature = "xlsx") {
    &[Format::Csv, Format::Xlsx, Format::Html]
} else {
    &[Format::Csv, Format::Html]
};

/// Writes the workbook and the page if they are among the formats, and returns warnings. A workbook that
/// would exceed the
/// limits of its format is left out with a warning.
///
/// # Errors
/// If a file cannot be written.
pub fn write(folder: &mut Folder, made: Made<'_>, formats: &[Format]) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    for format in formats {
        match format {
            Format::Csv => {}
            Format::Xlsx => warnings.extend(put_workbook(folder, made)?),
            Format::Html => put(folder, *format, |out| html::write(&made.page(), out))?,
        }
    }
    Ok(warnings)
}

#[cfg(feature = "xlsx")]
fn put_workbook(folder: &mut Folder, made: Made<'_>) -> Result<Option<String>, Failure> {
    if crate::xlsx::check_clock().is_err() {
        return Ok(Some(
            "warning: results.xlsx is not written: the clock of this machine is before 1970; set it, then `capstake report`\n"
                .to_owned(),
        ));
    }
    match made.workbook() {
        Ok(book) => put(folder, Format::Xlsx, |out| crate::xlsx::write(&book, out)).map(|()| None),
        Err(large) => Ok(Some(format!(
            "warning: results.xlsx is not written: {large}; the tables in CSV have everything\n"
        ))),
    }
}

#[cfg(not(feature = "xlsx"))]
fn put_workbook(_folder: &mut Folder, _made: Made<'_>) -> Result<Option<String>, Failure> {
    Ok(Some("warning: results.xlsx is not written: this build has no workbooks (feature xlsx)\n".to_owned()))
}

fn put(
    folder: &mut Folder,
    format: Format,
    write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let Some(name) = format.file() else { return Ok(()) };
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| folder.cannot_write(name, &error))?;
    folder.put(name, &bytes)
}
