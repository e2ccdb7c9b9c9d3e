//! The variables that a metric may depend on: single streams, groups of them, or all inputs and all noise.

use crate::kernel::redraw::{Stream, StreamKind, TwoSeeds};

/// How finely the uncertainty is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// One variable per uncertain input, factor and shock.
    Input,
    /// One variable for the inputs and one for the noise of each segment, of the clouds, of the deals and so
    /// on.
    Group,
    /// Two variables: all inputs, and all noise along the path.
    Kind,
}

impl By {
    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            By::Input => "input",
            By::Group => "group",
            By::Kind => "kind",
        }
    }
}

/// Name of the variable of all inputs.
pub const INPUTS: &str = "inputs";
/// Name of the variable of all noise along the path.
pub const NOISE: &str = "noise";

/// A variable: one or more streams of randomness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Name of the stream or group, such as `segment.business`, `noise.clouds` or `inputs`.
    pub name: String,
    /// Positions of its streams.
    pub streams: Vec<usize>,
    /// Whether it is drawn every period rather than once per path.
    pub noise: bool,
}

/// Divides the streams into variables; streams that affect nothing belong to none.
pub fn variables(streams: &[Stream], by: By) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    for (position, stream) in streams.iter().enumerate().filter(|(_, stream)| stream.used) {
        let noise = stream.kind != StreamKind::Input;
        let name = match by {
            By::Input => stream.name.clone(),
            By::Group => group(stream),
            By::Kind => if noise { NOISE } else { INPUTS }.to_owned(),
        };
        match variables.iter_mut().find(|variable| variable.name == name) {
            Some(variable) => variable.streams.push(position),
            None => variables.push(Variable { name, streams: vec![position], noise }),
        }
    }
    variables
}

/// Name of the group that a stream belongs to.
fn group(stream: &Stream) -> String {
    let (key, noise) = match stream.kind {
        StreamKind::Input => (stream.name.as_str(), ""),
        StreamKind::Factor => (stream.name.strip_prefix("factor.").unwrap_or(&stream.name), "noise."),
        StreamKind::Shock => ("shock", "noise."),
    };
    let mut words = key.split('.');
    let noun = match words.next().unwrap_or_default() {
        "segment" => format!("segment.{}", words.next().unwrap_or_default()),
        "cloud" | "home_first" | "reach" | "in_house" => "clouds".to_owned(),
        "deal" | "termination" => "deals".to_owned(),
        "contract" => "contracts".to_owned(),
        "microsoft" | "microsoft-ai" | "licence" => "microsoft".to_owned(),
        "cash" | "round" | "funding" => "funding".to_owned(),
        "shock" => "shocks".to_owned(),
        other => other.to_owned(),
    };
    format!("{noise}{noun}")
}

/// A correlation between streams of two variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// Name of the first stream.
    pub a: String,
    /// Name of the second.
    pub b: String,
    /// Correlation of their standard normals, after any repair.
    pub correlation: f64,
}

/// Correlations between different variables, the strongest first; empty if the variables are independent.
pub fn ties(seeds: &TwoSeeds, variables: &[Variable]) -> Vec<Tie> {
    let owner = |stream: usize| variables.iter().position(|variable| variable.streams.contains(&stream));
    let mut ties = Vec::new();
    for (members, matrix) in seeds.correlated() {
        for (i, &a) in members.iter().enumerate() {
            for (j, &b) in members.iter().enumerate().skip(i + 1) {
                let correlation = matrix[[i, j]];
                let apart = matches!((owner(a), owner(b)), (Some(a), Some(b)) if a != b);
                if apart && correlation != 0.0 {
                    let name = |stream: usize| seeds.streams()[stream].name.clone();
                    ties.push(Tie { a: name(a), b: name(b), correlation });
                }
            }
        }
    }
    ties.sort_by(|x, y| y.correlation.abs().total_cmp(&x.correlation.abs()));
    ties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_go_to_their_nouns() {
        let stream = |name: &str, kind| Stream { name: name.to_owned(), kind, used: name != "factor.idle" };
        let streams = [
            stream("segment.consumer.growth_now", StreamKind::Input),
            stream("segment.business.growth_now", StreamKind::Input),
            stream("in_house.ceiling", StreamKind::Input),
            stream("cloud.aws.fee", StreamKind::Input),
            stream("termination.time", StreamKind::Input),
            stream("factor.segment.consumer.level", StreamKind::Factor),
            stream("factor.microsoft-ai.level", StreamKind::Factor),
            stream("factor.idle", StreamKind::Factor),
            stream("shock.leap", StreamKind::Shock),
        ];
        let names = |by| variables(&streams, by).into_iter().map(|v| v.name).collect::<Vec<_>>();
        assert_eq!(
            names(By::Group),
            [
                "segment.consumer",
                "segment.business",
                "clouds",
                "deals",
                "noise.segment.consumer",
                "noise.microsoft",
                "noise.shocks"
            ]
        );
        assert_eq!(names(By::Kind), [INPUTS, NOISE]);
        assert_eq!(names(By::Input).len(), 8);
        assert_eq!(variables(&streams, By::Group)[2].streams, [2, 3]);
        assert_eq!(variables(&streams, By::Kind)[1].streams, [5, 6, 8]);
    }
}
