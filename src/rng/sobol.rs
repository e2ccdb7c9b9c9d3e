//! Randomised Sobol points: evenly spread uniforms, one dimension per random variable, independent between replicates.
//!
//! Point i of dimension j is ⊕ v_{j,k} over the binary digits k of i that are 1 (Sobol 1967), with the direction numbers v of Joe
//! and Kuo (2008). In every replicate the digits of each dimension are scrambled by a random matrix and shifted (Matoušek 1998,
//! "On the L2-discrepancy for anchored boxes", Journal of Complexity 14, random linear scrambling): every point is uniform, and
//! points of one replicate stay as evenly spread as before.
//!
//! This is part of stream version 2 and frozen:
//!
//! - A direction number has binary digits 1 to 32 after the point. Column d of the scrambling matrix has digit d set, digits below
//!   it (d + 1 to 52) random and no digit above it; a scrambled direction number is the exclusive or of the columns of its digits
//!   that are 1. A point is the exclusive or of its scrambled direction numbers and of 52 random digits, the shift. It gives the
//!   uniform (n + ½) · 2⁻⁵², n its 52 digits.
//! - The random digits of a variable (a stream's name and a component of it) in replicate r are words 0 (the shift) to 32 (column
//!   d is word d): the top 52 bits of half w mod 2 of the Philox output at counter (component, r, w div 2, 4) under the stream's
//!   key. They do not depend on the dimension that the variable has.

use std::sync::OnceLock;

use super::philox::{RoundKeys, philox_halves};
use super::stream::{MANTISSA_BITS, SCRAMBLE};
use crate::math::lanes::LANES;
use crate::math::vector::WIDTH;

/// The number of dimensions with direction numbers.
pub const DIMENSIONS: usize = 4_096;
/// Binary digits of a point's number, so that a replicate has at most 2³² points.
pub const INDEX_BITS: u32 = 32;
/// Digits of a lane within its lane group.
const LANE_BITS: u32 = WIDTH.ilog2();

/// A variable that points give a uniform each.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The keys of its stream.
    pub keys: RoundKeys,
    /// Which of the stream's variables it is.
    pub component: u32,
    /// Its dimension, from 0 and below [`DIMENSIONS`].
    pub dimension: usize,
}

/// The points of all replicates for a list of variables, each at the index that it has in the list.
pub struct Points {
    variables: Vec<Variable>,
    /// Unscrambled direction numbers of the variables.
    directions: Vec<Directions>,
    /// By replicate; made when first asked for.
    replicates: Vec<OnceLock<Replicate>>,
}

