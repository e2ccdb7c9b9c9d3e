//! Workbooks as xlsx bytes: cell styles become formats, chart descriptions become native charts.

use crate::workbook::chart::{Axis, Chart, Kind, Paint, Range, Series, UNNAMED};
use crate::workbook::sheet::{
    Digits, Lit, Look, MAX_NAME, Outcome, Placed, Sheet, Style, Texts, Value, Workbook,
};
use capstake::job::visible::visible_line;
use capstake::sink::csv::guard;
use rust_xlsxwriter as xlsx;
use rust_xlsxwriter::XlsxError;
use std::collections::HashMap;
use std::io::{self, Write};

const INK: u32 = 0x1F2328;
const SOFT: u32 = 0x59636E;
const RULE: u32 = 0xAEB6BF;
const HEADER_FILL: u32 = 0xE6EDF5;
const INPUT_FILL: u32 = 0xFFF4CC;
const EMPTY_FILL: u32 = 0xFFFFFF;
/// Frame of an input cell that may stay empty.
const FRAME: u32 = 0xDCE1E6;
/// Colours of the smallest and the largest number of a shaded range.
const SHADES: (u32, u32) = (0xF4F8FB, 0x7FB8D8);
const LINK: u32 = 0x0B57A4;

/// Writes a workbook; equal workbooks give equal bytes.
///
/// # Errors
/// What `out` reports. An error of the format itself is a bug: [`Sheet::fits`] should have caught it.
pub fn write(book: &Workbook, mut out: impl Write) -> io::Result<()> {
    // The archive writer needs to seek, so it works in memory.
    let bytes = bytes(book).map_err(as_io)?;
    out.write_all(&bytes)?;
    out.flush()
}

/// Fails if the clock is before 1970: the xlsx crate reads it for every workbook and panics then.
pub(super) fn check_clock() -> io::Result<()> {
    if std::time::SystemTime::now() < std::time::SystemTime::UNIX_EPOCH {
        return Err(io::Error::other(
            "the clock of this machine is before 1970, and a workbook needs the time",
        ));
    }
    Ok(())
}

/// Converts an error of the xlsx crate.
pub(super) fn as_io(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => error,
        other => io::Error::other(other),
    }
}

fn bytes(book: &Workbook) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = xlsx::Workbook::new();
    let properties = &book.properties;
    let mut about = xlsx::DocProperties::new()
        .set_title(&properties.title)
        .set_subject(&properties.subject)
        .set_author("capstake")
        .set_keywords(&properties.keywords)
        .set_comment(&properties.comment);
    // Otherwise the file would contain the time at which it was written.
    let created = xlsx::ExcelDateTime::parse_from_str(&properties.created);
    about = about.set_creation_datetime(&created.or_else(|_| xlsx::ExcelDateTime::from_ymd(2000, 1, 1))?);
    workbook.set_properties(&about);
    let mut formats = Formats::default();
    for sheet in &book.sheets {
        fill(workbook.add_worksheet(), sheet, &mut formats)?;
    }
    for name in &book.names {
        let (row, column) = name.cell;
        let cell = crate::workbook::sheet::elsewhere(name.sheet, row, column);
        workbook.define_name(&name.name, &format!("={cell}"))?;
    }
    workbook.save_to_buffer()
}

/// Formats by style, each created once.
#[derive(Default)]
struct Formats {
    of: HashMap<Style, xlsx::Format>,
    link: Option<xlsx::Format>,
}

impl Formats {
    fn of(&mut self, style: Style) -> &xlsx::Format {
        self.of.entry(style).or_insert_with(|| format(style))
    }

    fn link(&mut self) -> &xlsx::Format {
        let link = || font().set_font_color(LINK).set_underline(xlsx::FormatUnderline::Single).set_align(TOP);
        self.link.get_or_insert_with(link)
    }
}

/// Height of a line of text in points.
const LINE: f64 = 15.0;
const TOP: xlsx::FormatAlign = xlsx::FormatAlign::Top;

fn font() -> xlsx::Format {
    xlsx::Format::new().set_font_name("Calibri").set_font_size(11).set_font_color(INK)
}

