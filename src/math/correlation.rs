//! Correlation matrices: Cholesky factors, eigenvectors, and the repair of contradictory or incomplete ones.

use ndarray::{Array1, Array2};
use thiserror::Error;

use super::elementary::ln;

/// The eigenvalue floor of [`nearest_correlation`].
pub const EIGENVALUE_FLOOR: f64 = 1e-8;

/// Why a set of named correlations cannot be completed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CompletionError {
    /// A pair with an index out of range, of a variable with itself, or named twice.
    #[error("the pair ({i}, {j}) is not a pair of different variables below {n}, or is named twice")]
    Pair {
        /// First variable, from 0.
        i: usize,
        /// Second variable, from 0.
        j: usize,
        /// Number of variables.
        n: usize,
    },
    /// A correlation that is not strictly between −1 and 1.
    #[error("the correlation of ({i}, {j}) is {rho}; it must be strictly between -1 and 1")]
    Correlation {
        /// First variable, from 0.
        i: usize,
        /// Second variable, from 0.
        j: usize,
        /// The correlation given.
        rho: f64,
    },
    /// No choice of the unnamed correlations makes the matrix positive definite.
    #[error("no choice of the unnamed correlations makes the matrix positive definite")]
    Infeasible,
}

/// The Cholesky factor: lower triangular L with L Lᵀ = `matrix`. Reads the lower triangle of the symmetric `matrix`; `None`
/// where it is not positive definite.
pub fn cholesky(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let mut l: Array2<f64> = Array2::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let mut sum = matrix[[i, j]];
            for k in 0..j {
                sum -= l[[i, k]] * l[[j, k]];
            }
            if i == j {
                if sum.is_nan() || sum <= 0.0 || sum.is_infinite() {
                    return None;
                }
                l[[i, i]] = sum.sqrt();
            } else {
                l[[i, j]] = sum / l[[j, j]];
            }
        }
    }
    Some(l)
}

