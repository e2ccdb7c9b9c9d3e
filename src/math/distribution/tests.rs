//! The laws against closed forms, published values and each other; the compiled maps against the laws.

#![allow(clippy::print_stdout, reason = "measured errors are shown")]

use proptest::prelude::*;

use super::{Distribution, DistributionError, QuantileMap, QuantilePair};
use crate::math::elementary;
use crate::math::lanes::{LANES, Lanes};
use crate::math::normal;
use crate::math::quadrature::each_node;
use crate::math::simd::Isa;

fn close(found: f64, truth: f64, tolerance: f64) {
    assert!((found - truth).abs() <= tolerance * truth.abs().max(1e-300), "{found:.17} against {truth:.17}");
}

/// One law of every family, and the name to report.
fn laws() -> Vec<(&'static str, Distribution)> {
    let made = [
        ("uniform", Distribution::uniform(-2.0, 5.0)),
        ("triangular", Distribution::triangular(0.0, 2.0, 10.0)),
        ("triangular, peak at low", Distribution::triangular(1.0, 1.0, 2.0)),
        ("triangular, peak at high", Distribution::triangular(1.0, 2.0, 2.0)),
        ("pert", Distribution::pert(0.0, 2.0, 10.0, 4.0)),
        ("pert, heavy", Distribution::pert(-3.0, 2.0, 10.0, 60.0)),
        ("normal", Distribution::normal(3.0, 2.0)),
        ("lognormal", Distribution::lognormal(8.0, 0.7)),
        ("student 1", Distribution::student_t(1.0, 1.0, 2.0)),
        ("student 3", Distribution::student_t(3.0, 1.0, 2.0)),
        ("student 200", Distribution::student_t(200.0, 0.0, 1.0)),
        ("beta 2 5", Distribution::beta(2.0, 5.0, 0.0, 1.0)),
        ("beta .3 .4", Distribution::beta(0.3, 0.4, -1.0, 3.0)),
        ("beta .05 2", Distribution::beta(0.05, 2.0, 0.0, 1.0)),
        ("beta 4000 900", Distribution::beta(4000.0, 900.0, 0.0, 1.0)),
        ("metalog", Distribution::quantiles(QuantilePair::P10P90, [1.0, 2.0, 4.0], None, None)),
        ("metalog above", Distribution::quantiles(QuantilePair::P10P90, [1.0, 2.0, 5.0], Some(0.0), None)),
        (
            "metalog below",
            Distribution::quantiles(QuantilePair::P10P90, [0.93, 0.98, 0.995], None, Some(1.0)),
        ),
        (
            "metalog between",
            Distribution::quantiles(QuantilePair::P10P90, [0.2, 0.35, 0.6], Some(0.0), Some(1.0)),
        ),
        ("metalog p05", Distribution::quantiles(QuantilePair::P05P95, [1.0, 2.0, 5.0], None, None)),
        ("metalog p01", Distribution::quantiles(QuantilePair::P01P99, [1.0, 2.0, 5.0], Some(0.0), None)),
        ("metalog p25", Distribution::quantiles(QuantilePair::P25P75, [1.0, 2.0, 4.0], Some(0.0), Some(9.0))),
        ("lognormal by moments", Distribution::lognormal_of_moments(30.0, 12.0)),
        ("annual uniform", Distribution::uniform(-0.2, 1.5).map(Distribution::continuous_rate)),
        ("annual triangular", Distribution::triangular(-0.5, 0.3, 2.0).map(Distribution::continuous_rate)),
        ("annual normal", annual(Distribution::normal(0.6, 0.3), -0.5)),
        ("annual student", annual(Distribution::student_t(4.0, 0.4, 0.2), -0.9)),
        ("annual beta", Distribution::beta(2.0, 5.0, -0.2, 1.0).map(Distribution::continuous_rate)),
        (
            "annual metalog",
            Distribution::quantiles(QuantilePair::P05P95, [0.1, 0.5, 1.2], Some(-1.0), None)
                .map(Distribution::continuous_rate),
        ),
    ];
    made.into_iter().map(|(name, law)| (name, law.unwrap())).collect()
}

/// The continuous rate of a year-on-year rate that is at least `min`.
fn annual(law: Result<Distribution, DistributionError>, min: f64) -> Result<Distribution, DistributionError> {
    law?.truncated(Some(min), None).map(Distribution::continuous_rate)
}

