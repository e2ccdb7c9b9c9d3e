//! A run that is judged and laid out: what it needs of the machine, and the line that says so before it begins.

use std::path::Path;

use super::cost::Cost;
use super::exit::Failure;
use super::manifest::RunPart;
use super::room::{Need, Room};
use super::run::RunArguments;
use super::scenario::Scenario;
use super::words::{self, size, span, thousands};
use crate::kernel::plan::Plan;
use crate::run::Task;

/// A run with everything settled.
pub struct Job<'a> {
    /// What is simulated.
    pub scenario: &'a Scenario,
    /// As laid out.
    pub plan: &'a Plan,
    /// Which paths.
    pub task: Task,
    /// Workers.
    pub threads: usize,
    /// The results folder.
    pub out: &'a Path,
    /// Estimates.
    pub cost: &'a Cost,
    /// Times and machine that the manifest says instead of those of now, where files are made to be compared.
    pub as_in: Option<&'a RunPart>,
    /// Nothing is simulated: the paths that are there are put together, and the rest is missing as it was asked.
    pub only_put_together: bool,
}

impl Job<'_> {
    /// Refuses a run for which the machine has no room.
    pub fn fits(&self, arguments: &RunArguments) -> Result<(), Failure> {
        let files = self.cost.files_bytes(&arguments.simulation.formats()) + self.draws_bytes(arguments);
        let need = Need::of(self.cost, self.task.paths_asked(), self.threads, files);
        Room::of(self.out).take(need, self.out)
    }

    /// Wall time that is left where so many paths are done. A file of draws is written whole: it takes all paths again.
    pub fn seconds(&self, arguments: &RunArguments, before: u64) -> f64 {
        let asked = self.task.paths_asked();
        match arguments.draws {
            Some(_) => self.cost.seconds(asked, self.threads) + self.cost.draws_seconds(asked, self.threads),
            None => self.cost.seconds(asked.saturating_sub(before), self.threads),
        }
    }

    fn draws_bytes(&self, arguments: &RunArguments) -> f64 {
        arguments.draws.map_or(0.0, |format| self.cost.draws_bytes(self.task.paths_asked(), format))
    }
}

/// `base: 1,000,000 paths, seed 1, 2 threads (avx2); about 8 s, 90 MB of memory and 60 MB in output/base`.
pub fn first_line(arguments: &RunArguments, job: &Job, before: u64) -> String {
    let threads = words::counted(job.threads, "thread");
    let asked = job.task.paths_asked();
    let formats = arguments.simulation.formats();
    let files = job.cost.files_bytes(&formats) + job.draws_bytes(arguments);
    let disk = Need::of(job.cost, asked, job.threads, files).disk;
    let seconds = job.seconds(arguments, before) + job.cost.files_seconds(&formats);
    let what = match (&arguments.shard, before) {
        (Some(shard), 0) => format!("part {shard}, {} of {}", thousands(asked), thousands(job.task.paths)),
        (_, 0) => thousands(asked),
        (_, before) => format!("goes on from {} of {}", thousands(before), thousands(asked)),
    };
    let again = match arguments.draws {
        Some(draws) if before > 0 => format!(
            "{} is written whole: the {} paths that are done are simulated again for it, and not counted twice\n",
            draws.file(),
            thousands(before)
        ),
        _ => String::new(),
    };
    format!(
        "{}: {what} paths, seed {}, {threads} ({}); about {}, {} of memory and {} in {}\n",
        job.scenario.model.name,
        job.plan.seed(),
        job.plan.isa().name(),
        span(seconds),
        size(job.cost.memory_bytes(job.threads)),
        size(disk),
        job.out.display()
    ) + &again
}
