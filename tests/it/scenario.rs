//! Scenarios for the tests: the shipped ones, and texts that exercise what those leave out.

use capstake::config;
use capstake::model::{Model, NoColumns};

/// The base scenario as it was before October 2026, for tests of figures and dates: the shipped one is brought up to date with the
/// world, and no test's numbers should move with it.
pub const FROZEN_BASE: &str = include_str!("../engine/scenarios/frozen-base.toml");

/// The frozen base scenario.
pub fn frozen_base() -> Model {
    frozen_base_with(&[])
}

/// The frozen base scenario with `--set` flags.
pub fn frozen_base_with(overrides: &[&str]) -> Model {
    from_text("base", FROZEN_BASE, overrides)
}

/// A shipped scenario.
pub fn shipped(name: &str) -> Model {
    shipped_with(name, &[])
}

/// A shipped scenario with `--set` flags.
pub fn shipped_with(name: &str, overrides: &[&str]) -> Model {
    let file = [
        concat!(env!("CARGO_MANIFEST_DIR"), "/configs"),
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs"),
    ]
    .map(|folder| format!("{folder}/{name}.toml"))
    .into_iter()
    .find(|file| std::path::Path::new(file).exists())
    .expect("a shipped scenario");
    let text = std::fs::read_to_string(&file).expect("a shipped scenario");
    from_text(name, &text, overrides)
}

/// A scenario from its text.
pub fn from_text(name: &str, text: &str, overrides: &[&str]) -> Model {
    let overrides: Vec<String> = overrides.iter().map(|flag| (*flag).to_owned()).collect();
    let (sources, config) = config::parse(name, text, &overrides);
    let show = |problems: &config::Problems| capstake::job::screen::problems(&sources, problems, false);
    let config = config.unwrap_or_else(|problems| panic!("{}", show(&problems)));
    match Model::from_config(&config, name, "", &NoColumns) {
        Ok((model, _)) => model,
        Err(problems) => panic!("{}", show(&problems)),
    }
}

/// Names and texts of the scenarios in tests/it/scenarios.
pub fn beyond_base() -> Vec<(&'static str, &'static str)> {
    vec![
        ("monthly-stub", include_str!("scenarios/monthly-stub.toml")),
        ("yearly-euler", include_str!("scenarios/yearly-euler.toml")),
        ("ebitda-history", include_str!("scenarios/ebitda-history.toml")),
        ("perpetual-growth", include_str!("scenarios/perpetual-growth.toml")),
        ("elasticity-funding", include_str!("scenarios/elasticity-funding.toml")),
        ("annual-totals", include_str!("scenarios/annual-totals.toml")),
        ("no-cash-ipo", include_str!("scenarios/no-cash-ipo.toml")),
        ("recovery-lag", include_str!("scenarios/recovery-lag.toml")),
        ("clouds-only", include_str!("scenarios/clouds-only.toml")),
        ("edges", include_str!("scenarios/edges.toml")),
        ("pairs-annual-until", include_str!("scenarios/pairs-annual-until.toml")),
    ]
}
