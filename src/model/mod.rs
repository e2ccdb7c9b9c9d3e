//! A scenario validated once: valid by construction and immutable. After this room nothing asks whether an input is valid.

pub mod absence;
pub mod cloud_mix;
pub mod cost;
pub mod deal;
pub mod dependence;
pub mod equity;
pub mod funding;
pub mod history;
pub mod ipo;
pub mod licence;
pub mod number;
pub mod parameters;
pub mod segment;
#[cfg(test)]
mod tests;
pub mod timeline;
mod validator;

pub use absence::absences;
pub use number::{ColumnError, EmpiricalColumns, NoColumns};

use crate::config::place::Place;
use crate::config::{self, Code, Config, Problem, Problems};

use parameters::{ParamId, Parameters};
use validator::{Table, Validator};

/// How mean-reverting growth steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The exact law of level and growth.
    Exact,
    /// The step of Schwartz and Moon (2000), for comparison only.
    Euler,
}

/// When a period's demand is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booking {
    /// Trapezoid of the rates at the period's start and end.
    Middle,
    /// Rate at the start.
    Start,
    /// Rate at the end.
    End,
}

/// What `[run]` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTerms {
    /// Paths, unless the command line says otherwise.
    pub paths: Option<u64>,
    /// Seed, unless the command line says otherwise.
    pub seed: Option<u64>,
    /// Step of mean-reverting growth.
    pub scheme: Scheme,
    /// Booking of demand.
    pub booking: Booking,
    /// Calendar year of the mix metrics.
    pub mix_year: i32,
}

/// Discount rates, one a stream, annual-effective.
#[derive(Clone, Copy, Debug)]
pub struct Discount {
    /// Of the revenue share.
    pub share: ParamId,
    /// Of equity.
    pub equity: ParamId,
    /// Of resale and hosting.
    pub cloud: ParamId,
    /// Of the licence.
    pub licence: ParamId,
    /// Of OpenAI's revenue.
    pub revenue: ParamId,
}

/// A source of figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Key by which numbers name it.
    pub key: String,
    /// Title.
    pub title: String,
    /// Address.
    pub url: String,
    /// Date, as ISO text.
    pub date: String,
}

/// The terms of a scenario: what [`Model`] gives to read.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Name of the scenario.
    pub name: String,
    /// Its digest: of the resolved scenario and the empirical files (hex).
    pub digest: String,
    /// `[run]`.
    pub run: RunTerms,
    /// Periods.
    pub timeline: timeline::Timeline,
    /// Every number.
    pub parameters: Parameters,
    /// Discount rates.
    pub discount: Discount,
    /// Rows before the valuation date, in order of time.
    pub history: Vec<history::HistoryPeriod>,
    /// Demand; never empty.
    pub segments: Vec<segment::Segment>,
    /// Shocks.
    pub shocks: Vec<segment::Shock>,
    /// Clouds; the home cloud first; empty: everything is sold directly.
    pub clouds: Vec<cloud_mix::Cloud>,
    /// Head start of the home cloud.
    pub home_first: Option<cloud_mix::HomeFirst>,
    /// `uplift`: extra sales through other clouds.
    pub uplift: ParamId,
    /// In-house models.
    pub in_house: Option<cloud_mix::InHouse>,
    /// Compute contracts.
    pub contracts: Vec<cost::Contract>,
    /// Microsoft's side.
    pub microsoft: licence::Microsoft,
    /// The licence.
    pub licence: licence::Licence,
    /// Deals; never empty.
    pub deals: Vec<deal::Deal>,
    /// Costs.
    pub costs: cost::Costs,
    /// Cash; `None`: cash counts 0 and nothing fails.
    pub cash: Option<funding::Cash>,
    /// Rounds, in the order of the scenario.
    pub rounds: Vec<funding::Round>,
    /// Shortfall funding and failure (defaults where the table is absent: disabled, recovery 0).
    pub funding: funding::Funding,
    /// Equity; `None`: no equity value, no IPO.
    pub equity: Option<equity::Equity>,
    /// IPO; `None`: never (always `None` without equity).
    pub ipo: Option<ipo::Ipo>,
    /// Correlations.
    pub dependence: dependence::Dependence,
    /// Sources.
    pub sources: Vec<Source>,
}

/// A valid scenario. Only `Model::from_config` makes one; it gives its [`Terms`] to read and nothing to change.
#[derive(Clone, Debug)]
pub struct Model {
    terms: Terms,
}

