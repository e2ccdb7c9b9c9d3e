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
        self.out.get_ref().as_file().sync_all()?;
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

/// Puts renames in a folder on the disk; systems that cannot open folders do so on their own.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
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
