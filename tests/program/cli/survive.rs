//! Runs that are stopped, resumed, extended, split, merged, verified and compared.

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
    place.run("run minimal.toml --shard 1/2 --draws csv").ends(2).says("cannot be used with");
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
    place.run("extend five --paths +9000").ends(3).says("its digest is not the one beside it");
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

#[test]
fn the_examples_of_job_arrays_run_as_written() {
    let place = Place::with_minimal();
    let page = include_str!("../../../docs/shards.md");
    let block = |after: &str| {
        let rest = page.split(after).nth(1).unwrap_or_else(|| panic!("{after} is in docs/shards.md"));
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
                .env("SLURM_CPUS_PER_TASK", "1")
                .current_dir(place.at(name))
                .output()
                .expect("bash");
            assert!(status.status.success(), "{name} {task}: {}", String::from_utf8_lossy(&status.stderr));
        }
        if name == "slurm" {
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
