//! The hidden sheet of a workbook: from which scenario the sheet *Inputs* was made, so that what a person changed is known.

use super::cell::CellValue;
use super::refused::Refused;
use super::sheet_cells::SheetCells;
use capstake::job::scenario;
use capstake::report::results::Facts;
use std::path::PathBuf;

/// Name of the hidden sheet.
pub const HIDDEN: &str = "Inputs as written";
/// Version of the layout of both sheets.
pub const VERSION: u32 = 1;

/// What stands on the sheet *Inputs* before the digest of the scenario of which it was made, so that a sheet beside the hidden sheet
/// of another workbook is known.
const MARK: &str = "made from scenario ";

/// The text on the sheet *Inputs* that ties it to its hidden sheet.
pub fn mark(digest: &str) -> String {
    format!("{MARK}{digest}")
}

/// Whether a sheet *Inputs* is marked as made from another scenario than that of this digest.
pub fn is_of_another(sheet: &SheetCells, digest: &str) -> bool {
    (0..64).filter_map(|column| sheet.value(0, column).words().strip_prefix(MARK)).any(|own| own != digest)
}

/// Longest piece of a line in one cell, in characters.
const PIECE: usize = 8_000;

/// What the hidden sheet holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Version of the layout.
    pub version: u32,
    /// Name of the scenario.
    pub name: String,
    /// Its digest.
    pub digest: String,
    /// Its canonical text.
    pub resolved: String,
    /// The text of its file, if that was all of it.
    pub text: Option<String>,
    /// CSV files: as written, digest, where they stood.
    pub csv: Vec<(String, String, PathBuf)>,
}

/// The rows of the hidden sheet: a word and its text.
pub fn rows(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("about", "What the sheet Inputs held when capstake wrote it. Leave it as it is.".to_owned()),
        ("version", VERSION.to_string()),
        ("name", facts.scenario.clone()),
        ("digest", facts.digest.clone()),
    ];
    for (csv, digest, path) in &facts.empirical {
        rows.extend([("csv", quoted(csv)), ("csv-digest", digest.clone()), ("csv-path", quoted(path))]);
    }
    for (word, text) in [("resolved", Some(&facts.resolved)), ("written", facts.written.as_ref())] {
        for line in text.into_iter().flat_map(|text| text.split('\n')) {
            let letters: Vec<char> = line.chars().collect();
            let pieces = letters.chunks(PIECE).map(|piece| piece.iter().collect::<String>());
            let mut pieces: Vec<String> = pieces.collect();
            let last = pieces.pop().unwrap_or_default();
            rows.extend(pieces.into_iter().map(|piece| ("piece", quoted(&piece))));
            rows.push((word, quoted(&last)));
        }
    }
    rows
}

/// A line in quotes, in which no program loses a space.
fn quoted(line: &str) -> String {
    let json = serde_json::Value::from(line).to_string();
    json.replace("  ", " \\u0020").replace("\\u0020 ", "\\u0020\\u0020")
}

fn unquoted(text: &str) -> Option<String> {
    serde_json::from_str(text.trim()).ok()
}

