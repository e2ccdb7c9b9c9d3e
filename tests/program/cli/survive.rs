//! Runs that are stopped, resumed, extended, split, merged, verified and compared.

use std::process::Command;

use super::{Place, Seen, TELL_THE_TIME};

/// Paths of a run of some chunks and a last one that is not whole.
const PATHS: u64 = 9 * 4_096 + 77;

/// Names and bytes of the results in a folder, without those that tell the time.
pub fn results(place: &Place, folder: &str) -> Vec<(String, Vec<u8>)> {
    place
        .names(folder)
        .into_iter()
        .filter(|name| !TELL_THE_TIME.contains(&name.as_str()))
        .map(|name| {
            let bytes = std::fs::read(place.at(folder).join(&name)).expect("a file");
            (name, bytes)
        })
        .collect()
}

/// Asserts that two folders hold the same results.
#[track_caller]
pub fn assert_same(place: &Place, a: &str, b: &str) {
    let (left, right) = (results(place, a), results(place, b));
    let names = |list: &[(String, Vec<u8>)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&left), names(&right), "{a} and {b}");
    for ((name, one), (_, other)) in left.iter().zip(&right) {
        assert!(one == other, "{name} of {a} and {b}");
    }
}

fn with_shards() -> Place {
    let place = Place::with_minimal();
    for i in 1..=3 {
        place.run(&format!("run minimal.toml -n {PATHS} -q --shard {i}/3 -o p{i}")).ends(0);
    }
    place.run(&format!("run minimal.toml -n {PATHS} -q -o whole")).ends(0);
    place
}

#[test]
fn extended_is_one_longer_run() {
    let place = Place::with_minimal();
    place.run(&format!("run minimal.toml -n {PATHS} -q --draws csv -o whole")).ends(0);
    for (name, first) in [("a", 5_000), ("b", 8_192), ("c", 10)] {
        place.run(&format!("run minimal.toml -n {first} -q --draws csv -o {name}")).ends(0);
        place.run(&format!("extend {name} --paths +{} -q", PATHS - first)).ends(0);
        assert_same(&place, "whole", name);
        let manifest = place.manifest(name);
        assert_eq!(manifest["status"], "complete");
        assert_eq!(
            (&manifest["run"]["paths_asked"], &manifest["run"]["paths_done"]),
            (&PATHS.into(), &PATHS.into())
        );
    }
    // The file of draws is written whole: what is done is simulated again for it, and that is said.
    place.run("run minimal.toml -n 5000 -q --draws csv -o e").ends(0);
    let seen = place.run("extend e --paths +5000").ends(0);
    seen.says("draws.csv is written whole: the 4,096 paths that are done are simulated again for it");
    // The whole number of paths says the same, and nothing is taken away.
    place.run("run minimal.toml -n 6000 -q --draws csv -o d").ends(0);
    place.run(&format!("extend d --paths {PATHS} -j 1 --checkpoint 1ms -q")).ends(0);
    assert_same(&place, "whole", "d");
    place.run("extend d --paths 6000").ends(2).says("S701");
    place.run("extend d --paths +1e12").ends(2).says("S701");
}

#[test]
fn parts_in_any_order_are_the_whole() {
    let place = with_shards();
    place.run("merge p2 p3 p1 -o merged -q").ends(0);
    assert_same(&place, "whole", "merged");
    place.run("verify merged -q").ends(0);
    // What was put together goes on like any run.
    place.run("extend merged --paths +5000 -q").ends(0);
    place.run(&format!("run minimal.toml -n {} -q -o longer", PATHS + 5_000)).ends(0);
    assert_same(&place, "longer", "merged");
    // More parts than chunks: some are empty, and no harm done.
    for i in 1..=4 {
        place.run(&format!("run minimal.toml -n 9000 -q --shard {i}/4 -o few{i}")).ends(0);
    }
    place.run("merge few1 few2 few3 few4 -o few -q").ends(0);
    place.run("run minimal.toml -n 9000 -q -o nine").ends(0);
    assert_same(&place, "nine", "few");
}

#[test]
fn parts_merge_in_any_grouping() {
    let place = with_shards();
    place.run("merge p3 p1 -o pair --partial -q").ends(0);
    place.run("merge pair p2 -o nested -q").ends(0);
    assert_same(&place, "whole", "nested");
    assert_eq!(place.manifest("nested")["status"], "complete");
    // What is missing of all of them together is named, and so is what is there twice.
    let missing = place.run("merge pair -o m").ends(7);
    missing.says("paths 12,288 to 24,575 are in none of the parts");
    place.run("merge p1 p2 -o two --partial -q").ends(0);
    place.run("merge two p1 -o m").ends(7).says("S808").says("are in `p1` and `two`").says("has its parts");
    // Parts of different sizes that leave nothing out and overlap nowhere.
    place.run(&format!("run minimal.toml -n {PATHS} -q --shard 1/9 -o a")).ends(0);
    for (i, name) in [(2, "b"), (3, "c")] {
        place.run(&format!("run minimal.toml -n {PATHS} -q --shard {i}/9 -o {name}")).ends(0);
    }
    place.run("merge a b c p2 p3 -o sizes -q").ends(0);
    assert_same(&place, "whole", "sizes");
}

