//! The parameters of a scenario: every number, constant or uncertain, with its unit and source.

use crate::config::Unit;
use crate::math::distribution;

/// Identifies a parameter in [`Parameters`]. Numbers that are `same_as` another share its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(pub(crate) u32);

impl ParamId {
    /// Its index in [`Parameters::entries`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The distribution of a parameter: one value for all paths, or one draw per path.
#[derive(Clone, Debug)]
pub enum Distribution {
    /// The same on every path.
    Constant(f64),
    /// Drawn once per path; already truncated to the domain of its key.
    Uncertain(Box<distribution::Distribution>),
}

/// Whether a parameter is written in the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in the scenario.
    Scenario,
    /// Not written: the default of its key applies.
    Default,
}

/// Where a number is from. The sources are indices into those of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provenance {
    /// The author's own judgement.
    #[default]
    Judgement,
    /// The source states it.
    Source(usize),
    /// It was derived from the source, which does not state it.
    InformedBy(usize),
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Full key as in the scenario, which is also the name of its random stream.
    pub key: String,
    /// Unit of the values.
    pub unit: Unit,
    /// Its value or distribution.
    pub distribution: Distribution,
    /// Whether it is written or a default.
    pub origin: Origin,
    /// The source that states it or that it was derived from; `None`: the author's own judgement.
    pub provenance: Provenance,
    /// The author's note.
    pub note: Option<String>,
    /// Description in words, for screens and tables: `triangular(low 0, mode 1, high 3)`.
    pub wording: String,
}

/// A key that uses the draw of another number (`same_as`).
#[derive(Clone, Debug)]
pub struct Alias {
    /// The key that says `same_as`.
    pub key: String,
    /// Unit of that key.
    pub unit: Unit,
    /// The parameter whose draw it uses.
    pub target: ParamId,
    /// The source that states it or that it was derived from.
    pub provenance: Provenance,
    /// The author's note.
    pub note: Option<String>,
}

/// All parameters of a scenario.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pub(crate) entries: Vec<Parameter>,
    pub(crate) aliases: Vec<Alias>,
}

impl Parameters {
    /// Adds a parameter.
    pub(super) fn push(&mut self, entry: Parameter) -> ParamId {
        let id = ParamId(u32::try_from(self.entries.len()).expect("fewer numbers than bytes in a file"));
        self.entries.push(entry);
        id
    }

    /// All parameters, ordered by id.
    pub fn entries(&self) -> &[Parameter] {
        &self.entries
    }

    /// All keys that use the draw of another number.
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

    /// The value of a parameter, if it is a constant.
    pub fn constant(&self, id: ParamId) -> Option<f64> {
        match self.entry(id).distribution {
            Distribution::Constant(value) => Some(value),
            Distribution::Uncertain(_) => None,
        }
    }

    /// Whether two numbers have the same value on every path: one draw, or equal constants.
    pub fn same(&self, a: ParamId, b: ParamId) -> bool {
        let equal = |(a, b): (f64, f64)| a.to_bits() == b.to_bits();
        a == b || self.constant(a).zip(self.constant(b)).is_some_and(equal)
    }

    /// The same where a number may be absent.
    pub fn same_optional(&self, a: Option<ParamId>, b: Option<ParamId>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => self.same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    /// The value of a constant, or the median of an uncertain parameter.
    pub fn median(&self, id: ParamId) -> f64 {
        match &self.entry(id).distribution {
            Distribution::Constant(value) => *value,
            Distribution::Uncertain(law) => law.quantile(0.5),
        }
    }

    /// The ids of all parameters, in order.
    pub fn ids(&self) -> impl Iterator<Item = ParamId> + use<> {
        (0..self.entries.len() as u32).map(ParamId)
    }

    /// The ids of the uncertain parameters, in order.
    pub fn uncertain(&self) -> impl Iterator<Item = ParamId> + '_ {
        self.ids().filter(|&id| matches!(self.entry(id).distribution, Distribution::Uncertain(_)))
    }
}
