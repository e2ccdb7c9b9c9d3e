//! Sliders of a run: reads `--what-if`, lays out the nodes of the sliders, and measures them on the first paths of the run.

use super::cost::Cost;
use super::error::{Exit, Failure};
use super::scenario::{Scenario, ScenarioFile};
use super::varied_scenario::{Layout, VariedScenario};
use super::vary::{self, Vary, vary_argument};
use super::words::thousands;
use crate::config::Code;
use crate::kernel::plan::Plan;
use crate::run::{Observer, Options};
use crate::study::quantity::Quantity;
use crate::study::valuation::unsampled_inputs;
use crate::study::variant::Variants;
use crate::study::what_if::{self, Batch, Collector, PATHS, Unmeasured, WhatIf};

/// What `--what-if` says instead of a slider to leave all out.
pub const NONE: &str = "none";
/// Nodes of a slider unless their number is given: of one or two sliders, and of more.
const STEPS: [usize; 2] = [21, 11];
/// The largest number of nodes of all sliders and pairs: a page with more is slow to open and to mail.
const MAX_NODES: usize = 1_000;
/// Copies of a deal in one plan, and plans in one batch.
const BATCH: [usize; 2] = [64, 8];

/// A slider: a key and the values at its nodes, in rising order.
#[derive(Clone, Debug, PartialEq)]
pub struct Slider {
    /// The dotted key, as in `--set`.
    pub key: String,
    /// The values.
    pub nodes: Vec<f64>,
}

impl Slider {
    /// The argument that parses to this slider.
    pub fn argument(&self) -> String {
        let (from, to) = (self.nodes[0], self.nodes[self.nodes.len() - 1]);
        format!("{}={from}:{to}:{}", self.key, self.nodes.len())
    }
}

/// Reads the sliders of `--what-if`, each `KEY=FROM:TO[:STEPS]`.
///
/// # Errors
/// One is not of that form, a key cannot be varied, or there are too many nodes.
pub fn sliders(arguments: &[String]) -> Result<Vec<Slider>, Failure> {
    let steps = if arguments.len() > 2 { STEPS[1] } else { STEPS[0] };
    let sliders: Vec<Slider> = arguments.iter().map(|text| slider(text, steps)).collect::<Result<_, _>>()?;
    let keys: Vec<String> = sliders.iter().map(|slider| slider.key.clone()).collect();
    vary::refuse_keys(&keys)?;
    let nodes = node_count(&sliders);
    if nodes > MAX_NODES {
        let message = format!("{} nodes are more than a page holds well", thousands(nodes as u64));
        return Err(Failure::coded(Exit::Usage, Code::StudyTooLarge, message).help(format!(
            "at most {}, pairs of a deal's terms included: fewer values, as in {}",
            thousands(MAX_NODES as u64),
            format_args!(
                "--what-if {}={}:{}:7",
                keys[0],
                sliders[0].nodes[0],
                sliders[0].nodes[sliders[0].nodes.len() - 1]
            )
        )));
    }
    Ok(sliders)
}

fn slider(text: &str, steps: usize) -> Result<Slider, Failure> {
    let refused = |why: String| {
        let example = "--what-if deal.amended-2026.cap_usd_bn=0:80, or --what-if none";
        Err(Failure::told(Exit::Usage, format!("--what-if {text}: {why}")).help(format!("write {example}")))
    };
    let parts = text.split_once('=').map_or(0, |(_, values)| values.split(':').count());
    let whole = match parts {
        2 => format!("{text}:{steps}"),
        3 => text.to_owned(),
        _ => {
            return refused(
                "a slider goes from one number to another: KEY=FROM:TO or KEY=FROM:TO:STEPS".to_owned(),
            );
        }
    };
    let Vary { key, values } = match vary_argument(&whole) {
        Ok(vary) => vary,
        Err(why) => return refused(why),
    };
    let mut nodes: Vec<f64> =
        values.iter().map(|value| value.parse().expect("ends of a range are numbers")).collect();
    nodes.sort_by(f64::total_cmp);
    Ok(Slider { key, nodes })
}

