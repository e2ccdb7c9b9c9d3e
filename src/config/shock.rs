//! `[[shock]]`: a rare event that moves revenue or the multiple at once.

use super::leaf::Located;
use super::number::{Loadings, Number};
use super::section::section;

section! {
    /// A rare event that moves revenue or the multiple at once.
    Shock by Named("name");
    /// Its name in keys and tables.
    name: Option<Located<String>> = name();
    /// How often it strikes, at most once a period.
    rate_per_year: Option<Number> = number(Unit::PerYear, NotNegative).required();
    /// The mean of its size, in logarithms: -0.18 takes about 17%.
    mean: Option<Number> = number(Unit::Fraction, Any).required();
    /// The standard deviation of its size.
    sd: Option<Number> = number(Unit::Fraction, NotNegative).or("0");
    /// What it moves, a segment or `equity.multiple`, and how strongly.
    loading: Option<Loadings> = number(Unit::Multiple, Any).required();
}
