//! Tables that no run writes and answers that no study gives are refused, each with its place.

use super::*;
use crate::report::answer::{Axis, Column, Curve, Point, Value};

fn run() -> Tables {
    let summary = |deal: &str, metric: &str, unit: &str| SummaryRow {
        paths: 90,
        undefined: 10,
        ..SummaryRow::sample(deal, metric, unit)
    };
    let quantile = |q| QuantileRow {
        deal: "a".into(),
        metric: "share_pv".into(),
        unit: "usd_bn".into(),
        q,
        value: 1.0,
        low95: 0.0,
        high95: 1.0,
    };
    let year = |year, series: &str| AnnualRow {
        deal: "a".into(),
        year,
        series: series.into(),
        unit: "usd_bn".into(),
        mean: 1.0,
        std_error: 0.1,
        p05: 0.0,
        p25: 0.0,
        p50: 1.0,
        p75: 1.0,
        p95: 1.0,
        paths: 100,
        low95: 0.8,
        high95: 1.2,
        error_df: f64::NAN,
    };
    let bin = |low, high, count| HistogramRow {
        deal: "a".into(),
        metric: "share_pv".into(),
        unit: "usd_bn".into(),
        low,
        high,
        count,
    };
    let event = |deal: &str, date: &str| EventRow {
        deal: deal.into(),
        event: "cap_reached".into(),
        date: date.into(),
        probability: 0.5,
        std_error: 0.05,
        low95: 0.4,
        high95: 0.6,
        error_df: f64::NAN,
    };
    let input = |key: &str, note: &str| InputRow {
        key: key.into(),
        unit: "fraction".into(),
        distribution: "constant".into(),
        mean: 0.1,
        std_dev: 0.0,
        p05: 0.1,
        p50: 0.1,
        p95: 0.1,
        source: "assumption".into(),
        source_date: String::new(),
        informed_by: String::new(),
        note: note.into(),
        sampled_mean: f64::NAN,
        sampled_std_dev: f64::NAN,
    };
    let node = |key: &str, value: f64| WhatIfRow {
        key: key.into(),
        value,
        second_key: String::new(),
        second_value: f64::NAN,
        deal: "a".into(),
        metric: "share_pv".into(),
        unit: "usd_bn".into(),
        mean: 1.0,
        std_error: 0.1,
        low95: 0.8,
        high95: 1.2,
        error_df: f64::NAN,
        p05: 0.0,
        p50: 1.0,
        p95: 1.0,
        difference: f64::NAN,
        difference_error: f64::NAN,
        paths: 80,
        undefined: 10,
        low: 0.0,
        high: 1.0,
        counts: ["2"; BINS].join(" "),
        exact: 0,
        difference_exact: 0,
    };
    Tables {
        what_if: vec![node("", f64::NAN), node("deal.a.cap_usd_bn", 20.0)],
        exact: Vec::new(),
        summary: vec![
            summary("a", "share_pv", "usd_bn"),
            summary("a", "home_share_2030", "fraction"),
            summary("b", "share_pv", "usd_bn"),
            summary("b - a", "share_pv", "usd_bn"),
        ],
        quantiles: vec![quantile(0.05), quantile(0.5)],
        annual: vec![
            year(2026, "net_revenue"),
            year(2026, "net_revenue_full_year"),
            year(2027, "net_revenue"),
        ],
        histogram: vec![bin(0.0, 1.0, 40), bin(1.0, 2.0, 50)],
        inputs: vec![input("discount.share", "two\nlines"), input("tax", "")],
        correlations: vec![CorrelationRow {
            a: "x".into(),
            b: "y".into(),
            target: 0.5,
            repaired: f64::NAN,
            sampled: 0.49,
        }],
        events: vec![
            event("a", "2026-09-30"),
            event("a", "2026-12-31"),
            event("b", "2026-09-30"),
            event("b", "2026-12-31"),
        ],
        bridge: Vec::new(),
        origins: Vec::new(),
        sample_paths: vec![SamplePathRow {
            path: 49,
            deal: "a".into(),
            period_end: "2026-09-30".into(),
            series: "cloud_share.azure".into(),
            value: 0.5,
        }],
    }
}

