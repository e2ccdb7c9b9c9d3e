//! `--vary KEY=VALUES`: the keys that a sweep or a search changes, and the scenario laid out once for every value.

use super::error::{Exit, Failure};
use super::non_finite::NonFinitePaths;
use super::scenario::{Scenario, ScenarioFile};
use super::words::quoted;
use crate::config::{Code, DealCopy, Severity};
use crate::kernel::plan::Plan;
use crate::math::simd::Isa;
use crate::run::{NonFinite, single};
use crate::study::variant::{Variant, Variants};

/// A key and the values that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Vary {
    /// The dotted key, as with `--set`.
    pub key: String,
    /// The values, as TOML.
    pub values: Vec<String>,
}

/// A key and the interval that is searched.
#[derive(Clone, Debug, PartialEq)]
pub struct Bracket {
    /// The dotted key, as with `--set`.
    pub key: String,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// More values than this of one key are refused as typed.
const MAX_VALUES: u64 = 1_000_000;

/// Reads `KEY=from:to:steps` or `KEY=a,b,c`.
pub fn vary_argument(text: &str) -> Result<Vary, String> {
    let (key, values) = split(text)?;
    let parts: Vec<&str> = values.split(':').map(str::trim).collect();
    let values = match parts.as_slice() {
        [from, to, steps] => range(number(from)?, number(to)?, steps)?,
        [_, _] => {
            return Err(format!(
                "`{values}` has no number of values; write {key}={values}:11, or {key}=a,b,c"
            ));
        }
        _ => list(values)?,
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

/// Reads `KEY=low:high`.
pub fn bracket_argument(text: &str) -> Result<Bracket, String> {
    let (key, values) = split(text)?;
    match values.split(':').map(str::trim).collect::<Vec<_>>().as_slice() {
        [low, high] => {
            let (low, high) = (number(low)?, number(high)?);
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

fn number(text: &str) -> Result<f64, String> {
    match text.replace('_', "").parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("`{text}` is not a number")),
    }
}

/// Evenly spaced values, both ends included.
fn range(from: f64, to: f64, steps: &str) -> Result<Vec<String>, String> {
    let steps =
        super::words::count(steps).map_err(|error| format!("the number of values `{steps}` is {error}"))?;
    if steps < 2 {
        return Err(format!("from {from} to {to} takes two values or more"));
    }
    if steps > MAX_VALUES {
        return Err(format!("{steps} values of one key are more than anyone reads; write at most 10000"));
    }
    let last = (steps - 1) as f64;
    // Weights keep 0:1:11 at 0.3 where repeated addition would not.
    let value = |i: u64| match i {
        0 => from,
        i if i + 1 == steps => to,
        i => (from * (last - i as f64) + to * i as f64) / last,
    };
    Ok((0..steps).map(|i| toml(value(i))).collect())
}

/// A number as TOML, so that it reads back to the same bits.
pub fn toml(number: f64) -> String {
    format!("{number:?}")
}

/// Values with commas between them; those inside brackets, braces or quotes belong to a value.
fn list(text: &str) -> Result<Vec<String>, String> {
    let (mut values, mut value, mut depth, mut quote) = (Vec::new(), String::new(), 0_i32, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                values.push(std::mem::take(&mut value).trim().to_owned());
                continue;
            }
            _ => {}
        }
        value.push(c);
    }
    values.push(value.trim().to_owned());
    if values.iter().any(String::is_empty) {
        return Err(format!("`{text}` has a value that is empty"));
    }
    Ok(values)
}

/// Keys that vary together over points, each a value for every key.
pub struct Points<'a> {
    /// The keys.
    pub keys: Vec<String>,
    /// The scenario file.
    pub file: &'a ScenarioFile,
    /// The scenario as it stands.
    pub base: &'a Scenario,
    /// Seed of all plans.
    pub seed: u64,
    /// Their instruction set.
    pub isa: Isa,
}

/// Keys that are not part of what is simulated.
const APART: [&str; 6] = ["name", "description", "run.paths", "run.seed", "run.mix_year", "source"];

/// Refuses keys that change nothing that is simulated, and a key that is given twice.
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

/// How the variants of a scenario are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As copies of one deal, the one of that index, in one plan.
    Copies(usize),
    /// As a plan each.
    Plans,
}

