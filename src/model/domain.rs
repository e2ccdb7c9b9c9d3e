//! Checks distributions against the domain of their key: a negligible tail outside is truncated, more is a
//! problem.

use crate::config::section::Section;
use crate::config::tree::{inline, print_table};
use crate::config::{Code, Place};
use crate::config::{Domain, Family, Located, Number, NumberTable, Problem};
use crate::math::distribution::Distribution;

use super::distribution::{from_parameters, limits, quantiles_of};

/// Largest probability that a distribution may have outside its key's domain; that tail is truncated.
pub const DOMAIN_TOLERANCE: f64 = 1e-9;

/// The probabilities that a distribution has below and above a domain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OutsideMass {
    below: f64,
    above: f64,
}

impl OutsideMass {
    pub(super) fn of(law: &Distribution, domain: Domain) -> OutsideMass {
        let (low, high) = domain.bounds();
        OutsideMass {
            below: match (low.is_finite(), domain.low_is_open()) {
                (false, _) => 0.0,
                // The end itself is outside, so an atom at it counts.
                (true, true) => law.cdf(low),
                (true, false) => law.probability_below(low),
            },
            above: if high.is_finite() { law.probability_above(high) } else { 0.0 },
        }
    }

    pub(super) fn probability(self) -> f64 {
        self.below + self.above
    }

    /// The distribution truncated to the domain; unchanged if nothing is outside.
    pub(super) fn cut(self, law: Distribution, domain: Domain) -> Distribution {
        // A tail that no draw can reach (the smallest uniform is 2^-53) needs no truncation.
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

/// The problem that a distribution leaves the domain of its key, with the keys to write instead.
pub(super) fn domain_problem(
    number: &Number,
    domain: Domain,
    table: &NumberTable,
    family: &Located<Family>,
    distribution: &Distribution,
    outside: OutsideMass,
) -> Problem {
    let problem = leaves_domain(number, domain, family.place, distribution, outside);
    // Mostly above 1, where a fraction belongs: in percent.
    if matches!(domain, Domain::Fraction | Domain::PositiveFraction)
        && distribution.quantile(0.5) > 1.0
        && let Some(help) = as_fractions(number, table, family.value)
    {
        return problem.help(help);
    }
    if family.value == Family::Discrete {
        return problem.help(format!("take out the values that are not {}", domain.words()));
    }
    // A metalog takes bounds that keep its quantiles; other families are truncated.
    if family.value == Family::Quantiles
        && let Some(bounds) = metalog_bounds(domain, table, outside)
    {
        return problem.help(format!("bound it: write {bounds}; the three quantiles stay as they are"));
    }
    let (min, max) = truncation(domain, family.value, distribution, outside);
    let cut = |key: &str, bound: Option<f64>| bound.map(|bound| format!("{key} = {bound:?}"));
    let words: Vec<String> = [cut("min", min), cut("max", max)].into_iter().flatten().collect();
    if distribution.clone().truncated(min, max).is_err() {
        return problem.help(format!(
            "move the distribution: nearly all of it lies where `{}` has no meaning",
            number.key
        ));
    }
    problem.help(format!(
        "cut it off: write {}; the distribution is then restricted to that interval, which moves its mean",
        words.join(", ")
    ))
}

/// The help for percentages in place of fractions, if the fractions are a distribution within the domain.
pub(super) fn as_fractions(number: &Number, table: &NumberTable, family: Family) -> Option<String> {
    let table = table.scaled(&number.ends(), |number| shifted(number, -2))?;
    let (min, max) = limits(&table);
    let law = from_parameters(family, &table).ok()?.truncated(min, max).ok()?;
    let inside = OutsideMass::of(&law, number.written_domain()).probability() <= DOMAIN_TOLERANCE;
    let words = || inline(&print_table(table.print()));
    inside.then(|| format!("percentages are written as fractions of 1: `{}`", words()))
}

/// A number with its decimal point moved, as text: a division would leave an error in the last digit of some.
pub(super) fn shifted(number: f64, places: i32) -> f64 {
    format!("{number}e{places}").parse().unwrap_or(f64::NAN)
}

fn leaves_domain(
    number: &Number,
    domain: Domain,
    place: Place,
    distribution: &Distribution,
    outside: OutsideMass,
) -> Problem {
    Problem::error(
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
        distribution.quantile(0.5)
    ))
    .allowed(domain.words())
}

/// The bounds that keep a metalog inside its domain, as keys to write; `None` if no such metalog exists.
fn metalog_bounds(domain: Domain, table: &NumberTable, outside: OutsideMass) -> Option<String> {
    let real = |written: &Option<Located<f64>>| written.as_ref().map(|located| located.value);
    let (low, high) = domain.bounds();
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
    let (pair, values) = quantiles_of(table)?;
    Distribution::quantiles(pair, values, lower, upper).is_ok().then(|| words.join(", "))
}

/// The `min` and `max` that keep a distribution inside its domain.
fn truncation(
    domain: Domain,
    family: Family,
    distribution: &Distribution,
    outside: OutsideMass,
) -> (Option<f64>, Option<f64>) {
    let (low, high) = domain.bounds();
    let least = if domain.low_is_open() && family == Family::Empirical {
        distribution.quantile(outside.below.next_up())
    } else {
        low
    };
    ((outside.below > 0.0).then_some(least), (outside.above > 0.0).then_some(high))
}

/// A probability with as many digits as a reader needs.
pub(super) fn probability_words(probability: f64) -> String {
    if probability == 0.0 {
        "0".to_owned()
    } else if probability >= 1e-3 {
        format!("{probability:.4}")
    } else {
        format!("{probability:.1e}")
    }
}
