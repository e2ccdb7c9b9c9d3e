//! Deals: the revenue share and its cap, resale terms, the licence and the stake (methodology: revenue
//! share).

use crate::config::{self, Code, Config, Located, Number, Place, Problem, RateContent};

use super::parameters::ParamId;
use super::table::{Table, entry_path};
use super::timeline::TIME_SLACK;
use super::unit_words::plain;
use super::validator::{Side, Validator};

/// The revenue that is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareBase {
    /// OpenAI's net revenue.
    Net,
    /// What end customers pay.
    Gross,
}

/// The rate of the revenue share over time.
#[derive(Clone, Debug)]
pub enum Rate {
    /// One rate.
    Flat(ParamId),
    /// (start in years from the valuation date, rate from then on), in order of time; 0 before the first.
    Schedule(Vec<(f64, ParamId)>),
}

/// The terms of one deal. All deals of a run use the same random draws.
#[derive(Clone, Debug)]
pub struct Deal {
    /// Its name.
    pub name: String,
    /// Start of the revenue share, years from the valuation date (may be negative).
    pub effective: f64,
    /// End of the revenue share, years from the valuation date (for a date: of the day after); `None`: the
    /// horizon.
    pub share_ends: Option<ParamId>,
    /// Rate of the share.
    pub rate: Rate,
    /// Base of the share.
    pub base: ShareBase,
    /// Fraction of the base that is eligible.
    pub eligible: ParamId,
    /// Cap on total payments, billions; `None`: no cap.
    pub cap: Option<ParamId>,
    /// Payments already counted towards the cap at time 0, billions.
    pub paid_to_date: ParamId,
    /// Hazard rate of termination, per year.
    pub termination_rate: ParamId,
    /// Time from the middle of a period to its payment, years.
    pub payment_lag: ParamId,
    /// Fraction of its OpenAI sales that the home cloud keeps until the licence ends.
    pub home_keeps: ParamId,
    /// End of the licence, years from the valuation date (of the day after); infinite if it never ends.
    pub licence_ends: f64,
    /// Whether the licence is exclusive.
    pub licence_exclusive: bool,
    /// Microsoft's stake at time 0; `None`: no stake in this deal.
    pub stake: Option<ParamId>,
    /// Time until which only the home cloud may sell, years from the valuation date; `None`: not exclusive.
    pub exclusive_until: Option<ParamId>,
}

/// Validates `[[deal]]`.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Vec<Deal> {
    if config.deal.is_empty() {
        validator.problems.push(
            Problem::error(Code::NoDeal, Place::FILE, "the scenario has no [[deal]]")
                .found("no deal")
                .allowed("at least one")
                .help("add [[deal]] with a name; `rate`, `cap_usd_bn` and `stake` say what is owed and held"),
        );
    }
    let names = validator.names("deal", "name", config.deal.iter().map(|deal| (&deal.name, deal.place)));
    config.deal.iter().zip(names).map(|(deal, name)| one(validator, config, deal, name)).collect()
}

