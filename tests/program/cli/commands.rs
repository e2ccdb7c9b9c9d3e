//! Every command does what its help says, results on stdout and the rest on stderr.

use std::io::Read;
use std::process::Stdio;

use super::{Place, TELL_THE_TIME};

#[test]
fn run_prints_the_answer_and_says_the_rest_on_stderr() {
    let place = Place::with_minimal();
    let seen = place.run("run minimal.toml -n 5000 -j 1").ends(0).prints("Microsoft’s take is worth");
    let seen = seen.says("minimal: 5,000 paths, seed 1;").says("in output/minimal");
    place
        .run("run minimal.toml -n 5000 -j 1 --full")
        .ends(0)
        .says(", seed 1, 1 thread (")
        .prints("Cap saves OpenAI");
    assert!(!seen.stdout.contains('\u{1b}') && !seen.stderr.contains('\u{1b}'), "no colours in a pipe");
}

/// A default run with two deals is one screen of 80 columns and 24 lines, also where it replaces a former one; a terminal may be
/// wider, as `COLUMNS` says.
#[test]
fn the_answer_of_two_deals_is_one_screen() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    let run = |columns: &str, paths: &str| {
        let mut program = place.program();
        program.env("COLUMNS", columns).args(["run", "base.toml", "-n", paths]);
        let seen = super::Seen::from(program.output().expect("the program starts")).ends(0);
        format!("{}{}", seen.stderr, seen.stdout)
    };
    let longest = |screen: &str| screen.lines().map(|line| line.chars().count()).max().expect("lines");
    for paths in ["2000", "3000"] {
        let screen = run("80", paths);
        assert!(screen.lines().count() <= 24 && longest(&screen) <= 80, "{screen}");
        assert!(screen.contains("report.html and ") && screen.contains("prior-2025"), "{screen}");
        assert_eq!(screen.contains("is replaced"), paths == "3000", "{screen}");
        assert!(screen.trim_end().ends_with("less."), "the sentences come last: {screen}");
    }
    let wide = run("120", "2000");
    assert!((81..=120).contains(&longest(&wide)), "{wide}");
}

/// Every way to read a changed run says that it is one.
#[test]
fn a_changed_run_is_titled_so_everywhere() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    let set = "--set deal.amended-2026.cap_usd_bn=60";
    let title = "base, cap_usd_bn = 60";
    place.run(&format!("run base.toml -n 500 -o one {set}")).ends(0).prints(&format!("{title} · 500 paths"));
    let page = place.read("one/report.html");
    assert!(page.contains(&format!("<title>Who takes what: {title}")), "the page's title");
    assert_eq!(page.matches("<span class=\"mark\">changed</span>").count(), 1);
    let many = "--set deal.amended-2026.rate=0.1 --set ipo=none --set discount.share=0.1";
    let seen = place.run(&format!("run base.toml -n 500 -o four {set} {many}")).ends(0);
    let seen = seen.prints("base, 4 changes · 500 paths");
    assert!(seen.stdout.contains("changed: deal.amended-2026.cap_usd_bn = 60; "), "{}", seen.stdout);
    let page = place.read("four/report.html");
    assert!(page.contains("base, 4 changes") && page.contains("; discount.share = 0.1"), "the page");
}

#[test]
fn quiet_says_nothing_and_errors_stay() {
    let place = Place::with_minimal();
    let seen = place.run("run minimal.toml -n 1000 -q").ends(0);
    assert_eq!((seen.stdout.as_str(), seen.stderr.as_str()), ("", ""));
    place.run("run minimal.toml -n 2000 -q -o output/minimal").ends(6).says("[S802]");
}

#[test]
fn json_is_one_object_with_the_rows_of_the_summary() {
    let place = Place::with_minimal();
    let seen = place.run("run minimal.toml -n 5000 --json").ends(0);
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("one object");
    let keys: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["schema_version", "status", "out", "paths", "seconds", "paths_per_second", "summary", "exact"]
    );
    assert_eq!(object["schema_version"], 2);
    assert_eq!(object["status"], "complete");
    assert_eq!(object["paths"], 5000);
    let rows = object["summary"].as_array().expect("rows");
    assert_eq!(rows.len(), place.read("output/minimal/summary.csv").lines().count() - 1);
    assert_eq!(rows[0]["metric"], "share_pv");
}

#[test]
fn plain_progress_writes_lines_and_a_bar_writes_none_into_a_pipe() {
    let place = Place::with_minimal();
    for how in ["auto", "bar", "plain", "none"] {
        let seen = place.run(&format!("run minimal.toml -n 5000 --progress {how}")).ends(0);
        assert!(!seen.stderr.contains('\r') && !seen.stderr.contains('\u{1b}'), "{how}: {}", seen.stderr);
    }
}

