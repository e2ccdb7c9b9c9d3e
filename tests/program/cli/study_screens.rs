//! Every study answers on one screen: lines and columns fit, what it shows is in its files, and readers see labels, not keys.

use super::Place;
use std::collections::HashMap;

/// A study, and the words that its screen must have.
const STUDIES: [(&str, &str); 9] = [
    ("ipo base.toml -n 2048", "meet every gate at the first test"),
    ("sensitivity base.toml -n 4096", "matters most to Microsoft’s take under amended-2026"),
    ("sensitivity base.toml -n 1024 --method sobol --by kind", "The largest share of the variance"),
    ("sensitivity base.toml -n 768 --method shapley", "comes mostly from"),
    ("sweep base.toml -n 512 --vary deal.amended-2026.cap_usd_bn=10:60:40", "cap $60 bn"),
    (
        "sweep base.toml -n 512 --vary deal.amended-2026.cap_usd_bn=20,38,60 --vary deal.amended-2026.rate=0.1,0.2",
        "cap ↓  rate →",
    ),
    (
        "solve base.toml -n 1024 --vary deal.amended-2026.cap_usd_bn=10:200 --target amended-2026.share_pv.mean=25",
        "The mean of revenue share under amended-2026 is $25 bn when deal amended-2026 cap is $",
    ),
    ("compare base.toml slow.toml -n 512", "Microsoft’s take under amended-2026: $"),
    ("compare base.toml --with deal.amended-2026.cap_usd_bn=60 -n 512", "Revenue share, $bn"),
];

fn with_scenarios() -> Place {
    let place = Place::new();
    let base = crate::scenario::FROZEN_BASE;
    place.write("base.toml", base);
    let slow = base.replace("name = \"base\"", "name = \"slow\"").replace("volatility = 0.20\n", "");
    place.write("slow.toml", slow);
    place
}

/// What a study prints on a terminal of a size.
fn seen(place: &Place, study: &str, columns: usize, lines: usize) -> (String, String) {
    let mut command = place.program();
    command.args(study.split(' ')).args(["--progress", "none", "-o", "out", "--force"]);
    let size = [("COLUMNS", columns), ("LINES", lines)];
    let output =
        command.envs(size.map(|(name, value)| (name, value.to_string()))).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{study}\n{stderr}");
    (stdout, stderr)
}

/// The lines that are wider than the terminal, or beyond its last line.
fn overflow(printed: &str, columns: usize, lines: usize) -> Vec<&str> {
    let wide = printed.lines().filter(|line| line.chars().count() > columns);
    wide.chain(printed.lines().skip(lines)).collect()
}

/// Under Sobol sampling the screens say where errors come from, and still fit; `sensitivity` stays plain.
#[test]
fn screens_of_sobol_points_say_where_errors_come_from() {
    let place = with_scenarios();
    let bridge = ("bridge base.toml -n 512", "");
    for (study, _) in STUDIES.into_iter().chain([bridge]) {
        _ = std::fs::remove_dir_all(place.at("out"));
        let (stdout, stderr) = seen(&place, &format!("{study} --sampling sobol"), 80, 24);
        let all = format!("{stderr}{stdout}");
        assert_eq!(overflow(&all, 80, 24), [""; 0], "{study}\n{all}");
        let says = ["± standard errors and t intervals over ", "32 replicates of"];
        let says = says.iter().all(|words| stdout.contains(words));
        assert_eq!(says, !study.starts_with("sensitivity"), "{study}\n{all}");
    }
    assert!(!seen(&place, bridge.0, 80, 24).0.contains("replicates"));
}

