//! `--precision`: runs and studies stop where they say, decide alike on any number of threads and after a stop, and say what was reached.

use serde_json::{Value, json};

use super::Place;

/// A change of the precision part of a manifest.
type Edit<'a> = (&'a str, &'a dyn Fn(&mut Value), &'a str);

/// A run that needs some levels under plain sampling, and one under Sobol sampling.
const RUN: &str = "run minimal.toml -n 400000 -s 3 --formats csv -q --precision share_pv=0.1%";
const SOBOL: &str =
    "run minimal.toml -n 400000 -s 3 --formats csv -q --sampling sobol --precision share_pv=0.01%";

fn levels(manifest: &Value) -> Vec<u64> {
    let levels = manifest["run"]["precision"]["levels"].as_array().expect("levels");
    levels.iter().map(|level| level["paths"].as_u64().expect("paths")).collect()
}

#[test]
fn a_run_stops_at_the_level_that_is_precise_enough_on_any_number_of_threads() {
    let place = Place::with_minimal();
    for (sampling, run, part) in [("plain", RUN, 0.001), ("sobol", SOBOL, 0.0001)] {
        for threads in [1, 2, 5] {
            place.run(&format!("{run} -j {threads} -o {sampling}-{threads}")).ends(0);
        }
        let one = place.manifest(&format!("{sampling}-1"));
        let judged = levels(&one);
        println!("{sampling}: {judged:?}");
        assert!(judged.len() >= 3 && *judged.last().expect("a level") < 400_000, "{judged:?}");
        assert_eq!((&one["run"]["precision"]["reached"], &one["status"]), (&json!(true), &json!("complete")));
        assert_eq!(one["run"]["paths_asked"].as_u64(), judged.last().copied());
        for threads in [2, 5] {
            let folder = format!("{sampling}-{threads}");
            assert_eq!(place.manifest(&folder)["run"]["precision"], one["run"]["precision"]);
            let summary = |folder: &str| place.read(&format!("{folder}/summary.csv"));
            assert_eq!(summary(&folder), summary(&format!("{sampling}-1")));
        }
        // The half-width at the stop is what the table says: within the part of the mean.
        let last = one["run"]["precision"]["levels"].as_array().expect("levels").last().expect("one").clone();
        let (value, half) = (last["values"][0].as_f64().expect("a mean"), last["half_widths"][0].as_f64());
        assert!(half.expect("a half-width") <= part * value);
        let before = &one["run"]["precision"]["levels"][judged.len() - 2];
        let (value, half) =
            (before["values"][0].as_f64().expect("a mean"), before["half_widths"][0].as_f64());
        assert!(half.expect("a half-width") <= 2.0 * part * value);
    }
}

/// Puts a finished run back to where it was when only the levels before the last `dropped` were judged.
fn set_back(place: &Place, folder: &str, dropped: usize) {
    let mut manifest = place.manifest(folder);
    manifest["status"] = json!("running");
    let precision = &mut manifest["run"]["precision"];
    precision.as_object_mut().expect("a part").remove("reached");
    let levels = precision["levels"].as_array_mut().expect("levels");
    levels.truncate(levels.len() - dropped);
    manifest["run"]["paths_asked"] = manifest["run"]["precision"]["most_paths"].clone();
    place.write(&format!("{folder}/manifest.json"), manifest.to_string());
}

#[test]
fn a_run_that_goes_on_decides_as_if_it_had_not_been_stopped() {
    let place = Place::with_minimal();
    place.run(&format!("{SOBOL} -o whole")).ends(0);
    place.run(&format!("{SOBOL} -o again")).ends(0);
    let (summary, whole) = (place.read("whole/summary.csv"), place.manifest("whole"));
    for (dropped, keep_state) in [(1, true), (2, true), (2, false)] {
        set_back(&place, "again", dropped);
        if !keep_state {
            std::fs::remove_file(place.at("again/state.capstake")).expect("a state");
        }
        place.run("resume again -q").ends(0);
        assert_eq!(place.read("again/summary.csv"), summary);
        assert_eq!(place.manifest("again")["run"]["precision"], whole["run"]["precision"]);
    }
}

