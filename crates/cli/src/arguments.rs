//! Options of every command that simulates: paths, seed, threads, folder, formats, and what to show.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::{Path, PathBuf};

use capstake::config::Sampling;
use capstake::config::choice::Choice;
use capstake::config::spelling::nearest;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Replace;
use capstake::job::formats::{CsvDialect, CsvOptions, Draws, Format};
use capstake::job::request::{self, Request};
use capstake::job::scenario::{Scenario, ScenarioFile};
use capstake::job::varied_scenario::VariedScenario;
use capstake::job::words;
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake_output::made;

use super::progress::ProgressMode;
use super::show::{Extent, Show};
use super::{given, output};

/// How a scenario is changed and judged.
#[derive(Debug, clap::Args)]
pub struct ScenarioOptions {
    /// Set a key of the scenario for this run; may be repeated
    ///
    /// Use the full path of the key, with entries of lists by name; the value is TOML:
    /// --set deal.amended-2026.cap_usd_bn=60
    /// --set 'discount.share={ dist = "uniform", low = 0.08, high = 0.12 }'
    /// --set segment.business.growth_now.p50=0.7     one parameter of a distribution
    /// --set deal.amended-2026.cap_usd_bn=none       takes a key, table or entry out
    /// --set 'deal.mine.like="amended-2026"'         adds a deal with that deal's terms
    #[arg(long = "set", value_name = "KEY=VALUE", verbatim_doc_comment)]
    pub overrides: Vec<String>,
    /// Treat warnings as errors: a scenario that has any is not simulated (exit 4)
    #[arg(long)]
    pub strict: bool,
}

impl ScenarioOptions {
    /// Loads a scenario with the `--set` flags.
    pub fn load(&self, file: &Path) -> Result<Scenario, Failure> {
        self.judge(&given::read(file)?, &[])
    }

    /// Judges a scenario with the `--set` flags and more.
    pub fn judge(&self, file: &ScenarioFile, more: &[String]) -> Result<Scenario, Failure> {
        let scenario = file.judge(&[self.overrides.as_slice(), more].concat())?;
        if self.strict { scenario.without_warnings() } else { Ok(scenario) }
    }
}

impl Simulation {
    /// Prints the warnings that the ends of what is varied have and the scenario itself has not.
    ///
    /// # Errors
    /// A value is not possible, or `--strict` makes errors of its warnings.
    pub fn judge_ends(&self, varied: &VariedScenario<'_>, ends: &[Vec<String>]) -> Result<(), Failure> {
        for end in ends {
            let Some((point, own)) = varied.own_warnings(end)? else { continue };
            if self.scenario.strict {
                let (sources, problems) = (Box::new(point.sources), own.strict());
                return Err(Failure::Scenario { exit: Exit::Problems, sources, problems });
            }
            if !self.quiet {
                output::problems(&point.sources, &own);
            }
        }
        Ok(())
    }
}

/// How to simulate and what to show.
#[derive(Debug, clap::Args)]
pub struct Simulation {
    /// Paths to simulate: 1000000, 1_000_000, 1e6, 500k, 10M [default: the scenario's [run] paths, else 1e6, with sobol 131072]
    #[arg(short = 'n', long, value_name = "N", value_parser = paths_argument, allow_hyphen_values = true)]
    pub paths: Option<u64>,
    /// Seed of all random numbers [default: the scenario's [run] seed, else 1]
    #[arg(short, long, value_name = "S", value_parser = seed_argument, allow_hyphen_values = true)]
    pub seed: Option<u64>,
    /// How random numbers are drawn: plain, or sobol (evenly spread: more precise means from the same number of paths) [default: the scenario's [run] sampling, else plain]
    #[arg(long, value_name = "HOW", value_parser = sampling_argument)]
    pub sampling: Option<Sampling>,
    /// Folder for the results [default: output/<scenario name>; for a study output/<scenario name>-<command>]
    #[arg(short, long, value_name = "DIR", value_parser = out_argument)]
    pub out: Option<PathBuf>,
    /// Worker threads; results do not depend on them [default: one per core]
    #[arg(short = 'j', long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// How the scenario is changed and judged.
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
    /// Formats of the result files, with commas between them (csv, xlsx, html) [default: all that are built in]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = format_argument)]
    pub formats: Option<Vec<Format>>,
    /// How CSV files are spelled.
    #[command(flatten)]
    pub csv: CsvArguments,
    /// How to show progress on stderr
    #[arg(long, value_name = "HOW", value_enum, default_value_t = ProgressMode::Auto)]
    pub progress: ProgressMode,
    /// Open the results when they are ready, in the system's default program
    #[arg(long)]
    pub open: bool,
    /// Print errors only: no progress, no warnings, no table
    #[arg(short, long)]
    pub quiet: bool,
    /// Replace the results of another run in a folder named with -o, or of a run that was stopped
    #[arg(long)]
    pub force: bool,
    /// Instruction set of the hot loop: auto, avx512, avx2, scalar; results do not depend on it
    #[arg(long, value_name = "SET", env = "CAPSTAKE_SIMD", default_value = "auto", value_parser = simd_argument)]
    pub simd: Isa,
}

