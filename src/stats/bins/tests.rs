//! The bins against sorted values: bounds, merging, overflow and saved states.

use super::*;
use crate::stats::exact_sum::ExactSum;
use proptest::prelude::*;

/// SplitMix64 (Steele, Lea and Flood 2014): enough for tests.
pub struct Draws(pub u64);

impl Draws {
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53) + 2f64.powi(-54)
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// The values in ranked bins.
pub fn ranked<const BITS: u32>(values: &[f64]) -> Ranked {
    let mut bins = Bins::<BITS>::new();
    bins.add_all(values);
    let defined = || values.iter().copied().filter(|x| !x.is_nan());
    bins.ranked(defined().fold(f64::NAN, f64::min), defined().fold(f64::NAN, f64::max))
}

/// Values of laws of every kind.
pub fn laws() -> Vec<(&'static str, Vec<f64>)> {
    let mut draws = Draws(1);
    let n = 30_000;
    let mut make = |name, law: &mut dyn FnMut(&mut Draws) -> f64| {
        (name, (0..n).map(|_| law(&mut draws)).collect::<Vec<f64>>())
    };
    vec![
        make("normal", &mut |d| d.normal()),
        make("far normal", &mut |d| 1e6 + d.normal()),
        make("lognormal", &mut |d| (3.0 + 1.5 * d.normal()).exp()),
        make("minus lognormal", &mut |d| -(d.normal()).exp()),
        make("tiny, both signs", &mut |d| d.normal() * 1e-6),
        make("below the smallest", &mut |d| d.normal() * 1e-10),
        make("zero or more", &mut |d| d.normal().max(0.0)),
        make("discrete", &mut |d| (d.uniform() * 7.0).floor() * 12.5 - 25.0),
        make("flags", &mut |d| f64::from(d.uniform() < 0.3)),
        make("constant", &mut |_| 0.1),
        make("with undefined", &mut |d| if d.uniform() < 0.4 { f64::NAN } else { d.normal().exp() }),
        make("cauchy", &mut |d| d.normal() / d.normal()),
    ]
}

#[test]
fn edge_values() {
    let empty = FineBins::new().ranked(f64::NAN, f64::NAN);
    assert!(empty.quantile(0.5).is_nan() && empty.shortfall_low(0.05).is_nan());
    assert!(empty.order_statistic(1).is_nan() && empty.quantile_interval((1, 1)).0.is_nan());

    let mut bins = FineBins::new();
    bins.add_all(&[f64::NAN; 70]);
    assert_eq!((bins.count(), bins.undefined()), (0, 70));

    // Either side of the smallest and the largest size.
    let values =
        [SMALLEST, SMALLEST.next_down(), -SMALLEST, -0.0, LARGEST, LARGEST.next_down(), -3e30, f64::MAX];
    let found = ranked::<11>(&values);
    assert_eq!(found.count(), 8);
    assert_eq!(found.bins().iter().map(|bin| bin.count).collect::<Vec<_>>(), [1, 1, 2, 1, 1, 2]);
    assert_eq!((found.order_statistic(1), found.order_statistic(8)), (-3e30, f64::MAX));
    assert_eq!((found.order_statistic(3), found.bins()[3].low), (0.0, SMALLEST));
    assert!((found.order_statistic(6) / LARGEST - 1.0).abs() < 1e-10);
    assert!(found.bins().windows(2).all(|w| w[0].high <= w[1].low));

    // Edges hold their values: the powers of two and their neighbours.
    for e in -29..60 {
        for x in [2f64.powi(e), 2f64.powi(e).next_down(), 2f64.powi(e).next_up()] {
            for x in [x, -x] {
                let mut bins = FineBins::new();
                bins.add_all(&[x]);
                let bin = bins.ranked(f64::NEG_INFINITY, f64::INFINITY).bins()[0];
                assert!(bin.low <= x && x <= bin.high && (bin.mean / x - 1.0).abs() < 3e-11, "{x} {bin:?}");
                assert!((bin.high - bin.low).abs() <= 0.0005 * x.abs());
            }
        }
    }
}

#[test]
fn memory_follows_the_spread() {
    let mut draws = Draws(3);
    let mut bins = FineBins::new();
    let mut coarse = CoarseBins::new();
    let mut after = Vec::new();
    for _ in 0..2 {
        let values: Vec<f64> = (0..400_000).map(|_| (4.0 + draws.normal()).exp()).collect();
        bins.add_all(&values);
        coarse.add_all(&values);
        // Bins made, not the room for them, which grows in steps.
        after.push(bins.words.len());
    }
    assert!(after[1] < after[0] * 11 / 10, "{after:?}");
    assert!(bins.bytes() < 300_000 && coarse.bytes() < 50_000, "{} {}", bins.bytes(), coarse.bytes());
}

