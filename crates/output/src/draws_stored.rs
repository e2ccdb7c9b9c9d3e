//! Files of draws and of yearly series read back chunk by chunk, in the form in which they are written: the parts of a run are put
//! together so.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use capstake::job::formats::Draws;

use crate::draws_writer::damaged;

/// A file of draws that is read chunk by chunk.
pub struct StoredDraws {
    rows: usize,
    kind: Kind,
}

enum Kind {
    Csv(BufReader<File>),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet_rows::Rows>),
}

impl StoredDraws {
    /// Opens a file with so many rows in a chunk.
    ///
    /// # Errors
    /// The file cannot be read, or this build cannot read its format.
    pub fn open(format: Draws, file: File, rows: usize) -> io::Result<StoredDraws> {
        let kind = match format {
            Draws::Csv => {
                let mut lines = BufReader::with_capacity(1 << 20, file);
                lines.skip_until(b'\n')?;
                Kind::Csv(lines)
            }
            #[cfg(feature = "parquet")]
            Draws::Parquet => Kind::Parquet(Box::new(parquet_rows::Rows::open(file)?)),
            _ => {
                return Err(io::Error::other(format!(
                    "{} of parts cannot be put together; csv and parquet can",
                    format.file()
                )));
            }
        };
        Ok(StoredDraws { rows, kind })
    }

    /// The next chunk, which begins with `first_path`, encoded for [`DrawsFile::write`](crate::draws::DrawsFile::write).
    ///
    /// # Errors
    /// What the disk reports, or that the chunk is not there.
    pub fn next_chunk(&mut self, first_path: u64) -> io::Result<Vec<u8>> {
        match &mut self.kind {
            Kind::Csv(lines) => {
                let mut out = Vec::new();
                for _ in 0..self.rows {
                    let from = out.len();
                    lines.read_until(b'\n', &mut out)?;
                    if !out[from..].ends_with(b"\n") {
                        return Err(damaged());
                    }
                }
                let path: Vec<u8> = out.iter().copied().take_while(u8::is_ascii_digit).collect();
                if path == first_path.to_string().as_bytes() { Ok(out) } else { Err(damaged()) }
            }
            #[cfg(feature = "parquet")]
            Kind::Parquet(rows) => rows.next_chunk(first_path, self.rows),
        }
    }
}

#[cfg(feature = "parquet")]
mod parquet_rows {
    use std::fs::File;
    use std::io;

    use capstake::sink::draws_columns::begin_packed;
    use parquet::basic::Type;
    use parquet::column::reader::ColumnReader;
    use parquet::errors::ParquetError;
    use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

    use crate::draws_writer::damaged;

    /// The rows of a Parquet file, one row group in memory.
    pub(super) struct Rows {
        file: SerializedFileReader<File>,
        next_group: usize,
        paths: Vec<i64>,
        columns: Vec<Vec<f64>>,
        /// Rows of the group that have been given.
        given: usize,
    }

    fn as_io(error: ParquetError) -> io::Error {
        io::Error::other(error)
    }

    impl Rows {
        pub(super) fn open(file: File) -> io::Result<Rows> {
            let file = SerializedFileReader::new(file).map_err(as_io)?;
            Ok(Rows { file, next_group: 0, paths: Vec::new(), columns: Vec::new(), given: 0 })
        }

        pub(super) fn next_chunk(&mut self, first_path: u64, rows: usize) -> io::Result<Vec<u8>> {
            if self.given == self.paths.len() {
                self.read_group()?;
            }
            let range = self.given..self.given + rows;
            let first = self.paths.get(self.given).copied();
            // Row groups are whole chunks.
            if range.end > self.paths.len() || first.map(|path| path as u64) != Some(first_path) {
                return Err(damaged());
            }
            let mut out = begin_packed(first_path, rows, self.columns.len());
            for column in &self.columns {
                column[range.clone()].iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
            }
            self.given = range.end;
            Ok(out)
        }

        fn read_group(&mut self) -> io::Result<()> {
            if self.next_group >= self.file.num_row_groups() {
                return Err(damaged());
            }
            let group = self.file.get_row_group(self.next_group).map_err(as_io)?;
            self.next_group += 1;
            self.given = 0;
            self.columns.clear();
            for at in 0..group.num_columns() {
                let column = group.metadata().column(at).column_descr();
                match column.physical_type() {
                    Type::DOUBLE => self.columns.push(doubles(&*group, at)?),
                    Type::INT64 if column.name() == "path" => self.paths = paths(&*group, at)?,
                    // Deal and year follow from the row.
                    _ => {}
                }
            }
            let whole = self.columns.iter().all(|column| column.len() == self.paths.len());
            if whole { Ok(()) } else { Err(damaged()) }
        }
    }

    fn paths(group: &dyn RowGroupReader, at: usize) -> io::Result<Vec<i64>> {
        let ColumnReader::Int64ColumnReader(mut reader) = group.get_column_reader(at).map_err(as_io)? else {
            return Err(damaged());
        };
        let rows = rows(group)?;
        let mut values = Vec::with_capacity(rows);
        reader.read_records(rows, None, None, &mut values).map_err(as_io)?;
        Ok(values)
    }

    /// Values of a column; NaN where there is none.
    fn doubles(group: &dyn RowGroupReader, at: usize) -> io::Result<Vec<f64>> {
        let ColumnReader::DoubleColumnReader(mut reader) = group.get_column_reader(at).map_err(as_io)? else {
            return Err(damaged());
        };
        let rows = rows(group)?;
        let (mut there, mut levels) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        reader.read_records(rows, Some(&mut levels), None, &mut there).map_err(as_io)?;
        let mut there = there.into_iter();
        let value = |&level: &i16| if level == 0 { Some(f64::NAN) } else { there.next() };
        levels.iter().map(value).collect::<Option<Vec<f64>>>().ok_or_else(damaged)
    }

    fn rows(group: &dyn RowGroupReader) -> io::Result<usize> {
        usize::try_from(group.metadata().num_rows()).map_err(|_| damaged())
    }
}