impl Points {
    /// Points for `variables` in `replicates` replicates.
    ///
    /// # Panics
    /// If a dimension is not below [`DIMENSIONS`].
    pub fn new(variables: Vec<Variable>, replicates: usize) -> Points {
        let dimensions = variables.iter().map(|variable| variable.dimension + 1).max().unwrap_or(0);
        let table = directions(dimensions);
        Points {
            directions: variables.iter().map(|variable| table[variable.dimension]).collect(),
            variables,
            replicates: (0..replicates).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Number of variables.
    pub fn count(&self) -> usize {
        self.variables.len()
    }

    /// The points of a replicate.
    pub fn replicate(&self, replicate: usize) -> &Replicate {
        self.replicates[replicate].get_or_init(|| Replicate::new(self, replicate as u64))
    }
}

/// The scrambled points of one replicate, laid out for lane groups.
pub struct Replicate {
    /// For each variable, what the lanes of a lane group differ by: bit patterns, in floating point because that is how vectors
    /// are loaded.
    lanes: Vec<[f64; WIDTH]>,
    /// The shift of each variable, as the bit pattern of a number from 1 to 2.
    shifts: Vec<u64>,
    /// Scrambled direction numbers of the digits above a lane's: `[digit][variable]`.
    columns: Vec<Vec<u64>>,
}

impl Replicate {
    fn new(points: &Points, replicate: u64) -> Replicate {
        let count = points.variables.len();
        let mut made = Replicate {
            lanes: Vec::with_capacity(count),
            shifts: Vec::with_capacity(count),
            columns: (LANE_BITS..INDEX_BITS).map(|_| Vec::with_capacity(count)).collect(),
        };
        for (variable, directions) in points.variables.iter().zip(&points.directions) {
            let words = scramble_words(variable, replicate);
            let scrambled = directions.map(|direction| scramble(direction, &words));
            let lane = |l: usize| {
                (0..LANE_BITS as usize)
                    .filter(|bit| l >> bit & 1 == 1)
                    .fold(0, |sum, bit| sum ^ scrambled[bit])
            };
            made.lanes.push(std::array::from_fn(|l| f64::from_bits(lane(l))));
            made.shifts.push(words[0] | 1.0_f64.to_bits());
            for (column, &direction) in made.columns.iter_mut().zip(&scrambled[LANE_BITS as usize..]) {
                column.push(direction);
            }
        }
        made
    }

    /// What the lanes of each variable differ by; combined by exclusive or with the word of [`Replicate::words`].
    #[inline(always)]
    pub fn lanes(&self) -> &[[f64; WIDTH]] {
        &self.lanes
    }

    /// Writes for each variable the word that the points of a lane group have in common; `first` is the number of the group's first
    /// point, a multiple of eight below 2³². Lane l's uniform is that of the bits `word ⊕ lanes[l]`, less 1 − 2⁻⁵³.
    #[inline(always)]
    pub fn words(&self, first: u64, words: &mut [u64]) {
        debug_assert!(first.is_multiple_of(WIDTH as u64) && first >> INDEX_BITS == 0);
        words.copy_from_slice(&self.shifts);
        let mut digits = first >> LANE_BITS;
        while digits != 0 {
            let column = &self.columns[digits.trailing_zeros() as usize][..words.len()];
            for (word, direction) in words.iter_mut().zip(column) {
                *word ^= direction;
            }
            digits &= digits - 1;
        }
    }
}

impl Replicate {
    /// The words of one variable for the lane groups of a block whose first point is `first`, a multiple of 64.
    #[inline(always)]
    pub fn block_words(&self, first: u64, variable: usize) -> [u64; LANES / WIDTH] {
        let mut word = self.shifts[variable];
        let mut digits = first >> LANE_BITS;
        while digits != 0 {
            word ^= self.columns[digits.trailing_zeros() as usize][variable];
            digits &= digits - 1;
        }
        std::array::from_fn(|group| {
            (0..3)
                .filter(|digit| group >> digit & 1 == 1)
                .fold(word, |word, digit| word ^ self.columns[digit][variable])
        })
    }
}

/// Direction numbers of a dimension: that of digit k of a point's number at index k, its binary digits from the highest bit on.
type Directions = [u32; INDEX_BITS as usize];

/// The direction numbers of the first dimensions.
fn directions(dimensions: usize) -> Vec<Directions> {
    assert!(dimensions <= DIMENSIONS, "{dimensions} dimensions");
    // Dimension 1 is the van der Corput sequence, whose polynomial has no line in the table.
    let first = std::iter::once(std::array::from_fn(|k| 1 << (31 - k)));
    let lines = JOE_KUO.lines().filter(|line| !line.starts_with('#'));
    first.chain(lines.map(of_line)).take(dimensions).collect()
}

/// The table of Joe and Kuo.
const JOE_KUO: &str = include_str!("sobol/new-joe-kuo-6.txt");

/// Direction numbers of a line of the table by the recurrence of its primitive polynomial (Joe and Kuo 2008, equations 2 and 3).
fn of_line(line: &str) -> Directions {
    let mut numbers = line.split(' ').map(|number| number.parse::<u32>().expect("the table has numbers"));
    let mut next = || numbers.next().expect("a line has as many numbers as its degree needs");
    let (_, degree, inner) = (next(), next() as usize, next());
    let mut directions = [0; INDEX_BITS as usize];
    for k in 0..INDEX_BITS as usize {
        directions[k] = if k < degree {
            next() << (31 - k)
        } else {
            let before = directions[k - degree];
            let tapped = (1..degree).filter(|i| inner >> (degree - 1 - i) & 1 == 1);
            tapped.fold(before ^ before >> degree, |sum, i| sum ^ directions[k - i])
        };
    }
    directions
}

/// Words of a variable's random digits: the shift, then the columns 1 to 32, all as they are drawn.
fn scramble_words(variable: &Variable, replicate: u64) -> [u64; 1 + INDEX_BITS as usize] {
    let mut words = [0; 1 + INDEX_BITS as usize];
    for (call, pair) in words.chunks_mut(2).enumerate() {
        let counter = [u64::from(variable.component), replicate, call as u64, SCRAMBLE];
        let halves: [u64; 2] = philox_halves(counter, &variable.keys);
        pair.iter_mut().zip(halves).for_each(|(word, half)| *word = half >> (64 - MANTISSA_BITS));
    }
    words
}

/// The scrambled digits of a direction number.
fn scramble(direction: u32, words: &[u64; 1 + INDEX_BITS as usize]) -> u64 {
    let (mut digits, mut sum) = (direction, 0);
    while digits != 0 {
        let digit = digits.leading_zeros();
        let place = 1_u64 << (MANTISSA_BITS - 1 - digit);
        sum ^= place | words[1 + digit as usize] & (place - 1);
        digits ^= 1 << (31 - digit);
    }
    sum
}

#[cfg(test)]
mod tests;
