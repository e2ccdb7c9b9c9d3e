//! Answers as tables, figures and sentences, with units, errors and provenance; no bytes.

pub mod answer;
pub mod command;
pub mod compare;
pub mod date_axis;
pub mod digits;
pub mod ipo;
pub mod results;
pub mod row;
pub mod sensitivity;
pub mod solve;
pub mod sweep;
pub mod tables;
