//! `capstake report`: makes the workbook, the page and a memo of a results folder, from its files alone.

use std::path::{Path, PathBuf};

use capstake::job::error::{Exit, Failure};
use capstake::job::folder::{Folder, Replace};
use capstake::job::formats::Format;
use capstake::job::results::{self, Contents};
use capstake_output::made::{self, Made};
use capstake_output::memo::memo;

use super::arguments::{made_argument, memo_argument, out_argument};
use super::{opening, output, own_file, picture};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake report output/base                 results.xlsx and report.html again
  capstake report output/base --open          and open it
  capstake report output/base --formats xlsx  the workbook alone
  capstake report output/base --picture answer.svg  a figure of the page alone
  capstake report output/base --memo memo.md  two pages of Markdown for Word, Google Docs or pandoc
  capstake report /data/base -o mine          into a folder of your own

Reads the tables (CSV) and the manifest of the folder, of a study its answer.json,
each compared with its digest, and simulates nothing. Equal tables give equal
files, to the byte.";

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct ReportArguments {
    /// The results folder of a finished run or study
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What to make, with commas between [default: all that are built in]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = made_argument)]
    pub formats: Option<Vec<Format>>,
    /// Write into this folder and leave DIR as it is: for results that you may read but not write
    #[arg(short, long, value_name = "OTHER", value_parser = out_argument)]
    pub out: Option<PathBuf>,
    /// Write one figure of the page as SVG; the stem of FILE names it, as in answer.svg (repeatable)
    #[arg(long, value_name = "FILE")]
    pub picture: Vec<PathBuf>,
    /// Write a memo of at most two pages as Markdown: question, answer, deals, assumptions, how to reproduce
    #[arg(long, value_name = "FILE.md", value_parser = memo_argument)]
    pub memo: Option<PathBuf>,
    /// Open what was made, in the program that the system has for it
    #[arg(long)]
    pub open: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Makes the files and lists them in the manifest of their folder.
pub fn report(arguments: &ReportArguments) -> Result<Exit, Failure> {
    let (mut manifest, found) = results::any(&arguments.folder)?;
    let facts = manifest.facts();
    let made = match &found {
        Contents::Run(results) => Made::Run(results),
        Contents::Study(answer) => Made::Study(&facts, answer),
    };
    // `--picture` and `--memo` alone make no other file.
    let is_whole = arguments.picture.is_empty() && arguments.memo.is_none();
    let all = if is_whole { made::BUILT_IN.to_vec() } else { Vec::new() };
    let formats = arguments.formats.clone().unwrap_or(all);
    if !arguments.picture.is_empty() {
        picture::write(&made.page(), &arguments.picture)?;
    }
    if let Some(file) = &arguments.memo {
        write_memo(&found, &arguments.folder, &manifest.command.name, file)?;
    }
    let mut folder = match &arguments.out {
        Some(out) => {
            manifest = manifest.of_report();
            Folder::open(out, &manifest, Replace::SameRun)?
        }
        None => Folder::add_to(&arguments.folder, &manifest)?,
    };
    let outcome = made::write(&mut folder, made, &formats);
    outcome.warnings.iter().for_each(|warning| output::status_line(warning));
    manifest.outputs.add(&formats);
    manifest.files = folder.files().to_vec();
    folder.put_manifest(&manifest)?;
    let made = formats
        .iter()
        .filter_map(|format| format.file())
        .filter(|name| folder.files().iter().any(|part| part.name == *name))
        .map(|name| folder.path().join(name))
        .chain(arguments.picture.iter().chain(&arguments.memo).cloned());
    if !arguments.quiet {
        let lines: String = made.map(|path| format!("{}\n", path.display())).collect();
        output::results(&lines)?;
    }
    if let Some(failure) = outcome.failure {
        return Err(failure);
    }
    if arguments.open {
        opening::open(folder.path(), &formats);
    }
    Ok(Exit::Done)
}

/// Writes the memo of a run.
fn write_memo(found: &Contents, folder: &Path, command: &str, file: &Path) -> Result<(), Failure> {
    match found {
        Contents::Run(results) => own_file::put(file, memo(results).as_bytes()),
        Contents::Study(_) => {
            let message =
                format!("`{}` holds the answer of `{command}`; a memo is made of a run", folder.display());
            Err(Failure::told(Exit::Usage, message).help("name a folder that `capstake run` made"))
        }
    }
}
