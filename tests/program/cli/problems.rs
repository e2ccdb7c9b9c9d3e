//! One bad scenario for every code, and the screen that a person sees.
//!
//! `tests/program/problems/CODE.toml` begins with the command that is run; the screens are `tests/program/golden/CODE.txt`. With
//! `CAPSTAKE_BLESS=1` the test writes them again: read what changed.

use std::path::Path;

use capstake::config::Code;

use super::Place;
use super::edited::Edited;

/// Codes that depend on how large the machine is: tested beside the code.
const UNREACHED: [Code; 1] = [Code::MemoryNeeded];

/// Files that are not worth keeping: too large, or not text.
fn prepare(place: &Place, code: Code) -> String {
    let check = format!("check {code}.toml");
    match code {
        Code::FileUnreadable => {}
        Code::FileNotText => place.write("S003.toml", b"name = \"caf\xe9\"\n"),
        Code::FileTooLarge => make_large(place, "S004.toml", capstake::config::MAX_BYTES as u64 + 1),
        _ => {
            let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/program/problems");
            let text = std::fs::read_to_string(format!("{kept}/{code}.toml"))
                .unwrap_or_else(|error| panic!("tests/program/problems/{code}.toml: {error}"));
            place.write(&format!("{code}.toml"), &text);
            place.write("growth.csv", include_str!("../problems/growth.csv"));
            match code {
                Code::ExtendsFirst | Code::RemoveUnknown => {
                    place.write(&format!("{code}-base.toml"), include_str!("../../../configs/minimal.toml"));
                }
                Code::CsvTooLarge => make_large(place, "huge.csv", (64 << 20) + 1),
                Code::Incomparable => {
                    place.write(
                        "other.toml",
                        include_str!("../../../configs/minimal.toml").replace("capped", "other"),
                    );
                }
                Code::WorkbookUnreadable
                | Code::CellError
                | Code::CellFormula
                | Code::CellsMerged
                | Code::RowHidden
                | Code::SheetRow
                | Code::WorkbookEdited
                | Code::WorkbookCsv => workbook(place, code),
                Code::FolderForeign => place.write("letters/to-anna.txt", "Dear Anna"),
                Code::FolderUnwritable => place.write("file", "in the way"),
                Code::ResultsUnreadable => {
                    place.run("run S804.toml -n 1000 -o taken -q").ends(0);
                    let summary = place.read("taken/summary.csv");
                    place.write("taken/summary.csv", summary.replacen("share_pv", "share_vp", 1));
                }
                Code::FolderOtherRun => {
                    place.run("run S802.toml -n 1000 -o taken -q").ends(0);
                }
                Code::FolderBusy => {
                    std::fs::create_dir(place.at("busy")).expect("a folder");
                    let folder = std::fs::File::open(place.at("busy")).expect("a folder");
                    folder.lock().expect("a lock");
                    // Held to the end of the tests.
                    std::mem::forget(folder);
                }
                Code::StateUnusable => {
                    place.run("run S806.toml -n 5000 -o taken -q").ends(0);
                    let state = std::fs::read(place.at("taken/state.capstake")).expect("a state");
                    place.write("taken/state.capstake", &state[..1_000]);
                }
                Code::StateOfAnother => {
                    place.run("run S807.toml -n 1000 -o taken -q").ends(0);
                    place.run("run S807.toml -n 1000 -s 2 -o other -q").ends(0);
                    std::fs::copy(place.at("other/state.capstake"), place.at("taken/state.capstake"))
                        .expect("a copy");
                }
                Code::PartsDoNotFit => {
                    for i in [1, 3] {
                        place.run(&format!("run S808.toml -n 20000 --shard {i}/3 -o part-{i} -q")).ends(0);
                    }
                }
                Code::ResultsDiffer => {
                    place.run("run S809.toml -n 1000 -o taken -q").ends(0);
                    let summary = place.read("taken/summary.csv");
                    place.write("taken/summary.csv", summary.replacen("share_pv", "share_vp", 1));
                }
                _ => {}
            }
            let command = text.lines().next().and_then(|line| line.strip_prefix("# capstake "));
            return command.unwrap_or_else(|| panic!("{code}.toml begins with its command")).to_owned();
        }
    }
    check
}

/// The workbook of the scenario of a code, changed so that it has the problem.
fn workbook(place: &Place, code: Code) {
    place.run(&format!("run {code}.toml -n 1000 -o made -q --formats csv,xlsx")).ends(0);
    let mut book = Edited::of(place, "made/results.xlsx");
    let cap = "deal.capped.cap_usd_bn";
    let row = book.row(cap);
    match code {
        Code::WorkbookUnreadable => book.replace("xl/workbook.xml", "name=\"Inputs\"", "name=\"Numbers\""),
        Code::CellError => book.put(cap, 'E', " t=\"e\"", "<f>#REF!/2</f><v>#REF!</v>"),
        Code::CellFormula => book.put(cap, 'E', "", "<f>30+8</f><v>38</v>"),
        Code::CellsMerged => {
            let merged = format!(
                "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"E{row}:F{row}\"/></mergeCells>"
            );
            book.in_sheet("</sheetData>", &merged)
        }
        Code::RowHidden => book
            .number(cap, 60.0)
            .in_sheet(&format!("<row r=\"{row}\""), &format!("<row r=\"{row}\" hidden=\"1\"")),
        Code::WorkbookEdited => book.number(cap, 60.0),
        Code::SheetRow => book.words(cap, 'A', "").words("deal.capped.rate", 'A', cap),
        _ => &mut book,
    };
    book.save(place, &format!("{code}.xlsx"));
    if code == Code::WorkbookCsv {
        place.write("growth.csv", include_str!("../problems/growth.csv").replacen("0.4,", "0.45,", 1));
    }
}

