//! Sums by replicate, and the standard error of a mean that follows from them.
//!
//! Randomised Sobol points of one replicate depend on each other; replicates do not. With S_r the sum and C_r the number of the
//! values of replicate r, and S and C those of all R replicates, the mean is S/C, and e_r = (S_r − mean·C_r)/(C/R) is how far a
//! replicate is from it: R independent numbers with mean 0 (of a ratio's linearisation where C_r differs). So the standard error is
//! √(Σ e_r²/(R(R−1))), with R − 1 degrees of freedom (Owen 1997, "Scrambled net variance for integrals of smooth functions", Annals
//! of Statistics 25; Cochran 1977, "Sampling Techniques", section 6.3, for the ratio).
//!
//! Replicates without a value say nothing and are left out of R. With one value in each replicate, this is the error of independent
//! values.

use serde::{Deserialize, Serialize};

use super::fixed_sum::FixedSum;
use super::mean_error::MeanError;
use super::moments::ChunkMoments;

/// Sums of one chunk by replicate, of many columns of numbers; each about the shift of the column's [`ChunkMoments`], so that equal
/// values leave exactly nothing.
#[derive(Clone, Debug)]
pub struct ChunkReplicates {
    replicates: usize,
    /// `[column][replicate]`.
    sums: Vec<f64>,
    /// `[column][replicate]`.
    counts: Vec<u32>,
    /// Sum and count of each column so far.
    seen: Vec<(f64, u64)>,
}

impl ChunkReplicates {
    /// Nothing yet, for so many columns; without replicates nothing is ever kept.
    pub fn new(replicates: Option<usize>, columns: usize) -> ChunkReplicates {
        let replicates = replicates.unwrap_or(0);
        let columns = if replicates == 0 { 0 } else { columns };
        ChunkReplicates {
            replicates,
            sums: vec![0.0; columns * replicates],
            counts: vec![0; columns * replicates],
            seen: vec![(0.0, 0); columns],
        }
    }

    /// Whether there are replicates.
    #[inline(always)]
    pub fn is_kept(&self) -> bool {
        self.replicates > 0
    }

    /// Gives what a column's moments have gained since the last call to a replicate.
    #[inline(always)]
    pub fn note(&mut self, column: usize, replicate: usize, moments: &ChunkMoments) {
        let (sum, count) = moments.sum_about_shift();
        let (sum_before, count_before) = std::mem::replace(&mut self.seen[column], (sum, count));
        let at = column * self.replicates + replicate;
        self.sums[at] += sum - sum_before;
        self.counts[at] += (count - count_before) as u32;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.sums.fill(0.0);
        self.counts.fill(0);
        self.seen.fill((0.0, 0));
    }
}

/// Sums by replicate over any number of chunks: identical for any order of adding and merging. Empty without replicates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicateSums {
    sums: Vec<FixedSum>,
    counts: Vec<u64>,
    /// Sums of a chunk that did not fit: infinite, or above 10²⁸.
    lost: u64,
}

impl ReplicateSums {
    /// No values yet, for so many replicates.
    pub fn new(replicates: Option<usize>) -> ReplicateSums {
        let replicates = replicates.unwrap_or(0);
        ReplicateSums { sums: vec![FixedSum::ZERO; replicates], counts: vec![0; replicates], lost: 0 }
    }

    /// Adds a column of a finished chunk, given its moments too.
    pub fn add_chunk(&mut self, chunk: &ChunkReplicates, column: usize, moments: &ChunkMoments) {
        let shift = moments.shift();
        let of_column = column * chunk.replicates..(column + 1) * chunk.replicates;
        if self.sums.is_empty() || shift.is_nan() {
            return;
        }
        // Mostly all replicates have as many values.
        let mut offset = (0, FixedSum::ZERO);
        let parts = chunk.sums[of_column.clone()].iter().zip(&chunk.counts[of_column]);
        for ((total, known), (&sum, &count)) in self.sums.iter_mut().zip(&mut self.counts).zip(parts) {
            if count != offset.0 {
                offset = (count, FixedSum::ZERO);
                self.lost += u64::from(!offset.1.add_product(f64::from(count), shift));
            }
            if count > 0 {
                total.merge(&offset.1);
                self.lost += u64::from(!total.add(sum));
                *known += u64::from(count);
            }
        }
    }

    /// Adds the sums of other chunks.
    pub fn merge(&mut self, other: &ReplicateSums) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(mine, theirs)| mine.merge(theirs));
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.lost = self.lost.saturating_add(other.lost);
    }

    /// How many values each replicate has; empty without replicates.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Whether there are so many replicates, with sums for each.
    pub fn has(&self, replicates: Option<usize>) -> bool {
        let replicates = replicates.unwrap_or(0);
        self.sums.len() == replicates && self.counts.len() == replicates
    }

    /// The error of the mean of all values, given that mean; `None` without replicates. NaN for values of fewer than two replicates.
    pub fn error_of(&self, mean: f64) -> Option<MeanError> {
        if self.counts.is_empty() {
            return None;
        }
        let away = self.sums.iter().zip(&self.counts).map(|(sum, &count)| {
            let mut away = *sum;
            match away.add_product(-(count as f64), mean) {
                true => away.value(),
                false => f64::NAN,
            }
        });
        Some(match self.lost {
            0 => error_of_shares(away, &self.counts),
            _ => MeanError { std_error: f64::NAN, df: f64::NAN },
        })
    }
}

/// The error of a mean from how far the sum of each replicate is from the mean times its count, and from the counts.
fn error_of_shares(away: impl Iterator<Item = f64>, counts: &[u64]) -> MeanError {
    let count = counts.iter().sum::<u64>() as f64;
    let replicates = counts.iter().filter(|&&count| count > 0).count() as f64;
    if replicates < 2.0 {
        return MeanError { std_error: f64::NAN, df: f64::NAN };
    }
    let squares: f64 = away.map(|away| away * away).sum();
    let std_error = replicates / count * (squares / (replicates * (replicates - 1.0))).sqrt();
    MeanError { std_error, df: replicates - 1.0 }
}

/// The error of a fraction of the values, from how many values of each replicate count and how many there are.
pub fn error_of_fraction(counted: &[f64], counts: &[u64]) -> MeanError {
    let fraction = counted.iter().sum::<f64>() / counts.iter().sum::<u64>() as f64;
    let away = counted.iter().zip(counts).map(|(&counted, &count)| counted - fraction * count as f64);
    error_of_shares(away, counts)
}

/// How many of the first `paths` paths belong to each replicate: blocks of 64 paths are dealt to the replicates in turn.
pub fn paths_by_replicate(paths: u64, replicates: usize) -> Vec<u64> {
    const BLOCK: u64 = 64;
    let round = BLOCK * replicates as u64;
    let (rounds, rest) = (paths / round, paths % round);
    (0..replicates as u64).map(|r| rounds * BLOCK + rest.saturating_sub(r * BLOCK).min(BLOCK)).collect()
}

#[cfg(test)]
mod tests;
