//! The memo of a run: its figures are those of the tables, what people typed stays text, and it fits two pages.

use crate::cli::Place;
use crate::page::results;
use crate::scenario;
use capstake::kernel::metric::Metric;
use capstake::report::results::{Results, SourceFacts};
use capstake::report::tables::BridgeRow;
use capstake_output::memo::memo;

fn base() -> Results {
    results(&scenario::shipped("base"), 4_096)
}

/// The cells of the table below a heading, without its header and rule.
fn table(memo: &str, heading: &str) -> Vec<Vec<String>> {
    let part = memo.split(&format!("## {heading}\n")).nth(1).unwrap_or_else(|| panic!("a section {heading}"));
    let part = part.split("\n## ").next().expect("a part");
    let lines = part.lines().filter(|line| line.starts_with("| ")).skip(2);
    let cells = |line: &str| {
        let cells = line.trim_matches(['|', ' ']).split(" | ");
        cells.map(|cell| cell.replace('\\', "").trim_matches('*').to_owned()).collect()
    };
    lines.map(cells).collect()
}

/// Half lines of a page with two pages of A4 at eleven points and margins of an inch: Chromium prints 48 lines of it.
const TWO_PAGES: usize = 2 * 2 * 48;

/// Printed half lines: 95 letters fit a line, the columns of a table share it, and paragraphs are half a line apart.
fn half_lines(memo: &str) -> usize {
    let line = |line: &str| match line.split(" | ").count() {
        _ if line.is_empty() => 1,
        _ if line.starts_with("| :---") => 0,
        _ if line.starts_with('#') => 3,
        1 => 2 * line.chars().count().div_ceil(95),
        columns => {
            let lines = |cell: &str| cell.chars().count().div_ceil(120 / columns);
            2 * line.split(" | ").map(lines).max().unwrap_or(1)
        }
    };
    memo.lines().map(line).sum()
}

#[test]
fn figures_of_the_memo_are_those_of_the_tables() {
    let mut results = base();
    results.tables.bridge.clear();
    let memo = memo(&results);
    let rows = table(&memo, "Deal against deal");
    let cells = rows.iter().find(|row| row[0] == "Microsoft’s take (share and stake)").expect("a row");
    for (i, subject) in ["amended-2026", "prior-2025", "prior-2025 - amended-2026"].into_iter().enumerate() {
        let row = results
            .tables
            .summary
            .iter()
            .find(|row| row.deal == subject && row.metric == "microsoft_take_pv");
        let row = row.expect("a row");
        let (mean, error) = cells[i + 1].trim_start_matches('$').split_once(" ± ").expect("mean and error");
        let error: f64 = error.trim_end_matches(" bn").parse().expect("an error");
        let mean: f64 = mean.parse().expect("a mean");
        assert!((error / row.std_error - 1.0).abs() < 0.06, "{error}, {}", row.std_error);
        assert!((mean - row.mean).abs() < row.std_error, "{mean}, {}", row.mean);
    }
    // The widest uncertain numbers, by an independent order.
    let mut widths: Vec<(f64, &str)> = results
        .tables
        .inputs
        .iter()
        .filter(|row| !row.distribution.starts_with("same_as") && row.p05 < row.p95 && row.p50 != 0.0)
        .map(|row| ((row.p95 - row.p05) / row.p50.abs(), row.key.as_str()))
        .collect();
    widths.sort_by(|a, b| b.0.total_cmp(&a.0));
    let listed = table(&memo, "Assumptions that matter most");
    assert_eq!(listed.len(), 8);
    for (row, (_, key)) in listed.iter().zip(&widths) {
        assert_eq!(row[0], *key);
        let input = results.tables.inputs.iter().find(|input| input.key == *key).expect("an input");
        assert_eq!(
            row[2] == "our judgement",
            input.source == "assumption" && input.informed_by.is_empty(),
            "{key}"
        );
    }
    assert!(memo.contains("`capstake run configs/base.toml -n 4096 -s 1`"));
    assert!(memo.contains("`capstake sensitivity configs/base.toml -n 4096 -s 1`"));
    assert!(memo.contains("digest of the scenario `0123abcd`"));
    assert!(!memo.contains("## Why"), "no clauses, no reason");
}

#[test]
fn a_memo_is_short_and_has_no_keys_of_metrics() {
    for name in ["base", "july-2026", "company-plan", "minimal", "capped-share", "schwartz-moon-2000"] {
        let mut results = results(&scenario::shipped(name), 1_000);
        if name == "base" {
            // The most clauses that a run has.
            let six = ["c", "d", "e", "f"]
                .into_iter()
                .flat_map(|clause| bridge().into_iter().map(move |row| (clause, row)));
            let more = six
                .filter(|(_, row)| row.clause == "cap")
                .map(|(clause, row)| BridgeRow { clause: clause.into(), ..row });
            results.tables.bridge = bridge().into_iter().chain(more).collect();
            results.tables.bridge.sort_by(|a, b| a.metric.cmp(&b.metric));
        }
        let memo = memo(&results);
        let long: Vec<&str> =
            Metric::ALL.iter().map(|metric| metric.key()).filter(|key| key.contains('_')).collect();
        let plain = memo.replace('\\', "");
        let found: Vec<&&str> = long.iter().filter(|key| plain.contains(**key)).collect();
        assert!(found.is_empty() && !plain.contains("NaN"), "{name}: {found:?}");
        assert!(half_lines(&memo) <= TWO_PAGES, "{name}: {} half lines\n{memo}", half_lines(&memo));
        if name == "base" {
            assert!(half_lines(&format!("{memo}\n{memo}")) > TWO_PAGES, "three pages are seen");
        }
    }
}

