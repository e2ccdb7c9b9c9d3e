//! Gauss–Legendre quadrature on equal panels, refined until it converges; for moments of distributions, outside the simulation.

use std::sync::LazyLock;

/// Points per panel.
const POINTS: usize = 16;
const MAX_PANELS: usize = 1 << 12;

/// Nodes and weights on [−1, 1]: roots of the Legendre polynomial by Newton's method from the usual cosine guess.
static RULE: LazyLock<[(f64, f64); POINTS]> = LazyLock::new(|| {
    let n = POINTS as f64;
    std::array::from_fn(|i| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 0.0;
        for _ in 0..8 {
            let (mut before, mut value) = (1.0, x);
            for k in 2..=POINTS {
                let k = k as f64;
                (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
            }
            slope = n * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
});

/// Calls `visit(z, dz)` for every node z and its weight dz, over `panels` equal panels from `a` to `b`.
pub fn each_node(a: f64, b: f64, panels: usize, mut visit: impl FnMut(f64, f64)) {
    let half = 0.5 * (b - a) / panels as f64;
    for panel in 0..panels {
        let middle = a + half * (2 * panel + 1) as f64;
        for &(node, weight) in RULE.iter() {
            visit(half.mul_add(node, middle), weight * half);
        }
    }
}

/// Integrals over the range that the quadrature leaves out, which the caller knows in closed form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Remainder {
    /// The point about which both moments are taken.
    pub centre: f64,
    /// Integral of (x − centre) times the weight.
    pub first: f64,
    /// Integral of (x − centre)² times the weight.
    pub second: f64,
}

/// Mean and standard deviation of `x(z)` under the weight `w(z)`, where `point(z)` returns `(x, w)`. `breaks` ascend, and the
/// integrand is smooth between neighbouring breaks.
pub fn mean_and_std_dev(
    point: impl Fn(f64) -> (f64, f64),
    breaks: &[f64],
    remainder: Remainder,
) -> (f64, f64) {
    let mut panels = 8;
    let mut last = (f64::NAN, f64::NAN);
    let mut nodes = Vec::new();
    loop {
        nodes.clear();
        for ends in breaks.windows(2).filter(|ends| ends[0] < ends[1]) {
            each_node(ends[0], ends[1], panels, |z, dz| {
                let (x, w) = point(z);
                nodes.push((x - remainder.centre, w * dz));
            });
        }
        let mass: f64 = nodes.iter().map(|n| n.1).sum();
        let first = (nodes.iter().map(|(x, w)| x * w).sum::<f64>() + remainder.first) / mass;
        let spread = nodes.iter().map(|(x, w)| (x - first) * (x - first) * w).sum::<f64>();
        let second = (spread + remainder.second - 2.0 * first * remainder.first) / mass;
        let found = (remainder.centre + first, second.sqrt());
        let still = |a: f64, b: f64, scale: f64| a == b || (a - b).abs() <= 1e-13 * scale;
        if still(found.0, last.0, found.0.abs() + found.1.min(f64::MAX)) && still(found.1, last.1, found.1)
            || panels >= MAX_PANELS
        {
            return found;
        }
        last = found;
        panels *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_of_degree_31_are_exact() {
        let mut sum = 0.0;
        each_node(0.0, 2.0, 1, |z, dz| sum += z.powi(31) * dz);
        assert!((sum / (2f64.powi(32) / 32.0) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn moments_of_the_normal_law() {
        let (mean, sd) = mean_and_std_dev(
            |z| (3.0 + 2.0 * z, (-0.5 * z * z).exp()),
            &[-10.0, 10.0],
            Remainder { centre: 3.0, ..Remainder::default() },
        );
        assert!((mean - 3.0).abs() < 1e-13 && (sd - 2.0).abs() < 1e-13, "{mean} {sd}");
    }
}
