//! The answer of a study as terminal text: sentences, then small tables on one screen, or else the tables of its files.

use crate::reading::{Laid, Side, read};
use crate::terminal_panel;
use anstyle::{AnsiColor, Style};
use capstake::job::visible::visible_line;
use capstake::model::PartyNames;
use capstake::report::answer::{Answer, Table, Value};
use capstake::report::results::Facts;

const GAP: &str = "  ";

/// The space that an answer may take.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Columns of the terminal.
    pub columns: usize,
    /// Lines for the answer.
    pub lines: usize,
}

/// The answer as text, on one screen where it has one; ends with a newline. Tables call the parties by the names of `facts`; under Sobol
/// sampling a line under the title says where errors come from.
pub fn answer(answer: &Answer, facts: &Facts, size: Size, colour: bool) -> String {
    let names = &facts.names;
    let mut page = Page { text: String::new(), colour };
    let bold = Style::new().bold();
    let warning = bold.fg_color(Some(AnsiColor::Yellow.into()));
    let title = wrap(&answer.title, size.columns);
    let warnings: Vec<String> = answer.warnings.iter().flat_map(|text| wrap(text, size.columns)).collect();
    let errors = facts.errors().map(|errors| wrap(&format!("± {errors}"), size.columns)).unwrap_or_default();
    let above = title.len() + errors.len() + warnings.len();
    title.iter().chain(&errors).for_each(|line| page.say(Style::new().dimmed(), line));
    warnings.iter().for_each(|line| page.say(warning, line));
    if answer.screen.is_empty() {
        page.sentences(&answer.sentences, Size { lines: usize::MAX, ..size });
        answer.tables.iter().for_each(|one| page.table(one, names, size.columns));
    } else {
        page.screen(answer, Size { lines: size.lines.saturating_sub(above), ..size });
    }
    page.text
}

/// Text that grows line by line.
struct Page {
    text: String,
    colour: bool,
}

impl Page {
    fn say(&mut self, style: Style, text: &str) {
        let line = visible_line(text);
        self.text += match self.colour {
            true => format!("{style}{line}{style:#}"),
            false => line.to_string(),
        }
        .trim_end();
        self.text.push('\n');
    }

    /// The sentences that fit after an empty line, at least the first; returns how many lines and sentences these are.
    fn sentences(&mut self, sentences: &[String], size: Size) -> (usize, usize) {
        if sentences.is_empty() {
            return (0, 0);
        }
        self.say(Style::new(), "");
        let mut lines = 1;
        for (i, sentence) in sentences.iter().enumerate() {
            let wrapped = wrap(sentence, size.columns);
            if i > 0 && lines + wrapped.len() > size.lines {
                return (lines, i);
            }
            let style = if i == 0 { Style::new().bold() } else { Style::new() };
            wrapped.iter().for_each(|line| self.say(style, line));
            lines += wrapped.len();
        }
        (lines, sentences.len())
    }

    /// Sentences and panels within a number of lines: every panel has its least rows before one has more. A last line says which
    /// files have the rest.
    fn screen(&mut self, answer: &Answer, size: Size) {
        let panels: Vec<_> = answer.screen.iter().filter(|panel| !panel.rows.is_empty()).collect();
        let mut rows: Vec<usize> = panels.iter().map(|panel| panel.least.min(panel.rows.len())).collect();
        let taken: usize =
            panels.iter().zip(&rows).map(|(panel, &rows)| terminal_panel::height(panel, rows)).sum();
        let space = size.lines.saturating_sub(taken + 1);
        let (lines, told) = self.sentences(&answer.sentences, Size { lines: space, ..size });
        let mut left = space.saturating_sub(lines);
        for (panel, rows) in panels.iter().zip(&mut rows) {
            let more = left.min(panel.rows.len() - *rows);
            *rows += more;
            left -= more;
        }
        let mut rest = Vec::new();
        match answer.sentences.len() - told {
            0 => {}
            1 => rest.push("answer.json (1 sentence)".to_owned()),
            count => rest.push(format!("answer.json ({count} sentences)")),
        }
        for (panel, rows) in panels.iter().zip(rows) {
            let lines = terminal_panel::lines(panel, rows, size.columns);
            self.say(Style::new(), "");
            let heads = if lines.title.is_empty() { Style::new().bold() } else { Style::new().dimmed() };
            if !lines.title.is_empty() {
                self.say(Style::new().bold(), &lines.title);
            }
            self.say(heads, &lines.heads);
            lines.rows.iter().for_each(|row| self.say(Style::new(), row));
            rest.extend(lines.more);
        }
        if !rest.is_empty() {
            let line = format!("More in {}", rest.join(", "));
            self.say(Style::new().dimmed(), &terminal_panel::shortened(&line, size.columns));
        }
    }

    /// The rows of a table that a terminal shows.
    fn table(&mut self, table: &Table, names: &PartyNames, width: usize) {
        let dim = Style::new().dimmed();
        let shown = table.shown_rows();
        if shown.is_empty() {
            return;
        }
        self.say(Style::new(), "");
        for line in wrap(&table.title, width) {
            self.say(Style::new().bold().underline(), &line);
        }
        let Layout { header, rows, left_out } = layout(table, &shown, names, width);
        self.say(dim, &header);
        rows.iter().for_each(|row| self.say(Style::new(), row));
        if !left_out.is_empty() {
            let text = format!("… and in {}.csv also {}", table.name, left_out.join(", "));
            wrap(&text, width).iter().for_each(|line| self.say(dim, line));
        }
        let rest = table.rows.len() - shown.len();
        if rest > 0 {
            self.say(dim, &format!("… and {rest} more in {}.csv", table.name));
        }
    }
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
fn layout(table: &Table, rows: &[&Vec<Value>], names: &PartyNames, width: usize) -> Layout {
    let mut laid = read(table, rows, names);
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
