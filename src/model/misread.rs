//! Names that spreadsheets and data frames take for something else: numbers, dates, missing values, true and false.
//!
//! Names become cells of tables. A spreadsheet that opens a CSV file turns `1e5` into 100000 and `may-2026` into a date, and
//! a data frame drops rows named `nan`.

use crate::config::MONTHS;

/// What a name is taken for; `None` if it stays a name everywhere.
pub(super) fn taken_for(name: &str) -> Option<&'static str> {
    match name {
        "true" | "false" => Some("a truth value"),
        "na" | "n-a" | "nan" | "null" | "none" => Some("a missing value"),
        "inf" | "infinity" => Some("a number"),
        _ if is_number(name) => Some("a number"),
        _ if is_date(name) => Some("a date"),
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2025`, `0123`, `1_000`, `1e5`, `3e-4`.
fn is_number(name: &str) -> bool {
    let (digits, exponent) = match name.split_once('e') {
        Some((digits, exponent)) => (digits, Some(exponent.strip_prefix('-').unwrap_or(exponent))),
        None => (name, None),
    };
    is_digits(&digits.replace('_', "")) && exponent.is_none_or(is_digits)
}

/// `1-2`, `2026-01`, `2026-01-31`, `may-2026`, `3-sept`, `mar1`: what a spreadsheet reads as a date in some language setting.
fn is_date(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    match parts.as_slice() {
        [one] => {
            let letters = one.trim_end_matches(|c: char| c.is_ascii_digit());
            is_month_word(letters) && one.len() > letters.len() && one.len() - letters.len() <= 4
        }
        [a, b] if is_month_word(a) || is_month_word(b) => {
            let number = if is_month_word(a) { b } else { a };
            day(number) || year(number)
        }
        [a, b] => {
            (day(a) && month(b))
                || (month(a) && day(b))
                || (month(a) && year(b))
                || (full_year(a) && month(b))
        }
        [a, b, c] => {
            let written = |day_part: &str, month_part: &str| {
                day(day_part) && (month(month_part) || is_month_word(month_part))
            };
            // A year of one digit is one of this century.
            let year = |text: &str| year(text) || text.len() == 1 && is_digits(text);
            (written(a, b) && year(c)) || (written(b, a) && year(c)) || (year(a) && written(c, b))
        }
        _ => false,
    }
}

/// A month by name: whole, by its first three letters, or `sept`.
fn is_month_word(text: &str) -> bool {
    text == "sept" || MONTHS.iter().any(|month| *month == text || month[..3] == *text)
}

fn between(text: &str, low: u32, high: u32) -> bool {
    is_digits(text) && text.len() <= 4 && text.parse().is_ok_and(|number: u32| (low..=high).contains(&number))
}

fn day(text: &str) -> bool {
    text.len() <= 2 && between(text, 1, 31)
}

fn month(text: &str) -> bool {
    text.len() <= 2 && between(text, 1, 12)
}

fn year(text: &str) -> bool {
    text.len() == 2 && is_digits(text) || full_year(text)
}

fn full_year(text: &str) -> bool {
    text.len() == 4 && between(text, 1900, 9999)
}

#[cfg(test)]
mod tests {
    use super::taken_for;

    #[test]
    fn names_that_change_in_a_spreadsheet_or_data_frame_are_known() {
        for name in ["2025", "0123", "0", "1e5", "3e4", "3e-4", "1_000", "inf", "infinity"] {
            assert_eq!(taken_for(name), Some("a number"), "{name}");
        }
        for name in [
            "1-2",
            "12-31",
            "31-12",
            "2026-01",
            "10-2026",
            "1-32",
            "2026-01-31",
            "31-01-2026",
            "1-2-3",
            "may-2026",
            "2026-may",
            "mar-1",
            "1-mar",
            "sept-3",
            "3-sep-2026",
            "may-1-2026",
            "march-12",
            "mar1",
            "sept2",
            "dec1",
        ] {
            assert_eq!(taken_for(name), Some("a date"), "{name}");
        }
        for name in ["na", "n-a", "nan", "none", "null"] {
            assert_eq!(taken_for(name), Some("a missing value"), "{name}");
        }
        assert_eq!(taken_for("true"), Some("a truth value"));
    }

    #[test]
    fn other_names_stay_names() {
        for name in [
            "amended-2026",
            "prior-2025",
            "api",
            "may",
            "march",
            "gpt-4",
            "o3",
            "e5",
            "1e",
            "1e5x",
            "q1-2026",
            "2026-q1",
            "2025-26",
            "13-14",
            "32-1",
            "1-2-3-4",
            "no",
            "on",
            "t",
            "nano",
            "info",
            "mars-1",
            "a-1",
            "mayor1",
            "2-3x",
            "may_1",
            "capped",
            "2026-13",
            "decision-1",
            "marketing",
            "true-up",
            "inf-1",
            "1-0",
        ] {
            assert_eq!(taken_for(name), None, "{name}");
        }
    }
}
