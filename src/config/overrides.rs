//! `--set KEY=VALUE`: changes to the scenario from the command line, applied before it is read.

use super::code::Code;
use super::deal::Deal;
use super::format::FORMAT;
use super::full_keys::{full_keys, is_meant_by};
use super::instead::Slot;
use super::like::LIKE;
use super::number::NumberTable;
use super::place::{FLAG_PREFIX, Origin, Place};
use super::problem::{Problem, Problems};
use super::reader::unknown_key;
use super::scenario::Config;
use super::section::Section;
use super::spec::{EntryKey, KeySpec, SectionSpec, ValueKind, entry_label, join, plain};
use super::spelling::{listed, nearest};
use super::tree::{self, Entry, Node, Value};

/// One parsed `--set` flag.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    path: Vec<Step>,
    change: Change,
    place: Place,
}

/// What a flag does to its key.
#[derive(Clone, Debug, PartialEq)]
enum Change {
    /// Gives it this value.
    Put(Node),
    /// Takes it out of the scenario (`none`).
    Remove,
}

/// The value that takes a key or an entry out of the scenario. It is no TOML: a text has quotes.
const NONE: &str = "none";

/// One part of a dotted key.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    text: String,
    place: Place,
}

/// Parses the flags; a flag that is not `KEY=VALUE` with a TOML value is a problem.
pub fn read(flags: &[String], problems: &mut Problems) -> Vec<Override> {
    flags.iter().enumerate().filter_map(|(index, flag)| read_one(index, flag, problems)).collect()
}

fn read_one(index: usize, flag: &str, problems: &mut Problems) -> Option<Override> {
    let origin = Origin::Flag(index);
    let shift = FLAG_PREFIX.len();
    let whole = Place::new(origin, shift..shift + flag.len());
    let Some((path, equals)) = split_key(flag, origin) else {
        problems.push(
            Problem::error(Code::SetForm, whole, format!("`--set {flag}` is not of the form KEY=VALUE"))
                .help("for example --set deal.amended-2026.cap_usd_bn=60"),
        );
        return None;
    };
    let rest = &flag[equals + 1..];
    let text = rest.trim();
    let offset = shift + equals + 1 + (rest.len() - rest.trim_start().len());
    let place = Place::new(origin, offset..offset + text.len());
    let steps: Vec<&str> = path.iter().map(|step| step.text.as_str()).collect();
    if text == NONE {
        return Some(Override { path, change: Change::Remove, place: whole });
    }
    match (tree::value(text, origin, offset), Slot::find(FORMAT, &steps, true)) {
        (Ok(node), _) => Some(Override { path, change: Change::Put(Node { place, ..node }), place: whole }),
        // Where the key is wrong too, its problem comes first: it decides what the value should be.
        (Err(_), None) => {
            let node = Node { place, value: Value::Text(text.to_owned()) };
            Some(Override { path, change: Change::Put(node), place: whole })
        }
        (Err((message, span)), Some(slot)) => {
            let detail = Place::new(origin, span);
            problems.push(value_problem(slot, &flag[..equals], text, place, &message, detail));
            None
        }
    }
}

/// The problem that a value is not TOML: what to write instead, or else the parser's message and what the key takes.
fn value_problem(slot: Slot, key: &str, text: &str, place: Place, message: &str, detail: Place) -> Problem {
    if text.is_empty() {
        return Problem::error(Code::SetValue, place, format!("`{key}` is set to nothing"))
            .help(format!("after the equals sign stands {}", slot.words()));
    }
    if let Some(instead) = slot.instead(text) {
        return Problem::error(Code::SetValue, place, format!("`{key}` cannot be {text}"))
            .help(instead.help_for_flag(key));
    }
    let message = message.lines().next().unwrap_or(message);
    let detail = if detail.start < place.end && detail.start >= place.start { detail } else { place };
    Problem::error(Code::SetValue, detail, format!("the value of `{key}` is not TOML: {message}"))
        .found(text)
        .help(format!("`{key}` takes {}", slot.words()))
}