impl std::ops::Deref for Model {
    type Target = Terms;
    fn deref(&self) -> &Terms {
        &self.terms
    }
}

impl Model {
    /// Validates a scenario. Gives the model with any warnings, or all the problems there are.
    ///
    /// `name_if_absent` names a scenario without `name` (its file's name without the ending); `digest` goes into the
    /// terms as it is; `columns` reads the columns that `empirical` inputs name.
    pub fn from_config(
        config: &Config,
        name_if_absent: &str,
        digest: &str,
        columns: &dyn EmpiricalColumns,
    ) -> Result<(Model, Problems), Problems> {
        let sources: Vec<String> =
            config.source.iter().flat_map(|source| &source.key).map(|key| key.value.clone()).collect();
        let mut validator = Validator::new(config, &sources, columns);
        validator.timeline = timeline::Timeline::validate(&mut validator, config);
        let name = scenario_name(&mut validator, config, name_if_absent);
        let sources = validate_sources(&mut validator, config);
        let discount = validate_discount(&mut validator, config);
        let history = history::validate(&mut validator, config);
        let segments = segment::validate(&mut validator, config);
        let shocks = segment::validate_shocks(&mut validator, config);
        let clouds = cloud_mix::validate(&mut validator, config);
        let home_first = cloud_mix::validate_home_first(&mut validator, config);
        let uplift = cloud_mix::validate_reach(&mut validator, config);
        let in_house = cloud_mix::validate_in_house(&mut validator, config);
        let contracts = cost::validate_contracts(&mut validator, config, &clouds);
        let microsoft = licence::validate_microsoft(&mut validator, config);
        let licence = licence::validate(&mut validator, config);
        let deals = deal::validate(&mut validator, config);
        let costs = cost::validate(&mut validator, config);
        let cash = funding::validate_cash(&mut validator, config);
        let rounds = funding::validate_rounds(&mut validator, config);
        let funding = funding::validate(&mut validator, config);
        let equity = equity::validate(&mut validator, config, discount.equity);
        let ipo = ipo::validate(&mut validator, config);
        let run = validate_run(&mut validator, config);
        let factors = dependence::factors(&segments, &clouds, equity.as_ref(), &microsoft);
        // Where a segment failed, its factors are missing through no fault of the correlations.
        let dependence = if segments.len() == config.segment.len() {
            dependence::idle_growth(&mut validator, config, &segments, &microsoft);
            dependence::validate(&mut validator, config, &factors)
        } else {
            dependence::Dependence::default()
        };
        let Validator { problems, parameters, timeline, .. } = validator;
        match timeline {
            Some(timeline) if !problems.has_errors() => {
                let terms = Terms {
                    name,
                    digest: digest.to_owned(),
                    run,
                    timeline,
                    parameters,
                    discount,
                    history,
                    segments,
                    shocks,
                    clouds,
                    home_first,
                    uplift,
                    in_house,
                    contracts,
                    microsoft,
                    licence,
                    deals,
                    costs,
                    cash,
                    rounds,
                    funding,
                    equity,
                    ipo,
                    dependence,
                    sources,
                };
                Ok((Model { terms }, problems))
            }
            _ => Err(problems),
        }
    }

    /// The factors of this scenario with their names.
    pub fn factors(&self) -> Vec<(String, dependence::Factor)> {
        dependence::factors(&self.segments, &self.clouds, self.equity.as_ref(), &self.microsoft)
    }
}

fn scenario_name(validator: &mut Validator, config: &Config, name_if_absent: &str) -> String {
    match &config.name {
        Some(name) => {
            validator.check_name(&name.value, name.place, "the scenario's `name`");
            name.value.clone()
        }
        None => {
            if !validator::is_name(name_if_absent) {
                validator.problems.push(
                    Problem::error(
                        Code::BadName,
                        Place::FILE,
                        format!(
                            "the scenario has no `name`, and its file's name {name_if_absent:?} cannot be one"
                        ),
                    )
                    .found(format!("{name_if_absent:?}"))
                    .allowed(validator::NAME_WORDS)
                    .help("write `name = \"…\"` at the top, or rename the file"),
                );
            }
            name_if_absent.to_owned()
        }
    }
}

