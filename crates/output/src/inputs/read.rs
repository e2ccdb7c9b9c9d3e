//! Makes a scenario of the cells of a workbook: what its hidden sheet says, changed by what the sheet *Inputs* says differently.

use super::column::{COLUMNS, Column};
use super::layout::{Layout, SHEET};
use super::list::{DISCRETE, marked, marker};
use super::lists_read;
use super::open::open;
use super::origin::{self, Written};
use super::reading::Reading;
use super::refused::Refused;
use super::sheet_cells::SheetCells;
use capstake::config::place::{Origin, Place};
use capstake::config::problem::Problem;
use capstake::config::tree::{self, Node, inline};
use capstake::config::{self, Code, ScenarioBytes, ScenarioCells, resolved};
use capstake::job::identity::keys_of;
use capstake::job::scenario::WorkbookScenario;
use capstake::study::difference::{KeyChange, changed_keys};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Reads the scenario in the bytes of a workbook; `name` is what messages call it.
///
/// # Errors
/// Why the file is no workbook that can be run. Problems of its cells are in the scenario.
pub fn scenario(name: &str, bytes: &[u8]) -> Result<WorkbookScenario, Refused> {
    let sheets = open(bytes)?;
    let written = origin::read(&sheets.written)?;
    of_cells(ScenarioBytes { name: name.to_owned(), bytes: bytes.to_vec() }, &sheets.inputs, written)
}

fn of_cells(file: ScenarioBytes, sheet: &SheetCells, written: Written) -> Result<WorkbookScenario, Refused> {
    let root = tree::document(&written.resolved, Origin::File)
        .map_err(|(message, _)| Refused::of_sheets(format!("its hidden sheet was changed: {message}")))?;
    if origin::is_of_another(sheet, &written.digest) {
        return Err(Refused::of_sheets(format!(
            "its sheets `{SHEET}` and `{}` are of two workbooks",
            origin::HIDDEN
        )));
    }
    let mut reading = Reading::new(sheet, root);
    read(&mut reading)?;
    let Reading { root, places, problems, .. } = reading;
    let cells = ScenarioCells { name: file.name.clone(), root, cells: places.into_names(), problems };
    Ok(WorkbookScenario {
        changes: changes(&cells, &written.resolved),
        cells,
        file,
        stem: written.name,
        written: written.text,
        digest: written.digest,
        csv: written.csv,
    })
}

/// The keys that differ from the scenario of which the workbook was made.
fn changes(cells: &ScenarioCells, before: &str) -> Vec<KeyChange> {
    let (_, config, problems) = config::read_cells(cells, &[]);
    let now = config.filter(|_| !problems.has_errors()).map(|config| resolved::to_toml(&config));
    match (keys_of(before), now.and_then(|now| keys_of(&now))) {
        (Some(before), Some(now)) => changed_keys(&before, &now).into_iter().flat_map(by_part).collect(),
        _ => Vec::new(),
    }
}

/// A change of a distribution as those of its parameters; another change as it is.
fn by_part(change: KeyChange) -> Vec<KeyChange> {
    let table = |text: &Option<String>| tree::value(text.as_deref()?, Origin::File, 0).ok();
    let (before, after) = (table(&change.before), table(&change.after));
    let kind = |node: &Option<Node>| node.as_ref()?.get("dist").map(|kind| inline(&kind.value));
    if kind(&before).is_none() || kind(&before) != kind(&after) {
        return vec![change];
    }
    let parts = |node: Option<Node>| -> Vec<(String, String)> {
        let entries = node.as_ref().and_then(Node::entries).unwrap_or(&[]);
        entries
            .iter()
            .map(|entry| (format!("{}.{}", change.key, entry.key), inline(&entry.node.value)))
            .collect()
    };
    changed_keys(&parts(before), &parts(after))
}

/// Reads the sheet into the scenario.
fn read(reading: &mut Reading<'_>) -> Result<(), Refused> {
    let Parts { keys, tables } = parts(reading)?;
    reading.look_at_merged(keys.start);
    let layout = Layout::of(&reading.before);
    let own: BTreeSet<&str> = keys.clone().map(|row| reading.sheet.value(row, 0).words()).collect();
    let (all, gone) =
        (layout.rows().count(), layout.rows().filter(|row| !own.contains(row.key.as_str())).count());
    if gone > all / 2 {
        return Err(Refused::of_sheets(format!(
            "{gone} of {all} rows are gone from its sheet `{SHEET}`, as if it were that of another workbook"
        )));
    }
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
fn parts(reading: &mut Reading<'_>) -> Result<Parts, Refused> {
    let text = |row: u32| reading.sheet.value(row, 0).words();
    let rows = reading.sheet.rows();
    let markers: Vec<(u32, &str)> = (0..rows).filter_map(|row| Some((row, marked(text(row))?))).collect();
    let first = markers.first().map_or(rows, |(row, _)| *row);
    let header = (0..first).find(|&row| text(row) == Column::Key.header()).ok_or_else(|| {
        Refused::of_sheets(format!(
            "its sheet {SHEET} has no row that begins with `{}`: the header of its table",
            Column::Key.header()
        ))
    })?;
    for column in COLUMNS {
        let found = (0..64).find(|&at| reading.sheet.value(header, at).words() == column.header());
        let missing = || {
            Refused::new(
                format!("its sheet {SHEET} has no column `{}` any more", column.header()),
                format!(
                    "bring the row of headers back as it was: {}",
                    COLUMNS.map(Column::header).join(", ")
                ),
            )
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_distribution_is_named_by_its_parameters() {
        let change = |before: &str, after: &str| {
            by_part(KeyChange {
                key: "a.b".into(),
                before: Some(before.to_owned()),
                after: Some(after.to_owned()),
            })
        };
        let found = change(
            "{ dist = \"normal\", mean = 1.0, sd = 2.0 }",
            "{ dist = \"normal\", mean = 1.0, sd = 3.0 }",
        );
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].key.as_str(), found[0].after.as_deref()), ("a.b.sd", Some("3.0")));
        for (before, after) in [("1.0", "2.0"), ("1.0", "{ dist = \"normal\", mean = 1.0, sd = 3.0 }")] {
            let found = change(before, after);
            assert_eq!((found.len(), found[0].key.as_str()), (1, "a.b"));
        }
    }
}
