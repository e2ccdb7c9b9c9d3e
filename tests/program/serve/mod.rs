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

#[test]
fn pages_do_not_end_each_others_answers() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let ask = |page: &str, cap: u64, level: u64| {
        live.post("/api/answer", &json!({"set": [format!("{CAP}={cap}")], "level": level, "page": page}))
    };
    std::thread::scope(|scope| {
        let long = scope.spawn(|| ask("one", 60, 2));
        // Two pages simulate at once, each one thing.
        let until = Instant::now() + Duration::from_secs(20);
        while live.get("/api/status").json()["simulating"] != 1 {
            assert!(Instant::now() < until, "the first page simulates");
        }
        for cap in [20, 30, 40] {
            let reply = ask("other", cap, 0);
            assert_eq!(reply.status, 200);
            assert_eq!(reply.json()["settings"][0], format!("the cap of amended-2026 at ${cap} bn"));
        }
        let reply = long.join().expect("a reply");
        assert_eq!(reply.status, 200, "the other page did not end it");
        assert_eq!(reply.json()["paths"], 131_072);
    });
    assert_eq!(live.get("/api/status").json()["most"], 1, "one simulation a page");
    // A page too many takes the place of the one that has been silent longest: its turn is no more.
    let turn = ask("one", 60, 0).json()["turn"].clone();
    for page in ["two", "three", "four", "five"] {
        assert_eq!(ask(page, 60, 0).status, 200);
    }
    let gone = live.post("/api/answer", &json!({"set": [], "level": 1, "turn": turn, "page": "one"}));
    assert_eq!(gone.status, 409);
    assert_eq!(ask("one", 60, 0).status, 200, "it may come again");
}

/// A document without what says when and how fast a run was.
fn without_times(document: &str) -> String {
    let mut text = document.to_owned();
    for (begins, ends) in [("<section id=\"provenance\"", "</section>"), ("<footer", "</footer>")] {
        let at = text.find(begins).expect("it is there");
        let end = at + text[at..].find(ends).expect("its end");
        text.replace_range(at..end, "");
    }
    text
}

#[test]
fn what_is_saved_is_what_a_run_writes() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let set = [format!("{CAP}=60"), "deal.prior-2025.rate=0.25".to_owned()];
    let flags = set.iter().map(|text| format!(" --set {text}")).collect::<String>();
    place.run(&format!("run base.toml{flags} -n 131072 -q -o run")).ends(0);
    let report = live.post("/api/report", &json!({"set": set}));
    let saved = without_times(&String::from_utf8(report.body).expect("UTF-8"));
    let written = without_times(&place.read("run/report.html"));
    assert!(saved.contains("id=\"what-if\""), "its sliders");
    if saved != written {
        let at = saved.bytes().zip(written.bytes()).take_while(|(a, b)| a == b).count();
        let near = |text: &str| {
            String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(200)..][..400]).into_owned()
        };
        panic!("they differ:\n{}\n----\n{}", near(&saved), near(&written));
    }
}

#[test]
fn dates_words_and_flags_can_be_changed() {
    let place = place();
    let live = Live::start(&place, &["base.toml"]);
    let scenario = live.get("/api/scenario").json();
    let rows: Vec<Value> = scenario["sections"]
        .as_array()
        .expect("sections")
        .iter()
        .flat_map(|section| section["numbers"].as_array().expect("rows").clone())
        .collect();
    let field = |key: &str| {
        let found = rows.iter().find(|row| row["key"] == key);
        found.unwrap_or_else(|| panic!("{key}"))["fields"][0].clone()
    };
    assert_eq!(
        (&field("timeline.horizon")["kind"], &field("timeline.horizon")["value"]),
        (&json!("date"), &json!("2035-12-31"))
    );
    // A date that counts as a number of years is one row.
    let ends: Vec<&Value> = rows.iter().filter(|row| row["key"] == "deal.amended-2026.share_ends").collect();
    assert_eq!((ends.len(), ends[0]["value"].as_str()), (1, Some("2030-12-31, 4.5 years")));
    // Dates of sources move nothing.
    assert!(rows.iter().all(|row| row["key"].as_str().is_some_and(|key| !key.starts_with("source."))));
    let method = field("equity.method");
    assert_eq!((&method["kind"], &method["value"]), (&json!("word"), &json!("revenue-multiple")));
    assert!(
        method["words"]
            .as_array()
            .is_some_and(|words| words.iter().any(|one| one["word"] == "perpetual-growth"))
    );
    assert!(rows.iter().any(|row| row["fields"][0]["kind"] == "flag"));
    // A change of each is answered as `run --set` answers it.
    let set = ["timeline.horizon=2034-12-31".to_owned(), "timeline.period=\"year\"".to_owned()];
    let answer = live.answer(&set, 0, None);
    assert_eq!(answer["settings"], json!(["timeline horizon at 2034-12-31", "timeline period at year"]));
    let mut arguments = vec!["run", "base.toml", "-n", "4096", "--formats", "csv", "-q", "-o", "run"];
    arguments.extend(set.iter().flat_map(|text| ["--set", text]));
    place.run_with(&arguments).ends(0);
    let take = figure(&answer, "figures", "amended-2026", "microsoft_take_pv");
    let table = place.read("run/summary.csv");
    let row = table.lines().find(|line| line.starts_with("amended-2026,microsoft_take_pv,")).expect("a row");
    assert_eq!(row.split(',').nth(3).expect("a mean").parse::<f64>().ok(), take[0].as_f64());
    for (change, code) in [
        ("timeline.horizon=2020-12-31", "S"),
        ("timeline.horizon=soon", "S"),
        ("equity.method=\"x\"", "S103"),
    ] {
        let reply = live.post("/api/answer", &json!({"set": [change]}));
        assert_eq!(reply.status, 422, "{change}");
        let problem = &reply.json()["problems"][0];
        assert_eq!(problem["key"].as_str(), change.split_once('=').map(|(key, _)| key), "{problem}");
        assert!(problem["code"].as_str().is_some_and(|found| found.starts_with(code)), "{problem}");
    }
}

#[test]
fn the_command_of_a_page_draws_as_the_page_does() {
    let place = place();
    let command = |arguments: &[&str], set: &[String]| {
        let live = Live::start(&place, arguments);
        live.answer(set, 0, None)["command"].as_str().expect("a command").to_owned()
    };
    assert_eq!(command(&["base.toml", "-s", "7"], &[]), "capstake run base.toml -n 4096 -s 7");
    assert_eq!(
        command(&["base.toml", "--sampling", "sobol"], &[]),
        "capstake run base.toml -n 4096 -s 1 --sampling sobol"
    );
    // The scenario's own sampling is changed: the page goes on with its own.
    let set = ["run.sampling=\"sobol\"".to_owned()];
    assert_eq!(
        command(&["base.toml"], &set),
        "capstake run base.toml --set 'run.sampling=\"sobol\"' -n 4096 -s 1 --sampling plain"
    );
}
