//! A bridge equals plain runs of its hybrids, written out as deals of the scenario.

use capstake::config::section::Section;
use capstake::config::tree::{Value, inline};
use capstake::config::{self, Config};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::model::term::Term;
use capstake::run::{self, Options, Silent, paired};
use capstake::study::bridge::{
    Bridge, BridgeColumns, Clause, differing_clauses, hybrid_name, hybrids, usual_clauses,
};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::laws::drafts;
use crate::scenario::from_text;

const PATHS: u64 = 4_096 + 133;
const METRICS: [Metric; 3] = [Metric::MicrosoftTakePv, Metric::MicrosoftTotalPv, Metric::OpenaiRetainedPv];

fn bridge(model: &Model, from: usize, to: usize, clauses: &[Clause], metrics: &[Metric]) -> Bridge {
    let plan = Plan::from_model(&hybrids(model, from, to, clauses), 3, Isa::detect());
    let columns = BridgeColumns::new(&plan, clauses.len(), metrics);
    let options = Options { paths: PATHS, threads: 2 };
    let result = paired::execute(&[&plan], columns.question(), options, &Silent);
    let names = [from, to].map(|deal| model.deals[deal].name.clone());
    Bridge::new(&plan, names, clauses.to_vec(), &columns, &result)
}

/// The lines of a deal's terms of these clauses: distributions as the same draw.
fn terms(config: &Config, deal: usize, terms: &[Term]) -> String {
    let deal = &config.deal[deal];
    let name = &deal.name.as_ref().expect("a name").value;
    let mut lines = String::new();
    for (key, value) in deal.print() {
        if !Term::of_key(&key).is_some_and(|term| terms.contains(&term)) {
            continue;
        }
        let drawn = |value: &Value| matches!(value, Value::Table(entries) if entries.iter().any(|one| one.key == "dist"));
        assert!(!matches!(&value, Value::Array(_)), "steps of a rate are not written out here");
        lines += &match drawn(&value) {
            true => format!("{key} = {{ same_as = \"deal.{name}.{key}\" }}\n"),
            false => format!("{key} = {}\n", inline(&value)),
        };
    }
    lines
}

/// Compares every hybrid with a deal that is written out, and every figure with differences of their means.
fn compare(name: &str, text: &str, from: usize, to: usize, metrics: &[Metric]) {
    let (_, config) = config::parse(name, text, &[]);
    let config = config.expect("it is read");
    let model = from_text(name, text, &[]);
    let clauses = differing_clauses(&model, from, to, &[]);
    assert!(clauses.len() >= 5, "{name}: {clauses:?}");
    let found = bridge(&model, from, to, &clauses, metrics);
    let mut whole = text.to_owned();
    for set in 0..1_usize << clauses.len() {
        let new: Vec<Term> = clauses
            .iter()
            .enumerate()
            .filter(|(i, _)| set >> i & 1 == 1)
            .flat_map(|(_, clause)| clause.terms.clone())
            .collect();
        let old: Vec<Term> = Term::ALL.into_iter().filter(|term| !new.contains(term)).collect();
        let (old, new) = (terms(&config, from, &old), terms(&config, to, &new));
        whole += &format!("\n[[deal]]\nname = \"hybrid-{set}\"\n{old}{new}");
    }
    let written = from_text(name, &whole, &[]);
    let plan = Plan::from_model(&written, 3, Isa::detect());
    let plain = run::execute(&plan, Options { paths: PATHS, threads: 1 }, &Silent);
    let own = model.deals.len();
    for (metric, bridge) in metrics.iter().zip(&found.metrics) {
        let mean = |set: usize| {
            let at =
                plan.deals()[own + set].metrics.iter().position(|one| one == metric).expect("the metric");
            plain.metrics[own + set][at].moments().mean()
        };
        let all = (1 << clauses.len()) - 1;
        for set in 0..=all {
            let hybrid = bridge.hybrids[set].mean;
            assert_eq!(
                hybrid.to_bits(),
                mean(set).to_bits(),
                "{name} {metric:?} {}",
                hybrid_name(&clauses, set)
            );
        }
        let size = mean(0).abs().max(mean(all).abs());
        let is = |value: f64, wanted: f64, what: &str| {
            assert!(
                (value - wanted).abs() <= 1e-11 * size,
                "{name} {metric:?} {what}: {value}, not {wanted}"
            );
        };
        let (mut in_order, mut shapley) = (0.0, 0.0);
        for (i, worth) in bridge.clauses.iter().enumerate() {
            let bit = 1 << i;
            is(worth.alone_first.mean, mean(bit) - mean(0), "alone first");
            is(worth.alone_last.mean, mean(all) - mean(all & !bit), "alone last");
            is(worth.in_order.mean, mean(2 * bit - 1) - mean(bit - 1), "in order");
            is(worth.shapley.mean, by_recursion(clauses.len(), i, &mean), "Shapley");
            in_order += worth.in_order.mean;
            shapley += worth.shapley.mean;
        }
        is(in_order, bridge.total.mean, "the sum in order");
        is(shapley, bridge.total.mean, "the sum of Shapley values");
        is(bridge.total.mean, mean(all) - mean(0), "the whole");
    }
}

