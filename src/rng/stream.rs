//! Named streams: a path's draws as a pure function of seed, stream name, path index and draw index.
//!
//! This is stream version 2 and frozen: a change of anything below moves every result and raises [`STREAM_VERSION`].
//!
//! - A stream's key is a 64-bit hash of seed and name ([`StreamKey::new`]); its low word is Philox key word 0.
//! - A Philox output is two 64-bit halves: words 0 and 1, words 2 and 3, the even word low. A half gives the uniform
//!   (n + ½) · 2⁻⁵², n its top 52 bits: exact, never 0 or 1, symmetric about ½.
//! - One draw per path ([`normals`]): path q takes half (q mod 8)/4 of the output at counter (c low, c high, 0, 1) with
//!   c = (q div 8) · 4 + q mod 4, so that a block of 64 paths costs 32 Philox calls.
//! - Numbered draws ([`uniform_pair`]): draw d of path q takes half d mod 2 of the output at counter
//!   (q low, q high, d div 2, 2). A normal and a uniform of the same number are the same draw.
//! - A sequence per path ([`Sequence`]): for path q, xoshiro256++ from the state of the two halves of the output at counter
//!   (q low, q high, 0, 3), then the two at (q low, q high, 1, 3). Draw d is its output d, from 0, turned into a uniform in
//!   the same way. A draw costs less than a numbered one, but draws must be taken in order.

use crate::math::lanes::{LANES, Lanes};
use crate::math::normal::{Quantiles, quantile, quantile_block};
use crate::math::simd::Isa;
use crate::math::vector::{Bits, Real, Vector, WIDTH, WithVector};
use crate::rng::philox::{RoundKeys, philox_halves};
use crate::rng::xoshiro::Xoshiro;
use crate::{outlined, simd_fn};
use rand::rand_core::TryRng;
use rand::rand_core::utils::fill_bytes_via_next_word;
use std::convert::Infallible;

/// Version of the mapping from seed, stream name, path and draw to numbers.
pub const STREAM_VERSION: u32 = 2;

/// Counter word 3 of the one draw per path.
const ONE_A_PATH: u64 = 1;
/// Counter word 3 of numbered draws.
const NUMBERED: u64 = 2;
/// Counter word 3 of the states of sequences.
const SEQUENCE: u64 = 3;
/// Counter word 3 of the scrambles of Sobol points.
pub(super) const SCRAMBLE: u64 = 4;
/// Random digits of a uniform.
pub(super) const MANTISSA_BITS: u32 = 52;

/// The key of one stream under one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey(pub u64);

impl StreamKey {
    /// The key of the stream `name` under `seed`.
    ///
    /// With s(x) one step of SplitMix64 from state x (increment, then its output function): h = s(seed); then for each
    /// eight bytes of the UTF-8 name, little-endian, the last padded with zeros, h = s(h ⊕ bytes); at the end
    /// h = s(h ⊕ length in bytes). The length distinguishes a padded name from one that ends in zeros.
    pub fn new(seed: u64, name: &str) -> StreamKey {
        let mut hash = scramble(seed);
        for chunk in name.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            hash = scramble(hash ^ u64::from_le_bytes(bytes));
        }
        StreamKey(scramble(hash ^ name.len() as u64))
    }

    /// Philox's key words for all rounds.
    #[inline(always)]
    pub fn rounds(self) -> RoundKeys {
        RoundKeys::new([self.0 as u32, (self.0 >> 32) as u32])
    }
}

