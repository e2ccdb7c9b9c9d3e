//! Whom metrics are about: deals, and differences of a later deal from the first.

use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;

/// Deals, then differences of deals, with the metrics that exist for them.
pub fn subjects(plan: &Plan) -> Vec<(String, Vec<Metric>)> {
    let deals = &plan.model().deals;
    let own = deals.iter().zip(plan.deals()).map(|(deal, laid)| (deal.name.clone(), laid.metrics.clone()));
    let differences = plan.differences().iter().map(|difference| {
        let name = format!("{} - {}", deals[difference.later].name, deals[0].name);
        (name, difference.metrics.iter().map(|(metric, ..)| *metric).collect())
    });
    own.chain(differences).collect()
}
