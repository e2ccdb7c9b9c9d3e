//! The interface of every draws format, with its simplest implementation: CSV, whose text the workers have
//! already made.

use capstake::job::draft::Draft;
use capstake::job::manifest::Manifest;
use capstake::kernel::plan::Plan;
use std::io::{self, Write};

/// A draws file that is being written.
pub trait DrawsWriter: Send {
    /// Whether no further chunk fits.
    fn is_full(&self) -> bool {
        false
    }

    /// Writes one chunk as a worker encoded it; chunks come in the order of their paths.
    ///
    /// # Errors
    /// What the disk reports, or that the chunk is damaged.
    fn write(&mut self, chunk: &[u8]) -> io::Result<()>;

    /// Completes the file; the text is a remark for the user when the file does not hold every row.
    ///
    /// # Errors
    /// What the disk reports.
    fn finish(self: Box<Self>, plan: &Plan, manifest: &Manifest) -> io::Result<(Draft, Option<String>)>;
}

/// A CSV file: its chunks are text.
impl DrawsWriter for Draft {
    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.write_all(chunk)
    }

    fn finish(self: Box<Self>, _: &Plan, _: &Manifest) -> io::Result<(Draft, Option<String>)> {
        Ok((*self, None))
    }
}

/// The error for a chunk that does not decode.
pub(crate) fn damaged() -> io::Error {
    io::Error::other("a chunk of draws is damaged")
}
