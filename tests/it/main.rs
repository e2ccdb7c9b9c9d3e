//! The fast tests.

mod twin;
