//! capstake: how much of OpenAI's growth goes to Microsoft, under a capped revenue share and a stake, by simulation.
//!
//! A number enters as text, is judged once, is laid out for the machine, is drawn a million times, is summed up, is asked a
//! question, is put in a table, and leaves as bytes. Every step is a room (a module), and the doors between rooms open one
//! way. What the simulated world is like stands in `docs/methodology.md`, what a run writes in `output/README.md`; this page is
//! about where a line of code lives.
//!
//! # The way of a number
//!
//! ```
//! use capstake::kernel::plan::Plan;
//! use capstake::math::simd::Isa;
//! use capstake::model::{Model, NoColumns};
//! use capstake::{config, report, run, sink, study};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = std::fs::read_to_string("configs/minimal.toml")?;
//! let (_sources, config) = config::parse("minimal.toml", &text, &[]); // spelling; all problems at once
//! let (model, _warnings) = Model::from_config(&config?, "minimal", "", &NoColumns)?; // meaning; all problems at once
//! let plan = Plan::from_model(&model, 1, Isa::detect()); // layout, with the seed 1
//! let options = run::Options { paths: 10_000, threads: 0 };
//! let result = run::execute(&plan, options, &run::Silent); // draws, summed exactly
//! let answer = study::valuation::valuation(&plan, &result); // a question
//! let tables = report::tables::tables(&answer); // pages
//! let mut bytes = Vec::new();
//! sink::csv::write(&tables.summary, &mut bytes)?; // bytes
//! # assert_eq!(result.paths, 10_000);
//! # assert!(bytes.starts_with(b"deal,metric,unit,mean,"));
//! # Ok(())
//! # }
//! ```
//!
//! Each stage is made from the one before it by a constructor of its own; no stage makes the next.
//!
//! # Rooms
//!
//! | room | what happens there | imports |
//! |---|---|---|
//! | [`math`] | numerics on plain numbers: elementary functions, distributions, correlation matrices | – |
//! | [`config`] | the scenario as written, every value with its place; spelling is judged, meaning is not | – |
//! | [`model`] | decides what is allowed and what a missing value means; what it lets through is valid for good | `math`, `config` |
//! | [`rng`] | randomness as a function of seed, name and path | `math` |
//! | [`stats`] | exact, mergeable summaries of numbers, blind to what they mean | `math` |
//! | [`kernel`] | the hot loop: names become indices, then blocks of 64 paths | `math`, `config`, `model`, `rng`, `stats` |
//! | [`run`] | which paths run where, what is kept of them | the above |
//! | [`study`] | questions asked of runs; typed answers | the above |
//! | [`store`] | what a run has added up so far, as checked bytes | `run` |
//! | [`report`] | answers as tables and sentences, with units and errors | the above |
//! | [`sink`] | tables as bytes, one format to a file; no arithmetic | `report`, and of `config`, `kernel` and `run` the units and draws of a chunk |
//! | [`cli`] | the only room with files, a clock, a terminal and exit codes | all |
//!
//! (`kernel` takes of `config` its units and dates only.) External crates live in rooms too: `toml` in `config`, `rayon` in `run`,
//! `clap` in `cli`, a format's crate in its sink.
//!
//! The other axis is the noun. `segment`, `shock`, `cloud_mix`, `deal`, `cost`, `funding`, `equity`, `ipo` and `licence` have files
//! of these or like names in `config`, `model` and `kernel`; a new input touches one noun from top to bottom. The kernel's
//! table of contents is [`kernel::simulator`], which calls the nouns in the order of the business.
//!
//! # What holds everywhere
//!
//! - After `model` nobody asks whether a value is valid. After [`kernel::plan::Plan`] there are no names, and inside a block no
//!   allocation.
//! - Block functions cannot fail. A path that is not finite is counted and reported with the index that replays it.
//! - A path's draws depend on the seed, the names of what is drawn, and the path's index. See [`rng::stream`].
//! - The bits of a result depend on scenario, seed, number of paths and version; not on threads, vector width or clock.
//! - Libraries' manners: nothing here prints, exits or reads a clock outside `cli`.

pub mod config;
pub mod job;
pub mod kernel;
pub mod math;
pub mod model;
pub mod report;
pub mod rng;
pub mod run;
pub mod sink;
pub mod stats;
pub mod store;
pub mod study;
