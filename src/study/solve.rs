//! Root search: the value of a key at which a statistic reaches its target, with an interval for the Monte
//! Carlo error.
//!
//! All values of the key use the same draws, so the level is a smooth function of the key and its sign change
//! can be located to any precision. The remaining error is that another seed would give another function. The
//! interval inverts the test: it contains every value of the key at which the level differs from the target
//! by at most 1.96 of its own standard errors. It covers the true root exactly when the level at the true
//! root is that close to the target, which happens with probability 95%, whatever the curve's slope and
//! curvature (Fieller, "Some problems in interval estimation", 1954, treats the straight line).

use super::target::{Side, Statistic, Target};
use crate::math::root::Bracket;

/// Half the width of a 95% interval, in standard errors.
pub const HALF_INTERVAL: f64 = 1.96;
/// The bracket is closed to this fraction of the root's standard error.
const TOLERANCE: f64 = 0.01;
/// Where there is no error, the bracket is closed to this fraction of the key's size.
const EXACT_TOLERANCE: f64 = 1e-11;
/// An error below this fraction of the level is rounding.
const ROUNDING: f64 = 1e-12;
/// Number of passes that refine the ends of the interval.
const PASSES: usize = 4;

/// A value of the key that was tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// The value of the key.
    pub x: f64,
    /// The level: the mean of the quantity, or how often it is at most the threshold.
    pub level: f64,
    /// Standard error of the level.
    pub level_error: f64,
    /// How many standard errors the 95% interval of the level reaches to either side.
    pub level_reach: f64,
    /// The statistic itself, in its own unit.
    pub statistic: f64,
    /// Standard error of the statistic; NaN for a quantile.
    pub statistic_error: f64,
    /// Lower end of the statistic's 95% interval.
    pub low95: f64,
    /// Upper end of that interval.
    pub high95: f64,
    /// Whether no draw can move the quantity at this value of the key.
    pub exact: bool,
}

/// Trials on the same draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Trials {
    /// The trials, in the order asked for.
    pub trials: Vec<Trial>,
    /// Standard error of each trial's level minus the first trial's, path by path.
    pub from_first: Vec<f64>,
}

/// A search for the key at which the level reaches a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Task {
    /// Lower end of the interval searched.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
    /// The level wanted.
    pub want: f64,
    /// Number of evenly spaced values tried first, both ends included; at least two.
    pub grid: usize,
}

/// How a search ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A root was found.
    Found(Root),
    /// The level is on one side of the target at all values tried.
    NoRoot,
    /// The level does not depend on the key.
    Flat,
}

/// A root and its interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Root {
    /// The trial at the root.
    pub at: Trial,
    /// Standard error of the root: that of the level divided by its slope. Like the interval and the slope,
    /// it is NaN for a run of one path.
    pub std_error: f64,
    /// Lower end of the 95% interval.
    pub low95: f64,
    /// Upper end of that interval.
    pub high95: f64,
    /// Whether the interval extends below and above the interval searched.
    pub open: (bool, bool),
    /// Change of the level per unit of the key, around the root.
    pub slope: f64,
    /// Standard error of the slope, on the same draws; NaN where the root lies at an end.
    pub slope_error: f64,
    /// Further sign changes, each between two neighbouring values of those tried first.
    pub others: Vec<(f64, f64)>,
}

/// The threshold of the level's column, if it has one, and the level wanted.
pub fn level(target: &Target) -> (Option<f64>, f64) {
    match target.statistic {
        Statistic::Mean => (None, target.value),
        // The quantile is at most the value exactly when that fraction of paths is.
        Statistic::Quantile(q) => (Some(target.value), q),
        Statistic::Probability { side: Side::Below, threshold } => (Some(threshold), target.value),
        Statistic::Probability { side: Side::Above, threshold } => (Some(threshold), 1.0 - target.value),
    }
}

