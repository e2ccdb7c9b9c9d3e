//! Writes a results folder: one writer at a time, and each file appears only when it is complete.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::draft::{Draft, is_draft, sync_folder, sync_together};
use super::error::Failure;
use super::file_names::{is_ours, of_runs};
use super::folder_failure::{busy, changed_workbook, foreign, other_run, stopped, unwritable};
use super::folder_state::{FolderState, has_changed_workbook, listed_in_manifest, saved_seconds};
use super::identity::Identity;
use super::lock::{Lock, LockError};
use super::manifest::{self, FilePart, Manifest};
use super::state_file;
use crate::report::row::Row;

/// Which results a command may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Only those of the same scenario, seed, paths and version.
    SameRun,
    /// Those of any run, but none that was stopped with much of its work saved (the default folder).
    Finished,
    /// Those of any run (`--force`).
    AnyRun,
}

/// A results folder, locked for one writer.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    files: Vec<FilePart>,
    /// The run whose results were replaced, in words; `None` if it was the same.
    replaced: Option<String>,
    _lock: Lock,
}

/// A stopped run with more saved work is not replaced unasked, seconds.
const MUCH_WORK: f64 = 60.0;

impl Folder {
    /// Creates the folder or clears one that may be replaced; it then holds the manifest alone.
    pub fn open(path: &Path, manifest: &Manifest, replace: Replace) -> Result<Folder, Failure> {
        if matches!(FolderState::of(path)?, FolderState::Missing) {
            fs::create_dir_all(path).map_err(|error| unwritable(path, "cannot be made", &error))?;
        }
        let lock = locked(path)?;
        let identity = Identity::of(manifest);
        let mut replaced = None;
        match FolderState::of(path)? {
            FolderState::Missing | FolderState::Empty => {}
            FolderState::Foreign => return Err(foreign(path)),
            FolderState::Results(found) => {
                let same = found.identity.as_ref() == Some(&identity);
                let saved = saved_seconds(path, &found);
                match replace {
                    Replace::SameRun if !same => {
                        return Err(other_run(path, &found, &identity, &manifest.scenario.resolved));
                    }
                    Replace::Finished if saved > MUCH_WORK => return Err(stopped(path, &found, saved, same)),
                    Replace::SameRun | Replace::Finished if has_changed_workbook(path) => {
                        return Err(changed_workbook(path));
                    }
                    _ => {}
                }
                replaced = (!same).then(|| found.in_words());
            }
        }
        // The files of the former run or study; one that was killed while it wrote them has not listed them.
        let former = listed_in_manifest(path);
        let mut folder = Folder { path: path.to_owned(), files: Vec::new(), replaced, _lock: lock };
        // Remove the former state first: under the new manifest it would pass for a state of the new run.
        folder
            .clear(|name| name == state_file::FILE)
            .map_err(|error| unwritable(path, "cannot be cleared of a former run's state", &error))?;
        // The manifest must say `running` before any former result is removed.
        folder.put_manifest(manifest)?;
        folder
            .clear(|name| of_runs(name) || former.iter().any(|file| file == name) || is_draft(name))
            .map_err(|error| unwritable(path, "cannot be cleared of former results", &error))?;
        Ok(folder)
    }

    /// Locks the folder of a run to resume it; keeps its results and state.
    pub fn reopen(path: &Path) -> Result<Folder, Failure> {
        Ok(Folder { path: path.to_owned(), files: Vec::new(), replaced: None, _lock: locked(path)? })
    }

    /// Writes the manifest of a resumed run and removes drafts; keeps results and state.
    pub fn restart(&mut self, manifest: &Manifest) -> Result<(), Failure> {
        self.put_manifest(manifest)?;
        self.clear(is_draft)
            .map_err(|error| unwritable(&self.path, "cannot be cleared of what was half written", &error))
    }

    /// Removes former results; keeps the state.
    pub fn drop_results(&mut self) -> Result<(), Failure> {
        self.clear(|name| of_runs(name) && name != state_file::FILE)
            .map_err(|error| unwritable(&self.path, "cannot be cleared of former results", &error))
    }

    /// Removes the state, for a run that is not to keep one.
    pub fn drop_state(&mut self) -> Result<(), Failure> {
        self.clear(|name| name == state_file::FILE)
            .map_err(|error| unwritable(&self.path, "cannot be cleared of a former state", &error))
    }

    /// Locks a finished folder to add files to it.
    pub fn add_to(path: &Path, manifest: &Manifest) -> Result<Folder, Failure> {
        Ok(Folder {
            path: path.to_owned(),
            files: manifest.files.clone(),
            replaced: None,
            _lock: locked(path)?,
        })
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run whose results were replaced, in words; `None` if there was none, or the same.
    pub fn replaced(&self) -> Option<&str> {
        self.replaced.as_deref()
    }

    /// The files written so far.
    pub fn files(&self) -> &[FilePart] {
        &self.files
    }

    /// Writes one file.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let mut draft = self.draft(name)?;
        draft.write_all(bytes).map_err(|error| self.cannot_write(name, &error))?;
        self.keep(draft)
    }

