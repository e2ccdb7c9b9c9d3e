//! Typed rows of tables: named columns of text, counts and numbers, written from answers or read back from
//! files.

use std::sync::Arc;

/// A cell of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// A number; NaN if there is none.
    Number(f64),
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Cell::Text(text)
    }
}

impl<'a> From<&'a Arc<str>> for Cell<'a> {
    fn from(text: &'a Arc<str>) -> Self {
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
    fn from(number: &f64) -> Self {
        Cell::Number(*number)
    }
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole numbers.
    Whole,
    /// Numbers, which are written with a decimal separator.
    Number,
}

/// A field that does not fit its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadField {
    /// The column.
    pub column: &'static str,
    /// The text found.
    pub found: String,
}

/// A type of cell that can be read back from text.
pub trait Field: Sized {
    /// What it is.
    const KIND: Kind;
    /// Parses the text; `None` if it does not fit.
    fn read(text: &str) -> Option<Self>;
}

impl Field for String {
    const KIND: Kind = Kind::Text;
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Field for Arc<str> {
    const KIND: Kind = Kind::Text;
    fn read(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Field for u64 {
    const KIND: Kind = Kind::Whole;
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Field for i32 {
    const KIND: Kind = Kind::Whole;
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// An empty field reads as NaN.
impl Field for f64 {
    const KIND: Kind = Kind::Number;
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() { Some(f64::NAN) } else { text.parse().ok() }
    }
}

/// A row of a table.
pub trait Row: serde::Serialize + Sized {
    /// Name of the table and stem of its file.
    const TABLE: &'static str;
    /// Names of the columns, in order.
    const COLUMNS: &'static [&'static str];
    /// What the columns hold, in order.
    const KINDS: &'static [Kind];
    /// Passes the cells to `take`, in order.
    fn cells<'a>(&'a self, take: &mut dyn FnMut(Cell<'a>));
    /// Reads a row from its fields, one per column, in order.
    ///
    /// # Errors
    /// The first field that is missing or does not fit its column.
    fn from_fields<'f>(fields: impl Iterator<Item = &'f str>) -> Result<Self, BadField>;
}

/// Declares a row type whose columns are its fields, with their names and order.
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
            const KINDS: &'static [$crate::report::row::Kind] =
                &[$(<$type as $crate::report::row::Field>::KIND),+];
            fn cells<'a>(&'a self, take: &mut dyn FnMut($crate::report::row::Cell<'a>)) {
                $(take((&self.$field).into());)+
            }
            fn from_fields<'f>(
                mut fields: impl Iterator<Item = &'f str>,
            ) -> Result<Self, $crate::report::row::BadField> {
                Ok($name {
                    $($field: {
                        let text = fields.next().unwrap_or_default();
                        $crate::report::row::Field::read(text).ok_or_else(|| $crate::report::row::BadField {
                            column: stringify!($field),
                            found: text.to_owned(),
                        })?
                    },)+
                })
            }
        }
    };
}
pub(crate) use row;
