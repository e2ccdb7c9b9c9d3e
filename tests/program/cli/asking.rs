//! Scenarios that extend others, deals that are like others, and the loop of changing a scenario, running it and looking.

use std::io::Write;
use std::process::Stdio;

use super::{Place, Seen};

fn base(place: &Place) {
    place.write("base.toml", crate::scenario::FROZEN_BASE);
}

/// The rows of a table that are of one deal, without its name.
fn of_deal(table: &str, deal: &str) -> Vec<String> {
    let rows: Vec<String> =
        table.lines().filter_map(|row| row.strip_prefix(&format!("{deal},"))).map(str::to_owned).collect();
    assert!(!rows.is_empty(), "no rows of {deal}");
    rows
}

#[test]
fn a_third_deal_has_the_same_figures_by_like_by_flags_and_spelt_out() {
    let place = Place::new();
    base(&place);
    let text = place.read("base.toml");
    place.write(
        "like.toml",
        format!("{text}\n[[deal]]\nname = \"third\"\nlike = \"amended-2026\"\ncap_usd_bn = 60\n"),
    );
    place.run("run like.toml -n 2000 -o like --formats csv -q").ends(0);
    place
        .run_with(&[
            "run",
            "base.toml",
            "--set",
            "deal.third.cap_usd_bn=60",
            "--set",
            "deal.third.like=\"amended-2026\"",
            "-n",
            "2000",
            "-o",
            "flags",
            "--formats",
            "csv",
            "-q",
        ])
        .ends(0);
    // Spelt out: the terms of the original, uncertain ones as the same draw.
    let (_, rest) = text.split_once("name = \"amended-2026\"\n").expect("the deal");
    let (terms, _) = rest.split_once("\n[[").expect("the next table");
    let mut third = "\n[[deal]]\nname = \"third\"\n".to_owned();
    for line in terms.lines().filter(|line| line.contains('=') && !line.trim_start().starts_with('#')) {
        let key = line.split('=').next().expect("a key").trim();
        third.push_str(&match key {
            "cap_usd_bn" => "cap_usd_bn = 60\n".to_owned(),
            key if line.contains("dist =") => {
                format!("{key} = {{ same_as = \"deal.amended-2026.{key}\" }}\n")
            }
            _ => format!("{line}\n"),
        });
    }
    place.write("spelt.toml", format!("{text}{third}"));
    place.run("run spelt.toml -n 2000 -o spelt --formats csv -q").ends(0);
    let of = |folder: &str| of_deal(&place.read(&format!("{folder}/summary.csv")), "third");
    assert_eq!(of("like"), of("spelt"));
    assert_eq!(of("like"), of("flags"));
    let capped =
        place.run("run base.toml --set deal.amended-2026.cap_usd_bn=60 -n 2000 -o c --formats csv -q");
    capped.ends(0);
    assert_eq!(of("like"), of_deal(&place.read("c/summary.csv"), "amended-2026"));
}

#[test]
fn a_scenario_that_extends_another_runs_as_the_whole_does() {
    let place = Place::new();
    base(&place);
    place.write(
        "views/slow.toml",
        "extends = \"../base.toml\"\nremove = [\"deal.prior-2025\"]\n[[segment]]\nname = \"business\"\ngrowth_now = 0.4\n",
    );
    place.run("scenario views/slow.toml -o whole.toml").ends(0);
    let whole = place.read("whole.toml");
    assert!(
        !whole.contains("extends") && !whole.contains("prior-2025") && !whole.contains("name = \"base\"")
    );
    place.run("run views/slow.toml -n 1000 -o a --formats csv -q").ends(0);
    place.run("run whole.toml -n 1000 -o b --formats csv -q").ends(0);
    assert_eq!(place.read("a/summary.csv"), place.read("b/summary.csv"));
    let [a, b] = ["a", "b"].map(|folder| place.manifest(folder)["scenario"].clone());
    assert_eq!(a["digest"], b["digest"]);
    assert_eq!(a["name"], "slow");
    // A folder has all that its run needs.
    std::fs::remove_file(place.at("base.toml")).expect("the base goes");
    place.run("verify a").ends(0);
    place
        .run("check views/slow.toml")
        .ends(3)
        .says("slow.toml:1:11")
        .says("S006")
        .says("there is no such file");
    place.run("scenario whole.toml -o whole.toml").ends(6).says("exists already");
}

