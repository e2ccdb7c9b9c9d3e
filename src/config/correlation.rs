//! `[[correlation]]`: correlations between two inputs or two factors.

use super::place::Located;
use super::section::section;

section! {
    /// Two inputs, or two factors, that move together: by the correlation of the normals behind their draws (a Gaussian copula).
    /// Inputs go by the full key of an uncertain number, factors by `factor.segment.NAME.level`, `factor.segment.NAME.growth`,
    /// `factor.cloud.NAME.mix`, `factor.equity.multiple`, `factor.microsoft-ai.level` or `factor.microsoft-ai.growth`; an input does
    /// not go with a factor. Pairs that are not named are uncorrelated.
    Correlation by Numbered;
    /// Their keys: `["segment.a.growth_now", "segment.b.growth_now"]`.
    between: Option<[Located<String>; 2]> = required();
    /// The correlation of the underlying normals, strictly between -1 and 1.
    value: Option<Located<f64>> = required();
}
