//! Planned annual rates, log-linear between dated points; the points are given, or solved so that each year's
//! bookings add up to its total (methodology: demand).

use super::numbers::Numbers;
use super::timeline::Steps;
use crate::math::elementary::{exp, ln};
use crate::math::vector::{Vector, WIDTH};
use crate::model::Booking;
use crate::model::process::PlanShape;

/// Points of planned rates on eight paths.
pub struct Planned<V> {
    shape: PlanShape,
    /// Times of the points, years.
    times: Vec<f64>,
    /// Log levels of the points.
    levels: Vec<V>,
    /// For time 0 and each period's end: index of the point to the left, and weight of the point to the
    /// right.
    places: Vec<(usize, f64)>,
    totals: Option<Totals>,
}

/// Input and output of the solver of annual totals.
struct Totals {
    booking: Booking,
    /// For each total, its periods: (length in years, indices of start and end in `places`).
    periods: Vec<Vec<(f64, usize, usize)>>,
    /// Totals and solved log levels, by year and lane.
    wanted: Vec<[f64; WIDTH]>,
    solved: Vec<[f64; WIDTH]>,
}

/// Largest number of annual totals, one per calendar year.
const MAX_POINTS: usize = 128;

impl<V: Vector> Planned<V> {
    /// Allocates planned rates of this shape.
    pub fn new(shape: &PlanShape, booking: Booking, steps: &Steps) -> Planned<V> {
        let (times, totals) = match shape {
            PlanShape::Points(points) => (points.iter().map(|&(time, _)| time).collect::<Vec<_>>(), None),
            PlanShape::AnnualTotals(totals) => {
                let mut times = Vec::new();
                let mut periods = Vec::new();
                for &(year, _) in totals {
                    let year = steps.years[year];
                    let (first, last) = (steps.periods[year.first], steps.periods[year.last]);
                    times.push(0.5 * (first.start + last.end));
                    periods.push(
                        (year.first..=year.last).map(|p| (steps.periods[p].length, p, p + 1)).collect(),
                    );
                }
                let scratch = vec![[0.0; WIDTH]; times.len()];
                (times, Some(Totals { booking, periods, wanted: scratch.clone(), solved: scratch }))
            }
        };
        let ends = std::iter::once(0.0).chain(steps.periods.iter().map(|p| p.end));
        let places = ends.map(|time| place(&times, time)).collect();
        let levels = vec![V::zero(); times.len()];
        Planned { shape: shape.clone(), times, levels, places, totals }
    }

    /// Computes the log levels of the points on each path.
    #[inline(always)]
    pub fn prepare(&mut self, numbers: &Numbers<V>) {
        match (&self.shape, &mut self.totals) {
            (PlanShape::AnnualTotals(years), Some(totals)) => {
                for (wanted, &(_, num)) in totals.wanted.iter_mut().zip(years) {
                    numbers[num].store(wanted);
                }
                totals.solve(&self.places);
                for (level, solved) in self.levels.iter_mut().zip(&totals.solved) {
                    *level = V::load(solved);
                }
            }
            (PlanShape::Points(points), _) => {
                for (level, &(_, num)) in self.levels.iter_mut().zip(points) {
                    *level = ln(numbers[num]);
                }
            }
            (PlanShape::AnnualTotals(_), None) => {}
        }
    }

    /// Annual rate at time 0 (`index` 0) or at the end of period `index - 1`, with a deviation in logs,
    /// billions a year.
    #[inline(always)]
    pub fn rate(&self, index: usize, deviation: V) -> V {
        let (left, weight) = self.places[index];
        let right = (left + 1).min(self.times.len() - 1);
        exp(self.levels[left] * (1.0 - weight) + self.levels[right] * weight + deviation)
    }
}

/// Index of the point to the left of a time and weight of the point to the right; beyond the ends, the end
/// slopes continue.
fn place(times: &[f64], time: f64) -> (usize, f64) {
    if times.len() == 1 {
        return (0, 0.0);
    }
    let left = times.partition_point(|&t| t <= time).saturating_sub(1).min(times.len() - 2);
    (left, (time - times[left]) / (times[left + 1] - times[left]))
}

