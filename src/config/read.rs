//! Reads the bytes of a scenario's files and the `--set` flags given with them.

use super::code::Code;
use super::extend::{self, check_directives, extend};
use super::format::FORMAT;
use super::like;
use super::moved_date;
use super::overrides;
use super::place::{Origin, Place, Sources};
use super::problem::{Problem, Problems};
use super::reader::Reader;
use super::scenario::Config;
use super::section::read_entries;
use super::syntax;
use super::tree::{self, Node};

/// Larger files are refused, bytes: they cannot be scenarios.
pub const MAX_BYTES: usize = 1 << 20;

/// How the bytes of a workbook begin, as those of every zip archive do.
pub const ARCHIVE: &[u8] = b"PK\x03\x04";

/// Message and help for a file of so many bytes, if they are more than [`MAX_BYTES`].
pub fn too_large(bytes: u64) -> (String, &'static str) {
    let message = format!("the file has {bytes} bytes; a scenario has at most {MAX_BYTES}");
    (message, "is this the file you meant? A long series belongs in the CSV file of an `empirical` input")
}

/// A file of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioBytes {
    /// Its name, as messages show it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A scenario whose values stand in the cells of a workbook.
#[derive(Clone, Debug)]
pub struct ScenarioCells {
    /// The workbook's name, as messages show it.
    pub name: String,
    /// The scenario; the places in it are numbers of `cells`.
    pub root: Node,
    /// The cells: `Inputs!F12`.
    pub cells: Vec<String>,
    /// What was found when the cells were read.
    pub problems: Problems,
}

/// The file that a scenario extends, as written, and where; `None` if it extends none or is not TOML.
pub fn extended_by(bytes: &[u8], origin: Origin) -> Option<(String, Place)> {
    let root = tree::document(text_of(bytes, origin).ok()?, origin).ok()?;
    extend::extends(&root).map(|(file, place)| (file.to_owned(), place))
}

/// The names and texts of a scenario's files, for messages about them.
pub fn sources(files: &[ScenarioBytes], overrides: &[String]) -> Sources {
    let text = |file: &ScenarioBytes| text_of(&file.bytes, Origin::File).unwrap_or_default().to_owned();
    Sources::of_files(files.iter().map(|file| (file.name.clone(), text(file))).collect(), overrides)
}

/// Reads a scenario and applies the `--set` flags, each `KEY=VALUE`. Returns the config or all problems of
/// spelling and type, and the texts needed to show them.
pub fn parse(file_name: &str, text: &str, overrides: &[String]) -> (Sources, Result<Config, Problems>) {
    let (sources, config, problems) = read_bytes(file_name, text.as_bytes(), overrides);
    match config {
        Some(config) if !problems.has_errors() => (sources, Ok(config)),
        _ => (sources, Err(problems)),
    }
}

/// Like [`parse`] for bytes, but also returns what could be read despite problems, so that validation can report
/// more.
pub fn read_bytes(
    file_name: &str,
    bytes: &[u8],
    overrides: &[String],
) -> (Sources, Option<Config>, Problems) {
    let file = ScenarioBytes { name: file_name.to_owned(), bytes: bytes.to_vec() };
    read_files(&[file], overrides)
}

/// Like [`read_bytes`] for a scenario that extends others: its own file first, then the one that it extends, the one
/// that this extends, and so on.
pub fn read_files(files: &[ScenarioBytes], overrides: &[String]) -> (Sources, Option<Config>, Problems) {
    let sources = sources(files, overrides);
    let mut reader = Reader::new(FORMAT);
    let flags = overrides::read(overrides, &mut reader.problems);
    let mut trees = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let is_last = index + 1 == files.len();
        match document(&file.bytes, origin(index)) {
            Ok(root) => {
                check_directives(&root, &mut reader.problems);
                if let (true, Some((name, place))) = (is_last, extend::extends(&root)) {
                    reader.problems.push(unread(name, place));
                }
                trees.push(root);
            }
            Err(problem) => reader.problems.push(*problem),
        }
    }
    if trees.len() < files.len() {
        return (sources, None, reader.problems);
    }
    let mut root = trees.pop().expect("a scenario has a file");
    let mut dates = moved_date::Dates::default();
    dates.note(origin(trees.len()), &root);
    while let Some(over) = trees.pop() {
        root = extend(root, over, &mut reader.problems);
        dates.note(origin(trees.len()), &root);
    }
    let config = under_flags(root, flags, &dates, &mut reader);
    (sources, Some(config), reader.problems)
}