impl Points<'_> {
    /// `--set` flags that make a point.
    pub fn flags(&self, values: &[String]) -> Vec<String> {
        self.keys.iter().zip(values).map(|(key, value)| format!("{key}={value}")).collect()
    }

    /// `deal.x.cap_usd_bn = 20 and deal.x.rate = 0.1`.
    pub fn words(&self, values: &[String]) -> String {
        let words: Vec<String> =
            self.keys.iter().zip(values).map(|(key, value)| format!("{key} = {value}")).collect();
        words.join(" and ")
    }

    /// Copies of a deal where all keys are of that deal, all values are constants, and nothing else of the scenario looks
    /// at them.
    pub fn layout(&self, points: &[Vec<String>]) -> Layout {
        let deal_of = |key: &String| match key.split('.').collect::<Vec<_>>().as_slice() {
            ["deal", name, _] | ["deal", name, "rate", _, "rate"] => {
                self.base.model.deals.iter().position(|known| known.name == *name)
            }
            _ => None,
        };
        let Some(deal) = self.keys.first().and_then(deal_of) else { return Layout::Plans };
        // Correlated with another number, or the same draw as another: that number would vary too, or lose its partner.
        let alone =
            |key: &String| deal_of(key) == Some(deal) && !self.base.resolved.contains(&format!("\"{key}"));
        // A distribution is drawn under the name of its key, and a copy has another.
        let constant = |value: &String| !value.starts_with(['{', '[']);
        if self.keys.iter().all(alone) && points.iter().flatten().all(constant) {
            Layout::Copies(deal)
        } else {
            Layout::Plans
        }
    }

    /// The scenario as it stands, then every point, laid out.
    pub fn lay_out(&self, points: &[Vec<String>]) -> Result<Variants, Failure> {
        match self.layout(points) {
            Layout::Copies(deal) => self.copies(deal, points),
            Layout::Plans => {
                let (plan, variant) = self.base();
                self.plans(points, Variants { plans: vec![plan], variants: vec![variant] })
            }
        }
    }

    /// Every point, laid out, without the scenario as it stands.
    pub fn lay_out_alone(&self, points: &[Vec<String>]) -> Result<Variants, Failure> {
        match self.layout(points) {
            Layout::Copies(deal) => {
                let mut variants = self.copies(deal, points)?;
                variants.variants.remove(0);
                Ok(variants)
            }
            Layout::Plans => self.plans(points, Variants { plans: Vec::new(), variants: Vec::new() }),
        }
    }

    fn base(&self) -> (Plan, Variant) {
        let plan = Plan::from_model(&self.base.model, self.seed, self.isa);
        let deals = (0..plan.deals().len()).collect();
        (plan, Variant { plan: 0, deals })
    }

    fn plans(&self, points: &[Vec<String>], mut variants: Variants) -> Result<Variants, Failure> {
        let deals: Vec<usize> = (0..self.base.model.deals.len()).collect();
        for point in points {
            let scenario = self.judge(point)?;
            variants.variants.push(Variant { plan: variants.plans.len(), deals: deals.clone() });
            variants.plans.push(Plan::from_model(&scenario.model, self.seed, self.isa));
        }
        Ok(variants)
    }

    fn copies(&self, deal: usize, points: &[Vec<String>]) -> Result<Variants, Failure> {
        let own = &self.base.model.deals[deal].name;
        let taken = |name: &String| self.base.model.deals.iter().any(|deal| deal.name == *name);
        let stem: String = own.chars().take(50).collect();
        let mut names = (0_u64..).map(|i| format!("{stem}--{i}")).filter(|name| !taken(name));
        let copies: Vec<DealCopy> = points
            .iter()
            .map(|point| {
                let name = names.next().expect("there are more numbers than deals");
                // The name, not a part of the word before it.
                let flag = |flag: String| match flag.strip_prefix("deal.") {
                    Some(rest) => format!("deal.{}", rest.replacen(own.as_str(), &name, 1)),
                    None => flag,
                };
                DealCopy { of: own.clone(), flags: self.flags(point).into_iter().map(flag).collect(), name }
            })
            .collect();
        let scenario = match self.file.judge(&self.base.overrides, &copies) {
            Ok(scenario) => scenario,
            Err(failure) => {
                // Said of the point itself, in its own words; if each is good alone, then as it is.
                points.iter().try_for_each(|point| self.judge(point).map(drop))?;
                return Err(failure);
            }
        };
        let plan = Plan::from_model(&scenario.model, self.seed, self.isa);
        let deals: Vec<usize> = (0..self.base.model.deals.len()).collect();
        let place = |at: usize| {
            let mut deals = deals.clone();
            deals[deal] = at;
            Variant { plan: 0, deals }
        };
        let variants =
            std::iter::once(deal).chain(deals.len()..deals.len() + points.len()).map(place).collect();
        Ok(Variants { plans: vec![plan], variants })
    }

    /// The first point at which a path by itself is not finite. Copies of a deal share a plan, which does not say whose it was.
    pub fn broken_at<'p>(&self, points: &'p [Vec<String>], path: u64) -> Option<&'p Vec<String>> {
        let is_broken = |scenario: &Scenario| {
            single(&Plan::from_model(&scenario.model, self.seed, self.isa), path).non_finite
        };
        if is_broken(self.base) {
            return None;
        }
        points.iter().find(|point| self.judge(point).is_ok_and(|scenario| is_broken(&scenario)))
    }

    /// What is said of paths that are not finite in the plan of that index, which is laid out for these points.
    pub fn not_finite(
        &self,
        points: &[Vec<String>],
        variants: &Variants,
        plan: usize,
        broken: NonFinite,
        simulated: u64,
    ) -> NonFinitePaths {
        let own = |variant: &&Variant| variant.plan == plan;
        let point = match variants.variants.iter().filter(own).count() {
            0 | 1 => {
                let before = variants.variants.len() - points.len();
                let at = variants.variants.iter().position(|variant| variant.plan == plan);
                at.and_then(|at| points.get(at.checked_sub(before)?))
            }
            _ => broken.first.first().and_then(|&path| self.broken_at(points, path)),
        };
        NonFinitePaths {
            of: point.map_or(String::new(), |point| self.words(point)),
            broken,
            simulated,
            flags: point.map_or(Vec::new(), |point| self.flags(point)),
            scenario: 0,
        }
    }

    /// The scenario at a point.
    pub fn judge(&self, values: &[String]) -> Result<Scenario, Failure> {
        let flags: Vec<String> = self.base.overrides.iter().cloned().chain(self.flags(values)).collect();
        self.file.judge(&flags, &[]).map_err(|failure| self.refused(values, failure))
    }

    /// A point that is not a scenario: which value, and why.
    fn refused(&self, values: &[String], failure: Failure) -> Failure {
        let Failure::Scenario { exit, problems, .. } = &failure else { return failure };
        let Some(first) = problems.iter().find(|problem| problem.severity == Severity::Error) else {
            return failure;
        };
        let of_key = matches!(first.code, Code::UnknownKey | Code::SetForm | Code::SetEntry | Code::SetPath);
        let message = if of_key {
            format!("`{}` cannot be varied: {}", self.keys.join("` and `"), first.message)
        } else {
            format!("`{}` cannot be: {}", self.words(values), first.message)
        };
        let code = if of_key { Code::VaryKey } else { Code::VaryValue };
        let told = Failure::coded(if of_key { Exit::Usage } else { *exit }, code, message);
        let told = match &first.help {
            Some(help) => told.help(help.clone()),
            None => told,
        };
        let mut command = format!("capstake check {}", quoted(&self.base.path.display().to_string()));
        for flag in self.base.overrides.iter().cloned().chain(self.flags(values)) {
            command.push_str(&format!(" --set {}", quoted(&flag)));
        }
        told.help(format!("look at the whole of it: {command}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_lists_are_read() {
        let values = |text: &str| vary_argument(text).unwrap().values;
        assert_eq!(values("a.b=0:1:11")[3], "0.3");
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
