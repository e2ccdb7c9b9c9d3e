//! Reads the rows of keys on the sheet *Inputs* into the scenario.

use super::cell::{CellValue, in_words};
use super::column::{COLUMNS, CONSTANT, Column, NONE};
use super::complete::complete;
use super::layout::{KeyRow, Layout, Line, SHEET};
use super::list::{DISCRETE, marker};
use super::lists_read::are_same;
use super::number::{IN_TABLE, number_of};
use super::reading::Reading;
use super::route::{self, Route, get, put};
use super::scalar::{cell_of, set_places, value_of};
use capstake::config::Code;
use capstake::config::place::Place;
use capstake::config::problem::Problem;
use capstake::config::spec::ValueKind;
use capstake::config::tree::{Node, inline};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The most rows that are gone of which each is named.
const MOST_GONE: usize = 3;

impl Reading<'_> {
    /// Takes out the keys whose kind says so, before lists take their place.
    pub(super) fn take_out(&mut self, rows: Range<u32>) {
        let [key_at, kind_at] = [Column::Key, Column::Kind].map(|column| self.columns[&column]);
        for row in rows.filter(|&row| self.sheet.value(row, kind_at).words() == NONE) {
            let key = in_words(self.sheet.value(row, key_at));
            if let Some(way) = route::route(&self.root, &key) {
                route::remove(&mut self.root, &way.steps);
            }
        }
    }

    /// Reads all rows of keys.
    pub(super) fn keys(&mut self, rows: Range<u32>, layout: &Layout) {
        let before: HashMap<&str, &KeyRow> = layout.rows().map(|row| (row.key.as_str(), row)).collect();
        let headings: HashSet<&str> = layout
            .keys
            .iter()
            .filter_map(|line| match line {
                Line::Heading(path, _) => Some(path.as_str()),
                Line::Key(_) => None,
            })
            .collect();
        let mut seen: HashMap<String, u32> = HashMap::new();
        for row in rows {
            let key = in_words(self.sheet.value(row, self.columns[&Column::Key]));
            let own: Vec<Column> = COLUMNS[Column::Kind as usize..].to_vec();
            let is_blank = own.iter().all(|column| {
                let at = (row, self.columns[column]);
                self.sheet.value(at.0, at.1).is_empty() && !self.sheet.formulas.contains(&at)
            });
            let known = before.contains_key(key.as_str());
            if is_blank && (key.is_empty() || headings.contains(key.as_str())) {
                continue;
            }
            if !known && is_blank && key.contains(' ') {
                // Words of the sheet itself.
                continue;
            }
            let key_place = self.place(row, self.columns[&Column::Key]);
            if key.is_empty() {
                let message = "this row has values and no key".to_owned();
                let help = "write the full key into its first cell, for example deal.amended-2026.cap_usd_bn, or empty the row";
                self.problems.push(Problem::error(Code::SheetRow, key_place, message).help(help));
                continue;
            }
            if let Some(first) = seen.insert(key.clone(), row) {
                let first = self.place(first, self.columns[&Column::Key]);
                let message = format!("`{key}` has two rows on the sheet {SHEET}");
                self.problems.push(
                    Problem::error(Code::SheetRow, key_place, message)
                        .also(first, "the first")
                        .help("keep one of them"),
                );
                continue;
            }
            self.key(row, &key, key_place, before.get(key.as_str()).copied());
        }
        let gone = layout.rows().map(|row| row.key.as_str()).filter(|key| !seen.contains_key(*key));
        let gone: Vec<&str> = gone.filter(|key| !self.is_of_lost_entry(key)).collect();
        self.gone(&gone);
        for (key, (_, row)) in std::mem::take(&mut self.discrete) {
            let then =
                route::route(&self.before, &key).and_then(|way| get(&self.before, &way.steps).cloned());
            if then.is_none_or(|then| then.get("values").is_none()) {
                let place = self.place(row, 0);
                let message = format!(
                    "`{key}` is no discrete distribution, and has values in the table {}",
                    marker(DISCRETE)
                );
                let help = "write the key of a row above whose kind is discrete, or empty the row";
                self.problems.push(Problem::error(Code::SheetRow, place, message).help(help));
            }
        }
    }

    /// Reports rows of keys that are gone: each, or how many they are.
    fn gone(&mut self, keys: &[&str]) {
        let problem =
            |message: String, help: &str| Problem::error(Code::SheetRow, Place::FILE, message).help(help);
        if let [first, second, .., last] = keys
            && keys.len() > MOST_GONE
        {
            let message = format!(
                "{} rows are gone from the sheet {SHEET}: those of `{first}`, `{second}`, … and `{last}`",
                keys.len()
            );
            let help = "bring them back from the original workbook; is this the sheet of another one?";
            return self.problems.push(problem(message, help));
        }
        for key in keys {
            let message = format!("the row of `{key}` is gone from the sheet {SHEET}");
            let help =
                "bring it back from the original workbook; to take the key out, choose none as its kind";
            self.problems.push(problem(message, help));
        }
    }

    /// Whether a key lies in an entry of a list that is not there any more.
    fn is_of_lost_entry(&self, key: &str) -> bool {
        match route::route(&self.before, key) {
            Some(then) => {
                let now = route::route(&self.root, key);
                then.steps.iter().any(|step| matches!(step, route::Step::Entry(_)))
                    && now.is_none_or(|now| now.is_of_new_entry())
            }
            None => false,
        }
    }

    /// Reads the row of a key.
    fn key(&mut self, row: u32, key: &str, key_place: Place, before: Option<&KeyRow>) {
        if before.is_some() && self.is_of_lost_entry(key) {
            let same = self.is_unchanged(row, before);
            if !same {
                let message =
                    format!("`{key}` is a key of an entry that its table below does not have any more");
                let help = "empty this row too, or bring the entry back";
                self.problems.push(Problem::error(Code::SheetRow, key_place, message).help(help));
            }
            return;
        }
        let Some(way) = route::route(&self.root, key) else {
            let parent = key.rsplit_once('.').map_or("", |(parent, _)| parent);
            let help = match route::route(&self.root, parent).and_then(|way| way.kind) {
                Some(_) => format!("write the parameters of `{parent}` into the columns of its row"),
                None => "write the full key of a value, for example deal.amended-2026.cap_usd_bn; entries of lists with a table of their own are added there".to_owned(),
            };
            let message = format!("`{key}` is no key of a value");
            self.problems.push(Problem::error(Code::UnknownKey, key_place, message).found(key).help(help));
            return;
        };
        self.warn_of_hidden(row, before);
        self.warn_of_unit(row, key, before);
        let kind_cell = self.sheet.value(row, self.columns[&Column::Kind]);
        if kind_cell.words() == NONE {
            // Steps of a rate, or a plain number in the table of its list, may have taken its place since.
            let text = |root: &Node| get(root, &way.steps).map(|node| inline(&node.value));
            if text(&self.root) == text(&self.before) {
                route::remove(&mut self.root, &way.steps);
            }
            return;
        }
        match way.kind {
            Some(ValueKind::Number | ValueKind::Steps(_)) | None => self.number(row, key, key_place, &way),
            Some(kind) => self.scalar(row, key, key_place, &way, kind),
        }
    }

    /// Warns of another unit beside a number, which stays in its own.
    fn warn_of_unit(&mut self, row: u32, key: &str, before: Option<&KeyRow>) {
        let at = self.columns[&Column::Unit];
        let (said, Some(before)) = (in_words(self.sheet.value(row, at)), before) else { return };
        if !said.is_empty() && said != before.unit {
            let place = self.place(row, at);
            let message = format!("`{key}`: the unit was changed, which counts for nothing");
            let unit = if before.unit.is_empty() { "empty" } else { before.unit };
            let help = format!("make it {unit} again; capstake takes the number so");
            self.problems.push(Problem::warning(Code::SheetRow, place, message).found(said).help(help));
        }
    }

    /// Problems of the row of a key that takes one value, where it says more.
    fn says_more(&mut self, row: u32, key: &str, kind: ValueKind) {
        let word = kind.type_word();
        let at = self.columns[&Column::Kind];
        let said = in_words(self.sheet.value(row, at));
        if !["", word, CONSTANT].contains(&said.as_str()) {
            let place = self.place(row, at);
            let message = format!("`{key}` is no uncertain number: its kind is {word}");
            let help = format!("write {word}; none takes the key out of the scenario");
            self.problems.push(Problem::error(Code::SheetRow, place, message).found(said).help(help));
        }
        for column in &COLUMNS[Column::P10 as usize..] {
            let at = self.columns[column];
            if self.sheet.value(row, at).is_empty() {
                continue;
            }
            let place = self.place(row, at);
            let message = format!("`{key}` has no {}: this cell is ignored", column.header());
            let help = format!("empty the cell; the value stands in the column {}", Column::Value.header());
            self.problems.push(Problem::error(Code::SheetRow, place, message).help(help));
        }
    }

    fn scalar(&mut self, row: u32, key: &str, key_place: Place, way: &Route, kind: ValueKind) {
        self.says_more(row, key, kind);
        let Some((cell, place)) = self.checked(row, self.columns[&Column::Value]) else { return };
        let then = get(&self.before, &way.steps);
        if let Some(then) = then.filter(|then| cell_of(kind, &then.value).is_same(cell)) {
            let mut node = then.clone();
            set_places(&mut node, place);
            return put(&mut self.root, &way.steps, key_place, node);
        }
        if cell.is_empty() && !matches!(kind, ValueKind::Text) {
            return self.empty(key, place);
        }
        match value_of(kind, cell, place) {
            Ok(node) => put(&mut self.root, &way.steps, key_place, node),
            Err(problem) => self.problems.push(*problem),
        }
    }

    fn number(&mut self, row: u32, key: &str, key_place: Place, way: &Route) {
        let mut cells: HashMap<Column, (&CellValue, Place)> = HashMap::new();
        for column in COLUMNS[Column::Kind as usize..].iter().copied() {
            let Some(found) = self.checked(row, self.columns[&column]) else { return };
            cells.insert(column, found);
        }
        let (kind, _) = cells[&Column::Kind];
        let value = cells[&Column::Value];
        let says_nothing = COLUMNS[Column::Value as usize..=Column::Upper as usize]
            .iter()
            .all(|column| cells[column].0.is_empty() || cells[column].0.words() == IN_TABLE);
        if matches!(kind.words(), "" | CONSTANT) && says_nothing {
            return self.empty(key, value.1);
        }
        let then = get(&self.before, &way.steps).cloned();
        let table = match kind.words() {
            "discrete" => self.discrete.remove(key).map(|(nodes, _)| nodes),
            _ => {
                if let Some(then) = then.as_ref().filter(|then| then.get("values").is_some()) {
                    self.no_longer_discrete(key, then);
                }
                None
            }
        };
        let found = |column| cells[&column];
        let number = number_of(found, table, then.as_ref())
            .and_then(|node| complete(key, &node, found).map_or(Ok(node), |problem| Err(Box::new(problem))));
        match number {
            Ok(node) => put(&mut self.root, &way.steps, key_place, node),
            Err(problem) => self.problems.push(*problem),
        }
    }

    /// Takes the rows of what was discrete, and is not now, out of the table: they say nothing, unless they were changed.
    fn no_longer_discrete(&mut self, key: &str, then: &Node) {
        let Some(([values, weights], row)) = self.discrete.remove(key) else { return };
        let is_as_it_was = |now: &Node, part: &str| then.get(part).is_some_and(|then| are_same(now, then));
        if is_as_it_was(&values, "values") && is_as_it_was(&weights, "weights") {
            return;
        }
        let place = self.place(row, 0);
        let message = format!(
            "`{key}` is not discrete any more, and its rows in the table {} were changed: they count for nothing",
            marker(DISCRETE)
        );
        let help = "choose discrete as its kind in its row above, or empty these rows";
        self.problems.push(Problem::error(Code::SheetRow, place, message).help(help));
    }

    fn empty(&mut self, key: &str, place: Place) {
        let message = format!("`{key}` has no value: its cell is empty");
        let help = "type the value; to take the key out of the scenario, choose none as its kind";
        self.problems.push(Problem::error(Code::NumberEmpty, place, message).help(help));
    }
}
