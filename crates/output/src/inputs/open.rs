//! The cells of the sheets *Inputs*, out of the bytes of an xlsx or ods file.

use super::cell::CellValue;
use super::layout::SHEET;
use super::origin::HIDDEN;
use super::parts::{Format, MAX_CELLS, Parts};
use super::refused::Refused;
use super::sheet_cells::SheetCells;
use crate::guarded::guarded;
use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Ods, Reader, Xlsx};
use capstake::config::Date;
use std::io::Cursor;

/// The sheets that make a workbook a scenario.
#[derive(Debug)]
pub struct Sheets {
    /// What a person changes.
    pub inputs: SheetCells,
    /// What it was.
    pub written: SheetCells,
}

/// Reads both sheets.
///
/// # Errors
/// Why the file is no workbook that can be run.
pub fn open(bytes: &[u8]) -> Result<Sheets, Refused> {
    let mut parts = Parts::open(bytes)?;
    let format = parts.format;
    let read = || match format {
        Format::Xlsx => xlsx(bytes),
        Format::Ods => ods(bytes),
    };
    let mut sheets = guarded(read).unwrap_or_else(|said| Err(format!("it is damaged: {said}").into()))?;
    let hidden = parts.hidden(SHEET);
    sheets.inputs.hidden.extend(hidden.rows);
    sheets.inputs.hidden_columns.extend(hidden.columns);
    sheets.inputs.merged.extend(hidden.merged);
    Ok(sheets)
}

fn damaged(error: impl std::fmt::Display) -> Refused {
    let said: String = error.to_string().chars().take(200).collect();
    match said.contains("assword") {
        true => Refused::of_storage("it is protected with a password"),
        false => format!("it is damaged: {said}").into(),
    }
}

/// The refusal of a workbook without that sheet.
fn missing(name: &str, known: &[String]) -> Refused {
    let has = |name: &str| known.iter().any(|known| known == name);
    let (has_inputs, has_hidden) = (has(SHEET), has(HIDDEN));
    let known: Vec<&str> = known.iter().take(12).map(String::as_str).collect();
    let what = if name == SHEET { "sheet" } else { "hidden sheet" };
    let why = format!("it has no {what} `{name}`; its sheets are {}", known.join(", "));
    match (has_inputs, has_hidden) {
        (false, true) => Refused::new(
            why,
            format!(
                "if the sheet has another name now, call it {SHEET} again; if it was deleted, start again from the original workbook"
            ),
        ),
        (true, false) => Refused::of_sheets(why),
        _ => why.into(),
    }
}

fn too_many(name: &str) -> Refused {
    format!("its sheet `{name}` has more than {MAX_CELLS} cells; no workbook of capstake has so many").into()
}

fn xlsx(bytes: &[u8]) -> Result<Sheets, Refused> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let names = book.sheet_names();
    let mut sheet = |name: &str| -> Result<SheetCells, Refused> {
        if !names.iter().any(|known| known == name) {
            return Err(missing(name, &names));
        }
        let mut cells = SheetCells::default();
        let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
        while let Some(cell) = reader.next_cell_with_formula().map_err(damaged)? {
            let (row, column) = cell.pos;
            let Ok(column) = u16::try_from(column) else { continue };
            if cell.formula.is_some() {
                cells.formulas.insert((row, column));
            }
            cells.put(row, column, of_ref(&cell.value));
            if cells.count() + cells.formulas.len() > MAX_CELLS {
                return Err(too_many(name));
            }
        }
        Ok(cells)
    };
    let (mut inputs, written) = (sheet(SHEET)?, sheet(HIDDEN)?);
    for Dimensions { start, end } in book.merge_cells_by_sheet_name(SHEET).map_err(damaged)? {
        let cell = |(row, column): (u32, u32)| (row, u16::try_from(column).unwrap_or(u16::MAX));
        inputs.merged.push((cell(start), cell(end)));
    }
    Ok(Sheets { inputs, written })
}

