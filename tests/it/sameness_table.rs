//! One digest for a run however it came about: threads × instruction sets × fresh, resumed, extended, sharded × watched or not.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::{plan_on, shipped};
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::run::{Replicates, Sampling};
use capstake::report::row::Row;
use capstake::report::tables::tables;
use capstake::run::{ChunkDraws, Finished, Observer, Progress, Silent, Snapshot, State, Task, resume};
use capstake::sink;
use capstake::store::{self, Head, Identity};
use capstake::study::valuation::valuation;

/// Some chunks and a last one that is not whole.
const PATHS: u64 = 4 * 4_096 + 77;
const THREADS: [usize; 3] = [1, 2, 5];

/// How a result comes about.
#[derive(Clone, Copy, Debug)]
enum Way {
    Fresh,
    /// Stopped after some chunks; what was saved before goes on.
    Resumed,
    /// A shorter run, then more paths.
    Extended,
    /// Three parts, put together in another order.
    Sharded,
}

const WAYS: [Way; 4] = [Way::Fresh, Way::Resumed, Way::Extended, Way::Sharded];

/// Looks at everything there is to see, keeps every state, and stops after so many paths.
struct Watcher {
    stop_after: u64,
    done: AtomicU64,
    bytes: AtomicU64,
    last: Mutex<Option<Vec<u8>>>,
    draws: bool,
}

impl Watcher {
    fn new(stop_after: u64, draws: bool) -> Watcher {
        Watcher {
            stop_after,
            done: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            last: Mutex::new(None),
            draws,
        }
    }
}

impl Observer for Watcher {
    fn progress(&self, progress: &Progress) {
        self.done.fetch_max(progress.done, Ordering::SeqCst);
    }

    fn stops(&self) -> bool {
        self.done.load(Ordering::SeqCst) >= self.stop_after
    }

    fn wants_draws(&self) -> bool {
        self.draws
    }

    fn encode(&self, draws: &ChunkDraws<'_>) -> Vec<u8> {
        draws.metrics.iter().flatten().flat_map(|values| values[0].to_le_bytes()).collect()
    }

    fn write(&self, bytes: Vec<u8>) {
        self.bytes.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    }

    fn wants_state(&self) -> bool {
        true
    }

    fn draft_state(&self, state: &Snapshot<'_>) {
        *self.last.lock().expect("a lock") = Some(store::to_bytes(&head(), state));
    }
}

fn head() -> Head {
    let identity = Identity {
        scenario: String::new(),
        seed: 3,
        sampling: "plain".to_owned(),
        version: String::new(),
        revision: String::new(),
        streams: 2,
    };
    Head { identity, draws: None }
}

/// Through bytes and back, as between two processes.
fn saved(state: &State) -> State {
    store::from_bytes(&store::to_bytes(&head(), state)).expect("our own bytes").1
}

/// Runs a task, watched or not.
fn run(plan: &Plan, from: State, task: &Task, threads: usize, watched: bool) -> Finished {
    if watched {
        resume(plan, from, task, threads, &Watcher::new(u64::MAX, true))
    } else {
        resume(plan, from, task, threads, &Silent)
    }
}

fn come_about(plan: &Plan, paths: u64, way: Way, threads: usize, watched: bool) -> Finished {
    let (nothing, whole) = (|| State::new(plan), Task::whole(paths));
    match way {
        Way::Fresh => run(plan, nothing(), &whole, threads, watched),
        Way::Resumed => {
            let stopped = Watcher::new(2 * 4_096, watched);
            drop(resume(plan, nothing(), &whole, threads, &stopped));
            let kept = stopped.last.into_inner().expect("a lock").expect("a state was taken");
            let (_, kept) = store::from_bytes(&kept).expect("our own bytes");
            assert!(!kept.chunks().is_empty() && kept.check(plan) == Ok(()));
            run(plan, kept, &whole, threads, watched)
        }
        Way::Extended => {
            let short = run(plan, nothing(), &Task::whole(5_000), threads, watched);
            run(plan, saved(short.state()), &whole, threads, watched)
        }
        Way::Sharded => {
            let mut all = nothing();
            for i in [2, 3, 1] {
                let part = run(plan, nothing(), &Task::shard(paths, i, 3), threads, watched);
                assert!(part.complete());
                all.merge(&saved(part.state())).expect("no chunk twice");
            }
            run(plan, all, &whole, threads, watched)
        }
    }
}

