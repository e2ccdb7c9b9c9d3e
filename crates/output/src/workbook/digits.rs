//! How many decimals a cell shows: from the error of its number, or from its size.

use super::sheet::Digits;
use capstake::report::digits::{exponent, place_of_error, significant};

/// Largest number of decimals in a cell.
const MOST: i32 = 6;

/// Whether numbers of a unit are written as percentages.
fn is_part(unit: &str) -> bool {
    matches!(unit, "fraction" | "probability" | "flag" | "per_year" | "per_sqrt_year")
}

/// Number format for a number with a standard error in the given unit.
pub fn by_error(unit: &str, std_error: f64) -> Digits {
    let part = is_part(unit);
    let error = if part { 100.0 * std_error } else { std_error };
    let known = error.is_finite() && error > 0.0;
    let decimals = if known { (-place_of_error(error)).clamp(0, MOST) } else { 2 };
    if part { Digits::Percent(decimals as u8) } else { Digits::Decimals(decimals as u8) }
}

/// Number format for a number without an error: four significant digits without trailing zeros.
pub fn by_size(unit: &str, number: f64) -> Digits {
    let part = is_part(unit);
    let size = if part { 100.0 * number } else { number };
    let text = if size.is_finite() { significant(size, 4.max(exponent(size) + 1)) } else { String::new() };
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len()).min(MOST as usize);
    if part { Digits::Percent(decimals as u8) } else { Digits::Decimals(decimals as u8) }
}

/// The spreadsheet serial number of a date written `2026-07-01`, that is, days since 1899-12-30; `None` if it
/// is not a date.
///
/// Years begin in March, so that the leap day comes last (Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
pub fn day_number(iso: &str) -> Option<f64> {
    let mut parts = iso.splitn(3, '-');
    let mut next = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    // 693,899 is 1899-12-30 by the same count.
    Some((days - 693_899) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        assert_eq!(by_error("usd_bn", 0.1), Digits::Decimals(2));
        assert_eq!(by_error("usd_bn", 0.4), Digits::Decimals(1));
        assert_eq!(by_error("usd_bn", 30.0), Digits::Decimals(0));
        assert_eq!(by_error("flag", 0.0004), Digits::Percent(2));
        assert_eq!(by_error("flag", 0.0), Digits::Percent(2));
        assert_eq!(by_error("years", f64::NAN), Digits::Decimals(2));
        assert_eq!(by_error("years", 1e-12), Digits::Decimals(6));
        assert_eq!(by_size("usd_bn", 38.0), Digits::Decimals(0));
        assert_eq!(by_size("usd_bn", 38.123456), Digits::Decimals(2));
        assert_eq!(by_size("per_year", 0.1), Digits::Percent(0));
        assert_eq!(by_size("per_year", 0.0333333), Digits::Percent(3));
        assert_eq!(by_size("usd_bn", 123456.7), Digits::Decimals(0));
        assert_eq!(by_size("usd_bn", f64::NAN), Digits::Decimals(0));
    }

    #[test]
    fn days() {
        // The day numbers that Excel shows for these dates.
        for (date, number) in [
            ("1900-03-01", 61.0),
            ("2000-02-29", 36_585.0),
            ("2026-07-01", 46_204.0),
            ("2099-12-31", 73_050.0),
        ] {
            assert_eq!(day_number(date), Some(number), "{date}");
        }
        assert_eq!(day_number("soon"), None);
    }
}