#[test]
fn verify_compares_every_paths_files_with_the_first_paths() {
    for format in ["csv", "parquet"] {
        if format == "parquet" && !cfg!(feature = "parquet") {
            continue;
        }
        let place = Place::with_minimal();
        let series = "net_revenue,payments";
        place.run(&format!("run minimal.toml -n 9000 -q --draws {format} --series {series} -o o")).ends(0);
        for paths in [100, 4_096, 5_000, 8_999] {
            let seen = place.run(&format!("verify o --paths {paths}")).ends(0);
            for file in ["draws", "paths"] {
                let line = format!("{file}.{format}");
                let equal = seen.stdout.lines().any(|found| {
                    found.starts_with(&line) && found.ends_with("equal      the rows of these paths")
                });
                assert!(equal, "{paths} {line}: {}", seen.stdout);
            }
        }
        if format == "csv" {
            let text = place.read("o/paths.csv");
            let row = text.lines().nth(60).expect("a row");
            let cell = row.split(',').nth(3).expect("a figure");
            let edited = text.replacen(row, &row.replacen(cell, "1.5", 1), 1);
            place.write("o/paths.csv", edited);
            let seen = place.run("verify o --paths 5000").ends(7);
            assert!(seen.stdout.contains("row 60"), "{}", seen.stdout);
        } else {
            // The whole file of another run: each row differs.
            place
                .run(&format!("run minimal.toml -n 9000 -q -s 7 --draws {format} --series {series} -o other"))
                .ends(0);
            for file in ["draws.parquet", "paths.parquet"] {
                let good = std::fs::read(place.at("o").join(file)).expect("a file");
                place.write(
                    &format!("o/{file}"),
                    std::fs::read(place.at("other").join(file)).expect("a file"),
                );
                let seen = place.run("verify o --paths 5000").ends(7);
                let line = seen
                    .stdout
                    .lines()
                    .find(|line| line.starts_with(file) && line.contains("a new run gives"));
                assert!(line.is_some(), "{}", seen.stdout);
                place.write(&format!("o/{file}"), good);
            }
        }
    }
}

#[test]
fn parts_that_do_not_fit_are_refused_by_name() {
    let place = with_shards();
    let missing = place.run("merge p1 p3 -o m").ends(7);
    missing.says("S808").says("paths 12,288 to 24,575 are in none of the parts").says("missing: shard 2/3");
    place.run("merge p1 p2 p3 p2 -o m").ends(7).says("S808").says("are in `p2` and `p2`");
    place.run(&format!("run minimal.toml -n {PATHS} -q --shard 1/2 -o half")).ends(0);
    place.run("merge half p2 p3 -o m").ends(7).says("paths 12,288 to 16,383 are in `p2` and `half`");
    place.run(&format!("run minimal.toml -n {PATHS} -q -s 7 --shard 2/3 -o seed")).ends(0);
    place
        .run("merge p1 seed p3 -o m")
        .ends(7)
        .says("`seed` is not a part of the run of `p1`")
        .says("seed: 7, and 1 in the first");
    place
        .run(&format!("run minimal.toml -n {PATHS} -q --set deal.capped.rate=0.3 --shard 2/3 -o rate"))
        .ends(0);
    place.run("merge p1 rate p3 -o m").ends(7).says("deal.capped.rate: 0.3, and 0.2 in the first");
    place.run("run minimal.toml -n 50000 -q --shard 2/3 -o longer").ends(0);
    place.run("merge p1 longer p3 -o m").ends(7).says("paths of the whole run: 50,000, and 36,941");
    place.run("merge p1 nowhere -o m").ends(3).says("there is no folder `nowhere`");
    place.write("p2/state.capstake", &std::fs::read(place.at("p2/state.capstake")).unwrap()[..5_000]);
    place.run("merge p1 p2 p3 -o m").ends(7).says("S806").says("`p2/state.capstake` cannot be used");
    assert!(!place.at("m").exists(), "nothing is written where nothing fits");
}

#[test]
fn the_folder_of_the_whole_is_none_of_the_parts() {
    let place = with_shards();
    place.run("merge p1 p2 p3 -o p1").ends(2).says("one of the parts");
    place.run("run minimal.toml -n 9000 -q -o other").ends(0);
    place.run("merge p1 p2 p3 -o other").ends(6).says("--replace");
    place.run("merge p1 p2 p3 -o other --replace -q").ends(0);
    assert_same(&place, "whole", "other");
    // A part has no file that its first paths alone could speak of.
    place.run("verify p3 -n 100").ends(2).says("compared");
}

#[test]
fn some_parts_are_put_together_as_partial_and_filled_later() {
    let place = with_shards();
    place
        .run("merge p1 p3 -o m --partial")
        .ends(0)
        .prints("PARTIAL: 24,576 of 36,941 paths")
        .says("put together");
    let manifest = place.manifest("m");
    assert_eq!(manifest["status"], "partial");
    assert_eq!(manifest["run"]["path_ranges"], serde_json::json!([[0, 12_288], [24_576, 36_864]]));
    place.run("verify m").ends(2).says("paths from here and there");
    place.run("diff m whole").ends(0).prints("24,576 paths (PARTIAL, of 36,941), seed 1");
    place.run("resume m -q").ends(0);
    assert_same(&place, "whole", "m");
    assert_eq!(place.manifest("m")["run"].get("path_ranges"), None);
}

