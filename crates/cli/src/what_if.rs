//! The sliders of a run's page: which are asked for, and what they show.

use capstake::job::error::Failure;
use capstake::job::formats::Format;
use capstake::job::request::Request;
use capstake::job::scenario::Scenario;
use capstake::job::what_if::{self, NONE, Slider};
use capstake::kernel::plan::Plan;
use capstake::report::what_if::{WhatIfRow, rows as rows_of};
use capstake::run::{Observer, Options, Progress};

use super::{output, signal};

/// The sliders that are asked for; without any, those of a page.
///
/// # Errors
/// One is not of its form, or a value at an end is not possible.
pub fn of_page(asked: &[String], formats: &[Format], scenario: &Scenario) -> Result<Vec<Slider>, Failure> {
    match asked {
        [] if formats.contains(&Format::Html) => Ok(what_if::usual(scenario)),
        [] => Ok(Vec::new()),
        [none] if none == NONE => Ok(Vec::new()),
        asked => {
            let sliders = what_if::sliders(asked)?;
            what_if::judge(&sliders, scenario)?;
            Ok(sliders)
        }
    }
}

/// Ends the work on sliders at a signal. A run that was itself stopped by one still gets them.
struct UntilSignal {
    heeds: bool,
}

impl Observer for UntilSignal {
    fn progress(&self, _: &Progress) {}

    fn stops(&self) -> bool {
        self.heeds && signal::stopped()
    }
}

/// The nodes of the sliders; none, and a line that says why, where they cannot be had: the run does not depend on them.
pub fn rows(
    request: &Request,
    scenario: &Scenario,
    plan: &Plan,
    paths: u64,
    complete: bool,
) -> Vec<WhatIfRow> {
    if request.what_if.is_empty() {
        return Vec::new();
    }
    let options = Options { paths, threads: request.threads };
    let observer = UntilSignal { heeds: complete };
    let resolved = scenario.text_for(&std::env::temp_dir());
    let asked = what_if::ask(&request.what_if, scenario, &resolved, plan, options, &observer);
    let left_out = |why: &str| {
        output::status_line(&format!("warning: the page has no sliders: {why}\n"));
        Vec::new()
    };
    match asked {
        Ok(Some(answer)) => rows_of(&answer),
        Ok(None) => left_out("they were stopped"),
        Err(failure) => left_out(&failure.to_string()),
    }
}
