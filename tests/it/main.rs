//! The fast tests.

// What a test measured is printed for whoever asks with --nocapture.
#![allow(clippy::print_stdout)]

#[path = "../engine/mod.rs"]
mod engine;

mod architecture;
mod cli;
mod fuzz;
mod laws;
mod page;
mod paired;
mod readiness;
mod sameness;
mod sameness_table;
mod scenario;
mod sensitivity;
mod sharing;
mod sinks_fail;
mod tables;
mod twin;
mod whole_paths;
mod worked_case;
