//! The current time as the manifest writes it.

use std::time::{Duration, SystemTime};

/// The current time in RFC 3339, UTC, clamped to the years 1970 to 9999.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let last = Duration::from_secs(253_402_300_799);
    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since.min(last)).to_string()
}
