//! The main series of a deal as a table with years as columns, for page and workbook.

use super::view::View;
use super::wording::measure;
use capstake::report::digits::{in_passing, significant};
use capstake::report::tables::AnnualRow;

/// Series of the table before the home cloud's share, in order.
const SERIES: [&str; 5] = ["net_revenue", "payments", "cap_left", "cash", "equity"];

/// The series of a deal by calendar year.
#[derive(Clone, Debug)]
pub struct YearsAcross<'a> {
    /// Index of the deal.
    pub deal: usize,
    /// Its name.
    pub name: &'a str,
    /// The years, in order.
    pub years: Vec<Year>,
    /// One line per series.
    pub lines: Vec<Line<'a>>,
}

/// A calendar year, or the part of it within the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// Its label: `2027`, or `2026 H2` of a year that is cut.
    pub label: String,
    /// Whether the timeline has all of its days.
    pub is_whole: bool,
}

/// A series.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// Its plain label.
    pub label: String,
    /// Its unit as people read it: `$bn`, `%`.
    pub unit: &'static str,
    /// Its row of each year; `None` where it has no value on any path.
    pub rows: Vec<Option<&'a AnnualRow>>,
}

/// The tables of all deals; a deal without a series has none.
pub fn all<'a>(view: &View<'a>) -> Vec<YearsAcross<'a>> {
    (0..view.deals.len()).filter_map(|deal| of_deal(view, deal)).collect()
}

fn of_deal<'a>(view: &View<'a>, deal: usize) -> Option<YearsAcross<'a>> {
    let name = view.deals[deal];
    let mut series: Vec<String> = SERIES.iter().map(|series| (*series).to_owned()).collect();
    // Clouds stand in the order of the model, the home cloud first.
    series.extend(view.series_after(name, "cloud_share.").first().map(|home| format!("cloud_share.{home}")));
    // Without a starting balance the series is a change of cash, not cash.
    series.retain(|series| series != "cash" || view.has_part("cash"));
    let found: Vec<(String, Vec<&AnnualRow>)> = series
        .into_iter()
        .map(|series| (view.series_label(&series), view.annual(name, &series)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let mut years: Vec<i32> = found.iter().flat_map(|(_, rows)| rows.iter().map(|row| row.year)).collect();
    years.sort_unstable();
    years.dedup();
    let lines = found.into_iter().map(|(label, rows)| Line {
        label,
        unit: measure(&rows[0].unit).axis,
        rows: years.iter().map(|year| rows.iter().copied().find(|row| row.year == *year)).collect(),
    });
    let facts = &view.results.facts;
    let year = |year: &i32| Year { label: facts.year_label(*year), is_whole: facts.is_whole_year(*year) };
    let lines: Vec<Line> = lines.collect();
    (!lines.is_empty()).then(|| YearsAcross { deal, name, years: years.iter().map(year).collect(), lines })
}

/// How to read the table: `2026 H2 is not the full year. …`.
pub fn note(tables: &[YearsAcross]) -> String {
    let years = tables.iter().flat_map(|table| &table.years).filter(|year| !year.is_whole);
    let mut cut: Vec<&str> = Vec::new();
    for year in years {
        if !cut.contains(&year.label.as_str()) {
            cut.push(&year.label);
        }
    }
    let cut: String = cut.iter().map(|label| format!("{label} is not the full year. ")).collect();
    cut + "Revenue, payments and the cloud’s share are of the year; the cap, cash and equity are at its end."
}

/// The table of a deal on a page: means, with the range of nine futures in ten beneath.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearsTable {
    /// Index of the deal.
    pub deal: usize,
    /// Its title.
    pub title: String,
    /// Column headings; the first column names the series.
    pub columns: Vec<String>,
    /// Rows: label, then for each year the mean and its range.
    pub rows: Vec<(String, Vec<[String; 2]>)>,
}

impl YearsAcross<'_> {
    /// The table for a page.
    pub fn table(&self) -> YearsTable {
        let columns =
            std::iter::once("Series".to_owned()).chain(self.years.iter().map(|year| year.label.clone()));
        let row = |line: &Line| {
            (format!("{}, {}", line.label, line.unit), line.rows.iter().map(|row| cell(*row)).collect())
        };
        YearsTable {
            deal: self.deal,
            title: format!("Means by year under {}, beneath them p5–p95 of the futures", self.name),
            columns: columns.collect(),
            rows: self.lines.iter().map(row).collect(),
        }
    }
}

/// Significant digits of the ends of a range.
const DIGITS: i32 = 3;

fn cell(row: Option<&AnnualRow>) -> [String; 2] {
    let Some(row) = row else { return [capstake::report::digits::NONE.to_owned(), String::new()] };
    let factor = measure(&row.unit).factor;
    let number = |digits: &str| measure("").number(digits);
    let mean = number(&in_passing(factor * row.mean, factor * row.std_error));
    let [low, high] = [row.p05, row.p95].map(|value| number(&significant(factor * value, DIGITS)));
    // Dashes between numbers with a minus cannot be told from it.
    let between = if row.p05 < 0.0 { " to " } else { "–" };
    let range = if row.p05 == row.p95 { String::new() } else { format!("{low}{between}{high}") };
    [mean, range]
}
