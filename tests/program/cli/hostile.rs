//! Values and folders that nobody would think of: tiny and huge numbers, and folders that somebody else changed.

use std::time::Duration;

use super::{Place, Seen};

/// Ends in time, or not at all.
const PATIENCE: Duration = Duration::from_secs(100);

impl Place {
    fn run_in_time(&self, arguments: &str) -> Seen {
        let words = arguments.split_whitespace();
        Seen::from(self.program().timeout(PATIENCE).args(words).output().expect("the program starts"))
    }

    /// Changes a file of a folder and its digest in the manifest: what somebody can send.
    pub(super) fn tamper(&self, folder: &str, file: &str, change: impl FnOnce(&str) -> String) {
        let before = self.read(&format!("{folder}/{file}"));
        let after = change(&before);
        assert_ne!(before, after, "{file} is changed");
        self.write(&format!("{folder}/{file}"), &after);
        let digest = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
        let manifest = self.read(&format!("{folder}/manifest.json"));
        let mut manifest: serde_json::Value = serde_json::from_str(&manifest).expect("a manifest");
        let files = manifest["files"].as_array_mut().expect("a list");
        let entry = files.iter_mut().find(|entry| entry["blake3"] == digest(&before)).expect("an entry");
        (entry["blake3"], entry["bytes"]) = (digest(&after).into(), after.len().into());
        self.write(&format!("{folder}/manifest.json"), manifest.to_string());
    }
}

/// Replaces a column of a line, counted from 1 as in an editor.
fn cell(text: &str, line: usize, column: usize, value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut cells: Vec<&str> = lines[line - 1].split(',').collect();
    cells[column] = value;
    lines[line - 1] = cells.join(",");
    lines.join("\n") + "\n"
}

#[test]
fn tiny_and_huge_values_have_a_page_and_a_workbook() {
    let place = Place::with_minimal();
    for flag in [
        "deal.capped.cap_usd_bn=1e-308",
        "deal.capped.cap_usd_bn=1e-320",
        "deal.capped.rate=1e-320",
        "deal.capped.eligible=1e-320",
        "deal.capped.termination_rate_per_year=1e308",
        "segment.all.rate_now_usd_bn=1e-308",
        "segment.all.rate_now_usd_bn=5e-324",
        "segment.all.inference_cost_now=1e-320",
        "costs.research_now=1e-320",
        "discount.share=1e308",
        "discount.revenue=1e308",
        "reach.uplift=1e308",
        "licence.royalty_rate=1e308",
        "timeline.horizon=2026-07-02",
    ] {
        let run = format!("run minimal.toml -n 64 -q -o out --force --set {flag}");
        let seen = place.run_in_time(&run);
        assert_eq!(seen.code, Some(0), "{flag}: {}", seen.stderr);
        assert_eq!(place.manifest("out")["status"], "complete", "{flag}");
        let page = place.read("out/report.html");
        assert!(!page.contains("NaN") && place.at("out/results.xlsx").exists(), "{flag}");
    }
}

#[test]
fn a_page_that_cannot_be_written_costs_neither_tables_nor_completion() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 500 -q -o out --formats csv").ends(0);
    // A folder in the place of the page cannot be replaced by a file.
    std::fs::create_dir(place.at("out/report.html")).expect("a folder");
    let seen = place.run("run minimal.toml -n 500 -o out").ends(6);
    let seen =
        seen.says("report.html` cannot be written").says("the run is complete and its tables are written");
    assert!(
        seen.stderr.contains("capstake report out") && seen.stdout.contains("Microsoft"),
        "{}",
        seen.stderr
    );
    assert_eq!(place.manifest("out")["status"], "complete");
    assert!(place.at("out/summary.csv").exists() && place.at("out/results.xlsx").exists());
    place.run("resume out").ends(0).says("is complete");
    place.run("report out").ends(6).says("report.html");
    std::fs::remove_dir(place.at("out/report.html")).expect("a folder");
    place.run("report out").ends(0).prints("report.html");
    place.run("verify out").ends(0);
    // The same for a study.
    place.run("sweep minimal.toml --vary deal.capped.cap_usd_bn=20,38 -n 500 -q -o s --formats csv").ends(0);
    std::fs::create_dir(place.at("s/report.html")).expect("a folder");
    let again = "sweep minimal.toml --vary deal.capped.cap_usd_bn=20,38 -n 500 -q -o s";
    place.run(again).ends(6).says("the study is complete").says("capstake report s");
    assert_eq!(place.manifest("s")["status"], "complete");
}

