//! The options that every command takes that simulates: how many paths, which seed, on how many threads, what is shown.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use super::cost::Cost;
use super::exit::{Exit, Failure};
use super::formats::{CsvOptions, Format, format_argument};
use super::progress::Wish;
use super::words::{self, span, thousands};
use crate::config::Code;
use crate::math::simd::Isa;
use crate::model::Model;

/// More paths than this are refused: their standard error is below any that the inputs deserve.
pub const MAX_PATHS: u64 = 100_000_000_000;
/// Paths, where neither `-n` nor the scenario says.
const DEFAULT_PATHS: u64 = 1_000_000;
/// The seed, where neither `-s` nor the scenario says.
pub const DEFAULT_SEED: u64 = 1;

/// How to simulate and what to show.
#[derive(Debug, clap::Args)]
pub struct Simulation {
    /// Paths to simulate: 1000000, 1_000_000, 1e6, 500k, 10M [default: the scenario's [run] paths, else 1e6]
    #[arg(short = 'n', long, value_name = "N", value_parser = paths_argument, allow_hyphen_values = true)]
    pub paths: Option<u64>,
    /// Seed of all random numbers [default: the scenario's [run] seed, else 1]
    #[arg(short, long, value_name = "S", value_parser = seed_argument, allow_hyphen_values = true)]
    pub seed: Option<u64>,
    /// Folder for the results [default: output/<scenario name>]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Worker threads; results do not depend on them [default: one a core]
    #[arg(short = 'j', long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Set a key of the scenario for this run; may be repeated
    ///
    /// The key is dotted as in the scenario, entries of lists go by name, the value is TOML:
    /// --set deal.amended-2026.cap_usd_bn=60
    /// --set 'discount.share={ dist = "uniform", low = 0.08, high = 0.12 }'
    #[arg(long = "set", value_name = "KEY=VALUE", verbatim_doc_comment)]
    pub overrides: Vec<String>,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
    /// Formats of the result files, with commas between them (csv, xlsx, html) [default: all that are built in]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = format_argument)]
    pub formats: Option<Vec<Format>>,
    /// How CSV files are spelled.
    #[command(flatten)]
    pub csv: CsvOptions,
    /// How to show progress on stderr
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Wish::Auto)]
    pub progress: Wish,
    /// Open the results when they are there, in the program that the system has for them
    #[arg(long)]
    pub open: bool,
    /// Say nothing but errors: no progress, no warnings, no table
    #[arg(short, long)]
    pub quiet: bool,
    /// Replace the results of another run in the folder
    #[arg(long)]
    pub force: bool,
    /// Instruction set of the hot loop: auto, avx512, avx2, scalar; results do not depend on it
    #[arg(long, value_name = "SET", env = "CAPSTAKE_SIMD", default_value = "auto", value_parser = simd_argument)]
    pub simd: Isa,
}

impl Simulation {
    /// The seed: of `-s`, of the scenario, or the default.
    pub fn seed(&self, model: &Model) -> u64 {
        self.seed.or(model.run.seed).unwrap_or(DEFAULT_SEED)
    }

    /// Worker threads: of `-j`, or one a core.
    pub fn threads(&self) -> usize {
        threads(self.threads)
    }

    /// Formats of the result files: those named, or all.
    pub fn formats(&self) -> Vec<Format> {
        self.formats.clone().unwrap_or_else(|| Format::ALL.to_vec())
    }

    /// How progress is shown.
    pub fn wish(&self) -> Wish {
        if self.quiet { Wish::None } else { self.progress }
    }
}

/// Worker threads: as many as asked for, or one a core.
pub fn threads(asked: Option<u16>) -> usize {
    match asked {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
    }
}

/// The number of paths: of `-n`, of the scenario, or the default; refused where it would never end.
pub fn paths_to_run(asked: Option<u64>, model: &Model, cost: &Cost, threads: usize) -> Result<u64, Failure> {
    let paths = asked.or(model.run.paths).unwrap_or(DEFAULT_PATHS);
    if (1..=MAX_PATHS).contains(&paths) {
        return Ok(paths);
    }
    let exit = if asked.is_some() { Exit::Usage } else { Exit::Problems };
    if paths == 0 {
        return Err(Failure::coded(exit, Code::PathsOption, "0 paths cannot be run")
            .help("at least one path is needed; 1e6 is usual"));
    }
    let message = format!(
        "{} paths would take about {} here; at most {} are run",
        thousands(paths),
        span(cost.seconds(paths, threads)),
        thousands(MAX_PATHS)
    );
    Err(Failure::coded(exit, Code::PathsOption, message)
        .help("the error of a mean falls with the root of the paths: 1e6 give three digits, 1e8 give four"))
}

/// Reads `-n`.
pub fn paths_argument(text: &str) -> Result<u64, String> {
    match words::count(text) {
        Ok(0) => Err("at least one path is needed".to_owned()),
        Ok(count) => Ok(count),
        Err(error) => Err(error.to_string()),
    }
}

fn seed_argument(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// Reads `--simd`.
pub fn simd_argument(text: &str) -> Result<Isa, String> {
    let here = || Isa::available().iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", ");
    match text {
        "auto" => Ok(Isa::detect()),
        "avx512" | "avx2" | "scalar" => {
            Isa::named(text).ok_or_else(|| format!("this machine has no {text}; it has {}", here()))
        }
        _ => Err(format!("auto, or what this machine has: {}", here())),
    }
}
