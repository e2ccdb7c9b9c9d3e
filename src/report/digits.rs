//! Rounding for readers: a number is printed with as many digits as its error supports.

use crate::config::Unit;
use crate::math::binomial::{upper_probability_bound, wilson_interval};
use crate::stats::mean_error::MeanError;

use super::tables::SummaryRow;

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
    /// Exact: no draw can move the number.
    Exact,
    /// All paths of the sample agree, as many as are given if that is known. Others may not.
    Agree(Option<u64>),
    /// Unknown, because there are fewer than two paths.
    Unknown,
}

impl Estimate {
    /// A mean with its standard error, both in the same unit. An error of 0 says that all paths agree, not that the mean is
    /// exact: only the plan knows that ([`exact_if`](Estimate::exact_if)).
    pub fn new(mean: f64, std_error: f64) -> Estimate {
        if !mean.is_finite() {
            return Estimate { value: NONE.into(), precision: Precision::Unknown };
        }
        if !std_error.is_finite() || std_error <= 0.0 {
            let precision = if std_error == 0.0 { Precision::Agree(None) } else { Precision::Unknown };
            return Estimate { value: significant(mean, EXACT_DIGITS), precision };
        }
        let place = place_of_error(std_error);
        if place < exponent(mean) + 1 - DOUBLE_DIGITS {
            // Paths that differ by rounding only.
            return Estimate { value: significant(mean, EXACT_DIGITS), precision: Precision::Agree(None) };
        }
        Estimate { value: at_place(mean, place), precision: Precision::Error(at_place(std_error, place)) }
    }

    /// The same, knowing how many paths it is over.
    pub fn over(mut self, paths: u64) -> Estimate {
        if let Precision::Agree(known) = &mut self.precision {
            *known = Some(paths);
        }
        self
    }

    /// The same, knowing whether no draw can move it.
    pub fn exact_if(mut self, exact: bool) -> Estimate {
        if exact && matches!(self.precision, Precision::Agree(_)) {
            self.precision = Precision::Exact;
        }
        self
    }

    /// As text: `187.32 ± 0.11`, `187.324 (exact)` or `187.324 (all 5,000 paths agree)`.
    pub fn words(&self) -> String {
        match &self.precision {
            Precision::Error(error) => format!("{} ± {error}", self.value),
            Precision::Exact | Precision::Agree(_) => format!("{} ({})", self.value, self.precision.words()),
            Precision::Unknown => self.value.clone(),
        }
    }
}

impl Precision {
    /// As text beside the number: `± 0.11`, `exact`, `all 5,000 paths agree`; empty where nothing is known.
    pub fn words(&self) -> String {
        match self {
            Precision::Error(error) => format!("± {error}"),
            Precision::Exact => "exact".to_owned(),
            Precision::Agree(Some(paths)) => format!("all {} paths agree", thousands(*paths)),
            Precision::Agree(None) => "all paths agree".to_owned(),
            Precision::Unknown => String::new(),
        }
    }
}

/// Fewer paths than this on either side of an event, and its standard error no longer describes what is known: an interval does.
const FEW: u64 = 100;

/// On how many paths something happens, and what is known of the error of that part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    events: u64,
    paths: u64,
    exact: bool,
    error: MeanError,
}

impl Seen {
    /// Seen on `events` of `paths` independent paths; `exact` if no draw can change that.
    pub fn new(events: u64, paths: u64, exact: bool) -> Seen {
        Seen { events, paths, exact, error: MeanError::independent(f64::NAN) }
    }

    /// The same with the error of its part, which counts if it comes from replicates.
    pub fn with_error(self, std_error: f64, df: f64) -> Seen {
        Seen { error: MeanError { std_error, df }, ..self }
    }
}

/// What is known of a probability, from what was seen: its percentage, and the precision as text: `± 0.03`,
/// `95%: 0.10–0.88`, `95%: below 0.30`, `95%: above 99.70` or `exact`, all in percent.
pub fn probability(seen: Seen) -> (String, String) {
    let Seen { events, paths, exact, error } = seen;
    if paths == 0 {
        return (NONE.to_owned(), String::new());
    }
    let (n, p) = (paths as f64, events as f64 / paths as f64);
    if exact {
        return (significant(100.0 * p, EXACT_DIGITS), "exact".to_owned());
    }
    let bound = || 100.0 * upper_probability_bound(0, paths, 0.95);
    let two_digits = |x: f64| at_place(x, exponent(x) - 1);
    match events {
        0 => ("0".to_owned(), format!("95%: below {}", two_digits(bound()))),
        all if all == paths => {
            let place = exponent(bound()) - 1;
            ("100".to_owned(), format!("95%: above {}", at_place(100.0 - bound(), place)))
        }
        few if few < FEW || paths - few < FEW => {
            let of_replicates = error.probability_interval(p);
            let (low, high) = of_replicates.unwrap_or_else(|| wilson_interval(events, paths));
            let place = exponent(50.0 * (high - low)) - 1;
            let at = |x: f64| at_place(100.0 * x, place);
            (at(p), format!("95%: {}–{}", at(low), at(high)))
        }
        _ => {
            let std_error = match error.probability_interval(p) {
                Some(_) => error.std_error,
                None => (p * (1.0 - p) / n).sqrt(),
            };
            let estimate = Estimate::new(100.0 * p, 100.0 * std_error);
            (estimate.value.clone(), estimate.precision.words())
        }
    }
}

