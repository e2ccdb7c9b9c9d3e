//! The assumptions of a scenario in sections, with the numbers, dates, words and flags that can be changed, as JSON.

use capstake::config::changed::{Setting, Term, settable, settings};
use capstake::model::PartyNames;
use capstake::report::label;
use capstake::report::results::{Facts, Results, SourceFacts};
use capstake::report::tables::{Tables, inputs_of};
use capstake_output::page::assumptions::{self, Number, Source};
use capstake_output::page::view::View;
use serde_json::{Value, json};

use super::subject::{LEVELS, Subject};

/// Settings that the page does not change: those with which it was started hold, and the dates of sources move nothing.
const NOT_SHOWN: [&str; 2] = ["run.sampling", "source"];

/// Name, deals and all assumptions of the scenario.
pub fn scenario(subject: &Subject) -> Value {
    let model = &subject.base.model;
    let facts = Facts {
        scenario: model.name.clone(),
        names: model.names.clone(),
        sources: model
            .sources
            .iter()
            .map(|source| SourceFacts {
                key: source.key.clone(),
                title: source.title.clone(),
                url: source.url.clone(),
                date: source.date.clone(),
            })
            .collect(),
        ..Facts::default()
    };
    let results = Results { facts, tables: Tables { inputs: inputs_of(model), ..Tables::default() } };
    let listed = assumptions::assumptions(&View::new(&results));
    let config = Subject::config(&subject.base);
    let fields = config.as_ref().map(settable).unwrap_or_default();
    let number = |group: &str, number: &Number| {
        let own = fields
            .iter()
            .filter(|field| field.number == number.key)
            .map(|field| json!({"key": field.key(), "name": field.parameter, "value": field.value}));
        let row = results.tables.inputs.iter().find(|row| row.key == number.key);
        // An uncertain number can also be fixed at a value, which takes its distribution away.
        let fixed = row.filter(|row| row.std_dev != 0.0 && row.p50.is_finite());
        let fixed =
            fixed.map(|row| json!({"key": number.key, "name": "fixed", "value": row.p50, "fixed": true}));
        let own: Vec<Value> = fixed.into_iter().chain(own).collect();
        json!({
            "key": number.key,
            "label": label_within(group, &number.key, subject.names()),
            "value": number.value,
            "range": number.range,
            "law": number.law,
            "unit": row.map(|row| row.unit.clone()),
            "source": source(&number.source),
            "note": number.note,
            "fields": own,
        })
    };
    let mut sections: Vec<(String, Vec<Value>)> = Vec::new();
    for group in &listed.groups {
        let rows = group.numbers.iter().map(|one| number(&group.name, one)).collect();
        sections.push((group.name.clone(), rows));
    }
    let is_shown = |one: &Setting| {
        !NOT_SHOWN.iter().any(|key| one.key == *key || one.key.starts_with(&format!("{key}.")))
    };
    for one in config.as_ref().map(settings).unwrap_or_default().into_iter().filter(is_shown) {
        let name = assumptions::group_of(&one.key);
        let row = term(&name, &one, subject.names());
        let Some((_, rows)) = sections.iter_mut().find(|(known, _)| *known == name) else {
            sections.push((name, vec![row]));
            continue;
        };
        // A date that counts as a number of years has a row as a number: it is the same row.
        match rows.iter_mut().find(|known| known["key"] == row["key"]) {
            Some(known) => {
                let years = known["value"].as_str().unwrap_or_default();
                known["value"] = json!(format!("{}, {years}", row["value"].as_str().unwrap_or_default()));
                known["fields"] = row["fields"].clone();
                if known["note"].as_str().is_none_or(str::is_empty) {
                    known["note"] = row["note"].clone();
                }
            }
            None => rows.push(row),
        }
    }
    let sections = sections.into_iter().map(|(name, rows)| json!({"name": name, "numbers": rows}));
    json!({
        "name": model.name,
        "file": subject.base.path.display().to_string(),
        "valued": model.timeline.valuation_date().to_string(),
        "seed": subject.randomness.seed.to_string(),
        "deals": model.deals.iter().map(|deal| deal.name.clone()).collect::<Vec<_>>(),
        "levels": LEVELS,
        "words": listed.words,
        "sections": sections.collect::<Vec<_>>(),
    })
}

/// A date, a word or a flag.
fn term(section: &str, one: &Setting, names: &PartyNames) -> Value {
    let (kind, value, written, words) = match &one.term {
        Term::Date(date) => ("date", json!(date.to_string()), date.to_string(), Vec::new()),
        Term::Flag(flag) => ("flag", json!(flag), if *flag { "yes" } else { "no" }.to_owned(), Vec::new()),
        Term::Word(word, words) => {
            let words = words.iter().map(|one| json!({"word": one.word, "meaning": one.meaning()})).collect();
            ("word", json!(word), word.clone(), words)
        }
    };
    json!({
        "key": one.key,
        "label": label_within(section, &one.key, names),
        "value": written,
        "range": "",
        "law": "",
        "unit": null,
        "source": {"text": ""},
        "note": one.meaning,
        "fields": [{"key": one.key, "name": "", "kind": kind, "value": value, "words": words}],
    })
}

/// What a number is called below the name of its section: `Cap` in `deal amended-2026`.
fn label_within(section: &str, key: &str, names: &PartyNames) -> String {
    let label = label::of_key(key, names);
    let own = section.rsplit(' ').next().unwrap_or(section);
    let rest = [section, own].into_iter().find_map(|start| label.strip_prefix(start)?.strip_prefix(' '));
    label::capital(rest.filter(|rest| !rest.is_empty()).unwrap_or(&label))
}

fn source(source: &Source) -> Value {
    match source {
        Source::Judgement => json!({"text": "judgement"}),
        Source::SameAs(key) => json!({"text": format!("same as {key}")}),
        Source::Text { states, title, url, date } => {
            let derived = if *states { "" } else { "derived from " };
            let is_link = url.starts_with("https://") || url.starts_with("http://");
            json!({"text": format!("{derived}{title}"), "url": is_link.then_some(url), "date": date})
        }
    }
}
