//! Sensitivity: what drives a metric among its uncertain inputs, the noise along the path, and groups of
//! them.

pub mod bootstrap;
pub mod estimate;
pub mod gather;
pub mod group;
pub mod information;
pub mod kept;
pub mod origins;
pub mod pick_freeze;
pub mod plain;
pub mod shapley;
pub mod sobol;
pub mod tornado;
pub mod variables;
