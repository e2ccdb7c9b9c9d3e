//! Suggestions for misspelt words, and texts of files cut to what a message can hold.

/// Longest text of a file that a message shows, characters.
const SHOWN_CHARACTERS: usize = 80;

/// Most names that a message lists.
const SHOWN_NAMES: usize = 20;

/// A text that came from a file, cut to what a message can hold.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Names with commas between them: the first of a long list, and how many more there are.
pub fn listed(names: &[String]) -> String {
    match names.get(SHOWN_NAMES..) {
        None | Some([]) => names.join(", "),
        Some(more) => format!("{} and {} more", names[..SHOWN_NAMES].join(", "), more.len()),
    }
}

/// Least likeness of a suggestion, from 0 to 1, where 1 is the same.
const LEAST: f64 = 0.66;

/// Longest word that is compared letter by letter, characters: the comparison takes memory by the square.
const LONGEST: usize = 256;

/// The candidate most similar to `word`, or `None` if none is similar enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase().replace('-', "_");
    let mut best: Option<(&str, f64)> = None;
    for candidate in candidates {
        let other = candidate.to_lowercase().replace('-', "_");
        let lengths = [folded.chars().count(), other.chars().count()];
        let (fewer, longer) = (lengths[0].min(lengths[1]), lengths[0].max(lengths[1]).max(1));
        let shorter = folded.len().min(other.len());
        let begins = shorter >= 3 && (other.starts_with(&folded) || folded.starts_with(&other));
        // Each missing letter is an edit: very different lengths need no comparison. Likeness 1 is the same; two thirds
        // allows one letter in three to be wrong. A cut-off word counts as like too.
        let mut likeness = 0.0;
        if fewer as f64 >= LEAST * longer as f64 && longer <= LONGEST {
            likeness = 1.0 - strsim::damerau_levenshtein(&folded, &other) as f64 / longer as f64;
        }
        if begins {
            likeness = likeness.max(0.67 + 0.3 * shorter as f64 / longer as f64);
        }
        if likeness >= LEAST && best.is_none_or(|(_, most)| likeness > most) {
            best = Some((candidate, likeness));
        }
    }
    best.map(|(candidate, _)| candidate)
}

#[cfg(test)]
mod tests {
    use super::{listed, nearest, shortened};

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
        let long = "x".repeat(1 << 20);
        assert_eq!(nearest(&long, [format!("{long}y").as_str()]), Some(format!("{long}y").as_str()));
        assert_eq!(nearest(&long, [format!("y{long}").as_str()]), None);
    }

    #[test]
    fn what_a_message_shows_of_a_file_is_short() {
        assert_eq!(shortened(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(shortened(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
        let names: Vec<String> = (1..=21).map(|n| format!("c{n}")).collect();
        assert_eq!(listed(&names[..2]), "c1, c2");
        assert!(listed(&names[..20]).ends_with(", c20"));
        assert!(listed(&names).ends_with(", c20 and 1 more"));
    }
}
