//! Builds the distribution that a number's table describes, and its description in words.

use crate::config::section::Section;
use crate::config::tree::{Value, inline, print_table};
use crate::config::{
    self, Choice, Code, Dialect, Family, Located, Number, NumberTable, Place, Problem, Problems,
};
use crate::math::distribution::{Distribution, DistributionError, QuantilePair};

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
        let whole = match whole {
            Ok(whole) => whole,
            Err(error) => {
                problems.push(self.parameter_problem(&error, None));
                return None;
            }
        };
        if (min, max) == (None, None) {
            return Some(whole);
        }
        let truncated = whole.clone().truncated(min, max);
        truncated.map_err(|error| problems.push(self.parameter_problem(&error, Some(&whole)))).ok()
    }

    /// Whether the parameters of one form are given and no others; reports problems otherwise.
    fn has_its_parameters(self, problems: &mut Problems) -> bool {
        let (family, word) = (self.family.value, self.family.value.word());
        let given = self.table.parameters();
        let names: Vec<&str> = given.iter().map(|(name, _)| *name).collect();
        if family.fits(&names) {
            return true;
        }
        let key = &self.number.key;
        let form = family.nearest_form(&names);
        let missing: Vec<&str> = form.iter().filter(|name| !names.contains(name)).copied().collect();
        // Parameters of two forms have one problem, that they do not go together.
        let of_other_form =
            |name: &&str| family.takes(name) && !form.contains(name) && !family.optional().contains(name);
        if let Some((other, place)) = given.iter().find(|(name, _)| of_other_form(name)) {
            problems.push(self.mixed_forms(form, &missing, other, *place));
            return false;
        }
        let help = || match self.renamed(&missing) {
            Some(toml) => format!("write `{toml}`"),
            None => format!("the parameters of {word} are {}", family_words(family)),
        };
        let foreign: Vec<(&str, Place)> =
            given.iter().filter(|(name, _)| !family.takes(name)).copied().collect();
        // A parameter under another family's name has one problem, at its place.
        let absent: Vec<String> = missing
            .iter()
            .filter(|name| !foreign.iter().any(|(other, _)| same_meaning(family, other) == Some(name)))
            .map(|name| format!("`{name}`"))
            .collect();
        if !absent.is_empty() {
            problems.push(
                Problem::error(
                    Code::DistributionParameterMissing,
                    self.family.place,
                    format!("`{key}`: {word} needs {}", absent.join(" and ")),
                )
                .allowed(family_words(family))
                .help(help()),
            );
        }
        for (name, place) in foreign {
            problems.push(
                Problem::error(
                    Code::DistributionParameterForeign,
                    place,
                    format!("`{key}`: {word} has no parameter `{name}`"),
                )
                .found(name)
                .allowed(family_words(family))
                .help(help()),
            );
        }
        false
    }

    /// The problem that `other` belongs to another set of parameters than those of `form` that are given.
    fn mixed_forms(
        self,
        form: &'static [&'static str],
        missing: &[&str],
        other: &str,
        place: Place,
    ) -> Problem {
        let family = self.family.value;
        let others =
            family.forms().iter().find(|others| others.contains(&other)).copied().unwrap_or_default();
        let given = self.table.parameters();
        let apart = |of: &[&str], from: &[&str]| -> Vec<String> {
            let own = of
                .iter()
                .filter(|name| !from.contains(name) && given.iter().any(|(given, _)| given == *name));
            own.map(|name| format!("`{name}`")).collect()
        };
        let (one, two) = (apart(form, others), apart(others, form));
        let help = match missing {
            [] => format!("keep one set: take {} out, or {}", two.join(" and "), one.join(" and ")),
            [name] if two.len() == 1 => {
                format!("{} goes with `{name}`: give that in place of {}", one.join(" and "), two[0])
            }
            _ => format!("give one set: {}", family_words(family)),
        };
        let word = family.word();
        let message = format!(
            "`{}`: {} and {} of {word} do not go together",
            self.number.key,
            one.join(", "),
            two.join(", ")
        );
        Problem::error(Code::DistributionParameterForeign, place, message)
            .found(other)
            .allowed(family_words(family))
            .help(help)
    }

    /// The table as it should be, where its keys have other families' names or belong to another family; `None` if that cannot
    /// be told.
    fn renamed(self, missing: &[&str]) -> Option<String> {
        let written: Vec<(String, Value)> = self.table.print();
        let rest = |taken: &[&str]| -> Vec<(String, Value)> {
            written
                .iter()
                .filter(|(key, _)| key != "dist" && !taken.contains(&key.as_str()))
                .cloned()
                .collect()
        };
        let table = |family: Family, parameters: Vec<(&str, Value)>, taken: &[&str]| {
            let dist = ("dist".to_owned(), Value::Text(family.word().to_owned()));
            let own = parameters.into_iter().map(|(key, value)| (key.to_owned(), value));
            inline(&print_table(std::iter::once(dist).chain(own).chain(rest(taken)).collect()))
        };
        let names: Vec<&str> = self.table.parameters().iter().map(|(name, _)| *name).collect();
        let family = self.family.value;
        let mut parameters = Vec::new();
        let mut taken = Vec::new();
        for (key, value) in &written {
            if let Some(name) = same_meaning(family, key)
                && missing.contains(&name)
            {
                parameters.push((name, value.clone()));
                taken.push(key.as_str());
            }
        }
        let after: Vec<&str> = names
            .iter()
            .filter(|name| !taken.contains(*name))
            .copied()
            .chain(parameters.iter().map(|(name, _)| *name))
            .collect();
        if family.fits(&after) {
            return Some(table(family, parameters, &taken));
        }
        let other = Family::all().find(|other| other.fits(&names))?;
        Some(table(other, Vec::new(), &[]))
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

    /// The problem that a parameter has; `whole` is the distribution before it is cut to `min` and `max`.
    fn parameter_problem(self, error: &DistributionError, whole: Option<&Distribution>) -> Problem {
        let index = match error {
            DistributionError::Entry { index, .. } => Some(*index),
            _ => None,
        };
        let place = self.place_of(error.parameter(), index);
        let problem = parameter_problem(self.number, self.family.value.word(), place, error);
        match self.remedy(error, whole) {
            Some(help) => problem.help(help),
            None => problem,
        }
    }

    /// What to write instead of parameters that make no distribution.
    fn remedy(self, error: &DistributionError, whole: Option<&Distribution>) -> Option<String> {
        let table = self.table;
        let constant = |value: f64| {
            let fits = value.is_finite() && self.number.domain.contains(value);
            fits.then(|| format!("a number that is certain is written alone: `{value:?}`"))
        };
        let exchanged = |first: (&str, f64), second: (&str, f64)| {
            format!("exchange them: `{} = {:?}`, `{} = {:?}`", first.0, second.1, second.0, first.1)
        };
        let equal = |ends: [&Option<Located<f64>>; 2]| {
            let [low, high] = ends.map(real);
            low.filter(|_| low == high)
        };
        match error {
            DistributionError::Interval { min, max } if min == max => constant(*min),
            DistributionError::Interval { min, max } => {
                let fits = whole?.clone().truncated(Some(*max), Some(*min)).is_ok();
                fits.then(|| exchanged(("min", *min), ("max", *max)))
            }
            DistributionError::Improbable { .. } => {
                let (low, high) = (whole?.quantile(0.05), whole?.quantile(0.95));
                Some(format!(
                    "widen the interval, or move the distribution into it: nine in ten of its values lie from {} to {}",
                    short(low),
                    short(high)
                ))
            }
            DistributionError::Infeasible { pair: [first, last], low, high, .. } => {
                let (low, high) = inward(*low, *high);
                Some(format!(
                    "write a `p50` from {low} to {high}, or bring `{first}` or `{last}` nearer to it on its longer side"
                ))
            }
            DistributionError::Value { parameter, value, .. } => match (self.family.value, *parameter) {
                (Family::Normal, "sd") if *value == 0.0 => constant(real(&table.mean)?),
                (Family::Lognormal, "sigma") if *value == 0.0 => constant(real(&table.median)?),
                (Family::Lognormal, "sd") if *value == 0.0 => constant(real(&table.mean)?),
                (Family::StudentT, "scale") if *value == 0.0 => constant(real(&table.mean)?),
                (Family::Quantiles, "p90" | "p95" | "p99" | "p75") => {
                    let (pair, [low, p50, high]) = quantiles_of(table)?;
                    if low == high {
                        return constant(low);
                    }
                    let (lower, upper) = (real(&table.lower), real(&table.upper));
                    let fits = Distribution::quantiles(pair, [high, p50, low], lower, upper).is_ok();
                    let [first, last] = pair.names();
                    fits.then(|| exchanged((first, low), (last, high)))
                }
                (Family::Uniform | Family::Triangular | Family::Pert | Family::Beta, "high") => {
                    if let Some(value) = equal([&table.low, &table.high]) {
                        return constant(value);
                    }
                    let (low, high) = (real(&table.low)?, real(&table.high)?);
                    let mode = real(&table.mode);
                    let between = mode.is_none_or(|mode| high <= mode && mode <= low);
                    (high < low && between).then(|| exchanged(("low", low), ("high", high)))
                }
                (_, parameter) => {
                    let path = format!("{}.{parameter}", self.number.key);
                    Some(config::instead(&path, &value.to_string())?.help())
                }
            },
            _ => None,
        }
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
    let needed = dist.forms_in_words(str::to_owned);
    match dist.optional() {
        [] => needed,
        more if dist.forms().len() > 1 => format!("{needed}; and optionally {}", more.join(", ")),
        more => format!("{needed}, and optionally {}", more.join(", ")),
    }
}

/// Builds a distribution of any family but `empirical`; all required parameters must be present.
pub(super) fn from_parameters(
    family: Family,
    table: &NumberTable,
) -> Result<Distribution, DistributionError> {
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
        Family::Lognormal if table.mean.is_some() => {
            Distribution::lognormal_of_moments(must(&table.mean), must(&table.sd))
        }
        Family::Lognormal => Distribution::lognormal(must(&table.median), must(&table.sigma)),
        Family::StudentT => Distribution::student_t(must(&table.df), must(&table.mean), must(&table.scale)),
        Family::Beta => {
            let (low, high) = beta_bounds(table);
            Distribution::beta(must(&table.a), must(&table.b), low, high)
        }
        Family::Discrete => Distribution::discrete(&reals(&table.values), &reals(&table.weights)),
        Family::Quantiles => {
            let (pair, values) = quantiles_of(table).unwrap_or((QuantilePair::P10P90, [f64::NAN; 3]));
            Distribution::quantiles(pair, values, real(&table.lower), real(&table.upper))
        }
        Family::Empirical => unreachable!("a sample is no parameter"),
    }
}

