//! A workbook, of any bytes.
#![no_main]

#[path = "../workbooks.rs"]
mod workbooks;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    workbooks::workbook(bytes);
});
