//! What an analyst reads first: the answer in a sentence, then a few lines for each deal and difference.

use crate::study::valuation::Valuation;

/// The first page of a run.
pub struct Headline {
    /// The answer in sentences.
    pub answer: Vec<String>,
}

/// Writes the first page.
pub fn headline(_valuation: &Valuation) -> Headline {
    Headline { answer: Vec::new() }
}
