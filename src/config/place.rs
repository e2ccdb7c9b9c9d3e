//! Source positions: byte ranges of the scenario file or of a `--set` flag, and the texts they refer to.

/// The text that a place refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Origin {
    /// The scenario file.
    #[default]
    File,
    /// A `--set` flag, by its position on the command line (from 0).
    Flag(usize),
}

/// A byte range `start..end` of the file or of a flag. Places are ordered as they are read: file first, then
/// flags.
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

/// The texts that places refer to: the scenario file and the `--set` flags.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    file_name: String,
    text: String,
    flags: Vec<String>,
}

/// A place as shown to people: name, line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file's name, or `command line`.
    pub name: String,
    /// Line from 1.
    pub line: usize,
    /// Column in characters from 1.
    pub column: usize,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.name, self.line, self.column)
    }
}

impl Sources {
    /// Makes the sources from the file's name and text and from the flags, each as `KEY=VALUE`.
    pub fn new(file_name: &str, text: &str, flags: &[String]) -> Self {
        let flags = flags.iter().map(|flag| format!("{FLAG_PREFIX}{flag}")).collect();
        Sources { file_name: file_name.to_owned(), text: text.to_owned(), flags }
    }

    /// The file's name as given.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The name shown for `origin`: the file's name, or `command line`.
    pub fn name(&self, origin: Origin) -> &str {
        match origin {
            Origin::File => &self.file_name,
            Origin::Flag(_) => "command line",
        }
    }

    /// The whole text of `origin` (a flag as `--set KEY=VALUE`); empty for a flag that does not exist.
    pub fn text(&self, origin: Origin) -> &str {
        match origin {
            Origin::File => &self.text,
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
}
