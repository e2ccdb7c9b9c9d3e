//! One declaration a section: from it come the struct, its reader, its printer and its rows of the catalogue.
//!
//! A section is a table of the scenario: `[timeline]`, one `[[segment]]`, the parameters of a distribution. The macro
//! `section!` writes for it a struct with one slot a key, and an implementation of [`Section`]. A [`Field`] is what a key can
//! hold: `Option` of a leaf, of a number or of another section, or a list of sections. Readers never stop: what cannot be read
//! is a problem, its slot stays empty, and reading goes on with the next key.

use super::catalogue::header;
use super::code::Code;
use super::leaf::{Choice, Date, Located, Word};
use super::number::Number;
use super::place::Place;
use super::problem::{Problem, Problems};
use super::spelling;
use super::tree::{Entry, Node, Value};
use super::unit::{Domain, Unit};

/// What a key may hold.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// A name: a text that becomes part of key paths.
    Name,
    /// A date.
    Date,
    /// A whole number, not negative.
    Integer,
    /// `true` or `false`.
    Flag,
    /// One of some words.
    Choice(&'static [Word]),
    /// A number that may be uncertain: a number, or a table.
    Number,
    /// A number that is always certain.
    Real,
    /// A list of certain numbers.
    Reals,
    /// A number that may be uncertain, or a list of dated steps.
    Steps(&'static SectionSpec),
    /// Names with numbers that may be uncertain.
    Loadings,
    /// Years with numbers that may be uncertain.
    Years,
    /// A list of two texts.
    Pair,
    /// A table.
    Table(&'static SectionSpec),
    /// A list of tables.
    List(&'static SectionSpec),
}

impl Kind {
    /// What is expected, in words.
    pub fn words(&self) -> String {
        match self {
            Kind::Text | Kind::Name => "a text in quotes".to_owned(),
            Kind::Date => "a date like 2026-07-01, without quotes".to_owned(),
            Kind::Integer => "a whole number".to_owned(),
            Kind::Flag => "true or false".to_owned(),
            Kind::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.word)).collect();
                format!("one of {}", words.join(", "))
            }
            Kind::Number => "a number, or a table with `value` or `dist`".to_owned(),
            Kind::Real => "a number".to_owned(),
            Kind::Reals => "a list of numbers".to_owned(),
            Kind::Steps(_) => {
                "a number, a table with `value` or `dist`, or a list of {from, rate} steps".to_owned()
            }
            Kind::Loadings => "a table of names and numbers".to_owned(),
            Kind::Years => "a table of years and numbers".to_owned(),
            Kind::Pair => "a list of two texts".to_owned(),
            Kind::Table(_) => "a table".to_owned(),
            Kind::List(_) => "a list of tables".to_owned(),
        }
    }
}

/// What holds where a key is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The table is not complete without it.
    Required,
    /// Required under a condition, in words.
    RequiredIf(&'static str),
    /// This value is taken.
    Default(&'static str),
    /// The thing does not exist.
    Absent,
}

/// A key of a section: one row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    /// The key as written.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The unit, of numbers.
    pub unit: Option<Unit>,
    /// Where a number may lie.
    pub domain: Domain,
    /// What holds without it.
    pub presence: Presence,
    /// What it means; lines begin with a space.
    pub doc: &'static str,
}

/// By what an entry of a list is named in key paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKey {
    /// Not a list.
    Single,
    /// The text under this key.
    Named(&'static str),
    /// The date under this key.
    Dated(&'static str),
    /// The text under the first key, or else the date under the second.
    NamedOrDated(&'static str, &'static str),
    /// Its position, from 1.
    Numbered,
}

/// A section: its keys and how its entries are named.
#[derive(Clone, Copy, Debug)]
pub struct SectionSpec {
    /// What the table is.
    pub doc: &'static str,
    /// How entries of a list of these are named.
    pub entry_key: EntryKey,
    /// The keys, in the order in which they are printed.
    pub keys: &'static [KeySpec],
    /// Keys of another section that stand in the same table, after these.
    pub more: Option<&'static SectionSpec>,
}

impl SectionSpec {
    /// The row of `key`.
    pub fn find(&self, key: &str) -> Option<&'static KeySpec> {
        self.all().find(|spec| spec.key == key)
    }

    /// All rows.
    pub fn all(&self) -> impl Iterator<Item = &'static KeySpec> + use<> {
        let more: &'static [KeySpec] = self.more.map_or(&[], |more| more.keys);
        self.keys.iter().chain(more)
    }
}

