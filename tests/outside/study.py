"""Reads the workbooks of studies with programs that had no part in writing them: openpyxl, and LibreOffice without a screen.

    python3 study.py SCRATCH_FOLDER RESULTS_FOLDER...

Ends with 0 and a line per folder if everything holds, else with an assertion. Needs openpyxl and soffice.
"""

import csv
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


# Columns of keys, which sheets show by their labels.
LABELLED = {"metric", "input", "variable", "group", "knowing", "key", "gate", "figure", "unit", "input_unit"}


def tables_hold_the_files(folder, book):
    rows = 0
    for path in sorted(folder.glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            header, *lines = list(csv.reader(file))
        title = path.stem.replace("_", " ").capitalize()
        sheet = book[title]
        assert sheet.freeze_panes and sheet.page_setup.orientation == "landscape", title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, title
        first, *cells = list(sheet.iter_rows(min_row=4, max_col=len(header)))
        # Sheets have labels where files have keys: one for each column, and one for each text of a column.
        names = [str(cell.value) for cell in first]
        assert len(set(name.lower() for name in names)) == len(header) and "None" not in names, (title, names, header)
        labels = [{} for _ in header]
        if lines:
            (table,) = sheet.tables.values()
            assert table.autoFilter, title
            assert len(cells) == len(lines), (title, len(cells), len(lines))
        for line, row in zip(lines, cells):
            for text, cell, known, key in zip(line, row, labels, header):
                found = cell.value
                if isinstance(found, (int, float)):
                    assert found == number(text), (title, cell.coordinate, found, text)
                else:
                    label = known.setdefault(text, found or "")
                    assert label == (found or "") and (found or not text), (title, cell.coordinate, found, text)
                    if key not in LABELLED:
                        # A text that a spreadsheet could take for a formula has a mark before it in the file.
                        assert label == text or "'" + label == text, (title, cell.coordinate, found, text)
        for key, known in zip(header, labels):
            assert len(set(known.values())) == len(known), (title, key, "two keys have one label", known)
        rows += len(lines)
    assert rows > 0, folder
    return rows


def charts_stand_on_figures(book):
    charts = book["Charts"]._charts if "Charts" in book.sheetnames else []
    for chart in charts:
        for series in chart.series:
            reference = (series.val or series.yVal).numRef.f
            sheet, _, place = reference.rpartition("!")
            block = book[sheet.strip("'")][place.replace("$", "")]
            flat = [cell.value for row in (block if isinstance(block, tuple) else ((block,),)) for cell in row]
            assert all(isinstance(value, (int, float)) for value in flat), reference
    shaded = sum(len(sheet.conditional_formatting) for sheet in book.worksheets)
    assert charts or shaded, "something is drawn"
    return len(charts), shaded


def libreoffice_opens(folder, scratch):
    out = scratch / folder.name
    profile = scratch / "profile"
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx", "--outdir", out]
        + [folder / "results.xlsx"],
        capture_output=True,
        text=True,
        timeout=240,
    )
    words = (done.stdout + done.stderr).lower()
    assert done.returncode == 0 and not any(word in words for word in ("repair", "corrupt", "error")), words
    with zipfile.ZipFile(out / "results.xlsx") as archive:
        return sum(name.startswith("xl/charts/chart") for name in archive.namelist())


def main():
    scratch = Path(sys.argv[1])
    for folder in map(Path, sys.argv[2:]):
        book = openpyxl.load_workbook(folder / "results.xlsx")
        assert book.sheetnames[0] == "Read me" and book.properties.creator == "capstake"
        rows = tables_hold_the_files(folder, book)
        charts, shaded = charts_stand_on_figures(book)
        kept = libreoffice_opens(folder, scratch)
        assert kept == charts, (kept, charts)
        print(f"{folder.name}: {rows} rows as in the files, {charts} charts, {shaded} heat maps; LibreOffice keeps them")


main()
