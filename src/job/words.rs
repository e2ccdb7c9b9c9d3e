//! Counts, durations and sizes as people write and read them.

use std::borrow::Cow;

pub use crate::report::command::quoted;
pub use crate::report::digits::thousands;

/// `1 path`, `2 paths`.
pub fn counted(count: usize, one: &str) -> String {
    format!("{} {one}{}", thousands(count as u64), if count == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The most characters of a text from a file that a message shows.
const SHOWN: usize = 80;

/// A text from a file as a message shows it: at most 80 characters.
pub fn cut(text: &str) -> Cow<'_, str> {
    cut_to(text, SHOWN)
}

/// At most so many characters of a text, the last of them `…` if there are more.
pub fn cut_to(text: &str, most: usize) -> Cow<'_, str> {
    let mut ends = text.char_indices().map(|(at, _)| at);
    match (ends.nth(most - 1), ends.next()) {
        (Some(end), Some(_)) => Cow::Owned(format!("{}…", &text[..end])),
        _ => Cow::Borrowed(text),
    }
}

/// A duration with about two digits: `0.4 s`, `12 s`, `3 min`, `5 h`, `9 days`, `3 years`.
pub fn span(seconds: f64) -> String {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 3_600.0;
    const DAY: f64 = 86_400.0;
    const YEAR: f64 = 365.0 * DAY;
    let plural = |value: f64, word: &str| {
        let value = value.round();
        format!("{} {word}{}", thousands(value as u64), if value == 1.0 { "" } else { "s" })
    };
    match seconds {
        s if s < 0.95 => format!("{:.1} s", s.max(0.1)),
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 99.5 * MINUTE => format!("{:.0} min", s / MINUTE),
        s if s < 47.5 * HOUR => format!("{:.0} h", s / HOUR),
        s if s < 2.0 * YEAR => plural(s / DAY, "day"),
        s => plural(s / YEAR, "year"),
    }
}

/// A size in decimal units with two or three digits: `740 kB`, `1.2 GB`.
pub fn size(bytes: f64) -> String {
    let mut value = bytes.max(0.0);
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if value < 999.5 {
            let digits = usize::from(value < 9.95 && unit != "B");
            return format!("{value:.digits$} {unit}");
        }
        value /= 1e3;
    }
    format!("{value:.0} PB")
}

/// Parses a count exactly, without floating point: `1000000`, `1_000_000`, `1e6`, `2.5e6`, `500k`, `10M`, `1G`.
pub fn count(text: &str) -> Result<u64, CountError> {
    let (number, tens) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 3),
        Some((at, 'm' | 'M')) => (&text[..at], 6),
        Some((at, 'g' | 'G' | 'b' | 'B')) => (&text[..at], 9),
        _ => (text, 0),
    };
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            let digits = exponent.strip_prefix('+').unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(CountError::Form);
            }
            (number, digits.parse::<usize>().map_err(|_| CountError::Large)?)
        }
        None => (number, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    if whole.is_empty()
        || number.ends_with('.')
        || !fits(whole)
        || !fits(fraction)
        || [whole, fraction].iter().any(|part| part.starts_with('_') || part.ends_with('_'))
    {
        return Err(CountError::Form);
    }
    let fraction = fraction.trim_end_matches('0');
    let zeros = (exponent + tens).checked_sub(fraction.len()).ok_or(CountError::NotWhole)?;
    let mut value: u64 = 0;
    for byte in whole.bytes().chain(fraction.bytes()).filter(|byte| *byte != b'_') {
        let digit = u64::from(byte - b'0');
        value = value.checked_mul(10).and_then(|value| value.checked_add(digit)).ok_or(CountError::Large)?;
    }
    for _ in 0..zeros {
        if value == 0 {
            break;
        }
        value = value.checked_mul(10).ok_or(CountError::Large)?;
    }
    Ok(value)
}

/// Why a text is not a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// It is not written as a number.
    #[error("not a whole number; write 1000000, 1_000_000, 1e6, 500k or 10M")]
    Form,
    /// It is not a whole number.
    #[error("not a whole number")]
    NotWhole,
    /// It exceeds 64 bits.
    #[error("too large: not even {} could be counted", u64::MAX)]
    Large,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_characters() {
        assert_eq!(cut_to("äöü", 3), "äöü");
        assert_eq!(cut_to("äöüß", 3), "äö…");
        assert_eq!(cut_to("", 3), "");
        let long = "é".repeat(20_000_000);
        assert_eq!(cut(&long).chars().count(), 80);
        assert_eq!(cut(&"x".repeat(80)), "x".repeat(80));
    }

    #[test]
    fn counts_are_read_exactly() {
        for (text, value) in [
            ("1", 1),
            ("0", 0),
            ("1e6", 1_000_000),
            ("1E+6", 1_000_000),
            ("2.5e6", 2_500_000),
            ("10M", 10_000_000),
            ("1.5k", 1_500),
            ("500K", 500_000),
            ("3G", 3_000_000_000),
            ("1_000_000", 1_000_000),
            ("18446744073709551615", u64::MAX),
            ("1.50e1", 15),
            ("0e99999", 0),
        ] {
            assert_eq!(count(text), Ok(value), "{text}");
        }
        for text in
            ["", "M", "e6", "1e", "-5", "1,000", "1e-3", "_1", "1_", "1.", "0x10", "1 000", "ten", "∞"]
        {
            assert_eq!(count(text), Err(CountError::Form), "{text}");
        }
        assert_eq!(count("1.5"), Err(CountError::NotWhole));
        assert_eq!(count("1.2345e3"), Err(CountError::NotWhole));
        assert_eq!(count("18446744073709551616"), Err(CountError::Large));
        assert_eq!(count("1e20"), Err(CountError::Large));
        assert_eq!(count("1e99999999999999999999999"), Err(CountError::Large));
    }

    #[test]
    fn words_are_short() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(span(0.01), "0.1 s");
        assert_eq!(span(12.3), "12 s");
        assert_eq!(span(3_600.0), "60 min");
        assert_eq!(span(1e12), "31,710 years");
        assert_eq!(size(999.0), "999 B");
        assert_eq!(size(1_234.0), "1.2 kB");
        assert_eq!(size(45e9), "45 GB");
        assert_eq!(listed(&["a"]) + &listed(&["a", "b"]) + &listed(&["a", "b", "c"]), "aa and ba, b and c");
        assert_eq!(quoted("a=1"), "a=1");
        assert_eq!(quoted("a=\"it's\""), r#"'a="it'\''s"'"#);
    }
}
