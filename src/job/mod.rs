//! What programs need around the engine: scenarios with their files, settings, costs and results folders. The only module
//! of the engine with files and a clock; it never prints or exits.

pub mod build;
pub mod clock;
pub mod columns;
pub mod comparison;
pub mod cost;
pub mod csv_column;
pub mod draft;
pub mod error;
pub mod file;
pub mod file_names;
pub mod folder;
pub mod folder_failure;
pub mod folder_state;
pub mod formats;
pub mod identity;
pub mod lock;
pub mod manifest;
pub mod manifest_check;
pub mod non_finite;
pub mod parts;
mod plausible;
pub mod portion;
pub mod reason;
pub mod regular_file;
pub mod request;
pub mod resources;
pub mod results;
pub mod saved;
pub mod scenario;
pub mod screen;
pub mod state_file;
pub mod tables;
pub mod varied_scenario;
pub mod vary;
pub mod visible;
pub mod words;
