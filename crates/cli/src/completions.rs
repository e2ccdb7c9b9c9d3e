//! `capstake completions`: prints the completion script of a shell.

use capstake::job::error::{Exit, Failure};

use super::output;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// Prints the completion script.
pub fn completions(arguments: &CompletionsArguments, mut command: clap::Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "capstake", &mut script);
    output::results(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
