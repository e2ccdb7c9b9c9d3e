//! Dependence: the inputs and factors that may be correlated, and the groups that are (methodology: dependence).

use ndarray::Array2;

use super::cloud_mix::Cloud;
use super::equity::Equity;
use super::licence::Microsoft;
use super::parameters::ParamId;
use super::segment::Segment;

/// Name of the copula variable behind the time of termination.
pub const TERMINATION_TIME: &str = "termination.time";

/// A correlated variable of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputVariable {
    /// The normal behind an uncertain number; its stream is the number's key.
    Number(ParamId),
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

impl Factor {
    /// Its name with NAME for that of the segment or cloud: `factor.segment.NAME.level`.
    pub const fn pattern(self) -> &'static str {
        match self {
            Factor::SegmentLevel(_) => "factor.segment.NAME.level",
            Factor::SegmentGrowth(_) => "factor.segment.NAME.growth",
            Factor::CloudMix(_) => "factor.cloud.NAME.mix",
            Factor::Multiple => "factor.equity.multiple",
            Factor::MicrosoftAiLevel => "factor.microsoft-ai.level",
            Factor::MicrosoftAiGrowth => "factor.microsoft-ai.growth",
        }
    }

    /// Its name in a scenario with these segments and clouds; the name of the stream of its draws.
    pub fn name(self, segments: &[Segment], clouds: &[Cloud]) -> String {
        let entry = match self {
            Factor::SegmentLevel(k) | Factor::SegmentGrowth(k) => &segments[k].name,
            Factor::CloudMix(j) => &clouds[j].name,
            Factor::Multiple | Factor::MicrosoftAiLevel | Factor::MicrosoftAiGrowth => "",
        };
        self.pattern().replace("NAME", entry)
    }
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

/// The factors of a scenario with their names, in the order segments, clouds, multiple, Microsoft's AI.
pub fn factors(
    segments: &[Segment],
    clouds: &[Cloud],
    equity: Option<&Equity>,
    microsoft: &Microsoft,
) -> Vec<(String, Factor)> {
    let mut list = Vec::new();
    for k in 0..segments.len() {
        list.extend([Factor::SegmentLevel(k), Factor::SegmentGrowth(k)]);
    }
    list.extend((1..clouds.len()).map(Factor::CloudMix));
    if equity.is_some_and(|equity| equity.method.multiple().is_some()) {
        list.push(Factor::Multiple);
    }
    if microsoft.ai.is_some() {
        list.extend([Factor::MicrosoftAiLevel, Factor::MicrosoftAiGrowth]);
    }
    list.into_iter().map(|factor| (factor.name(segments, clouds), factor)).collect()
}
