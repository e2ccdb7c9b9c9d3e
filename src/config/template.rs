//! The scenario that `capstake init` writes: small, commented, and it runs.

/// Its text.
pub const TEXT: &str = include_str!("template.toml");
