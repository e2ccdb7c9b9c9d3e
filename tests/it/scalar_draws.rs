//! Everything random on a path, from the scalar forms of the generator: what the twins are given.

use crate::twin::Draws;
use capstake::kernel::dimensions::Dimensions;
use capstake::math::normal::{cdf, quantile};
use capstake::model::Model;
use capstake::model::dependence::{Factor, Group, InputVariable};
use capstake::model::parameters::{Distribution, ParamId};
use capstake::rng::philox::philox4x32;
use capstake::rng::stream::{Sequence, StreamKey, normal_of_draw, normal_of_path, uniform_of_draw};
use std::cell::RefCell;
use std::collections::HashMap;

/// What the engine must show on one path, from the scalar forms alone.
pub struct ScalarDraws<'a> {
    /// The model.
    pub model: &'a Model,
    /// The seed of the run.
    pub seed: u64,
    /// The path.
    pub path: u64,
    /// The points, under Sobol sampling.
    pub points: Option<&'a ScalarPoints>,
    /// Paths of factors along the bridge, by name, once they were asked for.
    pub bridged: RefCell<HashMap<String, Vec<f64>>>,
}

impl<'a> ScalarDraws<'a> {
    /// The draws of a path under plain sampling.
    pub fn plain(model: &'a Model, seed: u64, path: u64) -> ScalarDraws<'a> {
        ScalarDraws { model, seed, path, points: None, bridged: RefCell::default() }
    }

    /// The variable's normal: its own, or the row of its group's product with those of the members.
    fn correlated<V: PartialEq>(
        &self,
        groups: &[Group<V>],
        variable: &V,
        name: &str,
        normal: impl Fn(&str) -> f64,
    ) -> f64 {
        for group in groups {
            if let Some(i) = group.members.iter().position(|member| member == variable) {
                return (0..=i).map(|j| group.cholesky[[i, j]] * normal(&group.names[j])).sum();
            }
        }
        normal(name)
    }

    fn key(&self, name: &str) -> StreamKey {
        StreamKey::new(self.seed, name)
    }

    /// The independent normal of an input.
    fn input(&self, name: &str) -> f64 {
        match self.points.and_then(|points| points.uniform(self.seed, name, 0, self.path)) {
            Some(uniform) => quantile(uniform),
            None => normal_of_path(self.key(name), self.path),
        }
    }

    /// The uniform of a place in the path's sequence.
    fn of_sequence(&self, name: &str, place: usize) -> f64 {
        let mut sequence = Sequence::of_path(self.key(name), self.path);
        (0..place).for_each(|_| {
            sequence.uniform();
        });
        sequence.uniform()
    }

    /// The independent normal of a factor in a period; from points, the increment of its bridge.
    fn innovation(&self, name: &str, period: usize) -> f64 {
        let Some(points) = self.points else { return quantile(self.of_sequence(name, period)) };
        let mut bridged = self.bridged.borrow_mut();
        bridged.entry(name.to_owned()).or_insert_with(|| self.increments(points, name))[period]
    }

    /// The increments of a factor's bridge over the roots of the periods' lengths.
    fn increments(&self, points: &ScalarPoints, name: &str) -> Vec<f64> {
        let components = points.components(name);
        let normal = |component: usize| {
            let of_points = points.uniform(self.seed, name, component, self.path);
            quantile(of_points.unwrap_or_else(|| self.of_sequence(name, component - components)))
        };
        let ends: Vec<f64> = self.model.timeline.periods().iter().map(|period| period.end).collect();
        // (time, value), in the order of time.
        let mut known = vec![(0.0, 0.0)];
        for (component, &visited) in points.dimensions.visits.iter().enumerate() {
            let t = ends[visited];
            let after = known.iter().filter(|(time, _)| *time < t).count();
            let (t0, w0) = known[after - 1];
            let value = match known.get(after) {
                None => w0 + (t - t0).sqrt() * normal(component),
                Some(&(t1, w1)) => {
                    let mean = w0 + (w1 - w0) * (t - t0) / (t1 - t0);
                    mean + ((t - t0) * (t1 - t) / (t1 - t0)).sqrt() * normal(component)
                }
            };
            known.insert(after, (t, value));
        }
        known.windows(2).map(|ends| (ends[1].1 - ends[0].1) / (ends[1].0 - ends[0].0).sqrt()).collect()
    }
}

/// Sobol points by their definition, a digit at a time.
pub struct ScalarPoints {
    dimensions: Dimensions,
    /// Dimension of each stream and component, from 0.
    of: HashMap<(String, usize), usize>,
    replicates: u64,
    /// Direction numbers 1 to 32 of the dimensions in use, as 32 binary digits, the first one highest: m_k 2^(32 − k).
    directions: Vec<Vec<u64>>,
}

impl ScalarPoints {
    /// The points of a model.
    pub fn new(model: &Model, replicates: u64) -> ScalarPoints {
        let dimensions = Dimensions::of(model);
        let coordinates = dimensions.coordinates().enumerate();
        let of = coordinates.map(|(d, coordinate)| ((coordinate.stream, coordinate.component), d)).collect();
        let directions = directions(dimensions.count());
        ScalarPoints { dimensions, of, replicates, directions }
    }

