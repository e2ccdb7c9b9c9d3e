//! Parts of runs and studies: pieces of work whose results are bytes, and which merge exactly in any grouping.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use capstake::config::Code;
use capstake::job::clock;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::CommandPart;
use capstake::job::request;
use capstake::job::state_file;
use capstake::job::words::cut;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::run::{self, CHUNK_PATHS, Finished, State, Task};
use capstake::store::{self, Fault, Head, Identity};
use capstake_cli::embedded::{self, STUDY, StudySums};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::calling::{Watch, interrupted, is_interrupt, watched};
use super::core::{ended, request_of};
use super::error::{raised, refused};
use super::run::{Run, given};
use super::sampling::sampling_named;
use super::scenario::Scenario;
use super::study::{Named, given as scenarios_given};

/// Paths, seed and whole chunks of a run, and about how many chunks a core simulates in the seconds asked for.
#[pyfunction]
#[pyo3(signature = (scenario, paths=None, seed=None, sampling=None, seconds=40.0))]
pub(crate) fn plan_parts(
    py: Python<'_>,
    scenario: PyRef<'_, Scenario>,
    paths: Option<u64>,
    seed: Option<u64>,
    sampling: Option<&str>,
    seconds: f64,
) -> PyResult<(u64, u64, u64, u64)> {
    let make = || {
        let plan = plan(&scenario, seed, sampling)?;
        let cost = Cost::of(&plan);
        let paths = request::paths(paths, &plan, &cost, 1)?;
        let chunk = cost.seconds(CHUNK_PATHS, 1).max(1e-9);
        let each = (seconds / chunk).clamp(1.0, 1e12) as u64;
        Ok((paths, plan.seed(), paths / CHUNK_PATHS, each))
    };
    make().map_err(|failure: Failure| raised(py, &failure))
}

fn plan(scenario: &Scenario, seed: Option<u64>, sampling: Option<&str>) -> Result<Plan, Failure> {
    let judged = &scenario.judged;
    let randomness = request::randomness(seed, sampling_named(sampling)?, judged);
    Ok(Plan::from_model(&judged.model, randomness, Isa::detect()))
}

/// Simulates a range of whole chunks of a run, and gives the state as bytes.
#[pyfunction]
#[pyo3(signature = (scenario, paths, seed, sampling, first, end, threads=1))]
pub(crate) fn run_part<'py>(
    py: Python<'py>,
    scenario: PyRef<'_, Scenario>,
    paths: u64,
    seed: u64,
    sampling: Option<&str>,
    first: u64,
    end: u64,
    threads: u16,
) -> PyResult<Bound<'py, PyBytes>> {
    let plan = plan(&scenario, Some(seed), sampling).map_err(|failure| raised(py, &failure))?;
    drop(scenario);
    let task = Task { paths, chunks: first..end, tail: false };
    let work = |watch: &Watch| {
        let finished = run::resume(&plan, State::new(&plan), &task, usize::from(threads), watch);
        (finished.complete(), bytes_of(state_file::identity(&plan), finished.state()))
    };
    match watched(py, None, work) {
        (_, Some(error)) if is_interrupt(py, &error) => Err(interrupted(py, None, 0, paths)),
        (_, Some(error)) => Err(error),
        ((false, _), None) => Err(raised(py, &Failure::told(Exit::Bug, "a part of the run is not complete"))),
        ((true, bytes), None) => Ok(PyBytes::new(py, &bytes)),
    }
}

/// Simulates part `number` of `of` of a study, and gives its sums as bytes.
#[pyfunction]
#[pyo3(signature = (arguments, scenarios, number, of))]
pub(crate) fn study_part<'py>(
    py: Python<'py>,
    arguments: Vec<String>,
    scenarios: Named<'_>,
    number: u64,
    of: u64,
) -> PyResult<Bound<'py, PyBytes>> {
    let given = scenarios_given(&scenarios);
    drop(scenarios);
    let mut line: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
    line.insert(1, "--quiet".into());
    let work = |watch: &Watch| embedded::part_of_study(&line, given, &watch.caller(), (number, of));
    match watched(py, None, work) {
        (_, Some(error)) if is_interrupt(py, &error) => Err(interrupted(py, None, 0, 0)),
        (_, Some(error)) => Err(error),
        (Err(why), None) => Err(refused(py, &why)),
        (Ok(None), None) => Err(raised(py, &Failure::told(Exit::Bug, "a part of the study is not complete"))),
        (Ok(Some(bytes)), None) => Ok(PyBytes::new(py, &bytes)),
    }
}

