//! Questions asked of runs; typed answers, without digits or words.

pub mod difference;
pub mod valuation;
