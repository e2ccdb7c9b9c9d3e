//! Studies: the program's own commands, called as functions, and their answers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::{Manifest, Status};
use capstake::job::reason::reason;
use capstake::job::results::{self, Contents};
use capstake::report::answer::Answer;
use capstake::store;
use capstake_cli::embedded::{self, Caller, Given, Refused, StudySums};
use capstake_output::made::Made;
use capstake_output::workbook;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tempfile::TempDir;

use super::calling::{Watch, interrupted, is_interrupt, watched};
use super::error::{raised, refused, with_result};
use super::scenario::Scenario;
use super::table::Table;
use super::{arrow, output};

/// The answer of a study.
#[pyclass(frozen, module = "capstake._capstake")]
pub struct Study {
    folder: PathBuf,
    manifest: Manifest,
    answer: Answer,
    /// Keeps the folder, unless it is somebody's own.
    temporary: Option<TempDir>,
    /// The process that made it.
    process: u32,
}

impl Drop for Study {
    fn drop(&mut self) {
        // A forked process has a copy of the study, but the folder is its parent's.
        if std::process::id() != self.process
            && let Some(folder) = self.temporary.take()
        {
            let _ = folder.keep();
        }
    }
}

impl Study {
    /// The study in a folder.
    pub(crate) fn of(folder: &Path, temporary: Option<TempDir>) -> Result<Study, Failure> {
        match results::any(folder)? {
            (manifest, Contents::Study(answer)) => {
                // It is saved later, when the process may be in another folder.
                let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
                Ok(Study { folder, manifest, answer: *answer, temporary, process: std::process::id() })
            }
            (_, Contents::Run(_)) => {
                Err(Failure::told(Exit::Usage, format!("`{}` holds a run", folder.display())))
            }
        }
    }

    fn page(&self) -> capstake_output::page::Page {
        Made::Study(&self.manifest.facts(), &self.answer).page()
    }
}

#[pymethods]
impl Study {
    /// The command: `compare`, `sweep`, …
    #[getter]
    fn name(&self) -> &str {
        &self.manifest.command.name
    }

    /// Scenario, paths and seed in one line.
    #[getter]
    fn title(&self) -> &str {
        &self.answer.title
    }

    /// The answer in sentences, most important first.
    #[getter]
    fn sentences(&self) -> Vec<String> {
        self.answer.sentences.clone()
    }

    /// Reasons for caution.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.answer.warnings.clone()
    }

    /// Whether all paths and all points are there.
    #[getter]
    fn complete(&self) -> bool {
        self.manifest.status == Status::Complete
    }

    /// Names and titles of its tables.
    #[getter]
    fn tables(&self) -> Vec<(String, String)> {
        self.answer.tables.iter().map(|table| (table.name.to_string(), table.title_of_all())).collect()
    }

    /// A table by name; `None` if there is none of that name.
    fn table(&self, name: &str) -> Option<Table> {
        let found = self.answer.tables.iter().find(|table| table.name == name)?;
        Some(Table(arrow::study(found)))
    }

    /// The manifest as JSON.
    fn manifest(&self) -> String {
        String::from_utf8_lossy(&self.manifest.bytes()).into_owned()
    }

    /// The page as HTML.
    fn page_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| output::html(&self.page())))
    }

    /// The workbook.
    fn workbook<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let make = || output::bytes(workbook::study::workbook(&self.manifest.facts(), &self.answer));
        let bytes = py.detach(make).map_err(|failure| raised(py, &failure))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Names and titles of its figures.
    fn pictures(&self, py: Python<'_>) -> Vec<(String, String)> {
        py.detach(|| output::pictures(&self.page()))
    }

    /// A figure as SVG.
    fn picture(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        py.detach(|| output::picture(&self.page(), name)).map_err(|failure| raised(py, &failure))
    }

    /// Copies its results folder, as the program wrote it, to a place where there is nothing yet.
    fn save(&self, py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        py.detach(|| copy(&self.folder, &folder)).map_err(|failure| raised(py, &failure))
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let place = to.display();
    let failed = |error: std::io::Error| {
        Failure::told(Exit::Output, format!("`{place}` cannot be written: {}", reason(&error)))
    };
    let mut there = match std::fs::read_dir(to) {
        Ok(entries) => entries,
        Err(_) => {
            std::fs::create_dir_all(to).map_err(failed)?;
            std::fs::read_dir(to).map_err(failed)?
        }
    };
    if there.next().is_some() {
        return Err(Failure::told(Exit::Output, format!("`{place}` is not empty"))
            .help("name another folder, or empty this one"));
    }
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.file_type().map_err(failed)?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
        }
    }
    Ok(())
}

