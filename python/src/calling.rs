//! Work without Python's lock, while the calling thread looks for signals and tells how far the work is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use capstake::run::{Observer, Progress};
use capstake_cli::embedded::Caller;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

/// Time between two looks for signals, and between two words of progress.
const EVERY: Duration = Duration::from_millis(100);

/// How far work is, and whether it shall stop.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    done: AtomicU64,
    paths: AtomicU64,
    mean: AtomicU64,
    std_error: AtomicU64,
}

impl Watch {
    /// The same for a command of the program.
    pub(crate) fn caller(&self) -> Caller {
        let own = self.clone();
        Caller {
            stop: Arc::clone(&self.stop),
            listener: Some(Arc::new(move |progress: &Progress| own.progress(progress))),
        }
    }
}

impl Observer for Watch {
    fn progress(&self, progress: &Progress) {
        let seen = &self.seen;
        seen.paths.store(progress.paths, Ordering::Relaxed);
        seen.done.store(progress.done, Ordering::Relaxed);
        seen.mean.store(progress.mean.to_bits(), Ordering::Relaxed);
        seen.std_error.store(progress.std_error.to_bits(), Ordering::Relaxed);
    }

    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Does work on another thread, without Python's lock. Looks for signals meanwhile, and calls `progress` with paths done, paths in
/// all, mean, standard error and seconds. Gives what the work gave, and what was raised meanwhile: then the work was asked to stop.
///
/// Stacks of threads are small on some systems, so the work has one of its own size.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    work: impl FnOnce(&Watch) -> T + Send,
) -> (T, Option<PyErr>) {
    let watch = Watch::default();
    let began = Instant::now();
    py.detach(|| {
        std::thread::scope(|scope| {
            let (ended, end) = mpsc::channel::<()>();
            let worker = {
                let watch = &watch;
                std::thread::Builder::new()
                    .name("capstake".to_owned())
                    .stack_size(8 << 20)
                    .spawn_scoped(scope, move || {
                        let _ended = ended;
                        work(watch)
                    })
                    .expect("the system gives a thread")
            };
            let mut raised = None;
            while end.recv_timeout(EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                if raised.is_some() {
                    continue;
                }
                let looked = Python::attach(|py| {
                    py.check_signals()?;
                    progress.map_or(Ok(()), |progress| tell(py, progress, &watch.seen, began.elapsed()))
                });
                if let Err(error) = looked {
                    raised = Some(error);
                    watch.stop.store(true, Ordering::Relaxed);
                }
            }
            let out = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (out, raised)
        })
    })
}

fn tell(py: Python<'_>, progress: &Py<PyAny>, seen: &Seen, elapsed: Duration) -> PyResult<()> {
    let paths = seen.paths.load(Ordering::Relaxed);
    if paths == 0 {
        return Ok(());
    }
    let number = |bits: &AtomicU64| f64::from_bits(bits.load(Ordering::Relaxed));
    let done = seen.done.load(Ordering::Relaxed);
    let told = (done, paths, number(&seen.mean), number(&seen.std_error), elapsed.as_secs_f64());
    progress.call1(py, told).map(|_| ())
}

/// Whether what was raised is an interruption by the user.
pub(crate) fn is_interrupt(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyKeyboardInterrupt>(py)
}

/// The exception for an interruption: `capstake.Interrupted` with what was done by then.
pub(crate) fn interrupted(py: Python<'_>, partial: Option<Bound<'_, PyAny>>, done: u64, paths: u64) -> PyErr {
    let make = || -> PyResult<PyErr> {
        let of = py.import("capstake._errors")?.getattr("of_interrupt")?;
        Ok(PyErr::from_value(of.call1((partial, done, paths))?))
    };
    make().unwrap_or_else(|error| error)
}