#[test]
fn a_part_is_no_result() {
    let place = with_shards();
    let manifest = place.manifest("p2");
    assert_eq!((&manifest["status"], &manifest["run"]["shard"]), (&"complete".into(), &"2/3".into()));
    assert_eq!(place.names("p2"), ["manifest.json", "state.capstake"]);
    place.run("extend p2 --paths +1e4").ends(2).says("a part cannot be extended");
    place.run("resume p2").ends(0).says("is complete");
    place.run("verify p2 -q").ends(0);
    // Another part does not replace it.
    place
        .run(&format!("run minimal.toml -n {PATHS} --shard 3/3 -o p2"))
        .ends(6)
        .says("S802")
        .says("part (2/3)");
    for bad in ["0/3", "4/3", "1", "a/b", "1/0"] {
        place.run(&format!("run minimal.toml --shard {bad}")).ends(2);
    }
    place.run("run minimal.toml --shard 1/2 --draws xlsx").ends(2).says("cannot be put together");
}

/// In any grouping, with paths that fill no chunk, and in both formats: the bytes of one run.
#[test]
fn parts_keep_draws_and_yearly_series_and_merging_puts_them_in_order() {
    for (format, dialect) in [("csv", ""), ("csv", " --csv-dialect excel-eu"), ("parquet", "")] {
        let place = Place::new();
        place.write("base.toml", include_str!("../../../configs/base.toml"));
        let run = format!(
            "run base.toml -n 17000 -q --formats csv --draws {format} --series net_revenue,cap_left,payments{dialect}"
        );
        place.run(&format!("{run} -o whole")).ends(0);
        for i in 1..=3 {
            place.run(&format!("{run} --shard {i}/3 -o p{i}")).ends(0);
            let mut names = vec![
                format!("draws.{format}"),
                "manifest.json".into(),
                format!("paths.{format}"),
                "state.capstake".into(),
            ];
            names.sort();
            assert_eq!(place.names(&format!("p{i}")), names);
            place.run(&format!("verify p{i} -q")).ends(0);
        }
        place.run("merge p3 p1 --partial -q -o m13").ends(0);
        place.run("merge m13 p2 --partial -q -o m").ends(0);
        place.run("merge p2 p3 p1 -q -o direct").ends(0);
        for folder in ["m", "direct"] {
            assert_eq!(place.manifest(folder)["status"], "complete");
            for table in ["draws", "paths"] {
                let bytes = |folder: &str| {
                    std::fs::read(place.at(folder).join(format!("{table}.{format}")))
                        .expect("a file of draws")
                };
                // The footer of a Parquet file has the manifest, with its times; `verify` compares that too.
                if format == "csv" {
                    assert!(bytes(folder) == bytes("whole"), "{table} of {folder}{dialect}");
                }
            }
            place.run(&format!("verify {folder} -q")).ends(0);
        }
        if format == "csv" {
            let damaged = place.at("p2").join("paths.csv");
            let text = std::fs::read_to_string(&damaged).expect("a file");
            std::fs::write(&damaged, text.replacen("2031", "2032", 1)).expect("a file");
            place
                .run("merge p1 p2 p3 -q -o other")
                .ends(7)
                .says("paths.csv")
                .says("is not what the run wrote");
        }
        place
            .run(&format!("run base.toml -n 17000 -q --shard 2/3 -o bare --draws {format}{dialect}"))
            .ends(0);
        place
            .run("merge p1 bare p3 -q -o other")
            .ends(7)
            .says("S808")
            .says("--series net_revenue,cap_left,payments in the first");
    }
}

#[test]
fn yearly_series_are_those_that_exist_and_stand_beside_draws() {
    let place = Place::with_minimal();
    place.run("run minimal.toml --series payments").ends(2).says("--draws");
    place.run("run minimal.toml --draws xlsx --series payments").ends(2).says("cannot be written as xlsx");
    let seen = place.run("run minimal.toml -n 100 --draws csv --series paymnts");
    seen.ends(2).says("S713").says("did you mean `payments`?");
    let nothing = place.run("run minimal.toml -n 100 --draws csv --series zzzz");
    nothing.ends(2).says("the yearly series are").says("net_revenue");
    place.run("run minimal.toml -n 5000 -q --draws csv --series payments,payments -o o").ends(0);
    assert!(place.read("o/paths.csv").starts_with("path,deal,year,payments\n0,capped,2026,"));
    assert_eq!(place.manifest("o")["outputs"]["series"], serde_json::json!(["payments"]));
    // Going on is going on with the same files.
    place
        .run("run minimal.toml -n 5000 -q --draws csv -o o --resume")
        .ends(6)
        .says("--series: payments there, none here");
    place.run("extend o --paths +5000 -q").ends(0);
    place.run("run minimal.toml -n 10000 -q --draws csv --series payments -o longer").ends(0);
    assert_eq!(place.read("o/paths.csv"), place.read("longer/paths.csv"));
    assert_eq!(place.read("o/draws.csv"), place.read("longer/draws.csv"));
}