/// Searches for a root: finds the lowest sign change among the values tried first, and closes it by the ITP
/// method.
///
/// # Errors
/// Those of `evaluate`.
pub fn search<E>(task: Task, evaluate: &mut dyn FnMut(&[f64]) -> Result<Trials, E>) -> Result<Outcome, E> {
    let last = (task.grid - 1) as f64;
    let inner = |i: usize| (task.low * (last - i as f64) + task.high * i as f64) / last;
    // The ends exactly, without rounding.
    let xs: Vec<f64> = std::iter::once(task.low)
        .chain((1..task.grid - 1).map(inner))
        .chain(std::iter::once(task.high))
        .collect();
    let grid = evaluate(&xs)?.trials;
    let f = |trial: &Trial| trial.level - task.want;
    if grid.windows(2).all(|pair| pair[0].level.to_bits() == pair[1].level.to_bits()) && f(&grid[0]) != 0.0 {
        let undefined = grid[0].level.is_nan();
        return Ok(if undefined { Outcome::NoRoot } else { Outcome::Flat });
    }
    let changes: Vec<(&Trial, &Trial)> =
        grid.iter().zip(&grid[1..]).filter(|(a, b)| f(a) * f(b) < 0.0 || f(a) == 0.0).collect();
    let (a, b) = match (changes.first(), grid.last()) {
        (Some(&pair), _) => pair,
        // The only root is at the upper end.
        (None, Some(end)) if f(end) == 0.0 => (&grid[grid.len() - 2], end),
        _ => return Ok(Outcome::NoRoot),
    };
    let others = changes.iter().skip(1).map(|(a, b)| (a.x, b.x)).collect();
    let error = a.level_error.max(b.level_error);
    let root_error = error * (b.x - a.x) / (f(b) - f(a)).abs();
    let exact = EXACT_TOLERANCE * task.low.abs().max(task.high.abs());
    let tolerance = if error > 0.0 { (TOLERANCE * root_error).max(exact) } else { exact };
    let Some(mut bracket) = Bracket::new((a.x, f(a)), (b.x, f(b)), tolerance) else {
        return Ok(Outcome::NoRoot);
    };
    // The largest error of any level seen: with few paths, all of those at the root may lie on one side of a
    // threshold.
    let noise_of = |trial: &Trial| match trial.level_error > ROUNDING * trial.level.abs() {
        true => trial.level_error,
        false => 0.0,
    };
    let mut noise = grid.iter().map(noise_of).fold(0.0, f64::max);
    let mut root = None;
    while let Some(x) = bracket.next() {
        let trial = evaluate(&[x])?.trials[0];
        noise = noise.max(noise_of(&trial));
        bracket.take(x, f(&trial));
        // Closer than other draws could distinguish.
        if f(&trial).abs() < TOLERANCE * trial.level_error {
            root = Some(x);
            break;
        }
    }
    let root_error = if error == 0.0 { noise * (b.x - a.x) / (f(b) - f(a)).abs() } else { root_error };
    let rising = f(b) > f(a);
    let root = root.unwrap_or_else(|| bracket.root());
    Ok(Outcome::Found(interval(task, root, root_error, rising, others, evaluate)?))
}

/// One end of the interval during the search for it.
#[derive(Clone, Copy)]
struct End {
    x: f64,
    /// Whether `x` is the end of the interval searched and the true end lies beyond.
    open: bool,
    done: bool,
}

fn interval<E>(
    task: Task,
    root: f64,
    root_error: f64,
    rising: bool,
    others: Vec<(f64, f64)>,
    evaluate: &mut dyn FnMut(&[f64]) -> Result<Trials, E>,
) -> Result<Root, E> {
    if root_error.is_nan() {
        // A run of one path has no error.
        let at = evaluate(&[root])?.trials[0];
        let unknown = f64::NAN;
        return Ok(Root {
            at,
            std_error: unknown,
            low95: unknown,
            high95: unknown,
            open: (false, false),
            slope: unknown,
            slope_error: unknown,
            others,
        });
    }
    let reach = HALF_INTERVAL * root_error;
    let end = |x: f64| End { x: x.clamp(task.low, task.high), open: false, done: false };
    let mut ends = [end(root - reach), end(root + reach)];
    let mut found: Option<Root> = None;
    for _ in 0..PASSES {
        let trials = evaluate(&[ends[0].x, root, ends[1].x])?;
        let at = trials.trials[1];
        let [below, above] = [trials.trials[0], trials.trials[2]];
        let width = above.x - below.x;
        let slope = if width > 0.0 { (above.level - below.level) / width } else { f64::NAN };
        let slope_error = if width > 0.0 { trials.from_first[2] / width } else { f64::NAN };
        for (end, trial) in ends.iter_mut().zip([below, above]) {
            // How much farther the level is from the target than its error allows, on the side to which it
            // moves.
            let sign = if (trial.x > root) == rising { 1.0 } else { -1.0 };
            let excess = |t: &Trial| sign * (t.level - task.want) - t.level_reach * t.level_error;
            *end = next_end(task, root, *end, excess(&at), excess(&trial));
        }
        let std_error = at.level_error / slope.abs();
        found = Some(Root {
            at,
            std_error: if at.level_error == 0.0 { root_error } else { std_error },
            low95: ends[0].x,
            high95: ends[1].x,
            open: (ends[0].open, ends[1].open),
            slope,
            slope_error,
            others: others.clone(),
        });
        if ends.iter().all(|end| end.done) || root_error == 0.0 {
            break;
        }
    }
    Ok(found.expect("there is at least one pass"))
}

