//! The crates and rooms, read from the sources as text: who imports whom, which crate lives where, no circles between files,
//! what stays out of the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms that may exist, each only importing rooms of earlier lines.
const ORDER: [&[&str]; 9] = [
    &["math", "config"],
    &["model", "rng", "stats"],
    &["kernel"],
    &["run"],
    &["study", "store"],
    &["report"],
    &["sink"],
    &["job"],
    &["facade"],
];

/// In which rooms of the engine each external crate may be named. A dependency without a line here has no room yet.
const CRATES: [(&str, &[&str]); 19] = [
    ("annotate_snippets", &["job"]),
    ("blake3", &["store", "job"]),
    ("csv", &["sink", "job"]),
    ("humantime", &["job"]),
    ("itoa", &["sink"]),
    ("ndarray", &["math", "model", "kernel", "run", "study", "report", "facade"]),
    ("postcard", &["store"]),
    ("rand", &["rng", "study"]),
    ("rand_distr", &["study"]),
    ("rayon", &["run"]),
    ("rustix", &["job"]),
    ("serde", &["config", "stats", "run", "study", "report", "sink", "store", "job"]),
    ("serde_json", &["config", "sink", "job"]),
    ("statrs", &["math", "study"]),
    ("strsim", &["config"]),
    ("tempfile", &["job"]),
    ("thiserror", &["math", "config", "model", "run", "study", "report", "sink", "store", "job"]),
    ("toml", &["config"]),
    ("zmij", &["sink"]),
];

/// Crates of the repository: the folder with the manifest, and the crates of ours that it may use.
const MEMBERS: [(&str, &[&str]); 5] = [
    ("", &[]),
    ("crates/output", &["capstake"]),
    ("crates/serve", &["capstake", "capstake_output"]),
    ("crates/cli", &["capstake", "capstake_output", "capstake_serve"]),
    ("python", &["capstake", "capstake_output", "capstake_cli"]),
];

/// What the engine must not depend on, at any depth.
const NOT_IN_THE_ENGINE: [&str; 11] = [
    "anstream",
    "arrow",
    "axum",
    "clap",
    "httparse",
    "hyper",
    "indicatif",
    "parquet",
    "rust_xlsxwriter",
    "signal-hook",
    "terminal_size",
];

/// What only `job` may touch (a store and the sinks write to what they are given).
const OUTSIDE: [&str; 6] =
    ["std::fs", "std::time", "std::env", "std::io::stdout", "std::io::stderr", "std::net"];

/// What the engine never does, and pages and workbooks neither.
const NEVER: [&str; 5] = ["println!", "eprintln!", "print!", "process::exit", "stdout()"];

struct Source {
    path: PathBuf,
    room: String,
    /// The code without comments and without modules of tests.
    code: String,
    first_line: String,
}

/// The top of the repository.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sources of the engine.
fn sources() -> Vec<Source> {
    let found = sources_of("");
    assert!(found.len() > 150, "the sources are there: {}", found.len());
    found
}

/// The sources of a member.
fn sources_of(member: &str) -> Vec<Source> {
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
    let root = top().join(member).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
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
    for line in text.lines().filter_map(|line| line.strip_prefix("//! | `")) {
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
            assert!(room == "lib.rs", "{}: no such room", path.display());
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

/// Names of the normal dependencies of a member, as code spells them.
fn dependencies(member: &str) -> BTreeSet<String> {
    let manifest = std::fs::read_to_string(top().join(member).join("Cargo.toml")).expect("Cargo.toml");
    let mut names = BTreeSet::new();
    let mut listed = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            listed =
                line == "[dependencies]" || line.starts_with("[target.") && line.ends_with(".dependencies]");
        } else if listed && line.starts_with(|c: char| c.is_ascii_lowercase()) {
            names.insert(line.split([' ', '=', '.']).next().expect("a name").replace('-', "_"));
        }
    }
    names
}

/// Named in Cargo.toml for their features alone, so that program, tests and wheel share one build; no code names them. (A sixth, `syn`,
/// is a dependency of a build script.)
const FOR_FEATURES: [&str; 5] = ["bytes", "either", "num_bigint", "num_complex", "once_cell"];

