//! What a terminal shows of a study below its sentences: small tables of finished text, and bars drawn to the space that is left.

/// A small table of a screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// A line above the headings; empty if they say enough.
    pub title: String,
    /// Headings.
    pub heads: Vec<String>,
    /// Rows, most important first, each with a cell for every heading.
    pub rows: Vec<Vec<String>>,
    /// The bar of each row; empty if the panel has none.
    pub bars: Vec<Span>,
    /// Where the bars of a tornado meet; 0 for parts of a whole.
    pub centre: f64,
    /// The file with all rows.
    pub file: String,
    /// The fewest rows that are worth showing.
    pub least: usize,
    /// What the file has that the panel never shows; empty if nothing.
    pub more: String,
}

/// The two ends of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The end where the input is low.
    pub low: f64,
    /// The end where the input is high.
    pub high: f64,
}

impl Panel {
    /// A panel without rows.
    pub fn new(heads: &[&str], file: &str) -> Panel {
        Panel {
            heads: heads.iter().map(|&head| head.to_owned()).collect(),
            file: file.to_owned(),
            least: 1,
            ..Panel::default()
        }
    }

    /// The same with a line above the headings.
    pub fn titled(self, title: String) -> Panel {
        Panel { title, ..self }
    }
}