/// One step of SplitMix64 from state x: a bijection of 64-bit numbers that changes about half of the bits for any
/// change of x.
///
/// Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA '14, with the constants of
/// Stafford's variant 13.
fn scramble(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The uniform (n + ½) · 2⁻⁵², n the top 52 bits: exact, in (0, 1).
#[inline(always)]
fn uniform_of_bits<R: Real>(bits: R::Bits) -> R {
    // 1 + n 2⁻⁵² by its bits, less 1 − 2⁻⁵³; both and their difference are f64 numbers.
    uniform_of_fraction(bits.shr::<12>() | R::Bits::splat(1.0_f64.to_bits()))
}

/// The uniform of bits that are those of a number from 1 to 2: its fraction, moved by half of the last digit.
#[inline(always)]
pub fn uniform_of_fraction<R: Real>(bits: R::Bits) -> R {
    R::from_bits(bits) - (1.0 - 0.5 * f64::EPSILON)
}

/// Uniforms number 2 `index` and 2 `index` + 1 of the eight paths starting at `first_path`, a multiple of eight.
#[inline(always)]
pub fn uniform_pair<V: Vector>(keys: &RoundKeys, first_path: u64, index: u32) -> [V; 2] {
    debug_assert_eq!(first_path % WIDTH as u64, 0);
    let word = |bits: u64| V::Bits::splat(bits);
    // No carry: `first_path` is a multiple of eight.
    let low = V::Bits::lane_indices() | word(u64::from(first_path as u32));
    let counter = [low, word(first_path >> 32), word(u64::from(index)), word(NUMBERED)];
    let [even, odd] = philox_halves(counter, keys);
    [uniform_of_bits(even), uniform_of_bits(odd)]
}

/// The generator of one path's draws in order (`Sequence<f64>`), or of eight paths at once.
///
/// [`rng::stream`](crate::rng::stream()) makes one. Its state is never all zeros: Philox under one key is a bijection, so its
/// outputs at two counters are not both 0.
pub struct Sequence<R: Real>(Xoshiro<R::Bits>);

impl<R: Real> Sequence<R> {
    /// The generators of the paths with these low words and this high word, before their first draw.
    #[inline(always)]
    fn new(keys: &RoundKeys, low: R::Bits, high: u64) -> Sequence<R> {
        let high = R::Bits::splat(high);
        let [zero, one, kind] = [R::Bits::splat(0), R::Bits::splat(1), R::Bits::splat(SEQUENCE)];
        let [s0, s1] = philox_halves([low, high, zero, kind], keys);
        let [s2, s3] = philox_halves([low, high, one, kind], keys);
        Sequence(Xoshiro::new([s0, s1, s2, s3]))
    }

    /// The next draw, uniform in (0, 1).
    #[inline(always)]
    pub fn uniform(&mut self) -> R {
        uniform_of_bits(self.0.draw())
    }
}

impl<V: Vector> Sequence<V> {
    /// The generators of the lane group that starts at path `first_path`, a multiple of eight.
    #[inline(always)]
    pub fn of_group(keys: &RoundKeys, first_path: u64) -> Sequence<V> {
        debug_assert_eq!(first_path % WIDTH as u64, 0);
        // No carry: `first_path` is a multiple of eight.
        let low = V::Bits::lane_indices() | V::Bits::splat(u64::from(first_path as u32));
        Sequence::new(keys, low, first_path >> 32)
    }
}

impl Sequence<f64> {
    /// The generator of one path.
    pub fn of_path(key: StreamKey, path: u64) -> Sequence<f64> {
        Sequence::new(&key.rounds(), u64::from(path as u32), path >> 32)
    }

    /// The next draw, standard normal: Φ⁻¹ of what [`Sequence::uniform`] would give.
    pub fn normal(&mut self) -> f64 {
        quantile(self.uniform())
    }
}

impl std::fmt::Debug for Sequence<f64> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Sequence").field(&self.0).finish()
    }
}

impl Clone for Sequence<f64> {
    fn clone(&self) -> Sequence<f64> {
        Sequence(self.0.clone())
    }
}

/// Every word or uniform consumes one output of the generator, so calls can be mixed. A 64-bit word is the output, a 32-bit word
/// its upper half; bytes are the outputs' bytes, lowest first.
impl TryRng for Sequence<f64> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.draw() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.draw())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

/// Writes the first `out.len()` standard normals of the 64 paths starting at `first_path`, a multiple of 64: draw d to
/// `out[d]`.
pub fn sequences(isa: Isa, key: StreamKey, first_path: u64, out: &mut [Lanes]) {
    debug_assert_eq!(first_path % LANES as u64, 0);
    isa.dispatch(SequenceNormals { keys: key.rounds(), first_path, out });
}

/// The task of [`sequences`] for every kind of vector.
struct SequenceNormals<'a> {
    keys: RoundKeys,
    first_path: u64,
    out: &'a mut [Lanes],
}

impl WithVector for SequenceNormals<'_> {
    type Output = ();
    fn with<V: Vector>(self) {
        sequences_by::<V>(&self.keys, self.first_path, self.out);
    }
}

