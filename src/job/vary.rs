//! Parses `--vary KEY=VALUES`: the keys that a sweep or a search changes, and their values.

use super::error::{Exit, Failure};
use super::words::{count, quoted};
use crate::config::instead::{Instead, split_list};
use crate::config::{self, Code, Date};

/// A key and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Vary {
    /// The dotted key, as in `--set`.
    pub key: String,
    /// The values, as TOML.
    pub values: Vec<String>,
}

impl Vary {
    /// The argument that parses to this key and these values.
    pub fn argument(&self) -> String {
        format!("{}={}", self.key, self.values.join(","))
    }
}

/// A key and the interval to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Bracket {
    /// The dotted key, as in `--set`.
    pub key: String,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The largest number of values of one key.
const MAX_VALUES: u64 = 1_000_000;

/// Parses `KEY=from:to:steps` or `KEY=a,b,c`.
pub fn vary_argument(text: &str) -> Result<Vary, String> {
    let (key, values) = split(text)?;
    let parts: Vec<&str> = values.split(':').map(str::trim).collect();
    let values = match parts.as_slice() {
        [from, to, steps] => range(end_of(&key, from)?, end_of(&key, to)?, steps)?,
        [_, _] => {
            return Err(format!(
                "`{values}` has no number of values; write {key}={values}:11, or {key}=a,b,c"
            ));
        }
        _ => list(&key, values)?,
    };
    let mut distinct = values.clone();
    distinct.sort();
    distinct.dedup();
    if distinct.len() < 2 {
        return Err(format!("`{key}` does not vary: it needs two values or more"));
    }
    if distinct.len() < values.len() {
        return Err(format!("`{key}` takes a value twice"));
    }
    Ok(Vary { key, values })
}

/// Parses `KEY=low:high`.
pub fn bracket_argument(text: &str) -> Result<Bracket, String> {
    let (key, values) = split(text)?;
    match values.split(':').map(str::trim).collect::<Vec<_>>().as_slice() {
        [low, high] => {
            let (low, high) = (end_of(&key, low)?, end_of(&key, high)?);
            if low < high {
                Ok(Bracket { key, low, high })
            } else {
                Err(format!("{low} is not below {high}"))
            }
        }
        _ => Err(format!("write the interval to search: {key}=low:high")),
    }
}

fn split(text: &str) -> Result<(String, &str), String> {
    match text.split_once('=') {
        Some((key, values)) if !key.trim().is_empty() && !values.trim().is_empty() => {
            Ok((key.trim().to_owned(), values.trim()))
        }
        _ => Err("not of the form KEY=VALUES, for example deal.amended-2026.cap_usd_bn=10:60:11".to_owned()),
    }
}

/// An end of a range of values of `key`.
fn end_of(key: &str, text: &str) -> Result<f64, String> {
    if let Ok(number) = text.replace('_', "").parse::<f64>()
        && number.is_finite()
    {
        return Ok(number);
    }
    let message = format!("`{text}` is not a number");
    Err(match config::instead(key, text) {
        _ if Date::parse(text).is_some() => format!("{message}; list dates with commas: {key}=a,b"),
        Some(Instead::Write { toml, .. }) if Date::parse(&toml).is_some() => {
            format!("{message}; list dates with commas, each like {toml}")
        }
        Some(instead) => format!("{message}; {}", instead.help()),
        None => message,
    })
}

/// Evenly spaced values, both ends included.
fn range(from: f64, to: f64, steps: &str) -> Result<Vec<String>, String> {
    let steps = count(steps).map_err(|error| format!("the number of values `{steps}` is {error}"))?;
    if steps < 2 {
        return Err(format!("from {from} to {to} takes two values or more"));
    }
    if steps > MAX_VALUES {
        return Err(format!("{steps} values of one key are more than anyone reads; write at most 10000"));
    }
    let last = (steps - 1) as f64;
    // Weighted ends give exactly 0.3 in 0:1:11; repeated addition would not.
    let value = |i: u64| match i {
        0 => from,
        i if i + 1 == steps => to,
        i => (from * (last - i as f64) + to * i as f64) / last,
    };
    Ok((0..steps).map(|i| toml(round(value(i), from.abs().max(to.abs())))).collect())
}

/// The number of twelve digits that is meant where arithmetic only just missed it: 0.25 between 0.1 and 0.3, not
/// 0.24999999999999997; a third stays what it is. `scale` is the larger end.
fn round(number: f64, scale: f64) -> f64 {
    if scale == 0.0 {
        return number;
    }
    let places = (11.0 - scale.log10().floor()).clamp(0.0, 300.0);
    let near: f64 = format!("{number:.*}", places as usize).parse().unwrap_or(number);
    if (near - number).abs() <= 4.0 * f64::EPSILON * scale { near } else { number }
}

