//! The readiness study against paths run alone and against runs with a gate left out.

use crate::engine::{event, execute, metric_index, plan, plan_on, shipped};
use capstake::kernel::metric::{Metric, Series};
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::ipo::GateKind;
use capstake::model::run::{Replicates, Sampling};
use capstake::run::{self, Event, Options, Silent};
use capstake::study::ipo::gather::{IpoReadiness, gather};
use capstake::study::ipo::offer::OfferMetric;
use capstake::study::ipo::standards::STANDARDS;

fn readied(text: &str, paths: u64) -> (capstake::kernel::plan::Plan, IpoReadiness) {
    let plan = plan(text, 1);
    let options = Options { paths, threads: 2 };
    let readied = gather(&plan, None, options, &Silent).expect("the scenario has an IPO");
    (plan, readied)
}

/// Revenue of 20 a year that grows by a half each year, no uncertainty: every figure is known by hand.
const CERTAIN: &str = r#"
[timeline]
valuation_date = 2026-01-01
horizon = 2030-12-31
period = "quarter"
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 20.0
growth = 0.4
volatility = 0.0
[[deal]]
name = "plain"
share_ends = 2030-12-31
rate = 0.1
cap_usd_bn = 12.0
stake = 0.25
[discount]
share = 0.0
equity = 0.0
[equity]
method = "revenue-multiple"
multiple_now = 10.0
[ipo]
ready_months = 6
preparation_months = 3
primary = 0.25
fee = 0.02
underpricing = 0.2
shares_bn = 2.0
[ipo.gate]
trailing_revenue_usd_bn = 30.0
growth = 0.0
equity_usd_bn = 100.0
"#;

#[test]
fn a_certain_plan_is_ready_when_arithmetic_says() {
    let (plan, readied) = readied(CERTAIN, 64);
    let deal = &readied.deals[0];
    // Revenue of the quarter to T is Δ (R(T − Δ) + R(T))/2, R = 20 e^(0.4 T); trailing revenue is a year of these, scaled up
    // where the first year is not full; it passes 30 at the end of quarter:
    let rate = |t: f64| 20.0 * (0.4 * t).exp();
    let booked = |q: usize| 0.125 * (rate(0.25 * q as f64) + rate(0.25 * (q + 1) as f64));
    let trailing = |q: usize| {
        let from = q.saturating_sub(3);
        (from..=q).map(booked).sum::<f64>() * 4.0 / (q + 1 - from) as f64
    };
    let first = (0..20).find(|&q| q >= 4 && trailing(q) >= 30.0).expect("it grows");
    let once = |counts: &[u64]| {
        assert_eq!(counts.iter().sum::<u64>(), 64);
        counts.iter().position(|&count| count == 64).expect("all paths are one path")
    };
    assert_eq!(once(&deal.first_ready), first + 1, "two quarters make six months");
    assert_eq!(once(&deal.listed), first + 2, "three months of preparation");
    let gate = |kind: GateKind| {
        let ipo = plan.model().ipo.as_ref().expect("an IPO");
        &deal.gates[ipo.gates.iter().position(|(k, _)| *k == kind).expect("the gate is set")]
    };
    let revenue = gate(GateKind::TrailingRevenue);
    assert_eq!((revenue.last, revenue.last_alone, revenue.closed), (64, 64, 0));
    assert_eq!(gate(GateKind::Growth).last, 0);
    // Growth has no year before in the first four quarters.
    assert_eq!(gate(GateKind::Growth).met[..5], [0, 0, 0, 0, 64]);
    assert_eq!(once(&revenue.ready_without), 5, "then growth is the last");
    // The offer: equity is 10 times the run-rate less what is owed; no cash is modelled.
    let day = |day: OfferMetric| deal.day[day as usize].moments().mean();
    let near = |x: f64, y: f64| assert!((x / y - 1.0).abs() < 1e-11, "{x} is not {y}");
    let end = 0.25 * (first + 3) as f64;
    let equity = 10.0 * rate(end) - day(OfferMetric::Owed);
    near(day(OfferMetric::PreMoney), 0.8 * equity);
    near(day(OfferMetric::PostMoney), 1.25 * 0.8 * equity);
    near(day(OfferMetric::GrossProceeds), 0.25 * 0.8 * equity);
    near(day(OfferMetric::NetProceeds), 0.98 * 0.25 * 0.8 * equity);
    near(day(OfferMetric::Price), 0.8 * equity / 2.0);
    near(day(OfferMetric::NewShares), 0.5);
    near(day(OfferMetric::MicrosoftBefore), 0.25);
    near(day(OfferMetric::MicrosoftAfter), 0.2);
    near(day(OfferMetric::Public), 0.2);
    near(day(OfferMetric::TrailingRevenue), trailing(first + 2));
    // The cap of 12 is a tenth of revenue of 120: half of it is paid before the listing, the rest after.
    let paid: f64 = (0..=first + 2).map(|q| 0.1 * booked(q)).sum::<f64>();
    near(day(OfferMetric::CapLeft), 12.0 - paid);
    near(day(OfferMetric::PaymentsAfter), 12.0 - paid);
    near(day(OfferMetric::PaymentsAfterUncapped), (first + 3..20).map(|q| 0.1 * booked(q)).sum());
    assert!(day(OfferMetric::OwedUncapped) > day(OfferMetric::Owed));
    near(day(OfferMetric::Owed), 12.0 - paid);
    // Standards: profits of 90% of revenue from the first year on; three years of them from the end of the third.
    let position = |rule: &str| STANDARDS.iter().position(|s| s.rule == rule).expect("the rule is listed");
    let earnings = &deal.standards[position("102.01C (I)")];
    assert_eq!(earnings.iter().position(|&count| count == 64), Some(11));
    assert_eq!(deal.standards_on_the_day[position("102.01C (II)")], 64);
    assert_eq!(deal.standards_on_the_day[position("IPO distribution")], 64);
    assert_eq!(deal.standards_on_the_day[position("emerging growth company")], 0);
}

