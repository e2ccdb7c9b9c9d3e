//! Saved states of runs as versioned, checksummed bytes: reading refuses anything that is not exactly what
//! was written.
//!
//! # Format 2
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `capstate` |
//! | 4 | version of the format, little-endian |
//! | 8 | length of the head |
//! | 8 | length of the body |
//! | … | the head: [`Head`] in postcard's wire format |
//! | … | the body: [`State`] in postcard's wire format |
//! | 32 | blake3 of everything before |
//!
//! The lengths distinguish a truncated file from a damaged one. The checksum finds accidents, not forgeries,
//! so what passes it is still checked against the plan ([`State::check`]). Equal states have equal bytes.

mod identity;

pub use identity::{Difference, Identity, UNKNOWN, same_revision};

use std::io::{self, BufWriter, IntoInnerError, Write};

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use crate::run::{Savable, State};

/// Version of the format that is written, and the only one that can be read.
pub const FORMAT: u32 = 2;

const MAGIC: &[u8; 8] = b"capstate";
const LENGTHS_END: usize = 28;
const CHECKSUM: usize = 32;

/// What a state belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Scenario, seed and program.
    pub identity: Identity,
    /// If the run also writes a file of draws, how far that file was when the state was saved.
    pub draws: Option<DrawsMark>,
}

/// The position in a file of draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawsMark {
    /// Number of chunks in the file, from the first one on.
    pub chunks: u64,
    /// Length of the file in bytes.
    pub bytes: u64,
}

/// Why bytes cannot be read as a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes are no saved state.
    #[error("it is not a saved state of capstake")]
    Foreign,
    /// The state was written by a later version of the program.
    #[error("it has format {found}, of a later capstake; this one reads format {FORMAT}")]
    Newer {
        /// Version of its format.
        found: u32,
    },
    /// The file is too short or too long.
    #[error("it should have {expected} bytes and has {found}")]
    Torn {
        /// Length in bytes according to its head.
        expected: u64,
        /// Actual length in bytes.
        found: u64,
    },
    /// The checksum does not match the bytes.
    #[error("its checksum is wrong: bytes were changed after it was written")]
    Damaged,
    /// The checksum matches, but no program with this format writes such bytes.
    #[error("it cannot be a state of this format: {0}")]
    Malformed(String),
}

/// Writes a state without building its bytes in memory first. The length precedes the bytes, so the state is
/// serialised twice.
///
/// # Errors
/// If the output fails, or the state changes between the two passes.
pub fn write(head: &Head, state: &impl Savable, out: &mut impl Write) -> io::Result<()> {
    let length = postcard::serialize_with_flavor(state, postcard::ser_flavors::Size::default());
    let length = length.expect("plain data has bytes");
    let body = |out: &mut Sealing<'_, _>| match pack(state, out)? {
        packed if packed == length => Ok(()),
        packed => Err(io::Error::other(format!("the state had {length} bytes and now has {packed}"))),
    };
    write_sealed(head, length, body, out)
}

/// Serialises a state into memory.
pub fn to_bytes(head: &Head, state: &impl Savable) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(head, state, &mut bytes).expect("memory takes everything");
    bytes
}

/// Wraps the bytes of a body in head and checksum.
pub fn seal(head: &Head, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_sealed(head, body.len(), |out| out.write_all(body), &mut bytes).expect("memory takes everything");
    bytes
}

/// A writer that buffers, hashes and passes on what it is given.
type Sealing<'a, W> = BufWriter<Hashed<&'a mut W>>;

