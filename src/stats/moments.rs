//! Mean, standard deviation, standard error and correlation: doubles inside one chunk, exact sums over chunks.
//!
//! A chunk's sums are taken about a shift c, a value of the chunk itself. Then Σ(x−c)² ≤ (n+1)·Σ(x−x̄)² (c is one of
//! the values, so (c−x̄)² ≤ Σ(x−x̄)²), and the variance loses at most a factor n+1 of its precision in the worst chunk,
//! none that could be seen in an ordinary one, however far the mean is from zero (Chan, Golub and LeVeque, "Algorithms
//! for computing the sample variance", 1983). Over chunks Σx = Σ(S₁ + n·c) and Σx² = Σ(S₂ + 2c·S₁ + n·c²) are kept
//! without rounding, and the mean is taken out of Σx² without rounding too, so there is nothing left to cancel.

use serde::{Deserialize, Serialize};

use super::exact_sum::ExactSum;
use crate::math::lanes::LANES;

/// Values of a chunk: 64 blocks. The last chunk of a run may be shorter. Chunks begin at multiples of this.
pub const CHUNK: usize = 4096;

/// Sums side by side, which the compiler turns into vector registers; the same number on every machine.
const SUMS: usize = 8;

/// Moments of one chunk's values, in the order of the values.
///
/// The block functions give equal bits under every instruction set: no sum runs across lanes until the chunk is done,
/// and nothing is fused.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct ChunkMoments {
    sum: [f64; SUMS],
    squares: [f64; SUMS],
    min: [f64; SUMS],
    max: [f64; SUMS],
    /// The first defined value; NaN before there is one.
    shift: f64,
    count: u64,
    undefined: u64,
}

impl Default for ChunkMoments {
    fn default() -> Self {
        ChunkMoments::EMPTY
    }
}

impl ChunkMoments {
    /// No values yet.
    pub const EMPTY: ChunkMoments = ChunkMoments {
        sum: [0.0; SUMS],
        squares: [0.0; SUMS],
        min: [f64::INFINITY; SUMS],
        max: [f64::NEG_INFINITY; SUMS],
        shift: f64::NAN,
        count: 0,
        undefined: 0,
    };

    /// Adds a block of values that are all numbers. (A NaN would make the mean NaN.)
    #[inline(always)]
    pub fn add_block_defined(&mut self, values: &[f64; LANES]) {
        debug_assert!(values.iter().all(|x| !x.is_nan()), "undefined values go to add_block");
        if self.shift.is_nan() {
            self.shift = values[0];
        }
        let shift = self.shift;
        let ChunkMoments { mut sum, mut squares, mut min, mut max, .. } = *self;
        for row in values.as_chunks::<SUMS>().0 {
            for i in 0..SUMS {
                let x = row[i];
                let d = x - shift;
                sum[i] += d;
                squares[i] += d * d;
                min[i] = if x < min[i] { x } else { min[i] };
                max[i] = if x > max[i] { x } else { max[i] };
            }
        }
        (self.sum, self.squares, self.min, self.max) = (sum, squares, min, max);
        self.count += LANES as u64;
    }

    /// Adds a block of values of which some may be undefined (NaN). The same bits as
    /// [`add_block_defined`](Self::add_block_defined) where none is.
    #[inline(always)]
    pub fn add_block(&mut self, values: &[f64; LANES]) {
        if self.shift.is_nan() {
            self.shift = first_defined(values);
        }
        let shift = self.shift;
        let ChunkMoments { mut sum, mut squares, mut min, mut max, .. } = *self;
        // Counted as numbers, exactly: then the compiler needs no conversion.
        let mut defined = [0.0; SUMS];
        for row in values.as_chunks::<SUMS>().0 {
            for i in 0..SUMS {
                let x = row[i];
                let d = if x.is_nan() { 0.0 } else { x - shift };
                sum[i] += d;
                squares[i] += d * d;
                // Comparisons with NaN are false.
                min[i] = if x < min[i] { x } else { min[i] };
                max[i] = if x > max[i] { x } else { max[i] };
                defined[i] += if x.is_nan() { 0.0 } else { 1.0 };
            }
        }
        (self.sum, self.squares, self.min, self.max) = (sum, squares, min, max);
        let defined = total(&defined) as u64;
        self.count += defined;
        self.undefined += LANES as u64 - defined;
    }