/// Unit, domain and presence of a key, as the declarations write them.
#[derive(Clone, Copy, Debug)]
pub struct KeyAttributes {
    pub(crate) unit: Option<Unit>,
    pub(crate) domain: Domain,
    pub(crate) presence: Presence,
    pub(crate) name: bool,
}

/// A key that may be left out.
pub(crate) const fn plain() -> KeyAttributes {
    KeyAttributes { unit: None, domain: Domain::Any, presence: Presence::Absent, name: false }
}

/// A key that may not be left out.
pub(crate) const fn required() -> KeyAttributes {
    KeyAttributes { presence: Presence::Required, ..plain() }
}

/// A name; it may not be left out.
pub(crate) const fn name() -> KeyAttributes {
    KeyAttributes { presence: Presence::Required, name: true, ..plain() }
}

/// A number.
pub(crate) const fn number(unit: Unit, domain: Domain) -> KeyAttributes {
    KeyAttributes { unit: Some(unit), domain, ..plain() }
}

impl KeyAttributes {
    /// The value taken where the key is left out.
    pub(crate) const fn or(self, default: &'static str) -> KeyAttributes {
        KeyAttributes { presence: Presence::Default(default), ..self }
    }

    /// May not be left out.
    pub(crate) const fn required(self) -> KeyAttributes {
        KeyAttributes { presence: Presence::Required, ..self }
    }

    /// May not be left out under a condition.
    pub(crate) const fn required_if(self, condition: &'static str) -> KeyAttributes {
        KeyAttributes { presence: Presence::RequiredIf(condition), ..self }
    }

    /// The row of the catalogue.
    pub(crate) const fn row(self, key: &'static str, kind: Kind, doc: &'static str) -> KeySpec {
        let kind = if self.name { Kind::Name } else { kind };
        KeySpec { key, kind, unit: self.unit, domain: self.domain, presence: self.presence, doc }
    }
}

/// The key being read: its row and its full path.
#[derive(Clone, Copy, Debug)]
pub struct KeyContext<'a> {
    /// The row of the catalogue.
    pub spec: &'static KeySpec,
    /// `segment.business.growth_now`.
    pub path: &'a str,
}

/// A table of the scenario.
pub trait Section: Default {
    /// Its keys.
    const SPEC: &'static SectionSpec;
    /// Reads one key that `SPEC` has.
    fn read_key(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems);
    /// Where the table stands.
    fn place_mut(&mut self) -> &mut Place;
    /// The keys that have a value, in the order of `SPEC`.
    fn print(&self) -> Vec<(String, Value)>;
    /// The numbers written in it and in the tables below it, in the order of `SPEC`.
    fn numbers<'a>(&'a self, out: &mut Vec<&'a Number>);
}

/// What a key of a section can hold.
pub trait Field: Default {
    /// For the catalogue.
    const KIND: Kind;
    /// Reads `node` into the slot, or says why not.
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems);
    /// The value, if there is one.
    fn print(&self) -> Option<Value>;
    /// The numbers in it; none unless it holds some.
    fn numbers<'a>(&'a self, _out: &mut Vec<&'a Number>) {}
}

