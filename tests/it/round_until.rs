//! Rounds that come with the IPO up to a last day: an IPO on that day brings them, a later one does not.

use crate::scenario::{beyond_base, from_text};
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::plan::Plan;
use capstake::math::lanes::LANES;
use capstake::math::simd::Isa;
use capstake::model::Model;

/// A company without chance, worth 250 at every period end, that is listed at the end of the first quarter.
const CERTAIN: &str = r#"
name = "certain"
[timeline]
valuation_date = 2026-01-01
horizon = 2027-12-31
period = "quarter"
[discount]
share = 0.1
equity = 0.1
revenue = 0.1
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 25
growth = 0.0
[equity]
method = "revenue-multiple"
multiple_now = 10
[ipo]
primary = 0.25
[[round]]
name = "bridge"
on_ipo = true
until = UNTIL
amount_usd_bn = 50
pre_money_usd_bn = 200
[[deal]]
name = "none"
stake = 0.5
"#;

/// One metric of the first deal, and the IPO's time, on the first paths.
fn seen(model: &Model, metric: &str, paths: usize) -> Vec<(f64, f64)> {
    let plan = Plan::from_model(model, 11, Isa::detect());
    let mut block = Block::new(&plan);
    let at = |name: &str| {
        let mut names = plan.deals()[0].metrics.iter().map(|metric| metric.name(model.run.mix_year));
        names.position(|other| other == name).expect("the metric")
    };
    let (metric, time) = (at(metric), at("ipo_time"));
    let mut all = Vec::new();
    for first in (0..paths).step_by(LANES) {
        block.run(&plan, first as u64, BlockOptions::default());
        let metrics = &block.metrics[0];
        all.extend((0..LANES).map(|lane| (metrics[metric][lane], metrics[time][lane])));
    }
    all
}

#[test]
fn the_last_day_is_included() {
    // The period ends on 2026-03-31, so that its time is that of 2026-04-01, as is that of an `until` on that day.
    let shares = 1.0 / 1.25;
    for (until, kept) in
        [("2026-03-31", shares * 200.0 / 250.0), ("2026-03-30", shares), ("2027-12-31", shares * 0.8)]
    {
        let model = from_text("certain", &CERTAIN.replace("UNTIL", until), &[]);
        for (stake, time) in seen(&model, "stake_at_exit", LANES) {
            assert_eq!(time, 0.25);
            assert!((stake - 0.5 * kept).abs() < 1e-15, "{until}: {stake}");
        }
    }
}

#[test]
fn it_takes_the_round_from_the_futures_with_a_later_ipo_and_from_no_other() {
    let (name, text) =
        beyond_base().into_iter().find(|(name, _)| *name == "pairs-annual-until").expect("the scenario");
    let last = "until = 2028-06-30\n";
    assert!(text.contains(last));
    let with = from_text(name, text, &[]);
    let without = from_text(name, &text.replace(last, ""), &[]);
    // The day after 2028-06-30, in years of 360 days from 2026-02-15.
    let latest = (2.0 * 360.0 + 4.0 * 30.0 + 16.0) / 360.0;
    let paths = 16 * LANES;
    let (mut brought, mut missed) = (0, 0);
    let one = seen(&with, "ipo_equity", paths);
    for ((value, time), (other, same_time)) in one.into_iter().zip(seen(&without, "ipo_equity", paths)) {
        assert!(time == same_time || time.is_nan() && same_time.is_nan());
        if time > latest + 1e-9 {
            assert!(value < other, "9 billion less at {time}: {value} against {other}");
            missed += 1;
        } else {
            assert_eq!(value.to_bits(), other.to_bits());
            brought += usize::from(time.is_finite());
        }
    }
    assert!(brought > 50 && missed > 50, "{brought} and {missed} of {paths}");
}
