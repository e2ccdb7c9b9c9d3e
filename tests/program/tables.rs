//! Tables, first screen and full tables of a run: columns, sums, texts, and numbers that agree between files.

use crate::page::results;
use crate::scenario;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::model::Model;
use capstake::report::row::Row;
use capstake::report::tables::{Tables, tables};
use capstake::run::{self, ChunkDraws, Observer, Options, RunResult, Silent};
use capstake::sink;
use capstake::study::valuation::valuation;
use capstake_output::first_screen::first_screen;
use capstake_output::headline::sections;
use capstake_output::terminal;
use std::collections::HashMap;
use std::sync::Mutex;

const PATHS: u64 = 1_500;

fn run_of(model: &Model, paths: u64) -> (Plan, RunResult) {
    let plan = Plan::from_model(model, 1, Isa::detect());
    let result = run::execute(&plan, Options { paths, threads: 2 }, &Silent);
    (plan, result)
}

fn tables_of(model: &Model) -> Tables {
    let (plan, result) = run_of(model, PATHS);
    tables(&valuation(&plan, &result))
}

fn csv<R: Row>(rows: &[R]) -> String {
    let mut out = Vec::new();
    sink::csv::write(rows, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The records of a CSV text, header first.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn headers() {
    let t = tables_of(&scenario::frozen_base());
    let headers = [
        (
            csv(&t.summary),
            "deal,metric,unit,mean,std_error,std_dev,min,p01,p05,p10,p25,p50,p75,p90,p95,p99,max,es05,es95,paths,\
             undefined,low95,high95,error_df",
        ),
        (csv(&t.quantiles), "deal,metric,unit,q,value,low95,high95"),
        (
            csv(&t.annual),
            "deal,year,series,unit,mean,std_error,p05,p25,p50,p75,p95,paths,low95,high95,error_df",
        ),
        (csv(&t.histogram), "deal,metric,unit,low,high,count"),
        (
            csv(&t.inputs),
            "key,unit,distribution,mean,std_dev,p05,p50,p95,source,source_date,note,sampled_mean,sampled_std_dev,informed_by",
        ),
        (csv(&t.correlations), "a,b,target,repaired,sampled"),
        (csv(&t.events), "deal,event,date,probability,std_error,low95,high95,error_df"),
        (csv(&t.sample_paths), "path,deal,period_end,series,value"),
    ];
    for (text, header) in headers {
        assert_eq!(text.lines().next(), Some(header));
        // Every record as long as the header, and something in each table.
        assert!(records(&text).len() > 1, "{header}");
        assert!(!text.contains("NaN") && !text.contains('\r'), "{header}");
    }
}

#[test]
fn rows_are_where_they_belong() {
    let model = scenario::frozen_base();
    let t = tables_of(&model);
    let deals: Vec<&str> = {
        let mut names: Vec<&str> = t.summary.iter().map(|row| row.deal.as_str()).collect();
        names.dedup();
        names
    };
    assert_eq!(deals, ["amended-2026", "prior-2025", "prior-2025 - amended-2026"]);
    let metrics: Vec<&str> =
        t.summary.iter().filter(|row| row.deal == deals[0]).map(|row| row.metric.as_str()).collect();
    assert_eq!(metrics[0], "share_pv");
    assert_eq!(metrics[5], "microsoft_take_pv");
    assert_eq!(metrics[metrics.len() - 2..], ["home_share_2030", "cloud_concentration_2030"]);
    assert_eq!(t.quantiles.iter().filter(|row| row.metric == "share_pv" && row.deal == deals[2]).count(), 27);

    // Full years only where the valuation date cuts one, and cumulative payments rise.
    let full: Vec<i32> =
        t.annual.iter().filter(|row| row.series.ends_with("full_year")).map(|row| row.year).collect();
    assert!(!full.is_empty() && full.iter().all(|&year| year == 2026));
    assert!(t.sample_paths.iter().all(|row| !row.series.ends_with("full_year")));
    let paths: Vec<u64> = t.sample_paths.iter().map(|row| row.path).collect();
    assert_eq!((paths[0], paths[paths.len() - 1]), (0, 49));
    assert_eq!(&*t.sample_paths[0].period_end, "2026-09-30");

    // Events grow with time and end where the metrics say.
    let mean = |deal: &str, metric: &str| {
        t.summary.iter().find(|row| row.deal == deal && row.metric == metric).map(|row| row.mean).unwrap()
    };
    for deal in &deals[..2] {
        for (event, metric) in [("cap_reached", "cap_hit"), ("listed", "ipo"), ("failed", "failed")] {
            let rows: Vec<_> =
                t.events.iter().filter(|row| row.deal == *deal && row.event == event).collect();
            assert!(rows.windows(2).all(|w| w[0].probability <= w[1].probability && w[0].date < w[1].date));
            let last = rows[rows.len() - 1];
            assert_eq!(last.date, "2035-12-31");
            assert!((last.probability - mean(deal, metric)).abs() < 1e-12, "{deal} {event}");
        }
    }
}

#[test]
fn histograms_count_every_path() {
    for name in ["base", "minimal", "schwartz-moon-2000"] {
        let t = tables_of(&scenario::shipped(name));
        let mut counts: HashMap<(String, String), u64> = HashMap::new();
        for row in &t.histogram {
            *counts.entry((row.deal.clone(), row.metric.clone())).or_default() += row.count;
        }
        for row in &t.summary {
            let count = counts.get(&(row.deal.clone(), row.metric.clone())).copied().unwrap_or(0);
            assert_eq!(count, row.paths, "{name} {} {}", row.deal, row.metric);
            assert_eq!(row.paths + row.undefined, PATHS);
        }
    }
}

#[test]
fn inputs_have_their_law_and_their_source() {
    let model = scenario::frozen_base_with(&["segment.consumer.growth_volatility_now=0.0"]);
    let t = tables_of(&model);
    let row = |key: &str| t.inputs.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no {key}"));
    let rate = row("segment.consumer.rate_now_usd_bn");
    assert_eq!(
        (rate.unit.as_str(), rate.source.as_str(), rate.mean),
        ("usd_bn_per_year", "run-rate-25", 14.2)
    );
    assert!((rate.sampled_mean - rate.mean).abs() < 5.0 * rate.std_dev / (PATHS as f64).sqrt());
    assert!(rate.distribution.contains("normal"), "{}", rate.distribution);
    assert!(!rate.source_date.is_empty());
    let constant = row("discount.revenue");
    assert_eq!((constant.distribution.as_str(), constant.std_dev, constant.p05), ("constant", 0.0, 0.12));
    assert_eq!((constant.source.as_str(), constant.sampled_mean.is_nan()), ("assumption", true));
    // What is not written is not an input.
    assert!(t.inputs.iter().all(|row| !row.key.is_empty()));
    let mut keys: Vec<&str> = t.inputs.iter().map(|row| row.key.as_str()).collect();
    keys.sort_unstable();
    assert!(keys.windows(2).all(|w| w[0] != w[1]), "a key twice");
}

#[derive(Default)]
struct Draws<'a> {
    plan: Option<&'a Plan>,
    text: Mutex<Vec<u8>>,
}

impl Observer for Draws<'_> {
    fn wants_draws(&self) -> bool {
        true
    }
    fn encode(&self, draws: &ChunkDraws<'_>) -> Vec<u8> {
        sink::draws_csv::rows(sink::csv::Dialect::STANDARD, self.plan.unwrap(), draws)
    }
    fn write(&self, bytes: Vec<u8>) {
        self.text.lock().unwrap().extend(bytes);
    }
}

