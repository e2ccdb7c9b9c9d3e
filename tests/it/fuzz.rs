//! Inputs that fuzzing found worth keeping, given to the properties of the fuzz targets again, by the stable compiler.

#[path = "../../fuzz/properties.rs"]
mod properties;

use std::path::PathBuf;

/// Files of a target: names and bytes.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/kept").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

/// Gives every kept input to a target; some must be accepted and some refused, or nothing is tested.
fn replay(target: &str, property: impl Fn(&[u8]) -> bool) {
    let files = kept(target);
    let mut accepted = 0;
    for (name, bytes) in &files {
        println!("{target}/{name}");
        accepted += usize::from(property(bytes));
    }
    println!("{target}: {} inputs, {accepted} accepted", files.len());
    assert!(files.len() >= 20, "{target}: {} inputs", files.len());
    assert!(accepted > 0 && accepted < files.len(), "{target}: {accepted} of {} are accepted", files.len());
}

#[test]
fn kept_scenarios() {
    replay("scenario", properties::scenario);
}

#[test]
fn kept_overrides() {
    replay("overrides", properties::overrides);
}

#[test]
fn kept_states() {
    replay("state", properties::state);
}

#[test]
fn kept_columns() {
    replay("column", properties::column);
}

#[test]
fn the_kept_inputs_are_small_and_every_folder_is_of_a_target() {
    // Those of `workbook` are given to it by tests/program, which has its reader.
    let targets = ["column", "overrides", "scenario", "state", "workbook"];
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/kept");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, targets);
    let bytes: usize = targets.iter().flat_map(|target| kept(target)).map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes < 1_000_000, "{bytes} bytes");
    for target in targets {
        assert!(kept(target).len() <= 250, "{target}");
    }
}
