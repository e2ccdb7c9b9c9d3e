//! Warns of amounts out of scale with the company: millions or trillions where billions belong.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::config::{Code, Config, Number, NumberContent, Place, Problem, Problems, Unit};
use crate::kernel::plan::Plan;
use crate::model::Model;
use crate::model::parameters::{Distribution, ParamId};
use crate::model::unit_words::{dollars, in_words, plain};
use crate::model::usual::{is_unusual, place, with_point_moved};
use crate::study::today;

/// Usual amounts, in parts of today's annual revenue.
const USUAL: RangeInclusive<f64> = 0.003..=300.0;

/// Usual values of the whole company, in parts of today's annual revenue.
const USUAL_VALUE: RangeInclusive<f64> = 0.1..=300.0;

/// Usual revenue of today, in parts of the annual rate of the last row of history.
const USUAL_PACE: RangeInclusive<f64> = 0.1..=10.0;

/// Years before the valuation date in which revenue is compared with today's.
const LOOKED_AT: f64 = -2.0;

/// Adds the warnings of amounts that are out of scale with today's revenue, or of that revenue.
pub(super) fn warn(config: &Config, plan: &Plan, problems: &mut Problems) {
    let scale = Scale::of(plan.model(), today::median_revenue(plan));
    let numbers = config.numbers();
    let sales_are_off = numbers
        .iter()
        .any(|number| number.key.starts_with("segment.") && is_amount(number) && scale.is_told(number));
    if sales_are_off || !(scale.revenue > 0.0 && scale.revenue.is_finite()) {
        return;
    }
    if let Some(problem) = scale.beside_history(config) {
        problems.push(problem);
        return;
    }
    let compared = numbers.into_iter().filter(|number| is_amount(number) && is_compared(&number.key));
    compared.filter_map(|number| scale.beside_revenue(number)).for_each(|problem| problems.push(problem));
}

/// Whether a number is an amount of its own, in billions.
fn is_amount(number: &Number) -> bool {
    let shared = matches!(&number.content, NumberContent::Table(table) if table.same_as.is_some());
    matches!(number.unit, Unit::UsdBn | Unit::UsdBnPerYear) && !shared
}

/// Whether an amount is compared with today's revenue: not plans, which may begin small, and not results that may be near 0.
fn is_compared(key: &str) -> bool {
    let near_zero = key.ends_with(".fcf_usd_bn") || key.ends_with(".ebitda_usd_bn");
    !near_zero && !key.contains(".plan.") && !key.contains(".annual_totals.")
}

/// What amounts are compared with.
struct Scale<'a> {
    model: &'a Model,
    /// Today's revenue, every number at its median, billions a year.
    revenue: f64,
    /// Every number by its key.
    ids: HashMap<&'a str, ParamId>,
    /// Years of the rows of history by the key of their revenue.
    years: HashMap<&'a str, f64>,
}

