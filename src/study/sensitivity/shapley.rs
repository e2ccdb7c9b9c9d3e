//! Shapley effects: the variance shared out over variables that may depend on each other, so that the parts add up to it.
//!
//! With `c(v) = Var E(Y | X_v)`, what a variable adds to `c` when it joins those before it is averaged over the orders of all
//! variables (Song, Nelson and Staum 2016, "Shapley effects for global sensitivity analysis", SIAM/ASA J. Uncertainty
//! Quantification 4). Instead of nested samples two evaluations are taken that share `X_v` and are independent given it:
//!
//! ```text
//! c(v) = Var Y − E(Y − Y_v)²/2
//! ```
//!
//! One order serves all its beginnings, since one factor of the correlation matrix in that order does. Every batch of paths
//! has an order of its own, and the next batch the same one reversed, which cancels much of the variation between orders; up
//! to three variables take all orders in turn. The parts of a batch add up to `(Y − Y_∅)²/2`, whose mean is the variance, so
//! that the effects add up to the estimated variance exactly and each is unbiased.

use super::bootstrap::{Estimate, MOST_UNITS, bootstrap, unit_of};
use super::pick_freeze::{BATCH, Effort, Function, NoAnswer, batches};
use crate::rng::stream::{StreamKey, uniform_of_draw};
use crate::run::Observer;

/// Effects of one output, as parts of its variance.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapleyEffects {
    /// Variance of the output.
    pub variance: Estimate,
    /// Per variable: its part of the variance; they add up to 1.
    pub effect: Vec<Estimate>,
    /// Per variable: first order, `Var E(Y | X_i)/Var Y`, from the orders that it begins.
    pub first: Vec<Estimate>,
    /// Per variable: total, `E Var(Y | all but X_i)/Var Y`, from the orders that it ends. Under dependence it may be below the
    /// first order.
    pub total: Vec<Estimate>,
}

/// What the orders answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapleyAnswer {
    /// Per output.
    pub outputs: Vec<ShapleyEffects>,
    /// Paths of each evaluation.
    pub paths: u64,
    /// Evaluations of the function on one path.
    pub evaluations: u64,
    /// Orders of the variables that were taken.
    pub orders: u64,
    /// Whether it was stopped before the paths asked for.
    pub interrupted: bool,
}

/// Sums over a unit, per output: `(Y − Y_∅)²/2` and paths; per variable what it adds, and that with the paths of the orders
/// that it begins and ends.
#[derive(Clone)]
struct Sums {
    n: f64,
    whole: Vec<f64>,
    added: Vec<Vec<f64>>,
    first: Vec<Vec<f64>>,
    total: Vec<Vec<f64>>,
    begun: Vec<f64>,
    ended: Vec<f64>,
    undefined: Vec<u64>,
}

impl Sums {
    fn empty(outputs: usize, variables: usize) -> Sums {
        let each = || vec![vec![0.0; variables]; outputs];
        Sums {
            n: 0.0,
            whole: vec![0.0; outputs],
            added: each(),
            first: each(),
            total: each(),
            begun: vec![0.0; variables],
            ended: vec![0.0; variables],
            undefined: vec![0; outputs],
        }
    }

    fn add(&mut self, other: &Sums) {
        let add = |a: &mut Vec<f64>, b: &Vec<f64>| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        self.n += other.n;
        add(&mut self.whole, &other.whole);
        add(&mut self.begun, &other.begun);
        add(&mut self.ended, &other.ended);
        for o in 0..self.added.len() {
            add(&mut self.added[o], &other.added[o]);
            add(&mut self.first[o], &other.first[o]);
            add(&mut self.total[o], &other.total[o]);
            self.undefined[o] += other.undefined[o];
        }
    }
}

/// Evaluations of the function on one path that the orders take.
pub fn shapley_evaluations(variables: usize) -> u64 {
    variables as u64 + 1
}

/// Batches after which the orders begin anew in a balanced way.
fn cycle(variables: usize) -> u64 {
    match variables {
        0 | 1 => 1,
        2 => 2,
        3 => 6,
        _ => 2,
    }
}

/// The order of a batch.
fn order(variables: usize, batch: u64, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..variables).collect();
    if variables <= 3 {
        // All orders in turn: a rotation, and every other time the reverse.
        order.rotate_left((batch / 2) as usize % variables.max(1));
    } else {
        let key = StreamKey::new(seed, "study.orders");
        for i in (1..variables).rev() {
            let at = uniform_of_draw(key, batch / 2, i as u32) * (i + 1) as f64;
            order.swap(i, at as usize);
        }
    }
    if batch % 2 == 1 {
        order.reverse();
    }
    order
}

