//! Correlation matrices: factors, eigenvectors, and the two repairs of matrices that are none or not whole.

use ndarray::{Array1, Array2};
use thiserror::Error;

use super::elementary::ln;

/// Smallest eigenvalue left by [`nearest_correlation`].
pub const EIGENVALUE_FLOOR: f64 = 1e-8;

/// Why a set of named correlations cannot be completed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CompletionError {
    /// A pair that is no pair of the matrix, or is named twice.
    #[error("the pair ({i}, {j}) is not a pair of different variables below {n}, or is named twice")]
    Pair {
        /// First variable, from 0.
        i: usize,
        /// Second variable.
        j: usize,
        /// Number of variables.
        n: usize,
    },
    /// A correlation that is not strictly between −1 and 1.
    #[error("the correlation of ({i}, {j}) is {rho}; it must be strictly between -1 and 1")]
    Correlation {
        /// First variable, from 0.
        i: usize,
        /// Second variable.
        j: usize,
        /// The value found.
        rho: f64,
    },
    /// No choice of the unnamed pairs makes the matrix positive definite.
    #[error("no choice of the unnamed correlations makes the matrix positive definite")]
    Infeasible,
}

/// The lower triangular L with L Lᵀ = `matrix` (symmetric; its lower triangle is read), or `None` where it is not
/// positive definite.
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

/// Eigenvalues of a symmetric matrix, ascending, and its eigenvectors as the columns of the second matrix in the same
/// order, by cyclic Jacobi rotations (Golub and Van Loan 2013, section 8.5).
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

/// The product of the matrices a and bᵀ, each element summed in the order of the columns.
///
/// Not ndarray's product: that one takes fused multiply-adds where the processor has them, so its last bits, and with them
/// every result of a repaired scenario, would differ between machines.
fn product_with_transpose(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), b.nrows()), |(i, j)| {
        let mut sum = 0.0;
        for k in 0..a.ncols() {
            sum += a[[i, k]] * b[[j, k]];
        }
        sum
    })
}

/// The symmetric matrix with its eigenvalues below `floor` raised to it.
fn raise_eigenvalues(matrix: &Array2<f64>, floor: f64) -> Array2<f64> {
    let (values, vectors) = symmetric_eigen(matrix);
    let scaled = &vectors * &values.mapv(|value| value.max(floor));
    let raised = product_with_transpose(&scaled, &vectors);
    0.5 * (&raised + &raised.t())
}

/// The correlation matrix nearest to a symmetric matrix in the Frobenius norm, by alternating projections with
/// Dykstra's correction (Higham 2002, "Computing the nearest correlation matrix", algorithm 3.3). Its eigenvalues are
/// then raised to about [`EIGENVALUE_FLOOR`], so that it has a Cholesky factor.
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

/// The correlation matrix of `n` variables that has the correlations `known` as `(i, j, rho)` and, of all such, the
/// greatest determinant: the one whose inverse is 0 at the pairs not named (Dempster 1972, "Covariance selection").
///
/// Found through its inverse K, which minimises `tr(K R) − ln det K` over matrices with that pattern, by Newton's
/// method, one group of connected variables at a time; where no positive definite completion exists this has no
/// minimum.
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
        // A named 0 still takes its place, as NaN until the end.
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

/// [`complete_max_determinant`] of one group; 0 marks a pair not named and NaN a named 0.
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
mod tests {
    #![allow(clippy::print_stdout, reason = "measured values are shown")]

    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    fn largest(matrix: &Array2<f64>) -> f64 {
        matrix.iter().fold(0.0, |most: f64, x| most.max(x.abs()))
    }

