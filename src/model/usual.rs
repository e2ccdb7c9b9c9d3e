//! Warns of numbers outside the usual range of their key, and proposes the one that was probably meant.

use crate::config::section::Section;
use crate::config::tree::{inline, print_table};
use crate::config::{
    Beyond, Code, Family, Located, Number, NumberContent, NumberTable, Place, Problem, Spread, Unit,
};

use super::distribution::{from_parameters, limits};
use super::domain::shifted;
use super::parameters::Distribution;
use super::unit_words::{in_words, range_in_words, repeat_the_number, typed};

/// The warning of a number outside the usual range of its key.
pub(super) fn unusual(number: &Number, distribution: &Distribution) -> Option<Problem> {
    let usual = number.usual()?;
    let spread = spread(distribution);
    let beyond = usual.beyond(spread).filter(|_| spread.p50.is_finite())?;
    let (unit, domain) = (number.unit, number.domain);
    let words = |value| in_words(unit, domain, value) + number.basis_words();
    let found = match (distribution, beyond) {
        (Distribution::Constant(value), _) if repeat_the_number(unit, domain) => {
            format!("`{}` = {}", number.key, typed(*value))
        }
        (Distribution::Constant(value), _) => {
            format!("`{}` = {} is {}", number.key, typed(*value), words(*value))
        }
        (_, Beyond::High) => {
            format!("`{}`: one future in a hundred is above {}", number.key, words(spread.p99))
        }
        (_, Beyond::Low) if usual.low > 0.0 => {
            format!("`{}`: half of all futures are below {}", number.key, words(spread.p50))
        }
        (_, Beyond::Low) => {
            format!("`{}`: one future in a hundred is below {}", number.key, words(spread.p01))
        }
    };
    let mean = lognormal_mean(number)
        .map_or(String::new(), |mean| format!("; its mean is {}", in_words(unit, domain, mean)));
    let (place, help) = (place(number), help(number, spread));
    let message = format!("{found}{mean}; usual is {}", range_in_words(unit, domain, usual.low, usual.high));
    Some(Problem::warning(Code::UnusualNumber, place, message).help(help))
}

/// Whether a distribution lies outside the usual range of a number.
pub fn is_unusual(number: &Number, distribution: &Distribution) -> bool {
    let spread = spread(distribution);
    spread.p50.is_finite() && number.usual().is_some_and(|usual| usual.beyond(spread).is_some())
}

fn spread(distribution: &Distribution) -> Spread {
    match distribution {
        Distribution::Constant(value) => Spread::certain(*value),
        Distribution::Uncertain(law) => {
            Spread { p01: law.quantile(0.01), p50: law.quantile(0.5), p99: law.quantile(0.99) }
        }
    }
}

/// The mean of a lognormal distribution so wide that its median says little about it.
fn lognormal_mean(number: &Number) -> Option<f64> {
    let (table, _) = lognormal(number)?;
    let (min, max) = limits(table);
    let law = from_parameters(Family::Lognormal, table).ok()?.truncated(min, max).ok()?;
    law.mean().filter(|mean| *mean > 10.0 * law.quantile(0.5))
}

/// The table and the sigma of a lognormal distribution.
fn lognormal(number: &Number) -> Option<(&NumberTable, &Located<f64>)> {
    let NumberContent::Table(table) = &number.content else { return None };
    let is_it = table.dist.as_ref().is_some_and(|dist| dist.value == Family::Lognormal);
    Some((table, table.sigma.as_ref().filter(|_| is_it)?))
}

/// Where a number says what it is: its value, or its family.
pub fn place(number: &Number) -> Place {
    match &number.content {
        NumberContent::Table(table) => {
            let value = table.value.as_ref().map(|value| value.place);
            value.or(table.dist.as_ref().map(|dist| dist.place)).unwrap_or(number.place)
        }
        NumberContent::Constant(_) => number.place,
    }
}

/// A way to write a number in another unit than that of its key.
struct Slip {
    /// From what is written to what was meant.
    scale: fn(f64) -> f64,
    /// What is wrong with it.
    why: &'static str,
}

