//! Reads a results folder back and compares each file with its digest.

use std::io;
use std::path::Path;

use super::error::{Exit, Failure};
use super::folder_state::FolderState;
use super::identity::FoundRun;
use super::manifest::{self, Manifest, REPORT, SCHEMA_VERSION, Status};
use super::reason::reason;
use super::regular_file;
use super::request::MAX_PATHS;
use super::words::{counted, cut, cut_to, thousands};
use crate::config::names::is_name;
use crate::config::{Code, Date};
use crate::report::answer::Answer;
use crate::report::judged;
use crate::report::results::Results;
use crate::report::row::Row;
use crate::report::tables::Tables;
use crate::report::what_if::WhatIfRow;
use crate::sink;
use crate::sink::csv::ReadError;

/// The most characters of another crate's error, which quotes what it found.
const MOST_OF_ERROR: usize = 200;

/// The contents of a results folder.
pub enum Contents {
    /// The tables of a run.
    Run(Box<Results>),
    /// The answer of a study.
    Study(Box<Answer>),
}

/// Reads the folder of a finished run.
///
/// # Errors
/// The folder or a file is missing, is not capstake's, has the layout of another version, or differs from the
/// manifest.
pub fn load(folder: &Path) -> Result<(Manifest, Results), Failure> {
    let manifest = load_manifest(folder)?;
    finished(folder, &manifest)?;
    judge_facts(folder, &manifest)?;
    let results = tables(folder, &manifest)?;
    Ok((manifest, results))
}

/// Reads the folder of a finished run or study.
///
/// # Errors
/// The same as of [`load`].
pub fn any(folder: &Path) -> Result<(Manifest, Contents), Failure> {
    let manifest = any_manifest(folder)?;
    finished(folder, &manifest)?;
    judge_facts(folder, &manifest)?;
    let contents = if manifest.command.is_run() {
        Contents::Run(Box::new(tables(folder, &manifest)?))
    } else {
        let bytes = load_file(folder, &manifest, manifest::ANSWER)?;
        let unusable = |why: String| {
            let place = folder.join(manifest::ANSWER);
            let message = format!("`{}` cannot be read: {}", place.display(), cut_to(&why, MOST_OF_ERROR));
            Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
                .help(format!("ask again: {}", crate::report::command::again(&manifest.facts())))
        };
        let answer = sink::json::kept(&bytes).map_err(|error| unusable(error.to_string()))?;
        judged::answer(&answer, &manifest.command.name).map_err(unusable)?;
        Contents::Study(Box::new(answer))
    };
    Ok((manifest, contents))
}

fn finished(folder: &Path, manifest: &Manifest) -> Result<(), Failure> {
    if manifest.command.name == REPORT {
        let message = format!(
            "`{}` has no tables: its files were made by report from those of another folder",
            folder.display()
        );
        return Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("name the folder of the run or study itself"));
    }
    if matches!(manifest.status, Status::Running | Status::Failed) {
        let message =
            format!("`{}` has no results: its status is `{}`", folder.display(), manifest.status.word());
        return Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("wait for the run to end, or run the scenario again"));
    }
    Ok(())
}

fn tables(folder: &Path, manifest: &Manifest) -> Result<Results, Failure> {
    let tables = Tables {
        summary: table(folder, manifest)?,
        quantiles: table(folder, manifest)?,
        annual: table(folder, manifest)?,
        histogram: table(folder, manifest)?,
        inputs: table(folder, manifest)?,
        correlations: table(folder, manifest)?,
        events: table(folder, manifest)?,
        sample_paths: table(folder, manifest)?,
        bridge: table(folder, manifest)?,
        origins: table(folder, manifest)?,
        what_if: sliders(folder, manifest)?,
        exact: manifest.exact.clone(),
    };
    judged::exact(&tables).map_err(|why| {
        let message = format!("`{}` cannot be read: {why}", folder.join(manifest::FILE).display());
        Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("no run writes that: the manifest was changed or damaged; run the scenario again")
    })?;
    judged::tables(&tables, manifest.run.paths_done).map_err(|bad| {
        let message =
            format!("`{}` cannot be read: {bad}", folder.join(format!("{}.csv", bad.table)).display());
        Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("no run writes that: the file was changed or damaged; run the scenario again")
    })?;
    Ok(Results { facts: manifest.facts(), tables })
}

/// Refuses a manifest with facts that no run has, before they are shown.
pub(super) fn judge_facts(folder: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let run = &manifest.run;
    let started = run.started.get(..10).and_then(Date::parse);
    let facts = [
        (is_name(&manifest.scenario.name), "scenario.name", manifest.scenario.name.clone()),
        (manifest.has_sound_names(), "scenario.resolved", "[names]".to_owned()),
        (run.seed.parse::<u64>().is_ok(), "run.seed", run.seed.clone()),
        ((1..=MAX_PATHS).contains(&run.paths_asked), "run.paths_asked", run.paths_asked.to_string()),
        (run.paths_done <= MAX_PATHS, "run.paths_done", run.paths_done.to_string()),
        (started.is_some() && run.started.is_ascii(), "run.started", run.started.clone()),
        (run.wall_seconds >= 0.0, "run.wall_seconds", run.wall_seconds.to_string()),
    ];
    match facts.into_iter().find(|(holds, ..)| !holds) {
        None => Ok(()),
        Some((_, key, found)) => {
            let found: String = found.chars().take(80).collect();
            let message = format!(
                "`{}` cannot be read: {key}: `{found}` cannot stand there",
                folder.join(manifest::FILE).display()
            );
            Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
                .help("no run writes that: the manifest was changed or damaged; run the scenario again"))
        }
    }
}

