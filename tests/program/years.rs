//! Counts and dates that several screens show are the same everywhere: cut years, numbers of assumptions, median dates.

use crate::cli::Place;
use crate::page::results;
use crate::scenario;
use capstake::report::assumptions::in_words;
use capstake::report::results::Results;
use capstake::report::tables::AnnualRow;
use capstake_output::page::chart::Chart;
use capstake_output::page::page;
use capstake_output::page::section::Block;
use capstake_output::page::years_across::YearsTable;
use capstake_output::workbook::chart::{Kind, Range};
use capstake_output::workbook::sheet::{Sheet, Value};
use capstake_output::workbook::workbook;

fn sheet<'a>(sheets: &'a [Sheet], name: &str) -> &'a Sheet {
    sheets.iter().find(|sheet| sheet.name == name).unwrap_or_else(|| panic!("a sheet {name}"))
}

/// The texts or numbers of a range, as text.
fn cells(sheet: &Sheet, range: &Range) -> Vec<String> {
    let at = |row| {
        let cell = sheet.cells.iter().find(|(r, column, _)| (*r, *column) == (row, range.first.1));
        match &cell.expect("a cell").2.value {
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            other => panic!("{other:?}"),
        }
    };
    (range.first.0..=range.last.0).map(at).collect()
}

fn annual<'a>(results: &'a Results, deal: &str, series: &str) -> Vec<&'a AnnualRow> {
    results.tables.annual.iter().filter(|row| row.deal == deal && row.series == series).collect()
}

#[test]
fn a_cut_year_says_so_and_charts_show_the_whole_year_where_history_has_it() {
    let results = results(&scenario::frozen_base(), 500);
    let (part, whole) = (
        annual(&results, "amended-2026", "net_revenue")[0],
        annual(&results, "amended-2026", "net_revenue_full_year")[0],
    );
    assert!(part.year == 2026 && whole.year == 2026 && part.p50 < 0.7 * whole.p50, "July to December");
    // The workbook: the row of the part is labelled, the chart begins with the whole year.
    let sheets = workbook(&results).expect("it fits").sheets;
    let years = sheet(&sheets, "By year");
    let charts = sheet(&sheets, "Charts");
    let fan = |name: &str| {
        let chart = charts.charts.iter().find(|placed| placed.chart.description.starts_with(name));
        &chart.unwrap_or_else(|| panic!("a chart of {name}")).chart
    };
    let revenue = fan("Fan of net_revenue by year under amended-2026");
    assert!(revenue.kind == Kind::StackedAreas);
    let labels = cells(years, &revenue.lines[0].categories);
    assert_eq!(labels[..3], ["2026", "2027", "2028"]);
    let medians = cells(years, &revenue.lines[0].values);
    assert_eq!(medians[0], whole.p50.to_string());
    assert_eq!(medians[1], annual(&results, "amended-2026", "net_revenue")[1].p50.to_string());
    let cash = fan("Fan of cash by year under amended-2026");
    assert_eq!(cells(years, &cash.lines[0].categories)[..2], ["2026 H2", "2027"]);
    let labelled = |label: &str| {
        let is = |value: &Value| matches!(value, Value::Text(text) if text == label);
        years.cells.iter().filter(|(_, column, cell)| *column == 4 && is(&cell.value)).count()
    };
    let of_2026 = results.tables.annual.iter().filter(|row| row.year == 2026);
    let (full, cut): (Vec<&AnnualRow>, Vec<&AnnualRow>) =
        of_2026.partition(|row| row.series.ends_with("_full_year"));
    assert_eq!((labelled("2026"), labelled("2026 H2")), (full.len(), cut.len()));
    // The page: the same, in tables and on axes.
    let page = page(&results);
    let chart = |id: &str| -> &Chart {
        page.charts().find(|chart| chart.id == id).unwrap_or_else(|| panic!("a chart {id}"))
    };
    let first = |chart: &Chart| (chart.readings.rows[0][0].clone(), chart.plot.x.ticks[0].label.clone());
    assert_eq!(first(chart("year-net-revenue-1")), ("2026".to_owned(), "2026".to_owned()));
    for id in ["year-cash-1", "year-payments-1", "clouds-1", "year-cloud-share-azure-2"] {
        assert_eq!(first(chart(id)), ("2026 H2".to_owned(), "2026 H2".to_owned()), "{id}");
    }
    assert_eq!(first(chart("paths-1")).0, "2027", "whole years only");
}