#[test]
fn resume_of_what_is_done_or_cannot_go_on() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 9000 -q -o o").ends(0);
    let printed = place.run("run minimal.toml -n 9000 -q --json -o o").ends(0).stdout;
    place.run("resume o").ends(0).says("`o` is complete: 9,000 paths");
    assert_eq!(
        place.run("resume o --json").ends(0).stdout,
        printed,
        "a program need not know that it was done"
    );
    place.run("resume nowhere").ends(3).says("there is no folder");
    place.write("letters/to-anna.txt", "Dear Anna");
    place.run("resume letters").ends(3).says("is not a results folder");
    // Without a state there is nothing to extend.
    place.run("run minimal.toml -n 9000 -q -o bare --checkpoint none").ends(0);
    assert!(!place.at("bare/state.capstake").exists());
    place.run("extend bare --paths +1").ends(7).says("S806").says("has no state.capstake");
    // A run that failed does not go on.
    let wild = "--set deal.capped.payment_lag_years=1e9 --set discount.share=-0.9999";
    place.run(&format!("run minimal.toml -n 9000 -q -o wild {wild}")).ends(5);
    place.run("resume wild").ends(5).says("S901");
    place.run("extend wild --paths +1").ends(5).says("S901");
}

/// The state of a longer run, or of another part, has paths that the run was not asked for: going on from it would count them
/// twice, or never.
#[test]
fn a_state_of_other_paths_is_refused() {
    let place = with_shards();
    place.run("run minimal.toml -n 9000 -q -o short").ends(0);
    // As a kill in the middle leaves it: a manifest that says `running`.
    let stopped = |folder: &str| {
        let manifest = place.at(folder).join("manifest.json");
        let text = std::fs::read_to_string(&manifest).expect("a manifest");
        std::fs::write(&manifest, text.replace("\"complete\"", "\"running\"")).expect("a manifest");
    };
    let put = |from: &str, into: &str| {
        let state = |folder: &str| place.at(folder).join("state.capstake");
        std::fs::copy(state(from), state(into)).expect("a copy");
        stopped(into);
    };
    place.run("run minimal.toml -n 9000 -q -o own").ends(0);
    stopped("own");
    place.run("resume own -q").ends(0);
    assert_same(&place, "short", "own");
    put("whole", "short");
    let seen = place.run("resume short").ends(7);
    seen.says("S807").says("paths 0 to 36,864").says("0 to 8,192");
    place.run("extend short --paths +100").ends(7).says("S807");
    put("p2", "p3");
    place.run("resume p3").ends(7).says("S807").says("24,576 to 36,864");
}

#[test]
fn what_has_changed_is_shown_and_refused() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 9000 -q -o o").ends(0);
    let text = place.read("minimal.toml");
    place.write("minimal.toml", text.replace("cap_usd_bn = 38.0", "cap_usd_bn = 40.0"));
    let seen = place.run("extend o --paths +9000").ends(7).says("S807");
    seen.says("`minimal.toml` is not what it was when `o` was begun")
        .says("deal.capped.cap_usd_bn: 38.0, now 40.0");
    // As it was then, if that is meant.
    place.run("extend o --paths +9000 --force -q").ends(0);
    place.write("minimal.toml", text);
    place.run("run minimal.toml -n 18000 -q -o whole").ends(0);
    assert_same(&place, "whole", "o");
    // A state that was put here from elsewhere.
    place.run("run minimal.toml -n 9000 -s 5 -q -o five").ends(0);
    std::fs::copy(place.at("five/state.capstake"), place.at("o/state.capstake")).unwrap();
    place.run("extend o --paths +9000").ends(7).says("S807").says("seed: 5 in the state, 1 in the run");
    // A manifest of another version or revision.
    let manifest = place.read("five/manifest.json");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    place.write("five/manifest.json", manifest.replace(&version, "\"version\": \"9.9.9\""));
    place.run("extend five --paths +9000").ends(7).says("S807").says("version: it was made by 9.9.9");
    place.run("extend five --paths +9000 --force").ends(7);
    let seed = manifest.replace("\"seed\": \"5\"", "\"seed\": \"6\"");
    place.write("five/manifest.json", seed);
    place.run("extend five --paths +9000").ends(7).says("seed: 5 in the state, 6 in the run");
    let edited = manifest.replace("rate = 0.2", "rate = 0.25");
    assert_ne!(edited, manifest);
    place.write("five/manifest.json", edited);
    place.run("extend five --paths +9000").ends(7).says("its digest is not the one beside it");
}

#[test]
fn csv_files_are_found_from_anywhere_and_must_be_as_they_were() {
    let place = Place::with_minimal();
    place.write("in/growth.csv", "g\n0.1\n0.2\n0.4\n");
    let text = place.read("minimal.toml");
    let old = text.lines().find(|line| line.starts_with("growth = ")).expect("a constant growth").to_owned();
    place.write(
        "in/s.toml",
        text.replace(&old, "growth = { dist = \"empirical\", csv = \"growth.csv\", column = \"g\" }"),
    );
    place.run("run in/s.toml -n 9000 -q -o in/o").ends(0);
    let from = place.at("in/o");
    let elsewhere = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        Seen::from(place.program().current_dir(elsewhere.path()).args(arguments).output().expect("it starts"))
    };
    run(&["verify", "-q", from.to_str().unwrap()]).ends(0);
    run(&["extend", "-q", from.to_str().unwrap(), "--paths", "+3000"]).ends(0);
    place.write("in/growth.csv", "g\n0.1\n0.2\n0.5\n");
    run(&["verify", from.to_str().unwrap()]).ends(7).says("S807").says("has changed since the run");
    std::fs::remove_file(place.at("in/growth.csv")).unwrap();
    run(&["extend", from.to_str().unwrap(), "--paths", "+1"]).ends(7).says("cannot be read any more");
}

