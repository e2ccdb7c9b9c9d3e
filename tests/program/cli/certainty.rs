//! What a result may claim: exact, agreeing paths, rare events, means over some of the paths; on every way out of the program.

use super::Place;

/// Rows of a table as maps from column to cell.
fn rows(place: &Place, file: &str) -> Vec<std::collections::HashMap<String, String>> {
    let text = place.read(file);
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

fn number(row: &std::collections::HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

#[test]
fn a_cap_that_was_not_seen_to_bind_is_not_said_never_to() {
    // At a million paths it binds in 0.020% of futures and saves 0.0050 ± 0.0005.
    let place = Place::with_minimal();
    let arguments = "run minimal.toml --set deal.capped.cap_usd_bn=300 -n 5000 -s 3 -o r --progress none";
    let seen = place.run(arguments).ends(0);
    assert!(!seen.stdout.contains("exact") && !seen.stdout.contains("never"), "{}", seen.stdout);
    let words = seen.stdout.replace('\n', " ");
    assert!(words.contains("The cap binds in 0% (95%: below 0.060%) of futures."), "{words}");
    seen.prints("0% (below 0.060%)");
    place.run(&format!("{arguments} --full")).ends(0).prints("Cap saves OpenAI      0 all 5,000 paths agree");
    let page = place.read("r/report.html");
    assert!(!page.contains("(exact)") && !page.contains("never binds"), "the page");
    assert!(
        page.contains("$0 bn (all 5,000 paths agree)") && page.contains("0% (95%: below 0.060%)"),
        "the page"
    );
    let summary = rows(&place, "r/summary.csv");
    let hit = summary.iter().find(|row| row["metric"] == "cap_hit").expect("a row");
    // Wilson: z²/(n + z²) with z = 1.96.
    assert_eq!((number(hit, "std_error"), number(hit, "low95")), (0.0, 0.0));
    assert!((number(hit, "high95") - 3.841_458_820_694_124 / 5_003.841_458_820_694).abs() < 1e-12, "{hit:?}");
    let exact = place.manifest("r")["exact"].clone();
    assert_eq!(exact[0]["deal"], "capped");
    let figures: Vec<&str> =
        exact[0]["figures"].as_array().expect("a list").iter().filter_map(|f| f.as_str()).collect();
    assert!(!figures.contains(&"cap_saving_pv") && figures.contains(&"failed"), "{figures:?}");
    // The same from the folder alone, and on every other way out.
    place.run("report r").ends(0);
    assert!(!place.read("r/report.html").contains("(exact)"), "the page made again");
    let seen = place.run(&format!("{arguments} --json -q")).ends(0);
    let object: serde_json::Value = serde_json::from_str(&seen.stdout).expect("one object");
    assert_eq!(object["exact"], exact);
    let row = object["summary"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["metric"] == "cap_hit")
        .expect("a row");
    assert!(row["high95"].as_f64() > Some(0.0007));
    let seen = place
        .run("sweep minimal.toml --vary deal.capped.cap_usd_bn=300,350 --metric cap_saving_pv -n 2000 -o s --progress none")
        .ends(0);
    assert!(!seen.stdout.contains("exact"), "{}", seen.stdout);
    seen.prints("No path of 2,000 differs between these values").prints("(all paths agree)");
    assert!(
        !place.read("s/report.html").contains("exact,") && !place.read("s/report.html").contains("(exact)")
    );
    assert_eq!(number(&rows(&place, "s/sweep.csv")[0], "std_error"), 0.0);
}

#[test]
fn what_no_draw_can_move_is_exact_everywhere() {
    let place = Place::new();
    place.write("plan.toml", include_str!("../../../configs/company-plan.toml"));
    let seen = place.run("run plan.toml -n 200 -o r --progress none").ends(0);
    assert!(!seen.stdout.contains("agree"), "{}", seen.stdout);
    seen.prints("(exact)").prints("binds in Q4 2028");
    let page = place.read("r/report.html");
    assert!(page.contains("(exact)") && !page.contains("paths agree)"), "the page");
    let seen = place.run("compare plan.toml plan.toml -n 200 --formats csv --progress none").ends(0);
    assert!(!seen.stdout.contains("agree"), "{}", seen.stdout);
    seen.prints("exact");
}

#[test]
fn probabilities_have_wilsons_intervals() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("run base.toml -n 100 -s 5 -o r --progress none -q").ends(0);
    let wilson = |p: f64, n: f64| {
        let z2 = 3.841_458_820_694_124;
        let (centre, half) = (p + z2 / (2.0 * n), (z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n))).sqrt());
        [centre - half, centre + half].map(|end| (end / (1.0 + z2 / n)).clamp(0.0, 1.0))
    };
    let events = rows(&place, "r/events.csv");
    let (mut rare, mut exact) = (0, 0);
    for row in &events {
        let (p, low, high) = (number(row, "probability"), number(row, "low95"), number(row, "high95"));
        if row["deal"] == "prior-2025" && row["event"] == "cap_reached" {
            // It has no cap.
            assert_eq!([p, low, high], [0.0; 3]);
            exact += 1;
            continue;
        }
        let expected = wilson(p, 100.0);
        assert!((low - expected[0]).abs() < 1e-12 && (high - expected[1]).abs() < 1e-12, "{row:?}");
        rare += usize::from(p == 0.0 || p == 1.0);
    }
    assert!(rare > 20 && exact > 20, "{rare} {exact}");
    for row in rows(&place, "r/summary.csv").iter().filter(|row| !row["mean"].is_empty()) {
        let (mean, error) = (number(row, "mean"), number(row, "std_error"));
        let expected = match (row["unit"].as_str(), row["deal"].contains(" - ")) {
            ("flag", false) if row["metric"] == "cap_hit" && row["deal"] == "prior-2025" => [0.0; 2],
            ("flag", false) => wilson(mean, 100.0),
            _ => [mean - 1.96 * error, mean + 1.96 * error],
        };
        for (end, expected) in ["low95", "high95"].into_iter().zip(expected) {
            assert!((number(row, end) - expected).abs() < 1e-9 * expected.abs().max(1.0), "{end} of {row:?}");
        }
    }
    // No probability by date is said to be certain.
    let page = place.read("r/report.html");
    assert!(
        page.contains("0% (95%: below 3.0%)") && page.contains("100% (95%: above")
            || page.contains("0% (95%: below 3.0%)")
    );
    assert!(
        !page.contains("0% (exact)") || page.matches("0% (exact)").count() <= 2,
        "only the deal without a cap"
    );
}

