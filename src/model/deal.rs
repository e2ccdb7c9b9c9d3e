//! Deals: the revenue share and its cap, resale terms, the licence and the stake (methodology: revenue
//! share).

use crate::config::{self, Code, Config, Located, Number, Place, Problem, RateContent};

use super::parameters::ParamId;
use super::table::{Table, entry_path};
use super::validator::Validator;

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
    config.deal.iter().zip(names).map(|(deal, name)| one(validator, deal, name)).collect()
}

fn one(validator: &mut Validator, deal: &config::Deal, name: String) -> Deal {
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
    let over = |validator: &Validator, date: &Located<config::Date>| {
        validator.timeline.as_ref().is_some_and(|timeline| date.value < timeline.valuation_date())
    };
    if let Some(date) = deal.share_ends.as_ref().filter(|date| over(validator, date)) {
        validator.problems.push(
            Problem::warning(
                Code::OffTimeline,
                date.place,
                format!("the revenue share of `deal.{name}` ends before the valuation date: nothing is paid"),
            )
            .found(date.value.to_string())
            .allowed("the valuation date or later"),
        );
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
        home_keeps: validator.number(&table, "home_keeps", &deal.home_keeps),
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
