//! A Brownian bridge: the innovations of a factor from its components, most of its variance from the first few.
//!
//! Caflisch, Morokoff and Owen (1997), "Valuation of mortgage-backed securities using Brownian bridges to reduce effective
//! dimension", Journal of Computational Finance 1. A factor's path W is visited at one period end after the other: given the values
//! at the nearest ends visited before, t_l < t < t_r, it is normal with mean W_l + (W_r − W_l)(t − t_l)/(t_r − t_l) and variance
//! (t − t_l)(t_r − t)/(t_r − t_l); to the right of all others, normal about W_l with variance t − t_l. The innovation of a period is
//! the increment of W over the root of the period's length, so innovations are independent standard normals, as they are under
//! plain sampling.

use super::timeline::Steps;
use crate::math::vector::Vector;
use crate::model::Model;

/// Time, in years, that is visited first where there is a stake to value: what equity is worth in the first years, and whether a
/// listing comes then, decides most.
const ANCHOR: f64 = 2.0;

/// Periods in the order in which their ends are visited: with equity the end nearest to two years first; then the last one; then
/// always the one in the middle of the longest span between visited ends.
pub fn visits(model: &Model) -> Vec<usize> {
    let ends: Vec<f64> = model.timeline.periods().iter().map(|period| period.end).collect();
    order(&ends, model.equity.is_some())
}

fn order(ends: &[f64], anchored: bool) -> Vec<usize> {
    let last = ends.len() - 1;
    let mut visits = Vec::with_capacity(ends.len());
    if anchored {
        let distance = |&i: &usize| (ends[i] - ANCHOR).abs();
        visits.extend((0..ends.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))));
    }
    if !visits.contains(&last) {
        visits.push(last);
    }
    let end = |i: usize| i.checked_sub(1).map_or(0.0, |i| ends[i]);
    while visits.len() < ends.len() {
        // Spans from one visited end to the next: over periods `from..to`, the last of which is visited.
        let mut tos = visits.clone();
        tos.sort_unstable();
        let spans = tos.iter().scan(0, |from, &to| {
            let span = (*from, to);
            *from = to + 1;
            Some(span)
        });
        let open = spans.filter(|(from, to)| from < to);
        let length = |(from, to): (usize, usize)| end(to + 1) - end(from);
        // The first of the longest.
        let (from, to) = open
            .reduce(|longest, span| if length(span) > length(longest) { span } else { longest })
            .expect("an end that is not visited lies in a span");
        let middle = 0.5 * (end(from) + end(to + 1));
        let distance = |&i: &usize| (ends[i] - middle).abs();
        visits.extend((from..to).min_by(|a, b| distance(a).total_cmp(&distance(b))));
    }
    visits
}

/// One visited period end.
#[derive(Clone, Copy, Debug)]
struct Visit {
    /// Its period.
    at: usize,
    /// Position of the visited end to the left; 0 is time 0.
    left: usize,
    /// Position of the visited end to the right; that of time 0 where there is none, with weight 0.
    right: usize,
    left_weight: f64,
    right_weight: f64,
    std_dev: f64,
}

/// The bridge of a timeline.
#[derive(Clone, Debug)]
pub struct Bridge {
    visits: Vec<Visit>,
    /// One over the root of each period's length.
    scale: Vec<f64>,
    /// The component of each period.
    components: Vec<usize>,
}

impl Bridge {
    /// The bridge over all periods.
    pub fn new(model: &Model, steps: &Steps) -> Bridge {
        let ends: Vec<f64> = steps.periods.iter().map(|period| period.end).collect();
        let visits = visits(model);
        let mut components = vec![0; visits.len()];
        visits.iter().enumerate().for_each(|(component, &period)| components[period] = component);
        Bridge { visits: plan(&ends, &visits), scale: scales(&ends), components }
    }

    /// Number of periods.
    pub fn periods(&self) -> usize {
        self.visits.len()
    }

    /// The component of a period.
    #[inline(always)]
    pub fn component(&self, period: usize) -> usize {
        self.components[period]
    }

