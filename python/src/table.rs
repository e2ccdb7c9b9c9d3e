//! A table in memory: the Arrow stream of its one batch, and its cells as Python objects.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch, RecordBatchIterator};
use arrow_schema::DataType;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};

use super::stream::{capsule, schema_capsule};

/// A table of columns.
#[pyclass(frozen, module = "capstake._capstake")]
pub struct Table(pub(crate) RecordBatch);

#[pymethods]
impl Table {
    /// Names of its columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.0.schema_ref().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The Arrow types of its columns, in words.
    #[getter]
    fn types(&self) -> Vec<String> {
        let word = |field: &std::sync::Arc<arrow_schema::Field>| match field.data_type() {
            DataType::Float64 => "double".to_owned(),
            DataType::Int64 => "int64".to_owned(),
            _ => "string".to_owned(),
        };
        self.0.schema_ref().fields().iter().map(word).collect()
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    /// The cells of a column, `None` where there is no value; `None` in all where there is no such column.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyList>>> {
        let Some(array) = self.0.column_by_name(name) else { return Ok(None) };
        let cells: PyResult<Vec<Bound<'py, PyAny>>> = match array.data_type() {
            DataType::Float64 => {
                array.as_primitive::<Float64Type>().iter().map(|cell| cell.into_bound_py_any(py)).collect()
            }
            DataType::Int64 => {
                array.as_primitive::<Int64Type>().iter().map(|cell| cell.into_bound_py_any(py)).collect()
            }
            _ => array.as_string::<i32>().iter().map(|cell| cell.into_bound_py_any(py)).collect(),
        };
        PyList::new(py, cells?).map(Some)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol lets a producer answer with its own types.
        drop(requested_schema);
        let batches = std::iter::once(Ok(self.0.clone()));
        capsule(py, Box::new(RecordBatchIterator::new(batches.collect::<Vec<_>>(), self.0.schema())))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, self.0.schema_ref())
    }
}
