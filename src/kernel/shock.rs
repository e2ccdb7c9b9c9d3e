//! Shocks: jumps that strike a period at most once (methodology: demand, shocks).

use super::plan::{Plan, StepRef, Steps};
use crate::math::elementary::exp;
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::model::segment::Shock;
use crate::rng::stream::{StreamKey, normal_of_draw, uniform_pairs};
use crate::simd_fn;

/// State of one shock over a block.
pub struct ShockKernel {
    /// Chance of a strike in a period of each length.
    chance: Vec<Lanes>,
    uniform: [Lanes; 2],
    /// Jump of the period, in logs; 0 where it does not strike.
    pub jump: Lanes,
    /// Whether it strikes on any path of the block.
    pub strikes: bool,
}

impl ShockKernel {
    /// Room for a shock's coefficients.
    pub fn new(steps: &Steps) -> ShockKernel {
        ShockKernel {
            chance: vec![Lanes::ZERO; steps.lengths.len()],
            uniform: [Lanes::ZERO; 2],
            jump: Lanes::ZERO,
            strikes: false,
        }
    }

    /// Coefficients of a block.
    pub fn prepare(&mut self, isa: Isa, steps: &Steps, shock: &Shock, values: &[Lanes]) {
        for (i, &length) in steps.lengths.iter().enumerate() {
            chance(isa, &values[shock.rate.index()], length, &mut self.chance[i]);
        }
    }

    /// Decides where the shock strikes in a period, and how hard.
    pub fn strike(&mut self, plan: &Plan, index: usize, first_path: u64, at: StepRef, values: &[Lanes]) {
        let streams = &plan.shocks[index];
        if at.parity == 0 {
            let [even, odd] = &mut self.uniform;
            uniform_pairs(plan.isa, streams.strike, first_path, (at.period / 2) as u32, even, odd);
        }
        let shock = &plan.model.shocks[index];
        size(
            plan.isa,
            [
                &self.uniform[at.parity],
                &self.chance[at.step],
                &values[shock.mean.index()],
                &values[shock.sd.index()],
            ],
            streams.size,
            first_path,
            at.period as u32,
            &mut self.jump,
            &mut self.strikes,
        );
    }
}

simd_fn! {
    /// Where the shock strikes, and its size there: few paths, found side by side and drawn one by one.
    /// `t`: uniform, chance, mean, standard deviation.
    fn size(t: [&Lanes; 4], stream: StreamKey, first_path: u64, draw: u32, jump: &mut Lanes, strikes: &mut bool) {
        let [uniform, chance, mean, sd] = t;
        let mut struck = [0_u64; LANES];
        let mut any = 0;
        for l in 0..LANES {
            struck[l] = u64::from(uniform[l] < chance[l]);
            any |= struck[l];
        }
        *strikes = any != 0;
        if any == 0 {
            return;
        }
        for l in 0..LANES {
            jump[l] = 0.0;
            if struck[l] != 0 {
                jump[l] = sd[l].mul_add(normal_of_draw(stream, first_path + l as u64, draw), mean[l]);
            }
        }
    }
}

simd_fn! {
    fn chance(rate: &Lanes, length: f64, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = 1.0 - exp(-rate[l] * length);
        }
    }
}

simd_fn! {
    /// Adds a jump to a log level.
    pub fn jump(loading: &Lanes, jump: &Lanes, x: &mut Lanes) {
        for l in 0..LANES {
            x[l] = loading[l].mul_add(jump[l], x[l]);
        }
    }
}
