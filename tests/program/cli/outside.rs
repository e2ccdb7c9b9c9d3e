//! Results read by programs that had no part in writing them: LibreOffice, openpyxl, DuckDB.

use super::Place;
use crate::skip;
use std::process::Command;

/// The Python to use: CAPSTAKE_PYTHON, or the one on the path.
fn python() -> String {
    std::env::var("CAPSTAKE_PYTHON").unwrap_or_else(|_| "python3".into())
}

/// Whether everything is there; says what to install where it is not.
fn ready(test: &str, modules: &[(&str, &str)], programs: &[(&str, &str)]) -> bool {
    let works = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    for (module, package) in modules {
        if !works(Command::new(python()).args(["-c", &format!("import {module}")])) {
            skip::program_is_missing(
                &format!("cli::outside::{test}"),
                module,
                &format!("python3 -m pip install {package}"),
            );
            return false;
        }
    }
    for (program, package) in programs {
        if !works(Command::new(program).arg("--version")) {
            skip::program_is_missing(
                &format!("cli::outside::{test}"),
                program,
                &format!("Debian: apt-get install {package}"),
            );
            return false;
        }
    }
    true
}

/// Runs a check of `tests/outside`; its findings are shown with `--nocapture`.
#[track_caller]
fn check(place: &Place, script: &str, folders: &[&str]) {
    check_by(&python(), place, script, folders);
}

#[track_caller]
fn check_by(python: &str, place: &Place, script: &str, folders: &[&str]) {
    let script = format!("{}/tests/outside/{script}", crate::ROOT);
    let folders = folders.iter().map(|folder| place.at(folder));
    run(Command::new(python).arg(&script).args(folders), &script);
}

/// Runs a script that calls the program itself.
#[track_caller]
fn run(command: &mut Command, script: &str) {
    let program = assert_cmd::cargo::cargo_bin!("capstake");
    let output = command.env("CAPSTAKE", program).output().expect("Python starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{script}\n{}{}", text(&output.stdout), text(&output.stderr));
    println!("{}", text(&output.stdout));
}

#[test]
fn libreoffice_recalculates_the_workbook_and_openpyxl_reads_it() {
    let test = "libreoffice_recalculates_the_workbook_and_openpyxl_reads_it";
    if !ready(test, &[("openpyxl", "openpyxl")], &[("soffice", "libreoffice-calc-nogui")]) {
        return;
    }
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("run base.toml -n 2000 -q -o out --formats csv,xlsx").ends(0);
    std::fs::create_dir(place.at("scratch")).expect("a folder");
    check(&place, "workbook.py", &["out", "scratch"]);
}

/// A folder with the results of the base scenario, and one for what the scripts write.
fn base(paths: u32) -> Place {
    results_of("base.toml", crate::scenario::FROZEN_BASE, paths)
}

/// The same for any scenario.
fn results_of(file: &str, text: &str, paths: u32) -> Place {
    let place = Place::new();
    place.write(file, text);
    place.run(&format!("run {file} -n {paths} -q -o out --formats csv,xlsx")).ends(0);
    std::fs::create_dir(place.at("scratch")).expect("a folder");
    place
}

#[test]
fn openpyxl_changes_the_inputs_as_people_do() {
    if !ready("openpyxl_changes_the_inputs_as_people_do", &[("openpyxl", "openpyxl")], &[]) {
        return;
    }
    check(&base(500), "inputs.py", &["out", "base.toml", "scratch"]);
}

#[test]
fn libreoffice_edits_a_cell_and_the_run_differs_in_it_alone() {
    let test = "libreoffice_edits_a_cell_and_the_run_differs_in_it_alone";
    if !ready(test, &[], &[("soffice", "libreoffice-calc-nogui")]) {
        return;
    }
    // The module comes with the system's Python, which may not be the one of the other checks.
    let has_uno = |python: &&str| {
        let command = Command::new(python).args(["-c", "import uno"]).output();
        command.is_ok_and(|output| output.status.success())
    };
    match ["python3", "/usr/bin/python3"].iter().find(|python| has_uno(python)) {
        Some(python) => {
            // The second has a number of 17 digits, of which LibreOffice stores 15.
            for (file, text) in [
                ("base.toml", crate::scenario::FROZEN_BASE),
                ("capped-share.toml", include_str!("../../../configs/capped-share.toml")),
            ] {
                let place = results_of(file, text, 2000);
                check_by(python, &place, "inputs_edit.py", &["out", file, "scratch"]);
            }
        }
        None => skip::program_is_missing(
            &format!("cli::outside::{test}"),
            "uno",
            "Debian: apt-get install python3-uno",
        ),
    }
}

#[test]
fn shapley_values_are_those_of_a_sum_over_all_orders() {
    if !ready(
        "shapley_values_are_those_of_a_sum_over_all_orders",
        &[("csv", "none: it comes with Python")],
        &[],
    ) {
        return;
    }
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("bridge base.toml -n 2000 -q -o out --formats csv").ends(0);
    check(&place, "bridge.py", &["out"]);
}

#[test]
fn duckdb_and_openpyxl_read_the_draws() {
    let modules = [("duckdb", "duckdb"), ("openpyxl", "openpyxl")];
    if !ready("duckdb_and_openpyxl_read_the_draws", &modules, &[]) {
        return;
    }
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    for format in ["csv", "parquet", "xlsx"] {
        place.run(&format!("run base.toml -n 1500 -q -o {format} --formats csv --draws {format}")).ends(0);
    }
    check(&place, "draws.py", &["csv", "parquet", "xlsx"]);
}

#[test]
fn libreoffice_and_openpyxl_read_the_workbooks_of_studies() {
    let test = "libreoffice_and_openpyxl_read_the_workbooks_of_studies";
    if !ready(test, &[("openpyxl", "openpyxl")], &[("soffice", "libreoffice-calc-nogui")]) {
        return;
    }
    let place = super::study_files::with_all_studies();
    std::fs::create_dir(place.at("scratch")).expect("a folder");
    let folders: Vec<&str> = super::study_files::STUDIES.iter().map(|(folder, _)| *folder).collect();
    check(&place, "study.py", &[&["scratch"], &folders[..]].concat());
}