#[test]
fn draws_are_the_paths_behind_the_summary() {
    let model = scenario::frozen_base();
    let plan = Plan::from_model(&model, 1, Isa::detect());
    let paths = 5_000;
    let draws = Draws {
        plan: Some(&plan),
        text: Mutex::new(sink::draws_csv::header(sink::csv::Dialect::STANDARD, &plan)),
    };
    let result = run::execute(&plan, Options { paths, threads: 2 }, &draws);
    let text = String::from_utf8(draws.text.into_inner().unwrap()).unwrap();
    let records = records(&text);
    assert_eq!(records.len() as u64, 1 + 2 * paths);
    assert_eq!(records[0][..2], ["path", "deal"]);
    assert_eq!(records[1][..2], ["0", "amended-2026"]);
    assert_eq!(records[2][..2], ["0", "prior-2025"]);
    assert_eq!(records[1][2..2 + plan.inputs().nums.len()], records[2][2..2 + plan.inputs().nums.len()]);

    let t = tables(&valuation(&plan, &result));
    let column = |name: &str| records[0].iter().position(|column| column == name).unwrap();
    for row in t.summary.iter().filter(|row| !row.deal.contains(" - ")) {
        let column = column(&row.metric);
        let values: Vec<f64> = records[1..]
            .iter()
            .filter(|record| record[1] == row.deal && !record[column].is_empty())
            .map(|record| record[column].parse().unwrap())
            .collect();
        assert_eq!(values.len() as u64, row.paths, "{}", row.metric);
        if row.paths > 0 {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            assert!((mean - row.mean).abs() <= 1e-11 * row.mean.abs().max(1.0), "{}", row.metric);
            let min = values.iter().copied().fold(f64::INFINITY, f64::min);
            assert_eq!(min.to_bits(), row.min.to_bits(), "{}", row.metric);
        }
    }
    for row in
        t.inputs.iter().filter(|row| !row.sampled_mean.is_nan() && !row.distribution.starts_with("same_as"))
    {
        let column = column(&row.key);
        let sum: f64 =
            records[1..].iter().step_by(2).map(|record| record[column].parse::<f64>().unwrap()).sum();
        assert!((sum / paths as f64 - row.sampled_mean).abs() <= 1e-11 * row.sampled_mean.abs().max(1.0));
    }
}