fn one(validator: &mut Validator, config: &Config, deal: &config::Deal, name: String) -> Deal {
    let table = Table::new::<config::Deal>(entry_path("deal", &name), deal.place);
    let dates = [
        ("share_ends", &deal.share_ends, &deal.share_ends_years),
        ("exclusive_until", &deal.exclusive_until, &deal.exclusive_until_years),
    ];
    let [share_ends, exclusive_until] =
        dates.map(|(key, date, years)| end(validator, &table, key, date, years));
    if let (Some(from), Some(to)) = (&deal.effective, &deal.share_ends) {
        validator.span(&table, ("effective", from), ("share_ends", to));
    }
    if let (Some(from), Some(years)) = (&deal.effective, &deal.share_ends_years) {
        ends_after_start(validator, &table, from, years);
    }
    let cap = validator.optional(&deal.cap_usd_bn);
    let paid_to_date = validator.number(&table, "paid_to_date_usd_bn", &deal.paid_to_date_usd_bn);
    if let (Some(cap_number), Some(cap)) = (&deal.cap_usd_bn, cap)
        && let (Some(cap), Some(paid)) = (validator.constant(cap), validator.constant(paid_to_date))
        && cap <= paid
    {
        validator.problems.push(
            Problem::warning(
                Code::CapAlreadyReached,
                cap_number.place,
                format!("the cap of `deal.{name}` is reached before the valuation date: nothing is paid"),
            )
            .found(format!("a cap of {cap}, {paid} paid to date"))
            .allowed("a cap above what is paid to date"),
        );
    }
    warn_of_share_dates(validator, deal, &name, share_ends);
    warn_of_other_dates(validator, config, deal, &name, exclusive_until);
    Deal {
        effective: deal.effective.as_ref().map_or(0.0, |date| validator.time_of(date.value)),
        share_ends,
        rate: rate(validator, &table, &deal.rate),
        base: match deal.base.as_ref().map(|base| base.value) {
            Some(config::ShareBase::Gross) => ShareBase::Gross,
            Some(config::ShareBase::Net) | None => ShareBase::Net,
        },
        eligible: validator.number(&table, "eligible", &deal.eligible),
        cap,
        paid_to_date,
        termination_rate: validator.number(
            &table,
            "termination_rate_per_year",
            &deal.termination_rate_per_year,
        ),
        payment_lag: validator.number(&table, "payment_lag_years", &deal.payment_lag_years),
        home_keeps: home_keeps(validator, config, &table, &deal.home_keeps),
        licence_ends: deal
            .licence_ends
            .as_ref()
            .map_or(f64::INFINITY, |date| validator.time_after(date.value)),
        licence_exclusive: deal.licence_exclusive.as_ref().is_some_and(|flag| flag.value),
        stake: validator.optional(&deal.stake),
        exclusive_until,
        name,
    }
}

/// What the home cloud keeps: a term that decides billions, so it has no default where there is a home cloud.
fn home_keeps(
    validator: &mut Validator,
    config: &Config,
    table: &Table,
    written: &Option<Number>,
) -> ParamId {
    match written {
        None if config.cloud.is_empty() => validator.default(table, "home_keeps", 0.0),
        written => validator.required(table, "home_keeps", written),
    }
}

/// Warns of a share whose end in years lies before its first day on all paths.
fn ends_after_start(validator: &mut Validator, table: &Table, from: &Located<config::Date>, years: &Number) {
    let end = validator.optional(&Some(years.clone())).and_then(|id| validator.range(id));
    let start = validator.time_of(from.value);
    let Some((_, end)) = end.filter(|(_, end)| *end <= start && validator.timeline.is_some()) else { return };
    validator.problems.push(
        Problem::warning(
            Code::EndBeforeStart,
            years.place,
            format!("{}: `share_ends_years` is before `effective`: nothing is paid", table.header()),
        )
        .found(format!("{end} years"))
        .also(from.place, format!("`effective` is {}, {start:.2} years", from.value))
        .allowed(format!("more than {start:.2} years"))
        .help("both count from the valuation date: correct one of them"),
    );
}

