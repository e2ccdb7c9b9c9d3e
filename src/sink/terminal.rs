//! The first page of a run on a terminal.

use crate::report::headline::Headline;

/// The page for a terminal of that many columns.
pub fn headline(headline: &Headline, _width: usize, _colour: bool) -> String {
    headline.answer.join("\n")
}
