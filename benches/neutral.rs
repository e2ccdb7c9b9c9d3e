//! The neutral task for `benches/peers/run.py`: a capped 20% share of geometric Brownian revenue over 20 quarters,
//! discounted, by plain Monte Carlo; by our vectors and by a naive Rust program; beside the machine's peak of fused
//! multiply-adds, and the whole model's scalar twin.
//!
//! `cargo bench --bench neutral -- WHAT PATHS` prints one line: name, seconds, paths (for the peak, multiply-adds), value (mean present value), where
//! WHAT is `ours`, `naive`, `peak` or `twin`. Without arguments it runs each once.

use capstake::math::elementary::exps;
use capstake::math::normal::Quantiles;
use capstake::math::simd::Isa;
use capstake::math::vector::{Vector, WIDTH, WithVector};
use capstake::rng::stream::{Sequence, StreamKey};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr::{Distribution, StandardNormal};
use std::hint::black_box;
use std::time::Instant;

#[path = "../tests/it/twin/mod.rs"]
#[allow(unused_imports)]
mod twin;

const QUARTERS: usize = 20;
const GROWTH: f64 = 0.30;
const VOLATILITY: f64 = 0.40;
const RATE: f64 = 0.20;
const CAP: f64 = 4.0;
const DISCOUNT: f64 = 0.12;

fn drift() -> f64 {
    (GROWTH - VOLATILITY * VOLATILITY / 2.0) / 4.0
}

/// Vectors of paths that are made together.
const TOGETHER: usize = 4;

/// Numbers of [`TOGETHER`] vectors of paths, by quarter and vector.
type Table<V> = [V; QUARTERS * TOGETHER];

/// Sum of present values over the paths of [`TOGETHER`] vectors from `first` on: uniforms, normals, logs of
/// revenue, revenue, payments, each for all quarters before the next, so that what is computed fits the registers.
#[inline(always)]
fn vectors<V: Vector>(
    keys: &capstake::rng::philox::RoundKeys,
    factors: &[f64; QUARTERS],
    first: u64,
    quantiles: &mut Quantiles<V>,
    [u, z]: &mut [Table<V>; 2],
) -> V {
    for vector in 0..TOGETHER {
        let mut sequence = Sequence::<V>::of_group(keys, first + (vector * WIDTH) as u64);
        for quarter in 0..QUARTERS {
            u[quarter * TOGETHER + vector] = sequence.uniform();
        }
    }
    quantiles.rows(u, z, 0, 1);
    quantiles.finish(z);
    for vector in 0..TOGETHER {
        let mut log = V::zero();
        for z in z[vector..].iter_mut().step_by(TOGETHER) {
            log = log + V::splat(VOLATILITY / 2.0).mul_add(*z, V::splat(drift()));
            *z = log;
        }
    }
    // Two by two: one alone waits for itself.
    for some in z.as_chunks_mut::<2>().0 {
        *some = exps(*some);
    }
    let mut sum = V::zero();
    for pair in (0..TOGETHER).step_by(2) {
        let (mut left, mut sums) = ([V::splat(CAP); 2], [V::zero(); 2]);
        for (quarter, &factor) in factors.iter().enumerate() {
            let (discount, at) = (V::splat(factor), quarter * TOGETHER + pair);
            for i in 0..2 {
                let paid = (z[at + i] * RATE).min(left[i]);
                left[i] = left[i] - paid;
                sums[i] = paid.mul_add(discount, sums[i]);
            }
        }
        sum = sum + (sums[0] + sums[1]);
    }
    sum
}

/// The neutral task over so many paths.
struct Ours(u64);

impl WithVector for Ours {
    type Output = f64;
    fn with<V: Vector>(self) -> f64 {
        ours::<V>(self.0)
    }
}

/// So many multiply-adds, in as many chains as the registers of an instruction set hold.
struct Peak(Isa, u64);

impl WithVector for Peak {
    type Output = f64;
    fn with<V: Vector>(self) -> f64 {
        match self.0.name() {
            "avx512" => peak::<V, 12>(self.1),
            "avx2" => peak::<V, 6>(self.1),
            _ => peak::<V, 3>(self.1),
        }
    }
}