#[test]
fn what_a_run_writes_is_accepted() {
    assert_eq!(tables(&run(), 100), Ok(()));
}

#[test]
fn what_no_run_writes_is_refused_with_its_place() {
    type Change = fn(&mut Tables);
    let cases: [(Change, &str, &str); 41] = [
        (|t| t.summary[0].deal = "<b>".into(), "summary", "line 2, column deal: `<b>`"),
        (|t| t.summary[3].deal = "c - a".into(), "summary", "line 5, column deal: `c - a`"),
        (|t| t.summary[0].metric = "<img>".into(), "summary", "line 2, column metric: `<img>`"),
        (|t| t.summary[1].metric = "home_share".into(), "summary", "line 3, column metric: `home_share`"),
        (|t| t.summary[0].unit = "euros".into(), "summary", "line 2, column unit: `euros`"),
        (|t| t.summary[0].paths = u64::MAX, "summary", "column paths: `18446744073709551615`"),
        (|t| t.summary[0].undefined = 101, "summary", "line 2, column undefined: `101`"),
        (|t| t.summary[2].deal = "a".into(), "summary", "line 4, column metric: `share_pv`"),
        (|t| t.quantiles[1].q = 0.05, "quantiles", "line 3, column q: `0.05`"),
        (|t| t.quantiles[0].q = f64::NAN, "quantiles", "line 2, column q: `NaN`"),
        (|t| t.quantiles[0].deal = "c".into(), "quantiles", "line 2, column deal: `c`"),
        (|t| t.histogram[1].low = -1.0, "histogram", "line 3, column low: `-1`"),
        (|t| t.histogram[1].high = 0.5, "histogram", "line 3, column high: `0.5`"),
        (|t| t.histogram[0].low = f64::NAN, "histogram", "line 2, column low: `NaN`"),
        (|t| t.histogram[1].count = u64::MAX, "histogram", "line 3, column count: `18446744073709551615`"),
        (|t| t.annual[0].year = i32::MIN, "annual", "line 2, column year: `-2147483648`"),
        (|t| t.annual[2].year = i32::MAX, "annual", "line 4, column year: `2147483647`"),
        (|t| t.annual[2].year = 2029, "annual", "line 4, column year: `2029`"),
        (
            |t| t.annual[0].series = "x\"><meta http-equiv=refresh>".into(),
            "annual",
            "line 2, column series: `x\"><meta",
        ),
        (
            |t| t.annual[0].series = "cloud_share.A b".into(),
            "annual",
            "line 2, column series: `cloud_share.A b`",
        ),
        (|t| t.annual[0].unit = "flag".into(), "annual", "line 2, column unit: `flag`"),
        (|t| t.annual[0].deal = "b - a".into(), "annual", "line 2, column deal: `b - a`"),
        (|t| t.annual[0].paths = 101, "annual", "line 2, column paths: `101`"),
        (|t| t.events[0].date = "2026-00-01".into(), "events", "line 2, column date: `2026-00-01`"),
        (|t| t.events[3].date = "2027-12-31".into(), "events", "line 5, column date: `2027-12-31`"),
        (|t| drop(t.events.pop()), "events", "line 4, column date: `2026-09-30`"),
        (|t| t.events[1].deal = "b".into(), "events", "line 3, column date: `2026-12-31`"),
        (|t| t.events[0].probability = 7.0, "events", "line 2, column probability: `7`"),
        (
            |t| t.sample_paths[0].path = u64::MAX,
            "sample_paths",
            "line 2, column path: `18446744073709551615`",
        ),
        (|t| t.inputs[1].key = "a b".into(), "inputs", "line 4, column key: `a b`"),
        (|t| t.inputs[0].unit = "x".into(), "inputs", "line 2, column unit: `x`"),
        (|t| t.what_if[1].deal = "c".into(), "what_if", "line 3, column deal: `c`"),
        (|t| t.what_if[1].key = "a; reboot".into(), "what_if", "line 3, column key: `a; reboot`"),
        (|t| t.what_if[1].value = f64::NAN, "what_if", "line 3, column value: `NaN`"),
        (|t| t.what_if[1].second_value = 1.0, "what_if", "line 3, column second_value: `1`"),
        (|t| t.what_if[1].std_error = -1.0, "what_if", "line 3, column std_error: `-1`"),
        (|t| t.what_if[0].paths = 101, "what_if", "line 2, column paths: `101`"),
        (|t| t.what_if[0].counts = "80".into(), "what_if", "line 2, column counts: `80`"),
        (|t| t.what_if[0].exact = 1, "what_if", "line 2, column exact: `1`"),
        (|t| t.what_if[0].high = 0.0, "what_if", "line 2, column high: `0`"),
        (|t| t.correlations[0].sampled = 2.0, "correlations", "line 2, column sampled: `2`"),
    ];
    for (change, table, words) in cases {
        let mut changed = run();
        change(&mut changed);
        let bad = tables(&changed, 100).expect_err(words);
        assert!(bad.table == table && bad.to_string().contains(words), "{}: {bad}", bad.table);
    }
    let mut long = run();
    long.summary[0].deal = "x".repeat(20_000_000);
    assert!(tables(&long, 100).expect_err("a long name").to_string().len() < 300);
}