/// Like [`read_files`] for a scenario in a workbook.
pub fn read_cells(scenario: &ScenarioCells, overrides: &[String]) -> (Sources, Option<Config>, Problems) {
    let sources = Sources::of_cells(&scenario.name, scenario.cells.clone(), overrides);
    let mut reader = Reader::new(FORMAT);
    let flags = overrides::read(overrides, &mut reader.problems);
    reader.problems.extend(scenario.problems.clone());
    let mut dates = moved_date::Dates::default();
    dates.note(Origin::File, &scenario.root);
    let config = under_flags(scenario.root.clone(), flags, &dates, &mut reader);
    let mut problems = Problems::new();
    reader.problems.iter().cloned().map(in_words_of_cells).for_each(|problem| problems.push(problem));
    (sources, Some(config), problems)
}

/// Words about the text of a file, and what is said of cells in their place.
const WORDS_OF_CELLS: [(&str, &str); 4] = [
    (", or a table with `value` or `dist`", ""),
    (", without quotes", ""),
    (" without quotes", ""),
    (", a decimal point and no quotes", " and a decimal point"),
];

/// A problem of a cell without words about quotes and tables.
fn in_words_of_cells(mut problem: Problem) -> Problem {
    if problem.place().origin == Origin::File {
        for text in [&mut problem.message].into_iter().chain(&mut problem.help).chain(&mut problem.allowed) {
            for (words, of_cells) in WORDS_OF_CELLS {
                *text = text.replace(words, of_cells);
            }
        }
    }
    problem
}

/// The config of a tree that the flags change.
fn under_flags(
    mut root: Node,
    flags: Vec<overrides::Override>,
    dates: &moved_date::Dates,
    reader: &mut Reader,
) -> Config {
    let removed = overrides::removed_terms(&flags);
    overrides::apply(flags, &mut root, &mut reader.problems);
    dates.warn(&root, &mut reader.problems);
    like::fill_in(&mut root, &removed, &mut reader.problems);
    read_entries("", Place::FILE, root.entries().unwrap_or(&[]), reader)
}

/// The origin of the file at this distance from the scenario's own.
fn origin(index: usize) -> Origin {
    if index == 0 { Origin::File } else { Origin::Base(index - 1) }
}

/// The problem that a scenario extends a file of which there is nothing to read.
fn unread(name: &str, place: Place) -> Problem {
    Problem::error(
        Code::ExtendsFile,
        place,
        format!("`{name}` cannot be read: this scenario came without its files"),
    )
    .help("name the scenario's file, or write it out first: capstake scenario FILE")
}

/// The text of a file's bytes, without a byte order mark.
fn text_of(bytes: &[u8], origin: Origin) -> Result<&str, Box<Problem>> {
    let refuse = |code, message: String, help: &str| {
        Err(Box::new(Problem::error(code, Place::of_file(origin), message).help(help)))
    };
    if bytes.len() > MAX_BYTES {
        let (message, help) = too_large(bytes.len() as u64);
        return refuse(Code::FileTooLarge, message, help);
    }
    if bytes.starts_with(ARCHIVE) {
        let help = match origin {
            Origin::Base(_) => {
                "a workbook is no file to extend; write it out first: capstake scenario FILE -o my.toml"
            }
            _ => {
                "name the workbook as a file: `capstake run FILE`; or write it out first: capstake scenario FILE -o my.toml"
            }
        };
        return refuse(Code::FileNotText, "this is a workbook, or another compressed file".to_owned(), help);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Ok(_) => refuse(
            Code::FileNotText,
            "the file has bytes that no text has".to_owned(),
            "is this the file you meant? A scenario is TOML text in UTF-8",
        ),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
            refuse(
                Code::FileNotText,
                format!("the file is not UTF-8: byte {} in line {line}", error.valid_up_to()),
                "save it as UTF-8",
            )
        }
    }
}

/// Parses a file; it is a problem if it is not TOML or has no keys.
fn document(bytes: &[u8], origin: Origin) -> Result<Node, Box<Problem>> {
    let text = text_of(bytes, origin)?;
    let root = tree::document(text, origin)
        .map_err(|(message, span)| Box::new(syntax::file_problem(text, origin, &message, span)))?;
    if root.entries().is_some_and(<[_]>::is_empty) {
        return Err(Box::new(
            Problem::error(Code::FileEmpty, Place::of_file(origin), "the file has no keys")
                .help("`capstake init` writes a scenario to start from"),
        ));
    }
    Ok(root)
}
