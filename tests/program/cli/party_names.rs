//! A scenario about another company and another partner: its own names everywhere, OpenAI and Microsoft nowhere.

use super::{Place, Seen};
use std::collections::BTreeSet;

/// The company of `robots.toml`, whose possessive is an apostrophe alone, and its partner.
const NAMES: [&str; 2] = ["Kestrel Robotics", "Northgate"];
/// The names of the shipped scenarios, and what stands for a name in the program's own texts.
const OTHERS: [&str; 4] = ["OpenAI", "Microsoft", "{company", "{partner"];

fn with_robots() -> Place {
    let place = Place::new();
    place.write("robots.toml", include_str!("../robots.toml"));
    place
}

/// Everything that a command printed.
fn printed(seen: &Seen) -> String {
    format!("{}{}", seen.stdout, seen.stderr)
}

#[track_caller]
fn has_no_other_names(text: &str, what: &str) {
    for name in OTHERS {
        if let Some(at) = text.find(name) {
            let from = text.floor_char_boundary(at.saturating_sub(120));
            panic!("{name} in {what}: {}", &text[from..text.ceil_char_boundary(at + 80)]);
        }
    }
}

/// The text of a file of results: of a workbook the parts that it is made of, without what the format's library puts into every
/// workbook (the program that it names, and typefaces).
fn text_of(place: &Place, file: &str) -> String {
    if file.ends_with(".xlsx") {
        return parts(place, file).replace("<Application>Microsoft Excel</Application>", "");
    }
    String::from_utf8_lossy(&std::fs::read(place.at(file)).expect("a file")).into_owned()
}

#[cfg(feature = "xlsx")]
fn parts(place: &Place, file: &str) -> String {
    use std::io::Read as _;
    let file = std::fs::File::open(place.at(file)).expect("a workbook");
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut all = String::new();
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).expect("a part");
        if part.name().expect("a name") != "xl/theme/theme1.xml" {
            part.read_to_string(&mut all).expect("XML is text");
        }
    }
    all
}

#[cfg(not(feature = "xlsx"))]
fn parts(_: &Place, _: &str) -> String {
    String::new()
}

#[test]
fn no_command_and_no_file_has_other_names() {
    let place = with_robots();
    place.write(
        "other.toml",
        include_str!("../robots.toml")
            .replace("\"robots\"", "\"cheaper\"")
            .replace("rate = 0.15", "rate = 0.1"),
    );
    let commands = [
        "check robots.toml",
        "run robots.toml -n 3000 -o run",
        "run robots.toml -n 1000 --json -o json",
        "run robots.toml --only-path 7",
        "run robots.toml -n 4000 --shard 1/2 -q -o part-1",
        "run robots.toml -n 4000 --shard 2/2 -q -o part-2",
        "merge part-1 part-2 -o whole",
        "extend run --paths +1000",
        "resume run",
        "verify run",
        "report run",
        "report run --memo memo.md",
        "diff run whole",
        "replay robots.toml --path 3",
        "ipo robots.toml -n 1000 -o ipo",
        "report ipo",
        "sweep robots.toml --vary deal.renewed.cap_usd_bn=6,9,12 -n 1000 -o sweep",
        "compare robots.toml other.toml -n 1000 -o compare",
        "solve robots.toml --vary deal.renewed.cap_usd_bn=2:30 --target renewed.share_pv.mean=5 -n 1000 -o solve",
        "sensitivity robots.toml -n 2000 -o sensitivity",
        "run robots.toml -n 1000 -o alone --set in_house.ceiling=0.2 --set cash.now_usd_bn=0.6",
    ];
    let mut told = BTreeSet::new();
    for command in commands {
        let seen = place.run(command).ends(0);
        let text = printed(&seen);
        has_no_other_names(&text, command);
        if NAMES.iter().any(|name| text.contains(name)) {
            told.insert(command.split(' ').next().expect("a command"));
        }
    }
    assert_eq!(
        told.into_iter().collect::<Vec<_>>(),
        ["check", "compare", "extend", "merge", "run", "sensitivity", "sweep"]
    );
    for folder in ["run", "json", "whole", "ipo", "sweep", "compare", "solve", "sensitivity", "alone"] {
        for name in place.names(folder) {
            let file = format!("{folder}/{name}");
            has_no_other_names(&text_of(&place, &file), &file);
        }
    }
    has_no_other_names(&place.read("memo.md"), "memo.md");
    // What a reader meets first in each of them.
    for (file, words) in [
        ("memo.md", "How much of Kestrel Robotics’ growth goes to Northgate"),
        ("run/report.html", "Northgate’s take is worth"),
        ("run/report.html", "Kestrel Robotics’ revenue"),
        ("run/report.html", "Kestrel Robotics’ other holders keep"),
        ("whole/report.html", "Where Northgate’s total comes from"),
        ("ipo/dilution.csv", ",Northgate,"),
        ("ipo/report.html", "Northgate"),
    ] {
        let text = text_of(&place, file);
        assert!(text.contains(words), "no {words:?} in {file}");
    }
    if cfg!(feature = "xlsx") {
        let text = text_of(&place, "run/results.xlsx");
        for words in [
            "Who gets what from Kestrel Robotics&apos; growth",
            "Northgate's total comes from",
            "Kestrel Robotics’ revenue",
        ] {
            assert!(text.contains(words) || text.contains(&words.replace("&apos;", "'")), "no {words:?}");
        }
    }
}