fn study() -> Answer {
    let point = |x: f64| Point { x, y: 1.0, std_error: 0.0 };
    Answer {
        study: "ipo".into(),
        title: String::new(),
        warnings: Vec::new(),
        sentences: Vec::new(),
        tables: vec![Table {
            name: "side_by_side".into(),
            title: String::new(),
            columns: vec![Column::key("a"), Column::quantity("b", None)],
            rows: vec![vec!["x".into(), Value::Number(1.0)]],
            shown: Shown::FirstOfEach { rows: 1, alike: 1 },
        }],
        charts: vec![
            Chart::Curves {
                title: String::new(),
                x: Axis::calendar(),
                y: Axis::new("y", None),
                curves: vec![Curve { name: "c".into(), points: vec![point(2027.0), point(f64::NAN)] }],
                marks: Vec::new(),
            },
            Chart::Heat {
                title: String::new(),
                x: Axis::new("x", None),
                y: Axis::new("y", None),
                z: Axis::new("z", None),
                columns: vec!["1".into(), "2".into()],
                rows: vec!["3".into()],
                cells: vec![vec![1.0, f64::NAN]],
            },
        ],
        screen: Vec::new(),
    }
}

#[test]
fn what_no_study_answers_is_refused_with_its_place() {
    assert_eq!(answer(&study(), "ipo"), Ok(()));
    type Change = fn(&mut Answer);
    fn point(answer: &mut Answer) -> &mut Point {
        match &mut answer.charts[0] {
            Chart::Curves { curves, .. } => &mut curves[0].points[0],
            _ => panic!("curves"),
        }
    }
    fn heat(answer: &mut Answer) -> &mut Vec<Vec<f64>> {
        match &mut answer.charts[1] {
            Chart::Heat { cells, .. } => cells,
            _ => panic!("a heat map"),
        }
    }
    let cases: [(Change, &str); 11] = [
        (|a| a.study = "sweep".into(), "study: "),
        (|a| a.tables[0].name = "../x".into(), "tables[0].name: "),
        (|a| a.tables.push(a.tables[0].clone()), "tables[1].name: "),
        (|a| a.tables[0].columns.clear(), "tables[0].columns: "),
        (|a| a.tables[0].columns[1].name = "A".into(), "tables[0].columns: "),
        (|a| a.tables[0].rows[0].truncate(1), "tables[0].rows[0]: 1 values for 2 columns"),
        (|a| a.tables[0].shown = Shown::FirstOfEach { rows: 1, alike: 3 }, "tables[0].shown.alike: 3"),
        (|a| point(a).x = 2_f64.powi(64), "charts[0].curves[0].points[0].x: 18446744073709552000"),
        (|a| point(a).std_error = -1.0, "charts[0].curves[0].points[0].std_error: -1"),
        (|a| heat(a).clear(), "charts[1].cells: 0 rows for 1 names"),
        (|a| heat(a)[0].truncate(1), "charts[1].cells[0]: 1 values for 2 columns"),
    ];
    for (change, words) in cases {
        let mut changed = study();
        change(&mut changed);
        let said = answer(&changed, "ipo").expect_err(words);
        assert!(said.starts_with(words), "{said}");
    }
}
