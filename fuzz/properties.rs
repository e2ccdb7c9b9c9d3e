//! What must hold for bytes of any kind: no panic, and what is accepted stays what it is. Shared by the fuzz targets and by
//! the test that gives every kept input to them again. Each says whether it accepted the bytes.

#![allow(dead_code)] // each target uses one of them

use capstake::config::{self, Config, Dialect, resolved};
use capstake::job::{csv_column, screen};
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::run::{Replicates, Sampling};
use capstake::model::{Model, NoColumns};
use capstake::report::tables;
use capstake::run::{self, Finished, Task};
use capstake::store;
use capstake::study::valuation::valuation;

const MINIMAL: &str = include_str!("../configs/minimal.toml");
const BASE: &str = include_str!("../configs/base.toml");
const TINY: &str = include_str!("tiny.toml");

/// A scenario file of these bytes.
pub fn scenario(bytes: &[u8]) -> bool {
    let (sources, config, problems) = config::read_bytes("fuzz.toml", bytes, &[]);
    assert!(!screen::problems(&sources, &problems, true).contains('\0'));
    config.is_some_and(|config| judged(&config, problems.is_empty()))
}

/// `--set` flags, one a line: the first byte chooses the scenario.
pub fn overrides(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let (text, scenario) = match text.strip_prefix('b') {
        Some(rest) => (rest, BASE),
        None => (text, MINIMAL),
    };
    let flags: Vec<String> = text.lines().take(4).map(str::to_owned).collect();
    let (sources, config, problems) = config::read_bytes("fuzz.toml", scenario.as_bytes(), &flags);
    assert!(!screen::problems(&sources, &problems, false).is_empty() || problems.is_empty());
    config.is_some_and(|config| judged(&config, problems.is_empty()))
}

/// A config is judged; a sound one is written out, reads back the same, and runs.
fn judged(config: &Config, sound: bool) -> bool {
    let judged = Model::from_config(config, "fuzz", "", &NoColumns);
    if !sound {
        return false;
    }
    let text = resolved::to_toml(config);
    let (_, again) = config::parse("again.toml", &text, &[]);
    let again = again.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    assert_eq!(resolved::to_toml(&again), text);
    let keys = resolved::flat(config);
    assert_eq!(resolved::flat(&again), keys);
    let Ok((model, _)) = judged else { return false };
    let plan = Plan::from_model(&model, 1, Isa::scalar());
    let one = run::single(&plan, 0);
    assert_eq!(one.inputs.len(), plan.inputs().nums.len());
    true
}

fn tiny(sampling: Sampling) -> Plan {
    let (_, config) = config::parse("tiny.toml", TINY, &[]);
    let config = config.expect("the scenario is sound");
    let (model, _) = Model::from_config(&config, "tiny", "", &NoColumns).expect("it is");
    Plan::from_model(&model, Randomness::new(1, sampling), Isa::scalar())
}

/// A state: the bytes as they are, or as a body under a right head and checksum, of `tiny.toml` with plain or Sobol sampling.
pub fn state(bytes: &[u8]) -> bool {
    thread_local!(static PLANS: [Plan; 2] = [tiny(Sampling::Plain), tiny(Sampling::Sobol(Replicates::DEFAULT))]);
    let _ = store::peek(bytes);
    let forged = || {
        let head = store::Head {
            identity: store::Identity {
                scenario: String::new(),
                seed: 1,
                sampling: "plain".to_owned(),
                version: String::new(),
                revision: String::new(),
                streams: 1,
            },
            draws: None,
        };
        store::seal(&head, bytes)
    };
    let mut accepted = false;
    for candidate in [bytes.to_vec(), forged()] {
        let Ok((head, state)) = store::from_bytes(&candidate) else { continue };
        // Numbers may be written in more bytes than they need; what is written again is what is read again.
        let written = store::to_bytes(&head, &state);
        assert_eq!(store::to_bytes(&head, &store::from_bytes(&written).expect("our own bytes").1), written);
        PLANS.with(|plans| {
            if state.paths() == 0 {
                return;
            }
            let Some(plan) = plans.iter().find(|plan| state.check(plan).is_ok()) else { return };
            let task = Task::whole(state.paths());
            let result = Finished::from_state(state, &task).into_result(plan);
            let tables = tables::tables(&valuation(plan, &result));
            assert!(!tables.summary.is_empty());
            accepted = true;
        });
    }
    accepted
}

/// The CSV file of an empirical input; its column is `x`, as in the files that are kept.
pub fn column(bytes: &[u8]) -> bool {
    let read =
        [Dialect::Comma, Dialect::ExcelEu].map(|dialect| csv_column::parse("fuzz.csv", bytes, "x", dialect));
    for one in &read {
        match one {
            Ok(numbers) => assert!(!numbers.is_empty() && numbers.iter().all(|x| x.is_finite())),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    read.iter().any(Result::is_ok)
}