#[test]
fn tables_that_no_run_writes_are_refused() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("run base.toml -n 200 -q -o good --formats csv").ends(0);
    let tampered = |file: &str, change: &dyn Fn(&str) -> String, words: &[&str]| {
        let _ = std::fs::remove_dir_all(place.at("bad"));
        std::fs::create_dir(place.at("bad")).expect("a folder");
        for name in place.names("good") {
            std::fs::copy(place.at("good").join(&name), place.at("bad").join(&name)).expect("a copy");
        }
        place.tamper("bad", file, change);
        let seen = place.run_in_time("report bad");
        assert_eq!(seen.code, Some(3), "{file} {words:?}: {}", seen.stderr);
        let mut seen = seen.says("[S804]").says(file);
        for word in words {
            seen = seen.says(word);
        }
        assert!(seen.stderr.len() < 1_500, "{}", seen.stderr.len());
        assert!(!place.at("bad/report.html").exists(), "{file}");
    };
    let (low, high, count) = (i32::MIN.to_string(), i32::MAX.to_string(), u64::MAX.to_string());
    tampered("annual.csv", &|text| cell(text, 2, 1, &low), &["line 2, column year", &low]);
    tampered("annual.csv", &|text| cell(text, 3, 1, &high), &["line 3, column year", &high]);
    let escape = "x\"\"><meta http-equiv=\"\"refresh\"\" content=\"\"0;url=https://example.org\"\">";
    let series = |text: &str| text.replacen("cloud_share.azure", &format!("\"cloud_share.{escape}\""), 1);
    tampered("annual.csv", &series, &["column series", "no series has that name"]);
    tampered("annual.csv", &|text| text.replacen("usd_bn", "shells", 1), &["column unit"]);
    tampered("histogram.csv", &|text| cell(text, 2, 5, &count), &["line 2, column count", &count]);
    tampered("summary.csv", &|text| cell(text, 2, 19, &count), &["line 2, column paths", &count]);
    tampered("summary.csv", &|text| cell(text, 2, 1, "take"), &["line 2, column metric", "`take`"]);
    tampered("summary.csv", &|text| cell(text, 2, 0, &"x".repeat(2_000_000)), &["line 2, column deal"]);
    tampered("quantiles.csv", &|text| cell(text, 2, 3, "7"), &["line 2, column q"]);
    tampered(
        "events.csv",
        &|text| text.rsplitn(3, '\n').last().expect("lines").to_owned() + "\n",
        &["same dates"],
    );
    tampered("events.csv", &|text| cell(text, 2, 2, "2026-00-00"), &["line 2, column date", "`2026-00-00`"]);
    tampered("sample_paths.csv", &|text| cell(text, 2, 0, &count), &["line 2, column path", &count]);
    tampered("inputs.csv", &|text| cell(text, 2, 0, "<key>"), &["line 2, column key", "`<key>`"]);
    // Facts of the manifest, which has no digest.
    for (key, from, to) in [
        ("run.started", "\"started\": \"", "\"started\": \"soon "),
        ("run.paths_asked", "\"paths_asked\": 200", "\"paths_asked\": 18446744073709551615"),
        ("run.seed", "\"seed\": \"1\"", "\"seed\": \"<one>\""),
        ("scenario.name", "\"name\": \"base\"", "\"name\": \"<base>\""),
    ] {
        let manifest = place.read("good/manifest.json");
        assert!(manifest.contains(from), "{key}");
        place.write("good/manifest.json", manifest.replace(from, to));
        place.run_in_time("report good").ends(3).says(&format!("manifest.json` cannot be read: {key}"));
        place.write("good/manifest.json", manifest);
    }
    place.run("report good").ends(0);
}

