//! Failures of the engine as Python exceptions, whose text is the program's screen.

use capstake::config::Severity;
use capstake::config::{Problem, Problems, Sources};
use capstake::job::error::{Exit, Failure};
use capstake_cli::embedded::Refused;
use pyo3::PyTypeInfo;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A problem of a scenario as a dictionary: code, severity, message, place, what was found and allowed, and the remedy.
pub(crate) fn problem<'py>(
    py: Python<'py>,
    sources: &Sources,
    problem: &Problem,
) -> PyResult<Bound<'py, PyDict>> {
    let place = sources.locate(problem.place());
    let out = PyDict::new(py);
    out.set_item("code", problem.code.id())?;
    out.set_item(
        "severity",
        match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
    )?;
    out.set_item("message", &problem.message)?;
    out.set_item("file", place.name)?;
    out.set_item("line", place.line)?;
    out.set_item("column", place.column)?;
    out.set_item("found", &problem.found)?;
    out.set_item("allowed", &problem.allowed)?;
    out.set_item("help", &problem.help)?;
    Ok(out)
}

/// Problems as dictionaries.
pub(crate) fn problems<'py>(
    py: Python<'py>,
    sources: &Sources,
    problems: &Problems,
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    problems.iter().map(|one| problem(py, sources, one)).collect()
}

/// The exception of a failure. `paths` are those that were not finite.
pub(crate) fn raised_with(py: Python<'_>, failure: &Failure, paths: &[u64]) -> PyErr {
    let (code, help, found) = match failure {
        Failure::Scenario { sources, problems: found, .. } => {
            (found.iter().next().map(|one| one.code.id()), Vec::new(), problems(py, sources, found))
        }
        Failure::Told { code, help, .. } => {
            let help = help.iter().map(|help| help.text.as_str()).collect();
            (code.map(|code| code.id()), help, Ok(Vec::new()))
        }
    };
    let screen = failure.screen(false);
    let exit = failure.exit().code();
    found
        .and_then(|found| make(py, screen.trim_end(), exit, code, help, found, paths))
        .unwrap_or_else(|error| error)
}

/// Adds a run or study to the exception about it.
pub(crate) fn with_result(py: Python<'_>, error: &PyErr, result: Py<impl PyTypeInfo>) -> PyResult<()> {
    py.import("capstake._errors")?.getattr("with_result")?.call1((error.value(py), result))?;
    Ok(())
}

/// The exception of a failure.
pub(crate) fn raised(py: Python<'_>, failure: &Failure) -> PyErr {
    raised_with(py, failure, &[])
}

/// The exception of a call of the program.
pub(crate) fn refused(py: Python<'_>, refused: &Refused) -> PyErr {
    match refused {
        Refused::Failure(failure) => raised(py, failure),
        Refused::Arguments(screen) => make(py, screen, Exit::Usage.code(), None, Vec::new(), Vec::new(), &[])
            .unwrap_or_else(|error| error),
    }
}

fn make(
    py: Python<'_>,
    screen: &str,
    exit: u8,
    code: Option<&str>,
    help: Vec<&str>,
    problems: Vec<Bound<'_, PyDict>>,
    paths: &[u64],
) -> PyResult<PyErr> {
    let of = py.import("capstake._errors")?.getattr("of_screen")?;
    let error = of.call1((screen, exit, code, help, problems, paths.to_vec()))?;
    Ok(PyErr::from_value(error))
}
