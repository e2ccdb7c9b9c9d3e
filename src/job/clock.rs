//! The time of day, as the manifest has it.

use std::time::{Duration, SystemTime};

/// The time, RFC 3339; a clock before 1970 or after 9999 gives the nearest of the two.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let last = Duration::from_secs(253_402_300_799);
    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since.min(last)).to_string()
}
