//! The error type: it displays the message that the program prints.

use std::fmt;

use crate::config::{Code, Problems};
use crate::job::error::{Exit, Failure};
use crate::kernel::plan::Plan;
use crate::study::quantity::{Of, UnknownName};

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

/// The error for an unknown name, with a suggestion.
pub(super) fn unknown(error: UnknownName) -> Error {
    Failure::coded(Exit::Usage, Code::UnknownQuantity, error.message).help(error.help).into()
}

/// The error for a difference that no run computes: differences are taken from the first deal.
pub(super) fn not_computed(plan: &Plan, of: Of) -> Error {
    let later = match of {
        Of::Difference { later: 0, first } => first,
        Of::Difference { later, .. } => later,
        Of::Deal(deal) => deal,
    };
    let help = match later {
        0 => format!("name a later deal minus `{}`", plan.model().deals[0].name),
        later => format!("write `{}`", Of::Difference { later, first: 0 }.name(plan)),
    };
    let message = format!("`{}` is not computed: differences are taken from the first deal", of.name(plan));
    unknown(UnknownName { message, help })
}