/// Scenarios by the names that stand for them among the arguments.
pub(crate) type Named<'py> = Vec<(String, PyRef<'py, Scenario>)>;

/// The scenarios as the program takes them.
pub(crate) fn given(scenarios: &Named<'_>) -> Vec<Given> {
    let one = |(name, scenario): &(String, PyRef<'_, Scenario>)| Given {
        name: PathBuf::from(name),
        file: scenario.file.clone(),
        overrides: scenario.judged.overrides.clone(),
    };
    scenarios.iter().map(one).collect()
}

/// Conducts a study by the program's command line, in which names stand for scenarios, or answers it from the sums of its parts. Each scenario brings its own settings only
/// where there are several; for one they stand among the arguments.
#[pyfunction]
#[pyo3(signature = (arguments, scenarios, progress=None, sums=None))]
pub(crate) fn conduct(
    py: Python<'_>,
    arguments: Vec<String>,
    scenarios: Named<'_>,
    progress: Option<Py<PyAny>>,
    sums: Option<Vec<u8>>,
) -> PyResult<Study> {
    let given = given(&scenarios);
    drop(scenarios);
    let sums = sums.map(|bytes| store::read::<StudySums>(&bytes).map(|(_, sums)| sums)).transpose();
    let sums = sums.map_err(|fault| raised(py, &Failure::told(Exit::Mismatch, fault.to_string())))?;
    let failed = |error: std::io::Error| {
        let message = format!("no folder for the results can be made: {}", reason(&error));
        raised(py, &Failure::told(Exit::Output, message))
    };
    let temporary = tempfile::Builder::new().prefix("capstake-").tempdir().map_err(failed)?;
    let folder = temporary.path().join("results");
    let mut line: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
    // After the command, before what ends the options.
    line.splice(1..1, ["--quiet".into(), "--out".into(), folder.clone().into_os_string()]);
    let work = |watch: &Watch| {
        let called = match sums {
            None => embedded::call(&line, given, &watch.caller()),
            Some(sums) => embedded::call_with_sums(&line, given, &watch.caller(), sums),
        };
        let study = match &called {
            Ok((Exit::Done | Exit::Interrupted, _)) => Study::of(&folder, Some(temporary)).ok(),
            // Not as precise as was asked for, but whole.
            Err(Refused::Failure(failure)) if failure.exit() == Exit::Imprecise => {
                Study::of(&folder, Some(temporary)).ok()
            }
            _ => None,
        };
        (called, study)
    };
    let ((called, study), error) = watched(py, progress.as_ref(), work);
    match (called, error) {
        (_, Some(error)) if is_interrupt(py, &error) => {
            let study = study.map(|study| Py::new(py, study)).transpose()?;
            Err(interrupted(py, study.map(|study| study.into_bound(py).into_any()), 0, 0))
        }
        (_, Some(error)) => Err(error),
        (Err(why), None) => {
            let error = refused(py, &why);
            if let Some(study) = study {
                with_result(py, &error, Py::new(py, study)?)?;
            }
            Err(error)
        }
        (Ok(_), None) => study.ok_or_else(|| {
            raised(py, &Failure::told(Exit::Bug, "the study left no answer").help("please report this"))
        }),
    }
}

/// What a command says on standard output.
#[pyfunction]
pub(crate) fn say(py: Python<'_>, arguments: Vec<String>) -> PyResult<String> {
    let line: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
    let called = py.detach(|| embedded::call(&line, Vec::new(), &Caller::default()));
    called.map(|(_, said)| said.results).map_err(|why| refused(py, &why))
}
