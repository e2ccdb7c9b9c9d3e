//! Shows the progress of a run: a bar, lines from time to time, or nothing.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use capstake::job::words::{span, thousands};
use capstake::run::Progress;

/// How to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressMode {
    /// A bar on a terminal, else nothing.
    Auto,
    /// A bar on a terminal, else lines.
    Bar,
    /// A line every few seconds.
    Plain,
    /// Nothing.
    None,
}

/// Time between two lines.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// Time between two updates of the bar.
const BAR_EVERY: Duration = Duration::from_millis(100);

/// Shows the progress of one run.
pub struct ProgressDisplay {
    kind: Kind,
    started: Instant,
    /// Paths that were done before the run was resumed.
    before: u64,
    last: Mutex<Last>,
    /// What the last level reached of the precision asked for; empty without one.
    reached: Mutex<String>,
}

/// Is told how far a run is.
pub type Listener = Arc<dyn Fn(&Progress) + Send + Sync>;

/// Who is told, if a caller has embedded the program.
static LISTENER: RwLock<Option<Listener>> = RwLock::new(None);

/// Tells a caller how far runs are, instead of showing it; `None` shows it again.
pub fn tell(listener: Option<Listener>) {
    *LISTENER.write().unwrap_or_else(PoisonError::into_inner) = listener;
}

enum Kind {
    Told(Listener),
    Bar(ProgressBar),
    Lines,
    Nothing,
}

struct Last {
    shown: Instant,
    done: u64,
}

impl ProgressDisplay {
    /// Creates the display of a run of `paths` that starts now, with `before` paths done already.
    pub fn new(wish: ProgressMode, paths: u64, before: u64) -> ProgressDisplay {
        let terminal =
            std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let listener = LISTENER.read().unwrap_or_else(PoisonError::into_inner).clone();
        let kind = match wish {
            _ if listener.is_some() => listener.map_or(Kind::Nothing, Kind::Told),
            ProgressMode::Auto | ProgressMode::Bar if terminal => {
                let bar = ProgressBar::with_draw_target(Some(paths), ProgressDrawTarget::stderr_with_hz(20));
                let style = ProgressStyle::with_template("{bar:24} {percent:>3}%  {msg}");
                bar.set_style(style.expect("a template that is tested").progress_chars("━╸ "));
                Kind::Bar(bar)
            }
            ProgressMode::Plain | ProgressMode::Bar => Kind::Lines,
            ProgressMode::Auto | ProgressMode::None => Kind::Nothing,
        };
        let now = Instant::now();
        ProgressDisplay {
            kind,
            started: now,
            before,
            last: Mutex::new(Last { shown: now, done: 0 }),
            reached: Mutex::default(),
        }
    }

    /// Shows progress if an update is due.
    pub fn show(&self, progress: &Progress) {
        match &self.kind {
            Kind::Nothing => return,
            Kind::Told(listener) => return listener(progress),
            Kind::Bar(_) | Kind::Lines => {}
        }
        // Workers call this after every chunk; another one is reporting now, so this one need not wait.
        let Ok(mut last) = self.last.try_lock() else { return };
        let every = if matches!(self.kind, Kind::Lines) { LINE_EVERY } else { BAR_EVERY };
        if last.shown.elapsed() < every || progress.done <= last.done {
            return;
        }
        last.shown = Instant::now();
        last.done = progress.done;
        let mut line = line(progress, self.before, self.started.elapsed());
        if let Ok(reached) = self.reached.lock()
            && !reached.is_empty()
        {
            line.push_str(&format!(", {reached}"));
        }
        match &self.kind {
            Kind::Bar(bar) => {
                bar.set_position(progress.done);
                bar.set_message(line);
            }
            Kind::Lines => {
                let percent = progress.done as f64 / progress.paths as f64 * 100.0;
                let _ = writeln!(std::io::stderr(), "{percent:3.0}%  {line}");
            }
            Kind::Told(_) | Kind::Nothing => {}
        }
    }

    /// Says from now on how precise the last level was.
    pub fn say(&self, reached: String) {
        if let Ok(mut said) = self.reached.lock() {
            *said = reached;
        }
    }

    /// Removes the bar.
    pub fn close(&self) {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish_and_clear();
        }
    }
}

/// `409,600 of 1,000,000 paths, 1,200,000/s, 1 s left, microsoft_take_pv 123.4 ± 0.2`.
fn line(progress: &Progress, before: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-9);
    let speed = progress.done.saturating_sub(before) as f64 / seconds;
    let left = progress.paths.saturating_sub(progress.done) as f64 / speed.max(1e-9);
    let mut line = format!(
        "{} of {} paths, {}/s, {} left",
        thousands(progress.done),
        thousands(progress.paths),
        thousands(speed as u64),
        span(left)
    );
    if progress.std_error.is_finite() {
        // Two significant digits of the error.
        let digits = (1.0 - progress.std_error.max(1e-12).log10().floor()).clamp(0.0, 6.0) as usize;
        line.push_str(&format!(
            ", microsoft_take_pv {:.digits$} ± {:.digits$}",
            progress.mean, progress.std_error
        ));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_done_speed_rest_and_answer() {
        let progress = Progress { done: 250_000, paths: 1_000_000, mean: 123.456, std_error: 0.234 };
        assert_eq!(
            line(&progress, 0, Duration::from_secs(2)),
            "250,000 of 1,000,000 paths, 125,000/s, 6 s left, microsoft_take_pv 123.46 ± 0.23"
        );
        let unknown = Progress { std_error: f64::NAN, ..progress };
        assert!(!line(&unknown, 0, Duration::from_secs(2)).contains('±'));
        let resumed = line(&progress, 150_000, Duration::from_secs(2));
        assert!(resumed.contains(" 50,000/s, 15 s left"), "{resumed}");
    }
}