#[test]
fn the_example_of_the_reference_page_extends_base() {
    let place = Place::new();
    base(&place);
    let page = include_str!("../../../configs/README.md");
    let (_, example) = page.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    place.write("slow.toml", example);
    place.run("check slow.toml --strict").ends(0).prints("normal(mean 0.4, sd 0.1)");
    let flags = [
        "deal.mine.like=\"amended-2026\"",
        "deal.mine.cap_usd_bn=60",
        "segment.business.growth_now.p50=0.7",
        "correlation.3.value=0.4",
    ];
    let flags: Vec<&str> = flags.iter().flat_map(|flag| ["--set", *flag]).collect();
    let seen = place.run_with(&[&["check", "base.toml", "--strict"], flags.as_slice()].concat()).ends(0);
    seen.prints("deals        3").prints("p50 0.7");
}

#[test]
fn bases_are_read_where_they_lie_and_circles_end() {
    let place = Place::with_minimal();
    place.write("minimal-0.toml", "extends = \"minimal.toml\"\nname = \"zero\"\n");
    for depth in 1..9 {
        place.write(
            &format!("minimal-{depth}.toml"),
            format!("extends = \"minimal-{}.toml\"\nname = \"n\"\n", depth - 1),
        );
    }
    place.run("check minimal-7.toml").ends(0);
    place.run("check minimal-8.toml").ends(4).says("S217").says("more than 8");
    place.write("a.toml", "extends = \"b.toml\"\n");
    place.write("b.toml", "extends = \"./a.toml\"\n");
    place.run("check a.toml").ends(4).says("in a circle: a.toml -> b.toml -> ./a.toml").says("b.toml:1:11");
    // A problem of the base is shown where it lies.
    place.write("bad.toml", place.read("minimal.toml").replace("process = \"gbm\"", "process = \"gmb\""));
    place.write("over.toml", "extends = \"bad.toml\"\nname = \"over\"\n");
    let seen = place.run("check over.toml").ends(4).says("S103");
    assert!(seen.stderr.contains("--> bad.toml:"), "{}", seen.stderr);
    // CSV files lie beside the file that names them.
    let growth = "{ dist = \"empirical\", csv = \"growth.csv\", column = \"growth\" }";
    place.write("inputs/growth.csv", "growth\n0.1\n0.2\n0.3\n");
    place.write(
        "inputs/m.toml",
        place.read("minimal.toml").replacen("growth = 0.40", &format!("growth = {growth}"), 1),
    );
    place.write("top.toml", "extends = \"inputs/m.toml\"\nname = \"top\"\n");
    assert!(
        place.read("inputs/m.toml").contains("empirical"),
        "the growth of minimal.toml has another value now"
    );
    place.run("run top.toml -n 500 -o t --formats csv -q").ends(0);
    place.run("run inputs/m.toml -n 500 -o m --formats csv -q").ends(0);
    assert_eq!(place.read("t/summary.csv"), place.read("m/summary.csv"));
}

fn fed(place: &Place, arguments: &str, input: &[u8]) -> Seen {
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("capstake"))
        .args(arguments.split_whitespace())
        .current_dir(place.path())
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The program may refuse before it has read everything.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    Seen::from(child.wait_with_output().expect("it ends"))
}