/// The first screen as plain text.
fn page(model: &Model, paths: u64, width: usize) -> String {
    terminal::first_screen(&first_screen(&results(model, paths)), width, false)
}

#[test]
fn the_first_screen_fits() {
    let base = results(&scenario::frozen_base(), 20_000);
    let mut long = base.clone();
    long.facts.scenario = "s".repeat(64);
    let rename = |name: &mut String| *name = name.replace("prior-2025", &"p".repeat(64));
    long.tables.summary.iter_mut().for_each(|row| rename(&mut row.deal));
    long.tables.quantiles.iter_mut().for_each(|row| rename(&mut row.deal));
    long.tables.events.iter_mut().for_each(|row| rename(&mut row.deal));
    long.tables.annual.iter_mut().for_each(|row| rename(&mut row.deal));
    // With the lines on stderr and that of the shell these are 24.
    for (results, most) in [(&base, 20), (&long, 24)] {
        let screen = first_screen(results);
        for width in [80, 100, 120, 200] {
            let page = terminal::first_screen(&screen, width, false);
            assert!(page.lines().count() <= most, "{width}: {page}");
            for line in page.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line);
            }
            let words = page.replace('\n', " ");
            assert!(words.trim_end().ends_with("less."), "the sentences come last: {page}");
            assert!(words.contains("Microsoft’s take is worth about $206 bn under amended-2026 (nine futures in ten: $50–390 bn), 27% of what both sides get."), "{words}");
            for row in ["Microsoft’s take ", "Other holders keep ", "The cap binds ", "IPO ", "OpenAI fails "]
            {
                let of_row = page.lines().find(|line| line.starts_with(row)).expect("a row");
                assert!(
                    of_row.matches('±').count() >= if row.starts_with("The cap") { 1 } else { 3 },
                    "{of_row}"
                );
            }
            assert!(!page.contains("NaN") && !page.contains("_pv"), "{page}");
        }
    }
    // A narrow terminal names what it leaves out.
    let narrow = terminal::first_screen(&first_screen(&base), 50, false);
    assert!(narrow.replace('\n', " ").contains("with --full also prior-2025 - amended-2026"), "{narrow}");
    assert!(narrow.lines().all(|line| line.chars().count() <= 50), "{narrow}");
}

#[test]
fn the_full_tables_fit() {
    let model = scenario::frozen_base();
    let (plan, result) = run_of(&model, 20_000);
    let (screen, sections) = (first_screen(&results(&model, 20_000)), sections(&valuation(&plan, &result)));
    for width in [50, 60, 72, 80, 100, 120, 200] {
        let page = terminal::full(&screen, &sections, width, false);
        for line in page.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
            assert_eq!(line.trim_end(), line);
        }
        assert!(page.contains("Cap saves OpenAI") && page.contains('±') && !page.contains("NaN"));
        assert_eq!(page.contains("p95"), width > 50, "{width}");
    }
    let coloured = terminal::full(&screen, &sections, 80, true);
    assert!(coloured.contains("\u{1b}[1m"));
}

const CERTAIN: &str = r#"
name = "certain"
[timeline]
valuation_date = 2026-07-01
horizon = 2030-12-31
period = "quarter"
[[segment]]
name = "all"
process = "gbm"
rate_now_usd_bn = 25.0
growth = 0.40
volatility = 0.0
[[deal]]
name = "capped"
share_ends = 2030-12-31
rate = 0.20
cap_usd_bn = 20.0
[[deal]]
name = "uncapped"
share_ends = 2030-12-31
rate = 0.20
"#;

