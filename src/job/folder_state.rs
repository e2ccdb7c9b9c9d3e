//! What a results path holds before a run: nothing, results, or files that capstake did not write.

use std::fs;
use std::io;
use std::path::Path;

use super::error::{Exit, Failure};
use super::folder_failure::unwritable;
use super::identity::{FoundRun, listed_files};
use super::manifest;
use crate::config::Code;

/// What a results path holds.
#[derive(Debug)]
pub enum FolderState {
    /// There is no folder.
    Missing,
    /// The folder has no files.
    Empty,
    /// The folder holds results of this program.
    Results(Box<FoundRun>),
    /// The folder holds other files.
    Foreign,
}

impl FolderState {
    /// Inspects a path, which need not exist.
    ///
    /// # Errors
    /// The path is a file, or cannot be read.
    pub fn of(path: &Path) -> Result<FolderState, Failure> {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FolderState::Missing),
            Err(error) => return Err(unwritable(path, "cannot be reached", &error)),
        };
        if !about.is_dir() {
            let message = format!("`{}` is a file; the results need a folder", path.display());
            return Err(Failure::coded(Exit::Output, Code::FolderUnwritable, message)
                .help_by("out", "name another folder with -o, or move the file"));
        }
        match fs::read(path.join(manifest::FILE)) {
            Ok(bytes) => {
                return Ok(FoundRun::read(&bytes)
                    .map_or(FolderState::Foreign, |found| FolderState::Results(found.into())));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // A folder of that name, or a manifest that may not be read, counts as foreign.
            Err(_) => return Ok(FolderState::Foreign),
        }
        let mut entries = fs::read_dir(path).map_err(|error| unwritable(path, "cannot be read", &error))?;
        Ok(if entries.next().is_some() { FolderState::Foreign } else { FolderState::Empty })
    }
}

/// The plain file names that the manifest in a folder lists; none without a manifest.
pub fn listed_in_manifest(path: &Path) -> Vec<String> {
    let names = fs::read(path.join(manifest::FILE)).map(|bytes| listed_files(&bytes)).unwrap_or_default();
    names
        .into_iter()
        .filter(|name| Path::new(name).file_name().is_some_and(|plain| plain == name.as_str()))
        .collect()
}