/// All was decided, and then the results could not be written: the run is finished at its level, and not gone on from there.
#[test]
fn a_run_whose_results_were_not_written_keeps_its_decision() {
    let place = Place::with_minimal();
    place.run(&format!("{RUN} -o o")).ends(0);
    let (summary, whole) = (place.read("o/summary.csv"), place.manifest("o"));
    let mut partial = whole.clone();
    partial["status"] = json!("partial");
    place.write("o/manifest.json", partial.to_string());
    place.run("resume o -q").ends(0);
    assert_eq!(place.read("o/summary.csv"), summary);
    assert_eq!(place.manifest("o")["run"]["precision"], whole["run"]["precision"]);
    assert_eq!(place.manifest("o")["run"]["paths_asked"], whole["run"]["paths_asked"]);
}

/// A build that orders dimensions otherwise left no number of leading inputs, or another: its points are others.
#[test]
fn results_with_dimensions_in_another_order_are_refused() {
    let place = Place::with_minimal();
    place.run(&format!("{SOBOL} -o o")).ends(0);
    let sound = place.manifest("o");
    for earlier in [json!(null), json!(1)] {
        let mut edited = sound.clone();
        edited["run"]["sampling"]["dimensions"]["leading"] = earlier.clone();
        if earlier.is_null() {
            let part = edited["run"]["sampling"]["dimensions"].as_object_mut().expect("a part");
            part.remove("leading");
            part["digest"] = json!("0".repeat(64));
        }
        place.write("o/manifest.json", edited.to_string());
        for command in ["resume o -q", "verify o", "extend o --paths 1M -q"] {
            place
                .run(command)
                .ends(7)
                .says("S807")
                .says("an order of dimensions")
                .says("another build made it");
        }
    }
}

#[test]
fn a_manifest_that_no_run_writes_is_refused() {
    let place = Place::with_minimal();
    place.run(&format!("{RUN} -o o")).ends(0);
    set_back(&place, "o", 1);
    let sound = place.manifest("o");
    let most = sound["run"]["precision"]["most_paths"].clone();
    let edits: [Edit<'_>; 6] = [
        ("no target", &|part| part["targets"] = json!([]), "has no target"),
        ("no such target", &|part| part["targets"] = json!(["x=1"]), "cannot be read"),
        ("other paths", &|part| part["most_paths"] = json!(100), "other levels"),
        ("fewer figures", &|part| part["levels"][0]["values"] = json!([]), "a figure for each target"),
        ("order", &|part| part["levels"].as_array_mut().expect("levels").reverse(), "other levels"),
        ("reached", &|part| part["reached"] = json!(true), "does not go with its paths"),
    ];
    for (what, edit, why) in edits {
        let mut edited = sound.clone();
        edit(&mut edited["run"]["precision"]);
        place.write("o/manifest.json", edited.to_string());
        place.run("resume o -q").ends(3).says(why).says("it was edited");
        println!("{what}: refused");
    }
    // The last level is noted, though the run is not finished.
    let mut edited = sound.clone();
    let all = [4_096, 8_192, 16_384, 32_768, 65_536, 131_072, 262_144].map(|paths| json!(paths));
    let level = |paths: Value| json!({ "paths": paths, "values": [1.0], "half_widths": [5.0] });
    let every: Vec<Value> = all.into_iter().chain([most]).map(level).collect();
    edited["run"]["precision"]["levels"] = json!(every);
    place.write("o/manifest.json", edited.to_string());
    place.run("resume o -q").ends(3).says("does not go with its paths");
}

#[test]
fn what_was_not_reached_is_said_with_what_would_reach_it() {
    let place = Place::with_minimal();
    let not = |more: &str| {
        place.run(&format!("run minimal.toml -s 3 -q --force -o o --formats csv {more}")).ends(8)
    };
    not("-n 8192 --precision share_pv=0.05%")
        .says("was not reached within 8,192 paths")
        .says("would reach it: -n ");
    not("-n 4096 --precision share_pv=50").says("one level alone shows nothing").says("-n 8192");
    not("-n 4100 --precision share_pv=50").says("one level alone");
    // What it says to ask for is enough.
    not("-n 1000 --precision share_pv=50").says("the next level decides: -n 8192");
    not("-n 1000 --precision share_pv=0.5%").says("would reach it: -n 8192");
    let enough = "run minimal.toml -s 3 -q --force -o o --formats csv -n 8192";
    place.run(&format!("{enough} --precision share_pv=50 --precision share_pv=0.5%")).ends(0);
    not("-n 8192 --precision share_pv=1e-300").says("more than the 100,000,000,000 paths");
    // What is complete is there all the same, and tells.
    assert_eq!(place.manifest("o")["status"], "complete");
    assert_eq!(place.manifest("o")["run"]["precision"]["reached"], false);
    let seen = place
        .run("run minimal.toml -n 8192 -s 3 --json --force -o o --formats csv --precision share_pv=0.05%")
        .ends(8);
    let object: Value = serde_json::from_str(&seen.stdout).expect("an object");
    assert_eq!(object["precision"]["reached"], false);
    assert_eq!(object["precision"]["targets"], json!(["share_pv=0.05%"]));
}