/// Reads the manifest of a run of any status.
///
/// # Errors
/// The manifest is missing, of another version, or of a study.
pub fn load_manifest(folder: &Path) -> Result<Manifest, Failure> {
    let manifest = any_manifest(folder)?;
    if !manifest.command.is_run() {
        let message = format!(
            "`{}` holds the answer of `{}`, not a run",
            folder.display(),
            cut(&manifest.command.name)
        );
        return Err(Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("name a folder that `capstake run` made")
            .help(format!(
                "the study itself can be asked again: {}",
                crate::report::command::again(&manifest.facts())
            )));
    }
    Ok(manifest)
}

/// Reads the manifest of a run or study of any status.
///
/// # Errors
/// The manifest is missing, is not capstake's, or is of another version.
pub fn any_manifest(folder: &Path) -> Result<Manifest, Failure> {
    let bytes = regular_file::read(&folder.join(manifest::FILE), manifest::MOST).map_err(|error| {
        let (message, help) = match error.kind() {
            io::ErrorKind::NotFound if !folder.exists() => (
                format!("there is no folder `{}`", folder.display()),
                "look at the path; `capstake run` makes one",
            ),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => (
                format!("`{}` is not a results folder: it has no {}", folder.display(), manifest::FILE),
                match FolderState::of(folder) {
                    Ok(FolderState::Empty) => {
                        "no run has begun in it; `capstake run` with this folder as -o does"
                    }
                    _ => "name a folder that `capstake run` made",
                },
            ),
            _ => (
                format!("`{}` cannot be read: {}", folder.join(manifest::FILE).display(), reason(&error)),
                "look at the rights of the file",
            ),
        };
        Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message).help(help)
    })?;
    serde_json::from_slice::<Manifest>(&bytes)
        .ok()
        .filter(|manifest| manifest.program == "capstake" && manifest.schema_version == SCHEMA_VERSION)
        .ok_or_else(|| {
            let message = match FoundRun::read(&bytes) {
                Some(_) => format!("`{}` is of another version of capstake, or damaged", folder.display()),
                None => format!("`{}` is not capstake's", folder.join(manifest::FILE).display()),
            };
            Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
                .help("name a folder that this version of capstake made, or run the scenario again")
        })
}

/// Reads a file that the manifest lists.
///
/// # Errors
/// The manifest does not list the file, it cannot be read, or its digest differs.
pub fn load_file(folder: &Path, manifest: &Manifest, name: &str) -> Result<Vec<u8>, Failure> {
    let path = folder.join(name);
    let refuse = |exit, message: String| Err(Failure::coded(exit, Code::ResultsUnreadable, message));
    let Some(part) = manifest.files.iter().find(|part| part.name == name) else {
        return refuse(Exit::Unreadable, format!("`{}` has no {name}", folder.display()))
            .map_err(|failure| failure.help("run the scenario again"));
    };
    let size = |bytes: &str| {
        let stated = thousands(part.bytes);
        format!("`{}` is not what the run wrote: it has {bytes}, the manifest says {stated}", path.display())
    };
    let help =
        |failure: Failure| failure.help("run the scenario again; keep changed copies outside the folder");
    match regular_file::read(&path, part.bytes.min(regular_file::MOST)) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            refuse(Exit::Mismatch, size("more bytes")).map_err(help)
        }
        Ok(bytes) if bytes.len() as u64 != part.bytes => {
            refuse(Exit::Mismatch, size(&counted(bytes.len(), "byte"))).map_err(help)
        }
        Ok(bytes) if blake3::hash(&bytes).to_hex().as_str() == part.blake3 => Ok(bytes),
        Ok(_) => refuse(
            Exit::Mismatch,
            format!(
                "`{}` is not what the run wrote: its digest is another than the manifest's",
                path.display()
            ),
        )
        .map_err(help),
        Err(error) => {
            refuse(Exit::Unreadable, format!("`{}` cannot be read: {}", path.display(), reason(&error)))
                .map_err(|failure| failure.help("run the scenario again"))
        }
    }
}

/// The nodes of the sliders; none of a run without.
fn sliders(folder: &Path, manifest: &Manifest) -> Result<Vec<WhatIfRow>, Failure> {
    if manifest.outputs.what_if.is_empty() { Ok(Vec::new()) } else { table(folder, manifest) }
}

fn table<R: Row>(folder: &Path, manifest: &Manifest) -> Result<Vec<R>, Failure> {
    let name = format!("{}.csv", R::TABLE);
    let bytes = load_file(folder, manifest, &name)?;
    sink::csv::read(manifest.outputs.csv().dialect(), &bytes).map_err(|error| {
        let why = match error {
            ReadError::Field { line, column, found } => {
                ReadError::Field { line, column, found: cut(&found).into_owned() }.to_string()
            }
            other => other.to_string(),
        };
        let message =
            format!("`{}` cannot be read: {}", folder.join(name).display(), cut_to(&why, MOST_OF_ERROR));
        Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("it was written by another version; run the scenario again")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder_with(manifest: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(manifest::FILE), manifest).unwrap();
        folder
    }

    fn refused(folder: &Path) -> String {
        load(folder).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_results_folder_is_refused() {
        let empty = tempfile::tempdir().unwrap();
        assert!(refused(empty.path()).ends_with("is not a results folder: it has no manifest.json"));
        assert!(refused(&empty.path().join("gone")).starts_with("there is no folder"));
        assert!(refused(folder_with("{}").path()).ends_with("manifest.json` is not capstake's"));
        let newer = folder_with("{\"program\": \"capstake\", \"schema_version\": 99}");
        assert!(refused(newer.path()).ends_with("is of another version of capstake, or damaged"));
    }
}