    /// How many components of a stream have a dimension with direction numbers.
    fn components(&self, stream: &str) -> usize {
        (0..).take_while(|&c| self.of.get(&(stream.to_owned(), c)).is_some_and(|&d| d < 4_096)).count()
    }

    /// The component that visits a period.
    fn component(&self, period: usize) -> usize {
        self.dimensions.visits.iter().position(|&visited| visited == period).expect("every period is visited")
    }

    /// The uniform of a stream's component on a path; `None` where it has no dimension.
    fn uniform(&self, seed: u64, stream: &str, component: usize, path: u64) -> Option<f64> {
        let dimension = *self.of.get(&(stream.to_owned(), component)).filter(|&&d| d < 4_096)?;
        let (block, lane) = (path / 64, path % 64);
        let (replicate, point) = (block % self.replicates, block / self.replicates * 64 + lane);
        let key = StreamKey::new(seed, stream).0;
        let word = |w: u64| {
            let counter = [component as u32, replicate as u32, (w / 2) as u32, 4];
            let out = philox4x32(counter, [key as u32, (key >> 32) as u32]);
            let half = if w.is_multiple_of(2) { [out[0], out[1]] } else { [out[2], out[3]] };
            (u64::from(half[1]) << 32 | u64::from(half[0])) >> 12
        };
        let mut digits = word(0);
        for k in (1..=32).filter(|k| point >> (k - 1) & 1 == 1) {
            let direction = self.directions[dimension][k - 1];
            for d in (1..=32).filter(|d| direction >> (32 - d) & 1 == 1) {
                let below = (1 << (52 - d)) - 1;
                digits ^= (below + 1) | word(d) & below;
            }
        }
        Some((digits as f64 + 0.5) * 0.5_f64.powi(52))
    }
}

/// Direction numbers 1 to 32 of the first dimensions, as 32 binary digits, the first one highest.
pub fn directions(dimensions: usize) -> Vec<Vec<u64>> {
    let numbers = |line: &str| -> Vec<u64> {
        line.split(' ').skip(1).map(|number| number.parse().expect("a number")).collect()
    };
    let lines = include_str!("../../src/rng/sobol/new-joe-kuo-6.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#')).map(|line| of_line(&numbers(line)));
    std::iter::once((1..=32).map(|k| 1 << (32 - k)).collect()).chain(lines).take(dimensions).collect()
}

/// Direction numbers of a line of the table: degree, inner coefficients, first numbers.
fn of_line(line: &[u64]) -> Vec<u64> {
    let (degree, inner) = (line[0] as usize, line[1]);
    let mut m: Vec<u64> = line[2..].to_vec();
    for n in m.len()..32 {
        let mut next = m[n - degree] << degree ^ m[n - degree];
        for j in 1..degree {
            next ^= (inner >> (degree - 1 - j) & 1) * (m[n - j] << j);
        }
        m.push(next);
    }
    m.iter().zip(1..).map(|(m, k)| m << (32 - k)).collect()
}

impl Draws for ScalarDraws<'_> {
    fn number(&self, num: ParamId) -> f64 {
        let entry = self.model.parameters.entry(num);
        match &entry.distribution {
            Distribution::Constant(value) => *value,
            Distribution::Uncertain(law) => {
                let variable = InputVariable::Number(num);
                let groups = &self.model.dependence.inputs;
                let y = self.correlated(groups, &variable, &entry.key, |name| self.input(name));
                law.quantile(cdf(y))
            }
        }
    }

    fn termination_exponential(&self) -> f64 {
        let groups = &self.model.dependence.inputs;
        let variable = InputVariable::TerminationTime;
        let y = self.correlated(groups, &variable, "termination.time", |name| self.input(name));
        -cdf(-y).ln()
    }

    fn factor(&self, period: usize, factor: Factor) -> f64 {
        let name = factor.name(&self.model.segments, &self.model.clouds);
        let groups = &self.model.dependence.factors;
        self.correlated(groups, &factor, &name, |name| self.innovation(name, period))
    }

    fn strike(&self, period: usize, shock: usize) -> f64 {
        let name = format!("shock.{}.strike", self.model.shocks[shock].name);
        let of_points = self.points.map(|points| {
            let uniform = points.uniform(self.seed, &name, points.component(period), self.path);
            uniform.unwrap_or_else(|| uniform_of_draw(self.key(&name), self.path, period as u32))
        });
        of_points.unwrap_or_else(|| self.of_sequence(&name, period))
    }

    fn size(&self, period: usize, shock: usize) -> f64 {
        let name = format!("shock.{}.size", self.model.shocks[shock].name);
        let of_points = self
            .points
            .and_then(|points| points.uniform(self.seed, &name, points.component(period), self.path));
        of_points.map_or_else(|| normal_of_draw(self.key(&name), self.path, period as u32), quantile)
    }
}