/// Every law, whole and truncated to its inner part, to its lower and to its upper half.
fn laws_and_truncations() -> Vec<(String, Distribution)> {
    let mut all = Vec::new();
    for (name, law) in laws() {
        for (part, from, to) in [
            ("", None, None),
            (" from p20 to p70", Some(0.2), Some(0.7)),
            (" above p60", Some(0.6), None),
            (" below p30", None, Some(0.3)),
            (" above p99.9999", Some(1.0 - 1e-6), None),
        ] {
            let bound = |u: Option<f64>| u.map(|u| law.quantile(u));
            all.push((format!("{name}{part}"), law.clone().truncated(bound(from), bound(to)).unwrap()));
        }
    }
    all
}

#[test]
fn published_values() {
    let triangular = Distribution::triangular(0.0, 2.0, 10.0).unwrap();
    close(triangular.mean().unwrap(), 4.0, 1e-15);
    close(triangular.std_dev().unwrap().powi(2), 14.0 / 3.0, 1e-15);
    close(triangular.quantile(0.05), 1.0, 1e-14);
    close(triangular.quantile(0.5), 3.675444680, 2e-10);
    close(triangular.quantile(0.95), 8.0, 1e-14);

    let pert = Distribution::pert(0.0, 2.0, 10.0, 4.0).unwrap();
    close(pert.mean().unwrap(), 3.0, 1e-15);
    close(pert.std_dev().unwrap().powi(2), 3.0, 1e-14);
    close(pert.quantile(0.05), 0.58977388, 1e-8);
    close(pert.quantile(0.5), 2.76672259, 1e-8);
    close(pert.quantile(0.95), 6.21276724, 1e-8);

    let variance = 1.25f64.ln();
    let lognormal = Distribution::lognormal(10.0 * (-0.5 * variance).exp(), variance.sqrt()).unwrap();
    close(lognormal.mean().unwrap(), 10.0, 1e-15);
    close(lognormal.std_dev().unwrap(), 5.0, 1e-14);
    close(lognormal.quantile(0.95), 19.4531783801, 1e-11);

    // Closed forms of Student's law with one and two degrees of freedom.
    let (cauchy, two) =
        (Distribution::student_t(1.0, 0.0, 1.0).unwrap(), Distribution::student_t(2.0, 0.0, 1.0).unwrap());
    for u in [1e-12f64, 1e-3, 0.2, 0.4] {
        close(cauchy.quantile(u), -1.0 / (std::f64::consts::PI * u).tan(), 2e-14);
        close(two.quantile(u), (2.0 * u - 1.0) / (2.0 * u * (1.0 - u)).sqrt(), 5e-13);
    }
}

#[test]
fn moments_agree_with_a_sum_over_the_quantile_function() {
    for (name, law) in laws_and_truncations() {
        let (Some(mean), Some(sd)) = (law.mean(), law.std_dev()) else { continue };
        if sd < 1e-6 * mean.abs() {
            continue; // a window of few ulps
        }
        // In normal space, where ends are far; heavy tails make this sum, not the law's own value, the rough one.
        let (mut first, mut second) = (0.0, 0.0);
        each_node(-8.0, 8.0, 80, |y, dy| {
            let weight = (-0.5 * y * y).exp() / std::f64::consts::TAU.sqrt() * dy;
            let u = normal::cdf(-y.abs());
            let low_side = y < 0.0;
            let x = if low_side { law.at(u, 1.0 - u) } else { law.at(1.0 - u, u) };
            first += weight * (x - mean);
            second += weight * (x - mean) * (x - mean);
        });
        let heavy = name.starts_with("student 3") || name.starts_with("metalog");
        // Nor are the nodes put at the kink of a triangle.
        let tolerance = if heavy {
            2e-2
        } else if name.contains("triangular") {
            1e-6
        } else {
            2e-9
        };
        assert!(first.abs() <= tolerance * sd, "{name}: mean {mean} misses by {first:e}, sd {sd}");
        assert!((second.sqrt() / sd - 1.0).abs() <= tolerance, "{name}: sd {sd} against {}", second.sqrt());
    }
}

