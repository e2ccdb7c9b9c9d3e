//! Innovations: one standard normal per factor and period, correlated within groups.

use super::factors::{all_factors, drawn_factors};
use super::points::{PlanPoints, uniform};
use crate::math::lanes::{LANES, Lanes};
use crate::math::normal::Quantiles;
use crate::math::simd::Isa;
use crate::math::vector::Vector;
use crate::model::Model;
use crate::model::dependence::Factor;
use crate::rng::philox::RoundKeys;
use crate::rng::sobol::Group;
use crate::rng::stream::{Sequence, StreamKey};
use crate::simd_fn;
use ndarray::Array2;
use std::collections::HashMap;

/// Index of a factor's row among the innovations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorIndex(pub usize);

/// Product `y = L z` with a lower triangular matrix, skipping its zeros.
#[derive(Clone, Debug)]
pub struct Mixing {
    /// Rows of the group's members, in order.
    pub rows: Vec<usize>,
    /// For each member, the nonzero weights: (position of the other member, weight).
    weights: Vec<Vec<(usize, f64)>>,
}

impl Mixing {
    /// Product with a Cholesky factor.
    pub fn new(rows: Vec<usize>, cholesky: &Array2<f64>) -> Mixing {
        let weights = (0..rows.len())
            .map(|i| (0..=i).filter(|&j| cholesky[[i, j]] != 0.0).map(|j| (j, cholesky[[i, j]])).collect())
            .collect();
        Mixing { rows, weights }
    }

    /// Applies the product in place over a block's columns, last row first.
    pub fn apply(&self, isa: Isa, lanes: &mut [Lanes]) {
        for i in (0..self.rows.len()).rev() {
            let mut sum = Lanes::ZERO;
            for &(j, weight) in &self.weights[i] {
                accumulate(isa, weight, &lanes[self.rows[j]], &mut sum);
            }
            lanes[self.rows[i]] = sum;
        }
    }

    /// Applies the product in place to the innovations of a period on eight paths.
    #[inline(always)]
    fn apply_rows<V: Vector>(&self, zeta: &mut [V]) {
        for i in (0..self.rows.len()).rev() {
            let mut sum = V::zero();
            for &(j, weight) in &self.weights[i] {
                sum = V::splat(weight).mul_add(zeta[self.rows[j]], sum);
            }
            zeta[self.rows[i]] = sum;
        }
    }
}

simd_fn! {
    fn accumulate(weight: f64, z: &Lanes, sum: &mut Lanes) {
        for l in 0..LANES {
            sum[l] = weight.mul_add(z[l], sum[l]);
        }
    }
}

/// Random streams of the factors and the groups that correlate them.
pub struct Innovations {
    /// Factors, by row.
    pub factors: Vec<Factor>,
    /// Names of the factors, by row.
    pub names: Vec<String>,
    /// Rows used by an equation or correlation, with the keys of their streams.
    pub(super) drawn: Vec<(usize, RoundKeys)>,
    pub(super) groups: Vec<Mixing>,
    /// Pairs whose sampled correlation is reported: (index of the model's pair, row, row).
    pub pairs: Vec<(usize, usize, usize)>,
}

/// Memory in which innovations are computed; reused for all paths, so that it stays in the cache.
pub struct Scratch<V> {
    uniforms: Vec<V>,
    quantiles: Quantiles<V>,
    /// Normals of the components, under Sobol sampling.
    normals: Vec<V>,
    /// A factor's path along the bridge.
    path: Vec<V>,
    /// What the points of a lane group have in common.
    pub words: Vec<u64>,
}

impl<V: Vector> Scratch<V> {
    /// Allocates memory for `periods` periods at a time, an even number, or under Sobol sampling for all periods.
    pub fn new(innovations: &Innovations, points: Option<&PlanPoints>, periods: usize) -> Scratch<V> {
        let all = points.map_or(periods, |points| points.bridge.periods().next_multiple_of(2));
        let draws = vec![V::splat(0.5); all * innovations.drawn.len()];
        Scratch {
            normals: points.map_or(Vec::new(), |_| draws.clone()),
            path: points.map_or(Vec::new(), |points| vec![V::zero(); points.bridge.periods() + 1]),
            words: points.map_or(Vec::new(), |points| vec![0; points.count()]),
            uniforms: draws,
            quantiles: Quantiles::new(),
        }
    }
}

