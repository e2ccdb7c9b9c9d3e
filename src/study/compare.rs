//! Scenarios compared on the same draws: which deals and metrics they share, and which of their keys differ.

use super::quantity::{Of, Quantity};
use super::sweep::{Measured, Named};
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;

/// A comparison of scenarios with the first of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Distinct names of the scenarios.
    pub scenarios: Vec<String>,
    /// Valuation date of each scenario.
    pub valuation_dates: Vec<String>,
    /// Deals of the first scenario, each with the one of another name that stands beside it in the others.
    pub pairs: Vec<(String, String)>,
    /// Seed of all scenarios.
    pub seed: u64,
    /// Paths simulated per scenario.
    pub paths: u64,
    /// Paths asked for per scenario.
    pub asked: u64,
    /// The quantities compared.
    pub quantities: Vec<Named>,
    /// `[scenario][quantity]`; differences are from the first scenario.
    pub measured: Vec<Vec<Measured>>,
    /// Keys whose values differ between scenarios.
    pub changes: Vec<Change>,
    /// Deals that some scenarios lack, with the scenarios that have them.
    pub alone: Vec<(String, Vec<String>)>,
}

/// A key whose value differs between scenarios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key's full path.
    pub key: String,
    /// Its value in each scenario, as TOML; `None` where it is not set.
    pub values: Vec<Option<String>>,
}

impl Comparison {
    /// Whether every scenario gives the first one's values on every path.
    pub fn is_same(&self) -> bool {
        let same = |m: &Measured, first: &Measured| {
            (m.difference == 0.0 && m.difference_error == 0.0) || (m.paths == 0 && first.paths == 0)
        };
        self.measured
            .iter()
            .skip(1)
            .all(|scenario| scenario.iter().zip(&self.measured[0]).all(|(m, first)| same(m, first)))
    }
}

/// For each deal of the first scenario, the matching deal of every scenario: the one that `pairs` puts beside it, else
/// the one with the same name, or the only one. `None` where a scenario has no such deal.
pub fn beside(plans: &[&Plan], pairs: &[(String, String)]) -> Vec<Option<Vec<usize>>> {
    let only = plans.iter().all(|plan| plan.deals().len() == 1);
    plans[0]
        .model
        .deals
        .iter()
        .map(|deal| {
            let partner = pairs.iter().find(|(first, _)| *first == deal.name).map(|(_, other)| other);
            let find = |(at, plan): (usize, &&Plan)| {
                let of_name = |name: &String| plan.model().deals.iter().position(|other| other.name == *name);
                partner.filter(|_| at > 0).and_then(of_name).or_else(|| of_name(&deal.name))
            };
            if only { Some(vec![0; plans.len()]) } else { plans.iter().enumerate().map(find).collect() }
        })
        .collect()
}

/// The quantities that can be compared: metrics that all scenarios have, for the deals that all have and for
/// differences between these deals.
pub fn quantities(plans: &[&Plan], beside: &[Option<Vec<usize>>]) -> Vec<Quantity> {
    let shared: Vec<usize> = (0..beside.len()).filter(|&deal| beside[deal].is_some()).collect();
    let same_year = plans.iter().all(|plan| plan.model().run.mix_year == plans[0].model().run.mix_year);
    let has = |deal: usize, metric: Metric| {
        let places = beside[deal].as_ref().expect("a shared deal has a place in all");
        let of_year = matches!(metric, Metric::HomeShare | Metric::CloudConcentration);
        (same_year || !of_year)
            && plans.iter().zip(places).all(|(plan, &at)| plan.deals()[at].metrics.contains(&metric))
    };
    let deals = shared.iter().map(|&deal| Of::Deal(deal));
    let differences = shared.iter().skip(1).map(|&later| Of::Difference { later, first: shared[0] });
    let metrics = |of: Of| {
        let has = move |metric: &Metric| match of {
            Of::Deal(deal) => has(deal, *metric),
            Of::Difference { later, first } => has(later, *metric) && has(first, *metric),
        };
        Metric::ALL.into_iter().filter(has).map(move |metric| Quantity { of, metric }).collect::<Vec<_>>()
    };
    deals.chain(differences).flat_map(metrics).collect()
}

/// The keys whose values differ, in the order of the first scenario that has them.
pub fn changes(scenarios: &[Vec<(String, String)>]) -> Vec<Change> {
    let mut keys: Vec<&String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (key, _) in scenarios.iter().flatten() {
        if seen.insert(key) {
            keys.push(key);
        }
    }
    let maps: Vec<std::collections::HashMap<&String, &String>> =
        scenarios.iter().map(|rows| rows.iter().map(|(key, value)| (key, value)).collect()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let values: Vec<Option<String>> =
                maps.iter().map(|map| map.get(key).map(|value| (*value).clone())).collect();
            let differ = values.iter().any(|value| *value != values[0]);
            differ.then(|| Change { key: key.clone(), values })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_found_where_a_key_is_missing_too() {
        let rows = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let a = rows(&[("x", "1"), ("y", "2"), ("z", "3")]);
        let b = rows(&[("w", "0"), ("x", "1"), ("z", "4")]);
        let found = changes(&[a.clone(), b]);
        let keys: Vec<&str> = found.iter().map(|change| change.key.as_str()).collect();
        assert_eq!(keys, ["y", "z", "w"]);
        assert_eq!(found[0].values, [Some("2".to_owned()), None]);
        assert_eq!(changes(&[a.clone(), a]), []);
    }
}
