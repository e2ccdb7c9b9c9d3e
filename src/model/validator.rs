//! The validator: the parameters, the timeline and the problems found so far, and the checks that all tables
//! share.

use std::collections::{HashMap, HashSet};

use crate::config::spec::Presence;
use crate::config::spelling::listed;
use crate::config::{
    Code, Config, Date, Domain, Located, Number, NumberContent, Place, Problem, Problems, Unit,
};
use crate::math::distribution;

use super::columns::EmpiricalColumns;
use super::domain::{DOMAIN_TOLERANCE, OutsideMass, probability_words};
use super::parameters::{Alias, Distribution, Origin, ParamId, Parameter, Parameters, Provenance};
use super::table::Table;
use super::timeline::{TIME_SLACK, Timeline};
use super::{names, number, same_as, usual};

/// Where a date off the timeline lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Before the valuation date.
    Before,
    /// After the horizon.
    After,
}

/// The state of validation: what is known so far, and the problems found.
pub(super) struct Validator<'a> {
    pub(super) problems: Problems,
    pub(super) parameters: Parameters,
    /// `None` if the timeline is invalid; checks that need it are then skipped.
    pub(super) timeline: Option<Timeline>,
    written: HashMap<&'a str, ParamId>,
    failed: HashSet<ParamId>,
    /// Key of the home cloud's current share, which must be above 0 because other shares are measured against
    /// it.
    home_share: Option<&'a str>,
}

