//! `[timeline]`: from when to when, in which steps.

use super::leaf::{Date, Leaf, choice};
use super::noun::noun;

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

noun! {
    /// From when to when, in which steps.
    Timeline by Single;
    /// The day from which everything is seen; present values are of this day.
    valuation_date: Option<Leaf<Date>> = required();
    /// The last day, included.
    horizon: Option<Leaf<Date>> = required();
    /// The step: calendar periods, cut by the two dates.
    period: Option<Leaf<Period>> = required();
}
