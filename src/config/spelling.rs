//! Suggestions for misspelt words.

/// The candidate most similar to `word`, or `None` if none is similar enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase().replace('-', "_");
    let mut best: Option<(&str, f64)> = None;
    for candidate in candidates {
        let other = candidate.to_lowercase().replace('-', "_");
        let edits = strsim::damerau_levenshtein(&folded, &other);
        let longer = folded.chars().count().max(other.chars().count()).max(1);
        // Likeness 1 is the same; two thirds allows one letter in three to be wrong. A cut-off word counts as like too.
        let mut likeness = 1.0 - edits as f64 / longer as f64;
        let shorter = folded.len().min(other.len());
        if shorter >= 3 && (other.starts_with(&folded) || folded.starts_with(&other)) {
            likeness = likeness.max(0.67 + 0.3 * shorter as f64 / longer as f64);
        }
        if likeness >= 0.66 && best.is_none_or(|(_, most)| likeness > most) {
            best = Some((candidate, likeness));
        }
    }
    best.map(|(candidate, _)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let keys = ["growth_now", "growth_long_run", "volatility", "cap_usd_bn", "rate"];
        assert_eq!(nearest("grwoth_now", keys), Some("growth_now"));
        assert_eq!(nearest("growth-now", keys), Some("growth_now"));
        assert_eq!(nearest("cap", keys), Some("cap_usd_bn"));
        assert_eq!(nearest("volatlity", keys), Some("volatility"));
        assert_eq!(nearest("rat", keys), Some("rate"));
        assert_eq!(nearest("horizon", keys), None);
        assert_eq!(nearest("", keys), None);
    }
}
