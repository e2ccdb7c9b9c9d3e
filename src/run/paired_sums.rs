//! Sums of a paired run over some of its chunks: they are saved, and merge exactly with those of other chunks.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::chunk_set::ChunkSet;
use super::non_finite::NonFinite;
use super::observer::Observer;
use super::options::{CHUNK_PATHS, Options};
use super::paired::{PairedResult, Question, execute_chunks};
use crate::kernel::plan::Plan;
use crate::stats::moments::CoMoments;
use crate::stats::summary::MetricSummary;

/// Sums over a set of chunks of a paired run, the last of which may be incomplete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedSums {
    chunks: ChunkSet,
    columns: Vec<MetricSummary>,
    pairs: Vec<CoMoments>,
    non_finite: Vec<NonFinite>,
}

impl PairedSums {
    /// Simulates part `number` of `of` (counted from 1) of a paired run; `None` if the observer stopped it.
    ///
    /// # Panics
    /// If a column keeps its values, which are not sums.
    pub fn simulate(
        plans: &[&Plan],
        question: Question<'_>,
        options: Options,
        part: (u64, u64),
        observer: &dyn Observer,
    ) -> Option<PairedSums> {
        let chunks = part_of(options.paths.div_ceil(CHUNK_PATHS), part);
        let result = execute_chunks(plans, question, options, chunks.clone(), observer);
        assert!(
            (0..result.columns.len()).all(|column| result.values(column).is_none()),
            "sums alone are kept"
        );
        (!result.interrupted).then(|| PairedSums {
            chunks: ChunkSet::of(chunks),
            columns: result.columns,
            pairs: result.pairs,
            non_finite: result.non_finite,
        })
    }

    /// Adds the sums over other chunks of the same question.
    ///
    /// # Errors
    /// Some chunks are in both, or the sums are of another question.
    pub fn merge(&mut self, other: &PairedSums) -> Result<(), String> {
        let lengths = |sums: &PairedSums| (sums.columns.len(), sums.pairs.len(), sums.non_finite.len());
        if lengths(self) != lengths(other) {
            return Err("they answer another question".to_owned());
        }
        if !self.chunks.common(&other.chunks).is_empty() {
            return Err("they have chunks that are here already".to_owned());
        }
        self.columns.iter_mut().zip(&other.columns).for_each(|(all, more)| all.merge(more));
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(all, more)| all.merge(more));
        self.non_finite.iter_mut().zip(&other.non_finite).for_each(|(all, more)| all.merge(more));
        other.chunks.ranges().iter().cloned().for_each(|range| self.chunks.insert(range));
        Ok(())
    }

    /// The result of a run of `paths`; `None` where chunks of it are missing.
    pub fn into_result(self, paths: u64) -> Option<PairedResult> {
        let whole = 0..paths.div_ceil(CHUNK_PATHS);
        (self.chunks == ChunkSet::of(whole))
            .then(|| PairedResult::of_sums(paths, self.columns, self.pairs, self.non_finite))
    }
}

/// Part `number` of `of` (counted from 1) of so many pieces, which are dealt out about evenly.
pub fn part_of(pieces: u64, (number, of): (u64, u64)) -> Range<u64> {
    let end = |number: u64| (u128::from(pieces) * u128::from(number) / u128::from(of)) as u64;
    end(number - 1)..end(number)
}
