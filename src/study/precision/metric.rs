//! Figures of metrics for a precision: of a run, and of the variants that a study compares on the same draws.

use super::{Estimate, Statistic, quantile_of, statistic_of};
use crate::config::Unit;
use crate::kernel::plan::Plan;
use crate::run::paired::PairedResult;
use crate::stats::mean_error::MeanError;
use crate::stats::summary::MetricSummary;
use crate::study::quantity::{Of, Quantity, UnknownName, position};
use crate::study::valuation::Valuation;
use crate::study::variant::Columns;

/// The word before a metric for its difference from the first variant.
pub const DIFFERENCE: &str = "difference";

/// A statistic of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricFigure {
    /// The metric, of a deal or of the difference of two.
    pub quantity: Quantity,
    statistic: Statistic,
}

/// A statistic of a metric in every variant of a study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VariantFigure {
    /// In every variant.
    Value(MetricFigure),
    /// Its paired difference from the first variant, in every other.
    Difference(Quantity),
}

impl MetricFigure {
    /// Finds `[DEAL:]METRIC` or `[DEAL:]pNN:METRIC`, such as `prior-2025 - amended-2026:p95:share_pv`. Without a deal it is the first
    /// one.
    ///
    /// # Errors
    /// What is not known, and what to write instead.
    pub fn named(plan: &Plan, text: &str) -> Result<MetricFigure, UnknownName> {
        let unknown = |message: String, help: &str| UnknownName { message, help: help.to_owned() };
        let mut parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let metric = parts.pop().unwrap_or_default();
        if quantile_of(metric).is_some() {
            return Err(unknown(format!("`{text}` does not say of what"), "write a quantile as p95:METRIC"));
        }
        let statistic = statistic_of(&mut parts)?;
        let of = match parts.as_slice() {
            [] => Of::Deal(0),
            [deal] => Of::named(plan, deal)?,
            _ => {
                return Err(unknown(
                    format!("`{text}` has too many parts"),
                    "write DEAL:METRIC, or DEAL:p95:METRIC for a quantile",
                ));
            }
        };
        Ok(MetricFigure { quantity: Quantity::of_name(plan, of, metric)?, statistic })
    }

    /// Finds a figure that a run computes.
    ///
    /// # Errors
    /// What is not known or not computed, and what to write instead.
    pub fn of_run(plan: &Plan, text: &str) -> Result<MetricFigure, UnknownName> {
        let figure = MetricFigure::named(plan, text)?;
        if position(plan, figure.quantity).is_none() {
            let first = &plan.model().deals[0].name;
            return Err(UnknownName {
                message: format!(
                    "`{}` is not computed: differences are taken from the first deal",
                    figure.quantity.of.name(plan)
                ),
                help: format!("put `{first}` second"),
            });
        }
        Ok(figure)
    }

    /// The figure as a run has it so far.
    pub fn estimate(&self, valuation: &Valuation<'_>) -> Estimate {
        let none = Estimate { value: f64::NAN, half_width: f64::NAN };
        let Some((who, at)) = position(valuation.plan, self.quantity) else { return none };
        let answer = &valuation.subjects[who].metrics[at];
        // A probability has an interval of its own where all paths agree.
        let is_flag = matches!(self.quantity.of, Of::Deal(_)) && self.quantity.unit() == Unit::Flag;
        match self.statistic {
            Statistic::Mean if is_flag => Estimate::of_interval(answer.statistics.mean, answer.interval),
            Statistic::Mean => {
                Estimate::of_mean(answer.statistics.mean, answer.statistics.mean_error(), answer.exact)
            }
            Statistic::Quantile(q) => match answer.quantiles.iter().find(|quantile| quantile.q == q) {
                Some(quantile) => Estimate::of_interval(quantile.value, (quantile.low95, quantile.high95)),
                None => none,
            },
        }
    }
}

impl VariantFigure {
    /// Finds a figure that a study of variants measures: as of a run, or with [`DIFFERENCE`] and a colon before it.
    ///
    /// # Errors
    /// What is not known or not measured, and what to write instead.
    pub fn named(plan: &Plan, measured: &[Quantity], text: &str) -> Result<VariantFigure, UnknownName> {
        let difference = text.split_once(':').filter(|(word, _)| word.trim() == DIFFERENCE);
        // A deal may have this name.
        let is_deal = plan.model().deals.iter().any(|deal| deal.name == DIFFERENCE);
        let figure = match difference.filter(|_| !is_deal) {
            None => VariantFigure::Value(MetricFigure::named(plan, text)?),
            Some((_, rest)) => match MetricFigure::named(plan, rest)? {
                MetricFigure { quantity, statistic: Statistic::Mean } => VariantFigure::Difference(quantity),
                MetricFigure { quantity, .. } => {
                    return Err(UnknownName {
                        message: format!("`{text}`: of differences only the mean is known"),
                        help: format!("write {DIFFERENCE}:{}", quantity.metric.key()),
                    });
                }
            },
        };
        let quantity = figure.quantity();
        if !measured.contains(&quantity) {
            // As they are written here: DEAL:METRIC.
            let name = |quantity: &Quantity| {
                let metric = quantity.metric.name(plan.model().run.mix_year);
                format!("{}:{metric}", quantity.of.name(plan))
            };
            let names: Vec<String> = measured.iter().map(name).collect();
            return Err(UnknownName {
                message: format!("`{}` is not measured here", name(&quantity)),
                help: format!("what is measured: {}", names.join(", ")),
            });
        }
        Ok(figure)
    }

