//! Turns the panic with which a format crate answers a full disk into the error of the disk.

use std::any::Any;
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread will be caught, so that it is no bug to be told of.
pub fn is_catching() -> bool {
    CATCHING.get()
}

/// Does `work`, whose writes to a file of its own may panic.
///
/// # Errors
/// What `work` returns, or the error of the system for which it panicked.
///
/// # Panics
/// If `work` panics for any other reason.
pub(crate) fn caught<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    CATCHING.set(true);
    // Who called drops what `work` leaves half done.
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(false);
    match done {
        Ok(done) => done,
        Err(panic) => {
            let text = text(&*panic);
            Err(system_error(text).unwrap_or_else(|| panic!("{text}")))
        }
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// The error in a message of `expect` or `unwrap`, which ends in `Os { code: 28, kind: StorageFull, message: … }`.
fn system_error(message: &str) -> Option<io::Error> {
    let (number, _) = message.split_once("Os { code: ")?.1.split_once(',')?;
    number.parse().ok().map(io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_comes_back_and_no_other_panic_is_hidden() {
        assert_eq!(caught(|| Ok(7)).expect("no error"), 7);
        let full = || io::Error::from_raw_os_error(28);
        let error = caught::<()>(|| panic!("no room: {:?}", full()));
        assert_eq!(error.expect_err("full").raw_os_error(), Some(28));
        let write = |room: bool| if room { Ok(7) } else { Err(full()) };
        let error = caught(|| Ok(write(false).expect("room")));
        assert_eq!(error.expect_err("full").raw_os_error(), Some(28));
        let bug = catch_unwind(|| caught::<()>(|| panic!("a bug")));
        let bug = bug.expect_err("a bug is one");
        assert!(text(&*bug).contains("a bug"));
        assert!(!is_catching());
    }
}