fn validate_sources(validator: &mut Validator, config: &Config) -> Vec<Source> {
    let keys =
        validator.names("source", "key", config.source.iter().map(|source| (&source.key, source.place)));
    let text = |leaf: &Option<config::Located<String>>| {
        leaf.as_ref().map_or(String::new(), |leaf| leaf.value.clone())
    };
    let mut sources = Vec::new();
    for (source, key) in config.source.iter().zip(keys) {
        let table = Table::new::<config::Source>(validator::entry_path("source", &key), source.place);
        if source.title.is_none() {
            validator.missing(&table, "title");
        }
        sources.push(Source {
            key,
            title: text(&source.title),
            url: text(&source.url),
            date: source.date.as_ref().map_or(String::new(), |date| date.value.to_string()),
        });
    }
    sources
}

fn validate_discount(validator: &mut Validator, config: &Config) -> Discount {
    let given = config.discount.clone().unwrap_or_default();
    let table = Table::new::<config::Discount>("discount", given.place);
    let stakes = config.equity.is_some() && config.deal.iter().any(|deal| deal.stake.is_some());
    // Perpetual growth without a rate of its own is discounted at this one.
    let perpetual = config.equity.as_ref().is_some_and(|equity| {
        equity.discount_rate.is_none()
            && equity.method.as_ref().is_some_and(|method| method.value == config::Method::PerpetualGrowth)
    });
    // A deal without a rate, or with the rate 0, pays nothing.
    let shares = config.deal.iter().filter_map(|deal| deal.rate.as_ref()).any(|rate| match rate {
        config::RateContent::Number(number) => {
            validator.optional(&Some(number.clone())).is_some_and(|num| validator.constant(num) != Some(0.0))
        }
        config::RateContent::Schedule(steps) => !steps.is_empty(),
    });
    let ai = config.microsoft.as_ref().is_some_and(|microsoft| microsoft.ai.is_some());
    let streams = [
        ("share", &given.share, shares, "payments of the revenue share"),
        ("equity", &given.equity, stakes || perpetual, "stakes"),
        (
            "cloud",
            &given.cloud,
            config.microsoft.is_some() && !config.cloud.is_empty(),
            "Microsoft's resale and hosting",
        ),
        ("licence", &given.licence, ai && config.licence.is_some(), "the relief from royalty"),
        ("revenue", &given.revenue, true, "net revenue kept"),
    ];
    for (key, slot, matters, what) in streams {
        if slot.is_none() && matters {
            validator.problems.push(
                Problem::warning(
                    Code::DiscountMissing,
                    table.place,
                    format!("there is no `discount.{key}`: 0 is taken for {what}"),
                )
                .found("no such key")
                .help(format!("add `{key}` to [discount], 0 if that is meant")),
            );
        }
    }
    Discount {
        share: validator.number(&table, "share", &given.share),
        equity: validator.number(&table, "equity", &given.equity),
        cloud: validator.number(&table, "cloud", &given.cloud),
        licence: validator.number(&table, "licence", &given.licence),
        revenue: validator.number(&table, "revenue", &given.revenue),
    }
}

/// The year of the mix metrics where the scenario names none.
const MIX_YEAR: i32 = 2030;

fn validate_run(validator: &mut Validator, config: &Config) -> RunTerms {
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
    let mix_year = run.mix_year.as_ref().map_or(MIX_YEAR, |year| {
        let value = i32::try_from(year.value).unwrap_or(i32::MAX);
        if let Some(timeline) = &validator.timeline
            && !timeline.years().iter().any(|known| known.year == value)
        {
            let years = timeline.years();
            let allowed = format!("{} to {}", years[0].year, years[years.len() - 1].year);
            validator.problems.push(
                Problem::warning(
                    Code::MixYear,
                    year.place,
                    format!("`run.mix_year` = {} is off the timeline: its metrics have no value", year.value),
                )
                .found(year.value.to_string())
                .allowed(allowed)
                .help("name a year of the timeline"),
            );
        }
        value
    });
    RunTerms {
        paths: run.paths.as_ref().map(|leaf| leaf.value),
        seed: run.seed.as_ref().map(|leaf| leaf.value),
        scheme: match run.scheme.as_ref().map(|leaf| leaf.value) {
            Some(config::Scheme::Euler) => Scheme::Euler,
            Some(config::Scheme::Exact) | None => Scheme::Exact,
        },
        booking: match run.booking.as_ref().map(|leaf| leaf.value) {
            Some(config::Booking::Start) => Booking::Start,
            Some(config::Booking::End) => Booking::End,
            Some(config::Booking::Middle) | None => Booking::Middle,
        },
        mix_year,
    }
}