/// Effects of every variable on every output.
pub fn shapley(
    function: &dyn Function,
    effort: Effort,
    observer: &dyn Observer,
) -> Result<ShapleyAnswer, NoAnswer> {
    let (variables, outputs) = (function.variables(), function.outputs());
    let evaluations = shapley_evaluations(variables);
    let cycle = cycle(variables);
    let count = effort.paths.div_ceil(BATCH * cycle).max(1) * cycle;
    let (mut done, interrupted) =
        batches(function, count, evaluations, effort.threads, observer, |evaluator, batch| {
            let order = order(variables, batch, effort.seed);
            let first = batch * BATCH;
            let column = || vec![vec![0.0; BATCH as usize]; outputs];
            let (mut y, mut other) = (column(), column());
            let mut sums = Sums::empty(outputs, variables);
            sums.n = BATCH as f64;
            let mut anew = vec![false; variables];
            evaluator.evaluate(first, &order, &anew, &mut y);
            anew.fill(true);
            let mut before = vec![0.0; outputs];
            for (kept, &joins) in order.iter().enumerate() {
                // The variables before this one are kept.
                evaluator.evaluate(first, &order, &anew, &mut other);
                anew[joins] = false;
                for o in 0..outputs {
                    let mut half = 0.0;
                    for (a, b) in y[o].iter().zip(&other[o]) {
                        sums.undefined[o] += u64::from(a.is_nan() || b.is_nan());
                        half += 0.5 * (a - b) * (a - b);
                    }
                    match kept.checked_sub(1) {
                        None => sums.whole[o] = half,
                        Some(previous) => sums.added[o][order[previous]] = before[o] - half,
                    }
                    before[o] = half;
                }
            }
            if let (Some(&begins), Some(&ends)) = (order.first(), order.last()) {
                for (o, &rest) in before.iter().enumerate() {
                    sums.added[o][ends] = rest;
                    sums.total[o][ends] = rest;
                    sums.first[o][begins] = sums.added[o][begins];
                }
                sums.begun[begins] = sums.n;
                sums.ended[ends] = sums.n;
            }
            sums
        })?;
    // Whole cycles, so that orders stay balanced.
    done.truncate(done.len() / cycle as usize * cycle as usize);
    if done.is_empty() {
        return Err(NoAnswer::Interrupted);
    }
    let cycles = done.len() / cycle as usize;
    let mut units = vec![Sums::empty(outputs, variables); cycles.min(MOST_UNITS)];
    for (batch, sums) in done.iter().enumerate() {
        units[unit_of(batch / cycle as usize, cycles)].add(sums);
    }
    let paths = done.len() as u64 * BATCH;
    let answers = (0..outputs)
        .map(|output| {
            let undefined = units.iter().map(|unit| unit.undefined[output]).sum();
            match undefined {
                0 => Ok(effects(&units, output, variables, effort.seed)),
                _ => Err(NoAnswer::Undefined { output, undefined, evaluations: paths * evaluations }),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok(ShapleyAnswer { outputs: answers, paths, evaluations, orders: done.len() as u64, interrupted })
}

fn effects(units: &[Sums], output: usize, variables: usize, seed: u64) -> ShapleyEffects {
    let estimates = bootstrap(units.len(), seed, 1 + 3 * variables, |weights, out| {
        let sum = |of: &dyn Fn(&Sums) -> f64| -> f64 {
            units.iter().zip(weights).filter(|(_, w)| **w != 0.0).map(|(unit, w)| w * of(unit)).sum()
        };
        let n = sum(&|unit| unit.n);
        let variance = sum(&|unit| unit.whole[output]) / n;
        out[0] = variance;
        for i in 0..variables {
            out[1 + i] = sum(&|unit| unit.added[output][i]) / n / variance;
            // NaN where no order begins or ends with the variable.
            out[1 + variables + i] =
                sum(&|unit| unit.first[output][i]) / sum(&|unit| unit.begun[i]) / variance;
            out[1 + 2 * variables + i] =
                sum(&|unit| unit.total[output][i]) / sum(&|unit| unit.ended[i]) / variance;
        }
    });
    let part = |k: usize| estimates[1 + k * variables..1 + (k + 1) * variables].to_vec();
    ShapleyEffects { variance: estimates[0], effect: part(0), first: part(1), total: part(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_orders_and_those_of_a_cycle_are_balanced() {
        for variables in 1..=3 {
            let cycle = cycle(variables);
            let mut orders: Vec<_> = (0..cycle).map(|batch| order(variables, batch, 1)).collect();
            orders.sort();
            orders.dedup();
            assert_eq!(orders.len(), (1..=variables).product::<usize>(), "all orders of {variables}");
        }
        for batch in 0..100 {
            let one = order(20, 2 * batch, 1);
            let mut reversed = order(20, 2 * batch + 1, 1);
            reversed.reverse();
            assert_eq!(one, reversed);
            let mut sorted = one.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..20).collect::<Vec<_>>());
            assert_ne!(one, order(20, 2 * batch + 2, 1));
        }
    }
}
