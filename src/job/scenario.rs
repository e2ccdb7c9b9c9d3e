//! Loads a scenario: reads the file and its CSV files, hashes them, and validates the model.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::columns::Columns;
use super::error::{Exit, Failure};
use super::manifest::{EmpiricalFile, ScenarioPart};
use super::plausible;
use super::scenario_files;
use crate::config::tree::{Value, inline};
use crate::config::{self, Problems, ScenarioBytes, Sources, resolved};
use crate::kernel::dimensions::Dimensions;
use crate::model::Model;
use crate::model::parameters::{Distribution, Origin};

/// A valid scenario.
pub struct Scenario {
    /// The file as named on the command line.
    pub path: PathBuf,
    /// The `--set` flags.
    pub overrides: Vec<String>,
    /// The texts that its warnings point into.
    pub sources: Sources,
    /// The validated model.
    pub model: Model,
    /// The dimensions of the file without `--set`, which its variants keep; `None` without `--set`, and where the file alone is
    /// not valid.
    pub dimensions: Option<Arc<Dimensions>>,
    /// Warnings for its author.
    pub warnings: Problems,
    /// The scenario after overrides, as TOML.
    pub resolved: String,
    /// Names and blake3 digests of its CSV files.
    pub columns: Vec<(String, String)>,
    /// Names and paths of CSV files that were read from another place than beside the scenario.
    pub places: Vec<(String, PathBuf)>,
}

impl Scenario {
    /// The scenario itself if it has no warnings.
    ///
    /// # Errors
    /// Its warnings, as errors.
    pub fn without_warnings(self) -> Result<Scenario, Failure> {
        if self.warnings.warning_count() == 0 {
            return Ok(self);
        }
        let problems = self.warnings.strict();
        Err(Failure::Scenario { exit: Exit::Problems, sources: Box::new(self.sources), problems })
    }

    /// The scenario's entry in a manifest.
    pub fn part(&self) -> ScenarioPart {
        let defaults = self
            .model
            .parameters
            .entries()
            .iter()
            .filter(|entry| entry.origin == Origin::Default)
            .filter_map(|entry| match entry.distribution {
                // JSON has no `inf`, the default of some half-lives.
                Distribution::Constant(value) => {
                    let number = serde_json::Number::from_f64(value).map(serde_json::Value::Number);
                    Some((entry.key.clone(), number.unwrap_or_else(|| value.to_string().into())))
                }
                Distribution::Uncertain(_) => None,
            })
            .collect();
        ScenarioPart {
            name: self.model.name.clone(),
            file: self.path.display().to_string(),
            digest: self.model.digest.clone(),
            overrides: self.overrides.clone(),
            resolved: self.resolved.clone(),
            defaults,
            empirical_files: self
                .columns
                .iter()
                .map(|(csv, blake3)| EmpiricalFile {
                    csv: csv.clone(),
                    blake3: blake3.clone(),
                    path: self.place_of(csv),
                })
                .collect(),
        }
    }

    /// The resolved scenario for a file in `folder`: CSV files go by absolute paths unless they are found from there too.
    pub fn text_for(&self, folder: &Path) -> String {
        let own = self.path.parent().unwrap_or(Path::new(""));
        if own == folder {
            return self.resolved.clone();
        }
        self.columns.iter().fold(self.resolved.clone(), |text, (csv, _)| {
            let path = |csv: &str| format!("csv = {}", quoted_text(csv));
            text.replace(&path(csv), &path(&self.place_of(csv)))
        })
    }

    /// The path from which a CSV file was read, absolute if possible.
    pub fn place_of(&self, csv: &str) -> String {
        let elsewhere = self.places.iter().find(|(name, _)| name == csv).map(|(_, place)| place.clone());
        let beside = || self.path.parent().unwrap_or(Path::new("")).join(csv);
        let place = elsewhere.unwrap_or_else(beside);
        std::path::absolute(&place).unwrap_or(place).display().to_string()
    }
}

/// Loads a scenario with `--set` flags.
pub fn load(path: &Path, overrides: &[String]) -> Result<Scenario, Failure> {
    ScenarioFile::read(path)?.judge(overrides)
}

/// The bytes of a scenario's files, to be validated with different flags.
#[derive(Clone)]
pub struct ScenarioFile {
    path: PathBuf,
    /// Its own, then those of the scenarios that it extends.
    files: Vec<ScenarioBytes>,
    /// Its dimensions, once they were asked for.
    dimensions: OnceLock<Option<Arc<Dimensions>>>,
}

