//! Stopping when precise enough: what is asked of which figure, and whether a run has reached it.
//!
//! A run with targets is judged at the ends of levels of 4,096 · 2^j paths. It stops when every half-width is within its tolerance,
//! and was within twice its tolerance at the level before: a half-width is itself an estimate, and the first one that happens to be
//! small would stop too early.

use super::quantity::{Of, Quantity, UnknownName, position};
use super::valuation::{QUANTILES, Valuation};
use crate::config::Unit;
use crate::kernel::plan::Plan;

/// A figure and how precise it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// As it was asked for.
    pub text: String,
    quantity: Quantity,
    statistic: Statistic,
    /// The largest half-width of the 95% interval.
    pub tolerance: Tolerance,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Statistic {
    Mean,
    /// One of [`QUANTILES`].
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
    /// The figure.
    pub value: f64,
    /// The half-width; NaN where there are too few paths for an interval.
    pub half_width: f64,
}

impl Target {
    /// Reads `[DEAL:]METRIC=TOLERANCE` or `[DEAL:]pNN:METRIC=TOLERANCE`, such as `microsoft_take_pv=0.5%` or
    /// `prior-2025 - amended-2026:p95:share_pv=0.2`. Without a deal it is the first one.
    ///
    /// # Errors
    /// What cannot be read, and what to write instead.
    pub fn named(plan: &Plan, text: &str) -> Result<Target, UnknownName> {
        let unknown = |message: String, help: &str| UnknownName { message, help: help.to_owned() };
        let Some((figure, tolerance)) = text.rsplit_once('=') else {
            return Err(unknown(
                format!("`{text}` does not say how precise"),
                "write METRIC=0.5% (of the figure) or METRIC=0.05 (in its unit)",
            ));
        };
        let mut parts: Vec<&str> = figure.split(':').map(str::trim).collect();
        let metric = parts.pop().unwrap_or_default();
        if quantile_of(metric).is_some() {
            return Err(unknown(
                format!("`{figure}` does not say of what"),
                "write a quantile as p95:METRIC",
            ));
        }
        let statistic = match parts.pop_if(|part| quantile_of(part).is_some()) {
            Some(part) => Statistic::Quantile(quantile_named(part)?),
            None => Statistic::Mean,
        };
        let of = match parts.as_slice() {
            [] => Of::Deal(0),
            [deal] => Of::named(plan, deal)?,
            _ => {
                return Err(unknown(
                    format!("`{figure}` has too many parts"),
                    "write DEAL:METRIC, or DEAL:p95:METRIC for a quantile",
                ));
            }
        };
        let quantity = Quantity::of_name(plan, of, metric)?;
        if position(plan, quantity).is_none() {
            let first = &plan.model().deals[0].name;
            return Err(unknown(
                format!("`{}` is not computed: differences are taken from the first deal", of.name(plan)),
                &format!("put `{first}` second"),
            ));
        }
        let tolerance = tolerance_of(tolerance.trim())?;
        Ok(Target { text: text.to_owned(), quantity, statistic, tolerance })
    }

