//! How sales spread over the clouds: a logistic-normal mix, the home cloud's head start, reach and in-house models
//! (methodology: cloud mix).

use super::plan::{Plan, StepRef, Steps};
use super::segment::{half_life_rate, mean_decay};
use crate::math::elementary::{exp, ln};
use crate::math::lanes::{LANES, Lanes};
use crate::math::simd::Isa;
use crate::model::ledger::Num;
use crate::simd_fn;

/// Shares below this are taken as this when a log-ratio is formed.
const SMALLEST_SHARE: f64 = 1e-6;

/// Until when a cloud without exclusivity is closed.
const ALWAYS_OPEN: Lanes = Lanes::splat(f64::NEG_INFINITY);

/// Terms that all mixes share: long-run log-ratios, their reversion, the head start.
pub struct MixTerms {
    /// For each cloud but home: `ȳ_j`, start, and per step length `e^(-θΔ)` and the noise.
    clouds: Vec<MixTerm>,
    /// `n`: the part of cloud demand that can be had at home only.
    head_start: Lanes,
    /// `1 + uplift`
    reach: Lanes,
    /// `1 - substitution·h`: what is left of home sales, at the period's middle.
    pub home_left: Lanes,
}

struct MixTerm {
    centre: Lanes,
    start: Lanes,
    keep: Vec<Lanes>,
    noise: Vec<Lanes>,
}

impl MixTerms {
    /// Room for the clouds of a plan's model.
    pub fn new(clouds: usize, steps: &Steps) -> MixTerms {
        let term = || MixTerm {
            centre: Lanes::ZERO,
            start: Lanes::ZERO,
            keep: vec![Lanes::ZERO; steps.lengths.len()],
            noise: vec![Lanes::ZERO; steps.lengths.len()],
        };
        MixTerms {
            clouds: (1..clouds).map(|_| term()).collect(),
            head_start: Lanes::ZERO,
            reach: Lanes::splat(1.0),
            home_left: Lanes::splat(1.0),
        }
    }

    /// Coefficients of a block.
    pub fn prepare(&mut self, plan: &Plan, values: &[Lanes]) {
        let (isa, model) = (plan.isa, &plan.model);
        let value = |num: Num| &values[num.index()];
        if model.clouds.is_empty() {
            return;
        }
        let home = &model.clouds[0];
        for (term, cloud) in self.clouds.iter_mut().zip(&model.clouds[1..]) {
            log_ratio(
                isa,
                value(cloud.long_run_share),
                value(home.long_run_share),
                SMALLEST_SHARE,
                &mut term.centre,
            );
            let mut start = Lanes::ZERO;
            entry(isa, value(cloud.share_now), value(cloud.entry_share), &mut start);
            log_ratio(isa, &start, value(home.share_now), 0.0, &mut term.start);
            let mut theta = Lanes::ZERO;
            half_life_rate(isa, value(cloud.half_life), &mut theta);
            for (i, &length) in plan.steps.lengths.iter().enumerate() {
                reversion(
                    isa,
                    &theta,
                    value(cloud.volatility),
                    length,
                    &mut term.keep[i],
                    &mut term.noise[i],
                );
            }
        }
        if let Some(first) = &model.home_first {
            head_start(
                isa,
                value(first.lead_months),
                value(first.cycle_months),
                value(first.decline_probability),
                &mut self.head_start,
            );
        }
        for l in 0..LANES {
            self.reach[l] = 1.0 + values[model.uplift.index()][l];
        }
    }

    /// What in-house models leave of home sales, from `h` and the substitution.
    pub fn displace(&mut self, isa: Isa, in_house: &Lanes, substitution: &Lanes) {
        displace(isa, in_house, substitution, &mut self.home_left);
    }
}

/// One mix: the log-ratios of a block, and what each cloud sells of a unit of cloud demand.
pub struct Mix {
    y: Vec<Lanes>,
    weight: Vec<Lanes>,
    /// Sold by each cloud per unit of cloud demand, the home cloud first.
    pub sold: Vec<Lanes>,
    /// Sold by the other clouds together.
    pub sold_elsewhere: Lanes,
    /// What reaches OpenAI of the other clouds' sales.
    pub kept_elsewhere: Lanes,
    /// The largest of `sold`.
    pub largest: Lanes,
}

impl Mix {
    /// A mix over so many clouds.
    pub fn new(clouds: usize) -> Mix {
        Mix {
            y: vec![Lanes::ZERO; clouds.saturating_sub(1)],
            weight: vec![Lanes::ZERO; clouds],
            sold: vec![Lanes::ZERO; clouds],
            sold_elsewhere: Lanes::ZERO,
            kept_elsewhere: Lanes::ZERO,
            largest: Lanes::ZERO,
        }
    }

    /// The log-ratios of time 0.
    pub fn start(&mut self, terms: &MixTerms) {
        for (y, term) in self.y.iter_mut().zip(&terms.clouds) {
            *y = term.start;
        }
    }

    /// Moves the open clouds by a period's step, then spreads. `exclusive_until`: until when others are closed.
    pub fn step(
        &mut self,
        plan: &Plan,
        terms: &MixTerms,
        at: StepRef,
        exclusive_until: Option<&Lanes>,
        values: &[Lanes],
        zeta: &[[Lanes; 2]],
        rows: &[usize],
    ) {
        for (j, term) in terms.clouds.iter().enumerate() {
            if plan.model.clouds[j + 1].opens > at.middle + super::plan::TIME_SLACK {
                continue;
            }
            step_open(
                plan.isa,
                [&term.centre, &term.keep[at.step], &term.noise[at.step], &zeta[rows[j]][at.parity]],
                exclusive_until.unwrap_or(&ALWAYS_OPEN),
                at.middle + super::plan::TIME_SLACK,
                &mut self.y[j],
            );
        }
        self.spread(plan, terms, at.middle, exclusive_until, values);
    }

