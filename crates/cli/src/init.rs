//! `capstake init`: writes a commented scenario to start from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

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
}

/// Writes the scenario.
pub fn init(arguments: &InitArguments) -> Result<Exit, Failure> {
    let file = arguments.file.display().to_string();
    let opened = OpenOptions::new().write(true).create_new(true).open(&arguments.file);
    let mut out = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::told(Exit::Output, format!("`{file}` exists already and stays as it is"))
                .help("name another file: capstake init FILE")
        }
        ErrorKind::NotFound => Failure::told(Exit::Output, format!("the folder of `{file}` does not exist"))
            .help("make the folder first"),
        _ => Failure::told(Exit::Output, format!("`{file}` cannot be written: {}", reason(&error))),
    })?;
    if let Err(error) = out.write_all(template::TEXT.as_bytes()).and_then(|()| out.sync_all()) {
        // Half a scenario is of no use, and this command has just created the file.
        let _ = std::fs::remove_file(&arguments.file);
        return Err(Failure::told(Exit::Output, format!("`{file}` cannot be written: {}", reason(&error))));
    }
    let argument = quoted(&file);
    output::status_line(&format!(
        "wrote {file}\n\n  capstake check {argument}    what it assumes and what it leaves out\n  capstake run {argument}      simulate it\n"
    ));
    Ok(Exit::Done)
}