/// Warns of dates of the revenue share off the timeline, with what they imply.
fn warn_of_share_dates(
    validator: &mut Validator,
    deal: &config::Deal,
    name: &str,
    share_ends: Option<ParamId>,
) {
    let Some(horizon) = validator.timeline.as_ref().map(|timeline| timeline.horizon()) else { return };
    let share = format!("the revenue share of `deal.{name}`");
    let date = |date: &Located<config::Date>| (date.place, date.value.to_string());
    let end = match (&deal.share_ends, &deal.share_ends_years, share_ends) {
        (Some(written), None, _) => validator.side(written.value).map(|side| (date(written), side)),
        (None, Some(years), Some(id)) => validator
            .side_of_end(id)
            .map(|side| ((years.place, validator.parameters.entry(id).wording.clone()), side)),
        _ => None,
    };
    let over = matches!(end, Some((_, Side::Before)));
    match end {
        Some(((place, found), Side::Before)) => {
            let message = format!("{share} ends before the valuation date: nothing is paid");
            validator.off_timeline(
                place,
                found,
                message,
                "correct the date, or write `rate = 0` if that is meant",
            );
        }
        Some(((place, found), Side::After)) => {
            let message = format!("{share} ends after the horizon: payments are counted to {horizon} only");
            let help =
                "move `timeline.horizon` to count them all, or write the horizon here if that is meant";
            validator.off_timeline(place, found, message, help);
        }
        None => {
            if let (Some(years), Some(id)) = (&deal.share_ends_years, share_ends) {
                warn_of_partial_end(validator, years, id, &share);
            }
        }
    }
    let effective = deal.effective.as_ref().and_then(|date| Some((date, validator.side(date.value)?)));
    match effective {
        Some((written, Side::After)) => {
            let (place, found) = date(written);
            let message = format!("{share} begins after the horizon: nothing is paid");
            validator.off_timeline(place, found, message, "correct the date, or move `timeline.horizon`");
        }
        // The past of a share counts only through what was paid.
        Some((written, Side::Before))
            if !over && deal.cap_usd_bn.is_some() && deal.paid_to_date_usd_bn.is_none() =>
        {
            let (place, found) = date(written);
            let message = format!("{share} began before the valuation date, and 0 of its cap counts as paid");
            let help =
                "add `paid_to_date_usd_bn`: what was paid before the valuation date, 0 if that is meant";
            validator.off_timeline(place, found, message, help);
        }
        _ => {}
    }
    if let Some(RateContent::Schedule(steps)) = &deal.rate {
        for from in steps.iter().flat_map(|step| &step.from) {
            if validator.side(from.value) == Some(Side::After) {
                let (place, found) = date(from);
                let message = format!("the rate of `deal.{name}` from {} on never applies", from.value);
                validator.off_timeline(
                    place,
                    found,
                    message,
                    "take the step out, or move `timeline.horizon`",
                );
            }
        }
    }
}

/// Warns of an uncertain end of the revenue share that lies off the timeline on part of the paths.
fn warn_of_partial_end(validator: &mut Validator, years: &Number, id: ParamId, share: &str) {
    const NOTABLE: f64 = 1e-3;
    let Some((end, horizon)) =
        validator.timeline.as_ref().map(|timeline| (timeline.end(), timeline.horizon()))
    else {
        return;
    };
    if validator.is_failed(id) {
        return;
    }
    let Some(law) = validator.distribution(id) else { return };
    let (before, after) = (law.cdf(TIME_SLACK), law.probability_above(end + TIME_SLACK));
    let found = validator.parameters.entry(id).wording.clone();
    let futures = |probability: f64| format!("{}% of futures", plain(100.0 * probability));
    if after >= NOTABLE {
        let message = format!(
            "{share} ends after the horizon in {}: there payments are counted to {horizon} only",
            futures(after)
        );
        let help = "move `timeline.horizon` to count them all, or bound it with `max` if that is meant";
        validator.off_timeline(years.place, found.clone(), message, help);
    }
    if before >= NOTABLE {
        let message =
            format!("{share} ends before the valuation date in {}: there nothing is paid", futures(before));
        let help = "it counts years from the valuation date: bound it with `min`, or correct it";
        validator.off_timeline(years.place, found, message, help);
    }
}

