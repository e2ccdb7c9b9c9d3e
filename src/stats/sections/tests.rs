use super::super::bins::FineBins;
use super::super::bins::tests::Draws;
use super::super::moments::{CHUNK, ChunkMoments};
use super::super::summary::{CoarseSummary, MetricSummary};
use super::*;
use crate::math::binomial::order_statistic_interval;

type Fine = Sections<11>;

/// A summary of chunks of values in path order.
fn summary(replicates: usize, values: &[f64]) -> MetricSummary {
    let mut summary = MetricSummary::of_replicates(Some(replicates));
    for values in values.chunks(CHUNK) {
        let mut chunk = ChunkMoments::EMPTY;
        chunk.add_all(values);
        summary.add_chunk(&chunk, values);
    }
    summary
}

/// Values of both signs, some of them equal and some undefined.
fn values(n: usize) -> Vec<f64> {
    let mut draws = Draws(17);
    let value = |i: usize| match i % 10 {
        3 => f64::NAN,
        5 => 0.0,
        7 => 1.0,
        _ => draws.normal() * (2.0 * (i % 3) as f64).exp(),
    };
    (0..n).map(value).collect()
}

/// The error of the share of values up to x, counted value by value.
fn by_hand(values: &[f64], replicates: usize, x: f64) -> f64 {
    let (mut counted, mut counts) = (vec![0.0; replicates], vec![0; replicates]);
    for (i, &value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        counts[i / 64 % replicates] += 1;
        counted[i / 64 % replicates] += f64::from(u8::from(value <= x));
    }
    error_of_fraction(&counted, &counts).std_error
}

#[test]
fn the_error_of_a_share_is_that_of_counting() {
    for (replicates, n) in [(8, 60_000), (32, 30_000), (64, 10_000)] {
        let values = values(n);
        let summary = summary(replicates, &values);
        let (ranked, sections) = (summary.ranked(), summary.ranked_sections().unwrap());
        let mut ratios = Vec::new();
        for q in [0.02, 0.1, 0.25, 0.4, 0.75, 0.9, 0.98] {
            let (found, counted) =
                (sections.share_error(q), by_hand(&values, replicates, ranked.quantile(q)));
            assert_eq!(found.df, replicates as f64 - 1.0);
            ratios.push(found.std_error / counted);
        }
        // In a tail, a group holds a fifth of the values beyond it; its part counts as independent.
        assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() < 0.25), "{replicates}: {ratios:?}");
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        assert!((mean - 1.0).abs() < 0.06, "{replicates}: {mean}");
    }
}

#[test]
fn groups_with_one_value_each_are_counted_exactly() {
    let mut draws = Draws(3);
    let steps = [-4.0, -1.0, 0.0, 1.0, 2.0, 1024.0];
    let values: Vec<f64> = (0..6_400).map(|_| steps[(draws.normal().abs() * 2.0) as usize % 6]).collect();
    let summary = summary(8, &values);
    let sections = summary.ranked_sections().unwrap();
    for step in &steps[..5] {
        // The share of values up to a step, where nothing is left to interpolate.
        let q = values.iter().filter(|x| *x <= step).count() as f64 / values.len() as f64;
        let (found, counted) = (sections.share_error(q).std_error, by_hand(&values, 8, *step));
        assert!((found / counted - 1.0).abs() < 1e-6, "{step}: {found} {counted}");
    }
}

#[test]
fn order_merging_and_bytes_do_not_matter() {
    let values = values(30_000);
    let whole = summary(16, &values);
    let mut merged = summary(16, &values[CHUNK..]);
    merged.merge(&summary(16, &values[..CHUNK]));
    assert_eq!(merged, whole);
    let bytes = postcard::to_allocvec(&whole).unwrap();
    assert_eq!(postcard::from_bytes::<MetricSummary>(&bytes).unwrap(), whole);
    let (defined, undefined) = whole.sections().totals();
    assert_eq!(defined.iter().sum::<u64>(), whole.moments().count());
    assert_eq!(undefined.iter().sum::<u64>(), whole.moments().undefined());
}

