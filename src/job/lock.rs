//! One writer to a results folder: a lock that the system takes back when its holder ends, however it ends.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// Held while it lives.
///
/// On Unix the folder itself is locked (`flock`), so that no file is left behind; elsewhere a hidden file in it. Where the
/// file system knows no locks there is none, as for any program.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

/// Why there is no lock.
#[derive(Debug)]
pub enum LockError {
    /// Another process has it.
    HeldByAnother,
    /// The folder cannot be opened.
    Io(io::Error),
}

impl Lock {
    /// The right to write a folder that exists.
    pub fn exclusive(folder: &Path) -> Result<Lock, LockError> {
        let file = open(folder).map_err(LockError::Io)?;
        let tried = file.try_lock();
        settled(file, tried)
    }

    /// The right to read a folder that nobody writes meanwhile.
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
    File::options().create(true).truncate(false).write(true).open(folder.join(".capstake-lock"))
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
