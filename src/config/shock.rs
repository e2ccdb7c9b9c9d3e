//! `[[shock]]`: rare events that move revenue or the valuation multiple at once.

use super::number::Number;
use super::place::{Located, Place};
use super::reader::{KeyContext, Reader};
use super::section::{Collect, Field, section};
use super::spec::{KeyAttributes, KeySpec, ValueKind, join, number};
use super::tree::{Node, Value, printed_entry};
use super::unit::{Domain, Unit};

section! {
    /// A rare event that moves revenue or the multiple at once.
    Shock by Named("name");
    /// Its name in keys and tables.
    name: Option<Located<String>> = name();
    /// How often it strikes in a year, at most once in a period.
    rate_per_year: Option<Number> = number(Unit::PerYear, NotNegative).usual(0.0, 1.5).required();
    /// The mean of its size, in logarithms: -0.18 takes about 17%.
    mean: Option<Number> = number(Unit::Fraction, Any).usual(-1.0, 1.0).required();
    /// The standard deviation of its size.
    sd: Option<Number> = number(Unit::Fraction, NotNegative).usual(0.0, 2.0).or("0");
    /// What it moves, a segment or `equity.multiple`, and how strongly.
    loading: Option<Loadings> = FACTOR.required();
}

/// What a shock moves, and how strongly.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    /// A segment's name, or `equity.multiple`.
    pub target: Located<String>,
    /// Multiplier of the shock's size.
    pub factor: Number,
}

/// The loadings of a shock, ordered by target so that printing and reading again gives the same order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loadings {
    /// Source position of the table.
    pub place: Place,
    /// One loading for each target.
    pub list: Vec<Loading>,
}

impl Field for Option<Loadings> {
    const KIND: ValueKind = ValueKind::Loadings;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        let Value::Table(entries) = &node.value else {
            reader.wrong_type(key, node);
            return;
        };
        let mut list = Vec::new();
        let mut add = |target: String, place: Place, node: &Node, reader: &mut Reader| {
            let path = join(key.path, &target);
            if let Some(factor) = Number::from_node(KeyContext { spec: &LOADING, path: &path }, node, reader)
            {
                list.push(Loading { target: Located { value: target, place }, factor });
            }
        };
        for entry in entries {
            match entry.node.entries() {
                // `equity.multiple = 1.0` without quotes is a table in a table.
                Some(inner) if inner.len() == 1 && inner[0].key == "multiple" => {
                    let target = join(&entry.key, &inner[0].key);
                    add(target, entry.key_place, &inner[0].node, reader);
                }
                _ => add(entry.key.clone(), entry.key_place, &entry.node, reader),
            }
        }
        list.sort_by(|a: &Loading, b| a.target.value.cmp(&b.target.value));
        *self = Some(Loadings { place: node.place, list });
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|loadings| {
            let mut entries: Vec<_> = loadings
                .list
                .iter()
                .map(|loading| printed_entry(loading.target.value.clone(), loading.factor.to_value()))
                .collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            Value::Table(entries)
        })
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|loadings| loadings.place)
    }
}

impl Collect<Number> for Option<Loadings> {
    fn collect<'a>(&'a self, out: &mut Vec<&'a Number>) {
        out.extend(self.iter().flat_map(|loadings| &loadings.list).map(|loading| &loading.factor));
    }
}

/// The specification of each number in a table of loadings.
const LOADING: KeySpec = FACTOR.row("loading", ValueKind::Number, "");

/// Unit, domain and usual range of loadings.
const FACTOR: KeyAttributes = number(Unit::Multiple, Domain::Any).usual(-10.0, 10.0);
