//! Whose turn it is: one simulation of a page at a time, the newest; an older one ends at its next chunk, and silence ends all.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use capstake::run::{Observer, Progress};

/// The turns of a page.
pub struct Turns {
    newest: AtomicU64,
    running: Mutex<()>,
    alive: AtomicUsize,
    most: AtomicUsize,
    heard: Mutex<Instant>,
    silence: Duration,
}

/// A simulation that may go on as long as it is the newest.
pub struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
    _running: MutexGuard<'a, ()>,
}

impl Turns {
    /// Turns that end after so long a silence.
    pub fn new(silence: Duration) -> Turns {
        Turns {
            newest: AtomicU64::new(0),
            running: Mutex::new(()),
            alive: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            heard: Mutex::new(Instant::now()),
            silence,
        }
    }

    /// Begins a newer turn, which ends all older ones.
    pub fn next(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Waits until the older simulation has ended; `None` if a newer turn has begun by then.
    pub fn take(&self, number: u64) -> Option<Turn<'_>> {
        if !self.is_newest(number) {
            return None;
        }
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_newest(number) {
            return None;
        }
        let alive = self.alive.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(alive, Ordering::SeqCst);
        Some(Turn { turns: self, number, _running: running })
    }

    fn is_newest(&self, number: u64) -> bool {
        self.newest.load(Ordering::SeqCst) == number
    }

    /// Simulations that are alive now, and the most that ever were at once.
    pub fn alive(&self) -> (usize, usize) {
        (self.alive.load(Ordering::SeqCst), self.most.load(Ordering::SeqCst))
    }

    /// Notes that the page has been heard.
    pub fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether the page has been silent for too long; what runs ends then.
    pub fn is_silent(&self) -> bool {
        let silent = self.heard.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= self.silence;
        if silent {
            self.end();
        }
        silent
    }

    /// Ends what runs.
    pub fn end(&self) {
        self.next();
    }
}

impl Observer for Turn<'_> {
    fn progress(&self, _: &Progress) {}

    fn stops(&self) -> bool {
        !self.turns.is_newest(self.number)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_turn_ends_an_older_one() {
        let turns = Turns::new(Duration::from_secs(60));
        let first = turns.next();
        let turn = turns.take(first).expect("the only one");
        assert!(!turn.stops() && turns.alive() == (1, 1));
        let second = turns.next();
        assert!(turn.stops());
        drop(turn);
        assert!(turns.take(first).is_none(), "it is over");
        let turn = turns.take(second).expect("the newest");
        assert_eq!(turns.alive(), (1, 1));
        drop(turn);
        assert_eq!(turns.alive(), (0, 1));
    }

    #[test]
    fn many_turns_at_once_leave_one_alive() {
        let turns = Turns::new(Duration::from_secs(60));
        std::thread::scope(|scope| {
            for _ in 0..50 {
                scope.spawn(|| {
                    let number = turns.next();
                    if let Some(turn) = turns.take(number) {
                        while !turn.stops() && number < 50 {
                            std::thread::yield_now();
                        }
                    }
                });
            }
        });
        assert_eq!(turns.alive(), (0, 1));
    }
}
