//! Variants of a scenario laid out for one paired run: the plan and the deals that hold each variant.
//!
//! Variants that differ in the terms of one deal only share a plan, as copies of that deal, so that demand,
//! shocks, clouds and everything else that the deals have in common is simulated once.

use super::quantity::{Of, Quantity};
use crate::config::Unit;
use crate::kernel::exact::Movable;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::run::paired::{Column, Keep, PathValue};

/// The place of a variant in a paired run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Index of its plan.
    pub plan: usize,
    /// For each deal of the scenario, its index in that plan.
    pub deals: Vec<usize>,
}

/// Variants, and the plans that hold them.
#[derive(Default)]
pub struct Variants {
    /// The plans.
    pub plans: Vec<Plan>,
    /// The variants in order; the others are compared with the first.
    pub variants: Vec<Variant>,
}

/// Metrics that together depend on every flow and value: one of them is not finite wherever revenue,
/// payments, compute or equity are not.
const SENTINELS: [Metric; 3] = [Metric::ShareUncappedPv, Metric::MicrosoftTotalPv, Metric::RevenueKeptPv];

impl Variants {
    /// Removes from the plans what these quantities do not need: yearly series, other metrics, differences.
    ///
    /// The metrics that reveal a path that is not finite stay. A company that follows another may stop once everything asked of
    /// it is settled: after that only flows could stop being finite, and those are not finite for the other company either.
    pub fn lean(&mut self, quantities: &[Quantity]) {
        let wanted = |metric: &Metric| quantities.iter().any(|quantity| quantity.metric == *metric);
        for plan in &mut self.plans {
            plan.differences.clear();
            for deal in &mut plan.deals {
                let is_final = |metric: &Metric| metric.is_final_after_exit() || !wanted(metric);
                deal.can_stop_early = deal.metrics.iter().all(is_final);
                deal.metrics.retain(|metric| wanted(metric) || SENTINELS.contains(metric));
                deal.series.clear();
            }
        }
    }
}

/// Columns of a paired run: every quantity of every variant, and its difference from the first variant.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The columns.
    pub columns: Vec<Column>,
    /// Column of each quantity's values, `[variant][quantity]`.
    pub values: Vec<Vec<usize>>,
    /// Column of each quantity's difference from the first variant, `[variant][quantity]`; empty for the
    /// first variant.
    pub differences: Vec<Vec<usize>>,
    /// Whether no draw can move the quantity, and its difference from the first variant: `[variant][quantity]`.
    pub exact: Vec<Vec<(bool, bool)>>,
    /// For each quantity, whether it is 0 or 1 on a path, so that its mean is a probability.
    pub flags: Vec<bool>,
}

/// Whether no draw can move a quantity of a variant, and its difference from the first variant.
fn exact(variants: &Variants, variant: &Variant, first: &Variant, quantity: Quantity) -> (bool, bool) {
    let of = |variant: &Variant| {
        let plan = &variants.plans[variant.plan];
        let deal = |deal: usize| variant.deals[deal];
        match quantity.of {
            Of::Deal(index) => Movable::of(plan, deal(index)).is_exact(quantity.metric),
            Of::Difference { later, first } => {
                plan.is_exact_difference(deal(later), deal(first), quantity.metric)
            }
        }
    };
    let together = match quantity.of {
        Of::Deal(deal) if variant.plan == first.plan => {
            let plan = &variants.plans[variant.plan];
            plan.is_exact_difference(variant.deals[deal], first.deals[deal], quantity.metric)
        }
        _ => false,
    };
    (of(variant), together || (of(variant) && of(first)))
}

impl Columns {
    /// Lays out the columns of quantities in all variants; values are kept as `keep` says, differences by
    /// their moments only.
    ///
    /// # Panics
    /// If a plan lacks a metric that the quantities name.
    pub fn new(variants: &Variants, quantities: &[Quantity], keep: Keep) -> Columns {
        let is_flag =
            |quantity: &Quantity| matches!(quantity.of, Of::Deal(_)) && quantity.metric.unit() == Unit::Flag;
        let mut all = Columns { flags: quantities.iter().map(is_flag).collect(), ..Columns::default() };
        for variant in &variants.variants {
            let values: Vec<usize> =
                quantities.iter().map(|&quantity| all.value(variants, variant, quantity, keep)).collect();
            let differences = match all.values.first() {
                None => Vec::new(),
                Some(first) => {
                    let pairs: Vec<(usize, usize)> =
                        values.iter().copied().zip(first.iter().copied()).collect();
                    pairs.into_iter().map(|(later, first)| all.difference(later, first)).collect()
                }
            };
            all.values.push(values);
            all.differences.push(differences);
            let first = &variants.variants[0];
            all.exact
                .push(quantities.iter().map(|&quantity| exact(variants, variant, first, quantity)).collect());
        }
        all
    }

    /// Finds or adds the column of a variant's quantity.
    ///
    /// # Panics
    /// If its plan lacks the metric.
    pub fn value(&mut self, variants: &Variants, variant: &Variant, quantity: Quantity, keep: Keep) -> usize {
        let plan = &variants.plans[variant.plan];
        let mut deal_column = |deal: usize, keep: Keep| {
            let subject = variant.deals[deal];
            let metrics = &plan.deals()[subject].metrics;
            let metric = metrics.iter().position(|&metric| metric == quantity.metric);
            let metric = metric.expect("a plan has the metrics of its quantities");
            self.push(Column { value: PathValue::Metric { plan: variant.plan, subject, metric }, keep })
        };
        match quantity.of {
            Of::Deal(deal) => deal_column(deal, keep),
            Of::Difference { later, first } => {
                let later = deal_column(later, Keep::Moments);
                let first = deal_column(first, Keep::Moments);
                self.push(Column { value: PathValue::Difference { later, first }, keep })
            }
        }
    }

    /// Finds or adds the column of one column minus another.
    pub fn difference(&mut self, later: usize, first: usize) -> usize {
        self.push(Column { value: PathValue::Difference { later, first }, keep: Keep::Moments })
    }

    /// Finds or adds the column that is 1 where another column is at most the threshold, else 0.
    pub fn at_most(&mut self, column: usize, threshold: f64) -> usize {
        self.push(Column { value: PathValue::AtMost { column, threshold }, keep: Keep::Moments })
    }

    /// Finds a column with the same value that keeps as much, or adds it.
    fn push(&mut self, column: Column) -> usize {
        let serves = |old: &Column| {
            old.value == column.value && (old.keep == column.keep || column.keep == Keep::Moments)
        };
        if let Some(at) = self.columns.iter().position(serves) {
            return at;
        }
        self.columns.push(column);
        self.columns.len() - 1
    }
}
