//! Validates the pairs of `[[correlation]]`: two inputs or two factors, each pair on its own.

use std::collections::{HashMap, HashSet};

use crate::config::spelling::listed;
use crate::config::{self, Code, Config, CorrelationRepair, Located, Place, Problem};

use super::correlation_group::{NamedPair, groups};
use super::dependence::{Dependence, Factor, InputVariable, Pair, TERMINATION_TIME};
use super::licence::Microsoft;
use super::parameters::{ParamId, Parameters};
use super::process::Process;
use super::segment::Segment;
use super::table::Table;
use super::validator::Validator;

/// Validates `[[correlation]]`.
pub(super) fn validate(
    validator: &mut Validator,
    config: &Config,
    factors: &[(String, Factor)],
    segments: &[Segment],
    microsoft: &Microsoft,
) -> Dependence {
    // If a segment is invalid, its factors are missing; reporting them as unknown would mislead.
    if segments.len() < config.segment.len() {
        return Dependence::default();
    }
    warn_of_idle_growth(validator, config, segments, microsoft);
    let repair = config
        .run
        .as_ref()
        .and_then(|run| run.correlation_repair.as_ref())
        .map_or(CorrelationRepair::None, |repair| repair.value);
    let variables = Variables::new(factors, &validator.parameters);
    let mut pairs = Pairs::default();
    for (index, correlation) in config.correlation.iter().enumerate() {
        let path = format!("correlation.{}", index + 1);
        let table = Table::new::<config::Correlation>(path, correlation.place);
        pairs.add(validator, &variables, &table, correlation);
    }
    tell_of_constants(validator, config, &pairs.constants);
    let Pairs { inputs, factors, mut rows, .. } = pairs;
    let inputs = groups(validator, inputs, repair, &mut rows);
    let factors = groups(validator, factors, repair, &mut rows);
    Dependence { inputs, factors, pairs: rows }
}

/// What a name in a pair refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Variable {
    Input(InputVariable),
    Factor(Factor),
    /// A constant number.
    Constant,
    /// A number that has a problem of its own.
    Failed,
}

/// One end of a pair: the name of its random draw, and the variable.
type End = (String, Variable);

/// The valid pairs so far.
#[derive(Default)]
struct Pairs {
    inputs: Vec<NamedPair<InputVariable>>,
    factors: Vec<NamedPair<Factor>>,
    rows: Vec<Pair>,
    /// Constants that are named in pairs, where they are first named, and how often.
    constants: Vec<(Located<String>, usize)>,
    /// The place of each pair, by its two variables in the order of their names.
    seen: HashMap<[Variable; 2], Place>,
}

impl Pairs {
    /// Adds one pair if it is valid, and reports its problems otherwise.
    fn add(
        &mut self,
        validator: &mut Validator,
        variables: &Variables<'_>,
        table: &Table,
        correlation: &config::Correlation,
    ) {
        if correlation.between.is_none() {
            validator.missing(table, "between");
        }
        if correlation.value.is_none() {
            validator.missing(table, "value");
        }
        let value = correlation.value.clone().filter(|value| in_range(validator, value));
        let Some(between) = &correlation.between else { return };
        let ends = between.each_ref().map(|name| variables.find(validator, name));
        let [Some(a), Some(b)] = ends else { return };
        if a.1 == Variable::Failed || b.1 == Variable::Failed {
            return;
        }
        let mut key = [a.1, b.1];
        if a.0 > b.0 {
            key.reverse();
        }
        let same = pair_with_itself(between, &a, &b);
        let constant = [&a, &b].iter().position(|end| end.1 == Variable::Constant);
        if let (None, Some(constant)) = (&same, constant) {
            self.note_constant(&between[constant]);
            return;
        }
        let problem = same.or_else(|| self.duplicate(correlation.place, between, &a, &b, key));
        if let Some(problem) = problem {
            validator.problems.push(problem);
            return;
        }
        self.seen.insert(key, correlation.place);
        if let Some(value) = value
            && let Err(problem) = self.keep(correlation.place, between, a, b, value)
        {
            validator.problems.push(*problem);
        }
    }

