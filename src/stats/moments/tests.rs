//! The moments against exact sums: order, merging, extreme values and instruction sets.

use super::*;
use crate::math::simd::Isa;
use crate::simd_fn;
use proptest::prelude::*;

simd_fn! {
    fn add_block(chunk: &mut ChunkMoments, values: &[f64; LANES]) {
        chunk.add_block(values);
    }
}
simd_fn! {
    fn add_block_defined(chunk: &mut ChunkMoments, values: &[f64; LANES]) {
        chunk.add_block_defined(values);
    }
}
simd_fn! {
    fn add_pairs(chunk: &mut ChunkCoMoments, xs: &[f64; LANES], ys: &[f64; LANES]) {
        chunk.add_block(xs, ys);
    }
}

fn chunk_of(values: &[f64]) -> ChunkMoments {
    let mut chunk = ChunkMoments::EMPTY;
    chunk.add_all(values);
    chunk
}

fn moments_of(values: &[f64], chunk: usize) -> Moments {
    let mut moments = Moments::EMPTY;
    values.chunks(chunk).for_each(|values| moments.add_chunk(&chunk_of(values)));
    moments
}

/// Correct decimal digits.
fn digits(found: f64, truth: f64) -> f64 {
    -((found - truth).abs() / truth.abs()).log10()
}

fn alternating(first: f64, low: f64, high: f64) -> Vec<f64> {
    std::iter::once(first).chain((0..1000).map(|i| if i % 2 == 0 { low } else { high })).collect()
}

/// NIST StRD, univariate, NumAcc3 and NumAcc4: the input's own rounding leaves 9.46 and 8.25 digits.
#[test]
fn nist_numerical_accuracy() {
    let three = alternating(1000000.2, 1000000.1, 1000000.3);
    let four = alternating(10000000.2, 10000000.1, 10000000.3);
    for chunk in [1, 7, 64, 100, 4096] {
        let m = moments_of(&three, chunk);
        assert_eq!(m.mean(), 1000000.2);
        assert!(digits(m.std_dev(), 0.1) >= 9.4, "{chunk}: {}", digits(m.std_dev(), 0.1));
        let m = moments_of(&four, chunk);
        assert_eq!(m.mean(), 10000000.2);
        assert!(digits(m.std_dev(), 0.1) >= 8.2, "{chunk}: {}", digits(m.std_dev(), 0.1));
    }
}

#[test]
fn a_constant_is_its_mean_and_does_not_vary() {
    for x in [0.1, 1e15 + 0.3, -7.0, 0.0, 1e-300] {
        for n in [2, 3, 49, 1000, 10_000] {
            let m = moments_of(&vec![x; n], CHUNK);
            assert_eq!((m.mean(), m.std_dev(), m.min(), m.max()), (x, 0.0, x, x), "{x} {n}");
        }
    }
}

#[test]
fn far_from_zero_nothing_cancels() {
    // 1e15 + {0, 1, 2, 3}: exact doubles whose mean and variance are known.
    let values: Vec<f64> = (0..100_000).map(|i| 1e15 + f64::from(i % 4)).collect();
    let m = moments_of(&values, CHUNK);
    assert_eq!(m.mean(), 1e15 + 1.5);
    let truth = (1.25_f64 * 100_000.0 / 99_999.0).sqrt();
    assert!(digits(m.std_dev(), truth) > 15.0, "{} {truth}", m.std_dev());
    assert_eq!(m.std_error(), m.std_dev() / 100_000_f64.sqrt());
}

#[test]
fn the_first_value_far_off_costs_little() {
    // The worst shift: an outlier. Reference by exact sums of all values.
    let mut values: Vec<f64> = (0..CHUNK).map(|i| (i as f64 * 0.7).sin()).collect();
    values[0] = 1e6;
    let truth = moments_of(&values, 1).std_dev();
    let found = moments_of(&values, CHUNK).std_dev();
    assert!(digits(found, truth) > 10.0, "{found} {truth}");
}

#[test]
fn empty_single_and_undefined() {
    let m = Moments::EMPTY;
    assert!(m.mean().is_nan() && m.std_dev().is_nan() && m.min().is_nan() && m.max().is_nan());
    let m = moments_of(&[f64::NAN; 100], CHUNK);
    assert_eq!((m.count(), m.undefined()), (0, 100));
    assert!(m.mean().is_nan() && m.min().is_nan());
    let mut values = vec![f64::NAN; 130];
    values[77] = 3.0;
    let m = moments_of(&values, CHUNK);
    assert_eq!((m.count(), m.undefined(), m.mean(), m.min(), m.max()), (1, 129, 3.0, 3.0, 3.0));
    assert!(m.std_dev().is_nan() && m.std_error().is_nan());
    let m = moments_of(&[1.0, f64::INFINITY], CHUNK);
    assert!(m.mean().is_nan() && m.std_dev().is_nan());
    assert_eq!(m.max(), f64::INFINITY);
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let values: Vec<f64> = (0..CHUNK).map(|i| (i as f64 * 12.9898).sin() * 43_758.545 + 1e5).collect();
    let mut holes = values.clone();
    holes.iter_mut().step_by(3).for_each(|x| *x = f64::NAN);
    let twin = moments_of(&values, CHUNK);
    let mut pairs = Vec::new();
    for isa in Isa::available() {
        let (mut a, mut b, mut c) = (ChunkMoments::EMPTY, ChunkMoments::EMPTY, ChunkMoments::EMPTY);
        let mut pair = ChunkCoMoments::EMPTY;
        for (block, with_holes) in values.as_chunks().0.iter().zip(holes.as_chunks().0) {
            add_block_defined(isa, &mut a, block);
            add_block(isa, &mut b, block);
            add_block(isa, &mut c, with_holes);
            add_pairs(isa, &mut pair, block, with_holes);
        }
        let moments = |chunk: &ChunkMoments| {
            let mut m = Moments::EMPTY;
            m.add_chunk(chunk);
            m
        };
        assert_eq!(moments(&a), twin, "{}", isa.name());
        assert_eq!(moments(&b), twin, "{}", isa.name());
        assert_eq!(moments(&c), moments_of(&holes, CHUNK), "{}", isa.name());
        let mut co = CoMoments::EMPTY;
        co.add_chunk(&pair);
        pairs.push(co);
    }
    assert!(pairs.windows(2).all(|w| w[0] == w[1]));
    assert!((pairs[0].correlation() - 1.0).abs() < 1e-12);
}

