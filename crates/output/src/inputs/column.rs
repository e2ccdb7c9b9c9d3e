//! The columns of the sheet *Inputs*, and which part of a number each holds.

use capstake::config::Family;
use capstake::config::choice::Choice;

/// A column of the table of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Column {
    Key,
    Label,
    Unit,
    Kind,
    Value,
    P10,
    P50,
    P90,
    Low,
    Mode,
    High,
    Mean,
    Sd,
    Other,
    Lower,
    Upper,
    Source,
    Note,
}

/// All columns, from the left.
pub const COLUMNS: [Column; 18] = [
    Column::Key,
    Column::Label,
    Column::Unit,
    Column::Kind,
    Column::Value,
    Column::P10,
    Column::P50,
    Column::P90,
    Column::Low,
    Column::Mode,
    Column::High,
    Column::Mean,
    Column::Sd,
    Column::Other,
    Column::Lower,
    Column::Upper,
    Column::Source,
    Column::Note,
];

impl Column {
    /// Its header, which for most is the parameter that it holds.
    pub const fn header(self) -> &'static str {
        match self {
            Column::Key => "key",
            Column::Label => "label",
            Column::Unit => "unit",
            Column::Kind => "kind",
            Column::Value => "value",
            Column::P10 => "p10",
            Column::P50 => "p50",
            Column::P90 => "p90",
            Column::Low => "low",
            Column::Mode => "mode",
            Column::High => "high",
            Column::Mean => "mean",
            Column::Sd => "sd",
            Column::Other => "other parameters",
            Column::Lower => "lower",
            Column::Upper => "upper",
            Column::Source => "source",
            Column::Note => "note",
        }
    }

    /// Its position from the left, from 0.
    pub const fn index(self) -> u16 {
        self as u16
    }

    /// The column that holds a part of a number; `None` for what stands among the other parameters.
    pub fn of(parameter: &str) -> Option<Column> {
        COLUMNS[Column::Value as usize..]
            .iter()
            .copied()
            .find(|column| *column != Column::Other && column.header() == parameter)
    }

    /// Whether it holds numbers.
    pub fn is_numeric(self) -> bool {
        (Column::Value..=Column::Sd).contains(&self) || matches!(self, Column::Lower | Column::Upper)
    }

    /// The kinds of number that use it.
    pub fn kinds(self) -> Vec<&'static str> {
        match self {
            Column::Value => vec![CONSTANT],
            Column::Other => {
                let others =
                    [Family::Lognormal, Family::StudentT, Family::Beta, Family::Empirical, Family::Pert];
                [SAME_AS].into_iter().chain(others.map(Family::word)).collect()
            }
            _ => Family::all().filter(|family| family.takes(self.header())).map(Family::word).collect(),
        }
    }
}

/// The kind of a number without a distribution.
pub const CONSTANT: &str = "constant";
/// The kind of a number that is the same draw as another.
pub const SAME_AS: &str = "same_as";
/// The kind that takes a key out of the scenario.
pub const NONE: &str = "none";

/// The kinds that a number may have, as in the drop-down.
pub fn kinds_of_number() -> Vec<&'static str> {
    [CONSTANT].into_iter().chain(Family::all().map(Family::word)).chain([SAME_AS, NONE]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_their_columns() {
        assert_eq!(Column::of("p50"), Some(Column::P50));
        assert_eq!(Column::of("note"), Some(Column::Note));
        for elsewhere in ["sigma", "other parameters", "key", "kind", "weights"] {
            assert_eq!(Column::of(elsewhere), None, "{elsewhere}");
        }
        for (at, column) in COLUMNS.iter().enumerate() {
            assert_eq!(usize::from(column.index()), at);
        }
    }

    #[test]
    fn kinds_use_the_columns_of_their_parameters() {
        assert_eq!(Column::Mode.kinds(), ["triangular", "pert"]);
        assert_eq!(Column::Lower.kinds(), ["quantiles"]);
        assert_eq!(Column::Low.kinds(), ["uniform", "triangular", "pert", "beta"]);
        assert!(kinds_of_number().iter().map(|kind| kind.len() + 1).sum::<usize>() < 255, "a list of a cell");
    }
}