impl<'a> Scale<'a> {
    fn of(model: &'a Model, revenue: f64) -> Scale<'a> {
        let key = |id: ParamId| model.parameters.entry(id).key.as_str();
        let ids = model.parameters.ids().map(|id| (key(id), id)).collect();
        let years = model.history.iter().map(|row| (key(row.net_revenue), row.to - row.from)).collect();
        Scale { model, revenue, ids, years }
    }

    fn distribution(&self, number: &Number) -> Option<(ParamId, &Distribution)> {
        let id = *self.ids.get(number.key.as_str())?;
        Some((id, &self.model.parameters.entry(id).distribution))
    }

    /// Whether a number is warned of for itself.
    fn is_told(&self, number: &Number) -> bool {
        self.distribution(number).is_some_and(|(_, distribution)| is_unusual(number, distribution))
    }

    /// The warning of an amount out of scale with today's revenue, if a factor of 1,000 brings it there.
    fn beside_revenue(&self, number: &Number) -> Option<Problem> {
        let (id, distribution) = self.distribution(number)?;
        let median = self.model.parameters.median(id);
        // The revenue of a row of history is that of its days.
        let (unit, value) = match self.years.get(number.key.as_str()) {
            Some(years) => (Unit::UsdBnPerYear, median / years),
            None => (number.unit, median),
        };
        let (ratio, usual) = (value / self.revenue, usual_of(&number.key));
        let places = if ratio < *usual.start() { 3 } else { -3 };
        let meant = ratio * 10_f64.powi(places);
        if ratio <= 0.0
            || usual.contains(&ratio)
            || !usual.contains(&meant)
            || is_unusual(number, distribution)
        {
            return None;
        }
        let words = in_words(unit, number.domain, value);
        let said = match (distribution, places > 0) {
            (Distribution::Constant(written), _) => format!("`{}` = {written} is {words}", number.key),
            (_, true) => format!("`{}`: half of all futures are below {words}", number.key),
            (_, false) => format!("`{}`: half of all futures are above {words}", number.key),
        };
        let size = match places > 0 {
            true => format!("{}% of", plain(100.0 * ratio)),
            false => format!("{} times", plain(ratio)),
        };
        let message = format!("{said}, {size} today's revenue of {} a year", dollars(self.revenue * 1e9));
        let help =
            format!("did you mean `{}`? amounts are in billions", with_point_moved(number, median, places)?);
        Some(Problem::warning(Code::OutOfScale, place(number), message).help(help))
    }

    /// The warning of a revenue today that does not go with the last row of history; not where another row shows that it is that
    /// row which is out of scale.
    fn beside_history(&self, config: &Config) -> Option<Problem> {
        let pace = |net_revenue: ParamId, years: f64| {
            Some(self.model.parameters.median(net_revenue) / years).filter(|pace| *pace > 0.0)
        };
        let rows = self.model.history.iter().filter(|row| row.to > LOOKED_AT);
        let paces: Vec<(ParamId, f64)> = rows
            .filter_map(|row| Some((row.net_revenue, pace(row.net_revenue, row.to - row.from)?)))
            .collect();
        let (last, before) = paces.split_last()?;
        let ratio = self.revenue / last.1;
        let fits = |pace: f64| USUAL.contains(&(pace / self.revenue));
        if USUAL_PACE.contains(&ratio) || !fits(last.1) && before.iter().any(|(_, pace)| fits(*pace)) {
            return None;
        }
        let rates: Vec<&Number> =
            config.segment.iter().filter_map(|segment| segment.keys.rate_now_usd_bn.as_ref()).collect();
        let key = self.model.parameters.entry(last.0).key.as_str();
        let row = key.strip_suffix(".net_revenue_usd_bn").unwrap_or(key);
        let message = format!(
            "revenue is {} a year today (medians), and `{row}` has {} a year",
            dollars(self.revenue * 1e9),
            dollars(last.1 * 1e9)
        );
        let places = if ratio > 1.0 { -3 } else { 3 };
        let meant = match (rates.as_slice(), config.segment.len()) {
            ([rate], 1) if USUAL_PACE.contains(&(ratio * 10_f64.powi(places))) => {
                with_point_moved(rate, self.revenue, places)
            }
            _ => None,
        };
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`? amounts are in billions"),
            None => {
                "look at today's rates of revenue and at the history: one of them is off by more than a factor of 10"
                    .to_owned()
            }
        };
        let first = config.segment.first().map_or(Place::FILE, |segment| segment.place);
        let at = rates.first().map_or(first, |rate| place(rate));
        let problem = Problem::warning(Code::OutOfScale, at, message).help(help);
        let written = config.history.iter().flat_map(|history| &history.period);
        let written = written.filter_map(|row| row.net_revenue_usd_bn.as_ref());
        Some(match written.into_iter().find(|number| number.key == key) {
            Some(number) => problem.also(place(number), "the history"),
            None => problem,
        })
    }
}

/// The usual range of an amount beside today's annual revenue.
fn usual_of(key: &str) -> &'static RangeInclusive<f64> {
    match key.rsplit('.').next() {
        Some("pre_money_usd_bn" | "equity_usd_bn") => &USUAL_VALUE,
        _ => &USUAL,
    }
}
