//! The pages that are open: each has turns of its own, so that two tabs do not end each other's answers, and only so many are kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::turn::Turns;

/// Pages whose answers are kept apart; a further one takes the place of the page that has been silent longest.
pub const MOST_PAGES: usize = 4;

/// The pages of a server.
pub struct Pages {
    /// Each with its name, the one heard last at the end.
    open: Mutex<Vec<(String, Arc<Turns>)>>,
    silence: Duration,
}

impl Pages {
    /// No page yet; each ends after so long a silence.
    pub fn new(silence: Duration) -> Pages {
        Pages { open: Mutex::new(Vec::new()), silence }
    }

    fn open(&self) -> MutexGuard<'_, Vec<(String, Arc<Turns>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turns of a page, which has just been heard.
    pub fn heard(&self, name: &str) -> Arc<Turns> {
        let mut open = self.open();
        let at = open.iter().position(|(known, _)| known == name);
        let page = match at {
            Some(at) => open.remove(at),
            None => (name.to_owned(), Arc::new(Turns::new(self.silence))),
        };
        while open.len() >= MOST_PAGES {
            open.remove(0).1.end();
        }
        let turns = Arc::clone(&page.1);
        turns.hear();
        open.push(page);
        turns
    }

    /// Forgets pages that have been silent for too long, and ends what they had running.
    pub fn listen(&self) {
        self.open().retain(|(_, turns)| !turns.is_silent());
    }

    /// Ends what runs.
    pub fn end(&self) {
        self.open().iter().for_each(|(_, turns)| turns.end());
    }

    /// Simulations that are alive now, and the most that a page ever had at once.
    pub fn alive(&self) -> (usize, usize) {
        let of_pages = self.open().iter().map(|(_, turns)| turns.alive()).collect::<Vec<_>>();
        let alive = of_pages.iter().map(|(alive, _)| alive).sum();
        (alive, of_pages.iter().map(|(_, most)| *most).max().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capstake::run::Observer;

    #[test]
    fn pages_do_not_end_each_other() {
        let pages = Pages::new(Duration::from_secs(60));
        let (one, other) = (pages.heard("a"), pages.heard("b"));
        let first = one.take(one.next()).expect("its only one");
        let second = other.take(other.next()).expect("its only one");
        assert_eq!(pages.alive(), (2, 1));
        let again = pages.heard("a").next();
        assert!(one.take(again - 1).is_none(), "a newer turn of the same page");
        assert!(first.stops() && !second.stops());
    }

    #[test]
    fn one_page_too_many_takes_the_place_of_the_most_silent() {
        let pages = Pages::new(Duration::from_secs(60));
        let all: Vec<Arc<Turns>> = ["a", "b", "c", "d"].map(|name| pages.heard(name)).into();
        pages.heard("a");
        let turns: Vec<_> = all.iter().map(|turns| turns.take(turns.next()).expect("its own")).collect();
        pages.heard("e");
        assert_eq!(turns.iter().map(|turn| turn.stops()).collect::<Vec<_>>(), [false, true, false, false]);
    }

    #[test]
    fn silence_ends_what_a_page_runs() {
        let pages = Pages::new(Duration::from_millis(30));
        let turns = pages.heard("a");
        let turn = turns.take(turns.next()).expect("the only one");
        pages.listen();
        assert!(!turn.stops());
        std::thread::sleep(Duration::from_millis(40));
        pages.heard("a");
        pages.listen();
        assert!(!turn.stops(), "it was heard");
        std::thread::sleep(Duration::from_millis(40));
        pages.listen();
        assert!(turn.stops() && pages.alive() == (0, 0));
    }
}
