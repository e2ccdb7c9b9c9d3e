//! Student's t distribution, computed in `z = arsinh(t/√df)` (`arsinh t` where df < 1), where its power tails are exponential.

use super::error::{DistributionError, finite, positive, require};
use super::inversion::solve;
use super::table::Node;
use crate::math::incomplete_beta::{incomplete_beta, ln_beta_density_term};
use crate::math::quadrature::{Remainder, mean_and_std_dev};

/// `location + scale · t`, with t of `df` degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentT {
    df: f64,
    pub(super) location: f64,
    pub(super) scale: f64,
    /// t = `stretch` · sinh z.
    pub(super) stretch: f64,
    /// `1/B(df/2, 1/2)`.
    inverse_beta: f64,
}

const DF: std::ops::RangeInclusive<f64> = 0.1..=1e8;
/// Beyond ± this z, a tail is a pure power of t.
const FAR: f64 = 300.0;

impl StudentT {
    pub(super) fn new(df: f64, mean: f64, scale: f64) -> Result<Self, DistributionError> {
        require(DF.contains(&df), "df", df, || format!("from {} to {:e}", DF.start(), DF.end()))?;
        let (a, n) = (0.5 * df, 0.5 * df + 0.5);
        let term = ln_beta_density_term(a, 0.5, a / n, 0.5 / n);
        let inverse_beta = (term - a * (-0.5 / n).ln_1p() - 0.5 * (0.5 / n).ln()).exp();
        Ok(StudentT {
            df,
            location: finite("mean", mean)?,
            scale: positive("scale", scale)?,
            stretch: df.sqrt().max(1.0),
            inverse_beta,
        })
    }

    /// P(T > |t|) at z.
    fn tail(&self, z: f64) -> f64 {
        let t = self.stretch * z.abs().min(FAR).sinh();
        let r2 = t / self.df * t;
        let (x, y) = (1.0 / (1.0 + r2), r2 / (1.0 + r2));
        let tail = 0.5 * incomplete_beta(0.5 * self.df, 0.5, x, y).0;
        tail * (-self.df * (z.abs() - FAR).max(0.0)).exp()
    }

    /// Density of t.
    fn density(&self, t: f64) -> f64 {
        let r2 = t / self.df * t;
        self.inverse_beta * (-0.5 * self.df * r2.ln_1p()).exp() / t.hypot(self.df.sqrt())
    }

    /// Density of z.
    fn density_z(&self, z: f64) -> f64 {
        let near = z.abs().min(FAR);
        self.density(self.stretch * near.sinh())
            * self.stretch
            * near.cosh()
            * (-self.df * (z.abs() - FAR).max(0.0)).exp()
    }

    /// P(X ≤ x) and P(X > x).
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        let z = ((x - self.location) / self.scale / self.stretch).asinh();
        let tail = self.tail(z);
        if z < 0.0 { (tail, 1.0 - tail) } else { (1.0 - tail, tail) }
    }

    fn score(&self, p: f64, q: f64) -> f64 {
        let target = p.min(q);
        if target >= 0.5 {
            return 0.0;
        }
        let start = super::gaussian::score_at(target, 1.0) / self.stretch;
        let z = solve(target, -1e5, 0.0, start, |z| (self.tail(z), self.density_z(z)));
        if p < q { z } else { -z }
    }

    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        if p <= 0.0 {
            f64::NEG_INFINITY
        } else if q <= 0.0 {
            f64::INFINITY
        } else {
            (self.scale * self.stretch).mul_add(self.score(p, q).sinh(), self.location)
        }
    }

    /// z and its first two derivatives with respect to standard normal y.
    pub(super) fn node(&self, y: f64, p: f64, q: f64, phi: f64) -> Node {
        let z = self.score(p, q);
        let first = phi / self.density_z(z);
        let t = self.stretch * z.sinh();
        // d ln f / dt · dt/dz, with f ∝ (df + t²)^(−(df + 1)/2), and d ln cosh z / dz.
        let slope = -(self.df + 1.0) * (t / (self.df + t * t)) * self.stretch * z.cosh() + z.tanh();
        Node { value: z, first, second: first * (-y - first * slope) }
    }

    pub(super) fn moments(&self) -> (Option<f64>, Option<f64>) {
        let mean = (self.df > 1.0).then_some(self.location);
        let sd = (self.df > 2.0).then(|| self.scale * (self.df / (self.df - 2.0)).sqrt());
        (mean, sd)
    }

    /// Mean and standard deviation conditioned on `min` to `max`, one of which may be infinite; `probability` is the
    /// probability of that interval.
    pub(super) fn moments_between(&self, min: f64, max: f64, probability: f64) -> (Option<f64>, Option<f64>) {
        let (a, b) = ((min - self.location) / self.scale, (max - self.location) / self.scale);
        if a.is_finite() && b.is_finite() {
            let shift = 0f64.clamp(a, b);
            let nearest = self.density(shift);
            let point = |z: f64| {
                let t = z.sinh();
                (t - shift, self.density(t) / nearest * z.cosh())
            };
            let (mean, sd) = mean_and_std_dev(point, &[a.asinh(), b.asinh()], Remainder::default());
            return (Some(self.scale.mul_add(mean + shift, self.location)), Some(self.scale * sd));
        }
        if self.df <= 1.0 {
            return (None, None);
        }
        // One end: ∫ t f dt = −(df + t²) f/(df − 1) between the ends, and by parts for t².
        let edge =
            |t: f64| if t.is_finite() { (self.df + t * t) * self.density(t) / (self.df - 1.0) } else { 0.0 };
        let weighted = |t: f64| if t.is_finite() { t * edge(t) } else { 0.0 };
        let mean = (edge(a) - edge(b)) / probability;
        let sd = (self.df > 2.0).then(|| {
            let df = self.df;
            let second =
                (df - 1.0) / (df - 2.0) * ((weighted(a) - weighted(b)) / probability + df / (df - 1.0));
            self.scale * (second - mean * mean).max(0.0).sqrt()
        });
        (Some(self.scale.mul_add(mean, self.location)), sd)
    }
}
