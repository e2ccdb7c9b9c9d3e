//! Dates on an axis of years.

/// Year, month and day of an ISO date.
pub fn date(text: &str) -> (i32, u32, u32) {
    let mut parts = text.splitn(3, '-');
    let year = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let mut part = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(1);
    (year, part(), part())
}

/// Position of a date on an axis of years, where the end of 2026 is 2027.
pub fn on_axis(text: &str) -> f64 {
    let (year, month, day) = date(text);
    f64::from(year) + (f64::from(month - 1) + f64::from(day) / days_of(year, month)) / 12.0
}

/// The calendar period of so many months that ends on a day: `Q2 2027`, `Jun 2027`, `2027`.
pub fn period_label(last_day: &str, months: u32) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, _) = date(last_day);
    let name = MONTHS[(month.clamp(1, 12) - 1) as usize];
    match months {
        12 => year.to_string(),
        3 => format!("Q{} {year}", month.div_ceil(3)),
        _ => format!("{name} {year}"),
    }
}

fn days_of(year: i32, month: u32) -> f64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29.0,
        2 => 28.0,
        4 | 6 | 9 | 11 => 30.0,
        _ => 31.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_names() {
        assert_eq!(period_label("2027-06-30", 3), "Q2 2027");
        assert_eq!(period_label("2027-06-30", 1), "Jun 2027");
        assert_eq!(period_label("2027-12-31", 12), "2027");
        // The horizon may cut a period.
        assert_eq!(period_label("2027-05-12", 3), "Q2 2027");
    }

    #[test]
    fn dates() {
        assert_eq!(date("2026-07-01"), (2026, 7, 1));
        assert_eq!(on_axis("2026-12-31"), 2027.0);
        assert_eq!(on_axis("2028-02-29"), 2028.0 + 2.0 / 12.0);
        assert!((on_axis("2026-06-30") - 2026.5).abs() < 1e-12);
    }
}
