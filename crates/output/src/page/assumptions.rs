//! The numbers that went in, in groups, each with its source or marked as a judgement.

use super::view::View;
use super::wording::measure;
use capstake::report::digits::{NONE, significant};
use capstake::report::tables::InputRow;

/// The numbers that went in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// How many there are, and how many have a source.
    pub words: String,
    /// By the part of the scenario that they belong to, in its order.
    pub groups: Vec<Group>,
}

/// Numbers of one part of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The table of the scenario.
    pub name: String,
    /// Its numbers.
    pub numbers: Vec<Number>,
}

/// A number that went in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its key.
    pub key: String,
    /// Its value, or mean, with its unit.
    pub value: String,
    /// From its 5th to its 95th percentile; empty where it is certain.
    pub range: String,
    /// The law as the scenario words it; empty where it is certain.
    pub law: String,
    /// Where it comes from.
    pub source: Source,
    /// The author's remark.
    pub note: String,
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From nowhere: a judgement.
    Judgement,
    /// From another number, by its key.
    SameAs(String),
    /// From a text.
    Text {
        /// Its title.
        title: String,
        /// Its address; empty where there is none.
        url: String,
        /// Its date.
        date: String,
    },
}

/// Lists the numbers.
pub fn assumptions(view: &View) -> Assumptions {
    let rows = &view.results.tables.inputs;
    let mut groups: Vec<Group> = Vec::new();
    let (mut sourced, mut judged) = (0, 0);
    for row in rows {
        let number = number(view, row);
        match number.source {
            Source::Judgement => judged += 1,
            Source::Text { .. } => sourced += 1,
            Source::SameAs(_) => {}
        }
        let name = group_of(&row.key);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.numbers.push(number),
            None => groups.push(Group { name, numbers: vec![number] }),
        }
    }
    let uncertain =
        rows.iter().filter(|row| row.std_dev > 0.0 && !row.distribution.starts_with("same_as")).count();
    Assumptions {
        words: format!(
            "The scenario sets {} numbers, {uncertain} of them uncertain. {sourced} have a source; {judged} are \
             judgements, \
             marked as such.",
            rows.len()
        ),
        groups,
    }
}

/// `segment.consumer` of `segment.consumer.growth_now`; the first word where no name follows.
fn group_of(key: &str) -> String {
    let parts: Vec<&str> = key.split('.').collect();
    match parts.as_slice() {
        [list @ ("segment" | "cloud" | "deal" | "contract" | "shock"), name, ..] => format!("{list} {name}"),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

fn number(view: &View, row: &InputRow) -> Number {
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
    if row.source != "assumption" {
        let known = view.results.facts.sources.iter().find(|source| source.key == row.source);
        return Source::Text {
            title: known
                .map(|source| source.title.clone())
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| row.source.clone()),
            url: known.map(|source| source.url.clone()).unwrap_or_default(),
            date: row.source_date.clone(),
        };
    }
    match row.distribution.strip_prefix("same_as ") {
        Some(key) => Source::SameAs(key.to_owned()),
        None => Source::Judgement,
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
