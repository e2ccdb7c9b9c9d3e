//! Dates as people type them: `12/31/2040`, `12 May 2026`, `Q4 2040`, Excel's day numbers.

use super::date::Date;

/// A date read from a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The date; month before day where the text leaves that open and has slashes or hyphens.
    pub(super) date: Date,
    /// The date with day and month exchanged, if the text may mean that too.
    pub(super) or: Option<Date>,
}

/// Reads a date; `None` if the text is none. A year, quarter or month stands for its last day if `last`, else for its first.
pub(super) fn read(text: &str, last: bool) -> Option<Reading> {
    let text = text.trim().to_lowercase();
    // Of a moment only the day counts.
    let day = text.split_once('t').filter(|(day, _)| day.starts_with(|c: char| c.is_ascii_digit()));
    let day = day.filter(|(day, _)| Date::parse(day).is_some()).map_or(text.as_str(), |(day, _)| day);
    let day = day.split_once(' ').filter(|(_, time)| time.contains(':')).map_or(day, |(day, _)| day);
    let mut last = last;
    let mut words: Vec<&str> = Vec::new();
    for word in day.split([' ', '\u{a0}', '/', '-', '.', ',', '\'']).filter(|word| !word.is_empty()) {
        match word {
            "of" | "the" | "fy" | "year" => {}
            "end" | "eoy" | "ye" => last = true,
            "start" | "begin" | "beginning" => last = false,
            _ => words.push(word),
        }
    }
    let only = |date: Option<Date>| date.map(|date| Reading { date, or: None });
    match words.as_slice() {
        [one] => only(alone(one, last)),
        [first, second] => only(in_month(first, second, last).or_else(|| in_month(second, first, last))),
        [first, second, third] => three(first, second, third, day.contains('.')),
        _ => None,
    }
}

/// `2040`, `20401231`, `2040Q4`, `4Q2040`, `46387`.
fn alone(word: &str, last: bool) -> Option<Date> {
    if let Some((before, after)) = word.split_once('q') {
        return quarter(before, after, last).or_else(|| quarter(after, before, last));
    }
    let number: i64 = number(word)?.into();
    match word.len() {
        4 if (1900..=2200).contains(&number) => year(number as i32, last),
        5 | 6 if (10_000..=110_000).contains(&number) => Date::from_excel(number),
        8 => exact((number / 10_000) as i32, (number / 100 % 100) as u32, (number % 100) as u32),
        _ => None,
    }
}

/// A year with a quarter or a month: `2040 Q4`, `2040-07`, `2040 May`.
fn in_month(year_word: &str, part: &str, last: bool) -> Option<Date> {
    let year = year_of(year_word)?;
    if let Some(digit) = part.strip_prefix('q').or_else(|| part.strip_suffix('q')) {
        return quarter(year_word, digit, last);
    }
    let month = month_named(part).or_else(|| number(part).filter(|_| year_word.len() == 4))?;
    if last { Date::month_end(year, month) } else { Date::new(year, month, 1) }
}

fn quarter(year_word: &str, digit: &str, last: bool) -> Option<Date> {
    let year = year_of(year_word)?;
    let quarter = number(digit).filter(|digit| (1..=4).contains(digit))?;
    if last { Date::month_end(year, 3 * quarter) } else { Date::new(year, 3 * quarter - 2, 1) }
}

fn year(year: i32, last: bool) -> Option<Date> {
    if last { Date::new(year, 12, 31) } else { Date::new(year, 1, 1) }
}

