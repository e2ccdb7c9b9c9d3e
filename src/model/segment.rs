//! Segments of demand and the processes their annual rates follow (methodology: demand).

use crate::config::place::Place;
use crate::config::section::Section;
use crate::config::{self, Code, Config, Located, Number, Problem, ProcessKeys};

use super::parameters::ParamId;
use super::validator::{Table, Validator, entry_path};

/// `trend(t) = long_run + (now - long_run)·2^(-t/half_life)`.
#[derive(Clone, Copy, Debug)]
pub struct Trend {
    /// At time 0, a fraction of revenue.
    pub now: ParamId,
    /// In the long run, a fraction of revenue.
    pub long_run: ParamId,
    /// Years; may be infinite.
    pub half_life: ParamId,
}

/// The law of an annual rate over time.
#[derive(Clone, Debug)]
pub enum Process {
    /// Schwartz and Moon (2000): growth reverts to its long-run mean, volatilities decay.
    MeanRevertingGrowth {
        /// `R(0)`, billions a year.
        rate_now: ParamId,
        /// `g(0)`, a year, continuous.
        growth_now: ParamId,
        /// `ḡ`, a year.
        growth_long_run: ParamId,
        /// Half-life of the growth's deviation, years.
        growth_half_life: ParamId,
        /// `η_0`, a year per root year.
        growth_volatility_now: ParamId,
        /// `σ_0`, per root year.
        volatility_now: ParamId,
        /// `σ̄`, per root year.
        volatility_long_run: ParamId,
        /// Half-life of both volatilities' deviations, years.
        volatility_half_life: ParamId,
        /// `λ`.
        price_of_risk: ParamId,
        /// `λ_g`.
        growth_price_of_risk: ParamId,
    },
    /// Geometric Brownian motion.
    Gbm {
        /// `R(0)`, billions a year.
        rate_now: ParamId,
        /// A year, continuous.
        growth: ParamId,
        /// Per root year.
        volatility: ParamId,
    },
    /// A plan through dated annual rates, times a driftless deviation.
    Plan {
        /// The plan.
        shape: PlanShape,
        /// Per root year.
        volatility: ParamId,
    },
    /// An S-curve towards a ceiling, times a driftless deviation.
    Logistic {
        /// Billions a year.
        ceiling: ParamId,
        /// Time of half the ceiling, years from the valuation date.
        midpoint: ParamId,
        /// Years from 10% to 90%.
        ramp: ParamId,
        /// Per root year.
        volatility: ParamId,
    },
}

/// How a plan is given.
#[derive(Clone, Debug)]
pub enum PlanShape {
    /// (time in years, annual rate), in order of time; log-linear between, end slopes beyond; never empty. One point: constant.
    Points(Vec<(f64, ParamId)>),
    /// (index of the timeline's year, total), in order: one point in the middle of each year's part of the timeline
    /// (of its booked periods), solved so that the booked periods of the year add up to the total.
    AnnualTotals(Vec<(usize, ParamId)>),
}

/// A line of business.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name; factors are `factor.segment.NAME.level` and `.growth`.
    pub name: String,
    /// Distribution of its annual rate `R_k`.
    pub process: Process,
    /// `φ_k`, the share sold through clouds.
    pub cloud_sold: ParamId,
    /// Cost of inference as a fraction of sales.
    pub inference_cost: Trend,
}

/// What a shock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShockTarget {
    /// The log level of the segment of that index.
    Segment(usize),
    /// The log of the equity multiple.
    Multiple,
}

/// A jump that strikes at most once a period; streams `shock.NAME.strike` (uniform) and `shock.NAME.size` (normal).
#[derive(Clone, Debug)]
pub struct Shock {
    /// Its name.
    pub name: String,
    /// Strikes a year.
    pub rate: ParamId,
    /// Mean of the size `J`, in logs.
    pub mean: ParamId,
    /// Standard deviation of the size.
    pub sd: ParamId,
    /// What it moves, and by what multiple of the size.
    pub loadings: Vec<(ShockTarget, ParamId)>,
}

