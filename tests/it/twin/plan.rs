//! Plans: a rate log-linear through points, given as dated rates or solved from annual totals.

use super::Draws;
use super::segment::booked;
use capstake::model::Booking;
use capstake::model::process::PlanShape;
use capstake::model::timeline::{Timeline, Year};

/// A rate that is log-linear through its points and goes on with its end slopes; one point: constant.
#[derive(Clone, Debug)]
pub struct Plan {
    /// (time, ln rate), in order of time.
    points: Vec<(f64, f64)>,
}

impl Plan {
    /// The plan on a path.
    pub fn new(shape: &PlanShape, booking: Booking, timeline: &Timeline, draws: &dyn Draws) -> Plan {
        let points = match shape {
            PlanShape::Points(rates) => rates.iter().map(|&(t, rate)| (t, draws.number(rate).ln())).collect(),
            PlanShape::AnnualTotals(totals) => {
                let years: Vec<Vec<(f64, f64)>> =
                    totals.iter().map(|&(year, _)| bounds(&timeline.years()[year], timeline)).collect();
                let totals: Vec<f64> = totals.iter().map(|&(_, total)| draws.number(total)).collect();
                levels_from_totals(&years, &totals, booking)
            }
        };
        Plan { points }
    }

    /// `P(t)`, billions a year.
    pub fn at(&self, time: f64) -> f64 {
        log_linear(&self.points, time).exp()
    }
}

/// Starts and ends of a year's periods.
fn bounds(year: &Year, timeline: &Timeline) -> Vec<(f64, f64)> {
    timeline.periods()[year.first..=year.last].iter().map(|period| (period.start, period.end)).collect()
}

/// `ln P(t)`: the left point of the interval used, and the weight of the right one (outside 0..1 beyond the ends).
fn interval(points: &[(f64, f64)], time: f64) -> (usize, f64) {
    let inner = points[1..points.len() - 1].iter();
    let left = inner.take_while(|&&(t, _)| t <= time).count();
    let (from, to) = (points[left].0, points[left + 1].0);
    (left, (time - from) / (to - from))
}

fn log_linear(points: &[(f64, f64)], time: f64) -> f64 {
    if points.len() == 1 {
        return points[0].1;
    }
    let (left, weight) = interval(points, time);
    let (a, b) = (points[left].1, points[left + 1].1);
    // A rate of 0 is -inf here, and 0 × inf no number.
    if weight == 0.0 || a == b {
        a
    } else if weight == 1.0 {
        b
    } else {
        (1.0 - weight) * a + weight * b
    }
}

/// One point in the middle of each year's periods; its levels such that the periods' bookings add up to the totals.
/// Newton's method on `F_i = ln(Σ_p booked_p/total_i)` in the log levels, the Jacobian being a mean of the weights.
pub fn levels_from_totals(years: &[Vec<(f64, f64)>], totals: &[f64], booking: Booking) -> Vec<(f64, f64)> {
    let n = years.len();
    let start_end = |i: usize| (years[i][0].0, years[i][years[i].len() - 1].1);
    let mut points: Vec<(f64, f64)> = (0..n)
        .map(|i| {
            let (start, end) = start_end(i);
            ((start + end) / 2.0, (totals[i] / (end - start)).ln())
        })
        .collect();
    let misses = |points: &[(f64, f64)]| -> Vec<f64> {
        let total = |year: &Vec<(f64, f64)>| -> f64 {
            let rate = |t| log_linear(points, t).exp();
            year.iter().map(|&(a, b)| booked(rate(a), rate(b), b - a, booking)).sum()
        };
        years.iter().zip(totals).map(|(year, wanted)| (total(year) / wanted).ln()).collect()
    };
    let size = |misses: &[f64]| misses.iter().fold(0.0f64, |worst, miss| worst.max(miss.abs()));
    let mut miss = misses(&points);
    for _ in 0..200 {
        if size(&miss) < 1e-15 {
            break;
        }
        let step = solve(jacobian(years, &points, booking), miss.clone());
        let mut damping = 1.0;
        let (next, next_miss) = loop {
            let moved: Vec<(f64, f64)> =
                points.iter().zip(&step).map(|(&(t, level), s)| (t, level - damping * s)).collect();
            let miss = misses(&moved);
            if size(&miss).is_finite() || damping < 1e-6 {
                break (moved, miss);
            }
            damping /= 2.0;
        };
        let stalled = size(&next_miss) >= size(&miss) && size(&miss) < 1e-12;
        if stalled {
            break;
        }
        (points, miss) = (next, next_miss);
    }
    points
}

