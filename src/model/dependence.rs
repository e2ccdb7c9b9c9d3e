//! Dependence: groups of inputs and of factors whose underlying normals are correlated (methodology: dependence).

use std::collections::HashMap;

use ndarray::Array2;

use crate::config::spelling::nearest;
use crate::config::{self, Code, Config, CorrelationRepair, Located, Problem};
use crate::math::correlation::{cholesky, complete_max_determinant, nearest_correlation, symmetric_eigen};

use super::cloud_mix::Cloud;
use super::equity::Equity;
use super::licence::Microsoft;
use super::parameters::ParamId;
use super::segment::{Process, Segment};
use super::validator::{Table, Validator};

/// Name of the copula variable behind the time of termination.
pub const TERMINATION_TIME: &str = "termination.time";

/// A matrix whose smallest eigenvalue is not above this is not taken for positive definite.
pub const LEAST_EIGENVALUE: f64 = 1e-10;

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
    for (k, segment) in segments.iter().enumerate() {
        list.push((format!("factor.segment.{}.level", segment.name), Factor::SegmentLevel(k)));
        list.push((format!("factor.segment.{}.growth", segment.name), Factor::SegmentGrowth(k)));
    }
    for (j, cloud) in clouds.iter().enumerate().skip(1) {
        list.push((format!("factor.cloud.{}.mix", cloud.name), Factor::CloudMix(j)));
    }
    if equity.is_some_and(|equity| equity.method.multiple().is_some()) {
        list.push(("factor.equity.multiple".to_owned(), Factor::Multiple));
    }
    if microsoft.ai.is_some() {
        list.push(("factor.microsoft-ai.level".to_owned(), Factor::MicrosoftAiLevel));
        list.push(("factor.microsoft-ai.growth".to_owned(), Factor::MicrosoftAiGrowth));
    }
    list
}

/// A variable that a pair names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Variable {
    Input(InputVariable),
    Factor(Factor),
    /// A number that is the same on every path.
    Constant,
    /// Something that has a problem of its own.
    Failed,
}

/// A pair of uncertain things of one kind that stood the test.
struct Named<V> {
    ends: [(String, V); 2],
    value: f64,
    leaf: Located<f64>,
    /// Its row in [`Dependence::pairs`].
    row: usize,
}

