//! Results as a workbook: which sheets, tables, formulas, names and charts; no bytes.

mod cast;
pub mod chart;
mod figures;
mod front;
pub mod sheet;
mod summary;

use super::digits::thousands;
use super::results::{Facts, Results};
use super::row::{Cell, Row};
use cast::Cast;
use sheet::{Digits, Look, Properties, Sheet, Style, TooLarge, Workbook};

/// Makes a workbook of results; the same results make the same workbook.
///
/// # Errors
/// What does not fit the format, with its count.
pub fn workbook(results: &Results) -> Result<Workbook, TooLarge> {
    let cast = Cast::of(&results.tables.summary);
    let (summary, _places, names) = summary::sheet(results, &cast);
    let mut sheets = vec![summary];
    let what = [(
        summary::SHEET,
        "the headline, where Microsoft's total comes from, then every metric of every deal",
    )];
    sheets.insert(0, front::sheet(results, &what));
    for sheet in &sheets {
        sheet.fits()?;
    }
    Ok(Workbook { properties: properties(&results.facts), sheets, names })
}

fn properties(facts: &Facts) -> Properties {
    Properties {
        title: format!("capstake: {}", facts.scenario),
        subject: "Who gets what from OpenAI's growth: a Monte Carlo valuation".into(),
        keywords: format!("scenario {}, seed {}, digest {}", facts.scenario, facts.seed, facts.digest),
        comment: format!(
            "{} paths, seed {}, capstake {} ({})",
            thousands(facts.paths),
            facts.seed,
            facts.version,
            facts.revision
        ),
        created: facts.started.clone(),
    }
}

/// The first two rows of a sheet: its title, and which run it is of.
fn title(sheet: &mut Sheet, words: &str, facts: &Facts) {
    sheet.text(0, 0, format!("{words}: {}", facts.scenario), Look::Title);
    let partial = if facts.partial { "PARTIAL: " } else { "" };
    sheet.text(
        1,
        0,
        format!(
            "{partial}{} paths, seed {}; units are explained on the first sheet",
            thousands(facts.paths),
            facts.seed
        ),
        Look::Note,
    );
}

/// Puts the cells of a row side by side; figures with the digits of their column.
fn cells<R: Row>(sheet: &mut Sheet, row: u32, first: u16, line: &R, digits: impl Fn(&'static str) -> Digits) {
    let mut columns = R::COLUMNS.iter();
    let mut at = first;
    line.cells(&mut |cell| {
        let name = columns.next().expect("as many columns as cells");
        match cell {
            Cell::Text(text) if !text.is_empty() => sheet.text(row, at, text, Style::PLAIN),
            Cell::Text(_) => {}
            Cell::Whole(number) if *name == "year" => sheet.number(row, at, number as f64, Digits::Year),
            Cell::Whole(number) => sheet.number(row, at, number as f64, Digits::Decimals(0)),
            Cell::Figure(figure) => sheet.number(row, at, figure, digits(name)),
        }
        at += 1;
    });
}
