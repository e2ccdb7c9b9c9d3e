//! Effects of groups of variables on a metric: the swing along the best straight line in each group, and the
//! variance that the line explains.
//!
//! A group has many scores: the standard normals of its inputs, and yearly sums of its factors and shocks.
//! Least squares fit the metric to them. A line with k scores explains k of n paths' residual variance by
//! chance: that much is taken off its R² (the adjusted R²; Theil 1961, "Economic Forecasts and Policy"), and
//! the distances of the means at the line's 10% and 90% quantiles from the mean shrink as the root of what is
//! left. A choice among deals is made by lines that have not seen the path: each half of the paths is read by
//! the lines fitted to the other half.

use super::estimate::{CentredSums, Estimate, HALF_INTERVAL};
use super::gather::Gathered;
use super::kept::Kept;
use super::variables::Variable;
use crate::math::correlation::cholesky;
use crate::math::simd::Isa;
use crate::run::share_out;
use crate::simd_fn;
use ndarray::{Array1, Array2, s};
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::ops::Range;

/// Number of paths that are multiplied together; a strip belongs to one half.
const STRIP: usize = 64;
/// A score whose variance is at most this never moved.
const STILL: f64 = 1e-12;

/// The effect of a group on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupEffect {
    /// Name of the group.
    pub name: String,
    /// Number of streams in the group.
    pub members: usize,
    /// Whether the group is noise along the path rather than inputs.
    pub noise: bool,
    /// Means of the metric near the line's 10% and near its 90% quantile.
    pub means: [Estimate; 2],
    /// The second mean minus the first; 0 if chance alone makes it negative.
    pub swing: Estimate,
    /// Fraction of the metric's variance that the line explains; 0 if chance explains more than the line.
    pub explained: Estimate,
}

/// The straight line of every group for every column.
pub struct Lines {
    /// Values of the line on each path kept, about the column's centre: `[group][column]`; each half of the
    /// paths is read by the line fitted to the other half. `None` where the column lacks values.
    pub fitted: Vec<Vec<Option<Array1<f64>>>>,
    /// Sums over all paths kept.
    whole: Gram,
}

/// Sums of products over some paths.
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
    let halves = grams(gathered, isa, threads);
    let fit_column = |rows: &[usize], column: usize| {
        // The line fitted on each half is read on the other.
        let other = |half: usize| line(&halves[1 - half], rows, kept.scores.nrows() + column);
        has_line(kept, rows, column).then(|| read(kept, rows, &[&other(0), &other(1)]))
    };
    let fit_group = |group: &Variable| {
        let rows = rows(kept, &group.streams);
        (0..kept.columns.nrows()).map(|column| fit_column(&rows, column)).collect()
    };
    let fitted = groups.iter().map(fit_group).collect();
    let [mut whole, other] = halves;
    whole.n += other.n;
    whole.products += &other.products;
    Lines { fitted, whole }
}

/// Rows of the scores of some streams.
fn rows(kept: &Kept, streams: &[usize]) -> Vec<usize> {
    (0..kept.scores.nrows()).filter(|&i| streams.contains(&kept.score_stream[i])).collect()
}

/// Whether a column can be fitted by a line in some scores: it has a value on every path, and there are
/// enough paths.
fn has_line(kept: &Kept, rows: &[usize], column: usize) -> bool {
    let defined = kept.columns.row(column).iter().all(|y| !y.is_nan());
    defined && !rows.is_empty() && kept.paths >= 8 * rows.len()
}

