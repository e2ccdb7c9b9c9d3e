//! Rows of tables: named columns, and cells that are a text, a count or a figure.

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Words.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// A figure; NaN: there is none.
    Figure(f64),
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Cell::Text(text)
    }
}

impl<'a> From<&'a &'static str> for Cell<'a> {
    fn from(text: &'a &'static str) -> Self {
        Cell::Text(text)
    }
}

impl From<&u64> for Cell<'_> {
    fn from(count: &u64) -> Self {
        Cell::Whole(i64::try_from(*count).expect("counts of paths are far below 2⁶³"))
    }
}

impl From<&i32> for Cell<'_> {
    fn from(number: &i32) -> Self {
        Cell::Whole(i64::from(*number))
    }
}

impl From<&f64> for Cell<'_> {
    fn from(figure: &f64) -> Self {
        Cell::Figure(*figure)
    }
}

/// A row of a table.
pub trait Row: serde::Serialize {
    /// Name of the table; its file is called so.
    const TABLE: &'static str;
    /// Names of the columns, in order.
    const COLUMNS: &'static [&'static str];
    /// Hands over the cells, in order.
    fn cells<'a>(&'a self, take: &mut dyn FnMut(Cell<'a>));
}

/// Declares a row: its columns are the fields, under their names and in their order.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident in $table:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl $crate::report::row::Row for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
            fn cells<'a>(&'a self, take: &mut dyn FnMut($crate::report::row::Cell<'a>)) {
                $(take((&self.$field).into());)+
            }
        }
    };
}
pub(crate) use row;
