//! `[[correlation]]`: two inputs, or two factors, that move together.

use super::leaf::Leaf;
use super::noun::noun;

noun! {
    /// Two inputs, or two factors, that move together.
    Correlation by Numbered;
    /// Their keys: `["segment.a.growth_now", "segment.b.growth_now"]`.
    between: Option<[Leaf<String>; 2]> = required();
    /// The correlation of the underlying normals, strictly between -1 and 1.
    value: Option<Leaf<f64>> = required();
}