#[test]
fn what_is_certain_is_said_to_be_exact() {
    let page = page(&scenario::from_text("certain", CERTAIN, &[]), 100, 80);
    let words = page.replace('\n', " ");
    assert!(
        words.contains("Microsoft’s take is worth $20 bn (exact) under capped; it has no stake."),
        "{page}"
    );
    assert!(words.contains("The cap binds in Q4 2028.") && page.contains("100% (exact)"), "{page}");
    assert!(page.contains("no cap") && words.contains("Nothing in this scenario is uncertain"), "{page}");
    assert!(!page.contains("± 0") && !page.contains("of futures") && !page.contains("nine"), "{page}");
}

#[test]
fn one_path_claims_nothing() {
    let page = page(&scenario::shipped("minimal"), 1, 80);
    assert!(page.contains("One path") && page.contains("1 path ·"));
    assert!(!page.contains("exact"), "{page}");
}

#[test]
fn a_run_without_a_path_says_only_that() {
    let mut results = results(&scenario::frozen_base(), 0);
    (results.facts.paths_asked, results.facts.partial) = (1_000_000, true);
    let page = terminal::first_screen(&first_screen(&results), 80, false);
    assert!(page.contains("PARTIAL: stopped before the first of 1,000,000 paths"), "{page}");
    assert!(!page.contains("take"), "{page}");
    assert!(results.tables.summary.iter().all(|row| row.mean.is_nan() && row.paths == 0));
}

#[test]
fn a_run_that_was_stopped_says_so() {
    let mut results = results(&scenario::shipped("minimal"), 4_096);
    (results.facts.paths_asked, results.facts.partial) = (1_000_000, true);
    let page = terminal::first_screen(&first_screen(&results), 80, false);
    assert!(page.contains("PARTIAL: 4,096 of 1,000,000 paths"), "{page}");
}

#[test]
fn the_answer_is_the_same_everywhere() {
    let results = results(&scenario::frozen_base(), 2_000);
    let answer = first_screen(&results).answer;
    let page = capstake_output::page::page(&results);
    let first = &page.answers[0];
    assert_eq!(answer, format!("{} {}", first.lead.concat(), first.sentences.join(" ")));
    let memo = capstake_output::memo::memo(&results);
    assert!(memo.contains(&capstake_output::markdown::text(&answer)), "the memo");
    #[cfg(feature = "xlsx")]
    {
        use capstake_output::workbook::{sheet::Value, workbook};
        let book = workbook(&results).expect("it fits");
        let is_answer = |value: &Value| matches!(value, Value::Text(text) if *text == answer);
        let front = book.sheets.iter().find(|sheet| sheet.name == "Read me").expect("a sheet");
        assert!(front.cells.iter().any(|(.., cell)| is_answer(&cell.value)), "the sheet Read me");
        // The workbook opens on the answer, a sentence to a row.
        let rows: Vec<String> = std::iter::once(first.lead.concat()).chain(first.sentences.clone()).collect();
        let text = |row: u32| {
            let cell = book.sheets[0].cells.iter().find(|(at, column, _)| (*at, *column) == (row, 0));
            match &cell.expect("a cell").2.value {
                Value::Text(text) => text.clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((2..).map(text).take(rows.len()).collect::<Vec<String>>(), rows, "the first sheet");
    }
    // Both sides' parts are those of the ratio of the means.
    let mean = |metric: &str| {
        let row = results.tables.summary.iter().find(|row| row.metric == metric).expect("a row");
        row.mean
    };
    let part = 100.0 * mean("microsoft_take_pv") / (mean("microsoft_take_pv") + mean("openai_retained_pv"));
    assert!(answer.contains(&format!("), {part:.0}% of what both sides get")), "{answer}");
    assert!(answer.contains(&format!(", the other {:.0}%.", 100.0 - part.round())), "{answer}");
}

#[test]
fn deals_share_the_bins_of_a_metric() {
    let tables = tables_of(&scenario::frozen_base());
    let bins = |deal: &str, metric: &str| -> Vec<(f64, f64)> {
        let rows = tables.histogram.iter().filter(|row| row.deal == deal && row.metric == metric);
        rows.map(|row| (row.low, row.high)).collect()
    };
    let mut several = 0;
    for row in tables.summary.iter().filter(|row| row.deal == "prior-2025") {
        let (first, second) = (bins("amended-2026", &row.metric), bins("prior-2025", &row.metric));
        if !first.is_empty() && !second.is_empty() {
            assert_eq!(first, second, "{}", row.metric);
            several += usize::from(first.len() > 10);
        }
    }
    assert!(several >= 8, "{several} metrics with a distribution");
}