#[test]
fn verify_names_the_first_number_that_differs() {
    let place = Place::with_minimal();
    place.run(&format!("run minimal.toml -n {PATHS} -q --draws csv -o o")).ends(0);
    place.run("verify o").ends(0).prints("quantiles.csv").says("`o` is what a run of 36,941 paths gives");
    place.run("verify o --paths 5000").ends(0).prints("the rows of these paths").says("what the first 5,000");
    let json = place.run("verify o --json").ends(0);
    let object: serde_json::Value = serde_json::from_str(&json.stdout).expect("one object");
    assert_eq!(object["equal"], true);
    // One digit of one mean: found by digest and by value.
    let summary = place.read("o/summary.csv");
    let mean = summary.lines().nth(1).unwrap().split(',').nth(3).unwrap();
    place.write("o/summary.csv", summary.replacen(mean, "29.5", 1));
    let seen = place.run("verify o").ends(7).says("S809");
    seen.prints(&format!("row 1 (capped share_pv), mean: 29.5; a new run gives {mean}"));
    // And where the manifest was made to fit, by value alone.
    let digest = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
    let manifest = place.read("o/manifest.json");
    let forged = place.read("o/summary.csv");
    place.write("o/manifest.json", manifest.replace(&digest(&summary), &digest(&forged)));
    place.run("verify o").ends(7).says("row 1 (capped share_pv), mean: 29.5");
    place.run("verify o --paths 5000").ends(7).says("standard errors off");
    place.write("o/summary.csv", summary);
    place.write("o/manifest.json", manifest);
    // A draw of the first paths, and one beyond them.
    let draws = place.read("o/draws.csv");
    let mut lines: Vec<String> = draws.lines().map(str::to_owned).collect();
    lines[30_000] = lines[30_000].replacen("2999", "299", 1);
    place.write("o/draws.csv", lines.join("\n") + "\n");
    let seen = place.run("verify o --paths 5000").ends(7);
    seen.prints("draws.csv         DIFFERENT  digest")
        .prints("draws.csv         equal      the rows of these paths");
    place.run("verify o").ends(7).prints("row 30,000");
    std::fs::remove_file(place.at("o/events.csv")).unwrap();
    place.run("verify o").ends(7).prints("there is no such file");
}

