//! Time: calendar periods cut by the valuation date and the horizon, in years of 360 days (30E/360).

use crate::config::Date;

/// How long a whole period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodLength {
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    Year,
}

/// One period: `start` to `end` in years from the valuation date; the first may be cut by it, the last by the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// `T_{p-1}`, years from the valuation date.
    pub start: f64,
    /// `T_p`, years from the valuation date (the time of the day after the last).
    pub end: f64,
    /// `Δ_p = end - start`, years.
    pub length: f64,
    /// `m_p`, the middle, years.
    pub middle: f64,
    /// The calendar year it lies in (periods never straddle a year).
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
    /// True where the valuation date cuts its beginning off.
    pub cut_at_start: bool,
}

/// The periods of a run.
#[derive(Clone, Debug)]
pub struct Timeline {
    pub(crate) valuation_date: Date,
    pub(crate) horizon: Date,
    pub(crate) period: PeriodLength,
    pub(crate) periods: Vec<Period>,
    pub(crate) years: Vec<Year>,
}

impl Timeline {
    /// Time 0.
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
    /// The periods in order of time; never empty.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }
    /// The calendar years in order.
    pub fn years(&self) -> &[Year] {
        &self.years
    }
    /// 1 January of the valuation date's year, years from the valuation date (not positive).
    pub fn first_year_start(&self) -> f64 {
        years_between(
            self.valuation_date,
            Date::new(self.valuation_date.year(), 1, 1).expect("1 January is a date"),
        )
    }
    /// `T_N`, years.
    pub fn end(&self) -> f64 {
        self.periods[self.periods.len() - 1].end
    }
}

/// Years from one date to another on the 30E/360 calendar (every month has 30 days; the 31st counts as the 30th).
pub fn years_between(from: Date, to: Date) -> f64 {
    let days = |date: Date| {
        360 * i64::from(date.year()) + 30 * (i64::from(date.month()) - 1) + i64::from(date.day().min(30))
    };
    (days(to) - days(from)) as f64 / 360.0
}