/// `∂F_i/∂L_j = Σ_p ∂booked_p/∂L_j / Σ_p booked_p`, where `P(t) = e^(Σ_j w_j(t) L_j)`.
fn jacobian(years: &[Vec<(f64, f64)>], points: &[(f64, f64)], booking: Booking) -> Vec<Vec<f64>> {
    let n = points.len();
    let slopes = |time: f64| -> (f64, Vec<f64>) {
        let rate = log_linear(points, time).exp();
        let mut slope = vec![0.0; n];
        if n == 1 {
            slope[0] = rate;
        } else {
            let (left, weight) = interval(points, time);
            slope[left] = rate * (1.0 - weight);
            slope[left + 1] = rate * weight;
        }
        (rate, slope)
    };
    years
        .iter()
        .map(|year| {
            let (mut total, mut row) = (0.0, vec![0.0; n]);
            for &(start, end) in year {
                let ((r0, d0), (r1, d1)) = (slopes(start), slopes(end));
                total += booked(r0, r1, end - start, booking);
                for j in 0..n {
                    row[j] += booked(d0[j], d1[j], end - start, booking);
                }
            }
            row.iter().map(|d| d / total).collect()
        })
        .collect()
}

/// Gaussian elimination with row pivoting.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs())).unwrap_or(i);
        a.swap(i, pivot);
        b.swap(i, pivot);
        for row in i + 1..n {
            let ratio = a[row][i] / a[i][i];
            for column in i..n {
                a[row][column] -= ratio * a[i][column];
            }
            b[row] -= ratio * b[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_log_linear_and_goes_on_with_its_end_slopes() {
        let points = [(0.0, 1f64.ln()), (1.0, 4f64.ln()), (2.0, 8f64.ln())];
        let plan = Plan { points: points.to_vec() };
        for (t, rate) in [(0.0, 1.0), (0.5, 2.0), (1.0, 4.0), (2.0, 8.0), (3.0, 16.0), (-0.5, 0.5)] {
            assert!((plan.at(t) - rate).abs() < 1e-14, "{t}: {}", plan.at(t));
        }
        assert_eq!(Plan { points: vec![(0.7, 3f64.ln())] }.at(5.0), 3f64.ln().exp());
    }

    fn quarters(year: usize) -> Vec<(f64, f64)> {
        (0..4).map(|q| (year as f64 + q as f64 / 4.0, year as f64 + (q + 1) as f64 / 4.0)).collect()
    }

    #[test]
    fn booked_periods_add_up_to_the_annual_totals() {
        let totals = [30.0, 62.0, 117.0, 184.0, 282.0];
        let mut years: Vec<_> = (0..5).map(quarters).collect();
        for booking in [Booking::Middle, Booking::Start, Booking::End] {
            let plan = Plan { points: levels_from_totals(&years, &totals, booking) };
            for (year, total) in years.iter().zip(totals) {
                let sum: f64 =
                    year.iter().map(|&(a, b)| booked(plan.at(a), plan.at(b), b - a, booking)).sum();
                assert!((sum / total - 1.0).abs() < 1e-13, "{sum} is not {total}");
            }
        }
        years[0].drain(..2); // the first year cut by the valuation date: its point lies in the middle of the rest
        let points = levels_from_totals(&years, &totals, Booking::Middle);
        assert_eq!(points[0].0, 0.75);
    }

    #[test]
    fn a_single_year_is_constant() {
        let points = levels_from_totals(&[quarters(0)], &[30.0], Booking::Middle);
        assert_eq!(points.len(), 1);
        assert!((points[0].1 - 30f64.ln()).abs() < 1e-15);
    }
}
