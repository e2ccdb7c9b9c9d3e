//! `[[correlation]]`: correlations between two inputs or two factors.

use super::place::Located;
use super::section::section;

section! {
    /// Two inputs, or two factors, that move together.
    Correlation by Numbered;
    /// Their keys: `["segment.a.growth_now", "segment.b.growth_now"]`.
    between: Option<[Located<String>; 2]> = required();
    /// The correlation of the underlying normals, strictly between -1 and 1.
    value: Option<Located<f64>> = required();
}
