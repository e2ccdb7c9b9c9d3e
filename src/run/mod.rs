//! Which block runs where, and what is kept of it: workers over chunks of paths, summaries that merge exactly.
//!
//! A chunk is 4,096 paths. Workers take chunks in order, so the chunks done are always a prefix of the run; what a chunk adds
//! to the shared summaries is exact, so the order in which chunks finish does not change a bit.

mod chunk_set;
mod draws;
mod event;
mod execute;
mod levels;
mod non_finite;
mod observer;
mod options;
pub mod paired;
mod redrawn;
mod result;
mod shared;
mod single;
mod state;
mod sums;
mod visit;
mod worker;
mod workers;

pub use chunk_set::ChunkSet;
pub use draws::{ChunkDraws, YearValues};
pub use event::Event;
pub use execute::{execute, resume};
pub use levels::levels;
pub use non_finite::NonFinite;
pub use observer::{Observer, Progress, Silent};
pub use options::{CHUNK_PATHS, FACTOR_PATHS, Options, QUANTILE_PATHS, SAMPLE_PATHS};
pub use redrawn::{MetricIndex, Redrawn};
pub use result::RunResult;
pub use single::{SinglePath, single};
pub use state::{Finished, Savable, Snapshot, State, Task};
pub use sums::{Sums, YearSummary};
pub use visit::{SimulatedBlock, Visited, visit};
pub use workers::{SharedOut, join, share_out};