    /// The figure as a run has it so far.
    pub fn estimate(&self, valuation: &Valuation<'_>) -> Estimate {
        let none = Estimate { value: f64::NAN, half_width: f64::NAN };
        let Some((who, at)) = position(valuation.plan, self.quantity) else { return none };
        let answer = &valuation.subjects[who].metrics[at];
        // A probability has an interval of its own where all paths agree.
        let is_flag = matches!(self.quantity.of, Of::Deal(_)) && self.quantity.unit() == Unit::Flag;
        let (value, (low, high)) = match self.statistic {
            // That all paths so far agree does not show that all others do.
            Statistic::Mean if answer.statistics.std_error == 0.0 && !answer.exact && !is_flag => {
                (answer.statistics.mean, (f64::NAN, f64::NAN))
            }
            Statistic::Mean => (answer.statistics.mean, answer.interval),
            Statistic::Quantile(q) => match answer.quantiles.iter().find(|quantile| quantile.q == q) {
                Some(quantile) => (quantile.value, (quantile.low95, quantile.high95)),
                None => return none,
            },
        };
        Estimate { value, half_width: 0.5 * (high - low) }
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

fn quantile_named(part: &str) -> Result<f64, UnknownName> {
    let q = quantile_of(part).unwrap_or(f64::NAN);
    QUANTILES.into_iter().find(|known| (known - q).abs() < 1e-12).ok_or_else(|| UnknownName {
        message: format!("there is no quantile `{part}`"),
        help:
            "those of quantiles.csv: p0.1, p0.5, p1, p2.5, p5, p10, p15, … p90, p95, p97.5, p99, p99.5, p99.9"
                .to_owned(),
    })
}

fn tolerance_of(text: &str) -> Result<Tolerance, UnknownName> {
    let (number, relative) = match text.strip_suffix('%') {
        Some(number) => (number.trim(), true),
        None => (text, false),
    };
    match number.parse::<f64>() {
        Ok(width) if width > 0.0 && width.is_finite() => Ok(match relative {
            true => Tolerance::Relative(width / 100.0),
            false => Tolerance::Absolute(width),
        }),
        _ => Err(UnknownName {
            message: format!("`{text}` is no precision"),
            help: "write a number above 0: 0.5% of the figure, or 0.05 in its unit".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::simd::Isa;
    use crate::model::{Model, NoColumns};

    fn plan() -> Plan {
        let (_, config) = crate::config::parse("x.toml", include_str!("../../configs/minimal.toml"), &[]);
        let (model, _) =
            Model::from_config(&config.expect("sound"), "minimal", "", &NoColumns).expect("sound");
        Plan::from_model(&model, 1, Isa::detect())
    }

    #[test]
    fn targets_are_read() {
        let plan = plan();
        let deal = plan.model().deals[0].name.clone();
        let read = |text: &str| Target::named(&plan, text).map(|t| (t.statistic, t.tolerance));
        assert_eq!(read("share_pv=0.5%"), Ok((Statistic::Mean, Tolerance::Relative(0.005))));
        assert_eq!(
            read(&format!("{deal}:share_pv = 0.05")),
            Ok((Statistic::Mean, Tolerance::Absolute(0.05)))
        );
        assert_eq!(
            read(&format!("{deal}:p97.5:share_pv=2%")),
            Ok((Statistic::Quantile(0.975), Tolerance::Relative(0.02)))
        );
        assert_eq!(read("p5:share_pv=1").map(|(s, _)| s), Ok(Statistic::Quantile(0.05)));
    }

    #[test]
    fn what_cannot_be_read_says_what_to_write() {
        let plan = plan();
        for (text, message, help) in [
            ("share_pv", "does not say how precise", "METRIC=0.5%"),
            ("share_pw=1%", "there is no metric `share_pw`", "did you mean `share_pv`?"),
            ("p96:share_pv=1%", "there is no quantile `p96`", "p97.5"),
            ("p95=1", "`p95` does not say of what", "p95:METRIC"),
            ("share_pv=0", "`0` is no precision", "above 0"),
            ("share_pv=-1%", "`-1%` is no precision", "above 0"),
            ("share_pv=", "`` is no precision", "above 0"),
            ("share_pv=inf", "`inf` is no precision", "above 0"),
            ("share_pv=NaN%", "`NaN%` is no precision", "above 0"),
            ("nobody:share_pv=1%", "there is no deal `nobody`", ""),
            ("a:b:p5:share_pv=1%", "has too many parts", "DEAL:METRIC"),
        ] {
            let unknown = Target::named(&plan, text).expect_err(text);
            assert!(unknown.message.contains(message), "{text}: {}", unknown.message);
            assert!(unknown.help.contains(help), "{text}: {}", unknown.help);
        }
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
