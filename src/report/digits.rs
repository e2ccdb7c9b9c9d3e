//! Rounding for readers: a number is printed with as many digits as its error supports.

use crate::config::Unit;
use crate::stats::summary::Statistics;

/// Text for a missing number.
pub const NONE: &str = "–";

/// Significant digits of exact numbers.
const EXACT_DIGITS: i32 = 6;
/// Significant digits that a double holds.
const DOUBLE_DIGITS: i32 = 15;

/// A mean as printed, with its precision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The mean, or [`NONE`].
    pub value: String,
    /// Its precision.
    pub precision: Precision,
}

/// Precision of a printed number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precision {
    /// The standard error, rounded to one or two digits.
    Error(String),
    /// Exact: all paths agree.
    Exact,
    /// Unknown, because there are fewer than two paths.
    Unknown,
}

impl Estimate {
    /// The mean of a metric.
    pub fn of(statistics: &Statistics) -> Estimate {
        Estimate::new(statistics.mean, statistics.std_error)
    }

    /// A mean with its standard error, both in the same unit.
    pub fn new(mean: f64, std_error: f64) -> Estimate {
        if !mean.is_finite() {
            return Estimate { value: NONE.into(), precision: Precision::Unknown };
        }
        if !std_error.is_finite() || std_error <= 0.0 {
            let precision = if std_error == 0.0 { Precision::Exact } else { Precision::Unknown };
            return Estimate { value: significant(mean, EXACT_DIGITS), precision };
        }
        let place = place_of_error(std_error);
        if place < exponent(mean) + 1 - DOUBLE_DIGITS {
            // Paths that differ by rounding only.
            return Estimate { value: significant(mean, EXACT_DIGITS), precision: Precision::Exact };
        }
        Estimate { value: at_place(mean, place), precision: Precision::Error(at_place(std_error, place)) }
    }

    /// As text: `187.32 ± 0.11` or `187.324 (exact)`.
    pub fn words(&self) -> String {
        match &self.precision {
            Precision::Error(error) => format!("{} ± {error}", self.value),
            Precision::Exact => format!("{} (exact)", self.value),
            Precision::Unknown => self.value.clone(),
        }
    }
}

/// A mean with its error and unit: `$205.6 ± 0.5 bn`, `-$2.03 ± 0.14 bn`, `12.3 ± 0.2%`, `4.2 years (exact)`.
pub fn in_words(mean: f64, std_error: f64, unit: Unit) -> String {
    let percent = matches!(unit, Unit::Fraction | Unit::Probability | Unit::Flag);
    let scale = if percent { 100.0 } else { 1.0 };
    let estimate = Estimate::new(scale * mean, scale * std_error);
    if estimate.value == NONE {
        return "without a value".to_owned();
    }
    let (sign, size) = match estimate.value.strip_prefix('-') {
        Some(size) => ("-", size),
        None => ("", estimate.value.as_str()),
    };
    let (before, after) = match unit {
        Unit::UsdBn => ("$", " bn"),
        Unit::UsdBnPerYear => ("$", " bn a year"),
        Unit::Years => ("", " years"),
        Unit::Months => ("", " months"),
        _ if percent => ("", "%"),
        _ => ("", ""),
    };
    let (error, exact) = match &estimate.precision {
        Precision::Error(error) => (format!(" ± {error}"), ""),
        Precision::Exact => (String::new(), " (exact)"),
        Precision::Unknown => (String::new(), ""),
    };
    format!("{sign}{before}{size}{error}{after}{exact}")
}

/// The power of ten of the leading digit; 0 for zero and for what is not finite.
pub fn exponent(x: f64) -> i32 {
    if x == 0.0 || !x.is_finite() { 0 } else { x.abs().log10().floor() as i32 }
}

/// The power of ten of the last digit of a number with this error: two digits of the error if its first three
/// are 100 to
/// 354, one if they are 355 to 949, and from 950 on the error rounds up to 10 (Particle Data Group, "Review
/// of Particle
/// Physics", 2024, introduction, section 5.3). An error beyond the largest number has the place of that number.
pub fn place_of_error(error: f64) -> i32 {
    if !error.is_finite() {
        return exponent(f64::MAX);
    }
    let text = format!("{error:.2e}");
    let (digits, exponent) = text.split_once('e').expect("the exponent form has an e");
    let exponent: i32 = exponent.parse().expect("an exponent is a whole number");
    if digits <= "3.54" { exponent - 1 } else { exponent }
}

/// Rounds to a multiple of 10^`place` and prints no digits beyond it.
pub fn at_place(x: f64, place: i32) -> String {
    let text = if place < 0 {
        format!("{x:.*}", place.unsigned_abs() as usize)
    } else {
        let unit = 10_f64.powi(place);
        format!("{:.0}", (x / unit).round() * unit)
    };
    match text.strip_prefix('-') {
        Some(size) if size.bytes().all(|b| matches!(b, b'0' | b'.')) => size.to_string(),
        _ => text,
    }
}

