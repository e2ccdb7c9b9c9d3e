//! Problems of a scenario: code, places, the value found, the values allowed and the remedy.

use std::collections::BTreeMap;

use super::code::Code;
use super::place::{Place, Sources};
use super::spelling::nearest;

/// Whether a problem stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario runs, but may not mean what its author intended.
    Warning,
    /// What a change on purpose brings with it, on one line.
    Note,
}

/// A place with a text to show there.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// The text next to the caret; may be empty.
    pub text: String,
}

/// One problem of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The kind of problem, for `explain` and for programs.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, on one line that names the key.
    pub message: String,
    /// The place of the problem first, then related places.
    pub labels: Vec<Label>,
    /// The value found, as a person would write it.
    pub found: Option<String>,
    /// The values that are allowed.
    pub allowed: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// Makes an error at `place`.
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

    /// Makes a warning at `place`.
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(code, place, message) }
    }

    /// Makes a note at `place`.
    pub fn note(code: Code, place: Place, message: impl Into<String>) -> Self {
        Problem { severity: Severity::Note, ..Problem::error(code, place, message) }
    }

    /// Sets the text next to the caret of the first place.
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Adds a related place.
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Sets the value found.
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Sets the allowed values.
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

    /// The problem on one line, for logs and programs: `base.toml:12:5: error[S101]: unknown key …`.
    pub fn one_line(&self, sources: &Sources) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        format!("{}: {word}[{}]: {}", sources.locate(self.place()), self.code, self.message)
    }
}

/// A message without the names of deals in keys: `deal.x.stake` and `deal.y.stake` give the same.
fn without_deals(message: &str) -> String {
    let mut parts = message.split("deal.");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("deal.");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c)));
    }
    out
}

/// Most problems that are shown; the rest is counted.
pub const MOST_SHOWN: usize = 50;

/// A list of problems, ordered by place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    /// By place and, at one place, in the order in which they were added.
    list: BTreeMap<(Place, usize), Problem>,
    errors: usize,
    notes: usize,
}

impl Problems {
    /// Makes an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem in order of place; problems at one place keep the order in which they were added. A term that several deals
    /// have from one line of the scenario (`like`) has its problem once.
    pub fn push(&mut self, problem: Problem) {
        let place = problem.place();
        let known = self.list.range((place, 0)..=(place, usize::MAX));
        let of_any_deal = without_deals(&problem.message);
        if !place.is_file()
            && known.into_iter().any(|(_, other)| {
                other.code == problem.code
                    && other.message != problem.message
                    && without_deals(&other.message) == of_any_deal
            })
        {
            return;
        }
        self.errors += usize::from(problem.severity == Severity::Error);
        self.notes += usize::from(problem.severity == Severity::Note);
        self.list.insert((problem.place(), self.list.len()), problem);
    }

    /// Adds all problems of `other`.
    pub fn extend(&mut self, other: Problems) {
        for problem in other.list.into_values() {
            self.push(problem);
        }
    }

    /// Whether the list is empty: no errors, no warnings, no notes.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The number of errors, warnings and notes.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the list has an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The number of errors.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// The number of warnings.
    pub fn warning_count(&self) -> usize {
        self.list.len() - self.errors - self.notes
    }

    /// The same problems with warnings as errors.
    pub fn strict(self) -> Problems {
        let mut strict = Problems::new();
        for problem in self.list.into_values() {
            let severity = match problem.severity {
                Severity::Warning => Severity::Error,
                other => other,
            };
            strict.push(Problem { severity, ..problem });
        }
        strict
    }

    /// Iterates over the problems in order of place.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.values()
    }

    /// The problems to show: errors before warnings if there are too many for all, and in order of place.
    pub fn shown(&self) -> Vec<&Problem> {
        let mut errors = self.errors.min(MOST_SHOWN);
        let mut warnings = MOST_SHOWN - errors;
        self.iter()
            .filter(|problem| {
                let left = match problem.severity {
                    Severity::Error => &mut errors,
                    Severity::Warning | Severity::Note => &mut warnings,
                };
                let is_shown = *left > 0;
                *left -= usize::from(is_shown);
                is_shown
            })
            .collect()
    }

    /// The candidate most similar to `word` (see [`nearest`]); `None` once there are more problems than are shown, so that
    /// any number of them takes linear time.
    pub fn nearest<'a>(&self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        if self.are_many() { None } else { nearest(word, candidates) }
    }

    /// Whether there are more problems than are shown: what else is found is only counted, so that its help may be short.
    pub fn are_many(&self) -> bool {
        self.len() > MOST_SHOWN
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        let mut problems = Problems::new();
        problems.push(problem);
        problems
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.shown();
        for (i, problem) in shown.iter().enumerate() {
            write!(f, "{}[{}] {}", if i == 0 { "" } else { "\n" }, problem.code, problem.message)?;
        }
        match self.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    #[test]
    fn a_term_of_several_deals_has_its_problem_once() {
        let place = Place::new(Origin::File, 5..9);
        let at = |deal: &str, place: Place| {
            Problem::error(Code::OutsideDomain, place, format!("`deal.{deal}.rate` must be 0 to 1"))
        };
        let mut problems = Problems::new();
        for deal in ["a", "b-2", "a"] {
            problems.push(at(deal, place));
        }
        // What is said twice of one deal is said twice: it is another's affair.
        assert_eq!((problems.len(), problems.error_count()), (2, 2));
        problems.push(at("b-2", Place::new(Origin::File, 15..19)));
        assert_eq!(problems.len(), 3);
    }
}
