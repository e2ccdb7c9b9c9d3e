//! Shocks: jumps that occur at most once per period (methodology: demand, shocks).

use super::numbers::Numbers;
use super::points::{PlanPoints, Slots, uniform};
use super::shock_streams::ShockStreams;
use super::timeline::{StepRef, Steps};
use crate::math::elementary::exp;
use crate::math::normal::quantile;
use crate::math::vector::{Mask, Vector};
use crate::model::shock::Shock;
use crate::rng::philox::RoundKeys;
use crate::rng::stream::{Sequence, uniform_pair};

/// State of one shock on eight paths.
pub struct ShockPaths<V: Vector> {
    /// Probability of a strike in a period of each distinct length.
    chance: Vec<V>,
    /// Uniforms that decide whether the shock strikes, under plain sampling.
    strikes: Option<Sequence<V>>,
    /// Uniforms of the strikes and of the sizes, by period, under Sobol sampling.
    uniforms: [Vec<V>; 2],
    mean: V,
    sd: V,
    /// Loading of each target on the size of the jump.
    pub loadings: Vec<V>,
}

impl<V: Vector> ShockPaths<V> {
    /// Allocates a shock's coefficients.
    pub fn new(shock: &Shock, steps: &Steps) -> ShockPaths<V> {
        let zero = V::zero();
        ShockPaths {
            chance: vec![zero; steps.lengths.len()],
            strikes: None,
            uniforms: [const { Vec::new() }; 2],
            mean: zero,
            sd: zero,
            loadings: vec![zero; shock.loadings.len()],
        }
    }

    /// Computes the coefficients on the paths.
    #[inline(always)]
    pub fn prepare(&mut self, steps: &Steps, shock: &Shock, numbers: &Numbers<V>) {
        for (chance, &length) in self.chance.iter_mut().zip(&steps.lengths) {
            *chance = V::one() - exp(-numbers[shock.rate] * length);
        }
        self.mean = numbers[shock.mean];
        self.sd = numbers[shock.sd];
        for (loading, &(_, num)) in self.loadings.iter_mut().zip(&shock.loadings) {
            *loading = numbers[num];
        }
    }

    /// Starts the random sequences of eight paths, the first of which is `first_path`.
    #[inline(always)]
    pub fn start(&mut self, streams: &ShockStreams, first_path: u64) {
        self.strikes = Some(Sequence::of_group(&streams.strike, first_path));
    }

    /// Takes strikes and sizes of eight paths, the first of which is `first_path`, from their points; `words` are those of all places.
    #[inline(always)]
    pub fn start_points(
        &mut self,
        streams: &ShockStreams,
        slots: &[Slots; 2],
        points: &PlanPoints,
        words: &[u64],
        first_path: u64,
    ) {
        let lanes = points.group(first_path).lanes();
        for ((uniforms, slots), keys) in
            self.uniforms.iter_mut().zip(slots).zip([&streams.strike, &streams.size])
        {
            uniforms.clear();
            uniforms.extend((0..points.bridge.periods()).map(|period| {
                match slots.slot(points.bridge.component(period)) {
                    Some(slot) => uniform::<V>(&lanes[slot], words[slot]),
                    None => numbered(keys, first_path, period),
                }
            }));
        }
    }

    /// Draws the next period's jump in logs, 0 on paths without a strike; `None` if no path is struck, and
    /// then no size is drawn.
    #[inline(always)]
    pub fn strike(&mut self, streams: &ShockStreams, at: StepRef, first_path: u64) -> Option<V> {
        let strike = match &mut self.strikes {
            Some(strikes) => strikes.uniform(),
            None => self.uniforms[0][at.period],
        };
        let struck = strike.lt(self.chance[at.step]);
        if !struck.any() {
            return None;
        }
        let size = match self.strikes {
            Some(_) => numbered(&streams.size, first_path, at.period),
            None => self.uniforms[1][at.period],
        };
        Some(self.sd.mul_add(quantile(size), self.mean).select_or_zero(struck))
    }
}

/// The uniform of a period in a stream of numbered draws.
#[inline(always)]
fn numbered<V: Vector>(keys: &RoundKeys, first_path: u64, period: usize) -> V {
    uniform_pair::<V>(keys, first_path, (period / 2) as u32)[period % 2]
}
