//! Processes of annual revenue rates: mean-reverting growth, geometric Brownian motion, plans and S-curves
//! (methodology: demand).

use crate::config::section::Section;
use crate::config::{self, Choice, Code, Date, Located, Number, Problem, ProcessKeys};

use super::parameters::ParamId;
use super::reversion::Reversion;
use super::table::{Table, entry_path};
use super::validator::Validator;

/// The stochastic process of an annual rate.
#[derive(Clone, Debug)]
pub enum Process {
    /// Schwartz and Moon (2000): growth reverts to its long-run mean, and volatilities decay.
    MeanRevertingGrowth {
        /// Rate `R(0)`, billions a year.
        rate_now: ParamId,
        /// Growth `g(0)`, per year, continuous.
        growth_now: ParamId,
        /// Long-run growth `ḡ`, per year, continuous.
        growth_long_run: ParamId,
        /// Half-life of deviations of growth, years.
        growth_half_life: ParamId,
        /// Volatility of growth `η_0`, per year per root year.
        growth_volatility_now: ParamId,
        /// Volatility of the level `σ_0`, per root year.
        volatility_now: ParamId,
        /// Long-run volatility of the level `σ̄`, per root year.
        volatility_long_run: ParamId,
        /// Half-life of both volatilities, years.
        volatility_half_life: ParamId,
        /// Market price of risk of the level `λ`, per root year.
        price_of_risk: ParamId,
        /// Market price of risk of growth `λ_g`, per root year.
        growth_price_of_risk: ParamId,
    },
    /// Geometric Brownian motion.
    Gbm {
        /// Rate `R(0)`, billions a year.
        rate_now: ParamId,
        /// Growth, per year, continuous.
        growth: ParamId,
        /// Volatility, per root year.
        volatility: ParamId,
    },
    /// A given plan times a driftless random deviation.
    Plan {
        /// The plan.
        shape: PlanShape,
        /// Volatility, per root year.
        volatility: ParamId,
    },
    /// An S-curve to a ceiling times a driftless random deviation.
    Logistic {
        /// Ceiling, billions a year.
        ceiling: ParamId,
        /// Time at which half of the ceiling is reached, years from the valuation date.
        midpoint: ParamId,
        /// Time from 10% to 90% of the ceiling, years.
        ramp: ParamId,
        /// Volatility, per root year.
        volatility: ParamId,
    },
}

/// How a plan is given.
#[derive(Clone, Debug)]
pub enum PlanShape {
    /// (time in years, annual rate), in order of time, never empty. The rate is log-linear between points and
    /// beyond them; one point means a constant rate.
    Points(Vec<(f64, ParamId)>),
    /// (index of the timeline's year, total), in order. Each year has one point in the middle of its booked
    /// periods, solved so that those periods add up to the total.
    AnnualTotals(Vec<(usize, ParamId)>),
}

