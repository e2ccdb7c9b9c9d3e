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
    if path != Path::new(STANDARD_INPUT) && is_archive(path) {
        workbook(path)
    } else {
        ScenarioFile::read(path)
    }
}

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

/// Whether a file begins as a workbook does.
fn is_archive(path: &Path) -> bool {
    // Opening a pipe would wait for its writer.
    if !std::fs::metadata(path).is_ok_and(|about| about.is_file()) {
        return false;
    }
    let mut head = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(ARCHIVE.len() as u64).read_to_end(&mut head));
    read.is_ok() && head == ARCHIVE
}

#[cfg(feature = "xlsx")]
fn workbook(path: &Path) -> Result<ScenarioFile, Failure> {
    use capstake::job::file::read_regular;
    let name = path.display().to_string();
    let bytes =
        read_regular(path, crate::inputs::MAX_BYTES).map_err(|error| refused(&name, &error.to_string()))?;
    of_workbook(path, &bytes)
}

#[cfg(feature = "xlsx")]
fn of_workbook(path: &Path, bytes: &[u8]) -> Result<ScenarioFile, Failure> {
    let name = path.display().to_string();
    let scenario = crate::inputs::scenario(&name, bytes).map_err(|why| refused(&name, &why))?;
    Ok(ScenarioFile::of_workbook(path, scenario))
}

#[cfg(not(feature = "xlsx"))]
fn workbook(path: &Path) -> Result<ScenarioFile, Failure> {
    of_workbook(path, &[])
}

#[cfg(not(feature = "xlsx"))]
fn of_workbook(path: &Path, _: &[u8]) -> Result<ScenarioFile, Failure> {
    Err(refused(&path.display().to_string(), "this build reads no workbooks (cargo feature `xlsx`)"))
}

fn refused(name: &str, why: &str) -> Failure {
    use capstake::config::{Code, Place, Problem};
    let problem = Problem::error(Code::WorkbookUnreadable, Place::FILE, format!("`{name}` is no scenario: {why}"))
        .help("a workbook is one if `capstake run` wrote it: results.xlsx, or that file saved again as .xlsx or .ods");
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
        assert!(is_archive(&file("a.toml", b"PK\x03\x04...")));
        assert!(!is_archive(&file("a.xlsx", b"name = 1")) && !is_archive(&file("b.xlsx", b"")));
        assert!(!is_archive(folder.path()) && !is_archive(&folder.path().join("none")));
        let refused = read(&file("c.xlsx", b"PK\x03\x04...")).err().expect("it is refused");
        assert_eq!(refused.exit().code(), 3);
        assert!(refused.to_string().contains("S007"), "{refused}");
    }
}
