//! `capstake diff` of two scenarios: which keys differ. A scenario is a TOML file, a workbook, or that of a results folder.

use std::path::{Path, PathBuf};

use serde_json::json;

use capstake::job::error::{Exit, Failure};
use capstake::job::identity::keys_of;
use capstake::job::results;
use capstake::job::visible::visible_line;
use capstake::job::words::{counted, cut};
use capstake::study::difference::{KeyChange, changed_keys};
use capstake_output::scenario_input;

use super::output;

/// A scenario to compare.
struct Subject {
    path: PathBuf,
    name: String,
    digest: String,
    keys: Vec<(String, String)>,
}

/// Reads the scenario of a folder or a file.
fn subject(path: &Path) -> Result<Subject, Failure> {
    if path.is_dir() {
        let scenario = results::any_manifest(path)?.scenario;
        let keys = keys_of(&scenario.resolved).unwrap_or_default();
        return Ok(Subject { path: path.to_owned(), name: scenario.name, digest: scenario.digest, keys });
    }
    let scenario = scenario_input::read(path)?.judge(&[])?;
    output::warnings(&scenario);
    let keys = keys_of(&scenario.resolved).unwrap_or_default();
    let (name, digest) = (scenario.model.name.clone(), scenario.model.digest.clone());
    Ok(Subject { path: path.to_owned(), name, digest, keys })
}

/// Compares two scenarios, of which at least one is a file.
pub fn diff(first: &Path, second: &Path, as_json: bool) -> Result<Exit, Failure> {
    let (first, second) = (subject(first)?, subject(second)?);
    let keys = changed_keys(&first.keys, &second.keys);
    match as_json {
        true => output::json(&format!("{}\n", object(&first, &second, &keys)))?,
        false => output::results(&page(&first, &second, &keys))?,
    }
    Ok(Exit::Done)
}

fn page(first: &Subject, second: &Subject, keys: &[KeyChange]) -> String {
    let mut out = String::new();
    for (label, one) in [("first ", first), ("second", second)] {
        let digest = one.digest.get(..12).unwrap_or(&one.digest);
        let line = format!("{label}  {}: {}, digest {digest}", one.path.display(), one.name);
        out += &format!("{}\n", visible_line(&line));
    }
    if first.digest == second.digest {
        return out + "\nequal: both are the same scenario\n";
    }
    if keys.is_empty() {
        return out
            + "\nno key that counts differs: only sources, notes, the order of lists or the content of a CSV file\n";
    }
    out += &format!("\n{} changed\n", counted(keys.len(), "key"));
    for KeyChange { key, before, after } in keys {
        let text = |value: &Option<String>| {
            value.as_deref().map_or("not set".to_owned(), |text| cut(text).into_owned())
        };
        out += &format!("  {}: {}, then {}\n", cut(key), text(before), text(after));
    }
    out
}

fn object(first: &Subject, second: &Subject, keys: &[KeyChange]) -> serde_json::Value {
    let keys: Vec<_> = keys
        .iter()
        .map(|change| json!({ "key": change.key, "first": change.before, "second": change.after }))
        .collect();
    json!({
        "schema_version": 1,
        "equal": first.digest == second.digest,
        "digests": [first.digest, second.digest],
        "keys": keys,
    })
}
