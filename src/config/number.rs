//! Numbers of the scenario: a constant, a constant with a source, or a distribution.

use super::choice::choice;
use super::family::Family;
use super::field::as_real;
use super::format::FORMAT;
use super::place::{Located, Place};
use super::reader::{KeyContext, Reader};
use super::section::{Collect, Field, Section, read_entries, section};
use super::spec::ValueKind;
use super::tree::{Node, Value, print_table};
use super::unit::{Domain, Unit};
use super::usual::Usual;

choice! {
    /// How a CSV file of empirical separates cells and writes decimals.
    Dialect {
        /// Commas between cells, decimal points.
        Comma = "comma",
        /// Semicolons between cells, decimal commas, as spreadsheets write in most of Europe.
        ExcelEu = "excel-eu",
    }
}

choice! {
    /// How the numbers of a growth rate are meant.
    Basis {
        /// Growth from one year to the next: 0.5 is half as much again in a year, and the rate of the model is ln(1 + number).
        Annual = "annual",
        /// The rate of the model: 0.5 is e^0.5 = 1.65 times in a year.
        Continuous = "continuous",
    }
}

section! {
    /// The table form of a number.
    NumberTable by Single;
    /// The value itself: a constant with a source or a note.
    value: Option<Located<f64>> = plain();
    /// The family of the distribution.
    dist: Option<Located<Family>> = plain();
    /// The number is the same draw as the one under this key.
    same_as: Option<Located<String>> = plain();
    /// The lowest value of uniform, triangular, pert and beta.
    low: Option<Located<f64>> = plain();
    /// The most likely value of triangular and pert.
    mode: Option<Located<f64>> = plain();
    /// The highest value of uniform, triangular, pert and beta.
    high: Option<Located<f64>> = plain();
    /// How far a pert distribution leans to its mode.
    weight: Option<Located<f64>> = plain().or("4");
    /// The mean of normal and lognormal, the centre of student-t.
    mean: Option<Located<f64>> = plain();
    /// The standard deviation of normal and lognormal.
    sd: Option<Located<f64>> = plain();
    /// The median of lognormal.
    median: Option<Located<f64>> = plain();
    /// The standard deviation of the logarithm of lognormal.
    sigma: Option<Located<f64>> = plain();
    /// The degrees of freedom of student-t.
    df: Option<Located<f64>> = plain();
    /// The scale of student-t.
    scale: Option<Located<f64>> = plain();
    /// The first shape of beta.
    a: Option<Located<f64>> = plain();
    /// The second shape of beta.
    b: Option<Located<f64>> = plain();
    /// The values of discrete.
    values: Option<Located<Vec<Located<f64>>>> = plain();
    /// The weights of discrete; they need not sum to 1.
    weights: Option<Located<Vec<Located<f64>>>> = plain();
    /// The CSV file of empirical, relative to the scenario's folder.
    csv: Option<Located<String>> = plain();
    /// The column of that file, by its header.
    column: Option<Located<String>> = plain();
    /// Separators and decimal marks of that file.
    dialect: Option<Located<Dialect>> = plain().or("comma");
    /// The value not reached in one case of a hundred, of quantiles.
    p01: Option<Located<f64>> = plain().also("p1");
    /// The value not reached in one case of twenty, of quantiles.
    p05: Option<Located<f64>> = plain().also("p5");
    /// The value not reached in one case of ten, of quantiles.
    p10: Option<Located<f64>> = plain();
    /// The value not reached in one case of four, of quantiles.
    p25: Option<Located<f64>> = plain();
    /// The median, of quantiles.
    p50: Option<Located<f64>> = plain();
    /// The value exceeded in one case of four, of quantiles.
    p75: Option<Located<f64>> = plain();
    /// The value exceeded in one case of ten, of quantiles.
    p90: Option<Located<f64>> = plain();
    /// The value exceeded in one case of twenty, of quantiles.
    p95: Option<Located<f64>> = plain();
    /// The value exceeded in one case of a hundred, of quantiles.
    p99: Option<Located<f64>> = plain();
    /// The lower bound of quantiles.
    lower: Option<Located<f64>> = plain();
    /// The upper bound of quantiles.
    upper: Option<Located<f64>> = plain();
    /// The law is conditioned on being at least this.
    min: Option<Located<f64>> = plain();
    /// The law is conditioned on being at most this.
    max: Option<Located<f64>> = plain();
    /// Of a growth rate: how its numbers are meant.
    basis: Option<Located<Basis>> = plain().or("continuous");
    /// The key of the `[[source]]` that states it.
    source: Option<Located<String>> = plain();
    /// The key of a `[[source]]` that it was derived from and that does not state it.
    informed_by: Option<Located<String>> = plain();
    /// Why this number.
    note: Option<Located<String>> = plain();
}

impl NumberTable {
    /// Whether its numbers are year-on-year rates.
    pub fn is_annual(&self) -> bool {
        self.basis.as_ref().is_some_and(|basis| basis.value == Basis::Annual)
    }

    /// The number under a key that takes a plain number, if it is written.
    pub fn real(&self, key: &str) -> Option<f64> {
        self.print().into_iter().find(|(name, _)| name == key).and_then(|(_, value)| as_real(&value))
    }

    /// The distribution parameters written in this table, with their source positions.
    pub fn parameters(&self) -> Vec<(&'static str, Place)> {
        let is_parameter = |key: &str| Family::all().any(|family| family.takes(key));
        self.written().into_iter().filter(|(key, _)| is_parameter(key)).collect()
    }

