//! Deals that share work give the bits that they give alone: every metric, series, event, sample path and note.

use crate::laws::drafts;
use crate::scenario::{beyond_base, shipped};
use capstake::config;
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::math::lanes::{LANES, Lanes};
use capstake::math::simd::Isa;
use capstake::model::ipo::GateKind;
use capstake::model::{Model, NoColumns};
use capstake::run::{self, Options, RunResult, Silent};
use capstake::study::quantity::{Of, Quantity};
use capstake::study::variant::{Variant, Variants};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Deals beside the first of a scenario, which differ from it in these keys.
const SWEEP: [&[&str]; 12] = [
    &["cap_usd_bn=12"],
    &["cap_usd_bn=1"],
    &["cap_usd_bn=1000"],
    &["cap_usd_bn=20", "paid_to_date_usd_bn=8"],
    &["payment_lag_years=0.9"],
    &["payment_lag_years=3"],
    &["licence_exclusive=true"],
    &["licence_exclusive=false"],
    &["licence_exclusive=false", "payment_lag_years=0"],
    &["cap_usd_bn=12", "payment_lag_years=2"],
    &["cap_usd_bn=12", "licence_exclusive=true"],
    &["home_keeps=0.7"],
];

/// A scenario with copies of its first deal.
fn with_copies(name: &str, text: &str, copies: &[&[&str]]) -> Model {
    let (_, config) = config::parse(name, text, &[]);
    let config = config.unwrap_or_else(|problems| panic!("{name}: {problems}"));
    let deal = config.deal[0].name.as_ref().expect("a deal has a name").value.clone();
    let copy = |(i, keys): (usize, &&[&str])| {
        let like = format!("deal.copy-{i}.like=\"{deal}\"");
        std::iter::once(like).chain(keys.iter().map(|key| format!("deal.copy-{i}.{key}"))).collect::<Vec<_>>()
    };
    let flags: Vec<String> = copies.iter().enumerate().flat_map(copy).collect();
    let (_, config, problems) = config::read_bytes(name, text.as_bytes(), &flags);
    let config = config.unwrap_or_else(|| panic!("{name}: {problems}"));
    Model::from_config(&config, name, "", &NoColumns)
        .unwrap_or_else(|problems| panic!("{name}: {problems}"))
        .0
}

fn plans(model: &Model, seed: u64) -> [Plan; 2] {
    [Plan::from_model(model, seed, Isa::detect()), Plan::without_sharing(model, seed, Isa::detect())]
}

fn shipped_text(name: &str) -> String {
    let path = format!("{}/configs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a shipped scenario")
}

/// Bits of all columns that a run reads of a block.
fn bits(plan: &Plan, block: &Block) -> Vec<(String, Vec<u64>)> {
    let mut all = Vec::new();
    let mut add = |name: String, lanes: &Lanes| {
        all.push((name, lanes.iter().map(|x| x.to_bits()).collect()));
    };
    for (d, deal) in plan.deals().iter().enumerate() {
        for (metric, lanes) in deal.metrics.iter().zip(&block.metrics[d]) {
            add(format!("deal {d} {}", metric.key()), lanes);
        }
        for (what, columns) in [("year", &block.years[d]), ("period", &block.periods[d])] {
            for (at, column) in columns.iter().enumerate() {
                for (series, lanes) in deal.series.iter().zip(column) {
                    add(format!("deal {d} {what} {at} {series:?}"), lanes);
                }
            }
        }
        let times = [block.cap_time(d), block.ready_time(d), block.ipo_time(d), block.failure_time(d)];
        for (event, lanes) in ["cap", "ready", "ipo", "failure"].iter().zip(times) {
            add(format!("deal {d} time of {event}"), lanes);
        }
        for (at, note) in block.readiness.get(d).into_iter().flatten().enumerate() {
            let figures = GateKind::ALL.map(|gate| note.figure(gate));
            let stocks = [
                &note.alive,
                &note.cash,
                &note.fcf,
                &note.pretax,
                &note.owed,
                &note.owed_uncapped,
                &note.cap_left,
                &note.paid,
                &note.due,
                &note.dilution_factor,
                &note.dilution_factor_after,
                &note.ipo_equity,
            ];
            for (i, lanes) in figures.into_iter().chain(stocks).enumerate() {
                add(format!("deal {d} note {i} of period {at}"), lanes);
            }
        }
    }
    for (k, difference) in plan.differences().iter().enumerate() {
        for ((metric, ..), lanes) in difference.metrics.iter().zip(&block.metrics[plan.deals().len() + k]) {
            add(format!("difference {k} {}", metric.key()), lanes);
        }
    }
    add("not finite".to_owned(), &block.non_finite);
    all
}

