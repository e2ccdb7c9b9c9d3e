use super::super::bins::tests::Draws;
use super::super::mean_error::HALF_INTERVAL;
use super::super::moments::{CHUNK, Moments};
use super::*;

/// Adds chunks of values in path order, blocks of 64 dealt to the replicates in turn.
fn sums_of(replicates: usize, chunks: &[&[f64]]) -> (Moments, ReplicateSums) {
    let (mut moments, mut sums) = (Moments::EMPTY, ReplicateSums::new(Some(replicates)));
    // Two columns, so that a column has its own place.
    let mut scratch = ChunkReplicates::new(Some(replicates), 2);
    for values in chunks {
        let mut chunk = ChunkMoments::EMPTY;
        for (block, values) in values.chunks(64).enumerate() {
            chunk.add_partial_block(values);
            scratch.note(1, block % replicates, &chunk);
        }
        moments.add_chunk(&chunk);
        sums.add_chunk(&scratch, 1, &chunk);
        scratch.clear();
    }
    (moments, sums)
}

fn chunks(values: &[f64]) -> Vec<&[f64]> {
    values.chunks(CHUNK).collect()
}

/// The formula of the room's first page, from the values themselves.
fn by_hand(values: &[f64], replicates: usize) -> (f64, f64) {
    let mut parts = vec![Vec::new(); replicates];
    for (i, &x) in values.iter().enumerate().filter(|(_, x)| !x.is_nan()) {
        parts[i / 64 % replicates].push(x);
    }
    parts.retain(|part| !part.is_empty());
    let all: Vec<f64> = parts.concat();
    let (r, n) = (parts.len() as f64, all.len() as f64);
    let mean = all.iter().sum::<f64>() / n;
    let squares: f64 = parts
        .iter()
        .map(|part| ((part.iter().sum::<f64>() - mean * part.len() as f64) / (n / r)).powi(2))
        .sum();
    ((squares / (r * (r - 1.0))).sqrt(), r - 1.0)
}

fn values(n: usize, undefined: usize) -> Vec<f64> {
    let mut draws = Draws(5);
    (0..n).map(|i| if i % undefined == 3 { f64::NAN } else { 1e6 + draws.normal().exp() }).collect()
}

#[test]
fn the_error_is_that_of_the_formula() {
    for (replicates, n, undefined) in
        [(8, 40_000, usize::MAX), (32, 20_000, 7), (64, 5_000, 300), (16, 900, 5)]
    {
        let values = values(n, undefined);
        let (moments, sums) = sums_of(replicates, &chunks(&values));
        let error = sums.error_of(moments.mean()).expect("there are replicates");
        let (expected, df) = by_hand(&values, replicates);
        assert!((error.std_error / expected - 1.0).abs() < 1e-6, "{replicates} {n}: {error:?} {expected}");
        assert_eq!(error.df, df);
        assert_eq!(sums.counts().iter().sum::<u64>(), moments.count());
    }
}

#[test]
fn order_and_grouping_do_not_matter() {
    let values = values(30_000, 11);
    let all = chunks(&values);
    let whole = sums_of(8, &all).1;
    let backwards: Vec<&[f64]> = all.iter().rev().copied().collect();
    assert_eq!(sums_of(8, &backwards).1, whole);
    let mut merged = sums_of(8, &all[5..]).1;
    merged.merge(&sums_of(8, &all[..2]).1);
    merged.merge(&sums_of(8, &all[2..5]).1);
    assert_eq!(merged, whole);
    let bytes = postcard::to_allocvec(&whole).unwrap();
    assert_eq!(postcard::from_bytes::<ReplicateSums>(&bytes).unwrap(), whole);
}

#[test]
fn equal_values_have_no_error() {
    for x in [0.1, -1e9 / 3.0, 1e-9, 0.0] {
        let (moments, sums) = sums_of(32, &chunks(&vec![x; 20_000]));
        assert_eq!(sums.error_of(moments.mean()).unwrap().std_error, 0.0, "{x}");
    }
}

