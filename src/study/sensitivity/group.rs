//! What a group of variables does to a metric: the swing along the straight line in the group that goes best with it.
//!
//! A group has many numbers: the normal scores of its inputs, and of its factors and shocks the sums over each calendar
//! year. Least squares fit the metric to them on one half of the paths, and the fit is read on the other half, so that no
//! path is judged by a line that has seen it. The part of the variance that the line explains, and the metric's mean near
//! the 10% and the 90% quantile of the line, are then free of the optimism of a fit.

use super::bootstrap::Estimate;
use super::gather::{Gathered, Kept};
use super::tornado::{by_size, mean_of};
use super::variables::Variable;
use crate::math::correlation::cholesky;
use crate::math::simd::Isa;
use crate::run::share_out;
use crate::simd_fn;
use ndarray::Array2;

/// Rows that are worked on together; a strip belongs to one half.
const STRIP: usize = 64;

/// What a group does to a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupEffect {
    /// Name of the group.
    pub name: String,
    /// Its streams.
    pub members: usize,
    /// Whether it is noise along the path.
    pub noise: bool,
    /// Mean of the metric on the paths near the line's 10% quantile and near its 90% quantile.
    pub means: [Estimate; 2],
    /// The second less the first.
    pub swing: Estimate,
    /// Part of the metric's variance that the line explains.
    pub explained: Estimate,
}

/// Lines of every group for every column: what they say on each path kept.
pub struct Lines {
    /// Per group, column: the value of the line on each path kept; empty where the column lacks values.
    pub fitted: Vec<Vec<Vec<f64>>>,
}

/// Sums of products of one half.
struct Gram {
    n: f64,
    /// Rows and columns: scores, then the metrics, then ones.
    products: Vec<f64>,
}

/// Fits every group's lines.
pub fn fit(gathered: &Gathered, groups: &[Variable], isa: Isa, threads: usize) -> Lines {
    let kept = &gathered.kept;
    let scores = kept.scores.len();
    let whole: Vec<bool> = kept.columns.iter().map(|values| values.iter().all(|y| !y.is_nan())).collect();
    let halves = products(gathered, isa, threads);
    let fitted = groups
        .iter()
        .map(|group| {
            let rows: Vec<usize> =
                (0..scores).filter(|&i| group.streams.contains(&kept.score_stream[i])).collect();
            whole
                .iter()
                .enumerate()
                .map(|(c, &whole)| {
                    if !whole || rows.is_empty() || kept.paths < 8 * rows.len() {
                        return Vec::new();
                    }
                    // The line of each half is read on the other.
                    let lines = [1, 0].map(|other| line(&halves[other], &rows, scores, c, kept));
                    read(kept, &rows, &lines)
                })
                .collect()
        })
        .collect();
    Lines { fitted }
}

/// Intercept and slopes of a half.
fn line(half: &Gram, rows: &[usize], scores: usize, column: usize, kept: &Kept) -> (f64, Vec<f64>) {
    let size = scores + kept.columns.len() + 1;
    let at = |i: usize, j: usize| half.products[i.max(j) * size + i.min(j)];
    let (ones, y) = (size - 1, scores + column);
    let n = half.n;
    let mean = |i: usize| at(ones, i) / n;
    let covariance = |i: usize, j: usize| at(i, j) / n - mean(i) * mean(j);
    let k = rows.len();
    let mut matrix = Array2::from_shape_fn((k, k), |(a, b)| covariance(rows[a], rows[b]));
    for a in 0..k {
        // A score that never moved has no slope; a little more on the diagonal holds against doubled scores.
        let own = matrix[[a, a]];
        matrix[[a, a]] = if own > 1e-12 { own * (1.0 + 1e-9) } else { 1.0 };
    }
    let Some(factor) = cholesky(&matrix) else { return (mean(y), vec![0.0; k]) };
    let mut slopes: Vec<f64> = rows.iter().map(|&i| covariance(i, y)).collect();
    for a in 0..k {
        let known: f64 = (0..a).map(|b| factor[[a, b]] * slopes[b]).sum();
        slopes[a] = (slopes[a] - known) / factor[[a, a]];
    }
    for a in (0..k).rev() {
        let known: f64 = (a + 1..k).map(|b| factor[[b, a]] * slopes[b]).sum();
        slopes[a] = (slopes[a] - known) / factor[[a, a]];
    }
    let intercept = mean(y) - rows.iter().zip(&slopes).map(|(&i, slope)| mean(i) * slope).sum::<f64>();
    (intercept, slopes)
}

/// The half of a path.
fn half(path: usize) -> usize {
    path / STRIP % 2
}