/// The same in one text: `88.12 ± 0.03%`, `0.30% (95%: 0.10–0.88%)`, `0% (95%: below 0.30%)`, `0% (exact)`.
pub fn probability_in_words(seen: Seen) -> String {
    match probability(seen) {
        (value, precision) if precision.is_empty() => value,
        (value, precision) if precision == "exact" => format!("{value}% (exact)"),
        (value, precision) if precision.starts_with('±') => format!("{value} {precision}%"),
        (value, precision) => format!("{value}% ({precision}%)"),
    }
}

/// A quantile with the digits that its interval supports; a side that the sample leaves open (NaN) counts like the other.
pub fn quantile(value: f64, low95: f64, high95: f64) -> String {
    let sides = [value - low95, high95 - value].map(|side| if side.is_nan() { 0.0 } else { side });
    let open = low95.is_nan() || high95.is_nan();
    let width = if open { 2.0 * sides[0].max(sides[1]) } else { sides[0] + sides[1] };
    let error = width / (2.0 * 1.96);
    let known = error > 0.0 && exponent(error) >= exponent(value) + 1 - DOUBLE_DIGITS;
    match (known, open) {
        (true, _) => at_place(value, exponent(error)),
        (false, false) => significant(value, EXACT_DIGITS),
        // A sample so small says next to nothing.
        (false, true) => significant(value, 3),
    }
}

/// About how many paths decide a mean: (Σ|x − m|)²/Σ(x − m)² with the median m. That is 0.64 of the paths for a normal law, and
/// where few paths differ from all others, their number. The mean absolute deviation is read from the quantiles, by straight lines
/// between them, and from the expected shortfalls beyond the outermost.
pub fn deciding_paths(row: &SummaryRow) -> f64 {
    let middle = row.p50;
    let side = |quarter: f64, tenth: f64, twentieth: f64, beyond: f64| {
        0.25 * 0.5 * quarter
            + 0.15 * 0.5 * (quarter + tenth)
            + 0.05 * 0.5 * (tenth + twentieth)
            + 0.05 * beyond
    };
    let above = side(row.p75 - middle, row.p90 - middle, row.p95 - middle, row.es95 - middle);
    let below = side(middle - row.p25, middle - row.p10, middle - row.p05, middle - row.es05);
    let absolute = (above + below).max((row.mean - middle).abs());
    let squares = row.std_dev * row.std_dev + (row.mean - middle).powi(2);
    row.paths as f64 * absolute * absolute / squares
}

/// Fewer deciding paths than this, and the error of a mean is itself little known.
const FEW_DECIDE: f64 = 30.0;

/// Whether so few paths decide a mean that its standard error is itself little known: the mean is marked, for instance with †.
pub fn is_decided_by_few(row: &SummaryRow) -> bool {
    row.std_dev > 0.0 && deciding_paths(row) < FEW_DECIDE
}

/// A mean with its error and unit: `$1,205.6 ± 0.5 bn`, `−$2.03 ± 0.14 bn`, `12.3 ± 0.2%`, `4.2 years (exact)`,
/// `$0 bn (all paths agree)`.
pub fn in_words(mean: f64, std_error: f64, exact: bool, unit: Unit) -> String {
    let percent = matches!(unit, Unit::Fraction | Unit::Probability | Unit::Flag);
    let scale = if percent { 100.0 } else { 1.0 };
    let estimate = Estimate::new(scale * mean, scale * std_error).exact_if(exact);
    if estimate.value == NONE {
        return "without a value".to_owned();
    }
    let (sign, size) = match estimate.value.strip_prefix('-') {
        Some(size) => ("−", grouped(size)),
        None => ("", grouped(&estimate.value)),
    };
    let (before, after) = match unit {
        Unit::UsdBn => ("$", " bn"),
        Unit::UsdBnPerYear => ("$", " bn a year"),
        Unit::Years => ("", " years"),
        Unit::Months => ("", " months"),
        _ if percent => ("", "%"),
        _ => ("", ""),
    };
    let (error, rest) = match &estimate.precision {
        Precision::Error(error) => (format!(" ± {error}"), String::new()),
        Precision::Unknown => (String::new(), String::new()),
        other => (String::new(), format!(" ({})", other.words())),
    };
    format!("{sign}{before}{size}{error}{after}{rest}")
}

