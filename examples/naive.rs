//! A capped revenue share in plain rand, rand_distr and rayon, beside capstake: `cargo run --release --example naive`.
//!
//! Revenue follows a geometric Brownian motion; 20% of each quarter's revenue is paid at its end until the payments reach the
//! cap. This is what most people write first. It is right, and the two agree; what it lacks is everything else.
#![allow(clippy::print_stdout)]

use capstake::{Error, Options, Scenario};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, Normal};
use rayon::prelude::*;

const QUARTERS: i32 = 40;
const RATE_NOW: f64 = 4.0;
const GROWTH: f64 = 0.30;
const VOLATILITY: f64 = 0.40;
const SHARE: f64 = 0.20;
const CAP: f64 = 10.0;
const DISCOUNT: f64 = 0.12;
const PATHS: u64 = 400_000;

/// Present value of the payments on one path, billions.
fn payments(path: u64) -> f64 {
    let mut rng = SmallRng::seed_from_u64(path);
    let step =
        Normal::new((GROWTH - VOLATILITY.powi(2) / 2.0) / 4.0, VOLATILITY / 2.0).expect("a positive width");
    let (mut revenue, mut left, mut value) = (RATE_NOW / 4.0, CAP, 0.0);
    for quarter in 1..=QUARTERS {
        revenue *= step.sample(&mut rng).exp();
        let paid = f64::min(SHARE * revenue, left);
        left -= paid;
        value += paid * (-DISCOUNT * f64::from(quarter) / 4.0).exp();
    }
    value
}

/// Runs the example, and fails where the two differ by more than four standard errors.
pub fn main() -> Result<(), Error> {
    let (sum, squares) = (0..PATHS)
        .into_par_iter()
        .map(payments)
        .map(|value| (value, value * value))
        .reduce(|| (0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    let mean = sum / PATHS as f64;
    let error = ((squares / PATHS as f64 - mean * mean) / PATHS as f64).sqrt();

    let scenario = Scenario::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/configs/capped-share.toml"))?;
    let result = scenario.run(Options::new().paths(PATHS))?;
    let share = result.metric("capped", "share_pv")?;
    let z = (mean - share.mean()) / error.hypot(share.std_error());
    println!("naive     {mean:.4} ± {error:.4}");
    println!("capstake  {:.4} ± {:.4}   (exact: 6.3960)", share.mean(), share.std_error());
    println!("they differ by {z:+.2} standard errors");
    assert!(z.abs() < 4.0, "the two disagree");
    Ok(())
}