#[test]
fn external_crates_live_in_their_rooms() {
    let rooms: BTreeMap<&str, &[&str]> = CRATES.into_iter().collect();
    let dependencies = dependencies("");
    assert!(dependencies.len() > 10, "{dependencies:?}");
    for dependency in dependencies.iter().filter(|name| !FOR_FEATURES.contains(&name.as_str())) {
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
            let allowed = rooms.get(head.as_str()).copied().unwrap_or_default();
            assert!(
                allowed.contains(&source.room.as_str()),
                "{}: `{head}` lives in {allowed:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn members_use_each_other_one_way_and_name_what_they_depend_on() {
    for (member, allowed) in MEMBERS {
        let dependencies = dependencies(member);
        for ours in dependencies.iter().filter(|name| name.starts_with("capstake")) {
            assert!(allowed.contains(&ours.as_str()), "{member}: uses `{ours}`");
        }
        let sources = sources_of(member);
        let named: BTreeSet<String> = sources
            .iter()
            .flat_map(|source| path_heads(&source.code).into_iter().map(|(head, _)| head))
            .collect();
        for dependency in dependencies {
            // `use capstake_output as x` has no path behind the name.
            let used = named.contains(&dependency);
            let for_features = FOR_FEATURES.contains(&dependency.as_str());
            assert!(
                used || for_features,
                "{member}/Cargo.toml: no code that is not a test names `{dependency}`"
            );
            assert!(!(used && for_features), "{member}: `{dependency}` is used: take it from FOR_FEATURES");
        }
    }
}

/// ndarray's product takes fused multiply-adds where the processor has them: its bits are not the same on every machine.
#[test]
fn matrices_are_multiplied_by_our_own_loops() {
    for source in sources() {
        for product in [".dot(", "general_mat_mul", "general_mat_vec_mul"] {
            assert!(
                !source.code.contains(product),
                "{}: `{product}` gives other bits on other processors; write the product as ordered loops",
                source.path.display()
            );
        }
    }
}

#[test]
fn the_engine_depends_on_no_program_and_no_page() {
    let lock = std::fs::read_to_string(top().join("Cargo.lock")).expect("Cargo.lock");
    let mut needs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let line = |start: &str| package.lines().find_map(|line| line.strip_prefix(start));
        let name = line("name = ").expect("a name").trim_matches('"').replace('-', "_");
        let list = package.split("dependencies = [").nth(1).and_then(|rest| rest.split(']').next());
        let listed = list.unwrap_or_default().lines().filter_map(|line| line.trim().split('"').nth(1));
        let names = listed.map(|text| text.split(' ').next().unwrap_or(text).replace('-', "_"));
        needs.entry(name).or_default().extend(names);
    }
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut next: Vec<String> = dependencies("").into_iter().collect();
    while let Some(name) = next.pop() {
        if reached.insert(name.clone()) {
            next.extend(needs.get(&name).unwrap_or_else(|| panic!("`{name}` is in Cargo.lock")).clone());
        }
    }
    assert!(reached.len() > 30, "{reached:?}");
    for name in NOT_IN_THE_ENGINE {
        assert!(!reached.contains(name), "the engine depends on `{name}`");
    }
}

#[test]
fn files_and_clocks_are_in_job_and_nothing_prints() {
    for source in sources() {
        // Files that only tests read are not part of the library.
        let for_tests = ["tests.rs", "reference.rs"].iter().any(|name| source.path.ends_with(name));
        if for_tests {
            continue;
        }
        for word in NEVER {
            assert!(!source.code.contains(word), "{}: `{word}`", source.path.display());
        }
        if source.room != "job" {
            for word in OUTSIDE {
                assert!(!source.code.contains(word), "{}: `{word}`", source.path.display());
            }
        }
    }
    for source in sources_of("crates/output") {
        for word in NEVER {
            assert!(!source.code.contains(word), "crates/output: {}: `{word}`", source.path.display());
        }
    }
}

/// All paths that a file names, `use` lists taken apart: `["crate", "math", "ln"]`.
fn paths_of(code: &str) -> BTreeSet<Vec<String>> {
    fn expand(before: &[String], text: &str, found: &mut BTreeSet<Vec<String>>) {
        let text = text.trim();
        if let Some(list) = text.strip_prefix('{').and_then(|list| list.strip_suffix('}')) {
            let (mut depth, mut part) = (0, String::new());
            for c in list.chars().chain([',']) {
                match c {
                    ',' if depth == 0 => expand(before, &std::mem::take(&mut part), found),
                    c => {
                        depth += i32::from(c == '{') - i32::from(c == '}');
                        part.push(c);
                    }
                }
            }
            return;
        }
        let head: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if head.is_empty() {
            return;
        }
        let path = [before, std::slice::from_ref(&head)].concat();
        match text[head.len()..].trim_start().strip_prefix("::") {
            Some(rest) => expand(&path, rest, found),
            None => drop(found.insert(path)),
        }
    }
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].chars().next_back();
        if before.is_none_or(|c| c == '\n' || c == ' ') {
            let text = code[at + 4..].split(';').next().unwrap_or_default();
            expand(&[], text, &mut found);
        }
    }
    for word in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(word) {
            let is_path = |c: &char| c.is_alphanumeric() || *c == '_' || *c == ':';
            let text: String = code[at..].chars().take_while(is_path).collect();
            expand(&[], text.trim_end_matches(':'), &mut found);
        }
    }
    found
}