/// Perpetual growth where the equity rate, uniform on 1% to 10%, must exceed 3%: no value on 2/9 of the paths.
const PARTLY: &str = r#"
name = "partly"
[timeline]
valuation_date = 2026-07-01
horizon = 2030-06-30
period = "year"
[discount]
share = 0.1
equity = { dist = "uniform", low = 0.01, high = 0.10 }
revenue = 0.1
[[history.period]]
from = 2025-07-01
to = 2026-06-30
net_revenue_usd_bn = 20.0
fcf_usd_bn = 5.0
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 25.0
growth = 0.05
[[deal]]
name = "d"
stake = 0.25
[costs]
opex_now = 0.6
[cash]
now_usd_bn = 10
[equity]
method = "perpetual-growth"
perpetual_growth = 0.02
"#;

#[test]
fn a_mean_over_some_paths_says_so_wherever_it_stands() {
    let place = Place::new();
    place.write("partly.toml", PARTLY);
    let seen = place.run("run partly.toml -n 20000 -o r --progress none").ends(0);
    let condition = "78.2% of paths;";
    let words = seen.stdout.replace('\n', " ");
    assert!(words.contains("; on 78.2% of paths; 21.8% have no value)"), "{words}");
    assert!(words.matches(condition).count() >= 3, "sentences and table: {words}");
    let page = place.read("r/report.html");
    assert!(page.matches("on 78.2% of paths; 21.8% have no value").count() >= 4, "the page");
    // Checking simulates nothing and knows it: 2/9.
    let seen = place.run("check partly.toml").ends(0);
    let at = seen.stdout.find("% of futures OpenAI's equity has no value").expect("the probability");
    let line = &seen.stdout[seen.stdout[..at].rfind("In ").expect("a sentence") + 3..at];
    let percent: f64 = line.split(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    assert!((percent - 200.0 / 9.0).abs() < 4.5 * 0.163, "{percent}");
    // Where growth stays below the rate nothing is said.
    place.write("whole.toml", PARTLY.replace("low = 0.01", "low = 0.04"));
    assert!(!place.run("check whole.toml").ends(0).stdout.contains("no value:"));
}

#[test]
fn few_paths_that_decide_a_mean_are_marked() {
    let place = Place::with_minimal();
    let with = |cap: &str| {
        let seen = place
            .run(&format!(
                "run minimal.toml --set deal.capped.cap_usd_bn={cap} -n 5000 -s 1 -o {cap} --full --progress none"
            ))
            .ends(0);
        let line =
            seen.stdout.lines().find(|line| line.starts_with("Cap saves OpenAI")).expect("a line").to_owned();
        (line, place.read(&format!("{cap}/report.html")).contains('†'))
    };
    let (rare, page) = with("220");
    assert!(rare.contains('†') && page, "{rare}");
    let (common, page) = with("50");
    assert!(!common.contains('†') && !page, "{common}");
}

#[test]
fn figures_carry_a_decimal_point_so_that_readers_guess_their_type() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 300 -o r -q --draws csv --progress none").ends(0);
    for (file, counts) in [
        ("summary", &["paths", "undefined"][..]),
        ("quantiles", &[]),
        ("annual", &["year", "paths"]),
        ("histogram", &["count"]),
        ("events", &[]),
        ("draws", &["path"]),
        ("sample_paths", &["path"]),
    ] {
        let rows = rows(&place, &format!("r/{file}.csv"));
        for (column, cell) in rows.iter().flatten() {
            if counts.contains(&column.as_str()) {
                assert!(cell.parse::<u64>().is_ok(), "{file}.csv, {column}: {cell}");
            } else if cell.parse::<f64>().is_ok() {
                assert!(cell.contains(['.', 'e']), "{file}.csv, {column}: {cell}");
            }
        }
        assert!(!rows.is_empty(), "{file}.csv");
    }
}

