//! Mean-reverting growth: moments of level and growth against closed forms and linear recursions.

use crate::engine::{plan, series_index};
use crate::verdict::{Case, Family, Sample, Section, for_seeds};
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::metric::Series;
use capstake::kernel::plan::Plan;
use capstake::math::lanes::LANES;
use std::sync::OnceLock;

const PATHS: u64 = 8_192;

/// Revenue of a quarter, month, ... of every path, period by period, to whoever asks.
fn each_path(plan: &Plan, paths: u64, mut visit: impl FnMut(&dyn Fn(usize) -> f64)) {
    let mut block = Block::new(plan);
    let series = series_index(plan, 0, Series::NetRevenue);
    for first in (0..paths).step_by(LANES) {
        block.run(plan, first, BlockOptions { periods: true, factor_pairs: 0 });
        for lane in 0..LANES {
            visit(&|period| block.periods[0][period][series][lane]);
        }
    }
}

/// Parameters of the process, a year.
#[derive(Clone, Copy)]
struct Process {
    rate: f64,
    growth: f64,
    growth_long_run: f64,
    growth_half_life: f64,
    volatility: f64,
    volatility_long_run: f64,
    growth_volatility: f64,
    volatility_half_life: f64,
    price_of_risk: f64,
    growth_price_of_risk: f64,
}

impl Process {
    fn text(&self, run: &str, from: &str, to: &str, period: &str) -> String {
        let p = self;
        let half_life = if p.volatility_half_life.is_finite() {
            format!("volatility_half_life_years = {:?}\n", p.volatility_half_life)
        } else {
            String::new()
        };
        format!(
            "[run]\nbooking = \"end\"\n{run}\n[timeline]\nvaluation_date = {from}\nhorizon = {to}\n\
             period = \"{period}\"\n[[segment]]\nname = \"level\"\nprocess = \"mean-reverting-growth\"\n\
             rate_now_usd_bn = {:?}\ngrowth_now = {:?}\ngrowth_long_run = {:?}\ngrowth_half_life_years = {:?}\n\
             volatility_now = {:?}\nvolatility_long_run = {:?}\ngrowth_volatility_now = {:?}\n{half_life}\
             price_of_risk = {:?}\ngrowth_price_of_risk = {:?}\n[[deal]]\nname = \"none\"\n",
            p.rate,
            p.growth,
            p.growth_long_run,
            p.growth_half_life,
            p.volatility,
            p.volatility_long_run,
            p.growth_volatility,
            p.price_of_risk,
            p.growth_price_of_risk
        )
    }

    fn kappa(&self) -> f64 {
        2.0_f64.ln() / self.growth_half_life
    }
}

/// Mean and covariance of (ln R, growth).
#[derive(Clone, Copy)]
struct Gaussian {
    mean: [f64; 2],
    cov: [[f64; 2]; 2],
}

/// One period in linear algebra: the law at its end, and the covariance of the levels at its two ends.
///
/// Level and growth follow `dx = (g − λσ − σ²/2) dt + σ dW`, `dg = (κ(ḡ − g) − λ_g η) dt + η dV` with σ and η held at
/// their values at the period's start: the noise is integrated numerically over the step, not by the closed forms.
fn advance(p: &Process, law: &Gaussian, start: f64, length: f64, euler: bool) -> (Gaussian, f64) {
    let k = p.kappa();
    let fade =
        if p.volatility_half_life.is_finite() { 2.0_f64.powf(-start / p.volatility_half_life) } else { 1.0 };
    let sigma = p.volatility_long_run + (p.volatility - p.volatility_long_run) * fade;
    let eta = p.growth_volatility * fade;
    let response = |u: f64| [(1.0 - (-k * u).exp()) / k, (-k * u).exp()];
    let integral = |f: &dyn Fn(f64) -> f64| -> f64 {
        // Simpson's rule; these integrands are smooth, 400 panels leave nothing above 1e-15.
        let (n, mut sum) = (400, f(0.0) + f(length));
        for i in 1..n {
            sum += f(length * i as f64 / n as f64) * if i % 2 == 1 { 4.0 } else { 2.0 };
        }
        sum * length / n as f64 / 3.0
    };
    let keep = (-k * length).exp();
    let reach = response(length)[0];
    let drift_g = -p.growth_price_of_risk * eta * integral(&|u| response(u)[1]);
    let (into_x, drift_x, noise);
    let var_g = eta * eta * integral(&|u| response(u)[1].powi(2));
    let own = sigma * sigma * length;
    if euler {
        into_x = length;
        drift_x = 0.0;
        noise = [[own, 0.0], [0.0, var_g]];
    } else {
        into_x = reach;
        drift_x = p.growth_long_run * (length - reach)
            - p.growth_price_of_risk * eta * integral(&|u| response(u)[0]);
        let cross = eta * eta * integral(&|u| response(u)[0] * response(u)[1]);
        noise = [[own + eta * eta * integral(&|u| response(u)[0].powi(2)), cross], [cross, var_g]];
    }
    let a = [[1.0, into_x], [0.0, keep]];
    let shift = [
        drift_x - (p.price_of_risk * sigma + 0.5 * sigma * sigma) * length,
        p.growth_long_run * (1.0 - keep) + drift_g,
    ];
    let dot = |row: &[f64; 2], column: [f64; 2]| row[0] * column[0] + row[1] * column[1];
    let mut next = Gaussian { mean: [0.0; 2], cov: noise };
    let mut moved = [[0.0; 2]; 2]; // A Σ
    for i in 0..2 {
        next.mean[i] = dot(&a[i], law.mean) + shift[i];
        for j in 0..2 {
            moved[i][j] = dot(&a[i], [law.cov[0][j], law.cov[1][j]]);
        }
    }
    for i in 0..2 {
        for j in 0..2 {
            next.cov[i][j] += dot(&moved[i], a[j]);
        }
    }
    (next, moved[0][0])
}

