//! The scenario's numbers on eight paths: constants laid out once, uncertain ones taken from the block's draws.

use super::input::Inputs;
use crate::math::lanes::Lanes;
use crate::math::vector::Vector;
use crate::model::ledger::{Law, Ledger, Num};
use std::ops::Index;

/// A value of every number of the ledger.
pub struct Numbers<V> {
    values: Vec<V>,
}

impl<V: Vector> Numbers<V> {
    /// Constants in place, the others zero.
    pub fn new(ledger: &Ledger) -> Numbers<V> {
        let value = |law: &Law| match law {
            Law::Constant(value) => V::splat(*value),
            Law::Distributed(_) => V::zero(),
        };
        Numbers { values: ledger.entries().iter().map(|entry| value(&entry.law)).collect() }
    }

    /// Takes the values of the uncertain numbers on the eight paths of that index from a block's columns, one a number.
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
