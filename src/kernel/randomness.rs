//! What a plan's random numbers depend on beside the names of what is drawn: the seed, and under Sobol sampling the table of points.

use super::dimensions::Dimensions;
use super::points::PointTable;
use crate::model::Model;
use crate::model::run::Sampling;
use std::fmt;
use std::sync::Arc;

/// Seed and sampling of a plan. A bare seed means plain sampling.
#[derive(Clone)]
pub struct Randomness {
    /// Seed of all streams.
    pub seed: u64,
    /// Where the numbers come from.
    pub sampling: Sampling,
    /// The dimensions of the scenario that comes first in a study; `None`: those of the model itself.
    pub dimensions: Option<Arc<Dimensions>>,
    /// The points of the plan, and of all plans that are made with the same randomness, so that they share them; under plain
    /// sampling, and before a plan was made, there are none.
    pub table: Option<Arc<PointTable>>,
}

impl Randomness {
    /// Randomness of a seed and a sampling.
    pub fn new(seed: u64, sampling: Sampling) -> Randomness {
        Randomness { seed, sampling, dimensions: None, table: None }
    }

    /// This randomness with the points of a model: shared with the plan that it comes from where that has them all.
    #[must_use]
    pub fn for_model(self, model: &Model) -> Randomness {
        let Sampling::Sobol(replicates) = self.sampling else { return self };
        let table = match &self.table {
            Some(table) => table.for_variant(model),
            None => {
                let first = self.dimensions.clone().unwrap_or_else(|| Arc::new(Dimensions::of(model)));
                Arc::new(PointTable::new(first, model, self.seed, replicates))
            }
        };
        Randomness { dimensions: Some(Arc::clone(table.first())), table: Some(table), ..self }
    }
}

impl From<u64> for Randomness {
    fn from(seed: u64) -> Randomness {
        Randomness::new(seed, Sampling::Plain)
    }
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Randomness").field("seed", &self.seed).field("sampling", &self.sampling).finish()
    }
}
