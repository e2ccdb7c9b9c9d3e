//! The results folder: who may write into it, what is in it, and what is left when something fails.

use super::Place;
use crate::skip;

const FILES: [&str; 15] = [
    "annual.csv",
    "bridge.csv",
    "correlations.csv",
    "events.csv",
    "histogram.csv",
    "inputs.csv",
    "manifest.json",
    "origins.csv",
    "quantiles.csv",
    "report.html",
    "results.xlsx",
    "sample_paths.csv",
    "state.capstake",
    "summary.csv",
    "what_if.csv",
];

#[test]
fn the_manifest_lists_the_files_with_their_digests() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 3000 -q --set deal.capped.rate=0.1 --draws csv").ends(0);
    let manifest = place.manifest("output/minimal");
    let keys: Vec<&str> = manifest.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "schema_version",
            "program",
            "status",
            "build",
            "command",
            "scenario",
            "run",
            "outputs",
            "files",
            "undefined",
            "non_finite",
            "exact",
        ]
    );
    assert_eq!(manifest["schema_version"], 2);
    assert_eq!(manifest["status"], "complete");
    assert_eq!(manifest["build"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["scenario"]["overrides"][0], "deal.capped.rate=0.1");
    assert_eq!(manifest["scenario"]["defaults"]["deal.capped.eligible"], 1.0);
    assert_eq!(manifest["run"]["paths_asked"], 3000);
    assert_eq!(manifest["run"]["paths_done"], 3000);
    assert_eq!(manifest["non_finite"]["count"], 0);
    let files = manifest["files"].as_array().expect("a list");
    assert_eq!(files.len(), FILES.len());
    for file in files {
        let name = file["name"].as_str().expect("a name");
        let bytes = std::fs::read(place.at("output/minimal").join(name)).expect(name);
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str());
    }
    // The scenario as resolved is one that runs, with the same meaning.
    place.write("again.toml", manifest["scenario"]["resolved"].as_str().expect("a text"));
    place.run("run again.toml -n 3000 -q -o again").ends(0);
    assert_eq!(place.manifest("again")["scenario"]["digest"], manifest["scenario"]["digest"]);
    assert_eq!(place.read("again/summary.csv"), place.read("output/minimal/summary.csv"));
}

#[test]
fn the_same_run_replaces_its_folder_and_leaves_nothing_of_the_former() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 1000 -q -o o --draws csv").ends(0);
    assert!(place.names("o").contains(&"draws.csv".to_owned()));
    place.write("o/.capstake-x1y2z3.tmp", "left by a run that was killed");
    place.write("o/notes.txt", "mine");
    place.run("run minimal.toml -n 1000 -q -o o").ends(0);
    let mut wanted: Vec<&str> = FILES.to_vec();
    wanted.push("notes.txt");
    wanted.sort_unstable();
    assert_eq!(place.names("o"), wanted);
}

#[test]
fn another_run_needs_force_and_the_screen_says_what_differs() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 1000 -q -o o").ends(0);
    let before = place.read("o/manifest.json");
    place.run("run minimal.toml -n 2000 -q -o o").ends(6).says("[S802]").says("number of paths (1,000)");
    place.run("run minimal.toml -n 1000 -s 5 -q -o o").ends(6).says("another seed (1)");
    place
        .run("run minimal.toml -n 1000 -q -o o --set deal.capped.rate=0.3")
        .ends(6)
        .says("another scenario (minimal, as it was then)");
    assert_eq!(place.read("o/manifest.json"), before, "a refused run changes nothing");
    place.run("run minimal.toml -n 2000 -q -o o --force").ends(0);
    assert_eq!(place.manifest("o")["run"]["paths_done"], 2000);
}

#[test]
fn folders_of_others_are_never_touched() {
    let place = Place::with_minimal();
    place.write("letters/to-anna.txt", "Dear Anna");
    place.write("theirs/manifest.json", "{\"name\": \"a web page\"}");
    place.write("broken/manifest.json", "{\"program\": \"capst");
    for folder in ["letters", "theirs", "broken"] {
        let before = place.names(folder);
        for force in ["", "--force"] {
            place.run(&format!("run minimal.toml -n 100 -o {folder} {force}")).ends(6).says("[S801]");
        }
        assert_eq!(place.names(folder), before);
    }
    assert_eq!(place.read("theirs/manifest.json"), "{\"name\": \"a web page\"}");
}

