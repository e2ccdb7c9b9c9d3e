//! Tables as text, one format per file, without arithmetic.

pub mod csv;
pub mod draws_columns;
pub mod draws_csv;
pub mod json;
pub mod number;
pub mod path_series;
