//! Parameters of the scenario on eight paths: constants set once, uncertain ones loaded from the block's
//! draws.

use super::input::Inputs;
use crate::math::lanes::Lanes;
use crate::math::vector::Vector;
use crate::model::ledger::{Law, Ledger, Num};
use std::ops::Index;

/// Value of every parameter, by its handle.
pub struct Numbers<V> {
    values: Vec<V>,
}

impl<V: Vector> Numbers<V> {
    /// Sets the constants; uncertain parameters are 0 until loaded.
    pub fn new(ledger: &Ledger) -> Numbers<V> {
        let value = |law: &Law| match law {
            Law::Constant(value) => V::splat(*value),
            Law::Distributed(_) => V::zero(),
        };
        Numbers { values: ledger.entries().iter().map(|entry| value(&entry.law)).collect() }
    }

    /// Loads the uncertain parameters of one lane group from a block's columns.
    #[inline(always)]
    pub fn load(&mut self, inputs: &Inputs, columns: &[Lanes], lane_group: usize) {
        for num in &inputs.nums {
            self.values[num.index()] = V::load(columns[num.index()].eight(lane_group));
        }
    }
}

impl<V> Index<Num> for Numbers<V> {
    type Output = V;
    #[inline(always)]
    fn index(&self, num: Num) -> &V {
        &self.values[num.index()]
    }
}
