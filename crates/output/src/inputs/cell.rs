//! What a cell of the sheet *Inputs* holds.

use capstake::config::Date;
use capstake::config::tree::{Value, inline};

/// The content of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CellValue {
    /// Nothing.
    #[default]
    Empty,
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A date without a time.
    Date(Date),
    /// True or false.
    Flag(bool),
    /// An error of the spreadsheet program: `#REF!`.
    Error(String),
}

/// Largest relative difference of two numbers that are one and the same: a spreadsheet program may round the last digit.
const SAME: f64 = 1e-15;

/// Whether a number is the other one, up to what a spreadsheet program does to it: LibreOffice stores 15 digits of a number.
pub fn same_number(a: f64, b: f64) -> bool {
    let near = |a: f64, b: f64| {
        let apart = (a - b).abs();
        a == b || apart.is_finite() && apart <= SAME * a.abs().max(b.abs())
    };
    near(a, b) || near(in_15_digits(a), in_15_digits(b))
}

/// A number as a spreadsheet program shows and stores it.
fn in_15_digits(number: f64) -> f64 {
    format!("{number:.14e}").parse().ok().filter(|rounded: &f64| rounded.is_finite()).unwrap_or(number)
}

/// A text with single spaces, as spreadsheet programs may leave it.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl CellValue {
    /// A text; nothing for an empty one.
    pub fn text(text: impl Into<String>) -> CellValue {
        let text = text.into();
        if text.is_empty() { CellValue::Empty } else { CellValue::Text(text) }
    }

    /// A number; one without end is a word, since no cell holds it.
    pub fn number(number: f64) -> CellValue {
        if number.is_finite() {
            CellValue::Number(number)
        } else {
            CellValue::Text(inline(&Value::Float(number)))
        }
    }

    /// What it is in a scenario where a number belongs: like [`CellValue::to_value`], but `inf` is one.
    pub fn to_number(&self) -> Value {
        match self.words() {
            "inf" => Value::Float(f64::INFINITY),
            "-inf" => Value::Float(f64::NEG_INFINITY),
            _ => self.to_value(),
        }
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        match self {
            CellValue::Empty => true,
            CellValue::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The words in it, trimmed; empty for anything but a text.
    pub fn words(&self) -> &str {
        match self {
            CellValue::Text(text) => text.trim(),
            _ => "",
        }
    }

    /// Whether two cells hold the same, up to the last digit of a number and the number of spaces.
    pub fn is_same(&self, other: &CellValue) -> bool {
        match (self, other) {
            (CellValue::Number(a), CellValue::Number(b)) => same_number(*a, *b),
            (CellValue::Text(a), CellValue::Text(b)) => collapsed(a) == collapsed(b),
            (CellValue::Flag(flag), CellValue::Text(text))
            | (CellValue::Text(text), CellValue::Flag(flag)) => {
                text.trim().eq_ignore_ascii_case(&flag.to_string())
            }
            (a, b) => a == b || a.is_empty() && b.is_empty(),
        }
    }

    /// What it is in a scenario: a number stays one, a text stays a text.
    pub fn to_value(&self) -> Value {
        match self {
            CellValue::Empty => Value::Text(String::new()),
            CellValue::Number(number) => Value::Float(*number),
            CellValue::Text(text) => Value::Text(text.trim().to_owned()),
            CellValue::Date(date) => Value::Date(*date),
            CellValue::Flag(flag) => Value::Flag(*flag),
            CellValue::Error(error) => Value::Text(error.clone()),
        }
    }
}

/// A whole number as itself, without a decimal point.
pub fn whole(number: f64) -> Option<i128> {
    // Beyond 2^53 a cell does not tell whole numbers apart.
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i128)
}

/// A cell as a text of the scenario: a number that stands where a text belongs is one.
pub fn in_words(cell: &CellValue) -> String {
    match cell {
        CellValue::Number(number) => match whole(*number) {
            Some(whole) => whole.to_string(),
            None => number.to_string(),
        },
        CellValue::Date(date) => date.to_string(),
        CellValue::Flag(flag) => flag.to_string(),
        CellValue::Text(text) => text.trim().to_owned(),
        CellValue::Error(error) => error.clone(),
        CellValue::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_the_same_up_to_the_last_digit_and_the_spaces() {
        let number = CellValue::Number(0.1 + 0.2);
        assert!(number.is_same(&CellValue::Number(0.3)));
        assert!(!number.is_same(&CellValue::Number(0.300_000_000_001)));
        assert!(CellValue::Text("a  b ".into()).is_same(&CellValue::Text("a b".into())));
        assert!(CellValue::Empty.is_same(&CellValue::Text(" ".into())));
        assert!(!CellValue::Text("0.3".into()).is_same(&CellValue::Number(0.3)));
        assert!(same_number(0.0, 0.0) && !same_number(0.0, 1e-300));
        assert!(!same_number(f64::INFINITY, f64::MAX) && !same_number(f64::NAN, 1.0));
    }

    #[test]
    fn a_number_of_which_15_digits_were_stored_is_the_same() {
        // As LibreOffice stored them.
        for (number, stored) in [
            (0.127_496_851_579_375_68, 0.127_496_851_579_376),
            (2.475_525_644_856_947, 2.475_525_644_856_95),
            (1.0 / 9.0, 0.111_111_111_111_111),
            (-1e15 - 0.5, -1_000_000_000_000_000.0),
        ] {
            assert!(same_number(number, stored) && same_number(stored, number), "{number}");
        }
        assert!(!same_number(0.127_496_851_579_376, 0.127_496_851_579_377));
        assert!(!same_number(0.12, 0.120_000_000_000_01));
    }

    #[test]
    fn whole_numbers_are_those_that_a_cell_holds_exactly() {
        assert_eq!(whole(3.0), Some(3));
        assert_eq!(whole(3.5), None);
        assert_eq!(whole(1e300), None);
        assert_eq!(whole(f64::NAN), None);
    }
}
