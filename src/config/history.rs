//! `[[history.period]]`: financial results before the valuation date.

use super::date::Date;
use super::number::Number;
use super::place::Located;
use super::section::section;

section! {
    /// What was earned before the valuation date.
    History by Single;
    /// Spans of time with their figures.
    period: Vec<HistoryPeriod> = plain();
}

section! {
    /// The figures of one span of time before the valuation date.
    HistoryPeriod by Dated("from");
    /// The first day.
    from: Option<Located<Date>> = required();
    /// The last day, included.
    to: Option<Located<Date>> = required();
    /// Net revenue of the span.
    net_revenue_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.00001, 1000.0).required();
    /// Free cash flow of the span.
    fcf_usd_bn: Option<Number> = number(Unit::UsdBn, Any).usual(-1000.0, 1000.0);
    /// EBITDA of the span.
    ebitda_usd_bn: Option<Number> = number(Unit::UsdBn, Any).usual(-1000.0, 1000.0);
}
