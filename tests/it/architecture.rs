//! The rooms of the library, read from the sources as text: who imports whom, which crate lives where, what stays in `cli`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms that may exist, each only importing rooms of earlier lines.
const ORDER: [&[&str]; 8] = [
    &["math", "config"],
    &["model", "rng", "stats"],
    &["kernel"],
    &["run"],
    &["study", "store"],
    &["report"],
    &["sink"],
    &["cli"],
];

/// Where each external crate may be named. A dependency without a line here has no room yet.
const CRATES: [(&str, &[&str]); 30] = [
    ("ndarray", &["math", "model", "kernel", "run", "study", "report"]),
    ("statrs", &["math", "study"]),
    ("rand", &["rng", "study"]),
    ("rand_distr", &["study"]),
    ("toml", &["config"]),
    ("strsim", &["config", "model"]),
    ("serde", &["config", "stats", "run", "report", "sink", "store", "cli"]),
    ("thiserror", &["math", "config", "model", "run", "study", "report", "sink", "store", "cli"]),
    ("rayon", &["run"]),
    ("csv", &["sink", "store", "cli"]),
    ("serde_json", &["config", "sink", "store", "cli"]),
    ("blake3", &["store", "cli"]),
    ("tempfile", &["store", "cli"]),
    ("postcard", &["store"]),
    ("itoa", &["sink"]),
    ("zmij", &["sink"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("annotate_snippets", &["cli"]),
    ("anstream", &["cli"]),
    ("anstyle", &["sink", "cli"]),
    ("comfy_table", &["sink", "cli"]),
    ("ctrlc", &["cli"]),
    ("terminal_size", &["cli"]),
    ("humantime", &["cli"]),
    ("parquet", &["sink"]),
    ("arrow", &["sink"]),
    ("rust_xlsxwriter", &["sink"]),
];

/// What only `cli` may touch (a store and the sinks write to what they are given).
const OUTSIDE: [&str; 8] = [
    "std::fs",
    "std::time",
    "std::env",
    "std::process",
    "std::io::stdout",
    "std::io::stderr",
    "println!",
    "eprintln!",
];

struct Source {
    path: PathBuf,
    room: String,
    /// The code without comments and without modules of tests.
    code: String,
    first_line: String,
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let entries =
            std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("an entry of a folder").path();
            match path.extension().and_then(|ending| ending.to_str()) {
                _ if path.is_dir() => walk(&path, found),
                // A file of tests may look wherever it likes.
                Some("rs") if path.file_stem().is_some_and(|stem| stem == "tests") => {}
                Some("rs") => found.push(path),
                _ => {}
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    assert!(found.len() > 50, "the sources are there");
    found
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source is text");
            let inside = path.strip_prefix(&root).expect("below src").to_path_buf();
            let room = inside.iter().next().expect("a name").to_string_lossy().into_owned();
            let first_line = text.lines().next().unwrap_or_default().to_owned();
            Source { path: inside, room, code: code_of(&text), first_line }
        })
        .collect()
}

/// Code up to the tests, without comment lines.
fn code_of(text: &str) -> String {
    // What tests share with those of a file beside them is tests too.
    let tests = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\npub(super) mod tests {"];
    let end = tests.iter().filter_map(|head| text.find(head)).min().unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// First names of paths (`a` of `a::b::c`), each with the name after it.
fn path_heads(code: &str) -> BTreeSet<(String, String)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut heads = BTreeSet::new();
    for (at, _) in code.match_indices("::") {
        let head: String = code[..at].chars().rev().take_while(|&c| is_word(c)).collect();
        let head: String = head.chars().rev().collect();
        if head.is_empty() || code[..at - head.len()].ends_with("::") {
            continue;
        }
        let rest = &code[at + 2..];
        // `use crate::{a, b::c};`
        let names: Vec<String> = match rest.strip_prefix('{') {
            Some(list) => {
                let (mut depth, mut names, mut name) = (0, Vec::new(), String::new());
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => names.push(std::mem::take(&mut name)),
                        c => name.push(c),
                    }
                }
                names.push(name);
                names.iter().map(|name| name.trim().chars().take_while(|&c| is_word(c)).collect()).collect()
            }
            None => vec![rest.chars().take_while(|&c| is_word(c)).collect()],
        };
        heads.extend(names.into_iter().map(|name| (head.clone(), name)));
    }
    heads
}

