//! Whether the cells of a number have what its kind needs, and nothing that counts for nothing: said in the words of the sheet, at the
//! cell that is to be filled or emptied.

use super::column::{COLUMNS, CONSTANT, Column, SAME_AS, kinds_of_number};
use super::number::Found;
use capstake::config::choice::Choice;
use capstake::config::place::Place;
use capstake::config::problem::Problem;
use capstake::config::spelling::nearest;
use capstake::config::tree::{Entry, Node};
use capstake::config::{Code, Family};

/// What is wrong with the kind of a number and the cells that are filled; nothing for what is complete, and for parameters that do not
/// go together, of which the model speaks. `found` gives the cell of a column.
pub fn complete<'a>(key: &str, number: &Node, found: impl Fn(Column) -> Found<'a>) -> Option<Problem> {
    let (kind, kind_place) = found(Column::Kind);
    let entries = number.entries().unwrap_or(&[]);
    let given: Vec<&Entry> =
        entries.iter().filter(|entry| Family::all().any(|family| family.takes(&entry.key))).collect();
    let has = |key: &str| number.entries().is_none() || entries.iter().any(|entry| entry.key == key);
    match kind.words() {
        "" | CONSTANT if has("value") => {
            let foreign = given.first()?;
            let message = format!("`{key}` is a constant: {} counts for nothing", foreign.key);
            Some(of_foreign(message, foreign, &given))
        }
        "" => Some(no_kind(key, kind_place, &found)),
        CONSTANT => {
            let message = format!("`{key}` is a constant, and its value is empty");
            let help = "type the value, or choose the kind of which the other cells are";
            Some(Problem::error(Code::NumberEmpty, found(Column::Value).1, message).help(help))
        }
        SAME_AS if has("same_as") => None,
        SAME_AS => {
            let message = format!("`{key}` is the same draw as another number, which is not named");
            let help =
                format!("write the other number's full key into the column {}", Column::Other.header());
            Some(Problem::error(Code::NumberEmpty, found(Column::Other).1, message).help(help))
        }
        word => match Family::all().find(|family| family.word() == word) {
            Some(family) => of_family(key, family, &given, has("value"), found),
            None => Some(unknown(key, word, kind_place)),
        },
    }
}

fn unknown(key: &str, word: &str, place: Place) -> Problem {
    let known = kinds_of_number();
    let problem = Problem::error(Code::UnknownWord, place, format!("`{key}`: there is no kind {word:?}"))
        .found(format!("{word:?}"))
        .allowed(known.join(", "));
    match nearest(word, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean {near}? Choose it from the list of the cell")),
        None => problem.help(format!("choose one from the list of the cell: {}", known.join(", "))),
    }
}

/// The problem of a row without a kind, with cells of some distribution.
fn no_kind<'a>(key: &str, place: Place, found: &impl Fn(Column) -> Found<'a>) -> Problem {
    let filled = COLUMNS.into_iter().filter(|&column| column.is_numeric() && !found(column).0.is_empty());
    let names: Vec<&str> = filled.map(Column::header).collect();
    let fitting: Vec<&str> = Family::all().filter(|family| family.fits(&names)).map(Choice::word).collect();
    let kinds = match fitting.as_slice() {
        [] => kinds_of_number().join(", "),
        kinds => kinds.join(" or "),
    };
    Problem::error(Code::NumberEmpty, place, format!("`{key}` has no kind"))
        .help(format!("choose it from the list of the cell: {kinds}"))
}

fn of_family<'a>(
    key: &str,
    family: Family,
    given: &[&Entry],
    has_value: bool,
    found: impl Fn(Column) -> Found<'a>,
) -> Option<Problem> {
    let names: Vec<&str> = given.iter().map(|entry| entry.key.as_str()).collect();
    let (word, form) = (family.word(), family.nearest_form(&names));
    if names
        .iter()
        .any(|name| family.takes(name) && !form.contains(name) && !family.optional().contains(name))
    {
        return None;
    }
    let missing: Vec<&str> = form.iter().copied().filter(|name| !names.contains(name)).collect();
    if let Some(first) = missing.first() {
        let own = Column::of(first);
        let place = found(own.unwrap_or(Column::Other)).1;
        let message = format!("`{key}`: {word} needs {}", missing.join(" and "));
        let fill = match own {
            Some(_) => "fill the cell".to_owned(),
            None if *first == "values" || *first == "weights" => {
                "write a row for each value into the table [[discrete]] below".to_owned()
            }
            None => format!("write {first} = … into the column {}", Column::Other.header()),
        };
        let forms = family.forms_in_words(str::to_owned);
        let problem = Problem::error(Code::DistributionParameterMissing, place, message);
        return Some(problem.help(format!("{fill}, or choose another kind; {word} has {forms}")));
    }
    if has_value {
        let (_, place) = found(Column::Value);
        let message = format!("`{key}` is {word}: its cell value counts for nothing");
        let help = "empty the cell, or choose constant as the kind";
        return Some(Problem::error(Code::KeysExclusive, place, message).help(help));
    }
    let foreign = given.iter().copied().find(|entry| !family.takes(&entry.key))?;
    let message = format!("`{key}` is {word}: {} counts for nothing", foreign.key);
    Some(of_foreign(message, foreign, given))
}