#[test]
fn the_calendar_counts_what_paths_run_alone_show() {
    const PATHS: u64 = 192;
    let (plan, readied) = readied(&shipped("base"), PATHS);
    let periods = plan.steps().periods.len();
    for (d, deal) in readied.deals.iter().enumerate() {
        let series = |wanted: Series| {
            plan.deals()[d].series.iter().position(|&series| series == wanted).expect("a series")
        };
        let mut ready = vec![0; periods];
        let mut runway = vec![0; periods];
        let ipo = plan.model().ipo.as_ref().expect("an IPO");
        let gate = ipo.gates.iter().position(|(kind, _)| *kind == GateKind::RunwayMonths).expect("set");
        let threshold = plan.model().parameters.constant(ipo.gates[gate].1).expect("a constant");
        for path in 0..PATHS {
            let alone = run::single(&plan, path);
            let listed = alone.metrics[d][metric_index(&plan, d, Metric::IpoTime)];
            for (p, row) in alone.periods[d].iter().enumerate() {
                ready[p] += row[series(Series::Ready)] as u64;
                // By hand where no offer has brought money in the period.
                let (cash, fcf) = (row[series(Series::Cash)], row[series(Series::FreeCashFlow)]);
                let length = plan.steps().at(p).length;
                let months = if fcf < 0.0 { 12.0 * cash * length / -fcf } else { f64::INFINITY };
                let offered = listed == plan.steps().periods[p].end;
                if offered {
                    continue;
                }
                runway[p] += u64::from(row[series(Series::Alive)] != 0.0 && months >= threshold);
            }
        }
        assert_eq!(deal.ready, ready, "ready by period");
        for (p, &count) in runway.iter().enumerate() {
            let counted = deal.gates[gate].met[p];
            assert!(count <= counted && counted <= count + deal.listed[p], "{p}: {count} {counted}");
        }
        // First readiness and listings are the events of a plain run.
        let result = execute(&plan, PATHS);
        let so_far = |counts: &[u64]| -> Vec<u64> {
            counts
                .iter()
                .scan(0, |sum, count| {
                    *sum += count;
                    Some(*sum)
                })
                .collect()
        };
        assert_eq!(so_far(&deal.first_ready), event(&result, d, Event::Ready));
        assert_eq!(so_far(&deal.listed), event(&result, d, Event::Listed));
        assert!(deal.listed.iter().sum::<u64>() > 100, "the case says something");
    }
}

/// The base scenario without one of its gates, by its text.
fn without(gate: &str) -> String {
    let text = shipped("base");
    let (before, after) = text.split_once("[ipo.gate]\n").expect("base has gates");
    let (gates, rest) = after.split_once("\n\n").expect("a blank line ends them");
    let kept: Vec<&str> = gates.lines().filter(|line| !line.starts_with(gate)).collect();
    assert_eq!(kept.len() + 1, gates.lines().count(), "{gate} is one of the gates");
    format!("{before}[ipo.gate]\n{}\n\n{rest}", kept.join("\n"))
}

#[test]
fn a_gate_left_out_is_a_run_without_it() {
    const PATHS: u64 = 1_024;
    let (plan, readied) = readied(&shipped("base"), PATHS);
    let ipo = plan.model().ipo.as_ref().expect("an IPO");
    for (bit, (kind, _)) in ipo.gates.iter().enumerate() {
        let other = crate::engine::plan(&without(kind.key()), 1);
        let result = execute(&other, PATHS);
        for (d, deal) in readied.deals.iter().enumerate() {
            let sums = |counts: &[u64]| counts.iter().sum::<u64>();
            let events = |which: Event| *event(&result, d, which).last().expect("periods");
            assert_eq!(sums(&deal.gates[bit].ready_without), events(Event::Ready), "{kind:?}");
            assert_eq!(sums(&deal.gates[bit].listed_without), events(Event::Listed), "{kind:?}");
        }
    }
}

#[test]
fn equal_bits_for_any_number_of_threads() {
    let plan = plan(&shipped("base"), 3);
    let [one, five] = [1, 5]
        .map(|threads| gather(&plan, None, Options { paths: 9_000, threads }, &Silent).expect("an IPO"));
    for (a, b) in one.deals.iter().zip(&five.deals) {
        assert_eq!(a.day, b.day);
        assert_eq!(a.all, b.all);
        assert_eq!(a.standards, b.standards);
    }
}

/// What goes on from the first chunks is one run, on any number of threads.
#[test]
fn readiness_in_levels_is_that_of_one_run() {
    let text = shipped("base");
    let sampling = Sampling::Sobol(Replicates::DEFAULT);
    for plan in [plan(&text, 1), plan_on(&text, Randomness::new(1, sampling), Isa::detect())] {
        let up_to = |before, paths, threads| {
            gather(&plan, before, Options { paths, threads }, &Silent).expect("the scenario has an IPO")
        };
        // Counts of all paths follow from those by replicate; equal summaries may be laid out differently in memory.
        let counts = |found: &IpoReadiness| format!("{:?} {}", found.by_replicate, found.paths);
        let days = |found: IpoReadiness| found.deals.into_iter().map(|deal| deal.day).collect::<Vec<_>>();
        let (whole, first) = (up_to(None, 9_000, 2), up_to(None, 4_096, 2));
        assert_ne!(counts(&first), counts(&whole));
        let resumed = up_to(Some(first), 9_000, 1);
        assert_eq!(counts(&resumed), counts(&whole));
        assert_eq!(days(resumed), days(whole));
    }
}
