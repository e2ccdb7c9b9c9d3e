//! A capped share of geometric Brownian revenue, and the same scenario read as an Asian option: exact values.

use crate::engine::{event, moments, plan, shipped};
use crate::verdict::{Case, Family, Section, for_seeds};
use capstake::kernel::metric::Metric;
use capstake::run::{self, Event, Options, RunResult, Silent};
use capstake::stats::moments::Moments;
use std::sync::OnceLock;

const ONE_THREAD: usize = 1;

struct Row {
    growth: f64,
    volatility: f64,
    cap: f64,
    discount: f64,
    quarters: usize,
    horizon: &'static str,
    /// Present value, without the cap, expected payments, hit by half time, hit by the end.
    truth: [f64; 5],
}

/// Found by recursion of the density of the sum of revenues (a strip of Asian calls), stable to 1e-8.
const ROWS: [Row; 3] = [
    Row {
        growth: 0.30,
        volatility: 0.40,
        cap: 10.0,
        discount: 0.12,
        quarters: 40,
        horizon: "2035-12-31",
        truth: [6.39595840, 22.95162947, 9.76507676, 0.34191261, 0.91236414],
    },
    Row {
        growth: 0.30,
        volatility: 0.40,
        cap: 30.0,
        discount: 0.12,
        quarters: 40,
        horizon: "2035-12-31",
        truth: [12.61358586, 22.95162947, 23.95414699, 0.01864937, 0.53147185],
    },
    Row {
        growth: 0.10,
        volatility: 0.20,
        cap: 6.0,
        discount: 0.08,
        quarters: 20,
        horizon: "2030-12-31",
        truth: [3.98736977, 4.21736258, 4.92116596, 0.00000214, 0.26492571],
    },
];

impl Row {
    fn text(&self) -> String {
        let Row { growth, volatility, cap, horizon, .. } = self;
        let discount = self.discount.exp_m1();
        format!(
            "[run]\nbooking = \"end\"\n[timeline]\nvaluation_date = 2026-01-01\nhorizon = {horizon}\n\
             period = \"quarter\"\n[discount]\nshare = {discount:?}\n\
             [[segment]]\nname = \"revenue\"\nprocess = \"gbm\"\nrate_now_usd_bn = 4.0\ngrowth = {growth:?}\n\
             volatility = {volatility:?}\n\
             [[deal]]\nname = \"capped\"\nrate = 0.20\ncap_usd_bn = {cap:?}\npayment_lag_years = 0.125\n"
        )
    }
}

const SHARE_SEEDS: u64 = 80;
const SHARE_PATHS: u64 = 65_536;

/// The three rows.
pub fn share() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| {
        let mut cases = Vec::new();
        let mut families: Vec<(&str, Vec<f64>)> =
            [("share_pv", vec![]), ("share_nominal", vec![]), ("cap reached", vec![])].into();
        for (r, row) in ROWS.iter().enumerate() {
            let text = row.text();
            let first = 1_000 * (r as u64 + 1);
            let results: Vec<([Moments; 3], [u64; 2])> = for_seeds(first..first + SHARE_SEEDS, |seed| {
                let plan = plan(&text, seed);
                let result =
                    run::execute(&plan, Options { paths: SHARE_PATHS, threads: ONE_THREAD }, &Silent);
                let metrics = [Metric::SharePv, Metric::ShareUncappedPv, Metric::ShareNominal];
                let hit = event(&result, 0, Event::CapReached);
                let hit = [row.quarters / 2, row.quarters].map(|quarters| hit[quarters - 1]);
                (metrics.map(|metric| moments(&plan, &result, 0, metric).clone()), hit)
            });
            let mut sums = [const { Moments::EMPTY }; 3];
            let mut hits = [0; 2];
            for (parts, hit) in &results {
                for (sum, part) in sums.iter_mut().zip(parts) {
                    sum.merge(part);
                }
                for (sum, part) in hits.iter_mut().zip(hit) {
                    *sum += part;
                }
                families[0].1.push(Case::mean("", row.truth[0], &parts[0]).z());
                families[1].1.push(Case::mean("", row.truth[2], &parts[2]).z());
                families[2].1.push(Case::probability("", row.truth[4], hit[1], SHARE_PATHS).z());
            }
            let name = |what: &str| {
                let Row { growth, volatility, cap, quarters, .. } = row;
                format!("{what}; growth {growth}, volatility {volatility}, cap {cap}, {quarters} quarters")
            };
            for (what, truth, sum) in [
                ("present value", row.truth[0], &sums[0]),
                ("present value without the cap", row.truth[1], &sums[1]),
                ("expected payments", row.truth[2], &sums[2]),
            ] {
                cases.push(Case::mean(name(what), truth, sum));
            }
            let paths = SHARE_SEEDS * SHARE_PATHS;
            cases.push(Case::probability(name("cap reached by half time"), row.truth[3], hits[0], paths));
            cases.push(Case::probability(name("cap reached"), row.truth[4], hits[1], paths));
        }
        Section {
            title: "A capped revenue share on geometric Brownian revenue",
            text: "\
Revenue of a quarter is the exponential of a Brownian motion with drift, a fifth of it is paid at the quarter's end until the
cap has been paid, and payments are discounted at 12% (third row: 8%), continuously. Its value is a strip of Asian calls. The
references are exact: the density of the sum of revenues by recursion from quarter to quarter, stable to 1e-8. The first row is
`configs/capped-share.toml`.",
            exact: Vec::new(),
            cases,
            families: families
                .into_iter()
                .map(|(what, z)| Family::new(format!("capped share, {what}: 3 rows × 80 seeds"), z))
                .collect(),
        }
    })
}

