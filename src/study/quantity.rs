//! What a study measures: a metric of a deal or of the difference between two deals, found by name.

use crate::config::Unit;
use crate::config::spelling::nearest;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;

/// A metric of a deal or of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The deal or difference.
    pub of: Of,
    /// The metric.
    pub metric: Metric,
}

/// A deal, or one deal minus another on the same draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A deal, by its index.
    Deal(usize),
    /// One deal minus another, path by path, where both have a value.
    Difference {
        /// Index of the deal.
        later: usize,
        /// Index of the deal that is subtracted.
        first: usize,
    },
}

/// A name that matches no deal or metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct UnknownName {
    /// What is wrong with the name.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// Separates the names of two deals.
const MINUS: &str = " - ";

impl Of {
    /// Everything that a plan reports: each deal, then each later deal minus the first.
    pub fn all(plan: &Plan) -> Vec<Of> {
        let deals = (0..plan.deals().len()).map(Of::Deal);
        deals.chain((1..plan.deals().len()).map(|later| Of::Difference { later, first: 0 })).collect()
    }

    /// Its name in tables.
    pub fn name(self, plan: &Plan) -> String {
        let deal = |index: usize| plan.model().deals[index].name.as_str();
        match self {
            Of::Deal(index) => deal(index).to_owned(),
            Of::Difference { later, first } => format!("{}{MINUS}{}", deal(later), deal(first)),
        }
    }

    /// The metrics that exist for it, in table order.
    pub fn metrics(self, plan: &Plan) -> Vec<Metric> {
        match self {
            Of::Deal(index) => plan.deals()[index].metrics.clone(),
            Of::Difference { later, first } => {
                let other = &plan.deals()[first].metrics;
                plan.deals()[later].metrics.iter().copied().filter(|metric| other.contains(metric)).collect()
            }
        }
    }

    /// Finds a deal or difference by name, such as `amended-2026` or `amended-2026 - prior-2025`.
    ///
    /// # Errors
    /// If no deal has that name, or a deal is subtracted from itself.
    pub fn named(plan: &Plan, name: &str) -> Result<Of, UnknownName> {
        let deals = || plan.model().deals.iter().map(|deal| deal.name.as_str());
        let find = |name: &str| {
            deals().position(|deal| deal == name).ok_or_else(|| UnknownName {
                message: format!("there is no deal `{name}`"),
                help: match nearest(name, deals()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the deals are {}", deals().collect::<Vec<_>>().join(", ")),
                },
            })
        };
        match name.split_once(MINUS) {
            None => Ok(Of::Deal(find(name.trim())?)),
            Some((later, first)) => {
                let (later, first) = (find(later.trim())?, find(first.trim())?);
                if later == first {
                    return Err(UnknownName {
                        message: format!("`{name}` is a deal minus itself"),
                        help: "name two deals, or one".to_owned(),
                    });
                }
                Ok(Of::Difference { later, first })
            }
        }
    }
}

impl Quantity {
    /// Finds quantities by name: `amended-2026.share_pv` is a metric of one deal or difference, `share_pv`
    /// that metric of every deal and difference that has it.
    ///
    /// # Errors
    /// If there is no such deal or metric.
    pub fn named(plan: &Plan, text: &str) -> Result<Vec<Quantity>, UnknownName> {
        match text.rsplit_once('.') {
            Some((of, metric)) => Ok(vec![Quantity::of_name(plan, Of::named(plan, of)?, metric)?]),
            None => {
                let metric = metric_named(plan, text)?;
                let quantities: Vec<Quantity> = Of::all(plan)
                    .into_iter()
                    .filter(|of| of.metrics(plan).contains(&metric))
                    .map(|of| Quantity { of, metric })
                    .collect();
                if quantities.is_empty() { Err(absent(text, "the scenario")) } else { Ok(quantities) }
            }
        }
    }

    /// Finds a metric of a deal or difference by name.
    ///
    /// # Errors
    /// If it has no such metric.
    pub fn of_name(plan: &Plan, of: Of, metric: &str) -> Result<Quantity, UnknownName> {
        let found = metric_named(plan, metric)?;
        if !of.metrics(plan).contains(&found) {
            return Err(absent(metric, &format!("`{}`", of.name(plan))));
        }
        Ok(Quantity { of, metric: found })
    }

    /// Its full name, such as `amended-2026.share_pv`.
    pub fn name(self, plan: &Plan) -> String {
        format!("{}.{}", self.of.name(plan), self.metric.name(plan.model().run.mix_year))
    }

    /// The unit of its values.
    pub fn unit(self) -> Unit {
        self.metric.unit()
    }
}

/// Where a run keeps a quantity: the position of its deal or difference (differences come after the deals), and of its metric
/// there. `None` for a difference that is not taken from the first deal.
pub fn position(plan: &Plan, quantity: Quantity) -> Option<(usize, usize)> {
    let who = Of::all(plan).into_iter().position(|of| of == quantity.of)?;
    let metric = quantity.of.metrics(plan).into_iter().position(|metric| metric == quantity.metric)?;
    Some((who, metric))
}

fn absent(metric: &str, whose: &str) -> UnknownName {
    UnknownName {
        message: format!("`{metric}` does not exist for {whose}"),
        help: format!("`capstake explain {metric}` says what it needs"),
    }
}

/// Finds a metric by name, with or without its year.
///
/// # Errors
/// If there is no such metric.
pub fn metric_named(plan: &Plan, name: &str) -> Result<Metric, UnknownName> {
    let year = plan.model().run.mix_year;
    let names: Vec<String> = Metric::ALL.iter().map(|metric| metric.name(year)).collect();
    let found = Metric::ALL.into_iter().find(|metric| metric.name(year) == name || metric.key() == name);
    found.ok_or_else(|| UnknownName {
        message: format!("there is no metric `{name}`"),
        help: match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the metrics are {}", names.join(", ")),
        },
    })
}
