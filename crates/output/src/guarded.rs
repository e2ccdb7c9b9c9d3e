//! Work of format libraries whose panic must not end the program: the workbook, the page and draws.xlsx.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many pieces of such work are under way. A library may work on threads of its own, so the count is of the process.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
/// What the first panic in it said, and where.
static SAID: Mutex<Option<String>> = Mutex::new(None);

/// Does the work; a panic becomes an error with its message and place.
///
/// # Errors
/// The work panicked.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    UNDER_WAY.fetch_add(1, Ordering::SeqCst);
    let done = catch_unwind(AssertUnwindSafe(work));
    UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    let said = SAID.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    done.map_err(|payload| said.unwrap_or_else(|| message(payload.as_ref())))
}

/// The same for work that writes: where a format's library answers an error of the system with a panic, the error comes back.
///
/// # Errors
/// What the work returns, or the error behind its panic; of any other panic its message.
#[cfg_attr(not(feature = "xlsx"), allow(dead_code))]
pub(crate) fn guarded_writing<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    guarded(work).unwrap_or_else(|said| Err(system_error(&said).unwrap_or_else(|| io::Error::other(said))))
}

/// The error in a message of `expect` or `unwrap`, which has `Os { code: 28, kind: StorageFull, message: … }`.
fn system_error(message: &str) -> Option<io::Error> {
    let (number, _) = message.split_once("Os { code: ")?.1.split_once(',')?;
    number.parse().ok().map(io::Error::from_raw_os_error)
}

/// Takes note of a panic, for the program's panic hook; false outside of such work, where a panic is the program's end.
pub fn takes(panic: &PanicHookInfo<'_>) -> bool {
    if UNDER_WAY.load(Ordering::SeqCst) == 0 {
        return false;
    }
    let place = panic.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
    let mut said = SAID.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    said.get_or_insert_with(|| message(panic.payload()) + &place);
    true
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_comes_back_from_a_panic() {
        assert_eq!(guarded_writing(|| Ok(7)).expect("no error"), 7);
        let full = || io::Error::from_raw_os_error(28);
        let error = guarded_writing::<()>(|| panic!("no room: {:?}", full()));
        assert_eq!(error.expect_err("full").raw_os_error(), Some(28));
        let written = || -> Result<u8, io::Error> { Err(full()) };
        let error = guarded_writing(|| Ok(written().expect("room")));
        assert_eq!(error.expect_err("full").raw_os_error(), Some(28));
        let error = guarded_writing::<()>(|| panic!("another reason"));
        assert!(error.expect_err("a panic").to_string().contains("another reason"));
    }

    #[test]
    fn a_panic_becomes_an_error_on_every_thread() {
        assert_eq!(guarded(|| 7), Ok(7));
        assert!(guarded(|| panic!("planted {}", 1)).is_err_and(|said: String| said.contains("planted 1")));
        let on_another =
            || std::thread::scope(|scope| scope.spawn(|| panic!("planted")).join().map_err(drop));
        assert_eq!(guarded(on_another), Ok(Err(())));
    }
}