    /// Adds the first values of a block, the last of a run: at most 64, NaN where undefined.
    pub fn add_partial_block(&mut self, values: &[f64]) {
        let mut block = [f64::NAN; LANES];
        block[..values.len()].copy_from_slice(values);
        self.add_block(&block);
        self.undefined -= (LANES - values.len()) as u64;
    }

    /// Adds values in order, block by block.
    pub fn add_all(&mut self, values: &[f64]) {
        let (blocks, rest) = values.as_chunks::<LANES>();
        blocks.iter().for_each(|block| self.add_block(block));
        if !rest.is_empty() {
            self.add_partial_block(rest);
        }
    }
}

/// NaN if there is none.
#[inline(always)]
fn first_defined(values: &[f64; LANES]) -> f64 {
    values.iter().copied().find(|x| !x.is_nan()).unwrap_or(f64::NAN)
}

/// The lanes' sum, always in the same order.
fn total(lanes: &[f64; SUMS]) -> f64 {
    lanes.iter().sum()
}

/// Moments of any number of chunks, without rounding between them: equal bits for any order of adding and merging.
///
/// Squares beyond the range of `f64` (values above 10¹⁵⁴) make the standard deviation NaN, infinite values the mean too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    count: u64,
    undefined: u64,
    sum: ExactSum,
    squares: ExactSum,
    // `None` before there is a value: JSON has no infinity.
    range: Option<(f64, f64)>,
}

impl Default for Moments {
    fn default() -> Self {
        Moments::EMPTY
    }
}

impl Moments {
    /// No values yet.
    pub const EMPTY: Moments =
        Moments { count: 0, undefined: 0, sum: ExactSum::ZERO, squares: ExactSum::ZERO, range: None };

    /// Adds a finished chunk.
    pub fn add_chunk(&mut self, chunk: &ChunkMoments) {
        self.undefined += chunk.undefined;
        if chunk.count == 0 {
            return;
        }
        self.count += chunk.count;
        add_shifted_sum(&mut self.sum, chunk.count, chunk.shift, total(&chunk.sum));
        let side = (chunk.shift, total(&chunk.sum));
        add_shifted_product(&mut self.squares, chunk.count, side, side, total(&chunk.squares));
        // Adding zero turns −0 into 0: which of the two came first must not show.
        let min = chunk.min.iter().copied().fold(f64::INFINITY, f64::min) + 0.0;
        let max = chunk.max.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 0.0;
        self.widen(min, max);
    }

    /// Adds the moments of other chunks.
    pub fn merge(&mut self, other: &Moments) {
        self.count += other.count;
        self.undefined += other.undefined;
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        if let Some((min, max)) = other.range {
            self.widen(min, max);
        }
    }

    fn widen(&mut self, min: f64, max: f64) {
        let (low, high) = self.range.unwrap_or((min, max));
        self.range = Some((low.min(min), high.max(max)));
    }

    /// Values that are numbers.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Values that are NaN.
    pub fn undefined(&self) -> u64 {
        self.undefined
    }

    /// The smallest value; NaN if there is none.
    pub fn min(&self) -> f64 {
        self.range.map_or(f64::NAN, |(min, _)| min)
    }

    /// The largest value; NaN if there is none.
    pub fn max(&self) -> f64 {
        self.range.map_or(f64::NAN, |(_, max)| max)
    }

    /// The mean; NaN if there is no value. A constant's mean is that constant.
    pub fn mean(&self) -> f64 {
        Centre::of(&self.sum, self.count).mean
    }

