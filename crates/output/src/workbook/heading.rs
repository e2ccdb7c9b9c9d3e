//! The first rows of every sheet: its title and the run it belongs to.

use super::sheet::{Look, Sheet};
use capstake::report::digits::thousands;
use capstake::report::results::Facts;

/// Puts the title and the description of the run into the first two rows of a sheet.
pub fn title(sheet: &mut Sheet, words: &str, facts: &Facts) {
    sheet.text(0, 0, format!("{words}: {}", facts.title()), Look::Title);
    sheet.heights.push((0, 2));
    let partial = if facts.partial { "PARTIAL: " } else { "" };
    sheet.text(
        1,
        0,
        format!(
            "{partial}{} paths, seed {}; units are explained on the sheet Read me",
            thousands(facts.paths),
            facts.seed
        ),
        Look::Note,
    );
}
