//! `sensitivity` and `ipo` as a person runs them.

use super::Place;

/// All words of a workbook.
fn words_of_workbook(place: &Place, name: &str) -> String {
    let file = std::fs::File::open(place.at(name)).expect("a workbook");
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut words = String::new();
    let mut part = archive.by_name("xl/sharedStrings.xml").expect("its words");
    std::io::Read::read_to_string(&mut part, &mut words).expect("text");
    words
}

#[test]
fn scenarios_of_different_dates_are_compared_with_a_word_about_it() {
    let place = base();
    place.write("july.toml", include_str!("../../../configs/july-2026.toml"));
    place.write("october.toml", include_str!("../../../configs/base.toml"));
    let said = "Each value is at its own valuation date: base-july-2026 at 2026-07-01, base at 2026-10-01. Draws pair by period, not by \
                calendar";
    let seen = place.run("compare july.toml october.toml -n 1000 -o o").ends(0);
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined(&seen.stdout).contains(said), "{}", seen.stdout);
    assert!(joined(&place.read("o/report.html")).contains(said));
    assert!(joined(&words_of_workbook(&place, "o/results.xlsx")).contains(said));
    // Of one date nothing is said.
    let seen = place.run("compare base.toml --with deal.amended-2026.cap_usd_bn=60 -n 1000 -o p").ends(0);
    assert!(!seen.stdout.contains("valuation date"), "{}", seen.stdout);
    assert!(!place.read("p/report.html").contains("Draws pair by period"));
}

fn base() -> Place {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place
}

#[test]
fn a_plain_sensitivity_writes_its_tables_and_says_what_drives() {
    let place = base();
    let seen = place.run("sensitivity base.toml -n 8192 --progress none").ends(0);
    seen.prints("matters most to Microsoft’s take under amended-2026")
        .prints("Assumptions explain")
        .prints("if low  if high");
    assert_eq!(
        place.names("output/base-sensitivity"),
        [
            "answer.json",
            "groups.csv",
            "information.csv",
            "manifest.json",
            "report.html",
            "results.xlsx",
            "tornado.csv"
        ]
    );
    let tornado = place.read("output/base-sensitivity/tornado.csv");
    let header = tornado.lines().next().expect("a header");
    assert!(header.starts_with("deal,metric,unit,input,swing,swing_std_error,swing_low95,swing_high95,"));
    assert!(tornado.contains("amended-2026,microsoft_take_pv,usd_bn,segment.business.growth_now,"));
    // The same again replaces it, another method needs --force.
    place.run("sensitivity base.toml -n 8192 -q").ends(0);
    assert_eq!(place.read("output/base-sensitivity/tornado.csv"), tornado, "equal bits");
}

#[test]
fn indices_and_effects_come_as_json_too() {
    let place = base();
    let arguments = "sensitivity base.toml --method sobol --by kind -n 2048 --json -q --metric share_pv -o s";
    let seen = place.run(arguments).ends(0);
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("one object");
    let rows = object["tables"]["indices"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(rows[0]["total"].as_f64() > Some(0.7), "{}", rows[0]);
    let seen = place.run("sensitivity base.toml --method shapley -n 1536 --json -o e").ends(0);
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("one object");
    for metric in ["microsoft_take_pv", "openai_retained_pv"] {
        let rows = object["tables"]["effects"].as_array().expect("rows");
        let of: Vec<f64> = rows
            .iter()
            .filter(|row| row["metric"] == metric)
            .filter_map(|row| row["effect"].as_f64())
            .collect();
        assert!(of.len() > 10);
        assert!((of.iter().sum::<f64>() - 1.0).abs() < 1e-9, "effects of {metric} add up to the variance");
    }
    place.run("sensitivity base.toml --method sobol").ends(2).says("[S721]").says("--method shapley");
    place.run("sensitivity base.toml --by group").ends(2).says("--method sobol");
    place.run("sensitivity base.toml --metric microsoft_take_p").ends(2).says("did you mean");
    place
        .run_with(&["sensitivity", "base.toml", "--metric", "amended-2026 - prior-2025.share_pv"])
        .ends(2)
        .says("prior-2025");
    place.run("sensitivity base.toml --method shapley -n 1e11").ends(2).says("[S717]");
}

#[test]
fn the_readiness_calendar_is_written_and_told() {
    let place = base();
    let seen = place.run("ipo base.toml -n 4096 --set ipo.shares_bn=1.3 --progress none").ends(0);
    seen.prints("meet every gate at the first test")
        .prints("valuation of at least ~$")
        .prints("At the offer");
    assert!(place.read("output/base-ipo/offer.csv").contains(",price_per_share,"));
    assert!(place.read("output/base-ipo/standards.csv").contains("102.01C"));
    assert_eq!(
        place.names("output/base-ipo"),
        [
            "answer.json",
            "calendar.csv",
            "dilution.csv",
            "gates.csv",
            "manifest.json",
            "offer.csv",
            "readiness.csv",
            "report.html",
            "results.xlsx",
            "standards.csv",
            "standards_calendar.csv",
            "times.csv"
        ]
    );
    let dilution = place.read("output/base-ipo/dilution.csv");
    for column in [2, 4, 6] {
        let sum: f64 = dilution
            .lines()
            .filter(|line| line.starts_with("amended-2026,"))
            .map(|line| {
                line.split(',').nth(column).and_then(|cell| cell.parse::<f64>().ok()).expect("a part")
            })
            .sum();
        assert!((sum - 1.0).abs() < 1e-9, "column {column} is a whole: {sum}");
    }
    let cell = |file: &str, row: &str, name: &str| -> f64 {
        let text = place.read(&format!("output/base-ipo/{file}"));
        let at = text.lines().next().and_then(|header| header.split(',').position(|column| column == name));
        let line = text.lines().find(|line| line.starts_with(row)).expect("a row");
        line.split(',').nth(at.expect("a column")).and_then(|cell| cell.parse().ok()).expect("a number")
    };
    let gate = |name: &str| cell("gates.csv", "amended-2026,equity_usd_bn,", name);
    let ready = cell("times.csv", "amended-2026,ready,", "probability");
    assert!(
        (gate("ready_without") - gate("more_ready") - ready).abs() < 1e-12,
        "columns are what they are called"
    );
    assert!(gate("last_alone") <= gate("last_to_open") && gate("more_ready") > 0.02);
    assert!(gate("closes_again") > 0.0 && gate("more_listed") > 0.0);
    let standards = place.read("output/base-ipo/standards.csv");
    assert!(standards.lines().skip(1).all(|line| line.ends_with("re-check before use")));
    let place = Place::with_minimal();
    place.run("ipo minimal.toml").ends(4).says("[S724]").says("[equity]");
    place.run("sensitivity minimal.toml -n 4096 -q").ends(0);
}

/// Rows of origins.csv: kind, inputs, share and its error.
fn origins(place: &Place, folder: &str) -> Vec<(String, u64, f64, f64)> {
    let text = place.read(&format!("{folder}/origins.csv"));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("deal,metric,kind,inputs,share_of_variance,std_error"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells[..2], ["amended-2026", "microsoft_take_pv"]);
            let number = |at: usize| cells[at].parse::<f64>().expect("a number");
            (cells[2].to_owned(), number(3) as u64, number(4), number(5))
        })
        .collect()
}