/// Validates `[[correlation]]`.
pub(super) fn validate(
    validator: &mut Validator,
    config: &Config,
    factors: &[(String, Factor)],
) -> Dependence {
    let repair = config
        .run
        .as_ref()
        .and_then(|run| run.correlation_repair.as_ref())
        .map_or(CorrelationRepair::None, |repair| repair.value);
    let mut constants: HashMap<String, ParamId> = HashMap::new();
    for (row, entry) in validator.parameters.entries.iter().enumerate() {
        constants.entry(entry.key.clone()).or_insert(ParamId(row as u32));
    }
    let variables = Variables { factors, entries: constants };
    let mut dependence = Dependence::default();
    let mut inputs: Vec<Named<InputVariable>> = Vec::new();
    let mut named_factors: Vec<Named<Factor>> = Vec::new();
    let mut seen: Vec<([Variable; 2], crate::config::Place)> = Vec::new();
    for (index, correlation) in config.correlation.iter().enumerate() {
        let table =
            Table::new::<config::Correlation>(format!("correlation.{}", index + 1), correlation.place);
        if correlation.between.is_none() {
            validator.missing(&table, "between");
        }
        if correlation.value.is_none() {
            validator.missing(&table, "value");
        }
        let value = correlation.value.clone().filter(|leaf| in_range(validator, leaf));
        let Some(between) = &correlation.between else { continue };
        let ends = between.each_ref().map(|leaf| variables.find(validator, leaf));
        let [Some(a), Some(b)] = ends else { continue };
        if a.1 == Variable::Failed || b.1 == Variable::Failed {
            continue;
        }
        if a.0 == b.0 {
            self_pair(validator, between, &a.0);
            continue;
        }
        let kinds = [&a.1, &b.1];
        if let Some(at) = kinds.iter().position(|kind| **kind == Variable::Constant) {
            validator.problems.push(
                Problem::warning(
                    Code::PairWithConstant,
                    between[at].place,
                    format!("`{}` is a constant: the correlation has no effect", between[at].value),
                )
                .found(between[at].value.clone())
                .allowed("numbers with a distribution")
                .help("give it a distribution, or take the correlation out"),
            );
            continue;
        }
        let mut key = [a.1, b.1];
        if a.0 > b.0 {
            key.reverse();
        }
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
            validator.problems.push(
                Problem::error(
                    Code::DuplicatePair,
                    correlation.place,
                    format!("the correlation of `{}` and `{}` is given twice", a.0, b.0),
                )
                .found(between.each_ref().map(|leaf| leaf.value.as_str()).join(", "))
                .also(*first, "the first")
                .help("keep one of the two"),
            );
            continue;
        }
        seen.push((key, correlation.place));
        let row = dependence.pairs.len();
        let Some(leaf) = value else { continue };
        match (a.1, b.1) {
            (Variable::Input(first), Variable::Input(second)) => {
                inputs.push(Named {
                    ends: [(a.0.clone(), first), (b.0.clone(), second)],
                    value: leaf.value,
                    leaf,
                    row,
                });
            }
            (Variable::Factor(first), Variable::Factor(second)) => {
                named_factors.push(Named {
                    ends: [(a.0.clone(), first), (b.0.clone(), second)],
                    value: leaf.value,
                    leaf,
                    row,
                });
            }
            _ => {
                validator.problems.push(
                    Problem::error(
                        Code::PairOfInputAndFactor,
                        correlation.place,
                        format!("`{}` and `{}`: one is drawn once a path, the other every period", a.0, b.0),
                    )
                    .found(between.each_ref().map(|leaf| leaf.value.as_str()).join(", "))
                    .allowed("two inputs, or two factors")
                    .help("correlate the factor with another factor, or the input with another input"),
                );
                continue;
            }
        }
        let target = Some(correlation.value.as_ref().map_or(f64::NAN, |leaf| leaf.value));
        dependence.pairs.push(Pair { a: a.0, b: b.0, target, repaired: None });
    }
    dependence.inputs = groups(validator, inputs, repair, &mut dependence.pairs);
    dependence.factors = groups(validator, named_factors, repair, &mut dependence.pairs);
    dependence
}

/// What names may stand for.
struct Variables<'f> {
    factors: &'f [(String, Factor)],
    /// Rows of the parameters by key.
    entries: HashMap<String, ParamId>,
}

impl Variables<'_> {
    fn has_segment(&self, name: &str) -> bool {
        let level = format!("factor.segment.{name}.level");
        self.factors.iter().any(|(other, _)| *other == level)
    }

    /// The variable of a name, with the name of its draw; a problem and nothing where there is none.
    fn find(&self, validator: &mut Validator, leaf: &Located<String>) -> Option<(String, Variable)> {
        let name = leaf.value.as_str();
        if name == TERMINATION_TIME {
            return Some((name.to_owned(), Variable::Input(InputVariable::TerminationTime)));
        }
        if let Some((_, factor)) = self.factors.iter().find(|(other, _)| other == name) {
            return Some((name.to_owned(), Variable::Factor(*factor)));
        }
        if let Some(&num) = validator.written().get(name).or_else(|| self.entries.get(name)) {
            let key = validator.parameters.entry(num).key.clone();
            let variable = if validator.is_failed(num) {
                Variable::Failed
            } else if validator.distribution(num).is_some() {
                Variable::Input(InputVariable::Number(num))
            } else {
                Variable::Constant
            };
            return Some((key, variable));
        }
        let candidates =
            validator.written().keys().copied().chain(self.factors.iter().map(|(name, _)| name.as_str()));
        let near = nearest(name, candidates.chain([TERMINATION_TIME])).map(str::to_owned);
        let of_segment = name.strip_prefix("factor.segment.").and_then(|rest| rest.rsplit_once('.'));
        let code = match of_segment {
            Some((segment, _)) if !self.has_segment(segment) => Code::UnknownSegment,
            _ => Code::UnknownInput,
        };
        let problem = Problem::error(code, leaf.place, format!("there is no input or factor `{name}`"))
            .found(name)
            .allowed("the full key of an uncertain number, `termination.time`, or a factor of this scenario");
        validator.problems.push(match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if name.starts_with("factor.") => {
                let names: Vec<&str> = self.factors.iter().map(|(name, _)| name.as_str()).collect();
                problem.help(format!("the factors here are {}", names.join(", ")))
            }
            None => problem.help(
                "keys are written in full, entries by their names: deal.NAME.eligible, segment.NAME.growth_now",
            ),
        });
        None
    }
}

