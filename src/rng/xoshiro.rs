//! The generator xoshiro256++, which uses only additions, rotations and exclusive ors.
//!
//! Blackman and Vigna (2021), "Scrambled linear pseudorandom number generators", ACM Transactions on Mathematical Software
//! 47(4). Without multiplications it runs at full width on vectors that lack a wide integer product.

use crate::math::vector::Bits;

/// One generator, or one per lane.
#[derive(Clone, Debug)]
pub struct Xoshiro<B>([B; 4]);

impl<B: Bits> Xoshiro<B> {
    /// A generator with this state, which must not be all zeros.
    #[inline(always)]
    pub fn new(state: [B; 4]) -> Xoshiro<B> {
        Xoshiro(state)
    }

    /// The next output.
    #[inline(always)]
    pub fn draw(&mut self) -> B {
        let [s0, s1, s2, s3] = self.0;
        let sum = s0.wrapping_add(s3);
        let output = (sum.shl::<23>() | sum.shr::<41>()).wrapping_add(s0);
        let (mixed_2, mixed_3) = (s2 ^ s0, s3 ^ s1);
        self.0 =
            [s0 ^ mixed_3, s1 ^ mixed_2, mixed_2 ^ s1.shl::<17>(), mixed_3.shl::<45>() | mixed_3.shr::<19>()];
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs from state (1, 2, 3, 4): computed in Python from the definition in the paper.
    #[test]
    fn outputs_are_those_of_the_definition() {
        let mut generator = Xoshiro::new([1_u64, 2, 3, 4]);
        let outputs: [u64; 10] = std::array::from_fn(|_| generator.draw());
        assert_eq!(
            outputs,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386,
                9_228_616_714_210_784_205,
                9_973_669_472_204_895_162,
                14_011_001_112_246_962_877,
                12_406_186_145_184_390_807,
                15_849_039_046_786_891_736,
                10_450_023_813_501_588_000,
            ]
        );
    }
}
