//! The first screen of a run, and its tables in full, as terminal text; columns are dropped when the terminal is narrow.

use crate::first_screen::FirstScreen;
use crate::headline::{Line, Section, Weight};
use crate::sketch::Sketch;
use anstyle::{AnsiColor, Style};
use capstake::job::visible::visible_line;
use capstake::report::digits::Precision;

/// Characters of a histogram cell, by height.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const GAP: &str = "  ";

/// Which columns fit into a line.
#[derive(Clone, Copy, Debug)]
struct Layout {
    quantiles: Quantiles,
    sketch: Option<(usize, Ends)>,
}

/// Which quantiles are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantiles {
    All,
    Without,
}

/// Whether the small histogram is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Named,
    Bare,
}

/// Layouts from widest to narrowest.
const LAYOUTS: [Layout; 7] = [
    Layout { quantiles: Quantiles::All, sketch: Some((30, Ends::Named)) },
    Layout { quantiles: Quantiles::All, sketch: Some((24, Ends::Named)) },
    Layout { quantiles: Quantiles::All, sketch: Some((16, Ends::Named)) },
    Layout { quantiles: Quantiles::All, sketch: Some((16, Ends::Bare)) },
    Layout { quantiles: Quantiles::All, sketch: Some((10, Ends::Bare)) },
    Layout { quantiles: Quantiles::All, sketch: None },
    Layout { quantiles: Quantiles::Without, sketch: None },
];

/// Column widths in characters.
struct Widths {
    metric: usize,
    value: usize,
    error: usize,
    quantile: [usize; 3],
    ends: (usize, usize),
}

/// Number of columns that a heading or a label of the first screen is cut to where the table is too wide.
const NARROW: usize = 12;

/// The first screen as text for a terminal of `width` columns; ends with a newline. Columns that do not fit are named, not shown.
pub fn first_screen(screen: &FirstScreen, width: usize, colour: bool) -> String {
    let mut page = Page { text: String::new(), width, colour };
    page.opening(screen);
    let fitting = FirstLayout::of(screen, width);
    if !screen.rows.is_empty() {
        let headings: Vec<&str> = screen.columns.iter().map(|column| column.heading.as_str()).collect();
        page.say(DIM, &fitting.line(screen.over_labels, &headings));
    }
    for row in &screen.rows {
        let cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
        page.say(if row.is_main { BOLD } else { PLAIN }, &fitting.line(&row.label, &cells));
    }
    let left_out: Vec<&str> =
        screen.columns.iter().skip(fitting.cells.len()).map(|column| column.name.as_str()).collect();
    if !left_out.is_empty() {
        page.wrapped(DIM, &format!("… and with --full also {}", left_out.join(", ")));
    }
    screen.notes.iter().for_each(|note| page.wrapped(DIM, note));
    page.answer(screen);
    page.text
}

/// The tables of `--full`, then the answer, as text for a terminal of `width` columns; ends with a newline.
pub fn full(screen: &FirstScreen, sections: &[Section], width: usize, colour: bool) -> String {
    let widths = widths(sections);
    let layout = LAYOUTS
        .into_iter()
        .filter(|layout| layout.sketch.is_none() || widths.ends != (0, 0))
        .find(|layout| widths.line(layout) <= width)
        .unwrap_or(LAYOUTS[LAYOUTS.len() - 1]);
    let mut page = Page { text: String::new(), width, colour };
    page.opening(screen);
    for section in sections {
        page.say(PLAIN, "");
        page.wrapped(BOLD.underline(), &section.title);
        if !section.lines.is_empty() {
            page.say(DIM, &header(UNIT, &widths, &layout));
        }
        for line in &section.lines {
            page.say(if line.weight == Weight::Main { BOLD } else { PLAIN }, &row(line, &widths, &layout));
        }
        let longest = section.facts.iter().map(|(word, _)| columns(word)).max().unwrap_or(0);
        for (word, text) in &section.facts {
            let indent = longest + GAP.len();
            for (i, line) in wrap(text, width, indent).into_iter().enumerate() {
                let first = if i == 0 { word.as_str() } else { "" };
                page.say(PLAIN, &format!("{first:indent$}{line}"));
            }
        }
    }
    if !screen.notes_in_full.is_empty() {
        page.say(PLAIN, "");
        screen.notes_in_full.iter().for_each(|note| page.wrapped(DIM, note));
    }
    page.answer(screen);
    page.text
}

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Unit of the numbers in the tables of `--full`.
const UNIT: &str = "$bn";

