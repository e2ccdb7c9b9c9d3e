//! Charts on cells: which cells, as what, in which colours.

/// A rectangle of cells, rows and columns from 0, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Name of the sheet.
    pub sheet: &'static str,
    /// First row and column.
    pub first: (u32, u16),
    /// Last row and column.
    pub last: (u32, u16),
}

impl Range {
    /// So many cells of a column, from a row on.
    pub fn column(sheet: &'static str, first_row: u32, rows: u32, column: u16) -> Range {
        Range { sheet, first: (first_row, column), last: (first_row + rows - 1, column) }
    }

    /// So many cells of a row, from a column on.
    pub fn row(sheet: &'static str, row: u32, first_column: u16, columns: u16) -> Range {
        Range { sheet, first: (row, first_column), last: (row, first_column + columns - 1) }
    }
}

/// What values are drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Columns on top of each other.
    StackedColumns,
    /// Areas on top of each other.
    StackedAreas,
    /// Lines over the same categories.
    Lines,
    /// Lines through points.
    Points,
    /// Bars from left to right over each other, the first category at the bottom.
    Bars,
}

/// A colour, red, green and blue.
pub type Colour = u32;

/// Colours that the colour-blind tell apart (after Okabe and Ito 2008): strong, and paler ones of the same hue.
pub const COLOURS: [[Colour; 3]; 6] = [
    [0x0072B2, 0x7FB8D8, 0xC7E0EE],
    [0xD55E00, 0xEAAE7F, 0xF6DCC7],
    [0x009E73, 0x7FCEB9, 0xC7EADF],
    [0xE69F00, 0xF2CF7F, 0xFAEAC7],
    [0x8A4F7D, 0xC4A7BE, 0xE4D7E1],
    [0x56B4E9, 0xAAD9F4, 0xD8EEFA],
];

/// The colours of the n-th of several.
pub fn colour(n: usize) -> [Colour; 3] {
    COLOURS[n % COLOURS.len()]
}

/// How a series is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Filled, or a line, in the colour.
    Colour(Colour),
    /// A line of dashes.
    Dashes(Colour),
    /// Not at all: what others stand on.
    Nothing,
}

/// Name of a series that the legend leaves out.
pub const UNNAMED: &str = "";

/// A series of a chart.
#[derive(Clone, Debug)]
pub struct Series {
    /// In the legend; [`UNNAMED`]: not there.
    pub name: String,
    /// Along the axis below.
    pub categories: Range,
    /// What is drawn.
    pub values: Range,
    /// How.
    pub paint: Paint,
    /// How far error bars reach up and down; `None`: there are none.
    pub errors: Option<Range>,
}

/// An axis.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    /// What it counts.
    pub title: String,
    /// How its figures are written.
    pub format: &'static str,
    /// Lowest and highest value, where they are fixed.
    pub bounds: Option<(f64, f64)>,
    /// Every n-th label only.
    pub every: Option<u16>,
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What is to be seen, in a line.
    pub title: String,
    /// The same for those who cannot see it: at most 255 characters.
    pub description: String,
    /// What values are drawn as.
    pub kind: Kind,
    /// Its series, the first at the bottom.
    pub series: Vec<Series>,
    /// Lines over it, on the same axes.
    pub lines: Vec<Series>,
    /// The axis below.
    pub x: Axis,
    /// The axis on the left.
    pub y: Axis,
    /// Space between columns, in percent of their width.
    pub gap: u16,
}
