//! Reads a scenario, changes one number, runs it, and prints figures and draws: `cargo run --release --example quickstart`.
#![allow(clippy::print_stdout)]

use capstake::{Error, Options, Scenario};

/// Runs the example.
pub fn main() -> Result<(), Error> {
    let base = Scenario::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/configs/base.toml"))?;
    let cap60 = base.set("deal.amended-2026.cap_usd_bn", "60")?; // a new scenario; the value is TOML, as in --set
    let options = Options::new().paths(100_000).seed(7).threads(2);
    for (label, scenario) in [("as it is", &base), ("a cap of 60", &cap60)] {
        let result = scenario.run(options)?;
        let take = result.metric("amended-2026", "microsoft_take_pv")?;
        let (low, high) = (take.quantile(0.05)?, take.quantile(0.95)?);
        println!(
            "{label}: Microsoft takes {:.1} ± {:.1} {} (nine futures in ten: {low:.0} to {high:.0})",
            take.mean(),
            take.std_error(),
            take.unit()
        );
    }
    let result = cap60.run(options)?;
    let more = result.metric("prior-2025 - amended-2026", "microsoft_take_pv")?;
    println!("the deal of 2025 would give {:.1} ± {:.1} more", more.mean(), more.std_error());
    println!("{} rows as in summary.csv", result.summary().len());

    let columns = ["microsoft_take_pv", "share_pv", "segment.business.growth_now"];
    let draws = cap60.draws("amended-2026", &columns, 0..5, 7)?; // paths × columns
    println!("the first paths: {columns:?}\n{draws:.3}");

    // A key that does not exist is an error that says which one may be meant.
    let error = base.set("deal.amended-2026.cap", "60").expect_err("there is no such key");
    println!("{error}");
    Ok(())
}
