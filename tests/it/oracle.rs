//! The families of distributions, by every set of parameters, against draws of other libraries: two-sample Kolmogorov–Smirnov tests
//! with fixed seeds.

use capstake::math::distribution::{Distribution, DistributionError, QuantileMap, QuantilePair};
use capstake::rng::stream;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution as Draws;
use rand_distr::{
    Beta, LogNormal, Normal, Open01, Pert, StudentT, Triangular, Uniform, weighted::WeightedIndex,
};

/// Draws on either side.
const DRAWS: u64 = 40_000;

/// Two samples of one law are farther apart with probability 2·10⁻⁴ (Kolmogorov's limit: 2 exp(−2 x²)).
const LIMIT: f64 = 2.146;

const COLUMN: [f64; 7] = [0.9, -0.4, 0.1, 0.35, 0.2, -1.1, 0.62];

type Oracle = Box<dyn Fn(&mut SmallRng) -> f64>;

/// A family: ours, the other library's draws of it, and its draws of a law that differs a little.
struct Family {
    name: &'static str,
    ours: Distribution,
    oracle: Oracle,
    moved: Oracle,
}

fn drawn(law: impl Draws<f64> + 'static) -> Oracle {
    Box::new(move |rng| law.sample(rng))
}

fn family(
    name: &'static str,
    ours: Result<Distribution, DistributionError>,
    oracle: Oracle,
    moved: Oracle,
) -> Family {
    Family { name, ours: ours.expect("sound parameters"), oracle, moved }
}

/// Keelin's quantile formula (2016) of the three-term metalog at another library's uniform, through quantiles at α, ½, 1 − α.
fn metalog(alpha: f64, [low, p50, high]: [f64; 3]) -> Oracle {
    let far = ((1.0 - alpha) / alpha).ln();
    Box::new(move |rng| {
        let u: f64 = Open01.sample(rng);
        let logit = (u / (1.0 - u)).ln();
        let skew = (high + low - 2.0 * p50) / ((1.0 - 2.0 * alpha) * far);
        p50 + (high - low) / (2.0 * far) * logit + skew * (u - 0.5) * logit
    })
}

/// ln(1 + x) of the draws x of a normal law that hardly ever reaches −1.
fn rate_of_normal(mean: f64) -> Oracle {
    let law = Normal::new(mean, 0.2).expect("a deviation");
    Box::new(move |rng| (1.0 + law.sample(rng)).ln())
}

fn weighted(values: [f64; 3], weights: [f64; 3]) -> Oracle {
    let index = WeightedIndex::new(weights).expect("weights");
    Box::new(move |rng| values[index.sample(rng)])
}