#[test]
fn every_study_fits_a_screen() {
    let place = with_scenarios();
    for (study, words) in STUDIES {
        for (columns, lines) in [(80, 24), (120, 40)] {
            _ = std::fs::remove_dir_all(place.at("out"));
            let (stdout, stderr) = seen(&place, study, columns, lines);
            let all = format!("{stderr}{stdout}");
            assert_eq!(overflow(&all, columns, lines), [""; 0], "{study} at {columns} × {lines}\n{all}");
            let flowing = all.split_whitespace().collect::<Vec<_>>().join(" ");
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flowing.contains(&words), "no {words:?} in\n{all}");
            // Keys are for files.
            let keys = stdout.split_whitespace().filter(|word| word.contains('_') && !word.ends_with(".csv"));
            let foreign: Vec<&str> = keys.filter(|word| !word.contains("cap_usd_bn")).collect();
            assert!(foreign.is_empty(), "{study}: {foreign:?}");
        }
    }
    // The same screens do not fit a smaller terminal: the check can fail.
    let (stdout, _) = seen(&place, STUDIES[0].0, 80, 24);
    assert!(!overflow(&stdout, 60, 24).is_empty() && !overflow(&stdout, 80, 16).is_empty());
}

/// Rows of a table as maps from column to text.
fn rows(place: &Place, name: &str) -> Vec<HashMap<String, String>> {
    let text = place.read(&format!("out/{name}.csv"));
    let mut lines = text.lines();
    let header: Vec<String> = lines.next().expect("a header").split(',').map(str::to_owned).collect();
    lines.map(|line| header.iter().cloned().zip(line.split(',').map(str::to_owned)).collect()).collect()
}

fn number(row: &HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().expect("a number")
}

/// The numbers of a line, without signs of currency and commas; `>99%` and `<1%` are their bounds.
fn numbers(line: &str) -> Vec<f64> {
    let line = line.replace('−', "-");
    let words = line.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-')));
    words.filter_map(|word| word.trim_end_matches('.').parse().ok()).collect()
}

#[test]
fn figures_of_the_screen_of_ipo_are_those_of_its_files() {
    let place = with_scenarios();
    let (stdout, _) = seen(&place, "ipo base.toml -n 2048", 120, 40);
    let line = |begin: &str| {
        stdout.lines().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("{begin}\n{stdout}"))
    };
    // The calendar: probabilities by the end of each year.
    let calendar = rows(&place, "calendar");
    for (event, gate) in [("ready", "ready_by"), ("listed", "listed_by")] {
        let shown = numbers(line(&format!("amended-2026 {event}")).trim_start_matches("amended-2026"));
        let of = |row: &&HashMap<String, String>| {
            row["deal"] == "amended-2026" && row["gate"] == gate && row["period_end"].ends_with("12-31")
        };
        let kept: Vec<f64> =
            calendar.iter().filter(of).map(|row| 100.0 * number(row, "probability")).collect();
        assert_eq!(shown.len(), kept.len(), "{shown:?}");
        for (shown, kept) in shown.iter().zip(&kept) {
            assert!((shown - kept).abs() <= 0.5, "{shown} for {kept}");
        }
    }
    // Gates.
    let gate = rows(&place, "gates").into_iter().find(|row| row["gate"] == "equity_usd_bn").expect("a row");
    let shown = numbers(line("valuation of at least").split_once(" bn").expect("a threshold").1);
    let kept = [100.0 * number(&gate, "last_to_open"), 100.0 * number(&gate, "ready_without")];
    for (shown, kept) in shown[1..].iter().zip(kept) {
        // Over 99% reads as 99.
        assert!((shown - kept).abs() <= if kept > 99.0 { 1.0 } else { 0.5 }, "{shown} for {kept}");
    }
    // The offer, and the sentence on the share.
    let offer = rows(&place, "offer");
    let of = |name: &str| {
        let is_it = |row: &&HashMap<String, String>| row["deal"] == "amended-2026" && row["figure"] == name;
        offer.iter().find(is_it).expect("a row")
    };
    let equity = of("offer_equity");
    let shown = numbers(line("Equity value before it").trim_start_matches(|c: char| !c.is_ascii_digit()));
    let error = number(equity, "std_error");
    assert!((shown[0] - number(equity, "mean")).abs() <= error, "{shown:?} for {equity:?}");
    let flowing = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = flowing.split("At listing, ").nth(1).expect("the sentence");
    let shown = numbers(sentence);
    let (with, without) = (of("payments_after"), of("payments_after_without_cap"));
    let kept =
        [number(with, "mean"), number(with, "std_dev"), number(without, "mean"), number(without, "std_dev")];
    for (shown, kept) in shown.iter().zip(kept) {
        assert!((shown - kept).abs() <= 0.006 * kept, "{shown} for {kept}");
    }
}