/// A text for a terminal while it is written.
struct Page {
    text: String,
    width: usize,
    colour: bool,
}

impl Page {
    /// Adds a line.
    fn say(&mut self, style: Style, line: &str) {
        let line = visible_line(line);
        let painted = if self.colour { format!("{style}{line}{style:#}") } else { line.to_string() };
        self.text += painted.trim_end();
        self.text.push('\n');
    }

    /// Adds a text, wrapped.
    fn wrapped(&mut self, style: Style, text: &str) {
        wrap(text, self.width, 0).iter().for_each(|line| self.say(style, line));
    }

    fn opening(&mut self, screen: &FirstScreen) {
        let warning = BOLD.fg_color(Some(AnsiColor::Yellow.into()));
        self.wrapped(DIM, &screen.title);
        screen.remarks.iter().for_each(|text| self.wrapped(warning, text));
    }

    fn answer(&mut self, screen: &FirstScreen) {
        if !screen.answer.is_empty() {
            self.say(PLAIN, "");
            self.wrapped(BOLD, &screen.answer);
        }
    }
}

/// Widths of the first screen's table, in characters.
struct FirstLayout {
    label: usize,
    /// Of the columns that fit.
    cells: Vec<usize>,
}

impl FirstLayout {
    /// As many columns as fit, at least one; labels and headings are cut before a column is left out.
    fn of(screen: &FirstScreen, width: usize) -> FirstLayout {
        let labels = screen.rows.iter().map(|row| columns(&row.label)).chain([columns(screen.over_labels)]);
        let label = labels.max().unwrap_or(0);
        let cell = |at: usize| screen.rows.iter().map(|row| columns(&row.cells[at])).max().unwrap_or(0);
        let cut: Vec<usize> = (0..screen.columns.len()).map(|at| cell(at).max(NARROW)).collect();
        let whole: Vec<usize> =
            cut.iter().zip(&screen.columns).map(|(cut, column)| columns(&column.heading).max(*cut)).collect();
        let sum =
            |label: usize, cells: &[usize]| label + cells.iter().map(|cell| GAP.len() + cell).sum::<usize>();
        if sum(label, &whole) <= width {
            return FirstLayout { label, cells: whole };
        }
        let least = label.min(width / 4).max(NARROW);
        let fitting = (1..=cut.len()).rev().find(|&count| sum(least, &cut[..count]) <= width).unwrap_or(1);
        let cells = cut[..fitting.min(cut.len())].to_vec();
        let label = label.min(width.saturating_sub(sum(0, &cells)).max(NARROW));
        FirstLayout { label, cells }
    }

    fn line(&self, label: &str, cells: &[&str]) -> String {
        let mut line = format!("{:1$}", shortened(label, self.label), self.label);
        for (cell, width) in cells.iter().zip(&self.cells) {
            line += &format!("{GAP}{:>width$}", shortened(cell, *width));
        }
        line
    }
}

/// The text, with … for its end where it is longer than so many characters.
fn shortened(text: &str, length: usize) -> String {
    match columns(text) {
        long if long > length => text.chars().take(length.saturating_sub(1)).chain(['…']).collect(),
        _ => text.to_owned(),
    }
}

