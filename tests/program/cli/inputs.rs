//! A workbook as a scenario: run, checked, compared, written out; where its results go; what is refused.

use super::Place;
use super::edited::Edited;

/// A folder with the results of the minimal scenario in `made`.
fn made() -> Place {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 500 -q -o made --formats csv,xlsx").ends(0);
    place
}

fn digest(place: &Place, folder: &str) -> String {
    place.manifest(folder)["scenario"]["digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn the_workbook_of_every_shipped_scenario_runs_to_the_same_summary() {
    let place = Place::new();
    for name in ["base", "capped-share", "company-plan", "minimal", "schwartz-moon-2000"] {
        let text = std::fs::read_to_string(format!("{}/configs/{name}.toml", crate::ROOT)).expect("it ships");
        place.write(&format!("{name}.toml"), &text);
        place.run(&format!("run {name}.toml -n 1000 -q -o {name} --formats csv,xlsx")).ends(0);
        place.run(&format!("run {name}/results.xlsx -n 1000 -q -o {name}-again --formats csv")).ends(0);
        assert_eq!(digest(&place, name), digest(&place, &format!("{name}-again")), "{name}");
        for file in ["summary.csv", "inputs.csv", "quantiles.csv"] {
            let both =
                [format!("{name}/{file}"), format!("{name}-again/{file}")].map(|file| place.read(&file));
            assert!(both[0] == both[1], "{name}: {file}");
        }
        // Written out, it is the file from which it was made, to the letter.
        let seen = place.run(&format!("scenario {name}/results.xlsx")).ends(0);
        assert_eq!(seen.stdout, text, "{name}");
    }
}

#[test]
fn an_edited_cell_is_that_change_alone_wherever_a_scenario_is_taken() {
    let place = made();
    Edited::of(&place, "made/results.xlsx").number("deal.capped.cap_usd_bn", 60.0).save(&place, "mine.xlsx");
    let seen = place.run("diff minimal.toml mine.xlsx").ends(0);
    assert!(
        seen.stdout.contains("1 key changed\n  deal.capped.cap_usd_bn: 38.0, then 60.0\n"),
        "{}",
        seen.stdout
    );
    place.run("run mine.xlsx -n 500 -q -o run").ends(0);
    place.run("run minimal.toml -n 500 -q -o set --set deal.capped.cap_usd_bn=60").ends(0);
    assert_eq!(place.read("run/summary.csv"), place.read("set/summary.csv"));
    assert_ne!(place.read("run/summary.csv"), place.read("made/summary.csv"));
    let seen = place.run("diff made mine.xlsx --json").ends(0);
    assert!(
        seen.stdout.contains("\"equal\":false") || seen.stdout.contains("\"equal\": false"),
        "{}",
        seen.stdout
    );

    place.run("check mine.xlsx").ends(0).prints("60");
    place.run("compare minimal.toml mine.xlsx -n 500 -q -o compare --formats csv").ends(0);
    place
        .run("sweep mine.xlsx --vary deal.capped.cap_usd_bn=20:60:3 -n 500 -q -o sweep --formats csv")
        .ends(0);
    place.run("sensitivity mine.xlsx -n 500 -q -o sensitivity --formats csv").ends(0);
    place.run("replay mine.xlsx --path 3").ends(0);
    place.run("run mine.xlsx -n 500 -q -o again --set deal.capped.cap_usd_bn=38").ends(0);
    assert_eq!(place.read("again/summary.csv"), place.read("made/summary.csv"));
    place.run("verify run").ends(0);
}

#[test]
fn a_scenario_written_out_differs_in_the_line_that_was_changed() {
    let place = made();
    Edited::of(&place, "made/results.xlsx").number("deal.capped.cap_usd_bn", 60.0).save(&place, "mine.xlsx");
    place.run("scenario mine.xlsx -o my.toml").ends(0);
    let (written, original) = (place.read("my.toml"), place.read("minimal.toml"));
    let changed: Vec<(&str, &str)> = original.lines().zip(written.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(original.lines().count(), written.lines().count());
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0], ("cap_usd_bn = 38.0", "cap_usd_bn = 60.0"));
    place.run("diff my.toml mine.xlsx").ends(0).prints("equal: both are the same scenario");
}