fn in_range(validator: &mut Validator, leaf: &Located<f64>) -> bool {
    let fine = leaf.value > -1.0 && leaf.value < 1.0;
    if !fine {
        validator.problems.push(
            Problem::error(
                Code::CorrelationRange,
                leaf.place,
                "a correlation lies strictly between -1 and 1",
            )
            .found(leaf.value.to_string())
            .allowed("above -1, below 1")
            .help("two numbers that are one draw are written with `same_as`"),
        );
    }
    fine
}

fn self_pair(validator: &mut Validator, between: &[Located<String>; 2], name: &str) {
    let problem = if between[0].value == between[1].value {
        Problem::error(
            Code::PairWithItself,
            between[1].place,
            format!("a correlation of `{name}` with itself"),
        )
    } else {
        Problem::error(
            Code::PairWithItself,
            between[1].place,
            format!("`{}` and `{}` are the same draw, that of `{name}`", between[0].value, between[1].value),
        )
    };
    validator.problems.push(
        problem
            .found(between[1].value.clone())
            .allowed("two different draws")
            .help("take the correlation out"),
    );
}

/// The connected groups of named pairs, in order of their first names, each with its matrix in force.
fn groups<V: Copy + PartialEq>(
    validator: &mut Validator,
    named: Vec<Named<V>>,
    repair: CorrelationRepair,
    pairs: &mut Vec<Pair>,
) -> Vec<Group<V>> {
    let mut members: Vec<(String, V)> = named.iter().flat_map(|pair| pair.ends.clone()).collect();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.dedup_by(|a, b| a.0 == b.0);
    let place = |name: &str| members.iter().position(|member| member.0 == name).expect("a member by name");
    let mut group: Vec<usize> = (0..members.len()).collect();
    for pair in &named {
        let [from, to] = pair.ends.each_ref().map(|end| group[place(&end.0)]);
        group.iter_mut().filter(|g| **g == from.max(to)).for_each(|g| *g = from.min(to));
    }
    let mut list = Vec::new();
    for leader in 0..members.len() {
        let inside: Vec<usize> = (0..members.len()).filter(|&i| group[i] == leader).collect();
        if inside.is_empty() {
            continue;
        }
        let names: Vec<String> = inside.iter().map(|&i| members[i].0.clone()).collect();
        let known: Vec<(usize, usize, &Named<V>)> = named
            .iter()
            .filter_map(|pair| {
                let find = |end: usize| names.iter().position(|name| *name == pair.ends[end].0);
                Some((find(0)?, find(1)?, pair))
            })
            .collect();
        if let Some((correlation, factor)) = in_force(validator, &names, &known, repair, pairs) {
            list.push(Group {
                members: inside.iter().map(|&i| members[i].1).collect(),
                names,
                correlation,
                cholesky: factor,
            });
        }
    }
    list
}

