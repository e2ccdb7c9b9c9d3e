//! Sobol indices of independent variables: which part of the variance goes with one of them alone, and with it at all.
//!
//! With A and B two independent samples, and C the sample A whose variable i comes from B (Saltelli et al. 2010, "Variance
//! based sensitivity analysis of model output", Computer Physics Communications 181): B and C share variable i alone, A and
//! C all but i.
//!
//! ```text
//! Jansen 1999    S_i = 1 − E(f_B − f_C)²/2V                T_i = E(f_A − f_C)²/2V
//! Janon 2014     S_i = (E f_B f_C − m²)/(E(f_B² + f_C²)/2 − m²),  m = E(f_B + f_C)/2;    T_i = 1 − the same with A for B
//! ```
//!
//! Janon's first-order estimator is the asymptotically efficient one, Jansen's total is never negative: these two are
//! reported, the others beside them.

use super::bootstrap::{Estimate, MOST_UNITS, bootstrap, unit_of};
use super::pick_freeze::{BATCH, Effort, Function, NoAnswer, batches, centres};
use crate::run::Observer;

/// Indices of one output.
#[derive(Clone, Debug, PartialEq)]
pub struct SobolIndices {
    /// Mean of the output.
    pub mean: Estimate,
    /// Variance of the output.
    pub variance: Estimate,
    /// Per variable: first order by Janon.
    pub first: Vec<Estimate>,
    /// Per variable: total by Jansen.
    pub total: Vec<Estimate>,
    /// Per variable: first order by Jansen.
    pub first_jansen: Vec<Estimate>,
    /// Per variable: total by Janon.
    pub total_janon: Vec<Estimate>,
}

/// What the design answered.
#[derive(Clone, Debug, PartialEq)]
pub struct SobolAnswer {
    /// Per output.
    pub outputs: Vec<SobolIndices>,
    /// Paths of each evaluation.
    pub paths: u64,
    /// Evaluations of the function on one path.
    pub evaluations: u64,
    /// Whether it was stopped before the paths asked for.
    pub interrupted: bool,
}

/// Sums over a unit about the centre: of A, A², B, B²; per variable of C, C², AC, BC.
#[derive(Clone)]
struct Sums {
    n: f64,
    own: Vec<[f64; 4]>,
    per_variable: Vec<Vec<[f64; 4]>>,
    undefined: Vec<u64>,
}

impl Sums {
    fn empty(outputs: usize, variables: usize) -> Sums {
        Sums {
            n: 0.0,
            own: vec![[0.0; 4]; outputs],
            per_variable: vec![vec![[0.0; 4]; variables]; outputs],
            undefined: vec![0; outputs],
        }
    }

    fn add(&mut self, other: &Sums) {
        let add = |a: &mut [f64; 4], b: &[f64; 4]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        self.n += other.n;
        self.own.iter_mut().zip(&other.own).for_each(|(a, b)| add(a, b));
        self.per_variable
            .iter_mut()
            .flatten()
            .zip(other.per_variable.iter().flatten())
            .for_each(|(a, b)| add(a, b));
        self.undefined.iter_mut().zip(&other.undefined).for_each(|(a, b)| *a += b);
    }
}

/// Evaluations of the function on one path that the design takes.
pub fn sobol_evaluations(variables: usize) -> u64 {
    variables as u64 + 2
}

