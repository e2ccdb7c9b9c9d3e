//! Validates names of scenarios and of list entries: their form, and that no two are the same.

use std::collections::HashMap;

use super::misread::taken_for;
use crate::config::names::{FORM, is_name, mended};
use crate::config::{Code, Config, Date, Located, Place, Problem, Problems};

/// The names of a list's entries; reports invalid, missing and repeated names.
pub(super) fn of_list<'n>(
    problems: &mut Problems,
    list: &str,
    key: &str,
    entries: impl Iterator<Item = (&'n Option<Located<String>>, Place)>,
) -> Vec<String> {
    let mut seen: HashMap<&'n str, Place> = HashMap::new();
    let mut names = Vec::new();
    for (index, (name, place)) in entries.enumerate() {
        let Some(name) = name else {
            problems.push(
                Problem::error(
                    Code::KeyMissing,
                    place,
                    format!("entry {} of `{list}` needs `{key}`", index + 1),
                )
                .found("no such key")
                .allowed(FORM)
                .help(format!("add `{key}`: it names the entry in keys, tables and --set")),
            );
            names.push((index + 1).to_string());
            continue;
        };
        let what = format!("`{key}` of `{list}`");
        check(problems, &name.value, name.place, &what);
        // A round without a name goes by its date, which stands in keys only.
        if list != "round" || Date::parse(&name.value).is_none() {
            warn_if_misread(problems, &name.value, name.place, &what, list);
        }
        if let Some(first) = seen.get(name.value.as_str()) {
            problems.push(
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

/// Warns of a valid name that other programs take for something else; `prefix` makes another name of it.
fn warn_if_misread(problems: &mut Problems, name: &str, place: Place, what: &str, prefix: &str) {
    let Some(taken) = taken_for(name) else { return };
    problems.push(
        Problem::warning(
            Code::MisreadName,
            place,
            format!("{what} is {name:?}, which spreadsheets and data frames take for {taken}"),
        )
        .found(format!("{name:?}"))
        .help(format!("begin it with a word, for example \"{prefix}-{name}\"")),
    );
}

/// Reports a problem if `name` is not a valid name.
pub(super) fn check(problems: &mut Problems, name: &str, place: Place, what: &str) {
    if is_name(name) {
        return;
    }
    let mended = mended(name);
    let problem = Problem::error(Code::BadName, place, format!("{what} cannot be {name:?}"))
        .found(format!("{name:?}"))
        .allowed(FORM);
    problems.push(if is_name(&mended) {
        problem.help(format!("for example {mended:?}"))
    } else {
        problem.help("choose a name by this rule: it becomes part of keys and file names")
    });
}

/// The name of the scenario; without one, `name_if_absent`.
pub(super) fn of_scenario(problems: &mut Problems, config: &Config, name_if_absent: &str) -> String {
    match &config.name {
        Some(name) => {
            check(problems, &name.value, name.place, "the scenario's `name`");
            warn_if_misread(problems, &name.value, name.place, "the scenario's `name`", "scenario");
            name.value.clone()
        }
        None => {
            if !is_name(name_if_absent) {
                problems.push(
                    Problem::error(
                        Code::BadName,
                        Place::FILE,
                        format!(
                            "the scenario has no `name`, and its file's name {name_if_absent:?} cannot be one"
                        ),
                    )
                    .found(format!("{name_if_absent:?}"))
                    .allowed(FORM)
                    .help("write `name = \"…\"` at the top, or rename the file"),
                );
            }
            let what = "the scenario has no `name`, and its file's name";
            warn_if_misread(problems, name_if_absent, Place::FILE, what, "scenario");
            name_if_absent.to_owned()
        }
    }
}
