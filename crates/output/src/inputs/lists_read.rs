//! Reads the tables of lists on the sheet *Inputs*: their entries in the order of the rows, each as it was unless its cells differ.

use super::cell::in_words;
use super::column::Column;
use super::layout::{discrete, field_cell, is_uncertain};
use super::list::{DISCRETE, Field, Holds, List, UNCERTAIN, identity, marker};
use super::number::same_digits;
use super::reading::{Reading, Weighted};
use super::route::{get, route};
use super::scalar::{cell_of, set_places, value_of};
use capstake::config::Code;
use capstake::config::Config;
use capstake::config::place::Place;
use capstake::config::problem::Problem;
use capstake::config::section::Section;
use capstake::config::spec::ValueKind;
use capstake::config::tree::{Entry, Node, Value};
use std::ops::Range;

/// A row of a table: the cell of each field.
type Row<'a> = Vec<(&'a Field, u32, u16)>;

/// The rows of a table that hold something. Problems: a column that is gone.
fn rows<'a>(reading: &mut Reading<'_>, list: &'a List, rows: Range<u32>) -> Vec<Row<'a>> {
    let header = rows.start;
    let mut columns = Vec::new();
    for field in &list.fields {
        let found = (0..64).find(|&at| reading.sheet.value(header, at).words() == field.header);
        match found {
            Some(column) => columns.push((field, column)),
            None => {
                let place = reading.place(header, 0);
                let message =
                    format!("the table {} has no column `{}` any more", marker(list.path), field.header);
                let help = "bring the row of its headers back from the original workbook";
                reading.problems.push(Problem::error(Code::SheetRow, place, message).help(help));
                return Vec::new();
            }
        }
    }
    let holds_something = |row: u32| {
        columns.iter().any(|&(_, column)| {
            let cell = reading.sheet.value(row, column);
            let is_formula = reading.sheet.formulas.contains(&(row, column));
            (!cell.is_empty() || is_formula) && cell.words() != UNCERTAIN
        })
    };
    let used: Vec<u32> = (header + 1..rows.end).filter(|&row| holds_something(row)).collect();
    stray_cells(reading, list, &columns, header + 1..rows.end);
    used.into_iter()
        .map(|row| columns.iter().map(|&(field, column)| (field, row, column)).collect())
        .collect()
}

/// Problems of cells beside the columns of a table, which would count for nothing. The first column of a table without names holds
/// the paths of its entries.
fn stray_cells(reading: &mut Reading<'_>, list: &List, columns: &[(&Field, u16)], rows: Range<u32>) {
    let is_stray = |column: &u16| *column > 0 && columns.iter().all(|(_, own)| own != column);
    let stray: Vec<u16> = reading.columns.values().copied().filter(is_stray).collect();
    for row in rows {
        for &column in &stray {
            if reading.sheet.value(row, column).is_empty() {
                continue;
            }
            let place = reading.place(row, column);
            let message = format!("the table {} has no such column: this cell is ignored", marker(list.path));
            let own: Vec<&str> = columns.iter().map(|(field, _)| field.header).collect();
            let help = format!("empty the cell; the columns are {}", own.join(", "));
            reading.problems.push(Problem::error(Code::SheetRow, place, message).help(help));
        }
    }
}

