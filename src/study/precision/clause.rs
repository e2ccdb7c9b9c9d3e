//! Figures of a bridge for a precision: what its clauses are worth to a metric.

use super::Estimate;
use crate::config::spelling::nearest;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::run::paired::PairedResult;
use crate::study::bridge::{BridgeColumns, Change, Clause};
use crate::study::quantity::{UnknownName, metric_named};

/// The word for the whole change, in place of a clause.
pub const TOTAL: &str = "total";

/// What a clause, or all of them, are worth to a metric: alone first, alone last, in the bridge's order, and by Shapley's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClauseFigure {
    /// Index of the metric among those of the bridge.
    pub metric: usize,
    of: OfClauses,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OfClauses {
    All,
    One(usize),
    Total,
}

impl ClauseFigure {
    /// Finds `[CLAUSE:]METRIC`: every figure of the metric's bridge, those of one clause, or the `total`.
    ///
    /// # Errors
    /// What is not known or not in the bridge, and what to write instead.
    pub fn named(
        plan: &Plan,
        metrics: &[Metric],
        clauses: &[Clause],
        text: &str,
    ) -> Result<ClauseFigure, UnknownName> {
        let (clause, metric) = match text.rsplit_once(':') {
            Some((clause, metric)) => (Some(clause.trim()), metric.trim()),
            None => (None, text),
        };
        let of = match clause {
            None => OfClauses::All,
            Some(name) => match clauses.iter().position(|clause| clause.name == name) {
                Some(at) => OfClauses::One(at),
                None if name == TOTAL => OfClauses::Total,
                None => return Err(no_clause(clauses, name)),
            },
        };
        let found = metric_named(plan, metric)?;
        let year = plan.model().run.mix_year;
        match metrics.iter().position(|&other| other == found) {
            Some(metric) => Ok(ClauseFigure { metric, of }),
            None => {
                let names: Vec<String> = metrics.iter().map(|metric| metric.name(year)).collect();
                Err(UnknownName {
                    message: format!("`{metric}` is not in this bridge"),
                    help: format!("its metrics are {}; --metric names others", names.join(", ")),
                })
            }
        }
    }

    /// The figures as the paired run of the hybrids has them so far. Each is judged against the total, of which a percentage is a part.
    pub fn estimates(self, plan: &Plan, columns: &BridgeColumns, result: &PairedResult) -> Vec<Estimate> {
        let (total, clauses) = columns.changes(plan, self.metric, result);
        let changes: Vec<Change> = match self.of {
            OfClauses::Total => vec![total],
            OfClauses::One(at) => clauses[at].to_vec(),
            // A clause that changes nothing on any path has no interval; it is waited for where it is asked for by name.
            OfClauses::All => {
                let moves = |change: &Change| change.mean != 0.0 || change.error.std_error != 0.0;
                clauses.into_iter().flatten().filter(moves).chain([total]).collect()
            }
        };
        let of_total = |Change { error, exact, .. }: Change| Estimate::of_mean(total.mean, error, exact);
        changes.into_iter().map(of_total).collect()
    }
}

fn no_clause(clauses: &[Clause], name: &str) -> UnknownName {
    let names = || clauses.iter().map(|clause| clause.name.as_str()).chain(std::iter::once(TOTAL));
    UnknownName {
        message: format!("no clause `{name}` changes"),
        help: match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the clauses that change are {}", names().collect::<Vec<_>>().join(", ")),
        },
    }
}
