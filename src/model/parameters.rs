//! The parameters of assumptions: every number of a scenario, constant or uncertain, with its unit and where it comes from.

use crate::config::Unit;
use crate::math::distribution;

/// A number of the scenario: a handle into the [`Parameters`]. Numbers that are `same_as` another share its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(pub(crate) u32);

impl ParamId {
    /// Its row in the parameters.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a number is: one value, or a law from which every path draws its own.
#[derive(Clone, Debug)]
pub enum Distribution {
    /// The same on every path.
    Constant(f64),
    /// Drawn once for each path, already truncated to the domain of its key.
    Uncertain(Box<distribution::Distribution>),
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in the scenario.
    Scenario,
    /// Not written: the default of its key.
    Default,
}

/// One row of the parameters.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Dotted key, as in the scenario; also the name of the stream of its draws.
    pub key: String,
    /// Unit of the values.
    pub unit: Unit,
    /// Value or law.
    pub distribution: Distribution,
    /// Written or default.
    pub origin: Origin,
    /// Index into the model's sources; a number without a source is an assumption.
    pub source: Option<usize>,
    /// The author's remark.
    pub note: Option<String>,
    /// For the error screens and the parameters's text: the law as the scenario words it, e.g. `triangular(low 0, mode 1, high 3)`.
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
    pub target: ParamId,
    /// Index into the model's sources.
    pub source: Option<usize>,
    /// The author's remark.
    pub note: Option<String>,
}

/// Every number of a scenario.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pub(crate) entries: Vec<Parameter>,
    pub(crate) aliases: Vec<Alias>,
}

impl Parameters {
    /// Adds a row.
    pub(super) fn push(&mut self, entry: Parameter) -> ParamId {
        let id = ParamId(u32::try_from(self.entries.len()).expect("fewer numbers than bytes in a file"));
        self.entries.push(entry);
        id
    }

    /// All numbers, in order of the handles.
    pub fn entries(&self) -> &[Parameter] {
        &self.entries
    }

    /// Keys that share the draw of another.
    pub fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    /// The number of that key; of a key that shares another's draw, that other number.
    pub fn named(&self, key: &str) -> Option<ParamId> {
        let own = self.entries.iter().position(|entry| entry.key == key).map(|row| ParamId(row as u32));
        own.or_else(|| self.aliases.iter().find(|alias| alias.key == key).map(|alias| alias.target))
    }

    /// The row of a number.
    pub fn entry(&self, id: ParamId) -> &Parameter {
        &self.entries[id.index()]
    }

    /// The value of a number, if it is a constant.
    pub fn constant(&self, id: ParamId) -> Option<f64> {
        match self.entry(id).distribution {
            Distribution::Constant(value) => Some(value),
            Distribution::Uncertain(_) => None,
        }
    }

    /// Handles of all numbers, in order.
    pub fn ids(&self) -> impl Iterator<Item = ParamId> + use<> {
        (0..self.entries.len() as u32).map(ParamId)
    }

    /// Handles of the uncertain numbers, in order.
    pub fn uncertain(&self) -> impl Iterator<Item = ParamId> + '_ {
        self.ids().filter(|&id| matches!(self.entry(id).distribution, Distribution::Uncertain(_)))
    }
}
