//! Reads regular files that a person names, of limited size, so that no pipe, device or growing file can stop or fill the program.
//! Links are followed; [`regular_file`](super::regular_file) is for what stands in a results folder.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;

use super::reason::reason;

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    Missing,
    /// It may not be read.
    Forbidden,
    /// It is a folder.
    Folder,
    /// It is a pipe, a device or a socket, or made up by the system as those of `/proc` are.
    Special,
    /// It is larger than the caller reads; the size in bytes as far as it is known.
    TooLarge(u64),
    /// Its size changed while it was read.
    Changed,
    /// Anything else, in the system's words.
    Other(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReadError::Missing => f.write_str("there is no such file"),
            ReadError::Forbidden => f.write_str("permission denied"),
            ReadError::Folder => f.write_str("it is a folder"),
            ReadError::Special => f.write_str("it is not a regular file"),
            ReadError::TooLarge(bytes) => write!(f, "it has {bytes} bytes"),
            ReadError::Changed => f.write_str("its size changed while it was read"),
            ReadError::Other(reason) => f.write_str(reason),
        }
    }
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::Missing,
            std::io::ErrorKind::PermissionDenied => ReadError::Forbidden,
            _ => ReadError::Other(reason(&error)),
        }
    }
}

/// Reads a regular file of at most `most` bytes.
pub fn read_regular(path: &Path, most: u64) -> Result<Vec<u8>, ReadError> {
    // Opening a pipe waits for its writer, and opening some devices moves them: look first.
    let kind = std::fs::metadata(path)?;
    if kind.is_dir() {
        return Err(ReadError::Folder);
    }
    if !kind.is_file() {
        return Err(ReadError::Special);
    }
    let file = open(path, Links::Followed)?;
    let about = file.metadata()?;
    if !about.is_file() || is_made_up(&file) {
        return Err(ReadError::Special);
    }
    read_sized(file, about.len(), most)
}

/// Reads what has `stated` bytes; more or fewer than stated, and more than `most`, are refused.
fn read_sized(file: impl Read, stated: u64, most: u64) -> Result<Vec<u8>, ReadError> {
    if stated > most {
        return Err(ReadError::TooLarge(stated));
    }
    let mut bytes = Vec::with_capacity(stated as usize + 1);
    // One byte more than stated shows that there are more.
    file.take(stated + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == stated { Ok(bytes) } else { Err(ReadError::Changed) }
}

/// What a link in place of a file means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    /// The file that it points at.
    Followed,
    /// An error.
    Refused,
}

/// Opens without waiting, should the path have become a pipe since it was looked at.
#[cfg(unix)]
pub(super) fn open(path: &Path, links: Links) -> std::io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let follow = if links == Links::Refused { OFlags::NOFOLLOW } else { OFlags::empty() };
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | follow;
    OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path, _links: Links) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Whether the system makes the file up as it is read: `/proc` says that its files are regular and empty.
#[cfg(target_os = "linux")]
fn is_made_up(file: &File) -> bool {
    const PROC: i128 = 0x9fa0;
    const SYSFS: i128 = 0x6265_6572;
    rustix::fs::fstatfs(file).is_ok_and(|about| [PROC, SYSFS].contains(&i128::from(about.f_type)))
}

#[cfg(not(target_os = "linux"))]
fn is_made_up(_file: &File) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "x\n1\n").expect("a file");
        assert_eq!(read_regular(&path, 4), Ok(b"x\n1\n".to_vec()));
        assert_eq!(read_regular(&path, 3), Err(ReadError::TooLarge(4)));
        assert_eq!(read_regular(folder.path(), 9), Err(ReadError::Folder));
        assert_eq!(read_regular(&folder.path().join("b.csv"), 9), Err(ReadError::Missing));
    }

    #[test]
    fn what_gives_more_or_less_than_its_size_is_refused() {
        assert_eq!(read_sized(&b"abc"[..], 3, 9), Ok(b"abc".to_vec()));
        assert_eq!(read_sized(&b"abc"[..], 4, 9), Err(ReadError::Changed));
        assert_eq!(read_sized(std::io::repeat(b'x'), 3, 9), Err(ReadError::Changed));
        assert_eq!(read_sized(std::io::repeat(b'x'), 0, 9), Err(ReadError::Changed));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn pipes_devices_and_files_of_the_system_are_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo makes a pipe");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).expect("a link");
        for path in [pipe.as_path(), link.as_path(), Path::new("/dev/null"), Path::new("/proc/self/environ")]
        {
            assert_eq!(read_regular(path, 1 << 20), Err(ReadError::Special), "{}", path.display());
        }
    }
}