/// The smallest visible error: half a per cent of a value (two of the heavy tail without a cap), 0.003 of a probability.
fn share_shift(case: &Case) -> f64 {
    match () {
        () if case.name.starts_with("cap reached") => 0.003,
        () if case.truth > 20.0 => 0.02 * case.truth,
        () => 0.005 * case.truth,
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn capped_share_on_gbm() {
    share().check(share_shift);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn the_shipped_scenario_is_the_first_row() {
    let run = |text: &str| -> RunResult { crate::engine::execute(&plan(text, 9), 8_192) };
    let (ours, shipped) = (run(&ROWS[0].text()), run(&shipped("capped-share")));
    assert_eq!(ours.metrics[0], shipped.metrics[0]);
}

const STRIKES: [f64; 5] = [80.0, 90.0, 100.0, 110.0, 120.0];
/// Twelve monthly averages, one year, rate 5%, spot 100: recursion of the density of the sum, all digits stable.
const CALLS: [(f64, [f64; 5]); 2] = [
    (0.2, [21.71909582, 12.91994137, 6.15604077, 2.29029886, 0.67480188]),
    (0.4, [23.25662082, 16.23593160, 10.80117657, 6.89807671, 4.26296287]),
];
const CALL_SEEDS: u64 = 120;
const CALL_PATHS: u64 = 32_768;

fn call_text(volatility: f64) -> String {
    let deals: String = STRIKES
        .iter()
        .map(|strike| format!("[[deal]]\nname = \"strike-{strike}\"\nrate = 1.0\ncap_usd_bn = {strike:?}\n"))
        .collect();
    format!(
        "[run]\nbooking = \"end\"\n[timeline]\nvaluation_date = 2026-01-01\nhorizon = 2026-12-31\n\
         period = \"month\"\n[[segment]]\nname = \"spot\"\nprocess = \"gbm\"\nrate_now_usd_bn = 100.0\n\
         growth = 0.05\nvolatility = {volatility:?}\n{deals}"
    )
}

/// Ten Asian calls.
pub fn asian() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| {
        let bond = (-0.05_f64).exp();
        let mut cases = Vec::new();
        let mut z = Vec::new();
        for (v, (volatility, truth)) in CALLS.iter().enumerate() {
            let text = call_text(*volatility);
            let first = 10_000 * (v as u64 + 1);
            let results: Vec<Vec<Moments>> = for_seeds(first..first + CALL_SEEDS, |seed| {
                let plan = plan(&text, seed);
                let options = Options { paths: CALL_PATHS, threads: ONE_THREAD };
                let result = run::execute(&plan, options, &Silent);
                // Nothing is discounted here, so that what the cap saves is the call's payoff.
                (0..5).map(|d| moments(&plan, &result, d, Metric::CapSavingPv).clone()).collect()
            });
            let call = |name: String, k: usize, payoff: &Moments| {
                let forward = Case::mean(name, truth[k], payoff);
                let (estimate, std_error) = (bond * forward.estimate, bond * forward.std_error);
                Case { estimate, std_error, ..forward }
            };
            for (k, strike) in STRIKES.iter().enumerate() {
                let mut sum = Moments::EMPTY;
                results.iter().for_each(|moments| sum.merge(&moments[k]));
                cases.push(call(format!("call, volatility {volatility}, strike {strike}"), k, &sum));
            }
            // Strikes share their paths, so that each seed scores one of them.
            z.extend(results.iter().enumerate().map(|(i, moments)| call(String::new(), i % 5, &moments[i % 5]).z()));
        }
        Section {
            title: "Arithmetic Asian calls",
            text: "\
What a cap saves is a call on cumulative revenue. A segment with growth 5% at an annual rate of 100, booked at the end of
twelve months, adds up to the average of a share price over those months; a deal that pays everything until the strike has
been paid saves the call's payoff. Spot 100, rate 5%, one year. The references are exact, by the same recursion; simulated
tables that are off in the third decimal are not used.",
            exact: Vec::new(),
            cases,
            families: vec![Family::new("Asian calls: 2 volatilities × 120 seeds, strikes in turn", z)],
        }
    })
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn asian_calls() {
    asian().check(|case| 0.03 + 0.01 * case.truth);
}
