//! Parameters of the scenario on eight paths: constants set once, uncertain ones loaded from the block's
//! draws.

use super::input::Inputs;
use crate::math::lanes::Lanes;
use crate::math::vector::Vector;
use crate::model::parameters::{Distribution, ParamId, Parameters};
use std::ops::Index;

/// Value of every parameter, by its handle.
pub struct Numbers<V> {
    values: Vec<V>,
}

impl<V: Vector> Numbers<V> {
    /// Sets the constants; uncertain parameters are 0 until loaded.
    pub fn new(parameters: &Parameters) -> Numbers<V> {
        let value = |law: &Distribution| match law {
            Distribution::Constant(value) => V::splat(*value),
            Distribution::Uncertain(_) => V::zero(),
        };
        Numbers { values: parameters.entries().iter().map(|entry| value(&entry.distribution)).collect() }
    }

    /// Loads the uncertain parameters of one lane group from a block's columns.
    #[inline(always)]
    pub fn load(&mut self, inputs: &Inputs, columns: &[Lanes], lane_group: usize) {
        for num in &inputs.nums {
            self.values[num.index()] = V::load(columns[num.index()].group(lane_group));
        }
    }
}

impl<V> Index<ParamId> for Numbers<V> {
    type Output = V;
    #[inline(always)]
    fn index(&self, num: ParamId) -> &V {
        &self.values[num.index()]
    }
}
