//! Loads a scenario: reads the file and its CSV files, hashes them, and validates the model.

use std::path::{Path, PathBuf};

use super::columns::Columns;
use super::error::{Exit, Failure};
use super::file::{self, ReadError};
use super::manifest::{EmpiricalFile, ScenarioPart};
use super::plausible;
use crate::config::{self, Code, DealCopy, Place, Problem, Problems, Sources, resolved};
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
    /// Warnings for its author.
    pub warnings: Problems,
    /// The scenario after overrides, as TOML.
    pub resolved: String,
    /// Names and blake3 digests of its CSV files.
    pub columns: Vec<(String, String)>,
}

impl Scenario {
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

    /// The path from which a CSV file was read, absolute if possible.
    pub fn place_of(&self, csv: &str) -> String {
        let place = self.path.parent().unwrap_or(Path::new("")).join(csv);
        std::path::absolute(&place).unwrap_or(place).display().to_string()
    }
}

/// Loads a scenario with `--set` flags.
pub fn load(path: &Path, overrides: &[String]) -> Result<Scenario, Failure> {
    ScenarioFile::read(path)?.judge(overrides, &[])
}

/// The bytes of a scenario file, to be validated with different flags.
pub struct ScenarioFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl ScenarioFile {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<ScenarioFile, Failure> {
        let bytes = read(path, &path.display().to_string())?;
        Ok(ScenarioFile { path: path.to_owned(), bytes })
    }

    /// A text that stands for the file of that path.
    pub fn of_text(path: &Path, text: &str) -> ScenarioFile {
        ScenarioFile { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    /// Validates the scenario with `--set` flags, and with copies of deals made after these.
    pub fn judge(&self, overrides: &[String], copies: &[DealCopy]) -> Result<Scenario, Failure> {
        let path = &self.path;
        let name = path.display().to_string();
        let (sources, config, mut problems) = config::read_copies(&name, &self.bytes, overrides, copies);
        let folder = path.parent().unwrap_or(Path::new(""));
        if !problems.is_empty() {
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
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        match Model::from_config(&config, &stem, &digest, &columns) {
            Ok((model, mut warnings)) => {
                // A study's copies of deals have nothing to say that the scenario itself has not.
                if copies.is_empty() {
                    plausible::warn(&config, &model, &mut warnings);
                }
                Ok(Scenario {
                    path: path.clone(),
                    overrides: overrides.to_vec(),
                    sources,
                    model,
                    warnings,
                    resolved,
                    columns: digests,
                })
            }
            Err(problems) => {
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

/// The digest of a resolved scenario and its CSV files; equal digests mean equal results.
pub fn digest(resolved: &str, files: &[(String, String)]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(resolved.as_bytes());
    for (csv, digest) in files {
        // Neither contains zero bytes, so different lists never hash the same text.
        hasher.update(format!("\0{csv}\0{digest}").as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The exit status of problems: `Unreadable` if the file is not a scenario at all.
fn exit_of(problems: &Problems) -> Exit {
    if problems.iter().any(|problem| problem.code.is_unreadable()) {
        Exit::Unreadable
    } else {
        Exit::Problems
    }
}

fn read(path: &Path, name: &str) -> Result<Vec<u8>, Failure> {
    let refuse = |code: Code, message: String, help: String| {
        let problem = Problem::error(code, Place::FILE, message).help(help);
        Failure::of_file(Exit::Unreadable, name, problem)
    };
    file::read_regular(path, config::MAX_BYTES as u64).map_err(|error| {
        let help = match &error {
            ReadError::TooLarge(bytes) => {
                let (message, help) = config::too_large(*bytes);
                return refuse(Code::FileTooLarge, message, help.to_owned());
            }
            ReadError::Folder => {
                let help = match first_scenario(path) {
                    Some(file) => format!("name a file in it, for example `{}`", path.join(file).display()),
                    None => "name a scenario file; `capstake init` writes one".to_owned(),
                };
                let message = format!("`{name}` is a folder, not a scenario file");
                return refuse(Code::FileUnreadable, message, help);
            }
            ReadError::Missing => match beside(path) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`capstake init` writes a scenario to start from".to_owned(),
            },
            ReadError::Forbidden => "you may not read it; ask its owner".to_owned(),
            ReadError::Special => "save the scenario to a file, and name that".to_owned(),
            ReadError::Changed => "wait until it is complete, or copy it".to_owned(),
            ReadError::Other(_) => "look at the path".to_owned(),
        };
        refuse(Code::FileUnreadable, format!("`{name}` cannot be read: {error}"), help)
    })
}

/// A file with a similar name in the same folder as a missing file.
fn beside(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names = toml_files(folder);
    names.sort();
    let with_ending = format!("{wanted}.toml");
    let near = if names.contains(&with_ending) {
        with_ending
    } else {
        config::spelling::nearest(wanted, names.iter().map(String::as_str))?.to_owned()
    };
    Some(path.with_file_name(near).display().to_string())
}

fn first_scenario(folder: &Path) -> Option<String> {
    toml_files(folder).into_iter().min()
}

fn toml_files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect()
}
