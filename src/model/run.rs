//! The settings of `[run]`: paths, seed, numerical scheme and booking.

use crate::config::{self, Code, Config, Located, Place, Problem};

use super::validator::Validator;

/// The numerical scheme of mean-reverting growth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The exact joint distribution of level and growth.
    Exact,
    /// The Euler step of Schwartz and Moon (2000), for comparison only.
    Euler,
}

/// The rate at which a period's demand is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booking {
    /// Mean of the rates at the start and end of the period (trapezoidal rule).
    Middle,
    /// Rate at the start of the period.
    Start,
    /// Rate at the end of the period.
    End,
}

/// The settings of `[run]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTerms {
    /// Number of paths, unless the command line overrides it.
    pub paths: Option<u64>,
    /// Seed, unless the command line overrides it.
    pub seed: Option<u64>,
    /// Numerical scheme of mean-reverting growth.
    pub scheme: Scheme,
    /// Booking of demand.
    pub booking: Booking,
    /// Calendar year of the mix metrics.
    pub mix_year: i32,
}

/// Default calendar year of the mix metrics.
const MIX_YEAR: i32 = 2030;

/// Validates `[run]`.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> RunTerms {
    let run = config.run.clone().unwrap_or_default();
    if let Some(paths) = &run.paths
        && paths.value == 0
    {
        validator.problems.push(
            Problem::error(Code::PathsOption, paths.place, "`run.paths` must be at least 1")
                .found("0")
                .allowed("1 or more")
                .help("leave it out for 1,000,000 paths"),
        );
    }
    let mix_year = mix_year(validator, config, &run.mix_year);
    RunTerms {
        paths: run.paths.as_ref().map(|located| located.value),
        seed: run.seed.as_ref().map(|located| located.value),
        scheme: match run.scheme.as_ref().map(|located| located.value) {
            Some(config::Scheme::Euler) => Scheme::Euler,
            Some(config::Scheme::Exact) | None => Scheme::Exact,
        },
        booking: match run.booking.as_ref().map(|located| located.value) {
            Some(config::Booking::Start) => Booking::Start,
            Some(config::Booking::End) => Booking::End,
            Some(config::Booking::Middle) | None => Booking::Middle,
        },
        mix_year,
    }
}

/// The calendar year of the mix metrics; warns if it is not on the timeline. The default matters only if there is a mix.
fn mix_year(validator: &mut Validator, config: &Config, written: &Option<Located<u64>>) -> i32 {
    let value = written.as_ref().map_or(MIX_YEAR, |year| i32::try_from(year.value).unwrap_or(i32::MAX));
    if let Some(timeline) = &validator.timeline
        && !timeline.years().iter().any(|known| known.year == value)
        && (written.is_some() || !config.cloud.is_empty())
    {
        let years = timeline.years();
        let allowed = format!("{} to {}", years[0].year, years[years.len() - 1].year);
        let (place, found, default) = match written {
            Some(year) => (year.place, year.value.to_string(), ""),
            None => (Place::FILE, value.to_string(), ", its default,"),
        };
        validator.problems.push(
            Problem::warning(
                Code::MixYear,
                place,
                format!("`run.mix_year` = {found}{default} is off the timeline: its metrics have no value"),
            )
            .found(found)
            .allowed(allowed)
            .help("name a year of the timeline"),
        );
    }
    value
}
