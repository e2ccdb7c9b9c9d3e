//! The 30E/360 day count: every month has 30 days, the 31st counts as the 30th, a year has 360 days.

use crate::config::Date;

/// Days of the 30E/360 calendar: every month has 30 days, the 31st counts as the 30th.
pub(super) fn days_360(date: Date) -> i64 {
    count(date.year(), date.month(), date.day())
}

/// Days of the 30E/360 calendar of the day after.
pub(super) fn days_360_after(date: Date) -> i64 {
    if date.day() < Date::days_in_month(date.year(), date.month()) {
        count(date.year(), date.month(), date.day() + 1)
    } else {
        // The first of the next month, also of a month 13.
        count(date.year(), date.month() + 1, 1)
    }
}

fn count(year: i32, month: u32, day: u32) -> i64 {
    360 * i64::from(year) + 30 * (i64::from(month) - 1) + i64::from(day.min(30))
}

/// Years from one date to another on the 30E/360 calendar (every month has 30 days; the 31st counts as the 30th).
pub fn years_between(from: Date, to: Date) -> f64 {
    (days_360(to) - days_360(from)) as f64 / 360.0
}
