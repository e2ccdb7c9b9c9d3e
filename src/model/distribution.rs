//! Builds the distribution that a number's table describes, and its description in words.

use crate::config::field::as_real;
use crate::config::section::Section;
use crate::config::{Choice, Code, Dialect, Family, Located, Number, NumberTable, Place, Problem, Problems};
use crate::math::distribution::{Distribution, DistributionError};

use super::columns::{EmpiricalColumns, column_problem};

/// A distribution as written: the number, its table and the family.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) number: &'a Number,
    pub(super) table: &'a NumberTable,
    pub(super) family: &'a Located<Family>,
}

impl Written<'_> {
    /// The distribution, truncated to `min` and `max`; reports problems and returns `None` if it is invalid.
    pub(super) fn distribution(
        self,
        columns: &dyn EmpiricalColumns,
        problems: &mut Problems,
    ) -> Option<Distribution> {
        if !self.has_its_parameters(problems) {
            return None;
        }
        let (min, max) = limits(self.table);
        let whole = match self.family.value {
            Family::Empirical => Distribution::empirical(self.sample(columns, problems)?),
            family => from_parameters(family, self.table),
        };
        let truncated = match (min, max) {
            (None, None) => whole,
            _ => whole.and_then(|whole| whole.truncated(min, max)),
        };
        truncated.map_err(|error| problems.push(self.parameter_problem(&error))).ok()
    }

    /// Whether all required parameters are given and no others; reports problems otherwise.
    fn has_its_parameters(self, problems: &mut Problems) -> bool {
        let (family, word) = (self.family.value, self.family.value.word());
        let given = self.table.parameters();
        let key = &self.number.key;
        let before = problems.len();
        for &name in family.required() {
            if !given.iter().any(|(other, _)| *other == name) {
                problems.push(
                    Problem::error(
                        Code::DistributionParameterMissing,
                        self.family.place,
                        format!("`{key}`: {word} needs `{name}`"),
                    )
                    .allowed(family_words(family))
                    .help(format!("the parameters of {word} are {}", family_words(family))),
                );
            }
        }
        for &(name, place) in given.iter().filter(|(name, _)| !family.takes(name)) {
            problems.push(
                Problem::error(
                    Code::DistributionParameterForeign,
                    place,
                    format!("`{key}`: {word} has no parameter `{name}`"),
                )
                .found(name)
                .allowed(family_words(family))
                .help(format!("the parameters of {word} are {}", family_words(family))),
            );
        }
        problems.len() == before
    }

    /// The sample of an `empirical` input.
    fn sample(self, columns: &dyn EmpiricalColumns, problems: &mut Problems) -> Option<Vec<f64>> {
        let (csv, column) = (self.table.csv.as_ref()?, self.table.column.as_ref()?);
        let dialect = self.table.dialect.as_ref().map_or(Dialect::Comma, |dialect| dialect.value);
        columns
            .column(&csv.value, &column.value, dialect)
            .map_err(|error| problems.push(column_problem(self.number, csv, column, &error)))
            .ok()
    }

    /// The source position of a parameter, or of one entry of a list.
    fn place_of(self, parameter: &str, index: Option<usize>) -> Place {
        let list = match parameter {
            "values" => &self.table.values,
            "weights" => &self.table.weights,
            _ => &None,
        };
        let entry = list.as_ref().zip(index).and_then(|(list, index)| list.value.get(index));
        let key = self.table.written().into_iter().find(|(name, _)| *name == parameter);
        entry.map(|entry| entry.place).or(key.map(|(_, place)| place)).unwrap_or(self.family.place)
    }

    fn parameter_problem(self, error: &DistributionError) -> Problem {
        let index = match error {
            DistributionError::Entry { index, .. } => Some(*index),
            _ => None,
        };
        let place = self.place_of(error.parameter(), index);
        parameter_problem(self.number, self.family.value.word(), place, error)
    }

    /// The description in words: `triangular(low 0, mode 1, high 3)`.
    pub(super) fn wording(self) -> String {
        let wording =
            format!("{}({}", self.family.value.word(), parameter_words(self.family.value, self.table));
        match window_words(limits(self.table)) {
            Some(window) => format!("{wording}; given {window})"),
            None => format!("{wording})"),
        }
    }
}

/// The `min` and `max` of a table.
pub(super) fn limits(table: &NumberTable) -> (Option<f64>, Option<f64>) {
    (real(&table.min), real(&table.max))
}

fn real(written: &Option<Located<f64>>) -> Option<f64> {
    written.as_ref().map(|located| located.value)
}

fn reals(written: &Option<Located<Vec<Located<f64>>>>) -> Vec<f64> {
    written.iter().flat_map(|list| &list.value).map(|entry| entry.value).collect()
}

/// The family's parameters in words: "low, mode, high, and optionally weight".
fn family_words(dist: Family) -> String {
    let needed = dist.required().join(", ");
    match dist.optional() {
        [] => needed,
        more => format!("{needed}, and optionally {}", more.join(", ")),
    }
}

