//! The clouds that sell OpenAI's models, the home cloud's head start, reach and in-house models (methodology:
//! cloud mix).

use crate::config::{self, Code, Config, Located, Place, Problem};

use super::parameters::ParamId;
use super::party_names::PartyNames;
use super::process::midpoint;
use super::reversion::{Reversion, Trend};
use super::table::{Table, entry_path};
use super::unit_words::plain;
use super::validator::{Side, Validator};

/// A cloud that sells and hosts OpenAI's models. The home cloud comes first; its share is what the others
/// leave.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// Its name; its factor is `factor.cloud.NAME.mix`.
    pub name: String,
    /// Share of cloud sales at time 0.
    pub share_now: ParamId,
    /// Share with which it enters when it opens, if `share_now` is 0.
    pub entry_share: ParamId,
    /// Long-run share, before shares are normalised to sum to 1.
    pub long_run_share: ParamId,
    /// Half-life of deviations of its log share relative to the home cloud, years (unused for the home
    /// cloud).
    pub half_life: ParamId,
    /// Volatility of its log share relative to the home cloud, per root year (unused for the home cloud).
    pub volatility: ParamId,
    /// Fraction of its sales that it keeps (the home cloud: after the deal's licence has ended).
    pub fee: ParamId,
    /// Weight in compute beyond the committed contracts.
    pub flex_share: ParamId,
    /// Time at which it opens, years from the valuation date; `-inf` if it is always open.
    pub opens: f64,
}

/// The head start of the home cloud: new products are sold there first.
#[derive(Clone, Copy, Debug)]
pub struct HomeFirst {
    /// Lead of the home cloud, months.
    pub lead_months: ParamId,
    /// Time between product generations, months.
    pub cycle_months: ParamId,
    /// Probability that the home cloud declines a product.
    pub decline_probability: ParamId,
}

/// Microsoft's own models, which displace part of the OpenAI models that its cloud sells.
#[derive(Clone, Copy, Debug)]
pub struct InHouse {
    /// Long-run share of workloads on its own models.
    pub ceiling: ParamId,
    /// Time at which half of the ceiling is reached, years from the valuation date.
    pub midpoint: ParamId,
    /// Time from 10% to 90% of the ceiling, years.
    pub ramp: ParamId,
    /// Fraction of the displaced workloads that OpenAI would have sold.
    pub substitution: ParamId,
}

/// Validates `[[cloud]]`; returns the home cloud first.
pub(super) fn validate(validator: &mut Validator, config: &Config, parties: &PartyNames) -> Vec<Cloud> {
    let names = validator.names("cloud", "name", config.cloud.iter().map(|cloud| (&cloud.name, cloud.place)));
    let is_home = |cloud: &config::Cloud| cloud.home.as_ref().is_some_and(|home| home.value);
    let homes: Vec<&config::Cloud> = config.cloud.iter().filter(|cloud| is_home(cloud)).collect();
    if let (Some(first), []) = (config.cloud.first(), homes.as_slice()) {
        validator.problems.push(
            Problem::error(Code::HomeCloudMissing, first.place, "no cloud has `home = true`")
                .found(format!("{} clouds", config.cloud.len()))
                .allowed("exactly one home cloud")
                .help(parties.tell("write `home = true` at {partner's} cloud")),
        );
    }
    for other in homes.iter().skip(1) {
        validator.problems.push(
            Problem::error(Code::HomeCloudSeveral, other.place, "several clouds have `home = true`")
                .found(format!("{} home clouds", homes.len()))
                .allowed("exactly one home cloud")
                .also(homes[0].place, "the first")
                .help(parties.tell("keep `home = true` at {partner's} cloud alone")),
        );
    }
    let mut clouds = Vec::new();
    for (cloud, name) in config.cloud.iter().zip(names) {
        let table = Table::new::<config::Cloud>(entry_path("cloud", &name), cloud.place);
        let home = is_home(cloud);
        let reversion = Reversion {
            now: ("share_now", &cloud.share_now),
            long_run: ("long_run_share", &cloud.long_run_share),
            half_life: ("half_life_years", &cloud.half_life_years),
        };
        let share = reversion.read(validator, &table);
        let entry_share = validator.number(&table, "entry_share", &cloud.entry_share);
        // The home cloud's share is what the others leave; a cloud without a share begins with the one it enters with.
        if !home && validator.constant(share.now) == Some(0.0) {
            let now = ("entry_share", &cloud.entry_share);
            let trend = Trend { now: entry_share, ..share };
            Reversion { now, ..reversion }.warn_if_never(validator, &table, &trend);
        } else if !home {
            reversion.warn_if_never(validator, &table, &share);
        }
        if home {
            home_keys(validator, cloud);
        } else if let Some(opens) = &cloud.opens
            && validator.side(opens.value) == Some(Side::After)
        {
            let message = format!("`cloud.{name}` opens after the horizon: it sells nothing");
            let help = "correct the date, or move `timeline.horizon`";
            validator.off_timeline(opens.place, opens.value.to_string(), message, help);
        }
        let validated = Cloud {
            share_now: share.now,
            entry_share,
            long_run_share: share.long_run,
            half_life: share.half_life,
            volatility: validator.number(&table, "volatility", &cloud.volatility),
            fee: validator.number(&table, "fee", &cloud.fee),
            flex_share: validator.number(&table, "flex_share", &cloud.flex_share),
            opens: match &cloud.opens {
                Some(opens) if !home => validator.time_of(opens.value),
                _ => f64::NEG_INFINITY,
            },
            name,
        };
        if home {
            clouds.insert(0, validated);
        } else {
            clouds.push(validated);
        }
    }
    warn_of_sum(validator, config, &clouds);
    clouds
}