#[test]
fn studies_say_the_same() {
    let place = Place::with_minimal();
    place.write("partly.toml", PARTLY);
    place.write(
        "dearer.toml",
        PARTLY.replace("opex_now = 0.6", "opex_now = 0.65").replace("\"partly\"", "\"dearer\""),
    );
    let seen = place.run("compare partly.toml dearer.toml -n 2000 -o c --progress none").ends(0);
    let words = seen.stdout.replace('\n', " ");
    assert!(words.contains("bn (on 7") && words.contains("* over the paths that have a value"), "{words}");
    assert!(words.contains("Microsoft’s take*, $bn"), "{words}");
    let page = place.read("c/report.html");
    assert!(page.contains("Means over some of the paths"), "the page");
    let seen = place
        .run("sweep partly.toml --vary costs.opex_now=0.5,0.6 --metric stake_pv -n 2000 --progress none")
        .ends(0);
    assert!(
        seen.stdout.contains("bn (on ") && seen.stdout.contains("over the paths that have a value"),
        "{}",
        seen.stdout
    );
    // An event that was not seen, or seldom.
    let arguments = "sweep minimal.toml --vary deal.capped.cap_usd_bn=200,350 --metric cap_hit -n 2000 -o s --progress none";
    let seen = place.run(arguments).ends(0);
    seen.prints("0% (95%: below 0.15%)").prints("0 (95%: below 0.15)");
    let rows = rows(&place, "s/sweep.csv");
    assert!(rows.iter().all(|row| number(row, "high95") > 0.0), "{rows:?}");
}

#[test]
fn no_figure_of_a_table_stands_without_its_error() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.write("b.toml", crate::scenario::FROZEN_BASE.replace("name = \"base\"", "name = \"b\""));
    let seen = place.run("compare base.toml b.toml base.toml -n 300 --formats csv --progress none").ends(0);
    let rows = seen.stdout.lines().skip_while(|line| !line.starts_with("mean ± error"));
    let header = rows.clone().next().expect("a table");
    let rows: Vec<&str> =
        rows.skip(1).take_while(|line| !line.is_empty() && !line.starts_with("More in")).collect();
    assert!(rows.len() > 3, "{}", seen.stdout);
    let figures = header.split("  ").filter(|word| !word.trim().is_empty()).count() - 1;
    for row in rows {
        assert_eq!(row.matches(['±', '(']).count(), figures, "{row}");
    }
}