impl Simulation {
    /// Seed and sampling for a scenario.
    pub fn randomness(&self, scenario: &Scenario) -> Randomness {
        request::randomness(self.seed, self.sampling, scenario)
    }

    /// Lays out a scenario with the seed and the instruction set.
    pub fn plan(&self, scenario: &Scenario) -> Plan {
        Plan::from_model(&scenario.model, self.randomness(scenario), self.simd)
    }

    /// The number of paths for a plan; `cost` serves the message that refuses too many.
    pub fn paths(&self, plan: &Plan, cost: &Cost) -> Result<u64, Failure> {
        request::paths(self.paths, plan, cost, self.threads())
    }

    /// Worker threads.
    pub fn threads(&self) -> usize {
        request::threads(self.threads)
    }

    /// Formats of the result files.
    pub fn formats(&self) -> Vec<Format> {
        self.formats.clone().unwrap_or_else(|| made::BUILT_IN.to_vec())
    }

    /// The request for a plan; `out` is the default results folder.
    pub fn request(&self, plan: &Plan, paths: u64, out: PathBuf) -> Request {
        Request {
            out: self.out.clone().unwrap_or(out),
            replace: match &self.out {
                _ if self.force => Replace::AnyRun,
                Some(_) => Replace::SameRun,
                None => Replace::Finished,
            },
            formats: self.formats(),
            formats_named: self.formats.is_some(),
            csv: self.csv.options(),
            ..Request::in_memory(plan, paths, self.threads())
        }
    }

    /// What to show.
    pub fn show(&self) -> Show {
        Show {
            json: self.json,
            extent: Extent::Screen,
            quiet: self.quiet,
            progress: self.progress,
            open: self.open,
        }
    }
}

/// How CSV files are written.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct CsvArguments {
    /// How CSV files are written
    #[arg(long, value_name = "DIALECT", value_enum, default_value_t)]
    pub csv_dialect: DialectArgument,
    /// Start CSV files with a byte order mark, so that Excel reads them as UTF-8
    #[arg(long)]
    pub csv_bom: bool,
}

impl CsvArguments {
    fn options(self) -> CsvOptions {
        let dialect = match self.csv_dialect {
            DialectArgument::Standard => CsvDialect::Standard,
            DialectArgument::ExcelEu => CsvDialect::ExcelEu,
        };
        CsvOptions { dialect, bom: self.csv_bom }
    }
}

/// How CSV files are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum DialectArgument {
    /// Comma between fields, decimal point
    #[default]
    Standard,
    /// Semicolon, decimal comma, byte order mark: opens by a double click where Excel is set up for most of Europe
    ExcelEu,
}

/// Parses a results folder.
pub fn out_argument(text: &str) -> Result<PathBuf, String> {
    match text {
        "-" => Err("results are a folder of files; name one, or print them with --json".to_owned()),
        _ => Ok(PathBuf::from(text)),
    }
}

/// Parses a format of `--formats`.
pub fn format_argument(text: &str) -> Result<Format, String> {
    let format = Format::named(text)?;
    if made::BUILT_IN.contains(&format) {
        Ok(format)
    } else {
        Err(format!(
            "this build has no {text}; it was left out when the program was built (cargo feature `{text}`)"
        ))
    }
}

/// Parses a format of `report --formats`; `csv` is refused, since `report` reads the tables.
pub fn made_argument(text: &str) -> Result<Format, String> {
    let made: Vec<&str> =
        made::BUILT_IN.iter().filter(|format| format.file().is_some()).map(|f| f.name()).collect();
    match format_argument(text) {
        Ok(format) if format.file().is_some() => Ok(format),
        _ => Err(format!("what can be made is {}", words::listed(&made))),
    }
}

/// Parses `--memo`: the ending of the file decides what is written.
pub fn memo_argument(text: &str) -> Result<PathBuf, String> {
    let file = PathBuf::from(text);
    match file.extension() {
        Some(ending) if ending == "md" => Ok(file),
        _ => Err(format!(
            "a memo is Markdown, which Word, Google Docs and pandoc open: write {}",
            file.with_extension("md").display()
        )),
    }
}

/// Parses `--draws`.
pub fn draws_argument(text: &str) -> Result<Draws, String> {
    let draws = Draws::named(text)?;
    if capstake_output::draws::BUILT_IN.contains(&draws) {
        Ok(draws)
    } else {
        Err(format!(
            "this build has no {text}; it was left out when the program was built (cargo feature `{text}`)"
        ))
    }
}

/// Parses `-n`.
pub fn paths_argument(text: &str) -> Result<u64, String> {
    match words::count(text) {
        Ok(0) => Err("at least one path is needed".to_owned()),
        Ok(count) => Ok(count),
        Err(error) => Err(error.to_string()),
    }
}

pub fn sampling_argument(text: &str) -> Result<Sampling, String> {
    Sampling::from_word(text).ok_or_else(|| {
        let words: Vec<&str> = Sampling::WORDS.iter().map(|word| word.word).collect();
        match nearest(text, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write {}", words.join(" or ")),
        }
    })
}

fn seed_argument(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// Parses `--simd`.
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