/// Who opens the page later sees whether the figures are as precise as was asked.
#[test]
fn the_page_says_what_was_reached_of_the_precision() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 8192 -s 3 -q -o not --precision share_pv=0.05%").ends(8);
    assert!(
        place
            .read("not/report.html")
            .contains("not reached after 8,192 paths: share_pv=0.05% (95% interval ±")
    );
    place.run("run minimal.toml -n 8192 -s 3 -q -o is --precision share_pv=5").ends(0);
    let page = place.read("is/report.html");
    assert!(page.contains(">reached after 8,192 paths: share_pv=5 (95% interval ±"), "the page");
    std::fs::remove_file(place.at("is/report.html")).expect("a file");
    place.run("report is --formats html").ends(0);
    assert_eq!(place.read("is/report.html"), page);
}

/// A figure that is the same on all paths so far is not known to be so on all others.
#[test]
fn paths_that_all_agree_show_no_precision() {
    let place = Place::with_minimal();
    place
        .run("run minimal.toml -n 8192 -q -o o --formats csv --set deal.capped.cap_usd_bn=100000 --precision cap_saving_pv=1")
        .ends(8)
        .says("cap_saving_pv has no interval yet");
    // What no draw can move is exact.
    place
        .run("run minimal.toml -n 8192 -q -o e --formats csv --set deal.capped.cap_usd_bn=none --precision cap_saving_pv=1")
        .ends(0);
}

#[test]
fn extend_says_that_it_does_not_go_by_the_precision() {
    let place = Place::with_minimal();
    place.run(&format!("{RUN} -o o")).ends(0);
    place.run("extend o -n 450000").ends(0).says("does not go by --precision");
    assert_eq!(place.manifest("o")["run"]["precision"], Value::Null);
}

/// Nothing that more paths would show: all others are spared.
#[test]
fn a_figure_without_a_value_stops_after_the_first_level() {
    let place = Place::with_minimal();
    let never = "--set deal.capped.cap_usd_bn=100000 -n 400000 -q --formats csv";
    place
        .run(&format!("run minimal.toml {never} -o o --precision cap_hit_time=1%"))
        .ends(8)
        .says("`cap_hit_time` has no value on any of the first 4,096 paths");
    assert_eq!(
        (levels(&place.manifest("o")), place.manifest("o")["status"].clone()),
        (vec![4_096], json!("complete"))
    );
    assert_eq!(place.manifest("o")["run"]["paths_done"], 4_096);
    // The same command goes on with what it decided.
    place.run(&format!("run minimal.toml {never} -o o --resume --precision cap_hit_time=1%")).ends(0);
    place
        .run(&format!("sweep minimal.toml --vary deal.capped.rate=0.1,0.2 --metric cap_hit_time {never} -o s --precision cap_hit_time=1%"))
        .ends(8)
        .says("has no value on any of the first 4,096 paths");
}

