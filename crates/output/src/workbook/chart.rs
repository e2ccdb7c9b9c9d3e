//! Native charts of a workbook: their cells, kinds and colours.

/// A rectangle of cells; rows and columns count from 0 and both ends are included.
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
    /// `rows` cells of a column, starting at `first_row`.
    pub fn column(sheet: &'static str, first_row: u32, rows: u32, column: u16) -> Range {
        Range { sheet, first: (first_row, column), last: (first_row + rows - 1, column) }
    }

    /// Cells of a row, starting at a column.
    pub fn row(sheet: &'static str, row: u32, first_column: u16, columns: u16) -> Range {
        Range { sheet, first: (row, first_column), last: (row, first_column + columns - 1) }
    }
}

/// Kind of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Stacked columns.
    StackedColumns,
    /// Stacked areas.
    StackedAreas,
    /// Lines over common categories.
    Lines,
    /// Lines through (x, y) points.
    Points,
    /// Overlapping horizontal bars, the first category at the bottom.
    Bars,
}

/// A colour as 0xRRGGBB.
pub type Colour = u32;

/// Colours that colour-blind readers can tell apart (after Okabe and Ito 2008): a strong one and two paler
/// ones per hue.
pub const COLOURS: [[Colour; 3]; 6] = [
    [0x0072B2, 0x7FB8D8, 0xC7E0EE],
    [0xD55E00, 0xEAAE7F, 0xF6DCC7],
    [0x009E73, 0x7FCEB9, 0xC7EADF],
    [0xE69F00, 0xF2CF7F, 0xFAEAC7],
    [0x8A4F7D, 0xC4A7BE, 0xE4D7E1],
    [0x56B4E9, 0xAAD9F4, 0xD8EEFA],
];

/// The colours of the n-th series; they repeat.
pub fn colour(n: usize) -> [Colour; 3] {
    COLOURS[n % COLOURS.len()]
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// A filled shape or a solid line in a colour.
    Colour(Colour),
    /// A dashed line.
    Dashes(Colour),
    /// Invisible: the base of stacked series.
    Nothing,
}

/// Name of a series that is not in the legend.
pub const UNNAMED: &str = "";

/// A series of a chart.
#[derive(Clone, Debug)]
pub struct Series {
    /// Name in the legend, or [`UNNAMED`].
    pub name: String,
    /// Values of the horizontal axis.
    pub categories: Range,
    /// Values drawn.
    pub values: Range,
    /// How they are drawn.
    pub paint: Paint,
    /// Lengths of the error bars up and down, if there are any.
    pub errors: Option<Range>,
}

/// An axis.
#[derive(Clone, Debug, Default)]
pub struct Axis {
    /// Title.
    pub title: String,
    /// Number format.
    pub format: &'static str,
    /// Fixed lower and upper end, if any.
    pub bounds: Option<(f64, f64)>,
    /// Interval between labels, if not every one is shown.
    pub every: Option<u16>,
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Title.
    pub title: String,
    /// Description for readers who cannot see it, at most 255 characters.
    pub description: String,
    /// Kind of chart.
    pub kind: Kind,
    /// Series, the first at the bottom.
    pub series: Vec<Series>,
    /// Lines drawn over the chart, on the same axes.
    pub lines: Vec<Series>,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Gap between columns in percent of their width.
    pub gap: u16,
}