impl Innovations {
    /// Streams and correlation groups of a model's factors.
    pub fn new(model: &Model, seed: u64) -> Innovations {
        let factors = all_factors(model);
        let row: HashMap<Factor, usize> = factors.iter().enumerate().map(|(i, &f)| (f, i)).collect();
        let names: Vec<String> = factors.iter().map(|f| f.name(&model.segments, &model.clouds)).collect();
        let groups: Vec<Mixing> = model
            .dependence
            .factors
            .iter()
            .map(|group| {
                Mixing::new(group.members.iter().map(|member| row[member]).collect(), &group.cholesky)
            })
            .collect();
        let by_name: HashMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
        let pairs = model
            .dependence
            .pairs
            .iter()
            .enumerate()
            .filter_map(|(i, pair)| Some((i, *by_name.get(pair.a.as_str())?, *by_name.get(pair.b.as_str())?)))
            .collect();
        let drawn = drawn_factors(model)
            .iter()
            .map(|factor| row[factor])
            .map(|row| (row, StreamKey::new(seed, &names[row]).rounds()))
            .collect();
        Innovations { factors, names, drawn, groups, pairs }
    }

    /// Row of a factor. Factors that the model lacks get the row of the multiple, which is never read for
    /// them.
    pub fn row(&self, factor: Factor) -> FactorIndex {
        let last = self.factors.len() - 3;
        FactorIndex(self.factors.iter().position(|&f| f == factor).unwrap_or(last))
    }

    /// Starts the random sequences of eight paths, the first of which is `first_path`.
    #[inline(always)]
    pub fn start<V: Vector>(&self, first_path: u64, sequences: &mut Vec<Sequence<V>>) {
        sequences.clear();
        for (_, keys) in &self.drawn {
            sequences.push(Sequence::of_group(keys, first_path));
        }
    }

    /// Fills the innovations of all periods from the points of a lane group, whose first path is `first_path`; its words are in
    /// the scratch.
    #[inline(always)]
    pub fn fill_from_points<V: Vector>(
        &self,
        points: &PlanPoints,
        group: &Group<'_>,
        first_path: u64,
        scratch: &mut Scratch<V>,
        zeta: &mut [V],
    ) {
        let Scratch { uniforms, quantiles, normals, path, words } = scratch;
        let (rows, periods) = (self.factors.len(), points.bridge.periods());
        let of_factor = periods.next_multiple_of(2);
        let factors = points.factors.iter().zip(&self.drawn);
        for (uniforms, (slots, (_, keys))) in uniforms.chunks_exact_mut(of_factor).zip(factors) {
            let range = slots.first..slots.first + slots.count;
            let points = group.lanes()[range.clone()].iter().zip(&words[range]);
            for (out, (lanes, &word)) in uniforms.iter_mut().zip(points) {
                *out = uniform(lanes, word);
            }
            if slots.count < periods {
                let mut sequence = Sequence::of_group(keys, first_path);
                uniforms[slots.count..periods].iter_mut().for_each(|out| *out = sequence.uniform());
            }
        }
        for (i, uniforms) in uniforms.chunks_exact(of_factor).enumerate() {
            quantiles.rows(uniforms, normals, i * of_factor, 1);
        }
        quantiles.finish(normals);
        for (normals, (row, _)) in normals.chunks_exact(of_factor).zip(&self.drawn) {
            points.bridge.innovations(normals, path, zeta, *row, rows);
        }
        for mixing in &self.groups {
            for period in zeta.chunks_exact_mut(rows) {
                mixing.apply_rows(period);
            }
        }
    }

    /// Fills the innovations of the next periods, period by period. An odd number of periods is rounded up,
    /// as draws come in pairs.
    #[inline(always)]
    pub fn fill<V: Vector>(
        &self,
        sequences: &mut [Sequence<V>],
        periods: usize,
        scratch: &mut Scratch<V>,
        zeta: &mut [V],
    ) {
        let Scratch { uniforms, quantiles, .. } = scratch;
        let (rows, of_row) = (self.factors.len(), periods.next_multiple_of(2));
        debug_assert_eq!(sequences.len(), self.drawn.len());
        debug_assert!(uniforms.len() >= of_row * self.drawn.len() && zeta.len() >= of_row * rows);
        // Two passes, because the state of a sequence and the polynomials of the quantile do not fit the
        // registers together.
        for (uniforms, sequence) in uniforms.chunks_exact_mut(of_row).zip(sequences) {
            for uniform in uniforms {
                *uniform = sequence.uniform();
            }
        }
        for ((row, _), uniforms) in self.drawn.iter().zip(uniforms.chunks_exact(of_row)) {
            quantiles.rows(uniforms, zeta, *row, rows);
        }
        quantiles.finish(zeta);
        for group in &self.groups {
            for period in zeta.chunks_exact_mut(rows).take(periods) {
                group.apply_rows(period);
            }
        }
    }
}