impl Totals {
    /// Solves path by path, or only once if the totals are equal on all paths.
    fn solve(&mut self, places: &[(usize, f64)]) {
        let constant =
            self.wanted.iter().all(|total| total.iter().all(|x| x.to_bits() == total[0].to_bits()));
        let n = self.wanted.len();
        let (mut wanted, mut level) = ([0.0; MAX_POINTS], [0.0; MAX_POINTS]);
        for lane in 0..WIDTH {
            if lane == 0 || !constant {
                for (one, all) in wanted.iter_mut().zip(&self.wanted) {
                    *one = all[lane];
                }
                self.solve_path(places, &wanted[..n], &mut level[..n]);
            }
            for (all, one) in self.solved.iter_mut().zip(&level) {
                all[lane] = *one;
            }
        }
    }

    /// Finds log levels such that each year's bookings add up to its total, by Newton's method on the
    /// logarithms of the sums. Their derivatives involve only neighbouring points.
    fn solve_path(&self, places: &[(usize, f64)], wanted: &[f64], level: &mut [f64]) {
        let n = wanted.len();
        for i in 0..n {
            let length: f64 = self.periods[i].iter().map(|&(length, _, _)| length).sum();
            level[i] = ln(wanted[i] / length);
        }
        let mut matrix = [[0.0; 3]; MAX_POINTS];
        let mut residual = [0.0; MAX_POINTS];
        let mut last_worst = f64::INFINITY;
        for _ in 0..60 {
            let mut worst: f64 = 0.0;
            for i in 0..n {
                let (sum, slope) = self.booked(i, places, level);
                residual[i] = ln(sum) - ln(wanted[i]);
                worst = worst.max(residual[i].abs());
                for j in 0..3 {
                    matrix[i][j] = slope[j] / sum;
                }
            }
            step_back(&matrix[..n], &residual[..n], level);
            if worst < 1e-14 {
                return;
            }
            last_worst = worst;
        }
        if last_worst.is_nan() || last_worst >= 1e-12 {
            // No rates fit these totals: the path becomes non-finite and is reported with its index.
            level.fill(f64::NAN);
        }
    }

    /// Bookings of a year at these log levels, and their derivatives with respect to the levels of the year
    /// before, the year itself and the next.
    fn booked(&self, year: usize, places: &[(usize, f64)], level: &[f64]) -> (f64, [f64; 3]) {
        let (start_weight, end_weight) = booking_weights(self.booking);
        let mut sum = 0.0;
        let mut slope = [0.0; 3];
        for &(length, start, end) in &self.periods[year] {
            for (weight, index) in [(start_weight, start), (end_weight, end)] {
                if weight == 0.0 {
                    continue;
                }
                let (left, right_weight) = places[index];
                let right = (left + 1).min(level.len() - 1);
                let log = level[left] * (1.0 - right_weight) + level[right] * right_weight;
                let amount = length * weight * exp(log);
                sum += amount;
                slope[left + 1 - year] += amount * (1.0 - right_weight);
                if right != left {
                    slope[right + 1 - year] += amount * right_weight;
                }
            }
        }
        (sum, slope)
    }
}

/// `level -= matrix⁻¹ · residual`, by Thomas's algorithm for tridiagonal systems.
fn step_back(matrix: &[[f64; 3]], residual: &[f64], level: &mut [f64]) {
    let n = level.len();
    let mut upper = [0.0; MAX_POINTS];
    let mut right = [0.0; MAX_POINTS];
    for i in 0..n {
        let (below, before, carried) =
            if i == 0 { (0.0, 0.0, 0.0) } else { (matrix[i][0], upper[i - 1], right[i - 1]) };
        let pivot = matrix[i][1] - below * before;
        upper[i] = matrix[i][2] / pivot;
        right[i] = (residual[i] - below * carried) / pivot;
    }
    let mut step = 0.0;
    for i in (0..n).rev() {
        step = right[i] - if i + 1 < n { upper[i] * step } else { 0.0 };
        level[i] -= step;
    }
}

/// Weights of the rates at a period's start and end in its bookings.
pub fn booking_weights(booking: Booking) -> (f64, f64) {
    match booking {
        Booking::Middle => (0.5, 0.5),
        Booking::Start => (1.0, 0.0),
        Booking::End => (0.0, 1.0),
    }
}