#[test]
fn figures_of_the_other_screens_are_those_of_their_files() {
    let place = with_scenarios();
    // The tornado: the first bar, and the first sentence.
    let (stdout, _) = seen(&place, "sensitivity base.toml -n 4096", 120, 40);
    let first = &rows(&place, "tornado")[0];
    let label = first["input"].trim_start_matches("segment.").replace(['.', '_'], " ");
    let line =
        stdout.lines().find(|line| line.starts_with(&label)).unwrap_or_else(|| panic!("{label}\n{stdout}"));
    let kept = [number(first, "mean_at_p10"), number(first, "mean_at_p90")];
    let sentence =
        stdout.split("matters most to").nth(1).and_then(|rest| rest.split_once(": $")).expect("it").1;
    for shown in [numbers(line), numbers(sentence)] {
        for (shown, kept) in shown.iter().zip(kept) {
            assert!((shown - kept).abs() <= 0.02 * kept, "{shown} for {kept}: {line}");
        }
    }
    assert!(line.contains('░') && line.contains('█'), "{line}");
    // A sweep: every row that is shown.
    let study = "sweep base.toml -n 512 --vary deal.amended-2026.cap_usd_bn=10:60:6";
    let (stdout, _) = seen(&place, study, 80, 24);
    for row in &rows(&place, "sweep")[..6] {
        let cap = row["deal.amended-2026.cap_usd_bn"].trim_end_matches(".0").to_owned() + " ";
        let line =
            stdout.lines().find(|line| line.starts_with(&cap)).unwrap_or_else(|| panic!("{cap}\n{stdout}"));
        let shown = numbers(line);
        assert!((shown[1] - number(row, "mean")).abs() <= number(row, "std_error"), "{line}");
        assert!(
            (shown[5] - number(row, "difference")).abs() <= number(row, "difference_std_error"),
            "{line}"
        );
    }
    // A comparison: means and the change.
    let (stdout, _) = seen(&place, "compare base.toml --with deal.amended-2026.cap_usd_bn=60 -n 512", 80, 24);
    let all = rows(&place, "side_by_side");
    let row =
        all.iter().find(|row| row["deal"] == "amended-2026" && row["metric"] == "share_pv").expect("a row");
    let line = stdout.lines().find(|line| line.starts_with("Revenue share, $bn")).expect("a row");
    let shown = numbers(line);
    for (at, column) in [(0, "base"), (2, "cap_usd_bn = 60"), (4, "cap_usd_bn = 60_difference")] {
        let error = number(row, &format!("{column}_std_error"));
        assert!((shown[at] - number(row, column)).abs() <= error, "{column}: {line}");
    }
}

#[test]
fn pages_and_workbooks_of_studies_have_labels_and_tables_have_keys() {
    let place = with_scenarios();
    for (study, label, key) in [
        ("sensitivity base.toml -n 2000", "business growth now", "segment.business.growth_now"),
        ("ipo base.toml -n 500", "valuation", "equity_usd_bn"),
        ("compare base.toml slow.toml -n 500", "Microsoft’s take (share and stake)", "microsoft_take_pv"),
    ] {
        _ = std::fs::remove_dir_all(place.at("out"));
        seen(&place, study, 80, 24);
        let page = place.read("out/report.html");
        let told = page.split("id=\"again\"").next().expect("a page");
        assert!(told.contains(label), "{study}: no {label:?}");
        let cells: Vec<&str> =
            told.split("<td").chain(told.split("<th")).filter(|cell| cell.contains(key)).collect();
        let shown = cells.iter().filter(|cell| cell.split('<').next().is_some_and(|text| text.contains(key)));
        assert_eq!(shown.count(), 0, "{study}: {key} is for files");
        let tables = place.names("out").into_iter().filter(|name| name.ends_with(".csv"));
        assert!(
            tables.map(|name| place.read(&format!("out/{name}"))).any(|text| text.contains(key)),
            "{study}: {key}"
        );
    }
}
