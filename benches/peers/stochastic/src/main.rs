//! The neutral task on stochastic-rs: its SIMD normals, then `exp` of the standard library or its own SIMD `exp`.
//!
//! `peer-stochastic WHAT PATHS` prints one line: name, seconds, paths, value (mean present value), where WHAT is `scalar` or
//! `simd`. One thread; the generator's tables and the buffers are made before the clock starts.

use std::time::Instant;
use stochastic_rs_distributions::SimdFloatExt;
use stochastic_rs_distributions::normal::SimdNormal;
use stochastic_rs_distributions::simd_rng::Deterministic;

const QUARTERS: usize = 20;
const GROWTH: f64 = 0.30;
const VOLATILITY: f64 = 0.40;
const RATE: f64 = 0.20;
const CAP: f64 = 4.0;
const DISCOUNT: f64 = 0.12;

/// Paths side by side, a quarter at a time: what is kept of them fits the first cache. (64 to 4,096 are as fast; one
/// path after the other takes a fifth more time.)
const BLOCK: usize = 512;

/// Lanes of the crate's vectors.
const LANES: usize = 8;

/// What takes a block's logs of revenue (first) to its revenue (second).
type Exp = fn(&[f64; BLOCK], &mut [f64; BLOCK]);

fn scalar_exp(logs: &[f64; BLOCK], revenue: &mut [f64; BLOCK]) {
    for (revenue, log) in revenue.iter_mut().zip(logs) {
        *revenue = log.exp();
    }
}

fn simd_exp(logs: &[f64; BLOCK], revenue: &mut [f64; BLOCK]) {
    let (logs, revenue) = (logs.as_chunks::<LANES>().0, revenue.as_chunks_mut::<LANES>().0);
    for (revenue, log) in revenue.iter_mut().zip(logs) {
        *revenue = f64::simd_to_array(f64::simd_exp(f64::simd_from_array(*log)));
    }
}

/// Mean present value over so many paths, made up to whole blocks. Steps of the log have mean and deviation already when they
/// are drawn.
fn value(steps: &SimdNormal<f64>, exp: Exp, paths: u64) -> f64 {
    let factors: [f64; QUARTERS] = std::array::from_fn(|q| (-DISCOUNT * (q + 1) as f64 / 4.0).exp());
    let (mut step, mut revenue, mut sums) = ([0.0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
    let blocks = paths.div_ceil(BLOCK as u64);
    for _ in 0..blocks {
        let (mut log, mut left) = ([0.0; BLOCK], [CAP; BLOCK]);
        for factor in factors {
            steps.fill_slice(&mut step);
            for (log, step) in log.iter_mut().zip(&step) {
                *log += step;
            }
            exp(&log, &mut revenue);
            for ((revenue, left), sum) in revenue.iter().zip(&mut left).zip(&mut sums) {
                let paid = (RATE * revenue).min(*left);
                *left -= paid;
                *sum += paid * factor;
            }
        }
    }
    sums.iter().sum::<f64>() / (blocks * BLOCK as u64) as f64
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, paths] = arguments.as_slice() else { panic!("WHAT PATHS") };
    let exp: Exp = match what.as_str() {
        "scalar" => scalar_exp,
        "simd" => simd_exp,
        _ => panic!("scalar or simd, not {what:?}"),
    };
    let paths: u64 = paths.parse().expect("a number of paths");
    let drift = (GROWTH - VOLATILITY * VOLATILITY / 2.0) / 4.0;
    let steps = SimdNormal::new(drift, VOLATILITY / 2.0, &Deterministic::new(1));
    let start = Instant::now();
    let value = value(&steps, exp, paths);
    println!("{what} {:.6} {paths} {value:.9}", start.elapsed().as_secs_f64());
}
