//! Answers as tables, figures and sentences, with units, errors and provenance; no bytes.

pub mod answer;
pub mod command;
pub mod compare;
pub mod digits;
pub mod glossary;
pub mod headline;
pub mod ipo;
pub mod page;
pub mod reading;
pub mod results;
pub mod row;
pub mod sensitivity;
pub mod sketch;
pub mod solve;
pub mod sweep;
pub mod tables;
pub mod workbook;
