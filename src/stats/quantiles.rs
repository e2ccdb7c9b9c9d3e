//! Quantiles, order statistics, confidence intervals and expected shortfall from bins in ascending order; [`bins`](super::bins)
//! states their error bounds.

/// One bin with its running count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankedBin {
    /// A lower bound of its values.
    pub low: f64,
    /// An upper bound of its values.
    pub high: f64,
    /// The mean of its values.
    pub mean: f64,
    /// The number of values in it.
    pub count: u64,
    /// The number of values in it and all lower bins.
    pub through: u64,
}

/// Bins in ascending order with running counts. Without values, every answer is NaN.
#[derive(Clone, Debug)]
pub struct Ranked {
    bins: Vec<RankedBin>,
    count: u64,
    min: f64,
    max: f64,
}

impl Ranked {
    /// From bins in ascending order and the smallest and largest value in them.
    pub(super) fn new(bins: Vec<RankedBin>, min: f64, max: f64) -> Ranked {
        let count = bins.last().map_or(0, |bin| bin.through);
        Ranked { bins, count, min, max }
    }

    /// The bins that have values, in ascending order.
    pub fn bins(&self) -> &[RankedBin] {
        &self.bins
    }

    /// The number of values that are not NaN.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The smallest value.
    pub fn min(&self) -> f64 {
        self.min
    }

    /// The largest value.
    pub fn max(&self) -> f64 {
        self.max
    }

    /// The bin of the rank-th smallest value; `rank` counts from 1 and is clamped to 1..=count.
    fn bin_of(&self, rank: u64) -> Option<&RankedBin> {
        let rank = rank.clamp(1, self.count.max(1));
        self.bins.get(self.bins.partition_point(|bin| bin.through < rank))
    }

    /// The rank-th smallest value, counted from 1, within the bins' error; the first and the last are exact.
    pub fn order_statistic(&self, rank: u64) -> f64 {
        match self.bin_of(rank) {
            None => f64::NAN,
            Some(_) if rank <= 1 => self.min,
            Some(_) if rank >= self.count => self.max,
            Some(bin) => bin.mean,
        }
    }

    /// The quantile q of 0..=1, linear between order statistics: at rank 1 + (n−1)·q (Hyndman and Fan, "Sample
    /// quantiles in statistical packages", 1996, definition 7).
    pub fn quantile(&self, q: f64) -> f64 {
        let position = self.count.saturating_sub(1) as f64 * q;
        let below = position.floor();
        let rank = below as u64 + 1;
        let (low, high) = (self.order_statistic(rank), self.order_statistic(rank + 1));
        (low + (position - below) * (high - low)).clamp_or_nan(self.min, self.max)
    }

    /// The part of the values that lie below `x`; NaN without values. Values within a bin's error of `x` (0.05% of it) may count on
    /// the other side.
    pub fn fraction_below(&self, x: f64) -> f64 {
        let below = self.bins[..self.bins.partition_point(|bin| bin.mean < x)].last();
        below.map_or(0.0, |bin| bin.through as f64) / self.count as f64
    }

    /// A confidence interval for a quantile from the ranks of two order statistics, counted from 1: from the lower edge of the
    /// first's bin to the upper edge of the second's, so it contains the interval between the two. A side whose rank lies outside
    /// the sample is open: NaN.
    pub fn quantile_interval(&self, ranks: (u64, u64)) -> (f64, f64) {
        let inside = |rank: u64| (1..=self.count).contains(&rank).then(|| self.bin_of(rank)).flatten();
        (inside(ranks.0).map_or(f64::NAN, |bin| bin.low), inside(ranks.1).map_or(f64::NAN, |bin| bin.high))
    }

    /// Expected shortfall: the mean of the lowest share p of the values, the value at the boundary counting in part. Only the bin
    /// at the boundary contributes an error.
    pub fn shortfall_low(&self, p: f64) -> f64 {
        self.mean_of_first(p, self.min, self.bins.iter())
    }

