//! capstake: how much of OpenAI's growth goes to Microsoft, under a capped revenue share and a stake, by simulation.
//!
//! # Using it
//!
//! ```
//! use capstake::{Options, Scenario};
//!
//! # fn main() -> Result<(), capstake::Error> {
//! let base = Scenario::from_path("configs/base.toml")?;
//! let cap60 = base.set("deal.amended-2026.cap_usd_bn", "60")?; // a new scenario; the value is TOML, as in --set
//! let result = cap60.run(Options::new().paths(10_000).seed(7))?;
//! let take = result.metric("amended-2026", "microsoft_take_pv")?;
//! println!("{:.1} ± {:.1} {}", take.mean(), take.std_error(), take.unit());
//! assert!(take.quantile(0.95)? > take.mean());
//! # Ok(())
//! # }
//! ```
//!
//! The examples of the repository go on from here: `quickstart` (figures and draws), `naive` (the capped share in 60 lines, compared
//! with this crate), `own_metric` (a metric that capstake does not have). What the simulated world is like stands in
//! `docs/methodology.md`.
//!
//! Every path's random numbers are open too: [`rng::stream()`] gives the generator of a seed, a name and a path.
//!
//! # Inside
//!
//! A number enters as text, is judged once, is laid out for the machine, is drawn a million times, is summarised, is asked a
//! question, and is put in a table. Each step is a room (a module); the doors between rooms open one way. The rooms below the facade
//! are public for the crates of this repository and for its tests, hidden from the documentation, and may change in any version.
//!
//! | room | what happens there | imports |
//! |---|---|---|
//! | `math` | numerics on plain numbers: elementary functions, distributions, correlation matrices | – |
//! | `config` | the scenario as written, every value with its place; spelling is judged, meaning is not | – |
//! | `model` | decides what is allowed and what a missing value means; what it lets through is valid for good | `math`, `config` |
//! | `rng` | randomness as a function of seed, name and path | `math` |
//! | `stats` | exact, mergeable summaries of numbers, blind to what they mean | `math` |
//! | `kernel` | the hot loop: names become indices, then blocks of 64 paths | `math`, `config`, `model`, `rng`, `stats` |
//! | `run` | which paths run where, what is kept of them | the above |
//! | `study` | questions asked of runs; typed answers | the above |
//! | `store` | what a run has added up so far, as checked bytes | `run` |
//! | `report` | answers as tables, with units and errors | the above |
//! | `sink` | tables as text: CSV and JSON; no arithmetic | `report`, and of `config`, `kernel` and `run` the units and draws of a chunk |
//! | `job` | what a program needs around the engine: scenarios with their files, settings, costs, results folders; the only room with files and a clock | the above |
//! | `facade` | what other programs call | the above |
//!
//! (`kernel` takes of `config` its units and dates only.) External crates live in rooms too: `toml` in `config`, `rayon` in `run`.
//! Beside the engine, `crates/output` turns answers into pages, workbooks and files of draws, `crates/serve` is the live page of `capstake
//! serve` on this machine, and `crates/cli` is the program: arguments, a
//! terminal, signals, exit codes.
//!
//! The other axis is the noun. `segment`, `shock`, `cloud_mix`, `deal`, `cost`, `funding`, `equity`, `ipo` and `licence` have files
//! of these or like names in `config`, `model` and `kernel`; a new input touches one noun from top to bottom.
//!
//! # What holds everywhere
//!
//! - After `model` nobody asks whether a value is valid. After `kernel`'s plan there are no names, and inside a block no
//!   allocation.
//! - Block functions cannot fail. A path that is not finite is counted and reported with the index that replays it.
//! - A path's draws depend on the seed, the names of what is drawn, and the path's index.
//! - The bits of a result depend on scenario, seed, number of paths and version; not on threads, vector width or clock.
//! - The library prints nothing and exits nowhere; only `job` touches files or reads a clock.

#[doc(hidden)]
pub mod config;
mod facade;
#[doc(hidden)]
pub mod job;
#[doc(hidden)]
pub mod kernel;
#[doc(hidden)]
pub mod math;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod report;
pub mod rng;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod sink;
#[doc(hidden)]
pub mod stats;
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod study;

pub use facade::{Error, Metric, Options, RunResult, Scenario};
pub use report::tables::SummaryRow;
