//! A number of the scenario in the cells of its row, and back.

use super::cell::{CellValue, in_words, same_number};
use super::column::{CONSTANT, Column, SAME_AS};
use super::scalar::{number_in, parsed};
use capstake::config::Family;
use capstake::config::choice::Choice;
use capstake::config::place::Place;
use capstake::config::problem::Problem;
use capstake::config::tree::{Entry, Node, Value, inline};

/// What stands among the other parameters of a discrete distribution, whose values and weights have a table of their own.
pub const IN_TABLE: &str = "in the table [[discrete]] below";

/// The cells of a row, from its kind on; columns without an entry are empty.
pub type Cells = Vec<(Column, CellValue)>;

/// The cells of a number; `None` if it is none.
pub fn cells_of(node: &Node) -> Option<Cells> {
    let plain = |value: &Value| match value {
        Value::Float(number) => Some(CellValue::number(*number)),
        Value::Integer(number) => Some(CellValue::Number(*number as f64)),
        _ => None,
    };
    let Value::Table(entries) = &node.value else {
        return Some(vec![(Column::Kind, CellValue::text(CONSTANT)), (Column::Value, plain(&node.value)?)]);
    };
    let word = |key: &str| match node.get(key).map(|node| &node.value) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let kind = match (word("dist"), word("same_as")) {
        (Some(family), _) => family,
        (None, Some(_)) => SAME_AS.to_owned(),
        (None, None) => CONSTANT.to_owned(),
    };
    let mut cells = vec![(Column::Kind, CellValue::Text(kind))];
    let mut others = Vec::new();
    for Entry { key, node, .. } in entries {
        match (key.as_str(), Column::of(key), &node.value) {
            ("dist", ..) => {}
            ("same_as", _, Value::Text(text)) => others.push(text.clone()),
            ("values", ..) => others.push(IN_TABLE.to_owned()),
            ("weights", ..) => {}
            (_, Some(column), Value::Text(text)) => cells.push((column, CellValue::text(text.as_str()))),
            (_, Some(column), value) => cells.push((column, plain(value)?)),
            (key, None, value) => others.push(format!("{key} = {}", inline(value))),
        }
    }
    cells.push((Column::Other, CellValue::text(others.join(", "))));
    Some(cells)
}

/// A cell of a row that is read: its content and its place.
pub type Found<'a> = (&'a CellValue, Place);

/// The number that the cells of a row say. `found` gives the cell of a column; `table` the values and weights of a discrete
/// distribution that stand in their own table; `before` is the number that the row held when it was written.
///
/// # Errors
/// A text among the other parameters that is not TOML, or where a number belongs.
pub fn number_of<'a>(
    found: impl Fn(Column) -> Found<'a>,
    table: Option<[Node; 2]>,
    before: Option<&Node>,
) -> Result<Node, Box<Problem>> {
    let (kind, kind_place) = found(Column::Kind);
    let kind = match kind.words() {
        "" => CONSTANT,
        word => word,
    };
    // What the former kind had, and this one does not take, says nothing.
    let former = before.map(cells_of).unwrap_or_default().unwrap_or_default();
    let former_cell = |at: Column| former.iter().find(|(column, _)| *column == at).map(|(_, cell)| cell);
    let is_other_kind = former_cell(Column::Kind).is_some_and(|former| former.words() != kind);
    let is_left_over = |key: &str| is_other_kind && is_parameter(key) && !takes(kind, key);
    let mut entries: Vec<Entry> = Vec::new();
    let mut add = |key: &str, place: Place, node: Node| {
        entries.push(Entry { key: key.to_owned(), key_place: place, node });
    };
    let text = |text: &str, place: Place| Node { place, value: Value::Text(text.to_owned()) };
    if ![CONSTANT, SAME_AS].contains(&kind) {
        add("dist", kind_place, text(kind, kind_place));
    }
    for column in super::column::COLUMNS[Column::Value as usize..].iter().copied() {
        let (cell, place) = found(column);
        let is_as_it_was = former_cell(column).is_some_and(|former| former.is_same(cell));
        if cell.is_empty() || is_as_it_was && is_left_over(column.header()) {
            continue;
        }
        if column == Column::Other {
            if is_as_it_was && former_cell(Column::Kind).is_some_and(|former| former.words() == SAME_AS) {
                // The key of another number.
                if kind != SAME_AS {
                    continue;
                }
            }
            let mut words = cell.words().to_owned();
            if kind == SAME_AS {
                let (key, rest) = words.split_once(',').unwrap_or((&words, ""));
                // The key alone, or as a scenario file has it.
                let key = key.trim().trim_start_matches("same_as").trim_start_matches([' ', '=']);
                add("same_as", place, text(key.trim_matches(['"', ' ']), place));
                words = rest.to_owned();
            }
            let kept: Vec<&str> = words.split(IN_TABLE).map(|part| part.trim_matches([',', ' '])).collect();
            let kept = kept.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
            if !kept.is_empty() || !matches!(cell, CellValue::Text(_)) {
                for mut entry in parsed(cell, &kept, place)? {
                    if is_as_it_was && is_left_over(&entry.key) {
                        continue;
                    }
                    same_digits(&mut entry.node, before.and_then(|before| before.get(&entry.key)));
                    add(&entry.key, place, entry.node);
                }
            }
            continue;
        }
        let value = match column {
            Column::Source | Column::Note => Value::Text(in_words(cell)),
            _ => number_in(cell, place)?,
        };
        let mut node = Node { place, value };
        same_digits(&mut node, before.and_then(|before| part(before, column.header())));
        add(column.header(), place, node);
    }
    if let Some([values, weights]) = table.filter(|_| kind == "discrete") {
        add("values", kind_place, values);
        add("weights", kind_place, weights);
    }
    Ok(match entries.as_slice() {
        [only] if only.key == "value" => only.node.clone(),
        _ => Node { place: kind_place, value: Value::Table(entries) },
    })
}