#[test]
fn answers_that_no_study_gives_are_refused() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("ipo base.toml -n 200 -q -o ipo --formats csv").ends(0);
    let good = place.read("ipo/answer.json");
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let x = json(&good)["charts"][0]["curves"]["curves"][0]["points"][0]["x"].clone();
    type Change = fn(&mut serde_json::Value);
    let cases: [(Change, &str); 4] = [
        (
            |answer| {
                answer["charts"][0]["curves"]["curves"][0]["points"][0]["x"] =
                    serde_json::json!(2_f64.powi(64))
            },
            "charts[0].curves[0].points[0].x: 18446744073709552000 is no calendar year",
        ),
        (
            |answer| drop(answer["tables"][0]["rows"][0].as_array_mut().expect("a row").pop()),
            "tables[0].rows[0]: ",
        ),
        (|answer| answer["tables"][0]["name"] = serde_json::json!("<b>"), "tables[0].name: "),
        (|answer| answer["study"] = serde_json::json!("<b>"), "study: "),
    ];
    assert!(x.is_number(), "{x}");
    for (change, words) in cases {
        place.tamper("ipo", "answer.json", |text| {
            let mut answer = json(text);
            change(&mut answer);
            answer.to_string()
        });
        place
            .run_in_time("report ipo")
            .ends(3)
            .says("[S804]")
            .says("answer.json` cannot be read: ")
            .says(words);
        place.tamper("ipo", "answer.json", |_| good.clone());
    }
    place.run("report ipo").ends(0);
}

#[test]
fn scenarios_named_like_columns_are_compared() {
    let place = Place::new();
    let minimal = include_str!("../../../configs/minimal.toml");
    let names = ["deal", "metric", "unit", "key", "x", "x_std_error", "x_difference"];
    for name in names {
        place.write(&format!("{name}.toml"), minimal.replace("\"minimal\"", &format!("\"{name}\"")));
    }
    let files: Vec<String> = names.iter().map(|name| format!("{name}.toml")).collect();
    place.run(&format!("compare {} -n 300 -q -o out", files.join(" "))).ends(0);
    assert!(place.at("out/results.xlsx").exists() && place.at("out/report.html").exists());
    for table in ["side_by_side", "changes", "compare"] {
        let text = place.read(&format!("out/{table}.csv"));
        let header = text.lines().next().expect("a header").to_lowercase();
        let columns: Vec<&str> = header.split(',').collect();
        let own: std::collections::BTreeSet<&str> = columns.iter().copied().collect();
        assert_eq!(own.len(), columns.len(), "{table}: {header}");
    }
    let header = place.read("out/side_by_side.csv").lines().next().expect("a header").to_owned();
    assert!(
        header.starts_with("deal,metric,unit,deal_2,deal_std_error,deal_low95,deal_high95,metric_2,"),
        "{header}"
    );
    assert_eq!(
        place.read("out/changes.csv").lines().next(),
        Some("key,deal,metric,unit,key_2,x,x_std_error,x_difference")
    );
    // The same headers in every format.
    let answer: serde_json::Value = serde_json::from_str(&place.read("out/answer.json")).expect("JSON");
    let columns = answer["tables"][0]["columns"].as_array().expect("columns").iter();
    let kept: Vec<&str> = columns.map(|column| column["name"].as_str().expect("a name")).collect();
    assert_eq!(kept.join(","), header);
    place.run("report out").ends(0);
    // Values of a key that read alike.
    place.run("sweep x.toml --vary deal.capped.cap_usd_bn=20,20.0 --vary deal.capped.rate=0.1,0.2 -n 200 -q -o s").ends(0);
    assert!(place.at("s/results.xlsx").exists());
}