/// Every way to make a folder say something else than its run: an entry of the manifest, its files, the files of others.
#[test]
fn verify_compares_the_set_of_files_and_every_fact_that_a_run_decides() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 5000 -q --formats csv --draws csv -o o").ends(0);
    place.run("verify o -q").ends(0);
    let manifest = place.manifest("o");
    let differs = |arguments: &str, words: &str| {
        let seen = place.run(&format!("verify {arguments}")).ends(7);
        let row = seen.stdout.lines().find(|row| row.contains("DIFFERENT") && row.contains(words));
        assert!(row.is_some(), "{arguments}: no {words:?} in {}", seen.stdout);
    };
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut changed = manifest.clone();
        change(&mut changed);
        assert_ne!(changed, manifest);
        place.write("o/manifest.json", serde_json::to_vec(&changed).expect("JSON"));
    };
    // Each file taken out of the list, all of them, one twice, and one that such a run does not write.
    let files = manifest["files"].as_array().expect("a list").clone();
    for (at, file) in files.iter().enumerate() {
        let name = file["name"].as_str().expect("a name");
        with(&|manifest| drop(manifest["files"].as_array_mut().expect("a list").remove(at)));
        differs("o", &format!("{name} "));
        differs("o -n 4096", &format!("{name} "));
    }
    with(&|manifest| manifest["files"] = serde_json::json!([]));
    differs("o", "the manifest does not list it, and a new run writes it");
    with(&|manifest| manifest["files"].as_array_mut().expect("a list").push(files[0].clone()));
    differs("o", "lists it 2 times");
    for name in ["draws.parquet", "thesis.docx", "/etc/passwd", "../minimal.toml"] {
        let entry =
            serde_json::json!({"name": name, "bytes": 4, "blake3": blake3::hash(b"mine").to_hex().as_str()});
        with(&|manifest| manifest["files"].as_array_mut().expect("a list").push(entry.clone()));
        differs("o", "a new run does not write such a file");
        differs("o -n 4096", "a new run does not write such a file");
    }
    place.write("o/manifest.json", serde_json::to_vec(&manifest).expect("JSON"));
    place.write("o/draws.parquet", "mine");
    differs("o", "draws.parquet");
    std::fs::remove_file(place.at("o/draws.parquet")).expect("a file");
    // Every fact.
    let facts: [(&str, serde_json::Value, &str); 17] = [
        ("/status", "partial".into(), "status: partial; a new run gives complete"),
        ("/run/paths_asked", 4_999.into(), "run.paths_asked"),
        ("/run/paths_asked", 5_001.into(), "status: complete; a new run gives partial"),
        ("/run/paths_done", 4_999.into(), "row"),
        ("/run/seed", "2".into(), "row 1"),
        ("/undefined/0/paths", 1.into(), "undefined.0.paths: 1; a new run gives"),
        ("/undefined", serde_json::json!([]), "undefined: nothing"),
        ("/non_finite/count", 1.into(), "non_finite.count: 1; a new run gives 0"),
        ("/non_finite/first", serde_json::json!([7]), "non_finite.first: 1 entry"),
        ("/scenario/name", "other".into(), "scenario.name: other; a new run gives minimal"),
        ("/scenario/defaults", serde_json::json!({}), "scenario.defaults"),
        ("/scenario/defaults/discount.equity", 0.5.into(), "scenario.defaults.discount.equity: 0.5"),
        ("/command/arguments", serde_json::json!(["--fast"]), "command.arguments"),
        ("/files/0/bytes", 7.into(), "the manifest says 7"),
        ("/files/0/blake3", "00".into(), "its digest is not the manifest's"),
        ("/outputs/csv_bom", true.into(), "summary.csv"),
        ("/run/path_ranges", serde_json::json!([[0, 4_096]]), ""),
    ];
    for (pointer, value, words) in facts {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        with(&|manifest| match manifest.pointer_mut(parent).expect("a table") {
            serde_json::Value::Array(items) => items[key.parse::<usize>().expect("an index")] = value.clone(),
            table => table[key] = value.clone(),
        });
        match words {
            "" => drop(place.run("verify o").ends(2).says("paths from here and there")),
            words => differs("o", words),
        }
    }
    let other = manifest["scenario"].clone();
    with(&|manifest| manifest["other_scenarios"] = serde_json::json!([other]));
    differs("o", "other_scenarios: 1 entry; a new run gives nothing");
    // The scenario and its digest hold each other.
    let resolved =
        manifest["scenario"]["resolved"].as_str().expect("a text").replace("rate = 0.2", "rate = 0.3");
    with(&|manifest| manifest["scenario"]["resolved"] = resolved.clone().into());
    place.run("verify o").ends(7).says("its digest is not the one beside it");
    with(&|manifest| {
        manifest["scenario"]["digest"] = blake3::hash(resolved.as_bytes()).to_hex().as_str().into();
        manifest["scenario"]["resolved"] = resolved.clone().into();
    });
    differs("o", "row 1");
    with(&|manifest| manifest["command"]["name"] = "sweep".into());
    place.run("verify o").ends(3).says("not a run");
    // A long text in a table does not fill the screen.
    place.write("o/manifest.json", serde_json::to_vec(&manifest).expect("JSON"));
    place.write("o/events.csv", format!("{}\n", "x".repeat(5_000_000)));
    let seen = place.run("verify o").ends(7);
    assert!(seen.stderr.len() < 2_000 && seen.stdout.len() < 4_000, "{}", seen.stderr.len());
}

/// What a stopped run, a part and a run without a state leave is what such runs leave.
#[test]
fn verify_knows_the_files_of_runs_of_every_kind() {
    let place = with_shards();
    place.run("verify p2").ends(0).prints("manifest.json   equal");
    place.run("run minimal.toml -n 5000 -q --checkpoint none -o bare").ends(0);
    place.run("verify bare -q").ends(0);
    // A killed run without checkpoints is finished without a state too.
    let running = place.read("bare/manifest.json").replace("\"complete\"", "\"running\"");
    place.write("bare/manifest.json", running);
    place.run("resume bare -q").ends(0);
    assert!(!place.at("bare/state.capstake").exists());
    place.run("verify bare -q").ends(0);
    place.run("report whole --formats html -q").ends(0);
    place.run("verify whole -q").ends(0);
    place.run("run minimal.toml -n 5000 -q --formats csv -o csv").ends(0);
    place.run("report csv -q").ends(0);
    place.run("verify csv -q").ends(0);
}

/// Files that somebody put in the place of results: nothing waits, nothing else is read, nothing is shown.
#[test]
#[cfg(unix)]
fn only_regular_files_of_a_folder_are_read() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 5000 -q -o good").ends(0);
    let manifest = place.read("good/manifest.json");
    place.write("secret", "the secret of somebody");
    let secret = place.at("secret");
    for file in ["manifest.json", "summary.csv", "state.capstake"] {
        for kind in ["pipe", "link", "device", "environ"] {
            let _ = std::fs::remove_dir_all(place.at("o"));
            for name in place.names("good") {
                place.write(
                    &format!("o/{name}"),
                    std::fs::read(place.at("good").join(&name)).expect("a file"),
                );
            }
            let running = manifest.replace("\"status\": \"complete\"", "\"status\": \"running\"");
            place.write("o/manifest.json", if file == "state.capstake" { &running } else { &manifest });
            let path = place.at("o").join(file);
            std::fs::remove_file(&path).expect("a file");
            if kind == "pipe" {
                assert!(Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()));
            } else {
                let target = match kind {
                    "link" => secret.clone(),
                    "device" => "/dev/zero".into(),
                    _ => "/proc/self/environ".into(),
                };
                std::os::unix::fs::symlink(target, &path).expect("a link");
            }
            let readers: &[&str] = match file {
                "manifest.json" => &["verify", "report", "diff", "resume", "merge", "extend"],
                "summary.csv" => &["verify", "report", "diff"],
                _ => &["resume", "merge", "extend"],
            };
            // The last replaces what is there, and so may succeed.
            for command in
                ["verify o", "report o", "diff o good", "resume o", "merge o -o m", "extend o --paths +1"]
            {
                let mut child = place.program();
                let seen = Seen::from(
                    child
                        .args(command.split(' '))
                        .timeout(std::time::Duration::from_secs(60))
                        .output()
                        .expect("the program starts"),
                );
                let what = format!("{file} as {kind}, {command}: {}", seen.stderr);
                let reads = readers.iter().any(|reader| command.starts_with(reader));
                assert!(if reads { matches!(seen.code, Some(3 | 7)) } else { seen.code.is_some() }, "{what}");
                assert!(
                    !seen.stderr.contains("the secret of") && !seen.stdout.contains("the secret of"),
                    "{what}"
                );
                assert!(!seen.stderr.contains("NO_COLOR=1") && !seen.stdout.contains("NO_COLOR=1"), "{what}");
            }
            let _ = std::fs::remove_dir_all(place.at("m"));
            assert_eq!(place.read("secret"), "the secret of somebody");
        }
    }
}