    /// Counts a pair of which one is a constant.
    fn note_constant(&mut self, name: &Located<String>) {
        match self.constants.iter_mut().find(|(known, _)| known.value == name.value) {
            Some((_, count)) => *count += 1,
            None => self.constants.push((name.clone(), 1)),
        }
    }

    /// The problem that a pair is given twice.
    fn duplicate(
        &self,
        place: Place,
        between: &[Located<String>; 2],
        a: &End,
        b: &End,
        key: [Variable; 2],
    ) -> Option<Problem> {
        let first = self.seen.get(&key)?;
        let message = format!("the correlation of `{}` and `{}` is given twice", a.0, b.0);
        let problem = Problem::error(Code::DuplicatePair, place, message)
            .found(between.each_ref().map(|name| name.value.as_str()).join(", "))
            .also(*first, "the first")
            .help("keep one of the two");
        Some(problem)
    }

    /// Adds a pair of two inputs or of two factors; an input with a factor is a problem.
    fn keep(
        &mut self,
        place: Place,
        between: &[Located<String>; 2],
        a: End,
        b: End,
        value: Located<f64>,
    ) -> Result<(), Box<Problem>> {
        let row = self.rows.len();
        let target = Some(value.value);
        match (a.1, b.1) {
            (Variable::Input(first), Variable::Input(second)) => {
                let ends = [(a.0.clone(), first), (b.0.clone(), second)];
                self.inputs.push(NamedPair { ends, value, row });
            }
            (Variable::Factor(first), Variable::Factor(second)) => {
                let ends = [(a.0.clone(), first), (b.0.clone(), second)];
                self.factors.push(NamedPair { ends, value, row });
            }
            _ => {
                let message =
                    format!("`{}` and `{}`: one is drawn once per path, the other in every period", a.0, b.0);
                return Err(Box::new(
                    Problem::error(Code::PairOfInputAndFactor, place, message)
                        .found(between.each_ref().map(|name| name.value.as_str()).join(", "))
                        .allowed("two inputs, or two factors")
                        .help("correlate the factor with another factor, or the input with another input"),
                ));
            }
        }
        self.rows.push(Pair { a: a.0, b: b.0, target, repaired: None });
        Ok(())
    }
}

/// The problem that both names refer to the same draw.
fn pair_with_itself(between: &[Located<String>; 2], a: &End, b: &End) -> Option<Problem> {
    if a.0 != b.0 {
        return None;
    }
    let [first, second] = between;
    let message = if first.value == second.value {
        format!("a correlation of `{}` with itself", a.0)
    } else {
        format!("`{}` and `{}` are the same draw, that of `{}`", first.value, second.value, a.0)
    };
    let problem = Problem::error(Code::PairWithItself, second.place, message)
        .found(second.value.clone())
        .allowed("two different draws")
        .help("take the correlation out");
    Some(problem)
}

/// Tells of constants with correlations, each once. One that `--set` or an extending file made constant is meant to be.
fn tell_of_constants(validator: &mut Validator, config: &Config, constants: &[(Located<String>, usize)]) {
    let numbers = if constants.is_empty() { Vec::new() } else { config.numbers() };
    for (name, count) in constants {
        let pairs = match count {
            1 => "the correlation has no effect".to_owned(),
            count => format!("its {count} correlations have no effect"),
        };
        let message = format!("`{}` is a constant: {pairs}", name.value);
        let number = numbers.iter().find(|number| number.key == name.value).map(|number| number.place);
        validator.problems.push(match number {
            Some(number) if number.origin.changes(name.place.origin) => {
                Problem::note(Code::PairWithConstant, number, message)
            }
            _ => Problem::warning(Code::PairWithConstant, name.place, message)
                .found(name.value.clone())
                .allowed("numbers with a distribution")
                .help("give it a distribution, or take the correlation out"),
        });
    }
}

/// Looks variables up by name.
struct Variables<'f> {
    factors: &'f [(String, Factor)],
    /// Parameters by key.
    entries: HashMap<String, ParamId>,
}

