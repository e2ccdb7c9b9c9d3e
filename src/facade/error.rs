//! What can go wrong, as a person reads it.

use std::fmt;

use crate::config::{Code, Problems};
use crate::job::error::{Exit, Failure};
use crate::study::quantity::UnknownName;

/// Why something cannot be done. Displays as the screen that the program prints: what is wrong, in which line of which file, and
/// what to write instead.
pub struct Error(Failure);

impl Error {
    /// The code that `capstake explain` has the long text of, such as `S101`; the first one where there are several problems.
    pub fn code(&self) -> Option<&'static str> {
        match &self.0 {
            Failure::Scenario { problems, .. } => problems.iter().next().map(|problem| problem.code.id()),
            Failure::Told { code, .. } => code.map(|code| code.id()),
        }
    }

    /// The exit code with which the program would end, as its documentation lists them.
    pub fn exit_code(&self) -> u8 {
        self.0.exit().code()
    }

    /// All problems of a scenario that was refused; nothing where something else went wrong.
    #[doc(hidden)]
    pub fn problems(&self) -> Option<&Problems> {
        match &self.0 {
            Failure::Scenario { problems, .. } => Some(problems),
            Failure::Told { .. } => None,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error(failure)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.screen(false).trim_end())
    }
}

/// As it displays, so that `main() -> Result<(), capstake::Error>` shows the screen.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Error {}

/// A name that means nothing, with what may be meant.
pub(super) fn unknown(error: UnknownName) -> Error {
    Failure::coded(Exit::Usage, Code::UnknownQuantity, error.message).help(error.help).into()
}
