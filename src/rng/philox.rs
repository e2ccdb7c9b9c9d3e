//! The counter-based generator Philox4x32-10: a counter of four words and a key of two give four random words.
//!
//! Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11, section 3.3. It has
//! no state, so any draw can be computed on its own.

use crate::math::vector::Bits;

/// Rounds, as the authors recommend (seven already pass their tests).
const ROUNDS: u32 = 10;
/// Multipliers of words 0 and 2.
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// Increments of the two key words per round: the golden ratio and √3 − 1, as fractions of 2³².
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// The four random words of a counter and a key.
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut words = counter;
    let mut key = key;
    for _ in 0..ROUNDS {
        let first = u64::from(MULTIPLIERS[0]) * u64::from(words[0]);
        let second = u64::from(MULTIPLIERS[1]) * u64::from(words[2]);
        words = [
            (second >> 32) as u32 ^ words[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ words[3] ^ key[1],
            first as u32,
        ];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    words
}

/// The low 32 bits.
const WORD: u64 = 0xFFFF_FFFF;

/// The key words of all rounds, computed once per stream.
#[derive(Clone, Copy, Debug)]
pub struct RoundKeys([[u64; 2]; ROUNDS as usize]);

impl RoundKeys {
    /// Expands the key's two words.
    #[inline(always)]
    pub fn new(key: [u32; 2]) -> RoundKeys {
        let mut keys = [[0; 2]; ROUNDS as usize];
        for (round, words) in keys.iter_mut().enumerate() {
            for (i, word) in words.iter_mut().enumerate() {
                *word = u64::from(key[i].wrapping_add(KEY_STEPS[i].wrapping_mul(round as u32)));
            }
        }
        RoundKeys(keys)
    }
}

/// One round on words in the low halves of 64-bit lanes; the upper halves are undefined and never read.
#[inline(always)]
fn round<B: Bits>([c0, c1, c2, c3]: [B; 4], key: &[u64; 2]) -> [B; 4] {
    let first = c0.widening_mul_u32(B::splat(u64::from(MULTIPLIERS[0])));
    let second = c2.widening_mul_u32(B::splat(u64::from(MULTIPLIERS[1])));
    [second.shr::<32>() ^ c1 ^ B::splat(key[0]), second, first.shr::<32>() ^ c3 ^ B::splat(key[1]), first]
}

/// [`philox4x32`] for block loops and vectors: the output as two 64-bit halves, each with its even word low. The words of
/// `counter` must be below 2³².
#[inline(always)]
pub fn philox_halves<B: Bits>(counter: [B; 4], keys: &RoundKeys) -> [B; 2] {
    // Unrolled by hand: the loop form keeps a counter and copies words, which costs half as much again.
    let [k0, k1, k2, k3, k4, k5, k6, k7, k8, k9] = &keys.0;
    let c = round(round(round(round(round(counter, k0), k1), k2), k3), k4);
    let [c0, c1, c2, c3] = round(round(round(round(round(c, k5), k6), k7), k8), k9);
    let word = B::splat(WORD);
    [(c0 & word) | c1.shl::<32>(), (c2 & word) | c3.shl::<32>()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers published with the authors' Random123 library (`kat_vectors`, philox4x32 10).
    const KNOWN: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
        ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        (
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
        ),
    ];

    /// The four words of the form for block loops.
    fn words_of_halves(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
        let [low, high] = philox_halves::<u64>(counter.map(u64::from), &RoundKeys::new(key));
        [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
    }

    #[test]
    fn both_forms_give_the_authors_known_answers() {
        for (counter, key, answer) in KNOWN {
            assert_eq!(philox4x32(counter, key), answer);
            assert_eq!(words_of_halves(counter, key), answer);
        }
    }

    #[test]
    fn both_forms_agree_along_a_chain() {
        let (mut counter, mut key) = ([1, 2, 3, 4], [5, 6]);
        for _ in 0..20_000 {
            let next = philox4x32(counter, key);
            assert_eq!(words_of_halves(counter, key), next);
            key = [next[1] ^ counter[0], next[3] ^ counter[2]];
            counter = next;
        }
    }
}