/// Mean present value over so many paths, made up to a whole number of vectors together.
fn ours<V: Vector>(paths: u64) -> f64 {
    let keys = StreamKey::new(1, "neutral").rounds();
    let factors: [f64; QUARTERS] = std::array::from_fn(|q| (-DISCOUNT * (q + 1) as f64 / 4.0).exp());
    const STEP: usize = WIDTH * TOGETHER;
    capstake::outlined!(V, {
        let (mut total, mut quantiles) = (V::zero(), Quantiles::new());
        let mut tables = [[V::zero(); QUARTERS * TOGETHER]; 2];
        for first in (0..paths).step_by(STEP) {
            total = total + vectors(&keys, &factors, first, &mut quantiles, &mut tables);
        }
        total.to_array().iter().sum::<f64>() / paths.next_multiple_of(STEP as u64) as f64
    })
}

/// So many multiply-adds of single lanes, in so many chains of vectors that none waits for itself and all stay in registers.
/// Gives the mean over all lanes, 1.
fn peak<V: Vector, const CHAINS: usize>(multiply_adds: u64) -> f64 {
    let (factor, term) = (V::splat(black_box(0.999)), V::splat(black_box(1e-3)));
    let lanes = CHAINS * WIDTH;
    capstake::outlined!(V, {
        // Each lane hidden for itself, and all of them read at the end: the compiler keeps one of two that begin alike, and
        // none that nobody reads.
        let mut chains: [V; CHAINS] =
            std::array::from_fn(|_| V::load(&std::array::from_fn(|_| black_box(1.0))));
        for _ in 0..multiply_adds / lanes as u64 {
            for chain in &mut chains {
                *chain = chain.mul_add(factor, term);
            }
        }
        chains.iter().flat_map(|chain| chain.to_array()).sum::<f64>() / lanes as f64
    })
}

/// What an analyst would write first.
fn naive(paths: u64) -> f64 {
    let mut rng = SmallRng::seed_from_u64(1);
    let mut sum = 0.0;
    for _ in 0..paths {
        let (mut log, mut left) = (0.0_f64, CAP);
        for quarter in 1..=QUARTERS {
            let z: f64 = StandardNormal.sample(&mut rng);
            log += drift() + VOLATILITY / 2.0 * z;
            let paid = (RATE * log.exp()).min(left);
            left -= paid;
            sum += paid * (-DISCOUNT * quarter as f64 / 4.0).exp();
        }
    }
    sum / paths as f64
}

/// Draws of the whole model's twin by the usual crates, one path after the other.
struct UsualDraws<'a> {
    model: &'a capstake::model::Model,
    rng: std::cell::RefCell<SmallRng>,
    inputs: Vec<f64>,
    exponential: f64,
    factors: Vec<f64>,
    /// Strike and size of every shock in every period.
    shocks: Vec<(f64, f64)>,
    rows: std::collections::HashMap<capstake::model::dependence::Factor, usize>,
}