/// Studies that need some levels; each answer is that of a study of as many paths as it took, and does not depend on threads.
#[test]
fn a_study_stops_at_the_level_that_is_precise_enough() {
    let place = Place::with_minimal();
    place.write("base.toml", include_str!("../../../configs/base.toml"));
    let cap = "deal.capped.cap_usd_bn";
    let studies = [
        (
            format!("compare minimal.toml --with {cap}=5"),
            "--precision share_pv=0.5% --precision difference:share_pv=0.05",
            "compare.csv",
        ),
        (
            format!("sweep minimal.toml --vary {cap}=5,10 --metric share_pv"),
            "--precision difference:share_pv=0.05",
            "sweep.csv",
        ),
        (
            format!("solve minimal.toml --vary {cap}=1:40 --target {}.share_pv.mean=12", "capped"),
            "--precision 1%",
            "root.csv",
        ),
        (
            "bridge base.toml --sampling sobol --clause all=rate,cap_usd_bn".to_owned(),
            "--precision total:microsoft_take_pv=1",
            "bridge.csv",
        ),
        (
            "ipo base.toml --sampling sobol".to_owned(),
            "--precision listed=0.005 --precision p50:proceeds=3%",
            "times.csv",
        ),
    ];
    for (study, precision, table) in studies {
        let run = |more: &str, folder: &str| {
            place.run(&format!("{study} -q --formats csv {more} -o {folder} --force"))
        };
        run(&format!("-n 300000 -j 2 {precision}"), "two").ends(0);
        let manifest = place.manifest("two");
        let judged = levels(&manifest);
        let last = *judged.last().expect("a level");
        println!("{study}: {judged:?}");
        assert!(judged.len() >= 2 && last < 300_000, "{study}: {judged:?}");
        assert_eq!(
            (&manifest["run"]["precision"]["reached"], &manifest["status"]),
            (&json!(true), &json!("complete"))
        );
        assert_eq!(
            (manifest["run"]["paths_asked"].as_u64(), manifest["run"]["paths_done"].as_u64()),
            (Some(last), Some(last))
        );
        run(&format!("-n 300000 -j 1 {precision}"), "one").ends(0);
        assert_eq!(place.manifest("one")["run"]["precision"], manifest["run"]["precision"], "{study}");
        run(&format!("-n {last}"), "plain").ends(0);
        for folder in ["one", "plain"] {
            assert_eq!(
                place.read(&format!("{folder}/{table}")),
                place.read(&format!("two/{table}")),
                "{study}"
            );
        }
        // What is not reached is said, and the results are there.
        run(&format!("-n 4096 {precision}"), "few").ends(8).says("-n ");
        let few = place.manifest("few");
        assert_eq!(
            (&few["run"]["precision"]["reached"], &few["status"]),
            (&json!(false), &json!("complete"))
        );
    }
}

/// Seventy points need two batches; the later one is harder, and all points get its paths.
#[test]
fn all_points_of_a_sweep_get_the_paths_of_the_one_that_needs_most() {
    let place = Place::with_minimal();
    let sweep =
        "sweep minimal.toml --vary deal.capped.cap_usd_bn=1:70:70 --metric share_pv -q --formats csv --force";
    let precision = "--precision share_pv=0.04";
    let of_batch = |values: &str| {
        let sweep = sweep.replace("1:70:70", values);
        place.run(&format!("{sweep} -n 500000 {precision} -o part")).ends(0);
        *levels(&place.manifest("part")).last().expect("a level")
    };
    place.run(&format!("{sweep} -n 500000 {precision} -o all")).ends(0);
    let judged = levels(&place.manifest("all"));
    let last = *judged.last().expect("a level");
    // Caps that bind on every path leave next to no error.
    let (easy, hard) = (of_batch("1,2"), of_batch("65,70"));
    println!("{judged:?}, {easy} and {hard}");
    assert!(easy < hard && last >= hard, "{judged:?} {easy} {hard}");
    place.run(&format!("{sweep} -n {last} -o plain")).ends(0);
    assert_eq!(place.read("all/sweep.csv"), place.read("plain/sweep.csv"));
}

#[test]
fn targets_that_a_study_does_not_have_say_what_there_is() {
    let place = Place::with_minimal();
    place.write("base.toml", include_str!("../../../configs/base.toml"));
    let sweep = "sweep minimal.toml --vary deal.capped.cap_usd_bn=5,10 --metric share_pv";
    for (study, target, says) in [
        ("compare minimal.toml --with deal.capped.rate=0.1", "share_pw=1%", "did you mean `share_pv`?"),
        (
            "compare minimal.toml --with deal.capped.rate=0.1",
            "difference:p95:share_pv=1",
            "only the mean is known",
        ),
        (sweep, "microsoft_take_pv=1%", "is not measured here"),
        (sweep, "share_pv=0", "is no precision"),
        (
            "solve minimal.toml --vary deal.capped.cap_usd_bn=1:40 --target capped.share_pv.mean=12",
            "-1%",
            "is no precision",
        ),
        ("bridge base.toml", "capp:share_pv=1", "did you mean `cap`?"),
        ("bridge base.toml", "share_pv=1", "is not in this bridge"),
        ("ipo base.toml", "listd=0.01", "did you mean `listed`?"),
        ("ipo base.toml", "p95:listed=0.01", "has no quantile"),
        ("ipo base.toml", "nobody:listed=0.01", "there is no deal `nobody`"),
    ] {
        place.run(&format!("{study} -q --formats csv -o o --precision={target}")).ends(2).says(says);
    }
    // No value is found, and more paths would not find it: the search ends at the first level.
    place
        .run("solve minimal.toml --vary deal.capped.cap_usd_bn=10:20 --target capped.share_pv.mean=500 -n 400000 -q --formats csv -o n --precision 1%")
        .ends(2);
    assert_eq!(levels(&place.manifest("n")), [4_096]);
}
