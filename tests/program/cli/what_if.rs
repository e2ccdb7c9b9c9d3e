//! Sliders of a run: their nodes are those of a sweep, and stay with the run when it is resumed, merged and reported again.

use super::Place;

/// The rows of a table as maps from column to field.
fn rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn base() -> Place {
    let place = Place::new();
    place.write("base.toml", include_str!("../../../configs/base.toml"));
    place
}

const CAP: &str = "deal.amended-2026.cap_usd_bn";
const RATE: &str = "deal.amended-2026.rate";

#[test]
fn nodes_are_the_points_of_a_sweep() {
    let place = base();
    place
        .run(&format!("run base.toml -n 4096 -q -o run --what-if {CAP}=20:60:3 --what-if {RATE}=0.1:0.3:3"))
        .ends(0);
    let nodes = rows(&place.read("run/what_if.csv"));
    // The scenario, three nodes of each key, nine of both; the two other metrics are of a difference.
    let take = |row: &&std::collections::HashMap<String, String>| {
        row["metric"] == "microsoft_take_pv" && row["deal"] == "amended-2026"
    };
    assert_eq!(nodes.iter().filter(take).count(), 1 + 3 + 3 + 9);
    let mut compared = 0;
    for (keys, vary) in [
        (vec![CAP], format!("--vary {CAP}=20:60:3")),
        (vec![RATE], format!("--vary {RATE}=0.1:0.3:3")),
        (vec![CAP, RATE], format!("--vary {CAP}=20:60:3 --vary {RATE}=0.1:0.3:3")),
    ] {
        place
            .run(&format!(
                "sweep base.toml {vary} -n 4096 -q -o sweep --force --formats csv --metric microsoft_take_pv \
                 --metric openai_retained_pv --metric cap_hit"
            ))
            .ends(0);
        for point in rows(&place.read("sweep/sweep.csv")) {
            let is_there = |row: &&std::collections::HashMap<String, String>| {
                let names = ["key", "second_key"];
                let values = ["value", "second_value"];
                let set = keys.iter().zip(names).zip(values);
                let set = set
                    .into_iter()
                    .all(|((key, name), value)| row[name] == **key && row[value] == point[*key]);
                let others = keys.len() == 2 || row["second_key"].is_empty();
                set && others && row["deal"] == point["deal"] && row["metric"] == point["metric"]
            };
            let Some(node) = nodes.iter().find(is_there) else {
                // Of the deal that no slider moves, and the difference of a flag.
                assert!(point["deal"] == "prior-2025" || point["metric"] == "cap_hit", "{point:?}");
                continue;
            };
            let columns = ["mean", "std_error", "low95", "high95", "p05", "p50", "p95", "difference"];
            for column in columns {
                assert_eq!(node[column], point[column], "{column} at {point:?}");
            }
            assert_eq!(node["difference_error"], point["difference_std_error"], "{point:?}");
            compared += 1;
        }
    }
    assert_eq!(compared, (3 + 3 + 9) * 5, "of the deal two values and a flag, of the difference two values");
    // Every histogram holds all paths, in bins that all nodes of a metric share.
    let mut ends: Vec<(String, String, String)> = Vec::new();
    for row in nodes.iter().filter(|row| !row["counts"].is_empty()) {
        let counts: Vec<u64> =
            row["counts"].split(' ').map(|count| count.parse().expect("a count")).collect();
        assert_eq!((counts.len(), counts.iter().sum::<u64>()), (40, 4_096));
        ends.push((row["metric"].clone(), row["low"].clone(), row["high"].clone()));
    }
    ends.sort();
    ends.dedup();
    assert_eq!(ends.len(), 2, "{ends:?}");
}

#[test]
fn a_page_has_the_cap_unless_it_is_told_otherwise() {
    let place = base();
    place.run("run base.toml -n 2000 -q -o usual").ends(0);
    let nodes = rows(&place.read("usual/what_if.csv"));
    let values: Vec<&str> = nodes
        .iter()
        .filter(|row| row["key"] == CAP && row["metric"] == "share_pv")
        .map(|row| row["value"].as_str())
        .collect();
    assert_eq!((values.len(), values[0], values[1], values[20]), (21, "0.0", "4.0", "80.0"));
    assert!(place.read("usual/report.html").contains("id=\"what-if\""));
    assert_eq!(place.manifest("usual")["outputs"]["what_if"][0], format!("{CAP}=0:80:21"));
    for (folder, options) in [("none", "--what-if none"), ("csv", "--formats csv")] {
        place.run(&format!("run base.toml -n 2000 -q -o {folder} {options}")).ends(0);
        assert!(!place.names(folder).contains(&"what_if.csv".to_owned()), "{folder}");
        assert_eq!(place.read(&format!("{folder}/summary.csv")), place.read("usual/summary.csv"));
    }
    assert!(!place.read("none/report.html").contains("id=\"what-if\""));
    // Other keys than terms of a deal move all deals.
    place.run("run base.toml -n 1000 -q -o rate --what-if discount.share=0.06:0.14:3").ends(0);
    let deals: std::collections::BTreeSet<String> =
        rows(&place.read("rate/what_if.csv")).into_iter().map(|row| row["deal"].clone()).collect();
    assert_eq!(
        deals.into_iter().collect::<Vec<_>>(),
        ["amended-2026", "prior-2025", "prior-2025 - amended-2026"]
    );
}