#[test]
fn moments_in_closed_form() {
    // Truncated normal: mean + sd (φ(a) − φ(b))/Z, and the variance of the same textbook formula.
    let law = Distribution::normal(3.0, 2.0).unwrap().truncated(Some(2.0), Some(6.0)).unwrap();
    let (a, b) = (-0.5f64, 1.5f64);
    let phi = |y: f64| (-0.5 * y * y).exp() / std::f64::consts::TAU.sqrt();
    let z = normal::cdf(b) - normal::cdf(a);
    let shift = (phi(a) - phi(b)) / z;
    close(law.mean().unwrap(), 3.0 + 2.0 * shift, 1e-14);
    let variance = 1.0 + (a * phi(a) - b * phi(b)) / z - shift * shift;
    close(law.std_dev().unwrap(), 2.0 * variance.sqrt(), 1e-13);

    // Truncated lognormal, one end open.
    let law = Distribution::lognormal(2.0, 1.5).unwrap().truncated(Some(3.0), None).unwrap();
    let cut = (1.5f64).ln() / 1.5;
    let moment =
        |k: f64| 2f64.powf(k) * (0.5 * k * k * 2.25).exp() * normal::cdf(k * 1.5 - cut) / normal::cdf(-cut);
    close(law.mean().unwrap(), moment(1.0), 1e-13);
    close(law.std_dev().unwrap(), (moment(2.0) - moment(1.0).powi(2)).sqrt(), 1e-12);

    // A metalog without skew is the logistic law: sd = a2 π/√3.
    let law = Distribution::quantiles(QuantilePair::P10P90, [1.0, 2.0, 3.0], None, None).unwrap();
    close(law.mean().unwrap(), 2.0, 1e-14);
    let scale = 1.0 / 9f64.ln();
    close(law.std_dev().unwrap(), scale * std::f64::consts::PI / 3f64.sqrt(), 1e-13);
    // And with one bound the log-logistic: mean = median · πs/sin(πs), s = ln 2/ln 9; E X² likewise with 2s.
    let law = Distribution::quantiles(QuantilePair::P10P90, [1.0, 2.0, 4.0], Some(0.0), None).unwrap();
    let s = 2f64.ln() / 9f64.ln() * std::f64::consts::PI;
    let mean = 2.0 * s / s.sin();
    close(law.mean().unwrap(), mean, 1e-13);
    let square = 4.0 * 2.0 * s / (2.0 * s).sin();
    close(law.std_dev().unwrap(), (square - mean * mean).sqrt(), 1e-12);
    // Truncated Student's t against a far second bound, which takes the other route.
    let law = Distribution::student_t(12.0, 0.0, 1.0).unwrap();
    let one = law.clone().truncated(Some(0.3), None).unwrap();
    let two = law.truncated(Some(0.3), Some(400.0)).unwrap();
    close(one.mean().unwrap(), two.mean().unwrap(), 1e-12);
    close(one.std_dev().unwrap(), two.std_dev().unwrap(), 1e-12);
}

#[test]
fn moments_that_do_not_exist() {
    let t = |df| Distribution::student_t(df, 0.0, 1.0).unwrap();
    assert_eq!((t(1.0).mean(), t(1.0).std_dev()), (None, None));
    assert_eq!((t(2.0).mean(), t(2.0).std_dev()), (Some(0.0), None));
    assert!(t(1.0).truncated(Some(-3.0), Some(9.0)).unwrap().std_dev().is_some());
    assert_eq!(t(0.7).truncated(Some(-3.0), None).unwrap().mean(), None);
    // Log-logistic with s = ln(p50/p10)/ln 9: no mean from s = 1, no variance from s = 1/2.
    let tail = |s: f64| {
        let step = 9f64.powf(s);
        Distribution::quantiles(QuantilePair::P10P90, [1.0 / step, 1.0, step], Some(0.0), None).unwrap()
    };
    assert!(tail(0.49).std_dev().is_some());
    assert!(tail(0.51).std_dev().is_none() && tail(0.51).mean().is_some());
    assert!(tail(0.99).mean().is_some() && tail(1.01).mean().is_none());
    assert!(tail(1.01).truncated(None, Some(50.0)).unwrap().std_dev().is_some());
}

#[test]
fn metalog_passes_through_its_quantiles() {
    for (lower, upper) in [(None, None), (Some(-1.0), None), (None, Some(7.0)), (Some(0.5), Some(6.0))] {
        for p50 in [1.9, 2.0, 2.6] {
            let law = Distribution::quantiles(QuantilePair::P10P90, [1.0, p50, 4.0], lower, upper).unwrap();
            for (u, x) in [(0.1, 1.0), (0.5, p50), (0.9, 4.0)] {
                close(law.quantile(u), x, 1e-12);
                close(law.cdf(x), u, 1e-12);
            }
        }
    }
    // The example of the methodology: a bound above only, and a tail that goes far below.
    let law = Distribution::quantiles(QuantilePair::P10P90, [0.93, 0.98, 0.995], None, Some(1.0)).unwrap();
    let far = law.quantile(1e-6);
    assert!((-47.0..-45.0).contains(&far), "{far}");
    close(law.probability_below(far), 1e-6, 1e-10);
}