#[test]
fn rare_values_count_as_independent_and_one_replicate_says_nothing() {
    // A value in three of eight replicates each: the error of three independent values.
    let mut rare = vec![f64::NAN; 4 * CHUNK];
    (rare[70], rare[200], rare[CHUNK + 400]) = (1.0, 2.0, 6.0);
    let (moments, sums) = sums_of(8, &chunks(&rare));
    let error = sums.error_of(moments.mean()).unwrap();
    assert!((error.std_error / moments.std_error() - 1.0).abs() < 1e-12, "{error:?}");
    assert_eq!(error.df, 2.0);
    // All in one replicate: there is nothing to compare it with.
    let mut once = vec![f64::NAN; CHUNK];
    (once[70], once[80]) = (1.0, 2.0);
    let (moments, sums) = sums_of(8, &chunks(&once));
    assert!(sums.error_of(moments.mean()).unwrap().std_error.is_nan());
    let (moments, sums) = sums_of(8, &chunks(&[f64::NAN; 100]));
    assert!(sums.error_of(moments.mean()).unwrap().std_error.is_nan());
    // Fewer paths than replicates have blocks: those that have some count.
    let (moments, sums) = sums_of(32, &chunks(&values(320, usize::MAX)));
    assert_eq!(sums.error_of(moments.mean()).unwrap().df, 4.0);
}

#[test]
fn without_replicates_nothing_is_kept() {
    let sums = ReplicateSums::new(None);
    assert_eq!(sums.error_of(1.0), None);
    assert!(sums.has(None) && !sums.has(Some(8)) && ReplicateSums::new(Some(8)).has(Some(8)));
    assert!(!ChunkReplicates::new(None, 100).is_kept());
}

#[test]
fn what_is_too_large_leaves_no_error() {
    let mut values = vec![1.0; CHUNK];
    values[5] = 1e30;
    let (moments, sums) = sums_of(8, &chunks(&values));
    assert!(sums.error_of(moments.mean()).unwrap().std_error.is_nan());
}

#[test]
fn paths_are_dealt_in_blocks() {
    assert_eq!(paths_by_replicate(4_096, 8), [512; 8]);
    assert_eq!(paths_by_replicate(4_096 + 64 + 10, 8), [576, 522, 512, 512, 512, 512, 512, 512]);
    assert_eq!(paths_by_replicate(70, 8)[..3], [64, 6, 0]);
}

/// Values that depend on each other within a replicate: t intervals hold the truth as often as they say, with 1.96 in place of t
/// they would not, and the error of independent values holds it far too seldom.
#[test]
fn intervals_cover_as_often_as_they_say() {
    const REPETITIONS: usize = 4_000;
    for replicates in [8, 32] {
        let mut draws = Draws(31);
        let (mut by_t, mut by_normal, mut independent, mut moved) = (0, 0, 0, 0);
        for _ in 0..REPETITIONS {
            let common: Vec<f64> = (0..replicates).map(|_| 0.5 * draws.normal()).collect();
            let values: Vec<f64> =
                (0..64 * replicates).map(|i| 3.0 + common[i / 64] + draws.normal()).collect();
            let (moments, sums) = sums_of(replicates, &chunks(&values));
            let (mean, error) = (moments.mean(), sums.error_of(moments.mean()).unwrap());
            let holds = |(low, high): (f64, f64), truth: f64| usize::from(low <= truth && truth <= high);
            by_t += holds(error.interval(mean), 3.0);
            by_normal += usize::from((mean - 3.0).abs() <= HALF_INTERVAL * error.std_error);
            independent += holds(MeanError::independent(moments.std_error()).interval(mean), 3.0);
            moved += holds(error.interval(mean), 3.2);
        }
        let z = |covered: usize| {
            let n = REPETITIONS as f64;
            (covered as f64 / n - 0.95) / (0.95 * 0.05 / n).sqrt()
        };
        assert!(z(by_t).abs() < 3.5, "{replicates}: {}", z(by_t));
        assert!(z(independent) < -50.0 && z(moved) < -10.0, "{} {}", z(independent), z(moved));
        if replicates == 8 {
            assert!(z(by_normal) < -8.0, "{}", z(by_normal));
        }
    }
}