/// The Shapley value by its recursion over which clause comes last, which uses no factorials.
fn by_recursion(m: usize, clause: usize, mean: &dyn Fn(usize) -> f64) -> f64 {
    fn of(set: usize, clause: usize, mean: &dyn Fn(usize) -> f64) -> f64 {
        let members: Vec<usize> = (0..usize::BITS as usize).filter(|i| set >> i & 1 == 1).collect();
        let last = |&i: &usize| match i == clause {
            true => mean(set) - mean(set & !(1 << i)),
            false => of(set & !(1 << i), clause, mean),
        };
        members.iter().map(last).sum::<f64>() / members.len() as f64
    }
    of((1 << m) - 1, clause, mean)
}

#[test]
fn the_hybrids_of_base_are_deals_written_out() {
    compare("base", include_str!("../../configs/base.toml"), 1, 0, &METRICS);
}

#[test]
fn the_hybrids_of_generated_scenarios_are_deals_written_out() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(proptest::test_runner::Config::default(), rng);
    let mut done = 0;
    while done < 2 {
        let draft = drafts().new_tree(&mut runner).expect("a scenario").current();
        let text = draft.text(1.0);
        let (_, config) = config::parse("generated", &text, &[]);
        let config = config.expect("it is read");
        let staked = config.equity.is_some() && !config.cloud.is_empty();
        if !staked {
            continue;
        }
        done += 1;
        let old = "\n[[deal]]\nname = \"old\"\nrate = { dist = \"uniform\", low = 0.1, high = 0.3 }\nhome_keeps = 0.35\n\
                   payment_lag_years = 0.75\nexclusive_until_years = { dist = \"uniform\", low = 0.5, high = 2.5 }\nstake = 0.31\n\
                   termination_rate_per_year = 0.04\nlicence_exclusive = true\n";
        compare("generated", &format!("{text}{old}"), config.deal.len(), 0, &METRICS);
    }
}

#[test]
fn clauses_that_do_not_change_drop_out_and_own_clauses_stand_where_their_first_term_stood() {
    let model = from_text("base", include_str!("../../configs/base.toml"), &[]);
    let names = |clauses: &[Clause]| clauses.iter().map(|one| one.name.clone()).collect::<Vec<_>>().join(" ");
    assert_eq!(
        names(&differing_clauses(&model, 1, 0, &[])),
        "share cap exclusivity home-margin timing licence"
    );
    let own = [Clause { name: "sales".to_owned(), terms: vec![Term::HomeKeeps, Term::ExclusiveUntil] }];
    assert_eq!(names(&differing_clauses(&model, 1, 0, &own)), "share cap sales timing licence");
    assert!(differing_clauses(&model, 0, 0, &[]).is_empty());
    assert_eq!(usual_clauses().len(), 8);
}

#[test]
fn clauses_put_together_are_worth_what_they_are_together() {
    let model = from_text("base", include_str!("../../configs/base.toml"), &[]);
    let metric = [Metric::OpenaiRetainedPv];
    let fine = bridge(&model, 1, 0, &differing_clauses(&model, 1, 0, &[]), &metric);
    let own = [Clause { name: "sales".to_owned(), terms: vec![Term::HomeKeeps, Term::ExclusiveUntil] }];
    let coarse = bridge(&model, 1, 0, &differing_clauses(&model, 1, 0, &own), &metric);
    let total = |bridge: &Bridge| bridge.metrics[0].total.mean;
    assert_eq!(total(&fine).to_bits(), total(&coarse).to_bits());
    let together = coarse.metrics[0].clauses[2].alone_first.mean;
    let both = fine.metrics[0].hybrids[0b1100].mean - fine.metrics[0].hybrids[0].mean;
    assert!((together - both).abs() < 1e-9, "{together} {both}");
}

#[test]
fn paths_on_which_a_hybrid_has_no_value_are_left_out_of_all_figures() {
    let text = include_str!("../../configs/base.toml");
    let model = from_text("base", text, &[]);
    let clauses = differing_clauses(&model, 1, 0, &[]);
    let found = bridge(&model, 1, 0, &clauses, &[Metric::IpoTime]);
    let metric = &found.metrics[0];
    assert!(metric.paths < PATHS && metric.paths > PATHS / 2, "{}", metric.paths);
    let sum: f64 = metric.clauses.iter().map(|worth| worth.shapley.mean).sum();
    assert!((sum - metric.total.mean).abs() < 1e-12, "{sum} {}", metric.total.mean);
    let last = metric.hybrids.len() - 1;
    assert!((metric.total.mean - (metric.hybrids[last].mean - metric.hybrids[0].mean)).abs() < 1e-12);
}
