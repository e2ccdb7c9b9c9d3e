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

/// Where a run's random numbers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Independent random numbers on every path.
    Plain,
    /// Sobol points, randomised independently in each replicate.
    Sobol(Replicates),
}

impl Sampling {
    /// The number of replicates; `None` under plain sampling, where every path is independent of all others.
    pub fn replicates(self) -> Option<Replicates> {
        match self {
            Sampling::Plain => None,
            Sampling::Sobol(replicates) => Some(replicates),
        }
    }
}

/// The number of independent replicates of the Sobol points: a power of two from 8 to 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicates(u8);

impl Replicates {
    /// The number unless a scenario gives another.
    pub const DEFAULT: Replicates = Replicates(32);
    /// The largest number: a chunk has that many blocks, so that it holds points of every replicate.
    pub const MOST: usize = 64;

    /// `None` unless it is 8, 16, 32 or 64.
    pub fn new(number: u64) -> Option<Replicates> {
        matches!(number, 8 | 16 | 32 | 64).then_some(Replicates(number as u8))
    }

    /// The number.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// The replicate of a block of 64 paths, counted from 0.
    #[inline(always)]
    pub fn of_block(self, block: u64) -> usize {
        (block & (u64::from(self.0) - 1)) as usize
    }

    /// The replicate of a path, counted from 0.
    pub fn of_path(self, path: u64) -> usize {
        self.of_block(path >> 6)
    }

    /// The number, within its replicate, of the first point of a block of 64 paths.
    #[inline(always)]
    pub fn first_point(self, block: u64) -> u64 {
        block >> self.0.trailing_zeros() << 6
    }
}

/// The settings of `[run]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTerms {
    /// Number of paths, unless the command line overrides it.
    pub paths: Option<u64>,
    /// Seed, unless the command line overrides it.
    pub seed: Option<u64>,
    /// Where random numbers come from, unless the command line overrides it.
    pub sampling: Option<config::Sampling>,
    /// Number of replicates of Sobol points.
    pub replicates: Replicates,
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
        sampling: run.sampling.as_ref().map(|located| located.value),
        replicates: replicates(validator, &run.replicates),
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

/// The number of replicates.
fn replicates(validator: &mut Validator, written: &Option<Located<u64>>) -> Replicates {
    let Some(written) = written else { return Replicates::DEFAULT };
    Replicates::new(written.value).unwrap_or_else(|| {
        validator.problems.push(
            Problem::error(Code::Replicates, written.place, "`run.replicates` must be 8, 16, 32 or 64")
                .found(written.value.to_string())
                .allowed("8, 16, 32 or 64")
                .help("leave it out for 32"),
        );
        Replicates::DEFAULT
    })
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
