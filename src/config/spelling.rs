//! Misspelt keys and words: the nearest right one, or where the key belongs.

use super::code::Code;
use super::leaf::Word;
use super::problem::Problem;
use super::section::SectionSpec;
use super::tree::{Entry, Node};

/// The candidate most like `word`, if any is like it at all.
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

/// The problem of a key that its table does not have.
pub(crate) fn unknown_key(path: &str, entry: &Entry, spec: &'static SectionSpec) -> Problem {
    let table = if path.is_empty() { "the scenario".to_owned() } else { format!("`{path}`") };
    let problem =
        Problem::error(Code::UnknownKey, entry.key_place, format!("unknown key `{}` in {table}", entry.key))
            .found(entry.key.clone());
    let keys: Vec<&str> = spec.all().map(|row| row.key).collect();
    if let Some(near) = nearest(&entry.key, keys.iter().copied()) {
        return problem.allowed(keys.join(", ")).help(format!("did you mean `{near}`?"));
    }
    let elsewhere = super::catalogue::tables_with(&entry.key);
    let problem = problem.allowed(keys.join(", "));
    match elsewhere.as_slice() {
        [] => problem.help(format!("the keys here are: {}", keys.join(", "))),
        tables => problem.help(format!("`{}` is a key of {}", entry.key, tables.join(", "))),
    }
}

/// The problem of a word that a choice does not have.
pub(crate) fn unknown_word(path: &str, node: &Node, text: &str, words: &'static [Word]) -> Problem {
    let allowed: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.word)).collect();
    let problem = Problem::error(Code::UnknownWord, node.place, format!("`{path}` cannot be {text:?}"))
        .found(format!("{text:?}"))
        .allowed(allowed.join(", "));
    match nearest(text, words.iter().map(|word| word.word)) {
        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
        None => problem.help(format!("write one of {}", allowed.join(", "))),
    }
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