#[test]
fn draws_have_a_row_for_each_path_and_deal_in_order_on_any_number_of_threads() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    for threads in [1, 2, 5] {
        place.run(&format!("run base.toml -n 10000 -j {threads} --draws csv -q -o {threads}")).ends(0);
        for file in place.names("1").iter().filter(|name| !TELL_THE_TIME.contains(&name.as_str())) {
            let bytes = |folder: &str| std::fs::read(place.at(folder).join(file)).expect("a file");
            let same = bytes("1") == bytes(&threads.to_string());
            assert!(same, "{file} differs on {threads} threads");
        }
    }
    let draws = place.read("1/draws.csv");
    let mut lines = draws.lines();
    let columns = lines.next().expect("a header").split(',').count();
    for (i, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), columns);
        assert_eq!(cells[0], (i / 2).to_string());
        assert_eq!(cells[1], if i % 2 == 0 { "amended-2026" } else { "prior-2025" });
    }
    assert_eq!(draws.lines().count(), 20_001);
}

#[test]
fn one_path_alone_is_the_path_of_the_run() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("run base.toml -n 5000 -s 3 --draws csv -q -o o").ends(0);
    let seen = place.run("run base.toml -s 3 --only-path 4321 --json").ends(0);
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("one object");
    let draws = place.read("o/draws.csv");
    let header: Vec<&str> = draws.lines().next().expect("a header").split(',').collect();
    let row: Vec<&str> = draws
        .lines()
        .find(|line| line.starts_with("4321,prior-2025,"))
        .expect("the path is in the file")
        .split(',')
        .collect();
    for (key, cell) in header.iter().zip(&row).skip(2) {
        let inputs = object["inputs"].get(key);
        let alone = inputs.or_else(|| object["metrics"]["prior-2025"].get(key));
        let value = cell.parse::<f64>().ok();
        assert_eq!(alone.and_then(serde_json::Value::as_f64), value, "{key}");
    }
    assert_eq!((&object["seed"], &object["path"]), (&3.into(), &4321.into()));
    assert_eq!((&object["finite"], &object["not_finite"]), (&true.into(), &serde_json::json!({})));
    place.run("run base.toml --only-path 3").ends(0).prints("microsoft_take_pv");
    assert_eq!(place.run("run base.toml --only-path 3 -q").ends(0).stdout, "");
    // What is of many paths or of files does not go with it.
    for option in [
        "-n 10",
        "-o x",
        "-j 2",
        "--formats csv",
        "--csv-dialect excel-eu",
        "--csv-bom",
        "--open",
        "--force",
        "--draws csv",
        "--checkpoint 1s",
        "--shard 1/2",
    ] {
        let seen = place.run(&format!("run base.toml --only-path 3 {option}")).ends(2);
        seen.says("cannot be used with").says("--only-path");
    }
    assert_eq!(place.names("."), ["base.toml", "o"], "one path alone writes nothing");
}

#[test]
fn check_shows_everything_assumed_and_writes_nothing() {
    let place = Place::with_minimal();
    let seen = place.run("check minimal.toml -n 1e7").ends(0);
    let seen = seen.prints("18 quarters").prints("segment.all.growth").prints("judgement");
    let seen = seen.prints("no cloud").prints("Estimate for 10,000,000 paths").prints("--draws csv");
    seen.prints("demand       grows by 42.6% in the first year").prints("no problems");
    assert_eq!(place.names("."), ["minimal.toml"]);
}

#[test]
fn check_shows_todays_equity_beside_the_last_round_and_next_years_growth() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    let seen = place.run("check base.toml").ends(0);
    let seen = seen.prints(
        "equity       $816 billion (nine futures in ten: $669 billion to $985 billion) under amended-2026",
    );
    let seen = seen.prints("the round softbank-last is at $842 billion before the money");
    seen.prints("demand       grows by 86.2% in the first year, with every number at its median");
    // A run tells what check tells.
    let far = ["run", "base.toml", "--set", "equity.multiple_now=3", "-n", "64", "-o", "out"];
    place.run_with(&far).ends(0).says("[S611]");
}

