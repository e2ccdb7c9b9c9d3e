//! How paths are drawn, by name.

use capstake::config::Sampling;
use capstake::config::choice::Choice;
use capstake::job::error::{Exit, Failure};

/// The sampling that a word names.
pub(crate) fn sampling_named(word: Option<&str>) -> Result<Option<Sampling>, Failure> {
    let Some(word) = word else { return Ok(None) };
    match Sampling::from_word(word) {
        Some(sampling) => Ok(Some(sampling)),
        None => Err(Failure::told(Exit::Usage, format!("there is no sampling `{word}`"))
            .help("write sampling=\"plain\" or sampling=\"sobol\"")),
    }
}
