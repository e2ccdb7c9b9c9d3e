//! A metric that capstake does not have, from its draws: `cargo run --release --example own_metric`.
//!
//! How good is the partnership for Microsoft where it is bad for everybody else? The mean of Microsoft's take over the tenth of
//! futures in which OpenAI's other holders keep least, and how the two go together.
#![allow(clippy::print_stdout)]

use capstake::{Error, Scenario};
use ndarray::{ArrayView1, Axis};

const PATHS: u64 = 50_000;

/// Correlation of two columns.
fn correlation(x: ArrayView1<'_, f64>, y: ArrayView1<'_, f64>) -> f64 {
    let (mean_x, mean_y) = (x.mean().unwrap_or(f64::NAN), y.mean().unwrap_or(f64::NAN));
    let products = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>();
    products / (x.len() as f64 * x.std(0.0) * y.std(0.0))
}

/// Runs the example.
pub fn main() -> Result<(), Error> {
    let base = Scenario::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/configs/base.toml"))?;
    let draws = base.draws("amended-2026", &["microsoft_take_pv", "openai_retained_pv"], 0..PATHS, 1)?;
    let (take, kept) = (draws.column(0), draws.column(1));

    let mut order: Vec<usize> = (0..kept.len()).collect();
    order.sort_by(|&a, &b| kept[a].total_cmp(&kept[b]));
    let worst = draws.select(Axis(0), &order[..kept.len() / 10]);
    let mean = worst.mean_axis(Axis(0)).expect("some paths");
    println!("over all futures Microsoft takes {:.1} bn", take.mean().unwrap_or(f64::NAN));
    println!(
        "in the tenth that is worst for the others it takes {:.1} bn and they keep {:.1} bn",
        mean[0], mean[1]
    );
    println!("correlation of the two: {:+.2}", correlation(take, kept));
    assert!(mean[0] < take.mean().unwrap_or(f64::NAN) && mean[1] <= kept[order[kept.len() / 10]]);
    Ok(())
}
