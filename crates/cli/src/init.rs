//! `capstake init`: writes a commented scenario to start from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use capstake::config::template;
use capstake::job::error::{Exit, Failure};
use capstake::job::reason::reason;
use capstake::job::words::quoted;

use super::output;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct InitArguments {
    /// The file to write; it must not exist
    #[arg(value_name = "FILE", default_value = "scenario.toml")]
    pub file: PathBuf,
    /// Start from a scenario that comes with the program: base, july-2026, minimal, company-plan, capped-share or
    /// schwartz-moon-2000
    #[arg(long, value_name = "NAME", value_parser = shipped_argument)]
    pub like: Option<&'static str>,
}

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake init my.toml                a short scenario that shows every part
  capstake init my.toml --like base    the current view of OpenAI and Microsoft

To change a few numbers of a scenario, extend it: a file that begins with
  extends = \"base.toml\"
holds only what differs. `capstake explain extends` says more.";

/// Parses `--like`.
fn shipped_argument(text: &str) -> Result<&'static str, String> {
    let names: Vec<&str> = template::SHIPPED.iter().map(|(name, _)| *name).collect();
    let wanted = text.strip_suffix(".toml").unwrap_or(text);
    names.iter().find(|name| **name == wanted).copied().ok_or_else(|| {
        format!(
            "the scenarios that come with the program are {}; a file of your own is copied, or extended",
            names.join(", ")
        )
    })
}

fn text_for(file: &Path, like: Option<&str>) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let shipped = like.and_then(|name| template::shipped_as(name, &stem));
    shipped.unwrap_or_else(|| template::TEXT.to_owned())
}

/// Writes the scenario.
pub fn init(arguments: &InitArguments) -> Result<Exit, Failure> {
    create(&arguments.file, &text_for(&arguments.file, arguments.like))?;
    let file = arguments.file.display().to_string();
    let argument = quoted(&file);
    output::status_line(&format!(
        "wrote {file}\n\n  capstake check {argument}    what it assumes and what it leaves out\n  capstake run {argument}      simulate it\n"
    ));
    Ok(Exit::Done)
}

/// Writes a scenario to a file that does not exist yet.
pub fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let file = path.display().to_string();
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let mut out = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::told(Exit::Output, format!("`{file}` exists already and stays as it is"))
                .help("name another file")
        }
        ErrorKind::NotFound => Failure::told(Exit::Output, format!("the folder of `{file}` does not exist"))
            .help("make the folder first"),
        _ => Failure::told(Exit::Output, format!("`{file}` cannot be written: {}", reason(&error))),
    })?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(|error| {
        // Half a scenario is of no use, and this command has just created the file.
        let _ = std::fs::remove_file(path);
        Failure::told(Exit::Output, format!("`{file}` cannot be written: {}", reason(&error)))
    })
}
