//! Writes a file under a temporary name, hashes it on the way, and renames it once its bytes are on the disk.

use std::fs::File;
#[cfg(unix)]
use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;

use tempfile::NamedTempFile;

use super::manifest::FilePart;

/// Prefix and suffix of temporary names.
const TEMPORARY: (&str, &str) = (".capstake-", ".tmp");

/// A file being written, hashed as its bytes arrive.
#[derive(Debug)]
pub struct Draft {
    name: String,
    out: BufWriter<NamedTempFile>,
    hasher: blake3::Hasher,
    bytes: u64,
    /// Whether all bytes written so far are on the disk.
    synced: AtomicBool,
}

impl Draft {
    /// Starts a file in a folder; any thread may do so.
    pub fn begin(folder: &Path, name: &str) -> io::Result<Draft> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
        // The mode that the user's umask leaves, rather than the private mode of temporary files.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(Permissions::from_mode(0o666));
        }
        Ok(Draft {
            name: name.to_owned(),
            out: BufWriter::with_capacity(1 << 16, builder.tempfile_in(folder)?),
            hasher: blake3::Hasher::new(),
            bytes: 0,
            synced: AtomicBool::new(false),
        })
    }

    /// The folder that it will be in; files that are needed on the way belong there too.
    pub fn folder(&self) -> &Path {
        self.out.get_ref().path().parent().unwrap_or(Path::new("."))
    }

    /// The file's final name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Syncs the bytes, renames the file, then syncs the folder.
    pub fn finish(mut self, folder: &Path) -> io::Result<FilePart> {
        self.flush()?;
        self.sync()?;
        let part = self.place(folder)?;
        sync_folder(folder)?;
        Ok(part)
    }

    /// Waits until the flushed bytes are on the disk.
    pub fn sync(&self) -> io::Result<()> {
        assert!(self.out.buffer().is_empty(), "a draft is flushed before it is synced");
        synced(self.out.get_ref().as_file().sync_all())?;
        self.synced.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Gives a synced file its final name.
    pub fn place(self, folder: &Path) -> io::Result<FilePart> {
        assert!(self.synced.into_inner(), "a draft is on the disk before it gets its name");
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(folder.join(&self.name)).map_err(|error| error.error)?;
        Ok(FilePart {
            name: self.name,
            bytes: self.bytes,
            blake3: self.hasher.finalize().to_hex().to_string(),
        })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.synced.store(false, Ordering::Relaxed);
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    /// Passes all buffered bytes to the system.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Puts renames in a folder on the disk, as far as its file system can.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { synced(File::open(folder).and_then(|folder| folder.sync_all())) } else { Ok(()) }
}

/// What an attempt to sync says about the bytes. Network and user-space file systems answer that they cannot sync a folder, or
/// anything, in many ways (EINVAL, ENOTSUP, EACCES, EBADF, ENOSYS, …): nothing more can be done there, and nothing is lost. Only
/// an error of the disk itself says that bytes are lost.
fn synced(tried: io::Result<()>) -> io::Result<()> {
    // EIO is the same number everywhere, and has no kind of its own.
    const INPUT_OUTPUT: i32 = 5;
    match tried {
        Err(error)
            if error.raw_os_error() == Some(INPUT_OUTPUT)
                || matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Syncs all drafts at the same time, which takes about as long as one.
pub fn sync_together(drafts: &[Draft]) -> Vec<io::Result<()>> {
    std::thread::scope(|scope| {
        let waiting = drafts.iter().map(|draft| Builder::new().spawn_scoped(scope, || draft.sync()));
        let waiting: Vec<_> = waiting.collect();
        let ended = waiting.into_iter().zip(drafts).map(|(thread, draft)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // The system gives no thread, so sync here.
            Err(_) => draft.sync(),
        });
        ended.collect()
    })
}

/// Whether a name is that of a draft; a killed program leaves such files behind.
pub fn is_draft(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of Linux.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_system_that_cannot_sync_is_no_error_and_a_failing_disk_is() {
        let answer = |number: i32| synced(Err(io::Error::from_raw_os_error(number)));
        // EPERM, EBADF, EACCES, EISDIR, EINVAL, ENOTTY, EROFS, ENOSYS, ENOTSUP.
        for cannot in [1, 9, 13, 21, 22, 25, 30, 38, 95] {
            assert!(answer(cannot).is_ok(), "{cannot}");
        }
        // EIO, ENOSPC, EDQUOT.
        for lost in [5, 28, 122] {
            assert_eq!(answer(lost).expect_err("lost").raw_os_error(), Some(lost));
        }
    }
}
