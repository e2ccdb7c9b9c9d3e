//! Reads files of a results folder, which may come from anybody: regular files only, never through a link, and no more bytes
//! than expected.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::file::{self, Links};
use super::words::size;

/// The most that is read into memory of one file, bytes.
pub const MOST: u64 = 4 << 30;

/// Opens a regular file.
///
/// # Errors
/// It is a link, a pipe, a device or a folder, or the system refuses.
pub fn open(path: &Path) -> io::Result<File> {
    // Opening a pipe waits for its writer, and opening a device may act on it: look first.
    regular(&fs::symlink_metadata(path)?)?;
    let file = file::open(path, Links::Refused)?;
    regular(&file.metadata()?)?;
    Ok(file)
}

fn regular(about: &fs::Metadata) -> io::Result<()> {
    let kind = about.file_type();
    let what = match kind {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_symlink() => "a symbolic link",
        kind if kind.is_dir() => "a folder",
        _ => "a pipe or a device",
    };
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {what}, not a regular file")))
}

/// Reads a regular file of at most so many bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let found = file.metadata()?.len();
    if found > most {
        let text = format!("it has {}, more than {}", size(found as f64), size(most as f64));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    let mut bytes = Vec::with_capacity(found as usize);
    file.take(found).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The size of a regular file and its blake3 digest; reads it piece by piece, and no more than `most` bytes.
pub fn digest(path: &Path, most: u64) -> io::Result<(u64, String)> {
    let file = open(path)?;
    let found = file.metadata()?.len();
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file.take(found.min(most)))?;
    Ok((found, hasher.finalize().to_hex().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_up_to_the_size_are_read() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("a");
        fs::write(&path, "abc").expect("a file");
        assert_eq!(read(&path, 3).expect("it fits"), b"abc");
        assert_eq!(read(&path, 2).expect_err("too large").to_string(), "it has 3 B, more than 2 B");
        let digested = |bytes: &[u8]| (3, blake3::hash(bytes).to_hex().to_string());
        assert_eq!(digest(&path, 3).expect("a file"), digested(b"abc"));
        assert_eq!(digest(&path, 1).expect("a file"), digested(b"a"));
        assert_eq!(read(&place.path().join("b"), 3).expect_err("none").kind(), io::ErrorKind::NotFound);
    }

    /// A pipe without a writer would never open, and `/dev/zero` never end.
    #[test]
    #[cfg(unix)]
    fn links_pipes_devices_and_folders_are_not_opened() {
        let place = tempfile::tempdir().expect("a folder");
        let at = |name: &str| place.path().join(name);
        fs::write(at("file"), "abc").expect("a file");
        std::os::unix::fs::symlink(at("file"), at("link")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo is part of every Unix");
        for (path, what) in [
            (at("link"), "a symbolic link"),
            (at("pipe"), "a pipe or a device"),
            (place.path().to_owned(), "a folder"),
            ("/dev/zero".into(), "a pipe or a device"),
        ] {
            let error = read(&path, 10).expect_err("not a regular file").to_string();
            assert_eq!(error, format!("it is {what}, not a regular file"));
        }
    }
}
