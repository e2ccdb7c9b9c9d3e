//! `draws.parquet`, one row per path and deal, and `paths.parquet`, one per path, deal and year: nullable doubles, with units and
//! manifest in the file's metadata.

use crate::draws_writer::{DrawsWriter, damaged};
use crate::first_fault::{Fault, Watched};
use capstake::job::draft::Draft;
use capstake::job::manifest::Manifest;
use capstake::kernel::plan::Plan;
use capstake::sink::draws_columns::{Column, DEPENDENT, Rows, columns, unpack};
use capstake::sink::path_series::{self, SeriesColumn};
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use std::io::{self, Write};
use std::sync::Arc;

/// Approximate number of values in a row group. A row group is held in memory until it is written, and
/// readers load it whole.
const GROUP_VALUES: usize = 8 << 20;

/// A Parquet file that is being written to `W`.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<Watched<W>>,
    fault: Fault,
    deals: Vec<ByteArray>,
    /// Calendar years of a path and deal; none where it has one row.
    years: Vec<i64>,
    columns: usize,
    /// Path index of each buffered row.
    paths: Vec<i64>,
    waiting: Vec<Vec<f64>>,
}

impl<W: Write + Send> Writer<W> {
    /// Writes the file header.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn new(out: W, deals: &[String], years: &[i32], columns: &[Column]) -> io::Result<Writer<W>> {
        let mut properties = WriterProperties::builder()
            .set_created_by(concat!("capstake ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(None)
            // Doubles are hardly ever equal, so a dictionary would cost time and save nothing.
            .set_dictionary_enabled(false)
            // The only encoding without a dictionary that every reader knows: older Spark and Synapse refuse deltas.
            .set_encoding(Encoding::PLAIN)
            .set_column_dictionary_enabled(ColumnPath::from("deal"), true);
        properties = properties.set_column_dictionary_enabled(ColumnPath::from("year"), true);
        for column in columns.iter().filter(|column| column.unit == "flag") {
            properties =
                properties.set_column_dictionary_enabled(ColumnPath::from(vec![column.name.clone()]), true);
        }
        let schema = schema(!years.is_empty(), columns).map_err(as_io)?;
        let (out, fault) = Watched::new(out);
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties.build()));
        Ok(Writer {
            file: file.map_err(|error| fault.or(|| as_io(error)))?,
            fault,
            deals: deals.iter().map(|deal| ByteArray::from(deal.as_bytes().to_vec())).collect(),
            years: years.iter().map(|&year| i64::from(year)).collect(),
            columns: columns.len(),
            paths: Vec::new(),
            waiting: vec![Vec::new(); columns.len()],
        })
    }

    /// Rows of a path and deal.
    fn rows_of_deal(&self) -> usize {
        self.years.len().max(1)
    }

    /// Adds rows, ordered by path, deal and year.
    ///
    /// # Errors
    /// What the output reports.
    pub fn write(&mut self, rows: &Rows) -> io::Result<()> {
        let of_path = (self.deals.len() * self.rows_of_deal()) as u64;
        let path = |row: u64| (rows.first_path + row / of_path) as i64;
        self.paths.extend((0..rows.rows as u64).map(path));
        for (waiting, column) in self.waiting.iter_mut().zip(&rows.columns) {
            waiting.extend_from_slice(column);
        }
        if self.paths.len() * self.columns >= GROUP_VALUES { self.write_group() } else { Ok(()) }
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.paths.is_empty() {
            return Ok(());
        }
        self.group().map_err(|error| self.fault.or(|| as_io(error)))?;
        self.paths.clear();
        self.waiting.iter_mut().for_each(Vec::clear);
        Ok(())
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        let years = self.rows_of_deal();
        let mut group = self.file.next_row_group()?;
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&self.paths, None, None)?;
            column.close()?;
        }
        if let Some(mut column) = group.next_column()? {
            let names = self.deals.iter().flat_map(|deal| std::iter::repeat_n(deal, years));
            let names: Vec<ByteArray> = names.cycle().take(self.paths.len()).cloned().collect();
            column.typed::<ByteArrayType>().write_batch(&names, None, None)?;
            column.close()?;
        }
        if !self.years.is_empty()
            && let Some(mut column) = group.next_column()?
        {
            let years: Vec<i64> = self.years.iter().copied().cycle().take(self.paths.len()).collect();
            column.typed::<Int64Type>().write_batch(&years, None, None)?;
            column.close()?;
        }
        let mut there = Vec::new();
        let mut levels = Vec::new();
        for values in &self.waiting {
            let Some(mut column) = group.next_column()? else { break };
            levels.clear();
            levels.extend(values.iter().map(|value| i16::from(!value.is_nan())));
            there.clear();
            there.extend(values.iter().copied().filter(|value| !value.is_nan()));
            column.typed::<DoubleType>().write_batch(&there, Some(&levels), None)?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Completes the file and stores `metadata` (key, text) in its footer.
    ///
    /// # Errors
    /// What the output reports.
    pub fn finish(mut self, metadata: &[(&str, String)]) -> io::Result<W> {
        self.write_group()?;
        for (key, text) in metadata {
            self.file.append_key_value_metadata(KeyValue::new((*key).to_owned(), text.clone()));
        }
        let fault = self.fault;
        self.file.into_inner().map_err(|error| fault.or(|| as_io(error)))?.finish()
    }
}

