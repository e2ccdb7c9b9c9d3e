//! Commands called as functions by a program that has its own terminal and signals, such as Python: nothing is printed, no signal
//! is listened to, and a failure comes back as a value.

use std::ffi::OsString;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::{CommandPart, Manifest};
use capstake::job::request::Request;
use capstake::job::scenario::Scenario;
use capstake::kernel::plan::Plan;
use capstake::run::State;
use capstake::store::{self, Head};

pub use super::given::Given;
pub use super::output::Captured;
use super::portioned::{self, Portion};
pub use super::precise::{Precision, RunPrecision, by_levels};
use super::progress::{self, ProgressMode};
use super::session::Session;
use super::show::{Extent, Show};
use super::simulate::{Missing, RunJob, simulate};
use super::{given, output, program, signal, what_if};

pub use super::portioned::{STUDY, StudySums};

pub use super::progress::Listener;

/// Why a call gave no answer.
#[derive(Debug)]
pub enum Refused {
    /// The arguments cannot be read; the text is the program's screen.
    Arguments(String),
    /// The command failed.
    Failure(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused::Failure(failure)
    }
}

/// What a call hears and is told while it runs.
#[derive(Clone, Default)]
pub struct Caller {
    /// Stops the command once it is set; what is done by then is kept, as after a signal.
    pub stop: Arc<AtomicBool>,
    /// Is told how far the command is.
    pub listener: Option<Listener>,
}

/// Runs a command line, whose first argument is the command. Scenarios among its arguments may be names of `scenarios`.
///
/// One call at a time runs in a process; another waits.
///
/// # Errors
/// What the program would end with instead of an answer.
pub fn call(
    arguments: &[OsString],
    scenarios: Vec<Given>,
    caller: &Caller,
) -> Result<(Exit, Captured), Refused> {
    let mut line = vec![OsString::from("capstake")];
    line.extend_from_slice(arguments);
    let (outcome, said) = embedded(scenarios, caller, || program::execute(&line));
    answered(outcome).map(|exit| (exit, said))
}

/// Simulates part `number` of `of` (counted from 1) of a study, and gives its sums as bytes. `None` if it was stopped.
///
/// # Errors
/// What the study would end with instead of an answer.
pub fn part_of_study(
    arguments: &[OsString],
    scenarios: Vec<Given>,
    caller: &Caller,
    (number, of): (u64, u64),
) -> Result<Option<Vec<u8>>, Refused> {
    let mut line = vec![OsString::from("capstake")];
    line.extend_from_slice(arguments);
    let work = || {
        portioned::set(Portion::Part { number, of });
        let outcome = program::execute(&line);
        (outcome, portioned::take())
    };
    let ((outcome, collected), _) = embedded(scenarios, caller, work);
    let exit = answered(outcome)?;
    let portioned::Collected { identity, runs } = collected;
    let Some(identity) = identity.filter(|_| exit == Exit::Done) else { return Ok(None) };
    let sums = StudySums { of, parts: vec![number], runs };
    Ok(Some(store::to_bytes(&Head { identity, draws: None }, &sums)))
}

/// Answers a study from the sums of all its parts.
///
/// # Errors
/// What the program would end with instead of an answer, or the sums are of another study.
pub fn call_with_sums(
    arguments: &[OsString],
    scenarios: Vec<Given>,
    caller: &Caller,
    sums: StudySums,
) -> Result<(Exit, Captured), Refused> {
    let mut line = vec![OsString::from("capstake")];
    line.extend_from_slice(arguments);
    let work = || {
        portioned::set(Portion::Known(Box::new(sums)));
        program::execute(&line)
    };
    let (outcome, said) = embedded(scenarios, caller, work);
    answered(outcome).map(|exit| (exit, said))
}

fn answered(outcome: Result<Exit, program::Refused>) -> Result<Exit, Refused> {
    outcome.map_err(|refused| match refused {
        program::Refused::Arguments(error) => {
            Refused::Arguments(error.render().to_string().trim_end().to_owned())
        }
        program::Refused::Failure(failure) => Refused::Failure(failure),
    })
}

/// Writes the results folder of a run that has been simulated, as the program would have written it.
///
/// `run` is the manifest of the run, `state` its sums over whole chunks; the paths of an incomplete last chunk, and those whose
/// draws are asked for, are simulated again.
///
/// # Errors
/// The folder cannot be replaced or written.
pub fn save(
    scenario: &Scenario,
    plan: &Plan,
    state: State,
    request: &Request,
    run: &Manifest,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let work = || {
        let show = Show {
            json: false,
            extent: Extent::Screen,
            quiet: true,
            progress: ProgressMode::None,
            open: false,
        };
        let what_if = what_if::of_page(&[], &request.formats, scenario)?;
        let request = &Request { what_if, ..request.clone() };
        let complete = run.run.paths_done == run.run.paths_asked;
        let missing = if complete { Missing::Simulate } else { Missing::LeaveOut };
        let cost = Cost::of(plan);
        let job =
            RunJob { repeats: Some(&run.run), missing, ..RunJob::new(scenario, plan, &cost, request.task()) };
        job.fits(request)?;
        let session = Session::open(request, &show, request.manifest(CommandPart::run(), &[scenario]))?;
        simulate(session, &job, state, None)
    };
    embedded(Vec::new(), caller, work).0
}

/// Does work with what it says captured, and signals and progress left to the caller.
fn embedded<T>(scenarios: Vec<Given>, caller: &Caller, work: impl FnOnce() -> T) -> (T, Captured) {
    static TURN: Mutex<()> = Mutex::new(());
    /// Undoes it all, also when the work panics.
    struct Undo;
    impl Drop for Undo {
        fn drop(&mut self) {
            output::capture(None);
            given::set(Vec::new());
            portioned::set(Portion::Whole);
            progress::tell(None);
            signal::embed(None);
        }
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let _undo = Undo;
    signal::embed(Some(Arc::clone(&caller.stop)));
    progress::tell(caller.listener.clone());
    given::set(scenarios);
    output::capture(Some(Captured::default()));
    let outcome = work();
    let said = output::capture(None).unwrap_or_default();
    (outcome, said)
}