/// Splits off the dotted key and returns its parts and the position of the equals sign.
fn split_key(flag: &str, origin: Origin) -> Option<(Vec<Step>, usize)> {
    let mut path = Vec::new();
    let shift = FLAG_PREFIX.len();
    let (mut text, mut start, mut quote) = (String::new(), shift, None);
    for (at, c) in flag.char_indices() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (Some(_), _) => text.push(c),
            (None, '"' | '\'') => quote = Some(c),
            (None, '.' | '=') => {
                let step = text.trim().to_owned();
                if step.is_empty() {
                    return None;
                }
                path.push(Step { text: step, place: Place::new(origin, start..shift + at) });
                if c == '=' {
                    return Some((path, at));
                }
                text.clear();
                start = shift + at + 1;
            }
            (None, _) => text.push(c),
        }
    }
    None
}

/// Changes the scenario by the flags in their order, after the deals that they add; creates missing tables.
pub fn apply(flags: Vec<Override>, root: &mut Node, problems: &mut Problems) {
    for flag in &flags {
        flag.add_deal(root);
    }
    for flag in flags {
        if let Err(problem) = set_in_section(root, Config::SPEC, "", &flag.path, &flag) {
            problems.push(flag.with_full_keys(root, *problem));
        }
    }
}

impl Override {
    /// Adds the deal whose `like` the flag sets, if the scenario has no such deal.
    fn add_deal(&self, root: &mut Node) {
        let (Change::Put(_), [list, name, key]) = (&self.change, self.path.as_slice()) else { return };
        let Value::Table(entries) = &mut root.value else { return };
        if list.text != "deal" || key.text != LIKE {
            return;
        }
        let deals =
            key_slot(entries, list).or_put(Node { place: self.place, value: Value::Array(Vec::new()) });
        let Value::Array(deals) = &mut deals.value else { return };
        let is_it =
            |(index, deal): (usize, &Node)| entry_label(Deal::SPEC.entry_key, index, deal) == name.text;
        if !deals.iter().enumerate().any(is_it) {
            let text = Node { place: name.place, value: Value::Text(name.text.clone()) };
            let name = Entry { key: "name".to_owned(), key_place: name.place, node: text };
            deals.push(Node { place: self.place, value: Value::Table(vec![name]) });
        }
    }

    /// The problem of a key that does not exist, with the full keys that may be meant.
    fn with_full_keys(&self, root: &Node, problem: Problem) -> Problem {
        if !matches!(problem.code, Code::UnknownKey | Code::SetEntry) {
            return problem;
        }
        let steps: Vec<&str> = self.path.iter().map(|step| step.text.as_str()).collect();
        let meant: Vec<String> = full_keys(root).into_iter().filter(|key| is_meant_by(key, &steps)).collect();
        match meant.as_slice() {
            [] => problem,
            [only] => problem.help(format!("did you mean `{only}`?")),
            several => problem.help(format!("write the full key: {}", listed(several))),
        }
    }

    /// An entry with the key of this flag, for messages.
    fn entry(&self, step: &Step) -> Entry {
        let node = match &self.change {
            Change::Put(node) => node.clone(),
            Change::Remove => Node { place: self.place, value: Value::Text(NONE.to_owned()) },
        };
        Entry { key: step.text.clone(), key_place: step.place, node }
    }
}

type SetResult = Result<(), Box<Problem>>;

/// Sets the key `steps` inside a section.
fn set_in_section(
    node: &mut Node,
    spec: &'static SectionSpec,
    path: &str,
    steps: &[Step],
    flag: &Override,
) -> SetResult {
    let Some((step, rest)) = steps.split_first() else {
        return Err(unfinished(path, spec, flag));
    };
    let Some(row) = spec.find(&step.text) else {
        return Err(Box::new(unknown_key(Config::SPEC, path, &flag.entry(step), spec)));
    };
    let path = join(path, &step.text);
    let entries = table_of(node, &path, flag)?;
    if let (Change::Put(node), Some(form)) = (&flag.change, spec.other_form(row.key))
        && node.value != Value::Flag(false)
    {
        entries.retain(|entry| entry.key != form);
    }
    // The file may have the key in its other spelling.
    let index = entries.iter().position(|entry| row.is_spelt(&entry.key));
    set_in_key(KeySlot { entries, index, step: step.clone() }, row, &path, rest, flag)
}