/// Whether a key is a parameter of some kind of number.
fn is_parameter(key: &str) -> bool {
    key == "value" || Family::all().any(|family| family.takes(key))
}

/// Whether a kind of number takes a parameter. An unknown kind takes all, so that nothing is said of them.
fn takes(kind: &str, key: &str) -> bool {
    match kind {
        CONSTANT => key == "value",
        SAME_AS => false,
        _ => Family::all().find(|family| family.word() == kind).is_none_or(|family| family.takes(key)),
    }
}

/// A part of a number as it was written: of a plain number, itself is its value.
fn part<'a>(number: &'a Node, key: &str) -> Option<&'a Node> {
    match number.value {
        Value::Table(_) => number.get(key),
        _ => (key == "value").then_some(number),
    }
}

/// Gives a number the digits that it had, if it is still the same.
pub fn same_digits(node: &mut Node, before: Option<&Node>) {
    let number = |value: &Value| match value {
        Value::Float(number) => Some(*number),
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    };
    let Some(before) = before else { return };
    match (number(&node.value), number(&before.value)) {
        (Some(now), Some(then)) if same_number(now, then) => node.value = before.value.clone(),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capstake::config::place::Origin;
    use capstake::config::tree;

    fn number(text: &str) -> Node {
        tree::value(text, Origin::File, 0).expect("it is TOML")
    }

    fn there_and_back(text: &str) -> String {
        let before = number(text);
        let cells = cells_of(&before).expect("a number");
        let empty = CellValue::Empty;
        let found = |column| {
            let cell = cells.iter().find(|(at, _)| *at == column).map_or(&empty, |(_, cell)| cell);
            (cell, Place::FILE)
        };
        let table =
            before.get("values").map(|values| [values.clone(), before.get("weights").unwrap().clone()]);
        inline(&number_of(found, table, Some(&before)).expect("it is read").value)
    }

    #[test]
    fn every_form_of_a_number_comes_back() {
        for text in [
            "0.2",
            "inf",
            "{ value = 38.0, source = \"s\", note = \"n\" }",
            "{ dist = \"quantiles\", p10 = 0.1, p50 = 0.2, p90 = 0.3, lower = 0.0, upper = 1.0 }",
            "{ dist = \"quantiles\", p50 = 0.2, p05 = 0.1, p95 = 0.3 }",
            "{ dist = \"lognormal\", median = 3.0, sigma = 0.4 }",
            "{ dist = \"discrete\", values = [1.0, 2.0], weights = [0.5, 0.5] }",
            "{ dist = \"empirical\", csv = \"a, b.csv\", column = \"x\" }",
            "{ dist = \"normal\", mean = 1.0, sd = 2.0, min = 0.0, basis = \"annual\" }",
            "{ same_as = \"deal.a.rate\", note = \"n\" }",
            "{ value = 1.0, informed_by = \"s\" }",
        ] {
            let sorted = |text: &str| {
                let mut entries = number(text).entries().map(<[Entry]>::to_vec).unwrap_or_default();
                entries.sort_by(|a, b| a.key.cmp(&b.key));
                entries
                    .iter()
                    .map(|entry| format!("{} = {}", entry.key, inline(&entry.node.value)))
                    .collect::<Vec<_>>()
            };
            let back = there_and_back(text);
            assert_eq!(sorted(&back), sorted(text), "{back}");
            if !text.starts_with('{') {
                assert_eq!(back, text);
            }
        }
    }

    #[test]
    fn what_only_the_former_kind_took_says_nothing() {
        let before =
            number("{ dist = \"quantiles\", p10 = 0.1, p50 = 0.2, p90 = 0.3, lower = 0.0, note = \"n\" }");
        let changed = |change: &[(Column, CellValue)]| {
            let mut cells = cells_of(&before).expect("a number");
            cells.retain(|(at, _)| change.iter().all(|(column, _)| column != at));
            cells.extend_from_slice(change);
            let empty = CellValue::Empty;
            let found = |column| {
                (cells.iter().find(|(at, _)| *at == column).map_or(&empty, |(_, cell)| cell), Place::FILE)
            };
            inline(&number_of(found, None, Some(&before)).expect("it is read").value)
        };
        let [constant, normal] = [CONSTANT, "normal"].map(|kind| (Column::Kind, CellValue::text(kind)));
        let value = (Column::Value, CellValue::Number(0.4));
        assert_eq!(changed(&[constant.clone(), value.clone()]), "{ value = 0.4, note = \"n\" }");
        let [mean, sd] = [(Column::Mean, 0.5), (Column::Sd, 0.25)].map(|(at, x)| (at, CellValue::Number(x)));
        assert_eq!(
            changed(&[normal, mean, sd]),
            "{ dist = \"normal\", mean = 0.5, sd = 0.25, note = \"n\" }"
        );
        // What was typed counts, and is refused.
        let p10 = (Column::P10, CellValue::Number(0.15));
        assert_eq!(changed(&[constant, value, p10]), "{ value = 0.4, p10 = 0.15, note = \"n\" }");
    }

    #[test]
    fn other_parameters_that_are_not_toml_are_a_problem() {
        let (kind, other, empty) =
            (CellValue::text("lognormal"), CellValue::text("median 3"), CellValue::Empty);
        let found = |column| match column {
            Column::Kind => (&kind, Place::FILE),
            Column::Other => (&other, Place::FILE),
            _ => (&empty, Place::FILE),
        };
        let problem = number_of(found, None, None).expect_err("no TOML");
        assert_eq!(problem.code.id(), "S005");
    }
}