    /// The standard deviation, with n − 1; NaN for fewer than two values.
    pub fn std_dev(&self) -> f64 {
        if self.count < 2 {
            return f64::NAN;
        }
        let centre = Centre::of(&self.sum, self.count);
        let squares = centred_product(&self.squares, (&self.sum, &centre), (&self.sum, &centre), self.count);
        (at_least_zero(squares) / (self.count - 1) as f64).sqrt()
    }

    /// The standard error of the mean, `std_dev`/√n; NaN for fewer than two values.
    pub fn std_error(&self) -> f64 {
        self.std_dev() / (self.count as f64).sqrt()
    }
}

/// Zero for what rounding within chunks left below it; NaN stays.
fn at_least_zero(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// Adds Σx = n·c + Σ(x−c).
fn add_shifted_sum(total: &mut ExactSum, count: u64, shift: f64, sum: f64) {
    total.add_product(count as f64, shift);
    total.add(sum);
}

/// Adds Σxy = Σ(x−a)(y−b) + a·Σ(y−b) + b·Σ(x−a) + n·a·b, each side given as its shift and its sum about it.
fn add_shifted_product(total: &mut ExactSum, count: u64, x: (f64, f64), y: (f64, f64), product: f64) {
    total.add(product);
    total.add_product(x.0, y.1);
    total.add_product(y.0, x.1);
    // n·a in two parts, so that the triple product is exact.
    let high = count as f64 * x.0;
    total.add_product(high, y.0);
    if high.is_finite() {
        total.add_product((count as f64).mul_add(x.0, -high), y.0);
    }
}

/// A mean as a double, and Σ(x − mean), which is not quite zero.
struct Centre {
    mean: f64,
    excess: f64,
}

impl Centre {
    fn of(sum: &ExactSum, count: u64) -> Centre {
        let n = count as f64;
        let excess_over = |mean: f64| {
            let mut rest = sum.clone();
            rest.add_product(-n, mean);
            rest.value()
        };
        // The first quotient is rounded twice; a second step makes it the nearest number, and a constant itself.
        let first = sum.value() / n;
        let mean = first + excess_over(first) / n;
        Centre { mean, excess: excess_over(mean) }
    }
}

/// Σ(x − x̄)(y − ȳ) from Σxy, Σx and Σy, rounded at the end only.
fn centred_product(products: &ExactSum, x: (&ExactSum, &Centre), y: (&ExactSum, &Centre), count: u64) -> f64 {
    let n = count as f64;
    let mut total = products.clone();
    x.0.parts().for_each(|part| total.add_product(-y.1.mean, part));
    y.0.parts().for_each(|part| total.add_product(-x.1.mean, part));
    let high = n * x.1.mean;
    total.add_product(high, y.1.mean);
    total.add_product(n.mul_add(x.1.mean, -high), y.1.mean);
    total.value() - x.1.excess * y.1.excess / n
}

/// Moments of one chunk's pairs, in the order of the pairs; a pair counts if both its values are numbers.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct ChunkCoMoments {
    x: [f64; SUMS],
    y: [f64; SUMS],
    xx: [f64; SUMS],
    yy: [f64; SUMS],
    xy: [f64; SUMS],
    /// The first pair; NaN before there is one.
    shift: (f64, f64),
    count: u64,
}

impl Default for ChunkCoMoments {
    fn default() -> Self {
        ChunkCoMoments::EMPTY
    }
}

impl ChunkCoMoments {
    /// No pairs yet.
    pub const EMPTY: ChunkCoMoments = ChunkCoMoments {
        x: [0.0; SUMS],
        y: [0.0; SUMS],
        xx: [0.0; SUMS],
        yy: [0.0; SUMS],
        xy: [0.0; SUMS],
        shift: (f64::NAN, f64::NAN),
        count: 0,
    };