/// An amount in passing, with at most three digits and no more than its error supports: `$141 bn`, `12.3%`, `4.2 years`.
pub fn amount_in_passing(mean: f64, std_error: f64, unit: Unit) -> String {
    if !mean.is_finite() {
        return "no value".to_owned();
    }
    let percent = matches!(unit, Unit::Fraction | Unit::Probability | Unit::Flag);
    let scale = if percent { 100.0 } else { 1.0 };
    let (value, error) = (scale * mean, scale * std_error);
    let three_digits = exponent(value) - 2;
    let text = match error > 0.0 {
        true => at_place(value, place_of_error(error).max(three_digits)),
        false => significant(value, 3),
    };
    let (sign, size) = text.strip_prefix('-').map_or(("", text.as_str()), |size| ("−", size));
    let (size, text) = (grouped(size), format!("{sign}{size}"));
    match unit {
        Unit::UsdBn => format!("{sign}${size} bn"),
        Unit::UsdBnPerYear => format!("{sign}${size} bn a year"),
        Unit::Years => format!("{text} years"),
        Unit::Months => format!("{text} months"),
        Unit::Multiple => format!("{text}×"),
        _ if percent => format!("{text}%"),
        _ => text,
    }
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

/// Rounds to a multiple of 10^`place` and prints no digits beyond it; sizes from 10¹⁶ on, and small ones with more than twelve decimals, have an exponent.
pub fn at_place(x: f64, place: i32) -> String {
    // Sizes that nobody reads as digits.
    let size = exponent(x);
    let is_far = x != 0.0 && x.is_finite() && (size >= 16 || (size < -6 && place < -12));
    if is_far {
        return format!("{x:.*e}", (size - place).clamp(0, 8) as usize);
    }
    if x == 0.0 && place < -12 {
        return "0".to_owned();
    }
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
    let (digits, power) = text.find('e').map_or((text.as_str(), ""), |at| text.split_at(at));
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_string() + power,
        false => text,
    }
}

