//! Exit codes, and failures with the message and help that a person reads.

use crate::config::{Code, Place, Problem, Problems, Sources};

use super::screen::{self, Help};

/// The exit status of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A bug in the program.
    Bug,
    /// The arguments are wrong or do not go together.
    Usage,
    /// The scenario cannot be read.
    Unreadable,
    /// The scenario has problems.
    Problems,
    /// A path was not finite.
    Failed,
    /// Output could not be written.
    Output,
    /// Results do not match (`verify`, `merge`).
    Mismatch,
    /// The requested precision was not reached.
    Imprecise,
    /// The run was interrupted; finished paths are saved.
    Interrupted,
}

impl Exit {
    /// All exit statuses, in order of their codes.
    pub const ALL: [Exit; 10] = [
        Exit::Done,
        Exit::Bug,
        Exit::Usage,
        Exit::Unreadable,
        Exit::Problems,
        Exit::Failed,
        Exit::Output,
        Exit::Mismatch,
        Exit::Imprecise,
        Exit::Interrupted,
    ];

    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Bug => 1,
            Exit::Usage => 2,
            Exit::Unreadable => 3,
            Exit::Problems => 4,
            Exit::Failed => 5,
            Exit::Output => 6,
            Exit::Mismatch => 7,
            Exit::Imprecise => 8,
            Exit::Interrupted => 130,
        }
    }

    /// The meaning in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::Bug => "a bug in capstake",
            Exit::Usage => "wrong use: an option or argument that does not exist or cannot be used",
            Exit::Unreadable => {
                "the scenario cannot be read: no such file, a folder, not text, empty, or not TOML"
            }
            Exit::Problems => "the scenario has problems; all of them are listed",
            Exit::Failed => "the run failed: on some path a figure was not finite",
            Exit::Output => "output could not be written",
            Exit::Mismatch => "results do not match (verify, merge)",
            Exit::Imprecise => "the precision asked for was not reached",
            Exit::Interrupted => "interrupted; what was finished is saved and marked partial",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit.code())
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A scenario has problems.
    #[error("{problems}")]
    Scenario {
        /// `Unreadable` or `Problems`.
        exit: Exit,
        /// The texts that the problems point into: file and flags.
        sources: Box<Sources>,
        /// All problems of the scenario.
        problems: Problems,
    },
    /// Any other failure.
    #[error("{message}")]
    Told {
        /// The exit code.
        exit: Exit,
        /// The code that `capstake explain` knows, if there is one.
        code: Option<Code>,
        /// What happened, in one line.
        message: String,
        /// Lines of help.
        help: Vec<Help>,
    },
}

impl Failure {
    /// Creates a failure with a code that `capstake explain` knows.
    pub fn coded(exit: Exit, code: Code, message: impl Into<String>) -> Failure {
        Failure::Told { exit, code: Some(code), message: message.into(), help: Vec::new() }
    }

    /// Creates a failure without a code.
    pub fn told(exit: Exit, message: impl Into<String>) -> Failure {
        Failure::Told { exit, code: None, message: message.into(), help: Vec::new() }
    }

    /// Creates a failure about the scenario file as a whole.
    pub fn of_file(exit: Exit, file: &str, problem: Problem) -> Failure {
        debug_assert_eq!(problem.place(), Place::FILE);
        let sources = Box::new(Sources::new(file, "", &[]));
        Failure::Scenario { exit, sources, problems: problem.into() }
    }

    /// Adds a line of help.
    pub fn help(mut self, text: impl Into<String>) -> Failure {
        if let Failure::Told { help, .. } = &mut self {
            help.push(Help { text: text.into(), option: None });
        }
        self
    }

    /// Adds a line of help that proposes an option, by its long name.
    pub fn help_by(mut self, option: &'static str, text: impl Into<String>) -> Failure {
        if let Failure::Told { help, .. } = &mut self {
            help.push(Help { text: text.into(), option: Some(option) });
        }
        self
    }

    /// Leaves out help that proposes options which the command does not have.
    pub fn for_command(mut self, has: impl Fn(&str) -> bool) -> Failure {
        if let Failure::Told { help, .. } = &mut self {
            help.retain(|help| help.option.is_none_or(&has));
        }
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Scenario { exit, .. } | Failure::Told { exit, .. } => *exit,
        }
    }

    /// Renders the failure for a person; with colours if `styled`.
    pub fn screen(&self, styled: bool) -> String {
        match self {
            Failure::Scenario { sources, problems, .. } => screen::problems(sources, problems, styled),
            Failure::Told { code, message, help, .. } => screen::failure(*code, message, help, styled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_documented_ones() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]);
    }
}
