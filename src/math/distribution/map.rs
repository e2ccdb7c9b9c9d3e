//! Quantile functions of a standard normal, `F⁻¹(Φ(y))`, compiled for blocks of paths to closed forms, steps or a table.

use super::atoms::Empirical;
use super::bounded::{Triangular, Uniform};
use super::conditional::Distribution;
use super::family::{Family, Window};
use super::gaussian::{Lognormal, Normal, score_at};
use super::metalog::{Form, Metalog};
use super::table::{END, FAR_END, Table};
use super::transform::Transform;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::math::{elementary, normal};
use crate::simd_fn;

/// Largest error of a table, relative to the range (beta) or to the scale plus the value (Student's t).
const TABLE_TOLERANCE: f64 = 1e-12;

/// The map `y ↦ F⁻¹(Φ(y))` of one distribution, compiled for blocks of paths.
///
/// Applying it never allocates or fails, and gives identical results on every instruction set and for a single path.
#[derive(Clone, Debug)]
pub struct QuantileMap {
    shape: Shape,
    window: Option<Window>,
    /// The ends of the values before they are transformed.
    low: f64,
    high: f64,
    transform: Transform,
}

#[derive(Clone, Debug)]
enum Shape {
    // From y.
    Constant(f64),
    Normal(Normal),
    Lognormal(Lognormal),
    Beta { low: f64, high: f64, table: Table },
    StudentT { location: f64, scale: f64, table: Table },
    Steps { thresholds: Vec<f64>, values: Vec<f64> },
    // From Φ(y) and Φ(−y).
    Uniform(Uniform),
    Triangular(Triangular),
    Metalog(Metalog),
    Sample(Empirical),
}

#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    // Comparisons rather than min and max, so that NaN stays NaN.
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

#[inline(always)]
fn unit_place(z: f64, low: f64, high: f64) -> f64 {
    let e = elementary::exp(if z < 0.0 { z } else { -z });
    let part = (high - low) * (e / (1.0 + e));
    if z < 0.0 { low + part } else { high - part }
}

#[inline(always)]
fn sinh(z: f64) -> f64 {
    0.5 * (elementary::exp(z) - elementary::exp(-z))
}

#[inline(always)]
fn step(thresholds: &[f64], values: &[f64], y: f64) -> f64 {
    values[thresholds.partition_point(|&threshold| threshold < y)]
}

simd_fn! {
    fn widen(window: &Window, p: &mut Lanes, q: &mut Lanes) {
        for i in 0..LANES {
            (p[i], q[i]) = window.widen(p[i], q[i]);
        }
    }
}
simd_fn! {
    fn scores(p: &Lanes, q: &Lanes, y: &mut Lanes) {
        for i in 0..LANES {
            y[i] = score_at(p[i], q[i]);
        }
    }
}
simd_fn! {
    fn normals(law: &Normal, y: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = law.at(y[i]);
        }
    }
}
simd_fn! {
    fn lognormals(law: &Lognormal, y: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = law.at(y[i]);
        }
    }
}
simd_fn! {
    fn uniforms(law: &Uniform, p: &Lanes, q: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = law.at(p[i], q[i]);
        }
    }
}
simd_fn! {
    fn triangulars(law: &Triangular, p: &Lanes, q: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = law.at(p[i], q[i]);
        }
    }
}
simd_fn! {
    fn metalogs(law: &Metalog, p: &Lanes, q: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = law.level(p[i], q[i]);
        }
    }
}
simd_fn! {
    fn bend(form: Form, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = form.bend(out[i]);
        }
    }
}
simd_fn! {
    fn unit_places(low: f64, high: f64, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = unit_place(out[i], low, high);
        }
    }
}
simd_fn! {
    fn student_ts(location: f64, scale: f64, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = scale.mul_add(sinh(out[i]), location);
        }
    }
}
simd_fn! {
    fn look_up(table: &Table, y: &Lanes, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = table.at(y[i]);
        }
    }
}
simd_fn! {
    fn clamps(low: f64, high: f64, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = clamp(out[i], low, high);
        }
    }
}

simd_fn! {
    fn transforms(transform: Transform, low: f64, high: f64, out: &mut Lanes) {
        for i in 0..LANES {
            // Rounding may take a value just inside an end past it.
            out[i] = clamp(transform.apply(out[i]), low, high);
        }
    }
}

