//! Financial results of periods before the valuation date.

use crate::config::{self, Code, Config, Located, Problem};

use super::parameters::ParamId;
use super::table::{Table, entry_path};
use super::validator::Validator;

/// The results of one past period.
#[derive(Clone, Copy, Debug)]
pub struct HistoryPeriod {
    /// Start, years from the valuation date (negative).
    pub from: f64,
    /// End, years from the valuation date (of the day after; at most 0).
    pub to: f64,
    /// Net revenue, billions.
    pub net_revenue: ParamId,
    /// Free cash flow, billions, if known.
    pub fcf: Option<ParamId>,
    /// EBITDA, billions, if known.
    pub ebitda: Option<ParamId>,
}

/// Validates `[[history.period]]`.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Vec<HistoryPeriod> {
    let rows = config.history.iter().flat_map(|history| &history.period);
    let mut kept: Vec<(&Located<config::Date>, &Located<config::Date>, HistoryPeriod)> = Vec::new();
    for (index, row) in rows.enumerate() {
        let name = row.from.as_ref().map_or((index + 1).to_string(), |date| date.value.to_string());
        let table = Table::new::<config::HistoryPeriod>(entry_path("history.period", &name), row.place);
        if row.from.is_none() {
            validator.missing(&table, "from");
        }
        if row.to.is_none() {
            validator.missing(&table, "to");
        }
        let net_revenue = validator.number(&table, "net_revenue_usd_bn", &row.net_revenue_usd_bn);
        let (fcf, ebitda) = (validator.optional(&row.fcf_usd_bn), validator.optional(&row.ebitda_usd_bn));
        let (Some(from), Some(to)) = (&row.from, &row.to) else { continue };
        if !validator.span(&table, ("from", from), ("to", to)) {
            continue;
        }
        if let Some(start) = validator.timeline.as_ref().map(|timeline| timeline.valuation_date())
            && to.value >= start
        {
            validator.problems.push(
                Problem::error(
                    Code::HistoryAfterStart,
                    to.place,
                    format!("{} does not end before the valuation date", table.header()),
                )
                .found(to.value.to_string())
                .allowed(format!("a day before {start}"))
                .help("history ends the day before the valuation date at the latest; what comes after is simulated"),
            );
        }
        let period = HistoryPeriod {
            from: validator.time_of(from.value),
            to: validator.time_after(to.value),
            net_revenue,
            fcf,
            ebitda,
        };
        kept.push((from, to, period));
    }
    kept.sort_by_key(|(from, to, _)| (from.value, to.value));
    for pair in kept.windows(2) {
        let ((_, earlier, _), (later, _, _)) = (&pair[0], &pair[1]);
        if later.value <= earlier.value {
            validator.problems.push(
                Problem::error(
                    Code::HistoryOverlap,
                    later.place,
                    format!("`history.period.{}` begins before the row before it ends", later.value),
                )
                .found(later.value.to_string())
                .allowed(format!("a day after {}", earlier.value))
                .also(earlier.place, "the end of the row before")
                .help("every day belongs to one row at most: `to` is included"),
            );
        }
    }
    kept.into_iter().map(|(_, _, period)| period).collect()
}