/// A file of that size that takes no room.
fn make_large(place: &Place, name: &str, bytes: u64) {
    place.write(name, "");
    let file = std::fs::OpenOptions::new().write(true).open(place.at(name)).expect("the file");
    file.set_len(bytes).expect("a sparse file");
}

/// The documented exit codes of problems.
fn exit_of(code: Code) -> i32 {
    match code {
        code if code.is_unreadable() => 3,
        // Warnings.
        Code::PairWithConstant
        | Code::RoundOffTimeline
        | Code::MisreadName
        | Code::UnusualNumber
        | Code::HistoryGap
        | Code::EquityFarFromRound
        | Code::DemandGrowth
        | Code::NegativeMargin
        | Code::NeverReverts
        | Code::TermsLeftOut
        | Code::OutOfScale
        | Code::CloudSharesSum
        | Code::DiscountMissing
        | Code::CapAlreadyReached
        | Code::BasisDropped
        | Code::CellFormula
        | Code::RowHidden
        | Code::WorkbookCsv
        | Code::WorkbookEdited
        | Code::DateMoved
        | Code::EndMoved
        | Code::GateWithoutEquity
        | Code::MixYear => 0,
        Code::FolderForeign
        | Code::FolderOtherRun
        | Code::FolderUnwritable
        | Code::FolderBusy
        | Code::DiskNeeded => 6,
        Code::ResultsUnreadable
        | Code::StateUnusable
        | Code::StateOfAnother
        | Code::PartsDoNotFit
        | Code::ResultsDiffer => 7,
        Code::PathNotFinite => 5,
        Code::Precision => 8,
        Code::VaryKey
        | Code::UnknownQuantity
        | Code::TargetForm
        | Code::TargetImpossible
        | Code::NoRoot
        | Code::StudyTooLarge
        | Code::Incomparable => 2,
        Code::CorrelatedVariables | Code::QuantityUndefined => 2,
        _ => 4,
    }
}

/// A state holds the revision of the program that wrote it, and is longer where that ends in `+changes`.
fn without_size(line: &str) -> String {
    let Some((before, rest)) = line.split_once("it should have ") else { return line.to_owned() };
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}it should have N{behind}")
}

#[test]
fn every_code_has_a_scenario_and_its_screen() {
    let mut wrong = Vec::new();
    for &code in Code::all() {
        if UNREACHED.contains(&code) {
            continue;
        }
        let place = Place::new();
        let command = prepare(&place, code);
        let seen = place.run(&command).ends(exit_of(code)).says(&format!("[{code}]"));
        // The first line of a run says how long it may take, by this machine's cores.
        let screen: String = seen
            .stderr
            .lines()
            .filter(|line| !line.starts_with("sketch: ") && !line.ends_with(" are free"))
            .map(|line| format!("{}\n", without_size(line.trim_end())))
            .collect();
        let screen = format!("$ capstake {command}\n{screen}");
        let path = format!("{}/tests/program/golden/{code}.txt", crate::ROOT);
        if std::env::var_os("CAPSTAKE_BLESS").is_some() {
            std::fs::write(&path, &screen).expect("the golden file");
        } else if std::fs::read_to_string(&path).unwrap_or_default() != screen {
            wrong.push(format!("{code} now shows:\n{screen}"));
        }
    }
    assert!(wrong.is_empty(), "{}\nif this is meant: CAPSTAKE_BLESS=1", wrong.join("\n"));
}

#[test]
fn no_scenario_or_screen_is_left_of_a_code_that_is_gone() {
    for (folder, ending) in [("problems", "toml"), ("golden", "txt")] {
        let folder = Path::new(crate::ROOT).join("tests/program").join(folder);
        for entry in std::fs::read_dir(folder).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|found| found == ending) {
                let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
                if stem.starts_with("page-") {
                    continue; // the words of a page, which `page` keeps there
                }
                assert!(Code::from_id(&stem).is_some(), "{}", path.display());
            }
        }
    }
}

#[test]
fn all_problems_come_at_once_and_setting_flags_are_shown_as_typed() {
    let place = Place::with_minimal();
    let seen = place
        .run_with(&[
            "check",
            "minimal.toml",
            "--set",
            "deal.capped.rate=20",
            "--set",
            "segment.all.growth={ dist = \"normal\", mean = 0.4 }",
        ])
        .ends(4);
    let seen =
        seen.says("--> command line:1").says("--set deal.capped.rate=20").says("[S301]").says("[S304]");
    seen.says("2 errors");
}
