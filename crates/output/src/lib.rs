//! capstake's answers as pages, workbooks, files of draws, and text for a terminal.
//!
//! A page or a workbook is made in two steps: first its content (`page`, `workbook`), then its bytes (`html`,
//! `svg`, `xlsx`),
//! one format per file and without arithmetic. Features: `xlsx` (workbooks) and `parquet` (draws files).

mod address;
pub mod draws;
#[cfg(feature = "parquet")]
pub mod draws_parquet;
pub mod draws_stored;
mod draws_writer;
#[cfg(feature = "xlsx")]
pub mod draws_xlsx;
#[cfg(any(feature = "xlsx", feature = "parquet"))]
mod first_fault;
pub mod first_screen;
pub mod glossary;
pub mod guarded;
pub mod headline;
pub mod html;
pub mod ideas;
#[cfg(feature = "xlsx")]
pub mod inputs;
pub mod made;
pub mod markdown;
pub mod memo;
pub mod page;
pub mod reading;
pub mod scenario_input;
pub mod sentences;
pub mod sketch;
pub mod svg;
pub mod terminal;
pub mod terminal_answer;
mod terminal_panel;
#[cfg(feature = "xlsx")]
pub mod workbook;
#[cfg(feature = "xlsx")]
pub mod xlsx;
