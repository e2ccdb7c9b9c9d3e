//! The tables of a run as the bytes of their CSV files.

use std::io;

use super::folder::EncodedFile;
use crate::report::row::Row;
use crate::report::tables::Tables;
use crate::sink;
use crate::sink::csv::Dialect;

/// The tables but that of the sample paths as CSV.
pub fn encode_tables(tables: &Tables, dialect: Dialect) -> Vec<EncodedFile> {
    vec![
        encode(&tables.summary, dialect),
        encode(&tables.quantiles, dialect),
        encode(&tables.annual, dialect),
        encode(&tables.histogram, dialect),
        encode(&tables.inputs, dialect),
        encode(&tables.correlations, dialect),
        encode(&tables.events, dialect),
    ]
}

/// A table as CSV.
pub fn encode<R: Row>(rows: &[R], dialect: Dialect) -> EncodedFile {
    let mut bytes = Vec::new();
    let written = sink::csv::write_as(dialect, rows, &mut bytes);
    EncodedFile::table::<R>(written.map(|()| bytes))
}

/// The same of a table whose rows come one by one.
pub fn encode_each<R: Row>(
    rows: impl FnOnce(&mut dyn FnMut(&R) -> io::Result<()>) -> io::Result<()>,
    dialect: Dialect,
) -> EncodedFile {
    let mut bytes = Vec::new();
    let written = sink::csv::write_each(dialect, rows, &mut bytes);
    EncodedFile::table::<R>(written.map(|()| bytes))
}
