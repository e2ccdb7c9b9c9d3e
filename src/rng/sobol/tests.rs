use super::*;
use crate::rng::stream::{StreamKey, uniform_of_fraction};
use std::collections::HashSet;

fn variable(name: &str, component: u32, dimension: usize) -> Variable {
    Variable { keys: StreamKey::new(20_260_101, name).rounds(), component, dimension }
}

/// The 52 digits of point `i` of variable `v`, read as the kernels read them.
fn digits(points: &Points, replicate: usize, v: usize, i: u64) -> u64 {
    let group = points.group(replicate, i & !7);
    (group.word(v) ^ group.lanes()[v][(i % 8) as usize].to_bits()) & ((1 << MANTISSA_BITS) - 1)
}

/// Point `i` of a dimension without scramble: its binary digits from the highest bit on.
fn unscrambled(directions: &Directions, i: u32) -> u32 {
    (0..INDEX_BITS).filter(|k| i >> k & 1 == 1).fold(0, |sum, k| sum ^ directions[k as usize])
}

/// SciPy 1.17's `qmc.Sobol(scramble=False, bits=32)`, whose points come in Gray-code order, sorted by number: point 4,095 of each
/// dimension, and all 4,096 points folded by h ← 31 h + x modulo 2⁶⁴.
#[test]
fn unscrambled_points_are_those_of_scipy() {
    let table = directions(DIMENSIONS);
    for (dimension, last, folded) in [
        (1, 0xfff0_0000, 0x98752f800000000),
        (2, 0x1110_0000, 0xdb730ef800000000),
        (3, 0x00b0_0000, 0x1b730ef800000000),
        (60, 0xa630_0000, 0x1b730ef800000000),
        (744, 0x5510_0000, 0xaaaf0ef800000000),
        (4_096, 0x3490_0000, 0xdb730ef800000000_u64),
    ] {
        let mut points = (0..4_096).map(|i| unscrambled(&table[dimension - 1], i));
        let sum = points.clone().fold(0_u64, |h, x| h.wrapping_mul(31).wrapping_add(u64::from(x)));
        assert_eq!((points.next_back(), sum), (Some(last), folded), "dimension {dimension}");
    }
}

/// Frozen; computed apart from this code, from the definition, in Python.
#[test]
fn digits_of_points_are_frozen() {
    for (seed, name, component, dimension, replicate, i, frozen) in FROZEN {
        let keys = StreamKey::new(seed, name).rounds();
        let variables =
            vec![variable("another", 0, 0), Variable { keys, component, dimension: dimension - 1 }];
        let points = Points::new(variables, 64);
        assert_eq!(digits(&points, replicate, 1, i), frozen, "{name} {i}");
    }
}

const FROZEN: [(u64, &str, u32, usize, usize, u64, u64); 4] = [
    (20_260_101, "revenue growth", 0, 3, 0, 0, 0x38ac913c7571e),
    (20_260_101, "revenue growth", 0, 3, 0, 5, 0xd4c7c9530e905),
    (20_260_101, "revenue growth", 39, 744, 31, 48_231, 0xbb3145a58f76b),
    (7, "shock.ai-winter.size", 2, 4_096, 63, (1 << 32) - 1, 0x31cde5663e6fa),
];

/// In every aligned block of 2^m points each of the 2^m equal parts of [0, 1) has one point, in every dimension.
#[test]
fn aligned_blocks_are_stratified() {
    let dimensions = [0, 1, 2, 59, 743, 4_095];
    let variables = dimensions.iter().map(|&dimension| variable("stratified", 0, dimension)).collect();
    let points = Points::new(variables, 64);
    for (v, replicate) in [(0, 0), (1, 63), (2, 1), (3, 31), (4, 8), (5, 2)] {
        for m in [0, 1, 3, 6, 9, 12, 16] {
            for block in [0, 1, 5, (1 << (INDEX_BITS - 16)) - 1] {
                let strata: HashSet<u64> = (0..1_u64 << m)
                    .map(|i| digits(&points, replicate, v, (block << m) + i) >> (MANTISSA_BITS - m))
                    .collect();
                assert_eq!(strata.len(), 1 << m, "variable {v}, 2^{m} points from block {block}");
            }
        }
    }
}

/// The first two dimensions are a (0, m, 2)-net: every box of 2^−a by 2^−(m − a) has one of 2^m points.
#[test]
fn the_first_two_dimensions_are_a_net() {
    let points = Points::new(vec![variable("x", 0, 0), variable("y", 3, 1)], 8);
    for m in [4, 9, 12] {
        for a in 0..=m {
            let part = |v, i, bits: u32| digits(&points, 5, v, i) >> (MANTISSA_BITS - bits);
            let boxes: HashSet<(u64, u64)> =
                (0..1_u64 << m).map(|i| (part(0, i, a), part(1, i, m - a))).collect();
            assert_eq!(boxes.len(), 1 << m, "2^{m} points, 2^{a} columns");
        }
    }
}

/// All words at once are the words one by one, for numbers of variables that fill registers and that do not.
#[test]
fn words_together_are_the_words_one_by_one() {
    for count in [1, 16, 20, 53] {
        let points = Points::new((0..count).map(|d| variable("words", d, d as usize * 7)).collect(), 16);
        for first in [0, 64, 64 * 12_345 + 24, (1 << INDEX_BITS) - 8] {
            let group = points.group(11, first);
            let mut words = vec![0; count as usize];
            group.words(&mut words);
            for (v, &word) in words.iter().enumerate() {
                assert_eq!(group.word(v), word, "variable {v} of {count}, point {first}");
            }
        }
    }
}

/// A variable's scramble does not depend on its dimension: over dimensions, only the direction numbers change.
#[test]
fn a_scramble_belongs_to_the_name() {
    let [here, there] = [0, 300].map(|dimension| {
        let points = Points::new(vec![variable("kept", 2, dimension)], 8);
        digits(&points, 3, 0, 0)
    });
    assert_eq!(here, there, "the shift");
    let points =
        Points::new(vec![variable("kept", 2, 0), variable("kept", 3, 0), variable("other", 2, 0)], 8);
    let shifts: HashSet<u64> =
        (0..3).flat_map(|v| (0..8).map(move |r| (v, r))).map(|(v, r)| digits(&points, r, v, 0)).collect();
    assert_eq!(shifts.len(), 24, "every variable has its own in every replicate");
}

/// Over many scrambles the products of two variables' centred uniforms at one point have mean 0, in one dimension as in two; those
/// of one variable with itself do not.
#[test]
fn scrambles_of_different_names_are_uncorrelated() {
    let z = |a: &Variable, b: &Variable, i: u64, j: u64| {
        let points = Points::new(vec![a.clone(), b.clone()], 20_000);
        let (mut sum, mut squares) = (0.0, 0.0);
        for r in 0..20_000 {
            let at = |v, i| {
                let x: f64 = uniform_of_fraction(digits(&points, r, v, i) | 1.0_f64.to_bits());
                x - 0.5
            };
            let product: f64 = at(0, i) * at(1, j);
            sum += product;
            squares += product * product;
        }
        sum / squares.sqrt()
    };
    let (x, y, next) = (variable("x", 0, 0), variable("y", 0, 0), variable("x", 1, 0));
    for (a, b, i, j) in [(&x, &y, 0, 0), (&x, &y, 77, 77), (&x, &next, 5, 5), (&x, &y, 5, 6)] {
        let z = z(a, b, i, j);
        assert!(z.abs() < 4.5, "points {i} and {j}: z {z}");
    }
    assert!(z(&x, &x, 77, 77) > 100.0);
}