#[test]
fn a_year_cut_by_the_horizon_says_so() {
    let text = include_str!("../../configs/minimal.toml")
        .replace("valuation_date = 2026-07-01", "valuation_date = 2026-05-12")
        .replace("horizon = 2030-12-31", "horizon = 2030-06-30");
    let results = results(&scenario::from_text("cut", &text, &[]), 300);
    let page = page(&results);
    let chart = page.charts().find(|chart| chart.id == "year-net-revenue-1").expect("a chart");
    let labels: Vec<&str> = chart.readings.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(labels, ["2026-05-12 to 2026-12-31", "2027", "2028", "2029", "2030 H1"]);
    let paths = page.charts().find(|chart| chart.id == "paths-1").expect("a chart");
    let labels: Vec<&str> = paths.readings.rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(labels, ["2027", "2028", "2029"], "whole years only");
}

#[test]
fn assumptions_are_counted_once_for_all() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    let results = results(&scenario::frozen_base(), 300);
    let words = in_words(&results.tables.inputs);
    let numbers = results.tables.inputs.len();
    assert!(
        words.starts_with(&format!("{numbers} numbers, ")) && words.contains("share another number's draw"),
        "{words}"
    );
    assert!(place.run_with(&["check", "base.toml"]).stdout.contains(&format!("\nAssumptions: {words}\n")));
    let page = page(&results);
    assert_eq!(
        page.assumptions.expect("assumptions").words,
        format!("The scenario sets {words}. Judgements are marked.")
    );
    let sheets = workbook(&results).expect("it fits").sheets;
    let note = sheet(&sheets, "Assumptions").cells.iter().find(|(row, column, _)| (*row, *column) == (2, 0));
    let Value::Text(note) = &note.expect("a note").2.value else { panic!("a text") };
    assert!(note.starts_with(&format!("{words}; ")), "{note}");
    // Numbers without a source are judgements there, as on the page.
    let has = |word: &str| {
        let cells = sheet(&sheets, "Assumptions").cells.iter();
        cells.map(|(_, _, cell)| &cell.value).any(|value| matches!(value, Value::Text(text) if text == word))
    };
    assert!(has("judgement") && !has("assumption"));
}

#[test]
fn a_median_date_is_the_same_on_the_terminal_the_page_and_in_the_study() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    let run = place.run_with(&["run", "base.toml", "-n", "2000", "-o", "run", "--formats", "csv,html"]);
    let study = place.run_with(&["ipo", "base.toml", "-n", "2000", "-o", "ipo", "--formats", "csv"]);
    let half = |text: &str| -> Vec<String> {
        let text = text.replace('\n', " ");
        let after = text.split("median date ").skip(1);
        after.map(|rest| rest.chars().take("Q2 2027".len()).collect()).collect()
    };
    let row = run.stdout.lines().find(|line| line.starts_with("  median date")).expect("a row").to_owned();
    let words: Vec<&str> = row.split_whitespace().collect();
    let terminal: Vec<String> = words[2..].chunks(2).map(|quarter| quarter.join(" ")).collect();
    assert_eq!(half(&study.stdout)[0], terminal[0], "{}", study.stdout);
    let html = std::fs::read_to_string(place.at("run/report.html")).expect("a page");
    let card = html.split("IPO by the horizon").nth(1).expect("a card");
    assert_eq!(half(card)[0], terminal[0]);
    // And it is that of the table of the study, p50, over the futures in which it happens.
    let times = std::fs::read_to_string(place.at("ipo/times.csv")).expect("a table");
    let header: Vec<&str> = times.lines().next().expect("a header").split(',').collect();
    let column = header.iter().position(|name| *name == "p50").expect("p50");
    let listed = times.lines().find(|line| line.starts_with("amended-2026,listed,")).expect("a row");
    let date = listed.split(',').nth(column).expect("a date");
    assert_eq!(capstake::report::date_axis::period_label(date, 3), terminal[0]);
}

