//! No IPO at an equity of 0: the company waits until its equity is above 0, with or without a value gate.

use capstake::{Options, Scenario};

/// Revenue of 25·e^(0.4 t) without chance, 30 of fixed cost: EBITDA of a quarter is above 0 from the third on, and equity is a
/// multiple of it.
const LOSS_FIRST: &str = r#"
name = "loss-first"
[timeline]
valuation_date = 2026-01-01
horizon = 2028-12-31
period = "quarter"
[discount]
share = 0.1
equity = 0.1
revenue = 0.1
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 25
growth = 0.4
[costs]
fixed_usd_bn_per_year = 30
[equity]
method = "ebitda-multiple"
ebitda = "last-period"
multiple_now = 10
[ipo]
primary = 0.1
[[deal]]
name = "none"
stake = 0.25
"#;

/// Mean of a metric; without chance the value of every path.
fn value(scenario: &Scenario, metric: &str) -> f64 {
    let result = scenario.run(Options::new().paths(200).seed(1)).expect("a run");
    result.metric("none", metric).expect("a metric").mean()
}

/// Mean rate of a quarter that begins after `start` years: that of its two ends.
fn rate(start: f64) -> f64 {
    12.5 * ((0.4 * start).exp() + (0.4 * (start + 0.25)).exp())
}

#[test]
fn the_ipo_waits_while_equity_is_0() {
    assert!(rate(0.25) < 30.0 && rate(0.5) > 30.0, "the third quarter is the first with a profit");
    let scenario = Scenario::from_text("loss-first", LOSS_FIRST).expect("a sound scenario");
    let gated = scenario.set("ipo.gate.equity_usd_bn", "0").expect("a gate of 0, which an equity of 0 meets");
    for scenario in [&scenario, &gated] {
        assert_eq!(value(scenario, "ipo_time"), 0.75);
        let equity = 10.0 * 0.25 * (rate(0.5) - 30.0);
        assert!((value(scenario, "ipo_equity") - equity).abs() < 1e-9 * equity);
    }
    // With an equity above 0 from the start it does not wait.
    let sound = scenario.set("costs.fixed_usd_bn_per_year", "20").expect("lower costs");
    assert_eq!(value(&sound, "ipo_time"), 0.25);
}

#[test]
fn without_a_profit_there_is_no_ipo() {
    let scenario = Scenario::from_text("loss-first", LOSS_FIRST).expect("a sound scenario");
    let never = scenario.set("costs.fixed_usd_bn_per_year", "300").expect("higher costs");
    assert_eq!(value(&never, "ipo"), 0.0);
}