    /// The table with all that is in the number's unit in another one, without source positions; `None` if it cannot be
    /// written so: the values of a file, a beta distribution between 0 and 1. Bounds at one of the `ends` stay as they are:
    /// whoever writes percentages writes those as they should be.
    pub fn scaled(&self, ends: &[f64], scale: impl Fn(f64) -> f64) -> Option<NumberTable> {
        let family = self.dist.as_ref().map(|dist| dist.value);
        let standard = family == Some(Family::Beta) && (self.low.is_none() || self.high.is_none());
        if family == Some(Family::Empirical) || standard {
            return None;
        }
        let mut entries = self.print();
        for (key, value) in entries.iter_mut().filter(|(key, _)| !UNITLESS.contains(&key.as_str())) {
            match value {
                Value::Float(bound) if BOUNDS.contains(&key.as_str()) && ends.contains(bound) => {}
                Value::Float(number) => *number = scale(*number),
                Value::Array(items) => {
                    for item in items {
                        item.value = Value::Float(scale(as_real(&item.value)?));
                    }
                }
                _ => {}
            }
        }
        let Value::Table(entries) = print_table(entries) else { return None };
        Some(read_entries("", Place::FILE, &entries, &mut Reader::new(FORMAT)))
    }
}

/// Parameters that are not in the number's unit.
const UNITLESS: [&str; 6] = ["weight", "sigma", "df", "a", "b", "weights"];

/// Parameters that bound a distribution.
const BOUNDS: [&str; 4] = ["lower", "upper", "min", "max"];

/// A number as written, with unit, domain and usual range of its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The full dotted key: `segment.business.growth_now`.
    pub key: String,
    /// The unit.
    pub unit: Unit,
    /// The values it may take.
    pub domain: Domain,
    /// The values it usually has.
    pub usual: Option<Usual>,
    /// Whether it is a growth rate.
    pub growth: bool,
    /// Source position of the value.
    pub place: Place,
    /// What is written.
    pub content: NumberContent,
}

/// A plain number or a table.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberContent {
    /// A plain number, not validated yet: it may be `nan`.
    Constant(f64),
    /// A table, not validated yet.
    Table(Box<NumberTable>),
}

/// The highest usual growth from one year to the next: tenfold.
const MOST_ANNUAL_GROWTH: f64 = 9.0;

impl Number {
    /// Whether it is growth from one year to the next.
    pub fn is_annual(&self) -> bool {
        matches!(&self.content, NumberContent::Table(table) if table.is_annual())
    }

    /// The values that the number usually has, as it is written: those of a continuous rate are turned into growth from one year to
    /// the next where it is written so.
    pub fn usual(&self) -> Option<Usual> {
        let usual = self.usual?;
        let annual = |rate: f64| ((100.0 * rate.exp_m1()).round() / 100.0).min(MOST_ANNUAL_GROWTH);
        Some(if self.is_annual() {
            Usual { low: annual(usual.low), high: annual(usual.high) }
        } else {
            usual
        })
    }

    /// The values that it may take, as it is written.
    pub fn written_domain(&self) -> Domain {
        if self.is_annual() { Domain::AboveMinusOne } else { self.domain }
    }

    /// The ends of its domain and of its usual range, as it is written.
    pub fn ends(&self) -> Vec<f64> {
        let (low, high) = self.written_domain().bounds();
        let usual = self.usual().map(|usual| [usual.low, usual.high]);
        [low, high].into_iter().chain(usual.into_iter().flatten()).collect()
    }

    /// How a growth rate is meant, to follow it; empty for any other number.
    pub fn basis_words(&self) -> &'static str {
        match (self.growth, self.is_annual()) {
            (false, _) => "",
            (true, false) => " (continuous)",
            (true, true) => " (annual)",
        }
    }

    /// Reads a plain number or a number table.
    pub(crate) fn from_node(key: KeyContext<'_>, node: &Node, reader: &mut Reader) -> Option<Number> {
        let content = match &node.value {
            Value::Table(entries) => {
                if let Some(basis) = entries.iter().find(|entry| entry.key == "basis" && !key.spec.growth) {
                    reader.misplaced_basis(key.path, basis);
                }
                let table = read_entries::<NumberTable>(key.path, node.place, entries, reader);
                NumberContent::Table(Box::new(table))
            }
            value => match as_real(value) {
                Some(number) => NumberContent::Constant(number),
                None => {
                    reader.wrong_type(key, node);
                    return None;
                }
            },
        };
        Some(Number {
            key: key.path.to_owned(),
            unit: key.spec.unit.unwrap_or(Unit::Fraction),
            domain: key.spec.domain,
            usual: key.spec.usual,
            growth: key.spec.growth,
            place: node.place,
            content,
        })
    }

    /// The number in canonical form: a table that has only `value` is printed as a plain number.
    pub(crate) fn to_value(&self) -> Value {
        match &self.content {
            NumberContent::Constant(number) => Value::Float(*number),
            NumberContent::Table(table) => {
                let mut entries = table.print();
                match entries.as_slice() {
                    [(name, Value::Float(_))] if name == "value" => entries.remove(0).1,
                    _ => print_table(entries),
                }
            }
        }
    }
}

impl Field for Option<Number> {
    const KIND: ValueKind = ValueKind::Number;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        *self = Number::from_node(key, node, reader);
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(Number::to_value)
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|number| number.place)
    }
}

impl Collect<Number> for Option<Number> {
    fn collect<'a>(&'a self, out: &mut Vec<&'a Number>) {
        out.extend(self);
    }
}
