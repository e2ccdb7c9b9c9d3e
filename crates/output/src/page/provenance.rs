//! Provenance: what was run, by which program, how to repeat it, and how close the draws came to their
//! distributions.

use super::view::View;
use super::wording::{partial, paths};
use capstake::report::command;
use capstake::report::digits::significant;
use capstake::report::results::Facts;
use capstake::report::unhelped::unhelped;

/// What a reader needs in order to check the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Facts about the run: label and text.
    pub facts: Vec<(&'static str, String)>,
    /// The command that reproduces the results.
    pub command: String,
    /// How close the draws came to the distributions and correlations of the scenario.
    pub checks: Vec<String>,
    /// The scenario after all overrides, as TOML.
    pub scenario: String,
}

/// Collects the provenance of a run.
pub fn provenance(view: &View) -> Provenance {
    let facts = &view.results.facts;
    Provenance {
        facts: run_facts(facts),
        command: command::again(facts),
        checks: checks(view),
        scenario: facts.resolved.clone(),
    }
}

/// Facts about any run: label and text.
pub fn run_facts(facts: &Facts) -> Vec<(&'static str, String)> {
    let status = match partial(facts) {
        Some(done) => format!("partial: stopped after {done}"),
        None => format!("complete: {}", paths(facts.paths)),
    };
    let mut lines = vec![
        ("Status", status),
        ("Scenario", facts.scenario.clone()),
        ("File", facts.file.clone()),
        ("Digest of the scenario", facts.digest.clone()),
        ("Seed", facts.seed.clone()),
        ("Program", format!("capstake {} ({})", facts.version, facts.target)),
        ("Revision", facts.revision.clone()),
        ("Random streams", format!("version {}", facts.stream_version)),
        ("Started", facts.started.clone()),
        ("Simulated in", format!("{} s on {} threads", significant(facts.seconds, 3), facts.threads)),
    ];
    if let Some(precision) = &facts.precision {
        lines.insert(5, ("Precision asked for", precision.clone()));
    }
    if let Some(errors) = facts.errors() {
        lines.insert(5, ("Sobol points", errors));
    }
    if !facts.overrides.is_empty() {
        lines.insert(3, ("Changed by --set", facts.overrides.join("; ")));
    }
    if !facts.further_files.is_empty() {
        lines.insert(3, ("Further files", facts.further_files.join("; ")));
    }
    lines
}

fn checks(view: &View) -> Vec<String> {
    let tables = &view.results.tables;
    let mut checks = Vec::new();
    let paths = view.results.facts.paths as f64;
    // Of Sobol points these are much closer than independent draws are.
    let plain = view.results.facts.replicates.is_none();
    let distances: Vec<f64> = tables
        .inputs
        .iter()
        .filter(|row| !row.distribution.starts_with("same_as") && row.std_dev > 0.0)
        .map(|row| ((row.sampled_mean - row.mean) / (row.std_dev / paths.sqrt())).abs())
        .filter(|distance| distance.is_finite())
        .collect();
    if !distances.is_empty() {
        let largest = distances.iter().copied().fold(0.0, f64::max);
        let beyond = distances.iter().filter(|&&distance| distance > 2.0).count();
        let lie = format!(
            "Inputs: the sampled means of {} uncertain inputs lie within {largest:.1} standard errors of the means of \
             their distributions",
            distances.len()
        );
        checks.push(match plain {
            true => format!(
                "{lie}; {beyond} lie beyond 2, where {:.1} are expected.",
                0.0455 * distances.len() as f64
            ),
            false => format!("{lie}, in standard errors of independent draws."),
        });
    }
    let gaps: Vec<f64> = tables
        .correlations
        .iter()
        .map(|row| {
            let asked = if row.repaired.is_finite() { row.repaired } else { row.target };
            (row.sampled - asked).abs()
        })
        .filter(|gap| gap.is_finite())
        .collect();
    if !gaps.is_empty() {
        let largest = gaps.iter().copied().fold(0.0, f64::max);
        checks.push(format!(
            "Correlations: the sampled correlations of {} pairs lie within {} of the values in use.",
            gaps.len(),
            significant(largest, 2)
        ));
    }
    checks.extend(unhelped(view.results).map(|sentence| sentence + "."));
    checks.extend(always());
    checks
}

/// Statements that hold for every run.
pub fn always() -> Vec<String> {
    [
        "The program is tested against closed forms, published cases and a second implementation: docs/validation.md, with \
         docs/methodology.md for every equation.",
        "The same version, digest, seed and number of paths give identical figures on any number of threads.",
    ]
    .map(str::to_owned)
    .to_vec()
}
