//! The root of a costly function inside a bracket: proposes one point after another until the bracket is narrow enough.

const SLACK: f64 = 1.0 - 1e-9;

/// The ITP method for a sign change inside a bracket: interpolate, truncate, project (Oliveira and Takahashi 2021, "An
/// enhancement of the bisection method average performance preserving minmax optimality", ACM TOMS 47(1)).
///
/// It takes at most one step more than bisection on any function, and converges superlinearly on smooth ones.
#[derive(Clone, Debug)]
pub struct Bracket {
    low: (f64, f64),
    high: (f64, f64),
    tolerance: f64,
    scale: f64,
    steps: i32,
    max_steps: i32,
}

impl Bracket {
    /// A bracket between the points `(x, f(x))` `low` and `high`, to be narrowed to twice `tolerance`; `None` where f has the
    /// same sign at both ends or `low` is not left of `high`.
    pub fn new(low: (f64, f64), high: (f64, f64), tolerance: f64) -> Option<Bracket> {
        // Below the spacing of numbers nothing can be halved.
        let smallest = 4.0 * f64::EPSILON * low.0.abs().max(high.0.abs());
        let tolerance = tolerance.max(smallest);
        let differ = (low.1 <= 0.0 && high.1 >= 0.0) || (low.1 >= 0.0 && high.1 <= 0.0);
        let halvings = ((high.0 - low.0) / (2.0 * tolerance)).log2().ceil().max(0.0);
        (differ && low.0 < high.0).then_some(Bracket {
            low,
            high,
            tolerance,
            scale: 0.2 / (high.0 - low.0),
            steps: 0,
            max_steps: halvings as i32 + 1,
        })
    }

    /// The next x to evaluate; `None` once the bracket is narrow enough or the root is found.
    pub fn next(&self) -> Option<f64> {
        let ((a, fa), (b, fb)) = (self.low, self.high);
        let width = b - a;
        if fa == 0.0 || fb == 0.0 || width <= 2.0 * self.tolerance {
            return None;
        }
        let middle = 0.5 * (a + b);
        // A hair less than the tolerance: the last step must not miss it by a rounding.
        let reach = SLACK * self.tolerance * 2.0_f64.powi(self.max_steps - self.steps) - 0.5 * width;
        let secant = (fb * a - fa * b) / (fb - fa);
        let toward = (middle - secant).signum();
        let truncation = self.scale * width * width;
        let truncated =
            if truncation <= (middle - secant).abs() { secant + toward * truncation } else { middle };
        let x =
            if (truncated - middle).abs() <= reach { truncated } else { middle - toward * reach.max(0.0) };
        // Rounding must not propose an end again.
        Some(if x > a && x < b { x } else { middle })
    }

    /// Records `value` = f(x) at the proposed x.
    pub fn take(&mut self, x: f64, value: f64) {
        self.steps += 1;
        if value == 0.0 {
            (self.low, self.high) = ((x, value), (x, value));
        } else if (value > 0.0) == (self.high.1 > 0.0) {
            self.high = (x, value);
        } else {
            self.low = (x, value);
        }
    }

    /// The root, interpolated linearly between the bracket's ends.
    pub fn root(&self) -> f64 {
        let ((a, fa), (b, fb)) = (self.low, self.high);
        match (fa == 0.0, fb == 0.0) {
            (true, _) => a,
            (_, true) => b,
            _ => ((fb * a - fa * b) / (fb - fa)).clamp(a, b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(f: impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> (f64, u32) {
        let mut bracket = Bracket::new((low, f(low)), (high, f(high)), tolerance).expect("a sign change");
        let mut count = 0;
        while let Some(x) = bracket.next() {
            assert!(x > low && x < high);
            bracket.take(x, f(x));
            count += 1;
        }
        (bracket.root(), count)
    }

    #[test]
    fn smooth_functions_take_few_steps() {
        // The functions and bounds are textbook ones; the steps are those of bisection at most.
        let (root, count) = solve(|x| x * x * x - x - 2.0, 1.0, 2.0, 1e-12);
        assert!((root - 1.521_379_706_804_567_6).abs() < 1e-12 && count <= 9, "{root} {count}");
        let (root, count) = solve(|x| x.exp() - 50.0, 0.0, 10.0, 1e-10);
        assert!((root - 50_f64.ln()).abs() < 1e-10 && count <= 16, "{root} {count}");
    }

    #[test]
    fn steps_and_kinks_take_no_more_than_bisection_and_one() {
        let step = |x: f64| if x < 0.731 { -1.0 } else { 1000.0 };
        let (root, count) = solve(step, 0.0, 1.0, 1e-6);
        assert!((root - 0.731).abs() <= 2e-6 && count <= 20, "{root} {count}");
        let kink = |x: f64| if x < 0.2 { x - 0.2 } else { 1e6 * (x - 0.2) };
        let (root, count) = solve(kink, -3.0, 5.0, 1e-9);
        assert!((root - 0.2).abs() <= 2e-9 && count <= 33, "{root} {count}");
    }

    #[test]
    fn ends_and_missing_signs() {
        assert!(Bracket::new((0.0, 1.0), (1.0, 2.0), 0.1).is_none());
        assert!(Bracket::new((0.0, f64::NAN), (1.0, 2.0), 0.1).is_none());
        assert_eq!(solve(|x| x, 0.0, 1.0, 1e-9), (0.0, 0));
        assert_eq!(solve(|x| 1.0 - x, 0.0, 1.0, 1e-9), (1.0, 0));
        // A root below the spacing of numbers ends all the same.
        let (root, count) = solve(|x| x - 1e9 - 0.3, 0.0, 2e9, 0.0);
        assert!((root - 1e9 - 0.3).abs() < 1e-5 && count < 80, "{count}");
    }
}
