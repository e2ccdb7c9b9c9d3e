//! Tables of runs and studies as Arrow columns, with the same values as their CSV files; an empty cell is a null.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema};
use capstake::report::answer::{Role, Table, Value};
use capstake::report::row::{Cell, Kind, Row};
use capstake::sink::number;

/// Doubles, where NaN stands for no value.
pub(crate) fn doubles(values: Vec<f64>) -> Float64Array {
    let nulls = values
        .iter()
        .any(|value| value.is_nan())
        .then(|| values.iter().map(|value| !value.is_nan()).collect::<NullBuffer>());
    Float64Array::new(ScalarBuffer::from(values), nulls)
}

/// A column of doubles that may be missing.
pub(crate) fn double_field(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

/// A column that is being filled.
enum Filling {
    Text(Vec<String>),
    Whole(Vec<i64>),
    Number(Vec<f64>),
}

impl Filling {
    fn finished(self, name: &str) -> (Field, ArrayRef) {
        let array: ArrayRef = match self {
            Filling::Text(texts) => Arc::new(StringArray::from(texts)),
            Filling::Whole(numbers) => Arc::new(Int64Array::from(numbers)),
            Filling::Number(numbers) => Arc::new(doubles(numbers)),
        };
        let nullable = array.data_type() == &DataType::Float64;
        (Field::new(name, array.data_type().clone(), nullable), array)
    }
}

fn batch(columns: impl Iterator<Item = (Field, ArrayRef)>) -> RecordBatch {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns are of one length")
}

/// The rows of a table of a run.
pub(crate) fn rows<R: Row>(rows: &[R]) -> RecordBatch {
    let mut columns: Vec<Filling> = R::KINDS
        .iter()
        .map(|kind| match kind {
            Kind::Text => Filling::Text(Vec::with_capacity(rows.len())),
            Kind::Whole => Filling::Whole(Vec::with_capacity(rows.len())),
            Kind::Number => Filling::Number(Vec::with_capacity(rows.len())),
        })
        .collect();
    for row in rows {
        let mut column = columns.iter_mut();
        row.cells(&mut |cell| match (column.next(), cell) {
            (Some(Filling::Text(texts)), Cell::Text(text)) => texts.push(text.to_owned()),
            (Some(Filling::Whole(numbers)), Cell::Whole(number)) => numbers.push(number),
            (Some(Filling::Number(numbers)), Cell::Number(number)) => numbers.push(number),
            _ => unreachable!("a cell is of its column's kind"),
        });
    }
    batch(columns.into_iter().zip(R::COLUMNS).map(|(column, name)| column.finished(name)))
}

/// A table of a study. A column with text in some row is text; figures and their errors are doubles, whatever their digits.
pub(crate) fn study(table: &Table) -> RecordBatch {
    let column = |at: usize| {
        let own = &table.columns[at];
        let cells = || table.rows.iter().map(move |row| &row[at]);
        let any = |is: fn(&Value) -> bool| cells().any(is);
        let filling = if any(|cell| matches!(cell, Value::Text(_))) {
            Filling::Text(cells().map(text).collect())
        } else if any(|cell| matches!(cell, Value::Number(_))) || own.role == Role::Error {
            Filling::Number(cells().map(double).collect())
        } else {
            Filling::Whole(cells().map(|cell| double(cell) as i64).collect())
        };
        filling.finished(&own.name)
    };
    batch((0..table.columns.len()).map(column))
}

fn text(cell: &Value) -> String {
    match cell {
        Value::Text(text) => text.clone(),
        Value::Whole(number) => number.to_string(),
        Value::Number(value) => {
            let mut digits = Vec::new();
            number::push(&mut digits, *value);
            String::from_utf8(digits).expect("digits are text")
        }
    }
}

fn double(cell: &Value) -> f64 {
    match cell {
        Value::Whole(number) => *number as f64,
        Value::Number(number) => *number,
        Value::Text(_) => f64::NAN,
    }
}