#[test]
fn the_pooled_bins_are_those_without_replicates() {
    let values = values(9_000);
    let mut plain = FineBins::new();
    plain.add_all(&values);
    assert_eq!(*summary(32, &values).bins(), plain);
    // Coarse bins have groups of their own.
    let mut coarse = CoarseSummary::of_replicates(Some(8));
    coarse.add_values(&values);
    assert_eq!(coarse.sections().totals().0.iter().sum::<u64>(), coarse.bins().count());
    let error = coarse.ranked_sections().unwrap().share_error(0.9).std_error;
    assert!((error / by_hand(&values, 8, coarse.bins().ranked(-1e9, 1e9).quantile(0.9)) - 1.0).abs() < 0.1);
}

#[test]
fn too_few_replicates_leave_an_interval_open() {
    let one = summary(8, &values(60));
    assert!(one.ranked_sections().unwrap().share_error(0.5).std_error.is_nan());
    assert_eq!(one.quantile_ranks(&[0.5]), [(0, one.moments().count() + 1)]);
    let none = summary(8, &[f64::NAN; 100]);
    assert_eq!(none.quantile_ranks(&[0.5]), [(0, 1)]);
    // A tail of less than a value is open too.
    let few = summary(8, &values(1_000));
    assert_eq!(few.quantile_ranks(&[0.001])[0].0, 0);
    assert_eq!(few.quantile_ranks(&[0.999])[0].1, few.moments().count() + 1);
}

#[test]
fn bytes_that_are_no_counts_are_refused() {
    let refused = |rows: Rows| assert!(Fine::try_from(rows).is_err());
    refused((128, Vec::new()));
    refused((24, Vec::new()));
    refused((8, vec![(4, vec![1; 7])]));
    refused((8, vec![(4, vec![0; 8])]));
    refused((8, vec![(4, vec![1 << 40; 8])]));
    refused((8, vec![(4, vec![1; 8]), (4, vec![1; 8])]));
    refused((8, vec![(5, vec![1; 8]), (4, vec![1; 8])]));
    refused((8, vec![(u32::MAX, vec![1; 8])]));
    refused((0, vec![(4, Vec::new())]));
    assert!(Fine::try_from((8, vec![(4, vec![1; 8])])).is_ok());
}

/// Quantile intervals hold the truth as often as they say, of values that depend on each other within a replicate; intervals from
/// the binomial law hold it too seldom. And about a moved truth they fail.
#[test]
fn intervals_cover_as_often_as_they_say() {
    const REPETITIONS: usize = 2_000;
    for (replicates, q, normal_quantile) in [
        (8, 0.5, 0.0),
        (8, 0.9, 1.281_551_565_545),
        (32, 0.95, 1.644_853_626_951),
        (32, 0.05, -1.644_853_626_951),
    ] {
        let mut draws = Draws(7);
        let truth = (1.25_f64.sqrt() * normal_quantile).exp();
        let (mut covered, mut independent, mut moved) = (0, 0, 0);
        for _ in 0..REPETITIONS {
            let common: Vec<f64> = (0..replicates).map(|_| 0.5 * draws.normal()).collect();
            let values: Vec<f64> =
                (0..128 * replicates).map(|i| (common[i / 64 % replicates] + draws.normal()).exp()).collect();
            let summary = summary(replicates, &values);
            let ranked = summary.ranked();
            let holds = |ranks: (u64, u64), truth: f64| {
                let (low, high) = ranked.quantile_interval(ranks);
                let misses = low > truth || high < truth;
                usize::from(!misses)
            };
            let ranks = summary.quantile_ranks(&[q])[0];
            covered += holds(ranks, truth);
            moved += holds(ranks, 2.0 * truth);
            independent += holds(order_statistic_interval(values.len() as u64, q, 0.95), truth);
        }
        let z = |covered: usize| {
            let n = REPETITIONS as f64;
            (covered as f64 / n - 0.95) / (0.95 * 0.05 / n).sqrt()
        };
        let name = format!("{replicates} {q}");
        // Outer edges of bins and whole ranks make intervals a little too wide; few replicates in a tail a little too narrow.
        assert!((-6.0..6.0).contains(&z(covered)), "{name}: {}", z(covered));
        assert!(z(independent) < -20.0 && z(moved) < -20.0, "{name}: {} {}", z(independent), z(moved));
    }
}
