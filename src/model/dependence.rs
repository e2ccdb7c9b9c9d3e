//! The variables that can be correlated, and the groups that are (methodology: dependence).

use ndarray::Array2;

use super::cloud_mix::Cloud;
use super::equity::Equity;
use super::licence::Microsoft;
use super::parameters::ParamId;
use super::segment::Segment;

/// Name of the normal variable that drives the time of termination, and of its random stream.
pub const TERMINATION_TIME: &str = "termination.time";

/// A variable drawn once per path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputVariable {
    /// The normal that drives an uncertain number; its stream is named by the number's key.
    Number(ParamId),
    /// The normal that drives the time of termination; its stream is `termination.time`.
    TerminationTime,
}

/// A factor: one standard normal per period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// `factor.segment.NAME.level`
    SegmentLevel(usize),
    /// `factor.segment.NAME.growth`
    SegmentGrowth(usize),
    /// `factor.cloud.NAME.mix`, by index of the cloud (never the home cloud)
    CloudMix(usize),
    /// `factor.equity.multiple`
    Multiple,
    /// `factor.microsoft-ai.level`
    MicrosoftAiLevel,
    /// `factor.microsoft-ai.growth`
    MicrosoftAiGrowth,
}

impl Factor {
    /// Its name, with NAME in place of the segment or cloud: `factor.segment.NAME.level`.
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

    /// Its name in a scenario with these segments and clouds, which is also the name of its random stream.
    pub fn name(self, segments: &[Segment], clouds: &[Cloud]) -> String {
        let entry = match self {
            Factor::SegmentLevel(k) | Factor::SegmentGrowth(k) => &segments[k].name,
            Factor::CloudMix(j) => &clouds[j].name,
            Factor::Multiple | Factor::MicrosoftAiLevel | Factor::MicrosoftAiGrowth => "",
        };
        self.pattern().replace("NAME", entry)
    }
}

/// A group of correlated variables.
#[derive(Clone, Debug)]
pub struct Group<V> {
    /// Its members, ordered by name.
    pub members: Vec<V>,
    /// The names of the members, which are the names of their random streams.
    pub names: Vec<String>,
    /// Correlation matrix, after any repair.
    pub correlation: Array2<f64>,
    /// Lower Cholesky factor `L` of the matrix: `y = L z` correlates independent normals `z`.
    pub cholesky: Array2<f64>,
}

/// A correlation that the scenario names or that a repair introduced.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Name of the first variable.
    pub a: String,
    /// Name of the second.
    pub b: String,
    /// Requested correlation; `None` for a pair that only a repair introduced.
    pub target: Option<f64>,
    /// Correlation after the repair; `None` if nothing was repaired.
    pub repaired: Option<f64>,
}

/// All correlations of a scenario. Variables in no group are independent.
#[derive(Clone, Debug, Default)]
pub struct Dependence {
    /// Groups of inputs.
    pub inputs: Vec<Group<InputVariable>>,
    /// Groups of factors.
    pub factors: Vec<Group<Factor>>,
    /// The named pairs in the order of the scenario, then those that a repair introduced.
    pub pairs: Vec<Pair>,
}

/// The factors of a scenario with their names, ordered: segments, clouds, equity multiple, Microsoft's AI
/// revenue.
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