#[test]
fn check_takes_the_file_of_an_empirical_input_from_the_scenarios_folder() {
    let place = Place::with_minimal();
    place.write("deep/minimal.toml", include_str!("../../../configs/minimal.toml"));
    place.write("deep/growth.csv", "g\n0.3\n0.4\n0.5\n");
    let flag = "segment.all.growth={ dist = \"empirical\", csv = \"growth.csv\", column = \"g\" }";
    place.run_with(&["check", "deep/minimal.toml", "--set", flag]).ends(0).prints("growth.csv (blake3");
    place.run_with(&["check", "minimal.toml", "--set", flag]).ends(4).says("[S311]");
    let run = ["run", "deep/minimal.toml", "--set", flag, "-q", "-n", "1000", "-o"];
    place.run_with(&[&run[..], &["a"]].concat()).ends(0);
    let files = &place.manifest("a")["scenario"]["empirical_files"];
    assert_eq!(files[0]["csv"], "growth.csv");
    // Other data under the same name is another scenario.
    place.write("deep/growth.csv", "g\n0.3\n0.4\n0.6\n");
    place.run_with(&[&run[..], &["a"]].concat()).ends(6).says("[S802]").says("another scenario");
}

#[test]
fn explain_knows_words_of_every_kind() {
    let place = Place::new();
    for (word, words) in [
        ("s405", "eigenvalue"),
        ("stake_pv", "marketability"),
        ("home_share_2031", "mix_year"),
        ("net_revenue", "clouds keep"),
        ("pert", "weight"),
        ("deal.x.cap_usd_bn", "usd_bn"),
        ("quantiles.csv", "interval"),
        ("es05", "lowest 5%"),
        ("exit-130", "interrupted"),
        ("exit", "precision"),
        ("tornado", "longest bar"),
        ("swing", "10% quantile"),
        ("Shapley", "all orders"),
        ("EVPI", "perfect information"),
        ("path", "future"),
        ("seed", "run.seed"),
        ("dilution", "funding rounds"),
        ("take", "microsoft_take_pv"),
        ("cap", "cap_usd_bn"),
    ] {
        place.run(&format!("explain {word}")).ends(0).prints(words);
    }
}

#[test]
fn init_writes_a_scenario_that_runs_and_replaces_nothing() {
    let place = Place::new();
    place.run("init").ends(0).says("capstake check scenario.toml");
    place.run("run scenario.toml -n 1000 -q").ends(0);
    let before = place.read("scenario.toml");
    place.run("init").ends(6).says("exists already");
    assert_eq!(place.read("scenario.toml"), before);
    place.run("init nowhere/mine.toml").ends(6).says("does not exist");
}

#[test]
fn schema_completions_and_manual_go_to_stdout() {
    let place = Place::new();
    let schema = place.run("schema").ends(0).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    assert!(schema["properties"]["deal"].is_object());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        place.run(&format!("completions {shell}")).ends(0).prints("only-path");
    }
    place.run("man").ends(0).prints(".TH capstake 1").prints("CAPSTAKE RUN").prints("only");
}

#[test]
fn help_teaches_with_examples_and_version_names_the_build() {
    let place = Place::new();
    place.run("--help").ends(0).prints("Examples:").prints("Exit codes");
    place.run("run --help").ends(0).prints("--only-path").prints("Examples:");
    place.run("--version").ends(0).prints(env!("CARGO_PKG_VERSION")).prints("revision");
}

#[test]
fn files_that_are_no_scenarios_are_exit_code_3() {
    let place = Place::with_minimal();
    place.write("nul.toml", b"a = 1\0");
    place.write("empty.toml", "");
    std::fs::create_dir(place.at("folder")).expect("a folder");
    place.run("run minimla.toml").ends(3).says("did you mean `minimal.toml`?");
    place.run("run minimal").ends(3).says("did you mean `minimal.toml`?");
    place.run("run no/such.toml").ends(3).says("there is no such file");
    std::fs::create_dir(place.at("configs")).expect("a folder");
    place.write("configs/base.toml", "");
    place.run("run base.toml").ends(3).says("did you mean `configs/base.toml`?");
    std::fs::remove_dir_all(place.at("configs")).expect("no folder");
    place.run("run folder").ends(3).says("is a folder");
    place.run("check .").ends(3).says("for example `./empty.toml`");
    place.run("check nul.toml").ends(3).says("[S003]");
    place.run("check empty.toml").ends(3).says("[S002]");
}

/// `capstake … | head`.
#[test]
fn a_reader_that_leaves_is_no_error() {
    let place = Place::with_minimal();
    for arguments in [&["check", "minimal.toml"][..], &["schema"], &["run", "minimal.toml", "-n", "1000"]] {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("capstake"))
            .args(arguments)
            .current_dir(place.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().expect("stderr").read_to_string(&mut stderr).expect("text");
        assert!(child.wait().expect("an end").success(), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panic") && !stderr.contains("bug"), "{stderr}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_exit_code_6() {
    let place = Place::with_minimal();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("capstake"))
        .arg("schema")
        .current_dir(place.path())
        .stdout(full)
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(6));
}
