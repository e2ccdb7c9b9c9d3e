//! Where Microsoft's total comes from: its components by deal, added up, on the sheet *Summary*.

use super::digits::by_error;
use super::metrics::Places;
use super::sheet::{Digits, Look, Sheet, Style, cell_name};
use super::subjects::Subjects;
use crate::page::view::View;
use crate::page::wording::{self, measure};
use capstake::report::digits::condition;

/// Name of the sheet that they are on.
pub const SHEET: &str = "Summary";

/// Metrics that add up to Microsoft's total.
const COMPONENTS: [&str; 5] = ["share_pv", "stake_pv", "resale_pv", "hosting_pv", "licence_pv"];
const TOTAL: &str = "microsoft_total_pv";

/// Column of the first deal, after the columns of text.
const FIRST: u16 = 3;

/// Microsoft's total by component: rows are components, columns deals.
pub struct Components {
    /// Row of the deals' names; components follow.
    pub header: u32,
    /// Column of the first deal.
    pub first_column: u16,
    /// Number of deals.
    pub deals: u16,
    /// The components, in order.
    pub names: Vec<&'static str>,
}

impl Components {
    /// Puts them below a heading; `None` where no deal has a total.
    pub fn put(
        sheet: &mut Sheet,
        view: &View,
        subjects: &Subjects,
        places: &Places,
        top: u32,
    ) -> Option<Components> {
        let has_total = subjects.deals().any(|deal| subjects.place(deal, TOTAL).is_some());
        has_total.then(|| {
            sheet.text(top, 0, view.tell("Where {partner's} total comes from: means"), Look::Heading);
            put(sheet, view, subjects, places, top + 1)
        })
    }
}

/// Puts the components of every deal, their sum and the total below a header.
fn put(sheet: &mut Sheet, view: &View, subjects: &Subjects, places: &Places, header: u32) -> Components {
    let is_there = |metric: &&str| subjects.deals().any(|deal| subjects.place(deal, metric).is_some());
    let names: Vec<&'static str> = COMPONENTS.into_iter().filter(is_there).collect();
    let deals: Vec<&str> = subjects.deals().collect();
    let total = header + 1 + names.len() as u32;
    for (column, words) in (0..).zip(["Component", "", "Unit"]) {
        sheet.text(header, column, words, Look::Header);
    }
    let parties = &view.results.facts.names;
    let parts = names.iter().map(|name| (wording::metric(name, parties), Look::Plain));
    let sums =
        [("Sum of the components".to_owned(), Look::Strong), (wording::metric(TOTAL, parties), Look::Plain)];
    for (row, (label, look)) in (header + 1..).zip(parts.chain(sums)) {
        sheet.text(row, 0, label, look);
        sheet.text(row, 2, measure("usd_bn").axis, Look::Plain);
    }
    sheet.text(total + 2, 0, "Sum less total: rounding only", Look::Note);
    for (column, deal) in (FIRST..).zip(&deals) {
        sheet.text(header, column, *deal, Look::HeaderRight);
        let mut sum = 0.0;
        for (row, name) in (header + 1..).zip(&names) {
            let Some(summary) = subjects.row(deal, name) else { continue };
            let there = places.cell(deal, name, "mean").expect("it has a row");
            let style = by_error(&summary.unit, summary.std_error);
            sheet.formula(row, column, format!("={there}"), summary.mean, style);
            sum += summary.mean;
        }
        let Some(summary) = subjects.row(deal, TOTAL) else { continue };
        if let Some(condition) = condition(summary.paths, summary.undefined) {
            sheet.text(total + 3, column, condition, Look::Note);
        }
        let style = Style { look: Look::Strong, digits: by_error(&summary.unit, summary.std_error) };
        let (top, bottom) = (cell_name(header + 1, column), cell_name(total - 1, column));
        sheet.formula(total, column, format!("=SUM({top}:{bottom})"), sum, style);
        let there = places.cell(deal, TOTAL, "mean").expect("it has a row");
        sheet.formula(total + 1, column, format!("={there}"), summary.mean, style.digits);
        let (above, below) = (cell_name(total, column), cell_name(total + 1, column));
        sheet.formula(
            total + 2,
            column,
            format!("=ROUND({above}-{below},9)"),
            round_9(sum - summary.mean),
            Style { look: Look::Note, digits: Digits::Decimals(6) },
        );
    }
    Components { header, first_column: FIRST, deals: deals.len() as u16, names }
}

/// Rounds to nine decimals, as `ROUND` does.
fn round_9(x: f64) -> f64 {
    let rounded = (x * 1e9).round() / 1e9;
    if rounded == 0.0 { 0.0 } else { rounded }
}
