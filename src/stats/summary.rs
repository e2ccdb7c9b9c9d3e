//! The summary of one number over all paths: moments and bins together, and the statistics that follow from them.

use serde::{Deserialize, Serialize};

use super::bins::Bins;
use super::histogram::Histogram;
use super::mean_error::MeanError;
use super::moments::{CHUNK, ChunkMoments, Moments};
use super::quantiles::Ranked;
use super::replicates::{ChunkReplicates, ReplicateSums};
use super::sections::{RankedSections, Sections};
use crate::math::binomial::order_statistic_interval;
use crate::math::lanes::LANES;

/// A summary with quantiles within 0.05%.
pub type MetricSummary = Summary<11>;

/// A summary with quantiles within 0.5%, in about an eighth of the memory.
pub type CoarseSummary = Summary<8>;

/// Moments and bins of the same values, and under Sobol sampling what errors by replicate follow from; identical for any order of
/// merging.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary<const BITS: u32> {
    moments: Moments,
    bins: Bins<BITS>,
    replicates: ReplicateSums,
    sections: Sections<BITS>,
}

impl<const BITS: u32> Summary<BITS> {
    /// No values yet, all of them independent.
    pub fn new() -> Self {
        Summary::of_replicates(None)
    }

    /// No values yet, of so many replicates of Sobol points; `None` if all values are independent.
    pub fn of_replicates(replicates: Option<usize>) -> Self {
        Summary {
            moments: Moments::EMPTY,
            bins: Bins::new(),
            replicates: ReplicateSums::new(replicates),
            sections: Sections::new(replicates),
        }
    }

    /// Adds a chunk's values, in path order, and their moments. Sums by replicate follow by
    /// [`add_replicates`](Self::add_replicates).
    pub fn add_chunk(&mut self, moments: &ChunkMoments, values: &[f64]) {
        self.moments.add_chunk(moments);
        self.add_values(values);
    }

    /// Adds a chunk of values, in path order; under plain sampling those without a value may be left out.
    pub fn add_path_values(&mut self, values: &[f64]) {
        let replicates = self.sections.replicates();
        let mut moments = ChunkMoments::EMPTY;
        if replicates == 0 {
            moments.add_all(values);
        } else {
            let mut chunk = ChunkReplicates::new(Some(replicates), 1);
            for (block, values) in values.chunks(LANES).enumerate() {
                moments.add_partial_block(values);
                chunk.note(0, block % replicates, &moments);
            }
            self.add_replicates(&chunk, 0, &moments);
        }
        self.add_chunk(&moments, values);
    }

    /// Adds a column of a chunk's sums by replicate, given its moments too; nothing if all values are independent.
    pub fn add_replicates(&mut self, chunk: &ChunkReplicates, column: usize, moments: &ChunkMoments) {
        self.replicates.add_chunk(chunk, column, moments);
    }

    /// Adds a chunk's moments; its values follow by [`add_values`](Self::add_values).
    pub fn add_moments(&mut self, moments: &ChunkMoments) {
        self.moments.add_chunk(moments);
    }

    /// Adds the values of a chunk, in path order, to the bins; their moments follow by [`add_moments`](Self::add_moments).
    #[inline(always)]
    pub fn add_values(&mut self, values: &[f64]) {
        // A chunk's blocks are dealt to the replicates in turn, beginning with the first.
        const { assert!(LANES == 64 && CHUNK.is_multiple_of(64 * LANES)) };
        match self.sections.replicates() {
            0 => self.bins.add_all(values),
            _ => self.bins.add_all_and_tell(values, &mut self.sections),
        }
    }

    /// Adds the summary of other chunks.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.bins.merge(&other.bins);
        self.replicates.merge(&other.replicates);
        self.sections.merge(&other.sections);
    }

    /// The moments.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The bins.
    pub fn bins(&self) -> &Bins<BITS> {
        &self.bins
    }

    /// The error of the mean: from the replicates where there are any, else that of independent values.
    pub fn mean_error(&self) -> MeanError {
        let of_replicates = self.replicates.error_of(self.moments.mean());
        of_replicates.unwrap_or_else(|| MeanError::independent(self.moments.std_error()))
    }

    /// The ranks, counted from 1, of the order statistics that bound the quantile of each probability with 95%.
    pub fn quantile_ranks(&self, probabilities: &[f64]) -> Vec<(u64, u64)> {
        let count = self.moments.count();
        if count == 0 {
            return vec![(0, 1); probabilities.len()];
        }
        if let Some(sections) = self.ranked_sections() {
            return probabilities.iter().map(|&q| sections.quantile_ranks(q)).collect();
        }
        probabilities.iter().map(|&q| order_statistic_interval(count, q, 0.95)).collect()
    }

    /// The counts by replicate in ascending order; `None` if all values are independent.
    pub fn ranked_sections(&self) -> Option<RankedSections> {
        self.sections.is_kept().then(|| self.sections.ranked())
    }

    /// The sums by replicate; empty if all values are independent.
    pub fn replicates(&self) -> &ReplicateSums {
        &self.replicates
    }

    /// The counts by replicate; empty if all values are independent.
    pub fn sections(&self) -> &Sections<BITS> {
        &self.sections
    }

    /// The bins in ascending order, for quantiles and histograms.
    pub fn ranked(&self) -> Ranked {
        self.bins.ranked(self.moments.min(), self.moments.max())
    }

    /// A histogram with about `target_bins` bins.
    pub fn histogram(&self, target_bins: usize) -> Histogram {
        Histogram::from_ranked(&self.ranked(), target_bins)
    }

    /// The statistics of a result table.
    pub fn statistics(&self) -> Statistics {
        self.statistics_from(&self.ranked())
    }

    /// [`statistics`](Self::statistics), from ranked bins that the caller already has.
    pub fn statistics_from(&self, ranked: &Ranked) -> Statistics {
        debug_assert_eq!(ranked.count(), self.moments.count(), "moments and bins saw the same values");
        let error = self.mean_error();
        Statistics {
            mean: self.moments.mean(),
            std_error: error.std_error,
            error_df: error.df,
            std_dev: self.moments.std_dev(),
            min: self.moments.min(),
            p01: ranked.quantile(0.01),
            p05: ranked.quantile(0.05),
            p10: ranked.quantile(0.10),
            p25: ranked.quantile(0.25),
            p50: ranked.quantile(0.50),
            p75: ranked.quantile(0.75),
            p90: ranked.quantile(0.90),
            p95: ranked.quantile(0.95),
            p99: ranked.quantile(0.99),
            max: self.moments.max(),
            es05: ranked.shortfall_low(0.05),
            es95: ranked.shortfall_high(0.05),
            paths: self.moments.count(),
            undefined: self.moments.undefined(),
        }
    }
}