/// Declares a section; see the module's page.
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
            /// Where the table stands.
            pub place: $crate::config::place::Place,
            $( $(#[doc = $doc])+ pub $field: $field_type, )*
            $( /// Keys of the same table that other tables have too.
               pub $more: $More, )?
        }

        impl $crate::config::section::Section for $Section {
            const SPEC: &'static $crate::config::section::SectionSpec = {
                #[allow(unused_imports)]
                use $crate::config::section::{EntryKey::*, number, plain, required, name};
                #[allow(unused_imports)]
                use $crate::config::unit::{Domain::*, Unit};
                &$crate::config::section::SectionSpec {
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
                at: $crate::config::section::KeyContext<'_>,
                node: &$crate::config::tree::Node,
                problems: &mut $crate::config::problem::Problems,
            ) {
                match at.spec.key {
                    $( $crate::config::section::section!(@key_pat $field $($key)?) =>
                        $crate::config::section::Field::read(&mut self.$field, at, node, problems), )*
                    _ => { $( $crate::config::section::Section::read_key(&mut self.$more, at, node, problems) )? }
                }
            }

            fn place_mut(&mut self) -> &mut $crate::config::place::Place {
                &mut self.place
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

            fn numbers<'a>(&'a self, out: &mut Vec<&'a $crate::config::number::Number>) {
                $( $crate::config::section::Field::numbers(&self.$field, out); )*
                $( $crate::config::section::Section::numbers(&self.$more, out); )?
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

/// `path.key`, or `key` at the top.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The problem of a value of the wrong type.
pub(crate) fn wrong_type(at: KeyContext<'_>, node: &Node) -> Problem {
    let problem = Problem::error(
        Code::WrongType,
        node.place,
        format!("`{}` must be {}, not {}", at.path, at.spec.kind.words(), node.value.words()),
    )
    .found(node.value.brief())
    .allowed(at.spec.kind.words());
    match (&at.spec.kind, &node.value) {
        (
            Kind::Number
            | Kind::Real
            | Kind::Reals
            | Kind::Integer
            | Kind::Flag
            | Kind::Date
            | Kind::Steps(_),
            Value::Text(text),
        ) if super::tree::value(text, node.place.origin, 0)
            .is_ok_and(|inner| !matches!(inner.value, Value::Text(_))) =>
        {
            problem.help(format!("leave out the quotes: {text}"))
        }
        (Kind::Integer, Value::Float(number)) if number.fract() == 0.0 && number.abs() < 1e18 => {
            problem.help(format!("write it without point and exponent: {}", *number as i64))
        }
        (Kind::List(_), Value::Table(_)) => {
            problem.help(format!("write [[{}]] with two brackets: there may be several", header(at.path)))
        }
        (Kind::Table(_), Value::Array(_)) => {
            problem.help(format!("write [{}] with one bracket: there is only one", header(at.path)))
        }
        (Kind::Date, Value::Time(_)) => problem.help("give the day alone, without a time"),
        _ => problem,
    }
}

/// Reads the table `node` as a section; what is not a table is a problem and gives nothing.
pub(crate) fn read_section<T: Section>(
    at: KeyContext<'_>,
    node: &Node,
    problems: &mut Problems,
) -> Option<T> {
    match &node.value {
        Value::Table(entries) => Some(read_entries(at.path, node.place, entries, problems)),
        _ => {
            problems.push(wrong_type(at, node));
            None
        }
    }
}

/// Reads the entries of a table at `path` as a section.
pub(crate) fn read_entries<T: Section>(
    path: &str,
    place: Place,
    entries: &[Entry],
    problems: &mut Problems,
) -> T {
    let mut section = T::default();
    *section.place_mut() = place;
    for entry in entries {
        match T::SPEC.find(&entry.key) {
            Some(spec) => {
                section.read_key(KeyContext { spec, path: &join(path, &entry.key) }, &entry.node, problems)
            }
            None => problems.push(spelling::unknown_key(path, entry, T::SPEC)),
        }
    }
    section
}

/// Reads a list of tables; entries that are not tables are problems and are left out.
pub(crate) fn read_list<T: Section>(at: KeyContext<'_>, node: &Node, problems: &mut Problems) -> Vec<T> {
    let Value::Array(items) = &node.value else {
        problems.push(wrong_type(at, node));
        return Vec::new();
    };
    let mut list = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = join(at.path, &entry_label(T::SPEC.entry_key, index, item));
        match &item.value {
            Value::Table(entries) => list.push(read_entries(&path, item.place, entries, problems)),
            other => problems.push(
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

/// The part of a key path that names an entry of a list: its name or date, or its position from 1.
pub(crate) fn entry_label(entry_key: EntryKey, index: usize, item: &Node) -> String {
    let by_key = match entry_key {
        EntryKey::Named(key) => text_under(item, key),
        EntryKey::Dated(key) => date_under(item, key),
        EntryKey::NamedOrDated(name, date) => text_under(item, name).or_else(|| date_under(item, date)),
        EntryKey::Numbered | EntryKey::Single => None,
    };
    by_key.unwrap_or_else(|| (index + 1).to_string())
}

fn text_under(item: &Node, key: &str) -> Option<String> {
    match &item.get(key)?.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn date_under(item: &Node, key: &str) -> Option<String> {
    match &item.get(key)?.value {
        Value::Date(date) => Some(date.to_string()),
        _ => None,
    }
}

/// A table of printed entries.
pub(crate) fn print_table(entries: Vec<(String, Value)>) -> Value {
    Value::Table(entries.into_iter().map(|(key, value)| printed_entry(key, value)).collect())
}

/// A printed entry: it has no place.
pub(crate) fn printed_entry(key: String, value: Value) -> Entry {
    Entry { key, key_place: Place::FILE, node: printed(value) }
}

/// A printed value: it has no place.
pub(crate) fn printed(value: Value) -> Node {
    Node { place: Place::FILE, value }
}

impl<T: Section> Field for Option<T> {
    const KIND: Kind = Kind::Table(T::SPEC);
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        *self = read_section(at, node, problems);
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|section| print_table(section.print()))
    }
    fn numbers<'a>(&'a self, out: &mut Vec<&'a Number>) {
        if let Some(section) = self {
            section.numbers(out);
        }
    }
}

impl<T: Section> Field for Vec<T> {
    const KIND: Kind = Kind::List(T::SPEC);
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        *self = read_list(at, node, problems);
    }
    fn print(&self) -> Option<Value> {
        let tables = self.iter().map(|section| printed(print_table(section.print()))).collect();
        (!self.is_empty()).then_some(Value::Array(tables))
    }
    fn numbers<'a>(&'a self, out: &mut Vec<&'a Number>) {
        for section in self {
            section.numbers(out);
        }
    }
}

impl Field for Option<Located<String>> {
    const KIND: Kind = Kind::Text;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        match &node.value {
            Value::Text(text) => *self = Some(Located { value: text.clone(), place: node.place }),
            _ => problems.push(wrong_type(at, node)),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|leaf| Value::Text(leaf.value.clone()))
    }
}

impl Field for Option<Located<Date>> {
    const KIND: Kind = Kind::Date;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        match &node.value {
            Value::Date(date) => *self = Some(Located { value: *date, place: node.place }),
            _ => problems.push(wrong_type(at, node)),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|leaf| Value::Date(leaf.value))
    }
}

