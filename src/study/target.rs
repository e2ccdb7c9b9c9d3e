//! The target of a search, read from text: a statistic of a quantity and the value it is to have.

use super::quantity::{Of, Quantity, UnknownName};
use crate::config::instead::{Instead, instead_of_number};
use crate::config::{Domain, Unit};
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;

/// A statistic of a quantity, and the value that it is to have.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The quantity.
    pub quantity: Quantity,
    /// The statistic.
    pub statistic: Statistic,
    /// The value wanted, in the unit of the quantity; for a probability, between 0 and 1.
    pub value: f64,
    /// The left side as typed, such as `amended-2026.microsoft_take_pv.mean`.
    pub text: String,
}

/// A statistic over the paths on which a quantity has a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// The quantile at this probability.
    Quantile(f64),
    /// The probability that a value lies on one side of a threshold.
    Probability {
        /// The side.
        side: Side,
        /// The threshold, in the unit of the quantity; values up to and including it lie below.
        threshold: f64,
    },
}

/// A side of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Values up to and including the threshold.
    Below,
    /// Values above the threshold.
    Above,
}

/// Why a text is not a valid target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// The text cannot be read.
    #[error("{message}")]
    Form {
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: String,
    },
    /// The deal or metric does not exist.
    #[error("{0}")]
    Unknown(UnknownName),
    /// No scenario can have such a value.
    #[error("{message}")]
    Impossible {
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: String,
    },
}

impl From<UnknownName> for BadTarget {
    fn from(unknown: UnknownName) -> BadTarget {
        BadTarget::Unknown(unknown)
    }
}

const FORMS: &str = "for example amended-2026.microsoft_take_pv.mean=340, amended-2026.share_pv.p05=10 or \
                     'P(amended-2026.share_pv > 20)=0.5'";

fn form(message: String) -> BadTarget {
    BadTarget::Form { message, help: FORMS.to_owned() }
}

impl Target {
    /// Reads a target: `DEAL.METRIC.STATISTIC=VALUE` with a statistic such as `mean`, `p05` or `q0.025`,
    /// `P(DEAL.METRIC > X)=VALUE`, or `P(DEAL.FLAG)=VALUE`. The deal may be `DEAL - DEAL`.
    ///
    /// # Errors
    /// If the text cannot be read, names something that does not exist, or asks for a value that no path can
    /// have.
    pub fn read(plan: &Plan, text: &str) -> Result<Target, BadTarget> {
        let Some((left, value)) = text.rsplit_once('=') else {
            return Err(form(format!("the target `{text}` has no `=VALUE`")));
        };
        let (left, value) = (left.trim(), value.trim());
        // In `P(x >= 3)` without a value, what follows the `=` is no number.
        let Ok(value) = value.replace('_', "").parse::<f64>() else {
            return Err(Target::bad_value(plan, left, value));
        };
        if !value.is_finite() {
            return Err(form(format!("the value `{value}` of the target is not finite")));
        }
        let target = match left.strip_prefix("P(").or_else(|| left.strip_prefix("p(")) {
            Some(inner) => match inner.strip_suffix(')') {
                Some(event) => Target::probability(plan, left, event.trim(), value)?,
                None => return Err(form(format!("`{left}` has no closing bracket"))),
            },
            None => Target::of_statistic(plan, left, value)?,
        };
        target.judge(plan)?;
        Ok(target)
    }

    /// The fault of a value that is not a number, with what to write instead where its unit tells.
    fn bad_value(plan: &Plan, left: &str, value: &str) -> BadTarget {
        let message = format!("the value `{value}` of the target is not a number");
        // With a value that any statistic can have, the left side says what it measures.
        let unit = match Target::read(plan, &format!("{left}=0.5")) {
            Ok(Target { statistic: Statistic::Probability { .. }, .. }) => Unit::Probability,
            Ok(target) => target.quantity.unit(),
            Err(_) if left.starts_with(['P', 'p']) => Unit::Probability,
            Err(_) => return form(message),
        };
        match instead_of_number(unit, Domain::Any, value) {
            Some(Instead::Write { toml, why }) => {
                BadTarget::Form { message, help: format!("write {left}={toml}: {why}") }
            }
            _ => form(message),
        }
    }

    fn probability(plan: &Plan, text: &str, event: &str, value: f64) -> Result<Target, BadTarget> {
        let text = text.to_owned();
        let Some(at) = event.find(['<', '>']) else {
            let quantity = quantity(plan, event)?;
            if quantity.unit() != Unit::Flag {
                return Err(form(format!(
                    "`{event}` is no flag; say above or below which value it is to be"
                )));
            }
            let statistic = Statistic::Probability { side: Side::Above, threshold: 0.0 };
            return Ok(Target { quantity, statistic, value, text });
        };
        let above = event[at..].starts_with('>');
        let rest = &event[at + 1..];
        let (included, threshold) = match rest.strip_prefix('=') {
            Some(rest) => (true, rest.trim()),
            None => (false, rest.trim()),
        };
        let quantity = quantity(plan, event[..at].trim())?;
        let Ok(number) = threshold.replace('_', "").parse::<f64>() else {
            let message = format!("`{threshold}` in `{text}` is not a number");
            return Err(match instead_of_number(quantity.unit(), Domain::Any, threshold) {
                Some(instead) => BadTarget::Form { message, help: instead.help() },
                None => form(message),
            });
        };
        // All four comparisons become one with values up to a threshold.
        let (side, threshold) = match (above, included) {
            (true, false) => (Side::Above, number),
            (true, true) => (Side::Above, number.next_down()),
            (false, true) => (Side::Below, number),
            (false, false) => (Side::Below, number.next_down()),
        };
        Ok(Target { quantity, statistic: Statistic::Probability { side, threshold }, value, text })
    }