#[test]
fn run_with_resume_begins_goes_on_and_refuses() {
    let place = Place::with_minimal();
    let run = "run minimal.toml -n 20000 -q --resume -o";
    place.run(&format!("{run} o")).ends(0);
    place.run("run minimal.toml -n 20000 -q -o whole").ends(0);
    assert_same(&place, "whole", "o");
    let before = place.read("o/manifest.json");
    place.run("run minimal.toml -n 20000 --resume -o o").ends(0).says("`o` is complete: 20,000 paths");
    assert_eq!(place.read("o/manifest.json"), before, "done is done");
    // As a kill leaves it, with its last checkpoint and before the first.
    let running = before.replace("\"status\": \"complete\"", "\"status\": \"running\"");
    for state in [true, false] {
        place.write("o/manifest.json", &running);
        if !state {
            std::fs::remove_file(place.at("o/state.capstake")).expect("a state");
        }
        let seen = place.run("run minimal.toml -n 20000 --resume -o o").ends(0);
        assert_eq!(seen.stderr.contains("goes on from 16,384 of 20,000"), state, "{}", seen.stderr);
        assert_same(&place, "whole", "o");
    }
    // An empty folder, and one with a draft of a run that was killed at once.
    place.write("new/.capstake-x1y2z3.tmp", "{");
    place.run(&format!("{run} new")).ends(0);
    assert_same(&place, "whole", "new");
    // Whatever differs is named, and nothing is touched.
    for (other, words) in [
        ("-n 30000", "another number of paths (20,000)"),
        ("-n 20000 -s 2", "another seed (1)"),
        ("-n 20000 --set deal.capped.cap_usd_bn=60", "deal.capped.cap_usd_bn: 38.0 there, 60.0 here"),
        ("-n 20000 --shard 1/2", "part (the whole)"),
        ("-n 20000 --draws csv", "--draws: none there, csv here"),
        ("-n 20000 --formats csv", "--formats: all there, csv here"),
        ("-n 20000 --csv-bom", "--csv-bom"),
    ] {
        let before = place.read("o/manifest.json");
        place.run(&format!("run minimal.toml {other} -q --resume -o o")).ends(6).says("[S802]").says(words);
        assert_eq!(place.read("o/manifest.json"), before, "{other}");
    }
    let mut other = place.manifest("o");
    other["build"]["git_revision"] = "0123456789".into();
    place.write("o/manifest.json", serde_json::to_vec(&other).expect("JSON"));
    place.run(&format!("{run} o")).ends(7).says("revision: it was made by 0123456789");
    place.write("letters/to-anna.txt", "Dear Anna");
    place.run(&format!("{run} letters")).ends(6).says("[S801]");
    place.run("run minimal.toml --resume --force -o o").ends(2).says("cannot be used with");
    place.run("run minimal.toml --shard auto -o o").ends(2).says("this is no task of a job array");
}

#[test]
fn diff_says_why_and_how_much() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 9000 -q -o a").ends(0);
    place.run("run minimal.toml -n 9000 -q -o b").ends(0);
    place.run("diff a b").ends(0).prints("equal: all files of results have the same bytes");
    place.run("run minimal.toml -n 8000 -s 2 -q -o c --set deal.capped.cap_usd_bn=60").ends(0);
    let seen = place.run("diff a c").ends(0);
    let seen =
        seen.prints("deal.capped.cap_usd_bn  38.0").prints("seed ").prints("paths ").prints("share_pv");
    let rows: Vec<&str> = seen.stdout.lines().filter(|line| line.starts_with("  capped ")).collect();
    let z = |row: &str| row.split_whitespace().last().unwrap().parse::<f64>().expect("a z").abs();
    assert!(rows.len() > 5 && rows.windows(2).all(|pair| z(pair[0]) >= z(pair[1])), "{}", seen.stdout);
    let json = place.run("diff a c --json").ends(0);
    let object: serde_json::Value = serde_json::from_str(&json.stdout).expect("one object");
    assert_eq!(object["equal"], false);
    assert_eq!(object["keys"][0]["second"], "60.0");
    place.run("diff a nowhere").ends(3);
}

