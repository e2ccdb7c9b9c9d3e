//! `capstake scenario`: prints a scenario as one file, after `extends`, `like` and `--set`.

use std::path::{Path, PathBuf};

use capstake::job::error::{Exit, Failure};

use super::arguments::ScenarioOptions;
use super::{init, output};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake scenario slow.toml                a file that extends another, as one
  capstake scenario base.toml --set deal.amended-2026.cap_usd_bn=60 -o cap-60.toml
  capstake scenario slow.toml | capstake run -

Prints every key that is set, in the order of the reference, without comments.
The printed scenario gives the same results. CSV files of a scenario in another
folder are named by their full paths.";

/// Arguments of `scenario`.
#[derive(Debug, clap::Args)]
pub struct ScenarioArguments {
    /// The scenario file (TOML); - reads standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// Write to this file, which must not exist, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How the scenario is changed and judged.
    #[command(flatten)]
    pub options: ScenarioOptions,
}

/// Prints or writes the scenario.
pub fn scenario(arguments: &ScenarioArguments) -> Result<Exit, Failure> {
    let scenario = arguments.options.load(&arguments.scenario)?;
    output::warnings(&scenario);
    match &arguments.out {
        None => output::results(&scenario.text_for(Path::new("")))?,
        Some(file) => init::create(file, &scenario.text_for(file.parent().unwrap_or(Path::new(""))))?,
    }
    Ok(Exit::Done)
}
