//! A range of paths as an Arrow stream that can be read any number of times.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::paths::{Reader, Source};
use super::stream::{capsule, schema_capsule};

/// Rows of single paths, simulated while they are read.
#[pyclass(frozen, module = "capstake._capstake")]
pub struct Draws(pub(crate) Arc<Source>);

#[pymethods]
impl Draws {
    /// Names of its columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.0.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Number of rows.
    #[getter]
    fn rows(&self) -> u64 {
        self.0.rows()
    }

    /// Whether a reading was interrupted by the user since this was last asked.
    fn take_interrupted(&self) -> bool {
        self.0.take_interrupted()
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol lets a producer answer with its own types.
        drop(requested_schema);
        capsule(py, Box::new(Reader::new(&self.0)))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, self.0.schema())
    }
}
