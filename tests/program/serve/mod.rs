//! The live page: who is answered, that answers are those of a run, one simulation at a time, nothing written, and the page itself.

mod client;
mod page;
mod safety;

use crate::cli::Place;
use client::{Live, Reply};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CAP: &str = "deal.amended-2026.cap_usd_bn";

fn place() -> Place {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place
}

/// The figure of a metric of a deal in an answer: mean, error, p5, p50, p95, …
fn figure<'a>(answer: &'a Value, which: &str, deal: &str, metric: &str) -> &'a Value {
    let quantities = answer["quantities"].as_array().expect("quantities");
    let at = quantities.iter().position(|one| one["deal"] == deal && one["metric"] == metric);
    &answer[which][at.unwrap_or_else(|| panic!("{deal} {metric}"))]
}

#[test]
fn the_settled_answer_is_that_of_a_run() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let set = [format!("{CAP}=60"), "discount.share.p50=0.1".to_owned()];
    let answer = live.answer(&set, 2, None);
    assert_eq!((answer["paths"].as_u64(), answer["last"].as_bool()), (Some(131_072), Some(true)));
    let run = |folder: &str, flags: &[&str]| {
        let all =
            [&["run", "base.toml", "-n", "131072", "--formats", "csv", "-q", "-o", folder], flags].concat();
        place.run_with(&all).ends(0);
        place.read(&format!("{folder}/summary.csv"))
    };
    let tables = [
        ("figures", run("changed", &["--set", &set[0], "--set", &set[1]])),
        ("scenario", run("scenario", &[])),
    ];
    let mut compared = 0;
    for (which, table) in &tables {
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        for row in reader.deserialize::<std::collections::HashMap<String, String>>() {
            let row = row.expect("a row");
            let found = answer["quantities"].as_array().expect("a list").iter().position(|one| {
                one["deal"].as_str() == Some(&row["deal"]) && one["metric"].as_str() == Some(&row["metric"])
            });
            let Some(at) = found else { continue };
            let figure = &answer[*which][at];
            for (i, column) in ["mean", "std_error", "p05", "p50", "p95"].into_iter().enumerate() {
                let number = match &figure[i] {
                    Value::String(exact) if exact == "exact" => 0.0,
                    other => other.as_f64().expect("a number"),
                };
                let expected: f64 = row[column].parse().expect("a number");
                assert_eq!(
                    number.to_bits(),
                    expected.to_bits(),
                    "{which} {} {} {column}",
                    row["deal"],
                    row["metric"]
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 2 * 5 * 15, "{compared}");
    // The difference from the scenario is that of the means, with an error of its own far below theirs.
    let take = |which: &str| figure(&answer, which, "amended-2026", "microsoft_take_pv").clone();
    let number = |value: &Value| value.as_f64().expect("a number");
    let [here, there] = ["figures", "scenario"].map(take);
    assert!((number(&here[5]) - (number(&here[0]) - number(&there[0]))).abs() < 1e-9);
    assert!(number(&here[6]) < 0.3 * number(&here[1]) && there[5].is_null());
}

#[test]
fn levels_are_longer_runs_of_the_same_paths() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let mut turn = None;
    let mut before: Option<(f64, f64)> = None;
    for (level, paths) in [(0, 4_096), (1, 16_384), (2, 131_072)] {
        let answer = live.answer(&[format!("{CAP}=60")], level, turn);
        assert_eq!(answer["paths"], paths);
        turn = answer["turn"].as_u64();
        let take = figure(&answer, "figures", "amended-2026", "microsoft_take_pv");
        let (mean, error) = (take[0].as_f64().expect("a mean"), take[1].as_f64().expect("an error"));
        if let Some((mean_before, error_before)) = before {
            // A longer run of the same paths moves by less than what was open.
            assert!((mean - mean_before).abs() < 4.0 * error_before, "{mean_before} to {mean}");
            assert!(error < error_before);
        }
        before = Some((mean, error));
    }
    // Under Sobol points too.
    let sobol = Live::start(&place, &["base.toml", "--sampling", "sobol", "-s", "7"]);
    let answer = sobol.answer(&[], 0, None);
    let take = figure(&answer, "figures", "amended-2026", "microsoft_take_pv");
    place.run("run base.toml -n 4096 -s 7 --sampling sobol --formats csv -q -o sobol").ends(0);
    let table = place.read("sobol/summary.csv");
    let row = table.lines().find(|line| line.starts_with("amended-2026,microsoft_take_pv,")).expect("a row");
    assert_eq!(row.split(',').nth(3).expect("a mean").parse::<f64>().ok(), take[0].as_f64());
}

#[test]
fn fifty_moves_in_five_seconds_leave_one_simulation_alive() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let began = Instant::now();
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let moves: Vec<_> = (0..50)
            .map(|i| {
                let live = &live;
                let due = Duration::from_millis(100 * i);
                scope.spawn(move || {
                    std::thread::sleep(due.saturating_sub(began.elapsed()));
                    live.post("/api/answer", &json!({"set": [format!("{CAP}={}", 20 + i)], "level": 2}))
                })
            })
            .collect();
        moves.into_iter().map(|one| one.join().expect("a reply")).collect()
    });
    let status = live.get("/api/status").json();
    assert_eq!(status["most"], 1, "never two at once");
    assert_eq!(status["simulating"], 0);
    let last = &replies[49];
    assert_eq!(last.status, 200, "the newest is answered");
    assert_eq!(last.json()["settings"][0], "the cap of amended-2026 at $69 bn");
    for reply in &replies {
        assert!(
            reply.status == 200 || (reply.status == 409 && reply.json()["superseded"] == true),
            "{}",
            reply.status
        );
    }
    let superseded = replies.iter().filter(|reply| reply.status == 409).count();
    assert!(superseded >= 25, "{superseded} of 50 gave way");
    // A level of a change that is no more is not simulated.
    let old = live.post("/api/answer", &json!({"set": [], "level": 1, "turn": 1}));
    assert_eq!(old.status, 409);
}

