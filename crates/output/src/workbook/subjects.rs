//! Whom the tables speak of: deals in order, differences of a later deal and the first.

use capstake::report::tables::SummaryRow;
use std::collections::HashMap;

/// Between the names of a difference; no name has spaces.
const LESS: &str = " - ";

/// Deals and differences, and where their metrics stand in the summary.
pub struct Subjects<'a> {
    /// Deals, then differences.
    pub all: Vec<Subject<'a>>,
    rows: &'a [SummaryRow],
    places: HashMap<(&'a str, &'a str), usize>,
}

/// A deal or a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// As in the tables.
    pub name: &'a str,
    /// The later and the first deal, of a difference.
    pub difference: Option<(&'a str, &'a str)>,
}

impl<'a> Subjects<'a> {
    /// Reads them off the summary.
    pub fn of(rows: &'a [SummaryRow]) -> Subjects<'a> {
        let mut all: Vec<Subject> = Vec::new();
        let mut places = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            if !all.iter().any(|subject| subject.name == row.deal) {
                all.push(Subject { name: &row.deal, difference: row.deal.split_once(LESS) });
            }
            places.insert((row.deal.as_str(), row.metric.as_str()), at);
        }
        Subjects { all, rows, places }
    }

    /// The deals.
    pub fn deals(&self) -> impl Iterator<Item = &'a str> {
        self.all.iter().filter(|subject| subject.difference.is_none()).map(|subject| subject.name)
    }

    /// The place of a metric in the summary.
    pub fn place(&self, subject: &str, metric: &str) -> Option<usize> {
        self.places.get(&(subject, metric)).copied()
    }

    /// The summary of a metric.
    pub fn row(&self, subject: &str, metric: &str) -> Option<&'a SummaryRow> {
        self.place(subject, metric).map(|at| &self.rows[at])
    }
}
