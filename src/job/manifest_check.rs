//! Compares what a manifest says of its run with what a new run of the same scenario, seed and paths says.

use serde_json::Value;

use super::manifest::{FilePart, Manifest, Status};
use super::words::cut;
use crate::run::CHUNK_PATHS;

/// The first fact that a run determines and that the manifest says otherwise; `again` is the manifest of a new run of
/// the scenario in `found`. Files are not compared.
pub fn first_difference(found: &Manifest, again: &Manifest) -> Option<String> {
    let mut expected = again.clone();
    // The new run goes as far as this one came, and is complete there; a run that was stopped is not.
    let run = &mut expected.run;
    let stopped = run.shard.is_none() && run.paths_done < run.paths_asked;
    expected.status = if stopped { Status::Partial } else { Status::Complete };
    // A run is stopped between chunks, and never goes on after its end.
    if run.paths_done > run.paths_asked || stopped && !run.paths_done.is_multiple_of(CHUNK_PATHS) {
        run.paths_asked = run.paths_done;
    }
    difference("", &determined(found), &determined(&expected))
}

/// Facts of a manifest that its scenario, seed and paths determine. Time, machine, the scenario's place and the flags that led to
/// it are another matter.
fn determined(manifest: &Manifest) -> Value {
    let mut facts = serde_json::to_value(manifest).expect("a manifest is JSON");
    let mut leave_out = |part: &str, keys: &[&str]| {
        let table = if part.is_empty() { Some(&mut facts) } else { facts.get_mut(part) };
        if let Some(table) = table.and_then(Value::as_object_mut) {
            keys.iter().for_each(|key| drop(table.shift_remove(*key)));
        }
    };
    leave_out("", &["build", "files"]);
    leave_out("run", &["started", "wall_seconds", "paths_per_second", "threads", "simd"]);
    leave_out("scenario", &["file", "overrides"]);
    for file in facts["scenario"]["empirical_files"].as_array_mut().into_iter().flatten() {
        file.as_object_mut().map(|file| file.shift_remove("path"));
    }
    facts
}

/// `run.paths_done: 5; a new run gives 7`.
fn difference(place: &str, found: &Value, expected: &Value) -> Option<String> {
    let inside = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let value =
                    |table: &serde_json::Map<String, Value>| table.get(key).cloned().unwrap_or_default();
                difference(&inside(key), &value(a), &value(b))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(at, (a, b))| difference(&inside(&at.to_string()), a, b))
        }
        _ if found == expected => None,
        _ => Some(format!("{}: {}; a new run gives {}", cut(place), shown(found), shown(expected))),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        Value::Array(items) if items.len() == 1 => "1 entry".to_owned(),
        Value::Array(items) => format!("{} entries", items.len()),
        Value::String(text) => cut(text).into_owned(),
        other => cut(&other.to_string()).into_owned(),
    }
}

/// What the manifest says otherwise of a file than what a new run has written.
pub fn entry_difference(found: &[&FilePart], again: &FilePart) -> Option<String> {
    match found {
        [] => Some("the manifest does not list it, and a new run writes it".to_owned()),
        [one] if one.bytes != again.bytes => {
            Some(format!("the manifest gives it {} bytes; a new run writes {}", one.bytes, again.bytes))
        }
        [one] if one.blake3 != again.blake3 => {
            Some("the manifest gives it another digest than a new run".to_owned())
        }
        [_] => None,
        more => Some(format!("the manifest lists it {} times", more.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fact_that_differs_is_named_and_cut() {
        let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let cases = [
            (r#"{"a": {"b": 1}}"#, r#"{"a": {"b": 2}}"#, "a.b: 1; a new run gives 2"),
            (r#"{"a": {}}"#, r#"{"a": {"b": true}}"#, "a.b: nothing; a new run gives true"),
            (r#"{"a": {"b": true}}"#, r#"{"a": {}}"#, "a.b: true; a new run gives nothing"),
            (r#"[{"x": "y"}]"#, r#"[{"x": "z"}]"#, "0.x: y; a new run gives z"),
            ("[1]", "[1, 2]", ": 1 entry; a new run gives 2 entries"),
        ];
        for (found, expected, words) in cases {
            assert_eq!(difference("", &value(found), &value(expected)).as_deref(), Some(words));
            assert_eq!(difference("", &value(found), &value(found)), None);
        }
        let long = difference("", &Value::from("x".repeat(1_000)), &Value::Null).expect("they differ");
        assert!(long.len() < 150, "{long}");
    }
}
