//! Effects of groups of variables on a metric: the swing along the best straight line in each group, and the
//! variance that the line explains.
//!
//! A group has many scores: the standard normals of its inputs, and yearly sums of its factors and shocks.
//! Least squares fit the metric to them on one half of the paths, and the line is read on the other half, so
//! that no path is judged by a line that has seen it. The explained variance, and the mean of the metric near
//! the 10% and 90% quantiles of the line, are then free of overfitting.

use super::estimate::{CentredSums, Estimate};
use super::gather::Gathered;
use super::kept::Kept;
use super::variables::Variable;
use crate::math::correlation::cholesky;
use crate::math::simd::Isa;
use crate::run::share_out;
use crate::simd_fn;
use ndarray::{Array1, Array2, s};
use std::ops::Range;

/// Number of paths that are multiplied together; a strip belongs to one half.
const STRIP: usize = 64;

/// The effect of a group on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupEffect {
    /// Name of the group.
    pub name: String,
    /// Number of streams in the group.
    pub members: usize,
    /// Whether the group is noise along the path rather than inputs.
    pub noise: bool,
    /// Means of the metric on the paths near the line's 10% and near its 90% quantile.
    pub means: [Estimate; 2],
    /// The second mean minus the first.
    pub swing: Estimate,
    /// Fraction of the metric's variance that the line explains.
    pub explained: Estimate,
}

/// The straight line of every group for every column.
pub struct Lines {
    /// Values of the line on each path kept, about the column's centre: `[group][column]`; `None` where the
    /// column lacks values.
    pub fitted: Vec<Vec<Option<Array1<f64>>>>,
}

/// Sums of products over one half of the paths.
struct Gram {
    n: f64,
    /// The lower triangle; rows and columns are the scores, then the metrics, then ones.
    products: Array2<f64>,
}

impl Gram {
    fn zeros(size: usize) -> Gram {
        Gram { n: 0.0, products: Array2::zeros((size, size)) }
    }

    fn mean(&self, i: usize) -> f64 {
        self.products[[self.products.nrows() - 1, i]] / self.n
    }

    fn covariance(&self, i: usize, j: usize) -> f64 {
        self.products[[i.max(j), i.min(j)]] / self.n - self.mean(i) * self.mean(j)
    }
}

/// A straight line in some scores.
struct Line {
    intercept: f64,
    slopes: Array1<f64>,
}

/// Fits every group's lines.
pub fn fit(gathered: &Gathered, groups: &[Variable], isa: Isa, threads: usize) -> Lines {
    let kept = &gathered.kept;
    let scores = kept.scores.nrows();
    let whole: Vec<bool> =
        kept.columns.rows().into_iter().map(|row| row.iter().all(|y| !y.is_nan())).collect();
    let halves = grams(gathered, isa, threads);
    let fit_column = |rows: &[usize], column: usize| {
        if !whole[column] || rows.is_empty() || kept.paths < 8 * rows.len() {
            return None;
        }
        // The line fitted on each half is read on the other.
        let lines = [1, 0].map(|other| line(&halves[other], rows, scores + column));
        Some(read(kept, rows, &lines))
    };
    let fit_group = |group: &Variable| {
        let rows: Vec<usize> =
            (0..scores).filter(|&i| group.streams.contains(&kept.score_stream[i])).collect();
        (0..whole.len()).map(|column| fit_column(&rows, column)).collect()
    };
    Lines { fitted: groups.iter().map(fit_group).collect() }
}

