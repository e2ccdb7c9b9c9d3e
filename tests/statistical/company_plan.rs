//! The company's own plan taken as certain: the deal's arithmetic against the figures of the press.

use crate::engine::{execute, moments, plan, series_index, shipped};
use crate::verdict::{Exact, Section};
use capstake::kernel::metric::{Metric, Series};
use std::sync::OnceLock;

/// Everything is exact: no number of this scenario is uncertain.
pub fn section() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| {
        let plan = plan(&shipped("company-plan"), 1);
        let result = execute(&plan, 64);
        let metric = |subject, metric| moments(&plan, &result, subject, metric).mean();
        let year = |deal: usize, year: usize, series| {
            result.years[deal][year][series_index(&plan, deal, series)].moments.mean()
        };
        let mut exact = Vec::new();
        let mut row = |name: &str, truth, value| {
            exact.push(Exact { name: name.into(), truth, value, tolerance: 1e-9 });
        };
        row("share through 2030 without the cap", 135.0, metric(0, Metric::ShareUncappedNominal));
        row("the same by a deal without a cap", 135.0, metric(1, Metric::ShareNominal));
        row("paid under the cap", 38.0, metric(0, Metric::ShareNominal));
        let saved = metric(1, Metric::ShareNominal) - metric(0, Metric::ShareNominal);
        row("saved by the cap", 97.0, saved);
        row("paid for 2026", 6.0, year(0, 0, Series::Payments));
        row("paid for 2029, after the cap", 0.0, year(0, 3, Series::Payments));
        for (i, total) in [30.0, 62.0, 117.0, 184.0, 282.0].into_iter().enumerate() {
            row(&format!("revenue of {}", 2026 + i), total, year(0, i, Series::NetRevenue));
        }
        Section {
            title: "The deal itself",
            text: "\
`configs/company-plan.toml`: the plan that the company is reported to have shown, with certainty. The press has 20% without a cap
at 135 billions through 2030, the cap of 38 saving 97, and the cap reached around the end of 2028; the plan's quarters add up to
675, of which 20% are 135. (Straight interpolation between the reported years would give 644, hence 129 and 91.) The cap is
reached in November 2028, which a test holds to.",
            exact,
            cases: Vec::new(),
            families: Vec::new(),
        }
    })
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn the_press_figures() {
    section().check(|_| 0.0);
    let plan = plan(&shipped("company-plan"), 1);
    let time = moments(&plan, &execute(&plan, 64), 0, Metric::CapHitTime).mean();
    println!("cap reached after {time} years");
    let november = 2.0 + 10.0 / 12.0..2.0 + 11.0 / 12.0;
    assert!(november.contains(&time), "{time} is not in November 2028");
}