/// The slips that people make at a unit, the likeliest first.
fn slips(unit: Unit) -> &'static [Slip] {
    macro_rules! moved {
        ($places:literal, $why:literal) => {
            Slip { scale: |number| shifted(number, $places), why: $why }
        };
    }
    match unit {
        Unit::PerYear | Unit::PerSqrtYear | Unit::Fraction | Unit::Probability | Unit::Flag => &[
            moved!(-2, "a percentage is written as a fraction of 1"),
            moved!(-4, "basis points are written as a fraction of 1"),
        ],
        Unit::Multiple => &[moved!(-2, "a multiple is not written in percent")],
        Unit::UsdBn | Unit::UsdBnPerYear => &[
            moved!(-3, "amounts are in billions, not in millions"),
            moved!(-6, "amounts are in billions, not in thousands"),
            moved!(-9, "amounts are in billions, not in dollars"),
            moved!(3, "amounts are in billions, not in trillions"),
        ],
        Unit::SharesBn => &[
            moved!(-3, "shares are in billions, not in millions"),
            moved!(-6, "shares are in billions, not in thousands"),
            moved!(-9, "shares are counted in billions"),
        ],
        Unit::UsdPerShare => &[],
        Unit::Months => &[Slip { scale: months_of_days, why: "months, not days" }],
        Unit::Years => &[
            Slip { scale: |months| three_digits(months / 12.0), why: "years, not months" },
            Slip { scale: |days| three_digits(months_of_days(days) / 12.0), why: "years, not days" },
        ],
    }
}

/// Months of so many days: half months where they are meant, as in 90 and 180 days.
fn months_of_days(days: f64) -> f64 {
    const DAYS: f64 = 365.25 / 12.0;
    let halves = (2.0 * days / DAYS).round() / 2.0;
    if (halves * DAYS - days).abs() <= 0.03 * days.abs() { halves } else { three_digits(days / DAYS) }
}

fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// What to write instead, or that it may stay.
fn help(number: &Number, spread: Spread) -> String {
    if let Some(help) = calendar_year(number, spread).or_else(|| narrower(number)) {
        return help;
    }
    let meant = slips(number.unit).iter().find_map(|slip| {
        let usual = number.usual()?.beyond(spread.map(slip.scale)).is_none();
        let toml = rewritten(number, spread.p50, slip.scale)?;
        usual.then(|| format!("did you mean `{toml}`? {}", slip.why))
    });
    meant.unwrap_or_else(|| {
        format!("if it is meant, leave it: the scenario runs; the unit is {}", number.unit.name())
    })
}

/// A number, whose median is given, as it is written in another unit.
fn rewritten(number: &Number, p50: f64, scale: impl Fn(f64) -> f64) -> Option<String> {
    match &number.content {
        NumberContent::Table(table) if table.value.is_none() => {
            Some(inline(&print_table(table.scaled(&number.ends(), scale)?.print())))
        }
        _ => Some(scale(p50).to_string()),
    }
}

/// A number, whose median is given, as it is written with its decimal point moved so many places.
pub fn with_point_moved(number: &Number, p50: f64, places: i32) -> Option<String> {
    rewritten(number, p50, |value| shifted(value, places))
}

/// The help for a calendar year where a number of years belongs.
fn calendar_year(number: &Number, spread: Spread) -> Option<String> {
    let key = number.key.rsplit('.').next()?.strip_suffix("_years")?;
    let has_date = matches!(key, "share_ends" | "exclusive_until" | "midpoint");
    let year = spread.p50;
    (has_date && year.fract() == 0.0 && (1900.0..2200.0).contains(&year)).then(|| {
        format!("`{key}_years` counts from the valuation date; did you mean `{key} = {year}-12-31`?")
    })
}

/// The help for a lognormal distribution whose sigma is in percent.
fn narrower(number: &Number) -> Option<String> {
    let (table, sigma) = lognormal(number).filter(|(_, sigma)| sigma.value > 2.0)?;
    let sigma = Located { value: shifted(sigma.value, -2), place: sigma.place };
    let narrow = NumberTable { sigma: Some(sigma), ..table.clone() };
    let law = Distribution::Uncertain(Box::new(from_parameters(Family::Lognormal, &narrow).ok()?));
    (!is_unusual(number, &law)).then(|| {
        format!(
            "did you mean `{}`? sigma is of the logarithm: 0.05 is about 5%",
            inline(&print_table(narrow.print()))
        )
    })
}