/// Validates `[[segment]]`; gives the names too.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Vec<Segment> {
    if config.segment.is_empty() {
        validator.problems.push(
            Problem::error(Code::NoSegment, Place::FILE, "the scenario has no [[segment]]")
                .found("no segment")
                .allowed("at least one")
                .help("add [[segment]] with a name and a process: revenue comes from there"),
        );
    }
    let names = validator.names(
        "segment",
        "name",
        config.segment.iter().map(|segment| (&segment.name, segment.place)),
    );
    let mut segments = Vec::new();
    for (segment, name) in config.segment.iter().zip(names) {
        let table = Table::new::<config::Segment>(entry_path("segment", &name), segment.place);
        let process = process(validator, &table, &segment.keys);
        let cloud_sold = validator.number(&table, "cloud_sold", &segment.cloud_sold);
        if config.cloud.is_empty()
            && let Some(number) = &segment.cloud_sold
            && validator.constant(cloud_sold) != Some(0.0)
        {
            validator.no_effect(
                number.place,
                format!("`{}` has no effect: there is no [[cloud]]", number.key),
                "without clouds everything is sold directly",
            );
        }
        let now = validator.number(&table, "inference_cost_now", &segment.inference_cost_now);
        let inference_cost = Trend {
            now,
            long_run: validator.number_or(&segment.inference_cost_long_run, now),
            half_life: validator.number(
                &table,
                "inference_cost_half_life_years",
                &segment.inference_cost_half_life_years,
            ),
        };
        if let Some(process) = process {
            segments.push(Segment { name, process, cloud_sold, inference_cost });
        }
    }
    segments
}

/// Validates `[[shock]]`.
pub(super) fn validate_shocks(validator: &mut Validator, config: &Config) -> Vec<Shock> {
    const MULTIPLE: &str = "equity.multiple";
    let names = validator.names("shock", "name", config.shock.iter().map(|shock| (&shock.name, shock.place)));
    let mut targets: Vec<String> =
        config.segment.iter().flat_map(|segment| &segment.name).map(|name| name.value.clone()).collect();
    let segments = targets.len();
    let has_multiple = config
        .equity
        .as_ref()
        .and_then(|equity| equity.method.as_ref())
        .is_some_and(|method| method.value != config::Method::PerpetualGrowth);
    if has_multiple {
        targets.push(MULTIPLE.to_owned());
    }
    let mut shocks = Vec::new();
    for (shock, name) in config.shock.iter().zip(names) {
        let table = Table::new::<config::Shock>(entry_path("shock", &name), shock.place);
        let mut loadings: Vec<(ShockTarget, ParamId)> = Vec::new();
        match &shock.loading {
            None => validator.missing(&table, "loading"),
            Some(given) if given.list.is_empty() => {
                validator.no_effect(
                    given.place,
                    format!("the shock `{name}` moves nothing"),
                    "name a segment in `loading`",
                );
            }
            Some(given) => {
                for loading in &given.list {
                    if loading.target.value == MULTIPLE && !has_multiple {
                        validator.problems.push(
                            Problem::error(
                                Code::UnknownSegment,
                                loading.target.place,
                                format!("the shock `{name}` moves `{MULTIPLE}`, and there is none"),
                            )
                            .found(MULTIPLE)
                            .allowed(targets.join(", "))
                            .help("add [equity] with a method that has a multiple, or take the loading out"),
                        );
                        continue;
                    }
                    let index =
                        validator.find(&loading.target, &targets, Code::UnknownSegment, "segment", "segment");
                    let num = validator.optional(&Some(loading.factor.clone()));
                    if let (Some(index), Some(num)) = (index, num) {
                        let target = if index < segments {
                            ShockTarget::Segment(index)
                        } else {
                            ShockTarget::Multiple
                        };
                        if loadings.iter().any(|(other, _)| *other == target) {
                            validator.problems.push(
                                Problem::error(
                                    Code::DuplicateName,
                                    loading.target.place,
                                    format!("the shock `{name}` moves `{}` twice", loading.target.value),
                                )
                                .found(loading.target.value.clone())
                                .help("keep one of the loadings"),
                            );
                        }
                        loadings.push((target, num));
                    }
                }
            }
        }
        shocks.push(Shock {
            rate: validator.number(&table, "rate_per_year", &shock.rate_per_year),
            mean: validator.number(&table, "mean", &shock.mean),
            sd: validator.number(&table, "sd", &shock.sd),
            loadings,
            name,
        });
    }
    shocks
}

/// The keys that a process uses.
fn keys_of(process: config::Process) -> &'static [&'static str] {
    match process {
        config::Process::MeanRevertingGrowth => &[
            "rate_now_usd_bn",
            "growth_now",
            "growth_long_run",
            "growth_half_life_years",
            "growth_volatility_now",
            "volatility_now",
            "volatility_long_run",
            "volatility_half_life_years",
            "price_of_risk",
            "growth_price_of_risk",
        ],
        config::Process::Gbm => &["rate_now_usd_bn", "growth", "volatility"],
        config::Process::Plan => &["plan", "annual_totals", "volatility"],
        config::Process::Logistic => {
            &["ceiling_usd_bn", "midpoint", "midpoint_years", "ramp_years", "volatility"]
        }
    }
}