/// Warns of shares on the valuation date, each at its median, that do not add up to 1: what is sold is in their proportion.
fn warn_of_sum(validator: &mut Validator, config: &Config, clouds: &[Cloud]) {
    let shares: Option<Vec<f64>> = clouds.iter().map(|cloud| validator.median(cloud.share_now)).collect();
    let home = config.cloud.iter().find(|cloud| cloud.home.as_ref().is_some_and(|home| home.value));
    let Some((shares, written)) = shares.zip(home.and_then(|home| home.share_now.as_ref())) else { return };
    let sum: f64 = shares.iter().sum();
    if (0.98..=1.02).contains(&sum) {
        return;
    }
    let sold = clouds.iter().zip(&shares).filter(|(_, share)| **share > 0.0);
    let sold: Vec<String> =
        sold.map(|(cloud, share)| format!("{} sells {}%", cloud.name, plain(100.0 * share / sum))).collect();
    let message = format!(
        "the clouds' `share_now` add up to {}: they are taken in proportion, so that {}",
        plain(sum),
        sold.join(", ")
    );
    let rest = 1.0 - (sum - shares[0]);
    let help = if rest > 0.005 {
        format!("did you mean `{} = {}`? shares of the clouds add up to 1", written.key, plain(rest))
    } else {
        "write shares of all cloud sales: with that of the home cloud they add up to 1".to_owned()
    };
    validator.problems.push(Problem::warning(Code::CloudSharesSum, written.place, message).help(help));
}

/// Warns of keys without effect at the home cloud, whose share has no process of its own.
fn home_keys(validator: &mut Validator, cloud: &config::Cloud) {
    let mut idle: Vec<(&str, Place)> = Vec::new();
    idle.extend(cloud.entry_share.as_ref().map(|number| ("entry_share", number.place)));
    idle.extend(cloud.opens.as_ref().map(|located| ("opens", located.place)));
    idle.extend(cloud.half_life_years.as_ref().map(|number| ("half_life_years", number.place)));
    idle.extend(cloud.volatility.as_ref().map(|number| ("volatility", number.place)));
    for (key, place) in idle {
        validator.no_effect(
            place,
            format!("`{key}` of the home cloud has no effect"),
            "the mix is measured against home, which is always open: give it to the other clouds",
        );
    }
}

fn without_clouds(validator: &mut Validator, config: &Config, table: &str, place: Place) {
    if config.cloud.is_empty() {
        validator.no_effect(
            place,
            format!("[{table}] has no effect: there is no [[cloud]]"),
            "add clouds with `home = true` at one of them, or take the table out",
        );
    }
}

/// Validates `[home_first]`.
pub(super) fn validate_home_first(validator: &mut Validator, config: &Config) -> Option<HomeFirst> {
    let first = config.home_first.as_ref()?;
    let table = Table::new::<config::HomeFirst>("home_first", first.place);
    without_clouds(validator, config, "home_first", first.place);
    Some(HomeFirst {
        lead_months: validator.number(&table, "lead_months", &first.lead_months),
        cycle_months: validator.number(&table, "cycle_months", &first.cycle_months),
        decline_probability: validator.number(&table, "decline_probability", &first.decline_probability),
    })
}

/// Validates `[reach]`; returns the uplift.
pub(super) fn validate_reach(validator: &mut Validator, config: &Config) -> ParamId {
    let reach = config.reach.clone().unwrap_or_default();
    let table = Table::new::<config::Reach>("reach", reach.place);
    if config.reach.is_some() {
        without_clouds(validator, config, "reach", reach.place);
    }
    validator.number(&table, "uplift", &reach.uplift)
}

/// Validates `[in_house]`. It matters even without clouds: in-house models make the licence worth less.
pub(super) fn validate_in_house(validator: &mut Validator, config: &Config) -> Option<InHouse> {
    let own = config.in_house.as_ref()?;
    let table = Table::new::<config::InHouse>("in_house", own.place);
    if config.cloud.is_empty() && config.microsoft.as_ref().is_none_or(|microsoft| microsoft.ai.is_none()) {
        without_clouds(validator, config, "in_house", own.place);
    }
    Some(InHouse {
        ceiling: validator.number(&table, "ceiling", &own.ceiling),
        midpoint: midpoint(validator, &table, &own.midpoint, &own.midpoint_years),
        ramp: validator.number(&table, "ramp_years", &own.ramp_years),
        substitution: validator.number(&table, "substitution", &own.substitution),
    })
}

/// The index of the cloud with this name; a problem if there is none.
pub(super) fn find(validator: &mut Validator, clouds: &[Cloud], name: &Located<String>) -> Option<usize> {
    let names: Vec<String> = clouds.iter().map(|cloud| cloud.name.clone()).collect();
    validator.find(name, &names, Code::UnknownCloud, "cloud", "[[cloud]]")
}