    /// What each cloud sells at a time, given the log-ratios.
    pub fn spread(
        &mut self,
        plan: &Plan,
        terms: &MixTerms,
        time: f64,
        exclusive_until: Option<&Lanes>,
        values: &[Lanes],
    ) {
        let (isa, clouds) = (plan.isa, &plan.model.clouds);
        if clouds.is_empty() {
            return;
        }
        let time = time + super::plan::TIME_SLACK;
        let mut total = Lanes::splat(1.0);
        let mut any_open = false;
        for (j, cloud) in clouds.iter().enumerate().skip(1) {
            let lanes_open = exclusive_until.is_none_or(|until| until.iter().any(|&u| u <= time));
            if cloud.opens > time || !lanes_open {
                self.weight[j] = Lanes::ZERO;
                continue;
            }
            any_open = true;
            weigh(
                isa,
                &self.y[j - 1],
                exclusive_until.unwrap_or(&ALWAYS_OPEN),
                time,
                &mut self.weight[j],
                &mut total,
            );
        }
        self.sold_elsewhere = Lanes::ZERO;
        self.kept_elsewhere = Lanes::ZERO;
        if !any_open {
            for sold in &mut self.sold[1..] {
                *sold = Lanes::ZERO;
            }
            self.sold[0] = terms.home_left;
            self.largest = terms.home_left;
            return;
        }
        let (home, others) = self.sold.split_at_mut(1);
        sell_home(isa, &total, &terms.head_start, &terms.home_left, &mut home[0]);
        self.largest = home[0];
        for (j, sold) in others.iter_mut().enumerate() {
            sell_elsewhere(
                isa,
                [
                    &self.weight[j + 1],
                    &total,
                    &terms.head_start,
                    &terms.reach,
                    &values[clouds[j + 1].fee.index()],
                ],
                sold,
                &mut self.sold_elsewhere,
                &mut self.kept_elsewhere,
                &mut self.largest,
            );
        }
    }
}

simd_fn! {
    fn log_ratio(share: &Lanes, home: &Lanes, home_floor: f64, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = ln(share[l].max(SMALLEST_SHARE) / home[l].max(home_floor));
        }
    }
}

simd_fn! {
    fn entry(now: &Lanes, entry: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = if now[l] == 0.0 { entry[l] } else { now[l] };
        }
    }
}

simd_fn! {
    /// Reversion and noise of an Ornstein–Uhlenbeck step of that length.
    pub fn reversion(theta: &Lanes, volatility: &Lanes, length: f64, keep: &mut Lanes, noise: &mut Lanes) {
        for l in 0..LANES {
            let z = theta[l] * length;
            keep[l] = exp(-z);
            noise[l] = volatility[l] * (length * mean_decay(2.0 * z)).sqrt();
        }
    }
}

simd_fn! {
    /// `n = (1 - decline)·min(1, lead/cycle)`.
    fn head_start(lead: &Lanes, cycle: &Lanes, decline: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = (1.0 - decline[l]) * (lead[l] / cycle[l]).min(1.0);
        }
    }
}

simd_fn! {
    fn displace(in_house: &Lanes, substitution: &Lanes, out: &mut Lanes) {
        for l in 0..LANES {
            out[l] = 1.0 - substitution[l] * in_house[l];
        }
    }
}

simd_fn! {
    /// One step of an open cloud's log-ratio; `t`: centre, keep, noise, innovation. Closed clouds rest.
    fn step_open(t: [&Lanes; 4], closed_until: &Lanes, time: f64, y: &mut Lanes) {
        let [centre, keep, noise, zeta] = t;
        for l in 0..LANES {
            let moved = (y[l] - centre[l]).mul_add(keep[l], centre[l]) + noise[l] * zeta[l];
            y[l] = if closed_until[l] <= time { moved } else { y[l] };
        }
    }
}

simd_fn! {
    fn weigh(y: &Lanes, closed_until: &Lanes, time: f64, weight: &mut Lanes, total: &mut Lanes) {
        for l in 0..LANES {
            let e = exp(y[l]);
            weight[l] = if closed_until[l] <= time { e } else { 0.0 };
            total[l] += weight[l];
        }
    }
}

simd_fn! {
    /// `w_0' = w_0 + n(1 - w_0)`, less what in-house models displace. With no other cloud open `w_0` is 1.
    fn sell_home(total: &Lanes, head_start: &Lanes, left: &Lanes, sold: &mut Lanes) {
        for l in 0..LANES {
            let w = 1.0 / total[l];
            sold[l] = head_start[l].mul_add(1.0 - w, w) * left[l];
        }
    }
}

simd_fn! {
    /// `w_j' = (1 - n)w_j`, with the reach of other clouds. `t`: weight, total of weights, n, 1 + uplift, fee.
    fn sell_elsewhere(t: [&Lanes; 5], sold: &mut Lanes, elsewhere: &mut Lanes, kept: &mut Lanes, largest: &mut Lanes) {
        let [weight, total, head_start, reach, fee] = t;
        for l in 0..LANES {
            let s = (1.0 - head_start[l]) * (weight[l] / total[l]) * reach[l];
            sold[l] = s;
            elsewhere[l] += s;
            kept[l] = (1.0 - fee[l]).mul_add(s, kept[l]);
            largest[l] = if s > largest[l] { s } else { largest[l] };
        }
    }
}
