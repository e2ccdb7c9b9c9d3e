//! Changes cells of a workbook in the text of its parts, as no spreadsheet program would have to be there for.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use super::Place;

/// The parts of a workbook that is changed.
pub(crate) struct Edited {
    parts: BTreeMap<String, Vec<u8>>,
    order: Vec<String>,
    /// The part of the sheet *Inputs*.
    sheet: String,
}

impl Edited {
    /// Takes a workbook apart.
    pub(crate) fn of(place: &Place, file: &str) -> Edited {
        let bytes = std::fs::read(place.at(file)).expect("a workbook");
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        let (mut parts, mut order) = (BTreeMap::new(), Vec::new());
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).expect("a part");
            let name = part.name().expect("a name").into_owned();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("its bytes");
            order.push(name.clone());
            parts.insert(name, bytes);
        }
        let mut edited = Edited { parts, order, sheet: String::new() };
        let book = edited.text("xl/workbook.xml");
        let own = book.split("<sheet ").find(|tag| tag.contains("name=\"Inputs\"")).expect("the sheet");
        let id = own.split("r:id=\"rId").nth(1).and_then(|rest| rest.split('"').next()).expect("its number");
        edited.sheet = format!("xl/worksheets/sheet{id}.xml");
        edited
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.parts[name].clone()).expect("a part is text")
    }

    /// The row of a key on the sheet *Inputs*, from 1.
    pub(crate) fn row(&self, key: &str) -> u32 {
        let strings = self.text("xl/sharedStrings.xml");
        let index = strings
            .split("<si>")
            .skip(1)
            .position(|text| text.contains(&format!(">{key}<")))
            .expect("the text");
        let sheet = self.text(&self.sheet);
        let mut cells = sheet.split("<c r=\"A").skip(1);
        let cell = cells.find(|cell| {
            cell.split("</c>").next().is_some_and(|cell| cell.ends_with(&format!("t=\"s\"><v>{index}</v>")))
        });
        cell.and_then(|cell| cell.split('"').next()).and_then(|row| row.parse().ok()).expect("the key's row")
    }

    /// Replaces a part's text.
    pub(crate) fn replace(&mut self, part: &str, from: &str, to: &str) -> &mut Edited {
        let text = self.text(part);
        assert!(text.contains(from), "{part} has `{from}`");
        self.parts.insert(part.to_owned(), text.replacen(from, to, 1).into_bytes());
        self
    }

    /// Changes the text of the sheet *Inputs*.
    pub(crate) fn in_sheet(&mut self, from: &str, to: &str) -> &mut Edited {
        let sheet = self.sheet.clone();
        self.replace(&sheet, from, to)
    }

    /// Puts `content`, such as `<v>0.2</v>`, into the cell of a key in a column (its letter), with more attributes such as ` t="str"`.
    pub(crate) fn put(&mut self, key: &str, column: char, attributes: &str, content: &str) -> &mut Edited {
        let name = format!("{column}{}", self.row(key));
        let sheet = self.text(&self.sheet);
        let start = sheet.find(&format!("<c r=\"{name}\"")).unwrap_or_else(|| panic!("the cell {name}"));
        let tag = &sheet[start..start + sheet[start..].find('>').expect("a tag") + 1];
        let end = match tag.ends_with("/>") {
            true => start + tag.len(),
            false => start + sheet[start..].find("</c>").expect("its end") + "</c>".len(),
        };
        let style = tag.split("s=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0");
        let cell = format!("<c r=\"{name}\" s=\"{style}\"{attributes}>{content}</c>");
        let text = format!("{}{cell}{}", &sheet[..start], &sheet[end..]);
        self.parts.insert(self.sheet.clone(), text.into_bytes());
        self
    }

    /// Types a number into the cell of a key's value.
    pub(crate) fn number(&mut self, key: &str, number: f64) -> &mut Edited {
        self.put(key, 'E', "", &format!("<v>{number}</v>"))
    }

    /// Types a text into a cell.
    pub(crate) fn words(&mut self, key: &str, column: char, text: &str) -> &mut Edited {
        self.put(key, column, " t=\"inlineStr\"", &format!("<is><t>{text}</t></is>"))
    }

    /// Puts the workbook together again.
    pub(crate) fn save(&self, place: &Place, file: &str) {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in &self.order {
            writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a part");
            writer.write_all(&self.parts[name]).expect("its bytes");
        }
        place.write(file, writer.finish().expect("an archive").into_inner());
    }
}
