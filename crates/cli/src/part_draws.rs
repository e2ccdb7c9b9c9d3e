//! Draws and yearly series of the parts of a run, put together in the order of the paths.

use std::path::{Path, PathBuf};

use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::{Manifest, Outputs};
use capstake::job::parts::Part;
use capstake::job::reason::reason;
use capstake::job::regular_file;
use capstake::job::words::{cut, quoted, thousands};
use capstake::kernel::plan::Plan;
use capstake::run::{CHUNK_PATHS, ChunkSet};
use capstake_output::draws_stored::StoredDraws;

use super::run_observer::{Encoding, PathFiles};

/// The parts whose files are put together.
pub struct Parts<'a>(pub &'a [Part]);

fn misfit(message: String) -> Failure {
    Failure::coded(Exit::Mismatch, Code::PartsDoNotFit, message)
}

/// Refuses parts that do not all have the same files of every path.
pub fn refuse_other_files(first: &Part, folder: &Path, other: &Manifest) -> Result<(), Failure> {
    let asked = |outputs: &Outputs| {
        let series = if outputs.series.is_empty() {
            String::new()
        } else {
            format!(" --series {}", outputs.series.join(","))
        };
        outputs.draws.as_ref().map_or("none".to_owned(), |draws| format!("--draws {}{series}", cut(draws)))
    };
    let (here, there) = (&other.outputs, &first.manifest.outputs);
    let same = asked(here) == asked(there) && (here.draws.is_none() || here.csv() == there.csv());
    if same {
        return Ok(());
    }
    let message = format!(
        "`{}` does not have the files of every path that `{}` has",
        folder.display(),
        first.folder.display()
    );
    Err(misfit(message)
        .help(format!("draws: {} here, {} in the first", asked(here), asked(there)))
        .help("run all parts with the same --draws, --series and --csv-dialect, or all without"))
}

impl Parts<'_> {
    /// Writes the chunks of all parts to the files, in the order of their paths.
    pub fn copy(
        &self,
        plan: &Plan,
        chunks: &ChunkSet,
        encoding: Encoding<'_>,
        files: &mut PathFiles,
    ) -> Result<(), Failure> {
        let deals = plan.deals().len();
        let rows = CHUNK_PATHS as usize * deals;
        let mut opened = Vec::new();
        for part in self.0 {
            let draws = open(part, Some(encoding.format.file()), rows, encoding)?;
            let name = encoding.format.paths_file().filter(|_| !encoding.series.is_empty());
            opened.push((part, draws, open(part, name, rows * plan.steps().years.len(), encoding)?));
        }
        for chunk in chunks.ranges().iter().cloned().flatten() {
            let (part, draws, paths) = opened
                .iter_mut()
                .find(|(part, ..)| part.chunks.contains(chunk))
                .expect("every chunk is of a part");
            let first = chunk * CHUNK_PATHS;
            let next = |file: &mut Option<(PathBuf, StoredDraws)>| match file {
                None => Ok(Vec::new()),
                Some((path, file)) => file.next_chunk(first).map_err(|error| {
                    let message = format!(
                        "`{}` cannot be read at path {}: {}",
                        path.display(),
                        thousands(first),
                        reason(&error)
                    );
                    misfit(message).help(again(part))
                }),
            };
            let (draws, paths) = (next(draws)?, next(paths)?);
            files.write(&draws, &paths).map_err(|error| {
                let message = format!("draws cannot be written: {}", reason(&error));
                Failure::coded(Exit::Output, Code::FolderUnwritable, message)
            })?;
        }
        Ok(())
    }
}

/// Opens a file of a part, which must be what its manifest says.
fn open(
    part: &Part,
    name: Option<&str>,
    rows: usize,
    encoding: Encoding<'_>,
) -> Result<Option<(PathBuf, StoredDraws)>, Failure> {
    let Some(name) = name else { return Ok(None) };
    let path = part.folder.join(name);
    let refused = |why: String| misfit(format!("`{}` {why}", path.display())).help(again(part));
    let listed = part.manifest.files.iter().find(|file| file.name == name);
    let listed = listed.ok_or_else(|| refused("is not there yet".to_owned()))?;
    let found = regular_file::digest(&path, listed.bytes);
    let found = found.map_err(|error| refused(format!("cannot be read: {}", reason(&error))))?;
    if found != (listed.bytes, listed.blake3.clone()) {
        return Err(refused("is not what the run wrote".to_owned()));
    }
    let opened = regular_file::open(&path).and_then(|file| StoredDraws::open(encoding.format, file, rows));
    let opened = opened.map_err(|error| refused(format!("cannot be read: {}", reason(&error))))?;
    Ok(Some((path, opened)))
}

fn again(part: &Part) -> String {
    let folder = quoted(&part.folder.display().to_string());
    format!("`capstake resume {folder}` finishes a part that was stopped; else run the part again")
}
