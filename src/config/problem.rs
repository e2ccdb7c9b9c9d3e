//! A problem of a scenario: code, places, what was found, what is allowed, what to do; and the list of all of them.

use super::code::Code;
use super::place::{Place, Sources};

/// Whether a problem stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario runs; it may not say what its author meant.
    Warning,
}

/// A place and what is to be said there.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What stands beside the caret; may be empty.
    pub text: String,
}

/// One thing wrong with a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Which kind of problem, for `explain` and for programs.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One line: what is wrong, with the key.
    pub message: String,
    /// The place of the problem first, then others that have to do with it.
    pub labels: Vec<Label>,
    /// The value found, as a person would write it.
    pub found: Option<String>,
    /// What could stand there instead.
    pub allowed: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// An error at `place`.
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        Problem {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label { place, text: String::new() }],
            found: None,
            allowed: None,
            help: None,
        }
    }

    /// A warning at `place`.
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(code, place, message) }
    }

    /// Words beside the caret of the first place.
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Another place that has to do with it.
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// The value found.
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// The values allowed.
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The place of the problem.
    pub fn place(&self) -> Place {
        self.labels[0].place
    }

    /// One line for logs and programs: `base.toml:12:5: error[S101]: unknown key …`.
    pub fn one_line(&self, sources: &Sources) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("{}: {word}[{}]: {}", sources.locate(self.place()), self.code, self.message)
    }
}

/// All the problems found, in the order of their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// No problems yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more; kept in order of place, those of one place in order of arrival.
    pub fn push(&mut self, problem: Problem) {
        let at = self.list.partition_point(|other| other.place() <= problem.place());
        self.list.insert(at, problem);
    }

    /// All of `other` as well.
    pub fn extend(&mut self, other: Problems) {
        for problem in other.list {
            self.push(problem);
        }
    }

    /// Whether there is none, warnings included.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are, warnings included.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether any of them stops the run.
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// How many stop the run.
    pub fn error_count(&self) -> usize {
        self.list.iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    /// How many do not.
    pub fn warning_count(&self) -> usize {
        self.list.len() - self.error_count()
    }

    /// One after the other, in order of place.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems { list: vec![problem] }
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, problem) in self.list.iter().enumerate() {
            write!(f, "{}[{}] {}", if i == 0 { "" } else { "\n" }, problem.code, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
