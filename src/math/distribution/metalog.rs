//! The three-term metalog through three quantiles (Keelin 2016, "The metalog distributions", equations 6, 12, 14).

use super::error::{DistributionError, finite, require};
use super::inversion::solve;
use crate::math::elementary;
use crate::math::quadrature::{Remainder, mean_and_std_dev};

/// The two quantiles beside the median: at the probabilities α and 1 − α.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantilePair {
    /// `p10` and `p90`.
    P10P90,
    /// `p05` and `p95`.
    P05P95,
    /// `p01` and `p99`.
    P01P99,
    /// `p25` and `p75`.
    P25P75,
}

impl QuantilePair {
    /// All pairs.
    pub const ALL: [QuantilePair; 4] =
        [QuantilePair::P10P90, QuantilePair::P05P95, QuantilePair::P01P99, QuantilePair::P25P75];

    /// The names of the two.
    pub const fn names(self) -> [&'static str; 2] {
        match self {
            QuantilePair::P10P90 => ["p10", "p90"],
            QuantilePair::P05P95 => ["p05", "p95"],
            QuantilePair::P01P99 => ["p01", "p99"],
            QuantilePair::P25P75 => ["p25", "p75"],
        }
    }

    /// (1 − α)/α and 1 − 2α.
    const fn odds_and_width(self) -> (f64, f64) {
        match self {
            QuantilePair::P10P90 => (9.0, 0.8),
            QuantilePair::P05P95 => (19.0, 0.9),
            QuantilePair::P01P99 => (99.0, 0.98),
            QuantilePair::P25P75 => (3.0, 0.5),
        }
    }

    /// M increases only while (median − low)/(high − low), in units of M, is from this to 1 minus this.
    const fn least_ratio(self) -> f64 {
        match self {
            // To four digits, as the methodology states it; the expression below gives 0.16658.
            QuantilePair::P10P90 => 0.1666,
            pair => 0.5 - 0.25 * LARGEST_BEND * pair.odds_and_width().1,
        }
    }
}

/// M increases while the size of a3 is below this many times a2: 1/max over u of u − ½ + u(1 − u) ln(u/(1 − u)).
const LARGEST_BEND: f64 = 1.66711;

/// Which bounds the distribution has, and so which transform of M is its quantile function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// No bounds: M itself.
    Plain,
    /// A lower bound: `lower + e^M`.
    Above { lower: f64 },
    /// An upper bound: `upper − e^(−M)`.
    Below { upper: f64 },
    /// Both bounds: `(lower + upper e^M)/(1 + e^M)`.
    Between { lower: f64, upper: f64 },
}

/// The metalog with `M(u) = a1 + a2 ln(u/(1 − u)) + a3 (u − ½) ln(u/(1 − u))`, transformed by its form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metalog {
    a: [f64; 3],
    pub(super) form: Form,
}

impl Form {
    /// x in units of M.
    fn straight(self, x: f64) -> f64 {
        match self {
            Form::Plain => x,
            Form::Above { lower } => (x - lower).max(0.0).ln(),
            Form::Below { upper } => -(upper - x).max(0.0).ln(),
            Form::Between { lower, upper } => ((x - lower).max(0.0) / (upper - x).max(0.0)).ln(),
        }
    }

    /// M in units of x.
    #[inline(always)]
    pub(super) fn bend(self, m: f64) -> f64 {
        match self {
            Form::Plain => m,
            Form::Above { lower } => lower + elementary::exp(m),
            Form::Below { upper } => upper - elementary::exp(-m),
            Form::Between { lower, upper } => {
                let e = elementary::exp(if m < 0.0 { m } else { -m });
                let part = (upper - lower) * (e / (1.0 + e));
                if m < 0.0 { lower + part } else { upper - part }
            }
        }
    }
}

impl Metalog {
    /// The metalog through the quantiles `[low, median, high]` at α, ½ and 1 − α of the pair. With L = ln((1 − α)/α):
    /// a1 = median, a2 = (high − low)/2L, a3 = (high + low − 2 median)/((1 − 2α) L), all in units of M.
    pub(super) fn new(
        pair: QuantilePair,
        [low, p50, high]: [f64; 3],
        lower: Option<f64>,
        upper: Option<f64>,
    ) -> Result<Self, DistributionError> {
        let [low_name, high_name] = pair.names();
        for (parameter, value) in [(low_name, low), ("p50", p50), (high_name, high)] {
            finite(parameter, value)?;
        }
        require(low < high, high_name, high, || format!("above `{low_name}` = {low}"))?;
        if let Some(lower) = lower {
            finite("lower", lower)?;
            require(lower < low, "lower", lower, || format!("below `{low_name}` = {low}"))?;
        }
        if let Some(upper) = upper {
            finite("upper", upper)?;
            require(high < upper, "upper", upper, || format!("above `{high_name}` = {high}"))?;
        }
        let form = match (lower, upper) {
            (None, None) => Form::Plain,
            (Some(lower), None) => Form::Above { lower },
            (None, Some(upper)) => Form::Below { upper },
            (Some(lower), Some(upper)) => Form::Between { lower, upper },
        };
        let (m_low, m50, m_high) = (form.straight(low), form.straight(p50), form.straight(high));
        let rise = m_high - m_low;
        require(rise.is_finite() && rise > 0.0, high_name, high, || {
            format!("further above `{low_name}` = {low} (the two cannot be told apart)")
        })?;
        let (ratio, least) = ((m50 - m_low) / rise, pair.least_ratio());
        if !(least - 1e-12..=1.0 - least + 1e-12).contains(&ratio) {
            return Err(DistributionError::Infeasible {
                value: p50,
                pair: pair.names(),
                low: form.bend(m_low + least * rise),
                high: form.bend(m_high - least * rise),
            });
        }
        let (odds, width) = pair.odds_and_width();
        let a3 = ((m_high - m50) - (m50 - m_low)) / (width * odds.ln());
        Ok(Metalog { a: [m50, rise / (2.0 * odds.ln()), a3], form })
    }