#[test]
fn a_dash_reads_the_scenario_from_standard_input() {
    let place = Place::with_minimal();
    let text = place.read("minimal.toml");
    fed(&place, "run - -n 500 -o piped --formats csv -q", text.as_bytes()).ends(0);
    place.run("run minimal.toml -n 500 -o named --formats csv -q").ends(0);
    assert_eq!(place.read("piped/summary.csv"), place.read("named/summary.csv"));
    place.run("verify piped").ends(0);
    let nameless = text.replace("name = \"minimal\"\n", "");
    fed(&place, "run - -n 500 --formats csv -q", nameless.as_bytes()).ends(0);
    assert!(place.at("output/stdin/summary.csv").exists());
    fed(&place, "check -", b"[timeline]\nhorzon = 2030-12-31\n").ends(4).says("standard input:2:1");
    fed(&place, "check -", b"extends = \"minimal.toml\"\nname = \"over\"\n").ends(0);
    fed(&place, "compare - -", text.as_bytes()).ends(2).says("once");
    fed(&place, "check -", &vec![b'#'; (1 << 20) + 1]).ends(3).says("S004");
    place.run("run minimal.toml -o -").ends(2).says("--json");
    place.run("sweep minimal.toml --vary deal.capped.cap_usd_bn=1,2 -o -").ends(2).says("a folder");
}

#[test]
fn strict_makes_errors_of_warnings_and_of_nothing_else() {
    let place = Place::with_minimal();
    let whole = "--set discount.revenue=0";
    let moved = "--set timeline.valuation_date=2027-01-01";
    for command in ["run minimal.toml -n 500 -q", "check minimal.toml", "replay minimal.toml --path 1"] {
        let command = format!("{command} {whole}");
        place.run(&format!("{command} {moved}")).ends(0);
        place.run(&format!("{command} {moved} --strict")).ends(4).says("error[S508]");
        place.run(&format!("{command} --strict")).ends(0);
    }
    place.run(&format!("sweep minimal.toml --vary deal.capped.cap_usd_bn=1,2 {moved} --strict")).ends(4);
    place.run("compare minimal.toml --with cash.now_usd_bn=78000 --strict").ends(4).says("error[S321]");
    place.run("scenario minimal.toml --set cash.now_usd_bn=78000 --strict").ends(4).says("error[S321]");
    // The values of a study are judged too.
    let swept = "sweep minimal.toml --vary discount.share=8,14 -n 500 --formats csv -o swept";
    place.run(&format!("{swept} --strict")).ends(4).says("error[S321]");
    assert!(!place.at("swept").exists());
    place.run(swept).ends(0).says("did you mean `0.14`?");
    let solved = "solve minimal.toml --vary deal.capped.cap_usd_bn=30000:90000 --target capped.share_pv.mean=10 -n 500 --strict";
    place.run(solved).ends(4).says("error[S321]");
    // A note is no warning.
    base(&place);
    place.run("check base.toml --strict --set segment.business.growth_now=0.5").ends(0);
}

#[test]
fn a_correlated_input_that_a_flag_makes_certain_takes_one_line() {
    let place = Place::new();
    base(&place);
    let seen = place.run("check base.toml --set segment.business.growth_now=0.5").ends(0);
    let lines: Vec<&str> = seen.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{}", seen.stderr);
    assert!(
        lines[0].starts_with("note[S401]: `segment.business.growth_now` is a constant: its "),
        "{lines:?}"
    );
}

