//! Validates one written number: a value or a distribution within the domain of its key.

use crate::config::{
    self, Choice, Code, Domain, Family, Located, Number, NumberContent, NumberTable, Place, Problem,
    Problems, Unit,
};

use crate::math::distribution;

use super::columns::EmpiricalColumns;
use super::distribution::{Written, limits, window_words};
use super::domain::{DOMAIN_TOLERANCE, OutsideMass, as_fractions, domain_problem};
use super::parameters::Distribution;
use super::usual;

/// A valid number, with its description in words.
#[derive(Clone, Debug)]
pub(super) struct Validated {
    pub(super) distribution: Distribution,
    pub(super) wording: String,
}

/// Validates a number that is not `same_as` another; reports problems and returns `None` if it is invalid. A growth rate that is
/// given year on year is judged as such, and becomes the continuous rate of the model.
pub(super) fn validate(
    number: &Number,
    domain: Domain,
    columns: &dyn EmpiricalColumns,
    problems: &mut Problems,
) -> Option<Validated> {
    let annual = number.is_annual();
    let domain = if annual { number.written_domain() } else { domain };
    let written = match &number.content {
        NumberContent::Constant(value) => constant(number, domain, *value, number.place, problems),
        NumberContent::Table(table) => of_table(number, domain, table, columns, problems),
    }?;
    if let Some(problem) = usual::unusual(number, &written.distribution) {
        problems.push(problem);
    }
    Some(if annual { written.continuous_rate() } else { written })
}

impl Validated {
    /// The continuous rate of a year-on-year rate.
    fn continuous_rate(self) -> Validated {
        let annual = match self.distribution {
            Distribution::Constant(value) => distribution::Distribution::constant(value),
            Distribution::Uncertain(law) => Ok(*law),
        };
        let law = annual.expect("a valid number is finite").continuous_rate();
        let wording = format!("annual {}; continuous {}", self.wording, rate_words(&law));
        let distribution = match law.is_constant() {
            true => Distribution::Constant(law.quantile(0.5)),
            false => Distribution::Uncertain(Box::new(law)),
        };
        Validated { distribution, wording }
    }
}

/// A rate in words: its value, or its quantiles.
fn rate_words(law: &distribution::Distribution) -> String {
    let rate = |u: f64| format!("{:.4}", law.quantile(u));
    match law.is_constant() {
        true => rate(0.5),
        false => format!("p05 {}, p50 {}, p95 {}", rate(0.05), rate(0.5), rate(0.95)),
    }
}

/// Validates the table form of a number.
fn of_table(
    number: &Number,
    domain: Domain,
    table: &NumberTable,
    columns: &dyn EmpiricalColumns,
    problems: &mut Problems,
) -> Option<Validated> {
    match (&table.value, &table.dist) {
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
        (None, Some(family)) => uncertain(Written { number, table, family }, domain, columns, problems),
        (None, None) => {
            problems.push(empty_table(number, table));
            None
        }
    }
}

/// The problem that a table has no `value`, `dist` or `same_as`; proposes the families that match its
/// parameters.
fn empty_table(number: &Number, table: &NumberTable) -> Problem {
    let problem = Problem::error(
        Code::NumberEmpty,
        number.place,
        format!("`{}` has neither `value` nor `dist` nor `same_as`", number.key),
    )
    .allowed("value = …, dist = \"…\" with its parameters, or same_as = \"key\"");
    let names: Vec<&str> = table.parameters().iter().map(|(name, _)| *name).collect();
    let fitting: Vec<&str> = Family::all().filter(|family| family.fits(&names)).map(Choice::word).collect();
    match fitting.as_slice() {
        [] => problem.help("write the number itself, or add `value = …`"),
        words => problem.help(format!("add dist = \"{}\"", words.join("\" or dist = \""))),
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
    for (name, place) in table.parameters() {
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
    let (min, max) = limits(table);
    // A bound of `nan` contains nothing.
    if !(min.unwrap_or(f64::NEG_INFINITY)..=max.unwrap_or(f64::INFINITY)).contains(&value.value) {
        fine = false;
        problems.push(
            Problem::error(
                Code::OutsideDomain,
                value.place,
                format!("`{}` is {}, outside its own `min` and `max`", number.key, value.value),
            )
            .found(value.value.to_string())
            .allowed(window_words((min, max)).unwrap_or_default())
            .help("a number that is certain needs neither: take `min` and `max` out"),
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
        return Some(Validated { distribution: Distribution::Constant(value), wording: value.to_string() });
    }
    let code = match value {
        value if !value.is_finite() => Code::NotFinite,
        // Only the home cloud's current share has this domain.
        0.0 if domain == Domain::PositiveFraction && number.key.ends_with(".share_now") => {
            Code::HomeShareZero
        }
        _ => Code::OutsideDomain,
    };
    let problem = Problem::error(code, place, format!("`{}` must be {}", number.key, domain.words()))
        .found(value.to_string())
        .allowed(domain.words());
    problems.push(match config::instead(&number.key, &value.to_string()) {
        Some(instead) => problem.help(instead.help()),
        None => problem,
    });
    None
}

/// Reports why parameters make no distribution: most often percentages beside a bound that is a fraction.
fn refused(written: Written<'_>, own: Problems, problems: &mut Problems) {
    let Written { number, table, family } = written;
    let in_percent =
        matches!(number.unit, Unit::PerYear | Unit::PerSqrtYear | Unit::Fraction | Unit::Probability);
    let impossible = |problem: &Problem| problem.code == Code::DistributionParameter;
    let hint = in_percent && own.iter().any(impossible);
    let help = hint.then(|| as_fractions(number, table, family.value)).flatten();
    for problem in own.iter().cloned() {
        problems.push(match &help {
            Some(help) if impossible(&problem) => problem.help(help),
            _ => problem,
        });
    }
}

/// Validates an uncertain number; a distribution with a single value becomes a constant.
fn uncertain(
    written: Written<'_>,
    domain: Domain,
    columns: &dyn EmpiricalColumns,
    problems: &mut Problems,
) -> Option<Validated> {
    let Written { number, table, family } = written;
    let mut own = Problems::new();
    let Some(whole) = written.distribution(columns, &mut own) else {
        refused(written, own, problems);
        return None;
    };
    let outside = OutsideMass::of(&whole, domain);
    if outside.probability() > DOMAIN_TOLERANCE {
        problems.push(domain_problem(number, domain, table, family, &whole, outside));
        return None;
    }
    let inside = outside.cut(whole, domain);
    let wording = written.wording();
    if inside.is_constant() {
        let value = inside.quantile(0.5);
        if !domain.contains(value) {
            return constant(number, domain, value, family.place, problems);
        }
        return Some(Validated { distribution: Distribution::Constant(value), wording });
    }
    Some(Validated { distribution: Distribution::Uncertain(Box::new(inside)), wording })
}
