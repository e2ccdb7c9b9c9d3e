//! Scenarios that are accepted and scenarios that are not, one a kind of problem.

use super::*;
use crate::config::{self, Config, Severity};

const SCENARIOS: [(&str, &str); 5] = [
    ("minimal", include_str!("../../configs/minimal.toml")),
    ("capped-share", include_str!("../../configs/capped-share.toml")),
    ("company-plan", include_str!("../../configs/company-plan.toml")),
    ("base", include_str!("../../configs/base.toml")),
    ("schwartz-moon-2000", include_str!("../../configs/schwartz-moon-2000.toml")),
];

fn read(text: &str) -> (config::Sources, Config) {
    let (sources, result) = config::parse("test.toml", text, &[]);
    match result {
        Ok(config) => (sources, config),
        Err(problems) => panic!("{problems}"),
    }
}

fn accept(text: &str) -> (Model, Problems) {
    let (sources, config) = read(text);
    Model::from_config(&config, "test", "digest", &NoColumns).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| problem.one_line(&sources)).collect();
        panic!("{}", lines.join("\n"))
    })
}

#[test]
fn the_scenarios_are_accepted() {
    for (name, text) in SCENARIOS {
        let (model, warnings) = accept(text);
        assert_eq!(model.name, name);
        assert!(warnings.iter().all(|problem| problem.severity == Severity::Warning));
        eprintln!("{name}\n{warnings}\n{}", absences(&model).join("\n"));
    }
}
