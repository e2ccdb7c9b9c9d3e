//! Rows of tables: named columns, and cells that are a text, a count or a figure; made from answers or from fields read back.

use std::sync::Arc;

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Words.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// A figure; NaN: there is none.
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

/// A field that is not what its column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadField {
    /// The column.
    pub column: &'static str,
    /// What stands there.
    pub found: String,
}

/// What a column holds, read back from its text.
pub trait Field: Sized {
    /// Whether it is a figure, written with a decimal point.
    const DECIMAL: bool = false;
    /// The value, or nothing where the text is not one.
    fn read(text: &str) -> Option<Self>;
}

impl Field for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Field for Arc<str> {
    fn read(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Field for u64 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Field for i32 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// An empty field is not a number.
impl Field for f64 {
    const DECIMAL: bool = true;
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() { Some(f64::NAN) } else { text.parse().ok() }
    }
}

/// A row of a table.
pub trait Row: serde::Serialize + Sized {
    /// Name of the table; its file is called so.
    const TABLE: &'static str;
    /// Names of the columns, in order.
    const COLUMNS: &'static [&'static str];
    /// Which columns hold figures.
    const DECIMALS: &'static [bool];
    /// Hands over the cells, in order.
    fn cells<'a>(&'a self, take: &mut dyn FnMut(Cell<'a>));
    /// A row from its fields, one a column, in order.
    ///
    /// # Errors
    /// The first field that is missing or is not what its column holds.
    fn from_fields<'f>(fields: impl Iterator<Item = &'f str>) -> Result<Self, BadField>;
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
            const DECIMALS: &'static [bool] = &[$(<$type as $crate::report::row::Field>::DECIMAL),+];
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
