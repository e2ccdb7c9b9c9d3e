//! States of runs as versioned, checksummed bytes, and back: whatever is not exactly what was written is refused.
//!
//! # Format 1
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
//! The lengths tell a file that was cut from one that was damaged. The checksum finds accidents, not forgers: what it lets
//! through is still judged against the plan ([`State::check`]). Equal states have equal bytes.

mod identity;

pub use identity::{Difference, Identity};

use std::io::{self, BufWriter, IntoInnerError, Write};

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use crate::run::{Savable, State};

/// The version that is written, and the only one that is read.
pub const FORMAT: u32 = 1;

const MAGIC: &[u8; 8] = b"capstate";
const LENGTHS_END: usize = 28;
const CHECKSUM: usize = 32;

/// What a state is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Scenario, seed and program.
    pub identity: Identity,
    /// Where a file of draws is written along: how far it was when the state was taken.
    pub draws: Option<DrawsMark>,
}

/// How far a file of draws is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawsMark {
    /// Chunks from the first one on that are in it.
    pub chunks: u64,
    /// Its length then.
    pub bytes: u64,
}

/// Why bytes are not a state that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Something else altogether.
    #[error("it is not a saved state of capstake")]
    Foreign,
    /// Of a later program.
    #[error("it has format {found}, of a later capstake; this one reads format {FORMAT}")]
    Newer {
        /// Its version.
        found: u32,
    },
    /// Cut short, or with something behind it.
    #[error("it should have {expected} bytes and has {found}")]
    Torn {
        /// As its head says.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// The checksum is not that of the bytes.
    #[error("its checksum is wrong: bytes were changed after it was written")]
    Damaged,
    /// Whole, but not what a program of this format writes.
    #[error("it cannot be a state of this format: {0}")]
    Malformed(String),
}

/// Writes a state as it is packed: its bytes are nowhere together. Its length stands before it, so it is packed twice.
///
/// # Errors
/// Those of the output.
pub fn write(head: &Head, state: &impl Savable, out: &mut impl Write) -> io::Result<()> {
    let length = postcard::serialize_with_flavor(state, postcard::ser_flavors::Size::default());
    let length = length.expect("plain data has bytes");
    let body = |out: &mut Sealing<'_, _>| match pack(state, out)? {
        packed if packed == length => Ok(()),
        packed => Err(io::Error::other(format!("the state had {length} bytes and now has {packed}"))),
    };
    write_sealed(head, length, body, out)
}

/// The bytes of a state.
pub fn to_bytes(head: &Head, state: &impl Savable) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(head, state, &mut bytes).expect("memory takes everything");
    bytes
}

/// Puts a head before the bytes of a body, and the checksum behind.
pub fn seal(head: &Head, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_sealed(head, body.len(), |out| out.write_all(body), &mut bytes).expect("memory takes everything");
    bytes
}

/// Bytes that are collected, hashed and handed on.
type Sealing<'a, W> = BufWriter<Hashed<&'a mut W>>;

fn write_sealed<W: Write>(
    head: &Head,
    body: usize,
    write_body: impl FnOnce(&mut Sealing<'_, W>) -> io::Result<()>,
    out: &mut W,
) -> io::Result<()> {
    let head = postcard::to_allocvec(head).expect("plain data has bytes");
    // Large pieces: each may be a journey to a disk far away, for which all workers wait.
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

/// Packs into an output whose fault is told as it was: postcard knows only that there was one. Says how many bytes there were.
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

/// Reads the head of a state: the first bytes of a file are enough, and nothing is checked but their form.
///
/// For a look at many files; a state that is used is read whole.
pub fn peek(bytes: &[u8]) -> Result<Head, Fault> {
    let (head, _) = lengths(bytes)?;
    let end = (LENGTHS_END as u64).saturating_add(head);
    let head = bytes
        .get(LENGTHS_END..usize::try_from(end).unwrap_or(usize::MAX))
        .ok_or(Fault::Torn { expected: end, found: bytes.len() as u64 })?;
    exactly(head)
}

/// Reads a state.
pub fn from_bytes(bytes: &[u8]) -> Result<(Head, State), Fault> {
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

/// The lengths of head and body, once magic and version are right.
fn lengths(bytes: &[u8]) -> Result<(u64, u64), Fault> {
    let number = |from: usize| {
        let eight = bytes.get(from..from + 8)?;
        Some(u64::from_le_bytes(eight.try_into().expect("eight bytes")))
    };
    if bytes.get(..MAGIC.len()) != Some(MAGIC) {
        // The beginning of a state that was cut within its first word.
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

/// Reads bytes that hold one thing and nothing behind it.
fn exactly<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    match postcard::take_from_bytes(bytes) {
        Ok((thing, [])) => Ok(thing),
        Ok((_, rest)) => Err(Fault::Malformed(format!("{} bytes too many", rest.len()))),
        Err(error) => Err(Fault::Malformed(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
