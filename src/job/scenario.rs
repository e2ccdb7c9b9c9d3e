//! Loads a scenario: reads the file and its CSV files, hashes them, and validates the model.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::columns::Columns;
use super::error::{Exit, Failure};
use super::manifest::{EmpiricalFile, ScenarioPart};
use super::plausible;
use super::scenario_files;
use super::words::{counted, cut, cut_to};
use crate::config::tree::{Value, inline};
use crate::config::{self, Code, Place, Problem, Problems, ScenarioBytes, ScenarioCells, Sources, resolved};
use crate::kernel::dimensions::Dimensions;
use crate::model::Model;
use crate::model::parameters::{Distribution, Origin};
use crate::study::difference::KeyChange;

/// A valid scenario.
pub struct Scenario {
    /// The file as named on the command line.
    pub path: PathBuf,
    /// Its folder when it was read: CSV files are found from there, also after the process went to another folder.
    folder: PathBuf,
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
    /// The text of its file, with comments, if that is the whole scenario: it extends no other.
    pub written: Option<String>,
    /// Names and blake3 digests of its CSV files.
    pub columns: Vec<(String, String)>,
    /// Paths of those that are not found from the folder of the scenario.
    elsewhere: Vec<(String, PathBuf)>,
    /// Of a scenario in a workbook: the digest of the one from which the workbook was made.
    made_from: Option<String>,
}

impl Scenario {
    /// The scenario of a manifest, whose CSV files go by the paths in it.
    pub(super) fn of_manifest(
        part: &ScenarioPart,
        sources: Sources,
        model: Model,
        dimensions: Option<Arc<Dimensions>>,
        warnings: Problems,
        columns: Vec<(String, String)>,
        place: impl Fn(&str) -> PathBuf,
    ) -> Scenario {
        let elsewhere = columns.iter().map(|(csv, _)| (csv.clone(), place(csv))).collect();
        Scenario {
            path: PathBuf::from(&part.file),
            folder: folder_of(Path::new(&part.file)),
            overrides: part.overrides.clone(),
            sources,
            model,
            dimensions,
            warnings,
            resolved: part.resolved.clone(),
            written: part.written.clone(),
            columns,
            elsewhere,
            made_from: None,
        }
    }

    /// Whether it is read from a workbook.
    pub fn is_workbook(&self) -> bool {
        self.made_from.is_some()
    }

    /// Whether it is read from a workbook, and is not the scenario from which that was made.
    pub fn is_edited(&self) -> bool {
        self.made_from.as_ref().is_some_and(|digest| *digest != self.model.digest)
    }

    /// The name of its default results folder: that of the scenario, so that an edited workbook does not replace what it came from.
    pub fn folder_name(&self) -> String {
        if self.is_edited() { format!("{}-edited", self.model.name) } else { self.model.name.clone() }
    }

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
            written: self.written.clone(),
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
        if own == folder && self.elsewhere.is_empty() && folder_of(&self.path) == self.folder {
            return self.resolved.clone();
        }
        self.with_places(self.resolved.clone())
    }

    /// A text of the scenario in which CSV files go by absolute paths.
    pub fn with_places(&self, text: String) -> String {
        self.columns.iter().fold(text, |text, (csv, _)| {
            let path = |csv: &str| format!("csv = {}", quoted_text(csv));
            text.replace(&path(csv), &path(&self.place_of(csv)))
        })
    }

    /// The path from which a CSV file was read, absolute if possible.
    pub fn place_of(&self, csv: &str) -> String {
        let elsewhere = self.elsewhere.iter().find(|(name, _)| name == csv).map(|(_, place)| place.clone());
        let place = elsewhere.unwrap_or_else(|| self.folder.join(csv));
        std::path::absolute(&place).unwrap_or(place).display().to_string()
    }
}

/// The folder of a file, absolute if possible.
fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    // The folder of the process goes by a name: an empty path leads nowhere.
    let named = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    std::path::absolute(named).unwrap_or_else(|_| folder.to_owned())
}

/// Loads a scenario with `--set` flags.
pub fn load(path: &Path, overrides: &[String]) -> Result<Scenario, Failure> {
    ScenarioFile::read(path)?.judge(overrides)
}

/// What a scenario's files hold, to be validated with different flags.
#[derive(Clone)]
pub struct ScenarioFile {
    path: PathBuf,
    /// Where its path leads from the folder in which the process was when it was read.
    folder: PathBuf,
    content: Content,
    /// CSV files that came along with it, as from another machine; others are read from the disk.
    carried: Vec<ScenarioBytes>,
    /// Its dimensions, once they were asked for.
    dimensions: OnceLock<Option<Arc<Dimensions>>>,
}

/// What is read of a scenario.
#[derive(Clone)]
enum Content {
    /// The bytes of its own file, then those of the scenarios that it extends.
    Files(Vec<ScenarioBytes>),
    /// The cells of a workbook.
    Workbook(Box<WorkbookScenario>),
}