/// Reads the table of a list into the scenario.
pub(super) fn list(reading: &mut Reading<'_>, list: &List, range: Range<u32>) {
    let rows = rows(reading, list, range);
    let outer_of = |reading: &Reading<'_>, row: &Row<'_>| {
        let own = row.iter().find(|(field, ..)| matches!(field.holds, Holds::Outer));
        own.map(|&(_, row, column)| in_words(reading.sheet.value(row, column))).unwrap_or_default()
    };
    // Every outer entry that had the list, or has a row of it now.
    let mut lists: Vec<(String, Vec<Node>, Place)> = Vec::new();
    for row in &rows {
        let outer = outer_of(reading, row);
        let place = reading.place(row[0].1, row[0].2);
        let Some(entry) = entry(reading, list, &outer, row) else { continue };
        match lists.iter_mut().find(|(known, ..)| *known == outer) {
            Some((_, entries, _)) => entries.push(entry),
            None => lists.push((outer, vec![entry], place)),
        }
    }
    for (outer, entries, _) in &mut lists {
        in_former_order(reading, list, outer, entries);
    }
    match list.outer() {
        None => {
            let entries = lists.pop().map_or(Vec::new(), |(_, entries, _)| entries);
            put_list(&mut reading.root, &list.path.split('.').collect::<Vec<_>>(), entries);
        }
        Some((outer, inner)) => {
            let Value::Table(top) = &mut reading.root.value else { return };
            let found = top.iter_mut().find(|entry| entry.key == outer).map(|entry| &mut entry.node.value);
            let Some(Value::Array(owners)) = found else { return };
            for owner in owners {
                let name = match owner.get("name").map(|node| &node.value) {
                    Some(Value::Text(name)) => name.clone(),
                    _ => continue,
                };
                let own = lists.iter().position(|(known, ..)| *known == name).map(|at| lists.remove(at));
                let had = matches!(owner.get(inner), Some(Node { value: Value::Array(_), .. }));
                match own {
                    Some((.., entries, place)) => {
                        if !had && let Some(other) = owner.get(inner) {
                            let message =
                                format!("`{outer}.{name}.{inner}` is given here, and in a row above");
                            let problem =
                                Problem::error(Code::SheetRow, place, message).also(other.place, "");
                            reading.problems.push(
                                problem.help("choose none as the kind of the row above, or empty these rows"),
                            );
                            continue;
                        }
                        put_list(owner, &[inner], entries);
                    }
                    None if had => put_list(owner, &[inner], Vec::new()),
                    None => {}
                }
            }
            for (name, _, place) in lists {
                let code = if outer == "deal" { Code::UnknownDeal } else { Code::UnknownSegment };
                let message = format!("there is no {outer} `{name}`");
                let help = format!("write the name of a {outer} of this scenario");
                reading.problems.push(Problem::error(code, place, message).found(name).help(help));
            }
        }
    }
}

/// Puts the entries of a list in the order that they had, new ones behind: to sort a table changes nothing.
fn in_former_order(reading: &Reading<'_>, list: &List, outer: &str, entries: &mut [Node]) {
    let known = super::list::entries_of(&reading.before, list);
    let of =
        |known: &super::list::ListEntry<'_>| identity(list, known.outer.as_deref().unwrap_or(""), known.node);
    let former: Vec<String> = known.iter().map(of).collect();
    entries.sort_by_cached_key(|entry| {
        let own = identity(list, outer, entry);
        former.iter().position(|known| *known == own).unwrap_or(former.len())
    });
}

/// Gives a table its list; an empty one is taken out.
fn put_list(node: &mut Node, path: &[&str], entries: Vec<Node>) {
    let Value::Table(own) = &mut node.value else { return };
    let (key, rest) = (path[0], &path[1..]);
    if !rest.is_empty() {
        if !own.iter().any(|entry| entry.key == key) {
            if entries.is_empty() {
                return;
            }
            let node = Node { place: Place::FILE, value: Value::Table(Vec::new()) };
            own.push(Entry { key: key.to_owned(), key_place: Place::FILE, node });
        }
        let inner = own.iter_mut().find(|entry| entry.key == key).expect("it is there");
        return put_list(&mut inner.node, rest, entries);
    }
    if entries.is_empty() {
        own.retain(|entry| entry.key != key);
        return;
    }
    let place = entries[0].place;
    let node = Node { place, value: Value::Array(entries) };
    match own.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => entry.node = node,
        None => own.push(Entry { key: key.to_owned(), key_place: place, node }),
    }
}

/// The entry of a row; `None` if one of its cells has no value that counts.
fn entry(reading: &mut Reading<'_>, list: &List, outer: &str, row: &Row<'_>) -> Option<Node> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut pair: Vec<Node> = Vec::new();
    let mut sound = true;
    for &(field, at, column) in row {
        let Some((cell, place)) = reading.checked(at, column) else {
            sound = false;
            continue;
        };
        match field.holds {
            Holds::Outer | Holds::Discrete(_) => {}
            Holds::Pair(_) => {
                if !cell.is_empty() {
                    pair.push(Node { place, value: Value::Text(in_words(cell)) });
                }
            }
            Holds::Key(_) if cell.is_empty() || cell.words() == UNCERTAIN => {}
            Holds::Key(key) => match value_of(key.kind, cell, place) {
                Ok(node) => entries.push(Entry { key: key.key.to_owned(), key_place: place, node }),
                Err(problem) => {
                    reading.problems.push(*problem);
                    sound = false;
                }
            },
        }
    }
    if !pair.is_empty() {
        let place = pair[0].place;
        let node = Node { place, value: Value::Array(pair) };
        entries.insert(0, Entry { key: "between".to_owned(), key_place: place, node });
    }
    let place = reading.place(row[0].1, row[0].2);
    let mut now = Node { place, value: Value::Table(entries) };
    take_over(reading, list, outer, row, &mut now);
    sound.then_some(now)
}

