//! What must hold for a workbook of any bytes: no panic, and what is accepted is a scenario that reads back the same. Shared by the
//! fuzz target and by the test that gives every kept input to it again.

use capstake::config::{self, resolved};
use capstake::job::screen;
use capstake_output::inputs;
use std::io::{Cursor, Read, Write};

/// A sound workbook of the minimal scenario, with its two sheets alone.
const SOUND: &[u8] = include_bytes!("minimal.xlsx");
/// The part with its cells.
const SHEET: &str = "xl/worksheets/sheet1.xml";

/// The bytes of a workbook or, after an `x`, lines that change cells of one that is sound.
pub fn workbook(bytes: &[u8]) -> bool {
    let read = match bytes.split_first() {
        Some((b'x', lines)) => inputs::scenario("fuzz.xlsx", &changed(&String::from_utf8_lossy(lines))),
        _ => inputs::scenario("fuzz.xlsx", bytes),
    };
    let Ok(scenario) = read else { return false };
    let (sources, config, problems) = config::read_cells(&scenario.cells, &[]);
    assert!(!screen::problems(&sources, &problems, false).contains('\0'));
    let Some(config) = config.filter(|_| !problems.has_errors()) else { return false };
    let text = resolved::to_toml(&config);
    let (_, again) = config::parse("again.toml", &text, &[]);
    let again = again.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    assert_eq!(resolved::to_toml(&again), text);
    if let Some(written) = scenario.written.as_ref().and_then(|written| inputs::written::text(written, &text))
    {
        let (_, written) = config::parse("written.toml", &written, &[]);
        assert_eq!(resolved::to_toml(&written.expect("it is a scenario")), text);
    }
    true
}

/// The sound workbook after changes, one a line: `E24 0.5` a number, `E24 "text`, `E24 #REF!` an error, `E24 =1+2` a formula without
/// and `E24 =1+2=3` with a result, `E24` nothing; `<…` is put behind the cells as it is.
fn changed(lines: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(SOUND)).expect("an archive");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("its bytes");
        if name == SHEET {
            let mut sheet = String::from_utf8(bytes).expect("text");
            lines.lines().take(40).for_each(|line| change(&mut sheet, line));
            bytes = sheet.into_bytes();
        }
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        writer.write_all(&bytes).expect("its bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

fn change(sheet: &mut String, line: &str) {
    if line.starts_with('<') {
        *sheet = sheet.replacen("</sheetData>", &format!("</sheetData>{line}"), 1);
        return;
    }
    let (cell, content) = line.split_once(' ').unwrap_or((line, ""));
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let Some(start) = sheet.find(&format!("<c r=\"{cell}\"")) else { return };
    let Some(tag) = sheet[start..].find('>') else { return };
    let end = match &sheet[start + tag - 1..start + tag] {
        "/" => start + tag + 1,
        _ => start + sheet[start..].find("</c>").map_or(tag + 1, |end| end + 4),
    };
    let new = match content.as_bytes().first() {
        None => format!("<c r=\"{cell}\"/>"),
        Some(b'"') => {
            format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(&content[1..]))
        }
        Some(b'#') => format!("<c r=\"{cell}\" t=\"e\"><v>{}</v></c>", escaped(content)),
        Some(b'=') => match content[1..].split_once('=') {
            Some((formula, result)) => {
                format!("<c r=\"{cell}\"><f>{}</f><v>{}</v></c>", escaped(formula), escaped(result))
            }
            None => format!("<c r=\"{cell}\"><f>{}</f></c>", escaped(&content[1..])),
        },
        Some(_) => format!("<c r=\"{cell}\"><v>{}</v></c>", escaped(content)),
    };
    sheet.replace_range(start..end, &new);
}
