//! Declares the tables of a scenario: one declaration generates the struct, its reader, its printer and its
//! reference.
//!
//! A section is a table of the scenario: `[timeline]`, one `[[segment]]`, the parameters of a distribution.
//! The macro `section!` generates a struct with one field for each key and implements [`Section`] for it. A
//! [`Field`] is the type of a key's value: `Option` of a located value, of a number or of another section, or
//! a list of sections. Reading never stops: a value that cannot be read is reported, its field stays empty,
//! and reading continues with the next key.

use super::code::Code;
use super::place::Place;
use super::problem::Problem;
use super::reader::{KeyContext, Reader};
use super::spec::{SectionSpec, ValueKind, entry_label, join};
use super::tree::{Entry, Node, Value, print_table, printed};

/// A table of the scenario.
pub trait Section: Default {
    /// The specification of its keys.
    const SPEC: &'static SectionSpec;
    /// Makes an empty table at `place`.
    fn at(place: Place) -> Self;
    /// Source position of the table.
    fn place(&self) -> Place;
    /// Reads the value of one key of `SPEC`.
    fn read_key(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader);
    /// The keys that are set, with their values, in the order of `SPEC`.
    fn print(&self) -> Vec<(String, Value)>;
    /// The keys that are set, with the places of their values, in the order of `SPEC`.
    fn written(&self) -> Vec<(&'static str, Place)>;
}

/// The value of a key of a section; empty if the key is not set.
pub trait Field: Default {
    /// The kind of value, for the reference and for messages.
    const KIND: ValueKind;
    /// Reads `node` into the field, or reports why it cannot.
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader);
    /// The value in canonical form, if set.
    fn print(&self) -> Option<Value>;
    /// Source position of the value, if set; for a list, of its first entry.
    fn place(&self) -> Option<Place>;
}

/// Collects every `T` in a section and its subtables, in the order of declaration.
pub trait Collect<T> {
    /// Appends them to `out`.
    fn collect<'a>(&'a self, out: &mut Vec<&'a T>);
}

