//! The validator: what all sections need while a scenario is validated, and the problems found so far.

use std::collections::{HashMap, HashSet};

use crate::config::place::Place;
use crate::config::section::Section;
use crate::config::spec::{Presence, SectionSpec};
use crate::config::spelling::nearest;
use crate::config::{Code, Config, Date, Domain, Located, Number, NumberContent, Problem, Problems, Unit};
use crate::math::distribution;

use super::number::{self, DOMAIN_TOLERANCE, EmpiricalColumns, Outside, probability_words};
use super::parameters::{Alias, Distribution, Origin, ParamId, Parameter, Parameters};
use super::timeline::Timeline;

/// A table of the scenario while it is validated: its path and place, and the rows of its keys.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) path: String,
    pub(super) place: Place,
    spec: &'static SectionSpec,
}

impl Table {
    /// The table of section `N` at `path`.
    pub(super) fn new<N: Section>(path: impl Into<String>, place: Place) -> Table {
        Table { path: path.into(), place, spec: N::SPEC }
    }

    /// The full key.
    pub(super) fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// Its path as the header is written.
    pub(super) fn header(&self) -> String {
        format!("`{}`", self.path)
    }

    fn unit(&self, key: &str) -> Unit {
        self.spec.find(key).and_then(|row| row.unit).unwrap_or(Unit::Years)
    }

    fn doc(&self, key: &str) -> &'static str {
        self.spec.find(key).map_or("", |row| row.doc.trim())
    }
}

/// What is known so far, and what was found wrong.
pub(super) struct Validator<'a> {
    pub(super) problems: Problems,
    pub(super) parameters: Parameters,
    /// `None` where the scenario's is not possible: what rests on it is not validated.
    pub(super) timeline: Option<Timeline>,
    written: HashMap<&'a str, ParamId>,
    failed: HashSet<ParamId>,
    /// Key of the home cloud's share, which must be above 0: the mix is measured against it.
    home_share: Option<&'a str>,
}