    /// M where the logit of u is v and `u − ½` is `skew`.
    #[inline(always)]
    fn straight_at(&self, v: f64, skew: f64) -> f64 {
        v.mul_add(skew.mul_add(self.a[2], self.a[1]), self.a[0])
    }

    /// M with probability p below and q = 1 − p above.
    #[inline(always)]
    pub(super) fn level(&self, p: f64, q: f64) -> f64 {
        self.straight_at(elementary::ln(p / q), 0.5 * (p - q))
    }

    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        let (low, high) = self.support();
        if p <= 0.0 {
            low
        } else if q <= 0.0 {
            high
        } else {
            let x = self.form.bend(self.level(p, q));
            x.clamp(low, high)
        }
    }

    pub(super) fn support(&self) -> (f64, f64) {
        match self.form {
            Form::Plain => (f64::NEG_INFINITY, f64::INFINITY),
            Form::Above { lower } => (lower, f64::INFINITY),
            Form::Below { upper } => (f64::NEG_INFINITY, upper),
            Form::Between { lower, upper } => (lower, upper),
        }
    }

    /// The logit of P(X ≤ x).
    fn logit(&self, x: f64) -> f64 {
        let m = self.form.straight(x);
        if m.is_infinite() {
            return m;
        }
        let slope = |v: f64, p: f64, q: f64| self.a[1] + self.a[2] * (0.5 * (p - q) + p * q * v);
        // Solved as e^(M − m) = 1, so that the solver's logarithms are differences of M.
        let (a2, bend) = (self.a[1], 0.5 * self.a[2].abs());
        let reach = 2.0 + 2.0 * (m - self.a[0]).abs() / (a2 - bend);
        let scale = 1.0 / reach.max(1.0) / (a2 + bend);
        solve(1.0, -reach, reach, (m - self.a[0]) / a2, |v| {
            let (p, q) = shares(v);
            let near = ((self.straight_at(v, 0.5 * (p - q)) - m) * scale).exp();
            (near, near * scale * slope(v, p, q))
        })
    }

    /// P(X ≤ x) and P(X > x).
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        shares(self.logit(x))
    }

    /// Mean and standard deviation given that the value lies between `min` and `max`; `None` where infinite.
    pub(super) fn moments_between(&self, min: f64, max: f64) -> (Option<f64>, Option<f64>) {
        const EDGE: f64 = 60.0;
        let (a, b) = (self.logit(min), self.logit(max));
        let nearest = 0f64.clamp(a, b);
        let (from, to) = (a.max(nearest.min(0.0) - EDGE), b.min(nearest.max(0.0) + EDGE));
        let share = |v: f64| {
            let (p, q) = shares(v);
            p * q
        };
        let scale = 1.0 / share(nearest);
        // Beyond the edge M is a straight line in v, and e^M against the weight e^(−|v|) a plain exponential.
        let [a1, a2, a3] = self.a;
        let tail = match self.form {
            Form::Above { lower } if b == f64::INFINITY => Some((a2 + 0.5 * a3, a1, to, lower, 1.0)),
            Form::Below { upper } if a == f64::NEG_INFINITY => Some((a2 - 0.5 * a3, -a1, -from, upper, -1.0)),
            _ => None,
        };
        let mut remainder = Remainder { centre: self.form.bend(a1), ..Remainder::default() };
        if let Some((growth, start, edge, bound, sign)) = tail {
            if growth >= 1.0 {
                return (None, None);
            }
            remainder = Remainder {
                centre: bound,
                first: sign * scale * (start - (1.0 - growth) * edge).exp() / (1.0 - growth),
                second: if 2.0 * growth < 1.0 {
                    scale * (2.0 * start - (1.0 - 2.0 * growth) * edge).exp() / (1.0 - 2.0 * growth)
                } else {
                    f64::INFINITY
                },
            };
        }
        let point = |v: f64| {
            let (p, q) = shares(v);
            (self.form.bend(self.straight_at(v, 0.5 * (p - q))), p * q * scale)
        };
        let (mean, sd) = mean_and_std_dev(point, &[from, nearest, to], remainder);
        (Some(mean), sd.is_finite().then_some(sd))
    }
}

/// `e^v/(1 + e^v)` and `1/(1 + e^v)`.
fn shares(v: f64) -> (f64, f64) {
    let e = (-v.abs()).exp();
    let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
    if v < 0.0 { (small, large) } else { (large, small) }
}
