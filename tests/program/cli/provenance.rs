//! Where numbers are from, as a person sees it: stated by a source, derived from one, or judged.

use super::Place;

/// Three numbers more than minimal's, of three kinds.
fn place() -> Place {
    let place = Place::new();
    let text = include_str!("../../../configs/minimal.toml")
        .replace(
            "growth = 0.40",
            "growth = { value = 0.5, basis = \"annual\", source = \"paper\", note = \"page 3\" }",
        )
        .replace(
            "volatility = 0.30",
            "volatility = { dist = \"uniform\", low = 0.2, high = 0.4, informed_by = \"index\" }",
        );
    let sources = "\n[[source]]\nkey = \"paper\"\ntitle = \"A paper\"\nurl = \"https://example.org/paper\"\n\
                   [[source]]\nkey = \"index\"\ntitle = \"An index\"\nurl = \"https://example.org/index\"\ndate = 2026-05-01\n";
    place.write("kinds.toml", text + sources);
    place
}

#[test]
fn check_counts_and_names_the_three_kinds() {
    let seen = place().run("check kinds.toml").ends(0);
    let seen = seen.prints("1 has a source, 1 is derived from one, 6 are judgements");
    let line = |key: &str| {
        let found = seen.stdout.lines().find(|line| line.trim_start().starts_with(key));
        found.unwrap_or_else(|| panic!("no {key} in: {}", seen.stdout)).to_owned()
    };
    assert!(line("segment.all.growth").contains("annual 0.5; continuous 0.4055"));
    assert!(line("segment.all.growth").ends_with("  paper"));
    assert!(line("segment.all.volatility").ends_with("  derived from index"));
    assert!(line("discount.share").ends_with("  judgement"));
}

#[test]
fn tables_pages_and_workbooks_have_the_third_kind_too() {
    let place = place();
    place.run("run kinds.toml -n 500 -q -o out").ends(0);
    let inputs = place.read("out/inputs.csv");
    let row = |key: &str| inputs.lines().find(|line| line.starts_with(key)).expect(key).to_owned();
    assert!(inputs.lines().next().expect("a header").ends_with(",sampled_std_dev,informed_by"));
    assert!(
        row("segment.all.volatility").contains(",assumption,,")
            && row("segment.all.volatility").ends_with(",index")
    );
    assert!(row("segment.all.growth").contains(",paper,") && row("segment.all.growth").ends_with(','));
    // The rate of the model, not the number.
    assert!(
        row("segment.all.growth").starts_with("segment.all.growth,per_year,constant,0.4054651081081644,")
    );
    let page = place.read("out/report.html");
    let derived = "derived from <a href=\"https://example.org/index\" rel=\"noopener noreferrer\">An index</a> <time>2026-05-01</time>";
    assert!(page.contains(derived) && page.matches("derived from <a").count() == 1);
    assert!(page.contains("1 has a source, 1 is derived from one, 6 are judgements"));
    // Made again from the folder alone.
    std::fs::remove_file(place.at("out/report.html")).expect("the page");
    place.run("report out -q").ends(0);
    assert!(place.read("out/report.html").contains(derived));
}

#[test]
fn a_folder_without_the_column_is_refused_as_of_another_version() {
    let place = place();
    place.run("run kinds.toml -n 500 -q -o out").ends(0);
    place.tamper("out", "inputs.csv", |text| {
        text.lines().map(|line| format!("{}\n", line.rsplit_once(',').expect("columns").0)).collect()
    });
    place
        .run("report out")
        .ends(3)
        .says("inputs.csv")
        .says("written by another version; run the scenario again");
}
