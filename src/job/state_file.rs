//! Writes and reads the saved state of a run in its folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::build::Build;
use super::draft::Draft;
use super::error::{Exit, Failure};
use super::manifest::SamplingPart;
use super::reason::reason;
use super::regular_file;
use super::words::cut;
use crate::config::Code;
use crate::kernel::plan::Plan;
use crate::run::{Savable, State};
use crate::store::{self, Fault, Head, Identity};

/// The file name of the state.
pub const FILE: &str = "state.capstake";

/// The identity that a state of this plan carries.
pub fn identity(plan: &Plan) -> Identity {
    let build = Build::current();
    Identity {
        scenario: plan.model().digest.clone(),
        seed: plan.seed(),
        sampling: SamplingPart::of(plan.randomness()).in_words(),
        version: build.version,
        revision: build.git_revision,
        streams: build.stream_version,
    }
}

/// What to do if the program's revision or the scenario file has changed since the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// Refuse to continue.
    Refuse,
    /// Continue (`--force`); another version of the program is still refused.
    Accept,
}

/// Reads the state in a folder; `None` if there is none.
///
/// # Errors
/// The file is damaged, or is the state of another plan.
pub fn load(folder: &Path, plan: &Plan, other: OnChange) -> Result<Option<State>, Failure> {
    let path = folder.join(FILE);
    let bytes = match regular_file::read(&path, regular_file::MOST) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(&path, &reason(&error))),
    };
    let (head, state) = store::from_bytes(&bytes).map_err(|fault| {
        let why = fault.to_string();
        let failure = unusable(&path, &cut(&why));
        match fault {
            Fault::Newer { .. } => failure.help("use the capstake that wrote it"),
            _ => failure.help("bring back a copy, or remove it: then the run begins from the first path"),
        }
    })?;
    of_this_run(&path, &head.identity, &identity(plan), other)?;
    state.check(plan).map_err(|why| unusable(&path, &why))?;
    Ok(Some(state))
}

/// Refuses the state of another run and names what differs.
pub fn of_this_run(path: &Path, found: &Identity, wanted: &Identity, other: OnChange) -> Result<(), Failure> {
    let mut differences = found.differences(wanted);
    if other == OnChange::Accept {
        differences.retain(|difference| difference.what != "revision");
    }
    if differences.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` is the state of another run", path.display());
    let mut failure = Failure::coded(Exit::Mismatch, Code::StateOfAnother, message);
    for one in &differences {
        let (here, there) = (cut(&one.here), cut(&one.there));
        failure = failure.help(match one.what {
            "scenario" => format!("digest of the scenario: {here} in the state, {there} in the run"),
            "streams" => format!("stream version: {here} in the state, {there} in this program"),
            "sampling" => format!("sampling: {here} in the state, {there} in the run"),
            "seed" => format!("seed: {here} in the state, {there} in the run"),
            what => format!("{what}: {here} wrote the state, this program is {there}"),
        });
    }
    if differences.iter().all(|difference| difference.what == "revision") {
        failure = failure.help("if the numbers of the two are the same, --force goes on");
    }
    Err(failure)
}

fn unusable(path: &Path, why: &str) -> Failure {
    let message = format!("`{}` cannot be used: {why}", path.display());
    Failure::coded(Exit::Mismatch, Code::StateUnusable, message)
}

/// Saves the state of a run at intervals.
pub struct Checkpointer {
    folder: PathBuf,
    head: Head,
    every: Duration,
    last: Mutex<Instant>,
    /// The next state, written but not yet renamed.
    draft: Mutex<Option<io::Result<Draft>>>,
    at_work: AtomicBool,
    warned: AtomicBool,
    written: AtomicU64,
}

impl Checkpointer {
    /// Creates a checkpointer whose first interval starts now.
    pub fn new(folder: &Path, plan: &Plan, every: Duration) -> Checkpointer {
        Checkpointer {
            folder: folder.to_owned(),
            head: Head { identity: identity(plan), draws: None },
            every,
            last: Mutex::new(Instant::now()),
            draft: Mutex::new(None),
            at_work: AtomicBool::new(false),
            warned: AtomicBool::new(false),
            written: AtomicU64::new(0),
        }
    }

    /// Whether a state is due. After `true` the caller must call `draft` and `keep`.
    pub fn is_due(&self) -> bool {
        // Another worker is checking already.
        let Ok(last) = self.last.try_lock() else { return false };
        last.elapsed() >= self.every && !self.at_work.swap(true, Ordering::AcqRel)
    }

    /// Writes a state under a temporary name.
    pub fn draft(&self, state: &impl Savable) {
        let written = Draft::begin(&self.folder, FILE)
            .and_then(|mut draft| store::write(&self.head, state, &mut draft).map(|()| draft));
        if let Ok(mut draft) = self.draft.lock() {
            *draft = Some(written);
        }
    }

    /// Renames the draft to the state file. If that fails, the run continues without the checkpoint; the first failure
    /// returns a warning.
    #[must_use = "the first failure is a warning that somebody must show"]
    pub fn keep(&self) -> Option<String> {
        let draft = self.draft.lock().ok().and_then(|mut draft| draft.take());
        let draft = draft.unwrap_or_else(|| Err(io::Error::other("it was not drafted")));
        let warning = match draft.and_then(|draft| draft.finish(&self.folder)) {
            Ok(_) => {
                self.written.fetch_add(1, Ordering::Relaxed);
                None
            }
            Err(error) => (!self.warned.swap(true, Ordering::Relaxed)).then(|| {
                format!(
                    "warning: the checkpoint `{}` cannot be written: {}; the run goes on without\n",
                    self.folder.join(FILE).display(),
                    reason(&error)
                )
            }),
        };
        if let Ok(mut last) = self.last.lock() {
            *last = Instant::now();
        }
        self.at_work.store(false, Ordering::Release);
        warning
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::simd::Isa;
    use crate::model::{Model, NoColumns};

    #[test]
    fn a_checkpoint_that_failed_is_tried_again() {
        let (_, config) =
            crate::config::parse("minimal.toml", include_str!("../../configs/minimal.toml"), &[]);
        let (model, _) =
            Model::from_config(&config.expect("sound"), "minimal", "", &NoColumns).expect("sound");
        let plan = Plan::from_model(&model, 1, Isa::detect());
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("later");
        let checkpointer = Checkpointer::new(&folder, &plan, Duration::ZERO);
        let state = State::new(&plan);
        let mut warned = Vec::new();
        let mut attempt = || {
            assert!(checkpointer.is_due());
            assert!(!checkpointer.is_due(), "another worker is at it");
            checkpointer.draft(&state);
            let warning = checkpointer.keep();
            warned.push(warning.is_some());
            std::fs::read_dir(&folder).map_or(0, Iterator::count)
        };
        assert_eq!(attempt(), 0);
        std::fs::create_dir(&folder).expect("a folder");
        assert_eq!(attempt(), 1);
        // A checkpoint that was never drafted does not stop later ones.
        assert!(checkpointer.is_due());
        assert_eq!(checkpointer.keep(), None, "it has warned already");
        assert_eq!(attempt(), 1);
        assert_eq!(warned, [true, false, false]);
        assert_eq!(checkpointer.written.into_inner(), 2);
        assert!(load(&folder, &plan, OnChange::Refuse).expect("our own state").is_some());
    }
}