/// Fits row `y` of one half by a line in the scores of `rows`, by least squares.
fn line(half: &Gram, rows: &[usize], y: usize) -> Line {
    let k = rows.len();
    let mut matrix = Array2::from_shape_fn((k, k), |(a, b)| half.covariance(rows[a], rows[b]));
    for own in matrix.diag_mut() {
        // A score that never moved has no slope; the slight increase of the diagonal guards against duplicate
        // scores.
        *own = if *own > 1e-12 { *own * (1.0 + 1e-9) } else { 1.0 };
    }
    let Some(factor) = cholesky(&matrix) else {
        return Line { intercept: half.mean(y), slopes: Array1::zeros(k) };
    };
    let covariances = rows.iter().map(|&i| half.covariance(i, y)).collect();
    let slopes = solve(&factor, covariances);
    let of_scores: f64 = rows.iter().zip(&slopes).map(|(&i, slope)| half.mean(i) * slope).sum();
    Line { intercept: half.mean(y) - of_scores, slopes }
}

/// Solves `L·Lᵀ·x = b` for the lower triangular `factor` L.
fn solve(factor: &Array2<f64>, b: Array1<f64>) -> Array1<f64> {
    let (k, mut x) = (b.len(), b);
    for a in 0..k {
        let known: f64 = (0..a).map(|b| factor[[a, b]] * x[b]).sum();
        x[a] = (x[a] - known) / factor[[a, a]];
    }
    for a in (0..k).rev() {
        let known: f64 = (a + 1..k).map(|b| factor[[b, a]] * x[b]).sum();
        x[a] = (x[a] - known) / factor[[a, a]];
    }
    x
}

/// The half that a path belongs to.
fn half(path: usize) -> usize {
    path / STRIP % 2
}

/// Evaluates the two lines on the paths kept, each on its half.
fn read(kept: &Kept, rows: &[usize], lines: &[Line; 2]) -> Array1<f64> {
    let mut fitted = Array1::from_shape_fn(kept.paths, |path| lines[half(path)].intercept);
    for (k, &row) in rows.iter().enumerate() {
        for (path, (sum, &x)) in fitted.iter_mut().zip(kept.scores.row(row)).enumerate() {
            *sum += lines[half(path)].slopes[k] * f64::from(x);
        }
    }
    fitted
}

simd_fn! {
    /// `products += strip · stripᵀ`, lower triangle; `strip`: rows of [`STRIP`] values.
    fn multiply(strip: &[f64], size: usize, products: &mut [f64]) {
        for i in 0..size {
            let x = &strip[i * STRIP..][..STRIP];
            for j in 0..=i {
                let y = &strip[j * STRIP..][..STRIP];
                let mut sums = [0.0_f64; 8];
                for l in 0..STRIP / 8 {
                    for m in 0..8 {
                        sums[m] = x[8 * l + m].mul_add(y[8 * l + m], sums[m]);
                    }
                }
                let sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
                products[i * size + j] += sum;
            }
        }
    }
}

/// Sums of products for both halves, with metrics about their centres.
fn grams(gathered: &Gathered, isa: Isa, threads: usize) -> [Gram; 2] {
    const PIECE: usize = 64 * STRIP;
    struct Scratch {
        strip: Array2<f64>,
        done: Vec<(u64, [Gram; 2])>,
    }
    let kept = &gathered.kept;
    let size = kept.scores.nrows() + kept.columns.nrows() + 1;
    let zeros = || [0, 1].map(|_| Gram::zeros(size));
    let out = share_out(
        threads,
        kept.paths.div_ceil(PIECE) as u64,
        || Scratch { strip: Array2::zeros((size, STRIP)), done: Vec::new() },
        |scratch, piece| {
            let mut grams = zeros();
            let from = piece as usize * PIECE;
            for start in (from..(from + PIECE).min(kept.paths)).step_by(STRIP) {
                let paths = start..(start + STRIP).min(kept.paths);
                let gram = &mut grams[half(start)];
                gram.n += paths.len() as f64;
                fill(&mut scratch.strip, gathered, paths);
                let strip = scratch.strip.as_slice().expect("made in one piece");
                multiply(isa, strip, size, gram.products.as_slice_mut().expect("made in one piece"));
            }
            scratch.done.push((piece, grams));
        },
        |_| {},
        || false,
    );
    let mut all: Vec<(u64, [Gram; 2])> = out.scratch.into_iter().flat_map(|scratch| scratch.done).collect();
    all.sort_unstable_by_key(|(piece, _)| *piece);
    let mut total = zeros();
    for (_, grams) in &all {
        for (sum, gram) in total.iter_mut().zip(grams) {
            sum.n += gram.n;
            sum.products += &gram.products;
        }
    }
    total
}