impl<'a> Validator<'a> {
    /// Validates every number of the scenario, in its order.
    pub(super) fn new(
        config: &'a Config,
        sources: &[String],
        columns: &dyn EmpiricalColumns,
    ) -> Validator<'a> {
        let mut validator = Validator {
            problems: Problems::new(),
            parameters: Parameters::default(),
            timeline: None,
            written: HashMap::new(),
            failed: HashSet::new(),
            home_share: config
                .cloud
                .iter()
                .find(|cloud| cloud.home.as_ref().is_some_and(|home| home.value))
                .and_then(|cloud| cloud.share_now.as_ref())
                .map(|number| number.key.as_str()),
        };
        let numbers = config.numbers();
        let mut by_key: HashMap<&str, &Number> = HashMap::new();
        for number in &numbers {
            by_key.entry(&number.key).or_insert(number);
        }
        for number in &numbers {
            let source = validator.source(number, sources);
            let note = note(number);
            if alias_of(number).is_some() {
                continue;
            }
            let domain = validator.domain(number);
            let validated = number::validate(number, domain, columns, &mut validator.problems);
            let fine = validated.is_some();
            let (distribution, wording) = validated
                .map_or((Distribution::Constant(f64::NAN), String::new()), |validated| {
                    (validated.distribution, validated.wording)
                });
            let num = validator.parameters.push(Parameter {
                key: number.key.clone(),
                unit: number.unit,
                distribution,
                origin: Origin::Scenario,
                source,
                note,
                wording,
            });
            if !fine {
                validator.failed.insert(num);
            }
            validator.written.entry(&number.key).or_insert(num);
        }
        for number in &numbers {
            if let Some(target) = alias_of(number) {
                let source = validator.source_index(number, sources);
                validator.alias(number, target, &by_key, source);
            }
        }
        validator
    }

    fn domain(&self, number: &Number) -> Domain {
        if self.home_share == Some(number.key.as_str()) { Domain::PositiveFraction } else { number.domain }
    }

    fn source_index(&self, number: &Number, sources: &[String]) -> Option<usize> {
        let NumberContent::Table(table) = &number.content else { return None };
        let key = table.source.as_ref()?;
        sources.iter().position(|source| *source == key.value)
    }

    fn source(&mut self, number: &Number, sources: &[String]) -> Option<usize> {
        let NumberContent::Table(table) = &number.content else { return None };
        let key = table.source.as_ref()?;
        self.find(key, sources, Code::UnknownSource, "source", "[[source]]")
    }

    fn alias(
        &mut self,
        number: &'a Number,
        first: &'a Located<String>,
        by_key: &HashMap<&'a str, &'a Number>,
        source: Option<usize>,
    ) {
        if let NumberContent::Table(table) = &number.content {
            number::validate_alias(number, table, &mut self.problems);
        }
        let mut chain = vec![number.key.as_str()];
        let mut link = first;
        let target = loop {
            let key = link.value.as_str();
            if chain.contains(&key) {
                let problem = if chain[0] == key {
                    chain.push(key);
                    Some(
                        Problem::error(
                            Code::SameAsCycle,
                            first.place,
                            format!("`same_as` goes in a circle: {}", chain.join(" -> ")),
                        )
                        .found(first.value.clone())
                        .help("give one of them a value or a distribution"),
                    )
                } else {
                    // It leads into a circle that its own members report.
                    None
                };
                self.problems_push(problem);
                break None;
            }
            match by_key.get(key) {
                None if chain.len() == 1 => {
                    let problem = Problem::error(
                        Code::UnknownSameAs,
                        link.place,
                        format!(
                            "`{}` is to be the same as `{key}`, which is no number of this scenario",
                            number.key
                        ),
                    )
                    .found(key)
                    .allowed("the key of a number that is written in this scenario");
                    let near = nearest(key, by_key.keys().copied().filter(|other| *other != number.key));
                    let problem = match near {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem.help(
                            "keys are written in full, entries by their names: deal.NAME.eligible, segment.NAME.growth_now",
                        ),
                    };
                    self.problems.push(problem);
                    break None;
                }
                // The next one in the chain reports it.
                None => break None,
                Some(next) => match alias_of(next) {
                    Some(further) => {
                        chain.push(key);
                        link = further;
                    }
                    None => break self.written.get(key).copied(),
                },
            }
        };
        let Some(num) = target else {
            let num = self.parameters.push(Parameter {
                key: number.key.clone(),
                unit: number.unit,
                distribution: Distribution::Constant(f64::NAN),
                origin: Origin::Scenario,
                source: None,
                note: None,
                wording: String::new(),
            });
            self.failed.insert(num);
            self.written.entry(&number.key).or_insert(num);
            return;
        };
        self.written.entry(&number.key).or_insert(num);
        self.parameters.aliases.push(Alias {
            key: number.key.clone(),
            unit: number.unit,
            target: num,
            source,
            note: note(number),
        });
        if !self.failed.contains(&num) {
            self.fit(number, first, num);
        }
    }

    /// The law of `num` must suit the domain of an alias as well.
    fn fit(&mut self, alias: &Number, link: &Located<String>, num: ParamId) {
        let domain = self.domain(alias);
        let entry = &mut self.parameters.entries[num.index()];
        let key = entry.key.clone();
        let (found, code) = match &mut entry.distribution {
            Distribution::Constant(value) if domain.contains(*value) => return,
            Distribution::Constant(value) => (value.to_string(), Code::OutsideDomain),
            Distribution::Uncertain(law) => {
                let outside = Outside::of(law, domain);
                if outside.probability() <= DOMAIN_TOLERANCE {
                    if outside.probability() > 0.0 {
                        **law = outside.cut((**law).clone(), domain);
                    }
                    return;
                }
                (
                    format!("outside with probability {}", probability_words(outside.probability())),
                    Code::LeavesDomain,
                )
            }
        };
        self.problems.push(
            Problem::error(
                code,
                link.place,
                format!("`{}` must be {}, which `{key}` is not", alias.key, domain.words()),
            )
            .found(found)
            .allowed(domain.words())
            .help(format!("give `{}` a law of its own, or bound that of `{key}`", alias.key)),
        );
    }

    fn problems_push(&mut self, problem: Option<Problem>) {
        if let Some(problem) = problem {
            self.problems.push(problem);
        }
    }

    // ---- Numbers of tables

    /// The handle of a number that may be left out.
    pub(super) fn optional(&self, slot: &Option<Number>) -> Option<ParamId> {
        let number = slot.as_ref()?;
        self.written.get(number.key.as_str()).copied()
    }

    /// The handle of a number, or of the default that its row in the catalogue names; a missing one without default
    /// is a problem.
    pub(super) fn number(&mut self, table: &Table, key: &str, slot: &Option<Number>) -> ParamId {
        if let Some(num) = self.optional(slot) {
            return num;
        }
        match table.spec.find(key).map(|row| row.presence) {
            Some(Presence::Default(text)) => {
                // "0, with a warning" stands for 0; the warning is the caller's.
                let text = text.split(',').next().unwrap_or(text);
                let value = text.parse().expect("a default that is a number");
                self.default(table, key, value)
            }
            _ => self.required(table, key, slot),
        }
    }

    /// The handle of a number, or the same draw as another.
    pub(super) fn number_or(&mut self, slot: &Option<Number>, other: ParamId) -> ParamId {
        self.optional(slot).unwrap_or(other)
    }

    /// The handle of a number that may not be left out.
    pub(super) fn required(&mut self, table: &Table, key: &str, slot: &Option<Number>) -> ParamId {
        self.optional(slot).unwrap_or_else(|| {
            self.missing(table, key);
            self.placeholder(table, key)
        })
    }

    /// An entry of the parameters for a key that is not written.
    pub(super) fn default(&mut self, table: &Table, key: &str, value: f64) -> ParamId {
        self.parameters.push(Parameter {
            key: table.key(key),
            unit: table.unit(key),
            distribution: Distribution::Constant(value),
            origin: Origin::Default,
            source: None,
            note: None,
            wording: value.to_string(),
        })
    }

    /// A stand-in for a number that has a problem; no model is made of it.
    pub(super) fn placeholder(&mut self, table: &Table, key: &str) -> ParamId {
        let num = self.default(table, key, f64::NAN);
        self.failed.insert(num);
        num
    }

    /// A date as a number of years.
    pub(super) fn dated(&mut self, table: &Table, key: &str, date: Date, time: f64) -> ParamId {
        self.parameters.push(Parameter {
            key: table.key(key),
            unit: Unit::Years,
            distribution: Distribution::Constant(time),
            origin: Origin::Scenario,
            source: None,
            note: None,
            wording: date.to_string(),
        })
    }

    /// Whether a number has a problem of its own.
    pub(super) fn is_failed(&self, num: ParamId) -> bool {
        self.failed.contains(&num)
    }

    /// The value, where it is a constant that has no problem.
    pub(super) fn constant(&self, num: ParamId) -> Option<f64> {
        if self.is_failed(num) { None } else { self.parameters.constant(num) }
    }

    /// The law, where it is uncertain.
    pub(super) fn distribution(&self, num: ParamId) -> Option<&distribution::Distribution> {
        match &self.parameters.entry(num).distribution {
            Distribution::Uncertain(law) => Some(law),
            Distribution::Constant(_) => None,
        }
    }

    /// The handles of all written numbers by key, aliases included.
    pub(super) fn written(&self) -> &HashMap<&'a str, ParamId> {
        &self.written
    }

    // ---- Keys

    /// The problem of a required key.
    pub(super) fn missing(&mut self, table: &Table, key: &str) {
        let condition = match table.spec.find(key).map(|row| row.presence) {
            Some(Presence::RequiredIf(condition)) => format!(" ({condition})"),
            _ => String::new(),
        };
        self.problems.push(
            Problem::error(
                Code::KeyMissing,
                table.place,
                format!("{} needs `{key}`{condition}", table.header()),
            )
            .found("no such key")
            .help(format!("add `{key}`: {}", table.doc(key))),
        );
    }

    /// A leaf that may not be left out.
    pub(super) fn leaf<T: Copy>(&mut self, table: &Table, key: &str, slot: &Option<Located<T>>) -> Option<T> {
        if slot.is_none() {
            self.missing(table, key);
        }
        slot.as_ref().map(|leaf| leaf.value)
    }

    /// The problem of two keys of which at most one may stand.
    pub(super) fn exclusive(&mut self, table: &Table, first: (&str, Place), second: (&str, Place)) {
        self.problems.push(
            Problem::error(
                Code::KeysExclusive,
                second.1,
                format!("{} has both `{}` and `{}`", table.header(), first.0, second.0),
            )
            .also(first.1, format!("`{}`", first.0))
            .help(format!("keep one: `{}` or `{}`", first.0, second.0)),
        );
    }

    /// The problem of two keys of which one must stand.
    pub(super) fn neither(&mut self, table: &Table, first: &str, second: &str) {
        self.problems.push(
            Problem::error(
                Code::KeyNeither,
                table.place,
                format!("{} needs `{first}` or `{second}`", table.header()),
            )
            .found("neither")
            .help(format!("`{first}`: {} `{second}`: {}", table.doc(first), table.doc(second))),
        );
    }

    /// The warning of a key that changes nothing.
    pub(super) fn no_effect(&mut self, place: Place, message: String, help: impl Into<String>) {
        self.problems.push(Problem::warning(Code::KeyWithoutEffect, place, message).help(help));
    }

    // ---- Names

    /// The names of a list's entries; bad, missing and repeated ones are problems.
    pub(super) fn names<'n>(
        &mut self,
        list: &str,
        key: &str,
        entries: impl Iterator<Item = (&'n Option<Located<String>>, Place)>,
    ) -> Vec<String> {
        let mut seen: HashMap<&'n str, Place> = HashMap::new();
        let mut names = Vec::new();
        for (index, (name, place)) in entries.enumerate() {
            let Some(name) = name else {
                self.problems.push(
                    Problem::error(
                        Code::KeyMissing,
                        place,
                        format!("entry {} of `{list}` needs `{key}`", index + 1),
                    )
                    .found("no such key")
                    .allowed(NAME_WORDS)
                    .help(format!("add `{key}`: it names the entry in keys, tables and --set")),
                );
                names.push((index + 1).to_string());
                continue;
            };
            self.check_name(&name.value, name.place, &format!("`{key}` of `{list}`"));
            if let Some(first) = seen.get(name.value.as_str()) {
                self.problems.push(
                    Problem::error(
                        Code::DuplicateName,
                        name.place,
                        format!("two entries of `{list}` have the {key} {:?}", name.value),
                    )
                    .found(name.value.clone())
                    .also(*first, "the first")
                    .help("rename one of them"),
                );
            } else {
                seen.insert(&name.value, name.place);
            }
            names.push(name.value.clone());
        }
        names
    }

    /// Whether `name` may be a name; a problem otherwise.
    pub(super) fn check_name(&mut self, name: &str, place: Place, what: &str) {
        if is_name(name) {
            return;
        }
        let mended = mended_name(name);
        let problem = Problem::error(Code::BadName, place, format!("{what} cannot be {name:?}"))
            .found(format!("{name:?}"))
            .allowed(NAME_WORDS);
        self.problems.push(if is_name(&mended) {
            problem.help(format!("for example {mended:?}"))
        } else {
            problem.help("choose a name by this rule: it becomes part of keys and file names")
        });
    }

    /// The position of a name in a list, or a problem with the nearest one.
    pub(super) fn find(
        &mut self,
        name: &Located<String>,
        names: &[String],
        code: Code,
        what: &str,
        list: &str,
    ) -> Option<usize> {
        if let Some(index) = names.iter().position(|other| *other == name.value) {
            return Some(index);
        }
        let problem = Problem::error(code, name.place, format!("there is no {what} {:?}", name.value))
            .found(format!("{:?}", name.value))
            .allowed(if names.is_empty() { format!("no {list} is given") } else { names.join(", ") });
        let near = nearest(&name.value, names.iter().map(String::as_str));
        self.problems.push(match near {
            Some(near) => problem.help(format!("did you mean {near:?}?")),
            None => problem.help(format!("add a {list} of that name, or name one that is there")),
        });
        None
    }

    // ---- Time

    /// Time of a day itself, years; 0 where there is no timeline.
    pub(super) fn time_of(&self, date: Date) -> f64 {
        self.timeline.as_ref().map_or(0.0, |timeline| timeline.time_of(date))
    }

    /// Time of the day after an end date, years; 0 where there is no timeline.
    pub(super) fn time_after(&self, date: Date) -> f64 {
        self.timeline.as_ref().map_or(0.0, |timeline| timeline.time_after(date))
    }

    /// Whether `to`, included, leaves some time after `from`; a problem otherwise.
    pub(super) fn span(
        &mut self,
        table: &Table,
        from: (&str, &Located<Date>),
        to: (&str, &Located<Date>),
    ) -> bool {
        if super::timeline::days_360_after(to.1.value) > super::timeline::days_360(from.1.value)
            && to.1.value >= from.1.value
        {
            return true;
        }
        let message = if to.1.value < from.1.value {
            format!("{}: `{}` is before `{}`", table.header(), to.0, from.0)
        } else {
            format!("{}: no time passes from `{}` to `{}` in years of 360 days", table.header(), from.0, to.0)
        };
        self.problems.push(
            Problem::error(Code::EndBeforeStart, to.1.place, message)
                .found(to.1.value.to_string())
                .also(from.1.place, format!("`{}` is {}", from.0, from.1.value))
                .allowed(format!("{} or later", from.1.value))
                .help("exchange the two dates, or mend one"),
        );
        false
    }
}

/// The rule of names in words.
pub(super) const NAME_WORDS: &str =
    "small letters, digits, - and _; a letter or digit first; at most 64 characters";

/// `[a-z0-9][a-z0-9_-]{0,63}`
pub(super) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (1..=64).contains(&bytes.len())
        && plain(bytes[0])
        && bytes.iter().all(|byte| plain(*byte) || matches!(byte, b'-' | b'_'))
}

fn mended_name(name: &str) -> String {
    let folded: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_') { c } else { '-' })
        .take(64)
        .collect();
    folded.trim_matches(['-', '_']).to_owned()
}

/// The path of a list's entry.
pub(super) fn entry_path(list: &str, name: &str) -> String {
    format!("{list}.{name}")
}

fn alias_of(number: &Number) -> Option<&Located<String>> {
    match &number.content {
        NumberContent::Table(table) => table.same_as.as_ref(),
        NumberContent::Constant(_) => None,
    }
}

fn note(number: &Number) -> Option<String> {
    match &number.content {
        NumberContent::Table(table) => table.note.as_ref().map(|note| note.value.clone()),
        NumberContent::Constant(_) => None,
    }
}