pub(super) fn format(style: Style) -> xlsx::Format {
    let format = font().set_num_format(number_format(style.digits));
    let header = |format: xlsx::Format| {
        format
            .set_bold()
            .set_background_color(HEADER_FILL)
            .set_border_bottom(xlsx::FormatBorder::Thin)
            .set_border_bottom_color(RULE)
            .set_text_wrap()
            .set_align(xlsx::FormatAlign::Bottom)
    };
    let open = |format: xlsx::Format| {
        format.set_border(xlsx::FormatBorder::Thin).set_border_color(FRAME).set_align(TOP).set_unlocked()
    };
    match style.look {
        Look::Plain => format.set_align(TOP),
        Look::Title => format.set_font_size(16).set_bold(),
        Look::Heading => format.set_font_size(13).set_bold(),
        Look::Header => header(format),
        Look::HeaderRight => header(format).set_align(xlsx::FormatAlign::Right),
        Look::Strong => format.set_bold().set_align(TOP),
        Look::Note => format.set_font_color(SOFT),
        Look::Warning => format.set_bold().set_font_color(0xB3261E_u32),
        Look::Wrapped => format.set_text_wrap().set_align(TOP),
        Look::Aside => format.set_font_color(SOFT).set_indent(1),
        Look::Right => format.set_align(xlsx::FormatAlign::Right),
        Look::Input => format
            .set_background_color(INPUT_FILL)
            .set_border(xlsx::FormatBorder::Thin)
            .set_border_color(RULE)
            .set_align(TOP)
            .set_unlocked(),
        Look::Open => open(format),
        Look::OpenWrapped => open(format).set_text_wrap().set_indent(1),
        Look::Free => format.set_align(TOP).set_unlocked(),
    }
}

fn number_format(digits: Digits) -> String {
    let decimals = |count: u8| match count {
        0 => String::new(),
        count => format!(".{}", "0".repeat(usize::from(count))),
    };
    match digits {
        Digits::General => "General".into(),
        Digits::Decimals(count) => format!("#,##0{}", decimals(count)),
        Digits::Year => "0".into(),
        Digits::Percent(count) => format!("0{}%", decimals(count)),
        Digits::Date => "yyyy-mm-dd".into(),
    }
}

fn fill(to: &mut xlsx::Worksheet, sheet: &Sheet, formats: &mut Formats) -> Result<(), XlsxError> {
    to.set_name(name(&sheet.name))?;
    for table in &sheet.tables {
        let columns: Vec<xlsx::TableColumn> =
            table.headers.iter().map(|header| xlsx::TableColumn::new().set_header(header)).collect();
        let description = xlsx::Table::new()
            .set_name(&table.name)
            .set_columns(&columns)
            .set_style(xlsx::TableStyle::None)
            .set_banded_rows(false);
        let (row, column) = table.corner;
        to.add_table(row, column, row + table.rows, column + columns.len() as u16 - 1, &description)?;
    }
    put_cells(to, sheet, formats)?;
    for (column, width) in (0..).zip(&sheet.widths) {
        to.set_column_width(column, *width)?;
    }
    for (row, lines) in &sheet.heights {
        to.set_row_height(*row, LINE * f64::from(*lines))?;
    }
    for choice in &sheet.choices {
        let ((top, left), (bottom, right)) = choice.range;
        let validation = match &choice.from {
            Texts::Range(range) => {
                xlsx::DataValidation::new().allow_list_formula(xlsx::Formula::new(format!("={range}")))
            }
            Texts::Words(words) => xlsx::DataValidation::new().allow_list_strings(words)?,
        };
        to.add_data_validation(top, left, bottom, right, &validation)?;
    }
    for placed in &sheet.charts {
        let (row, column) = placed.cell;
        // Offset from the row's edge, where its frame would be printed on the page before.
        to.insert_chart_with_offset(row, column, &chart(placed), 4, 4)?;
    }
    let (rows, columns) = sheet.frozen;
    to.set_freeze_panes(rows, columns)?;
    if let Some(row) = sheet.repeated {
        to.set_repeat_rows(row, row)?;
    }
    for &((top, left), (bottom, right)) in &sheet.shaded {
        let scale =
            xlsx::ConditionalFormat2ColorScale::new().set_minimum_color(SHADES.0).set_maximum_color(SHADES.1);
        to.add_conditional_format(top, left, bottom, right, &scale)?;
    }
    for Lit { range: ((top, left), (bottom, right)), formula, on } in &sheet.lit {
        let look = match on {
            true => xlsx::Format::new()
                .set_background_color(INPUT_FILL)
                .set_border(xlsx::FormatBorder::Thin)
                .set_border_color(RULE),
            false => {
                xlsx::Format::new().set_background_color(EMPTY_FILL).set_border(xlsx::FormatBorder::None)
            }
        };
        let rule = xlsx::ConditionalFormatFormula::new().set_rule(formula.as_str()).set_format(look);
        to.add_conditional_format(*top, *left, *bottom, *right, &rule)?;
    }
    if sheet.protected {
        let mut allowed = xlsx::ProtectionOptions::new();
        (allowed.format_cells, allowed.format_columns, allowed.format_rows) = (true, true, true);
        to.protect_with_options(&allowed);
    }
    to.set_hidden(sheet.hidden);
    if let (Some(rows), Ok(columns)) = (sheet.printed, u16::try_from(sheet.columns())) {
        to.set_print_area(0, 0, rows.saturating_sub(1), columns.saturating_sub(1))?;
    }
    to.set_page_breaks(&sheet.breaks)?;
    to.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_screen_gridlines(false);
    to.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    to.set_footer("&L&8&F&C&8&A&R&8&P of &N");
    Ok(())
}