/// Fills a strip with the scores of some paths, their metrics about the centres, and ones; the rest becomes
/// zero.
fn fill(strip: &mut Array2<f64>, gathered: &Gathered, paths: Range<usize>) {
    let kept = &gathered.kept;
    let (scores, columns) = (kept.scores.nrows(), kept.columns.nrows());
    strip.fill(0.0);
    let mut strip = strip.slice_mut(s![.., ..paths.len()]);
    let x = kept.scores.slice(s![.., paths.clone()]);
    strip.slice_mut(s![..scores, ..]).zip_mut_with(&x, |strip, &x| *strip = f64::from(x));
    for (column, &centre) in gathered.centres.iter().enumerate() {
        let y = kept.columns.slice(s![column, paths.clone()]);
        // Columns with missing values are not fitted; their products are not read.
        let about_centre = |strip: &mut f64, &y: &f64| *strip = if y.is_nan() { 0.0 } else { y - centre };
        strip.row_mut(scores + column).zip_mut_with(&y, about_centre);
    }
    strip.row_mut(scores + columns).fill(1.0);
}

/// Effects of every group on a column, the largest swing first; empty if the column lacks values on some
/// paths.
pub fn group_effects(
    gathered: &Gathered,
    groups: &[Variable],
    lines: &Lines,
    column: usize,
) -> Vec<GroupEffect> {
    let kept = &gathered.kept;
    let centre = gathered.centres[column];
    let y: Vec<f64> = kept.columns.row(column).iter().map(|y| y - centre).collect();
    let n = y.len() as f64;
    let mean = y.iter().sum::<f64>() / n;
    let squares: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    let mut effects = Vec::new();
    for (group, fitted) in groups.iter().zip(&lines.fitted) {
        let Some(fitted) = &fitted[column] else { continue };
        let means = means_at_ends(&y, fitted, centre);
        let rest: f64 = y.iter().zip(fitted).map(|(y, f)| (y - f) * (y - f)).sum();
        // A line fitted to m paths with k scores misses other paths by (1 + k/m) times the residual variance.
        let k = kept.score_stream.iter().filter(|stream| group.streams.contains(stream)).count() as f64;
        let explained = 1.0 - rest / squares / (1.0 + 2.0 * k / n);
        // The large-sample error of a squared multiple correlation (Olkin and Finn 1995), and its error where
        // there is none.
        let slope = 2.0 * explained.max(0.0).sqrt() * (1.0 - explained) / n.sqrt();
        let error = slope.hypot((2.0 * k).sqrt() / n);
        effects.push(GroupEffect {
            name: group.name.clone(),
            members: group.streams.len(),
            noise: group.noise,
            swing: Estimate::swing(&means[0], &means[1]),
            means,
            explained: Estimate::normal(explained, error),
        });
    }
    effects.sort_by(|a, b| Estimate::by_size(&b.swing, &a.swing));
    effects
}

/// Means of a metric, given about its centre, on the paths near the line's 10% and near its 90% quantile.
fn means_at_ends(y: &[f64], fitted: &Array1<f64>, centre: f64) -> [Estimate; 2] {
    let mut order: Vec<usize> = (0..fitted.len()).collect();
    order.sort_unstable_by(|&a, &b| fitted[a].total_cmp(&fitted[b]));
    let at = |q: f64| (q * y.len() as f64).round() as usize;
    [0.1, 0.9].map(|q| {
        let mut sums = CentredSums::default();
        order[at(q - 0.025)..at(q + 0.025)].iter().for_each(|&path| sums.add(y[path]));
        sums.mean(centre)
    })
}
