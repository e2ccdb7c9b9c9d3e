//! A saved state of any bytes, and one of any content under a right checksum.
#![no_main]

#[path = "../properties.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    properties::state(bytes);
});
