//! capstake: Monte Carlo valuation of who gets what from OpenAI's growth under its deals with Microsoft.

pub mod config;
pub mod math;
pub mod model;
pub mod rng;
pub mod stats;