#[test]
fn what_is_wrong_or_missing_is_said_with_the_names() {
    let place = with_robots();
    let says = |flags: &[&str], code: i32, words: &str| {
        let mut arguments = vec!["check", "robots.toml"];
        arguments.extend(flags.iter().flat_map(|flag| ["--set", flag]));
        let seen = place.run_with(&arguments).ends(code);
        let text = printed(&seen);
        has_no_other_names(&text, words);
        assert!(text.contains(words), "no {words:?} in {text}");
    };
    says(&["cloud.harbour.home=false"], 4, "at Northgate's cloud");
    says(&["cloud.foundry.home=true"], 4, "at Northgate's cloud alone");
    says(&["names.company=\"Northgate\""], 4, "company and partner are both called \"Northgate\"");
    says(&["names.partner=\"\""], 4, "partner = \"Acme Robotics\"");
    says(&[], 0, "Kestrel Robotics' equity has no value");
    // Tables that are left out.
    let text = include_str!("../robots.toml");
    let small = |from: &str, to: &str| {
        let (before, rest) = text.split_once(from).expect("a table");
        format!("{before}{}", &rest[rest.find(to).expect("a table")..])
    };
    for (from, to, words) in [
        ("[in_house]", "[[contract]]", "Northgate's own models displace nothing"),
        ("[[contract]]", "[microsoft]", "Kestrel Robotics has promised no compute"),
        ("[funding]", "[equity]", "Kestrel Robotics raises nothing when short of cash"),
        ("cloud = 0.10\n", "licence = 0.09", "0 is taken for Northgate's resale and hosting"),
    ] {
        place.write("robots.toml", small(from, to));
        says(&[], 0, words);
    }
    // A page without equity, clouds and cash says what there is not.
    let bare = "name = \"bare\"\n[names]\ncompany = \"Kestrel Robotics\"\npartner = \"Northgate\"\n";
    let minimal = include_str!("../../../configs/minimal.toml").replace("name = \"minimal\"", bare);
    place.write("bare.toml", minimal);
    for flags in ["", " --set segment.all.volatility=0", " --set deal.capped.rate=0"] {
        let run = format!("run bare.toml -n 500 -o bare --force{flags}");
        let seen = place.run(&run).ends(0);
        has_no_other_names(&printed(&seen), &run);
        for name in place.names("bare") {
            has_no_other_names(&text_of(&place, &format!("bare/{name}")), &run);
        }
        assert!(printed(&seen).contains("Northgate’s take is worth"), "{}", seen.stdout);
    }
    assert!(text_of(&place, "bare/report.html").contains("what holders of Kestrel Robotics keep"));
}

#[test]
fn a_name_cannot_leave_its_place() {
    let place = with_robots();
    for (i, name) in
        ["=1+1", "=(A1)", "=x[y]", "@sum", "<b>", "</script>", "\"&quot;\"", "{company}", "a,b;c"]
            .into_iter()
            .enumerate()
    {
        let flag = format!("names.partner={}", serde_json::json!(name));
        let out = format!("out-{i}");
        let run = ["run", "robots.toml", "-n", "500", "-o", &out, "--set", &flag];
        let seen = place.run_with(&run).ends(0);
        assert!(seen.stdout.contains(&format!("{name}’s take is worth")), "{}", seen.stdout);
        let page = place.read(&format!("{out}/report.html"));
        let escaped =
            name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(page.contains(&format!("{escaped}’s take is worth")), "{name}");
        assert!(!page.contains("<b>’s take") && !page.contains("</script>’s"), "{name}");
        // A workbook without a formula or a range made of the name.
        let book = text_of(&place, &format!("{out}/results.xlsx"));
        for formula in ["<c:f>", "<f>"].into_iter().flat_map(|tag| book.split(tag).skip(1)) {
            let formula = &formula[..formula.find('<').expect("an end")];
            assert!(
                !formula.contains("total by component") && !formula.contains("take"),
                "{name}: {formula}"
            );
        }
        place.run(&format!("verify {out}")).ends(0);
        // No figure depends on it.
        assert!(place.read(&format!("{out}/summary.csv")) == place.read("out-0/summary.csv"), "{name}");
        let ipo = ["ipo", "robots.toml", "-n", "500", "-q", "-o", "ipo", "--force", "--set", &flag];
        place.run_with(&ipo).ends(0);
        let file = std::fs::File::open(place.at("ipo/dilution.csv")).expect("a table");
        let mut reader = csv::Reader::from_reader(file);
        let holders: Vec<String> =
            reader.records().map(|row| row.expect("a row").get(1).expect("a holder").to_owned()).collect();
        let guarded = if name.starts_with(['=', '@']) { format!("'{name}") } else { name.to_owned() };
        assert!(holders.contains(&guarded), "{holders:?}");
    }
    // What would be obeyed is refused, and shown in the screen as an escape.
    for (name, shown) in [
        ("\u{202e}gateN", "\\u{202e}gateN"),
        ("North\u{1b}[31m", "North\\u{1b}[31m"),
        ("North\ngate", "North\\ngate"),
    ] {
        let flag = format!("names.partner={}", serde_json::json!(name));
        let seen = place.run_with(&["run", "robots.toml", "--set", &flag]).ends(4).says("[S219]");
        assert!(!seen.stderr.contains(name) && seen.stderr.contains(shown), "{}", seen.stderr);
    }
}

#[test]
fn a_folder_with_names_that_no_run_has_is_refused() {
    let place = with_robots();
    place.run("run robots.toml -n 500 -q -o out --formats csv").ends(0);
    let manifest = place.read("out/manifest.json");
    let changed = manifest.replacen("partner = \\\"Northgate\\\"", "partner = \\\"\\\\u202eetagN\\\"", 1);
    assert_ne!(manifest, changed);
    place.write("out/manifest.json", changed);
    place.run("report out").ends(3).says("[S804]").says("scenario.resolved: `[names]` cannot stand there");
    place.write("out/manifest.json", manifest);
    place.run("report out").ends(0);
}