/// Of all tables and of the state.
fn digest(plan: &Plan, finished: Finished) -> String {
    fn add<R: Row>(rows: &[R], hasher: &mut blake3::Hasher) {
        sink::csv::write(rows, hasher).expect("a hasher takes everything");
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&store::to_bytes(&head(), finished.state()));
    let result = finished.into_result(plan);
    assert!(!result.interrupted);
    let tables = tables(&valuation(plan, &result));
    add(&tables.summary, &mut hasher);
    add(&tables.quantiles, &mut hasher);
    add(&tables.annual, &mut hasher);
    add(&tables.histogram, &mut hasher);
    add(&tables.inputs, &mut hasher);
    add(&tables.correlations, &mut hasher);
    add(&tables.events, &mut hasher);
    add(&tables.sample_paths, &mut hasher);
    hasher.finalize().to_hex()[..16].to_owned()
}

#[test]
fn one_digest_however_a_result_came_about() {
    let sets = Isa::available();
    let mut digests = Vec::new();
    println!("{:<10} {:<10} threads 1, 2, 5, each alone and watched", "way", "set");
    for way in WAYS {
        for &isa in &sets {
            let plan = plan_on(&shipped("minimal"), 3, isa);
            let mut row = Vec::new();
            for threads in THREADS {
                for watched in [false, true] {
                    row.push(digest(&plan, come_about(&plan, PATHS, way, threads, watched)));
                }
            }
            println!("{:<10} {:<10} {}", format!("{way:?}"), isa.name(), row.join(" "));
            digests.extend(row);
        }
    }
    assert_eq!(digests.len(), WAYS.len() * sets.len() * THREADS.len() * 2);
    assert!(digests.iter().all(|digest| *digest == digests[0]), "the table above has more than one digest");
    // The comparison can fail: one path more is another digest.
    let plan = plan_on(&shipped("minimal"), 3, Isa::detect());
    assert_ne!(digest(&plan, come_about(&plan, PATHS + 1, Way::Fresh, 2, false)), digests[0]);
}

/// The scenario with everything in it, in fewer combinations.
#[test]
fn one_digest_of_the_shipped_base() {
    let paths = 3 * 4_096 + 5;
    let digests: Vec<String> = WAYS
        .into_iter()
        .zip([(1, Isa::scalar()), (2, Isa::detect()), (5, Isa::detect()), (2, Isa::scalar())])
        .map(|(way, (threads, isa))| {
            let plan = plan_on(&shipped("base"), 3, isa);
            digest(&plan, come_about(&plan, paths, way, threads, threads == 2))
        })
        .collect();
    println!("{digests:?}");
    assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
}

/// The shipped base with its pairs that nobody named completed, then with contradicting pairs brought to the nearest matrix.
#[test]
fn one_digest_of_repaired_correlations() {
    let base = shipped("base");
    let none = "correlation_repair = \"none\"";
    assert!(base.contains(none));
    let completed = base.replace(none, "correlation_repair = \"complete\"");
    let mut nearest = base.replace(none, "correlation_repair = \"nearest\"");
    for (segment, rho) in [("consumer", "0.95"), ("business", "-0.9")] {
        let pair = format!("[\"segment.{segment}.growth_now\", \"contract.azure-a.draw\"]\nvalue = ");
        assert!(nearest.contains(&pair));
        nearest = nearest.replace(&format!("{pair}0.3"), &format!("{pair}{rho}"));
    }
    let paths = 2 * 4_096 + 5;
    let mut tables = Vec::new();
    for text in [&base, &completed, &nearest] {
        let digests: Vec<String> = WAYS
            .into_iter()
            .zip([(1, Isa::scalar()), (2, Isa::detect()), (5, Isa::detect()), (2, Isa::scalar())])
            .map(|(way, (threads, isa))| {
                let plan = plan_on(text, 3, isa);
                digest(&plan, come_about(&plan, paths, way, threads, threads == 2))
            })
            .collect();
        println!("{digests:?}");
        assert!(digests.iter().all(|digest| *digest == digests[0]), "{digests:?}");
        tables.push(digests[0].clone());
    }
    assert!(tables[0] != tables[1] && tables[0] != tables[2], "a repair changes the draws: {tables:?}");
}

