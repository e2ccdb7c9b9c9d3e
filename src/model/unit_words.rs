//! Numbers in words of their unit: percentages, dollars, years.

use crate::config::{Domain, Unit};

/// A value of a key with this unit and domain, in words: `1,400% a year`, `$78 trillion`, `15 years`.
pub fn in_words(unit: Unit, domain: Domain, value: f64) -> String {
    let (amount, of) = parts(unit, domain, value);
    amount + of
}

/// A range of such values: `-5% to 100% a year`, `$1 million to $10 trillion`.
pub fn range_in_words(unit: Unit, domain: Domain, low: f64, high: f64) -> String {
    format!("{} to {}", parts(unit, domain, low).0, in_words(unit, domain, high))
}

/// Whether the words of a value are the number itself and its unit, as in `15 years`.
pub fn repeat_the_number(unit: Unit, domain: Domain) -> bool {
    matches!(unit, Unit::Years | Unit::Multiple) || unit == Unit::PerYear && domain == Domain::NotNegative
}

/// The amount in words, and what it is of.
fn parts(unit: Unit, domain: Domain, value: f64) -> (String, &'static str) {
    let percent = || format!("{}%", plain(value * 100.0));
    match unit {
        // A rate that cannot be negative counts events.
        Unit::PerYear if domain == Domain::NotNegative => (plain(value), " times a year"),
        Unit::PerYear | Unit::PerSqrtYear => (percent(), " a year"),
        Unit::Fraction | Unit::Probability | Unit::Flag => (percent(), ""),
        Unit::UsdBn => (dollars(value * 1e9), ""),
        Unit::UsdBnPerYear => (dollars(value * 1e9), " a year"),
        Unit::Years => (plain(value), " years"),
        Unit::Months => (plain(value / 12.0), " years"),
        Unit::Multiple => (plain(value), " times"),
        Unit::SharesBn => (plain(value * 1e9), " shares"),
        Unit::UsdPerShare => (format!("${}", plain(value)), " a share"),
    }
}

/// An amount in dollars: `-$2.3 billion`.
pub fn dollars(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}${}", plain(value.abs()))
}

/// A number as it would be typed: `0.2`, `1e30`.
pub fn typed(value: f64) -> String {
    if value.abs() < 1e16 { value.to_string() } else { format!("{value:e}") }
}

/// A number in about three digits: `13,200`, `6.7 million`, `1e30`.
pub fn plain(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "over 1e308" } else { "below -1e308" }.to_owned();
    }
    let (size, word) = match value.abs() {
        size if size >= 999.5e9 => (1e12, " trillion"),
        size if size >= 999.5e6 => (1e9, " billion"),
        size if size >= 999.5e3 => (1e6, " million"),
        _ => (1.0, ""),
    };
    // Rounded first: 999.96 has three digits as 1,000.
    let three_digits = |value: f64| format!("{value:.2e}").parse().unwrap_or(value);
    if value.abs() >= 1e24 {
        return typed(three_digits(value));
    }
    let rounded: f64 = three_digits(value / size);
    let text = rounded.to_string();
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let sign = if rounded < 0.0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}{word}", grouped(whole))
}

/// Digits in groups of three: `13,200`.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_has_its_words() {
        let words = |unit, value| in_words(unit, Domain::Any, value);
        assert_eq!(words(Unit::PerYear, 14.0), "1,400% a year");
        assert_eq!(in_words(Unit::PerYear, Domain::NotNegative, 20.0), "20 times a year");
        assert_eq!(words(Unit::UsdBn, 78_000.0), "$78 trillion");
        assert_eq!(words(Unit::UsdBn, 0.58), "$580 million");
        assert_eq!(words(Unit::UsdBnPerYear, 38e9), "$38,000,000 trillion a year");
        assert_eq!(words(Unit::UsdBn, -2.345), "-$2.35 billion");
        assert_eq!(words(Unit::Months, 180.0), "15 years");
        assert_eq!(words(Unit::Multiple, 410.0), "410 times");
        assert_eq!(range_in_words(Unit::PerYear, Domain::Any, -0.05, 1.0), "-5% to 100% a year");
        assert_eq!(range_in_words(Unit::UsdBn, Domain::Any, 0.001, 10_000.0), "$1 million to $10 trillion");
        assert_eq!(range_in_words(Unit::Months, Domain::Any, 0.0, 48.0), "0 to 4 years");
        assert_eq!(plain(999.96), "1,000");
        assert_eq!(plain(6_709_000.0), "6.71 million");
        assert_eq!(plain(-0.05), "-0.05");
        assert_eq!(words(Unit::UsdBn, 1e30), "$1e39");
        assert_eq!(words(Unit::PerYear, 1e308), "over 1e308% a year");
    }
}
