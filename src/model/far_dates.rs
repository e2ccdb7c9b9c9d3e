//! Warns of dates decades away from the others: most often a wrong digit in the year.

use crate::config::{Code, Config, Date, Located, Problem, ProcessKeys, RateContent};

use super::day_count::years_between;
use super::unit_words::plain;
use super::validator::Validator;

/// Years from the valuation date within which dates are usual.
const USUAL_YEARS: f64 = 50.0;

/// Years by which the valuation date may usually lie before or after the latest source.
const USUAL_YEARS_OF_SOURCES: f64 = 15.0;

/// Calendar years in which a valuation date usually lies.
const USUAL_VALUATION: std::ops::RangeInclusive<i32> = 1980..=2060;

/// Warns of a valuation date decades off, and of other dates decades away from it.
pub(super) fn warn(validator: &mut Validator, config: &Config) {
    let Some(start) = config.timeline.as_ref().and_then(|timeline| timeline.valuation_date.as_ref()) else {
        return;
    };
    if let Some(problem) = valuation_date(config, start) {
        validator.problems.push(problem);
        return;
    }
    for (key, date) in dates(config) {
        let years = years_between(start.value, date.value);
        if years.abs() <= USUAL_YEARS {
            continue;
        }
        let side = if years > 0.0 { "after" } else { "before" };
        let message = format!(
            "`{key}` = {} is {} years {side} the valuation date; usual is up to {USUAL_YEARS}",
            date.value,
            plain(years.abs().round())
        );
        let meant = one_digit_off(date.value).find(|date| {
            let years = years_between(start.value, *date);
            sensible(&key).contains(&years)
        });
        let help = match meant {
            Some(date) => format!("did you mean {date}?"),
            None => "correct the year; what never ends has no end date".to_owned(),
        };
        validator.problems.push(Problem::warning(Code::UnusualNumber, date.place, message).help(help));
    }
}

/// The warning of a valuation date decades off.
fn valuation_date(config: &Config, start: &Located<Date>) -> Option<Problem> {
    let latest = config.source.iter().flat_map(|source| &source.date).map(|date| date.value).max();
    let from_latest = latest.map(|latest| (latest, years_between(latest, start.value)));
    let far = from_latest.filter(|(_, years)| years.abs() > USUAL_YEARS_OF_SOURCES);
    let said = match far {
        Some((latest, years)) => {
            let side = if years > 0.0 { "after" } else { "before" };
            format!("{} years {side} the latest source, of {latest}", plain(years.abs().round()))
        }
        None if !USUAL_VALUATION.contains(&start.value.year()) => {
            format!("outside {} to {}", USUAL_VALUATION.start(), USUAL_VALUATION.end())
        }
        None => return None,
    };
    let meant = latest.and_then(|latest| in_year(start.value, latest.year()));
    let help = meant.map_or("correct the year".to_owned(), |date| format!("did you mean {date}?"));
    let message = format!("`timeline.valuation_date` = {} is {said}", start.value);
    Some(Problem::warning(Code::UnusualNumber, start.place, message).help(help))
}

/// The years after the valuation date in which a date of that key makes sense.
fn sensible(key: &str) -> std::ops::RangeInclusive<f64> {
    const DAY: f64 = 1.0 / 360.0;
    match key.rsplit('.').next() {
        Some("horizon") => 2.0..=30.0,
        Some("from") if key.starts_with("history.") => -30.0..=0.0,
        Some("share_ends" | "licence_ends" | "exclusive_until" | "to") => DAY..=30.0,
        _ => -30.0..=30.0,
    }
}

/// The same day in years that are most easily typed for its own: a century or a millennium off, or another digit in one place.
fn one_digit_off(date: Date) -> impl Iterator<Item = Date> {
    let year = date.year();
    let digits = [1000, 100, 10].into_iter().flat_map(move |place| {
        let without = year - year / place % 10 * place;
        (0..10).map(move |digit| without + digit * place)
    });
    let years = [year - 100, year + 100, year - 1000, year + 1000].into_iter().chain(digits);
    years.filter(move |other| *other != year).filter_map(move |other| in_year(date, other))
}

/// The same day of another year; `None` where there is none.
fn in_year(date: Date, year: i32) -> Option<Date> {
    Date::new(year, date.month(), date.day())
}

/// Every date but the valuation date, with its key, where nothing else is said of one so far away.
fn dates(config: &Config) -> Vec<(String, &Located<Date>)> {
    let mut list: Vec<(String, &Located<Date>)> = Vec::new();
    fn push<'a>(
        list: &mut Vec<(String, &'a Located<Date>)>,
        table: &str,
        key: &str,
        date: &'a Option<Located<Date>>,
    ) {
        list.extend(date.as_ref().map(|date| (format!("{table}.{key}"), date)));
    }
    fn named(list: &str, name: &Option<Located<String>>) -> String {
        format!("{list}.{}", name.as_ref().map_or("", |name| &name.value))
    }
    fn dated(list: &str, date: &Option<Located<Date>>) -> String {
        format!("{list}.{}", date.as_ref().map_or(String::new(), |date| date.value.to_string()))
    }
    fn process<'a>(list: &mut Vec<(String, &'a Located<Date>)>, table: &str, keys: &'a ProcessKeys) {
        push(list, table, "midpoint", &keys.midpoint);
        for point in &keys.plan {
            push(list, &dated(&format!("{table}.plan"), &point.date), "date", &point.date);
        }
    }
    if let Some(timeline) = &config.timeline {
        push(&mut list, "timeline", "horizon", &timeline.horizon);
    }
    for row in config.history.iter().flat_map(|history| &history.period) {
        push(&mut list, &dated("history.period", &row.from), "from", &row.from);
    }
    for segment in &config.segment {
        process(&mut list, &named("segment", &segment.name), &segment.keys);
    }
    if let Some(ai) = config.microsoft.as_ref().and_then(|microsoft| microsoft.ai.as_ref()) {
        process(&mut list, "microsoft.ai", ai);
    }
    if let Some(in_house) = &config.in_house {
        push(&mut list, "in_house", "midpoint", &in_house.midpoint);
    }
    for contract in &config.contract {
        let table = named("contract", &contract.name);
        push(&mut list, &table, "from", &contract.from);
        push(&mut list, &table, "to", &contract.to);
    }
    for deal in &config.deal {
        let table = named("deal", &deal.name);
        push(&mut list, &table, "effective", &deal.effective);
        push(&mut list, &table, "share_ends", &deal.share_ends);
        push(&mut list, &table, "licence_ends", &deal.licence_ends);
        push(&mut list, &table, "exclusive_until", &deal.exclusive_until);
        if let Some(RateContent::Schedule(steps)) = &deal.rate {
            for step in steps {
                push(&mut list, &dated(&format!("{table}.rate"), &step.from), "from", &step.from);
            }
        }
    }
    list
}
