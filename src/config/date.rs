//! Calendar dates as scenarios write them: `2026-07-01`.

/// A valid date of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u32,
    day: u32,
}

impl Date {
    /// Makes a date, or `None` if the calendar has no such day. Years run from 0 to 9999, as in TOML.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let exists = (0..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=Self::days_in_month(year, month)).contains(&day);
        exists.then_some(Date { year, month, day })
    }

    /// Parses the form `2026-07-01`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, byte)| match i {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return None;
        }
        Date::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
    }

    /// The date of an Excel day number: 46387 is 2026-12-31. Day 60, which Excel takes for 29 February 1900, and those before it are none.
    pub fn from_excel(number: i64) -> Option<Self> {
        // Day 61 is 1 March 1900. Years that begin in March end in the leap day; 400 of them have 146,097 days.
        let days = number.checked_sub(61)?;
        if !(0..3_000_000).contains(&days) {
            return None;
        }
        // 1 March 1900 is 109,572 days after 1 March 1600.
        let days = days + 109_572;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Date::new((1600 + 400 * era + year + carry) as i32, month as u32, day as u32)
    }

    /// The last day of a month; `None` if there is no such month.
    pub fn month_end(year: i32, month: u32) -> Option<Self> {
        (1..=12).contains(&month).then(|| Date::new(year, month, Self::days_in_month(year, month))).flatten()
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, from 1 to 12.
    pub fn month(self) -> u32 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u32 {
        self.day
    }

    /// The number of days in a month (1 to 12) of a year.
    pub fn days_in_month(year: i32, month: u32) -> u32 {
        match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            _ => 31,
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_has_the_days_it_has() {
        assert!(Date::new(2024, 2, 29).is_some() && Date::new(2000, 2, 29).is_some());
        assert!(Date::new(2026, 2, 29).is_none() && Date::new(1900, 2, 29).is_none());
        assert!(Date::new(2026, 13, 1).is_none() && Date::new(2026, 4, 31).is_none());
        assert_eq!(Date::parse("2026-07-01").unwrap().to_string(), "2026-07-01");
        for (number, date) in [
            (61, "1900-03-01"),
            (36_526, "2000-01-01"),
            (36_585, "2000-02-29"),
            (45_351, "2024-02-29"),
            (46_387, "2026-12-31"),
            (51_501, "2040-12-31"),
            (73_109, "2100-02-28"),
            (73_110, "2100-03-01"),
        ] {
            assert_eq!(Date::from_excel(number).unwrap().to_string(), date);
        }
        assert_eq!(Date::from_excel(60), None);
        for wrong in ["2026-7-1", "2026-07-01T00:00:00", "2026/07/01", "+026-07-01", ""] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }
}
