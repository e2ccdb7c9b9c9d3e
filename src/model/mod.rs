//! The validated scenario: immutable and valid by construction, so that no later code checks its inputs
//! again.

pub mod absence;
pub mod cloud_mix;
pub mod columns;
mod correlation;
mod correlation_group;
pub mod cost;
mod day_count;
pub mod deal;
pub mod dependence;
pub mod discount;
mod distribution;
mod domain;
pub mod equity;
mod far_dates;
pub mod funding;
pub mod history;
pub mod ipo;
mod left_out;
pub mod licence;
mod margins;
mod misread;
mod names;
mod number;
pub mod parameters;
mod party_names;
pub mod process;
pub mod reversion;
pub mod run;
mod same_as;
pub mod segment;
pub mod shock;
pub mod source;
mod table;
pub mod term;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod unit_words;
pub mod usual;
mod validator;

pub use absence::absences;
pub use columns::{ColumnError, EmpiricalColumns, NoColumns, TextPlace};
pub use left_out::left_out;
pub use party_names::PartyNames;
pub use run::{Booking, RunTerms, Scheme};
pub use source::Source;
pub use terms::{Model, Terms};
