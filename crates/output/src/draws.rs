//! `--draws`: the file of every path, in the format asked for; what workers prepare of it, and what is written in order.

use std::io::{self, Write};

#[cfg(feature = "parquet")]
use crate::draws_parquet;
#[cfg(feature = "xlsx")]
use crate::draws_xlsx;
use capstake::job::draft::Draft;
use capstake::job::formats::Draws;
use capstake::job::manifest::Manifest;
use capstake::job::words::thousands;
use capstake::kernel::plan::Plan;
use capstake::run::ChunkDraws;
use capstake::sink::csv::Dialect;
use capstake::sink::draws_columns::{columns, pack, unpack};
use capstake::sink::draws_csv;

/// Formats of draws that this build can write.
pub const BUILT_IN: &[Draws] = &[
    Draws::Csv,
    #[cfg(feature = "parquet")]
    Draws::Parquet,
    #[cfg(feature = "xlsx")]
    Draws::Xlsx,
];

/// A draws file on its way.
pub enum DrawsFile {
    /// Lines, as the workers made them.
    Csv(Draft),
    /// Row groups.
    #[cfg(feature = "parquet")]
    Parquet(Box<draws_parquet::Writer<Draft>>),
    /// Rows as far as they fit, and the draft that they will go to.
    #[cfg(feature = "xlsx")]
    Xlsx(Box<draws_xlsx::Writer>, Draft),
}

impl DrawsFile {
    /// Begins the file.
    ///
    /// # Errors
    /// What the disk says.
    pub fn begin(format: Draws, dialect: Dialect, plan: &Plan, mut draft: Draft) -> io::Result<DrawsFile> {
        let deals: Vec<String> = plan.model().deals.iter().map(|deal| deal.name.clone()).collect();
        Ok(match format {
            Draws::Csv => {
                draft.write_all(&draws_csv::header(dialect, plan))?;
                DrawsFile::Csv(draft)
            }
            #[cfg(feature = "parquet")]
            Draws::Parquet => {
                DrawsFile::Parquet(draws_parquet::Writer::new(draft, &deals, &columns(plan))?.into())
            }
            #[cfg(feature = "xlsx")]
            Draws::Xlsx => DrawsFile::Xlsx(draws_xlsx::Writer::new(&deals, &columns(plan))?.into(), draft),
            #[cfg(not(all(feature = "parquet", feature = "xlsx")))]
            _ => return Err(io::Error::other(format!("this build cannot write {}", format.file()))),
        })
    }

    /// What a worker makes of a chunk.
    pub fn encode(format: Draws, dialect: Dialect, plan: &Plan, chunk: &ChunkDraws) -> Vec<u8> {
        match format {
            Draws::Csv => draws_csv::rows(dialect, plan, chunk),
            Draws::Parquet | Draws::Xlsx => pack(plan, chunk),
        }
    }

    /// Whether no further chunk is wanted.
    pub fn is_full(&self) -> bool {
        match self {
            #[cfg(feature = "xlsx")]
            DrawsFile::Xlsx(writer, _) => writer.is_full(),
            _ => false,
        }
    }

    /// Takes what workers made of chunks, in the order of the paths.
    ///
    /// # Errors
    /// What the disk says.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let rows = || unpack(bytes).ok_or_else(|| io::Error::other("a chunk of draws is damaged"));
        match self {
            DrawsFile::Csv(draft) => draft.write_all(bytes),
            #[cfg(feature = "parquet")]
            DrawsFile::Parquet(writer) => writer.write(&rows()?),
            #[cfg(feature = "xlsx")]
            DrawsFile::Xlsx(writer, _) => writer.write(&rows()?),
        }
    }

    /// Ends the file and puts it in its place; a remark where not all rows are in it.
    ///
    /// # Errors
    /// What the disk says.
    pub fn finish(self, plan: &Plan, manifest: &Manifest) -> io::Result<(Draft, Option<String>)> {
        match self {
            DrawsFile::Csv(draft) => Ok((draft, None)),
            #[cfg(feature = "parquet")]
            DrawsFile::Parquet(writer) => Ok((writer.finish(&metadata(plan, manifest))?, None)),
            #[cfg(feature = "xlsx")]
            DrawsFile::Xlsx(writer, mut draft) => {
                let all = manifest.run.paths_done * plan.deals().len() as u64;
                let rows = writer.finish(all, &manifest.run.started, &facts(manifest), &mut draft)?;
                let remark = (rows < all).then(|| {
                    format!(
                        "draws.xlsx has the first {} of {} rows, which a spreadsheet can open; --draws parquet has all\n",
                        thousands(rows),
                        thousands(all)
                    )
                });
                Ok((draft, remark))
            }
        }
    }
}

/// Keys and texts of a Parquet file: units by column, and the manifest without the list of files.
fn metadata(plan: &Plan, manifest: &Manifest) -> [(&'static str, String); 2] {
    let units: serde_json::Map<String, serde_json::Value> =
        columns(plan).into_iter().map(|column| (column.name, column.unit.into())).collect();
    let own = Manifest { files: Vec::new(), ..manifest.clone() };
    let text = String::from_utf8_lossy(&own.bytes()).into_owned();
    [("units", serde_json::Value::Object(units).to_string()), ("manifest", text)]
}

fn facts(manifest: &Manifest) -> Vec<(String, String)> {
    let facts = manifest.facts();
    [
        ("scenario", facts.scenario.clone()),
        ("seed", facts.seed.clone()),
        ("paths", thousands(facts.paths)),
        ("digest of the scenario", facts.digest.clone()),
        ("program", format!("capstake {}, revision {}", facts.version, facts.revision)),
        ("run again with", capstake::report::command::again(&facts)),
    ]
    .map(|(label, text)| (label.to_owned(), text))
    .to_vec()
}
