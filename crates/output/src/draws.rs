//! `--draws` and `--series`: the files with every path in the chosen format; workers encode chunks, and one thread writes them in
//! order.

#[cfg(feature = "parquet")]
use crate::draws_parquet;
use crate::draws_writer::DrawsWriter;
#[cfg(feature = "xlsx")]
use crate::draws_xlsx;
use capstake::job::draft::Draft;
use capstake::job::formats::Draws;
use capstake::job::manifest::Manifest;
use capstake::kernel::plan::Plan;
use capstake::run::ChunkDraws;
use capstake::sink::csv::Dialect;
use capstake::sink::draws_columns::pack;
use capstake::sink::draws_csv;
use capstake::sink::path_series::{self, SeriesColumn};
use std::io::{self, Write};

/// Formats of draws that this build can write.
pub const BUILT_IN: &[Draws] = &[
    Draws::Csv,
    #[cfg(feature = "parquet")]
    Draws::Parquet,
    #[cfg(feature = "xlsx")]
    Draws::Xlsx,
];

/// A draws file that is being written, in any format.
pub struct DrawsFile(Box<dyn DrawsWriter>);

impl DrawsFile {
    /// Begins the file in `draft`.
    ///
    /// # Errors
    /// What the disk reports, or that this build lacks the format.
    pub fn begin(format: Draws, dialect: Dialect, plan: &Plan, mut draft: Draft) -> io::Result<DrawsFile> {
        Ok(DrawsFile(match format {
            Draws::Csv => {
                draft.write_all(&draws_csv::header(dialect, plan))?;
                Box::new(draft)
            }
            #[cfg(feature = "parquet")]
            Draws::Parquet => Box::new(draws_parquet::begin(plan, draft)?),
            #[cfg(feature = "xlsx")]
            Draws::Xlsx => {
                crate::xlsx::check_clock()?;
                Box::new(draws_xlsx::begin(plan, draft)?)
            }
            #[cfg(not(all(feature = "parquet", feature = "xlsx")))]
            _ => return Err(io::Error::other(format!("this build cannot write {}", format.file()))),
        }))
    }

    /// Encodes one chunk for [`DrawsFile::write`]; workers call it in parallel.
    pub fn encode(format: Draws, dialect: Dialect, plan: &Plan, chunk: &ChunkDraws) -> Vec<u8> {
        match format {
            Draws::Csv => draws_csv::rows(dialect, plan, chunk),
            Draws::Parquet | Draws::Xlsx => pack(plan, chunk),
        }
    }

    /// Begins the file of these yearly series in `draft`.
    ///
    /// # Errors
    /// What the disk reports, or that this build lacks the format.
    #[cfg_attr(not(feature = "parquet"), expect(unused_variables, reason = "CSV needs no plan"))]
    pub fn begin_paths(
        format: Draws,
        dialect: Dialect,
        plan: &Plan,
        series: &[SeriesColumn],
        mut draft: Draft,
    ) -> io::Result<DrawsFile> {
        Ok(DrawsFile(match format {
            Draws::Csv => {
                draft.write_all(&path_series::csv_header(dialect, series))?;
                Box::new(draft)
            }
            #[cfg(feature = "parquet")]
            Draws::Parquet => Box::new(draws_parquet::begin_paths(plan, series, draft)?),
            _ => {
                return Err(io::Error::other(format!("this build cannot write series as {}", format.name())));
            }
        }))
    }

    /// Encodes the yearly series of one chunk.
    pub fn encode_paths(
        format: Draws,
        dialect: Dialect,
        plan: &Plan,
        series: &[SeriesColumn],
        chunk: &ChunkDraws,
    ) -> Vec<u8> {
        match format {
            Draws::Csv => path_series::csv_rows(dialect, plan, series, chunk),
            Draws::Parquet | Draws::Xlsx => path_series::pack(plan, series, chunk),
        }
    }

    /// Whether no further chunk fits.
    pub fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// Writes one encoded chunk; chunks come in the order of their paths.
    ///
    /// # Errors
    /// What the disk reports, or that the chunk is damaged.
    pub fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.0.write(chunk)
    }

    /// Completes the file; the text is a remark for the user when the file does not hold every row.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn finish(self, plan: &Plan, manifest: &Manifest) -> io::Result<(Draft, Option<String>)> {
        self.0.finish(plan, manifest)
    }
}