/// Gives an entry what it was before, where its cells say the same.
fn take_over(reading: &mut Reading<'_>, list: &List, outer: &str, row: &Row<'_>, now: &mut Node) {
    let own = identity(list, outer, now);
    let known = super::list::entries_of(&reading.before, list);
    let Some(then) =
        known.iter().find(|known| identity(list, known.outer.as_deref().unwrap_or(""), known.node) == own)
    else {
        let given = row.iter().filter(|&&(_, at, column)| !reading.sheet.value(at, column).is_empty());
        let given: Vec<(u32, u16)> = given.map(|&(_, at, column)| (at, column)).collect();
        let given: Vec<(u16, Place)> =
            given.into_iter().map(|(at, column)| (column, reading.place(at, column))).collect();
        return warn_of_hidden(reading, list, row, &given);
    };
    let then = then.node.clone();
    // As far as keys have been taken out by the kind none.
    let left = super::list::entries_of(&reading.root, list)
        .into_iter()
        .find(|left| identity(list, left.outer.as_deref().unwrap_or(""), left.node) == own)
        .map(|left| left.node.clone());
    let mut changed = Vec::new();
    let Value::Table(entries) = &mut now.value else { return };
    for &(field, at, column) in row {
        let Holds::Key(key) = field.holds else { continue };
        let cell = reading.sheet.value(at, column);
        let place = reading.places.at(at, column);
        let own = entries.iter().position(|entry| entry.key == key.key);
        let before = then.get(key.key);
        if field_cell(field.holds, &then).is_same(cell) {
            let Some(before) = before else { continue };
            let mut node = before.clone();
            set_places(&mut node, place);
            match own {
                Some(at) => entries[at].node = node,
                None => entries.push(Entry { key: key.key.to_owned(), key_place: place, node }),
            }
        } else {
            changed.push((column, place));
            if let Some(at) = own {
                same_digits(&mut entries[at].node, before);
                keep_beside(&mut entries[at].node, before);
            }
            let has_row = before.is_some_and(is_uncertain)
                && left.as_ref().is_some_and(|left| left.get(key.key).is_some());
            if has_row && !cell.is_empty() {
                let message =
                    format!("`{}` has a row above, which counts; this cell says otherwise", key.key);
                let help = format!(
                    "change the row above and write `{UNCERTAIN}` here; or choose none as its kind, and this cell counts"
                );
                reading.problems.push(Problem::error(Code::SheetRow, place, message).help(help));
            }
        }
    }
    warn_of_hidden(reading, list, row, &changed);
}

/// Warns of changed cells of a row that are not shown.
fn warn_of_hidden(reading: &mut Reading<'_>, list: &List, row: &Row<'_>, changed: &[(u16, Place)]) {
    let Some(&(_, at, first)) = row.first() else { return };
    if reading.sheet.hidden.contains(&at) && !changed.is_empty() {
        let place = reading.place(at, first);
        reading.hidden_row(&format!("this row of the table {}", marker(list.path)), place);
    } else {
        for &(column, place) in changed {
            reading.hidden_column(column, place);
        }
    }
}

/// Keeps the source, the note and the bounds of a plain number that has another value now.
fn keep_beside(now: &mut Node, before: Option<&Node>) {
    let Some(Node { value: Value::Table(parts), .. }) = before.filter(|before| !is_uncertain(before)) else {
        return;
    };
    if !matches!(now.value, Value::Float(_) | Value::Integer(_))
        || parts.iter().all(|part| part.key != "value")
    {
        return;
    }
    let place = now.place;
    let value = std::mem::replace(&mut now.value, Value::Table(parts.clone()));
    set_places(now, place);
    if let Value::Table(parts) = &mut now.value {
        parts.iter_mut().filter(|part| part.key == "value").for_each(|part| part.node.value = value.clone());
    }
}