#[test]
fn every_pair_of_quantiles_gives_the_metalog_of_its_probabilities() {
    // Keelin's linear system for three points, solved by numpy: at 0.001, 0.3 and 0.97.
    let truths = [
        (
            QuantilePair::P10P90,
            0.1,
            4.0,
            [-0.7544038680506326, 1.5179726567741112, 5.302509943625468],
            [0.2263457990790706, 1.530897960346832, 5.987860833829442],
            [0.20231837961219531, 1.5230463746075142, 5.397331092339697],
        ),
        (
            QuantilePair::P05P95,
            0.05,
            5.0,
            [-0.09027457132626981, 1.5523701108220023, 5.5941615429930085],
            [0.40483861030276685, 1.6093799420801338, 5.934253010061819],
            [0.38464314902363195, 1.5854904553147704, 5.616232830489097],
        ),
        (
            QuantilePair::P01P99,
            0.01,
            5.0,
            [0.5245442472606046, 1.706479938852439, 4.238551947677182],
            [0.7077838491931641, 1.7387413119666417, 3.9862635331073237],
            [0.6913850715498586, 1.7230445154356406, 4.17141575940868],
        ),
        (
            QuantilePair::P25P75,
            0.25,
            4.0,
            [-1.1559731623655747, 1.1516318759224355, 9.720358574798698],
            [0.025616210380371516, 1.1718242824970455, 17.927238682654302],
            [0.02677444389059279, 1.1648929581267773, 8.170581158141148],
        ),
    ];
    for (pair, alpha, high, plain, above, between) in truths {
        for (lower, upper, truth) in
            [(None, None, plain), (Some(0.0), None, above), (Some(0.0), Some(9.0), between)]
        {
            let law = Distribution::quantiles(pair, [1.0, 2.0, high], lower, upper).unwrap();
            for (u, x) in [(alpha, 1.0), (0.5, 2.0), (1.0 - alpha, high)] {
                close(law.quantile(u), x, 1e-12);
                close(law.cdf(x), u, 1e-12);
            }
            for (u, x) in [0.001, 0.3, 0.97].into_iter().zip(truth) {
                close(law.quantile(u), x, 1e-12);
            }
        }
    }
}

/// The draws of a metalog through p10, p50 and p90 as they were before other pairs could be given.
#[test]
fn draws_of_the_first_pair_keep_their_bits() {
    let map = QuantileMap::new(
        &Distribution::quantiles(QuantilePair::P10P90, [0.085, 0.105, 0.13], Some(0.03), Some(0.5)).unwrap(),
    );
    let bits = [-3.0, -0.7, 0.0, 0.4, 2.5].map(|y| map.apply_one(y).to_bits());
    assert_eq!(bits, FROZEN_METALOG, "{bits:#x?}");
}

const FROZEN_METALOG: [u64; 5] = [
    0x3fad_e3af_bf33_658d,
    0x3fb8_0fae_36d8_724b,
    0x3fba_e147_ae14_7ae0,
    0x3fbc_9dc6_a1ff_0246,
    0x3fc5_e259_333d_b1fa,
];

#[test]
fn a_lognormal_by_mean_and_sd_is_that_by_median_and_sigma() {
    let law = Distribution::lognormal_of_moments(30.0, 12.0).unwrap();
    // scipy.stats.lognorm
    let same = Distribution::lognormal(27.854300726557774, 0.38525317015992666).unwrap();
    for u in [1e-6, 0.05, 0.5, 0.95, 1.0 - 1e-6] {
        close(law.quantile(u), same.quantile(u), 1e-13);
    }
    close(law.mean().unwrap(), 30.0, 1e-14);
    close(law.std_dev().unwrap(), 12.0, 1e-13);
    let name = |mean, sd| Distribution::lognormal_of_moments(mean, sd).unwrap_err().parameter();
    assert_eq!(
        [name(-1.0, 1.0), name(1.0, 0.0), name(1.0, 1e300), name(1e300, 1.0)],
        ["mean", "sd", "sd", "sd"]
    );
}

