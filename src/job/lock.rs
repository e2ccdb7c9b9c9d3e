//! A lock on a results folder, which the system releases when its holder ends, even by a crash.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// The file that is locked where folders cannot be.
pub const FILE: &str = ".capstake-lock";

/// A lock, held until it is dropped.
///
/// Unix locks the folder itself (`flock`) and leaves no file behind; other systems lock a hidden file in it. On file
/// systems without locks, nothing is locked.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

/// Why a lock cannot be had.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds it.
    HeldByAnother,
    /// The folder cannot be opened.
    Io(io::Error),
}

impl Lock {
    /// Locks an existing folder for writing.
    pub fn exclusive(folder: &Path) -> Result<Lock, LockError> {
        let file = open(folder).map_err(LockError::Io)?;
        let tried = file.try_lock();
        settled(file, tried)
    }

    /// Locks an existing folder for reading, which excludes writers.
    pub fn shared(folder: &Path) -> Result<Lock, LockError> {
        let file = open(folder).map_err(LockError::Io)?;
        let tried = file.try_lock_shared();
        settled(file, tried)
    }
}

fn settled(file: File, tried: Result<(), TryLockError>) -> Result<Lock, LockError> {
    match tried {
        Ok(()) => Ok(Lock { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(LockError::HeldByAnother),
        Err(TryLockError::Error(_)) => Ok(Lock { _file: None }),
    }
}

#[cfg(unix)]
fn open(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

#[cfg(not(unix))]
fn open(folder: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(folder.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_or_many_readers() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::exclusive(folder.path()).unwrap();
        assert!(matches!(Lock::exclusive(folder.path()), Err(LockError::HeldByAnother)));
        assert!(matches!(Lock::shared(folder.path()), Err(LockError::HeldByAnother)));
        drop(first);
        let readers = (Lock::shared(folder.path()).unwrap(), Lock::shared(folder.path()).unwrap());
        assert!(matches!(Lock::exclusive(folder.path()), Err(LockError::HeldByAnother)));
        drop(readers);
        assert!(Lock::exclusive(folder.path()).is_ok());
        assert!(matches!(Lock::exclusive(&folder.path().join("gone")), Err(LockError::Io(_))));
    }
}
