//! What a run of a scenario takes, estimated.

use std::path::Path;

use capstake::job::cost::Cost;
use capstake::job::error::Failure;
use capstake::job::formats::Format;
use capstake::job::request;
use capstake::job::resources::Requirements;
use capstake::job::scenario::Scenario;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;

/// Paths, threads, seconds, bytes of memory and bytes on disk of a run.
pub(crate) type Estimate = (u64, usize, f64, f64, f64);

/// Estimates a run with all its files, as `capstake check` does.
pub(crate) fn estimate(
    scenario: &Scenario,
    paths: Option<u64>,
    threads: Option<u16>,
) -> Result<Estimate, Failure> {
    // The seed does not change what a run takes.
    let plan = Plan::from_model(&scenario.model, request::randomness(Some(1), None, scenario), Isa::detect());
    let (cost, threads) = (Cost::of(&plan), request::threads(threads));
    let paths = request::paths(paths, &plan, &cost, threads)?;
    let seconds = cost.seconds(paths, threads) + cost.files_seconds(&Format::ALL);
    let disk = Requirements::of(&cost, paths, threads, cost.files_bytes(&Format::ALL)).disk;
    Ok((paths, threads, seconds, cost.memory_bytes(threads), disk))
}

/// Whether the machine has the memory that a run needs.
///
/// # Errors
/// It has not.
pub(crate) fn fits(cost: &Cost, paths: u64, threads: usize) -> Result<(), Failure> {
    let here = Path::new(".");
    let need = Requirements { disk: 0.0, ..Requirements::of(cost, paths, threads, 0.0) };
    capstake::job::resources::Resources::of(here).take(need, here)
}
