//! Stopping when precise enough: how precise a figure is to be, and whether a run or study has reached it.
//!
//! What has targets is judged at the ends of levels of 4,096 · 2^j paths. It stops when every half-width is within its tolerance, and
//! was within twice its tolerance at the level before: a half-width is itself an estimate, and the first one that happens to be
//! small would stop too early.

pub mod clause;
pub mod metric;
pub mod offer;

use super::quantity::UnknownName;
use super::valuation::QUANTILES;
use crate::stats::mean_error::MeanError;

/// How precise a figure is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// As it was asked for.
    pub text: String,
    /// The largest half-width of the 95% interval.
    pub tolerance: Tolerance,
}

/// What is asked of a figure's distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The mean, or a probability.
    Mean,
    /// The quantile of this probability, one of [`QUANTILES`].
    Quantile(f64),
}

/// The largest half-width of a 95% interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// As a part of the figure.
    Relative(f64),
    /// In the figure's unit.
    Absolute(f64),
}

/// A figure and the half-width of its 95% interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure, of which a relative tolerance is a part; NaN where no path has a value.
    pub value: f64,
    /// The half-width; NaN where there are too few paths for an interval.
    pub half_width: f64,
}

impl Estimate {
    /// A mean and its error. That all paths so far agree does not show that all others do, unless no draw can move the mean.
    pub fn of_mean(mean: f64, error: MeanError, exact: bool) -> Estimate {
        let half_width = match error.std_error {
            _ if exact => 0.0,
            0.0 => f64::NAN,
            _ => error.half_width(),
        };
        Estimate { value: mean, half_width }
    }

    /// A figure and its interval.
    pub fn of_interval(value: f64, (low, high): (f64, f64)) -> Estimate {
        Estimate { value, half_width: 0.5 * (high - low) }
    }

    /// Whether two estimates are equal, or both lack the same.
    pub fn is_same(self, other: Estimate) -> bool {
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        same(self.value, other.value) && same(self.half_width, other.half_width)
    }

    /// Whether some path has a value.
    pub fn has_value(self) -> bool {
        !self.value.is_nan()
    }
}

impl Target {
    /// Reads `FIGURE=TOLERANCE`, such as `microsoft_take_pv=0.5%`; also returns the figure's name.
    ///
    /// # Errors
    /// What cannot be read, and what to write instead.
    pub fn read(text: &str) -> Result<(Target, &str), UnknownName> {
        let Some((figure, tolerance)) = text.rsplit_once('=') else {
            return Err(UnknownName {
                message: format!("`{text}` does not say how precise"),
                help: "write METRIC=0.5% (of the figure) or METRIC=0.05 (in its unit)".to_owned(),
            });
        };
        let tolerance = Tolerance::read(tolerance.trim())?;
        Ok((Target { text: text.to_owned(), tolerance }, figure.trim()))
    }

    /// The largest half-width, in the figure's unit.
    pub fn wanted(&self, estimate: Estimate) -> f64 {
        match self.tolerance {
            Tolerance::Relative(part) => part * estimate.value.abs(),
            Tolerance::Absolute(width) => width,
        }
    }

    /// Half-width over tolerance: at most 1 where the target is reached. Infinite where there is no interval yet, and for a part
    /// of a figure that is 0.
    pub fn ratio(&self, estimate: Estimate) -> f64 {
        if estimate.half_width == 0.0 {
            return 0.0;
        }
        let ratio = estimate.half_width / self.wanted(estimate);
        if ratio.is_nan() { f64::INFINITY } else { ratio }
    }

    /// What is asked for, without the tolerance: `microsoft_take_pv`, `prior-2025:p95:share_pv`.
    pub fn figure(&self) -> &str {
        self.text.rsplit_once('=').map_or(self.text.as_str(), |(figure, _)| figure.trim())
    }

    /// Of several figures that are all to be so precise, the one that is farthest from it: first one without a value.
    pub fn worst(&self, estimates: impl IntoIterator<Item = Estimate>) -> Option<Estimate> {
        let key = |estimate: &Estimate| (!estimate.has_value(), self.ratio(*estimate));
        let farther = |a: &Estimate, b: &Estimate| {
            let ((a, b), (x, y)) = (key(a), key(b));
            a.cmp(&x).then(b.total_cmp(&y))
        };
        estimates.into_iter().max_by(farther)
    }
}

/// Whether a run stops, from the ratios of all targets at the levels so far, the latest last.
pub fn is_reached(levels: &[Vec<f64>]) -> bool {
    let within = |level: Option<&Vec<f64>>, bound: f64| {
        level.is_some_and(|ratios| ratios.iter().all(|&ratio| ratio <= bound))
    };
    let before = levels.len().checked_sub(2).and_then(|before| levels.get(before));
    within(levels.last(), 1.0) && within(before, 2.0)
}

/// About how many paths a run needs for targets whose worst ratio is this after so many: errors of means fall with the root of the
/// paths, under Sobol sampling at least so fast. `None` without a ratio.
pub fn paths_needed(paths: u64, worst: f64) -> Option<u64> {
    let needed = paths as f64 * worst * worst;
    worst.is_finite().then(|| {
        if needed.is_infinite() {
            return u64::MAX;
        }
        // Two digits are more than is known.
        let size = 10_f64.powf(needed.log10().floor() - 1.0);
        ((needed / size).ceil() * size) as u64
    })
}

/// The probability of `p95`; `None` where it is no such word.
fn quantile_of(part: &str) -> Option<f64> {
    let digits = part.strip_prefix('p').filter(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))?;
    digits.parse::<f64>().ok().map(|percent| percent / 100.0)
}