    fn of_statistic(plan: &Plan, left: &str, value: f64) -> Result<Target, BadTarget> {
        // A quantile such as `q0.025` or `p97.5` has a dot of its own.
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let at_quantile = [".q", ".p"]
            .into_iter()
            .filter_map(|letter| left.rfind(letter))
            .find(|&at| left[at + 2..].contains('.') && digits(&left[at + 2..]));
        let split = match at_quantile {
            Some(at) => Some((&left[..at], &left[at + 1..])),
            None => left.rsplit_once('.'),
        };
        let Some((name, statistic)) = split else {
            return Err(form(format!("the target `{left}` is not of the form DEAL.METRIC.STATISTIC")));
        };
        let statistic = match statistic_named(statistic) {
            Some(statistic) => statistic,
            None => {
                if name.contains('.') || at_quantile.is_some() {
                    return Err(form(format!(
                        "there is no statistic `{statistic}`: there are mean, p05, p97.5 and other percents, q0.025 and other parts, and P(…)"
                    )));
                }
                // `deal.metric=3` lacks a statistic.
                quantity(plan, left)?;
                return Err(BadTarget::Form {
                    message: format!("the target `{left}` has no statistic"),
                    help: format!("write {left}.mean={value}, or {left}.p50={value}"),
                });
            }
        };
        Ok(Target { quantity: quantity(plan, name)?, statistic, value, text: left.to_owned() })
    }

    /// Refuses values that no path, or no fraction of paths, can have.
    fn judge(&self, plan: &Plan) -> Result<(), BadTarget> {
        let (low, high, what) = match self.statistic {
            Statistic::Probability { .. } => {
                (0.0, 1.0, "a probability lies strictly between 0 and 1".to_owned())
            }
            Statistic::Mean | Statistic::Quantile(_) => {
                let (low, high) = possible(plan, self.quantity);
                let name = self.quantity.metric.name(plan.model().run.mix_year);
                let what = match (low.is_finite(), high.is_finite()) {
                    (true, true) => format!("`{name}` lies between {low} and {high}"),
                    (true, false) => format!("`{name}` is not below {low}"),
                    _ => format!("`{name}` is not above {high}"),
                };
                (low, high, what)
            }
        };
        let strict = matches!(self.statistic, Statistic::Probability { .. });
        let outside =
            self.value < low || self.value > high || (strict && (self.value == low || self.value == high));
        if !outside {
            return Ok(());
        }
        let percent = (low, high) == (0.0, 1.0) && self.value > 1.0 && self.value <= 100.0;
        Err(BadTarget::Impossible {
            message: format!("no scenario has {} = {}: {what}", self.text, self.value),
            help: if percent && self.value < 100.0 {
                // As text: a division would leave an error in the last digit of some.
                let fraction: f64 = format!("{}e-2", self.value).parse().unwrap_or(f64::NAN);
                format!("percentages are written as fractions of 1: {}={fraction}", self.text)
            } else {
                format!("`capstake explain {}` gives its unit", self.quantity.metric.key())
            },
        })
    }
}

fn quantity(plan: &Plan, name: &str) -> Result<Quantity, BadTarget> {
    let Some((of, metric)) = name.rsplit_once('.') else {
        return Err(match Quantity::named(plan, name) {
            // A metric without a deal is clear if there is only one deal.
            Ok(found) if found.len() == 1 => return Ok(found[0]),
            Ok(found) => form(format!("`{name}` of which deal? Write {}", found[0].name(plan))),
            Err(unknown) => unknown.into(),
        });
    };
    Ok(Quantity::of_name(plan, Of::named(plan, of.trim())?, metric.trim())?)
}

/// Reads a statistic: `mean`, `p05`, `p97.5`, `q0.025`.
fn statistic_named(name: &str) -> Option<Statistic> {
    if name == "mean" {
        return Some(Statistic::Mean);
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let q = match (name.strip_prefix('p'), name.strip_prefix('q')) {
        (Some(percent), _) if digits(percent) => percent.parse::<f64>().ok()? / 100.0,
        (_, Some(q)) if digits(q) => q.parse().ok()?,
        _ => return None,
    };
    (q > 0.0 && q < 1.0).then_some(Statistic::Quantile(q))
}

/// The range in which a quantity lies in any scenario.
fn possible(plan: &Plan, quantity: Quantity) -> (f64, f64) {
    let (low, high) = match quantity.metric {
        Metric::CapHit | Metric::Ipo | Metric::Failed => (0.0, 1.0),
        Metric::EffectiveRate | Metric::StakeAtExit | Metric::HomeShare | Metric::CloudConcentration => {
            (0.0, 1.0)
        }
        Metric::CapHitTime | Metric::IpoTime => (0.0, plan.model().timeline.end()),
        Metric::ResalePv
        | Metric::HostingPv
        | Metric::LicencePv
        | Metric::MicrosoftTotalPv
        | Metric::RevenueKeptPv => (f64::NEG_INFINITY, f64::INFINITY),
        _ => (0.0, f64::INFINITY),
    };
    match quantity.of {
        Of::Deal(_) => (low, high),
        // The difference of two values between low and high.
        Of::Difference { .. } => (low - high, high - low),
    }
}
