//! Studies in parts: a worker simulates a part of every run that a study asks for, and the study is answered from all parts together.
//!
//! The study's code is the same everywhere. In a part its runs leave sums instead of results; where all sums are known, nothing is
//! simulated and the answer is that of one machine, bit for bit.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::{CommandPart, Manifest};
use capstake::run::{PairedSums, Savable};
use capstake::store::Identity;
use capstake::study::sensitivity::pick_freeze::Batches;

/// What a study of the calling thread does with its runs.
#[derive(Clone, Debug, Default)]
pub enum Portion {
    /// It simulates them.
    #[default]
    Whole,
    /// It simulates part `number` of `of` (counted from 1) of each and keeps the sums.
    Part {
        /// The part.
        number: u64,
        /// The number of parts.
        of: u64,
    },
    /// It takes their sums from here.
    Known(Box<StudySums>),
}

/// The sums of some parts of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudySums {
    /// Number of parts of the whole study.
    pub of: u64,
    /// The parts that are in the sums, counted from 1, in ascending order.
    pub parts: Vec<u64>,
    /// The sums of each run, in the order in which the study asks for them.
    pub runs: Vec<RunSums>,
}

impl Savable for StudySums {}

/// The sums of one run of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunSums {
    /// Of several plans on the same draws.
    Paired(PairedSums),
    /// Of evaluations with redrawn variables.
    Batches(Batches),
}

impl StudySums {
    /// Adds the sums of other parts.
    ///
    /// # Errors
    /// A part is in both, or the others are of another study.
    pub fn merge(&mut self, other: &StudySums) -> Result<(), String> {
        if self.of != other.of {
            return Err(format!("it is of a study in {} parts, and not in {}", other.of, self.of));
        }
        if let Some(part) = other.parts.iter().find(|&part| self.parts.contains(part)) {
            return Err(format!("part {part} is here already"));
        }
        // Where paths are not finite a study ends with the run that has them, and later runs say nothing.
        self.runs.truncate(other.runs.len());
        for (all, more) in self.runs.iter_mut().zip(&other.runs) {
            match (all, more) {
                (RunSums::Paired(all), RunSums::Paired(more)) => all.merge(more)?,
                (RunSums::Batches(all), RunSums::Batches(more)) => all.merge(more)?,
                _ => return Err("it is of another study".to_owned()),
            }
        }
        self.parts.extend(&other.parts);
        self.parts.sort_unstable();
        Ok(())
    }

    /// Whether all of these parts are in the sums already.
    pub fn has(&self, parts: &[u64]) -> bool {
        parts.iter().all(|part| self.parts.binary_search(part).is_ok())
    }

    /// Whether every part is there.
    pub fn is_complete(&self) -> bool {
        self.parts.len() as u64 == self.of
    }
}

/// Begins the name of the scenarios in the identity of a study's sums.
pub const STUDY: &str = "study ";

/// What the sums of a study belong to.
pub fn identity(manifest: &Manifest, arguments: &[String]) -> Identity {
    let scenarios = std::iter::once(&manifest.scenario).chain(&manifest.other_scenarios);
    let digests: Vec<&str> = scenarios.map(|scenario| scenario.digest.as_str()).collect();
    let CommandPart { name, .. } = &manifest.command;
    let (digests, words, paths) = (digests.join(" "), arguments.join(" "), manifest.run.paths_asked);
    Identity {
        scenario: format!("{STUDY}{name} {words}, {paths} paths, of {digests}"),
        seed: manifest.run.seed.parse().unwrap_or_default(),
        sampling: manifest.run.sampling.in_words(),
        version: manifest.build.version.clone(),
        revision: manifest.build.git_revision.clone(),
        streams: manifest.build.stream_version,
    }
}

/// What a part of a study left.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// What the sums belong to; `None` before the study began.
    pub identity: Option<Identity>,
    /// The sums of each run.
    pub runs: Vec<RunSums>,
}

thread_local! {
    static PORTION: RefCell<Portion> = const { RefCell::new(Portion::Whole) };
    static COLLECTED: RefCell<Collected> = RefCell::default();
}

/// Sets what studies of the calling thread do with their runs.
pub fn set(portion: Portion) {
    COLLECTED.take();
    PORTION.set(portion);
}

/// What a study does with its runs.
pub fn portion() -> Portion {
    PORTION.with_borrow(Clone::clone)
}

/// Keeps what the sums of this study belong to.
pub fn begin(identity: Identity) {
    COLLECTED.with_borrow_mut(|all| all.identity = Some(identity));
}

/// Keeps the sums of a run.
pub fn collect(sums: RunSums) {
    COLLECTED.with_borrow_mut(|all| all.runs.push(sums));
}

/// What was kept since the portion was set.
pub fn take() -> Collected {
    COLLECTED.take()
}

/// The failure of sums that do not answer a study.
pub fn misfit() -> Failure {
    Failure::coded(Exit::Mismatch, Code::PartsDoNotFit, "the parts are not those of this study")
        .help("run all parts with the same scenario, paths, seed and options")
}