impl ScenarioFile {
    /// Reads the file (`-`: standard input) and those that it extends.
    pub fn read(path: &Path) -> Result<ScenarioFile, Failure> {
        Ok(ScenarioFile::new(path, scenario_files::read(path)?))
    }

    /// A text that stands for the file of that path. It extends no other.
    pub fn of_text(path: &Path, text: &str) -> ScenarioFile {
        let own = ScenarioBytes { name: path.display().to_string(), bytes: text.as_bytes().to_vec() };
        ScenarioFile::new(path, vec![own])
    }

    fn new(path: &Path, files: Vec<ScenarioBytes>) -> ScenarioFile {
        ScenarioFile { path: path.to_owned(), files, dimensions: OnceLock::new() }
    }

    /// The dimensions of the file without `--set`.
    fn dimensions(&self) -> Option<Arc<Dimensions>> {
        let of_file = || self.variant(&[]).ok().map(|scenario| Arc::new(Dimensions::of(&scenario.model)));
        self.dimensions.get_or_init(of_file).clone()
    }

    /// Its path, and the names and bytes of its files: its own, then those that it extends.
    pub fn parts(&self) -> (&Path, &[ScenarioBytes]) {
        (&self.path, &self.files)
    }

    /// Puts a scenario together again from its parts.
    pub fn from_parts(path: PathBuf, files: Vec<ScenarioBytes>) -> ScenarioFile {
        ScenarioFile { path, files, dimensions: OnceLock::new() }
    }

    /// Validates the scenario with `--set` flags.
    pub fn judge(&self, overrides: &[String]) -> Result<Scenario, Failure> {
        let (config, mut scenario) = self.validated(overrides)?;
        plausible::warn(&config, &scenario.model, &mut scenario.warnings);
        Ok(scenario)
    }

    /// The same for a variant of a scenario that has been judged, without warnings of the scenario as a whole.
    pub fn variant(&self, overrides: &[String]) -> Result<Scenario, Failure> {
        self.validated(overrides).map(|(_, scenario)| scenario)
    }

    fn validated(&self, overrides: &[String]) -> Result<(config::Config, Scenario), Failure> {
        let path = &self.path;
        let (sources, config, mut problems) = config::read_files(&self.files, overrides);
        let folder = path.parent().unwrap_or(Path::new(""));
        if problems.has_errors() {
            if let Some(config) = config {
                problems.extend(beyond_spelling(&config, folder));
            }
            return Err(Failure::Scenario { exit: exit_of(&problems), sources: Box::new(sources), problems });
        }
        let config = config.expect("a scenario without a problem was read");
        let columns = Columns::read(&config, folder);
        let resolved = resolved::to_toml(&config);
        let digests = columns.digests();
        let digest = digest(&resolved, &digests);
        match Model::from_config(&config, &scenario_files::stem(path), &digest, &columns) {
            Ok((model, warnings)) => {
                problems.extend(warnings);
                let scenario = Scenario {
                    path: path.clone(),
                    overrides: overrides.to_vec(),
                    sources,
                    model,
                    dimensions: if overrides.is_empty() { None } else { self.dimensions() },
                    warnings: problems,
                    resolved,
                    columns: digests,
                    places: Vec::new(),
                };
                Ok((config, scenario))
            }
            Err(found) => {
                problems.extend(found);
                Err(Failure::Scenario { exit: Exit::Problems, sources: Box::new(sources), problems })
            }
        }
    }
}

/// Problems of readable values in a scenario with misspelt keys. Leaves out missing and unknown names, which may vanish
/// once the spelling is corrected.
fn beyond_spelling(config: &config::Config, folder: &Path) -> Problems {
    let columns = Columns::read(config, folder);
    let mut values = Problems::new();
    if let Err(found) = Model::from_config(config, "scenario", "", &columns) {
        for problem in found.iter().filter(|problem| problem.code.is_about_a_value()) {
            values.push(problem.clone());
        }
    }
    values
}

/// The digest of a resolved scenario, with the digest of each CSV file in place of its path; equal digests mean equal results,
/// wherever the files lie.
pub fn digest(resolved: &str, files: &[(String, String)]) -> String {
    let path = |csv: &str| format!("csv = {}", quoted_text(csv));
    let text =
        files.iter().fold(resolved.to_owned(), |text, (csv, digest)| text.replace(&path(csv), &path(digest)));
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// A text as TOML.
fn quoted_text(text: &str) -> String {
    inline(&Value::Text(text.to_owned()))
}

/// The exit status of problems: `Unreadable` if the file is not a scenario at all.
fn exit_of(problems: &Problems) -> Exit {
    if problems.iter().any(|problem| problem.code.is_unreadable()) {
        Exit::Unreadable
    } else {
        Exit::Problems
    }
}
