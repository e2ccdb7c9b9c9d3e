//! Inputs: values of the uncertain parameters on each path, drawn by a Gaussian copula.

use super::innovation::Mixing;
use super::points::PlanPoints;
use crate::math::distribution::QuantileMap;
use crate::math::elementary::ln;
use crate::math::lanes::{LANES, Lanes};
use crate::math::normal::cdf;
use crate::math::simd::Isa;
use crate::model::Model;
use crate::model::dependence::{InputVariable, TERMINATION_TIME};
use crate::model::parameters::{Distribution, ParamId};
use crate::rng::stream::{StreamKey, normals};
use crate::simd_fn;
use std::collections::HashMap;

/// Random streams and distributions of the uncertain parameters.
pub struct Inputs {
    /// Parameter of each row, except for the last row: the time of termination.
    pub nums: Vec<ParamId>,
    pub(super) keys: Vec<StreamKey>,
    maps: Vec<QuantileMap>,
    pub(super) groups: Vec<Mixing>,
    /// Pairs whose sampled correlation is reported: (index of the model's pair, row, row).
    pub pairs: Vec<(usize, usize, usize)>,
}

impl Inputs {
    /// Streams, quantile functions and correlation groups of a model.
    pub fn new(model: &Model, seed: u64) -> Inputs {
        let nums: Vec<ParamId> = model.parameters.uncertain().collect();
        let names: Vec<&str> = names(model, &nums).collect();
        let keys = names.iter().map(|name| StreamKey::new(seed, name)).collect();
        let maps = nums
            .iter()
            .map(|&num| match &model.parameters.entry(num).distribution {
                Distribution::Uncertain(law) => QuantileMap::new(law),
                Distribution::Constant(_) => unreachable!("an uncertain number has a law"),
            })
            .collect();
        let row = |variable: &InputVariable| match variable {
            InputVariable::Number(num) => {
                nums.iter().position(|n| n == num).expect("a correlated number is uncertain")
            }
            InputVariable::TerminationTime => nums.len(),
        };
        let groups = model
            .dependence
            .inputs
            .iter()
            .map(|group| Mixing::new(group.members.iter().map(row).collect(), &group.cholesky))
            .collect();
        let by_name: HashMap<&str, usize> = names.iter().enumerate().map(|(i, &n)| (n, i)).collect();
        let pairs = model
            .dependence
            .pairs
            .iter()
            .enumerate()
            .filter_map(|(i, pair)| Some((i, *by_name.get(pair.a.as_str())?, *by_name.get(pair.b.as_str())?)))
            .collect();
        Inputs { nums, keys, maps, groups, pairs }
    }

    /// Names of the streams, by row.
    pub(super) fn names<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = &'a str> {
        names(model, &self.nums)
    }

    /// Number of rows of normals: one per uncertain parameter and one for the time of termination.
    pub fn rows(&self) -> usize {
        self.keys.len()
    }

    /// Draws a block's normals, and from them the values of uncertain parameters and the unit exponential of
    /// termination.
    pub fn draw(
        &self,
        isa: Isa,
        points: Option<&PlanPoints>,
        first_path: u64,
        normal: &mut [Lanes],
        values: &mut [Lanes],
        exponential: &mut Lanes,
    ) {
        match points {
            None => {
                for (key, lanes) in self.keys.iter().zip(normal.iter_mut()) {
                    normals(isa, *key, first_path, lanes);
                }
            }
            Some(points) => points.inputs(isa, first_path, &self.keys, normal),
        }
        for group in &self.groups {
            group.apply(isa, normal);
        }
        for ((map, num), lanes) in self.maps.iter().zip(&self.nums).zip(normal.iter()) {
            map.apply(isa, lanes, &mut values[num.index()]);
        }
        unit_exponential(isa, &normal[self.nums.len()], exponential);
    }
}

/// Names of the streams of these parameters and of the time of termination.
fn names<'a>(model: &'a Model, nums: &'a [ParamId]) -> impl Iterator<Item = &'a str> {
    let keys = nums.iter().map(|&num| model.parameters.entry(num).key.as_str());
    keys.chain(std::iter::once(TERMINATION_TIME))
}

simd_fn! {
    /// Unit exponential `-ln Φ(-y)` of a copula variable `y`; a larger `y` means later.
    fn unit_exponential(y: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = -ln(cdf(-y[l]));
        }
    }
}
