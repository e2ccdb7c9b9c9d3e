//! Results folders: writing a run to one, opening one, and simulating again what is in one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Replace;
use capstake::job::formats::{Draws as DrawsFormat, Format};
use capstake::job::manifest::Status;
use capstake::job::results;
use capstake::job::saved::SavedRun;
use capstake::job::scenario::ScenarioFile;
use capstake::job::state_file::{self, OnChange};
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::run::{self, Finished, Silent, State, Task};
use capstake::store;
use capstake_cli::embedded;
use pyo3::prelude::*;

use super::calling::{interrupted, is_interrupt, watched};
use super::error::{raised, refused};
use super::run::{Core, Ended, Run, Simulation, given, simulate};
use super::study::Study;

/// Which files a folder gets beside the manifest.
pub(crate) struct Files {
    /// Formats of the results; all if not named.
    pub formats: Option<Vec<Format>>,
    /// Format of the file of draws.
    pub draws: Option<DrawsFormat>,
    /// Yearly series of single paths.
    pub series: Vec<String>,
}

/// The sums of a run over whole chunks.
pub(crate) fn state(core: &Core) -> Result<State, Failure> {
    let unusable =
        |why: String| Failure::told(Exit::Bug, format!("the state of the run cannot be read: {why}"));
    store::from_bytes(&core.state).map(|(_, state)| state).map_err(|fault| unusable(fault.to_string()))
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
    let work = |watch: &super::calling::Watch| {
        let mut request = core.request(folder, core.threads());
        request.replace = if force { Replace::AnyRun } else { Replace::SameRun };
        request.formats_named = files.formats.is_some();
        request.formats = files.formats.unwrap_or(request.formats);
        request.draws = files.draws;
        request.series = files.series;
        let state = state(core)?;
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
        let work = |watch: &super::calling::Watch| embedded::call(&arguments, Vec::new(), &watch.caller());
        return match watched(py, progress, work) {
            (_, Some(error)) if is_interrupt(py, &error) => Err(interrupted(py, None, 0, core.result.paths)),
            (_, Some(error)) => Err(error),
            (Err(why), None) => Err(refused(py, &why)),
            (Ok(_), None) => Ok(()),
        };
    }
    let task = Simulation {
        file: core.file.clone(),
        scenario: Arc::clone(&core.scenario),
        plan: Plan::from_model(&core.scenario.model, core.plan.seed(), core.plan.isa()),
        paths: core.result.paths,
        threads: core.threads(),
        before: 0.0,
    };
    let from = State::new(&task.plan);
    let (ended, error) = watched(py, progress, move |watch| simulate(task, from, watch));
    let again = given(py, ended, error)?;
    let again = again.get();
    let same = again.0.state == core.state && again.0.tables().summary_bits() == core.tables().summary_bits();
    if same {
        return Ok(());
    }
    let failure = Failure::coded(Exit::Mismatch, Code::ResultsDiffer, "a new run gives other results")
        .help("please report this with the manifest");
    Err(raised(py, &failure))
}

/// The bits of a summary, for a comparison in which an absent value equals itself.
trait Bits {
    fn summary_bits(&self) -> Vec<u64>;
}

impl Bits for capstake::report::tables::Tables {
    fn summary_bits(&self) -> Vec<u64> {
        self.summary.iter().flat_map(|row| [row.mean.to_bits(), row.std_error.to_bits(), row.paths]).collect()
    }
}

/// Opens a results folder: of a run with everything that can be asked of it, of a study with its answer.
#[pyfunction]
pub(crate) fn open(py: Python<'_>, folder: PathBuf) -> PyResult<Py<PyAny>> {
    let opened = py.detach(|| match is_run(&folder)? {
        true => Ok(Opened::Run(run_of(&folder)?)),
        false => Ok(Opened::Study(Study::of(&folder, None)?)),
    });
    match opened.map_err(|failure: Failure| raised(py, &failure))? {
        Opened::Run(Ended::Done(core)) => Ok(Py::new(py, Run(Arc::from(core)))?.into_any()),
        Opened::Run(Ended::NonFinite(failure, paths)) => Err(super::error::raised_with(py, &failure, &paths)),
        Opened::Study(study) => Ok(Py::new(py, study)?.into_any()),
    }
}

enum Opened {
    Run(Ended),
    Study(Study),
}

fn is_run(folder: &Path) -> Result<bool, Failure> {
    Ok(results::any_manifest(folder)?.command.is_run())
}

fn run_of(folder: &Path) -> Result<Ended, Failure> {
    let saved = SavedRun::open(folder, Isa::detect(), OnChange::Refuse)?;
    let place = folder.display();
    if let Some(shard) = &saved.manifest.run.shard {
        let message = format!("`{place}` holds part {shard} of a run");
        return Err(Failure::told(Exit::Usage, message)
            .help("put the parts together with `capstake merge`, and open what comes out"));
    }
    let state = state_file::load(folder, &saved.plan, OnChange::Refuse)?.ok_or_else(|| {
        let message = format!("`{place}` has no {}", state_file::FILE);
        Failure::coded(Exit::Mismatch, Code::StateUnusable, message)
            .help("its tables are CSV files that any program reads; run the scenario again for the rest")
    })?;
    let manifest = saved.manifest.clone();
    let task = Task::whole(manifest.run.paths_asked);
    let finished = match manifest.status {
        // Only an incomplete last chunk is simulated again: a state has whole ones.
        Status::Complete => run::resume(&saved.plan, state, &task, manifest.run.threads, &Silent),
        _ => Finished::from_state(state, &task),
    };
    let file = ScenarioFile::of_text(&saved.scenario.path, &saved.scenario.resolved);
    let mut ended = super::run::ended(file, Arc::new(saved.scenario), saved.plan, finished, manifest);
    if let Ended::Done(core) = &mut ended {
        core.folder = Some(folder.to_owned());
    }
    Ok(ended)
}