/// Fits row `y` by a line in the scores of `rows`, by least squares.
fn line(gram: &Gram, rows: &[usize], y: usize) -> Line {
    let k = rows.len();
    let mut matrix = Array2::from_shape_fn((k, k), |(a, b)| gram.covariance(rows[a], rows[b]));
    for own in matrix.diag_mut() {
        // A score that never moved has no slope; the slight increase of the diagonal guards against duplicate
        // scores.
        *own = if *own > STILL { *own * (1.0 + 1e-9) } else { 1.0 };
    }
    let Some(factor) = cholesky(&matrix) else {
        return Line { intercept: gram.mean(y), slopes: Array1::zeros(k) };
    };
    let covariances = rows.iter().map(|&i| gram.covariance(i, y)).collect();
    let slopes = solve(&factor, covariances);
    let of_scores: f64 = rows.iter().zip(&slopes).map(|(&i, slope)| gram.mean(i) * slope).sum();
    Line { intercept: gram.mean(y) - of_scores, slopes }
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

/// Evaluates two lines on the paths kept, each on its half.
fn read(kept: &Kept, rows: &[usize], lines: &[&Line; 2]) -> Array1<f64> {
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
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let mut effects = Vec::new();
    for group in groups {
        let rows = rows(kept, &group.streams);
        if !has_line(kept, &rows, column) {
            continue;
        }
        let whole = &lines.whole;
        let line = line(whole, &rows, kept.scores.nrows() + column);
        let moving = rows.iter().filter(|&&i| whole.covariance(i, i) > STILL).count();
        let fitted = read(kept, &rows, &[&line, &line]);
        let mut effect = GroupEffect {
            name: group.name.clone(),
            members: group.streams.len(),
            noise: group.noise,
            means: [Estimate::NONE; 2],
            swing: Estimate::NONE,
            explained: Estimate::NONE,
        };
        if let Some(fit) = Fit::new(&y, &fitted, mean, moving) {
            let ends = ends(&y, &fitted, mean);
            effect.explained = fit.explained();
            effect.swing = fit.swing(&ends);
            // A swing that chance makes negative is shown as 0, and so are the distances of its ends.
            let shrink = if effect.swing.value == 0.0 { 0.0 } else { fit.shrink() };
            effect.means = ends.map(|end| fit.mean_at(&end, centre + mean, shrink));
        }
        effects.push(effect);
    }
    effects.sort_by(|a, b| Estimate::by_size(&b.swing, &a.swing));
    effects
}

/// How much a line in some streams' scores explains of a column.
pub struct Explained {
    /// The adjusted R²; chance can make it slightly negative.
    pub value: f64,
    /// What is left of the column's variance, as a fraction.
    pub unexplained: f64,
    /// Number of scores that move.
    pub scores: usize,
    /// What each path does to R²: its influence function, whose mean is 0.
    pub influence: Vec<f64>,
}

/// How much the scores of some streams explain of a column; nothing without streams, `None` where the column cannot be fitted.
pub fn explained(gathered: &Gathered, lines: &Lines, streams: &[usize], column: usize) -> Option<Explained> {
    let kept = &gathered.kept;
    let rows = rows(kept, streams);
    if rows.is_empty() {
        return Some(Explained { value: 0.0, unexplained: 1.0, scores: 0, influence: vec![0.0; kept.paths] });
    }
    if !has_line(kept, &rows, column) {
        return None;
    }
    let line = line(&lines.whole, &rows, kept.scores.nrows() + column);
    let fitted = read(kept, &rows, &[&line, &line]);
    let y: Vec<f64> = kept.columns.row(column).iter().map(|y| y - gathered.centres[column]).collect();
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let scores = rows.iter().filter(|&&i| lines.whole.covariance(i, i) > STILL).count();
    let Spread { variance, unexplained } = Spread::of(&y, &fitted, mean);
    if variance == 0.0 {
        return None;
    }
    let (n, k) = (y.len() as f64, scores as f64);
    let moved = |(y, f): (&f64, &f64)| influence(y - mean, y - f, variance, unexplained);
    Some(Explained {
        value: 1.0 - unexplained - unexplained * k / (n - k - 1.0),
        unexplained,
        scores,
        influence: y.iter().zip(&fitted).map(moved).collect(),
    })
}

/// A column's variance and the fraction that a line leaves of it.
struct Spread {
    variance: f64,
    unexplained: f64,
}

impl Spread {
    fn of(y: &[f64], fitted: &Array1<f64>, mean: f64) -> Spread {
        let n = y.len() as f64;
        let variance = y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / n;
        let rest = y.iter().zip(fitted).map(|(y, f)| (y - f) * (y - f)).sum::<f64>() / n;
        Spread { variance, unexplained: rest / variance }
    }
}

/// What a path with these distances from the mean and from the line does to R².
fn influence(from_mean: f64, from_line: f64, variance: f64, unexplained: f64) -> f64 {
    (unexplained * from_mean * from_mean - from_line * from_line) / variance
}

/// How well a line fits a column; fractions of the column's variance.
struct Fit {
    /// What the line explains of the paths that it was fitted to: R².
    raw: f64,
    /// What the scores explain by chance.
    chance: f64,
    /// Standard error of `raw − chance`.
    std_error: f64,
    /// Ends of the 95% interval, from 0 to 1.
    low: f64,
    high: f64,
}

impl Fit {
    /// `None` where the metric or every score is the same on all paths.
    fn new(y: &[f64], fitted: &Array1<f64>, mean: f64, scores: usize) -> Option<Fit> {
        let (n, k) = (y.len() as f64, scores as f64);
        let Spread { variance, unexplained } = Spread::of(y, fitted, mean);
        if scores == 0 || variance == 0.0 {
            return None;
        }
        let raw = (1.0 - unexplained).max(f64::MIN_POSITIVE);
        let chance = unexplained * k / (n - k - 1.0);
        // What each path does to R² (its influence function, whose mean is 0). A normal metric has Olkin and
        // Finn's error, 2R(1 − R²)/√n; long tails have a larger one, which Student's t with the degrees of
        // freedom of that variance (Satterthwaite 1946) covers where few paths make it.
        let (mut squares, mut fourths) = (0.0, 0.0);
        for (y, f) in y.iter().zip(fitted) {
            let moved = influence(y - mean, y - f, variance, unexplained);
            squares += moved * moved / n;
            fourths += moved.powi(4) / n;
        }
        let freedom = 2.0 * n / (fourths / (squares * squares) - 1.0);
        let t = if freedom < 1e4 { student(freedom) } else { student(1e4) };
        // Variance of the adjusted R² at a true value x: `slope·x + null`. What chance explains varies even
        // where the group explains nothing: as a χ² with k degrees of freedom.
        let slope = squares / n / raw;
        let null = 2.0 * chance * chance / k;
        let adjusted = raw - chance;
        // All x whose own error allows the value found, as in Wilson's interval.
        let middle = adjusted + 0.5 * t * t * slope;
        let half = t * (slope * adjusted + null + 0.25 * t * t * slope * slope).max(0.0).sqrt();
        Some(Fit {
            raw,
            chance,
            std_error: (slope * adjusted.max(0.0) + null).sqrt(),
            low: (middle - half).clamp(0.0, 1.0),
            high: (middle + half).clamp(0.0, 1.0),
        })
    }

    /// What the line explains without chance; not below 0.
    fn adjusted(&self) -> f64 {
        (self.raw - self.chance).max(0.0)
    }

    fn explained(&self) -> Estimate {
        let Fit { std_error, low, high, .. } = *self;
        Estimate { value: self.adjusted(), std_error, low95: low, high95: high }
    }

    /// The part of a distance along the fitted line that is not chance.
    fn shrink(&self) -> f64 {
        (self.adjusted() / self.raw).sqrt()
    }

    /// The error of a distance: of the paths near the ends, and of the size of the line, which has moved by
    /// `part` standard deviations of the column.
    fn error(&self, of_paths: f64, along_line: f64, part: f64) -> f64 {
        let largest_shrink = (self.high / (self.high + self.chance)).sqrt();
        (HALF_INTERVAL * largest_shrink * of_paths).hypot(along_line / self.raw.sqrt() * part)
    }

    /// The mean of the metric near one end of the line.
    fn mean_at(&self, end: &End, mean: f64, shrink: f64) -> Estimate {
        let part = 0.5 * (self.high.sqrt() - self.low.sqrt());
        let half = self.error(end.std_error, end.line, part);
        Estimate::normal(mean + shrink * end.mean, half / HALF_INTERVAL)
    }

    /// The difference of the means at both ends. Its interval adds the squares of those of its two factors:
    /// the metric's distance per standard deviation of the line, and the line's (Zou and Donner 2008,
    /// "Construction of confidence limits about effect measures", Statistics in Medicine 27).
    fn swing(&self, [low, high]: &[End; 2]) -> Estimate {
        let value = self.shrink() * (high.mean - low.mean);
        let (of_paths, along) = (low.std_error.hypot(high.std_error), high.line - low.line);
        let root = self.adjusted().sqrt();
        let below = self.error(of_paths, along, root - self.low.sqrt());
        let above = self.error(of_paths, along, self.high.sqrt() - root);
        let std_error = 0.5 * (below + above) / HALF_INTERVAL;
        if value.is_nan() {
            return Estimate::NONE;
        }
        // A line rises along itself. Only a metric that bends back has a swing below 0; chance has not.
        if value + above < 0.0 {
            return Estimate { value, std_error, low95: value - below, high95: value + above };
        }
        Estimate {
            value: value.max(0.0),
            std_error,
            low95: (value - below).max(0.0),
            high95: value.max(0.0) + above,
        }
    }
}

/// Quantile 97.5% of Student's distribution.
fn student(freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom.max(1.0)).map_or(f64::NAN, |law| law.inverse_cdf(0.975))
}