    /// Writes a factor's innovation of each period to every `stride`-th place from `first` on, from one standard normal per
    /// component. `path` is scratch of one more than the periods.
    #[inline(always)]
    pub fn innovations<V: Vector>(
        &self,
        normals: &[V],
        path: &mut [V],
        out: &mut [V],
        first: usize,
        stride: usize,
    ) {
        path[0] = V::zero();
        for (visit, &normal) in self.visits.iter().zip(normals) {
            let (left, right) = (path[visit.left], path[visit.right]);
            let mean = V::splat(visit.right_weight).mul_add(right, left * visit.left_weight);
            path[visit.at + 1] = V::splat(visit.std_dev).mul_add(normal, mean);
        }
        let mut before = V::zero();
        for (period, (&end, &scale)) in path[1..].iter().zip(&self.scale).enumerate() {
            out[first + period * stride] = (end - before) * scale;
            before = end;
        }
    }
}

/// Weights of all visits.
fn plan(ends: &[f64], order: &[usize]) -> Vec<Visit> {
    // Positions are one more than periods; position 0 is time 0.
    let time = |position: usize| position.checked_sub(1).map_or(0.0, |period| ends[period]);
    let mut visited = vec![0];
    let visit = |&at: &usize| {
        let (here, t) = (at + 1, ends[at]);
        let left = visited.iter().copied().filter(|&p| p < here).max().expect("time 0 is to the left");
        let right = visited.iter().copied().filter(|&p| p > here).min();
        visited.push(here);
        let before = t - time(left);
        match right.map(|right| (right, time(right) - t, time(right) - time(left))) {
            None => Visit { at, left, right: 0, left_weight: 1.0, right_weight: 0.0, std_dev: before.sqrt() },
            Some((right, after, span)) => Visit {
                at,
                left,
                right,
                left_weight: after / span,
                right_weight: before / span,
                std_dev: (before * after / span).sqrt(),
            },
        }
    };
    order.iter().map(visit).collect()
}

fn scales(ends: &[f64]) -> Vec<f64> {
    let starts = std::iter::once(&0.0).chain(ends);
    ends.iter().zip(starts).map(|(end, start)| 1.0 / (end - start).sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_anchor_comes_first_then_the_last_then_the_middles_of_the_longest_spans() {
        let quarters: Vec<f64> = (1..=16).map(|i| 0.25 * f64::from(i)).collect();
        assert_eq!(order(&quarters, true)[..6], [7, 15, 3, 11, 1, 5]);
        assert_eq!(order(&quarters, false)[..5], [15, 7, 3, 11, 1]);
        assert_eq!(order(&[0.4, 1.4], true), [1, 0]);
        assert_eq!(order(&[1.0], true), [0]);
        for anchored in [true, false] {
            let mut all = order(&quarters, anchored);
            all.sort_unstable();
            assert_eq!(all, (0..16).collect::<Vec<_>>());
        }
    }

    /// The innovations are an orthogonal transformation of the components, whatever the lengths of the periods.
    #[test]
    fn innovations_are_an_orthogonal_transformation() {
        let ends = [0.17, 0.42, 0.67, 1.67, 2.67, 3.0, 7.0];
        let n = ends.len();
        for anchored in [true, false] {
            let order = order(&ends, anchored);
            let bridge = Bridge { visits: plan(&ends, &order), scale: scales(&ends), components: Vec::new() };
            let column = |j: usize| {
                let normals: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j))).collect();
                innovations_of_one(&bridge, &normals)
            };
            let columns: Vec<Vec<f64>> = (0..n).map(column).collect();
            for i in 0..n {
                for j in 0..n {
                    let product: f64 = columns[i].iter().zip(&columns[j]).map(|(a, b)| a * b).sum();
                    let wanted = f64::from(u8::from(i == j));
                    assert!((product - wanted).abs() < 1e-14, "{i} {j}: {product}");
                }
            }
        }
    }

    fn innovations_of_one(bridge: &Bridge, normals: &[f64]) -> Vec<f64> {
        use crate::math::portable::Portable;
        let normals: Vec<Portable> = normals.iter().map(|&z| crate::math::vector::Real::splat(z)).collect();
        let zero: Portable = crate::math::vector::Real::splat(0.0);
        let (mut path, mut out) = (vec![zero; normals.len() + 1], vec![zero; normals.len()]);
        bridge.innovations(&normals, &mut path, &mut out, 0, 1);
        out.iter().map(|v| v.lanes()[0]).collect()
    }
}