fn bytes_of(identity: Identity, state: &impl capstake::run::Savable) -> Vec<u8> {
    store::to_bytes(&Head { identity, draws: None }, state)
}

fn damaged(fault: &Fault) -> Failure {
    let why = fault.to_string();
    Failure::coded(Exit::Mismatch, Code::StateUnusable, format!("the state cannot be used: {}", cut(&why)))
        .help("it was cut or changed on its way; run its part again")
}

/// Refuses the state of another run, and says in what it differs.
fn of_one_run(first: &Identity, other: &Identity) -> Result<(), Failure> {
    let differences = first.differences(other);
    if differences.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::coded(Exit::Mismatch, Code::PartsDoNotFit, "the states are not of one run");
    for one in &differences {
        failure = failure.help(format!("{}: {}, and {} here", one.what, cut(&one.there), cut(&one.here)));
    }
    Err(failure)
}

/// What is added up so far.
enum Sums {
    Run(Box<State>),
    Study(Box<StudySums>),
}

/// What happened to a state.
enum Added {
    Now,
    Before,
}

impl Sums {
    fn read(bytes: &[u8]) -> Result<(Identity, Sums), Fault> {
        let identity = store::peek(bytes)?.identity;
        let sums = if identity.scenario.starts_with(STUDY) {
            Sums::Study(Box::new(store::read::<StudySums>(bytes)?.1))
        } else {
            Sums::Run(Box::new(store::from_bytes(bytes)?.1))
        };
        Ok((identity, sums))
    }

    fn add(&mut self, other: &Sums) -> Result<Added, Failure> {
        let misfit = |why: String| Failure::coded(Exit::Mismatch, Code::PartsDoNotFit, why);
        match (self, other) {
            (Sums::Run(all), Sums::Run(more)) => {
                let common = all.chunks().common(more.chunks());
                if common == *more.chunks() {
                    return Ok(Added::Before);
                }
                all.merge(more).map_err(|common| {
                    let ranges = common.ranges().iter();
                    let paths: Vec<String> = ranges
                        .map(|range| {
                            format!("{} to {}", range.start * CHUNK_PATHS, range.end * CHUNK_PATHS - 1)
                        })
                        .collect();
                    misfit(format!(
                        "paths {} are in two states, neither of which is within the other",
                        paths.join(", ")
                    ))
                    .help("cut all parts from one call of parts()")
                })?;
                Ok(Added::Now)
            }
            (Sums::Study(all), Sums::Study(more)) => {
                if all.has(&more.parts) {
                    return Ok(Added::Before);
                }
                all.merge(more).map_err(|why| misfit(format!("the parts do not go together: {why}")))?;
                Ok(Added::Now)
            }
            _ => Err(misfit("the state of a run and that of a study".to_owned())),
        }
    }

    fn bytes(&self, identity: &Identity) -> Vec<u8> {
        match self {
            Sums::Run(state) => bytes_of(identity.clone(), &**state),
            Sums::Study(sums) => bytes_of(identity.clone(), &**sums),
        }
    }
}

/// States that are added up as they arrive.
#[pyclass(frozen, module = "capstake._capstake")]
pub struct Merger(Mutex<Option<(Identity, Sums)>>);

impl Merger {
    fn inner(&self) -> MutexGuard<'_, Option<(Identity, Sums)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> Option<State> {
        match &*self.inner() {
            Some((_, Sums::Run(state))) => Some((**state).clone()),
            _ => None,
        }
    }
}

#[pymethods]
impl Merger {
    #[new]
    fn new() -> Merger {
        Merger(Mutex::new(None))
    }

    /// Adds a state; whether it was new. Nothing changes if it is refused.
    fn add(&self, py: Python<'_>, state: &[u8]) -> PyResult<bool> {
        let add = || {
            let (identity, sums) = Sums::read(state).map_err(|fault| damaged(&fault))?;
            let mut all = self.inner();
            match &mut *all {
                None => *all = Some((identity, sums)),
                Some((first, all)) => {
                    of_one_run(first, &identity)?;
                    return Ok(matches!(all.add(&sums)?, Added::Now));
                }
            }
            Ok(true)
        };
        py.detach(add).map_err(|failure: Failure| raised(py, &failure))
    }