#[test]
fn results_of_an_edited_workbook_leave_the_workbook_and_what_it_came_from_alone() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 500 -q --formats csv,xlsx").ends(0);
    let book = "output/minimal/results.xlsx";
    // Where it lies it is not replaced.
    place.run(&format!("run {book} -n 500 -q --formats csv,xlsx")).ends(0);
    assert_eq!(place.names("output"), ["minimal", "minimal-2"]);
    let seen = place.run(&format!("run {book} -n 600 -q -o output/minimal --force")).ends(2);
    assert!(seen.stderr.contains("would replace"), "{}", seen.stderr);
    Edited::of(&place, book).number("deal.capped.cap_usd_bn", 60.0).save(&place, book);
    // Nor is it, once a person has changed it, by a run of the original.
    let seen = place.run("run minimal.toml -n 700 -q --formats csv").ends(6);
    assert!(
        seen.stderr.contains("S802") && seen.stderr.contains(&format!("capstake run {book}")),
        "{}",
        seen.stderr
    );
    place.run(&format!("run {book} -n 500 -q --formats csv,xlsx")).ends(0);
    place.run("run output/minimal-edited/results.xlsx -n 500 -q --formats csv").ends(0);
    assert_eq!(place.names("output"), ["minimal", "minimal-2", "minimal-edited", "minimal-edited-2"]);
    place.run("compare output/minimal/results.xlsx minimal.toml -n 500 -q --formats csv").ends(0);
    assert!(place.at("output/minimal-edited-compare").exists());
}

#[test]
fn a_workbook_is_refused_where_only_toml_will_do() {
    let place = made();
    place.write("over.toml", "extends = \"made/results.xlsx\"\nname = \"over\"\n");
    let seen = place.run("check over.toml").ends(3);
    assert!(
        seen.stderr.contains("S003") && seen.stderr.contains("capstake scenario FILE -o my.toml"),
        "{}",
        seen.stderr
    );
    let bytes = std::fs::read(place.at("made/results.xlsx")).expect("a workbook");
    let output = place.program().args(["check", "-"]).write_stdin(bytes).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(3) && said.contains("name the workbook as a file"), "{said}");
    // The workbook of a study has no inputs.
    place.run("sweep minimal.toml --vary deal.capped.cap_usd_bn=20:60:3 -n 500 -q -o sweep").ends(0);
    let seen = place.run("run sweep/results.xlsx -q").ends(3);
    assert!(seen.stderr.contains("S007") && seen.stderr.contains("has no sheet `Inputs`"), "{}", seen.stderr);
    place.write("cut.xlsx", &std::fs::read(place.at("made/results.xlsx")).expect("a workbook")[..9_000]);
    let seen = place.run("run cut.xlsx -q").ends(3);
    assert!(seen.stderr.contains("S007") && seen.stderr.contains("it is damaged"), "{}", seen.stderr);
}

#[test]
fn csv_files_are_looked_for_beside_the_workbook_and_where_the_original_stood() {
    let place = Place::new();
    let text = include_str!("../../../configs/minimal.toml");
    let number = text.lines().find(|line| line.starts_with("growth = ")).expect("a growth rate");
    place.write(
        "there/with.toml",
        text.replace(number, "growth = { dist = \"empirical\", csv = \"g.csv\", column = \"x\" }"),
    );
    place.write("there/g.csv", "x\n0.1\n0.2\n0.3\n");
    place.run("run there/with.toml -n 500 -q -o made --formats csv,xlsx").ends(0);
    std::fs::create_dir(place.at("here")).expect("a folder");
    std::fs::copy(place.at("made/results.xlsx"), place.at("here/book.xlsx")).expect("a copy");
    let same = |place: &Place| {
        place.run("run here/book.xlsx -n 500 -q -o again --formats csv --force").ends(0);
        digest(place, "again") == digest(place, "made")
    };
    assert!(same(&place), "found where it stood");
    // One of that name that is another is passed over for the one that was read.
    place.write("here/g.csv", "x\n0.7\n");
    assert!(same(&place), "the one that was read");
    place.write("there/g.csv", "x\n0.4\n");
    let seen = place.run("check here/book.xlsx").ends(0);
    assert!(seen.stderr.contains("S136"), "{}", seen.stderr);
    place.write("here/g.csv", "x\n0.1\n0.2\n0.3\n");
    assert!(same(&place), "found beside the workbook");
    std::fs::remove_file(place.at("here/g.csv")).expect("it is there");
    std::fs::remove_file(place.at("there/g.csv")).expect("it is there");
    let seen = place.run("check here/book.xlsx").ends(4);
    assert!(
        seen.stderr.contains("S311") && seen.stderr.contains("here/book.xlsx:Inputs!"),
        "{}",
        seen.stderr
    );
}

