//! Dependence: groups of inputs and of factors whose underlying normals are correlated (methodology: dependence).

use super::ledger::Num;
use ndarray::Array2;

/// A correlated variable of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputVariable {
    /// The normal behind an uncertain number; its stream is the number's key.
    Number(Num),
    /// The normal behind the time of termination; stream `termination.time`.
    TerminationTime,
}

/// A factor: one standard normal a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// `factor.segment.NAME.level`
    SegmentLevel(usize),
    /// `factor.segment.NAME.growth`
    SegmentGrowth(usize),
    /// `factor.cloud.NAME.mix`, index of the cloud (never the home cloud)
    CloudMix(usize),
    /// `factor.equity.multiple`
    Multiple,
    /// `factor.microsoft-ai.level`
    MicrosoftAiLevel,
    /// `factor.microsoft-ai.growth`
    MicrosoftAiGrowth,
}

/// A connected group of variables, in order of their names.
#[derive(Clone, Debug)]
pub struct Group<V> {
    /// Members in order of name.
    pub members: Vec<V>,
    /// Their names (= names of the streams of the independent normals).
    pub names: Vec<String>,
    /// Correlation matrix in force, after any repair.
    pub correlation: Array2<f64>,
    /// Lower Cholesky factor of it: `y = L z`.
    pub cholesky: Array2<f64>,
}

/// A pair that the scenario names, or that a repair changed.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Name of the first variable.
    pub a: String,
    /// Name of the second.
    pub b: String,
    /// Correlation asked for; `None` for a pair that only a repair set.
    pub target: Option<f64>,
    /// Correlation in force where a repair acted.
    pub repaired: Option<f64>,
}

/// All dependence of a scenario. Variables in no group are independent.
#[derive(Clone, Debug, Default)]
pub struct Dependence {
    /// Groups of inputs.
    pub inputs: Vec<Group<InputVariable>>,
    /// Groups of factors.
    pub factors: Vec<Group<Factor>>,
    /// Pairs in order of the scenario, then those that a repair set.
    pub pairs: Vec<Pair>,
}