/// A bin with more values than its word holds: whether they come in batches, one by one, in parts put together, or from
/// a file.
#[test]
fn full_words_move_to_the_overflow_list() {
    let (many, rest) = (3 * FULL as usize + 64 * 7, 5);
    let x = 1.0 + 0.999 * 2f64.powi(-11);
    let mut bins = FineBins::new();
    let batch = [x; 4096];
    for _ in 0..many / 4096 {
        bins.add_all(&batch);
    }
    bins.add_all(&vec![x; many % 4096 + rest]);
    let n = (many + rest) as u64;
    let same_bin = 1.0 + 0.25 * 2f64.powi(-11);
    let mut others = FineBins::new();
    // Neighbours in a batch that are not alike are scattered, not counted together.
    let mixed: Vec<f64> = (0..64).map(|i| if i % 8 == 0 { 2.0 } else { same_bin }).collect();
    for _ in 0..FULL / 50 {
        others.add_all(&mixed);
    }
    let more = FULL / 50 * 56;
    for bins in [&bins, &others] {
        assert!(!bins.overflow.is_empty() && bins.words.iter().all(|&word| word < FULL << SUM_BITS));
        let text = serde_json::to_string(bins).unwrap();
        assert_eq!(&serde_json::from_str::<FineBins>(&text).unwrap(), bins);
    }
    assert_eq!((bins.count(), others.count()), (n, FULL / 50 * 64));
    let of_x = bins.ranked(1.0, 2.0).bins()[0];
    assert!((of_x.mean / x - 1.0).abs() < 3e-11, "{of_x:?}");
    // In either order, and into none.
    let (mut a, mut b, mut c) = (bins.clone(), others.clone(), FineBins::new());
    a.merge(&others);
    b.merge(&bins);
    c.merge(&a);
    assert_eq!((&a, &c), (&b, &a));
    let found = a.ranked(1.0, 2.0);
    assert_eq!((found.bins()[0].count, found.count()), (n + more, n + FULL / 50 * 64));
    let mean = (n as f64 * x + more as f64 * same_bin) / (n + more) as f64;
    assert!((found.bins()[0].mean / mean - 1.0).abs() < 3e-11);
    // Two halves that are not full are one that is.
    let mut half = FineBins::new();
    half.add_all(&vec![x; FULL as usize - 1]);
    assert!(half.overflow.is_empty());
    let mut both = half.clone();
    both.merge(&half);
    assert_eq!((both.count(), both.overflow.len()), (2 * (FULL - 1), 1));
}

/// Several words of a batch that fill together, whatever else is in it and wherever.
#[test]
fn words_that_fill_in_one_batch() {
    let [x, y] = [2.0, 4.0].map(f64::next_down);
    for (before, share) in [(FULL - 63, 1), (FULL - 10, 2), (FULL - 1, 2)] {
        for other in [0, 31, 63] {
            let batch: Vec<f64> = (0..BATCH)
                .map(|i| match i {
                    _ if i == other => 7.0,
                    _ if i % share == 0 => x,
                    _ => y,
                })
                .collect();
            let (mut together, mut by_one) = (FineBins::new(), FineBins::new());
            for bins in [&mut together, &mut by_one] {
                for value in [x, y] {
                    bins.add_all(&vec![value; before as usize]);
                }
                assert!(bins.overflow.is_empty());
            }
            together.add_all(&batch);
            for value in batch {
                by_one.add_all(&[value]);
            }
            assert!(together.words.iter().all(|&word| word < FULL << SUM_BITS), "{before} {other}");
            assert_eq!(together.overflow.len(), share);
            assert_eq!(together, by_one);
        }
    }
}

/// A count read from a file that exceeds a word goes to the overflow list at once; then such bins are merged.
#[test]
fn words_read_from_files_are_never_full() {
    let count = |bins: &FineBins| -> u64 { bins.occupied().iter().map(|(_, bin)| bin.count).sum() };
    for n in [1, FULL - 1, FULL, FULL + 1, 2 * FULL - 1, 2 * FULL, (1 << 40) - 1] {
        let text = format!("[[5000,{n},{}],[5001,{n},0]]", n * DETAIL);
        let bins: FineBins = serde_json::from_str(&text).unwrap();
        assert_eq!(bins.overflow.len(), if n < FULL { 0 } else { 2 });
        assert_eq!((count(&bins), bins.count()), (2 * n, 2 * n));
        assert_eq!(serde_json::to_string(&bins).unwrap(), text);
        for (mut a, b) in [(bins.clone(), &bins), (FineBins::new(), &bins)] {
            let expected = count(&a) + 2 * n;
            a.merge(b);
            assert_eq!((count(&a), a.count()), (expected, expected));
            assert!(a.words.iter().all(|&word| word < FULL << SUM_BITS));
            assert_eq!(a.ranked(0.0, 1.0).count(), expected);
        }
    }
}