/// The pair that a table of `quantiles` has, and its three quantiles in ascending order of probability.
pub(super) fn quantiles_of(table: &NumberTable) -> Option<(QuantilePair, [f64; 3])> {
    QuantilePair::ALL.into_iter().find_map(|pair| {
        let [low, high] = pair.names();
        Some((pair, [table.real(low)?, table.real("p50")?, table.real(high)?]))
    })
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
    let names: Vec<&str> = table.parameters().iter().map(|(name, _)| *name).collect();
    let word = |key: &&str| Some(format!("{key} {}", table.real(key)?));
    let required: Vec<String> = family.nearest_form(&names).iter().filter_map(word).collect();
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

/// The parameter of `family` that means the same as `name` of another family, or as a bound that only cuts off.
fn same_meaning(family: Family, name: &str) -> Option<&'static str> {
    match (family, name) {
        (Family::Normal, "sigma" | "scale") => Some("sd"),
        (Family::Normal, "median") => Some("mean"),
        (Family::Uniform | Family::Triangular | Family::Pert | Family::Beta, "lower" | "min") => Some("low"),
        (Family::Uniform | Family::Triangular | Family::Pert | Family::Beta, "upper" | "max") => Some("high"),
        _ => None,
    }
}

/// A number with three digits.
fn short(value: f64) -> String {
    format!("{}", format!("{value:.2e}").parse().unwrap_or(value))
}