/// The paths near one end of a line.
struct End {
    /// Mean of the metric, less its mean over all paths.
    mean: f64,
    /// Its standard error for the line as it is.
    std_error: f64,
    /// Mean of the line, less the metric's mean over all paths.
    line: f64,
}

/// The paths near the line's 10% and near its 90% quantile.
fn ends(y: &[f64], fitted: &Array1<f64>, mean: f64) -> [End; 2] {
    const WIDTH: f64 = 0.05;
    let n = y.len() as f64;
    let mut order: Vec<usize> = (0..fitted.len()).collect();
    order.sort_unstable_by(|&a, &b| fitted[a].total_cmp(&fitted[b]));
    let at = |q: f64| (q * n).round() as usize;
    [0.1, 0.9].map(|q| {
        let near = &order[at(q - 0.5 * WIDTH)..at(q + 0.5 * WIDTH)];
        let (mut of_y, mut of_line) = (CentredSums::default(), CentredSums::default());
        for &path in near {
            of_y.add(y[path] - mean);
            of_line.add(fitted[path] - mean);
        }
        let found = of_y.mean(0.0);
        let reach = |path: Option<&usize>| path.map_or(f64::NAN, |&path| fitted[path]);
        // The line's quantile is that of a sample: its error is √(q(1 − q)/n) in probability.
        let steepness = (reach(near.last()) - reach(near.first())) / WIDTH;
        let of_quantile = steepness * (q * (1.0 - q) / n).sqrt();
        End {
            mean: found.value,
            std_error: found.std_error.hypot(of_quantile),
            line: of_line.mean(0.0).value,
        }
    })
}
