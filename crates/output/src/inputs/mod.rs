//! The sheet *Inputs*: a scenario as cells that a person changes, laid out from its canonical text and read back.
//!
//! `layout` says which key has which cell; the workbook's writer and `read` both follow it. `open` takes the cells out of a file's
//! bytes, `read` makes a scenario of them in which every value has its cell as its place, and `written` puts the changes into the
//! text from which the workbook was made.

pub mod cell;
pub mod column;
mod complete;
mod keys_read;
pub mod layout;
pub mod list;
mod lists_read;
mod number;
mod open;
pub mod origin;
mod parts;
mod places;
mod read;
mod reading;
pub mod refused;
mod route;
mod scalar;
mod sheet_cells;
pub mod written;

pub use layout::SHEET;
pub use parts::MAX_BYTES;
pub use read::scenario;