fn write_sealed<W: Write>(
    head: &Head,
    body: usize,
    write_body: impl FnOnce(&mut Sealing<'_, W>) -> io::Result<()>,
    out: &mut W,
) -> io::Result<()> {
    let head = postcard::to_allocvec(head).expect("plain data has bytes");
    // Large pieces: each write may go to a remote disk, and all workers wait for it.
    let mut sealing = BufWriter::with_capacity(1 << 20, Hashed { out, hasher: blake3::Hasher::new() });
    sealing.write_all(MAGIC)?;
    sealing.write_all(&FORMAT.to_le_bytes())?;
    sealing.write_all(&(head.len() as u64).to_le_bytes())?;
    sealing.write_all(&(body as u64).to_le_bytes())?;
    sealing.write_all(&head)?;
    write_body(&mut sealing)?;
    let Hashed { out, hasher } = sealing.into_inner().map_err(IntoInnerError::into_error)?;
    out.write_all(hasher.finalize().as_bytes())
}

struct Hashed<W> {
    out: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Serialises into an output and returns the number of bytes; keeps the output's own error, of which postcard
/// would only report that there was one.
fn pack<W: Write>(state: &impl Savable, out: &mut W) -> io::Result<usize> {
    struct Onto<'a, W> {
        out: &'a mut W,
        packed: usize,
        fault: &'a mut Option<io::Error>,
    }
    impl<W: Write> Flavor for Onto<'_, W> {
        type Output = usize;

        fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
            self.try_extend(&[byte])
        }

        fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
            self.packed += bytes.len();
            self.out.write_all(bytes).map_err(|error| {
                *self.fault = Some(error);
                postcard::Error::SerializeBufferFull
            })
        }

        fn finalize(self) -> postcard::Result<usize> {
            Ok(self.packed)
        }
    }
    let mut fault = None;
    let packed = postcard::serialize_with_flavor(state, Onto { out, packed: 0, fault: &mut fault });
    fault.map_or_else(|| Ok(packed.expect("plain data has bytes")), Err)
}

/// Reads the head of a state from the first bytes of a file; nothing but their form is checked.
///
/// For listing many files; a state that is to be used is read with [`from_bytes`].
pub fn peek(bytes: &[u8]) -> Result<Head, Fault> {
    let (head, _) = lengths(bytes)?;
    let end = (LENGTHS_END as u64).saturating_add(head);
    let head = bytes
        .get(LENGTHS_END..usize::try_from(end).unwrap_or(usize::MAX))
        .ok_or(Fault::Torn { expected: end, found: bytes.len() as u64 })?;
    exactly(head)
}

/// Reads a state and checks its length and checksum.
pub fn from_bytes(bytes: &[u8]) -> Result<(Head, State), Fault> {
    read(bytes)
}

/// Reads anything that is saved in the form of a state.
pub fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<(Head, T), Fault> {
    let (head, body) = lengths(bytes)?;
    let found = bytes.len() as u64;
    let expected = [head, body, CHECKSUM as u64]
        .iter()
        .try_fold(LENGTHS_END as u64, |sum, part| sum.checked_add(*part))
        .unwrap_or(u64::MAX);
    if found != expected {
        return Err(Fault::Torn { expected, found });
    }
    let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
    if blake3::hash(content).as_bytes() != checksum {
        return Err(Fault::Damaged);
    }
    let (head, body) = content[LENGTHS_END..].split_at(head as usize);
    Ok((exactly(head)?, exactly(body)?))
}

/// Reads the lengths of head and body after checking magic bytes and version.
fn lengths(bytes: &[u8]) -> Result<(u64, u64), Fault> {
    let number = |from: usize| {
        let eight = bytes.get(from..from + 8)?;
        Some(u64::from_le_bytes(eight.try_into().expect("eight bytes")))
    };
    if bytes.get(..MAGIC.len()) != Some(MAGIC) {
        // A state that was truncated within its first word.
        let torn = !bytes.is_empty() && MAGIC.starts_with(bytes);
        return Err(if torn { torn_in_front(bytes) } else { Fault::Foreign });
    }
    match bytes.get(8..12) {
        None => Err(torn_in_front(bytes)),
        Some(version) => match u32::from_le_bytes(version.try_into().expect("four bytes")) {
            FORMAT => number(12).zip(number(20)).ok_or_else(|| torn_in_front(bytes)),
            0 => Err(Fault::Malformed("there is no format 0".to_owned())),
            found => Err(Fault::Newer { found }),
        },
    }
}

fn torn_in_front(bytes: &[u8]) -> Fault {
    Fault::Torn { expected: (LENGTHS_END + CHECKSUM) as u64, found: bytes.len() as u64 }
}

/// Deserialises a value and refuses any bytes left over.
fn exactly<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    match postcard::take_from_bytes(bytes) {
        Ok((thing, [])) => Ok(thing),
        Ok((_, rest)) => Err(Fault::Malformed(format!("{} bytes too many", rest.len()))),
        Err(error) => Err(Fault::Malformed(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
