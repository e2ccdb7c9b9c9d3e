//! A run in memory: simulating it, and everything that is made of it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::{CommandPart, Manifest, Status};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario::{Scenario, ScenarioFile};
use capstake::job::state_file;
use capstake::kernel::plan::Plan;
use capstake::report::results::Results;
use capstake::report::tables::{Tables, all_but_sample_paths};
use capstake::run::{self, Finished, RunResult, State, Task};
use capstake::store::{self, Head};
use capstake::study::valuation::valuation;
use capstake_cli::embedded::{Precision, RunPrecision, by_levels};
use capstake_output::made;
use capstake_output::page::Page;

use super::calling::Watch;

/// A run and everything that is made of it.
pub(crate) struct Core {
    pub file: ScenarioFile,
    pub scenario: Arc<Scenario>,
    pub plan: Plan,
    pub result: RunResult,
    /// The sums over whole chunks, as the program saves them.
    pub state: Vec<u8>,
    /// As the program would write it, without files.
    pub manifest: Manifest,
    /// The folder that it was opened from.
    pub folder: Option<PathBuf>,
    pub tables: OnceLock<Tables>,
    /// All tables and the facts about the run.
    pub results: OnceLock<Results>,
    /// The page.
    pub page: OnceLock<Arc<Page>>,
}

impl Core {
    /// The tables but sample paths and bridge.
    pub(crate) fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| all_but_sample_paths(&valuation(&self.plan, &self.result)))
    }

    /// The sums over whole chunks.
    pub(crate) fn sums(&self) -> Result<State, Failure> {
        let unusable =
            |why: String| Failure::told(Exit::Bug, format!("the state of the run cannot be read: {why}"));
        store::from_bytes(&self.state).map(|(_, state)| state).map_err(|fault| unusable(fault.to_string()))
    }

    /// The same run from the first path, with so many paths.
    pub(crate) fn again(&self, paths: u64) -> Simulation {
        Simulation {
            file: self.file.clone(),
            scenario: Arc::clone(&self.scenario),
            plan: Plan::from_model(&self.scenario.model, self.plan.randomness().clone(), self.plan.isa()),
            paths,
            threads: self.threads(),
            before: 0.0,
            precision: None,
        }
    }

    /// Threads for what is simulated later.
    pub(crate) fn threads(&self) -> usize {
        self.manifest.run.threads
    }

    /// The request of the run, for a folder.
    pub(crate) fn request(&self, out: PathBuf, threads: usize) -> Request {
        Request {
            paths: self.manifest.run.paths_asked,
            precision: self.manifest.run.precision.clone(),
            out,
            ..request_of(&self.scenario, &self.plan, self.manifest.run.paths_asked, threads)
        }
    }
}

/// The request of a run in memory.
pub(crate) fn request_of(scenario: &Scenario, plan: &Plan, paths: u64, threads: usize) -> Request {
    Request {
        out: PathBuf::from("output").join(&scenario.model.name),
        formats: made::BUILT_IN.to_vec(),
        ..Request::in_memory(plan, paths, threads)
    }
}

/// What is to be simulated.
pub(crate) struct Simulation {
    pub file: ScenarioFile,
    pub scenario: Arc<Scenario>,
    pub plan: Plan,
    pub paths: u64,
    pub threads: usize,
    /// Wall time of what was simulated before, seconds.
    pub before: f64,
    /// What the run is to be judged by after each level.
    pub precision: Option<RunPrecision>,
}

/// How a simulation ended.
pub(crate) enum Ended {
    /// With results, of all paths or of those that were done.
    Done(Box<Core>),
    /// With results of all paths, which are not as precise as was asked for.
    Imprecise(Box<Core>, Failure),
    /// With paths that were not finite.
    NonFinite(Failure, Vec<u64>),
}

/// Simulates what a state lacks.
pub(crate) fn simulate(task: Simulation, from: State, watch: &Watch) -> Ended {
    let Simulation { file, scenario, plan, paths, threads, before, precision } = task;
    let request = request_of(&scenario, &plan, paths, threads);
    let mut manifest = request.manifest(CommandPart::run(), &[&scenario]);
    let had = from.paths();
    let began = Instant::now();
    let mut precision = precision;
    let finished = match &mut precision {
        None => run::resume(&plan, from, &Task::whole(paths), threads, watch),
        Some(precision) => {
            let mut last = paths;
            let noted = |_: &Precision, level, ends| {
                if ends {
                    last = level;
                }
                Ok(())
            };
            let finished = by_levels(&plan, from, precision, threads, watch, noted);
            manifest.run.paths_asked = last;
            manifest.run.precision = Some(precision.levels.part.clone());
            finished.expect("nothing is written between levels")
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    let simulated = finished.paths() - had;
    manifest.run.wall_seconds = before + seconds;
    manifest.run.paths_per_second = simulated as f64 / seconds.max(1e-9);
    let ended = ended(file, scenario, plan, finished, manifest);
    match (ended, precision.filter(|precision| precision.levels.part.reached == Some(false))) {
        (Ended::Done(core), Some(precision)) => Ended::Imprecise(core, precision.levels.failure()),
        (ended, _) => ended,
    }
}

/// Puts together a run that ended.
pub(crate) fn ended(
    file: ScenarioFile,
    scenario: Arc<Scenario>,
    plan: Plan,
    finished: Finished,
    mut manifest: Manifest,
) -> Ended {
    let head = Head { identity: state_file::identity(&plan), draws: None };
    let state = store::to_bytes(&head, finished.state());
    let complete = finished.complete();
    let result = finished.into_result(&plan);
    if result.non_finite.count > 0 {
        let found = NonFinitePaths::of_scenario(result.non_finite.clone(), result.paths);
        return Ended::NonFinite(found.failure(&scenario, plan.seed()), result.non_finite.first);
    }
    manifest.run.paths_done = result.paths;
    manifest.status = if complete { Status::Complete } else { Status::Partial };
    manifest.record_figures(&plan, &result);
    Ended::Done(Box::new(Core {
        file,
        scenario,
        plan,
        result,
        state,
        manifest,
        folder: None,
        tables: OnceLock::new(),
        results: OnceLock::new(),
        page: OnceLock::new(),
    }))
}