impl<'a> UsualDraws<'a> {
    fn new(model: &'a capstake::model::Model) -> UsualDraws<'a> {
        let factors = model.factors();
        UsualDraws {
            model,
            rng: std::cell::RefCell::new(SmallRng::seed_from_u64(1)),
            inputs: vec![0.0; model.parameters.entries().len()],
            exponential: 0.0,
            factors: vec![0.0; factors.len() * model.timeline.periods().len()],
            shocks: vec![(0.0, 0.0); model.shocks.len() * model.timeline.periods().len()],
            rows: factors.into_iter().enumerate().map(|(i, (_, factor))| (factor, i)).collect(),
        }
    }

    fn normal(&self) -> f64 {
        StandardNormal.sample(&mut *self.rng.borrow_mut())
    }

    /// Draws a path's inputs (correlated as the scenario says) and factors.
    fn next(&mut self) {
        use capstake::math::normal::cdf;
        use capstake::model::dependence::InputVariable;
        use capstake::model::parameters::Distribution;
        let entries = self.model.parameters.entries();
        for (i, entry) in entries.iter().enumerate() {
            self.inputs[i] = match &entry.distribution {
                Distribution::Constant(value) => *value,
                Distribution::Uncertain(law) => law.quantile(cdf(self.normal())),
            };
        }
        self.exponential = -cdf(-self.normal()).ln();
        for group in &self.model.dependence.inputs {
            let z: Vec<f64> = group.members.iter().map(|_| self.normal()).collect();
            for (i, member) in group.members.iter().enumerate() {
                let y: f64 = (0..=i).map(|j| group.cholesky[[i, j]] * z[j]).sum();
                match member {
                    InputVariable::TerminationTime => self.exponential = -cdf(-y).ln(),
                    InputVariable::Number(num) => {
                        if let Distribution::Uncertain(law) = &entries[num.index()].distribution {
                            self.inputs[num.index()] = law.quantile(cdf(y));
                        }
                    }
                }
            }
        }
        let periods = self.model.timeline.periods().len();
        for i in 0..self.shocks.len() {
            let strike = rand::RngExt::random(&mut *self.rng.borrow_mut());
            self.shocks[i] = (strike, self.normal());
        }
        for i in 0..self.factors.len() {
            self.factors[i] = self.normal();
        }
        for group in &self.model.dependence.factors {
            let rows: Vec<usize> = group.members.iter().map(|factor| self.rows[factor]).collect();
            for period in 0..periods {
                let z: Vec<f64> = rows.iter().map(|row| self.factors[row * periods + period]).collect();
                for (i, row) in rows.iter().enumerate() {
                    self.factors[row * periods + period] =
                        (0..=i).map(|j| group.cholesky[[i, j]] * z[j]).sum();
                }
            }
        }
    }
}

impl twin::Draws for UsualDraws<'_> {
    fn number(&self, num: capstake::model::parameters::ParamId) -> f64 {
        self.inputs[num.index()]
    }
    fn termination_exponential(&self) -> f64 {
        self.exponential
    }
    fn factor(&self, period: usize, factor: capstake::model::dependence::Factor) -> f64 {
        self.rows
            .get(&factor)
            .map_or(0.0, |row| self.factors[row * self.model.timeline.periods().len() + period])
    }
    fn strike(&self, period: usize, shock: usize) -> f64 {
        self.shocks[period * self.model.shocks.len() + shock].0
    }
    fn size(&self, period: usize, shock: usize) -> f64 {
        self.shocks[period * self.model.shocks.len() + shock].1
    }
}

/// Paths of the base scenario by the scalar twin; gives the mean of the first metric of the first deal.
fn whole_model(paths: u64) -> f64 {
    let text = std::fs::read_to_string("configs/base.toml").expect("a shipped scenario");
    let (_, config) = capstake::config::parse("configs/base.toml", &text, &[]);
    let config = config.expect("a shipped scenario reads");
    let (model, _) = capstake::model::Model::from_config(&config, "base", "", &capstake::model::NoColumns)
        .expect("a shipped scenario is valid");
    let mut draws = UsualDraws::new(&model);
    let mut sum = 0.0;
    for _ in 0..paths {
        draws.next();
        let outcome = twin::path_untraced(&model, &draws);
        sum += outcome.deals[0].metrics[0].1.unwrap_or(0.0);
    }
    sum / paths as f64
}

#[expect(clippy::print_stdout, reason = "the line is what the driver reads")]
fn measure(what: &str, n: u64) {
    let isa = Isa::detect();
    let start = Instant::now();
    let value = match what {
        "ours" => isa.dispatch(Ours(n)),
        "peak" => isa.dispatch(Peak(isa, n)),
        "naive" => naive(n),
        "twin" => whole_model(n),
        _ => panic!("ours, naive, peak or twin, not {what:?}"),
    };
    let seconds = start.elapsed().as_secs_f64();
    println!("{what} {seconds:.6} {n} {value:.9}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    match arguments.as_slice() {
        [what, n] => measure(what, n.parse().expect("a number of paths")),
        _ => {
            measure("ours", 2_000_000);
            measure("naive", 400_000);
            measure("peak", 2_000_000_000);
            measure("twin", 2_000);
        }
    }
}
