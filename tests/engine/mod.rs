//! A scenario's text made ready to run, and what a run leaves found by name: the way into the engine for tests.

// Each test program uses a part of this.
#![allow(dead_code)]

use capstake::config::{self, Dialect};
use capstake::kernel::metric::{Metric, Series};
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::{ColumnError, EmpiricalColumns, Model};
use capstake::run::{self, ChunkDraws, Event, Observer, Options, RunResult, Silent};
use capstake::stats::moments::Moments;
use std::sync::Mutex;

/// Columns of `empirical` inputs that the test holds itself: (file, column, values).
pub struct Columns<'a>(pub &'a [(&'a str, &'a str, &'a [f64])]);

impl EmpiricalColumns for Columns<'_> {
    fn column(&self, csv: &str, column: &str, _: Dialect) -> Result<Vec<f64>, ColumnError> {
        self.0
            .iter()
            .find(|(file, name, _)| *file == csv && *name == column)
            .map(|(_, _, values)| values.to_vec())
            .ok_or_else(|| ColumnError::Unreadable {
                csv: csv.into(),
                reason: "the test has no such file".into(),
                remedy: "add it to the test",
            })
    }

    fn bytes(&self) -> u64 {
        0
    }
}

/// No columns at all.
pub fn no_columns() -> Columns<'static> {
    Columns(&[])
}

/// A scenario that was written for tests of Sobol sampling.
pub struct TestScenario {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl TestScenario {
    /// Many inputs; months with shocks; three deals.
    pub const ALL: [TestScenario; 3] = [
        TestScenario { name: "many-inputs", text: include_str!("scenarios/many-inputs.toml") },
        TestScenario { name: "monthly-shocks", text: include_str!("scenarios/monthly-shocks.toml") },
        TestScenario { name: "three-deals", text: include_str!("scenarios/three-deals.toml") },
    ];
}

/// The model of a scenario without problems.
pub fn model(text: &str, columns: &dyn EmpiricalColumns) -> Model {
    let (_, config) = config::parse("test.toml", text, &[]);
    let config = config.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    match Model::from_config(&config, "test", "", columns) {
        Ok((model, _)) => model,
        Err(problems) => panic!("{problems}\n{text}"),
    }
}

/// The plan of a scenario's text.
pub fn plan(text: &str, seed: u64) -> Plan {
    plan_on(text, seed, Isa::detect())
}

/// The same for an instruction set, with a bare seed or one with its sampling.
pub fn plan_on(text: &str, seed: impl Into<Randomness>, isa: Isa) -> Plan {
    Plan::from_model(&model(text, &Columns(&[])), seed, isa)
}

/// The text of a file of `configs`.
pub fn shipped(name: &str) -> String {
    let path = format!("{}/configs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The base scenario as it was in July 2026, whose figures stay.
pub fn frozen_base() -> String {
    include_str!("scenarios/frozen-base.toml").to_owned()
}

/// A run on all cores that nobody watches.
pub fn execute(plan: &Plan, paths: u64) -> RunResult {
    run::execute(plan, Options { paths, threads: 0 }, &Silent)
}

/// Position of a metric among a deal's.
pub fn metric_index(plan: &Plan, deal: usize, metric: Metric) -> usize {
    let list = &plan.deals()[deal].metrics;
    list.iter().position(|&m| m == metric).unwrap_or_else(|| panic!("no metric {}", metric.key()))
}

/// Moments of a metric.
pub fn moments<'a>(plan: &Plan, result: &'a RunResult, deal: usize, metric: Metric) -> &'a Moments {
    result.metrics[deal][metric_index(plan, deal, metric)].moments()
}

/// Position of a series among a deal's.
pub fn series_index(plan: &Plan, deal: usize, series: Series) -> usize {
    let list = &plan.deals()[deal].series;
    list.iter().position(|&s| s == series).unwrap_or_else(|| panic!("no series {series:?}"))
}

/// Paths on which an event had happened by each period's end.
pub fn event(result: &RunResult, deal: usize, event: Event) -> &[u64] {
    let at = Event::ALL.iter().position(|&e| e == event).expect("all events are listed");
    &result.events[deal][at]
}

/// Names of the rows of inputs.
pub fn input_keys(plan: &Plan) -> Vec<String> {
    plan.inputs().nums.iter().map(|&num| plan.model().parameters.entry(num).key.clone()).collect()
}

/// Every path's draws, gathered through the observer as a writer of draws would.
pub struct Draws {
    /// Columns of the uncertain numbers, in the rows of the plan's inputs.
    pub inputs: Vec<Vec<f64>>,
    /// Columns of the metrics: per deal and difference, metric.
    pub metrics: Vec<Vec<Vec<f64>>>,
    /// What the run left.
    pub result: RunResult,
}

/// Runs and gathers every path's draws.
pub fn draws(plan: &Plan, options: Options) -> Draws {
    let collector = Collector { rows: Mutex::default() };
    let result = run::execute(plan, options, &collector);
    let mut rows = collector.rows.into_inner().expect("no writer panicked").into_iter();
    let mut take = |n: usize| -> Vec<Vec<f64>> { (0..n).map(|_| rows.next().unwrap_or_default()).collect() };
    let inputs = take(plan.inputs().nums.len());
    let metrics = result.metrics.iter().map(|subject| take(subject.len())).collect();
    Draws { inputs, metrics, result }
}

struct Collector {
    rows: Mutex<Vec<Vec<f64>>>,
}

impl Observer for Collector {
    fn wants_draws(&self) -> bool {
        true
    }

    fn encode(&self, draws: &ChunkDraws<'_>) -> Vec<u8> {
        let columns = draws.inputs.iter().chain(draws.metrics.iter().flatten());
        let lengths = [draws.first_path, draws.paths as u64];
        let header = lengths.iter().flat_map(|n| n.to_le_bytes());
        let body = columns.flat_map(|column| {
            assert_eq!(column.len(), draws.paths, "a value for every path of the chunk");
            column.iter().flat_map(|x| x.to_le_bytes())
        });
        header.chain(body).collect()
    }

    fn write(&self, bytes: Vec<u8>) {
        let words: Vec<u64> = bytes.as_chunks::<8>().0.iter().map(|&word| u64::from_le_bytes(word)).collect();
        let (first, paths) = (words[0] as usize, words[1] as usize);
        let mut rows = self.rows.lock().expect("no writer panicked");
        let columns = words[2..].chunks(paths);
        rows.resize(columns.len(), Vec::new());
        for (row, column) in rows.iter_mut().zip(columns) {
            assert_eq!(row.len(), first, "chunks come in the order of their paths");
            row.extend(column.iter().map(|&word| f64::from_bits(word)));
        }
    }
}

/// Two deals by the value of a stake of an equity of 300 in the mean, of which one is one half and the other uniform on 0.4..0.6;
/// equity moves with cash and costs, both normal.
pub const TWO_STAKES: &str = r#"
[timeline]
valuation_date = 2026-01-01
horizon = 2026-12-31
period = "year"
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 100.0
growth = 0.0
volatility = 0.0
[cash]
now_usd_bn = { dist = "normal", mean = 100.0, sd = 3.0 }
[costs]
fixed_usd_bn_per_year = { dist = "normal", mean = 100.0, sd = 4.0 }
[equity]
method = "revenue-multiple"
multiple_now = 2.0
[[deal]]
name = "small"
stake = 0.5
[[deal]]
name = "sure"
stake = { dist = "uniform", low = 0.4, high = 0.6 }
"#;
