//! The small tables of a study's screen as lines of text: columns that fit, rows that fit, and bars in the space that is left.

use capstake::report::panel::{Panel, Span};

const GAP: &str = "  ";
/// Longest first cell and other cell, in characters: the first pair with which a panel fits, else the second.
const CUTS: [[usize; 2]; 4] = [[usize::MAX; 2], [34, 26], [26, 26], [22, 26]];
/// Fewest and most characters of a bar.
const BAR: (usize, usize) = (8, 60);
/// Shades of the bar's parts where the input is low, and where it is high.
const SHADES: [char; 2] = ['░', '█'];

/// Lines that a panel takes with a number of rows, an empty one above it included.
pub(crate) fn height(panel: &Panel, rows: usize) -> usize {
    1 + usize::from(!panel.title.is_empty()) + 1 + rows
}

/// Lines of a panel: title, headings and rows.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The line above the headings; empty if there is none.
    pub title: String,
    /// The headings.
    pub heads: String,
    /// The rows.
    pub rows: Vec<String>,
    /// What only its file has: `gates.csv (4 rows)`; `None` if it has no more.
    pub more: Option<String>,
}

/// The columns of a panel that fit.
struct Columns {
    /// Number of columns shown.
    count: usize,
    /// Width of each.
    widths: Vec<usize>,
    /// Longest cell of the first and of the other columns.
    cut: [usize; 2],
    /// Headings of the others.
    left_out: Vec<String>,
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A text of at most `most` characters.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match length(text) > most {
        true => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// Negative numbers with a minus sign in place of the hyphen.
fn with_minus(text: &str) -> String {
    let word = |word: &str| match word.strip_prefix('-') {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => format!("−{number}"),
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

impl Columns {
    /// Columns from the first on, as many as fit; long cells are cut before columns are left out.
    fn of(panel: &Panel, rows: &[Vec<String>], width: usize) -> Columns {
        let widths = |cut: [usize; 2]| -> Vec<usize> {
            let cells = |at: usize| rows.iter().map(move |row| &row[at]).chain([&panel.heads[at]]);
            let limit = |at: usize| cut[usize::from(at > 0)];
            (0..panel.heads.len())
                .map(|at| cells(at).map(|cell| length(cell).min(limit(at))).max().unwrap_or(0))
                .collect()
        };
        let total =
            |widths: &[usize]| widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
        let cut = CUTS.into_iter().find(|&cut| total(&widths(cut)) <= width).unwrap_or(CUTS[1]);
        let widths = widths(cut);
        let mut count = widths.len();
        while count > 1 && total(&widths[..count]) > width {
            count -= 1;
        }
        let left_out = panel.heads[count..].to_vec();
        Columns { count, widths: widths[..count].to_vec(), cut, left_out }
    }

    fn line(&self, cells: &[String]) -> String {
        let cell = |(at, (text, &width)): (usize, (&String, &usize))| {
            let text = shortened(&with_minus(text), self.cut[usize::from(at > 0)]);
            if at == 0 { format!("{text:width$}") } else { format!("{text:>width$}") }
        };
        let cells = cells.iter().zip(&self.widths).take(self.count).enumerate().map(cell);
        cells.collect::<Vec<_>>().join(GAP)
    }
}

/// Lays a panel out with its first `rows` rows.
pub(crate) fn lines(panel: &Panel, rows: usize, width: usize) -> Lines {
    let shown = &panel.rows[..rows.min(panel.rows.len())];
    let columns = Columns::of(panel, shown, width);
    let mut heads = columns.line(&panel.heads);
    let mut drawn: Vec<String> = shown.iter().map(|row| columns.line(row)).collect();
    let space = width.saturating_sub(length(&heads) + GAP.len()).min(BAR.1);
    if space >= BAR.0 && !panel.bars.is_empty() {
        let bars = bars(panel.centre, &panel.bars[..shown.len()], space);
        for (line, bar) in drawn.iter_mut().zip(bars) {
            *line += &format!("{GAP}{bar}");
        }
        if panel.centre != 0.0 {
            let [low, high] = SHADES;
            heads += &shortened(&format!("{GAP}{low} low  {high} high"), space + GAP.len());
        }
    }
    let mut rest = Vec::new();
    match panel.rows.len() - shown.len() {
        0 => {}
        1 => rest.push("1 row".to_owned()),
        count => rest.push(format!("{count} rows")),
    }
    rest.extend((!panel.more.is_empty()).then(|| panel.more.clone()));
    rest.extend(columns.left_out.iter().cloned());
    let more = (!rest.is_empty()).then(|| format!("{} ({})", panel.file, rest.join(", ")));
    Lines { title: shortened(&panel.title, width), heads, rows: drawn, more }
}

/// Bars over a common scale of `space` characters, each from its low end to the centre and on to its high end.
fn bars(centre: f64, spans: &[Span], space: usize) -> Vec<String> {
    let ends =
        || spans.iter().flat_map(|span| [span.low, span.high]).chain([centre]).filter(|x| x.is_finite());
    let (least, most) = (ends().fold(f64::INFINITY, f64::min), ends().fold(f64::NEG_INFINITY, f64::max));
    let scale = if most > least { space as f64 / (most - least) } else { 0.0 };
    let place = |x: f64| ((x - least) * scale).round() as usize;
    let bar = |span: &Span| {
        let mut cells = vec![' '; space];
        for (end, shade) in [span.low, span.high].into_iter().zip(SHADES) {
            let (from, to) = (place(end.min(centre)), place(end.max(centre)));
            cells[from.min(space)..to.min(space)].fill(shade);
        }
        cells.into_iter().collect::<String>().trim_end().to_owned()
    };
    spans.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel {
        let mut panel = Panel::new(&["what", "low", "high"], "x.csv");
        for (name, low, high) in [("a", 0.0, 10.0), ("b", 7.5, 2.5)] {
            panel.rows.push(vec![name.to_owned(), low.to_string(), high.to_string()]);
            panel.bars.push(Span { low, high });
        }
        panel.centre = 5.0;
        panel
    }

    #[test]
    fn bars_meet_at_the_centre() {
        let lines = lines(&panel(), 2, 40);
        assert_eq!(lines.heads, "what  low  high  ░ low  █ high");
        // 23 characters for 0 to 10: the centre is at 12 of them.
        assert_eq!(lines.rows[0], format!("a       0    10  {}{}", "░".repeat(12), "█".repeat(11)));
        assert_eq!(
            lines.rows[1],
            format!("b     7.5   2.5  {}{}{}", " ".repeat(6), "█".repeat(6), "░".repeat(5))
        );
        assert_eq!(lines.more, None);
    }

    #[test]
    fn what_is_left_out_is_said() {
        let narrow = lines(&panel(), 1, 10);
        assert_eq!((narrow.heads.as_str(), narrow.rows.len()), ("what  low", 1));
        assert_eq!(lines(&panel(), 1, 40).more.as_deref(), Some("x.csv (1 row)"));
        assert_eq!(lines(&panel(), 2, 10).more.as_deref(), Some("x.csv (high)"));
        assert_eq!(height(&panel(), 2), 4);
    }
}
