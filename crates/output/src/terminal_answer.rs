//! The answer of a study as terminal text: sentences, then tables, aligned and cut to the width.

use crate::reading::{Laid, Side, read};
use anstyle::{AnsiColor, Style};
use capstake::job::visible::visible_line;
use capstake::report::answer::{Answer, Table, Value};

const GAP: &str = "  ";

/// The answer as text for a terminal of `width` columns; ends with a newline.
pub fn answer(answer: &Answer, width: usize, colour: bool) -> String {
    let paint = |style: Style, text: &str| match colour {
        true => format!("{style}{text}{style:#}"),
        false => text.to_string(),
    };
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let warning = bold.fg_color(Some(AnsiColor::Yellow.into()));
    let mut page = String::new();
    let mut say = |style: Style, text: &str| {
        page += paint(style, &visible_line(text)).trim_end();
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
        let Layout { header, rows, left_out } = layout(table, &shown, width);
        say(dim, &header);
        for row in rows {
            say(Style::new(), &row);
        }
        if !left_out.is_empty() {
            let text = format!("… and in {}.csv also {}", table.name, left_out.join(", "));
            for line in wrap(&text, width) {
                say(dim, &line);
            }
        }
        let rest = table.rows.len() - shown.len();
        if rest > 0 {
            say(dim, &format!("… and {rest} more in {}.csv", table.name));
        }
    }
    page
}

/// Longest word kept when a table is wider than the terminal, in characters.
const CUT: usize = 34;

/// A table as printed.
struct Layout {
    header: String,
    rows: Vec<String>,
    /// Headings of the columns that were left out.
    left_out: Vec<String>,
}

/// The header and the first rows of a table. If it is too wide, long words are cut, then columns are left out, last column first;
/// a number never stands without its error.
fn layout(table: &Table, rows: &[&Vec<Value>], width: usize) -> Layout {
    let mut laid = read(table, rows);
    let whole: usize = laid.iter().map(|column| column.width() + GAP.len()).sum();
    if whole > width + GAP.len() {
        laid.iter_mut().skip(1).flat_map(|column| &mut column.cells).for_each(cut);
    }
    let mut taken = 0;
    let mut kept = Vec::new();
    let mut left_out = Vec::new();
    for column in laid {
        let more = column.width() + if kept.is_empty() { 0 } else { GAP.len() };
        if !left_out.is_empty() || (taken + more > width && !kept.is_empty()) {
            if left_out.is_empty()
                && is_error(&column.heading)
                && kept.len() > 1
                && let Some((_, number)) = kept.pop()
            {
                left_out.push(name(&number));
            }
            left_out.push(name(&column));
            continue;
        }
        taken += more;
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
    // Errors are left out together with their numbers.
    left_out.retain(|heading| !is_error(heading));
    Layout { header, rows, left_out }
}

/// Whether a column holds the errors or the intervals of the one before it.
fn is_error(heading: &str) -> bool {
    heading.starts_with('±') || heading.starts_with("95%")
}

/// The heading without its unit.
fn name(column: &Laid) -> String {
    column.heading.split(" (").next().unwrap_or_default().to_owned()
}

fn cut(cell: &mut String) {
    if cell.chars().count() > CUT {
        *cell = cell.chars().take(CUT - 1).chain(['…']).collect();
    }
}

/// Wraps a text to lines of `width` columns; a longer word gets its own line.
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
