//! Named streams: a path's draws as a pure function of (seed, stream name, path index, draw index).
//!
//! Stream version 1, frozen (a change of anything below moves every result and raises [`STREAM_VERSION`]):
//!
//! - A stream's key is a 64-bit hash of seed and name ([`StreamKey::new`]); its low word is Philox key word 0.
//! - A Philox output is two 64-bit halves: words 0 and 1, words 2 and 3, the even word low. A half gives the uniform
//!   (n + ½) · 2⁻⁵², n its top 52 bits: exact, never 0 or 1, symmetric about ½.
//! - One draw a path ([`normals`]): path q takes half (q mod 8)/4 of the output at counter (c low, c high, 0, 1) with
//!   c = (q div 8) · 4 + q mod 4, so that a block of 64 paths costs 32 Philox calls.
//! - Numbered draws ([`normal_pairs`], [`uniform_pairs`]): draw d of path q takes half d mod 2 of the output at counter
//!   (q low, q high, d div 2, 2). A normal and a uniform of the same number are the same draw.

use crate::math::lanes::{LANES, Lanes};
use crate::math::normal::{quantile, quantile_in_place};
use crate::rng::philox::philox_halves;
use crate::simd_fn;

/// The version of the mapping from (seed, name, path, draw) to numbers.
pub const STREAM_VERSION: u32 = 1;

/// Counter word 3 of the one draw a path.
const ONE_A_PATH: u64 = 1;
/// Counter word 3 of numbered draws.
const NUMBERED: u64 = 2;

/// The key of one stream: which randomness, before which path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey(pub u64);

impl StreamKey {
    /// The key of the stream of that name under that seed.
    ///
    /// With s(x) the output function of SplitMix64 after its increment (see [`scramble`]): h = s(seed); then for each
    /// eight bytes of the UTF-8 name, little-endian, the last padded with zeros, h = s(h ⊕ bytes); at the end
    /// h = s(h ⊕ length in bytes). The length tells a padded name from one that has the zeros itself.
    pub fn new(seed: u64, name: &str) -> StreamKey {
        let mut hash = scramble(seed);
        for chunk in name.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            hash = scramble(hash ^ u64::from_le_bytes(bytes));
        }
        StreamKey(scramble(hash ^ name.len() as u64))
    }

    /// The two key words of Philox.
    #[inline(always)]
    fn words(self) -> [u32; 2] {
        [self.0 as u32, (self.0 >> 32) as u32]
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

/// (n + ½) · 2⁻⁵² with n the top 52 bits: in (0, 1), exact.
#[inline(always)]
fn uniform_of_bits(bits: u64) -> f64 {
    // 1 + n 2⁻⁵² by its bits, less 1 − 2⁻⁵³; both and their difference are f64 numbers.
    f64::from_bits((bits >> 12) | 1.0_f64.to_bits()) - (1.0 - 0.5 * f64::EPSILON)
}

/// Fills 64 paths, from `first_path` on, with the two uniforms of draws 2 `index` and 2 `index` + 1.
#[inline(always)]
fn fill_pairs(key: StreamKey, first_path: u64, index: u32, even: &mut Lanes, odd: &mut Lanes) {
    debug_assert_eq!(first_path % LANES as u64, 0);
    let words = key.words();
    let low = u64::from(first_path as u32);
    let high = first_path >> 32;
    for i in 0..LANES {
        // No carry: `first_path` is a multiple of 64.
        let halves = philox_halves([low | i as u64, high, u64::from(index), NUMBERED], words);
        even[i] = uniform_of_bits(halves[0]);
        odd[i] = uniform_of_bits(halves[1]);
    }
}

simd_fn! {
    /// Writes one standard normal for each of the 64 paths from `first_path`, a multiple of 64, on.
    pub fn normals(key: StreamKey, first_path: u64, out: &mut Lanes) {
        debug_assert_eq!(first_path % LANES as u64, 0);
        const CALLS: usize = LANES / 2;
        let words = key.words();
        let first_call = first_path / 2;
        let low = u64::from(first_call as u32);
        let high = first_call >> 32;
        let mut half_0 = [0.0; CALLS];
        let mut half_1 = [0.0; CALLS];
        for i in 0..CALLS {
            // No carry: `first_call` is a multiple of 32.
            let halves = philox_halves([low | i as u64, high, 0, ONE_A_PATH], words);
            half_0[i] = uniform_of_bits(halves[0]);
            half_1[i] = uniform_of_bits(halves[1]);
        }
        for eight in 0..LANES / 8 {
            for i in 0..4 {
                out[eight * 8 + i] = half_0[eight * 4 + i];
                out[eight * 8 + 4 + i] = half_1[eight * 4 + i];
            }
        }
        quantile_in_place(out);
    }
}

simd_fn! {
    /// Writes draws 2 `index` and 2 `index` + 1, uniform in (0, 1), for each of the 64 paths from `first_path`, a
    /// multiple of 64, on.
    pub fn uniform_pairs(key: StreamKey, first_path: u64, index: u32, even: &mut Lanes, odd: &mut Lanes) {
        fill_pairs(key, first_path, index, even, odd);
    }
}

simd_fn! {
    /// Writes draws 2 `index` and 2 `index` + 1, standard normal, for each of the 64 paths from `first_path`, a multiple
    /// of 64, on.
    pub fn normal_pairs(key: StreamKey, first_path: u64, index: u32, even: &mut Lanes, odd: &mut Lanes) {
        fill_pairs(key, first_path, index, even, odd);
        quantile_in_place(even);
        quantile_in_place(odd);
    }
}

/// What [`normals`] writes for this path.
pub fn normal_of_path(key: StreamKey, path: u64) -> f64 {
    let call = path / 8 * 4 + path % 4;
    let halves = philox_halves([u64::from(call as u32), call >> 32, 0, ONE_A_PATH], key.words());
    quantile(uniform_of_bits(halves[usize::from(path % 8 >= 4)]))
}

/// What [`uniform_pairs`] writes for this path as draw `draw`.
pub fn uniform_of_draw(key: StreamKey, path: u64, draw: u32) -> f64 {
    let halves =
        philox_halves([u64::from(path as u32), path >> 32, u64::from(draw / 2), NUMBERED], key.words());
    uniform_of_bits(halves[draw as usize % 2])
}

/// What [`normal_pairs`] writes for this path as draw `draw`.
pub fn normal_of_draw(key: StreamKey, path: u64, draw: u32) -> f64 {
    quantile(uniform_of_draw(key, path, draw))
}
