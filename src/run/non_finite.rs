//! Paths whose metrics or yearly series are not all finite: how many, and the indices that replay them.

use crate::kernel::block::Block;
use serde::{Deserialize, Serialize};

/// How many indices of non-finite paths are kept.
const INDICES_KEPT: usize = 20;

/// Paths whose metrics and yearly series are not all finite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonFinite {
    /// How many.
    pub count: u64,
    /// The lowest indices, at most twenty, in ascending order.
    pub first: Vec<u64>,
}

impl NonFinite {
    /// Adds the non-finite ones among the first `count` paths of a block whose first path is `first_path`.
    pub(super) fn add_block(&mut self, block: &Block, first_path: u64, count: usize) {
        for (lane, &broken) in block.non_finite[..count].iter().enumerate() {
            if broken != 0.0 {
                self.merge(&NonFinite { count: 1, first: vec![first_path + lane as u64] });
            }
        }
    }

    /// Adds those found among other paths.
    pub(crate) fn merge(&mut self, other: &NonFinite) {
        self.count += other.count;
        self.first.extend(&other.first);
        self.first.sort_unstable();
        self.first.truncate(INDICES_KEPT);
    }

    /// Whether as many indices are listed as the count calls for.
    pub(super) fn is_consistent(&self) -> bool {
        self.first.len() as u64 == self.count.min(INDICES_KEPT as u64)
    }
}
