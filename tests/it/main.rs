//! The fast tests.

mod scenario;
mod tables;
mod twin;
mod whole_paths;