/// A number as TOML that parses to the same bits.
pub fn toml(number: f64) -> String {
    format!("{number:?}")
}

/// The values of a list, each as TOML that the key takes.
fn list(key: &str, text: &str) -> Result<Vec<String>, String> {
    let values = split_list(text);
    if values.iter().any(String::is_empty) {
        return Err(format!("`{text}` has a value that is empty"));
    }
    let mended: Vec<Option<Instead>> = values.iter().map(|value| config::instead(key, value)).collect();
    let Some(at) = mended.iter().position(Option::is_some) else { return Ok(values) };
    let written = values.iter().zip(&mended).map(|(value, instead)| match instead {
        Some(Instead::Write { toml, .. }) => Some(toml.clone()),
        Some(Instead::LeaveOut { .. }) => None,
        None => Some(value.clone()),
    });
    let message = format!("`{key}` cannot be {}", values[at]);
    Err(match written.collect::<Option<Vec<String>>>() {
        Some(all) => format!("{message}; write {}", quoted(&format!("{key}={}", all.join(",")))),
        None => format!("{message}: a sweep needs a value that can be written"),
    })
}

/// Keys that do not affect the simulation.
const APART: [&str; 6] = ["name", "description", "run.paths", "run.seed", "run.mix_year", "source"];

/// Refuses keys that do not affect the simulation, and repeated keys.
pub fn refuse_keys(keys: &[String]) -> Result<(), Failure> {
    for (i, key) in keys.iter().enumerate() {
        let is =
            |apart: &&str| key == apart || key.strip_prefix(*apart).is_some_and(|rest| rest.starts_with('.'));
        if APART.iter().any(is) {
            let message = format!("`{key}` cannot be varied: it is not part of what is simulated");
            return Err(Failure::coded(Exit::Usage, Code::VaryKey, message)
                .help("`capstake check SCENARIO` lists the keys of all numbers"));
        }
        if keys[..i].contains(key) {
            let message = format!("`{key}` is varied twice");
            return Err(Failure::coded(Exit::Usage, Code::VaryKey, message).help("name each key once"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_lists_are_read() {
        let values = |text: &str| vary_argument(text).unwrap().values;
        assert_eq!(values("a.b=0:1:11")[3], "0.3");
        // The numbers that a person means, which are also what a command for one point of the range says.
        assert_eq!(values("a.b=0.1:0.3:5"), ["0.1", "0.15", "0.2", "0.25", "0.3"]);
        assert_eq!(values("a.b=-1:1:11")[5], "0.0");
        assert_eq!(values("a.b=0:3e-9:4"), ["0.0", "1e-9", "2e-9", "3e-9"]);
        assert_eq!(values("a.b=0:1:4")[1], "0.3333333333333333");
        assert_eq!(values("a.b=1e15:3e15:3")[1], "2000000000000000.0");
        assert_eq!(values("a.b = 10 : 60 : 3"), ["10.0", "35.0", "60.0"]);
        assert_eq!(values("a.b=60:10:2"), ["60.0", "10.0"]);
        assert_eq!(values("a=20, 38,1e2"), ["20", "38", "1e2"]);
        assert_eq!(values("a=\"x,y\",{ low = 1, high = 2 }"), ["\"x,y\"", "{ low = 1, high = 2 }"]);
    }

    #[test]
    fn what_does_not_vary_is_refused() {
        let refused = |text: &str| vary_argument(text).unwrap_err();
        assert!(refused("a=3").contains("does not vary"));
        assert!(refused("a=3:3:5").contains("does not vary"));
        assert!(refused("a=1,2,1").contains("twice"));
        assert!(refused("a=1:2").contains("no number of values"));
        assert!(refused("a=1:2:1").contains("two values"));
        assert!(refused("a=1:x:3").contains("not a number"));
        assert!(refused("a=1:inf:3").contains("not a number"));
        assert!(refused("a=1:2:1e9").contains("more than anyone reads"));
        assert!(refused("a=1,,2").contains("empty"));
        assert!(refused("a").contains("KEY=VALUES") && refused("=1,2").contains("KEY=VALUES"));
    }

    #[test]
    fn a_bracket_has_two_ends() {
        assert_eq!(
            bracket_argument("deal.x.cap_usd_bn=5:80"),
            Ok(Bracket { key: "deal.x.cap_usd_bn".to_owned(), low: 5.0, high: 80.0 })
        );
        for wrong in ["a=5", "a=5:5", "a=8:5", "a=5:8:3", "a=5:", "5:8"] {
            assert!(bracket_argument(wrong).is_err(), "{wrong}");
        }
    }
}
