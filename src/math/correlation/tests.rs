//! Factors, eigenvectors and repairs against published and closed-form cases, with frozen bits.

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
    for (x, truth) in [(found[[0, 1]], 0.760689917), (found[[1, 2]], 0.760689917), (found[[0, 2]], 0.157298)]
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
    for (i, j, rho) in [(0, 1, 0.95), (1, 2, 0.95), (0, 2, -0.9), (3, 4, 0.99), (4, 5, 0.99), (3, 5, 0.2)] {
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
