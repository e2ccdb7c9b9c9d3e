//! Enterprise value, equity, rounds, shortfall funding, failure and the exit of the stake
//! (methodology: funding and failure; equity).

use crate::math::elementary::{exp, ln};
use crate::math::lanes::{LANES, Lanes};
use crate::simd_fn;

/// Value and ownership of a deal's company over a block.
#[derive(Clone)]
pub struct Holding {
    /// Enterprise value at the period's end, billions; 0 where undefined.
    pub ev: Lanes,
    /// 1 where enterprise value is defined, else 0.
    pub defined: Lanes,
    /// The same at time 0.
    pub defined_at_start: Lanes,
    /// Equity at the period's end, billions.
    pub equity: Lanes,
    /// What a holder of time 0 has left of each share: the dilution factor common to all.
    pub kept: Lanes,
    /// 1 until failure, then 0.
    pub alive: Lanes,
    /// Time of failure, years; infinite: never.
    pub failed_at: Lanes,
    /// Raised when short, billions.
    pub raised: Lanes,
    /// 1 once the stake has been valued.
    pub exited: Lanes,
    /// Equity (or recovery) at the exit, billions.
    pub exit_equity: Lanes,
    /// `kept` at the exit.
    pub exit_kept: Lanes,
    /// Discount factor at the exit.
    pub exit_discount: Lanes,
    /// What the marketability discount leaves of the stake's value at the exit.
    pub exit_market: Lanes,
    /// 1 where the value at the exit is defined.
    pub exit_defined: Lanes,
}

impl Default for Holding {
    fn default() -> Self {
        Holding {
            ev: Lanes::ZERO,
            defined: Lanes::splat(1.0),
            defined_at_start: Lanes::splat(1.0),
            equity: Lanes::ZERO,
            kept: Lanes::splat(1.0),
            alive: Lanes::splat(1.0),
            failed_at: Lanes::splat(f64::INFINITY),
            raised: Lanes::ZERO,
            exited: Lanes::ZERO,
            exit_equity: Lanes::ZERO,
            exit_kept: Lanes::splat(1.0),
            exit_discount: Lanes::splat(1.0),
            exit_market: Lanes::splat(1.0),
            exit_defined: Lanes::splat(1.0),
        }
    }
}

simd_fn! {
    /// One step of the multiple's log: exact Ornstein–Uhlenbeck. `centre`: log of the long-run multiple.
    pub fn multiple_step(centre: &Lanes, keep: &Lanes, noise: &Lanes, zeta: &Lanes, log_multiple: &mut Lanes) {
        for l in 0..LANES {
            log_multiple[l] = (log_multiple[l] - centre[l]).mul_add(keep[l], centre[l]) + noise[l] * zeta[l];
        }
    }
}

simd_fn! {
    /// `out = multiple·figure`.
    pub fn multiple_value(multiple: &Lanes, figure: &Lanes, ev: &mut Lanes) {
        for l in 0..LANES {
            ev[l] = multiple[l] * figure[l];
        }
    }
}

simd_fn! {
    /// `ev *= (gross margin/reference)^elasticity`; a negative margin counts 0.
    pub fn margin_factor(net: &Lanes, inference: &Lanes, elasticity: &Lanes, reference: &Lanes, ev: &mut Lanes) {
        for l in 0..LANES {
            let margin = 1.0 - inference[l] / net[l];
            // Not-a-number where there is no revenue: then there is no value to scale either.
            let margin = if margin > 0.0 { margin } else { 0.0 };
            let factor = exp(elasticity[l] * ln(margin / reference[l]));
            let factor = if elasticity[l] == 0.0 { 1.0 } else { factor };
            let scaled = ev[l] * factor;
            ev[l] = if ev[l] == 0.0 { 0.0 } else { scaled };
        }
    }
}

simd_fn! {
    /// Trailing free cash flow growing for ever; undefined unless `r > g + 1%`.
    pub fn perpetuity(fcf: &Lanes, growth: &Lanes, rate: &Lanes, ev: &mut Lanes, defined: &mut Lanes) {
        for l in 0..LANES {
            let spread = rate[l] - growth[l];
            let value = fcf[l] * (1.0 + growth[l]) / spread;
            let sound = spread > 0.01;
            ev[l] = if sound { value } else { 0.0 };
            defined[l] = if sound { 1.0 } else { 0.0 };
        }
    }
}

simd_fn! {
    /// `equity = max(EV + cash - owed, 0)`, 0 after failure or where undefined.
    pub fn value_equity(cash: &Lanes, owed: &Lanes, holding: &mut Holding) {
        for l in 0..LANES {
            let equity = holding.ev[l] + cash[l] - owed[l];
            let equity = if equity > 0.0 { equity } else { 0.0 };
            holding.equity[l] = equity * holding.alive[l] * holding.defined[l];
        }
    }
}

