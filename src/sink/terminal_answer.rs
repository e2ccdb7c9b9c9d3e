//! The page of a study for a terminal: sentences, then its tables, aligned and cut to the width.

use crate::report::answer::{Answer, Column, Role, Table, Value};
use crate::report::digits::{Estimate, NONE, Precision, at_place, place_of_error, significant};
use anstyle::{AnsiColor, Style};

const GAP: &str = "  ";
/// Significant digits of figures without an error.
const DIGITS: i32 = 5;

/// The page for a terminal of that many columns; ends with a line's end.
pub fn answer(answer: &Answer, width: usize, colour: bool) -> String {
    let paint = |style: Style, text: &str| match colour {
        true => format!("{style}{text}{style:#}"),
        false => text.to_string(),
    };
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let warning = bold.fg_color(Some(AnsiColor::Yellow.into()));
    let mut page = String::new();
    let mut say = |style: Style, text: &str| {
        page += paint(style, text).trim_end();
        page.push('\n');
    };
    for line in wrap(&answer.title, width) {
        say(dim, &line);
    }
    for line in answer.warnings.iter().flat_map(|text| wrap(text, width)) {
        say(warning, &line);
    }
    if !answer.sentences.is_empty() {
        say(Style::new(), "");
    }
    for (i, sentence) in answer.sentences.iter().enumerate() {
        for line in wrap(sentence, width) {
            say(if i == 0 { bold } else { Style::new() }, &line);
        }
    }
    for table in &answer.tables {
        let shown = table.shown_rows();
        if shown.is_empty() {
            continue;
        }
        say(Style::new(), "");
        for line in wrap(&table.title, width) {
            say(bold.underline(), &line);
        }
        let (header, rows) = layout(table, &shown, width);
        say(dim, &header);
        for row in rows {
            say(Style::new(), &row);
        }
        let rest = table.rows.len() - shown.len();
        if rest > 0 {
            say(dim, &format!("… and {rest} more in {}.csv", table.name));
        }
    }
    page
}

/// A column of the page: its heading and its cells, and to which side they stand.
struct Laid {
    heading: String,
    cells: Vec<String>,
    side: Side,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl Laid {
    fn width(&self) -> usize {
        self.cells.iter().chain([&self.heading]).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

/// Long words are cut to this where a table is wider than the page.
const CUT: usize = 34;

/// The header and the first rows of a table. Where the width has no room, long words are cut, then columns are left out,
/// the last ones first.
fn layout(table: &Table, rows: &[&Vec<Value>], width: usize) -> (String, Vec<String>) {
    let mut laid = Vec::new();
    for (i, column) in table.columns.iter().enumerate() {
        let next = table.columns.get(i + 1).map(|column| column.role);
        match column.role {
            Role::Detail | Role::Error | Role::High => {}
            Role::Key => laid.push(key(column, rows, i)),
            Role::Low => laid.push(interval(rows, i)),
            Role::Figure => laid.extend(figures(column, rows, i, next == Some(Role::Error))),
        }
    }
    let whole: usize = laid.iter().map(|column| column.width() + GAP.len()).sum();
    if whole > width + GAP.len() {
        laid.iter_mut().skip(1).flat_map(|column| &mut column.cells).for_each(cut);
    }
    let mut room = 0;
    let mut kept = Vec::new();
    for column in laid {
        let more = column.width() + if kept.is_empty() { 0 } else { GAP.len() };
        if room + more > width && !kept.is_empty() {
            break;
        }
        room += more;
        kept.push((column.width(), column));
    }
    let line = |cell: &dyn Fn(&Laid) -> String| {
        let cells: Vec<String> = kept
            .iter()
            .map(|(width, column)| match column.side {
                Side::Left => format!("{:1$}", cell(column), width),
                Side::Right => format!("{:>1$}", cell(column), width),
            })
            .collect();
        cells.join(GAP)
    };
    let header = line(&|column| column.heading.clone());
    let rows = (0..rows.len()).map(|row| line(&|column| column.cells[row].clone())).collect();
    (header, rows)
}

fn cut(cell: &mut String) {
    if cell.chars().count() > CUT {
        *cell = cell.chars().take(CUT - 1).chain(['…']).collect();
    }
}

fn heading(column: &Column) -> String {
    match column.unit {
        Some(unit) if !column.name.ends_with(unit.name()) => format!("{} ({unit})", column.name),
        _ => column.name.clone(),
    }
}

fn key(column: &Column, rows: &[&Vec<Value>], at: usize) -> Laid {
    let numbers = rows.iter().all(|row| !matches!(row[at], Value::Text(_)));
    let cells = rows.iter().map(|row| plain(&row[at], 12)).collect();
    Laid { heading: heading(column), cells, side: if numbers { Side::Right } else { Side::Left } }
}

fn plain(value: &Value, digits: i32) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Whole(number) => number.to_string(),
        Value::Figure(figure) if figure.is_finite() => significant(*figure, digits),
        Value::Figure(figure) if figure.is_infinite() => figure.to_string(),
        Value::Figure(_) => NONE.to_owned(),
    }
}

/// Figures, with the column of their errors if there is one.
fn figures(column: &Column, rows: &[&Vec<Value>], at: usize, with_error: bool) -> Vec<Laid> {
    let number = |value: &Value| match value {
        Value::Figure(figure) => *figure,
        Value::Whole(number) => *number as f64,
        Value::Text(_) => f64::NAN,
    };
    if !with_error {
        let cells = rows.iter().map(|row| plain(&row[at], DIGITS)).collect();
        return vec![Laid { heading: heading(column), cells, side: Side::Right }];
    }
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        let estimate = Estimate::new(number(&row[at]), number(&row[at + 1]));
        values.push(estimate.value);
        errors.push(match estimate.precision {
            Precision::Error(error) => format!("± {error}"),
            Precision::Exact => "exact".to_owned(),
            Precision::Unknown => String::new(),
        });
    }
    vec![
        Laid { heading: heading(column), cells: values, side: Side::Right },
        Laid { heading: "± error".to_owned(), cells: errors, side: Side::Left },
    ]
}

/// `12.3 to 14.5`, with the digits that the width of the interval supports.
fn interval(rows: &[&Vec<Value>], at: usize) -> Laid {
    let cells = rows
        .iter()
        .map(|row| match (&row[at], &row[at + 1]) {
            (Value::Figure(low), Value::Figure(high)) if low.is_finite() && high.is_finite() => {
                let place = if high > low { place_of_error(0.5 * (high - low)) } else { i32::MIN };
                match place {
                    i32::MIN => significant(*low, DIGITS),
                    place => format!("{} to {}", at_place(*low, place), at_place(*high, place)),
                }
            }
            _ => NONE.to_owned(),
        })
        .collect();
    Laid { heading: "95% interval".to_owned(), cells, side: Side::Left }
}

/// A text in lines of that many columns; a longer word stands alone.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.replace(" ± ", "\u{a0}±\u{a0}").split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width.max(1) {
            lines.push(word.to_string());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect()
}
