//! The workbook, the draws in three formats and the dialects of CSV, as the built program writes them.

use super::Place;

#[test]
fn the_workbook_is_the_same_from_the_run_and_from_its_folder() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("run base.toml -n 2000 -q -o out --set deal.amended-2026.cap_usd_bn=30").ends(0);
    let book = |place: &Place| std::fs::read(place.at("out/results.xlsx")).expect("a workbook");
    let (first, manifest) = (book(&place), place.read("out/manifest.json"));
    assert!(first.starts_with(b"PK"));
    std::fs::remove_file(place.at("out/results.xlsx")).expect("a file");
    place.run("report out").ends(0).prints("results.xlsx");
    assert!(book(&place) == first, "equal results, equal bytes");
    assert_eq!(place.read("out/manifest.json"), manifest);
}

#[test]
fn a_folder_of_another_dialect_is_read_as_it_was_written() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 2000 -q -o plain --draws csv").ends(0);
    place.run("run minimal.toml -n 2000 -q -o eu --draws csv --csv-dialect excel-eu").ends(0);
    place.run("run minimal.toml -n 2000 -q -o bom --draws csv --csv-bom").ends(0);
    assert_eq!(place.manifest("eu")["outputs"]["csv_dialect"], "excel-eu");
    for file in ["summary.csv", "draws.csv", "sample_paths.csv"] {
        let [plain, eu, bom] = ["plain", "eu", "bom"].map(|folder| place.read(&format!("{folder}/{file}")));
        assert_eq!(bom.strip_prefix('\u{feff}'), Some(plain.as_str()), "{file}");
        let eu = eu.strip_prefix('\u{feff}').expect("a mark");
        // No text of this scenario has a comma or a semicolon.
        assert!(plain.contains(',') && !plain.contains(';'));
        assert_eq!(eu.replace(',', ".").replace(';', ","), plain, "{file}");
    }
    for folder in ["eu", "bom"] {
        let book = |folder: &str| std::fs::read(place.at(folder).join("results.xlsx")).expect("a workbook");
        let first = book(folder);
        place.run(&format!("report {folder} --formats xlsx")).ends(0);
        assert!(book(folder) == first);
        place.run(&format!("verify {folder}")).ends(0);
        place.run(&format!("verify {folder} --paths 500")).ends(0);
    }
}

/// Where CSV alone is written, sample paths are made row by row: the same bytes.
#[test]
fn csv_alone_is_the_csv_among_other_formats() {
    let place = Place::with_minimal();
    for (i, dialect) in ["", " --csv-dialect excel-eu", " --csv-bom"].into_iter().enumerate() {
        place.run(&format!("run minimal.toml -n 2000 -q -o all{i}{dialect}")).ends(0);
        place.run(&format!("run minimal.toml -n 2000 -q -o csv{i} --formats csv{dialect}")).ends(0);
        for file in ["summary.csv", "quantiles.csv", "annual.csv", "histogram.csv", "sample_paths.csv"] {
            assert!(
                place.read(&format!("all{i}/{file}")) == place.read(&format!("csv{i}/{file}")),
                "{file}{dialect}"
            );
        }
        place.run(&format!("report csv{i} --formats html")).ends(0);
        place.run(&format!("verify csv{i}")).ends(0);
    }
}

#[test]
fn what_report_adds_to_a_folder_is_part_of_it() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 2000 -q -o out --formats csv").ends(0);
    place.run("report out --formats xlsx").ends(0);
    assert_eq!(place.manifest("out")["outputs"]["formats"], serde_json::json!(["csv", "xlsx"]));
    place.run("verify out").ends(0).prints("results.xlsx");
    place.run("report out").ends(0);
    assert_eq!(place.manifest("out")["outputs"]["formats"], serde_json::json!(["csv", "xlsx", "html"]));
    place.run("verify out").ends(0).prints("report.html");
}

#[test]
fn formats_are_those_that_are_asked_for() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 500 -q -o csv --formats csv").ends(0);
    place.run("run minimal.toml -n 500 -q -o xlsx --formats xlsx").ends(0);
    let has = |folder: &str, name: &str| place.names(folder).contains(&name.to_owned());
    assert!(has("csv", "summary.csv") && !has("csv", "results.xlsx"));
    assert!(has("xlsx", "results.xlsx") && !has("xlsx", "summary.csv"));
    place.run("report xlsx").ends(3).says("[S804]").says("has no summary.csv");
    place.run("report gone").ends(3).says("[S804]").says("there is no folder");
    place.run("report csv --formats csv").ends(2).says("what can be made is xlsx");
    place.run("run minimal.toml -n 500 -o x --formats ods").ends(2).says("the formats are csv, xlsx");
    place.run("run minimal.toml -n 500 -o x --draws ods").ends(2).says("csv, parquet and xlsx");
}

#[test]
fn draws_do_not_depend_on_threads_in_any_format() {
    let place = Place::with_minimal();
    for draws in ["parquet", "xlsx"] {
        let file =
            |folder: &str| std::fs::read(place.at(folder).join(format!("draws.{draws}"))).expect("draws");
        for threads in [1, 3] {
            let folder = format!("{draws}-{threads}");
            place
                .run(&format!("run minimal.toml -n 20000 -q -j {threads} --draws {draws} -o {folder}"))
                .ends(0);
        }
        // The metadata tell the time and the threads; the rows make up nearly all of the file.
        let (one, three) = (file(&format!("{draws}-1")), file(&format!("{draws}-3")));
        let same = one.iter().zip(&three).take_while(|(a, b)| a == b).count();
        if draws == "parquet" {
            assert!(same * 10 > one.len() * 9, "{same} of {} bytes", one.len());
        }
        place.run(&format!("verify {draws}-3")).ends(0).prints(&format!("draws.{draws}"));
    }
}

#[test]
#[cfg(unix)]
fn the_opener_of_the_system_gets_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_minimal();
    place.write("bin/xdg-open", "#!/bin/sh\nprintf '%s' \"$1\" > opened\n");
    place.write("bin/open", "#!/bin/sh\nprintf '%s' \"$1\" > opened\n");
    for name in ["bin/xdg-open", "bin/open"] {
        std::fs::set_permissions(place.at(name), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    let path = format!("{}:/usr/bin:/bin", place.at("bin").display());
    let run = |arguments: &str| {
        let output = place.program().env("PATH", &path).args(arguments.split(' ')).output();
        super::Seen::from(output.expect("the program starts"))
    };
    run("run minimal.toml -n 500 -q -o o --formats csv,xlsx --open").ends(0);
    assert_eq!(place.read("opened"), "o/results.xlsx");
    place.write("opened", "");
    run("report o --formats xlsx --open").ends(0);
    assert_eq!(place.read("opened"), "o/results.xlsx");
    place.write("bin/xdg-open", "#!/bin/sh\nexit 3\n");
    place.write("bin/open", "#!/bin/sh\nexit 3\n");
    run("report o --formats xlsx --open").ends(0).says("cannot open o/results.xlsx");
}
