//! The scalar twin of the model: one path in plain `f64` and std functions, written from the equations of the
//! methodology and not from the engine's kernel, which it judges.
//!
//! One file per noun. Each holds small pure functions with their equation; `outcome` calls them in the order of the
//! business. Everything random comes in through [`Draws`], so that the engine's own normals can be put in.
//! Units throughout: money in billions of US dollars, time in years from the valuation date, rates a year.

// The benches include this file too and do not read every field (the trace, the times of events).
#![allow(dead_code)]

pub mod cloud_mix;
pub mod cost;
pub mod deal;
pub mod equity;
pub mod funding;
pub mod history;
pub mod ipo;
pub mod licence;
pub mod outcome;
pub mod plan;
pub mod segment;
pub mod shock;
pub mod timeline;

#[allow(unused_imports)]
pub use outcome::{DealOutcome, PathOutcome, PeriodTrace, path, path_untraced};

use capstake::model::dependence::Factor;
use capstake::model::parameters::ParamId;

/// Everything random that a path sees. Each method gives the same value however often it is asked.
pub trait Draws {
    /// The value of any number on this path, constant or drawn.
    fn number(&self, num: ParamId) -> f64;
    /// The unit exponential behind the time of termination; larger is later.
    fn termination_exponential(&self) -> f64;
    /// The correlated standard normal of a factor in a period (index from 0).
    fn factor(&self, period: usize, factor: Factor) -> f64;
    /// The uniform in (0, 1) that decides whether a shock strikes in a period: it does below the probability.
    fn strike(&self, period: usize, shock: usize) -> f64;
    /// The standard normal behind the size of a shock in a period.
    fn size(&self, period: usize, shock: usize) -> f64;
}
