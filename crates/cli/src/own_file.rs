//! Writes files that the user names, outside of results folders.

use std::fs;
use std::path::Path;

use capstake::job::error::{Exit, Failure};
use capstake::job::reason::reason;

/// Writes a file whole.
///
/// # Errors
/// It cannot be written.
pub fn put(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(file, bytes).map_err(|error| {
        Failure::told(Exit::Output, format!("`{}` cannot be written: {}", file.display(), reason(&error)))
            .help("look at its folder: it must exist and allow writing")
    })
}