/// Paths that begin with a name: `results::load` of code that says `use super::results`.
fn paths_from<'a>(code: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(&format!("{name}::"))
        .filter(|(at, _)| !code[..*at].ends_with(|c| is_word(c) || c == ':'))
        .map(|(at, _)| {
            let end = code[at..].find(|c| !is_word(c) && c != ':').map_or(code.len(), |end| at + end);
            code[at..end].split("::").skip(1).filter(|part| !part.is_empty()).collect()
        })
        .collect()
}

/// The modules whose items a file uses: those that its paths name, and through modules that it imports.
fn imports_of(modules: &Modules, from: &[String], code: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    for names in paths_of(code) {
        let child = [from, std::slice::from_ref(&names[0])].concat();
        if !["crate", "super", "self"].contains(&names[0].as_str()) && !modules.contains_key(&child) {
            continue;
        }
        found.extend(defined_in(modules, from, &names, 0));
        let last = names.last().expect("a path has a name");
        for rest in paths_from(code, last) {
            found.extend(defined_in(modules, from, &[&names[..], &owned(&rest)].concat(), 0));
        }
    }
    found.remove(from);
    found
}

/// The files of a crate by the path of their module.
type Modules = BTreeMap<Vec<String>, Source>;

fn modules(member: &str) -> Modules {
    let modules = sources_of(member).into_iter().map(|source| {
        let mut path: Vec<String> = source
            .path
            .iter()
            .map(|part| part.to_string_lossy().trim_end_matches(".rs").to_owned())
            .collect();
        if path.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
            path.pop();
        }
        (path, source)
    });
    modules.collect()
}

/// The module in which the thing that a path names is defined; `None` where that is another crate or a module itself.
fn defined_in(modules: &Modules, from: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
    let (mut place, mut rest) = match path.first().map(String::as_str) {
        Some("crate") => (Vec::new(), &path[1..]),
        Some("self") => (from.to_vec(), &path[1..]),
        _ => (from.to_vec(), path),
    };
    while rest.first().is_some_and(|name| name == "super") {
        place.pop();
        rest = &rest[1..];
    }
    while let Some(child) = rest.first().map(|name| [&place[..], std::slice::from_ref(name)].concat()) {
        if !modules.contains_key(&child) {
            break;
        }
        (place, rest) = (child, &rest[1..]);
    }
    let (name, code) = (rest.first()?, &modules.get(&place)?.code);
    let kinds = ["fn", "struct", "enum", "trait", "const", "static", "type", "macro_rules!"];
    let defines = |kind: &&str| {
        let start = format!("{kind} {name}");
        code.match_indices(&start)
            .any(|(at, _)| !code[at + start.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    if kinds.iter().any(defines) {
        return Some(place);
    }
    let again = paths_of(code).into_iter().filter(|other| other.last() == Some(name) && depth < 4);
    again.filter_map(|other| defined_in(modules, &place, &other, depth + 1)).find(|found| *found != place)
}

#[test]
fn no_file_imports_another_in_a_circle() {
    for (member, _) in MEMBERS {
        let modules = modules(member);
        let mut imports: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
        for (path, source) in &modules {
            imports.insert(path, imports_of(&modules, path, &source.code));
        }
        let edges: usize = imports.values().map(BTreeSet::len).sum();
        assert!(edges > modules.len(), "{member}: imports are found at all ({edges})");
        // What imports nothing that is left, or is imported by nothing that is left, is in no circle.
        loop {
            let imported: BTreeSet<&Vec<String>> = imports.values().flatten().collect();
            let free: BTreeSet<Vec<String>> = imports
                .iter()
                .filter(|(path, targets)| targets.is_empty() || !imported.contains(*path))
                .map(|(path, _)| (*path).clone())
                .collect();
            if free.is_empty() {
                break;
            }
            imports.retain(|path, _| !free.contains(*path));
            imports.values_mut().for_each(|targets| targets.retain(|target| !free.contains(target)));
        }
        assert!(imports.is_empty(), "{member}: files import each other in a circle: {imports:?}");
    }
}

#[test]
fn every_file_begins_with_a_sentence() {
    for source in MEMBERS.iter().flat_map(|(member, _)| sources_of(member)) {
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
    let paths = paths_of("use crate::{math::{ln, exp}, model};\nfn f() { super::g() }");
    let has = |path: &str| paths.contains(&path.split("::").map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(paths_from("a(b::c::d, x::b::e); b::f", "b"), [vec!["c", "d"], vec!["f"]]);
    assert!(has("crate::math::ln") && has("crate::math::exp") && has("crate::model") && has("super::g"));
    for visibility in ["", "pub(super) "] {
        let text = format!("a\n// b::c\n#[cfg(test)]\n{visibility}mod tests {{\n x::y\n}}");
        assert_eq!(code_of(&text), "a");
    }
}
