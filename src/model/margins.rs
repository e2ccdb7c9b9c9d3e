//! Warns of resale and hosting that lose money on average: most often a margin on another base than the key's.

use crate::config::{Code, Config, Problem};

use super::deal::Deal;
use super::licence::Microsoft;
use super::parameters::{Distribution, ParamId};
use super::unit_words::plain;
use super::validator::Validator;

/// Warns of every deal under which reselling at home loses money on average, and of a hosting margin below 0.
pub(super) fn warn(validator: &mut Validator, config: &Config, microsoft: &Microsoft, deals: &[Deal]) {
    let sold = config.segment.iter().any(|segment| {
        validator.optional(&segment.cloud_sold).is_some_and(|sold| validator.constant(sold) != Some(0.0))
    });
    let percent = |share: f64| format!("{}%", plain(100.0 * share));
    if sold && !config.cloud.is_empty() {
        for (deal, written) in deals.iter().zip(&config.deal) {
            let margin = mean(validator, microsoft.resale_margin);
            let passed_on = mean(validator, deal.home_keeps).map(|keeps| 1.0 - keeps);
            let Some((margin, passed_on)) = margin.zip(passed_on) else { continue };
            // 1 - 0.7 is not 0.3 to the last bit.
            if passed_on - margin < 1e-9 || deal.licence_ends <= 0.0 {
                continue;
            }
            let message = format!(
                "under `deal.{}` reselling at home loses {} of its sales on average: `microsoft.resale_margin` is {}, and {} is passed on (1 - `home_keeps`)",
                deal.name,
                percent(passed_on - margin),
                percent(margin),
                percent(passed_on)
            );
            let place = written.home_keeps.as_ref().map_or(written.place, |keeps| keeps.place);
            validator.problems.push(Problem::warning(Code::NegativeMargin, place, message).help(
                "`resale_margin` is on gross sales, before anything is passed on: correct it, or `home_keeps`",
            ));
        }
    }
    let hosting = config.microsoft.as_ref().and_then(|microsoft| microsoft.hosting_margin.as_ref());
    if let Some((written, margin)) = hosting.zip(mean(validator, microsoft.hosting_margin))
        && margin < 0.0
    {
        let message =
            format!("hosting loses money: `microsoft.hosting_margin` is {} on average", percent(margin));
        let help = "a margin is what is left of 1 after all costs: 0.3 keeps 30% of the price";
        validator.problems.push(Problem::warning(Code::NegativeMargin, written.place, message).help(help));
    }
}

/// The mean of a valid parameter; `None` where it has none.
fn mean(validator: &Validator, id: ParamId) -> Option<f64> {
    if validator.is_failed(id) {
        return None;
    }
    match &validator.parameters.entry(id).distribution {
        Distribution::Constant(value) => Some(*value),
        Distribution::Uncertain(law) => law.mean(),
    }
}