    /// Adds a block of pairs; those with a NaN are left out.
    #[inline(always)]
    pub fn add_block(&mut self, xs: &[f64; LANES], ys: &[f64; LANES]) {
        if self.shift.0.is_nan() {
            let defined = |&(x, y): &(f64, f64)| !x.is_nan() && !y.is_nan();
            let pairs = || xs.iter().copied().zip(ys.iter().copied());
            self.shift = pairs().find(defined).unwrap_or((f64::NAN, f64::NAN));
        }
        let (a, b) = self.shift;
        let ChunkCoMoments { mut x, mut y, mut xx, mut yy, mut xy, .. } = *self;
        let mut defined = [0_u64; SUMS];
        for (row_x, row_y) in xs.as_chunks::<SUMS>().0.iter().zip(ys.as_chunks::<SUMS>().0) {
            for i in 0..SUMS {
                let skip = row_x[i].is_nan() | row_y[i].is_nan();
                let d = if skip { 0.0 } else { row_x[i] - a };
                let e = if skip { 0.0 } else { row_y[i] - b };
                x[i] += d;
                y[i] += e;
                xx[i] += d * d;
                yy[i] += e * e;
                xy[i] += d * e;
                defined[i] += u64::from(!skip);
            }
        }
        (self.x, self.y, self.xx, self.yy, self.xy) = (x, y, xx, yy, xy);
        self.count += defined.iter().sum::<u64>();
    }

    /// Adds pairs in order, block by block; a last block may be short.
    pub fn add_all(&mut self, xs: &[f64], ys: &[f64]) {
        assert_eq!(xs.len(), ys.len(), "pairs have two sides");
        for (x, y) in xs.chunks(LANES).zip(ys.chunks(LANES)) {
            let (mut block_x, mut block_y) = ([f64::NAN; LANES], [f64::NAN; LANES]);
            block_x[..x.len()].copy_from_slice(x);
            block_y[..y.len()].copy_from_slice(y);
            self.add_block(&block_x, &block_y);
        }
    }
}

/// Second moments of pairs over any number of chunks, without rounding between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoMoments {
    count: u64,
    x: ExactSum,
    y: ExactSum,
    xx: ExactSum,
    yy: ExactSum,
    xy: ExactSum,
}

impl Default for CoMoments {
    fn default() -> Self {
        CoMoments::EMPTY
    }
}

impl CoMoments {
    /// No pairs yet.
    pub const EMPTY: CoMoments = CoMoments {
        count: 0,
        x: ExactSum::ZERO,
        y: ExactSum::ZERO,
        xx: ExactSum::ZERO,
        yy: ExactSum::ZERO,
        xy: ExactSum::ZERO,
    };

    /// Adds a finished chunk.
    pub fn add_chunk(&mut self, chunk: &ChunkCoMoments) {
        if chunk.count == 0 {
            return;
        }
        self.count += chunk.count;
        let x = (chunk.shift.0, total(&chunk.x));
        let y = (chunk.shift.1, total(&chunk.y));
        add_shifted_sum(&mut self.x, chunk.count, x.0, x.1);
        add_shifted_sum(&mut self.y, chunk.count, y.0, y.1);
        add_shifted_product(&mut self.xx, chunk.count, x, x, total(&chunk.xx));
        add_shifted_product(&mut self.yy, chunk.count, y, y, total(&chunk.yy));
        add_shifted_product(&mut self.xy, chunk.count, x, y, total(&chunk.xy));
    }

    /// Adds the moments of other chunks.
    pub fn merge(&mut self, other: &CoMoments) {
        self.count += other.count;
        self.x.merge(&other.x);
        self.y.merge(&other.y);
        self.xx.merge(&other.xx);
        self.yy.merge(&other.yy);
        self.xy.merge(&other.xy);
    }

    /// Pairs of two numbers.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Pearson's correlation; NaN for fewer than two pairs or where a side does not vary.
    pub fn correlation(&self) -> f64 {
        if self.count < 2 {
            return f64::NAN;
        }
        let x = (&self.x, &Centre::of(&self.x, self.count));
        let y = (&self.y, &Centre::of(&self.y, self.count));
        let spread_x = at_least_zero(centred_product(&self.xx, x, x, self.count)).sqrt();
        let spread_y = at_least_zero(centred_product(&self.yy, y, y, self.count)).sqrt();
        let together = centred_product(&self.xy, x, y, self.count);
        (together / spread_x / spread_y).clamp(-1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
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
}
