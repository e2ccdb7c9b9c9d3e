//! Studies: questions asked of one run or many, with typed answers that hold no formatted text.

pub mod bridge;
pub mod compare;
pub mod difference;
pub mod ipo;
pub mod precision;
pub mod quantity;
pub mod sensitivity;
pub mod solve;
pub mod subjects;
pub mod sweep;
pub mod target;
pub mod today;
pub mod undefined;
pub mod valuation;
pub mod variant;
pub mod what_if;