/// Sets the key `steps` inside the value of a key described by `row`.
fn set_in_key(
    slot: KeySlot<'_>,
    row: &'static KeySpec,
    path: &str,
    steps: &[Step],
    flag: &Override,
) -> SetResult {
    let Some((step, rest)) = steps.split_first() else {
        match &flag.change {
            Change::Put(node) => {
                slot.put(node.clone());
            }
            Change::Remove => slot.remove(),
        }
        return Ok(());
    };
    if flag.change == Change::Remove && slot.index.is_none() && !matches!(row.kind, ValueKind::List(_)) {
        // Nothing is set below: it is out already, if there is such a key.
        let mut none = Node { place: flag.place, value: Value::Table(Vec::new()) };
        return match row.kind {
            ValueKind::Table(spec) => set_in_section(&mut none, spec, path, steps, flag),
            ValueKind::Number => set_in_section(&mut none, NumberTable::SPEC, path, steps, flag),
            _ => Ok(()),
        };
    }
    match row.kind {
        ValueKind::Table(spec) => set_in_section(slot.table(flag), spec, path, steps, flag),
        ValueKind::List(spec) => set_in_list(slot, spec, path, step, rest, flag),
        ValueKind::Steps(spec) if NumberTable::SPEC.find(&step.text).is_none() => {
            set_in_list(slot, spec, path, step, rest, flag)
        }
        ValueKind::Number | ValueKind::Steps(_) => {
            let node = slot.table(flag);
            // Turn a plain number into a table with `value`, so that a source or a bound can be added to it.
            if matches!(node.value, Value::Integer(_) | Value::Float(_)) {
                let constant = std::mem::replace(&mut node.value, Value::Table(Vec::new()));
                let value = Node { place: node.place, value: constant };
                node.value =
                    Value::Table(vec![Entry { key: "value".to_owned(), key_place: node.place, node: value }]);
            }
            set_in_section(node, NumberTable::SPEC, path, steps, flag)
        }
        ValueKind::Loadings | ValueKind::Years => {
            // `equity.multiple` is one name with a point in it.
            let nested = matches!(row.kind, ValueKind::Loadings)
                && step.text == "equity"
                && rest.first().is_some_and(|next| next.text == "multiple");
            let (step, rest) = if nested {
                let place = Place::new(step.place.origin, step.place.start..rest[0].place.end);
                (Step { text: "equity.multiple".to_owned(), place }, &rest[1..])
            } else {
                (step.clone(), rest)
            };
            let path = join(path, &step.text);
            let node = slot.table(flag);
            let entries = table_of(node, &path, flag)?;
            if nested {
                flatten_equity(entries);
            }
            set_in_key(key_slot(entries, &step), &NUMBER, &path, rest, flag)
        }
        _ => Err(Box::new(
            Problem::error(
                Code::SetPath,
                step.place,
                format!("`{path}` is {}; it has no key `{}`", row.kind.words(), step.text),
            )
            .help(format!("set it whole: --set {path}=…")),
        )),
    }
}

const NUMBER: KeySpec = plain().row("number", ValueKind::Number, "");

