//! Distributions with finitely many values: weighted values, and the empirical distribution of a sample.

use std::sync::Arc;

use super::error::DistributionError;

/// Values in ascending order, each with its probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Discrete {
    pub(super) values: Vec<f64>,
    weights: Vec<f64>,
    /// P(X ≤ values[i]).
    lower: Vec<f64>,
    /// P(X > values[i]).
    upper: Vec<f64>,
}

fn entries(parameter: &'static str, list: &[f64]) -> Result<(), DistributionError> {
    if list.is_empty() {
        return Err(DistributionError::Empty { parameter });
    }
    let fine = |v: f64| v.is_finite() && (parameter != "weights" || v >= 0.0);
    let allowed = if parameter == "weights" { "finite and not negative" } else { "a finite number" };
    match list.iter().position(|&v| !fine(v)) {
        Some(index) => Err(DistributionError::Entry { parameter, index, value: list[index], allowed }),
        None => Ok(()),
    }
}

impl Discrete {
    pub(super) fn new(values: &[f64], weights: &[f64]) -> Result<Self, DistributionError> {
        entries("values", values)?;
        entries("weights", weights)?;
        if values.len() != weights.len() {
            return Err(DistributionError::Lengths { values: values.len(), weights: weights.len() });
        }
        let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs.retain(|pair| pair.1 > 0.0);
        // Equal values (0 and −0 too) are one value.
        pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        // An empty sum of floats is −0.
        let sum = pairs.iter().map(|pair| pair.1).fold(0.0, |sum, weight| sum + weight);
        if !(sum > 0.0 && sum.is_finite()) {
            return Err(DistributionError::Weightless { sum });
        }
        let (values, weights): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(v, w)| (*v, w / sum)).unzip();
        let running = |total: &mut f64, w: &f64| {
            *total += w;
            Some(*total)
        };
        let mut lower: Vec<f64> = weights.iter().scan(0.0, running).collect();
        let mut upper: Vec<f64> = weights[1..].iter().rev().scan(0.0, running).collect();
        upper.reverse();
        upper.push(0.0);
        if let Some(last) = lower.last_mut() {
            *last = 1.0;
        }
        Ok(Discrete { values, weights, lower, upper })
    }

    /// The distribution conditioned on `min` to `max` inclusive; its probability as the error where that is too small.
    pub(super) fn between(&self, min: f64, max: f64) -> Result<Self, f64> {
        let inside = |v: &f64| (min..=max).contains(v);
        let (values, weights): (Vec<f64>, Vec<f64>) =
            self.values.iter().zip(&self.weights).filter(|(v, _)| inside(v)).unzip();
        let probability: f64 = weights.iter().sum();
        if probability < super::error::LEAST_PROBABILITY {
            return Err(probability);
        }
        Discrete::new(&values, &weights).map_err(|_| probability)
    }

    /// The distribution of an increasing function of the value.
    pub(super) fn mapped(self, function: impl Fn(&f64) -> f64) -> Self {
        Discrete { values: self.values.iter().map(function).collect(), ..self }
    }

    /// P(X ≤ x) and P(X > x).
    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        match self.values.partition_point(|&v| v <= x) {
            0 => (0.0, 1.0),
            count => (self.lower[count - 1], self.upper[count - 1]),
        }
    }

    /// P(X < x).
    pub(super) fn below(&self, x: f64) -> f64 {
        match self.values.partition_point(|&v| v < x) {
            0 => 0.0,
            count => self.lower[count - 1],
        }
    }

    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        let index = if p < q {
            self.lower.partition_point(|&c| c < p)
        } else {
            self.upper.partition_point(|&c| c > q)
        };
        self.values[index.min(self.values.len() - 1)]
    }

    /// The standard normal thresholds at which each value but the last gives way to the next.
    pub(super) fn thresholds(&self) -> Vec<f64> {
        let all = self.lower.iter().zip(&self.upper).map(|(&p, &q)| super::gaussian::score_at(p, q));
        all.take(self.values.len() - 1).collect()
    }

    pub(super) fn moments(&self) -> (f64, f64) {
        weighted_moments(self.values.iter().copied().zip(self.weights.iter().copied()))
    }
}

/// The empirical distribution: a sample in ascending order, each value with probability 1/n.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    pub(super) sample: Arc<[f64]>,
}

impl Empirical {
    pub(super) fn new(mut sample: Vec<f64>) -> Result<Self, DistributionError> {
        entries("sample", &sample)?;
        // Equal values are alike, so that an order among them, and the memory that keeps it, is not needed.
        sample.sort_unstable_by(f64::total_cmp);
        Ok(Empirical { sample: sample.into() })
    }

    /// The distribution of an increasing function of the value.
    pub(super) fn mapped(self, function: impl Fn(&f64) -> f64) -> Self {
        Empirical { sample: self.sample.iter().map(function).collect() }
    }

    pub(super) fn between(&self, min: f64, max: f64) -> Result<Self, f64> {
        let from = self.sample.partition_point(|&v| v < min);
        let to = self.sample.partition_point(|&v| v <= max);
        if from < to { Ok(Empirical { sample: self.sample[from..to].into() }) } else { Err(0.0) }
    }

    fn share(&self, count: usize) -> f64 {
        count as f64 / self.sample.len() as f64
    }

    pub(super) fn tails(&self, x: f64) -> (f64, f64) {
        let count = self.sample.partition_point(|&v| v <= x);
        (self.share(count), self.share(self.sample.len() - count))
    }

    pub(super) fn below(&self, x: f64) -> f64 {
        self.share(self.sample.partition_point(|&v| v < x))
    }

    /// The order statistic of rank `ceil(n p)`, counted from the nearer end.
    #[inline(always)]
    pub(super) fn at(&self, p: f64, q: f64) -> f64 {
        let n = self.sample.len();
        let rank = if p < q { (n as f64 * p).ceil() } else { n as f64 - (n as f64 * q).floor() };
        self.sample[(rank as usize).clamp(1, n) - 1]
    }

    pub(super) fn moments(&self) -> (f64, f64) {
        let weight = self.share(1);
        weighted_moments(self.sample.iter().map(move |&v| (v, weight)))
    }
}

/// Mean and standard deviation, computed about the first value so that nothing cancels.
fn weighted_moments(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, f64) {
    let centre = pairs.clone().next().map_or(0.0, |(v, _)| v);
    let first: f64 = pairs.clone().map(|(v, w)| (v - centre) * w).sum();
    let second: f64 = pairs.map(|(v, w)| (v - centre - first) * (v - centre - first) * w).sum();
    (centre + first, second.sqrt())
}