#[test]
fn a_key_cut_short_is_answered_with_the_full_keys() {
    let place = Place::new();
    base(&place);
    place
        .run("check base.toml --set cap=60")
        .ends(4)
        .says("write the full key: deal.amended-2026.cap_usd_bn, deal.prior-2025.cap_usd_bn");
    place.run("check base.toml --set lockup=6").ends(4).says("did you mean `equity.lockup_months`?");
    place.run("check base.toml --set deal.amended-2026.cap_usd_bn=none").ends(0);
    place.run("check base.toml --set ipo=none").ends(0).prints("no ipo: stakes are valued at the horizon");
    for flag in ["extends=none", "remove=[\"deal.prior-2025\"]", "extends=\"other.toml\""] {
        place.run_with(&["check", "base.toml", "--set", flag]).ends(4).says("a key of files, not of --set");
    }
    let gone = "--set deal.prior-2025.share_ends=none --set deal.prior-2025.exclusive_until=none";
    assert!(!place.run(&format!("scenario base.toml {gone}")).ends(0).stdout.contains("share_ends_years"));
    place
        .run("check base.toml --set shock.competitor-leap.loading.consumr=none")
        .ends(4)
        .says("did you mean `consumer`?");
    let two =
        place.run("scenario base.toml --set correlation.1=none --set correlation.2=none").ends(0).stdout;
    let one =
        place.run("scenario base.toml --set correlation.2=none --set correlation.1=none").ends(0).stdout;
    assert_eq!(one, two);
    place
        .run("check base.toml --set deal.mine.cap_usd_bn=60")
        .ends(4)
        .says("--set 'deal.mine.like=\"amended-2026\"'");
    place
        .run_with(&[
            "check",
            "base.toml",
            "--set",
            "deal.mine.like=\"amended-2026\"",
            "--set",
            "deal.mine.eligible.p50=0.9",
        ])
        .ends(4)
        .says("change `deal.amended-2026.eligible.p50`, or set the whole number here");
    place.run("check base.toml --set deal.nobody=none").ends(4).says("no entry `nobody`");
}

#[test]
fn compare_with_changes_is_compare_with_changed_files() {
    let place = Place::with_minimal();
    place
        .run("scenario minimal.toml --set deal.capped.cap_usd_bn=60 --set discount.share=0.2 -o other.toml")
        .ends(0);
    place
        .run("compare minimal.toml --with deal.capped.cap_usd_bn=60 discount.share=0.2 --with deal.capped.rate=0.1 --with-label both -n 500 -o a --formats csv -q")
        .ends(0);
    place.run("compare minimal.toml other.toml -n 500 -o b --formats csv -q").ends(0);
    let table = |folder: &str| place.read(&format!("{folder}/compare.csv"));
    let means = |table: &str, scenario: &str| -> Vec<String> {
        let mut lines = table.lines();
        let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let at = header.iter().position(|name| *name == "scenario").expect("a column");
        lines
            .map(|line| line.split(',').collect::<Vec<_>>())
            .filter(|row| row[at] == scenario)
            .map(|row| {
                row.iter()
                    .enumerate()
                    .filter(|(i, _)| *i != at)
                    .map(|(_, cell)| *cell)
                    .collect::<Vec<_>>()
                    .join(",")
            })
            .collect()
    };
    let (with, files) = (table("a"), table("b"));
    assert!(!means(&with, "both").is_empty(), "{with}");
    assert_eq!(means(&with, "both"), means(&files, "other.toml"), "{with}\n{files}");
    assert!(!means(&with, "rate = 0.1").is_empty(), "{with}");
    place.run("compare minimal.toml").ends(2).says("--with KEY=VALUE");
    place
        .run("compare minimal.toml --with deal.capped.cap=3")
        .ends(4)
        .says("did you mean `deal.capped.cap_usd_bn`?");
    place.run("compare minimal.toml --with x").ends(2).says("KEY=VALUE");
    place
        .run("compare minimal.toml --with a.b=1 --with-label x --with-label y")
        .ends(2)
        .says("--with-label is there 2 times");
}