#[test]
fn the_workbook_made_again_by_report_is_a_scenario_too() {
    let place = made();
    std::fs::remove_file(place.at("made/results.xlsx")).expect("it is there");
    place.run("report made --formats xlsx").ends(0);
    place.run("diff minimal.toml made/results.xlsx").ends(0).prints("equal: both are the same scenario");
    assert_eq!(place.run("scenario made/results.xlsx").ends(0).stdout, place.read("minimal.toml"));
}

#[test]
fn a_number_changed_in_a_table_keeps_what_stands_beside_it() {
    let place = Place::new();
    let before = "net_revenue_usd_bn = { value = 5.7, note = \"audited\" } # the spring";
    let text = include_str!("../../../configs/minimal.toml").to_owned()
        + "\n[[history.period]]\nfrom = 2026-04-01\nto = 2026-06-30\n"
        + before
        + "\n";
    place.write("with.toml", &text);
    place.run("run with.toml -n 500 -q -o made --formats csv,xlsx").ends(0);
    let mut book = Edited::of(&place, "made/results.xlsx");
    book.put("history.period.2026-04-01", 'G', "", "<v>6.1</v>").save(&place, "mine.xlsx");
    let seen = place.run("scenario mine.xlsx").ends(0);
    assert_eq!(seen.stdout, text.replace("value = 5.7", "value = 6.1"));
}

#[test]
fn what_was_changed_is_said_and_what_is_out_of_sight_is_warned_of() {
    let place = made();
    let cap = "deal.capped.cap_usd_bn";
    let mut book = Edited::of(&place, "made/results.xlsx");
    book.number(cap, 60.0).save(&place, "mine.xlsx");
    let seen = place.run("run mine.xlsx -n 500 -o run --formats csv").ends(0);
    let note = "note[S137]: 1 value changed in this workbook: deal.capped.cap_usd_bn = 60.0 (was 38.0)";
    assert!(seen.stderr.contains(note) && !seen.stderr.contains("S134"), "{}", seen.stderr);
    let row = book.row(cap);
    book.in_sheet("<col min=\"5\" max=\"5\"", "<col min=\"5\" max=\"5\" hidden=\"1\"")
        .save(&place, "column.xlsx");
    let seen = place.run("check column.xlsx").ends(0);
    assert!(seen.stderr.contains("the column E is hidden"), "{}", seen.stderr);
    assert!(seen.stderr.contains(&format!("column.xlsx:Inputs!E{row}")), "{}", seen.stderr);
    place.run("check column.xlsx --strict").ends(4);
    let mut book = Edited::of(&place, "made/results.xlsx");
    book.number(cap, 60.0).in_sheet(&format!("<row r=\"{row}\""), &format!("<row r=\"{row}\" ht=\"0\""));
    book.save(&place, "row.xlsx");
    assert!(place.run("check row.xlsx").ends(0).stderr.contains("is hidden, and was changed"));
    // Unchanged, nothing is said.
    let seen = place.run("check made/results.xlsx").ends(0);
    assert!(!seen.stderr.contains("S13"), "{}", seen.stderr);
}

#[test]
fn a_hidden_sheet_that_was_changed_or_is_of_another_workbook_is_refused() {
    let place = made();
    let strings = "xl/sharedStrings.xml";
    let refused = |file: &str, words: &str| {
        let seen = place.run(&format!("run {file} -n 500 -q")).ends(3);
        assert_eq!(seen.stderr.matches("error[").count(), 1, "{}", seen.stderr);
        assert!(seen.stderr.contains("S007") && seen.stderr.contains(words), "{}", seen.stderr);
    };
    let mut book = Edited::of(&place, "made/results.xlsx");
    book.replace(strings, "\"horizon = 2030-12-31\"", "\"horizon = 2031-12-31\"").save(&place, "text.xlsx");
    refused("text.xlsx", "does not have the digest");
    let mut book = Edited::of(&place, "made/results.xlsx");
    book.replace(strings, "made from scenario ", "made from scenario 0").save(&place, "mixed.xlsx");
    refused("mixed.xlsx", "are of two workbooks");
    // Without that mark, many rows that are gone are one problem.
    let mut book = Edited::of(&place, "made/results.xlsx");
    for key in ["discount.share", "discount.revenue", "deal.capped.rate", "deal.capped.cap_usd_bn"] {
        book.words(key, 'A', "");
    }
    book.save(&place, "gone.xlsx");
    let seen = place.run("check gone.xlsx").ends(4);
    assert!(seen.stderr.contains("4 rows are gone from the sheet Inputs"), "{}", seen.stderr);
}