/// The last part that names a quantile, taken off; the mean where there is none.
fn statistic_of(parts: &mut Vec<&str>) -> Result<Statistic, UnknownName> {
    match parts.pop_if(|part| quantile_of(part).is_some()) {
        Some(part) => Ok(Statistic::Quantile(quantile_named(part)?)),
        None => Ok(Statistic::Mean),
    }
}

fn quantile_named(part: &str) -> Result<f64, UnknownName> {
    let q = quantile_of(part).unwrap_or(f64::NAN);
    QUANTILES.into_iter().find(|known| (known - q).abs() < 1e-12).ok_or_else(|| UnknownName {
        message: format!("there is no quantile `{part}`"),
        help:
            "those of quantiles.csv: p0.1, p0.5, p1, p2.5, p5, p10, p15, … p90, p95, p97.5, p99, p99.5, p99.9"
                .to_owned(),
    })
}

impl Tolerance {
    /// Reads `0.5%` of the figure, or `0.05` in its unit.
    ///
    /// # Errors
    /// It is no number above 0.
    pub fn read(text: &str) -> Result<Tolerance, UnknownName> {
        let (number, relative) = match text.strip_suffix('%') {
            Some(number) => (number.trim(), true),
            None => (text, false),
        };
        match number.parse::<f64>() {
            Ok(width) if width > 0.0 && width.is_finite() => Ok(match relative {
                true => Tolerance::Relative(width / 100.0),
                false => Tolerance::Absolute(width),
            }),
            _ => {
                let help = match with_decimal_point(text) {
                    Some(number) => format!("write {number}, with a decimal point"),
                    None => "write a number above 0: 0.5% of the figure, or 0.05 in its unit".to_owned(),
                };
                Err(UnknownName { message: format!("`{text}` is no precision"), help })
            }
        }
    }
}

/// A tolerance whose decimal comma can part no thousands, with a point.
fn with_decimal_point(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once(',')?;
    let places = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let is_decimal = !whole.is_empty() && places > 0 && (places != 3 || whole == "0");
    let number = format!("{whole}.{fraction}");
    (is_decimal && Tolerance::read(&number).is_ok()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_are_read() {
        let read = |text| Target::read(text).map(|(target, figure)| (target.tolerance, figure));
        assert_eq!(read("share_pv=0.5%"), Ok((Tolerance::Relative(0.005), "share_pv")));
        assert_eq!(read("a:p95:share_pv = 0.05"), Ok((Tolerance::Absolute(0.05), "a:p95:share_pv")));
        for (text, message, help) in [
            ("share_pv", "does not say how precise", "METRIC=0.5%"),
            ("share_pv=0", "`0` is no precision", "above 0"),
            ("share_pv=-1%", "`-1%` is no precision", "above 0"),
            ("share_pv=", "`` is no precision", "above 0"),
            ("share_pv=inf", "`inf` is no precision", "above 0"),
            ("share_pv=NaN%", "`NaN%` is no precision", "above 0"),
            ("share_pv=0,5%", "`0,5%` is no precision", "write 0.5%, with"),
            ("share_pv=0,125", "`0,125` is no precision", "write 0.125, with"),
            ("share_pv=1,000", "`1,000` is no precision", "above 0"),
            ("share_pv=1,000,000", "`1,000,000` is no precision", "above 0"),
            ("share_pv=,5%", "`,5%` is no precision", "above 0"),
            ("share_pv=5,%", "`5,%` is no precision", "above 0"),
        ] {
            let unknown = Target::read(text).expect_err(text);
            assert!(unknown.message.contains(message), "{text}: {}", unknown.message);
            assert!(unknown.help.contains(help), "{text}: {}", unknown.help);
        }
    }

    #[test]
    fn the_worst_of_several_figures_is_the_one_farthest_from_its_tolerance() {
        let (target, _) = Target::read("x=10%").expect("a target");
        let of = |value: f64, half_width: f64| Estimate { value, half_width };
        let worst = |all: &[Estimate]| target.worst(all.iter().copied()).map(|worst| worst.value.to_bits());
        assert_eq!(worst(&[of(10.0, 1.0), of(1.0, 0.2), of(3.0, 0.0)]), Some(1_f64.to_bits()));
        assert_eq!(worst(&[of(10.0, 1.0), of(2.0, f64::NAN)]), Some(2_f64.to_bits()));
        assert_eq!(worst(&[of(2.0, f64::NAN), of(f64::NAN, f64::NAN)]), Some(f64::NAN.to_bits()));
        assert_eq!(worst(&[]), None);
    }

    #[test]
    fn a_run_stops_at_the_second_level_that_is_near() {
        assert!(!is_reached(&[]) && !is_reached(&[vec![0.5]]), "one level shows nothing");
        assert!(is_reached(&[vec![2.0], vec![1.0]]));
        assert!(!is_reached(&[vec![2.1], vec![0.5]]));
        assert!(!is_reached(&[vec![1.0, 1.0], vec![0.9, 1.1]]));
        assert!(is_reached(&[vec![9.0], vec![1.5], vec![0.9]]));
        assert!(!is_reached(&[vec![f64::INFINITY], vec![0.9]]));
    }

    #[test]
    fn paths_needed_grow_with_the_square() {
        assert_eq!(paths_needed(4_096, 10.0), Some(410_000));
        assert_eq!(paths_needed(4_096, 1e200), Some(u64::MAX));
        assert_eq!(paths_needed(4_096, f64::INFINITY), None);
    }
}