#[test]
fn sliders_stay_with_the_run() {
    let place = base();
    let asked = format!("--what-if {CAP}=20:60:3");
    place.run(&format!("run base.toml -n 8192 -q -o whole {asked}")).ends(0);
    let (page, table) = (place.read("whole/report.html"), place.read("whole/what_if.csv"));
    std::fs::remove_file(place.at("whole/report.html")).expect("a file");
    place.run("report whole --formats html -q").ends(0);
    assert_eq!(place.read("whole/report.html"), page, "from the folder alone");
    for part in 1..=2 {
        place.run(&format!("run base.toml -n 8192 -q -o part-{part} --shard {part}/2 {asked}")).ends(0);
        assert!(!place.names(&format!("part-{part}")).contains(&"what_if.csv".to_owned()));
    }
    place.run("merge part-1 part-2 -o merged -q").ends(0);
    assert_eq!(place.read("merged/what_if.csv"), table);
    place.run("run base.toml -n 4096 -q -o longer --what-if none").ends(0);
    place.run("extend longer --paths 8192 -q").ends(0);
    assert!(!place.names("longer").contains(&"what_if.csv".to_owned()));
    place.run("verify whole -q").ends(0);
    // The same run with other sliders is not this one.
    place.run(&format!("run base.toml -n 8192 -q -o whole --resume --what-if {CAP}=20:60:5")).ends(6).says(
        "--what-if: deal.amended-2026.cap_usd_bn=20:60:3 there, deal.amended-2026.cap_usd_bn=20:60:5 here",
    );
    // A changed node is seen before a page is made of it.
    let changed = table.replacen(",40.0,,,amended-2026,share_pv", ",41.0,,,amended-2026,share_pv", 1);
    assert_ne!(changed, table);
    place.write("whole/what_if.csv", changed);
    place.run("report whole --formats html -q").ends(7).says("what_if.csv");
}

#[test]
fn sliders_that_cannot_be_are_refused_before_the_run() {
    let place = base();
    for (asked, code, said) in [
        ("deal.amended-2026.cap_usd_bn=20,60", 2, "a slider goes from one number to another"),
        ("deal.amended-2026.cap_usd_bn=20:60bn", 2, "not a number"),
        ("deal.amended-2026.cap=20:60", 2, "cannot be varied"),
        ("deal.amended-2026.rate=0:2", 4, "cannot be"),
        ("run.seed=1:9", 2, "not part of what is simulated"),
        ("deal.amended-2026.cap_usd_bn=0:80:2000", 2, "2,000 nodes are more than a page holds well"),
    ] {
        place.run(&format!("run base.toml -n 500 -q -o out --what-if {asked}")).ends(code).says(said);
        assert!(!place.at("out").exists(), "{asked}");
    }
    place.run("run base.toml --only-path 3 --what-if none").ends(2);
}

#[test]
fn the_command_of_a_page_has_its_sampling() {
    let place = base();
    place.run("run base.toml -n 4096 -q -o sobol --sampling sobol").ends(0);
    assert!(place.read("sobol/report.html").contains("capstake run base.toml -n 4096 -s 1 --sampling sobol"));
    place.run("run base.toml -n 4096 -q -o plain").ends(0);
    let plain = place.read("plain/report.html");
    assert!(plain.contains("capstake run base.toml -n 4096 -s 1") && !plain.contains("--sampling"));
}

#[test]
fn the_estimate_of_a_run_has_its_sliders() {
    let place = base();
    let estimate = |flags: &str| -> f64 {
        let seen = place.run(&format!("run base.toml -n 20000 -j 1 -o run --force {flags}")).ends(0);
        let about = seen.stderr.split("about ").nth(1).expect("an estimate");
        let number: f64 = about.split(' ').next().expect("a number").parse().expect("a number");
        assert!(about.split(' ').nth(1).is_some_and(|unit| unit.starts_with('s')), "{about}");
        number
    };
    let none = estimate("--what-if none");
    let three = estimate(&format!(
        "--what-if {CAP}=0:80:21 --what-if {RATE}=0.1:0.3:5 --what-if discount.share=0.06:0.14:5"
    ));
    assert!(three > none + 2.0, "{none} s, {three} s");
    assert!(estimate("") > none);
}