#[test]
fn what_the_take_rests_on_is_said_everywhere_and_adds_up() {
    let place = base();
    let seen = place.run("run base.toml -n 20000 -o o --full").ends(0);
    let rows = origins(&place, "o");
    let kinds: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(kinds, ["sourced", "derived", "judgement"]);
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let screen = joined(&seen.stdout);
    let from =
        screen.find("What moves Microsoft’s take under amended-2026 most rests on").expect("the sentence");
    let sentence = &screen[from..from + screen[from..].find(" interaction.").expect("its end")];
    for row in rows.iter().filter(|row| row.1 > 0) {
        assert!(sentence.contains(&format!(" {:.0}%", 100.0 * row.2)) || row.2 < 0.01, "{row:?} {sentence}");
    }
    assert!(joined(&place.read("o/report.html")).contains(sentence));
    assert!(joined(&words_of_workbook(&place, "o/results.xlsx")).contains(sentence));
    // All numbers together explain what sensitivity says of the inputs, on the same paths.
    place.run("sensitivity base.toml -n 20000 -q -o s --formats csv").ends(0);
    let groups = place.read("s/groups.csv");
    let header: Vec<&str> = groups.lines().next().expect("a header").split(',').collect();
    let at = header.iter().position(|name| *name == "explained").expect("a column");
    let inputs =
        groups.lines().find(|line| line.starts_with("amended-2026,microsoft_take_pv,usd_bn,inputs,"));
    let explained: f64 =
        inputs.expect("all inputs").split(',').nth(at).expect("a cell").parse().expect("a number");
    let sum: f64 = rows.iter().map(|row| row.2).sum();
    // The time of a termination is among the inputs there and among the luck here.
    assert!((sum - explained).abs() < 0.01, "{sum} {explained}");
    assert!(rows.iter().all(|row| row.3 < 0.02 && (row.1 > 0) == (row.3 > 0.0)), "{rows:?}");

    // The number that moves the take most counts by where it is from: a flag without a source makes it a judgement.
    let growth = "segment.business.growth_now={dist=\"quantiles\",p10=0.46,p50=0.86,p90=1.09}";
    place
        .run_with(&["run", "base.toml", "-n", "20000", "-q", "-o", "j", "--formats", "csv", "--set", growth])
        .ends(0);
    let judged = origins(&place, "j");
    assert_eq!((judged[0].1 + 1, judged[2].1), (rows[0].1, rows[2].1 + 1), "{judged:?} {rows:?}");
    let moved = judged[2].2 - rows[2].2;
    assert!(moved > 0.02 && (moved + judged[0].2 - rows[0].2).abs() < 4.0 * rows[0].3, "{judged:?} {rows:?}");
    assert!((judged.iter().map(|row| row.2).sum::<f64>() - sum).abs() < 1e-9, "{judged:?} {rows:?}");
}