/// Compares blocks, with notes and every period's series and without.
fn compare_blocks(name: &str, [shared, alone]: &[Plan; 2], blocks: u64) {
    for notes in [false, true] {
        let new = if notes { Block::with_readiness } else { Block::new };
        let (mut first, mut second) = (new(shared), new(alone));
        for block in 0..blocks {
            let (path, asked) = (block * LANES as u64, BlockOptions { periods: notes, factor_pairs: 0 });
            first.run(shared, path, asked);
            second.run(alone, path, asked);
            for ((what, first), (_, second)) in bits(shared, &first).iter().zip(bits(alone, &second)) {
                assert_eq!(*first, second, "{name}, block {block}, notes {notes}: {what}");
            }
        }
    }
}

fn events_and_samples(result: &RunResult) -> String {
    let samples = result.samples.iter().flatten().flatten().flatten();
    let samples: Vec<u64> = samples.map(|x| x.to_bits()).collect();
    format!("{:?} {samples:?} {:?}", result.events, result.non_finite)
}

#[test]
fn base_with_shared_deals_is_base_without() {
    let text = shipped_text("base");
    let model = with_copies("base", &text, &SWEEP);
    let plans = plans(&model, 1);
    // The second deal of base, copies of the first, one copy of other terms: lags and licences are in groups, caps have bases.
    let groups = plans[0].deal_groups();
    assert_eq!(groups.iter().filter(|group| group.shares_with.is_some()).count(), 4);
    assert_eq!(groups.iter().map(|group| group.deals.len() - 1).sum::<usize>(), 7);
    assert_eq!(groups.len(), model.deals.len() - 7);
    assert_eq!(plans[1].deal_groups().len(), model.deals.len());
    compare_blocks("base", &plans, 6);
    let options = Options { paths: 4_096 + 133, threads: 2 };
    let [shared, alone] = plans.each_ref().map(|plan| run::execute(plan, options, &Silent));
    assert!(shared.metrics == alone.metrics && shared.years == alone.years);
    assert!(events_and_samples(&shared) == events_and_samples(&alone));
}

#[test]
fn scenarios_of_the_tests_are_the_same_with_shared_deals() {
    for (name, text) in beyond_base() {
        compare_blocks(name, &plans(&with_copies(name, text, &SWEEP), 7), 2);
    }
}

/// Of failures, listings and caps that differ between deals of the same base.
#[test]
fn generated_scenarios_are_the_same_with_shared_deals() {
    let cases = if cfg!(debug_assertions) { 4 } else { 40 };
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let differ = std::cell::Cell::new([0; 3]);
    TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    )
    .run(&drafts(), |draft| {
        let model = with_copies("generated", &draft.text(1.0), &SWEEP);
        let plans = plans(&model, 5);
        compare_blocks("generated", &plans, 2);
        let mut block = Block::new(&plans[0]);
        block.run(&plans[0], 0, BlockOptions::default());
        let times = |d: usize| [block.cap_time(d), block.ipo_time(d), block.failure_time(d)];
        let mut counts = differ.get();
        for group in plans[0].deal_groups() {
            let Some(base) = group.shares_with else { continue };
            let base = times(plans[0].deal_groups()[base].base_deal());
            for ((count, base), own) in counts.iter_mut().zip(base).zip(times(group.base_deal())) {
                *count += base.iter().zip(own.iter()).filter(|(base, own)| base != own).count();
            }
        }
        differ.set(counts);
        Ok(())
    })
    .expect("equal bits");
    let [caps, listings, failures] = differ.get();
    assert!(caps > 100 && (cfg!(debug_assertions) || listings > 5 && failures > 5), "{:?}", differ.get());
}