/// The commands of the manifests, with the variables that Kubernetes and AWS Batch set.
#[test]
fn the_commands_of_other_schedulers_run_as_written() {
    let page = include_str!("../../../docs/clusters.md");
    let bin = assert_cmd::cargo::cargo_bin!("capstake").parent().expect("a folder").to_owned();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    for (heading, index, more) in [
        ("### Kubernetes", "JOB_COMPLETION_INDEX", None),
        ("### AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", Some(("AWS_BATCH_JOB_ARRAY_SIZE", "16"))),
    ] {
        let place = Place::new();
        place.write("base.toml", include_str!("../../../configs/minimal.toml"));
        place.run("run base.toml -n 70000 -q -o whole").ends(0);
        let rest =
            page.split(heading).nth(1).expect("the heading").split("exec ").nth(1).expect("the command");
        let command = rest.split('"').next().expect("its end");
        let command = command.replace("1e8", "70000").replace("/in/", "").replace("/results/", "");
        for task in 0..16 {
            let ended = Command::new("sh")
                .args(["-c", &format!("exec {command}")])
                .env("PATH", &path)
                .env(index, task.to_string())
                .envs(more)
                .current_dir(place.at(""))
                .output();
            Seen::from(ended.expect("sh")).ends(0).says(&format!("part {}/16, by {index}={task}", task + 1));
        }
        let parts: Vec<String> = (0..16).map(|task| format!("part-{task}")).collect();
        place.run(&format!("merge {} -o merged -q", parts.join(" "))).ends(0);
        assert_same(&place, "whole", "merged");
    }
}

#[test]
fn the_examples_of_job_arrays_run_as_written() {
    let place = Place::with_minimal();
    let page = include_str!("../../../docs/clusters.md");
    let block = |after: &str| {
        let rest = page.split(after).nth(1).unwrap_or_else(|| panic!("{after} is in docs/clusters.md"));
        rest.split("```").nth(1).expect("a block").split_once('\n').expect("a language").1.to_owned()
    };
    // The scheduler's part is played by the loop below; everything else is as on the page.
    for (name, script) in [("loop", block("## A shell loop")), ("slurm", block("## A Slurm array"))] {
        let folder = format!("{name}/");
        place.write(&format!("{folder}base.toml"), include_str!("../../../configs/minimal.toml"));
        let script = script.replace("1e8", "20000");
        place.write(&format!("{folder}job.sh"), &script);
        let bin = assert_cmd::cargo::cargo_bin!("capstake").parent().expect("a folder").to_owned();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        let tasks: Vec<String> =
            if name == "slurm" { (1..=16).map(|i| i.to_string()).collect() } else { vec![String::new()] };
        // Of an array every task is queued twice, as after the loss of a machine: part 3 died when all was saved, part 5
        // before anything was, the others had ended.
        let again: Vec<String> = if name == "slurm" { tasks.clone() } else { Vec::new() };
        for (turn, task) in tasks.iter().chain(&again).enumerate() {
            if turn == tasks.len() {
                for part in ["slurm/part-3", "slurm/part-5"] {
                    let manifest = place.read(&format!("{part}/manifest.json"));
                    let running = manifest.replace("\"status\": \"complete\"", "\"status\": \"running\"");
                    assert_ne!(running, manifest);
                    place.write(&format!("{part}/manifest.json"), running);
                }
                std::fs::remove_file(place.at("slurm/part-5/state.capstake")).expect("a state");
            }
            let status = std::process::Command::new("bash")
                .args(["-eu", "job.sh"])
                .env("PATH", &path)
                .env("SLURM_ARRAY_TASK_ID", task)
                .envs([("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_MAX", "16")])
                .envs([("SLURM_ARRAY_TASK_STEP", "1"), ("SLURM_ARRAY_TASK_COUNT", "16")])
                .env("SLURM_CPUS_PER_TASK", "1")
                .current_dir(place.at(name))
                .output()
                .expect("bash");
            let said = String::from_utf8_lossy(&status.stderr);
            assert!(status.status.success(), "{name} {task}: {said}");
            if name == "slurm" {
                assert!(said.contains(&format!("part {task}/16, by SLURM_ARRAY_TASK_ID={task}\n")), "{said}");
            }
        }
        if name == "slurm" {
            // Sent again with another number of paths it mixes nothing.
            let longer = Command::new("bash")
                .args(["-eu", "-c", &script.replace("20000", "30000")])
                .env("PATH", &path)
                .envs([("SLURM_ARRAY_TASK_ID", "3"), ("SLURM_ARRAY_TASK_MIN", "1")])
                .envs([("SLURM_ARRAY_TASK_COUNT", "16"), ("SLURM_CPUS_PER_TASK", "1")])
                .current_dir(place.at(name))
                .output();
            Seen::from(longer.expect("bash")).ends(6).says("another number of paths (20,000)");
            let merge = block("When all tasks have ended");
            place.write("slurm/merge.sh", merge);
            let merged = std::process::Command::new("bash")
                .args(["-eu", "merge.sh"])
                .env("PATH", &path)
                .current_dir(place.at(name))
                .output()
                .expect("bash");
            assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
        }
        place.run(&format!("run {name}/base.toml -n 20000 -q -o {name}/one")).ends(0);
        assert_same(&place, &format!("{name}/one"), &format!("{name}/whole"));
    }
}