    /// A correlation matrix of full rank from pseudo-random loadings.
    fn some_correlation(n: usize, seed: u64) -> Array2<f64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let loadings = Array2::from_shape_fn((n, 2 * n), |_| next());
        let a = loadings.dot(&loadings.t());
        Array2::from_shape_fn(
            (n, n),
            |(i, j)| {
                if i == j { 1.0 } else { a[[i, j]] / (a[[i, i]] * a[[j, j]]).sqrt() }
            },
        )
    }

    #[test]
    fn cholesky_of_a_known_matrix() {
        let l = cholesky(&array![[4.0, 12.0, -16.0], [12.0, 37.0, -43.0], [-16.0, -43.0, 98.0]]).unwrap();
        assert_eq!(l, array![[2.0, 0.0, 0.0], [6.0, 1.0, 0.0], [-8.0, 5.0, 3.0]]);
        assert!(cholesky(&array![[1.0, 2.0], [2.0, 1.0]]).is_none());
        assert!(cholesky(&array![[1.0, f64::NAN], [f64::NAN, 1.0]]).is_none());
    }

    #[test]
    fn eigenvectors_rebuild_the_matrix() {
        // A path graph's second difference matrix has eigenvalues 2 − 2 cos(kπ/(n + 1)).
        let n = 12;
        let a = Array2::from_shape_fn((n, n), |(i, j)| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        });
        let (values, vectors) = symmetric_eigen(&a);
        for k in 0..n {
            let truth = 2.0 - 2.0 * ((k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64).cos();
            assert!((values[k] - truth).abs() < 1e-13);
        }
        assert!(largest(&((&vectors * &values).dot(&vectors.t()) - &a)) < 1e-13);
        assert!(largest(&(vectors.t().dot(&vectors) - Array2::<f64>::eye(n))) < 1e-13);
    }

    #[test]
    fn highams_example() {
        // Higham (2002), section 4: the nearest correlation matrix has 0.7607 and 0.1573.
        let found = nearest_correlation(&array![[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]);
        for (x, truth) in
            [(found[[0, 1]], 0.760689917), (found[[1, 2]], 0.760689917), (found[[0, 2]], 0.157298)]
        {
            println!("{x:.12} against {truth}");
            assert!((x - truth).abs() < 5e-7);
        }
        assert!(cholesky(&found).is_some());
    }

    /// Frozen: a scenario with a repair draws from such factors, so their bits are part of its results. Products by ndarray gave
    /// others on a processor without fused multiply-adds than on one with them.
    #[test]
    fn factors_of_repaired_matrices_are_frozen() {
        let ring = [(0, 1, 0.9), (1, 2, 0.8), (2, 3, 0.7), (3, 4, 0.6), (4, 0, 0.5)];
        let completed = complete_max_determinant(5, &ring).unwrap();
        let mut wild = some_correlation(5, 7);
        for (i, j, rho) in [(0, 1, 0.95), (1, 2, 0.95), (0, 2, -0.9)] {
            (wild[[i, j]], wild[[j, i]]) = (rho, rho);
        }
        let repaired = [completed, nearest_correlation(&wild)];
        let last_rows = repaired.map(|matrix| cholesky(&matrix).unwrap().row(4).mapv(f64::to_bits).to_vec());
        let text =
            last_rows.map(|row| row.iter().map(|bits| format!("{bits:016x}")).collect::<Vec<_>>().join(" "));
        assert_eq!(
            text,
            [
                "3fe0000000000000 3fb8fc72b471b8d1 3fc6914b1d35de01 3fd53630e3b077d5 3fe8c712135a77de",
                "bfda3729a78d9e65 bfd83fd20326952c 3fbf79a1549c360f 3fea4319452e46b9 3f59953188260bd3",
            ]
        );
    }

    #[test]
    fn nearest_is_a_fixed_point_and_optimal() {
        let r = some_correlation(8, 5);
        assert!(largest(&(nearest_correlation(&r) - &r)) < 1e-12);
        // No correlation matrix on the way to another one is nearer.
        let mut wild = some_correlation(10, 7);
        for (i, j, rho) in [(0, 1, 0.95), (1, 2, 0.95), (0, 2, -0.9), (3, 4, 0.99), (4, 5, 0.99), (3, 5, 0.2)]
        {
            (wild[[i, j]], wild[[j, i]]) = (rho, rho);
        }
        let near = nearest_correlation(&wild);
        let distance = |x: &Array2<f64>| (x - &wild).iter().map(|d| d * d).sum::<f64>();
        for seed in 0..50 {
            let other = some_correlation(10, 100 + seed);
            let between = 0.999 * &near + 0.001 * &other;
            assert!(distance(&between) > distance(&near) - 1e-6);
        }
        let (values, _) = symmetric_eigen(&near);
        assert!(cholesky(&near).is_some() && values[0] > 0.5 * EIGENVALUE_FLOOR);
        assert!(near.diag().iter().all(|&x| x == 1.0));
    }

    #[test]
    fn a_chain_is_completed_by_products() {
        let rho = [0.9, -0.8, 0.5, 0.7];
        let known: Vec<_> = rho.iter().enumerate().map(|(i, &r)| (i, i + 1, r)).collect();
        let r = complete_max_determinant(6, &known).unwrap();
        for i in 0..5 {
            for j in i + 1..5 {
                let product: f64 = rho[i..j].iter().product();
                assert!((r[[i, j]] - product).abs() < 1e-12, "{} {product}", r[[i, j]]);
            }
            assert_eq!(r[[i, 5]], 0.0);
            assert!(i == 4 || r[[i, i + 1]] == rho[i]);
        }
    }

    #[test]
    fn a_square_is_completed_although_zeros_would_not_do() {
        // Without its diagonals this ring of four is indefinite with zeros there.
        let known = [(0, 1, 0.9), (1, 2, 0.9), (2, 3, 0.9), (3, 0, 0.7)];
        let mut zeros: Array2<f64> = Array2::eye(4);
        for (i, j, rho) in known {
            (zeros[[i, j]], zeros[[j, i]]) = (rho, rho);
        }
        assert!(cholesky(&zeros).is_none());
        let r = complete_max_determinant(4, &known).unwrap();
        let (k, _) = inverse(&r).unwrap();
        assert!(k[[0, 2]].abs() < 1e-9 && k[[1, 3]].abs() < 1e-9, "{k}");
    }

    #[test]
    fn what_cannot_be_completed_is_refused() {
        use CompletionError::*;
        // Three in a ring with everything named, and four with 0.9, 0.9, 0.9 around and −0.9 across.
        let full = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9)];
        assert_eq!(complete_max_determinant(3, &full), Err(Infeasible));
        let ring = [(0, 1, 0.9), (1, 2, 0.9), (2, 3, 0.9), (3, 0, -0.9)];
        assert_eq!(complete_max_determinant(4, &ring), Err(Infeasible));
        assert!(matches!(complete_max_determinant(3, &[(0, 1, 1.0)]), Err(Correlation { .. })));
        assert!(matches!(complete_max_determinant(3, &[(0, 3, 0.1)]), Err(Pair { .. })));
        assert!(matches!(complete_max_determinant(3, &[(0, 1, 0.1), (1, 0, 0.1)]), Err(Pair { .. })));
    }

    #[test]
    fn sixty_variables() {
        let n = 60;
        let truth = some_correlation(n, 3);
        let known: Vec<_> = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .filter(|(i, j)| (i * 7 + j * 3) % 13 == 0)
            .map(|(i, j)| (i, j, truth[[i, j]]))
            .collect();
        let start = std::time::Instant::now();
        let r = complete_max_determinant(n, &known).unwrap();
        println!("{} pairs in {:?}", known.len(), start.elapsed());
        let (k, _) = inverse(&r).unwrap();
        for i in 0..n {
            for j in 0..i {
                match known.iter().find(|p| (p.0, p.1) == (i, j)) {
                    Some(p) => assert_eq!(r[[i, j]], p.2),
                    None => assert!(k[[i, j]].abs() < 1e-10, "{}", k[[i, j]]),
                }
            }
        }
    }

    #[test]
    fn sixty_variables_to_the_nearest() {
        let n = 60;
        let mut wild = some_correlation(n, 9);
        for i in 0..n - 2 {
            let rho = if i % 3 == 0 { -0.6 } else { 0.8 };
            (wild[[i, i + 1]], wild[[i + 1, i]]) = (rho, rho);
            (wild[[i, i + 2]], wild[[i + 2, i]]) = (0.5, 0.5);
        }
        assert!(cholesky(&wild).is_none());
        let start = std::time::Instant::now();
        let near = nearest_correlation(&wild);
        println!("in {:?}", start.elapsed());
        assert!(cholesky(&near).is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn completion_beats_the_truth_it_was_taken_from(n in 3..9usize, seed: u64, skip in 2..5usize) {
            let truth = some_correlation(n, seed);
            let known: Vec<_> = (0..n)
                .flat_map(|i| (0..i).map(move |j| (i, j)))
                .filter(|(i, j)| (i + 2 * j) % skip != 0)
                .map(|(i, j)| (i, j, truth[[i, j]]))
                .collect();
            let r = complete_max_determinant(n, &known).unwrap();
            let ln_det = |m: &Array2<f64>| inverse(m).unwrap().1;
            prop_assert!(ln_det(&r) >= ln_det(&truth) - 1e-9);
        }

        #[test]
        fn factors_rebuild(n in 1..12usize, seed: u64) {
            let r = some_correlation(n, seed);
            let l = cholesky(&r).unwrap();
            prop_assert!(largest(&(l.dot(&l.t()) - &r)) < 1e-14 * n as f64);
        }
    }
}
