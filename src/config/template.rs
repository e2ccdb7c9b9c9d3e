//! The commented starter scenario that `capstake init` writes.

/// The TOML text.
pub const TEXT: &str = include_str!("template.toml");
