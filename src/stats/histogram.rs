//! Histograms with round-number bins chosen from the data.
//!
//! Every value is in exactly one bin, so the counts add up to the number of values. They come from the logarithmic
//! [`bins`](super::bins); one that straddles an edge counts where its middle lies.

use super::quantiles::Ranked;

/// Adjacent bins [low, high) in ascending order; the first and the last may be wider than the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    edges: Vec<f64>,
    counts: Vec<u64>,
}

/// One bin of a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistogramBin {
    /// The lower edge, inclusive.
    pub low: f64,
    /// The upper edge, exclusive.
    pub high: f64,
    /// Values in the bin.
    pub count: u64,
}

/// Shares ignored in each tail when choosing the bin width, tried in turn until the middle half of the values gets at least a
/// tenth of the bins, so that long tails do not flatten the picture.
const TAILS: [f64; 5] = [0.001, 0.005, 0.01, 0.025, 0.05];

impl Histogram {
    /// About `target` bins of one round width (1, 2, 2.5 or 5 times a power of ten) over the bulk of the values.
    ///
    /// Up to a quarter more on either side reach the extremes; where that is not enough, one wide bin does. Few or repeated values
    /// get fewer bins, no values none.
    pub fn from_ranked(ranked: &Ranked, target: usize) -> Histogram {
        Histogram::within(&edges(ranked, target), ranked)
    }

    /// With these edges, between which all values lie: those of several samples together, so that their histograms share bins.
    pub fn within(edges: &[f64], ranked: &Ranked) -> Histogram {
        let edges = if ranked.bins().is_empty() { Vec::new() } else { edges.to_vec() };
        let mut counts = vec![0; edges.len().saturating_sub(1)];
        // Both bins and edges ascend, so each search continues from the last edge found.
        let (mut from_low, mut from_place) = (0, 0);
        for bin in ranked.bins() {
            let above = edge_above(&edges, &mut from_low, bin.low).min(edges.len() - 1);
            let edge = edges[above];
            // Values that agree in the edge itself belong above it. The mean of a bin is short of them by up to 2⁻²⁴ of the bin's
            // width, and some others may be among them: a hundredth of the width is taken for the edge.
            let reaches = edge < bin.high || edge == ranked.max();
            let at_edge = reaches
                && (bin.mean - edge).abs() <= 0.01 * (bin.high - bin.low).max(edge.abs() * f64::EPSILON);
            let across = bin.low < edge && edge < bin.high;
            let stands_at = match (at_edge, across) {
                (true, _) => edge,
                (false, true) => bin.low + (bin.high - bin.low) / 2.0,
                (false, false) => bin.mean,
            };
            let place = edge_above(&edges, &mut from_place, stands_at).clamp(1, edges.len() - 1) - 1;
            counts[place] += bin.count;
        }
        Histogram { edges, counts }
    }

    /// The bins in ascending order.
    pub fn bins(&self) -> impl ExactSizeIterator<Item = HistogramBin> {
        let rows = self.edges.windows(2).zip(&self.counts);
        rows.map(|(edge, &count)| HistogramBin { low: edge[0], high: edge[1], count })
    }
}

/// The index of the first edge above x, searched from `from` on; the number of edges if there is none.
fn edge_above(edges: &[f64], from: &mut usize, x: f64) -> usize {
    while edges.get(*from).is_some_and(|&edge| edge <= x) {
        *from += 1;
    }
    *from
}

/// A round bin width, `digits`·10^`exponent`.
#[derive(Clone, Copy)]
struct Step {
    digits: i64,
    exponent: i32,
}

impl Step {
    /// The smallest round width of at least `width`.
    fn at_least(width: f64) -> Step {
        let mut exponent = width.log10().floor() as i32 - 2;
        loop {
            for digits in [10, 20, 25, 50] {
                let step = Step { digits, exponent };
                if step.times(1) >= width {
                    return step;
                }
            }
            exponent += 1;
        }
    }

