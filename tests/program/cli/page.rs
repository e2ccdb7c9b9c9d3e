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
