//! Ctrl-C and SIGTERM: the first asks the run to stop, the second ends the program.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use capstake::job::error::Exit;

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Listens from now on. Where the system gives no handler the program ends at the first signal, as any other.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if STOPPED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        let _ = writeln!(std::io::stderr(), "stopping: saving what is done; once more to leave at once");
    });
}

/// Whether somebody has asked to stop.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}
