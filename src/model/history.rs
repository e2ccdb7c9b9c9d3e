//! Financial results of periods before the valuation date.

use crate::config::{self, Code, Config, Located, Problem};

use super::parameters::ParamId;
use super::table::{Table, entry_path};
use super::timeline::TIME_SLACK;
use super::unit_words::plain;
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

/// A row of history between its two dates, both included.
type Row<'a> = (&'a Located<config::Date>, &'a Located<config::Date>, HistoryPeriod);

/// Validates `[[history.period]]`.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Vec<HistoryPeriod> {
    let rows = config.history.iter().flat_map(|history| &history.period);
    let mut kept: Vec<Row> = Vec::new();
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
    warn_of_gaps(validator, &kept);
    kept.into_iter().map(|(_, _, period)| period).collect()
}

/// Warns of days within two years before the valuation date that no row covers, between rows or after the last.
fn warn_of_gaps(validator: &mut Validator, rows: &[Row]) {
    const LOOKED_AT: f64 = -2.0;
    let Some(start) = validator.timeline.as_ref().map(|timeline| timeline.valuation_date()) else { return };
    for (index, (_, to, row)) in rows.iter().enumerate() {
        let (next, until) = match rows.get(index + 1) {
            Some((from, _, next)) => (format!("the row from {}", from.value), next.from),
            None => (format!("the valuation date {start}"), 0.0),
        };
        if until - row.to <= TIME_SLACK || until <= LOOKED_AT {
            continue;
        }
        let gap = match plain(12.0 * (until - row.to.max(LOOKED_AT))).as_str() {
            "1" => "month".to_owned(),
            months => format!("{months} months"),
        };
        let covered: f64 = rows.iter().map(|(_, _, row)| (row.to - row.from.max(-1.0)).max(0.0)).sum();
        let what = if covered > 0.0 {
            format!("figures of the last year are those of {} months, scaled up", plain(12.0 * covered))
        } else {
            "there are no figures of the last year".to_owned()
        };
        let message = format!("no history covers the {gap} between {} and {next}: {what}", to.value);
        let help = "add the row that is missing, or correct the dates of its neighbours";
        validator.problems.push(Problem::warning(Code::HistoryGap, to.place, message).help(help));
    }
}
