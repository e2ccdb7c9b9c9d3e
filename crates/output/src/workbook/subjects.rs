//! The subjects of the tables: deals in order, then differences of later deals from the first.

use capstake::report::tables::SummaryRow;
use std::collections::HashMap;

/// Separator of the two names of a difference; names have no spaces.
const LESS: &str = " - ";

/// Deals and differences, and the rows of their metrics in the summary.
pub struct Subjects<'a> {
    /// Deals, then differences.
    pub all: Vec<Subject<'a>>,
    rows: &'a [SummaryRow],
    places: HashMap<(&'a str, &'a str), usize>,
}

/// A deal or a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Name, as in the tables.
    pub name: &'a str,
    /// For a difference, the later and the first deal.
    pub difference: Option<(&'a str, &'a str)>,
}

impl<'a> Subjects<'a> {
    /// Reads them from the summary.
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

    /// Names of the deals.
    pub fn deals(&self) -> impl Iterator<Item = &'a str> {
        self.all.iter().filter(|subject| subject.difference.is_none()).map(|subject| subject.name)
    }

    /// Index of a metric's row in the summary.
    pub fn place(&self, subject: &str, metric: &str) -> Option<usize> {
        self.places.get(&(subject, metric)).copied()
    }

    /// A metric's row in the summary.
    pub fn row(&self, subject: &str, metric: &str) -> Option<&'a SummaryRow> {
        self.place(subject, metric).map(|at| &self.rows[at])
    }
}
