//! The result of verifying one file.

/// The result of verifying one file.
pub struct FileCheck {
    /// The file name.
    pub name: String,
    /// What was compared.
    pub what: &'static str,
    /// The first difference; `None` if the file is equal.
    pub difference: Option<String>,
}
