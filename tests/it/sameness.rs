//! The bits of a result: equal for any number of threads, any instruction set, watched or not, stopped or not.

use crate::engine::{draws, plan, plan_on, shipped};
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::run::{self, Observer, Options, Progress, RunResult, Silent, State, Task};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Paths of `base` and of `minimal`: some chunks, and a last one that is not whole.
const BASE: u64 = if cfg!(debug_assertions) { 8_300 } else { 33_000 };
const MINIMAL: u64 = 9 * 4_096 + 77;

/// Every bit that a run leaves, in parts that can be compared by name.
fn parts(result: &RunResult) -> Vec<(String, String)> {
    let RunResult { paths, metrics, years, events, inputs, correlations, samples, non_finite, .. } = result;
    let mut parts = vec![
        ("paths".to_string(), format!("{paths}")),
        ("events".to_string(), format!("{events:?}")),
        ("non_finite".to_string(), format!("{non_finite:?}")),
        ("samples".to_string(), bits(samples.iter().flatten().flatten().flatten())),
        ("correlations".to_string(), bits(correlations.iter().flatten())),
    ];
    for (i, moments) in inputs.iter().enumerate() {
        parts.push((format!("input {i}"), json(moments)));
    }
    for (subject, list) in metrics.iter().enumerate() {
        for (i, summary) in list.iter().enumerate() {
            parts.push((format!("metric {subject}.{i}"), json(summary)));
            let s = summary.statistics();
            let all = [s.mean, s.std_error, s.std_dev, s.min, s.p01, s.p50, s.p99, s.max, s.es05, s.es95];
            parts.push((format!("statistics {subject}.{i}"), bits(&all)));
        }
    }
    for (d, deal) in years.iter().enumerate() {
        for (y, year) in deal.iter().enumerate() {
            for (i, summary) in year.iter().enumerate() {
                parts.push((format!("year {d}.{y}.{i} moments"), json(&summary.moments)));
                parts.push((format!("year {d}.{y}.{i} bins"), json(&summary.bins)));
            }
        }
    }
    parts
}

fn bits<'a>(values: impl IntoIterator<Item = &'a f64>) -> String {
    values.into_iter().map(|x| format!("{:016x}", x.to_bits())).collect()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a summary is plain data")
}

fn assert_same(what: &str, a: &RunResult, b: &RunResult) {
    let (a, b) = (parts(a), parts(b));
    assert_eq!(a.len(), b.len(), "{what}");
    for ((name, a), (_, b)) in a.iter().zip(&b) {
        assert!(a == b, "{what}: {name} differs");
    }
}

fn run_with(plan: &Plan, paths: u64, threads: usize) -> RunResult {
    run::execute(plan, Options { paths, threads }, &Silent)
}

#[test]
fn threads_do_not_show() {
    let minimal = plan(&shipped("minimal"), 3);
    let one = run_with(&minimal, MINIMAL, 1);
    assert_eq!((one.paths, one.asked, one.interrupted), (MINIMAL, MINIMAL, false));
    for threads in 2..=8 {
        assert_same(&format!("{threads} threads"), &one, &run_with(&minimal, MINIMAL, threads));
    }
    let base = plan(&shipped("base"), 3);
    let one = run_with(&base, BASE, 1);
    for threads in [2, 5, 8] {
        assert_same(&format!("base, {threads} threads"), &one, &run_with(&base, BASE, threads));
    }
}

#[test]
fn the_seed_does_show() {
    let [a, b] = [3, 4].map(|seed| run_with(&plan(&shipped("minimal"), seed), 4_096, 1));
    assert_ne!(parts(&a), parts(&b), "the comparison can fail");
}

#[test]
fn instruction_sets_do_not_show() {
    let all = Isa::available();
    println!("{:?}", all.iter().map(|isa| isa.name()).collect::<Vec<_>>());
    for (name, paths) in [("base", BASE / 2), ("schwartz-moon-2000", 2_000), ("minimal", 5_000)] {
        let scalar = run_with(&plan_on(&shipped(name), 11, Isa::scalar()), paths, 2);
        for &isa in &all {
            let result = run_with(&plan_on(&shipped(name), 11, isa), paths, 2);
            assert_same(&format!("{name}, {}", isa.name()), &scalar, &result);
        }
    }
}

/// Watches and, after some paths, stops.
struct Stopper {
    seen: AtomicU64,
    after: u64,
}

impl Observer for Stopper {
    fn progress(&self, progress: &Progress) {
        self.seen.fetch_max(progress.done, Ordering::SeqCst);
    }

    fn stops(&self) -> bool {
        self.seen.load(Ordering::SeqCst) >= self.after
    }
}

#[test]
fn observers_do_not_show() {
    let base = plan(&shipped("base"), 5);
    let silent = run_with(&base, BASE, 2);
    let watcher = Stopper { seen: AtomicU64::new(0), after: u64::MAX };
    let watched = run::execute(&base, Options { paths: BASE, threads: 2 }, &watcher);
    assert_eq!(watcher.seen.load(Ordering::SeqCst), BASE);
    assert_same("watched", &silent, &watched);
    assert_same("draws taken", &silent, &draws(&base, Options { paths: BASE, threads: 3 }).result);
}

/// Progress of a level of `--precision`: the chunks before it are done.
#[test]
fn progress_counts_what_was_done_before() {
    struct Farthest(Mutex<Vec<(u64, u64)>>);
    impl Observer for Farthest {
        fn progress(&self, progress: &Progress) {
            self.0.lock().expect("no panic").push((progress.done, progress.paths));
        }
    }
    let minimal = plan(&shipped("minimal"), 8);
    let level = |from: State, chunks: Range<u64>| {
        let seen = Farthest(Mutex::default());
        let task = Task { paths: chunks.end * 4_096, chunks, tail: true };
        let state = run::resume(&minimal, from, &task, 1, &seen).into_state();
        (state, seen.0.into_inner().expect("no panic"))
    };
    let (first, seen) = level(State::new(&minimal), 0..1);
    assert_eq!(seen, [(4_096, 4_096)]);
    let (_, seen) = level(first, 1..3);
    assert_eq!(seen, [(8_192, 12_288), (12_288, 12_288)]);
}

#[test]
fn a_stopped_run_is_a_shorter_run() {
    let minimal = plan(&shipped("minimal"), 8);
    for (threads, after) in [(1, 1), (1, 8_192), (2, 8_192), (4, 12_288)] {
        let stopper = Stopper { seen: AtomicU64::new(0), after };
        let stopped = run::execute(&minimal, Options { paths: 1 << 30, threads }, &stopper);
        assert!(
            stopped.interrupted && stopped.paths >= after && stopped.paths.is_multiple_of(run::CHUNK_PATHS)
        );
        assert!(stopped.paths <= after + threads as u64 * run::CHUNK_PATHS + run::CHUNK_PATHS);
        assert_same("stopped", &stopped, &run_with(&minimal, stopped.paths, 2));
    }
}
