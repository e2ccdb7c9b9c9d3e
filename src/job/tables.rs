//! Encodes the tables of a run as CSV files.

use std::io;

use super::folder::EncodedFile;
use crate::report::row::Row;
use crate::report::tables::Tables;
use crate::sink;
use crate::sink::csv::Dialect;

/// Encodes all tables but the sample paths.
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

/// Encodes one table.
pub fn encode<R: Row>(rows: &[R], dialect: Dialect) -> EncodedFile {
    let mut bytes = Vec::new();
    let written = sink::csv::write_as(dialect, rows, &mut bytes);
    EncodedFile::table::<R>(written.map(|()| bytes))
}

/// Encodes a table whose rows arrive one by one.
pub fn encode_each<R: Row>(
    rows: impl FnOnce(&mut dyn FnMut(&R) -> io::Result<()>) -> io::Result<()>,
    dialect: Dialect,
) -> EncodedFile {
    let mut bytes = Vec::new();
    let written = sink::csv::write_each(dialect, rows, &mut bytes);
    EncodedFile::table::<R>(written.map(|()| bytes))
}
