//! Questions asked of runs; typed answers, without digits or words.

pub mod sensitivity;
pub mod valuation;