/// A bin whose whole count is in the overflow list still takes part in every answer.
#[test]
fn an_empty_word_with_overflow_counts() {
    let x = 3.0;
    let mut bins = FineBins::new();
    bins.add_all(&vec![x; FULL as usize]);
    assert!(bins.words.iter().all(|&word| word == 0) && bins.overflow.len() == 1);
    assert_eq!((bins.count(), bins.ranked(x, x).count()), (FULL, FULL));
    assert_ne!(bins, FineBins::new());
    let mut other = FineBins::new();
    other.add_all(&[1.0, 5.0]);
    let (mut a, mut b) = (bins.clone(), other.clone());
    a.merge(&other);
    b.merge(&bins);
    assert_eq!((&a, a.count()), (&b, FULL + 2));
    assert_eq!(serde_json::from_str::<FineBins>(&serde_json::to_string(&a).unwrap()).unwrap(), a);
}

/// Batches that are fetched, batches of one bin, of flags and of signs, in any order: nothing that waits is lost.
#[test]
fn batches_of_every_kind_between_others() {
    let mut draws = Draws(9);
    let mut scattered = || -> Vec<f64> { (0..BATCH).map(|_| draws.normal().exp()).collect() };
    let one = vec![0.25; BATCH];
    let flags: Vec<f64> = (0..BATCH).map(|i| [0.0, 1.0, -0.0, 1.0, 1.0][i % 5]).collect();
    let signs: Vec<f64> = (0..BATCH).map(|i| [0.0, 1.0, -1.0][i % 3]).collect();
    for order in 0..4_u32.pow(5) {
        let mut values: Vec<f64> = Vec::new();
        for i in 0..5 {
            values.extend(match order / 4_u32.pow(i) % 4 {
                0 => one.clone(),
                1 => flags.clone(),
                2 => signs.clone(),
                _ => scattered(),
            });
        }
        values.extend(&scattered()[..7]);
        let (mut fine, mut coarse) = (FineBins::new(), CoarseBins::new());
        let (mut fine_by_one, mut coarse_by_one) = (FineBins::new(), CoarseBins::new());
        fine.add_all(&values);
        coarse.add_all(&values);
        for &x in &values {
            fine_by_one.add_all(&[x]);
            coarse_by_one.add_all(&[x]);
        }
        assert_eq!((fine.count(), coarse.count()), (values.len() as u64, values.len() as u64));
        assert_eq!((fine, coarse), (fine_by_one, coarse_by_one), "order {order}");
    }
}

#[test]
fn reads_back() {
    for (name, values) in laws() {
        let mut bins = FineBins::new();
        bins.add_all(&values);
        let text = serde_json::to_string(&bins).unwrap();
        assert_eq!(serde_json::from_str::<FineBins>(&text).unwrap(), bins, "{name}");
    }
    for wrong in ["[[999999999,1,0]]", "[[200000,1,0]]", "[[262144,1,0]]", "[[1,0,0]]", "[[1,1,16777216]]"] {
        assert!(serde_json::from_str::<FineBins>(wrong).is_err());
    }
}

proptest! {
    #[test]
    fn order_and_grouping_do_not_matter(
        values in prop::collection::vec(prop_oneof![any::<f64>(), -10.0..10.0, Just(f64::NAN), Just(1.0)], 0..300),
        cut in 0_usize..300,
    ) {
        let mut whole = FineBins::new();
        whole.add_all(&values);
        let (left, right) = values.split_at(cut.min(values.len()));
        let mut shuffled: Vec<f64> = right.to_vec();
        shuffled.sort_by(f64::total_cmp);
        let (mut a, mut b) = (FineBins::new(), FineBins::new());
        a.add_all(&shuffled);
        b.add_all(left);
        a.merge(&b);
        prop_assert_eq!(&a, &whole);
        prop_assert_eq!(whole.count() + whole.undefined(), values.len() as u64);
    }

    #[test]
    fn the_bins_know_the_mean(values in prop::collection::vec(-1e6..1e6, 1..300)) {
        let found = ranked::<8>(&values);
        let mut sum = ExactSum::ZERO;
        let mut sizes = 0.0;
        values.iter().for_each(|&x: &f64| { sum.add(x); sizes += x.abs(); });
        let binned: f64 = found.bins().iter().map(|bin| bin.mean * bin.count as f64).sum();
        prop_assert!((binned - sum.value()).abs() <= 1e-9 * sizes);
    }
}