#[test]
fn correlation_of_known_pairs() {
    let xs: Vec<f64> = (0..10_000).map(|i| 1e8 + f64::from(i % 5)).collect();
    let ys: Vec<f64> = (0..10_000).map(|i| [1.0, 3.0, 2.0, 5.0, 4.0][i % 5] - 1e6).collect();
    let correlation = |xs: &[f64], ys: &[f64]| {
        let mut co = CoMoments::EMPTY;
        for (x, y) in xs.chunks(CHUNK).zip(ys.chunks(CHUNK)) {
            let mut chunk = ChunkCoMoments::EMPTY;
            chunk.add_all(x, y);
            co.add_chunk(&chunk);
        }
        co.correlation()
    };
    // Deviations −2..2 against −2, 0, −1, 2, 1: Σ = 8 over 10.
    assert!((correlation(&xs, &ys) - 0.8).abs() < 1e-14);
    assert_eq!(correlation(&xs, &xs), 1.0);
    assert!(correlation(&xs, &vec![2.0; xs.len()]).is_nan());
    assert!(correlation(&[1.0, f64::NAN, 2.0], &[1.0, 5.0, f64::NAN]).is_nan());
}

#[test]
fn reads_back() {
    for m in [Moments::EMPTY, moments_of(&[0.1, f64::NAN, 7e77], CHUNK)] {
        let text = serde_json::to_string(&m).unwrap();
        assert_eq!(serde_json::from_str::<Moments>(&text).unwrap(), m);
    }
}

proptest! {
    #[test]
    fn order_and_grouping_do_not_matter(
        chunks in prop::collection::vec(
            prop::collection::vec(prop_oneof![-1e9..1e9, Just(f64::NAN), Just(0.0), Just(-0.0), -1e-3..1e-3], 0..90),
            1..12,
        ),
        order in Just((0_usize..12).collect::<Vec<_>>()).prop_shuffle(),
        owners in prop::collection::vec(0_usize..3, 12),
    ) {
        let mut in_order = Moments::EMPTY;
        let mut pairs_in_order = CoMoments::EMPTY;
        let mut shares = [Moments::EMPTY, Moments::EMPTY, Moments::EMPTY];
        let mut pair_shares = [CoMoments::EMPTY, CoMoments::EMPTY, CoMoments::EMPTY];
        let pairs = |values: &[f64]| {
            let squares: Vec<f64> = values.iter().map(|x| x * x - x).collect();
            let mut chunk = ChunkCoMoments::EMPTY;
            chunk.add_all(values, &squares);
            chunk
        };
        for values in &chunks {
            in_order.add_chunk(&chunk_of(values));
            pairs_in_order.add_chunk(&pairs(values));
        }
        for &i in order.iter().filter(|&&i| i < chunks.len()) {
            shares[owners[i]].add_chunk(&chunk_of(&chunks[i]));
            pair_shares[owners[i]].add_chunk(&pairs(&chunks[i]));
        }
        let mut merged = shares[2].clone();
        merged.merge(&shares[0]);
        merged.merge(&shares[1]);
        prop_assert_eq!(&merged, &in_order);
        prop_assert_eq!(merged.std_dev().to_bits(), in_order.std_dev().to_bits());
        prop_assert_eq!(merged.min().to_bits(), in_order.min().to_bits());
        let mut merged = pair_shares[1].clone();
        merged.merge(&pair_shares[2]);
        merged.merge(&pair_shares[0]);
        prop_assert_eq!(&merged, &pairs_in_order);
    }

    #[test]
    fn agrees_with_two_passes(values in prop::collection::vec(-1e3..1e3, 2..300), offset in -1e6_f64..1e6) {
        let values: Vec<f64> = values.iter().map(|x: &f64| x + offset).collect();
        let m = moments_of(&values, 64);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        prop_assert!((m.mean() - mean).abs() <= 1e-9 * (1.0 + 1e-6 * offset.abs()));
        prop_assert!((m.std_dev() - (squares / (n - 1.0)).sqrt()).abs() <= 1e-9 * m.std_dev() + 1e-9);
    }
}
