//! The Python package's compiled part: scenarios, runs, tables and draws of the engine, its studies, and the program itself.
//!
//! What a Python user sees is written in `package/capstake`; here is what that stands on. Tables and draws leave by the Arrow C
//! stream interface, failures as the program's screens, and whatever takes time runs without Python's lock while the calling
//! thread looks for signals.

mod arrow;
mod calling;
mod check;
mod columns;
mod core;
mod draws;
mod error;
mod metric;
mod opened;
mod output;
mod part;
mod paths;
mod run;
mod sampling;
mod saved;
mod scenario;
mod stream;
mod study;
mod table;

use std::ffi::OsString;

use capstake::config::schema::json_schema;
use capstake::config::template::SHIPPED;
use capstake::job::build::Build;
use pyo3::prelude::*;

/// Runs the program with these arguments, the first of which is its name, and returns its exit code. Signals are the program's.
#[pyfunction]
fn program(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| capstake_cli::main(arguments).code())
}

/// The JSON Schema of the scenario format.
#[pyfunction]
fn schema() -> String {
    json_schema().to_string()
}

/// Names and texts of the scenarios that come with the program.
#[pyfunction]
fn shipped() -> Vec<(&'static str, &'static str)> {
    SHIPPED.to_vec()
}

/// Version, revision and target of this build.
#[pyfunction]
fn build() -> (String, String, String) {
    let Build { version, git_revision, target, .. } = Build::current();
    (version, git_revision, target)
}

#[pymodule]
fn _capstake(module: &Bound<'_, PyModule>) -> PyResult<()> {
    capstake_cli::declare();
    module.add_class::<scenario::Scenario>()?;
    module.add_class::<run::Run>()?;
    module.add_class::<metric::Metric>()?;
    module.add_class::<table::Table>()?;
    module.add_class::<draws::Draws>()?;
    module.add_class::<study::Study>()?;
    module.add_function(wrap_pyfunction!(program, module)?)?;
    module.add_function(wrap_pyfunction!(schema, module)?)?;
    module.add_function(wrap_pyfunction!(shipped, module)?)?;
    module.add_function(wrap_pyfunction!(build, module)?)?;
    module.add_function(wrap_pyfunction!(run::run, module)?)?;
    module.add_function(wrap_pyfunction!(study::conduct, module)?)?;
    module.add_function(wrap_pyfunction!(study::say, module)?)?;
    module.add_function(wrap_pyfunction!(opened::open, module)?)?;
    module.add_class::<part::Merger>()?;
    module.add_function(wrap_pyfunction!(part::plan_parts, module)?)?;
    module.add_function(wrap_pyfunction!(part::run_part, module)?)?;
    module.add_function(wrap_pyfunction!(part::study_part, module)?)?;
    Ok(())
}