#[test]
fn continuous_rates_of_annual_laws() {
    // ln(1 + X) has the quantiles, probabilities and bounds of X.
    let normal = Distribution::normal(0.6, 0.3).unwrap().truncated(Some(-0.5), None).unwrap();
    let rate = normal.clone().continuous_rate();
    for u in [1e-4, 0.01, 0.5, 0.99] {
        close(rate.quantile(u), normal.quantile(u).ln_1p(), 1e-14);
        close(rate.cdf(normal.quantile(u).ln_1p()), u, 1e-12);
    }
    assert_eq!(rate.support(), (elementary::ln_1p(-0.5), f64::INFINITY));
    assert_eq!(rate.clone().continuous_rate(), rate);
    // Moments: closed forms, and quadrature by mpmath to thirty digits.
    let (a, b) = (0.8_f64, 2.5_f64);
    let uniform = Distribution::uniform(a - 1.0, b - 1.0).unwrap().continuous_rate();
    let first = |x: f64| x * (x.ln() - 1.0) / (b - a);
    let second = |x: f64| x * (x.ln() * x.ln() - 2.0 * x.ln() + 2.0) / (b - a);
    let mean = first(b) - first(a);
    close(uniform.mean().unwrap(), mean, 1e-13);
    close(uniform.std_dev().unwrap(), (second(b) - second(a) - mean * mean).sqrt(), 1e-12);
    for (law, mean, sd) in [
        (annual(Distribution::normal(0.6, 0.3), -0.5), 0.451523966913820084, 0.196572150357855768),
        (
            Distribution::triangular(-0.5, 0.3, 2.0).map(Distribution::continuous_rate),
            0.413803502734489214,
            0.343172081248213093,
        ),
        (
            Distribution::beta(2.0, 5.0, -0.2, 1.0).map(Distribution::continuous_rate),
            0.119915763161589900,
            0.164013157245708607,
        ),
        (
            Distribution::lognormal(0.5, 0.6).map(Distribution::continuous_rate),
            0.444323845825075775,
            0.213841420190951608,
        ),
        (
            Distribution::student_t(4.0, 0.4, 0.2)
                .unwrap()
                .truncated(Some(-0.9), Some(2.0))
                .map(Distribution::continuous_rate),
            0.316775893262176175,
            0.213552668909984421,
        ),
    ] {
        let law = law.unwrap();
        close(law.mean().unwrap(), mean, 1e-12);
        close(law.std_dev().unwrap(), sd, 1e-11);
    }
    // A metalog above −1 has the metalog of logarithms as its rate: symmetric, so the logistic law.
    let law = Distribution::quantiles(QuantilePair::P10P90, [-0.5, 0.0, 1.0], Some(-1.0), None)
        .unwrap()
        .continuous_rate();
    assert!(law.mean().unwrap().abs() < 1e-13);
    close(law.std_dev().unwrap(), 2f64.ln() / 9f64.ln() * std::f64::consts::PI / 3f64.sqrt(), 1e-12);
    // Values of atoms are mapped one by one.
    let atoms = Distribution::discrete(&[0.0, 1.0], &[1.0, 3.0]).unwrap().continuous_rate();
    assert_eq!((atoms.support(), atoms.cdf(0.5)), ((0.0, elementary::ln_1p(1.0)), 0.25));
    close(atoms.mean().unwrap(), 0.75 * 2f64.ln(), 1e-15);
    let sample = Distribution::empirical(vec![0.5, 0.0]).unwrap().continuous_rate();
    assert_eq!(sample.support(), (0.0, elementary::ln_1p(0.5)));
    // What lies at −1 or below is a number all the same.
    let low = Distribution::normal(0.0, 0.3).unwrap().continuous_rate();
    let map = QuantileMap::new(&low);
    assert!(map.apply_one(-8.0).is_finite() && low.support().0.is_finite());
}

#[test]
fn infeasible_metalogs_are_refused_with_the_boundary() {
    for pair in QuantilePair::ALL {
        infeasible_of(pair);
    }
}

fn infeasible_of(pair: QuantilePair) {
    for (lower, upper) in [(None, None), (Some(-1.0), None), (None, Some(7.0)), (Some(0.5), Some(6.0))] {
        let make = |p50| Distribution::quantiles(pair, [1.0, p50, 4.0], lower, upper);
        for wild in [1.0 + 1e-6, 4.0 - 1e-6] {
            let Err(error) = make(wild) else { panic!("{wild} accepted") };
            assert_eq!(error.parameter(), "p50");
            let DistributionError::Infeasible { low, high, .. } = error else { panic!("{error}") };
            for (edge, out) in [(low, -1e-9), (high, 1e-9)] {
                assert!(make(edge).is_ok() && make(edge - out).is_ok() && make(edge + out).is_err());
                // At the edge the quantile function still does not fall.
                let law = make(edge).unwrap();
                let mut last = f64::NEG_INFINITY;
                for i in 1..20_000 {
                    let x = law.quantile(f64::from(i) / 20_000.0);
                    assert!(x >= last, "falls at {i}");
                    last = x;
                }
            }
        }
    }
}

