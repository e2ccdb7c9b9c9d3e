//! Growth year on year: a company's figures are those of the continuous rate that it stands for.

use crate::scenario::from_text;
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::plan::Plan;
use capstake::math::lanes::LANES;
use capstake::math::simd::Isa;

const COMPANY: &str = r#"
name = "company"
[timeline]
valuation_date = 2026-01-01
horizon = 2029-12-31
period = "year"
[discount]
share = 0.0
revenue = 0.0
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 100
growth = GROWTH
[run]
booking = "start"
[[deal]]
name = "tenth"
rate = 0.1
"#;

/// Undiscounted payments of the deal on the first paths.
fn payments(growth: &str) -> Vec<f64> {
    let model = from_text("company", &COMPANY.replace("GROWTH", growth), &[]);
    let plan = Plan::from_model(&model, 3, Isa::detect());
    let mut block = Block::new(&plan);
    block.run(&plan, 0, BlockOptions::default());
    let mut names = plan.deals()[0].metrics.iter().map(|metric| metric.name(model.run.mix_year));
    let at = names.position(|name| name == "share_nominal").expect("the metric");
    block.metrics[0][at][..LANES].to_vec()
}

#[test]
fn half_as_much_again_every_year() {
    let tenth = 10.0 * (1.0 + 1.5 + 2.25 + 3.375);
    for paid in payments("{ value = 0.5, basis = \"annual\" }") {
        assert!((paid - tenth).abs() < 1e-12, "{paid}, not {tenth}");
    }
    // The same number as a continuous rate is another company.
    assert!((payments("0.5")[0] - tenth).abs() > 1.0);
}

#[test]
fn each_draw_is_the_rate_of_its_number() {
    // The same stream, so the same normal, behind both.
    let law = "dist = \"uniform\", low = -0.2, high = 0.8";
    let annual = payments(&format!("{{ {law}, basis = \"annual\" }}"));
    let model = from_text("company", &COMPANY.replace("GROWTH", &format!("{{ {law} }}")), &[]);
    let plan = Plan::from_model(&model, 3, Isa::detect());
    let mut block = Block::new(&plan);
    block.run(&plan, 0, BlockOptions::default());
    let numbers = block.value(model.parameters.named("segment.all.growth").expect("it"));
    for (lane, paid) in annual.into_iter().enumerate() {
        let x = 1.0 + numbers[lane];
        let expected = 10.0 * (1.0 + x + x * x + x * x * x);
        assert!((paid - expected).abs() < 1e-12 * expected, "{paid}, not {expected}, at {x}");
    }
}
