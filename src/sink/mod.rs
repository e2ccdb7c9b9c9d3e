//! Reports to bytes, one format to a file; no arithmetic.

pub mod csv;
pub mod draws_columns;
pub mod draws_csv;
pub mod draws_parquet;
pub mod draws_xlsx;
mod first_fault;
pub mod html;
pub mod json;
pub mod number;
pub mod svg;
pub mod terminal;
pub mod terminal_answer;
pub mod xlsx;
