//! Shapley effects: shares of the variance for variables that may depend on each other, adding up to the
//! whole.
//!
//! With `c(v) = Var E(Y | X_v)`, the effect of a variable is what it adds to `c` when it joins the variables
//! before it, averaged over all orders (Song, Nelson and Staum 2016, "Shapley effects for global sensitivity
//! analysis", SIAM/ASA J. Uncertainty Quantification 4). Instead of nested samples, two evaluations share
//! `X_v` and are independent given it:
//!
//! ```text
//! c(v) = Var Y − E(Y − Y_v)²/2
//! ```
//!
//! One order serves all of its prefixes, because one factor of the correlation matrix does. Every batch of
//! paths has its own order and the next batch the reverse, which cancels much of the variation between
//! orders; up to three variables take all orders in turn. The parts of a batch add up to `(Y − Y_∅)²/2`,
//! whose mean is the variance, so the effects add up to the estimated variance exactly and each is unbiased.

use super::bootstrap::bootstrap;
use super::estimate::Estimate;
use super::pick_freeze::{
    BATCH, BatchSums, Effort, Evaluate, Function, NoAnswer, batches, check_defined, units,
};
use crate::rng::stream;
use crate::run::Observer;
use ndarray::{Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;

/// Effects on one output, as fractions of its variance.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapleyEffects {
    /// Variance of the output.
    pub variance: Estimate,
    /// Fraction of the variance per variable; they add up to 1.
    pub effect: Vec<Estimate>,
    /// First-order index per variable, `Var E(Y | X_i)/Var Y`, from the orders that begin with it.
    pub first: Vec<Estimate>,
    /// Total index per variable, `E Var(Y | all but X_i)/Var Y`, from the orders that end with it. Under
    /// dependence it may be below the first-order index.
    pub total: Vec<Estimate>,
}

/// The answer of a Shapley study.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapleyAnswer {
    /// Effects per output.
    pub outputs: Vec<ShapleyEffects>,
    /// Paths per evaluation.
    pub paths: u64,
    /// Evaluations of the function per path.
    pub evaluations: u64,
    /// Number of orders used.
    pub orders: u64,
    /// Whether the study was stopped before its end.
    pub interrupted: bool,
}

/// Positions of the sums that the effects on one output are made of.
#[derive(Clone, Copy)]
struct Terms {
    variables: usize,
}

impl Terms {
    /// Number of paths.
    const PATHS: usize = 0;
    /// Sum of `(Y − Y_∅)²/2`.
    const WHOLE: usize = 1;

    fn count(self) -> usize {
        2 + 5 * self.variables
    }

    /// What a variable adds in all orders.
    fn added(self, variable: usize) -> usize {
        2 + variable
    }

    /// What it adds in the orders that begin with it, and the number of their paths.
    fn first(self, variable: usize) -> [usize; 2] {
        [2 + self.variables + variable, 2 + 2 * self.variables + variable]
    }

    /// What it adds in the orders that end with it, and the number of their paths.
    fn total(self, variable: usize) -> [usize; 2] {
        [2 + 3 * self.variables + variable, 2 + 4 * self.variables + variable]
    }
}

/// Evaluations per path that a Shapley study takes.
pub fn shapley_evaluations(variables: usize) -> u64 {
    variables as u64 + 1
}

/// Number of batches after which a balanced set of orders is complete.
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
        // All orders in turn: rotations, and every other time the reverse.
        order.rotate_left((batch / 2) as usize % variables.max(1));
    } else {
        order.shuffle(&mut stream(seed, "study.orders", batch / 2));
    }
    if batch % 2 == 1 {
        order.reverse();
    }
    order
}

/// Estimates the Shapley effects of every variable on every output.
pub fn shapley(
    function: &dyn Function,
    effort: Effort<'_>,
    observer: &dyn Observer,
) -> Result<ShapleyAnswer, NoAnswer> {
    let variables = function.variables();
    let evaluations = shapley_evaluations(variables);
    let cycle = cycle(variables);
    let count = effort.paths.div_ceil(BATCH * cycle).max(1) * cycle;
    let (mut done, interrupted) =
        batches(function, count, evaluations, effort, observer, |evaluator, batch| {
            let order = order(variables, batch, effort.seed);
            sums_of_batch(evaluator, batch, &order, function.outputs())
        })?;
    // Whole cycles, so that orders stay balanced.
    let cycle = cycle as usize;
    done.truncate(done.len() / cycle * cycle);
    if done.is_empty() {
        return Err(NoAnswer::Interrupted);
    }
    let paths = done.len() as u64 * BATCH;
    let units = units(&done, cycle);
    let mut outputs = Vec::new();
    for output in 0..function.outputs() {
        check_defined(&done, output, paths * evaluations)?;
        outputs.push(effects(units.index_axis(Axis(0), output), variables, effort.seed));
    }
    Ok(ShapleyAnswer { outputs, paths, evaluations, orders: done.len() as u64, interrupted })
}

/// Evaluates the paths of a batch, each time keeping one more variable of the order, and sums what each
/// variable adds.
fn sums_of_batch(evaluator: &mut dyn Evaluate, batch: u64, order: &[usize], outputs: usize) -> BatchSums {
    let terms = Terms { variables: order.len() };
    let first_path = batch * BATCH;
    let mut sums = BatchSums::zeros(outputs, terms.count());
    sums.terms.column_mut(Terms::PATHS).fill(BATCH as f64);
    let mut redrawn = vec![false; order.len()];
    let mut y = Array2::zeros((outputs, BATCH as usize));
    evaluator.evaluate(first_path, order, &redrawn, &mut y);
    redrawn.fill(true);
    let mut other = y.clone();
    let mut before = vec![0.0; outputs];
    for (kept, &joins) in order.iter().enumerate() {
        // The variables before this one are kept.
        evaluator.evaluate(first_path, order, &redrawn, &mut other);
        redrawn[joins] = false;
        for o in 0..outputs {
            let mut half = 0.0;
            for (a, b) in y.row(o).iter().zip(other.row(o)) {
                sums.undefined[o] += u64::from(a.is_nan() || b.is_nan());
                half += 0.5 * (a - b) * (a - b);
            }
            match kept.checked_sub(1) {
                None => sums.terms[[o, Terms::WHOLE]] = half,
                Some(previous) => sums.terms[[o, terms.added(order[previous])]] = before[o] - half,
            }
            before[o] = half;
        }
    }
    let (Some(&begins), Some(&ends)) = (order.first(), order.last()) else { return sums };
    for (mut row, &rest) in sums.terms.rows_mut().into_iter().zip(&before) {
        row[terms.added(ends)] = rest;
        for ([adds, paths], variable) in [(terms.first(begins), begins), (terms.total(ends), ends)] {
            row[adds] = row[terms.added(variable)];
            row[paths] = BATCH as f64;
        }
    }
    sums
}

/// The effects on one output, whose terms are `[unit][term]`.
fn effects(units: ArrayView2<'_, f64>, variables: usize, seed: u64) -> ShapleyEffects {
    let terms = Terms { variables };
    let estimates = bootstrap(units, seed, 1 + 3 * variables, |sums, out| {
        let n = sums[Terms::PATHS];
        let variance = sums[Terms::WHOLE] / n;
        // NaN if no order begins or ends with the variable.
        let part = |[adds, paths]: [usize; 2]| sums[adds] / sums[paths] / variance;
        out[0] = variance;
        for i in 0..variables {
            out[1 + i] = sums[terms.added(i)] / n / variance;
            out[1 + variables + i] = part(terms.first(i));
            out[1 + 2 * variables + i] = part(terms.total(i));
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
