//! A table of the scenario during validation, and the problems that its keys can have.

use crate::config::section::Section;
use crate::config::spec::{KeySpec, Presence, SectionSpec};
use crate::config::{Code, Date, Located, Place, Problem, Unit};

use super::day_count::{days_360, days_360_after};

/// A table of the scenario: its path, its place and the specification of its keys.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) path: String,
    pub(super) place: Place,
    spec: &'static SectionSpec,
}

impl Table {
    /// Makes the table of section `N` at `path`.
    pub(super) fn new<N: Section>(path: impl Into<String>, place: Place) -> Table {
        Table { path: path.into(), place, spec: N::SPEC }
    }

    /// The full path of a key.
    pub(super) fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// Its path, as shown in messages.
    pub(super) fn header(&self) -> String {
        format!("`{}`", self.path)
    }

    /// The unit of a number.
    pub(super) fn unit(&self, key: &str) -> Unit {
        self.spec.find(key).and_then(|row| row.unit).unwrap_or(Unit::Years)
    }

    fn doc(&self, key: &str) -> String {
        self.spec.find(key).map_or(String::new(), KeySpec::meaning)
    }

    /// What applies without the key.
    pub(super) fn presence(&self, key: &str) -> Option<Presence> {
        self.spec.find(key).map(|row| row.presence)
    }

    /// The problem that a required key is missing.
    pub(super) fn missing(&self, key: &str) -> Problem {
        let condition = match self.presence(key) {
            Some(Presence::RequiredIf(condition)) => format!(" ({condition})"),
            _ => String::new(),
        };
        let message = format!("{} needs `{key}`{condition}", self.header());
        Problem::error(Code::KeyMissing, self.place, message)
            .found("no such key")
            .help(format!("add `{key}`: {}", self.doc(key)))
    }

    /// The problem that two keys exclude each other.
    pub(super) fn exclusive(&self, first: (&str, Place), second: (&str, Place)) -> Problem {
        let message = format!("{} has both `{}` and `{}`", self.header(), first.0, second.0);
        Problem::error(Code::KeysExclusive, second.1, message)
            .also(first.1, format!("`{}`", first.0))
            .help(format!("keep one: `{}` or `{}`", first.0, second.0))
    }

    /// The problem that one of two keys is required.
    pub(super) fn neither(&self, first: &str, second: &str) -> Problem {
        let message = format!("{} needs `{first}` or `{second}`", self.header());
        Problem::error(Code::KeyNeither, self.place, message).found("neither").help(format!(
            "`{first}`: {} `{second}`: {}",
            self.doc(first),
            self.doc(second)
        ))
    }

    /// Checks that some time passes from `from` to the end of `to`.
    pub(super) fn span(
        &self,
        from: (&str, &Located<Date>),
        to: (&str, &Located<Date>),
    ) -> Result<(), Box<Problem>> {
        if days_360_after(to.1.value) > days_360(from.1.value) && to.1.value >= from.1.value {
            return Ok(());
        }
        // A window that begins on the 30th of a month with 31 days ends on the 31st at the earliest.
        let start = from.1.value;
        let earliest = if days_360_after(start) > days_360(start) {
            start
        } else {
            Date::month_end(start.year(), start.month()).unwrap_or(start)
        };
        let (message, help) = if to.1.value < start {
            (
                format!("{}: `{}` is before `{}`", self.header(), to.0, from.0),
                format!("exchange the two dates, or write `{} = {earliest}` or later", to.0),
            )
        } else {
            (
                format!(
                    "{}: no time passes from `{}` to `{}`: in years of 360 days the 30th and the 31st are one day",
                    self.header(),
                    from.0,
                    to.0
                ),
                format!("write `{} = {earliest}` or later", to.0),
            )
        };
        Err(Box::new(
            Problem::error(Code::EndBeforeStart, to.1.place, message)
                .found(to.1.value.to_string())
                .also(from.1.place, format!("`{}` is {start}", from.0))
                .allowed(format!("{earliest} or later"))
                .help(help),
        ))
    }
}

/// The path of a list entry.
pub(super) fn entry_path(list: &str, name: &str) -> String {
    format!("{list}.{name}")
}