/// Warns of an end of licence or exclusivity off the timeline, with what it implies.
fn warn_of_other_dates(
    validator: &mut Validator,
    config: &Config,
    deal: &config::Deal,
    name: &str,
    exclusive_until: Option<ParamId>,
) {
    let Some(horizon) = validator.timeline.as_ref().map(|timeline| timeline.horizon()) else { return };
    if let Some(written) = &deal.licence_ends {
        let licence = format!("the licence of `deal.{name}`");
        // Without revenue of Microsoft's own the licence has no value that could be cut off.
        let has_value = config.microsoft.as_ref().is_some_and(|microsoft| microsoft.ai.is_some());
        let told = match validator.side(written.value) {
            Some(Side::Before) => Some((
                format!(
                    "{licence} ended before the valuation date: it is worth 0, and `home_keeps` never applies"
                ),
                "correct the date; leave it out for a licence that never ends",
            )),
            Some(Side::After) if has_value => Some((
                format!("{licence} ends after the horizon: what it saves is counted to {horizon} only"),
                "move `timeline.horizon` to count it all, or write the horizon here if that is meant",
            )),
            _ => None,
        };
        if let Some((message, help)) = told {
            validator.off_timeline(written.place, written.value.to_string(), message, help);
        }
    }
    // An exclusivity to the horizon and beyond is as long as it says.
    let over = match (&deal.exclusive_until, &deal.exclusive_until_years, exclusive_until) {
        (Some(date), None, _) if validator.side(date.value) == Some(Side::Before) => {
            Some((date.place, date.value.to_string()))
        }
        (None, Some(years), Some(id)) if validator.side_of_end(id) == Some(Side::Before) => {
            Some((years.place, validator.parameters.entry(id).wording.clone()))
        }
        _ => None,
    };
    if let Some((place, found)) = over {
        let message = format!(
            "the exclusivity of `deal.{name}` ended before the valuation date: other clouds sell from the start"
        );
        validator.off_timeline(place, found, message, "correct the date, or take it out");
    }
}

/// An end given as a date (included) or as a number of years; `None` if neither is written.
fn end(
    validator: &mut Validator,
    table: &Table,
    key: &str,
    date: &Option<Located<config::Date>>,
    years: &Option<Number>,
) -> Option<ParamId> {
    let years_key = format!("{key}_years");
    match (date, years) {
        (Some(date), Some(years)) => {
            validator.exclusive(table, (key, date.place), (&years_key, years.place));
            None
        }
        (Some(date), None) => {
            let time = validator.time_after(date.value);
            Some(validator.dated(table, key, date.value, time))
        }
        (None, years) => validator.optional(years),
    }
}

fn rate(validator: &mut Validator, table: &Table, rate: &Option<RateContent>) -> Rate {
    match rate {
        None => Rate::Flat(validator.number(table, "rate", &None)),
        Some(RateContent::Number(number)) => {
            Rate::Flat(validator.number(table, "rate", &Some(number.clone())))
        }
        Some(RateContent::Schedule(steps)) => {
            if steps.is_empty() {
                validator.problems.push(
                    Problem::error(
                        Code::KeyMissing,
                        table.place,
                        format!("`{}` is a list without steps", table.key("rate")),
                    )
                    .found("an empty list")
                    .allowed("at least one { from = DATE, rate = NUMBER }")
                    .help("add a step, or write one number"),
                );
            }
            let mut list: Vec<(config::Date, ParamId)> = Vec::new();
            for (index, step) in steps.iter().enumerate() {
                let name = step.from.as_ref().map_or((index + 1).to_string(), |date| date.value.to_string());
                let row = Table::new::<config::RateStep>(entry_path(&table.key("rate"), &name), step.place);
                let from = validator.required_value(&row, "from", &step.from);
                let id = validator.number(&row, "rate", &step.rate);
                if let (Some(from), Some(written)) = (from, &step.from) {
                    if list.iter().any(|(other, _)| *other == from) {
                        validator.duplicate_date(table, "rate", written);
                    }
                    list.push((from, id));
                }
            }
            list.sort_by_key(|(from, _)| *from);
            Rate::Schedule(list.into_iter().map(|(from, id)| (validator.time_of(from), id)).collect())
        }
    }
}