/// The matrix of a group and its factor, after any repair; `None` and a problem where there is none.
fn in_force<V>(
    validator: &mut Validator,
    names: &[String],
    known: &[(usize, usize, &Named<V>)],
    repair: CorrelationRepair,
    pairs: &mut Vec<Pair>,
) -> Option<(Array2<f64>, Array2<f64>)> {
    let n = names.len();
    let mut asked = Array2::<f64>::eye(n);
    for &(i, j, pair) in known {
        asked[[i, j]] = pair.value;
        asked[[j, i]] = pair.value;
    }
    let (eigenvalues, vectors) = symmetric_eigen(&asked);
    let definite = eigenvalues[0] > LEAST_EIGENVALUE;
    let matrix = match repair {
        CorrelationRepair::Complete => {
            let triples: Vec<(usize, usize, f64)> =
                known.iter().map(|&(i, j, pair)| (i, j, pair.value)).collect();
            match complete_max_determinant(n, &triples) {
                Ok(matrix) => matrix,
                Err(error) => {
                    let problem = ranked(
                        Code::RepairFailed,
                        &eigenvalues[0],
                        &vectors.column(0).to_vec(),
                        names,
                        known,
                    );
                    validator.problems.push(Problem {
                        message: format!(
                            "correlation_repair = \"complete\" fails: {error}; {}",
                            problem.message
                        ),
                        ..problem
                    });
                    return None;
                }
            }
        }
        CorrelationRepair::Nearest if !definite => nearest_correlation(&asked),
        _ if definite => asked.clone(),
        _ => {
            let problem =
                ranked(Code::NotPositiveDefinite, &eigenvalues[0], &vectors.column(0).to_vec(), names, known);
            validator.problems.push(problem);
            return None;
        }
    };
    let Some(factor) = cholesky(&matrix) else {
        validator.problems.push(ranked(
            Code::RepairFailed,
            &eigenvalues[0],
            &vectors.column(0).to_vec(),
            names,
            known,
        ));
        return None;
    };
    let acted = repair == CorrelationRepair::Complete || (repair == CorrelationRepair::Nearest && !definite);
    if acted {
        for &(i, j, pair) in known {
            pairs[pair.row].repaired = Some(matrix[[i, j]]);
        }
        for i in 0..n {
            for j in i + 1..n {
                let is_known = known.iter().any(|&(a, b, _)| (a, b) == (i, j) || (b, a) == (i, j));
                if !is_known && matrix[[i, j]].abs() > 1e-12 {
                    pairs.push(Pair {
                        a: names[i].clone(),
                        b: names[j].clone(),
                        target: None,
                        repaired: Some(matrix[[i, j]]),
                    });
                }
            }
        }
    }
    Some((matrix, factor))
}

/// The problem of a matrix that is not positive definite: its smallest eigenvalue, and the named pairs by how much they
/// have to do with it.
fn ranked<V>(
    code: Code,
    eigenvalue: &f64,
    vector: &[f64],
    names: &[String],
    known: &[(usize, usize, &Named<V>)],
) -> Problem {
    let mut order: Vec<(f64, usize, usize, &Named<V>)> =
        known.iter().map(|&(i, j, pair)| ((vector[i] * vector[j] * pair.value).abs(), i, j, pair)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words: Vec<String> = order
        .iter()
        .take(8)
        .map(|(weight, i, j, pair)| format!("{} with {}: {} ({weight:.3})", names[*i], names[*j], pair.value))
        .collect();
    let mut problem = Problem::error(
        code,
        order[0].3.leaf.place,
        format!(
            "the correlations of {} variables do not fit together: the smallest eigenvalue is {eigenvalue:.4}",
            names.len()
        ),
    )
    .here("this pair has most to do with it")
    .found(format!("smallest eigenvalue {eigenvalue:.4}; pairs by |v_i v_j rho|: {}", words.join("; ")))
    .allowed("a positive definite matrix; pairs that are not named are 0")
    .help(
        "bring the first pairs nearer to 0, name the pairs between their partners, or ask for a repair: [run] correlation_repair = \"nearest\" or \"complete\"",
    );
    for (_, _, _, pair) in order.iter().skip(1).take(2) {
        problem = problem.also(pair.leaf.place, "then this one");
    }
    problem
}

/// Warns of growth factors that move nothing, since their process has no growth of its own.
pub(super) fn idle_growth(
    validator: &mut Validator,
    config: &Config,
    segments: &[Segment],
    microsoft: &Microsoft,
) {
    let idle = |process: &Process| !matches!(process, Process::MeanRevertingGrowth { .. });
    let mut names: Vec<String> = segments
        .iter()
        .filter(|segment| idle(&segment.process))
        .map(|segment| format!("factor.segment.{}.growth", segment.name))
        .collect();
    if microsoft.ai.as_ref().is_some_and(idle) {
        names.push("factor.microsoft-ai.growth".to_owned());
    }
    for leaf in config.correlation.iter().flat_map(|correlation| &correlation.between).flatten() {
        if names.contains(&leaf.value) {
            validator.no_effect(
                leaf.place,
                format!("`{}` moves nothing: growth of its process is not random", leaf.value),
                "its level has a factor of its own",
            );
        }
    }
}