impl<'f> Variables<'f> {
    fn new(factors: &'f [(String, Factor)], parameters: &Parameters) -> Variables<'f> {
        let mut entries: HashMap<String, ParamId> = HashMap::new();
        for id in parameters.ids() {
            entries.entry(parameters.entry(id).key.clone()).or_insert(id);
        }
        Variables { factors, entries }
    }

    fn has_segment(&self, name: &str) -> bool {
        let level = Factor::SegmentLevel(0).pattern().replace("NAME", name);
        self.factors.iter().any(|(other, _)| *other == level)
    }

    /// Finds a variable and the name of its draw; reports a problem and returns `None` if there is none.
    fn find(&self, validator: &mut Validator, written: &Located<String>) -> Option<(String, Variable)> {
        let name = written.value.as_str();
        if name == TERMINATION_TIME {
            return Some((name.to_owned(), Variable::Input(InputVariable::TerminationTime)));
        }
        if let Some((_, factor)) = self.factors.iter().find(|(other, _)| other == name) {
            return Some((name.to_owned(), Variable::Factor(*factor)));
        }
        if let Some(&id) = validator.written().get(name).or_else(|| self.entries.get(name)) {
            let key = validator.parameters.entry(id).key.clone();
            let variable = if validator.is_failed(id) {
                Variable::Failed
            } else if validator.distribution(id).is_some() {
                Variable::Input(InputVariable::Number(id))
            } else {
                Variable::Constant
            };
            return Some((key, variable));
        }
        let problem = self.unknown(validator, written);
        validator.problems.push(problem);
        None
    }

    /// The problem that a name is neither an input nor a factor.
    fn unknown(&self, validator: &Validator, written: &Located<String>) -> Problem {
        let name = written.value.as_str();
        let candidates =
            validator.written().keys().copied().chain(self.factors.iter().map(|(name, _)| name.as_str()));
        let near = validator.problems.nearest(name, candidates.chain([TERMINATION_TIME])).map(str::to_owned);
        let of_segment = name.strip_prefix("factor.segment.").and_then(|rest| rest.rsplit_once('.'));
        let code = match of_segment {
            Some((segment, _)) if !self.has_segment(segment) => Code::UnknownSegment,
            _ => Code::UnknownInput,
        };
        let problem = Problem::error(code, written.place, format!("there is no input or factor `{name}`"))
            .found(name)
            .allowed("the full key of an uncertain number, `termination.time`, or a factor of this scenario");
        match near {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if name.starts_with("factor.") && !validator.problems.are_many() => {
                let names: Vec<String> = self.factors.iter().map(|(name, _)| name.clone()).collect();
                problem.help(format!("the factors here are {}", listed(&names)))
            }
            None => problem.help(
                "keys are written in full, entries by their names: deal.NAME.eligible, segment.NAME.growth_now",
            ),
        }
    }
}

fn in_range(validator: &mut Validator, written: &Located<f64>) -> bool {
    let fine = written.value > -1.0 && written.value < 1.0;
    if !fine {
        validator.problems.push(
            Problem::error(
                Code::CorrelationRange,
                written.place,
                "a correlation lies strictly between -1 and 1",
            )
            .found(written.value.to_string())
            .allowed("above -1, below 1")
            .help("two numbers that are one draw are written with `same_as`"),
        );
    }
    fine
}

/// Warns of growth factors without effect: those of processes whose growth is not random.
fn warn_of_idle_growth(
    validator: &mut Validator,
    config: &Config,
    segments: &[Segment],
    microsoft: &Microsoft,
) {
    let idle = |process: &Process| !matches!(process, Process::MeanRevertingGrowth { .. });
    let of_segments = segments.iter().enumerate().filter(|(_, segment)| idle(&segment.process));
    let mut names: HashSet<String> =
        of_segments.map(|(k, _)| Factor::SegmentGrowth(k).name(segments, &[])).collect();
    if microsoft.ai.as_ref().is_some_and(idle) {
        names.insert(Factor::MicrosoftAiGrowth.pattern().to_owned());
    }
    for written in config.correlation.iter().flat_map(|correlation| &correlation.between).flatten() {
        if names.contains(&written.value) {
            validator.no_effect(
                written.place,
                format!("`{}` moves nothing: growth of its process is not random", written.value),
                "its level has a factor of its own",
            );
        }
    }
}
