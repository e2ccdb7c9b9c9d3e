//! Streams against their definition: frozen bits, every vector width, moments and independence.

use super::*;
use crate::math::normal::{cdf, quantiles};
use crate::rng::philox::philox4x32;

const FROZEN_BITS: [&str; 7] = [
    "0x3fd8dbdffbee69d6",
    "0xbfe9898ed172dd3f",
    "0x3ff1cdf076953ce4",
    "0xbfc81e2bc3842f60",
    "0x3febbf4498ee6943",
    "0x3fe6a05a04956f73",
    "0x3fe18317bc5686c7",
];

/// Frozen; computed apart from this code, from the definition, in Python.
#[test]
fn keys_are_frozen() {
    for (seed, name, key) in [
        (0, "", 0xa706_dd2f_4d19_7e6f),
        (1, "", 0x5e41_ab08_7439_611e),
        (1, "revenue", 0x4289_3988_8dec_7a12),
        (1, "revenue\0", 0x4f4a_4a36_3173_0995),
        (20_260_101, "revenue growth", 0x4070_894d_4a1f_9b2d),
        (u64::MAX, "cloud_mix/Überschuss", 0x9515_8b9c_8424_5763),
    ] {
        assert_eq!(StreamKey::new(seed, name), StreamKey(key), "{seed} {name:?}");
    }
}

/// A uniform from the definition in the head of this file, by the other form of Philox.
fn uniform_by_definition(key: StreamKey, counter: [u32; 4], half: usize) -> f64 {
    let words = philox4x32(counter, [key.0 as u32, (key.0 >> 32) as u32]);
    let bits = u64::from(words[2 * half]) + (u64::from(words[2 * half + 1]) << 32);
    ((bits >> 12) as f64 + 0.5) * 0.5_f64.powi(52)
}

/// First paths of blocks, around every carry.
const FIRST_PATHS: [u64; 9] =
    [0, 64, 6_400, 0xFFFF_FFC0, 0x1_0000_0000, 0x1_FFFF_FFC0, 0x2_0000_0000, 1 << 63, u64::MAX - 63];

/// The form of numbered draws that the kernel uses, on the lane groups of a block.
struct PairsOfGroups {
    key: StreamKey,
    first_path: u64,
}

impl WithVector for PairsOfGroups {
    type Output = ();
    fn with<V: Vector>(self) {
        let PairsOfGroups { key, first_path } = self;
        for (first, index) in (0..8).map(|group| (first_path + 8 * group, group as u32 * 5)) {
            let pair = uniform_pair::<V>(&key.rounds(), first, index).map(|draws| draws.to_array());
            for (half, lane) in [0, 1].into_iter().flat_map(|half| (0..WIDTH).map(move |lane| (half, lane))) {
                let draw = 2 * index + half as u32;
                assert_eq!(pair[half][lane], uniform_of_draw(key, first + lane as u64, draw));
            }
        }
    }
}

#[test]
fn blocks_give_the_bits_of_single_draws_and_of_the_definition_at_every_vector_width() {
    let key = StreamKey::new(7, "twins");
    for isa in Isa::available() {
        for first_path in FIRST_PATHS.into_iter().chain((1..100).map(|block| block * 64)) {
            let mut one = Lanes::ZERO;
            normals(isa, key, first_path, &mut one);
            for i in 0..LANES {
                let path = first_path + i as u64;
                let call = path / 8 * 4 + path % 4;
                let counter = [call as u32, (call >> 32) as u32, 0, 1];
                let u = uniform_by_definition(key, counter, (path % 8 / 4) as usize);
                assert_eq!(one[i].to_bits(), quantile(u).to_bits(), "path {path} {}", isa.name());
                assert_eq!(one[i].to_bits(), normal_of_path(key, path).to_bits());
            }
            isa.dispatch(PairsOfGroups { key, first_path });
            for index in [0, 1, 5, u32::MAX / 2] {
                let mut u = [Lanes::ZERO; 2];
                let [even, odd] = &mut u;
                uniform_pairs(isa, key, first_path, index, even, odd);
                for (half, i) in [0, 1].into_iter().flat_map(|half| (0..LANES).map(move |i| (half, i))) {
                    let path = first_path + i as u64;
                    let counter = [path as u32, (path >> 32) as u32, index, 2];
                    let want = uniform_by_definition(key, counter, half);
                    let draw = 2 * index + half as u32;
                    assert_eq!(u[half][i], want);
                    assert_eq!(u[half][i], uniform_of_draw(key, path, draw));
                    assert_eq!(quantile(want).to_bits(), normal_of_draw(key, path, draw).to_bits());
                }
            }
        }
    }
}