/// A scenario in a workbook.
#[derive(Clone, Debug)]
pub struct WorkbookScenario {
    /// The file.
    pub file: ScenarioBytes,
    /// Its values, each with its cell.
    pub cells: ScenarioCells,
    /// The name of the scenario if it does not give itself one: that of the file from which the workbook was made.
    pub stem: String,
    /// The text of that file, if it was the whole scenario.
    pub written: Option<String>,
    /// Digest of the scenario from which the workbook was made.
    pub digest: String,
    /// Its CSV files: as written, blake3 digest, where they stood.
    pub csv: Vec<(String, String, PathBuf)>,
    /// The keys that a person changed.
    pub changes: Vec<KeyChange>,
}

/// Changes of a workbook that its note names; more are counted.
const CHANGES_NAMED: usize = 4;

impl WorkbookScenario {
    /// Notes which values are not those with which the workbook was made.
    fn note_changes(&self, problems: &mut Problems) {
        if self.changes.is_empty() {
            return;
        }
        let value = |value: &Option<String>| {
            value.as_deref().map_or("not set".to_owned(), |text| cut_to(text, 40).into_owned())
        };
        let mut named: Vec<String> = self.changes[..self.changes.len().min(CHANGES_NAMED)]
            .iter()
            .map(|change| {
                format!("{} = {} (was {})", cut(&change.key), value(&change.after), value(&change.before))
            })
            .collect();
        if let Some(more) = self.changes.len().checked_sub(CHANGES_NAMED).filter(|more| *more > 0) {
            named.push(format!("{more} more"));
        }
        let message = format!(
            "{} changed in this workbook: {}",
            counted(self.changes.len(), "value"),
            named.join("; ")
        );
        problems.push(Problem::note(Code::WorkbookEdited, Place::FILE, message));
    }

    /// The path of a CSV file: beside the workbook, else where it stood; the one that has not changed since before another.
    fn place_of(&self, csv: &str, folder: &Path) -> PathBuf {
        let beside = folder.join(csv);
        let Some((_, digest, stood)) = self.csv.iter().find(|(name, ..)| name == csv) else { return beside };
        let places = [beside, stood.clone()];
        let is_it = |place: &&PathBuf| digest_of(place).as_ref() == Some(digest);
        let found = places.iter().find(is_it).or_else(|| places.iter().find(|place| place.is_file()));
        found.unwrap_or(&places[0]).clone()
    }

    /// Warns of CSV files that are not those with which the workbook was made.
    fn changed_columns(&self, columns: &[(String, String)], problems: &mut Problems) {
        for (csv, then, _) in &self.csv {
            let now = columns.iter().find(|(name, _)| name == csv);
            if now.is_some_and(|(_, now)| now != then) {
                let message = format!("`{csv}` is not what it was when the workbook was made");
                problems.push(
                    Problem::warning(Code::WorkbookCsv, Place::FILE, message).help(
                        "it counts as it is now; if the former file is meant, put it beside the workbook",
                    ),
                );
            }
        }
    }
}

fn digest_of(path: &Path) -> Option<String> {
    let bytes = super::file::read_regular(path, super::columns::MAX_BYTES).ok()?;
    Some(blake3::hash(&bytes).to_hex().to_string())
}

impl ScenarioFile {
    /// Reads the file (`-`: standard input) and those that it extends.
    pub fn read(path: &Path) -> Result<ScenarioFile, Failure> {
        Ok(ScenarioFile::new(path, Content::Files(scenario_files::read(path)?)))
    }

    /// A text that stands for the file of that path. It extends no other.
    pub fn of_text(path: &Path, text: &str) -> ScenarioFile {
        let own = ScenarioBytes { name: path.display().to_string(), bytes: text.as_bytes().to_vec() };
        ScenarioFile::new(path, Content::Files(vec![own]))
    }

    /// The scenario in the workbook at that path.
    pub fn of_workbook(path: &Path, workbook: WorkbookScenario) -> ScenarioFile {
        ScenarioFile::new(path, Content::Workbook(Box::new(workbook)))
    }

    fn new(path: &Path, content: Content) -> ScenarioFile {
        ScenarioFile {
            path: path.to_owned(),
            folder: folder_of(path),
            content,
            carried: Vec::new(),
            dimensions: OnceLock::new(),
        }
    }

    /// The same with CSV files that came along with it.
    pub fn carrying(self, carried: Vec<ScenarioBytes>) -> ScenarioFile {
        ScenarioFile { carried, ..self }
    }

    /// The workbook that it is read from.
    pub fn workbook(&self) -> Option<&WorkbookScenario> {
        match &self.content {
            Content::Files(_) => None,
            Content::Workbook(workbook) => Some(workbook),
        }
    }

