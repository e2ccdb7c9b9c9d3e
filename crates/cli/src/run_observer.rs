//! The observer of a run: shows progress, stops on signals, saves checkpoints and writes the draws file.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use capstake::job::formats::Draws;
use capstake::job::state_file::Checkpointer;
use capstake::kernel::plan::Plan;
use capstake::run::{ChunkDraws, Observer, Progress, Snapshot};
use capstake::sink::csv::Dialect;
use capstake_output::draws::DrawsFile;

use super::progress::ProgressDisplay;
use super::signal;

/// Observes one run.
pub struct RunObserver<'a> {
    plan: &'a Plan,
    display: &'a ProgressDisplay,
    draws: Option<Mutex<DrawsFile>>,
    format: Draws,
    dialect: Dialect,
    /// The draws file is full and takes no further chunk.
    full: AtomicBool,
    checkpointer: Option<Checkpointer>,
    failure: Mutex<Option<io::Error>>,
    failed: AtomicBool,
}

impl<'a> RunObserver<'a> {
    /// Creates an observer that fills `draws` and saves states through `checkpointer`, if there are any.
    pub fn new(
        plan: &'a Plan,
        display: &'a ProgressDisplay,
        draws: Option<DrawsFile>,
        format: Draws,
        dialect: Dialect,
        checkpointer: Option<Checkpointer>,
    ) -> RunObserver<'a> {
        RunObserver {
            plan,
            display,
            draws: draws.map(Mutex::new),
            format,
            dialect,
            full: AtomicBool::new(false),
            checkpointer,
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
        }
    }

    /// Returns the draws file, or the error that stopped it.
    pub fn finish(self) -> Result<Option<DrawsFile>, io::Error> {
        match self.failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(self
                .draws
                .map(|draft| draft.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))),
        }
    }
}

impl Observer for RunObserver<'_> {
    fn progress(&self, progress: &Progress) {
        self.display.show(progress);
    }

    fn stops(&self) -> bool {
        signal::stopped() || self.failed.load(Ordering::Relaxed)
    }

    fn wants_draws(&self) -> bool {
        self.draws.is_some()
    }

    fn encode(&self, draws: &ChunkDraws<'_>) -> Vec<u8> {
        match self.full.load(Ordering::Relaxed) {
            true => Vec::new(),
            false => DrawsFile::encode(self.format, self.dialect, self.plan, draws),
        }
    }

    fn write(&self, bytes: Vec<u8>) {
        // Chunks in flight still arrive after a failure; the file has a gap and is dropped.
        if self.failed.load(Ordering::Relaxed) || self.full.load(Ordering::Relaxed) {
            return;
        }
        let Some(draws) = &self.draws else { return };
        let Ok(mut file) = draws.lock() else { return };
        let written = file.write(&bytes);
        self.full.store(file.is_full(), Ordering::Relaxed);
        if let Err(error) = written {
            self.failed.store(true, Ordering::Relaxed);
            if let Ok(mut failure) = self.failure.lock() {
                failure.get_or_insert(error);
            }
        }
    }

    fn wants_state(&self) -> bool {
        self.checkpointer.as_ref().is_some_and(Checkpointer::is_due)
    }

    fn draft_state(&self, state: &Snapshot<'_>) {
        if let Some(checkpointer) = &self.checkpointer {
            checkpointer.draft(state);
        }
    }

    fn keep_state(&self) {
        if let Some(checkpointer) = &self.checkpointer {
            checkpointer.keep().iter().for_each(|warning| super::output::status_line(warning));
        }
    }
}