/// The state of a path's sequence from the definition in the head of this file, by the other form of Philox.
fn state_by_definition(key: StreamKey, path: u64) -> [u64; 4] {
    let outputs = [0, 1].map(|call| {
        let counter = [path as u32, (path >> 32) as u32, call, 3];
        philox4x32(counter, [key.0 as u32, (key.0 >> 32) as u32])
    });
    std::array::from_fn(|i| {
        let words = outputs[i / 2];
        u64::from(words[2 * (i % 2)]) + (u64::from(words[2 * (i % 2) + 1]) << 32)
    })
}

#[test]
fn sequences_give_the_bits_of_the_definition_at_every_vector_width() {
    let key = StreamKey::new(7, "twins");
    // Draws enough that tails fill vectors, an odd number of them, and none.
    for (isa, count) in Isa::available().into_iter().flat_map(|isa| [(isa, 41), (isa, 1), (isa, 0)]) {
        for first_path in FIRST_PATHS.into_iter().chain((1..20).map(|block| block * 64)) {
            let mut drawn = vec![Lanes::ZERO; count];
            sequences(isa, key, first_path, &mut drawn);
            for i in 0..LANES {
                let path = first_path + i as u64;
                let mut generator = Xoshiro::new(state_by_definition(key, path));
                let mut one = Sequence::of_path(key, path);
                for (draw, lanes) in drawn.iter().enumerate() {
                    let want = ((generator.draw() >> 12) as f64 + 0.5) * 0.5_f64.powi(52);
                    let normal = lanes[i].to_bits();
                    assert_eq!(normal, quantile(want).to_bits(), "{path} {draw} {}", isa.name());
                    assert_eq!(normal, one.normal().to_bits());
                }
            }
        }
    }
}

/// Frozen with stream version 2: these bits are what a saved result was made of; the last two were computed apart from this
/// code, from the definition, in Python.
#[test]
fn draws_are_frozen() {
    let key = StreamKey::new(20_260_101, "revenue growth");
    let draw_of_sequence = |path, draw| {
        let mut sequence = Sequence::of_path(key, path);
        (0..=draw).map(|_| sequence.uniform()).last().unwrap_or(f64::NAN)
    };
    let bits = [
        normal_of_path(key, 0),
        normal_of_path(key, 48_231),
        normal_of_draw(key, 48_231, 0),
        normal_of_draw(key, 1 << 40, 7),
        uniform_of_draw(key, 48_231, 0),
        Sequence::of_path(key, 48_231).uniform(),
        draw_of_sequence(1 << 40, 37),
    ]
    .map(f64::to_bits);
    assert_eq!(bits.map(|b| format!("{b:#018x}")), FROZEN_BITS);
}

#[test]
fn uniforms_are_exact_at_both_ends() {
    assert_eq!(uniform_of_bits::<f64>(0), 0.5_f64.powi(53));
    assert_eq!(uniform_of_bits::<f64>(u64::MAX), 1.0 - 0.5_f64.powi(53));
    assert_eq!(uniform_of_bits::<f64>(1 << 63) - 0.5, 0.5_f64.powi(53));
    assert_eq!(uniform_of_bits::<f64>(1 << 63) + uniform_of_bits::<f64>((1 << 63) - 1), 1.0);
}

/// The z-score of an estimate, printed with what it is made of.
#[expect(clippy::print_stdout, reason = "a statistical verdict is read with its numbers")]
fn z_score(what: &str, estimate: f64, truth: f64, std_error: f64) -> f64 {
    let z = (estimate - truth) / std_error;
    println!("{what}: estimate {estimate:.6}, truth {truth}, standard error {std_error:.6}, z {z:.2}");
    z
}

/// 2²¹ normals: half drawn once per path, half from sequences.
fn sample() -> Vec<f64> {
    let (key, isa) = (StreamKey::new(11, "moments"), Isa::detect());
    let mut all = Vec::new();
    let mut one = Lanes::ZERO;
    for block in 0..16_384 {
        normals(isa, key, block * 64, &mut one);
        all.extend_from_slice(&one.0);
    }
    let mut draws = [Lanes::ZERO; 16];
    for block in 0..1_024 {
        sequences(isa, key, block * 64, &mut draws);
        all.extend(draws.iter().flat_map(|draw| draw.0));
    }
    all
}

/// The largest |z| of the first eight moments about zero.
fn worst_moment_z(sample: &[f64]) -> f64 {
    // Moments of even order 2k are (2k − 1)!!, the others 0.
    let moment = |order: i32| -> f64 {
        if order % 2 == 1 { 0.0 } else { (1..order).step_by(2).map(f64::from).product() }
    };
    let n = sample.len() as f64;
    (1..=8)
        .map(|order| {
            let estimate = sample.iter().map(|x| x.powi(order)).sum::<f64>() / n;
            let variance = moment(2 * order) - moment(order) * moment(order);
            z_score(&format!("moment {order}"), estimate, moment(order), (variance / n).sqrt()).abs()
        })
        .fold(0.0, f64::max)
}

