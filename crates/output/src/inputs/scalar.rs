//! Values of the scenario that are no uncertain numbers, in one cell, and back: dates, words, flags, texts.

use super::cell::{CellValue, in_words, whole};
use capstake::config::place::{Origin, Place};
use capstake::config::problem::Problem;
use capstake::config::spec::ValueKind;
use capstake::config::tree::{self, Entry, Node, Value, inline};
use capstake::config::{Code, Date};

/// The cell of a value.
pub fn cell_of(kind: ValueKind, value: &Value) -> CellValue {
    match (kind, value) {
        (_, Value::Date(date)) => CellValue::Date(*date),
        // As a word: of a truth value LibreOffice makes a formula.
        (_, Value::Flag(flag)) => CellValue::Text(flag.to_string()),
        (_, Value::Text(text)) => CellValue::text(text.as_str()),
        (_, Value::Float(number)) => CellValue::number(*number),
        // A cell holds whole numbers up to 2^53 exactly.
        (_, Value::Integer(number)) if whole(*number as f64) == Some(*number) => {
            CellValue::Number(*number as f64)
        }
        (_, other) => CellValue::text(inline(other)),
    }
}

/// The value that a cell says, for a key that takes such a value.
///
/// # Errors
/// A list that is not TOML.
pub fn value_of(kind: ValueKind, cell: &CellValue, place: Place) -> Result<Node, Box<Problem>> {
    let value = match (kind, cell) {
        (ValueKind::Text | ValueKind::Name | ValueKind::Choice(_), cell) => Value::Text(in_words(cell)),
        (ValueKind::Date, CellValue::Text(text)) => match Date::parse(text.trim()) {
            Some(date) => Value::Date(date),
            None => Value::Text(text.trim().to_owned()),
        },
        (ValueKind::Flag, CellValue::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Value::Flag(true),
            "false" => Value::Flag(false),
            _ => Value::Text(text.trim().to_owned()),
        },
        (ValueKind::Integer | ValueKind::Date, CellValue::Number(number)) => match whole(*number) {
            Some(number) => Value::Integer(number),
            None => Value::Float(*number),
        },
        // Beyond 2^53 whole numbers are written as texts.
        (ValueKind::Integer, CellValue::Text(text)) => match text.trim().parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Text(text.trim().to_owned()),
        },
        (ValueKind::Reals | ValueKind::Texts | ValueKind::Pair, CellValue::Text(text)) => {
            let mut node = tree::value(text.trim(), Origin::File, 0)
                .map_err(|(message, _)| not_toml(&message, text, place))?;
            set_places(&mut node, place);
            return Ok(node);
        }
        (ValueKind::Number | ValueKind::Real, cell) => number_in(cell, place)?,
        (_, cell) => cell.to_value(),
    };
    Ok(Node { place, value })
}

/// What a cell says where a number belongs.
///
/// # Errors
/// It holds the digits of a number as a text, a date, or true or false.
pub fn number_in(cell: &CellValue, place: Place) -> Result<Value, Box<Problem>> {
    let words = cell.words();
    if words.parse::<f64>().is_ok_and(f64::is_finite) {
        let message = format!("this cell holds the text `{words}`, which is not a number to a spreadsheet");
        return Err(Box::new(
            Problem::error(Code::WrongType, place, message).found(format!("the text {words:?}")).help(
                format!(
                    "give the cell the format General and type {words} again, without an apostrophe before it"
                ),
            ),
        ));
    }
    let other = |what: String, help: &str| {
        let message = format!("this cell holds {what}, where a number belongs");
        Err(Box::new(Problem::error(Code::WrongType, place, message).found(what).help(help)))
    };
    match cell {
        CellValue::Date(date) => {
            other(format!("the date {date}"), "give the cell the format General, and type the number")
        }
        CellValue::Flag(flag) => other(format!("the truth value {flag}"), "type the number"),
        _ => Ok(cell.to_number()),
    }
}

/// The entries of a cell that holds `key = value, key = value`.
///
/// # Errors
/// The text is not of this form.
pub fn parsed(cell: &CellValue, words: &str, place: Place) -> Result<Vec<Entry>, Box<Problem>> {
    let text = match cell {
        CellValue::Text(_) => words.to_owned(),
        other => in_words(other),
    };
    let node = tree::value(&format!("{{ {text} }}"), Origin::File, 0)
        .map_err(|(message, _)| not_toml(&message, &text, place))?;
    let Value::Table(mut entries) = node.value else { return Ok(Vec::new()) };
    for entry in &mut entries {
        entry.key_place = place;
        set_places(&mut entry.node, place);
    }
    Ok(entries)
}

fn not_toml(message: &str, text: &str, place: Place) -> Box<Problem> {
    let message = message.lines().next().unwrap_or_default();
    let shown: String = text.chars().take(60).collect();
    Box::new(
        Problem::error(Code::Syntax, place, format!("`{shown}` cannot be read: {message}")).help(
            "write parameters as `median = 30, sigma = 0.4`, texts in double quotes, lists as `[1, 2]`",
        ),
    )
}

/// Gives a value and all that is in it one place.
pub fn set_places(node: &mut Node, place: Place) {
    node.place = place;
    match &mut node.value {
        Value::Table(entries) => {
            for entry in entries {
                entry.key_place = place;
                set_places(&mut entry.node, place);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_places(item, place)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(kind: ValueKind, cell: CellValue) -> Value {
        value_of(kind, &cell, Place::FILE).expect("it is read").value
    }

    #[test]
    fn cells_become_what_their_key_takes() {
        let date = Date::new(2027, 1, 1).unwrap();
        assert_eq!(back(ValueKind::Date, CellValue::Date(date)), Value::Date(date));
        assert_eq!(back(ValueKind::Date, CellValue::text("2027-01-01")), Value::Date(date));
        assert_eq!(back(ValueKind::Date, CellValue::Number(46387.0)), Value::Integer(46387));
        assert_eq!(back(ValueKind::Flag, CellValue::text("TRUE")), Value::Flag(true));
        assert_eq!(back(ValueKind::Name, CellValue::Number(2027.0)), Value::Text("2027".into()));
        assert_eq!(back(ValueKind::Integer, CellValue::Number(5.0)), Value::Integer(5));
        assert_eq!(
            back(ValueKind::Integer, CellValue::text(u64::MAX.to_string())),
            Value::Integer(u64::MAX.into())
        );
        assert_eq!(back(ValueKind::Real, CellValue::Number(5.0)), Value::Float(5.0));
        assert!(value_of(ValueKind::Pair, &CellValue::text("a, b"), Place::FILE).is_err());
        assert!(value_of(ValueKind::Real, &CellValue::text("0.2"), Place::FILE).is_err());
        for (cell, help) in
            [(CellValue::Date(date), "the format General"), (CellValue::Flag(true), "type the number")]
        {
            let problem = value_of(ValueKind::Number, &cell, Place::FILE).expect_err("no number");
            assert!(problem.help.as_ref().is_some_and(|said| said.contains(help)), "{problem:?}");
        }
        assert_eq!(back(ValueKind::Real, CellValue::text("0,2")), Value::Text("0,2".into()));
        assert_eq!(back(ValueKind::Number, CellValue::text("inf")), Value::Float(f64::INFINITY));
    }

    #[test]
    fn whole_numbers_that_no_cell_holds_are_texts() {
        let big = i128::from(u64::MAX);
        assert_eq!(cell_of(ValueKind::Integer, &Value::Integer(big)), CellValue::text(big.to_string()));
        assert_eq!(cell_of(ValueKind::Integer, &Value::Integer(7)), CellValue::Number(7.0));
    }
}
