//! The first screen of a run as terminal text; columns are dropped when the terminal is narrow.

use crate::headline::{Headline, Line, Weight};
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

/// The screen as text for a terminal of `width` columns; ends with a newline.
pub fn headline(headline: &Headline, width: usize, colour: bool) -> String {
    let paint = |style: Style, text: &str| match colour {
        true => format!("{style}{text}{style:#}"),
        false => text.to_string(),
    };
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let warning = bold.fg_color(Some(AnsiColor::Yellow.into()));
    let widths = widths(headline);
    let layout = LAYOUTS
        .into_iter()
        .filter(|layout| layout.sketch.is_none() || widths.ends != (0, 0))
        .find(|layout| widths.line(layout) <= width)
        .unwrap_or(LAYOUTS[LAYOUTS.len() - 1]);

    let mut page = String::new();
    let mut say = |style: Style, text: &str| {
        page += paint(style, &visible_line(text)).trim_end();
        page.push('\n');
    };
    for line in wrap(&headline.title, width, 0) {
        say(dim, &line);
    }
    for line in headline.warnings.iter().flat_map(|text| wrap(text, width, 0)) {
        say(warning, &line);
    }
    say(Style::new(), "");
    for (i, sentence) in headline.answer.iter().enumerate() {
        for line in wrap(sentence, width, 0) {
            say(if i == 0 { bold } else { Style::new() }, &line);
        }
    }
    for section in &headline.sections {
        say(Style::new(), "");
        for line in wrap(&section.title, width, 0) {
            say(bold.underline(), &line);
        }
        if !section.lines.is_empty() {
            say(dim, &header(headline.unit, &widths, &layout));
        }
        for line in &section.lines {
            let style = if line.weight == Weight::Main { bold } else { Style::new() };
            say(style, &row(line, &widths, &layout));
        }
        let longest = section.facts.iter().map(|(word, _)| columns(word)).max().unwrap_or(0);
        for (word, text) in &section.facts {
            let indent = longest + GAP.len();
            for (i, line) in wrap(text, width, indent).into_iter().enumerate() {
                let first = if i == 0 { word } else { "" };
                say(Style::new(), &format!("{first:indent$}{line}"));
            }
        }
    }
    page
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

fn widths(headline: &Headline) -> Widths {
    let lines = || headline.sections.iter().flat_map(|section| &section.lines);
    let most = |width: &dyn Fn(&Line) -> usize| lines().map(width).max().unwrap_or(0);
    let end = |of: &dyn Fn(&Sketch) -> usize| most(&|line| line.sketch.as_ref().map_or(0, of));
    Widths {
        metric: most(&|line| columns(line.metric)).max(columns(headline.unit)),
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
        line.metric, line.mean.value, widths.metric, widths.value, widths.error
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