/// The ends of an interval with about four digits of its width, rounded inward.
fn inward(low: f64, high: f64) -> (String, String) {
    let width = high - low;
    if !(width > 0.0 && width.is_finite()) {
        return (low.to_string(), high.to_string());
    }
    let decimals = (4.0 - width.log10().floor()).clamp(0.0, 300.0) as i32;
    let step = 10f64.powi(decimals);
    let at = |number: f64| format!("{:.*}", decimals as usize, number / step);
    (at((low * step).ceil()), at((high * step).floor()))
}

fn parameter_problem(number: &Number, word: &str, place: Place, error: &DistributionError) -> Problem {
    let code = match error {
        DistributionError::Infeasible { .. } => Code::QuantilesInfeasible,
        DistributionError::Interval { .. } | DistributionError::Improbable { .. } => Code::TruncationEmpty,
        _ => Code::DistributionParameter,
    };
    let said = match error {
        DistributionError::Infeasible { value, pair: [first, last], low, high } => {
            let (low, high) = inward(*low, *high);
            format!("`p50` is {value}; between these `{first}` and `{last}` it must be from {low} to {high}")
        }
        error => error.to_string(),
    };
    let problem = Problem::error(code, place, format!("`{}`: {word}: {said}", number.key));
    match error {
        DistributionError::Value { value, allowed, .. } => {
            problem.found(value.to_string()).allowed(allowed.clone())
        }
        DistributionError::Entry { value, allowed, .. } => problem.found(value.to_string()).allowed(*allowed),
        DistributionError::Infeasible { value, low, high, .. } => {
            let (low, high) = inward(*low, *high);
            problem.found(value.to_string()).allowed(format!("{low} to {high}"))
        }
        DistributionError::Lengths { values, weights } => problem
            .found(format!("{weights} weights for {values} values"))
            .help("give every value its weight"),
        DistributionError::Weightless { sum } => problem
            .found(sum.to_string())
            .allowed("a sum above 0")
            .help("give at least one value a weight above 0"),
        DistributionError::Empty { .. } => problem.found("an empty list").allowed("at least one entry"),
        DistributionError::Interval { .. } | DistributionError::Improbable { .. } => problem,
    }
}