simd_fn! {
    /// A round at a value before the money, on the paths where `when` is 1; a value of 0 brings no round.
    pub fn raise(amount: &Lanes, pre_money: &Lanes, when: &Lanes, has_cash: f64, cash: &mut Lanes, kept: &mut Lanes) {
        for l in 0..LANES {
            let takes = (pre_money[l] > 0.0) & (when[l] != 0.0);
            let given = amount[l] / (pre_money[l] + amount[l]);
            kept[l] = if takes { kept[l] * (1.0 - given) } else { kept[l] };
            cash[l] = if takes { has_cash.mul_add(amount[l], cash[l]) } else { cash[l] };
        }
    }
}

simd_fn! {
    /// Shortfall funding, or failure. `t`: free cash flow, what is owed, minimum, runway, discount of the round,
    /// largest dilution, recovery, discount factor of equity. `enabled`: 1, or 0 where OpenAI fails at cash below 0.
    /// Few paths are short in a period: they are found side by side and treated one by one.
    pub fn survive(
        t: [&Lanes; 8], length: f64, time: f64, enabled: f64, cash: &mut Lanes, holding: &mut Holding,
    ) {
        let [fcf, owed, minimum, runway, discount, largest, recovery, factor] = t;
        let mut short = [0_u64; LANES];
        let mut any = 0;
        for l in 0..LANES {
            let below = (holding.alive[l] != 0.0) & (cash[l] < enabled * minimum[l]);
            short[l] = u64::from(below);
            any |= short[l];
        }
        if any == 0 {
            return;
        }
        for l in 0..LANES {
            if short[l] == 0 {
                continue;
            }
            let burn = -fcf[l] / length;
            let burn = if burn > 0.0 { burn } else { 0.0 };
            let amount = minimum[l] - cash[l] + runway[l] * burn;
            let value = (1.0 - discount[l]) * holding.equity[l];
            let given = amount / (value + amount);
            if (value > 0.0) & (given <= largest[l]) & (enabled != 0.0) {
                cash[l] += amount;
                holding.raised[l] += amount;
                holding.kept[l] *= 1.0 - given;
                let equity = holding.ev[l] + cash[l] - owed[l];
                holding.equity[l] = if equity > 0.0 { equity } else { 0.0 };
                continue;
            }
            // Failure: recovery is the exit, unless the stake was sold before.
            if holding.exited[l] == 0.0 {
                let ev = if holding.ev[l] > 0.0 { holding.ev[l] } else { 0.0 };
                holding.exit_equity[l] = recovery[l] * ev;
                holding.exit_kept[l] = holding.kept[l];
                holding.exit_discount[l] = factor[l];
                holding.exit_market[l] = 1.0;
                holding.exit_defined[l] = holding.defined[l];
                holding.exited[l] = 1.0;
            }
            holding.failed_at[l] = time;
            holding.alive[l] = 0.0;
            holding.equity[l] = 0.0;
            cash[l] = 0.0;
        }
    }
}

simd_fn! {
    /// Grants to employees: `(1 - rate)^Δ`.
    pub fn grant(factor: &Lanes, kept: &mut Lanes) {
        for l in 0..LANES {
            kept[l] *= factor[l];
        }
    }
}

simd_fn! {
    /// The exit of the stake on the paths where it is due. `t`: time of the IPO, lock-up in months, marketability
    /// discount, discount factor. `last`: 1 at the horizon. It is due once a path: found side by side, done one by one.
    pub fn exit(t: [&Lanes; 4], time: f64, last: f64, holding: &mut Holding) {
        let [ipo_time, lockup, unlisted, factor] = t;
        let mut due = [0_u64; LANES];
        let mut any = 0;
        for l in 0..LANES {
            let free = ipo_time[l] + lockup[l] / 12.0 <= time + super::plan::TIME_SLACK;
            let now = (free | (last != 0.0)) & (holding.exited[l] == 0.0) & (holding.alive[l] != 0.0);
            due[l] = u64::from(now);
            any |= due[l];
        }
        if any == 0 {
            return;
        }
        for l in 0..LANES {
            if due[l] == 0 {
                continue;
            }
            holding.exit_equity[l] = holding.equity[l];
            holding.exit_kept[l] = holding.kept[l];
            holding.exit_discount[l] = factor[l];
            holding.exit_market[l] = if ipo_time[l] <= time { 1.0 } else { 1.0 - unlisted[l] };
            holding.exit_defined[l] = holding.defined[l];
            holding.exited[l] = 1.0;
        }
    }
}