    /// Writes several files and syncs them together; keeps the files before the first that fails.
    pub fn put_all(&mut self, files: &[EncodedFile]) -> Result<(), Failure> {
        let mut failure = None;
        let mut drafts = Vec::with_capacity(files.len());
        for EncodedFile { name, bytes } in files {
            let written = bytes.as_ref().map_err(|error| self.cannot_write(name, error)).and_then(|bytes| {
                let mut draft = self.draft(name)?;
                draft
                    .write_all(bytes)
                    .and_then(|()| draft.flush())
                    .map_err(|error| self.cannot_write(name, &error))?;
                Ok(draft)
            });
            match written {
                Ok(draft) => drafts.push(draft),
                Err(first) => {
                    failure = Some(first);
                    break;
                }
            }
        }
        let synced = sync_together(&drafts);
        let mut placed = Vec::with_capacity(drafts.len());
        for (draft, synced) in drafts.into_iter().zip(synced) {
            let name = draft.name().to_owned();
            match synced.and_then(|()| draft.place(&self.path)) {
                Ok(part) => placed.push(part),
                Err(error) => {
                    failure = Some(self.cannot_write(&name, &error));
                    break;
                }
            }
        }
        if let Some(last) = placed.last() {
            match sync_folder(&self.path) {
                Ok(()) => placed.into_iter().for_each(|part| self.note(part)),
                Err(error) => failure = failure.or_else(|| Some(self.cannot_write(&last.name, &error))),
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Writes the manifest, which does not list itself.
    pub fn put_manifest(&mut self, manifest: &Manifest) -> Result<(), Failure> {
        let mut draft = self.draft(manifest::FILE)?;
        draft.write_all(&manifest.bytes()).map_err(|error| self.cannot_write(manifest::FILE, &error))?;
        draft.finish(&self.path).map_err(|error| self.cannot_write(manifest::FILE, &error))?;
        Ok(())
    }

    /// Starts a file that appears in the folder with [`Folder::keep`], in place of a former one.
    pub fn draft(&self, name: &str) -> Result<Draft, Failure> {
        assert!(is_ours(name), "`{name}` is missing among the names of files that capstake writes");
        Draft::begin(&self.path, name).map_err(|error| self.cannot_write(name, &error))
    }

    /// Completes a draft and lists it among the files.
    pub fn keep(&mut self, draft: Draft) -> Result<(), Failure> {
        let name = draft.name().to_owned();
        let part = draft.finish(&self.path).map_err(|error| self.cannot_write(&name, &error))?;
        self.note(part);
        Ok(())
    }

    /// Lists a file, or replaces its entry.
    fn note(&mut self, part: FilePart) {
        match self.files.iter_mut().find(|former| former.name == part.name) {
            Some(former) => *former = part,
            None => self.files.push(part),
        }
    }

    /// Removes the files whose names satisfy `goes`; never folders.
    fn clear(&self, goes: impl Fn(&str) -> bool) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if goes(name) && !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// The failure for a file that cannot be written.
    pub fn cannot_write(&self, name: &str, error: &io::Error) -> Failure {
        unwritable(&self.path.join(name), "cannot be written", error)
    }
}

/// A file ready to be written.
pub struct EncodedFile {
    /// The file name.
    pub name: String,
    /// The bytes, or the error of encoding them.
    pub bytes: io::Result<Vec<u8>>,
}

impl EncodedFile {
    /// The CSV file of a table.
    pub fn table<R: Row>(bytes: io::Result<Vec<u8>>) -> EncodedFile {
        EncodedFile { name: format!("{}.csv", R::TABLE), bytes }
    }
}

/// Locks a folder for writing.
fn locked(path: &Path) -> Result<Lock, Failure> {
    match Lock::exclusive(path) {
        Ok(lock) => Ok(lock),
        Err(LockError::HeldByAnother) => Err(busy(path)),
        Err(LockError::Io(error)) => Err(unwritable(path, "cannot be opened", &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes three files, the second of which fails; returns the message, the listed names, and the files in the folder.
    fn second_fails(dir: &Path, second: io::Result<Vec<u8>>) -> (String, Vec<String>, Vec<String>) {
        let mut folder = Folder::reopen(dir).expect("a folder");
        let file = |name: &str, bytes| EncodedFile { name: name.to_owned(), bytes };
        let files =
            [file("annual.csv", Ok(vec![1])), file("events.csv", second), file("inputs.csv", Ok(vec![3]))];
        let said = match folder.put_all(&files) {
            Err(Failure::Told { message, .. }) => message,
            _ => panic!("it must fail"),
        };
        let listed = folder.files().iter().map(|file| file.name.clone()).collect();
        let mut there: Vec<String> = fs::read_dir(dir)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("plain names"))
            .collect();
        there.sort_unstable();
        (said, listed, there)
    }

    #[test]
    fn files_before_one_that_has_no_bytes_are_kept_and_none_after_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let (said, listed, there) = second_fails(dir.path(), Err(io::Error::other("no bytes")));
        assert!(said.contains("events.csv") && said.contains("no bytes"), "{said}");
        assert_eq!((listed, there), (vec!["annual.csv".to_owned()], vec!["annual.csv".to_owned()]));
    }

    #[test]
    fn files_before_one_that_cannot_have_its_name_are_kept_and_none_after_it() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("events.csv")).expect("a folder of that name");
        let (said, listed, there) = second_fails(dir.path(), Ok(vec![2]));
        assert!(said.contains("events.csv"), "{said}");
        assert_eq!(
            (listed, there),
            (vec!["annual.csv".to_owned()], vec!["annual.csv".to_owned(), "events.csv".to_owned()])
        );
    }
}