/// Statistics of one number over the paths where it is defined; NaN where there are too few.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Statistics {
    /// The mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub std_error: f64,
    /// Degrees of freedom of an error that comes from replicates; NaN where paths are independent.
    pub error_df: f64,
    /// The standard deviation, with n − 1.
    pub std_dev: f64,
    /// The smallest value.
    pub min: f64,
    /// The 1% quantile.
    pub p01: f64,
    /// The 5% quantile.
    pub p05: f64,
    /// The 10% quantile.
    pub p10: f64,
    /// The 25% quantile.
    pub p25: f64,
    /// The median.
    pub p50: f64,
    /// The 75% quantile.
    pub p75: f64,
    /// The 90% quantile.
    pub p90: f64,
    /// The 95% quantile.
    pub p95: f64,
    /// The 99% quantile.
    pub p99: f64,
    /// The largest value.
    pub max: f64,
    /// The mean of the lowest 5%.
    pub es05: f64,
    /// The mean of the highest 5%.
    pub es95: f64,
    /// Paths where the number is defined; all other statistics are over these.
    pub paths: u64,
    /// Paths where the number is undefined.
    pub undefined: u64,
}

impl Statistics {
    /// The error of the mean.
    pub fn mean_error(&self) -> MeanError {
        MeanError { std_error: self.std_error, df: self.error_df }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::moments::CHUNK;

    fn values(n: usize) -> Vec<f64> {
        let wave = |i: usize| (i as f64 * 0.618_033_988_75).fract();
        (0..n).map(|i| if i % 10 == 3 { f64::NAN } else { (4.0 * wave(i)).exp() }).collect()
    }

    fn chunk_of(values: &[f64]) -> ChunkMoments {
        let mut chunk = ChunkMoments::EMPTY;
        chunk.add_all(values);
        chunk
    }

    #[test]
    fn shards_and_order_do_not_matter() {
        let values = values(50_000);
        let chunks: Vec<&[f64]> = values.chunks(CHUNK).collect();
        let mut one = MetricSummary::new();
        chunks.iter().for_each(|chunk| one.add_chunk(&chunk_of(chunk), chunk));
        let mut shards = vec![MetricSummary::new(); 4];
        for (i, chunk) in chunks.iter().enumerate().rev() {
            shards[i * 7 % 4].add_chunk(&chunk_of(chunk), chunk);
        }
        let mut merged = MetricSummary::new();
        shards.iter().rev().for_each(|shard| merged.merge(shard));
        assert_eq!(merged, one);
        // As text, in which a NaN equals a NaN.
        assert_eq!(format!("{:?}", merged.statistics()), format!("{:?}", one.statistics()));
        assert_eq!(merged.histogram(40), one.histogram(40));
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<MetricSummary>(&text).unwrap(), one);
    }

    #[test]
    fn statistics_of_known_values() {
        let values = values(100_000);
        let mut summary = MetricSummary::new();
        values.chunks(CHUNK).for_each(|chunk| summary.add_chunk(&chunk_of(chunk), chunk));
        let s = summary.statistics();
        assert_eq!((s.paths, s.undefined), (90_000, 10_000));
        let mut sorted: Vec<f64> = values.into_iter().filter(|x| !x.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let near = |x: f64, truth: f64, bound: f64| assert!((x / truth - 1.0).abs() <= bound, "{x} {truth}");
        near(s.mean, mean(&sorted), 1e-12);
        near(s.es05, mean(&sorted[..n / 20]), 1e-5);
        near(s.es95, mean(&sorted[n - n / 20..]), 1e-5);
        for (x, q) in [(s.p01, 0.01), (s.p25, 0.25), (s.p50, 0.5), (s.p95, 0.95), (s.p99, 0.99)] {
            near(x, sorted[((n - 1) as f64 * q) as usize], 0.0006);
        }
        assert_eq!((s.min, s.max), (sorted[0], sorted[n - 1]));
        assert_eq!(s.std_error, s.std_dev / 300.0);
        assert_eq!(summary.histogram(40).bins().map(|bin| bin.count).sum::<u64>(), s.paths);
    }

    #[test]
    fn nothing_defined() {
        let mut summary = MetricSummary::new();
        summary.add_chunk(&chunk_of(&[f64::NAN; 5]), &[f64::NAN; 5]);
        let s = summary.statistics();
        assert!(s.mean.is_nan() && s.p50.is_nan() && s.es95.is_nan() && s.max.is_nan());
        assert_eq!((s.paths, s.undefined), (0, 5));
        assert_eq!(summary.histogram(40).bins().len(), 0);
    }
}
