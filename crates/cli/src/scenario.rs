//! `capstake scenario`: prints a scenario as one file, after `extends`, `like` and `--set`.

use std::path::{Path, PathBuf};

use capstake::job::error::{Exit, Failure};
use capstake::job::scenario::Scenario;

use super::arguments::ScenarioOptions;
use super::{init, output};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake scenario slow.toml                a file that extends another, as one
  capstake scenario base.toml --set deal.amended-2026.cap_usd_bn=60 -o cap-60.toml
  capstake scenario slow.toml | capstake run -
  capstake scenario results.xlsx -o my.toml  what was changed in a workbook

Prints every key that is set, in the order of the reference, without comments; of
a workbook, the file from which it was made with what was changed, its comments
where nothing was. The printed scenario gives the same results. CSV files of a
scenario in another folder are named by their full paths.";

/// Arguments of `scenario`.
#[derive(Debug, clap::Args)]
pub struct ScenarioArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
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
    let text = |folder: &Path| match commented(&scenario) {
        Some(text) => scenario.with_places(text),
        None => scenario.text_for(folder),
    };
    match &arguments.out {
        None => output::results(&text(Path::new("")))?,
        Some(file) => init::create(file, &text(file.parent().unwrap_or(Path::new(""))))?,
    }
    Ok(Exit::Done)
}

/// Of a workbook: the text from which it was made with what was changed, comments and all.
#[cfg(feature = "xlsx")]
fn commented(scenario: &Scenario) -> Option<String> {
    let written = scenario.written.as_ref().filter(|_| scenario.is_workbook())?;
    capstake_output::inputs::written::text(written, &scenario.resolved)
}

#[cfg(not(feature = "xlsx"))]
fn commented(_scenario: &Scenario) -> Option<String> {
    None
}
