//! Reads the bytes of a scenario file and the `--set` flags given with it.

use super::code::Code;
use super::copies::{self, DealCopy};
use super::format::FORMAT;
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

/// Message and help for a file of so many bytes, if they are more than [`MAX_BYTES`].
pub fn too_large(bytes: u64) -> (String, &'static str) {
    let message = format!("the file has {bytes} bytes; a scenario has at most {MAX_BYTES}");
    (message, "is this the file you meant? A long series belongs in the CSV file of an `empirical` input")
}

/// Reads the bytes of a scenario file together with its `--set` flags; see [`parse`].
pub fn parse_bytes(
    file_name: &str,
    bytes: &[u8],
    overrides: &[String],
) -> (Sources, Result<Config, Problems>) {
    strictly(read_bytes(file_name, bytes, overrides))
}

/// Like [`parse_bytes`], but also returns what could be read despite problems, so that validation can report
/// more.
pub fn read_bytes(
    file_name: &str,
    bytes: &[u8],
    overrides: &[String],
) -> (Sources, Option<Config>, Problems) {
    read_copies(file_name, bytes, overrides, &[])
}

/// Like [`read_bytes`], then copies deals and applies the flags of each copy.
pub fn read_copies(
    file_name: &str,
    bytes: &[u8],
    overrides: &[String],
    copies: &[DealCopy],
) -> (Sources, Option<Config>, Problems) {
    let refuse = |code, message: String, help: &str| {
        let problem = Problem::error(code, Place::FILE, message).help(help);
        (Sources::new(file_name, "", overrides), None, Problems::from(problem))
    };
    if bytes.len() > MAX_BYTES {
        let (message, help) = too_large(bytes.len() as u64);
        return refuse(Code::FileTooLarge, message, help);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => read(file_name, text, overrides, copies),
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

/// Reads a scenario and applies the `--set` flags, each `KEY=VALUE`. Returns the config or all problems of
/// spelling and type, and the texts needed to show them.
pub fn parse(file_name: &str, text: &str, overrides: &[String]) -> (Sources, Result<Config, Problems>) {
    strictly(read(file_name, text, overrides, &[]))
}

fn strictly(
    (sources, config, problems): (Sources, Option<Config>, Problems),
) -> (Sources, Result<Config, Problems>) {
    match config {
        Some(config) if problems.is_empty() => (sources, Ok(config)),
        _ => (sources, Err(problems)),
    }
}

fn read(
    file_name: &str,
    text: &str,
    overrides: &[String],
    copies: &[DealCopy],
) -> (Sources, Option<Config>, Problems) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let all: Vec<String> =
        overrides.iter().chain(copies.iter().flat_map(|copy| &copy.flags)).cloned().collect();
    let sources = Sources::new(file_name, text, &all);
    let mut reader = Reader::new(FORMAT);
    let (own, of_copies): (Vec<_>, Vec<_>) = overrides::read(&all, &mut reader.problems)
        .into_iter()
        .partition(|flag| flag.position() < overrides.len());
    let mut root = match document(text) {
        Ok(root) => root,
        Err(problem) => {
            reader.problems.push(*problem);
            return (sources, None, reader.problems);
        }
    };
    for flag in own {
        flag.apply(&mut root, &mut reader.problems);
    }
    for copy in copies {
        copies::make(&mut root, copy);
    }
    for flag in of_copies {
        flag.apply(&mut root, &mut reader.problems);
    }
    let config: Config = read_entries("", Place::FILE, root.entries().unwrap_or(&[]), &mut reader);
    (sources, Some(config), reader.problems)
}

/// Parses the file's text; it is a problem if the text is not TOML or has no keys.
fn document(text: &str) -> Result<Node, Box<Problem>> {
    let root = tree::document(text, Origin::File)
        .map_err(|(message, span)| Box::new(syntax::file_problem(text, &message, span)))?;
    if root.entries().is_some_and(<[_]>::is_empty) {
        return Err(Box::new(
            Problem::error(Code::FileEmpty, Place::FILE, "the file has no keys")
                .help("`capstake init` writes a scenario to start from"),
        ));
    }
    Ok(root)
}