/// Eigenvalues of a symmetric matrix, ascending, and its eigenvectors as columns in the same order, by cyclic Jacobi
/// rotations (Golub and Van Loan 2013, section 8.5).
pub fn symmetric_eigen(matrix: &Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let n = matrix.nrows();
    let mut a = matrix.clone();
    let mut v: Array2<f64> = Array2::eye(n);
    for _ in 0..60 {
        let off: f64 = a.indexed_iter().filter(|((i, j), _)| i != j).map(|(_, x)| x * x).sum();
        let all: f64 = a.iter().map(|x| x * x).sum();
        if off <= 1e-32 * all {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[[p, q]] == 0.0 {
                    continue;
                }
                let tau = (a[[q, q]] - a[[p, p]]) / (2.0 * a[[p, q]]);
                let t = tau.signum() / (tau.abs() + (tau * tau + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[[k, p]], a[[k, q]]);
                    (a[[k, p]], a[[k, q]]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (a[[p, k]], a[[q, k]]);
                    (a[[p, k]], a[[q, k]]) = (c * x - s * y, s * x + c * y);
                }
                (a[[p, q]], a[[q, p]]) = (0.0, 0.0);
                for k in 0..n {
                    let (x, y) = (v[[k, p]], v[[k, q]]);
                    (v[[k, p]], v[[k, q]]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[[i, i]].total_cmp(&a[[j, j]]));
    let values = order.iter().map(|&i| a[[i, i]]).collect();
    let vectors = Array2::from_shape_fn((n, n), |(k, column)| v[[k, order[column]]]);
    (values, vectors)
}

/// The matrix product a bᵀ, each element summed in column order.
///
/// ndarray's own product uses fused multiply-adds where the processor has them, so the results of a repaired scenario would
/// differ between machines.
fn product_with_transpose(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), b.nrows()), |(i, j)| {
        let mut sum = 0.0;
        for k in 0..a.ncols() {
            sum += a[[i, k]] * b[[j, k]];
        }
        sum
    })
}

/// The symmetric matrix with eigenvalues below `floor` raised to `floor`.
fn raise_eigenvalues(matrix: &Array2<f64>, floor: f64) -> Array2<f64> {
    let (values, vectors) = symmetric_eigen(matrix);
    let scaled = &vectors * &values.mapv(|value| value.max(floor));
    let raised = product_with_transpose(&scaled, &vectors);
    0.5 * (&raised + &raised.t())
}

/// The correlation matrix nearest to a symmetric matrix in the Frobenius norm, by alternating projections with
/// Dykstra's correction (Higham 2002, "Computing the nearest correlation matrix", algorithm 3.3). Eigenvalues are then
/// raised to about [`EIGENVALUE_FLOOR`], so that a Cholesky factor exists.
pub fn nearest_correlation(matrix: &Array2<f64>) -> Array2<f64> {
    let mut y = 0.5 * (matrix + &matrix.t());
    let mut correction: Array2<f64> = Array2::zeros(y.raw_dim());
    for _ in 0..2_000 {
        let shifted = &y - &correction;
        let x = raise_eigenvalues(&shifted, 0.0);
        correction = &x - &shifted;
        let last = y;
        y = x.clone();
        y.diag_mut().fill(1.0);
        let gap = |other: &Array2<f64>| (&y - other).iter().fold(0.0, |most: f64, d| most.max(d.abs()));
        if gap(&last) < 1e-13 && gap(&x) < 1e-9 {
            break;
        }
    }
    // Raise the eigenvalues and restore the diagonal by scaling, which keeps the matrix positive definite.
    let raised = raise_eigenvalues(&y, EIGENVALUE_FLOOR);
    let scale = raised.diag().mapv(f64::sqrt);
    let mut out = Array2::from_shape_fn(raised.raw_dim(), |(i, j)| raised[[i, j]] / (scale[i] * scale[j]));
    out.diag_mut().fill(1.0);
    out
}

/// The inverse of a symmetric positive definite matrix and the logarithm of its determinant.
fn inverse(matrix: &Array2<f64>) -> Option<(Array2<f64>, f64)> {
    let n = matrix.nrows();
    let l = cholesky(matrix)?;
    // The transpose of L⁻¹: row `column` holds that column.
    let mut inverse_l: Array2<f64> = Array2::zeros((n, n));
    for column in 0..n {
        for i in column..n {
            let mut sum = if i == column { 1.0 } else { 0.0 };
            for k in column..i {
                sum -= l[[i, k]] * inverse_l[[column, k]];
            }
            inverse_l[[column, i]] = sum / l[[i, i]];
        }
    }
    let ln_determinant = 2.0 * l.diag().iter().map(|&x| ln(x)).sum::<f64>();
    Some((product_with_transpose(&inverse_l, &inverse_l), ln_determinant))
}

/// Completes the correlations `known`, given as `(i, j, rho)`, to the correlation matrix of `n` variables with the greatest
/// determinant. Its inverse is 0 at every pair not named (Dempster 1972, "Covariance selection").
///
/// Newton's method finds the inverse K that minimises `tr(K R) − ln det K` over matrices with that pattern, one group of
/// connected variables at a time. Where no positive definite completion exists there is no minimum, and the result is
/// [`CompletionError::Infeasible`].
pub fn complete_max_determinant(
    n: usize,
    known: &[(usize, usize, f64)],
) -> Result<Array2<f64>, CompletionError> {
    let mut named: Array2<f64> = Array2::eye(n);
    let mut group: Vec<usize> = (0..n).collect();
    for &(i, j, rho) in known {
        if i == j || i >= n || j >= n || named[[i, j]] != 0.0 {
            return Err(CompletionError::Pair { i, j, n });
        }
        if rho.is_nan() || rho.abs() >= 1.0 {
            return Err(CompletionError::Correlation { i, j, rho });
        }
        // 0 means not named, so a named 0 is NaN until the end.
        let mark = if rho == 0.0 { f64::NAN } else { rho };
        (named[[i, j]], named[[j, i]]) = (mark, mark);
        let (from, to) = (group[i], group[j]);
        group.iter_mut().filter(|g| **g == from).for_each(|g| *g = to);
    }
    let mut out: Array2<f64> = Array2::eye(n);
    for leader in 0..n {
        let members: Vec<usize> = (0..n).filter(|&i| group[i] == leader).collect();
        if members.len() < 2 {
            continue;
        }
        let part =
            Array2::from_shape_fn((members.len(), members.len()), |(a, b)| named[[members[a], members[b]]]);
        let completed = complete_group(&part)?;
        for (a, &i) in members.iter().enumerate() {
            for (b, &j) in members.iter().enumerate() {
                out[[i, j]] = completed[[a, b]];
            }
        }
    }
    Ok(out)
}

/// [`complete_max_determinant`] of one connected group; 0 marks a pair not named, NaN a named correlation of 0.
fn complete_group(named: &Array2<f64>) -> Result<Array2<f64>, CompletionError> {
    const MAX_STEPS: usize = 200;
    let n = named.nrows();
    let value = |i: usize, j: usize| if named[[i, j]].is_nan() { 0.0 } else { named[[i, j]] };
    let pairs: Vec<(usize, usize)> =
        (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))).filter(|&(i, j)| named[[i, j]] != 0.0).collect();
    let finish = |w: &Array2<f64>| {
        let mut r = w.clone();
        for &(i, j) in &pairs {
            (r[[i, j]], r[[j, i]]) = (value(i, j), value(i, j));
        }
        if cholesky(&r).is_some() { Ok(r) } else { Err(CompletionError::Infeasible) }
    };
    if pairs.len() == n * (n + 1) / 2 {
        return finish(&Array2::eye(n));
    }
    let objective = |k: &Array2<f64>, ln_determinant: f64| {
        let trace: f64 =
            pairs.iter().map(|&(i, j)| k[[i, j]] * value(i, j) * if i == j { 1.0 } else { 2.0 }).sum();
        trace - ln_determinant
    };
    let mut k: Array2<f64> = Array2::eye(n);
    let (mut w, mut ln_determinant) = (Array2::eye(n), 0.0);
    for _ in 0..MAX_STEPS {
        // Gradient and Hessian for K_ij and K_ji moved together (half of each, for pairs off the diagonal).
        let gradient: Vec<f64> = pairs.iter().map(|&(i, j)| value(i, j) - w[[i, j]]).collect();
        if gradient.iter().all(|g| g.abs() < 1e-13) {
            return finish(&w);
        }
        let hessian = Array2::from_shape_fn((pairs.len(), pairs.len()), |(a, b)| {
            let ((i, j), (p, q)) = (pairs[a], pairs[b]);
            let cross = w[[i, p]] * w[[j, q]];
            if p == q { cross } else { cross + w[[i, q]] * w[[j, p]] }
        });
        // Row (i, j) holds the change of W_ij; doubling the rows of true pairs makes it symmetric.
        let double = |a: usize| if pairs[a].0 == pairs[a].1 { 1.0 } else { 2.0 };
        let symmetric = Array2::from_shape_fn(hessian.raw_dim(), |(a, b)| hessian[[a, b]] * double(a));
        let right: Vec<f64> = gradient.iter().enumerate().map(|(a, g)| -g * double(a)).collect();
        let Some(step) = solve(&symmetric, &right) else { return Err(CompletionError::Infeasible) };
        let slope: f64 = -right.iter().zip(&step).map(|(r, s)| r * s).sum::<f64>();
        let here = objective(&k, ln_determinant);
        let mut length = 1.0;
        let moved = loop {
            let mut next = k.clone();
            for (&(i, j), s) in pairs.iter().zip(&step) {
                next[[i, j]] += length * s;
                next[[j, i]] = next[[i, j]];
            }
            if let Some((inverse, ln_det)) = inverse(&next) {
                let there = objective(&next, ln_det);
                if there <= here + 1e-4 * length * slope || slope.abs() < 1e-9 {
                    break Some((next, inverse, ln_det));
                }
            }
            length *= 0.5;
            if length < 1e-12 {
                break None;
            }
        };
        let Some((next, inverse, ln_det)) = moved else { break };
        (k, w, ln_determinant) = (next, inverse, ln_det);
        if slope.abs() < 1e-26 {
            break;
        }
        if k.diag().iter().any(|&x| x > 1e9) {
            return Err(CompletionError::Infeasible);
        }
    }
    let error = pairs.iter().map(|&(i, j)| (value(i, j) - w[[i, j]]).abs()).fold(0.0, f64::max);
    if error < 1e-9 { finish(&w) } else { Err(CompletionError::Infeasible) }
}

/// Solves `matrix x = right` for a symmetric positive definite matrix.
fn solve(matrix: &Array2<f64>, right: &[f64]) -> Option<Vec<f64>> {
    let l = cholesky(matrix)?;
    let n = right.len();
    let mut x = right.to_vec();
    for i in 0..n {
        for k in 0..i {
            x[i] -= l[[i, k]] * x[k];
        }
        x[i] /= l[[i, i]];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            x[i] -= l[[k, i]] * x[k];
        }
        x[i] /= l[[i, i]];
    }
    Some(x)
}

#[cfg(test)]
mod tests;