/// The table of `src/lib.rs`: room → rooms that it imports.
fn declared() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).expect("lib.rs");
    let mut table: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("//! | [`")) {
        let cells: Vec<&str> = line.split('|').collect();
        let room = cells[0].split('`').next().expect("a name in ticks").to_owned();
        let imports = cells[2].trim();
        let named = imports.split('`').skip(1).step_by(2).map(str::to_owned);
        let set = match imports {
            "the above" | "all" => table.keys().cloned().collect(),
            _ => named.collect(),
        };
        table.insert(room, set);
    }
    assert!(table.len() >= 8, "the table of rooms is in lib.rs: {table:?}");
    table
}

fn floor(room: &str) -> usize {
    ORDER.iter().position(|rooms| rooms.contains(&room)).unwrap_or_else(|| panic!("`{room}` is not a room"))
}

#[test]
fn rooms_import_upwards_and_as_declared() {
    let declared = declared();
    for (room, imports) in &declared {
        for import in imports {
            assert!(
                floor(import) < floor(room),
                "lib.rs lets `{room}` import `{import}`, which is not above it"
            );
        }
    }
    let rooms: BTreeSet<&str> = ORDER.concat().into_iter().collect();
    let mut seen = 0;
    for source in sources() {
        let Source { path, room, code, .. } = &source;
        if !rooms.contains(room.as_str()) {
            assert!(["lib.rs", "main.rs"].contains(&room.as_str()), "{}: no such room", path.display());
            continue;
        }
        let allowed =
            declared.get(room).unwrap_or_else(|| panic!("`{room}` is missing in the table of lib.rs"));
        for (head, name) in path_heads(code) {
            if head == "crate" && rooms.contains(name.as_str()) && name != *room {
                seen += 1;
                assert!(allowed.contains(&name), "{}: `{room}` imports `{name}`", path.display());
            }
        }
    }
    assert!(seen > 40, "imports are found at all");
}

#[test]
fn external_crates_live_in_their_rooms() {
    let manifest =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("Cargo.toml");
    let list =
        manifest.split("[dependencies]").nth(1).expect("dependencies").split("\n[").next().expect("a list");
    let dependencies: Vec<String> = list
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .map(|line| line.split([' ', '=', '.']).next().expect("a name").replace('-', "_"))
        .collect();
    assert!(dependencies.len() > 10, "{dependencies:?}");
    let rooms: BTreeMap<&str, &[&str]> = CRATES.into_iter().collect();
    for dependency in &dependencies {
        assert!(
            rooms.contains_key(dependency.as_str()),
            "`{dependency}` has no room in tests/it/architecture.rs"
        );
    }
    for source in sources() {
        for (head, _) in path_heads(&source.code) {
            if !dependencies.contains(&head) || source.room.ends_with(".rs") {
                continue;
            }
            let allowed = rooms[head.as_str()];
            assert!(
                allowed.contains(&source.room.as_str()),
                "{}: `{head}` lives in {allowed:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn files_clocks_and_terminals_are_in_cli() {
    for source in sources() {
        // Files that only tests read are not part of the library.
        let for_tests = ["tests.rs", "reference.rs"].iter().any(|name| source.path.ends_with(name));
        if ["cli", "main.rs"].contains(&source.room.as_str()) || for_tests {
            continue;
        }
        for word in OUTSIDE {
            assert!(!source.code.contains(word), "{}: `{word}`", source.path.display());
        }
    }
}

#[test]
fn every_file_begins_with_a_sentence() {
    for source in sources() {
        let Source { path, first_line, .. } = &source;
        let sentence =
            first_line.strip_prefix("//! ").unwrap_or_else(|| panic!("{}: {first_line}", path.display()));
        assert!(
            sentence.starts_with(|c: char| c.is_uppercase() || !c.is_alphabetic())
                || sentence.contains("capstake")
        );
    }
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let code = "use crate::{math::ln, model};\nfn f() { toml::de::x(); a::toml::y() }";
    let heads = path_heads(code);
    let has = |head: &str, name: &str| heads.contains(&(head.into(), name.into()));
    assert!(has("crate", "math") && has("crate", "model") && has("toml", "de"));
    assert!(!heads.iter().any(|(head, name)| head == "toml" && name == "y"));
    for visibility in ["", "pub(super) "] {
        let text = format!("a\n// b::c\n#[cfg(test)]\n{visibility}mod tests {{\n x::y\n}}");
        assert_eq!(code_of(&text), "a");
    }
}
