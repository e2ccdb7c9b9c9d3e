//! What OpenAI spends: research, operations, tax, and compute contracts (methodology: costs).

use crate::config::{self, Code, Config, Problem};

use super::cloud_mix::{self, Cloud};
use super::parameters::ParamId;
use super::reversion::{Reversion, Trend};
use super::table::{Table, entry_path};
use super::validator::{Side, Validator};

/// Costs other than inference, which belongs to each segment.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Research compute as a fraction of net revenue.
    pub research: Trend,
    /// Operating expenses as a fraction of net revenue.
    pub opex: Trend,
    /// Fixed costs, billions a year.
    pub fixed: ParamId,
    /// Tax rate on profit after losses are offset.
    pub tax_rate: ParamId,
    /// Largest fraction of a profit that past losses may offset.
    pub offset_limit: ParamId,
    /// Losses carried forward at time 0, billions.
    pub losses: ParamId,
}

/// A commitment to buy compute.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Index of the cloud.
    pub cloud: usize,
    /// Total over its dates, billions.
    pub total: ParamId,
    /// Fraction of the total that is actually used.
    pub draw: ParamId,
    /// Start, years from the valuation date (may be negative).
    pub from: f64,
    /// End, years from the valuation date (of the day after the last day).
    pub to: f64,
}

/// Validates `[costs]`; without the table all costs are 0.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Costs {
    let costs = config.costs.clone().unwrap_or_default();
    let table = Table::new::<config::Costs>("costs", costs.place);
    let research = Reversion {
        now: ("research_now", &costs.research_now),
        long_run: ("research_long_run", &costs.research_long_run),
        half_life: ("research_half_life_years", &costs.research_half_life_years),
    };
    let opex = Reversion {
        now: ("opex_now", &costs.opex_now),
        long_run: ("opex_long_run", &costs.opex_long_run),
        half_life: ("opex_half_life_years", &costs.opex_half_life_years),
    };
    Costs {
        research: research.validate(validator, &table),
        opex: opex.validate(validator, &table),
        fixed: validator.number(&table, "fixed_usd_bn_per_year", &costs.fixed_usd_bn_per_year),
        tax_rate: validator.number(&table, "tax_rate", &costs.tax_rate),
        offset_limit: validator.number(&table, "offset_limit", &costs.offset_limit),
        losses: validator.number(&table, "losses_usd_bn", &costs.losses_usd_bn),
    }
}

/// Validates `[[contract]]`.
pub(super) fn validate_contracts(
    validator: &mut Validator,
    config: &Config,
    clouds: &[Cloud],
) -> Vec<Contract> {
    let names = validator.names(
        "contract",
        "name",
        config.contract.iter().map(|contract| (&contract.name, contract.place)),
    );
    let mut contracts = Vec::new();
    for (contract, name) in config.contract.iter().zip(names) {
        let table = Table::new::<config::Contract>(entry_path("contract", &name), contract.place);
        if contract.cloud.is_none() {
            validator.missing(&table, "cloud");
        }
        if contract.from.is_none() {
            validator.missing(&table, "from");
        }
        if contract.to.is_none() {
            validator.missing(&table, "to");
        }
        let cloud = contract.cloud.as_ref().and_then(|cloud| {
            if clouds.is_empty() {
                validator.problems.push(
                    Problem::error(
                        Code::UnknownCloud,
                        cloud.place,
                        format!("`contract.{name}` is with {:?}, and there is no [[cloud]]", cloud.value),
                    )
                    .found(format!("{:?}", cloud.value))
                    .allowed("the name of a [[cloud]]")
                    .help("add the cloud, and one with `home = true`"),
                );
                return None;
            }
            cloud_mix::find(validator, clouds, cloud)
        });
        let total = validator.number(&table, "total_usd_bn", &contract.total_usd_bn);
        let draw = validator.number(&table, "draw", &contract.draw);
        if let (Some(from), Some(to)) = (&contract.from, &contract.to)
            && validator.span(&table, ("from", from), ("to", to))
            && let Some(cloud) = cloud
        {
            let told = match (validator.side(from.value), validator.side(to.value)) {
                (Some(Side::After), _) => Some((from, "begins after the horizon")),
                (_, Some(Side::Before)) => Some((to, "ended before the valuation date")),
                _ => None,
            };
            if let Some((date, when)) = told {
                let message = format!("`contract.{name}` {when}: no compute is taken, and it costs 0");
                let help = "correct the date, or take the contract out";
                validator.off_timeline(date.place, date.value.to_string(), message, help);
            }
            let (from, to) = (validator.time_of(from.value), validator.time_after(to.value));
            contracts.push(Contract { name, cloud, total, draw, from, to });
        }
    }
    contracts
}
