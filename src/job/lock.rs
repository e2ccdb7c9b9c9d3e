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
pub enum Taken {
    /// Another process has it.
    ByAnother,
    /// The folder cannot be opened.
    Unknown(io::Error),
}

impl Lock {
    /// The right to write a folder that exists.
    pub fn exclusive(folder: &Path) -> Result<Lock, Taken> {
        let file = open(folder).map_err(Taken::Unknown)?;
        let tried = file.try_lock();
        settled(file, tried)
    }

    /// The right to read a folder that nobody writes meanwhile.
    pub fn shared(folder: &Path) -> Result<Lock, Taken> {
        let file = open(folder).map_err(Taken::Unknown)?;
        let tried = file.try_lock_shared();
        settled(file, tried)
    }
}

fn settled(file: File, tried: Result<(), TryLockError>) -> Result<Lock, Taken> {
    match tried {
        Ok(()) => Ok(Lock { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(Taken::ByAnother),
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
        assert!(matches!(Lock::exclusive(folder.path()), Err(Taken::ByAnother)));
        assert!(matches!(Lock::shared(folder.path()), Err(Taken::ByAnother)));
        drop(first);
        let readers = (Lock::shared(folder.path()).unwrap(), Lock::shared(folder.path()).unwrap());
        assert!(matches!(Lock::exclusive(folder.path()), Err(Taken::ByAnother)));
        drop(readers);
        assert!(Lock::exclusive(folder.path()).is_ok());
        assert!(matches!(Lock::exclusive(&folder.path().join("gone")), Err(Taken::Unknown(_))));
    }
}