#[test]
fn deals_of_other_names_stand_side_by_side_by_pair() {
    let place = Place::with_minimal();
    let text = place.read("minimal.toml");
    place.write(
        "old.toml",
        text.replace("capped", "old") + "\n[[deal]]\nname = \"more\"\nlike = \"old\"\nrate = 0.1\n",
    );
    place.write("new.toml", text.clone() + "\n[[deal]]\nname = \"free\"\nlike = \"capped\"\nrate = 0.3\n");
    place.run("compare new.toml old.toml -n 500").ends(2).says("S718");
    let seen =
        place.run("compare new.toml old.toml --pair capped=old -n 500 --formats csv --progress none").ends(0);
    assert!(
        seen.stdout.contains("Deal capped of new.toml is compared with deal old of the others"),
        "{}",
        seen.stdout
    );
    // With another partner the figures are that deal's.
    place.run("compare new.toml old.toml --pair free=more -n 500 -o pair --formats csv -q").ends(0);
    place.run("run old.toml -n 500 -o plain --formats csv -q").ends(0);
    let cell = |table: &str, row: &str, column: usize| {
        let table = place.read(table);
        let found =
            table.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("{row}: {table}"));
        found.split(',').nth(column).expect("a cell").to_owned()
    };
    assert_eq!(
        cell("pair/compare.csv", "free,share_pv,usd_bn,old.toml,", 4),
        cell("plain/summary.csv", "more,share_pv,", 3)
    );
    place.run("compare new.toml old.toml --pair caped=old").ends(2).says("did you mean `capped`?");
    place.run("compare new.toml old.toml --pair capped=old --pair free=old").ends(2).says("already");
}

#[test]
fn report_writes_elsewhere_for_a_reader_of_a_folder() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 500 -o r --formats csv -q").ends(0);
    let before = place.names("r");
    let manifest = place.read("r/manifest.json");
    place.run("report r -o mine").ends(0).prints("mine/report.html");
    assert_eq!((place.names("r"), place.read("r/manifest.json")), (before, manifest));
    assert_eq!(place.manifest("mine")["command"]["name"], "report");
    assert!(place.at("mine/report.html").exists());
    // Again, over the files of the first time; other files stay.
    place.write("mine/notes.txt", "mine");
    place.run("report r -o mine --formats html").ends(0);
    assert!(place.at("mine/notes.txt").exists());
    place.run("run minimal.toml -n 600 -o other --formats csv -q").ends(0);
    place.run("report r -o other").ends(6).says("S802");
    place.write("theirs/report.html", "a page of their own");
    place.run("report r -o theirs").ends(6).says("S801");
    assert_eq!(place.read("theirs/report.html"), "a page of their own");
    place.run("report mine").ends(3).says("made by report");
    place.run("report r -o -").ends(2);
}

#[test]
fn init_writes_what_comes_with_the_program() {
    let place = Place::new();
    place.run("init mine.toml --like base").ends(0);
    assert!(place.read("mine.toml").contains("name = \"mine\""));
    place.run("check mine.toml --strict").ends(0);
    place.run("init mine.toml --like base").ends(6).says("exists already");
    place.run("init other.toml --like bse").ends(2).says("base, july-2026, minimal");
    place.run("init july.toml --like july-2026").ends(0);
    assert!(place.read("july.toml").contains("name = \"july\""));
    place.run("check july.toml --strict").ends(0).prints("2026-07-01");
    place.run("init").ends(0);
    place.run("check scenario.toml --strict").ends(0);
    let template = place.read("scenario.toml");
    for part in ["[[cloud]]", "[ipo]", "like = "] {
        assert!(template.contains(part), "{part}");
    }
    assert_eq!(template.matches("[[deal]]").count(), 2);
}

