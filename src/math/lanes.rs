//! A block of 64 paths, the unit of work of every block function, and its eight lane groups.

use super::vector::WIDTH;

/// Paths in a block: the same on every machine, whatever the width of its vector registers.
pub const LANES: usize = 64;

/// One number per path of a block, aligned for the widest vector registers.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Lanes(pub [f64; LANES]);

impl Lanes {
    /// The same value on every path.
    #[inline(always)]
    pub const fn splat(value: f64) -> Self {
        Lanes([value; LANES])
    }

    /// The lane group `index`, from 0: paths 8 `index` to 8 `index` + 7 of the block.
    #[inline(always)]
    pub fn group(&self, index: usize) -> &[f64; WIDTH] {
        &self.0.as_chunks::<WIDTH>().0[index]
    }

    /// The lane group `index`, mutable.
    #[inline(always)]
    pub fn group_mut(&mut self, index: usize) -> &mut [f64; WIDTH] {
        &mut self.0.as_chunks_mut::<WIDTH>().0[index]
    }

    /// All zeros.
    pub const ZERO: Lanes = Lanes::splat(0.0);
}

impl Default for Lanes {
    fn default() -> Self {
        Lanes::ZERO
    }
}

impl std::ops::Deref for Lanes {
    type Target = [f64; LANES];
    #[inline(always)]
    fn deref(&self) -> &[f64; LANES] {
        &self.0
    }
}

impl std::ops::DerefMut for Lanes {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f64; LANES] {
        &mut self.0
    }
}