fn put_cells(to: &mut xlsx::Worksheet, sheet: &Sheet, formats: &mut Formats) -> Result<(), XlsxError> {
    for (row, column, cell) in &sheet.cells {
        let (row, column) = (*row, *column);
        match &cell.value {
            Value::Text(text) => {
                to.write_string_with_format(row, column, text, formats.of(cell.style))?;
            }
            Value::Number(number) => {
                to.write_number_with_format(row, column, *number, formats.of(cell.style))?;
            }
            Value::Blank => {
                to.write_blank(row, column, formats.of(cell.style))?;
            }
            Value::Link { text, address } => {
                let format = Some(formats.link());
                to.write_url_with_options(row, column, address.as_str(), text, "", format)?;
            }
            Value::Inside { sheet } => {
                let address = format!("internal:'{sheet}'!A1");
                to.write_url_with_options(row, column, address.as_str(), sheet, "", Some(formats.link()))?;
            }
            Value::Formula { formula, result } => {
                let formula = xlsx::Formula::new(formula).set_result(match result {
                    Outcome::Number(number) => shortest(*number),
                    Outcome::Text(text) => text.clone(),
                });
                to.write_formula_with_format(row, column, formula, formats.of(cell.style))?;
            }
        }
    }
    Ok(())
}

/// A sheet name shortened and freed of characters that the format forbids.
fn name(text: &str) -> String {
    let allowed = |c: char| if "[]:*?/\\".contains(c) { ' ' } else { c };
    text.chars().map(allowed).take(MAX_NAME).collect::<String>().trim_matches('\'').to_owned()
}

fn shortest(number: f64) -> String {
    let mut digits = Vec::new();
    capstake::sink::number::push(&mut digits, number);
    String::from_utf8_lossy(&digits).into_owned()
}

