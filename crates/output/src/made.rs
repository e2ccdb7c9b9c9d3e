//! Files made from the complete results: the workbook and the page, after a run or from a results folder.

use crate::guarded::guarded;
use crate::html;
use crate::page::{self, Page};
#[cfg(feature = "xlsx")]
use crate::workbook::{
    self,
    sheet::{TooLarge, Workbook},
};
use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
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

/// What became of the workbook and the page.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Why a file is left out that its format cannot hold.
    pub warnings: Vec<String>,
    /// The first failure to make or write a file; the other files are written all the same.
    pub failure: Option<Failure>,
}

/// Writes the workbook and the page if they are among the formats. A workbook that would exceed the limits of its
/// format is left out with a warning.
pub fn write(folder: &mut Folder, made: Made<'_>, formats: &[Format]) -> Outcome {
    let mut outcome = Outcome::default();
    for format in formats {
        let written = match format {
            Format::Csv => Ok(None),
            Format::Xlsx => put_workbook(folder, made),
            Format::Html => {
                let page = |out: &mut Vec<u8>| html::write(&made.page(), out);
                put(folder, *format, page).map(|()| None)
            }
        };
        match written {
            Ok(warning) => outcome.warnings.extend(warning),
            Err(failure) => outcome.failure = outcome.failure.or(Some(failure)),
        }
    }
    outcome
}

#[cfg(feature = "xlsx")]
fn put_workbook(folder: &mut Folder, made: Made<'_>) -> Result<Option<String>, Failure> {
    if crate::xlsx::check_clock().is_err() {
        return Ok(Some(
            "warning: results.xlsx is not written: the clock of this machine is before 1970; set it, then `capstake report`\n"
                .to_owned(),
        ));
    }
    let mut too_large = None;
    let workbook = |out: &mut Vec<u8>| match made.workbook() {
        Ok(book) => crate::xlsx::write(&book, out),
        Err(large) => {
            too_large = Some(large);
            Ok(())
        }
    };
    let bytes = bytes(folder, "results.xlsx", workbook)?;
    match too_large {
        None => folder.put("results.xlsx", &bytes).map(|()| None),
        Some(large) => Ok(Some(format!(
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
    let bytes = bytes(folder, name, write)?;
    folder.put(name, &bytes)
}

/// Makes the bytes of a file. A panic is a failure of this file alone: the tables do not depend on it.
fn bytes(
    folder: &Folder,
    name: &str,
    write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match guarded(|| write(&mut bytes)) {
        Ok(Ok(())) => Ok(bytes),
        Ok(Err(error)) => Err(folder.cannot_write(name, &error)),
        Err(said) => {
            let message = format!(
                "`{}` cannot be made, by a bug in capstake {}: {said}",
                folder.path().join(name).display(),
                env!("CARGO_PKG_VERSION")
            );
            Err(Failure::coded(Exit::Output, Code::FolderUnwritable, message)
                .help("please report it with the command and the scenario"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_of_its_file_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::reopen(dir.path()).unwrap();
        let failure = bytes(&folder, "report.html", |_| panic!("planted")).unwrap_err();
        assert_eq!(failure.exit(), Exit::Output);
        let said = failure.to_string();
        assert!(said.contains("report.html` cannot be made") && said.contains("planted"), "{said}");
        let made = bytes(&folder, "report.html", |out| {
            out.push(7);
            Ok(())
        });
        assert_eq!(made.unwrap(), [7]);
    }
}