    /// A multiple of the width, as the `f64` nearest to the decimal number.
    fn times(self, multiple: i64) -> f64 {
        let decimal = format!("{}e{}", i128::from(multiple) * i128::from(self.digits), self.exponent);
        decimal.parse().expect("digits, an e and an exponent are a number")
    }

    /// The largest multiple that is at most x.
    fn below(self, x: f64) -> i64 {
        let mut multiple = (x / self.times(1)).floor() as i64;
        while self.times(multiple) > x {
            multiple -= 1;
        }
        while self.times(multiple + 1) <= x {
            multiple += 1;
        }
        multiple
    }
}

/// The edges of [`Histogram::from_ranked`]; none where there are no values.
pub fn edges(ranked: &Ranked, target: usize) -> Vec<f64> {
    let (min, max, target) = (ranked.min(), ranked.max(), target.max(1));
    if ranked.bins().is_empty() {
        return Vec::new();
    }
    if max - min <= 1e-9 * min.abs().max(max.abs()) || !(max - min).is_finite() {
        return edges_about_one_value(min, max);
    }
    let (low, high) = bulk(ranked, target);
    let wanted = (ranked.bins().len() - 1).clamp(1, target);
    let step = Step::at_least((high - low) / wanted as f64);
    let (mut first, mut last) = (step.below(low), step.below(high) + 1);

    let more = (target / 4) as f64;
    let width = step.times(1);
    if (step.times(first) - min) / width <= more {
        first = step.below(min).min(first);
    }
    if (max - step.times(last)) / width <= more {
        last = (step.below(max) + 1).max(last);
    }
    let mut edges: Vec<f64> = (first..=last).map(|multiple| step.times(multiple)).collect();
    let (low, high) = (edges[0], edges[edges.len() - 1]);
    if min < low {
        let far = Step::at_least((low - min) / 10.0);
        edges.insert(0, far.times(far.below(min)));
    }
    if max >= high {
        let far = Step::at_least((max - high).max(width) / 10.0);
        edges.push(far.times(far.below(max) + 1));
    }
    edges
}

/// The range from which the bin width is chosen: without the tails, unless nothing else is left.
fn bulk(ranked: &Ranked, target: usize) -> (f64, f64) {
    let middle_half = ranked.quantile(0.75) - ranked.quantile(0.25);
    let without = |tail: f64| (ranked.quantile(tail), ranked.quantile(1.0 - tail));
    let fits = |&(low, high): &(f64, f64)| high - low <= middle_half * target as f64 / 4.0;
    let whole = without(TAILS[0]);
    let (low, high) = match middle_half > 0.0 {
        true => TAILS.map(without).into_iter().find(fits).unwrap_or(without(TAILS[TAILS.len() - 1])),
        false => whole,
    };
    if low < high { (low, high) } else { (ranked.min(), ranked.max()) }
}