/// Names of the chart, its axes and its series are guarded: the format takes a text that begins with = for a range of cells.
fn chart(placed: &Placed) -> xlsx::Chart {
    let Chart { title, description, kind, series, lines, x, y, gap } = &placed.chart;
    let mut chart = xlsx::Chart::new(match kind {
        Kind::StackedColumns => xlsx::ChartType::ColumnStacked,
        Kind::StackedAreas => xlsx::ChartType::AreaStacked,
        Kind::Lines => xlsx::ChartType::Line,
        Kind::Points => xlsx::ChartType::ScatterStraight,
        Kind::Bars => xlsx::ChartType::Bar,
    });
    for one in series {
        let added = chart.add_series();
        paint(added, one, *kind);
        added.set_gap(*gap);
        if *kind == Kind::Bars {
            added.set_overlap(100);
        }
    }
    if !lines.is_empty() {
        let mut over = xlsx::Chart::new(xlsx::ChartType::Line);
        for one in lines {
            paint(over.add_series(), one, Kind::Lines);
        }
        chart.combine(&over);
    }
    chart
        .title()
        .set_name(guard(title).as_ref())
        .set_font(xlsx::ChartFont::new().set_size(12).set_color(INK));
    axis(chart.x_axis(), x);
    if !matches!(kind, Kind::Points | Kind::Bars) {
        // Dates label periods here and are equally spaced, so this is not a date axis.
        chart.x_axis().set_text_axis(true);
    }
    axis(chart.y_axis(), y);
    // In a bar chart the value axis is the one below.
    let numbers = if *kind == Kind::Bars { chart.x_axis() } else { chart.y_axis() };
    numbers.set_major_gridlines(true);
    numbers.set_major_gridlines_line(xlsx::ChartLine::new().set_color(0xE3E7EB_u32).set_width(0.75));
    if *kind == Kind::Bars {
        chart.y_axis().set_major_gridlines(false);
    }
    if *kind == Kind::Points {
        chart.x_axis().set_major_gridlines(false);
    }
    chart.legend().set_position(xlsx::ChartLegendPosition::Bottom);
    let unseen: Vec<usize> = (0..series.len()).filter(|&i| series[i].name == UNNAMED).collect();
    if !unseen.is_empty() {
        chart.legend().delete_entries(&unseen);
    }
    if series.len() + lines.len() < 2 {
        chart.legend().set_hidden();
    }
    chart.set_width(placed.size.0).set_height(placed.size.1).set_alt_text(visible_line(description));
    chart
}

fn paint(to: &mut xlsx::ChartSeries, series: &Series, kind: Kind) {
    let Series { name, categories, values, paint, errors } = series;
    to.set_name(guard(name).as_ref()).set_categories(range(categories)).set_values(range(values));
    let lined = matches!(kind, Kind::Lines | Kind::Points);
    let mut format = xlsx::ChartFormat::new();
    match *paint {
        Paint::Colour(colour) if lined => {
            format.set_line(xlsx::ChartLine::new().set_color(colour).set_width(2.25));
        }
        Paint::Dashes(colour) => {
            let dashes = xlsx::ChartLineDashType::Dash;
            format.set_line(xlsx::ChartLine::new().set_color(colour).set_width(1.5).set_dash_type(dashes));
        }
        Paint::Colour(colour) => {
            format.set_solid_fill(xlsx::ChartSolidFill::new().set_color(colour)).set_no_border();
        }
        Paint::Nothing => {
            format.set_no_fill().set_no_border();
        }
    }
    to.set_format(&mut format);
    if let Some(reach) = errors {
        let both = |_| {
            xlsx::ChartRange::new_from_range(
                reach.sheet,
                reach.first.0,
                reach.first.1,
                reach.last.0,
                reach.last.1,
            )
        };
        let [up, down] = [0, 1].map(both);
        to.set_y_error_bars(xlsx::ChartErrorBars::new().set_type(xlsx::ChartErrorBarsType::Custom(up, down)));
    }
    if lined {
        to.set_marker(xlsx::ChartMarker::new().set_none());
    }
}

fn range(range: &Range) -> (&str, u32, u16, u32, u16) {
    (range.sheet, range.first.0, range.first.1, range.last.0, range.last.1)
}

fn axis(to: &mut xlsx::ChartAxis, axis: &Axis) {
    let Axis { title, format, bounds, every } = axis;
    if !title.is_empty() {
        to.set_name(guard(title).as_ref())
            .set_name_font(xlsx::ChartFont::new().unset_bold().set_size(9).set_color(SOFT));
    }
    if !format.is_empty() {
        to.set_num_format(*format);
    }
    if let Some((low, high)) = *bounds {
        to.set_min(low).set_max(high);
    }
    if let Some(every) = *every {
        to.set_label_interval(every).set_tick_interval(every);
    }
    to.set_font(xlsx::ChartFont::new().set_size(9).set_color(SOFT));
    to.set_label_position(xlsx::ChartAxisLabelPosition::Low);
    to.set_format(xlsx::ChartFormat::new().set_line(xlsx::ChartLine::new().set_color(RULE)));
}
