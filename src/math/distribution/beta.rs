//! Beta distributions, PERT among them, computed in `z = ln(x/(1 − x))`, where both tails decay exponentially.

use super::bounded::three_points;
use super::error::{DistributionError, require};
use super::inversion::solve;
use super::table::Node;
use crate::math::incomplete_beta::{incomplete_beta, ln_beta_density_term};
use crate::math::quadrature::{Remainder, mean_and_std_dev};

/// Beta with shapes a and b, scaled to `low..high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Beyond ± this z, a tail of the unit distribution is a pure power of x.
const FAR: f64 = 300.0;
/// The shapes that are computed to full accuracy.
pub const SHAPES: std::ops::RangeInclusive<f64> = 0.01..=1e9;

fn shape(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    require(SHAPES.contains(&value), parameter, value, || {
        format!("from {} to {:e}", SHAPES.start(), SHAPES.end())
    })
}

/// `e^z/(1 + e^z)` and `1/(1 + e^z)`.
fn fractions(z: f64) -> (f64, f64) {
    let e = (-z.abs()).exp();
    let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
    if z < 0.0 { (small, large) } else { (large, small) }
}

impl Beta {
    pub(super) fn new(a: f64, b: f64, low: f64, high: f64) -> Result<Self, DistributionError> {
        shape("a", a)?;
        shape("b", b)?;
        super::bounded::Uniform::new(low, high)?;
        Ok(Beta { a, b, low, high })
    }

    /// PERT: `a = 1 + weight (mode − low)/(high − low)`, `b = 1 + weight (high − mode)/(high − low)` (Vose 2008).
    pub(super) fn pert(low: f64, mode: f64, high: f64, weight: f64) -> Result<Self, DistributionError> {
        three_points(low, mode, high)?;
        require((0.0..=1e8).contains(&weight), "weight", weight, || "from 0 to 1e8".to_owned())?;
        let width = high - low;
        let (a, b) = (1.0 + weight * ((mode - low) / width), 1.0 + weight * ((high - mode) / width));
        Ok(Beta { a, b, low, high })
    }

    fn unit(&self, x: f64) -> (f64, f64) {
        let width = self.high - self.low;
        (((x - self.low) / width).clamp(0.0, 1.0), ((self.high - x) / width).clamp(0.0, 1.0))
    }

    /// P(X ≤ x) and P(X > x).
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        let (x, y) = self.unit(x);
        incomplete_beta(self.a, self.b, x, y)
    }

    /// dP/dz, `x^a (1 − x)^b / B(a, b)`.
    fn density(&self, z: f64) -> f64 {
        if z < -FAR {
            return self.density(-FAR) * (self.a * (z + FAR)).exp();
        }
        if z > FAR {
            return self.density(FAR) * (self.b * (FAR - z)).exp();
        }
        let (x, y) = fractions(z);
        ln_beta_density_term(self.a, self.b, x, y).exp()
    }

    /// The probabilities below and above z.
    fn tails_at(&self, z: f64) -> (f64, f64) {
        let (x, y) = fractions(z.clamp(-FAR, FAR));
        let (lower, upper) = incomplete_beta(self.a, self.b, x, y);
        if z < -FAR {
            (lower * (self.a * (z + FAR)).exp(), 1.0)
        } else if z > FAR {
            (1.0, upper * (self.b * (FAR - z)).exp())
        } else {
            (lower, upper)
        }
    }

    /// z with probability p below and q above.
    fn score(&self, p: f64, q: f64) -> f64 {
        let reach = 2e5;
        // The normal approximation in z: mean near ln(a/b), variance near 1/a + 1/b.
        let y = super::gaussian::score_at(p, q);
        let start = (self.a / self.b).ln() + y * (1.0 / self.a + 1.0 / self.b).sqrt();
        if p < q {
            solve(p, -reach, reach, start, |z| (self.tails_at(z).0, self.density(z)))
        } else {
            -solve(q, -reach, reach, -start, |z| (self.tails_at(-z).1, self.density(-z)))
        }
    }

    fn place(&self, z: f64) -> f64 {
        let (x, y) = fractions(z);
        let width = self.high - self.low;
        if z < 0.0 { width.mul_add(x, self.low) } else { width.mul_add(-y, self.high) }
    }

    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        if p <= 0.0 {
            self.low
        } else if q <= 0.0 {
            self.high
        } else {
            self.place(self.score(p, q))
        }
    }

    /// z and its first two derivatives with respect to standard normal y, where y has probability p below, q above
    /// and density `phi`.
    pub(super) fn node(&self, y: f64, p: f64, q: f64, phi: f64) -> Node {
        let z = self.score(p, q);
        let (x, rest) = fractions(z);
        let first = phi / self.density(z);
        let second = first * (-y - first * (self.a * rest - self.b * x));
        Node { value: z, first, second }
    }

    pub(super) fn moments(&self) -> (f64, f64) {
        let n = self.a + self.b;
        let (x, y) = (self.a / n, self.b / n);
        let width = self.high - self.low;
        (width.mul_add(x, self.low), width * (x * y / (n + 1.0)).sqrt())
    }

    pub(super) fn moments_between(&self, min: f64, max: f64) -> (f64, f64) {
        let score = |value: f64| {
            let (x, y) = self.unit(value);
            (x / y).ln()
        };
        let (from, to) = (score(min), score(max));
        let (middle, spread) = ((self.a / self.b).ln(), 12.0 * (1.0 / self.a + 1.0 / self.b).sqrt());
        let from = from.max(to.min(middle) - 45.0 / self.a - spread);
        let to = to.min(from.max(middle) + 45.0 / self.b + spread);
        let nearest = self.density(middle.clamp(from, to));
        let width = self.high - self.low;
        let point = |z: f64| (width * fractions(z).0, self.density(z) / nearest);
        let (mean, sd) = mean_and_std_dev(point, &[from, to], Remainder::default());
        (self.low + mean, sd)
    }
}