/// Validates a process; `None`: there were problems that leave no process at all.
pub(super) fn process(validator: &mut Validator, table: &Table, keys: &ProcessKeys) -> Option<Process> {
    let process = validator.leaf(table, "process", &keys.process)?;
    foreign_keys(validator, table, keys, process);
    Some(match process {
        config::Process::MeanRevertingGrowth => {
            let growth_now = validator.required(table, "growth_now", &keys.growth_now);
            let volatility_now = validator.number(table, "volatility_now", &keys.volatility_now);
            Process::MeanRevertingGrowth {
                rate_now: validator.required(table, "rate_now_usd_bn", &keys.rate_now_usd_bn),
                growth_now,
                growth_long_run: validator.number_or(&keys.growth_long_run, growth_now),
                growth_half_life: validator.number(
                    table,
                    "growth_half_life_years",
                    &keys.growth_half_life_years,
                ),
                growth_volatility_now: validator.number(
                    table,
                    "growth_volatility_now",
                    &keys.growth_volatility_now,
                ),
                volatility_now,
                volatility_long_run: validator.number_or(&keys.volatility_long_run, volatility_now),
                volatility_half_life: validator.number(
                    table,
                    "volatility_half_life_years",
                    &keys.volatility_half_life_years,
                ),
                price_of_risk: validator.number(table, "price_of_risk", &keys.price_of_risk),
                growth_price_of_risk: validator.number(
                    table,
                    "growth_price_of_risk",
                    &keys.growth_price_of_risk,
                ),
            }
        }
        config::Process::Gbm => Process::Gbm {
            rate_now: validator.required(table, "rate_now_usd_bn", &keys.rate_now_usd_bn),
            growth: validator.required(table, "growth", &keys.growth),
            volatility: validator.number(table, "volatility", &keys.volatility),
        },
        config::Process::Plan => Process::Plan {
            shape: plan_shape(validator, table, keys),
            volatility: validator.number(table, "volatility", &keys.volatility),
        },
        config::Process::Logistic => Process::Logistic {
            ceiling: validator.required(table, "ceiling_usd_bn", &keys.ceiling_usd_bn),
            midpoint: midpoint(validator, table, &keys.midpoint, &keys.midpoint_years),
            ramp: validator.required(table, "ramp_years", &keys.ramp_years),
            volatility: validator.number(table, "volatility", &keys.volatility),
        },
    })
}

/// A midpoint as a date or as a number of years.
pub(super) fn midpoint(
    validator: &mut Validator,
    table: &Table,
    date: &Option<Located<config::Date>>,
    years: &Option<Number>,
) -> ParamId {
    match (date, years) {
        (Some(date), Some(years)) => {
            validator.exclusive(table, ("midpoint", date.place), ("midpoint_years", years.place));
            validator.placeholder(table, "midpoint_years")
        }
        (Some(date), None) => {
            let time = validator.time_of(date.value);
            validator.dated(table, "midpoint", date.value, time)
        }
        (None, Some(_)) => validator.required(table, "midpoint_years", years),
        (None, None) => {
            validator.neither(table, "midpoint", "midpoint_years");
            validator.placeholder(table, "midpoint_years")
        }
    }
}

fn foreign_keys(validator: &mut Validator, table: &Table, keys: &ProcessKeys, process: config::Process) {
    use crate::config::Choice;
    let numbers = [
        ("rate_now_usd_bn", &keys.rate_now_usd_bn),
        ("growth_now", &keys.growth_now),
        ("growth_long_run", &keys.growth_long_run),
        ("growth_half_life_years", &keys.growth_half_life_years),
        ("growth_volatility_now", &keys.growth_volatility_now),
        ("volatility_now", &keys.volatility_now),
        ("volatility_long_run", &keys.volatility_long_run),
        ("volatility_half_life_years", &keys.volatility_half_life_years),
        ("price_of_risk", &keys.price_of_risk),
        ("growth_price_of_risk", &keys.growth_price_of_risk),
        ("growth", &keys.growth),
        ("volatility", &keys.volatility),
        ("ceiling_usd_bn", &keys.ceiling_usd_bn),
        ("midpoint_years", &keys.midpoint_years),
        ("ramp_years", &keys.ramp_years),
    ];
    let mut given: Vec<(&str, Place)> =
        numbers.iter().filter_map(|(key, slot)| Some((*key, slot.as_ref()?.place))).collect();
    given.extend(keys.plan.first().map(|point| ("plan", point.place)));
    given.extend(keys.annual_totals.as_ref().map(|totals| ("annual_totals", totals.place)));
    given.extend(keys.midpoint.as_ref().map(|leaf| ("midpoint", leaf.place)));
    let own = keys_of(process);
    for (key, place) in given {
        if own.contains(&key) {
            continue;
        }
        let users: Vec<&str> = config::Process::WORDS
            .iter()
            .map(|word| word.word)
            .filter(|word| {
                config::Process::from_word(word).is_some_and(|other| keys_of(other).contains(&key))
            })
            .collect();
        validator.problems.push(
            Problem::error(
                Code::KeyWithoutEffect,
                place,
                format!("`{}` has no effect for {}", table.key(key), process.word()),
            )
            .found(key)
            .allowed(own.join(", "))
            .help(format!("it is a key of {}; take it out, or choose that process", users.join(", "))),
        );
    }
    debug_assert!(own.iter().all(|key| ProcessKeys::SPEC.find(key).is_some()));
}