/// Draws per lane group that are made together.
const TOGETHER: usize = 40;

fn sequences_by<V: Vector>(keys: &RoundKeys, first_path: u64, out: &mut [Lanes]) {
    outlined!(V, {
        let mut quantiles = Quantiles::new();
        for eight in 0..LANES / WIDTH {
            let mut sequence = Sequence::<V>::of_group(keys, first_path + (eight * WIDTH) as u64);
            for draws in out.chunks_mut(TOGETHER) {
                let (mut uniforms, mut normals) = ([V::splat(0.5); TOGETHER], [V::zero(); TOGETHER]);
                for uniform in &mut uniforms[..draws.len()] {
                    *uniform = sequence.uniform();
                }
                quantiles.rows(&uniforms[..draws.len().next_multiple_of(2)], &mut normals, 0, 1);
                quantiles.finish(&mut normals);
                for (draw, normal) in draws.iter_mut().zip(normals) {
                    normal.store(draw.group_mut(eight));
                }
            }
        }
    });
}

simd_fn! {
    /// Writes one standard normal for each of the 64 paths starting at `first_path`, a multiple of 64.
    pub fn normals(key: StreamKey, first_path: u64, out: &mut Lanes) {
        debug_assert_eq!(first_path % LANES as u64, 0);
        const CALLS: usize = LANES / 2;
        let keys = key.rounds();
        let first_call = first_path / 2;
        let low = u64::from(first_call as u32);
        let high = first_call >> 32;
        let mut half_0 = [0.0; CALLS];
        let mut half_1 = [0.0; CALLS];
        for i in 0..CALLS {
            // No carry: `first_call` is a multiple of 32.
            let halves: [u64; 2] = philox_halves([low | i as u64, high, 0, ONE_A_PATH], &keys);
            half_0[i] = uniform_of_bits(halves[0]);
            half_1[i] = uniform_of_bits(halves[1]);
        }
        let mut uniform = Lanes::ZERO;
        for eight in 0..LANES / 8 {
            for i in 0..4 {
                uniform[eight * 8 + i] = half_0[eight * 4 + i];
                uniform[eight * 8 + 4 + i] = half_1[eight * 4 + i];
            }
        }
        quantile_block(&uniform, out);
    }
}

simd_fn! {
    /// Writes uniforms number 2 `index` and 2 `index` + 1 of the 64 paths starting at `first_path`, a multiple of 64.
    pub fn uniform_pairs(key: StreamKey, first_path: u64, index: u32, even: &mut Lanes, odd: &mut Lanes) {
        debug_assert_eq!(first_path % LANES as u64, 0);
        let keys = key.rounds();
        let low = u64::from(first_path as u32);
        let high = first_path >> 32;
        for i in 0..LANES {
            // No carry: `first_path` is a multiple of 64.
            let halves: [u64; 2] = philox_halves([low | i as u64, high, u64::from(index), NUMBERED], &keys);
            even[i] = uniform_of_bits(halves[0]);
            odd[i] = uniform_of_bits(halves[1]);
        }
    }
}

/// The standard normal that [`normals`] writes for `path`.
pub fn normal_of_path(key: StreamKey, path: u64) -> f64 {
    let call = path / 8 * 4 + path % 4;
    let halves: [u64; 2] = philox_halves([u64::from(call as u32), call >> 32, 0, ONE_A_PATH], &key.rounds());
    quantile(uniform_of_bits(halves[usize::from(path % 8 >= 4)]))
}

/// The uniform that [`uniform_pairs`] writes for `path` as number `draw`.
#[inline(always)]
pub fn uniform_of_draw(key: StreamKey, path: u64, draw: u32) -> f64 {
    let halves: [u64; 2] =
        philox_halves([u64::from(path as u32), path >> 32, u64::from(draw / 2), NUMBERED], &key.rounds());
    uniform_of_bits(halves[draw as usize % 2])
}

/// The standard normal Φ⁻¹ of [`uniform_of_draw`].
#[inline(always)]
pub fn normal_of_draw(key: StreamKey, path: u64, draw: u32) -> f64 {
    quantile(uniform_of_draw(key, path, draw))
}

#[cfg(test)]
mod tests;