    fn quantity(self) -> Quantity {
        match self {
            VariantFigure::Value(figure) => figure.quantity,
            VariantFigure::Difference(quantity) => quantity,
        }
    }

    /// The figure in each variant as a paired run has it so far.
    pub fn estimates(self, measured: &[Quantity], columns: &Columns, result: &PairedResult) -> Vec<Estimate> {
        let Some(at) = measured.iter().position(|&quantity| quantity == self.quantity()) else {
            return Vec::new();
        };
        let exact = columns.exact.iter().map(|exact| exact[at]);
        match self {
            VariantFigure::Value(figure) => {
                let summaries = columns.values.iter().map(|values| &result.columns[values[at]]);
                let is_flag = columns.flags[at];
                summaries
                    .zip(exact)
                    .map(|(summary, (exact, _))| of_summary(summary, figure.statistic, is_flag, exact))
                    .collect()
            }
            VariantFigure::Difference(_) => {
                let differences = columns.differences.iter().zip(exact).skip(1);
                differences
                    .map(|(columns, (_, exact))| {
                        let (mean, error) = result.estimate(columns[at]);
                        Estimate::of_mean(mean, error, exact)
                    })
                    .collect()
            }
        }
    }
}

/// A statistic of a column, whose bins are kept.
fn of_summary(summary: &MetricSummary, statistic: Statistic, is_flag: bool, exact: bool) -> Estimate {
    let (mean, error) = (summary.moments().mean(), summary.mean_error());
    match statistic {
        Statistic::Mean if is_flag && !exact => of_probability(mean, error, summary.moments().count()),
        Statistic::Mean => Estimate::of_mean(mean, error, exact),
        Statistic::Quantile(q) => {
            let ranked = summary.ranked();
            let ranks = summary.quantile_ranks(&[q])[0];
            Estimate::of_interval(ranked.quantile(q), ranked.quantile_interval(ranks))
        }
    }
}

/// A probability over so many paths.
pub(super) fn of_probability(p: f64, error: MeanError, paths: u64) -> Estimate {
    Estimate::of_interval(p, error.shown_interval(p, paths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::simd::Isa;
    use crate::model::{Model, NoColumns};

    fn plan() -> Plan {
        let (_, config) = crate::config::parse("x.toml", include_str!("../../../configs/minimal.toml"), &[]);
        let (model, _) =
            Model::from_config(&config.expect("sound"), "minimal", "", &NoColumns).expect("sound");
        Plan::from_model(&model, 1, Isa::detect())
    }

    #[test]
    fn figures_are_found() {
        let plan = plan();
        let deal = plan.model().deals[0].name.clone();
        let read = |text: &str| MetricFigure::of_run(&plan, text).map(|figure| figure.statistic);
        assert_eq!(read("share_pv"), Ok(Statistic::Mean));
        assert_eq!(read(&format!("{deal}:share_pv")), Ok(Statistic::Mean));
        assert_eq!(read(&format!("{deal}:p97.5:share_pv")), Ok(Statistic::Quantile(0.975)));
        assert_eq!(read("p5:share_pv"), Ok(Statistic::Quantile(0.05)));
        let share = MetricFigure::named(&plan, "share_pv").expect("a share").quantity;
        let of_variants = |text: &str| VariantFigure::named(&plan, &[share], text);
        assert_eq!(of_variants("difference:share_pv"), Ok(VariantFigure::Difference(share)));
        assert!(matches!(of_variants("p5:share_pv"), Ok(VariantFigure::Value(_))));
    }

    #[test]
    fn what_is_not_known_says_what_to_write() {
        let plan = plan();
        let share = MetricFigure::named(&plan, "share_pv").expect("a share").quantity;
        let of_variants = |text: &str| VariantFigure::named(&plan, &[share], text).expect_err(text);
        let of_run = |text: &str| MetricFigure::of_run(&plan, text).expect_err(text);
        for (unknown, message, help) in [
            (of_run("share_pw"), "there is no metric `share_pw`", "did you mean `share_pv`?"),
            (of_run("p96:share_pv"), "there is no quantile `p96`", "p97.5"),
            (of_run("p95"), "`p95` does not say of what", "p95:METRIC"),
            (of_run("nobody:share_pv"), "there is no deal `nobody`", ""),
            (of_run("a:b:p5:share_pv"), "has too many parts", "DEAL:METRIC"),
            (of_variants("difference:p5:share_pv"), "only the mean is known", "difference:share_pv"),
            (of_variants("cap_hit"), "is not measured here", "capped:share_pv"),
        ] {
            assert!(unknown.message.contains(message), "{}", unknown.message);
            assert!(unknown.help.contains(help), "{}", unknown.help);
        }
    }
}