/// Sets the key `steps` inside the list entry named `label`.
fn set_in_list(
    slot: KeySlot<'_>,
    spec: &'static SectionSpec,
    path: &str,
    label: &Step,
    steps: &[Step],
    flag: &Override,
) -> SetResult {
    let by = match spec.entry_key {
        EntryKey::Named(_) => "by name",
        EntryKey::NamedOrDated(..) => "by name, or by date without one",
        EntryKey::Dated(_) => "by date",
        EntryKey::Numbered | EntryKey::Single => "by position from 1",
    };
    let mut no_items = Vec::new();
    let items = match slot.existing() {
        Some(Node { value: Value::Array(items), .. }) => items,
        _ => &mut no_items,
    };
    let labels: Vec<String> =
        items.iter().enumerate().map(|(index, item)| entry_label(spec.entry_key, index, item)).collect();
    let Some(index) = labels.iter().position(|other| *other == label.text) else {
        let problem =
            Problem::error(Code::SetEntry, label.place, format!("`{path}` has no entry `{}`", label.text))
                .found(label.text.clone())
                .allowed(labels.join(", "));
        let near = nearest(&label.text, labels.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if labels.is_empty() => {
                format!("the scenario has no list `{path}`; entries are made in the file, not by --set")
            }
            None => format!("entries go {by}: {}", labels.join(", ")),
        };
        return Err(Box::new(problem.help(help)));
    };
    if steps.is_empty() && flag.change == Change::Remove {
        items.remove(index);
        return Ok(());
    }
    set_in_section(&mut items[index], spec, &join(path, &label.text), steps, flag)
}

/// The problem that a key names an entry of a list and not one of its keys.
fn unfinished(path: &str, spec: &'static SectionSpec, flag: &Override) -> Box<Problem> {
    let keys: Vec<&str> = spec.all().map(|row| row.key).collect();
    Box::new(
        Problem::error(Code::SetPath, flag.place, format!("`{path}` is an entry of a list, not a key"))
            .allowed(keys.join(", "))
            .help(format!("name one of its keys: {}", keys.join(", "))),
    )
}

/// The entries of a table, or the problem that `node` is not a table.
fn table_of<'a>(node: &'a mut Node, path: &str, flag: &Override) -> Result<&'a mut Vec<Entry>, Box<Problem>> {
    let (words, place) = (node.value.words(), node.place);
    match &mut node.value {
        Value::Table(entries) => Ok(entries),
        _ => Err(Box::new(
            Problem::error(Code::SetPath, flag.place, format!("`{path}` cannot be set"))
                .also(place, format!("here stands {words}, not a table")),
        )),
    }
}

/// Rewrites `equity = { multiple = x }` in a table of loadings as `"equity.multiple" = x`.
fn flatten_equity(entries: &mut [Entry]) {
    for entry in entries.iter_mut().filter(|entry| entry.key == "equity") {
        if let Value::Table(inner) = &mut entry.node.value
            && inner.len() == 1
            && inner[0].key == "multiple"
        {
            entry.key = "equity.multiple".to_owned();
            entry.node = inner.remove(0).node;
        }
    }
}

/// The position of a key in a table, whether or not the key is present.
struct KeySlot<'a> {
    entries: &'a mut Vec<Entry>,
    index: Option<usize>,
    step: Step,
}

fn key_slot<'a>(entries: &'a mut Vec<Entry>, step: &Step) -> KeySlot<'a> {
    let index = entries.iter().position(|entry| entry.key == step.text);
    KeySlot { entries, index, step: step.clone() }
}

impl<'a> KeySlot<'a> {
    /// The value of the key, if it is present.
    fn existing(self) -> Option<&'a mut Node> {
        self.index.map(|index| &mut self.entries[index].node)
    }

    /// Sets the key, replacing any earlier value and its source position.
    fn put(self, node: Node) -> &'a mut Node {
        let entry = Entry { key: self.step.text, key_place: self.step.place, node };
        let index = match self.index {
            Some(index) => {
                self.entries[index] = entry;
                index
            }
            None => {
                self.entries.push(entry);
                self.entries.len() - 1
            }
        };
        &mut self.entries[index].node
    }

    /// Takes the key out of its table, if it is present.
    fn remove(self) {
        if let Some(index) = self.index {
            self.entries.remove(index);
        }
    }

    /// The value of the key; puts `node` there if the key is absent.
    fn or_put(self, node: Node) -> &'a mut Node {
        match self.index {
            Some(index) => &mut self.entries[index].node,
            None => self.put(node),
        }
    }

    /// The value of the key; creates an empty table if the key is absent.
    fn table(self, flag: &Override) -> &'a mut Node {
        self.or_put(Node { place: flag.place, value: Value::Table(Vec::new()) })
    }
}
