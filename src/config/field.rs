//! How simple values are read and printed: texts, dates, flags, whole and real numbers, lists, pairs, choices
//! and directives.

use super::choice::Choice;
use super::code::Code;
use super::date::Date;
use super::place::{Located, Place};
use super::problem::Problem;
use super::reader::{KeyContext, Reader};
use super::section::{Collect, Field};
use super::spec::ValueKind;
use super::tree::{Node, Value, printed};

impl Field for Option<Located<String>> {
    const KIND: ValueKind = ValueKind::Text;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        match &node.value {
            Value::Text(text) => *self = Some(Located { value: text.clone(), place: node.place }),
            _ => reader.wrong_type(key, node),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| Value::Text(located.value.clone()))
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

impl Field for Option<Located<Date>> {
    const KIND: ValueKind = ValueKind::Date;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        match &node.value {
            Value::Date(date) => *self = Some(Located { value: *date, place: node.place }),
            _ => reader.wrong_type(key, node),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| Value::Date(located.value))
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

impl Field for Option<Located<bool>> {
    const KIND: ValueKind = ValueKind::Flag;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        match &node.value {
            Value::Flag(flag) => *self = Some(Located { value: *flag, place: node.place }),
            _ => reader.wrong_type(key, node),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| Value::Flag(located.value))
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

impl Field for Option<Located<u64>> {
    const KIND: ValueKind = ValueKind::Integer;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        match &node.value {
            Value::Integer(whole) => match u64::try_from(*whole) {
                Ok(value) => *self = Some(Located { value, place: node.place }),
                Err(_) => reader.problems.push(
                    Problem::error(
                        Code::NotWholeNumber,
                        node.place,
                        format!("`{}` must be a whole number of 0 or more", key.path),
                    )
                    .found(whole.to_string())
                    .allowed(format!("0 to {}", u64::MAX)),
                ),
            },
            _ => reader.wrong_type(key, node),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| Value::Integer(i128::from(located.value)))
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

/// The value as a number, including `inf` and `nan`; `None` if it is not a number.
pub(crate) fn as_real(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

impl Field for Option<Located<f64>> {
    const KIND: ValueKind = ValueKind::Real;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        match as_real(&node.value) {
            Some(value) => *self = Some(Located { value, place: node.place }),
            None => reader.wrong_type(key, node),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| Value::Float(located.value))
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

impl Field for Option<Located<Vec<Located<f64>>>> {
    const KIND: ValueKind = ValueKind::Reals;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        let Value::Array(items) = &node.value else {
            reader.wrong_type(key, node);
            return;
        };
        let mut value = Vec::with_capacity(items.len());
        for item in items {
            match as_real(&item.value) {
                Some(number) => value.push(Located { value: number, place: item.place }),
                None => reader.wrong_type(key, item),
            }
        }
        if value.len() == items.len() {
            *self = Some(Located { value, place: node.place });
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| {
            Value::Array(located.value.iter().map(|item| printed(Value::Float(item.value))).collect())
        })
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

impl Field for Option<Located<Vec<Located<String>>>> {
    const KIND: ValueKind = ValueKind::Texts;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        let Value::Array(items) = &node.value else {
            reader.wrong_type(key, node);
            return;
        };
        let mut value = Vec::with_capacity(items.len());
        for item in items {
            match &item.value {
                Value::Text(text) => value.push(Located { value: text.clone(), place: item.place }),
                _ => reader.wrong_type(key, item),
            }
        }
        *self = Some(Located { value, place: node.place });
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| {
            Value::Array(located.value.iter().map(|item| printed(Value::Text(item.value.clone()))).collect())
        })
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

/// A key that says how the scenario is put together (`extends`, `remove`, `like`). What it says has been done before
/// the tables are read, so it is not part of the scenario that is printed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directive<T>(pub T);

impl<T: Field> Field for Directive<T> {
    const KIND: ValueKind = T::KIND;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        self.0.read(key, node, reader);
    }
    fn print(&self) -> Option<Value> {
        None
    }
    fn place(&self) -> Option<Place> {
        self.0.place()
    }
}

impl<T, F> Collect<T> for Directive<F> {
    fn collect<'a>(&'a self, _: &mut Vec<&'a T>) {}
}

impl Field for Option<[Located<String>; 2]> {
    const KIND: ValueKind = ValueKind::Pair;
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        if let Value::Array(items) = &node.value
            && let [a, b] = items.as_slice()
            && let (Value::Text(first), Value::Text(second)) = (&a.value, &b.value)
        {
            *self = Some([
                Located { value: first.clone(), place: a.place },
                Located { value: second.clone(), place: b.place },
            ]);
        } else {
            reader.wrong_type(key, node);
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|pair| {
            Value::Array(pair.iter().map(|located| printed(Value::Text(located.value.clone()))).collect())
        })
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|pair| pair[0].place)
    }
}

impl<C: Choice> Field for Option<Located<C>> {
    const KIND: ValueKind = ValueKind::Choice(C::WORDS);
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        let Value::Text(text) = &node.value else {
            reader.wrong_type(key, node);
            return;
        };
        match C::from_word(text) {
            Some(value) => *self = Some(Located { value, place: node.place }),
            None => reader.unknown_word(key.path, node, text, C::WORDS),
        }
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|located| Value::Text(located.value.word().to_owned()))
    }
    fn place(&self) -> Option<Place> {
        self.as_ref().map(|located| located.place)
    }
}

impl<T, V> Collect<T> for Option<Located<V>> {
    fn collect<'a>(&'a self, _: &mut Vec<&'a T>) {}
}

impl<T> Collect<T> for Option<[Located<String>; 2]> {
    fn collect<'a>(&'a self, _: &mut Vec<&'a T>) {}
}
