//! Where a thing was written: a stretch of the scenario file or of a `--set` flag, and the texts to find it in.

/// The text a place lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Origin {
    /// The scenario file.
    #[default]
    File,
    /// A `--set` flag, by its position on the command line from 0.
    Flag(usize),
}

/// A stretch of bytes, `start..end`, of the file or of a flag. Its order is that of reading: file first, then flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// File or flag.
    pub origin: Origin,
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Place {
    /// The file as a whole, for problems about what is not there.
    pub const FILE: Place = Place { origin: Origin::File, start: 0, end: 0 };

    /// Bytes `span` of `origin`.
    pub fn new(origin: Origin, span: std::ops::Range<usize>) -> Self {
        Place { origin, start: span.start, end: span.end }
    }

    /// The bytes of this place in its text.
    pub fn span(self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value as written.
    pub value: T,
    /// Where.
    pub place: Place,
}

/// What stands before the key in the text of a flag, so that a person sees the flag as it was typed.
pub(crate) const FLAG_PREFIX: &str = "--set ";

/// The texts that places point into: the scenario file and the `--set` flags.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    file_name: String,
    text: String,
    flags: Vec<String>,
}

/// A place as a person finds it.
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
    /// A file's name and text and the flags given with it, each as `KEY=VALUE`.
    pub fn new(file_name: &str, text: &str, flags: &[String]) -> Self {
        let flags = flags.iter().map(|flag| format!("{FLAG_PREFIX}{flag}")).collect();
        Sources { file_name: file_name.to_owned(), text: text.to_owned(), flags }
    }

    /// The name of the file as it was given.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The name that `origin` goes by: that of the file, or `command line`.
    pub fn name(&self, origin: Origin) -> &str {
        match origin {
            Origin::File => &self.file_name,
            Origin::Flag(_) => "command line",
        }
    }

    /// The whole text that `origin` names, of a flag `--set KEY=VALUE`; empty for a flag that does not exist.
    pub fn text(&self, origin: Origin) -> &str {
        match origin {
            Origin::File => &self.text,
            Origin::Flag(index) => self.flags.get(index).map_or("", String::as_str),
        }
    }

    /// What stands at `place`, cut to whole characters.
    pub fn excerpt(&self, place: Place) -> &str {
        let text = self.text(place.origin);
        let start = floor_char(text, place.start);
        let end = floor_char(text, place.end.max(start));
        &text[start..end]
    }

    /// Name, line and column of the first character of `place`.
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