/// Declares a section; see the documentation of this module.
macro_rules! section {
    (
        $(#[doc = $section_doc:literal])+
        $Section:ident by $entry_key:expr;
        $( $(#[doc = $doc:literal])+ $field:ident $(as $key:literal)? : $field_type:ty = $attributes:expr; )*
        $( more $more:ident : $More:ty; )?
    ) => {
        $(#[doc = $section_doc])+
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $Section {
            /// Source position of the table.
            pub place: $crate::config::place::Place,
            $( $(#[doc = $doc])+ pub $field: $field_type, )*
            $( /// Keys of the same table that other tables have too.
               pub $more: $More, )?
        }

        impl $crate::config::section::Section for $Section {
            const SPEC: &'static $crate::config::spec::SectionSpec = {
                #[allow(unused_imports)]
                use $crate::config::spec::{EntryKey::*, name, number, plain, required};
                #[allow(unused_imports)]
                use $crate::config::unit::{Domain::*, Unit};
                &$crate::config::spec::SectionSpec {
                    doc: concat!($($section_doc, "\n"),+),
                    entry_key: $entry_key,
                    keys: &[ $( $attributes.row(
                        $crate::config::section::section!(@key $field $($key)?),
                        <$field_type as $crate::config::section::Field>::KIND,
                        concat!($($doc, "\n"),+),
                    ), )* ],
                    more: $crate::config::section::section!(@more $($More)?),
                }
            };

            fn read_key(
                &mut self,
                key: $crate::config::reader::KeyContext<'_>,
                node: &$crate::config::tree::Node,
                reader: &mut $crate::config::reader::Reader,
            ) {
                match key.spec.key {
                    $( $crate::config::section::section!(@key_pat $field $($key)?) =>
                        $crate::config::section::Field::read(&mut self.$field, key, node, reader), )*
                    _ => { $( $crate::config::section::Section::read_key(&mut self.$more, key, node, reader) )? }
                }
            }

            fn at(place: $crate::config::place::Place) -> Self {
                Self { place, ..Self::default() }
            }

            fn place(&self) -> $crate::config::place::Place {
                self.place
            }

            fn written(&self) -> Vec<(&'static str, $crate::config::place::Place)> {
                #[allow(unused_mut)]
                let mut keys = Vec::new();
                $( if let Some(place) = $crate::config::section::Field::place(&self.$field) {
                    keys.push(($crate::config::section::section!(@key $field $($key)?), place));
                } )*
                $( keys.extend($crate::config::section::Section::written(&self.$more)); )?
                keys
            }

            fn print(&self) -> Vec<(String, $crate::config::tree::Value)> {
                #[allow(unused_mut)]
                let mut entries = Vec::new();
                $( if let Some(value) = $crate::config::section::Field::print(&self.$field) {
                    entries.push(($crate::config::section::section!(@key $field $($key)?).to_owned(), value));
                } )*
                $( entries.extend($crate::config::section::Section::print(&self.$more)); )?
                entries
            }
        }

        impl<T> $crate::config::section::Collect<T> for $Section
        where
            $( $field_type: $crate::config::section::Collect<T>, )*
            $( $More: $crate::config::section::Collect<T>, )?
        {
            fn collect<'a>(&'a self, out: &mut Vec<&'a T>) {
                $( $crate::config::section::Collect::collect(&self.$field, out); )*
                $( $crate::config::section::Collect::collect(&self.$more, out); )?
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@key_pat $field:ident) => { stringify!($field) };
    (@key_pat $field:ident $key:literal) => { $key };
    (@more) => { None };
    (@more $More:ty) => { Some(<$More as $crate::config::section::Section>::SPEC) };
}
pub(crate) use section;

/// Reads the table `node` as a section; reports a problem and returns `None` if it is not a table.
pub(crate) fn read_section<T: Section>(key: KeyContext<'_>, node: &Node, reader: &mut Reader) -> Option<T> {
    match &node.value {
        Value::Table(entries) => Some(read_entries(key.path, node.place, entries, reader)),
        _ => {
            reader.wrong_type(key, node);
            None
        }
    }
}

/// Reads the entries of a table at `path` as a section.
pub(crate) fn read_entries<T: Section>(
    path: &str,
    place: Place,
    entries: &[Entry],
    reader: &mut Reader,
) -> T {
    let mut section = T::at(place);
    for (index, entry) in entries.iter().enumerate() {
        match T::SPEC.find(&entry.key) {
            Some(spec) => {
                if spec.also.is_some()
                    && let Some(first) = entries[..index].iter().find(|other| spec.is_spelt(&other.key))
                {
                    reader.spelt_twice(path, first, entry);
                }
                section.read_key(KeyContext { spec, path: &join(path, &entry.key) }, &entry.node, reader)
            }
            None => reader.unknown_key(path, entry, T::SPEC),
        }
    }
    section
}

/// Reads a list of tables; reports and skips entries that are not tables.
pub(crate) fn read_list<T: Section>(key: KeyContext<'_>, node: &Node, reader: &mut Reader) -> Vec<T> {
    let Value::Array(items) = &node.value else {
        reader.wrong_type(key, node);
        return Vec::new();
    };
    let mut list = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = join(key.path, &entry_label(T::SPEC.entry_key, index, item));
        match &item.value {
            Value::Table(entries) => list.push(read_entries(&path, item.place, entries, reader)),
            other => reader.problems.push(
                Problem::error(
                    Code::WrongType,
                    item.place,
                    format!("`{path}` must be a table, not {}", other.words()),
                )
                .found(other.brief())
                .allowed("a table"),
            ),
        }
    }
    list
}

impl<T: Section> Field for Option<T> {
    const KIND: ValueKind = ValueKind::Table(T::SPEC);
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        *self = read_section(key, node, reader);
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|section| print_table(section.print()))
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(Section::place)
    }
}

impl<T, S: Section + Collect<T>> Collect<T> for Option<S> {
    fn collect<'a>(&'a self, out: &mut Vec<&'a T>) {
        self.iter().for_each(|section| section.collect(out));
    }
}

impl<T: Section> Field for Vec<T> {
    const KIND: ValueKind = ValueKind::List(T::SPEC);
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        *self = read_list(key, node, reader);
    }
    fn print(&self) -> Option<Value> {
        let tables = self.iter().map(|section| printed(print_table(section.print()))).collect();
        (!self.is_empty()).then_some(Value::Array(tables))
    }
    fn place(&self) -> Option<Place> {
        self.first().map(Section::place)
    }
}

impl<T, S: Section + Collect<T>> Collect<T> for Vec<S> {
    fn collect<'a>(&'a self, out: &mut Vec<&'a T>) {
        self.iter().for_each(|section| section.collect(out));
    }
}
