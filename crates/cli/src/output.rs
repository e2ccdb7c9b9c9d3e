//! Prints results on stdout and everything else on stderr; a closed pipe is no error.

use std::io::{self, Write};

use anstream::ColorChoice;

use capstake::job::error::{Exit, Failure};
use capstake::job::reason::reason;
use capstake::job::scenario::Scenario;
use capstake::job::screen;

/// Prints text on stdout. A closed pipe (`| head`) is no error; any other fault is `Exit::Output`.
pub fn results(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => {
            Err(Failure::told(Exit::Output, format!("standard output cannot be written: {}", reason(&error))))
        }
    }
}

/// Prints text on stderr and ignores faults, which could be reported nowhere.
pub fn status_line(text: &str) {
    let mut out = io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints the warnings of a scenario on stderr.
pub fn warnings(scenario: &Scenario) {
    if !scenario.warnings.is_empty() {
        status_line(&screen::problems(&scenario.sources, &scenario.warnings, styled_errors()));
    }
}

/// Whether stdout takes colours.
pub fn styled_results() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Whether stderr takes colours.
pub fn styled_errors() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Columns of the terminal, or 100 without one.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(terminal_size::Width(columns), _)| usize::from(columns))
}
