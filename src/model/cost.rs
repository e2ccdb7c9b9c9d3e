//! What OpenAI spends: research, operations, tax, and compute contracts (methodology: costs).

use crate::config::{self, Code, Config, Problem};

use super::cloud_mix::{self, Cloud};
use super::judge::{Judge, Table, entry_path};
use super::ledger::Num;
use super::segment::Trend;

/// Costs other than inference (which stands with each segment).
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Research compute as a fraction of net revenue.
    pub research: Trend,
    /// Operating expenses as a fraction of net revenue.
    pub opex: Trend,
    /// Fixed costs, billions a year.
    pub fixed: Num,
    /// Tax rate on profit after losses are offset.
    pub tax_rate: Num,
    /// Largest part of a profit that losses may offset.
    pub offset_limit: Num,
    /// Losses carried forward at time 0, billions.
    pub losses: Num,
}

/// A commitment to buy compute.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Index of the cloud.
    pub cloud: usize,
    /// Total over its dates, billions.
    pub total: Num,
    /// Part that is really drawn.
    pub draw: Num,
    /// Start, years from the valuation date (may be negative).
    pub from: f64,
    /// End, years from the valuation date (of the day after its last).
    pub to: f64,
}

/// Judges `[costs]`; without it there are none.
pub(super) fn judge(judge: &mut Judge, config: &Config) -> Costs {
    let costs = config.costs.clone().unwrap_or_default();
    let table = Table::new::<config::Costs>("costs", costs.place);
    let research_now = judge.number(&table, "research_now", &costs.research_now);
    let opex_now = judge.number(&table, "opex_now", &costs.opex_now);
    Costs {
        research: Trend {
            now: research_now,
            long_run: judge.number_or(&costs.research_long_run, research_now),
            half_life: judge.number(&table, "research_half_life_years", &costs.research_half_life_years),
        },
        opex: Trend {
            now: opex_now,
            long_run: judge.number_or(&costs.opex_long_run, opex_now),
            half_life: judge.number(&table, "opex_half_life_years", &costs.opex_half_life_years),
        },
        fixed: judge.number(&table, "fixed_usd_bn_per_year", &costs.fixed_usd_bn_per_year),
        tax_rate: judge.number(&table, "tax_rate", &costs.tax_rate),
        offset_limit: judge.number(&table, "offset_limit", &costs.offset_limit),
        losses: judge.number(&table, "losses_usd_bn", &costs.losses_usd_bn),
    }
}

/// Judges `[[contract]]`.
pub(super) fn judge_contracts(judge: &mut Judge, config: &Config, clouds: &[Cloud]) -> Vec<Contract> {
    let names = judge.names(
        "contract",
        "name",
        config.contract.iter().map(|contract| (&contract.name, contract.place)),
    );
    let mut contracts = Vec::new();
    for (contract, name) in config.contract.iter().zip(names) {
        let table = Table::new::<config::Contract>(entry_path("contract", &name), contract.place);
        if contract.cloud.is_none() {
            judge.missing(&table, "cloud");
        }
        if contract.from.is_none() {
            judge.missing(&table, "from");
        }
        if contract.to.is_none() {
            judge.missing(&table, "to");
        }
        let cloud = contract.cloud.as_ref().and_then(|cloud| {
            if clouds.is_empty() {
                judge.problems.push(
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
            cloud_mix::find(judge, clouds, cloud)
        });
        let total = judge.number(&table, "total_usd_bn", &contract.total_usd_bn);
        let draw = judge.number(&table, "draw", &contract.draw);
        if let (Some(from), Some(to)) = (&contract.from, &contract.to)
            && judge.span(&table, ("from", from), ("to", to))
            && let Some(cloud) = cloud
        {
            let (from, to) = (judge.time_of(from.value), judge.time_after(to.value));
            contracts.push(Contract { name, cloud, total, draw, from, to });
        }
    }
    contracts
}