/// Indices of every output for every variable. The variables must be independent.
pub fn sobol(
    function: &dyn Function,
    effort: Effort,
    observer: &dyn Observer,
) -> Result<SobolAnswer, NoAnswer> {
    let (variables, outputs) = (function.variables(), function.outputs());
    let order: Vec<usize> = (0..variables).collect();
    let centre = centres(function);
    let evaluations = sobol_evaluations(variables);
    let count = effort.paths.div_ceil(BATCH).max(1);
    let (done, interrupted) =
        batches(function, count, evaluations, effort.threads, observer, |evaluator, batch| {
            let first = batch * BATCH;
            let column = || vec![vec![0.0; BATCH as usize]; outputs];
            let (mut a, mut b, mut c) = (column(), column(), column());
            let mut sums = Sums::empty(outputs, variables);
            sums.n = BATCH as f64;
            evaluator.evaluate(first, &order, &vec![false; variables], &mut a);
            evaluator.evaluate(first, &order, &vec![true; variables], &mut b);
            for o in 0..outputs {
                for l in 0..a[o].len() {
                    sums.undefined[o] += u64::from(a[o][l].is_nan()) + u64::from(b[o][l].is_nan());
                    let (a, b) = (a[o][l] - centre[o], b[o][l] - centre[o]);
                    add4(&mut sums.own[o], [a, a * a, b, b * b]);
                }
            }
            for i in 0..variables {
                let anew: Vec<bool> = order.iter().map(|&j| j == i).collect();
                evaluator.evaluate(first, &order, &anew, &mut c);
                for o in 0..outputs {
                    for l in 0..c[o].len() {
                        sums.undefined[o] += u64::from(c[o][l].is_nan());
                        let (a, b) = (a[o][l] - centre[o], b[o][l] - centre[o]);
                        let c = c[o][l] - centre[o];
                        add4(&mut sums.per_variable[o][i], [c, c * c, a * c, b * c]);
                    }
                }
            }
            sums
        })?;
    if done.is_empty() {
        return Err(NoAnswer::Interrupted);
    }
    let mut units = vec![Sums::empty(outputs, variables); done.len().min(MOST_UNITS)];
    for (batch, sums) in done.iter().enumerate() {
        units[unit_of(batch, done.len())].add(sums);
    }
    let paths = done.len() as u64 * BATCH;
    let answers = (0..outputs)
        .map(|output| {
            let undefined = units.iter().map(|unit| unit.undefined[output]).sum();
            match undefined {
                0 => Ok(indices(&units, output, variables, centre[output], effort.seed)),
                _ => Err(NoAnswer::Undefined { output, undefined, evaluations: paths * evaluations }),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok(SobolAnswer { outputs: answers, paths, evaluations, interrupted })
}

fn add4(sum: &mut [f64; 4], terms: [f64; 4]) {
    sum.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
}

fn indices(units: &[Sums], output: usize, variables: usize, centre: f64, seed: u64) -> SobolIndices {
    let estimates = bootstrap(units.len(), seed, 2 + 4 * variables, |weights, out| {
        let mut n = 0.0;
        let mut own = [0.0; 4];
        let mut sums = vec![[0.0; 4]; variables];
        for (unit, &weight) in units.iter().zip(weights) {
            if weight == 0.0 {
                continue;
            }
            n += weight * unit.n;
            own.iter_mut().zip(&unit.own[output]).for_each(|(sum, x)| *sum += weight * x);
            for (sum, terms) in sums.iter_mut().zip(&unit.per_variable[output]) {
                sum.iter_mut().zip(terms).for_each(|(sum, x)| *sum += weight * x);
            }
        }
        let [a, aa, b, bb] = own.map(|sum| sum / n);
        let mean = 0.5 * (a + b);
        let variance = (0.5 * (aa + bb) - mean * mean) * (2.0 * n / (2.0 * n - 1.0));
        out[0] = centre + mean;
        out[1] = variance;
        // Of a pair of samples with the means x, y, squares xx, yy and product xy.
        let janon = |x: f64, xx: f64, y: f64, yy: f64, xy: f64| {
            let m = 0.5 * (x + y);
            (xy - m * m) / (0.5 * (xx + yy) - m * m)
        };
        for (i, sums) in sums.iter().enumerate() {
            let [c, cc, ac, bc] = sums.map(|sum| sum / n);
            out[2 + i] = janon(b, bb, c, cc, bc);
            out[2 + variables + i] = 0.5 * (aa + cc - 2.0 * ac) / variance;
            out[2 + 2 * variables + i] = 1.0 - 0.5 * (bb + cc - 2.0 * bc) / variance;
            out[2 + 3 * variables + i] = 1.0 - janon(a, aa, c, cc, ac);
        }
    });
    let part = |k: usize| estimates[2 + k * variables..2 + (k + 1) * variables].to_vec();
    SobolIndices {
        mean: estimates[0],
        variance: estimates[1],
        first: part(0),
        total: part(1),
        first_jansen: part(2),
        total_janon: part(3),
    }
}