/// A manifest may list any file: only files of ours are removed.
#[test]
fn files_of_others_in_a_results_folder_stay() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 1000 -q -o o").ends(0);
    let mine = ["thesis.docx", ".bashrc", "sweep.txt", "manifest.json.bak", "Summary.csv"];
    let mut manifest = place.manifest("o");
    let files = manifest["files"].as_array_mut().expect("a list");
    for name in mine.iter().chain(&["../minimal.toml", "sweep.csv"]) {
        files.push(serde_json::json!({"name": name, "bytes": 1, "blake3": ""}));
    }
    mine.iter().for_each(|name| place.write(&format!("o/{name}"), "mine"));
    place.write("o/notes/summary.csv", "mine");
    let (listing, text) = (serde_json::to_vec(&manifest).expect("JSON"), place.read("minimal.toml"));
    for command in [
        "run minimal.toml -n 1000 -q -o o",
        "run minimal.toml -n 2000 -q -o o --force",
        "sweep minimal.toml -n 500 -q -o o --force --vary deal.capped.cap_usd_bn=20,38",
    ] {
        place.write("o/manifest.json", &listing);
        // A table of a study that the manifest lists is ours.
        place.write("o/sweep.csv", "former");
        place.run(command).ends(0);
        mine.iter()
            .for_each(|name| assert_eq!(place.read(&format!("o/{name}")), "mine", "{command}: {name}"));
        assert_eq!(place.read("o/notes/summary.csv"), "mine");
        assert_eq!(place.read("minimal.toml"), text);
        assert!(!place.at("o/sweep.csv").exists() || place.read("o/sweep.csv") != "former", "{command}");
    }
    // A link in the place of a result is replaced, not what it points to.
    #[cfg(unix)]
    {
        place.run("run minimal.toml -n 1000 -q -o l").ends(0);
        std::fs::remove_file(place.at("l/summary.csv")).expect("a file");
        std::os::unix::fs::symlink(place.at("minimal.toml"), place.at("l/summary.csv")).expect("a link");
        place.run("run minimal.toml -n 1000 -q -o l").ends(0);
        assert_eq!(place.read("minimal.toml"), text);
        assert!(place.read("l/summary.csv").starts_with("deal,metric"));
    }
}

/// What a program that is killed in its first moments leaves is no obstacle for ever.
#[test]
fn drafts_alone_are_an_empty_folder() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 1000 -q -o whole").ends(0);
    let manifest = place.read("whole/manifest.json");
    let begun = &manifest[..1_024];
    for (folder, files) in [
        ("a", &[(".capstake-Yht4yw.tmp", begun)][..]),
        ("b", &[(".capstake-Yht4yw.tmp", ""), (".capstake-a1b2c3.tmp", begun), (".capstake-lock", "")]),
        ("c", &[("manifest.json", ""), ("summary.csv", ""), ("draws.csv", "")]),
    ] {
        for command in ["", "--force", "--resume"] {
            let at = format!("{folder}{command}");
            files.iter().for_each(|(name, text)| place.write(&format!("{at}/{name}"), text));
            let told = if folder == "c" { "manifest.json" } else { "no run has begun in it" };
            place.run_with(&["resume", "--", &at]).ends(3).says(told);
            place.run(&format!("run minimal.toml -n 1000 -q -o {at} {command}")).ends(0);
            let names: Vec<String> =
                place.names(&at).into_iter().filter(|name| name != ".capstake-lock").collect();
            let expected: Vec<&str> =
                if folder == "c" { [&FILES[..], &["draws.csv"]].concat() } else { FILES.to_vec() };
            assert!(names.iter().all(|name| expected.contains(&name.as_str())), "{names:?}");
            assert_eq!(place.read(&format!("{at}/summary.csv")), place.read("whole/summary.csv"));
        }
    }
    // With one file of somebody it is theirs.
    for (name, text) in
        [("notes.txt", ""), ("summary.csv", "mine"), (".capstake-lock", "mine"), (".capstake", "")]
    {
        place.write("d/.capstake-Yht4yw.tmp", begun);
        place.write(&format!("d/{name}"), text);
        place.run("run minimal.toml -n 1000 -q -o d --force").ends(6).says("[S801]");
        std::fs::remove_file(place.at("d").join(name)).expect("a file");
    }
}

