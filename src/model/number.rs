//! One written number validated: a value or a law within its key's domain, and its wording.

use crate::config::place::Place;
use crate::config::{
    Choice, Code, Domain, Family, Located, Number, NumberContent, NumberTable, Problem, Problems,
};
use crate::math::distribution::{Distribution, DistributionError};

use super::parameters;

/// The probability with which a law may leave its key's domain; what is left of it is cut off.
pub const DOMAIN_TOLERANCE: f64 = 1e-9;

/// Gives the columns of numbers that `empirical` inputs name. This room opens no file itself.
pub trait EmpiricalColumns {
    /// The numbers of `column` in the file `csv` (as written in the scenario), in the order of the file.
    fn column(&self, csv: &str, column: &str) -> Result<Vec<f64>, ColumnError>;
}

/// Why a column of numbers cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// The file cannot be opened or read.
    #[error("`{csv}` cannot be read: {reason}")]
    Unreadable {
        /// The file as written in the scenario.
        csv: String,
        /// What the system or the reader says.
        reason: String,
    },
    /// The file is larger than allowed.
    #[error("`{csv}` has {bytes} bytes; at most {most} are read")]
    TooLarge {
        /// The file as written in the scenario.
        csv: String,
        /// Its size.
        bytes: u64,
        /// The largest size allowed.
        most: u64,
    },
    /// The header has no such column.
    #[error("`{csv}` has no column `{column}`")]
    NoColumn {
        /// The file as written in the scenario.
        csv: String,
        /// The column asked for.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// A cell is empty or not a finite number.
    #[error("`{csv}` line {line}: the cell of `{column}` is not a finite number")]
    Cell {
        /// The file as written in the scenario.
        csv: String,
        /// The column asked for.
        column: String,
        /// Line of the file, from 1 (the header).
        line: u64,
        /// What stands in the cell.
        text: String,
    },
    /// There are no rows.
    #[error("`{csv}` has no rows below its header")]
    NoRows {
        /// The file as written in the scenario.
        csv: String,
    },
}

/// A scenario without `empirical` inputs needs no files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoColumns;

impl EmpiricalColumns for NoColumns {
    fn column(&self, csv: &str, _: &str) -> Result<Vec<f64>, ColumnError> {
        Err(ColumnError::Unreadable { csv: csv.to_owned(), reason: "no files are read here".to_owned() })
    }
}

/// A number that stood the test.
#[derive(Clone, Debug)]
pub(super) struct Validated {
    pub(super) distribution: parameters::Distribution,
    pub(super) wording: String,
}

/// Validates a number that is not `same_as` another, in `domain`. `None`: there were problems.
pub(super) fn validate(
    number: &Number,
    domain: Domain,
    columns: &dyn EmpiricalColumns,
    problems: &mut Problems,
) -> Option<Validated> {
    match &number.content {
        NumberContent::Constant(value) => constant(number, domain, *value, number.place, problems),
        NumberContent::Table(table) => match (&table.value, &table.dist) {
            (Some(value), Some(dist)) => {
                problems.push(
                    Problem::error(
                        Code::KeysExclusive,
                        dist.place,
                        format!("`{}` has both `value` and `dist`", number.key),
                    )
                    .also(value.place, "the value")
                    .help("leave `value` out for an uncertain number, `dist` for a certain one"),
                );
                None
            }
            (Some(value), None) => value_table(number, domain, table, value, problems),
            (None, Some(dist)) => distribution(number, domain, table, dist, columns, problems),
            (None, None) => {
                let names: Vec<&str> = parameters(table).iter().map(|(name, _)| *name).collect();
                let problem = Problem::error(
                    Code::NumberEmpty,
                    number.place,
                    format!("`{}` has neither `value` nor `dist` nor `same_as`", number.key),
                )
                .allowed("value = …, dist = \"…\" with its parameters, or same_as = \"key\"");
                let fits = |dist: Family| {
                    let takes =
                        |name: &&str| dist.required().contains(name) || dist.optional().contains(name);
                    names.iter().all(takes) && dist.required().iter().all(|name| names.contains(name))
                };
                let fitting: Vec<&str> = Family::WORDS
                    .iter()
                    .map(|word| word.word)
                    .filter(|word| Family::from_word(word).is_some_and(fits))
                    .collect();
                problems.push(match fitting.as_slice() {
                    [] => problem.help("write the number itself, or add `value = …`"),
                    words => problem.help(format!("add dist = \"{}\"", words.join("\" or dist = \""))),
                });
                None
            }
        },
    }
}