/// Three words in any usual order; with points between them the day comes first.
fn three(first: &str, second: &str, third: &str, points: bool) -> Option<Reading> {
    let only = |date: Option<Date>| date.map(|date| Reading { date, or: None });
    let day = |word: &str| {
        number(["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word))
    };
    if let Some(month) = month_named(second) {
        let year_first = first.len() == 4 && number(first).is_some();
        let (year, day) = if year_first { (first, day(third)?) } else { (third, day(first)?) };
        return only(exact(year_of(year)?, month, day));
    }
    if let Some(month) = month_named(first) {
        return only(exact(year_of(third)?, month, day(second)?));
    }
    let (a, b) = (number(first)?, number(second)?);
    if first.len() == 4 {
        let day = number(third)?;
        let year = a as i32;
        return only(exact(year, b, day).or_else(|| exact(year, day, b)));
    }
    let year = year_of(third)?;
    let (month_first, day_first) = (exact(year, a, b), exact(year, b, a));
    match (points, month_first, day_first) {
        (false, Some(date), other) => Some(Reading { date, or: other.filter(|other| *other != date) }),
        (true, _, Some(date)) | (false, None, Some(date)) | (true, Some(date), None) => {
            Some(Reading { date, or: None })
        }
        (_, None, None) => None,
    }
}

/// The date, or the last of its month if the month is shorter.
fn exact(year: i32, month: u32, day: u32) -> Option<Date> {
    let end = Date::month_end(year, month)?;
    if (1..=31).contains(&day) { Date::new(year, month, day.min(end.day())) } else { None }
}

fn number(word: &str) -> Option<u32> {
    if word.bytes().all(|byte| byte.is_ascii_digit()) { word.parse().ok() } else { None }
}

/// A year of four digits, or of two in this century.
fn year_of(word: &str) -> Option<i32> {
    let year = number(word)? as i32;
    match word.len() {
        4 => Some(year),
        2 => Some(2000 + year),
        _ => None,
    }
}

/// Names of the months, from January on.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_named(word: &str) -> Option<u32> {
    let fits = |name: &&str| {
        word.len() >= 3 && (name.starts_with(word) || (word == "sept" && name.starts_with("sep")))
    };
    MONTHS.iter().position(fits).map(|index| index as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_typed() {
        for (text, date) in [
            ("12/31/2040", "2040-12-31"),
            ("31/12/2040", "2040-12-31"),
            ("31.12.2040", "2040-12-31"),
            ("05.12.2026", "2026-12-05"),
            ("12-31-2040", "2040-12-31"),
            ("12/31/40", "2040-12-31"),
            ("2040/12/31", "2040-12-31"),
            ("2040.12.31", "2040-12-31"),
            ("2040-31-12", "2040-12-31"),
            ("20401231", "2040-12-31"),
            ("2026-7-1", "2026-07-01"),
            ("2026-06-31", "2026-06-30"),
            ("2027-02-29", "2027-02-28"),
            ("12 May 2026", "2026-05-12"),
            ("May 12, 2026", "2026-05-12"),
            ("12-May-26", "2026-05-12"),
            ("12th of May 2026", "2026-05-12"),
            ("Dec. 31st, 2040", "2040-12-31"),
            ("2040 December 31", "2040-12-31"),
            ("1 Sept 2026", "2026-09-01"),
            ("2040-12-31T00:00:00Z", "2040-12-31"),
            ("2040-12-31 00:00", "2040-12-31"),
            ("46387", "2026-12-31"),
        ] {
            assert_eq!(read(text, true).expect(text).date.to_string(), date, "{text}");
        }
        for text in
            ["", "soon", "never", "4.5", "13/13/2040", "2040-00-10", "1/2/3/4", "60bn", "99999999", "12 Mai"]
        {
            assert_eq!(read(text, true), None, "{text}");
        }
    }

    #[test]
    fn a_year_quarter_or_month_has_two_ends_and_an_open_order_two_readings() {
        for (text, first, last) in [
            ("2040", "2040-01-01", "2040-12-31"),
            ("Q4 2040", "2040-10-01", "2040-12-31"),
            ("2040Q1", "2040-01-01", "2040-03-31"),
            ("2Q40", "2040-04-01", "2040-06-30"),
            ("2040-02", "2040-02-01", "2040-02-29"),
            ("May 2026", "2026-05-01", "2026-05-31"),
            ("end of 2040", "2040-12-31", "2040-12-31"),
        ] {
            let ends = [false, true].map(|end| read(text, end).expect(text).date.to_string());
            assert_eq!(ends, [first, last], "{text}");
        }
        let open = read("05/12/2026", false).unwrap();
        assert_eq!(
            (open.date.to_string(), open.or.unwrap().to_string()),
            ("2026-05-12".into(), "2026-12-05".into())
        );
        assert_eq!(read("05/05/2026", false).unwrap().or, None);
        assert_eq!(read("12/31/2026", false).unwrap().or, None);
    }
}