impl Process {
    /// Validates a process; `None` if the key `process` is missing.
    pub(super) fn validate(validator: &mut Validator, table: &Table, keys: &ProcessKeys) -> Option<Process> {
        let process = validator.required_value(table, "process", &keys.process)?;
        foreign_keys(validator, table, keys, process);
        Some(match process {
            config::Process::MeanRevertingGrowth => {
                let growth = Reversion {
                    now: ("growth_now", &keys.growth_now),
                    long_run: ("growth_long_run", &keys.growth_long_run),
                    half_life: ("growth_half_life_years", &keys.growth_half_life_years),
                };
                let volatility = Reversion {
                    now: ("volatility_now", &keys.volatility_now),
                    long_run: ("volatility_long_run", &keys.volatility_long_run),
                    half_life: ("volatility_half_life_years", &keys.volatility_half_life_years),
                };
                let growth_trend = growth.validate(validator, table);
                growth.warn_of_lasting_growth(validator, table, &growth_trend);
                let volatility = volatility.validate(validator, table);
                Process::MeanRevertingGrowth {
                    rate_now: validator.required(table, "rate_now_usd_bn", &keys.rate_now_usd_bn),
                    growth_now: growth_trend.now,
                    growth_long_run: growth_trend.long_run,
                    growth_half_life: growth_trend.half_life,
                    growth_volatility_now: validator.number(
                        table,
                        "growth_volatility_now",
                        &keys.growth_volatility_now,
                    ),
                    volatility_now: volatility.now,
                    volatility_long_run: volatility.long_run,
                    volatility_half_life: volatility.half_life,
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
}

/// The keys that each process uses.
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

/// A midpoint, given as a date or as a number of years.
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

/// Reports keys that belong to other processes.
fn foreign_keys(validator: &mut Validator, table: &Table, keys: &ProcessKeys, process: config::Process) {
    let own = keys_of(process);
    for (key, place) in keys.written() {
        if key == "process" || own.contains(&key) {
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

/// Largest number of annual totals; each is one unknown that the simulation solves for.
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
        (Some(_), None) => PlanShape::Points(plan_points(validator, table, &keys.plan)),
        (None, Some(totals)) => PlanShape::AnnualTotals(annual_totals(validator, table, totals)),
    }
}

/// The points of a plan in order of time.
fn plan_points(validator: &mut Validator, table: &Table, plan: &[config::PlanPoint]) -> Vec<(f64, ParamId)> {
    let mut points: Vec<(Date, ParamId)> = Vec::new();
    for (index, point) in plan.iter().enumerate() {
        let name = point.date.as_ref().map_or((index + 1).to_string(), |date| date.value.to_string());
        let row = Table::new::<config::PlanPoint>(entry_path(&table.key("plan"), &name), point.place);
        let date = validator.required_value(&row, "date", &point.date);
        let rate = validator.number(&row, "rate_usd_bn", &point.rate_usd_bn);
        if let (Some(date), Some(written)) = (date, &point.date) {
            if points.iter().any(|(other, _)| *other == date) {
                validator.duplicate_date(table, "plan", written);
            }
            points.push((date, rate));
        }
    }
    points.sort_by_key(|(date, _)| *date);
    let times: Vec<(f64, ParamId)> =
        points.iter().map(|(date, id)| (validator.time_of(*date), *id)).collect();
    // The 30th and the 31st are one day in years of 360 days.
    if validator.timeline.is_some()
        && let Some(at) = times.windows(2).position(|pair| pair[0].0 == pair[1].0)
        && points[at].0 != points[at + 1].0
    {
        let second = points[at + 1].0;
        let written = plan.iter().flat_map(|point| &point.date).find(|date| date.value == second);
        if let Some(written) = written {
            validator.duplicate_date(table, "plan", written);
        }
    }
    let ends = [points.first(), points.last()].map(|end| {
        let date = end.map(|(date, _)| *date)?;
        plan.iter().flat_map(|point| &point.date).find(|written| written.value == date)
    });
    if let [Some(first), Some(last)] = ends {
        warn_of_extended_points(validator, table, first, last, &times);
    }
    times
}

/// Warns of points that begin after the valuation date or end before the horizon, with the rate to which they are extended.
/// One point means a constant rate, which needs no end.
fn warn_of_extended_points(
    validator: &mut Validator,
    table: &Table,
    first: &Located<Date>,
    last: &Located<Date>,
    times: &[(f64, ParamId)],
) {
    let Some(timeline) = &validator.timeline else { return };
    let (start, horizon, end) = (timeline.valuation_date(), timeline.horizon(), timeline.end());
    let rates = times.iter().map(|&(time, id)| Some((time, validator.median(id)?)));
    let Some(points) = rates.collect::<Option<Vec<_>>>() else { return };
    if times.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return;
    }
    let plan = table.key("plan");
    if first.value > start {
        let rate = rate_words(rate_at(&points, 0.0));
        let how = if points.len() == 1 { "is constant" } else { "is extended back along its first slope" };
        let message = format!(
            "`{plan}` begins on {}, after the valuation date: it {how} to {rate} on {start}",
            first.value
        );
        let help = format!("add a point on {start}, if another rate is meant");
        validator.off_timeline(first.place, first.value.to_string(), message, &help);
    }
    if last.value < horizon && points.len() > 1 {
        let rate = rate_words(rate_at(&points, end));
        let message = format!(
            "`{plan}` ends on {}, before the horizon: it is extended along its last slope to {rate} on {horizon}",
            last.value
        );
        let help = format!("add a point on {horizon}, if another rate is meant");
        validator.off_timeline(last.place, last.value.to_string(), message, &help);
    }
}

/// Rate at a time beyond the first or last of dated rates: the logarithm goes on in a straight line.
fn rate_at(points: &[(f64, f64)], time: f64) -> f64 {
    let [(first, start), (second, end)] = match points {
        [only] => return only.1,
        [first, second, ..] if time < first.0 => [*first, *second],
        _ => [points[points.len() - 2], points[points.len() - 1]],
    };
    start * (end / start).powf((time - first) / (second - first))
}

/// A rate in three digits: about 12.3 billion a year.
fn rate_words(rate: f64) -> String {
    // Rounded first: 9.996 has three digits as 10.0.
    let rounded: f64 = format!("{rate:.2e}").parse().unwrap_or(rate);
    let decimals = (2 - rounded.abs().log10().floor().clamp(-6.0, 2.0) as i32).max(0) as usize;
    format!("about {rounded:.decimals$} billion a year")
}

/// The totals of a plan, by index of the timeline's year.
fn annual_totals(
    validator: &mut Validator,
    table: &Table,
    totals: &config::AnnualTotals,
) -> Vec<(usize, ParamId)> {
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
    let years: Vec<i32> =
        validator.timeline.iter().flat_map(|timeline| timeline.years()).map(|year| year.year).collect();
    let mut list = Vec::new();
    for total in &totals.list {
        let id = validator.optional(&Some(total.total.clone()));
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
        list.extend(index.zip(id));
    }
    warn_of_extended_totals(validator, table, totals, &list);
    list
}

/// Warns of years of the timeline before the first total and after the last, with the rate to which they are extended. The
/// totals are solved along each path; here each counts as its mean rate in the middle of its year.
fn warn_of_extended_totals(
    validator: &mut Validator,
    table: &Table,
    totals: &config::AnnualTotals,
    list: &[(usize, ParamId)],
) {
    let (Some(&(first, _)), Some(&(last, _)), Some(timeline)) =
        (list.first(), list.last(), &validator.timeline)
    else {
        return;
    };
    if list.len() < totals.list.len() {
        return; // A year off the timeline is an error of its own.
    }
    // Middle and length of a year's part on the timeline, years.
    let span = |index: usize| {
        let year = timeline.years()[index];
        let (start, end) = (timeline.periods()[year.first].start, timeline.periods()[year.last].end);
        (0.5 * (start + end), end - start)
    };
    let rates = list.iter().map(|&(index, id)| Some((span(index).0, validator.median(id)? / span(index).1)));
    let Some(points) = rates.collect::<Option<Vec<_>>>() else { return };
    let year = |index: usize| timeline.years()[index].year;
    let final_year = timeline.years().len() - 1;
    let rate = |index: usize| rate_words(rate_at(&points, span(index).0));
    let mut told = Vec::new();
    if first > 0 {
        let message =
            format!("has no total before {}: it is extended back to {} in {}", year(first), rate(0), year(0));
        told.push((0, message, year(0)));
    }
    if last < final_year {
        let message = format!(
            "has no total after {}: it is extended to {} in {}",
            year(last),
            rate(final_year),
            year(final_year)
        );
        told.push((totals.list.len() - 1, message, year(final_year)));
    }
    for (at, message, missing) in told {
        let written = &totals.list[at].year;
        let message = format!("`{}` {message}", table.key("annual_totals"));
        let help = format!("add a total of {missing}, if another is meant");
        validator.off_timeline(written.place, written.value.to_string(), message, &help);
    }
}
