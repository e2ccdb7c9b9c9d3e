//! What became of one file that was verified.

/// What became of one file.
pub struct FileCheck {
    /// The file.
    pub name: String,
    /// What was compared, where it was not the whole file.
    pub what: &'static str,
    /// Nothing where it is the same, else the first difference.
    pub difference: Option<String>,
}
