//! Makes a scenario of the cells of a workbook: what its hidden sheet says, changed by what the sheet *Inputs* says differently.

use super::column::{COLUMNS, Column};
use super::layout::{Layout, SHEET};
use super::list::{DISCRETE, marked, marker};
use super::lists_read;
use super::open::open;
use super::origin::{self, Written};
use super::reading::Reading;
use super::sheet_cells::SheetCells;
use capstake::config::place::{Origin, Place};
use capstake::config::problem::Problem;
use capstake::config::tree;
use capstake::config::{Code, ScenarioBytes, ScenarioCells};
use capstake::job::scenario::WorkbookScenario;
use std::collections::BTreeMap;
use std::ops::Range;

/// Reads the scenario in the bytes of a workbook; `name` is what messages call it.
///
/// # Errors
/// Why the file is no workbook that can be run, in words. Problems of its cells are in the scenario.
pub fn scenario(name: &str, bytes: &[u8]) -> Result<WorkbookScenario, String> {
    let sheets = open(bytes)?;
    let written = origin::read(&sheets.written)?;
    of_cells(ScenarioBytes { name: name.to_owned(), bytes: bytes.to_vec() }, &sheets.inputs, written)
}

fn of_cells(file: ScenarioBytes, sheet: &SheetCells, written: Written) -> Result<WorkbookScenario, String> {
    let root = tree::document(&written.resolved, Origin::File)
        .map_err(|(message, _)| format!("its hidden sheet is not as it was written: {message}"))?;
    let mut reading = Reading::new(sheet, root);
    read(&mut reading)?;
    let Reading { root, places, problems, .. } = reading;
    Ok(WorkbookScenario {
        cells: ScenarioCells { name: file.name.clone(), root, cells: places.into_names(), problems },
        file,
        stem: written.name,
        written: written.text,
        digest: written.digest,
        csv: written.csv,
    })
}

/// Reads the sheet into the scenario.
fn read(reading: &mut Reading<'_>) -> Result<(), String> {
    let Parts { keys, tables } = parts(reading)?;
    reading.look_at_merged(keys.start);
    let layout = Layout::of(&reading.before);
    reading.take_out(keys.clone());
    // Lists first: they have the entries in which the keys lie.
    for list in super::list::lists() {
        match (tables.get(list.path), list.path) {
            (None, path) => {
                let had = layout.lists.iter().any(|table| table.list.path == path && !table.rows.is_empty());
                if had {
                    let message = format!("the table {} is gone from the sheet {SHEET}", marker(path));
                    let help =
                        "bring it back from the original workbook; to take entries out, empty their rows";
                    reading.problems.push(Problem::error(Code::SheetRow, Place::FILE, message).help(help));
                }
            }
            (Some(rows), DISCRETE) => reading.discrete = lists_read::weighted(reading, rows.clone()),
            (Some(rows), _) => lists_read::list(reading, &list, rows.clone()),
        }
    }
    reading.keys(keys, &layout);
    Ok(())
}

/// The rows of keys, and those of every list by its path, its header first.
struct Parts {
    keys: Range<u32>,
    tables: BTreeMap<String, Range<u32>>,
}

/// Finds the parts of the sheet.
fn parts(reading: &mut Reading<'_>) -> Result<Parts, String> {
    let text = |row: u32| reading.sheet.value(row, 0).words();
    let rows = reading.sheet.rows();
    let markers: Vec<(u32, &str)> = (0..rows).filter_map(|row| Some((row, marked(text(row))?))).collect();
    let first = markers.first().map_or(rows, |(row, _)| *row);
    let header = (0..first).find(|&row| text(row) == Column::Key.header()).ok_or_else(|| {
        format!(
            "its sheet {SHEET} has no row that begins with `{}`: the header of its table",
            Column::Key.header()
        )
    })?;
    for column in COLUMNS {
        let found = (0..64).find(|&at| reading.sheet.value(header, at).words() == column.header());
        let missing = || format!("its sheet {SHEET} has no column `{}` any more", column.header());
        reading.columns.insert(column, found.ok_or_else(missing)?);
    }
    let mut tables = BTreeMap::new();
    for (at, (row, path)) in markers.iter().enumerate() {
        let end = markers.get(at + 1).map_or(rows, |(row, _)| *row);
        let place = reading.place(*row, 0);
        if !super::list::has_table(path) {
            let known: Vec<String> = super::list::lists().iter().map(|list| marker(list.path)).collect();
            let message = format!("{} is no table of the sheet {SHEET}", marker(path));
            let help = format!("the tables are {}", known.join(", "));
            reading.problems.push(Problem::error(Code::SheetRow, place, message).help(help));
        } else if let Some(first) = tables.insert((*path).to_owned(), row + 1..end) {
            let first = reading.place(first.start - 1, 0);
            let message = format!("the table {} stands twice on the sheet {SHEET}", marker(path));
            let problem = Problem::error(Code::SheetRow, place, message).also(first, "the first");
            reading.problems.push(problem.help("keep one of them"));
        }
    }
    Ok(Parts { keys: header + 1..first, tables })
}
