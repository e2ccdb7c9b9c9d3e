//! The timeline: calendar periods from the valuation date to the horizon, in years by the 30E/360 day count.

use crate::config::section::Section;
use crate::config::{self, Code, Config, Date, Place, Problem, Problems};

use super::day_count::{days_360, days_360_after, years_between};
use super::table::Table;

/// Largest number of periods; longer timelines are refused.
pub const MOST_PERIODS: usize = 1200;

/// Times closer than this, in years, are the same; a day is 1/360.
pub(super) const TIME_SLACK: f64 = 1e-9;

/// The length of a whole period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodLength {
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    Year,
}

/// One period. The valuation date may cut the first period short, and the horizon the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// Start `T_{p-1}`, years from the valuation date.
    pub start: f64,
    /// End `T_p`, years from the valuation date (of the day after the last day).
    pub end: f64,
    /// Length `Δ_p = end - start`, years.
    pub length: f64,
    /// Middle `m_p`, years from the valuation date.
    pub middle: f64,
    /// The calendar year of the period; no period spans two years.
    pub year: i32,
    /// The last day, included.
    pub last_day: Date,
}

/// A calendar year of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Year {
    /// The calendar year.
    pub year: i32,
    /// Index of its first period.
    pub first: usize,
    /// Index of its last period.
    pub last: usize,
    /// Whether the valuation date is after 1 January of this year.
    pub cut_at_start: bool,
}

/// The simulated periods.
#[derive(Clone, Debug)]
pub struct Timeline {
    pub(crate) valuation_date: Date,
    pub(crate) horizon: Date,
    pub(crate) period: PeriodLength,
    pub(crate) periods: Vec<Period>,
    pub(crate) years: Vec<Year>,
}

impl Timeline {
    /// The valuation date, time 0.
    pub fn valuation_date(&self) -> Date {
        self.valuation_date
    }
    /// The last day, included.
    pub fn horizon(&self) -> Date {
        self.horizon
    }
    /// The length of a whole period.
    pub fn period_length(&self) -> PeriodLength {
        self.period
    }
    /// The periods, in order of time; never empty.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }
    /// The calendar years, in order.
    pub fn years(&self) -> &[Year] {
        &self.years
    }
    /// Time of 1 January of the valuation year, years from the valuation date (0 or negative).
    pub fn first_year_start(&self) -> f64 {
        years_between(
            self.valuation_date,
            Date::new(self.valuation_date.year(), 1, 1).expect("1 January is a date"),
        )
    }
    /// End of the last period `T_N`, years from the valuation date.
    pub fn end(&self) -> f64 {
        self.periods[self.periods.len() - 1].end
    }
}

impl Timeline {
    /// The periods from `valuation_date` to `horizon`, including both days; `None` if no time passes between
    /// them or there are more than [`MOST_PERIODS`].
    pub fn new(valuation_date: Date, horizon: Date, period: PeriodLength) -> Option<Timeline> {
        let start = days_360(valuation_date);
        if horizon < valuation_date
            || days_360_after(horizon) <= start
            || count_periods(valuation_date, horizon, period) > MOST_PERIODS
        {
            return None;
        }
        let mut periods: Vec<Period> = Vec::new();
        let mut years: Vec<Year> = Vec::new();
        let mut from = start;
        let mut month = first_month(valuation_date, period);
        let mut year = valuation_date.year();
        while periods.last().is_none_or(|last| last.last_day < horizon) {
            let last_month = month + period.months() - 1;
            let whole =
                Date::new(year, last_month, Date::days_in_month(year, last_month)).expect("a month's end");
            let last_day = whole.min(horizon);
            let to = days_360_after(last_day);
            periods.push(Period {
                start: (from - start) as f64 / 360.0,
                end: (to - start) as f64 / 360.0,
                length: (to - from) as f64 / 360.0,
                middle: (from + to - 2 * start) as f64 / 720.0,
                year,
                last_day,
            });
            let index = periods.len() - 1;
            match years.last_mut() {
                Some(last) if last.year == year => last.last = index,
                _ => years.push(Year { year, first: index, last: index, cut_at_start: false }),
            }
            from = to;
            month += period.months();
            if month > 12 {
                month = 1;
                year += 1;
            }
        }
        years[0].cut_at_start = (valuation_date.month(), valuation_date.day()) != (1, 1);
        Some(Timeline { valuation_date, horizon, period, periods, years })
    }

    /// Time of the start of a day, years from the valuation date.
    pub fn time_of(&self, date: Date) -> f64 {
        years_between(self.valuation_date, date)
    }

    /// Time of the end of a day, years from the valuation date.
    pub fn time_after(&self, date: Date) -> f64 {
        (days_360_after(date) - days_360(self.valuation_date)) as f64 / 360.0
    }

    /// Whether a time lies after the end of the last period.
    pub(super) fn is_past_end(&self, time: f64) -> bool {
        time > self.end() + TIME_SLACK
    }

    /// Whether a day is on the timeline, including valuation date and horizon.
    pub fn contains(&self, date: Date) -> bool {
        (self.valuation_date..=self.horizon).contains(&date)
    }

    /// Validates `[timeline]`.
    pub(super) fn validate(problems: &mut Problems, config: &Config) -> Option<Timeline> {
        let Some(written) = &config.timeline else {
            problems.push(
                Problem::error(Code::TableMissing, Place::FILE, "the scenario has no [timeline]")
                    .found("no such table")
                    .help("add [timeline] with valuation_date, horizon and period"),
            );
            return None;
        };
        let table = Table::new::<config::Timeline>("timeline", written.place);
        let keys = written.written();
        for key in ["period", "valuation_date", "horizon"] {
            if !keys.iter().any(|(other, _)| *other == key) {
                problems.push(table.missing(key));
            }
        }
        let (start, horizon) = (written.valuation_date.as_ref()?, written.horizon.as_ref()?);
        if let Err(problem) = table.span(("valuation_date", start), ("horizon", horizon)) {
            problems.push(*problem);
            return None;
        }
        let period = PeriodLength::from(written.period.as_ref()?.value);
        let periods = count_periods(start.value, horizon.value, period);
        if periods > MOST_PERIODS {
            problems.push(
                Problem::error(
                    Code::TimelineTooLong,
                    horizon.place,
                    format!("the timeline has {periods} periods; at most {MOST_PERIODS} are simulated"),
                )
                .found(horizon.value.to_string())
                .allowed(format!("at most {MOST_PERIODS} periods"))
                .help("take an earlier horizon, or longer periods"),
            );
            return None;
        }
        Timeline::new(start.value, horizon.value, period)
    }
}

impl From<config::Period> for PeriodLength {
    fn from(written: config::Period) -> PeriodLength {
        match written {
            config::Period::Month => PeriodLength::Month,
            config::Period::Quarter => PeriodLength::Quarter,
            config::Period::Year => PeriodLength::Year,
        }
    }
}

impl PeriodLength {
    /// Calendar months of a whole period.
    pub fn months(self) -> u32 {
        match self {
            PeriodLength::Month => 1,
            PeriodLength::Quarter => 3,
            PeriodLength::Year => 12,
        }
    }
}

/// The first month of the calendar period that contains a day.
fn first_month(date: Date, period: PeriodLength) -> u32 {
    (date.month() - 1) / period.months() * period.months() + 1
}

fn count_periods(from: Date, to: Date, period: PeriodLength) -> usize {
    let index = |date: Date| (12 * date.year() + date.month() as i32 - 1) / period.months() as i32;
    (index(to) - index(from) + 1).max(0) as usize
}
