//! A writer that keeps its first error, because format crates turn errors into text or hit them again when
//! they are dropped.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// The first error of an output, if there was one.
#[derive(Clone, Debug, Default)]
pub(super) struct Fault(Arc<Mutex<Option<io::Error>>>);

impl Fault {
    /// The error of the output if there was one, otherwise the error that the format crate reported.
    pub(super) fn or(&self, reported: impl FnOnce() -> io::Error) -> io::Error {
        self.take().unwrap_or_else(reported)
    }

    /// Takes the error out.
    fn take(&self) -> Option<io::Error> {
        self.0.lock().ok()?.take()
    }
}

/// Passes all bytes on until the first error, then silently discards the rest: the file is not kept.
#[derive(Debug)]
pub(super) struct Watched<W> {
    out: W,
    fault: Fault,
    failed: bool,
}

impl<W: Write> Watched<W> {
    /// Wraps an output.
    pub(super) fn new(out: W) -> (Watched<W>, Fault) {
        let fault = Fault::default();
        (Watched { out, fault: fault.clone(), failed: false }, fault)
    }

    /// Returns the output if it accepted every byte.
    pub(super) fn finish(self) -> io::Result<W> {
        match self.failed {
            true => Err(self.fault.or(|| io::Error::other("the output had failed before"))),
            false => Ok(self.out),
        }
    }

    fn keep(&mut self, error: io::Error) -> io::Error {
        self.failed = true;
        let told = io::Error::from(error.kind());
        if let Ok(mut fault) = self.fault.0.lock() {
            fault.get_or_insert(error);
        }
        told
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(bytes.len());
        }
        match self.out.write(bytes) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(self.keep(error)),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed {
            return Ok(());
        }
        self.out.flush().map_err(|error| self.keep(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fault_is_kept_and_later_ones_are_silent() {
        struct Full(u8);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                if self.0 == 1 { Ok(bytes.len()) } else { Err(io::Error::other(format!("fault {}", self.0))) }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut out, fault) = Watched::new(Full(0));
        assert_eq!(out.write(b"abc").unwrap(), 3);
        assert_eq!(out.write(b"abc").unwrap_err().kind(), io::ErrorKind::Other);
        assert_eq!(out.write(b"abc").unwrap(), 3);
        assert_eq!(fault.or(|| unreachable!("there was a fault")).to_string(), "fault 2");
        assert_eq!(out.out.0, 2);
        assert!(out.finish().err().is_some_and(|error| error.to_string().contains("before")));
    }
}
