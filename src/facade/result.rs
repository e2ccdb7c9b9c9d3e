//! The figures of a run: metrics by deal and name, and the rows of `summary.csv`.

use super::error::{Error, not_computed, unknown};
use crate::kernel::plan::Plan;
use crate::report::tables::{SummaryRow, Tables, all_but_sample_paths};
use crate::run;
use crate::stats::summary::{MetricSummary, Statistics};
use crate::study::quantity::{Of, Quantity, UnknownName, position};
use crate::study::valuation::valuation;

/// What a run computed.
pub struct RunResult {
    plan: Plan,
    result: run::RunResult,
    tables: Tables,
}

impl RunResult {
    pub(super) fn new(plan: Plan, result: run::RunResult) -> RunResult {
        let tables = all_but_sample_paths(&valuation(&plan, &result));
        RunResult { plan, result, tables }
    }

    /// Paths simulated.
    pub fn paths(&self) -> u64 {
        self.result.paths
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.plan.seed()
    }

    /// A metric of a deal, or of a later deal minus the first (`"prior-2025 - amended-2026"`), path by path.
    ///
    /// # Errors
    /// Where there is no such deal or metric; the error says which names come nearest.
    pub fn metric(&self, deal: &str, metric: &str) -> Result<Metric<'_>, Error> {
        let of = Of::named(&self.plan, deal).map_err(unknown)?;
        let quantity = Quantity::of_name(&self.plan, of, metric).map_err(unknown)?;
        let (who, at) = position(&self.plan, quantity).ok_or_else(|| not_computed(&self.plan, of))?;
        let summary = &self.result.metrics[who][at];
        let row = self.tables.summary.iter().filter(|row| row.deal == self.plan.subject_name(who)).nth(at);
        let interval = row.map_or((f64::NAN, f64::NAN), |row| (row.low95, row.high95));
        Ok(Metric { summary, statistics: summary.statistics(), interval, unit: quantity.unit().name() })
    }

    /// The rows of `summary.csv`: every metric of every deal, then of every difference.
    pub fn summary(&self) -> &[SummaryRow] {
        &self.tables.summary
    }

    /// All tables of the run but the sample paths, by the names of their files.
    #[doc(hidden)]
    pub fn tables(&self) -> &Tables {
        &self.tables
    }
}

impl std::fmt::Debug for RunResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.plan.model().name;
        f.debug_struct("RunResult").field("scenario", name).field("paths", &self.paths()).finish()
    }
}

/// One metric over all paths on which it has a value.
#[derive(Clone, Debug)]
pub struct Metric<'a> {
    summary: &'a MetricSummary,
    statistics: Statistics,
    interval: (f64, f64),
    unit: &'static str,
}

impl Metric<'_> {
    /// The mean, in [`Metric::unit`].
    pub fn mean(&self) -> f64 {
        self.summary.moments().mean()
    }

    /// The standard error of the mean: the simulation's uncertainty, not the valuation's. A 0 says that all paths of the run
    /// agree; other paths need not. Under Sobol sampling it comes from the replicates.
    pub fn std_error(&self) -> f64 {
        self.statistics.std_error
    }

    /// Lower end of the 95% interval of the mean, as in `summary.csv`: the simulation's uncertainty, not the valuation's.
    pub fn low95(&self) -> f64 {
        self.interval.0
    }

    /// Upper end of that interval.
    pub fn high95(&self) -> f64 {
        self.interval.1
    }

    /// The standard deviation over paths.
    pub fn std_dev(&self) -> f64 {
        self.summary.moments().std_dev()
    }

    /// The quantile, linear between order statistics, with a relative error below 0.05%.
    ///
    /// # Errors
    /// Where `q` is not a probability from 0 to 1. NaN where no path has a value.
    pub fn quantile(&self, q: f64) -> Result<f64, Error> {
        if !(0.0..=1.0).contains(&q) {
            return Err(unknown(UnknownName {
                message: format!("there is no quantile {q}"),
                help: "a quantile is asked for by a probability from 0 to 1: 0.95".to_owned(),
            }));
        }
        let ranked = self.summary.ranked();
        Ok(if ranked.count() == 0 { f64::NAN } else { ranked.quantile(q) })
    }

    /// Mean of the lowest 5% of paths.
    pub fn expected_shortfall_low(&self) -> f64 {
        self.statistics.es05
    }

    /// Mean of the highest 5% of paths.
    pub fn expected_shortfall_high(&self) -> f64 {
        self.statistics.es95
    }

    /// Paths on which it has a value.
    pub fn paths(&self) -> u64 {
        self.summary.moments().count()
    }

    /// Paths on which it has none, such as the date of a listing that never comes.
    pub fn undefined(&self) -> u64 {
        self.summary.moments().undefined()
    }

    /// The unit, as in the tables: `usd_bn`, `years`, `probability`, …
    pub fn unit(&self) -> &'static str {
        self.unit
    }
}
