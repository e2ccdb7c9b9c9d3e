//! The fast tests of what a person meets: the built program, pages, workbooks and tables.

// What a test measured is printed for whoever asks with --nocapture.
#![allow(clippy::print_stdout)]

#[path = "../it/scalar_draws.rs"]
mod scalar_draws;
#[path = "../it/scenario.rs"]
mod scenario;
#[path = "../it/twin/mod.rs"]
mod twin;

mod cli;
mod documents;
#[cfg(feature = "xlsx")]
mod fuzz;
mod memo;
mod page;
#[cfg(all(feature = "serve", unix))]
mod serve;
mod sinks_fail;
mod skip;
mod tables;
#[cfg(feature = "xlsx")]
mod years;

/// The top of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
