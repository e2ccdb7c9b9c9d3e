//! The summary of one number over all paths: moments and bins together, and the statistics that follow from them.

use serde::{Deserialize, Serialize};

use super::bins::Bins;
use super::histogram::Histogram;
use super::moments::{ChunkMoments, Moments};
use super::quantiles::Ranked;

/// A summary with quantiles within 0.05%.
pub type MetricSummary = Summary<11>;

/// A summary with quantiles within 0.5%, in about an eighth of the memory.
pub type CoarseSummary = Summary<8>;

/// Moments and bins of the same values; identical for any order of merging.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary<const BITS: u32> {
    moments: Moments,
    bins: Bins<BITS>,
}

impl<const BITS: u32> Summary<BITS> {
    /// No values yet.
    pub fn new() -> Self {
        Summary { moments: Moments::EMPTY, bins: Bins::new() }
    }

    /// Adds a chunk's values and their moments.
    pub fn add_chunk(&mut self, moments: &ChunkMoments, values: &[f64]) {
        self.moments.add_chunk(moments);
        self.bins.add_all(values);
    }

    /// Adds a chunk's moments; its values follow by [`add_values`](Self::add_values).
    pub fn add_moments(&mut self, moments: &ChunkMoments) {
        self.moments.add_chunk(moments);
    }

    /// Adds values, all or part of a chunk, to the bins; their moments follow by [`add_moments`](Self::add_moments).
    #[inline(always)]
    pub fn add_values(&mut self, values: &[f64]) {
        self.bins.add_all(values);
    }

    /// Adds the summary of other chunks.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.bins.merge(&other.bins);
    }

    /// The moments.
    pub fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The bins.
    pub fn bins(&self) -> &Bins<BITS> {
        &self.bins
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
        Statistics {
            mean: self.moments.mean(),
            std_error: self.moments.std_error(),
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
        assert_eq!(merged.statistics(), one.statistics());
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