/// Keys of a `same_as` table that have no place in it.
pub(super) fn validate_alias(number: &Number, table: &NumberTable, problems: &mut Problems) {
    let mut foreign = parameters(table);
    foreign.extend(table.value.as_ref().map(|leaf| ("value", leaf.place)));
    foreign.extend(table.dist.as_ref().map(|leaf| ("dist", leaf.place)));
    foreign.extend(table.min.as_ref().map(|leaf| ("min", leaf.place)));
    foreign.extend(table.max.as_ref().map(|leaf| ("max", leaf.place)));
    for (name, place) in foreign {
        problems.push(
            Problem::error(
                Code::KeysExclusive,
                place,
                format!("`{}` has both `same_as` and `{name}`", number.key),
            )
            .help("a number that is the same draw as another has no law of its own: only `source` and `note` beside `same_as`"),
        );
    }
}

fn value_table(
    number: &Number,
    domain: Domain,
    table: &NumberTable,
    value: &Located<f64>,
    problems: &mut Problems,
) -> Option<Validated> {
    let mut fine = true;
    for (name, place) in parameters(table) {
        fine = false;
        problems.push(
            Problem::error(
                Code::DistributionParameterForeign,
                place,
                format!(
                    "`{name}` of `{}` belongs to a distribution, and `value` makes it certain",
                    number.key
                ),
            )
            .help(format!("leave `{name}` out, or write dist = \"…\" instead of `value`")),
        );
    }
    let (min, max) = (table.min.as_ref().map(|leaf| leaf.value), table.max.as_ref().map(|leaf| leaf.value));
    // A bound that is not a number holds nothing.
    if !(min.unwrap_or(f64::NEG_INFINITY)..=max.unwrap_or(f64::INFINITY)).contains(&value.value) {
        fine = false;
        problems.push(
            Problem::error(
                Code::OutsideDomain,
                value.place,
                format!("`{}` is {}, outside its own `min` and `max`", number.key, value.value),
            )
            .found(value.value.to_string())
            .allowed(window_words(min, max).unwrap_or_default()),
        );
    }
    let validated = constant(number, domain, value.value, value.place, problems);
    validated.filter(|_| fine)
}

fn constant(
    number: &Number,
    domain: Domain,
    value: f64,
    place: Place,
    problems: &mut Problems,
) -> Option<Validated> {
    if domain.contains(value) {
        return Some(Validated {
            distribution: parameters::Distribution::Constant(value),
            wording: value.to_string(),
        });
    }
    let code = match value {
        value if !value.is_finite() => Code::NotFinite,
        // Of the shares now, only home's has this domain.
        0.0 if domain == Domain::PositiveFraction && number.key.ends_with(".share_now") => {
            Code::HomeShareZero
        }
        _ => Code::OutsideDomain,
    };
    problems.push(
        Problem::error(code, place, format!("`{}` must be {}", number.key, domain.words()))
            .found(value.to_string())
            .allowed(domain.words()),
    );
    None
}

/// The family's parameters in words: "low, mode, high, and optionally weight".
fn family_words(dist: Family) -> String {
    let needed = dist.required().join(", ");
    match dist.optional() {
        [] => needed,
        more => format!("{needed}, and optionally {}", more.join(", ")),
    }
}