/// A number in passing, without its error: three digits, or as many as its error supports if they are fewer.
pub fn in_passing(value: f64, std_error: f64) -> String {
    let place = (exponent(value) - 2).max(place_of_error(std_error.max(f64::MIN_POSITIVE)));
    let digits = at_place(value, place);
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits,
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

/// On what part of the paths a mean has a value, where it has none on some: `on 80% of paths; 20% have no value`.
pub fn condition(paths: u64, undefined: u64) -> Option<String> {
    let all = paths + undefined;
    (undefined > 0 && paths > 0).then(|| {
        let percent = |count: u64| 100.0 * count as f64 / all as f64;
        // The rarer side has two digits.
        let place = exponent(percent(paths.min(undefined))).min(0) - 1;
        let part =
            |count: u64| at_place(percent(count), place.max(-7)).trim_end_matches(".0").to_owned() + "%";
        format!("on {} of paths; {} have no value", part(paths), part(undefined))
    })
}

/// A printed number that is not negative, with commas between the thousands before its point.
pub fn grouped(size: &str) -> String {
    let (whole, rest) = size.split_at(size.find('.').unwrap_or(size.len()));
    match whole.parse() {
        Ok(number) => format!("{}{rest}", thousands(number)),
        Err(_) => size.to_owned(),
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
    fn in_passing_three_digits_are_enough_and_no_more_than_the_error_supports() {
        assert_eq!(in_passing(205.5256, 0.1034), "206");
        assert_eq!(in_passing(20.04, 0.01), "20");
        assert_eq!(in_passing(0.123456, 0.00001), "0.123");
        assert_eq!(in_passing(205.5256, 12.0), "206");
        assert_eq!(in_passing(205.5256, 40.0), "210");
        assert_eq!(in_passing(-18.42, 0.0), "-18.4");
    }

    #[test]
    fn figures_in_sentences_have_their_sign_and_unit() {
        assert_eq!(in_words(-2.0345, 0.14, false, Unit::UsdBn), "−$2.03 ± 0.14 bn");
        assert_eq!(in_words(0.1234, 0.002, false, Unit::Fraction), "12.34 ± 0.20%");
        assert_eq!(in_words(4.25, 0.0, true, Unit::Years), "4.25 years (exact)");
        assert_eq!(in_words(4.25, 0.0, false, Unit::Years), "4.25 years (all paths agree)");
        assert_eq!(in_words(f64::NAN, 1.0, false, Unit::Years), "without a value");
        assert_eq!(in_words(3.0, f64::NAN, false, Unit::Multiple), "3");
    }

    #[test]
    fn amounts_in_passing_have_three_digits_at_most() {
        assert_eq!(amount_in_passing(205.69, 0.10, Unit::UsdBn), "$206 bn");
        assert_eq!(amount_in_passing(1204.2, 0.10, Unit::UsdBn), "$1,200 bn");
        assert_eq!(in_words(1601.81, 2.2, false, Unit::UsdBn), "$1,601.8 ± 2.2 bn");
        assert_eq!(amount_in_passing(-10.84, 0.5, Unit::UsdBn), "−$10.8 bn");
        assert_eq!(amount_in_passing(-10.84, 5.0, Unit::UsdBn), "−$11 bn");
        assert_eq!(amount_in_passing(0.0895, 0.0009, Unit::Fraction), "8.95%");
        assert_eq!(amount_in_passing(20.0, 0.0, Unit::Years), "20 years");
        assert_eq!(amount_in_passing(f64::NAN, 1.0, Unit::UsdBn), "no value");
    }

    #[test]
    fn a_probability_says_what_its_sample_can() {
        let words = |events, paths, exact| probability_in_words(Seen::new(events, paths, exact));
        assert_eq!(words(881_230, 1_000_000, false), "88.123 ± 0.032%");
        assert_eq!(words(0, 1_000, false), "0% (95%: below 0.30%)");
        assert_eq!(words(1_000, 1_000, false), "100% (95%: above 99.70%)");
        assert_eq!(words(3, 1_000, false), "0.30% (95%: 0.10–0.88%)");
        assert_eq!(words(0, 1_000_000, false), "0% (95%: below 0.00030%)");
        assert_eq!(words(999_999, 1_000_000, false), "99.99990% (95%: 99.99943–99.99998%)");
        assert_eq!(words(0, 1, true), "0% (exact)");
        assert_eq!(words(0, 0, false), NONE);
        assert_eq!(words(1, 2, false), "50% (95%: 9–91%)");
        // From 32 replicates: a smaller error of a probability, and of a rare one an interval with Student's t.
        let sobol = |events, std_error| Seen::new(events, 1_000_000, false).with_error(std_error, 31.0);
        assert_eq!(probability_in_words(sobol(881_230, 1.2e-4)), "88.123 ± 0.012%");
        assert_eq!(probability_in_words(sobol(3, 1.7e-6)), "0.00030% (95%: 0.00010–0.00090%)");
        assert_eq!(probability_in_words(sobol(0, 0.0)), "0% (95%: below 0.00030%)");
    }

    #[test]
    fn a_mean_over_some_paths_says_so() {
        assert_eq!(condition(800, 200).as_deref(), Some("on 80% of paths; 20% have no value"));
        assert_eq!(condition(77_771, 22_229).as_deref(), Some("on 77.8% of paths; 22.2% have no value"));
        assert_eq!(condition(999_997, 3).as_deref(), Some("on 99.99970% of paths; 0.00030% have no value"));
        assert_eq!(condition(1, 999).as_deref(), Some("on 0.10% of paths; 99.90% have no value"));
        assert_eq!((condition(5, 0), condition(0, 5)), (None, None));
    }

    #[test]
    fn a_quantile_has_the_digits_of_its_interval() {
        assert_eq!(quantile(187.3249, 186.9, 187.8), "187.3");
        assert_eq!(quantile(187.3249, f64::NAN, 190.0), "187");
        assert_eq!(quantile(187.3249, f64::NAN, f64::NAN), "187");
        assert_eq!(quantile(20.0, 20.0, 20.0), "20");
        // An interval of rounding errors alone.
        assert_eq!(quantile(38.0, 37.999_999_999_999_99, 38.000_000_000_000_01), "38");
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
        assert_eq!(estimate(1e6, 1e-14), "1000000 (all paths agree)");
        assert_eq!(Estimate::new(12.5, 0.0).exact_if(true).words(), "12.5 (exact)");
        assert_eq!(Estimate::new(12.5, 0.1).exact_if(true).words(), "12.50 ± 0.10");
        assert_eq!(Estimate::new(1_234_567.0, 0.0).over(5_000).words(), "1234570 (all 5,000 paths agree)");
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
                    in_words(x, error, false, Unit::Fraction),
                ];
                assert!(written.iter().all(|text| !text.is_empty()), "{written:?}");
            }
        }
        assert_eq!([significant(f64::INFINITY, 6), significant(5e-324, 1)], ["inf", "5e-324"]);
        assert_eq!(
            [significant(1.5e-300, 6), significant(-2e22, 6), significant(0.0, 6)],
            ["1.5e-300", "-2e22", "0"]
        );
        assert_eq!(estimate(1.234e-308, 1.1e-309), "1.23e-308 ± 1.1e-309");
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