#[test]
fn wrong_parameters_are_named() {
    let name = |made: Result<Distribution, DistributionError>| made.unwrap_err().parameter();
    assert_eq!(name(Distribution::uniform(2.0, 2.0)), "high");
    assert_eq!(name(Distribution::uniform(f64::NAN, 2.0)), "low");
    assert_eq!(name(Distribution::triangular(0.0, 3.0, 2.0)), "mode");
    assert_eq!(name(Distribution::pert(0.0, 1.0, 2.0, -1.0)), "weight");
    assert_eq!(name(Distribution::normal(0.0, 0.0)), "sd");
    assert_eq!(name(Distribution::lognormal(-1.0, 1.0)), "median");
    assert_eq!(name(Distribution::student_t(0.0, 0.0, 1.0)), "df");
    assert_eq!(name(Distribution::beta(1.0, 0.0, 0.0, 1.0)), "b");
    assert_eq!(name(Distribution::discrete(&[1.0, 2.0], &[1.0])), "weights");
    assert_eq!(name(Distribution::discrete(&[1.0, 2.0], &[1.0, -1.0])), "weights");
    assert_eq!(name(Distribution::discrete(&[1.0, 2.0], &[0.0, 0.0])), "weights");
    assert_eq!(name(Distribution::discrete(&[], &[])), "values");
    assert_eq!(name(Distribution::empirical(vec![1.0, f64::INFINITY])), "sample");
    assert_eq!(name(Distribution::quantiles(QuantilePair::P10P90, [1.0, 2.0, 1.0], None, None)), "p90");
    assert_eq!(name(Distribution::quantiles(QuantilePair::P10P90, [1.0, 5.0, 4.0], None, None)), "p50");
    assert_eq!(
        name(Distribution::quantiles(QuantilePair::P10P90, [1.0, 2.0, 4.0], Some(1.5), None)),
        "lower"
    );
    assert_eq!(
        name(Distribution::quantiles(QuantilePair::P10P90, [1.0, 2.0, 4.0], None, Some(3.0))),
        "upper"
    );
    let normal = || Distribution::normal(0.0, 1.0).unwrap();
    assert_eq!(name(normal().truncated(Some(1.0), Some(1.0))), "max");
    assert_eq!(name(normal().truncated(Some(8.0), None)), "min");
    assert_eq!(name(normal().truncated(None, Some(-8.0))), "max");
    assert!(normal().truncated(Some(6.5), None).is_ok());
}

#[test]
fn truncation_conditions_and_does_not_clip() {
    for (name, law) in laws() {
        let (from, to) = (law.quantile(0.2), law.quantile(0.7));
        let cut = law.clone().truncated(Some(from), Some(to)).unwrap();
        for i in 0..=20 {
            let u = f64::from(i) / 20.0;
            let x = cut.quantile(u);
            // The definition: P(X ≤ x | from ≤ X ≤ to).
            let conditioned = (law.cdf(x) - law.cdf(from)) / (law.cdf(to) - law.cdf(from));
            assert!((conditioned - u).abs() < 1e-11, "{name}: {conditioned} against {u}");
            assert!((cut.cdf(x) - u).abs() < 1e-11 && (from..=to).contains(&x), "{name}");
        }
        // Twice is once to both, and bounds outside the support change nothing.
        let twice = law.clone().truncated(Some(from), None).unwrap().truncated(None, Some(to)).unwrap();
        close(twice.quantile(0.3), cut.quantile(0.3), 1e-12);
        assert_eq!(
            law.clone().truncated(Some(-1e300), Some(1e300)).unwrap().quantile(0.3),
            law.quantile(0.3)
        );
    }
    let tail = Distribution::normal(0.0, 1.0).unwrap().truncated(Some(6.0), None).unwrap();
    close(tail.probability_above(6.5), normal::cdf(-6.5) / normal::cdf(-6.0), 1e-13);
}

