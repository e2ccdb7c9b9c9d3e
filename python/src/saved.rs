//! Writing a run to a results folder, and simulating again what is in one.

use std::path::PathBuf;
use std::sync::Arc;

use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Replace;
use capstake::job::formats::{Draws as DrawsFormat, Format};
use capstake::report::tables::Tables;
use capstake::run::State;
use capstake_cli::embedded;
use pyo3::prelude::*;

use super::calling::{Watch, interrupted, is_interrupt, watched};
use super::core::{Core, Ended, simulate};
use super::error::{raised, raised_with, refused};

/// Which files a folder gets beside the manifest.
pub(crate) struct Files {
    /// Formats of the results; all if not named.
    pub formats: Option<Vec<Format>>,
    /// Format of the file of draws.
    pub draws: Option<DrawsFormat>,
    /// Yearly series of single paths.
    pub series: Vec<String>,
}

/// Writes the results folder of a run, as the program would have written it.
pub(crate) fn save(
    py: Python<'_>,
    core: &Arc<Core>,
    folder: PathBuf,
    files: Files,
    force: bool,
    progress: Option<&Py<PyAny>>,
) -> PyResult<()> {
    let work = |watch: &Watch| {
        let mut request = core.request(folder, core.threads());
        request.replace = if force { Replace::AnyRun } else { Replace::SameRun };
        request.formats_named = files.formats.is_some();
        request.formats = files.formats.unwrap_or(request.formats);
        request.draws = files.draws;
        request.series = files.series;
        let state = core.sums()?;
        embedded::save(&core.scenario, &core.plan, state, &request, &core.manifest, &watch.caller())
    };
    match watched(py, progress, work) {
        (_, Some(error)) if is_interrupt(py, &error) => {
            Err(interrupted(py, None, 0, core.manifest.run.paths_asked))
        }
        (_, Some(error)) => Err(error),
        (Err(failure), None) => Err(raised(py, &failure)),
        (Ok(_), None) => Ok(()),
    }
}

/// Simulates a run again: that of a folder is compared file by file, any other sum by sum.
pub(crate) fn verify(py: Python<'_>, core: &Arc<Core>, progress: Option<&Py<PyAny>>) -> PyResult<()> {
    if let Some(folder) = &core.folder {
        let arguments = ["verify".into(), folder.clone().into_os_string(), "--quiet".into()];
        let work = |watch: &Watch| embedded::call(&arguments, Vec::new(), &watch.caller());
        return match watched(py, progress, work) {
            (_, Some(error)) if is_interrupt(py, &error) => Err(interrupted(py, None, 0, core.result.paths)),
            (_, Some(error)) => Err(error),
            (Err(why), None) => Err(refused(py, &why)),
            (Ok(_), None) => Ok(()),
        };
    }
    let task = core.again(core.result.paths);
    let from = State::new(&task.plan);
    let same = match watched(py, progress, move |watch| simulate(task, from, watch)) {
        (_, Some(error)) if is_interrupt(py, &error) => {
            return Err(interrupted(py, None, 0, core.result.paths));
        }
        (_, Some(error)) => return Err(error),
        (Ended::NonFinite(failure, paths), None) => return Err(raised_with(py, &failure, &paths)),
        // The state has the whole chunks, the tables have them all.
        (Ended::Done(again), None) => {
            again.state == core.state && figures(again.tables()) == figures(core.tables())
        }
    };
    if same {
        return Ok(());
    }
    let failure = Failure::coded(Exit::Mismatch, Code::ResultsDiffer, "a new run gives other results")
        .help("please report this with the manifest");
    Err(raised(py, &failure))
}

/// The figures of a summary as bits, so that one that is absent equals itself.
fn figures(tables: &Tables) -> Vec<u64> {
    tables.summary.iter().flat_map(|row| [row.mean.to_bits(), row.std_error.to_bits(), row.paths]).collect()
}
