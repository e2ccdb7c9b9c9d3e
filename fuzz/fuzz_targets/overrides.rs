//! `--set` flags of any text, one a line, on the scenario that ships.
#![no_main]

#[path = "../properties.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    properties::overrides(bytes);
});
