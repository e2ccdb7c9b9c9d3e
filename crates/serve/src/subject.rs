//! What is served: a scenario's file, the scenario that it holds, and how it is simulated.

use capstake::config::choice::Choice;
use capstake::config::{self, Config};
use capstake::job::error::Failure;
use capstake::job::request;
use capstake::job::scenario::{Scenario, ScenarioFile};
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::PartyNames;
use capstake::model::run::Sampling;

/// Paths of the answers to a change, each a longer run of the same paths.
pub const LEVELS: [u64; 3] = [4_096, 16_384, 131_072];

/// A scenario that is served.
pub struct Subject {
    /// Its file.
    pub file: ScenarioFile,
    /// The scenario as the file has it.
    pub base: Scenario,
    /// Seed and sampling.
    pub randomness: Randomness,
    /// Instruction set.
    pub isa: Isa,
    /// Worker threads.
    pub threads: usize,
}

impl Subject {
    /// A scenario and how it is simulated.
    pub fn new(
        file: ScenarioFile,
        base: Scenario,
        randomness: Randomness,
        isa: Isa,
        threads: usize,
    ) -> Subject {
        Subject { file, base, randomness, isa, threads }
    }

    /// The scenario with changes, each `KEY=VALUE`.
    ///
    /// # Errors
    /// The changes have problems.
    pub fn changed(&self, set: &[String]) -> Result<Scenario, Failure> {
        self.file.judge(set)
    }

    /// Lays out a scenario.
    pub fn plan(&self, scenario: &Scenario) -> Plan {
        // The order of dimensions is that of the file: a change moves no draw of what it does not change.
        let own = request::randomness(Some(self.randomness.seed), None, scenario);
        let randomness = Randomness { dimensions: own.dimensions, ..self.randomness.clone() };
        Plan::from_model(&scenario.model, randomness, self.isa)
    }

    /// The flags with which `run` draws as the page does.
    pub fn flags(&self, changed: &Scenario, paths: u64) -> String {
        let here = match self.randomness.sampling {
            Sampling::Plain => config::Sampling::Plain,
            Sampling::Sobol(_) => config::Sampling::Sobol,
        };
        let of_scenario = changed.model.run.sampling.unwrap_or(config::Sampling::Plain);
        let sampling =
            if here == of_scenario { String::new() } else { format!(" --sampling {}", here.word()) };
        format!("-n {paths} -s {}{sampling}", self.randomness.seed)
    }

    /// What the company and its partner are called.
    pub fn names(&self) -> &PartyNames {
        &self.base.model.names
    }

    /// A resolved scenario as the format has it.
    pub fn config(scenario: &Scenario) -> Option<Config> {
        config::parse("scenario", &scenario.resolved, &[]).1.ok()
    }
}