#[test]
fn atoms() {
    let law = Distribution::discrete(&[3.0, 1.0, 2.0, 9.0], &[1.0, 1.0, 2.0, 0.0]).unwrap();
    assert_eq!([0.2, 0.25, 0.3, 0.75, 0.76, 1.0].map(|u| law.quantile(u)), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
    assert_eq!((law.mean(), law.support()), (Some(2.0), (1.0, 3.0)));
    close(law.std_dev().unwrap(), 0.5f64.sqrt(), 1e-15);
    assert_eq!((law.cdf(2.0), law.probability_below(2.0), law.probability_above(2.0)), (0.75, 0.25, 0.25));
    let cut = law.truncated(Some(1.5), None).unwrap();
    close(cut.cdf(2.0), 2.0 / 3.0, 1e-15);
    assert!(!cut.is_constant() && cut.truncated(Some(2.5), None).unwrap().is_constant());

    let law = Distribution::empirical(vec![4.0, 1.0, 3.0, 2.0]).unwrap();
    assert_eq!([0.1, 0.25, 0.26, 0.5, 0.75, 0.9].map(|u| law.quantile(u)), [1.0, 1.0, 2.0, 2.0, 3.0, 4.0]);
    assert_eq!((law.mean(), law.cdf(2.0), law.probability_below(2.0)), (Some(2.5), 0.5, 0.25));
    assert!(Distribution::constant(7.0).unwrap().is_constant());
}

const BLOCKS: usize = 8;

/// Standard normal values over the whole range that a path can see.
fn grid() -> Vec<Lanes> {
    let count = BLOCKS * LANES;
    let at = |i: usize| 16.6 * (i as f64 + 0.37) / count as f64 - 8.3;
    (0..BLOCKS).map(|block| Lanes(std::array::from_fn(|lane| at(block * LANES + lane)))).collect()
}

#[test]
fn maps_agree_with_quantiles() {
    for (name, law) in laws_and_truncations() {
        let map = QuantileMap::new(&law);
        let (low, high) = law.support();
        let scale = match (high - low).is_finite() {
            true => high - low,
            false => law.quantile(0.9) - law.quantile(0.1),
        };
        let mut worst = (0.0f64, 0.0);
        for block in grid() {
            let mut out = Lanes::ZERO;
            map.apply(Isa::detect(), &block, &mut out);
            for lane in 0..LANES {
                let y = block[lane];
                let truth = law.at(normal::cdf(y), normal::cdf(-y));
                assert!((low..=high).contains(&out[lane]), "{name}: {} at {y}", out[lane]);
                let error = (out[lane] - truth).abs() / scale.max(truth.abs());
                if error > worst.0 {
                    worst = (error, y);
                }
            }
        }
        println!("{name}: {:.1e} at y = {:.2}", worst.0, worst.1);
        assert!(worst.0 < 1e-11, "{name}: error {:e} at y = {}", worst.0, worst.1);
    }
}

#[test]
fn extreme_shapes() {
    let made = [
        ("beta .01 .01", Distribution::beta(0.01, 0.01, 0.0, 1.0)),
        ("beta .01 1e9", Distribution::beta(0.01, 1e9, 0.0, 1.0)),
        ("beta 1e6 1e6", Distribution::beta(1e6, 1e6, 0.0, 1.0)),
        ("beta 1e9 3", Distribution::beta(1e9, 3.0, 0.0, 1.0)),
        ("beta 1e9 1e9", Distribution::beta(1e9, 1e9, 0.0, 1.0)),
        ("pert 1e8", Distribution::pert(0.0, 0.3, 1.0, 1e8)),
        ("pert 0", Distribution::pert(0.0, 0.3, 1.0, 0.0)),
        ("student .1", Distribution::student_t(0.1, 0.0, 1.0)),
        ("student 1e8", Distribution::student_t(1e8, 0.0, 1.0)),
    ];
    for (name, law) in made {
        let law = law.unwrap();
        let start = std::time::Instant::now();
        let map = QuantileMap::new(&law);
        let took = start.elapsed();
        let mut worst = 0.0f64;
        for i in 0..200 {
            let y = f64::from(i) * 0.0801 - 8.0;
            let truth = law.family.at(normal::cdf(y), normal::cdf(-y));
            worst = worst.max((map.apply_one(y) - truth).abs() / truth.abs().max(1.0));
        }
        println!("{name}: {worst:.1e}, made in {took:?}");
        assert!(worst < 1e-11, "{name}: {worst:e}");
    }
    // Far beyond any draw the maps stay in the support and are numbers.
    for (name, law) in laws_and_truncations() {
        let (map, (low, high)) = (QuantileMap::new(&law), law.support());
        for y in [-60.0, 60.0] {
            let x = map.apply_one(y);
            assert!((low..=high).contains(&x), "{name}: {x} at {y}");
        }
    }
}

#[test]
fn equal_bits_on_every_instruction_set() {
    let mut all = laws_and_truncations();
    let sample: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 1009)).collect();
    all.push(("sample".to_owned(), Distribution::empirical(sample).unwrap()));
    all.push(("steps".to_owned(), Distribution::discrete(&[1.0, 2.0, 5.0], &[0.1, 0.7, 0.2]).unwrap()));
    all.push(("constant".to_owned(), Distribution::constant(0.25).unwrap()));
    for (name, law) in all {
        let map = QuantileMap::new(&law);
        for block in grid() {
            let one: Vec<u64> = block.iter().map(|&y| map.apply_one(y).to_bits()).collect();
            for isa in Isa::available() {
                let mut out = Lanes::ZERO;
                map.apply(isa, &block, &mut out);
                let bits: Vec<u64> = out.iter().map(|x| x.to_bits()).collect();
                assert_eq!(bits, one, "{name} on {}", isa.name());
            }
        }
    }
}

