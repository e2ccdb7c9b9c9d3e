//! One metric over all paths on which it has a value.

use capstake::report::tables::SummaryRow;
use capstake::stats::quantiles::Ranked;
use pyo3::prelude::*;

/// A metric of a deal, or of the difference of two.
#[pyclass(frozen, module = "capstake._capstake")]
pub struct Metric {
    row: SummaryRow,
    ranked: Ranked,
    exact: bool,
}

impl Metric {
    /// A metric from its row of `summary.csv` and its values.
    pub(crate) fn new(row: SummaryRow, ranked: Ranked, exact: bool) -> Metric {
        Metric { row, ranked, exact }
    }
}

#[pymethods]
impl Metric {
    /// Name of the deal or difference.
    #[getter]
    fn deal(&self) -> &str {
        &self.row.deal
    }

    /// Key of the metric.
    #[getter]
    fn name(&self) -> &str {
        &self.row.metric
    }

    /// Unit of all its figures.
    #[getter]
    fn unit(&self) -> &str {
        &self.row.unit
    }

    /// Mean over the paths on which it has a value.
    #[getter]
    fn mean(&self) -> f64 {
        self.row.mean
    }

    /// Standard error of the mean: how far the simulation may be off.
    #[getter]
    fn std_error(&self) -> f64 {
        self.row.std_error
    }

    /// Standard deviation over paths.
    #[getter]
    fn std_dev(&self) -> f64 {
        self.row.std_dev
    }

    /// Lower end of the 95% interval of the mean.
    #[getter]
    fn low95(&self) -> f64 {
        self.row.low95
    }

    /// Upper end of the 95% interval of the mean.
    #[getter]
    fn high95(&self) -> f64 {
        self.row.high95
    }

    /// Smallest value.
    #[getter]
    fn min(&self) -> f64 {
        self.row.min
    }

    /// Largest value.
    #[getter]
    fn max(&self) -> f64 {
        self.row.max
    }

    /// Mean of the lowest 5% of paths.
    #[getter]
    fn es05(&self) -> f64 {
        self.row.es05
    }

    /// Mean of the highest 5% of paths.
    #[getter]
    fn es95(&self) -> f64 {
        self.row.es95
    }

    /// Paths on which it has a value.
    #[getter]
    fn paths(&self) -> u64 {
        self.row.paths
    }

    /// Paths on which it has none.
    #[getter]
    fn undefined(&self) -> u64 {
        self.row.undefined
    }

    /// Whether no draw can move it.
    #[getter]
    fn exact(&self) -> bool {
        self.exact
    }

    /// The quantile of a probability from 0 to 1; NaN where no path has a value.
    fn quantile(&self, q: f64) -> f64 {
        if self.ranked.count() == 0 { f64::NAN } else { self.ranked.quantile(q) }
    }

    /// The part of the paths with a value on which it is below `x`.
    fn probability_below(&self, x: f64) -> f64 {
        self.ranked.fraction_below(x)
    }
}
