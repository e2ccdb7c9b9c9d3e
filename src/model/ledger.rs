//! The ledger of assumptions: every number of a scenario, constant or uncertain, with its unit and where it comes from.

use crate::config::Unit;
use crate::math::distribution::Distribution;

/// A number of the scenario: a handle into the [`Ledger`]. Numbers that are `same_as` another share its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Num(pub(crate) u32);

impl Num {
    /// Its row in the ledger.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a number is: one value, or a law from which every path draws its own.
#[derive(Clone, Debug)]
pub enum Law {
    /// The same on every path.
    Constant(f64),
    /// Drawn once for each path, already truncated to the domain of its key.
    Distributed(Box<Distribution>),
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in the scenario.
    Scenario,
    /// Not written: the default of its key.
    Default,
}

/// One row of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Dotted key, as in the scenario; also the name of the stream of its draws.
    pub key: String,
    /// Unit of the values.
    pub unit: Unit,
    /// Value or law.
    pub law: Law,
    /// Written or default.
    pub origin: Origin,
    /// Index into the model's sources; a number without a source is an assumption.
    pub source: Option<usize>,
    /// The author's remark.
    pub note: Option<String>,
    /// For the error screens and the ledger's text: the law as the scenario words it, e.g. `triangular(low 0, mode 1, high 3)`.
    pub wording: String,
}

/// A key that takes its draw from another (`same_as`).
#[derive(Clone, Debug)]
pub struct Alias {
    /// The key that says `same_as`.
    pub key: String,
    /// Unit of that key.
    pub unit: Unit,
    /// The number whose draw it is.
    pub num: Num,
    /// Index into the model's sources.
    pub source: Option<usize>,
    /// The author's remark.
    pub note: Option<String>,
}

/// Every number of a scenario.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(crate) entries: Vec<Entry>,
    pub(crate) aliases: Vec<Alias>,
}

impl Ledger {
    /// Adds a row.
    pub(super) fn push(&mut self, entry: Entry) -> Num {
        let num = Num(u32::try_from(self.entries.len()).expect("fewer numbers than bytes in a file"));
        self.entries.push(entry);
        num
    }

    /// All numbers, in order of the handles.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Keys that share the draw of another.
    pub fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    /// The row of a number.
    pub fn entry(&self, num: Num) -> &Entry {
        &self.entries[num.index()]
    }

    /// The value of a number, if it is a constant.
    pub fn constant(&self, num: Num) -> Option<f64> {
        match self.entry(num).law {
            Law::Constant(value) => Some(value),
            Law::Distributed(_) => None,
        }
    }

    /// Handles of the uncertain numbers, in order.
    pub fn uncertain(&self) -> impl Iterator<Item = Num> + '_ {
        (0..self.entries.len() as u32)
            .map(Num)
            .filter(|&num| matches!(self.entry(num).law, Law::Distributed(_)))
    }
}
