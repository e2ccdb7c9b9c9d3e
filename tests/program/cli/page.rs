//! The page and its pictures as files: from the run and from its folder, asked for and not.

use super::Place;

#[test]
fn the_page_is_the_same_from_the_run_and_from_its_folder() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 2000 -q -o out").ends(0);
    let page = place.read("out/report.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("capstake run minimal.toml -n 2000 -s 1"));
    std::fs::remove_file(place.at("out/report.html")).expect("a file");
    place.run("report out --formats html").ends(0).prints("out/report.html");
    assert_eq!(place.read("out/report.html"), page);
    let files = &place.manifest("out")["files"];
    let entry = files.as_array().and_then(|files| files.iter().find(|file| file["name"] == "report.html"));
    let digest = blake3::hash(page.as_bytes()).to_hex();
    assert_eq!(entry.expect("an entry")["blake3"], digest.as_str());
}

/// Page, memo and workbook say with which command the same numbers come again: with the sampling that the scenario does not say.
#[test]
fn the_command_to_run_again_says_the_sampling() {
    let place = Place::with_minimal();
    let command = |folder: &str| {
        let page = place.read(&format!("{folder}/report.html"));
        let at = page.find("capstake run ").expect("a command");
        page[at..].split(['<', '"']).next().expect("a piece").to_owned()
    };
    place.run("run minimal.toml -n 4096 --sampling sobol -q -o sobol").ends(0);
    let again = command("sobol");
    assert_eq!(again, "capstake run minimal.toml -n 4096 -s 1 --sampling sobol");
    place.run(&format!("{} -q -o again", again.trim_start_matches("capstake "))).ends(0);
    assert_eq!(place.read("again/summary.csv"), place.read("sobol/summary.csv"));
    let text = place.read("minimal.toml");
    place.write("own.toml", format!("run = {{ sampling = \"sobol\" }}\n{text}"));
    place.run("run own.toml -n 4096 -q -o own").ends(0);
    assert_eq!(command("own"), "capstake run own.toml -n 4096 -s 1");
    place.run("run own.toml -n 4096 --sampling plain -q -o plain").ends(0);
    assert_eq!(command("plain"), "capstake run own.toml -n 4096 -s 1 --sampling plain");
}

#[test]
fn a_page_is_written_only_where_it_is_asked_for() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 500 -q -o out --formats csv").ends(0);
    assert!(!place.names("out").contains(&"report.html".to_owned()));
}

#[test]
fn pictures_are_figures_of_the_page() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 2000 -q -o out --formats csv").ends(0);
    place
        .run("report out --picture answer.svg --picture cap-year.svg")
        .ends(0)
        .prints("answer.svg\ncap-year.svg\n");
    assert!(place.read("answer.svg").contains("Microsoft’s take (share and stake), $bn"));
    assert!(place.read("cap-year.svg").starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert!(
        !place.names("out").contains(&"report.html".to_owned()),
        "who asks for pictures gets nothing else"
    );
    let unknown = place.run("report out --picture pie.svg").ends(2).says("names no figure of these results");
    unknown.says("answer, take, kept, ").says("cap-year");
    place.run("report out --picture answer.png").ends(2);
    place.run("report out --picture gone/answer.svg").ends(6).says("cannot be written");
}