/// Begins `draws.parquet` for the deals and columns of a plan.
///
/// # Errors
/// What the disk reports.
pub fn begin(plan: &Plan, draft: Draft) -> io::Result<File> {
    file(plan, draft, &[], columns(plan))
}

/// Begins `paths.parquet` with these yearly series.
///
/// # Errors
/// What the disk reports.
pub fn begin_paths(plan: &Plan, series: &[SeriesColumn], draft: Draft) -> io::Result<File> {
    let columns = series.iter().map(|one| Column { name: one.name.clone(), unit: one.unit }).collect();
    file(plan, draft, &path_series::years(plan), columns)
}

fn file(plan: &Plan, draft: Draft, years: &[i32], columns: Vec<Column>) -> io::Result<File> {
    let deals: Vec<String> = plan.model().deals.iter().map(|deal| deal.name.clone()).collect();
    let writer = Writer::new(draft, &deals, years, &columns)?;
    Ok(File { writer, columns })
}

/// A file that is being written, and its columns.
pub struct File {
    writer: Writer<Draft>,
    columns: Vec<Column>,
}

impl DrawsWriter for File {
    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.writer.write(&unpack(chunk).ok_or_else(damaged)?)
    }

    fn finish(self: Box<Self>, _: &Plan, manifest: &Manifest) -> io::Result<(Draft, Option<String>)> {
        let metadata = metadata(&self.columns, manifest);
        Ok((self.writer.finish(&metadata)?, None))
    }
}

/// The metadata of the file: the unit of each column, the manifest without its list of files, and under Sobol sampling that rows
/// depend on each other.
fn metadata(columns: &[Column], manifest: &Manifest) -> Vec<(&'static str, String)> {
    let units: serde_json::Map<String, serde_json::Value> =
        columns.iter().map(|column| (column.name.clone(), column.unit.into())).collect();
    let own = Manifest { files: Vec::new(), ..manifest.clone() };
    let text = String::from_utf8_lossy(&own.bytes()).into_owned();
    let units = serde_json::Value::Object(units).to_string();
    let sampling = manifest.run.sampling.replicates.map(|_| ("sampling", DEPENDENT.to_owned()));
    [("units", units), ("manifest", text)].into_iter().chain(sampling).collect()
}

fn schema(by_year: bool, columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let field = |name: &str, physical, logical, repetition| {
        Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    };
    let mut fields = vec![
        field("path", Physical::INT64, None, Repetition::REQUIRED)?,
        field("deal", Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED)?,
    ];
    if by_year {
        fields.push(field("year", Physical::INT64, None, Repetition::REQUIRED)?);
    }
    for column in columns {
        fields.push(field(&column.name, Physical::DOUBLE, None, Repetition::OPTIONAL)?);
    }
    Type::group_type_builder("draws").with_fields(fields).build().map(Arc::new)
}

/// Converts an error of the parquet crate.
fn as_io(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::metadata::ParquetMetaDataReader;

    #[test]
    fn every_column_has_an_encoding_that_old_readers_know() {
        let column = |name: &str, unit| Column { name: name.to_owned(), unit };
        let columns = [column("segment.all.growth", "per_year"), column("cap_hit", "flag")];
        let mut writer = Writer::new(Vec::new(), &["a".to_owned(), "b".to_owned()], &[], &columns).unwrap();
        let rows = Rows {
            first_path: 7,
            rows: 4,
            columns: vec![vec![0.1, 0.1, 0.2, f64::NAN], vec![0.0, 1.0, 1.0, 0.0]],
        };
        writer.write(&rows).unwrap();
        let bytes = writer.finish(&[]).unwrap();
        // The last eight bytes are the length of the footer and a mark.
        let (rest, end) = bytes.split_at(bytes.len() - 8);
        let length = u32::from_le_bytes([end[0], end[1], end[2], end[3]]) as usize;
        let footer = ParquetMetaDataReader::decode_metadata(&rest[rest.len() - length..]).unwrap();
        let old = [Encoding::PLAIN, Encoding::RLE, Encoding::PLAIN_DICTIONARY, Encoding::RLE_DICTIONARY];
        let group = footer.row_group(0);
        assert_eq!(group.num_columns(), 4);
        for column in group.columns() {
            let encodings: Vec<Encoding> = column.encodings().collect();
            assert!(encodings.iter().all(|encoding| old.contains(encoding)), "{encodings:?}");
        }
        assert_eq!(group.column(0).column_path().string(), "path");
        assert!(group.column(0).encodings().any(|encoding| encoding == Encoding::PLAIN));
    }
}
