//! What drives a metric: its uncertain inputs, the noise along the path, and groups of them.

pub mod bootstrap;
pub mod pick_freeze;
pub mod shapley;
pub mod sobol;
pub mod variables;