    /// The text of the scenario's own file, if that is the whole scenario.
    fn written(&self) -> Option<String> {
        match &self.content {
            Content::Workbook(workbook) => workbook.written.clone(),
            Content::Files(files) => match files.as_slice() {
                [own] => String::from_utf8(own.bytes.clone()).ok(),
                _ => None,
            },
        }
    }

    /// The dimensions of the file without `--set`.
    fn dimensions(&self) -> Option<Arc<Dimensions>> {
        let of_file = || self.variant(&[]).ok().map(|scenario| Arc::new(Dimensions::of(&scenario.model)));
        self.dimensions.get_or_init(of_file).clone()
    }

    /// Its path, and the names and bytes of its files: its own, then those that it extends.
    pub fn parts(&self) -> (&Path, &[ScenarioBytes]) {
        let files = match &self.content {
            Content::Files(files) => files.as_slice(),
            Content::Workbook(workbook) => std::slice::from_ref(&workbook.file),
        };
        (&self.path, files)
    }

    /// The path of a CSV file that it names.
    fn place_of(&self, csv: &str) -> PathBuf {
        match &self.content {
            Content::Files(_) => self.folder.join(csv),
            Content::Workbook(workbook) => workbook.place_of(csv, &self.folder),
        }
    }

    fn columns(&self, config: &config::Config) -> Columns {
        Columns::read(config, &self.carried, |csv| self.place_of(csv))
    }

    /// The CSV files that a scenario of this file reads, with which it is put together elsewhere.
    ///
    /// # Errors
    /// One has changed since the scenario was read, or cannot be read any more.
    pub fn csv_files(&self, of: &Scenario) -> Result<Vec<ScenarioBytes>, Failure> {
        let (_, config) = config::parse("", &of.resolved, &[]);
        let columns = self.columns(&config.expect("what was printed reads back"));
        let found = columns.digests();
        for (csv, digest) in &of.columns {
            if !found.iter().any(|(own, now)| (own, now) == (csv, digest)) {
                let message = format!("`{csv}` is not what it was when the scenario was read");
                return Err(Failure::coded(Exit::Mismatch, Code::StateOfAnother, message)
                    .help("bring it back as it was, or read the scenario again"));
            }
        }
        Ok(columns.into_files())
    }

    /// Puts a scenario of TOML files together again from its parts.
    pub fn from_parts(path: &Path, files: Vec<ScenarioBytes>) -> ScenarioFile {
        ScenarioFile::new(path, Content::Files(files))
    }

    /// Validates the scenario with `--set` flags.
    pub fn judge(&self, overrides: &[String]) -> Result<Scenario, Failure> {
        let (config, mut scenario) = self.validated(overrides)?;
        plausible::warn(&config, &scenario.model, &mut scenario.warnings);
        if let Content::Workbook(workbook) = &self.content {
            workbook.note_changes(&mut scenario.warnings);
        }
        Ok(scenario)
    }

    /// The same for a variant of a scenario that has been judged, without warnings of the scenario as a whole.
    pub fn variant(&self, overrides: &[String]) -> Result<Scenario, Failure> {
        self.validated(overrides).map(|(_, scenario)| scenario)
    }

    fn validated(&self, overrides: &[String]) -> Result<(config::Config, Scenario), Failure> {
        let path = &self.path;
        let (sources, config, mut problems) = match &self.content {
            Content::Files(files) => config::read_files(files, overrides),
            Content::Workbook(workbook) => config::read_cells(&workbook.cells, overrides),
        };
        if problems.has_errors() {
            if let Some(config) = config {
                problems.extend(beyond_spelling(&config, &self.columns(&config)));
            }
            return Err(Failure::Scenario { exit: exit_of(&problems), sources: Box::new(sources), problems });
        }
        let config = config.expect("a scenario without a problem was read");
        let columns = self.columns(&config);
        let resolved = resolved::to_toml(&config);
        let digests = columns.digests();
        let digest = digest(&resolved, &digests);
        let mut elsewhere = Vec::new();
        let mut stem = scenario_files::stem(path);
        if let Content::Workbook(workbook) = &self.content {
            workbook.changed_columns(&digests, &mut problems);
            stem = workbook.stem.clone();
            elsewhere = digests.iter().map(|(csv, _)| (csv.clone(), self.place_of(csv))).collect();
        }
        match Model::from_config(&config, &stem, &digest, &columns) {
            Ok((model, warnings)) => {
                problems.extend(warnings);
                let scenario = Scenario {
                    path: path.clone(),
                    folder: self.folder.clone(),
                    overrides: overrides.to_vec(),
                    sources,
                    model,
                    dimensions: if overrides.is_empty() { None } else { self.dimensions() },
                    warnings: problems,
                    resolved,
                    written: self.written(),
                    columns: digests,
                    elsewhere,
                    made_from: self.workbook().map(|workbook| workbook.digest.clone()),
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
fn beyond_spelling(config: &config::Config, columns: &Columns) -> Problems {
    let mut values = Problems::new();
    if let Err(found) = Model::from_config(config, "scenario", "", columns) {
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
