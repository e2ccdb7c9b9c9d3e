//! Cash, agreed funding rounds, and what happens when cash runs short (methodology: funding and failure).

use crate::config::{self, Code, Config, Located, Problem};

use super::ipo;
use super::parameters::ParamId;
use super::table::{Table, entry_path};
use super::timeline::TIME_SLACK;
use super::validator::Validator;

/// OpenAI's cash.
#[derive(Clone, Copy, Debug)]
pub struct Cash {
    /// Cash at time 0, billions.
    pub now: ParamId,
    /// Interest rate, annual-effective.
    pub interest: ParamId,
    /// Minimum cash, billions; below it OpenAI raises money.
    pub minimum: ParamId,
}

/// When a round takes place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RoundTime {
    /// In the period that contains this time, years from the valuation date.
    At(f64),
    /// With the IPO, if that is not later than `until`, years from the valuation date (of the day after; infinite without one).
    OnIpo {
        /// The latest time of such an IPO.
        until: f64,
    },
}

/// The pre-money value of a round.
#[derive(Clone, Copy, Debug)]
pub enum PreMoney {
    /// A fixed value, billions.
    Value(ParamId),
    /// The equity value at the end of the previous period (for a round at the IPO: at the IPO).
    Market,
}

/// A funding round.
#[derive(Clone, Debug)]
pub struct Round {
    /// Its name.
    pub name: String,
    /// When it takes place.
    pub when: RoundTime,
    /// Amount raised, billions.
    pub amount: ParamId,
    /// Pre-money value.
    pub pre_money: PreMoney,
}

/// How cash shortfalls are funded, and what failure costs.
#[derive(Clone, Copy, Debug)]
pub struct Funding {
    /// Whether OpenAI can raise money when cash is short; otherwise it fails when cash is below 0.
    pub enabled: bool,
    /// Years of cash burn raised in addition to the shortfall.
    pub runway_years: ParamId,
    /// Discount to the equity value at which new shares are sold.
    pub round_discount: ParamId,
    /// Largest fraction of the company sold in one raise.
    pub max_dilution: ParamId,
    /// Fraction of enterprise value that is recovered after failure.
    pub recovery: ParamId,
}

/// Validates `[cash]`.
pub(super) fn validate_cash(validator: &mut Validator, config: &Config) -> Option<Cash> {
    let cash = config.cash.as_ref()?;
    let table = Table::new::<config::Cash>("cash", cash.place);
    Some(Cash {
        now: validator.number(&table, "now_usd_bn", &cash.now_usd_bn),
        interest: validator.number(&table, "yield", &cash.yield_rate),
        minimum: validator.number(&table, "minimum_usd_bn", &cash.minimum_usd_bn),
    })
}

/// Validates `[[round]]`.
pub(super) fn validate_rounds(validator: &mut Validator, config: &Config) -> Vec<Round> {
    let dated = |round: &config::Round| {
        let date = round.date.as_ref()?;
        Some(Located { value: date.value.to_string(), place: date.place })
    };
    let labels: Vec<Option<Located<String>>> =
        config.round.iter().map(|round| round.name.clone().or_else(|| dated(round))).collect();
    let entries = labels.iter().zip(&config.round).map(|(label, round)| (label, round.place));
    let names = validator.names("round", "name", entries);
    let mut rounds = Vec::new();
    for (round, name) in config.round.iter().zip(names) {
        let table = Table::new::<config::Round>(entry_path("round", &name), round.place);
        let amount = validator.number(&table, "amount_usd_bn", &round.amount_usd_bn);
        if let (Some(when), Some(pre_money)) =
            (round_time(validator, config, &table, round), pre_money(validator, config, &table, round))
        {
            rounds.push(Round { name, when, amount, pre_money });
        }
    }
    rounds
}

