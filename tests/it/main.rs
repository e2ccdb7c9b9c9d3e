//! The fast tests.

#[path = "../engine/mod.rs"]
mod engine;

mod architecture;
mod laws;
mod sameness;
mod scenario;
mod twin;
mod whole_paths;
