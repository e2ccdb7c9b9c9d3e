//! Answers as tables, charts and sentences with units, errors and provenance; no file formats.

pub mod answer;
pub mod assumptions;
pub mod bridge;
pub mod command;
pub mod compare;
pub mod date_axis;
pub mod digits;
pub mod ipo;
pub mod judged;
pub mod label;
pub mod panel;
pub mod results;
pub mod row;
pub mod sensitivity;
pub mod solve;
pub mod sweep;
pub mod tables;
pub mod unhelped;
pub mod what_if;