/// Reads the values and weights of discrete distributions.
pub(super) fn weighted(reading: &mut Reading<'_>, range: Range<u32>) -> Weighted {
    let list = super::list::lists().into_iter().find(|list| list.path == DISCRETE).expect("it is one");
    let mut found = Weighted::new();
    let mut rows_of: Vec<(String, Row<'_>)> = Vec::new();
    for row in rows(reading, &list, range) {
        let mut key = String::new();
        let mut nodes: Vec<Option<Node>> = vec![None, None];
        let mut sound = true;
        for &(field, at, column) in &row {
            let Some((cell, place)) = reading.checked(at, column) else {
                sound = false;
                continue;
            };
            match field.holds {
                Holds::Discrete(0) => key = in_words(cell),
                Holds::Discrete(part) if !cell.is_empty() => match value_of(ValueKind::Real, cell, place) {
                    Ok(node) => nodes[part - 1] = Some(node),
                    Err(problem) => {
                        reading.problems.push(*problem);
                        sound = false;
                    }
                },
                _ => {}
            }
        }
        let at = row[0].1;
        rows_of.push((key.clone(), row.clone()));
        let [values, weights] = &mut found
            .entry(key.clone())
            .or_insert_with(|| {
                let mut empty = || Node {
                    place: reading.places.at(at, Column::Value.index()),
                    value: Value::Array(Vec::new()),
                };
                ([empty(), empty()], at)
            })
            .0;
        if !sound {
            continue;
        }
        for (list, node) in [values, weights].into_iter().zip(nodes) {
            if let (Value::Array(items), Some(node)) = (&mut list.value, node) {
                items.push(node);
            }
        }
    }
    // The order and the digits that values and weights had.
    discrete(&reading.before, Config::SPEC, "", &mut |key, values, weights| {
        if let Some((now, _)) = found.get_mut(key) {
            pairs_in_former_order(now, values, weights);
            for (now, then) in now.iter_mut().zip([values, weights]) {
                if let Value::Array(items) = &mut now.value {
                    for (item, then) in items.iter_mut().zip(then) {
                        same_digits(item, Some(then));
                    }
                }
            }
        }
    });
    for (key, row) in &rows_of {
        let way = route(&reading.before, key);
        let then = way.and_then(|way| get(&reading.before, &way.steps));
        let now = found.get(key).map(|(now, _)| now);
        let is_changed = |field: &Field| match field.holds {
            Holds::Discrete(0) | Holds::Key(_) | Holds::Pair(_) | Holds::Outer => then.is_none(),
            Holds::Discrete(part) => {
                let then = then.and_then(|then| then.get(["values", "weights"][part - 1]));
                !now.zip(then).is_some_and(|(now, then)| are_same(&now[part - 1], then))
            }
        };
        let cells = row.iter().filter(|(field, ..)| is_changed(field));
        let cells: Vec<(u32, u16)> = cells.map(|&(_, at, column)| (at, column)).collect();
        let changed: Vec<(u16, Place)> =
            cells.into_iter().map(|(at, column)| (column, reading.place(at, column))).collect();
        warn_of_hidden(reading, &list, row, &changed);
    }
    found
}

/// Puts values with their weights in the order that they had, if they are the same.
fn pairs_in_former_order(now: &mut [Node; 2], values: &[Node], weights: &[Node]) {
    let [Node { value: Value::Array(own_values), .. }, Node { value: Value::Array(own_weights), .. }] = now
    else {
        return;
    };
    if [own_values.len(), own_weights.len(), weights.len()] != [values.len(); 3] {
        return;
    }
    let mut left: Vec<usize> = (0..values.len()).collect();
    let mut order = Vec::new();
    for (value, weight) in values.iter().zip(weights) {
        let is_it = |&at: &usize| is_same(&own_values[at], value) && is_same(&own_weights[at], weight);
        let Some(found) = left.iter().position(is_it) else { return };
        order.push(left.remove(found));
    }
    *own_values = order.iter().map(|&at| own_values[at].clone()).collect();
    *own_weights = order.iter().map(|&at| own_weights[at].clone()).collect();
}

/// Whether two nodes hold the same number.
fn is_same(a: &Node, b: &Node) -> bool {
    cell_of(ValueKind::Real, &a.value).is_same(&cell_of(ValueKind::Real, &b.value))
}

/// Whether two lists hold the same numbers.
pub(super) fn are_same(now: &Node, then: &Node) -> bool {
    match (&now.value, &then.value) {
        (Value::Array(now), Value::Array(then)) => {
            now.len() == then.len() && now.iter().zip(then).all(|(a, b)| is_same(a, b))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_is_none() {
        let mut node = Node { place: Place::FILE, value: Value::Table(Vec::new()) };
        let entry = Node { place: Place::FILE, value: Value::Flag(true) };
        put_list(&mut node, &["history", "period"], vec![entry]);
        assert!(node.get("history").is_some_and(|history| history.get("period").is_some()));
        put_list(&mut node, &["history", "period"], Vec::new());
        assert!(node.get("history").is_some_and(|history| history.get("period").is_none()));
    }
}