/// Terminal columns that a text occupies: one per character for the characters used here.
fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Wraps a text to lines of `width - indent` columns; a longer word gets its own line.
fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let space = width.saturating_sub(indent).max(1);
    let mut lines = vec![String::new()];
    // A line must not break inside `± 0.1`.
    for word in text.replace(" ± ", "\u{a0}±\u{a0}").split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && columns(line) + 1 + columns(word) > space {
            lines.push(word.to_string());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

fn error_text(line: &Line) -> String {
    match &line.mean.precision {
        // It has the place of the quantiles too, which all are the mean.
        Precision::Agree(_) => String::new(),
        other if line.few => format!("{} †", other.words()),
        other => other.words(),
    }
}

fn widths(sections: &[Section]) -> Widths {
    let lines = || sections.iter().flat_map(|section| &section.lines);
    let most = |width: &dyn Fn(&Line) -> usize| lines().map(width).max().unwrap_or(0);
    let end = |of: &dyn Fn(&Sketch) -> usize| most(&|line| line.sketch.as_ref().map_or(0, of));
    Widths {
        metric: most(&|line| columns(&line.label)).max(columns(UNIT)),
        value: most(&|line| columns(&line.mean.value)).max("mean".len()),
        error: most(&|line| columns(&error_text(line))).max("± error".chars().count()),
        quantile: [0, 1, 2].map(|i| most(&|line| columns(&line.quantiles[i])).max("p50".len())),
        ends: (end(&|sketch| columns(&sketch.low)), end(&|sketch| columns(&sketch.high))),
    }
}

impl Widths {
    /// Number of terminal columns of a line in a layout.
    fn line(&self, layout: &Layout) -> usize {
        let mut sum = self.metric + GAP.len() + self.value + 1 + self.error;
        if layout.quantiles == Quantiles::All {
            sum += self.quantile.iter().map(|width| GAP.len() + width).sum::<usize>();
        }
        if let Some((cells, ends)) = layout.sketch {
            sum += GAP.len() + cells;
            if ends == Ends::Named {
                sum += self.ends.0 + self.ends.1 + 2;
            }
        }
        sum
    }
}

fn header(unit: &str, widths: &Widths, layout: &Layout) -> String {
    let mut text =
        format!("{unit:0$}{GAP}{1:>2$} {3:4$}", widths.metric, "mean", widths.value, "± error", widths.error);
    if layout.quantiles == Quantiles::All {
        for (name, width) in ["p5", "p50", "p95"].iter().zip(widths.quantile) {
            text += &format!("{GAP}{name:>width$}");
        }
    }
    match layout.sketch {
        Some((cells, Ends::Named)) => {
            let cells = cells - "p99".len();
            text += &format!("{GAP}{:>1$} {2:3$}p99", "p1", widths.ends.0, "", cells + 1);
        }
        Some((_, Ends::Bare)) => text += &format!("{GAP}p1 … p99"),
        None => {}
    }
    text
}

fn row(line: &Line, widths: &Widths, layout: &Layout) -> String {
    let error = error_text(line);
    let mut text = format!(
        "{:2$}{GAP}{:>3$} {error:4$}",
        line.label, line.mean.value, widths.metric, widths.value, widths.error
    );
    if let Precision::Agree(_) = line.mean.precision {
        return format!("{} {}", text.trim_end(), line.mean.precision.words());
    }
    if layout.quantiles == Quantiles::All {
        for (quantile, width) in line.quantiles.iter().zip(widths.quantile) {
            text += &format!("{GAP}{quantile:>width$}");
        }
    }
    if let (Some((cells, ends)), Some(sketch)) = (layout.sketch, &line.sketch) {
        let drawn: String =
            sketch.levels(cells).into_iter().map(|level| BLOCKS[usize::from(level)]).collect();
        text += &match ends {
            Ends::Named => format!("{GAP}{:>1$} {drawn} {2}", sketch.low, widths.ends.0, sketch.high),
            Ends::Bare => format!("{GAP}{drawn}"),
        };
    }
    text
}
