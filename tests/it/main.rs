//! The fast tests.

// What a test measured is printed for whoever asks with --nocapture.
#![allow(clippy::print_stdout)]

#[path = "../engine/mod.rs"]
mod engine;

mod architecture;
mod cli;
mod laws;
mod page;
mod sameness;
mod scenario;
mod tables;
mod twin;
mod whole_paths;