    /// The mean of the highest share p of the values; see [`shortfall_low`](Self::shortfall_low).
    pub fn shortfall_high(&self, p: f64) -> f64 {
        self.mean_of_first(p, self.max, self.bins.iter().rev())
    }

    fn mean_of_first<'a>(&self, p: f64, outermost: f64, bins: impl Iterator<Item = &'a RankedBin>) -> f64 {
        let wanted = p * self.count as f64;
        if self.count > 0 && wanted <= 1.0 {
            return outermost;
        }
        let mut left = wanted;
        let mut sum = 0.0;
        for bin in bins {
            let taken = left.min(bin.count as f64);
            sum += taken * bin.mean;
            left -= taken;
            if left <= 0.0 {
                break;
            }
        }
        (sum / wanted).clamp_or_nan(self.min, self.max)
    }
}

trait ClampOrNan {
    fn clamp_or_nan(self, min: f64, max: f64) -> f64;
}

impl ClampOrNan for f64 {
    /// `clamp` that returns NaN instead of panicking where a bound is NaN, as without values.
    fn clamp_or_nan(self, min: f64, max: f64) -> f64 {
        if min <= max { self.clamp(min, max) } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bins::tests::{Draws, laws, ranked};

    const LEVELS: [f64; 15] =
        [0.0, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.3333, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0];

    fn sorted(values: &[f64]) -> Vec<f64> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    fn sorted_quantile(sorted: &[f64], q: f64) -> f64 {
        let h = (sorted.len() - 1) as f64 * q;
        let (below, above) = (sorted[h.floor() as usize], sorted[h.ceil() as usize]);
        below + h.fract() * (above - below)
    }

    fn quantile_errors<const BITS: u32>(bound: f64) {
        for (name, values) in laws() {
            let (found, truth) = (ranked::<BITS>(&values), sorted(&values));
            assert_eq!(found.count(), truth.len() as u64);
            for q in LEVELS {
                let (x, t) = (found.quantile(q), sorted_quantile(&truth, q));
                // Between two signs the bound is a share of the larger neighbour.
                let h = (truth.len() - 1) as f64 * q;
                let neighbours = truth[h.floor() as usize].abs().max(truth[h.ceil() as usize].abs());
                let size = if t.abs() < 1e-4 { neighbours } else { t.abs() };
                assert!((x - t).abs() <= bound * size + 1e-9, "{name} {q}: {x} for {t}");
            }
            for rank in [1, 2, 77, truth.len() / 2, truth.len()] {
                let (x, t) = (found.order_statistic(rank as u64), truth[rank - 1]);
                assert!((x - t).abs() <= bound * t.abs() + 1e-9, "{name} {rank}: {x} for {t}");
                let (low, high) = found.quantile_interval((rank as u64, rank as u64));
                assert!(low <= t + 1e-9 && t - 1e-9 <= high, "{name} {rank}: {t} outside {low}, {high}");
                assert!(low <= x && x <= high || rank == 1 || rank == truth.len());
            }
        }
    }

    #[test]
    fn quantiles_keep_the_fine_bound() {
        quantile_errors::<11>(0.0005);
    }

    #[test]
    fn quantiles_keep_the_coarse_bound() {
        quantile_errors::<8>(0.005);
    }

    #[test]
    #[should_panic(expected = "normal")]
    fn coarser_bins_would_break_the_coarse_bound() {
        quantile_errors::<4>(0.005);
    }

    #[test]
    fn shortfall_agrees_with_sorted_values() {
        for (name, values) in laws() {
            let (found, truth) = (ranked::<11>(&values), sorted(&values));
            for p in [1e-6, 0.01, 0.05, 0.05001, 0.5, 1.0] {
                let mean = |values: &mut dyn Iterator<Item = f64>| {
                    let wanted = p * truth.len() as f64;
                    let (mut sum, mut left) = (0.0, wanted);
                    for x in values {
                        sum += x * left.clamp(0.0, 1.0);
                        left -= 1.0;
                    }
                    sum / wanted
                };
                let low = mean(&mut truth.iter().copied());
                let high = mean(&mut truth.iter().rev().copied());
                // Whole bins are as good as exact; the boundary's bin holds a small part of the paths.
                let scale = truth.iter().map(|x| x.abs()).sum::<f64>() / truth.len() as f64;
                for (x, t) in [(found.shortfall_low(p), low), (found.shortfall_high(p), high)] {
                    assert!((x - t).abs() <= 1e-5 * t.abs().max(scale) + 1e-9, "{name} {p}: {x} for {t}");
                }
            }
        }
    }

    #[test]
    fn the_boundary_value_counts_in_part() {
        // Four values, a half: the lowest two; three tenths: the first and a fifth of the second.
        let four = ranked::<11>(&[1.0, 2.0, 4.0, 8.0]);
        assert_eq!(four.shortfall_low(0.5), 1.5);
        assert!((four.shortfall_low(0.3) - (1.0 + 0.2 * 2.0) / 1.2).abs() < 1e-15);
        assert_eq!((four.shortfall_low(0.05), four.shortfall_high(0.05)), (1.0, 8.0));
        assert!((four.shortfall_high(0.3) - (8.0 + 0.2 * 4.0) / 1.2).abs() < 1e-15);
        assert_eq!((four.quantile(0.5), four.quantile(0.1)), (3.0, 1.0 + 0.3 * 1.0));
    }

    /// Ranks l and u with P(l ≤ B ≤ u−1) at least 95% for binomial B, at most 2.5% on either side; and that probability.
    fn binomial_ranks(n: u64, q: f64) -> ((u64, u64), f64) {
        let mut log_choose = 0.0;
        let mut probability = Vec::new();
        for k in 0..=n {
            if k > 0 {
                log_choose += ((n - k + 1) as f64 / k as f64).ln();
            }
            probability.push((log_choose + k as f64 * q.ln() + (n - k) as f64 * (1.0 - q).ln()).exp());
        }
        let up_to = |k: u64| probability[..=k as usize].iter().sum::<f64>();
        let lower = (1..=n).take_while(|&l| up_to(l - 1) <= 0.025).last().unwrap();
        let upper = (1..=n).find(|&u| 1.0 - up_to(u - 1) <= 0.025).unwrap();
        ((lower, upper), up_to(upper - 1) - up_to(lower - 1))
    }

    /// How far the share of intervals that hold the truth is from what the binomial law says, in standard errors, for
    /// a lognormal law with σ = 3: its intervals are some hundred bins wide, so the outer edges add next to nothing.
    fn coverage_z(q: f64, normal_quantile: f64, factor: f64) -> f64 {
        let (n, repetitions) = (400, 4000);
        let (ranks, expected) = binomial_ranks(n, q);
        assert!((0.95..0.975).contains(&expected));
        let mut draws = Draws(11);
        let truth = (3.0 * normal_quantile).exp() * factor;
        let mut covered = 0;
        let mut values = vec![0.0; n as usize];
        for _ in 0..repetitions {
            values.fill_with(|| (3.0 * draws.normal()).exp());
            let (low, high) = ranked::<11>(&values).quantile_interval(ranks);
            covered += i32::from(low <= truth && truth <= high);
        }
        let found = f64::from(covered) / f64::from(repetitions);
        let std_error = (expected * (1.0 - expected) / f64::from(repetitions)).sqrt();
        let z = (found - expected) / std_error;
        assert!((0.8..1.0).contains(&found), "q {q} × {factor}: coverage {found}, truth {expected}, z {z}");
        z
    }

    #[test]
    fn intervals_cover_as_often_as_they_say() {
        for (q, normal_quantile) in [(0.05, -1.6448536269514722), (0.5, 0.0), (0.95, 1.6448536269514722)] {
            let z = coverage_z(q, normal_quantile, 1.0);
            assert!(z.abs() < 3.5, "q {q}: z {z}");
            let moved = coverage_z(q, normal_quantile, 1.2);
            assert!(moved < -6.0, "q {q}: z {moved} about a moved truth");
        }
    }
}