/// Sobol points in replicates, whose sums are kept beside those of all paths; with an amount that only some paths have.
#[test]
fn one_digest_of_sobol_points() {
    for (name, number, paths) in [("minimal", 8, PATHS), ("base", 32, 3 * 4_096 + 5)] {
        let replicates = Replicates::new(number).expect("a power of two");
        let sobol = || Randomness::new(3, Sampling::Sobol(replicates));
        let digests: Vec<String> = WAYS
            .into_iter()
            .zip([(1, Isa::scalar()), (2, Isa::detect()), (5, Isa::detect()), (2, Isa::scalar())])
            .map(|(way, (threads, isa))| {
                let plan = plan_on(&shipped(name), sobol(), isa);
                digest(&plan, come_about(&plan, paths, way, threads, threads == 2))
            })
            .collect();
        println!("{name}: {digests:?}");
        assert!(digests.iter().all(|digest| *digest == digests[0]), "{name}: {digests:?}");
        let plan = plan_on(&shipped(name), 3, Isa::detect());
        let plain = digest(&plan, come_about(&plan, paths, Way::Fresh, 2, false));
        assert_ne!(plain, digests[0], "{name}: plain draws differ");
    }
}

/// A state of replicates belongs to a run with as many, and to none without.
#[test]
fn states_of_other_replicates_are_refused() {
    let of = |sampling| plan_on(&shipped("minimal"), Randomness::new(3, sampling), Isa::detect());
    let sobol = |number| Sampling::Sobol(Replicates::new(number).expect("a power of two"));
    let samplings = [Sampling::Plain, sobol(8), sobol(16)];
    for mine in samplings {
        let plan = of(mine);
        let state = saved(run(&plan, State::new(&plan), &Task::shard(8_192, 1, 1), 1, false).state());
        for theirs in samplings {
            assert_eq!(state.check(&of(theirs)).is_ok(), mine == theirs, "{mine:?} {theirs:?}");
        }
        // One path given to another replicate is seen: bytes with a checksum of their own are no proof.
        let mut text = serde_json::to_value(&state).expect("a state");
        assert_eq!(serde_json::from_value::<State>(text.clone()).expect("a state").check(&plan), Ok(()));
        if mine != Sampling::Plain {
            let counts = &mut text["sums"]["metrics"][0][0]["sections"][1][0][1];
            let number = |at: usize, counts: &serde_json::Value| counts[at].as_u64().expect("a count");
            let all = counts.as_array().expect("counts").len();
            let from = (0..all).find(|&at| number(at, counts) > 0).expect("a value in the group");
            let to = (from + 1) % all;
            counts[from] = (number(from, counts) - 1).into();
            counts[to] = (number(to, counts) + 1).into();
            let forged: State = serde_json::from_value(text).expect("a state");
            let problem = forged.check(&plan).expect_err("a forged count");
            assert!(problem.contains("replicates"), "{problem}");
        }
    }
}

#[test]
fn parts_that_share_a_chunk_are_not_merged() {
    let plan = plan_on(&shipped("minimal"), 3, Isa::detect());
    let part = |number, of| run(&plan, State::new(&plan), &Task::shard(PATHS, number, of), 1, false);
    let mut first = part(1, 2).state().clone();
    let common = first.merge(part(1, 4).state()).expect_err("the first chunk is in both");
    assert!(common.ranges().iter().eq(std::iter::once(&(0..1))));
}