/// Most years of annual totals: the kernel solves for one point each.
const MOST_TOTALS: usize = 128;

fn plan_shape(validator: &mut Validator, table: &Table, keys: &ProcessKeys) -> PlanShape {
    match (keys.plan.first(), &keys.annual_totals) {
        (Some(point), Some(totals)) => {
            validator.exclusive(table, ("plan", point.place), ("annual_totals", totals.place));
            PlanShape::Points(Vec::new())
        }
        (None, None) => {
            validator.neither(table, "plan", "annual_totals");
            PlanShape::Points(Vec::new())
        }
        (Some(_), None) => {
            let mut points: Vec<(config::Date, ParamId)> = Vec::new();
            for (index, point) in keys.plan.iter().enumerate() {
                let name = point.date.as_ref().map_or((index + 1).to_string(), |date| date.value.to_string());
                let row = Table::new::<config::PlanPoint>(entry_path(&table.key("plan"), &name), point.place);
                let date = validator.leaf(&row, "date", &point.date);
                let rate = validator.number(&row, "rate_usd_bn", &point.rate_usd_bn);
                if let (Some(date), Some(leaf)) = (date, &point.date) {
                    if points.iter().any(|(other, _)| *other == date) {
                        duplicate_date(validator, table, "plan", leaf);
                    }
                    points.push((date, rate));
                }
            }
            points.sort_by_key(|(date, _)| *date);
            let times: Vec<(f64, ParamId)> =
                points.iter().map(|(date, num)| (validator.time_of(*date), *num)).collect();
            // The 30th and the 31st are one day in years of 360 days.
            if validator.timeline.is_some()
                && let Some(at) = times.windows(2).position(|pair| pair[0].0 == pair[1].0)
                && points[at].0 != points[at + 1].0
            {
                let second = points[at + 1].0;
                let leaf = keys.plan.iter().flat_map(|point| &point.date).find(|leaf| leaf.value == second);
                if let Some(leaf) = leaf {
                    duplicate_date(validator, table, "plan", leaf);
                }
            }
            PlanShape::Points(times)
        }
        (None, Some(totals)) => {
            if totals.list.is_empty() {
                validator.missing(table, "annual_totals");
            }
            if let Some(beyond) = totals.list.get(MOST_TOTALS) {
                validator.problems.push(
                    Problem::error(
                        Code::TimelineTooLong,
                        beyond.year.place,
                        format!("{} has totals of {} years", table.header(), totals.list.len()),
                    )
                    .found(totals.list.len().to_string())
                    .allowed(format!("at most {MOST_TOTALS}"))
                    .help("give dated rates under `plan` instead"),
                );
            }
            let years: Vec<i32> = validator
                .timeline
                .iter()
                .flat_map(|timeline| timeline.years())
                .map(|year| year.year)
                .collect();
            let mut list = Vec::new();
            for total in &totals.list {
                let num = validator.optional(&Some(total.total.clone()));
                let index = years.iter().position(|year| *year == total.year.value);
                if let (Some(first), Some(last), None) = (years.first(), years.last(), index) {
                    validator.problems.push(
                        Problem::error(
                            Code::OffTimeline,
                            total.year.place,
                            format!("`{}` is a year off the timeline", total.total.key),
                        )
                        .found(total.year.value.to_string())
                        .allowed(format!("{first} to {last}"))
                        .help("take the year out, or move valuation date or horizon"),
                    );
                }
                if let (Some(index), Some(num)) = (index, num) {
                    list.push((index, num));
                }
            }
            PlanShape::AnnualTotals(list)
        }
    }
}

/// The problem of a date that a list has already.
pub(super) fn duplicate_date(
    validator: &mut Validator,
    table: &Table,
    list: &str,
    leaf: &Located<config::Date>,
) {
    validator.problems.push(
        Problem::error(
            Code::DuplicateDate,
            leaf.place,
            format!("`{}` has {} twice", table.key(list), leaf.value),
        )
        .found(leaf.value.to_string())
        .allowed("every date once (the 30th and the 31st of a month count as one day)")
        .help("take one of the two out, or change its date"),
    );
}
