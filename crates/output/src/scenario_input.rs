//! Reads a scenario that a person names: a TOML file with those that it extends, or a workbook that capstake wrote.

use capstake::config::{ARCHIVE, ScenarioBytes};
use capstake::job::error::Failure;
use capstake::job::scenario::ScenarioFile;
use capstake::job::scenario_files::STANDARD_INPUT;
use std::io::Read;
use std::path::Path;

/// Reads a scenario file (`-`: TOML on standard input).
///
/// # Errors
/// The file cannot be read, or is a workbook that capstake did not write.
pub fn read(path: &Path) -> Result<ScenarioFile, Failure> {
    match head(path) {
        _ if path == Path::new(STANDARD_INPUT) => ScenarioFile::read(path),
        head if head.starts_with(ARCHIVE) => workbook(path),
        head if head == COMPOUND_FILE => Err(refused(
            &path.display().to_string(),
            "it is a workbook with a password, or in the old format .xls",
            "open it in the spreadsheet and save it as .xlsx or .ods, without a password",
        )),
        head if head.starts_with(b"<?xml") => Err(refused(
            &path.display().to_string(),
            "it is XML: a workbook in one piece (.fods, .xml), or a page",
            "open it in the spreadsheet and save it as .xlsx or .ods",
        )),
        _ => ScenarioFile::read(path),
    }
}

/// How Microsoft's compound files begin: the old .xls, and an .xlsx with a password.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Puts a scenario together again from the parts that [`ScenarioFile::parts`] gave, with the CSV files that came along.
///
/// # Errors
/// They hold a workbook that capstake did not write.
pub fn of_parts(
    path: &Path,
    files: Vec<ScenarioBytes>,
    carried: Vec<ScenarioBytes>,
) -> Result<ScenarioFile, Failure> {
    let file = match files.as_slice() {
        [own] if own.bytes.starts_with(ARCHIVE) => of_workbook(path, &own.bytes)?,
        _ => ScenarioFile::from_parts(path, files),
    };
    Ok(file.carrying(carried))
}

/// The first bytes of a file, by which workbooks are known; none of what is no file or cannot be read.
fn head(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    // Opening a pipe would wait for its writer.
    if std::fs::metadata(path).is_ok_and(|about| about.is_file())
        && let Ok(file) = std::fs::File::open(path)
        && file.take(COMPOUND_FILE.len() as u64).read_to_end(&mut head).is_err()
    {
        head.clear();
    }
    head
}

#[cfg(feature = "xlsx")]
fn workbook(path: &Path) -> Result<ScenarioFile, Failure> {
    use capstake::job::file::read_regular;
    let name = path.display().to_string();
    let bytes = read_regular(path, crate::inputs::MAX_BYTES)
        .map_err(|error| refused(&name, &error.to_string(), "name a results.xlsx of capstake"))?;
    of_workbook(path, &bytes)
}

#[cfg(feature = "xlsx")]
fn of_workbook(path: &Path, bytes: &[u8]) -> Result<ScenarioFile, Failure> {
    let name = path.display().to_string();
    let scenario = crate::inputs::scenario(&name, bytes)
        .map_err(|refusal| refused(&name, &refusal.why, &refusal.help))?;
    Ok(ScenarioFile::of_workbook(path, scenario))
}

#[cfg(not(feature = "xlsx"))]
fn workbook(path: &Path) -> Result<ScenarioFile, Failure> {
    of_workbook(path, &[])
}

#[cfg(not(feature = "xlsx"))]
fn of_workbook(path: &Path, _: &[u8]) -> Result<ScenarioFile, Failure> {
    Err(refused(
        &path.display().to_string(),
        "this build reads no workbooks (cargo feature `xlsx`)",
        "build it with that feature, or name a TOML file",
    ))
}

fn refused(name: &str, why: &str, help: &str) -> Failure {
    use capstake::config::{Code, Place, Problem};
    let message = format!("`{name}` is no scenario: {why}");
    let problem = Problem::error(Code::WorkbookUnreadable, Place::FILE, message).help(help);
    Failure::of_file(capstake::job::error::Exit::Unreadable, name, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_first_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let is_archive = |path: &Path| head(path).starts_with(ARCHIVE);
        assert!(is_archive(&file("a.toml", b"PK\x03\x04...")));
        assert!(!is_archive(&file("a.xlsx", b"name = 1")) && !is_archive(&file("b.xlsx", b"")));
        assert!(!is_archive(folder.path()) && !is_archive(&folder.path().join("none")));
        let closed =
            read(&file("d.xlsx", &[COMPOUND_FILE, b"and more"].concat())).err().expect("it is refused");
        assert!(closed.to_string().contains("with a password"), "{closed}");
        let refused = read(&file("c.xlsx", b"PK\x03\x04...")).err().expect("it is refused");
        assert_eq!(refused.exit().code(), 3);
        assert!(refused.to_string().contains("S007"), "{refused}");
    }
}
