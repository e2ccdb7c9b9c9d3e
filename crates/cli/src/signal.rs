//! Ctrl-C and SIGTERM: the first stops the run, the second ends the program.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use capstake::job::error::Exit;

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Starts to listen for signals. If no handler can be set, the first signal ends the program.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if STOPPED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        let _ = writeln!(std::io::stderr(), "stopping: saving what is done; once more to leave at once");
    });
}

/// Whether a signal has asked the run to stop.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}
