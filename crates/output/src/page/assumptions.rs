//! The inputs of a scenario in groups, each with its source or marked as a judgement.

use super::view::View;
use super::wording::measure;
use capstake::report::assumptions::{Origin, in_words, rests_on};
use capstake::report::digits::{NONE, significant};
use capstake::report::tables::InputRow;

/// The inputs of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// How many inputs there are, and where they are from.
    pub words: String,
    /// Groups by part of the scenario, in its order.
    pub groups: Vec<Group>,
}

/// Inputs of one part of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Name of the part, such as `segment consumer`.
    pub name: String,
    /// Its inputs.
    pub numbers: Vec<Number>,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its key in the scenario.
    pub key: String,
    /// Whether `--set` changed it.
    pub is_changed: bool,
    /// Its value or mean, with its unit.
    pub value: String,
    /// Its range from the 5% to the 95% quantile; empty if it is certain.
    pub range: String,
    /// Its distribution as the scenario writes it; empty if it is certain.
    pub law: String,
    /// Its source.
    pub source: Source,
    /// The author's note.
    pub note: String,
}

/// Source of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// None: it is a judgement.
    Judgement,
    /// Equal to another input, given by its key.
    SameAs(String),
    /// A published source.
    Text {
        /// Whether it states the number; otherwise the number was derived from it.
        states: bool,
        /// Title.
        title: String,
        /// Web address; empty if there is none.
        url: String,
        /// Date.
        date: String,
    },
}

/// Lists the inputs.
pub fn assumptions(view: &View) -> Assumptions {
    let rows = &view.results.tables.inputs;
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let number = number(view, row);
        let name = group_of(&row.key);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.numbers.push(number),
            None => groups.push(Group { name, numbers: vec![number] }),
        }
    }
    Assumptions { words: words(view, rows), groups }
}

fn words(view: &View, rows: &[InputRow]) -> String {
    let changed = rows.iter().filter(|row| view.results.facts.is_changed(&row.key)).count();
    let changed = match changed {
        0 => String::new(),
        1 => " The number that --set changed is marked too.".to_owned(),
        count => format!(" The {count} numbers that --set changed are marked too."),
    };
    let rests = rests_on(&view.results.tables.origins, &view.results.facts.names);
    let rests = rests.map_or(String::new(), |sentence| format!(" {sentence}"));
    format!("The scenario sets {}. Judgements are marked.{changed}{rests}", in_words(rows))
}

/// The group of a key: `segment consumer` for `segment.consumer.growth_now`, or its first word if no name
/// follows.
pub fn group_of(key: &str) -> String {
    let parts: Vec<&str> = key.split('.').collect();
    match parts.as_slice() {
        [list @ ("segment" | "cloud" | "deal" | "contract" | "shock"), name, ..] => format!("{list} {name}"),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

/// An input with its unit, rounded.
pub fn number(view: &View, row: &InputRow) -> Number {
    let scale = measure(&row.unit);
    let per = match row.unit.as_str() {
        "per_sqrt_year" => " per √year",
        _ => "",
    };
    let text = |value: f64| match value.is_finite() {
        true => format!("{}{per}", scale.value(value, 4)),
        false if value.is_infinite() => "∞".to_owned(),
        false => NONE.to_owned(),
    };
    let uncertain = row.std_dev > 0.0 || row.p05 < row.p95;
    Number {
        key: row.key.clone(),
        is_changed: view.results.facts.is_changed(&row.key),
        value: text(if row.mean.is_nan() { row.p50 } else { row.mean }),
        range: match uncertain {
            true => format!(
                "{} to {}",
                scale.number(&significant(scale.factor * row.p05, 3)),
                scale.value(row.p95, 3)
            ),
            false => String::new(),
        },
        law: if uncertain { row.distribution.clone() } else { String::new() },
        source: source(view, row),
        note: row.note.clone(),
    }
}

fn source(view: &View, row: &InputRow) -> Source {
    match Origin::of(row) {
        Origin::SameAs(key) => Source::SameAs(key.to_owned()),
        Origin::Judgement => Source::Judgement,
        Origin::Sourced => text_of(view, true, &row.source, Some(&row.source_date)),
        Origin::InformedBy(key) => text_of(view, false, key, None),
    }
}

/// A source of the scenario, by its key; with the date that the table gives it, if it does.
fn text_of(view: &View, states: bool, key: &str, date: Option<&str>) -> Source {
    let known = view.results.facts.sources.iter().find(|source| source.key == key);
    Source::Text {
        states,
        title: known
            .map(|source| source.title.clone())
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| key.to_owned()),
        url: known.map(|source| source.url.clone()).unwrap_or_default(),
        date: date.or(known.map(|source| source.date.as_str())).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::group_of;

    #[test]
    fn groups() {
        assert_eq!(group_of("segment.consumer.growth_now"), "segment consumer");
        assert_eq!(group_of("discount.share"), "discount");
        assert_eq!(group_of("deal.amended-2026.rate"), "deal amended-2026");
        assert_eq!(group_of("ipo.gate.growth"), "ipo");
    }
}