impl<'a> Validator<'a> {
    /// Validates all numbers of the scenario and its timeline.
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
        let mut provenance = Vec::with_capacity(numbers.len());
        for number in &numbers {
            provenance.push(validator.provenance(number, sources));
            if same_as::link(number).is_none() {
                validator.add(number, provenance[provenance.len() - 1], columns);
            }
        }
        let mut ends = same_as::Ends::new();
        for (number, provenance) in numbers.iter().zip(provenance) {
            if let Some(target) = same_as::link(number) {
                validator.alias(number, target, &by_key, &mut ends, provenance);
            }
        }
        validator.timeline = Timeline::validate(&mut validator.problems, config);
        validator
    }

    /// Validates a number that is not `same_as` another and adds it to the parameters.
    fn add(&mut self, number: &'a Number, provenance: Provenance, columns: &dyn EmpiricalColumns) {
        let domain = self.domain(number);
        let id = match number::validate(number, domain, columns, &mut self.problems) {
            Some(validated) => self.parameters.push(Parameter {
                key: number.key.clone(),
                unit: number.unit,
                distribution: validated.distribution,
                origin: Origin::Scenario,
                provenance,
                note: note(number),
                wording: validated.wording,
            }),
            None => self.unusable(number),
        };
        self.written.entry(&number.key).or_insert(id);
    }

    fn domain(&self, number: &Number) -> Domain {
        if self.home_share == Some(number.key.as_str()) { Domain::PositiveFraction } else { number.domain }
    }

    /// The source that a number names, and whether that states it; reports an unknown source, and both kinds together.
    fn provenance(&mut self, number: &Number, sources: &[String]) -> Provenance {
        let NumberContent::Table(table) = &number.content else { return Provenance::Judgement };
        if let (Some(source), Some(informed_by)) = (&table.source, &table.informed_by) {
            self.problems.push(
                Problem::error(
                    Code::KeysExclusive,
                    informed_by.place,
                    format!("`{}` has both `source` and `informed_by`", number.key),
                )
                .also(source.place, "`source`")
                .help("keep one: `source` where the publication states this number, `informed_by` where the number was derived from it; say how in `note`"),
            );
        }
        let mut find = |written: &Option<Located<String>>| {
            self.find(written.as_ref()?, sources, Code::UnknownSource, "source", "[[source]]")
        };
        let (source, informed_by) = (find(&table.source), find(&table.informed_by));
        match (source, informed_by) {
            (Some(source), _) => Provenance::Source(source),
            (None, Some(source)) => Provenance::InformedBy(source),
            (None, None) => Provenance::Judgement,
        }
    }

    /// Resolves a number that is `same_as` another, and checks that the shared draw suits it.
    fn alias(
        &mut self,
        number: &'a Number,
        link: &'a Located<String>,
        by_key: &HashMap<&'a str, &'a Number>,
        ends: &mut same_as::Ends<'a>,
        provenance: Provenance,
    ) {
        same_as::check_keys(number, &mut self.problems);
        let target = same_as::target(number, link, by_key, ends, &self.problems).map_err(|problem| {
            if let Some(problem) = problem {
                self.problems.push(*problem);
            }
        });
        let drawn = target.ok().and_then(|key| Some((by_key.get(key)?, *self.written.get(key)?)));
        let Some((drawn, id)) = drawn else {
            let id = self.unusable(number);
            self.written.entry(&number.key).or_insert(id);
            return;
        };
        self.written.entry(&number.key).or_insert(id);
        self.parameters.aliases.push(Alias {
            key: number.key.clone(),
            unit: number.unit,
            target: id,
            provenance,
            note: note(number),
        });
        if !self.failed.contains(&id) {
            self.check_alias_domain(number, link, id);
            // What is unusual for the number itself has been told there.
            let distribution = &self.parameters.entry(id).distribution;
            if !usual::is_unusual(drawn, distribution)
                && let Some(problem) = usual::unusual(number, distribution)
            {
                self.problems.push(problem.help(format!("is `{}` in the same unit?", drawn.key)));
            }
        }
    }

    /// Adds a placeholder for a written number that is invalid, so that validation can continue.
    fn unusable(&mut self, number: &Number) -> ParamId {
        let id = self.parameters.push(Parameter {
            key: number.key.clone(),
            unit: number.unit,
            distribution: Distribution::Constant(f64::NAN),
            origin: Origin::Scenario,
            provenance: Provenance::Judgement,
            note: None,
            wording: String::new(),
        });
        self.failed.insert(id);
        id
    }

    /// Checks that the shared draw also lies in the domain of the alias.
    fn check_alias_domain(&mut self, alias: &Number, link: &Located<String>, id: ParamId) {
        let domain = self.domain(alias);
        let entry = &mut self.parameters.entries[id.index()];
        let key = entry.key.clone();
        let (found, code) = match &mut entry.distribution {
            Distribution::Constant(value) if domain.contains(*value) => return,
            Distribution::Constant(value) => (value.to_string(), Code::OutsideDomain),
            Distribution::Uncertain(law) => {
                let outside = OutsideMass::of(law, domain);
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
            .help(format!("give `{}` a distribution of its own, or bound that of `{key}`", alias.key)),
        );
    }

    // ---- Numbers of tables

    /// The id of an optional number, if it is written.
    pub(super) fn optional(&self, written: &Option<Number>) -> Option<ParamId> {
        let number = written.as_ref()?;
        self.written.get(number.key.as_str()).copied()
    }

    /// The id of a number or of its default; reports a problem if it is missing and has no default.
    pub(super) fn number(&mut self, table: &Table, key: &str, written: &Option<Number>) -> ParamId {
        if let Some(id) = self.optional(written) {
            return id;
        }
        match table.presence(key) {
            Some(Presence::Default(text)) => {
                // "0, with a warning" means 0; the caller warns.
                let text = text.split(',').next().unwrap_or(text);
                let value = text.parse().expect("a default that is a number");
                self.default(table, key, value)
            }
            _ => self.required(table, key, written),
        }
    }

    /// The id of a number, or `other` if it is not written.
    pub(super) fn number_or(&mut self, written: &Option<Number>, other: ParamId) -> ParamId {
        self.optional(written).unwrap_or(other)
    }

    /// The id of a required number; reports a problem if it is missing.
    pub(super) fn required(&mut self, table: &Table, key: &str, written: &Option<Number>) -> ParamId {
        self.optional(written).unwrap_or_else(|| {
            self.missing(table, key);
            self.placeholder(table, key)
        })
    }

    /// Adds a parameter for a key that is not written.
    pub(super) fn default(&mut self, table: &Table, key: &str, value: f64) -> ParamId {
        self.parameters.push(Parameter {
            key: table.key(key),
            unit: table.unit(key),
            distribution: Distribution::Constant(value),
            origin: Origin::Default,
            provenance: Provenance::Judgement,
            note: None,
            wording: value.to_string(),
        })
    }

    /// Adds a placeholder for a missing number, so that validation can continue.
    pub(super) fn placeholder(&mut self, table: &Table, key: &str) -> ParamId {
        let id = self.default(table, key, f64::NAN);
        self.failed.insert(id);
        id
    }

    /// Adds a date as a parameter: its time in years.
    pub(super) fn dated(&mut self, table: &Table, key: &str, date: Date, time: f64) -> ParamId {
        self.parameters.push(Parameter {
            key: table.key(key),
            unit: Unit::Years,
            distribution: Distribution::Constant(time),
            origin: Origin::Scenario,
            provenance: Provenance::Judgement,
            note: None,
            wording: date.to_string(),
        })
    }

    /// Whether the parameter is invalid.
    pub(super) fn is_failed(&self, id: ParamId) -> bool {
        self.failed.contains(&id)
    }

    /// The value of a valid constant.
    pub(super) fn constant(&self, id: ParamId) -> Option<f64> {
        if self.is_failed(id) { None } else { self.parameters.constant(id) }
    }

    /// The lowest and the highest value of a valid parameter.
    pub(super) fn range(&self, id: ParamId) -> Option<(f64, f64)> {
        if self.is_failed(id) {
            return None;
        }
        match &self.parameters.entry(id).distribution {
            Distribution::Constant(value) => Some((*value, *value)),
            Distribution::Uncertain(law) => Some(law.support()),
        }
    }

    /// The value or the median of a valid parameter.
    pub(super) fn median(&self, id: ParamId) -> Option<f64> {
        if self.is_failed(id) { None } else { Some(self.parameters.median(id)) }
    }

    /// The distribution of an uncertain parameter.
    pub(super) fn distribution(&self, id: ParamId) -> Option<&distribution::Distribution> {
        match &self.parameters.entry(id).distribution {
            Distribution::Uncertain(law) => Some(law),
            Distribution::Constant(_) => None,
        }
    }

    /// The ids of all written numbers by key, including those that are `same_as` another.
    pub(super) fn written(&self) -> &HashMap<&'a str, ParamId> {
        &self.written
    }

    // ---- Keys

    /// Reports a required key that is missing.
    pub(super) fn missing(&mut self, table: &Table, key: &str) {
        self.problems.push(table.missing(key));
    }

    /// A required value; reports a problem if it is missing.
    pub(super) fn required_value<T: Copy>(
        &mut self,
        table: &Table,
        key: &str,
        written: &Option<Located<T>>,
    ) -> Option<T> {
        if written.is_none() {
            self.missing(table, key);
        }
        written.as_ref().map(|located| located.value)
    }

    /// Reports two keys that exclude each other.
    pub(super) fn exclusive(&mut self, table: &Table, first: (&str, Place), second: (&str, Place)) {
        self.problems.push(table.exclusive(first, second));
    }

    /// Reports that one of two keys is required.
    pub(super) fn neither(&mut self, table: &Table, first: &str, second: &str) {
        self.problems.push(table.neither(first, second));
    }

    /// Warns of a key without effect.
    pub(super) fn no_effect(&mut self, place: Place, message: String, help: impl Into<String>) {
        self.problems.push(Problem::warning(Code::KeyWithoutEffect, place, message).help(help));
    }

    /// Reports a date that appears twice in a list.
    pub(super) fn duplicate_date(&mut self, table: &Table, list: &str, written: &Located<Date>) {
        self.problems.push(
            Problem::error(
                Code::DuplicateDate,
                written.place,
                format!("`{}` has {} twice", table.key(list), written.value),
            )
            .found(written.value.to_string())
            .allowed("every date once (the 30th and the 31st of a month count as one day)")
            .help("take one of the two out, or change its date"),
        );
    }

    // ---- Names

    /// The names of a list's entries; reports invalid, missing and repeated names.
    pub(super) fn names<'n>(
        &mut self,
        list: &str,
        key: &str,
        entries: impl Iterator<Item = (&'n Option<Located<String>>, Place)>,
    ) -> Vec<String> {
        names::of_list(&mut self.problems, list, key, entries)
    }

    /// The position of a name in a list; reports a problem, with the most similar name, if it is not there.
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
            .allowed(if names.is_empty() { format!("no {list} is given") } else { listed(names) });
        let near = self.problems.nearest(&name.value, names.iter().map(String::as_str));
        self.problems.push(match near {
            Some(near) => problem.help(format!("did you mean {near:?}?")),
            None => problem.help(format!("add a {list} of that name, or name one that is there")),
        });
        None
    }

    // ---- Time

    /// Time of the start of a day, years from the valuation date; 0 without a timeline.
    pub(super) fn time_of(&self, date: Date) -> f64 {
        self.timeline.as_ref().map_or(0.0, |timeline| timeline.time_of(date))
    }

    /// Time of the end of a day, years from the valuation date; 0 without a timeline.
    pub(super) fn time_after(&self, date: Date) -> f64 {
        self.timeline.as_ref().map_or(0.0, |timeline| timeline.time_after(date))
    }

    /// Whether a date is before the valuation date, or after the horizon; `None` on the timeline, or without one.
    pub(super) fn side(&self, date: Date) -> Option<Side> {
        let timeline = self.timeline.as_ref()?;
        match date {
            date if date < timeline.valuation_date() => Some(Side::Before),
            date if date > timeline.horizon() => Some(Side::After),
            _ => None,
        }
    }

    /// Whether an end in years lies at or before the valuation date on all paths, or after the horizon on all paths.
    pub(super) fn side_of_end(&self, end: ParamId) -> Option<Side> {
        let timeline = self.timeline.as_ref()?;
        let (low, high) = self.range(end)?;
        match () {
            () if high <= TIME_SLACK => Some(Side::Before),
            () if timeline.is_past_end(low) => Some(Side::After),
            () => None,
        }
    }

    /// Warns of a date off the timeline, with what follows from it.
    pub(super) fn off_timeline(&mut self, place: Place, found: String, message: String, help: &str) {
        let Some(timeline) = &self.timeline else { return };
        let allowed = format!("{} to {}", timeline.valuation_date(), timeline.horizon());
        let problem = Problem::warning(Code::OffTimeline, place, message);
        self.problems.push(problem.found(found).allowed(allowed).help(help));
    }

    /// Whether some time passes from `from` to the end of `to`; reports a problem otherwise.
    pub(super) fn span(
        &mut self,
        table: &Table,
        from: (&str, &Located<Date>),
        to: (&str, &Located<Date>),
    ) -> bool {
        let fits = table.span(from, to);
        fits.map_err(|problem| self.problems.push(*problem)).is_ok()
    }
}

fn note(number: &Number) -> Option<String> {
    match &number.content {
        NumberContent::Table(table) => table.note.as_ref().map(|note| note.value.clone()),
        NumberContent::Constant(_) => None,
    }
}
