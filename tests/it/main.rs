//! The fast tests.

mod scenario;
mod twin;
mod whole_paths;
