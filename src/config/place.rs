//! Source positions: byte ranges of a scenario's files or of a `--set` flag, and the texts they refer to.

/// The text that a place refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Origin {
    /// The scenario file.
    #[default]
    File,
    /// A file that the scenario extends, by its distance from it (from 0).
    Base(usize),
    /// A `--set` flag, by its position on the command line (from 0).
    Flag(usize),
}

impl Origin {
    /// Whether what is written here changes what is written in `other`: a file that it extends, or, for a flag, any file.
    pub fn changes(self, other: Origin) -> bool {
        let distance = |origin: Origin| match origin {
            Origin::Flag(_) => 0,
            Origin::File => 1,
            Origin::Base(distance) => distance + 2,
        };
        distance(self) < distance(other)
    }
}

/// A byte range `start..end` of a file or of a flag. Places are ordered: the scenario's file, the files that it
/// extends, flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The text it refers to.
    pub origin: Origin,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Place {
    /// The whole file, for problems about something missing.
    pub const FILE: Place = Place { origin: Origin::File, start: 0, end: 0 };

    /// The bytes `span` of `origin`.
    pub fn new(origin: Origin, span: std::ops::Range<usize>) -> Self {
        Place { origin, start: span.start, end: span.end }
    }

    /// A whole file, for problems about something missing.
    pub fn of_file(origin: Origin) -> Self {
        Place { origin, start: 0, end: 0 }
    }

    /// Whether it is a whole file.
    pub fn is_file(self) -> bool {
        self.end == 0 && !matches!(self.origin, Origin::Flag(_))
    }

    /// The byte range within its text.
    pub fn span(self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

/// A value with the place where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value as written.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

/// Prefix of a flag's text, so that error screens show the flag as it was typed.
pub(crate) const FLAG_PREFIX: &str = "--set ";

/// The texts that places refer to: the scenario's files and the `--set` flags.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Names and texts: the scenario's own file, then those that it extends.
    files: Vec<(String, String)>,
    /// Of a workbook, which has no text: its cells, by the numbers that places in it have. Empty otherwise.
    cells: Vec<String>,
    flags: Vec<String>,
}

/// A place as shown to people: name, line and column, or name and cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file's name, or `command line`.
    pub name: String,
    /// Line from 1.
    pub line: usize,
    /// Column in characters from 1.
    pub column: usize,
    /// The cell, in a workbook: `Inputs!F12`.
    pub cell: Option<String>,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.cell {
            Some(cell) => write!(f, "{}:{cell}", self.name),
            None => write!(f, "{}:{}:{}", self.name, self.line, self.column),
        }
    }
}

impl Sources {
    /// Makes the sources from the file's name and text and from the flags, each as `KEY=VALUE`.
    pub fn new(file_name: &str, text: &str, flags: &[String]) -> Self {
        Sources::of_files(vec![(file_name.to_owned(), text.to_owned())], flags)
    }

    /// The same for a scenario that extends others: names and texts of all files, its own first.
    pub fn of_files(files: Vec<(String, String)>, flags: &[String]) -> Self {
        Sources {
            files,
            cells: Vec::new(),
            flags: flags.iter().map(|flag| format!("{FLAG_PREFIX}{flag}")).collect(),
        }
    }

    /// The same for a workbook: the places of [`Origin::File`] are numbers of cells.
    pub fn of_cells(file_name: &str, cells: Vec<String>, flags: &[String]) -> Self {
        Sources { cells, ..Sources::new(file_name, "", flags) }
    }

    /// The cell at `place`, in a workbook.
    pub fn cell(&self, place: Place) -> Option<&str> {
        let is_in_it = place.origin == Origin::File && !place.is_file();
        self.cells.get(place.start).filter(|_| is_in_it).map(String::as_str)
    }

    /// The name shown for `origin`: the file's name, or `command line`.
    pub fn name(&self, origin: Origin) -> &str {
        match origin {
            Origin::File => self.file(0).0,
            Origin::Base(distance) => self.file(distance + 1).0,
            Origin::Flag(_) => "command line",
        }
    }

    /// Name and text of a file; empty for one that does not exist.
    fn file(&self, index: usize) -> (&str, &str) {
        self.files.get(index).map_or(("", ""), |(name, text)| (name, text))
    }

    /// The whole text of `origin` (a flag as `--set KEY=VALUE`); empty for a flag that does not exist.
    pub fn text(&self, origin: Origin) -> &str {
        match origin {
            Origin::File => self.file(0).1,
            Origin::Base(distance) => self.file(distance + 1).1,
            Origin::Flag(index) => self.flags.get(index).map_or("", String::as_str),
        }
    }

    /// The text at `place`, cut at character boundaries.
    pub fn excerpt(&self, place: Place) -> &str {
        let text = self.text(place.origin);
        let start = floor_char(text, place.start);
        let end = floor_char(text, place.end.max(start));
        &text[start..end]
    }

    /// The name, line and column where `place` starts.
    pub fn locate(&self, place: Place) -> Location {
        let text = self.text(place.origin);
        let before = &text[..floor_char(text, place.start)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Location {
            name: self.name(place.origin).to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            cell: self.cell(place).map(str::to_owned),
        }
    }
}

/// The last character boundary of `text` at or before byte `at`.
fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_flags_have_their_own_text() {
        let sources = Sources::new("a.toml", "x = 1\né = 22\n", &["deal.x=3".to_owned()]);
        let place = Place::new(Origin::File, 11..13);
        assert_eq!(sources.locate(place).to_string(), "a.toml:2:5");
        assert_eq!(sources.excerpt(place), "22");
        assert_eq!(sources.locate(Place::new(Origin::Flag(0), 11..12)).to_string(), "command line:1:12");
        assert_eq!(sources.locate(Place::new(Origin::File, 999..1000)).line, 3);
    }

    #[test]
    fn places_in_a_workbook_are_its_cells() {
        let cells = vec!["Inputs!E5".to_owned(), "Inputs!F12".to_owned()];
        let sources = Sources::of_cells("a.xlsx", cells, &["x=1".to_owned()]);
        let at = |place| sources.locate(place).to_string();
        assert_eq!(at(Place::new(Origin::File, 1..2)), "a.xlsx:Inputs!F12");
        assert_eq!(at(Place::new(Origin::Flag(0), 6..7)), "command line:1:7");
        assert_eq!(sources.cell(Place::FILE), None);
    }

    #[test]
    fn places_of_an_extended_file_point_into_it() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let sources = Sources::of_files(vec![file("a.toml", "x = 1"), file("b.toml", "y = 2\nz = 3")], &[]);
        let place = Place::new(Origin::Base(0), 6..7);
        assert_eq!((sources.locate(place).to_string().as_str(), sources.excerpt(place)), ("b.toml:2:1", "z"));
        assert_eq!(sources.text(Origin::Base(1)), "");
        assert!(Place::of_file(Origin::Base(0)).is_file() && !place.is_file());
    }
}