impl Field for Option<Located<bool>> {
    const KIND: Kind = Kind::Flag;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        match &node.value {
            Value::Flag(flag) => *self = Some(Located { value: *flag, place: node.place }),
            _ => problems.push(wrong_type(at, node)),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|leaf| Value::Flag(leaf.value))
    }
}

impl Field for Option<Located<u64>> {
    const KIND: Kind = Kind::Integer;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        match &node.value {
            Value::Integer(whole) => match u64::try_from(*whole) {
                Ok(value) => *self = Some(Located { value, place: node.place }),
                Err(_) => problems.push(
                    Problem::error(
                        Code::NotWholeNumber,
                        node.place,
                        format!("`{}` must be a whole number of 0 or more", at.path),
                    )
                    .found(whole.to_string())
                    .allowed(format!("0 to {}", u64::MAX)),
                ),
            },
            _ => problems.push(wrong_type(at, node)),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|leaf| Value::Integer(i128::from(leaf.value)))
    }
}

/// The number of a value that is one, `inf` and `nan` included.
pub(crate) fn as_real(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

impl Field for Option<Located<f64>> {
    const KIND: Kind = Kind::Real;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        match as_real(&node.value) {
            Some(value) => *self = Some(Located { value, place: node.place }),
            None => problems.push(wrong_type(at, node)),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|leaf| Value::Float(leaf.value))
    }
}

impl Field for Option<Located<Vec<Located<f64>>>> {
    const KIND: Kind = Kind::Reals;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        let Value::Array(items) = &node.value else {
            problems.push(wrong_type(at, node));
            return;
        };
        let mut value = Vec::with_capacity(items.len());
        for item in items {
            match as_real(&item.value) {
                Some(number) => value.push(Located { value: number, place: item.place }),
                None => problems.push(wrong_type(at, item)),
            }
        }
        if value.len() == items.len() {
            *self = Some(Located { value, place: node.place });
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|leaf| {
            Value::Array(leaf.value.iter().map(|item| printed(Value::Float(item.value))).collect())
        })
    }
}

impl Field for Option<[Located<String>; 2]> {
    const KIND: Kind = Kind::Pair;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        if let Value::Array(items) = &node.value
            && let [a, b] = items.as_slice()
            && let (Value::Text(first), Value::Text(second)) = (&a.value, &b.value)
        {
            *self = Some([
                Located { value: first.clone(), place: a.place },
                Located { value: second.clone(), place: b.place },
            ]);
        } else {
            problems.push(wrong_type(at, node));
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|pair| {
            Value::Array(pair.iter().map(|leaf| printed(Value::Text(leaf.value.clone()))).collect())
        })
    }
}

impl<C: Choice> Field for Option<Located<C>> {
    const KIND: Kind = Kind::Choice(C::WORDS);
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        let Value::Text(text) = &node.value else {
            problems.push(wrong_type(at, node));
            return;
        };
        match C::from_word(text) {
            Some(value) => *self = Some(Located { value, place: node.place }),
            None => problems.push(spelling::unknown_word(at.path, node, text, C::WORDS)),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|leaf| Value::Text(leaf.value.word().to_owned()))
    }
}