fn bridge() -> Vec<BridgeRow> {
    let row = |metric: &str, clause: &str, shapley: f64| BridgeRow {
        metric: metric.into(),
        clause: clause.into(),
        alone_first: 1.0,
        alone_first_error: 0.1,
        alone_last: 1.0,
        alone_last_error: 0.1,
        in_order: 1.0,
        in_order_error: 0.1,
        shapley,
        shapley_error: 0.12,
    };
    vec![
        row("microsoft_take_pv", "cap", -27.712),
        row("microsoft_take_pv", "exclusivity", 22.534),
        row("openai_retained_pv", "cap", 21.134),
        row("openai_retained_pv", "exclusivity", 51.2),
    ]
}

#[test]
fn the_memo_says_why_where_the_folder_has_the_clauses() {
    let mut results = base();
    results.tables.bridge = bridge();
    let memo = memo(&results);
    let rows = table(&memo, "Why");
    assert_eq!(rows[0], ["cap", "−$27.71 ± 0.12 bn", "+$21.13 ± 0.12 bn"]);
    assert_eq!(rows[1], ["exclusivity", "+$22.53 ± 0.12 bn", "+$51.20 ± 0.12 bn"]);
    assert!(memo.contains("The clause `cap` moves Microsoft’s take most: −$27.71"), "{memo}");
    assert!(
        memo.contains("The clause `exclusivity` moves what today’s other holders keep most: +$51.20"),
        "{memo}"
    );
    assert!(memo.contains("over the first 4,096 futures"), "{memo}");
    assert!(memo.contains("the change from prior-2025 to amended-2026"), "{memo}");
}

#[test]
fn a_run_without_a_path_has_a_memo_without_figures() {
    let memo = memo(&results(&scenario::shipped("base"), 0));
    assert!(memo.contains("No path was kept: there is no answer.") && !memo.contains("NaN"), "{memo}");
    assert!(!memo.contains("## Deal against deal") && !memo.contains("## Cap, IPO and failure"), "{memo}");
}

#[test]
fn hostile_names_stay_text() {
    let mut results = base();
    let evil = "a|b\n# c <script>alert(1)</script> [d](javascript:x) *e* _f_ `g`\u{1b}";
    let widest: Vec<String> = table(&memo(&results), "Assumptions that matter most")
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    for row in &mut results.tables.inputs {
        if widest.contains(&row.key) {
            row.source = "evil".into();
        }
    }
    results.facts.sources = vec![SourceFacts {
        key: "evil".into(),
        title: evil.into(),
        url: "https://a.example/>)<b>|".into(),
        date: evil.into(),
    }];
    results.facts.file = format!("{evil}.toml");
    results.facts.overrides = vec![format!("deal.amended-2026.cap_usd_bn={evil}")];
    results.facts.scenario = evil.into();
    let memo = memo(&results);
    for (i, line) in memo.lines().enumerate() {
        let is_ours = line.starts_with("# Who gets") || line.starts_with("## ");
        assert!(!line.starts_with('#') || is_ours, "{line}");
        assert!(!line.contains('\u{1b}'), "{line:?}");
        // Outside of code every mark of what was typed is escaped.
        let line = line.split(": `").next().expect("a part");
        if !line.starts_with('`') && line.contains("alert") {
            for mark in ["<script", "[d]", "*e*", "_f_", "`g`", "a|b", "<b>"] {
                let bare = line.match_indices(mark).any(|(at, _)| !line[..at].ends_with('\\'));
                assert!(!bare, "line {i}: {mark} in {line}");
            }
        }
    }
    let rows = table(&memo, "Assumptions that matter most");
    assert!(rows.len() == 8 && rows.iter().all(|row| row.len() == 3), "{rows:?}");
}

#[test]
fn a_memo_is_made_from_the_folder_alone_and_of_runs_only() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 500 -q -o out --formats csv").ends(0);
    place.run("report out --memo memo.md").ends(0).prints("memo.md\n");
    assert!(place.read("memo.md").starts_with("# Who gets what from OpenAI’s growth\n"));
    let names = place.names("out");
    assert!(!names.contains(&"report.html".to_owned()) && !names.contains(&"results.xlsx".to_owned()));
    std::fs::remove_file(place.at("minimal.toml")).expect("a file");
    place.run("report out --memo again.md").ends(0);
    assert!(place.read("memo.md") == place.read("again.md"), "equal folders, equal bytes");
    place.run("report out --memo memo.docx").ends(2).says("write memo.md");
    place.run("report out --memo memo").ends(2).says("write memo.md");
    place.run("report out --memo gone/memo.md").ends(6).says("cannot be written");
}

#[test]
fn a_study_has_no_memo() {
    let place = Place::with_minimal();
    place.run("sweep minimal.toml --vary deal.capped.cap_usd_bn=20,38 -n 500 -q -o s --formats csv").ends(0);
    place.run("report s --memo memo.md").ends(2).says("a memo is made of a run");
    assert!(!place.at("memo.md").exists());
}
