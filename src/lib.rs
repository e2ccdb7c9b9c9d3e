//! capstake: Monte Carlo valuation of who gets what from OpenAI's growth under its deals with Microsoft.

pub mod cli;
pub mod config;
pub mod kernel;
pub mod math;
pub mod model;
pub mod report;
pub mod rng;
pub mod run;
pub mod sink;
pub mod stats;
pub mod study;
