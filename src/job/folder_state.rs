//! What a results path holds before a run: nothing, results, or files that capstake did not write.

use std::fs;
use std::io;
use std::path::Path;

use super::draft::is_draft;
use super::error::{Exit, Failure};
use super::file_names::is_ours;
use super::folder_failure::unwritable;
use super::formats::Format;
use super::identity::{FoundRun, listed_files};
use super::lock;
use super::manifest::{self, Status};
use super::regular_file;
use super::state_file;
use crate::config::Code;

/// What a results path holds.
#[derive(Debug)]
pub enum FolderState {
    /// There is no folder.
    Missing,
    /// The folder has no files, or only what a program that was killed in its first moments leaves: drafts, and files without
    /// a byte.
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
        match regular_file::read(&path.join(manifest::FILE), manifest::MOST) {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => {
                return Ok(FoundRun::read(&bytes)
                    .map_or(FolderState::Foreign, |found| FolderState::Results(found.into())));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // A folder or link of that name, or a manifest that may not be read, counts as foreign.
            Err(_) => return Ok(FolderState::Foreign),
        }
        let unreadable = |error| unwritable(path, "cannot be read", &error);
        for entry in fs::read_dir(path).map_err(unreadable)? {
            if !is_left_over(&entry.map_err(unreadable)?) {
                return Ok(FolderState::Foreign);
            }
        }
        Ok(FolderState::Empty)
    }
}

/// How long the paths in the state of a stopped run took, about, seconds; 0 if nothing is to be gone on with.
pub fn saved_seconds(path: &Path, found: &FoundRun) -> f64 {
    let (started, wall) = &found.time;
    let stopped = matches!(found.status, Some(Status::Running | Status::Partial));
    let Ok(state) = fs::symlink_metadata(path.join(state_file::FILE)) else { return 0.0 };
    // A run that was killed has no wall time, but its last checkpoint has a time.
    let started = humantime::parse_rfc3339(started).ok();
    let until_saved = started.and_then(|started| state.modified().ok()?.duration_since(started).ok());
    let longest = until_saved.map_or(0.0, |span| span.as_secs_f64()).max(*wall);
    if stopped { longest } else { 0.0 }
}

/// Whether an entry of a folder without a manifest is capstake's own and holds nothing.
fn is_left_over(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let (Some(name), Ok(about)) = (name.to_str(), entry.metadata()) else { return false };
    let empty = about.len() == 0 && (is_ours(name) || name == lock::FILE);
    about.is_file() && (is_draft(name) || empty)
}

/// Whether the workbook of a finished run or study is not the one that was written: a person has changed it.
pub fn has_changed_workbook(path: &Path) -> bool {
    let name = Format::Xlsx.file().expect("workbooks are files");
    let listed = || -> Option<String> {
        let bytes = regular_file::read(&path.join(manifest::FILE), manifest::MOST).ok()?;
        let value: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let file = value.get("files")?.as_array()?.iter().find(|file| file["name"] == name)?;
        Some(file.get("blake3")?.as_str()?.to_owned())
    };
    match (listed(), regular_file::read(&path.join(name), manifest::MOST)) {
        (Some(then), Ok(now)) => blake3::hash(&now).to_hex().as_str() != then,
        _ => false,
    }
}

/// The files of ours that the manifest in a folder lists; none without a manifest. A manifest may list anything, so that names
/// of others are left out.
pub fn listed_in_manifest(path: &Path) -> Vec<String> {
    let manifest = regular_file::read(&path.join(manifest::FILE), manifest::MOST);
    let names = manifest.map(|bytes| listed_files(&bytes)).unwrap_or_default();
    names.into_iter().filter(|name| is_ours(name)).collect()
}
