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

    /// Makes what short runs need of a replicate, where it is not made yet.
    pub fn make(&self, replicate: usize) -> &Replicate {
        self.replicates[replicate].get_or_init(|| Replicate::new(self, replicate as u64))
    }

    /// The eight points of a replicate from number `first` on, a multiple of eight below 2³².
    pub fn group(&self, replicate: usize, first: u64) -> Group<'_> {
        debug_assert!(first.is_multiple_of(WIDTH as u64) && first >> INDEX_BITS == 0);
        let made = self.make(replicate);
        let later: &[Vec<u64>] = match first >> FIRST_BITS {
            0 => &[],
            _ => made.later_columns(self, replicate as u64),
        };
        let mut group =
            Group { replicate: made, columns: [&[]; (INDEX_BITS - LANE_BITS) as usize], count: 0 };
        let mut digits = first >> LANE_BITS;
        while digits != 0 {
            let digit = digits.trailing_zeros() as usize;
            group.columns[group.count] = match digit.checked_sub(made.columns.len()) {
                None => &made.columns[digit],
                Some(digit) => &later[digit],
            };
            group.count += 1;
            digits &= digits - 1;
        }
        group
    }
}

/// The scrambled points of one replicate, laid out for lane groups.
pub struct Replicate {
    /// For each variable, what the lanes of a lane group differ by: bit patterns, in floating point because that is how vectors
    /// are loaded.
    lanes: Vec<[f64; WIDTH]>,
    /// The shift of each variable, as the bit pattern of a number from 1 to 2.
    shifts: Vec<u64>,
    /// Scrambled direction numbers of the first digits above a lane's: `[digit][variable]`.
    columns: Vec<Vec<u64>>,
    /// Those of the digits after them, which only long runs need; made when first asked for.
    later_columns: OnceLock<Vec<Vec<u64>>>,
}

/// The number of a point's first digits whose columns are made at once: 4,096 points a replicate need no more.
const FIRST_BITS: u32 = 12;

impl Replicate {
    fn new(points: &Points, replicate: u64) -> Replicate {
        let count = points.variables.len();
        let mut made = Replicate {
            lanes: Vec::with_capacity(count),
            shifts: Vec::with_capacity(count),
            columns: (LANE_BITS..FIRST_BITS).map(|_| Vec::with_capacity(count)).collect(),
            later_columns: OnceLock::new(),
        };
        for (variable, directions) in points.variables.iter().zip(&points.directions) {
            let words = scramble_words::<{ FIRST_BITS as usize }>(variable, replicate);
            let scrambled: [u64; FIRST_BITS as usize] =
                std::array::from_fn(|k| scramble(directions[k], &words));
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

    /// The columns of the later digits.
    fn later_columns(&self, points: &Points, replicate: u64) -> &[Vec<u64>] {
        self.later_columns.get_or_init(|| {
            let mut columns: Vec<Vec<u64>> =
                (FIRST_BITS..INDEX_BITS).map(|_| Vec::with_capacity(points.variables.len())).collect();
            for (variable, directions) in points.variables.iter().zip(&points.directions) {
                let words = scramble_words::<{ INDEX_BITS as usize }>(variable, replicate);
                for (column, &direction) in columns.iter_mut().zip(&directions[FIRST_BITS as usize..]) {
                    column.push(scramble(direction, &words));
                }
            }
            columns
        })
    }
}

/// The points of one replicate that share the digits above a lane's: eight points in a row.
pub struct Group<'a> {
    replicate: &'a Replicate,
    /// Columns of the group's digits that are 1.
    columns: [&'a [u64]; (INDEX_BITS - LANE_BITS) as usize],
    count: usize,
}

impl<'a> Group<'a> {
    /// What the lanes of each variable differ by; combined by exclusive or with the group's word.
    #[inline(always)]
    pub fn lanes(&self) -> &'a [[f64; WIDTH]] {
        &self.replicate.lanes
    }

    /// The word that the points have in common for one variable: lane l's uniform is that of the bits `word ⊕ lanes[l]`, less
    /// 1 − 2⁻⁵³.
    #[inline(always)]
    pub fn word(&self, variable: usize) -> u64 {
        let columns = self.columns[..self.count].iter();
        columns.fold(self.replicate.shifts[variable], |word, column| word ^ column[variable])
    }

    /// Writes the words of all variables.
    #[inline(always)]
    pub fn words(&self, words: &mut [u64]) {
        // A few variables at a time, which stay in registers over all columns.
        const TOGETHER: usize = 16;
        let (shifts, rest_of_shifts) = self.replicate.shifts[..words.len()].as_chunks::<TOGETHER>();
        let (chunks, rest) = words.as_chunks_mut::<TOGETHER>();
        let first_of_rest = TOGETHER * chunks.len();
        for (i, (words, shifts)) in chunks.iter_mut().zip(shifts).enumerate() {
            let mut sums = *shifts;
            for column in &self.columns[..self.count] {
                let column: &[u64; TOGETHER] =
                    column[TOGETHER * i..][..TOGETHER].try_into().expect("as many as are taken together");
                for l in 0..TOGETHER {
                    sums[l] ^= column[l];
                }
            }
            *words = sums;
        }
        debug_assert_eq!(rest.len(), rest_of_shifts.len());
        rest.iter_mut().enumerate().for_each(|(i, word)| *word = self.word(first_of_rest + i));
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

/// Words of a variable's random digits: the shift, then the first columns, all as they are drawn. There is room for one more.
fn scramble_words<const COLUMNS: usize>(
    variable: &Variable,
    replicate: u64,
) -> [u64; 2 + INDEX_BITS as usize] {
    let mut words = [0; 2 + INDEX_BITS as usize];
    for (call, pair) in words[..COLUMNS + 2].as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let counter = [u64::from(variable.component), replicate, call as u64, SCRAMBLE];
        *pair = philox_halves(counter, &variable.keys).map(|half: u64| half >> (64 - MANTISSA_BITS));
    }
    words
}

/// The scrambled digits of a direction number.
fn scramble(direction: u32, words: &[u64; 2 + INDEX_BITS as usize]) -> u64 {
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