/// Reads the hidden sheet.
///
/// # Errors
/// What is wrong with it.
pub fn read(sheet: &SheetCells) -> Result<Written, Refused> {
    let damaged =
        |row: u32| Refused::of_sheets(format!("row {} of its hidden sheet `{HIDDEN}` was changed", row + 1));
    let mut written = Written {
        version: 0,
        name: String::new(),
        digest: String::new(),
        resolved: String::new(),
        text: None,
        csv: Vec::new(),
    };
    let (mut piece, mut lines): (String, [Vec<String>; 2]) = (String::new(), [Vec::new(), Vec::new()]);
    for row in 0..sheet.rows() {
        let word = sheet.value(row, 0).words();
        let text = match sheet.value(row, 1) {
            CellValue::Number(number) => number.to_string(),
            cell => cell.words().to_owned(),
        };
        let line = || unquoted(&text).ok_or_else(|| damaged(row));
        match word {
            "version" => written.version = text.parse().map_err(|_| damaged(row))?,
            "name" => written.name = text,
            "digest" => written.digest = text,
            "csv" => written.csv.push((line()?, String::new(), PathBuf::new())),
            "csv-digest" => written.csv.last_mut().ok_or_else(|| damaged(row))?.1 = text,
            "csv-path" => written.csv.last_mut().ok_or_else(|| damaged(row))?.2 = line()?.into(),
            "piece" => piece.push_str(&line()?),
            "resolved" => lines[0].push(std::mem::take(&mut piece) + &line()?),
            "written" => lines[1].push(std::mem::take(&mut piece) + &line()?),
            _ => {}
        }
        if word == "version" && written.version > VERSION {
            return Err(Refused::new(
                format!(
                    "it was written by a later version of capstake: layout {}, this program reads {VERSION}",
                    written.version
                ),
                "update capstake, or make the workbook again with this version",
            ));
        }
    }
    if written.version == 0 || lines[0].is_empty() {
        return Err(Refused::of_sheets(format!(
            "its hidden sheet `{HIDDEN}` does not hold what capstake wrote"
        )));
    }
    written.resolved = lines[0].join("\n");
    written.text = (!lines[1].is_empty()).then(|| lines[1].join("\n"));
    let files: Vec<(String, String)> =
        written.csv.iter().map(|(csv, digest, _)| (csv.clone(), digest.clone())).collect();
    if scenario::digest(&written.resolved, &files) != written.digest {
        return Err(Refused::of_sheets(format!(
            "its hidden sheet `{HIDDEN}` was changed: the text in it does not have the digest that stands with it"
        )));
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_from_the_cells_letter_by_letter() {
        let long = "x".repeat(2 * PIECE + 3);
        let resolved = format!("a   = 1\n\n[b]\n\tc = \"é\"\n{long}\n");
        let facts = Facts {
            scenario: "s".into(),
            digest: scenario::digest(&resolved, &[("a  b.csv".into(), "f".into())]),
            resolved,
            written: Some("#     comment\r\n  x = 1    # two".into()),
            empirical: vec![("a  b.csv".into(), "f".into(), "/tmp/a  b.csv".into())],
            ..Facts::default()
        };
        let mut sheet = SheetCells::default();
        for (at, (word, text)) in (0..).zip(rows(&facts)) {
            assert!(!text.contains("  "), "a program may take one of two spaces away: {text}");
            sheet.put(at, 0, CellValue::text(word));
            // What a program may do to the text of a cell.
            sheet.put(at, 1, CellValue::text(text.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        let back = read(&sheet).expect("it is read");
        assert_eq!((back.resolved, back.text), (facts.resolved, facts.written));
        assert_eq!(back.csv, [("a  b.csv".into(), "f".into(), PathBuf::from("/tmp/a  b.csv"))]);
        // Another text than the one of which the digest is.
        let row = (0..sheet.rows()).find(|&row| sheet.value(row, 0).words() == "resolved").unwrap();
        sheet.put(row, 1, CellValue::text("\"a = 2\""));
        assert!(read(&sheet).unwrap_err().why.contains("does not have the digest"));
    }

    #[test]
    fn a_later_version_and_a_damaged_sheet_are_refused() {
        let mut sheet = SheetCells::default();
        assert!(read(&sheet).unwrap_err().why.contains("hidden sheet"));
        sheet.put(0, 0, CellValue::text("version"));
        sheet.put(0, 1, CellValue::Number(2.0));
        assert!(read(&sheet).unwrap_err().why.contains("later version"));
        sheet.put(0, 1, CellValue::Number(1.0));
        sheet.put(1, 0, CellValue::text("resolved"));
        sheet.put(1, 1, CellValue::text("no quotes"));
        assert!(read(&sheet).unwrap_err().why.contains("row 2"));
    }
}
