//! What other programs call: read a scenario, change it, run it, ask for figures and draws.

mod error;
mod options;
mod result;
mod scenario;

pub use error::Error;
pub use options::Options;
pub use result::{Metric, RunResult};
pub use scenario::Scenario;
