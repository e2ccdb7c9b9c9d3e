//! The hot loop: coefficients laid out from the model, and total functions over blocks of paths.
//!
//! `simulator` is the table of contents: it calls the nouns in the order of the business.

pub mod block;
pub mod cloud_mix;
pub mod columns;
pub mod cost;
pub mod deal;
pub mod deal_metrics;
pub mod deal_plan;
pub mod deal_state;
pub mod deal_terms;
pub mod decay;
pub mod discount;
pub mod equity;
pub mod exact;
pub mod from_base;
pub mod funding;
pub mod history;
pub mod innovation;
pub mod input;
pub mod ipo;
pub mod licence;
pub mod mean_reverting;
pub mod metric;
pub mod numbers;
pub mod owed;
pub mod plan;
pub mod planned;
pub mod present_values;
pub mod readiness;
pub mod record;
pub mod redraw;
pub mod schedule;
pub mod segment;
pub mod sharing;
pub mod shock;
pub mod shock_streams;
pub mod simulator;
pub mod timeline;
pub mod today;
pub mod trace;
pub mod trailing;
pub mod trend;
pub mod view;
pub mod window;
pub mod world;