/// Rounds to at most `digits` significant digits, without trailing zeros after the decimal point.
pub fn significant(x: f64, digits: i32) -> String {
    let text = at_place(x, exponent(x) + 1 - digits);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// A probability as a percentage: `88.12 ± 0.03%`.
pub fn percent(probability: f64, std_error: f64) -> String {
    let estimate = Estimate::new(100.0 * probability, 100.0 * std_error);
    match estimate.precision {
        Precision::Error(error) => format!("{} ± {error}%", estimate.value),
        _ => format!("{}%", estimate.value),
    }
}

/// A probability as a whole percentage, unless its error calls for fewer digits or rounding would make it 0
/// or 100.
pub fn percent_in_passing(probability: f64, std_error: f64) -> String {
    let percent = 100.0 * probability;
    let place = place_of_error((100.0 * std_error).max(f64::MIN_POSITIVE));
    let whole = at_place(percent, place.max(0));
    match (whole.as_str(), percent) {
        ("0", p) if p > 0.0 => "under 1%".into(),
        ("100", p) if p < 100.0 => "over 99%".into(),
        _ => format!("{whole}%"),
    }
}

/// A whole number with commas between the thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_in_sentences_have_their_sign_and_unit() {
        assert_eq!(in_words(-2.0345, 0.14, Unit::UsdBn), "-$2.03 ± 0.14 bn");
        assert_eq!(in_words(0.1234, 0.002, Unit::Fraction), "12.34 ± 0.20%");
        assert_eq!(in_words(4.25, 0.0, Unit::Years), "4.25 years (exact)");
        assert_eq!(in_words(f64::NAN, 1.0, Unit::Years), "without a value");
        assert_eq!(in_words(3.0, f64::NAN, Unit::Multiple), "3");
    }
    use proptest::prelude::*;

    fn estimate(mean: f64, error: f64) -> String {
        Estimate::new(mean, error).words()
    }

    #[test]
    fn as_many_digits_as_the_error_supports() {
        assert_eq!(estimate(187.3249, 0.1123), "187.32 ± 0.11");
        assert_eq!(estimate(187.3249, 0.36), "187.3 ± 0.4");
        assert_eq!(estimate(187.3249, 0.0951), "187.32 ± 0.10");
        assert_eq!(estimate(187.3249, 0.09494), "187.32 ± 0.09");
        assert_eq!(estimate(187.3249, 12.3), "187 ± 12");
        assert_eq!(estimate(1873.249, 123.0), "1870 ± 120");
        assert_eq!(estimate(1873.249, 963.0), "1900 ± 1000");
        assert_eq!(estimate(-0.0004, 0.02), "0.000 ± 0.020");
        assert_eq!(estimate(0.0, 3.0e-7), "0.00000000 ± 0.00000030");
        assert_eq!(estimate(1e6, 1e-14), "1000000 (exact)");
        assert_eq!(estimate(12.5, 0.0), "12.5 (exact)");
        assert_eq!(estimate(1_234_567.0, 0.0), "1234570 (exact)");
        assert_eq!(estimate(12.5, f64::NAN), "12.5");
        assert_eq!(estimate(f64::NAN, f64::NAN), "–");
    }

    #[test]
    fn parts_in_percent() {
        assert_eq!(percent(0.88123, 0.0003), "88.123 ± 0.030%");
        assert_eq!(percent(0.88123, 0.0004), "88.12 ± 0.04%");
        assert_eq!(percent(1.0, 0.0), "100%");
        assert_eq!(percent_in_passing(0.88123, 0.0003), "88%");
        assert_eq!(percent_in_passing(0.9971, 0.0003), "over 99%");
        assert_eq!(percent_in_passing(0.001, 0.0003), "under 1%");
        assert_eq!(percent_in_passing(0.443, 0.05), "44%");
        assert_eq!(percent_in_passing(1.0, 0.0), "100%");
    }

    #[test]
    fn numbers_at_the_ends_of_the_range_are_written() {
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, f64::MIN, 5e-324, -1e-308, 0.0] {
            for error in [f64::INFINITY, f64::NAN, f64::MAX, 5e-324, 0.0] {
                let written = [
                    estimate(x, error),
                    significant(x, 6),
                    percent(x, error),
                    percent_in_passing(x, error),
                    in_words(x, error, Unit::Fraction),
                ];
                assert!(written.iter().all(|text| !text.is_empty()), "{written:?}");
            }
        }
        assert_eq!([significant(f64::INFINITY, 6), significant(5e-324, 1)].map(|text| text.len()), [3, 326]);
    }

    #[test]
    fn commas() {
        assert_eq!(
            [0, 999, 1_000, 262_144, 1_000_000].map(thousands).join(" "),
            "0 999 1,000 262,144 1,000,000"
        );
    }

    proptest! {
        #[test]
        fn printed_within_half_a_unit(mean in -1e4..1e4_f64, log_error in -9.0..5.0_f64) {
            let error = 10_f64.powf(log_error);
            let place = place_of_error(error);
            let unit = 10_f64.powi(place);
            let printed = Estimate::new(mean, error);
            let value: f64 = printed.value.parse().unwrap();
            // Half a unit, and what the printed decimal loses when it is read back.
            let half = 0.5 * unit * (1.0 + 1e-6) + f64::EPSILON * mean.abs();
            prop_assert!((value - mean).abs() <= half, "{mean} {error} {printed:?}");
            let Precision::Error(text) = &printed.precision else { panic!("{printed:?}") };
            let shown: f64 = text.parse().unwrap();
            prop_assert!((shown - error).abs() <= 0.5 * unit * (1.0 + 1e-6));
            // One or two significant digits, and the error is not misstated by more than a seventh.
            let rounded = (shown / unit).round();
            prop_assert!((1.0..=35.0).contains(&rounded), "{rounded}");
            prop_assert!((shown / error - 1.0).abs() < 1.0 / 7.0);
            let decimals = |text: &str| text.split_once('.').map_or(0, |(_, d)| d.len());
            prop_assert_eq!(decimals(&printed.value), decimals(text));
        }
    }
}