#[test]
fn maps_of_atoms_are_exact() {
    let law = Distribution::discrete(&[1.0, 2.0, 5.0], &[0.1, 0.7, 0.2]).unwrap();
    let map = QuantileMap::new(&law);
    let sample = Distribution::empirical((1..=1000).map(f64::from).collect()).unwrap();
    let rank = QuantileMap::new(&sample);
    for block in grid() {
        for &y in block.iter() {
            assert_eq!(map.apply_one(y), law.family.at(normal::cdf(y), normal::cdf(-y)));
            assert_eq!(rank.apply_one(y), (1000.0 * normal::cdf(y)).ceil().clamp(1.0, 1000.0));
        }
    }
    assert_eq!((map.apply_one(-40.0), map.apply_one(40.0)), (1.0, 5.0));
    assert!(QuantileMap::new(&Distribution::uniform(0.0, 1.0).unwrap()).apply_one(f64::NAN).is_nan());
}

/// Parameters of any continuous law, moderate enough for its quantiles to be told apart.
fn any_law() -> impl Strategy<Value = Distribution> {
    let shape = || (-1.0..2.5f64).prop_map(|e| 10f64.powf(e));
    prop_oneof![
        (-5.0..5.0f64, 0.1..9.0f64).prop_map(|(low, w)| Distribution::uniform(low, low + w)),
        (-5.0..5.0f64, 0.1..9.0f64, 0.0..=1.0f64).prop_map(|(low, w, m)| Distribution::triangular(
            low,
            low + m * w,
            low + w
        )),
        (-5.0..5.0f64, 0.1..9.0f64, 0.0..=1.0f64, 0.0..40.0f64)
            .prop_map(|(low, w, m, weight)| Distribution::pert(low, low + m * w, low + w, weight)),
        (-5.0..5.0f64, 0.1..9.0f64).prop_map(|(mean, sd)| Distribution::normal(mean, sd)),
        (0.1..5.0f64, 0.1..2.0f64).prop_map(|(median, sigma)| Distribution::lognormal(median, sigma)),
        (shape(), -5.0..5.0f64, 0.1..9.0f64).prop_map(|(df, m, s)| Distribution::student_t(df, m, s)),
        (shape(), shape(), -5.0..5.0f64, 0.1..9.0f64).prop_map(|(a, b, low, w)| Distribution::beta(
            a,
            b,
            low,
            low + w
        )),
        (
            -5.0..5.0f64,
            0.1..9.0f64,
            0.3..0.7f64,
            proptest::option::of(0.5..9.0f64),
            proptest::option::of(0.5..9.0f64),
            prop::sample::select(QuantilePair::ALL.to_vec())
        )
            .prop_filter_map("feasible", |(low, w, r, l, u, pair)| {
                let made = Distribution::quantiles(
                    pair,
                    [low, low + r * w, low + w],
                    l.map(|l| low - l * w),
                    u.map(|u| low + w + u * w),
                );
                made.is_ok().then_some(made)
            }),
    ]
    .prop_map(Result::unwrap)
}

/// The same, and continuous rates of those that lie above −1.
fn any_law_or_rate() -> impl Strategy<Value = Distribution> {
    (any_law(), any::<bool>()).prop_map(|(law, annual)| match annual && law.support().0 > -1.0 {
        true => law.continuous_rate(),
        false => law,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn cdf_undoes_quantile(law in any_law_or_rate(), u in 0.001..0.999f64, from in 0.0..0.4f64, to in 0.6..1.0f64) {
        let cut = law.clone().truncated(Some(law.quantile(from)), Some(law.quantile(to))).unwrap();
        for law in [law, cut] {
            let x = law.quantile(u);
            // What one ulp of x does to the probability is not the law's error.
            let ulp = 4.0 * x.abs().max(1.0) * f64::EPSILON;
            let slack = law.cdf(x + ulp) - law.cdf(x - ulp);
            prop_assert!((law.cdf(x) - u).abs() <= 1e-11 + slack, "{} against {u}", law.cdf(x));
            prop_assert!((law.cdf(x) + law.probability_above(x) - 1.0).abs() < 1e-12);
            let next = law.quantile(u + 0.0005);
            prop_assert!(next >= x);
        }
    }

    #[test]
    fn maps_never_fall(law in any_law_or_rate(), y in -8.0..8.0f64, step in 0.001..1.0f64) {
        let map = QuantileMap::new(&law);
        let (x, next) = (map.apply_one(y), map.apply_one(y + step));
        prop_assert!(next >= x, "{x} then {next}");
    }
}