/// The edges of one bin around a single value, or values too close to tell apart; about a tenth of the value wide.
fn edges_about_one_value(min: f64, max: f64) -> Vec<f64> {
    let size = min.abs().max(max.abs());
    if !size.is_finite() || max - min == f64::INFINITY {
        return vec![min, max];
    }
    let step = if size < 1e-9 { Step { digits: 10, exponent: -1 } } else { Step::at_least(size / 10.0) };
    vec![step.times(step.below(min)), step.times(step.below(max) + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::bins::FineBins;
    use proptest::prelude::*;

    fn histogram(values: &[f64]) -> Vec<(f64, f64, u64)> {
        let mut bins = FineBins::new();
        bins.add_all(values);
        let min = values.iter().copied().fold(f64::NAN, f64::min);
        let max = values.iter().copied().fold(f64::NAN, f64::max);
        let histogram = Histogram::from_ranked(&bins.ranked(min, max), 40);
        histogram.bins().map(|bin| (bin.low, bin.high, bin.count)).collect()
    }

    #[test]
    fn few_values_have_few_bins() {
        assert_eq!(histogram(&[]), []);
        assert_eq!(histogram(&[f64::NAN]), []);
        assert_eq!(histogram(&[0.0; 9]), [(0.0, 1.0, 9)]);
        assert_eq!(histogram(&[1.0; 9]), [(1.0, 1.1, 9)]);
        assert_eq!(histogram(&[130.0; 9]), [(120.0, 140.0, 9)]);
        assert_eq!(histogram(&[-130.0; 9]), [(-140.0, -120.0, 9)]);
        assert_eq!(histogram(&[0.0, 1.0, 1.0, 0.0, 0.0]), [(0.0, 1.0, 3), (1.0, 2.0, 2)]);
        assert_eq!(histogram(&[-1.0, 0.0, -1.0]), [(-1.0, 0.0, 2), (0.0, 1.0, 1)]);
        let rare: Vec<f64> = (0..10_000).map(|i| f64::from(i == 77)).collect();
        assert_eq!(histogram(&rare), [(0.0, 1.0, 9_999), (1.0, 2.0, 1)]);
        assert_eq!(histogram(&[3.0, 4.0, 5.0, 5.0]), [(3.0, 4.0, 1), (4.0, 5.0, 1), (5.0, 6.0, 2)]);
    }

    #[test]
    fn samples_share_the_bins_of_both_together() {
        let sample = |values: &[f64]| {
            let mut bins = FineBins::new();
            bins.add_all(values);
            bins
        };
        let low: Vec<f64> = (0..1_000).map(|i| f64::from(i) / 100.0).collect();
        let high: Vec<f64> = (0..500).map(|i| 5.0 + f64::from(i) / 20.0).collect();
        let mut both = sample(&low);
        both.merge(&sample(&high));
        let edges = edges(&both.ranked(0.0, 29.95), 40);
        let [first, second] = [sample(&low).ranked(0.0, 9.99), sample(&high).ranked(5.0, 29.95)]
            .map(|ranked| Histogram::within(&edges, &ranked));
        let limits =
            |histogram: &Histogram| histogram.bins().map(|bin| (bin.low, bin.high)).collect::<Vec<_>>();
        assert_eq!(limits(&first), limits(&second));
        let sum = |histogram: &Histogram| histogram.bins().map(|bin| bin.count).sum::<u64>();
        assert_eq!((sum(&first), sum(&second)), (1_000, 500));
        let beyond = first.bins().filter(|bin| bin.low >= 10.0).map(|bin| bin.count).sum::<u64>();
        assert_eq!(beyond, 0, "{first:?}");
    }

    #[test]
    fn values_on_an_edge_count_above_it() {
        // 0.1 and 0.7 are no edges of fine bins, and the means of their bins fall short of them.
        for atom in [0.1, 0.7, 35.0, -0.1, -0.7] {
            let spread = |i: i32| atom + 0.037 * f64::from(i - 50) * f64::abs(atom);
            let values: Vec<f64> = (0..100).map(spread).filter(|x| *x != atom).chain([atom; 500]).collect();
            let rows = histogram(&values);
            let of = |x: f64| rows.iter().find(|row| row.0 <= x && x < row.1).unwrap();
            assert!(rows.iter().any(|row| row.0 == atom), "{atom} is an edge: {rows:?}");
            let others = values.iter().filter(|&&x| x != atom && of(atom).0 <= x && x < of(atom).1).count();
            assert!(of(atom).2.abs_diff(500 + others as u64) <= 1, "{atom}: {rows:?}");
        }
        // The largest value too, and values just below an edge stay below.
        assert_eq!(histogram(&[0.1, 0.2, 0.3, 0.3])[2..], [(0.3, 0.4, 2)]);
    }

    #[test]
    fn whole_numbers_have_a_bin_each() {
        let months: Vec<f64> = (0..10_000).map(|i| f64::from(i % 36) - 6.0).collect();
        let rows = histogram(&months);
        assert_eq!(rows.len(), 36);
        assert!(rows.iter().all(|&(low, high, count)| high - low == 1.0 && (277..=278).contains(&count)));
    }

    #[test]
    fn edges_are_round() {
        let values: Vec<f64> = (0..50_000).map(|i| 1.3 + f64::from(i) * 5.1e-5).collect();
        let rows = histogram(&values);
        // 2.55 wide over 40 bins: a tenth.
        assert_eq!((rows[0].0, rows[1].0, rows[2].0), (1.3, 1.4, 1.5));
        assert_eq!(rows.last().map(|row| row.1), Some(3.9));
        // Even values: 0.1/5.1e-5 = 1961 a bin, less a fine bin's width.
        assert!(rows[1..25].iter().all(|row| row.2.abs_diff(1961) < 50), "{rows:?}");
    }

    #[test]
    fn an_outlier_does_not_flatten_the_picture() {
        let mut values: Vec<f64> = (0..100_000).map(|i| f64::from(i) / 1e5).collect();
        values[5] = -7e5;
        values[6] = 123_456.0;
        let rows = histogram(&values);
        assert!((30..=62).contains(&rows.len()));
        assert_eq!((rows[0].0, rows[0].1, rows[0].2), (-700_000.0, 0.0, 1));
        let (low, high, count) = rows[rows.len() - 1];
        assert!(low < 1.1 && (123_456.0..150_000.0).contains(&high) && count == 1, "{low} {high} {count}");
    }

    #[test]
    fn a_long_tail_does_not_either() {
        // The quantiles of a lognormal law with σ = 2, by a rough inverse of the logistic law.
        let values: Vec<f64> = (1..100_000)
            .map(|i| f64::from(i) / 1e5)
            .map(|u| (2.0 * 0.6 * (u / (1.0 - u)).ln()).exp())
            .collect();
        let rows = histogram(&values);
        let largest = rows.iter().map(|row| row.2).max().unwrap();
        assert!(largest < 50_000, "{rows:?}");
    }

    #[test]
    fn extremes_do_not_fail() {
        for values in [
            vec![f64::MAX, f64::MIN],
            vec![f64::INFINITY, 0.0],
            vec![1e300, 1.0, 2.0],
            vec![1e-300, 0.0],
            vec![1e15, 1e15 + 1.0],
            vec![f64::MIN_POSITIVE; 3],
            vec![1e-9, 2e-9, 3e-9, -1e-9],
        ] {
            let rows = histogram(&values);
            assert_eq!(rows.iter().map(|row| row.2).sum::<u64>(), values.len() as u64, "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn counts_add_up_and_hold_their_values(
            values in prop::collection::vec(prop_oneof![-1e3..1e3, -1.0..1.0, Just(0.0), Just(5.0), any::<i16>().prop_map(f64::from)], 1..400),
            scale in -6_i32..7,
        ) {
            let values: Vec<f64> = values.iter().map(|x: &f64| x * 10f64.powi(scale)).collect();
            let rows = histogram(&values);
            prop_assert_eq!(rows.iter().map(|row| row.2).sum::<u64>(), values.len() as u64);
            prop_assert!(rows.len() <= 64, "{} bins", rows.len());
            for pair in rows.windows(2) {
                prop_assert!(pair[0].0 < pair[0].1 && pair[0].1 == pair[1].0);
            }
            let min = values.iter().copied().fold(f64::INFINITY, f64::min);
            let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(rows[0].0 <= min && max <= rows[rows.len() - 1].1);
            // No count is off by more than the values within a fine bin of its edges.
            for &(low, high, count) in &rows {
                let slack = |x: f64| 0.0005 * x.abs() + 1e-9;
                let sure = values.iter().filter(|&&x| low + slack(low) <= x && x < high - slack(high)).count();
                let possible = values.iter().filter(|&&x| low - slack(low) <= x && x <= high + slack(high)).count();
                prop_assert!((sure as u64..=possible as u64).contains(&count));
            }
        }
    }
}