fn families() -> Vec<Family> {
    let triangular = |mode| drawn(Triangular::new(0.0, 10.0, mode).expect("an order"));
    let pert = |shape| drawn(Pert::new(0.0, 10.0).with_shape(shape).with_mode(2.0).expect("an order"));
    let student = |df| {
        let law = StudentT::new(df).expect("above 0");
        Box::new(move |rng: &mut SmallRng| 0.1 + 0.2 * law.sample(rng)) as Oracle
    };
    let chosen = |values: [f64; 7]| {
        Box::new(move |rng: &mut SmallRng| values[rng.random_range(0..values.len())]) as Oracle
    };
    let moved_column = COLUMN.map(|x| if x == 0.35 { 0.15 } else { x });
    vec![
        family(
            "uniform",
            Distribution::uniform(-1.0, 3.0),
            drawn(Uniform::new(-1.0, 3.0).expect("an order")),
            drawn(Uniform::new(-1.0, 3.1).expect("an order")),
        ),
        family("triangular", Distribution::triangular(0.0, 2.0, 10.0), triangular(2.0), triangular(2.4)),
        family("pert", Distribution::pert(0.0, 2.0, 10.0, 4.0), pert(4.0), pert(3.6)),
        family(
            "normal",
            Distribution::normal(0.3, 0.2),
            drawn(Normal::new(0.3, 0.2).expect("a deviation")),
            drawn(Normal::new(0.3, 0.21).expect("a deviation")),
        ),
        family(
            "lognormal",
            Distribution::lognormal(8.0, 0.5),
            drawn(LogNormal::new(8.0_f64.ln(), 0.5).expect("a deviation")),
            drawn(LogNormal::new(8.2_f64.ln(), 0.5).expect("a deviation")),
        ),
        family("student-t", Distribution::student_t(4.0, 0.1, 0.2), student(4.0), student(2.7)),
        family(
            "beta",
            Distribution::beta(2.0, 5.0, 0.0, 1.0),
            drawn(Beta::new(2.0, 5.0).expect("shapes")),
            drawn(Beta::new(2.1, 5.0).expect("shapes")),
        ),
        family(
            "discrete",
            Distribution::discrete(&[3.0, 1.0, 2.0], &[2.0, 1.0, 5.0]),
            weighted([3.0, 1.0, 2.0], [2.0, 1.0, 5.0]),
            weighted([3.0, 1.0, 2.0], [2.0, 1.2, 5.0]),
        ),
        family("empirical", Distribution::empirical(COLUMN.to_vec()), chosen(COLUMN), chosen(moved_column)),
        family(
            "quantiles",
            Distribution::quantiles(QuantilePair::P10P90, [-0.2, 0.3, 1.0], None, None),
            metalog(0.1, [-0.2, 0.3, 1.0]),
            metalog(0.1, [-0.2, 0.33, 1.0]),
        ),
        family(
            "quantiles p05 and p95",
            Distribution::quantiles(QuantilePair::P05P95, [-0.2, 0.3, 1.0], None, None),
            metalog(0.05, [-0.2, 0.3, 1.0]),
            metalog(0.06, [-0.2, 0.3, 1.0]),
        ),
        family(
            "quantiles p01 and p99",
            Distribution::quantiles(QuantilePair::P01P99, [-0.2, 0.3, 1.0], None, None),
            metalog(0.01, [-0.2, 0.3, 1.0]),
            metalog(0.015, [-0.2, 0.3, 1.0]),
        ),
        family(
            "quantiles p25 and p75",
            Distribution::quantiles(QuantilePair::P25P75, [-0.2, 0.3, 1.0], None, None),
            metalog(0.25, [-0.2, 0.3, 1.0]),
            metalog(0.23, [-0.2, 0.3, 1.0]),
        ),
        family(
            "lognormal by its mean and standard deviation",
            Distribution::lognormal_of_moments(30.0, 12.0),
            drawn(LogNormal::from_mean_cv(30.0, 0.4).expect("a variation")),
            drawn(LogNormal::from_mean_cv(30.0, 0.42).expect("a variation")),
        ),
        family(
            "normal, year on year",
            Distribution::normal(0.5, 0.2).map(Distribution::continuous_rate),
            rate_of_normal(0.5),
            rate_of_normal(0.49),
        ),
    ]
}

/// Draws as a run makes them: a path's normal through the compiled quantile function.
fn our_draws(law: &Distribution, name: &str) -> Vec<f64> {
    let map = QuantileMap::new(law);
    (0..DRAWS).map(|path| map.apply_one(stream(7, name, path).normal())).collect()
}

/// √(n m/(n + m)) times the largest distance between two empirical distribution functions.
fn kolmogorov_smirnov(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let up_to = |sample: &[f64], x: f64| sample.partition_point(|&y| y <= x) as f64;
    let distance =
        a.iter().chain(&b).map(|&x| (up_to(&a, x) / n - up_to(&b, x) / m).abs()).fold(0.0, f64::max);
    distance * (n * m / (n + m)).sqrt()
}

#[test]
fn families_agree_with_draws_of_other_libraries_and_with_no_moved_law() {
    for (seed, Family { name, ours, oracle, moved }) in (100..).zip(families()) {
        let other = |draw: &Oracle| {
            let mut rng = SmallRng::seed_from_u64(seed);
            (0..DRAWS).map(|_| draw(&mut rng)).collect()
        };
        let sample = our_draws(&ours, name);
        let [same, different] = [&oracle, &moved].map(|draw| kolmogorov_smirnov(sample.clone(), other(draw)));
        println!("{name}: {same:.3} against its own law, {different:.3} against the moved one");
        assert!(same < LIMIT, "{name}: {same}");
        assert!(different > LIMIT, "{name}: cannot see the moved law ({different})");
    }
}
