//! Results folders of the program or of Python, opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::Status;
use capstake::job::results;
use capstake::job::saved::SavedRun;
use capstake::job::scenario::ScenarioFile;
use capstake::job::state_file::{self, OnChange};
use capstake::math::simd::Isa;
use capstake::run::{self, Finished, Silent, Task};
use pyo3::prelude::*;

use super::core::{Ended, ended};
use super::error::{raised, raised_with};
use super::run::Run;
use super::study::Study;

/// Opens a results folder: of a run with everything that can be asked of it, of a study with its answer.
#[pyfunction]
pub(crate) fn open(py: Python<'_>, folder: PathBuf) -> PyResult<Py<PyAny>> {
    let opened = py.detach(|| match is_run(&folder)? {
        true => Ok(Opened::Run(run_of(&folder)?)),
        false => Ok(Opened::Study(Box::new(Study::of(&folder, None)?))),
    });
    match opened.map_err(|failure: Failure| raised(py, &failure))? {
        Opened::Run(Ended::Done(core) | Ended::Imprecise(core, _)) => {
            Ok(Py::new(py, Run(Arc::from(core)))?.into_any())
        }
        Opened::Run(Ended::NonFinite(failure, paths)) => Err(raised_with(py, &failure, &paths)),
        Opened::Study(study) => Ok(Py::new(py, *study)?.into_any()),
    }
}

enum Opened {
    Run(Ended),
    Study(Box<Study>),
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
    let mut ended = ended(file, Arc::new(saved.scenario), saved.plan, finished, manifest);
    if let Ended::Done(core) = &mut ended {
        core.folder = Some(folder.to_owned());
    }
    Ok(ended)
}
