//! A section of a page: a heading, and below it paragraphs, charts and tables.

use super::chart::{Chart, Choice, Readings};

/// A part of the page.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// A short name for the list of contents.
    pub name: &'static str,
    /// Its heading.
    pub heading: String,
    /// What it says and shows.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A paragraph.
    Words(String),
    /// What the scenario does not have.
    Absent(String),
    /// Drawings that stand together.
    Charts(Vec<Chart>),
    /// Drawings of which one is shown at a time: their [`Figure::choice`] says which.
    Chosen(Vec<Choice>, Vec<Chart>),
    /// A table of its own.
    Table(Readings),
}
