//! Signals: the first that asks for an end stops the run, the second ends the program, and one that was ignored stays ignored.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Once, PoisonError, RwLock};

use signal_hook::consts::signal::*;
use signal_hook::flag;

use capstake::job::error::Exit;

use super::output;

/// Signals with which people, terminals and job schedulers ask a program to end.
#[cfg(unix)]
const STOPS: [i32; 5] = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2];
#[cfg(not(unix))]
const STOPS: [i32; 2] = [SIGINT, SIGTERM];

static STOPPED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// The flag of a caller that has embedded the program: signals are the caller's business then.
static EMBEDDED: RwLock<Option<Arc<AtomicBool>>> = RwLock::new(None);

/// Leaves signals to the caller, who sets the flag to stop the command; `None` gives them back.
pub fn embed(stop: Option<Arc<AtomicBool>>) {
    *EMBEDDED.write().unwrap_or_else(PoisonError::into_inner) = stop;
}

/// The caller's flag.
fn embedded() -> Option<Arc<AtomicBool>> {
    EMBEDDED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Makes a write beyond the limit on the size of files (`ulimit -f`) an error of the write. Without this the signal would end the
/// program, which could then not say why.
pub fn survive_file_limit() {
    #[cfg(unix)]
    if !is_ignored(SIGXFSZ) {
        let _ = flag::register(SIGXFSZ, Arc::default());
    }
}

/// Starts to listen for signals. Where no handler can be set, the first signal ends the program.
pub fn listen() {
    if embedded().is_some() {
        return;
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in STOPS {
            if is_ignored(signal) {
                continue;
            }
            // In this order: the second signal finds what the first has set.
            let code = i32::from(Exit::Interrupted.code());
            let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(&STOPPED));
            let _ = flag::register(signal, Arc::clone(&STOPPED));
        }
        // The kernel repeats this one every second until the hard limit on processor time: it never means "at once".
        #[cfg(unix)]
        if !is_ignored(SIGXCPU) {
            let _ = flag::register(SIGXCPU, Arc::clone(&STOPPED));
        }
    });
}

/// Whether a signal has asked for an end, in silence.
#[cfg(feature = "serve")]
pub fn is_set() -> bool {
    embedded().map_or_else(|| STOPPED.load(Ordering::Relaxed), |stop| stop.load(Ordering::Relaxed))
}

/// Whether a signal has asked the run to stop; says so once.
pub fn stopped() -> bool {
    if let Some(stop) = embedded() {
        return stop.load(Ordering::Relaxed);
    }
    static SAID: AtomicBool = AtomicBool::new(false);
    let stopped = STOPPED.load(Ordering::Relaxed);
    if stopped && !SAID.swap(true, Ordering::Relaxed) {
        output::status_line("stopping: saving what is done; once more to leave at once\n");
    }
    stopped
}

/// Whether who started the program has it ignore a signal, as `nohup` does with the hangup.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action `sigaction` only writes the present one, to a place of that type.
    let asked = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: zeros are an action too, should the call have failed.
    let action = unsafe { action.assume_init() };
    asked == 0 && action.sa_sigaction == libc::SIG_IGN
}

#[cfg(not(unix))]
fn is_ignored(_: i32) -> bool {
    false
}