#[test]
fn the_default_folder_is_replaced_unless_much_work_is_saved_in_it() {
    let place = Place::with_minimal();
    let run = |arguments: &str| place.run(&format!("run minimal.toml {arguments}"));
    assert!(!run("-n 1000").ends(0).stderr.contains("replaced"));
    assert!(!run("-n 1000").ends(0).stderr.contains("replaced"), "the same run");
    run("-n 2000 -s 7").ends(0).says("`output/minimal` is replaced; it held minimal, 1,000 paths, seed 1");
    assert_eq!(run("-n 3000 -q").ends(0).stderr, "");
    let sweep = "sweep minimal.toml --vary deal.capped.cap_usd_bn=20,38 -n";
    place.run(&format!("{sweep} 500 -q")).ends(0);
    let seen = place.run(&format!("{sweep} 600")).ends(0);
    seen.says("`output/minimal-sweep` is replaced; it held sweep of minimal, 500 paths, seed 1");
    // A stopped run, by its wall time or, after a kill, by its last checkpoint.
    run("-n 5000 -q").ends(0);
    let complete = place.manifest("output/minimal");
    for (seconds, started) in [(61.0, None), (0.0, Some("2020-01-01T00:00:00Z"))] {
        let mut stopped = complete.clone();
        stopped["status"] = "running".into();
        stopped["run"]["wall_seconds"] = seconds.into();
        started.iter().for_each(|started| stopped["run"]["started"] = (*started).into());
        place.write("output/minimal/manifest.json", serde_json::to_vec(&stopped).expect("JSON"));
        run("-n 5000").ends(6).says("[S802]").says("of work saved: minimal, 5,000 paths").says("--resume");
        run("-n 1000").ends(6).says("capstake resume output/minimal").says("--force");
        place
            .run("run minimal.toml -n 1000 -o output/minimal")
            .ends(6)
            .says("another number of paths (5,000)");
    }
    run("-n 5000 -q --resume").ends(0);
    assert_eq!(place.manifest("output/minimal")["status"], "complete");
    // Without a state, or with less work, nothing is lost.
    let mut stopped = place.manifest("output/minimal");
    stopped["status"] = "running".into();
    stopped["run"]["started"] = "2099-01-01T00:00:00Z".into();
    place.write("output/minimal/manifest.json", serde_json::to_vec(&stopped).expect("JSON"));
    run("-n 1000 -q").ends(0);
}

#[test]
fn an_empty_folder_and_a_deep_one_are_filled() {
    let place = Place::with_minimal();
    std::fs::create_dir(place.at("empty")).expect("a folder");
    place.run("run minimal.toml -n 100 -q -o empty").ends(0);
    place.run("run minimal.toml -n 100 -q -o a/b/c").ends(0);
    assert_eq!(place.names("empty"), FILES);
    assert_eq!(place.names("a/b/c"), FILES);
}

#[test]
fn a_folder_that_cannot_be_made_is_exit_code_6() {
    let place = Place::with_minimal();
    place.write("file", "in the way");
    place.run("run minimal.toml -n 100 -o file").ends(6).says("is a file");
    place.run("run minimal.toml -n 100 -o file/below").ends(6).says("[S803]");
    assert_eq!(place.read("file"), "in the way");
}

#[test]
#[cfg(unix)]
fn a_folder_without_the_right_to_write_is_exit_code_6() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_minimal();
    let folder = place.at("closed");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).expect("a mode");
    if std::fs::write(folder.join("probe"), "").is_ok() {
        // Root may write everywhere: the case above, with a file in the way, stands for this one.
        skip::rights_rule_out(
            "cli::folder::a_folder_without_the_right_to_write_is_exit_code_6",
            "this user may write into read-only folders",
        );
        return;
    }
    place.run("run minimal.toml -n 100 -o closed").ends(6).says("permission denied");
}

