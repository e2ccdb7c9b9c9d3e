//! What a scenario is warned of: numbers in another unit, terms that are forgotten, dates and values that do not fit together; and
//! that no shipped scenario is.

use std::path::Path;

use capstake::config::{Code, Problem, Problems};
use capstake::job::error::Failure;
use capstake::job::scenario::ScenarioFile;

mod numbers;
mod whole;

const MINIMAL: &str = include_str!("../../../configs/minimal.toml");
const BASE: &str = crate::scenario::FROZEN_BASE;

/// The problems of a scenario with these flags, whether it can be run or not.
fn problems(text: &str, flags: &[&str]) -> Problems {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    match ScenarioFile::of_text(Path::new("test.toml"), text).judge(&flags) {
        Ok(scenario) => scenario.warnings,
        Err(Failure::Scenario { problems, .. }) => problems,
        Err(_) => panic!("the scenario is text"),
    }
}

/// The problems with this code.
fn of(code: Code, text: &str, flags: &[&str]) -> Vec<Problem> {
    problems(text, flags).iter().filter(|problem| problem.code == code).cloned().collect()
}

/// The one problem of this code: its sentence must be `said`, and its help begin with `help`.
#[track_caller]
fn told(code: Code, text: &str, flags: &[&str], said: &str, help: &str) {
    let found = of(code, text, flags);
    let lines: Vec<String> = found
        .iter()
        .map(|one| format!("{} | {}", one.message, one.help.clone().unwrap_or_default()))
        .collect();
    assert_eq!(found.len(), 1, "{flags:?}: {lines:?} among {}", problems(text, flags));
    assert_eq!(found[0].message, said);
    assert!(found[0].help.as_ref().is_some_and(|found| found.starts_with(help)), "{lines:?}");
}

/// No problem of this code.
#[track_caller]
fn silent(code: Code, text: &str, flags: &[&str]) {
    let found = of(code, text, flags);
    assert!(found.is_empty(), "{flags:?}: {}", found[0].message);
}

/// A text with another in place of one that occurs in it.
#[track_caller]
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn no_shipped_scenario_warns() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|place| place.join("configs"));
    let folder = folder.into_iter().find(|place| place.join("base.toml").exists()).expect("configs");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).expect("a scenario");
            assert!(problems(&text, &[]).is_empty(), "{}: {}", path.display(), problems(&text, &[]));
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen}");
    let starter = capstake::config::template::TEXT;
    assert!(problems(starter, &[]).is_empty(), "{}", problems(starter, &[]));
}