const CONSTANT: Process = Process {
    rate: 20.0,
    growth: 0.60,
    growth_long_run: 0.05,
    growth_half_life: 1.5,
    volatility: 0.08,
    volatility_long_run: 0.08,
    growth_volatility: 0.12,
    volatility_half_life: f64::INFINITY,
    price_of_risk: 0.0,
    growth_price_of_risk: 0.0,
};

/// Level and growth at some times: mean and variance of the level, mean and variance of growth, their covariance. Growth is
/// read off the step that follows: `E[ln R(t+Δ) − ln R(t) | growth]` is linear in it.
fn constant_volatility() -> (Vec<Case>, Vec<Family>) {
    let p = CONSTANT;
    let k = p.kappa();
    let (s, eta) = (p.volatility, p.growth_volatility);
    let mut cases = Vec::new();
    let mut families = Vec::new();
    for (period, to, length, seeds) in
        [("quarter", "2036-03-31", 0.25, 6_000..6_240), ("month", "2036-01-31", 1.0 / 12.0, 6_500..6_540)]
    {
        let times = [1.0, 3.0, 10.0];
        let truth = times.map(|t: f64| {
            let (e1, e2) = (-(-k * t).exp_m1(), -(-2.0 * k * t).exp_m1());
            let (theta, start) = (p.growth_long_run, p.growth);
            [
                p.rate.ln() + theta * t + (start - theta) * e1 / k - s * s * t / 2.0,
                s * s * t + eta * eta / (k * k) * (t - 2.0 * e1 / k + e2 / (2.0 * k)),
                theta + (start - theta) * (-k * t).exp(),
                eta * eta * e2 / (2.0 * k),
                eta * eta * e1 * e1 / (2.0 * k * k),
            ]
        });
        let (e1, e2) = (-(-k * length).exp_m1(), -(-2.0 * k * length).exp_m1());
        let reach = e1 / k;
        let step_noise = s * s * length + eta * eta / (k * k) * (length - 2.0 * e1 / k + e2 / (2.0 * k));
        let text = p.text("", "2026-01-01", to, period);
        let batches: Vec<[[Sample; 5]; 3]> = for_seeds(seeds, |seed| {
            let plan = plan(&text, seed);
            let mut samples = truth.map(|truth| truth.map(Sample::about));
            each_path(&plan, PATHS, |net| {
                for ((&t, truth), sample) in times.iter().zip(&truth).zip(&mut samples) {
                    let last = (t / length).round() as usize - 1;
                    let x = (net(last) / length).ln();
                    let step = (net(last + 1) / length).ln() - x;
                    let g = (step - p.growth_long_run * (length - reach) + s * s * length / 2.0) / reach;
                    let (dx, dg) = (x - truth[0], g - truth[2]);
                    sample[0].add(x);
                    sample[1].add(dx * dx);
                    sample[2].add(g);
                    sample[3].add(dg * dg - step_noise / (reach * reach));
                    sample[4].add(dx * dg);
                }
            });
            samples
        });
        let what = ["mean of ln R", "variance of ln R", "mean of growth", "variance of growth", "covariance"];
        for (i, t) in times.iter().enumerate() {
            for (j, what) in what.iter().enumerate() {
                let mut sum = Sample::about(truth[i][j]);
                batches.iter().for_each(|batch| sum.merge(&batch[i][j]));
                cases.push(sum.case(format!("{what}, {t} years, steps of a {period}"), truth[i][j]));
            }
        }
        if batches.len() >= 200 {
            for (j, what) in what.iter().enumerate() {
                let z = batches.iter().map(|batch| batch[2][j].case("", truth[2][j]).z()).collect();
                families.push(Family::new(format!("{what} after 10 years: 240 seeds"), z));
            }
        }
    }
    (cases, families)
}

