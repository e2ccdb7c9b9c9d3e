//! The fast tests of the engine.

// What a test measured is printed for whoever asks with --nocapture.
#![allow(clippy::print_stdout)]

#[path = "../engine/mod.rs"]
mod engine;

mod annual_growth;
mod architecture;
mod bridge;
mod dimensions;
mod exact;
mod facade;
mod fuzz;
mod ipo_at_zero;
mod laws;
mod listing;
mod oracle;
mod paired;
mod plausible;
mod readiness;
mod replicates;
mod round_until;
mod sameness;
mod sameness_table;
mod scalar_draws;
mod scenario;
mod sensitivity;
mod sharing;
mod twin;
mod whole_paths;
mod words;