impl QuantileMap {
    /// Compiles the map of a distribution. Tables for beta and Student's t take 1 to 100 milliseconds.
    pub fn new(distribution: &Distribution) -> Self {
        let (low, high) = distribution.untransformed_support();
        let end = if distribution.window.is_some() { FAR_END } else { END };
        let shape = match &distribution.family {
            _ if low == high => Shape::Constant(low),
            Family::Uniform(law) => Shape::Uniform(*law),
            Family::Triangular(law) => Shape::Triangular(*law),
            Family::Normal(law) => Shape::Normal(*law),
            Family::Lognormal(law) => Shape::Lognormal(*law),
            Family::Metalog(law) => Shape::Metalog(*law),
            Family::Empirical(law) => Shape::Sample(law.clone()),
            Family::Discrete(law) => {
                Shape::Steps { thresholds: law.thresholds(), values: law.values.clone() }
            }
            Family::Beta(law) => {
                let error = |found: f64, truth: f64| {
                    (unit_place(found, 0.0, 1.0) - unit_place(truth, 0.0, 1.0)).abs()
                };
                let table = Table::new(|y, p, q, phi| law.node(y, p, q, phi), error, TABLE_TOLERANCE, end);
                Shape::Beta { low: law.low, high: law.high, table }
            }
            Family::StudentT(law) => {
                // In parts of 1 + |t|.
                let error = |found: f64, truth: f64| {
                    let t = law.stretch * truth.sinh();
                    (found - truth).abs() * law.stretch * truth.cosh() / (1.0 + t.abs())
                };
                let table = Table::new(|y, p, q, phi| law.node(y, p, q, phi), error, TABLE_TOLERANCE, end);
                let scale = law.scale * law.stretch;
                Shape::StudentT { location: law.location, scale, table }
            }
        };
        QuantileMap { shape, window: distribution.window, low, high, transform: distribution.transform }
    }

    /// Writes `F⁻¹(Φ(y))` of every lane to `out`.
    pub fn apply(&self, isa: Isa, y: &Lanes, out: &mut Lanes) {
        let (mut p, mut q, mut moved) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
        let mut y = y;
        if self.window.is_some() || !self.takes_scores() {
            normal::cdf_pair(isa, y, &mut p, &mut q);
        }
        if let Some(window) = &self.window {
            widen(isa, window, &mut p, &mut q);
            if self.takes_scores() {
                scores(isa, &p, &q, &mut moved);
                y = &moved;
            }
        }
        match &self.shape {
            Shape::Constant(value) => *out = Lanes::splat(*value),
            Shape::Normal(law) => normals(isa, law, y, out),
            Shape::Lognormal(law) => lognormals(isa, law, y, out),
            Shape::Beta { low, high, table } => {
                look_up(isa, table, y, out);
                unit_places(isa, *low, *high, out);
            }
            Shape::StudentT { location, scale, table } => {
                look_up(isa, table, y, out);
                student_ts(isa, *location, *scale, out);
            }
            Shape::Steps { thresholds, values } => {
                for i in 0..LANES {
                    out[i] = step(thresholds, values, y[i]);
                }
            }
            Shape::Uniform(law) => uniforms(isa, law, &p, &q, out),
            Shape::Triangular(law) => triangulars(isa, law, &p, &q, out),
            Shape::Metalog(law) => {
                metalogs(isa, law, &p, &q, out);
                bend(isa, law.form, out);
            }
            Shape::Sample(law) => {
                for i in 0..LANES {
                    out[i] = law.at(p[i], q[i]);
                }
            }
        }
        clamps(isa, self.low, self.high, out);
        match self.transform {
            Transform::Identity => {}
            transform => {
                let [low, high] = [self.low, self.high].map(|end| transform.apply(end));
                transforms(isa, transform, low, high, out);
            }
        }
    }

    /// `F⁻¹(Φ(y))` of one number, with the result that [`QuantileMap::apply`] gives on a lane.
    pub fn apply_one(&self, y: f64) -> f64 {
        let (mut p, mut q) = (normal::cdf(y), normal::cdf(-y));
        let mut y = y;
        if let Some(window) = &self.window {
            (p, q) = window.widen(p, q);
            if self.takes_scores() {
                y = score_at(p, q);
            }
        }
        let x = match &self.shape {
            Shape::Constant(value) => *value,
            Shape::Normal(law) => law.at(y),
            Shape::Lognormal(law) => law.at(y),
            Shape::Beta { low, high, table } => unit_place(table.at(y), *low, *high),
            Shape::StudentT { location, scale, table } => scale.mul_add(sinh(table.at(y)), *location),
            Shape::Steps { thresholds, values } => step(thresholds, values, y),
            Shape::Uniform(law) => law.at(p, q),
            Shape::Triangular(law) => law.at(p, q),
            Shape::Metalog(law) => law.form.bend(law.level(p, q)),
            Shape::Sample(law) => law.at(p, q),
        };
        let x = clamp(x, self.low, self.high);
        match self.transform {
            Transform::Identity => x,
            transform => clamp(transform.apply(x), transform.apply(self.low), transform.apply(self.high)),
        }
    }

    fn takes_scores(&self) -> bool {
        match self.shape {
            Shape::Constant(_)
            | Shape::Normal(_)
            | Shape::Lognormal(_)
            | Shape::Beta { .. }
            | Shape::StudentT { .. }
            | Shape::Steps { .. } => true,
            Shape::Uniform(_) | Shape::Triangular(_) | Shape::Metalog(_) | Shape::Sample(_) => false,
        }
    }
}