/// Decaying volatilities, prices of risk and a first period cut by the valuation date.
fn decaying_volatility() -> Vec<Case> {
    let p = Process {
        volatility: 0.20,
        volatility_long_run: 0.05,
        growth_volatility: 0.18,
        volatility_half_life: 2.0,
        price_of_risk: 0.3,
        growth_price_of_risk: 0.4,
        ..CONSTANT
    };
    let text = p.text("", "2026-02-15", "2034-12-31", "quarter");
    let first = plan(&text, 0);
    let mut law = Gaussian { mean: [p.rate.ln(), p.growth], cov: [[0.0; 2]; 2] };
    let mut truth = Vec::new();
    let mut pair = Vec::new();
    for period in &first.steps().periods {
        let (next, across) = advance(&p, &law, period.start, period.length, false);
        truth.push([next.mean[0], next.cov[0][0]]);
        pair.push(across);
        law = next;
    }
    // After 1, 4 and 35 periods; the covariance with the period before.
    let chosen = [1, 4, 35];
    let centre = |last: usize| [truth[last][0], truth[last][1], pair[last]];
    let batches: Vec<[[Sample; 3]; 3]> = for_seeds(7_000..7_050, |seed| {
        let plan = plan(&text, seed);
        let mut samples = chosen.map(|last| centre(last).map(Sample::about));
        each_path(&plan, PATHS, |net| {
            let x = |i: usize| (net(i) / first.steps().periods[i].length).ln();
            for (&last, sample) in chosen.iter().zip(&mut samples) {
                let (now, before) = (x(last) - truth[last][0], x(last - 1) - truth[last - 1][0]);
                sample[0].add(x(last));
                sample[1].add(now * now);
                sample[2].add(now * before);
            }
        });
        samples
    });
    let mut cases = Vec::new();
    for (i, &last) in chosen.iter().enumerate() {
        for (j, what) in
            ["mean of ln R", "variance of ln R", "covariance with a quarter before"].iter().enumerate()
        {
            let mut sum = Sample::about(centre(last)[j]);
            batches.iter().for_each(|batch| sum.merge(&batch[i][j]));
            let name = format!("decaying volatilities, prices of risk: {what}, period {}", last + 1);
            cases.push(sum.case(name, centre(last)[j]));
        }
    }
    cases
}

/// The paper's Amazon in years: four times its quarterly growth, twice its volatilities, eight times its growth volatility;
/// without its price of risk, which the reference table leaves out.
const PAPER: Process = Process {
    rate: 1.424,
    growth: 0.44,
    growth_long_run: 0.06,
    growth_half_life: 2.475525644856947,
    volatility: 0.20,
    volatility_long_run: 0.10,
    growth_volatility: 0.24,
    volatility_half_life: 2.475525644856947,
    price_of_risk: 0.0,
    growth_price_of_risk: 0.0,
};

/// Quarters, mean and variance of ln R (R: a quarter's revenue in millions), mean of R, median of R.
const EULER: [(usize, [f64; 4]); 3] = [
    (4, [6.2599691027, 0.0462208596, 535.4350, 523.2028]),
    (20, [7.1717640992, 0.6185906506, 1774.1193, 1302.1397]),
    (100, [8.6073330461, 1.7442378555, 13088.0120, 5471.6366]),
];

