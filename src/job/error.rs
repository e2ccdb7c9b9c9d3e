//! How the program ends: exit codes, and failures with the words that a person reads.

use crate::config::{Code, Place, Problem, Problems, Sources};

use super::screen;

/// What the program tells the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A bug of the program.
    Bug,
    /// Wrong use: arguments that do not go together, or that nothing can be done with.
    Usage,
    /// The scenario cannot be read.
    Unreadable,
    /// The scenario has problems.
    Problems,
    /// The run failed: a path was not finite.
    Failed,
    /// Output could not be written.
    Output,
    /// Results do not match.
    Mismatch,
    /// The precision asked for was not reached.
    Imprecise,
    /// Interrupted; what was finished is saved.
    Interrupted,
}

impl Exit {
    /// All of them, in order of their codes.
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

    /// The number.
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

    /// What it means, in one line.
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
    /// Problems of a scenario, with the texts to show them in.
    #[error("{problems}")]
    Scenario {
        /// Unreadable or with problems.
        exit: Exit,
        /// File and flags.
        sources: Box<Sources>,
        /// All of them.
        problems: Problems,
    },
    /// Anything else.
    #[error("{message}")]
    Told {
        /// The exit code.
        exit: Exit,
        /// For `explain`, where there is one.
        code: Option<Code>,
        /// One line: what happened.
        message: String,
        /// What to do; may be several.
        help: Vec<String>,
    },
}

impl Failure {
    /// A failure with a code that `explain` knows.
    pub fn coded(exit: Exit, code: Code, message: impl Into<String>) -> Failure {
        Failure::Told { exit, code: Some(code), message: message.into(), help: Vec::new() }
    }

    /// A failure without a code.
    pub fn told(exit: Exit, message: impl Into<String>) -> Failure {
        Failure::Told { exit, code: None, message: message.into(), help: Vec::new() }
    }

    /// A problem about the scenario file as a whole.
    pub fn of_file(exit: Exit, file: &str, problem: Problem) -> Failure {
        debug_assert_eq!(problem.place(), Place::FILE);
        let sources = Box::new(Sources::new(file, "", &[]));
        Failure::Scenario { exit, sources, problems: problem.into() }
    }

    /// What to do about it.
    pub fn help(mut self, text: impl Into<String>) -> Failure {
        if let Failure::Told { help, .. } = &mut self {
            help.push(text.into());
        }
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Scenario { exit, .. } | Failure::Told { exit, .. } => *exit,
        }
    }

    /// The screen that a person sees; with colours and frames of a terminal only if `styled`.
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