fn node_count(sliders: &[Slider]) -> usize {
    let alone: usize = sliders.iter().map(|slider| slider.nodes.len()).sum();
    let pairs = pairs(sliders).into_iter().map(|(a, b)| sliders[a].nodes.len() * sliders[b].nodes.len());
    alone.saturating_add(pairs.sum())
}

/// The pairs of terms of one deal.
fn pairs(sliders: &[Slider]) -> Vec<(usize, usize)> {
    let deal = |i: usize| sliders[i].key.strip_prefix("deal.").and_then(|rest| rest.split('.').next());
    let all = (0..sliders.len()).flat_map(|a| (a + 1..sliders.len()).map(move |b| (a, b)));
    all.filter(|&(a, b)| deal(a).is_some() && deal(a) == deal(b)).collect()
}

/// The slider of a run that asks for none: the cap of the first deal, from 0 to about twice of what it is.
pub fn usual(scenario: &Scenario) -> Vec<Slider> {
    let key = format!("deal.{}.cap_usd_bn", scenario.model.deals[0].name);
    let inputs = unsampled_inputs(&scenario.model);
    let cap = inputs.iter().find(|input| input.key == key).map(|input| input.quantiles[1]);
    let Some(cap) = cap.filter(|cap| cap.is_finite() && *cap > 0.0) else { return Vec::new() };
    let step = round_step(2.0 * cap / (STEPS[0] - 1) as f64);
    let slider = Slider { key, nodes: (0..STEPS[0]).map(|i| step * i as f64).collect() };
    let sliders = vec![slider];
    if judged(&sliders, scenario).is_ok() { sliders } else { Vec::new() }
}

/// The smallest of 1, 2, 2.5, 4, 5 and 10 times a power of ten that is at least a step.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let digits = [1.0, 2.0, 2.5, 4.0, 5.0, 10.0];
    digits.map(|digit| digit * power).into_iter().find(|round| *round >= step * (1.0 - 1e-12)).unwrap_or(step)
}

/// Refuses sliders with a value that the scenario cannot take at an end.
///
/// # Errors
/// Such a value, or a key that is not one.
pub fn judge(sliders: &[Slider], scenario: &Scenario) -> Result<(), Failure> {
    judged(sliders, scenario)
}

fn judged(sliders: &[Slider], scenario: &Scenario) -> Result<(), Failure> {
    let (file, base) = again(scenario, &scenario.resolved)?;
    let plan = Plan::from_model(&base.model, 1, crate::math::simd::Isa::detect());
    for slider in sliders {
        let varied = VariedScenario::new(vec![slider.key.clone()], &file, &base, &plan);
        for value in [slider.nodes[0], slider.nodes[slider.nodes.len() - 1]] {
            varied.judge(&[vary::toml(value)])?;
        }
    }
    Ok(())
}

/// The scenario as resolved, read as a file of its own: its changes are in it already.
fn again(scenario: &Scenario, resolved: &str) -> Result<(ScenarioFile, Scenario), Failure> {
    let file = ScenarioFile::of_text(&scenario.path, resolved);
    let base = file.variant(&[])?;
    Ok((file, base))
}

/// Estimates the wall time of all nodes beside a run of so many paths, seconds.
pub fn seconds(sliders: &[Slider], scenario: &Scenario, plan: &Plan, cost: &Cost, options: Options) -> f64 {
    let Ok((file, base)) = again(scenario, &scenario.resolved) else { return 0.0 };
    let Options { paths, threads } = Options { paths: options.paths.min(PATHS), ..options };
    let of_keys = |keys: Vec<String>, nodes: usize| {
        let point = vec![vary::toml(0.0); keys.len()];
        match VariedScenario::new(keys, &file, &base, plan).layout(&[point]) {
            // Each batch simulates the scenario too.
            Layout::Copies(_) => {
                let batches = nodes.div_ceil(BATCH[0]) as f64;
                batches * cost.seconds(paths, threads) + cost.copies_seconds(nodes, paths, threads)
            }
            Layout::Plans => (nodes + nodes.div_ceil(BATCH[1])) as f64 * cost.seconds(paths, threads),
        }
    };
    let alone = sliders.iter().map(|slider| of_keys(vec![slider.key.clone()], slider.nodes.len()));
    let together = pairs(sliders).into_iter().map(|(a, b)| {
        let (a, b) = (&sliders[a], &sliders[b]);
        of_keys(vec![a.key.clone(), b.key.clone()], a.nodes.len() * b.nodes.len())
    });
    alone.chain(together).sum()
}

