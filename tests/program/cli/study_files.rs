//! The workbook, the page and the answer of each study as files: there unless left out, made again from the folder alone.

use super::Place;

/// A folder for each study, and the arguments that make it.
pub(crate) const STUDIES: [(&str, &str); 6] = [
    ("swept", "sweep base.toml -n 2000 --vary deal.amended-2026.cap_usd_bn=20:60:5"),
    (
        "grid",
        "sweep base.toml -n 1000 --vary deal.amended-2026.cap_usd_bn=20,38,60 --vary deal.amended-2026.rate=0.1,0.2",
    ),
    (
        "solved",
        "solve base.toml -n 2000 --vary deal.amended-2026.cap_usd_bn=10:200 --target amended-2026.share_pv.mean=25",
    ),
    ("driven", "sensitivity base.toml -n 2000"),
    ("listed", "ipo base.toml -n 1000"),
    ("compared", "compare base.toml slow.toml -n 1000"),
];

/// A folder with two scenarios and the results of every study in it.
pub(crate) fn with_all_studies() -> Place {
    let place = Place::new();
    let base = crate::scenario::FROZEN_BASE;
    place.write("base.toml", base);
    place.write(
        "slow.toml",
        base.replace("name = \"base\"", "name = \"slow\"").replace("volatility = 0.20\n", ""),
    );
    for (folder, arguments) in STUDIES {
        let all: Vec<&str> = arguments.split(' ').chain(["-q", "-o", folder]).collect();
        place.run_with(&all).ends(0);
    }
    place
}

#[test]
fn workbook_and_page_of_a_study_are_made_again_from_its_folder() {
    let place = with_all_studies();
    for (folder, arguments) in STUDIES {
        let bytes = |name: &str| std::fs::read(place.at(folder).join(name)).expect("a file");
        let (book, page) = (bytes("results.xlsx"), bytes("report.html"));
        let manifest = place.read(&format!("{folder}/manifest.json"));
        assert!(book.starts_with(b"PK") && page.len() < 1_500_000, "{folder}: {} bytes", page.len());
        let text = String::from_utf8(page.clone()).expect("UTF-8");
        let command = arguments.split(' ').next().expect("a word");
        assert!(text.contains(&format!("capstake {command} base.toml")), "{folder}: how to ask again");
        for name in ["results.xlsx", "report.html"] {
            std::fs::remove_file(place.at(folder).join(name)).expect("a file");
        }
        place.run(&format!("report {folder}")).ends(0).prints("results.xlsx").prints("report.html");
        assert!(bytes("results.xlsx") == book && bytes("report.html") == page, "{folder}");
        assert_eq!(place.read(&format!("{folder}/manifest.json")), manifest, "{folder}");
    }
    // Every file that a study writes is known by name, so that a later run may replace it.
    let mut written: Vec<String> = STUDIES.iter().flat_map(|(folder, _)| place.names(folder)).collect();
    written.retain(|name| !capstake::job::file_names::is_ours(name));
    assert!(written.is_empty(), "{written:?}");
    place.run("report swept --picture answer.svg").ends(0);
    assert!(place.read("answer.svg").contains("Microsoft’s take under amended-2026 over"));
    place.run("report swept --picture pie.svg").ends(2).says("answer, chart-1");
}

#[test]
fn the_command_on_the_page_asks_the_same_again() {
    let place = Place::with_minimal();
    let vary =
        ["--vary", "deal.capped.cap_usd_bn=20,38", "--metric", "share_pv", "--set", "discount.share=0.11"];
    place.run_with(&[&["sweep", "minimal.toml", "-n", "500", "-q", "-o", "one"], &vary[..]].concat()).ends(0);
    let page = place.read("one/report.html");
    let command =
        page.split("<pre><code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("a command");
    let words: Vec<&str> = command.split(' ').skip(1).chain(["-q", "-o", "two"]).collect();
    place.run_with(&words).ends(0);
    for name in ["answer.json", "sweep.csv"] {
        assert!(place.read(&format!("one/{name}")) == place.read(&format!("two/{name}")), "{command}");
    }
}

#[test]
fn files_of_a_study_are_those_that_are_asked_for() {
    let place = Place::with_minimal();
    let sweep = "sweep minimal.toml --vary deal.capped.cap_usd_bn=20,38 -n 500 -q";
    place.run(&format!("{sweep} -o csv --formats csv")).ends(0);
    assert_eq!(place.names("csv"), ["answer.json", "as_it_stands.csv", "manifest.json", "sweep.csv"]);
    place.run("report csv --formats html").ends(0);
    assert_eq!(place.manifest("csv")["outputs"]["formats"], serde_json::json!(["csv", "html"]));
    place.run(&format!("{sweep} -o html --formats html")).ends(0);
    assert_eq!(place.names("html"), ["answer.json", "manifest.json", "report.html"]);
    // What is not there, or not what it was, is told of.
    place.write("html/answer.json", "{}");
    place.run("report html").ends(7).says("[S804]").says("it has 2 bytes, the manifest says");
    std::fs::remove_file(place.at("html/answer.json")).expect("a file");
    place.run("report html").ends(3).says("[S804]").says("answer.json");
    let ask = "asked again: capstake sweep minimal.toml --vary deal.capped.cap_usd_bn=20,38 -n 500 -s 1";
    place.run("verify html").ends(3).says("not a run").says(ask);
}