/// The next guess of an end, on the straight line through the root and the previous guess.
fn next_end(task: Task, root: f64, end: End, at_root: f64, at_end: f64) -> End {
    let limit = |x: f64| x.clamp(task.low, task.high);
    let at_limit = end.x == task.low || end.x == task.high;
    if at_end < 0.0 && at_limit {
        // Even there the level is within its error of the target.
        return End { open: true, done: true, ..end };
    }
    let factor = if at_end > at_root { -at_root / (at_end - at_root) } else { f64::INFINITY };
    let near = (0.6..=1.67).contains(&factor);
    let x = limit(root + factor.min(4.0) * (end.x - root));
    End { x, open: false, done: near && !at_limit || x == end.x }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A world in which the level is a mean over paths of a known function.
    fn world(
        paths: &[f64],
        f: impl Fn(f64, f64) -> f64,
    ) -> impl FnMut(&[f64]) -> Result<Trials, std::convert::Infallible> {
        let moments = |values: &[f64]| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let var = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
            (mean, (var / n).sqrt())
        };
        let paths = paths.to_vec();
        move |xs| {
            let values: Vec<Vec<f64>> =
                xs.iter().map(|&x| paths.iter().map(|&path| f(x, path)).collect()).collect();
            let trial = |(&x, values): (&f64, &Vec<f64>)| {
                let (level, level_error) = moments(values);
                Trial {
                    x,
                    level,
                    level_error,
                    level_reach: HALF_INTERVAL,
                    statistic: level,
                    statistic_error: level_error,
                    low95: f64::NAN,
                    high95: f64::NAN,
                    exact: false,
                }
            };
            let from_first = values
                .iter()
                .map(|other| {
                    let differences: Vec<f64> = other.iter().zip(&values[0]).map(|(a, b)| a - b).collect();
                    moments(&differences).1
                })
                .collect();
            Ok(Trials { trials: xs.iter().zip(&values).map(trial).collect(), from_first })
        }
    }

    /// Evenly spread over the circle in a different place for each seed: a poor man's uniform draws, hashed.
    fn draws(seed: u64, n: usize) -> Vec<f64> {
        (0..n as u64)
            .map(|i| {
                let mut z = (seed << 32).wrapping_add(i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
            })
            .collect()
    }

    fn root_of(outcome: Outcome) -> Root {
        match outcome {
            Outcome::Found(root) => root,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_an_error_the_root_is_exact() {
        let task = Task { low: 0.0, high: 10.0, want: 20.0, grid: 5 };
        let root = root_of(search(task, &mut world(&[0.0; 8], |x, _| x * x)).unwrap());
        assert!((root.at.x - 20_f64.sqrt()).abs() < 1e-9, "{root:?}");
        assert_eq!((root.std_error, root.open), (0.0, (false, false)));
        assert!((root.low95 - root.at.x).abs() < 1e-9 && (root.high95 - root.at.x).abs() < 1e-9);
    }

    /// The capped mean of a uniform: E min(u, c) = c − c²/2, so that 3/8 is reached at c = 1/2. The interval covers it with
    /// about 95% of seeds: 400 seeds, 380 expected, standard deviation 4.4.
    #[test]
    fn the_interval_covers_as_often_as_it_says() {
        let task = Task { low: 0.0, high: 1.0, want: 0.375, grid: 5 };
        let (mut covered, mut wide) = (0, 0);
        let mut z_squares = 0.0;
        for seed in 0..400 {
            let paths = draws(seed, 400);
            let root = root_of(search(task, &mut world(&paths, |c, u: f64| u.min(c))).unwrap());
            covered += i32::from(root.low95 <= 0.5 && 0.5 <= root.high95);
            // An interval half as wide, which must not cover as often.
            let middle = |end: f64| root.at.x + 0.5 * (end - root.at.x);
            wide += i32::from(middle(root.low95) <= 0.5 && 0.5 <= middle(root.high95));
            z_squares += ((root.at.x - 0.5) / root.std_error).powi(2);
        }
        assert!((363..=397).contains(&covered), "{covered} of 400");
        assert!(wide < 320, "half the interval covers {wide} of 400");
        // Σz² of 400 is 400 ± 28.
        assert!((z_squares - 400.0).abs() < 5.0 * 28.3, "{z_squares}");
    }

    /// The same of a quantile: P(u·c ≤ 0.3) = 0.3/c = 0.5 at c = 0.6.
    #[test]
    fn quantiles_are_solved_by_counting() {
        let task = Task { low: 0.31, high: 1.0, want: 0.5, grid: 3 };
        let mut covered = 0;
        for seed in 1000..1200 {
            let paths = draws(seed, 500);
            let at_most = |c: f64, u: f64| f64::from(u8::from(u * c <= 0.3));
            let root = root_of(search(task, &mut world(&paths, at_most)).unwrap());
            covered += i32::from(root.low95 <= 0.6 && 0.6 <= root.high95);
        }
        assert!((177..=199).contains(&covered), "{covered} of 200");
    }

    /// Of 40 paths the quantile 99% is the largest: at the root every path is at most the threshold, and the level's error 0.
    #[test]
    fn a_quantile_beyond_the_sample_is_not_exact() {
        let task = Task { low: 0.01, high: 1.0, want: 0.99, grid: 9 };
        let at_most = |c: f64, u: f64| f64::from(u8::from(u * c <= 0.3));
        let root = root_of(search(task, &mut world(&draws(5, 40), at_most)).unwrap());
        assert!(root.std_error > 0.0 && root.low95 < root.at.x && root.at.x < root.high95, "{root:?}");
    }

    #[test]
    fn one_path_has_a_root_and_no_error() {
        let task = Task { low: 0.0, high: 10.0, want: 20.0, grid: 5 };
        let root = root_of(search(task, &mut world(&[0.0], |x, _| x * x)).unwrap());
        assert!((root.at.x - 20_f64.sqrt()).abs() < 1e-9, "{root:?}");
        assert!(root.std_error.is_nan() && root.low95.is_nan() && root.high95.is_nan(), "{root:?}");
    }

    #[test]
    fn no_root_a_flat_function_and_several_roots_are_told_apart() {
        let task = Task { low: -2.0, high: 2.0, want: 0.0, grid: 9 };
        let paths = draws(7, 50);
        let ask = |f: fn(f64, f64) -> f64| search(task, &mut world(&paths, f)).unwrap();
        assert_eq!(ask(|x, u| x * x + 1.0 + u), Outcome::NoRoot);
        assert_eq!(ask(|_, u| u), Outcome::Flat);
        assert_eq!(ask(|_, _| f64::NAN), Outcome::NoRoot);
        let root = root_of(ask(|x, _| (x + 1.4) * (x - 0.3) * (x - 1.6)));
        assert!((root.at.x + 1.4).abs() < 1e-9);
        assert_eq!(root.others, [(0.0, 0.5), (1.5, 2.0)]);
        let end = root_of(ask(|x, _| x - 2.0));
        assert_eq!(end.at.x, 2.0);
    }

    #[test]
    fn an_interval_that_leaves_the_bracket_is_open() {
        let task = Task { low: 0.0, high: 1.0, want: 0.5, grid: 3 };
        let mean = {
            let paths = draws(3, 100);
            paths.iter().sum::<f64>() / 100.0
        };
        // The level rises so little that its error reaches over both ends.
        let paths: Vec<f64> = draws(3, 100).into_iter().map(|u| u - mean + 0.5).collect();
        let root = root_of(search(task, &mut world(&paths, |x, u| u + 0.01 * (x - 0.4))).unwrap());
        assert!((root.at.x - 0.4).abs() < 0.01);
        assert_eq!((root.low95, root.high95, root.open), (0.0, 1.0, (true, true)), "{root:?}");
    }
}