/// Measures all nodes over the first paths of a run of so many; `None` if the observer stopped it.
///
/// `resolved` is the scenario's text, with CSV files where they can be read.
///
/// # Errors
/// A value at a node is not possible, or a path is not finite there.
pub fn ask(
    sliders: &[Slider],
    scenario: &Scenario,
    resolved: &str,
    plan: &Plan,
    options: Options,
    observer: &dyn Observer,
) -> Result<Option<WhatIf>, Failure> {
    let (file, base) = again(scenario, resolved)?;
    let asker = Asker {
        scenario: (&file, &base),
        plan,
        options: Options { paths: options.paths.min(PATHS), ..options },
        observer,
    };
    let mut collector = Collector::default();
    let mut curves = Vec::new();
    for slider in sliders {
        let points: Vec<Vec<String>> = slider.nodes.iter().map(|&value| vec![vary::toml(value)]).collect();
        for part in asker.parts(vec![slider.key.clone()], points)? {
            let Some(measured) = asker.measure(part)? else { return Ok(None) };
            collector.widen(&measured.batch);
            curves.push(measured);
        }
    }
    for curve in curves {
        collector.add(plan, &curve.batch, curve.points);
    }
    for (a, b) in pairs(sliders) {
        let with = |&first: &f64| {
            sliders[b].nodes.iter().map(move |&second| vec![vary::toml(first), vary::toml(second)])
        };
        let points: Vec<Vec<String>> = sliders[a].nodes.iter().flat_map(with).collect();
        for part in asker.parts(vec![sliders[a].key.clone(), sliders[b].key.clone()], points)? {
            let Some(measured) = asker.measure(part)? else { return Ok(None) };
            collector.add(plan, &measured.batch, measured.points);
        }
    }
    Ok(Some(collector.into_answer()))
}

struct Asker<'a> {
    scenario: (&'a ScenarioFile, &'a Scenario),
    plan: &'a Plan,
    options: Options,
    observer: &'a dyn Observer,
}

/// Points that are simulated together.
struct Part {
    keys: Vec<String>,
    points: Vec<Vec<String>>,
    quantities: Vec<Quantity>,
}

struct MeasuredPart {
    batch: Batch,
    points: Vec<Vec<(String, f64)>>,
}