#[test]
fn a_bridge_refuses_what_cannot_be_asked() {
    let place = Place::new();
    base(&place);
    let refused = |arguments: &str, words: &str| {
        place.run(&format!("bridge base.toml {arguments} -o out")).ends(2).says(words);
        assert!(!place.at("out").exists(), "{arguments}");
    };
    refused("--from prior-2052", "did you mean `prior-2025`?");
    refused("--to amended-2026 --from amended-2026", "from `amended-2026` to `amended-2026`");
    refused("--order exclusvity", "did you mean `exclusivity`?");
    refused("--order cap,cap", "names `cap` twice");
    refused("--order termination", "no clause `termination` changes");
    refused("--clause price=rate,cap_usd", "did you mean `cap_usd_bn`?");
    refused("--clause price=rate,cap_usd_bn,rate", "`rate` is named twice");
    refused("--clause price=rate --clause terms=rate", "`rate` is named twice");
    refused("--clause price=rate --clause price=stake", "two clauses of this name");
    refused("--clause cap=stake", "the name of a usual clause");
    refused("--clause Price=rate", "price=rate,cap_usd_bn");
    refused("--metric take", "there is no metric `take`");
    refused("--set deal.prior-2025.stake=none --metric stake_pv", "under every combination of clauses");
    refused("--set deal.prior-2025=none", "a bridge needs two deals");
    let same = ["bridge", "base.toml", "--set", "deal.same.like=\"amended-2026\"", "--from", "same"];
    place.run_with(&same).ends(2).says("`same` and `amended-2026` have the same terms");
    let many = "rate base eligible effective paid_to_date_usd_bn cap_usd_bn exclusive_until share_ends";
    let sets: Vec<String> =
        ["rate=0.1", "base=\"gross\"", "eligible=0.5", "effective=2026-10-01", "paid_to_date_usd_bn=3"]
            .iter()
            .flat_map(|set| ["--set".to_owned(), format!("deal.prior-2025.{set}")])
            .collect();
    let clauses =
        many.split(' ').enumerate().flat_map(|(i, key)| ["--clause".to_owned(), format!("c{i}={key}")]);
    let all: Vec<String> =
        ["bridge", "base.toml"].into_iter().map(str::to_owned).chain(sets).chain(clauses).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    place.run_with(&all).ends(2).says("at most 8 can be combined").says("--clause NAME=KEY,KEY");
}

#[test]
fn a_bridge_says_what_has_no_value_and_counts_parts_in_points() {
    let place = Place::new();
    base(&place);
    // The old deal has no cap, so no future has a time under both.
    let seen = place.run("bridge base.toml -n 500 -o none --metric cap_hit_time").ends(0);
    let seen = seen.prints("has no value under every combination");
    for text in [seen.stdout.clone(), place.read("none/answer.json"), place.read("none/report.html")] {
        assert!(!text.contains("NaN"), "{text}");
    }
    let seen = place.run("bridge base.toml -n 500 -o part --metric effective_rate").ends(0);
    let sentence = seen.stdout.split("\n\n").nth(1).expect("a sentence").replace('\n', " ");
    let (whole, parts) = sentence.split_once(" pp: cap −").expect("points");
    let whole: f64 = whole.rsplit(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    let cap: f64 = parts.split([',', ' ']).next().and_then(|word| word.parse().ok()).expect("a number");
    assert!((5.0..12.0).contains(&whole) && (5.0..12.0).contains(&cap), "{sentence}");
    place.run("bridge base.toml --clause p=rate").ends(2).says("its keys are the same");
}

#[test]
fn the_figures_of_a_bridge_are_on_every_way_out() {
    let place = Place::new();
    base(&place);
    let seen = place
        .run("bridge base.toml -n 2000 --order exclusivity,cap --metric openai_retained_pv --progress none")
        .ends(0);
    let table = place.read("output/base-bridge/bridge.csv");
    let mut rows = table.lines();
    assert_eq!(
        rows.next(),
        Some(
            "metric,clause,alone_first,alone_first_error,alone_last,alone_last_error,in_order,in_order_error,shapley,shapley_error"
        )
    );
    let clauses: Vec<&str> = rows.map(|row| row.split(',').nth(1).expect("a clause")).collect();
    assert_eq!(clauses, ["exclusivity", "cap", "share", "home-margin", "timing", "licence"]);
    assert_eq!(place.read("output/base-bridge/bridge_hybrids.csv").lines().count(), 65);
    seen.prints("cap +").prints("prior-2025");
    let json = place.run("bridge base.toml -n 500 --json -q -o json --formats csv").ends(0);
    let object: serde_json::Value = serde_json::from_str(&json.stdout).expect("one object");
    assert_eq!(object["tables"]["bridge"].as_array().map(Vec::len), Some(18));
    place.run("report output/base-bridge").ends(0);
    assert!(place.read("output/base-bridge/report.html").contains("Waterfall of"));
}
