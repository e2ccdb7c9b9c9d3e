//! The doors to the terminal: results on stdout, everything else on stderr, and no control sequence but the program's own colours.

use std::cell::RefCell;
use std::io::{self, Write};

use anstream::ColorChoice;

use capstake::config::{Problems, Sources};
use capstake::job::error::{Exit, Failure};
use capstake::job::reason::reason;
use capstake::job::scenario::Scenario;
use capstake::job::screen;
use capstake::job::visible::{visible, visible_json, visible_painted};

/// What a command says when it is called as a function.
#[derive(Debug, Default)]
pub struct Captured {
    /// Results.
    pub results: String,
    /// Everything else.
    pub status: String,
}

thread_local! {
    static CAPTURED: RefCell<Option<Captured>> = const { RefCell::new(None) };
}

/// From here on what the calling thread says is kept instead of printed; gives back what was kept before.
pub(super) fn capture(into: Option<Captured>) -> Option<Captured> {
    CAPTURED.replace(into)
}

/// Keeps text if the calling thread's is captured.
fn kept(keep: impl FnOnce(&mut Captured)) -> bool {
    CAPTURED.with_borrow_mut(|captured| captured.as_mut().map(keep).is_some())
}

/// Prints text on stdout. A closed pipe (`| head`) is no error; any other fault is `Exit::Output`.
pub fn results(text: &str) -> Result<(), Failure> {
    write_results(&visible(text))
}

/// Prints text on stdout that has the program's own colours, if stdout takes them.
pub fn painted(text: &str) -> Result<(), Failure> {
    write_results(&if styled_results() { visible_painted(text) } else { visible(text) })
}

/// Prints a JSON document on stdout.
pub fn json(text: &str) -> Result<(), Failure> {
    write_results(&visible_json(text))
}

fn write_results(text: &str) -> Result<(), Failure> {
    if kept(|captured| captured.results.push_str(text)) {
        return Ok(());
    }
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
    write_status(&visible(text));
}

/// Prints text on stderr that has the program's own colours, if stderr takes them.
pub fn painted_status(text: &str) {
    write_status(&if styled_errors() { visible_painted(text) } else { visible(text) });
}

fn write_status(text: &str) {
    if kept(|captured| captured.status.push_str(text)) {
        return;
    }
    let mut out = io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints the warnings of a scenario on stderr.
pub fn warnings(scenario: &Scenario) {
    if !scenario.warnings.is_empty() {
        problems(&scenario.sources, &scenario.warnings);
    }
}

/// Prints problems on stderr.
pub fn problems(sources: &Sources, problems: &Problems) {
    painted_status(&screen::problems(sources, problems, styled_errors()));
}

/// Whether stdout takes colours.
pub fn styled_results() -> bool {
    !kept(|_| {}) && anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Whether stderr takes colours.
pub fn styled_errors() -> bool {
    !kept(|_| {}) && anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Columns for text: those of the variable `COLUMNS`, else of the terminal, else 100.
pub fn width() -> usize {
    let of_terminal = || {
        let (terminal_size::Width(columns), _) = terminal_size::terminal_size()?;
        Some(usize::from(columns))
    };
    let asked = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    asked.filter(|&columns| columns > 0).or_else(of_terminal).unwrap_or(100)
}