fn of_foreign(message: String, foreign: &Entry, given: &[&Entry]) -> Problem {
    let names: Vec<&str> = given.iter().map(|entry| entry.key.as_str()).collect();
    let fitting: Vec<&str> = Family::all().filter(|family| family.fits(&names)).map(Choice::word).collect();
    let help = match fitting.as_slice() {
        [] => "empty the cell".to_owned(),
        kinds => format!("empty the cell, or choose {} as the kind", kinds.join(" or ")),
    };
    Problem::error(Code::DistributionParameterForeign, foreign.key_place, message).help(help)
}

#[cfg(test)]
mod tests {
    use super::super::cell::CellValue;
    use super::*;
    use capstake::config::place::Origin;
    use capstake::config::tree;

    /// The problem of a number under a kind, of which every parameter fills its cell; places are the columns.
    fn said(kind: &str, number: &str) -> Option<(Code, u16, String, String)> {
        let mut node = tree::value(number, Origin::File, 0).expect("it is TOML");
        let at = |column: Column| Place::new(Origin::File, usize::from(column.index())..99);
        if let tree::Value::Table(entries) = &mut node.value {
            for entry in entries {
                entry.key_place = at(Column::of(&entry.key).unwrap_or(Column::Other));
            }
        }
        let (kind, filled, empty) = (CellValue::text(kind), CellValue::Number(1.0), CellValue::Empty);
        let cell = |column: Column| match column {
            Column::Kind => &kind,
            column if node.get(column.header()).is_some() => &filled,
            _ => &empty,
        };
        let found = |column| (cell(column), at(column));
        let problem = complete("a.b", &node, found)?;
        Some((problem.code, problem.place().start as u16, problem.message, problem.help.unwrap_or_default()))
    }

    #[test]
    fn complete_numbers_are_fine() {
        for (kind, number) in [
            ("constant", "0.2"),
            ("", "{ value = 0.2, note = \"n\" }"),
            ("quantiles", "{ dist = \"quantiles\", p10 = 1, p50 = 2, p90 = 3, lower = 0 }"),
            ("quantiles", "{ dist = \"quantiles\", p05 = 1, p50 = 2, p95 = 3 }"),
            ("lognormal", "{ dist = \"lognormal\", median = 3, sigma = 0.4, min = 0 }"),
            ("discrete", "{ dist = \"discrete\", values = [1], weights = [1] }"),
            ("same_as", "{ same_as = \"a.c\" }"),
            // Of what does not go together the model speaks.
            ("quantiles", "{ dist = \"quantiles\", p05 = 1, p50 = 2, p90 = 3 }"),
        ] {
            assert_eq!(said(kind, number), None, "{kind}: {number}");
        }
    }

    #[test]
    fn what_lacks_or_counts_for_nothing_is_said_at_its_cell() {
        use Code::*;
        for (kind, number, code, column, message, help) in [
            (
                "quantiles",
                "{ dist = \"quantiles\", p50 = 2, p90 = 3 }",
                DistributionParameterMissing,
                Column::P10,
                "`a.b`: quantiles needs p10",
                "fill the cell",
            ),
            (
                "normal",
                "{ dist = \"normal\" }",
                DistributionParameterMissing,
                Column::Mean,
                "needs mean and sd",
                "fill",
            ),
            (
                "lognormal",
                "{ dist = \"lognormal\", median = 2 }",
                DistributionParameterMissing,
                Column::Other,
                "needs sigma",
                "write sigma = … into the column other parameters",
            ),
            (
                "discrete",
                "{ dist = \"discrete\" }",
                DistributionParameterMissing,
                Column::Other,
                "needs values",
                "[[discrete]]",
            ),
            (
                "constant",
                "{ value = 1, p50 = 2 }",
                DistributionParameterForeign,
                Column::P50,
                "p50 counts for nothing",
                "empty",
            ),
            (
                "constant",
                "{ note = \"n\" }",
                NumberEmpty,
                Column::Value,
                "its value is empty",
                "type the value",
            ),
            (
                "normal",
                "{ dist = \"normal\", mean = 1, sd = 1, p10 = 2 }",
                DistributionParameterForeign,
                Column::P10,
                "`a.b` is normal: p10 counts for nothing",
                "empty the cell",
            ),
            (
                "normal",
                "{ dist = \"normal\", mean = 1, sd = 1, value = 2 }",
                KeysExclusive,
                Column::Value,
                "its cell value",
                "constant",
            ),
            ("", "{ p10 = 1, p50 = 2, p90 = 3 }", NumberEmpty, Column::Kind, "has no kind", "quantiles"),
            ("same_as", "{ note = \"n\" }", NumberEmpty, Column::Other, "not named", "full key"),
            (
                "Normal",
                "{ dist = \"Normal\" }",
                UnknownWord,
                Column::Kind,
                "there is no kind \"Normal\"",
                "did you mean normal?",
            ),
            ("None", "{ dist = \"None\" }", UnknownWord, Column::Kind, "no kind", "did you mean none?"),
        ] {
            let (found, at, words, helps) = said(kind, number).unwrap_or_else(|| panic!("{kind}: {number}"));
            assert_eq!((found, at), (code, column.index()), "{kind}: {number}: {words}");
            assert!(words.contains(message) && helps.contains(help), "{words}: {helps}");
        }
    }
}
