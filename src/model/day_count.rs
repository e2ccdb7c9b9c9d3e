//! The 30E/360 day count convention: every month has 30 days, and the 31st counts as the 30th.

use crate::config::Date;

/// The day number of a date in the 30E/360 convention.
pub(super) fn days_360(date: Date) -> i64 {
    count(date.year(), date.month(), date.day())
}

/// The day number of the day after a date in the 30E/360 convention.
pub(super) fn days_360_after(date: Date) -> i64 {
    if date.day() < Date::days_in_month(date.year(), date.month()) {
        count(date.year(), date.month(), date.day() + 1)
    } else {
        // The first of the next month; month 13 is January of the next year.
        count(date.year(), date.month() + 1, 1)
    }
}

fn count(year: i32, month: u32, day: u32) -> i64 {
    360 * i64::from(year) + 30 * (i64::from(month) - 1) + i64::from(day.min(30))
}

/// Years from one date to another in the 30E/360 convention; negative if `to` is earlier.
pub fn years_between(from: Date, to: Date) -> f64 {
    (days_360(to) - days_360(from)) as f64 / 360.0
}