fn euler() -> Vec<Case> {
    let text = PAPER.text("scheme = \"euler\"", "2000-01-01", "2024-12-31", "quarter");
    type Samples = [([Sample; 3], u64); 3];
    let batches: Vec<Samples> = for_seeds(8_000..8_060, |seed| {
        let plan = plan(&text, seed);
        let mut samples: Samples =
            EULER.map(|(_, [mean, variance, level, _])| ([mean, variance, level].map(Sample::about), 0));
        each_path(&plan, PATHS, |net| {
            for ((quarters, truth), (sample, below)) in EULER.iter().zip(&mut samples) {
                let millions = 1_000.0 * net(quarters - 1);
                let x = millions.ln();
                sample[0].add(x);
                sample[1].add((x - truth[0]).powi(2));
                sample[2].add(millions);
                *below += u64::from(millions < truth[3]);
            }
        });
        samples
    });
    let mut cases = Vec::new();
    for (i, (quarters, truth)) in EULER.iter().enumerate() {
        for (j, what) in ["mean of ln R", "variance of ln R", "mean of R"].iter().enumerate() {
            let mut sum = Sample::about(truth[j]);
            batches.iter().for_each(|batch| sum.merge(&batch[i].0[j]));
            cases.push(sum.case(format!("paper's step: {what}, {quarters} quarters"), truth[j]));
        }
        let below = batches.iter().map(|batch| batch[i].1).sum();
        let name = format!("paper's step: paths below the median {}, {quarters} quarters", truth[3]);
        cases.push(Case::probability(name, 0.5, below, PATHS * batches.len() as u64));
    }
    cases
}

/// All cases of growth.
pub fn section() -> &'static Section {
    static SECTION: OnceLock<Section> = OnceLock::new();
    SECTION.get_or_init(|| {
        let (mut cases, families) = constant_volatility();
        cases.extend(decaying_volatility());
        cases.extend(euler());
        Section {
            title: "Mean-reverting growth",
            text: "\
`ln R` and growth are jointly Gaussian. With constant volatilities their moments have closed forms, whatever the length of the
steps (quarters and months below); growth is read off the step that follows. With decaying volatilities, prices of risk and a
first quarter that the valuation date cuts, the moments of the engine's scheme follow by linear recursion of mean and
covariance; the test does it with the noise of each step integrated numerically, not with the engine's formulas. The last rows
are the quarterly step of Schwartz and Moon (2000), by the same recursion for their Amazon without its price of risk; in continuous time the mean of R would be
530.1548, 1698.8340 and 11901.6139, so that their step is itself 10% high after 25 years.",
            exact: Vec::new(),
            cases,
            families,
        }
    })
}

#[test]
#[cfg_attr(debug_assertions, ignore = "release only")]
fn moments_of_growth() {
    section().check(|case| match case.name.as_str() {
        name if name.contains("mean of R") => 0.03 * case.truth,
        name if name.contains("below the median") => 0.01,
        name if name.contains("mean of ln R") => 0.02,
        name if name.contains("mean of growth") => 0.01,
        name if name.contains("of growth, ") && name.contains("month") => 0.2 * case.truth,
        name if name.contains("month") => 0.1 * case.truth + 2e-4,
        _ => 0.05 * case.truth + 2e-4,
    });
}

#[test]
fn the_recursion_gives_the_published_table() {
    let mut law = Gaussian { mean: [356.0_f64.ln(), PAPER.growth], cov: [[0.0; 2]; 2] };
    for quarter in 1..=100 {
        law = advance(&PAPER, &law, 0.25 * (quarter - 1) as f64, 0.25, true).0;
        if let Some((_, truth)) = EULER.iter().find(|(quarters, _)| *quarters == quarter) {
            let (mean, variance) = (law.mean[0], law.cov[0][0]);
            for (value, truth, tolerance) in [
                (mean, truth[0], 1e-9),
                (variance, truth[1], 1e-9),
                ((mean + variance / 2.0).exp(), truth[2], 1e-4),
                (mean.exp(), truth[3], 1e-4),
            ] {
                assert!((value - truth).abs() < tolerance, "{quarter}: {value} {truth}");
            }
        }
    }
}

#[test]
fn the_recursion_gives_the_closed_forms() {
    let p = CONSTANT;
    let (k, t, eta) = (p.kappa(), 10.0, p.growth_volatility);
    let mut law = Gaussian { mean: [p.rate.ln(), p.growth], cov: [[0.0; 2]; 2] };
    for quarter in 0..40 {
        law = advance(&p, &law, 0.25 * quarter as f64, 0.25, false).0;
    }
    let (e1, e2) = (-(-k * t).exp_m1(), -(-2.0 * k * t).exp_m1());
    let variance = p.volatility.powi(2) * t + eta * eta / (k * k) * (t - 2.0 * e1 / k + e2 / (2.0 * k));
    assert!((law.cov[0][0] - variance).abs() < 1e-12, "{} {variance}", law.cov[0][0]);
    assert!((law.cov[0][1] - eta * eta * e1 * e1 / (2.0 * k * k)).abs() < 1e-12);
    assert!((law.cov[1][1] - eta * eta * e2 / (2.0 * k)).abs() < 1e-12);
}