impl Asker<'_> {
    fn varied(&self, keys: Vec<String>) -> VariedScenario<'_> {
        VariedScenario::new(keys, self.scenario.0, self.scenario.1, self.plan)
    }

    /// The points of some keys in parts that are simulated together.
    fn parts(&self, keys: Vec<String>, points: Vec<Vec<String>>) -> Result<Vec<Part>, Failure> {
        let (moved, size) = match self.varied(keys.clone()).layout(&points) {
            Layout::Copies(deal) => (Some(deal), BATCH[0]),
            Layout::Plans => (None, BATCH[1]),
        };
        let quantities = what_if::quantities(self.plan, moved);
        let part = |points: &[Vec<String>]| Part {
            keys: keys.clone(),
            points: points.to_vec(),
            quantities: quantities.clone(),
        };
        Ok(points.chunks(size).map(part).collect())
    }

    fn measure(&self, part: Part) -> Result<Option<MeasuredPart>, Failure> {
        let Part { keys, points, quantities } = part;
        let varied = self.varied(keys.clone());
        let mut variants: Variants = varied.lay_out(&points)?;
        variants.lean(&quantities);
        match what_if::measure(&variants, quantities, self.options, self.observer) {
            Ok(batch) => {
                let values = |point: &Vec<String>| {
                    let number = |text: &String| text.parse().expect("nodes are numbers");
                    keys.iter().cloned().zip(point.iter().map(number)).collect()
                };
                let points = points.iter().map(values).collect();
                Ok(Some(MeasuredPart { batch, points }))
            }
            Err(Unmeasured::Stopped) => Ok(None),
            Err(Unmeasured::NonFinite(at, paths)) => {
                let found = varied.non_finite_paths(&points, &variants, at, paths, self.options.paths);
                Err(found.failure(self.scenario.1, self.plan.seed()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_are_read_and_written() {
        let read = |texts: &[&str]| sliders(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let one = read(&["deal.a.cap_usd_bn=0:80"]).unwrap();
        assert_eq!((one[0].nodes.len(), one[0].nodes[1], one[0].nodes[20]), (21, 4.0, 80.0));
        assert_eq!(one[0].argument(), "deal.a.cap_usd_bn=0:80:21");
        assert_eq!(read(&[&one[0].argument()]).unwrap(), one);
        // A range may be written from its high end.
        assert_eq!(read(&["a.b=3:1:3"]).unwrap()[0].nodes, [1.0, 2.0, 3.0]);
        let three = read(&["a.b=0:1", "a.c=0:1", "a.d=0:1:5"]).unwrap();
        assert_eq!(three.iter().map(|slider| slider.nodes.len()).collect::<Vec<_>>(), [11, 11, 5]);
    }

    #[test]
    fn sliders_that_cannot_be_are_refused() {
        let refused = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            sliders(&texts).unwrap_err().to_string()
        };
        assert!(refused(&["a.b=1,2,3"]).contains("from one number to another"));
        assert!(refused(&["a.b"]).contains("from one number to another"));
        assert!(refused(&["a.b=1:x"]).contains("not a number"));
        assert!(refused(&["a.b=1:1"]).contains("does not vary") || refused(&["a.b=1:1"]).contains("twice"));
        assert!(refused(&["a.b=0:1", "a.b=0:2"]).contains("varied twice"));
        assert!(refused(&["run.seed=0:1"]).contains("cannot be varied"));
        // Every pair of three terms of one deal is a grid: 3 · 31² nodes and 3 · 31.
        let terms = ["deal.a.x=0:1:31", "deal.a.y=0:1:31", "deal.a.z=0:1:31"];
        assert!(refused(&terms).contains("2,976 nodes"), "{}", refused(&terms));
        assert!(refused(&["a.b=0:1:1001"]).contains("1,001 nodes"));
    }

    #[test]
    fn pairs_are_of_terms_of_one_deal() {
        let slider = |key: &str| Slider { key: key.to_owned(), nodes: vec![0.0, 1.0] };
        let keys = ["deal.a.x", "discount.share", "deal.b.x", "deal.a.y", "cash.now_usd_bn"];
        assert_eq!(pairs(&keys.map(slider)), [(0, 3)]);
        assert_eq!(node_count(&keys.map(slider)), 10 + 4);
    }

    #[test]
    fn more_nodes_take_longer() {
        let scenario = ScenarioFile::of_text(
            std::path::Path::new("base.toml"),
            include_str!("../../configs/july-2026.toml"),
        )
        .variant(&[])
        .expect("a scenario");
        let plan = Plan::from_model(&scenario.model, 1, crate::math::simd::Isa::detect());
        let cost = Cost::of(&plan);
        let estimate = |texts: &[&str], paths: u64| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            let options = Options { paths, threads: 1 };
            seconds(&sliders(&texts).expect("sliders"), &scenario, &plan, &cost, options)
        };
        let cap = "deal.amended-2026.cap_usd_bn=0:80:21";
        let [none, one, two, plans] = [
            estimate(&[], 1_000_000),
            estimate(&[cap], 1_000_000),
            estimate(&[cap, "deal.amended-2026.rate=0.1:0.3:21"], 1_000_000),
            estimate(&["discount.share=0.06:0.14:21"], 1_000_000),
        ];
        assert_eq!(none, 0.0);
        // 21 nodes, 21 and 21, and 441 of both; a number that all deals share needs whole runs.
        assert!(two > 10.0 * one && plans > 3.0 * one && one > 0.1, "{one} {two} {plans}");
        // Only the first 20,000 paths are simulated at a node.
        assert_eq!(one, estimate(&[cap], PATHS));
        assert!(estimate(&[cap], 2_000) < 0.5 * one);
    }

    #[test]
    fn steps_are_round_numbers() {
        for (step, round) in [(3.8, 4.0), (4.0, 4.0), (0.21, 0.25), (0.76, 1.0), (11.0, 20.0)] {
            assert_eq!(round_step(step), round, "{step}");
        }
    }
}