    /// Everything so far as one state; `None` before the first.
    fn merged<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let bytes = py.detach(|| self.inner().as_ref().map(|(identity, sums)| sums.bytes(identity)));
        bytes.map(|bytes| PyBytes::new(py, &bytes))
    }

    /// What is there: of a run ranges of chunks, of a study its parts as ranges.
    fn done(&self) -> Vec<(u64, u64)> {
        match &*self.inner() {
            None => Vec::new(),
            Some((_, Sums::Run(state))) => {
                state.chunks().ranges().iter().map(|range| (range.start, range.end)).collect()
            }
            Some((_, Sums::Study(sums))) => {
                let parts: BTreeSet<u64> = sums.parts.iter().copied().collect();
                parts.into_iter().map(|part| (part - 1, part)).collect()
            }
        }
    }

    /// Refuses sums that are not of this run.
    fn check(
        &self,
        py: Python<'_>,
        scenario: PyRef<'_, Scenario>,
        seed: u64,
        sampling: Option<&str>,
    ) -> PyResult<()> {
        let judge = || {
            let plan = plan(&scenario, Some(seed), sampling)?;
            match &*self.inner() {
                None => Ok(()),
                Some((found, sums)) => {
                    of_one_run(&state_file::identity(&plan), found)?;
                    let Sums::Run(state) = sums else { return Ok(()) };
                    let unusable = |why: String| {
                        Failure::coded(
                            Exit::Mismatch,
                            Code::StateUnusable,
                            format!("the state cannot be used: {why}"),
                        )
                    };
                    state.check(&plan).map_err(unusable)
                }
            }
        };
        judge().map_err(|failure: Failure| raised(py, &failure))
    }

    /// Mean and standard error of the first deal's take so far.
    fn headline(&self, scenario: PyRef<'_, Scenario>, seed: u64, sampling: Option<&str>) -> (f64, f64) {
        let plan = plan(&scenario, Some(seed), sampling);
        match (&*self.inner(), plan) {
            (Some((_, Sums::Run(state))), Ok(plan)) => state.headline(&plan),
            _ => (f64::NAN, f64::NAN),
        }
    }

    /// The run that the states are of. Its incomplete last chunk is simulated; other missing paths make it partial.
    #[pyo3(signature = (scenario, paths, seed, sampling, threads, seconds))]
    fn run(
        &self,
        py: Python<'_>,
        scenario: PyRef<'_, Scenario>,
        paths: u64,
        seed: u64,
        sampling: Option<&str>,
        threads: u16,
        seconds: f64,
    ) -> PyResult<Py<Run>> {
        let plan = plan(&scenario, Some(seed), sampling).map_err(|failure| raised(py, &failure))?;
        let (file, judged) = (scenario.file.clone(), Arc::clone(&scenario.judged));
        drop(scenario);
        let state = self.state().unwrap_or_else(|| State::new(&plan));
        let (task, simulated) = (Task::whole(paths), state.paths());
        let complete = state.chunks().missing(task.chunks.clone()).is_empty();
        let request = request_of(&judged, &plan, paths, usize::from(threads));
        let mut manifest = request.manifest(CommandPart::run(), &[&judged]);
        manifest.run.started = clock::now();
        manifest.run.wall_seconds = seconds;
        manifest.run.paths_per_second = simulated as f64 / seconds.max(1e-9);
        let work = |watch: &Watch| {
            let finished = match complete {
                true => run::resume(&plan, state, &task, usize::from(threads), watch),
                false => Finished::from_state(state, &task),
            };
            ended(file, judged, plan, finished, manifest)
        };
        let (ended, error) = watched(py, None, work);
        given(py, ended, error)
    }

    /// The sums of a whole study.
    fn study<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let complete = match &*self.inner() {
            Some((_, Sums::Study(sums))) => sums.is_complete(),
            _ => false,
        };
        match self.merged(py).filter(|_| complete) {
            Some(bytes) => Ok(bytes),
            None => {
                let failure =
                    Failure::coded(Exit::Mismatch, Code::PartsDoNotFit, "parts of the study are missing");
                Err(raised(py, &failure.help("run them, and add what they give")))
            }
        }
    }
}
