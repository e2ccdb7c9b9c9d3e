//! A scenario file of any bytes: it is read, judged, and written out so that it reads back the same.
#![no_main]

#[path = "../properties.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    properties::scenario(bytes);
});