fn round_time(
    validator: &mut Validator,
    config: &Config,
    table: &Table,
    round: &config::Round,
) -> Option<RoundTime> {
    let on_ipo = round.on_ipo.as_ref().filter(|flag| flag.value);
    match (&round.date, on_ipo) {
        (Some(date), Some(flag)) => {
            validator.exclusive(table, ("date", date.place), ("on_ipo", flag.place));
            None
        }
        (None, None) => {
            validator.neither(table, "date", "on_ipo");
            None
        }
        (None, Some(flag)) => {
            if config.ipo.is_none() {
                validator.no_effect(
                    flag.place,
                    format!("{} never takes place: there is no [ipo]", table.header()),
                    "add [ipo], or give the round a `date`",
                );
            }
            Some(RoundTime::OnIpo { until: until(validator, config, table, round) })
        }
        (Some(date), None) => {
            if let Some(until) = &round.until {
                validator.problems.push(
                    Problem::error(
                        Code::KeysExclusive,
                        until.place,
                        format!("{} has `until`, and no `on_ipo = true`", table.header()),
                    )
                    .also(date.place, "`date`")
                    .help("`until` belongs to a round that waits for the IPO: take it out, or write `on_ipo = true` in place of `date`"),
                );
            }
            if let Some(timeline) = validator.timeline.as_ref()
                && !timeline.contains(date.value)
            {
                let allowed = format!("{} to {}", timeline.valuation_date(), timeline.horizon());
                validator.problems.push(
                    Problem::warning(
                        Code::RoundOffTimeline,
                        date.place,
                        format!("{} is off the timeline and never takes place", table.header()),
                    )
                    .found(date.value.to_string())
                    .allowed(allowed)
                    .help("money from before the valuation date belongs into cash.now_usd_bn and the stake"),
                );
            }
            Some(RoundTime::At(validator.time_of(date.value)))
        }
    }
}

/// The latest IPO that brings a round, years from the valuation date; warns where no IPO can, and where every one does.
fn until(validator: &mut Validator, config: &Config, table: &Table, round: &config::Round) -> f64 {
    let Some(until) = &round.until else { return f64::INFINITY };
    let latest = validator.time_after(until.value);
    let Some((ipo, timeline)) = config.ipo.as_ref().zip(validator.timeline.as_ref()) else { return latest };
    let first = ipo::first_offer(validator, ipo);
    let help = match first {
        Some(first) => format!(
            "the first IPO that the model can have is at the end of {}: write that day or a later one, or take the round out",
            first.last_day
        ),
        None => "take the round out: no IPO can be before the horizon".to_owned(),
    };
    let message = |what: &str| format!("{}: `until` is {}: {what}", table.header(), until.value);
    if first.is_none_or(|first| first.end > latest + TIME_SLACK) {
        let message = message("the round never takes place, since there is no IPO by then");
        validator.no_effect(until.place, message, help);
    } else if until.value > timeline.horizon() {
        let message = message("it has no effect, since it is after the horizon");
        validator.no_effect(until.place, message, "take it out, or move `timeline.horizon`");
    }
    latest
}

fn pre_money(
    validator: &mut Validator,
    config: &Config,
    table: &Table,
    round: &config::Round,
) -> Option<PreMoney> {
    match (&round.pre_money_usd_bn, &round.pre_money) {
        (Some(value), Some(word)) => {
            validator.exclusive(table, ("pre_money_usd_bn", value.place), ("pre_money", word.place));
            None
        }
        (None, None) => {
            validator.neither(table, "pre_money_usd_bn", "pre_money");
            None
        }
        (value @ Some(_), None) => validator.optional(value).map(PreMoney::Value),
        (None, Some(word)) => {
            if config.equity.is_none() {
                validator.problems.push(
                    Problem::error(
                        Code::TableMissing,
                        word.place,
                        format!("{} is at the market's value, and there is no [equity]", table.header()),
                    )
                    .found("pre_money = \"market\"")
                    .allowed("pre_money_usd_bn, or an [equity] table")
                    .help("add [equity], or write `pre_money_usd_bn`"),
                );
            }
            Some(PreMoney::Market)
        }
    }
}

/// Validates `[funding]`; without the table OpenAI cannot raise money when short, and nothing is recovered.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Funding {
    let funding = config.funding.clone().unwrap_or_default();
    let table = Table::new::<config::Funding>("funding", funding.place);
    if config.funding.is_some() && config.cash.is_none() {
        validator.no_effect(
            funding.place,
            "[funding] has no effect: there is no [cash]".to_owned(),
            "add [cash] with `now_usd_bn`; without it nothing fails",
        );
    }
    Funding {
        enabled: config.funding.is_some() && funding.enabled.as_ref().is_none_or(|flag| flag.value),
        runway_years: validator.number(&table, "runway_years", &funding.runway_years),
        round_discount: validator.number(&table, "round_discount", &funding.round_discount),
        max_dilution: validator.number(&table, "max_dilution", &funding.max_dilution),
        recovery: validator.number(&table, "recovery", &funding.recovery),
    }
}
