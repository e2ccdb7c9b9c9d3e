//! The observer of a run: shows progress, stops on signals, saves checkpoints and writes the draws file.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use capstake::job::formats::Draws;
use capstake::job::state_file::Checkpointer;
use capstake::kernel::plan::Plan;
use capstake::run::{ChunkDraws, Observer, Progress, Snapshot};
use capstake::sink::csv::Dialect;
use capstake::sink::path_series::SeriesColumn;
use capstake_output::draws::DrawsFile;

use super::progress::ProgressDisplay;
use super::signal;

/// The files with every path.
pub struct PathFiles {
    /// Inputs and metrics.
    pub draws: DrawsFile,
    /// Yearly series.
    pub paths: Option<DrawsFile>,
}

impl PathFiles {
    /// Writes one encoded chunk to each.
    pub fn write(&mut self, draws: &[u8], paths: &[u8]) -> io::Result<()> {
        self.draws.write(draws)?;
        self.paths.as_mut().map_or(Ok(()), |file| file.write(paths))
    }
}

/// How chunks become bytes.
#[derive(Clone, Copy)]
pub struct Encoding<'a> {
    /// The format of the files.
    pub format: Draws,
    /// The dialect of CSV.
    pub dialect: Dialect,
    /// The yearly series.
    pub series: &'a [SeriesColumn],
}

/// Observes one run.
pub struct RunObserver<'a> {
    plan: &'a Plan,
    display: &'a ProgressDisplay,
    files: Option<Mutex<PathFiles>>,
    encoding: Encoding<'a>,
    /// The draws of chunks that are done already are in the files.
    has_done: bool,
    /// The draws file is full and takes no further chunk.
    full: AtomicBool,
    checkpointer: Option<Checkpointer>,
    failure: Mutex<Option<io::Error>>,
    failed: AtomicBool,
}

impl<'a> RunObserver<'a> {
    /// Creates an observer that fills `files` and saves states through `checkpointer`, if there are any. `has_done` says that the
    /// files have the chunks that are done.
    pub fn new(
        plan: &'a Plan,
        display: &'a ProgressDisplay,
        files: Option<PathFiles>,
        has_done: bool,
        encoding: Encoding<'a>,
        checkpointer: Option<Checkpointer>,
    ) -> RunObserver<'a> {
        RunObserver {
            plan,
            display,
            files: files.map(Mutex::new),
            encoding,
            has_done,
            full: AtomicBool::new(false),
            checkpointer,
            failure: Mutex::new(None),
            failed: AtomicBool::new(false),
        }
    }

    /// Returns the files, or the error that stopped them.
    pub fn finish(self) -> Result<Option<PathFiles>, io::Error> {
        match self.failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(self
                .files
                .map(|files| files.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))),
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
        self.files.is_some()
    }

    fn wants_draws_of_done(&self) -> bool {
        !self.has_done
    }

    fn wants_years(&self) -> bool {
        !self.encoding.series.is_empty()
    }

    fn encode(&self, draws: &ChunkDraws<'_>) -> Vec<u8> {
        match self.full.load(Ordering::Relaxed) {
            true => Vec::new(),
            false => {
                let Encoding { format, dialect, series } = self.encoding;
                let draws_bytes = DrawsFile::encode(format, dialect, self.plan, draws);
                let mut bytes = (draws_bytes.len() as u64).to_le_bytes().to_vec();
                bytes.extend_from_slice(&draws_bytes);
                if !series.is_empty() {
                    bytes.extend(DrawsFile::encode_paths(format, dialect, self.plan, series, draws));
                }
                bytes
            }
        }
    }

    fn write(&self, bytes: Vec<u8>) {
        // Chunks in flight still arrive after a failure; the file has a gap and is dropped.
        if self.failed.load(Ordering::Relaxed) || self.full.load(Ordering::Relaxed) {
            return;
        }
        let Some(files) = &self.files else { return };
        let Ok(mut files) = files.lock() else { return };
        // One that was encoded when the file was full already has no bytes.
        let Some((length, bytes)) = bytes.split_first_chunk() else { return };
        let (draws, paths) = bytes.split_at(u64::from_le_bytes(*length) as usize);
        let written = files.write(draws, paths);
        self.full.store(files.draws.is_full(), Ordering::Relaxed);
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
