//! Values that revert to a long-run value with a half-life, and the warning where they never do.

use crate::config::{Code, Domain, Number, Place, Problem};

use super::parameters::ParamId;
use super::table::Table;
use super::unit_words::{in_words, plain};
use super::validator::Validator;

/// An exponential trend: `trend(t) = long_run + (now - long_run)·2^(-t/half_life)`.
#[derive(Clone, Copy, Debug)]
pub struct Trend {
    /// Value at time 0.
    pub now: ParamId,
    /// Long-run value.
    pub long_run: ParamId,
    /// Half-life, years; may be infinite.
    pub half_life: ParamId,
}

/// The three numbers of a value that reverts, each under its key.
#[derive(Clone, Copy)]
pub(super) struct Reversion<'a> {
    /// The value on the valuation date.
    pub(super) now: (&'static str, &'a Option<Number>),
    /// The value in the long run; today's if not written.
    pub(super) long_run: (&'static str, &'a Option<Number>),
    /// Years in which half of the distance is gone.
    pub(super) half_life: (&'static str, &'a Option<Number>),
}

impl Reversion<'_> {
    /// Validates the three numbers.
    pub(super) fn read(self, validator: &mut Validator, table: &Table) -> Trend {
        let now = validator.number(table, self.now.0, self.now.1);
        let long_run = validator.number_or(self.long_run.1, now);
        let half_life = validator.number(table, self.half_life.0, self.half_life.1);
        Trend { now, long_run, half_life }
    }

    /// Validates the three numbers; warns if the long-run value is never approached.
    pub(super) fn validate(self, validator: &mut Validator, table: &Table) -> Trend {
        let trend = self.read(validator, table);
        self.warn_if_never(validator, table, &trend);
        trend
    }

    /// Warns of a long-run value that is never approached.
    pub(super) fn warn_if_never(self, validator: &mut Validator, table: &Table, trend: &Trend) {
        let constants = [trend.now, trend.long_run].map(|id| validator.constant(id));
        let same = trend.long_run == trend.now || constants[0].is_some() && constants[0] == constants[1];
        if let Some(written) = self.long_run.1.as_ref().filter(|_| !same) {
            let message = format!("`{}` has no effect", written.key);
            self.warn(validator, table, trend, written.place, message);
        }
    }

    /// Warns of growth that goes on for ever because the scenario says nothing of its end.
    pub(super) fn warn_of_lasting_growth(self, validator: &mut Validator, table: &Table, trend: &Trend) {
        const NOTABLE: f64 = 0.1;
        let growth = validator.median(trend.now).filter(|growth| *growth > NOTABLE);
        if let (Some(now), None, None, Some(_)) = (self.now.1, self.long_run.1, self.half_life.1, growth) {
            let message = format!("`{}` never slows", now.key);
            self.warn(validator, table, trend, now.place, message);
        }
    }

    fn warn(self, validator: &mut Validator, table: &Table, trend: &Trend, place: Place, what: String) {
        if validator.constant(trend.half_life) != Some(f64::INFINITY) {
            return;
        }
        let (Some(value), Some(timeline)) = (validator.median(trend.now), &validator.timeline) else {
            return;
        };
        let ((now, written), (long_run, _), (half_life, _)) = (self.now, self.long_run, self.half_life);
        let years = plain(timeline.end());
        let value = match written {
            Some(number) => {
                let value = if number.is_annual() { value.exp_m1() } else { value };
                in_words(number.unit, number.domain, value) + number.basis_words()
            }
            None => in_words(table.unit(now), Domain::Any, value),
        };
        let cause = match self.half_life.1 {
            None => format!("without `{half_life}`"),
            Some(_) => format!("with `{half_life} = inf`"),
        };
        let message =
            format!("{what}: {cause}, `{now}` stays at {value} for the {years} years to the horizon");
        let help = match self.long_run.1 {
            Some(_) => {
                format!("write `{half_life} = 2`, or as many years as it takes; or take `{long_run}` out")
            }
            None => format!("add `{long_run}` and `{half_life}`; write `{half_life} = inf` if that is meant"),
        };
        validator.problems.push(Problem::warning(Code::NeverReverts, place, message).help(help));
    }
}
