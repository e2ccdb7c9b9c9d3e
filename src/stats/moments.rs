//! Mean, standard deviation and standard error: ordinary sums inside a chunk, exact sums over chunks.
//!
//! A chunk's sums are taken about a shift c, one of its own values. Then Σ(x−c)² ≤ (n+1)·Σ(x−x̄)², because (c−x̄)² ≤ Σ(x−x̄)², so
//! the variance keeps its precision however far the mean is from zero (Chan, Golub and LeVeque 1983, "Algorithms for computing
//! the sample variance"). Over chunks, Σx = Σ(S₁ + n·c) and Σx² = Σ(S₂ + 2c·S₁ + n·c²) are kept without rounding, and the mean is
//! subtracted from Σx² without rounding too, so nothing cancels.

use serde::{Deserialize, Serialize};

use super::exact_sum::ExactSum;
use crate::math::lanes::LANES;

/// Values per chunk: 64 blocks. Chunks begin at multiples of this; the last chunk of a run may be shorter.
pub const CHUNK: usize = 4096;

/// Partial sums per chunk, one per vector lane; the same number on every machine.
const SUMS: usize = 8;

/// Moments of one chunk's values, added in order.
///
/// Results are identical under every instruction set: lanes are summed only when the chunk is complete, and no multiply-add is
/// fused.
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

    /// Adds a block of values without NaN. (A NaN would make the mean NaN.)
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

    /// Adds a block of values, some of which may be NaN; without NaN the result is that of
    /// [`add_block_defined`](Self::add_block_defined).
    #[inline(always)]
    pub fn add_block(&mut self, values: &[f64; LANES]) {
        if self.shift.is_nan() {
            self.shift = first_defined(values);
        }
        let shift = self.shift;
        let ChunkMoments { mut sum, mut squares, mut min, mut max, .. } = *self;
        // Counted in floating point, which is exact and saves a conversion per value.
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

    /// Adds the values of a run's last, incomplete block: at most 64, NaN where undefined.
    pub fn add_partial_block(&mut self, values: &[f64]) {
        let mut block = [f64::NAN; LANES];
        block[..values.len()].copy_from_slice(values);
        self.add_block(&block);
        self.undefined -= (LANES - values.len()) as u64;
    }

    /// The value about which sums are taken: the first one; NaN before there is one.
    pub fn shift(&self) -> f64 {
        self.shift
    }

    /// The sum of the values' distances from the shift, and the number of values.
    #[inline(always)]
    pub fn sum_about_shift(&self) -> (f64, u64) {
        // In pairs: this is read after every block, and one lane after the other would wait for eight additions.
        let [a, b, c, d, e, f, g, h] = self.sum;
        (((a + e) + (c + g)) + ((b + f) + (d + h)), self.count)
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

/// The first value that is not NaN; NaN if there is none.
#[inline(always)]
fn first_defined(values: &[f64; LANES]) -> f64 {
    values.iter().copied().find(|x| !x.is_nan()).unwrap_or(f64::NAN)
}

/// The sum over lanes, always in the same order.
fn total(lanes: &[f64; SUMS]) -> f64 {
    lanes.iter().sum()
}

/// Moments of any number of chunks: identical for any order of adding and merging.
///
/// Values above 10¹⁵⁴, whose squares exceed the range of `f64`, make the standard deviation NaN; infinite values make the mean
/// NaN too.
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
        // Adding zero turns −0 into 0, so that the order of the two cannot show.
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

    /// Values that are not NaN.
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

    /// The mean, exact for a constant; NaN without values.
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

/// max(x, 0), against rounding inside chunks; NaN stays NaN.
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

/// The rounded mean, and Σ(x − mean), which is therefore not quite 0.
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

/// Σ(x − x̄)(y − ȳ) from Σxy, Σx and Σy, rounded only at the end.
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

/// Second moments of one chunk's pairs, added in order; pairs with a NaN are ignored.
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

    /// Adds a block of pairs, ignoring those with a NaN.
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

/// Second moments of pairs over any number of chunks: identical for any order of adding and merging.
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

    /// Pairs without NaN.
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
mod tests;
