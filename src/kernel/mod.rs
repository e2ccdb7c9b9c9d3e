//! The hot loop: coefficients laid out from the model, and total functions over blocks of paths.
//!
//! `outcome` is the table of contents: it calls the nouns in the order of the business.

pub mod cloud_mix;
pub mod cost;
pub mod deal;
pub mod decay;
pub mod equity;
pub mod innovation;
pub mod input;
pub mod ipo;
pub mod licence;
pub mod metric;
pub mod outcome;
pub mod plan;
pub mod record;
pub mod redraw;
pub mod segment;
pub mod shock;
pub mod trailing;