fn ods(bytes: &[u8]) -> Result<Sheets, Refused> {
    let mut book = Ods::new(Cursor::new(bytes)).map_err(damaged)?;
    let names = book.sheet_names();
    let mut sheet = |name: &str| -> Result<SheetCells, Refused> {
        if !names.iter().any(|known| known == name) {
            return Err(missing(name, &names));
        }
        let mut cells = SheetCells::default();
        let range = book.worksheet_range(name).map_err(damaged)?;
        let start = range.start().unwrap_or_default();
        let formulas = book.worksheet_formula(name).map_err(damaged)?;
        let begins = formulas.start().unwrap_or_default();
        let at = |(row, column): (u32, u32), (r, c): (usize, usize)| {
            Some((row.checked_add(u32::try_from(r).ok()?)?, u16::try_from(column as usize + c).ok()?))
        };
        for (row, column, value) in range.used_cells() {
            let Some((row, column)) = at(start, (row, column)) else { continue };
            cells.put(row, column, of_data(value));
            if cells.count() > MAX_CELLS {
                return Err(too_many(name));
            }
        }
        for (row, column, formula) in formulas.used_cells() {
            let Some(at) = at(begins, (row, column)) else { continue };
            // So LibreOffice writes truth values.
            match formula.trim_start_matches("of:").trim_start_matches('=') {
                "TRUE()" => cells.put(at.0, at.1, CellValue::Flag(true)),
                "FALSE()" => cells.put(at.0, at.1, CellValue::Flag(false)),
                _ => drop(cells.formulas.insert(at)),
            }
            if cells.formulas.len() > MAX_CELLS {
                return Err(too_many(name));
            }
        }
        Ok(cells)
    };
    let (inputs, written) = (sheet(SHEET)?, sheet(HIDDEN)?);
    Ok(Sheets { inputs, written })
}

fn of_ref(value: &DataRef<'_>) -> CellValue {
    match value {
        DataRef::Int(number) => CellValue::Number(*number as f64),
        DataRef::Float(number) => CellValue::Number(*number),
        DataRef::String(text) => of_text(text),
        DataRef::SharedString(text) => of_text(text),
        DataRef::Bool(flag) => CellValue::Flag(*flag),
        DataRef::DateTime(moment) => of_moment(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => of_iso(text),
        DataRef::Error(error) => CellValue::Error(error.to_string()),
        DataRef::Empty => CellValue::Empty,
    }
}

fn of_data(value: &Data) -> CellValue {
    match value {
        Data::Int(number) => CellValue::Number(*number as f64),
        Data::Float(number) => CellValue::Number(*number),
        Data::String(text) => of_text(text),
        Data::Bool(flag) => CellValue::Flag(*flag),
        Data::DateTime(moment) => of_moment(moment),
        Data::DateTimeIso(text) | Data::DurationIso(text) => of_iso(text),
        Data::Error(error) => CellValue::Error(error.to_string()),
        Data::Empty => CellValue::Empty,
    }
}

/// The texts that spreadsheet programs show for errors; ODS files hold them as texts.
const ERRORS: [&str; 8] = ["#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "Err:"];

fn of_text(text: &str) -> CellValue {
    if ERRORS.iter().any(|error| text.trim_start().starts_with(error)) {
        return CellValue::Error(text.trim().to_owned());
    }
    CellValue::text(text)
}

fn of_moment(moment: &ExcelDateTime) -> CellValue {
    let number = moment.as_f64();
    if moment.is_duration() || !number.is_finite() || !(1.0..3_000_000.0).contains(&number) {
        return CellValue::Number(number);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    match Date::new(i32::from(year), u32::from(month), u32::from(day)) {
        Some(date) if number.fract() == 0.0 => CellValue::Date(date),
        Some(date) => CellValue::Text(format!("{date} {hour:02}:{minute:02}:{second:02}")),
        None => CellValue::Number(number),
    }
}

/// A date, of an ODS file also with a time of midnight.
fn of_iso(text: &str) -> CellValue {
    let day = text.split('T').next().unwrap_or_default();
    let midnight =
        text.split_once('T').is_none_or(|(_, time)| time.trim_end_matches(['0', ':', '.', 'Z']).is_empty());
    match Date::parse(day).filter(|_| midnight) {
        Some(date) => CellValue::Date(date),
        None => CellValue::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_errors_and_texts_are_told_apart() {
        let date = Date::new(2027, 1, 1).unwrap();
        assert_eq!(of_iso("2027-01-01"), CellValue::Date(date));
        assert_eq!(of_iso("2027-01-01T00:00:00"), CellValue::Date(date));
        assert_eq!(of_iso("2027-01-01T12:00:00"), CellValue::text("2027-01-01T12:00:00"));
        assert_eq!(of_text("#REF!"), CellValue::Error("#REF!".into()));
        assert_eq!(of_text("0,12"), CellValue::text("0,12"));
    }

    #[test]
    fn what_is_no_workbook_is_refused_in_words() {
        for bytes in [b"".as_slice(), b"name = \"a\"", b"PK\x03\x04"] {
            assert!(open(bytes).is_err());
        }
    }
}
