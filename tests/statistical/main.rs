//! The slow tests: prices and laws against exact and published values, by z-scores (release only).

// What a test measured is printed for whoever asks with --nocapture.
#![allow(clippy::print_stdout)]

#[path = "../engine/mod.rs"]
mod engine;

mod capped_share;
mod company_plan;
mod copula;
mod distribution;
mod growth;
mod normals;
mod page;
mod replicates;
mod schwartz_moon;
mod sensitivity;
mod sobol;
mod verdict;