/// The parameters of distributions that a table gives, with their places.
fn parameters(table: &NumberTable) -> Vec<(&'static str, Place)> {
    let reals = [
        ("low", &table.low),
        ("mode", &table.mode),
        ("high", &table.high),
        ("weight", &table.weight),
        ("mean", &table.mean),
        ("sd", &table.sd),
        ("median", &table.median),
        ("sigma", &table.sigma),
        ("df", &table.df),
        ("scale", &table.scale),
        ("a", &table.a),
        ("b", &table.b),
        ("p10", &table.p10),
        ("p50", &table.p50),
        ("p90", &table.p90),
        ("lower", &table.lower),
        ("upper", &table.upper),
    ];
    let mut found: Vec<(&'static str, Place)> = Vec::new();
    found.extend(reals.iter().filter_map(|(name, leaf)| Some((*name, leaf.as_ref()?.place))));
    found.extend(table.values.as_ref().map(|leaf| ("values", leaf.place)));
    found.extend(table.weights.as_ref().map(|leaf| ("weights", leaf.place)));
    found.extend(table.csv.as_ref().map(|leaf| ("csv", leaf.place)));
    found.extend(table.column.as_ref().map(|leaf| ("column", leaf.place)));
    found
}

fn distribution(
    number: &Number,
    domain: Domain,
    table: &NumberTable,
    dist: &Located<Family>,
    columns: &dyn EmpiricalColumns,
    problems: &mut Problems,
) -> Option<Validated> {
    let family = dist.value;
    let word = family.word();
    let given = parameters(table);
    let mut fine = true;
    for &name in family.required() {
        if !given.iter().any(|(other, _)| *other == name) {
            fine = false;
            problems.push(
                Problem::error(
                    Code::DistributionParameterMissing,
                    dist.place,
                    format!("`{}`: {word} needs `{name}`", number.key),
                )
                .allowed(family_words(family))
                .help(format!("the parameters of {word} are {}", family_words(family))),
            );
        }
    }
    for (name, place) in &given {
        if !family.required().contains(name) && !family.optional().contains(name) {
            fine = false;
            problems.push(
                Problem::error(
                    Code::DistributionParameterForeign,
                    *place,
                    format!("`{}`: {word} has no parameter `{name}`", number.key),
                )
                .found(*name)
                .allowed(family_words(family))
                .help(format!("the parameters of {word} are {}", family_words(family))),
            );
        }
    }
    if !fine {
        return None;
    }
    let place_of = |parameter: &str, index: Option<usize>| {
        let list = match parameter {
            "values" => &table.values,
            "weights" => &table.weights,
            _ => &None,
        };
        match (list, index, parameter) {
            (Some(list), Some(index), _) => list.value.get(index).map(|item| item.place),
            (_, _, "min") => table.min.as_ref().map(|leaf| leaf.place),
            (_, _, "max") => table.max.as_ref().map(|leaf| leaf.place),
            _ => given.iter().find(|(name, _)| *name == parameter).map(|(_, place)| *place),
        }
        .unwrap_or(dist.place)
    };
    let (law, wording) = match family {
        Family::Empirical => {
            let (csv, column) = (table.csv.as_ref()?, table.column.as_ref()?);
            match columns.column(&csv.value, &column.value) {
                Ok(sample) => {
                    (Distribution::empirical(sample), format!("empirical({} of {}", column.value, csv.value))
                }
                Err(error) => {
                    problems.push(column_problem(number, csv, column, &error));
                    return None;
                }
            }
        }
        _ => written_law(family, table),
    };
    let (min, max) = (table.min.as_ref().map(|leaf| leaf.value), table.max.as_ref().map(|leaf| leaf.value));
    let law =
        law.and_then(|law| if min.is_some() || max.is_some() { law.truncated(min, max) } else { Ok(law) });
    let law = match law {
        Ok(law) => law,
        Err(error) => {
            let index = match &error {
                DistributionError::Entry { index, .. } => Some(*index),
                _ => None,
            };
            let place = place_of(error.parameter(), index);
            problems.push(parameter_problem(number, word, place, &error));
            return None;
        }
    };
    let wording = match window_words(min, max) {
        Some(window) => format!("{wording}; given {window})"),
        None => format!("{wording})"),
    };
    let outside = Outside::of(&law, domain);
    if outside.probability() > DOMAIN_TOLERANCE {
        problems.push(domain_problem(number, domain, table, family, dist.place, &law, outside));
        return None;
    }
    let law = outside.cut(law, domain);
    if law.is_constant() {
        let value = law.quantile(0.5);
        if !domain.contains(value) {
            return constant(number, domain, value, dist.place, problems);
        }
        return Some(Validated { distribution: parameters::Distribution::Constant(value), wording });
    }
    Some(Validated { distribution: parameters::Distribution::Uncertain(Box::new(law)), wording })
}

/// The law of a family but for `empirical` from parameters that are all there, and the beginning of its wording.
fn written_law(family: Family, table: &NumberTable) -> (Result<Distribution, DistributionError>, String) {
    let real = |leaf: &Option<Located<f64>>| leaf.as_ref().map(|leaf| leaf.value);
    // All that the family requires is there: the caller has looked.
    let must = |leaf: &Option<Located<f64>>| real(leaf).unwrap_or(f64::NAN);
    let list = |leaf: &Option<Located<Vec<Located<f64>>>>| -> Vec<f64> {
        leaf.iter().flat_map(|leaf| &leaf.value).map(|item| item.value).collect()
    };
    match family {
        Family::Uniform => {
            let (low, high) = (must(&table.low), must(&table.high));
            (Distribution::uniform(low, high), format!("uniform(low {low}, high {high}"))
        }
        Family::Triangular => {
            let (low, mode, high) = (must(&table.low), must(&table.mode), must(&table.high));
            (
                Distribution::triangular(low, mode, high),
                format!("triangular(low {low}, mode {mode}, high {high}"),
            )
        }
        Family::Pert => {
            let (low, mode, high) = (must(&table.low), must(&table.mode), must(&table.high));
            let weight = real(&table.weight).unwrap_or(4.0);
            let words = if table.weight.is_some() { format!(", weight {weight}") } else { String::new() };
            (
                Distribution::pert(low, mode, high, weight),
                format!("pert(low {low}, mode {mode}, high {high}{words}"),
            )
        }
        Family::Normal => {
            let (mean, sd) = (must(&table.mean), must(&table.sd));
            (Distribution::normal(mean, sd), format!("normal(mean {mean}, sd {sd}"))
        }
        Family::Lognormal => {
            let (median, sigma) = (must(&table.median), must(&table.sigma));
            (Distribution::lognormal(median, sigma), format!("lognormal(median {median}, sigma {sigma}"))
        }
        Family::StudentT => {
            let (df, mean, scale) = (must(&table.df), must(&table.mean), must(&table.scale));
            (
                Distribution::student_t(df, mean, scale),
                format!("student-t(df {df}, mean {mean}, scale {scale}"),
            )
        }
        Family::Beta => {
            let (a, b) = (must(&table.a), must(&table.b));
            let (low, high) = (real(&table.low).unwrap_or(0.0), real(&table.high).unwrap_or(1.0));
            let words = match (&table.low, &table.high) {
                (None, None) => String::new(),
                _ => format!("; bounds {low}..{high}"),
            };
            (Distribution::beta(a, b, low, high), format!("beta(a {a}, b {b}{words}"))
        }
        Family::Discrete => {
            let (values, weights) = (list(&table.values), list(&table.weights));
            let words: Vec<String> =
                values.iter().zip(&weights).map(|(value, weight)| format!("{value}: {weight}")).collect();
            (Distribution::discrete(&values, &weights), format!("discrete({}", words.join(", ")))
        }
        Family::Quantiles => {
            let (p10, p50, p90) = (must(&table.p10), must(&table.p50), must(&table.p90));
            let (lower, upper) = (real(&table.lower), real(&table.upper));
            let words = match (lower, upper) {
                (None, None) => String::new(),
                (Some(lower), None) => format!("; lower {lower}"),
                (None, Some(upper)) => format!("; upper {upper}"),
                (Some(lower), Some(upper)) => format!("; bounds {lower}..{upper}"),
            };
            (
                Distribution::quantiles(p10, p50, p90, lower, upper),
                format!("quantiles(p10 {p10}, p50 {p50}, p90 {p90}{words}"),
            )
        }
        Family::Empirical => unreachable!("a sample is no parameter"),
    }
}

/// `0..1`, `at least 0`, `at most 1`.
fn window_words(min: Option<f64>, max: Option<f64>) -> Option<String> {
    match (min, max) {
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

fn column_problem(
    number: &Number,
    csv: &Located<String>,
    column: &Located<String>,
    error: &ColumnError,
) -> Problem {
    let message = format!("`{}`: {error}", number.key);
    match error {
        ColumnError::Unreadable { .. } => Problem::error(Code::CsvMissing, csv.place, message)
            .found(csv.value.clone())
            .help("the path is relative to the folder of the scenario"),
        ColumnError::TooLarge { bytes, most, .. } => Problem::error(Code::CsvTooLarge, csv.place, message)
            .found(format!("{bytes} bytes"))
            .allowed(format!("at most {most} bytes"))
            .help("take a sample of its rows, or describe it with quantiles"),
        ColumnError::NoColumn { columns, .. } => {
            let near = crate::config::spelling::nearest(&column.value, columns.iter().map(String::as_str));
            let problem = Problem::error(Code::CsvColumn, column.place, message)
                .found(column.value.clone())
                .allowed(columns.join(", "));
            match near {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("its columns are {}", columns.join(", "))),
            }
        }
        ColumnError::Cell { text, .. } => Problem::error(Code::CsvCell, csv.place, message)
            .found(if text.is_empty() { "an empty cell".to_owned() } else { text.clone() })
            .allowed("a finite number in every row")
            .help("fill the cell, or take the row out"),
        ColumnError::NoRows { .. } => Problem::error(Code::CsvCell, csv.place, message)
            .found("no rows")
            .allowed("at least one number")
            .help("check that the file has more than a header"),
    }
}

/// The probabilities with which a law lies below and above a domain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outside {
    below: f64,
    above: f64,
}

impl Outside {
    pub(super) fn of(law: &Distribution, domain: Domain) -> Outside {
        let (low, high) = domain.bounds();
        Outside {
            below: match (low.is_finite(), domain.low_is_open()) {
                (false, _) => 0.0,
                // The end itself is outside; an atom there counts.
                (true, true) => law.cdf(low),
                (true, false) => law.probability_below(low),
            },
            above: if high.is_finite() { law.probability_above(high) } else { 0.0 },
        }
    }

    pub(super) fn probability(self) -> f64 {
        self.below + self.above
    }

    /// The law without what little is outside.
    pub(super) fn cut(self, law: Distribution, domain: Domain) -> Distribution {
        // What no draw can reach (the smallest uniform is 2^-53) needs no cut.
        if self.probability() < 1e-18 {
            return law;
        }
        let (low, high) = domain.bounds();
        let low = if domain.low_is_open() && law.probability_below(low) < law.cdf(low) {
            low.next_up()
        } else {
            low
        };
        let min = (self.below > 0.0).then_some(low);
        let max = (self.above > 0.0).then_some(high);
        law.truncated(min, max).expect("all but 1e-9 of the law lies in the domain")
    }
}

fn domain_problem(
    number: &Number,
    domain: Domain,
    table: &NumberTable,
    family: Family,
    place: Place,
    law: &Distribution,
    outside: Outside,
) -> Problem {
    let (low, high) = domain.bounds();
    let problem = Problem::error(
        Code::LeavesDomain,
        place,
        format!(
            "`{}` must be {}, and its distribution is outside with probability {}",
            number.key,
            domain.words(),
            probability_words(outside.probability())
        ),
    )
    .found(format!(
        "{} below, {} above; p50 {}",
        probability_words(outside.below),
        probability_words(outside.above),
        law.quantile(0.5)
    ))
    .allowed(domain.words());
    if matches!(family, Family::Discrete) {
        return problem.help(format!("take out the values that are not {}", domain.words()));
    }
    // Bounds make a metalog bend before them; elsewhere the law is conditioned.
    if family == Family::Quantiles {
        let real = |leaf: &Option<Located<f64>>| leaf.as_ref().map(|leaf| leaf.value);
        let mut words = Vec::new();
        let (mut lower, mut upper) = (real(&table.lower), real(&table.upper));
        if outside.below > 0.0 && lower.is_none_or(|lower| lower < low) {
            lower = Some(low);
            words.push(format!("lower = {low:?}"));
        }
        if outside.above > 0.0 && upper.is_none_or(|upper| upper > high) {
            upper = Some(high);
            words.push(format!("upper = {high:?}"));
        }
        if let (Some(p10), Some(p50), Some(p90)) = (real(&table.p10), real(&table.p50), real(&table.p90))
            && Distribution::quantiles(p10, p50, p90, lower, upper).is_ok()
        {
            return problem
                .help(format!("bound it: write {}; the three quantiles stay as they are", words.join(", ")));
        }
    }
    let mut words = Vec::new();
    if outside.below > 0.0 {
        let min = if domain.low_is_open() && family == Family::Empirical {
            law.quantile(outside.below.next_up())
        } else {
            low
        };
        words.push(format!("min = {min:?}"));
    }
    if outside.above > 0.0 {
        words.push(format!("max = {high:?}"));
    }
    problem.help(format!(
        "cut it off: write {}; the law is then conditioned on that interval, which moves its mean",
        words.join(", ")
    ))
}

/// A probability with as many digits as are read.
pub(super) fn probability_words(probability: f64) -> String {
    if probability == 0.0 {
        "0".to_owned()
    } else if probability >= 1e-3 {
        format!("{probability:.4}")
    } else {
        format!("{probability:.1e}")
    }
}
