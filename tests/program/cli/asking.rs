//! Scenarios that extend others, deals that are like others, and the loop of changing a scenario, running it and looking.

use std::io::Write;
use std::process::Stdio;

use super::{Place, Seen};

fn base(place: &Place) {
    place.write("base.toml", include_str!("../../../configs/base.toml"));
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
    place.run("check base.toml --set deal.nobody=none").ends(4).says("no entry `nobody`");
}

#[test]
fn compare_with_changes_is_compare_with_changed_files() {
    let place = Place::with_minimal();
    let changed = place.read("minimal.toml").replacen("name = \"minimal\"", "name = \"other\"", 1);
    place
        .run("scenario minimal.toml --set deal.capped.cap_usd_bn=60 --set discount.share=0.2 -o other.toml")
        .ends(0);
    assert!(changed.contains("other"));
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
        .says("2 labels for 1");
}

#[test]
fn deals_of_other_names_stand_side_by_side_by_pair() {
    let place = Place::with_minimal();
    let text = place.read("minimal.toml");
    place.write("old.toml", text.replace("capped", "old") + "\n[[deal]]\nname = \"more\"\nlike = \"old\"\n");
    place.write("new.toml", text + "\n[[deal]]\nname = \"free\"\nlike = \"capped\"\n");
    place.run("compare new.toml old.toml -n 500").ends(2).says("S718");
    let seen =
        place.run("compare new.toml old.toml --pair capped=old -n 500 --formats csv --progress none").ends(0);
    assert!(
        seen.stdout.contains("Deal capped of new.toml is compared with deal old of the others"),
        "{}",
        seen.stdout
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
    assert_eq!(place.names("mine").contains(&"manifest.json".to_owned()), false);
    assert!(place.at("mine/report.html").exists());
    // Again, over the files of the first time; other files stay.
    place.write("mine/notes.txt", "mine");
    place.run("report r -o mine --formats html").ends(0);
    assert!(place.at("mine/notes.txt").exists());
    place.run("run minimal.toml -n 600 -o other --formats csv -q").ends(0);
    place.run("report r -o other").ends(6).says("holds results of its own");
    place.run("report r -o -").ends(2);
}

#[test]
fn init_writes_what_comes_with_the_program() {
    let place = Place::new();
    place.run("init mine.toml --like base").ends(0);
    assert!(place.read("mine.toml").contains("name = \"mine\""));
    place.run("check mine.toml --strict").ends(0);
    place.run("init mine.toml --like base").ends(6).says("exists already");
    place.run("init other.toml --like bse").ends(2).says("base, minimal");
    place.run("init").ends(0);
    place.run("check scenario.toml --strict").ends(0);
    let template = place.read("scenario.toml");
    for part in ["[[cloud]]", "[ipo]", "like = "] {
        assert!(template.contains(part), "{part}");
    }
    assert_eq!(template.matches("[[deal]]").count(), 2);
}