/// A sweep asks for few metrics and stops deals early: what is asked for is the same.
#[test]
fn what_stops_early_has_the_metrics_of_what_goes_on() {
    let asked = [Metric::SharePv, Metric::MicrosoftTakePv, Metric::EffectiveRate, Metric::Ipo];
    let texts = beyond_base().into_iter().map(|(name, text)| (name, text.to_owned()));
    for (name, text) in texts.chain([("base", shipped_text("base"))]) {
        let plans = plans(&with_copies(name, &text, &SWEEP), 3);
        let deals: Vec<usize> = (0..plans[0].deals().len()).collect();
        let quantities: Vec<Quantity> =
            asked.iter().map(|&metric| Quantity { of: Of::Deal(0), metric }).collect();
        let lean = plans.map(|plan| {
            let variants = vec![Variant { plan: 0, deals: deals.clone() }];
            let mut variants = Variants { plans: vec![plan], variants };
            variants.lean(&quantities);
            variants.plans.remove(0)
        });
        let mut blocks = lean.each_ref().map(Block::new);
        for block in 0..2 {
            for (plan, columns) in lean.iter().zip(&mut blocks) {
                columns.run(plan, block * LANES as u64, BlockOptions::default());
            }
            for (d, deal) in lean[0].deals().iter().enumerate() {
                for (m, metric) in deal.metrics.iter().enumerate().filter(|(_, m)| asked.contains(m)) {
                    let [first, second] = blocks.each_ref().map(|b| b.metrics[d][m].map(f64::to_bits));
                    assert_eq!(first, second, "{name}, deal {d}, {}", metric.key());
                }
            }
        }
    }
}

/// Terms that are drawn are equal where they are one draw; constants where they have the same bits.
#[test]
fn deals_share_by_their_terms_and_not_by_their_names() {
    let text = shipped_text("minimal");
    let deals = |more: &str| {
        let (_, config) = config::parse("minimal", &format!("{text}\n{more}"), &[]);
        let config = config.unwrap_or_else(|problems| panic!("{problems}"));
        Model::from_config(&config, "minimal", "", &NoColumns)
            .unwrap_or_else(|problems| panic!("{problems}"))
            .0
    };
    let groups = |more: &str| {
        let plan = Plan::from_model(&deals(more), 1, Isa::detect());
        let group = |group: &capstake::kernel::sharing::DealGroup| (group.deals.clone(), group.shares_with);
        plan.deal_groups().iter().map(group).collect::<Vec<_>>()
    };
    let drawn = "rate = { dist = \"uniform\", low = 0.1, high = 0.2 }";
    let pair = |a: &str, b: &str| {
        groups(&format!("[[deal]]\nname = \"a\"\n{a}\n[[deal]]\nname = \"b\"\n{b}\n"))[1..].to_vec()
    };
    let same = vec![(vec![1, 2], None)];
    let capped = vec![(vec![1], None), (vec![2], Some(1))];
    let apart = vec![(vec![1], None), (vec![2], None)];
    assert_eq!(pair("rate = 0.17", "rate = 0.17\npayment_lag_years = 1"), same);
    assert_eq!(pair("rate = 0.17", "rate = 0.17\ncap_usd_bn = 9"), capped);
    assert_eq!(pair("rate = 0.17", "rate = 0.18\ncap_usd_bn = 9"), apart);
    assert_eq!(pair(drawn, drawn), apart, "equal distributions are two draws");
    assert_eq!(pair(drawn, "rate = { same_as = \"deal.a.rate\" }\nlicence_exclusive = true"), same);
}

#[test]
fn no_shipped_deal_shares_unless_its_terms_are_equal() {
    let plan = Plan::from_model(&shipped("base"), 1, Isa::detect());
    assert!(plan.deal_groups().iter().all(|group| group.deals.len() == 1 && group.shares_with.is_none()));
}
