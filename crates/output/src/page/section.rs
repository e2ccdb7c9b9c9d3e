//! Sections of a page: a heading with paragraphs, charts and tables below it.

use super::chart::{Chart, Choice, Readings};
use super::sliders::Panel;
use super::years_across::YearsTable;

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Short name for the table of contents.
    pub name: &'static str,
    /// Its heading.
    pub heading: String,
    /// Its content.
    pub blocks: Vec<Block>,
}

/// A block of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A paragraph.
    Words(String),
    /// A remark that the scenario lacks something.
    Absent(String),
    /// Charts shown together.
    Charts(Vec<Chart>),
    /// Charts from which the reader chooses; [`Chart::choice`] says which choice shows a chart.
    Chosen(Vec<Choice>, Vec<Chart>),
    /// A table.
    Table(Readings),
    /// Sliders.
    WhatIf(Box<Panel>),
    /// Tables with years as columns, one per deal.
    Years(Vec<YearsTable>),
}