/// Builds a distribution of any family but `empirical`; all required parameters must be present.
fn from_parameters(family: Family, table: &NumberTable) -> Result<Distribution, DistributionError> {
    let must = |written: &Option<Located<f64>>| real(written).unwrap_or(f64::NAN);
    match family {
        Family::Uniform => Distribution::uniform(must(&table.low), must(&table.high)),
        Family::Triangular => {
            Distribution::triangular(must(&table.low), must(&table.mode), must(&table.high))
        }
        Family::Pert => {
            let weight = real(&table.weight).unwrap_or(4.0);
            Distribution::pert(must(&table.low), must(&table.mode), must(&table.high), weight)
        }
        Family::Normal => Distribution::normal(must(&table.mean), must(&table.sd)),
        Family::Lognormal => Distribution::lognormal(must(&table.median), must(&table.sigma)),
        Family::StudentT => Distribution::student_t(must(&table.df), must(&table.mean), must(&table.scale)),
        Family::Beta => {
            let (low, high) = beta_bounds(table);
            Distribution::beta(must(&table.a), must(&table.b), low, high)
        }
        Family::Discrete => Distribution::discrete(&reals(&table.values), &reals(&table.weights)),
        Family::Quantiles => Distribution::quantiles(
            must(&table.p10),
            must(&table.p50),
            must(&table.p90),
            real(&table.lower),
            real(&table.upper),
        ),
        Family::Empirical => unreachable!("a sample is no parameter"),
    }
}

/// The bounds of a beta distribution; 0 and 1 by default.
fn beta_bounds(table: &NumberTable) -> (f64, f64) {
    (real(&table.low).unwrap_or(0.0), real(&table.high).unwrap_or(1.0))
}

/// The parameters with their values: `low 0, mode 1, high 3`.
fn parameter_words(family: Family, table: &NumberTable) -> String {
    let text = |written: &Option<Located<String>>| {
        written.as_ref().map_or(String::new(), |located| located.value.clone())
    };
    let optional = match family {
        Family::Discrete => {
            let pairs = reals(&table.values).into_iter().zip(reals(&table.weights));
            let words: Vec<String> = pairs.map(|(value, weight)| format!("{value}: {weight}")).collect();
            return words.join(", ");
        }
        Family::Empirical => return format!("{} of {}", text(&table.column), text(&table.csv)),
        Family::Pert => real(&table.weight).map(|weight| format!(", weight {weight}")),
        Family::Beta if table.low.is_some() || table.high.is_some() => {
            let (low, high) = beta_bounds(table);
            Some(format!("; bounds {low}..{high}"))
        }
        Family::Quantiles => match (real(&table.lower), real(&table.upper)) {
            (None, None) => None,
            (Some(lower), None) => Some(format!("; lower {lower}")),
            (None, Some(upper)) => Some(format!("; upper {upper}")),
            (Some(lower), Some(upper)) => Some(format!("; bounds {lower}..{upper}")),
        },
        _ => None,
    };
    let printed = table.print();
    let word = |key: &&str| {
        let (_, value) = printed.iter().find(|(name, _)| name == key)?;
        Some(format!("{key} {}", as_real(value)?))
    };
    let required: Vec<String> = family.required().iter().filter_map(word).collect();
    required.join(", ") + &optional.unwrap_or_default()
}

/// An interval in words: `0..1`, `at least 0`, `at most 1`.
pub(super) fn window_words(limits: (Option<f64>, Option<f64>)) -> Option<String> {
    match limits {
        (None, None) => None,
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (Some(min), Some(max)) => Some(format!("{min}..{max}")),
    }
}

fn parameter_problem(number: &Number, word: &str, place: Place, error: &DistributionError) -> Problem {
    let code = match error {
        DistributionError::Infeasible { .. } => Code::QuantilesInfeasible,
        DistributionError::Interval { .. } | DistributionError::Improbable { .. } => Code::TruncationEmpty,
        _ => Code::DistributionParameter,
    };
    let problem = Problem::error(code, place, format!("`{}`: {word}: {error}", number.key));
    match error {
        DistributionError::Value { value, allowed, .. } => {
            problem.found(value.to_string()).allowed(allowed.clone())
        }
        DistributionError::Entry { value, allowed, .. } => problem.found(value.to_string()).allowed(*allowed),
        DistributionError::Infeasible { value, low, high } => {
            problem.found(value.to_string()).allowed(format!("{low} to {high}")).help(format!(
                "move `p50` into {low} to {high}, or bring `p10` or `p90` nearer to it on its longer side"
            ))
        }
        DistributionError::Lengths { values, weights } => problem
            .found(format!("{weights} weights for {values} values"))
            .help("give every value its weight"),
        DistributionError::Weightless { sum } => problem
            .found(sum.to_string())
            .allowed("a sum above 0")
            .help("give at least one value a weight above 0"),
        DistributionError::Empty { .. } => problem.found("an empty list").allowed("at least one entry"),
        DistributionError::Interval { .. } => problem.help("exchange `min` and `max`, or write a constant"),
        DistributionError::Improbable { .. } => {
            problem.help("widen the interval, or move the distribution into it")
        }
    }
}
