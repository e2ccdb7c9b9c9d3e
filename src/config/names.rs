//! The form of names, which become parts of key paths and of file names.

/// The form of a name in words.
pub const FORM: &str = "small letters, digits, - and _; a letter or digit first; at most 64 characters";

/// Whether a text matches `[a-z0-9][a-z0-9_-]{0,63}`.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (1..=64).contains(&bytes.len())
        && plain(bytes[0])
        && bytes.iter().all(|byte| plain(*byte) || matches!(byte, b'-' | b'_'))
}

/// The text as a name, as far as it can be made one; check with [`is_name`].
pub fn mended(name: &str) -> String {
    let folded: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_') { c } else { '-' })
        .take(64)
        .collect();
    folded.trim_matches(['-', '_']).to_owned()
}