#[test]
fn a_refused_value_has_the_problem_of_the_program_at_its_field() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let set = [format!("{CAP}=60"), "deal.amended-2026.rate=2".to_owned()];
    let reply = live.post("/api/answer", &json!({"set": set}));
    assert_eq!(reply.status, 422);
    let problem = &reply.json()["problems"][0];
    assert_eq!(problem["key"], "deal.amended-2026.rate");
    let seen = place.run("check base.toml --set deal.amended-2026.rate=2").ends(4);
    seen.says(problem["code"].as_str().expect("a code"))
        .says(problem["message"].as_str().expect("a message"))
        .says(problem["help"][0].as_str().expect("help"));
    for (body, status) in [("nonsense", 400), ("{\"set\": [1]}", 400), ("{\"set\": [], \"level\": 9}", 400)] {
        assert_eq!(live.request("POST", "/api/answer", &[], body.as_bytes()).status, status, "{body}");
    }
    let long = vec![b' '; 70_000];
    assert_eq!(live.request("POST", "/api/answer", &[], &long).status, 413);
    let other_deals = live.post("/api/answer", &json!({"set": ["deal.mine.like=\"amended-2026\""]}));
    assert_eq!(other_deals.status, 422);
}

#[test]
fn what_is_saved_is_made_in_memory() {
    let place = place();
    std::fs::create_dir(place.at("temporary")).expect("a folder");
    let live = Live::start(&place, &["base.toml"]);
    let set = json!({"set": [format!("{CAP}=60"), "deal.prior-2025.rate=0.25"]});
    let toml = live.post("/api/toml", &set);
    let report = live.post("/api/report", &set);
    let workbook = live.post("/api/workbook", &set);
    assert_eq!((toml.status, report.status), (200, 200));
    assert_eq!(place.names("."), ["base.toml", "temporary"], "nothing is written");
    assert_eq!(place.names("temporary"), Vec::<String>::new());
    let document = String::from_utf8(report.body).expect("UTF-8");
    assert!(
        document.starts_with("<!doctype html>")
            && document.contains("131,072 paths")
            && document.contains("cap_usd_bn = 60")
    );
    if cfg!(feature = "xlsx") {
        assert!(workbook.status == 200 && workbook.body.starts_with(b"PK"));
    }
    let text = String::from_utf8(toml.body).expect("UTF-8");
    assert!(text.contains("extends = \"base.toml\"") && text.lines().count() < 16, "{text}");
    place.write("mine.toml", &text);
    place.run("run mine.toml -n 2000 --formats csv -q -o mine").ends(0);
    place
        .run(&format!(
            "run base.toml --set {CAP}=60 --set deal.prior-2025.rate=0.25 -n 2000 --formats csv -q -o set"
        ))
        .ends(0);
    assert_eq!(place.read("mine/summary.csv"), place.read("set/summary.csv"));
}