#[test]
#[cfg(unix)]
fn files_are_as_readable_as_the_umask_says() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 100 -q -o o").ends(0);
    place.write("probe", "");
    let mode = |name: &str| place.at(name).metadata().expect(name).permissions().mode() & 0o777;
    assert_eq!(mode("o/summary.csv"), mode("probe"));
}

/// A limit on the size of files stands for a disk that fills up: the write fails in the middle.
#[test]
#[cfg(target_os = "linux")]
fn a_write_that_fails_keeps_what_is_finished_and_says_so() {
    let place = Place::with_minimal();
    // 200 blocks of 1024 bytes: the tables fit, except that of sample paths; draws do not.
    for (arguments, file, kept) in
        [("-n 2000", "sample_paths.csv", true), ("-n 200000 --draws csv", "draws.csv", false)]
    {
        let program = assert_cmd::cargo::cargo_bin!("capstake");
        let script =
            format!("ulimit -f 200; '{}' run minimal.toml -o o --force {arguments}", program.display());
        let output = std::process::Command::new("bash")
            .args(["-c", &script])
            .current_dir(place.path())
            .output()
            .expect("bash");
        let seen = super::Seen::from(output).ends(6).says("[S803]").says(file);
        assert!(seen.stdout.is_empty());
        let manifest = place.manifest("o");
        assert_eq!(manifest["status"], "partial");
        let listed: Vec<&str> = manifest["files"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|file| file["name"].as_str())
            .collect();
        let mut found = place.names("o");
        found.retain(|name| name != "manifest.json");
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        assert_eq!(found, sorted, "the manifest lists what is there, and no draft is left");
        assert_eq!(listed.contains(&"summary.csv"), kept);
        assert!(!listed.contains(&file));
    }
}

#[test]
fn a_path_that_is_not_finite_fails_the_run_and_names_the_command_that_shows_it() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 1000 -q -o o").ends(0);
    let seen = place.run("run minimal.toml -n 1000 -s 7 -o o --force --set segment.all.growth=200").ends(5);
    assert!(seen.stdout.is_empty());
    let seen = seen.says("1,000 of 1,000 paths were not finite with seed 7: 0, 1, 2, 3, 4, …");
    let command = "run minimal.toml --set segment.all.growth=200 --seed 7 --only-path 0";
    seen.says(command);
    let manifest = place.manifest("o");
    assert_eq!(manifest["status"], "failed");
    assert_eq!(manifest["non_finite"]["count"], 1000);
    assert_eq!(place.names("o"), ["manifest.json"], "no results of this run or of the former");
    place.run(command).ends(5).prints("this path is not finite").prints("not finite ");
    // For programs: the run's object and that of the path say it too.
    let failed = "run minimal.toml -n 1000 -s 7 -o o --force --set segment.all.growth=200 --json";
    let seen = place.run(failed).ends(5).says("[S901]");
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("one object");
    assert_eq!((&object["status"], &object["paths"]), (&"failed".into(), &1000.into()));
    assert_eq!(object["non_finite"]["count"], 1000);
    assert_eq!(object["non_finite"]["first"][4], 4);
    assert_eq!(object["summary"], serde_json::json!([]));
    let seen = place.run(&format!("{command} --json")).ends(5);
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("one object");
    let metrics = &object["metrics"]["capped"];
    let names = object["not_finite"]["capped"].as_array().expect("some are not finite");
    assert!(names.contains(&"revenue_kept_pv".into()) && !names.contains(&"ipo_time".into()), "{names:?}");
    // Undefined is null without being named: the cap is never reached where nothing is.
    assert!(names.iter().all(|name| metrics[name.as_str().expect("a name")].is_null()));
    assert!(metrics["ipo_time"].is_null(), "{metrics}");
    assert_eq!(place.run(&format!("{command} -q")).ends(5).stdout, "");
}
