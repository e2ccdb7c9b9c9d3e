//! `[timeline]`: valuation date, horizon and length of a period.

use super::choice::choice;
use super::date::Date;
use super::place::Located;
use super::section::section;

choice! {
    /// The length of a step.
    Period {
        /// Calendar months.
        Month = "month",
        /// Calendar quarters.
        Quarter = "quarter",
        /// Calendar years.
        Year = "year",
    }
}

section! {
    /// From when to when, in which steps.
    Timeline by Single;
    /// The day of the view: what is known, and the day of which present values are.
    valuation_date: Option<Located<Date>> = required();
    /// The last day, included.
    horizon: Option<Located<Date>> = required();
    /// The step: calendar periods, cut by the two dates.
    period: Option<Located<Period>> = required();
}
