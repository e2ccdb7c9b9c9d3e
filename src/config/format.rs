//! The format as a whole, and what to write instead of a value that one of its keys cannot take.

use super::instead::{Instead, Slot};
use super::number::NumberTable;
use super::scenario::Config;
use super::section::Section;
use super::spec::Format;

/// The format of scenarios.
pub(super) const FORMAT: Format = Format { root: Config::SPEC, number: NumberTable::SPEC };

/// What to write at the full key `path` (as in `--set`) instead of `text`, which is TOML or was meant to be. `None` if `text`
/// will do, or nobody can tell what it means.
pub fn instead(path: &str, text: &str) -> Option<Instead> {
    let slot = Slot::find(FORMAT, &path.split('.').collect::<Vec<_>>(), true)?;
    if slot.takes(text) { None } else { slot.instead(text) }
}