fn read(kept: &Kept, rows: &[usize], lines: &[(f64, Vec<f64>); 2]) -> Vec<f64> {
    let mut fitted: Vec<f64> = (0..kept.paths).map(|path| lines[half(path)].0).collect();
    for (k, &row) in rows.iter().enumerate() {
        for (path, (sum, &x)) in fitted.iter_mut().zip(&kept.scores[row]).enumerate() {
            *sum += lines[half(path)].1[k] * f64::from(x);
        }
    }
    // A line through the mean of a column is about that column's centre.
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

/// Sums of products of both halves, the metrics about their centres.
fn products(gathered: &Gathered, isa: Isa, threads: usize) -> [Gram; 2] {
    const PIECE: usize = 64 * STRIP;
    let kept = &gathered.kept;
    let size = kept.scores.len() + kept.columns.len() + 1;
    let empty = || [0, 1].map(|_| Gram { n: 0.0, products: vec![0.0; size * size] });
    let pieces = kept.paths.div_ceil(PIECE);
    let out = share_out(
        threads,
        pieces as u64,
        || (vec![0.0; size * STRIP], Vec::new()),
        |(strip, done): &mut (Vec<f64>, Vec<(u64, [Gram; 2])>), piece| {
            let mut grams = empty();
            let from = piece as usize * PIECE;
            for start in (from..(from + PIECE).min(kept.paths)).step_by(STRIP) {
                let count = STRIP.min(kept.paths - start);
                strip.fill(0.0);
                let (xs, rest) = strip.split_at_mut(kept.scores.len() * STRIP);
                for (x, column) in xs.chunks_mut(STRIP).zip(&kept.scores) {
                    x.iter_mut().zip(&column[start..start + count]).for_each(|(x, &v)| *x = f64::from(v));
                }
                let ys = rest.chunks_mut(STRIP).zip(kept.columns.iter().zip(&gathered.centres));
                for (y, (column, centre)) in ys {
                    // Columns with gaps are not fitted; their products are not read.
                    let values = column[start..start + count].iter();
                    y.iter_mut()
                        .zip(values)
                        .for_each(|(y, &v)| *y = if v.is_nan() { 0.0 } else { v - centre });
                }
                strip[(size - 1) * STRIP..][..count].fill(1.0);
                let gram = &mut grams[half(start)];
                gram.n += count as f64;
                multiply(isa, strip, size, &mut gram.products);
            }
            done.push((piece, grams));
        },
        |_| {},
        || false,
    );
    let mut all: Vec<(u64, [Gram; 2])> = out.scratch.into_iter().flat_map(|(_, done)| done).collect();
    all.sort_unstable_by_key(|(piece, _)| *piece);
    let mut total = empty();
    for (_, grams) in &all {
        for (sum, gram) in total.iter_mut().zip(grams) {
            sum.n += gram.n;
            sum.products.iter_mut().zip(&gram.products).for_each(|(sum, x)| *sum += x);
        }
    }
    total
}

/// Effects of every group on a column, the largest swing first; empty where the column lacks values on some paths.
pub fn group_effects(
    gathered: &Gathered,
    groups: &[Variable],
    lines: &Lines,
    column: usize,
) -> Vec<GroupEffect> {
    let kept = &gathered.kept;
    let centre = gathered.centres[column];
    let y: Vec<f64> = kept.columns[column].iter().map(|y| y - centre).collect();
    let n = y.len() as f64;
    let mean = y.iter().sum::<f64>() / n;
    let squares: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    let mut effects: Vec<GroupEffect> = groups
        .iter()
        .zip(&lines.fitted)
        .filter(|(_, fitted)| !fitted[column].is_empty())
        .map(|(group, fitted)| {
            let fitted = &fitted[column];
            let mut order: Vec<usize> = (0..fitted.len()).collect();
            order.sort_unstable_by(|&a, &b| fitted[a].total_cmp(&fitted[b]));
            let at = |q: f64| (q * n).round() as usize;
            let means = [0.1, 0.9].map(|q| {
                let mut sums = [0.0; 3];
                for &path in &order[at(q - 0.025)..at(q + 0.025)] {
                    sums[0] += 1.0;
                    sums[1] += y[path];
                    sums[2] += y[path] * y[path];
                }
                mean_of(sums, centre)
            });
            let rest: f64 = y.iter().zip(fitted).map(|(y, f)| (y - f) * (y - f)).sum();
            // A line fitted to m paths with k numbers misses other paths by (1 + k/m) times what is left.
            let k = kept.score_stream.iter().filter(|stream| group.streams.contains(stream)).count() as f64;
            let explained = 1.0 - rest / squares / (1.0 + 2.0 * k / n);
            // The large-sample error of a squared multiple correlation (Olkin and Finn 1995), and that of none at all.
            let slope = 2.0 * explained.max(0.0).sqrt() * (1.0 - explained) / n.sqrt();
            let error = slope.hypot((2.0 * k).sqrt() / n);
            GroupEffect {
                name: group.name.clone(),
                members: group.streams.len(),
                noise: group.noise,
                swing: Estimate::normal(
                    means[1].value - means[0].value,
                    means[0].std_error.hypot(means[1].std_error),
                ),
                means,
                explained: Estimate::normal(explained, error),
            }
        })
        .collect();
    effects.sort_by(|a, b| by_size(&b.swing, &a.swing));
    effects
}
