//! The files of the live page; they hold nothing of the scenario.

use capstake_output::html::{ANSWER_SCRIPT, STYLE};

/// The page.
pub const PAGE: &str = include_str!("live.html");

/// The style: that of reports, and what only the live page has.
pub fn style() -> String {
    format!("{STYLE}{}", include_str!("live.css"))
}

/// The script: how an answer is told, as on reports, and what only the live page does.
pub fn script() -> String {
    format!("{ANSWER_SCRIPT}{}", include_str!("live.js"))
}