/// The tables with years as columns of a page.
fn across(results: &Results) -> Vec<YearsTable> {
    let sections = page(results).sections;
    let blocks = sections.into_iter().flat_map(|section| section.blocks);
    blocks
        .filter_map(|block| if let Block::Years(tables) = block { Some(tables) } else { None })
        .flatten()
        .collect()
}

#[test]
fn years_stand_in_columns_with_the_figures_of_the_table() {
    let results = results(&scenario::frozen_base(), 2_000);
    let tables = across(&results);
    assert_eq!(tables.iter().map(|table| table.deal).collect::<Vec<_>>(), [0, 1]);
    let labels = ["2026 H2", "2027", "2028", "2029", "2030", "2031", "2032", "2033", "2034", "2035"];
    assert_eq!(tables[0].columns[1..], labels);
    let series = [
        ("OpenAI’s revenue, $bn", "net_revenue", 1.0),
        ("Payments of the year, $bn", "payments", 1.0),
        ("What the cap still allows, $bn", "cap_left", 1.0),
        ("Cash, $bn", "cash", 1.0),
        ("Equity value, $bn", "equity", 1.0),
        ("Share of cloud sales: azure, %", "cloud_share.azure", 100.0),
    ];
    let names = |table: &YearsTable| table.rows.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&tables[0]), series.map(|(name, ..)| name));
    // The other deal has no cap.
    assert!(names(&tables[1]).len() == 5 && !names(&tables[1]).contains(&series[2].0.to_owned()));
    let number = |text: &str| -> f64 { text.replace(',', "").replace('−', "-").parse().expect("a number") };
    for ((_, name, scale), (label, cells)) in series.iter().zip(&tables[0].rows) {
        let rows = annual(&results, "amended-2026", name);
        assert_eq!(rows.len(), cells.len(), "{label}");
        for (row, [mean, range]) in rows.iter().zip(cells) {
            // Three digits, or as many as the error supports: off by at most half of the last of them.
            let near = |text: &str, value: f64, error: f64| {
                let off = (number(text) - scale * value).abs();
                assert!(
                    off <= 0.0051 * (scale * value).abs() + scale * error,
                    "{label} {}: {text}, {value}",
                    row.year
                );
            };
            near(mean, row.mean, row.std_error);
            if let Some((low, high)) = range.split_once('–').or_else(|| range.split_once(" to ")) {
                near(low, row.p05, 0.0);
                near(high, row.p95, 0.0);
            } else {
                assert!(range.is_empty() && row.p05 == row.p95, "{label}: {range}");
            }
        }
    }
    let notes = page(&results).sections;
    let years = notes.iter().find(|section| section.id == "years").expect("a section");
    assert!(
        matches!(&years.blocks[0], Block::Words(words) if words.starts_with("2026 H2 is not the full year. "))
    );
}

/// The home cloud is the partner's, wherever the scenario lists it.
#[test]
fn the_home_cloud_is_the_one_in_the_table_of_years() {
    let text = crate::scenario::FROZEN_BASE;
    let (start, end) = ("[[cloud]]\nname = \"azure\"", "[home_first]");
    let from = text.find(start).expect("the home cloud");
    let to = from + 5 + text[from + 5..].find("[[cloud]]").expect("the next cloud");
    let azure = &text[from..to];
    let last = text.replacen(azure, "", 1).replacen(end, &format!("{azure}\n{end}"), 1);
    assert!(last.find("name = \"aws\"") < last.find("name = \"azure\""));
    let tables = across(&results(&scenario::from_text("base", &last, &[]), 300));
    assert!(
        tables[0].rows.iter().any(|(label, _)| label == "Share of cloud sales: azure, %"),
        "{:?}",
        tables[0].rows
    );
}