/// √n times the largest distance between the empirical distribution function and Φ (Kolmogorov).
fn kolmogorov(sample: &[f64]) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = sorted
        .iter()
        .enumerate()
        .map(|(rank, &x)| (cdf(x) - rank as f64 / n).max((rank as f64 + 1.0) / n - cdf(x)))
        .fold(0.0, f64::max);
    distance * n.sqrt()
}

#[test]
fn moments_and_distribution_are_those_of_a_standard_normal_and_of_no_other() {
    let sample = sample();
    assert!(worst_moment_z(&sample) < 4.0);
    // Exceeded with probability 1e-3 (Kolmogorov's limit: 2 exp(−2 x²)).
    assert!(kolmogorov(&sample) < 1.95);
    for wrong in [|x: f64| x + 0.005, |x: f64| x * 1.004] {
        let moved: Vec<f64> = sample.iter().map(|&x| wrong(x)).collect();
        assert!(worst_moment_z(&moved) > 4.0);
    }
    let moved: Vec<f64> = sample.iter().map(|&x| x + 0.005).collect();
    assert!(kolmogorov(&moved) > 1.95);
}

/// z-scores of Σ x y/√n over pairs that should be independent: neighbouring streams, paths, draws and halves.
fn correlation_z_scores(leak: f64) -> Vec<f64> {
    let isa = Isa::detect();
    const BLOCKS: u64 = 64;
    let mut z_scores = Vec::new();
    let mut correlate = |x: &dyn Fn(u64, &mut Lanes), y: &dyn Fn(u64, &mut Lanes), shift: usize| {
        let (mut a, mut b, mut sum) = (Lanes::ZERO, Lanes::ZERO, 0.0);
        for block in 0..BLOCKS {
            x(block * 64, &mut a);
            y(block * 64, &mut b);
            for i in 0..LANES {
                let mixed = (b[(i + shift) % LANES] + leak * a[i]) / (1.0 + leak * leak).sqrt();
                sum += a[i] * mixed;
            }
        }
        z_scores.push(sum / ((BLOCKS * LANES as u64) as f64).sqrt());
    };
    let draw = |key: StreamKey, number: usize| {
        move |first_path: u64, out: &mut Lanes| {
            let mut draws = [Lanes::ZERO; 5];
            sequences(isa, key, first_path, &mut draws[..=number]);
            *out = draws[number];
        }
    };
    let numbered = |key: StreamKey, half: usize| {
        move |first_path: u64, out: &mut Lanes| {
            let mut pair = [Lanes::ZERO; 2];
            let [even, odd] = &mut pair;
            uniform_pairs(isa, key, first_path, 0, even, odd);
            quantiles(isa, &pair[half], out);
        }
    };
    let one = |key: StreamKey| move |first_path: u64, out: &mut Lanes| normals(isa, key, first_path, out);
    for n in 0..40_u64 {
        let key = StreamKey::new(n, "shock");
        // Neighbouring names, seeds and bare keys, at the same path and draw.
        correlate(&one(key), &one(StreamKey::new(n, "shocks")), 0);
        correlate(&draw(key, 0), &draw(StreamKey::new(n + 100, "shock"), 0), 0);
        correlate(&draw(StreamKey(n), 1), &draw(StreamKey(n + 1_000), 1), 0);
        // The layouts of one stream; neighbouring draws; neighbouring paths.
        correlate(&one(key), &draw(key, 0), 0);
        correlate(&numbered(key, 0), &draw(key, 0), 0);
        correlate(&numbered(key, 0), &numbered(key, 1), 0);
        correlate(&draw(key, 2), &draw(key, 3), 0);
        correlate(&draw(key, 3), &draw(key, 4), 0);
        correlate(&one(StreamKey::new(n, "own")), &one(StreamKey::new(n, "own")), 1);
        correlate(&one(StreamKey::new(n, "own 4")), &one(StreamKey::new(n, "own 4")), 4);
        correlate(&draw(StreamKey::new(n, "own"), 0), &draw(StreamKey::new(n, "own"), 0), 1);
    }
    z_scores
}

#[test]
fn neighbours_are_uncorrelated_and_a_small_correlation_would_show() {
    let verdict = |leak: f64| {
        let z = correlation_z_scores(leak);
        let (squares, count) = (z.iter().map(|z| z * z).sum::<f64>(), z.len() as f64);
        // Σz² has mean n and variance 2 n.
        z_score(&format!("Σz² of {count} with leak {leak}"), squares, count, (2.0 * count).sqrt())
    };
    assert!(verdict(0.0).abs() < 4.0);
    assert!(verdict(0.02) > 4.0);
}
